"""What a GeoPackage gets beside its rows: default styles for QGIS, names of columns and of their coded values."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from riverline.export.qml import qml
from riverline.export.tables import GEOMETRY
from riverline.style.lettering import names_told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from riverline.export.tables import Table
    from riverline.schema import Language

__all__ = ["DATE", "dress"]

DATE = "2000-01-01T00:00:00.000Z"
"""The date that every file bears, so that the same result gives the same bytes."""

_TABLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""
_URI = "urn:riverline:provenance"
_SCHEMA_EXTENSION = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")


def dress(path: Path, tables: Sequence[Table], *, about: str, language: Language) -> None:
    """Add styles, aliases, value lists and the file's provenance to a GeoPackage that GDAL has just written.

    Parameters
    ----------
    path
        The file.
    tables
        What was written into it.
    about
        Provenance of the whole file, as JSON.
    language
        Language of labels.

    Notes
    -----
    ``layer_styles`` is the table that QGIS itself makes for "save style in database"; it is registered in
    ``gpkg_contents``, without which other programs do not list it. ``gpkg_data_columns`` is the schema extension of
    the GeoPackage standard (OGC 12-128r15, F.9). The provenance goes into ``gpkg_metadata`` by hand: where GDAL writes
    a file's metadata, every later reader leaves an ``.aux.xml`` beside the file.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript("BEGIN;" + _TABLES)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', 'QGIS', ?, 0)",
            (DATE,),
        )
        database.executemany("INSERT INTO layer_styles VALUES (NULL, '', '', ?, ?, ?, ?, NULL, ?, ?, '', NULL, ?)",
                             list(_styles(tables, language)))  # fmt: skip
        database.executemany(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, ?)",
            [(name, *_SCHEMA_EXTENSION) for name in ("gpkg_data_columns", "gpkg_data_column_constraints")],
        )
        database.executemany("INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)", list(_columns(tables)))
        database.executemany(
            "INSERT INTO gpkg_data_column_constraints VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
            sorted(set(_choices(tables, language))),
        )
        database.execute("INSERT INTO gpkg_metadata VALUES (NULL, 'dataset', ?, 'application/json', ?)", (_URI, about))
        database.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, last_insert_rowid(), NULL)",
            (DATE,),
        )
        database.execute("COMMIT")


def _styles(tables: Sequence[Table], language: Language) -> Iterator[tuple[str | int, ...]]:
    there = names_told([table.layer for table in tables])
    for table in tables:
        ways = table.layer.themes
        # A table that nothing draws still has names for its columns.
        for number, theme in enumerate(ways if table.kind in {"point", "line", "area"} else ways[:1]):
            title = theme.title(language) or table.name
            text = qml(theme, table.fields, kind=table.kind, language=language, others=there)
            yield table.name, GEOMETRY if table.crs else "", title, text, int(number == 0), title, DATE


def _columns(tables: Sequence[Table]) -> Iterator[tuple[str | None, ...]]:
    for table in tables:
        seen: set[str] = set()
        for field in table.fields:
            # The standard wants names to be unique in a table; titles need not be.
            name = field.alias if field.alias not in seen else f"{field.alias} ({field.name})"
            seen.add(name)
            meaning = field.column.meaning if field.column else None
            yield table.name, field.name, name, field.alias, meaning, _constraint(table, field.name)


def _choices(tables: Sequence[Table], language: Language) -> Iterator[tuple[str, str, str]]:
    for table in tables:
        for field in table.fields:
            constraint = _constraint(table, field.name)
            if constraint and field.column:
                yield from ((constraint, str(each.value), each.label(language)) for each in field.column.choices)


def _constraint(table: Table, name: str) -> str | None:
    column = next(field.column for field in table.fields if field.name == name)
    return f"{table.layer.name}_{column.name}" if column and column.choices else None
