"""The data dictionary: every kind of frame that riverline reads or makes, but for those about titles."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.encroachment import (
    ACCURACIES,
    ACCURACY_CURVE,
    CLASS_AREAS,
    ENCROACHED,
    FEATURES,
    LINE_ERRORS,
    PERMITS,
    RELIABILITY,
    SUSPECTS,
)
from riverline.schema.model import Column, Schema
from riverline.schema.shoreline import (
    SENSITIVE,
    SHORELINES,
    USED_SHORELINES,
    USES,
    UTILISATION,
    WATERSIDE,
    ZONES,
)
from riverline.schema.staking import ADMIN, BOARDS, EXISTING, LANDMARKS, SETTINGS, STAKES

__all__ = [
    "ACCURACIES",
    "ACCURACY_CURVE",
    "ADMIN",
    "AXES",
    "BANK_TOPS",
    "BOARDS",
    "CHAINAGE_BREAKS",
    "CLASS_AREAS",
    "ENCROACHED",
    "EXISTING",
    "EXTENTS",
    "FAULTS",
    "FEATURES",
    "FLOOD_LEVELS",
    "LANDMARKS",
    "LEVEES",
    "LINE_ERRORS",
    "MANAGEMENT_LINES",
    "OUTFALLS",
    "PERMITS",
    "RELIABILITY",
    "SECTIONS",
    "SEGMENTS",
    "SENSITIVE",
    "SETTINGS",
    "SHORELINES",
    "STAKES",
    "SUSPECTS",
    "TRACKS",
    "USED_SHORELINES",
    "USES",
    "UTILISATION",
    "WATER",
    "WATERSIDE",
    "WORKS",
    "ZONES",
]

AXES = Schema(
    "axes", "河道中心线", "River axes", "river_id", ("LineString",),
    (
        c.RIVER_ID,
        c.NAME,
        c.optional(c.text("rank", "河流级别", "Rank", "HLJB",
                          "main, tributary-1, tributary-2 … or the office's word.")),
        Column("catchment_km2", "number", "流域面积", "Catchment", "LYMJ", "Catchment area.", "km²", optional=True),
        c.optional(c.metres("width_m", "河宽", "Channel width", "HK", "Width between the bank tops.")),
        c.optional(c.text("chief", "河长", "River chief", "HZ", "Who answers for the river.")),
        c.optional(c.metres("start_chainage_m", "起点桩号", "Start chainage", "QDZH", "Chainage of the first vertex.")),
        c.optional(c.SETTINGS),
    ),
    "One line per river or reach, digitised downstream; chainage runs along it.",
)  # fmt: skip

WATER = Schema(
    "water", "水域", "Water", "water_id", ("Polygon", "MultiPolygon"),
    (
        c.key("water_id", "水域编码", "Water code", "SYBM"),
        c.RIVER_ID,
        c.choice("kind", "水域类型", "Kind of water", "SYLX", "What sort of water body it is.", c.WATER_KINDS),
        Column("date", "date", "日期", "Date", "RQ", "Day the water's edge was seen.", optional=True),
        c.optional(c.NAME),
    ),
    "Water surfaces as polygons.",
)  # fmt: skip

LEVEES = Schema(
    "levees", "堤防", "Levees", "levee_id", ("LineString",),
    (
        c.key("levee_id", "堤防编码", "Levee code", "DFBM"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.choice("feature", "线类型", "Feature", "XLX", "Which line of the levee was drawn.", c.LEVEE_FEATURES),
        c.optional(c.choice("grade", "堤防级别", "Grade", "DFJB", "Levee grade, 1 the highest.", c.LEVEE_GRADES)),
        c.optional(c.metres("height_m", "堤顶高程", "Crest level", "DDGC", "Height of the crest, 1985 height datum.")),
        c.optional(c.metres("ground_m", "背水侧地面高程", "Landside ground level", "DMGC",
                            "Height of the ground behind it; a flood wall's virtual section stands on it.")),
        Column("protects_mu", "number", "保护耕地", "Farmland protected", "BHGD", "Farmland behind it.", "亩",
               optional=True),
        c.optional(c.NAME),
        c.optional(c.SETTINGS),
    ),
    "Levee toes, crests, flood walls and berm toes as lines.",
)  # fmt: skip

BANK_TOPS = Schema(
    "bank_tops", "岸顶线", "Bank tops", "bank_id", ("LineString",),
    (
        c.key("bank_id", "岸线编码", "Bank code", "AXBM"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.optional(c.or_blank(c.choice("feature", "线类型", "Feature", "XLX",
                                       "What was drawn: blank for a bank top, else the line that stands in for it, or "
                                       "the line given for a lake or reservoir.", c.BANK_FEATURES))),
        c.optional(replace(c.RETURN_PERIOD, meaning="Years between floods that the bank is meant to hold.")),
        c.optional(c.SETTINGS),
    ),
    "Upper edges of the channel (河口线), where there is no levee, and lines that stand in for them.",
)  # fmt: skip

WORKS = Schema(
    "works", "水利及涉河工程", "Works", "work_id",
    ("Polygon", "MultiPolygon", "LineString", "MultiLineString", "Point", "MultiPoint"),
    (
        c.key("work_id", "工程编码", "Work code", "GCBM"),
        c.optional(replace(c.RIVER_ID, meaning="Code of its river; blank where its place has to tell.")),
        c.optional(c.choice("kind", "工程类型", "Kind of work", "GCLX",
                            "What sort of work it is; what draws its range asks for it.", c.WORK_KINDS)),
        c.optional(c.choice("size", "工程规模", "Size", "GCGM", "Class of size of the work.", c.WORK_SIZES)),
        c.optional(c.NAME),
    ),
    "Dams, sluices, pump stations, bridges …: their outline, their axis across the river, or their place.",
)  # fmt: skip

FLOOD_LEVELS = Schema(
    "flood_levels", "洪水位", "Flood levels", "level_id", ("Point", "LineString"),
    (
        c.key("level_id", "水位编码", "Level code", "SWBM"),
        c.RIVER_ID,
        c.optional(c.CHAINAGE),
        c.LEVEL_M,
        c.optional(c.RETURN_PERIOD),
        c.choice("basis", "水位类型", "Kind of level", "SWLX", "Where the level comes from.", c.LEVEL_BASES),
    ),
    "Water levels at points of the axis or along level lines across the valley.",
)  # fmt: skip

SECTIONS = Schema(
    "sections", "实测横断面", "Surveyed sections", "section_id", ("LineString",),
    (
        c.key("section_id", "断面编码", "Section code", "DMBM"),
        c.RIVER_ID,
        c.LEVEL_M,
        Column("profile", "profile", "断面线", "Profile", "DMX",
               "Ground as a line of (station in metres from the section's first vertex, height in metres)."),
        c.optional(c.CHAINAGE),
        c.optional(c.RETURN_PERIOD),
        c.optional(c.metres("left_levee_station_m", "左堤桩距", "Left levee station", "ZDZJ",
                            "Station of the left levee's crest; water beyond it needs overtopping.")),
        c.optional(c.metres("right_levee_station_m", "右堤桩距", "Right levee station", "YDZJ",
                            "Station of the right levee's crest.")),
    ),
    "Cross-sections drawn from the left to the right bank, with their surveyed ground and the flood level.",
)  # fmt: skip

CHAINAGE_BREAKS = Schema(
    "chainage_breaks", "断链", "Chainage breaks", "break_id", ("Point",),
    (
        c.key("break_id", "断链编号", "Break code", "DLBH"),
        c.RIVER_ID,
        c.metres("back_m", "来向桩号", "Chainage back", "LXZH", "Printed chainage arriving from upstream."),
        c.metres("ahead_m", "去向桩号", "Chainage ahead", "QXZH", "Printed chainage leaving downstream."),
    ),
    "Places where the printed chainage jumps because the axis was measured anew.",
)  # fmt: skip

_CODE = replace(c.RIVER_ID, meaning="Code of the river, lake or reservoir; of a work, that of its river.")

MANAGEMENT_LINES = Schema(
    "management_lines", "管理范围线", "Management lines", "line_id", ("LineString",),
    (
        c.key("line_id", "线段编码", "Piece code", "XDBM"),
        _CODE,
        c.or_blank(replace(c.BANK, meaning="Side of the axis, looking downstream; blank on the closed line of a lake, "
                                           "a reservoir or a work, which has no banks.")),
        c.choice("basis", "划界依据", "Basis", "HJYJ", "What the piece was drawn from.", c.BASES),
        replace(c.RULE_ID, meaning="Rule of the rule set that decided; empty where no rule founds the piece."),
        replace(c.CITATION, meaning="Document and article behind the rule, in its own language; empty where none is."),
        c.or_blank(c.metres("offset_m", "外延宽度", "Strip width", "WYKD",
                            "Width of the strip beyond the reference line; blank where no rule gives one.")),
        *(replace(column, meaning=f"{column.meaning[:-1]}: along the axis; on the closed line of a lake, a "
                                  "reservoir or a work, which has no bank, along that line itself, clockwise from its "
                                  "northernmost place: not a place on the river.")
          for column in (c.START_CHAINAGE, c.END_CHAINAGE)),
        c.LENGTH,
        c.CONFIDENCE,
        c.text("source_ids", "来源要素", "Source features", "LYYS", "Keys of the features it was drawn from."),
        c.text("note", "说明", "Note", "SM", "What a reader of the line must know of its rule; empty where nothing."),
    ),
    "The legal line, piece by piece; the pieces of a bank join end to end from reach start to reach end.",
)  # fmt: skip

EXTENTS = Schema(
    "extents", "管理与保护范围", "Extents", "extent_id", ("MultiPolygon", "Polygon"),
    (
        c.key("extent_id", "范围编码", "Extent code", "FWBM"),
        _CODE,
        c.NAME,
        c.choice("kind", "范围类型", "Kind of extent", "FWLX", "Which of the two ranges it is.", c.EXTENT_KINDS),
        c.AREA,
        c.or_blank(c.metres("left_length_m", "左岸长度", "Left bank length", "ZACD",
                            "Length of the left management line.")),
        c.or_blank(c.metres("right_length_m", "右岸长度", "Right bank length", "YACD",
                            "Length of the right management line.")),
        c.or_blank(c.metres("axis_length_m", "中心线长度", "Axis length", "ZXXCD",
                            "Length of the axis; blank for lakes and reservoirs.")),
        c.or_blank(c.metres("clearance_m", "最小裕度", "Smallest clearance", "ZXYD",
                            "Proof: the least of (distance from line to reference − strip width); never below zero.")),
        c.optional(Column("founded_share", "number", "有据比例", "Founded share", "YJBL",
                          "Share of the length of its lines, 0 to 1, that some rule founds; the rest is a sketch.")),
        c.optional(replace(c.CONFIDENCE, meaning="The weakest of the pieces of its lines.")),
        c.text("rules", "规则集", "Rule sets", "GZJ",
               "Names of the rule sets whose rules drew the lines: the one asked for, and those it falls back on."),
        c.text("version", "规则版本", "Rules version", "GZBB",
               "Digest of the rule set asked for, with what it falls back on."),
    ),
    "The ground inside the lines, one row a river and kind.",
)  # fmt: skip

TRACKS = Schema(
    "tracks", "巡河轨迹", "Patrol tracks", "track_id", ("LineString", "MultiLineString", "Point"),
    (
        c.key("track_id", "轨迹编码", "Track code", "GJBM"),
        c.text("patroller", "巡河人", "Patroller", "XHR", "Who walked."),
        c.choice("level", "河长级别", "Level", "HZJB", "Level of the chief.", c.CHIEF_LEVELS),
        c.or_blank(Column("started", "timestamp", "开始时间", "Started", "KSSJ", "When the patrol began.")),
        c.or_blank(Column("ended", "timestamp", "结束时间", "Ended", "JSSJ", "When the patrol ended.")),
    ),
    "Where patrols went; vertices may carry their time as M, in seconds since 1970 UTC.",
)  # fmt: skip

OUTFALLS = Schema(
    "outfalls", "入河排污口", "Outfalls", "outfall_id", ("Point",),
    (
        c.key("outfall_id", "排污口编码", "Outfall code", "PWKBM"),
        c.RIVER_ID,
        c.text("class", "排污口类型", "Class", "PWKLX", "Class code of HJ 1312."),
        c.NAME,
        c.text("status", "状态", "Status", "ZT", "open, sealed …"),
    ),
    "Outfalls into the river.",
)  # fmt: skip

SEGMENTS = Schema(
    "segments", "河段", "Segments", "segment_id", ("LineString",),
    (
        c.key("segment_id", "河段编码", "Segment code", "HDBM"),
        c.RIVER_ID,
        c.optional(c.BANK),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
    ),
    "Stretches of an axis; an analysis adds its own columns.",
)  # fmt: skip

FAULTS = Schema(
    "faults", "质检问题", "Faults", "fault_id",
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
    (
        c.key("fault_id", "质检编号", "Fault code", "ZJBH"),
        c.text("code", "问题代码", "Code", "WTDM", "Code of the fault catalogue."),
        c.choice("severity", "等级", "Severity", "DJ", "How much it matters.", c.FAULT_SEVERITIES),
        c.text("layer", "图层", "Layer", "TC", "Layer the feature is in."),
        c.text("feature_id", "要素编码", "Feature", "YSBM", "Key of the feature."),
        c.text("detail", "说明", "Detail", "SM", "One sentence for a person."),
        c.or_blank(Column("value", "number", "实测值", "Value", "SCZ", "What was measured.")),
        c.or_blank(Column("limit", "number", "限值", "Limit", "XZ", "What was allowed.")),
        c.text("unit", "单位", "Unit", "DW", "Unit of value and limit."),
        c.text("note", "要点", "Note", "YD",
               "Names, codes or values that the sentence quotes; the same in every language."),
    ),
    "What is wrong with the data; never called a problem.",
)  # fmt: skip
