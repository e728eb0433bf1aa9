"""What popups say: every column of a layer as a label and, for each row, a text that a reader understands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.channel import format_chainage
from riverline.faults import CATALOGUE
from riverline.schema import FRAMES
from riverline.schema.clock import heading, time_text
from riverline.style import along_own_line, own_lines, river_names
from riverline.style.codes import named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from riverline.schema import Column, Language
    from riverline.style import Layer

__all__ = ["Texts", "river_names", "texts_of"]

_SKIPPED = frozenset({"evidence", "end_chainage_m"})
# The sentence of a fault already says what these hold.
_SKIPPED_OF_FAULTS = frozenset({"unit", "note"})
_TIP = ("river_id", "name", "bank", "basis", "kind", "number", "severity", "code", "status")
_CHAINAGES = frozenset({"start_chainage_m", "chainage_m", "printed_chainage"})
# Coordinates are copied from popups: as many decimals as tables have, a millimetre, and no separators.
_PLACES = (
    (re.compile(r"(?:^|_)(?:lon|lat)$"), 8),
    (re.compile(r"(?:^|_)[xy](?:_zoned)?_m$"), 3),
)
_FREE_DECIMALS = 9
# Beyond these, and where no exponent would be clearer, a number is a code or a coordinate and is written out.
_WRITTEN_OUT = (1e-9, 1e21)
_MAX_FREE_COLUMNS = 12
# Of a digest as much as the corner of the page says.
_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b")
# What a reader looks a row up by: what it is called itself, and what it belongs to.
_CALLED = frozenset({"name", "number", "title_no"})
_BELONGS = frozenset({"chief", "feature_id", "patroller", *(schema.key for schema in FRAMES.values())})
_WORDS = {
    "river": ("河流", "River"),
    "chainage": ("桩号", "Chainage"),
    "remedy": ("处理建议", "What to do"),
    "hectares": ("公顷", "ha"),
    "yes": ("是", "Yes"),
    "no": ("否", "No"),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """The popup texts of one layer.

    Attributes
    ----------
    fields
        Label of each popup row, k of them.
    cells
        (n, k) texts; an empty text leaves the row out.
    tip
        Which of the k make up the tooltip.
    find
        Which of the k a search looks through, each with 0 where it says what the row is called, 1 where what it belongs
        to, 2 where it says what a row is called that has no other name: the river of its own range.
    """

    fields: tuple[str, ...]
    cells: np.ndarray
    tip: tuple[int, ...]
    find: tuple[tuple[int, int], ...] = ()


def texts_of(layer: Layer, *, language: Language, names: Mapping[str, str]) -> Texts:
    """The popup rows of a layer, in the order of its schema.

    Parameters
    ----------
    layer
        Any layer of n rows.
    language
        Language of labels, choices and fault sentences.
    names
        Names by code, of rivers and of whatever has a line of its own.

    Returns
    -------
    Texts
        Plain text, not escaped: the page writes it as text, never as markup.
    """
    schema = layer.schema
    if schema is None:
        return _free(layer.frame)
    frame = layer.frame
    shown = [column for column in schema if column.name in frame.columns and column.kind != "profile"]
    words = _Words(language, names)
    skipped = _SKIPPED | (_SKIPPED_OF_FAULTS if layer.name == "faults" else frozenset())
    rows = [(column.name, *_row(column, frame, words)) for column in shown if column.name not in skipped]
    whose = own_lines(layer.name, frame, names=names)
    rows = [(name, label, along_own_line(cells, whose, language=language) if name in _CHAINAGES else cells)
            for name, label, cells in rows]  # fmt: skip
    # The key matters to whoever looks the row up elsewhere: last, but there. A river's code is in its first row.
    rows.sort(key=lambda row: row[0] == schema.key and row[0] != "river_id")
    if layer.name == "faults":
        rows.append(("remedy", _word("remedy", language), _remedies(frame["code"], language)))
    ranges = layer.name == "extents"
    return _texts(_without_repeats(rows), len(frame), key="" if ranges else schema.key, of_river=ranges)


def _texts(rows: Sequence[tuple[str, str, list[str]]], count: int, key: str = "", *, of_river: bool = False) -> Texts:
    cells = np.array([texts for _, _, texts in rows], dtype=object).T if rows else np.empty((count, 0), dtype=object)
    position = {name: i for i, (name, _, _) in enumerate(rows)}
    tip = tuple(position[name] for name in _TIP if name in position)[:3]
    own = _CALLED | {key}
    how = {name: 0 if name in own else 1 for name in position if name in own or name in _BELONGS}
    how |= {"river_id": 2} if of_river and "river_id" in position else {}
    find = tuple((i, how[name]) for name, i in position.items() if name in how)
    return Texts(tuple(label for _, label, _ in rows), cells, tip, find)


def _free(frame: pd.DataFrame) -> Texts:
    columns = [name for name in frame.columns if frame[name].dtype.name != "geometry"][:_MAX_FREE_COLUMNS]
    rows = [(f"free {i}", str(name), _each(frame[name], _plain)) for i, name in enumerate(columns)]
    texts = _texts(rows, len(frame))
    told = [i for i, name in enumerate(columns) if _may_name(frame[name])]
    return Texts(texts.fields, texts.cells, (0,) if rows else (), tuple((i, 0) for i in told))


def _may_name(values: pd.Series) -> bool:
    """Whether rows can be looked up by a column: whole numbers are codes, also where a blank has made them floats."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return True
    known = values.dropna().to_numpy(dtype="float64")
    return bool(len(known) and (np.isfinite(known) & (known == np.floor(known))).all())


def _row(column: Column, frame: pd.DataFrame, words: _Words) -> tuple[str, list[str]]:
    label = words.label(column, frame)
    if column.name == "start_chainage_m" and "end_chainage_m" in frame.columns:
        pairs = zip(frame["start_chainage_m"], frame["end_chainage_m"], strict=True)
        return label, [_join(_chainage(start), _chainage(end)) for start, end in pairs]
    if column.name in {"value", "limit"} and "unit" in frame.columns:
        return label, [_measure(value, unit) for value, unit in zip(frame[column.name], frame["unit"], strict=True)]
    return label, _each(frame[column.name], lambda value: words.text(column, value))


def _each(values: pd.Series, told: Callable[[Any], str]) -> list[str]:
    """The text of each cell; equal cells of one type are put into words once."""
    if values.dtype == object and pd.api.types.infer_dtype(values) != "string":
        return [told(value) for value in values]
    numbers, found = pd.factorize(values, use_na_sentinel=False)
    # Of an index the numbers of single precision come back as double: 0.1 as 0.100000001.
    unique = np.asarray(found) if isinstance(values.dtype, np.dtype) and values.dtype.kind == "f" else found
    return np.array([told(value) for value in unique], dtype=object)[numbers].tolist() if len(values) else []


@dataclass(frozen=True, slots=True)
class _Words:
    """A language and the names of rivers: turns cells into text."""

    language: Language
    names: Mapping[str, str]

    def label(self, column: Column, frame: pd.DataFrame) -> str:
        if column.name == "river_id":
            return _word("river", self.language)
        if column.name == "start_chainage_m" and "end_chainage_m" in frame.columns:
            return _word("chainage", self.language)
        return heading(column, self.language, unit=False)

    def text(self, column: Column, value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
        if column.name == "river_id":
            return _river(value, self.names, self.language)
        if column.choices:
            return str(column.value_label(value, self.language))
        if column.kind == "boolean" and not pd.isna(value):
            return _word("yes" if value else "no", self.language)
        if column.kind == "timestamp" and isinstance(value, pd.Timestamp):
            return time_text(value.floor("s").to_pydatetime())
        if column.kind == "number":
            return self._number(column, value)
        text = named(column.name, _plain(value), self.language)
        return _DIGEST.sub(r"\1", text)

    def _number(self, column: Column, value: float) -> str:
        if column.name.endswith("chainage_m"):
            return _chainage(value)
        decimals = next((count for names, count in _PLACES if names.search(column.name)), None)
        if decimals is not None:
            return "" if pd.isna(value) else f"{value:.{decimals}f} {column.unit}"
        return _area(value, self.language) if column.unit == "m²" else _measure(value, column.unit)


def _without_repeats(rows: Sequence[tuple[str, str, list[str]]]) -> list[tuple[str, str, list[str]]]:
    # The river's row already holds the name that the name column repeats.
    rivers = next((texts for name, _, texts in rows if name == "river_id"), None)
    if rivers is None:
        return list(rows)
    return [
        (name, label, ["" if name == "name" and r.startswith(t) else t for t, r in zip(texts, rivers, strict=True)])
        for name, label, texts in rows
    ]


def _remedies(codes: pd.Series, language: Language) -> list[str]:
    known = {code: entry.remedy_zh if language == "zh" else entry.remedy_en for code, entry in CATALOGUE.items()}
    return [known.get(code, "") for code in codes]


def _word(key: str, language: Language) -> str:
    return _WORDS[key][0 if language == "zh" else 1]


def _river(value: Any, names: Mapping[str, str], language: Language) -> str:  # noqa: ANN401 - whatever a cell holds
    code = _plain(value)
    return _aside(names[code], code, language) if code in names and names[code] != code else code


def _aside(text: str, aside: str, language: Language) -> str:
    return f"{text}（{aside}）" if language == "zh" else f"{text} ({aside})"


def _chainage(value: float) -> str:
    return "" if pd.isna(value) else str(format_chainage(float(value)))


def _join(start: str, end: str) -> str:
    return f"{start} – {end}" if start and end else start or end


def _area(value: float, language: Language) -> str:
    text = _measure(value, "m²")
    large = bool(text) and value >= 10_000  # noqa: PLR2004 - one hectare
    return _aside(text, f"{value / 10_000:,.2f} {_word('hectares', language)}", language) if large else text


def _measure(value: Any, unit: str) -> str:  # noqa: ANN401 - a number or nothing
    if pd.isna(value):
        return ""
    number = f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{number} {unit}".strip()


def _plain(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, (list, tuple, dict, np.ndarray)):
        return str(value)
    if isinstance(value, (float, np.floating)) and np.isfinite(value):
        low, high = _WRITTEN_OUT
        return _written_out(value) if value == 0.0 or low <= abs(float(value)) < high else str(value)
    return "" if pd.isna(value) else str(value).removesuffix(" 00:00:00")


def _written_out(value: float | np.floating[Any]) -> str:
    """The shortest text that tells a number from its neighbours, without exponents, of nine decimals at most."""
    text = np.format_float_positional(value, trim="-")
    long = len(text.partition(".")[2]) > _FREE_DECIMALS
    return np.format_float_positional(value, precision=_FREE_DECIMALS, trim="-") if long else text
