"""An invented county's result, drawn by hand: what maps and exports are tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops

from riverline import faults, schema
from riverline.provenance import Run

CRS = "EPSG:4548"
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"quotes\" 'and' `ticks` ${1+1}",
    "back\\slash \\u003cb\\u003e \\",
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "<!-- <script>",
    "&lt;b&gt; &amp; &#60;",
    "😀 河流 𣲗水 \u202eRTL עברית",
    "line\u2028separator\nnew\tline",
    "'; DROP TABLE layer_styles; --",
)


@dataclass(frozen=True, slots=True)
class Rules:
    name: str = "anhui"
    title: str = "安徽省河湖管理范围"
    title_en: str = "Anhui river and lake management extents"
    digest: str = "3f9c1e5a77b20d4486aa"


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    lines: gpd.GeoDataFrame
    extents: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    rules: Any
    run: Run


def course(x: float, y: float, *, length: float, swing: float, turn: float) -> np.ndarray:
    """Vertices of a winding river, (k, 2)."""
    along = np.linspace(0, length, 240)
    across = swing * np.sin(along / length * 3.1 * np.pi) + 0.25 * swing * np.sin(along / length * 11 * np.pi)
    return np.column_stack(
        [x + along * np.cos(turn) - across * np.sin(turn), y + along * np.sin(turn) + across * np.cos(turn)]
    )


RIVERS = {
    "QS01": ("清水河", course(500_600, 3_450_300, length=9_000, swing=620, turn=0.25), 95.0),
    "BX02": ("白溪", course(502_900, 3_455_600, length=5_200, swing=330, turn=-0.62), 40.0),
}
PIECES = {
    ("QS01", "left"): ("levee", "joined", "levee", "bank_top", "flood"),
    ("QS01", "right"): ("levee", "flood", "water"),
    ("BX02", "left"): ("bank_top", "flood", "lake"),
    ("BX02", "right"): ("flood", "joined", "reservoir"),
}
CONFIDENCE = {"levee": "high", "flood": "medium", "bank_top": "medium", "water": "low", "joined": "unknown"}
CITATION = "《安徽省水工程管理和保护条例》第十七条：堤防背水侧护堤地自堤脚外不少于二十米"


def axes() -> gpd.GeoDataFrame:
    """Both axes."""
    rows = {"river_id": list(RIVERS), "name": [name for name, _, _ in RIVERS.values()]}
    lines = [shapely.LineString(xy) for _, xy, _ in RIVERS.values()]
    return schema.AXES.conform(gpd.GeoDataFrame(rows, geometry=lines, crs=CRS))


def water() -> gpd.GeoDataFrame:
    """The channels and a lake."""
    areas = [shapely.LineString(xy).buffer(width / 2) for _, xy, width in RIVERS.values()]
    lake = shapely.Point(507_300, 3_455_600).buffer(420).difference(shapely.Point(507_400, 3_455_700).buffer(70))
    rows = {"water_id": ["W1", "W2", "W3"], "river_id": [*RIVERS, "BX02"], "kind": ["river", "river", "lake"]}
    return schema.WATER.conform(gpd.GeoDataFrame(rows, geometry=[*areas, lake], crs=CRS))


def lines() -> gpd.GeoDataFrame:
    """Management lines of four banks, piece by piece."""
    rows = []
    for (river, bank), bases in PIECES.items():
        _, xy, width = RIVERS[river]
        side = 1 if bank == "left" else -1
        edge = shapely.LineString(xy).offset_curve(side * (width / 2 + 60))
        for number, basis in enumerate(bases):
            start, end = number / len(bases), (number + 1) / len(bases)
            piece = shapely.ops.substring(edge, start, end, normalized=True)
            rows.append(
                {
                    "line_id": f"{river}-{bank}-{number + 1}",
                    "river_id": river,
                    "bank": bank,
                    "basis": basis,
                    "rule_id": "" if basis == "joined" else f"AH-{basis}",
                    "citation": CITATION,
                    "offset_m": 20.0 + number,
                    "start_chainage_m": start * 9_000,
                    "end_chainage_m": end * 9_000,
                    "length_m": round(piece.length, 1),
                    "confidence": CONFIDENCE.get(basis, "medium"),
                    "source_ids": f"D{number}",
                    "note": "",
                    "geometry": piece,
                }
            )
    return schema.MANAGEMENT_LINES.conform(gpd.GeoDataFrame(rows, crs=CRS))


def extents() -> gpd.GeoDataFrame:
    """Management and protection extents."""
    rows = []
    for river, (name, xy, width) in RIVERS.items():
        inner = shapely.LineString(xy).buffer(width / 2 + 60, cap_style="flat")
        outer = shapely.LineString(xy).buffer(width / 2 + 260, cap_style="flat")
        for kind, area in (("management", inner), ("protection", outer.difference(inner))):
            rows.append(
                {
                    "extent_id": f"{river}-{kind}",
                    "river_id": river,
                    "name": name,
                    "kind": kind,
                    "area_m2": round(area.area, 2),
                    "left_length_m": 9_123.4,
                    "right_length_m": 9_001.2,
                    "axis_length_m": 9_050.0,
                    "clearance_m": 0.0,
                    "rules": "anhui",
                    "version": Rules().digest,
                    "geometry": area,
                }
            )
    return schema.EXTENTS.conform(gpd.GeoDataFrame(rows, crs=CRS))


def fault_rows() -> gpd.GeoDataFrame:
    """Faults of three severities and all geometries, and one without a place."""
    where = [shapely.Point(503_000, 3_451_200), shapely.LineString([(504_000, 3_451_000), (504_300, 3_451_500)]), None]
    found = faults.found(
        "multipart", layer="axes", feature_id=["QS01", "BX02", "XX"], value=[3, 2, 5], limit=1, geometry=where, crs=CRS
    )
    found["severity"] = ["error", "warning", "note"]
    return found


def towns() -> gpd.GeoDataFrame:
    """Two towns: a frame that follows no schema."""
    squares = [shapely.box(499_500, 3_448_800, 504_600, 3_457_000), shapely.box(504_600, 3_448_800, 510_200, 3_457_000)]
    return gpd.GeoDataFrame({"town": ["清水镇", "白溪乡"]}, geometry=squares, crs=CRS)


def result() -> Result:
    """The whole result."""
    run = Run("0.1.0", Rules().digest, {"axes": {"rows": 2, "crs": CRS, "source": {"path": "河道.shp"}}}, CRS)
    return Result(lines(), extents(), fault_rows(), Rules(), run)


def hostile_lines() -> gpd.GeoDataFrame:
    """One line for each hostile text, in every text column."""
    frame = lines().iloc[[0] * len(HOSTILE)].reset_index(drop=True)
    ids = [f"H{i}" for i in range(len(HOSTILE))]
    return frame.assign(line_id=ids, river_id=list(HOSTILE), rule_id=list(HOSTILE), citation=list(HOSTILE))
