"""How often ground is wet, over a stack of images, and at which level of the water."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline import faults
from riverline.demarcation.findings import Finding
from riverline.errors import ReadError, SchemaError
from riverline.io.rasters import raster_file
from riverline.io.scenes import common_grid, open_scene, read_pixels
from riverline.io.scenes.places import strips
from riverline.schema import LOOKS
from riverline.shoreline.water.finding import find_water, gather_faults, run_of
from riverline.shoreline.water.indices import compute_index
from riverline.shoreline.water.looking import STRIP_PIXELS, roles_read, suspect_clouds
from riverline.shoreline.water.result import WaterOccurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.io.scenes import PixelGrid, Scene, Window
    from riverline.shoreline.water.finding import Found
    from riverline.shoreline.water.thresholds import Method

    Levels = Mapping[str | dt.date, float]

__all__ = ["measure_water_occurrence"]

_FEW_CLEAR = 50.0
_LAYERS = ("occurrence", "looks", "highest_dry_m", "lowest_wet_m")


@dataclass(frozen=True, slots=True)
class _Sums:
    """What a strip or the whole grid is summed up to; levels are None without any."""

    wet: NDArray[np.uint16]
    seen: NDArray[np.uint16]
    highest_dry: NDArray[np.float32] | None
    lowest_wet: NDArray[np.float32] | None


def measure_water_occurrence(
    scenes: Iterable[Scene],
    *,
    index: str | None = None,
    threshold: Method | float = "edge",
    levels: Levels | None = None,
    extent: gpd.GeoDataFrame | None = None,
    grid: PixelGrid | None = None,
    path: str | Path | None = None,
    strip_pixels: int = STRIP_PIXELS,
) -> WaterOccurrence:
    """How often each place is wet, and with gauge levels, between which levels it falls dry.

    Parameters
    ----------
    scenes
        Images of several days, of any sensors; each has its own index and threshold.
    index, threshold, extent
        As in :func:`riverline.map_water`; thresholds are found on each image's own pixels.
    levels
        Name or date of an image to the gauge level when it was taken, metres.
    grid
        Pixels to sum up on; what all images cover, on the finest one's pixels, if not given.
    path
        GeoTIFF to write instead of keeping arrays: occurrence, looks and, with levels, highest dry and lowest wet.
    strip_pixels
        Pixels of each image held at a time.

    Returns
    -------
    WaterOccurrence
        Clouds, shadows and what an image does not cover are no looks.

    Raises
    ------
    SchemaError
        If there is no scene, no common ground, an index is not there, or a level belongs to no image.
    CRSError
        If an image cannot be brought to the grid safely.

    Examples
    --------
    >>> import riverline as rl
    >>> scenes = rl.read_scenes([rl.samples.path(f"影像{year}.tif") for year in (2024, 2026)], sensor="rgbn")
    >>> stack = rl.measure_water_occurrence(scenes, levels={"2024-04-15": 21.3, "2026-04-12": 20.9})
    >>> stack.table[["source", "level_m"]].values.tolist()
    [['影像2024', 21.3], ['影像2026', 20.9]]
    >>> sorted(set(stack.occurrence.ravel().tolist()))
    [0.0, 0.5, 1.0]
    """
    every = list(scenes)
    if threshold == "local":
        raise SchemaError(
            'threshold="local" 只用于单景；叠加统计请用 "edge"',
            'threshold="local" is for one image; use "edge" for a stack',
        )
    at = _levels(every, levels)
    found = [find_water(scene, index, threshold, extent, None, strip_pixels) for scene in every]
    grid = grid or common_grid(every)
    file = None if path is None else Path(path)
    counts = np.zeros((len(found), 2))
    with _target(file, grid, leveled=at is not None) as put:
        damaged = _sum_up(found, at, grid, strip_pixels, counts, put)
    table = _table(found, at, counts, grid.shape[0] * grid.shape[1])
    rows = [gather_faults(each, _said(table, number, damaged), grid.crs) for number, each in enumerate(found)]
    kept = getattr(put, "kept", None)
    return WaterOccurrence(
        None if kept is None else _share(kept), None if kept is None else kept.seen,
        None if kept is None else kept.highest_dry, None if kept is None else kept.lowest_wet, grid, table, file,
        faults.combine(rows, crs=grid.crs), run_of(found, grid.crs, {"extent": extent}),
    )  # fmt: skip


def _levels(scenes: list[Scene], levels: Levels | None) -> NDArray[np.float64] | None:
    """The level of each scene, NaN where none is given."""
    if not scenes:
        raise SchemaError("没有影像", "there is no scene")
    if levels is None:
        return None
    given = {key.isoformat() if isinstance(key, dt.date) else str(key): float(value) for key, value in levels.items()}
    names = [{scene.name, "" if scene.date is None else scene.date.isoformat()} for scene in scenes]
    lost = sorted(set(given) - set().union(*names))
    if lost:
        raise SchemaError(f"levels 中没有对应影像的项：{', '.join(lost)}", f"levels of no image: {', '.join(lost)}")
    return np.array([next((given[key] for key in sorted(each) if key in given), np.nan) for each in names])


def _nothing(shape: tuple[int, int], *, leveled: bool) -> _Sums:
    unknown = [np.full(shape, np.nan, dtype="float32") if leveled else None for _ in range(2)]
    return _Sums(np.zeros(shape, dtype="uint16"), np.zeros(shape, dtype="uint16"), *unknown)


def _sum_up(
    found: list[Found],
    levels: NDArray[np.float64] | None,
    grid: PixelGrid,
    pixels: int,
    counts: NDArray[np.float64],
    put: Any,  # noqa: ANN401 - takes a window and its sums
) -> dict[int, str]:
    """Strip after strip of all scenes; counts of seen and wet pixels are filled in. Which scenes broke off, and why."""
    damaged: dict[int, str] = {}
    with ExitStack() as stack:
        opened = {
            number: stack.enter_context(open_scene(each.scene, roles_read(each.scene, each.index), grid=grid))
            for number, each in enumerate(found)
            if each.view is not None
        }
        for window in strips(grid.shape, pixels=pixels):
            sums = _nothing((window[0].stop - window[0].start, grid.shape[1]), leveled=levels is not None)
            for number in opened.keys() - damaged.keys():
                try:
                    seen, wet = _look(found[number], opened[number], window)
                except ReadError as error:
                    damaged[number] = error.zh.replace("\n", " ")
                    continue
                counts[number] += _add(sums, seen, wet, np.nan if levels is None else levels[number])
            put(window, sums)
    return damaged


def _look(found: Found, opened: Any, window: Any) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:  # noqa: ANN401
    """Which pixels of a window are seen, and which are wet."""
    part = read_pixels(opened, window)
    suspect_clouds(part, found.scene)
    values = compute_index(found.index.formula, dict(zip(part.roles, part.values, strict=True)))
    seen = part.valid & np.isfinite(values)
    return seen, seen & (values > found.threshold.value) if found.threshold.holds_water else np.zeros_like(seen)


def _add(sums: _Sums, seen: NDArray[np.bool_], wet: NDArray[np.bool_], level: float) -> list[int]:
    np.add(sums.seen, seen, out=sums.seen, casting="unsafe")
    np.add(sums.wet, wet, out=sums.wet, casting="unsafe")
    if sums.highest_dry is not None and sums.lowest_wet is not None and np.isfinite(level):
        np.fmax(sums.highest_dry, np.float32(level), out=sums.highest_dry, where=seen & ~wet)
        np.fmin(sums.lowest_wet, np.float32(level), out=sums.lowest_wet, where=wet)
    return [int(seen.sum()), int(wet.sum())]


def _share(sums: _Sums) -> NDArray[np.float32]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums.seen > 0, sums.wet / sums.seen.astype("float32"), np.float32(np.nan)).astype("float32")


def _table(
    found: list[Found], levels: NDArray[np.float64] | None, counts: NDArray[np.float64], pixels: int
) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        wet = 100.0 * counts[:, 1] / counts[:, 0]
    frame = pd.DataFrame(
        {
            "look_id": [f"{number:04d}/{each.scene.name}" for number, each in enumerate(found, 1)],
            "source": [each.scene.name for each in found],
            "date": pd.Series([each.scene.date for each in found], dtype="datetime64[s]"),
            "level_m": np.full(len(found), np.nan) if levels is None else levels,
            "index": [each.index.name for each in found],
            "threshold": [each.threshold.value for each in found],
            "clear_share": 100.0 * counts[:, 0] / pixels,
            "water_share": wet,
        }
    )
    return pd.DataFrame(LOOKS.conform(frame))


def _said(table: pd.DataFrame, number: int, damaged: Mapping[int, str]) -> list[Finding]:
    name, share = str(table["source"].iloc[number]), float(table["clear_share"].iloc[number])
    said = [Finding("look-masked", "scenes", name, None, share)] if share < _FEW_CLEAR else []
    if table["level_m"].notna().any() and np.isnan(table["level_m"].iloc[number]):
        day = table["date"].iloc[number]
        said.append(Finding("image-without-level", "scenes", name, None, note="" if pd.isna(day) else str(day.date())))
    if number in damaged:
        said.append(Finding("scene-damaged", "scenes", name, None, note=damaged[number]))
    return said


class _Kept:
    """Sums that are kept in memory."""

    def __init__(self, grid: PixelGrid, *, leveled: bool) -> None:
        self.kept = _nothing(grid.shape, leveled=leveled)

    def __call__(self, window: Window, sums: _Sums) -> None:
        for one, other in ((self.kept.wet, sums.wet), (self.kept.seen, sums.seen)):
            one[window] = other
        if self.kept.highest_dry is not None and self.kept.lowest_wet is not None:
            self.kept.highest_dry[window] = sums.highest_dry
            self.kept.lowest_wet[window] = sums.lowest_wet


class _Written:
    """Sums that go into a file, strip by strip."""

    def __init__(self, target: Any) -> None:  # noqa: ANN401 - a rasterio data set
        self.target = target
        for number, name in enumerate(_LAYERS[: target.count], 1):
            target.set_band_description(number, name)

    def __call__(self, window: Window, sums: _Sums) -> None:
        layers = [_share(sums), sums.seen.astype("float32"), sums.highest_dry, sums.lowest_wet]
        spans = tuple((each.start, each.stop) for each in window)
        for number in range(1, self.target.count + 1):
            self.target.write(layers[number - 1], number, window=spans)


@contextmanager
def _target(path: Path | None, grid: PixelGrid, *, leveled: bool) -> Iterator[Any]:
    if path is None:
        yield _Kept(grid, leveled=leveled)
        return
    count = len(_LAYERS) if leveled else 2
    with raster_file(path, grid, count=count, dtype="float32", nodata=float("nan")) as target:
        yield _Written(target)
