"""CGCS2000 Gauss-Krüger zones: which one a place, a frame or a CRS is in, and its EPSG code.

======================  ==================  ==================
EPSG codes              3-degree zones      6-degree zones
======================  ==================  ==================
zone numbers            25–45 (75E–135E)    13–23 (75E–135E)
plain (500 km)          4534–4554           4502–4512
prefixed (39 500 km)    4513–4533           4491–4501
======================  ==================  ==================

Elsewhere in the world a UTM zone takes the place of a Gauss-Krüger zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely
from pyproj.database import query_utm_crs_info

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal, is_modern, name_of, to_degrees

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "GaussKruger",
    "Span",
    "bounds_in_degrees",
    "central_meridian",
    "code_at",
    "gauss_kruger",
    "span_of",
    "zone_crs",
    "zone_number",
    "zone_of",
]

ZoneWidth = Literal[3, 6]

# Where a CGCS2000 zone is the choice: a box, not a boundary. Neighbouring land in it gets a sound plane all the same.
_WEST, _EAST, _SOUTH, _NORTH = 73.5, 136.5, 3.0, 54.0
_UTM_SOUTH, _UTM_NORTH = -80.0, 84.0
_FIRST_ZONE = {3: 25, 6: 13}
_LAST_ZONE = {3: 45, 6: 23}
_FIRST_PLAIN_CODE = {3: 4534, 6: 4502}
_FIRST_PREFIXED_CODE = {3: 4513, 6: 4491}
_FALSE_EASTING_M = 500_000.0
_PER_ZONE_M = 1_000_000.0
_POLE = 90.0
# Added to the numbers of Gauss-Krüger zones to tell them from UTM's, which are negative in the south.
_GAUSS_KEY = 1000


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """What a Gauss-Krüger CRS is made of.

    Attributes
    ----------
    meridian
        Longitude of the central meridian, degrees east.
    false_easting_m
        500 000 m, plus the zone's millions where eastings carry its number.
    is_six
        Whether it is registered as one of CGCS2000's 6-degree zones.
    """

    meridian: float
    false_easting_m: float
    is_six: bool

    def fits(self, zone_width: ZoneWidth | None, *, prefixed: bool | None) -> bool:
        """Whether it is a zone of the width and numbering asked for; None asks for nothing."""
        if zone_width is None and prefixed is None:
            return True
        widths: tuple[ZoneWidth, ...] = (3, 6) if zone_width is None else (zone_width,)
        numberings = (True, False) if prefixed is None else (prefixed,)
        return any(self._is_zone(width, numbered=numbered) for width in widths for numbered in numberings)

    def _is_zone(self, width: ZoneWidth, *, numbered: bool) -> bool:
        zone = int(zone_number(self.meridian, zone_width=width))
        easting = _FALSE_EASTING_M + (zone * _PER_ZONE_M if numbered else 0.0)
        return self.meridian == central_meridian(zone, width) and self.false_easting_m == easting


@dataclass(frozen=True, slots=True)
class Span:
    """What a frame covers in degrees: its edges, and the medians of its features' middles."""

    west: float
    south: float
    east: float
    north: float
    longitude: float
    latitude: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north

    def within(self, meridian: float, zone_width: int) -> bool:
        """Whether it lies in a zone or up to half a zone beyond either edge, so one width from the meridian."""
        return self.west >= meridian - zone_width and self.east <= meridian + zone_width


def zone_number(longitude: ArrayLike, *, zone_width: ZoneWidth = 3) -> NDArray[np.int64]:
    """Number of the zone that a longitude lies in.

    Parameters
    ----------
    longitude
        Degrees east, of any shape.
    zone_width
        3 or 6 degrees.

    Returns
    -------
    ndarray of int64
        The same shape. A longitude on the edge of two zones belongs to the eastern one.

    Examples
    --------
    >>> from riverline.geodesy import zone_number
    >>> zone_number([116.4, 118.5, 121.5]).tolist(), zone_number(116.4, zone_width=6).tolist()
    ([39, 40, 41], 20)
    """
    degrees = np.asarray(longitude, dtype="float64")
    zone = np.floor((degrees + 1.5) / 3.0) if zone_width == 3 else np.floor(degrees / 6.0) + 1.0  # noqa: PLR2004
    return np.asarray(zone, dtype="int64")


def central_meridian(zone: int, zone_width: ZoneWidth) -> float:
    """Longitude of a zone's central meridian, degrees east."""
    return 3.0 * zone if zone_width == 3 else 6.0 * zone - 3.0  # noqa: PLR2004 - the two zone systems


def zone_crs(zone: int, *, prefixed: bool = False) -> str:
    """EPSG code of a CGCS2000 Gauss-Krüger zone; the number says whether it is a 3- or a 6-degree zone.

    Parameters
    ----------
    zone
        25–45 for 3-degree zones, 13–23 for 6-degree zones.
    prefixed
        Whether eastings start with the zone number (39 500 000 m) or not (500 000 m).

    Returns
    -------
    str
        Such as ``EPSG:4548``.

    Raises
    ------
    CRSError
        If China has no zone of that number.

    Examples
    --------
    >>> from riverline.geodesy import zone_crs
    >>> zone_crs(39), zone_crs(39, prefixed=True), zone_crs(20), zone_crs(20, prefixed=True)
    ('EPSG:4548', 'EPSG:4527', 'EPSG:4509', 'EPSG:4498')
    """
    for width, first in _FIRST_ZONE.items():
        if first <= zone <= _LAST_ZONE[width]:
            codes = _FIRST_PREFIXED_CODE if prefixed else _FIRST_PLAIN_CODE
            return f"EPSG:{codes[width] + zone - first}"
    raise CRSError(
        f"带号 {zone} 不存在：中国 3 度带为 25–45，6 度带为 13–23",
        f"there is no zone {zone}: China's 3-degree zones are 25–45, its 6-degree zones 13–23",
    )


def zone_of(frame: gpd.GeoDataFrame | gpd.GeoSeries, *, zone_width: ZoneWidth = 3, prefixed: bool = False) -> pd.Series:
    """The zone that each feature belongs to, as a CRS to group by.

    Parameters
    ----------
    frame
        Features in any CRS.
    zone_width, prefixed
        As for :func:`riverline.geodesy.to_metric`.

    Returns
    -------
    Series of text
        Named ``zone_crs``, with the frame's index: an EPSG code by the middle of each feature's bounds, CGCS2000 in
        China, UTM elsewhere; missing where there is no geometry.

    Raises
    ------
    CRSError
        If the frame has no CRS, or a feature lies nowhere on earth.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.geodesy import to_metric, zone_of
    >>> points = gpd.GeoSeries.from_xy([112.9, 116.4, 116.6], [28.2, 39.9, 39.8], crs=4490)
    >>> zone_of(points).tolist()
    ['EPSG:4547', 'EPSG:4548', 'EPSG:4548']
    >>> {code: len(to_metric(part)) for code, part in points.groupby(zone_of(points))}
    {'EPSG:4547': 1, 'EPSG:4548': 2}
    """
    west, south, east, north = bounds_in_degrees(frame)
    middle = (west + east) / 2.0, (south + north) / 2.0
    codes = _codes_at(*middle, frame.crs, zone_width=zone_width, prefixed=prefixed)
    return pd.Series(codes, index=frame.index, name="zone_crs", dtype="str")


def span_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> Span | None:
    """What a frame covers, on its own datum; None if it has no geometry."""
    west, south, east, north = bounds_in_degrees(frame)
    if not np.isfinite(west).any():
        return None
    edges = np.nanmin(west), np.nanmin(south), np.nanmax(east), np.nanmax(north)
    middle = np.nanmedian((west + east) / 2.0), np.nanmedian((south + north) / 2.0)
    return Span(*(float(each) for each in (*edges, *middle)))


def code_at(longitude: float, latitude: float, crs: object, *, zone_width: ZoneWidth, prefixed: bool) -> str:
    """CRS code for one place: a CGCS2000 zone in China's box, else a UTM zone on the datum of ``crs``."""
    place = np.array([longitude]), np.array([latitude])
    return str(_codes_at(*place, crs, zone_width=zone_width, prefixed=prefixed)[0])


def bounds_in_degrees(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[Floats, Floats, Floats, Floats]:
    """West, south, east and north of each feature, degrees, on the frame's own datum.

    Projected bounds are followed along their four corners and the middles of their sides. Missing and empty geometry
    gives NaN.

    Raises
    ------
    CRSError
        If the frame has no CRS, or a feature lies nowhere on earth.
    """
    if frame.crs is None:
        raise CRSError(
            '图层没有坐标系；请用 frame.set_crs("EPSG:4490") 指定',
            'the layer has no CRS; set it with frame.set_crs("EPSG:4490")',
        )
    bounds = shapely.bounds(frame.geometry.to_numpy())
    left, low, right, high = bounds.T
    middle_x, middle_y = (left + right) / 2.0, (low + high) / 2.0
    x = np.stack([left, middle_x, right, left, right, left, middle_x, right])
    y = np.stack([low, low, low, middle_y, middle_y, high, high, high])
    known = np.isfinite(x).all(axis=0)
    lon, lat = np.full_like(x, np.nan), np.full_like(y, np.nan)
    lon[:, known], lat[:, known] = to_degrees(frame.crs, x[:, known], y[:, known])
    lost = known & ~(np.isfinite(lon) & (np.abs(lat) <= _POLE)).all(axis=0)
    if lost.any():
        name, first = name_of(horizontal(frame.crs)), bounds[lost][0].tolist()
        raise CRSError(
            f"{int(lost.sum())} 个要素的坐标不在坐标系 {name} 的范围内（如 {first}）；可能是东、北坐标颠倒或坐标系有误",
            f"{int(lost.sum())} features have coordinates outside {name} (such as {first}); are east and north "
            "swapped, or is the CRS wrong?",
        )
    return lon.min(axis=0), lat.min(axis=0), lon.max(axis=0), lat.max(axis=0)


def gauss_kruger(crs: object) -> GaussKruger | None:
    """The parts of a Gauss-Krüger CRS in metres (scale 1 on the meridian), or None.

    Examples
    --------
    >>> from riverline.geodesy.zones import gauss_kruger
    >>> gauss_kruger("EPSG:4527"), gauss_kruger("EPSG:32650")
    (GaussKruger(meridian=117.0, false_easting_m=39500000.0, is_six=False), None)
    """
    flat = horizontal(crs)
    operation = flat.coordinate_operation
    if not flat.is_projected or flat.is_bound or operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: parameter.value for parameter in operation.params}
    scale = values.get("Scale factor at natural origin", 1.0)
    if scale != 1.0 or flat.axis_info[0].unit_conversion_factor != 1.0:
        return None
    code = flat.to_epsg() or 0
    is_six = _FIRST_PREFIXED_CODE[6] <= code < _FIRST_PREFIXED_CODE[3]
    return GaussKruger(float(values["Longitude of natural origin"]), float(values["False easting"]), is_six)


def _codes_at(
    longitude: Floats, latitude: Floats, crs: object, *, zone_width: ZoneWidth, prefixed: bool
) -> list[str | None]:
    """CRS code for each place, None where it is unknown."""
    known = np.isfinite(longitude) & np.isfinite(latitude)
    lon, lat = np.where(known, longitude, 0.0), np.where(known, latitude, 0.0)
    china = (lon >= _WEST) & (lon < _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    polar = known & ~china & ((lat < _UTM_SOUTH) | (lat > _UTM_NORTH))
    if polar.any():
        raise CRSError(
            f"{int(polar.sum())} 个要素的纬度超出 UTM 范围（如 {lat[polar][0]:.3f}）；可能是经纬度颠倒",
            f"{int(polar.sum())} features lie beyond UTM's latitudes (such as {lat[polar][0]:.3f}); "
            "are longitude and latitude swapped?",
        )
    utm = np.where(lat >= 0.0, 1, -1) * (np.floor((lon + 180.0) % 360.0 / 6.0).astype("int64") + 1)
    keys = np.where(china, _GAUSS_KEY + zone_number(lon, zone_width=zone_width), utm)
    unique, which = np.unique(keys, return_inverse=True)
    needed = set(keys[known].tolist())
    names = [_code(key, crs, prefixed=prefixed) if key in needed else None for key in unique.tolist()]
    return [names[index] if there else None for index, there in zip(which.tolist(), known.tolist(), strict=True)]


def _code(key: int, crs: object, *, prefixed: bool) -> str:
    if key > _GAUSS_KEY:
        return zone_crs(key - _GAUSS_KEY, prefixed=prefixed)
    zone, letter = abs(key), "N" if key > 0 else "S"
    geodetic = horizontal(crs).geodetic_crs
    datum = "WGS 84" if geodetic is None else geodetic.name
    if not is_modern(horizontal(crs)) and datum != "unknown":
        # The same datum spares a transformation: EPSG:2226 in NAD83 goes to NAD83's own UTM zone.
        for info in query_utm_crs_info(datum_name=datum):
            if info.name == f"{datum} / UTM zone {zone}{letter}":
                return f"{info.auth_name}:{info.code}"
    return f"EPSG:{(32600 if key > 0 else 32700) + zone}"
