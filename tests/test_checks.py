"""Checking: every fault is found on its smallest case, not on the case's sound twin, and the same way every time."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

import county
import riverline as rl
import zoo
from riverline import checks, faults, schema

MORNING = dt.datetime(2024, 5, 6, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def _levees(**columns):
    data = {"levee_id": ["D1"], "river_id": ["R1"], "feature": ["crest"], **columns}
    count = len(next(iter(columns.values()))) if columns else 1
    data = {name: values * count if len(values) < count else values for name, values in data.items()}
    drawn = [zoo.line((0, 50 * k), (1000, 50 * k)) for k in range(count)]
    return gpd.GeoDataFrame(data, geometry=drawn, crs=zoo.CRS)


def _seen_on(date):
    return zoo.water([zoo.SQUARE], date=[date])


def _track(when):
    data = {"track_id": ["T1"], "patroller": ["甲"], "level": ["village"], "started": [when], "ended": [when]}
    return gpd.GeoDataFrame(data, geometry=[zoo.STRAIGHT], crs=zoo.CRS)


def _features(name, group=zoo.LINES):
    return next(case.features for case in group if case.name == name)


def _axes(case, group=zoo.LINES, **columns):
    return zoo.axes(_features(case, group), **columns)


def _network(name):
    return _axes(name, zoo.NETWORKS)


def _water(name):
    return zoo.water(_features(name, zoo.POLYGONS))


def _problem(**columns):
    row = {"problem_id": "P1", "river_id": "R1", "bank": "left", "chainage_m": 200.0, "kind": "dumping", "item": "",
           "severity": "unknown", "found_on": pd.Timestamp("2025-05-06"), "status": "found", "source": "巡河",
           "description": ""}  # fmt: skip
    data = {name: [value] for name, value in (row | columns).items()}
    return gpd.GeoDataFrame(data, geometry=[Point(zoo.STRAIGHT.coords[0])], crs=zoo.CRS)


def _reaches(**columns):
    return zoo.axes([zoo.line((0, 0), (500, 0)), zoo.line((500, 0), (1000, 90))], **columns)


AXES, WATER, LEVEES, TRACKS = schema.AXES, schema.WATER, schema.LEVEES, schema.TRACKS

# Code, schema, the smallest frame that has the fault, and the same frame put right.
TWINS = [
    ("key-blank", LEVEES, _levees(levee_id=[" "]), _levees(levee_id=["D1"])),
    ("key-duplicated", LEVEES, _levees(levee_id=["D1", "D1"]), _levees(levee_id=["D1", "D2"])),
    ("river-blank", LEVEES, _levees(river_id=[None]), _levees(river_id=["R1"])),
    ("value-blank", LEVEES, _levees(feature=[""]), _levees(feature=["crest"])),
    ("value-type", LEVEES, _levees(height_m=["约12"]), _levees(height_m=[12.0])),
    ("value-choice", LEVEES, _levees(bank=["东岸"]), _levees(bank=["left"])),
    ("value-beyond", schema.PROBLEMS, _problem(area_m2=-5.0), _problem(area_m2=5.0)),
    ("choice-label", LEVEES, _levees(bank=["左岸"]), _levees(bank=["left"])),
    ("date-order", WATER, _seen_on("03/04/2024"), _seen_on(dt.date(2024, 4, 3))),
    ("zone-missing", TRACKS, _track(MORNING.replace(tzinfo=None)), _track(MORNING)),
    ("column-type", LEVEES, _levees(height_m=["12.5"]), _levees(height_m=[12.5])),
    ("geometry-missing", AXES, _axes("missing"), _axes("straight")),
    ("geometry-empty", AXES, _axes("empty"), _axes("straight")),
    ("geometry-infinite", AXES, _axes("not finite"), _axes("bend")),
    ("geometry-type", AXES, _axes("point"), _axes("straight")),
    ("multipart", AXES, _axes("two parts"), _axes("straight")),
    ("z-present", AXES, _axes("3D"), _axes("straight")),
    ("m-present", AXES, _axes("measured"), _axes("straight")),
    ("invalid", WATER, _water("bow-tie"), _water("square")),
    ("self-crossing", AXES, _axes("self-crossing"), _axes("hairpin")),
    ("zero-length", AXES, _axes("zero length"), _axes("two centimetres")),
    ("zero-area", WATER, _water("collapsed to a line"), _water("ten centimetres wide")),
    ("repeated-vertices", AXES, _axes("repeated vertex"), _axes("all but a loop")),
    ("river-not-done", AXES, _axes("loop"), _axes("all but a loop")),
    ("duplicate-geometry", AXES, _network("duplicate, reversed"), _network("side by side")),
    ("near-duplicate", AXES, _network("nearly duplicate"), _network("side by side")),
    ("undershoot", AXES, _network("undershoot"), _network("confluence between vertices")),
    ("overshoot", AXES, _network("overshoot"), _network("crossing")),
    ("pseudo-node", AXES, _reaches(name="清水河"), _reaches(name=["清水河", "白溪"])),
    ("axis-order", AXES, _axes("swapped axes"), _axes("straight")),
    ("out-of-area", AXES, _axes("southern hemisphere"), _axes("straight")),
    ("beyond-area", AXES, zoo.axes([zoo.line((0, 0), (240_000, 0))]), zoo.axes([zoo.line((0, 0), (180_000, 0))])),
    ("zone-prefix", AXES, _axes("zone prefix"), _axes("zone prefix").set_crs("EPSG:4527", allow_override=True)),
    ("off-projection", AXES, _axes("one digit too many"), _axes("straight")),
    ("far-away", AXES, _network("one far from the others"), _network("braid")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "frame", "bad", "sound"), TWINS, ids=[row[0] for row in TWINS])
def test_a_fault_is_found_on_its_smallest_case_and_not_on_the_sound_twin(code, frame, bad, sound):
    found = rl.check(bad, frame)
    assert found["code"].tolist() == [code] * len(found)
    assert len(found) >= 1
    assert found["fault_id"].str.startswith(f"{frame.name}/").all()
    assert rl.check(sound, frame).empty


def test_every_code_that_a_check_can_find_has_its_twins_above():
    source = "".join(path.read_text(encoding="utf-8") for path in Path(checks.__file__).parent.glob("*.py"))
    assert {code for code in faults.CATALOGUE if re.search(rf'"{code}"', source)} == {row[0] for row in TWINS}


@pytest.mark.parametrize("case", [*zoo.LINES, *zoo.NETWORKS], ids=lambda case: case.name)
def test_every_awkward_axis_gives_the_faults_it_has_once_and_no_others(case):
    assert sorted(rl.check(zoo.axes(case.features), AXES)["code"]) == sorted(case.codes)


@pytest.mark.parametrize("case", zoo.POLYGONS, ids=lambda case: case.name)
def test_every_awkward_polygon_gives_the_faults_it_has_once_and_no_others(case):
    assert sorted(rl.check(zoo.water(case.features), WATER)["code"]) == sorted(case.codes)


# Reprojection bends the line away from the vertex that touched it, and drops M.
_BENT = {"touching itself", "retraced", "measured"}
_PLACED = {"axis-order", "zone-prefix", "out-of-area", "off-projection", "geometry-infinite"}
ANYWHERE = [case for case in (*zoo.LINES, *zoo.NETWORKS) if case.name not in _BENT and not case.codes & _PLACED]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4527"])
@pytest.mark.parametrize("case", ANYWHERE, ids=lambda case: case.name)
def test_degrees_and_zone_prefixed_metres_give_the_same_faults(case, crs):
    metric = rl.check(zoo.axes(case.features), AXES)
    other = rl.check(zoo.axes(case.features).to_crs(crs), AXES)
    assert other["fault_id"].tolist() == metric["fault_id"].tolist()
    assert other.crs == crs
    measured = ~other["code"].isin(["far-away"])
    np.testing.assert_allclose(other["value"][measured], metric["value"][measured], rtol=0.01)


# Attributes.


def test_a_blank_key_is_named_by_its_index_label_whatever_the_order():
    frame = _levees(levee_id=["D1", "", "\u3000"]).set_index(pd.Index([7, 12, 30]))
    assert rl.check(frame, LEVEES)["feature_id"].tolist() == ["row 12", "row 30"]
    assert rl.check(frame.iloc[::-1], LEVEES)["feature_id"].tolist() == ["row 12", "row 30"]


def test_a_duplicated_key_is_one_fault_that_points_at_each_of_its_features():
    frame = _levees(levee_id=["D1", "D2", "D1", "D1", "D2"])
    found = rl.check(frame, LEVEES)
    assert found["feature_id"].tolist() == ["D1", "D2"]
    assert found["value"].tolist() == [3, 2]
    assert shapely.get_num_geometries(found.geometry).tolist() == [3, 2]
    assert found.geometry.iloc[0].distance(frame.geometry.iloc[3]) == pytest.approx(0)


def test_numeric_keys_are_named_as_text_and_the_column_is_reported_once():
    found = rl.check(_levees(levee_id=[1, 2, 2]), LEVEES)
    assert found[["code", "feature_id"]].to_numpy().tolist() == [["key-duplicated", "2"], ["column-type", "*"]]
    assert "int64 → str" in found["detail"].iloc[1]


def test_free_text_and_optional_columns_may_be_blank():
    assert rl.check(zoo.axes([zoo.STRAIGHT], name=None, chief=[None], rank=[""], width_m=[np.nan]), AXES).empty
    assert rl.check(_levees(bank=[None], grade=[None], name=[""]), LEVEES).empty


@pytest.mark.parametrize(("column", "value"), [("level_m", np.nan), ("basis", None), ("basis", " ")])
def test_a_blank_level_or_basis_is_an_error(column, value):
    data = {"level_id": ["S1"], "river_id": ["R1"], "level_m": [31.5], "basis": ["design"], column: [value]}
    found = rl.check(gpd.GeoDataFrame(data, geometry=[Point(zoo.X, zoo.Y)], crs=zoo.CRS), schema.FLOOD_LEVELS)
    assert found[["code", "severity"]].to_numpy().tolist() == [["value-blank", "error"]]
    assert column in found["detail"].iloc[0]


def test_a_lake_lies_on_no_river():
    places = [shapely.affinity.translate(zoo.SQUARE, x) for x in (0, 500, 1000)]
    found = rl.check(zoo.water(places, river_id="", kind=["river", "lake", "reservoir"]), WATER)
    assert found[["code", "feature_id"]].to_numpy().tolist() == [["river-blank", "W01"]]


def test_numbers_in_text_are_one_fault_of_the_column_and_words_one_each():
    keys = ["D1", "D2", "D3"]
    found = rl.check(_levees(levee_id=keys, height_m=["12.5", "约12", "13"]), LEVEES)
    assert found[["code", "feature_id", "value"]].fillna(0).to_numpy().tolist() == [
        ["value-type", "D2", 0],
        ["column-type", "*", 2],
    ]
    assert "约12" in found["detail"].iloc[0]
    assert "height_m" in found["detail"].iloc[0]


@pytest.mark.parametrize("grade", [[6], ["6"], ["特级"], [2.5], [0]])
def test_a_grade_that_does_not_exist_is_outside_the_choices_only(grade):
    found = rl.check(_levees(grade=grade), LEVEES)
    assert found.loc[found["feature_id"] == "D1", "code"].tolist() == ["value-choice"]
    assert "1（1级） | 2（2级） | 3（3级） | 4（4级） | 5（5级）" in found["detail"].iloc[0]


def test_labels_in_either_language_are_named_with_the_code_to_type():
    keys = ["D1", "D2", "D3"]
    frame = _levees(levee_id=keys, feature=["背水侧堤脚", "landside_toe", " Landside Toe"], bank=["左"], grade=["二级"])
    found = rl.check(frame, LEVEES)
    assert found.loc[found["code"] == "choice-label", ["feature_id", "value", "note"]].to_numpy().tolist() == [
        ["*", 3, "bank（岸别） = 左 → left"],
        ["*", 1, "feature（线类型） = Landside Toe → landside_toe"],
        ["*", 1, "feature（线类型） = 背水侧堤脚 → landside_toe"],
        ["*", 3, "grade（堤防级别） = 二级 → 2"],
    ]
    assert rl.check(LEVEES.conform(frame), LEVEES)["code"].tolist() == []


@pytest.mark.parametrize("dates", [["2024-05-06"], ["2024年5月6日"]])
def test_text_dates_with_the_year_first_only_need_converting(dates):
    found = rl.check(zoo.water([zoo.SQUARE], date=dates), WATER)
    assert found["code"].tolist() == ["column-type"]
    assert rl.check(WATER.conform(zoo.water([zoo.SQUARE], date=dates)), WATER).empty


def test_numbers_are_no_dates():
    assert rl.check(zoo.water([zoo.SQUARE], date=[20240506]), WATER)["code"].tolist() == ["value-type"]


@pytest.mark.parametrize("name", zoo.NAMES)
def test_hostile_names_are_data_and_no_fault(name):
    assert rl.check(zoo.axes([zoo.STRAIGHT], name=name), AXES).empty
    found = rl.check(zoo.axes([zoo.SQUARE], river_id=f"R{name}"), AXES)
    assert found["feature_id"].tolist() == [f"R{name}"]


def test_other_peoples_columns_are_left_alone():
    assert rl.check(zoo.axes([zoo.STRAIGHT], bank="nowhere", remark=[object()]), AXES).empty


# Geometry.


def test_an_invalid_polygon_says_why_and_where():
    found = rl.check(_water("bow-tie"), WATER)
    assert found["detail"].tolist() == ["几何无效：自相交 Self-intersection"]
    assert found.geometry.iloc[0] == Point(zoo.X + 50, zoo.Y + 50)


def test_a_crossing_is_shown_at_each_of_its_places():
    loops = zoo.line((0, 0), (300, 0), (300, 50), (200, 50), (200, -50), (100, -50), (100, 50))
    found = rl.check(zoo.axes([loops]), AXES)
    assert found["value"].tolist() == [2]
    assert found.geometry.iloc[0].equals(shapely.MultiPoint([(zoo.X + 200, zoo.Y), (zoo.X + 100, zoo.Y)]))


def test_repeated_vertices_are_counted_ring_by_ring():
    shell = zoo.ring((0, 0), (100, 0), (100, 0), (100, 100), (0, 100))
    hole = zoo.ring((0, 0), (40, 20), (20, 40), (20, 40), (20, 40))
    found = rl.check(zoo.water([Polygon(shell, [hole])]), WATER)
    assert found[["code", "value"]].to_numpy().tolist() == [["repeated-vertices", 3]]


def test_one_row_of_z_for_the_layer_counts_its_features():
    found = rl.check(zoo.axes([zoo.line((0, y, 1), (9, y, 1)) for y in range(0, 900, 100)] + [zoo.STRAIGHT]), AXES)
    assert found[["feature_id", "code", "value"]].to_numpy().tolist() == [["*", "z-present", 9]]


def test_the_twin_is_named_and_the_first_key_is_kept():
    square = zoo.SQUARE
    turned = Polygon([*square.exterior.coords[2:], *square.exterior.coords[1:3]])
    found = rl.check(zoo.water([turned, square, square.reverse()]).iloc[::-1], WATER)
    assert found["feature_id"].tolist() == ["W02", "W03"]
    assert found["note"].tolist() == ["W01", "W01"]


def test_features_that_something_tells_apart_may_share_a_place():
    data = {"level_id": ["S1", "S2"], "river_id": "R1", "level_m": [31.5, 32.0], "basis": "design"}
    places = [Point(zoo.X, zoo.Y)] * 2
    levels = gpd.GeoDataFrame({**data, "return_period": [20.0, 50.0]}, geometry=places, crs=zoo.CRS)
    assert rl.check(levels, schema.FLOOD_LEVELS).empty
    assert rl.check(levels.assign(return_period=20.0), schema.FLOOD_LEVELS)["code"].tolist() == ["duplicate-geometry"]
    wall = _levees(levee_id=["D1", "D2"], feature=["flood_wall", "landside_toe"]).assign(geometry=zoo.STRAIGHT)
    assert rl.check(wall, LEVEES).empty


def test_a_patrol_may_cross_its_way_walk_it_twice_and_carry_m():
    x, y = zoo.X, zoo.Y
    walk = shapely.from_wkt(f"LINESTRING M ({x} {y} 0, {x + 9} {y} 5, {x} {y} 9, {x} {y} 12)")
    when = [pd.Timestamp("2024-05-06", tz="UTC")] * 2
    data = {"track_id": ["T1", "T2"], "patroller": "甲", "level": "village", "started": when, "ended": when}
    assert rl.check(gpd.GeoDataFrame(data, geometry=[walk, walk], crs=zoo.CRS), TRACKS).empty


def test_every_single_part_type_of_a_schema_is_taken():
    data = {"permit_id": ["P1", "P2", "P3"], "title": "", "kind": "bridge"}
    drawn = [zoo.SQUARE, zoo.STRAIGHT, Point(zoo.X, zoo.Y)]
    assert rl.check(gpd.GeoDataFrame(data, geometry=drawn, crs=zoo.CRS), schema.PERMITS).empty


# The network of axes.


@pytest.mark.parametrize("gap", [0.2, 1.0, 4.9])
@pytest.mark.parametrize("crs", [zoo.CRS, "EPSG:4490"])
def test_a_dangle_is_measured_in_metres(gap, crs):
    frame = zoo.axes([zoo.STRAIGHT, zoo.line((500, 800), (500, gap))]).to_crs(crs)
    found = rl.check(frame, AXES)
    assert found["code"].tolist() == ["undershoot"]
    assert found["value"].iloc[0] == pytest.approx(gap, rel=0.01, abs=0.02)
    assert found["unit"].tolist() == ["m"]
    assert found["note"].tolist() == ["R01"]
    assert found.geometry.iloc[0].equals(shapely.get_point(frame.geometry.iloc[1], -1))


def test_how_near_is_near_is_the_callers_choice():
    frame = zoo.axes([zoo.STRAIGHT, zoo.line((500, 800), (500, 60))])
    assert rl.check(frame, AXES).empty
    assert rl.check(frame, AXES, snap_m=100.0)["code"].tolist() == ["undershoot"]


def test_an_end_that_is_connected_may_pass_close_to_a_third_axis():
    near = zoo.line((560, 700), (503, 0))
    assert rl.check(zoo.axes([zoo.STRAIGHT, zoo.line((500, 800), (500, 0)), near]), AXES).empty


def test_a_side_arm_that_leaves_the_river_and_stops_short_of_it_is_no_overshoot():
    arm = zoo.line((100, 0), (300, 200), (500, 2))
    found = rl.check(zoo.axes([zoo.STRAIGHT, arm]), AXES)
    assert found[["code", "value"]].to_numpy().tolist() == [["undershoot", 2.0]]


def test_levees_are_no_network():
    frame = _levees(levee_id=["D1", "D2"]).assign(geometry=_network("tiny gap").geometry)
    assert rl.check(frame, LEVEES).empty


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"name": "清水河"}, ["pseudo-node"]),
        ({"name": "清水河", "rank": "main", "chief": "甲"}, ["pseudo-node"]),
        ({"name": "清水河", "start_chainage_m": [0.0, 500.0]}, ["pseudo-node"]),
        ({"name": "清水河", "chief": ["甲", "乙"]}, []),
        ({"name": "清水河", "width_m": [30.0, 45.0]}, []),
        ({"name": ""}, []),
        ({"name": None}, []),
        ({"name": ["清水河", ""]}, []),
    ],
)
def test_a_pseudo_node_joins_two_reaches_that_nothing_tells_apart(columns, expected):
    found = rl.check(_reaches(**columns), AXES)
    assert found["code"].tolist() == expected
    if expected:
        assert found[["feature_id", "note"]].to_numpy().tolist() == [["R01", "R02"]]
        assert found.geometry.iloc[0] == Point(zoo.X + 500, zoo.Y)


@pytest.mark.parametrize("third", [zoo.line((500, 0), (500, 900)), zoo.line((500, -900), (500, 900))])
def test_a_node_that_a_third_axis_reaches_or_passes_is_a_confluence(third):
    frame = zoo.axes([*_reaches().geometry, third], name=["清水河", "清水河", "白溪"])
    assert rl.check(frame, AXES).empty


@pytest.mark.parametrize("name", ["nearly duplicate", "duplicate, reversed"])
def test_a_river_digitised_twice_is_one_fault_and_no_pseudo_nodes(name):
    case = next(case for case in zoo.NETWORKS if case.name == name)
    apart, same = (rl.check(zoo.axes(case.features, name=names), AXES) for names in ("", "清水河"))
    assert set(same["code"]) == set(apart["code"]) == set(case.codes)
    onward = zoo.axes([*case.features[:1], zoo.line((100, 0), (200, 0))], name="清水河")
    assert rl.check(onward, AXES)["code"].tolist() == ["pseudo-node"]


def test_a_river_that_closes_on_itself_has_no_pseudo_node():
    assert "pseudo-node" not in rl.check(_axes("loop", name="护城河"), AXES)["code"].tolist()


def test_a_ring_is_named_in_the_words_that_demarcate_refuses_it_in(tmp_path):
    ring = _axes("loop", river_id="R1", name="护城河")
    refused = rl.demarcate(ring, county.rule_set(tmp_path)).faults
    columns = ["fault_id", "severity", "detail", "note"]
    assert rl.check(ring, AXES)[columns].to_numpy().tolist() == refused[columns].to_numpy().tolist()


# Where the layer lies.


def test_a_county_that_straddles_a_zone_is_no_fault_and_the_next_zone_is():
    frame = zoo.axes([zoo.line((140_000, 0), (180_000, 0))])
    assert rl.check(frame, AXES).empty, "the zone ends 143 km east of its meridian; 50 km more are usual"
    found = rl.check(zoo.axes([zoo.line((140_000, 0), (240_000, 0))]), AXES)
    assert found[["code", "severity"]].to_numpy().tolist() == [["beyond-area", "warning"]]
    assert found["value"].iloc[0] == pytest.approx(240 - 143.6, abs=1)


def test_the_distance_from_the_area_of_use_is_said_in_kilometres():
    found = rl.check(zoo.axes([LineString([(117.0, 10.0), (117.0, 10.1)])], crs="EPSG:4490"), AXES)
    assert found["value"].iloc[0] == pytest.approx((16.7 - 10.0) * 111.2, rel=0.01)
    assert found["unit"].tolist() == ["km"]
    assert found.geometry.iloc[0] == Point(117.0, 10.0)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4548", "EPSG:4527"])
def test_swapped_axes_are_told_from_a_wrong_place(crs):
    frame = _axes("bend").to_crs(crs)
    swapped = frame.assign(geometry=shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])).set_crs(crs)
    assert rl.check(swapped, AXES)["code"].tolist() == ["axis-order"]
    assert rl.check(frame, AXES).empty


def test_a_crs_without_a_known_area_is_held_to_the_world_only():
    local = "+proj=tmerc +lon_0=117.3 +x_0=500000 +ellps=GRS80 +units=m"
    frame = zoo.axes([zoo.STRAIGHT]).set_crs(local, allow_override=True)
    assert rl.check(frame, AXES).empty
    lost = zoo.axes([LineString([(5e8, 5e8), (5e8, 6e8)])], crs=local)
    assert rl.check(lost, AXES)["code"].tolist() == ["off-projection"]


def test_feet_are_feet():
    feet = "EPSG:2264"  # North Carolina, US survey feet
    river = LineString([(2_000_000, 600_000), (2_003_000, 600_000)])
    arm = LineString([(2_001_000, 602_000), (2_001_000, 600_010)])
    found = rl.check(zoo.axes([river, arm], crs=feet), AXES)
    assert found["code"].tolist() == ["undershoot"]
    assert found["value"].iloc[0] == pytest.approx(10 * 0.3048006, rel=1e-6)


def test_longitudes_beyond_the_date_line_are_on_earth():
    assert rl.check(zoo.axes([LineString([(239.0, 35.0), (239.1, 35.0)])], crs="EPSG:4326"), AXES).empty


def _pieces(xy):
    return zoo.axes([LineString(xy[k : k + 2]) for k in range(len(xy) - 1)])


@settings(max_examples=20, deadline=None)
@given(
    st.floats(1.0, 60.0),
    st.integers(2, 40),
    st.floats(0.0, np.pi),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([zoo.CRS, "EPSG:4490"]),
)
def test_a_river_of_sixty_kilometres_is_never_far_from_itself(length_km, vertices, turn, seed, pieces, crs):
    along = np.sort(np.random.default_rng(seed).uniform(0, length_km * 1000, vertices))
    along[[0, -1]] = 0, length_km * 1000
    xy = np.column_stack([zoo.X + along * np.cos(turn), zoo.Y + along * np.sin(turn)])
    frame = (_pieces(xy) if pieces else zoo.axes([LineString(xy)])).to_crs(crs)
    assert not rl.check(frame, AXES)["code"].isin(["far-away", "out-of-area", "axis-order"]).any()


def _scattered(seed, count, *, spread_km, at_km=(0.0, 0.0)):
    rng = np.random.default_rng(seed)
    return np.array([zoo.X, zoo.Y]) + 1000 * (np.array(at_km) + rng.uniform(-spread_km, spread_km, (count, 2)))


def _strokes(xy):
    return zoo.axes(shapely.linestrings(np.stack([xy, xy + np.array([300, 200])], axis=1)))


def test_two_counties_in_one_layer_are_both_at_home():
    xy = np.concatenate([_scattered(1, 60, spread_km=15), _scattered(2, 40, spread_km=15, at_km=(0, 400))])
    assert rl.check(_strokes(xy), AXES).empty


def test_a_crowded_city_in_a_wide_province_makes_nobody_a_stranger():
    xy = np.concatenate([_scattered(1, 900, spread_km=8), _scattered(2, 100, spread_km=140)])
    assert "far-away" not in set(rl.check(_strokes(xy), AXES)["code"])


def test_few_rivers_have_no_outlier():
    assert rl.check(_strokes(np.array([[zoo.X, zoo.Y], [zoo.X, zoo.Y + 5e3], [zoo.X, zoo.Y + 4e5]])), AXES).empty


@pytest.mark.parametrize("crs", [zoo.CRS, "EPSG:4490"])
def test_one_vertex_with_a_wrong_digit_is_far_away_and_shown(crs):
    xy = np.column_stack([zoo.X + np.arange(0.0, 3000.0, 100.0), np.full(30, zoo.Y)])
    xy[7, 1] += 500_000
    found = rl.check(zoo.axes([LineString(xy)]).to_crs(crs), AXES)
    assert found["code"].tolist() == ["far-away"]
    assert found["value"].iloc[0] == pytest.approx(500, rel=0.01)
    assert found.to_crs(zoo.CRS).geometry.iloc[0].distance(Point(xy[7])) < 0.01


# The laws.

CASES = [*zoo.LINES, *zoo.NETWORKS, *zoo.POLYGONS]
ROW = st.tuples(
    st.sampled_from(CASES).map(lambda case: case.features[0]),
    st.sampled_from(["R1", "R2", "R1/x", "", None, " R1"]),
    st.sampled_from(["清水河", "", None]),
    st.sampled_from([12.5, np.nan, np.inf, "12.5", "约12", None]),
    st.sampled_from(["2024-05-06", "03/04/2024", None]),
)


def _frame(rows, crs=zoo.CRS):
    drawn, keys, names, widths, days = zip(*rows, strict=True)
    data = {"river_id": list(keys), "name": list(names), "width_m": list(widths), "remark": list(days)}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(list(drawn), crs=crs), crs=crs)


def _content(found):
    return found.to_wkb(hex=True).astype("str").fillna("-").to_numpy().tolist()


laws = settings(max_examples=15, deadline=None)


@laws
@given(st.lists(ROW, min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_fault(rows, random):
    frame = _frame(rows)
    order = list(range(len(frame)))
    random.shuffle(order)
    first, shuffled = rl.check(frame, AXES), rl.check(frame.iloc[order], AXES)
    assert shuffled["fault_id"].tolist() == first["fault_id"].tolist()
    places = ["code", "feature_id", "detail", "value"]
    assert shuffled[places].equals(first[places])


@laws
@given(st.lists(ROW, min_size=1, max_size=9))
def test_checking_changes_nothing_and_says_the_same_twice(rows):
    frame = _frame(rows)
    before = frame.copy(deep=True)
    first = rl.check(frame, AXES)
    assert _content(rl.check(frame, AXES)) == _content(first)
    pd.testing.assert_frame_equal(frame.to_wkb(), before.to_wkb())
    assert frame.crs == before.crs
    assert frame.attrs == before.attrs


@laws
@given(st.lists(ROW, min_size=1, max_size=9))
def test_faults_conform_have_unique_ids_and_no_faults_of_their_own(rows):
    found = rl.check(_frame(rows), AXES)
    assert found["fault_id"].is_unique
    assert found.dtypes.equals(schema.FAULTS.empty(zoo.CRS).dtypes)
    assert set(found["code"]) <= set(faults.CATALOGUE)
    assert rl.check(found, schema.FAULTS).empty


@laws
@given(st.lists(ROW, min_size=1, max_size=9))
def test_what_has_no_geometry_to_use_is_always_reported(rows):
    frame = _frame(rows)
    found = rl.check(frame, AXES)
    codes = ["geometry-missing", "geometry-empty", "geometry-infinite"]
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(shapely.bounds(frame.geometry.to_numpy())).all(axis=1)
    assert found["code"].isin(codes).sum() >= (~finite).sum()


@laws
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=12),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=6),
)
def test_no_polygon_is_too_odd_to_check(shell, hole):
    polygon = Polygon(zoo.ring(*shell), [zoo.ring(*hole)])
    found = rl.check(zoo.water([polygon]), WATER)
    assert polygon.is_valid or found["code"].isin(["invalid", "zero-area"]).any()


@laws
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=12))
def test_no_line_is_too_odd_to_check(vertices):
    line = zoo.line(*vertices)
    found = rl.check(zoo.axes([line]), AXES)
    assert ("river-not-done" in set(found["code"])) == (line.is_closed and line.length > 0)
    codes = set(found["code"]) - {"repeated-vertices", "river-not-done"}
    assert codes == ({"zero-length"} if line.length == 0 else set() if line.is_simple else {"self-crossing"})
    places = found.geometry[found["code"] == "self-crossing"]
    assert (places.distance(line) < 1e-6).all()


# Real data.


def _first_names(found):
    return found["code"].value_counts().to_dict()


@pytest.mark.real
@pytest.mark.parametrize("part", ["cl", "lb", "rb"])
@pytest.mark.parametrize("day", ["19870701", "20170804"])
def test_a_northern_zone_with_negative_northings_is_out_of_its_area(real_data, part, day):
    raw = gpd.read_file(real_data / "banks_amazon" / "purus" / f"{day}_{part}.shp")
    frame = raw.assign(river_id="purus", name="Purus")
    assert frame.crs.to_epsg() == 32619
    found = rl.check(frame, AXES)
    assert found["code"].tolist() == ["out-of-area"]
    assert 850 < found["value"].iloc[0] < 900, "at 8 degrees south"
    southern = frame.assign(geometry=frame.translate(yoff=10_000_000)).set_crs(32719, allow_override=True)
    found = rl.check(southern, AXES)
    assert found["code"].tolist() == ["beyond-area"], "the river runs on into the next zone"
    assert rl.check(frame.to_crs(4326), AXES).empty


@pytest.mark.real
def test_the_rivers_of_china_have_right_names_pseudo_nodes_and_rings(real_data):
    raw = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4l.shp", encoding="gbk")
    frame = AXES.conform(raw.rename(columns={"HYD1_4M_": "river_id", "NAME": "name"}))
    with pytest.raises(rl.CRSError, match="set_crs"):
        rl.check(frame, AXES)
    found = rl.check(frame.set_crs("EPSG:4490"), AXES)
    assert set(found["code"]) == {"pseudo-node", "river-not-done"}
    rings = found["code"] == "river-not-done"
    assert sorted(found["feature_id"][rings]) == sorted(frame["river_id"][frame.geometry.is_closed]), (
        "lakes drawn as lines"
    )
    found = found[~rings]
    # Nothing in the file tells the two pieces apart, the columns that the check did not know included.
    told = frame.set_index("river_id")[["name", "GBCODE", "LEVEL_RIVE", "LEVEL_LAKE"]]
    assert told.loc[found["feature_id"]].reset_index(drop=True).equals(told.loc[found["note"]].reset_index(drop=True))
    assert {"黄河", "长江"} <= set(frame["name"])


@pytest.mark.real
def test_the_lakes_of_china_are_sound(real_data):
    raw = gpd.read_file(real_data / "china_gbk_rivers" / "hyd1_4p.shp", encoding="gbk").set_crs("EPSG:4490")
    frame = raw.rename(columns={"HYD1_4M_": "water_id"}).assign(river_id="", kind="lake")
    assert rl.check(WATER.conform(frame), WATER).empty


@pytest.mark.real
def test_real_rivers_in_degrees_and_in_metres_have_the_same_dangles(real_data):
    raw = gpd.read_file(real_data / "levees_kern" / "rivers_kern.geojson")
    frame = raw.assign(river_id=[f"R{k:02d}" for k in range(len(raw))])
    degrees, metres = (rl.check(each, AXES, snap_m=100.0) for each in (frame, frame.to_crs(32611)))
    assert _first_names(degrees) == {"pseudo-node": 41, "overshoot": 4, "undershoot": 1}
    assert metres["fault_id"].tolist() == degrees["fault_id"].tolist()
    np.testing.assert_allclose(metres["value"], degrees["value"], rtol=0.01)


@pytest.mark.real
def test_real_levees_lack_nothing_but_their_river(real_data):
    raw = gpd.read_file(real_data / "levees_kern" / "levees_kern.geojson")
    keys = [f"L{k:02d}" for k in range(len(raw))]
    frame = raw.assign(levee_id=keys, river_id="", feature="crest", name=raw["SEGMENT_NAME"])
    assert _first_names(rl.check(frame, LEVEES)) == {"river-blank": len(raw)}
    assert _first_names(rl.check(frame.to_crs(32611), LEVEES)) == {"river-blank": len(raw)}


@pytest.mark.real
def test_a_real_directed_network_is_clean_and_its_breaks_are_found(real_data):
    raw = gpd.read_file(real_data / "river_net_methow" / "MethowSubBasin.shp")
    frame = raw.assign(river_id=raw["GridID"].astype(int).astype("str"), name="")
    assert rl.check(frame, AXES).empty
    moved = frame.geometry.to_numpy().copy()
    mouth = np.array(moved[3].coords)
    mouth[-1] += [2.0, 2.0]
    moved[3] = LineString(mouth)
    broken = rl.check(frame.assign(geometry=moved), AXES)
    assert set(broken["code"]) <= {"undershoot", "overshoot"}
    assert frame["river_id"].iloc[3] in set(broken["feature_id"])


def test_a_level_given_by_chainage_needs_no_geometry() -> None:
    levels = gpd.GeoDataFrame(
        {"level_id": ["H1", "H2"], "river_id": "R1", "chainage_m": [0.0, None], "level_m": 3.0, "basis": "design"},
        geometry=[None, None],
        crs=4490,
    )
    found = rl.check(levels, schema.FLOOD_LEVELS)
    assert found.loc[found["code"] == "geometry-missing", "feature_id"].tolist() == ["H2"]
