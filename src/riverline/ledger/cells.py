"""Columns of frames as the plain values that SQLite and JSON hold, and back."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.errors import LedgerError, RuleError
from riverline.rules.dating import as_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from riverline.schema import Column, Schema

__all__ = ["day_of", "days_of", "is_hurt", "mended", "now", "series_of", "table_of", "texts_of", "to_json", "values_of"]

_SURROGATE = re.compile("[\ud800-\udfff\x00]")


def day_of(on: dt.date | str | None, *, what: str = "on") -> str:
    """A day as ISO text.

    Raises
    ------
    LedgerError
        If it is none, or not one.

    Examples
    --------
    >>> day_of("2025-06-01")
    '2025-06-01'
    """
    try:
        day = as_day(on)
    except RuleError as error:
        raise LedgerError(error.zh.replace("on ", f"{what} ", 1), error.en.replace("on ", f"{what} ", 1)) from error
    if day is None:
        raise LedgerError(f"请给出日期 {what}=，如 2025-06-01", f"give the day {what}=, such as 2025-06-01")
    return day.isoformat()


def now() -> str:
    """The moment, as it is written beside events."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def days_of(days: pd.Series[Any]) -> list[str | None]:
    """Days as ISO text, None where blank."""
    told = np.datetime_as_string(days.to_numpy(dtype="datetime64[D]"))
    return [None if each == "NaT" else each for each in told.tolist()]


def values_of(values: pd.Series[Any], column: Column) -> list[Any]:
    """Values of a column in its own type, as SQLite holds them: text ``""`` where blank, all else None.

    Examples
    --------
    >>> from riverline.schema import PROBLEMS
    >>> values_of(pd.Series([1.5, None]), PROBLEMS["area_m2"])
    [1.5, None]
    """
    if column.kind == "date":
        return days_of(values)
    missing = values.isna().to_numpy(dtype=bool)
    blank = "" if column.kind == "text" and not column.choices else None
    plain = np.array(values.astype("object"), dtype=object)
    plain[missing] = blank
    return list(plain.tolist())


def texts_of(values: pd.Series[Any]) -> list[str]:
    """Values as text without blanks around, empty where missing.

    Examples
    --------
    >>> texts_of(pd.Series([" a ", None, 7], dtype="object"))
    ['a', '', '7']
    """
    return [str(each).strip() for each in values.astype("object").where(values.notna(), "").tolist()]


def is_hurt(texts: list[Any]) -> bool:
    """Whether any text holds what no file can hold: looked for in all of them at once."""
    return _SURROGATE.search("".join(each for each in texts if isinstance(each, str))) is not None


def mended(text: str) -> str:
    r"""Text without what no file can hold: halves of letters and the zero byte become ``�``.

    Examples
    --------
    >>> mended("乱堆\x00")
    '乱堆�'
    """
    return _SURROGATE.sub("�", text)


def to_json(value: object) -> str:
    """A value of any column as one line of JSON that sorts its names."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def table_of(columns: Mapping[str, Sequence[Any]], schema: Schema) -> pd.DataFrame:
    """Rows of a schema without geometry from plain values."""
    return pd.DataFrame(_typed(columns, schema))


def _typed(columns: Mapping[str, Sequence[Any]], schema: Schema) -> dict[str, Any]:
    return {
        name: series_of(values, schema[name]) if name in schema else pd.Series(list(values))
        for name, values in columns.items()
    }


def series_of(values: Sequence[Any], column: Column) -> pd.Series[Any]:
    """Plain values as a column of its own type."""
    if column.kind == "date":
        days = np.array(["NaT" if each is None or each == "" else each for each in values], dtype="datetime64[s]")
        return pd.Series(days, dtype=column.dtype)
    if column.kind == "timestamp":
        return pd.Series(pd.to_datetime(list(values), utc=True), dtype=column.dtype)
    if column.kind == "number":
        return pd.Series(np.array([np.nan if each is None else each for each in values], dtype="float64"))
    return pd.Series(list(values), dtype=column.dtype)
