"""The subcommands of ``riverline``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer
from rich.console import Console

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from riverline.cli.steps import Delivery, Layer, MainJob, Sections, Step
    from riverline.schema import Language, Schema

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
    """河湖划界：读取、检查、划界、出图 | river demarcation from the command line."""


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
    rules: RulesOption,
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
    column: LayerColumnOption = None,
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


@app.command("waters")
def demarcate_waters(  # noqa: PLR0913 - one option a layer
    water: Annotated[str, typer.Argument(metavar=FILE, help="水域（湖泊、水库） | water: lakes and reservoirs")],
    *,
    rules: RulesOption,
    axes: Annotated[str | None, _file_option("河道中心线，用于封闭河口 | river axes, to close mouths")] = None,
    levees: Annotated[str | None, _file_option("堤防 | levees")] = None,
    flood_levels: Annotated[str | None, _file_option("设计、校核、正常水位 | levels of the waters")] = None,
    lines: Annotated[str | None, _file_option("征地线、批准的规划线 | acquisition and plan lines")] = None,
    terrain: Annotated[Path | None, typer.Option(metavar="FILE", help="地形栅格，配合水位 | terrain raster")] = None,
    column: LayerColumnOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("湖库划界成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """划定湖泊、水库管理范围 | draw the management lines of lakes and reservoirs."""
    named = {"water": water, "axes": axes, "levees": levees, "flood_levels": flood_levels, "lines": lines}
    title = "湖泊、水库管理范围" if language == "zh" else "Extents of lakes and reservoirs"
    source = _Source(column or [], crs, encoding)
    _draw("water", named, source, rules=rules, terrain=terrain, on=on, out=out, language=language, strict=strict,
          title=title)  # fmt: skip


@app.command("works")
def demarcate_works(  # noqa: PLR0913 - one option a layer
    works: Annotated[
        str, typer.Argument(metavar=FILE, help="水利工程（坝、闸、泵站） | works: dams, sluices, pump stations")
    ],
    *,
    rules: RulesOption,
    axes: Annotated[
        str | None, _file_option("河道中心线，用于判断上下游 | river axes: which way is downstream")
    ] = None,
    column: LayerColumnOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("工程划界成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """划定水利工程管理范围 | draw the management ranges of works."""
    title = "水利工程管理范围" if language == "zh" else "Management ranges of works"
    source = _Source(column or [], crs, encoding)
    _draw("works", {"works": works, "axes": axes}, source, rules=rules, terrain=None, on=on, out=out,
          language=language, strict=strict, title=title)  # fmt: skip


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


class _Source(NamedTuple):
    """How files are read: field mappings, and the CRS and encoding of those that do not say theirs."""

    columns: list[str]
    crs: str | None
    encoding: str | None


def _draw(  # noqa: PLR0913 - what two commands share
    subject: Literal["water", "works"],
    named: dict[str, str | None],
    source: _Source,
    *,
    rules: str,
    terrain: Path | None,
    on: str | None,
    out: Path,
    language: Language,
    strict: bool,
    title: str,
) -> None:
    """Read the files, demarcate what they are about and hand it over."""
    given = {name: text for name, text in named.items() if text is not None}
    columns = _columns_by_layer(source.columns, given)
    with _told(language) as console:
        from riverline.cli.steps import MainJob

        layers = {name: _layer(text, source.crs, source.encoding, columns.get(name)) for name, text in given.items()}
        job = MainJob(layers, rules, out, terrain, on, language, title, subject)
        _end(_deliver(job, console).result.faults, strict=strict)


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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from riverline.cli.steps import carry_out
    from riverline.cli.summary import closed_table, fault_counts, input_table, river_table

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)

        def tell(step: Step) -> None:
            text = step.zh if job.language == "zh" else step.en
            progress.update(task, description=text, completed=step.number - 1, total=step.total)

        delivery = carry_out(job, tell)
        done = progress.tasks[0].total
        progress.update(task, description="完成" if job.language == "zh" else "done", completed=done)
    console.print(input_table(delivery.inputs, job.language))
    table = river_table if job.subject == "axes" else closed_table
    console.print(table(delivery.result, job.language))
    console.print(fault_counts(delivery.result.faults, job.language))
    for path in (delivery.map_path, delivery.layers_path):
        _tell_file(console, path)
    return delivery


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


def _columns_by_layer(texts: list[str], layers: dict[str, str]) -> dict[str, dict[str, str]]:
    """``["HDMC=name", "levees::高程=ground_m"]`` as a mapping for each layer."""
    columns: dict[str, dict[str, str]] = {}
    for text in texts:
        layer, _, pair = text.rpartition("::")
        name = layer or next(iter(layers))
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
