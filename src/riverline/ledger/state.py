"""Where problems stand: now from the states that the ledger keeps, on any day from what had happened by then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from riverline.ledger.cells import series_of, table_of
from riverline.ledger.opening import COLUMNS, DERIVED, crs_of, listed
from riverline.schema import ATTACHMENTS, EVENTS, PROBLEMS

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from numpy.typing import NDArray

    from riverline.schema import Column

__all__ = ["LAST", "LAST_DAY", "attachments", "events", "problems", "standing"]

LAST_DAY = "9999-12-31"
LAST = 2**62
"""A number that no event reaches."""
_TRIES = 20
_TAIL = 'SELECT max("no") FROM events'
_EXTRAS = "SELECT \"no\", extra FROM intake WHERE extra <> ''"
_TAKEN = f'SELECT intake."no", {listed("intake")} FROM intake'
_MOVED = (
    'SELECT problem, status, "on" FROM (SELECT problem, status, "on", max("no") FROM events '
    'WHERE moved = 1 AND "on" <= ?1 AND "no" <= ?2 GROUP BY problem) ORDER BY problem'
)
_CHANGED_LATER = "SELECT DISTINCT problem FROM events WHERE changes <> '' AND \"on\" > ?"
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


def problems(path: Path, db: sqlite3.Connection, day: str | None) -> gpd.GeoDataFrame:
    """Rows of PROBLEMS as they stood at the end of a day, in the order of intake; as of all events without one."""
    rows, number = _now(path, db)
    extra = dict(db.execute(_EXTRAS).fetchall())
    if day is not None:
        moved = pd.DataFrame(db.execute(_MOVED, (day, LAST)).fetchall(), columns=["no", "status", "on"])
        place = pd.Series(np.arange(len(number)), index=number).reindex(moved["no"]).to_numpy()
        rows, number = rows.iloc[place].reset_index(drop=True), number[place]
        closed = moved["on"].where(moved["status"] == "closed")
        rows["status"] = moved["status"].astype("str")
        rows["closed_on"] = pd.to_datetime(closed, format="%Y-%m-%d").astype("datetime64[s]")
        _undo(db, rows, number, day)
    return _with_extras(rows, [extra.get(each, "") for each in number.tolist()] if extra else [])


def _now(path: Path, db: sqlite3.Connection) -> tuple[gpd.GeoDataFrame, NDArray[np.int64]]:
    """The view of the GeoPackage as a frame, and numbers of the problems: GDAL reads it in columns, ten times as fast.

    It opens the file by itself: what it read is taken if nothing was written meanwhile.
    """
    for _ in range(_TRIES):
        before = db.execute(_TAIL).fetchone()
        names = ["problem_id", *COLUMNS]
        _, table = pyogrio.read_arrow(path, layer="problems", columns=names, return_fids=True)
        if db.execute(_TAIL).fetchone() == before:
            break
    order = np.argsort(table["OGC_FID"].to_numpy(), kind="stable")
    columns = {name: _read(table[name], PROBLEMS[name]) for name in names}
    shapes = shapely.from_wkb(table["geom"].to_numpy(zero_copy_only=False))
    rows = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=crs_of(db)), crs=crs_of(db))
    number = table["OGC_FID"].to_numpy()
    if (np.diff(order) == 1).all():
        return rows, number
    return rows.iloc[order].reset_index(drop=True), number[order]


def _read(values: pa.ChunkedArray, column: Column) -> pd.Series[Any]:
    """A column as GDAL gives it in the type of the dictionary."""
    if column.kind == "date":
        return pd.Series(values.to_numpy().astype("datetime64[s]"))
    if column.kind == "number":
        return pd.Series(values.to_numpy().astype("float64"))
    made = values.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    return pd.Series(made, dtype="str")


def _undo(db: sqlite3.Connection, rows: gpd.GeoDataFrame, number: NDArray[np.int64], day: str) -> None:
    """Put back what events after the day changed: values as they were taken, and what was changed until then."""
    later = {each for (each,) in db.execute(_CHANGED_LATER, (day,))}
    if not later:
        return
    place = {each: at for at, each in enumerate(number.tolist()) if each in later}
    values = {each: dict(zip(COLUMNS, row, strict=True)) for each, *row in db.execute(_TAKEN) if each in place}
    for each, changes in db.execute(_CHANGES, (day, LAST)):
        if each in values:
            values[each] |= json.loads(changes)
    at = list(place.values())
    for name in COLUMNS:
        if name not in DERIVED:
            told = series_of([values[each][name] for each in place], PROBLEMS[name])
            rows.loc[at, name] = told.to_numpy() if PROBLEMS[name].kind != "text" else told.array


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
    at = np.array([k for k, text in enumerate(extra) if text], dtype="int64")
    if not len(at):
        return rows
    told = pd.DataFrame([json.loads(extra[k]) for k in at], index=at)
    kept = [name for name in told.columns if name not in rows.columns]
    both = pd.concat([rows.drop(columns="geometry"), told[kept].reindex(rows.index)], axis=1)
    return gpd.GeoDataFrame(both, geometry=rows.geometry, crs=rows.crs)


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
