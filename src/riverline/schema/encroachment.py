"""The data dictionary of encroachment: features to screen, permits, suspects, and what they come to."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, GeometryType, Schema

__all__ = ["ENCROACHED", "FEATURES", "PERMITS", "SUSPECTS"]

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
_INSIDE = c.square_metres("inside_m2", "范围内面积", "Area inside", "FWNMJ", "Area inside the line of the extent.")
_COUNTED = c.square_metres(
    "counted_m2", "计入面积", "Area counted", "JRMJ", "Area inside that no valid permit covers; 0 where not counted."
)
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
        c.SEVERITY,
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
        c.optional(c.text("rule_id", "认定条目", "Catalogue item", "RDTM", "Item of the catalogue that decided.")),
        c.optional(c.CITATION),
        c.optional(c.text("reason", "认定说明", "Why", "RDSM", "What shows it, in one sentence for a person.")),
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
        _INSIDE,
        _COUNTED,
        c.metres("shoreline_m", "占用岸线", "Shoreline taken", "ZYAX",
                 "Length of line taken, what several take counted once."),
    ),
    "Suspects by river, kind of extent and bank; a table without geometry.",
)  # fmt: skip
