"""Sheets as tables that are read: every number, day and text gets the form here in which all renderers show it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from riverline.export.sheets import Sheet, sheets_of
from riverline.io.sheet_cells import clean_text, display_width
from riverline.reports.model import Table
from riverline.schema.clock import time_text
from riverline.style import with_rule_titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from riverline.export.forms import Form
    from riverline.export.sheets import Head
    from riverline.io.sheet_cells import Cell
    from riverline.reports.model import Section
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["shown", "table_of", "tables_of", "with_rivers"]

_LOOKED_AT = 500
_NARROWEST, _WIDEST = 4, 60
_HALF = 2
_SHORT, _SHORT_WORDS, _LONGEST, _LONGEST_WORD, _PADDING = 8, 10.5, 24, 14, 1.9
# Signs that are wider than half of a Chinese one, and by how much; lines of a row beyond which smaller type is tried.
_BROAD, _BROADER, _TALL, _FLATTER = re.compile("[A-Zmw%@&]"), 0.35, 3, 0.7
# Signs of half width on a line of A4 between the margins: in the type of tables, and in the smaller ones.
_LINES = 92.0, 116.0, 130.0
_WHOLE = re.compile(r"[!-~°′″]+")
_SIGNIFICANT = 12


def tables_of(layers: Sequence[Layer], form: Form, *, language: Language) -> list[tuple[str, Table]]:
    """The tables of a form, each with the name of its schema.

    Parameters
    ----------
    layers
        Layers of schemas that the form speaks of.
    form
        Which tables there are.
    language
        Of every text.
    """
    sheets = sheets_of(with_rule_titles(layers, language), form, language=language)
    return [(sheet.name, table_of(sheet)) for sheet in sheets if isinstance(sheet, Sheet)]


def table_of(sheet: Sheet) -> Table:
    """A sheet as it is printed.

    Examples
    --------
    >>> from riverline.export.sheets import Head, Sheet
    >>> heads = (Head("", "序号", "0"), Head("name", "名称", "General"), Head("length_m", "长度（m）", "0.0"))
    >>> table_of(Sheet("axes", "河流", heads, [[1, "清水河", 1234.56], [2, None, None]])).rows
    (('1', '清水河', '1234.6'), ('2', '', ''))
    """
    rows = tuple(tuple(_shown(cell, head) for cell, head in zip(row, sheet.heads, strict=True)) for row in sheet.rows)
    seen = sheet.rows[:_LOOKED_AT]
    right = tuple(
        bool(head.name) and any(isinstance(row[at], (int, float)) for row in seen)
        for at, head in enumerate(sheet.heads)
    )
    heads = tuple(head.label for head in sheet.heads)
    widths, room = _widths(heads, rows)
    return Table(
        sheet.title,
        heads,
        rows,
        right,
        widths,
        room > _LINES[0],
        sheet.strong,
        sheet.notes,
        sheet,
        tiny=room > _LINES[1],
    )


def with_rivers(sections: Iterable[Section], rivers: Mapping[str, str], language: Language) -> tuple[Section, ...]:
    """Parts of a report whose tables have the name of each river before its code: readers know no codes.

    Parameters
    ----------
    sections
        The parts.
    rivers
        Names by code, as far as they are known.
    language
        Of the report.
    """
    return tuple(
        replace(part, blocks=tuple(_named(b, rivers, language) if isinstance(b, Table) else b for b in part.blocks))
        for part in sections
    )


def _named(table: Table, rivers: Mapping[str, str], language: Language) -> Table:
    sheet = table.sheet
    at = next((place for place, head in enumerate(sheet.heads) if head.name == "river_id"), None)
    if at is None:
        return table
    rows = [[*row[:at], _with_name(row[at], rivers, row, language), *row[at + 1 :]] for row in sheet.rows]
    if rows == sheet.rows:
        return table
    heads = list(sheet.heads)
    heads[at] = replace(heads[at], label="河流" if language == "zh" else "River")
    return replace(table_of(replace(sheet, heads=tuple(heads), rows=rows)), title=table.title)


def _with_name(code: Cell, rivers: Mapping[str, str], row: Sequence[Cell], language: Language) -> Cell:
    """A code behind the name that it stands for, or alone where the row has that name already."""
    name = clean_text(rivers.get(str(code), ""))
    if not name or name in row:
        return code
    return f"{name}（{code}）" if language == "zh" else f"{name} ({code})"


def _shown(cell: Cell, head: Head) -> str:
    """A cell of a column; a chance that is small is no chance of zero."""
    if head.name.startswith("p_") and isinstance(cell, float) and head.form.startswith("0."):
        least = 10.0 ** -len(head.form.removeprefix("0."))
        if 0.0 < cell < least:
            return f"<{least:g}"
    return shown(cell, head.form)


def shown(cell: Cell, form: str = "General") -> str:
    """A cell as it is printed: the one place where a number of a report gets its form.

    Parameters
    ----------
    cell
        Text, number, day, or None for what is missing.
    form
        Format of its numbers, as of a spreadsheet.

    Examples
    --------
    >>> import datetime
    >>> [shown(cell, "0.00") for cell in (1234.5, None, "=1+1", datetime.date(2025, 1, 2))]
    ['1234.50', '', '=1+1', '2025-01-02']
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, dt.date):
        return time_text(cell)
    if form.startswith("0"):
        return f"{cell:.{len(form.partition('.')[2])}f}"
    return f"{cell:.{_SIGNIFICANT}g}"


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[float, ...], float]:
    """Shares of the width by what the first rows hold, and how many signs of half width a line of it has to hold.

    A figure or a code is not broken, a text may be: each column gets what it cannot do without, then what is left by
    what it would like. Where not even the smallest type has room for that, the widest columns give way.
    """
    least: list[float] = []
    wanted: list[float] = []
    for at, head in enumerate(heads):
        cells = [row[at] for row in rows[:_LOOKED_AT]]
        least.append(_least(head, cells) + _PADDING)
        wanted.append(max(_wanted(head, cells) + _PADDING, least[-1]))
    room, *smaller = [line for line in _LINES if sum(least) <= line] or [_LINES[-1]]
    widths = _between(_capped(least, room), wanted, room)
    for line in smaller:
        # A sentence in a column of a few signs: smaller type leaves it more of the line, or else it stays as it is.
        other = _between(least, wanted, line)
        if _tallest(rows, widths) <= _TALL or _tallest(rows, other) > _FLATTER * _tallest(rows, widths):
            break
        room, widths = line, other
    return tuple(each / (sum(widths) or 1.0) for each in widths), room


def _capped(least: Sequence[float], room: float) -> list[float]:
    """Widths of which the largest are cut to one so that all of them fit into a room.

    Examples
    --------
    >>> _capped([5, 5, 30, 20], 40), _capped([5, 5], 40)
    ([5.0, 5.0, 15.0, 15.0], [5.0, 5.0])
    """
    if sum(least) <= room:
        return list(map(float, least))
    rising = np.sort(np.asarray(least, dtype="float64"))
    left = np.arange(len(rising), 0, -1)
    caps = (room - np.concatenate([[0.0], np.cumsum(rising)[:-1]])) / left
    cap = float(caps[int(np.argmax(caps <= rising))])
    return [float(min(each, cap)) for each in least]


def _between(least: Sequence[float], wanted: Sequence[float], room: float) -> list[float]:
    """What each column cannot do without, and its share of what is left by what it would like."""
    slack, more = max(room - sum(least), 0.0), sum(wanted) - sum(least)
    share = min(slack / more, 1.0) if more else 0.0
    return [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]


def _tallest(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> float:
    """Lines of the fullest cell of the first rows."""
    cells = ((cell, wide) for row in rows[:_LOOKED_AT] for cell, wide in zip(row, widths, strict=True))
    return max((display_width([cell]) / max(wide - _PADDING, 1.0) for cell, wide in cells), default=0.0)


def _least(head: str, cells: Sequence[str]) -> float:
    """Signs of the widest part that stands on one line: figures and codes whole, Chinese by two signs."""
    widest = max((_broad(each) for cell in cells for each in _WHOLE.findall(cell)), default=0.0)
    # Short names, and two short words, as those of a bank, stand on one line, whatever long ones are among them.
    short = (_SHORT_WORDS if cell.isascii() else _SHORT for cell in cells)
    kept = max([widest, *(wide for cell, most in zip(cells, short, strict=True) if (wide := _broad(cell)) <= most)])
    word = max((len(each) for each in _WHOLE.findall(head)), default=0)
    return float(max(min(kept, _LONGEST), _NARROWEST, min(word, _LONGEST_WORD)))


def _broad(text: str) -> float:
    """Signs of half width that a text takes, capitals and the like for what they are."""
    return display_width([text]) + _BROADER * len(_BROAD.findall(text))


def _wanted(head: str, cells: Iterable[str]) -> float:
    widths = np.array([display_width([cell]) for cell in cells] or [0])
    # Texts may be broken: what most of them need counts for more than the longest.
    content = max(float(np.quantile(widths, 0.9)), min(float(widths.max()), _WIDEST / _HALF))
    longest = max((display_width([part]) for part in head.replace("（", "\n（").split("\n")), default=0)
    return min(max(content, longest / _HALF + 1, _NARROWEST), _WIDEST)
