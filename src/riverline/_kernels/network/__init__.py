"""Along water as a network: what lies downstream, distances, densities and windows on it."""

from __future__ import annotations

__all__: list[str] = []
