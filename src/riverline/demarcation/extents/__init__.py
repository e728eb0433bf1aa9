"""From reference chains and rings to lines and extents: strips added, steps cut, rows written."""

from __future__ import annotations

__all__: list[str] = []
