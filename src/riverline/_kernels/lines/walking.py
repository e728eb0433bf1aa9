"""Fixes of receivers as walks: what jumped, where the record breaks off, where somebody rested.

Fixes are rows in order: by track, within a track by time or sequence. A step leads from a row to the next one of the
same track.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Steps", "jumps", "pauses", "repeats", "steps_of"]

_PASSES = 20


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps between neighbouring fixes of one track.

    Attributes
    ----------
    start, end : (m,)
        Rows of the fixes.
    length_m : (m,)
        Straight length.
    seconds : (m,)
        Time it took; NaN where either fix has none.
    """

    start: Integers
    end: Integers
    length_m: Floats
    seconds: Floats


def steps_of(xy: Floats, time: Floats, track: Integers) -> Steps:
    """The steps of fixes that stand in order.

    Parameters
    ----------
    xy : (n, 2)
        Coordinates in metres.
    time : (n,)
        Seconds; NaN where unknown.
    track : (n,)
        Track of each fix; equal ones stand together.

    Examples
    --------
    >>> steps = steps_of(np.array([[0.0, 0], [3, 4], [9, 9]]), np.array([0.0, 10, 20]), np.array([0, 0, 1]))
    >>> steps.length_m, steps.seconds
    (array([5.]), array([10.]))
    """
    start = np.flatnonzero(track[1:] == track[:-1])
    away = xy[start + 1] - xy[start]
    return Steps(start, start + 1, np.hypot(away[:, 0], away[:, 1]), time[start + 1] - time[start])


def repeats(xy: Floats, time: Floats, track: Integers) -> Flags:
    """Fixes that say again what the one before said: the same moment, or, without times, the same place.

    Examples
    --------
    >>> repeats(np.zeros((3, 2)), np.array([0.0, 0.0, 5.0]), np.zeros(3, dtype="int64"))
    array([False,  True, False])
    """
    steps = steps_of(xy, time, track)
    timeless = np.isnan(steps.seconds)
    again = np.where(timeless, steps.length_m == 0.0, steps.seconds == 0.0)
    found = np.zeros(len(track), dtype=bool)
    found[steps.end[again]] = True
    return found


def jumps(xy: Floats, time: Floats, track: Integers, *, fastest: float, longest: float) -> Flags:
    """Fixes that lie far off their neighbours, which are near each other.

    Parameters
    ----------
    xy, time, track
        As for :func:`steps_of`.
    fastest
        Metres a second beyond which a step with times is a jump.
    longest
        Metres beyond which a step without times is one.

    Returns
    -------
    (n,)
        True where both steps of a fix are jumps and going past it is not. Of neighbours that are both so, the one that
        is the longer way round goes first.

    Examples
    --------
    >>> x = np.array([0.0, 10.0, 9000.0, 20.0, 30.0])
    >>> jumps(np.column_stack([x, 0 * x]), 10.0 * np.arange(5), np.zeros(5, dtype="int64"), fastest=30, longest=1000)
    array([False, False,  True, False, False])
    """
    dropped = np.zeros(len(track), dtype=bool)
    for _ in range(_PASSES):
        rows = np.flatnonzero(~dropped)
        wrong = _jumped(xy[rows], time[rows], track[rows], fastest, longest)
        if not wrong.any():
            break
        dropped[rows[wrong]] = True
    return dropped


def _jumped(xy: Floats, time: Floats, track: Integers, fastest: float, longest: float) -> Flags:
    found = np.zeros(len(track), dtype=bool)
    if len(track) < 3:  # noqa: PLR2004 - a fix between two others
        return found
    inner = np.flatnonzero(track[2:] == track[:-2]) + 1

    def way(one: Integers, other: Integers) -> tuple[Floats, Flags]:
        length = np.hypot(*(xy[other] - xy[one]).T)
        seconds = time[other] - time[one]
        with np.errstate(divide="ignore", invalid="ignore"):
            fast = np.where(np.isnan(seconds), length > longest, (length / seconds > fastest) & (length > 0))
        return length, fast

    (before, came), (after, went), (past, gone) = (
        way(inner - 1, inner), way(inner, inner + 1), way(inner - 1, inner + 1),
    )  # fmt: skip
    round_about = np.zeros(len(track))
    far = came & went & ~gone
    round_about[inner[far]] = (before + after - past)[far]
    most = np.maximum(np.append(0.0, round_about[:-1]), np.append(round_about[1:], 0.0))
    # A fix goes before its neighbours if it is the longer way round, or as long and further along.
    found[inner] = (round_about[inner] > 0) & (round_about[inner] >= most[inner])
    found[1:] &= ~(found[:-1] & (round_about[1:] == round_about[:-1]))
    return found


def pauses(steps: Steps, track: Integers, *, still: float, least_seconds: float) -> tuple[Flags, Integers]:
    """Steps that belong to a rest, and the number of the rest.

    Parameters
    ----------
    steps
        In order.
    track : (n,)
        Track of each fix.
    still
        Metres a second; slower steps may be a rest.
    least_seconds
        A run of such steps is a rest if it lasts so long.

    Returns
    -------
    resting : (m,)
        Steps in a rest.
    rest : (m,)
        Number of the run that a step is in; runs are numbered in order.

    Examples
    --------
    >>> steps = steps_of(np.zeros((4, 2)), np.array([0.0, 100, 200, 300]), np.zeros(4, dtype="int64"))
    >>> pauses(steps, np.zeros(4, dtype="int64"), still=0.1, least_seconds=300)[0]
    array([ True,  True,  True])
    """
    if not len(steps.start):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype="int64")
    slow = steps.length_m < still * np.nan_to_num(steps.seconds)
    owner = track[steps.start]
    begins = np.append(True, (slow[1:] != slow[:-1]) | (owner[1:] != owner[:-1]))
    run = np.cumsum(begins) - 1
    lasted = np.bincount(run, np.nan_to_num(steps.seconds))
    return slow & (lasted[run] >= least_seconds), run
