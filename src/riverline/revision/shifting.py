"""Inputs shifted by what they may be wrong: levels, terrain and levees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely

from riverline._kernels import chainage
from riverline.channel.given import texts, usable_axes
from riverline.geodesy import align

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

__all__ = ["SHIFTS", "applies"]

_LEVELS = ("flood_levels", "sections")


def applies(factor: str, inputs: Mapping[str, Any]) -> bool:
    """Whether anything was given that the factor shifts."""
    if factor == "terrain":
        return inputs.get("terrain") is not None
    layers = _LEVELS if factor == "level" else ("levees",)
    return any(inputs.get(name) is not None and len(inputs[name]) for name in layers)


def shift_levels(
    axes: gpd.GeoDataFrame,  # noqa: ARG001 - every shift is asked in the same way
    inputs: Mapping[str, Any],
    metres: float,
    folder: Path,  # noqa: ARG001
) -> dict[str, Any]:
    """Flood levels, and those of sections, raised by metres."""
    raised = {
        name: inputs[name].assign(level_m=inputs[name]["level_m"].astype("float64") + metres)
        for name in _LEVELS
        if inputs.get(name) is not None and "level_m" in inputs[name]
    }
    return {**inputs, **raised}


def shift_terrain(
    axes: gpd.GeoDataFrame,  # noqa: ARG001 - every shift is asked in the same way
    inputs: Mapping[str, Any],
    metres: float,
    folder: Path,
) -> dict[str, Any]:
    """The terrain raised by metres, as a raster in a folder; surveyed sections stay."""
    target = folder / f"terrain{metres:+g}.tif"
    with rasterio.open(inputs["terrain"]) as source:
        profile = source.profile | {"driver": "GTiff", "dtype": "float64", "count": 1}
        profile.pop("predictor", None)
        heights = source.read(1, masked=True).astype("float64") + metres
        profile["nodata"] = np.nan if source.nodata is None else float(source.nodata)
        with rasterio.open(target, "w", **profile) as made:
            made.write(heights.filled(profile["nodata"]), 1)
    return {**inputs, "terrain": str(target)}


def shift_toes(
    axes: gpd.GeoDataFrame,
    inputs: Mapping[str, Any],
    metres: float,
    folder: Path,  # noqa: ARG001 - every shift is asked in the same way
) -> dict[str, Any]:
    """Levees moved by metres away from the axis of their river, vertex by vertex along their normals.

    Levees of no river, and those that are no single line, stay where they are.
    """
    usable = usable_axes(axes)
    lines = dict(zip(usable.river_id, usable.line, strict=True))
    levees = align(inputs["levees"], axes.crs, layer="levees")
    shapes = np.asarray(levees.geometry.array).copy()
    rivers = texts(levees["river_id"])
    for row, (river, shape) in enumerate(zip(rivers, shapes, strict=True)):
        if river in lines and isinstance(shape, shapely.LineString) and shape.length > 0.0:
            shapes[row] = _away(shape, lines[river], metres)
    return {**inputs, "levees": levees.set_geometry(shapes, crs=axes.crs)}


def _away(levee: shapely.LineString, axis: shapely.LineString, metres: float) -> shapely.LineString:
    coords = shapely.get_coordinates(shapely.remove_repeated_points(levee))
    along = chainage.vertex_chainages(coords)
    middle = along[-1] / 2.0
    there = chainage.position(coords, [middle, middle], [0.0, 1.0])
    _, off = chainage.locate(there, shapely.get_coordinates(axis))
    side = 1.0 if abs(off[1]) >= abs(off[0]) else -1.0
    return shapely.LineString(chainage.position(coords, along, np.full(len(along), side * metres)))


SHIFTS: dict[str, Callable[..., dict[str, Any]]] = {
    "level": shift_levels,
    "terrain": shift_terrain,
    "toe": shift_toes,
}
