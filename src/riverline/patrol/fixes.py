"""Tracks of any form as fixes in order, and one row of facts a track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import texts
from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import row_names, split_usable, typed
from riverline.schema import TRACK_POINTS, TRACKS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Fixes", "are_points", "fixes_of"]

_SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Fixes of n tracks, in order of track, and of time or sequence within it.

    Attributes
    ----------
    tracks
        One row a track, in order of ``track_id``: ``track_id``, ``patroller``, ``level``, ``started`` and ``ended`` in
        seconds since 1970 UTC, NaN where unknown, and ``drawn``: vertices of a line that has no times.
    xy, time, track, part
        Of each fix: place, seconds or NaN, row of its track, and part of it.
    findings
        What could not be used.
    """

    tracks: pd.DataFrame
    xy: Floats
    time: Floats
    track: Integers
    part: Integers
    findings: list[Finding]


def are_points(frame: gpd.GeoDataFrame) -> bool:
    """Whether the rows are fixes rather than lines: they have a column ``time``, and no line among them."""
    kinds = shapely.get_type_id(np.asarray(frame.geometry.array, dtype="object"))
    return "time" in frame.columns and bool(np.isin(kinds, [-1, shapely.GeometryType.POINT]).all())


def fixes_of(frame: gpd.GeoDataFrame, original: gpd.GeoDataFrame) -> Fixes:
    """Fixes of rows of :data:`riverline.schema.TRACKS` or :data:`riverline.schema.TRACK_POINTS`.

    Parameters
    ----------
    frame
        In the CRS of the axes.
    original
        The same rows as they were given: a change of CRS drops M.
    """
    return _of_points(frame) if are_points(frame) else _of_lines(frame, original)


def _of_lines(frame: gpd.GeoDataFrame, original: gpd.GeoDataFrame) -> Fixes:
    rows, findings = typed(frame, TRACKS)
    names = row_names(frame, TRACKS)
    rows, lost = split_usable(rows, TRACKS, names=names, places=np.zeros(len(rows), dtype=bool))
    order = np.lexsort((shapely.to_wkb(rows.geometry.to_numpy()), rows["track_id"].to_numpy(dtype=str)))
    rows = rows.iloc[order]
    shapes = np.asarray(original.geometry.array, dtype="object")[rows.index]
    parts, owner = shapely.get_parts(rows.geometry.to_numpy(), return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    track = owner[part] if len(part) else np.zeros(0, dtype="int64")
    moments = shapely.get_coordinates(shapes, include_m=True)[:, 2]
    time, mixed = _settled(moments, track, len(rows))
    started, ended, reversed_ = _stated(rows)
    tracks = pd.DataFrame(
        {
            "track_id": _distinct(rows["track_id"].to_numpy(dtype="object")),
            "patroller": texts(rows["patroller"]),
            "level": texts(rows["level"]),
            "started": started,
            "ended": ended,
            "drawn": ~np.isin(np.arange(len(rows)), track[~np.isnan(time)]),
        }
    )
    found = [*findings, *lost, *(_about(tracks, "track-ends-before", row) for row in np.flatnonzero(reversed_))]
    lost_points = np.bincount(track[np.isnan(time)], minlength=len(rows))
    kept = ~(np.isnan(time) & mixed[track])
    return _ordered(tracks, xy[kept], time[kept], track[kept], part[kept], np.arange(len(xy))[kept],
                    [*found, *_mixed(tracks, mixed, lost_points)])  # fmt: skip


def _of_points(frame: gpd.GeoDataFrame) -> Fixes:
    rows, findings = typed(frame, TRACK_POINTS)
    names = row_names(frame, TRACK_POINTS)
    usable, lost = split_usable(rows, TRACK_POINTS, names=names, places=np.zeros(len(rows), dtype=bool))
    nameless = texts(rows["track_id"]) == ""
    told = zip(names[nameless], rows.geometry[nameless], strict=True)
    lost = [each for each in lost if each.code != "key-duplicated"]
    lost += [Finding("key-blank", TRACK_POINTS.name, str(name), place, note="track_id") for name, place in told]
    rows, usable = rows[~nameless], usable[~nameless[usable.index]]
    facts, several = _facts(rows)
    track = np.searchsorted(facts["track_id"].to_numpy(dtype=str), texts(usable["track_id"]).astype(str))
    stamps = usable["time"].to_numpy(dtype="datetime64[us]")
    moments = np.where(np.isnat(stamps), np.nan, (stamps - np.datetime64(0, "us")) / _SECOND)
    time, mixed = _settled(moments, track, len(facts))
    xy = shapely.get_coordinates(usable.geometry.to_numpy())
    part, sequence = (_whole(usable, name) for name in ("track_part", "sequence"))
    unordered = _unordered(time, sequence, track, len(facts))
    kept = ~unordered[track] & ~(np.isnan(time) & mixed[track])
    facts["drawn"] = False
    untimed = np.bincount(track[np.isnan(time)], minlength=len(facts))
    findings += [*lost, *several, *_mixed(facts, mixed, untimed)]
    counts = np.bincount(track, minlength=len(facts))
    findings += [_about(facts, "track-unordered", row, float(counts[row])) for row in np.flatnonzero(unordered)]
    return _ordered(facts, xy[kept], time[kept], track[kept], np.nan_to_num(part[kept], nan=-1).astype("int64"),
                    np.nan_to_num(sequence[kept]), findings)  # fmt: skip


def _facts(rows: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """One row a track of its points, patroller and level the first in order; and tracks that name several."""
    said = pd.DataFrame({name: texts(rows[name]) for name in ("track_id", "patroller", "level")}, dtype="object")
    findings: list[Finding] = []
    facts = pd.DataFrame({"track_id": sorted(set(said["track_id"]))}, dtype="object")
    for name in ("patroller", "level"):
        words = said.loc[said[name] != "", ["track_id", name]].drop_duplicates().sort_values(["track_id", name])
        first = words.drop_duplicates("track_id").set_index("track_id")[name]
        facts[name] = facts["track_id"].map(first).fillna("").astype("object")
        more = words[words["track_id"].duplicated(keep=False)].groupby("track_id")[name].agg(", ".join)
        findings += [
            Finding("track-several-patrollers", "tracks", str(at), None, note=note) for at, note in more.items()
        ]
    return facts.assign(started=np.nan, ended=np.nan), findings


def _ordered(
    tracks: pd.DataFrame,
    xy: Floats,
    time: Floats,
    track: Integers,
    part: Integers,
    sequence: Floats,
    findings: list[Finding],
) -> Fixes:
    """Fixes sorted, and starts and ends taken from their times where none are stated."""
    order = np.lexsort((xy[:, 1], xy[:, 0], sequence, part, np.nan_to_num(time), track))
    time, track = time[order], track[order]
    known = ~np.isnan(time)
    low, high = np.full(len(tracks), np.inf), np.full(len(tracks), -np.inf)
    np.minimum.at(low, track[known], time[known])
    np.maximum.at(high, track[known], time[known])
    there = np.isfinite(low)
    tracks["started"] = np.where(there & tracks["started"].isna(), low, tracks["started"])
    tracks["ended"] = np.where(there & tracks["ended"].isna(), high, tracks["ended"])
    return Fixes(tracks, xy[order], time, track, part[order], findings)


def _settled(time: Floats, track: Integers, count: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Times, and which tracks have some but not all."""
    missing = np.isnan(time)
    none, some = (np.bincount(track[each], minlength=count) > 0 for each in (missing, ~missing))
    return time, none & some


def _mixed(tracks: pd.DataFrame, mixed: NDArray[np.bool_], lost: Integers) -> list[Finding]:
    """Tracks whose fixes without a time are left out since others have one."""
    return [_about(tracks, "track-points-lost", row, float(lost[row])) for row in np.flatnonzero(mixed)]


def _stated(rows: gpd.GeoDataFrame) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    stamps = (rows[name].to_numpy(dtype="datetime64[us]") for name in ("started", "ended"))
    started, ended = (np.where(np.isnat(each), np.nan, (each - np.datetime64(0, "us")) / _SECOND) for each in stamps)
    wrong = ended < started
    return np.where(wrong, np.nan, started), np.where(wrong, np.nan, ended), wrong


def _unordered(time: Floats, sequence: Floats, track: Integers, count: int) -> NDArray[np.bool_]:
    """Tracks of several fixes none of which has a time, and not all of which have a sequence."""
    timed = np.bincount(track[~np.isnan(time)], minlength=count) > 0
    loose = np.bincount(track[np.isnan(sequence)], minlength=count) > 0
    return ~timed & loose & (np.bincount(track, minlength=count) > 1)


def _whole(rows: gpd.GeoDataFrame, name: str) -> Floats:
    if name not in rows.columns:
        return np.full(len(rows), np.nan)
    return pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype="float64", na_value=np.nan)


def _distinct(names: NDArray[np.object_]) -> list[str]:
    """Names, the second of equal ones ``…#2``."""
    series = pd.Series(names, dtype="str")
    count = series.groupby(series).cumcount()
    return series.where(count == 0, series + "#" + (count + 1).astype("str")).tolist()


def _about(tracks: pd.DataFrame, code: str, row: int | np.integer[Any], value: float = float("nan")) -> Finding:
    return Finding(code, "tracks", str(tracks["track_id"].iloc[row]), None, value)
