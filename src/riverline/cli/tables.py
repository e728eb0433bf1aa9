"""Tables on a terminal; text from data cannot speak to it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["add_row", "plain", "table_of"]


def plain(value: object) -> str:
    """Text from data as it may be printed: control characters, which a terminal would obey, become ``�``."""
    return "".join("�" if unicodedata.category(letter)[0] == "C" else letter for letter in str(value))


def table_of(title: str, heads: Sequence[str], *, right: tuple[int, ...] = ()) -> Table:
    """An empty table; ``right`` are the columns of figures."""
    table = Table(title=Text(plain(title)) if title else None)
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", justify="right" if number in right else "left")
    return table


def add_row(table: Table, *cells: object) -> None:
    """One more row of whatever the data hold."""
    table.add_row(*(Text(plain(cell)) for cell in cells))
