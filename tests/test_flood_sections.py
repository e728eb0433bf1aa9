"""Flood lines from surveyed sections: closed forms, sections that are wrong, and sixty-four real ones."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline._kernels.areas.section_area import beside_axis, between_sections
from riverline._kernels.lines.wet_width import wet_width
from riverline.demarcation.flooding.flood import flood_references_from_sections
from riverline.demarcation.flooding.section_limits import find_limits

CRS = "EPSG:4548"
ORIGIN = np.array([500_000.0, 3_500_000.0])
# stations of a section 200 m wide, its axis in the middle: flood plain, bank, channel, bank, flood plain
PROFILE = ((0, 12), (40, 6), (90, 5), (95, 0), (105, 0), (110, 5), (160, 6), (200, 12))
AXIS = shapely.LineString(np.add(ORIGIN, [(0, 0), (1000, 0)]))


def across(along, *, half=100.0, skew=0.0, axis=AXIS):
    """A section line from left to right through a place of a straight axis."""
    at = shapely.get_coordinates(axis)[0] + [along, 0]
    end = half * np.array([skew, -half]) / np.hypot(skew, half)
    return shapely.LineString([at - end, at + end])


def sections(lines, values, profiles=None, **columns):
    profiles = profiles or [shapely.LineString(PROFILE)] * len(lines)
    ids = [f"S{i}" for i in range(len(lines))]
    data = {"section_id": ids, "river_id": "R1", "level_m": np.array(values, dtype="float64"), "profile": profiles}
    return gpd.GeoDataFrame(data | columns, geometry=lines, crs=CRS)


def run(frame, axis=AXIS):
    return flood_references_from_sections(axis, "R1", frame, crs=CRS)


def line_of(references, bank):
    """The pieces of a bank joined end to end; they must meet to the last bit."""
    pieces = [reference for reference in references if reference.bank == bank]
    for one, other in pairwise(pieces):
        assert one.line.coords[-1] == other.line.coords[0]
    return shapely.LineString(np.vstack([shapely.get_coordinates(each.line) for each in pieces]))


def test_limits_are_where_level_and_ground_meet_and_lines_join_them():
    frame = sections([across(0), across(400), across(1000)], [7.0, 6.5, 6.2])
    references, faults = run(frame)
    # the plain rises 6 m in 40 m from station 40 outwards
    wanted = [100 - 40 + (level - 6) * 40 / 6 for level in (7.0, 6.5, 6.2)]
    for bank, sign in (("left", 1), ("right", -1)):
        line = line_of(references, bank)
        away = shapely.get_coordinates(line) - ORIGIN
        assert away[:, 1] == pytest.approx(sign * np.interp(away[:, 0], [0, 400, 1000], wanted), abs=1e-9)
        assert away[[0, -1], 0] == pytest.approx([0, 1000], abs=1e-9)
    assert {reference.confidence for reference in references} == {"high"}
    assert references[0].level_ids == ("S0", "S1", "S2")
    assert len(faults) == 0


def test_water_stops_at_the_first_high_ground_and_what_is_beyond_is_told():
    ridge = shapely.LineString([(0, 5), (30, 5), (40, 9), (50, 5), (95, 0), (105, 0), (200, 12)])
    good = shapely.LineString(PROFILE)
    _, faults = run(sections([across(0), across(500), across(1000)], [7, 7, 7], [good, ridge, good]))
    found, _ = find_limits(AXIS, sections([across(500)], [7], [ridge]))
    assert found[0].left == pytest.approx(45.0)
    assert faults["code"].tolist() == ["section-wet-beyond"]
    assert faults[["value", "note"]].to_numpy().tolist() == [[35.0, "left"]]


def test_a_levee_station_holds_until_the_level_tops_its_ground():
    wall = np.array([0, 29.9, 30, 30.1, 95, 105, 200.0]), np.array([3, 3, 9, 3, 0, 0, 12.0])
    assert wet_width(*wall, 8.9, 100.0, walls=(30.0, np.nan)).left == pytest.approx(30.0, abs=0.1)
    over = wet_width(*wall, 9.01, 100.0, walls=(30.0, np.nan))
    assert (over.left, over.short) == (0.0, (pytest.approx(6.01), 0.0))
    assert over.topped == (pytest.approx(0.01), 0.0)
    # a station beside the drawn crest still means the crest
    assert wet_width(*wall, 8.9, 100.0, walls=(30.04, np.nan)).topped == (0.0, 0.0)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_higher_water_is_never_narrower_and_ends_where_ground_is_at_the_level(seed):
    rng = np.random.default_rng(seed)
    station = np.sort(rng.uniform(0, 100, 12))
    ground = rng.uniform(0, 10, 12)
    at = rng.uniform(station[0], station[-1])
    level = float(np.interp(at, station, ground)) + rng.uniform(0.01, 5)
    lower, higher = wet_width(station, ground, level, at), wet_width(station, ground, level + rng.uniform(0, 3), at)
    assert higher.left <= lower.left <= at <= lower.right <= higher.right
    for end, short in zip((lower.left, lower.right), lower.short, strict=True):
        assert np.interp(end, station, ground) == pytest.approx(level - short, abs=1e-9)


def test_a_dry_section_and_an_axis_beside_its_channel():
    station, ground = np.array([0, 10, 20, 30.0]), np.array([5, 1, 5, 9.0])
    assert wet_width(station, ground, 1.0, 15.0) is None
    found = wet_width(station, ground, 3.0, 25.0)
    assert (found.left, found.right, found.off_channel) == (5.0, 15.0, 10.0)


def test_a_section_that_ends_under_water_is_told_with_side_and_depth_and_makes_its_pieces_low():
    short = shapely.LineString([(0, 6.2), (95, 0), (105, 0), (200, 12)])
    good = shapely.LineString(PROFILE)
    lines = [across(0), across(300), across(600), across(1000)]
    frame = sections(lines, [7, 7, 7, 7], [good, short, good, good])
    references, faults = run(frame)
    assert faults[["code", "feature_id", "note"]].to_numpy().tolist() == [["section-too-short", "S1", "left"]]
    assert faults["value"].tolist() == pytest.approx([0.8])
    left = [(each.confidence, each.level_ids) for each in references if each.bank == "left"]
    assert left == [("low", ("S0", "S1", "S2")), ("high", ("S2", "S3"))]
    assert [each.confidence for each in references if each.bank == "right"] == ["high"]
    # the end of the section is on the line
    assert line_of(references, "left").distance(shapely.Point(np.add(ORIGIN, [300, 100]))) < 1e-9


def test_a_section_drawn_from_right_to_left_gives_the_same_line_and_a_fault():
    lopsided = [(0, 12), (60, 5), (95, 0), (105, 0), (200, 12)]
    turned = [(200 - station, height) for station, height in lopsided[::-1]]
    straight = sections([across(0), across(1000)], [7, 7], [shapely.LineString(lopsided)] * 2)
    mixed = sections([across(0), shapely.reverse(across(1000))], [7, 7],
                     [shapely.LineString(lopsided), shapely.LineString(turned)])  # fmt: skip
    one, _ = run(straight)
    other, faults = run(mixed)
    for bank in ("left", "right"):
        assert shapely.hausdorff_distance(line_of(one, bank), line_of(other, bank)) < 1e-9
    assert faults[["code", "feature_id"]].to_numpy().tolist() == [["section-reversed", "S1"]]


def test_reversing_the_axis_swaps_the_banks_and_reverses_the_lines():
    lines = [across(0, skew=20), across(400), across(1000)]
    profiles = [[(0, 12), (60 + 3 * i, 5), (95, 0), (105, 0), (200, 12)] for i in range(3)]
    mirrored = [[(200 - station, height) for station, height in points[::-1]] for points in profiles]
    down = run(sections(lines, [7, 7, 7], [shapely.LineString(points) for points in profiles]))[0]
    up = run(
        sections([shapely.reverse(line) for line in lines], [7, 7, 7], [shapely.LineString(p) for p in mirrored]),
        shapely.reverse(AXIS),
    )[0]
    assert shapely.hausdorff_distance(line_of(down, "left"), line_of(up, "right")) < 1e-9
    assert shapely.hausdorff_distance(line_of(down, "right"), line_of(up, "left")) < 1e-9
    starts = [np.array(line_of(refs, "left").coords[0]) - ORIGIN for refs in (down, up)]
    assert starts[0][0] < 500 < starts[1][0]


def test_stations_that_differ_from_the_line_are_scaled_and_told_beyond_one_percent():
    for factor, told in ((1.005, []), (1.05, ["section-length-differs"])):
        stretched = shapely.LineString(np.array(PROFILE) * [factor, 1])
        references, faults = run(sections([across(0), across(1000)], [7, 7], [stretched, shapely.LineString(PROFILE)]))
        assert faults["code"].tolist() == told
        start = np.array(line_of(references, "left").coords[0]) - ORIGIN
        assert start[1] == pytest.approx(100 - 40 + 40 / 6, abs=1e-9)


def test_unusable_sections_are_told_one_by_one_and_the_others_are_used():
    falling = shapely.LineString([(0, 9), (60, 0), (40, 1), (200, 9)])
    lines = [across(0), across(200), across(400), across(600), across(1000), across(1000), shapely.reverse(across(800))]
    lines[3] = shapely.LineString(np.add(ORIGIN, [(600, 50), (600, 150)]))
    good = shapely.LineString(PROFILE)
    frame = sections(lines, [7.2, 7, np.nan, 7, 7, 7.1, 7], [good, None, good, good, good, good, falling])
    references, faults = run(frame)
    assert dict(zip(faults["feature_id"], faults["code"], strict=True)) == {
        "S1": "section-no-profile",
        "S2": "level-missing",
        "S3": "section-misses-axis",
        "S4": "section-duplicate",
        "S6": "section-stations-fall",
    }
    assert references[0].level_ids == ("S0", "S5")


def test_levels_that_rise_and_sections_that_cross_are_told():
    frame = sections([across(400, skew=-90), across(460, skew=90)], [7.0, 7.2])
    _, faults = run(frame)
    assert faults["code"].tolist() == [
        "axis-against-levels", "sections-cross", "level-rises-downstream", *["level-extrapolated"] * 2,
    ]  # fmt: skip
    rise = faults.set_index("code").loc["level-rises-downstream"]
    assert (rise["feature_id"], rise["note"], rise["value"]) == ("S1", "S0", pytest.approx(0.2))


def test_a_stated_chainage_off_the_crossing_is_told_and_the_crossing_used():
    frame = sections([across(0), across(500), across(1000)], [7, 7, 7], chainage_m=[0.0, 515.0, 400.0])
    references, faults = run(frame)
    row = faults.set_index("code").loc["chainage-disagrees"]
    assert (row["feature_id"], row["value"], row["note"]) == ("S2", pytest.approx(600.0), "place-used")
    without, _ = run(frame.drop(columns="chainage_m"))
    assert [each.line for each in references] == [each.line for each in without]


def test_sections_that_cross_leave_one_simple_line_a_bank():
    frame = sections([across(0), across(400, skew=-90), across(460, skew=90), across(1000)], [7.0, 7.0, 7.0, 7.0])
    references, _ = run(frame)
    for bank in ("left", "right"):
        line = line_of(references, bank)
        assert line.is_simple
        assert not line.crosses(AXIS)


def test_one_section_is_too_few():
    references, faults = run(sections([across(500)], [7]))
    assert references == []
    assert faults["code"].tolist() == ["sections-too-few"]
    empty, faults = run(sections([across(500)], [7]).iloc[:0])
    assert (empty, faults["code"].tolist()) == ([], ["sections-too-few"])


def test_a_dry_section_pinches_the_area_but_not_the_lines():
    frame = sections([across(0), across(500), across(1000)], [7, -1, 7])
    references, faults = run(frame)
    assert faults["code"].tolist() == ["section-dry", "level-rises-downstream"]
    for bank in ("left", "right"):
        line = line_of(references, bank)
        assert line.is_simple
        assert line.distance(shapely.Point(np.add(ORIGIN, [500, 0]))) < 0.02


def test_beyond_the_last_section_its_width_goes_on_with_low_confidence():
    references, faults = run(sections([across(300), across(700, skew=30)], [7, 7]))
    assert faults["code"].tolist() == ["level-extrapolated"] * 2
    for bank, sign in (("left", 1), ("right", -1)):
        assert [each.confidence for each in references if each.bank == bank] == ["low", "high", "low"]
        away = shapely.get_coordinates(line_of(references, bank)) - ORIGIN
        assert away[[0, -1], 0] == pytest.approx([0, 1000])
        assert away[0, 1] == pytest.approx(sign * (60 + 40 / 6))


def test_between_sections_a_line_follows_a_river_that_turns():
    bend = np.linspace(0, np.pi, 200)
    axis = np.column_stack([200 * np.sin(bend), 200 * np.cos(bend)])
    halves = [np.array([place, place * 1.1]) for place in (axis[0], axis[-1])]
    land = between_sections(axis, (0.0, 200 * np.pi * 0.9999), halves, -1.0)
    outer = np.array([0.0, 0.0]) + 219 * np.column_stack([np.sin(bend), np.cos(bend)])[20:180]
    assert shapely.intersects(land, shapely.points(outer)).all()
    assert not shapely.intersects(land, shapely.Point(222, 0))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), widths=st.tuples(st.floats(1, 300), st.floats(1, 300)))
def test_land_beside_any_axis_is_valid_and_touches_all_of_it(seed, widths):
    rng = np.random.default_rng(seed)
    axis = np.cumsum(rng.normal(size=(20, 2)) * 30 + [40, 0], axis=0)
    length = shapely.LineString(axis).length
    land = beside_axis(axis, (0.0, length), widths)
    assert land.is_valid
    assert land.area > 0


def test_inputs_are_not_changed_and_row_order_does_not_matter():
    frame = sections([across(0), across(400), across(1000)], [7.0, 6.5, 6.2], note=["a", "b", "c"])
    before = frame.copy()
    one, other = run(frame), run(frame.iloc[::-1])
    assert_geodataframe_equal(frame, before)
    assert one[0] == other[0]


def test_sections_in_another_crs_raise():
    frame = sections([across(0), across(1000)], [7, 7]).to_crs(4547)
    with pytest.raises(rl.CRSError, match="sections"):
        run(frame)


@pytest.mark.real
def test_real_sections_give_both_lines_of_the_whole_reach(surveyed):
    axes, frame = surveyed
    axis = axes.geometry.iloc[0]
    references, faults = flood_references_from_sections(axis, "Baxter", frame, crs=frame.crs)
    limits, _ = find_limits(axis, frame)
    assert len(limits) == 64
    for side, bank in ((0, "left"), (1, "right")):
        line = line_of(references, bank)
        assert line.is_simple
        assert not line.intersects(axis)
        for each in limits:
            wet = each.right - each.left
            assert line.distance(shapely.Point(each.half(side)[-1])) < 0.01 * wet
            assert wet > 0
    assert not line_of(references, "left").intersects(line_of(references, "right"))
    assert set(faults["code"]) == {"level-extrapolated", "level-rises-downstream", "section-wet-beyond"}
    # the axis begins 1,390 m above the first section
    assert faults[faults["code"] == "level-extrapolated"]["value"].max() == pytest.approx(1390.3, abs=0.5)
