"""What stands in the rows of stakes and boards: coordinates, chainages, units, neighbours, texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline.channel import format_chainage, parse_chainage, print_chainage
from riverline.channel.given import texts
from riverline.errors import CRSError
from riverline.geodesy import align, format_dms, round_half_up, zone_number, zone_of
from riverline.geodesy.zones import gauss_kruger

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.geodesy.zones import ZoneWidth
    from riverline.rules import Stakes

    Floats = NDArray[np.float64]

__all__ = ["chainage_columns", "coordinate_columns", "neighbour_columns", "short_chainage", "units_at"]

_CGCS2000 = "EPSG:4490"
_PER_ZONE_M = 1_000_000.0
# A stake on a border belongs to the unit that the line runs on into.
_AHEAD_M = 0.01


def coordinate_columns(points: gpd.GeoSeries, rules: Stakes) -> dict[str, Any]:
    """CGCS2000 degrees and Gauss-Krüger metres of points, (n,) each.

    Parameters
    ----------
    points
        Stakes in the CRS of the result; missing ones give blanks.
    rules
        Decimals.

    Returns
    -------
    dict
        ``lon``, ``lat`` and the same in degrees, minutes and seconds, blank where the datum has no known way to
        CGCS2000; ``x_m`` (north), ``y_m`` (east, 500 km on the meridian), ``zone`` and ``y_zoned_m``, the easting that
        starts with the zone. Stakes of a Gauss-Krüger plane keep its meridian, others get the zone they lie in; on a
        local meridian, and outside China, zone and the easting with zone are blank.
    """
    east, north, zone = _plane(points)
    lon, lat = _degrees(points)
    decimals = rules.coordinate_decimals
    easting = round_half_up(east, decimals)
    return {
        "x_m": round_half_up(north, decimals),
        "y_m": easting,
        "lon": lon,
        "lat": lat,
        "lon_dms": format_dms(lon, decimals=rules.dms_decimals),
        "lat_dms": format_dms(lat, decimals=rules.dms_decimals),
        "zone": pd.Series(zone).astype("Int64").array,
        "y_zoned_m": easting + zone * _PER_ZONE_M,
    }


def _degrees(points: gpd.GeoSeries) -> tuple[Floats, Floats]:
    try:
        there = align(points, _CGCS2000, layer="stakes").to_numpy()
    except CRSError:
        return np.full(len(points), np.nan), np.full(len(points), np.nan)
    return shapely.get_x(there), shapely.get_y(there)


def _plane(points: gpd.GeoSeries) -> tuple[Floats, Floats, Floats]:
    """Easting without zone, northing, and zone (NaN for none)."""
    own = gauss_kruger(points.crs)
    if own is not None:
        return _in_plane(points)
    east, north, zone = np.full((3, len(points)), np.nan)
    for code, part in points.groupby(zone_of(points)):
        rows = points.index.get_indexer(part.index)
        east[rows], north[rows], zone[rows] = _in_plane(align(part, code, layer="stakes"))
    return east, north, zone


def _in_plane(points: gpd.GeoSeries) -> tuple[Floats, Floats, Floats]:
    shapes, plane = points.to_numpy(), gauss_kruger(points.crs)
    east, north, zone = shapely.get_x(shapes), shapely.get_y(shapes), np.full(len(shapes), np.nan)
    if plane is None:
        return east, north, zone
    width: ZoneWidth = 6 if plane.is_six else 3
    if plane.fits(width, prefixed=None):
        zone[np.isfinite(east)] = float(zone_number(plane.meridian, zone_width=width))
    return east - _PER_ZONE_M * np.floor(plane.false_easting_m / _PER_ZONE_M), north, zone


def chainage_columns(
    true_m: Floats, river_id: NDArray[np.object_], breaks: gpd.GeoDataFrame | None, *, decimals: int
) -> dict[str, Any]:
    """True chainage and, with breaks counted, the printed one as text, (n,) each."""
    printed = true_m if breaks is None else print_chainage(true_m, breaks, river_id=pd.Series(river_id))
    return {
        "chainage_m": round_half_up(true_m, decimals),
        "printed_chainage": format_chainage(pd.Series(printed), decimals=decimals).to_numpy(),
    }


def short_chainage(printed: pd.Series) -> NDArray[np.object_]:
    """Printed chainages to the metre, as they stand in numbers and on boards, (n,)."""
    return np.asarray(format_chainage(parse_chainage(printed)), dtype="object")


def units_at(points: Floats, ahead: Floats, admin: gpd.GeoDataFrame | None) -> dict[str, Any]:
    """Name and code of the administrative unit of points, (n,) each; empty where there is none.

    Parameters
    ----------
    points : (n, 2)
        Places on the line.
    ahead : (n, 2)
        Direction of the line there: a stake on a border belongs to the unit downstream of it.
    admin
        Rows of :data:`riverline.schema.ADMIN`, or None. Of units that overlap the one with the least code is taken.
    """
    code, name = np.full((2, len(points)), "", dtype="object")
    if admin is not None and len(admin):
        codes = texts(admin["admin_id"])
        named = texts(admin["name"])
        tree = shapely.STRtree(np.asarray(admin.geometry.array))
        point, unit = tree.query(shapely.points(points + _AHEAD_M * ahead), predicate="intersects")
        order = np.lexsort((codes[unit].astype(str), point))
        first = order[np.diff(point[order], prepend=-1) != 0]
        code[point[first]] = codes[unit[first]]
        name[point[first]] = np.where(named[unit[first]] == "", codes[unit[first]], named[unit[first]])
    return {"admin": name, "admin_code": code}


def neighbour_columns(
    points: Floats, numbers: NDArray[np.object_], following: NDArray[np.int64], rules: Stakes
) -> dict[str, Any]:
    """Number, plane distance and grid bearing of the stakes before and after, (n,) each.

    Parameters
    ----------
    points : (n, 2)
        Stakes in the plane.
    numbers : (n,)
        What is cut into them.
    following : (n,)
        Position of the next stake, -1 at the end of a line.
    rules
        Decimals.
    """
    previous = np.full(len(points), -1)
    previous[following[following >= 0]] = np.flatnonzero(following >= 0)
    columns: dict[str, Any] = {}
    for name, other in (("previous", previous), ("next", following)):
        there = other >= 0
        step = np.where(there[:, None], points[other] - points, np.nan)
        distance = np.hypot(*step.T)
        bearing = np.where(distance > 0.0, np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0, np.nan)
        columns[name] = np.where(there, numbers[other], "")
        columns[f"{name}_m"] = round_half_up(distance, rules.coordinate_decimals)
        columns[f"{name}_bearing"] = bearing
        columns[f"{name}_bearing_dms"] = format_dms(bearing)
    return columns
