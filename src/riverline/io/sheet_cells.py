"""Cells of a spreadsheet: what a frame's values become there, harmless and readable, and what sheets may be called.

Everything that a sheet of any workbook needs and no more: it knows neither results nor forms, and imports no writer.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline.schema.clock import OFFICE_ZONE, in_office_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from riverline.schema import Column, Language

    Cell = str | int | float | dt.date | None

__all__ = [
    "LONGEST_TEXT",
    "MOST_ROWS",
    "cells_of",
    "clean_text",
    "cut_text",
    "display_width",
    "is_risky",
    "number_format",
    "sheet_name",
]

LONGEST_TEXT = 32_767
"""Most signs of a cell, counted as spreadsheets count them: in UTF-16."""
MOST_ROWS = 1_048_576
"""Most rows of a sheet."""

_MOST_DIGITS = 10**15
_LONGEST_NAME = 31
# A spreadsheet that is told to read such a text as typed would compute it; full-width signs count as plain ones there.
_RISKY = re.compile(r"^[\s]*[=+\-@＝＋－＠|%]")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Decimals as results are rounded: lengths 0.1 m, areas 0.01 m² (DB37/T 4518-2022, 4.8); degrees to about a millimetre.
_DECIMALS = {"m": 1, "m²": 2, "m³": 2, "m/a": 3, "km": 3, "km²": 2, "亩": 2, "ha": 2, "°": 8, "%": 2}
_DAY_FORMS = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm"}
_YES_NO = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}
# Excel counts days from 1900 and believes that year to have had a 29 February.
_FIRST_DAY = dt.date(1900, 3, 1)


def clean_text(text: str) -> str:
    r"""A text that a cell can hold: tabs are blanks, line ends are one sign, what cannot be seen or written is ``�``.

    Examples
    --------
    >>> clean_text("a\tb\r\nc\x07")
    'a b\nc�'
    """
    told = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\x0b", "\n").replace("\x0c", "\n")
    return _UNSEEN.sub("�", _UNWRITABLE.sub("�", told))


def is_risky(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula if it were typed.

    Such a cell is written as text whose style says so (what typing ``'`` before it does): the text is what it was, and
    neither opening nor editing the cell computes it.

    Examples
    --------
    >>> [is_risky(text) for text in ("=1+1", " @SUM(A1)", "＝1", "-5", "K0+000")]
    [True, True, True, True, False]
    """
    return bool(_RISKY.match(text))


def cut_text(text: str, *, language: Language = "zh") -> tuple[str, bool]:
    """A text no longer than a cell, and whether it was cut; a cut text ends with how long it was.

    Examples
    --------
    >>> cut, was = cut_text("河" * 40_000)
    >>> len(cut), was, cut[-13:]
    (32767, True, '（原文 40,000 字）')
    """
    if len(text) <= LONGEST_TEXT // 2 or _units(text) <= LONGEST_TEXT:
        return text, False
    ending = f"…（原文 {len(text):,} 字）" if language == "zh" else f"… ({len(text):,} signs in all)"
    room = (LONGEST_TEXT - _units(ending)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + ending, True


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sheet_name(text: str, taken: set[str]) -> str:
    """A name that a sheet may have and none of ``taken`` has, which it is added to.

    Examples
    --------
    >>> taken = set()
    >>> [sheet_name(text, taken) for text in ("界桩[1/2]", "界桩[1/2]", "'", "History")]
    ['界桩_1_2_', '界桩_1_2_ (2)', '_', 'History_']
    """
    plain = _UNSEEN.sub("", _NOT_IN_NAMES.sub("_", text)).strip()
    plain = re.sub(r"^'|'$", "_", _fitted(plain, _LONGEST_NAME)) or "_"
    plain = f"{plain}_" if plain.casefold() == "history" else plain
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        ending = f" ({number})"
        name = re.sub("'$", "_", _fitted(plain, _LONGEST_NAME - len(ending))) + ending
    taken.add(name.casefold())
    return name


def _fitted(text: str, most: int) -> str:
    return text.encode("utf-16-le")[: most * 2].decode("utf-16-le", "ignore").strip()


def number_format(column: Column | None, decimals: int | None = None) -> str:
    """The format of a column's numbers.

    Parameters
    ----------
    column
        Its entry in the data dictionary; None for a column that has none.
    decimals
        Decimals, if not those of the column, else of its unit.

    Examples
    --------
    >>> from riverline import schema
    >>> [number_format(each) for each in (schema.EXTENTS["area_m2"], schema.STAKES["lon"], schema.CHECKS["counted"])]
    ['0.00', '0.00000000', '0']
    >>> rates, transects = schema.RATES, schema.TRANSECTS
    >>> [number_format(each) for each in (rates["rate"], rates["real_probability"], transects["azimuth_deg"])]
    ['0.000', '0.00', '0.00']
    """
    if column is not None and column.kind in _DAY_FORMS:
        return _DAY_FORMS[column.kind]
    if column is not None and column.kind == "integer":
        return "0"
    own = column.decimals if column is not None and decimals is None else decimals
    places = own if own is not None else _DECIMALS.get(column.unit if column is not None else "")
    return "General" if places is None else "0." + "0" * places if places else "0"


def cells_of(values: pd.Series, column: Column | None, language: Language = "zh") -> list[Cell]:
    """A column's values as cells.

    Parameters
    ----------
    values
        A column of n values.
    column
        Its entry in the data dictionary; None for a column that has none.
    language
        Of choices, yes and no.

    Returns
    -------
    list of n
        Texts, numbers, days, times, and None for what is missing. Choices are their labels; times of the dictionary
        are on the office's clock (:data:`riverline.schema.clock.OFFICE_ZONE`), other times that name a zone are ISO
        texts on it; times without one, and days that no spreadsheet knows, are ISO texts; whole numbers of more than
        15 digits, of which a spreadsheet would keep 15, are texts; lists are JSON, geometries are WKT.

    Examples
    --------
    >>> import pandas as pd
    >>> from riverline import schema
    >>> cells_of(pd.Series(["left", None, "L"]), schema.STAKES["bank"])
    ['左岸', None, 'L']
    >>> cells_of(pd.Series([340102198001011234, 7]), None), cells_of(pd.Series([float("nan"), 1.5]), None)
    (['340102198001011234', 7], [None, 1.5])
    """
    if column is not None and column.choices:
        labels: Mapping[Any, str] = {choice.value: choice.label(language) for choice in column.choices}
        return [_cell(labels.get(value, value), language) for value in _plain(values)]
    if column is not None and column.kind == "date" and pd.api.types.is_datetime64_any_dtype(values.dtype):
        return [None if pd.isna(each) else _day(each.date()) for each in values]
    if column is not None and column.kind == "timestamp" and isinstance(values.dtype, pd.DatetimeTZDtype):
        shown = in_office_time(values).dt.floor("s")
        return [None if pd.isna(each) else _day(each.to_pydatetime()) for each in shown]
    return [_cell(value, language) for value in _plain(values)]


def _plain(values: pd.Series) -> list[Any]:
    return [None if _missing(value) else value for value in values.astype("object").tolist()]


def _missing(value: Any) -> bool:  # noqa: ANN401 - whatever a cell holds
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _cell(value: Any, language: Language) -> Cell:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, (bool, np.bool_)):
        return _YES_NO[language][bool(value)]
    if isinstance(value, (int, float, np.number)):
        return _number(value)
    if isinstance(value, dt.datetime):
        shown = value if value.tzinfo is None else value.astimezone(OFFICE_ZONE)
        return shown.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date):
        return _day(value)
    return clean_text(_told(value)) or None


def _number(value: Any) -> Cell:  # noqa: ANN401
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < _MOST_DIGITS else str(int(value))
    return float(value) if math.isfinite(value) else str(value)


def _told(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, shapely.Geometry):
        return str(shapely.to_wkt(value, rounding_precision=-1))
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return str(value)


def _day(day: dt.date) -> Cell:
    own = day.date() if isinstance(day, dt.datetime) else day
    return day if own >= _FIRST_DAY else day.isoformat()


def display_width(cells: Iterable[Cell], form: str = "General") -> int:
    """How wide the widest of some cells is, in half-width signs, a number as its format shows it.

    Examples
    --------
    >>> display_width(["左岸", "K0+000"]), display_width([3500000.0], "0.000")
    (6, 11)
    """
    return max((_width(cell, form) for cell in cells), default=0)


def _width(cell: Cell, form: str) -> int:
    if cell is None:
        return 0
    if isinstance(cell, dt.date):
        return len(_DAY_FORMS["timestamp" if isinstance(cell, dt.datetime) else "date"])
    if isinstance(cell, str):
        return max(map(_text_width, cell.split("\n")))
    if form.startswith("0"):
        return len(f"{cell:.{len(form.partition('.')[2])}f}")
    return len(f"{cell:.12g}")


def _text_width(text: str) -> int:
    return (
        len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(each) in "WFA" else 1 for each in text)
    )
