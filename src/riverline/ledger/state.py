"""Where problems stand: now from the states that the ledger keeps, on any day from what had happened by then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.ledger.blobs import from_blobs
from riverline.ledger.cells import frame_of, table_of
from riverline.ledger.opening import COLUMNS, crs_of, listed
from riverline.schema import ATTACHMENTS, EVENTS, PROBLEMS

if TYPE_CHECKING:
    import sqlite3

__all__ = ["LAST", "LAST_DAY", "attachments", "events", "problems", "standing"]

LAST_DAY = "9999-12-31"
LAST = 2**62
"""A number that no event reaches."""
_CURRENT = (
    f"SELECT intake.problem_id, {listed('states')}, intake.extra, intake.geom "
    'FROM states JOIN intake ON intake."no" = states."no" ORDER BY intake."no"'
)
_STANDING = (
    'SELECT intake."no", moved.status, moved."on", '
    f"{listed('intake')}, intake.problem_id, intake.extra, intake.geom "
    'FROM (SELECT problem, status, "on", max("no") FROM events '
    'WHERE moved = 1 AND "on" <= ?1 AND "no" <= ?2 GROUP BY problem) AS moved '
    'JOIN intake ON intake."no" = moved.problem ORDER BY intake."no"'
)
_CHANGES = 'SELECT problem, changes FROM events WHERE changes <> \'\' AND "on" <= ?1 AND "no" <= ?2 ORDER BY "no"'
_EVENTS = (
    'SELECT events."no", intake.problem_id, events.event, events.status, events."on", events."by", events.note, '
    'events.changes, events.recorded_at FROM events JOIN intake ON intake."no" = events.problem '
)


def problems(db: sqlite3.Connection, day: str | None) -> gpd.GeoDataFrame:
    """Rows of PROBLEMS as they stood at the end of a day, in the order of intake; today without one."""
    names = ["problem_id", *COLUMNS]
    columns = standing(db, day) if day is not None else _current(db)
    rows = frame_of({name: columns[name] for name in names}, PROBLEMS, from_blobs(columns["geom"]), crs_of(db))
    return PROBLEMS.conform(_with_extras(rows, columns["extra"]))


def _current(db: sqlite3.Connection) -> dict[str, list[Any]]:
    return _columns(db.execute(_CURRENT).fetchall(), ["problem_id", *COLUMNS, "extra", "geom"])


def standing(db: sqlite3.Connection, day: str = LAST_DAY, last: int = LAST) -> dict[str, list[Any]]:
    """What the events come to by a day, and by a number of event: columns of values, problems in order of intake."""
    names = ["no", "moved", "moved_on", *COLUMNS, "problem_id", "extra", "geom"]
    columns = _columns(db.execute(_STANDING, (day, last)).fetchall(), names)
    place = {number: at for at, number in enumerate(columns["no"])}
    for number, changes in db.execute(_CHANGES, (day, last)):
        for name, value in json.loads(changes).items():
            columns[name][place[number]] = value
    columns["status"] = columns["moved"]
    columns["closed_on"] = [
        on if status == "closed" else None for status, on in zip(columns["moved"], columns["moved_on"], strict=True)
    ]
    return columns


def _columns(rows: list[tuple[Any, ...]], names: list[str]) -> dict[str, list[Any]]:
    if not rows:
        return {name: [] for name in names}
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _with_extras(rows: gpd.GeoDataFrame, extra: list[str]) -> gpd.GeoDataFrame:
    """The rows with the columns that came with them and the dictionary does not know."""
    at = np.flatnonzero(np.array(extra, dtype=object) != "")
    if not len(at):
        return rows
    told = pd.DataFrame([json.loads(extra[k]) for k in at], index=at)
    kept = [name for name in told.columns if name not in rows.columns]
    return gpd.GeoDataFrame(
        pd.concat([rows, told[kept].reindex(rows.index)], axis=1), geometry="geometry", crs=rows.crs
    )


def events(db: sqlite3.Connection, problem_id: str | None = None, *, first: int = 0) -> pd.DataFrame:
    """Rows of EVENTS in the order they were written: of one problem, or of all from a number on."""
    if problem_id is None:
        rows = db.execute(_EVENTS + 'WHERE events."no" >= ? ORDER BY events."no"', (first,)).fetchall()
    else:
        rows = db.execute(_EVENTS + 'WHERE intake.problem_id = ? ORDER BY events."no"', (problem_id,)).fetchall()
    columns = _columns(rows, [column.name for column in EVENTS])
    columns["event_id"] = [str(number) for number in columns["event_id"]]
    return table_of(columns, EVENTS)


def attachments(db: sqlite3.Connection, problem_id: str | None = None) -> pd.DataFrame:
    """Rows of ATTACHMENTS, of one problem or of all."""
    text = (
        'SELECT attachments."no", intake.problem_id, attachments.event, attachments.path, attachments.sha256 '
        'FROM attachments JOIN events ON events."no" = attachments.event JOIN intake ON intake."no" = events.problem '
        'WHERE ?1 IS NULL OR intake.problem_id = ?1 ORDER BY attachments."no"'
    )
    columns = _columns(db.execute(text, (problem_id,)).fetchall(), [column.name for column in ATTACHMENTS])
    for name in ("attachment_id", "event_id"):
        columns[name] = [str(number) for number in columns[name]]
    return table_of(columns, ATTACHMENTS)
