"""The data dictionary of what comes after a line is drawn: checks before delivery, revisions, how sure a line is."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["AREA_CHANGES", "BANDS", "BAND_TITLES", "CHECKS", "STAKE_CHANGES", "STRETCHES", "TITLE_CHANGES"]

_OUTCOMES = c.choices(
    ("passed", "合格", "Passed"), ("failed", "不合格", "Failed"), ("not_applicable", "未检查", "Not applicable")
)
_CAUSES = c.choices(
    ("rule", "规则变化", "Rule"),
    ("data", "资料变化", "Data"),
    ("rule_and_data", "规则与资料均变化", "Rule and data"),
    ("shared", "与相邻范围划分", "Parted from a neighbour"),
    ("version", "软件版本变化", "Version"),
    ("came", "新增", "Came"),
    ("went", "取消", "Went"),
    ("unknown", "不明", "Unknown"),
)
_GAINED = c.choices(("gained", "增加", "Gained"), ("lost", "减少", "Lost"))
_STAKE_CHANGES = c.choices(("moved", "移动", "Moved"), ("came", "新增", "Came"), ("went", "取消", "Went"))
_TITLE_CHANGES = c.choices(
    ("entered", "划入", "Entered"), ("left", "划出", "Left"), ("more", "增加", "More"), ("less", "减少", "Less"),
    ("shifted", "位置变动", "Shifted"),
)  # fmt: skip
_LAND = c.choices(("titled", "宗地", "Parcel"), ("untitled", "未登记土地", "Land without a title"))
_FACTORS = c.choices(
    ("level", "洪水位", "Flood level"),
    ("terrain", "地形", "Terrain"),
    ("toe", "堤脚", "Levee toe"),
    ("edge", "水边线", "Edge of the water"),
)
_MOVEMENTS = c.choices(("within", "精度以内", "Within accuracy"), ("beyond", "超出精度", "Beyond accuracy"))
_PARCEL = c.text("parcel_id", "宗地代码", "Parcel code", "ZDDM", "Parcel, several where titles overlap.")
_GAINED_M2 = c.square_metres("gained_m2", "增加面积", "Gained", "ZJMJ", "Inside the new extent and not the old one.")
_LOST_M2 = c.square_metres("lost_m2", "减少面积", "Lost", "JSMJ", "Inside the old extent and not the new one.")

CHECKS = Schema(
    "checks", "质检结果表", "Checks before delivery", "check_id", (),
    (
        c.key("check_id", "检查编号", "Check code", "JCBH"),
        c.text("title", "检查内容", "Check", "JCNR", "What must hold, in Chinese."),
        c.text("title_en", "检查内容（英文）", "Check (English)", "JCNRE", "What must hold, in English."),
        c.text("layers", "图层", "Layers", "TC", "Layers that were looked at."),
        Column("counted", "integer", "检查数", "Looked at", "JCS", "How many features were looked at."),
        Column("failed", "integer", "不合格数", "Failed", "BHGS", "How many of them failed."),
        Column("review", "integer", "待核数", "To be looked at", "DHS",
               "How many did not fail, but a person has to look at them."),
        c.choice("outcome", "结论", "Outcome", "JL", "Whether the check was passed.", _OUTCOMES),
        c.or_blank(Column("limit", "number", "限值", "Limit", "XZ", "What was allowed.")),
        c.text("unit", "单位", "Unit", "DW", "Unit of the limit."),
        c.text("note", "说明", "Note", "SM", "What was not looked at, and why."),
    ),
    "One row a check of the delivery; a table without geometry.",
)  # fmt: skip

STRETCHES = Schema(
    "stretches", "界线变动段", "Stretches that moved", "stretch_id", ("LineString", "MultiLineString"),
    (
        c.key("stretch_id", "变动段编号", "Stretch code", "BDDBH"),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        *(replace(column, meaning=f"{column.meaning[:-1]}: along the axis; without a bank along a closed line itself.")
          for column in (c.START_CHAINAGE, c.END_CHAINAGE)),
        c.LENGTH,
        c.or_blank(c.metres("largest_m", "最大移动", "Largest move", "ZDYD",
                            "Largest distance between the two lines, either way; blank where one is not there.")),
        c.or_blank(c.metres("mean_m", "平均移动", "Mean move", "PJYD",
                            "Mean distance between the two lines, either way.")),
        c.choice("cause", "变动原因", "Cause", "BDYY", "Why the line moved.", _CAUSES),
        c.text("old_rules", "原规则", "Rules before", "YGZ", "Rule, citation and strip of the pieces before."),
        c.text("new_rules", "新规则", "Rules after", "XGZ", "Rule, citation and strip of the pieces after."),
        c.text("old_sources", "原来源要素", "Sources before", "YLY", "Keys of the features it was drawn from before."),
        c.text("new_sources", "新来源要素", "Sources after", "XLY", "Keys of the features it was drawn from after."),
    ),
    "Where the management line moved, drawn as it runs now; as it ran where it is gone.",
)  # fmt: skip

AREA_CHANGES = Schema(
    "area_changes", "范围增减", "Areas gained and lost", "area_id", ("Polygon", "MultiPolygon"),
    (
        c.key("area_id", "增减编号", "Area code", "ZJBH"),
        c.RIVER_ID,
        c.choice("kind", "范围类型", "Kind of extent", "FWLX", "Which of the two ranges it is.", c.EXTENT_KINDS),
        c.choice("change", "增减", "Change", "ZJ", "Whether the extent gained or lost it.", _GAINED),
        c.text("stretch_id", "变动段编号", "Stretch code", "BDDBH",
               "Stretches that moved beside it; empty where no line moved by more than the tolerance."),
        c.AREA,
    ),
    "What the new extents have and the old ones had not, and the other way round.",
)  # fmt: skip

STAKE_CHANGES = Schema(
    "stake_changes", "界桩变动", "Stakes that changed", "stake_change_id", ("Point",),
    (
        c.key("stake_change_id", "变动编号", "Change code", "BDBH"),
        c.text("stake_id", "界桩编码", "Stake code", "JZBM", "Stake that changed."),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.text("number", "桩号牌", "Number", "ZHP", "Number cut into the stake."),
        c.choice("change", "变动", "Change", "BD", "What came of it.", _STAKE_CHANGES),
        c.or_blank(c.metres("moved_m", "移动距离", "Moved by", "YDJL", "From its old place to its new one.")),
        c.or_blank(c.CHAINAGE),
    ),
    "Stakes that moved, came or went, at their new place; at the old one where they went.",
)  # fmt: skip

TITLE_CHANGES = Schema(
    "title_changes", "宗地增减", "Parcels gained and lost", "title_change_id", ("Polygon", "MultiPolygon"),
    (
        c.key("title_change_id", "增减编号", "Change code", "ZJBH"),
        c.RIVER_ID,
        _PARCEL,
        c.OWNER,
        c.OWNERSHIP,
        c.choice("land", "土地", "Land", "TD", "Whether it is under a title; land without one has no parcel.", _LAND),
        c.choice("change", "增减", "Change", "ZJ", "What came of it.", _TITLE_CHANGES),
        c.square_metres("before_m2", "原在范围内面积", "Inside before", "YMJ", "Of it inside the old extent."),
        c.square_metres("after_m2", "现在范围内面积", "Inside after", "XMJ", "Of it inside the new extent."),
        _GAINED_M2,
        _LOST_M2,
    ),
    "Parcels, and land without a title, of which the extent gained or lost a part; drawn is that part.",
)  # fmt: skip

BANDS = Schema(
    "bands", "敏感性区段", "Sensitivity of the line", "band_id", ("LineString",),
    (
        c.key("band_id", "区段编号", "Band code", "QDBH"),
        c.RIVER_ID,
        c.or_blank(c.BANK),
        c.choice("factor", "扰动因素", "Factor", "RDYS", "Which input was shifted.", _FACTORS),
        c.metres("shift_m", "扰动量", "Shift", "RDL", "By how much it was shifted, up and down."),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        c.or_blank(c.metres("largest_m", "最大移动", "Largest move", "ZDYD",
                            "Largest distance to either shifted line; blank where a bank was lost by the shift.")),
        c.or_blank(c.metres("mean_m", "平均移动", "Mean move", "PJYD", "Mean of the larger of the two distances.")),
        c.choice("movement", "移动程度", "Movement", "YDCD",
                 "Whether the line moves by more than the map is accurate.", _MOVEMENTS),
        c.or_blank(Column("limit", "number", "限值", "Limit", "XZ", "Accuracy of the map in metres.")),
    ),
    "The whole management line, parted by whether it moves more than the map is accurate.",
)  # fmt: skip

BAND_TITLES = Schema(
    "band_titles", "敏感带宗地", "Parcels in the band", "band_title_id", ("Polygon", "MultiPolygon"),
    (
        c.key("band_title_id", "敏感带宗地编号", "Code", "MGDBH"),
        c.RIVER_ID,
        c.choice("factor", "扰动因素", "Factor", "RDYS", "Which input was shifted.", _FACTORS),
        _PARCEL,
        c.OWNER,
        c.OWNERSHIP,
        c.AREA,
    ),
    "Land of each parcel that is inside the line or outside it depending on the shift, where that is beyond accuracy.",
)  # fmt: skip
