"""A map for paper: layers at a round scale with a kilometre grid, north arrow, scale bar and legend, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from riverline import geodesy
from riverline.reports.drawing.svg import (
    PX_MM,
    bold_width,
    element,
    picture,
    points_path,
    shapes_path,
    shortened,
    spread,
    stroke,
    text,
    text_width,
)
from riverline.reports.model import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.schema import Language
    from riverline.style import Layer, Symbol

__all__ = ["draw_map"]

_WIDTH, _TALLEST, _LOWEST = 156.0, 150.0, 55.0
_EDGE, _ROW = 6.5, 4.6
_ROOM = 1.08
_SCALES = tuple(base * 10**power for power in range(2, 7) for base in (1, 2, 2.5, 5))
_BAR_SHARE, _GRID_LINES = 0.22, 5
_KILOMETRE = 1000.0
_SMALLEST_MM = 0.08
_NAMED, _NAME_SIZE = 40, 2.9
# How long a name is on a map before it is cut short, and its distance from the frame.
_LONGEST_MM, _INSIDE = 60.0, 1.0
_MANY, _SMALLER = 150, 0.62
# Marks along a line that they would hide at the scale of a report, and how many of their widths lie between two.
_ALONG, _APART = frozenset({"stakes", "boards"}), 2.5
_WORDS = {
    "zh": {"north": "北", "km": "km", "m": "m", "scale": "比例尺"},
    "en": {"north": "N", "km": "km", "m": "m", "scale": "Scale"},
}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Where the ground lies on the paper: its lower left corner, metres per millimetre, size of the window in mm."""

    west: float
    south: float
    metres: float
    width: float
    height: float

    def place(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres of the plane as millimetres from the upper left."""
        x = (coordinates[:, 0] - self.west) / self.metres + _EDGE
        y = self.height - (coordinates[:, 1] - self.south) / self.metres + 1
        return np.column_stack([x, y])

    @property
    def window(self) -> Any:  # noqa: ANN401 - a shape
        """The ground that is seen."""
        return shapely.box(
            self.west, self.south, self.west + self.width * self.metres, self.south + self.height * self.metres
        )


class _Entry(NamedTuple):
    """A line of the legend."""

    label: str
    symbol: Symbol
    dimension: int


def draw_map(layers: Sequence[Layer], *, title: str, language: Language) -> Figure | None:
    """Layers as a map.

    Parameters
    ----------
    layers
        Layers with shapes; the first ones say where the map lies, all of them are drawn as the symbology says.
    title
        What the figure is called; scale and CRS are told after it.
    language
        Of legend and title.

    Returns
    -------
    Figure or None
        None where there is nothing to draw.
    """
    drawn = [each for each in layers if each.spatial and _shapes(each.frame).size]
    if not drawn:
        return None
    metric = geodesy.to_metric(drawn[0].frame)
    frames = [metric, *(geodesy.align(each.frame, metric.crs, layer=each.name) for each in drawn[1:])]
    sheet = _laid_out(frames[0].total_bounds)
    order = sorted(range(len(drawn)), key=lambda at: drawn[at].themes[0].order)
    marks: list[str] = []
    legend: list[_Entry] = []
    for at in order:
        for part, entry in _drawn(drawn[at], frames[at], sheet, language):
            marks.append(part)
            legend.append(entry)
    names = _names(drawn, frames, sheet)
    rows = _legend(legend, sheet)
    clip = element("rect", x=_EDGE, y=1, width=sheet.width, height=sheet.height)
    parts = [
        f'<clipPath id="window">{clip}</clipPath>',
        *_grid(sheet),
        '<g clip-path="url(#window)">',
        *marks,
        *names,
        "</g>",
        _frame(sheet),
        *_furniture(sheet, language),
        *rows.parts,
    ]
    height = sheet.height + 1 + _EDGE + rows.height
    told = _told(title, sheet, metric.crs, language)
    return Figure(told, picture(parts, _WIDTH + _EDGE + 1, height), _WIDTH + _EDGE + 1, height)


def _shapes(frame: Any) -> NDArray[np.object_]:  # noqa: ANN401 - a GeoDataFrame
    geometry = frame.geometry.to_numpy()
    return geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]


def _laid_out(bounds: NDArray[np.float64]) -> _Sheet:
    west, south, east, north = (float(each) for each in bounds)
    wide, tall = max(east - west, 1.0) * _ROOM, max(north - south, 1.0) * _ROOM
    least = max(wide / _WIDTH, tall / _TALLEST)
    metres = next((each / 1000 for each in _SCALES if each / 1000 >= least), least)
    height = min(max(tall / metres, _LOWEST), _TALLEST)
    return _Sheet((west + east - _WIDTH * metres) / 2, (south + north - height * metres) / 2, metres, _WIDTH, height)


def _drawn(layer: Layer, frame: Any, sheet: _Sheet, language: Language) -> Iterator[tuple[str, _Entry]]:  # noqa: ANN401
    """One path for each category that is there."""
    theme = layer.themes[0]
    geometry = shapely.force_2d(frame.geometry.to_numpy())
    seen = shapely.intersects(geometry, sheet.window) & ~shapely.is_empty(geometry)
    # A category is drawn as the symbology has it; a value that it does not know is drawn as what is unknown.
    values = frame[theme.column].astype("object").to_numpy() if theme.column in frame else np.full(len(frame), "")
    known = [value for value, _ in theme.symbols]
    others = [value for value in dict.fromkeys(values.tolist()) if value not in known]
    parts = {value: seen & (values == value if value == value else ~np.isin(values, known))  # noqa: PLR0124 - NaN
             for value in [*known, *others]}  # fmt: skip
    apart = np.ones(len(frame), dtype=bool)
    if layer.name in _ALONG:
        size = max((theme.symbol(value).size for value, part in parts.items() if part.any()), default=0.0) * PX_MM
        apart = _apart(geometry, list(parts.values()), _APART * size * sheet.metres)
    for value, part in parts.items():
        own = geometry[part & apart]
        if part.any():
            symbol = theme.symbol(value)
            path, dimension = _path(own, symbol, sheet)
            heading = layer.label(language)
            label = f"{heading}·{theme.label(value, language)}" if theme.column else heading
            yield path, _Entry(label + _some(len(own), int(part.sum()), language), symbol, dimension)


def _apart(geometry: NDArray[np.object_], parts: Sequence[NDArray[np.bool_]], metres: float) -> NDArray[np.bool_]:
    """Which points are drawn, none of them nearer to another than that; earlier parts go before later ones."""
    drawn, taken = np.zeros(len(geometry), dtype=bool), np.zeros(len(geometry), dtype=bool)
    tree = shapely.STRtree(geometry)
    for at in np.concatenate([np.flatnonzero(part) for part in parts]).tolist():
        if not taken[at]:
            drawn[at] = True
            taken[tree.query(geometry[at], predicate="dwithin", distance=metres)] = True
    return drawn


def _some(drawn: int, there: int, language: Language) -> str:
    """How many of how many are drawn, where some are not."""
    if drawn == there:
        return ""
    return f"（择要绘 {drawn}/{there}）" if language == "zh" else f" ({drawn} of {there} drawn)"


def _path(geometry: NDArray[np.object_], symbol: Symbol, sheet: _Sheet) -> tuple[str, int]:
    dimension = int(shapely.get_dimensions(geometry).max())
    fill: dict[str, str | float] = {"fill": symbol.fill or "none", "fill_opacity": symbol.fill_opacity}
    points = shapely.get_parts(geometry[shapely.get_dimensions(geometry) == 0])
    places = sheet.place(shapely.get_coordinates(points))
    # Marks that would hide each other are smaller.
    size = symbol.size * PX_MM * (_SMALLER if len(places) > _MANY else 1.0)
    marks = points_path(places, symbol.shape, size)
    plain = shapely.simplify(geometry[shapely.get_dimensions(geometry) > 0], _SMALLEST_MM * sheet.metres)
    lines = shapes_path(shapely.transform(plain, sheet.place)) if len(plain) else ""
    if dimension == 1:
        fill = {"fill": "none", "fill_opacity": 1.0}
    return element("path", d=marks + lines, fill_rule="evenodd", **fill, **stroke(symbol)), dimension


def _names(layers: Sequence[Layer], frames: Sequence[Any], sheet: _Sheet) -> Iterator[str]:
    """Names of rivers beside the middle of their axes, or of extents inside them where no axes are."""
    source = next((at for kind in ("axes", "extents") for at, each in enumerate(layers) if each.name == kind), None)
    if source is None or "name" not in frames[source]:
        return
    frame = frames[source][frames[source]["name"].fillna("").astype("str") != ""]
    # A name stands in the management extent, not on the band around it.
    if "kind" in frame:
        frame = frame.iloc[np.argsort((frame["kind"] != "management").to_numpy(dtype=bool), kind="stable")]
    frame = frame.drop_duplicates("name")
    geometry = frame.geometry.to_numpy()
    middle = shapely.point_on_surface(geometry)
    whole = shapely.line_merge(geometry)
    single = (shapely.get_type_id(whole) == shapely.GeometryType.LINESTRING) & (shapely.get_dimensions(geometry) == 1)
    middle[single] = shapely.line_interpolate_point(whole[single], 0.5, normalized=True)
    order = np.argsort(-np.maximum(shapely.length(geometry), shapely.area(geometry) ** 0.5), kind="stable")[:_NAMED]
    places = sheet.place(shapely.get_coordinates(middle))
    taken: list[tuple[float, float, float, float]] = []
    for at in order.tolist():
        told = shortened(str(frame["name"].iloc[at]), _LONGEST_MM, _NAME_SIZE)
        x, y = places[at].tolist()
        spot = _free(x, y, bold_width(told, _NAME_SIZE), taken, sheet)
        if spot is not None:
            yield text(told, *spot, size=_NAME_SIZE, halo=True, fill="#0B3C6F", font_weight="bold")


def _free(
    x: float, y: float, wide: float, taken: list[tuple[float, float, float, float]], sheet: _Sheet
) -> tuple[float, float] | None:
    """A place beside a point, inside the frame, where a name covers no other; None where there is none.

    Tables name it all the same.
    """
    east, top, bottom = _EDGE + sheet.width - _INSIDE, 1 + _NAME_SIZE + _INSIDE, 1 + sheet.height - _INSIDE
    beside = [(x + 1, y - 1), (x + 1, y + 3.6), (x - wide - 1, y - 1), (x - wide - 1, y + 3.6)]
    within = [each for each in beside if _EDGE + _INSIDE <= each[0] <= east - wide]
    for left, low in within or [(max(_EDGE + _INSIDE, min(x + 1, east - wide)), y - 1)]:
        kept = min(max(low, top), bottom)
        box = (left, kept - _NAME_SIZE, left + wide, kept + 0.6)
        if all(box[0] > b[2] or b[0] > box[2] or box[1] > b[3] or b[1] > box[3] for b in taken):
            taken.append(box)
            return left, kept
    return None


def _grid(sheet: _Sheet) -> Iterator[str]:
    """Lines of the kilometre grid with their numbers at the edge."""
    east, north = sheet.west + sheet.width * sheet.metres, sheet.south + sheet.height * sheet.metres
    line: dict[str, str | float] = {"stroke": "#B9C2CB", "stroke_width": 0.12}
    across = spread(sheet.west, east, _GRID_LINES)
    step = across[1] - across[0] if len(across) > 1 else sheet.width * sheet.metres
    for easting in across:
        x = (easting - sheet.west) / sheet.metres + _EDGE
        yield element("line", x1=x, y1=1, x2=x, y2=1 + sheet.height, **line)
        yield text(_kilometres(easting), x, sheet.height + 4, size=2.1, text_anchor="middle", fill="#555555")
    for northing in np.arange(np.ceil(sheet.south / step) * step, north, step):
        y = sheet.height + 1 - (northing - sheet.south) / sheet.metres
        yield element("line", x1=_EDGE, y1=y, x2=_EDGE + sheet.width, y2=y, **line)
        yield text(
            _kilometres(northing),
            _EDGE - 1.2,
            y,
            size=2.1,
            text_anchor="middle",
            fill="#555555",
            transform=f"rotate(-90 {_EDGE - 1.2:.2f} {y:.2f})",
        )


def _kilometres(metres: float) -> str:
    return f"{metres / _KILOMETRE:.3f}".rstrip("0").rstrip(".")


def _frame(sheet: _Sheet) -> str:
    return element(
        "rect", x=_EDGE, y=1, width=sheet.width, height=sheet.height, fill="none", stroke="#222222", stroke_width=0.35
    )


def _furniture(sheet: _Sheet, language: Language) -> Iterator[str]:
    """North arrow and scale bar; what lies under them is seen: it may be a legal line."""
    words = _WORDS[language]
    x, y = _EDGE + sheet.width - 6, 4.0
    yield element("path", d=f"M{x} {y + 3}L{x + 2.2} {y + 11}L{x} {y + 9}Z", fill="#222222")
    yield element(
        "path", d=f"M{x} {y + 3}L{x - 2.2} {y + 11}L{x} {y + 9}Z", fill="#FFFFFF", stroke="#222222", stroke_width=0.2
    )
    yield text(words["north"], x, y + 1.6, size=2.8, halo=True, text_anchor="middle", font_weight="bold")
    length = max(spread(0, sheet.width * sheet.metres * _BAR_SHARE, 2))
    wide, left, low = length / sheet.metres, _EDGE + 4.0, sheet.height - 4.0
    for half in (0, 1):
        yield element(
            "rect",
            x=left + half * wide / 2,
            y=low,
            width=wide / 2,
            height=1.1,
            stroke="#222222",
            stroke_width=0.2,
            fill="#222222" if half == 0 else "#FFFFFF",
        )
    unit, size = (words["km"], length / _KILOMETRE) if length >= _KILOMETRE else (words["m"], length)
    for share in (0, 0.5, 1):
        told = f"{size * share:g}" + (f" {unit}" if share == 1 else "")
        yield text(told, left + wide * share, low - 1.2, size=2.3, halo=True, text_anchor="middle")


class _Legend(NamedTuple):
    parts: list[str]
    height: float


def _legend(entries: Sequence[_Entry], sheet: _Sheet) -> _Legend:
    """The legend below the map, in as many columns as its texts leave room for."""
    once = list(dict.fromkeys(entries))
    widest = max((text_width(entry.label) for entry in once), default=0.0) + 12
    columns = max(1, min(int((sheet.width + 2) // widest), 4))
    rows = -(-len(once) // columns)
    top, wide = sheet.height + 1 + _EDGE, sheet.width / columns
    parts = []
    for number, entry in enumerate(once):
        x, y = _EDGE + wide * (number // rows), top + _ROW * (number % rows) + 1.5
        parts += [_sample(entry, x, y), text(entry.label, x + 9.5, y + 0.9, size=2.5)]
    return _Legend(parts, rows * _ROW + 1)


def _sample(entry: _Entry, x: float, y: float) -> str:
    symbol = entry.symbol
    fill: dict[str, str | float] = {"fill": symbol.fill or "none", "fill_opacity": symbol.fill_opacity}
    if entry.dimension == 0:
        mark = points_path(np.array([[x + 4, y]]), symbol.shape, symbol.size * PX_MM)
        return element("path", d=mark, **fill, **stroke(symbol))
    if entry.dimension == 1:
        return element("line", x1=x, y1=y, x2=x + 8, y2=y, **stroke(symbol))
    return element("rect", x=x + 0.5, y=y - 1.4, width=7, height=2.8, **fill, **stroke(symbol))


def _told(title: str, sheet: _Sheet, crs: Any, language: Language) -> str:  # noqa: ANN401 - a CRS
    plane = geodesy.plane_name(crs, language)
    scale = f"1:{sheet.metres * 1000:,.0f}".replace(",", " ")
    return f"{title}（{scale}，{plane}）" if language == "zh" else f"{title} ({scale}, {plane})"
