"""From pixels to the plane and back, and grids cut, shifted and made common; affine 2 and 3 multiply by other signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.errors import SchemaError
from riverline.geodesy import guarded_transformer
from riverline.io.scenes.model import PixelGrid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyproj
    from affine import Affine
    from numpy.typing import ArrayLike, NDArray

    from riverline.io.scenes.model import Scene, Window

    Floats = NDArray[np.float64]

__all__ = ["common_grid", "cut_transform", "footprint", "footprint_in", "shifted", "strips", "to_pixels", "to_plane",
           "window_around"]  # fmt: skip

_SIDES = 16
_SNAP = 1e-6


def to_plane(transform: Affine, columns: ArrayLike, rows: ArrayLike) -> tuple[Floats, Floats]:
    """Coordinates of places in pixels, counted from the outer corner of the first pixel.

    Examples
    --------
    >>> from affine import Affine
    >>> [each.tolist() for each in to_plane(Affine(10, 0, 500, 0, -10, 900), [0, 1.5], [0, 0.5])]
    [[500.0, 515.0], [900.0, 895.0]]
    """
    a, b, c, d, e, f = transform[:6]
    column, row = np.asarray(columns, dtype="float64"), np.asarray(rows, dtype="float64")
    return c + a * column + b * row, f + d * column + e * row


def to_pixels(transform: Affine, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Columns and rows of coordinates, counted from the outer corner of the first pixel."""
    return to_plane(~transform, x, y)


def cut_transform(transform: Affine, row: float, column: float) -> Affine:
    """The transform of a window that begins at a row and column."""
    a, b, _, d, e, _ = transform[:6]
    x, y = to_plane(transform, column, row)
    return type(transform)(a, b, float(x), d, e, float(y))


def shifted(grid: PixelGrid, shift_m: tuple[float, float]) -> PixelGrid:
    """The grid moved east and north."""
    if shift_m == (0.0, 0.0):
        return grid
    a, b, c, d, e, f = grid.transform[:6]
    return PixelGrid(grid.crs, type(grid.transform)(a, b, c + shift_m[0], d, e, f + shift_m[1]), grid.shape)


def footprint(grid: PixelGrid) -> shapely.Polygon:
    """The outline of a grid in its own CRS."""
    rows, columns = grid.shape
    x, y = to_plane(grid.transform, [0, columns, columns, 0], [0, 0, rows, rows])
    return shapely.Polygon(np.column_stack([x, y]))


def footprint_in(grid: PixelGrid, crs: pyproj.CRS) -> shapely.Polygon:
    """The outline of a grid in another CRS, its sides followed at sixteen places each.

    Raises
    ------
    CRSError
        If there is no safe way from one CRS to the other.
    """
    outline = footprint(grid)
    if grid.crs == crs:
        return outline
    dense = shapely.segmentize(outline, outline.length / (4 * _SIDES))
    passage = guarded_transformer(grid.crs, crs)
    return shapely.transform(dense, lambda places: np.column_stack(passage.transform(places[:, 0], places[:, 1])))


def common_grid(scenes: Sequence[Scene], *, extent: shapely.Geometry | None = None) -> PixelGrid:
    """One grid for several scenes: CRS, pixels and their corners of the finest, cut to what all of them cover.

    Parameters
    ----------
    scenes
        One or more scenes, in any CRS.
    extent
        Area in the CRS of the finest scene to which the grid is cut as well.

    Returns
    -------
    PixelGrid
        Its pixels are pixels of the finest scene; of several as fine, of the first.

    Raises
    ------
    SchemaError
        If there is no scene, or nothing is covered by all of them.
    CRSError
        If there is no safe way from one CRS to another.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.io.scenes import common_grid
    >>> scenes = [rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn") for year in (2024, 2026)]
    >>> common_grid(scenes).shape
    (160, 400)
    """
    if not len(scenes):
        raise SchemaError("没有影像", "there is no scene")
    grids = [shifted(scene.grid, scene.shift_m) for scene in scenes]
    sides = [_side_m(grid) for grid in grids]
    base = grids[int(np.argmin(sides))]
    shared = shapely.intersection_all([footprint_in(grid, base.crs) for grid in grids])
    if extent is not None:
        shared = shapely.intersection(shared, extent)
    window = window_around(base, shared)
    if window is None:
        names = ", ".join(scene.name for scene in scenes)
        raise SchemaError(f"影像没有共同覆盖的范围：{names}", f"no place is covered by all of: {names}")
    rows, columns = window
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    return PixelGrid(base.crs, cut_transform(base.transform, rows.start, columns.start), shape)


def _side_m(grid: PixelGrid) -> float:
    """Side of a pixel, in metres nearly enough to tell the finest."""
    unit = grid.crs.axis_info[0].unit_conversion_factor if grid.crs.axis_info else 1.0
    return grid.pixel * (unit * 6_378_137.0 if grid.crs.is_geographic else unit)


def window_around(grid: PixelGrid, area: shapely.Geometry) -> Window | None:
    """The rows and columns of a grid that hold an area; None where they do not meet."""
    if shapely.is_empty(area) or not shapely.get_dimensions(area) >= 1:
        return None
    places = shapely.get_coordinates(area)
    column, row = to_pixels(grid.transform, places[:, 0], places[:, 1])
    rows = slice(max(int(np.floor(row.min() + _SNAP)), 0), min(int(np.ceil(row.max() - _SNAP)), grid.shape[0]))
    columns = slice(max(int(np.floor(column.min() + _SNAP)), 0), min(int(np.ceil(column.max() - _SNAP)), grid.shape[1]))
    return (rows, columns) if rows.stop > rows.start and columns.stop > columns.start else None


def strips(shape: tuple[int, int], *, pixels: int, block: int = 1) -> Iterator[Window]:
    """Strips of all columns from the first row to the last, of at most so many pixels, whole blocks where that fits.

    Examples
    --------
    >>> [rows for rows, _ in strips((10, 4), pixels=16, block=3)]
    [slice(0, 3, None), slice(3, 6, None), slice(6, 9, None), slice(9, 10, None)]
    """
    height = max(1, pixels // max(shape[1], 1))
    height = max(height // block * block, 1) if height >= block else height
    for row in range(0, shape[0], height):
        yield slice(row, min(row + height, shape[0])), slice(0, shape[1])
