"""Areas cut, parted and brought to an axis: exact partitions, windows over long outlines, the middle of a polygon."""

from __future__ import annotations

__all__: list[str] = []
