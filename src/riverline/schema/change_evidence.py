"""The data dictionary of what images show of a suspect: one row a suspect and day, and what a field check says."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.encroachment import SUSPECTS
from riverline.schema.model import Column, Schema

__all__ = ["CHANGE_EVIDENCE", "CHECK_DIFFERENCES", "FIELD_CHECKS"]

SEASONS = c.choices(("growing", "生长季", "Growing season"), ("dormant", "非生长季", "Dormant season"))
SHOWN = c.choices(
    ("reference", "参照影像", "Reference"),
    ("shows", "可见变化", "Shows it"),
    ("absent", "未见变化", "Does not show it"),
    ("hidden", "看不到", "Hidden"),
)
REASONS = c.choices(
    ("valid", "可用", "Usable"),
    ("nodata", "无数据", "No data"),
    ("outside", "影像未覆盖", "Outside the image"),
    ("saturated", "饱和", "Saturated"),
    ("cloud", "云", "Cloud"),
    ("shadow", "云影", "Cloud shadow"),
    ("snow", "冰雪", "Snow"),
    ("flooded", "水淹", "Under water"),
    ("season", "非同季", "Other season"),
    ("misregistered", "配准超限", "Shifted too far"),
)
VERDICTS = c.choices(
    ("confirmed", "属实", "Confirmed"),
    ("rejected", "不属实", "Not a problem"),
    ("permitted", "已许可", "Permitted"),
    ("unclear", "待核", "Not decided"),
)
DIFFERENCES = c.choices(
    ("verdict", "核查结论", "Verdict"),
    ("value", "属性更正", "Value corrected"),
    ("shape", "图形更正", "Outline corrected"),
    ("added", "补充图斑", "Added"),
    ("missing", "未返回", "Did not come back"),
)


def _share(name: str, zh: str, en: str, short: str, meaning: str) -> Column:
    return c.or_blank(Column(name, "number", zh, en, short, meaning))


CHANGE_EVIDENCE = Schema(
    "change_evidence", "变化证据", "Evidence of change", "evidence_id", (),
    (
        c.key("evidence_id", "证据编号", "Evidence code", "ZJBH"),
        c.text("suspect_id", "图斑编号", "Suspect code", "TBBH", "Suspect that the row is about."),
        Column("date", "date", "影像日期", "Day of the image", "YXRQ", "Day that the image was taken."),
        c.text("scene", "影像", "Image", "YX", "Images of that day."),
        c.choice("season", "季节", "Season", "JJ", "Season of the day.", SEASONS),
        c.choice("shown", "变化状态", "What it shows", "BHZT", "Whether the day shows the change.", SHOWN),
        c.choice("reason", "不可用原因", "Reason", "YY", "Why most of the place cannot be judged then.", REASONS),
        _share("seen_share", "可见比例", "Share seen", "KJBL", "Share of its pixels that can be used, 0 to 1."),
        _share("changed_share", "变化比例", "Share changed", "BHBL", "Share of them that show the change, 0 to 1."),
        _share("ndwi", "水体指数", "NDWI", "NDWI", "Mean of (green - NIR) / (green + NIR)."),
        _share("ndvi", "植被指数", "NDVI", "NDVI", "Mean of (NIR - red) / (NIR + red)."),
        _share("brightness", "亮度", "Brightness", "LD", "Mean of the visible bands, in those of the reference."),
        _share("water_share", "水域比例", "Share of water", "SYBL", "Share of its pixels that are water."),
        _share("vegetation_share", "植被比例", "Share of vegetation", "ZBBL", "Share of its pixels that are green."),
        _share("ground_share", "裸地与建筑比例", "Share of ground", "LDBL", "Share that is bare or built."),
        c.or_blank(Column("shift_px", "number", "配准偏差", "Shift", "PZPC", "Shift against the reference.", "px")),
        c.or_blank(c.metres("level_m", "水位", "Water level", "SW", "Level of the day, where it was given.")),
    ),
    "What each image shows of each suspect, the points of its curves; a table without geometry.",
)  # fmt: skip

FIELD_CHECKS = Schema(
    "field_checks", "外业核查表", "Field checks", "suspect_id", SUSPECTS.geometry,
    (
        *SUSPECTS.columns,
        c.or_blank(c.choice("check_verdict", "核查结论", "Verdict", "HCJL", "What the field check found.", VERDICTS)),
        c.or_blank(Column("checked_on", "date", "核查日期", "Checked on", "HCRQ", "Day of the field check.")),
        c.text("checker", "核查人", "Checked by", "HCR", "Who looked."),
        c.or_blank(c.choice("check_kind", "核查类型", "Kind found", "HCLX", "Kind that was found, if another.",
                            c.PROBLEM_KINDS)),
        c.text("check_note", "核查说明", "Note", "HCSM", "What was found."),
    ),
    "Suspects on their way to the field and back: what is to be filled in beside what the images say.",
)  # fmt: skip

CHECK_DIFFERENCES = Schema(
    "check_differences", "外业核查差异", "Differences after the field check", "difference_id", (),
    (
        c.key("difference_id", "差异编号", "Difference code", "CYBH"),
        c.text("suspect_id", "图斑编号", "Suspect code", "TBBH", "Suspect that was checked."),
        c.choice("difference", "差异类型", "Difference", "CYLX", "What differs.", DIFFERENCES),
        c.text("column", "字段", "Column", "ZD", "Column that differs; empty for shapes and rows."),
        c.text("before", "核查前", "Before", "HCQ", "What was sent out."),
        c.text("after", "核查后", "After", "HCH", "What came back."),
        c.or_blank(c.square_metres("area_m2", "差异面积", "Area", "CYMJ", "Area that the two outlines do not share.")),
    ),
    "What people changed between sending suspects out and reading them back; a table without geometry.",
)  # fmt: skip
