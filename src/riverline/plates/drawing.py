"""Marks on paper: symbols of the style table as lines, areas and points whose sizes are in millimetres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.path import Path as Outline

    from riverline.plates.content import Mark
    from riverline.style import Symbol

__all__ = ["POINTS_PER_MM", "draw_marks", "draw_swatch", "outline_of"]

POINTS_PER_MM = 72.0 / 25.4
_FINER = 0.45
"""Lines on paper are finer than on a screen: points of width for each pixel of the style table."""
_SMALLER = 0.42
"""The same for the size of points."""
_SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", "pentagon": "p", "star": "*"}
_UNITS = {"D": 0.75, "*": 1.25}
"""Shapes that look larger or smaller than the others of their size."""


def draw_marks(axes: Any, marks: Sequence[Mark]) -> None:  # noqa: ANN401 - matplotlib's
    """Draw marks on axes whose unit is the metre, in the order of their themes."""
    for mark in marks:
        if mark.kind == "point":
            _draw_points(axes, mark)
        elif mark.kind == "line" or mark.halo:
            _draw_lines(axes, mark)
        else:
            _draw_areas(axes, mark)


def _draw_points(axes: Any, mark: Mark) -> None:  # noqa: ANN401
    # Of mixed geometries everything is shown, each where it lies.
    places = shapely.get_coordinates(shapely.point_on_surface(mark.geometry))
    symbol = mark.symbol
    axes.scatter(*places.T, zorder=mark.order, clip_on=True, **_point_style(symbol, halo=mark.halo))


def _point_style(symbol: Symbol, *, halo: bool) -> dict[str, Any]:
    shape = _SHAPES[symbol.shape]
    size = symbol.size * _SMALLER * _UNITS.get(shape, 1.0)
    face = "none" if halo or not symbol.fill else symbol.fill
    return {
        "s": size**2, "marker": "o" if halo else shape, "facecolors": face, "edgecolors": symbol.color,
        "linewidths": symbol.width * _FINER * (1.0 if halo else 0.8), "alpha": symbol.opacity if halo else None,
    }  # fmt: skip


def _draw_lines(axes: Any, mark: Mark, *, above: float = 0.0) -> None:  # noqa: ANN401
    from matplotlib.collections import LineCollection

    areas = _are_areas(mark.geometry)
    if areas.all() and mark.symbol.dash:
        shapes = _edges(mark.geometry)
    else:
        shapes = shapely.get_parts(np.where(areas, shapely.boundary(mark.geometry), mark.geometry))
    lines = [shapely.get_coordinates(each) for each in shapes[shapely.get_dimensions(shapes) == 1]]
    symbol = mark.symbol
    axes.add_collection(
        LineCollection(lines, colors=symbol.color, linewidths=symbol.width * _FINER, linestyles=[_dashes(symbol)],
                       alpha=symbol.opacity, capstyle="butt" if symbol.dash else "round", joinstyle="round",
                       zorder=mark.order + above),
        autolim=False,
    )  # fmt: skip


def _edges(areas: np.ndarray) -> np.ndarray:
    """The borders of areas, those that two share once: dashes of the one would fill the gaps of the other."""
    parts = shapely.get_parts(areas)
    rings = shapely.get_rings(parts[_are_areas(parts)])
    places, ring = shapely.get_coordinates(rings, return_index=True)
    sides = np.hstack([places[:-1], places[1:]])[np.diff(ring) == 0]
    # A side runs the other way round the neighbour.
    turned = (sides[:, 0] > sides[:, 2]) | ((sides[:, 0] == sides[:, 2]) & (sides[:, 1] > sides[:, 3]))
    sides[turned] = sides[turned][:, [2, 3, 0, 1]]
    once = shapely.linestrings(np.unique(sides, axis=0).reshape(-1, 2, 2))
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(once))))


def _are_areas(geometry: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.get_dimensions(geometry) == 2)  # noqa: PLR2004 - areas


def _dashes(symbol: Symbol) -> tuple[float, tuple[float, ...] | None]:
    """The dashes of a line in points; matplotlib takes them as multiples of the width."""
    scale = 1.0 / max(symbol.width, 0.1)
    return 0.0, (tuple(each * scale * 1.3 for each in symbol.dash) if symbol.dash else None)


def _draw_areas(axes: Any, mark: Mark) -> None:  # noqa: ANN401
    from matplotlib.patches import PathPatch

    symbol, outline = mark.symbol, outline_of(mark.geometry)
    if symbol.fill and symbol.fill_opacity >= 0.02:  # noqa: PLR2004 - less cannot be seen on paper
        axes.add_patch(PathPatch(outline, facecolor=symbol.fill, edgecolor="none", alpha=symbol.fill_opacity,
                                 zorder=mark.order))  # fmt: skip
    if symbol.dash:
        _draw_lines(axes, mark, above=0.1)
        return
    axes.add_patch(
        PathPatch(outline, facecolor="none", edgecolor=symbol.color, linewidth=symbol.width * _FINER,
                  linestyle=_dashes(symbol), capstyle="butt", joinstyle="round", zorder=mark.order + 0.1)
    )  # fmt: skip


def outline_of(geometry: np.ndarray) -> Outline:
    """Areas as one path, holes turned the other way.

    Parameters
    ----------
    geometry
        (n,) geometries; what is no area is left out.
    """
    from matplotlib.path import Path

    parts = shapely.get_parts(geometry)
    areas = shapely.orient_polygons(parts[_are_areas(parts)])
    rings = shapely.get_rings(areas)
    places = shapely.get_coordinates(rings)
    ends = np.cumsum(shapely.get_num_coordinates(rings))
    codes = np.full(len(places), Path.LINETO, dtype=Path.code_type)
    codes[np.concatenate([[0], ends[:-1]]).astype(int)[: len(rings)]] = Path.MOVETO
    codes[ends - 1] = Path.CLOSEPOLY
    return Path(places, codes)


def draw_swatch(page: Any, mark: Mark, box: tuple[float, float, float, float]) -> None:  # noqa: ANN401
    """The sample of a mark in the legend, on axes whose unit is the millimetre.

    Parameters
    ----------
    page
        The axes.
    mark
        What it stands for.
    box
        Left, bottom, width and height.
    """
    left, bottom, width, height = box
    middle = (left + width / 2, bottom + height / 2)
    symbol = mark.symbol
    if mark.kind == "point" or (mark.halo and mark.kind != "line"):
        page.scatter(*middle, zorder=6, **_point_style(symbol, halo=mark.halo))
    elif mark.kind == "line":
        page.plot([left, left + width], [middle[1]] * 2, color=symbol.color, linewidth=symbol.width * _FINER,
                  linestyle=_dashes(symbol), alpha=symbol.opacity, dash_capstyle="butt", zorder=6)  # fmt: skip
    else:
        from matplotlib.patches import Rectangle

        fill: dict[str, Any] = {"facecolor": symbol.fill or "none", "alpha": symbol.fill_opacity, "edgecolor": "none"}
        for style in (fill, {"facecolor": "none", "edgecolor": symbol.color, "linewidth": symbol.width * _FINER,
                             "linestyle": _dashes(symbol)}):  # fmt: skip
            page.add_patch(Rectangle((left, bottom), width, height, zorder=6, **style))
