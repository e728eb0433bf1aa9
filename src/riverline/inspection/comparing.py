"""Checks that users write: a column compared with a value, as data; nothing in them is ever executed."""

from __future__ import annotations

import datetime as dt
import operator
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from riverline.errors import JobError
from riverline.inspection.check import Check, failing
from riverline.rules.fields import Frozen, Name, Sentence, as_tuple, wrong
from riverline.schema import FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

__all__ = ["CheckFile", "Comparison", "UserCheck"]

_Scalar = float | int | bool | dt.date | str
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in", "matches", "filled"]
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Comparison(Frozen):
    """A column of a layer, how it is compared, and with what."""

    column: Sentence
    operator: Operator
    value: _Scalar | tuple[_Scalar, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
        if isinstance(data, dict) and isinstance(data.get("value"), list):
            return data | {"value": tuple(data["value"])}
        return data

    @model_validator(mode="after")
    def _fits(self) -> Self:
        several = isinstance(self.value, tuple)
        if (self.value is None) != (self.operator == "filled"):
            raise wrong("filled 不写 value，其余都要写", "filled takes no value, every other operator takes one")
        if self.value is not None and several != (self.operator in {"in", "not in"}):
            raise wrong("in、not in 的 value 应为列表，其余为单个值",
                        "in and not in take a list of values, the others a single one")  # fmt: skip
        if self.operator == "matches":
            _require_pattern(self.value)
        return self

    @property
    def values(self) -> tuple[_Scalar, ...]:
        """What it compares with: none, one or several."""
        return () if self.value is None else self.value if isinstance(self.value, tuple) else (self.value,)

    def holds(self, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        """(n,) whether each row of a frame satisfies it; a blank value satisfies nothing."""
        series = frame[self.column]
        filled = (series.notna() & (series.astype("str").str.strip() != "")).to_numpy(dtype=bool)
        if self.operator == "filled":
            return filled
        if self.operator == "matches":
            return filled & series.astype("str").str.fullmatch(str(self.value)).to_numpy(dtype=bool)
        each = [_compared(series, self.operator, value) for value in self.values]
        met = np.logical_and.reduce(each) if self.operator == "not in" else np.logical_or.reduce(each)
        return np.asarray(filled & met, dtype=bool)


def _compared(series: pd.Series[Any], sign: str, value: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    compare = _ORDER[{"in": "==", "not in": "!="}.get(sign, sign)]
    if isinstance(value, bool):
        known, other = series.isin([True, False]), series == value
        return (known & (other if compare is operator.eq else ~other)).fillna(value=False).to_numpy(dtype=bool)
    if isinstance(value, int | float):
        numbers = pd.to_numeric(series, errors="coerce")
        return np.asarray(numbers.notna() & compare(numbers, value), dtype=bool)
    if isinstance(value, dt.date):
        days = pd.to_datetime(series, errors="coerce", utc=True).dt.tz_localize(None)
        return np.asarray(days.notna() & compare(days, pd.Timestamp(value)), dtype=bool)
    return np.asarray(compare(series.astype("str"), value), dtype=bool)


def _require_pattern(value: object) -> None:
    try:
        re.compile(str(value))
    except re.error as error:
        raise wrong(f"不是正则表达式：{error}", f"no regular expression: {error}") from None


class UserCheck(Comparison):
    """One ``[[checks]]`` of a user's file: what must hold of the rows of a layer that ``where`` picks."""

    id: Name
    title: Sentence
    title_en: str = ""
    layer: Sentence
    where: Annotated[tuple[Comparison, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _layer_is_there(self) -> Self:
        if self.layer not in FRAMES or not FRAMES[self.layer].geometry:
            there = ", ".join(sorted(name for name, frame in FRAMES.items() if frame.geometry))
            raise wrong(f"没有图层 {self.layer}；可用 {there}", f"there is no layer {self.layer}; there are {there}")
        return self

    def as_check(self) -> Check:
        """The check that does it."""
        limit = float(self.value) if isinstance(self.value, int | float) else float("nan")
        english = self.title_en or self.id
        return Check(self.id, self.title, english, (self.layer,), self._find, needs=(self.layer,), limit=limit)

    def _find(self, subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
        frame = subject.rows(self.layer)
        self._require_columns(frame)
        self._require_kinds(frame)
        picked = np.ones(len(frame), dtype=bool)
        for each in self.where:
            picked &= each.holds(frame)
        value = pd.to_numeric(frame[self.column], errors="coerce").to_numpy(dtype="float64")
        yield failing(frame, self.layer, where=picked & ~self.holds(frame), value=value, limit=limit, note=self.id)

    def _require_columns(self, frame: gpd.GeoDataFrame) -> None:
        missing = sorted({each.column for each in (self, *self.where)} - set(frame.columns))
        if missing:
            there = ", ".join(str(name) for name in frame.columns if name != "geometry")
            raise JobError(
                f"检查 {self.id}：图层 {self.layer} 没有字段 {', '.join(missing)}（现有：{there}）",
                f"check {self.id}: layer {self.layer} has no column {', '.join(missing)} (there are: {there})",
            )

    def _require_kinds(self, frame: gpd.GeoDataFrame) -> None:
        """Raise where a comparison can never hold, since the column holds something else than its value."""
        told = []
        for each in (self, *self.where):
            held = _kind_held(frame[each.column], self.layer)
            # Days as text compare as they are written.
            fits = {held, "text"} if held == "date" else {held}
            if held and each.operator != "matches":
                told += [(each.column, held, given) for given in sorted({*map(_kind_of, each.values)} - fits)]
        if told:
            zh = "；".join(f"{name} 是{_KINDS[held][0]}，不能与{_KINDS[given][0]}比较" for name, held, given in told)
            en = "; ".join(
                f"{name} holds {_KINDS[held][1]}, the value is {_KINDS[given][1]}" for name, held, given in told
            )
            raise JobError(f"检查 {self.id}：{zh}", f"check {self.id}: {en}")


_KINDS = {"text": ("文字", "text"), "number": ("数值", "a number"), "date": ("日期", "a day"),
          "boolean": ("是否", "true or false")}  # fmt: skip
_HELD = {"text": "text", "number": "number", "integer": "number", "date": "date", "timestamp": "date",
         "boolean": "boolean"}  # fmt: skip


def _kind_of(value: object) -> str:
    """What a value of a comparison is."""
    kinds: dict[type, str] = {bool: "boolean", int: "number", float: "number", dt.date: "date", str: "text"}
    return next(kind for each, kind in kinds.items() if isinstance(value, each))


def _kind_held(series: pd.Series[Any], layer: str) -> str:
    """What a column holds by the dictionary, or by its type if it knows none; blank where texts may be numbers."""
    schema = FRAMES[layer]
    if series.name in schema:
        return _HELD.get(schema[str(series.name)].kind, "")
    if pd.api.types.is_bool_dtype(series.dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(series.dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return "date"
    filled = series.dropna()
    return "" if filled.empty or pd.to_numeric(filled, errors="coerce").notna().any() else "text"


class CheckFile(Frozen):
    """A user's file: limits of the checks that ship, and checks of its own."""

    limits: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    checks: Annotated[tuple[UserCheck, ...], BeforeValidator(as_tuple)] = ()
    skip: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
