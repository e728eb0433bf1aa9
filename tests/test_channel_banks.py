"""Banks from geometry: bends that mislead, crossings, what people wrote, an outside cut of the plane as reference."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import county
import riverline as rl
from riverline._kernels.lines.sides import side_lengths
from riverline.channel import assign_banks, estimate_bank_tops

CRS = 4548
ORIGIN = np.array([500_000.0, 3_500_000.0])


def axes_of(*lines, **columns):
    frame = {"river_id": [f"R{i}" for i in range(1, len(lines) + 1)], "name": ["清水河"] * len(lines), **columns}
    return gpd.GeoDataFrame(frame, geometry=[shapely.LineString(np.array(line) + ORIGIN) for line in lines], crs=CRS)


def lines_of(*lines, **columns):
    geometry = [None if line is None else shapely.LineString(np.array(line) + ORIGIN) for line in lines]
    return gpd.GeoDataFrame({"levee_id": [f"D{i}" for i in range(len(lines))], **columns}, geometry=geometry, crs=CRS)


STRAIGHT = axes_of([(0, 0), (1000, 0)])


def meander(count=400):
    x = np.linspace(0, 6000, count)
    return np.column_stack([x - 600 * np.sin(x / 250), 900 * np.sin(x / 500)])


def codes(faults):
    return sorted(faults["code"])


def test_the_bank_is_found_not_read():
    levees = lines_of([(0, 60), (1000, 60)], [(0, -60), (1000, -60)], river_id="R1", bank=["right", None])
    found, faults = assign_banks(levees, STRAIGHT, layer="levees")
    assert found["bank"].tolist() == ["left", "right"]
    assert found["share"].tolist() == [1.0, 1.0]
    assert found["bank_given"].fillna("").tolist() == ["right", ""]
    assert codes(faults) == ["bank-disagrees"]
    assert faults["value"].tolist() == [100.0]


@pytest.mark.parametrize(("share", "bank", "expected"), [(0.95, "left", []), (0.85, None, ["bank-ambiguous"])])
def test_a_line_across_the_axis_has_a_bank_only_with_nine_tenths_on_one_side(share, bank, expected):
    levees = lines_of([(500, 1000 * share), (500, -1000 * (1 - share))], river_id="R1")
    found, faults = assign_banks(levees, STRAIGHT, layer="levees")
    assert found["share"].iloc[0] == pytest.approx(share)
    assert found["bank"].isna().iloc[0] == (bank is None)
    assert codes(faults) == expected


def test_a_levee_beyond_a_hairpin_lies_outside_it():
    """Its nearest segment is the wrong limb, and that segment's own sign says the other side."""
    hairpin = axes_of([(0, 0), (1000, 0), (0, 40)])
    levee = lines_of([(1200, -300), (1200, 300)], river_id="R1")
    assert assign_banks(levee, hairpin, layer="levees")[0]["bank"].tolist() == ["right"]
    assert assign_banks(levee, hairpin.assign(geometry=hairpin.reverse()), layer="levees")[0]["bank"].tolist() == [
        "left"
    ]


def test_a_straight_levee_beside_meanders_keeps_its_side_and_one_across_them_has_none():
    axes = axes_of(meander())
    levees = lines_of([(0, 1000), (6000, 1000)], [(0, -1000), (6000, -1000)], [(0, 100), (6000, 100)], river_id="R1")
    found, faults = assign_banks(levees, axes, layer="levees")
    assert found["bank"].fillna("").tolist() == ["left", "right", ""]
    assert codes(faults) == ["bank-ambiguous"]


def test_beyond_the_ends_the_axis_goes_on_straight():
    levees = lines_of([(1500, 50), (1900, 50)], [(-900, -50), (-300, -50)], [(1500, -50), (1500, 50)], river_id="R1")
    found, _ = assign_banks(levees, STRAIGHT, layer="levees")
    assert found["bank"].fillna("").tolist() == ["left", "right", ""]
    assert found["share"].iloc[2] == pytest.approx(0.5)


def test_a_line_along_the_axis_itself_has_no_bank():
    found, faults = assign_banks(lines_of([(0, 0), (1000, 0)], river_id="R1"), STRAIGHT, layer="levees")
    assert found["bank"].isna().all()
    assert codes(faults) == ["bank-ambiguous"]


def test_a_line_without_a_river_goes_to_the_axis_nearest_to_most_of_it():
    axes = axes_of([(0, 0), (5000, 0)], [(2500, 10), (2500, 3000)])
    levee = lines_of([(0, 50), (2450, 50), (2450, 300)])
    found, faults = assign_banks(levee, axes, layer="levees")
    assert found["river_id"].tolist() == ["R1"]
    assert found["bank"].tolist() == ["left"]
    assert codes(faults) == ["river-by-place"]


def test_nothing_is_lost_and_what_cannot_be_placed_says_why():
    levees = lines_of([(0, 9), (9, 9)], None, [(5, 5), (5, 5)], [(0, -9), (9, -9)], river_id=["R1", "R1", "R1", "R7"])
    found, faults = assign_banks(levees, STRAIGHT, layer="levees")
    assert found["levee_id"].tolist() == levees["levee_id"].tolist()
    assert dict(zip(faults["feature_id"], faults["code"], strict=True)) == {
        "D1": "geometry-missing",
        "D2": "zero-length",
        "D3": "river-unknown",
    }
    assert found["bank"].fillna("").tolist() == ["left", "", "", ""]
    assert rl.check(faults, rl.schema.FAULTS).query("code != 'geometry-missing'").empty


def test_a_river_all_of_whose_banks_are_swapped_is_named_once():
    levees = lines_of([(0, 60), (1000, 60)], [(0, -60), (1000, -60)], river_id="R1", bank=["right", "left"])
    _, faults = assign_banks(levees, STRAIGHT, layer="levees")
    assert codes(faults) == ["bank-disagrees", "bank-disagrees", "banks-swapped"]
    swapped = faults[faults["code"] == "banks-swapped"].iloc[0]
    assert (swapped["feature_id"], swapped["value"]) == ("R1", 2)


@pytest.mark.parametrize(
    ("name", "disagrees"),
    [
        ("清水河左堤", True),
        ("清水河右堤", False),
        ("左江右堤", False),
        ("左江堤防", False),
        ("河道左", True),
        ("lb_2007", True),
        ("Left bank", True),
        ("club house", False),
        ("左右岸", False),
    ],
)
def test_names_that_speak_of_a_bank_are_audited(name, disagrees):
    levees = lines_of([(0, -60), (1000, -60)], river_id="R1", name=[name])
    _, faults = assign_banks(levees, STRAIGHT, layer="levees")
    assert codes(faults) == (["bank-name-disagrees"] if disagrees else [])


def test_the_file_name_is_audited_too():
    levees = lines_of([(0, -60), (1000, -60)], river_id="R1")
    levees.attrs["source"] = {"path": "lb_1987.shp"}
    assert codes(assign_banks(levees, STRAIGHT, layer="levees")[1]) == ["bank-name-disagrees"]


def test_inputs_stay_row_order_does_not_matter_and_extra_columns_come_through():
    levees = lines_of([(0, 60), (1000, 60)], [(0, -60), (1000, -60)], river_id="R1", material=["土", "石"])
    kept = levees.copy()
    found, _ = assign_banks(levees, STRAIGHT, layer="levees")
    pd.testing.assert_frame_equal(levees, kept)
    turned, _ = assign_banks(levees.iloc[::-1], STRAIGHT, layer="levees")
    pd.testing.assert_frame_equal(turned.sort_index(), found)
    assert found["material"].tolist() == ["土", "石"]


def test_an_empty_layer_gives_an_empty_one():
    found, faults = assign_banks(lines_of(river_id=[]), STRAIGHT, layer="levees")
    assert len(found) == len(faults) == 0
    assert {"river_id", "bank", "share"} <= set(found.columns)


def test_a_line_in_parts_counts_as_a_whole():
    parts = shapely.MultiLineString([[(0, 50), (300, 50)], [(400, 50), (1000, 50)]])
    levees = gpd.GeoDataFrame({"levee_id": ["D1"], "river_id": ["R1"]}, geometry=[parts], crs=CRS)
    levees = levees.set_geometry(levees.translate(*ORIGIN))
    found, _ = assign_banks(levees, STRAIGHT, layer="levees")
    assert found[["bank", "share"]].to_numpy().tolist() == [["left", 1.0]]


heights = st.lists(st.integers(-40, 40), min_size=3, max_size=12)
places = st.lists(st.tuples(st.integers(-100, 400), st.integers(-150, 150)), min_size=2, max_size=8)


@settings(max_examples=100, deadline=None)
@given(heights=heights, places=places)
def test_sides_agree_with_a_plane_cut_in_two(heights, places):
    """Outside reference: polygons left and right of an axis that is a function of x, cut by overlay."""
    x = np.arange(len(heights)) * 30.0
    axis = np.column_stack([x, np.array(heights, dtype="float64")])
    line = shapely.LineString(np.array(places, dtype="float64"))
    assume(line.length > 1)
    first, last = axis[1] - axis[0], axis[-1] - axis[-2]
    whole = np.concatenate([[axis[0] - 1e4 * first], axis, [axis[-1] + 1e4 * last]])
    top = np.concatenate([whole, [[whole[-1, 0], 1e7], [whole[0, 0], 1e7]]])
    bottom = np.concatenate([whole, [[whole[-1, 0], -1e7], [whole[0, 0], -1e7]]])
    pieces = shapely.linestrings(
        np.stack([shapely.get_coordinates(line)[:-1], shapely.get_coordinates(line)[1:]], axis=1)
    )
    expected = [shapely.length(shapely.intersection(shapely.Polygon(part), pieces)).sum() for part in (top, bottom)]
    found = side_lengths([line], shapely.LineString(axis))[0]
    along = shapely.length(shapely.intersection(shapely.LineString(whole).buffer(0.01), pieces)).sum()
    near_ends = _seen_across_the_continuation(axis, line)
    assume(not near_ends)
    assert np.allclose(found, expected, atol=0.1 + along)


def _seen_across_the_continuation(axis, line):
    """Whether a place of the line is nearest to the middle of the axis across the axis's continuation."""
    shares = np.linspace(0, 1, 200)
    sites = shapely.line_interpolate_point(line, shares, normalized=True)
    nearest = shapely.get_coordinates(shapely.shortest_line(sites, shapely.LineString(axis))).reshape(-1, 2, 2)
    first, last = axis[1] - axis[0], axis[-1] - axis[-2]
    rays = shapely.linestrings(
        [[axis[0] - 1e4 * first, axis[0] - 1e-9 * first], [axis[-1] + 1e-9 * last, axis[-1] + 1e4 * last]]
    )
    inner = (np.abs(nearest[:, 1] - axis[0]).max(axis=1) > 1e-6) & (np.abs(nearest[:, 1] - axis[-1]).max(axis=1) > 1e-6)
    return shapely.intersects(shapely.linestrings(nearest[inner])[:, None], rays[None, :]).any()


@settings(max_examples=15, deadline=None)
@given(heights=heights, angle=st.floats(0, 360))
def test_reversing_swaps_and_turning_the_map_keeps_the_banks(heights, angle):
    axis = np.column_stack([np.arange(len(heights)) * 30.0, np.array(heights, dtype="float64")])
    axes = axes_of(axis)
    levees = lines_of([(0, 60), (500, 60)], [(-50, -60), (300, -60)], [(10, -90), (200, 90)], river_id="R1")
    found, _ = assign_banks(levees, axes, layer="levees")
    reversed_axes = axes.set_geometry(axes.reverse())
    swapped = assign_banks(levees, reversed_axes, layer="levees")[0]["bank"].map({"left": "right", "right": "left"})
    assert swapped.fillna("").tolist() == found["bank"].fillna("").tolist()
    turned = [frame.set_geometry(frame.rotate(angle, origin=tuple(ORIGIN))) for frame in (levees, axes)]
    share = assign_banks(*turned, layer="levees")[0]["share"]
    assert np.allclose(share, found["share"], atol=1e-6)


def test_estimated_bank_tops_of_a_straight_river_are_half_the_width_away():
    tops = estimate_bank_tops(STRAIGHT, width_m=30.0)
    assert rl.check(tops, rl.schema.BANK_TOPS).empty
    assert tops["bank"].tolist() == ["left", "right"]
    left, right = (shapely.get_coordinates(line) - ORIGIN for line in tops.geometry)
    assert left.tolist() == [[0, 15], [1000, 15]]
    assert right.tolist() == [[0, -15], [1000, -15]]


def test_estimated_bank_tops_take_the_width_of_each_river_and_say_so():
    axes = axes_of([(0, 0), (1000, 0)], [(0, 900), (1000, 900)], width_m=[10.0, np.nan])
    tops = estimate_bank_tops(axes, width_m=50)
    assert tops["source"].tolist() == ["axis ± 5 m"] * 2 + ["axis ± 25 m"] * 2
    with pytest.raises(rl.SchemaError, match="R2"):
        estimate_bank_tops(axes)


def test_estimated_bank_tops_at_bends_tighter_than_the_width_do_not_loop_and_keep_their_side():
    axes = axes_of([(0, 0), (500, 0), (500, 20), (0, 20)], meander())
    tops = estimate_bank_tops(axes, width_m=60.0)
    assert tops.is_simple.all()
    away = tops.distance(axes.set_index("river_id").geometry.reindex(tops["river_id"]), align=False)
    assert (away > 29.9).all()
    found, faults = assign_banks(tops, axes, layer="bank_tops")
    assert found["bank"].tolist() == tops["bank"].tolist()
    assert faults.empty
    assert set(tops.query("river_id == 'R2'")["bank"]) == {"left", "right"}


def test_estimated_bank_tops_of_no_rivers_are_none():
    tops = estimate_bank_tops(STRAIGHT.iloc[:0])
    assert tops.empty
    assert rl.check(tops, rl.schema.BANK_TOPS).empty


def test_a_line_from_estimated_bank_tops_is_never_sure_and_surveyed_ones_go_first(tmp_path):
    axes = axes_of([(0, 0), (1000, 0)])
    sure = county.rule_set(tmp_path, bank_top=5.0)
    guessed = estimate_bank_tops(axes, width_m=30.0)
    drawn = rl.demarcate(axes, sure, bank_tops=guessed)
    assert drawn.lines["confidence"].tolist() == ["low", "low"]
    assert drawn.lines["basis"].tolist() == ["bank_top", "bank_top"]
    told = drawn.faults[drawn.faults["code"] == "bank-estimated"]
    assert told["value"].tolist() == [1000.0, 1000.0]
    surveyed = guessed.assign(feature="bank_top", bank_id=["S1", "S2"]).set_geometry(guessed.translate(0, 2.0))
    both = rl.demarcate(axes, sure, bank_tops=pd.concat([guessed, surveyed], ignore_index=True))
    assert both.lines["source_ids"].tolist() == ["S1", "S2"]
    assert (both.lines["confidence"] != "low").all()
    assert "bank-estimated" not in set(both.faults["code"])


@pytest.mark.parametrize("width", [0.0, -3.0, np.nan, np.inf])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(rl.SchemaError, match="width_m must be above 0"):
        estimate_bank_tops(STRAIGHT, width_m=width)
