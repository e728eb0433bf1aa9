"""The data dictionary of what changed on images and is no suspect: not told, or gone; one row a patch."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["GONE_SUSPECTS", "UNTOLD_CHANGES"]

_WHYS = c.choices(
    ("level", "水位差可解释", "The water level explains it"),
    ("waterline", "水边线移动", "The waterline moved"),
    ("season", "农事等季节变化", "Farming and seasons"),
    ("passing", "未持续", "Did not last"),
    ("unclassified", "归不了类", "Fits no class"),
    ("small", "小于最小图斑", "Below the smallest area"),
)

UNTOLD_CHANGES = Schema(
    "untold_changes", "未报变化", "Changes not told", "untold_id", ("Polygon", "MultiPolygon"),
    (
        c.key("untold_id", "变化编号", "Change code", "BHBH"),
        c.EXTENT_ID,
        c.RIVER_ID,
        c.choice("why", "未报原因", "Why not told", "WBYY", "Why it is no suspect.", _WHYS),
        c.text("change_class", "变化类别", "Class of change", "BHLB",
               "Row of the table of decisions; empty where none fits."),
        c.text("class_title", "类别名称", "Title of the class", "LBMC", "The same in words, in Chinese."),
        c.text("class_title_en", "类别名称（英文）", "Title of the class (English)", "LBMCE", "The same in English."),
        c.AREA,
        Column("days_seen", "integer", "可见期数", "Days that show it", "KJQS", "Later days that show it."),
        c.or_blank(Column("first_seen", "date", "首次发现", "First seen", "SCFX", "First image that shows it.")),
        c.or_blank(Column("last_seen", "date", "最近发现", "Last seen", "ZJFX", "Last image that shows it.")),
        c.or_blank(Column("by_level", "number", "水位可解释比例", "Share by level", "SWBL",
                          "Share of it that the water level may explain, 0 to 1.")),
    ),
    "Patches that changed inside the extents and are no suspects, each with its reason: to be looked through.",
)  # fmt: skip

GONE_SUSPECTS = Schema(
    "gone_suspects", "已消失图斑", "Suspects that are gone", "suspect_id", ("Polygon", "MultiPolygon"),
    (
        c.key("suspect_id", "图斑编号", "Suspect code", "TBBH"),
        c.RIVER_ID,
        Column("gone_on", "date", "消失确认日期", "Gone on", "XSRQ",
               "First image that shows the place as it was before the suspect was found."),
        c.text("was", "原类型", "What it was", "YLX", "Kind of the suspect when it was last told."),
        c.or_blank(Column("first_seen", "date", "首次发现", "First seen", "SCFX", "First image that showed it.")),
        c.or_blank(Column("last_seen", "date", "最近发现", "Last seen", "ZJFX", "Last image that showed it.")),
        c.square_metres("inside_m2", "范围内面积", "Area inside", "FWNMJ", "Area inside when it was last told."),
    ),
    "Suspects of rounds before that images show no more: to be closed after a look, and known again if they come back.",
)  # fmt: skip
