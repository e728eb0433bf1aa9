"""The two sides of a river's area: cut along the axis and its straight continuation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.areas.partition import fine_grid
from riverline._kernels.lines.chainage import direction, locate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["bank_faces"]


def bank_faces(region: Any, axis: Floats) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:  # noqa: ANN401
    """Cut a region along an axis.

    Parameters
    ----------
    region
        Polygon or multipolygon.
    axis : (n, 2)
        Vertices, downstream. Beyond its ends the axis goes on straight to where the region ends.

    Returns
    -------
    faces : (k,)
        Polygons that together are the region.
    right : (k,)
        Which of them lie right of the axis, seen from the nearest place on it.

    Examples
    --------
    >>> faces, right = bank_faces(shapely.box(0, -10, 100, 30), np.array([[20.0, 0.0], [80.0, 0.0]]))
    >>> sorted(zip(right.tolist(), shapely.area(faces).tolist()))
    [(False, 3000.0), (True, 1000.0)]
    """
    bounds = shapely.bounds(region)
    reach = 2.0 * float(np.hypot(*(bounds[2:] - bounds[:2]))) + 1.0
    ahead = direction(axis, [0.0, shapely.length(shapely.LineString(axis))])
    through = np.concatenate([axis[:1] - reach * ahead[:1], axis, axis[-1:] + reach * ahead[1:]])
    lines = shapely.intersection(shapely.LineString(through), region)
    noded = shapely.union_all([shapely.boundary(region), lines], grid_size=fine_grid(region))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(region)
    kept = np.asarray(shapely.contains(region, inside), dtype=bool)
    _, offset = locate(shapely.get_coordinates(inside[kept]), axis)
    return np.asarray(faces[kept], dtype=object), np.asarray(offset > 0.0)
