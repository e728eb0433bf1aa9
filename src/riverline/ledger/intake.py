"""Taking problems into the ledger: each once, however often it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.errors import LedgerError
from riverline.ledger import chain, reading, twins
from riverline.ledger.blobs import to_blobs
from riverline.ledger.cells import day_of, mended, now, values_of
from riverline.ledger.chain import Event
from riverline.ledger.opening import COLUMNS, about, crs_of, listed, opened, set_crs, writing
from riverline.ledger.result import Intake
from riverline.schema import PROBLEMS, PROPOSALS

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from riverline.ledger.machine import LedgerRules

__all__ = ["STATE", "add_rows", "take"]

_HELPERS = ["label", "own_id", "origin", "origin_id", "extra"]
_INTAKE = f"INSERT INTO intake VALUES ({', '.join('?' * (9 + len(COLUMNS) + 2))})"
STATE = f"INSERT INTO states VALUES ({', '.join('?' * (3 + len(COLUMNS)))})"
_STATUS, _CLOSED, _FOUND = (COLUMNS.index(name) for name in ("status", "closed_on", "found_on"))


def take(
    path: Path,
    rules: LedgerRules,
    frame: pd.DataFrame,
    *,
    source: str,
    on: dt.date | str,
    columns: Mapping[str, str] | None = None,
    words: Mapping[str, Mapping[str, str]] | None = None,
    date_format: str | None = None,
) -> Intake:
    """Take rows; see :meth:`riverline.Ledger.take`."""
    day = day_of(on)
    if not source.strip():
        raise LedgerError("source 不能为空，请写明来源", "source must say where the rows come from")
    source = mended(source)
    with opened(path) as db:
        crs = crs_of(db)
    drawn = reading.placed(reading.dated(reading.named(frame, columns, words), date_format), crs)
    rows, findings = reading.to_rows(drawn, source=source, on=day)
    rows, refused = reading.split_takeable(rows, day)
    rows = rows.sort_values("problem_id", ignore_index=True)
    content = _contents(rows)
    with writing(path) as db:
        if crs_of(db) is None and rows.crs is not None:
            set_crs(db, rows.crs)
        known, differing = _known(db, rows, content)
        new = rows[~known]
        proposals = _proposals(db, new, rules)
        _write(db, new, [each for each, there in zip(content, known, strict=True) if not there], source, day)
    every = [*findings, *refused, *differing, *_due_early(rows)]
    made = faults.combine(findings_to_faults(every, rows.crs), crs=rows.crs)
    return Intake(_problems(new), _problems(rows[known]), proposals, made)


def _problems(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return PROBLEMS.conform(rows.drop(columns=_HELPERS)).reset_index(drop=True)


def _due_early(rows: gpd.GeoDataFrame) -> list[Finding]:
    """Problems that are due before they were found."""
    days = (rows["found_on"] - rows["due_on"]).dt.days.to_numpy(dtype="float64")
    early, due = rows[days > 0], rows["due_on"].dt.strftime("%Y-%m-%d")[days > 0]
    told = zip(early["problem_id"].astype("str"), early.geometry, days[days > 0], due, strict=True)
    return [Finding("problem-due-early", "problems", code, place, many, note=on) for code, place, many, on in told]


def _proposals(db: sqlite3.Connection, new: gpd.GeoDataFrame, rules: LedgerRules) -> pd.DataFrame:
    if new.empty:
        return pd.DataFrame(PROPOSALS.empty().drop(columns="geometry"))
    return twins.propose(db, twins.sightings_of(new), rules)


def _contents(rows: gpd.GeoDataFrame) -> list[list[Any]]:
    """Each row as the ledger keeps it: code, geometry as hexadecimal digits, origin, columns, extra columns."""
    wkb = shapely.to_wkb(rows.geometry.to_numpy(), hex=True, byte_order=1).tolist()
    values = [values_of(rows[name], PROBLEMS[name]) for name in COLUMNS]
    parts = (rows["problem_id"], wkb, rows["origin"], rows["origin_id"], *values, rows["extra"])
    return [
        list(row) for row in zip(*(each if isinstance(each, list) else each.tolist() for each in parts), strict=True)
    ]


def _known(
    db: sqlite3.Connection, rows: gpd.GeoDataFrame, content: list[list[Any]]
) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], list[Finding]]:
    """Which rows the ledger has, and those whose own code it has with other values."""
    db.execute("CREATE TEMP TABLE asked (problem_id TEXT PRIMARY KEY)")
    db.executemany("INSERT INTO asked VALUES (?)", ((code,) for code in rows["problem_id"]))
    stored = db.execute(
        f"SELECT intake.problem_id, intake.digest, {listed('intake')} FROM intake JOIN asked USING (problem_id)"
    ).fetchall()
    db.execute("DROP TABLE asked")
    there = {row[0]: row for row in stored}
    known = np.array([code in there for code in rows["problem_id"]], dtype=bool)
    findings = []
    for at in np.flatnonzero(known & rows["own_id"].to_numpy(dtype=bool)):
        _, digest, *before = there[content[at][0]]
        if digest != chain.content_digest(content[at]):
            pairs = zip(COLUMNS, before, content[at][4:-1], strict=True)
            differ = ", ".join(name for name, one, other in pairs if one != other)
            place = rows.geometry.iloc[at]
            findings.append(Finding("problem-differs", "problems", content[at][0], place, note=differ or "geometry"))
    return known, findings


def _write(db: sqlite3.Connection, new: gpd.GeoDataFrame, content: list[list[Any]], source: str, day: str) -> None:
    """New problems, their events and where they stand."""
    if new.empty:
        return
    first = int(db.execute('SELECT coalesce(max("no"), 0) FROM intake').fetchone()[0]) + 1
    numbers = range(first, first + len(content))
    blobs = to_blobs(new.geometry.to_numpy(), int(about(db).get("srs_id", "-1")))
    digests = [chain.content_digest(row) for row in content]
    add_rows(db, zip(numbers, blobs, new.geometry.bounds.to_numpy().tolist(), content, digests, strict=True))
    moment, events, last = now(), [], []
    for number, row, digest in zip(numbers, content, digests, strict=True):
        made = list(_events(number, row, digest, source, day, moment))
        events += made
        last.append((len(events) - 1, made[-1].on))
    written = chain.append(db, events)
    states = zip(numbers, content, last, strict=True)
    db.executemany(STATE, ((number, written[at], on, *_standing(row)) for number, row, (at, on) in states))
    _stretch(db, new)


def _standing(row: list[Any]) -> list[Any]:
    """The columns of a problem as it stands: a day of closing only while it is closed."""
    made = row[4:-1]
    if made[_STATUS] != "closed":
        made[_CLOSED] = None
    return made


def add_rows(db: sqlite3.Connection, rows: Any) -> None:  # noqa: ANN401 - number, blob, bounds, content, digest each
    """Write problems as they were taken."""
    db.executemany(
        _INTAKE,
        (
            (number, row[0], blob, *(None if each != each else each for each in box), *row[2:], digest)  # noqa: PLR0124 - NaN
            for number, blob, box, row, digest in rows
        ),
    )


def _events(number: int, row: list[Any], digest: bytes, source: str, day: str, moment: str) -> Iterator[Event]:
    """That it was found, and the state that it came with."""
    status, found, closed = (row[4 + at] for at in (_STATUS, _FOUND, _CLOSED))
    yield Event(number, row[0], "found", "found", True, found, source, "", "", moment, (), digest.hex())
    if status != "found":
        on = closed if status == "closed" else max(day, found)
        yield Event(number, row[0], "carried", status, True, on, source, "", "", moment)


def _stretch(db: sqlite3.Connection, new: gpd.GeoDataFrame) -> None:
    """The box that the GeoPackage says its problems lie in."""
    box = new.total_bounds.tolist()
    if np.isfinite(box).all():
        db.execute(
            "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), "
            "min_x = min(coalesce(min_x, ?1), ?1), min_y = min(coalesce(min_y, ?2), ?2), "
            "max_x = max(coalesce(max_x, ?3), ?3), max_y = max(coalesce(max_y, ?4), ?4) WHERE table_name = 'problems'",
            box,
        )
