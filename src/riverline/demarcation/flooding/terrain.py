"""Terrain rasters, read window by window in the plane of the axis: never whole, never silently moved."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from riverline.demarcation.findings import Finding
from riverline.errors import CRSError, ReadError
from riverline.geodesy import guarded_transformer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affine import Affine
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Terrain", "heights", "highest_around", "open_terrain", "to_cells", "to_plane"]

CACHE_BYTES = 32_000_000
"""What GDAL may keep of the blocks it has read; its own default is a twentieth of the machine."""

_SAMPLED_CELLS = 512
_UNKNOWN = -3.0e38
_FULL_TURN = 360.0
_METRES = {"m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "": 1.0, "ft": 0.3048, "foot": 0.3048,
           "feet": 0.3048, "us-ft": 1200 / 3937, "us survey foot": 1200 / 3937, "ftus": 1200 / 3937}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terrain:
    """An open raster of ground heights.

    Attributes
    ----------
    source
        The open data set in the plane of the axis.
    shape
        Rows and columns, with one row and column added on every side, so that centres of cells cover the raster up to
        its very edge.
    cell_to_plane
        From (column, row) of a cell's centre to coordinates.
    cell_m
        Side of a cell.
    factor
        Metres in a unit of height.
    """

    source: Any
    shape: tuple[int, int]
    cell_to_plane: Affine
    cell_m: float
    factor: float


@contextmanager
def open_terrain(path: Path | str, *, crs: Any, river_id: str) -> Iterator[tuple[Terrain, list[Finding]]]:  # noqa: ANN401
    """Open a terrain raster in the plane of the axis.

    Parameters
    ----------
    path
        Any single-band raster that GDAL reads.
    crs
        CRS of the axis.
    river_id
        River the findings are noted at.

    Yields
    ------
    Terrain
        Closed at the end of the block.
    list of Finding
        ``terrain-reprojected`` if its CRS is another, ``terrain-unit`` if its heights are not in metres.

    Raises
    ------
    ReadError
        If it is no raster.
    CRSError
        If it has no CRS, or one that cannot be brought to the axis's safely.

    Examples
    --------
    >>> import rasterio
    >>> corner = rasterio.Affine(10, 0, 500_000, 0, -10, 3_500_000)
    >>> shape = {"driver": "GTiff", "width": 3, "height": 2, "count": 1, "dtype": "float64"}
    >>> with rasterio.open("/vsimem/slope.tif", "w", crs=4548, transform=corner, **shape) as target:
    ...     target.write(np.array([[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]), 1)
    >>> with open_terrain("/vsimem/slope.tif", crs=4548, river_id="R1") as (terrain, findings):
    ...     print(terrain.shape, terrain.cell_m, findings)
    ...     print(heights(terrain, slice(0, 2), slice(0, 3)).tolist())
    ...     print(to_plane(terrain, np.array([[1, 1]])).tolist())
    ...     print(to_cells(terrain, np.array([[500_005.0, 3_499_995.0]])).tolist())
    ...     print(highest_around(terrain, np.array([[500_005.0, 3_499_995.0]]), cells=1).tolist())
    (4, 5) 10.0 []
    [[-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]]
    [[500005.0, 3499995.0]]
    [[1.0, 1.0]]
    [3.0]
    """
    import rasterio
    from rasterio.errors import RasterioIOError

    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES))
        try:
            source = stack.enter_context(rasterio.open(path))
        except RasterioIOError as error:
            name = Path(path).name
            raise ReadError(f"无法读取地形 {name}：{error}", f"the terrain {name} cannot be read: {error}") from error
        used, findings = _in_plane(source, crs, river_id, stack)
        factor, unit = _height_unit(source)
        if factor != 1.0:
            findings.append(Finding("terrain-unit", "terrain", river_id, None, factor, 1.0, "m", note=unit))
        grid = _between_cells(used.transform)
        cell = float(np.sqrt(abs(grid.determinant)))
        yield Terrain(used, (used.height + 2, used.width + 2), grid, cell, factor), findings


def _between_cells(corners: Affine) -> Affine:
    """From the middles of cells to the plane, with a margin of one cell; affine 2 and 3 multiply by different signs."""
    a, b, c, d, e, f = corners[:6]
    return type(corners)(a, b, c - (a + b) / 2, d, e, f - (d + e) / 2)


def _in_plane(source: Any, crs: Any, river_id: str, stack: ExitStack) -> tuple[Any, list[Finding]]:  # noqa: ANN401
    """The data set itself, or a view of it in the axis's CRS."""
    from rasterio._err import CPLE_BaseError
    from rasterio.crs import CRS
    from rasterio.enums import Resampling
    from rasterio.errors import RasterioError
    from rasterio.vrt import WarpedVRT

    name = Path(source.name).name
    if source.crs is None:
        raise CRSError(
            f"地形 {name} 没有坐标系；请先写入，例如 gdal_edit.py -a_srs EPSG:4548 {name}",
            f"the terrain {name} has no CRS; write it first, such as gdal_edit.py -a_srs EPSG:4548 {name}",
        )
    target = pyproj.CRS.from_user_input(crs)
    plane = target.sub_crs_list[0] if target.is_compound else target
    wanted = CRS.from_wkt(plane.to_wkt())
    if source.crs == wanted:
        return source, []
    guarded_transformer(source.crs.to_wkt(), plane)
    _require_place(source, name)
    try:
        view = WarpedVRT(source, crs=wanted, resampling=Resampling.bilinear, nodata=_UNKNOWN, dtype="float64")
    except (RasterioError, CPLE_BaseError) as error:
        raise CRSError(*_not_there(source, name, str(error))) from error
    note = f"{source.crs.to_string()} → {wanted.to_string()}"
    return stack.enter_context(view), [Finding("terrain-reprojected", "terrain", river_id, None, note=note)]


def _require_place(source: Any, name: str) -> None:  # noqa: ANN401 - a rasterio data set
    """Raise for a raster in degrees by its CRS and in metres by its corners."""
    if source.crs.is_geographic and max(map(abs, source.bounds)) > _FULL_TURN:
        west, south, east, north = source.bounds
        said = f"X {west:.0f} – {east:.0f}, Y {south:.0f} – {north:.0f}"
        raise CRSError(*_not_there(source, name, said))


def _not_there(source: Any, name: str, why: str) -> tuple[str, str]:  # noqa: ANN401 - a rasterio data set
    code = source.crs.to_string()
    return (
        f"地形 {name} 的坐标系 {code} 与其坐标不符（{why}）；请核实后改写，例如 gdal_edit.py -a_srs EPSG:4548 {name}",
        (
            f"the CRS {code} of the terrain {name} does not fit its coordinates ({why}); find out and correct it, such "
            f"as gdal_edit.py -a_srs EPSG:4548 {name}"
        ),
    )


def _height_unit(source: Any) -> tuple[float, str]:  # noqa: ANN401 - a rasterio data set
    unit = str(source.units[0] or "") if source.units else ""
    return _METRES.get(unit.strip().lower(), 1.0), unit


def to_plane(terrain: Terrain, cells: Floats | Integers) -> Floats:
    """Coordinates (n, 2) of places given as (column, row)."""
    t = terrain.cell_to_plane
    x, y = np.asarray(cells, dtype="float64").T
    return np.column_stack([t.c + t.a * x + t.b * y, t.f + t.d * x + t.e * y])


def to_cells(terrain: Terrain, points: Floats) -> Floats:
    """Places (n, 2) as (column, row) of coordinates."""
    t = ~terrain.cell_to_plane
    x, y = np.asarray(points, dtype="float64").T
    return np.column_stack([t.c + t.a * x + t.b * y, t.f + t.d * x + t.e * y])


def heights(terrain: Terrain, rows: slice, columns: slice) -> Floats:
    """Ground heights of a window, in metres; NaN where unknown.

    Parameters
    ----------
    terrain
        The terrain.
    rows, columns
        Window in rows and columns of :attr:`Terrain.shape`; what lies beyond is unknown. The added rows and columns
        continue the ground linearly.

    Returns
    -------
    ndarray
        Float64 of the window's shape.
    """
    spans = [_span(wanted, size) for wanted, size in zip((rows, columns), terrain.shape, strict=True)]
    ground = _read(terrain, spans[0][0], spans[1][0])
    pads = [pad for _, pad, _ in spans]
    if np.any(pads):
        linear = min(ground.shape) > 1
        ground = (
            np.pad(ground, pads, mode="reflect", reflect_type="odd") if linear else np.pad(ground, pads, mode="edge")
        )
    return ground[spans[0][2], spans[1][2]]


def _span(wanted: slice, size: int) -> tuple[tuple[int, int], tuple[int, int], slice]:
    """What to read of one direction of the raster, how many rows to add at either side, and what to take of that."""
    start, stop, known = wanted.start - 1, wanted.stop - 1, size - 2
    # two rows at least: one alone has no slope to go on with
    low = max(min(start, known - 2), 0)
    high = min(max(stop, low + 2), known)
    before, after = max(low - start, 0), max(stop - high, 0)
    first = start - low + before
    return (low, high), (before, after), slice(first, first + stop - start)


def _read(terrain: Terrain, rows: tuple[int, int], columns: tuple[int, int]) -> Floats:
    from rasterio.enums import MaskFlags

    source = terrain.source
    window = (rows, columns)
    ground = source.read(1, window=window).astype("float64")
    flags = source.mask_flag_enums[0]
    if MaskFlags.nodata in flags:
        unknown = ground == source.nodata
    elif MaskFlags.all_valid in flags:
        unknown = np.zeros(1, dtype="bool")
    else:
        unknown = source.read_masks(1, window=window) == 0
    scale, offset = source.scales[0] * terrain.factor, source.offsets[0] * terrain.factor
    if (scale, offset) != (1.0, 0.0):
        ground = ground * scale + offset
    return np.where(unknown | ~np.isfinite(ground), np.nan, ground)


def highest_around(terrain: Terrain, points: Floats, *, cells: int) -> Floats:
    """The highest ground within so many cells of points; NaN where all of it is unknown.

    Parameters
    ----------
    terrain
        The terrain.
    points : (n, 2)
        Coordinates.
    cells
        Cells to each side; 0 takes the cell that a point lies in.

    Returns
    -------
    (n,)
        Heights in metres.
    """
    place = np.floor(to_cells(terrain, points) + 0.5).astype("int64")[:, ::-1]
    found = np.full(len(points), np.nan)
    inside = ((place >= 1) & (place < np.array(terrain.shape) - 1)).all(axis=1)
    blocks, which = np.unique(place[inside] // _SAMPLED_CELLS, axis=0, return_inverse=True)
    for number, block in enumerate(blocks):
        members = np.flatnonzero(inside)[which.ravel() == number]
        found[members] = _highest_in_block(terrain, place[members], block * _SAMPLED_CELLS, cells)
    return found


def _highest_in_block(terrain: Terrain, place: Integers, corner: Integers, cells: int) -> Floats:
    low = np.maximum(np.maximum(place.min(axis=0) - cells, corner - cells), 1)
    high = np.minimum(place.max(axis=0) + cells + 1, np.array(terrain.shape) - 1)
    ground = heights(terrain, slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1])))
    ground = np.where(np.isnan(ground), -np.inf, ground)
    steps = np.arange(-cells, cells + 1)
    row = np.clip(place[:, :1] - low[0] + steps, 0, ground.shape[0] - 1)
    column = np.clip(place[:, 1:] - low[1] + steps, 0, ground.shape[1] - 1)
    highest = ground[row[:, :, None], column[:, None, :]].max(axis=(1, 2))
    return np.where(np.isinf(highest), np.nan, highest)
