"""Layers made ready for a page: in lon/lat, those of one schema together, and light enough for a browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import finite
from riverline.geodesy import align
from riverline.maps.tiling import TILE_GRID_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.style import Layer

__all__ = ["CRS", "NEVER_PACKED", "Light", "eastward", "lighten", "merge"]

CRS = "EPSG:4326"
# How far display lines may leave the real ones: the first that keeps a page within the vertex budget is taken.
_TOLERANCES_M = (0.1, 0.5, 2.0, 10.0, 50.0)
_VERTEX_BUDGET, _PACKED_BUDGET = 300_000, 6_000_000
# A page whose lines would have to be thinned by more has those of its large layers in tiles.
_TILED_FROM_M, _TILED_FROM = 0.5, 2_000
# Cutting takes as long as a shape has tiles times vertices: larger ones are thinned.
_TILED_VERTICES = 20_000
NEVER_PACKED = frozenset({"rates"})
"""What is drawn with more than a symbol: ribbons that grow slim."""
_METRES_PER_DEGREE = 111_320.0
_HALF_TURN = 180.0


def merge(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Spatial layers in lon/lat, those of one schema together.

    Parameters
    ----------
    layers
        Layers in any CRS; those without geometry are left out.

    Returns
    -------
    tuple of Layer
        Frames in :data:`CRS`; the order is that in which names first came up.

    Raises
    ------
    CRSError
        If a frame has no CRS or can only be reprojected with a loss of accuracy.
    """
    found: dict[str, list[Layer]] = {}
    for layer in layers:
        if layer.spatial:
            frame = finite(align(layer.frame, CRS, layer=layer.called))
            frame = frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")
            found.setdefault(layer.name, []).append(replace(layer, frame=frame))
    return _unwrapped([
        same[0] if len(same) == 1 else replace(same[0], frame=pd.concat([each.frame for each in same]))
        for same in found.values()
    ])  # fmt: skip


def _unwrapped(layers: list[Layer]) -> tuple[Layer, ...]:
    """The layers with what lies beyond the antimeridian going on there, not around the world.

    Where everything lies within half a turn across it, all that is west of it goes on beyond 180°; else only what
    crosses it itself.
    """
    shapes = [layer.frame.geometry.to_numpy() for layer in layers]
    bounds = shapely.bounds(np.concatenate([np.zeros(0, dtype="object"), *shapes]))
    if np.fmax.reduce(bounds[:, 2], initial=-np.inf) - np.fmin.reduce(bounds[:, 0], initial=np.inf) <= _HALF_TURN:
        return tuple(layers)
    first = _first_longitude(shapely.get_parts(np.concatenate([np.zeros(0, dtype="object"), *shapes])))
    crossing = [_crosses(each) for each in shapes]
    if first is None and not any(each.any() for each in crossing):
        return tuple(layers)
    moved = []
    for layer, each, crosses in zip(layers, shapes, crossing, strict=True):
        rows = crosses if first is None else np.ones(len(each), dtype=bool)
        drawn = each.copy()
        drawn[rows] = shapely.transform(each[rows], lambda coords: eastward(coords, first or 0.0))
        moved.append(replace(layer, frame=gpd.GeoDataFrame(layer.frame, geometry=drawn, crs=CRS)))
    return tuple(moved)


def _crosses(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes have an edge that is shorter across the antimeridian; one of a whole turn is around the world."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    leap = np.abs(np.diff(coords[:, 0]))
    over = (leap > _HALF_TURN) & (leap < 2 * _HALF_TURN) & (np.diff(part) == 0)
    return np.isin(np.arange(len(shapes)), shape[part[1:][over]])


def _first_longitude(parts: NDArray[np.object_]) -> float | None:
    """Where everything begins if it lies across the antimeridian within half a turn, else None."""
    known = parts[~(shapely.is_missing(parts) | shapely.is_empty(parts))]
    crosses = _crosses(known)
    plain = shapely.bounds(known[~crosses])
    over = shapely.bounds(shapely.transform(known[crosses], lambda coords: eastward(coords, 0.0)))
    half = np.full(len(over), _HALF_TURN)
    west = np.concatenate([plain[:, 0], over[:, 0], -half])
    east = np.concatenate([plain[:, 2], half, over[:, 2] - 2 * _HALF_TURN])
    order = np.argsort(west, kind="stable")
    free = west[order][1:] - np.maximum.accumulate(east[order])[:-1]
    return float(west[order][1:][np.argmax(free)]) if len(free) and free.max() >= _HALF_TURN else None


def eastward(coords: NDArray[np.float64], first: float) -> NDArray[np.float64]:
    """Coordinates with those west of a longitude a turn farther east.

    Examples
    --------
    >>> eastward(np.array([[-179.5, 1.0], [179.5, 1.0]]), 179.0).tolist()
    [[180.5, 1.0], [179.5, 1.0]]
    """
    return coords + np.where(coords[:, :1] < first, [[2 * _HALF_TURN, 0.0]], 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Layers as a page has them.

    Attributes
    ----------
    layers
        In lon/lat.
    tolerance
        By how many metres lines may have moved.
    tiled
        Names of the layers whose shapes are to be cut into tiles; these have all their vertices.
    """

    layers: tuple[Layer, ...]
    tolerance: float
    tiled: frozenset[str] = frozenset()


def lighten(layers: Sequence[Layer], *, packs: bool = False) -> Light:
    """Layers with their vertices thinned for a screen.

    Parameters
    ----------
    layers
        Layers in lon/lat.
    packs
        Whether the page packs what is many.

    Returns
    -------
    Light
        Thinned by the smallest tolerance of 0.1 … 50 m that keeps them within 300,000 vertices, or six million on a
        page that packs. Where that page would need more than 0.5 m, layers of 2,000 features and more without a shape
        of over 20,000 vertices are to be tiled, and the others have the budget for themselves.

    Notes
    -----
    Douglas-Peucker in degrees, one degree taken as 111,320 m: never more than the tolerance on the ground. What a page
    packs is on a grid of less than 0.1 m, and is not thinned where there is room for it.
    """
    lines = [layer.frame.geometry.to_numpy() for layer in layers]
    budget = _PACKED_BUDGET if packs else _VERTEX_BUDGET
    if packs and sum(int(shapely.get_num_coordinates(each).sum()) for each in lines) <= budget:
        return Light(tuple(layers), _TOLERANCES_M[0])
    for tolerance in _TOLERANCES_M:
        if packs and tolerance > _TILED_FROM_M and (tiled := _to_tile(layers)):
            rest = lighten([layer for layer in layers if layer.name not in tiled], packs=True)
            thinned = {layer.name: layer for layer in rest.layers}
            kept = tuple(thinned.get(layer.name, layer) for layer in layers)
            return Light(kept, max(rest.tolerance, round(TILE_GRID_M, 1)), tiled | rest.tiled)
        light = [shapely.simplify(each, tolerance / _METRES_PER_DEGREE) for each in lines]
        if sum(int(shapely.get_num_coordinates(each).sum()) for each in light) <= budget:
            break
    return Light(tuple(
        replace(layer, frame=gpd.GeoDataFrame(layer.frame, geometry=each, crs=CRS))
        for layer, each in zip(layers, light, strict=True)
    ), tolerance)  # fmt: skip


def _to_tile(layers: Sequence[Layer]) -> frozenset[str]:
    """Names of the layers of many lines or areas, none of them too large to be cut."""
    found = set()
    for layer in layers:
        shapes = layer.frame.geometry.to_numpy()
        if len(shapes) < _TILED_FROM or layer.name in NEVER_PACKED or (shapely.get_dimensions(shapes) == 0).any():
            continue
        if shapely.get_num_coordinates(shapes).max() <= _TILED_VERTICES:
            found.add(layer.name)
    return frozenset(found)
