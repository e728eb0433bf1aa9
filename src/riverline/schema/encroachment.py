"""The data dictionary of encroachment: features to screen, permits, suspects, and what they come to."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, GeometryType, Schema

__all__ = [
    "ACCURACIES",
    "ACCURACY_CURVE",
    "CLASS_AREAS",
    "ENCROACHED",
    "FEATURES",
    "LINE_ERRORS",
    "PERMITS",
    "RELIABILITY",
    "SUSPECTS",
]

_SHAPES: tuple[GeometryType, ...] = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_FIRST_SEEN = Column("first_seen", "date", "首次发现", "First seen", "SCFX", "First image or survey that shows it.")
_LAST_SEEN = Column("last_seen", "date", "最近发现", "Last seen", "ZJFX", "Last image or survey that shows it.")
_KINDS = (*c.PROBLEM_KINDS, *c.choices(("unknown", "不明", "Unknown")))
_POSITIONS = c.choices(
    ("inside", "线内", "Inside"),
    ("across", "压线", "On the line"),
    ("near", "线外邻近", "Near, outside"),
)
_PERMIT_STATES = c.choices(
    ("none", "无许可", "No permit"),
    ("valid", "许可有效", "Valid"),
    ("expired", "许可过期", "Expired"),
    ("future", "尚未生效", "Not yet valid"),
    ("undecided", "有效性不明", "Not decided"),
)
_STANDINGS = c.choices(
    ("counted", "计入", "Counted"),
    ("permitted", "许可覆盖，不计入", "Permitted, not counted"),
    ("protection", "仅在保护范围，不计入", "In the protection extent, not counted"),
    ("outside", "线外邻近，不计入", "Outside the line, not counted"),
)
_STATES = c.choices(("confirmed", "影像足够", "Enough images"), ("unconfirmed", "影像不足", "Too few images"))
_TRACKINGS = c.choices(
    ("new", "新增", "New"),
    ("kept", "延续", "Kept"),
    ("unseen", "本轮看不清", "Not seen"),
    ("back", "消失后复现", "Gone and back again"),
)
_INSIDE = c.square_metres("inside_m2", "范围内面积", "Area inside", "FWNMJ", "Area inside the line of the extent.")
_COUNTED = c.square_metres(
    "counted_m2", "计入面积", "Area counted", "JRMJ", "Area inside that no valid permit covers; 0 where not counted."
)
_SUM_INSIDE = c.square_metres("inside_m2", "范围内面积", "Area inside", "FWNMJ",
                               "Area inside the line, ground that several cover counted once.")  # fmt: skip
_SUM_COUNTED = c.square_metres("counted_m2", "计入面积", "Area counted", "JRMJ",
                                "Of it what counts, ground that several cover counted once.")  # fmt: skip
_EXTENT_KIND = c.choice(
    "extent_kind", "范围类型", "Kind of extent", "FWLX", "Which of the two ranges it lies in.", c.EXTENT_KINDS
)

FEATURES = Schema(
    "features", "待筛查地物", "Features to screen", "feature_id", _SHAPES,
    (
        c.key("feature_id", "地物编码", "Feature code", "DWBM"),
        c.optional(c.or_blank(_FIRST_SEEN)),
        c.optional(c.or_blank(_LAST_SEEN)),
        c.optional(c.SOURCE),
    ),
    "Buildings, ponds, fields, roads, outlets: whatever is held against the line; its own columns come through.",
)  # fmt: skip

PERMITS = Schema(
    "permits", "涉河建设许可", "Permits", "permit_id", _SHAPES,
    (
        c.key("permit_id", "许可编号", "Permit code", "XKBH"),
        c.text("title", "项目名称", "Project", "XMMC", "Name of the approved project."),
        c.text("kind", "项目类型", "Kind of project", "XMLX", "bridge, wharf, pipe …"),
        Column("valid_from", "date", "有效期起", "Valid from", "YXQQ", "First day.", optional=True),
        Column("valid_to", "date", "有效期止", "Valid to", "YXQZ", "Last day.", optional=True),
        c.optional(c.metres("radius_m", "许可半径", "Radius", "XKBJ", "Reach of a point or line permit.")),
    ),
    "Approved works in the extent.",
)  # fmt: skip

SUSPECTS = Schema(
    "suspects", "疑似问题图斑", "Suspects", "suspect_id", _SHAPES,
    (
        c.key("suspect_id", "图斑编号", "Suspect code", "TBBH"),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.choice("kind", "四乱类型", "Kind", "SLLX", "Kind of the four chaos, with local additions.", _KINDS),
        c.ITEM,
        c.optional(c.text("item_title", "细类名称", "Title of the item", "XLMC", "As the catalogue calls it.")),
        c.SEVERITY,
        c.optional(c.text("reason", "认定说明", "Why", "RDSM", "What shows it, in one sentence for a person.")),
        c.PROBABILITY,
        c.AREA,
        _INSIDE,
        c.metres("intrusion_m", "侵入深度", "Intrusion", "QRSD",
                 "Largest distance inside the line; below 0 outside it."),
        c.metres("shoreline_m", "占用岸线", "Shoreline taken", "ZYAX", "Length of line taken."),
        c.or_blank(c.CHAINAGE),
        c.text("evidence", "证据", "Evidence", "ZJ", "What shows it, as JSON."),
        c.or_blank(_FIRST_SEEN),
        c.or_blank(_LAST_SEEN),
        c.SOURCE,
        c.optional(c.text("permit_id", "许可编号", "Permit code", "XKBH", "Valid permits that cover some of it.")),
        c.optional(c.choice("permit_state", "许可状态", "Permit state", "XKZT", "Whether a permit covers it.",
                            _PERMIT_STATES)),
        c.optional(c.choice("position", "与界线关系", "Position", "YJXGX",
                            "Wholly inside, on the line, or just outside.", _POSITIONS)),
        c.optional(Column("is_counted", "boolean", "计入问题", "Counted", "JRWT",
                          "False where valid permits cover all of it, and outside the management line.")),
        c.optional(c.choice("standing", "计入情况", "Standing", "JRQK", "Whether it counts, and if not, why.",
                            _STANDINGS)),
        c.optional(_COUNTED),
        c.optional(c.square_metres("permitted_m2", "许可面积", "Area permitted", "XKMJ",
                                   "Area inside under a valid permit.")),
        c.optional(Column("share_inside", "number", "范围内比例", "Share inside", "FWNBL",
                          "Share of its area, length or points inside, 0 to 1.")),
        c.optional(c.or_blank(c.metres("inside_m", "范围内长度", "Length inside", "FWNCD",
                                       "Length inside of a line; blank for areas and points."))),
        c.optional(c.or_blank(c.metres("axis_m", "距中心线", "Distance to the axis", "JZXX",
                                       "From its nearest place to the axis."))),
        c.optional(c.EXTENT_ID),
        c.optional(_EXTENT_KIND),
        c.optional(c.text("feature_id", "地物编码", "Feature code", "DWBM", "Feature of the layer that was screened.")),
        c.optional(c.or_blank(c.choice("state", "影像印证", "Shown by images", "YXYZ",
                                       "Whether enough days of both seasons show it; nobody was there yet.",
                                       _STATES))),
        c.optional(c.or_blank(c.choice("tracking", "与上轮比较", "Tracking", "YSLBJ",
                                       "Against the round before; of suspects from images.", _TRACKINGS))),
        c.optional(c.text("change_class", "变化类别", "Class of change", "BHLB",
                          "Row of the table of decisions; of suspects from images.")),
        c.optional(c.text("rule_id", "认定条目", "Catalogue item", "RDTM", "Item of the catalogue that decided.")),
        c.optional(c.CITATION),
    ),
    "Patches found against the line, not yet verified.",
)  # fmt: skip

ENCROACHED = Schema(
    "encroached", "侵占情况统计表", "Encroachment by river", "encroached_id", (),
    (
        c.key("encroached_id", "统计编号", "Row code", "TJBH"),
        c.RIVER_ID,
        c.NAME,
        _EXTENT_KIND,
        c.or_blank(c.BANK),
        Column("suspects", "integer", "疑似问题数", "Suspects", "YSWTS", "Rows inside or on the line."),
        Column("across", "integer", "其中压线", "On the line", "YXS", "Of them on or over the line."),
        Column("permitted", "integer", "其中已许可", "Permitted", "YXKS", "Of them wholly under valid permits."),
        _SUM_INSIDE,
        _SUM_COUNTED,
        c.square_metres("overlap_m2", "重叠面积", "Overlap", "CDMJ",
                        "By how much the areas of the rows come to more: ground that several cover counts once."),
        c.metres("shoreline_m", "占用岸线", "Shoreline taken", "ZYAX",
                 "Length of line taken, what several take counted once."),
    ),
    "Suspects by river, kind of extent and bank; a table without geometry.",
)  # fmt: skip

_CLASS = c.text("class_name", "类别", "Class", "LB", "Class of map and reference; * is all of them together.")


_SCOPES = c.choices(("all", "全部", "All"), ("kind", "问题类型", "Kind"), ("size", "面积等级", "Class of size"))
_LINE_SCOPES = c.choices(("all", "全部", "All"), ("river", "河流", "River"), ("bank", "岸别", "Bank"))


def _share(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    """A share from 0 to 1, blank where there is nothing to take it of."""
    return Column(name, "number", label_zh, label_en, short, meaning, blank=True)


ACCURACIES = Schema(
    "accuracies", "检测精度表", "Accuracy", "accuracy_id", (),
    (
        c.key("accuracy_id", "精度编号", "Row code", "JDBH"),
        c.choice("scope", "统计口径", "Scope", "TJKJ", "What the row counts.", _SCOPES),
        c.text("part", "分组", "Part", "FZ", "Kind, or class of size in m²; * in the row of all."),
        Column("truth_count", "integer", "真实目标数", "True objects", "ZSMBS", "Objects that are there."),
        Column("found_count", "integer", "检出目标数", "Objects found", "JCMBS", "Objects that were found."),
        Column("hit_count", "integer", "命中目标数", "Objects hit", "MZMBS", "True objects that were found."),
        Column("right_count", "integer", "检出正确数", "Right", "JCZQS", "Found objects that are true."),
        _share("precision", "查准率", "Precision", "CZL", "Right ones among those found."),
        _share("recall", "查全率", "Recall", "CQL", "Hit ones among those that are there."),
        _share("f1", "F1 值", "F1", "F1", "Harmonic mean of precision and recall."),
        _share("candidate_recall", "查全率（含候选类型）", "Recall with candidates", "HXCQL",
               "Recall that counts as hit what was told as unknown with the kind among those that it may be."),
        _share("mean_iou", "平均交并比", "Mean IoU", "PJJBB", "Of matched pairs, intersection over union."),
        c.square_metres("truth_m2", "真实面积", "True area", "ZSMJ", "Union of what is there."),
        c.square_metres("found_m2", "检出面积", "Area found", "JCMJ", "Union of what was found."),
        c.square_metres("shared_m2", "重合面积", "Area shared", "CHMJ", "What both have."),
        _share("area_precision", "面积查准率", "Area precision", "MJCZL", "Shared area over the area found."),
        _share("area_recall", "面积查全率", "Area recall", "MJCQL", "Shared area over the true area."),
        _share("area_f1", "面积 F1 值", "Area F1", "MJF1", "Harmonic mean of both."),
        _share("area_iou", "面积交并比", "Area IoU", "MJJBB", "Shared area over the area of both together."),
    ),
    "How much of what is there was found, and how much of what was found is there; a table without geometry.",
)  # fmt: skip

ACCURACY_CURVE = Schema(
    "accuracy_curve", "概率阈值曲线", "Accuracy by threshold", "threshold_id", (),
    (
        c.key("threshold_id", "阈值编号", "Threshold code", "YZBH"),
        Column("threshold", "number", "概率阈值", "Threshold", "GLYZ", "Objects of at least this probability count."),
        Column("found_count", "integer", "检出目标数", "Objects found", "JCMBS", "Objects that were found."),
        _share("precision", "查准率", "Precision", "CZL", "Right ones among those found."),
        _share("recall", "查全率", "Recall", "CQL", "Hit ones among those that are there."),
        _share("f1", "F1 值", "F1", "F1", "Harmonic mean of precision and recall."),
    ),
    "Precision and recall over thresholds of the stated probability; a table without geometry.",
)  # fmt: skip

RELIABILITY = Schema(
    "reliability", "概率可靠性表", "Reliability", "bin_id", (),
    (
        c.key("bin_id", "区间编号", "Bin code", "QJBH"),
        Column("low", "number", "概率下限", "From", "GLXX", "Probability from which the bin holds."),
        Column("high", "number", "概率上限", "To", "GLSX", "Probability up to which it does."),
        Column("found_count", "integer", "检出目标数", "Objects found", "JCMBS", "Objects in the bin."),
        _share("stated", "平均概率", "Mean stated", "PJGL", "Mean probability that was stated."),
        _share("observed", "实际正确率", "Observed", "SJZQL", "Share of them that are true."),
        _share("observed_low", "正确率下限", "Observed, low", "ZQLXX", "Lower end of its interval (Wilson)."),
        _share("observed_high", "正确率上限", "Observed, high", "ZQLSX", "Upper end of its interval (Wilson)."),
    ),
    "Whether stated probabilities come true; a table without geometry.",
)  # fmt: skip

CLASS_AREAS = Schema(
    "class_areas", "面积估计表", "Area estimates", "class_id", (),
    (
        c.key("class_id", "类别编号", "Row code", "LBBH"),
        _CLASS,
        Column("samples", "integer", "样本数", "Samples", "YBS", "Sample units that the map puts in the class."),
        c.square_metres("mapped_m2", "图上面积", "Mapped area", "TSMJ", "Area on the map."),
        c.square_metres("area_m2", "估计面积", "Area", "GJMJ", "Area estimated from the reference."),
        c.or_blank(c.square_metres("area_error_m2", "面积误差", "Margin of area", "MJWC",
                                   "Half the confidence interval.")),
        _share("users", "用户精度", "User's accuracy", "YHJD", "Share of the mapped class that is it."),
        _share("users_error", "用户精度误差", "Margin of user's", "YHJDWC", "Half the confidence interval."),
        _share("producers", "生产者精度", "Producer's accuracy", "SCZJD", "Share of the class that is mapped as it."),
        _share("producers_error", "生产者精度误差", "Margin of producer's", "SCZJDWC", "Half the confidence interval."),
        Column("confidence_level", "number", "置信水平", "Confidence level", "ZXSP", "Of the intervals."),
    ),
    "Areas and accuracies from a stratified sample (Olofsson et al. 2014); a table without geometry.",
)  # fmt: skip

LINE_ERRORS = Schema(
    "line_errors", "水边线误差表", "Errors of lines", "error_id", (),
    (
        c.key("error_id", "误差编号", "Row code", "WCBH"),
        c.choice("scope", "统计口径", "Scope", "TJKJ", "What the row is of.", _LINE_SCOPES),
        c.text("part", "分组", "Part", "FZ", "River or bank; * in the row of all."),
        Column("places", "integer", "检查点数", "Places", "JCDS", "Places along the lines that have a reference."),
        c.or_blank(c.metres("rmse_m", "中误差", "RMSE", "ZWC", "Root of the mean square distance.")),
        c.or_blank(c.metres("mae_m", "平均绝对误差", "MAE", "PJJDWC", "Mean distance.")),
        c.or_blank(c.metres("bias_m", "系统误差", "Bias", "XTWC", "Mean signed distance.")),
        c.or_blank(c.metres("spread_m", "去偏标准差", "Spread", "QPBZC", "Standard deviation about the bias.")),
        c.or_blank(c.metres("within_95_m", "95% 误差", "95 % within", "WC95", "Distance that 95 % do not exceed.")),
        _share("matched", "有参照比例", "Matched", "YCZBL", "Share of the lines that have a reference in reach."),
        _share("complete", "完整率", "Complete", "WZL", "Share of the reference that has a line in reach."),
    ),
    "How far lines lie from reference lines; a table without geometry.",
)  # fmt: skip
