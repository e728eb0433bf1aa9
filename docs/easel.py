"""Pictures of files that no browser shows: tables, texts and layers, read again from what was written."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np

from riverline.plates.fonts import find_fonts
from riverline.style import themes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

_INK, _SOFT, _LINE, _HEAD = "#1f2d39", "#5d6a75", "#d5dce2", "#e9eff3"
_LONGEST = 16
_KML = "{http://www.opengis.net/kml/2.2}"
_POINT = 0.45
"""A point of a screen in those of the picture."""


def draw_table(heads: Sequence[str], rows: Sequence[Sequence[Any]], picture: Path, *, title: str) -> Path:
    """Rows as the attribute table of a desktop program."""
    cells = [[_short(each) for each in row] for row in [heads, *rows]]
    wide = np.array([[_width(each) for each in row] for row in cells]).max(axis=0) + 2.0
    ends = np.concatenate([[0.0], np.cumsum(wide)])
    figure, axis = _paper(max(ends[-1] * 0.082, 5.0), 0.3 * (len(cells) + 1.4))
    axis.set(xlim=(0, ends[-1]), ylim=(len(cells) + 0.1, -1.2))
    axis.text(0.6, -0.6, title, color=_INK, weight="bold", va="center", **_font(10.5))
    axis.axhspan(0, 1, color=_HEAD)
    for row, texts in enumerate(cells):
        axis.axhline(row + 1, color=_LINE, linewidth=0.8)
        for text, start in zip(texts, ends, strict=False):
            axis.text(start + 0.8, row + 0.5, text, color=_INK if row else _SOFT, va="center", **_font(9))
    for end in ends[1:-1]:
        axis.plot([end, end], [0, len(cells)], color=_LINE, linewidth=0.8)
    return _saved(figure, picture)


def draw_text(text: str, picture: Path, *, title: str) -> Path:
    """The first lines of a text file, numbered as an editor shows them."""
    lines = [line.replace("\t", "    ") for line in text.splitlines()]
    figure, axis = _paper(9.0, 0.25 * (len(lines) + 2.0))
    axis.set(xlim=(0, 110), ylim=(len(lines) + 0.4, -1.6))
    axis.axhspan(-1.6, -0.3, color=_HEAD)
    axis.text(1.0, -0.95, title, color=_INK, weight="bold", va="center", **_font(10))
    for row, line in enumerate(lines):
        axis.text(4.2, row + 0.4, f"{row + 1}", color=_SOFT, va="center", ha="right", **_font(9))
        axis.text(6.0, row + 0.4, line, color=_INK, va="center", **_font(9))
    return _saved(figure, picture)


def draw_layers(layers: Sequence[tuple[str, gpd.GeoDataFrame]], picture: Path, *, title: str) -> Path:
    """Layers by the name of their schema, in the order and the symbols of the style table."""
    figure, axis = _paper(12.0, 7.0)
    drawn = [(theme.order, name, frame, theme) for name, frame in layers if len(frame) for theme in themes(name)[:1]]
    for _, _, frame, theme in sorted(drawn, key=lambda each: each[0]):
        values = frame[theme.column].to_numpy() if theme.column in frame else np.full(len(frame), None)
        for value in dict.fromkeys(values):
            symbol, rows = theme.symbol(value), frame[values == value]
            if not len(rows):
                continue
            look: dict[str, Any] = {"color": symbol.color, "linewidth": symbol.width * 0.6}
            if (rows.geom_type == "Point").all():
                look = {"color": symbol.color, "markersize": 9}
            elif rows.geom_type.str.contains("Polygon").all():
                look |= {"facecolor": (symbol.fill, symbol.fill_opacity) if symbol.fill else "none"}
                look |= {"edgecolor": (symbol.color, symbol.opacity)}
                del look["color"]
            rows.plot(ax=axis, aspect=None, **look)
    latitude = drawn[0][2].total_bounds[[1, 3]].mean()
    axis.set_aspect("equal" if drawn[0][2].crs.is_projected else 1.0 / np.cos(np.radians(latitude)))
    axis.margins(0.03)
    axis.set_position((0, 0, 1, 0.94))
    figure.text(0.01, 0.985, title, color=_INK, weight="bold", va="top", **_font(11))
    return _saved(figure, picture)


def draw_kmz(file: Path, picture: Path, bounds: tuple[float, float, float, float], *, title: str) -> Path:
    """A part of a KMZ by its own styles and icons, as a globe shows it from above; bounds in degrees."""
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage
    from matplotlib.pyplot import imread

    archive = zipfile.ZipFile(file)
    document = ET.fromstring(archive.read("doc.kml"))  # noqa: S314 - our own file
    styles = {f"#{each.get('id')}": each for each in document.iter(f"{_KML}Style")}
    figure, axis = _paper(12.0, 7.0)
    west, south, east, north = bounds
    axis.set(xlim=(west, east), ylim=(south, north))
    axis.set_aspect(1.0 / np.cos(np.radians((south + north) / 2)))
    for place in document.iter(f"{_KML}Placemark"):
        style = styles[place.findtext(f"{_KML}styleUrl", "")]
        line, fill = (_colour(style.findtext(f"{_KML}{each}/{_KML}color")) for each in ("LineStyle", "PolyStyle"))
        width = _POINT * float(style.findtext(f"{_KML}LineStyle/{_KML}width", "1")) * 2
        for shape in place.iter():
            corners = np.array(
                [each.split(",")[:2] for each in shape.findtext(f".//{_KML}coordinates", "").split()], "f8"
            )
            if shape.tag == f"{_KML}Polygon":
                axis.fill(*corners.T, facecolor=fill, edgecolor=line, linewidth=width)
            elif shape.tag == f"{_KML}LineString":
                axis.plot(*corners.T, color=line, linewidth=width)
            elif shape.tag == f"{_KML}Point" and west < corners[0, 0] < east and south < corners[0, 1] < north:
                look = style.find(f"{_KML}IconStyle")
                content = imread(io.BytesIO(archive.read(look.findtext(f"{_KML}Icon/{_KML}href"))))
                image = OffsetImage(content, zoom=_POINT * float(look.findtext(f"{_KML}scale", "1")))
                axis.add_artist(AnnotationBbox(image, corners[0], frameon=False, zorder=5))
    axis.set_position((0, 0, 1, 0.94))
    figure.text(0.01, 0.985, title, color=_INK, weight="bold", va="top", **_font(11))
    return _saved(figure, picture)


def _colour(abgr: str | None) -> tuple[float, ...]:
    """A colour of KML, opacity first and red last, as one of ours."""
    alpha, blue, green, red = bytes.fromhex(abgr or "ffffffff")
    return red / 255, green / 255, blue / 255, alpha / 255


def _paper(wide: float, high: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), facecolor="white")
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set_axis_off()
    return figure, axis


def _saved(figure: Any, picture: Path) -> Path:
    figure.savefig(picture, dpi=110)
    return picture


def _font(size: float) -> dict[str, Any]:
    return {"fontfamily": list(find_fonts(None, "zh").sans), "fontsize": size, "parse_math": False}


def _width(text: str) -> float:
    return float(sum(2 if ord(sign) > 0x2E7F else 1 for sign in text))  # noqa: PLR2004 - wide signs begin there


def _short(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    text = f"{value:,.2f}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
