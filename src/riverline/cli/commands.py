"""The subcommands of ``riverline``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

import riverline as rl
from riverline.cli.steps import Delivery, Layer, MainJob, demo_job
from riverline.cli.summary import fault_table, river_table, schema_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from riverline.schema import Language

app = typer.Typer(
    help="河湖划界：读取、检查、划界、出图 | river demarcation from the command line",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(help="规则集 | rule sets", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

LanguageOption = Annotated[Literal["zh", "en"], typer.Option(help="界面与成果语言 | zh or en")]
OutOption = Annotated[Path, typer.Option(help="输出文件夹 | folder for the results")]
StrictOption = Annotated[
    bool, typer.Option(help="有错误级质检问题时以状态 3 结束 | end with status 3 on errors in the data")
]

STRICT_STATUS = 3


@contextlib.contextmanager
def _told(language: Language) -> Iterator[Console]:
    """Turn riverline's own errors into one message and status 1."""
    console = Console()
    try:
        yield console
    except rl.RiverlineError as error:
        Console(stderr=True).print(error.message(language), style="bold red", markup=False, highlight=False)
        raise typer.Exit(1) from None


@app.command()
def demo(out: OutOption = Path("清水县成果"), language: LanguageOption = "zh") -> None:
    """用自带样例运行主要流程，输出 map.html 与 成果.gpkg | run the main job on the samples."""
    with _told(language) as console:
        _deliver(demo_job(out, language), console, language)


@app.command()
def demarcate(  # noqa: PLR0913 - one option a layer
    axes: Annotated[Path, typer.Argument(help="河道中心线文件 | river axes")],
    rules: Annotated[str, typer.Option(help="规则集名称或 TOML 路径 | rule set by name or path")],
    levees: Annotated[str | None, typer.Option(help="堤防，多图层写 文件::图层 | levees, FILE or FILE::LAYER")] = None,
    bank_tops: Annotated[str | None, typer.Option(help="岸顶线 | bank tops")] = None,
    water: Annotated[str | None, typer.Option(help="水域 | water")] = None,
    flood_levels: Annotated[str | None, typer.Option(help="洪水位 | flood levels")] = None,
    terrain: Annotated[Path | None, typer.Option(help="地形栅格 | terrain raster")] = None,
    axes_layer: Annotated[str | None, typer.Option(help="中心线图层名 | layer of the axes")] = None,
    crs: Annotated[str | None, typer.Option(help="无坐标系文件的坐标系 | CRS of files that have none")] = None,
    column: Annotated[list[str] | None, typer.Option(help="字段对应 原字段=字段 | field mapping YOURS=OURS")] = None,
    on: Annotated[str | None, typer.Option(help="规则适用日期 | day the rules are in force")] = None,
    out: OutOption = Path("划界成果"),
    language: LanguageOption = "zh",
    *,
    strict: StrictOption = False,
) -> None:
    """划定管理范围，输出地图与成果图层 | draw the management lines of your own files."""
    with _told(language) as console:
        columns = _columns(column or [])
        given = {"levees": levees, "bank_tops": bank_tops, "water": water, "flood_levels": flood_levels}
        layers = {"axes": Layer(axes, axes_layer, crs, columns=columns)}
        layers |= {name: _layer(text, crs, columns) for name, text in given.items() if text is not None}
        job = MainJob(layers=layers, rules=rules, out=out, terrain=terrain, on=on, language=language)
        delivery = _deliver(job, console, language)
    if strict and (delivery.faults["severity"] == "error").any():
        raise typer.Exit(STRICT_STATUS)


@app.command()
def check(  # noqa: PLR0913 - one option a property of the file
    file: Annotated[Path, typer.Argument(help="图层文件 | file of the layer")],
    schema: Annotated[str, typer.Argument(help="数据字典名称，如 axes | name of the schema")],
    layer: Annotated[str | None, typer.Option(help="图层名 | layer")] = None,
    crs: Annotated[str | None, typer.Option(help="坐标系 | CRS")] = None,
    column: Annotated[list[str] | None, typer.Option(help="字段对应 原字段=字段 | field mapping YOURS=OURS")] = None,
    language: LanguageOption = "zh",
    *,
    strict: StrictOption = False,
) -> None:
    """按数据字典检查一个图层 | check a layer against the data dictionary."""
    with _told(language) as console:
        wanted = _schema(schema)
        frame = Layer(file, layer, crs, columns=_columns(column or [])).read(wanted)
        faults = rl.check(frame, wanted)
        console.print(fault_table(faults, language))
    if strict and (faults["severity"] == "error").any():
        raise typer.Exit(STRICT_STATUS)


@app.command("schema")
def show_schema(
    name: Annotated[str, typer.Argument(help="数据字典名称 | name of the schema")] = "", language: LanguageOption = "zh"
) -> None:
    """打印数据字典 | print a schema, or the list of them."""
    with _told(language) as console:
        if name:
            console.print(schema_table(_schema(name), language))
            return
        table = Table("name", "名称" if language == "zh" else "title")
        for each in rl.schema.FRAMES.values():
            table.add_row(each.name, each.label(language))
        console.print(table)


@rules_app.command("list")
def list_rules(language: LanguageOption = "zh") -> None:
    """列出自带规则集 | list the rule sets that ship."""
    with _told(language) as console:
        frame = rl.list_rules()
        table = Table(*[str(name) for name in frame.columns])
        for row in frame.itertuples(index=False):
            table.add_row(*[str(value) for value in row])
        console.print(table)


@rules_app.command("show")
def show_rules(
    name: Annotated[str, typer.Argument(help="规则集名称或 TOML 路径 | rule set by name or path")],
    on: Annotated[str | None, typer.Option(help="适用日期 | day")] = None,
    language: LanguageOption = "zh",
) -> None:
    """显示一个规则集的每条规则、宽度与依据 | show every rule with its widths and citation."""
    from riverline.rules import describe_rules  # noqa: PLC0415 - only this command needs it

    with _told(language) as console:
        console.print(describe_rules(rl.load_rules(name, on=on), language=language), markup=False, highlight=False)


def _deliver(job: MainJob, console: Console, language: Language) -> Delivery:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        for step in job.run():
            text = step.zh if language == "zh" else step.en
            progress.update(task, description=text, completed=step.number - 1, total=step.total)
        progress.update(task, completed=step.total)
    delivery = cast("Delivery", job.delivery)
    console.print(river_table(delivery.result, language))
    console.print(fault_table(delivery.faults, language))
    for path in (delivery.map_path, delivery.layers_path):
        console.print(f"→ {path}", markup=False, highlight=False, soft_wrap=True)
    return delivery


def _layer(text: str, crs: str | None, columns: dict[str, str] | None) -> Layer:
    file, _, layer = text.partition("::")
    return Layer(Path(file), layer or None, crs, columns=columns)


def _columns(pairs: list[str]) -> dict[str, str] | None:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise rl.JobError(
            f"字段对应应写作 原字段=字段，实际为 {'、'.join(wrong)}",
            f"write a mapping as YOURS=OURS, got {', '.join(wrong)}",
        )
    return dict(pair.split("=", 1) for pair in pairs) or None  # type: ignore[arg-type, misc, return-value]


def _schema(name: str) -> rl.schema.Schema:
    if name not in rl.schema.FRAMES:
        there = ", ".join(sorted(rl.schema.FRAMES))
        raise rl.JobError(
            f"没有名为 {name} 的数据字典；现有：{there}", f"there is no schema {name}; there are: {there}"
        )
    return rl.schema.FRAMES[name]
