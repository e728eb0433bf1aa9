"""The ledger quality report that comes before any statistic: shifted coordinates, heaped dates, twins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy import stats

from riverline import faults
from riverline.channel.given import texts
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.geodesy import gcj02_from_wgs84
from riverline.geodesy.datum import to_degrees
from riverline.hotspots.counting import count_problems, window_of
from riverline.hotspots.exposing import exposed
from riverline.hotspots.segments import segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.ledger import load_ledger_rules
from riverline.ledger.twins import near_pairs, sightings_of
from riverline.rules.dating import as_day
from riverline.schema import PROBLEMS
from riverline.schema.values import read_values

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments

    Floats = NDArray[np.float64]

__all__ = ["check_problems", "report"]

# A shift is told from this length, if it explains this share of the squared distances from the axes and the rivers run
# in more than one direction: the smaller moment of the directions is at least this share of all.
_LEAST_SHIFT_M, _EXPLAINED, _CROSSWISE = 100.0, 0.9, 0.1
# It must leave at most this share of what one distance for all leaves.
_BETTER = 0.5
# Fewer problems tell nothing of a shift, of dates.
_FEWEST, _FEWEST_DATED = 10, 20
# Chance below which a day is heaped: small, for many days are looked at.
_HEAPED = 1e-6
_EARTH_M = 6_378_137.0
# Length of the segments that nothing of the report depends on.
_SEGMENT_M = 1_000.0


def check_problems(
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    segment_m: float = _SEGMENT_M,
    by_bank: bool = True,
    exposure: pd.DataFrame | None = None,
    effort: pd.DataFrame | None = None,
    on: dt.date | str | None = None,
    settings: HotspotSettings | None = None,
) -> gpd.GeoDataFrame:
    """The ledger quality report by itself, to be read before any statistic.

    Parameters
    ----------
    problems, axes, segment_m, by_bank, exposure, effort, on, settings
        As for :func:`riverline.find_hotspots`, whose ``faults`` begin with the same rows.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`: what does not count, and why; shifted coordinates, heaped dates, twins;
        with effort also how many problems lie where nobody looked enough.

    Raises
    ------
    SchemaError, CRSError, RuleError
        As for :func:`riverline.find_hotspots`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> far = gpd.GeoDataFrame({"problem_id": ["P1"]}, geometry=[shapely.Point(510000, 3509000)], crs=4548)
    >>> rl.hotspots.check_problems(far, axes)[["code", "feature_id", "value"]].values.tolist()
    [['problem-far', 'P1', 9000.0]]
    """
    chosen = settings or HotspotSettings()
    segments = segments_of(axes, segment_m, by_bank=by_bank, snap_m=chosen.snap_m)
    day = as_day(on)
    counted = count_problems(problems, segments, chosen, day)
    held = exposed(segments, exposure, effort, window_of(day, chosen.window_days))
    aside = int((~held.tested(chosen.min_passes))[counted.segment].sum())
    left = [Finding("problems-untested", "problems", "*", None, float(aside), chosen.min_passes)] * bool(aside)
    about = [*counted.findings, *report(counted, segments), *held.findings, *left]
    found = findings_to_faults(about, axes.crs)
    return faults.combine(found, crs=axes.crs)


def report(counted: Counted, segments: Segments) -> list[Finding]:
    """What looks wrong with the problems as a whole.

    Parameters
    ----------
    counted
        The problems that count.
    segments
        What they were counted on.

    Returns
    -------
    list of Finding
        ``axis-unusable``, ``axis-mouth``, ``axis-unjoined``, ``snaps-shifted``, ``dates-heaped``, ``problem-twin``.
    """
    return [*segments.findings, *_shifted(counted, segments), *_heaped(counted), *_twins(counted)]


def _shifted(counted: Counted, segments: Segments) -> list[Finding]:
    """A shift of all problems, else of those of one source: a batch in other coordinates hides among the others."""
    whole = np.ones(len(counted.rows), dtype=bool)
    found = _shift_of(counted, segments, whole, "")
    if found or "source" not in counted.rows:
        return found
    source = texts(counted.rows["source"])
    names = sorted({str(each) for each in source if each})
    return [each for name in names for each in _shift_of(counted, segments, source == name, name)]


def _shift_of(counted: Counted, segments: Segments, rows: NDArray[np.bool_], source: str) -> list[Finding]:
    """One shift that explains how far problems lie from the axes: d = v · u, u the direction off the axis."""
    place = counted.place[rows]
    nearest = shapely.line_interpolate_point(segments.axes.line[counted.axis[rows]], counted.along[rows])
    away = place - shapely.get_coordinates(nearest).reshape(-1, 2)
    distance = np.hypot(away[:, 0], away[:, 1])
    used = distance > 0
    if used.sum() < _FEWEST:
        return []
    unit, far = away[used] / distance[used, None], distance[used]
    moments = np.linalg.eigvalsh(unit.T @ unit)
    if moments[0] < _CROSSWISE * moments.sum():
        return []
    shift, *_ = np.linalg.lstsq(unit, far, rcond=None)
    left = ((far - unit @ shift) ** 2).sum()
    size = float(np.hypot(*shift))
    # A road along one bank has problems at one distance whichever way the river turns; a shift has not.
    even = ((far - far.mean()) ** 2).sum()
    if size < _LEAST_SHIFT_M or left > (1.0 - _EXPLAINED) * (far**2).sum() or left > _BETTER * even:
        return []
    note = f"dx={shift[0]:.0f} m, dy={shift[1]:.0f} m" + _of_web_maps(place, segments, shift)
    note += f"; source={source}" if source else ""
    return [Finding("snaps-shifted", "problems", "*", None, round(size), unit="m", note=note)]


def _of_web_maps(place: Floats, segments: Segments, shift: Floats) -> str:
    """Whether the shift is that of GCJ-02 where the problems lie."""
    x, y = np.median(place - shift, axis=0)
    lon, lat = to_degrees(segments.axes.crs, np.array([x]), np.array([y]))
    east, north = gcj02_from_wgs84(lon, lat)
    expected = np.radians([(east[0] - lon[0]) * np.cos(np.radians(lat[0])), north[0] - lat[0]]) * _EARTH_M
    near = np.hypot(*(expected - shift)) <= max(_LEAST_SHIFT_M, 0.25 * np.hypot(*expected))
    return "; GCJ-02" if near and np.hypot(*expected) > 0 else ""


def _heaped(counted: Counted) -> list[Finding]:
    """Days, and ends of months, on which more were found than chance allows."""
    if "found_on" not in counted.rows:
        return []
    day = counted.rows["found_on"].dropna()
    if len(day) < _FEWEST_DATED:
        return []
    times = day.dt.normalize().value_counts().sort_index()
    span = (times.index[-1] - times.index[0]).days + 1
    chance = stats.binom.sf(times.to_numpy() - 1, len(day), 1.0 / max(span, 1)) * span
    found = [
        Finding("dates-heaped", "problems", "*", None, float(many), note=when.date().isoformat())
        for when, many, p in zip(times.index, times, chance, strict=True)
        if p < _HEAPED
    ]
    ends = int((day.dt.day >= day.dt.days_in_month - 1).sum())
    if stats.binom.sf(ends - 1, len(day), 2.0 / 28.0) < _HEAPED:
        found.append(Finding("dates-heaped", "problems", "*", None, float(ends), note="…-30/31"))
    return found


def _twins(counted: Counted) -> list[Finding]:
    """Problems that may be entered already, as near in place and time as a ledger's rules have it."""
    rows = counted.rows
    if "found_on" not in rows:
        return []
    place = pd.DataFrame(np.round(counted.place, 1), columns=["x", "y"])
    kind = texts(rows["kind"]) if "kind" in rows else np.full(len(rows), "", dtype="object")
    names = rows["_name"].astype(str).to_numpy(dtype="object")
    table = place.assign(kind=kind, day=rows["found_on"].to_numpy(), name=names).sort_values(["day", "name"])
    table = table.dropna(subset="day")
    # One of each place, kind and day stands for the others, so that a heap of thousands makes no millions of pairs.
    first = table.groupby(["x", "y", "kind", "day"])["name"].transform("first")
    same = table.assign(other=first, away=0.0, days=0.0)[first != table["name"]]
    near = _near(rows, table.index[first == table["name"]].to_numpy(), kind, names)
    pairs = pd.concat([same[["name", "other", "away", "days"]], near]).sort_values(["name", "away", "days", "other"])
    where = dict(zip(names, shapely.points(counted.place), strict=True))
    return [
        Finding("problem-twin", "problems", name, where[name], round(away, 1), unit="m", note=f"{other}, {days:.0f} d")
        for name, other, away, days in pairs.drop_duplicates("name").itertuples(index=False)
    ]


def _near(rows: gpd.GeoDataFrame, at: NDArray[np.intp], kind: Any, names: Any) -> pd.DataFrame:  # noqa: ANN401 - arrays
    """Pairs of problems of one kind, the later first, that a ledger would propose as one."""
    rules = load_ledger_rules().matching
    closed = read_values(rows["closed_on"], PROBLEMS["closed_on"]).converted if "closed_on" in rows else pd.NaT
    seen = sightings_of(pd.DataFrame({
        "problem_id": names, "kind": kind, "bank": texts(rows["bank"]) if "bank" in rows else "",
        "geometry": rows.geometry.to_numpy(), "found_on": rows["found_on"].to_numpy(),
        "closed_on": pd.Series(closed, index=rows.index, dtype="datetime64[s]").to_numpy(),
        "status": texts(rows["status"]) if "status" in rows else "",
    }).iloc[at])  # fmt: skip
    one, other, away = near_pairs(seen, seen, rules.distance_m)
    gap = seen.found[one] - seen.found[other]
    later = (gap > 0) | ((gap == 0) & (seen.code[one].astype(str) > seen.code[other].astype(str)))
    kept = later & (gap <= rules.days) & (seen.found[one] <= seen.closed[other])
    return pd.DataFrame({"name": seen.code[one[kept]], "other": seen.code[other[kept]], "away": away[kept],
                         "days": gap[kept]})  # fmt: skip
