"""A shoreline plan: its two lines, its zones, what is used, and rates, against closed forms."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

import county
import riverline as rl
import shorelines as sh
from riverline import schema
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.shoreline.wording import plan_in_english


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    return sh.straight(tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def bent(tmp_path_factory):
    return sh.bent(tmp_path_factory.mktemp("rules"))


def rows_of(frame):
    return frame.to_numpy().tolist()


def on_bank(plan, bank="left"):
    return plan.zones[plan.zones["bank"] == bank].reset_index(drop=True)


# The lines


def test_the_outer_line_is_the_management_line_and_the_band_lies_between_the_two(straight):
    plan = rl.plan_shoreline(straight, waterside=sh.waterside())
    assert rows_of(plan.lines[["river_id", "bank", "line"]]) == [
        ["R1", "left", "outer"], ["R1", "left", "waterside"], ["R1", "right", "outer"], ["R1", "right", "waterside"],
    ]  # fmt: skip
    outer = plan.lines[plan.lines["line"] == "outer"].geometry
    assert shapely.equals(outer.to_numpy(), straight.lines.geometry.to_numpy()).all()
    assert plan.lines["length_m"].tolist() == [1000.0] * 4
    assert rows_of(plan.lines[["start_chainage_m", "end_chainage_m"]]) == [[0.0, 1000.0]] * 4
    band = gpd.GeoSeries([sh.box(0, 30, 1000, 80)], crs=sh.CRS)
    assert plan.lines["band_area_m2"].iloc[0] == round_half_up(ellipsoidal_area(band), 2)[0]
    assert plan.lines["basis"].tolist() == ["管理范围线：堤防", "规划单位给定的临水边界线"] * 2


def test_the_water_stands_in_for_waterside_lines_with_low_confidence(straight):
    water = gpd.GeoDataFrame(
        {"water_id": ["A"], "river_id": "R1", "kind": "river"}, geometry=[sh.box(-50, -30, 1050, 30)], crs=sh.CRS
    )
    plan, drawn = rl.plan_shoreline(straight, waterside=water), rl.plan_shoreline(straight, waterside=sh.waterside())
    assert shapely.equals(plan.zones.geometry.to_numpy(), drawn.zones.geometry.to_numpy()).all()
    assert set(plan.zones["confidence"]) == {"low"}
    assert plan.lines[plan.lines["line"] == "waterside"]["confidence"].tolist() == ["low", "low"]
    assert sh.codes(plan) == ["waterside-from-water"] * 2


def test_waterside_lines_may_be_drawn_upstream_in_pieces_and_beyond_the_reach(straight):
    pieces = gpd.GeoDataFrame(
        {"waterside_id": ["a", "b", "c"], "river_id": "R1", "bank": ["left", "left", "right"]},
        geometry=[
            county.line([(1200, 30), (400, 30)]), county.line([(-100, 30), (400, 30)]),
            county.line([(0, -30), (1000, -30)]),
        ],
        crs=sh.CRS,
    )  # fmt: skip
    plan = rl.plan_shoreline(straight, waterside=pieces)
    wanted = rl.plan_shoreline(straight, waterside=sh.waterside())
    assert shapely.equals(plan.zones.geometry.to_numpy(), wanted.zones.geometry.to_numpy()).all()
    assert plan.faults.empty


def test_a_bank_without_a_waterside_line_keeps_its_outer_line_and_is_an_error(straight):
    plan = rl.plan_shoreline(straight, waterside=sh.waterside().iloc[:1], uses=sh.uses(sh.box(0, -70, 50, -60)))
    assert plan.lines["shoreline_id"].tolist() == ["R1-L-outer", "R1-L-waterside", "R1-R-outer"]
    assert plan.lines["band_area_m2"].isna().tolist() == [False, False, True]
    assert set(plan.zones["bank"]) == {"left"}
    assert sh.codes(plan) == ["use-off-shoreline", "waterside-missing"]
    bare = rl.plan_shoreline(straight)
    assert sh.codes(bare) == ["waterside-missing"] * 2
    assert bare.zones.empty
    assert bare.utilisation.empty
    assert len(bare.lines) == 2


def test_a_waterside_line_that_stops_short_or_crosses_is_told(straight):
    short = sh.waterside(left=[(200, 30), (1000, 30)])
    plan = rl.plan_shoreline(straight, waterside=short)
    fault = plan.faults.set_index("code").loc["waterside-short"]
    assert fault["value"] == 200.0
    crossing = sh.waterside(left=[(0, 30), (500, 130), (1000, 30)])
    told = rl.plan_shoreline(straight, waterside=crossing)
    assert {"waterside-crosses", "band-tangled"} <= set(told.faults["code"])
    inside = straight.extents.geometry.iloc[0]
    assert shapely.area(shapely.difference(told.zones.geometry.to_numpy(), inside)).sum() < 1e-6
    # Two triangles: 30 m at the ends, 0 where the line reaches 80 m after 250 m.
    left = shapely.area(on_bank(told).geometry.to_numpy()).sum()
    assert left == pytest.approx(2 * 250.0 * 50.0 / 2.0, rel=1e-9)


# Zones


def test_zones_of_a_straight_river_have_length_times_width(straight):
    areas = sh.sensitive(("water_source", sh.box(200, 0, 500, 300)), ("crowded", sh.box(700, 40, 900, 60)))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    zones = on_bank(plan)
    assert zones["type"].tolist() == [2, 1, 2, 3, 2]
    assert zones["shoreline_m"].tolist() == [200.0, 300.0, 200.0, 200.0, 100.0]
    assert zones["start_chainage_m"].tolist() == [0.0, 200.0, 500.0, 700.0, 900.0]
    assert shapely.area(zones.geometry.to_numpy()) == pytest.approx(np.array([200, 300, 200, 200, 100]) * 50.0)
    assert zones["number"].tolist() == ["L001", "L002", "L003", "L004", "L005"]
    assert on_bank(plan, "right")["type"].tolist() == [2]


def test_adjusted_areas_sum_to_the_bands_area_exactly(straight):
    places = np.linspace(13.7, 951.3, 7)
    areas = sh.sensitive(*(("wetland", sh.box(x, 40, x + 31.37, 60)) for x in places))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    for bank in ("left", "right"):
        band = plan.lines.query("bank == @bank and line == 'outer'")["band_area_m2"].iloc[0]
        assert sh.units(on_bank(plan, bank)["adjusted_area_m2"]) == round(100 * band)
        assert sh.units(on_bank(plan, bank)["shoreline_m"]) == 100_000
    assert (plan.zones["area_m2"] - plan.zones["adjusted_area_m2"]).abs().max() <= 0.015


def test_the_strictest_zone_wins_and_the_others_are_told(straight):
    areas = sh.sensitive(
        ("fit_for_use", sh.box(0, 0, 600, 90)),
        ("flood_risk", sh.box(400, 0, 800, 90)),
        ("wetland", sh.box(400, 0, 800, 90)),
    )
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    zones = on_bank(plan)
    assert zones["type"].tolist() == [4, 1, 1, 2]
    # Of two rules that make the same zone the first of the file decides.
    assert zones["rule_id"].tolist() == ["fit-for-use", "ecology", "ecology", "default"]
    assert zones["basis"].tolist() == ["河势稳定，岸线利用条件较好（区1）", "生态保护（区3）", "生态保护（区3）",
                                       "无敏感因素，规划期内无开发利用需求"]  # fmt: skip
    assert zones["note"].iloc[1] == "同时涉及：区1（河势稳定，岸线利用条件较好）、区2（防洪安全与河势稳定）"
    assert zones["source_ids"].tolist() == ["S1", "S3", "S3", ""]


def test_a_rule_that_asks_for_a_level_goes_before_one_that_asks_for_none(straight):
    areas = sh.sensitive(
        ("water_source", sh.box(0, 0, 300, 90)), ("water_source", sh.box(300, 0, 700, 90)), level=["一级", "二级"]
    )
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    assert on_bank(plan)["type"].tolist() == [1, 2, 2]
    assert on_bank(plan)["rule_id"].tolist() == ["water-source", "water-source-secondary", "default"]


def test_ones_own_rules_decide_and_the_first_may_win(straight, tmp_path):
    text = rl.rules.zoning.loading._SHIPPED.joinpath("national.toml").read_text(encoding="utf-8")
    text = text.replace('several = "strictest"', 'several = "first"').replace("default_type = 2", "default_type = 3")
    head, *rules = text.split("[[rules]]")
    path = tmp_path / "local.toml"
    path.write_text("[[rules]]".join([head, *reversed(rules)]), encoding="utf-8")
    areas = sh.sensitive(("fit_for_use", sh.box(0, 0, 600, 90)), ("flood_risk", sh.box(400, 0, 800, 90)))
    own = rl.rules.load_zone_rules(path)
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas, rules=own)
    assert on_bank(plan)["type"].tolist() == [4, 4, 1, 3]
    assert plan.run.inputs["zone_rules"] == {"name": "national", "digest": own.digest}
    assert own.digest != rl.rules.load_zone_rules().digest


def test_every_zone_says_basis_restraints_rule_citation_and_confidence_in_chinese(straight):
    kinds = [choice.value for choice in schema.SENSITIVE["sensitive_kind"].choices]
    areas = sh.sensitive(*((kind, sh.box(60 * n, 0, 60 * n + 40, 90)) for n, kind in enumerate(kinds)))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    assert set(plan.zones["type"]) == {1, 2, 3, 4}
    for column in ("basis", "restraints", "citation"):
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in plan.zones[column])
    # No text behind any rule was read in the original: nothing may claim more than low confidence.
    assert set(plan.zones["confidence"]) == {"low"}
    assert all("未核实" in text for text in plan.zones[plan.zones["type"] > 2]["citation"])
    assert rl.check(plan.zones, schema.ZONES).empty


def test_counties_cut_zones_and_sum_up(straight):
    plan = rl.plan_shoreline(
        straight, waterside=sh.waterside(), uses=sh.uses(sh.box(250, 40, 450, 60)),
        admin=sh.counties(("甲县", -10, 300), ("乙县", 300, 1010), city="清水市"),
    )  # fmt: skip
    assert rows_of(on_bank(plan)[["admin", "city", "shoreline_m", "used_m"]]) == [
        ["甲县", "清水市", 300.0, 50.0], ["乙县", "清水市", 700.0, 150.0],
    ]  # fmt: skip
    assert sh.totals(plan, "admin") == {"乙县": (1400.0, 150.0, 10.71), "甲县": (600.0, 50.0, 8.33)}
    # The row of each county has what the table has.
    assert rows_of(plan.uses[["used_id", "admin", "occupied_m", "start_chainage_m", "end_chainage_m"]]) == [
        ["U1@R1-L", "甲县", 50.0, 250.0, 300.0], ["U1@R1-L#2", "乙县", 150.0, 300.0, 450.0],
    ]  # fmt: skip
    assert shapely.length(plan.uses.geometry.to_numpy()) == pytest.approx([50.0, 150.0])


def test_a_stretch_too_short_to_draw_joins_its_stricter_neighbour(straight):
    areas = sh.sensitive(("wetland", sh.box(200, 0, 400, 90)), ("wetland", sh.box(400.4, 0, 600, 90)))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    assert on_bank(plan)["type"].tolist() == [2, 1, 1, 2]
    assert on_bank(plan)["shoreline_m"].tolist() == [200.0, 200.4, 199.6, 400.0]


def test_an_unstable_bank_given_as_a_line_and_water_before_the_bank_count(straight):
    bank = county.line([(100, 50), (300, 55)])
    areas = sh.sensitive(("unstable_bank", bank), ("water_source", sh.box(600, -30, 800, 30)))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    assert on_bank(plan)["type"].tolist() == [2, 1, 2, 1, 2]
    assert on_bank(plan)["shoreline_m"].tolist() == [100.0, 200.0, 300.0, 200.0, 200.0]
    # The water lies before both banks.
    assert on_bank(plan, "right")["shoreline_m"].tolist() == [600.0, 200.0, 200.0]


def test_a_factor_that_could_not_be_read_leaves_its_stretch_undecided(straight):
    """No zone says that nothing lies there; what is told of the factor is told once."""
    areas = sh.sensitive(
        ("moon", sh.box(0, 0, 50, 90)), ("historic", sh.box(0, 200, 50, 290)), (None, sh.box(300, 0, 400, 90))
    )
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    assert sh.codes(plan) == [
        "sensitive-off-shoreline",
        "value-blank",
        "value-choice",
        "zone-undecided",
        "zone-undecided",
    ]
    zones = on_bank(plan)
    assert zones["type"].tolist() == [0, 2, 0, 2]
    assert zones["shoreline_m"].tolist() == [50.0, 250.0, 100.0, 600.0]
    unclear = zones[zones["type"] == 0]
    assert unclear["basis"].tolist() == ["敏感因素未能判定，分区未定（区1）", "敏感因素未能判定，分区未定（区3）"]
    assert set(unclear["confidence"]) == {"low"}
    assert sh.totals(plan, "type")[0] == (150.0, 0.0, 0.0)
    english = plan_in_english(unclear)
    assert english["basis"].iloc[0] == "undecided: a sensitive factor could not be judged (区1)"
    assert english["restraints"].iloc[0] == "undecided with the zone"


def test_what_was_not_read_changes_nothing_where_protection_is_decided(straight):
    areas = sh.sensitive(("moon", sh.box(0, 0, 100, 90)), ("wetland", sh.box(50, 0, 200, 90)))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas)
    assert on_bank(plan)[["type", "shoreline_m"]].to_numpy().tolist() == [[0, 50.0], [1, 50.0], [1, 100.0], [2, 800.0]]
    assert on_bank(plan)["note"].iloc[1] == "同时涉及：区1"


def test_a_factor_of_which_the_rules_do_not_speak_leaves_its_stretch_undecided(straight):
    own = rl.rules.load_zone_rules()
    own = own.model_copy(update={"rules": tuple(rule for rule in own.rules if "wetland" not in rule.kinds)})
    areas = sh.sensitive(("wetland", sh.box(0, 0, 100, 90)))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=areas, rules=own)
    assert sh.codes(plan) == ["no-rule", "zone-undecided"]
    assert on_bank(plan)["type"].tolist() == [0, 2]


def test_towns_that_name_their_county_are_put_together(straight):
    towns = sh.counties(("甲镇", -10, 300), ("乙镇", 300, 2000), city="清水市")
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), admin=towns.assign(county="清水县"))
    assert sh.totals(plan, "admin") == {"清水县": (2000.0, 0.0, 0.0)}
    assert len(plan.zones) == 2
    assert set(plan.zones["city"]) == {"清水市"}
    assert sh.codes(plan) == []


@pytest.mark.parametrize(
    ("columns", "names"),
    [({}, ("甲镇", "乙街道")), ({"level": "township"}, ("甲", "乙")), ({"admin_id": "349901100"}, ("甲", "乙"))],
)
def test_towns_in_the_place_of_counties_are_told(straight, columns, names):
    towns = sh.counties((names[0], -10, 300), (names[1], 300, 2000), city="清水市", **columns)
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), admin=towns)
    assert sh.codes(plan) == ["counties-are-towns"]
    assert plan.faults["value"].tolist() == [2.0]
    county = sh.counties(("甲县", -10, 2000), city="清水市", level="county", admin_id="349901000")
    assert sh.codes(rl.plan_shoreline(straight, waterside=sh.waterside(), admin=county)) == []


def test_counties_without_their_city_are_told(straight):
    for frame in (sh.counties(("甲县", -10, 2000)), sh.counties(("甲县", -10, 2000), city="")):
        plan = rl.plan_shoreline(straight, waterside=sh.waterside(), admin=frame)
        assert sh.codes(plan) == ["counties-without-city"]


def test_cuts_run_on_the_normal_of_the_axis_in_a_bend(bent):
    lines = sh.waterside(sh.bend(offset=-30.0), sh.bend(offset=30.0))
    area = shapely.Polygon([*sh.bend(np.pi, 400.0)[30:61], *sh.bend(np.pi, 600.0)[60:29:-1]])
    x, y = county.ORIGIN
    wedge = shapely.transform(area, lambda xy: xy + np.array([x, y]))
    plan = rl.plan_shoreline(
        bent, waterside=lines, axes=county.axes(sh.bend()), sensitive=sh.sensitive(("wetland", wedge))
    )
    for bank, sign in (("left", -1.0), ("right", 1.0)):
        zones = on_bank(plan, bank)
        inner, outer = 400.0 + sign * 30.0, 400.0 + sign * 80.0
        whole = abs(outer**2 - inner**2) / 2.0 * np.pi
        assert shapely.area(zones.geometry.to_numpy()).sum() == pytest.approx(whole, rel=2e-3)
        for zone in zones.geometry:
            centre = np.array([x, y + 400.0])
            radii = np.hypot(*(shapely.get_coordinates(zone) - centre).T)
            # Every vertex is on one of the two arcs: cuts are straight lines between them, along radii.
            assert (np.minimum(abs(radii - inner), abs(radii - outer)) < 0.7).all()
    assert plan.faults.empty


# Uses


def test_overlapping_uses_count_once(straight):
    taken = sh.uses(
        sh.box(100, 40, 300, 60), sh.box(250, 50, 350, 70), sh.box(350, 40, 360, 41), sh.box(800, -70, 900, -60)
    )
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=taken)
    assert plan.uses["occupied_m"].tolist() == [200.0, 100.0, 10.0, 100.0]
    assert plan.uses["bank"].tolist() == ["left", "left", "left", "right"]
    assert on_bank(plan)["used_m"].tolist() == [260.0]
    assert on_bank(plan)["rate"].tolist() == [26.0]
    assert sh.totals(plan) == {"R1": (2000.0, 360.0, 18.0)}
    assert sh.totals(plan, "zone") == {"R1-L-001": (1000.0, 260.0, 26.0), "R1-R-001": (1000.0, 100.0, 10.0)}
    assert plan.faults.empty


def test_a_use_is_shared_by_the_zones_that_it_runs_through(straight):
    areas = sh.sensitive(("wetland", sh.box(200, 0, 500, 90)))
    plan = rl.plan_shoreline(
        straight, waterside=sh.waterside(), sensitive=areas, uses=sh.uses(sh.box(150, 40, 250, 60))
    )
    assert on_bank(plan)["used_m"].tolist() == [50.0, 50.0, 0.0]
    assert sh.totals(plan, "type") == {1: (300.0, 50.0, 16.67), 2: (1700.0, 50.0, 2.94)}


def test_only_what_is_inside_the_band_counts_piece_by_piece(straight):
    outside = sh.box(100, 70, 300, 120)
    comb = shapely.union_all([sh.box(400, 70, 410, 120), sh.box(490, 70, 500, 120), sh.box(400, 90, 500, 120)])
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(outside, comb, sh.box(600, 90, 700, 99)))
    assert plan.uses["occupied_m"].tolist() == [200.0, 20.0]
    assert plan.uses.geometry.geom_type.tolist() == ["LineString", "MultiLineString"]
    assert rows_of(plan.faults[["code", "feature_id"]]) == [["use-off-shoreline", "U3"]]


def test_points_take_the_length_declared_and_stay_on_the_line(straight):
    given = sh.uses(
        sh.point(500, 50), sh.point(10, 50), sh.point(600, 50), use_length_m=[40.0, 60.0, np.nan]
    )  # fmt: skip
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=given)
    assert rows_of(plan.uses[["start_chainage_m", "end_chainage_m", "occupied_m"]]) == [
        [480.0, 520.0, 40.0], [0.0, 60.0, 60.0],
    ]  # fmt: skip
    assert rows_of(plan.faults[["code", "feature_id"]]) == [["use-length-missing", "U3"]]


def test_a_bridge_counts_on_both_banks_and_is_told_and_a_bank_given_decides(straight):
    bridge = sh.box(500, -100, 520, 100)
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(bridge))
    assert rows_of(plan.uses[["bank", "occupied_m"]]) == [["left", 20.0], ["right", 20.0]]
    assert sh.codes(plan) == ["use-both-banks"]
    assert sh.totals(plan)["R1"] == (2000.0, 40.0, 2.0)
    given = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(bridge, bank="right"))
    assert given.uses["bank"].tolist() == ["right"]
    assert given.faults.empty


def test_a_pontoon_in_the_water_belongs_to_the_nearest_bank(straight):
    near, far = sh.box(100, 10, 150, 20), sh.box(300, -5, 310, 5)
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(near, far))
    assert rows_of(plan.uses[["use_id", "bank", "occupied_m"]]) == [
        ["U1", "left", 50.0], ["U2", "left", 10.0], ["U2", "right", 10.0],
    ]  # fmt: skip
    assert sh.codes(plan) == ["use-both-banks", "use-in-water", "use-in-water"]


def test_a_line_straight_across_has_no_length_and_one_along_has_its_own(straight):
    across, along = county.line([(500, 20), (500, 120)]), county.line([(600, 50), (700, 60)])
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(across, along))
    assert rows_of(plan.uses[["use_id", "occupied_m"]]) == [["U2", 100.0]]
    assert rows_of(plan.faults[["code", "feature_id"]]) == [["use-without-length", "U1"]]


def test_on_the_outside_of_a_bend_the_length_is_that_of_the_management_line(bent):
    lines = sh.waterside(sh.bend(offset=-30.0), sh.bend(offset=30.0))
    x, y = county.ORIGIN
    wedge = [(0.0, 400.0), *((900 * np.sin(t), 400 - 900 * np.cos(t)) for t in np.linspace(1.0, 1.5, 20))]
    place = shapely.transform(shapely.Polygon(wedge), lambda xy: xy + np.array([x, y]))
    plan = rl.plan_shoreline(bent, waterside=lines, uses=sh.uses(place))
    occupied = dict(zip(plan.uses["bank"], plan.uses["occupied_m"], strict=True))
    assert occupied["right"] == pytest.approx(0.5 * 480.0, rel=3e-3)
    assert occupied["left"] == pytest.approx(0.5 * 320.0, rel=3e-3)


def test_extra_columns_come_through_and_inputs_stay_as_they_were(straight):
    given, lines = sh.uses(sh.box(100, 40, 300, 60), 建设年份=[2011]), sh.waterside()
    before = given.copy(), lines.copy()
    plan = rl.plan_shoreline(straight, waterside=lines, uses=given)
    assert plan.uses["建设年份"].tolist() == [2011]
    assert_geodataframe_equal(given, before[0])
    assert_geodataframe_equal(lines, before[1])


def test_coordinates_of_the_ends_are_those_of_the_management_line(straight):
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(sh.box(100, 40, 300, 60)))
    row = plan.uses.iloc[0]
    ends = gpd.GeoSeries(
        gpd.points_from_xy([row["start_lon"], row["end_lon"]], [row["start_lat"], row["end_lat"]]), crs=4490
    )
    back = shapely.get_coordinates(ends.to_crs(sh.CRS).array) - county.ORIGIN
    assert back == pytest.approx(np.array([[100.0, 80.0], [300.0, 80.0]]), abs=1e-2)


# What it hands over, and what it refuses


def test_results_follow_their_schemas_and_are_plain_frozen_values(straight):
    plan = rl.plan_shoreline(
        straight, waterside=sh.waterside(), uses=sh.uses(sh.box(100, 40, 300, 60)),
        sensitive=sh.sensitive(("wetland", sh.box(0, 0, 90, 90))), admin=sh.counties(("甲县", -10, 2000)),
    )  # fmt: skip
    frames = {"lines": schema.SHORELINES, "zones": schema.ZONES, "uses": schema.USED_SHORELINES,
              "utilisation": schema.UTILISATION, "faults": schema.FAULTS}  # fmt: skip
    for name, kind in frames.items():
        assert rl.check(getattr(plan, name), kind).empty, name
    assert not isinstance(plan.utilisation, gpd.GeoDataFrame)
    assert [field.name for field in dataclasses.fields(plan)] == [*frames, "rules", "run"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.zones = None
    assert "2 rivers" not in repr(plan)
    assert "1 rivers" in repr(plan)
    assert "岸线保护区" in plan._repr_html_()


def test_empty_layers_and_an_empty_demarcation_give_empty_frames(straight):
    none = {"uses": schema.USES.empty(sh.CRS), "sensitive": schema.SENSITIVE.empty(sh.CRS)}
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), **none)
    assert plan.uses.empty
    assert len(plan.zones) == 2
    bare = dataclasses.replace(straight, lines=straight.lines.iloc[:0], extents=straight.extents.iloc[:0])
    empty = rl.plan_shoreline(bare, waterside=sh.waterside(), uses=sh.uses(sh.box(0, 40, 9, 60)))
    assert empty.zones.empty
    assert empty.lines.empty
    assert sh.codes(empty) == ["use-off-shoreline"]
    for name in ("zones", "lines", "uses"):
        assert getattr(empty, name).crs == straight.lines.crs


def test_lines_that_close_around_a_lake_have_no_plan_and_are_told(straight):
    pond = shapely.box(*(np.array([0, 900, 400, 1200]) + np.tile(county.ORIGIN, 2)))
    water = gpd.GeoDataFrame(
        {"water_id": ["W1"], "river_id": ["H-1"], "kind": ["lake"]}, geometry=[pond], crs=county.CRS
    )
    lakes = rl.demarcate_waters(water, rl.load_rules("anhui"))
    plan = rl.plan_shoreline(lakes)
    told = plan.faults[["code", "severity", "feature_id", "value"]]
    assert len(plan.lines) == len(plan.zones) == 0
    assert rows_of(told) == [["shoreline-without-bank", "warning", "H-1", pytest.approx(lakes.lines["length_m"].sum())]]
    assert "H-1" in rl.faults.describe(plan.faults)["detail"].iloc[0]
    assert "shoreline-without-bank" not in set(rl.plan_shoreline(straight).faults["code"])


def test_wrong_calls_raise_once_with_everything(straight):
    lines = sh.waterside()
    with pytest.raises(rl.SchemaError) as raised:
        rl.plan_shoreline(straight, waterside=lines.drop(columns="bank"), uses=lines, admin=lines[["geometry"]])
    for name in ("waterside", "uses", "admin", "bank", "use_id", "县（区）名称"):
        assert name in str(raised.value)
    with pytest.raises(rl.CRSError, match="set_crs"):
        rl.plan_shoreline(
            straight, waterside=gpd.GeoDataFrame(lines.drop(columns="geometry"), geometry=list(lines.geometry))
        )
    with pytest.raises(rl.RuleError, match="load_zone_rules"):
        rl.plan_shoreline(straight, waterside=lines, rules="national")
    with pytest.raises(rl.SchemaError, match="demarcate"):
        rl.plan_shoreline(straight.lines, waterside=lines)


def test_hostile_rows_become_faults_and_the_others_are_done(straight):
    bad = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)])
    shapes = [sh.box(100, 40, 300, 60), None, bad, shapely.Point(), sh.box(400, 40, 500, 60)]
    given = sh.uses(*shapes).assign(use_id=["U1", "U2", "U3", "U4", " "])
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=given)
    assert plan.uses["use_id"].tolist() == ["U1"]
    refused = ["feature-blank", "feature-blank", "invalid", "key-blank"]
    assert sh.codes(plan) == sorted([*refused, *["left-out"] * len(refused)])
    told = plan.faults[plan.faults["code"] == "left-out"]
    assert told["detail"].str.endswith("未参与，它占用的岸线未计入").all()


def test_parts_of_a_use_that_overlap_count_once(straight):
    both = shapely.MultiPolygon([sh.box(100, 40, 200, 60), sh.box(150, 40, 300, 60)])
    plan = rl.plan_shoreline(straight, waterside=sh.waterside(), uses=sh.uses(both))
    assert plan.uses["occupied_m"].tolist() == [200.0]
    assert sh.codes(plan) == ["parts-united"]


def test_parts_of_a_sensitive_area_that_overlap_decide_as_one(straight):
    both = shapely.MultiPolygon([sh.box(100, 0, 500, 90), sh.box(400, 0, 800, 90)])
    whole = sh.box(100, 0, 800, 90)
    plans = [rl.plan_shoreline(straight, waterside=sh.waterside(), sensitive=sh.sensitive(("water_source", each)))
             for each in (both, whole)]  # fmt: skip
    drawn = [plan.zones[["bank", "type", "shoreline_m"]].to_numpy().tolist() for plan in plans]
    assert drawn[0] == drawn[1]
    assert 1 in plans[0].zones["type"].astype("int64").tolist()


def test_layers_in_degrees_are_brought_to_the_lines(straight):
    given = sh.uses(sh.box(100, 40, 300, 60))
    plan = rl.plan_shoreline(straight, waterside=sh.waterside().to_crs(4490), uses=given.to_crs(4490))
    assert plan.uses["occupied_m"].tolist() == [200.0]
    assert "reprojected" in plan.run.inputs["uses"]["note"]
    assert shapely.area(plan.zones.geometry.to_numpy()) == pytest.approx(50_000.0, rel=1e-6)


def test_rivers_are_told_apart_and_sums_are_by_river(tmp_path):
    rules = county.rule_set(tmp_path, levee=0.0)
    first = county.levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)])
    second = county.levees([(0, 1080), (500, 1080)], [(0, 920), (500, 920)], river_id="R2").assign(
        levee_id=["L3", "L4"]
    )
    axes = county.axes([(0, 0), (1000, 0)], [(0, 1000), (500, 1000)])
    result = rl.demarcate(axes, rules, levees=pd.concat([first, second]))
    edges = sh.waterside([(0, 1030), (500, 1030)], [(0, 970), (500, 970)], river_id="R2").assign(
        waterside_id=["W3", "W4"]
    )
    lines = pd.concat([sh.waterside(), edges])
    plan = rl.plan_shoreline(result, waterside=lines, uses=sh.uses(sh.box(0, 1040, 100, 1060), sh.box(0, 40, 100, 60)))
    assert sh.totals(plan) == {"R1": (2000.0, 100.0, 5.0), "R2": (1000.0, 100.0, 10.0)}
    assert rows_of(plan.uses[["use_id", "river_id"]]) == [["U2", "R1"], ["U1", "R2"]]
