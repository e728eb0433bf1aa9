"""Shoreline plans of joined counties: lakes and works cut banks, and each part of a bank has its own shoreline only."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import county
import riverline as rl
import shorelines as sh
from riverline.inspection.check import wider

LENGTH, OUTER, EDGE = 5000.0, 55.0, 20.0
BANDS = LENGTH * (OUTER - EDGE)
HAIR_M = 1e-3
MM2 = 1e-3
AXES = county.axes([(0, 0), (LENGTH, 0)])
few = settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return county.rule_set(tmp_path_factory.mktemp("rules"), levee=0.0)


@pytest.fixture(scope="module")
def river(rules):
    """A straight river of 5 km with management lines 55 m from its axis."""
    toes = county.levees([(0, OUTER), (LENGTH, OUTER)], [(0, -OUTER), (LENGTH, -OUTER)])
    return rl.demarcate(AXES, rules, levees=toes)


def lakes(*shapes):
    """Lakes A, B … whose range is their water."""
    codes = [chr(ord("A") + number) for number in range(len(shapes))]
    water = gpd.GeoDataFrame({"water_id": codes, "river_id": codes, "kind": "lake"}, geometry=list(shapes), crs=sh.CRS)
    return rl.demarcate_waters(water, rl.load_rules("national"))


def sluice(shape):
    """A sluice with a range of 100 m up- and downstream and 25 m to the sides."""
    works = gpd.GeoDataFrame({"work_id": ["G1"], "river_id": "R1", "kind": "sluice"}, geometry=[shape], crs=sh.CRS)
    return rl.demarcate_works(works, rl.load_rules("jiangxi_luxi"), axes=AXES)


def lines():
    ends = [[(0, side * EDGE), (LENGTH, side * EDGE)] for side in (1, -1)]
    return sh.waterside(*ends)


def water(*spans):
    shapes = [sh.box(low, -EDGE, high, EDGE) for low, high in spans or [(-50, LENGTH + 50)]]
    rows = {"water_id": [f"W{number}" for number in range(len(shapes))], "river_id": "R1", "kind": "river"}
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=sh.CRS)


WATERSIDES = pytest.mark.parametrize("waterside", [lines(), water()], ids=["lines", "water"])


def planned(river, *others, **layers):
    """The plan of a river joined with lakes and works, and their demarcation."""
    joined = rl.join_demarcations([river, *others], AXES)
    return rl.plan_shoreline(joined, axes=AXES, **layers), joined


def areas(plan):
    """Drawn area of each zone, by its code."""
    shapes = plan.zones.geometry.to_numpy()
    return dict(zip(plan.zones["zone_id"].tolist(), shapely.area(shapes).tolist(), strict=True))


def assert_lawful(plan, joined):
    """Zones do not overlap, lie in the extent of their river, and sum to the bands, as drawn and as told."""
    shapes = plan.zones.geometry.to_numpy()
    assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area, abs=MM2)
    extents = joined.extents.set_index("extent_id").geometry
    for code, zones in plan.zones.groupby("river_id"):
        beyond = shapely.difference(zones.geometry.to_numpy(), extents[f"{code}-management"])
        assert not wider(beyond, HAIR_M).any()
    for row in plan.lines[plan.lines["line"] == "outer"].itertuples():
        zones = plan.zones[plan.zones["zone_id"].str.rsplit("-", n=1).str[0] == row.shoreline_id.removesuffix("-outer")]
        if np.isfinite(row.band_area_m2):
            assert sh.units(zones["adjusted_area_m2"]) == round(100 * row.band_area_m2)
            assert sh.units(zones["shoreline_m"]) == round(100 * row.length_m)


# Lakes and works in closed form


@WATERSIDES
def test_a_lake_that_cuts_a_bank_leaves_each_part_its_own_length_times_width(river, waterside):
    plan, joined = planned(river, lakes(sh.box(2400, -200, 2500, -30)), waterside=waterside)
    wanted = {"R1-L-001": BANDS, "R1-R-001": 2400.0 * 35.0, "R1-R2-001": 2500.0 * 35.0}
    assert areas(plan) == pytest.approx(wanted, abs=1.0)
    # Numbers go on over the parts of a bank.
    assert plan.zones["number"].tolist() == ["L001", "R001", "R002"]
    assert plan.lines["length_m"].tolist() == [5000.0, 5000.0, 2400.0, 2400.0, 2500.0, 2500.0]
    assert sh.totals(plan)["R1"][0] == 9900.0
    assert set(plan.faults["code"]) <= {"shoreline-without-bank", "shoreline-of-others", "waterside-from-water"}
    assert_lawful(plan, joined)


@WATERSIDES
def test_a_sluice_that_reaches_into_the_water_cuts_both_lines(river, waterside):
    plan, joined = planned(river, sluice(sh.box(2400, -60, 2500, -30)), waterside=waterside)
    wanted = {"R1-L-001": BANDS, "R1-R-001": 2300.0 * 35.0, "R1-R2-001": 2400.0 * 35.0}
    assert areas(plan) == pytest.approx(wanted, abs=1.0)
    assert_lawful(plan, joined)


@WATERSIDES
def test_a_work_in_midstream_takes_its_land_and_no_more(river, waterside):
    plan, joined = planned(river, sluice(sh.box(2490, -20, 2510, 20)), waterside=waterside)
    # Its range is 220 m by 90 m: 25 m of each band.
    wanted = {"R1-L-001": BANDS - 220.0 * 25.0, "R1-R-001": BANDS - 220.0 * 25.0}
    assert areas(plan) == pytest.approx(wanted, abs=1.0)
    drawn = plan.lines[plan.lines["line"] == "waterside"].geometry.to_numpy()
    assert shapely.equals(drawn, [county.line([(0, y), (LENGTH, y)]) for y in (EDGE, -EDGE)]).all()
    assert_lawful(plan, joined)


@WATERSIDES
def test_a_work_across_the_river_parts_both_banks(river, waterside):
    plan, joined = planned(river, sluice(sh.box(2490, -60, 2510, 60)), waterside=waterside)
    assert areas(plan) == pytest.approx(
        dict.fromkeys(("R1-L-001", "R1-L2-001", "R1-R-001", "R1-R2-001"), 2390 * 35.0), abs=1.0
    )
    assert_lawful(plan, joined)


@WATERSIDES
def test_a_lake_at_the_end_of_a_reach_ends_the_waterside_line_too(river, waterside):
    plan, joined = planned(river, lakes(sh.box(4800, -200, 5100, -30)), waterside=waterside)
    assert areas(plan) == pytest.approx({"R1-L-001": BANDS, "R1-R-001": 4800.0 * 35.0}, abs=1.0)
    assert_lawful(plan, joined)


def test_a_lake_on_the_land_between_the_lines_is_no_land_of_a_zone(river):
    plan, joined = planned(river, lakes(sh.box(1000, -50, 1100, -40)), waterside=lines())
    assert areas(plan) == pytest.approx({"R1-L-001": BANDS, "R1-R-001": BANDS - 1000.0}, abs=0.1)
    assert_lawful(plan, joined)


def test_without_axes_parts_end_on_the_shortest_way_to_the_water(river):
    joined = rl.join_demarcations([river, lakes(sh.box(2400, -200, 2500, -30))], AXES)
    plan = rl.plan_shoreline(joined, waterside=lines())
    assert areas(plan)["R1-R-001"] == pytest.approx(2400.0 * 35.0, abs=1.0)
    assert_lawful(plan, joined)


# Water in pieces, and on one bank only


def test_water_in_pieces_has_edges_along_each_and_a_pond_beside_it_has_none(river):
    pond = water((500, 600)).set_geometry([sh.box(500, 30, 600, 40)])
    pieces = gpd.GeoDataFrame(
        {"water_id": ["a", "b", "c"], "river_id": "R1", "kind": "river"},
        geometry=[*water((-50, 2000), (2300, 5050)).geometry, *pond.geometry],
        crs=sh.CRS,
    )
    plan = rl.plan_shoreline(river, waterside=pieces)
    assert areas(plan) == pytest.approx({"R1-L-001": BANDS, "R1-R-001": BANDS}, abs=0.1)
    drawn = plan.lines[plan.lines["line"] == "waterside"]
    assert drawn["length_m"].tolist() == [LENGTH, LENGTH]
    told = plan.faults[plan.faults["code"] == "water-in-pieces"]
    assert told[["note", "value"]].to_numpy().tolist() == [["left", 2.0], ["right", 2.0]]


def test_water_that_ends_before_the_reach_ends_at_its_outermost_places(river):
    plan = rl.plan_shoreline(river, waterside=water((1000, 5050)))
    faults = plan.faults.set_index(["code", "note"])["value"]
    assert faults["waterside-short"].tolist() == [1000.0, 1000.0]
    # Over the first kilometre the ends are joined askew.
    assert areas(plan) == pytest.approx(dict.fromkeys(("R1-L-001", "R1-R-001"), BANDS - 500.0 * 35.0), abs=0.1)


def test_water_before_one_bank_only_tells_no_edges_and_says_why(river):
    one = replace(river, lines=river.lines[river.lines["bank"] == "left"])
    plan = rl.plan_shoreline(one, waterside=water())
    assert plan.zones.empty
    assert sh.codes(plan) == ["waterside-one-bank"]
    assert "只有左岸" in plan.faults["detail"].iloc[0]


# Land that two banks would have


def test_land_that_two_banks_would_have_is_the_firsts_and_told(river):
    over = sh.waterside([(0, -40), (LENGTH, -40)], [(0, -EDGE), (LENGTH, -EDGE)])
    plan = rl.plan_shoreline(river, waterside=over)
    assert areas(plan) == pytest.approx({"R1-L-001": LENGTH * 95.0, "R1-R-001": LENGTH * 15.0})
    told = plan.faults.iloc[0]
    assert (told["code"], told["value"], told["note"]) == ("shoreline-overlap", LENGTH * 20.0, "R1-R、R1-L")
    assert_lawful(plan, river)


# Uses


def test_points_by_a_cut_are_counted_once_or_told(river):
    places = (2250, 2290, 2350, 2450, 2650)
    uses = sh.uses(*(sh.point(x, -45) for x in places), use_length_m=30.0)
    plan, _ = planned(river, sluice(sh.box(2400, -60, 2500, -30)), waterside=lines(), uses=uses)
    taken = plan.uses[["used_id", "start_chainage_m", "end_chainage_m", "occupied_m"]].to_numpy().tolist()
    assert taken == [
        ["U1@R1-R", 2235.0, 2265.0, 30.0], ["U2@R1-R", 2270.0, 2300.0, 30.0], ["U5@R1-R2", 2635.0, 2665.0, 30.0],
    ]  # fmt: skip
    off = plan.faults[plan.faults["code"] == "use-off-shoreline"]
    # The sluice's own land is no shoreline of the river.
    assert off["feature_id"].tolist() == ["U3", "U4"]
    assert sh.totals(plan)["R1"][1] == 90.0


def test_a_use_in_the_water_before_two_parts_of_a_bank_takes_both(river):
    uses = sh.uses(sh.box(2200, -19, 2700, -10), sh.point(2590, -15), use_length_m=[np.nan, 20.0])
    plan, _ = planned(river, lakes(sh.box(2400, -200, 2500, -30)), waterside=lines(), uses=uses)
    assert plan.uses[["used_id", "occupied_m"]].to_numpy().tolist() == [
        ["U1@R1-R", 200.0], ["U1@R1-R2", 200.0], ["U2@R1-R2", 20.0],
    ]  # fmt: skip


@pytest.mark.parametrize("declared", [-30.0, 0.0, 9e9, np.inf])
def test_a_declared_length_that_cannot_be_is_an_error_and_not_counted(river, declared):
    uses = sh.uses(sh.point(100, 45), sh.point(500, 45), use_length_m=[declared, 40.0])
    plan = rl.plan_shoreline(river, waterside=lines(), uses=uses)
    assert plan.uses["use_id"].tolist() == ["U2"]
    fault = plan.faults[plan.faults["layer"] == "uses"].set_index("code").loc["use-length-implausible"]
    assert (fault["feature_id"], fault["severity"], fault["value"]) == ("U1", "error", declared)
    assert fault["limit"] == LENGTH
    assert sh.totals(plan)["R1"] == (10_000.0, 40.0, 0.4)


def test_a_declared_length_beyond_its_part_of_the_bank_is_cut_and_told(river):
    cuts = lakes(sh.box(1000, -200, 1100, -30), sh.box(1150, -200, 1250, -30))
    uses = sh.uses(sh.point(1120, -45), use_length_m=80.0)
    plan, _ = planned(river, cuts, waterside=lines(), uses=uses)
    assert plan.uses[["used_id", "occupied_m"]].to_numpy().tolist() == [["U1@R1-R2", 50.0]]
    told = plan.faults.set_index("code").loc["use-length-cut"]
    assert (told["feature_id"], told["value"], told["limit"]) == ("U1", 80.0, 50.0)


def test_uses_by_county_sum_to_what_the_table_of_utilisation_says(river):
    uses = sh.uses(sh.box(900, 30, 1100.26, 40), sh.box(2990, 30, 3500, 40), sh.box(1990, -50, 2010, -40))
    admin = sh.counties(("甲县", -10, 1000.13), ("乙县", 1000.13, 3000), ("丙县", 3000, 5010))
    plan, _ = planned(river, lakes(sh.box(2400, -200, 2500, -30)), waterside=lines(), uses=uses, admin=admin)
    summed = plan.uses.groupby("admin")["occupied_m"].sum()
    table = {name: used for name, (_, used, _) in sh.totals(plan, "admin").items()}
    # Each row is rounded, and so is each zone.
    assert summed.to_dict() == pytest.approx(table, abs=0.11)
    assert plan.uses["used_id"].tolist() == ["U1@R1-L", "U1@R1-L#2", "U2@R1-L", "U2@R1-L#2", "U3@R1-R"]
    assert plan.uses["occupied_m"].sum() == pytest.approx(200.3 + 510.0 + 20.0)


# Laws


def course(bends, offset=0.0):
    """A river that swings by up to 60 m over each 250 m, or a line beside it."""
    x = np.linspace(0.0, 1000.0, 81)
    y = np.interp(x, np.linspace(0.0, 1000.0, len(bends)), bends)
    y = np.convolve(np.pad(y, 6, mode="edge"), np.ones(13) / 13.0, mode="valid")
    return list(zip(x.tolist(), (y + offset).tolist(), strict=True))


swings = st.lists(st.floats(-60.0, 60.0), min_size=5, max_size=5)
rounds = st.lists(st.tuples(st.integers(0, 1000), st.integers(-150, 150), st.integers(15, 90)), min_size=1, max_size=3)


@few
@given(swings, rounds, st.lists(st.integers(0, 1000), max_size=6), st.booleans())
def test_whatever_cuts_the_banks_zones_part_the_shoreline_and_uses_count_once(rules, bends, ponds, places, from_water):
    axes = county.axes(course(bends))
    toes = county.levees(course(bends, 90.0), course(bends, -90.0))
    alone = rl.demarcate(axes, rules, levees=toes)
    around = lakes(*(sh.point(x, y).buffer(radius) for x, y, radius in ponds))
    joined = rl.join_demarcations([alone, around], axes)
    edge = shapely.Polygon([*course(bends, 25.0), *course(bends, -25.0)[::-1]])
    wet = gpd.GeoDataFrame(
        {"water_id": ["W"], "river_id": "R1", "kind": "river"},
        geometry=[shapely.transform(edge, lambda xy: xy + np.array(county.ORIGIN))],
        crs=sh.CRS,
    )
    waterside = wet if from_water else sh.waterside(course(bends, 25.0), course(bends, -25.0))
    uses = sh.uses(*(sh.point(x, dict(course(bends)).get(x, 0.0) + 60.0) for x in places), use_length_m=7.0)
    plan = rl.plan_shoreline(joined, waterside=waterside, uses=uses, axes=axes)
    assert_lawful(plan, joined)
    lost = plan.faults[(plan.faults["severity"] == "error") & (plan.faults["layer"] == "uses")]["feature_id"]
    assert sorted([*plan.uses["use_id"], *lost]) == sorted(uses["use_id"])
    pieces = shapely.union_all(plan.uses.geometry.to_numpy()) if len(plan.uses) else shapely.LineString()
    used = plan.zones["used_m"].sum()
    assert used == pytest.approx(shapely.length(pieces), abs=0.1 * max(1, len(plan.zones)))
