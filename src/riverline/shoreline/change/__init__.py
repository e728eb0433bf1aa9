"""Change of shorelines over time: transects, positions, rates, forecasts, eroded and accreted ground.

The call reads as its parts: :mod:`method <riverline.shoreline.change.method>` holds what the caller chose,
:mod:`inputs <riverline.shoreline.change.inputs>` checks and sorts the layers, :mod:`casting
<riverline.shoreline.change.casting>` draws transects, :mod:`intersecting <riverline.shoreline.change.intersecting>`
finds positions, :mod:`rates <riverline.shoreline.change.rates>` and :mod:`forecast
<riverline.shoreline.change.forecast>` fit them, :mod:`areas <riverline.shoreline.change.areas>` draws the ground that
was swept, :mod:`lacking <riverline.shoreline.change.lacking>` says what cannot be known and :mod:`frames
<riverline.shoreline.change.frames>` makes the tables.
"""

from __future__ import annotations

from riverline.shoreline.change.measuring import measure_shoreline_change
from riverline.shoreline.change.result import ShorelineChange

__all__ = ["ShorelineChange", "measure_shoreline_change"]
