"""Cutting many shapes by one region with a very long outline, without every one of them meeting all of it.

:mod:`~riverline._kernels.areas.windows` parts the work. Clipping adds corners on the windows only, and windows reach
beyond their shapes: what is cut has no vertex that is not of the shapes, the outline or their crossings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from riverline._kernels.areas.windows import windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]
    Dimension = Literal[0, 1, 2]

__all__ = ["areal", "cross", "cut"]

# Vertices from which an area counts as one with a long outline.
_LONG = 400

_KINDS = ((0, 4), (1, 5), (3, 6))
_NAMES = ("POINT", "LINESTRING", "POLYGON")
_GATHER = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)


def cut(shapes: Shapes, region: Any, *, dimension: Dimension = 2) -> tuple[Rows, Shapes]:  # noqa: ANN401
    """The parts of shapes that lie in a region.

    Parameters
    ----------
    shapes : (n,)
        Valid areas, lines or points, in metres; None where there is none.
    region
        A valid polygon or multipolygon; 100,000 vertices are fine.
    dimension
        2 for areas, 1 for lines, 0 for points: what of the shapes counts.

    Returns
    -------
    rows : (k,)
        Which of the shapes reach into the region, rising.
    pieces : (k,)
        What of each lies in it; a shape that lies wholly inside is given back as it is.

    Examples
    --------
    >>> squares = shapely.box(np.arange(0, 40, 10), 0, np.arange(10, 50, 10), 10)
    >>> rows, pieces = cut(squares, shapely.box(5, -5, 25, 15))
    >>> rows.tolist(), shapely.area(pieces).tolist()
    ([0, 1, 2], [50.0, 100.0, 50.0])
    """
    rows: list[Rows] = []
    pieces: list[Shapes] = []
    for here, local in windows(shapely.bounds(shapes), region):
        found, made = (here, shapes[here]) if local is None else _cut_few(shapes, here, local, dimension)
        rows.append(found)
        pieces.append(made)
    if not rows:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=object)
    together = np.concatenate(rows)
    order = np.argsort(together, kind="stable")
    return together[order], np.concatenate(pieces)[order]


def _cut_few(shapes: Shapes, rows: Rows, region: Any, dimension: Dimension) -> tuple[Rows, Shapes]:  # noqa: ANN401
    met = rows[shapely.intersects(region, shapes[rows])]
    made = shapes[met].copy()
    crossing = ~shapely.contains_properly(region, made)
    made[crossing] = _of_dimension(shapely.intersection(made[crossing], region), dimension)
    there = ~shapely.is_empty(made)
    return met[there], made[there]


def areal(shapes: Shapes) -> Shapes:
    """Polygons as they are, and of collections the polygons only: what two areas share may be lines and points too."""
    return _of_dimension(shapes, 2)


def _of_dimension(shapes: Shapes, dimension: Dimension) -> Shapes:
    """Shapes of one dimension as they are, and of the others what they hold of it."""
    kinds = shapely.get_type_id(shapes)
    plain = np.isin(kinds, _KINDS[dimension]) | (kinds < 0)
    if plain.all():
        return shapes
    made = shapes.copy()
    made[~plain] = shapely.from_wkt(f"{_NAMES[dimension]} EMPTY")
    mixed = np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION)
    parts, owner = shapely.get_parts(shapes[mixed], return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    wanted = shapely.get_type_id(parts) == _KINDS[dimension][0]
    if wanted.any():
        holders, compact = np.unique(owner[wanted], return_inverse=True)
        made[mixed[holders]] = _GATHER[dimension](parts[wanted], indices=compact)
    return made


def cross(one: Shapes, other: Shapes) -> tuple[Rows, Rows, Shapes]:
    """What the areas of two layers share, pair by pair.

    Parameters
    ----------
    one : (n,)
        Valid polygons that do not overlap one another.
    other : (m,)
        The same of another layer.

    Returns
    -------
    first, second : (k,)
        Rows of the pairs, sorted.
    pieces : (k,)
        What they share, areas only.

    Examples
    --------
    >>> first, second, pieces = cross(
    ...     np.array([shapely.box(0, 0, 4, 4)]), np.array([shapely.box(0, 0, 1, 4), shapely.box(1, 0, 4, 4)])
    ... )
    >>> first.tolist(), second.tolist(), shapely.area(pieces).tolist()
    ([0, 0], [0, 1], [4.0, 12.0])
    """
    long_one, long_other = (shapely.get_num_coordinates(each) >= _LONG for each in (one, other))
    short_one = np.flatnonzero(~long_one)
    first: list[Rows] = []
    second: list[Rows] = []
    pieces: list[Shapes] = []
    for row in np.flatnonzero(long_one):
        found, made = cut(other, one[row])
        first.append(np.full(len(found), row, dtype=np.intp))
        second.append(found)
        pieces.append(made)
    for row in np.flatnonzero(long_other):
        found, made = cut(one[short_one], other[row])
        first.append(short_one[found])
        second.append(np.full(len(found), row, dtype=np.intp))
        pieces.append(made)
    rows = _cross_short(one, other, short_one, np.flatnonzero(~long_other))
    first, second, pieces = [*first, rows[0]], [*second, rows[1]], [*pieces, rows[2]]
    all_first, all_second, made = np.concatenate(first), np.concatenate(second), np.concatenate(pieces)
    order = np.lexsort((all_second, all_first))
    return all_first[order], all_second[order], made[order]


def _cross_short(one: Shapes, other: Shapes, rows: Rows, others: Rows) -> tuple[Rows, Rows, Shapes]:
    small, large = shapely.STRtree(other[others]).query(one[rows], predicate="intersects")
    first, second = rows[small], others[large]
    inside = shapely.covered_by(one[first], other[second])
    made = one[first].copy()
    made[~inside] = areal(shapely.intersection(one[first][~inside], other[second][~inside]))
    there = ~shapely.is_empty(made)
    return first[there], second[there], made[there]
