"""Where features lie in degrees, and the zone of each: CGCS2000 Gauss-Krüger in China, UTM elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj.database import query_utm_crs_info

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal, is_modern, name_of, to_degrees
from riverline.geodesy.identify import identify_coordinates
from riverline.geodesy.zones import gauss_kruger, zone_crs, zone_number

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.geodesy.zones import ZoneWidth

    Floats = NDArray[np.float64]

__all__ = ["Span", "bounds_in_degrees", "code_at", "outside", "span_of", "zone_of"]

# Where a CGCS2000 zone is the choice: a box, not a boundary. Neighbouring land in it gets a sound plane all the same.
_WEST, _EAST, _SOUTH, _NORTH = 73.5, 136.5, 3.0, 54.0
_UTM_SOUTH, _UTM_NORTH = -80.0, 84.0
_POLE = 90.0
# Longitudes from 0° to 360° are in use, and lines go on beyond ±180°; nothing goes round twice.
_ROUND, _HALF = 360.0, 180.0
# Nobody means a place 2 000 km from a Gauss-Krüger zone's meridian: a digit or the zone number is wrong.
_REACH_DEG = 20.0
# Added to the numbers of Gauss-Krüger zones to tell them from UTM's, which are negative in the south.
_GAUSS_KEY = 1000


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
        """West, south, east, north; across the 180th meridian east is less than west."""
        return self.west, self.south, self.east - _ROUND * (self.east > _HALF), self.north

    def within(self, meridian: float, zone_width: int) -> bool:
        """Whether it lies in a zone or up to half a zone beyond either edge, so one width from the meridian."""
        return self.west >= meridian - zone_width and self.east <= meridian + zone_width


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
        If the frame has no CRS, or coordinates do not fit it.

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


def span_of(frame: gpd.GeoDataFrame | gpd.GeoSeries, *, layer: str = "frame") -> Span | None:
    """What a frame covers, on its own datum; None if it has no geometry."""
    west, south, east, north = bounds_in_degrees(frame, layer=layer)
    if not np.isfinite(west).any():
        return None
    beyond = np.where((west + east) / 2.0 < 0.0, _ROUND, 0.0)
    wide = np.nanmax(east) - np.nanmin(west)
    if wide > _HALF and np.nanmax(east + beyond) - np.nanmin(west + beyond) < wide:
        # On both sides of the 180th meridian: the shorter way round.
        west, east = west + beyond, east + beyond
    edges = np.nanmin(west), np.nanmin(south), np.nanmax(east), np.nanmax(north)
    middle = np.nanmedian((west + east) / 2.0), np.nanmedian((south + north) / 2.0)
    return Span(*(float(each) for each in (*edges, *middle)))


def code_at(longitude: float, latitude: float, crs: object, *, zone_width: ZoneWidth, prefixed: bool) -> str:
    """CRS code for one place: a CGCS2000 zone in China's box, else a UTM zone on the datum of ``crs``."""
    place = np.array([longitude]), np.array([latitude])
    return str(_codes_at(*place, crs, zone_width=zone_width, prefixed=prefixed)[0])


def bounds_in_degrees(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, *, layer: str = "frame"
) -> tuple[Floats, Floats, Floats, Floats]:
    """West, south, east and north of each feature, degrees, on the frame's own datum.

    Projected bounds are followed along their four corners and the middles of their sides. Missing and empty geometry
    gives NaN. Of a feature that crosses the 180th meridian, which is one that is narrower that way round (RFC 7946,
    3.1.9), east is beyond 180.

    Raises
    ------
    CRSError
        If the frame has no CRS, or a feature lies nowhere on earth or 20° from its Gauss-Krüger zone's meridian.
    """
    if frame.crs is None:
        raise CRSError(
            f'{layer}：图层没有坐标系；查明后用 {layer}.set_crs(…) 写明，例如 {layer}.set_crs("EPSG:4490")',
            f"{layer}: the layer has no CRS; find it out, then say it with "
            f'{layer}.set_crs(…), such as {layer}.set_crs("EPSG:4490")',
        )
    bounds = shapely.bounds(frame.geometry.to_numpy())
    left, low, right, high = bounds.T
    middle_x, middle_y = (left + right) / 2.0, (low + high) / 2.0
    x = np.stack([left, middle_x, right, left, right, left, middle_x, right])
    y = np.stack([low, low, low, middle_y, middle_y, high, high, high])
    known = np.isfinite(x).all(axis=0)
    lon, lat = np.full_like(x, np.nan), np.full_like(y, np.nan)
    lon[:, known], lat[:, known] = to_degrees(frame.crs, x[:, known], y[:, known])
    on_earth = np.isfinite(lon) & (np.abs(lat) <= _POLE) & (np.abs(lon) <= _ROUND)
    zone = gauss_kruger(frame.crs)
    if zone is not None:
        on_earth &= np.abs(lon - zone.meridian) <= _REACH_DEG
    lost = known & ~on_earth.all(axis=0)
    if lost.any():
        raise outside(frame.crs, bounds[lost], layer=layer)
    first, last = lon.min(axis=0), lon.max(axis=0)
    for row in np.flatnonzero(last - first > _HALF):
        own = lon[:, row]
        if horizontal(frame.crs).is_geographic:
            own = shapely.get_coordinates(frame.geometry.iloc[row])[:, 0]
        around = np.unwrap(own, period=_ROUND)
        if np.ptp(around) < last[row] - first[row]:
            turn = _ROUND * (around.min() + around.max() < 0.0)
            first[row], last[row] = around.min() + turn, around.max() + turn
    return first, lat.min(axis=0), last, lat.max(axis=0)


def outside(crs: object, bounds: Floats, *, layer: str = "frame") -> CRSError:
    """The error for features whose coordinates do not fit their CRS, with what the coordinates look like.

    Parameters
    ----------
    crs
        What they are said to be in.
    bounds
        West, south, east, north of each such feature, (n, 4).
    layer
        What to call the frame.
    """
    name, first = name_of(horizontal(crs)), bounds[0].tolist()
    try:
        guess = identify_coordinates(bounds[:, [0, 2]].ravel(), bounds[:, [1, 3]].ravel())
        like_zh, like_en = guess.reason_zh, guess.reason_en
    except CRSError as error:
        like_zh, like_en = error.zh, error.en
    return CRSError(
        f"{layer}：{len(bounds)} 个要素的坐标不在坐标系 {name} 的范围内（如 {first}）；从数值看：{like_zh}",
        f"{layer}: {len(bounds)} features have coordinates outside {name} (such as {first}); they look like this: "
        f"{like_en}",
    )


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
