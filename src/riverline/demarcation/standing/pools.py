"""A lake or reservoir at a level: the land that standing water covers from its own surface outward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.grids.flood_area import faces_holding, without_holes
from riverline._kernels.grids.flood_outline import outline
from riverline._kernels.grids.flooding import crossed_links, flood
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.terrain import Terrain, heights, to_cells, to_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline._kernels.grids.flood_outline import Outline

    Floats = NDArray[np.float64]

__all__ = ["Pool", "fill_pool", "look_at_pool"]

BLOCK_CELLS = 512
"""Rows and columns that are looked at one at a time: the result does not depend on it, time and memory do."""

ON_EDGE_M2 = 1e-6
"""What a barrier cuts off belongs to the pool if it holds more of the water than this."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What standing water covers at a level, and what it met.

    Attributes
    ----------
    area
        The pool with its islands; empty where all of the ground under the water is above the level.
    at_nodata, at_edge : (k, 2)
        Where it meets unknown ground, the edge of the terrain.
    apart : (k, 2)
        Places in ground below the level that is not joined to it, in the blocks that were looked at.
    apart_m2
        Area of that.
    off_m2
        Area of water beyond the terrain.
    cell_m
        Side of a cell.
    """

    area: shapely.Geometry
    at_nodata: Floats
    at_edge: Floats
    apart: Floats
    apart_m2: float
    off_m2: float
    cell_m: float


def fill_pool(
    water: shapely.Geometry,
    level_m: float,
    ground: Terrain,
    *,
    barriers: Sequence[shapely.LineString],
    block_cells: int = BLOCK_CELLS,
) -> Pool:
    """The land below a level that is joined to a water.

    Parameters
    ----------
    water
        Surface of the lake or reservoir, without holes.
    level_m
        The level, the same all over.
    ground
        The terrain.
    barriers
        Lines that the water does not cross.
    block_cells
        Rows and columns that are looked at one at a time.

    Returns
    -------
    Pool
        A higher level never gives less.

    Examples
    --------
    >>> import rasterio
    >>> from riverline.demarcation.flooding.terrain import open_terrain
    >>> bowl = np.hypot(*np.mgrid[-20:21, -20:21])
    >>> corner = rasterio.Affine(10, 0, 500_000, 0, -10, 3_500_000)
    >>> shape = {"driver": "GTiff", "width": 41, "height": 41, "count": 1, "dtype": "float64"}
    >>> with rasterio.open("/vsimem/bowl.tif", "w", crs=4548, transform=corner, **shape) as target:
    ...     target.write(bowl, 1)
    >>> pond = shapely.Point(500_205, 3_499_795).buffer(40)
    >>> with open_terrain("/vsimem/bowl.tif", crs=4548, river_id="L1") as (terrain, _):
    ...     pool = fill_pool(pond, 12.0, terrain, barriers=[])
    >>> round((pool.area.area / np.pi) ** 0.5)
    120
    """

    def depth(rows: slice, columns: slice) -> Floats:
        return level_m - heights(ground, rows, columns)

    links = crossed_links([to_cells(ground, shapely.get_coordinates(line)) for line in barriers])
    fill = flood(ground.shape, depth, _seeds(water, ground), links, block=block_cells)
    seen = outline(fill, depth, links)
    area = _area(seen, water, barriers, ground)
    at_nodata, at_edge, apart = (
        to_plane(ground, cells[:, 1::-1]) for cells in (seen.at_nodata, seen.at_edge, seen.unreached)
    )
    off = shapely.area(shapely.difference(water, _sheet(ground)))
    # What lies inside of the pool is an island's or is under the surface as drawn, and counts to it already.
    beside = ~shapely.intersects(shapely.union(area, water), shapely.points(apart))
    apart_m2 = float(seen.unreached[beside, 2].sum()) * ground.cell_m**2
    return Pool(area, at_nodata, at_edge, apart[beside], apart_m2, float(off), ground.cell_m)


def _sheet(ground: Terrain) -> shapely.Polygon:
    rows, columns = ground.shape
    corners = np.array([[0.5, 0.5], [columns - 1.5, 0.5], [columns - 1.5, rows - 1.5], [0.5, rows - 1.5]])
    return shapely.Polygon(to_plane(ground, corners))


def _seeds(water: shapely.Geometry, ground: Terrain) -> NDArray[np.int64]:
    """Row and column of the cells whose centres lie in the water, and of the four around each vertex of a puddle."""
    from rasterio.features import geometry_mask

    corners = to_cells(ground, shapely.get_coordinates(water))
    low = np.clip(np.floor(corners.min(axis=0)).astype("int64") - 1, 0, np.array(ground.shape)[::-1])
    high = np.clip(np.ceil(corners.max(axis=0)).astype("int64") + 2, 0, np.array(ground.shape)[::-1])
    size = tuple((high - low)[::-1].tolist())
    if min(size) <= 0:
        return np.empty((0, 2), dtype="int64")
    # rasterio places pixels by their corners, we by their centres
    a, b, _, d, e, _ = ground.cell_to_plane[:6]
    west, north = to_plane(ground, low[None] - 0.5)[0].tolist()
    inside = geometry_mask([water], size, type(ground.cell_to_plane)(a, b, west, d, e, north), invert=True)
    cells = np.argwhere(inside)
    if not len(cells):
        cells = np.unique(np.round(corners[:, ::-1]).astype("int64"), axis=0) - low[::-1]
        cells = cells[((cells >= 0) & (cells < size)).all(axis=1)]
    seeds: NDArray[np.int64] = cells + low[::-1]
    return seeds


def _area(
    seen: Outline, water: shapely.Geometry, barriers: Sequence[shapely.LineString], ground: Terrain
) -> shapely.Geometry:
    """The parts that hold water, each cut on the barriers, and of that again what holds water."""

    def place(parts: NDArray[np.object_]) -> shapely.Geometry:
        return shapely.transform(shapely.union_all(parts), lambda cells: to_plane(ground, cells))

    held = shapely.points(to_plane(ground, seen.held))
    beside = faces_holding(place(seen.beside), barriers, np.asarray(held))
    flooded = without_holes(shapely.union(place(seen.parts), beside))
    noded = shapely.union_all([shapely.boundary(flooded), *barriers])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.contains(flooded, shapely.point_on_surface(faces))]
    return shapely.union_all(faces[shapely.area(shapely.intersection(faces, water)) > ON_EDGE_M2])


def look_at_pool(pool: Pool, water: shapely.Geometry, code: str) -> list[Finding]:
    """What the pool met.

    Parameters
    ----------
    pool, water
        The pool and the surface that it grew from.
    code
        Lake or reservoir the findings are noted at.

    Returns
    -------
    list of Finding
        ``pool-off-terrain``, ``terrain-nodata``, ``flood-reaches-terrain-edge``, ``flood-disconnected``.
    """
    findings = []
    if pool.off_m2 > 0.0:
        findings.append(Finding("pool-off-terrain", "terrain", code, water, pool.off_m2, 0.0, "m²"))
    for name, places in (("terrain-nodata", pool.at_nodata), ("flood-reaches-terrain-edge", pool.at_edge)):
        if len(places):
            where = shapely.MultiPoint(places)
            findings.append(Finding(name, "terrain", code, where, len(places) * pool.cell_m, 0.0, "m"))
    if len(pool.apart):
        where, count = shapely.MultiPoint(pool.apart), str(len(pool.apart))
        findings.append(Finding("flood-disconnected", "terrain", code, where, pool.apart_m2, 0.0, "m²", count))
    return findings
