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

__all__ = ["Joins", "joins"]

# How far from its end a tributary is looked at to tell from which side it comes, metres.
_LOOK_BACK_M = 50.0


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


def joins(lines: NDArray[np.object_], snap_m: float) -> Joins:
    """Ends of axes that lie on other axes.

    Parameters
    ----------
    lines : (k,)
        LineStrings with length, digitised downstream.
    snap_m
        Ends nearer than this to another axis are on it; nearer than this to its end, they meet that end.

    Returns
    -------
    Joins
        Ordered by axis, start before end, then by the other axis. An end on several axes has a row for each.
    """
    count = len(lines)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    end, other = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=snap_m)
    end, other = end[end % max(count, 1) != other], other[end % max(count, 1) != other]
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
