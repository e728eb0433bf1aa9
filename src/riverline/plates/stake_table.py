"""The table of stakes beside a map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.plates.fonts import clean
from riverline.plates.labels import shortened, text_size
from riverline.plates.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from riverline.plates.paper import Box
    from riverline.plates.sheet import Canvas, Sheet

__all__ = ["TABLE", "Left", "draw_stakes", "stakes_of", "table_height", "tell_thinned"]

TABLE = "in the table of"
"""The column of stakes with the number of the sheet in whose table they stand."""
_SMALL, _HEADING, _PITCH, _HEAD_MM = 5.2, 7.5, 2.9, 12.0
_SHARES = (1.0, 0.9, 0.8, 0.7)
"""Type of the table as shares of the usual, the best first."""
_WIDTHS = (0.36, 0.32, 0.32)
"""Shares of number and coordinates of the width of a part."""
_AIR_MM = 1.0
"""Around the text of a cell of the usual size."""
_LEAST_LISTED = 0.25
"""A table of a smaller share of a sheet's stakes is none."""


@dataclass(frozen=True, slots=True)
class Left:
    """What had no room.

    Attributes
    ----------
    stakes, room
        Stakes left out of the table, and how many it holds.
    legend
        Texts of the legend that are cut short.
    unmarked, drawn
        Stakes that are not on the map, where they would touch, and those that are.
    """

    stakes: int = 0
    room: int = 0
    legend: int = 0
    unmarked: int = 0
    drawn: int = 0


def stakes_of(sheet: Sheet) -> tuple[gpd.GeoDataFrame | None, int]:
    """Stakes that the table of a sheet lists, in the order of their numbers, and how many more are on its map."""
    frame = next((layer.frame for layer in sheet.layers if layer.name == "stakes" and layer.schema is not None), None)
    if frame is None or not len(frame):
        return None, 0
    inside = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*sheet.window))
    own = inside & (frame[TABLE] == sheet.number).to_numpy() if TABLE in frame else inside
    return frame[own].sort_values("number", kind="stable"), int((inside & ~own).sum())


def table_height(sheet: Sheet, panel: Box) -> float:
    """How high the table of a sheet is in its smallest type with the sentences below it, mm; 0 where it has none."""
    stakes, others = stakes_of(sheet)
    if stakes is None or not len(stakes):
        return 0.0
    parts = _parts(_rows_of(stakes), panel.width, _SHARES[-1])
    rows = math.ceil(len(stakes) / parts)
    return _HEAD_MM + rows * _PITCH * _SHARES[-1] + (_PITCH if others else 0.0)


def draw_stakes(canvas: Canvas, sheet: Sheet, panel: Box, between: tuple[float, float]) -> Left:
    """Number and coordinates of the stakes of a sheet, side by side and in smaller type if that is what it takes.

    Parameters
    ----------
    canvas, sheet
        What is drawn on, and what.
    panel
        What the table is as wide as.
    between
        Its top, and how far down it may reach, mm.

    Returns
    -------
    Left
        What had no room.
    """
    stakes, others = stakes_of(sheet)
    if stakes is None:
        return Left()
    (top, floor), words = between, WORDS[canvas.look.language]
    told = words["others"].format(count=others) if others else ""
    rows = _rows_of(stakes)
    room = top - _HEAD_MM - floor - (_PITCH if others else 0.0)
    table = _arranged(rows, panel.width, room)
    if table.holds < len(rows):
        table = _arranged(rows, panel.width, room - _PITCH)
    shown = rows[: table.holds] if table.holds >= _LEAST_LISTED * len(rows) else []
    if rows and not shown:
        _tell(canvas, panel, top - _PITCH * 0.8, words["no table"], between, cut=True)
        return Left(len(rows), 0)
    bottom = top
    if shown:
        canvas.write(panel.left + panel.width / 2, top - 3.2, words["table"], _HEADING, ha="center", serif=True,
                     weight="bold")  # fmt: skip
        bottom = _draw_rows(canvas, shown, table, panel, top)
        canvas.rule(panel, bottom)
    if len(shown) < len(rows):
        bottom -= 1.9
        _tell(canvas, panel, bottom, words["more"].format(all=len(rows), shown=len(shown)), between, cut=True)
    _tell(canvas, panel, bottom - 2.4, told, between)
    return Left(len(rows) - len(shown), len(shown)) if len(shown) < len(rows) else Left()


def tell_thinned(canvas: Canvas, sheet: Sheet, panel: Box, between: tuple[float, float], unmarked: int) -> Left:
    """Say that some stakes are not on the map, where they would touch: no table can be matched with it."""
    drawn = next((len(layer.frame) for layer in sheet.layers if layer.name == "stakes"), 0)
    text = WORDS[canvas.look.language]["thinned"].format(shown=drawn, all=drawn + unmarked)
    _tell(canvas, panel, between[0] - _PITCH * 0.8, text, between, cut=True)
    return Left(unmarked=unmarked, drawn=drawn)


def _tell(canvas: Canvas, panel: Box, y: float, text: str, between: tuple[float, float], *, cut: bool = False) -> None:
    """A sentence across the panel, if there is room for a line."""
    if between[0] - between[1] > _PITCH:
        canvas.write(panel.left + panel.width / 2, y, shortened(text, panel.width - 2.0, _SMALL), _SMALL, ha="center",
                     color="#8E0B16" if cut else "#111111")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Table:
    """How a table is laid out: parts side by side, rows of each, and its type as a share of the usual."""

    parts: int
    rows: int
    share: float

    @property
    def holds(self) -> int:
        """How many stakes it has room for."""
        return self.parts * self.rows


def _arranged(rows: Sequence[tuple[str, str, str]], width: float, height: float) -> _Table:
    """The table in the largest type in which all rows have room, else the one with most room."""
    table = _Table(1, 0, 1.0)
    for share in _SHARES:
        most = max(int(height / (_PITCH * share) + 1e-9), 0)
        table = _Table(_parts(rows, width, share), most, share)
        if table.holds >= len(rows):
            parts = math.ceil(len(rows) / max(most, 1))
            return _Table(parts, math.ceil(len(rows) / max(parts, 1)), share)
    return table


def _parts(rows: Sequence[tuple[str, str, str]], width: float, share: float) -> int:
    """How many parts have room side by side in type of some size."""
    widest = [max(text_size(cell, _SMALL)[0] for cell in cells) for cells in zip(*rows, strict=True)]
    least = max(((wide + _AIR_MM) * share / part for wide, part in zip(widest, _WIDTHS, strict=False)), default=width)
    return max(int(width / least), 1)


def _draw_rows(canvas: Canvas, shown: Sequence[tuple[str, str, str]], table: _Table, panel: Box, top: float) -> float:
    """Head and rows of the table, part beside part; where it ends."""
    words, size, pitch = WORDS[canvas.look.language], _SMALL * table.share, _PITCH * table.share
    width, y = panel.width / table.parts, top - 7.6
    canvas.rule(panel, y + 1.8)
    canvas.rule(panel, y - 1.6)
    bottom = float(top - 10.8 - (min(table.rows, len(shown)) - 1) * pitch - pitch / 2)
    for part in range(table.parts):
        edges = panel.left + width * (part + np.concatenate([[0.0], np.cumsum(_WIDTHS)]))
        middles = (edges[:-1] + edges[1:]) / 2
        for middle, head in zip(middles, ("number", "x", "y"), strict=True):
            canvas.write(middle, y, words[head], size, ha="center", weight="bold")
        for row, cells in enumerate(shown[part * table.rows : (part + 1) * table.rows]):
            for middle, text, share in zip(middles, cells, _WIDTHS, strict=True):
                canvas.write(middle, top - 10.8 - row * pitch, shortened(text, width * share - 0.5, size), size,
                             ha="center")  # fmt: skip
        for edge in edges[1:-1]:
            canvas.line([edge, edge], [top - 5.8, bottom], width=0.12)
        if part:
            canvas.line([edges[0], edges[0]], [top - 5.8, bottom], width=0.3)
    return bottom


def _rows_of(stakes: gpd.GeoDataFrame) -> list[tuple[str, str, str]]:
    cells = zip(stakes["number"].fillna(""), stakes["x_m"], stakes["y_m"], strict=True)
    return [(clean(number), _metres(north), _metres(east)) for number, north, east in cells]


def _metres(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"
