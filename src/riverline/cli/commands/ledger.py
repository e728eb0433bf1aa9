"""``riverline ledger``: each subcommand one method of :class:`riverline.Ledger` with printing around it.

Those that write stand in :mod:`riverline.cli.commands.ledger_writing`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import riverline as rl
from riverline.cli.commands.ledger_writing import (
    LedgerArgument,
    LedgerRulesOption,
    import_ledger,
    record,
    take,
    take_events,
)
from riverline.cli.options import LanguageOption, StrictOption  # noqa: TC001 - typer reads them
from riverline.cli.printing.rows import show_rows
from riverline.cli.printing.telling import end, tell_file, told

__all__ = ["ledger_app"]

ledger_app = typer.Typer(help="整改台账 | the rectification ledger", no_args_is_help=True)
for _name, _command in (("take", take), ("record", record), ("events", take_events), ("import", import_ledger)):
    ledger_app.command(_name)(_command)

SampleOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE.gpkg", help="样本另存为图层 | write the sample to a layer")
]
DayOption = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="截至日期，不写则为最后一天 | as of that day")
]
_LISTED = ("problem_id", "river_id", "bank", "chainage_m", "kind", "severity", "status", "found_on", "due_on")


@ledger_app.command("list")
def list_problems(
    ledger: LedgerArgument,
    *,
    on: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="截至日期，不写则为最后一天，逾期为今天 | as of that day"),
    ] = None,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help="只列此状态，例 closed | only of that status")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期的及上报去向 | only what is overdue")] = False,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """列出某日的问题或逾期清单 | problems as they stood on a day, or what is overdue."""
    with told(language) as console:
        book = rl.Ledger.open(ledger, rules=rules, create=False)
        if overdue:
            show_rows(console, book.overdue(on=on), rl.schema.OVERDUE, language)
            return
        rows = book.problems(on=on)
        rows = rows if status is None else rows[rows["status"] == status]
        show_rows(console, rows[list(_LISTED)], rl.schema.PROBLEMS, language)


@ledger_app.command()
def history(
    ledger: LedgerArgument,
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="问题编号 | code of the problem")],
    language: LanguageOption = "zh",
) -> None:
    """一个问题的全部事件 | everything that happened to a problem."""
    with told(language) as console:
        rows = rl.Ledger.open(ledger, create=False).history(problem)
        if rows.empty:
            raise rl.LedgerError(f"没有编号为 {problem} 的问题", f"there is no problem {problem}")
        show_rows(console, rows, rl.schema.EVENTS, language)


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
        book = rl.Ledger.open(ledger, rules=rules, create=False)
        if what == "closing":
            show_rows(console, book.statistics(on=on), rl.schema.LEDGER_SUMS, language)
        elif what == "times":
            show_rows(console, book.closing_times(on=on), rl.schema.CLOSING_TIMES, language)
        else:
            show_rows(console, book.stock_and_increment(cutoff, on=on), rl.schema.STOCK, language)


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
        made = rl.Ledger.open(ledger, rules=rules, create=False).rebounds(distance_m=distance, within=within, on=on)
        show_rows(console, made.rows.drop(columns="geometry"), rl.schema.REBOUNDS, language)
        show_rows(console, made.odds[made.odds["scope"] == "all"], rl.schema.REBOUND_ODDS, language)
        paper = made.reaches[made.reaches["on_paper"].to_numpy(dtype=bool)]
        if len(paper):
            show_rows(console, paper.drop(columns="on_paper"), rl.schema.PAPER_CLOSINGS, language)
        zh = f"可判断的 {len(made.reaches)} 个河段中，{len(paper)} 个是纸面销号"
        en = f"of {len(made.reaches)} reaches that can be told {len(paper)} are closed on paper"
        console.print(zh if language == "zh" else en, highlight=False)


@ledger_app.command("look-back")
def look_back(
    ledger: LedgerArgument,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="分层字段，可写多次，不写为 river_id、kind | strata, repeated"),
    ] = None,
    share: Annotated[
        float | None, typer.Option(metavar="SHARE", help="每层抽取比例，不写按规则 | share of each stratum")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="随机种子 | of the lot")] = 0,
    on: DayOption = None,
    out: SampleOption = None,
    rules: LedgerRulesOption = "national",
    language: LanguageOption = "zh",
) -> None:
    """回头看：从已销号问题中分层随机抽样复查 | a sample of closed problems to look at again."""
    with told(language) as console:
        book = rl.Ledger.open(ledger, rules=rules, create=False)
        drawn = book.look_back(on=on, by=tuple(by or ("river_id", "kind")), share=share, seed=seed)
        show_rows(console, drawn.drop(columns="geometry"), rl.schema.LOOK_BACKS, language)
        if out is not None:
            tell_file(console, rl.export.to_geopackage(out, drawn, language=language))


@ledger_app.command("export")
def export_ledger(
    ledger: LedgerArgument,
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="台账.xlsx 或 事件.jsonl | a workbook or the log of events")
    ],
    language: LanguageOption = "zh",
) -> None:
    """导出 Excel 台账，或可用来重建的事件日志 | write a workbook, or the log that a ledger can be rebuilt from."""
    log = out.suffix.lower() == ".jsonl"
    if not log and out.suffix.lower() != ".xlsx":
        raise typer.BadParameter(
            f"只能导出 .xlsx 台账或 .jsonl 日志，实际为 {out.name} | a workbook (.xlsx) or a log (.jsonl)"
        )
    with told(language) as console:
        book = rl.Ledger.open(ledger, create=False)
        tell_file(console, book.to_log(out) if log else book.to_excel(out, language=language))


@ledger_app.command()
def verify(ledger: LedgerArgument, *, language: LanguageOption = "zh", strict: StrictOption = False) -> None:
    """核对校验链、现状和附件 | prove the chain of events, the states and the attachments."""
    with told(language) as console:
        from riverline.cli.printing.summary import fault_rows

        faults = rl.Ledger.open(ledger, create=False).verify()
        console.print(fault_rows(faults, language))
        end(faults, strict=strict)
