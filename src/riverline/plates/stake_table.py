"""The table of stakes beside a map: those of the sheet's own river up to its match lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.plates.labels import shortened
from riverline.plates.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from riverline.plates.paper import Box
    from riverline.plates.planning import Frame
    from riverline.plates.sheet import Canvas, Sheet
    from riverline.style import Layer

    Guide = tuple[np.ndarray, np.ndarray]

__all__ = ["Left", "draw_stakes", "stakes_of", "with_tables"]

_TABLE = "in the table of"
"""The column of stakes with the number of the sheet in whose table they stand."""
_SMALL, _HEADING, _PITCH, _HEAD_MM = 5.2, 7.5, 2.9, 12.0


@dataclass(frozen=True, slots=True)
class Left:
    """What had no room: stakes left out of the table, how many it holds, and texts of the legend cut short."""

    stakes: int = 0
    room: int = 0
    legend: int = 0


def with_tables(layers: Sequence[Layer], frames: Sequence[Frame], guides: Mapping[str, Guide]) -> tuple[Layer, ...]:
    """Layers whose stakes say in the table of which sheet they stand.

    Parameters
    ----------
    layers
        Of one plane.
    frames
        Sheets of rivers; ``unit`` is the river's code.
    guides
        Places along each river and their chainages.

    Notes
    -----
    A stake stands in the table of the sheet of its river between whose match lines it lies by its place along the
    river, whatever its own chainage counts: that of a weir's stakes runs around the weir. One that no such sheet shows
    stands on the first sheet of its river that does, and one of a river without sheets in no table of others.
    """
    return tuple(
        replace(layer, frame=layer.frame.assign(**{_TABLE: _numbers(layer.frame, frames, guides)}))
        if layer.name == "stakes" and "river_id" in layer.frame
        else layer
        for layer in layers
    )


def _numbers(stakes: gpd.GeoDataFrame, frames: Sequence[Frame], guides: Mapping[str, Guide]) -> np.ndarray:
    """The number of the sheet in whose table each stake stands, empty where there is none."""
    found = np.full(len(stakes), "", dtype="object")
    codes, points = stakes["river_id"].fillna("").astype(str).to_numpy(), stakes.geometry.to_numpy()
    for code in dict.fromkeys(frame.unit for frame in frames):
        mine, sheets = np.flatnonzero(codes == code), [frame for frame in frames if frame.unit == code]
        at = _along(points[mine], guides.get(code))
        boxes = shapely.box(*np.array([frame.window for frame in sheets]).T)
        shown = shapely.intersects(points[mine][:, None], boxes[None])
        spans = np.array([frame.span or (-np.inf, np.inf) for frame in sheets])
        between = (at[:, None] >= spans[:, 0]) & (at[:, None] <= spans[:, 1])
        better = np.where(shown, 1 + 2 * between + np.array([bool(frame.span) for frame in sheets]), 0)
        best = better.argmax(axis=1)
        numbers = np.array([frame.number for frame in sheets], dtype="object")[best]
        found[mine] = np.where(better[np.arange(len(mine)), best] > 0, numbers, "")
    return found


def _along(points: np.ndarray, guide: Guide | None) -> np.ndarray:
    """The chainage of each place along a river."""
    if guide is None:
        return np.full(len(points), np.nan)
    line = shapely.LineString(guide[0])
    ends = shapely.line_locate_point(line, shapely.points(guide[0]))
    return np.interp(shapely.line_locate_point(line, points), np.maximum.accumulate(ends), guide[1])


def stakes_of(sheet: Sheet) -> tuple[gpd.GeoDataFrame | None, int]:
    """Stakes that the table of a sheet lists, in the order of their numbers, and how many more are on its map."""
    frame = next((layer.frame for layer in sheet.layers if layer.name == "stakes"), None)
    if frame is None or not len(frame):
        return None, 0
    inside = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*sheet.window))
    own = inside & (frame[_TABLE] == sheet.number).to_numpy() if _TABLE in frame else inside
    return frame[own].sort_values("number", kind="stable"), int((inside & ~own).sum())


def draw_stakes(canvas: Canvas, sheet: Sheet, panel: Box, between: tuple[float, float]) -> Left:
    """Number and coordinates of the stakes of a sheet, as many as there is room for.

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
    top, floor = between
    middle, words = panel.left + panel.width / 2, WORDS[canvas.look.language]
    fits = max(int((top - _HEAD_MM - floor) / _PITCH), 0) - (1 if others else 0)
    more = len(stakes) > fits
    shown = stakes.iloc[: max(fits - 1, 0)] if more else stakes
    if len(stakes) and not len(shown):
        if top - floor > _PITCH:
            canvas.write(middle, top - _PITCH * 0.8, words["no table"], _SMALL, ha="center", color="#8E0B16")
        return Left(len(stakes), 0)
    bottom = top
    if len(shown):
        canvas.write(middle, top - 3.2, words["table"], _HEADING, ha="center", serif=True, weight="bold")
        bottom = _draw_rows(canvas, shown, panel, top)
        if not more:
            canvas.rule(panel, bottom)
    if more:
        bottom -= 1.9
        told = words["more"].format(all=len(stakes), shown=len(shown))
        canvas.write(middle, bottom, told, _SMALL, ha="center", color="#8E0B16")
    if others and fits >= 0:
        told = words["others"].format(count=others)
        canvas.write(middle, bottom - 2.4, shortened(told, panel.width - 2.0, _SMALL), _SMALL, ha="center")
    return Left(len(stakes) - len(shown), len(shown)) if more else Left()


def _draw_rows(canvas: Canvas, shown: pd.DataFrame, panel: Box, top: float) -> float:
    """Head and rows of the table; where it ends."""
    words = WORDS[canvas.look.language]
    edges = panel.left + panel.width * np.array([0.0, 0.36, 0.68, 1.0])
    y = top - 7.6
    for number, head in enumerate(("number", "x", "y")):
        canvas.write((edges[number] + edges[number + 1]) / 2, y, words[head], _SMALL, ha="center", weight="bold")
    canvas.rule(panel, y + 1.8)
    canvas.rule(panel, y - 1.6)
    room = edges[1] - edges[0] - 1.0
    cells = zip(shown["number"].fillna("").astype(str), shown["x_m"], shown["y_m"], strict=True)
    for row, (name, north, east) in enumerate(cells):
        y = top - 10.8 - row * _PITCH
        for column, text in enumerate((shortened(name, room, _SMALL), _metres(north), _metres(east))):
            canvas.write((edges[column] + edges[column + 1]) / 2, y, text, _SMALL, ha="center")
    bottom = y - _PITCH / 2
    for edge in edges[1:-1]:
        canvas.line([edge, edge], [top - 5.8, bottom], width=0.12)
    return float(bottom)


def _metres(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"
