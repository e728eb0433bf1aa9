"""The subcommands of ``riverline``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import riverline as rl
from riverline.cli.commands import deliveries, preparations, subjects
from riverline.cli.commands import encroachment as encroaching
from riverline.cli.commands.assess import score
from riverline.cli.commands.change import change
from riverline.cli.commands.detect import detect
from riverline.cli.commands.emerging import emerging, near_repeats, scan
from riverline.cli.commands.estimates import assessing
from riverline.cli.commands.export import export
from riverline.cli.commands.field_check import field_check
from riverline.cli.commands.hotspots import hotspots
from riverline.cli.commands.indicators import indicators
from riverline.cli.commands.join import join
from riverline.cli.commands.ledger import ledger_app
from riverline.cli.commands.maps import maps
from riverline.cli.commands.outfalls import outfalls
from riverline.cli.commands.patrols import patrols
from riverline.cli.commands.plates import plates
from riverline.cli.commands.report import report_app
from riverline.cli.commands.reviews import reviews
from riverline.cli.commands.waterlines import waterlines
from riverline.cli.files import file_and_layer
from riverline.cli.options import (
    FILE,
    ColumnOption,
    CRSOption,
    EncodingOption,
    LanguageOption,
    LayerColumnOption,
    OnlyOption,
    OnOption,
    OutOption,
    PlaneOption,
    RulesOption,
    SetOption,
    StrictOption,
    ZoneOption,
    file_option,
    named_layers,
    schema_named,
)  # fmt: skip
from riverline.cli.printing.advice import nothing_drawn
from riverline.cli.printing.telling import conclude, deliver, end, tell_file, told, with_progress

if TYPE_CHECKING:
    from riverline.cli.jobs.steps import Layer, Sections

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
rules_app = typer.Typer(help="规则集 | rule sets", no_args_is_help=True)
app.add_typer(rules_app, name="rules")
app.add_typer(encroaching.catalog_app, name="catalog")
app.add_typer(ledger_app, name="ledger")
app.add_typer(report_app, name="report")
app.add_typer(reviews)
app.add_typer(assessing)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it
    if asked:
        typer.echo(f"riverline {rl.__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="显示版本 | show the version")
    ] = False,
) -> None:
    """河湖划界：读取、检查、划界、界桩、确权、岸线规划、出图 | river demarcation from the command line."""


@app.command()
def demo(out: OutOption = Path("清水县成果"), language: LanguageOption = "zh") -> None:
    """用自带样例做完一个县的全部成果和河长制一年，输出 map.html、成果.gpkg 等 | every product of the sample county."""
    with told(language) as console:
        from riverline.cli.jobs.county import hand_over_county
        from riverline.cli.jobs.join import rivers_of
        from riverline.cli.printing.products import product_table
        from riverline.cli.printing.summary import river_table

        delivery = with_progress(lambda tell: hand_over_county(out, language, tell), language, console)
        county, year = delivery.result
        tables = (river_table(rivers_of(county.joined), language), product_table(county, year, language))
        conclude(console, delivery, tables, county.joined.faults, language)


@app.command()
def demarcate(  # noqa: PLR0913 - one option a layer
    axes: Annotated[str, typer.Argument(metavar=FILE, help="河道中心线 | river axes")],
    *,
    rules: RulesOption,
    levees: Annotated[str | None, file_option("堤防 | levees")] = None,
    bank_tops: Annotated[str | None, file_option("岸顶线 | bank tops")] = None,
    water: Annotated[str | None, file_option("水域 | water")] = None,
    flood_levels: Annotated[str | None, file_option("洪水位，图层或表格 | flood levels, layer or table")] = None,
    terrain: Annotated[Path | None, typer.Option(metavar="FILE", help="地形栅格，配合洪水位 | terrain raster")] = None,
    sections: Annotated[str | None, file_option("实测横断面线 | lines of surveyed sections")] = None,
    profiles: Annotated[
        str | None, typer.Option(metavar="FILE[::SHEET]", help="横断面的地面点 | ground points of the sections")
    ] = None,
    unit: Annotated[Literal["m", "ft", "us_ft"], typer.Option(help="横断面的单位 | unit of the sections")] = "m",
    column: LayerColumnOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    plane: PlaneOption = None,
    zone: ZoneOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("划界成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """划定管理范围，输出 map.html 与 成果.gpkg | draw the management lines of your own files."""
    named = {"axes": axes, "levees": levees, "bank_tops": bank_tops, "water": water, "flood_levels": flood_levels,
             "sections": sections}  # fmt: skip
    if (sections is None) != (profiles is None):
        raise typer.BadParameter("--sections 与 --profiles 要一起给出 | --sections and --profiles go together")
    read = named_layers(named, crs, encoding, column, set_, only=only)
    with told(language) as console:
        from riverline.cli.jobs.steps import MainJob, Sections

        layers: dict[str, Layer | Sections] = {**read}
        if profiles is not None:
            layers["sections"] = Sections(read["sections"], *file_and_layer(profiles), unit)
        title = "河道管理范围" if language == "zh" else "River management extents"
        job = MainJob(layers, rules, out, terrain, on, language, title, plane=plane, zone=zone)
        delivery = deliver(job, console)
        if len(delivery.inputs["axes"]) and delivery.result.extents.empty:
            raise nothing_drawn(
                delivery.result.faults, axes, {"column": column, "set": set_, "only": only}, crs, encoding
            )
        end(delivery.result.faults, strict=strict)


for command in (
    preparations.axes, preparations.banks, subjects.waters, subjects.works, join,
    deliveries.stakes, deliveries.confirm, deliveries.shoreline, change, waterlines, encroaching.screen, detect,
    field_check, hotspots, emerging, near_repeats, scan, patrols, outfalls, indicators, score, export, maps, plates,
):  # fmt: skip
    app.command()(command)


@app.command()
def check(  # noqa: PLR0913 - one option a thing to say
    file: Annotated[str, typer.Argument(metavar=FILE, help="图层 | layer")],
    schema: Annotated[str, typer.Argument(metavar="SCHEMA", help="数据字典名称，如 axes | its schema, such as axes")],
    *,
    column: ColumnOption = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.gpkg", help="质检问题另存为图层 | write the faults as a layer")
    ] = None,
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """按数据字典检查一个图层 | check a layer against the data dictionary."""
    layers = named_layers({schema: file}, crs, encoding, column, set_, unnamed=schema)
    with told(language) as console:
        from riverline.cli.jobs.steps import read_named
        from riverline.cli.printing.summary import fault_rows, input_table
        from riverline.cli.tables import plain

        wanted = schema_named(schema)
        frame = read_named(schema, layers[schema], wanted)
        faults = rl.check(frame, wanted)
        console.print(input_table({wanted.name: frame}, language))
        for note in frame.attrs["source"]["notes"]:
            console.print(f"· {plain(note[language])}", markup=False, highlight=False)
        console.print(fault_rows(faults, language))
        if out is not None:
            tell_file(console, rl.export.to_geopackage(out, faults, language=language))
        end(faults, strict=strict)


@app.command("schema")
def show_schema(
    name: Annotated[
        str,
        typer.Argument(metavar="[SCHEMA]", help="数据字典名称，不写则列出全部 | its name; all are listed if left out"),
    ] = "",
    language: LanguageOption = "zh",
) -> None:
    """打印数据字典 | print the data dictionary."""
    with told(language) as console:
        from riverline.cli.printing.summary import schema_list, schema_table

        console.print(schema_table(schema_named(name), language) if name else schema_list(language))


@rules_app.command("list")
def list_rules(language: LanguageOption = "zh") -> None:
    """列出自带规则集 | list the rule sets that ship."""
    with told(language) as console:
        from riverline.cli.printing.summary import rules_table

        console.print(rules_table(rl.list_rules(), language))


@rules_app.command("show")
def show_rules(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="规则集名称或 TOML 文件 | rule set, by name or TOML file")
    ],
    on: OnOption = None,
    language: LanguageOption = "zh",
) -> None:
    """显示一个规则集的每条规则、宽度与依据 | show every rule with its widths and citation."""
    with told(language) as console:
        text = rl.rules.describe_rules(rl.load_rules(name, on=on), language=language, width=console.width)
        console.print(text, markup=False, highlight=False)


@rules_app.command("template")
def rules_template(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="自带规则集的名称 | a shipped rule set")] = "anhui",
    language: LanguageOption = "zh",
) -> None:
    """打印一个规则集的 TOML，供另存后修改 | print a rule set as TOML to start your own from."""
    with told(language):
        typer.echo(rl.rules.template_of(name), nl=False)


@app.command("faults")
def list_faults(language: LanguageOption = "zh") -> None:
    """列出全部质检问题代码及其处理 | list every code of a fault and what to do."""
    with told(language) as console:
        from riverline.cli.printing.summary import code_table

        console.print(code_table(language))
