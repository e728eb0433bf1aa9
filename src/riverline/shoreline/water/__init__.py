"""Water on images: masks, sub-pixel waterlines, and how often ground is wet.

:mod:`indices <riverline.shoreline.water.indices>` holds the formulas, :mod:`thresholds
<riverline.shoreline.water.thresholds>` the ways to part water from land, :mod:`mapping
<riverline.shoreline.water.mapping>` draws masks, :mod:`tracing <riverline.shoreline.water.tracing>` lines and
:mod:`occurrence <riverline.shoreline.water.occurrence>` sums up a stack. All of them go over an image strip by strip.
"""

from __future__ import annotations

from riverline.shoreline.water.indices import compute_index, list_indices
from riverline.shoreline.water.mapping import map_water
from riverline.shoreline.water.occurrence import measure_water_occurrence
from riverline.shoreline.water.result import Waterlines, WaterMap, WaterOccurrence
from riverline.shoreline.water.thresholds import Threshold
from riverline.shoreline.water.tracing import trace_waterlines

__all__ = [
    "Threshold",
    "WaterMap",
    "WaterOccurrence",
    "Waterlines",
    "compute_index",
    "list_indices",
    "map_water",
    "measure_water_occurrence",
    "trace_waterlines",
]
