"""Problems put on segments: which count, where, with which weight; the rest become findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import aligned, feature_ids, finite, rows_by_name, texts
from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import typed
from riverline.errors import SchemaError
from riverline.schema import PROBLEMS, Schema

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes
    from riverline.hotspots.segments import Segments
    from riverline.hotspots.settings import HotspotSettings

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["ANY_PROBLEMS", "Counted", "count_problems", "require_days", "window_of"]

_USED = ("problem_id", "river_id", "bank", "kind", "severity", "status", "found_on")
ANY_PROBLEMS = Schema(
    PROBLEMS.name, PROBLEMS.label_zh, PROBLEMS.label_en, PROBLEMS.key,
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    tuple(replace(column, optional=True) for column in PROBLEMS if column.name in _USED), PROBLEMS.meaning,
)  # fmt: skip
"""What of a problem is used where it is there; only the geometry must be."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Problems that count, m of them.

    Attributes
    ----------
    rows
        Their rows of the problems, in the CRS of the axes.
    segment : (m,)
        The segment that each is on.
    axis, along, offset : (m,)
        The axis, metres from its start, and metres from it.
    weight : (m,)
    place : (m, 2)
        Where each stands.
    findings
        What was wrong with the others, and what is to be said of these.
    """

    rows: gpd.GeoDataFrame
    segment: Integers
    axis: Integers
    along: Floats
    offset: Floats
    weight: Floats
    place: Floats
    findings: list[Finding]


def count_problems(
    problems: gpd.GeoDataFrame, segments: Segments, settings: HotspotSettings, on: dt.date | None
) -> Counted:
    """Put problems on segments, each on one, areas too.

    Parameters
    ----------
    problems
        Any geometries; columns of :data:`ANY_PROBLEMS` are used where they are there.
    segments
        Of :func:`riverline.hotspots.segments.segments_of`.
    settings
        Weights, window and the largest distance.
    on
        Last day that counts.

    Raises
    ------
    SchemaError, CRSError
        If the frame has no geometry or no CRS, or cannot be brought to that of the axes safely.
    """
    ANY_PROBLEMS.require(problems, layer="problems")
    named = problems if "problem_id" in problems else problems.assign(problem_id="")
    rows, findings = typed(finite(aligned(named, segments.axes, layer="problems")), ANY_PROBLEMS)
    rows = rows.assign(_name=feature_ids(named, layer="problems"))
    if "found_on" in rows:
        rows = rows.assign(found_on=rows["found_on"].dt.normalize())
    for step in (_once, _placed, _real, _in_time):
        rows, about = step(rows, settings, on)
        findings += about
    shapes = rows.geometry.to_numpy()
    place = shapely.get_coordinates(shapely.point_on_surface(shapes)).reshape(-1, 2)
    axis, along, offset = _located(place, rows, segments.axes)
    bank = _banks(rows, offset)
    far = ~(np.abs(offset) <= settings.max_distance_m)
    lost = ~far & (bank < 0) if segments.by_bank else np.zeros(len(rows), dtype=bool)
    names = rows["_name"].to_numpy()
    findings += [
        Finding("problem-far", "problems", names[at], shapely.Point(place[at]), round(float(abs(offset[at])), 1),
                settings.max_distance_m, "m")
        for at in np.flatnonzero(far)
    ]  # fmt: skip
    findings += [
        Finding("problem-bankless", "problems", names[at], shapely.Point(place[at])) for at in np.flatnonzero(lost)
    ]
    kept = np.flatnonzero(~far & ~lost)
    findings += _strange(rows, place, axis, segments.axes, kept)
    rows, axis, along, bank = rows.iloc[kept].reset_index(drop=True), axis[kept], along[kept], bank[kept]
    segment = segments.row_of(axis, along, np.maximum(bank, 0))
    weight = _weights(rows, segments.axes, axis, settings)
    return Counted(rows, segment, axis, along, offset[kept], weight, place[kept], findings)


def window_of(on: dt.date | None, days: int | None) -> tuple[pd.Timestamp | None, pd.Timestamp] | None:
    """First and last day of a window; None where there is no last one, and no first one where it has no length.

    Examples
    --------
    >>> import datetime as dt
    >>> [str(each.date()) for each in window_of(dt.date(2025, 12, 31), 365)]
    ['2025-01-01', '2025-12-31']
    """
    if on is None:
        return None
    last = pd.Timestamp(on)
    return (None if days is None else last - pd.Timedelta(days=days - 1)), last


def require_days(problems: gpd.GeoDataFrame) -> None:
    """Raise unless problems have a column of the days on which they were found.

    Raises
    ------
    SchemaError
        If they have none.
    """
    if "found_on" not in getattr(problems, "columns", ()):
        raise SchemaError(
            "问题缺少发现日期字段 found_on，不能按时段查找；请用 --column 对应或改名",
            "problems lack the column found_on, so that nothing can be told of time; map it by --column or rename",
        )


Step = tuple[Any, list[Finding]]


def _once(rows: gpd.GeoDataFrame, _settings: HotspotSettings, _on: dt.date | None) -> Step:
    """Each code once: of rows that share it the first by place counts."""
    names = texts(rows["problem_id"])
    order = np.lexsort((rows.geometry.to_wkb(hex=True).fillna("").to_numpy(dtype=str), names.astype(str)))
    ordered = names[order].astype(str)
    again = np.zeros(len(rows), dtype=bool)
    again[order[1:]] = (ordered[1:] == ordered[:-1]) & (ordered[1:] != "")
    times = pd.Series(names[again]).value_counts()
    first = {name: rows.geometry.iloc[at] for name, at in zip(names, range(len(names)), strict=True) if name in times}
    about = [Finding("key-duplicated", "problems", str(name), first[name], float(many + 1), 1.0)
             for name, many in times.items()]  # fmt: skip
    return rows[~again].reset_index(drop=True), about


def _placed(rows: gpd.GeoDataFrame, _settings: HotspotSettings, _on: dt.date | None) -> Step:
    missing = rows.geometry.isna().to_numpy()
    about = [Finding("problem-unplaced", "problems", name, None) for name in rows["_name"][missing]]
    return rows[~missing].reset_index(drop=True), about


def _real(rows: gpd.GeoDataFrame, _settings: HotspotSettings, _on: dt.date | None) -> Step:
    """Without those that were found to be none."""
    if "status" not in rows:
        return rows, []
    rejected = (rows["status"] == "rejected").fillna(value=False).to_numpy(dtype=bool)
    about = [Finding("problems-rejected", "problems", "*", None, float(rejected.sum()))] * bool(rejected.any())
    return rows[~rejected].reset_index(drop=True), about


def _in_time(rows: gpd.GeoDataFrame, settings: HotspotSettings, on: dt.date | None) -> Step:
    """Those found in the window; without a day there is none."""
    if on is None:
        return rows, []
    day = rows["found_on"] if "found_on" in rows else pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
    undated = day.isna().to_numpy()
    first, last = window_of(on, settings.window_days) or (None, pd.Timestamp(on))
    outside = ~undated & ((day > last) | (day < (pd.Timestamp.min if first is None else first))).to_numpy(dtype=bool)
    window = f"{'…' if first is None else first.date().isoformat()} / {on.isoformat()}"
    about = [Finding("problem-without-day", "problems", name, shape)
             for name, shape in zip(rows["_name"][undated], rows.geometry[undated], strict=True)]  # fmt: skip
    if outside.any():
        about.append(Finding("problems-outside-window", "problems", "*", None, float(outside.sum()), note=window))
    return rows[~undated & ~outside].reset_index(drop=True), about


def _located(place: Floats, rows: gpd.GeoDataFrame, axes: Axes) -> tuple[Integers, Floats, Floats]:
    """Nearest axis of each place, or, where the problem names a river that is there, the nearest of that river's."""
    axis, along, offset = locate_many(place, axes.line.tolist())
    if "river_id" in rows:
        named = texts(rows["river_id"])
        known = rows_by_name(axes.river_id)
        other = np.flatnonzero((axis >= 0) & (named != "") & (axes.river_id[axis] != named))
        for name, at in rows_by_name(named[other]).items():
            if name in known:
                nearest, along[other[at]], offset[other[at]] = locate_many(
                    place[other[at]], axes.line[known[name]].tolist()
                )
                axis[other[at]] = known[name][nearest]
    return axis, along, offset


def _strange(rows: gpd.GeoDataFrame, place: Floats, axis: Integers, axes: Axes, kept: Integers) -> list[Finding]:
    """Problems that name a river of which there is no axis."""
    if "river_id" not in rows:
        return []
    named = texts(rows["river_id"])
    at = kept[(named[kept] != "") & ~np.isin(named[kept].astype(str), axes.river_id.astype(str))]
    names = rows["_name"].to_numpy()
    return [
        Finding("problem-river-unknown", "problems", names[row], shapely.Point(place[row]),
                note=f"{named[row]} → {axes.river_id[axis[row]]}")
        for row in at
    ]  # fmt: skip


def _banks(rows: gpd.GeoDataFrame, offset: Floats) -> Integers:
    """0 left, 1 right, -1 where nobody knows: the bank that is given, else the side of the axis."""
    side = np.where(offset < 0, 0, np.where(offset > 0, 1, -1))
    if "bank" not in rows:
        return side
    given = texts(rows["bank"])
    return np.where(given == "left", 0, np.where(given == "right", 1, side))


def _weights(rows: gpd.GeoDataFrame, axes: Axes, axis: Integers, settings: HotspotSettings) -> Floats:
    if settings.weight == "count":
        return np.ones(len(rows))
    if settings.weight == "severity":
        table = dict(settings.severity_weights)
        given = texts(rows["severity"]) if "severity" in rows else np.full(len(rows), "", dtype="object")
        return np.array([table.get(each, table.get("unknown", 1.0)) for each in given], dtype="float64")
    coordinates, at = shapely.get_coordinates(rows.geometry.to_numpy(), return_index=True)
    along = shapely.line_locate_point(axes.line[axis[at]], shapely.points(coordinates))
    spans = pd.DataFrame({"row": at, "along": along}).groupby("row")["along"].agg(["min", "max"])
    return np.maximum((spans["max"] - spans["min"]).to_numpy(), 1.0)
