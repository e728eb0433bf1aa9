"""Confirmation of titles: who holds the land inside an extent, of what class, and where titles disagree.

A public call reads as its parts: :mod:`inputs <riverline.confirmation.inputs>` checks and sorts the layers,
:mod:`titles <riverline.confirmation.titles>` parts an extent by the parcels and classes what it finds,
:mod:`tidying <riverline.confirmation.tidying>` takes slivers away where that is asked for,
:mod:`holdings <riverline.confirmation.holdings>` cuts the parts by land class, administrative area and bank,
:mod:`evidence <riverline.confirmation.evidence>` holds parcels against the line and their registered areas, and
:mod:`register <riverline.confirmation.register>` sums up.
"""

from __future__ import annotations

from riverline.confirmation.confirming import confirm
from riverline.confirmation.result import Confirmation

__all__ = ["Confirmation", "confirm"]
