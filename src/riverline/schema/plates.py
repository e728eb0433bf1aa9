"""The data dictionary of map sheets: what an atlas drew, and where."""

from __future__ import annotations

from riverline.schema import columns as c
from riverline.schema.model import Column, Schema

__all__ = ["MATCH_LINES", "PLATES"]

STATES = c.choices(
    ("drawn", "已绘制", "Drawn"),
    ("kept", "沿用上次", "Kept"),
    ("failed", "未能绘制", "Failed"),
)
_OPTIONAL = (
    c.text("unit", "分幅单元", "Unit", "FFDY", "River, cell or administrative unit that the sheet is a part of."),
    c.text("paper", "纸张", "Paper", "ZZ", "Size of the paper, such as A3."),
    Column("scale", "integer", "比例尺分母", "Scale denominator", "BLC", "2000 for 1:2,000."),
    c.or_blank(c.START_CHAINAGE),
    c.or_blank(c.END_CHAINAGE),
    c.text(
        "adjoining", "邻接图幅", "Adjoining sheets", "LJTF", "Numbers of sheets that it joins, with commas between."
    ),
    c.text("file", "文件", "File", "WJ", "File of the sheet, relative to the folder of the atlas."),
    c.choice("status", "状态", "Status", "ZT", "Whether it was drawn, kept from an earlier run, or failed.", STATES),
)

PLATES = Schema(
    "plates", "图幅", "Map sheets", "number", ("Polygon",),
    (
        c.key("number", "图号", "Sheet number", "TH"),
        c.text("title", "图名", "Title", "TM", "What stands above the sheet."),
        *map(c.optional, _OPTIONAL),
    ),
    "Map sheets: what each shows and where.",
)  # fmt: skip

MATCH_LINES = Schema(
    "match_lines", "接图线", "Match lines", "match_id", ("LineString",),
    (
        c.key("match_id", "接图线编号", "Match line", "JTXBH"),
        c.text("number", "图号", "Sheet number", "TH", "The sheet that the line is on."),
        c.text("joins", "接图", "Joins", "JT", "The sheet that goes on there."),
    ),
    "Lines at which sheets of an atlas go on on others: one row for each of the two sheets.",
)  # fmt: skip
