"""Positions along an axis: chainage and signed offset of points, and the way back.

Chainage runs in metres from the first vertex; an offset is positive right of the axis, looking along it, negative left.
Where an axis bends, three conventions make the answers unambiguous:

- *Ties.* A point as near to two places of the axis belongs to the smaller chainage (with several axes: to the first).
- *Side at a vertex.* A point nearest to a vertex lies in the wedge beyond both segments; its side is taken from the
  bisecting direction of the two, never from one segment alone, which is wrong on convex corners sharper than 90°.
- *Direction at a vertex* is the bisecting direction, so that the normal lies between those of the two segments. Where
  an axis turns back on itself (180°) there is none; the incoming direction is taken.

Beyond its ends an axis has no chainage: :func:`locate` gives the end's chainage and the distance from it, and
:func:`position` and :func:`direction` go on straight.

Examples
--------
>>> import numpy as np
>>> axis = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]])
>>> locate(np.array([[30.0, 5.0], [110.0, -10.0], [97.0, 50.0]]), axis)
(array([ 30., 100., 150.]), array([-5.        , 14.14213562, -3.        ]))
>>> position(axis, np.array([150.0]), np.array([-3.0]))
array([[97., 50.]])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.ruler import Ruler, bisector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from riverline._kernels.lines.ruler import Segments

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["cut", "cut_many", "direction", "locate", "locate_each", "locate_many", "position", "vertex_chainages"]

# Chainages nearer to a vertex than this mean the vertex itself: a hundredth of what coordinates are rounded to.
VERTEX_TOLERANCE_M = 1e-5

# Points looked up at once: bounds the memory at some 50 MB, whatever the number of points.
_CHUNK = 200_000


def locate(points: ArrayLike, axis: ArrayLike | Ruler) -> tuple[Floats, Floats]:
    """Chainage and signed offset of points from one axis.

    Parameters
    ----------
    points : (n, 2)
        Coordinates in metres; rows with NaN give NaN.
    axis : (m, 2) or Ruler
        Vertices of the axis in metres, in its direction; repeated vertices are skipped.

    Returns
    -------
    chainage : (n,)
        Metres from the first vertex to the nearest place of the axis, the smallest where several are as near.
    offset : (n,)
        Distance from the axis, positive on the right. A point straight ahead of or behind an end counts as right.

    Notes
    -----
    The distance is the plane distance to the axis, so beyond the ends it is the distance from the end. An axis without
    length gives NaN.

    Examples
    --------
    >>> locate([[5.0, -2.0]], [[0.0, 0.0], [10.0, 0.0]])
    (array([5.]), array([2.]))
    """
    return locate_many(points, axis if isinstance(axis, Ruler) else [shapely.LineString(_flat(axis))])[1:]


def locate_many(points: ArrayLike, axes: Sequence[Any] | Ruler) -> tuple[Integers, Floats, Floats]:
    """Nearest axis of each point, with chainage and signed offset from it.

    Parameters
    ----------
    points : (n, 2)
        Coordinates in metres; millions are fine, they are looked up in chunks.
    axes : (k,) or Ruler
        LineStrings.

    Returns
    -------
    axis : (n,)
        Index of the nearest axis, the first where several are as near; -1 for points with NaN or without any axis.
    chainage, offset : (n,)
        As from :func:`locate`.

    Examples
    --------
    >>> axes = [shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 9), (10, 9)])]
    >>> locate_many([[5.0, 2.0], [5.0, 7.0]], axes)
    (array([0, 1]), array([5., 5.]), array([-2.,  2.]))
    """
    points = _flat(points)
    ruler = axes if isinstance(axes, Ruler) else Ruler(axes)
    segments = ruler.segments
    axis = np.full(len(points), -1, dtype="int64")
    chainage, offset = np.full((2, len(points)), np.nan)
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    for rows in (finite[begin : begin + _CHUNK] for begin in range(0, len(finite), _CHUNK)):
        place, segment = ruler.nearest(points[rows])
        point = rows[place]
        along, side = _project(points[point], segments, segment)
        best = _first(point, np.lexsort((along, segments.axis[segment], point)))
        axis[point[best]] = segments.axis[segment[best]]
        chainage[point[best]], offset[point[best]] = along[best], side[best]
    return axis, chainage, offset


def locate_each(points: ArrayLike, axes: Sequence[Any], which: ArrayLike) -> tuple[Floats, Floats]:
    """Chainage and signed offset of points, each from the axis that it is said to belong to.

    Parameters
    ----------
    points : (n, 2)
        Coordinates in metres.
    axes : (k,)
        LineStrings.
    which : (n,)
        Index of each point's axis; -1 gives NaN.

    Returns
    -------
    chainage, offset : (n,)
        As from :func:`locate`.

    Examples
    --------
    >>> axes = [shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 9), (10, 9)])]
    >>> locate_each([[5.0, 2.0], [5.0, 2.0]], axes, [0, 1])
    (array([5., 5.]), array([-2.,  7.]))
    """
    points, which = _flat(points), np.asarray(which, dtype="int64")
    chainage, offset = np.full((2, len(points)), np.nan)
    order = np.argsort(which, kind="stable")
    wanted, first = np.unique(which[order], return_index=True)
    # No points give no numbers, but one part without rows.
    for number, rows in zip(wanted, np.split(order, first[1:]), strict=False):
        if number >= 0:
            _, chainage[rows], offset[rows] = locate_many(points[rows], [axes[number]])
    return chainage, offset


def vertex_chainages(axis: ArrayLike) -> Floats:
    """Chainage of each vertex of an axis.

    Examples
    --------
    >>> vertex_chainages([[0.0, 0.0], [3.0, 4.0], [3.0, 10.0]])
    array([ 0.,  5., 11.])
    """
    step = np.diff(_flat(axis), axis=0)
    return np.append(0.0, np.cumsum(np.hypot(step[:, 0], step[:, 1])))


def position(axis: ArrayLike, chainage: ArrayLike, offset: ArrayLike = 0.0) -> Floats:
    """Coordinates of chainages and offsets: the inverse of :func:`locate`.

    Parameters
    ----------
    axis : (m, 2)
        Vertices of the axis in metres.
    chainage : (k,)
        Metres from the first vertex; below 0 and beyond the end the axis goes on straight.
    offset : (k,) or a number
        Metres right of the axis, along the normal of :func:`direction`.

    Returns
    -------
    (k, 2)
        Coordinates. A chainage within 0.01 mm of a vertex gives the vertex's own coordinates, to the last bit.

    Examples
    --------
    >>> position([[0.0, 0.0], [10.0, 0.0]], [2.0, 12.0], 1.0)
    array([[ 2., -1.],
           [12., -1.]])
    """
    axis = _distinct(_flat(axis))
    along = vertex_chainages(axis)
    chainage = np.atleast_1d(np.asarray(chainage, dtype="float64"))
    segment = _segment_of(along, chainage)
    share = (chainage - along[segment]) / (along[segment + 1] - along[segment])
    placed = axis[segment] + share[:, None] * (axis[segment + 1] - axis[segment])
    vertex, at_vertex = _vertex_at(along, chainage)
    placed = np.where(at_vertex[:, None], axis[vertex], placed)
    if np.ndim(offset) == 0 and offset == 0.0:
        return np.asarray(placed)
    tangent = _tangent(axis, along, chainage)
    right = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    return np.asarray(placed + np.asarray(offset, dtype="float64")[..., None] * right)


def direction(axis: ArrayLike, chainage: ArrayLike) -> Floats:
    """Unit direction of an axis at chainages: along the segment, at a vertex the bisecting direction.

    Parameters
    ----------
    axis : (m, 2)
        Vertices of the axis in metres.
    chainage : (k,)
        Metres from the first vertex; beyond the ends the direction of the end.

    Returns
    -------
    (k, 2)
        Unit vectors; the right-hand normal is ``(y, -x)`` of them.

    Examples
    --------
    >>> direction([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]], [5.0, 10.0]).round(3)
    array([[1.   , 0.   ],
           [0.707, 0.707]])
    """
    axis = _distinct(_flat(axis))
    return _tangent(axis, vertex_chainages(axis), np.atleast_1d(np.asarray(chainage, dtype="float64")))


def cut(line: ArrayLike, start: float, end: float) -> Floats:
    """The stretch of a line between two chainages, its ends exactly there.

    Parameters
    ----------
    line : (m, 2)
        Vertices in metres.
    start, end
        Chainages, ``start <= end``; clamped to the line.

    Returns
    -------
    (k, 2)
        Vertices of the stretch, at least two; equal chainages give the same point twice. Neighbouring stretches share
        their end to the last bit.

    Examples
    --------
    >>> cut([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]], 4.0, 13.0)
    array([[ 4.,  0.],
           [10.,  0.],
           [10.,  3.]])
    """
    return shapely.get_coordinates(cut_many(line, [start], [end]))


def cut_many(line: ArrayLike, start: ArrayLike, end: ArrayLike) -> NDArray[np.object_]:
    """Several stretches of one line, as :func:`cut` makes them.

    Parameters
    ----------
    line : (m, 2)
        Vertices in metres.
    start, end : (k,)
        Chainages, ``start <= end``; clamped to the line. Stretches may overlap and leave gaps.

    Returns
    -------
    (k,)
        LineStrings.

    Examples
    --------
    >>> cut_many([[0.0, 0.0], [10.0, 0.0]], [0.0, 5.0], [5.0, 10.0])
    array([<LINESTRING (0 0, 5 0)>, <LINESTRING (5 0, 10 0)>], dtype=object)
    """
    line = _distinct(_flat(line))
    along = vertex_chainages(line)
    begin, finish = (np.clip(np.asarray(each, dtype="float64"), 0.0, along[-1]) for each in (start, end))
    first = np.searchsorted(along, begin + VERTEX_TOLERANCE_M, side="right")
    last = np.maximum(np.searchsorted(along, finish - VERTEX_TOLERANCE_M, side="left"), first)
    pieces, count = np.arange(len(begin)), last - first
    piece = np.repeat(pieces, count)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    coordinates = np.concatenate([position(line, begin), line[first[piece] + within], position(line, finish)])
    owner = np.concatenate([pieces, piece, pieces])
    order = np.argsort(owner, kind="stable")
    return np.asarray(shapely.linestrings(coordinates[order], indices=owner[order]))


def _project(points: Floats, segments: Segments, index: Integers) -> tuple[Floats, Floats]:
    """Chainage and offset of points from the segments that are nearest to them."""
    away, unit, length = points - segments.start[index], segments.unit[index], segments.length[index]
    along = np.einsum("ij,ij->i", away, unit)
    before, beyond = along <= 0, along >= length
    along = np.where(beyond, length, np.maximum(along, 0.0))
    corner = np.where(beyond[:, None], segments.end[index], segments.start[index])
    outside = points - corner
    tangent = np.where(beyond[:, None], segments.at_end[index], segments.at_start[index])
    at_vertex = before | beyond
    side = _cross(np.where(at_vertex[:, None], tangent, unit), np.where(at_vertex[:, None], outside, away))
    distance = np.where(at_vertex, np.hypot(outside[:, 0], outside[:, 1]), np.abs(side))
    return segments.chainage[index] + along, np.where(side > 0, -distance, distance)


def _cross(one: Floats, other: Floats) -> Floats:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def _first(point: Integers, order: Integers) -> Integers:
    """Of rows in that order, the first of each point."""
    sorted_points = point[order]
    return np.asarray(order[np.diff(sorted_points, prepend=-1) != 0])


def _tangent(axis: Floats, along: Floats, chainage: Floats) -> Floats:
    """Unit direction at chainages of an axis without repeated vertices."""

    def unit(segment: Integers) -> Floats:
        return (axis[segment + 1] - axis[segment]) / (along[segment + 1] - along[segment])[:, None]

    vertex, at_vertex = _vertex_at(along, chainage)
    bent = at_vertex & (vertex > 0) & (vertex < len(axis) - 1)
    tangent = unit(_segment_of(along, chainage))
    tangent[bent] = bisector(unit(vertex[bent] - 1), unit(vertex[bent]))
    return tangent


def _segment_of(along: Floats, chainage: Floats) -> Integers:
    return np.clip(np.searchsorted(along, chainage, side="right") - 1, 0, len(along) - 2)


def _vertex_at(along: Floats, chainage: Floats) -> tuple[Integers, NDArray[np.bool_]]:
    """Nearest vertex of each chainage, and whether the chainage means the vertex itself."""
    after = np.clip(np.searchsorted(along, chainage), 1, len(along) - 1)
    vertex = after - (chainage - along[after - 1] <= along[after] - chainage)
    return vertex, np.abs(along[vertex] - chainage) <= VERTEX_TOLERANCE_M


def _distinct(coordinates: Floats) -> Floats:
    moved = (np.diff(coordinates, axis=0) != 0).any(axis=1)
    return np.asarray(coordinates[np.append(True, moved)])


def _flat(coordinates: ArrayLike) -> Floats:
    """Coordinates as floats, without Z."""
    array = np.asarray(coordinates, dtype="float64")
    return array.reshape(-1, array.shape[-1] if array.size else 2)[:, :2]
