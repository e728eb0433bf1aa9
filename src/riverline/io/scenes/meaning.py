"""What the stored numbers of bands mean: factor, nothing, saturated; from the caller, the file or the sensor."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from riverline.io.scenes.model import Band

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.io.scenes.files import Header
    from riverline.io.scenes.sensors import Sensor

__all__ = ["Plan", "band_of", "impossible_nodata", "scaled", "with_edges"]

_FILLS = (0.0, 255.0, 65535.0)
_BASELINE = re.compile(r"_N(\d{4})_")
_FIRST_WITH_OFFSET = 400


@dataclass(frozen=True, slots=True)
class Plan:
    """Which file and band is which role, of which sensor, whether the name alone told, and which bands nobody names."""

    name: str
    bands: Mapping[str, tuple[str, int]]
    masks: Mapping[str, tuple[str, int]]
    sensor: Sensor | None
    by_name: bool
    unnamed: tuple[int, ...] = ()


def band_of(
    source: tuple[str, int],
    headers: Mapping[str, Header],
    sensor: Sensor | None,
    nodata: float | Literal[False] | None,
) -> Band:
    """The band, with what is nothing and what is saturated in it."""
    file, number = source
    header = headers[file]
    declared = header.nodata[number - 1]
    if nodata is False:
        declared = np.nan
    elif nodata is not None:
        declared = float(nodata)
    elif np.isnan(declared) and sensor is not None:
        declared = sensor.nodata
    saturated = np.inf if sensor is None else sensor.saturated
    edge = np.nan
    if header.dtypes[number - 1] == "uint8" and declared in _FILLS:
        # in 8 bits these are the darkest and the brightest ground as well: only all bands together mean nothing
        declared, edge = np.nan, declared
    return Band(file, number, header.grid, nodata=declared, edge=edge, saturated=saturated,
                masked=header.masked and nodata is not False, guessed=nodata is None)  # fmt: skip


def scaled(
    bands: dict[str, Band], plan: Plan, headers: Mapping[str, Header], scale: float | tuple[float, float] | None
) -> tuple[dict[str, Band], bool, float]:
    """Bands with their factors, whether those make reflectance, and the offset that may be lacking."""
    given = None if scale is None else (scale if isinstance(scale, tuple) else (float(scale), 0.0))
    known, doubt = given is not None, np.nan
    made = {}
    for role, band in bands.items():
        header = headers[band.path]
        factor = given or (header.scales[band.index - 1], header.offsets[band.index - 1])
        if given is None and factor == (1.0, 0.0) and header.dtypes[band.index - 1].startswith("float"):
            known = known or plan.sensor is not None
        elif given is None and factor != (1.0, 0.0):
            known = True
        elif given is None and plan.sensor is not None and np.isfinite(plan.sensor.scale) and role != "thermal":
            factor, doubt = _factor_of_sensor(plan)
            known = True
        made[role] = replace(band, scale=factor[0], offset=factor[1])
    return made, known, doubt


def _factor_of_sensor(plan: Plan) -> tuple[tuple[float, float], float]:
    """Factor and offset of a sensor's product; for Sentinel-2 the offset depends on the processing baseline."""
    sensor: Any = plan.sensor
    if np.isnan(sensor.baseline_offset):
        return (sensor.scale, sensor.offset), np.nan
    told = [_BASELINE.search(text) for text in (plan.name, *(file for file, _ in plan.bands.values()))]
    numbers = [int(each[1]) for each in told if each]
    if not numbers:
        return (sensor.scale, sensor.offset), sensor.baseline_offset
    offset = sensor.baseline_offset if numbers[0] >= _FIRST_WITH_OFFSET else sensor.offset
    return (sensor.scale, offset), np.nan


def with_edges(bands: dict[str, Band], headers: Mapping[str, Header]) -> dict[str, Band]:
    """Bands with the number that fills a corner in all of them at once and is not declared."""
    if any(np.isfinite(band.edge) for band in bands.values()):
        return bands
    corners = np.array([headers[band.path].corners[band.index - 1] for band in bands.values()])
    declared = {band.nodata for band in bands.values()}
    for fill in _FILLS:
        if fill not in declared and (corners == fill).all(axis=0).any():
            return {role: replace(band, edge=fill) for role, band in bands.items()}
    return bands


def impossible_nodata(bands: Mapping[str, Band], headers: Mapping[str, Header]) -> tuple[float, str] | None:
    """A declared number that the type of its band cannot hold, and that type; None where there is none."""
    for band in bands.values():
        dtype = headers[band.path].dtypes[band.index - 1]
        if _cannot_be(band.nodata, dtype):
            return band.nodata, dtype
    return None


def _cannot_be(number: float, dtype: str) -> bool:
    kind = np.dtype(dtype)
    if np.isnan(number) or kind.kind not in "iu":
        return False
    limits = np.iinfo(kind)
    return not (limits.min <= number <= limits.max) or number != int(number)
