"""Reading pixels: by window, on any grid, as float32 with the reason why a pixel cannot be used."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.errors import SchemaError
from riverline.geodesy import guarded_transformer
from riverline.io.scenes.files import CACHE_BYTES, damaged, open_raster
from riverline.io.scenes.model import Pixels, Reason
from riverline.io.scenes.numbers import NOTHING, UNDECLARED, add_full, add_nothing
from riverline.io.scenes.overflow import Steps
from riverline.io.scenes.places import common_grid, cut_transform, footprint_in, shifted, strips, to_plane
from riverline.io.scenes.sensors import mask_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.io.scenes.model import Band, PixelGrid, Scene, Window

__all__ = ["OpenScene", "block_rows", "iterate_windows", "open_scene", "read_pixels", "read_window"]

WINDOW_PIXELS = 6_291_456
"""Pixels of a window: 25 MB a band."""

_COARSER = 1.5
_LARGEST_CACHE = 512_000_000
_NUMBER_BYTES = 4
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class _Group:
    """Bands of one file, open on the grid that is read."""

    path: str
    source: Any
    bands: tuple[Band, ...]
    places: tuple[int, ...]
    warped: bool


@dataclass(frozen=True, slots=True)
class OpenScene:
    """A scene whose files are open; made by :func:`open_scene`.

    Attributes
    ----------
    scene, roles, grid
        What is read, which bands of it, and on which pixels.
    outline
        What the scene covers, in the CRS of the grid.
    undeclared
        Numbers met so far that nobody declares and that were taken for nothing.
    steps
        Steps between neighbours met so far, by band.
    """

    scene: Scene
    roles: tuple[str, ...]
    grid: PixelGrid
    outline: shapely.Polygon
    groups: tuple[_Group, ...]
    mask: Any
    undeclared: set[float] = field(default_factory=set)
    steps: Steps = field(default_factory=Steps)


@contextmanager
def open_scene(scene: Scene, roles: Sequence[str], *, grid: PixelGrid | None = None) -> Iterator[OpenScene]:
    """Open the files of a scene for :func:`read_pixels`.

    Parameters
    ----------
    scene
        The scene.
    roles
        Bands to read.
    grid
        Pixels to read them on, the scene's own if not given. Others are interpolated bilinearly from finer or like
        pixels and averaged from much finer ones; masks take the nearest.

    Yields
    ------
    OpenScene
        Closed at the end of the block.

    Raises
    ------
    SchemaError
        If the scene has no such band.
    CRSError
        If there is no safe way from its CRS to that of the grid.
    ReadError
        If a file is gone or damaged.
    """
    import rasterio

    _require_roles(scene, roles)
    grid = grid or shifted(scene.grid, scene.shift_m)
    by_file: dict[str, list[int]] = {}
    for place, role in enumerate(roles):
        by_file.setdefault(scene.bands[role].path, []).append(place)
    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=_cache(scene, roles)))
        groups = []
        for path, places in by_file.items():
            bands = tuple(scene.bands[roles[place]] for place in places)
            source = stack.enter_context(open_raster(path))
            nothing, together = _nothing_of(bands, source.dtypes[0])
            seen, warped = _on_grid(source, bands[0].grid, grid, scene, stack, nothing=nothing, together=together)
            groups.append(_Group(path, seen, bands, tuple(places), warped))
        mask = None
        if scene.mask is not None:
            source = stack.enter_context(open_raster(scene.mask.path))
            mask, _ = _on_grid(source, scene.mask.grid, grid, scene, stack, nearest=True)
        yield OpenScene(scene, tuple(roles), grid, footprint_in(shifted(scene.grid, scene.shift_m), grid.crs),
                        tuple(groups), mask)  # fmt: skip


def _require_roles(scene: Scene, roles: Sequence[str]) -> None:
    missing = [role for role in roles if role not in scene.bands]
    if missing or not roles:
        there, said = ", ".join(scene.bands), ", ".join(missing) or "-"
        raise SchemaError(
            f'影像 {scene.name} 没有波段 {said}（现有：{there}）；请在 read_scene 中写 bands={{"{said}": 波段号}}',
            f'{scene.name} has no band {said} (there are: {there}); give bands={{"{said}": its number}} to read_scene',
        )


def _cache(scene: Scene, roles: Sequence[str]) -> int:
    """Room for one row of blocks of all bands, so that no block is decoded twice."""
    row = sum(_NUMBER_BYTES * scene.bands[role].grid.shape[1] * _BLOCK for role in roles)
    return int(min(max(row, CACHE_BYTES), _LARGEST_CACHE))


def _nothing_of(bands: Sequence[Band], dtype: str) -> tuple[float, bool]:
    """The number that means nothing, and whether only in all bands together; where nobody says, the commonest."""
    declared = [band.nodata for band in bands if not np.isnan(band.nodata)]
    edges = [band.edge for band in bands if not np.isnan(band.edge)]
    if not declared and not edges and bands[0].guessed and np.dtype(dtype).kind in UNDECLARED:
        return UNDECLARED["i"][0], False
    return (declared or edges or [float("nan")])[0], not declared


def _on_grid(
    source: Any,  # noqa: ANN401 - a rasterio data set
    own: PixelGrid,
    grid: PixelGrid,
    scene: Scene,
    stack: ExitStack,
    *,
    nothing: float = float("nan"),
    together: bool = False,
    nearest: bool = False,
) -> tuple[Any, bool]:
    """The data set itself where it lies on the grid, or a view of it that does; and which of the two it is."""
    from rasterio.crs import CRS
    from rasterio.enums import Resampling
    from rasterio.vrt import WarpedVRT

    placed = shifted(own, scene.shift_m)
    if placed == grid:
        return source, False
    guarded_transformer(own.crs, grid.crs)
    averaged = grid.pixel > _COARSER * own.pixel and own.crs == grid.crs
    way = Resampling.nearest if nearest else (Resampling.average if averaged else Resampling.bilinear)
    options: dict[str, Any] = {} if nearest else {"nodata": NOTHING, "dtype": "float32"}
    if not nearest and not np.isnan(nothing):
        options |= {"src_nodata": nothing, "UNIFIED_SRC_NODATA": "YES" if together else "PARTIAL"}
    view = WarpedVRT(
        source, crs=CRS.from_wkt(grid.crs.to_wkt()), transform=grid.transform, width=grid.shape[1],
        height=grid.shape[0], src_transform=placed.transform, src_crs=CRS.from_wkt(own.crs.to_wkt()), resampling=way,
        **options,
    )  # fmt: skip
    return stack.enter_context(view), True


def block_rows(opened: OpenScene) -> int:
    """Rows of the blocks that the first file is stored in."""
    return int(opened.groups[0].source.block_shapes[0][0])


def read_pixels(opened: OpenScene, window: Window) -> Pixels:
    """The pixels of a window of an open scene.

    Parameters
    ----------
    opened
        From :func:`open_scene`.
    window
        Rows and columns of its grid.

    Returns
    -------
    Pixels
        Float32, whatever the file holds: sums of stored 16-bit numbers cannot overflow.

    Raises
    ------
    ReadError
        If the file ends before, or a block of it is damaged.
    """
    rows, columns = window
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    values = np.empty((len(opened.roles), *shape), dtype="float32")
    nothing, saturated = np.zeros(shape, dtype="bool"), np.zeros(shape, dtype="bool")
    edge, full = np.ones(shape, dtype="bool"), np.ones(shape, dtype="bool")
    for group in opened.groups:
        _read_group(group, window, values, (nothing, saturated, edge, full), opened)
    if np.isfinite(opened.groups[0].bands[0].edge):
        nothing |= edge
    reason = np.zeros(shape, dtype="uint8")
    reason[saturated | full] = Reason.SATURATED
    _add_mask(opened, window, reason)
    reason[nothing] = Reason.NODATA
    if nothing.any():
        values[:, nothing] = np.nan
    transform = cut_transform(opened.grid.transform, rows.start, columns.start)
    _add_outside(opened, transform, reason)
    return Pixels(opened.roles, values, reason, transform)


def _read_group(
    group: _Group,
    window: Window,
    values: NDArray[np.float32],
    flags: tuple[NDArray[np.bool_], ...],
    opened: OpenScene,
) -> None:
    """Fill in the bands of one file, and what is nothing, saturated, like the edge, or full in every band so far."""
    nothing, saturated, edge, full = flags
    spans = tuple((each.start, each.stop) for each in window)
    with damaged(group.path, window[0].start):
        raw = group.source.read([band.index for band in group.bands], window=spans)
        if group.bands[0].masked and not group.warped:
            nothing |= group.source.dataset_mask(window=spans) == 0
    for band, place, numbers in zip(group.bands, group.places, raw, strict=True):
        add_nothing(band, numbers, nothing, opened.undeclared, warped=group.warped)
        opened.steps.add(opened.roles[place], numbers, nothing)
        if np.isfinite(band.edge):
            edge &= numbers == band.edge
        add_full(band, numbers, saturated, full)
        np.multiply(numbers, np.float32(band.scale), out=values[place], casting="unsafe")
        if band.offset != 0.0:
            values[place] += np.float32(band.offset)


def _add_mask(opened: OpenScene, window: Window, reason: NDArray[np.uint8]) -> None:
    if opened.mask is None or opened.scene.mask is None:
        return
    spans = tuple((each.start, each.stop) for each in window)
    with damaged(opened.scene.mask.path, window[0].start):
        numbers = opened.mask.read(opened.scene.mask.index, window=spans)
    table = mask_table(opened.scene.mask.kind)
    if numbers.dtype.name in {"uint8", "uint16"}:
        told = table[numbers]
    else:
        # A mask in a float stack may be NaN at its edges: what it does not know of cannot be used.
        known = np.isfinite(numbers)
        told = table[np.clip(np.where(known, numbers, 0), 0, len(table) - 1).astype("int64")]
        told = np.where(known, told, np.uint8(Reason.NODATA))
    np.copyto(reason, told, where=told > 0)


def _add_outside(opened: OpenScene, transform: Any, reason: NDArray[np.uint8]) -> None:  # noqa: ANN401 - an Affine
    """Tell pixels beyond the scene from those that hold nothing."""
    if not any(group.warped for group in opened.groups):
        return
    rows, columns = reason.shape
    corners = shapely.Polygon(np.column_stack(to_plane(transform, [0, columns, columns, 0], [0, 0, rows, rows])))
    if shapely.covers(opened.outline, corners):
        return
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    x, y = to_plane(transform, column, row)
    reason[~shapely.contains_xy(opened.outline, x, y)] = Reason.OUTSIDE


def read_window(
    scene: Scene, roles: Sequence[str], *, window: Window | None = None, grid: PixelGrid | None = None
) -> Pixels:
    """Pixels of a scene.

    Parameters
    ----------
    scene
        An open scene.
    roles
        Bands to read, such as ``("green", "nir")``.
    window
        Rows and columns of the grid, ``(slice(0, 512), slice(0, 512))``; all of it if not given.
    grid
        Pixels to read on, the scene's own if not given; see :func:`common_grid`.

    Returns
    -------
    Pixels
        Values in float32, and for each pixel the reason why it cannot be used.

    Raises
    ------
    SchemaError
        If the scene has no such band, or the window lies beyond the grid.
    CRSError
        If there is no safe way from the scene's CRS to that of the grid.
    ReadError
        If a file is gone, cut short or damaged.

    Examples
    --------
    >>> import riverline as rl
    >>> scene = rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn")
    >>> pixels = rl.read_window(scene, ("green", "nir"), window=(slice(0, 2), slice(0, 3)))
    >>> pixels["nir"].shape, pixels.values.dtype.name, bool(pixels.valid.all())
    ((2, 3), 'float32', True)
    """
    with open_scene(scene, roles, grid=grid) as opened:
        rows, columns = window or tuple(slice(0, size) for size in opened.grid.shape)
        beyond = rows.stop > opened.grid.shape[0] or columns.stop > opened.grid.shape[1]
        if beyond or min(rows.start, columns.start) < 0 or rows.stop <= rows.start or columns.stop <= columns.start:
            raise SchemaError(
                f"窗口 {rows.start}:{rows.stop}, {columns.start}:{columns.stop} 不在 {opened.grid.shape} 的格网内",
                f"the window {rows.start}:{rows.stop}, {columns.start}:{columns.stop} is not on the grid of "
                f"{opened.grid.shape}",
            )
        return read_pixels(opened, (rows, columns))


def iterate_windows(
    scenes: Sequence[Scene], roles: Sequence[str], *, grid: PixelGrid | None = None, pixels: int = WINDOW_PIXELS
) -> Iterator[tuple[Window, tuple[Pixels, ...]]]:
    """Window after window of several scenes on one grid; memory does not grow with the scenes' size.

    Parameters
    ----------
    scenes
        Scenes in any CRS and pixel size.
    roles
        Bands to read of each.
    grid
        Pixels to read on; :func:`common_grid` of the scenes if not given.
    pixels
        Pixels in a window, for each band and scene.

    Yields
    ------
    tuple
        The window, as rows and columns of the grid, and the pixels of each scene, in the order of the scenes. Windows
        are strips of all columns, from the first row to the last, none overlapping another.

    Raises
    ------
    SchemaError, CRSError, ReadError
        As from :func:`read_window` and :func:`common_grid`.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.io.scenes import iterate_windows
    >>> scenes = [rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn") for year in (2024, 2026)]
    >>> [(rows.start, len(parts)) for (rows, _), parts in iterate_windows(scenes, ("red",), pixels=40_000)]
    [(0, 2), (100, 2)]
    """
    grid = grid or common_grid(scenes)
    with ExitStack() as stack:
        opened = [stack.enter_context(open_scene(scene, roles, grid=grid)) for scene in scenes]
        block = max(map(block_rows, opened))
        for window in strips(grid.shape, pixels=pixels, block=block):
            yield window, tuple(read_pixels(each, window) for each in opened)
