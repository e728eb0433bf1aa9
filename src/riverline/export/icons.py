"""Symbols of points as small pictures: formats that name an icon by its address carry ours instead of a link."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.style import Shape, Symbol

__all__ = ["icon", "outline"]

_PIXELS, _FINER = 48, 4
# Corners of a shape, and the direction of its first one, in half turns.
_TURNS = {"circle": (48, 0.0), "square": (4, 0.25), "triangle": (3, 0.5), "diamond": (4, 0.0), "pentagon": (5, 0.5)}
_NOTCH = 0.45


def icon(symbol: Symbol) -> bytes:
    r"""A PNG of 48 × 48 pixels with what a point is drawn with, on nothing.

    Examples
    --------
    >>> from riverline import style
    >>> icon(style.themes("boards")[0].symbols[0][1])[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    edge = min(0.35, max(0.12, symbol.width / max(symbol.size, 1.0)))
    shape = outline(symbol.shape)
    outer, inner = _cover(shape), _cover(shapely.affinity.scale(shape, 1 - edge, 1 - edge, origin=(0, 0)))
    fill = _rgb(symbol.fill or symbol.color)
    rim, strength = _rgb(symbol.color), symbol.fill_opacity if symbol.fill else 0.0
    ring = outer - inner
    alpha = ring * symbol.opacity + inner * strength
    mixed = ring[..., None] * symbol.opacity * rim + inner[..., None] * strength * fill
    colour = mixed / np.maximum(alpha, 1e-9)[..., None]
    return _png(np.dstack([colour, alpha * 255]).round().astype(np.uint8))


def outline(shape: Shape) -> shapely.Polygon:
    """A shape of the symbology table around the origin, one unit from it at most.

    Examples
    --------
    >>> outline("square").bounds[2] < 1.0, len(outline("star").exterior.coords)
    (True, 11)
    """
    if shape == "star":
        angles = np.pi / 2 + np.arange(10) * np.pi / 5
        radii = np.where(np.arange(10) % 2, _NOTCH, 1.0)
        return shapely.Polygon(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]))
    corners, turn = _TURNS[shape]
    angles = turn * np.pi + np.arange(corners) * 2 * np.pi / corners
    return shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]))


def _cover(shape: shapely.Polygon) -> NDArray[np.float64]:
    """How much of each pixel a shape covers, 0 to 1."""
    count = _PIXELS * _FINER
    at = (np.arange(count) + 0.5) / count * 2.1 - 1.05
    x, y = np.meshgrid(at, -at)
    inside = shapely.contains_xy(shape, x, y)
    blocks = inside.reshape(_PIXELS, _FINER, _PIXELS, _FINER)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=float)


def _rgb(color: str) -> NDArray[np.float64]:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels, (height, width, 4), as a PNG (ISO/IEC 15948): one chunk of rows without filter."""
    height, width = pixels.shape[:2]
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, width * 4)]).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
