"""What comes next downstream: along an axis, and on into the axis that it ends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.network.river_joins import mouths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["followers", "next_downstream"]


def followers(lines: NDArray[np.object_], *, snap: float, widths: Floats | None = None) -> tuple[Integers, Floats]:
    """The axis that each axis ends on, and how far along that is.

    Parameters
    ----------
    lines : (k,)
        Axes, drawn downstream.
    snap
        An end no farther from another axis ends on it, on the nearest; of several as near, on the one it meets farthest
        from that axis's end.
    widths : (k,), optional
        Of the rivers: with them an end at the bank of one ends on it too, as
        :func:`riverline._kernels.network.river_joins.mouths` has it.

    Returns
    -------
    follower : (k,)
        -1 where an axis ends on none.
    along : (k,)
        Metres along the follower.

    Examples
    --------
    >>> main, side = shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(4, 5), (4, 0)])
    >>> followers(np.array([main, side]), snap=1.0)
    (array([-1,  0]), array([nan,  4.]))
    """
    follower, along = np.full(len(lines), -1, dtype="int64"), np.full(len(lines), np.nan)
    if len(lines) < 2:  # noqa: PLR2004 - one ends on another
        return follower, along
    ends = shapely.get_point(lines, -1)
    axis, other = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=snap)
    axis, other = axis[axis != other], other[axis != other]
    if widths is not None:
        found = mouths(lines, widths, snap)
        axis = np.concatenate([axis, found.axis[found.flows]])
        other = np.concatenate([other, found.other[found.flows]])
    away = shapely.distance(ends[axis], lines[other])
    at = shapely.line_locate_point(lines[other], ends[axis])
    left = shapely.length(lines[other]) - at
    # Two that end head on, or side by side, end on each other's end: nothing flows on there.
    kept = np.flatnonzero(left > snap)
    order = kept[np.lexsort((other[kept], -left[kept], away[kept], axis[kept]))]
    first = order[np.append(True, axis[order][1:] != axis[order][:-1])] if len(order) else order
    follower[axis[first]], along[axis[first]] = other[first], at[first]
    return follower, along


def next_downstream(
    axis: Integers,
    along: Floats,
    target_axis: Integers,
    target_along: Floats,
    *,
    length: Floats,
    follower: Integers,
    join: Floats,
) -> tuple[Integers, Floats, Integers]:
    """The first target at or below each place.

    Parameters
    ----------
    axis, along : (n,)
        Places; axis -1 where unknown.
    target_axis, target_along : (t,)
        Targets.
    length, follower, join : (k,)
        Length of each axis, and what :func:`followers` gives.

    Returns
    -------
    target : (n,)
        -1 where none comes.
    distance : (n,)
        Metres along the axes; NaN where none comes.
    passed : (n,)
        How many axes were left for the next one.

    Examples
    --------
    >>> place, target = (np.array([1]), np.array([2.0])), (np.array([0]), np.array([9.0]))
    >>> network = {"length": np.array([10.0, 5.0]), "follower": np.array([-1, 0]), "join": np.array([np.nan, 4.0])}
    >>> next_downstream(*place, *target, **network)
    (array([0]), array([8.]), array([1]))
    """
    order = np.lexsort((target_along, target_axis))
    key = target_axis[order] + 1j * target_along[order]
    target, distance = np.full(len(axis), -1, dtype="int64"), np.full(len(axis), np.nan)
    passed = np.zeros(len(axis), dtype="int64")
    at, where, gone = axis.copy(), np.where(np.isnan(along), 0.0, along), np.zeros(len(axis))
    going = np.flatnonzero(axis >= 0)
    for _ in range(len(length) + 1):  # beyond so many axes the network runs in a circle
        if not len(going):
            break
        found = np.searchsorted(key, at[going] + 1j * where[going])
        there = found < len(key)
        there[there] &= target_axis[order][found[there]] == at[going][there]
        hit, row = going[there], order[found[there]]
        target[hit], distance[hit] = row, gone[hit] + target_along[row] - where[hit]
        going = going[~there]
        gone[going] += length[at[going]] - where[going]
        where[going], at[going] = join[at[going]], follower[at[going]]
        going = going[at[going] >= 0]
        passed[going] += 1
    return target, distance, passed
