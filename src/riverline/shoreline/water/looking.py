"""What water is looked for on: the part of a scene inside an extent, strip by strip, as values of an index."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.grids.clouds import HELPFUL, NEEDED, like_cloud
from riverline.demarcation.findings import Finding
from riverline.errors import SchemaError
from riverline.geodesy import align
from riverline.io.scenes import PixelGrid, Reason, open_scene, read_pixels
from riverline.io.scenes.pixels import block_rows
from riverline.io.scenes.places import cut_transform, shifted, strips, window_around
from riverline.shoreline.water.indices import compute_index
from riverline.shoreline.water.thresholds import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.io.scenes import Pixels, Scene, Window
    from riverline.io.scenes.plausible import Plausibility
    from riverline.shoreline.water.indices import Index

__all__ = ["STRIP_PIXELS", "Strip", "View", "look_at", "roles_read", "strips_of", "suspect_clouds"]

STRIP_PIXELS = 6_291_456
"""Pixels of a strip, if nothing else is said."""

_TALLEST = 1024
_MARGIN = 1.5
_EVERY = 4


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The part of a scene that is looked at.

    Attributes
    ----------
    scene
        The scene.
    grid
        Its pixels, cut to the extent.
    window
        Rows and columns of the scene's grid.
    extent, bridges
        Areas in the CRS of the grid: what counts, and what hides the water's edge; None where not given.
    pixels
        Pixels of a strip.
    """

    scene: Scene
    grid: PixelGrid
    window: Window
    extent: shapely.Geometry | None
    bridges: NDArray[np.object_]
    pixels: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.grid.shape

    @property
    def upward(self) -> bool:
        """Whether rows run from south to north; blocks and samples go by the ground, not by how it is stored."""
        return self.grid.transform.determinant > 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Rows of a view.

    Attributes
    ----------
    row
        Its first row in the view.
    field : (rows, columns)
        Values of the index, float32, not finite where there are none.
    reason : (rows, columns)
        Why a value cannot be used, 0 where it can.
    bands : (bands, rows, columns)
        What the index was made of.
    """

    row: int
    field: NDArray[np.float32]
    reason: NDArray[np.uint8]
    bands: NDArray[np.float32]


def look_at(
    scene: Scene,
    extent: gpd.GeoDataFrame | None = None,
    bridges: gpd.GeoDataFrame | None = None,
    *,
    pixels: int = STRIP_PIXELS,
) -> View | Finding:
    """The part of a scene inside an extent.

    Parameters
    ----------
    scene
        The scene.
    extent, bridges
        Polygons in any CRS that leads safely to the scene's; lines of bridges need a width, so buffer them first.
    pixels
        Pixels of a strip.

    Returns
    -------
    View or Finding
        The fault ``scene-outside`` where scene and extent do not meet.

    Raises
    ------
    SchemaError, CRSError
        If a frame holds no polygons, or its CRS is not known or cannot be changed safely.
    """
    grid = shifted(scene.grid, scene.shift_m)
    area = None if extent is None else shapely.union_all(_areas(extent, grid, "extent"))
    hidden = np.zeros(0, dtype="object") if bridges is None else _areas(bridges, grid, "bridges")
    window: Window | None = (slice(0, grid.shape[0]), slice(0, grid.shape[1]))
    if area is not None:
        # one pixel more on each side, so that lines end at the extent and not at an edge
        window = window_around(grid, shapely.buffer(area, grid.pixel * _MARGIN))
    if window is None:
        return Finding("scene-outside", "scenes", scene.name, None)
    rows, columns = window
    cut = PixelGrid(grid.crs, cut_transform(grid.transform, rows.start, columns.start),
                    (rows.stop - rows.start, columns.stop - columns.start))  # fmt: skip
    return View(scene, cut, window, area, hidden, pixels)


def _areas(frame: gpd.GeoDataFrame, grid: PixelGrid, layer: str) -> NDArray[np.object_]:
    if not hasattr(frame, "geometry"):
        raise SchemaError(f"{layer} 应为面图层", f"{layer} must be a layer of polygons")
    shapes = np.asarray(align(frame, grid.crs, layer=layer).geometry.array, dtype="object")
    areal = shapes[(shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes)]  # noqa: PLR2004 - areas
    if len(shapes) and not len(areal):
        raise SchemaError(
            f"{layer} 没有面；线请先按宽度做缓冲，如 frame.set_geometry(frame.buffer(6))",
            f"{layer} holds no polygons; buffer lines by their width first: frame.set_geometry(frame.buffer(6))",
        )
    return areal


def roles_read(scene: Scene, index: Index) -> tuple[str, ...]:
    """Bands of an index, and where a scene brings no mask and the bands for it, those by which clouds are suspected."""
    if scene.mask is not None or scene.clear or not scene.reflectance or not set(NEEDED) <= set(scene.bands):
        return index.roles
    more = [role for role in (*NEEDED, *HELPFUL) if role in scene.bands and role not in index.roles]
    return (*index.roles, *more)


def suspect_clouds(pixels: Pixels, scene: Scene) -> None:
    """Fill in which pixels of an image without a mask are taken for cloud; none where :func:`roles_read` asked not."""
    if scene.mask is not None or scene.clear or not scene.reflectance or not set(NEEDED) <= set(pixels.roles):
        return
    found = like_cloud(dict(zip(pixels.roles, pixels.values, strict=True)))
    # The brightest clouds fill the sensor: they are told as what they are.
    pixels.reason[found & (pixels.reason == 0)] = Reason.CLOUD_SUSPECTED


@contextmanager
def strips_of(view: View, index: Index, seen: Plausibility | None = None) -> Iterator[Iterator[Strip]]:
    """Once through a view from the first row to the last, its files open.

    Parameters
    ----------
    view, index
        What is looked at, and what is computed.
    seen
        Is told a sixteenth of the values, and the numbers that were taken for nothing.

    Yields
    ------
    Iterator of Strip
        In order, none overlapping another; they hold whole blocks of :mod:`thresholds`, counted from the north.
    """
    with open_scene(view.scene, roles_read(view.scene, index)) as opened:
        yield _strips(view, index, opened, seen)
        if seen is not None:
            seen.undeclared |= opened.undeclared
            seen.steps = opened.steps


def _strips(
    view: View,
    index: Index,
    opened: Any,  # noqa: ANN401 - an OpenScene
    seen: Plausibility | None,
) -> Iterator[Strip]:
    top, left = view.window[0].start, view.window[1].start
    columns = slice(left, view.window[1].stop)
    whole = int(np.lcm(BLOCK, min(block_rows(opened), _TALLEST)))
    block = whole if view.pixels >= whole * view.shape[1] else BLOCK
    lead = view.shape[0] % BLOCK if view.upward and view.shape[0] > BLOCK else 0
    thin = (slice(None, None, -_EVERY if view.upward else _EVERY), slice(None, None, _EVERY))
    for span, _ in strips((view.shape[0] - lead, view.shape[1]), pixels=max(view.pixels, block * view.shape[1]),
                          block=block):  # fmt: skip
        rows = slice(span.start + lead if span.start else 0, span.stop + lead)
        height = rows.stop - rows.start
        pixels = read_pixels(opened, (slice(rows.start + top, rows.stop + top), columns))
        suspect_clouds(pixels, view.scene)
        bands = pixels.values[: len(index.roles)]
        values = compute_index(index.formula, dict(zip(pixels.roles, pixels.values, strict=True)))
        reason = pixels.reason
        nowhere = ~np.isfinite(values)
        if seen is not None:
            usable = reason[thin] == 0
            seen.add(bands[:, thin[0], thin[1]][:, usable], undefined=int(np.count_nonzero(nowhere[thin] & usable)))
            seen.clouded += int(np.count_nonzero(reason[thin] == Reason.CLOUD_SUSPECTED))
        reason[nowhere & (reason == 0)] = Reason.NODATA
        np.clip(values, *index.range, out=values)
        _add_areas(view, rows.start, height, reason)
        yield Strip(rows.start, values, reason, bands)


def _add_areas(view: View, row: int, height: int, reason: NDArray[np.uint8]) -> None:
    """Bridges, and what lies outside the extent, as reasons."""
    if view.extent is None and not len(view.bridges):
        return
    from rasterio.features import rasterize

    transform = cut_transform(view.grid.transform, row, 0)
    shape = (height, view.shape[1])
    if len(view.bridges):
        hidden = rasterize(view.bridges, out_shape=shape, transform=transform, all_touched=True, dtype="uint8")
        reason[(hidden > 0) & (reason == 0)] = Reason.BRIDGE
    if view.extent is not None:
        inside = rasterize([view.extent], out_shape=shape, transform=transform, dtype="uint8")
        reason[inside == 0] = Reason.EXTENT
