"""What may be missing where axes and bank tops are drawn from less than a survey."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["SKETCH_CODES"]

SKETCH_CODES = (
    Code("bank-estimated", "warning", "{note}有 {value} 米的岸顶线由中心线和河宽推定，并非实测，可信度为低",
         "{value} m of the {note} rest on a bank top that was estimated from axis and width, not surveyed: "
         "confidence low", "补测岸顶线、堤脚或提供洪水位后重做",
         "survey bank tops or toes, or give flood levels, and do it again"),
    Code("gaps-joined", "note", "小于 {limit} 米的缺口已连接：{note} 处，共 {value} 米",
         "gaps below {limit} m were joined: {note}, {value} m in all", "属正常：线与线没有接到同一点",
         "right: lines that were not drawn to one point"),
    Code("width-missing", "error", "中心线没有河宽，未推定岸顶线", "the axis has no width: no bank tops were estimated",
         "补填 width_m，或写明通用河宽（--width）", "fill in width_m, or give a width for all (--width)"),
    Code("river-unnamed", "note", "水域没有河流编码，以其水域编码为一条河流",
         "the water names no river: it is one of its own, under its own code", "同属一条河流的请补填相同的 river_id",
         "give what belongs to one river the same river_id"),
)  # fmt: skip
