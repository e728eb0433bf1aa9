"""What lies too far from its river is refused by name and the river is done with the rest; wide rivers are not."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, levees, line, rule_set

RIVER = [(0, 0), (1000, 0)]
BOTH = [(0, 80), (1000, 80)], [(0, -80), (1000, -80)]


def far(result) -> list[tuple[str, str, str, float, float, str]]:
    rows = result.faults[result.faults["code"] == "far-from-river"]
    return list(rows[["layer", "feature_id", "severity", "value", "limit", "note"]].itertuples(index=False, name=None))


def water(*shapes, **columns):
    rows = {"water_id": [f"W{n + 1}" for n in range(len(shapes))], "river_id": "R1", "kind": "river", **columns}
    placed = [shapely.transform(each, lambda xy: xy + ORIGIN) for each in shapes]
    return gpd.GeoDataFrame(rows, geometry=placed, crs=CRS)


def test_a_levee_of_another_province_is_refused_and_the_river_is_as_without_it(tmp_path) -> None:
    rules = rule_set(tmp_path)
    with_it = rl.demarcate(axes(RIVER), rules, levees=levees(*BOTH, [(0, 3e6), (1000, 3e6)]))
    without = rl.demarcate(axes(RIVER), rules, levees=levees(*BOTH))
    assert far(with_it) == [("levees", "L3", "error", 3000.0, 5.0, "R1")]
    assert with_it.faults["code"].tolist() == ["far-from-river"], "refused, so not told as unused again"
    assert with_it.lines.geometry.geom_equals(without.lines.geometry).all()


def test_every_layer_is_looked_at(tmp_path) -> None:
    away = [(0, 40_000), (1000, 40_000)]
    levels = gpd.GeoDataFrame(
        {"level_id": ["A", "B"], "river_id": "R1", "level_m": [3.0, 2.0], "basis": "design", "chainage_m": [9.0, 99.0]},
        geometry=[line(away).centroid, None], crs=CRS,
    )  # fmt: skip
    sections = gpd.GeoDataFrame(
        {"section_id": ["S1"], "river_id": "R1", "level_m": [3.0], "profile": [shapely.LineString([(0, 9), (9, 0)])]},
        geometry=[line(away)], crs=CRS,
    )  # fmt: skip
    result = rl.demarcate(
        axes(RIVER), rule_set(tmp_path), levees=levees(*BOTH), bank_tops=bank_tops(away), flood_levels=levels,
        sections=sections, water=water(shapely.box(0, 40_000, 9, 40_009)),
    )  # fmt: skip
    assert [row[:2] for row in far(result)] == [
        ("bank_tops", "B1"), ("flood_levels", "A"), ("sections", "S1"), ("water", "W1"),
    ]  # fmt: skip
    assert len(result.extents) == 1


def test_levels_without_any_place_are_not_looked_for(tmp_path) -> None:
    levels = gpd.GeoDataFrame(
        {"level_id": ["A", "B"], "river_id": "R1", "level_m": [3.0, 2.0], "basis": "design", "chainage_m": [9.0, 99.0]},
        geometry=[None, None], crs=CRS,
    )  # fmt: skip
    assert far(rl.demarcate(axes(RIVER), rule_set(tmp_path), levees=levees(*BOTH), flood_levels=levels)) == []


def test_a_levee_without_a_river_is_not_given_to_one_that_is_far(tmp_path) -> None:
    toes = levees(*BOTH, [(0, 90_000), (1000, 90_000)], river_id=["R1", "R1", None])
    result = rl.demarcate(axes(RIVER), rule_set(tmp_path), levees=toes)
    assert [row[1] for row in far(result)] == ["L3"]


def test_degrees_under_the_name_of_the_plane_are_far(tmp_path) -> None:
    strays = gpd.GeoDataFrame(
        {"bank_id": ["B"], "river_id": "R1"}, geometry=[shapely.LineString([(117.3, 31.9), (117.4, 31.9)])], crs=CRS
    )
    assert len(far(rl.demarcate(axes(RIVER), rule_set(tmp_path), levees=levees(*BOTH), bank_tops=strays))) == 1


def test_of_water_in_parts_only_the_far_part_is_left_out(tmp_path) -> None:
    river, stray = shapely.box(0, -20, 1000, 20), shapely.box(0, 800_000, 100, 800_100)
    rules = rule_set(tmp_path)
    result = rl.demarcate(axes(RIVER), rules, levees=levees(*BOTH), water=water(shapely.MultiPolygon([river, stray])))
    assert far(result)[0][:2] == ("water", "W1")
    where = result.faults.loc[result.faults["code"] == "far-from-river"].geometry.iloc[0]
    assert where.equals(water(stray).geometry.iloc[0])
    assert "extent-in-parts" not in set(result.faults["code"])
    alone = rl.demarcate(axes(RIVER), rules, water=water(shapely.MultiPolygon([river, stray])))
    assert set(alone.lines["basis"]) == {"water"}


@pytest.mark.parametrize(
    ("length", "off", "width", "refused"),
    [
        (60_000, 5_000, None, False),  # sixty kilometres with a flood plain of five
        (60_000, 24_000, None, False),  # the basin of a river that long
        (60_000, 26_000, None, True),
        (1_000, 4_900, None, False),
        (1_000, 9_000, None, True),
        (1_000, 9_000, 1_200.0, False),  # a short reach of a great river: eight widths
        (1_000, 40_000, 1_200.0, True),
        (1_000, 40_000, 45_000.0, False),  # an estuary
    ],
)
def test_length_and_width_say_what_is_far(tmp_path, length, off, width, refused) -> None:
    river = axes([(0, 0), (length, 0)]) if width is None else axes([(0, 0), (length, 0)], width_m=width)
    toes = levees([(0, 80), (length, 80)], [(0, -off), (length, -off)])
    result = rl.demarcate(river, rule_set(tmp_path), levees=toes)
    assert bool(far(result)) == refused
    assert len(result.extents) == (0 if refused else 1)


def test_other_levees_far_off_vouch_for_one_another_but_none_for_itself(tmp_path) -> None:
    wide = levees([(0, 7000), (500, 7000)], [(500, 8000), (1000, 8000)], [(0, -9000), (1000, -9000)])
    assert far(rl.demarcate(axes(RIVER), rule_set(tmp_path), levees=wide)) == []
    alone = levees([(0, 80), (1000, 80)], [(0, -20_000), (1000, -20_000)])
    assert [row[1] for row in far(rl.demarcate(axes(RIVER), rule_set(tmp_path), levees=alone))] == ["L2"]
    lost = levees([(0, 6e5), (1000, 6e5)], [(0, -6e5), (1000, -6e5)])
    assert [row[4] for row in far(rl.demarcate(axes(RIVER), rule_set(tmp_path), levees=lost))] == [25.0, 25.0]


def test_what_belongs_to_a_river_whose_axis_was_refused_is_not_called_unknown(tmp_path) -> None:
    ring = line([(0, 500), (400, 500), (400, 900), (0, 500)])
    rivers = axes([(0, 0), (1000, 0)])
    rivers = gpd.GeoDataFrame(
        {"river_id": ["R1", "R2"], "name": ["清水河", "环河"]}, geometry=[rivers.geometry[0], ring], crs=CRS
    )
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    others = gpd.GeoDataFrame(
        {"levee_id": ["L3", "L4"], "river_id": ["R2", "R9"], "feature": "landside_toe"},
        geometry=[line([(0, 560), (300, 860)]), line([(0, 700), (300, 700)])], crs=CRS,
    )  # fmt: skip
    result = rl.demarcate(rivers, rule_set(tmp_path), levees=pd.concat([toes, others], ignore_index=True))
    told = result.faults.set_index("feature_id")[["code", "severity"]]
    assert told.loc["R2"].tolist() == ["river-not-done", "error"]
    assert told.loc["L3"].tolist() == ["feature-not-used", "note"]
    assert told.loc["L4"].tolist() == ["river-unknown", "error"]
