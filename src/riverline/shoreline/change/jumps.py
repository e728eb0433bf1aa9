"""Positions that jump: where a bend was cut off, a transect meets a bank that never moved there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.shoreline.change.casting import Transects
    from riverline.shoreline.change.intersecting import Positions
    from riverline.shoreline.change.method import Method

    Floats = NDArray[np.float64]

__all__ = ["jumping"]


def jumping(positions: Positions, transects: Transects, method: Method) -> NDArray[np.bool_]:
    """Which positions are set aside because the bank jumps there.

    Parameters
    ----------
    positions
        From :func:`riverline.shoreline.change.intersecting.meet`.
    transects
        The transects they lie on.
    method
        How steep a jump is; the DSAS convention knows none.

    Returns
    -------
    (m,)
        ``True`` for positions that do not count.

    Notes
    -----
    A bank that moves is as continuous along the river as one that stands. From one transect to the next it jumps where
    it goes out or in by more than ``jump_slope`` times the way between them. The stretch between two jumps is set aside
    if it is shorter than the smaller of them is high: a cut-off bend or a spur, not a bank that moved. Across transects
    that meet nothing on a day no bank was seen to go anywhere: the way across them, however long, counts as that to the
    next transect, so that a stretch that was left behind between two gaps is one between two jumps.
    """
    aside = np.zeros(len(positions.transect), dtype=bool)
    if not len(aside) or method.convention == "dsas" or np.isinf(method.jump_slope):
        return aside
    rays, days = transects.rays, positions.date.astype("int64")
    transect = positions.transect
    keys = (rays.chainage[transect], days, transects.side[transect], rays.line[transect])
    order = np.lexsort(keys)
    chainage, days, side, line = (key[order] for key in keys)
    step, change = np.diff(chainage), np.abs(np.diff(positions.away[order]))
    apart = (np.diff(days) != 0) | (np.diff(side) != 0) | (np.diff(line) != 0)
    jump = ~apart & (change > method.jump_slope * np.minimum(step, method.spacing_m))
    stretch = np.append(0, np.cumsum(apart | jump))
    first = np.flatnonzero(np.diff(stretch, prepend=-1))
    last = np.append(first[1:], len(stretch)) - 1
    length = chainage[last] - chainage[first] + method.spacing_m
    # Height of the jump before and after each stretch. A stretch with one neighbour may as well be the right one.
    height = np.where(jump, change, 0.0)
    before, after = np.append(0.0, height)[first], np.append(height, 0.0)[last]
    aside[order] = (length < np.minimum(before, after))[stretch]
    return aside
