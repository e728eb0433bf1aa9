"""What a symbol and a theme are: small frozen values that maps, layers and sheets read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from riverline.schema import FRAMES

if TYPE_CHECKING:
    from riverline.schema import Language, Schema

__all__ = ["OTHER", "Shape", "Symbol", "Theme"]

Shape = Literal["circle", "square", "triangle", "diamond", "pentagon", "star"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """How one category is drawn.

    Attributes
    ----------
    color
        Colour of the line, the outline or the point, ``#rrggbb``.
    width
        Width of the line or the outline, CSS pixels (1/96 inch).
    dash
        Lengths of dashes and gaps in pixels; empty for a solid line.
    opacity
        Opacity of the line, 0 to 1.
    fill
        Colour inside areas and points; empty for none.
    fill_opacity
        Opacity of the fill, 0 to 1.
    shape, size
        Shape and diameter in pixels where the geometry is a point.
    shown
        Whether a map shows the category before the reader asks for it.
    """

    color: str
    width: float
    dash: tuple[int, ...] = ()
    opacity: float = 1.0
    fill: str = ""
    fill_opacity: float = 0.0
    shape: Shape = "circle"
    size: float = 8.0
    shown: bool = True


OTHER = Symbol("#4A4A4A", 1.4, (1, 3), fill="#8C8C8C", fill_opacity=0.15, shape="star", size=9.0)
"""What values outside the schema's choices are drawn with."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One way to draw one kind of frame: by the values of a column, or all rows alike.

    Attributes
    ----------
    schema
        Name of the schema, ``""`` for layers that have none.
    column
        Column whose values are told apart; ``""`` where all rows are drawn alike.
    order
        Drawing order: higher is drawn later, on top.
    symbols
        Value → symbol, in legend order.
    halo
        ``True`` where the theme is a band around the symbols of the frame's main theme.
    alone
        Whether a band of it that a map shows unasked leaves out those of the themes after it.
    layer
        Name of the layers that it draws, where these hold but some of the schema's rows.
    """

    schema: str
    column: str
    order: int
    symbols: tuple[tuple[str | int, Symbol], ...]
    halo: bool = False
    alone: bool = False
    layer: str = ""

    @property
    def frame(self) -> Schema | None:
        """The schema that the theme draws, None for layers without one."""
        return FRAMES.get(self.schema)

    def symbol(self, value: object) -> Symbol:
        """The symbol of a value; :data:`OTHER` for values that the schema does not know.

        Examples
        --------
        >>> from riverline import style
        >>> style.themes("management_lines")[0].symbol("levee").width
        3.6
        """
        if not self.column:
            return self.symbols[0][1]
        return next((symbol for known, symbol in self.symbols if known == value), OTHER)

    def label(self, value: Any, language: Language = "zh") -> str:  # noqa: ANN401 - whatever a cell holds
        """What the legend calls a value, from the schema's choices.

        Examples
        --------
        >>> from riverline import style
        >>> basis, confidence = style.themes("management_lines")
        >>> basis.label("bank_top"), confidence.label("low", "en"), basis.label(None)
        ('岸顶线', 'Low', '未填写')
        """
        if self.frame is None:
            return ""
        if not self.column:
            return self.frame.label(language)
        empty = "未填写" if language == "zh" else "Not given"
        return empty if pd.isna(value) or value == "" else self.frame[self.column].value_label(value, language)

    def title(self, language: Language = "zh") -> str:
        """The heading above the theme's rows in a legend.

        Examples
        --------
        >>> from riverline import style
        >>> [theme.title() for theme in style.themes("management_lines")]
        ['管理范围线 · 划界依据', '管理范围线 · 可信度']
        """
        if self.frame is None:
            return ""
        title = self.frame.label(language)
        if not self.column:
            return title
        column = self.frame[self.column]
        return f"{title} · {column.label_zh if language == 'zh' else column.label_en}"
