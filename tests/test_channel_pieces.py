"""Axes cut into pieces, printed chainage across breaks, and which way axes are drawn."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine

import riverline as rl
from riverline.channel import (
    check_breaks,
    check_orientation,
    format_chainage,
    parse_chainage,
    print_chainage,
    true_chainage,
)

CRS = 4548
ORIGIN = np.array([500_000.0, 3_500_000.0])


def axes_of(*lines, **columns):
    frame = {"river_id": [f"R{i}" for i in range(1, len(lines) + 1)], "name": ["清水河"] * len(lines), **columns}
    return gpd.GeoDataFrame(frame, geometry=[shapely.LineString(np.array(line) + ORIGIN) for line in lines], crs=CRS)


def wave(length=7345.6):
    x = np.linspace(0, length, 300)
    return np.column_stack([x, 300 * np.sin(x / 400)])


def breaks_of(*pairs, river="R1", geometry=None):
    columns = {
        "break_id": [f"D{i}" for i in range(len(pairs))],
        "river_id": river,
        "back_m": [float(back) for back, _ in pairs],
        "ahead_m": [float(ahead) for _, ahead in pairs],
    }
    return gpd.GeoDataFrame(columns, geometry=[None] * len(pairs) if geometry is None else geometry, crs=CRS)


@pytest.mark.parametrize("pieces", ["exact", "equal"])
@settings(max_examples=15, deadline=None)
@given(length_m=st.floats(35, 20_000), start=st.floats(0, 50_000))
def test_pieces_add_up_to_the_axis_and_join(pieces, length_m, start):
    axes = axes_of(wave(), start_chainage_m=[start])
    found = rl.split_axes(axes, length_m=length_m, pieces=pieces)
    whole = axes.length.iloc[0]
    assert rl.check(found, rl.schema.SEGMENTS).query("severity == 'error'").empty
    assert found.length.sum() == pytest.approx(whole, abs=1e-6)
    assert round(found["length_m"].sum(), 6) == round(whole + 1e-9, 1)
    assert (found.length <= length_m + 1e-6).all()
    assert found["start_chainage_m"].iloc[0] == start
    assert np.array_equal(found["start_chainage_m"].iloc[1:], found["end_chainage_m"].iloc[:-1])
    ends = shapely.get_coordinates(shapely.get_point(found.geometry.array, -1))
    starts = shapely.get_coordinates(shapely.get_point(found.geometry.array, 0))
    assert np.array_equal(ends[:-1], starts[1:])
    long = found.length.iloc[:-1]
    assert np.allclose(long, length_m if pieces == "exact" else whole / len(found), atol=1e-6)


def test_pieces_are_numbered_by_river_and_carry_what_the_axis_has():
    axes = axes_of(wave(), [(0, 2000), (2500, 2000)], chief=["王某", "李某"])
    found = rl.split_axes(axes.iloc[::-1], length_m=1000)
    assert found["segment_id"].tolist()[-3:] == ["R2/0001", "R2/0002", "R2/0003"]
    assert found["chief"].tolist()[-1] == "李某"
    pd.testing.assert_frame_equal(found, rl.split_axes(axes, length_m=1000))
    assert rl.check(found, rl.schema.SEGMENTS)["code"].tolist() == []


def test_no_axes_have_no_pieces_and_no_length_is_refused():
    found = rl.split_axes(axes_of(wave()).iloc[:0], length_m=100)
    assert found.empty
    assert rl.check(found, rl.schema.SEGMENTS).empty
    with pytest.raises(rl.SchemaError, match="above 0"):
        rl.split_axes(axes_of(wave()), length_m=0)


SHORTER, LONGER = (10_000, 10_300), (10_000, 9_800)


@pytest.mark.parametrize(
    ("pair", "true", "printed"), [(SHORTER, 9_999, 9_999), (SHORTER, 10_000, 10_300), (LONGER, 10_050, 9_850)]
)
def test_the_printed_number_jumps_at_the_break(pair, true, printed):
    assert print_chainage(true, breaks_of(pair)) == printed


def test_several_breaks_add_up_in_any_order_of_rows():
    breaks = breaks_of((10_000, 9_800), (15_000, 15_100), (20_000, 20_000))
    printed = print_chainage([9_000.0, 12_000.0, 15_200.0, 16_200.0, 30_000.0], breaks)
    assert printed.tolist() == [9_000, 11_800, 15_100, 16_100, 29_900]
    assert print_chainage([16_200.0], breaks.iloc[::-1]).tolist() == [16_100]


def test_numbers_printed_twice_or_nowhere_are_never_guessed():
    breaks = breaks_of((10_000, 9_800), (15_000, 15_100))
    with pytest.raises(rl.SchemaError) as caught:
        true_chainage([9_900.0, 15_050.0, 12_000.0], breaks)
    assert "9900 (9900 or 10100)" in caught.value.en
    assert "15050 (printed nowhere)" in caught.value.en
    assert "12000" not in caught.value.en
    numbers = [9_900.0, 15_050.0, 12_000.0, np.nan]
    assert np.isnan(true_chainage(numbers, breaks, unclear="nan")).tolist() == [True, True, False, True]
    assert true_chainage(numbers, breaks, unclear="upstream").tolist()[:1] == [9_900]
    assert true_chainage(numbers, breaks, unclear="downstream").tolist()[:1] == [10_100]


@settings(deadline=None)
@given(
    steps=st.lists(st.tuples(st.floats(500, 5000), st.floats(-400, 400)), min_size=1, max_size=5),
    true=st.floats(-1000, 40_000),
)
def test_printed_and_back_is_one_of_the_places_and_without_overlap_the_same(steps, true):
    pairs, ahead = [], 0.0
    for distance, jump in steps:
        back = ahead + distance
        ahead = back + jump
        pairs.append((back, ahead))
    breaks = breaks_of(*pairs)
    printed = print_chainage(true, breaks)
    upstream, downstream = (true_chainage(printed, breaks, unclear=way) for way in ("upstream", "downstream"))
    assert upstream - 1e-6 <= true <= downstream + 1e-6
    alone = true_chainage(printed, breaks, unclear="nan")
    assert np.isnan(alone) or alone == pytest.approx(true, abs=1e-6)
    if not np.isnan(alone):
        assert print_chainage(alone, breaks) == pytest.approx(printed, abs=1e-6)


def test_chainages_of_several_rivers_go_together_and_keep_their_index():
    breaks = pd.concat([breaks_of((1000, 900)), breaks_of((2000, 2500), river="R2")])
    chainage = pd.Series([1500.0, 1500.0, 2100.0], index=list("abc"), name="chainage_m")
    printed = print_chainage(chainage, breaks, river_id=["R1", "R3", "R2"])
    assert printed.to_dict() == {"a": 1400.0, "b": 1500.0, "c": 2600.0}
    assert printed.name == "chainage_m"
    with pytest.raises(rl.SchemaError, match="river_id="):
        print_chainage(chainage, breaks)


def test_breaks_that_run_backwards_are_refused():
    with pytest.raises(rl.SchemaError, match="1000→1500, 1200→1300"):
        print_chainage(0.0, breaks_of((1000, 1500), (1200, 1300)))
    with pytest.raises(rl.SchemaError):
        print_chainage(0.0, breaks_of((np.nan, 1500)))


def test_written_chainage_is_offered_here():
    assert format_chainage(print_chainage(10_050.0, breaks_of(LONGER))) == "K9+850"
    assert true_chainage(parse_chainage("K9+700"), breaks_of(LONGER)) == 9700


def test_a_break_drawn_elsewhere_than_its_numbers_say_is_found():
    axes = axes_of([(0, 0), (30_000, 0)])
    places = [shapely.Point(ORIGIN + at) for at in ([10_000, 3], [15_200, 0], [20_500, 0])]
    breaks = breaks_of((10_000, 9_800), (15_000, 15_100), (20_000, 20_000), geometry=places)
    found = check_breaks(pd.concat([breaks, breaks_of((1, 1), river="R9")]), axes)
    assert found[["code", "feature_id"]].to_numpy().tolist() == [["river-unknown", "D0"], ["break-misplaced", "D2"]]
    assert found["value"].iloc[1] == pytest.approx(400)
    assert check_breaks(breaks.iloc[:2], axes).empty


MAIN = [(0, 0), (5000, 0), (10_000, 0)]


def found_codes(faults):
    return dict(zip(faults["feature_id"], faults["code"], strict=True))


def test_a_network_drawn_downstream_has_no_faults():
    axes = axes_of(MAIN, [(5000, 3000), (5000, 0)], [(10_000, 0), (15_000, 0)])
    assert check_orientation(axes).empty


def test_a_tributary_that_begins_on_the_river_and_ends_nowhere_is_against_the_network():
    faults = check_orientation(axes_of(MAIN, [(5000, 2), (5000, 3000)]))
    assert found_codes(faults) == {"R2": "axis-against-network"}
    assert faults["note"].tolist() == ["R1; levels ?, network −, terrain ?"]


def test_a_diversion_that_rejoins_is_no_fault():
    assert check_orientation(axes_of(MAIN, [(2000, 0), (4000, 900), (6000, 0)])).empty


def test_two_rivers_end_to_end_head_on_are_both_named():
    faults = check_orientation(axes_of([(0, 0), (5000, 0)], [(10_000, 0), (5000, 0)]))
    assert found_codes(faults) == {"R1": "axes-head-on", "R2": "axes-head-on"}
    flowing_on = axes_of([(0, 0), (5000, 0)], [(10_000, 0), (5000, 0)], [(5000, 0), (5000, -4000)])
    assert check_orientation(flowing_on).empty


def levels_at(*rows, **columns):
    chainage, level = zip(*rows, strict=True)
    frame = {"level_id": [f"L{i}" for i in range(len(rows))], "river_id": "R1", "level_m": level, "basis": "design"}
    places = [shapely.Point(ORIGIN + np.array([at, 50])) for at in chainage]
    return gpd.GeoDataFrame({**frame, **columns}, geometry=places, crs=CRS)


def test_levels_that_rise_downstream_are_an_error_with_their_strength():
    faults = check_orientation(axes_of(MAIN), levels=levels_at((0, 20.0), (5000, 21.0), (8000, 20.9), (10_000, 22.0)))
    assert found_codes(faults) == {"R1": "axis-against-levels"}
    assert faults["value"].tolist() == [2.0]
    assert faults["note"].tolist() == ["83 %; levels −, network ?, terrain ?"]
    assert check_orientation(axes_of(MAIN), levels=levels_at((0, 22.0), (10_000, 20.0))).empty


def test_levels_of_different_floods_are_not_compared():
    levels = levels_at((0, 20.0), (10_000, 22.0), return_period=[20.0, 50.0])
    assert check_orientation(axes_of(MAIN), levels=levels).empty


def test_level_lines_lie_where_they_cross_the_axis():
    levels = levels_at((0, 20.0), (10_000, 22.0))
    across = [shapely.LineString(ORIGIN + np.array([[at, -900], [at, 100]])) for at in (100, 9900)]
    assert found_codes(check_orientation(axes_of(MAIN), levels=levels.set_geometry(across))) == {
        "R1": "axis-against-levels"
    }


@pytest.mark.parametrize(("slope", "expected"), [(0.001, {"R1": "axis-against-terrain"}), (-0.001, {}), (0.0001, {})])
@pytest.mark.parametrize("crs", [4548, 4490])
def test_ground_that_rises_downstream_by_more_than_its_error_is_a_fault(tmp_path, slope, expected, crs):
    axes = axes_of(MAIN)
    (west, north), (east, _) = axes.to_crs(crs).geometry.iloc[0].coords[:: len(MAIN) - 1]
    size = (east - west) / 100
    west, north = west - 5 * size, north + 10 * size
    columns = np.broadcast_to(np.arange(110), (20, 110)) * 100.0
    path = tmp_path / "dem.tif"
    profile = {
        "driver": "GTiff",
        "width": 110,
        "height": 20,
        "count": 1,
        "dtype": "float32",
        "crs": crs,
        "nodata": -9999,
    }
    with rasterio.open(path, "w", **profile, transform=Affine(size, 0, west, 0, -size, north)) as target:
        target.write((50 + slope * columns).astype("float32"), 1)
    faults = check_orientation(axes, terrain=path)
    assert found_codes(faults) == expected


def test_terrain_that_says_nothing_here_is_no_evidence(tmp_path):
    path = tmp_path / "dem.tif"
    profile = {"driver": "GTiff", "width": 5, "height": 5, "count": 1, "dtype": "float32", "nodata": -9999}
    with rasterio.open(path, "w", **profile, crs=CRS, transform=Affine(9, 0, 500_000, 0, -9, 3_500_000)) as target:
        target.write(np.full((5, 5), -9999, dtype="float32"), 1)
    assert check_orientation(axes_of(MAIN), terrain=path).empty
    no_crs = tmp_path / "no_crs.tif"
    with rasterio.open(no_crs, "w", **profile, transform=Affine(9, 0, 500_000, 0, -9, 3_500_000)) as target:
        target.write(np.zeros((5, 5), dtype="float32"), 1)
    with pytest.raises(rl.CRSError, match="no CRS"):
        check_orientation(axes_of(MAIN), terrain=no_crs)


def test_no_axes_have_no_faults_and_nothing_is_turned():
    axes = axes_of(MAIN, [(5000, 2), (5000, 3000)])
    kept = axes.copy()
    check_orientation(axes, levels=levels_at((0, 20.0), (10_000, 22.0)))
    pd.testing.assert_frame_equal(axes, kept)
    assert check_orientation(axes.iloc[:0], levels=levels_at((0, 20.0), (10_000, 22.0))).empty
