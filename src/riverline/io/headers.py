"""From a sheet as it is printed to a table: which row is the header, and which rows are no data.

Result tables carry a title above the header, a header of two rows, the header again on every printed page, and who
drew and checked the table below it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.io.mapping import distinct_names
from riverline.io.notes import few, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from riverline.io.grids import Grid
    from riverline.io.notes import Note

__all__ = ["table_of"]

_LOOKED_AT = 30
_FOOTER = re.compile(
    r"(?:制表|制图|校核|审核|复核|填表|填报|编制|日期|备注|说明|合计|总计|单位|测量)[人者员单位日期]*\s*[:：]?.*"
    r"|注\s*[:：0-9].*"
)
_CODE = re.compile(r"0\d+")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,12})?")


def table_of(grid: Grid, known: Callable[[str], bool]) -> tuple[pd.DataFrame, list[Note]]:
    """The table in a grid of cells.

    Parameters
    ----------
    grid
        Rows of text.
    known
        Whether a text is the name of a column: the row with the most of them is the header.

    Returns
    -------
    table, notes
        Text columns, empty cells missing; and which rows were not taken as data.
    """
    rows = grid.rows
    at = _header_row(rows, known)
    header, body = _header(rows, at), rows[at + 1 :] if rows else []
    notes = [note(f"表头在第 {at + 1} 行", f"the header is row {at + 1}")] if at else []
    data = [row for row in body if any(row) and row != rows[at]]
    footer = _footer_rows(data)
    if footer:
        told = few((" ".join(filter(None, row)) for row in data[-footer:]), limit=3)
        notes.append(note(f"表末 {footer} 行不是数据：{told}", f"the last {footer} rows are no data: {told}"))
        data = data[:-footer]
    repeated = sum(row == rows[at] for row in body)
    if repeated:
        notes.append(note(f"跳过 {repeated} 行重复的表头", f"{repeated} repeated headers were skipped"))
    table = pd.DataFrame(data, columns=pd.Index(range(len(header))), dtype="str")
    table = table.mask(table == "")
    used = [place for place, name in enumerate(header) if name or table[place].notna().any()]
    table = table[used]
    # "geometry" is the name of the points to come.
    names = distinct_names(["geometry", *(header[place] or f"column_{place + 1}" for place in used)])
    table.columns = pd.Index(names[1:])
    return table, notes


def plain_numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    """A column of text as numbers if each is written as one and none is a code such as ``0123``; else as it is.

    Examples
    --------
    >>> plain_numbers(pd.Series(["1", "2.5", None])).tolist(), plain_numbers(pd.Series(["01", "2"])).tolist()
    ([1.0, 2.5, nan], ['01', '2'])
    """
    there = values.dropna()
    if there.empty or not pd.api.types.is_string_dtype(values):
        return values
    if there.str.fullmatch(_CODE).any() or not there.str.fullmatch(_PLAIN_NUMBER).all():
        return values
    return pd.to_numeric(values)


def _header_row(rows: list[list[str]], known: Callable[[str], bool]) -> int:
    """The row with the most known names; without any, the first with two cells filled differently."""
    scores = [sum(map(known, set(filter(None, _header(rows, at))))) for at in range(min(_LOOKED_AT, len(rows)))]
    best = max(scores, default=0)
    if best:
        return scores.index(best)
    return next((at for at, row in enumerate(rows[:_LOOKED_AT]) if len(set(filter(None, row))) > 1), 0)


def _header(rows: list[list[str]], at: int) -> list[str]:
    """Names of the header row; where it is empty, those of the row above, which a two-row header has."""
    if not rows:
        return []
    above = rows[at - 1] if at else [""] * len(rows[at])
    is_title = len(set(filter(None, above))) < 2  # noqa: PLR2004 - one text across the page
    return [
        re.sub(r"\s*\n\s*", "", name) or ("" if is_title else upper)
        for name, upper in zip(rows[at], above, strict=True)
    ]


def _footer_rows(data: list[list[str]]) -> int:
    """How many of the last rows begin with who drew, checked, summed or annotated the table."""
    count = 0
    for row in reversed(data):
        cells = [cell for cell in row if cell]
        if not _FOOTER.fullmatch(cells[0]) or len(cells) * 2 > len(row) + 1:
            break
        count += 1
    return count
