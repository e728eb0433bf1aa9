"""Axes from water polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.areas.medial_axis import trace
from riverline.channel.given import rows_by_name, texts
from riverline.errors import SchemaError
from riverline.geodesy import align, require_metric
from riverline.schema import AXES, WATER
from riverline.schema.values import read_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["check_traced", "trace_axis"]

_DTYPES = {
    "river_id": "str",
    "name": "str",
    "width_m": "float64",
    "parts": "Int64",
    "orientation": "str",
    "untraced": "str",
}


def trace_axis(
    water: gpd.GeoDataFrame,
    *,
    upstream: gpd.GeoDataFrame | None = None,
    spacing_m: float | None = None,
    smooth_widths: float = 4.0,
) -> gpd.GeoDataFrame:
    """Axis of every river from its water polygons: one connected line, midway between the banks, through islands.

    Parameters
    ----------
    water
        Rows of :data:`riverline.schema.WATER`, in metres. Polygons of one river are joined; a river all of whose
        polygons are lakes or reservoirs has no axis.
    upstream
        Points at or near the upstream ends, any CRS; with a column ``river_id``, each for its own river, else each
        axis takes the nearest. Without one, a polygon does not tell which way the water flows.
    spacing_m
        Distance between vertices; a quarter of the local width if not given.
    smooth_widths
        Length over which bays of the banks are smoothed, in channel widths; 0 keeps strictly midway.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.AXES`, one for each river of ``water``, in the order of their codes, with
        ``name`` (of the water, if it has one), ``width_m`` (area without islands by length of the axis), ``parts`` of
        water, ``orientation`` (``upstream`` or ``unknown``) and ``untraced`` (why there is no line; empty where there
        is). :func:`check_traced` turns these into faults.

    Raises
    ------
    SchemaError
        If the water lacks columns, or a length is not above zero.
    CRSError
        If the water is not in metres, or the points cannot be brought to its CRS safely.

    Notes
    -----
    Islands are filled. The banks' places are triangulated (Delaunay, the dual of Voronoi's diagram), the longest way
    between them is the channel, and it is moved until both banks are as far, smoothed, and held inside the water:
    :mod:`riverline._kernels.areas.medial_axis`. It begins and ends in the middle of the end edges, or at a pointed end.
    Of water in several parts the largest is traced. Where a tributary in the polygon is longer than the river above
    its mouth, the axis follows the tributary: cut it off first.

    Without ``upstream`` an axis begins at its western end, the southern one of two as far west: two runs agree.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> canal = shapely.box(500000, 3500000, 502000, 3500040)
    >>> water = gpd.GeoDataFrame(
    ...     {"water_id": ["W1"], "river_id": ["R1"], "kind": ["river"]}, geometry=[canal], crs=4548
    ... )
    >>> axes = trace_axis(water, upstream=gpd.GeoDataFrame(geometry=[shapely.Point(502100, 3500000)], crs=4548))
    >>> axes[["river_id", "width_m", "orientation"]].values.tolist()
    [['R1', 40.0, 'upstream']]
    >>> axes.geometry[0].coords[0], axes.geometry[0].coords[-1]
    ((502000.0, 3500020.0), (500000.0, 3500020.0))
    """
    WATER.require(water, layer="water")
    require_metric(water, layer="water")
    _require_lengths(spacing_m=spacing_m, smooth_widths=smooth_widths)
    sources = None if upstream is None else align(upstream, water.crs, layer="upstream")
    polygons, names = np.asarray(water.geometry.array, dtype="object"), texts(_column(water, "name"))
    kinds = texts(read_values(water["kind"], WATER["kind"]).converted)
    rows = []
    for river_id, places in rows_by_name(texts(water["river_id"])).items():
        traced = _trace_river(polygons[places], kinds[places], spacing_m, smooth_widths)
        line, orientation = _oriented(traced["geometry"], river_id, sources)
        name = min((name for name in names[places] if name), default="")
        told = {"river_id": river_id, "name": name, "orientation": orientation}
        rows.append({**traced, **told, "geometry": line})
    frame = pd.DataFrame(rows, columns=[*_DTYPES, "geometry"]).astype(_DTYPES)
    lines = gpd.GeoSeries(frame["geometry"].tolist(), crs=water.crs)
    return AXES.conform(gpd.GeoDataFrame(frame, geometry=lines, crs=water.crs))


def check_traced(axes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """What a user must know of traced axes, as faults.

    Parameters
    ----------
    axes
        What :func:`trace_axis` gave.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`: ``axis-untraced`` (error), ``water-in-parts`` (warning: only the
        largest part has an axis), ``direction-unknown`` (note).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> canal = shapely.box(500000, 3500000, 502000, 3500040)
    >>> water = gpd.GeoDataFrame(
    ...     {"water_id": ["W1"], "river_id": ["R1"], "kind": ["river"]}, geometry=[canal], crs=4548
    ... )
    >>> check_traced(trace_axis(water))["code"].tolist()
    ['direction-unknown']
    """
    untraced = texts(axes["untraced"])
    ids, lines = np.where(texts(axes["river_id"]) == "", "*", texts(axes["river_id"])), np.asarray(axes.geometry.array)
    parts = axes["parts"].to_numpy(dtype="float64", na_value=np.nan)

    def rows(code: str, where: NDArray[np.bool_], **measured: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - as found() takes
        at = {"feature_id": ids[where].tolist(), "geometry": lines[where], "crs": axes.crs}
        return faults.found(code, layer="water", **at, **measured)

    drawn = untraced == ""
    unknown = drawn & (texts(axes["orientation"]) == "unknown")
    found = [
        rows("axis-untraced", ~drawn, note=untraced[~drawn].tolist()),
        rows("water-in-parts", drawn & (parts > 1), value=parts[drawn & (parts > 1)]),
        rows("direction-unknown", unknown),
    ]
    return faults.combine(found, crs=axes.crs)


def _require_lengths(*, spacing_m: float | None, smooth_widths: float) -> None:
    wrong = [
        (f"{name} 应{zh}，实际为 {value}", f"{name} must be {en}, got {value}")
        for name, value, fits, zh, en in (
            ("spacing_m", spacing_m, spacing_m is None or spacing_m > 0, "大于 0", "above 0"),
            ("smooth_widths", smooth_widths, smooth_widths >= 0, "不小于 0", "0 or more"),
        )
        if not fits
    ]
    if wrong:
        raise SchemaError.listing("参数不对", "wrong arguments", wrong)


def _column(frame: gpd.GeoDataFrame, name: str) -> Any:  # noqa: ANN401 - a column or blanks
    return frame[name] if name in frame.columns else [None] * len(frame)


def _trace_river(
    polygons: NDArray[np.object_], kinds: NDArray[np.object_], spacing_m: float | None, smooth_widths: float
) -> dict[str, Any]:
    """Line, mean width and number of parts of the water of one river, or why there is no line."""
    untraced: dict[str, Any] = {"geometry": None, "width_m": np.nan, "parts": pd.NA}
    drawn = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]
    if not len(drawn):
        return {**untraced, "untraced": "geometry-missing"}
    if not (shapely.get_dimensions(drawn) == 2).all():  # noqa: PLR2004 - polygons
        return {**untraced, "untraced": "geometry-type"}
    if not shapely.is_valid(drawn).all():
        return {**untraced, "untraced": "invalid"}
    if np.isin(kinds, ("lake", "reservoir")).all():
        return {**untraced, "untraced": "still-water"}
    parts = shapely.get_parts(shapely.union_all(drawn))
    largest = shapely.Polygon(parts[np.argmax(shapely.area(parts))].exterior)
    vertices = trace(largest, spacing=spacing_m, smooth_widths=smooth_widths)
    if vertices is None:
        return {**untraced, "parts": len(parts), "untraced": "no-width"}
    line = shapely.LineString(vertices)
    return {"geometry": line, "width_m": largest.area / line.length, "parts": len(parts), "untraced": ""}


def _oriented(line: Any, river_id: str, upstream: gpd.GeoDataFrame | None) -> tuple[Any, str]:  # noqa: ANN401
    """The line turned to begin upstream, and how that is known."""
    if line is None:
        return None, "unknown"
    begin, end = shapely.get_point(line, 0), shapely.get_point(line, -1)
    sources = np.zeros(0, dtype="object") if upstream is None else np.asarray(upstream.geometry.array, dtype="object")
    if upstream is not None and "river_id" in upstream.columns:
        sources = sources[texts(upstream["river_id"]) == river_id]
    away = np.stack([shapely.distance(begin, sources), shapely.distance(end, sources)])
    if np.isfinite(away).any():
        first_is_upstream = int(np.nanargmin(away)) < len(sources)
        return (line if first_is_upstream else shapely.reverse(line)), "upstream"
    return (line if (begin.x, begin.y) <= (end.x, end.y) else shapely.reverse(line)), "unknown"
