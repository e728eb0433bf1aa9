"""Whether lines go all the way round their extents, and whether extents keep off each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline.channel.given import texts
from riverline.inspection.check import failing, wider

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

    Shapes = NDArray[np.object_]

__all__ = ["edges_with_lines", "extents_apart"]

# A line so near runs along the edge: coordinates keep a millimetre. Lines further off are told by another check.
_TOUCH_M = 2e-3
# Where an edge turns by more it has a corner, seen over so many metres.
_CORNER_DEG = 45.0
_REACH_M = 1.0


def edges_with_lines(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Extents of whose edge more than the limit in metres has no line, but for ends straight across the river."""
    extents = _management(subject)
    bare, parts = _without_lines(extents, subject.rows("management_lines"))
    each = _lacking(bare, parts, extents, subject)
    lacking = np.bincount(bare, weights=each, minlength=len(extents))
    shown = np.full(len(extents), None, dtype=object)
    rows = np.flatnonzero(lacking > limit)
    shown[rows] = [shapely.union_all(parts[(bare == row) & (each > _TOUCH_M)]) for row in rows]
    yield failing(extents, "extents", where=lacking > limit, code="edge-without-line", value=lacking, limit=limit,
                  unit="m", geometry=shown)  # fmt: skip


def extents_apart(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Pairs of management extents that share ground wider than the limit: one row each, at the smaller key."""
    extents = _management(subject)
    shapes, ids = np.asarray(extents.geometry.array), texts(extents["extent_id"])
    usable = np.flatnonzero(shapely.is_valid(shapes) & ~shapely.is_empty(shapes))
    one, two = usable[shapely.STRtree(shapes[usable]).query(shapes[usable], predicate="intersects")]
    # Keys may occur twice, and rows in any order.
    place = pd.Series(ids).str.cat(pd.Series(shapely.to_wkb(shapes, hex=True))).rank(method="first").to_numpy()
    one, two = one[place[one] < place[two]], two[place[one] < place[two]]
    common = shapely.intersection(shapes[one], shapes[two])
    wide = wider(common, limit)
    told: dict[str, Any] = {"value": shapely.area(common[wide]), "limit": limit, "unit": "m²"}
    yield faults.found("extent-in-another", layer="extents", feature_id=ids[one[wide]].tolist(), geometry=common[wide],
                       crs=extents.crs, note=ids[two[wide]].tolist(), **told)  # fmt: skip


def _management(subject: Subject) -> gpd.GeoDataFrame:
    extents = subject.rows("extents")
    return extents[extents["kind"] == "management"]


def _without_lines(extents: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> tuple[NDArray[np.intp], Shapes]:
    """Parts of the edges of extents along which no line of their river runs: row of the extent, part.

    A hole is where another extent lies: that one's line runs round it, whether or not the river has it for its own too.
    """
    along = shapely.buffer(lines.geometry.array, _TOUCH_M, cap_style="flat", quad_segs=1)
    by_river = pd.Series(along).groupby(texts(lines["river_id"])).agg(shapely.union_all)
    covered = by_river.reindex(texts(extents["river_id"])).to_numpy(dtype=object)
    shapes = np.asarray(extents.geometry.array)
    edges = shapely.boundary(shapes)
    edges[~shapely.is_valid(shapes)] = None
    for row in np.flatnonzero(shapely.is_valid(shapes) & _has_holes(shapes)):
        edges[row] = _less(edges[row], _holes(shapes[row]), along)
    there = np.asarray(pd.notna(covered), dtype=bool)
    edges[there] = shapely.line_merge(shapely.difference(edges[there], covered[there]))
    parts, row = shapely.get_parts(edges, return_index=True)
    # Where a line bends or ends, a crumb of the edge stays outside its strip.
    kept = shapely.length(parts) > 2.0 * _TOUCH_M
    return row[kept], parts[kept]


def _has_holes(shapes: Shapes) -> NDArray[np.bool_]:
    parts, row = shapely.get_parts(shapes, return_index=True)
    return np.bincount(row, weights=shapely.get_num_interior_rings(parts), minlength=len(shapes)) > 0


def _holes(shape: shapely.Geometry) -> Shapes:
    return np.array([ring for part in shapely.get_parts(shape).tolist() for ring in part.interiors], dtype=object)


def _less(edge: shapely.Geometry, holes: Shapes, along: Shapes) -> shapely.Geometry:
    """An edge without what runs beside a line of anybody round its holes."""
    near = np.unique(shapely.STRtree(along).query(holes, predicate="intersects")[1])
    left = shapely.difference(holes, shapely.union_all(along[near]))
    return shapely.union_all([shapely.difference(edge, shapely.union_all(holes)), *left])


def _lacking(bare: NDArray[np.intp], parts: Shapes, extents: gpd.GeoDataFrame, subject: Subject) -> NDArray[np.float64]:
    """Metres of line that each part lacks: between two banks without the straight way across the river."""
    lines = subject.rows("management_lines")
    tips = [shapely.get_point(parts, at) for at in (0, -1)]
    river = texts(extents["river_id"])[bare]
    met = [_banks_at(tip, river, lines) for tip in tips]
    across = np.array([bool(one and two) and len(one | two) > 1 for one, two in zip(*met, strict=True)], dtype=bool)
    lacks = np.asarray(shapely.length(parts), dtype="float64")
    edges = shapely.boundary(np.asarray(extents.geometry.array))
    for row in np.flatnonzero(across):
        lacks[row] -= _across(parts[row], edges[bare[row]])
    return lacks


def _across(part: shapely.LineString, edge: shapely.Geometry) -> float:
    """Length of the straight way across within a part of an edge between two banks.

    The part is cut at its corners; the way across is what has a corner at either end, on the edge as a whole: where a
    line is missing along a bank, the edge goes straight on where the line begins.
    """
    coords = shapely.get_coordinates(shapely.simplify(part, _TOUCH_M))
    corners = [0, *(np.flatnonzero(_turns(coords) > _CORNER_DEG) + 1).tolist(), len(coords) - 1]
    ring = min(shapely.get_parts(edge), key=part.distance)
    turns = np.array([_turn_at(ring, shapely.Point(coords[at])) for at in corners])
    chords = np.hypot(*(coords[corners[1:]] - coords[corners[:-1]]).T)
    best = np.lexsort((-chords, -np.minimum(turns[:-1], turns[1:]).round()))[0]
    return float(chords[best])


def _turn_at(ring: shapely.Geometry, place: shapely.Point) -> float:
    """By how many degrees an edge turns within a metre of a place on it."""
    at, whole = shapely.line_locate_point(ring, place), shapely.length(ring)
    reach = np.array([at - _REACH_M, at, at + _REACH_M]) % whole
    return float(_turns(shapely.get_coordinates(shapely.line_interpolate_point(ring, reach)))[0])


def _turns(coords: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how many degrees a line turns at each vertex between its ends."""
    steps = np.diff(coords, axis=0)
    cross = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
    return np.asarray(np.degrees(np.abs(np.arctan2(cross, (steps[:-1] * steps[1:]).sum(axis=1)))))


def _banks_at(tips: Shapes, river: NDArray[np.object_], lines: gpd.GeoDataFrame) -> list[set[str]]:
    """Banks whose lines reach each tip of a part of that river's edge."""
    tree = shapely.STRtree(np.asarray(lines.geometry.array))
    tip, line = tree.query(tips, predicate="dwithin", distance=2.0 * _TOUCH_M)
    own = texts(lines["river_id"])[line] == river[tip]
    met: list[set[str]] = [set() for _ in tips]
    for number, bank in zip(tip[own], texts(lines["bank"])[line[own]], strict=True):
        met[number].add(str(bank))
    return met
