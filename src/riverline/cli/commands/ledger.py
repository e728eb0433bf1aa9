"""The subcommands of ``riverline ledger``: each one method of :class:`riverline.Ledger` with printing around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

import riverline as rl
from riverline.cli.files import file_and_layer
from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    StrictOption,
    file_option,
    pair,
)
from riverline.cli.printing.telling import end, tell_file, told

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from rich.console import Console

    from riverline.schema import Language, Schema

__all__ = ["ledger_app"]

ledger_app = typer.Typer(help="整改台账 | the rectification ledger", no_args_is_help=True)

LedgerArgument = Annotated[Path, typer.Argument(metavar="台账.gpkg", help="台账文件 | the ledger's file")]
DayOption = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="截至日期，不写则为最后一天 | as of that day")
]
HappenedOption = Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="发生日期 | day on which it happened")]
ByOption = Annotated[str, typer.Option(metavar="NAME", help="经办人 | who did it")]
LedgerRulesOption = Annotated[
    str, typer.Option(metavar="NAME", help="台账规则名称或 TOML 文件 | rules of the ledger, by name or TOML file")
]
SHOWN = 40
_SEGMENT_M = 500.0
_LISTED = ("problem_id", "river_id", "bank", "chainage_m", "kind", "severity", "status", "found_on", "due_on")


@ledger_app.command()
def take(  # noqa: PLR0913 - one option a thing to say
    ledger: LedgerArgument,
    file: Annotated[str, typer.Argument(metavar=FILE, help="疑似图斑、问题或投诉，图层或表格 | suspects or problems")],
    *,
    source: Annotated[str, typer.Option(metavar="TEXT", help="来源，例 遥感2025Q2 | where they come from")],
    on: HappenedOption,
    column: Annotated[
        list[str] | None, typer.Option(metavar="YOURS=OURS", help="字段对应，可写多次 | field mapping, may be repeated")
    ] = None,
    word: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OURS::YOURS=VALUE", help="词语对应，例 kind::垃圾=dumping | a word of a column, repeated"
        ),
    ] = None,
    date_format: Annotated[
        str | None,
        typer.Option(metavar="FORMAT", help='日期次序，例 "%m/%d/%Y %H:%M"；Excel 序号写 excel | how days are written'),
    ] = None,
    axes: Annotated[
        str | None, file_option("河道中心线：先定河流、岸别、桩号、河段 | axes: put problems on their river first")
    ] = None,
    admin: Annotated[str | None, file_option("行政区，配合 --axes | administrative units, with --axes")] = None,
    chiefs: Annotated[str | None, file_option("各级河长，配合 --axes | chiefs, with --axes")] = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """收入疑似图斑、问题或投诉，已有的不重复收 | take problems; what is there already adds nothing."""
    if axes is None and (admin or chiefs):
        raise typer.BadParameter("--admin 和 --chiefs 需要 --axes | --admin and --chiefs need --axes")
    with told(language) as console:
        from riverline.cli.printing.summary import fault_counts
        from riverline.ledger.reading import dated

        # Days are read before a problem is put on its river: nothing else takes one in another order.
        frame, placing = dated(_read(file, column, crs, encoding), date_format), []
        if axes is not None:
            frame, faults = _on_rivers(frame, axes, {"admin": admin, "chiefs": chiefs})
            placing.append(faults)
        made = rl.Ledger.open(ledger, rules=rules).take(frame, source=source, on=on, words=_words(word))
        made = replace(made, faults=rl.faults.combine([*placing, made.faults], crs=made.faults.crs))
        zh, en = (
            f"新收 {len(made.added)} 条，已有 {len(made.kept)} 条",
            f"{len(made.added)} added, {len(made.kept)} kept",
        )
        console.print(zh if language == "zh" else en, highlight=False)
        _show(console, made.proposals, rl.schema.PROPOSALS, language)
        console.print(fault_counts(made.faults, language))
        end(made.faults, strict=strict)


@ledger_app.command()
def record(  # noqa: PLR0913 - one option a thing that is said of an event
    ledger: LedgerArgument,
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="问题编号 | code of the problem")],
    event: Annotated[str, typer.Argument(metavar="EVENT", help="事件，例 assigned、closed | what happened")],
    *,
    on: HappenedOption,
    by: ByOption,
    note: Annotated[str, typer.Option(metavar="TEXT", help="备注 | what there is to say")] = "",
    file: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="附件，可写多次 | attachment, repeated")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OURS=VALUE", help="改动字段，例 due_on=2025-07-01，可写多次 | change a column"),
    ] = None,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """记录一个事件：交办、整改、复核、销号、反弹等 | record what happened to a problem."""
    changes = dict(pair(text, option="--set") for text in set_ or [])
    with told(language) as console:
        book = rl.Ledger.open(ledger, rules=rules)
        code = book.record(problem, event, on=on, by=by, note=note, files=file or [], changes=changes)
        said = f"已记录，事件编号 {code}" if language == "zh" else f"recorded as event {code}"
        console.print(said, highlight=False)


@ledger_app.command("events")
def take_events(
    ledger: LedgerArgument,
    file: Annotated[str, typer.Argument(metavar=FILE, help="事件表：问题编号、事件、日期、经办人 | a table of events")],
    *,
    column: Annotated[
        list[str] | None, typer.Option(metavar="YOURS=OURS", help="字段对应，可写多次 | field mapping, may be repeated")
    ] = None,
    encoding: EncodingOption = None,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """一次记录一张事件表，不合规则的逐条说明 | record a table of events; those that are not allowed are told."""
    with told(language) as console:
        from riverline.cli.printing.summary import fault_rows

        path, layer = file_and_layer(file)
        table = _events(path, layer, dict(pair(text) for text in column or []), encoding)
        made = rl.Ledger.open(ledger, rules=rules).record_all(table)
        zh, en = f"已记录 {len(made.events)} 个事件", f"{len(made.events)} events recorded"
        console.print(zh if language == "zh" else en, highlight=False)
        console.print(fault_rows(made.faults, language))
        end(made.faults, strict=strict)


@ledger_app.command("list")
def list_problems(
    ledger: LedgerArgument,
    *,
    on: DayOption = None,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="只列此状态，例 closed | only of that status")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的及上报去向 | only what is overdue")] = False,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """列出某日的问题或逾期清单 | problems as they stood on a day, or what is overdue."""
    with told(language) as console:
        book = rl.Ledger.open(ledger, rules=rules)
        if overdue:
            _show(console, book.overdue(on=on), rl.schema.OVERDUE, language)
            return
        rows = book.problems(on=on)
        rows = rows if status is None else rows[rows["status"] == status]
        _show(console, rows[list(_LISTED)], rl.schema.PROBLEMS, language)


@ledger_app.command()
def history(
    ledger: LedgerArgument,
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="问题编号 | code of the problem")],
    language: LanguageOption = "zh",
) -> None:
    """一个问题的全部事件 | everything that happened to a problem."""
    with told(language) as console:
        _show(console, rl.Ledger.open(ledger).history(problem), rl.schema.EVENTS, language)


@ledger_app.command()
def statistics(
    ledger: LedgerArgument,
    what: Annotated[
        Literal["closing", "times", "stock"],
        typer.Argument(help="销号、用时、存量增量 | closing, times to close, stock and increment"),
    ] = "closing",
    *,
    on: DayOption = None,
    cutoff: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="存量增量分界 | parts the stock")] = None,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """按河流、行政区、类型、程度、责任人、月份统计 | counts by river, unit, kind, severity, responsible, month."""
    with told(language) as console:
        book = rl.Ledger.open(ledger, rules=rules)
        if what == "closing":
            _show(console, book.statistics(on=on), rl.schema.LEDGER_SUMS, language)
        elif what == "times":
            _show(console, book.closing_times(on=on), rl.schema.CLOSING_TIMES, language)
        else:
            _show(console, book.stock_and_increment(cutoff, on=on), rl.schema.STOCK, language)


@ledger_app.command()
def rebounds(
    ledger: LedgerArgument,
    *,
    distance: Annotated[
        float | None, typer.Option(metavar="M", help="同一处的距离 | how near is the same place")
    ] = None,
    within: Annotated[int | None, typer.Option(metavar="DAYS", help="销号后多少天内 | days after closing")] = None,
    on: DayOption = None,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """销号后又出现的问题、反弹概率、纸面销号河段 | closed problems that are back, odds, reaches closed on paper."""
    with told(language) as console:
        made = rl.Ledger.open(ledger, rules=rules).rebounds(distance_m=distance, within=within, on=on)
        _show(console, made.rows.drop(columns="geometry"), rl.schema.REBOUNDS, language)
        _show(console, made.odds[made.odds["scope"] == "all"], rl.schema.REBOUND_ODDS, language)
        paper = made.reaches[made.reaches["on_paper"].to_numpy(dtype=bool)]
        if len(paper):
            _show(console, paper.drop(columns="on_paper"), rl.schema.PAPER_CLOSINGS, language)
        zh = f"可判断的 {len(made.reaches)} 个河段中，{len(paper)} 个是纸面销号"
        en = f"of {len(made.reaches)} reaches that can be told {len(paper)} are closed on paper"
        console.print(zh if language == "zh" else en, highlight=False)


@ledger_app.command("export")
def export_ledger(
    ledger: LedgerArgument,
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="台账.xlsx 或 事件.jsonl | a workbook or the log of events")
    ],
    language: LanguageOption = "zh",
) -> None:
    """导出 Excel 台账，或可用来重建的事件日志 | write a workbook, or the log that a ledger can be rebuilt from."""
    with told(language) as console:
        book = rl.Ledger.open(ledger)
        log = out.suffix.lower() == ".jsonl"
        tell_file(console, book.to_log(out) if log else book.to_excel(out, language=language))


@ledger_app.command("import")
def import_ledger(
    ledger: LedgerArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="改过的 .xlsx，或 .jsonl 日志 | a workbook, or a log")],
    *,
    on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="表格改动的日期 | day of the edits")] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="改表格的人 | who edited it")] = "",
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """收回改过的 Excel 台账，或由事件日志重建台账 | take back an edited workbook, or rebuild a ledger from its log."""
    log = file.suffix.lower() == ".jsonl"
    if not log and (on is None or not by):
        raise typer.BadParameter("收回表格要写 --on 和 --by | a workbook needs --on and --by")
    with told(language) as console:
        from riverline.cli.printing.summary import fault_rows

        if log:
            tell_file(console, rl.Ledger.rebuild(ledger, log=file, rules=rules).path)
            return
        made = rl.Ledger.open(ledger, rules=rules).take_back(file, by=by, on=on or "")
        _show(console, made.events, rl.schema.EVENTS, language)
        console.print(fault_rows(made.faults, language))
        end(made.faults, strict=strict)


@ledger_app.command()
def verify(ledger: LedgerArgument, *, language: LanguageOption = "zh", strict: StrictOption = False) -> None:
    """核对校验链、现状和附件 | prove the chain of events, the states and the attachments."""
    with told(language) as console:
        from riverline.cli.printing.summary import fault_rows

        faults = rl.Ledger.open(ledger).verify()
        console.print(fault_rows(faults, language))
        end(faults, strict=strict)


def _read(file: str, column: list[str] | None, crs: str | None, encoding: str | None) -> pd.DataFrame:
    """A layer or a table, with its columns called by the dictionary's names."""
    path, layer = file_and_layer(file)
    columns = dict(pair(text) for text in column or [])
    if path.suffix.lower() in {".csv", ".xlsx", ".xls", ".txt"}:
        return _table(path, columns, encoding)
    schema = rl.schema.PROBLEMS
    # A ledger asks for no more than a kind and a day: what a layer lacks is looked at there.
    loose = replace(schema, columns=tuple(replace(column, optional=True) for column in schema))
    frame = rl.read_layer(path, loose, layer=layer, columns=columns or None, crs=crs, encoding=encoding)
    return rl.geodesy.to_metric(frame) if frame.crs.is_geographic else frame


def _on_rivers(
    frame: pd.DataFrame, axes: str, named: dict[str, str | None]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Problems with river, bank, chainage, segment, and what the named layers tell; and what could not be found out."""
    from riverline.ledger import reading

    schemas = {"admin": rl.schema.ADMIN, "chiefs": rl.schema.CHIEFS}
    path, layer = file_and_layer(axes)
    line = rl.geodesy.to_metric(rl.read_layer(path, rl.schema.AXES, layer=layer))
    known = {}
    for name, text in named.items():
        if text is not None:
            path, layer = file_and_layer(text)
            known[name] = rl.read_layer(path, schemas[name], layer=layer)
    placed = rl.attach(
        reading.placed(frame, line.crs), line, segments=rl.split_axes(line, length_m=_SEGMENT_M), **known
    )
    return placed.problems, placed.faults


def _events(path: Path, layer: str | None, columns: dict[str, str], encoding: str | None) -> pd.DataFrame:
    """A table of events from a file of text, a workbook, or a GeoPackage."""
    import pandas as pd
    import pyogrio

    if path.suffix.lower() in {".csv", ".txt", ".xlsx", ".xls"}:
        return _table(path, columns, encoding)
    try:
        read = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise rl.ReadError(f"无法读取表格 {path}：{error}", f"cannot read the table {path}: {error}") from error
    return pd.DataFrame(read).rename(columns=columns)


def _table(path: Path, columns: dict[str, str], encoding: str | None) -> pd.DataFrame:
    import pandas as pd

    try:
        if path.suffix.lower().startswith(".xls"):
            return pd.read_excel(path, dtype=str).rename(columns=columns)
        return pd.read_csv(path, dtype=str, encoding=encoding or "utf-8-sig").rename(columns=columns)
    except (OSError, ValueError) as error:
        raise rl.ReadError(f"无法读取表格 {path}：{error}", f"cannot read the table {path}: {error}") from error


def _words(texts: list[str] | None) -> dict[str, dict[str, str]]:
    """``kind::垃圾=dumping`` as what a ledger takes."""
    words: dict[str, dict[str, str]] = {}
    for text in texts or []:
        column, mark, rest = text.partition("::")
        if not mark:
            raise typer.BadParameter(
                f"--word 应写作 kind::垃圾=dumping，实际为 {text} | write it as kind::yours=dumping"
            )
        yours, ours = pair(rest, option="--word")
        words.setdefault(column, {})[yours] = ours
    return words


def _show(console: Console, rows: pd.DataFrame, schema: Schema, language: Language) -> None:
    """A frame as a table of the terminal, its first rows."""
    from riverline.cli.tables import add_row, table_of

    columns = [schema[name] for name in rows.columns if name in schema]
    right = tuple(at for at, column in enumerate(columns) if column.kind in {"number", "integer"})
    lesser = tuple(range(len(columns) - 1, 2, -1))
    heads = [column.label(language) for column in columns]
    table = table_of(schema.label(language), heads, right=right, lesser=lesser, language=language)
    for row in rows[[column.name for column in columns]].head(SHOWN).itertuples(index=False):
        add_row(table, *(_cell(value, column, language) for value, column in zip(row, columns, strict=True)))
    if len(rows) > SHOWN:
        table.caption = f"共 {len(rows)} 行" if language == "zh" else f"{len(rows)} rows in all"
    console.print(table)


def _cell(value: Any, column: Any, language: Language) -> str:  # noqa: ANN401 - a value, a column
    import pandas as pd

    if pd.isna(value):
        return ""
    if column.kind == "date":
        return str(value)[:10]
    if column.kind == "number":
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(column.value_label(value, language))
