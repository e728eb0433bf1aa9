"""A sheet as a matplotlib figure, without touching anything that matplotlib keeps for all figures."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.faults import combine, found
from riverline.plates.content import marks_of
from riverline.plates.crowding import thinned
from riverline.plates.drawing import draw_marks
from riverline.plates.fonts import missing_glyphs
from riverline.plates.furniture import draw_foot, draw_head, draw_panel
from riverline.plates.labels import labels_of, place, text_size
from riverline.plates.neatline import draw_frame, draw_matches, to_paper
from riverline.plates.river_names import river_labels
from riverline.plates.sheet import Canvas, map_box
from riverline.schema import PLATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from riverline.plates.content import Mark
    from riverline.plates.paper import Box
    from riverline.plates.sheet import Look, Sheet
    from riverline.plates.stake_table import Left

__all__ = ["compose", "settings"]

_MM = 25.4
_FIRST_NAMES = 160
"""Most names on a sheet: more cannot be read, and the table and the layers hold all."""


@contextmanager
def settings(kind: int = 42) -> Iterator[None]:
    """The drawing library as it comes, whatever the user set, texts staying texts, and files holding no chance."""
    import matplotlib as mpl
    from matplotlib import rcParamsDefault

    plain = {name: value for name, value in rcParamsDefault.items() if not name.startswith(("backend", "interactive"))}
    own = {"pdf.fonttype": kind, "ps.fonttype": kind, "svg.fonttype": "none", "svg.hashsalt": "riverline",
           "path.simplify": False, "axes.unicode_minus": False, "text.usetex": False}  # fmt: skip
    chosen: Any = {**plain, **own}
    with mpl.rc_context(chosen):
        yield


def compose(sheet: Sheet, look: Look) -> tuple[Any, gpd.GeoDataFrame]:
    """Draw a sheet.

    Parameters
    ----------
    sheet
        What it shows.
    look
        How.

    Returns
    -------
    tuple
        The figure, as large as the paper, and rows of :data:`riverline.schema.FAULTS`: characters without a glyph,
        stakes without room in the table, texts without room in the legend.
    """
    from matplotlib.figure import Figure

    with settings(look.fonts.kind):
        page = look.layout.page
        figure = Figure(figsize=(page.width / _MM, page.height / _MM), dpi=_MM * 10, facecolor="white")
        box = map_box(sheet, look.layout.room)
        sheet, unmarked = thinned(sheet)
        marks = marks_of(sheet.layers, look.language)
        _draw_map(figure, sheet, box, page, marks)
        canvas = Canvas(figure, _page_of(figure, page), look)
        draw_frame(canvas, sheet, box)
        named = _draw_names(canvas, sheet, box, marks, draw_matches(canvas, sheet, box))
        _draw_rivers(canvas, sheet, box, [*_lines_and_points(marks), named])
        draw_head(canvas, sheet)
        draw_foot(canvas, sheet)
        left = draw_panel(canvas, sheet, marks, unmarked)
    return figure, _told(sheet, canvas, left)


def _draw_map(figure: Any, sheet: Sheet, box: Box, page: Box, marks: Sequence[Mark]) -> None:  # noqa: ANN401
    axes = figure.add_axes(_share(box, page), zorder=1)
    west, south, east, north = sheet.window
    axes.set(xlim=(west, east), ylim=(south, north), autoscale_on=False)
    axes.set_axis_off()
    draw_marks(axes, marks)


def _page_of(figure: Any, page: Box) -> Any:  # noqa: ANN401
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), zorder=2)
    axes.set(xlim=(0.0, page.width), ylim=(0.0, page.height), autoscale_on=False)
    axes.set_axis_off()
    return axes


def _share(box: Box, page: Box) -> tuple[float, float, float, float]:
    return box.left / page.width, box.bottom / page.height, box.width / page.width, box.height / page.height


def _lines_and_points(marks: Sequence[Mark]) -> list[np.ndarray]:
    """What names of rivers better do not cover; of the cells of an index their borders."""
    lines = [mark.geometry for mark in marks if mark.kind != "area" and not mark.halo and mark.layer != "axes"]
    return [*lines, *(shapely.boundary(mark.geometry) for mark in marks if mark.layer == PLATES.name)]


def _draw_names(canvas: Canvas, sheet: Sheet, box: Box, marks: Sequence[Mark], matches: np.ndarray) -> np.ndarray:
    """Names beside marks, clear of match lines and their numbers; the ground that each covers."""
    labels = labels_of(sheet.layers, sheet.scale, canvas.look.language)[:_FIRST_NAMES]
    offset = np.array([box.left, box.bottom])
    own = [mark.geometry for mark in marks if mark.kind != "area" and not mark.halo]
    avoid = [shapely.transform(each, lambda xy: to_paper(xy, sheet, box) - offset) for each in own]
    avoid = [*(shapely.get_parts(each) for each in avoid), shapely.transform(matches, lambda xy: xy - offset)]
    at = to_paper(np.array([(each.x, each.y) for each in labels]).reshape(-1, 2), sheet, box) - offset
    places = place(labels, at, (box.width, box.height), avoid)
    for label, middle in zip(labels, places, strict=True):
        if len(middle):
            canvas.write(
                float(middle[0]) + box.left,
                float(middle[1]) + box.bottom,
                label.text,
                label.size,
                ha="center",
                color=label.color,
                halo=1.2,
            )

    drawn = [
        (middle, text_size(each.text, each.size)) for each, middle in zip(labels, places, strict=True) if len(middle)
    ]
    middles, sizes = (np.array(each).reshape(-1, 2) for each in (zip(*drawn, strict=True) if drawn else ((), ())))
    low, high = ((middles + side * sizes / 2) * sheet.scale / 1000.0 + sheet.window[:2] for side in (-1, 1))
    numbers = shapely.transform(matches, lambda xy: (xy - offset) * sheet.scale / 1000.0 + sheet.window[:2])
    return np.concatenate([shapely.box(*low.T, *high.T), numbers]).astype("object")


def _draw_rivers(canvas: Canvas, sheet: Sheet, box: Box, avoid: Sequence[np.ndarray]) -> None:
    """Names of rivers along their axes, where least is covered of what is drawn and written."""
    for label, angle in river_labels(sheet.layers, sheet.scale, marks=avoid, window=sheet.window):
        at = to_paper(np.array([[label.x, label.y]]), sheet, box)[0]
        canvas.write(at[0], at[1], label.text, label.size, ha="center", color=label.color, serif=True, halo=1.8,
                     rotation=angle, rotation_mode="anchor", zorder=7.6, linespacing=1.7)  # fmt: skip


def _told(sheet: Sheet, canvas: Canvas, left: Left) -> gpd.GeoDataFrame:
    about: dict[str, Any] = {"layer": "plates", "feature_id": [sheet.number or "1"], "crs": sheet.crs,
                             "geometry": [shapely.box(*sheet.window)]}  # fmt: skip
    parts = []
    lacking = missing_glyphs(canvas.texts, canvas.look.fonts)
    if lacking:
        parts.append(found("plate-glyph-missing", value=len(lacking), note=lacking[:40], **about))
    if left.stakes:
        parts.append(found("plate-table-cut", value=left.stakes, limit=left.room, **about))
    if left.unmarked:
        parts.append(found("plate-stakes-thinned", value=left.unmarked, limit=left.unmarked + left.drawn, **about))
    if left.legend:
        parts.append(found("plate-legend-cut", value=left.legend, **about))
    return combine(parts, crs=sheet.crs)
