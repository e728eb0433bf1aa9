"""The legend of a sheet: what is drawn, theme by theme, its texts whole in as many columns and lines as that takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riverline.plates.drawing import draw_swatch
from riverline.plates.fonts import clean
from riverline.plates.labels import shortened, text_size, wrapped
from riverline.plates.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.plates.content import Mark
    from riverline.plates.paper import Box
    from riverline.plates.sheet import Canvas
    from riverline.schema import Language

__all__ = ["draw_legend"]

_ROW, _TEXT = 4.2, 6.2
_HEAD_MM, _AIR_MM, _SWATCH_MM = 9.5, 2.0, 9.5
_SIZES = ((1, 1.0), (2, 1.0), (2, 0.85), (1, 0.85), (2, 0.7), (1, 0.7), (2, 0.6))
"""Columns and type as a share of the usual, the best first."""
_FOR_TABLE = 0.7
"""The smallest type by which the legend makes room for the table of stakes."""
_ALONE = 0.6
"""Share of the room that one column may take at its usual size: the rest is for the table of stakes."""


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A line of the legend; ``mark`` is what it stands for, ``first`` is false of what goes on from the line above."""

    text: str
    mark: Mark | None
    bold: bool
    first: bool


def draw_legend(
    canvas: Canvas, panel: Box, top: float, marks: Sequence[Mark], floor: float, *, below: float = 0.0
) -> tuple[float, int]:
    """Draw it from a height down.

    Parameters
    ----------
    canvas, panel
        What is drawn on, and the column that it stands in.
    top, floor
        Where it begins, and how far down it may reach, mm.
    marks
        What is drawn on the map, in the order of the legend.
    below
        Room that the table of stakes needs below it, mm: it has it, if type that is not too small leaves so much.

    Returns
    -------
    tuple
        Where it ends, and how many texts had to be shortened.
    """
    if not marks:
        return top, 0
    canvas.write(panel.left + panel.width / 2, top - 4.0, WORDS[canvas.look.language]["legend"], 9.0, ha="center",
                 serif=True, weight="bold")  # fmt: skip
    room = max(top - _HEAD_MM - _AIR_MM - floor, _ROW)
    entries = _entries(marks, canvas.look.language)
    tried = [(*size, room - below) for size in _SIZES if size[1] >= _FOR_TABLE] if below else []
    for columns, share, most in [*tried, *((*size, room) for size in _SIZES)]:
        width = (panel.width - 2.0) / columns - 3.0
        lines = [line for entry in entries for line in _lines(*entry, width, _TEXT * share)]
        flow = _columns(lines, columns)
        height, cut = max(map(len, flow)), _too_wide(lines, width, _TEXT * share)
        limit = min(most, room * _ALONE) if (columns, share) == _SIZES[0] else most
        if height * _ROW * share <= limit and not cut:
            break
    else:
        # Nothing fits: texts stay on one line, as much of them as there is room for.
        lines = [_Line(text, mark, mark is None, first=True) for text, mark in entries]
        flow = _columns(lines, columns)
        height, cut = max(map(len, flow)), _too_wide(lines, width, _TEXT * share)
    pitch = min(_ROW * share, room / height)
    squeeze = min(share, pitch / _ROW)
    for column, own in enumerate(flow):
        for row, line in enumerate(own):
            at = (panel.left + 2.5 + column * (panel.width - 2.0) / columns, top - _HEAD_MM - row * pitch)
            _draw_line(canvas, line, at, width, squeeze)
    bottom = top - _HEAD_MM - height * pitch + 1.0
    canvas.rule(panel, bottom)
    return bottom, cut


def _entries(marks: Sequence[Mark], language: Language) -> list[tuple[str, Mark | None]]:
    """Headings and what stands below each."""
    found: list[tuple[str, Mark | None]] = []
    for number, mark in enumerate(marks):
        if number == 0 or marks[number - 1].heading != mark.heading:
            found.append((clean(mark.heading or WORDS[language]["other"]), None))
        found.append((clean(mark.label), mark))
    return found


def _lines(text: str, mark: Mark | None, width: float, size: float) -> list[_Line]:
    room = width - (_SWATCH_MM if mark is not None else 0.0)
    return [
        _Line(part, mark, mark is None, first=number == 0)
        for number, part in enumerate(wrapped(text, room, size) or [text])
    ]


def _too_wide(lines: Sequence[_Line], width: float, size: float) -> int:
    rooms = [width - (0.0 if line.bold else _SWATCH_MM) for line in lines]
    return sum(text_size(line.text, size)[0] > room for line, room in zip(lines, rooms, strict=True))


def _columns(lines: Sequence[_Line], columns: int) -> list[list[_Line]]:
    """Lines in columns that are about as high; what goes on from a line above stays below it."""
    height = math.ceil(len(lines) / columns)
    found: list[list[_Line]] = [[]]
    for line in lines:
        if len(found[-1]) >= height and line.first and len(found) < columns:
            found.append([])
        found[-1].append(line)
    return found


def _draw_line(canvas: Canvas, line: _Line, at: tuple[float, float], width: float, squeeze: float) -> None:
    (x, y), size = at, _TEXT * squeeze
    if line.bold or line.mark is None:
        canvas.write(x, y, shortened(line.text, width, size), size, weight="bold", color="#333333")
        return
    high = 2.6 * squeeze
    if line.first:
        draw_swatch(canvas.page, line.mark, (x + 0.5, y - high / 2, 7.0, high))
    canvas.write(x + _SWATCH_MM, y, shortened(line.text, width - _SWATCH_MM, size), size)
