"""What the command says of layers that were written in another format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.cli.tables import add_row, plain, table_of
from riverline.schema import FRAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from riverline.schema import Language

__all__ = ["layer_table", "left_out"]


def layer_table(rows: Mapping[str, int], language: Language) -> Table:
    """One row a layer: its title and how many rows it has."""
    zh = language == "zh"
    heads = ["图层", "要素"] if zh else ["Layer", "Rows"]
    table = table_of("写出的图层" if zh else "Layers written", heads, right=(1,), language=language)
    for name, count in rows.items():
        add_row(table, _title(name, language), count)
    return table


def left_out(names: Sequence[str], kind: str, language: Language) -> str:
    """Which layers a format does not hold."""
    titles = [plain(_title(name, language)) for name in names]
    if language == "zh":
        return f"{kind} 不能写、未写入的图层：{'、'.join(titles)}"
    return f"layers that {kind} does not hold, left out: {', '.join(titles)}"


def _title(name: str, language: Language) -> str:
    return FRAMES[name].label(language) if name in FRAMES else name
