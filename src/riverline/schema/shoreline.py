"""The data dictionary of a shoreline plan: what it is made from, its lines, zones, used stretches and rates."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, GeometryType, Schema

__all__ = ["SENSITIVE", "SHORELINES", "USED_SHORELINES", "USES", "UTILISATION", "WATERSIDE", "ZONES"]

_SHAPES: tuple[GeometryType, ...] = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_BANK_OR_BLANK = c.optional(c.or_blank(c.BANK))
_SHORELINE = c.metres("shoreline_m", "岸线长度", "Shoreline", "AXCD", "Length along the management line.")
_USED = c.metres("used_m", "已利用长度", "Used shoreline", "YLYCD", "Occupied length, overlaps counted once.")
_RATE = Column(
    "rate", "number", "岸线利用率", "Utilisation rate", "LYL",
    "Used length in a hundred of the shoreline's (the formula was found in no text); blank without a shoreline.", "%",
    blank=True,
)  # fmt: skip
_COUNTY = c.optional(c.text("admin", "县（区）", "County", "XQ", "County that the stretch lies in; empty outside all."))
_CITY = c.optional(c.text("city", "市（州）", "City", "SZ", "City that the county belongs to."))

WATERSIDE = Schema(
    "waterside", "临水边界线", "Waterside lines", "waterside_id", ("LineString",),
    (
        c.key("waterside_id", "临水边界线编码", "Waterside code", "LSXBM"),
        c.RIVER_ID,
        c.BANK,
        c.optional(c.text("waterside_basis", "临水边界线依据", "Basis of the line", "LSYJ",
                          "What the line was drawn from, such as the bank-forming discharge.")),
        c.optional(c.CONFIDENCE),
    ),
    "Waterside lines of a shoreline plan, as its planner drew them: one or several lines a bank.",
)  # fmt: skip

SENSITIVE = Schema(
    "sensitive", "岸线敏感因素", "Sensitive areas", "sensitive_id", _SHAPES,
    (
        c.key("sensitive_id", "敏感因素编码", "Sensitive-area code", "MGBM"),
        c.choice("sensitive_kind", "敏感因素类型", "Kind of factor", "MGLX",
                 "What makes the shoreline sensitive, or fit for use.", c.SENSITIVE_KINDS),
        c.optional(c.NAME),
        c.optional(c.text("level", "级别", "Level", "JB", "Level or part that rules ask for, such as 一级 or 核心区.")),
        c.optional(c.or_blank(c.RIVER_ID)),
        _BANK_OR_BLANK,
    ),
    "Areas, stretches and places that decide which zone a shoreline is.",
)  # fmt: skip

USES = Schema(
    "uses", "岸线利用项目", "Shoreline uses", "use_id", _SHAPES,
    (
        c.key("use_id", "利用项目编码", "Use code", "LYBM"),
        c.NAME,
        c.text("use_kind", "涉河设施类别", "Kind of facility", "SSLB", "bridge, wharf, intake, levee …"),
        c.optional(c.or_blank(c.RIVER_ID)),
        _BANK_OR_BLANK,
        c.optional(c.or_blank(c.metres("use_length_m", "申报占用长度", "Length declared", "SBCD",
                                       "Taken by a point, or by what has no length along the line."))),
    ),
    "Facilities and activities that take up shoreline.",
)  # fmt: skip

SHORELINES = Schema(
    "shorelines", "岸线控制线", "Shoreline lines", "shoreline_id", ("LineString",),
    (
        c.key("shoreline_id", "控制线编码", "Line code", "KZXBM"),
        c.RIVER_ID,
        c.NAME,
        c.BANK,
        c.choice("line", "控制线类型", "Which line", "KZXLX", "Waterside or outer line.", c.SHORELINE_LINES),
        c.text("basis", "划定依据", "Basis", "HDYJ", "What the line was drawn from."),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        c.or_blank(c.square_metres("band_area_m2", "岸线范围面积", "Area of the band", "AXMJ",
                                   "Land between the two lines of the bank; blank without a waterside line.")),
        c.CONFIDENCE,
        c.text("source_ids", "来源要素", "Source features", "LYYS", "Keys of the features it was drawn from."),
    ),
    "The two lines of a shoreline plan on each bank, drawn downstream.",
)  # fmt: skip

ZONES = Schema(
    "zones", "岸线功能分区", "Shoreline zones", "zone_id", ("Polygon", "MultiPolygon"),
    (
        c.key("zone_id", "分区编码", "Zone code", "FQBM"),
        c.RIVER_ID,
        c.BANK,
        c.choice("type", "分区类型", "Type", "FQLX",
                 "Functional zone; undecided where a factor could not be read or no rule speaks of it.", c.ZONE_TYPES),
        c.text("basis", "划分依据", "Basis", "HFYJ", "Why the reach has this type."),
        c.text("restraints", "管控要求", "Restraints", "GKYQ", "What may be built."),
        _SHORELINE,
        _USED,
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.optional(c.NAME),
        c.optional(c.text("number", "岸段编号", "Number", "ADBH",
                          "L001, R012: number on its bank, downstream, whatever cuts the bank; rivers count anew.")),
        c.optional(c.AREA),
        c.optional(c.ADJUSTED_AREA),
        c.optional(c.or_blank(_RATE)),
        c.optional(c.RULE_ID),
        c.optional(c.CITATION),
        c.optional(c.CONFIDENCE),
        c.optional(c.text("source_ids", "来源要素", "Source features", "LYYS", "Sensitive areas that decided.")),
        c.optional(c.text("note", "说明", "Note", "SM", "What else applies here and gave way.")),
        _COUNTY,
        _CITY,
        c.optional(c.degrees("start_lon", "起点经度", "Start longitude", "QDJD", "CGCS2000, on the management line.")),
        c.optional(c.degrees("start_lat", "起点纬度", "Start latitude", "QDWD", "CGCS2000, on the management line.")),
        c.optional(c.degrees("end_lon", "终点经度", "End longitude", "ZDJD", "CGCS2000, on the management line.")),
        c.optional(c.degrees("end_lat", "终点纬度", "End latitude", "ZDWD", "CGCS2000, on the management line.")),
    ),
    "Functional zones of a shoreline plan.",
)  # fmt: skip

USED_SHORELINES = Schema(
    "used_shorelines", "占用岸线", "Used shorelines", "used_id", ("LineString", "MultiLineString"),
    (
        c.key("used_id", "占用岸线编码", "Used-shoreline code", "ZYBM"),
        c.text("use_id", "利用项目编码", "Use code", "LYBM", "Use that takes the stretch."),
        c.NAME,
        c.text("use_kind", "涉河设施类别", "Kind of facility", "SSLB", "bridge, wharf, intake, levee …"),
        c.RIVER_ID,
        c.BANK,
        c.metres("occupied_m", "占用岸线长度", "Occupied shoreline", "ZYCD",
                 "Length of management line that the use takes, its own overlaps counted once."),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.degrees("start_lon", "起点经度", "Start longitude", "QDJD", "CGCS2000, on the management line."),
        c.degrees("start_lat", "起点纬度", "Start latitude", "QDWD", "CGCS2000, on the management line."),
        c.degrees("end_lon", "终点经度", "End longitude", "ZDJD", "CGCS2000, on the management line."),
        c.degrees("end_lat", "终点纬度", "End latitude", "ZDWD", "CGCS2000, on the management line."),
        _COUNTY,
    ),
    "Stretches of management line that uses take, one row a use, bank and, where counties are given, county.",
)  # fmt: skip

UTILISATION = Schema(
    "utilisation", "岸线利用统计表", "Shoreline utilisation", "utilisation_id", (),
    (
        c.key("utilisation_id", "统计编号", "Row code", "TJBH"),
        c.choice("scope", "统计口径", "Summed up by", "TJKJ", "What the row sums up.", c.UTILISATION_SCOPES),
        c.or_blank(c.text("river_id", "河流编码", "River code", "HLBM", "River; empty where the row sums up several.")),
        c.NAME,
        c.text("admin", "县（区）", "County", "XQ", "County; empty where the row does not tell counties apart."),
        c.text("zone_id", "分区编码", "Zone code", "FQBM", "Zone; empty in sums."),
        c.or_blank(c.choice("type", "分区类型", "Type", "FQLX", "Functional zone; blank in sums over types.",
                            c.ZONE_TYPES)),
        _SHORELINE,
        _USED,
        _RATE,
    ),
    "Shoreline, used shoreline and rate by river, county, type and zone; a table without geometry.",
)  # fmt: skip
