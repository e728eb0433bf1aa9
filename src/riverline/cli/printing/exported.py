"""What the command says of layers that were written in another format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.cli.tables import add_row, plain, table_of
from riverline.export import load_drawing
from riverline.schema import FRAMES

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from riverline.schema import Language

__all__ = ["layer_table", "left_out", "without_codes"]


def layer_table(rows: Mapping[str, int], language: Language) -> Table:
    """One row a layer: its title and how many rows it has."""
    zh = language == "zh"
    heads = ["图层", "要素"] if zh else ["Layer", "Rows"]
    table = table_of("写出的图层" if zh else "Layers written", heads, right=(1,), language=language)
    for name, count in rows.items():
        add_row(table, _title(name, language), count)
    return table


def left_out(names: Sequence[str], kind: str, language: Language) -> str:
    """Which layers a format, or a receiver's profile, does not hold."""
    titles = [plain(_title(name, language)) for name in names]
    if language == "zh":
        return f"{kind} 不含、未写入的图层：{'、'.join(titles)}"
    return f"layers that {kind} does not hold, left out: {', '.join(titles)}"


def without_codes(drawing: str | os.PathLike[str] | None, language: Language) -> str:
    """Which layers of a drawing have no element code though the program expects one; empty if all have.

    Where no preset was asked for, which one CASS wants.
    """
    if drawing is None:
        return (
            "图层按名称，没有 CASS 编码；交 CASS 请加 --drawing cass-hhhj"
            if language == "zh"
            else "layers by their names, without codes: for CASS add --drawing cass-hhhj"
        )
    preset = load_drawing(drawing)
    names = ", ".join(dict.fromkeys(layer.name for layer in preset.layers if not layer.code))
    if not preset.application or not names:
        return ""
    if language == "zh":
        return f"未写 {preset.application} 编码的图层：{names}；编码因 CASS 版本而异，请在自编制图模板的 code 中填写"
    return f"layers without a code for {preset.application}: {names}; codes differ by version, fill them in a preset"


def _title(name: str, language: Language) -> str:
    return FRAMES[name].label(language) if name in FRAMES else name
