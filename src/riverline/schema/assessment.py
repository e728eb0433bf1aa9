"""The data dictionary of assessments: indicators in, scores, their trace and cards out."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["CARDS", "INDICATORS", "SCORES", "SCORE_TRACE"]

_SCOPES = c.choices(
    ("river", "河流", "River"),
    ("admin", "县（区）", "County"),
    ("chief", "河长", "River chief"),
    ("other", "其他", "Other"),
)
_COLOURS = c.choices(("yellow", "黄牌", "Yellow card"), ("red", "红牌", "Red card"))
_STANDINGS = c.choices(("shown", "应出示", "To be shown"), ("unknown", "无法判定", "Unknown"))
_TITLE = c.text("title", "名称", "Title", "MCZ", "What it is called.")
_INDICATOR = c.text("indicator", "指标", "Indicator", "ZB", "Id of the indicator or adjustment in the score sheet.")
_SOURCE = c.text("source_ids", "来源记录", "Source rows", "LYJL", "Rows that the number comes from.")
_SUBJECT = (
    c.choice("subject_kind", "考核对象类型", "Kind of subject", "DXLX", "Whom the score is for.", _SCOPES),
    c.text("subject", "考核对象", "Subject", "KHDX", "Code or name of the river, county or chief."),
    c.text("period", "考核期", "Period", "KHQ", "Period as the office writes it, such as 2025Q2."),
)


def _points(name: str, zh: str, en: str, short: str, meaning: str) -> Column:
    return c.or_blank(Column(name, "number", zh, en, short, meaning))


_VALUE = _points("value", "指标值", "Value", "ZBZ", "Value; blank where unknown.")

INDICATORS = Schema(
    "indicators", "考核指标值", "Values of indicators", "value_id", (),
    (c.key("value_id", "指标值编码", "Value code", "ZBZBM"), *_SUBJECT, _INDICATOR, _VALUE, c.optional(_SOURCE)),
    "Values of indicators by subject and period; a table without geometry.",
)  # fmt: skip

SCORES = Schema(
    "scores", "考核得分", "Scores", "score_id", (),
    (
        c.key("score_id", "得分编码", "Score code", "DFBM"), *_SUBJECT,
        _points("score", "得分", "Score", "DF", "Blank where an indicator is unknown."),
        _points("lowest", "最低可能", "At least", "ZDDF", "With nothing for what is unknown."),
        _points("highest", "最高可能", "At most", "ZGDF", "With full points for what is unknown."),
        Column("unknown_count", "integer", "未知指标数", "Unknown", "WZS", "Indicators without a value."),
    ),
    "One score a subject and period; a table without geometry.",
)  # fmt: skip

SCORE_TRACE = Schema(
    "score_trace", "得分明细", "Trace of scores", "trace_id", (),
    (
        c.key("trace_id", "明细编码", "Trace code", "MXBM"), *_SUBJECT, _INDICATOR, _TITLE, _VALUE,
        _points("points", "得分", "Points", "DFZ", "Points of the item; blank where unknown."),
        _points("weight", "满分", "Full points", "MF", "Most that the item gives."),
        c.text("reckoning", "算法", "Reckoning", "SF", "How the points follow from the value."),
        _SOURCE, c.CITATION,
    ),
    "Every number of every score, with the rows it comes from; a table without geometry.",
)  # fmt: skip

CARDS = Schema(
    "cards", "黄牌与红牌", "Cards", "card_id", (),
    (
        c.key("card_id", "牌编码", "Card code", "PBM"), *_SUBJECT,
        c.choice("card", "牌", "Card", "P", "Colour of the card.", _COLOURS), _TITLE,
        c.choice("standing", "结论", "Standing", "JL", "Whether it is certain.", _STANDINGS),
        _points("reached", "达到值", "Reached", "DDZ", "Value or score; blank where unknown."),
        _points("limit", "限值", "Limit", "XZ", "From where on it is shown."),
        c.CITATION,
    ),
    "Cards to be shown, or that cannot be ruled out; a table without geometry.",
)  # fmt: skip
