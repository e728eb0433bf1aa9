"""The data dictionary of what reports count that no result holds: months by unit, grounds of lines."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["LINE_GROUNDS", "MONTH_SUMS"]


def _count(name: str, zh: str, en: str, short: str, meaning: str) -> Column:
    return Column(name, "integer", zh, en, short, meaning)


def _percent(name: str, zh: str, en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", zh, en, short, meaning, "%", blank=True)


MONTH_SUMS = Schema(
    "month_sums", "月度统计表", "Sums of a month", "part", (),
    (
        c.key("part", "统计单位", "Unit", "TJDW"),
        _count("found_count", "本月发现", "Found in the month", "BYFX", "Found in the month and real."),
        _count("month_closed_count", "本月销号", "Closed in the month", "BYXH",
               "Closed at its end with a day of closing in it."),
        _count("month_reopened_count", "本月反弹", "Reopened in the month", "BYFT", "Closed ones reopened in it."),
        _count("problem_count", "累计问题", "Problems", "LJWT", "Real problems found up to its end."),
        _count("open_count", "未销号", "Open", "WXH", "Of them open at its end."),
        _count("overdue_count", "其中逾期", "Overdue", "QZYQ", "Of the open ones those past due."),
        _percent("closed_percent", "销号率", "Closed", "XHL", "Closed ones among the problems."),
        _percent("on_time_percent", "按期销号率", "On time", "AQXHL", "Of closed ones with a day those closed by it."),
        Column("rank_place", "integer", "排名", "Rank", "PM", "By share closed, 1 the highest; equals share it.",
               blank=True),
    ),
    "What was found, closed and reopened in a month, and where each unit stands at its end; a table without geometry.",
)  # fmt: skip

LINE_GROUNDS = Schema(
    "line_grounds", "划界依据汇总", "Grounds of lines", "ground_id", (),
    (
        c.key("ground_id", "依据编号", "Row code", "YJBH"),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.optional(replace(c.NAME, meaning="Lake, reservoir or work whose closed line it is; empty on banks.")),
        c.choice("basis", "划界依据", "Basis", "HJYJ", "What the line was drawn from.", c.BASES),
        c.or_blank(c.metres("least_offset_m", "最小外延", "Least strip", "ZXWY", "Narrowest; blank without.")),
        c.or_blank(c.metres("most_offset_m", "最大外延", "Widest strip", "ZDWY", "Widest; blank without.")),
        replace(c.LENGTH, meaning="Length of the line that rests on it."),
        c.CITATION,
        c.CONFIDENCE,
    ),
    "How much of each bank's line rests on which rule; a table without geometry.",
)  # fmt: skip
