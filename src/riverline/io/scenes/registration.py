"""How far two images are shifted against each other, measured on ground that stays, and the way to undo it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline import faults
from riverline._kernels.grids.phase import STEPS, phase_shift
from riverline.errors import SchemaError
from riverline.geodesy import align, guarded_transformer
from riverline.io.scenes.pixels import open_scene, read_pixels
from riverline.io.scenes.places import common_grid, cut_transform, footprint, to_plane

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.io.scenes.model import PixelGrid, Pixels, Scene

    Floats = NDArray[np.float64]

__all__ = ["SURE", "Registration", "correct_registration", "measure_registration"]

_ROLES = ("red", "green", "blue", "nir", "swir1")
_STEPS_OF_A_PIXEL = STEPS[-1]
_TILES = 64
_FEWEST = 4
_USABLE_SHARE = 0.4
_LEAST_QUALITY = 0.2
_SMALLEST_TILE = 48
_OUTLIER = 3.5
_PASSES = 8
_NEAR_ENOUGH_PX = 0.05
_WORSE = 0.9
_NORMAL = 1.4826
_MEDIAN = 1.2533
"""Standard error of a median, in that of a mean."""
SURE = 2.0
"""Standard errors by which a shift must lie beyond a limit, or below it, before it is said to."""


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """Where a second image lies against a first.

    Attributes
    ----------
    first, second
        Names of the images.
    east_m, north_m
        How far the second is displaced, units of the first's CRS; NaN where it could not be measured.
    shift_m
        Length of that.
    uncertainty_m
        Standard error of the shift, from how well tiles agree.
    spread_m
        How far tiles scatter, one standard deviation: what is left after a shift of the whole is undone.
    quality
        Correlation of the two after the shift, the median over tiles, 0 to 1.
    tiles
        Tiles that agree, and tiles that could be measured.
    faults
        Rows of :data:`riverline.schema.FAULTS`: too few tiles, a shift that is beyond the limit by two standard errors,
        or one that is neither beyond nor below it by as much. Empty: the gate is passed.
    """

    first: str
    second: str
    east_m: float
    north_m: float
    shift_m: float
    uncertainty_m: float
    spread_m: float
    quality: float
    tiles: tuple[int, int]
    faults: gpd.GeoDataFrame

    def __repr__(self) -> str:
        return (
            f"Registration({self.second} against {self.first}: {self.east_m:.2f} east, {self.north_m:.2f} north, "
            f"± {self.uncertainty_m:.2f}, quality {self.quality:.2f}, {self.tiles[0]} of {self.tiles[1]} tiles, "
            f"{len(self.faults)} faults)"
        )


def measure_registration(
    first: Scene,
    second: Scene,
    *,
    role: str | None = None,
    stable: gpd.GeoDataFrame | None = None,
    tile_px: int = 128,
    limit_m: float | None = None,
) -> Registration:
    """How far a second image is displaced against a first.

    Parameters
    ----------
    first, second
        Two images of one place, of any sensors.
    role
        Band to compare; if not given red, green, blue, nir or swir1, the first that both have.
    stable
        Polygons of ground that stays, such as roads and towns; everything that is not water if not given.
    tile_px
        Side of the tiles that are compared, in pixels of the finer image; a quarter of a small image's shorter side.
    limit_m
        Shift that is still allowed, for the fault ``registration-shift``; half a pixel if not given.

    Returns
    -------
    Registration
        Its ``uncertainty_m`` is for ``registration_m`` of :func:`riverline.trace_waterlines`.

    Raises
    ------
    SchemaError
        If the images have no band in common or do not meet.
    CRSError
        If one cannot be brought to the CRS of the other safely.

    Notes
    -----
    Up to 64 tiles are compared by the phase of their cross-correlation to a fiftieth of a pixel (Guizar-Sicairos et al.
    2008, doi:10.1364/OL.33.000156), on the steepness of the band rather than on its values, so that season and light do
    not matter; pixels that cannot be used or hold water are levelled. The shift is the median over tiles whose
    correlation is at least 0.2, outliers by their median deviation left out. A tile shows the same window of both
    images, so that what runs along a bank seems to move less than it does: the second image is moved by what was
    found and measured again, until a twentieth of a pixel is left. ``uncertainty_m`` is that of the last measurement.

    Examples
    --------
    >>> import riverline as rl
    >>> pair = [rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn") for year in (2024, 2026)]
    >>> found = rl.measure_registration(*pair)
    >>> found.shift_m < 1.0, len(found.faults)
    (True, 0)
    """
    grid = common_grid([first, second])
    band = _band(first, second, role)
    side = min(tile_px, max(min(grid.shape) // 4, _SMALLEST_TILE))
    (east, north), used, found = _approached(second, lambda moved: _tiles(first, moved, band, grid, stable, side), grid)
    spread = _spread(used) * grid.pixel
    error = _MEDIAN * spread / float(np.sqrt(max(len(used), 1)))
    limit = 0.5 * grid.pixel if limit_m is None else limit_m
    length = float(np.hypot(east, north))
    quality = float(np.median(used[:, 2])) if len(used) else 0.0
    return Registration(
        first.name, second.name, east, north, length, error, spread,
        quality, (len(used), found), _said(first, second, grid, len(used), (length, error), limit),
    )  # fmt: skip


def _approached(
    second: Scene, look: Callable[[Scene], Floats], grid: PixelGrid
) -> tuple[tuple[float, float], Floats, int]:
    """How far east and north, the tiles that agree on it when it is undone, and how many could be measured."""
    a, b, _, d, e, _ = grid.transform[:6]
    there = np.zeros(2)
    found = look(second)
    used = found[_agreeing(found)]
    if not len(used):
        return (float("nan"), float("nan")), used, len(found)
    for _ in range(_PASSES):
        row, column = np.median(used[:, :2], axis=0)
        # the shift that brings the second onto the first is the way back
        there -= (a * column + b * row, d * column + e * row)
        if np.hypot(row, column) < _NEAR_ENOUGH_PX:
            break
        again = look(_moved(second, -there, grid))
        agreeing = again[_agreeing(again)]
        # Where the two are less alike after it was undone, nothing more is to be learned.
        if len(agreeing) < min(_FEWEST, len(used)) or np.median(agreeing[:, 2]) < _WORSE * np.median(used[:, 2]):
            break
        found, used = again, agreeing
    return (float(there[0]), float(there[1])), used, len(found)


def _moved(scene: Scene, way: Floats, grid: PixelGrid) -> Scene:
    """A scene read from elsewhere: so far off in the CRS of a grid, which need not be its own."""
    middle = np.array(to_plane(grid.transform, grid.shape[1] / 2, grid.shape[0] / 2))
    transformer = guarded_transformer(grid.crs, scene.crs)
    start, end = (np.array(transformer.transform(*place)) for place in (middle, middle + way))
    east, north = scene.shift_m
    return replace(scene, shift_m=(east + float((end - start)[0]), north + float((end - start)[1])))


def correct_registration(scene: Scene, registration: Registration) -> Scene:
    """The second image of a registration, read from where it ought to lie.

    Parameters
    ----------
    scene
        The image that was measured as the second.
    registration
        Its measurement.

    Returns
    -------
    Scene
        The same files; every pixel lies as much west and south as it was found east and north.

    Raises
    ------
    SchemaError
        If it was not measured, or another image was.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.io.scenes import correct_registration
    >>> pair = [rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn") for year in (2024, 2026)]
    >>> moved = correct_registration(pair[1], rl.measure_registration(*pair))
    >>> max(map(abs, moved.shift_m)) < 1.0
    True
    """
    if scene.name != registration.second or not np.isfinite(registration.shift_m):
        raise SchemaError(
            f"配准结果不是影像 {scene.name} 的，或没有量得偏移（{registration.second}）",
            f"the registration is not that of {scene.name}, or nothing could be measured ({registration.second})",
        )
    east, north = scene.shift_m
    return replace(scene, shift_m=(east - registration.east_m, north - registration.north_m))


def _band(first: Scene, second: Scene, role: str | None) -> str:
    both = [each for each in _ROLES if each in first.bands and each in second.bands]
    if role is not None and role in first.bands and role in second.bands:
        return role
    if role is not None or not both:
        raise SchemaError(
            f"两景影像没有可比的共同波段：{', '.join(first.bands)}；{', '.join(second.bands)}",
            f"no band to compare is in both images: {', '.join(first.bands)}; {', '.join(second.bands)}",
        )
    return both[0]


def _corners(grid: PixelGrid, side: int) -> list[tuple[int, int]]:
    """First rows and columns of tiles: at most 64, spread evenly, half overlapping where there is room for few."""
    rows, columns = (max(size - side, 0) for size in grid.shape)
    down, across = (min(2 * room // max(side, 1) + 1, int(np.sqrt(_TILES))) for room in (rows, columns))
    return [
        (int(row), int(column))
        for row in np.linspace(0, rows, down).round()
        for column in np.linspace(0, columns, across).round()
    ]


def _tiles(
    first: Scene, second: Scene, band: str, grid: PixelGrid, stable: gpd.GeoDataFrame | None, side: int
) -> Floats:
    """Shift in rows and columns, and quality, of the tiles that could be measured, (n, 3)."""
    areas = None if stable is None else np.asarray(align(stable, grid.crs, layer="stable").geometry.array)
    found = []
    with ExitStack() as stack:
        opened = [
            stack.enter_context(open_scene(scene, (band, *_water_bands(scene)), grid=grid)) for scene in (first, second)
        ]
        for row, column in _corners(grid, side):
            window = (slice(row, min(row + side, grid.shape[0])), slice(column, min(column + side, grid.shape[1])))
            pair = [read_pixels(each, window) for each in opened]
            usable = _fixed(pair[0]) & _fixed(pair[1])
            if areas is not None:
                usable &= _inside(areas, grid, row, column, usable.shape)
            if usable.mean() >= _USABLE_SHARE or (areas is not None and usable.sum() >= side):
                found.append(_shift(pair[0].values[0], pair[1].values[0], usable))
    return np.array([each for each in found if each[2] >= _LEAST_QUALITY]).reshape(-1, 3)


def _water_bands(scene: Scene) -> tuple[str, ...]:
    second = next((role for role in ("swir1", "nir") if role in scene.bands), None)
    return ("green", second) if scene.reflectance and second is not None and "green" in scene.bands else ()


def _fixed(pixels: Pixels) -> NDArray[np.bool_]:
    """Pixels that can be used and hold no water."""
    if len(pixels.roles) == 1:
        return pixels.valid  # without reflectance green above infrared is no sign of water
    return pixels.valid & (pixels.values[1] <= pixels.values[2])


def _inside(areas: Any, grid: PixelGrid, row: int, column: int, shape: tuple[int, int]) -> NDArray[np.bool_]:  # noqa: ANN401
    from rasterio.features import rasterize

    drawn = [area for area in areas if area is not None and not shapely.is_empty(area)]
    if not drawn:
        return np.zeros(shape, dtype="bool")
    transform = cut_transform(grid.transform, row, column)
    return np.asarray(rasterize(drawn, out_shape=shape, transform=transform, dtype="uint8")) > 0


def _shift(first: NDArray[np.float32], second: NDArray[np.float32], usable: NDArray[np.bool_]) -> tuple[float, ...]:
    """Rows and columns that bring the second onto the first, and the correlation that is reached."""
    return phase_shift(_outlines(first, usable), _outlines(second, usable))


def _outlines(values: NDArray[np.float32], usable: NDArray[np.bool_]) -> Floats:
    """Steepness of a band, levelled where it cannot be used, and fading to the sides of the tile."""
    from scipy.ndimage import binary_erosion, gaussian_gradient_magnitude

    level = float(np.median(values[usable])) if usable.any() else 0.0
    steep = gaussian_gradient_magnitude(np.where(usable, values, level).astype("float64"), 1.0)
    inner = binary_erosion(usable, iterations=2, border_value=1)
    steep = np.where(inner, steep - steep[inner].mean(), 0.0) if inner.any() else np.zeros_like(steep)
    fade = [np.hanning(size + 2)[1:-1] for size in values.shape]
    return np.asarray(steep * fade[0][:, None] * fade[1][None, :])


def _agreeing(found: Floats) -> NDArray[np.bool_]:
    """Tiles whose shift is near the median of all."""
    if len(found) < _FEWEST:
        return np.ones(len(found), dtype="bool")
    away = np.hypot(*(found[:, :2] - np.median(found[:, :2], axis=0)).T)
    typical = max(float(np.median(away)) * _NORMAL, 2.0 / _STEPS_OF_A_PIXEL)
    return np.asarray(away <= _OUTLIER * typical)


def _spread(used: Floats) -> float:
    """Scatter of tiles about their median, pixels, in both directions together."""
    if not len(used):
        return float("nan")
    away = np.abs(used[:, :2] - np.median(used[:, :2], axis=0))
    return float(np.hypot(*(np.median(away, axis=0) * _NORMAL)))


def _said(
    first: Scene, second: Scene, grid: PixelGrid, used: int, shift: tuple[float, float], limit: float
) -> gpd.GeoDataFrame:
    common: dict[str, Any] = {
        "layer": "scenes", "feature_id": [second.name], "geometry": [footprint(grid)], "crs": grid.crs,
    }  # fmt: skip
    rows = []
    if used < _FEWEST:
        rows.append(faults.found("registration-unsure", value=used, limit=_FEWEST, **common))
    elif shift[0] - SURE * shift[1] > limit:
        rows.append(
            faults.found("registration-shift", value=shift[0], limit=limit, unit="m", note=first.name, **common)
        )
    elif shift[0] + SURE * shift[1] > limit:
        told = f"{first.name}：{shift[0]:.2f} ± {shift[1]:.2f} m"
        rows.append(faults.found("registration-vague", value=shift[1], limit=limit, unit="m", note=told, **common))
    return faults.combine(rows, crs=grid.crs)
