"""Columns of a Word table wide enough for what they may not break, in whatever font the reader's machine has.

A Word file only names its fonts. Where Times New Roman is missing, as in LibreOffice and WPS on Linux, a font stands in
whose figures are a quarter wider; widths that are just enough for one break every number in the other.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from riverline.reports.look import LOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.reports.model import Table

__all__ = ["MARGIN_PT", "columns_of", "ems", "title_size"]

MARGIN_PT = 3.0
"""Room left and right of what stands in a cell, points."""

# Widths of DejaVu Serif, the widest of those that stand in, in ems.
_NARROW, _FIGURE, _WIDE = 0.4, 0.64, 0.84
_NARROW_SIGNS, _WIDE_SIGNS = frozenset("!'(),./:;I[]ijl|°′ "), re.compile(r"[A-HJ-Z+=<>%@&mw~_″\"]")
_WHOLE = re.compile(r"[!-~°′″−]+")
_FIGURES = re.compile(r"[!-~°′″−]*\d[!-~°′″−]*")
_POINTS_MM = 72 / 25.4
# Two short words, as those of a bank, stand on one line.
_SHORT, _SHORT_WORDS, _LONGEST, _LEAST, _WIDEST = 4.0, 6.8, 14.0, 2.0, 30.0
# Bold type is wider; and a line that is full to the last point is broken by some programs.
_BOLD, _SPARE = 1.1, 0.2
_LOOKED_AT = 500
_SMALLEST_TITLE = 16.0
_MOST_LINES = 3


def ems(text: str) -> float:
    """How wide a text may come out, in sizes of its type.

    Examples
    --------
    >>> ems("清水河"), round(ems("10.5"), 2)
    (3.0, 2.32)
    """
    return sum(map(_em, text))


def _em(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WFA" and sign not in _NARROW_SIGNS and sign != "″":
        return 1.0
    return _NARROW if sign in _NARROW_SIGNS else _WIDE if _WIDE_SIGNS.match(sign) else _FIGURE


def columns_of(table: Table) -> tuple[tuple[float, ...], float]:
    """Shares of the width of a page for a table's columns, and the size of type at which they hold.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    tuple
        Shares that sum to 1, and points, the largest of those that tables have; the next one where a row would stand
        on more than three lines, since a name in a column of two signs cannot be read. Every column has what it cannot
        break: figures, codes, words; what is left goes to texts. Where even the smallest type leaves no room for that,
        words give way, figures do not.
    """
    seen, sums = table.rows[:_LOOKED_AT], [table.rows[at] for at in sorted(table.strong)]
    columns = [[row[at] for row in seen] for at in range(len(table.heads))]
    total = [_BOLD * _least("", [row[at] for row in sums], _FIGURES) for at in range(len(table.heads))]
    firm = [max(_least("", cells, _FIGURES), low) for cells, low in zip(columns, total, strict=True)]
    least = [max(_least(head, cells, _WHOLE), low) for head, cells, low in zip(table.heads, columns, firm, strict=True)]
    needs = [np.array(list(map(ems, cells))) for cells in columns]
    wanted = [max(min(float(need.max(initial=0.0)), _WIDEST), low) for need, low in zip(needs, least, strict=True)]
    room = LOOK.width_mm * _POINTS_MM - 2 * MARGIN_PT * len(least)
    sizes = (LOOK.dense_pt, LOOK.tiny_pt) if table.dense else (LOOK.table_pt, LOOK.dense_pt, LOOK.tiny_pt)
    fitting = [each for each in sizes if sum(least) * each <= room]
    size = fitting[0] if fitting else sizes[-1]
    low, high = (least, wanted) if fitting else (firm, least)
    if LOOK.dense_pt in fitting and size > LOOK.dense_pt:
        tall, flat = (_lines(needs, _between(low, high, room / each)) for each in (size, LOOK.dense_pt))
        size = LOOK.dense_pt if tall.max(initial=0) > _MOST_LINES and flat.sum() < tall.sum() else size
    points = [each * size + 2 * MARGIN_PT for each in _between(low, high, room / size)]
    return tuple(each / (sum(points) or 1.0) for each in points), size


def _between(low: Sequence[float], high: Sequence[float], room: float) -> list[float]:
    """Widths between two sets of them that fill a room, all of them in ems."""
    more = sum(high) - sum(low)
    share = float(np.clip((room - sum(low)) / more, 0.0, 1.0)) if more else 0.0
    return [one + (other - one) * share for one, other in zip(low, high, strict=True)]


def _lines(needs: Sequence[NDArray[np.float64]], widths: Sequence[float]) -> NDArray[np.float64]:
    """Lines of each row: those of its fullest cell."""
    lines = [np.ceil(need / width) for need, width in zip(needs, widths, strict=True)]
    return np.max(lines, axis=0) if lines else np.array([])


def _least(head: str, cells: Sequence[str], kept: re.Pattern[str]) -> float:
    """Width of the widest part that stands on one line; of Chinese, two signs and short texts."""
    parts = [part for cell in cells for part in kept.findall(cell)]
    short = [cell for cell in cells if kept is _WHOLE and ems(cell) <= (_SHORT_WORDS if cell.isascii() else _SHORT)]
    widest = max(map(ems, [*parts, *short, *kept.findall(head)]), default=0.0)
    return min(max(widest, _LEAST), _LONGEST) + _SPARE


def title_size(title: str) -> float:
    """Size of type at which a title stands on one line, points: as large as titles are, or a little less.

    Examples
    --------
    >>> title_size("清水河河流档案"), title_size("2025年12月河湖“四乱”问题整治情况通报"), title_size("很长" * 40)
    (22, 21.5, 22)
    """
    signs = [_em(sign) for sign in title]
    # Between Chinese and figures programs leave a quarter of a sign.
    gaps = sum((one == 1.0) != (other == 1.0) for one, other in pairwise(signs))
    wide = sum(each if each == 1.0 else _BOLD * each for each in signs) + gaps / 4
    fits = int(2 * LOOK.width_mm * _POINTS_MM / max(wide + _SPARE, 1.0)) / 2
    return LOOK.title_pt if fits >= LOOK.title_pt or fits < _SMALLEST_TITLE else fits
