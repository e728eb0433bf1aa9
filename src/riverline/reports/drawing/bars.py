"""Columns side by side for each month, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.reports.drawing.svg import element, picture, spread, text, text_width
from riverline.reports.model import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["draw_bars"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 160.0, 62.0, 9.0, 8.0, 8.0
# Told apart in grey too: dark and light.
_FILLS = ("#1F4E79", "#9DC3E6", "#C55A11")
_SHARE = 0.72


def draw_bars(months: Sequence[str], series: Mapping[str, Sequence[int]], *, title: str) -> Figure | None:
    """Counts by month as columns.

    Parameters
    ----------
    months
        What stands below each group of columns.
    series
        Name → one count a month.
    title
        What the figure is called.

    Returns
    -------
    Figure or None
        None where there is no month.

    Examples
    --------
    >>> figure = draw_bars(["2025-11", "2025-12"], {"发现": [3, 5], "销号": [1, 4]}, title="逐月")
    >>> figure.svg.count("<rect") - 2, figure.width_mm
    (4, 160.0)
    """
    if not months:
        return None
    most = max((value for counts in series.values() for value in counts), default=0) or 1
    base, tall = _HEIGHT - _FOOT, _HEIGHT - _FOOT - _TOP
    parts = []
    for tick in spread(0, most, 4):
        y = base - tick / most * tall
        parts += [
            element("line", x1=_LEFT, y1=y, x2=_WIDTH, y2=y, stroke="#C9CED4", stroke_width=0.12),
            text(f"{tick:g}", _LEFT - 1.5, y + 0.9, size=2.4, text_anchor="end"),
        ]
    group = (_WIDTH - _LEFT) / len(months)
    wide = group * _SHARE / max(len(series), 1)
    x = _LEFT
    for number, (name, counts) in enumerate(series.items()):
        fill = _FILLS[number % len(_FILLS)]
        parts += [element("rect", x=x, y=1.5, width=3.2, height=2.6, fill=fill), text(name, x + 4.2, 3.7, size=2.6)]
        x += text_width(name, 2.6) + 10
        for at, value in enumerate(counts):
            left = _LEFT + group * (at + (1 - _SHARE) / 2) + wide * number
            high = value / most * tall
            parts += [
                element("rect", x=left, y=base - high, width=wide, height=high, fill=fill),
                text(str(value), left + wide / 2, base - high - 0.8, size=2.1, text_anchor="middle"),
            ]
    for at, month in enumerate(months):
        parts.append(text(month, _LEFT + group * (at + 0.5), base + 3.6, size=2.3, text_anchor="middle"))
    parts.append(element("line", x1=_LEFT, y1=base, x2=_WIDTH, y2=base, stroke="#222222", stroke_width=0.3))
    return Figure(title, picture(parts, _WIDTH, _HEIGHT), _WIDTH, _HEIGHT)
