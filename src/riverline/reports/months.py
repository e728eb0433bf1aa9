"""What a month's circular says: 通报 of what was found, closed, overdue and back, by unit, from the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.errors import JobError
from riverline.io.sheet_cells import clean_text
from riverline.ledger import Ledger
from riverline.reports.counting import By, count_month, month_of
from riverline.reports.dossiers import form_named, still_open
from riverline.reports.drawing import draw_bars, draw_map
from riverline.reports.given import Given, as_day, gather, rivers_in
from riverline.reports.model import Block, Document, Paragraph, Section, Table, numbered
from riverline.reports.periods import captioned, not_of_ledger, not_of_month, spans_of
from riverline.reports.printed import table_of, tables_of, with_rivers
from riverline.reports.wording import blank, day_in_words, month_in_words, remarks_of, said
from riverline.schema import FRAMES, MONTH_SUMS, PROBLEMS
from riverline.style import Layer, collect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from riverline.schema import Language

__all__ = ["compose_monthly"]

_SHOWN_MONTHS = 12


def compose_monthly(
    ledger: Ledger,
    month: str,
    *results: Any,  # noqa: ANN401 - hotspots, patrols, scores, axes
    by: By = "admin",
    authority: str | None = None,
    number: str | None = None,
    date: dt.date | str | None = None,
    language: Language = "zh",
) -> Document:
    """A month's circular as content, before it becomes a file.

    Parameters
    ----------
    ledger
        The ledger.
    month
        ``"2025-12"``.
    *results
        Hotspots, patrols, an assessment, axes for the map; what is not given is told.
    by
        Unit that is counted and ranked by.
    authority, number, date
        Who circulates it, under which number, when; a blank where not given.
    language
        Of every text.

    Returns
    -------
    Document
        Sections, tables and figures.

    Raises
    ------
    JobError
        If the ledger is none, or the month or the date is none.
    SchemaError
        If something is neither a result nor a frame.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> folder = tempfile.TemporaryDirectory()
    >>> compose_monthly(rl.Ledger.open(f"{folder.name}/台账.gpkg"), "2025-12").title
    '2025年12月河湖“四乱”问题整治情况通报'
    >>> folder.cleanup()
    """
    book: object = ledger
    if not isinstance(book, Ledger):
        kind = type(book).__name__
        raise JobError(
            f"ledger 应为 riverline.Ledger.open 打开的台账，实际为 {kind}",
            f"ledger must be what riverline.Ledger.open gives, got {kind}",
        )
    first, last = month_of(month)
    day = as_day(date)
    given = gather(results, language=language)
    problems = ledger.problems(on=last)
    words = month_in_words(first, language)
    whole = (*not_of_ledger(ledger, (first, last), language), *_whole(ledger, month, problems, language))
    sections = [
        Section(said(language, "总体情况", "The whole"), whole),
        Section(said(language, "分单位情况与排名", "By unit, ranked"), tuple(_units(ledger, month, by, language))),
        Section(said(language, "本月发现的问题", "Found in the month"), tuple(_found(problems, month, language))),
        Section(said(language, "逾期问题", "Overdue"), tuple(_overdue(ledger, last, language))),
        Section(said(language, "反弹", "Rebounds"), tuple(_back(ledger, first, last, language))),
        *_more(given, problems, language, (first, last)),
    ]
    title = said(language, f"{words}河湖“四乱”问题整治情况通报", f"Circular on river problems, {words}")
    running = said(language, f"河湖“四乱”整治月通报　{words}", f"Monthly circular · {words}")
    closing = (clean_text(blank(authority)), day_in_words(day, language))
    layers = [layer for same in given.layers.values() for layer in same]
    until = said(
        language,
        f"统计截止：{day_in_words(last, language)}；台账规则：{ledger.rules.title}",
        f"As of {last.isoformat()}; rules of the ledger: {ledger.rules.name}",
    )
    return numbered(
        Document(
            title,
            language,
            running,
            clean_text(blank(number, width=8)),
            with_rivers(sections, rivers_in(given), language),
            closing,
            (clean_text(until), *remarks_of(layers, language)),
        )
    )


def _whole(ledger: Ledger, month: str, problems: pd.DataFrame, language: Language) -> Iterator[Block]:
    row = count_month(ledger, month, by=None).iloc[0]
    before = count_month(ledger, _month_before(month), by=None).iloc[0]
    found, closed, back = (int(row[name]) for name in ("found_count", "month_closed_count", "month_reopened_count"))
    share = "—" if pd.isna(row["closed_percent"]) else f"{row['closed_percent']:.1f} %"
    yield Paragraph(
        said(
            language,
            f"本月新发现问题 {found} 个，上月 {before['found_count']} 个；本月销号 {closed} 个，上月 "
            f"{before['month_closed_count']} 个；本月反弹 {back} 个。截至月末，"
            f"累计问题 {row['problem_count']} 个，未销号 {row['open_count']} 个，"
            f"其中逾期 {row['overdue_count']} 个，销号率 {share}。",
            f"{found} problems were found in the month ({before['found_count']} the month before), {closed} closed "
            f"({before['month_closed_count']}), {back} reopened. At its end there are {row['problem_count']} problems, "
            f"{row['open_count']} of them open, {row['overdue_count']} overdue; {share} are closed.",
        )
    )
    figure = _by_month(problems, month, language)
    if figure is not None:
        yield figure
    _, last = month_of(month)
    stock = ledger.stock_and_increment(on=last)
    stock = stock[stock["scope"].isin({"all", "kind"})]
    kinds = PROBLEMS["kind"]
    every = said(language, "合计", "Total")
    parts = [
        every if scope == "all" else kinds.value_label(part, language)
        for scope, part in zip(stock["scope"], stock["part"], strict=True)
    ]
    if len(stock) and int(row["problem_count"]):
        yield from _stock(stock.assign(part=parts), language)


def _stock(stock: pd.DataFrame, language: Language) -> Iterator[Block]:
    """What was there before the cutoff, and since; that nothing was is a sentence, not a column of noughts."""
    if stock["stock_count"].any():
        yield from _tables(stock, "stock", language)
        return
    day = pd.Timestamp(stock["cutoff"].iloc[0]).date()
    yield Paragraph(
        said(
            language,
            f"台账中没有 {day_in_words(day, language)}（存量与增量的分界日期）以前的存量问题，以上问题均为增量。",
            f"The ledger has no stock from before {day.isoformat()}, the day that parts stock from increment: all of "
            "these problems are increment.",
        )
    )
    yield from _tables(stock.drop(columns=["stock_count", "stock_open", "cutoff"]), "stock", language)


def _by_month(problems: pd.DataFrame, month: str, language: Language) -> Block | None:
    """Found and closed month by month, up to this one."""
    months = [str(each) for each in pd.period_range(end=month, periods=_SHOWN_MONTHS, freq="M")]
    real = problems[problems["status"] != "rejected"]
    closed = real[real["status"] == "closed"]
    series = {
        said(language, "发现", "Found"): _counts(real["found_on"], months),
        said(language, "销号", "Closed"): _counts(closed["closed_on"], months),
    }
    if not any(map(sum, series.values())):
        return None
    return draw_bars(months, series, title=said(language, "近十二个月发现与销号数", "Found and closed, twelve months"))


def _counts(days: pd.Series, months: Sequence[str]) -> list[int]:
    counted = days.dt.strftime("%Y-%m").value_counts()
    return [int(counted.get(month, 0)) for month in months]


def _month_before(month: str) -> str:
    return str(pd.Period(month, freq="M") - 1)


def _units(ledger: Ledger, month: str, by: By, language: Language) -> Iterator[Block]:
    """One row a unit in the order of ranks, then all together."""
    column = PROBLEMS[by]
    none = said(language, "未填写", "Not given")
    units = count_month(ledger, month, by=by)
    units["part"] = [column.value_label(part, language) or none for part in units["part"]]
    whole = count_month(ledger, month, by=None).assign(part="", rank_place=None)
    if units.empty:
        when = ("", "") if ledger.history().empty else ("截至月末，", " at the end of the month")
        yield Paragraph(said(language, f"{when[0]}台账中没有问题。", f"The ledger holds no problem{when[1]}."))
        return
    body, total = (_sheets(frame, "month_sums", language)[0].sheet for frame in (units, MONTH_SUMS.conform(whole)))
    form = form_named("monthly")
    heads = tuple(
        replace(head, name=by, label=column.label(language)) if head.name == "part" else head for head in body.heads
    )
    last = [form.total(language), *total.rows[0][1:]]
    yield table_of(replace(body, heads=heads, rows=[*body.rows, last], strong=frozenset({len(body.rows)})))
    yield Paragraph(
        said(
            language,
            f"排名按月末销号率由高到低，相同者并列，{none}者不参与排名；排名办法为本软件所定，以当地考核办法为准。",
            "Ranked by the share closed at the month's end, equals share a place, what names no unit has none; local "
            "rules go before it.",
        ),
        "note",
    )


def _found(problems: pd.DataFrame, month: str, language: Language) -> Iterator[Block]:
    rows = problems[problems["found_on"].dt.strftime("%Y-%m") == month]
    yield from _tables_or(rows, "problems", language, said(language, "本月没有新发现的问题。", "None was found."))


def _overdue(ledger: Ledger, last: dt.date, language: Language) -> Iterator[Block]:
    rows = ledger.overdue(on=last)
    yield from _tables_or(rows, "overdue", language, said(language, "月末没有逾期问题。", "None is overdue."))


def _back(ledger: Ledger, first: dt.date, last: dt.date, language: Language) -> Iterator[Block]:
    rows = ledger.rebounds(on=last).rows
    rows = rows[rows["back_on"].between(pd.Timestamp(first), pd.Timestamp(last))]
    yield from _tables_or(rows, "rebounds", language, said(language, "本月没有反弹问题及线索。", "None is back."))


def _more(
    given: Given, problems: pd.DataFrame, language: Language, month: tuple[dt.date, dt.date]
) -> Iterator[Section]:
    """Hotspots, patrols and scores as far as they were given."""
    parts = (
        (said(language, "热点河段", "Hotspots"), ("hot_reaches",)),
        (said(language, "巡河情况", "Patrols"), ("patrolled_duties",)),
        (said(language, "考核", "Assessment"), ("scores", "cards")),
    )
    absent = []
    for title, schemas in parts:
        if not any(name in given for name in schemas):
            absent.append(title)
            continue
        blocks: list[Block] = []
        for name in (each for each in schemas if each in given):
            blocks += _of_days(given, name, month, language)
        if schemas == ("hot_reaches",):
            blocks += _spots_map(given, problems, language)
        yield Section(title, tuple(blocks))
    if absent:
        listed = said(language, "、", ", ").join(absent)
        yield Section(
            said(language, "未提供的内容", "What was not given"),
            (Paragraph(said(language, f"编制时未提供：{listed}。", f"Not given when this was made: {listed}.")),),
        )


def _of_days(given: Given, name: str, month: tuple[dt.date, dt.date], language: Language) -> Iterator[Block]:
    """The tables of a schema under the days that they are of, in red where these are not the month's."""
    spans = spans_of(name, given, language)
    rows = given.rows(name)
    if not len(rows):
        known = [span for span in spans if span.known]
        yield from not_of_month(name, known, month, language)
        label = FRAMES[name].label(language)
        none = captioned(said(language, f"没有{label}记录", f"{label}: none"), known, language)
        yield Paragraph(none + said(language, "。", "."))
        return
    yield from not_of_month(name, spans, month, language)
    for table in _tables(rows, name, language):
        yield replace(table, title=captioned(table.title, spans, language))


def _spots_map(given: Given, problems: pd.DataFrame, language: Language) -> Iterable[Block]:
    still = still_open(problems)
    layers = [*given.chosen("axes", "extents", "hot_reaches"), *(collect(still) if len(still) else ())]
    if any(len(layer.frame) for layer in layers if layer.name in {"axes", "extents"}):
        title = said(language, "热点河段与未销号问题分布图", "Hot reaches and open problems")
        figure = draw_map(layers, title=title, language=language)
        if figure is not None:
            yield figure


def _tables_or(rows: pd.DataFrame, name: str, language: Language, none: str) -> Iterator[Block]:
    if len(rows):
        yield from _tables(rows, name, language)
    else:
        yield Paragraph(none)


def _tables(rows: pd.DataFrame, name: str, language: Language) -> list[Table]:
    return [table for table in _sheets(rows, name, language) if table.rows]


def _sheets(rows: pd.DataFrame, name: str, language: Language) -> list[Table]:
    layer = Layer(name, FRAMES[name], rows)
    return [table for _, table in tables_of([layer], form_named("monthly"), language=language)]
