"""Columns and choices that more than one frame has: written once, so that a word means the same everywhere."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema.model import Choice, Column, Kind

__all__: list[str] = []


def choices(*rows: tuple[str | int, str, str]) -> tuple[Choice, ...]:
    """Choices from (value, Chinese, English) rows."""
    return tuple(Choice(*row) for row in rows)


def optional(column: Column) -> Column:
    """The same column, which a frame may lack."""
    return replace(column, optional=True)


def or_blank(column: Column) -> Column:
    """The same column, in which a missing value means something."""
    return replace(column, blank=True)


def bounded(column: Column, least: float | str | None, most: float | str | None = None) -> Column:
    """The same column, which holds nothing below or above its bounds."""
    return replace(column, least=least, most=most)


def both_banks(column: Column) -> Column:
    """The same column of banks, which may be left out or blank where both are meant."""
    return replace(column, optional=True, blank=True, blank_words=("both", "both banks", "两岸", "左右岸", "双岸"))


def key(name: str, label_zh: str, label_en: str, short: str) -> Column:
    """The key column of a frame: text, unique, never empty."""
    return Column(name, "text", label_zh, label_en, short, "Key: unique, never empty, the same on every run.")


def metres(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    """A length or a position in metres."""
    return Column(name, "number", label_zh, label_en, short, meaning, "m")


def square_metres(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    """An ellipsoidal area in square metres."""
    return Column(name, "number", label_zh, label_en, short, meaning, "m²")


def degrees(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    """A longitude or latitude in degrees."""
    return Column(name, "number", label_zh, label_en, short, meaning, "°")


def text(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    """Free text."""
    return Column(name, "text", label_zh, label_en, short, meaning)


def choice(name: str, label_zh: str, label_en: str, short: str, meaning: str, values: tuple[Choice, ...]) -> Column:
    """One of a fixed set of values."""
    kind: Kind = "integer" if isinstance(values[0].value, int) else "text"
    return Column(name, kind, label_zh, label_en, short, meaning, choices=values)


BANKS = choices(("left", "左岸", "Left bank"), ("right", "右岸", "Right bank"))
BASES = choices(
    ("levee", "堤防", "Levee"),
    ("flood", "洪水位线", "Flood line"),
    ("bank_top", "岸顶线", "Bank top"),
    ("water", "水边线", "Water edge"),
    ("joined", "连接段", "Joined"),
    ("lake", "湖泊", "Lake"),
    ("reservoir", "水库", "Reservoir"),
    ("fallback", "替代参照线", "Stand-in line"),
    ("works", "水利工程", "Works"),
)
CONFIDENCES = choices(
    ("high", "高", "High"),
    ("medium", "中", "Medium"),
    ("low", "低", "Low"),
    ("unknown", "不明", "Unknown"),
)
EXTENT_KINDS = choices(("management", "管理范围", "Management extent"), ("protection", "保护范围", "Protection extent"))
WATER_KINDS = choices(("river", "河流", "River"), ("lake", "湖泊", "Lake"), ("reservoir", "水库", "Reservoir"))
LEVEE_FEATURES = choices(
    ("landside_toe", "背水侧堤脚", "Landside toe"),
    ("waterside_toe", "临水侧堤脚", "Waterside toe"),
    ("crest", "堤顶", "Crest"),
    ("flood_wall", "防洪墙", "Flood wall"),
    ("berm_toe", "戗台脚", "Berm toe"),
    ("parallel_river", "顺堤河外沿", "Far bank of a parallel river"),
    ("drainage_ditch", "排水沟外沿", "Far edge of a drainage ditch"),
)
BANK_FEATURES = choices(
    ("bank_top", "岸顶线", "Bank top"),
    ("estimated", "推定岸顶线", "Estimated bank top"),
    ("road", "道路", "Road"),
    ("canal", "渠道", "Canal"),
    ("village_front", "村庄临河线", "River side of villages"),
    ("slope_foot", "山坡脚", "Foot of slope"),
    ("scarp", "陡坎", "Scarp"),
    ("flood_mark", "洪痕线", "Flood mark"),
    ("acquisition_line", "征地线", "Land-acquisition line"),
    ("plan_line", "批准的规划线", "Line of an approved plan"),
)
WORK_KINDS = choices(
    ("dam", "大坝", "Dam"),
    ("sluice", "水闸", "Sluice"),
    ("pump_station", "泵站", "Pump station"),
    ("ship_lock", "船闸", "Ship lock"),
    ("hydropower", "水电站", "Hydropower station"),
    ("weir", "堰坝", "Weir"),
    ("culvert", "涵洞", "Culvert"),
    ("bridge", "桥梁", "Bridge"),
    ("wharf", "码头", "Wharf"),
    ("other", "其他", "Other"),
)
WORK_SIZES = choices(("large", "大型", "Large"), ("medium", "中型", "Medium"), ("small", "小型", "Small"))
LEVEE_GRADES = choices(
    (1, "1级", "Grade 1"),
    (2, "2级", "Grade 2"),
    (3, "3级", "Grade 3"),
    (4, "4级", "Grade 4"),
    (5, "5级", "Grade 5"),
)
LEVEL_BASES = choices(
    ("design", "设计洪水位", "Design flood"),
    ("historical", "历史最高洪水位", "Highest on record"),
    ("check", "校核洪水位", "Check flood"),
    ("normal", "正常蓄水位", "Normal pool"),
)
STAKE_KINDS = choices(("basic", "基本桩", "Basic"), ("densified", "加密桩", "Densified"))
STAKE_REASONS = choices(
    ("start", "起点", "Start"),
    ("end", "终点", "End"),
    ("turn", "转折点", "Turn"),
    ("spacing", "间距", "Spacing"),
    ("boundary", "行政区界", "Administrative boundary"),
    ("confluence", "汇流口", "Confluence"),
    ("structure", "建筑物", "Structure"),
    ("basis", "依据或宽度变化", "Change of basis or width"),
    ("existing", "原有界桩", "Existing stake"),
)
STAKE_STATES = choices(
    ("new", "新设", "New"),
    ("kept", "保留", "Kept"),
    ("moved", "移位", "Moved"),
    ("missing", "无处可设", "Without a place"),
)
STAKE_ROLES = choices(
    ("mark", "标示界线（以线为准）", "Marks the line"),
    ("define", "界定界线（以桩连线为准）", "Defines the line"),
)
SURROUNDINGS = choices(
    ("town", "城镇", "Town"),
    ("country", "乡村", "Country"),
    ("gorge", "峡谷", "Gorge"),
    ("unknown", "不明", "Unknown"),
)
ZONE_TYPES = choices(
    (1, "岸线保护区", "Protection"),
    (2, "岸线保留区", "Reserved"),
    (3, "岸线控制利用区", "Controlled use"),
    (4, "岸线开发利用区", "Development"),
    (0, "未定", "Undecided"),
)
SHORELINE_LINES = choices(("waterside", "临水边界线", "Waterside line"), ("outer", "外缘边界线", "Outer line"))
SENSITIVE_KINDS = choices(
    ("water_source", "饮用水水源保护区", "Drinking-water source"),
    ("nature_reserve", "自然保护区", "Nature reserve"),
    ("red_line", "生态保护红线", "Ecological red line"),
    ("wetland", "湿地", "Wetland"),
    ("fish_reserve", "水产种质资源保护区", "Fish reserve"),
    ("flood_risk", "防洪险工险段", "Flood-risk bank"),
    ("unstable_bank", "河势不稳岸段", "Unstable bank"),
    ("hub_works", "重要枢纽工程", "Hub works"),
    ("historic", "文物与历史文化", "Historic site"),
    ("scenic", "风景名胜区", "Scenic area"),
    ("living", "生态与生活岸线", "Ecological and living shoreline"),
    ("no_demand", "规划期内无开发需求", "No demand in the plan period"),
    ("crowded", "开发利用程度较高", "Densely used already"),
    ("fit_for_use", "河势稳定、适宜开发", "Stable and fit for use"),
)
UTILISATION_SCOPES = choices(
    ("river", "河流", "River"),
    ("admin", "县（区）", "County"),
    ("type", "分区类型", "Zone type"),
    ("zone", "功能分区", "Zone"),
)
OWNERSHIPS = choices(
    ("state", "国有", "State"),
    ("collective", "集体", "Collective"),
    ("private", "私有", "Private"),
    ("unknown", "不明", "Unknown"),
)
HOLDING_STATES = choices(
    ("clear", "权属清楚", "Clear"),
    ("overlapping", "权属重叠", "Overlapping"),
    ("untitled", "未登记", "Untitled"),
    ("unknown", "权属不明", "Holder unknown"),
    ("disputed", "权属争议", "Disputed"),
    ("claimed", "涉及国有土地", "Claims state land"),
)
CHANGE_KINDS = choices(
    ("gap_filled", "缝隙并入", "Gap filled"),
    ("overlap_assigned", "窄条重叠归并", "Narrow overlap assigned"),
    ("duplicate_merged", "重复宗地合并", "Duplicate merged"),
)
PROBLEM_KINDS = choices(
    ("occupation", "乱占", "Occupation"),
    ("extraction", "乱采", "Extraction"),
    ("dumping", "乱堆", "Dumping"),
    ("construction", "乱建", "Construction"),
    ("discharge", "乱排", "Discharge"),
)
SEVERITIES = choices(
    ("minor", "一般", "Minor"),
    ("serious", "较严重", "Serious"),
    ("major", "重大", "Major"),
    ("unknown", "不明", "Unknown"),
)
STATUSES = choices(
    ("found", "发现", "Found"),
    ("assigned", "交办", "Assigned"),
    ("rectifying", "整改", "Rectifying"),
    ("review", "复核", "In review"),
    ("closed", "销号", "Closed"),
    ("reopened", "反弹", "Reopened"),
    ("rejected", "不属实", "Rejected"),
)
CHIEF_LEVELS = choices(
    ("province", "省级", "Province"),
    ("city", "市级", "City"),
    ("county", "县级", "County"),
    ("township", "乡级", "Township"),
    ("village", "村级", "Village"),
)
STATISTIC_SCOPES = choices(
    ("all", "全部", "All"),
    ("river_id", "河流", "River"),
    ("admin", "行政区", "Administrative unit"),
    ("kind", "问题类型", "Kind"),
    ("severity", "严重程度", "Severity"),
    ("responsible", "责任人", "Responsible"),
    ("month", "发现月份", "Month of finding"),
    *((f"chief_{level.value}", f"{level.label_zh}河长", f"Chief: {level.label_en.lower()}") for level in CHIEF_LEVELS),
)
FAULT_SEVERITIES = choices(("error", "错误", "Error"), ("warning", "警告", "Warning"), ("note", "提示", "Note"))

RIVER_ID = text("river_id", "河流编码", "River code", "HLBM", "Code of the river or reach; links every frame to AXES.")
NAME = text("name", "名称", "Name", "MC", "Name as the office writes it; may be empty or occur twice.")
BANK = choice("bank", "岸别", "Bank", "AB", "Side of the axis, looking downstream.", BANKS)
CONFIDENCE = choice(
    "confidence", "可信度", "Confidence", "KXD", "How sure this piece is, from its basis, rule and data.", CONFIDENCES
)
PROBABILITY = Column(
    "confidence", "number", "可信度", "Confidence", "KXD", "Probability from 0 to 1 that the finding is real."
)
RULE_ID = text("rule_id", "规则编号", "Rule", "GZBH", "Rule of the rule set that decided.")
CITATION = text(
    "citation", "依据条款", "Citation", "YJTK", "Document and article behind the rule, in its own language."
)
AREA = square_metres("area_m2", "面积", "Area", "MJ", "Ellipsoidal area, rounded half-up to 0.01.")
LENGTH = metres("length_m", "长度", "Length", "CD", "Length, rounded half-up to 0.1.")
CHAINAGE = metres("chainage_m", "桩号", "Chainage", "ZHM", "Distance along the axis from its start, downstream.")
START_CHAINAGE = metres("start_chainage_m", "起点桩号", "Start chainage", "QDZH", "Chainage where the piece starts.")
END_CHAINAGE = metres("end_chainage_m", "终点桩号", "End chainage", "ZDZH", "Chainage where the piece ends.")
KIND = choice("kind", "四乱类型", "Kind", "SLLX", "Kind of the four chaos, with local additions.", PROBLEM_KINDS)
ITEM = text("item", "问题细类", "Item", "WTXL", "Item of the catalogue.")
SEVERITY = choice("severity", "严重程度", "Severity", "YZCD", "unknown where the catalogue has no rule.", SEVERITIES)
SOURCE = text("source", "来源", "Source", "LY", "Where the row comes from.")
ADMIN = text("admin", "行政区", "Administrative unit", "XZQ", "Name or code of the administrative unit.")
STATUS = choice("status", "状态", "Status", "ZT", "Where the problem stands in its life cycle.", STATUSES)
SETTINGS = text(
    "settings", "适用情形", "Conditions", "SYQX",
    "Words of the rule set that hold here, separated by commas; riverline rules show lists them.",
)  # fmt: skip
LAND_CLASS = text("land_class", "地类编码", "Land class", "DLBM", "Land class code, old or new generation.")
OWNER = text("owner", "权利人", "Owner", "QLR", "Who holds the title.")
OWNERSHIP = choice("ownership", "权属性质", "Ownership", "QSXZ", "What sort of title it is.", OWNERSHIPS)
CLASS_NAME = text("class_name", "地类名称", "Class name", "DLMC", "Name of the class in its standard.")
REGISTERED_AREA = square_metres(
    "registered_area_m2", "登记面积", "Registered area", "DJMJ", "Area that the certificate names."
)
ADJUSTED_AREA = square_metres(
    "adjusted_area_m2", "平差面积", "Adjusted area", "PCMJ", "Area after adjustment: the parts sum to the whole."
)
EXTENT_ID = text("extent_id", "范围编码", "Extent code", "FWBM", "Extent that the land lies in.")
WIDTH = metres("width_m", "宽度", "Width", "KD", "At the widest place; blank where the tolerance is reached.")
LEVEL_M = metres("level_m", "洪水位", "Flood level", "HSW", "Water level, 1985 height datum.")
RETURN_PERIOD = Column(
    "return_period", "number", "重现期", "Return period", "CXQ", "Years between floods of this size.", "a"
)
