"""Management lines drawn by hand, for tests of stakes: what demarcation gives, without demarcating."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

import riverline as rl
from riverline.provenance import Run
from riverline.schema import EXTENTS, FAULTS, MANAGEMENT_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.rules import RuleSet

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_500_000.0  # 31.6° N on the meridian of zone 39
RULES = rl.load_rules("national")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a line, in metres from the gate of the test county."""

    coords: Any
    bank: str = "left"
    river: str = "R1"
    basis: str = "levee"
    width: float = 10.0
    start: float = 0.0
    end: float = float("nan")


def shifted(coords: Any, x: float = X, y: float = Y) -> np.ndarray:
    return np.asarray(coords, dtype="float64") + np.array((x, y))


def demarcation(
    *pieces: Piece, rules: RuleSet = RULES, extents: Sequence[tuple[str, Any]] = (), crs: str = CRS, at: Any = (X, Y)
) -> rl.Demarcation:
    """A result with these pieces, in their order, and management extents ``(river, polygon)``."""
    lines = [shapely.LineString(shifted(each.coords, *at)) for each in pieces]
    ends = [
        each.start + line.length if np.isnan(each.end) else each.end for each, line in zip(pieces, lines, strict=True)
    ]
    frame = gpd.GeoDataFrame(
        {
            "line_id": [f"P{number:03d}" for number in range(len(pieces))],
            "river_id": [each.river for each in pieces],
            "bank": [each.bank for each in pieces],
            "basis": [each.basis for each in pieces],
            "rule_id": [f"rule-{each.basis}" for each in pieces],
            "citation": "《测试条例》第1条",
            "offset_m": [each.width for each in pieces],
            "start_chainage_m": [each.start for each in pieces],
            "end_chainage_m": ends,
            "length_m": [line.length for line in lines],
            "confidence": "high",
            "source_ids": "",
            "note": "",
        },
        geometry=gpd.GeoSeries(lines, crs=crs),
    )
    ranges = gpd.GeoDataFrame(
        {
            "extent_id": [f"{river}-management" for river, _ in extents],
            "river_id": [river for river, _ in extents],
            "name": "清水河",
            "kind": "management",
            **dict.fromkeys(("area_m2", "left_length_m", "right_length_m", "axis_length_m", "clearance_m"), 0.0),
            "rules": rules.name,
            "version": rules.digest,
        },
        geometry=gpd.GeoSeries([shapely.transform(area, lambda xy: xy + np.array(at)) for _, area in extents], crs=crs),
    )
    run = Run("test", rules.digest, {}, crs)
    made = MANAGEMENT_LINES.conform(frame) if pieces else MANAGEMENT_LINES.empty(crs)
    return rl.Demarcation(
        made, EXTENTS.conform(ranges) if extents else EXTENTS.empty(crs), FAULTS.empty(crs), rules, run
    )


def frame(geometries: Sequence[Any], crs: str = CRS, **columns: Any) -> gpd.GeoDataFrame:
    """A layer whose geometries are given from the gate of the test county."""
    moved = [None if each is None else shapely.transform(each, lambda xy: xy + np.array((X, Y))) for each in geometries]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(moved, crs=CRS)).to_crs(crs)


def straight(length: float, **about: Any) -> Piece:
    return Piece([(0, 0), (length, 0)], **about)


def circle(radius: float, vertices: int) -> np.ndarray:
    """A ring that turns anticlockwise and ends in its first vertex."""
    angle = np.linspace(0.0, 2.0 * np.pi, vertices + 1)
    ring = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    ring[-1] = ring[0]
    return ring


def winding(seed: int, *, length: float = 6000.0, step: float = 20.0, noise: float = 0.5) -> np.ndarray:
    """A line that bends like a river and runs east on the whole."""
    random = np.random.default_rng(seed)
    along = np.arange(0.0, length + step, step)
    phase, wave = random.uniform(0.0, 2.0 * np.pi, 2), random.uniform(250.0, 700.0, 2)
    across = 120.0 * np.sin(along / wave[0] + phase[0]) + 40.0 * np.sin(along / wave[1] * 2.0 + phase[1])
    return np.column_stack([along, across + random.normal(0.0, noise, len(along))])
