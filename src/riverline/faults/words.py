"""Words that notes are made of: written once as codes, read in either language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from riverline.schema import (
    ACTIVITIES,
    BANK_TOPS,
    CHANGE_EVIDENCE,
    DUTIES,
    EXTENTS,
    FLOOD_LEVELS,
    FRAMES,
    LEVEES,
    MANAGEMENT_LINES,
    PATROL_WARNINGS,
    WORKS,
)

if TYPE_CHECKING:
    from riverline.schema import Language

__all__ = ["in_words", "layer_label"]

_MEASURES = (MANAGEMENT_LINES["length_m"], EXTENTS["left_length_m"], EXTENTS["right_length_m"], EXTENTS["area_m2"])
_CHOSEN = (LEVEES["feature"], BANK_TOPS["feature"], FLOOD_LEVELS["basis"], WORKS["kind"], MANAGEMENT_LINES["basis"])
_WORDS: dict[str, tuple[str, str]] = {
    **{name: (frame.label_zh, frame.label_en.lower()) for name, frame in FRAMES.items()},
    "scenes": ("影像", "images"),
    **{column.name: (column.label_zh, column.label_en.lower()) for column in _MEASURES},
    "left": ("左岸", "left bank"),
    "right": ("右岸", "right bank"),
    "start": ("起点", "start"),
    "end": ("终点", "end"),
    "no-reference": ("没有参照线", "no reference line"),
    "nothing-given": ("没有提供该河的任何要素", "no layer holds anything of this river"),
    "refused": ("要素有误，未使用", "features are wrong and were refused"),
    "other-bank": ("只在另一岸", "on the other bank only"),
    "beyond-ends": ("在河段两端以外", "beyond the ends of the reach"),
    "off-axis": ("中心线不穿过", "the axis does not run through it"),
    "no-terrain": ("没有提供地形（terrain），也没有实测断面", "no terrain was given, nor sections"),
    "no-level": ("没有所需的水位", "no level of the kind that is asked for"),
    "no-rule": ("没有可用的规则", "no rule for it"),
    "no-kind": ("没有填写工程类型", "its kind is not given"),
    "kind-refused": ("所填工程类型不在可选范围内", "its kind is none of the choices"),
    "no-axis": ("5 km 内没有中心线，工程的方向不明", "no axis within 5 km tells which way it faces"),
    "river-unknown": (
        "所填河流编码不在中心线图层中，工程的方向不明",
        "the river that it names is not among the axes, so nothing tells which way it faces",
    ),
    "no-line": ("未能绘出洪水位线", "no flood line came of it"),
    "chainage-used": ("按所填桩号使用", "the chainage was used"),
    "place-used": ("按绘制位置使用", "the place was used"),
    "level": ("洪水位", "flood level"),
    "terrain": ("地形", "terrain"),
    "toe": ("堤脚", "levee toe"),
    "edge": ("水边线", "edge of the water"),
    "closed": ("闭合", "closed line"),
    "point": ("点", "point"),
    "line": ("线", "line"),
    "date-not-read": ("日期无法读取", "its date cannot be read"),
    "no-day-given": ("未给出日期 on=", "no day was given with on="),
    "blank-key": ("河流编码为空", "blank river code"),
    "duplicate-key": ("河流编码重复", "river code occurs twice"),
    "axis-in-pieces": (
        (
            "同一河流编码的各段首尾相接，请先合为一条线：axes.dissolve('river_id', as_index=False)，"
            "再 line_merge(directed=True)"
        ),
        (
            "the pieces under this river code meet head to tail; join them: "
            "axes.dissolve('river_id', as_index=False), then line_merge(directed=True)"
        ),
    ),
    "counts-untitled": ("其范围内的面积计为未登记", "its land counts as untitled"),
    "counts-unclassed": ("其范围内的面积计为没有地类", "its land counts as land without a class"),
    "counts-no-unit": ("其范围内的土地不归入任何行政区", "its land is of no administrative area"),
    "counts-unused": ("它占用的岸线未计入", "the shoreline that it takes was not counted"),
    "counts-insensitive": (
        "分区时未考虑，其岸段的功能区可能偏宽松",
        "zones were drawn without it, and may be too lenient beside it",
    ),
    "counts-no-edge": ("不能作为临水边界线", "it is no waterside line"),
    "no-geometry": ("没有几何", "no geometry"),
    "geometry-missing": ("没有几何", "no geometry"),
    "geometry-type": ("不是面", "no area"),
    "invalid": ("图形无效", "its outline crosses itself"),
    "still-water": ("都是湖泊、水库", "all of it is lakes or reservoirs"),
    "no-width": ("没有宽度", "no width"),
    "not-a-single-line": ("不是单条线", "not a single line"),
    "closed-line": ("中心线首尾闭合，不是河道中心线", "the axis is a closed ring, not a river's course"),
    "no-length": ("没有长度或坐标无效", "no length or coordinates that are not finite"),
    "not-compared": ("没有一期影像可比较", "no image could be compared"),
    "change-unseen-day": ("云、阴影或无数据", "cloud, shadow or nothing on them"),
    "change-not-comparable": ("数值无法归一化", "numbers that cannot be matched"),
    "change-shifted": ("影像错位", "images are shifted"),
    "scene-overflow": ("整数溢出", "whole numbers that ran over"),
    "scene-values-implausible": ("数值不可信", "numbers that cannot be"),
    "no-first-day": ("首次发现日期不明", "its first day is not known"),
    "image-older": ("参与比较的影像都早于它最近一次发现", "no image compared is as late as the day it was last seen"),
    "reference-later": ("参考影像上已有该图斑", "the reference is no older than it"),
    "still-there": ("该处仍有变化，未达到报出条件", "something still differs there, too little to be told"),
    **{str(each.value): (each.label_zh, each.label_en.lower()) for each in CHANGE_EVIDENCE["reason"].choices},
    **{
        str(choice.value): (choice.label_zh, choice.label_en.lower()) for column in _CHOSEN for choice in column.choices
    },
}
# Tables whose faults name the column that lacks something; elsewhere ``level`` is that of a flood.
_COLUMNS = {each.name: {column.name for column in each} for each in (DUTIES, PATROL_WARNINGS, ACTIVITIES)}
_GIVEN = {
    "terrain": ("地形", "Terrain"),
    "scenes": ("影像", "Images"),
    "existing": ("原有界桩", "Existing stakes"),
    "existing_boards": ("原有公告牌", "Existing boards"),
    "bridges": ("桥梁", "Bridges"),
    "breaks": ("断链", "Chainage breaks"),
    "towns": ("乡镇", "Towns"),
    "lake_levees": ("湖堤", "Levees of the lake"),
    "old_stakes": ("原有界桩", "Existing stakes"),
    "old_holdings": ("原权属分块", "Holdings before"),
    "new_holdings": ("新权属分块", "Holdings after"),
    "registered_areas": ("证载面积", "Registered areas"),
    "roads": ("道路", "Roads"),
    "canals": ("渠道", "Canals"),
    "villages": ("村庄", "Villages"),
    "slope_feet": ("山坡脚", "Feet of slopes"),
    "scarps": ("陡坎", "Scarps"),
    "flood_marks": ("洪痕线", "Flood marks"),
    "old_bank_tops": ("上年岸顶线", "Bank tops of the year before"),
}
_TOKEN = re.compile(r"[A-Za-z][A-Za-z_2-]*")


def in_words(note: str, language: Language, *, layer: str = "") -> str:
    """A note of known words in one language; any other note as it is, for names in data are nobody's to translate.

    Parameters
    ----------
    note
        Words of the dictionary, or the column of a table of patrols that lacks something.
    language
        Language of the words.
    layer
        The layer that the note is about: a column is called by the label that it has there.

    Examples
    --------
    >>> in_words("no-reference: left", "zh"), in_words("no-reference: left", "en")
    ('没有参照线: 左岸', 'no reference line: left bank')
    >>> in_words("left over", "zh")
    'left over'
    >>> in_words("level", "zh"), in_words("level", "zh", layer="duties")
    ('洪水位', '河长级别')
    """
    if note in _COLUMNS.get(layer, ()):
        column = FRAMES[layer][note]
        return column.label_zh if language == "zh" else column.label_en.lower()
    tokens = _TOKEN.findall(note)
    if not tokens or any(token not in _WORDS for token in tokens):
        return note
    which = 0 if language == "zh" else 1
    return _TOKEN.sub(lambda found: _WORDS[found.group()][which], note)


def layer_label(layer: str, language: Language) -> str:
    """What a reader calls a layer: by its schema, or by what it is given for.

    Examples
    --------
    >>> layer_label("bank_tops", "zh"), layer_label("roads", "en"), layer_label("my layer", "zh")
    ('岸顶线', 'Roads', 'my layer')
    """
    if layer in _GIVEN:
        return _GIVEN[layer][language == "en"]
    frame = FRAMES.get("bank_tops" if layer == "lines" else layer)
    return layer if frame is None else frame.label(language)
