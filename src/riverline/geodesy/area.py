"""Area and length on the ellipsoid: what a legal figure is, whatever the projection does to the plane."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from riverline.geodesy.edges import coordinates_of, ellipsoid_of, on_ellipsoid

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.geodesy.edges import Ellipsoid, Indices, Shapes

    Floats = NDArray[np.float64]

__all__ = ["ellipsoidal_area", "geodesic_length"]

_POLYGON = 3
_FIRST_COLLECTION = 4


def ellipsoidal_area(
    frame: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    method: Literal["survey", "geodesic"] = "survey",
    densify: bool = True,
) -> pd.Series:
    """Area on the ellipsoid, holes taken out, parts added up.

    Parameters
    ----------
    frame
        Polygons in any CRS, projected or in degrees.
    method
        ``"survey"``: the trapezoid series of the national land survey. ``"geodesic"``: Karney's geodesic polygons.
    densify
        ``False`` takes the formula on the given vertices only, as the survey's notice prints it, to reproduce another
        program's figure.

    Returns
    -------
    Series of float64
        Square metres, not rounded (see :func:`riverline.geodesy.round_half_up`), named ``area_m2``, with the frame's
        index; zero for points and lines, missing where geometry is. Independent of the direction of rings.

    Raises
    ------
    CRSError
        If the frame has no CRS, is on Beijing 1954 or Xi'an 1980, or has coordinates outside its CRS.

    Notes
    -----
    The survey's formula (国土调查办发〔2008〕32号) adds, edge by edge, the ellipsoid's area between the edge and a
    meridian, ``S = 2b²ΔL[A sin(ΔB/2)cos Bm − B sin(3ΔB/2)cos 3Bm + …]``, here with CGCS2000's constants. It takes an
    edge for straight in longitude and latitude, though it was drawn straight in the Gauss plane; so edges are cut to
    2 km, every piece is halved, and the sum over pieces and over halves is extrapolated to the limit (the error of
    either falls with the square of their length). Geodesic polygons follow plane edges in the same way; in degrees,
    their edges are geodesics between the vertices.

    The two agree to 10⁻⁹ for a square kilometre and to 10⁻⁴ m² below: geodesic polygons carry that much rounding of
    their own, the series a hundredth of it.

    Measured on CGCS2000's ellipsoid for CGCS2000 and WGS 84, otherwise on the frame's own. Rings across the 180th
    meridian are fine, rings around a pole are not.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from riverline.geodesy import ellipsoidal_area, round_half_up
    >>> square = gpd.GeoSeries([shapely.box(600_000, 3_320_000, 601_000, 3_321_000)], crs=4548)
    >>> round_half_up(ellipsoidal_area(square), 2).tolist(), square.area.tolist()
    ([999750.92], [1000000.0])
    """
    ellipsoid = ellipsoid_of(frame)
    shapes = frame.geometry.to_numpy()
    rings, feature, sign = _rings(shapes)
    points, path = coordinates_of(rings)
    halves = densify and not (method == "geodesic" and frame.crs.is_geographic)
    paths = on_ellipsoid(frame, points, path, halves=halves, cut=halves)
    measure = _survey_areas if method == "survey" else _geodesic_areas
    fine = np.abs(measure(paths.lon, paths.lat, paths.path, len(rings), ellipsoid))
    if halves:
        whole = paths.even
        coarse = np.abs(measure(paths.lon[whole], paths.lat[whole], paths.path[whole], len(rings), ellipsoid))
        fine = (4.0 * fine - coarse) / 3.0
    total = np.asarray(np.bincount(feature, weights=sign * fine, minlength=len(shapes)), dtype="float64")
    return _per_feature(total, frame, shapes, "area_m2")


def geodesic_length(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Length on the ellipsoid: of lines, and of the rings of polygons.

    Parameters
    ----------
    frame
        Features in any CRS, projected or in degrees.

    Returns
    -------
    Series of float64
        Metres, not rounded, named ``length_m``, with the frame's index; zero for points, missing where geometry is.

    Raises
    ------
    CRSError
        If the frame has no CRS, is on Beijing 1954 or Xi'an 1980, or has coordinates outside its CRS.

    Notes
    -----
    The sum of geodesics (Karney 2013) between vertices. In a plane, edges longer than 2 km are cut first: a geodesic
    between points 2 km apart differs from the plane's straight edge by less than 10⁻¹¹ of its length.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from riverline.geodesy import geodesic_length
    >>> line = gpd.GeoSeries([shapely.LineString([(600_000, 3_320_000), (601_000, 3_320_000)])], crs=4548)
    >>> float(geodesic_length(line).round(3).iloc[0])
    999.875
    """
    ellipsoid = ellipsoid_of(frame)
    shapes = frame.geometry.to_numpy()
    lines, feature = _lines(shapes)
    points, path = coordinates_of(lines)
    paths = on_ellipsoid(frame, points, path, halves=False, cut=not frame.crs.is_geographic)
    within = paths.path[1:] == paths.path[:-1]
    lon, lat = paths.lon, paths.lat
    *_, each = ellipsoid.geod.inv(lon[:-1][within], lat[:-1][within], lon[1:][within], lat[1:][within])
    owner = feature[paths.path[1:][within]]
    total = np.asarray(np.bincount(owner, weights=np.asarray(each), minlength=len(shapes)), dtype="float64")
    return _per_feature(total, frame, shapes, "length_m")


def _per_feature(
    total: Floats,
    frame: gpd.GeoDataFrame | gpd.GeoSeries,
    shapes: Shapes,
    name: str,
) -> pd.Series:
    known = ~shapely.is_missing(shapes)
    return pd.Series(np.where(known, total, np.nan), index=frame.index, name=name, dtype="float64")


def _parts(shapes: Shapes) -> tuple[Shapes, Indices]:
    """Single parts and the position of the feature that each is of, collections within collections included."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while (shapely.get_type_id(parts) >= _FIRST_COLLECTION).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    return parts, owner


def _rings(shapes: Shapes) -> tuple[Shapes, Indices, Floats]:
    """Rings of all polygons, the feature of each, and +1 for shells, −1 for holes."""
    parts, owner = _parts(shapes)
    polygons = shapely.get_type_id(parts) == _POLYGON
    rings, polygon = shapely.get_rings(parts[polygons], return_index=True)
    is_hole = np.append(False, polygon[1:] == polygon[:-1])[: len(rings)]
    return rings, owner[polygons][polygon], np.where(is_hole, -1.0, 1.0)


def _lines(shapes: Shapes) -> tuple[Shapes, Indices]:
    parts, owner = _parts(shapes)
    polygons = shapely.get_type_id(parts) == _POLYGON
    rings, polygon = shapely.get_rings(parts[polygons], return_index=True)
    return np.concatenate([parts[~polygons], rings]), np.concatenate([owner[~polygons], owner[polygons][polygon]])


def _survey_areas(lon: Floats, lat: Floats, ring: Indices, count: int, ellipsoid: Ellipsoid) -> Floats:
    """Signed area of each ring by the trapezoid series: the sum over its edges to a meridian near it."""
    if not len(lon):
        return np.zeros(count)
    start = np.searchsorted(ring, np.arange(count))
    # From the ring's own first meridian, so that nothing large cancels; wrapped, so that 180° is a place like any.
    away = np.radians((lon - lon[np.minimum(start, len(lon) - 1)][ring] + 180.0) % 360.0 - 180.0)
    b = np.radians(lat)
    within = ring[1:] == ring[:-1]
    half, middle = (b[1:] - b[:-1]) / 2.0, (b[1:] + b[:-1]) / 2.0
    e2 = (2.0 - 1.0 / ellipsoid.inverse_flattening) / ellipsoid.inverse_flattening
    series = _series(np.sin(half), np.cos(middle), _series_terms(e2))
    strip = (ellipsoid.a**2 * (1.0 - e2)) * (away[1:] + away[:-1]) * series
    return np.asarray(np.bincount(ring[1:], weights=np.where(within, strip, 0.0), minlength=count), dtype="float64")


def _series(sine: Floats, cosine: Floats, terms: tuple[float, ...]) -> Floats:
    """``Σ t·sin(nα)·cos(nβ)`` for n = 1, 3, 5, … of given sin α and cos β, by the recurrence of multiple angles."""
    twice_a, twice_b = 2.0 - 4.0 * sine**2, 4.0 * cosine**2 - 2.0
    before, sin_n = -sine, sine
    former, cos_n = cosine, cosine
    total = terms[0] * sine * cosine
    for term in terms[1:]:
        before, sin_n = sin_n, twice_a * sin_n - before
        former, cos_n = cos_n, twice_b * cos_n - former
        total += term * sin_n * cos_n
    return total


def _series_terms(e2: float) -> tuple[float, float, float, float, float]:
    """A, −B, C, −D, E of the survey's series for the square of an ellipsoid's eccentricity."""
    e4, e6, e8 = e2**2, e2**3, e2**4
    return (
        1.0 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        -(1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8),
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        -(1 / 112 * e6 + 45 / 2304 * e8),
        5 / 2304 * e8,
    )


def _geodesic_areas(lon: Floats, lat: Floats, ring: Indices, count: int, ellipsoid: Ellipsoid) -> Floats:
    """Signed area of each ring as a geodesic polygon, ring by ring: the library takes one at a time."""
    geod = ellipsoid.geod
    ends = np.searchsorted(ring, np.arange(count + 1))
    areas = [geod.polygon_area_perimeter(lon[i:j], lat[i:j])[0] for i, j in pairwise(ends)]
    return np.array(areas, dtype="float64")
