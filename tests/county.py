"""Small rivers and rule sets for tests of the demarcation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from riverline.rules import RuleSet

CRS = "EPSG:4548"
ORIGIN = (500_000.0, 3_500_000.0)

HEAD = """
name = "test"
title = "测试规则"
title_en = "Rules for tests"
jurisdiction = "清水县"
{fallback}

[policy]
basis_order = ["levee", "flood", "bank_top", "water"]
gap_max_m = {gap_max_m}
width_steps = "square"
taper_m = 50.0
mouth = "close"
mouth_follow_m = 0.0
several_levees = "{several}"
length_decimals = 1
area_decimals = 2
rounding = "half_up"
virtual_section = {{ freeboard_m = 0.5, crest_width_m = 4.0, landside_slope = 2.0 }}
[policy.stake_spacing]
town = {{ min_m = 50.0, max_m = 200.0 }}
country = {{ min_m = 100.0, max_m = 500.0 }}

[[documents]]
id = "law"
title = "《测试条例》"
title_en = "Test law"
seen = "S"
source = "tests"
"""

RULE = """
[[rules]]
id = "{id}"
document = "law"
article = "第1条"
scope = "{scope}"
landside = {{ m = {width} }}
protection = {{ m = {protection} }}
{when}
"""


def rule_set(
    folder: Path,
    *,
    levee: float = 30.0,
    grades: dict[int, float] | None = None,
    flood: float = 0.0,
    bank_top: float = 10.0,
    water: float = 5.0,
    protection: float = 0.0,
    gap_max_m: float = 200.0,
    several: str = "outer",
) -> RuleSet:
    """A rule set with one width a scope, and one a levee grade."""
    parts = [HEAD.format(fallback="", gap_max_m=gap_max_m, several=several)]
    widths = {"levee": levee, "flood": flood, "bank_top": bank_top, "water": water}
    for scope, width in widths.items():
        parts.append(RULE.format(id=scope, scope=scope, width=float(width), protection=float(protection), when=""))
    for grade, width in (grades or {}).items():
        when = f"[rules.when]\ngrades = [{grade}]"
        parts.append(RULE.format(id=f"grade-{grade}", scope="levee", width=float(width), protection=0.0, when=when))
    path = folder / "rules.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return rl.load_rules(path)


def line(coords: Sequence[tuple[float, float]]) -> shapely.LineString:
    """A line given relative to the origin of the test county."""
    return shapely.LineString([(x + ORIGIN[0], y + ORIGIN[1]) for x, y in coords])


def axes(*lines: Sequence[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Axes R1, R2 … named 清水河."""
    rows = {"river_id": [f"R{n + 1}" for n in range(len(lines))], "name": "清水河", **columns}
    return gpd.GeoDataFrame(rows, geometry=[line(each) for each in lines], crs=CRS)


def levees(*lines: Sequence[tuple[float, float]], river_id: str = "R1", **columns: object) -> gpd.GeoDataFrame:
    """Landside toes L1, L2 …."""
    rows = {"levee_id": [f"L{n + 1}" for n in range(len(lines))], "river_id": river_id, "feature": "landside_toe"}
    return gpd.GeoDataFrame(rows | columns, geometry=[line(each) for each in lines], crs=CRS)


def bank_tops(*lines: Sequence[tuple[float, float]], river_id: str = "R1") -> gpd.GeoDataFrame:
    """Bank tops B1, B2 …."""
    rows = {"bank_id": [f"B{n + 1}" for n in range(len(lines))], "river_id": river_id}
    return gpd.GeoDataFrame(rows, geometry=[line(each) for each in lines], crs=CRS)
