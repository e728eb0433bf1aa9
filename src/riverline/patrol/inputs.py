"""What goes into measuring patrols: the call checked, layers in the CRS of the axes, tables read for what they hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.channel.given import aligned, texts, usable_axes
from riverline.checks.reading import read_rows, refused, row_names
from riverline.demarcation.findings import Finding
from riverline.demarcation.mouths import unusable_told
from riverline.errors import CRSError, JobError, RiverlineError, RuleError, SchemaError
from riverline.patrol.fixes import are_points, fixes_of
from riverline.patrol.reaches import reaches_of
from riverline.provenance import content_digest, describe_input
from riverline.rules import PatrolRules
from riverline.rules.patrolling.model import COLOURS, Per
from riverline.schema import ACTIVITIES, AXES, DUTIES, PATROL_WARNINGS, TRACK_POINTS, TRACKS

if TYPE_CHECKING:
    from riverline.channel.given import Axes
    from riverline.patrol.fixes import Fixes

__all__ = ["Inputs", "Window", "days_of", "prepare"]

_FAR = np.datetime64("9999-12-31")


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What was given, ready to be measured; what could not be used is a finding.

    ``refused_people`` are those whose duties could not be used.
    """

    axes: Axes
    fixes: Fixes
    reaches: pd.DataFrame
    refused_people: set[str]
    warnings: pd.DataFrame
    activities: pd.DataFrame
    extra: gpd.GeoDataFrame
    described: dict[str, dict[str, Any]]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Window:
    """From which to which day, in which periods; None where the tracks have to tell."""

    since: np.datetime64 | None
    until: np.datetime64 | None
    period: Per | None

    @classmethod
    def of(cls, since: dt.date | str | None, until: dt.date | str | None, period: str | None) -> Window:
        """Days and period as they were typed.

        Raises
        ------
        JobError
            If a day is no ISO day, the window is empty, or the period is none.
        """
        problems, days = [], []
        for name, given in (("since", since), ("until", until)):
            try:
                days.append(None if given is None else np.datetime64(dt.date.fromisoformat(str(given)), "D"))
            except ValueError:
                days.append(None)
                problems.append((f"{name} 应为日期，如 2025-01-01，实际为 {given!r}",
                                 f"{name} must be a day such as 2025-01-01, got {given!r}"))  # fmt: skip
        if None not in days and days[0] > days[1]:  # type: ignore[operator]
            problems.append(("since 晚于 until", "since lies after until"))
        known = get_args(Per)
        if period is not None and period not in known:
            there = ", ".join(known)
            problems.append(
                (f"没有期间 {period!r}；可用：{there}", f"there is no period {period!r}; there are: {there}")
            )
        if problems:
            raise JobError.listing("巡河统计的期间有误", "the window of the patrols is wrong", problems)
        return cls(days[0], days[1], period)  # type: ignore[arg-type]


def prepare(
    tracks: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    duties: pd.DataFrame,
    rules: PatrolRules,
    tables: dict[str, pd.DataFrame | None],
) -> Inputs:
    """Check the call, bring tracks to the CRS of the axes, and read the tables.

    Raises
    ------
    SchemaError, CRSError, RuleError
        With everything that is wrong.
    """
    given_rules: object = rules
    if not isinstance(given_rules, PatrolRules):
        found = type(given_rules).__name__
        raise RuleError(
            f"rules 应为巡河规则，实际为 {found}；请写 rules=rl.rules.load_patrol_rules(…)",
            f"rules must be patrol rules, got {found}; type rules=rl.rules.load_patrol_rules(…)",
        )
    schema = TRACK_POINTS if isinstance(tracks, gpd.GeoDataFrame) and "time" in tracks.columns else TRACKS
    given = {"duties": (duties, DUTIES), "warnings": (tables["warnings"], PATROL_WARNINGS),
             "activities": (tables["activities"], ACTIVITIES)}  # fmt: skip
    _require(tracks, schema, {name: each for name, each in given.items() if each[0] is not None})
    usable = usable_axes(axes)
    frame = aligned(tracks, usable, layer="tracks")
    fixes = fixes_of(frame, tracks)
    reaches, people, findings = reaches_of(duties, usable)
    warnings, about_warnings = _warnings(tables["warnings"])
    activities, about_activities = _activities(tables["activities"], reaches, rules)
    described = {"tracks": describe_input(tracks), "axes": describe_input(axes)}
    described |= {name: _described(each) for name, (each, _) in given.items() if each is not None}
    described["rules"] = {"name": rules.name, "title": rules.title, "digest": rules.digest}
    findings = [*unusable_told(axes, usable), *fixes.findings, *findings, *about_warnings, *about_activities]
    findings += _nobodys(usable, reaches)
    return Inputs(usable, fixes, reaches, people, warnings, activities, _extra(frame, fixes), described, findings)


def _nobodys(axes: Axes, reaches: pd.DataFrame) -> list[Finding]:
    """Rivers that no duty lies on: that nobody walked them is not measured, and not that all is well."""
    lone = sorted(set(map(str, axes.river_id)) - set(reaches["river_id"].astype("str")))
    return [Finding("river-without-duty", AXES.name, river, None) for river in lone]


def _require(
    tracks: gpd.GeoDataFrame, schema: Any, tables: dict[str, tuple[pd.DataFrame | None, Any]]  # noqa: ANN401 - schemas
) -> None:  # fmt: skip
    problems: list[Any] = []
    for name, frame, wanted in [("tracks", tracks, schema), *((name, *each) for name, each in tables.items())]:
        try:
            wanted.require(frame, layer=name)
        except CRSError:
            raise
        except RiverlineError as error:
            problems.append((error.zh, error.en))
    if len(problems) == 1:
        raise SchemaError(*problems[0])
    if problems:
        raise SchemaError.listing("巡河统计的输入有误", "inputs of the patrols are wrong", problems)


def _described(frame: pd.DataFrame) -> dict[str, Any]:
    return {"rows": len(frame), "crs": "", "digest": content_digest(frame)}


def _extra(frame: gpd.GeoDataFrame, fixes: Fixes) -> pd.DataFrame:
    """Other columns of lines, by track; fixes have none that a track could carry."""
    if are_points(frame):
        return pd.DataFrame(index=fixes.tracks["track_id"])
    known = {column.name for column in TRACKS}
    kept = [name for name in frame.columns if name not in known and name != frame.geometry.name]
    rows = frame.assign(_key=texts(frame["track_id"]))[["_key", *kept]]
    return rows[~rows["_key"].duplicated(keep=False)].set_index("_key").reindex(fixes.tracks["track_id"])


def days_of(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Values as days; NaT where they are none."""
    return pd.to_datetime(values, errors="coerce", format="ISO8601").to_numpy(dtype="datetime64[D]")


def _warnings(frame: pd.DataFrame | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Rank of the colour, river and days of warnings."""
    if frame is None:
        return pd.DataFrame({"river_id": [], "rank": [], "from_on": [], "to_on": []}), []
    rows, findings = read_rows(frame, PATROL_WARNINGS)
    first, last = days_of(rows["from_on"]), days_of(rows["to_on"])
    names = row_names(frame, PATROL_WARNINGS)
    endless = np.isnat(last) & ~np.isin(names, list(refused(findings, "to_on")))
    last = np.where(endless, _FAR, last)
    colour, river = texts(rows["colour"]), texts(rows["river_id"])
    note = np.full(len(rows), "", dtype="object")
    note[np.isnat(last) | (last < first)] = "to_on"
    note[np.isnat(first)] = "from_on"
    note[~np.isin(colour, COLOURS)] = "colour"
    note[river == ""] = "river_id"
    findings += [Finding("warning-unusable", PATROL_WARNINGS.name, names[row], None, note=str(note[row]))
                 for row in np.flatnonzero(note != "")]  # fmt: skip
    kept = note == ""
    rank = [COLOURS.index(each) for each in colour[kept]]
    return pd.DataFrame({"river_id": river[kept], "rank": rank, "from_on": first[kept], "to_on": last[kept]}), findings


def _activities(
    frame: pd.DataFrame | None, reaches: pd.DataFrame, rules: PatrolRules
) -> tuple[pd.DataFrame, list[Finding]]:
    """Duty, word and day of activities that the rules count."""
    if frame is None:
        return pd.DataFrame({"duty": [], "activity": [], "day": []}), []
    rows, findings = read_rows(frame, ACTIVITIES)
    place = pd.Series(np.arange(len(reaches)), index=reaches["duty_id"].astype("object"))
    duty = pd.Series(texts(rows["duty_id"]), dtype="object").map(place)
    level = duty.map(reaches["level"])
    day, word = days_of(rows["on"]), texts(rows["activity"])
    counted = {(rule.activity, each) for rule in rules.equivalents for each in rule.levels}
    note = np.full(len(rows), "", dtype="object")
    note[[pair not in counted for pair in zip(word, level, strict=True)]] = "activity"
    note[np.isnat(day)] = "on"
    note[duty.isna().to_numpy()] = "duty_id"
    key = texts(rows["activity_id"])
    note[pd.Series(key).duplicated().to_numpy()] = "activity_id"
    names = row_names(frame, ACTIVITIES)
    findings += [Finding("activity-not-counted", ACTIVITIES.name, names[row], None, note=str(note[row]))
                 for row in np.flatnonzero(note != "")]  # fmt: skip
    kept = note == ""
    return pd.DataFrame({"duty": duty[kept].astype("int64"), "activity": word[kept], "day": day[kept]}), findings
