"""The subcommands of ``riverline ledger`` that write: ``take``, ``record``, ``events`` and ``import``.

Only ``take``, and ``import`` of a log, begin a ledger where none is: a mistyped path is an error for all others.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from riverline.cli.printing.rows import show_rows
from riverline.cli.printing.telling import end, tell_file, told

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["LedgerArgument", "LedgerRulesOption", "import_ledger", "record", "take", "take_events"]

LedgerArgument = Annotated[Path, typer.Argument(metavar="台账.gpkg", help="台账文件 | the ledger's file")]
HappenedOption = Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="发生日期 | day on which it happened")]
ByOption = Annotated[str, typer.Option(metavar="NAME", help="经办人 | who did it")]
LedgerRulesOption = Annotated[
    str, typer.Option(metavar="NAME", help="台账规则名称或 TOML 文件 | rules of the ledger, by name or TOML file")
]
_SEGMENT_M = 500.0


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
        show_rows(console, made.proposals, rl.schema.PROPOSALS, language)
        console.print(fault_counts(made.faults, language))
        end(made.faults, strict=strict)


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
        book = rl.Ledger.open(ledger, rules=rules, create=False)
        code = book.record(problem, event, on=on, by=by, note=note, files=file or [], changes=changes)
        said = f"已记录，事件编号 {code}" if language == "zh" else f"recorded as event {code}"
        console.print(said, highlight=False)


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
        made = rl.Ledger.open(ledger, rules=rules, create=False).record_all(table)
        zh, en = f"已记录 {len(made.events)} 个事件", f"{len(made.events)} events recorded"
        console.print(zh if language == "zh" else en, highlight=False)
        console.print(fault_rows(made.faults, language))
        end(made.faults, strict=strict)


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
        made = rl.Ledger.open(ledger, rules=rules, create=False).take_back(file, by=by, on=on or "")
        show_rows(console, made.events, rl.schema.EVENTS, language)
        console.print(fault_rows(made.faults, language))
        end(made.faults, strict=strict)


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
