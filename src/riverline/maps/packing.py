"""Many features as a few bytes each, for a canvas of our own: no DOM, no object, no GeoJSON for each of them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Objects = NDArray[np.object_]
    Indices = NDArray[np.int64]

__all__ = ["GRID_M", "Packed", "pack"]

BITS = 29
GRID_M = 40_075_016.685578488 / 2**BITS
"""Side of the grid that vertices are put on, metres at the equator: 7.5 cm."""
_STEEPEST = 85.0511287798
_POLYGON = 3


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Shapes and texts of n features, as text that a page can hold.

    Attributes
    ----------
    count, parts, vertices
        Number of features, of lines, rings or points of them, and of vertices.
    content
        Base64 of variable-length numbers: parts of each feature, vertices of each part, steps from vertex to vertex on
        the grid (zigzag), then the number of each popup text, column by column.
    tiles
        Base64 of PMTiles with the shapes, where ``content`` only has what stands for them.
    """

    count: int
    parts: int
    vertices: int
    content: str
    tiles: tuple[str, ...] = ()


def pack(shapes: Objects, texts: Indices) -> Packed:
    """Pack features for a page.

    Parameters
    ----------
    shapes
        (n,) points, lines or polygons in lon/lat, single or multiple, none of them missing.
    texts
        (n, k) numbers of the popup texts of each.

    Returns
    -------
    Packed
        The same features with vertices in Web Mercator on a grid of 7.5 cm at the equator.

    Examples
    --------
    >>> shapes = np.array([shapely.box(117, 31, 117.01, 31.01), shapely.Point(117, 31)], dtype=object)
    >>> made = pack(shapes, np.array([[0, 1], [0, 2]]))
    >>> made.count, made.parts, made.vertices, len(made.content)
    (2, 2, 6, 52)
    """
    parts, feature = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    lines, part = _lines(parts)
    lonlat, line = shapely.get_coordinates(lines, return_index=True)
    grid = _on_grid(lonlat)
    # Vertices that fall on one place of the grid are one.
    kept = np.ones(len(grid), dtype=bool)
    kept[1:] = (grid[1:] != grid[:-1]).any(axis=1) | (line[1:] != line[:-1])
    grid, line = grid[kept], line[kept]
    steps = np.diff(grid, axis=0, prepend=np.zeros((1, 2), dtype="int64")).ravel()
    numbers = [
        np.bincount(feature[part], minlength=len(shapes)),
        np.bincount(line, minlength=len(lines)),
        (steps << 1) ^ (steps >> 63),
        *np.asarray(texts, dtype="int64").T,
    ]
    content = _varints(np.concatenate(numbers))
    return Packed(len(shapes), len(lines), len(grid), base64.b64encode(content).decode("ascii"))


def _lines(parts: Objects) -> tuple[Objects, Indices]:
    """Rings of polygons, shells one way round and holes the other, and other parts as they are; the part of each."""
    polygons = shapely.get_type_id(parts) == _POLYGON
    if not polygons.any():
        return parts, np.arange(len(parts))
    rings, owner = shapely.get_rings(shapely.orient_polygons(parts[polygons]), return_index=True)
    lines = np.concatenate([parts[~polygons], rings])
    part = np.concatenate([np.flatnonzero(~polygons), np.flatnonzero(polygons)[owner]])
    order = np.argsort(part, kind="stable")
    return lines[order], part[order]


def _on_grid(lonlat: NDArray[np.float64]) -> Indices:
    x = lonlat[:, 0] / 360.0 + 0.5
    sine = np.sin(np.radians(np.clip(lonlat[:, 1], -_STEEPEST, _STEEPEST)))
    y = 0.5 - np.log((1.0 + sine) / (1.0 - sine)) / (4.0 * np.pi)
    return np.rint(np.column_stack([x, y]) * 2.0**BITS).astype("int64")


def _varints(numbers: Indices) -> bytes:
    """Numbers of zero or more, seven bits a byte, the lowest first.

    Examples
    --------
    >>> _varints(np.array([1, 300])).hex()
    '01ac02'
    """
    lengths = np.ones(len(numbers), dtype="int64")
    for shift in range(7, 35, 7):
        lengths += numbers >> shift > 0
    starts = np.cumsum(lengths) - lengths
    coded = np.empty(int(lengths.sum()), dtype="uint8")
    rows = np.arange(len(numbers))
    # Most numbers are one byte or two: each round is of those that go on.
    for byte in range(5):
        rows = rows[lengths[rows] > byte]
        more = np.where(lengths[rows] > byte + 1, 0x80, 0)
        coded[starts[rows] + byte] = (numbers[rows] >> 7 * byte & 0x7F) | more
    return coded.tobytes()
