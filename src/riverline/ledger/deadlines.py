"""What is overdue on a day, and to whom it goes up: derived from the ledger and its rules, never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from riverline.ledger.cells import table_of
from riverline.schema import OVERDUE

if TYPE_CHECKING:
    import sqlite3

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.ledger.machine import LedgerRules

    Days = NDArray[np.datetime64]

__all__ = ["due_days", "overdue"]

_LEVELS = ("village", "township", "county", "city", "province")
_ASSIGNED = (
    'SELECT intake.problem_id, max(events."on") FROM events JOIN intake ON intake."no" = events.problem '
    "WHERE events.status = 'assigned' AND events.moved = 1 AND events.\"on\" <= ? GROUP BY events.problem"
)


def due_days(
    db: sqlite3.Connection, problems: gpd.GeoDataFrame, rules: LedgerRules, day: str
) -> tuple[Days, NDArray[np.object_]]:
    """Day that each problem is due, not a day where nothing says so; and what says it."""
    due = problems["due_on"].to_numpy(dtype="datetime64[D]").copy()
    basis = np.where(np.isnat(due), "", "given").astype(object)
    if rules.deadlines:
        assigned = dict(db.execute(_ASSIGNED, (day,)).fetchall())
        start = np.array([assigned.get(code, "NaT") for code in problems["problem_id"]], dtype="datetime64[D]")
        severity = problems["severity"].to_numpy(dtype=object)
        for rule in rules.deadlines:
            rows = np.flatnonzero((severity == rule.severity) & np.isnat(due) & ~np.isnat(start))
            due[rows] = _after(start[rows], rule.days, working=rule.working)
            basis[rows] = _cited(rules, rule.document)
    return due, basis


def overdue(db: sqlite3.Connection, problems: gpd.GeoDataFrame, rules: LedgerRules, day: str) -> pd.DataFrame:
    """Open problems whose day has passed; see :meth:`riverline.Ledger.overdue`."""
    due, basis = due_days(db, problems, rules, day)
    late = problems["status"].isin(rules.open).to_numpy(dtype=bool) & (due < np.datetime64(day))
    rows, days = problems[late], due[late]
    level, cited = _level(rows, days, rules, day)
    columns: dict[str, Any] = {
        **{name: rows[name].tolist() for name in ("problem_id", "river_id", "severity", "status")},
        "responsible": rows["responsible"].fillna("").tolist(),
        "due_on": days.astype(str).tolist(),
        "overdue_days": (np.datetime64(day) - days).astype("int64").tolist(),
        "deadline_basis": basis[late].tolist(),
        "escalated_to": level,
        "escalation_basis": cited,
    }
    made = table_of(columns, OVERDUE)
    return made.sort_values(["overdue_days", "problem_id"], ascending=[False, True], ignore_index=True)


def _level(rows: gpd.GeoDataFrame, due: Days, rules: LedgerRules, day: str) -> tuple[list[str | None], list[str]]:
    """Level that each problem has gone up to from its lowest chief, step by step, and what says so."""
    there = {level: f"chief_{level}" for level in _LEVELS if f"chief_{level}" in rows.columns}
    now = np.full(len(rows), None, dtype=object)
    for level in reversed(_LEVELS):
        if level in there:
            now[(rows[there[level]].fillna("") != "").to_numpy(dtype=bool)] = level
    gone, cited = np.full(len(rows), None, dtype=object), np.full(len(rows), "", dtype=object)
    found = rows["found_on"].to_numpy(dtype="datetime64[D]")
    for level in _LEVELS:
        for rule in (each for each in rules.escalations if each.from_level == level):
            since = due if rule.since == "due" else found
            up = (now == level) & (_after(since, rule.days, working=rule.working) < np.datetime64(day))
            now[up], gone[up], cited[up] = rule.to_level, rule.to_level, _cited(rules, rule.document)
    return gone.tolist(), cited.tolist()


def _after(start: Days, days: int, *, working: bool) -> Days:
    """Days later; working days are Monday to Friday, holidays are not known."""
    if working:
        return np.asarray(np.busday_offset(start, days, roll="backward"), dtype="datetime64[D]")
    return np.asarray(start + np.timedelta64(days, "D"), dtype="datetime64[D]")


def _cited(rules: LedgerRules, document: str) -> str:
    title, confidence = rules.basis(document)
    return f"{title} ({confidence})"
