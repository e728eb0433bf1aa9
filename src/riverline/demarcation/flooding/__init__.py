"""Where the flood stands: levels along an axis, terrain or surveyed sections, and which levees hold it."""

from __future__ import annotations

__all__: list[str] = []
