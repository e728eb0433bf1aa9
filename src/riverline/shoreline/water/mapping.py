"""The water of an image as a mask, strip by strip: in memory, or straight into a file."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from riverline.demarcation.findings import Finding
from riverline.errors import ReadError
from riverline.geodesy import ellipsoidal_area
from riverline.io.rasters import raster_file
from riverline.io.scenes.places import footprint
from riverline.shoreline.water.finding import find_water, gather_faults, run_of
from riverline.shoreline.water.looking import STRIP_PIXELS, strips_of
from riverline.shoreline.water.result import DRY, UNKNOWN, WET, WaterMap
from riverline.shoreline.water.thresholds import surface

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline.io.scenes import PixelGrid, Scene
    from riverline.shoreline.water.finding import Found
    from riverline.shoreline.water.looking import Strip
    from riverline.shoreline.water.thresholds import Method, Threshold

__all__ = ["map_water", "pixel_m2", "wet_of"]


def map_water(
    scene: Scene,
    *,
    index: str | None = None,
    threshold: Method | float = "edge",
    extent: gpd.GeoDataFrame | None = None,
    bridges: gpd.GeoDataFrame | None = None,
    path: str | Path | None = None,
    strip_pixels: int = STRIP_PIXELS,
) -> WaterMap:
    """Where there is water on an image.

    Parameters
    ----------
    scene
        From :func:`riverline.read_scene`.
    index
        Water index, see :func:`riverline.list_indices`; if not given MNDWI where there is a short-wave band, else
        NDWI, else blue against red.
    threshold
        ``edge``: Otsu's of the pixels in blocks of 16 that hold both water and land, so that neither a small river nor
        fields and forests decide. ``half``: from there on to the index of ground that is half water and half land by
        its mean bands; it puts the edge of bright ground better, and errs where other ground is as near to water.
        ``otsu``: of all pixels. ``multi_otsu``: the upper of two between three classes. ``local``: Otsu's around each
        tile of 256 pixels that holds both, interpolated. ``zero``. Or a number.
    extent
        Polygons outside which nothing is looked at.
    bridges
        Polygons that hide the water.
    path
        GeoTIFF to write instead of keeping the mask; it appears whole or not at all.
    strip_pixels
        Pixels held at a time; memory grows with it, the result does not depend on it.

    Returns
    -------
    WaterMap
        An image without water gives a mask without water and the note ``water-none``.

    Raises
    ------
    SchemaError
        If the index, its bands or the threshold are not there.
    CRSError
        If extent or bridges cannot be brought to the image's CRS safely.

    Examples
    --------
    >>> import riverline as rl
    >>> found = rl.map_water(rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn"))
    >>> found.threshold.index, found.threshold.method, found.water.dtype.name, found.water.shape
    ('ndwi', 'edge', 'uint8', (160, 400))
    >>> round(found.threshold.separability, 2) > 0.7, round(found.water_m2 / found.clear_m2, 2)
    (True, 0.08)
    """
    found = find_water(scene, index, threshold, extent, bridges, strip_pixels)
    grid = scene.grid if found.view is None else found.view.grid
    file = None if path is None else Path(path)
    said: list[Finding] = []
    counts: Any = np.zeros(2)
    with _target(file, grid) as put:
        try:
            for strip, mask in _masks(found):
                put(strip.row, mask)
                counts += [(mask == WET).sum(), (mask != UNKNOWN).sum()]
        except ReadError as error:
            said.append(Finding("scene-damaged", "scenes", scene.name, None, note=error.zh.replace("\n", " ")))
    wet, clear = counts * pixel_m2(grid)
    return WaterMap(
        None if file is not None else put.values, file, grid, found.threshold, float(wet), float(clear),
        gather_faults(found, said, grid.crs), run_of([found], grid.crs, {"extent": extent, "bridges": bridges}),
    )  # fmt: skip


def _masks(found: Found) -> Iterator[tuple[Strip, NDArray[np.uint8]]]:
    if found.view is None:
        return
    with strips_of(found.view, found.index) as strips:
        for strip in strips:
            yield strip, wet_of(strip, found.threshold)


def wet_of(strip: Strip, threshold: Threshold) -> NDArray[np.uint8]:
    """The mask of a strip: dry, wet or unknown."""
    mask: NDArray[np.uint8] = np.full(strip.field.shape, DRY, dtype="uint8")
    if threshold.holds_water:
        rows = slice(strip.row, strip.row + len(mask))
        np.copyto(mask, WET, where=strip.field > surface(threshold, rows, mask.shape[1]))
    mask[strip.reason > 0] = UNKNOWN
    return mask


def pixel_m2(grid: PixelGrid) -> float:
    """Area of a pixel on the ellipsoid, the mean over the grid."""
    outline: Any = gpd.GeoDataFrame(geometry=[footprint(grid)], crs=grid.crs)
    return float(ellipsoidal_area(outline).iloc[0]) / (grid.shape[0] * grid.shape[1])


class _Kept:
    """A mask that is kept in memory."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.values = np.full(shape, UNKNOWN, dtype="uint8")

    def __call__(self, row: int, mask: NDArray[np.uint8]) -> None:
        self.values[row : row + len(mask)] = mask


class _Written:
    """A mask that goes into a file."""

    values = None

    def __init__(self, target: Any) -> None:  # noqa: ANN401 - a rasterio data set
        self.target = target

    def __call__(self, row: int, mask: NDArray[np.uint8]) -> None:
        self.target.write(mask, 1, window=((row, row + len(mask)), (0, mask.shape[1])))


@contextmanager
def _target(path: Path | None, grid: PixelGrid) -> Iterator[Any]:
    if path is None:
        yield _Kept(grid.shape)
        return
    with raster_file(path, grid, count=1, dtype="uint8", nodata=UNKNOWN) as target:
        yield _Written(target)
