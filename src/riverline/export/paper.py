"""On which paper a table is printed so that it can be read: turned, larger, or on several pages side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from riverline.schema import FRAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.export.sheets import Head

__all__ = ["SIDE_MARGIN_INCHES", "Paper", "paper_of"]

SIDE_MARGIN_INCHES = 0.5
_POINTS_PER_INCH, _POINTS_PER_PIXEL = 72.0, 0.75
# Numbers that spreadsheets know paper by, and its longer side in points.
_A4, _A3 = 9, 8
_LONG_SIDES = {_A4: 841.9, _A3: 1190.6}
# A sign of the default font is seven pixels, with five around the column; programs without that font
# take up to a third more, as seen in LibreOffice: a column that does not fit would get pages of its own.
_SIGN_PIXELS, _ROUND_PIXELS = 7, 5
# Cells are set in ten points; less than seven nobody reads on paper.
_LEAST_SCALE = 0.7
_OTHER_FONT = 1.32
_NAMING = frozenset({"", "name", "river_id", "bank", "number"})
_MOST_KEYS_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Paper:
    """How a table is printed.

    Attributes
    ----------
    size
        Number of the paper.
    scale
        In hundredths, where the table is wider than one page; 0 where it is fitted to the width of one.
    keys
        Columns that stand on every page of a row, from the left; 0 where one page holds all.
    pages
        The last column of each page, from left to right.
    """

    size: int
    scale: int
    keys: int
    pages: tuple[int, ...]


def paper_of(heads: Sequence[Head], widths: Sequence[int], *, name: str) -> Paper:
    """The smallest paper on which texts are at least seven points high, turned on its side.

    Parameters
    ----------
    heads, widths
        Columns of a table and their widths in signs.
    name
        Of its schema.

    Returns
    -------
    Paper
        A4, else A3, else several pages of A3 side by side, on each of which what a row is called is repeated.

    Examples
    --------
    >>> from riverline.export.sheets import Head
    >>> heads = [Head("", "序号", "0"), *(Head("length_m", "长度", "0.0") for _ in range(40))]
    >>> [paper_of(heads[:count], [9] * count, name="stakes").pages for count in (15, 22, 41)]
    [(14,), (21,), (22, 40)]
    """
    sizes = [(width * _SIGN_PIXELS + _ROUND_PIXELS) * _POINTS_PER_PIXEL for width in widths]
    for number, side in _LONG_SIDES.items():
        if sum(sizes) * _OTHER_FONT * _LEAST_SCALE <= _room(side):
            return Paper(number, 0, 0, (len(sizes) - 1,))
    most = _room(_LONG_SIDES[_A3]) / _LEAST_SCALE / _OTHER_FONT
    keys = _keys(heads, sizes, most, name)
    pages, taken = [], 0.0
    for column, size in enumerate(sizes):
        if column and taken + size > most:
            pages.append(column - 1)
            taken = sum(sizes[:keys])
        taken += size
    return Paper(_A3, round(_LEAST_SCALE * 100), keys, (*pages, len(sizes) - 1))


def _room(side: float) -> float:
    return side - 2 * SIDE_MARGIN_INCHES * _POINTS_PER_INCH


def _keys(heads: Sequence[Head], sizes: Sequence[float], most: float, name: str) -> int:
    """Leading columns that say which row it is."""
    key = FRAMES[name].key if name in FRAMES else heads[0].name
    count = 0
    for head in heads:
        if head.name not in _NAMING | {key} or sum(sizes[: count + 1]) > most * _MOST_KEYS_SHARE:
            break
        count += 1
    return max(count, 1)
