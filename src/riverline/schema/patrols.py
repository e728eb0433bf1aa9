"""The data dictionary of patrols: fixes, duties, warnings and activities, and what is measured of them."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = [
    "ACTIVITIES",
    "COVERAGE",
    "DUTIES",
    "DUTY_CHECKS",
    "PATROLLED_DUTIES",
    "PATROLS",
    "PATROL_GAPS",
    "PATROL_PASSES",
    "PATROL_WARNINGS",
    "TRACK_POINTS",
]

COLOURS = c.choices(
    ("none", "无预警", "No warning"),
    ("blue", "蓝色", "Blue"),
    ("yellow", "黄色", "Yellow"),
    ("orange", "橙色", "Orange"),
    ("red", "红色", "Red"),
)
VALIDITIES = c.choices(("valid", "有效", "Valid"), ("invalid", "无效", "Not valid"), ("unknown", "无法判定", "Unknown"))
OUTCOMES = c.choices(
    ("met", "达标", "Met"),
    ("not_met", "不达标", "Not met"),
    ("open", "未到期", "Not over"),
    ("unknown", "无法判定", "Unknown"),
    ("no_rule", "规则未规定", "No rule"),
)
WALKED = c.choices(
    ("full", "全段走到", "All of it walked"),
    ("part", "部分走到", "Part of it walked"),
    ("not_valid", "只有未计有效的巡河走到", "Walked in patrols that do not count"),
    ("none", "全段未走到", "None of it walked"),
)
SUSPICIONS = c.choices(
    ("yes", "疑似应付式", "Looks perfunctory"), ("no", "未见异常", "Nothing odd"), ("unknown", "无法判定", "Unknown")
)

UNMET = c.choices(
    ("time", "时长不足", "Too short a time"),
    ("length", "长度不足", "Too short a way"),
    ("gap", "间隔不足", "Too soon again"),
    ("copy", "轨迹雷同", "Copied track"),
    ("off_river", "未沿河行走", "Off the river"),
    ("vehicle", "乘车", "By vehicle"),
)
"""What a patrol may fail to keep; a row names several with commas between them."""

_TRACK = c.key("track_id", "轨迹编码", "Track code", "GJBM")
_PATROLLER = c.text("patroller", "巡河人", "Patroller", "XHR", "Who walked.")
_LEVEL = c.choice("level", "河长级别", "Level", "HZJB", "Level of the chief.", c.CHIEF_LEVELS)
_DUTY = c.text("duty_id", "责任编码", "Duty code", "ZRBM", "Duty that the row is about.")
_CHIEF = c.text("chief", "河长", "River chief", "HZ", "Who answers for the reach.")
_STARTED = c.or_blank(Column("started", "timestamp", "开始时间", "Started", "KSSJ", "When the patrol began."))
_ENDED = c.or_blank(Column("ended", "timestamp", "结束时间", "Ended", "JSSJ", "When the patrol ended."))
_FROM = Column("period_start", "date", "期间起", "Period from", "QJQ", "First day of the period.")
_TO = Column("period_end", "date", "期间止", "Period to", "QJZ", "Last day of the period.")
_CLIPPED = "m of the reach that {} patrol passed; what several passed counts once."
_ANY = "any patrol, valid or not,"


def _share(name: str, zh: str, en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", zh, en, short, f"{meaning}, 0 to 1.", blank=True)


def _count(name: str, zh: str, en: str, short: str, meaning: str) -> Column:
    return Column(name, "integer", zh, en, short, meaning)


TRACK_POINTS = Schema(
    "track_points", "轨迹点", "Track points", "point_id", ("Point",),
    (
        c.key("point_id", "轨迹点编码", "Point code", "GJDBM"),
        replace(_TRACK, meaning="Track that the point belongs to."),
        _PATROLLER,
        _LEVEL,
        c.or_blank(Column("time", "timestamp", "定位时间", "Time", "DWSJ", "When the receiver was there.")),
        Column("sequence", "integer", "序号", "Sequence", "XH", "Order within the track; needed where times are not.",
               optional=True),
        Column("track_part", "integer", "轨迹段", "Part", "GJD", "Part of it; between parts nothing was recorded.",
               optional=True),
    ),
    "Fixes of patrol tracks, one row a fix.",
)  # fmt: skip

DUTIES = Schema(
    "duties", "河长责任段", "Duties of chiefs", "duty_id", (),
    (
        c.key("duty_id", "责任编码", "Duty code", "ZRBM"),
        c.RIVER_ID,
        _CHIEF,
        _LEVEL,
        c.both_banks(replace(c.BANK, meaning="Bank of the reach; blank for both.")),
        c.optional(c.or_blank(replace(c.START_CHAINAGE, meaning="Where it starts; blank: where the axis does."))),
        c.optional(c.or_blank(replace(c.END_CHAINAGE, meaning="Where it ends; blank: where the axis does."))),
        c.optional(c.text("deputies", "协助巡河人", "Deputies", "XZXHR",
                          "Whose patrols count as the chief's, separated by commas.")),
        c.optional(c.ADMIN),
    ),
    "Which chief answers for which reach and bank; a table without geometry.",
)  # fmt: skip

PATROL_WARNINGS = Schema(
    "patrol_warnings", "巡河预警", "Patrol warnings", "warning_id", (),
    (
        c.key("warning_id", "预警编码", "Warning code", "YJBM"),
        c.RIVER_ID,
        c.choice("colour", "预警颜色", "Colour", "YJYS", "Colour of the warning.", COLOURS),
        Column("from_on", "date", "起始日期", "From", "QSRQ", "First day."),
        Column("to_on", "date", "解除日期", "To", "JCRQ", "Last day; blank while it lasts.", blank=True),
        c.optional(c.text("source", "预警来源", "Source", "YJLY", "Notice, water quality, problems …")),
    ),
    "Warnings that change how often a river has to be patrolled, the highest of a day wins; a table without geometry.",
)  # fmt: skip

ACTIVITIES = Schema(
    "activities", "履职活动", "Activities", "activity_id", (),
    (
        c.key("activity_id", "活动编码", "Activity code", "HDBM"),
        _DUTY,
        c.text("activity", "活动类型", "Activity", "HDLX", "Word of the patrol rules: meeting, on_site, drone …"),
        Column("on", "date", "日期", "Day", "RQ", "Day of the activity."),
    ),
    "What may count as a patrol without a track, if the rules say so; a table without geometry.",
)  # fmt: skip

PATROLS = Schema(
    "patrols", "巡河记录", "Patrols", "track_id", ("MultiLineString", "LineString"),
    (
        _TRACK,
        _PATROLLER,
        c.or_blank(_LEVEL),
        _STARTED,
        _ENDED,
        c.text("rivers", "到过的河流", "Rivers", "DGHL", "Codes of the rivers that were followed, by length."),
        c.or_blank(Column("minutes", "number", "历时", "Minutes", "LS", "From start to end.", "min")),
        c.or_blank(Column("moving_minutes", "number", "行进时间", "Minutes moving", "XJSJ",
                          "Without pauses and without gaps in the record.", "min")),
        c.metres("length_m", "轨迹长度", "Track length", "GJCD", "Cleaned, without jumps, gaps and what is in pauses."),
        c.metres("on_river_m", "沿河长度", "Length along rivers", "YHCD", "Of it within the buffer of a river."),
        c.metres("covered_m", "走到的河长", "Reach walked", "ZDHC", "Chainage passed on any bank, each place once."),
        c.metres("new_m", "首次走到", "New to the patroller", "SCZD",
                 "Of it what none of the same person's earlier patrols of the window had passed."),
        c.or_blank(Column("speed_kmh", "number", "行进速度", "Speed", "XJSD", "Length by minutes moving.", "km/h")),
        _count("fixes", "定位点数", "Fixes", "DWDS", "As recorded."),
        _count("dropped", "剔除点数", "Fixes dropped", "TCDS", "Repeated, or jumps."),
        _count("breaks", "中断次数", "Breaks", "ZDCS", "Where the record stops and goes on elsewhere."),
        _count("pauses", "停留次数", "Pauses", "TLCS", "Rests that are not counted as walking."),
        c.text("copy_of", "与何轨迹相同", "Copy of", "XTGJ", "First other track that runs through the same places."),
        c.choice("validity", "是否有效", "Validity", "SFYX", "By the rule for the level and the season.", VALIDITIES),
        c.text("unmet", "不符合项", "Not kept", "BFHX", "Not kept: time, length, gap, copy, off_river, vehicle."),
        c.text("reason", "判定说明", "Reason", "PDSM", "One sentence for a person."),
        c.RULE_ID,
        c.CITATION,
    ),
    "One row a patrol track: what was walked, and whether it counts.",
)  # fmt: skip

_REACH = (
    _DUTY, c.RIVER_ID, c.BANK, _CHIEF, _LEVEL, _FROM, _TO, c.START_CHAINAGE, c.END_CHAINAGE, c.LENGTH,
)  # fmt: skip

COVERAGE = Schema(
    "coverage", "巡河覆盖", "Patrol coverage", "coverage_id", ("LineString", "MultiLineString"),
    (
        c.key("coverage_id", "覆盖编码", "Coverage code", "FGBM"),
        *_REACH,
        c.metres("covered_m", "走到长度", "Walked", "ZDCD", _CLIPPED.format("a valid")),
        _share("share", "覆盖率", "Share walked", "FGL", "Share of the reach's bank walked in valid patrols"),
        c.metres("seen_m", "到过长度（含无效）", "Walked, valid or not", "DGCD", _CLIPPED.format("any")),
        _share("seen_share", "到过比例（含无效）", "Share walked, valid or not", "DGBL", f"Share that {_ANY} walked"),
        _count("patrols", "巡河次数", "Patrols", "XHCS", "How many passed any of it, valid or not."),
        _count("valid", "有效次数", "Valid", "YXC", "Of them valid."),
        c.choice("walked", "走到程度", "How much", "ZDCDU",
                 "Whether all, some or nothing was walked in valid patrols.", WALKED),
    ),
    "How much of each duty's reach was walked in valid patrols, by bank and period.",
)  # fmt: skip

PATROL_GAPS = Schema(
    "patrol_gaps", "未走到河段", "Reaches not walked", "gap_id", ("LineString", "MultiLineString"),
    (
        c.key("gap_id", "空白编码", "Gap code", "KBBM"),
        *_REACH,
        c.metres("seen_m", "其中到过（未计有效）", "Walked, not valid", "QZDG",
                 "m of it that a patrol on duty passed which does not count as valid."),
    ),
    "Stretches of a duty's reach that no valid patrol of those on duty walked in the period.",
)  # fmt: skip

PATROL_PASSES = Schema(
    "patrol_passes", "巡河经过区间", "Passes of patrols", "pass_id", (),
    (
        c.key("pass_id", "经过编码", "Pass code", "JGBM"),
        _TRACK,
        _PATROLLER,
        c.or_blank(_LEVEL),
        c.or_blank(Column("on", "date", "日期", "Day", "RQ", "Day of the patrol; blank where its track has no times.")),
        c.RIVER_ID,
        c.BANK,
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        c.choice("validity", "是否有效", "Validity", "SFYX", "Of the patrol.", VALIDITIES),
    ),
    "What each patrol passed of which bank, each place of a patrol once: the effort of a search for hotspots; a table "
    "without geometry.",
)  # fmt: skip

DUTY_CHECKS = Schema(
    "duty_checks", "巡河频次核查", "Duty checks", "check_id", (),
    (
        c.key("check_id", "核查编码", "Check code", "HCBM"),
        _DUTY,
        c.RIVER_ID,
        _CHIEF,
        _LEVEL,
        _FROM,
        _TO,
        c.choice("colour", "预警颜色", "Colour", "YJYS", "Colour that the rule is for.", COLOURS),
        c.or_blank(_count("required", "应巡次数", "Required", "YXCS", "How many patrols the rule asks for.")),
        _count("done", "有效次数", "Done", "YXC", "Valid patrols of the reach."),
        _count("equivalent", "折算次数", "Equivalents", "ZSCS", "Activities that count as patrols."),
        _count("doubtful", "待定次数", "Doubtful", "DDCS", "Patrols that cannot be judged."),
        _share("share", "覆盖率", "Share walked", "FGL", "Share of the reach walked on either bank in valid patrols"),
        _share("required_share", "应覆盖率", "Share required", "YFGL", "Share that the rule asks for"),
        c.choice("outcome", "结论", "Outcome", "JL", "Whether the duty was kept.", OUTCOMES),
        c.RULE_ID,
        c.CITATION,
        c.CONFIDENCE,
    ),
    "How often each duty had to be patrolled and was, period by period; a table without geometry.",
)  # fmt: skip

PATROLLED_DUTIES = Schema(
    "patrolled_duties", "履职汇总", "Duties in sum", "duty_id", (),
    (
        c.key("duty_id", "责任编码", "Duty code", "ZRBM"),
        c.RIVER_ID,
        _CHIEF,
        _LEVEL,
        c.metres("length_m", "责任河长", "Reach", "ZRHC", "Length of the reach along the axis."),
        _count("patrols", "巡河次数", "Patrols", "XHCS", "Patrols that passed any of it."),
        _count("valid", "有效次数", "Valid", "YXC", "Of them valid."),
        _share("share", "覆盖率", "Share walked", "FGL",
               "Share of the reach walked on either bank over the window in valid patrols"),
        _share("seen_share", "到过比例（含无效）", "Share walked, valid or not", "DGBL", f"Share that {_ANY} walked"),
        _share("repeated", "重复率", "Share repeated", "CFL",
               "Of what the patrols after the first walked, the share walked before"),
        _count("due", "应核期数", "Periods due", "YHQS", "Periods that are over and have a rule."),
        _count("met", "达标期数", "Periods met", "DBQS", "Of them met."),
        c.choice("perfunctory", "应付式巡河", "Perfunctory", "YFXH", "Whether they look perfunctory.", SUSPICIONS),
        c.text("signs", "迹象", "Signs", "JX", "Why: same_stretch, vehicle, copy."),
    ),
    "One row a duty over the whole window; a table without geometry.",
)  # fmt: skip
