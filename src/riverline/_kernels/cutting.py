"""Cutting many areas by one with a very long outline, without every one of them meeting all of it.

The areas are split in two at their median, again and again, and the long outline is clipped to the surroundings of
each half. A window that lies wholly inside settles all of its areas at once, one that lies outside drops them, and at
the end an area meets only the few vertices near it. Clipping adds corners on the windows only, and windows reach
beyond their areas: what is cut has no vertex that is not of the areas, the outline or their crossings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]

__all__ = ["areal", "cross", "cut"]

# Areas in a last window, and vertices of the outline below which splitting costs more than it saves.
_FEW_AREAS, _FEW_VERTICES = 48, 64
# How far a window reaches beyond its areas, metres.
_MARGIN_M = 1.0
# Vertices from which an area counts as one with a long outline.
_LONG = 400


def cut(shapes: Shapes, region: Any) -> tuple[Rows, Shapes]:  # noqa: ANN401 - Polygon or MultiPolygon
    """The parts of areas that lie in a region.

    Parameters
    ----------
    shapes : (n,)
        Valid polygons, in metres; None where there is none.
    region
        A valid polygon or multipolygon; 100,000 vertices are fine.

    Returns
    -------
    rows : (k,)
        Which of the areas reach into the region, rising.
    pieces : (k,)
        What of each lies in it; an area that lies wholly inside is given back as it is.

    Examples
    --------
    >>> squares = shapely.box(np.arange(0, 40, 10), 0, np.arange(10, 50, 10), 10)
    >>> rows, pieces = cut(squares, shapely.box(5, -5, 25, 15))
    >>> rows.tolist(), shapely.area(pieces).tolist()
    ([0, 1, 2], [50.0, 100.0, 50.0])
    """
    bounds = shapely.bounds(shapes)
    open_windows = [(np.flatnonzero(_meet(bounds, shapely.bounds(region))), region)]
    rows: list[Rows] = []
    pieces: list[Shapes] = []
    while open_windows:
        here, local = open_windows.pop()
        if not len(here):
            continue
        low, high = bounds[here, :2].min(axis=0) - _MARGIN_M, bounds[here, 2:].max(axis=0) + _MARGIN_M
        local = shapely.clip_by_rect(local, *low, *high)
        vertices = shapely.get_num_coordinates(local)
        if not vertices:
            continue
        if vertices == 5 and shapely.area(local) >= np.prod(high - low):  # noqa: PLR2004 - the window itself
            found, made = here, shapes[here]
        elif len(here) <= _FEW_AREAS or vertices <= _FEW_VERTICES:
            if not shapely.is_valid(local):
                # Quick clipping may leave a ring that touches itself on the window's edge.
                local = shapely.intersection(region, shapely.box(*low, *high))
            found, made = _cut_few(shapes, here, local)
        else:
            open_windows += [(half, local) for half in _halves(here, bounds)]
            continue
        rows.append(found)
        pieces.append(made)
    if not rows:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=object)
    together = np.concatenate(rows)
    order = np.argsort(together, kind="stable")
    return together[order], np.concatenate(pieces)[order]


def _meet(bounds: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray((bounds[:, :2] <= other[2:]).all(axis=1) & (bounds[:, 2:] >= other[:2]).all(axis=1))


def _halves(rows: Rows, bounds: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """Rows on either side of the median of their middles, along the longer side of their window."""
    middles = bounds[rows, :2] + bounds[rows, 2:]
    longer = int(np.ptp(middles[:, 1]) > np.ptp(middles[:, 0]))
    order = rows[np.argsort(middles[:, longer], kind="stable")]
    return order[: len(order) // 2], order[len(order) // 2 :]


def _cut_few(shapes: Shapes, rows: Rows, region: Any) -> tuple[Rows, Shapes]:  # noqa: ANN401
    shapely.prepare(region)
    met = rows[shapely.intersects(region, shapes[rows])]
    made = shapes[met].copy()
    crossing = ~shapely.contains_properly(region, made)
    made[crossing] = areal(shapely.intersection(made[crossing], region))
    there = ~shapely.is_empty(made)
    return met[there], made[there]


def areal(shapes: Shapes) -> Shapes:
    """Polygons as they are, and of collections the polygons only: what two areas share may be lines and points too."""
    kinds = shapely.get_type_id(shapes)
    plain = np.isin(kinds, (3, 6)) | (kinds < 0)
    if plain.all():
        return shapes
    made = shapes.copy()
    made[~plain] = shapely.from_wkt("POLYGON EMPTY")
    mixed = np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION)
    parts, owner = shapely.get_parts(shapes[mixed], return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    if polygons.any():
        holders, compact = np.unique(owner[polygons], return_inverse=True)
        made[mixed[holders]] = shapely.multipolygons(parts[polygons], indices=compact)
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
