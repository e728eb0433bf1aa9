"""The flood line over terrain: closed forms to the millimetre, laws, and data that is wrong."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import ndimage

import riverline as rl
from county import rule_set
from riverline.demarcation.flooding.flood import flood_references_from_terrain
from riverline.schema import FAULTS
from valleys import CELL, CRS, EAST, NORTH, Valley, levees, levels, write_terrain

SLOPING = ((0.0, 104.0), (1000.0, 102.5))


def flood(valley, folder, *, given=SLOPING, walls=None, ground=None, terrain=None, write=None, **options):
    path = terrain or valley.write(folder, ground, **(write or {}))
    frame = given if isinstance(given, gpd.GeoDataFrame) else valley.levels(*given)
    return flood_references_from_terrain(valley.axis, "R1", frame, path, crs=CRS, levees=walls, **options)


def codes(faults):
    return sorted(faults["code"].unique())


def assert_closed_form(valley, references, given, tolerance):
    assert [reference.bank for reference in references] == ["left", "right"]
    for reference, side in zip(references, (-1, 1), strict=True):
        along, offset = valley.locate(shapely.get_coordinates(reference.line))
        assert np.abs(offset - side * valley.half_width(along, given)).max() < tolerance
        assert along[[0, -1]] == pytest.approx([0.0, valley.length], abs=1e-6)
        assert (np.diff(along) > 0).all()


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 17, 45, 123.4, 200])
def test_a_v_valley_with_a_sloping_level_is_drawn_to_the_millimetre(angle, tmp_path):
    valley = Valley(angle)
    references, area, faults = flood(valley, tmp_path)
    assert_closed_form(valley, references, SLOPING, 1e-3)
    half = valley.half_width(np.array([0.0, valley.length]), SLOPING)
    assert area.area == pytest.approx(half.sum() * valley.length, rel=1e-6)
    assert {reference.confidence for reference in references} == {"high"}
    assert references[0].level_ids == ("L0", "L1")
    assert len(faults) == 0
    assert faults.columns.tolist() == FAULTS.empty(CRS).columns.tolist()


def test_terrain_in_single_precision_keeps_the_millimetre(tmp_path):
    valley = Valley(31.0)
    references, _, _ = flood(valley, tmp_path, write={"dtype": "float32"})
    assert_closed_form(valley, references, SLOPING, 1e-3)


def test_a_bend_of_the_level_is_rounded_within_a_cell_only(tmp_path):
    valley, given_levels = Valley(17.0), ((0.0, 104.0), (400.0, 102.6), (1000.0, 102.5))
    references, _, _ = flood(valley, tmp_path, given=given_levels)
    for reference, side in zip(references, (-1, 1), strict=True):
        along, offset = valley.locate(shapely.get_coordinates(reference.line))
        error = np.abs(offset - side * valley.half_width(along, given_levels))
        bend_m = (1.4 / 400 - 0.1 / 600) * CELL / valley.side
        assert error.max() < bend_m
        assert error[np.abs(along - 400) > 2 * CELL].max() < 1e-3


def test_an_axis_from_edge_to_edge_of_the_terrain_is_drawn_to_its_ends(tmp_path):
    valley = Valley(0.0, cells=200, length=200 * CELL)
    references, _, faults = flood(valley, tmp_path, given=((0.0, 104.0), (1000.0, 103.0)))
    assert_closed_form(valley, references, ((0.0, 104.0), (1000.0, 103.0)), 1e-3)
    assert len(faults) == 0


def test_level_lines_askew_hold_their_level_where_the_water_ends(tmp_path):
    valley = Valley(25.0)
    lines = [valley.line((at - 80, -300), (at, 0), (at + 80, 300)) for at in (200.0, 500.0, 800.0)]
    frame = levels(lines, [103.8, 103.3, 102.8])
    references, _, faults = flood(valley, tmp_path, given=frame)
    for line, level in zip(lines, frame["level_m"], strict=True):
        for reference in references:
            at = shapely.get_coordinates(shapely.intersection(line, reference.line))
            along, offset = valley.locate(at)
            ground = valley.bed - valley.fall * along + valley.side * np.abs(offset)
            assert ground == pytest.approx([level], abs=0.03)
    assert codes(faults) == ["level-extrapolated"]
    assert {reference.confidence for reference in references} == {"medium"}


def test_levels_reach_unchanged_to_the_ends_and_say_so(tmp_path):
    valley = Valley(0.0)
    references, _, faults = flood(valley, tmp_path, given=((300.0, 103.0), (600.0, 102.5)))
    for reference in references:
        along, offset = valley.locate(shapely.get_coordinates(reference.line))
        wanted = valley.half_width(along, ((300.0, 103.0), (600.0, 102.5)))
        assert np.abs(np.abs(offset) - wanted).max() < 0.1
    assert codes(faults) == ["level-extrapolated"]
    assert faults.sort_values("value")["value"].tolist() == pytest.approx([300.0, 400.0])


def test_the_chainage_that_a_level_states_counts_before_its_place(tmp_path):
    valley = Valley(0.0)
    frame = valley.levels((500.0, 104.0), (510.0, 102.5)).assign(chainage_m=[0.0, 1000.0])
    references, _, faults = flood(valley, tmp_path, given=frame)
    assert_closed_form(valley, references, SLOPING, 1e-3)
    told = faults[faults["code"] == "chainage-disagrees"]
    assert told["value"].tolist() == pytest.approx([500.0, 490.0])
    assert set(told["note"]) == {"chainage-used"}
    assert {reference.confidence for reference in references} == {"medium"}


def test_a_level_off_the_axis_or_a_little_off_its_chainage_does_not_contradict_itself(tmp_path):
    valley = Valley(0.0)
    frame = levels([shapely.Point(valley.at(0.0, 300.0)), shapely.Point(valley.at(985.0, 0.0))], [104.0, 102.5])
    _, _, faults = flood(valley, tmp_path, given=frame.assign(chainage_m=[60.0, 1000.0]))
    assert "chainage-disagrees" not in codes(faults)
    across = levels([valley.line((0, -200), (0, 200)), valley.line((1000, -200), (1000, 200))], [104.0, 102.5])
    references, _, faults = flood(valley, tmp_path, given=across.assign(chainage_m=[0.0, 700.0]))
    assert_closed_form(valley, references, SLOPING, 1e-3)
    told = faults[faults["code"] == "chainage-disagrees"]
    assert (told["feature_id"].tolist(), told["note"].tolist()) == (["L1"], ["place-used"])


def river_of(valley, **columns):
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": "清水河", **columns}, geometry=[valley.axis], crs=CRS)


def test_stated_chainages_are_read_in_the_numbers_that_lines_bear(tmp_path):
    valley = Valley(0.0)
    layers = {"rules": rule_set(tmp_path), "terrain": valley.write(tmp_path)}
    given = levels([None, None], [104.0, 102.5])
    plain = rl.demarcate(river_of(valley), flood_levels=given.assign(chainage_m=[0.0, 1000.0]), **layers)
    river = river_of(valley, start_chainage_m=[5000.0])
    printed = rl.demarcate(river, flood_levels=given.assign(chainage_m=[5000.0, 6000.0]), **layers)
    assert printed.faults["code"].tolist() == plain.faults["code"].tolist() == []
    assert printed.lines.geometry.geom_equals(plain.lines.geometry).all()
    assert printed.lines["end_chainage_m"].tolist() == [6000.0, 6000.0]
    drawn = valley.levels(*SLOPING).assign(chainage_m=[0.0, 1000.0])
    off = rl.demarcate(river, flood_levels=drawn, **layers).faults
    assert off.loc[off["code"] == "chainage-disagrees", "value"].tolist() == [5000.0, 5000.0]


def test_levels_that_rise_all_along_say_that_the_axis_is_drawn_upstream(tmp_path):
    valley = Valley(0.0)
    references, _, faults = flood(valley, tmp_path, given=valley.levels((0, 102.5), (500, 103.0), (1000, 103.0)))
    assert {reference.confidence for reference in references} == {"low"}
    row = faults.set_index("code").loc["axis-against-levels"]
    assert (row["severity"], row["feature_id"], row["value"], row["note"]) == ("error", "R1", 0.5, "L0 → L2")
    for sound in (((0, 102.5), (500, 103.0), (1000, 102.9)), ((0, 103.0), (1000, 103.0)), ((500, 103.0),)):
        _, _, faults = flood(valley, tmp_path, given=valley.levels(*sound))
        assert "axis-against-levels" not in codes(faults)


def test_levels_that_make_no_line_are_looked_at_all_the_same(tmp_path):
    valley, rules = Valley(0.0), rule_set(tmp_path)
    toes = levees([valley.line((0, side), (1000, side)) for side in (-80, 80)], [110.0, 110.0], feature="landside_toe")
    rising = valley.levels((0, 102.5), (1000, 103.0))
    behind = rl.demarcate(river_of(valley), rules, levees=toes, flood_levels=rising)
    over = rl.demarcate(river_of(valley), rules, flood_levels=rising, terrain=valley.write(tmp_path))
    for result in (behind, over):
        assert result.faults["code"].tolist().count("axis-against-levels") == 1
    assert "level-extrapolated" not in codes(behind.faults)


def test_levels_that_rise_repeat_mix_or_are_missing_are_faults_and_nothing_stops(tmp_path):
    valley = Valley(0.0)
    frame = valley.levels((0, 104.0), (300, 103.2), (300, 103.4), (600, 103.5), (800, np.nan), (1000, 103.0))
    frame = frame.assign(return_period=[20, 20, 50, 20, 20, 20])
    missing = levels([valley.line((900, 100), (900, 200))], [103.0]).assign(level_id="X", return_period=20)
    frame = gpd.GeoDataFrame(pd.concat([frame, missing], ignore_index=True), crs=CRS)
    references, _, faults = flood(valley, tmp_path, given=frame)
    assert len(references) == 2
    found = faults.set_index("code")
    assert codes(faults) == [
        "level-duplicate",
        "level-line-misses-axis",
        "level-missing",
        "level-rises-downstream",
        "levels-mixed",
    ]
    assert found.loc["level-rises-downstream", ["feature_id", "note"]].tolist() == ["L3", "L2"]
    assert found.loc["level-rises-downstream", "value"] == pytest.approx(0.1)
    assert found.loc["level-duplicate", ["feature_id", "note"]].tolist() == ["L1", "L2"]
    assert {reference.confidence for reference in references} == {"low"}


def test_without_levels_there_is_a_fault_and_no_line(tmp_path):
    valley = Valley(0.0)
    references, area, faults = flood(valley, tmp_path, given=valley.levels((0, 104.0)).iloc[:0])
    assert references == []
    assert area.is_empty
    assert codes(faults) == ["levels-missing"]


def test_a_level_below_the_whole_bed_leaves_the_axis_dry(tmp_path):
    references, area, faults = flood(Valley(0.0), tmp_path, given=((0, 90.0), (1000, 90.0)))
    assert references == []
    assert area.is_empty
    assert codes(faults) == ["axis-dry"]
    assert faults["value"].tolist() == pytest.approx([1000.0])


def test_a_dam_across_the_axis_is_bridged_and_told(tmp_path):
    valley = Valley(0.0)
    ground = valley.ground()
    ground[:, 150:153] = 120.0
    references, area, faults = flood(valley, tmp_path, ground=ground)
    assert isinstance(area, shapely.Polygon)
    assert [reference.line.is_simple for reference in references] == [True, True]
    assert codes(faults) == ["axis-dry"]
    assert faults["value"].iloc[0] == pytest.approx(15.0, abs=CELL)
    assert {reference.confidence for reference in references} == {"low"}


def test_a_ridge_one_cell_wide_keeps_its_pond_dry_and_an_island_belongs_to_the_extent(tmp_path):
    valley = Valley(0.0)
    ground = valley.ground()
    free = flood(valley, tmp_path)[1]
    rows, columns = np.mgrid[0:300, 0:300]
    walled = ground.copy()
    ring = np.maximum(np.abs(rows - 165), np.abs(columns - 150))
    walled[ring == 8] = 150.0
    _, area, faults = flood(valley, tmp_path, ground=walled)
    assert codes(faults) == ["flood-disconnected"]
    assert faults["value"].iloc[0] == pytest.approx(15 * 15 * CELL**2)
    assert area.area == pytest.approx(free.area, rel=1e-9)
    pond = ground.copy()
    pond[ring == 8] = 150.0
    pond[165 + 8, 143:158] = ground[165 + 8, 143:158]
    assert "flood-disconnected" not in codes(flood(valley, tmp_path, ground=pond)[2])


def test_unknown_ground_is_a_wall_and_a_fault(tmp_path):
    valley = Valley(0.0)
    ground = valley.ground()
    ground[160:180, 100:200] = -9999.0
    references, _, faults = flood(valley, tmp_path, ground=ground, write={"nodata": -9999.0})
    assert codes(faults) == ["terrain-nodata"]
    assert {each.bank: each.confidence for each in references} == {"left": "high", "right": "low"}


def test_a_river_whose_own_bed_is_unknown_is_told_as_unknown_not_as_dry(tmp_path):
    valley = Valley(0.0)
    ground = valley.ground()
    ground[147:153, 120:140] = np.nan
    references, _, faults = flood(valley, tmp_path, ground=ground)
    assert codes(faults) == ["terrain-nodata"]
    assert len(references) == 2
    on_axis = faults[faults.geom_type == "LineString"]
    assert on_axis["value"].tolist() == pytest.approx([100.0], abs=CELL)


def test_a_flood_to_the_edge_of_the_terrain_is_a_fault_and_the_line_low(tmp_path):
    valley = Valley(0.0, side=0.0005)
    references, _, faults = flood(valley, tmp_path)
    assert codes(faults) == ["flood-reaches-terrain-edge"]
    assert faults["value"].iloc[0] == pytest.approx(2 * valley.length, rel=0.05)
    assert {reference.confidence for reference in references} == {"low"}


def test_an_axis_that_leaves_the_terrain_is_drawn_as_far_as_it_goes(tmp_path):
    valley = Valley(0.0, cells=300, length=2000.0)
    references, _, faults = flood(valley, tmp_path, given=((0.0, 104.0), (2000.0, 102.0)))
    assert codes(faults) == ["terrain-missing"]
    assert faults["value"].iloc[0] == pytest.approx(500.0)
    along, _ = valley.locate(shapely.get_coordinates(references[0].line))
    assert along[[0, -1]] == pytest.approx([250.0, 1750.0], abs=1e-6)
    away = shapely.transform(valley.axis, lambda points: np.add(points, [0, 50_000]))
    path = valley.write(tmp_path)
    given_levels = levels([shapely.Point(place) for place in away.coords], [104.0, 102.0])
    none, area, faults = flood_references_from_terrain(away, "R1", given_levels, path, crs=CRS)
    assert none == []
    assert area.is_empty
    assert codes(faults) == ["terrain-missing"]


def test_terrain_in_another_crs_is_resampled_and_says_so(tmp_path):
    valley = Valley(0.0, side=0.05)
    east, north = gpd.GeoSeries([shapely.Point(EAST, NORTH)], crs=CRS).to_crs(4490).get_coordinates().iloc[0]
    step = 4e-5
    rows, columns = 420, 480
    corner = (east - 20 * step, north + 20 * step)
    lon, lat = np.meshgrid(corner[0] + step * (np.arange(columns) + 0.5), corner[1] - step * (np.arange(rows) + 0.5))
    places = gpd.GeoSeries(gpd.points_from_xy(lon.ravel(), lat.ravel()), crs=4490).to_crs(CRS).get_coordinates()
    along, offset = valley.locate(places.to_numpy().reshape(rows, columns, 2))
    ground = valley.bed - valley.fall * along + valley.side * np.abs(offset)
    path = write_terrain(tmp_path / "degrees.tif", ground, cell=step, crs="EPSG:4490", corner=corner)
    references, _, faults = flood(valley, tmp_path, terrain=path)
    assert codes(faults) == ["terrain-reprojected"]
    assert faults["note"].iloc[0] == "EPSG:4490 → EPSG:4548"
    for reference in references:
        found, offset = valley.locate(shapely.get_coordinates(reference.line))
        assert np.abs(np.abs(offset) - valley.half_width(found, SLOPING)).max() < 0.2


def test_heights_in_feet_become_metres_and_say_so(tmp_path):
    valley = Valley(0.0)
    references, _, faults = flood(valley, tmp_path, ground=valley.ground() / 0.3048, write={"unit": "ft"})
    assert_closed_form(valley, references, SLOPING, 1e-3)
    assert codes(faults) == ["terrain-unit"]


def test_wrong_calls_raise_once_in_both_languages(tmp_path):
    valley = Valley(0.0)
    path = valley.write(tmp_path)
    given_levels, walls = valley.levels(*SLOPING), levees([valley.line((0, -100), (1000, -100))], [110.0])
    with pytest.raises(rl.CRSError, match=r"(?s)levees.*flood_levels|flood_levels.*levees"):
        flood_references_from_terrain(
            valley.axis, "R1", given_levels.to_crs(4547), path, crs=CRS, levees=walls.to_crs(4547)
        )
    nowhere = write_terrain(tmp_path / "nowhere.tif", valley.ground(), crs=None)
    with pytest.raises(rl.CRSError, match=r"没有坐标系(?s:.*)has no CRS"):
        flood_references_from_terrain(valley.axis, "R1", given_levels, nowhere, crs=CRS)
    text = tmp_path / "dem.tif"
    text.write_text("no raster", encoding="utf-8")
    with pytest.raises(rl.ReadError, match=r"dem\.tif"):
        flood_references_from_terrain(valley.axis, "R1", given_levels, text, crs=CRS)


def test_inputs_are_not_changed_and_row_order_does_not_matter(tmp_path):
    valley = Valley(40.0)
    path = valley.write(tmp_path)
    frame = valley.levels((0.0, 104.0), (500.0, 103.0), (1000.0, 102.5))
    walls = levees([valley.line((-9, -90), (1009, -90)), valley.line((0, 80), (400, 80))], [110.0, 109.0])
    before = frame.copy(), walls.copy()
    one = flood_references_from_terrain(valley.axis, "R1", frame, path, crs=CRS, levees=walls)
    other = flood_references_from_terrain(valley.axis, "R1", frame.iloc[::-1], path, crs=CRS, levees=walls.iloc[::-1])
    assert_geodataframe_equal(frame, before[0])
    assert_geodataframe_equal(walls, before[1])
    assert one[0] == other[0]
    assert_geodataframe_equal(one[2], other[2])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("random")


def random_case(seed):
    """A rough terrain with a river through it and perhaps levees: axis, levels, levees, ground."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(20, 60, 2)
    ground = ndimage.gaussian_filter(rng.normal(size=(rows, columns)), rng.choice([0.5, 1, 2, 4]))
    ground *= rng.choice([2, 10, 40])
    if rng.random() < 0.3:
        ground = np.round(ground)
    if rng.random() < 0.3:
        ground[rng.random(ground.shape) < 0.02] = -9999
    size = np.array([columns, rows]) * CELL
    count = rng.integers(2, 7)
    x = np.sort(rng.uniform(0.05, 0.95, count)) * size[0]
    axis = shapely.LineString(np.column_stack([EAST + x, NORTH - size[1] * rng.uniform(0.1, 0.9, count)]))
    ends = levels([shapely.Point(axis.coords[0]), shapely.Point(axis.coords[-1])], [1.0, 0.0])
    if rng.random() < 0.4:
        return axis, ends, None, ground
    lines = [shapely.LineString([EAST, NORTH] + rng.uniform(0, 1, (4, 2)) * size * [1, -1]) for _ in range(2)]
    return axis, ends, levees(lines, rng.choice([0.5, 5.0, np.nan], 2)), ground


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_higher_water_never_floods_less_and_blocks_never_matter(folder, seed):
    axis, ends, walls, ground = random_case(seed)
    if axis.length < 10 * CELL:
        return
    path = write_terrain(folder / "random.tif", ground, nodata=-9999)

    def run(shift=0.0, block=512):
        return flood_references_from_terrain(
            axis, "R1", ends, path, crs=CRS, levees=walls, level_shift_m=shift, block_cells=block
        )

    references, area, _ = run()
    assert area.is_valid
    for block in (7, 16):
        again = run(block=block)
        assert shapely.symmetric_difference(area, again[1]).area < 1e-6
        assert [each.bank for each in again[0]] == [each.bank for each in references]
    assert all(reference.line.is_simple for reference in references)
    lower = area
    for shift in (0.3, 2.0):
        _, higher, _ = run(shift)
        assert shapely.difference(lower, higher).area < 1e-6
        lower = higher


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angle=st.sampled_from([90, 180, 270]), seed=st.integers(0, 1000))
def test_turning_the_map_turns_the_line(folder, angle, seed):
    rng = np.random.default_rng(seed)
    ground = ndimage.gaussian_filter(rng.normal(size=(48, 48)), 2.0) * 20
    course = [(40.0, 120.0), (130.0, 90.0 + 60 * rng.random()), (200.0, 130.0)]
    middle = np.array([EAST, NORTH]) + 24 * CELL * np.array([1, -1])

    def turned(points):
        turn = np.deg2rad(angle)
        away = np.asarray(points) - middle
        return middle + away @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])

    axis = shapely.LineString(np.array(course) * [1, -1] + [EAST, NORTH])
    areas = []
    for line, cells in ((axis, ground), (shapely.transform(axis, turned), np.rot90(ground, angle // 90))):
        path = write_terrain(folder / "turned.tif", cells)
        given_levels = levels([shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])], [1.0, 0.5])
        areas.append(flood_references_from_terrain(line, "R1", given_levels, path, crs=CRS)[1])
    assert shapely.symmetric_difference(shapely.transform(areas[0], turned), areas[1]).area < 1e-4 * areas[1].area


@pytest.mark.real
def test_a_himalayan_valley_floods_in_one_piece(real_data):
    path = real_data / "dem_small" / "Mandakini.bil"
    with rasterio.open(path) as source:
        crs = source.crs.to_string()
    # along the valley floor by hand, upstream to downstream
    course = [
        (316_400, 3_375_900),
        (315_300, 3_372_200),
        (315_150, 3_370_000),
        (314_500, 3_368_000),
        (313_000, 3_365_700),
    ]
    axis = shapely.LineString(course)
    with rasterio.open(path) as source:
        floor = np.array([value[0] for value in source.sample(course)], dtype="float64")
    bed = np.minimum.accumulate(floor)
    frame = levels([shapely.Point(place) for place in course], bed + 60.0).set_crs(crs, allow_override=True)
    references, area, faults = flood_references_from_terrain(axis, "M", frame, path, crs=crs)
    assert [reference.bank for reference in references] == ["left", "right"]
    assert all(reference.line.is_simple for reference in references)
    assert isinstance(area, shapely.Polygon)
    assert shapely.covers(shapely.buffer(area, 1e-6), axis)
    assert set(faults["code"]) <= {"flood-disconnected", "axis-dry"}


def test_terrain_in_metres_under_a_crs_in_degrees_is_one_clear_error(tmp_path):
    valley = Valley(0.0)
    path = valley.write(tmp_path, crs="EPSG:4490")
    with pytest.raises(rl.CRSError, match="does not fit its coordinates"):
        flood(valley, tmp_path, terrain=path)
