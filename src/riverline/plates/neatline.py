"""The frame of a map: neat lines, kilometre grid or graticule with its labels, match lines."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from shapely import affinity

from riverline.geodesy import format_dms
from riverline.plates.labels import text_size
from riverline.plates.wording import WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.plates.paper import Box
    from riverline.plates.sheet import Canvas, Sheet

    Floats = NDArray[np.float64]

__all__ = ["draw_frame", "draw_matches", "grid_expression", "grid_step", "to_paper"]

_GRID_MM = 100.0
"""Grid lines are about this far apart on paper, as on maps of 1:500 to 1:2,000."""
_CROSS_MM = 5.0
_METRE = 3
"""Decimals of a kilometre that tell metres."""
_CLEAR_MM = 0.8
_TICK_MM = 5.0
_GRID_COLOR = "#3C6E57"
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MINUTES = (1 / 60, 2 / 60, 5 / 60, 10 / 60, 15 / 60, 30 / 60, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
_MATCH_COLOR, _MATCH_SIZE = "#A0288C", 6.5
_RIM = 513
"""Places along each edge of a frame at which latitude and longitude are known; between two they run straight."""


def to_paper(places: Floats, sheet: Sheet, box: Box) -> Floats:
    """Places of the plane, (n, 2), as mm on the page."""
    return (np.asarray(places) - sheet.window[:2]) * 1000.0 / sheet.scale + (box.left, box.bottom)


def grid_step(scale: int) -> float:
    """How far apart grid lines are on the ground, metres: a round number near 100 mm on paper.

    Examples
    --------
    >>> grid_step(500), grid_step(2000), grid_step(5000), grid_step(10000)
    (50.0, 200.0, 500.0, 1000.0)
    """
    wanted = _GRID_MM * scale / 1000.0
    power = 10.0 ** math.floor(math.log10(wanted))
    return min((step * power for step in _STEPS), key=lambda each: (abs(each - wanted), each))


def grid_expression(scale: str) -> str:
    """The same in the words of a QGIS expression, for a scale that is one.

    Parameters
    ----------
    scale
        A number or what gives one, such as ``attribute(@atlas_feature, 'scale')``.

    Examples
    --------
    >>> grid_expression("2000").count("WHEN")
    4
    """
    middles = [(low + high) / 2 for low, high in itertools.pairwise(_STEPS)]
    cases = " ".join(
        f"WHEN @wanted / @power <= {middle:g} THEN {step:g}" for middle, step in zip(middles, _STEPS, strict=False)
    )
    step = f"@power * (CASE {cases} ELSE {_STEPS[-1]:g} END)"
    power = f"with_variable('power', 10 ^ floor(log10(@wanted)), {step})"
    return f"with_variable('wanted', ({scale}) * {_GRID_MM / 1000.0:g}, {power})"


def draw_frame(canvas: Canvas, sheet: Sheet, box: Box) -> None:
    """Neat lines, corners and the grid that was asked for."""
    gap = canvas.look.layout.gap
    canvas.rectangle(box, width=0.15)
    canvas.rectangle(box.grown(gap), width=0.9)
    for x, y in ((box.left, box.bottom), (box.right, box.bottom), (box.left, box.top), (box.right, box.top)):
        # The corners of the inner line go on to the outer one, as on topographic sheets.
        outward = (gap if x == box.right else -gap), (gap if y == box.top else -gap)
        canvas.line([x, x + outward[0]], [y, y], width=0.15)
        canvas.line([x, x], [y, y + outward[1]], width=0.15)
    if canvas.look.grid == "km":
        _draw_kilometres(canvas, sheet, box)
    elif canvas.look.grid == "graticule":
        _draw_graticule(canvas, sheet, box)


def _draw_kilometres(canvas: Canvas, sheet: Sheet, box: Box) -> None:
    step = grid_step(sheet.scale)
    west, south, east, north = sheet.window
    xs, ys = _multiples(west, east, step), _multiples(south, north, step)
    across, up = np.meshgrid(xs, ys)
    places = to_paper(np.column_stack([across.ravel(), up.ravel()]), sheet, box)
    _draw_crosses(canvas, places, box)
    gap = canvas.look.layout.gap
    decimals = len(f"{step / 1000:g}".partition(".")[2])
    half = _half_label(f"{east / 1000:.{_METRE}f}")
    for x, value in zip(to_paper(np.column_stack([xs, np.full(len(xs), south)]), sheet, box)[:, 0], xs, strict=True):
        for edge, away in ((box.bottom, -1), (box.top, 1)):
            canvas.line([x, x], [edge, edge + away * gap * 0.45], width=0.12, color=_GRID_COLOR)
            if box.left + half < x < box.right - half:
                canvas.write(x + 0.6, edge + away * gap * 0.55, f"{value / 1000:.{decimals}f}", 5.5)
    for y, value in zip(to_paper(np.column_stack([np.full(len(ys), west), ys]), sheet, box)[:, 1], ys, strict=True):
        for edge, away in ((box.left, -1), (box.right, 1)):
            canvas.line([edge, edge + away * gap * 0.45], [y, y], width=0.12, color=_GRID_COLOR)
            if box.bottom + half < y < box.top - half:
                canvas.write(edge + away * gap * 0.55, y + 0.6, f"{value / 1000:.{decimals}f}", 5.5, ha="center",
                             rotation=90)  # fmt: skip
    _write_corners(canvas, sheet, box)


def _half_label(text: str) -> float:
    """Room that a corner's label takes from its edge."""
    return text_size(text, 5.5)[0] * 1.6


def _write_corners(canvas: Canvas, sheet: Sheet, box: Box) -> None:
    """Coordinates of the corners, in kilometres to the metre."""
    west, south, east, north = sheet.window
    gap = canvas.look.layout.gap
    for x, value, side in ((box.left, west, "left"), (box.right, east, "right")):
        for y, other in ((box.bottom, south), (box.top, north)):
            off = -gap * 0.3 if y == box.bottom else gap * 0.3
            # Clear of the inner line, which goes on to the outer one at the corner.
            clear = (_CLEAR_MM if side == "left" else -_CLEAR_MM, _CLEAR_MM if y == box.bottom else -_CLEAR_MM)
            canvas.write(x + clear[0], y + off * 2.2, f"{value / 1000:.{_METRE}f}", 5.0, ha=side)
            shift = -gap * 0.66 if side == "left" else gap * 0.66
            canvas.write(x + shift, y + clear[1], f"{other / 1000:.{_METRE}f}", 5.0, ha="center", rotation=90,
                         va="bottom" if y == box.bottom else "top")  # fmt: skip


def _draw_crosses(canvas: Canvas, places: Floats, box: Box) -> None:
    from matplotlib.collections import LineCollection

    half = _CROSS_MM / 2
    x, y = places[:, 0], places[:, 1]
    flat = np.stack(
        [np.column_stack([np.maximum(x - half, box.left), y]), np.column_stack([np.minimum(x + half, box.right), y])], 1
    )
    tall = np.stack(
        [np.column_stack([x, np.maximum(y - half, box.bottom)]), np.column_stack([x, np.minimum(y + half, box.top)])], 1
    )
    canvas.page.add_collection(
        LineCollection(list(np.concatenate([flat, tall])), colors=_GRID_COLOR, linewidths=0.3, zorder=3), autolim=False
    )


def _draw_graticule(canvas: Canvas, sheet: Sheet, box: Box) -> None:
    """Meridians and parallels as crosses, and as degrees on each edge of the frame where they meet that very edge."""
    to_degrees = pyproj.Transformer.from_crs(sheet.crs, pyproj.CRS(sheet.crs).geodetic_crs, always_xy=True)
    west, south, east, north = sheet.window
    corners = np.array([(west, south), (east, south), (east, north), (west, north), (west, south)])
    share = np.linspace(0.0, 1.0, _RIM)[:, None]
    rim = np.stack([start + (end - start) * share for start, end in itertools.pairwise(corners)])
    lon, lat = (each.reshape(4, _RIM) for each in to_degrees.transform(*rim.reshape(-1, 2).T))
    # Beyond the 180th meridian longitudes go on.
    lon = np.unwrap(lon.ravel(), period=360.0).reshape(4, _RIM)
    wanted = _GRID_MM * sheet.scale / 1000.0 / 111_320.0 * 60.0
    step = min(_MINUTES, key=lambda each: abs(each - wanted)) / 60.0
    lons, lats = _multiples(lon.min(), lon.max(), step), _multiples(lat.min(), lat.max(), step)
    across, up = np.meshgrid(lons, lats)
    x, y = to_degrees.transform(across.ravel(), up.ravel(), direction="INVERSE")
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    _draw_crosses(canvas, to_paper(np.column_stack([x, y])[inside], sheet, box), box)
    for edge, values, lines in zip(rim, (lon[0], lat[1], lon[2], lat[3]), (lons, lats, lons, lats), strict=True):
        upright = lines is lons
        places, which = _meetings(edge, values, lines)
        shown = (lines[which] + 180.0) % 360.0 - 180.0 if upright else lines[which]
        texts = format_dms(shown, decimals=0)
        _write_degrees(canvas, to_paper(places, sheet, box), list(texts), box, upright=upright)


def _meetings(edge: Floats, values: Floats, lines: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Where an edge, (n, 2), meets lines of a latitude or longitude that is known along it, and which line is where."""
    off = values[None] - lines[:, None]
    which, at = np.nonzero((off[:, :-1] <= 0.0) != (off[:, 1:] <= 0.0))
    before, after = off[which, at], off[which, at + 1]
    share = before / (before - after)
    return edge[at] + (edge[at + 1] - edge[at]) * share[:, None], which


def _write_degrees(canvas: Canvas, places: Floats, texts: list[str], box: Box, *, upright: bool) -> None:
    """Degrees outside the edge that the places lie on: meridians below and above the map, parallels beside it."""
    gap = canvas.look.layout.gap
    for (x, y), text in zip(places.tolist(), texts, strict=True):
        half = text_size(text, 5.0)[0] / 2
        if upright:
            away = gap if y > box.bottom + box.height / 2 else -gap
            canvas.line([x, x], [y, y + away * 0.25], width=0.12, color=_GRID_COLOR)
            if box.left + half < x < box.right - half:
                canvas.write(x, y + away * 0.6, text, 5.0, ha="center")
        else:
            away = gap if x > box.left + box.width / 2 else -gap
            canvas.line([x, x + away * 0.25], [y, y], width=0.12, color=_GRID_COLOR)
            if box.bottom + half < y < box.top - half:
                canvas.write(x + away * 0.6, y, text, 5.0, ha="center", rotation=90)


def _multiples(low: float, high: float, step: float) -> Floats:
    """Multiples of a step in an interval."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype="float64") * step


def _between_grid(ends: Floats, sheet: Sheet, box: Box, canvas: Canvas) -> Floats:
    """The place on a side of the frame nearest its middle that lies halfway between labels of the kilometre grid."""
    middle = (ends[0] + ends[-1]) / 2
    if canvas.look.grid != "km":
        return middle
    axis = 1 if np.isclose(ends[0, 0], ends[-1, 0]) else 0
    low, high = sorted((float(ends[0, axis]), float(ends[-1, axis])))
    lines = _multiples(sheet.window[axis], sheet.window[axis + 2], grid_step(sheet.scale))
    ticks = (lines - sheet.window[axis]) * 1000.0 / sheet.scale + (box.left, box.bottom)[axis]
    stops = np.unique([low, *ticks[(ticks > low) & (ticks < high)].tolist(), high])
    wide = np.diff(stops)
    between = (stops[1:] + stops[:-1])[wide >= wide.max() / 2] / 2
    middle[axis] = between[np.argmin(np.abs(between - middle[axis]))]
    return middle


def _clear_of_rivers(line: shapely.LineString, sheet: Sheet) -> NDArray[np.float64]:
    """Where on a match line its number covers least: the place that is farthest from what is drawn of rivers."""
    places = shapely.line_interpolate_point(line, np.linspace(0.2, 0.8, 7), normalized=True)
    rivers = [layer.frame.geometry.to_numpy() for layer in sheet.layers if layer.name in {"axes", "extents", "stakes"}]
    shapes = np.concatenate([np.zeros(0, dtype="object"), *rivers])
    if not len(shapes):
        return np.asarray(shapely.get_coordinates(places[3])[0])
    away = np.nanmin(shapely.distance(places[:, None], shapes[None, :]), axis=1, initial=np.inf)
    return np.asarray(shapely.get_coordinates(places[np.argmax(away)])[0])


def draw_matches(canvas: Canvas, sheet: Sheet, box: Box) -> NDArray[np.object_]:
    """Match lines over the map, and on their far side the number of the sheet that goes on there; what these cover."""
    covered: list[shapely.Geometry] = []
    middle = np.array([box.left + box.width / 2, box.bottom + box.height / 2])
    for match in sheet.matches:
        ends = to_paper(shapely.get_coordinates(match.line), sheet, box)
        along = ends[-1] - ends[0]
        if not np.hypot(*along):
            continue
        canvas.line(*ends.T, width=0.35, color=_MATCH_COLOR, linestyle=(0, (9, 2.5, 1.5, 2.5)), zorder=7.5)
        outward = np.array([-along[1], along[0]]) / np.hypot(*along)
        at = to_paper(_clear_of_rivers(match.line, sheet)[None], sheet, box)[0]
        outward = outward if np.dot(outward, at - middle) > 0 else -outward
        angle = math.degrees(math.atan2(along[1], along[0]))
        angle = angle - 180 if angle > 90 + 1e-6 else angle + 180 if angle < -90 + 1e-6 else angle
        at = at + outward * 2.2
        text = WORDS[canvas.look.language]["match"].format(number=match.number)
        on_frame = np.isclose(ends[:, 0], box.left).all() or np.isclose(ends[:, 0], box.right).all()
        on_frame |= np.isclose(ends[:, 1], box.bottom).all() or np.isclose(ends[:, 1], box.top).all()
        if on_frame:
            # Between the neat lines, clear of the grid's labels.
            at = _between_grid(ends, sheet, box, canvas) + outward * canvas.look.layout.gap * 0.5
        canvas.write(
            at[0],
            at[1],
            text,
            _MATCH_SIZE,
            ha="center",
            color=_MATCH_COLOR,
            rotation=angle,
            rotation_mode="anchor",
            halo=1.6,
        )
        half = np.array(text_size(text, _MATCH_SIZE)) / 2.0
        covered += [shapely.LineString(ends), affinity.rotate(shapely.box(*(at - half), *(at + half)), angle)]
    return np.array(covered, dtype="object")
