"""Where rivers meet: ends of axes that lie on other axes, with the place and the side they come from.

Examples
--------
>>> main = shapely.LineString([(0, 0), (1000, 0)])
>>> brook = shapely.LineString([(400, 300), (400, 0)])
>>> found = joins(np.array([main, brook]), 5.0)
>>> found.axis.tolist(), found.at_end.tolist(), found.other.tolist(), found.along.tolist(), found.side.tolist()
([1], [True], [0], [400.0], [-1])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Joins", "Mouths", "joins", "mouths"]

# How far from its end a tributary is looked at to tell from which side it comes, metres.
_LOOK_BACK_M = 50.0
# Widths of a river within which an end may be its bank, and metres where its width is not known.
_WIDTHS, _UNKNOWN_M = 2.0, 300.0


@dataclass(frozen=True, slots=True)
class Joins:
    """Ends of axes on other axes, j of them.

    Attributes
    ----------
    axis : (j,)
        The axis whose end it is.
    at_end : (j,)
        Whether it is the downstream end.
    other : (j,)
        The axis that it lies on.
    along : (j,)
        Metres from the start of that axis: 0 or its length where ends meet.
    side : (j,)
        -1 where the axis comes from the left of the other, 1 from the right, 0 where ends meet.
    """

    axis: Integers
    at_end: Flags
    other: Integers
    along: Floats
    side: Integers


@dataclass(frozen=True, slots=True)
class Mouths:
    """Lower ends of axes that lie on no other axis but near one, m of them.

    Attributes
    ----------
    axis, other : (m,)
        The axis that ends, and the nearest one of those whose banks may be there.
    away : (m,)
        Metres from its end to that axis.
    flows : (m,)
        Whether it flows on into it: the end lies in its channel, or runs straight on to it.
    """

    axis: Integers
    other: Integers
    away: Floats
    flows: Flags


def mouths(lines: NDArray[np.object_], widths: Floats, snap_m: float) -> Mouths:
    """Lower ends that stop at the bank of another river, as centrelines of tributaries are drawn.

    Parameters
    ----------
    lines : (k,)
        LineStrings with length, digitised downstream.
    widths : (k,)
        Of the rivers, metres; NaN where not known: nothing flows into such a one, but what ends near it is told.
    snap_m
        Ends nearer than this to another axis are on it and are no mouths; neither is what ends at another's ends.

    Examples
    --------
    >>> main, brook = (shapely.LineString(each) for each in ([(0, 0), (900, 0)], [(400, 300), (400, 60)]))
    >>> found = mouths(np.array([main, brook]), np.array([90.0, np.nan]), 5.0)
    >>> found.axis.tolist(), found.other.tolist(), found.away.tolist(), found.flows.tolist()
    ([1], [0], [60.0], [True])
    """
    ends, length = shapely.get_point(lines, -1), shapely.length(lines)
    known = np.isfinite(widths) & (widths > 0.0)
    reach = np.where(known, _WIDTHS * np.where(known, widths, 0.0), _UNKNOWN_M)
    other, axis = shapely.STRtree(ends).query(lines, predicate="dwithin", distance=np.maximum(reach, snap_m))
    other, axis = other[axis != other], axis[axis != other]
    away = shapely.distance(ends[axis], lines[other])
    along = shapely.line_locate_point(lines[other], ends[axis])
    on = np.zeros(len(lines), dtype=bool)
    on[axis[away <= snap_m]] = True
    kept = np.flatnonzero(~on[axis] & (along > snap_m) & (along < length[other] - snap_m))
    kept = kept[np.lexsort((other[kept], away[kept], axis[kept]))]
    kept = kept[np.diff(axis[kept], prepend=-1) != 0]
    axis, other, away = axis[kept].astype("int64"), other[kept].astype("int64"), away[kept]
    back = np.minimum(_LOOK_BACK_M, length[axis] / 2)
    last = shapely.get_coordinates(ends[axis])
    way = last - shapely.get_coordinates(shapely.line_interpolate_point(lines[axis], length[axis] - back))
    onward = last + way / np.maximum(np.hypot(*way.T), 1e-9)[:, None] * (_WIDTHS * reach[other])[:, None]
    straight = shapely.intersects(shapely.linestrings(np.stack([last, onward], axis=1)), lines[other])
    flows = known[other] & (straight | (away <= reach[other] / (2.0 * _WIDTHS)))
    return Mouths(axis, other, away, flows)


def joins(lines: NDArray[np.object_], snap_m: float, widths: Floats | None = None) -> Joins:
    """Ends of axes that lie on other axes.

    Parameters
    ----------
    lines : (k,)
        LineStrings with length, digitised downstream.
    snap_m
        Ends nearer than this to another axis are on it; nearer than this to its end, they meet that end.
    widths : (k,), optional
        Of the rivers: with them lower ends at their banks are on them too, as :func:`mouths` has it.

    Returns
    -------
    Joins
        Ordered by axis, start before end, then by the other axis. An end on several axes has a row for each.
    """
    count = len(lines)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, other = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=snap_m)
    end, other = end[end % max(count, 1) != other], other[end % max(count, 1) != other]
    if widths is not None:
        found = mouths(lines, widths, snap_m)
        end = np.concatenate([end, found.axis[found.flows] + count])
        other = np.concatenate([other, found.other[found.flows]])
    axis, at_end = end % max(count, 1), end >= count
    order = np.lexsort((other, at_end, axis))
    axis, at_end, other, end = axis[order], at_end[order], other[order], end[order]
    length = shapely.length(lines)
    along = shapely.line_locate_point(lines[other], ends[end])
    along[shapely.distance(ends[end], ends[other]) <= snap_m] = 0.0
    last = shapely.distance(ends[end], ends[other + count]) <= snap_m
    along[last] = length[other[last]]
    middle = (along > 0.0) & (along < length[other])
    back = np.minimum(_LOOK_BACK_M, length[axis] / 2)
    inner = shapely.line_interpolate_point(lines[axis], np.where(at_end, length[axis] - back, back))
    side = np.where(middle, _side(lines[other], along, inner), 0)
    return Joins(axis.astype("int64"), at_end, other.astype("int64"), along, side.astype("int64"))


def _side(lines: NDArray[np.object_], along: Floats, points: NDArray[np.object_]) -> Integers:
    """-1 where points lie left of lines at a place, looking along them, else 1."""
    around = np.minimum(_LOOK_BACK_M, shapely.length(lines) / 2)
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along - around, 0.0)))
    after = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, np.minimum(along + around, shapely.length(lines)))
    )
    way, place = after - before, shapely.get_coordinates(points) - before
    return np.where(way[:, 0] * place[:, 1] - way[:, 1] * place[:, 0] > 0.0, -1, 1)
