"""A region parted by areas that may leave gaps, overlap one another or be drawn twice: every place in one part.

The outlines of areas that cover a region once run along each other in opposite directions, segment for segment, and
along the region's own. Counted with their direction they cancel; what is left over bounds exactly the places that are
covered not once but never or more often. So only the left-over segments are noded, however many areas there are, and
only areas that overlap are taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]
    Floats = NDArray[np.float64]

__all__ = ["HAIR_M", "Parts", "fine_grid", "mean_width", "part", "widths"]

# Lines are noded on a grid this fine, or the finest that leaves a double a bit to spare where eastings bear a zone
# prefix: an edge of 100 m that is moved by it changes an area by less than a millionth of a square metre.
_FINE_M, _BITS = 2.0**-28, 52
# Where the parts do not add up, noding met lines closer than the grid: coarser ones are tried, and the best is kept.
_COARSER, _OPEN_M2 = (1.0, 16.0, 256.0), 1e-3
# What is thinner than some steps of its grid is rounding of the arithmetic, not ground.
_HAIR_STEPS = 8.0
# What is thinner than this was never drawn: surveys give millimetres.
HAIR_M = 1e-6
# A hundredth of the limit, and better.
_HALVINGS = 7


@dataclass(frozen=True, slots=True)
class Parts:
    """A region parted.

    Attributes
    ----------
    geometry : (k,)
        Polygons and multipolygons that do not overlap.
    members : (k,)
        Rows of the areas that each part lies in, rising; empty in a gap. Every gap is a part of its own.
    """

    geometry: Shapes
    members: list[tuple[int, ...]]


def part(pieces: Shapes, region: Any) -> Parts:  # noqa: ANN401 - Polygon or MultiPolygon
    """Part a region by areas inside it.

    Parameters
    ----------
    pieces : (n,)
        Polygons and multipolygons inside the region, from :func:`~riverline._kernels.areas.cutting.cut`.
    region
        The region that they ought to cover.

    Returns
    -------
    Parts
        Areas that overlap nothing as they are; of the others what lies in one alone, and what lies in several once
        for each set of areas; and the gaps.

    Examples
    --------
    >>> areas = np.array([shapely.box(0, 0, 6, 10), shapely.box(5, 0, 9, 10)])
    >>> parts = part(areas, shapely.box(0, 0, 10, 10))
    >>> sorted(zip(parts.members, shapely.area(parts.geometry).tolist()))
    [((), 10.0), ((0,), 50.0), ((0, 1), 10.0), ((1,), 30.0)]
    """
    whole, finest = shapely.area(region), fine_grid(region)
    tried: list[tuple[float, Parts]] = []
    for times in _COARSER:
        parts = _part(pieces, region, finest * times)
        tried.append((abs(shapely.area(parts.geometry).sum() - whole), parts))
        if tried[-1][0] <= _OPEN_M2:
            break
    return min(tried, key=lambda each: each[0])[1]


def fine_grid(region: Any) -> float:  # noqa: ANN401 - Polygon or MultiPolygon
    """Grid on which lines in a region are noded, metres.

    Examples
    --------
    >>> [bool(fine_grid(shapely.box(x, 0, x + 1, 1)) < 2e-8) for x in (500_000, 39_500_000)]
    [True, True]
    """
    farthest = float(np.abs(shapely.bounds(region)).max())
    return max(_FINE_M, 2.0 ** (np.ceil(np.log2(max(farthest, 1.0))) - _BITS))


def _part(pieces: Shapes, region: Any, grid: float) -> Parts:  # noqa: ANN401
    faces = _faces(_left_over(pieces, region), grid)
    points = shapely.point_on_surface(faces)
    tree = shapely.STRtree(pieces)
    face, _ = tree.query(points, predicate="intersects")
    times = np.bincount(face, minlength=len(faces))
    shapely.prepare(region)
    gaps = faces[(times == 0) & shapely.contains(region, points)]
    _, involved = tree.query(faces[times > 1], predicate="intersects")
    tangled = np.unique(involved)
    free = np.setdiff1d(np.arange(len(pieces)), tangled)
    taken, members = _taken_apart(pieces[tangled], grid)
    geometry = np.concatenate([pieces[free], taken, gaps])
    named = [tuple(tangled[list(each)].tolist()) for each in members]
    return Parts(geometry, [*((row,) for row in free.tolist()), *named, *[()] * len(gaps)])


def _left_over(pieces: Shapes, region: Any) -> Floats:  # noqa: ANN401
    """(m, 2, 2) segments whose directions do not cancel over all outlines and the region's, reversed."""
    segments = np.concatenate([_directed(pieces), _directed(np.array([region], dtype=object))[:, ::-1]])
    corners, ids = np.unique(segments.reshape(-1, 2) @ np.array([1.0, 1.0j]), return_inverse=True)
    ends = ids.reshape(-1, 2)
    pair = ends.min(axis=1) * len(corners) + ends.max(axis=1)
    kinds, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
    net = np.bincount(inverse, weights=np.where(ends[:, 0] < ends[:, 1], 1.0, -1.0), minlength=len(kinds))
    return segments[first[net != 0.0]]


def _directed(shapes: Shapes) -> Floats:
    """(m, 2, 2) segments of outlines, the area on their left."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shapes)))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    return np.stack([coordinates[:-1][joined], coordinates[1:][joined]], axis=1)


def _faces(segments: Floats, grid: float) -> Shapes:
    """What segments enclose, noded on a grid; nothing as thin as its rounding."""
    if not len(segments):
        return np.empty(0, dtype=object)
    chains = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(segments)))
    noded = shapely.union_all(chains, grid_size=grid)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return np.asarray(faces[mean_width(faces) > _HAIR_STEPS * grid], dtype=object)


def _taken_apart(pieces: Shapes, grid: float) -> tuple[Shapes, list[tuple[int, ...]]]:
    """The parts of areas that overlap, and which of them each part lies in."""
    if not len(pieces):
        return np.empty(0, dtype=object), []
    faces = _faces(_each_once(_directed(pieces)), grid)
    face, piece = shapely.STRtree(pieces).query(shapely.point_on_surface(faces), predicate="intersects")
    order = np.lexsort((piece, face))
    face, piece = face[order], piece[order]
    starts = np.flatnonzero(np.append(True, face[1:] != face[:-1])) if len(face) else np.empty(0, dtype=np.intp)
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, members in zip(face[starts].tolist(), np.split(piece, starts[1:]), strict=True):
        groups.setdefault(tuple(members.tolist()), []).append(row)
    made = [_joined(faces[rows]) for rows in groups.values()]
    return np.array(made, dtype=object), list(groups)


def _each_once(segments: Floats) -> Floats:
    """Segments without those that are there already, whichever way they run."""
    _, ids = np.unique(segments.reshape(-1, 2) @ np.array([1.0, 1.0j]), return_inverse=True)
    ends = np.sort(ids.reshape(-1, 2), axis=1)
    _, first = np.unique(ends @ np.array([len(ids), 1]), return_index=True)
    return segments[first]


def _joined(faces: Shapes) -> Any:  # noqa: ANN401
    """Faces of one arrangement as one area: they meet in whole edges."""
    return faces[0] if len(faces) == 1 else shapely.coverage_union_all(faces)


def mean_width(shapes: Shapes) -> Floats:
    """(n,) twice the area over the length of the outline: never more than the width of the widest place."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.asarray(2.0 * shapely.area(shapes) / shapely.length(shapes)))


def widths(shapes: Shapes, *, limit_m: float) -> Floats:
    """Width of areas at their widest place, the diameter of the largest circle inside, where it is below a limit.

    Parameters
    ----------
    shapes : (n,)
        Polygons or multipolygons.
    limit_m
        Where the width is not below this, infinity stands for it: it is not asked for, and finding it takes long.

    Returns
    -------
    (n,)
        Metres, to a hundredth of the limit or better.

    Notes
    -----
    No place of an area is farther from its outline than the radius r of the largest circle inside, so the area is at
    most r times the length of its outline: most areas are wide by that alone. Of the rest, a circle fits inside if
    something is left of the area when its outline moves in by the radius; halving the span finds the width.

    Examples
    --------
    >>> needle, field = shapely.box(0, 0, 100, 0.25), shapely.box(0, 0, 100, 100)
    >>> widths(np.array([needle, field]), limit_m=0.3).round(2).tolist()
    [0.25, inf]
    """
    found = np.full(len(shapes), np.inf)
    low = mean_width(shapes)
    thin = np.flatnonzero(low < limit_m)
    thin = thin[shapely.is_empty(shapely.buffer(shapes[thin], -limit_m / 2.0))]
    narrow, low, high = shapes[thin], low[thin], np.full(len(thin), limit_m)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        fits = ~shapely.is_empty(shapely.buffer(narrow, -middle / 2.0))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    found[thin] = (low + high) / 2.0
    return found
