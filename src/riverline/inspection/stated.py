"""Whether lengths, areas and coordinates that stand in rows are those of the geometry beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from riverline.channel.given import texts
from riverline.demarcation.stakes.columns import coordinate_columns
from riverline.geodesy import align, ellipsoidal_area
from riverline.inspection.check import failing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

    Floats = NDArray[np.float64]

__all__ = ["numbers", "stated_areas", "stated_lengths", "stated_places"]

_BANK_LENGTHS = {"left": "left_length_m", "right": "right_length_m"}
_PLANE = ("x_m", "y_m", "y_zoned_m")


def stated_lengths(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Lines whose stated length is not that of their geometry; extents whose bank lengths are not their lines' sum."""
    lines, extents = subject.rows("management_lines"), subject.rows("extents")
    drawn = shapely.length(lines.geometry.array)
    yield _unlike(lines, "management_lines", "length_m", drawn, limit, "m")
    summed = lines.assign(_drawn=drawn).groupby([texts(lines["river_id"]), texts(lines["bank"])])["_drawn"].sum()
    for bank, column in _BANK_LENGTHS.items():
        along = np.array([summed.get((river, bank), 0.0) for river in texts(extents["river_id"])], dtype="float64")
        # Each piece is rounded before they are summed.
        yield _unlike(extents, "extents", column, along, limit * _pieces(lines, extents, bank), "m")


def stated_areas(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Extents, holdings and zones whose stated area is not the ellipsoidal one of their geometry."""
    for layer in ("extents", "holdings", "zones"):
        frame = subject.rows(layer)
        if "area_m2" not in frame.columns:
            continue
        usable = frame[shapely.is_valid(frame.geometry.array) & ~shapely.is_empty(frame.geometry.array)]
        yield _unlike(usable, layer, "area_m2", ellipsoidal_area(usable).to_numpy(dtype="float64"), limit, "m²")


def stated_places(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Stakes and boards whose stated coordinates are further from where they are drawn than the limit."""
    for layer in ("stakes", "boards"):
        frame = subject.rows(layer)
        drawn = coordinate_columns(frame.geometry.reset_index(drop=True), subject.result.rules.policy.stakes)
        off = [np.abs(numbers(frame, name) - np.asarray(drawn[name])) for name in _PLANE if name in frame]
        most = np.fmax.reduce([*off, _off_in_degrees(frame, subject.crs)])
        yield failing(frame, layer, where=most > limit, code="coordinates-unlike", value=most, limit=limit, unit="m")


def _off_in_degrees(frame: gpd.GeoDataFrame, crs: Any) -> Floats:  # noqa: ANN401 - a CRS
    """Distance of the place that longitude and latitude name from the one that is drawn; NaN where there is none."""
    lon, lat = numbers(frame, "lon"), numbers(frame, "lat")
    there = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & ~shapely.is_missing(frame.geometry.array))
    off = np.full(len(frame), np.nan)
    if len(there):
        named = gpd.GeoSeries(shapely.points(lon[there], lat[there]), crs="EPSG:4490")
        placed = align(named, crs, layer="stakes").to_numpy()
        off[there] = shapely.distance(placed, np.asarray(frame.geometry.array)[there])
    return off


def _pieces(lines: gpd.GeoDataFrame, extents: gpd.GeoDataFrame, bank: str) -> Floats:
    """How many pieces the line of each extent's bank has, one at least."""
    counted = texts(lines.loc[lines["bank"] == bank, "river_id"])
    names, count = np.unique(counted.astype(str), return_counts=True)
    known = dict(zip(names.tolist(), count.tolist(), strict=True))
    return np.array([known.get(str(river), 1) for river in texts(extents["river_id"])], dtype="float64")


def _unlike(
    frame: gpd.GeoDataFrame, layer: str, column: str, drawn: Floats, limit: float | Floats, unit: str
) -> gpd.GeoDataFrame:
    off = np.abs(numbers(frame, column) - drawn)
    told: dict[str, Any] = {"value": off, "limit": limit, "unit": unit, "note": column}
    return failing(frame, layer, where=off > limit, code="measure-unlike", **told)


def numbers(frame: gpd.GeoDataFrame, column: str) -> Floats:
    """A column as plain numbers, NaN where it is blank."""
    return frame[column].to_numpy(dtype="float64", na_value=np.nan)
