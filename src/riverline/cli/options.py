"""Options that commands share, and what their texts mean: files with a layer, field mappings, names of schemas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import riverline as rl
from riverline.cli.files import file_and_layer

if TYPE_CHECKING:
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Schema

__all__ = [
    "FILE",
    "CRSOption",
    "ColumnOption",
    "DistanceOption",
    "DrawnArgument",
    "EncodingOption",
    "LanguageOption",
    "LayerColumnOption",
    "MinPassesOption",
    "OnOption",
    "OnlyOption",
    "OutOption",
    "PlaneOption",
    "RulesOption",
    "SetOption",
    "SnapOption",
    "StrictOption",
    "ZoneOption",
    "columns_by_layer",
    "file_option",
    "layer_column_option",
    "named_layers",
    "pair",
    "schema_named",
    "values_by_layer",
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
MinPassesOption = Annotated[
    float, typer.Option(metavar="N", help="巡查不足几次的河段不检验 | segments passed fewer times are not tested")
]
DistanceOption = Annotated[
    float, typer.Option(metavar="M", help="离中心线多远以内计入 | how near to an axis a problem counts")
]
SnapOption = Annotated[float, typer.Option(metavar="M", help="中心线相距多近算汇入 | how near axes meet")]
StrictOption = Annotated[
    bool, typer.Option("--strict", help="有错误级质检问题时以状态 3 结束 | end with status 3 on errors in the data")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(metavar="YOURS=OURS", help="字段对应，可写多次 | field mapping, may be repeated"),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[LAYER::]OURS=VALUE",
        help="整个图层取一个值，可写多次，{row} 为行号，例 levees::feature=landside_toe | "
        "one value for a whole layer, may be repeated, {row} is the number of the row",
    ),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[LAYER::]FIELD=VALUE[,VALUE]",
        help="只用字段为此值的要素，可写多次，例 waterway=river | only features of that value, may be repeated",
    ),
]
RulesOption = Annotated[
    str, typer.Option(metavar="NAME", help="规则集名称或 TOML 文件 | rule set, by name or TOML file")
]
PlaneOption = Annotated[
    str | None,
    typer.Option(metavar="CRS", help="计算所用的投影，不写则取所在的 3 度带 | plane to work in, else the zone's"),
]
ZoneOption = Annotated[
    int | None,
    typer.Option(metavar="N", help="只做此 3 度带的要素，例 39 | only what lies in this 3-degree zone"),
]
DrawnArgument = Annotated[Path, typer.Argument(metavar="成果.gpkg", help="demarcate 写出的图层 | what demarcate wrote")]


def layer_column_option(example: str, unnamed: tuple[str, str] | None = None) -> Any:  # noqa: ANN401 - typer's own
    """The option ``--column`` where a command reads several layers.

    Parameters
    ----------
    example
        A mapping as it may be typed.
    unnamed
        Which layer is meant where none is named, in Chinese and in English; None if one has to be.
    """
    zh, en = ("", "") if unnamed is None else (f"，不写图层则为{unnamed[0]}", f", of {unnamed[1]} if none is named")
    metavar = "LAYER::YOURS=OURS" if unnamed is None else "[LAYER::]YOURS=OURS"
    text = f"字段对应，可写多次{zh}，例 {example} | field mapping, may be repeated{en}"
    return typer.Option("--column", metavar=metavar, help=text)


LayerColumnOption = Annotated[
    list[str] | None, layer_column_option("levees::高程=ground_m", ("第一个图层", "the first layer"))
]


def file_option(help_text: str) -> Any:  # noqa: ANN401 - typer's own
    """An option that names a file, or a layer in one."""
    return typer.Option(metavar=FILE, help=help_text)


def _layer(
    text: str,
    crs: str | None,
    encoding: str | None,
    columns: dict[str, list[str]] | None,
    values: dict[str, str] | None = None,
    only: dict[str, str] | None = None,
) -> Layer:
    """A layer to read: ``survey.gpkg::堤防`` names the file and the layer in it."""
    from riverline.cli.jobs.steps import Layer

    return Layer(*file_and_layer(text), crs, encoding, columns, values, only)


def named_layers(
    named: dict[str, str | None],
    crs: str | None,
    encoding: str | None,
    column: list[str] | None,
    set_: list[str] | None = None,
    *,
    only: list[str] | None = None,
    unnamed: str = "axes",
) -> dict[str, Layer]:
    """The layers to read of those that a command may be given, with their field mappings and values.

    Parameters
    ----------
    named
        Name of the layer → what was typed, None where nothing was.
    crs, encoding
        Of files that do not say theirs.
    column, set_, only
        What was typed at ``--column``, ``--set`` and ``--only``.
    unnamed
        The layer that these are about where they name none.
    """
    given = {name: text for name, text in named.items() if text is not None}
    columns = columns_by_layer(column, given, unnamed=unnamed)
    values = values_by_layer(set_, given, unnamed=unnamed)
    rows = values_by_layer(only, given, unnamed=unnamed, option="--only")
    return {
        name: _layer(text, crs, encoding, columns.get(name), values.get(name), rows.get(name))
        for name, text in given.items()
    }


def columns_by_layer(
    texts: list[str] | None, layers: dict[str, str], *, unnamed: str = "axes"
) -> dict[str, dict[str, list[str]]]:
    """``["HDMC=name", "levees::高程=ground_m"]`` as a mapping for each layer; one field may be several columns."""
    parted = _by_layer("--column", texts or [], layers, unnamed)
    return {name: _columns_of(mappings) for name, mappings in parted.items()}


def values_by_layer(
    texts: list[str] | None, layers: dict[str, str], *, unnamed: str = "axes", option: str = "--set"
) -> dict[str, dict[str, str]]:
    """``["levees::feature=crest"]`` as what is given for the whole of each layer, or asked of its rows."""
    parted = _by_layer(option, texts or [], layers, unnamed)
    return {name: dict(pair(each, option=option) for each in given) for name, given in parted.items()}


def _columns_of(texts: list[str] | None) -> dict[str, list[str]]:
    """``["id=name", "id=river_id"]`` as ``{"id": ["name", "river_id"]}``."""
    columns: dict[str, list[str]] = {}
    for yours, ours in map(pair, texts or []):
        columns.setdefault(yours, []).append(ours)
    return columns


def _by_layer(option: str, texts: list[str], layers: dict[str, str], unnamed: str) -> dict[str, list[str]]:
    parted: dict[str, list[str]] = {}
    for text in texts:
        before, sign, after = text.partition("::")
        # What follows the sign of equality is a value, whatever stands in it.
        layer, rest = (before, after) if sign and "=" not in before else (unnamed, text)
        if layer not in layers:
            there = ", ".join(layers)
            raise typer.BadParameter(f"{option} {text}：没有图层 {layer} | no layer {layer}; 给出的 given: {there}")
        parted.setdefault(layer, []).append(rest)
    return parted


def pair(text: str, *, option: str = "--column") -> tuple[str, str]:
    """``YOURS=OURS`` parted at its last sign of equality, ``OURS=VALUE`` of ``--set`` at its first."""
    first, sign, second = text.rpartition("=") if option == "--column" else text.partition("=")
    if not (first and sign and second):
        wanted = ("原字段=字段", "YOURS=OURS") if option == "--column" else ("字段=值", "FIELD=VALUE")
        raise typer.BadParameter(f"{option} 应写作 {wanted[0]} | write {option} as {wanted[1]}: {text}")
    return first, second


def schema_named(name: str) -> Schema:
    """The schema of a name; the error lists which there are."""
    if name not in rl.schema.FRAMES:
        there = ", ".join(sorted(rl.schema.FRAMES))
        raise rl.JobError(
            f"没有名为 {name} 的数据字典；现有：{there}", f"there is no schema {name}; there are: {there}"
        )
    return rl.schema.FRAMES[name]
