"""Whether what is to be held against the line is anywhere near it: layers of other places are told, not passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from riverline.demarcation.findings import Finding
from riverline.geodesy.datum import name_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["elsewhere"]

_DEGREES = "EPSG:4490"


def elsewhere(shapes: Shapes, extents: gpd.GeoDataFrame, came_in: Any) -> list[Finding]:  # noqa: ANN401 - a CRS
    """One finding if features and extents are farther apart than either of them is wide.

    Parameters
    ----------
    shapes : (n,)
        Features in the CRS of the extents, in metres, none of them empty.
    extents
        Rows of :data:`riverline.schema.EXTENTS`.
    came_in
        CRS that the features were given in.

    Examples
    --------
    >>> extents = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_500_000, 501_000, 3_500_100)], crs=4548)
    >>> found = elsewhere(shapely.points([[900_000.0, 3_500_000.0]]), extents, extents.crs)
    >>> [(each.code, each.value) for each in found]
    [('features-elsewhere', 399.0)]
    """
    if not len(shapes) or extents.empty:
        return []
    one, other = shapely.box(*shapely.total_bounds(shapes)), shapely.box(*extents.total_bounds)
    apart = float(shapely.distance(one, other))
    wide = max(float(np.hypot(*(np.array(each.bounds)[2:] - np.array(each.bounds)[:2]))) for each in (one, other))
    if apart <= wide:
        return []
    here, there = _place(one, extents.crs, came_in), _place(other, extents.crs, extents.crs)
    # Where the features ought to be: a place on the other side of the world would be on no map of the extents.
    return [Finding("features-elsewhere", "features", "*", other, round(apart / 1000.0, 3), unit="km",
                    note=f"{here} | {there}")]  # fmt: skip


def _place(box: shapely.Geometry, crs: Any, given: Any) -> str:  # noqa: ANN401 - CRS
    """A box in degrees, and the CRS that its layer came in: figures that read alike in every language."""
    name = name_of(pyproj.CRS.from_user_input(given))
    if pyproj.CRS.from_user_input(crs).geodetic_crs is None:
        west, south, east, north = box.bounds
        return f"{west:.0f}–{east:.0f}, {south:.0f}–{north:.0f} ({name})"
    west, south, east, north = gpd.GeoSeries([box], crs=crs).to_crs(_DEGREES).total_bounds
    return f"{west:.4f}–{east:.4f} °E, {south:.4f}–{north:.4f} °N ({name})"
