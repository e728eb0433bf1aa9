"""Grids of pixels, seen window by window: floods, contours, patches, thresholds, shifts."""

from __future__ import annotations

__all__: list[str] = []
