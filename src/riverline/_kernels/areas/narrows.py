"""Narrow ground that lies open between two areas: strips along which their outlines run beside each other.

Lines that were drawn to run along each other miss by centimetres, and what is left between them is in neither area and
closed by nothing. Where a disc as wide as the limit does not pass between two areas, the ground is narrow; where two
outlines part at an angle it is so too, for a short way, and that is no strip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.areas.cutting import areal
from riverline._kernels.areas.partition import mean_width, widths
from riverline._kernels.lines.landside import GRID_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Rows = NDArray[np.intp]

__all__ = ["narrows"]

SLENDER = 20.0
"""A strip is at least so many times as long as the limit is wide: outlines that part by 3 degrees leave none."""

_AROUND = 4.0
_SEGMENTS = 16


def narrows(areas: Shapes, *, limit_m: float, least_m: float) -> tuple[Rows, Rows, Shapes]:
    """Open strips between pairs of areas that are narrower than a limit and in none of the areas.

    Narrow land that areas enclose is left out: :func:`~riverline._kernels.areas.neighbours.part_in_order` finds it.

    Parameters
    ----------
    areas : (n,)
        Valid polygons and multipolygons; None where there is none.
    limit_m
        Width from which land between areas is ground of its own.
    least_m
        Mean width below which it is rounding.

    Returns
    -------
    first, second : (k,)
        The rows beside each strip, ``first < second``.
    strips : (k,)
        The ground, a polygon each; its open ends are arcs of half the limit.

    Examples
    --------
    >>> areas = np.array([shapely.box(0, 0, 200, 10), shapely.box(0, 10.5, 200, 20)])
    >>> first, second, strips = narrows(areas, limit_m=1.0, least_m=1e-5)
    >>> first.tolist(), second.tolist(), shapely.area(strips).round().tolist()
    ([0], [1], [100.0])
    """
    there = np.flatnonzero(~(shapely.is_missing(areas) | shapely.is_empty(areas)))
    if limit_m <= 0.0 or len(there) < 2:  # noqa: PLR2004 - a pair
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0, dtype=object)
    shapely.prepare(areas[there])
    tree = shapely.STRtree(areas[there])
    one, other = tree.query(areas[there], predicate="dwithin", distance=limit_m)
    pairs = there[np.stack([one, other], axis=1)[one < other]]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    found = [_between(areas[a], areas[b], limit_m) for a, b in pairs]
    strips = np.array([strip for each in found for strip in each], dtype=object)
    rows = np.repeat(pairs, [len(each) for each in found], axis=0)
    if not len(strips):
        return rows[:, 0], rows[:, 1], strips
    strips, origin = _without_others(strips, areas[there])
    rows = rows[origin]
    slender = (shapely.length(strips) / 2.0 >= SLENDER * limit_m) & (mean_width(strips) > least_m)
    strips, rows = strips[slender], rows[slender]
    free = ~_enclosed(strips, areas[np.unique(rows)], limit_m)
    return rows[free, 0], rows[free, 1], strips[free]


def _between(one: Any, other: Any, limit_m: float) -> Shapes:  # noqa: ANN401 - polygons
    """What a disc of that width does not reach between two areas, near where they are near each other."""
    edge = _segments_near(one, other, limit_m)
    if not len(edge):
        return np.empty(0, dtype=object)
    around = shapely.buffer(shapely.union_all(edge), _AROUND * limit_m, quad_segs=2)
    both = shapely.intersection(shapely.union(one, other), around)
    closed = shapely.buffer(
        shapely.buffer(both, limit_m / 2.0, quad_segs=_SEGMENTS), -limit_m / 2.0, quad_segs=_SEGMENTS
    )
    ground = shapely.difference(closed, shapely.union(one, other), grid_size=GRID_M)
    parts = shapely.get_parts(areal(np.array([ground], dtype=object))[0])
    touching = shapely.dwithin(parts, one, GRID_M) & shapely.dwithin(parts, other, GRID_M)
    return np.asarray(parts[touching], dtype=object)


def _segments_near(one: Any, other: Any, limit_m: float) -> Shapes:  # noqa: ANN401
    """Segments of the outline of one area that are near the other's outline."""
    rings = shapely.get_rings(shapely.get_parts(one))
    runs = [shapely.get_coordinates(ring) for ring in rings]
    segments = np.concatenate([np.stack([run[:-1], run[1:]], axis=1) for run in runs])
    lines = np.asarray(shapely.linestrings(segments), dtype=object)
    outline = shapely.boundary(other)
    shapely.prepare(outline)
    return np.asarray(lines[shapely.dwithin(lines, outline, limit_m)], dtype=object)


def _without_others(strips: Shapes, areas: Shapes) -> tuple[Shapes, Rows]:
    """Strips without what any area holds, part by part, and the strip of each part."""
    tree = shapely.STRtree(areas)
    strip, area = tree.query(strips, predicate="intersects")
    held = {int(row): shapely.union_all(areas[area[strip == row]]) for row in np.unique(strip)}
    left = np.array(
        [shapely.difference(each, held[row], grid_size=GRID_M) if row in held else each
         for row, each in enumerate(strips)],
        dtype=object,
    )  # fmt: skip
    parts, origin = shapely.get_parts(areal(left), return_index=True)
    return np.asarray(parts, dtype=object), np.asarray(origin, dtype=np.intp)


def _enclosed(strips: Shapes, areas: Shapes, limit_m: float) -> NDArray[np.bool_]:
    """Whether strips lie in holes of all areas together that are as narrow everywhere."""
    whole = shapely.get_parts(shapely.union_all(areas, grid_size=GRID_M))
    rings = [ring for part in whole for ring in part.interiors]
    holes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    holes = holes[np.isfinite(widths(holes, limit_m=limit_m))]
    inside = np.zeros(len(strips), dtype=bool)
    if len(holes):
        strip, _ = shapely.STRtree(holes).query(shapely.point_on_surface(strips), predicate="intersects")
        inside[strip] = True
    return inside
