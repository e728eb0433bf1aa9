"""The subcommands about encroachment: ``screen``, and ``catalog`` with ``list``, ``show`` and ``template``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import riverline as rl
from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    OnlyOption,
    OnOption,
    OutOption,
    SetOption,
    StrictOption,
    file_option,
    layer_column_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["catalog_app", "screen"]

catalog_app = typer.Typer(help="四乱认定目录 | catalogue of the four chaos", no_args_is_help=True)


def screen(  # noqa: PLR0913 - one option a layer
    features: Annotated[str, typer.Argument(metavar=FILE, help="建筑、鱼塘、地块、道路等地物 | features to screen")],
    *,
    extents: Annotated[
        str,
        file_option("demarcate 写出的 成果.gpkg，或管理范围图层 | what demarcate wrote, or a layer of extents"),
    ],
    axes: Annotated[str | None, file_option("河道中心线 | river axes")] = None,
    permits: Annotated[str | None, file_option("涉河建设许可 | permits")] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="M", help="地物与界线的位置限差 | limit of the error of positions")
    ] = 0.0,
    catalog: Annotated[
        str, typer.Option(metavar="NAME", help="认定目录名称或 TOML 文件 | catalogue, by name or TOML file")
    ] = "national",
    rules: Annotated[
        str, typer.Option(metavar="NAME", help="划界所用规则集，不写则按文件所记 | rule set of the lines")
    ] = "",
    column: Annotated[list[str] | None, layer_column_option("BH=feature_id", ("地物", "the features"))] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("侵占筛查成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """侵占筛查：地物与界线、许可比对并分类定级，输出地图与图层 | hold features against the line."""
    named = {"features": features, "extents": extents, "axes": axes, "permits": permits}
    layers = named_layers(named, crs, encoding, column, set_, only=only, unnamed="features")
    with told(language) as console:
        from riverline.cli.jobs import screening

        title = "疑似侵占岸线" if language == "zh" else "Suspected encroachment"
        job = screening.ScreenJob(layers, out, tolerance, catalog, rules, on, language, title)
        delivery = with_progress(lambda tell: screening.carry_out(job, tell), language, console)
        table = screening.sums_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)


@catalog_app.command("list")
def list_catalogs(language: LanguageOption = "zh") -> None:
    """列出自带认定目录 | list the catalogues that ship."""
    with told(language) as console:
        from riverline.cli.jobs.screening import catalog_table

        console.print(catalog_table(rl.catalog.list_catalogs(), language))


@catalog_app.command("show")
def show_catalog(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="认定目录名称或 TOML 文件 | catalogue, by name or TOML file")
    ] = "national",
    on: OnOption = None,
    language: LanguageOption = "zh",
) -> None:
    """显示一个认定目录的每个条目、分档与依据 | show every item with its bands and citation."""
    with told(language) as console:
        text = rl.catalog.describe_catalog(rl.load_catalog(name, on=on), language=language)
        console.print(text, markup=False, highlight=False)


@catalog_app.command("template")
def catalog_template(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="自带认定目录的名称 | a shipped catalogue")
    ] = "national",
    language: LanguageOption = "zh",
) -> None:
    """打印一个本地目录的 TOML，供另存后填写 | print a catalogue as TOML to start your own from."""
    with told(language):
        typer.echo(rl.catalog.template_of(name), nl=False)
