"""On which side of a line a walk was, where its distance from the line is about the error of its places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Doubt", "sides"]

# A place twice as far off as places err is not there by error.
_BEYOND_DOUBT = 2.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Near a line nobody knows on which side a place was.

    Attributes
    ----------
    within
        A place no farther from the line may have been on the other side, metres.
    least
        A stretch farther off than that and at least so long, in metres along the line, is on its side.
    """

    within: float = 0.0
    least: float = 0.0


def sides(group: Integers, offset: Floats, length: Floats, doubt: Doubt) -> tuple[Flags, Flags]:
    """Which pieces of walks are on the left and which on the right of their line; both where nothing tells.

    Parameters
    ----------
    group : (n,)
        Ascending; the pieces of one stretch of a walk, in its order.
    offset : (n,)
        Distance of each piece's middle from the line, to the left below zero. No piece passes ``doubt.within`` or 0.
    length : (n,)
        Of each piece, metres along the line.
    doubt
        What is near, and how long a stretch has to be.

    Returns
    -------
    left, right : (n,)
        At least one of both.

    Notes
    -----
    A stretch beyond doubt is one of pieces that are all farther off than ``doubt.within`` on one side, and that is
    ``doubt.least`` long or somewhere twice as far off. What lies between two stretches of one side is on it, as is
    what lies before the first and after the last. Between two of different sides the walk is on the one until it first
    crosses the line, and on the other once it has crossed it for the last time; in between, and on a walk with no
    stretch beyond doubt, nothing tells.

    Examples
    --------
    Along the left bank, four metres of error, one place that errs to the right; and a boat:

    >>> away = np.array([-9.0, -6.0, 1.0, -7.0, 0.5, -0.5])
    >>> left, right = sides(np.array([0, 0, 0, 0, 1, 1]), away, np.full(6, 20.0), Doubt(4.0, 30.0))
    >>> left.tolist(), right.tolist()
    ([True, True, True, True, True, True], [False, False, False, False, True, True])
    """
    if not len(group):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    fresh = np.append(True, group[1:] != group[:-1])
    known = _beyond_doubt(fresh, offset, length, doubt)
    before, after = _last_known(known, fresh), _last_known(known[::-1], np.append(fresh[1:], True)[::-1])[::-1]
    before, after = np.where(before == 0, after, before), np.where(after == 0, before, after)
    # Between two sides: how often it was off the first one so far, and will be off the second one from here on.
    part = np.append(True, (known[1:] != 0) | (known[:-1] != 0) | fresh[1:])
    still = _counted(np.sign(offset) != before, part) == 0
    ends = np.append(part[1:], True)[::-1]
    already = _counted((np.sign(offset) != after)[::-1], ends)[::-1] == 0
    side = np.where(before == after, before, np.where(still, before, np.where(already, after, 0)))
    side = np.where(known != 0, known, side)
    return side <= 0, side >= 0


def _beyond_doubt(fresh: Flags, offset: Floats, length: Floats, doubt: Doubt) -> NDArray[np.float64]:
    """-1 where a piece is on the left beyond doubt, 1 on the right, else 0."""
    zone = np.where(np.abs(offset) > doubt.within, np.sign(offset), 0.0)
    stretch = np.cumsum(np.append(False, zone[1:] != zone[:-1]) | fresh) - 1
    long = np.bincount(stretch, length) >= doubt.least
    far = np.maximum.reduceat(np.abs(offset), np.flatnonzero(np.append(True, stretch[1:] != stretch[:-1])))
    return zone * (long | (far >= _BEYOND_DOUBT * doubt.within))[stretch]


def _last_known(known: Floats, fresh: Flags) -> Floats:
    """The last value that is not 0, up to each place since the last fresh one; 0 where there is none."""
    at = np.arange(len(known))
    last = np.maximum.accumulate(np.where(known != 0, at, -1))
    begin = np.maximum.accumulate(np.where(fresh, at, 0))
    return np.where(last >= begin, known[np.maximum(last, 0)], 0.0)


def _counted(flag: Flags, fresh: Flags) -> Integers:
    """How many flags there are up to each place since the last fresh one, it included."""
    total = np.cumsum(flag)
    begin = np.maximum.accumulate(np.where(fresh, np.arange(len(flag)), 0))
    return np.asarray(total - (total - flag)[begin], dtype="int64")
