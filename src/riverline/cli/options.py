"""Options that commands share, and what their texts mean: files with a layer, field mappings, names of schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import riverline as rl

if TYPE_CHECKING:
    from riverline.cli.steps import Layer
    from riverline.schema import Schema

__all__ = [
    "FILE", "CRSOption", "ColumnOption", "EncodingOption", "LanguageOption", "LayerColumnOption", "OnOption",
    "OutOption", "RulesOption", "StrictOption",
    "columns_by_layer", "file_and_layer", "file_option", "named_layer", "pair", "schema_named",
]  # fmt: skip

FILE = "FILE[::LAYER]"

LanguageOption = Annotated[Literal["zh", "en"], typer.Option(help="界面与成果语言 | language of messages and results")]
OutOption = Annotated[Path, typer.Option(metavar="DIR", help="输出文件夹 | folder for the results")]
CRSOption = Annotated[
    str | None,
    typer.Option(metavar="EPSG:4548", help="文件未写明坐标系时用它 | CRS of files that do not say theirs"),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(metavar="GBK", help="文本编码，不写则按字节判定 | text encoding, else found from the bytes"),
]
OnOption = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="规则适用日期 | day on which the rules are in force")
]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="有错误级质检问题时以状态 3 结束 | end with status 3 on errors in the data")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(metavar="YOURS=OURS", help="字段对应，可写多次 | field mapping, may be repeated"),
]

RulesOption = Annotated[
    str, typer.Option(metavar="NAME", help="规则集名称或 TOML 文件 | rule set, by name or TOML file")
]
LayerColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[LAYER::]YOURS=OURS",
        help="字段对应，可写多次，不写图层则为第一个图层，例 levees::高程=ground_m | "
        "field mapping, may be repeated, of the first layer if none is named",
    ),
]


def file_option(help_text: str) -> Any:  # noqa: ANN401 - typer's own
    """An option that names a file, or a layer in one."""
    return typer.Option(metavar=FILE, help=help_text)


def named_layer(text: str, crs: str | None, encoding: str | None, columns: dict[str, str] | None) -> Layer:
    """A layer to read: ``survey.gpkg::堤防`` names the file and the layer in it."""
    from riverline.cli.steps import Layer

    return Layer(*file_and_layer(text), crs, encoding, columns)


def file_and_layer(text: str) -> tuple[Path, str | None]:
    """``FILE::LAYER`` parted."""
    file, _, layer = text.partition("::")
    return Path(file), layer or None


def columns_by_layer(texts: list[str], layers: dict[str, str], *, unnamed: str = "axes") -> dict[str, dict[str, str]]:
    """``["HDMC=name", "levees::高程=ground_m"]`` as a mapping for each layer."""
    columns: dict[str, dict[str, str]] = {}
    for text in texts:
        layer, _, mapping = text.rpartition("::")
        name = layer or unnamed
        if name not in layers:
            there = ", ".join(layers)
            raise typer.BadParameter(f"--column {text}：没有图层 {name} | no layer {name}; 给出的 given: {there}")
        yours, ours = pair(mapping)
        columns.setdefault(name, {})[yours] = ours
    return columns


def pair(text: str) -> tuple[str, str]:
    """``YOURS=OURS`` parted."""
    yours, sign, ours = text.rpartition("=")
    if not (yours and sign and ours):
        raise typer.BadParameter(f"--column 应写作 原字段=字段 | write --column as YOURS=OURS: {text}")
    return yours, ours


def schema_named(name: str) -> Schema:
    """The schema of a name; the error lists which there are."""
    if name not in rl.schema.FRAMES:
        there = ", ".join(sorted(rl.schema.FRAMES))
        raise rl.JobError(
            f"没有名为 {name} 的数据字典；现有：{there}", f"there is no schema {name}; there are: {there}"
        )
    return rl.schema.FRAMES[name]
