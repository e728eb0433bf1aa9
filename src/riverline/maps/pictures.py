"""Images as a web page shows them: cut to an area, warped to the map's plane, stretched alike, as PNG in the page."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from riverline.errors import JobError
from riverline.geodesy import guarded_transformer
from riverline.io.scenes import PixelGrid, open_scene, read_pixels
from riverline.io.scenes.places import footprint_in, shifted, to_plane
from riverline.style import COLOURS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.io.scenes import Pixels, Scene

    Box = tuple[float, float, float, float]
    Corners = tuple[tuple[float, float], tuple[float, float]]

__all__ = ["MAX_PIXELS", "Picture", "corners_of", "data_uri", "plane_grid", "roles_of", "take_pictures"]

MAX_PIXELS = 1_500_000
"""Pixels of a picture: 3 to 5 MB of the page."""
STRETCH = (0.02, 0.98)
MIDDLE, STEEPEST = 0.4, 0.45
"""What becomes of the median of all bands, and the smallest exponent that may make it so."""
SAMPLE = 500_000
"""Values of a band that the stretch is found from."""
_ELLIPSOID = pyproj.Geod(ellps="WGS84")
_PLANE = "EPSG:3857"
_DEGREES = "EPSG:4326"


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image as a page holds it.

    Attributes
    ----------
    name, date
        Of the scene.
    url
        The PNG as a data URI; pixels without values are transparent.
    bounds
        (south, west) and (north, east) of its outer edges, degrees.
    pixel_m, own_pixel_m
        Side of its pixels and of the image's own, on the ground.
    alike
        Whether it is stretched together with the others.
    """

    name: str
    date: dt.date | None
    url: str
    bounds: Corners
    pixel_m: float
    own_pixel_m: float
    alike: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Values of each band that become black and white, and the exponent between them."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    exponent: float

    def levels(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(bands, …) values as 0 to 1."""
        shape = (-1, *[1] * (values.ndim - 1))
        low, high = self.low.reshape(shape), self.high.reshape(shape)
        return np.asarray(np.clip((values - low) / np.maximum(high - low, 1e-9), 0.0, 1.0) ** self.exponent)


def roles_of(scene: Scene) -> tuple[str, str, str]:
    """Bands shown as red, green and blue; an image that has none of the usual threes is grey.

    Examples
    --------
    >>> import riverline as rl
    >>> roles_of(rl.read_scene(rl.samples.path("影像2024.tif"), sensor="rgbn"))
    ('red', 'green', 'blue')
    """
    grey = (next(iter(scene.bands)),) * 3
    return next((roles for roles in COLOURS if set(roles) <= set(scene.bands)), grey)


def take_pictures(
    scenes: Sequence[Scene], area: Box | None = None, *, max_pixels: int = MAX_PIXELS
) -> tuple[Picture | None, ...]:
    """Pictures of scenes, for a map in Web Mercator.

    Parameters
    ----------
    scenes
        One or more scenes in any CRS.
    area
        West, south, east and north in degrees; all of each image if not given.
    max_pixels
        Most pixels of a picture: larger ones are made coarser.

    Returns
    -------
    tuple of Picture or None
        In the order of the scenes, None where a scene does not reach the area.

    Raises
    ------
    JobError
        If no scene reaches the area, or ``max_pixels`` is too few.
    CRSError
        If there is no safe way from a scene's CRS to the map's.

    Notes
    -----
    Pixels are placed by the same passage from CRS to CRS as vectors are. Colours run from the 2nd to the 98th
    percentile of what can be used (no cloud, no shadow) of all images together, band by band, if their numbers mean the
    same: all reflectance, or one sensor. Else each image has a stretch of its own. An exponent for all bands lifts dark
    images. Pixels are half as large as the image's own where there is room: what is warped at its own size is blurred.

    Examples
    --------
    >>> import riverline as rl
    >>> scenes = [rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn") for year in (2024, 2026)]
    >>> [(picture.url[:22], round(picture.pixel_m)) for picture in take_pictures(scenes)]
    [('data:image/png;base64,', 5), ('data:image/png;base64,', 5)]
    """
    if not max_pixels >= 1:
        raise JobError(f"max_pixels 应不小于 1：{max_pixels!r}", f"max_pixels must be 1 or more: {max_pixels!r}")
    grids = [_grid(scene, area, max_pixels) for scene in scenes]
    if not any(grids):
        names = "、".join(scene.name for scene in scenes)
        raise JobError(
            f"影像与要绘制的范围不相交：{names}；请核对影像的坐标系，或另给 area=",
            f"no image reaches what is to be drawn: {names}; check the images' CRS, or give another area=",
        )
    read = [None if grid is None else _read(scene, grid) for scene, grid in zip(scenes, grids, strict=True)]
    alike = _comparable(scenes)
    shared = _stretch([pixels for pixels in read if pixels is not None]) if alike else None
    return tuple(
        None if pixels is None or grid is None else _picture(scene, pixels, grid, shared)
        for scene, pixels, grid in zip(scenes, read, grids, strict=True)
    )


def _grid(scene: Scene, area: Box | None, max_pixels: int) -> PixelGrid | None:
    """Pixels of the map's plane, north up, about as large as the image's own, around what it shows of the area."""
    return plane_grid(shifted(scene.grid, scene.shift_m), area, max_pixels)


def plane_grid(
    placed: PixelGrid, area: Box | None = None, max_pixels: int = MAX_PIXELS, finer: float = 2.0
) -> PixelGrid | None:
    """Pixels in Web Mercator for those of any grid, half as large where there is room; None outside of the area.

    Parameters
    ----------
    placed
        A grid in any CRS.
    area
        West, south, east and north in degrees; all of the grid if not given.
    max_pixels
        Most pixels: larger grids are made coarser.
    finer
        How many of them are as wide as one of the grid's, where there is room.
    """
    from affine import Affine

    plane = pyproj.CRS(_PLANE)
    outline = footprint_in(placed, plane)
    side = math.sqrt(outline.area / (placed.shape[0] * placed.shape[1])) / finer
    shown = outline if area is None else shapely.intersection(outline, _box_in_plane(area))
    if shapely.is_empty(shown) or not shown.area > 0.0:
        return None
    west, south, east, north = shown.bounds
    side = max(side, math.sqrt((east - west) * (north - south) / max_pixels))
    # Pixels beyond the edge are transparent, so that rounding up the number of rows and columns shows nothing false.
    rows, columns = (max(math.ceil(round(length / side, 6)), 1) for length in (north - south, east - west))
    while rows * columns > max_pixels and rows * columns > 1:
        side *= 1.001
        rows, columns = (max(math.ceil(length / side), 1) for length in (north - south, east - west))
    return PixelGrid(plane, Affine(side, 0.0, west, 0.0, -side, north), (rows, columns))


def _box_in_plane(area: Box) -> shapely.Geometry:
    return shapely.box(*guarded_transformer(_DEGREES, _PLANE).transform_bounds(*area, densify_pts=2))


def _read(scene: Scene, grid: PixelGrid) -> Pixels:
    roles = tuple(dict.fromkeys(roles_of(scene)))
    with open_scene(scene, roles, grid=grid) as opened:
        return read_pixels(opened, (slice(0, grid.shape[0]), slice(0, grid.shape[1])))


def _comparable(scenes: Sequence[Scene]) -> bool:
    """Whether one stretch may serve all: their numbers mean the same, and the same bands are shown."""
    return all(
        roles_of(one) == roles_of(other)
        and one.reflectance == other.reflectance
        and (one.reflectance or one.sensor == other.sensor)
        for one, other in pairwise(scenes)
    )


def _stretch(pictures: Sequence[Pixels]) -> _Stretch:
    """The stretch of several pictures: as many values of each, whatever its size."""
    each = SAMPLE // len(pictures)
    samples = []
    for pixels in pictures:
        usable = pixels.valid if pixels.valid.any() else np.isfinite(pixels.values).all(axis=0)
        known = pixels.values[:, usable]
        samples.append(known[:, :: max(1, known.shape[1] // each)])
    together = np.concatenate(samples, axis=1)
    if not together.shape[1]:
        return _Stretch(np.zeros(len(together)), np.ones(len(together)), 1.0)
    low, high = np.quantile(together, STRETCH, axis=1).astype("float64")
    plain = _Stretch(low, high, 1.0)
    median = float(np.median(plain.levels(together)))
    lifted = math.log(MIDDLE) / math.log(median) if 0.0 < median < MIDDLE else 1.0
    return _Stretch(low, high, max(lifted, STEEPEST))


def _picture(scene: Scene, pixels: Pixels, grid: PixelGrid, shared: _Stretch | None) -> Picture:
    shown = (shared or _stretch([pixels])).levels(pixels.values)
    there = np.isfinite(pixels.values).all(axis=0)
    levels = np.rint(255.0 * np.nan_to_num(shown)).astype("uint8")
    colours = [levels[pixels.roles.index(role)] * there for role in roles_of(scene)]
    bounds = corners_of(grid)
    scale = math.cos(math.radians((bounds[0][0] + bounds[1][0]) / 2.0))
    url = data_uri(np.stack([*colours, 255 * there.astype("uint8")]), grid)
    pixel, own = grid.transform.a * scale, _ground_side(scene.grid)
    return Picture(scene.name, scene.date, url, bounds, pixel, own, shared is not None)


def corners_of(grid: PixelGrid) -> Corners:
    """(south, west) and (north, east) of a grid in Web Mercator, degrees: between them Leaflet stretches evenly."""
    side, west, north = grid.transform.a, grid.transform.c, grid.transform.f
    south, east = north - side * grid.shape[0], west + side * grid.shape[1]
    passage = guarded_transformer(_PLANE, _DEGREES)
    (left, bottom), (right, top) = passage.transform(west, south), passage.transform(east, north)
    return (float(bottom), float(left)), (float(top), float(right))


def _ground_side(grid: PixelGrid) -> float:
    """Side of a pixel in the middle of an image, metres on the ellipsoid."""
    rows, columns = grid.shape
    row, column = rows / 2.0, columns / 2.0
    x, y = to_plane(grid.transform, [column, column + 1.0, column], [row, row, row + 1.0])
    lon, lat = guarded_transformer(grid.crs, _DEGREES).transform(x, y)
    _, _, sides = _ELLIPSOID.inv([lon[0]] * 2, [lat[0]] * 2, lon[1:], lat[1:])
    return math.sqrt(sides[0] * sides[1])


def data_uri(bands: NDArray[np.uint8], grid: PixelGrid) -> str:
    """(4, rows, columns) of red, green, blue and opacity as a PNG for a page."""
    from rasterio.io import MemoryFile

    profile: dict[str, Any] = {"driver": "PNG", "dtype": "uint8", "count": len(bands), "zlevel": 4}
    profile |= {"height": bands.shape[1], "width": bands.shape[2], "transform": grid.transform}
    with MemoryFile() as file:
        with file.open(**profile) as picture:
            picture.write(bands)
        return f"data:image/png;base64,{base64.b64encode(file.read()).decode()}"
