"""On which paper a table is printed so that it can be read: turned, larger, or on several pages side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from riverline.io.sheet_cells import display_width
from riverline.schema import FRAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.io.sheet_cells import Cell

__all__ = ["TALLEST_ROW", "Paper", "lines_in", "paper_of", "print_margins", "widths_of"]

TALLEST_ROW = 400
"""What a row may be high in any spreadsheet, in points."""

_SIDE_MARGIN_INCHES = 0.5
_NARROWEST, _WIDEST = 6, 40
_LOOKED_AT = 2_000
_POINTS_PER_INCH, _POINTS_PER_PIXEL = 72.0, 0.75
# Numbers that spreadsheets know paper by, and its longer side in points.
_A4, _A3 = 9, 8
_LONG_SIDES = {_A4: 841.9, _A3: 1190.6}
# A sign of the default font is seven pixels, with five around the column; programs without that font
# take up to a third more, as seen in LibreOffice: a column that does not fit would get pages of its own.
_SIGN_PIXELS, _ROUND_PIXELS = 7, 5
# Cells are set in ten points; less than seven nobody reads on paper.
_LEAST_SCALE = 0.7
_OTHER_FONT = 1.32
_NAMING = frozenset({"", "name", "river_id", "bank", "number"})
_MOST_KEYS_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Paper:
    """How a table is printed.

    Attributes
    ----------
    size
        Number of the paper.
    scale
        In hundredths, where the table is wider than one page; 0 where it is fitted to the width of one.
    keys
        Columns that stand on every page of a row, from the left; 0 where one page holds all.
    pages
        The last column of each page, from left to right.
    """

    size: int
    scale: int
    keys: int
    pages: tuple[int, ...]

    def put_on(self, sheet: Any) -> None:  # noqa: ANN401 - of xlsxwriter
        """Have a sheet printed so, on its side."""
        sheet.set_landscape()
        sheet.set_paper(self.size)
        if not self.keys:
            sheet.fit_to_pages(1, 0)
            return
        sheet.set_print_scale(self.scale)
        sheet.set_v_pagebreaks([column + 1 for column in self.pages[:-1]])
        sheet.repeat_columns(0, self.keys - 1)
        # All of the first rows before the columns that go on: whoever lays pages side by side reads on.
        sheet.print_across()


def print_margins(sheet: Any, footer: str) -> None:  # noqa: ANN401 - of xlsxwriter
    """The margins of every printed sheet, and what stands at the foot of its pages."""
    sheet.center_horizontally()
    sheet.set_margins(left=_SIDE_MARGIN_INCHES, right=_SIDE_MARGIN_INCHES, top=0.6, bottom=0.7)
    sheet.set_footer(f"&C{footer}")


def widths_of(labels: Sequence[str], forms: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Widths of columns, in signs, by what stands above them, the formats of their numbers and their first rows.

    Examples
    --------
    >>> widths_of(["序号", "名称"], ["0", "General"], [[1, "清水河"], [2, "白石溪" * 40]])
    [6, 40]
    """
    seen = rows[:_LOOKED_AT]
    found = []
    for column, (label, form) in enumerate(zip(labels, forms, strict=True)):
        content = display_width([row[column] for row in seen], form) + 2
        # Heads are broken on two lines where their column is narrower.
        head = math.ceil(display_width([label]) / 2) + 3
        found.append(min(max(content, head, _NARROWEST), _WIDEST))
    return found


def lines_in(cell: Cell, width: int) -> int:
    """Lines that a text takes in a column; breaks at words and signs leave a tenth of it empty.

    Examples
    --------
    >>> lines_in("清水河", 8), lines_in("清水河白石溪", 8), lines_in(1.5, 2)
    (1, 2, 1)
    """
    if not isinstance(cell, str) or len(cell) * 2 <= width:
        return 1
    return sum(max(math.ceil(display_width([line]) / (0.9 * width)), 1) for line in cell.split("\n"))


def paper_of(columns: Sequence[str], widths: Sequence[int], *, name: str) -> Paper:
    """The smallest paper on which texts are at least seven points high, turned on its side.

    Parameters
    ----------
    columns, widths
        Columns of a table, by their names, and their widths in signs.
    name
        Of its schema.

    Returns
    -------
    Paper
        A4, else A3, else several pages of A3 side by side, on each of which what a row is called is repeated.

    Examples
    --------
    >>> columns = ["", *["length_m"] * 40]
    >>> [paper_of(columns[:count], [9] * count, name="stakes").pages for count in (15, 22, 41)]
    [(14,), (21,), (22, 40)]
    """
    sizes = [(width * _SIGN_PIXELS + _ROUND_PIXELS) * _POINTS_PER_PIXEL for width in widths]
    for number, side in _LONG_SIDES.items():
        if sum(sizes) * _OTHER_FONT * _LEAST_SCALE <= _room(side):
            return Paper(number, 0, 0, (len(sizes) - 1,))
    most = _room(_LONG_SIDES[_A3]) / _LEAST_SCALE / _OTHER_FONT
    keys = _keys(columns, sizes, most, name)
    pages, taken = [], 0.0
    for column, size in enumerate(sizes):
        if column and taken + size > most:
            pages.append(column - 1)
            taken = sum(sizes[:keys])
        taken += size
    return Paper(_A3, round(_LEAST_SCALE * 100), keys, (*pages, len(sizes) - 1))


def _room(side: float) -> float:
    return side - 2 * _SIDE_MARGIN_INCHES * _POINTS_PER_INCH


def _keys(columns: Sequence[str], sizes: Sequence[float], most: float, name: str) -> int:
    """Leading columns that say which row it is."""
    key = FRAMES[name].key if name in FRAMES else columns[0]
    count = 0
    for column in columns:
        if column not in _NAMING | {key} or sum(sizes[: count + 1]) > most * _MOST_KEYS_SHARE:
            break
        count += 1
    return max(count, 1)
