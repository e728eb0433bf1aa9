"""What a workbook shows: tables, and sheets to fill in, made of layers as a form says and the dictionary words it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline import faults
from riverline.export.forms import FormColumn, FormTable, Words
from riverline.io.chainage_text import format_chainage
from riverline.io.sheet_cells import cells_of, clean_text, cut_text, number_format
from riverline.schema import FRAMES
from riverline.schema.clock import heading
from riverline.style import along_own_line, own_line_names, own_lines, unnamed
from riverline.style.codes import named, parts_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from riverline.export.forms import Form
    from riverline.io.sheet_cells import Cell
    from riverline.schema import Language, Schema
    from riverline.style import Layer

__all__ = ["Blocks", "Head", "Sheet", "sheets_of"]

# Whose own line the chainage of a row runs along, while its cells are made; no column of anybody's is called so.
_WHOSE = "whose own line"
_NAMING = ("bank", "name")


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a sheet: what stands above it, and the format of its numbers."""

    name: str
    label: str
    form: str


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A table.

    Attributes
    ----------
    name
        Of the schema, or the caller's.
    title
        What stands above it.
    heads
        Its columns.
    rows
        Its cells, row by row.
    strong
        Rows that sum up others.
    notes
        What a reader must know.
    """

    name: str
    title: str
    heads: tuple[Head, ...]
    rows: list[list[Cell]]
    strong: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Sheets to fill in, one for each row: ``lines`` are positions of ``heads`` that stand beside each other."""

    name: str
    title: str
    heads: tuple[Head, ...]
    rows: list[list[Cell]]
    lines: tuple[tuple[int, ...], ...]
    sketch: str = ""
    notes: tuple[str, ...] = ()


def sheets_of(layers: Sequence[Layer], form: Form, *, language: Language) -> list[Sheet | Blocks]:
    """The sheets that layers become.

    Parameters
    ----------
    layers
        Layers; those of one schema are put together.
    form
        Which tables there are. A layer that it does not speak of becomes a table with all its columns.
    language
        Of every text.

    Returns
    -------
    list of Sheet or Blocks
        In the order of the form, then of the layers.
    """
    frames = _together(layers, language)
    known = {table.schema_name for table in form.tables}
    found: list[Sheet | Blocks] = []
    for table in form.tables:
        if table.schema_name in frames:
            found += _made(table, FRAMES[table.schema_name], frames[table.schema_name], form, language)
    for layer in layers:
        if layer.name in frames and layer.name not in known:
            found.append(_plain(layer, frames.pop(layer.name), form, language))
    return found


def _together(layers: Sequence[Layer], language: Language) -> dict[str, pd.DataFrame]:
    """The rows of each schema without their geometry; faults speak the language asked for."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for layer in layers:
        frame: Any = layer.frame
        if layer.schema is not None and layer.name == "faults" and language != "zh":
            frame = faults.describe(frame, language)
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name)) if layer.spatial else frame
        parts.setdefault(layer.name, []).append(frame)
    names = own_line_names(layers)
    return {
        name: _with_whose(name, same[0] if len(same) == 1 else _joined(same), names) for name, same in parts.items()
    }


def _joined(same: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([each for each in same if len(each)] or same[:1])


def _with_whose(name: str, frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The rows with whose own line their chainage runs along, where there is such a row."""
    whose = own_lines(name, frame, names=names)
    if all(each is None for each in whose):
        return frame
    clean = [clean_text(each) if each else each for each in whose]
    return frame.assign(**{_WHOSE: pd.Series(clean, index=frame.index, dtype="object")})


def _made(
    table: FormTable, schema: Schema, frame: pd.DataFrame, form: Form, language: Language
) -> list[Sheet | Blocks]:
    rows = _ordered(_chosen(frame, table), table, schema)
    # A table of part of a layer is not made where there is no such part.
    if (table.only or table.without) and rows.empty and len(frame):
        return []
    rows = _summed(rows, table) if table.sum_by else rows
    columns = [each for each in table.columns if each.column in rows and each.language in {None, language}]
    heads = tuple(_head(each, schema, language) for each in columns)
    body, cut = _body(rows, columns, schema, language)
    notes = (*_note(table, language), *_cut_note(cut, language))
    title = table.title(language)
    if table.layout == "blocks":
        at = {each.column: number for number, each in enumerate(columns)}
        lines = tuple(tuple(at[name] for name in line if name in at) for line in table.lines)
        sketch = "" if table.sketch is None else table.sketch(language)
        return [Blocks(table.schema_name, title, heads, body, tuple(filter(None, lines)), sketch, notes)]
    body, strong = _with_sums(body, rows, columns, table, form, language)
    serial = Head("", form.serial(language), "0")
    return [Sheet(table.schema_name, title, (serial, *heads), body, strong, notes)]


def _plain(layer: Layer, frame: pd.DataFrame, form: Form, language: Language) -> Sheet:
    """A table with every column, in the order of the schema, then those that it does not know."""
    schema = layer.schema
    known = [] if schema is None else [each.name for each in schema if each.name in frame]
    names = [*known, *(name for name in frame.columns if name not in known and name != _WHOSE)]
    rows = frame if schema is None else frame.sort_values(schema.key, kind="stable")
    columns = [FormColumn(column=str(name)) for name in names]
    heads = tuple(_head(each, schema, language) for each in columns)
    body, cut = _body(rows.set_axis(rows.columns.astype("str"), axis=1), columns, schema, language)
    body = [[number, *row] for number, row in enumerate(body, 1)]
    serial = Head("", form.serial(language), "0")
    return Sheet(layer.name, clean_text(layer.label(language)), (serial, *heads), body, notes=_cut_note(cut, language))


def _chosen(frame: pd.DataFrame, table: FormTable) -> pd.DataFrame:
    for named_values, wanted in ((table.only, True), (table.without, False)):
        for name, listed in named_values.items():
            values = frame[name].astype("object") if name in frame else pd.Series("", frame.index, dtype="object")
            frame = frame[values.where(values.notna(), "").isin(listed) == wanted]
    return frame


def _ordered(frame: pd.DataFrame, table: FormTable, schema: Schema) -> pd.DataFrame:
    by = list(dict.fromkeys(name for name in (*table.order, schema.key) if name in frame))
    keys = frame[by].reset_index(drop=True)
    for name in by:
        # Choices stand in the order in which the dictionary names them.
        if schema[name].choices:
            places = {value: place for place, value in enumerate(schema[name].values)}
            keys[name] = keys[name].astype("object").map(places)
    rising = [name not in table.falling for name in by]
    order = keys.sort_values(by, ascending=rising, kind="stable", na_position="last").index
    return frame.iloc[order].reset_index(drop=True)


def _summed(frame: pd.DataFrame, table: FormTable) -> pd.DataFrame:
    """One row for each value of the columns that the table sums by."""
    by = list(table.sum_by)
    grouped = frame.groupby(by, sort=True, dropna=False, observed=True)
    sums = {name: grouped[name].agg(_sum) for name in table.sums if name in frame}
    return pd.DataFrame(sums).reset_index() if len(frame) else frame


def _sum(values: pd.Series) -> float | int | None:
    """The sum as it is written in decimals: no digit comes in by adding binary fractions. Of nothing there is none."""
    there = values.dropna()
    if there.empty:
        return None
    if pd.api.types.is_integer_dtype(there.dtype):
        return int(there.sum())
    return float(sum(Decimal(repr(float(value))) for value in there))


def _head(column: FormColumn, schema: Schema | None, language: Language) -> Head:
    own = schema[column.column] if schema is not None and column.column in schema else None
    label = heading(own, language) if own is not None else column.column
    if column.printed and own is not None:
        label = own.label_zh if language == "zh" else own.label_en
    label = column.label(language) if column.label is not None else label
    return Head(column.column, clean_text(label), "General" if column.printed else number_format(own, column.decimals))


def _body(
    rows: pd.DataFrame, columns: Sequence[FormColumn], schema: Schema | None, language: Language
) -> tuple[list[list[Cell]], int]:
    """The cells, row by row, and how many texts were too long for one."""
    rows = parts_named(rows, language)
    cells = [_cells(rows[each.column], each, schema, language) for each in columns]
    if _WHOSE in rows:
        _say_whose(cells, columns, rows[_WHOSE].tolist(), language)
    cut = 0
    for column in cells:
        for number, cell in enumerate(column):
            if isinstance(cell, str):
                column[number], was = cut_text(cell, language=language)
                cut += was
    return [list(row) for row in zip(*cells, strict=True)] if cells else [[] for _ in range(len(rows))], cut


def _say_whose(
    cells: list[list[Cell]], columns: Sequence[FormColumn], whose: Sequence[str | None], language: Language
) -> None:
    """Chainage along a line of its own says so; a column names whose line it is, of banks where names have none."""
    at = {each.column: number for number, each in enumerate(columns)}
    if "name" not in at and "bank" in at:
        banks = cells[at["bank"]]
        cells[at["bank"]] = [bank if name is None else name or unnamed(language)
                             for bank, name in zip(banks, whose, strict=True)]  # fmt: skip
    if at.keys() & set(_NAMING):
        whose = [None if name is None else "" for name in whose]
    for number, column in enumerate(columns):
        if column.printed or column.column == "printed_chainage":
            told = along_own_line([str(cell or "") for cell in cells[number]], whose, language=language)
            cells[number] = [text or None for text in told]


def _cells(values: pd.Series, column: FormColumn, schema: Schema | None, language: Language) -> list[Cell]:
    if column.printed:
        return [None if pd.isna(metres) else format_chainage(metres) for metres in values]
    if column.words_of and schema is not None:
        own = schema[column.words_of]
        parting = "、" if language == "zh" else ", "
        words = values.map(lambda codes: parting.join(own.value_label(each, language) for each in codes.split(",")),
                           na_action="ignore")  # fmt: skip
        return cells_of(words, None, language)
    if schema is None or column.column not in schema:
        return cells_of(values, None, language)
    own = schema[column.column]
    if own.kind == "text" and not own.choices:
        values = values.map(lambda codes: named(own.name, codes, language) if isinstance(codes, str) else codes)
    return cells_of(values, own, language)


def _with_sums(
    body: list[list[Cell]],
    rows: pd.DataFrame,
    columns: Sequence[FormColumn],
    table: FormTable,
    form: Form,
    language: Language,
) -> tuple[list[list[Cell]], frozenset[int]]:
    """Rows with their number before them, a subtotal after each group, and what all of them sum up to."""
    names = [each.column for each in columns]
    groups = [name for name in table.groups if name in names]
    sums = [name for name in table.sums if name in rows]
    made: list[list[Cell]] = []
    strong = []
    ends = _ends(rows, groups)
    starts = [0] * len(groups)
    for number, row in enumerate(body):
        made.append([number + 1, *row])
        for depth in reversed(range(len(groups))):
            if number in ends[depth]:
                kept = set(groups[: depth + 1])
                part = rows.iloc[starts[depth] : number + 1]
                strong.append(len(made))
                shown = [cell if name in kept else None for name, cell in zip(names, row, strict=True)]
                made.append([form.subtotal(language), *_sum_cells(part, names, sums, shown)])
                starts[depth] = number + 1
    if sums and body:
        strong.append(len(made))
        made.append([form.total(language), *_sum_cells(rows, names, sums, [None] * len(names))])
    return made, frozenset(strong)


def _ends(rows: pd.DataFrame, groups: Sequence[str]) -> list[set[int]]:
    """For each group, and those it lies in, the rows that it ends with."""
    found = []
    for depth in range(len(groups)):
        keys = rows[list(groups[: depth + 1])].astype("object").fillna("").agg(tuple, axis=1).tolist()
        found.append({at for at, key in enumerate(keys) if at + 1 == len(keys) or keys[at + 1] != key})
    return found


def _sum_cells(part: pd.DataFrame, names: Sequence[str], sums: Sequence[str], shown: list[Cell]) -> list[Cell]:
    return [_sum(part[name]) if name in sums else cell for name, cell in zip(names, shown, strict=True)]


def _note(table: FormTable, language: Language) -> Iterator[str]:
    if table.note is not None:
        yield table.note(language)


def _cut_note(cut: int, language: Language) -> tuple[str, ...]:
    told = Words(zh=f"有 {cut} 处文字超过单元格上限 32,767 字，已截断并注明原长",
                 en=f"{cut} texts are longer than the 32,767 signs of a cell; they are cut and say so")  # fmt: skip
    return (told(language),) if cut else ()
