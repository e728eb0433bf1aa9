"""The data dictionary of waterlines that are traced on images."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["LOOKS", "WATERLINES", "WATERLINE_GAPS"]

GAP_CAUSES = c.choices(
    ("none", "闭合", "Closed"),
    ("nodata", "无效值", "No data"),
    ("outside", "影像以外", "Outside the image"),
    ("saturated", "饱和", "Saturated"),
    ("cloud", "云", "Cloud"),
    ("shadow", "云影", "Shadow"),
    ("snow", "雪", "Snow"),
    ("cloud-suspected", "疑似云", "Suspected cloud"),
    ("bridge", "桥梁", "Bridge"),
    ("extent", "所给范围的边", "Edge of the extent"),
    ("edge", "影像的边", "Edge of the image"),
    ("axis", "换岸或换河", "Change of bank or river"),
)
FORMS = c.choices(
    ("open", "岸线段", "Shoreline"),
    ("island", "洲岛", "Island"),
    ("pool", "独立水面", "Water by itself"),
)
DOUBTS = c.choices(
    ("bright", "亮如云、雪，未必是水", "As bright as cloud or snow, and hardly water"),
    ("mixed", "水中混有亮如陆地的像元", "What was taken for water is partly as bright as land"),
    ("seed", "阈值未由影像求得", "The threshold is none of this image"),
)

_DATE = Column("date", "date", "拍摄日期", "Date", "RQ", "Day it was taken; blank where nobody says.", blank=True)
_SHORELINE_ID = c.key("shoreline_id", "水边线编码", "Waterline code", "SBXBM")
_SHARE_CLEAR = Column("clear_share", "number", "可用占比", "Clear", "KYZB", "Share of pixels that can be used.", "%")
_SHARE_WET = Column(
    "water_share",
    "number",
    "水面占比",
    "Water",
    "SMZB",
    "Share of water in pixels that can be used.",
    "%",
    blank=True,
)
_THRESHOLD = Column(
    "threshold",
    "number",
    "阈值",
    "Threshold",
    "YZ",
    "Value of the index that parts water from land.",
    blank=True,
    decimals=4,
)
_INDEX = c.text("index", "水体指数", "Index", "STZS", "Index that was followed, see riverline.list_indices.")
_STAGE = Column("level_m", "number", "水位", "Water level", "SW", "Gauge level when it was taken.", "m", blank=True)

WATERLINES = Schema(
    "waterlines", "水边线", "Waterlines", "shoreline_id", ("LineString",),
    (
        _SHORELINE_ID,
        c.or_blank(replace(c.RIVER_ID, meaning="River of the nearest axis; empty where no axes were given.")),
        c.or_blank(c.BANK),
        _DATE,
        c.metres("uncertainty_m", "定位不确定度", "Uncertainty", "BQDD",
                 "One standard deviation of its place: pixel, threshold and registration together."),
        c.SOURCE,
        _INDEX,
        replace(_THRESHOLD, blank=False),
        c.choice("form", "形态", "Form", "XT", "Open, or closed around land or around water.", FORMS),
        c.LENGTH,
        c.choice("start_gap", "起端中断原因", "Why it starts", "QDYY", "Why it goes no further.", GAP_CAUSES),
        c.choice("end_gap", "止端中断原因", "Why it ends", "ZDYY", "Why it goes no further.", GAP_CAUSES),
        c.metres("pixel_m", "像元分量", "Part of the pixel", "XYFL", "Sub-pixel error of the method."),
        c.metres("threshold_m", "阈值分量", "Part of the threshold", "YZFL",
                 "One standard deviation of where the line lies, from how far the threshold may be off."),
        c.metres("registration_m", "配准分量", "Part of the registration", "PZFL", "As given; 0 where not."),
        c.optional(_STAGE),
        c.optional(c.or_blank(c.choice("doubt", "存疑", "In doubt", "CY",
                                       "Why the lines of an image may be no water's edge at all.", DOUBTS))),
    ),
    "Waterlines of one image: sub-pixel pieces, water to their right, never joined over what it hides.",
)  # fmt: skip

WATERLINE_GAPS = Schema(
    "waterline_gaps", "水边线中断处", "Ends of waterlines", "gap_id", ("Point",),
    (
        c.key("gap_id", "中断处编码", "Code", "ZDBM"),
        c.text("shoreline_id", "水边线编码", "Waterline code", "SBXBM", "Waterline that ends here."),
        c.choice("cause", "中断原因", "Cause", "ZDYY", "Why it goes no further.", GAP_CAUSES),
        _DATE,
        c.SOURCE,
    ),
    "Places where waterlines end, with the cause.",
)  # fmt: skip

LOOKS = Schema(
    "looks", "逐期水面", "Looks at the water", "look_id", (),
    (
        c.key("look_id", "期次编码", "Look code", "QCBM"),
        c.SOURCE,
        _DATE,
        _STAGE,
        _INDEX,
        _THRESHOLD,
        _SHARE_CLEAR,
        _SHARE_WET,
    ),
    "What each image of a stack tells of the water; a table without geometry.",
)  # fmt: skip
