"""Outfalls along rivers, what comes next downstream of them, and the reaches whose water is good enough."""

from __future__ import annotations

from riverline.outfalls.placing import OutfallInventory, place_outfalls

__all__ = ["OutfallInventory", "place_outfalls"]
