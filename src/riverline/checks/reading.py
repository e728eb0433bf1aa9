"""Frames that nobody read through :func:`riverline.read_layer`, read by their schema: labels to values, words told.

This is the one reading of plain frames: whoever takes a table or a layer from a caller takes it through here, so that
``左岸``, ``左`` and ``left`` are one bank everywhere, and a word that nobody knows is told and never a silent nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from riverline.checks.attributes import outside_choices, told_labels
from riverline.errors import SchemaError
from riverline.faults.finding import Finding
from riverline.schema.values import read_values
from riverline.schema.words import allowed, titled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from riverline.schema import Schema

    Flags = NDArray[np.bool_]

__all__ = ["is_blank", "read_or_refuse", "read_rows", "refused", "row_names"]

Frame = TypeVar("Frame", bound=pd.DataFrame)
_MOST_TOLD = 10


def read_rows(frame: Frame, schema: Schema) -> tuple[Frame, list[Finding]]:
    """A copy in the schema's types, codes without blanks around, and what could not be read.

    Parameters
    ----------
    frame
        Rows that have the columns of the schema, with geometry or, where the schema has none, without.
    schema
        What the columns ought to hold.

    Returns
    -------
    frame
        Values that cannot be read as what the column holds, or are none of its choices, are blank; choices written by
        their label are their value.
    findings
        ``value-type``, ``value-beyond`` and ``value-choice`` for each blanked value, ``choice-label`` for each label.

    Examples
    --------
    >>> import pandas as pd
    >>> from riverline.schema import DUTIES
    >>> rows = pd.DataFrame({"duty_id": ["D1", "D2"], "level": ["村级", "village"], "bank": ["左岸", "东岸"]})
    >>> read, findings = read_rows(rows, DUTIES)
    >>> read["level"].tolist(), read["bank"].fillna("").tolist()
    (['village', 'village'], ['left', ''])
    >>> [(each.code, each.feature_id) for each in findings]
    [('choice-label', '*'), ('choice-label', '*'), ('value-choice', 'D2')]
    """
    result: Any = schema.conform(frame).reset_index(drop=True)
    findings = _chosen(frame, result, schema)
    for column in schema:
        if column.name not in result.columns:
            continue
        if str(result[column.name].dtype) == column.dtype and not column.bounded:
            continue
        reading = read_values(result[column.name], column)
        wrong = reading.unreadable | reading.ambiguous | reading.zoneless
        told = zip(row_names(frame, schema)[wrong], _places(result)[wrong], result[column.name][wrong],
                   reading.beyond[wrong], strict=True)  # fmt: skip
        findings += [
            Finding("value-beyond", schema.name, key, place, note=f"{titled(column)} = {value} ∉ {allowed(column)}",
                    column=column.name)
            if beyond
            else Finding("value-type", schema.name, key, place, note=f"{column.name}={value}", column=column.name)
            for key, place, value, beyond in told
        ]  # fmt: skip
        result[column.name] = reading.converted
    for name in {schema.key, "river_id"} & set(result.columns):
        result[name] = result[name].str.strip()
    return result, findings


def read_or_refuse(frame: Frame, schema: Schema, *, layer: str) -> Frame:
    """As :func:`read_rows`, for whoever has no faults to give: a value that cannot be read is one clear error.

    Raises
    ------
    SchemaError
        If values cannot be read, naming their rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from riverline.schema import DUTIES
    >>> read_or_refuse(pd.DataFrame({"duty_id": ["D1"], "bank": ["东岸"]}), DUTIES, layer="duties")
    Traceback (most recent call last):
    ...
    riverline.errors.SchemaError: duties 有无法识别的值：D1：bank（岸别） = 东岸 ∉ left（左岸） | right（右岸）
    duties holds values that cannot be read: D1: bank（岸别） = 东岸 ∉ left（左岸） | right（右岸）
    """
    rows, findings = read_rows(frame, schema)
    wrong = [each for each in findings if each.column]
    if not wrong:
        return rows
    zh, en = ([f"{each.feature_id}{mark}{each.note}" for each in wrong[:_MOST_TOLD]] for mark in ("：", ": "))
    if len(wrong) > _MOST_TOLD:
        zh.append(f"共 {len(wrong)} 处")
        en.append(f"{len(wrong)} in all")
    raise SchemaError(
        f"{layer} 有无法识别的值：{'；'.join(zh)}", f"{layer} holds values that cannot be read: {'; '.join(en)}"
    )


def refused(findings: Iterable[Finding], column: str) -> frozenset[str]:
    """Names of the rows whose value of a column was none, so that it is blank now and its fault is told.

    Examples
    --------
    >>> from riverline.faults.finding import Finding
    >>> refused([Finding("value-choice", "works", "G1", None, column="kind")], "kind")
    frozenset({'G1'})
    """
    return frozenset(each.feature_id for each in findings if each.column == column)


def row_names(frame: pd.DataFrame, schema: Schema) -> NDArray[np.object_]:
    """What faults call the rows: their key, or ``row`` and the index label where it is blank."""
    keys = frame[schema.key].astype("str").str.strip()
    labels = [f"row {label}" for label in frame.index]
    return np.where(is_blank(frame[schema.key]), np.array(labels, dtype="object"), keys.to_numpy(dtype="object"))


def is_blank(keys: pd.Series[Any]) -> Flags:
    """Which keys are missing, or nothing but white space."""
    missing = keys.isna().to_numpy(dtype=bool)
    return np.asarray(missing | (keys.astype("str").str.strip() == "").fillna(True).to_numpy(dtype=bool))


def _places(frame: Any) -> NDArray[np.object_]:  # noqa: ANN401 - a frame with or without geometry
    """Geometry of each row; None where the frame has none."""
    drawn = getattr(frame, "_geometry_column_name", None) in frame.columns
    return np.array(frame.geometry.array, dtype="object") if drawn else np.full(len(frame), None, dtype="object")


def _chosen(frame: pd.DataFrame, result: pd.DataFrame, schema: Schema) -> list[Finding]:
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
        told = zip(row_names(frame, schema)[outside], _places(frame)[outside], frame[column.name][outside], strict=True)
        findings += [
            Finding("value-choice", schema.name, key, place, note=f"{titled(column)} = {value} ∉ {allowed(column)}",
                    column=column.name)
            for key, place, value in told
        ]  # fmt: skip
        result[column.name] = reading.converted.mask(outside).array
    return findings
