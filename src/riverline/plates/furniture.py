"""What stands around a map: title, secrecy, notes, scale, and a panel of index, legend, stakes and signatures."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from riverline.plates.fonts import clean
from riverline.plates.labels import shortened, text_size, wrapped
from riverline.plates.legend import draw_legend
from riverline.plates.paper import Box
from riverline.plates.stake_table import Left, draw_stakes, table_height, tell_thinned
from riverline.plates.wording import WORDS, span_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.plates.content import Mark
    from riverline.plates.sheet import Canvas, Sheet

__all__ = ["draw_foot", "draw_head", "draw_panel"]

_SMALL, _TEXT, _HEADING = 5.2, 6.2, 7.5
_SIGNED = ("unit", "surveyed_by", "drawn_by", "checked_by", "approved_by", "date", "review_no")
_NORTH_MM, _INDEX_MM = 26.0, 34.0
_SHADE = "#F3F4F2"


def draw_head(canvas: Canvas, sheet: Sheet) -> None:
    """Title in the middle, sheet number and chainages below it, secrecy at the right."""
    head, words, look = canvas.look.layout.head, WORDS[canvas.look.language], canvas.look
    middle = head.left + head.width / 2
    room = head.width - 60.0
    size = min(17.0, 17.0 * room / max(text_size(sheet.title, 17.0)[0], 1.0))
    below = "　".join(filter(None, [words["no"].format(number=sheet.printed) if sheet.number else "",
                                     span_text(sheet.span, look.language)]))  # fmt: skip
    canvas.write(middle, head.bottom + head.height * (0.62 if below else 0.45), clean(sheet.title), max(size, 5.0),
                 ha="center", serif=True, weight="bold")  # fmt: skip
    canvas.write(middle, head.bottom + 2.6, below, 8.0, ha="center")
    if look.imprint.secrecy:
        told = words["secrecy"].format(secrecy=clean(look.imprint.secrecy, 20))
        canvas.write(head.right, head.bottom + head.height * 0.5, told, 9.0, ha="right", weight="bold")


def draw_foot(canvas: Canvas, sheet: Sheet) -> None:
    """Notes at the left, the scale in figures and as a bar in the middle, the imprint's unit at the right."""
    foot, look = canvas.look.layout.foot, canvas.look
    middle = foot.left + foot.width / 2
    canvas.write(middle, foot.top - 3.0, f"1:{sheet.scale}", 10.0, ha="center", weight="bold")
    _draw_bar(canvas, sheet.scale, middle, foot.top - 9.2)
    room = foot.width / 2 - 36.0
    lines = [line for note in look.notes for line in wrapped(note, room, _SMALL)]
    # Notes that name many rule sets stand closer, so that none leaves the paper.
    pitch = min(2.9, (foot.height - 2.2) / max(len(lines), 1))
    for number, line in enumerate(lines):
        canvas.write(foot.left, foot.top - 2.2 - number * pitch, line, min(_SMALL, _SMALL * pitch / 2.4))
    right = [look.imprint.surveyed_by, look.imprint.unit, look.imprint.date]
    for number, text in enumerate(filter(None, map(clean, right))):
        canvas.write(foot.right, foot.top - 2.2 - number * 3.4, text, _TEXT, ha="right")


def _draw_bar(canvas: Canvas, scale: int, middle: float, y: float) -> None:
    """A bar of four parts about 60 mm long, of which the first is divided again."""
    part = _round_down(60.0 * scale / 1000.0 / 4)
    mm = part * 1000.0 / scale
    left = middle - 2 * mm
    for number in range(4):
        box = Box(left + number * mm, y, mm, 1.3)
        canvas.rectangle(box, width=0.15, face="#111111" if number % 2 == 0 else "white")
    words = WORDS[canvas.look.language]
    unit, by = ("km", 1000.0) if part >= 1000.0 else (words["metres"], 1.0)  # noqa: PLR2004 - a kilometre
    for number in (0, 1, 2, 4):
        text = f"{number * part / by:g}" + (f" {unit}" if number == 4 else "")  # noqa: PLR2004 - the last
        canvas.write(left + number * mm, y + 2.8, text, _SMALL, ha="center")


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 2.5, 5.0) if step * power <= value * (1 + 1e-9))


def draw_panel(canvas: Canvas, sheet: Sheet, marks: Sequence[Mark], unmarked: int = 0) -> Left:
    """The panel beside the map, from top to bottom; the table takes the room that is left.

    ``unmarked`` stakes are not on the map, where they would touch: a sentence says so in place of the table.
    """
    panel = canvas.look.layout.panel
    canvas.rectangle(panel, width=0.9)
    top = panel.top
    top = _draw_index(canvas, sheet, panel, top)
    signed = _signatures_height(panel)
    below = table_height(sheet, panel) if canvas.look.table and not unmarked else 0.0
    top, shortened_texts = draw_legend(canvas, panel, top, marks, panel.bottom + signed, below=below)
    between = (top, panel.bottom + signed)
    left = Left()
    if unmarked:
        left = tell_thinned(canvas, sheet, panel, between, unmarked)
    elif canvas.look.table:
        left = draw_stakes(canvas, sheet, panel, between)
    _draw_signatures(canvas, sheet, panel, panel.bottom + signed)
    return replace(left, legend=shortened_texts)


def _draw_index(canvas: Canvas, sheet: Sheet, panel: Box, top: float) -> float:
    """North arrow, and beside it where the sheet lies among its neighbours; the height that is left."""
    height = _INDEX_MM if sheet.around else _NORTH_MM
    middle = top - height / 2
    _draw_north(canvas, panel.left + (12.0 if sheet.around else panel.width / 2), middle)
    if sheet.around:
        box = Box(panel.left + 24.0, top - height + 2.0, panel.width - 26.0, height - 8.0)
        canvas.write(box.left + box.width / 2, top - 3.2, WORDS[canvas.look.language]["index"], _HEADING, ha="center",
                     serif=True, weight="bold")  # fmt: skip
        _draw_neighbours(canvas, sheet, box)
    canvas.rule(panel, top - height)
    return top - height


def _draw_neighbours(canvas: Canvas, sheet: Sheet, box: Box) -> None:
    """The sheets around this one, to a scale of their own, this one shaded."""
    windows = np.array([window for _, window in sheet.around])
    low, high = windows[:, :2].min(axis=0), windows[:, 2:].max(axis=0)
    scale = min(box.width / (high[0] - low[0]), box.height / (high[1] - low[1]))
    start = np.array([box.left + box.width / 2, box.bottom + box.height / 2]) - (high - low) * scale / 2
    # What all numbers begin with, such as the river's code, is that of this sheet too.
    shared = _shared([number for number, _ in sheet.around])
    for number, window in sorted(sheet.around, key=lambda each: each[0] == sheet.number):
        corner, end = (start + (np.array(each) - low) * scale for each in (window[:2], window[2:]))
        mine = number == sheet.number
        cell = Box(*corner, *(end - corner))
        canvas.rectangle(cell, width=0.3 if mine else 0.12, face="#D9A8A0" if mine else "none", order=6 + mine)
        short = number if mine else number[shared:]
        if text_size(short, 5.0)[0] > cell.width:
            # North above east, as the grid names its cells.
            short = number[shared:].replace("-", "\n")
        widest = max(text_size(line, 5.0)[0] for line in short.split("\n"))
        fits = min(5.0, 5.0 * cell.width / max(widest + 1.0, 1.0), cell.height / (0.5 * (short.count("\n") + 1)))
        if fits >= 2.6:  # noqa: PLR2004 - the least that can be read
            canvas.write(cell.left + cell.width / 2, cell.bottom + cell.height / 2, short, fits, ha="center", halo=1.0)


def _shared(numbers: Sequence[str]) -> int:
    """How many signs all numbers begin with, up to a hyphen."""
    first, last = min(numbers), max(numbers)
    same = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), 0)
    return first[:same].rfind("-") + 1


def _draw_north(canvas: Canvas, x: float, y: float) -> None:
    from matplotlib.patches import Polygon

    for side, face in ((-1, "#111111"), (1, "white")):
        shape = [(x, y + 7.0), (x + side * 3.2, y - 7.0), (x, y - 4.0)]
        canvas.page.add_patch(Polygon(shape, closed=True, facecolor=face, edgecolor="#111111", linewidth=0.5, zorder=7))
    canvas.write(x, y + 9.2, WORDS[canvas.look.language]["north"], 9.0, ha="center", serif=True, weight="bold")


def _signatures_height(panel: Box) -> float:
    return 5.2 * (len(_SIGNED) + 1) if panel.height > 150.0 else 4.2 * (len(_SIGNED) + 1)  # noqa: PLR2004 - A3 and up


def _draw_signatures(canvas: Canvas, sheet: Sheet, panel: Box, top: float) -> None:
    """Who made the sheet: a row each, blank ones to be written and stamped by hand."""
    words, imprint = WORDS[canvas.look.language], canvas.look.imprint
    rows = [(words[name], clean(getattr(imprint, name))) for name in _SIGNED]
    rows.append((words["sheet"], clean(sheet.printed)))
    pitch = (top - panel.bottom) / len(rows)
    parting = panel.left + 20.0
    canvas.rectangle(Box(panel.left, panel.bottom, 20.0, top - panel.bottom), width=0.12, face=_SHADE, order=5)
    for number, (name, value) in enumerate(rows):
        y = top - number * pitch
        canvas.rule(panel, y)
        canvas.write(panel.left + 10.0, y - pitch / 2, name, _TEXT, ha="center")
        canvas.write(parting + 2.0, y - pitch / 2, shortened(value, panel.right - parting - 4.0, _TEXT), _TEXT)
