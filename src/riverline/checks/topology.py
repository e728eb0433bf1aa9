"""The network of axes: ends that almost meet another axis, nodes that separate nothing, rings."""

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

__all__ = ["dangles", "pseudo_nodes", "rings"]

# An end nearer than this is on the line: what reprojection bends a segment by, and the last digit of coordinates kept
# to a millionth of a degree.
_TOUCH_M = 0.1
# Columns in which two reaches of one river may differ, so that they need the node between them.
_SEPARATING = ("rank", "catchment_km2", "width_m", "chief")


def dangles(layer: Layer, *, snap_m: float) -> Faults:
    """Ends of axes that stop short of another axis, or run past it, by less than the snapping distance.

    An end that touches any axis is connected, one that is farther from all of them than ``snap_m`` is a source or a
    mouth. Where two ends face each other across one gap, the gap is one fault, at the feature with the smaller key.
    """
    rows, ends, owner = _ends(layer)
    if not len(rows):
        return []
    gaps = _gaps(layer, rows, ends, owner, snap_m)
    gaps = gaps[~_seen_from_the_other_side(gaps)]
    found = []
    for code, part in (("undershoot", gaps[~gaps["past"]]), ("overshoot", gaps[gaps["past"]])):
        found += report(
            layer,
            code,
            rows[part["owner"].to_numpy()],
            at=ends[part["end"].to_numpy()],
            value=part["gap"].to_numpy(),
            limit=_TOUCH_M,
            unit="m",
            note=part["target_key"].tolist(),
        )
    return found


def _ends(layer: Layer) -> tuple[NDArray[np.intp], NDArray[np.object_], NDArray[np.intp]]:
    """Rows of the axes that are lines, both end points of each, and which of those rows an end is of."""
    if layer.schema.name not in expected.NETWORKS:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=object), np.zeros(0, dtype=np.intp)
    line = shapely.get_type_id(layer.drawn) == shapely.GeometryType.LINESTRING
    rows = np.flatnonzero(layer.usable & line & (shapely.length(layer.drawn) > layer.resolution))
    lines = shapely.force_2d(layer.drawn[rows])
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    return rows, ends, np.tile(np.arange(len(rows)), 2)


def _gaps(
    layer: Layer, rows: NDArray[np.intp], ends: NDArray[np.object_], owner: NDArray[np.intp], snap_m: float
) -> pd.DataFrame:
    """Ends that no other axis touches, each with the nearest axis within the snapping distance."""
    lines = shapely.force_2d(layer.drawn[rows])
    scale = metres_per_unit(layer.crs, shapely.get_y(ends))
    end, target = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=snap_m / scale.min(axis=1))
    end, target = end[owner[end] != target], target[owner[end] != target]
    touching = np.zeros(len(ends), dtype=bool)
    touching[end[shapely.distance(ends[end], lines[target]) * scale[end].max(axis=1) <= _TOUCH_M]] = True
    loop = shapely.equals(*np.split(ends, 2))
    open_end = ~(touching | np.tile(loop, 2))[end]
    end, target = end[open_end], target[open_end]
    point, other, own = (_in_metres(g, scale[end]) for g in (ends[end], lines[target], lines[owner[end]]))
    gap = shapely.distance(point, other)
    past = shapely.dwithin(point, shapely.intersection(own, other), snap_m)
    keys = layer.feature_id[rows]
    table = pd.DataFrame({"end": end, "owner": owner[end], "target": target, "gap": gap, "past": past,
                          "key": keys[owner[end]], "target_key": keys[target]})  # fmt: skip
    near = table[table["gap"] <= snap_m].sort_values(["end", "gap", "target_key"], kind="stable")
    return near.drop_duplicates("end").reset_index(drop=True)


def _in_metres(geometry: NDArray[np.object_], scale: NDArray[np.float64]) -> NDArray[np.object_]:
    """Each geometry stretched by its own (n, 2) metres per unit."""
    coordinates, index = shapely.get_coordinates(geometry, return_index=True)
    stretched: NDArray[np.object_] = shapely.set_coordinates(geometry.copy(), coordinates * scale[index])
    return stretched


def _seen_from_the_other_side(gaps: pd.DataFrame) -> NDArray[np.bool_]:
    pairs = pd.MultiIndex.from_arrays([gaps["owner"], gaps["target"]])
    mirrored = pd.MultiIndex.from_arrays([gaps["target"], gaps["owner"]])
    second = (gaps["key"] > gaps["target_key"]) & ~gaps["past"]
    seen: NDArray[np.bool_] = mirrored.isin(pairs[~gaps["past"].to_numpy()]) & second.to_numpy()
    return seen


def pseudo_nodes(layer: Layer) -> Faults:
    """Nodes where exactly two axes end, both of one river by name or code, with nothing that tells them apart.

    One row a node, at the feature with the smaller key. Reaches that differ in rank, catchment, width or chief
    need the node between them; reaches without a name are not taken for one river. Two axes that meet at both ends are
    one river digitised twice, or its two arms around an island: joined they would be a ring.
    """
    rows, ends, owner = _ends(layer)
    one, two = _met_by_one(layer, ends)
    table = pd.DataFrame({"first": rows[owner[one]], "second": rows[owner[two]], "end": one})
    swap = layer.feature_id[table["first"]] > layer.feature_id[table["second"]]
    table.loc[swap, ["first", "second"]] = table.loc[swap, ["second", "first"]].to_numpy()
    table = table[(table["first"] != table["second"]).to_numpy() & _same_river(layer, table["first"], table["second"])]
    table = table[~table.duplicated(["first", "second"], keep=False)]
    table = table[~_passed_by_another(layer, rows, ends[table["end"]])]
    note = layer.feature_id[table["second"]].tolist()
    return report(layer, "pseudo-node", table["first"], at=ends[table["end"]], note=note)


def rings(layer: Layer) -> Faults:
    """Axes that end where they begin: no river's course; :func:`riverline.demarcate` refuses them in the same words."""
    rows, ends, _ = _ends(layer)
    closed = rows[shapely.equals(*np.split(ends, 2))] if len(rows) else rows
    return report(layer, "river-not-done", closed, at=layer.drawn[closed], note="closed-line")


def _met_by_one(layer: Layer, ends: NDArray[np.object_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of ends that touch each other and no third end."""
    scale = metres_per_unit(layer.crs, shapely.get_y(ends)).max(axis=1)
    one, two = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=_TOUCH_M / scale)
    alone = np.bincount(one, minlength=len(ends)) == 2  # noqa: PLR2004 - itself and one other
    pair = (one < two) & alone[one] & alone[two]
    return one[pair], two[pair]


def _same_river(layer: Layer, first: pd.Series[int], second: pd.Series[int]) -> NDArray[np.bool_]:
    same = layer.feature_id[first] == layer.feature_id[second]
    for name in ("name", *_SEPARATING):
        if name in layer.readings:
            values = layer.readings[name].converted.astype("str").fillna("").to_numpy(dtype=str)
            equal = values[first] == values[second]
            same = (same | (equal & (values[first] != ""))) if name == "name" else same & equal
    return np.asarray(same, dtype=bool)


def _passed_by_another(layer: Layer, rows: NDArray[np.intp], at: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether a third axis runs through the node, so that it is a confluence."""
    reach = _TOUCH_M / metres_per_unit(layer.crs, shapely.get_y(at)).max(axis=1)
    node, _ = shapely.STRtree(layer.drawn[rows]).query(at, predicate="dwithin", distance=reach)
    passed: NDArray[np.bool_] = np.bincount(node, minlength=len(at)) > 2  # noqa: PLR2004 - the two that end here
    return passed
