"""Tables on a terminal: figures are never broken, lesser columns give way, text from data cannot speak to it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.table import Column

    from riverline.schema import Language

__all__ = ["add_row", "plain", "table_of"]

# As narrow as a column of words can still be read.
_READABLE = 10
# What a border and the blanks beside it take of each column.
_BORDER = 3


class FittingTable(Table):
    """A table that breaks headings, then leaves out columns, the first of ``lesser`` first, until it fits."""

    lesser: tuple[Column, ...] = ()
    language: Language = "zh"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table as far as it fits; what was left out stands below it."""
        gone = []
        if self._wider_than(options.max_width):
            for column in self.columns:
                column.header = _broken(str(column.header)) if column.no_wrap else column.header
        for column in self.lesser:
            if not self._wider_than(options.max_width):
                break
            self.columns.remove(column)
            gone.append(_one_line(column))
        if gone:
            below = [] if self.caption is None else [str(self.caption)]
            told = f"终端较窄，略去：{'、'.join(gone)}" if self.language == "zh" else f"left out: {', '.join(gone)}"
            self.caption = "\n".join([*below, told])
        self.lesser = ()
        yield from super().__rich_console__(console, options)

    def _wider_than(self, width: int) -> bool:
        return sum(map(_least, self.columns)) + _BORDER * len(self.columns) + 1 > width


def plain(value: object) -> str:
    """Text from data as it may be printed: control characters, which a terminal would obey, become ``�``."""
    return "".join("�" if unicodedata.category(letter)[0] == "C" else letter for letter in str(value))


def table_of(
    title: str,
    heads: Sequence[str],
    *,
    right: tuple[int, ...] = (),
    lesser: tuple[int, ...] = (),
    language: Language = "zh",
) -> FittingTable:
    """An empty table.

    Parameters
    ----------
    title
        Heading; none if empty.
    heads
        Names of the columns.
    right
        The columns of figures, which stay on one line.
    lesser
        The columns that a narrow terminal goes without, the least first.
    language
        Of what is said of columns that were left out.
    """
    table = FittingTable(title=Text(plain(title)) if title else None)
    for number, head in enumerate(heads):
        figures = number in right
        table.add_column(head, overflow="fold", no_wrap=figures, justify="right" if figures else "left")
    table.language = language
    table.lesser = tuple(table.columns[number] for number in lesser)
    return table


def add_row(table: Table, *cells: object) -> None:
    """One more row of whatever the data hold."""
    table.add_row(*(Text(plain(cell)) for cell in cells))


def _broken(head: str) -> str:
    """A heading on as many lines as it has words: over figures it need not be wider than they are."""
    return head.replace("（", "\n（").replace(" ", "\n").removeprefix("\n")


def _one_line(column: Column) -> str:
    return str(column.header).replace("\n（", "（").replace("\n", " ")


def _least(column: Column) -> int:
    """Cells that a column cannot do without."""
    lines = [line for cell in (column.header, *column.cells) for line in str(cell).split("\n")]
    widest = max(map(cell_len, lines), default=0)
    return widest if column.no_wrap else min(widest, _READABLE)
