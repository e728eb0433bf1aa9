"""Areas that overlap, parted so that every place is of one of them: whoever comes first has the shared land.

All outlines are noded together, on the grid that areas are drawn on, and every face of the arrangement goes to the
first area that holds it. Neighbours are put together from the same edges, so they share them vertex for vertex: there
is no crack between them and no overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from riverline._kernels.areas.cutting import areal
from riverline._kernels.areas.partition import mean_width, widths
from riverline._kernels.lines.landside import GRID_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]

__all__ = ["HAIR_M", "Parted", "Yields", "halves", "overlaps", "part_in_order"]

# What is thinner than this is rounding on the grid, not ground: some steps of it.
HAIR_M = 8.0 * GRID_M
# The middle between two edges is found from places so many to the width of the land between them, so far apart at most.
_PLACES, _STEPS_M = 8.0, (0.25, 25.0)


class Parted(NamedTuple):
    """Areas parted.

    Attributes
    ----------
    shapes : (n,)
        What each area keeps; an empty polygon where others have all of it.
    lost : (n,)
        Whether another area has some of it.
    gaps : (k,)
        Narrow land that the areas enclose and none of them holds.
    takers : (k,)
        The first of the areas beside each gap.
    gap_widths : (k,)
        Width of each gap at its widest place, metres.
    """

    shapes: Shapes
    lost: NDArray[np.bool_]
    gaps: Shapes
    takers: Rows
    gap_widths: NDArray[np.float64]


class Yields(NamedTuple):
    """Ground and the row of the area that leaves it to others, (k,) each."""

    ground: Shapes = np.empty(0, dtype=object)
    area: Rows = np.empty(0, dtype=np.intp)


def overlaps(areas: Shapes, groups: Rows) -> tuple[Rows, Rows, Shapes]:
    """Pairs of areas of different groups that share ground.

    Parameters
    ----------
    areas : (n,)
        Valid polygons and multipolygons; None where there is none.
    groups : (n,)
        The group of each; areas of one group are not compared.

    Returns
    -------
    first, second : (k,)
        Rows of each pair, ``first < second``, sorted.
    shared : (k,)
        What they share.

    Examples
    --------
    >>> squares = shapely.box(np.array([0, 5, 20]), 0, np.array([10, 15, 30]), 10)
    >>> first, second, shared = overlaps(squares, np.arange(3))
    >>> first.tolist(), second.tolist(), shapely.area(shared).tolist()
    ([0], [1], [50.0])
    """
    bounds = shapely.bounds(areas)
    there = np.flatnonzero(~np.isnan(bounds[:, 0]))
    boxes = shapely.box(*bounds[there].T)
    one, other = shapely.STRtree(boxes).query(boxes)
    first, second = there[one], there[other]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    apart = (first < second) & (groups[first] != groups[second])
    first, second = first[apart], second[apart]
    meeting = shapely.intersects(areas[first], areas[second])
    first, second = first[meeting], second[meeting]
    shared = _shared(areas[first], areas[second])
    solid = mean_width(shared) > HAIR_M
    return first[solid], second[solid], shared[solid]


def _shared(one: Shapes, other: Shapes) -> Shapes:
    return areal(np.asarray(shapely.intersection(one, other, grid_size=GRID_M), dtype=object))


def part_in_order(areas: Shapes, *, bounding: int, gap_m: float, give: bool, yields: Yields | None = None) -> Parted:
    """Part areas that may overlap: each keeps what no earlier one holds.

    Parameters
    ----------
    areas : (n,)
        Valid polygons and multipolygons, the first to keep its ground first.
    bounding
        How many of them, from the first, enclose gaps; the others may cover one and it is still a gap.
    gap_m
        Width from which land between areas is no gap but ground of its own.
    give
        Whether gaps go to the first area beside them.
    yields
        Ground that an area leaves to those that come after it, unless all that hold it do.

    Returns
    -------
    Parted
        The areas, on the grid.

    Examples
    --------
    >>> areas = np.array([shapely.box(0, 0, 6, 10), shapely.box(4, 0, 9, 10)])
    >>> parted = part_in_order(areas, bounding=2, gap_m=1.0, give=False)
    >>> shapely.area(parted.shapes).tolist(), parted.lost.tolist()
    ([60.0, 30.0], [False, True])
    """
    yields = Yields() if yields is None else yields
    faces = _faces(np.concatenate([areas, yields.ground]))
    points = shapely.point_on_surface(faces)
    tree = shapely.STRtree(points)
    area, face = tree.query(areas, predicate="intersects")
    owner = _owners(tree, area, face, len(areas), yields)
    _settle_hairs(faces, owner, len(areas))
    lost = np.zeros(len(areas), dtype=bool)
    lost[area[owner[face] != area]] = True
    gaps, takers, wide = _gaps(faces, owner, bounding, gap_m)
    # Widths are found to a hundredth of the limit; what is rounding shows in the mean.
    ground = mean_width(gaps) > HAIR_M
    for gap, taker, real in zip(gaps, takers, ground, strict=True):
        if give or not real:
            inside = shapely.intersects(gap, points) & (owner >= bounding)
            lost[owner[inside & (owner < len(areas))]] = True
            owner[inside] = taker
    shapes = np.full(len(areas), shapely.Polygon(), dtype=object)
    order = np.argsort(owner, kind="stable")
    owners, starts = np.unique(owner[order], return_index=True)
    for number, rows in zip(owners.tolist(), np.split(order, starts[1:]), strict=True):
        if number < len(areas):
            shapes[number] = _joined(faces[rows])
    return Parted(shapes, lost, gaps[ground], takers[ground], wide[ground])


def _owners(tree: shapely.STRtree, area: Rows, face: Rows, count: int, yields: Yields) -> Rows:
    """For each face the first area that holds it and does not leave it to others, or the first; ``count``: none."""
    faces = len(tree.geometries)
    which, there = tree.query(yields.ground, predicate="intersects")
    leaves = np.isin(face * count + area, there * count + yields.area[which])
    owner = np.full(faces, count)
    np.minimum.at(owner, face[~leaves], area[~leaves])
    anyone = np.full(faces, count)
    np.minimum.at(anyone, face, area)
    return np.where(owner < count, owner, anyone)


def _settle_hairs(faces: Shapes, owner: Rows, count: int) -> None:
    """Give faces that are mere rounding to whom most of their outline touches, in place."""
    hairs = np.flatnonzero((mean_width(faces) <= HAIR_M) & (owner < count))
    solid = np.flatnonzero((mean_width(faces) > HAIR_M) & (owner < count))
    if not len(hairs):
        return
    hair, beside = shapely.STRtree(faces[solid]).query(faces[hairs], predicate="intersects")
    along = shapely.length(shapely.intersection(faces[hairs[hair]], shapely.boundary(faces[solid[beside]])))
    order = np.lexsort((owner[solid[beside]], -along, hair))
    first = order[np.diff(hair[order], prepend=-1) != 0]
    owner[hairs[hair[first]]] = owner[solid[beside[first]]]


def _faces(areas: Shapes) -> Shapes:
    noded = shapely.union_all(shapely.boundary(areas), grid_size=GRID_M)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))), dtype=object)


def _joined(faces: Shapes) -> Any:  # noqa: ANN401
    """Faces of one arrangement as one area: they meet in whole edges."""
    return faces[0] if len(faces) == 1 else shapely.coverage_union_all(faces)


def _gaps(faces: Shapes, owner: Rows, bounding: int, gap_m: float) -> tuple[Shapes, Rows, NDArray[np.float64]]:
    """Narrow holes of all bounding areas together that more than one of them surrounds."""
    held = np.flatnonzero(owner < bounding)
    rings = [part.interiors for part in shapely.get_parts(_joined(faces[held]))] if len(held) else []
    holes = np.array([shapely.Polygon(ring) for each in rings for ring in each], dtype=object)
    wide = widths(holes, limit_m=gap_m) if gap_m > 0.0 else np.full(len(holes), np.inf)
    takers = np.full(len(holes), -1)
    for number in np.flatnonzero(np.isfinite(wide)).tolist():
        beside = held[shapely.touches(faces[held], holes[number])]
        sides = np.unique(owner[beside])
        takers[number] = sides[0] if len(sides) > 1 else -1
    between = takers >= 0
    return holes[between], takers[between], wide[between]


def halves(one: Any, other: Any) -> tuple[Any, Any]:  # noqa: ANN401 - polygons
    """The ground that two areas share, parted along the middle between the edges that they push into each other.

    Parameters
    ----------
    one, other
        Polygons or multipolygons that overlap.

    Returns
    -------
    near_one, near_other
        The part deeper in ``one``, and that deeper in ``other``; empty where an area has no edge in the shared ground.

    Examples
    --------
    >>> parts = halves(shapely.box(0, 0, 100, 20), shapely.box(0, 10, 100, 40))
    >>> [tuple(round(value, 6) for value in part.bounds) for part in parts]
    [(0.0, 10.0, 100.0, 15.0), (0.0, 15.0, 100.0, 20.0)]
    """
    shared = _shared(np.array([one], dtype=object), np.array([other], dtype=object))[0]
    # The edge of one lies as deep in the other as the shared ground reaches.
    edges = [_edge_within(area, shared, beyond) for area, beyond in ((other, one), (one, other))]
    step = float(np.clip(mean_width(np.array([shared]))[0] / _PLACES, *_STEPS_M))
    places = [shapely.get_coordinates(shapely.segmentize(edge, step)) for edge in edges]
    if not all(len(each) for each in places):
        return shapely.Polygon(), shapely.Polygon()
    points, first = np.unique(np.vstack(places), axis=0, return_index=True)
    # Relative to a place nearby, where coordinates are fine enough for the corners of cells.
    origin = np.round(points[0])
    around = shapely.transform(shared, lambda xy: xy - origin)
    cells = shapely.voronoi_polygons(shapely.multipoints(points - origin), extend_to=around, ordered=True)
    cells = shapely.transform(shapely.get_parts(cells), lambda xy: xy + origin)
    near = [
        shapely.union_all(cells[mask], grid_size=GRID_M) for mask in (first < len(places[0]), first >= len(places[0]))
    ]
    parts = areal(shapely.intersection(np.array(near, dtype=object), shared, grid_size=GRID_M))
    return parts[0], parts[1]


def _edge_within(area: Any, shared: Any, beyond: Any) -> Any:  # noqa: ANN401
    """The outline of an area where it bounds shared ground, without what is the other's outline too."""
    along = shapely.intersection(shapely.boundary(shared), shapely.buffer(shapely.boundary(area), HAIR_M))
    return shapely.difference(along, shapely.buffer(shapely.boundary(beyond), HAIR_M))
