"""Demarcation: from axes, levees, bank tops, flood levels and rules to the legal line.

A public call reads as its parts: :mod:`inputs <riverline.demarcation.inputs>` checks and sorts the layers,
:mod:`basis <riverline.demarcation.banks.basis>` finds what each bank may be measured from,
:mod:`chains <riverline.demarcation.banks.chains>` stitches one reference line per bank,
:mod:`outline <riverline.demarcation.extents.outline>` adds the strips and takes the edge. Flood lines come from
:mod:`flooding <riverline.demarcation.flooding>`, closed lines of lakes and works from
:mod:`standing <riverline.demarcation.standing>`; :mod:`sharing <riverline.demarcation.sharing>` parts extents that
meet, and :mod:`stakes <riverline.demarcation.stakes>` sets the line out on the ground.
"""

from __future__ import annotations

from riverline.demarcation.banks.stand_ins import find_stand_ins
from riverline.demarcation.reasons import explain
from riverline.demarcation.result import Demarcation
from riverline.demarcation.rivers import demarcate
from riverline.demarcation.sharing.joining import join_demarcations
from riverline.demarcation.stakes import check_stakes, place_boards, place_stakes
from riverline.demarcation.standing.waters import demarcate_waters
from riverline.demarcation.standing.works import demarcate_works

__all__ = [
    "Demarcation", "check_stakes", "demarcate", "demarcate_waters", "demarcate_works", "explain", "find_stand_ins",
    "join_demarcations", "place_boards", "place_stakes",
]  # fmt: skip
