"""Rings and paths as points on the ellipsoid, cut finely enough that edges straight in the plane stay so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal, is_modern, name_of, refuse_legacy, to_degrees

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["Ellipsoid", "Paths", "ellipsoid_of", "on_ellipsoid", "subdivide"]

_PIECE_M = 2000.0
_PIECE_DEG = 0.02


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """Size and shape: semi-major axis in metres and inverse flattening."""

    a: float
    inverse_flattening: float

    @property
    def geod(self) -> pyproj.Geod:
        """Geodesics on it."""
        return pyproj.Geod(a=self.a, rf=self.inverse_flattening)


CGCS2000 = Ellipsoid(6378137.0, 298.257222101)


@dataclass(frozen=True, slots=True)
class Paths:
    """Points of many rings or lines one after another.

    Attributes
    ----------
    lon, lat
        Degrees (or x, y before they are turned into degrees), n of each.
    path
        Index of the path that each point is on, ascending.
    even
        Which points are left if every piece is taken as one edge: the others are the pieces' middles.
    """

    lon: Floats
    lat: Floats
    path: Indices
    even: NDArray[np.bool_]


def subdivide(points: Floats, path: Indices, *, longest: float, halves: bool) -> Paths:
    """Cut edges into equal pieces no longer than ``longest``, each with its middle if asked for.

    Parameters
    ----------
    points
        Vertices of all paths, (n, 2).
    path
        Index of the path of each vertex, ascending.
    longest
        Longest piece, in the unit of the points.
    halves
        Whether to add the middle of every piece.

    Returns
    -------
    Paths
        The vertices and the added points in order.

    Examples
    --------
    >>> import numpy as np
    >>> from riverline.geodesy.edges import subdivide
    >>> cut = subdivide(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([0, 0]), longest=2.0, halves=True)
    >>> cut.lon.tolist(), cut.even.tolist()
    ([0.0, 0.75, 1.5, 2.25, 3.0], [True, False, True, False, True])
    """
    if not len(points):
        return Paths(np.empty(0), np.empty(0), np.empty(0, dtype="intp"), np.empty(0, dtype="bool"))
    within = path[1:] == path[:-1]
    step = np.zeros_like(points)
    np.subtract(points[1:], points[:-1], out=step[:-1], where=within[:, None])
    pieces = np.maximum(np.ceil(np.hypot(step[:, 0], step[:, 1]) / longest), 1.0).astype("int64")
    repeat = np.where(np.append(within, False), pieces * (2 if halves else 1), 1)
    place = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    share = place / np.repeat(repeat, repeat)
    x, y = (np.repeat(points[:, at], repeat) + np.repeat(step[:, at], repeat) * share for at in (0, 1))
    even = place % 2 == 0 if halves else np.ones(len(place), dtype="bool")
    return Paths(x, y, np.repeat(path, repeat), even)


def on_ellipsoid(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, points: Floats, path: Indices, *, halves: bool, cut: bool = True
) -> Paths:
    """The paths of a frame in degrees on its own datum, edges followed as they run in its plane.

    Edges longer than 2 km (0.02° in degrees) are cut so that no piece is longer.

    Raises
    ------
    CRSError
        If coordinates lie outside the CRS.
    """
    flat = horizontal(frame.crs)
    unit = flat.axis_info[0].unit_conversion_factor
    longest = _PIECE_DEG * np.radians(1.0) / unit if flat.is_geographic else _PIECE_M / unit
    paths = subdivide(points, path, longest=longest if cut else np.inf, halves=halves)
    lon, lat = to_degrees(flat, paths.lon, paths.lat)
    if not (np.isfinite(lon).all() and (np.abs(lat) <= 90.0).all()):  # noqa: PLR2004 - the poles
        raise CRSError(
            f"有坐标不在坐标系 {name_of(flat)} 的范围内；可能是东、北坐标颠倒或坐标系指定有误",
            f"coordinates lie outside {name_of(flat)}; are east and north swapped, or is the CRS wrong?",
        )
    return Paths(lon, lat, paths.path, paths.even)


def ellipsoid_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> Ellipsoid:
    """The ellipsoid to measure on: CGCS2000's for CGCS2000 and WGS 84, else the frame's own.

    Raises
    ------
    CRSError
        If the frame has no CRS or is on Beijing 1954 or Xi'an 1980.
    """
    crs = frame.crs
    if crs is None:
        raise CRSError(
            '图层没有坐标系，不能在椭球面上量算；查明后用 frame.set_crs(…) 写明，例如 frame.set_crs("EPSG:4548")',
            "the layer has no CRS and cannot be measured on the ellipsoid; find it out, then say it with "
            'frame.set_crs(…), such as frame.set_crs("EPSG:4548")',
        )
    refuse_legacy(crs)
    ellipsoid = horizontal(crs).ellipsoid
    if is_modern(horizontal(crs)) or ellipsoid is None:
        return CGCS2000
    return Ellipsoid(float(ellipsoid.semi_major_metre), float(ellipsoid.inverse_flattening) or np.inf)


def coordinates_of(shapes: Shapes) -> tuple[Floats, Indices]:
    """Vertices (n, 2) of rings or lines and the index of the one each is on."""
    points, path = shapely.get_coordinates(shapes, return_index=True)
    return points, path
