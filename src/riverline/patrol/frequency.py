"""How often each duty was due under the rules, and how often it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.demarcation.findings import Finding
from riverline.patrol.periods import unit_ends, unit_starts
from riverline.patrol.reaches import lengths_of
from riverline.rules.patrolling.model import COLOURS
from riverline.schema import DUTIES, DUTY_CHECKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.patrol.periods import Days
    from riverline.rules import PatrolRules

    Flags = NDArray[np.bool_]

__all__ = ["checks_of"]

_DAY = np.timedelta64(1, "D")
# Shares are ratios of lengths known to a tenth of a metre: half of it on a reach of five kilometres.
_ROUNDING = 1e-5


def checks_of(
    walked: pd.DataFrame,
    tracks: pd.DataFrame,
    reaches: pd.DataFrame,
    rules: PatrolRules,
    *,
    window: tuple[np.datetime64, np.datetime64],
    warnings: pd.DataFrame,
    activities: pd.DataFrame,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows of :data:`riverline.schema.DUTY_CHECKS`, and duties no rule speaks of.

    Parameters
    ----------
    walked
        From :func:`riverline.patrol.reaches.on_duty`.
    tracks
        ``day`` and ``validity`` by number of the track.
    reaches
        From :func:`riverline.patrol.reaches.reaches_of`.
    rules
        Patrol rules.
    window
        First and last day.
    warnings
        ``river_id``, ``rank`` of the colour, ``from_on``, ``to_on``.
    activities
        ``duty`` (row of ``reaches``), ``activity``, ``day``.
    """
    due = _due(reaches, rules, window, warnings)
    visits = _visits(walked, tracks, reaches, rules.cleaning.position_m)
    due = due.assign(check=np.arange(len(due)))
    pairs = _met(due, visits)
    good = pairs[(pairs["validity"] == "valid") & (pairs["share"] >= pairs["visit_share"] - _ROUNDING)]
    doubt = pairs[(pairs["validity"] == "unknown") & (pairs["share"] >= pairs["visit_share"] - _ROUNDING)]
    length = (reaches["high"] - reaches["low"]).to_numpy()
    told = due.assign(
        done=_count(good, len(due)),
        doubtful=_count(doubt, len(due)),
        equivalent=_equivalents(due, activities, reaches, rules),
        share=_covered(good, walked, reaches.iloc[due["duty"]], rules.cleaning.position_m) / length[due["duty"]],
    )
    silent = ~reaches.index.isin(due["duty"])
    lone = zip(reaches["duty_id"][silent], reaches["level"][silent], strict=True)
    findings = [Finding("duty-without-rule", DUTIES.name, name, None, note=level) for name, level in lone]
    return _frame(told.assign(outcome=_outcomes(told)), reaches, silent, rules, window), findings


def _due(
    reaches: pd.DataFrame, rules: PatrolRules, window: tuple[np.datetime64, np.datetime64], warnings: pd.DataFrame
) -> pd.DataFrame:
    """One row a duty, rule and calendar unit on any day of which the rule holds for the duty."""
    days = np.arange(window[0], window[1] + _DAY)
    warned = set(warnings["river_id"])
    river = reaches["river_id"].where(reaches["river_id"].isin(warned), "")
    parts = []
    groups: dict[Any, Any] = reaches.groupby([reaches["level"], river]).groups
    for (level, name), duties in groups.items():
        chosen = _chosen(days, _colours(days, warnings[warnings["river_id"] == name]), str(level), rules)
        for number in np.unique(chosen[chosen >= 0]):
            rule = rules.frequencies[number]
            starts = np.unique(unit_starts(days[chosen == number], rule.per))
            ends = unit_ends(starts, rule.per)
            unit = pd.DataFrame({"start": starts, "end": ends, "whole": (starts >= window[0]) & (ends <= window[1])})
            unit = unit.assign(rule=number, per=rule.per, required=rule.times, colour=rule.colour,
                               visit_share=rule.visit_share, cover_share=rule.cover_share)  # fmt: skip
            parts.append(unit.merge(pd.DataFrame({"duty": np.asarray(duties)}), how="cross"))
    columns = ["start", "end", "whole", "rule", "per", "required", "colour", "visit_share", "cover_share", "duty"]
    if not parts:
        return pd.DataFrame({name: [] for name in columns}).astype({"duty": "int64", "rule": "int64"})
    return pd.concat(parts).sort_values(["duty", "rule", "start"], ignore_index=True)


def _colours(days: Days, warnings: pd.DataFrame) -> NDArray[np.int64]:
    """Rank of the highest colour of each day."""
    colour = np.zeros(len(days), dtype="int64")
    for rank, first, last in zip(warnings["rank"], warnings["from_on"], warnings["to_on"], strict=True):
        on = (days >= first) & (days <= last)
        colour[on] = np.maximum(colour[on], rank)
    return colour


def _chosen(days: Days, colour: NDArray[np.int64], level: str, rules: PatrolRules) -> NDArray[np.int64]:
    """Number of the rule that holds on each day: of those for the month the highest colour not above the day's."""
    month = days.astype("datetime64[M]").astype("int64") % 12 + 1
    best, chosen = np.full(len(days), -1, dtype="int64"), np.full(len(days), -1, dtype="int64")
    for number, rule in enumerate(rules.frequencies):
        rank = COLOURS.index(rule.colour)
        holds = np.isin(month, rule.months) & (rank <= colour) & (rank > best) & (level in rule.levels)
        best[holds], chosen[holds] = rank, number
    return chosen


def _visits(walked: pd.DataFrame, tracks: pd.DataFrame, reaches: pd.DataFrame, apart: float) -> pd.DataFrame:
    """One row a duty and track: day, validity, share of the reach passed on either bank."""
    keys = walked[["duty", "track"]].drop_duplicates(ignore_index=True).rename_axis("visit").reset_index()
    spans = walked.merge(keys, on=["duty", "track"]).rename(columns={"visit": "group"})
    passed = lengths_of(spans, reaches.iloc[keys["duty"]], apart)
    length = (reaches["high"] - reaches["low"]).to_numpy()[keys["duty"]]
    return keys.assign(
        share=passed / length,
        day=tracks["day"].to_numpy(dtype="datetime64[D]")[keys["track"]],
        validity=tracks["validity"].to_numpy()[keys["track"]],
    )


def _met(due: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Visits with the checks that they fall into; what lies outside the window falls into none."""
    dated = visits[visits["day"].notna()]
    day = dated["day"].to_numpy(dtype="datetime64[D]")
    every = [dated.assign(per=per, start=unit_starts(day, per).astype("datetime64[s]")) for per in due["per"].unique()]
    if not every:
        return visits.iloc[:0].assign(check=np.zeros(0, dtype="int64"), visit_share=0.0)
    mine = due[["check", "duty", "per", "start", "visit_share"]].astype({"start": "datetime64[s]"})
    return pd.concat(every).merge(mine, on=["duty", "per", "start"])


def _count(pairs: pd.DataFrame, count: int) -> NDArray[np.int64]:
    return np.bincount(pairs["check"].to_numpy(dtype="int64"), minlength=count)


def _covered(good: pd.DataFrame, walked: pd.DataFrame, reaches: pd.DataFrame, apart: float) -> NDArray[np.float64]:
    """Length of the reach of each check that its visits passed together, on either bank."""
    spans = walked.merge(good[["duty", "track", "check"]], on=["duty", "track"])
    return lengths_of(spans.rename(columns={"check": "group"}).astype({"group": "int64"}), reaches, apart)


def _equivalents(
    due: pd.DataFrame, activities: pd.DataFrame, reaches: pd.DataFrame, rules: PatrolRules
) -> NDArray[np.int64]:
    """How many activities count as patrols in each check."""
    total = np.zeros(len(due), dtype="int64")
    if activities.empty or due.empty:
        return total
    level = reaches["level"].to_numpy()[due["duty"]]
    for rule in rules.equivalents:
        mine = activities[activities["activity"] == rule.activity]
        both = due.loc[np.isin(level, rule.levels), ["check", "duty", "start", "end"]].merge(mine, on="duty")
        inside = (both["day"] >= both["start"]) & (both["day"] <= both["end"])
        total += np.minimum(_count(both[inside], len(due)), rule.at_most)
    return total


def _outcomes(told: pd.DataFrame) -> NDArray[np.str_]:
    enough = told["done"] + told["equivalent"] >= told["required"]
    covered = told["share"] >= told["cover_share"] - _ROUNDING
    maybe = (told["done"] + told["equivalent"] + told["doubtful"] >= told["required"]) & (told["doubtful"] > 0)
    return np.select([enough & covered, ~told["whole"].astype(bool), maybe], ["met", "open", "unknown"], "not_met")


def _frame(
    told: pd.DataFrame,
    reaches: pd.DataFrame,
    silent: Flags,
    rules: PatrolRules,
    window: tuple[np.datetime64, np.datetime64],
) -> pd.DataFrame:
    cited = {
        number: (rule.id, rules.cite(rule), rules.confidence(rule)) for number, rule in enumerate(rules.frequencies)
    }
    told = told.assign(required_share=told["cover_share"]).rename(
        columns={"start": "period_start", "end": "period_end"}
    )
    for at, name in enumerate(("rule_id", "citation", "confidence")):
        told[name] = [cited[number][at] for number in told["rule"]]
    lone = pd.DataFrame({"duty": np.flatnonzero(silent)}).assign(
        period_start=window[0], period_end=window[1], colour="none", required=np.nan, done=0, equivalent=0, doubtful=0,
        share=np.nan, required_share=np.nan, outcome="no_rule", rule_id="", citation="", confidence="unknown",
    )  # fmt: skip
    rows = pd.concat([part for part in (told, lone) if len(part)]) if len(told) + len(lone) else told
    names = reaches[["duty_id", "river_id", "chief", "level"]].iloc[rows["duty"].to_numpy(dtype="int64")]
    rows = rows.reset_index(drop=True).assign(**{str(name): names[name].to_numpy() for name in names})
    first = pd.to_datetime(rows["period_start"]).dt.strftime("%Y%m%d") if len(rows) else ""
    rows["check_id"] = rows["duty_id"].astype("str") + "/" + rows["rule_id"].astype("str") + "/" + first
    rows = rows.sort_values(["duty_id", "rule_id", "period_start"], ignore_index=True)
    whole = {name: rows[name].astype("Int64") for name in ("required", "done", "equivalent", "doubtful")}
    return DUTY_CHECKS.conform(rows.assign(**whole)[[column.name for column in DUTY_CHECKS]])
