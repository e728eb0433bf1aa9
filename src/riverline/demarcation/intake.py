"""Which rows of a layer can be used, each in the types of its schema; the rest become findings, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.checks.attributes import outside_choices, told_labels
from riverline.demarcation.findings import Finding
from riverline.schema.values import read_values
from riverline.schema.words import allowed, titled

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.schema import Schema

    Flags = NDArray[np.bool_]

__all__ = ["refused", "row_names", "single_parts", "split_plausible", "split_usable", "typed"]

LEVELS_M = (-200.0, 9000.0)
"""Heights between which water can stand: below the Turpan basin (154 m below the sea) up to above every summit."""


def typed(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """A copy in the schema's types, without Z, its geometry column named ``geometry``; codes without blanks around.

    Parameters
    ----------
    frame
        Rows that have the columns of the schema.
    schema
        What the columns ought to hold.

    Returns
    -------
    frame
        Values that cannot be read as what the column holds, or are none of its choices, are blank; choices written by
        their label are their value.
    findings
        ``value-type`` and ``value-choice`` for each blanked value, ``choice-label`` for each label.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.schema import BANK_TOPS
    >>> rows = gpd.GeoDataFrame({"bank_id": [7], "river_id": [" R1 "]}, geometry=[shapely.Point(0, 0)], crs=4548)
    >>> typed(rows, BANK_TOPS)[0][["bank_id", "river_id"]].values.tolist()
    [['7', 'R1']]
    """
    result = schema.conform(frame).reset_index(drop=True)
    findings = _chosen(frame, result, schema)
    for column in schema:
        if column.name not in result.columns or str(result[column.name].dtype) == column.dtype:
            continue
        reading = read_values(result[column.name], column)
        wrong = reading.unreadable | reading.ambiguous | reading.zoneless
        told = zip(row_names(frame, schema)[wrong], result.geometry[wrong], result[column.name][wrong], strict=True)
        findings += [
            Finding("value-type", schema.name, key, place, note=f"{column.name}={v}", column=column.name)
            for key, place, v in told
        ]
        result[column.name] = reading.converted
    for name in {schema.key, "river_id"} & set(result.columns):
        result[name] = result[name].str.strip()
    return result.set_geometry(shapely.force_2d(result.geometry.array), crs=frame.crs), findings


def _chosen(frame: gpd.GeoDataFrame, result: gpd.GeoDataFrame, schema: Schema) -> list[Finding]:
    """What is to be said of columns with choices; values that are none of them are blanked in ``result``."""
    findings = []
    for column in schema:
        if not column.choices or column.name not in frame.columns:
            continue
        reading = read_values(frame[column.name], column)
        findings += [
            Finding("choice-label", schema.name, "*", None, count, note=note)
            for note, count in told_labels(frame[column.name], reading, column)
        ]
        outside = outside_choices(reading, column)
        if not outside.any():
            continue
        told = zip(row_names(frame, schema)[outside], frame.geometry[outside], frame[column.name][outside], strict=True)
        findings += [
            Finding("value-choice", schema.name, key, place, note=f"{titled(column)} = {value} ∉ {allowed(column)}",
                    column=column.name)
            for key, place, value in told
        ]  # fmt: skip
        result[column.name] = reading.converted.mask(outside).array
    return findings


def refused(findings: Iterable[Finding], column: str) -> frozenset[str]:
    """Names of the rows whose value of a column was none, so that it is blank now and its fault is told.

    Examples
    --------
    >>> from riverline.demarcation.findings import Finding
    >>> refused([Finding("value-choice", "works", "G1", None, column="kind")], "kind")
    frozenset({'G1'})
    """
    return frozenset(each.feature_id for each in findings if each.column == column)


def row_names(frame: gpd.GeoDataFrame, schema: Schema) -> NDArray[np.object_]:
    """What faults call the rows: their key, or ``row`` and the index label where it is blank."""
    keys = frame[schema.key].astype("str").str.strip()
    blank = _blank(frame[schema.key])
    labels = [f"row {label}" for label in frame.index]
    return np.where(blank, np.array(labels, dtype="object"), keys.to_numpy(dtype="object"))


def split_usable(
    frame: gpd.GeoDataFrame, schema: Schema, *, names: NDArray[np.object_], places: Flags
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The rows that have a key and a geometry that can be drawn with; the others as findings.

    Parameters
    ----------
    frame
        What :func:`typed` gives.
    schema
        Its schema.
    names
        What to call the rows.
    places : (n,)
        Rows that need no geometry, since a number says where they are.

    Returns
    -------
    frame
        Rows to use.
    findings
        One for each other row: ``key-blank``, ``feature-blank``, ``geometry-type``, ``geometry-infinite``, ``invalid``;
        and ``key-duplicated`` for each key that several rows share, which are used all the same.
    """
    shapes = np.asarray(frame.geometry.array, dtype="object")
    drawn = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    kind = np.array(
        [each.geom_type if there else "" for each, there in zip(shapes, drawn, strict=True)], dtype="object"
    )
    fits = np.isin(kind, [*schema.geometry, *(f"Multi{each}" for each in schema.geometry if each == "LineString")])
    finite = np.isfinite(np.nan_to_num(shapely.bounds(shapes), nan=np.inf)).all(axis=1) & _finite(shapes)
    areal = np.char.endswith(kind.astype(str), "Polygon")
    reasons = {
        "key-blank": _blank(frame[schema.key]),
        "feature-blank": ~drawn & ~places,
        "geometry-type": drawn & ~fits,
        "geometry-infinite": drawn & ~finite,
        "invalid": drawn & finite & areal & ~shapely.is_valid(shapes),
    }
    usable = np.ones(len(frame), dtype=bool)
    findings = []
    for code, wrong in reasons.items():
        for row in np.flatnonzero(wrong & usable):
            place = shapes[row] if finite[row] else None
            note = {
                "geometry-type": kind[row],
                "invalid": shapely.is_valid_reason(shapes[row]),
                "key-blank": schema.key,
            }
            findings.append(Finding(code, schema.name, names[row], place, note=str(note.get(code, ""))))
        usable &= ~wrong
    kept = frame[usable]
    return kept, [*findings, *_shared_keys(kept, schema)]


def split_plausible(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Rows whose water level can be one of the country's, and a finding for each of the others.

    A level that is missing is kept: what draws from it says so.
    """
    if "level_m" not in schema or "level_m" not in frame.columns:
        return frame, []
    level = frame["level_m"]
    wrong = ~(level.isna() | level.between(*LEVELS_M)).to_numpy(dtype=bool)
    told = zip(frame[schema.key][wrong], frame.geometry[wrong], level[wrong], strict=True)
    note = f"{LEVELS_M[0]:g} – {LEVELS_M[1]:g} m"
    findings = [
        Finding("level-implausible", schema.name, str(key), place, float(value), unit="m", note=note)
        for key, place, value in told
    ]
    return frame[~wrong], findings


def single_parts(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Lines in several parts as a row a part, under one key, and a finding for each."""
    parts = shapely.get_num_geometries(frame.geometry.array)
    many = (parts > 1) | np.char.startswith(frame.geometry.geom_type.to_numpy(dtype=str), "Multi")
    if not many.any():
        return frame, []
    told = zip(frame[schema.key][many], frame.geometry[many], parts[many], strict=True)
    findings = [Finding("multipart", schema.name, str(key), place, float(count), 1.0) for key, place, count in told]
    return frame.explode(ignore_index=True), findings


def _shared_keys(frame: gpd.GeoDataFrame, schema: Schema) -> list[Finding]:
    shared = frame[schema.key].duplicated(keep=False)
    told: Iterable[tuple[Any, Any]] = frame[shared].groupby(schema.key)
    return [
        Finding("key-duplicated", schema.name, str(key), rows.geometry.iloc[0], float(len(rows)), 1.0)
        for key, rows in told
    ]


def _blank(keys: pd.Series[Any]) -> Flags:
    missing = keys.isna().to_numpy(dtype=bool)
    return np.asarray(missing | (keys.astype("str").str.strip() == "").fillna(True).to_numpy(dtype=bool))


def _finite(shapes: NDArray[np.object_]) -> Flags:
    """Whether all coordinates are numbers: bounds leave out what is none."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(coords).all(axis=1)]] = False
    return finite
