"""Small drawings of what a map holds, as SVG in the colours of the style table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.style import OTHER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.style import Layer, Symbol

    Objects = NDArray[np.object_]
    Floats = NDArray[np.float64]

__all__ = ["Frame", "going_on", "path_of", "thumbnail"]

WIDE, HIGH, MARGIN = 168, 108, 7.0
_TOLERANCES_PX = (0.4, 0.8, 1.6, 3.2)
_MOST_VERTICES, _MOST_SHAPES = 900, 400
_LEAST_DEGREES = 0.002
_NARROWER = 0.55
"""Widths of the style table are for a whole window."""
_OF_STRIP, _OF_PIECE = 5.0, 3.0
"""A strip five lines wide shows its edges, its axis and what lies between; a piece of it shows its colour at three."""
_LEAST_WIDTH, _LEAST_EDGE, _DOT_EDGE = 0.9, 0.3, 0.5
_THREAD = 1.2
"""A narrower strip is a line, and drawn as wide as one."""
_DOT = 1.6
_HALF_TURN = 180.0
_LEFT_OUT = frozenset({"boards", "existing", "faults", "intersections", "stakes", "track_points"})
"""Marks that would hide what they stand on."""


class Frame:
    """Puts degrees into a rectangle of pixels, north up, as wide as high on the ground."""

    def __init__(self, box: Floats, wide: float = WIDE, high: float = HIGH, margin: float = MARGIN) -> None:
        west, south, east, north = box
        self.narrow = max(float(np.cos(np.radians((south + north) / 2.0))), 0.1)
        size = max((east - west) * self.narrow, _LEAST_DEGREES), max(north - south, _LEAST_DEGREES)
        self.scale = min((wide - 2.0 * margin) / size[0], (high - 2.0 * margin) / size[1])
        self.middle = np.array([(west + east) / 2.0, (south + north) / 2.0])
        self.centre = np.array([wide / 2.0, high / 2.0])

    def __call__(self, shapes: Objects) -> Objects:
        """Shapes in pixels, heights dropped."""
        step = np.array([self.scale * self.narrow, -self.scale])
        return np.asarray(
            shapely.transform(shapely.force_2d(shapes), lambda xy: (xy - self.middle) * step + self.centre)
        )


def thumbnail(layers: Sequence[Layer], shapes: Sequence[Objects | None], *, within: int | None = None) -> str:
    """A drawing of layers as an SVG element; empty where there is nothing to draw.

    Parameters
    ----------
    layers
        What is drawn, in the order of the style table.
    shapes
        Shapes of each in lon/lat, None for a table.
    within
        How many of the layers, from the first, have to be seen whole; all if None.
    """
    shapes = going_on(shapes)
    box = _box([each for each in shapes[:within] if each is not None])
    if box is None:
        return ""
    frame = Frame(box)
    some = any(layer.name not in _LEFT_OUT and own is not None and not shapely.is_missing(own).all()
               for layer, own in zip(layers, shapes, strict=True))  # fmt: skip
    seen = [(layer, frame(own)) for layer, own in zip(layers, shapes, strict=True)
            if own is not None and not (some and layer.name in _LEFT_OUT)]  # fmt: skip
    widest = _widest(max((_breadth(drawn) for _, drawn in seen), default=0.0))
    found = [(order, path) for layer, drawn in seen for order, symbol, rows in _categories(layer)
             if (path := _styled(drawn[rows], symbol, widest))]  # fmt: skip
    paths = "".join(path for _, path in sorted(found, key=lambda each: each[0]))
    return f'<svg viewBox="0 0 {WIDE} {HIGH}" aria-hidden="true">{paths}</svg>'


def going_on(shapes: Sequence[Objects | None]) -> list[Objects | None]:
    """Shapes in lon/lat that go on beyond the 180th meridian if some shape crosses it, and not around the world.

    Examples
    --------
    >>> lines = shapely.from_wkt(["LINESTRING (179 -16, -179 -17)"])
    >>> going_on([lines])[0][0].wkt
    'LINESTRING (179 -16, 181 -17)'
    """
    bounds = [shapely.bounds(each) for each in shapes if each is not None and len(each)]
    if not any((west_to_east[:, 2] - west_to_east[:, 0] > _HALF_TURN).any() for west_to_east in bounds):
        return list(shapes)
    return [None if each is None else np.asarray(shapely.transform(each, _eastward)) for each in shapes]


def _eastward(xy: Floats) -> Floats:
    return xy + np.where(xy[:, :1] < 0.0, [[2.0 * _HALF_TURN, 0.0]], 0.0)


def _breadth(shapes: Objects) -> float:
    """How wide areas are as strips, all together: twice their size by the length around them; 0 without any."""
    areas = shapes[shapely.get_dimensions(shapes) == 2]  # noqa: PLR2004 - areas
    around = float(shapely.length(areas).sum())
    return 2.0 * float(shapely.area(areas).sum()) / around if around else 0.0


def _widest(strip: float) -> float:
    """How wide lines may be on a strip, pixels."""
    if not strip:
        return np.inf
    return _LEAST_WIDTH if strip < _THREAD else max(strip / _OF_STRIP, _LEAST_EDGE)


def _box(shapes: Sequence[Objects]) -> Floats | None:
    box = np.asarray(shapely.total_bounds(np.concatenate([*shapes, np.array([None], dtype=object)])))
    return box if np.isfinite(box).all() else None


def _categories(layer: Layer) -> Iterator[tuple[int, Symbol, NDArray[np.int64]]]:
    """Drawing order, symbol and rows of each category that a map shows unasked."""
    theme = layer.themes[0]
    if not theme.column or theme.column not in layer.frame:
        yield theme.order, theme.symbols[0][1] if not theme.column else OTHER, np.arange(len(layer.frame))
        return
    numbers, values = pd.factorize(layer.frame[theme.column].astype("object"))
    for number, value in [*enumerate(values), (-1, None)]:
        symbol, rows = theme.symbol(value), np.flatnonzero(numbers == number)
        if symbol.shown and len(rows):
            yield theme.order, symbol, rows


def _styled(shapes: Objects, symbol: Symbol, widest: float) -> str:
    """Shapes of a category, no line wider than that: on a narrow river nothing could be told apart under them."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    parts = []
    for dimension, rows in ((2, shapely.get_dimensions(there) == 2), (1, shapely.get_dimensions(there) == 1),  # noqa: PLR2004
                            (0, shapely.get_dimensions(there) == 0)):  # fmt: skip
        if not rows.any():
            continue
        fill = symbol.fill if dimension != 1 and symbol.fill else "none"
        paint = f'fill="{fill}" fill-opacity="{symbol.fill_opacity if dimension else 1:g}"'
        width = min(max(symbol.width * _NARROWER, _LEAST_WIDTH), widest) if dimension else _DOT_EDGE
        if dimension == 2:  # noqa: PLR2004 - areas
            width = min(width, max(_breadth(there[rows]) / _OF_PIECE, _LEAST_EDGE))
        parts.append(f'<path d="{path_of(there[rows])}" {paint} stroke="{symbol.color}" stroke-width="{width:.3g}"/>')
    return "".join(parts)


def path_of(shapes: Objects) -> str:
    """Shapes in pixels as the data of an SVG path, thinned for a small drawing.

    Examples
    --------
    >>> path_of(np.array([shapely.LineString([(0, 0), (5, 0.1), (10, 0)]), shapely.Point(3, 3)], dtype=object))
    'M0 0L10 0M1.4 3a1.6 1.6 0 1 0 3.2 0a1.6 1.6 0 1 0-3.2 0'
    """
    shapes = shapes[:: -(-len(shapes) // _MOST_SHAPES)] if len(shapes) else shapes
    for tolerance in _TOLERANCES_PX:
        light = shapely.simplify(shapes, tolerance)
        if int(shapely.get_num_coordinates(light).sum()) <= _MOST_VERTICES:
            break
    parts = shapely.get_parts(light)
    areas = shapely.get_type_id(parts) == 3  # noqa: PLR2004 - a polygon
    rings = shapely.get_rings(parts[areas])
    points = shapely.get_coordinates(parts[shapely.get_dimensions(parts) == 0])
    lines = parts[shapely.get_dimensions(parts) == 1]
    runs = [*_runs(lines), *(f"{run}Z" for run in _runs(rings))]
    dot = f"a{_DOT:g} {_DOT:g} 0 1 0 {2 * _DOT:g} 0a{_DOT:g} {_DOT:g} 0 1 0-{2 * _DOT:g} 0"
    return "".join([*runs, *(f"M{x - _DOT:.4g} {y:.4g}{dot}" for x, y in points)])


def _runs(lines: Objects) -> list[str]:
    places, owner = shapely.get_coordinates(lines, return_index=True)
    texts = [f"{x:.1f} {y:.1f}".replace(".0", "") for x, y in places]
    ends = np.searchsorted(owner, np.arange(len(lines) + 1))
    return [f"M{'L'.join(texts[ends[i] : ends[i + 1]])}" for i in range(len(lines))]
