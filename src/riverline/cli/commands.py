"""The subcommands of ``riverline``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.steps import Delivery, Layer, MainJob, Sections, Step
    from riverline.schema import Language, Schema

Made = TypeVar("Made")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
rules_app = typer.Typer(help="规则集 | rule sets", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

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


def _file_option(help_text: str) -> Any:  # noqa: ANN401 - typer's own
    return typer.Option(metavar=FILE, help=help_text)


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
    """河湖划界：读取、检查、划界、岸线规划、出图 | river demarcation from the command line."""


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
    levees: Annotated[str | None, _file_option("堤防 | levees")] = None,
    bank_tops: Annotated[str | None, _file_option("岸顶线 | bank tops")] = None,
    water: Annotated[str | None, _file_option("水域 | water")] = None,
    flood_levels: Annotated[str | None, _file_option("洪水位，图层或表格 | flood levels, layer or table")] = None,
    terrain: Annotated[Path | None, typer.Option(metavar="FILE", help="地形栅格，配合洪水位 | terrain raster")] = None,
    sections: Annotated[str | None, _file_option("实测横断面线 | lines of surveyed sections")] = None,
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
    given = {name: text for name, text in named.items() if text is not None}
    if (sections is None) != (profiles is None):
        raise typer.BadParameter("--sections 与 --profiles 要一起给出 | --sections and --profiles go together")
    columns = _columns_by_layer(column or [], given)
    with _told(language) as console:
        from riverline.cli.steps import MainJob, Sections

        layers: dict[str, Layer | Sections] = {
            name: _layer(text, crs, encoding, columns.get(name)) for name, text in given.items()
        }
        if sections is not None and profiles is not None:
            file, sheet = _file_and_layer(profiles)
            layers["sections"] = Sections(_layer(sections, crs, encoding, columns.get("sections")), file, sheet, unit)
        title = "河道管理范围" if language == "zh" else "River management extents"
        delivery = _deliver(MainJob(layers, rules, out, terrain, on, language, title), console)
        _end(delivery.result.faults, strict=strict)


@app.command()
def shoreline(  # noqa: PLR0913 - one option a layer
    drawn: Annotated[Path, typer.Argument(metavar="成果.gpkg", help="demarcate 写出的图层 | what demarcate wrote")],
    *,
    waterside: Annotated[str | None, _file_option("临水边界线 | waterside lines")] = None,
    water: Annotated[
        str | None, _file_option("水域，没有临水边界线时以其边线代替 | water, whose edges stand in for waterside lines")
    ] = None,
    uses: Annotated[str | None, _file_option("岸线利用项目 | facilities that use shoreline")] = None,
    sensitive: Annotated[str | None, _file_option("岸线敏感因素 | sensitive areas")] = None,
    admin: Annotated[str | None, _file_option("县（区），用于分县统计 | counties, to sum up by")] = None,
    axes: Annotated[
        str | None, _file_option("河道中心线，分区沿其法线切分 | axes, on whose normals zones are cut")
    ] = None,
    zone_rules: Annotated[
        str, typer.Option(metavar="NAME", help="分区规则名称或 TOML 文件 | zone rules, by name or TOML file")
    ] = "national",
    rules: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="划界所用规则集，不写则按文件所记 | rule set of the lines, else as the file says"
        ),
    ] = "",
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="成果模板，如 sichuan | export profile, such as sichuan")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[LAYER::]YOURS=OURS",
            help="字段对应，可写多次，不写图层则为利用项目 | "
            "field mapping, may be repeated, of the uses if no layer is named",
        ),
    ] = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("岸线规划成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """岸线规划：两线、四区、利用率，输出 map.html 与 岸线规划.gpkg | lines, zones and utilisation of the shoreline."""
    named = {"waterside": waterside, "water": water, "uses": uses, "sensitive": sensitive, "admin": admin, "axes": axes}
    if waterside is not None and water is not None:
        raise typer.BadParameter("--waterside 与 --water 只给一个 | give --waterside or --water, not both")
    given = {name: text for name, text in named.items() if text is not None}
    columns = _columns_by_layer(column or [], given, unnamed="uses")
    with _told(language) as console:
        from riverline.cli import planning
        from riverline.cli.summary import utilisation_table

        layers = {name: _layer(text, crs, encoding, columns.get(name)) for name, text in given.items()}
        title = "岸线保护与利用规划" if language == "zh" else "Shoreline protection and use plan"
        job = planning.PlanJob(drawn, layers, out, rules, on, zone_rules, profile, language, title)
        delivery = _with_progress(lambda tell: planning.carry_out(job, tell), language, console)
        _tell(console, delivery.inputs, utilisation_table(delivery.result, language), delivery.result.faults, language)
        for path in (delivery.map_path, delivery.layers_path):
            _tell_file(console, path)
        _end(delivery.result.faults, strict=strict)


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar=FILE, help="图层 | layer")],
    schema: Annotated[str, typer.Argument(metavar="SCHEMA", help="数据字典名称，如 axes | its schema, such as axes")],
    *,
    column: ColumnOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.gpkg", help="质检问题另存为图层 | write the faults as a layer")
    ] = None,
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """按数据字典检查一个图层 | check a layer against the data dictionary."""
    columns = dict(_pair(each) for each in column or [])
    with _told(language) as console:
        from riverline.cli.summary import fault_rows, input_table, plain

        wanted = _schema(schema)
        frame = _layer(file, crs, encoding, columns).read(wanted)
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

        console.print(schema_table(_schema(name), language) if name else schema_list(language))


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


@contextlib.contextmanager
def _told(language: Language) -> Iterator[Console]:
    """A console to print on; riverline's own errors become one message there and status 1."""
    try:
        yield Console()
    except rl.RiverlineError as error:
        from riverline.cli.advice import as_options

        told = as_options(error.message(language))
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


def _layer(text: str, crs: str | None, encoding: str | None, columns: dict[str, str] | None) -> Layer:
    from riverline.cli.steps import Layer

    return Layer(*_file_and_layer(text), crs, encoding, columns)


def _file_and_layer(text: str) -> tuple[Path, str | None]:
    file, _, layer = text.partition("::")
    return Path(file), layer or None


def _columns_by_layer(texts: list[str], layers: dict[str, str], *, unnamed: str = "axes") -> dict[str, dict[str, str]]:
    """``["HDMC=name", "levees::高程=ground_m"]`` as a mapping for each layer."""
    columns: dict[str, dict[str, str]] = {}
    for text in texts:
        layer, _, pair = text.rpartition("::")
        name = layer or unnamed
        if name not in layers:
            there = ", ".join(layers)
            raise typer.BadParameter(f"--column {text}：没有图层 {name} | no layer {name}; 给出的 given: {there}")
        yours, ours = _pair(pair)
        columns.setdefault(name, {})[yours] = ours
    return columns


def _pair(text: str) -> tuple[str, str]:
    yours, sign, ours = text.rpartition("=")
    if not (yours and sign and ours):
        raise typer.BadParameter(f"--column 应写作 原字段=字段 | write --column as YOURS=OURS: {text}")
    return yours, ours


def _schema(name: str) -> Schema:
    if name not in rl.schema.FRAMES:
        there = ", ".join(sorted(rl.schema.FRAMES))
        raise rl.JobError(
            f"没有名为 {name} 的数据字典；现有：{there}", f"there is no schema {name}; there are: {there}"
        )
    return rl.schema.FRAMES[name]
