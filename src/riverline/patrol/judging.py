"""Whether a patrol counts: the tests of the rule for its level and season."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline.patrol.wording import reason_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.rules import PatrolRules, Validity
    from riverline.schema import Language

    Flags = NDArray[np.bool_]

__all__ = ["judge"]

EVERY_MONTH = 12
_Test = tuple[str, float, float]


def judge(patrols: pd.DataFrame, rules: PatrolRules, language: Language) -> pd.DataFrame:
    """Validity of patrols.

    Parameters
    ----------
    patrols
        One row a track: ``track_id``, ``patroller``, ``level``, ``started``, ``ended`` in seconds, ``day``,
        ``minutes``, ``length_m``, ``on_river_m``, ``covered_m``, ``speed_kmh``, ``copy_of``.
    rules
        Patrol rules.
    language
        Language of the reasons.

    Returns
    -------
    DataFrame
        ``validity``, ``unmet``, ``reason``, ``rule_id``, ``citation``, row by row; and ``vehicle``.
    """
    chosen = _rules_of(patrols, rules)
    vehicle = (patrols["speed_kmh"] > rules.suspicion.vehicle_kmh).to_numpy()
    tests = [
        [*_tests(row, rule), *_moving(row, rule, fast=bool(fast), limit=rules.suspicion.vehicle_kmh)]
        for row, rule, fast in zip(patrols.itertuples(index=False), chosen, vehicle, strict=True)
    ]
    _too_soon(patrols, chosen, tests)
    rows = [_told(each, rule, rules, language) for each, rule in zip(tests, chosen, strict=True)]
    columns = ("validity", "unmet", "reason", "rule_id", "citation")
    return pd.DataFrame(rows, columns=columns, index=patrols.index).assign(vehicle=vehicle)


def _rules_of(patrols: pd.DataFrame, rules: PatrolRules) -> list[Validity | str | None]:
    """The rule of each patrol; None where no rule speaks of its level; a word where it cannot be known."""
    month = pd.to_datetime(patrols["day"]).dt.month.fillna(0).astype("int64")
    known = {key: _rule_of(*key, rules) for key in set(zip(patrols["level"], month, strict=True))}
    return [known[key] for key in zip(patrols["level"], month, strict=True)]


def _rule_of(level: str, month: int, rules: PatrolRules) -> Validity | str | None:
    if not level:
        return "level?" if rules.validities else None
    if month:
        return rules.validity_for(level, month)
    mine = [each for each in rules.validities if level in each.levels]
    whole = [each for each in mine if len(set(each.months)) == EVERY_MONTH]
    return whole[0] if whole else ("season?" if mine else None)


def _tests(row: tuple, rule: Validity | str | None) -> list[_Test]:  # type: ignore[type-arg]
    found: list[_Test] = []
    if row.covered_m == 0:  # type: ignore[attr-defined]
        found.append(("off_river", np.nan, np.nan))
    if isinstance(rule, str):
        return [*found, (rule, np.nan, np.nan)]
    if rule is None:
        return found
    minutes, length = row.minutes, row.length_m if rule.length == "track" else row.on_river_m  # type: ignore[attr-defined]
    if rule.least_minutes is not None and not minutes >= rule.least_minutes:
        found.append(("time?" if np.isnan(minutes) else "time", minutes, rule.least_minutes))
    if rule.least_m is not None and round(length, 6) < rule.least_m:
        found.append(("length", length, rule.least_m))
    return found


def _moving(row: tuple, rule: Validity | str | None, *, fast: bool, limit: float) -> list[_Test]:  # type: ignore[type-arg]
    refuse_copies = not isinstance(rule, str) and (rule is None or rule.refuse_copies)
    refuse_vehicles = rule is not None and not isinstance(rule, str) and rule.refuse_vehicles
    found: list[_Test] = [("copy", np.nan, np.nan)] * bool(row.copy_of and refuse_copies)  # type: ignore[attr-defined]
    return [*found, *[("vehicle", row.speed_kmh, limit)] * bool(fast and refuse_vehicles)]  # type: ignore[attr-defined]


def _too_soon(patrols: pd.DataFrame, chosen: list[Validity | str | None], tests: list[list[_Test]]) -> None:
    """Add what comes too soon after the same person's last patrol that counts."""
    last: dict[str, float] = {}
    started = patrols["started"].to_numpy(dtype="float64")
    names, order = patrols["name"].tolist(), np.lexsort((patrols["track_id"].to_numpy(dtype=str), started))
    for row in order:
        rule = chosen[row]
        least = None if rule is None or isinstance(rule, str) else rule.least_gap_h
        if least is None:
            continue
        if np.isnan(started[row]):
            tests[row].append(("gap?", np.nan, least))
            continue
        hours = (started[row] - last.get(names[row], -np.inf)) / 3600
        if names[row] and hours <= least:
            tests[row].append(("gap", hours, least))
        elif all(name.endswith("?") for name, _, _ in tests[row]):
            last[names[row]] = started[row]


def _told(
    tests: list[_Test], rule: Validity | str | None, rules: PatrolRules, language: Language
) -> tuple[str, str, str, str, str]:
    failed = [each for each in tests if not each[0].endswith("?")]
    validity = "invalid" if failed else "unknown" if tests else "valid"
    named = ",".join(name for name, _, _ in failed)
    if rule is None or isinstance(rule, str):
        return validity, named, reason_of(tests, language, ruled=rule is not None), "", ""
    certain = rules.confidence(rule) != "low"
    reason = reason_of(tests, language, ruled=True, certain=certain)
    return validity, named, reason, rule.id, rules.cite(rule)
