"""Features drawn twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.checks import expected
from riverline.checks.layer import report
from riverline.checks.units import metres_per_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.checks.layer import Faults, Layer

__all__ = ["duplicates", "near_duplicates"]


def duplicates(layer: Layer) -> Faults:
    """Features whose geometry another one has too: the first key of them is named by each of the others.

    Geometries are compared in the plane, whatever the direction of a line, its repeated vertices, the start of a ring
    or the order of parts. Where two features may share a place (a section has a level for each return period), they
    are twins only if they agree in what tells them apart.
    """
    if layer.schema.name in expected.TRACES:
        return []
    rows = np.flatnonzero(layer.usable)
    table = pd.DataFrame({"shape": _canonical(layer.drawn[rows]), "key": layer.feature_id[rows], "row": rows})
    for name in expected.APART.get(layer.schema.name, ()):
        if name in layer.readings:
            table[name] = layer.readings[name].converted.to_numpy()[rows]
    agreed = [name for name in table.columns if name not in ("key", "row")]
    table = table[table.duplicated(agreed, keep=False)].sort_values(["key", "row"], kind="stable")
    first = table.groupby(agreed, dropna=False, sort=False)["key"].transform("first")
    later = table.duplicated(agreed, keep="first")
    return report(layer, "duplicate-geometry", table.loc[later, "row"].to_numpy(), note=first[later].tolist())


def near_duplicates(layer: Layer, *, snap_m: float) -> Faults:
    """Axes that run beside another one within the snapping distance, end to end: one river digitised twice.

    Exact twins are :func:`duplicates`.
    """
    if layer.schema.name != "axes" or not layer.usable.any():
        return []
    rows = np.flatnonzero(layer.usable)
    shapes = layer.drawn[rows]
    boxes = shapely.bounds(shapes)
    scale = metres_per_unit(layer.crs, boxes[:, 1])
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=snap_m / scale.min(axis=1))
    corners = np.abs(boxes[first] - boxes[second]) * np.tile(scale[first], 2)
    close = (first < second) & (corners.max(axis=1) <= snap_m)
    first, second = first[close], second[close]
    one, other = (_stretched(shapes[side], scale[first]) for side in (first, second))
    apart = shapely.hausdorff_distance(one, other)
    canonical = _canonical(shapes)
    # A line no longer than the distance is near everything around it.
    long = np.minimum(shapely.length(one), shapely.length(other)) > 2.0 * snap_m
    twins = (apart <= snap_m) & long & (canonical[first] != canonical[second])
    keys = layer.feature_id[rows]
    swap = keys[first] > keys[second]
    earlier, later = np.where(swap, second, first)[twins], np.where(swap, first, second)[twins]
    named = keys[earlier].tolist()
    return report(layer, "near-duplicate", rows[later], value=apart[twins], limit=snap_m, unit="m", note=named)


def _stretched(shapes: NDArray[np.object_], scale: NDArray[np.float64]) -> NDArray[np.object_]:
    """Each geometry in metres, by its own (n, 2) metres per unit."""
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    moved: NDArray[np.object_] = shapely.set_coordinates(shapes.copy(), coordinates * scale[index])
    return moved


def _canonical(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    plain = shapely.force_2d(geometry)
    line = shapely.get_type_id(plain) == shapely.GeometryType.LINESTRING
    plain[line] = shapely.remove_repeated_points(plain[line])
    return np.asarray(shapely.to_wkb(shapely.normalize(plain)), dtype=object)
