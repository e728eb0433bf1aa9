"""The data dictionary of outfalls along rivers and of sections where water quality is measured."""

from __future__ import annotations

from dataclasses import replace

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["INTAKES", "PLACED_OUTFALLS", "SECTION_REACHES", "WATER_SECTIONS"]

TARGETS = c.choices(("met", "达标", "Met"), ("not_met", "不达标", "Not met"), ("unknown", "不明", "Unknown"))
GROUPS = c.choices(
    ("industrial", "工业排污口", "Industrial"),
    ("municipal", "城镇污水处理厂排污口", "Municipal treatment plant"),
    ("agricultural", "农业排口", "Agricultural"),
    ("other", "其他排口", "Other"),
    ("unknown", "不明", "Unknown"),
)
WAYS = c.choices(
    ("same_river", "本河", "Same river"),
    ("network", "经汇流口", "Through confluences"),
    ("none", "下游没有", "None downstream"),
    ("unknown", "不明", "Unknown"),
)
_RIVER = replace(c.RIVER_ID, meaning="Code of its river; blank where its place has to tell.")
_TARGET = c.text("target", "水质目标", "Target", "SZMB", "Class of GB 3838 to be reached: I to V, in any numerals.")
_MEASURED = c.text("measured", "现状水质", "Measured", "XZSZ", "Class of GB 3838 that was measured; 劣V below V.")
_MET = c.choice("target_met", "是否达标", "Target met", "SFDB", "Whether the target was reached.", TARGETS)


def _next(name: str, zh: str, en: str, short: str) -> tuple[Column, ...]:
    return (
        c.text(f"next_{name}", f"下游{zh}", f"Next {en}", f"XY{short}", f"First {en} downstream; empty if none is."),
        c.or_blank(c.metres(f"{name}_distance_m", f"至下游{zh}", f"To the next {en}", f"JL{short}",
                            "Along the axes; blank if none is.")),
        c.choice(f"{name}_way", f"{zh}去向", f"Way to the {en}", f"QX{short}", "Along which axes.", WAYS),
    )  # fmt: skip


WATER_SECTIONS = Schema(
    "water_sections", "水质断面", "Water-quality sections", "water_section_id", ("Point",),
    (c.key("water_section_id", "水质断面编码", "Section code", "SZDMBM"), _RIVER, c.NAME, _TARGET, _MEASURED),
    "Sections where water quality is measured.",
)  # fmt: skip

INTAKES = Schema(
    "intakes", "取水口", "Intakes", "intake_id", ("Point",),
    (c.key("intake_id", "取水口编码", "Intake code", "QSKBM"), _RIVER, c.NAME),
    "Where water is taken from the river.",
)  # fmt: skip

PLACED_OUTFALLS = Schema(
    "placed_outfalls", "入河排污口台账", "Inventory of outfalls", "outfall_id", ("Point",),
    (
        c.key("outfall_id", "排污口编码", "Outfall code", "PWKBM"),
        replace(c.RIVER_ID, meaning="Code of the river; blank if none is near."),
        c.or_blank(c.BANK),
        c.or_blank(c.CHAINAGE),
        c.or_blank(c.metres("offset_m", "偏距", "Offset", "PJ", "From the axis; negative left, positive right.")),
        c.NAME,
        c.text("class", "排污口类型", "Class", "PWKLX", "As the office writes it."),
        c.text("class_id", "类型编号", "Class of the table", "LXBH", "Entry of the table; empty if unknown."),
        c.choice("class_group", "排污口大类", "Group", "PWKDL", "Group of HJ 1312.", GROUPS),
        c.text("status", "状态", "Status", "ZT", "As the office writes it."),
        *_next("section", "断面", "section", "DM"),
        *_next("intake", "取水口", "intake", "QSK"),
    ),
    "Outfalls along the rivers, with what comes next downstream.",
)  # fmt: skip

SECTION_REACHES = Schema(
    "section_reaches", "水质达标河段", "Reaches of sections", "reach_id", ("LineString",),
    (
        c.key("reach_id", "河段编码", "Reach code", "HDBM"),
        c.RIVER_ID,
        c.text("water_section_id", "水质断面编码", "Section code", "SZDMBM", "At its end; empty below the last."),
        c.START_CHAINAGE,
        c.END_CHAINAGE,
        c.LENGTH,
        _TARGET,
        _MEASURED,
        _MET,
        Column("outfall_count", "integer", "排污口数", "Outfalls", "PWKS", "Outfalls that lie in it."),
    ),
    "Each river cut at its sections: the water of a reach is judged at its lower end.",
)  # fmt: skip
