"""Reading the values of one column as what its schema says they are, without guessing.

A value that cannot be read is marked, never changed: :meth:`Schema.conform <riverline.schema.Schema.conform>` leaves
such a column as it is, and :func:`riverline.check` names the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api import types

from riverline.schema.words import blank_words, choice_words, plain_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from riverline.schema.model import Column

    Mask = NDArray[np.bool_]

__all__ = ["Reading", "read_values"]

# What strip() leaves and no reader sees: zero-width space, byte order mark.
_INVISIBLE = "\u200b\ufeff"
# Year first, with ISO's separator or those of Chinese forms; a time may follow.
_YEAR_FIRST = (
    r"^(?P<year>\d{4})(?:(?P<month>\d{2})(?P<day>\d{2})|[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?)"
    r"(?:[T ]+(?P<time>.*))?$"
)
_OTHER_ORDER = r"^\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?:[T ].*)?$"
_ZONE = r"T.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"
_NUMBERS = frozenset({"integer", "floating", "mixed-integer-float", "decimal", "empty"})
_DATES = frozenset({"datetime", "datetime64", "date", "empty"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One column, read.

    Attributes
    ----------
    converted
        The values in the column's dtype, with the index of what was read; missing where blank or not readable.
    blank
        (n,) missing, or nothing but white space.
    unreadable
        (n,) not blank, and not what the column holds.
    ambiguous
        (n,) text dates whose order of day, month and year is not certain.
    zoneless
        (n,) times without a time zone where one is needed.
    native
        Whether the column already held the right type, so that nothing had to be converted.
    labelled
        (n,) choices that were written by their label, in either language, and read as their value.
    beyond
        (n,) of what could not be read: numbers and days beyond the bounds of the column.
    """

    converted: pd.Series[Any]
    blank: Mask
    unreadable: Mask
    ambiguous: Mask
    zoneless: Mask
    native: bool
    labelled: Mask
    beyond: Mask

    @property
    def complete(self) -> bool:
        """Whether every value that is not blank could be read."""
        return not bool((self.unreadable | self.ambiguous | self.zoneless).any())


def read_values(series: pd.Series[Any], column: Column) -> Reading:
    """Read a series as the values of a column.

    Parameters
    ----------
    series
        n values of any dtype.
    column
        What they ought to be.

    Returns
    -------
    Reading
        The values in the column's dtype, and masks of the rows that could not be read.

    Notes
    -----
    Text dates are read when the year stands first (ISO 8601, ``2024/5/6``, ``2024年5月6日``, ``20240506``);
    ``03/04/2024`` is refused, since it is the third of April to one reader and the fourth of March to the next. Numbers
    are never dates. Text numbers are read when they are plain (``12.5``, ``1e3``); ``约12`` and ``12m`` are not. A
    choice may be written by its label in either language, or a usual short form of it (``左``), in any case and width.

    Examples
    --------
    >>> import pandas as pd
    >>> from riverline import schema
    >>> reading = read_values(pd.Series(["12.5", "about 12", " "]), schema.LEVEES["height_m"])
    >>> reading.converted.tolist(), reading.unreadable.tolist(), reading.blank.tolist()
    ([12.5, nan, nan], [False, True, False], [False, False, True])
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    if _are_choices(series, column):
        return _reading(_cast(series, column), series.isna().to_numpy(dtype=bool), native=True)
    values, labelled = _values_of_labels(series, column) if column.choices else (series, np.zeros(len(series), bool))
    reading = replace(_READERS[column.kind](values, _blank(values), column), labelled=labelled)
    return _within_bounds(reading, column) if column.bounded else reading


def _are_choices(series: pd.Series[Any], column: Column) -> bool:
    """Whether all is written as the dictionary has it, as what we made ourselves always is."""
    return (
        bool(column.choices)
        and isinstance(series.dtype, pd.StringDtype)
        and set(series.dropna().unique()) <= set(column.values)
    )


def _within_bounds(reading: Reading, column: Column) -> Reading:
    """Values beyond what the column can hold are none of it."""
    values = reading.converted
    edges = (pd.Timestamp(each) if isinstance(each, str) else each for each in (column.least, column.most))
    least, most = edges
    beyond = np.zeros(len(values), dtype=bool)
    if least is not None:
        beyond |= (values < least).fillna(value=False).to_numpy(dtype=bool)
    if most is not None:
        beyond |= (values > most).fillna(value=False).to_numpy(dtype=bool)
    return replace(reading, converted=values.mask(beyond), unreadable=reading.unreadable | beyond, beyond=beyond)


def _values_of_labels(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], Mask]:
    """The series with the value where a label of it was written, and where that was: a label means one value."""
    if not _may_hold_text(series):
        return series, np.zeros(len(series), dtype=bool)
    words, text = choice_words(column), _text(series)
    if column.blank_words:
        nothing = text.isin([each for each in text.unique() if plain_name(each) in blank_words(column)])
        series, text = series.mask(nothing), text.mask(nothing, "")
    means = {each: words.get(plain_name(each)) for each in text.unique()}
    value_of = {each: str(value) for each, value in means.items() if value is not None and str(value) != each}
    labelled = text.isin(list(value_of)).to_numpy(dtype=bool)
    return (series.mask(labelled, text.map(value_of)), labelled) if labelled.any() else (series, labelled)


def _blank(series: pd.Series[Any]) -> Mask:
    missing = series.isna().to_numpy(dtype=bool)
    return missing | (_text(series) == "").to_numpy(dtype=bool) if _may_hold_text(series) else missing


def _may_hold_text(series: pd.Series[Any]) -> bool:
    return isinstance(series.dtype, pd.StringDtype) or types.is_object_dtype(series.dtype)


def _text(series: pd.Series[Any]) -> pd.Series[Any]:
    return series.astype("str").str.strip().str.strip(_INVISIBLE).fillna("")


def _holds(series: pd.Series[Any], allowed: frozenset[str]) -> bool:
    return types.is_object_dtype(series.dtype) and types.infer_dtype(series, skipna=True) in allowed


def _cast(series: pd.Series[Any], column: Column) -> pd.Series[Any]:
    dtype: Any = column.dtype  # the stubs of pandas know literals only
    return series.astype(dtype)


def _reading(
    converted: pd.Series[Any],
    blank: Mask,
    *,
    native: bool,
    unreadable: Mask | None = None,
    ambiguous: Mask | None = None,
    zoneless: Mask | None = None,
) -> Reading:
    none = np.zeros(len(converted), dtype=bool)
    return Reading(
        converted,
        blank,
        none if unreadable is None else unreadable,
        none if ambiguous is None else ambiguous,
        none if zoneless is None else zoneless,
        native,
        none,
        none,
    )


# From here on floats skip whole numbers, so a code written as one is not the code any more.
_EXACT = 2.0**53


def _read_text(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:
    native = isinstance(series.dtype, pd.StringDtype) or _holds(series, frozenset({"string", "empty"}))
    # Codes that passed through a spreadsheet: 520103.0 was 520103.
    whole = types.is_float_dtype(series.dtype) and bool(
        ((series.dropna() % 1 == 0) & (series.dropna().abs() < _EXACT)).all()
    )
    texts = series.astype("Int64") if whole and not blank.all() else series
    return _reading(_cast(texts, column), blank, native=native or bool(blank.all()))


def _read_number(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:  # noqa: ARG001 - one shape for all
    native = types.is_numeric_dtype(series.dtype) and not types.is_bool_dtype(series.dtype)
    values = series if native else pd.to_numeric(_text(series), errors="coerce")
    floats = pd.Series(values.to_numpy(dtype="float64", na_value=np.nan), index=series.index)
    unreadable = ~blank & ~np.isfinite(floats.to_numpy())
    native = native or _holds(series, _NUMBERS) or bool(blank.all())
    return _reading(floats.mask(unreadable), blank, native=native, unreadable=unreadable)


def _read_integer(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:
    numbers = _read_number(series, blank, column)
    floats = numbers.converted
    unreadable = numbers.unreadable | (~blank & (floats % 1 != 0).to_numpy())
    return _reading(_cast(floats.mask(unreadable), column), blank, native=numbers.native, unreadable=unreadable)


def _read_boolean(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:
    native = types.is_bool_dtype(series.dtype) or _holds(series, frozenset({"boolean", "empty"}))
    if native:
        return _reading(_cast(series, column), blank, native=True)
    nothing = pd.Series([pd.NA] * len(series), index=series.index, dtype=column.dtype)
    return _reading(nothing, blank, native=bool(blank.all()), unreadable=~blank)


def _read_date(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:
    # A day is a day where it was written down: the clock and the zone are dropped, never converted.
    days, native, ambiguous = _days(series, blank)
    unreadable = ~blank & ~ambiguous & days.isna().to_numpy()
    return _reading(_cast(days, column), blank, native=native, unreadable=unreadable, ambiguous=ambiguous)


def _days(series: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], bool, Mask]:
    certain = np.zeros(len(series), dtype=bool)
    if types.is_datetime64_any_dtype(series.dtype):
        return series.dt.tz_localize(None), True, certain
    if blank.all() or _holds(series, _DATES):
        return pd.to_datetime(series.where(~blank).map(_without_zone), errors="coerce"), True, certain
    if not _may_hold_text(series):
        return pd.Series(pd.NaT, index=series.index, dtype="datetime64[s]"), False, certain
    text = _text(series)
    days = pd.to_datetime(_iso(text).str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    return days, False, text.str.fullmatch(_OTHER_ORDER).to_numpy(dtype=bool)


def _without_zone(moment: Any) -> Any:  # noqa: ANN401 - a date, a datetime or nothing
    return moment.replace(tzinfo=None) if getattr(moment, "tzinfo", None) is not None else moment


def _read_timestamp(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:
    moments, native, ambiguous, zoned = _moments(series, blank)
    nothing = moments.isna().to_numpy()
    zoneless = ~nothing & ~zoned
    return _reading(
        _cast(moments.mask(zoneless), column),
        blank,
        native=native,
        unreadable=~blank & ~ambiguous & nothing,
        ambiguous=ambiguous,
        zoneless=zoneless,
    )


def _moments(series: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], bool, Mask, Mask]:
    """The series in UTC, whether it held times, which texts are in an uncertain order, and which rows name a zone."""
    none = np.zeros(len(series), dtype=bool)
    if types.is_datetime64_any_dtype(series.dtype):
        return pd.to_datetime(series, utc=True), True, none, none | (series.dt.tz is not None)
    if blank.all() or _holds(series, _DATES):
        zoned = np.array([getattr(each, "tzinfo", None) is not None for each in series], dtype=bool)
        return pd.to_datetime(series.where(~blank), errors="coerce", utc=True), True, none, zoned
    if not _may_hold_text(series):
        return pd.Series(pd.NaT, index=series.index, dtype="datetime64[us, UTC]"), False, none, none
    text = _text(series)
    iso = _iso(text)
    moments = pd.to_datetime(iso, format="ISO8601", errors="coerce", utc=True)
    ambiguous = text.str.fullmatch(_OTHER_ORDER).to_numpy(dtype=bool)
    return moments, False, ambiguous, iso.str.contains(_ZONE, regex=True).to_numpy(dtype=bool)


def _iso(text: pd.Series[Any]) -> pd.Series[Any]:
    parts = text.str.extract(_YEAR_FIRST)
    month = parts["month"].fillna(parts["m"]).str.zfill(2)
    day = parts["day"].fillna(parts["d"]).str.zfill(2)
    time = parts["time"].fillna("")
    date = parts["year"] + "-" + month + "-" + day
    return date.where(time == "", date + "T" + time).fillna("")


def _read_profile(series: pd.Series[Any], blank: Mask, column: Column) -> Reading:  # noqa: ARG001 - one shape for all
    lines = np.array([getattr(each, "geom_type", "") == "LineString" for each in series], dtype=bool)
    return _reading(series, blank, native=True, unreadable=~blank & ~lines)


_READERS: dict[str, Callable[[pd.Series[Any], Mask, Column], Reading]] = {
    "text": _read_text,
    "number": _read_number,
    "integer": _read_integer,
    "boolean": _read_boolean,
    "date": _read_date,
    "timestamp": _read_timestamp,
    "profile": _read_profile,
}
