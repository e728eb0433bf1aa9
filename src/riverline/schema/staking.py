"""The data dictionary of stakes and boards, and of what decides where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ADMIN", "BOARDS", "EXISTING", "LANDMARKS", "SETTINGS", "STAKES"]

ADMIN = Schema(
    "admin", "行政区", "Administrative units", "admin_id", ("Polygon", "MultiPolygon"),
    (
        c.key("admin_id", "行政区代码", "Unit code", "XZQDM"),
        c.NAME,
        c.optional(c.text("level", "级别", "Level", "JB", "county, township … or the office's word.")),
    ),
    "Counties, townships or villages whose borders the line crosses.",
)  # fmt: skip

SETTINGS = Schema(
    "settings", "周边环境", "Surroundings", "setting_id", ("Polygon", "MultiPolygon"),
    (
        c.key("setting_id", "环境编码", "Surroundings code", "HJBM"),
        c.choice("setting", "环境类型", "Kind of surroundings", "HJLX", "Decides how far apart stakes stand.",
                 c.SURROUNDINGS),
    ),
    "Where the river runs through a town, open country or a gorge.",
)  # fmt: skip


LANDMARKS = Schema(
    "landmarks", "方位物", "Landmarks", "landmark_id",
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"),
    (
        c.key("landmark_id", "方位物编码", "Landmark code", "FWWBM"),
        c.optional(c.NAME),
    ),
    "Fixed objects that are hard to destroy, by which stakes are found again.",
)  # fmt: skip


def _degrees(name: str, label_zh: str, label_en: str, short: str, meaning: str) -> Column:
    return Column(name, "number", label_zh, label_en, short, meaning, "°")


def _neighbour(name: str, zh: str, en: str, short: str) -> tuple[Column, ...]:
    """Number, distance and bearing of the stake before or after."""
    return (
        c.text(name, f"{zh}编号", f"{en} stake", f"{short}H", "Its number; empty where there is none."),
        c.or_blank(c.metres(f"{name}_m", f"至{zh}距离", f"Distance to {en.lower()}", f"{short}JL",
                            "Plane distance.")),
        c.or_blank(_degrees(f"{name}_bearing", f"至{zh}方位角", f"Bearing to {en.lower()}", f"{short}FW",
                            "Grid bearing, clockwise from north.")),
        c.text(f"{name}_bearing_dms", f"至{zh}方位角（度分秒）", f"Bearing to {en.lower()} (DMS)", f"{short}FWD",
               "The same in degrees, minutes and seconds."),
    )  # fmt: skip


def _reference(number: int) -> tuple[Column, ...]:
    """One of the fixed objects by which a stake is found again."""
    digit = "一二三"[number - 1]
    return (
        c.text(f"reference_{number}", f"方位物{digit}", f"Reference object {number}", f"FWW{number}",
               "A fixed object that is hard to destroy."),
        c.or_blank(_degrees(f"reference_{number}_bearing", f"方位物{digit}方位角", f"Bearing to object {number}",
                            f"FWW{number}FW", "Grid bearing from the stake.")),
        c.optional(c.text(f"reference_{number}_dms", f"方位物{digit}方位角（度分秒）",
                          f"Bearing to object {number} (DMS)", f"FWW{number}FWD",
                          "The same in degrees, minutes and seconds.")),
        c.or_blank(c.metres(f"reference_{number}_m", f"方位物{digit}距离", f"Distance to object {number}",
                            f"FWW{number}JL", "Distance from the stake.")),
    )  # fmt: skip


def _note_columns() -> Iterator[Column]:
    """The point note (点之记): what the field team fills in, and reference objects where landmarks are given."""
    yield c.text("location", "所在地", "Location", "SZD", "Where it stands, in words.")
    yield c.or_blank(c.metres("height_m", "高程", "Height", "GC", "Height of the stake's top, 1985 height datum."))
    yield c.text("material", "材质", "Material", "CZ", "Concrete, stone, carved rock …")
    for number in (1, 2, 3):
        yield from _reference(number)
    yield c.text("surveyor", "埋设人", "Set by", "MSR", "Who set it.")
    yield c.or_blank(Column("surveyed_on", "date", "埋设日期", "Set on", "MSRQ", "When it was set."))
    yield c.text("note", "备注", "Note", "BZ", "Remarks.")


_PLACE = (
    c.RIVER_ID,
    c.or_blank(replace(c.BANK, meaning="Side of the axis, looking downstream; blank along the closed line of a lake, a "
                                       "reservoir or a work.")),
    c.choice("kind", "桩类型", "Kind of stake", "ZLX", "Basic at control points, densified between.", c.STAKE_KINDS),
    c.choice("reason", "设桩原因", "Reason", "SZYY", "Why a stake stands here.", c.STAKE_REASONS),
    c.text("number", "桩号牌", "Number", "ZHP", "Number cut into the stake; stable under insertion."),
    c.or_blank(c.metres("chainage_m", "桩号", "Chainage", "ZHM",
                        "Distance along the axis, downstream; on the closed line of a lake, a reservoir or a work, "
                        "which has no bank, along that line itself, clockwise from its northernmost place: not a place "
                        "on the river. Blank where it has no place on the line.")),
    c.or_blank(c.metres("x_m", "X坐标（北）", "X (north)", "XZB", "Gauss-Krüger northing.")),
    c.or_blank(c.metres("y_m", "Y坐标（东）", "Y (east)", "YZB", "Gauss-Krüger easting, 500 km on the meridian.")),
    c.or_blank(_degrees("lon", "经度", "Longitude", "JD", "CGCS2000 longitude.")),
    c.or_blank(_degrees("lat", "纬度", "Latitude", "WD", "CGCS2000 latitude.")),
    c.optional(c.ADMIN),
    c.RULE_ID,
)  # fmt: skip

_MORE = (
    c.text(
        "name",
        "河流名称",
        "River name",
        "HLMC",
        "Name of the river, or of the lake, reservoir or work whose line it stands on.",
    ),
    c.choice("status", "状态", "Status", "ZT", "What has to be done with it.", c.STAKE_STATES),
    c.choice("setting", "环境类型", "Surroundings", "HJLX", "Decides how far apart stakes stand.", c.SURROUNDINGS),
    c.text("reasons", "全部原因", "All reasons", "QBYY", "Codes of all reasons, the first that of the column above."),
    c.text("source_ids", "来源要素", "Source features", "LYYS", "Units, rivers and works that ask for it."),
    c.text(
        "printed_chainage",
        "里程桩号",
        "Chainage as printed",
        "LCZH",
        "K12+345, breaks of the chainage counted; without a bank along the closed line itself.",
    ),
    c.text("admin_code", "行政区代码", "Unit code", "XZQDM", "Code of the administrative unit."),
    c.text("lon_dms", "经度（度分秒）", "Longitude (DMS)", "JDDFM", "Longitude in degrees, minutes and seconds."),
    c.text("lat_dms", "纬度（度分秒）", "Latitude (DMS)", "WDDFM", "Latitude in degrees, minutes and seconds."),
    Column("zone", "integer", "带号", "Zone", "DH", "Gauss-Krüger zone; blank on a local meridian.", blank=True),
    c.or_blank(c.metres("y_zoned_m", "Y坐标（含带号）", "Y with zone", "YZBDH", "Easting that starts with the zone.")),
    *_neighbour("previous", "上一桩", "Previous", "SZ"),
    *_neighbour("next", "下一桩", "Next", "XZ"),
    c.or_blank(c.metres("offset_m", "距界线", "Distance to line", "JJX", "Distance from the management line.")),
    c.or_blank(c.metres("moved_m", "移动距离", "Moved by", "YDJL", "From where it stood to where it has to stand.")),
    c.CITATION,
)

STAKES = Schema(
    "stakes", "界桩", "Stakes", "stake_id", ("Point",),
    (
        c.key("stake_id", "界桩编码", "Stake code", "JZBM"),
        *_PLACE,
        *map(c.optional, _MORE),
        c.optional(c.choice("extent", "所属范围", "Extent", "SSFW", "Whose line it stands on.", c.EXTENT_KINDS)),
        c.optional(c.choice("role", "界桩作用", "Role", "JZZY", "Whether the line or the stakes count.",
                            c.STAKE_ROLES)),
        c.optional(c.or_blank(c.metres("deviation_m", "视线偏离", "Off the sight line", "SXPL",
                                       "Largest distance of the line from the straight line to the next stake."))),
        c.optional(c.or_blank(c.metres("inside_m", "弦线内切", "Chord inside", "XXNQ",
                                       "Largest distance by which the line to the next stake gives land away."))),
        *map(c.optional, _note_columns()),
    ),
    "Boundary stakes: where they stand and why, what is cut into them, and what the field team notes.",
)  # fmt: skip

EXISTING = Schema(
    "existing", "原有界桩", "Existing stakes", "number", ("Point",),
    (
        replace(STAKES["number"], meaning="Number cut into the stake, or written on the board."),
        c.optional(c.RIVER_ID),
        c.optional(c.or_blank(c.BANK)),
        c.optional(STAKES["height_m"]),
    ),
    "Stakes or boards that were set before; heights of points are taken over.",
)  # fmt: skip

BOARDS = Schema(
    "boards", "公告牌", "Notice boards", "board_id", ("Point",),
    (
        c.key("board_id", "公告牌编码", "Board code", "GGPBM"),
        *_PLACE,
        *map(c.optional, _MORE),
        c.optional(c.text("front", "正面文字", "Front", "ZMWZ", "What stands on the front.")),
        c.optional(c.text("back", "背面文字", "Back", "BMWZ", "What stands on the back.")),
        *map(c.optional, _note_columns()),
    ),
    "Notice boards: where they stand and what they say.",
)  # fmt: skip
