"""The public verb: patrols measured, judged and held against the duties of the chiefs, in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline import faults
from riverline._kernels.lines.following import united_by
from riverline._version import __version__
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.geodesy import round_half_up
from riverline.patrol.frequency import checks_of
from riverline.patrol.inputs import Window, prepare
from riverline.patrol.judging import judge
from riverline.patrol.passing import passes_of
from riverline.patrol.periods import local_days, units
from riverline.patrol.reaches import coverage_of, gaps_of, names_on_duty, on_duty, plain_name
from riverline.patrol.result import Patrols
from riverline.patrol.sums import new_to, sums_of
from riverline.patrol.walks import walk
from riverline.provenance import Run, crs_text
from riverline.rules import load_patrol_rules
from riverline.schema import PATROLS

if TYPE_CHECKING:
    import datetime as dt

    from riverline.patrol.fixes import Fixes
    from riverline.patrol.inputs import Inputs
    from riverline.patrol.walks import Walks
    from riverline.rules import PatrolRules
    from riverline.rules.patrolling.model import Per
    from riverline.schema import Language

__all__ = ["measure_patrols"]


def measure_patrols(  # noqa: PLR0913 - one argument a table
    tracks: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    duties: pd.DataFrame,
    rules: PatrolRules | None = None,
    warnings: pd.DataFrame | None = None,
    activities: pd.DataFrame | None = None,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    period: Per | None = "month",
    language: Language = "zh",
) -> Patrols:
    """Measure patrols: cleaned, laid along the rivers, judged by rule, and held against what each chief has to walk.

    Parameters
    ----------
    tracks
        Rows of :data:`riverline.schema.TRACK_POINTS`, as :func:`riverline.read_tracks` gives them, or of
        :data:`riverline.schema.TRACKS`: lines, whose M may be seconds since 1970 UTC.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres.
    duties
        Rows of :data:`riverline.schema.DUTIES`, a table: which chief answers for which reach and bank.
    rules
        From :func:`riverline.rules.load_patrol_rules`. If not given, ``national``, which is an example and no law.
    warnings
        Rows of :data:`riverline.schema.PATROL_WARNINGS`; the highest colour of a day holds.
    activities
        Rows of :data:`riverline.schema.ACTIVITIES`: meetings, handling on site …, where the rules let them count.
    since, until
        First and last day; those of the tracks if not given. What was walked on other days is counted nowhere, and a
        note says how many tracks that are.
    period
        Calendar unit of coverage and gaps: ``day``, ``week``, ``ten_days``, ``month``, ``quarter``, ``half_year``,
        ``year``; None for the window as a whole.
    language
        Language of the reasons, ``"zh"`` or ``"en"``.

    Returns
    -------
    Patrols
        Tracks, coverage, gaps, passes, checks, duties, faults, rules and run.

    Raises
    ------
    SchemaError, CRSError
        If tables lack columns or a CRS, or the axes are not in metres.
    RuleError
        If ``rules`` are no patrol rules.
    JobError
        If days or period are wrong.

    Notes
    -----
    *Cleaning.* A fix that says again what the one before said, or lies off neighbours that are near each other, is
    dropped. A step that nobody can have gone, or over which the receiver was silent, is a break: nothing counts as
    walked in between. Rests are no walking. Tracks without times are kept; what needs times stays unknown.

    *Walked* is the union of intervals of chainage, by river and bank, within the rules' buffer of the axis; bank is
    the side of the axis that the walker is on. Where he is nearer to the axis than places err, what he does before and
    afterwards tells; where that does not tell either, as of a boat, both banks count and a note says so. Covered and
    gaps of a duty, bank and period add up to its reach and count valid patrols only; of a reach that was walked at all,
    what is missing between two walks or at an end and is no longer than places err (``position_m`` of the rules, 10 m)
    counts as walked. What any patrol walked, valid or
    not, is told beside it as ``seen_m`` and ``seen_share``. A patrol counts for the duties of the person who walked it,
    as chief at his level or as deputy, if it passed any of the reach.

    *Frequency.* A calendar unit is due under a rule if the rule holds on any day of it: the month is in season, and of
    the rules for the level it is that of the highest colour not above the day's. A unit that the window cuts is met or
    open, never failed. A patrol that cannot be judged makes a unit unknown, if it would decide.

    *Perfunctory* is a suspicion with its signs: later patrols repeat what earlier ones walked while most of the reach
    is never seen, patrols faster than a walk, copies of tracks.

    Examples
    --------
    600 of 1,000 m of the left bank:

    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> axis = LineString([(x, y), (x + 1000, y)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> duties = pd.DataFrame(
    ...     {"duty_id": ["D1"], "river_id": ["R1"], "chief": ["张三"], "level": ["village"], "bank": ["left"]}
    ... )
    >>> tracks = gpd.GeoDataFrame(
    ...     {"track_id": ["T1"], "patroller": ["张三"], "level": ["village"]},
    ...     geometry=[LineString([(x, y + 20), (x + 600, y + 20)])],
    ...     crs=4548,
    ... ).assign(started=pd.Timestamp("2025-05-06T09:00+08:00"), ended=pd.Timestamp("2025-05-06T09:20+08:00"))
    >>> patrols = rl.measure_patrols(tracks, axes, duties=duties)
    >>> patrols.coverage[["duty_id", "bank", "covered_m", "share"]].values.tolist()
    [['D1', 'left', 600.0, 0.6]]
    >>> patrols.gaps[["start_chainage_m", "end_chainage_m"]].values.tolist()
    [[600.0, 1000.0]]
    >>> patrols.tracks[["validity", "reason"]].values.tolist()
    [['valid', '符合要求（规则未核实）']]
    """
    rules = load_patrol_rules() if rules is None else rules
    asked = Window.of(since, until, period)
    inputs = prepare(tracks, axes, duties, rules, {"warnings": warnings, "activities": activities})
    walks = walk(inputs.fixes, inputs.axes, rules.cleaning)
    facts = _facts(inputs.fixes, walks, rules)
    facts = facts.join(judge(facts, rules, language))
    reaches, crs = inputs.reaches, inputs.axes.crs
    walked = on_duty(walks.passed, facts, reaches)
    window = _window(asked, facts["day"].to_numpy(dtype="datetime64[D]"))
    day = facts["day"].to_numpy(dtype="datetime64[D]")
    inside = walked[(day[walked["track"]] >= window[0]) & (day[walked["track"]] <= window[1])]
    periods = units(*window, asked.period)
    shown = _shown(day, window, asked)
    checks, findings = checks_of(
        inside, facts, reaches, rules, window=window, warnings=inputs.warnings, activities=inputs.activities
    )
    valid, apart = (facts["validity"] == "valid").to_numpy(), rules.cleaning.position_m
    findings = [*inputs.findings, *walks.findings, *findings, *_strangers(facts, inputs), *_beyond(day, window)]
    described = {**inputs.described, "window": {"since": str(window[0]), "until": str(window[1]), "period": period}}
    return Patrols(
        tracks=_frame(facts, walks, inputs)[shown["tracks"]].reset_index(drop=True),
        coverage=coverage_of(inside, valid, day, reaches, inputs.axes, periods=periods, apart=apart),
        gaps=gaps_of(inside, valid, day, reaches, inputs.axes, periods=periods, apart=apart),
        passes=passes_of(walks.passed[shown["passes"][walks.passed["track"]]], facts),
        checks=checks,
        duties=sums_of(inside, facts, reaches, checks, rules.suspicion, apart=apart),
        faults=faults.combine(findings_to_faults(findings, crs), crs=crs),
        rules=rules,
        run=Run(__version__, rules.digest, described, crs_text(crs)),
    )


def _facts(fixes: Fixes, walks: Walks, rules: PatrolRules) -> pd.DataFrame:
    """What is known of each track, row by row."""
    tracks, measures = fixes.tracks, walks.measures
    started, ended = (tracks[name].to_numpy(dtype="float64") for name in ("started", "ended"))
    minutes = (ended - started) / 60
    moving = measures["moving_minutes"].to_numpy()
    moving = np.where(np.isnan(moving) | tracks["drawn"].to_numpy(dtype=bool), np.nan, moving)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = measures["length_m"] / np.where(np.isnan(moving), minutes, moving) * 0.06
    name = tracks["patroller"].map(plain_name)
    order = np.full(len(tracks), -1, dtype="int64")
    dated = np.flatnonzero(~np.isnan(started))
    order[dated[np.lexsort((tracks["track_id"].to_numpy(dtype=str)[dated], started[dated]))]] = np.arange(len(dated))
    new = new_to(walks.passed, pd.factorize(name, sort=True)[0], order, len(tracks))
    rivers, covered = _along(walks.passed, len(tracks))
    return tracks.join(measures).assign(
        name=name.astype("object"),
        day=local_days(started, rules.timezone),
        minutes=minutes,
        moving_minutes=moving,
        speed_kmh=np.where(np.isfinite(speed) & (measures["length_m"] > 0), speed, np.nan),
        covered_m=covered,
        new_m=new,
        rivers=rivers,
        order=order,
    )


def _along(passed: pd.DataFrame, count: int) -> tuple[list[str], np.ndarray]:
    """Rivers that each track passed, the longest first, and the length of chainage passed on any bank."""
    river, names = pd.factorize(passed["river_id"], sort=True)
    code = passed["track"].to_numpy(dtype="int64") * max(len(names), 1) + river
    group, start, end = united_by(code, passed["start"].to_numpy(), passed["end"].to_numpy())
    rows = pd.DataFrame({"code": group, "length": end - start}).groupby("code", as_index=False)["length"].sum()
    rows = rows.assign(track=rows["code"] // max(len(names), 1), river=rows["code"] % max(len(names), 1))
    rows = rows.sort_values(["track", "length", "river"], ascending=[True, False, True])
    told = np.full(count, "", dtype="object")
    for track, mine in rows.groupby("track")["river"]:
        told[track] = ",".join(names[mine])
    return told.tolist(), np.bincount(rows["track"], rows["length"], count)


def _window(asked: Window, days: np.ndarray) -> tuple[np.datetime64, np.datetime64]:
    """First and last day; without any day known, the first of 1970, in which nothing lies."""
    known = days[~np.isnat(days)]
    nothing = np.datetime64("1970-01-01")
    first = asked.since if asked.since is not None else known.min() if len(known) else asked.until or nothing
    last = asked.until if asked.until is not None else known.max() if len(known) else asked.since or nothing
    return first, max(first, last)


def _shown(day: np.ndarray, window: tuple[np.datetime64, np.datetime64], asked: Window) -> dict[str, np.ndarray]:
    """Which tracks are handed over, and whose passes: those of the window, and those of which no day is known.

    Where a window was asked for, what was passed on an unknown day is no pass of it.
    """
    inside, undated = (day >= window[0]) & (day <= window[1]), np.isnat(day)
    open_ended = asked.since is None and asked.until is None
    return {"tracks": inside | undated, "passes": inside | (undated & open_ended)}


def _beyond(day: np.ndarray, window: tuple[np.datetime64, np.datetime64]) -> list[Finding]:
    """How many tracks lie outside the window."""
    many = int(((day < window[0]) | (day > window[1])).sum())
    note = f"{window[0]} / {window[1]}"
    return [Finding("tracks-outside-window", "tracks", "*", None, float(many), note=note)] * bool(many)


def _strangers(facts: pd.DataFrame, inputs: Inputs) -> list[Finding]:
    """Tracks of people who have no duty, or none that could be used."""
    lone = facts[~facts["name"].isin(names_on_duty(inputs.reaches))]
    codes = np.where(lone["name"].isin(inputs.refused_people), "track-duty-refused", "track-no-duty")
    told = zip(codes, lone["track_id"], lone["patroller"], strict=True)
    return [Finding(str(code), "tracks", str(track), None, note=who) for code, track, who in told]


def _frame(facts: pd.DataFrame, walks: Walks, inputs: Inputs) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.PATROLS`, with the other columns of the tracks."""
    rounded = {name: round_half_up(facts[name].to_numpy(), 1)
               for name in ("length_m", "on_river_m", "covered_m", "new_m", "minutes", "moving_minutes")}  # fmt: skip
    rounded["speed_kmh"] = round_half_up(facts["speed_kmh"].to_numpy(), 2)
    stamps = {name: pd.to_datetime(facts[name], unit="s", utc=True) for name in ("started", "ended")}
    whole = {name: facts[name].astype("Int64") for name in ("fixes", "dropped", "breaks", "pauses")}
    level = facts["level"].replace("", None)
    rows = facts.assign(**rounded, **stamps, **whole, level=level)[[column.name for column in PATROLS]]
    extra = inputs.extra.reset_index(drop=True)
    rows = rows.join(extra[[name for name in extra.columns if name not in rows.columns]])
    shapes = gpd.GeoSeries(walks.lines, crs=inputs.axes.crs)
    return PATROLS.conform(gpd.GeoDataFrame(rows, geometry=shapes, crs=inputs.axes.crs))
