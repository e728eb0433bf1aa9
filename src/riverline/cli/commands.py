"""The subcommands of ``riverline``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer
from rich.console import Console

import riverline as rl
from riverline.cli.options import (
    FILE,
    ColumnOption,
    CRSOption,
    EncodingOption,
    LanguageOption,
    OnOption,
    OutOption,
    SetOption,
    StrictOption,
    columns_by_layer,
    file_and_layer,
    file_option,
    named_layer,
    schema_named,
    values_by_layer,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.steps import Delivery, Layer, MainJob, Sections, Step
    from riverline.schema import Language

Made = TypeVar("Made")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
rules_app = typer.Typer(help="规则集 | rule sets", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

ERROR_STATUS = 1
STRICT_STATUS = 3


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
    """河湖划界：读取、检查、划界、确权、出图 | river demarcation from the command line."""


@app.command()
def demo(out: OutOption = Path("清水县成果"), language: LanguageOption = "zh") -> None:
    """用自带样例运行主要流程，输出 map.html 与 成果.gpkg | run the main job on the samples."""
    with _told(language) as console:
        from riverline.cli.steps import demo_job

        _deliver(demo_job(out, language), console)


@app.command()
def demarcate(  # noqa: PLR0913 - one option a layer
    axes: Annotated[str, typer.Argument(metavar=FILE, help="河道中心线 | river axes")],
    *,
    rules: Annotated[str, typer.Option(metavar="NAME", help="规则集名称或 TOML 文件 | rule set, by name or TOML file")],
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
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LAYER::]YOURS=OURS",
            help="字段对应，可写多次，不写图层则为中心线，例 levees::高程=ground_m | "
            "field mapping, may be repeated, of the axes if no layer is named",
        ),
    ] = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LAYER::]FIELD=VALUE[,VALUE]",
            help="只用字段为此值的要素，可写多次，例 waterway=river | only features of that value, may be repeated",
        ),
    ] = None,
    plane: Annotated[
        str | None,
        typer.Option(metavar="CRS", help="计算所用的投影，不写则取所在的 3 度带 | plane to work in, else the zone's"),
    ] = None,
    zone: Annotated[
        int | None,
        typer.Option(metavar="N", help="只做此 3 度带的河流，例 39 | only the rivers of this 3-degree zone"),
    ] = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("划界成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """划定管理范围，输出 map.html 与 成果.gpkg | draw the management lines of your own files."""
    named = {"axes": axes, "levees": levees, "bank_tops": bank_tops, "water": water, "flood_levels": flood_levels,
             "sections": sections}  # fmt: skip
    given = {name: text for name, text in named.items() if text is not None}
    if (sections is None) != (profiles is None):
        raise typer.BadParameter("--sections 与 --profiles 要一起给出 | --sections and --profiles go together")
    columns = columns_by_layer(column, given)
    values = values_by_layer(set_, given)
    rows = values_by_layer(only, given, option="--only")
    with _told(language) as console:
        from riverline.cli.steps import MainJob, Sections

        layers: dict[str, Layer | Sections] = {
            name: named_layer(text, crs, encoding, columns.get(name), values.get(name), rows.get(name))
            for name, text in given.items()
        }
        if sections is not None and profiles is not None:
            file, sheet = file_and_layer(profiles)
            lines = named_layer(
                sections, crs, encoding, columns.get("sections"), values.get("sections"), rows.get("sections")
            )
            layers["sections"] = Sections(lines, file, sheet, unit)
        title = "河道管理范围" if language == "zh" else "River management extents"
        delivery = _deliver(MainJob(layers, rules, out, terrain, on, language, title, plane, zone), console)
        if len(delivery.inputs["axes"]) and delivery.result.extents.empty:
            raise rl.JobError(
                "没有一条河划成：原因见上表；请补充堤防、岸顶线、水域或洪水位等图层",
                "no river could be drawn: the table above says why; give levees, bank tops, water or flood levels",
            )
        _end(delivery.result.faults, strict=strict)


@app.command()
def stakes(  # noqa: PLR0913 - one option a layer
    lines: Annotated[Path, typer.Argument(metavar="成果.gpkg", help="demarcate 写出的图层 | what demarcate wrote")],
    *,
    rules: Annotated[str, typer.Option(metavar="NAME", help="划界所用的规则集 | the rule set they were drawn by")],
    admin: Annotated[str | None, file_option("行政区 | administrative units")] = None,
    structures: Annotated[str | None, file_option("涉水建筑物 | works at the line")] = None,
    existing: Annotated[str | None, file_option("原有界桩，图层或表格 | stakes that stand, layer or table")] = None,
    existing_boards: Annotated[str | None, file_option("原有公告牌 | boards that stand")] = None,
    settings: Annotated[str | None, file_option("周边环境：城镇、乡村、峡谷 | town, country or gorge")] = None,
    axes: Annotated[str | None, file_option("河道中心线，用于桩号 | axes, for chainages")] = None,
    breaks: Annotated[str | None, file_option("断链 | breaks of the chainage")] = None,
    role: Annotated[
        Literal["mark", "define"], typer.Option(help="以线为准或以桩连线为准 | stakes mark or define the line")
    ] = "mark",
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER::YOURS=OURS",
            help="字段对应，可写多次，例 existing::桩号=number | field mapping, may be repeated",
        ),
    ] = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("界桩成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """布设界桩与公告牌，输出 map.html 与 界桩.gpkg | place stakes and boards along the lines."""
    named = {"admin": admin, "structures": structures, "existing": existing, "existing_boards": existing_boards,
             "settings": settings, "axes": axes, "breaks": breaks}  # fmt: skip
    given = {name: text for name, text in named.items() if text is not None}
    columns = columns_by_layer(column, given)
    values = values_by_layer(set_, given)
    with _told(language) as console:
        from riverline.cli.staking import StakeJob, place
        from riverline.cli.summary import fault_counts, input_table, stake_table

        layers = {
            name: named_layer(text, crs, encoding, columns.get(name), values.get(name)) for name, text in given.items()
        }
        delivery = place(StakeJob(lines, layers, rules, out, on, role, language))
        console.print(input_table(delivery.inputs, language))
        console.print(stake_table(delivery.stakes, delivery.boards, language))
        console.print(fault_counts(delivery.faults, language))
        for path in (delivery.map_path, delivery.layers_path):
            _tell_file(console, path)
        _end(delivery.faults, strict=strict)


@app.command()
def confirm(  # noqa: PLR0913 - one option a layer
    extents: Annotated[str, typer.Argument(metavar=FILE, help="管理范围 | management extents")],
    parcels: Annotated[str, typer.Argument(metavar=FILE, help="宗地 | parcels")],
    *,
    land_classes: Annotated[str | None, file_option("地类图斑 | patches of the land survey")] = None,
    axes: Annotated[str | None, file_option("河道中心线，用于分岸别 | river axes, to part by bank")] = None,
    admin: Annotated[str | None, file_option("行政区，用于分县汇总 | administrative areas")] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="M", help="窄于此宽度的缝隙和重叠视为图形误差 | width below which gaps are slivers")
    ] = 0.3,
    clean: Annotated[
        bool, typer.Option("--clean", help="并入缝隙和窄条重叠，逐处列出 | tidy slivers and list every change")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LAYER::]YOURS=OURS",
            help="字段对应，可写多次，不写图层则为宗地，例 ZDMJ=registered_area_m2 | "
            "field mapping, may be repeated, of the parcels if no layer is named",
        ),
    ] = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("确权成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """确权：管理范围内的权属分块与面积汇总 | who holds the land inside the extents, and where titles disagree."""
    named = {"extents": extents, "parcels": parcels, "land_classes": land_classes, "axes": axes, "admin": admin}
    given = {name: text for name, text in named.items() if text is not None}
    columns = columns_by_layer(column, given, unnamed="parcels")
    values = values_by_layer(set_, given, unnamed="parcels")
    with _told(language) as console:
        from riverline.cli import titles
        from riverline.cli.summary import register_table

        layers = {
            name: named_layer(text, crs, encoding, columns.get(name), values.get(name)) for name, text in given.items()
        }
        title = "河道管理范围权属" if language == "zh" else "Titles inside river management extents"
        job = titles.TitleJob(layers, out, tolerance, clean, language, title)
        delivery = _with_progress(lambda tell: titles.carry_out(job, tell), language, console)
        _tell(console, delivery.inputs, register_table(delivery.result, language), delivery.result.faults, language)
        if delivery.map_path is None:
            most = titles.MOST_ON_MAP
            told = f"要素多于 {most:,} 个，未出图" if language == "zh" else f"more than {most:,} features: no map"
            console.print(f"· {told}", markup=False, highlight=False)
        for path in filter(None, (delivery.map_path, delivery.layers_path)):
            _tell_file(console, path)
        _end(delivery.result.faults, strict=strict)


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
    columns = columns_by_layer(column, {schema: file}, unnamed=schema)
    values = values_by_layer(set_, {schema: file}, unnamed=schema)
    with _told(language) as console:
        from riverline.cli.steps import read_named
        from riverline.cli.summary import fault_rows, input_table, plain

        wanted = schema_named(schema)
        frame = read_named(schema, named_layer(file, crs, encoding, columns.get(schema), values.get(schema)), wanted)
        faults = rl.check(frame, wanted)
        console.print(input_table({wanted.name: frame}, language))
        for note in frame.attrs["source"]["notes"]:
            console.print(f"· {plain(note[language])}", markup=False, highlight=False)
        console.print(fault_rows(faults, language))
        if out is not None:
            _tell_file(console, rl.export.to_geopackage(out, faults, language=language))
        _end(faults, strict=strict)


@app.command("schema")
def show_schema(
    name: Annotated[
        str,
        typer.Argument(metavar="[SCHEMA]", help="数据字典名称，不写则列出全部 | its name; all are listed if left out"),
    ] = "",
    language: LanguageOption = "zh",
) -> None:
    """打印数据字典 | print the data dictionary."""
    with _told(language) as console:
        from riverline.cli.summary import schema_list, schema_table

        console.print(schema_table(schema_named(name), language) if name else schema_list(language))


@rules_app.command("list")
def list_rules(language: LanguageOption = "zh") -> None:
    """列出自带规则集 | list the rule sets that ship."""
    with _told(language) as console:
        from riverline.cli.summary import rules_table

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
    with _told(language) as console:
        text = rl.rules.describe_rules(rl.load_rules(name, on=on), language=language, width=console.width)
        console.print(text, markup=False, highlight=False)


@rules_app.command("template")
def rules_template(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="自带规则集的名称 | a shipped rule set")] = "anhui",
    language: LanguageOption = "zh",
) -> None:
    """打印一个规则集的 TOML，供另存后修改 | print a rule set as TOML to start your own from."""
    with _told(language):
        typer.echo(rl.rules.template_of(name), nl=False)


@app.command("faults")
def list_faults(language: LanguageOption = "zh") -> None:
    """列出全部质检问题代码及其处理 | list every code of a fault and what to do."""
    with _told(language) as console:
        from riverline.cli.summary import code_table

        console.print(code_table(language))


@contextlib.contextmanager
def _told(language: Language) -> Iterator[Console]:
    """A console to print on; riverline's own errors become one message there and status 1."""
    try:
        yield Console()
    except rl.RiverlineError as error:
        from riverline.cli.advice import as_options

        told = as_options(error, language, layer=getattr(error, "layer", ""), file=getattr(error, "file", "FILE"))
        # The terminal breaks the line, not we: a path or an option in it can be copied.
        Console(stderr=True).print(told, style="bold red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR_STATUS) from None


def _deliver(job: MainJob, console: Console) -> Delivery:
    """Do the job under a progress bar, then say what came of it."""
    from riverline.cli.steps import carry_out
    from riverline.cli.summary import river_table

    delivery = _with_progress(lambda tell: carry_out(job, tell), job.language, console)
    _tell(console, delivery.inputs, river_table(delivery.result, job.language), delivery.result.faults, job.language)
    for path in (delivery.map_path, delivery.layers_path):
        _tell_file(console, path)
    return delivery


def _with_progress(do: Callable[[Callable[[Step], None]], Made], language: Language, console: Console) -> Made:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)

        def tell(step: Step) -> None:
            text = step.zh if language == "zh" else step.en
            progress.update(task, description=text, completed=step.number - 1, total=step.total)

        made = do(tell)
        done = progress.tasks[0].total
        progress.update(task, description="完成" if language == "zh" else "done", completed=done)
    return made


def _tell(
    console: Console,
    inputs: Mapping[str, gpd.GeoDataFrame],
    table: Table,
    faults: gpd.GeoDataFrame,
    language: Language,
) -> None:
    """What was read, what was made of it, and what is wrong with the data."""
    from riverline.cli.summary import fault_counts, input_table

    for shown in (input_table(inputs, language), table, fault_counts(faults, language)):
        console.print(shown)


def _tell_file(console: Console, path: Path) -> None:
    console.print(f"→ {path}", markup=False, highlight=False, soft_wrap=True)


def _end(faults: gpd.GeoDataFrame, *, strict: bool) -> None:
    if strict and (faults["severity"] == "error").any():
        raise typer.Exit(STRICT_STATUS)
