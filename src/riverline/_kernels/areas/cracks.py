"""Cracks that open onto wide ground: narrow inlets of a gap, between areas that were drawn to touch.

A gap is as wide as its widest place, so a crack between two areas hides in the ground it opens onto. Its sides run
beside each other in opposite directions, nearer than the limit; where no other segments do, nothing is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.areas.partition import mean_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["cracks"]

SLENDER = 20.0
"""A crack is at least so many times as long as the limit is wide: a corner of 3 degrees is none."""

_OPPOSITE = -np.cos(np.radians(10.0))
_AROUND, _SEGMENTS, _ON_M = 4.0, 16, 1e-6


def cracks(gap: Any, edge: Any, *, limit_m: float) -> Shapes:  # noqa: ANN401 - a polygon, lines
    """Narrow inlets of a gap between the areas beside it.

    Parameters
    ----------
    gap
        A polygon that is wide somewhere.
    edge
        The outline of what the gap is in, as lines: what runs along it has no area on the other side. Prepare it where
        there are many gaps.
    limit_m
        Width from which ground is no crack.

    Returns
    -------
    (k,)
        Polygons inside the gap, narrower than the limit; their open ends are arcs of half the limit.

    Examples
    --------
    >>> river = shapely.boundary(shapely.box(0, 0, 100, 60))
    >>> gap = shapely.union(shapely.box(0, 40, 100, 60), shapely.box(50, 0, 50.2, 40))
    >>> [round(each.area, 1) for each in cracks(gap, river, limit_m=0.3)]
    [8.0]
    """
    segments = _sides(gap, edge, limit_m)
    if not len(segments):
        return np.empty(0, dtype=object)
    around = shapely.buffer(shapely.multilinestrings(segments), _AROUND * limit_m, quad_segs=2)
    ground = shapely.intersection(gap, around)
    half = limit_m / 2.0
    wide = shapely.buffer(shapely.buffer(ground, -half, quad_segs=_SEGMENTS), half, quad_segs=_SEGMENTS)
    parts = shapely.get_parts(shapely.difference(ground, wide))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    # What meets the outline of the window may be wide beyond it.
    parts = parts[~shapely.intersects(parts, shapely.boundary(around))]
    slender = (shapely.length(parts) / 2.0 >= SLENDER * limit_m) & (mean_width(parts) > _ON_M)
    return np.asarray(parts[slender], dtype=object)


def _sides(gap: Any, edge: Any, limit_m: float) -> Shapes:  # noqa: ANN401
    """Segments of the outline of a gap that run against another one nearer than the limit, none on the outer edge."""
    ends = _segments(gap)
    lines = np.asarray(shapely.linestrings(ends), dtype=object)
    one, other = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=limit_m)
    run = ends[:, 1] - ends[:, 0]
    run = run / np.hypot(*run.T)[:, None]
    against = (run[one] * run[other]).sum(axis=1) < _OPPOSITE
    one, other = one[against], other[against]
    rows = np.unique(one)
    if len(rows):
        middles = shapely.line_interpolate_point(lines[rows], 0.5, normalized=True)
        outer = rows[shapely.dwithin(middles, edge, _ON_M)]
        free = ~np.isin(one, outer) & ~np.isin(other, outer)
        rows = np.unique(one[free])
    return lines[rows]


def _segments(area: Any) -> NDArray[np.float64]:  # noqa: ANN401
    """(m, 2, 2) segments of the outline, the area on one side of all of them."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(area)))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    ends = np.stack([coordinates[:-1][joined], coordinates[1:][joined]], axis=1)
    return ends[(ends[:, 0] != ends[:, 1]).any(axis=1)]
