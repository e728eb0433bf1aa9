"""The data dictionary of hotspots: segments with their chance, hot reaches, ranks, densities along the water."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["DENSITIES", "EMERGING", "HOT_REACHES", "HOT_SEGMENTS", "NEAR_REPEATS", "REACH_RANKS", "SCAN_CLUSTERS"]

_VERDICTS = c.choices(
    ("hot", "热点", "Hot"),
    ("cold", "冷点", "Cold"),
    ("unseen", "巡查不足", "Not enough looking"),
    ("none", "无显著聚集", "Not beyond chance"),
)
_RUNS = c.choices(("hot", "热点河道", "Hot reach"), ("cold", "冷点河道", "Cold reach"))
_FUNNEL = c.choices(
    ("above", "高于上限", "Above"),
    ("within", "限内", "Within"),
    ("below", "低于下限", "Below"),
)
_MORAN = c.choices(
    ("high_high", "高—高", "High among high"),
    ("low_low", "低—低", "Low among low"),
    ("high_low", "高—低", "High among low"),
    ("low_high", "低—高", "Low among high"),
    ("none", "不显著", "Not beyond chance"),
)
_PROBLEMS = Column("problems", "integer", "问题数", "Problems", "WTS", "How many problems were counted.")
_EXPECTED = Column("expected", "number", "期望数", "Expected", "QWS",
                   "Problems if all were spread evenly over the exposure.")  # fmt: skip
_EXPOSURE = Column("exposure", "number", "暴露量", "Exposure", "BLL",
                   "What the rate is of: kilometres of bank, kilometres times passes, or what was given.")  # fmt: skip
_P_ADJUSTED = Column("p_adjusted", "number", "校正后 p 值", "Adjusted p", "PJZ",
                     "p after the correction for all segments that were tested; blank where none was.")  # fmt: skip


def _number(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", label_zh, label_en, short, meaning)


def _whole(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "integer", label_zh, label_en, short, meaning)


_RATES = (
    c.or_blank(_number("rate", "发生率", "Rate", "FSL", "Problems per unit of exposure; blank without exposure.")),
    _number("smoothed", "平滑率", "Smoothed rate", "PHL",
            "Rate drawn towards the mean by how little it rests on (empirical Bayes); never below 0."),
    _number("smoothed_low", "平滑率下限", "Smoothed, low", "PHXX", "Lower end of its 95 % interval."),
    _number("smoothed_high", "平滑率上限", "Smoothed, high", "PHSX", "Upper end of its 95 % interval."),
)  # fmt: skip
_RANKS = (
    _whole("rank_place", "排名", "Rank", "PM", "By smoothed rate, 1 the highest; equal rates share the better rank."),
    _whole("rank_first", "排名上界", "First rank", "PMSJ", "Best rank that the intervals allow."),
    _whole("rank_last", "排名下界", "Last rank", "PMXJ", "Worst rank that they allow."),
    c.choice("funnel", "漏斗判定", "Funnel", "LDPD", "Against the 99.8 % limits of a row of average rate.", _FUNNEL),
)

HOT_SEGMENTS = Schema(
    "hot_segments", "四乱热点河段", "Segments with their chance", "segment_id", ("LineString",),
    (
        c.key("segment_id", "河段编码", "Segment code", "HDBM"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        _PROBLEMS,
        c.optional(_number("weight", "计权数", "Weighted", "JQS", "Sum of the problems' weights, where they count.")),
        c.optional(c.or_blank(_number("passes", "巡查次数", "Passes", "XCCS", "Mean number of patrol passes."))),
        _EXPOSURE,
        _EXPECTED,
        *_RATES,
        _whole("neighbours", "邻段数", "Neighbours", "LDS", "Segments in its neighbourhood, itself not counted."),
        _number("around", "邻域问题数", "Problems around", "LYWTS", "Problems, or weights, of it and its neighbours."),
        _number("around_expected", "邻域期望数", "Expected around", "LYQWS", "The same if all were spread evenly."),
        c.or_blank(_number("z", "标准分", "Score", "BZF",
                           "Standard score of the neighbourhood: Gi*, or that of the binomial count.")),
        c.or_blank(_number("p", "p 值", "p", "PZ", "Chance of a neighbourhood as extreme as this.")),
        c.or_blank(_P_ADJUSTED),
        c.choice("verdict", "热点判定", "Verdict", "RDPD", "What the adjusted p says.", _VERDICTS),
        Column("hot", "boolean", "是否热点", "Hot", "SFRD", "Whether the verdict is hot."),
        c.or_blank(_number("moran_z", "局部莫兰标准分", "Local Moran score", "MLBZF",
                           "Standard score of local Moran's I of the rates; blank where it has no neighbours.")),
        c.or_blank(_number("moran_p", "局部莫兰 p 值", "Local Moran p", "MLPZ",
                           "Chance of neighbours as extreme as these, given what the segment has itself.")),
        c.or_blank(_number("moran_p_adjusted", "局部莫兰校正后 p 值", "Local Moran, adjusted p", "MLJZ",
                           "The same after the correction for all segments with neighbours.")),
        c.choice("moran", "局部莫兰类型", "Local Moran", "MLLX",
                 "The segment against the mean, and its neighbours beyond chance.", _MORAN),
        *_RANKS,
    ),
    "Segments by bank: how many problems, how many by chance, and how sure.",
)  # fmt: skip

HOT_REACHES = Schema(
    "hot_reaches", "热点河道", "Hot reaches", "reach_id", ("LineString", "MultiLineString"),
    (
        c.key("reach_id", "热点编号", "Reach code", "RDBH"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        c.choice("verdict", "热点判定", "Verdict", "RDPD", "Hot or cold.", _RUNS),
        _whole("segments", "河段数", "Segments", "HDS", "Segments in a row that bear the verdict."),
        _PROBLEMS,
        _EXPOSURE,
        _EXPECTED,
        _number("around", "邻域问题数", "Problems around", "LYWTS",
                "Problems, or weights, in the neighbourhood that its p is of: of its segment with the smallest p."),
        _number("around_expected", "邻域期望数", "Expected around", "LYQWS", "The same if all were spread evenly."),
        replace(_P_ADJUSTED, meaning="The smallest of its segments."),
        _whole("excess", "超限数", "Beyond the limit", "CXS",
               "How many more problems it has than the funnel's upper limit for a reach of average rate."),
        c.text("reason", "判定理由", "Why", "PDLY", "One sentence: numbers, neighbours, window and choices."),
    ),
    "Runs of hot, or cold, segments along one bank, each with its reason.",
)  # fmt: skip

REACH_RANKS = Schema(
    "reach_ranks", "河段排名表", "Ranking", "rank_id", (),
    (
        c.key("rank_id", "排名编号", "Row code", "PMBH"),
        c.text("part", "分组", "Part", "FZ", "Chief, river or other group that the row sums up."),
        c.LENGTH,
        replace(_PROBLEMS, meaning="How many problems were counted on segments that were tested."),
        _whole("untested", "未检验问题数", "Not tested", "WJY",
               "Problems on segments that nobody looked at enough; in no rate."),
        _EXPOSURE,
        _EXPECTED,
        *_RATES,
        *_RANKS,
    ),
    "Groups of segments by rate, with how sure their ranks are; a table without geometry.",
)  # fmt: skip

DENSITIES = Schema(
    "densities", "沿河密度", "Densities", "lixel_id", ("LineString",),
    (
        c.key("lixel_id", "单元编码", "Lixel code", "DYBM"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        Column("density", "number", "密度", "Density", "MD", "Problems per kilometre of bank.", "个/km"),
    ),
    "Problems per kilometre of bank, spread along the water by a kernel.",
)  # fmt: skip

SCAN_CLUSTERS = Schema(
    "scan_clusters", "扫描聚集区", "Scan clusters", "scan_id", ("LineString", "MultiLineString"),
    (
        c.key("scan_id", "聚集编号", "Cluster code", "JJBH"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        c.metres("reach_m", "窗口半径", "Reach", "CKBJ", "Distance along the water from the window's centre."),
        _whole("segments", "河段数", "Segments", "HDS", "Segments in the window."),
        _PROBLEMS,
        _EXPECTED,
        _number("likelihood_ratio", "对数似然比", "Log likelihood ratio", "SRB", "Of the window against all else."),
        _number("p", "p 值", "p", "PZ", "Share of random worlds whose best window is as good."),
        _number("tail_p", "尾部 p 值", "Tail p", "WBPZ", "The same by a Gumbel tail fitted to the worlds."),
        _whole("worlds", "模拟次数", "Worlds", "MNCS", "Random worlds that were drawn."),
        c.or_blank(Column("first_day", "date", "起始日", "First day", "QSR", "Of the window; in place alone of all.")),
        c.or_blank(Column("last_day", "date", "终止日", "Last day", "ZZR", "Of the window; in place alone of all.")),
        c.or_blank(Column("recurrence_days", "number", "重现间隔", "Recurrence", "CXJG",
                          "Days in which chance alone brings one such alarm.", "d")),
    ),
    "The window along rivers that is hardest to explain by chance.",
)  # fmt: skip

_DIRECTIONS = c.choices(
    ("both", "不分上下游", "Wherever"), ("downstream", "下游", "Downstream"), ("upstream", "上游", "Upstream"),
)  # fmt: skip
_DEALT = c.choices(("all", "全部问题间", "Among all problems"), ("kind", "同类问题间", "Within each kind"))
_REPEATS = c.choices(("repeats", "多于偶然", "More than chance"), ("none", "未超出偶然", "Not beyond chance"))
_ADJUSTMENTS = c.choices(("bh", "BH 校正", "BH"), ("by", "BY 校正", "BY"))
_WHICH = (*c.PROBLEM_KINDS, *c.choices(("any", "不限", "Any")))

NEAR_REPEATS = Schema(
    "near_repeats", "近重复表", "Near repeats", "repeat_id", (),
    (
        c.key("repeat_id", "行编号", "Row code", "HBH"),
        c.choice("first_kind", "先发类型", "First kind", "XFLX", "Kind of the earlier problem.", _WHICH),
        c.choice("then_kind", "后发类型", "Then kind", "HFLX", "Kind of the later problem.", _WHICH),
        c.choice("direction", "方向", "Direction", "FX", "Where the later one lies from the earlier.", _DIRECTIONS),
        c.metres("from_m", "距离起", "From", "JLQ", "Distance along the water from which the band holds."),
        c.metres("to_m", "距离止", "To", "JLZ", "Distance up to which it does."),
        Column("from_days", "number", "间隔起", "From days", "JGQ", "Days between them from which it holds.", "d"),
        Column("to_days", "number", "间隔止", "To days", "JGZ", "Days up to which it does.", "d"),
        _whole("pairs", "实有对数", "Pairs", "SYDS", "Pairs of problems that are there."),
        _number("expected", "期望对数", "Expected", "QWDS", "Mean of the pairs over every deal of the days."),
        c.or_blank(_number("ratio", "比值", "Ratio", "BZ", "Pairs over expected; blank where none are.")),
        _number("p", "p 值", "p", "PZ", "Share of deals with as many pairs."),
        c.choice("dealt", "日期分配", "Dealt out", "RQFP", "Among which problems days were dealt out.", _DEALT),
        replace(_P_ADJUSTED, meaning="p after the correction for all rows that were tested together."),
        c.choice("adjustment", "校正方法", "Adjustment", "JZFF", "BH or BY: how p was corrected.", _ADJUSTMENTS),
        _whole("tests", "同校正行数", "Tests", "TJZS", "Rows that were tested, and corrected, together."),
        _whole("worlds", "模拟次数", "Worlds", "MNCS", "How often days were dealt out."),
        c.choice("verdict", "判定", "Verdict", "PD", "What the adjusted p says.", _REPEATS),
        c.text("reason", "判定理由", "Why", "PDLY", "One sentence: pairs, expectation, chance."),
    ),
    "Pairs of problems by distance along the water and days between them; a table without geometry.",
)  # fmt: skip

_PATTERNS = c.choices(
    *(
        (f"{name}_{kind}", zh + ("热点" if kind == "hot" else "冷点"), f"{en} {kind} spot")
        for kind in ("hot", "cold")
        for name, zh, en in (
            ("new", "新增", "New"), ("consecutive", "连续", "Consecutive"), ("intensifying", "加强", "Intensifying"),
            ("persistent", "持续", "Persistent"), ("diminishing", "减弱", "Diminishing"),
            ("sporadic", "零星", "Sporadic"), ("oscillating", "振荡", "Oscillating"),
            ("historical", "历史", "Historical"),
        )
    ),
    ("none", "无模式", "No pattern"),
)  # fmt: skip

_BASELINES = c.choices(
    ("cube", "全部时段", "All periods"), ("window", "同一时窗", "Same window"), ("period", "当期", "Same period"),
)  # fmt: skip

EMERGING = Schema(
    "emerging", "时空演变", "Emerging hotspots", "segment_id", ("LineString",),
    (
        c.key("segment_id", "河段编码", "Segment code", "HDBM"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        _PROBLEMS,
        _whole("steps", "期数", "Periods", "QS", "Periods of the cube."),
        Column("first_day", "date", "起始日", "First day", "QSR", "First day of the first period."),
        Column("last_day", "date", "终止日", "Last day", "ZZR", "Last day of the last period."),
        _whole("hot_steps", "热点期数", "Hot periods", "RDQS", "Periods that were hot."),
        _whole("cold_steps", "冷点期数", "Cold periods", "LDQS", "Periods that were cold."),
        _number("z", "标准分", "Score", "BZF", "Standard score of the last period."),
        _number("trend_z", "趋势 z", "Trend z", "QSZ", "Mann-Kendall score of the scores over time."),
        _number("trend_p", "趋势 p 值", "Trend p", "QSPZ", "Two-sided p of the trend."),
        _number("slope", "森斜率", "Sen slope", "SXL", "Median change of the score a period."),
        c.choice("category", "演变类型", "Category", "YBLX", "Which of the seventeen patterns it is.", _PATTERNS),
        c.text("wording", "措辞", "Wording", "CC", "Published wording that the names follow; two of them differ."),
        c.choice("baseline", "对照", "Baseline", "DZ", "What each period of a neighbourhood was held against.",
                 _BASELINES),
        c.text("reason", "判定理由", "Why", "PDLY", "One sentence with the figures behind the name."),
    ),
    "Segments over periods: newly, ever more, on and off, or no longer hot.",
)  # fmt: skip
