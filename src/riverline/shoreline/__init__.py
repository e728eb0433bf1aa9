"""Shoreline: the plan of its lines, zones and uses, its change over time, and the waterlines that images show.

A public call reads as its parts: :mod:`inputs <riverline.shoreline.inputs>` checks and sorts the layers,
:mod:`sides <riverline.shoreline.sides>` joins each bank's management line and :mod:`waterside
<riverline.shoreline.waterside>` finds what it faces, :mod:`projection <riverline.shoreline.projection>` brings areas
and uses onto it, :mod:`stretches <riverline.shoreline.stretches>` decides which zone holds where,
:mod:`zones <riverline.shoreline.zones>` draws the polygons, :mod:`uses <riverline.shoreline.uses>` measures what is
taken and :mod:`utilisation <riverline.shoreline.utilisation>` sums up. Images
are the matter of :mod:`water <riverline.shoreline.water>`.
"""

from __future__ import annotations

from riverline.shoreline.change import ShorelineChange, measure_shoreline_change
from riverline.shoreline.plan import plan_shoreline
from riverline.shoreline.result import ShorelinePlan
from riverline.shoreline.water import (
    Waterlines,
    WaterMap,
    WaterOccurrence,
    list_indices,
    map_water,
    measure_water_occurrence,
    trace_waterlines,
)

__all__ = [
    "ShorelineChange",
    "ShorelinePlan",
    "WaterMap",
    "WaterOccurrence",
    "Waterlines",
    "list_indices",
    "map_water",
    "measure_shoreline_change",
    "measure_water_occurrence",
    "plan_shoreline",
    "trace_waterlines",
]
