"""Which days hotspots, patrols and scores of a report are of: numbers without their days pass for the report's own."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from riverline.io.sheet_cells import clean_text
from riverline.reports.model import Paragraph
from riverline.reports.wording import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from riverline.ledger import Ledger
    from riverline.reports.given import Given
    from riverline.schema import Language

__all__ = [
    "Span",
    "after_day",
    "captioned",
    "days_of_period",
    "ledger_days",
    "not_of_ledger",
    "not_of_month",
    "spans_of",
]

_WINDOW = re.compile(r"(?:时段|window )(?:\s?(\d{4}-\d\d-\d\d) (?:至|to) |截至 |up to )(\d{4}-\d\d-\d\d)")
_OPEN = re.compile("时段不限|window open")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_HALF = re.compile(r"(\d{4})(?:-?[Hh]([12])|年?([上下])半年)")
_QUARTER = re.compile(r"(\d{4})(?:-?[Qq]([1-4])|年?第?([1-4一二三四])季度)")
_MONTH = re.compile(r"(\d{4})(?:-(\d\d)|年(\d{1,2})月)")
_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:/|至| to )(\d{4}-\d\d-\d\d)")
_QUARTERS, _HALVES = "一二三四", "上下"
_NAMED = 6
_KINDS = {
    "hot_reaches": ("热点统计时段", "Window of the hotspots"),
    "patrolled_duties": ("巡河统计期间", "Days of the patrols"),
    "scores": ("考核期", "Period of the scores"),
    "cards": ("考核期", "Period of the cards"),
}
_OTHERS = {
    "hot_reaches": (
        "不是截至本月的，热点不是本月的情况",
        "which does not end in the month: these are not its hotspots",
    ),
    "patrolled_duties": (
        "与本月起止日期不同，次数与覆盖率不是本月的",
        "which are not the month: counts and shares are of those days",
    ),
    "scores": ("不含本月，得分不是本月的", "without the month: these are not its scores"),
    "cards": ("不含本月，黄牌、红牌不是本月的", "without the month: these are not its cards"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Days that some rows are of.

    Attributes
    ----------
    words
        As a reader is told.
    first, last
        Its ends; None where it has none, or where none is known.
    known
        Whether anything tells of them.
    """

    words: str
    first: dt.date | None = None
    last: dt.date | None = None
    known: bool = True


def spans_of(name: str, given: Given, language: Language) -> list[Span]:
    """The days that the rows of a schema are of; none for a schema that has no such days.

    Parameters
    ----------
    name
        Of the schema.
    given
        What the report was given.
    language
        Of the words.

    Notes
    -----
    Hotspots have those of their search, or else those that the sentence of each reach names; patrols those of their
    coverage, or else those that they were measured for; scores and cards their periods as the office writes them.

    Examples
    --------
    >>> from riverline.reports.given import Given
    >>> spans_of("extents", Given({}), "zh"), spans_of("hot_reaches", Given({}), "zh")[0].words
    ([], '时段不明')
    """
    found = _SOURCES[name](name, given, language) if name in _SOURCES else []
    if found or name not in _SOURCES:
        return found
    return [Span(said(language, "时段不明", "days unknown"), known=False)]


def _hot(name: str, given: Given, language: Language) -> list[Span]:
    spans = []
    for layer in given.layers.get(name, ()):
        told: Any = None if layer.run is None else layer.run.inputs.get("find_hotspots")
        if told is not None:
            spans.append(_until(told["since"], told["on"], language))
            continue
        for reason in layer.frame.get("reason", pd.Series(dtype="object")).dropna().astype("str"):
            window = _WINDOW.search(reason)
            if window:
                spans.append(_until(window[1], window[2], language))
            elif _OPEN.search(reason):
                spans.append(_until(None, None, language))
    return list(dict.fromkeys(spans))


def _until(since: str | None, until: str | None, language: Language) -> Span:
    if until is None:
        return Span(said(language, "时段不限", "of any day"))
    last = dt.date.fromisoformat(until)
    if since is None:
        return Span(said(language, f"截至 {until}", f"up to {until}"), None, last)
    return _between(dt.date.fromisoformat(since), last, language)


def _between(first: dt.date, last: dt.date, language: Language) -> Span:
    return Span(said(language, f"{first} 至 {last}", f"{first} to {last}"), first, last)


def _patrols(name: str, given: Given, language: Language) -> list[Span]:
    rows = given.rows("coverage")
    first, last = (pd.to_datetime(rows.get(end, pd.Series(dtype="object"))) for end in ("period_start", "period_end"))
    if first.notna().any() and last.notna().any():
        return [_between(first.min().date(), last.max().date(), language)]
    windows: list[Any] = [each.run.inputs.get("window") for each in given.layers.get(name, ()) if each.run is not None]
    days = pd.to_datetime([each[end] for each in windows if each for end in ("since", "until")])
    known = days[days.notna()]
    return [_between(known.min().date(), known.max().date(), language)] if len(known) else []


def _scored(name: str, given: Given, language: Language) -> list[Span]:  # noqa: ARG001 - periods are the office's words
    periods = given.rows(name).get("period", pd.Series(dtype="object")).dropna().astype("str")
    found = []
    for period in sorted(set(periods) - {""}):
        days = days_of_period(period)
        words = clean_text(period)
        found.append(Span(words, *days) if days else Span(words, known=False))
    return found


_SOURCES: dict[str, Callable[[str, Given, Language], list[Span]]] = {
    "hot_reaches": _hot,
    "patrolled_duties": _patrols,
    "scores": _scored,
    "cards": _scored,
}


def days_of_period(period: str) -> tuple[dt.date, dt.date] | None:
    """First and last day of a period as offices write it; None where its words tell no days.

    Examples
    --------
    >>> [str(day) for day in days_of_period("2025Q4")], [str(day) for day in days_of_period("2025年上半年")]
    (['2025-10-01', '2025-12-31'], ['2025-01-01', '2025-06-30'])
    >>> [str(day) for day in days_of_period("2024-02")], days_of_period("第一期")
    (['2024-02-01', '2024-02-29'], None)
    """
    text = period.strip()
    if found := _DAYS.fullmatch(text):
        try:
            return dt.date.fromisoformat(found[1]), dt.date.fromisoformat(found[2])
        except ValueError:
            return None
    if found := _MONTH.fullmatch(text):
        return _months(found[1], int(found[2] or found[3]), 1)
    if found := _QUARTER.fullmatch(text):
        number = int(found[2]) if found[2] else _place(found[3], _QUARTERS)
        return _months(found[1], 3 * number - 2, 3)
    if found := _HALF.fullmatch(text):
        number = int(found[2]) if found[2] else _place(found[3], _HALVES)
        return _months(found[1], 6 * number - 5, 6)
    found = _YEAR.fullmatch(text)
    return _months(found[1], 1, 12) if found else None


def _place(sign: str, signs: str) -> int:
    return int(sign) if sign.isdigit() else signs.index(sign) + 1


def _months(year: str, first: int, count: int) -> tuple[dt.date, dt.date] | None:
    number, last = int(year), first + count - 1
    if not (number and 1 <= first <= last <= 12):  # noqa: PLR2004 - months of a year
        return None
    return dt.date(number, first, 1), dt.date(number, last, calendar.monthrange(number, last)[1])


def captioned(title: str, spans: list[Span], language: Language) -> str:
    """A caption followed by the days that its rows are of.

    Examples
    --------
    >>> captioned("考核得分", [Span("2025Q3"), Span("2025Q4")], "zh"), captioned("界桩", [], "zh")
    ('考核得分（2025Q3、2025Q4）', '界桩')
    """
    if not spans:
        return title
    told = said(language, "、", ", ").join(span.words for span in spans[:_NAMED])
    told += said(language, f"等 {len(spans)} 期", f" … ({len(spans)})") if len(spans) > _NAMED else ""
    return said(language, f"{title}（{told}）", f"{title} ({told})")


def not_of_month(
    name: str, spans: list[Span], month: tuple[dt.date, dt.date], language: Language
) -> Iterator[Paragraph]:
    """In red, the days that rows are of where these are not a month's.

    Patrols are a month's if they are of its days and no other; hotspots if the last day that counts lies in it; scores
    if their period holds all of it, as that of a quarter does.
    """
    others = [span for span in spans if span.known and not _fits(name, span, month)]
    yield from _in_red(name, others, _OTHERS[name] if others else ("", ""), language)
    unknown = [span for span in spans if not span.known]
    why = ("是否为本月的无从判断，请核实", "and nothing tells whether that is the month: check it")
    yield from _in_red(name, unknown, why, language)


def after_day(name: str, spans: list[Span], day: dt.date | None, language: Language) -> Iterator[Paragraph]:
    """In red, the days that rows are of where they go on after the day of the report."""
    later = [span for span in spans if day is not None and span.last is not None and span.last > day]
    yield from _in_red(name, later, (f"晚于本档案的日期 {day}", f"after {day}, the day of this dossier"), language)


def _fits(name: str, span: Span, month: tuple[dt.date, dt.date]) -> bool:
    if name == "patrolled_duties":
        return (span.first, span.last) == month
    if name == "hot_reaches":
        return span.last is not None and month[0] <= span.last <= month[1]
    return span.first is not None and span.last is not None and span.first <= month[0] and month[1] <= span.last


def _in_red(name: str, spans: list[Span], why: tuple[str, str], language: Language) -> Iterator[Paragraph]:
    if spans:
        zh, en = _KINDS[name]
        told = said(language, "、", ", ").join(span.words for span in spans)
        yield Paragraph(said(language, f"{zh}：{told}，{why[0]}。", f"{en}: {told}, {why[1]}."), "alert")


def ledger_days(given: Given, day: dt.date | None, language: Language) -> str:
    """As of which day the problems of a report stand: the one that was asked for, or the last that the ledgers know.

    Examples
    --------
    >>> import datetime
    >>> from riverline.reports.given import Given
    >>> ledger_days(Given({}), datetime.date(2025, 6, 30), "zh")
    '所给问题表未注明截至日期'
    """
    if not given.ledgers:
        return said(language, "所给问题表未注明截至日期", "the table of problems names no day that it is of")
    last = [book.history()["on"].max() for book in given.ledgers] if day is None else [pd.Timestamp(day)]
    days = sorted({each.date().isoformat() for each in last if pd.notna(each)})
    if not days:
        return said(language, "台账没有记录", "the ledger is empty")
    return said(language, f"台账截至 {'、'.join(days)}", f"ledger as of {', '.join(days)}")


def not_of_ledger(ledger: Ledger, month: tuple[dt.date, dt.date], language: Language) -> Iterator[Paragraph]:
    """In red, that a month lies before the first or after the last day that a ledger knows: nothing of it is there."""
    days = ledger.history()["on"].dropna()
    if days.empty:
        return
    first, last = days.min().date(), days.max().date()
    if last < month[0]:
        told = said(
            language,
            f"台账最后一条记录为 {last}，本月没有任何记录：以下未销号数、逾期数和逾期天数由该日状态推算至月末，"
            "发现数、销号数为零不表示本月没有发生，请补录后再通报。",
            f"The last entry of the ledger is of {last}, none is of this month: what is open and overdue, and for how "
            "long, is carried on from that day, and that nothing was found or closed says nothing about the month. "
            "Bring the ledger up to date first.",
        )
        yield Paragraph(told, "alert")
    elif month[1] < first:
        told = said(
            language,
            f"台账第一条记录为 {first}，晚于本月：台账不反映本月情况，以下各数为零不表示没有问题。",
            f"The first entry of the ledger is of {first}, after this month: it knows nothing of the month, noughts "
            "do not say that there was no problem.",
        )
        yield Paragraph(told, "alert")
