"""The data dictionary of shoreline change: shorelines of several dates, transects, hits, rates, forecasts, areas."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["BASELINES", "CHANGE_AREAS", "FORECASTS", "INTERSECTIONS", "OBSERVED_SHORELINES", "RATES", "TRANSECTS"]

_PLACEMENTS = c.choices(("landside", "背水侧", "Landside"), ("waterside", "临水侧", "Waterside"))
_LIMITS = c.choices(
    ("reach", "达到设定长度", "Full reach"),
    ("neighbour", "止于相邻断面", "Next transect"),
    ("other_arm", "止于另一河湾", "Other arm of the river"),
)
_HIT_RULES = c.choices(
    ("closest", "最近交点", "Closest"), ("farthest", "最远交点", "Farthest"), ("mean", "平均", "Mean")
)
_CONVENTIONS = c.choices(("riverline", "本库约定", "riverline"), ("dsas", "DSAS约定", "DSAS"))
_POSITIVES = c.choices(("erosion", "冲刷后退", "Erosion"), ("accretion", "淤积前进", "Accretion"))
_BASES = c.choices(("lrr", "线性回归", "Linear regression"), ("epr", "首末两期", "End points"), ("none", "无", "None"))
_PROOFS = c.choices(
    ("both", "拟合与定位误差", "Fit and position"),
    ("fit", "拟合误差", "Fit"),
    ("position", "定位误差", "Position"),
    ("none", "无", "None"),
)
_TRENDS = c.choices(
    ("erosion", "冲刷后退", "Erosion"),
    ("erosion_unproven", "后退（未证实）", "Erosion, not proven"),
    ("stable", "无变化", "No change"),
    ("accretion_unproven", "前进（未证实）", "Accretion, not proven"),
    ("accretion", "淤积前进", "Accretion"),
    ("unknown", "不明", "Unknown"),
)


def _rate(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    """A rate in metres a year; blank where it could not be had."""
    return Column(name, "number", label_zh, label_en, short, meaning, "m/a", blank=True)


def _blank_metres(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return c.or_blank(c.metres(name, label_zh, label_en, short, meaning))


def _blank_number(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", label_zh, label_en, short, meaning, blank=True, decimals=3)


_TRANSECT = c.text("transect_id", "断面编码", "Transect code", "DMBM", "Transect that it lies on.")
_DATE = Column("date", "date", "日期", "Date", "RQ", "Day on which the shoreline was as drawn.")
_UNCERTAINTY = _blank_metres(
    "uncertainty_m", "定位中误差", "Position error", "DWWC",
    "One standard deviation of the position across the shoreline; blank where unknown.",
)  # fmt: skip
_POSITION = c.metres(
    "position_m", "岸线位置", "Position", "AXWZ",
    "Along the transect; which way is positive stands in the column positive.",
)  # fmt: skip
_CONVENTION = c.choice("convention", "计算约定", "Convention", "JSYD", "Whose conventions hold.", _CONVENTIONS)
_POSITIVE = c.choice(
    "positive", "正值含义", "Positive means", "ZZHY",
    "What a positive number means: erosion, the bank moved away from the axis, or accretion, it moved into the water.",
    _POSITIVES,
)  # fmt: skip
_YEAR = Column("year_days", "number", "年长", "Length of a year", "NC", "Days that count as a year.", "d")
_LEVEL = Column(
    "confidence_level", "number", "置信水平", "Confidence level", "ZXSP", "Level of every interval, 0 to 1."
)
_HIT_RULE = c.choice(
    "hit_rule", "交点取法", "Hit rule", "JDQF", "Which hit counts where a date has several.", _HIT_RULES
)

OBSERVED_SHORELINES = Schema(
    "observed_shorelines", "历次岸线", "Shorelines by date", "shoreline_id", ("LineString",),
    (
        c.key("shoreline_id", "岸线编码", "Shoreline code", "AXBM"),
        c.RIVER_ID,
        _DATE,
        c.optional(c.or_blank(c.BANK)),
        c.optional(_UNCERTAINTY),
        c.optional(c.SOURCE),
    ),
    "Bank lines or waterlines of several dates, in as many pieces as were seen; gaps are gaps.",
)  # fmt: skip

BASELINES = Schema(
    "baselines", "基线", "Baselines", "baseline_id", ("LineString",),
    (
        c.key("baseline_id", "基线编码", "Baseline code", "JXBM"),
        c.RIVER_ID,
        c.BANK,
        c.choice("placement", "基线位置", "Placement", "JXWZ", "Which side of the shorelines it was drawn on.",
                 _PLACEMENTS),
        c.optional(c.metres("start_chainage_m", "起点桩号", "Start chainage", "QDZH", "Chainage of the first vertex.")),
    ),
    "Lines beside the shorelines of one bank, digitised downstream, that transects are cast from.",
)  # fmt: skip

TRANSECTS = Schema(
    "transects", "岸线断面", "Transects", "transect_id", ("LineString",),
    (
        c.key("transect_id", "断面编码", "Transect code", "DMBM"),
        c.RIVER_ID,
        c.BANK,
        c.CHAINAGE,
        replace(c.degrees("azimuth_deg", "方位角", "Azimuth", "FWJ",
                          "Direction of the cast, clockwise from grid north."), decimals=2),
        c.metres("reach_m", "断面长度", "Reach", "DMCD",
                 "How far shorelines were looked for; drawn to a spacing beyond the last met."),
        c.choice("limited_by", "长度限制", "Limited by", "CDXZ", "What ends it.", _LIMITS),
        c.degrees("skew_deg", "偏斜角", "Skew", "PXJ",
                  "Turn from the line's own normal that smoothing made, anticlockwise positive."),
        c.metres("smoothing_m", "平滑长度", "Smoothing", "PHCD",
                 "Length of line whose mean direction it stands square to."),
        Column("date_count", "integer", "期数", "Dates", "QS", "Dates on which a shoreline was met."),
    ),
    "Where positions are measured: no two of a river cross. A line that begins across the axis was met there.",
)  # fmt: skip

INTERSECTIONS = Schema(
    "intersections", "断面交点", "Intersections", "intersection_id", ("Point",),
    (
        c.key("intersection_id", "交点编码", "Intersection code", "JDBM"),
        _TRANSECT,
        c.RIVER_ID,
        c.BANK,
        c.CHAINAGE,
        _DATE,
        c.text("shoreline_id", "岸线编码", "Shoreline code", "AXBM", "Shoreline met, several where the mean is taken."),
        _POSITION,
        _UNCERTAINTY,
        Column("hits", "integer", "交点数", "Hits", "JDS", "Hits of that date that the rule chose from."),
        Column("is_counted", "boolean", "计入", "Counted", "JR",
               "Whether rates go by it; not where the bank jumps, as at a cut-off bend."),
        _HIT_RULE,
        _POSITIVE,
    ),
    "Position of the shoreline on each transect and date that met it; a gap has no row.",
)  # fmt: skip

RATES = Schema(
    "rates", "岸线变化速率", "Rates of change", "transect_id", ("LineString",),
    (
        c.key("transect_id", "断面编码", "Transect code", "DMBM"),
        c.RIVER_ID,
        c.BANK,
        c.CHAINAGE,
        c.choice("trend", "趋势", "Trend", "QSH", "Direction of the rate, and whether it is proven at the level.",
                 _TRENDS),
        _rate("rate", "变化速率", "Rate", "SL", "LRR where there is one, else EPR; see positive for its sign."),
        c.choice("rate_basis", "速率来源", "Basis of the rate", "SLLY", "Which of the rates it is.", _BASES),
        replace(_blank_number("real_probability", "变化属实概率", "Probability real", "SSGL",
                      "From 0 to 1 that the change is not what errors alone make of a bank that stands still."),
                decimals=2),
        c.choice("real_basis", "概率来源", "Basis of the probability", "GLLY", "Which errors it weighs.", _PROOFS),
        Column("date_count", "integer", "期数", "Dates", "QS", "Dates with a position."),
        Column("first_date", "date", "首期", "First date", "SQ", "Earliest of them.", blank=True),
        Column("last_date", "date", "末期", "Last date", "MQ", "Latest of them.", blank=True),
        Column("span_years", "number", "时段", "Span", "SD", "From the first to the last.", "a", blank=True),
        _blank_metres("nsm_m", "首末位移", "Net movement (NSM)", "NSM", "Last position less first."),
        _blank_metres("sce_m", "变化幅度", "Envelope (SCE)", "SCE", "Largest position less smallest; no sign."),
        _rate("epr", "首末速率", "End point rate (EPR)", "EPR", "Net movement by span."),
        _rate("epr_error", "首末速率中误差", "Error of EPR (EPRunc)", "EPRUNC",
              "Position errors of both ends, squared and summed, by span."),
        _rate("epr_interval", "首末速率区间半宽", "Half interval of EPR", "ECI",
              "Half width at the level, normal law."),
        _rate("lrr", "线性回归速率", "Linear regression rate (LRR)", "LRR", "Slope of ordinary least squares."),
        _rate("lrr_error", "线性回归标准误", "Standard error of LRR", "LRRSE", "Standard error of the slope."),
        _rate("lrr_interval", "线性回归区间半宽", "Half interval of LRR (LCI)", "LCI",
              "Half width at the level, Student's t with n-2."),
        _blank_number("lrr_r2", "线性回归R²", "R² of LRR (LR2)", "LR2", "Coefficient of determination."),
        _blank_number("lrr_p", "线性回归p值", "p of LRR", "LRRP", "Two-sided, against no trend."),
        _blank_metres("lrr_residual_m", "线性回归残差", "Residual error of LRR (LSE)", "LSE",
                      "Standard error of the estimate."),
        _rate("wlr", "加权回归速率", "Weighted regression rate (WLR)", "WLR",
              "Slope weighted by 1/u²; blank where a position error is unknown."),
        _rate("wlr_error", "加权回归标准误", "Standard error of WLR", "WLRSE", "Standard error of the slope."),
        _rate("wlr_interval", "加权回归区间半宽", "Half interval of WLR (WCI)", "WCI",
              "Half width at the level, Student's t with n-2."),
        _blank_number("wlr_r2", "加权回归R²", "R² of WLR (WR2)", "WR2", "Weighted coefficient of determination."),
        _blank_number("wlr_p", "加权回归p值", "p of WLR", "WLRP", "Two-sided, against no trend."),
        _blank_number("wlr_residual", "加权回归残差", "Residual error of WLR (WSE)", "WSE",
                      "Standard error of the estimate in units of the position error."),
        _rate("sen", "泰尔-森速率", "Theil-Sen slope", "SEN", "Median of the slopes of all pairs of dates."),
        _rate("sen_low", "泰尔-森下限", "Theil-Sen, low", "SENL", "Lower end of its interval."),
        _rate("sen_high", "泰尔-森上限", "Theil-Sen, high", "SENH", "Upper end of its interval."),
        _CONVENTION,
        _POSITIVE,
        _YEAR,
        _LEVEL,
        _HIT_RULE,
    ),
    "How fast the bank moves on each transect, by every measure; what cannot be known is blank, never zero.",
)  # fmt: skip

FORECASTS = Schema(
    "forecasts", "岸线预测", "Forecasts", "forecast_id", ("Point",),
    (
        c.key("forecast_id", "预测编码", "Forecast code", "YCBM"),
        _TRANSECT,
        c.RIVER_ID,
        c.BANK,
        c.CHAINAGE,
        Column("horizon_years", "number", "预测年限", "Horizon", "YCNX", "Years from the river's latest date.", "a"),
        replace(_DATE, meaning="Day that is forecast."),
        _POSITION,
        c.metres("position_error_m", "预测中误差", "Error of the forecast", "YCWC", "One standard deviation."),
        c.metres("low_m", "预测下限", "Low", "YCXX", "Lower end of the interval at the level."),
        c.metres("high_m", "预测上限", "High", "YCSX", "Upper end of the interval at the level."),
        replace(_rate("rate", "变化速率", "Rate", "SL", "Rate that the filter ends with."), blank=False),
        _CONVENTION,
        _POSITIVE,
        _LEVEL,
    ),
    "Where a Kalman filter expects the shoreline, on each transect with three dates or more.",
)  # fmt: skip

CHANGE_AREAS = Schema(
    "change_areas", "冲淤范围", "Eroded and accreted areas", "area_id", ("Polygon", "MultiPolygon"),
    (
        c.key("area_id", "范围编码", "Area code", "FWBM"),
        c.RIVER_ID,
        c.BANK,
        c.choice("change", "冲淤类型", "Change", "CYLX", "Which way the bank moved over it.", _POSITIVES),
        Column("from_date", "date", "起始日期", "From", "QSRQ", "Date of the earlier shoreline."),
        Column("to_date", "date", "终止日期", "To", "ZZRQ", "Date of the later shoreline."),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.AREA,
        c.metres("measured_m", "量测长度", "Length measured", "LCCD",
                 "Length of axis or baseline along which both dates were met; the rest of the stretch is unknown."),
        c.metres("mean_m", "平均宽度", "Mean width", "PJKD", "Area by length measured."),
    ),
    "Ground that the bank moved over between two dates, by bank and stretch of the river.",
)  # fmt: skip
