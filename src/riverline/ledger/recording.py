"""Recording what happened to problems: each event is looked at by the rules and written, or refused with a reason."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline import faults
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import LedgerError
from riverline.ledger import chain, state
from riverline.ledger.cells import mended, now, texts_of, to_json, values_of
from riverline.ledger.chain import Event
from riverline.ledger.opening import COLUMNS, crs_of, writing
from riverline.ledger.result import Recorded
from riverline.ledger.state import LAST
from riverline.schema import EVENTS, PROBLEMS
from riverline.schema.values import read_values
from riverline.schema.words import allowed, titled

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from riverline.ledger.machine import EventRule, LedgerRules
    from riverline.schema import Column

__all__ = ["AMENDABLE", "Wish", "made_wish", "record", "record_all", "write_events"]

AMENDABLE = tuple(name for name in COLUMNS if name not in {"status", "closed_on", "source"})
"""Columns that an event may change; states and the day of closing follow from the events themselves."""

_NEEDED = ("problem_id", "event", "on", "by")
_NEXT = "SELECT min(\"on\") FROM events WHERE problem = ? AND event <> 'found'"
# Clocks and zones differ by a day at most.
_AHEAD = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """An event that somebody asks for; ``on`` is empty where no day could be read."""

    problem_id: str
    event: str
    on: str
    by: str
    note: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    wrong: str = ""


@dataclass(slots=True)
class _Standing:
    """Where a problem stands while events are being written: number, status, last day, day of the event after finding.

    The last is only known where a day of finding is to be corrected.
    """

    number: int
    status: str
    last_on: str
    closed_on: str | None
    version: int = 0
    found_on: str | None = None
    due_on: str | None = None
    next_on: str | None = None


def record(path: Path, rules: LedgerRules, wish: Wish) -> str:
    """Write one event; its code.

    Raises
    ------
    LedgerError
        If it is not allowed, saying what is.
    """
    with writing(path) as db:
        numbers, findings = write_events(db, rules, [wish])
        if findings:
            made = findings_to_faults(findings, None)[0]
            zh, en = (str(faults.describe(made, language)["detail"].iloc[0]) for language in ("zh", "en"))
            raise LedgerError(zh, en)
    return str(numbers[0])


def record_all(path: Path, rules: LedgerRules, frame: pd.DataFrame) -> Recorded:
    """Write many events, in the order of their days; see :meth:`riverline.Ledger.record_all`."""
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise LedgerError.listing(
            "事件表不完整", "the table of events is not complete",
            [(f"缺少字段 {name}", f"column {name!r} is missing") for name in missing],
        )  # fmt: skip
    wishes = sorted(_wishes(frame), key=lambda wish: wish.on)
    with writing(path) as db:
        numbers, findings = write_events(db, rules, wishes)
        crs = crs_of(db)
        written = state.events(db, first=numbers[0] if numbers else LAST)
    return Recorded(written, faults.combine(findings_to_faults(findings, crs), crs=crs))


def write_events(db: sqlite3.Connection, rules: LedgerRules, wishes: Sequence[Wish]) -> tuple[list[int], list[Finding]]:
    """Write the events that are allowed; their numbers, and a finding for each that is not.

    The caller holds the right to write; wishes come in the order in which they happened.
    """
    there = _standings(db, {wish.problem_id for wish in wishes})
    for code in {wish.problem_id for wish in wishes if "found_on" in wish.changes} & there.keys():
        there[code].next_on = db.execute(_NEXT, (there[code].number,)).fetchone()[0]
    moment, latest = now(), (dt.datetime.now(dt.UTC).date() + _AHEAD).isoformat()
    named = {each.name: each for each in rules.events}
    made: list[tuple[_Standing, Wish, Event]] = []
    findings: list[Finding] = []
    for wish in wishes:
        at, rule = there.get(wish.problem_id), named.get(wish.event)
        reason = _refusal(wish, at, rule, rules, latest)
        if reason is not None or at is None or rule is None:
            findings += [reason] if reason is not None else []
            continue
        made.append((at, wish, _move(at, rule, wish, moment)))
    numbers = chain.append(db, (event for _, _, event in made))
    for (at, _, _), number in zip(made, numbers, strict=True):
        at.version = number
    _stand(db, made)
    return numbers, findings


def _standings(db: sqlite3.Connection, asked: set[str]) -> dict[str, _Standing]:
    text = (
        'SELECT intake.problem_id, states."no", states.status, states.last_on, states.closed_on, states.found_on, '
        'states.due_on FROM states JOIN intake ON intake."no" = states."no"'
    )
    if len(asked) == 1:
        rows = db.execute(f"{text} WHERE intake.problem_id = ?", tuple(asked)).fetchall()
    else:
        rows = [row for row in db.execute(text) if row[0] in asked]
    return {
        code: _Standing(number, status, on, closed, found_on=found, due_on=due)
        for code, number, status, on, closed, found, due in rows
    }


def _refusal(  # noqa: PLR0911 - one return a reason
    wish: Wish, at: _Standing | None, rule: EventRule | None, rules: LedgerRules, latest: str
) -> Finding | None:
    """Why an event cannot be written, None if it can."""
    if at is None:
        return _about("event-of-nothing", wish)
    if rule is None:
        return _about("event-unknown", wish, note=", ".join(rules.allowed(at.status)))
    if at.status not in rule.start:
        return _about("event-not-allowed", wish, note=f"{at.status} → {', '.join(rules.allowed(at.status))}")
    if not wish.on:
        return _about("event-undated", wish)
    if wish.on > latest:
        return _about("event-in-future", wish, note=wish.on)
    if wish.on < at.last_on:
        return _about("event-too-early", wish, value=_days_between(wish.on, at.last_on))
    if wish.wrong:
        return _about("event-value", wish, note=wish.wrong)
    first, found = at.next_on or wish.on, str(wish.changes.get("found_on", ""))
    if found > first:
        return _about("event-found-late", wish, value=_days_between(first, found), note=f"{found} > {first}")
    due, known = str(wish.changes.get("due_on", at.due_on) or ""), found or at.found_on or ""
    if due and due < known and {"due_on", "found_on"} & wish.changes.keys():
        return _about("event-due-early", wish, value=_days_between(due, known), note=f"{due} < {known}")
    there: dict[str, Any] = {"by": wish.by.strip(), "note": wish.note.strip(), "file": wish.files, **wish.changes}
    lacking = [need for need in ("by", *rule.needs) if not there.get(need)]
    return _about("event-incomplete", wish, note=", ".join(lacking)) if lacking else None


def _days_between(first: str, last: str) -> float:
    return float((dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days)


def _about(code: str, wish: Wish, *, value: float = float("nan"), note: str = "") -> Finding:
    return Finding(code, "events", mended(wish.problem_id), None, value, note=mended(note))


def _move(at: _Standing, rule: EventRule, wish: Wish, moment: str) -> Event:
    """The event, and the problem moved on by it."""
    moved = rule.to is not None
    if rule.to is not None:
        at.status = rule.to
        at.closed_on = wish.on if at.status == "closed" else None
    at.last_on, at.next_on = wish.on, at.next_on or wish.on
    at.found_on, at.due_on = wish.changes.get("found_on", at.found_on), wish.changes.get("due_on", at.due_on)
    changes = to_json(wish.changes) if wish.changes else ""
    return Event(at.number, wish.problem_id, wish.event, at.status, moved, wish.on, mended(wish.by), mended(wish.note),
                 changes, moment, wish.files)  # fmt: skip


def _stand(db: sqlite3.Connection, made: Iterable[tuple[_Standing, Wish, Event]]) -> None:
    """Write where problems stand after their events."""
    touched: dict[int, _Standing] = {}
    changed: dict[str, list[tuple[Any, int]]] = {}
    for at, wish, _ in made:
        touched[at.number] = at
        for name, value in wish.changes.items():
            changed.setdefault(name, []).append((value, at.number))
    rows = ((at.status, at.closed_on, at.last_on, at.version, at.number) for at in touched.values())
    db.executemany('UPDATE states SET status = ?, closed_on = ?, last_on = ?, version = ? WHERE "no" = ?', rows)
    for name, values in changed.items():
        db.executemany(f'UPDATE states SET "{name}" = ? WHERE "no" = ?', values)


def made_wish(
    problem_id: str,
    event: str,
    *,
    on: str,
    by: str,
    note: str = "",
    files: Iterable[str | Path] = (),
    changes: Mapping[str, Any] | None = None,
) -> Wish:
    """One event as it is asked for.

    Raises
    ------
    LedgerError
        If a file cannot be read.
    """
    typed, wrong = _typed_changes(changes or {})
    return Wish(str(problem_id), event, on, by, note, typed, tuple(map(_attached, files)), wrong)


def _attached(file: str | Path) -> tuple[str, str]:
    """Path of a file and its SHA-256."""
    try:
        with Path(file).open("rb") as opened:
            return mended(str(file)), hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise LedgerError(
            f"附件 {file} 无法读取：{error.strerror}", f"the attachment {file} cannot be read: {error.strerror}"
        ) from error


def _typed_changes(changes: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Changes in the types of the dictionary; what is wrong with them, empty if nothing."""
    typed: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in AMENDABLE:
            return {}, mended(f"{name} = {value}")
        column = PROBLEMS[name]
        reading = read_values(pd.Series([mended(value) if isinstance(value, str) else value], dtype="object"), column)
        read = values_of(reading.converted, column)[0]
        if (
            not reading.complete
            or (name == "found_on" and read is None)
            or (column.choices and read is not None and read not in {each.value for each in column.choices})
        ):
            return {}, mended(f"{titled(column)} = {value}" + _among(column))
        typed[name] = read
    return typed, ""


def _among(column: Column) -> str:
    """What the column can hold, where the dictionary says so."""
    return f" ∉ {allowed(column)}" if column.choices or column.bounded else ""


def _wishes(frame: pd.DataFrame) -> list[Wish]:
    """The rows of a table of events as they are asked for."""
    on = read_values(frame["on"], EVENTS["on"]).converted
    days = values_of(on, EVENTS["on"])
    said = {name: texts_of(frame[name]) for name in ("problem_id", "event", "by")}
    note = texts_of(frame["note"]) if "note" in frame.columns else [""] * len(frame)
    changes, wrong = _changes(frame)
    files = frame["files"].tolist() if "files" in frame.columns else [()] * len(frame)
    return [
        Wish(said["problem_id"][k], said["event"][k], days[k] or "", said["by"][k], note[k], changes[k],
             tuple(map(_attached, _listed(files[k]))), wrong[k])
        for k in range(len(frame))
    ]  # fmt: skip


def _changes(frame: pd.DataFrame) -> tuple[list[dict[str, Any]], list[str]]:
    """What each row changes, in the dictionary's types, and what is wrong with it; a blank cell changes nothing."""
    changes: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    wrong = [""] * len(frame)
    for name in (each for each in frame.columns if each in COLUMNS):
        cells = frame[name].reset_index(drop=True)
        typed, fault = _typed_column(cells, name)
        for row in np.flatnonzero(
            ~(cells.isna() | (cells.astype("str").str.strip() == "")).to_numpy(dtype=bool)
        ).tolist():
            changes[row][name] = typed[row]
            wrong[row] = wrong[row] or fault[row]
    return [{} if fault else each for each, fault in zip(changes, wrong, strict=True)], wrong


def _typed_column(cells: pd.Series[Any], name: str) -> tuple[list[Any], list[str]]:
    """Cells in the type of their column, and what is wrong with each, empty if nothing."""
    if name not in AMENDABLE:
        return [None] * len(cells), [mended(f"{name} = {value}") for value in cells]
    column = PROBLEMS[name]
    plain = cells.map(lambda value: mended(value) if isinstance(value, str) else value)
    reading = read_values(plain, column)
    typed = values_of(reading.converted, column)
    bad = reading.unreadable | reading.ambiguous | reading.zoneless
    if column.choices:
        known = {each.value for each in column.choices}
        bad = bad | np.array([value is not None and value not in known for value in typed], dtype=bool)
    return typed, [
        mended(f"{titled(column)} = {value}{_among(column)}") if fault else ""
        for value, fault in zip(plain, bad, strict=True)
    ]


def _listed(files: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a cell holds
    if isinstance(files, str):
        return (files,) if files else ()
    return tuple(map(str, files)) if isinstance(files, list | tuple) else ()
