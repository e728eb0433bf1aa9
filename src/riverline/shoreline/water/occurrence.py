"""How often ground is wet, over a stack of images, and at which level of the water."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline import faults
from riverline.demarcation.findings import Finding
from riverline.errors import ReadError, SchemaError
from riverline.io.scenes import PixelGrid, common_grid, open_scene, read_pixels
from riverline.io.scenes.places import strips
from riverline.schema import LOOKS
from riverline.shoreline.water.finding import find_water, gather_faults, run_of
from riverline.shoreline.water.indices import compute_index
from riverline.shoreline.water.looking import STRIP_PIXELS
from riverline.shoreline.water.mapping import raster_file
from riverline.shoreline.water.result import WaterOccurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.io.scenes import Scene
    from riverline.shoreline.water.finding import Found
    from riverline.shoreline.water.thresholds import Method

    Levels = Mapping[str | dt.date, float]

__all__ = ["measure_water_occurrence"]

_FEW_CLEAR = 50.0


@dataclass(slots=True)
class _Sums:
    """What is summed up while strips go by."""

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
    parts, table = _summed(found, at, grid, strip_pixels)
    file = None if path is None else Path(path)
    looks, occurrence = parts.seen, _share(parts)
    if file is not None:
        _write(file, grid, occurrence, parts)
    rows = [gather_faults(each, said, grid.crs) for each, said in zip(found, _said(table), strict=True)]
    kept = file is None
    return WaterOccurrence(
        occurrence if kept else None, looks if kept else None, parts.highest_dry if kept else None,
        parts.lowest_wet if kept else None, grid, table, file, faults.combine(rows, crs=grid.crs),
        run_of(found, grid.crs, {"extent": extent}),
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


def _summed(
    found: list[Found], levels: NDArray[np.float64] | None, grid: PixelGrid, pixels: int
) -> tuple[_Sums, pd.DataFrame]:
    shape = grid.shape
    nothing = None if levels is None else np.full(shape, np.nan, dtype="float32")
    sums = _Sums(np.zeros(shape, dtype="uint16"), np.zeros(shape, dtype="uint16"), nothing,
                 None if nothing is None else nothing.copy())  # fmt: skip
    counts = np.zeros((len(found), 2))
    damaged: dict[int, str] = {}
    for number, each in enumerate(found):
        if each.view is None:
            continue
        level = np.nan if levels is None else levels[number]
        try:
            with ExitStack() as stack:
                opened = stack.enter_context(open_scene(each.scene, each.index.roles, grid=grid))
                for window in strips(shape, pixels=pixels):
                    counts[number] += _add(sums, window, *_look(each, opened, window), level)
        except ReadError as error:
            damaged[number] = error.zh
    return sums, _table(found, levels, counts, shape[0] * shape[1])


def _look(found: Found, opened: Any, window: Any) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:  # noqa: ANN401
    """Which pixels of a window are seen, and which are wet."""
    part = read_pixels(opened, window)
    values = compute_index(found.index.formula, dict(zip(part.roles, part.values, strict=True)))
    seen = part.valid & np.isfinite(values)
    return seen, seen & (values > found.threshold.value) if found.threshold.holds_water else np.zeros_like(seen)


def _add(sums: _Sums, window: Any, seen: NDArray[np.bool_], wet: NDArray[np.bool_], level: float) -> list[int]:  # noqa: ANN401
    sums.seen[window] += seen
    sums.wet[window] += wet
    if sums.highest_dry is not None and sums.lowest_wet is not None and np.isfinite(level):
        dry = sums.highest_dry[window]
        sums.highest_dry[window] = np.where(seen & ~wet, np.fmax(dry, np.float32(level)), dry)
        low = sums.lowest_wet[window]
        sums.lowest_wet[window] = np.where(wet, np.fmin(low, np.float32(level)), low)
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


def _said(table: pd.DataFrame) -> list[list[Finding]]:
    shares = zip(table["source"].tolist(), table["clear_share"].tolist(), strict=True)
    return [
        [Finding("look-masked", "scenes", name, None, share)] if share < _FEW_CLEAR else [] for name, share in shares
    ]


def _write(path: Path, grid: PixelGrid, occurrence: NDArray[np.float32], sums: _Sums) -> None:
    layers: list[tuple[str, NDArray[Any]]] = [("occurrence", occurrence), ("looks", sums.seen.astype("float32"))]
    if sums.highest_dry is not None and sums.lowest_wet is not None:
        layers += [("highest_dry_m", sums.highest_dry), ("lowest_wet_m", sums.lowest_wet)]
    with raster_file(path, grid, count=len(layers), dtype="float32", nodata=float("nan")) as target:
        for number, (name, values) in enumerate(layers, 1):
            target.write(values, number)
            target.set_band_description(number, name)
