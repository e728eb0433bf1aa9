"""Closed lines: lakes and reservoirs with what surrounds them, and works with what a rule gives them."""

from __future__ import annotations

__all__: list[str] = []
