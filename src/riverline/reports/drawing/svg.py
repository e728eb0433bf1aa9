"""Elements of SVG in millimetres on paper: what comes from data is text and nothing else."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.io.sheet_cells import clean_text, display_width
from riverline.reports.fitting import ems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from riverline.style import Shape, Symbol

__all__ = [
    "PX_MM",
    "bold_width",
    "element",
    "picture",
    "points_path",
    "shapes_path",
    "shortened",
    "stroke",
    "text",
    "text_width",
]

PX_MM = 0.16
"""Millimetres on paper for a pixel of the symbology: sheets are looked at from nearer than screens."""

FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
    "Noto Sans",
    "sans-serif",
)

_BOLD = 1.1
_CORNERS: dict[str, tuple[float, ...]] = {
    "square": (45, 135, 225, 315),
    "diamond": (0, 90, 180, 270),
    "triangle": (0, 120, 240),
    "pentagon": (0, 72, 144, 216, 288),
    "star": tuple(range(0, 360, 36)),
    "circle": tuple(range(0, 360, 30)),
}


def element(name: str, **attributes: str | float) -> str:
    """One element; an underscore in a name of an attribute is a hyphen."""
    told = " ".join(f'{key.rstrip("_").replace("_", "-")}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name} {told}/>"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else f"{value:.3f}".rstrip("0").rstrip(".")


def text(words: str, x: float, y: float, *, size: float = 2.5, halo: bool = False, **attributes: str | float) -> str:
    """Words at a place.

    Examples
    --------
    >>> text("<b>河", 1, 2)
    '<text x="1" y="2" font-size="2.5">&lt;b&gt;河</text>'
    """
    more: dict[str, str | float] = {
        "stroke": "#FFFFFF",
        "stroke_width": 0.7,
        "paint_order": "stroke",
        "stroke_linejoin": "round",
    }
    opened = element("text", x=x, y=y, font_size=size, **(more if halo else {}), **attributes)
    return f"{opened[:-2]}>{escape(clean_text(words), quote=False)}</text>"


def text_width(words: str, size: float = 2.5) -> float:
    """How wide words are, by the half-width signs they hold."""
    return display_width([words]) * size * 0.52


def bold_width(words: str, size: float = 2.5) -> float:
    """How wide words in bold may come out in whatever font draws them: capitals take more than half a sign."""
    return _BOLD * ems(words) * size


def shortened(words: str, longest: float, size: float = 2.5) -> str:
    """Words in bold as they are, or their beginning and an ellipsis where they are wider than that, mm.

    Examples
    --------
    >>> shortened("清水河", 60), shortened("清水河" * 20, 12)
    ('清水河', '清水河…')
    """
    clean = clean_text(words)
    if bold_width(clean, size) <= longest:
        return clean
    widths = np.cumsum([bold_width(sign, size) for sign in clean])
    kept = int(np.searchsorted(widths, longest - bold_width("…", size), side="right"))
    return f"{clean[:kept].rstrip()}…"


def picture(parts: Iterable[str], width: float, height: float) -> str:
    """A drawing of that size in millimetres."""
    fonts = escape(", ".join(f"'{name}'" if " " in name else name for name in FONTS))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="{fonts}" fill="#1A1A1A">'
    )
    return head + "".join(parts) + "</svg>"


def stroke(symbol: Symbol, *, scale: float = PX_MM) -> dict[str, str | float]:
    """How a line or an outline of a symbol is drawn."""
    found: dict[str, str | float] = {
        "stroke": symbol.color,
        "stroke_width": symbol.width * scale,
        "stroke_linejoin": "round",
        "stroke_opacity": symbol.opacity,
    }
    if symbol.dash:
        found["stroke_dasharray"] = " ".join(f"{each * scale:.2f}" for each in symbol.dash)
    return found


def shapes_path(geometry: NDArray[np.object_]) -> str:
    """Lines and areas in millimetres as one path."""
    parts = shapely.get_parts(geometry)
    areas = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - areas have two dimensions
    made = [_path(shapely.get_rings(parts[areas]), end="Z"), _path(parts[shapely.get_dimensions(parts) == 1], end="")]
    return "".join(made)


def _path(lines: NDArray[np.object_], *, end: str) -> str:
    places, owner = shapely.get_coordinates(lines, return_index=True)
    if not len(places):
        return ""
    told = np.char.add(np.char.add(_texts(places[:, 0]), " "), _texts(places[:, 1]))
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    pieces = np.split(told, starts[1:])
    return "".join(f"M{'L'.join(piece.tolist())}{end}" for piece in pieces)


def _texts(values: NDArray[np.float64]) -> NDArray[np.str_]:
    return np.char.mod("%.2f", values)


def points_path(places: NDArray[np.float64], shape: Shape, size: float) -> str:
    """Marks of one shape at places as one path.

    Parameters
    ----------
    places
        (n, 2) millimetres.
    shape
        Their shape.
    size
        Their diameter, mm.
    """
    if not len(places):
        return ""
    angles = np.radians(_CORNERS[shape])
    radius = np.full(len(angles), size / 2)
    if shape == "star":
        radius[1::2] *= 0.45
    corners = np.column_stack([np.sin(angles) * radius, -np.cos(angles) * radius])
    rings = places[:, None, :] + corners[None, :, :]
    return _path(shapely.linestrings(rings), end="Z")


def spread(lowest: float, highest: float, count: int) -> Sequence[float]:
    """Round numbers between two, about ``count`` of them.

    Examples
    --------
    >>> spread(0, 23, 4)
    [0.0, 10.0, 20.0]
    """
    span = max(highest - lowest, 1e-9)
    power = 10.0 ** np.floor(np.log10(span / count))
    step = next(each * power for each in (1, 2, 5, 10, 20) if span / (each * power) <= count)
    return [float(each) for each in np.arange(np.ceil(lowest / step) * step, highest + step * 1e-6, step)]
