"""What readers see in place of the words of a rule set, and what is wrong with a file, in Chinese and in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from riverline.rules.checking import Problem
    from riverline.rules.widths import Width
    from riverline.schema import Language

__all__ = ["CONTRADICTION", "english_of", "label", "metres_text", "wrong_values"]

# What follows when two rules contradict each other, and what to do about it.
CONTRADICTION = (
    "优先级相同而结果不同；请增加条件，或在其中一条写 exception = true",
    "neither goes before the other, and they lead to different lines; add a condition, or exception = true to one",
)

_LABELS: dict[str, tuple[str, str]] = {
    # scopes
    "levee": ("有堤防", "levee"),
    "flood": ("无堤防、按洪水位", "no levee, flood line"),
    "bank_top": ("岸顶线（河口线）", "bank top"),
    "fallback": ("无堤防、以替代线为界", "no levee, a line that stands in"),
    "water": ("无堤防、按水边线", "no levee, water's edge"),
    "lake": ("湖泊", "lake"),
    "reservoir": ("水库", "reservoir"),
    "works": ("水利工程", "works"),
    # reference lines and features
    "landside_toe": ("背水侧堤脚", "landside toe"),
    "waterside_toe": ("临水侧堤脚", "waterside toe"),
    "crest": ("堤顶", "crest"),
    "waterside_crest": ("临水侧堤顶线", "waterside edge of the crest"),
    "flood_wall": ("防洪墙", "flood wall"),
    "berm_toe": ("淤区（戗台）坡脚", "toe of the berm"),
    "platform_toe": ("防浪台坡脚", "toe of the wave-break platform"),
    "blanket_edge": ("铺盖边缘", "edge of the seepage blanket"),
    "spoil_toe": ("弃土外坡脚", "outer toe of the spoil bank"),
    "flood_line": ("洪水位线", "flood line"),
    "revetment_edge": ("护岸外缘", "landward edge of the revetment"),
    "road_edge": ("道路边线", "edge of the road"),
    "ditch_edge": ("沟渠外缘", "outer edge of the ditch"),
    "water_edge": ("水边线", "water's edge"),
    "drawn_line": ("所绘线", "line as drawn"),
    "design_level": ("设计洪水位线", "line of the design flood"),
    "check_level": ("校核洪水位线", "line of the check flood"),
    "normal_level": ("正常蓄水位线", "line of the normal pool"),
    "acquisition_line": ("征地线", "land-acquisition line"),
    "plan_line": ("批准的规划线", "line of the approved plan"),
    "works_outline": ("工程外轮廓", "outline of the work"),
    "centre_line": ("工程中心线", "centre line of the work"),
    # lines that stand in
    "road": ("道路", "road"),
    "canal": ("渠道", "canal"),
    "village_front": ("村庄临河线", "river side of villages"),
    "slope_foot": ("山坡脚", "foot of the slope"),
    "scarp": ("陡坎", "scarp"),
    "flood_mark": ("洪痕线", "flood mark"),
    # banks
    "left": ("左岸", "left bank"),
    "right": ("右岸", "right bank"),
    # bands, ends, confidences
    "min": ("下限", "least"),
    "max": ("上限", "most"),
    "middle": ("中值", "middle"),
    "parallel_river": ("顺堤河", "parallel river"),
    "drainage_ditch": ("排水沟", "drainage ditch"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
}

_ENGLISH = dict(_LABELS.values())

# Sentences for pydantic's kinds of error; its own sentence is the English one.
_WRONG_ZH = {
    "missing": "缺少必填项",
    "extra_forbidden": "没有这一项，请检查拼写",
    "float_type": "应为数值",
    "float_parsing": "应为数值",
    "finite_number": "应为有限的数值",
    "int_type": "应为整数",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "不能为空，也不能含有不允许的字符",
    "greater_than": "应大于 {gt:g}",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than_equal": "不能大于 {le:g}",
    "literal_error": "应为 {expected} 之一",
    "date_type": "应为日期，如 2020-01-01（不加引号）",
    "tuple_type": "应为列表",
    "too_short": "不能为空",
    "model_type": "应为一组键值（表）",
    "model_attributes_type": "应为一组键值（表）",
    "dict_type": "应为一组键值（表）",
}
_HEADER = re.compile(r"^\s*\[+\s*([\w.]+)\s*\]+", re.MULTILINE)


def label(word: str, language: Language = "zh") -> str:
    """A word of a rule set as a reader of that language sees it; words that are not known come back as they are.

    Examples
    --------
    >>> label("landside_toe"), label("landside_toe", "en")
    ('背水侧堤脚', 'landside toe')
    """
    zh, en = _LABELS.get(word, (word, word))
    return zh if language == "zh" else en


def english_of(word: str) -> str:
    """The English of a Chinese label; other words come back as they are.

    Examples
    --------
    >>> english_of("背水侧堤脚"), english_of("20")
    ('landside toe', '20')
    """
    return _ENGLISH.get(word, word)


def metres_text(width: Width, language: Language = "zh") -> str:
    """A width in words.

    Examples
    --------
    >>> from riverline.rules.widths import Width
    >>> metres_text(Width(min=30.0)), metres_text(Width(min=30.0, max=50.0)), metres_text(Width(m=7.5), "en")
    ('不小于 30 m', '30–50 m', '7.5 m')
    """
    if width.by_width:
        return "; ".join(f"≤{row.up_to_m:g} m: {row.m:g} m" for row in width.by_width)
    if width.by_return_period:
        year = "年一遇" if language == "zh" else "-year flood"
        return "; ".join(f"{row.years:g}{year}: {row.m:g} m" for row in width.by_return_period)
    if width.is_least:
        return f"不小于 {width.min:g} m" if language == "zh" else f"not less than {width.min:g} m"
    return f"{width.min:g}–{width.max:g} m" if width.is_band else f"{width.m:g} m"


def wrong_values(error: ValidationError, *, text: str, data: Mapping[str, Any], within: str = "") -> Iterator[Problem]:
    """Every value that pydantic refused, with its place in the file, in Chinese and in English.

    Parameters
    ----------
    error
        What pydantic raised.
    text, data
        The file as text and as tomllib read it.
    within
        Table that was validated, where it was not the whole file.

    Yields
    ------
    (str, str)
        One sentence in each language a value.
    """
    lines = _header_lines(text)
    for detail in error.errors(include_url=False):
        loc = (within, *detail["loc"]) if within else detail["loc"]
        place = _place(loc, data)
        line = lines.get((str(loc[0]), loc[1] if len(loc) > 1 and isinstance(loc[1], int) else 0)) if loc else None
        zh, en = _sentences(detail)
        yield (
            f"{place}{f'（第 {line} 行起）' if line else ''}：{zh}",
            f"{place}{f' (from line {line})' if line else ''}: {en}",
        )


def _sentences(detail: ErrorDetails) -> tuple[str, str]:
    context = detail.get("ctx", {})
    if detail["type"] == "riverline":
        return context["zh"], context["en"]
    zh = _WRONG_ZH.get(detail["type"], "取值不对").format(**context)
    value = detail["input"]
    if isinstance(value, str | int | float) and detail["type"] != "missing":
        return f"{zh}，实际为 {value!r}", f"{detail['msg']}, got {value!r}"
    return zh, detail["msg"]


def _place(loc: tuple[int | str, ...], data: Mapping[str, Any]) -> str:
    """Path of a value, items of a list counted from one and named by their id: ``rules[2](changjiang).landside.m``."""
    parts: list[str] = []
    value: Any = data
    for step in loc:
        value = _inside(value, step)
        if isinstance(step, int):
            name = value.get("id") if isinstance(value, dict) else None
            parts[-1] += f"[{step + 1}]" + (f"({name})" if isinstance(name, str) else "")
        else:
            parts.append(step)
    return ".".join(parts) or "-"


def _inside(value: Any, step: int | str) -> Any:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


def _header_lines(text: str) -> dict[tuple[str, int], int]:
    """Line of each table's header, counted from one; arrays of tables by their number."""
    lines: dict[tuple[str, int], int] = {}
    for found in _HEADER.finditer(text):
        count = sum(name == found[1] for name, _ in lines)
        lines[found[1], count] = text.count("\n", 0, found.start(1)) + 1
    return lines
