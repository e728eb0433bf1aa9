"""Shapes of very many vertices as PMTiles in the page, which reads what is in its window, as fine as it is seen."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import shapely
from pyogrio import raw
from pyogrio.errors import DataSourceError

from riverline.io.vector_tiles import write_tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Objects = NDArray[np.object_]
    Indices = NDArray[np.int64]

__all__ = ["TILE_GRID_M", "cut_tiles", "standing_in"]

_LAST_ZOOM, _FIRST_ZOOM = 14, 6
TILE_GRID_M = 40_075_016.685578488 / 2**_LAST_ZOOM / 4096
"""Side of the grid that vertices of the last level are on, metres at the equator: 0.6 m."""
# What is smaller on the screen is a dot, and what is smaller than two steps of the grid is its box: painted.js.
_DOT_PX, _TILE_PX = 4.0, 256.0
_BOX = 2.0**-25
_HALF_TURN, _STEEPEST = 180.0, 85.0
_NUMBER, _GEOMETRY = "n", "geometry"


def cut_tiles(shapes: Objects) -> tuple[str, ...]:
    """Shapes cut into tiles, each feature for the levels on which it is more than a dot.

    Parameters
    ----------
    shapes
        (n,) lines or polygons in lon/lat, none of them missing or empty.

    Returns
    -------
    tuple of str
        Base64 of PMTiles, whose features have their place in ``shapes`` as ``n``: one for each first level that some
        features have, all up to level 14. What is smaller than two steps of their grid is in none: the page draws its
        box. Empty if any other feature could not be cut, as beyond the antimeridian.

    Notes
    -----
    GDAL's tiler keeps every vertex and rounds it to the grid of a tile: 0.6 m at level 14, one sixteenth of a pixel at
    every level.

    Examples
    --------
    >>> len(cut_tiles(np.array([shapely.box(117, 31, 117.2, 31.2), shapely.box(117, 31, 117.001, 31.001)])))
    2
    >>> cut_tiles(np.array([shapely.box(181, 31, 182, 32)]))
    ()
    """
    bounds = shapely.bounds(shapes)
    if bounds[:, 2].max() > _HALF_TURN or bounds[:, 0].min() < -_HALF_TURN or np.abs(bounds[:, 1::2]).max() > _STEEPEST:
        return ()
    size = _sizes(bounds)
    first = _first_zooms(size)
    sound = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    left = np.where(size < _BOX, -1, first)
    found: list[str] = []
    # What is slimmer than the grid has no area in a tile: it is there as its outline.
    for drawn in (sound, shapely.boundary(sound)):
        for zoom in np.unique(left[left >= 0]):
            rows = np.flatnonzero(left == zoom)
            text, seen = _cut(drawn[rows], rows, int(zoom))
            left[seen] = -1
            found += [text] * bool(len(seen))
    return () if (left >= 0).any() else tuple(found)


def _cut(shapes: Objects, rows: Indices, zoom: int) -> tuple[str, Indices]:
    """A file of shapes from a level on, and which rows are in it."""
    wkb = pa.array(shapely.to_wkb(shapely.force_2d(shapes)).tolist(), pa.binary())
    content = pa.table({_NUMBER: pa.array(rows, pa.int32()), _GEOMETRY: wkb})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiles.pmtiles"
        write_tiles(path, content, name="shapes", geometry=_GEOMETRY, zooms=(zoom, _LAST_ZOOM))
        try:
            _, back = raw.read_arrow(str(path), columns=[_NUMBER], read_geometry=False)
        except DataSourceError:
            # So it says that nothing is in it.
            return "", np.zeros(0, dtype="int64")
        return base64.b64encode(path.read_bytes()).decode("ascii"), np.unique(back[_NUMBER].to_numpy())


def _sizes(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The longer side of each as a share of the world's in Web Mercator, from above."""
    high = (bounds[:, 3] - bounds[:, 1]) / np.cos(np.radians(np.abs(bounds[:, 1::2]).max(axis=1)))
    return np.maximum(bounds[:, 2] - bounds[:, 0], high) / 360.0


def _first_zooms(size: NDArray[np.float64]) -> Indices:
    """The level from which each is more than a dot, where a map takes the level that is nearest to its zoom."""
    dot = _DOT_PX / _TILE_PX / np.maximum(size, _BOX)
    return np.clip(np.floor(np.log2(dot) - 0.5) + 1, _FIRST_ZOOM, _LAST_ZOOM).astype("int64")


def standing_in(shapes: Objects) -> Objects:
    """(n,) lines that stand for shapes: over the box of each, by way of the vertex that its popup is at.

    Examples
    --------
    >>> standing_in(np.array([shapely.LineString([(0, 0), (1, 3), (4, 2)])]))[0].wkt
    'LINESTRING (0 0, 1 3, 4 3)'
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    lines = parts[np.unique(owner, return_index=True)[1]]
    polygons = shapely.get_type_id(lines) == shapely.GeometryType.POLYGON
    lines[polygons] = shapely.get_exterior_ring(lines[polygons])
    middle = shapely.get_coordinates(shapely.get_point(lines, shapely.get_num_points(lines) // 2))
    bounds = shapely.bounds(shapes)
    return shapely.linestrings(np.stack([bounds[:, :2], middle, bounds[:, 2:]], axis=1))
