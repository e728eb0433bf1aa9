"""Geometry of single features: there, finite, of the right type, valid, simple, with a length or an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline.checks import expected
from riverline.checks.layer import gather, report, report_layer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.checks.layer import Faults, Layer

__all__ = ["crossings", "dimensions", "kinds", "presence", "repeats", "sizes", "validity"]

_LINES = ("LineString", "LinearRing", "MultiLineString")
_POLYGONS = ("Polygon", "MultiPolygon")

# GEOS says why in English; a Chinese reader gets both.
_REASONS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相交",
    "Too few points in geometry component": "点数不足",
    "Hole lies outside shell": "内环在外环之外",
    "Holes are nested": "内环嵌套",
    "Nested shells": "外环嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "环重复",
    "Ring is not closed": "环未闭合",
}


def presence(layer: Layer) -> Faults:
    """Geometries that are missing, empty or have coordinates that are not finite."""
    missing = shapely.is_missing(layer.geometry) & ~_located(layer)
    empty = shapely.is_empty(layer.geometry)
    infinite = np.flatnonzero(~(missing | empty | layer.usable))
    coordinates, owner = shapely.get_coordinates(layer.geometry[infinite], return_index=True)
    count = np.bincount(owner[~np.isfinite(coordinates).all(axis=1)], minlength=len(infinite))
    return [
        *report(layer, "geometry-missing", missing),
        *report(layer, "geometry-empty", empty),
        *report(layer, "geometry-infinite", infinite, value=count, limit=0),
    ]


def _located(layer: Layer) -> NDArray[np.bool_]:
    """Rows that another column puts in their place, so that no geometry is missed."""
    column = expected.LOCATED.get(layer.schema.name)
    if column is None or column not in layer.frame.columns:
        return np.zeros(len(layer.frame), dtype=bool)
    return layer.frame[column].notna().to_numpy()


def kinds(layer: Layer) -> Faults:
    """Geometries of a type that the schema does not take, and multiparts where it takes single parts."""
    wanted = layer.schema.geometry
    wrong = layer.usable & ~np.isin(layer.kind, wanted)
    several = wrong & np.isin(layer.kind, [f"Multi{each}" for each in wanted])
    note = [f"{each} → {' | '.join(wanted)}" for each in layer.kind[wrong & ~several]]
    return [
        *report(layer, "geometry-type", wrong & ~several, note=note),
        *report(layer, "multipart", several, value=shapely.get_num_geometries(layer.drawn[several]), limit=1),
    ]


def dimensions(layer: Layer) -> Faults:
    """Z and M, which work in the plane ignores: one row for the layer each."""
    with_z = int(shapely.has_z(layer.drawn).sum())
    with_m = int(shapely.has_m(layer.drawn).sum()) if layer.schema.name not in expected.MEASURED else 0
    return [
        *(report_layer(layer, "z-present", value=with_z) if with_z else []),
        *(report_layer(layer, "m-present", value=with_m) if with_m else []),
    ]


def sizes(layer: Layer) -> Faults:
    """Lines without length and polygons without area: what a millimetre cannot tell from a point or a line."""
    line, polygon = _without_length(layer), _without_area(layer)
    return [*report(layer, "zero-length", line), *report(layer, "zero-area", polygon)]


def _degenerate(layer: Layer) -> NDArray[np.bool_]:
    return _without_length(layer) | _without_area(layer)


def _without_length(layer: Layer) -> NDArray[np.bool_]:
    lines = layer.usable & np.isin(layer.kind, _LINES)
    return lines & (shapely.length(layer.drawn) <= layer.resolution)


def _without_area(layer: Layer) -> NDArray[np.bool_]:
    polygons = layer.usable & np.isin(layer.kind, _POLYGONS)
    thin = np.flatnonzero(polygons & ~_wider(shapely.area(layer.drawn), layer.drawn, layer.resolution))
    # The signed area of a bow-tie cancels out, that of its hull does not: such a polygon is invalid, not degenerate.
    hull = shapely.convex_hull(layer.drawn[thin])
    degenerate = np.zeros(len(polygons), dtype=bool)
    degenerate[thin[~_wider(shapely.area(hull), hull, layer.resolution)]] = True
    return degenerate


def _wider(area: NDArray[np.float64], geometry: NDArray[np.object_], width: float) -> NDArray[np.bool_]:
    wider: NDArray[np.bool_] = area > width * shapely.length(geometry) / 2.0
    return wider


def validity(layer: Layer) -> Faults:
    """Geometries that GEOS calls invalid, with its reason and the place."""
    invalid = np.flatnonzero(layer.usable & ~_degenerate(layer) & ~shapely.is_valid(layer.drawn))
    reasons = pd.Series(shapely.is_valid_reason(layer.drawn[invalid]), dtype="str")
    parts = reasons.str.extract(r"^(?P<reason>[^\[]*)\[(?P<x>\S+) (?P<y>[^\s\]]+)")
    place = shapely.points(parts[["x", "y"]].astype("float64").to_numpy())
    note = [f"{_REASONS.get(reason, '')} {reason}".strip() for reason in parts["reason"].fillna(reasons)]
    return report(layer, "invalid", invalid, at=place, note=note)


def crossings(layer: Layer) -> Faults:
    """Lines that cross, touch or retrace themselves, with every place where they do."""
    if layer.schema.name in expected.TRACES:
        return []
    lines = layer.usable & np.isin(layer.kind, _LINES) & ~_without_length(layer)
    crossed = np.flatnonzero(lines & ~shapely.is_simple(layer.drawn))
    places, count = _self_contacts(layer.drawn[crossed])
    return report(layer, "self-crossing", crossed, at=places, value=count, limit=0)


def _self_contacts(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Where noding a line joins three pieces or more; where it is only retraced, the end it turns at."""
    pieces, owner = shapely.get_parts(shapely.node(shapely.force_2d(lines)), return_index=True)
    ends = np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    table = pd.DataFrame({"line": np.tile(owner, 2), "x": shapely.get_x(ends), "y": shapely.get_y(ends)})
    degree = table.groupby(["line", "x", "y"]).size().rename("degree").reset_index()
    most = degree.groupby("line")["degree"].transform("max")
    met = degree[(degree["degree"] >= 3) | ((most < 3) & (degree["degree"] == most))]  # noqa: PLR2004 - pieces at a node
    places = gather(met[["x", "y"]].to_numpy(), met["line"].to_numpy(), len(lines))
    return places, np.bincount(met["line"], minlength=len(lines))


def repeats(layer: Layer) -> Faults:
    """Vertices equal to the one before them in the same part or ring."""
    if layer.schema.name in expected.TRACES:
        return []
    drawn = np.flatnonzero(layer.usable & np.isin(layer.kind, (*_LINES, *_POLYGONS)) & ~_degenerate(layer))
    strings, owner = _strings(layer.drawn[drawn])
    coordinates, string = shapely.get_coordinates(strings, return_index=True)
    same = (string[1:] == string[:-1]) & (coordinates[1:] == coordinates[:-1]).all(axis=1)
    again = np.flatnonzero(same) + 1
    of_again = owner[string[again]]
    count = np.bincount(of_again, minlength=len(drawn))
    hit = np.flatnonzero(count)
    at = gather(coordinates[again], of_again, len(drawn))
    return report(layer, "repeated-vertices", drawn[hit], at=at[hit], value=count[hit], limit=0)


def _strings(geometry: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Every single line and ring, in order, and the feature that each is of."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, of_part = shapely.get_rings(parts[polygon], return_index=True)
    strings = np.concatenate([parts[~polygon], rings])
    owners = np.concatenate([owner[~polygon], owner[polygon][of_part]])
    order = np.argsort(owners, kind="stable")
    return strings[order], owners[order]
