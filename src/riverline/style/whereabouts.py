"""Whether layers lie where they say before they go out: in their CRS, at their rows' coordinates, at their river."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.errors import CRSError
from riverline.geodesy import zone_crs, zone_number
from riverline.geodesy.datum import horizontal, is_modern, name_of, to_degrees
from riverline.geodesy.planes import python_name, refuse_degrees
from riverline.geodesy.spans import bounds_in_degrees
from riverline.geodesy.zones import gauss_kruger
from riverline.style.rivers_apart import PER_DEGREE_M, distance, rivers_apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.errors import Problem
    from riverline.style.layers import Layer

    Floats = NDArray[np.float64]
    Places = tuple[Floats, Floats]

__all__ = ["require_places"]

_DEGREES = ("lon", "lat")
_METRES = ("x_m", "y_m")
_PER_ZONE_M = 1_000_000.0
# A wrong zone is hundreds of kilometres off. Degrees rounded to seconds, and stakes that were moved in the field, are
# nearer than this: checks tell of them (riverline.inspect).
_ROWS_M = 200.0
# Between the degrees of an old datum and those of CGCS2000.
_DATUMS_M = 1_000.0
_TRIED_ROWS = 50


def require_places(layers: Sequence[Layer]) -> None:
    """Raise for layers that would go out at a place where they are not.

    Parameters
    ----------
    layers
        What is to be drawn or written. Faults are left out: they lie where the data lie that they are about, right or
        wrong; so are layers without a CRS and grids of a works site, which have no place on earth to compare with.

    Raises
    ------
    CRSError
        If coordinates lie outside their CRS (metres under the name of degrees, longitude and latitude swapped, a zone
        number too many, degrees under the name of a plane); if stakes, boards or boundary points are 200 m or more
        from where their own ``lon`` and ``lat``, or ``x_m``, ``y_m`` and ``zone``, say they are, as after a wrong
        ``set_crs``; or if the extents, lines, stakes … of one river lie 20 km or more apart and bear different CRSs, or
        150 km.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import style
    >>> swapped = gpd.GeoDataFrame({"镇": ["清水"]}, geometry=gpd.points_from_xy([30.0], [117.0]), crs=4490)
    >>> style.collect(乡镇=swapped)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    riverline.errors.CRSError: …
    """
    placed = [layer for layer in layers if layer.spatial and layer.name != "faults" and _on_earth(layer.frame)]
    for layer in placed:
        _require_within(layer)
    unlike = [problem for layer in placed for problem in _unlike(layer)]
    if unlike:
        raise CRSError.listing(
            "行中所写的坐标与图形不在一处，不能出图", "rows state another place than they are drawn at", unlike
        )
    apart = list(rivers_apart(placed))
    if apart:
        raise CRSError.listing("同一河流的图层不在一处，不能出图", "layers of one river lie far apart", apart)


def _on_earth(frame: pd.DataFrame) -> bool:
    crs = getattr(frame, "crs", None)
    flat = None if crs is None or not len(frame) else horizontal(crs)
    return flat is not None and bool(flat.is_geographic or flat.is_projected)


def _shapes(layer: Layer) -> NDArray[np.object_]:
    frame: Any = layer.frame
    return np.asarray(frame.geometry.array, dtype=object)


def _require_within(layer: Layer) -> None:
    rows: Any = layer.frame
    bounds = shapely.total_bounds(_shapes(layer))
    if not np.isfinite(bounds).all():
        return
    try:
        # The box around all rows is quick to look at; only where it does not fit, each row is.
        bounds_in_degrees(gpd.GeoSeries([shapely.box(*bounds)], crs=rows.crs), layer=layer.called)
    except CRSError:
        bounds_in_degrees(rows, layer=layer.called)
    refuse_degrees(rows, layer=layer.called)


class _Stated(NamedTuple):
    """What rows say of their own place: columns, which rows they are in, and the longitudes and latitudes they mean."""

    columns: tuple[str, ...]
    rows: NDArray[np.bool_]
    there: Places


def _unlike(layer: Layer) -> Iterator[Problem]:
    """What to say of rows that are drawn elsewhere than their coordinates say."""
    if layer.schema is None or not any(name in layer.schema for name in (*_DEGREES, *_METRES)):
        return
    frame: Any = layer.frame
    shapes = _shapes(layer)
    points = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    east, north = np.full((2, len(frame)), np.nan)
    east[points], north[points] = shapely.get_x(shapes[points]), shapely.get_y(shapes[points])
    drawn = to_degrees(frame.crs, east, north)
    limit = _ROWS_M if is_modern(horizontal(frame.crs)) else _DATUMS_M
    for stated in (_in_degrees(frame), _in_metres(frame, drawn)):
        off = _apart_m(stated.there, drawn)
        wrong = np.flatnonzero(stated.rows & (off >= limit))
        if len(wrong):
            yield _told_of(layer, stated, wrong, off, drawn, (east, north), limit)
            return


def _in_degrees(frame: gpd.GeoDataFrame) -> _Stated:
    there = _numbers(frame, "lon"), _numbers(frame, "lat")
    return _Stated(_DEGREES, np.isfinite(there[0]) & np.isfinite(there[1]), there)


def _in_metres(frame: gpd.GeoDataFrame, drawn: Places) -> _Stated:
    """Where northing and easting are, by the zone that the row says, else by the plane that the frame is in.

    A row that says longitude and latitude and no zone has been looked at already: it may have left its plane since.
    """
    north, east = _numbers(frame, "x_m"), _numbers(frame, "y_m") % _PER_ZONE_M
    zone = _zones(frame)
    known = np.isfinite(north) & np.isfinite(east)
    lon, lat = np.full((2, len(frame)), np.nan)
    for number in np.unique(zone[known & np.isfinite(zone)]).tolist():
        plane, rows = _zone_crs(number), known & (zone == number)
        if plane:
            lon[rows], lat[rows] = to_degrees(plane, east[rows], north[rows])
    own = gauss_kruger(frame.crs)
    if own is not None:
        rows = known & ~np.isfinite(zone) & ~_in_degrees(frame).rows
        prefix = np.floor(own.false_easting_m / _PER_ZONE_M) * _PER_ZONE_M
        lon[rows], lat[rows] = to_degrees(frame.crs, east[rows] + prefix, north[rows])
    return _Stated(_METRES, np.isfinite(lon) & np.isfinite(drawn[0]), (lon, lat))


def _zones(frame: pd.DataFrame) -> Floats:
    """Number of the zone that each row says; NaN where it says none."""
    zone = _numbers(frame, "zone")
    return np.asarray(np.where(np.isfinite(zone), zone, _numbers(frame, "y_zoned_m") // _PER_ZONE_M))


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def _apart_m(first: Places, second: Places) -> Floats:
    """How far places in degrees are apart, to a per cent; NaN where one is unknown."""
    with np.errstate(invalid="ignore"):
        east = (first[0] - second[0] + 180.0) % 360.0 - 180.0
        return np.asarray(np.hypot(east * np.cos(np.radians(second[1])), first[1] - second[1]) * PER_DEGREE_M)


def _told_of(
    layer: Layer, stated: _Stated, wrong: NDArray[np.intp], off: Floats, drawn: Places, xy: Places, limit: float
) -> Problem:
    """What the worst row says, where it is drawn, and what to type: the CRS that its coordinates ask for, if any."""
    frame, typed, crs = layer.frame, python_name(layer.called), layer.frame.crs
    worst = wrong[np.argmax(off[wrong])]
    key = layer.schema.key if layer.schema is not None else ""
    row = frame[key].iloc[worst] if key in frame else worst + 1
    says = ", ".join(f"{name} = {_numbers(frame, name)[worst]:.12g}" for name in stated.columns)
    there, here = (f"{lon[worst]:.6f}, {lat[worst]:.6f}" for lon, lat in (stated.there, drawn))
    meant = _crs_meant(crs, wrong[:_TRIED_ROWS], stated.there, xy, limit)
    if meant:
        line = f'{typed} = {typed}.set_crs("{meant}", allow_override=True)'
        zh = f"若标错了坐标系，请写 {line}，同来源的图层一并改正"
        en = f"if the CRS is wrong, type {line}, and so for all of its source"
    else:
        line = _again(typed, stated, _zones(frame)[worst], crs)
        zh = f"请核对坐标系和数据来源；若图形是对的，请按图形重写：{line}"
        en = f"check the CRS and the source; if the geometry is right, write them again: {line}"
    far, called = distance(float(off[worst])), name_of(horizontal(crs))
    zh = (
        f"{layer.called}：{len(frame)} 行中 {len(wrong)} 行，如 {row} 写明 {says}（即 {there}），按坐标系 {called} "
        f"却画在 {here}，相差 {far}；{zh}"
    )
    en = (
        f"{layer.called}: {len(wrong)} of {len(frame)} rows; {row} states {says} (that is {there}), yet in {called} "
        f"it is drawn at {here}, {far} away; {en}"
    )
    return zh, en


def _crs_meant(crs: Any, rows: NDArray[np.intp], there: Places, xy: Places, limit: float) -> str:  # noqa: ANN401 - a CRS
    """The CRS in which rows are drawn where they say they are, of degrees and the zones around; empty if none is."""
    lon, lat, x, y = (each[rows] for each in (*there, *xy))
    middle = float(np.median(lon))
    zone, wide = int(zone_number(middle)), int(zone_number(middle, zone_width=6))
    for number in (zone, zone - 1, zone + 1, wide):
        for prefixed in (False, True):
            code = _zone_crs(number, prefixed=prefixed)
            if code and (_apart_m((lon, lat), to_degrees(code, x, y)) < limit).all():
                return code
    is_degrees = not horizontal(crs).is_geographic and (_apart_m((lon, lat), (x, y)) < limit).all()
    return "EPSG:4490" if is_degrees else ""


def _zone_crs(number: float, *, prefixed: bool = False) -> str:
    """The plane of a zone, empty if China has no such zone."""
    try:
        return zone_crs(int(number), prefixed=prefixed)
    except (CRSError, ValueError):
        return ""


def _again(typed: str, stated: _Stated, zone: float, crs: Any) -> str:  # noqa: ANN401 - a CRS
    """A line that takes coordinates from the geometry."""
    if stated.columns == _DEGREES:
        return f"{typed} = {typed}.assign(lon={typed}.to_crs(4490).geometry.x, lat={typed}.to_crs(4490).geometry.y)"
    there = f'{typed}.to_crs("{_zone_crs(zone) or name_of(horizontal(crs))}").geometry'
    return f"{typed} = {typed}.assign(x_m={there}.y, y_m={there}.x % 1_000_000)"
