"""Water that an extent leaves out: beyond the ends of the reach it is another reach's, beside it it is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline.demarcation.extents.seams import CRACK_M
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation.references import Axis

__all__ = ["water_left_out"]


def water_left_out(axis: Axis, water: shapely.Geometry, extent: shapely.Geometry) -> list[Finding]:
    """The water of a river that its extent does not contain.

    Parameters
    ----------
    axis
        The reach.
    water
        All water of the river.
    extent
        Its extent.

    Returns
    -------
    list of Finding
        ``water-beyond-reach`` (note) for what lies beyond the normals at the ends of the reach, ``water-outside``
        (error) for what lies beside the reach, which the extent must contain (防洪法 art. 21); each with its area in
        the plane and its geometry. Slivers thinner than coordinates are kept are no water.

    Examples
    --------
    >>> from riverline.demarcation.references import Axis
    >>> line = shapely.LineString([(0, 0), (100, 0)])
    >>> axis = Axis("R1", "清水河", None, None, line, shapely.get_coordinates(line), 0.0)
    >>> found = water_left_out(axis, shapely.box(-50, -5, 100, 5), shapely.box(0, -20, 100, 20))
    >>> [(finding.code, finding.value) for finding in found]
    [('water-beyond-reach', 500.0)]
    """
    parts = _parts_outside(axis, water, extent)
    if not len(parts):
        return []
    along, _ = chainage.locate(shapely.get_coordinates(shapely.point_on_surface(parts)), axis.coords)
    beyond = (along <= 0.0) | (along >= axis.length)
    return [
        Finding(code, "axes", axis.river_id, shapely.union_all(parts[which]), float(shapely.area(parts[which]).sum()),
                unit="m²")
        for code, which in (("water-outside", ~beyond), ("water-beyond-reach", beyond)) if which.any()
    ]  # fmt: skip


def _parts_outside(axis: Axis, water: shapely.Geometry, extent: shapely.Geometry) -> NDArray[np.object_]:
    """What of the water is outside, cut on the normals at the ends of the reach."""
    outside = shapely.get_parts(shapely.difference(water, extent))
    outside = outside[shapely.area(outside) > CRACK_M * shapely.length(outside) / 2.0]
    if not len(outside):
        return outside
    west, south, east, north = shapely.bounds(shapely.union_all([*outside, axis.line]))
    reach = float(np.hypot(east - west, north - south)) + 1.0
    tips, sides = np.array([0.0, 0.0, axis.length, axis.length]), np.array([-reach, reach, -reach, reach])
    normals = shapely.linestrings(chainage.position(axis.coords, tips, sides).reshape(2, 2, 2))
    noded = shapely.node(shapely.union_all([*shapely.boundary(outside), *normals]))
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.intersects(shapely.union_all(outside), shapely.point_on_surface(pieces))
    thick = shapely.area(pieces) > CRACK_M * shapely.length(pieces) / 2.0
    kept: NDArray[np.object_] = pieces[inside & thick]
    return kept
