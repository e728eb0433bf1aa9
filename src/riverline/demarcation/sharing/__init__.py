"""Extents that meet: what several claim goes to one of them by rule, and its lines are closed anew."""

from __future__ import annotations

__all__: list[str] = []
