"""The upland of the invented county 清水县: a reservoir with its dam, and a stream that no official line is known of.

石门沟 leaves 石门水库 at its dam and runs to 白石溪. It has neither levee, flood level nor bank top: what stands in for
them are a road, a canal, a village, the foot of the slope, a scarp and a flood mark. Nothing here is drawn at random.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.schema import AXES, BANK_TOPS, WATER, WATERSIDE, WORKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from make_samples import River

CODE, NAME = "SM04", "石门沟"
POOL = "SK01"
RULES = "清水县规则.toml"
LENGTH_M = 3_200.0
STEP_M = 25.0


def course(gate: tuple[float, float]) -> np.ndarray:
    """The stream from the dam to the south-east, (n, 2): two gentle bends."""
    t = np.linspace(0.0, 1.0, int(LENGTH_M / STEP_M) + 1)
    swing = 70.0 * np.sin(np.pi * t) * np.sin(4.0 * np.pi * t)
    along = np.array([0.8, -0.6])
    across = np.array([0.6, 0.8])
    return np.round(np.array(gate) + (0.0, 5_600.0) + LENGTH_M * t[:, None] * along + swing[:, None] * across, 2)


def upland_layers(gate: tuple[float, float], crs: str, river: Callable[..., River]) -> dict[str, gpd.GeoDataFrame]:
    """Every layer of the upland by name.

    Parameters
    ----------
    gate
        Origin of the county.
    crs
        Its CRS.
    river
        ``make_samples.River``.
    """
    stream = river(CODE, NAME, course(gate), 8.0)
    return {
        "upland_axes": _axes(stream, crs),
        "reservoirs": _reservoirs(stream, crs),
        "reservoir_lines": _reservoir_lines(stream, crs),
        "upland_works": _works(stream, crs),
        "upland_waterside": _waterside(stream, crs),
        "roads": _lines(
            stream, crs, ("县道X012", 2_000.0, stream.length, -55.0), ("县道X013", 2_500.0, stream.length, 62.0)
        ),
        "canals": _lines(stream, crs, ("石门渠", 800.0, 1_700.0, 48.0)),
        "villages": _village(stream, crs),
        "slope_feet": _lines(stream, crs, ("左岸山坡脚", 0.0, 900.0, -40.0), ("右岸山坡脚", 0.0, 800.0, 36.0)),
        "scarps": _lines(stream, crs, ("陡坎", 900.0, 1_500.0, -30.0)),
        "flood_marks": _lines(stream, crs, ("2020年洪痕", 1_500.0, 2_000.0, -25.0)),
    }


def write_rules(folder: Path) -> None:
    """Put the county's rules beside its layers."""
    shutil.copyfile(Path(__file__).with_name("qingshui_rules.toml"), folder / RULES)


def _axes(stream: River, crs: str) -> gpd.GeoDataFrame:
    row = {
        "river_id": [CODE],
        "name": [NAME],
        "rank": ["tributary-2"],
        "width_m": [stream.width],
        "chief": ["乡长 石岭"],
    }
    return AXES.conform(gpd.GeoDataFrame(row, geometry=[stream.line], crs=crs))


def _pool(stream: River, beyond: float) -> shapely.Polygon:
    """The pool behind the dam, wider by ``beyond`` metres, its lower edge along the dam."""
    angle = np.linspace(0.0, 2.0 * np.pi, 72, endpoint=False)
    radius = 260.0 + 60.0 * np.cos(3.0 * angle) + 25.0 * np.sin(5.0 * angle)
    head = stream.axis[0] + (-0.8 * 300.0, 0.6 * 300.0)
    shore = np.column_stack([1.25 * radius * np.cos(angle), radius * np.sin(angle)])
    return shapely.Polygon(np.round(head + shore, 2)).buffer(beyond, quad_segs=4)


def _reservoirs(stream: River, crs: str) -> gpd.GeoDataFrame:
    row = {"water_id": [f"{POOL}-W"], "river_id": [POOL], "kind": ["reservoir"], "name": ["石门水库"],
           "date": [pd.Timestamp("2026-04-12")]}  # fmt: skip
    return WATER.conform(gpd.GeoDataFrame(row, geometry=[_pool(stream, 0.0)], crs=crs))


def _reservoir_lines(stream: River, crs: str) -> gpd.GeoDataFrame:
    ring = np.round(shapely.get_coordinates(_pool(stream, 45.0).exterior), 2)
    row = {"bank_id": [f"{POOL}-Z"], "river_id": [POOL], "feature": ["acquisition_line"]}
    return BANK_TOPS.conform(gpd.GeoDataFrame(row, geometry=[shapely.LineString(ring)], crs=crs))


def _works(stream: River, crs: str) -> gpd.GeoDataFrame:
    """The dam across the stream's head."""
    crest = stream.beside(np.array([-90.0, 90.0]), 20.0, 20.0)
    row = {"work_id": ["GC-07"], "river_id": [CODE], "kind": ["dam"], "size": ["small"], "name": ["石门水库大坝"]}
    return WORKS.conform(gpd.GeoDataFrame(row, geometry=[crest], crs=crs))


def _waterside(stream: River, crs: str) -> gpd.GeoDataFrame:
    """Waterside lines as a planner draws them."""
    row = {"waterside_id": [f"LS-{CODE}-L", f"LS-{CODE}-R"], "river_id": CODE, "bank": ["left", "right"],
           "waterside_basis": "造床流量（虚构）", "confidence": "medium"}  # fmt: skip
    count = int(stream.length / STEP_M) + 1
    lines = [stream.beside(np.full(count, sign * 0.5 * stream.width), 0.0, stream.length) for sign in (-1.0, 1.0)]
    return WATERSIDE.conform(gpd.GeoDataFrame(row, geometry=lines, crs=crs))


def _lines(stream: River, crs: str, *rows: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    """Lines beside the stream: name, first and last chainage, metres right of it."""
    shapes = [stream.beside(np.full(int((end - start) / STEP_M) + 1, away), start, end) for _, start, end, away in rows]
    return gpd.GeoDataFrame({"name": [name for name, *_ in rows]}, geometry=shapes, crs=crs)


def _village(stream: River, crs: str) -> gpd.GeoDataFrame:
    near, far = (stream.beside(np.full(33, away), 1_700.0, 2_500.0) for away in (58.0, 150.0))
    ring = np.vstack([shapely.get_coordinates(near), shapely.get_coordinates(far)[::-1]])
    return gpd.GeoDataFrame({"name": ["石门村"]}, geometry=[shapely.Polygon(ring)], crs=crs)
