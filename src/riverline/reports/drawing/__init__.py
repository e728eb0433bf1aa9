"""Drawings of reports as SVG: maps at a true scale and columns by month, from the one symbology, without scripts."""

from __future__ import annotations

from riverline.reports.drawing.bars import draw_bars
from riverline.reports.drawing.river_map import draw_map

__all__ = ["draw_bars", "draw_map"]
