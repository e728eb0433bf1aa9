"""Straight and bent rivers with two lines a bank, factors and uses: what shoreline plans are tested on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

import county
import riverline as rl

if TYPE_CHECKING:
    from pathlib import Path

    from riverline.demarcation import Demarcation

CRS = county.CRS
LENGTH, OUTER, WATERSIDE = 1000.0, 80.0, 30.0


def straight(folder: Path, *, length: float = LENGTH, strip: float = 0.0) -> Demarcation:
    """A straight river of 1,000 m with management lines 80 m from the axis on both banks."""
    toe = OUTER - strip
    levees = county.levees([(0, toe), (length, toe)], [(0, -toe), (length, -toe)])
    rules = county.rule_set(folder, levee=strip)
    return rl.demarcate(county.axes([(0, 0), (length, 0)]), rules, levees=levees)


def bend(angle: float = np.pi, radius: float = 400.0, *, offset: float = 0.0) -> list[tuple[float, float]]:
    """An arc that turns left, downstream; a positive offset is right of it."""
    turn = np.linspace(0.0, angle, 90)
    return [((radius + offset) * np.sin(t), radius - (radius + offset) * np.cos(t)) for t in turn]


def bent(folder: Path) -> Demarcation:
    """A half circle of radius 400 m with management lines 80 m from the axis."""
    levees = county.levees(bend(offset=-OUTER), bend(offset=OUTER))
    return rl.demarcate(county.axes(bend()), county.rule_set(folder, levee=0.0), levees=levees)


def waterside(left: Any = None, right: Any = None, river_id: str = "R1", **columns: object) -> gpd.GeoDataFrame:
    """Waterside lines of both banks, 30 m from a straight axis if not given."""
    left = [(0, WATERSIDE), (LENGTH, WATERSIDE)] if left is None else left
    right = [(0, -WATERSIDE), (LENGTH, -WATERSIDE)] if right is None else right
    rows = {"waterside_id": ["W1", "W2"], "river_id": river_id, "bank": ["left", "right"], **columns}
    return gpd.GeoDataFrame(rows, geometry=[county.line(left), county.line(right)], crs=CRS)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle relative to the origin of the test county."""
    x, y = county.ORIGIN
    return shapely.box(x + west, y + south, x + east, y + north)


def point(x: float, y: float) -> shapely.Point:
    """A point relative to the origin of the test county."""
    return shapely.Point(x + county.ORIGIN[0], y + county.ORIGIN[1])


def uses(*shapes: shapely.Geometry, **columns: object) -> gpd.GeoDataFrame:
    """Uses U1, U2 …."""
    rows = {"use_id": [f"U{n + 1}" for n in range(len(shapes))], "name": "码头", "use_kind": "码头", **columns}
    return gpd.GeoDataFrame(rows, geometry=list(shapes), crs=CRS)


def sensitive(*areas: tuple[str, shapely.Geometry], **columns: object) -> gpd.GeoDataFrame:
    """Sensitive areas S1, S2 … from (kind, shape)."""
    rows = {
        "sensitive_id": [f"S{n + 1}" for n in range(len(areas))],
        "sensitive_kind": [kind for kind, _ in areas],
        "name": [f"区{n + 1}" for n in range(len(areas))],
        **columns,
    }
    return gpd.GeoDataFrame(rows, geometry=[shape for _, shape in areas], crs=CRS)


def counties(*names: tuple[str, float, float], **columns: object) -> gpd.GeoDataFrame:
    """Counties from (name, from, to) along a straight river."""
    shapes = [box(west, -500, east, 500) for _, west, east in names]
    return gpd.GeoDataFrame({"name": [name for name, _, _ in names], **columns}, geometry=shapes, crs=CRS)


def totals(plan: Any, scope: str = "river") -> dict[str, tuple[float, float, float]]:
    """Shoreline, used length and rate by what the rows of one scope sum up."""
    by = {"river": "river_id", "admin": "admin", "type": "type", "zone": "zone_id"}[scope]
    rows = plan.utilisation[plan.utilisation["scope"] == scope]
    columns = (rows[name].tolist() for name in ("shoreline_m", "used_m", "rate"))
    return dict(zip(rows[by].tolist(), zip(*columns, strict=True), strict=True))


def codes(plan: Any) -> list[str]:
    """Codes of its faults, sorted."""
    return sorted(plan.faults["code"])


def units(values: Any) -> int:
    """Areas or lengths summed exactly, in hundredths."""
    return sum(round(100 * value) for value in values)
