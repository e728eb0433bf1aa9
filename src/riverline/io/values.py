"""Values of a file in the types of the data dictionary, where nothing is lost by it.

A column is changed as a whole or not at all: where a value does not fit, the column stays as it was written, the notes
say so, and :func:`riverline.check` names the rows.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.io.chainage_text import parse_chainage
from riverline.io.notes import few, note
from riverline.schema import STAKES
from riverline.schema.clock import OFFICE_ZONE, is_on_clock
from riverline.schema.values import read_values
from riverline.schema.words import choice_words, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from riverline.io.notes import Note
    from riverline.schema import Column, Schema

__all__ = ["cast_values", "numbers_in_text", "on_clock", "tidy"]

# What people put where there is no number.
_BLANK = frozenset(("", "-", "--", "—", "——", "/", "\\", "无", "null", "none", "nan"))
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_MOST_TOLD = 20
# Columns of several codes in one cell, and the column whose choices those are.
_LISTED = {"reasons": STAKES["reason"]}
_PARTING = re.compile(r"\s*[,，、;；]\s*")


def cast_values(frame: gpd.GeoDataFrame, schema: Schema) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """A copy whose columns have the types of the dictionary where every value allows it.

    Parameters
    ----------
    frame
        A frame under the dictionary's names; other columns are left alone.
    schema
        Its dictionary.

    Returns
    -------
    frame, notes
        What was changed and what could not be.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import schema
    >>> rows = {"bank_id": [1, 2], "river_id": ["R1", "R1"], "bank": ["左岸", "R"]}
    >>> frame, notes = cast_values(gpd.GeoDataFrame(rows, geometry=[None] * 2, crs=4548), schema.BANK_TOPS)
    >>> frame["bank"].tolist(), frame["bank_id"].tolist(), notes[-1]["zh"]
    (['left', 'right'], ['1', '2'], '字段 bank：左岸→left, R→right')
    """
    cast = frame.copy()
    notes: list[Note] = []
    for column in schema:
        if column.name in frame.columns and column.kind != "profile":
            values, said = _cast(frame[column.name], column)
            cast[column.name] = values
            notes += said
    return cast, notes


def on_clock(frame: gpd.GeoDataFrame, schema: Schema, match: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Rows whose times name the office's zone where the heading of their field says that they are on its clock.

    Parameters
    ----------
    frame
        Rows under the names of the file.
    schema
        Their dictionary.
    match
        Field → column.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import schema
    >>> rows = gpd.GeoDataFrame({"定位时间（北京时间）": ["2025-10-02 07:30"]}, geometry=[None], crs=4548)
    >>> on_clock(rows, schema.TRACK_POINTS, {"定位时间（北京时间）": "time"}).iloc[0, 0]
    '2025-10-02 07:30+08:00'
    """
    told = {field: schema[name] for field, name in match.items() if is_on_clock(field) and name in schema}
    zoned = {field: _zoned(frame[field], column) for field, column in told.items() if column.kind == "timestamp"}
    return frame.assign(**zoned) if zoned else frame


def _zoned(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return series.dt.tz_localize(OFFICE_ZONE) if getattr(series.dtype, "tz", None) is None else series
    zoneless = read_values(series, column).zoneless
    texts = series.astype("str").str.strip()
    texts = texts.where(texts.str.contains(":", regex=False), texts + " 00:00")
    return series.mask(zoneless, texts + "+08:00")


def numbers_in_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers of a text column: full-width digits and thousands separators allowed, NaN where it is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers_in_text(pd.Series(["１２．５", "3,500,000.25", "about 3", "—", None])).tolist()
    [12.5, 3500000.25, nan, nan, nan]
    """
    plain = values.str.fullmatch(_NUMBER.pattern).fillna(value=False).astype(bool)
    rest = values.where(~plain)
    odd = rest.map({each: _number(tidy(each)) for each in rest.dropna().unique()}).astype("float64")
    return values.where(plain).astype("float64").where(plain, odd)


def tidy(value: object) -> str:
    r"""Text without what the eye does not see: full-width forms narrow, spaces at the ends gone.

    Examples
    --------
    >>> tidy(" Ｋ１＋２００\u3000")
    'K1+200'
    """
    return unicodedata.normalize("NFKC", str(value)).strip()


def _cast(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], list[Note]]:
    if column.choices:
        return _to_choice(series, column)
    if column.name in _LISTED:
        series = series.map(lambda each: _listed(each, _LISTED[column.name]), na_action="ignore")
    is_text = pd.api.types.is_string_dtype(series) and series.notna().any()
    said: list[Note] = []
    if is_text and column.kind in {"number", "integer"}:
        series, said = _to_number(series, column)
    reading = read_values(series, column)
    if not reading.complete:
        return series, said or [_not(column, series[~reading.blank & reading.converted.isna()])]
    if column.kind == "text" and not is_text and series.notna().any():
        said = [note(f"字段 {column.name}：数字按文本保存", f"column {column.name}: numbers kept as text")]
    return reading.converted, said


def _listed(cell: object, of: Column) -> object:
    """Several choices in one cell, by their labels, as codes parted by commas; anything else as it is."""
    if not isinstance(cell, str):
        return cell
    words = choice_words(of)
    return ",".join(str(words.get(plain_name(part), part)) for part in _PARTING.split(cell))


def _to_number(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], list[Note]]:
    numbers = numbers_in_text(series)
    if column.unit == "m":
        numbers = numbers.fillna(parse_chainage(series.where(numbers.isna())))
    rest = series[numbers.isna()].dropna()
    is_blank = rest.map(lambda each: tidy(each).lower() in _BLANK).astype(bool)
    if not is_blank.all():
        return series, [_not(column, rest[~is_blank])]
    none = rest[rest.str.strip() != ""].unique()
    zh, en = (f"，{few(none)} 按缺失", f", {few(none)} as missing") if len(none) else ("", "")
    return numbers, [note(f"字段 {column.name}：文本转为数字{zh}", f"column {column.name}: text taken as numbers{en}")]


def _to_choice(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], list[Note]]:
    """Values, labels of either language and their usual short forms as the values of the dictionary."""
    words = choice_words(column)
    text = _as_text(series)
    means: dict[str, str | int | None] = {each: words.get(plain_name(each)) for each in text.dropna().unique()}
    blank = {each for each in means if plain_name(each) in _BLANK}
    unknown = [each for each, value in means.items() if value is None and each not in blank]
    if unknown and column.kind == "integer":
        return series, [_not(column, pd.Series(unknown))]
    kept = {each: each if value is None else str(value) for each, value in means.items() if each not in blank}
    values = text.map(kept).astype("str")
    told = [f"{each}→{value}" for each, value in means.items() if value is not None and each != str(value)]
    shown = ", ".join(told[:_MOST_TOLD]) + (" …" if len(told) > _MOST_TOLD else "")
    notes = [note(f"字段 {column.name}：{shown}", f"column {column.name}: {shown}")] if told else []
    notes += [_not(column, pd.Series(unknown))] if unknown else []
    return (values if column.kind == "text" else read_values(values, column).converted), notes


def _as_text(series: pd.Series[Any]) -> pd.Series[Any]:
    """Values as text, whole numbers without a decimal point; missing ones stay missing."""
    whole = pd.api.types.is_float_dtype(series) and bool((series.dropna() % 1 == 0).all())
    return (series.astype("Int64") if whole else series).astype("str")


def _number(text: str) -> float:
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    return float(plain) if _NUMBER.fullmatch(plain) else np.nan


_EXPECTED: dict[str, tuple[str, str]] = {
    "number": ("数字", "numbers"),
    "integer": ("整数", "whole numbers"),
    "boolean": ("是否值", "true or false"),
    "date": ("年在前的日期", "dates with the year first"),
    "timestamp": ("带时区的时间", "times with their zone"),
}


def _not(column: Column, values: pd.Series[Any]) -> Note:
    zh, en = ("可选值", "choices") if column.choices else _EXPECTED.get(column.kind, ("文本", "text"))
    distinct = values.unique()
    return note(
        f"字段 {column.name} 有 {len(distinct)} 个不同的值不是{zh}，保留原样：{few(distinct)}",
        f"column {column.name} has {len(distinct)} distinct values that are not {en}, kept as they are: "
        f"{few(distinct)}",
    )
