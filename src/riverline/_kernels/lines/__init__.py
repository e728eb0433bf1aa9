"""Along lines and beside them: chainages, sides, rays, strips, chains of stakes."""

from __future__ import annotations

__all__: list[str] = []
