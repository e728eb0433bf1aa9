"""Whether a frame is in a plane in metres, and how true lengths are in it."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal, name_of, refuse_legacy, to_degrees
from riverline.geodesy.identify import are_degrees_in_china, identify_coordinates
from riverline.geodesy.spans import bounds_in_degrees

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "corners",
    "crs_of",
    "is_metric",
    "is_plane",
    "point_scale",
    "python_name",
    "refuse_degrees",
    "require_metric",
    "require_plane",
]

# A plane whose lengths are off by more than this is no plane to measure in: Web Mercator beyond 25° of latitude.
_SCALE_LIMIT = 0.1
_PLACES = 5
_HALF_TURN = 180.0
_CHINA = (73.0, 3.0, 136.5, 54.0)


def require_metric(frame: gpd.GeoDataFrame, *, layer: str) -> None:
    """Raise unless the frame is in a plane in metres that can be measured in.

    Parameters
    ----------
    frame
        Any frame.
    layer
        What to call it in the message.

    Raises
    ------
    CRSError
        If it has no CRS, is in degrees, feet or a local grid, is on Beijing 1954 or Xi'an 1980, has coordinates that
        do not fit its CRS (a zone number too many; degrees under the name of a plane), or its projection stretches
        lengths by more than a tenth where the frame lies (Web Mercator).

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.geodesy import require_metric
    >>> require_metric(gpd.GeoDataFrame(geometry=gpd.points_from_xy([117.0], [30.0]), crs=4490), layer="axes")
    Traceback (most recent call last):
    ...
    riverline.errors.CRSError: axes：应为以米为单位的投影坐标系，实际为 EPSG:4490（单位：degree）；请写 axes = riverline.geodesy.to_metric(axes)
    axes: a projected CRS in metres is needed, got EPSG:4490 (unit: degree); type axes = riverline.geodesy.to_metric(axes)
    """  # noqa: E501 - the message is shown as it is printed
    crs = crs_of(frame, layer=layer)
    require_plane(crs, layer=layer)
    refuse_legacy(crs)
    refuse_degrees(frame, layer=layer)
    bounds_in_degrees(frame, layer=layer)
    scale = point_scale(frame)
    if scale > _SCALE_LIMIT:
        name = name_of(horizontal(crs))
        raise CRSError(
            f"{layer}：坐标系 {name} 在此处的长度变形达 {scale:.0%}，不能量距；请写 {layer} = "
            f"riverline.geodesy.to_metric({layer})",
            f"{layer}: {name} distorts lengths by {scale:.0%} here and cannot be measured in; type {layer} = "
            f"riverline.geodesy.to_metric({layer})",
        )


def refuse_degrees(frame: gpd.GeoDataFrame, *, layer: str) -> None:
    """Raise for longitudes and latitudes that were given the name of a plane.

    Raises
    ------
    CRSError
        If the CRS is projected and in metres, and of some features all coordinates would be degrees where the plane is
        used, or in China, while as metres they lie outside of it.
    """
    if not is_plane(frame.crs):
        return
    bounds = shapely.bounds(frame.geometry.to_numpy())
    wrong = _are_degrees(frame.crs, bounds)
    if not wrong.any():
        return
    (x, y), name, typed = bounds[wrong][0, :2].tolist(), name_of(horizontal(frame.crs)), python_name(layer)
    degrees = "EPSG:4490" if are_degrees_in_china(x, y) else "EPSG:4326"
    count, every = int(wrong.sum()), int(np.isfinite(bounds[:, 0]).sum())
    if count == every:
        move = f'{typed} = riverline.geodesy.to_metric({typed}.set_crs("{degrees}", allow_override=True))'
    else:
        which = f"{typed}.bounds.abs().max(axis=1) <= 180"
        move = (
            f"{typed} = pandas.concat([{typed}[~({which})], riverline.geodesy.align({typed}[{which}].set_crs("
            f'"{degrees}", allow_override=True), {typed}.crs, layer="{typed}")])'
        )
    raise CRSError(
        f"{layer}：坐标（如 {x:g}, {y:g}）是经纬度（{every} 个要素中的 {count} 个），却标为以米为单位的 {name}；"
        f"核对后请写 {move}",
        f"{layer}: coordinates such as {x:g}, {y:g} are degrees ({count} of {every} features), yet the layer says "
        f"{name}, in metres; check, then type {move}",
    )


def _are_degrees(crs: object, bounds: Floats) -> NDArray[np.bool_]:
    """Whether each feature, by its bounds (n, 4), is in degrees under the name of a plane.

    In either order: what is taken for metres of the plane is next to its origin, far from where the plane is used.
    """
    found = np.zeros(len(bounds), dtype=bool)
    small = np.flatnonzero((np.abs(bounds) <= _HALF_TURN).all(axis=1))
    if not len(small):
        return found
    x, y = bounds[small][:, ::2], bounds[small][:, 1::2]
    lon, lat = to_degrees(crs, x, y)
    area = horizontal(crs).area_of_use
    for box in (_CHINA, *(() if area is None else (area.bounds,))):
        as_degrees = _within(x, y, box).all(axis=1) | _within(y, x, box).all(axis=1)
        found[small] |= as_degrees & ~_within(lon, lat, box).any(axis=1)
    # A plan around an origin of its own has small numbers too, not all of them such.
    alone = len(small) == np.isfinite(bounds[:, 0]).sum()
    return found if not alone or found[small].all() else np.zeros(len(bounds), dtype=bool)


def _within(lon: Floats, lat: Floats, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    west, south, east, north = box
    across = west > east
    wide = (lon >= west) | (lon <= east) if across else (lon >= west) & (lon <= east)
    return np.asarray(wide & (lat >= south) & (lat <= north))


def is_metric(frame: gpd.GeoDataFrame) -> bool:
    """Whether :func:`require_metric` would let the frame pass.

    Parameters
    ----------
    frame
        Any frame.

    Returns
    -------
    bool
        False also for a frame without CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.geodesy import is_metric
    >>> degrees, metres = gpd.points_from_xy([117.0], [30.0]), gpd.points_from_xy([500_000.0], [3_320_113.0])
    >>> is_metric(gpd.GeoDataFrame(geometry=degrees, crs=4490)), is_metric(gpd.GeoDataFrame(geometry=metres, crs=4548))
    (False, True)
    """
    try:
        require_metric(frame, layer="frame")
    except CRSError:
        return False
    return True


def point_scale(frame: gpd.GeoDataFrame) -> float:
    """How far off lengths are at worst where the frame lies: ``|scale − 1|`` of its projection.

    Parameters
    ----------
    frame
        Features in a projected CRS.

    Returns
    -------
    float
        0.0003 means 30 cm a kilometre, in the worst direction at the worst of 25 places over the bounds. Zero for an
        empty frame; places where the projection cannot be undone are left out.

    Raises
    ------
    CRSError
        If the frame has no CRS or is not projected.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.geodesy import point_scale
    >>> at_edge = gpd.GeoDataFrame(geometry=gpd.points_from_xy([644700.0], [3321300.0]), crs=4548)
    >>> round(point_scale(at_edge), 6)
    0.000258
    """
    flat = horizontal(crs_of(frame, layer="frame"))
    if not flat.is_projected:
        raise CRSError(
            f"坐标系 {name_of(flat)} 不是投影坐标系，没有投影变形；请先用 riverline.geodesy.to_metric(frame)",
            f"{name_of(flat)} is not projected; use riverline.geodesy.to_metric(frame) first",
        )
    x, y = corners(frame)
    if not len(x):
        return 0.0
    # In metres whatever the unit of the CRS; the projection of a CRS in feet takes feet.
    projection = pyproj.Proj(flat.source_crs if flat.is_bound else flat)
    lon, lat = projection(x, y, inverse=True)
    known = np.isfinite(lon) & np.isfinite(lat)
    factors = projection.get_factors(np.asarray(lon)[known], np.asarray(lat)[known], errcheck=False)
    error = np.abs(np.concatenate([factors.tissot_semimajor, factors.tissot_semiminor]) - 1.0)
    return float(np.max(error[np.isfinite(error)], initial=0.0))


def crs_of(frame: gpd.GeoDataFrame, *, layer: str) -> pyproj.CRS:
    """The frame's CRS.

    Raises
    ------
    CRSError
        If it has none; the message says what the coordinates look like.
    """
    crs: pyproj.CRS | None = frame.crs
    if crs is not None:
        return crs
    typed, (code, more_zh, more_en) = python_name(layer), _to_say(*corners(frame))
    raise CRSError(
        f"{layer}：图层没有坐标系；核对后请写 {typed} = {typed}.set_crs({code})；{more_zh}",
        f"{layer}: the layer has no CRS; check, then type {typed} = {typed}.set_crs({code}): {more_en}",
    )


def _to_say(x: Floats, y: Floats) -> tuple[str, str, str]:
    """What to write for the CRS of bare coordinates, and why: a code only where the digits tell it."""
    if not len(x):
        return '"EPSG:4548"', "没有坐标可供判断，此处只是举例", "there are no coordinates to judge by: an example"
    try:
        guess = identify_coordinates(x, y)
    except CRSError as error:
        ask = "crs 须向数据提供者查明，如 4490（经纬度）", "ask whoever made the data for crs, such as 4490 for degrees"
        return "crs", f"{ask[0]}；{error.zh}", f"{ask[1]}; {error.en}"
    if guess.crs is not None:
        return f'"{guess.crs}"', guess.reason_zh, guess.reason_en
    return (
        "riverline.geodesy.zone_crs(zone)",
        "zone 为 3 度带带号，即中央经线除以 3（117° 为 39）；坐标为米值，不带带号，须向数据提供者查明",
        "zone is the number of the zone, its meridian over 3 (39 for 117°): metres without a zone, ask their maker",
    )


def python_name(layer: str) -> str:
    """What to call a layer in a line to type: its own name if Python takes it."""
    return layer if all(part.isidentifier() and not iskeyword(part) for part in layer.split(".")) else "frame"


def require_plane(crs: object, *, layer: str) -> None:
    """Raise unless a CRS is projected and in metres.

    Raises
    ------
    CRSError
        If it is not.
    """
    if is_plane(crs):
        return
    flat = horizontal(crs)
    unit = flat.axis_info[0].unit_name if flat.axis_info else "?"
    name = name_of(flat)
    raise CRSError(
        f"{layer}：应为以米为单位的投影坐标系，实际为 {name}（单位：{unit}）；请写 {layer} = "
        f"riverline.geodesy.to_metric({layer})",
        f"{layer}: a projected CRS in metres is needed, got {name} (unit: {unit}); type {layer} = "
        f"riverline.geodesy.to_metric({layer})",
    )


def is_plane(crs: object) -> bool:
    """Whether a CRS is projected and in metres."""
    flat = horizontal(crs)
    return bool(flat.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in flat.axis_info[:2]))


def corners(frame: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """A grid of 5 by 5 places over the frame's bounds; none if it has no geometry."""
    bounds = np.full(4, np.nan) if frame.empty else shapely.total_bounds(frame.geometry.to_numpy())
    if not np.isfinite(bounds).all():
        return np.empty(0), np.empty(0)
    x, y = np.meshgrid(np.linspace(bounds[0], bounds[2], _PLACES), np.linspace(bounds[1], bounds[3], _PLACES))
    return x.ravel(), y.ravel()
