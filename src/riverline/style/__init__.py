"""The one symbology: category → colour, width, dash, shape, label and order, for maps, layers and sheets alike.

Examples
--------
>>> from riverline import style
>>> for value, symbol in style.themes("extents")[0].symbols:
...     print(style.themes("extents")[0].label(value), symbol.color, symbol.dash)
管理范围 #2F6F9F ()
保护范围 #5E7F33 (6, 4)
"""

from __future__ import annotations

from riverline.style.along import along_own_line, own_line_names, own_lines, unnamed
from riverline.style.evidence import COLOURS, CURVES, HEAT
from riverline.style.layers import Layer, collect, flat, recognise
from riverline.style.lettering import CHINESE_FONTS, LETTERING, Lettering
from riverline.style.naming import rule_sets_named, rule_sets_of, with_rule_titles
from riverline.style.rivers import river_names
from riverline.style.symbols import NEUTRALS, OTHER, PROBLEMS_BY_STATUS, SETTLED, THEMES, Shape, Symbol, Theme, themes
from riverline.style.wording import in_language

__all__ = [
    "CHINESE_FONTS",
    "COLOURS",
    "CURVES",
    "HEAT",
    "LETTERING",
    "NEUTRALS",
    "OTHER",
    "PROBLEMS_BY_STATUS",
    "SETTLED",
    "THEMES",
    "Layer",
    "Lettering",
    "Shape",
    "Symbol",
    "Theme",
    "along_own_line",
    "collect",
    "flat",
    "in_language",
    "own_line_names",
    "own_lines",
    "recognise",
    "river_names",
    "rule_sets_named",
    "rule_sets_of",
    "themes",
    "unnamed",
    "with_rule_titles",
]
