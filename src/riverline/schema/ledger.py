"""The data dictionary of the ledger: problems, what happened to them, and what is counted of it."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, GeometryType, Schema

__all__ = [
    "ATTACHMENTS",
    "CHIEFS",
    "CLOSING_TIMES",
    "EVENTS",
    "LEDGER_SUMS",
    "LOOK_BACKS",
    "OVERDUE",
    "PAPER_CLOSINGS",
    "PROBLEMS",
    "PROPOSALS",
    "REBOUNDS",
    "REBOUND_ODDS",
    "STOCK",
]

_SHAPES: tuple[GeometryType, ...] = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_EVIDENCE = c.choices(
    ("reopened", "重新打开", "Reopened"),
    ("place", "同地同类再发", "Same place and kind"),
    ("suspect", "后续疑似图斑再次检出", "Detected again"),
)
_RELATIONS = c.choices(("duplicate", "疑似重复", "Looks the same"), ("rebound", "疑似反弹", "Looks like a rebound"))
_PROBLEM = c.text("problem_id", "问题编号", "Problem code", "WTBH", "Problem of the ledger.")
_SCOPE = c.choice("scope", "统计口径", "Scope", "TJKJ", "What the rows are grouped by.", c.STATISTIC_SCOPES)
_PART = c.text("part", "分组", "Part", "FZ", "Value of that column; * in the row of all, empty where it is blank.")
_CONFIDENCE_LEVEL = Column("confidence_level", "number", "置信水平", "Confidence level", "ZXSP", "Of the intervals.")


def _count(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "integer", label_zh, label_en, short, meaning)


def _share(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", label_zh, label_en, short, meaning, blank=True)


def _days(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", label_zh, label_en, short, meaning, "d", blank=True)


def _chief(level: str, label_zh: str, label_en: str, short: str) -> Column:
    return c.optional(
        c.text(f"chief_{level}", label_zh, label_en, short, "Chief of that level of the reach; empty where none is.")
    )


_CHIEFS = (
    _chief("province", "省级河长", "Provincial chief", "SJHZ"),
    _chief("city", "市级河长", "City chief", "SHIJHZ"),
    _chief("county", "县级河长", "County chief", "XJHZ"),
    _chief("township", "乡级河长", "Township chief", "XIANGJHZ"),
    _chief("village", "村级河长", "Village chief", "CJHZ"),
)

# No problem of a river is older than the water administration, or due in another century.
_DAYS = ("1949-10-01", "2199-12-31")

PROBLEMS = Schema(
    "problems", "四乱问题", "Problems", "problem_id", _SHAPES,
    (
        c.key("problem_id", "问题编号", "Problem code", "WTBH"),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.bounded(c.or_blank(c.CHAINAGE), -1e7, 1e7),
        c.KIND,
        c.ITEM,
        c.SEVERITY,
        c.STATUS,
        c.bounded(Column("found_on", "date", "发现日期", "Found on", "FXRQ", "Day it was found."), *_DAYS),
        c.bounded(Column("due_on", "date", "整改期限", "Due on", "ZGQX", "Day it has to be closed by.", optional=True),
                  *_DAYS),
        c.bounded(Column("closed_on", "date", "销号日期", "Closed on", "XHRQ", "Day it was closed.", optional=True),
                  *_DAYS),
        c.optional(c.text("responsible", "责任人", "Responsible", "ZRR", "Who has to put it right.")),
        c.optional(c.ADMIN),
        c.SOURCE,
        c.bounded(c.optional(c.AREA), 0.0, 1e10),
        c.bounded(Column("volume_m3", "number", "体积", "Volume", "TJ", "Volume dug or dumped.", "m³", optional=True),
                  0.0, 1e10),
        c.text("description", "问题描述", "Description", "WTMS", "What was found."),
        c.optional(c.text("rebound_of", "反弹自", "Rebound of", "FTZ", "Closed problem that is back.")),
        c.optional(c.text("segment_id", "河段编码", "Segment code", "HDBM", "Segment of the axis that it lies along.")),
        *_CHIEFS,
    ),
    "Entries of the rectification ledger.",
)  # fmt: skip

CHIEFS = Schema(
    "chiefs", "河长", "River chiefs", "chief_id", ("LineString", "MultiLineString"),
    (
        c.key("chief_id", "河长编码", "Chief code", "HZBM"),
        c.RIVER_ID,
        c.choice("level", "河长级别", "Level", "HZJB", "Level of the chief.", c.CHIEF_LEVELS),
        c.NAME,
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.both_banks(c.BANK),
    ),
    "Who answers for which reach: river, level and chainages; both banks where none is named.",
)  # fmt: skip

EVENTS = Schema(
    "events", "台账事件", "Events of the ledger", "event_id", (),
    (
        c.key("event_id", "事件编号", "Event code", "SJBH"),
        _PROBLEM,
        c.text("event", "事件", "Event", "SJ", "What happened: a name of the ledger's rules."),
        c.choice("status", "事后状态", "Status after", "SHZT", "Where the problem stands after it.", c.STATUSES),
        Column("on", "date", "发生日期", "Day", "FSRQ", "Day on which it happened."),
        c.text("by", "经办人", "By", "JBR", "Who did it."),
        c.text("note", "备注", "Note", "BZ", "What was written of it."),
        c.text("changes", "改动", "Changes", "GD", "Columns that it changed, as JSON."),
        Column("recorded_at", "timestamp", "记录时间", "Recorded at", "JLSJ", "When it was written to the ledger."),
    ),
    "What happened to problems, in the order it was written; never changed, never deleted; a table without geometry.",
)  # fmt: skip

ATTACHMENTS = Schema(
    "attachments", "附件", "Attachments", "attachment_id", (),
    (
        c.key("attachment_id", "附件编号", "Attachment code", "FJBH"),
        _PROBLEM,
        c.text("event_id", "事件编号", "Event code", "SJBH", "Event that it belongs to."),
        c.text("path", "文件", "File", "WJ", "Path as it was given."),
        c.text("sha256", "校验值", "SHA-256", "JYZ", "SHA-256 of the file when it was attached."),
    ),
    "Photographs and documents of events, by path and digest; a table without geometry.",
)  # fmt: skip

PROPOSALS = Schema(
    "proposals", "疑似重复与反弹", "Proposals", "proposal_id", (),
    (
        c.key("proposal_id", "提示编号", "Proposal code", "TSBH"),
        _PROBLEM,
        c.text("other_id", "已有问题编号", "Earlier problem", "YYWTBH", "Problem that was found before it."),
        c.choice("relation", "关系", "Relation", "GX", "What the two may be.", _RELATIONS),
        c.metres("away_m", "相距", "Distance", "XJ", "Distance between the two."),
        Column("days_between", "number", "相隔天数", "Days between", "XGTS",
               "From finding one to finding the other; from closing for a rebound.", "d"),
    ),
    "Pairs of one kind that lie near each other in place and time: proposed, never merged; a table without geometry.",
)  # fmt: skip

LOOK_BACKS = Schema(
    "look_backs", "回头看抽查", "Look-backs", "problem_id", _SHAPES,
    (
        c.key("problem_id", "问题编号", "Problem code", "WTBH"),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.or_blank(c.CHAINAGE),
        c.KIND,
        Column("closed_on", "date", "销号日期", "Closed on", "XHRQ", "Day it was closed."),
        c.text("description", "问题描述", "Description", "WTMS", "What was found."),
        c.text("stratum", "抽样层", "Stratum", "CYC", "Values that the sample is drawn by."),
        _count("stratum_count", "层内数量", "In the stratum", "CNSL", "Closed problems of the stratum."),
        _count("drawn_count", "抽取数量", "Drawn", "CQSL", "Of them drawn."),
    ),
    "Closed problems drawn to be looked at again, some of every stratum.",
)  # fmt: skip

OVERDUE = Schema(
    "overdue", "逾期清单", "Overdue problems", "problem_id", (),
    (
        c.key("problem_id", "问题编号", "Problem code", "WTBH"),
        c.RIVER_ID,
        c.SEVERITY,
        c.STATUS,
        c.text("responsible", "责任人", "Responsible", "ZRR", "Who has to put it right."),
        Column("due_on", "date", "整改期限", "Due on", "ZGQX", "Day it has to be closed by."),
        _count("overdue_days", "逾期天数", "Days overdue", "YQTS", "Days since."),
        c.text("deadline_basis", "期限依据", "Basis of the deadline", "QXYJ",
               "given: written in the ledger; else the document and how it was seen."),
        c.or_blank(c.choice("escalated_to", "上报至", "Goes up to", "SBZ",
                            "Level that it goes up to by the rules; blank where they name none.", c.CHIEF_LEVELS)),
        c.text("escalation_basis", "上报依据", "Basis of going up", "SBYJ", "Document and how it was seen."),
    ),
    "Open problems whose day has passed: derived for a day, never stored; a table without geometry.",
)  # fmt: skip

STOCK = Schema(
    "stock", "存量与增量", "Stock and increment", "stock_id", (),
    (
        c.key("stock_id", "统计编号", "Row code", "TJBH"),
        _SCOPE,
        _PART,
        _count("stock_count", "存量", "Stock", "CL", "Found before the cut-off."),
        _count("stock_open", "存量未销号", "Stock open", "CLWXH", "Of them still open."),
        _count("increment_count", "增量", "Increment", "ZL", "Found on the cut-off or after."),
        _count("increment_open", "增量未销号", "Increment open", "ZLWXH", "Of them still open."),
        Column("cutoff", "date", "分界日期", "Cut-off", "FJRQ", "Day that parts the two."),
    ),
    "Problems found before and since a day; a table without geometry.",
)  # fmt: skip

LEDGER_SUMS = Schema(
    "ledger_sums", "销号统计表", "Closing statistics", "sum_id", (),
    (
        c.key("sum_id", "统计编号", "Row code", "TJBH"),
        _SCOPE,
        _PART,
        _count("problem_count", "问题数", "Problems", "WTS", "Problems that are real: rejected ones do not count."),
        _count("open_count", "未销号", "Open", "WXH", "Of them not closed, reopened ones with them."),
        _count("closed_count", "已销号", "Closed", "YXH", "Of them closed."),
        _count("reopened_count", "其中反弹", "Reopened", "QZFT", "Of the open ones those that were closed before."),
        _count("overdue_count", "其中逾期", "Overdue", "QZYQ", "Of the open ones those whose day has passed."),
        _count("rejected_count", "不属实", "Rejected", "BSS", "Found not to be problems."),
        _count("ever_reopened_count", "曾反弹", "Reopened at some time", "CFT",
               "Of the problems those that were reopened up to the day, once or often, closed again or not."),
        _count("came_back_count", "销号后复发", "Back after closing", "XHFF",
               "Of the problems those that were back after a closing by the evidence of Ledger.rebounds: reopened, or "
               "found again at the place."),
        _share("closed_share", "销号率", "Share closed", "XHL", "Closed ones among the problems."),
        _share("on_time_share", "按期销号率", "On time", "AQXHL", "Of closed ones with a day those closed by it."),
    ),
    "Closing by river, unit, kind, severity, responsible and month of finding; a table without geometry.",
)  # fmt: skip

CLOSING_TIMES = Schema(
    "closing_times", "销号用时", "Times to close", "closing_id", (),
    (
        c.key("closing_id", "统计编号", "Row code", "TJBH"),
        _SCOPE,
        _PART,
        _count("problem_count", "问题数", "Problems", "WTS", "Problems that are real."),
        _count("closed_count", "已销号", "Closed", "YXH", "Of them closed at least once."),
        _days("median_days", "用时中位数", "Median", "YSZWS",
              "Days by which half are closed (Kaplan-Meier); blank where fewer are."),
        _days("upper_days", "四分之三用时", "Three quarters", "SFZS",
              "Days by which three quarters are closed; blank where fewer are."),
        _share("within_30", "30 日内销号率", "Closed in 30 d", "XH30", "Probability to be closed in 30 days."),
        _share("within_30_low", "30 日下限", "30 d, low", "XH30X", "Lower end of its interval (Beta product)."),
        _share("within_30_high", "30 日上限", "30 d, high", "XH30S", "Upper end of its interval."),
        _share("within_90", "90 日内销号率", "Closed in 90 d", "XH90", "Probability to be closed in 90 days."),
        _share("within_180", "180 日内销号率", "Closed in 180 d", "XH180", "Probability to be closed in 180 days."),
        _CONFIDENCE_LEVEL,
    ),
    "Days from finding to the first closing, open problems being not closed so far; a table without geometry.",
)  # fmt: skip

REBOUNDS = Schema(
    "rebounds", "反弹问题", "Rebounds", "rebound_id", _SHAPES,
    (
        c.key("rebound_id", "反弹编号", "Rebound code", "FTBH"),
        _PROBLEM,
        c.text("back_as", "再发问题编号", "Back as", "ZFWTBH", "Problem that it is back as; its own where reopened."),
        c.choice("evidence", "证据", "Evidence", "ZJ", "What shows that it is back.", _EVIDENCE),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.or_blank(c.CHAINAGE),
        c.KIND,
        Column("closed_on", "date", "销号日期", "Closed on", "XHRQ", "Day it was closed."),
        Column("back_on", "date", "反弹日期", "Back on", "FTRQ", "Day it was back."),
        Column("back_days", "number", "反弹间隔", "Days until back", "FTJG", "From closing to being back.", "d"),
        c.metres("away_m", "相距", "Distance", "XJ", "Distance between the two; 0 where reopened."),
    ),
    "Closed problems that are back, one row for each piece of evidence, at the place of the closed problem.",
)  # fmt: skip

REBOUND_ODDS = Schema(
    "rebound_odds", "反弹概率", "Odds of a rebound", "odds_id", (),
    (
        c.key("odds_id", "统计编号", "Row code", "TJBH"),
        _SCOPE,
        _PART,
        _count("closing_count", "销号次数", "Closings", "XHCS", "Closings that were looked at."),
        _count("rebound_count", "反弹次数", "Rebounds", "FTCS", "Of them back so far."),
        _count("after_days", "天数", "Days", "TS", "Days after closing."),
        _share("probability", "反弹概率", "Probability", "FTGL", "To be back within these days (Kaplan-Meier)."),
        _share("probability_low", "概率下限", "Low", "GLXX",
               "Lower end of its interval (Beta product; Clopper-Pearson if nobody was lost)."),
        _share("probability_high", "概率上限", "High", "GLSX", "Upper end of its interval."),
        _CONFIDENCE_LEVEL,
    ),
    "How likely a closed problem is back in some days, blank where none was watched so long; a table without geometry.",
)  # fmt: skip

PAPER_CLOSINGS = Schema(
    "paper_closings", "纸面销号河段", "Closed on paper", "reach_id", (),
    (
        c.key("reach_id", "河段编号", "Reach code", "HDBH"),
        c.RIVER_ID,
        c.text("segment_id", "河段编码", "Segment code", "HDBM", "Segment of the axis; empty where none was attached."),
        _count("closing_count", "销号次数", "Closings", "XHCS", "Closings on the reach."),
        _count("soon_count", "很快反弹", "Back soon", "HKFT", "Of them back within the days of the rules."),
        _share("soon_share", "很快反弹率", "Share back soon", "HKFTL", "Of its closings."),
        _share("soon_low", "反弹率下限", "Low", "FTLXX", "Lower end of its interval (Wilson)."),
        _share("soon_high", "反弹率上限", "High", "FTLSX", "Upper end of its interval."),
        _share("elsewhere_share", "其余河段反弹率", "Elsewhere", "QYFTL", "The same share on all other reaches."),
        Column("on_paper", "boolean", "纸面销号", "On paper", "ZMXH",
               "Whether even the lower end is above the share elsewhere."),
    ),
    "Reaches where closed problems are back within weeks; a table without geometry.",
)  # fmt: skip
