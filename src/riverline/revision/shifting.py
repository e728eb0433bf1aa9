"""Inputs shifted by what they may be wrong: levels, terrain, levees and the edges of waters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely

from riverline._kernels.grids.flood_area import without_holes
from riverline._kernels.lines import chainage
from riverline.channel.given import texts, usable_axes
from riverline.geodesy import align
from riverline.schema import WATER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["SHIFTS", "Shifted", "applies"]

_LEVELS = ("flood_levels", "sections")


@dataclass(frozen=True, slots=True)
class Shifted:
    """What a verb is called with: what it demarcates, and the other layers by argument."""

    subject: gpd.GeoDataFrame
    inputs: dict[str, Any]


def applies(factor: str, inputs: Mapping[str, Any]) -> bool:
    """Whether anything was given that the factor shifts; the edge is that of the waters themselves."""
    if factor == "edge":
        return True
    if factor == "terrain":
        return inputs.get("terrain") is not None
    layers = _LEVELS if factor == "level" else ("levees",)
    return any(inputs.get(name) is not None and len(inputs[name]) for name in layers)


def shift_levels(
    subject: gpd.GeoDataFrame,
    inputs: Mapping[str, Any],
    metres: float,
    folder: Path,  # noqa: ARG001 - every shift is asked in the same way
) -> Shifted:
    """Flood levels, and those of sections, raised by metres."""
    raised = {
        name: inputs[name].assign(level_m=inputs[name]["level_m"].astype("float64") + metres)
        for name in _LEVELS
        if inputs.get(name) is not None and "level_m" in inputs[name]
    }
    return Shifted(subject, {**inputs, **raised})


def shift_terrain(subject: gpd.GeoDataFrame, inputs: Mapping[str, Any], metres: float, folder: Path) -> Shifted:
    """The terrain raised by metres, as a raster in a folder; surveyed sections stay."""
    target = folder / f"terrain{metres:+g}.tif"
    with rasterio.open(inputs["terrain"]) as source:
        profile = source.profile | {"driver": "GTiff", "dtype": "float64", "count": 1}
        profile.pop("predictor", None)
        heights = source.read(1, masked=True).astype("float64") + metres
        profile["nodata"] = np.nan if source.nodata is None else float(source.nodata)
        with rasterio.open(target, "w", **profile) as made:
            made.write(heights.filled(profile["nodata"]), 1)
    return Shifted(subject, {**inputs, "terrain": str(target)})


def shift_toes(
    subject: gpd.GeoDataFrame,
    inputs: Mapping[str, Any],
    metres: float,
    folder: Path,  # noqa: ARG001 - every shift is asked in the same way
) -> Shifted:
    """Levees moved by metres away from the axis or the water that they are of, vertex by vertex along their normals.

    Levees of none, and those that are no single line, stay where they are.
    """
    waters = _waters(subject) if WATER.key in subject else {}
    usable = None if waters else usable_axes(subject)
    lines = {} if usable is None else dict(zip(usable.river_id, usable.line, strict=True))
    levees = align(inputs["levees"], subject.crs, layer="levees")
    shapes = np.asarray(levees.geometry.array).copy()
    codes = texts(levees["river_id"]) if "river_id" in levees else np.full(len(levees), "", dtype=object)
    for row, (code, shape) in enumerate(zip(codes, shapes, strict=True)):
        if not isinstance(shape, shapely.LineString) or shape.length <= 0.0:
            continue
        if code in lines:
            shapes[row] = _away(shape, metres, partial(_from_axis, lines[code]))
        elif waters:
            water = waters[code] if code in waters else min(waters.values(), key=shape.distance)
            shapes[row] = _away(shape, metres, partial(_from_water, water))
    return Shifted(subject, {**inputs, "levees": levees.set_geometry(shapes, crs=subject.crs)})


def shift_edges(
    subject: gpd.GeoDataFrame,
    inputs: Mapping[str, Any],
    metres: float,
    folder: Path,  # noqa: ARG001 - every shift is asked in the same way
) -> Shifted:
    """Waters made larger by metres all round, or smaller; one that would vanish, or is no valid area, stays."""
    shapes = np.asarray(subject.geometry.array).copy()
    rows = np.flatnonzero(shapely.is_valid(shapes) & (shapely.area(shapes) > 0.0))
    grown = shapely.buffer(shapes[rows], metres, join_style="mitre")
    there = ~shapely.is_empty(grown)
    shapes[rows[there]] = grown[there]
    return Shifted(subject.set_geometry(shapes, crs=subject.crs), dict(inputs))


def _waters(water: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    """Surface of each lake and reservoir without its islands, by code; those that are no valid area are left out."""
    shapes = np.asarray(water.geometry.array)
    own = texts(water["river_id"]) if "river_id" in water else np.full(len(water), "", dtype=object)
    codes = np.where(own == "", texts(water[WATER.key]), own)
    usable = shapely.is_valid(shapes) & (shapely.area(shapes) > 0.0)
    return {
        str(code): without_holes(shapely.union_all(shapes[usable & (codes == code)])) for code in set(codes[usable])
    }


def _away(
    levee: shapely.LineString, metres: float, off: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> shapely.LineString:
    """A levee moved to the side on which it is farther off."""
    coords = shapely.get_coordinates(shapely.remove_repeated_points(levee))
    along = chainage.vertex_chainages(coords)
    middle = along[-1] / 2.0
    right, left = off(chainage.position(coords, [middle, middle], [1.0, -1.0]))
    side = 1.0 if right >= left else -1.0
    closed = bool((coords[0] == coords[-1]).all())
    # A ring has no ends: its first vertex is moved between its neighbours, as all others are.
    around = np.vstack([coords[-2], coords, coords[1]]) if closed else coords
    moved = chainage.position(around, chainage.vertex_chainages(around), np.full(len(around), side * metres))
    return shapely.LineString(moved[1:-1] if closed else moved)


def _from_axis(axis: shapely.LineString, places: NDArray[np.float64]) -> NDArray[np.float64]:
    _, off = chainage.locate(places, shapely.get_coordinates(axis))
    return np.abs(off)


def _from_water(water: shapely.Geometry, places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(shapely.distance(shapely.points(places), water))


SHIFTS: dict[str, Callable[..., Shifted]] = {
    "level": shift_levels,
    "terrain": shift_terrain,
    "toe": shift_toes,
    "edge": shift_edges,
}
