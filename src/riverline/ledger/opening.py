"""The file of a ledger: one GeoPackage that SQLite keeps, with tables nobody can change and a view that QGIS opens.

``intake`` holds problems as they were taken, ``events`` what happened to them, ``attachments`` the files that go with
it: rows are added, never changed, and triggers see to that. ``states`` holds where each problem stands, written in the
same transaction as its event; :func:`riverline.ledger.recovery.check` proves that it is what the events come to. The
view ``problems`` shows it with its geometry.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pyproj

from riverline._version import __version__
from riverline.errors import LedgerError
from riverline.schema import ATTACHMENTS, EVENTS, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["COLUMNS", "DERIVED", "about", "create", "crs_of", "damaged", "listed", "opened", "set_crs", "writing"]

COLUMNS = tuple(column.name for column in PROBLEMS if column.name != "problem_id")
"""Columns of a problem that the ledger keeps."""
DERIVED = ("status", "closed_on")
"""Those of them that follow from events alone."""

_FORMAT = "1"
_GPKG = 0x47504B47
_GPKG_VERSION = 10400
_BUSY_S = 60.0
_TYPES = {"number": "REAL", "integer": "INTEGER", "date": "DATE"}
_KEPT = ("intake", "events", "attachments")


def listed(table: str) -> str:
    """The columns of a problem in one of the tables, for a statement."""
    return ", ".join(f'{table}."{name}"' for name in COLUMNS)


def _columns() -> str:
    return ", ".join(f'"{name}" {_TYPES.get(PROBLEMS[name].kind, "TEXT")}' for name in COLUMNS)


_TABLES = f"""
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE,
  max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name), UNIQUE (table_name),
  FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE ledger_about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE intake (
  "no" INTEGER PRIMARY KEY, problem_id TEXT NOT NULL UNIQUE, geom BLOB, x1 REAL, y1 REAL, x2 REAL, y2 REAL,
  origin TEXT NOT NULL, origin_id TEXT NOT NULL, {_columns()}, extra TEXT NOT NULL, digest BLOB NOT NULL);
CREATE TABLE events (
  "no" INTEGER PRIMARY KEY, problem INTEGER NOT NULL REFERENCES intake("no"), event TEXT NOT NULL,
  status TEXT NOT NULL, moved INTEGER NOT NULL, "on" DATE NOT NULL, "by" TEXT NOT NULL, note TEXT NOT NULL,
  changes TEXT NOT NULL, recorded_at DATETIME NOT NULL, digest BLOB NOT NULL);
CREATE INDEX events_of_problem ON events (problem, "no", moved, "on", status);
CREATE INDEX events_that_change ON events ("no", "on") WHERE changes <> '';
CREATE TABLE attachments (
  "no" INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES events("no"), path TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE states ("no" INTEGER PRIMARY KEY, version INTEGER NOT NULL, last_on DATE NOT NULL, {_columns()});
CREATE INDEX states_found_on ON states (found_on);
"""
_VIEW = f"""
CREATE VIEW problems AS
SELECT intake."no" AS OGC_FID, intake.geom AS geom, intake.problem_id AS problem_id,
  {listed("states")},
  CASE WHEN states.due_on < date('now', 'localtime') AND states.status NOT IN ('closed', 'rejected')
    THEN CAST(julianday(date('now', 'localtime')) - julianday(states.due_on) AS INTEGER) END AS overdue_days
FROM intake JOIN states ON states."no" = intake."no";
"""


def opened(path: Path) -> contextlib.AbstractContextManager[sqlite3.Connection]:
    """A connection to a ledger that is there, closed at the end; what SQLite cannot read is one error."""
    return _connection(path)


@contextlib.contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        yield db
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise LedgerError(
                f"台账 {path.name} 正被其他程序写入，等待 {_BUSY_S:g} 秒后仍不能写；请稍后再试",
                f"another program has been writing to {path.name} for {_BUSY_S:g} seconds; try again later",
            ) from error
        raise damaged(path, error) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, error) from error
    finally:
        db.close()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that alone may write; all that was written is there at the end, or nothing of it."""
    with opened(path) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        db.execute("COMMIT")


def damaged(path: Path, reason: object) -> LedgerError:
    """The error for a file that is no ledger any more."""
    return LedgerError(
        f"台账 {path.name} 已损坏或不是台账：{reason}；有事件日志时可重建："
        'Ledger.rebuild("新台账.gpkg", log="事件.jsonl")',
        f"{path.name} is damaged or is no ledger: {reason}; with the log of its events it can be rebuilt: "
        'Ledger.rebuild("new.gpkg", log="events.jsonl")',
    )


def create(path: Path, *, begin: bool = True) -> None:
    """Make an empty ledger, or look that what is there is one.

    Parameters
    ----------
    path
        The file.
    begin
        Whether a ledger is made where no file is.

    Raises
    ------
    LedgerError
        If the folder cannot be written to, the file is something else or damaged, or there is none and none may be
        made.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise LedgerError(
            f"无法打开台账 {path}：文件夹不存在，或它本身是文件夹", f"cannot open {path}: no such folder, or it is one"
        )
    if not path.exists() or path.stat().st_size == 0:
        if not begin:
            raise LedgerError(
                f"没有台账文件 {path}；新台账由收入问题（take）建立",
                f"there is no ledger {path}; taking problems begins one",
            )
        _write_tables(path)
    with opened(path) as db:
        application = db.execute("PRAGMA application_id").fetchone()[0]
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
        missing = {*_KEPT, "states", "problems", "ledger_about"} - tables
        if application != _GPKG or missing:
            raise damaged(path, "/".join(sorted(missing)) or f"application_id {application}")
        if about(db).get("format") != _FORMAT:
            found = about(db).get("format", "-")
            raise LedgerError(
                f"台账 {path.name} 的格式为 {found}，本版本只认 {_FORMAT}；请升级 riverline",
                f"{path.name} has format {found}, this version knows {_FORMAT}; upgrade riverline",
            )


def _write_tables(path: Path) -> None:
    """Tables, triggers and registrations of an empty ledger, in one transaction: two that begin at once are fine."""
    with _connection(path) as db:
        db.execute("BEGIN EXCLUSIVE")
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            db.execute("COMMIT")
            return
        db.execute(f"PRAGMA application_id = {_GPKG}")
        db.execute(f"PRAGMA user_version = {_GPKG_VERSION}")
        for statement in (*_TABLES.split(";"), _VIEW):
            db.execute(statement)
        for table in _KEPT:
            for deed in ("UPDATE", "DELETE"):
                db.execute(
                    f"CREATE TRIGGER {table}_{deed.lower()} BEFORE {deed} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the ledger only grows: record an event instead'); END"
                )
        _register(db)
        db.executemany("INSERT INTO ledger_about VALUES (?, ?)", [("format", _FORMAT), ("made_by", __version__)])
        db.execute("COMMIT")


def _register(db: sqlite3.Connection) -> None:
    """What a GeoPackage says of itself."""
    wgs84 = pyproj.CRS(4326)
    db.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
        [
            ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian"),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic"),
            (wgs84.name, 4326, "EPSG", 4326, wgs84.to_wkt("WKT1_GDAL"), "longitude and latitude"),
        ],
    )
    layer = "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)"
    db.execute(layer, ("problems", "features", PROBLEMS.label(), PROBLEMS.meaning, -1))
    db.execute(layer, ("events", "attributes", EVENTS.label(), EVENTS.meaning, None))
    db.execute(layer, ("attachments", "attributes", ATTACHMENTS.label(), ATTACHMENTS.meaning, None))
    db.execute("INSERT INTO gpkg_geometry_columns VALUES ('problems', 'geom', 'GEOMETRY', -1, 0, 0)")


def about(db: sqlite3.Connection) -> dict[str, str]:
    """What the ledger says of itself: its format, what made it, its CRS."""
    return dict(db.execute("SELECT name, value FROM ledger_about").fetchall())


def crs_of(db: sqlite3.Connection) -> pyproj.CRS | None:
    """CRS of the ledger, None before the first intake with places."""
    known = about(db).get("crs")
    return None if known is None else pyproj.CRS(known)


def set_crs(db: sqlite3.Connection, crs: Any) -> int:  # noqa: ANN401 - anything pyproj takes
    """Say in which CRS the ledger is, once; its number in the GeoPackage."""
    made = pyproj.CRS(crs)
    code = made.to_epsg()
    number = 100_000 if code is None else code
    authority = "NONE" if code is None else "EPSG"
    text = _wkt(made)
    db.execute(
        "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
        (made.name, number, authority, number, text, ""),
    )
    db.execute("UPDATE gpkg_contents SET srs_id = ? WHERE table_name = 'problems'", (number,))
    db.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (number,))
    db.execute("INSERT INTO ledger_about VALUES ('crs', ?)", (made.to_wkt() if code is None else f"EPSG:{code}",))
    db.execute("INSERT INTO ledger_about VALUES ('srs_id', ?)", (str(number),))
    return number


def _wkt(crs: pyproj.CRS) -> str:
    try:
        return str(crs.to_wkt("WKT1_GDAL"))
    except pyproj.exceptions.CRSError:  # what only the newer form can say
        return str(crs.to_wkt())
