"""Extents of rivers, lakes and works side by side: no place in two of them, none lost, and it is told who has what."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import riverline as rl
from county import CRS, ORIGIN, axes, levees, rule_set
from riverline._kernels.areas.neighbours import HAIR_M
from riverline._kernels.areas.partition import mean_width

MM2 = 1e-3


def box(west, south, east, north):
    return shapely.box(*(np.array([west, south, east, north]) + np.tile(ORIGIN, 2)))


def lakes(*shapes, rules=None):
    """Lakes A, B …, drawn by the national rules: the edge of the water, without a strip."""
    codes = [chr(ord("A") + number) for number in range(len(shapes))]
    water = gpd.GeoDataFrame({"water_id": codes, "river_id": codes, "kind": "lake"}, geometry=list(shapes), crs=CRS)
    return rl.demarcate_waters(water, rl.load_rules("national") if rules is None else rules)


def rivers(folder, length=3000):
    """A straight river with toes at 80 m and no strips."""
    toes = levees([(0, 80), (length, 80)], [(0, -80), (length, -80)])
    return rl.demarcate(AXES, rule_set(folder, levee=0.0), levees=toes)


def sluices(*places):
    """Sluices of 20 m by 60 m across the river, by the rules of a county: 100 m along, 25 m to both sides."""
    rows = {"work_id": [f"G{number + 1}" for number in range(len(places))], "river_id": "R1", "kind": "sluice"}
    shapes = [box(at, -30, at + 20, 30) for at in places]
    works = gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)
    return rl.demarcate_works(works, rl.load_rules("jiangxi_luxi"), axes=AXES)


AXES = axes([(0, 0), (3000, 0)])


def shape(result, code, kind="management"):
    return result.extents.set_index("extent_id").geometry[f"{code}-{kind}"]


def told(result, *codes):
    rows = result.faults[result.faults["code"].isin(codes)].sort_values(["code", "feature_id", "note"])
    return [tuple(row) for row in rows[["code", "feature_id", "note", "value"]].itertuples(index=False)]


def assert_parted(result, *alone):
    """Disjoint, together what it was, and every ring of every extent covered by lines of its own or a neighbour's."""
    before = np.concatenate([each.extents.geometry.to_numpy() for each in alone])
    after = result.extents.geometry.to_numpy()
    assert shapely.area(after).sum() == pytest.approx(shapely.union_all(after).area, abs=MM2)
    assert shapely.union_all(after).symmetric_difference(shapely.union_all(before)).area < MM2
    assert result.extents["extent_id"].is_unique
    assert result.lines["line_id"].is_unique
    outlines = shapely.union_all(shapely.boundary(after))
    assert shapely.covers(shapely.buffer(outlines, 1e-4), result.lines.geometry.to_numpy()).all()


def test_a_pond_in_a_ring_lake_keeps_its_range_and_its_line_is_not_drawn_twice() -> None:
    pond = box(450, 450, 550, 550)
    result = lakes(shapely.difference(box(0, 0, 1000, 1000), box(300, 300, 700, 700)), pond)
    assert shape(result, "A").area == pytest.approx(990_000, abs=MM2)
    assert shape(result, "B").area == pytest.approx(10_000, abs=MM2)
    assert told(result, "water-nested", "extents-shared") == [("water-nested", "A", "B", pytest.approx(10_000))]
    lines = result.lines[["line_id", "basis", "rule_id", "source_ids", "length_m"]].to_numpy().tolist()
    assert lines == [
        ["A-S-001", "water", "national/water-edge", "A", 4000.0],
        ["B-S-001", "water", "national/water-edge", "B", 400.0],
    ]
    assert "单独划界" in rl.faults.describe(result.faults).set_index("code").loc["water-nested", "detail"]
    assert "duplicate-geometry" not in set(rl.check(result.lines, rl.schema.MANAGEMENT_LINES)["code"])
    # The pond's line runs round the hole: the check before delivery takes it for the lake's edge.
    assert rl.inspect(result).checks["failed"].eq(0).all()
    told_off = rl.inspect(replace(result, lines=result.lines.iloc[:1])).faults
    told_off = told_off[told_off["code"] == "edge-without-line"]
    assert told_off["feature_id"].tolist() == ["A-management", "B-management"]
    assert told_off["value"].tolist() == pytest.approx([400.0, 400.0], abs=0.1)


def test_a_lake_within_a_river_leaves_a_hole_round_which_its_own_line_runs(tmp_path) -> None:
    river, pond = rivers(tmp_path), lakes(box(1000, -20, 1040, 20))
    county = rl.join_demarcations([river, pond], AXES)
    assert shapely.get_num_interior_rings(shape(county, "R1").geoms[0]) == 1
    assert county.lines["river_id"].value_counts().to_dict() == {"R1": 2, "A": 1}
    assert rl.inspect(county).checks["failed"].eq(0).all()


def test_the_outline_of_a_work_within_a_river_is_no_bank_wherever_else_the_line_is_cut(tmp_path) -> None:
    """A lake bites 40 m deep and 200 m wide into the left bank, and a sluice lies in midstream: 3000 - 200 + 280 m."""
    parts = rivers(tmp_path), lakes(box(2000, 40, 2200, 200)), sluices(1000)
    county = rl.join_demarcations(parts, AXES)
    assert_parted(county, *parts)
    assert shapely.get_num_interior_rings(shape(county, "R1").geoms[0]) == 1
    banked = county.lines[county.lines["bank"].notna()]
    assert not shapely.is_closed(banked.geometry.array).any()
    assert (banked["end_chainage_m"] > banked["start_chainage_m"]).all()
    lengths = county.extents.set_index("extent_id").loc["R1-management", ["left_length_m", "right_length_m"]]
    assert lengths.tolist() == [3080.0, 3000.0]
    assert lengths.tolist() == [banked.loc[banked["bank"] == bank, "length_m"].sum() for bank in ("left", "right")]
    # Whichever is joined first, the county is one.
    for first, then in ((parts[1], parts[2]), (parts[2], parts[1])):
        step = rl.join_demarcations([rl.join_demarcations([parts[0], first], AXES), then], AXES)
        assert_geodataframe_equal(step.lines[county.lines.columns], county.lines)
        assert step.extents[["left_length_m", "right_length_m"]].equals(
            county.extents[["left_length_m", "right_length_m"]]
        )


def test_an_outline_that_was_taken_for_a_bank_fails_the_check_of_bank_lengths(tmp_path) -> None:
    county = rl.join_demarcations([rivers(tmp_path), sluices(1000)], AXES)
    assert rl.inspect(county).checks["failed"].eq(0).all()
    ring = shapely.get_exterior_ring(shape(county, "G1").geoms[0])
    whole = county.lines.iloc[[0]].assign(
        line_id="R1-L-M01", river_id="R1", bank="left", basis="joined", rule_id="national/policy.shared_kinds",
        source_ids="G1", start_chainage_m=1000.0, end_chainage_m=1000.0, length_m=660.0,
    )  # fmt: skip
    corners = shapely.get_coordinates(ring)
    halves = [shapely.LineString(corners[:3]), shapely.LineString(corners[2:])]
    twice = pd.concat([whole.assign(line_id=f"R1-L-M0{n}") for n in (1, 2)], ignore_index=True)
    extents = county.extents.assign(left_length_m=county.extents["left_length_m"] + 660.0)
    for rows in (whole.set_geometry([ring], crs=CRS), twice.set_geometry(halves, crs=CRS)):
        lines = pd.concat([county.lines, rows], ignore_index=True)
        told = rl.inspect(replace(county, lines=lines, extents=extents)).faults.query("check_id == 'bank-length'")
        assert told["code"].unique().tolist() == ["bank-goes-round"]
        assert told["feature_id"].tolist() == rows["line_id"].tolist()
        assert told["value"].tolist() == pytest.approx([660.0] * len(rows))


def test_strips_of_two_lakes_are_parted_and_neither_loses_its_water(tmp_path) -> None:
    rules = rule_set(tmp_path, water=5.0)
    small, large = box(0, 0, 100, 100), box(104, 0, 304, 100)
    result = lakes(small, large, rules=rules)
    alone = [lakes(each, rules=rules) for each in (small, large)]
    both = [shape(each, "A") for each in alone]
    assert shapely.intersection(*both).area > 400
    assert shapely.union_all(result.extents.geometry).symmetric_difference(shapely.union_all(both)).area < MM2
    assert shapely.symmetric_difference(shape(result, "B"), shapely.difference(both[1], small)).area < MM2
    assert shapely.difference(small, shape(result, "A")).area < MM2
    kept = {(code, loser, keeper): value for code, loser, keeper, value in told(result, "extents-shared")}
    assert set(kept) == {("extents-shared", "A", "B"), ("extents-shared", "B", "A")}
    assert kept["extents-shared", "B", "A"] == pytest.approx(small.intersection(both[1]).area, abs=MM2)
    assert sum(kept.values()) == pytest.approx(shapely.intersection(*both).area, abs=MM2)


@pytest.mark.parametrize(("shared", "areas", "code"), [
    ("larger", (9000, 30_000), "extents-shared"),
    ("first_code", (10_000, 29_000), "extents-shared"),
])  # fmt: skip
def test_the_rule_set_says_which_lake_keeps_water_drawn_twice(shared, areas, code) -> None:
    rules = rl.load_rules("national").with_policy(shared=shared)
    result = lakes(box(0, 0, 100, 100), box(90, 0, 390, 100), rules=rules)
    assert [round(shape(result, each).area, 3) for each in "AB"] == list(areas)
    assert [each[0] for each in told(result, "extents-shared", "extents-halved")] == [code]


def test_lakes_that_only_codes_tell_apart_are_a_warning_and_halves_meet_in_the_middle(tmp_path) -> None:
    result = lakes(box(0, 0, 100, 100), box(90, 0, 190, 100))
    assert told(result, "shared-by-code") == [("shared-by-code", "B", "A", pytest.approx(1000.0))]
    rules = rule_set(tmp_path, water=5.0).with_policy(shared="midline")
    halved = lakes(box(0, 0, 100, 100), box(106, 0, 206, 100), rules=rules)
    assert [each[0] for each in told(halved, "extents-halved", "extents-shared")] == ["extents-halved"]
    edge = shapely.intersection(shapely.boundary(shape(halved, "A")), shapely.boundary(shape(halved, "B")))
    assert shapely.get_coordinates(edge)[:, 0] - ORIGIN[0] == pytest.approx(103.0, abs=0.05)


@pytest.mark.parametrize(("gaps", "code"), [("tell", "hole-between"), ("give", "hole-given")])
def test_narrow_land_that_lies_open_between_two_lakes_is_told_and_given_by_policy(gaps, code) -> None:
    rules = rl.load_rules("national").with_policy(gaps=gaps)
    result = lakes(box(0, 0, 200, 100), box(0, 100.5, 200, 400), rules=rules)
    [(_, feature, beside, value)] = told(result, "hole-between", "hole-given")
    assert (code, feature, beside) == (told(result, code)[0][0], "B", "A, B")
    assert value == pytest.approx(100.0, abs=0.5)
    assert shape(result, "B").area == pytest.approx(59_900 + (value if gaps == "give" else 0.0), abs=MM2)


def test_a_lake_takes_its_extent_out_of_the_river_that_runs_through_it(tmp_path) -> None:
    river = rivers(tmp_path)
    lake = lakes(shapely.Point(ORIGIN[0] + 1500, ORIGIN[1]).buffer(400, quad_segs=64))
    overlap = shapely.intersection(shape(river, "R1"), shape(lake, "A")).area
    assert overlap > 120_000
    result = rl.join_demarcations([river, lake], AXES)
    assert_parted(result, river, lake)
    assert shape(result, "R1").area == pytest.approx(160 * 3000 - overlap, abs=MM2)
    assert shapely.symmetric_difference(shape(result, "A"), shape(lake, "A")).area < MM2
    assert told(result, "extents-shared") == [("extents-shared", "R1", "A", pytest.approx(overlap))]
    dropped = 2 * 2 * np.sqrt(400**2 - 80**2)
    [(_, code, whose, length)] = told(result, "line-dropped")
    assert (code, whose) == ("R1", "A")
    assert length == pytest.approx(dropped, abs=0.5)
    left = result.lines[result.lines["bank"] == "left"].sort_values("start_chainage_m")
    assert left["basis"].tolist() == ["levee", "joined", "joined", "levee"]
    assert left["line_id"].tolist() == ["R1-L-001", "R1-L-M01", "R1-L-M02", "R1-L-001-1"]
    assert set(left["rule_id"][left["basis"] == "joined"]) == {"test/policy.shared_kinds"}
    spans = left[["start_chainage_m", "end_chainage_m"]].to_numpy()
    assert spans[0, 0] == 0.0
    assert spans[-1, 1] == 3000.0
    assert (spans[1:, 0] == spans[:-1, 1]).all()
    measured = result.extents.set_index("extent_id").loc["R1-management", ["left_length_m", "founded_share"]]
    assert measured["left_length_m"] == pytest.approx(left["length_m"].sum(), abs=0.11)
    assert "（A）共用的边" in rl.explain(result, "R1", "left", left["end_chainage_m"].iloc[1] - 1)


def test_a_sluice_keeps_its_range_within_the_river_and_by_another_order_it_has_none(tmp_path) -> None:
    river, works = rivers(tmp_path), sluices(1000, 1100)
    result = rl.join_demarcations([river, works], AXES)
    assert_parted(result, river, works)
    # Ranges of 220 m by 110 m whose beginnings lie 100 m apart: the one whose code comes first keeps what they share.
    assert [shape(result, each).area for each in ("G1", "G2")] == pytest.approx([24_200, 11_000], abs=MM2)
    assert shape(result, "R1").area == pytest.approx(160 * 3000 - 35_200, abs=MM2)
    assert told(result, "shared-by-code") == [("shared-by-code", "G2", "G1", pytest.approx(13_200.0))]
    ours = result.lines[result.lines["river_id"] == "R1"]
    assert_geodataframe_equal(
        ours[ours["bank"].notna()].reset_index(drop=True), river.lines.sort_values("line_id"), check_like=True
    )
    first = rl.join_demarcations(
        [river, works], AXES, rules=river.rules.with_policy(shared_kinds=["rivers", "waters", "works"])
    )
    assert first.extents["extent_id"].tolist()[-1] == "R1-management"
    assert not first.extents["extent_id"].str.contains("G\\d-management").any()
    assert [each[:3] for each in told(first, "extent-taken")] == [
        ("extent-taken", "G1", "R1"), ("extent-taken", "G2", "R1")
    ]  # fmt: skip
    assert shape(first, "R1").area == pytest.approx(160 * 3000, abs=MM2)


@pytest.fixture(scope="module")
def parted(tmp_path_factory):
    """A river that a sluice's range, wider than the river's, parts in two, joined with a lake beside it."""
    folder = tmp_path_factory.mktemp("parted")
    river, works = narrow(folder), sluices(1000)
    lake = lakes(box(2000, 300, 2400, 700))
    return river, rl.join_demarcations([river, lake, works], AXES)


def narrow(folder, length=3000):
    """A straight river with toes at 20 m and no strips."""
    toes = levees([(0, 20), (length, 20)], [(0, -20), (length, -20)])
    return rl.demarcate(AXES, rule_set(folder, levee=0.0), levees=toes)


def test_a_river_parted_by_a_work_is_closed_at_its_axis_and_passes_inspection(parted) -> None:
    _, county = parted
    assert shapely.get_num_geometries(shape(county, "R1")) == 2
    lines = county.lines[county.lines["bank"] == "left"].sort_values("start_chainage_m")
    assert lines["line_id"].tolist() == ["R1-L-001", "R1-L-M01", "R1-L-M02", "R1-L-001-1"]
    ends = shapely.get_coordinates(shapely.get_point(lines.geometry.to_numpy()[1:3], [-1, 0])) - ORIGIN
    assert ends == pytest.approx(np.array([[900.0, 0.0], [1120.0, 0.0]]), abs=1e-6)
    stakes, boards = rl.place_stakes(county, axes=AXES), rl.place_boards(county, axes=AXES)
    checked = rl.inspect(county, axes=AXES, stakes=stakes, boards=boards)
    assert checked.checks.loc[checked.checks["failed"] > 0, "check_id"].tolist() == []
    cut = shapely.LineString(np.array([(900, 20), (900, 8)]) + ORIGIN)
    torn = county.lines.geometry.where(county.lines["line_id"] != "R1-L-M01", cut)
    broken = rl.inspect(replace(county, lines=county.lines.set_geometry(torn)), axes=AXES)
    gaps = broken.faults[broken.faults["code"] == "line-gap"]
    assert "R1-L-M01" in set(gaps["feature_id"])


def test_stakes_and_shoreline_of_a_joined_county_stand_on_the_lines_that_are_left(parted) -> None:
    river, county = parted
    stakes = rl.place_stakes(county, axes=AXES)
    lines = shapely.union_all(county.lines.geometry.to_numpy())
    assert shapely.distance(stakes.geometry.to_numpy(), lines).max() < 1e-3
    # None stands in the water, where the banks meet along the sluice's range: that edge is the sluice's.
    banked = stakes[stakes["bank"].notna()]
    assert shapely.distance(banked.geometry.to_numpy(), AXES.geometry.iloc[0]) == pytest.approx(20.0, abs=1e-3)
    assert banked["reason"].value_counts()[["start", "end"]].tolist() == [4, 4]
    alone = rl.place_stakes(river, axes=AXES)
    off = shapely.distance(alone.geometry.to_numpy(), lines)
    assert off.max() == pytest.approx(35.0)
    waterside = gpd.GeoDataFrame(
        {"waterside_id": ["W1", "W2"], "river_id": "R1", "bank": ["left", "right"]},
        geometry=[shapely.LineString(np.array([(0, at), (3000, at)]) + ORIGIN) for at in (10, -10)],
        crs=CRS,
    )
    plan = rl.plan_shoreline(county, waterside=waterside, axes=AXES)
    # 3000 m less the 220 m of the sluice's range, on each bank; the edges across the river are no shoreline.
    assert plan.utilisation.set_index("utilisation_id").loc["river:R1", "shoreline_m"] == pytest.approx(2 * 2780.0)
    assert plan.zones.geometry.area.sum() == pytest.approx(2 * 2780.0 * 10.0)
    assert set(plan.zones["name"]) == {"清水河"}
    shared = plan.faults[plan.faults["code"] == "shoreline-of-others"]
    assert shared[["feature_id", "note", "value"]].to_numpy().tolist() == [["R1", "left", 40.0], ["R1", "right", 40.0]]
    surface = gpd.GeoDataFrame(
        {"water_id": ["S1"], "river_id": ["R1"], "kind": ["river"]}, geometry=[box(0, -10, 3000, 10)], crs=CRS
    )
    from_water = rl.plan_shoreline(county, waterside=surface, axes=AXES)
    assert from_water.zones.geometry.area.sum() == pytest.approx(2 * 2780.0 * 10.0)


def test_where_a_line_turns_back_its_chainages_do_not_depend_on_the_rivers_direction(tmp_path) -> None:
    bend = [(0, 80), (500, 80), (500, 120), (300, 120), (300, 160), (1000, 160)]
    right = [(0, -80), (1000, -80)]
    lake = lakes(box(350, 60, 470, 200))
    kept = []
    for course in ([(0, 0), (1000, 0)], [(1000, 0), (0, 0)]):
        axis = axes(course)
        river = rl.demarcate(axis, rule_set(tmp_path, levee=0.0), levees=levees(bend, right))
        lines = rl.join_demarcations([river, lake], axis).lines
        kept.append(lines[(lines["basis"] == "levee") & (lines["bank"] == ("right" if kept else "left"))])
    there, back = (
        rows.set_index(rows.geometry.centroid.map(lambda at: (round(at.x, 3), round(at.y, 3)))) for rows in kept
    )
    assert len(there) > 2
    columns = ["start_chainage_m", "end_chainage_m"]
    assert set(there.index) == set(back.index)
    mirrored = 1000.0 - back.loc[there.index, columns[::-1]].to_numpy()
    assert mirrored == pytest.approx(there[columns].to_numpy(), abs=0.11)


def test_a_joined_county_tells_of_each_piece_by_which_rules_its_part_was_drawn(parted) -> None:
    river, county = parted
    told = rl.explain(county, "G1", None, 10.0)
    assert f"规则集 jiangxi_luxi {rl.load_rules('jiangxi_luxi').digest[:12]}。" in told
    english = rl.explain(county, "G1", None, 10.0, language="en").partition("Note:")[2]
    assert "assumes" in english
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)
    assert f"rule set test {river.rules.digest[:12]}." in rl.explain(county, "R1", "left", 100.0, language="en")
    national = rl.load_rules("national").digest[:12]
    assert f"national {national}" in rl.explain(rl.join_demarcations([county], AXES), "A", None, 10.0)
    # The edge of a neighbour is there by the policy of the set that the county was joined with.
    assert f"规则集 test {river.rules.digest[:12]}" in rl.explain(county, "R1", "left", 950.0)


def test_land_of_a_joined_county_is_confirmed_once(tmp_path) -> None:
    river, works = rivers(tmp_path), sluices(1000)
    lake = lakes(shapely.Point(ORIGIN[0] + 2000, ORIGIN[1] + 300).buffer(400))
    county = rl.join_demarcations([river, lake, works], AXES)
    assert_parted(county, river, lake, works)
    assert repr(county).startswith("Demarcation(3 extents, ")
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ["P1"], "owner": ["甲村"], "ownership": ["collective"]},
        geometry=[box(500, -60, 2500, 60)],
        crs=CRS,
    )
    titles = rl.confirm(county, parcels, axes=AXES)
    union = rl.geodesy.ellipsoidal_area(
        gpd.GeoSeries([county.extents.query("kind == 'management'").union_all()], crs=CRS)
    )
    assert titles.holdings["adjusted_area_m2"].sum() == pytest.approx(union.iloc[0], abs=0.05)
    assert "extents-overlap" not in set(titles.faults["code"])
    # A work bears its river's code and a name of its own, whatever order they come in.
    named = county.extents.assign(
        name=county.extents["name"].where(county.extents["extent_id"] != "G1-management", "闸")
    )
    for extents in (named, named[::-1]):
        register = rl.confirm(extents, parcels, axes=AXES).register.set_index("river_id")["name"]
        assert set(register["R1":"R1"]) == {"清水河"}
    apart = rl.confirm(pd.concat([river.extents, lake.extents, works.extents]), parcels, axes=AXES)
    assert apart.holdings["area_m2"].sum() > 1.05 * union.iloc[0]


def test_what_shares_land_with_none_is_as_it_was_and_columns_of_ones_own_come_through(tmp_path) -> None:
    river = rivers(tmp_path)
    river.lines["checked_by"] = "甲"
    lake = lakes(box(0, 1000, 400, 1400))
    result = rl.join_demarcations([lake, river], AXES, rules=river.rules)
    assert result.lines["checked_by"].dropna().tolist() == ["甲", "甲"]
    for each in (river, lake):
        mine = result.lines[result.lines["line_id"].isin(each.lines["line_id"])].reset_index(drop=True)
        assert_geodataframe_equal(mine[each.lines.columns], each.lines.sort_values("line_id").reset_index(drop=True))
    again = rl.join_demarcations([river, lakes(box(1000, 0, 1400, 400))], AXES)
    cut = again.lines[again.lines["basis"] == "levee"]
    assert cut["checked_by"].tolist() == ["甲"] * len(cut)
    assert len(cut) == 3
    assert {key for key in again.run.inputs if key.startswith("demarcation")} == {"demarcation (1)", "demarcation (2)"}


def test_a_county_that_was_joined_can_be_joined_with_more(tmp_path) -> None:
    river, works, lake = rivers(tmp_path), sluices(1000), lakes(box(1000, 0, 1400, 400))
    once = rl.join_demarcations([river, lake, works], AXES)
    twice = rl.join_demarcations([rl.join_demarcations([river, lake], AXES), works], AXES)
    assert_parted(twice, river, works, lake)
    one, other = (each.extents.set_index("extent_id").geometry for each in (once, twice))
    assert (shapely.area(shapely.symmetric_difference(one.to_numpy(), other[one.index].to_numpy())) < MM2).all()
    assert once.lines["length_m"].sum() == pytest.approx(twice.lines["length_m"].sum(), abs=1.0)


def test_rivers_of_two_rule_sets_meet_as_those_of_one(tmp_path) -> None:
    both = axes([(0, 0), (1000, 0)], [(0, 140), (1000, 140)], rank=["main", "tributary-1"])
    edges = (("R1", 80), ("R1", -80), ("R2", 220), ("R2", 60))
    toes = pd.concat([levees([(0, at), (1000, at)], river_id=river) for river, at in edges], ignore_index=True)
    toes["levee_id"] = [f"L{number}" for number in range(4)]
    rules = rule_set(tmp_path, levee=0.0)
    alone = [
        rl.demarcate(both[both["river_id"] == river], rules, levees=toes[toes["river_id"] == river])
        for river in ("R1", "R2")
    ]
    joined, at_once = rl.join_demarcations(alone, both), rl.demarcate(both, rules, levees=toes)
    columns = ["line_id", "basis", "start_chainage_m", "end_chainage_m", "length_m"]
    assert joined.lines[columns].to_numpy().tolist() == at_once.lines[columns].to_numpy().tolist()
    assert told(joined, "extents-shared") == told(at_once, "extents-shared")
    assert joined.extents["area_m2"].tolist() == at_once.extents["area_m2"].tolist()


@st.composite
def counties(draw):
    """Lakes and sluices anywhere on and beside a river, with a policy."""
    whole = st.integers(0, 60)
    lakes_ = draw(st.lists(st.tuples(whole, whole, st.integers(1, 25), st.integers(1, 25)), min_size=1, max_size=5))
    places = draw(st.lists(st.integers(0, 28), max_size=3, unique=True))
    order = draw(st.permutations(["works", "waters", "rivers"]))
    policy = {
        "shared": draw(st.sampled_from(["larger", "first_code", "midline"])),
        "gaps": draw(st.sampled_from(["tell", "give"])),
        "shared_kinds": order,
    }
    return [(50 * x, 20 * y - 600, 50 * (x + w), 20 * (y + h) - 600) for x, y, w, h in lakes_], places, policy


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(county=counties(), backwards=st.booleans())
def test_a_county_is_parted_whatever_lies_where(tmp_path, county, backwards) -> None:
    boxes, places, policy = county
    rules = rl.load_rules("national").with_policy(**policy)
    shapes = [box(*each) for each in boxes]
    apart = [lakes(each, rules=rules) for each in shapes]
    water = lakes(*shapes, rules=rules)
    assert_parted(water, *apart)
    parts = [rivers(tmp_path), water, *([sluices(*(100 * place for place in places))] if places else [])]
    joined = rl.join_demarcations(parts[::-1] if backwards else parts, AXES, rules=rules)
    assert_parted(joined, *parts)
    again = rl.join_demarcations(parts if backwards else parts[::-1], AXES, rules=rules)
    assert_geodataframe_equal(again.extents, joined.extents)
    assert_geodataframe_equal(again.lines, joined.lines)
    for made in parts:
        assert set(made.extents["river_id"]) <= set(joined.extents["river_id"]) | set(
            joined.faults["feature_id"][joined.faults["code"] == "extent-taken"]
        )


def test_wrong_calls_are_refused_with_what_to_give(tmp_path) -> None:
    river = rivers(tmp_path)
    with pytest.raises(rl.SchemaError, match="list of demarcations"):
        rl.join_demarcations(river, AXES)
    with pytest.raises(rl.JobError, match="nothing to join"):
        rl.join_demarcations([], AXES)
    with pytest.raises(rl.JobError, match="R1-management"):
        rl.join_demarcations([river, river], AXES)
    with pytest.raises(rl.JobError, match="lack rivers of the results: R1"):
        rl.join_demarcations([river], AXES.assign(river_id="R9"))
    with pytest.raises(rl.RuleError, match="shared_kinds"):
        river.rules.with_policy(shared_kinds=["works", "rivers"])


def test_no_text_says_which_kind_goes_first_and_the_rules_say_so() -> None:
    policy = rl.load_rules("national").policy
    assert policy.shared_kinds == ("works", "waters", "rivers")
    assert policy.source_of("shared_kinds").certainty == "U"
    assert rl.load_rules("anhui").policy.shared_kinds == policy.shared_kinds


@pytest.mark.real
def test_lakes_of_a_base_map_are_parted_and_nothing_is_lost(real_data) -> None:
    raw = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4p.shp", encoding="gbk").set_crs(
        "EPSG:4490", allow_override=True
    )
    there = raw[raw.is_valid & (raw.bounds["minx"] > 108) & (raw.bounds["maxx"] < 120)].to_crs(4547)
    codes = [f"W{number:03d}" for number in range(len(there))]
    water = gpd.GeoDataFrame(
        {"water_id": codes, "river_id": codes, "kind": "lake"}, geometry=there.geometry.to_numpy(), crs=4547
    )
    result = rl.demarcate_waters(water, rl.load_rules("national"))
    after = result.extents.geometry.to_numpy()
    one, other = shapely.STRtree(after).query(after, predicate="intersects")
    shared = shapely.intersection(after[one[one < other]], after[other[one < other]])
    assert (mean_width(shared) <= HAIR_M).all()
    rings = [part.exterior for shape in water.geometry for part in shapely.get_parts(shape)]
    held = shapely.union_all(shapely.polygons(rings))
    assert shapely.union_all(after).symmetric_difference(held).area < 0.1
    nested = result.faults[result.faults["code"] == "water-nested"]
    assert len(nested) == 185
    outlines = shapely.buffer(shapely.union_all(shapely.boundary(after)), 1e-4)
    assert shapely.covers(outlines, result.lines.geometry.to_numpy()).all()
    drawn = shapely.union_all(result.lines.geometry.to_numpy())
    assert shapely.boundary(shapely.union_all(after)).difference(shapely.buffer(drawn, 1e-4)).length < 1e-3
    assert "duplicate-geometry" not in set(rl.check(result.lines, rl.schema.MANAGEMENT_LINES)["code"])
