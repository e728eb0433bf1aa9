"""Steps of walkers as intervals on the chainage of rivers, bank by bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines.chainage import locate_many
from riverline._kernels.lines.siding import Doubt, sides

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Followed", "closed_by", "follow", "gaps_by", "newly_by", "united_by"]

# Steps are looked up at least so often: between two places the chainage of a walker is taken to change evenly.
_EVERY_M = 10.0
_LEAST_M = 1e-9
_NO_DOUBT = Doubt()


@dataclass(frozen=True, slots=True)
class Followed:
    """Pieces of steps that follow a river.

    Attributes
    ----------
    step, axis : (k,)
        Which step along which axis.
    bank : (k,)
        0 left, 1 right.
    start, end : (k,)
        Chainages, ``start <= end``; metres from the first vertex of the axis.
    within_m : (m,)
        Length of each step inside the buffer of an axis.
    across_m : (m,)
        Of it where the chainage leaps, as where a bend is cut off: that is no interval.
    doubted_m : (m,)
        Of it what follows both banks because nothing tells on which it was.
    nearest_m : (m,)
        Least distance of each step from an axis.
    """

    step: Integers
    axis: Integers
    bank: Integers
    start: Floats
    end: Floats
    within_m: Floats
    across_m: Floats
    doubted_m: Floats
    nearest_m: Floats


def follow(
    start: Floats,
    end: Floats,
    axes: Sequence[Any],
    *,
    buffer: float,
    both: float = 0.0,
    doubt: Doubt = _NO_DOUBT,
    walk: Integers | None = None,
) -> Followed:
    """What steps follow of the axes that they are nearest to.

    Parameters
    ----------
    start, end : (m, 2)
        Ends of the steps, metres.
    axes : (k,)
        LineStrings.
    buffer
        A place no farther from the axis follows it.
    both
        A place no farther from the axis follows both banks.
    doubt
        How near to the axis the side of a place is in doubt. By default nowhere.
    walk : (m,)
        Steps of one walk, each of which begins where the one before ended, have one number. If not given, every step
        is a walk.

    Notes
    -----
    A step is looked up every ten metres or closer; in between chainage and offset change evenly, which is exact along
    a straight axis. Pieces end where the buffer ends. Along a bend a walker's chainage may run ahead of him by twice
    his distances from the axis; beyond that he crosses over to another arm. Which bank a piece is on, where it is in
    doubt, is told by what its walk does before and afterwards: :func:`riverline._kernels.lines.siding.sides`.

    Examples
    --------
    >>> import shapely
    >>> axis = shapely.LineString([(0, 0), (100, 0)])
    >>> found = follow(np.array([[10.0, 5.0]]), np.array([[40.0, 5.0]]), [axis], buffer=20)
    >>> float(found.start.min()), float(found.end.max()), set(found.bank.tolist())
    (10.0, 40.0, {0})
    """
    count = np.maximum(np.ceil(np.hypot(*(end - start).T) / _EVERY_M), 1).astype("int64")
    step = np.repeat(np.arange(len(start)), count + 1)
    place = np.arange(len(step)) - np.repeat(np.cumsum(count + 1) - (count + 1), count + 1)
    share = (place / count[step])[:, None]
    xy = start[step] * (1 - share) + end[step] * share
    axis, along, offset = locate_many(xy, axes)
    first = np.flatnonzero(step[1:] == step[:-1]) if len(step) else np.zeros(0, dtype="int64")
    same = first[(axis[first] == axis[first + 1]) & (axis[first] >= 0)]
    length = np.hypot(*(xy[same + 1] - xy[same]).T)
    whole = shapely.length(np.asarray(axes, dtype="object"))[axis[same]]
    one, other = _lateral(along, offset, same, whole)
    beyond = np.minimum(along[same], along[same + 1]) >= whole
    beyond |= np.maximum(along[same], along[same + 1]) <= 0.0
    leap = np.abs(along[same + 1] - along[same]) > length + 2 * (np.abs(one) + np.abs(other)) + _LEAST_M
    nearest = np.full(len(start), np.inf)
    np.fmin.at(nearest, step, np.where(np.isnan(offset), np.inf, np.abs(offset)))
    levels = sorted({-buffer, -both, -doubt.within, 0.0, doubt.within, both, buffer})
    piece, begin, finish = _cut(one, other, levels)
    middle = one[piece] + (begin + finish) / 2 * (other - one)[piece]
    inside = np.abs(middle) <= buffer
    ways = _between(along, same, piece, begin), _between(along, same, piece, finish)
    walks = np.arange(len(start)) if walk is None else walk
    group = _together(walks[step[same]], axis[same], same, step[same], leap)[piece]
    left, right = sides(group, np.where(beyond[piece], 0.0, middle), np.abs(ways[1] - ways[0]), doubt)
    unsided, near = left & right, np.abs(middle) <= both if both else np.zeros(len(middle), dtype=bool)
    kept = inside & ~leap[piece]
    rows = [np.flatnonzero(kept & (side | near)) for side in (left, right)]
    row, bank = np.concatenate(rows), np.repeat([0, 1], [len(each) for each in rows])
    low, high = np.sort([each[row] for each in ways], axis=0)
    long = high - low > _LEAST_M
    told = row[long]
    within, across, doubted = (
        np.asarray(np.bincount(step[same[piece]], (finish - begin) * length[piece] * each, len(start)), dtype="float64")
        for each in (inside, inside & leap[piece], kept & unsided & ~near)
    )
    where = same[piece[told]]
    return Followed(step[where], axis[where], bank[long], low[long], high[long], within, across, doubted, nearest)


def _lateral(along: Floats, offset: Floats, same: Integers, length: Floats) -> tuple[Floats, Floats]:
    """Offsets at both ends of pieces; that of an end which lies before or beyond the axis is the other end's.

    There the offset is the distance from the axis's end and says nothing of how far to the side somebody walks.
    """
    one, other = offset[same], offset[same + 1]
    first, last = ((at <= 0.0) | (at >= length) for at in (along[same], along[same + 1]))
    return np.where(first & ~last, other, one), np.where(last & ~first, one, other)


def _cut(one: Floats, other: Floats, levels: Sequence[float]) -> tuple[Integers, Floats, Floats]:
    """Pieces cut where their offset passes a level: which piece, and the shares of its way it lies between."""
    every = np.arange(len(one))
    crossed = [np.flatnonzero((one - level) * (other - level) < 0) for level in levels]
    cuts = [(level - one[each]) / (other - one)[each] for level, each in zip(levels, crossed, strict=True)]
    piece = np.concatenate([every, *crossed])
    begin = np.concatenate([np.zeros(len(one)), *cuts])
    order = np.lexsort((begin, piece))
    piece, begin = piece[order], begin[order]
    last = np.append(piece[1:] != piece[:-1], True)[: len(piece)]
    finish = np.where(last, 1.0, np.append(begin[1:], 1.0)[: len(begin)])
    return piece, begin, finish


def _together(walk: Integers, axis: Integers, same: Integers, step: Integers, leap: NDArray[np.bool_]) -> Integers:
    """Number of the stretch of one walk along one axis that each piece is of; what leaps is alone."""
    if not len(same):
        return same
    follows = same[1:] - same[:-1] == 1 + (step[1:] != step[:-1])
    held = follows & (walk[1:] == walk[:-1]) & (axis[1:] == axis[:-1]) & ~leap[1:] & ~leap[:-1]
    return np.cumsum(np.append(True, ~held)) - 1


def _between(along: Floats, same: Integers, kept: Integers, share: Floats) -> Floats:
    from_, to = along[same[kept]], along[same[kept] + 1]
    return np.where(share == 1.0, to, from_ + share * (to - from_))


def united_by(group: Integers, start: Floats, end: Floats) -> tuple[Integers, Floats, Floats]:
    """The union of intervals, group by group, as intervals that neither overlap nor touch.

    Parameters
    ----------
    group, start, end : (n,)
        Intervals of groups, in any order.

    Returns
    -------
    group, start, end : (k,)
        In order of group and start.

    Examples
    --------
    >>> united_by(np.array([1, 0, 1]), np.array([0.0, 0.0, 2.0]), np.array([3.0, 1.0, 4.0]))
    (array([0, 1]), array([0., 0.]), array([1., 4.]))
    """
    if not len(group):
        return group, start, end
    order = np.lexsort((end, start, group))
    group, start, end = group[order], start[order], end[order]
    # The farthest end so far, group by group: ranks of ends rise within a group and never reach the next group's.
    sorted_ends = np.sort(end)
    number = np.cumsum(np.append(False, group[1:] != group[:-1]))
    rank = number * len(end) + np.searchsorted(sorted_ends, end)
    reached = sorted_ends[np.maximum.accumulate(rank) - number * len(end)]
    first = np.append(True, (group[1:] != group[:-1]) | (start[1:] > reached[:-1]))
    last = np.append(first[1:], True)
    return group[first], start[first], reached[last]


def closed_by(
    group: Integers, start: Floats, end: Floats, *, low: Floats, high: Floats, apart: float
) -> tuple[Integers, Floats, Floats]:
    """The union of intervals within stretches, and what it leaves of these where that is short.

    Parameters
    ----------
    group, start, end : (n,)
        Intervals within their group's stretch, in any order.
    low, high : (g,)
        Stretch of each group, by its number.
    apart
        What lies between two intervals, or between one and an end of its stretch, and is no longer, is closed. A
        stretch without any interval is open.

    Returns
    -------
    group, start, end : (k,)
        In order of group and start; they neither overlap nor touch.

    Examples
    --------
    >>> closed_by(
    ...     np.array([0, 0]),
    ...     np.array([2.0, 9.0]),
    ...     np.array([6.0, 14.0]),
    ...     low=np.zeros(2),
    ...     high=np.full(2, 20.0),
    ...     apart=3.0,
    ... )
    (array([0]), array([0.]), array([14.]))
    """
    group, start, end = united_by(group, start, end)
    start = np.where(start - low[group] <= apart, low[group], start)
    end = np.where(high[group] - end <= apart, high[group], end)
    near = np.flatnonzero((group[1:] == group[:-1]) & (start[1:] - end[:-1] <= apart))
    end[near] = np.maximum(end[near], start[near + 1])
    return united_by(group, start, end)


def gaps_by(
    group: Integers, start: Floats, end: Floats, *, low: Floats, high: Floats, least: float
) -> tuple[Integers, Floats, Floats]:
    """What a union of intervals leaves of one stretch a group.

    Parameters
    ----------
    group, start, end : (n,)
        Intervals within their group's stretch, in any order.
    low, high : (g,)
        Stretch of each group, by its number.
    least
        Shorter gaps are left out.

    Examples
    --------
    >>> gaps_by(np.array([0]), np.array([2.0]), np.array([3.0]), low=np.zeros(2), high=np.full(2, 9.0), least=0.1)
    (array([0, 0, 1]), array([0., 3., 0.]), array([2., 9., 9.]))
    """
    every = np.arange(len(low))
    united, begin, finish = united_by(
        np.concatenate([group, every, every]),
        np.concatenate([start, low, high]),
        np.concatenate([end, low, high]),
    )
    inner = np.flatnonzero(united[1:] == united[:-1]) if len(united) else united
    kept = inner[begin[inner + 1] - finish[inner] >= least]
    return united[kept], finish[kept], begin[kept + 1]


def newly_by(group: Integers, start: Floats, end: Floats, order: Integers) -> Floats:
    """Length of each interval that no interval of its group of a smaller order covers, each place counted once.

    Parameters
    ----------
    group, start, end : (n,)
        Intervals of groups, in any order; those of one order may overlap.
    order : (n,)
        Which come first; not below zero.

    Returns
    -------
    (n,)
        What several intervals of the smallest order cover counts for one of them.

    Notes
    -----
    The ends of a group's intervals cut it into pieces; the earliest interval over each piece is a range minimum, found
    for all at once by a table of ranges whose lengths are powers of two, read from the longest down.

    Examples
    --------
    >>> newly_by(np.zeros(2, dtype="int64"), np.array([0.0, 5.0]), np.array([8.0, 10.0]), np.array([0, 1]))
    array([8., 2.])
    """
    if not len(group):
        return np.zeros(0)
    knots = np.unique(np.column_stack([np.tile(group, 2), np.concatenate([start, end])]), axis=0)
    # As complex numbers pairs of group and chainage are in one order and can be looked up at once.
    key = knots[:, 0] + 1j * knots[:, 1]
    first, last = (np.searchsorted(key, group + 1j * each) for each in (start, end))
    rank = np.empty(len(order), dtype="int64")
    rank[np.lexsort((end, start, order))] = np.arange(len(order))
    earliest = _range_minimum(first, last, rank, len(knots))
    piece = np.append(np.diff(knots[:, 1]), 0.0)
    owned = earliest < len(rank)
    by_rank = np.bincount(earliest[owned], piece[owned], len(rank))
    return np.asarray(by_rank[rank], dtype="float64")


def _range_minimum(first: Integers, last: Integers, value: Integers, size: int) -> Integers:
    """The least value over each place of ranges ``[first, last)``; how many ranges there are where none is."""
    levels = max(size.bit_length(), 1)
    none = len(value)
    table = np.full((levels, size), none, dtype="int64")
    there = last > first
    level = np.zeros(len(first), dtype="int64")
    level[there] = np.floor(np.log2(last[there] - first[there])).astype("int64")
    for begin in (first, last - (1 << level)):
        np.minimum.at(table, (level[there], begin[there]), value[there])
    for upper in range(levels - 1, 0, -1):
        half = 1 << (upper - 1)
        np.minimum(table[upper - 1], table[upper], out=table[upper - 1])
        np.minimum(table[upper - 1, half:], table[upper, : size - half], out=table[upper - 1, half:])
    return table[0]
