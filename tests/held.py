"""A straight river between two lines, and features to hold against them: every figure can be worked out by hand."""

from __future__ import annotations

import geopandas as gpd
import shapely
from shapely import LineString

import riverline as rl
from cadastre import CRS, EAST, NORTH, extents
from riverline.provenance import Run

HALF, LENGTH = 100.0, 1000.0


def at(*points):
    """Points by metres from the start of the axis, which runs east; left is north."""
    return [(EAST + x, NORTH + y) for x, y in points]


def box(x0, y0, x1, y1):
    return shapely.box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def line(*points):
    return LineString(at(*points))


def axes(*rivers, y=0.0, **columns):
    names = list(rivers) or ["R1"]
    return gpd.GeoDataFrame(
        {"river_id": names, "name": "清水河", **columns}, geometry=[line((0, y), (LENGTH, y))] * len(names), crs=CRS
    )


def valley(region=None, kinds=None):
    """The extent of R1: 1,000 m of river between lines 100 m to either side."""
    shapes = [box(0, -HALF, LENGTH, HALF)] if region is None else region
    return extents(*(shapes if isinstance(shapes, list) else [shapes]), kinds=kinds)


def drawn(region=None, ring=None):
    """The same as a demarcation, with its two lines, and a ring where there is one."""
    frame = valley(region)
    rows = [("left", HALF), ("right", -HALF)]
    data = {
        "line_id": [f"R1-{bank}" for bank, _ in rows], "river_id": "R1", "bank": [bank for bank, _ in rows],
        "basis": "levee", "rule_id": "r", "citation": "c", "offset_m": 10.0, "start_chainage_m": 0.0,
        "end_chainage_m": LENGTH, "length_m": LENGTH, "confidence": "high",
    }  # fmt: skip
    lines = gpd.GeoDataFrame(data, geometry=[line((0, y), (LENGTH, y)) for _, y in rows], crs=CRS)
    if ring is not None:
        extra = lines.iloc[:1].assign(line_id="R1-ring", geometry=[ring])
        lines = gpd.pd.concat([lines, extra], ignore_index=True)
    faults = rl.schema.FAULTS.empty(CRS)
    return rl.Demarcation(lines, frame, faults, rl.load_rules("anhui"), Run("0", "d", {}, CRS))


def things(*shapes, ids=None, crs=CRS, **columns):
    """Features B1, B2 … of shapes."""
    names = [f"B{number}" for number in range(1, len(shapes) + 1)] if ids is None else ids
    frame = gpd.GeoDataFrame({"feature_id": names, **columns}, geometry=list(shapes), crs=CRS)
    return frame.to_crs(crs)


def permits(*shapes, **columns):
    """Permits P1, P2 … of shapes."""
    data = {"permit_id": [f"P{number}" for number in range(1, len(shapes) + 1)], "title": "桥", "kind": "bridge"}
    return gpd.GeoDataFrame(data | columns, geometry=list(shapes), crs=CRS)


def codes(result):
    return sorted(result.faults["code"])


def one(result):
    """The only suspect."""
    assert len(result.suspects) == 1
    return result.suspects.iloc[0]
