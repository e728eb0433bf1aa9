"""Problems put on their rivers: named, inside an extent, nearest, too near to two, too far; segments, units, chiefs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl

CRS = 4548
X, Y = 500_000.0, 3_500_000.0


def line(*xy):
    return shapely.LineString([(X + x, Y + y) for x, y in xy])


AXES = gpd.GeoDataFrame(
    {"river_id": ["R1", "R2"], "name": ["甲河", "乙河"], "start_chainage_m": [1000.0, 0.0]},
    geometry=[line((0, 0), (5000, 0), (10_000, 0)), line((5000, 4000), (5000, 0))],
    crs=CRS,
)


def problems(*xy, **columns):
    frame = {"problem_id": [f"P{k}" for k in range(len(xy))], **columns}
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(X + x, Y + y) for x, y in xy], crs=CRS)


def told(attached):
    return dict(zip(attached.faults["feature_id"], attached.faults["code"], strict=True))


def test_the_nearest_river_gives_bank_and_chainage():
    made = rl.attach(problems((100, -30), (5030, 2000), (200, 10)), AXES)
    assert made.problems["river_id"].tolist() == ["R1", "R2", "R1"]
    assert made.problems["bank"].tolist() == ["right", "left", "left"]
    assert made.problems["chainage_m"].tolist() == [1100.0, 2000.0, 1200.0]
    assert made.faults.empty
    assert repr(made) == "Attached(3 of 3 problems on a river, 0 faults)"


def test_at_a_confluence_and_far_away_no_river_is_named():
    places = problems((5050, 45), (5050, 200), (0, 8000), (-700, 0))
    made = rl.attach(places, AXES, far_m=700, margin_m=10)
    assert made.problems["river_id"].tolist() == ["", "R2", "", "R1"]
    assert told(made) == {"P0": "river-ambiguous", "P2": "river-far"}
    assert made.problems["chainage_m"].isna().tolist() == [True, False, True, False]
    ambiguous = made.faults.set_index("feature_id").loc["P0"]
    assert ambiguous["note"] == "R1, R2"
    assert ambiguous["value"] == pytest.approx(5.0)
    # Farther apart than the margin: the nearer one.
    assert rl.attach(places, AXES, far_m=700, margin_m=4.9).problems["river_id"].tolist()[0] == "R1"


def test_a_river_that_is_named_holds_and_one_without_an_axis_is_told():
    made = rl.attach(problems((5050, 45), (100, 0), (9000, 9000), river_id=["R2", "R9", "R1"]), AXES, far_m=100)
    assert made.problems["river_id"].tolist() == ["R2", "R9", "R1"]
    assert made.problems["chainage_m"].tolist()[::2] == [3955.0, 10_000.0]
    assert told(made) == {"P1": "river-unknown"}


def test_inside_the_extent_of_one_river_it_is_that_rivers():
    extents = gpd.GeoDataFrame(
        {"extent_id": ["E1", "E2"], "river_id": ["R1", "R2"], "name": "", "kind": "management", "area_m2": 0.0,
         "left_length_m": 0.0, "right_length_m": 0.0, "axis_length_m": 0.0, "clearance_m": 0.0, "rules": "x",
         "version": "1"},
        geometry=[shapely.box(X, Y - 100, X + 10_000, Y + 400), shapely.box(X + 4900, Y, X + 5100, Y + 4000)],
        crs=CRS,
    )  # fmt: skip
    places = problems((5300, 350), (5050, 45), (5050, 1000))
    assert rl.attach(places, AXES).problems["river_id"].tolist() == ["R2", "", "R2"]
    made = rl.attach(places, AXES, extents=extents)
    assert made.problems["river_id"].tolist() == ["R1", "", "R2"]
    assert told(made) == {"P1": "river-ambiguous"}


def test_segments_units_and_chiefs_of_every_level():
    segments = rl.split_axes(AXES, length_m=1000)
    admin = gpd.GeoDataFrame(
        {"admin_id": ["1", "2"], "name": ["清水县", "河口镇"]},
        geometry=[
            shapely.box(X - 100, Y - 500, X + 20_000, Y + 9000),
            shapely.box(X - 100, Y - 500, X + 1500, Y + 500),
        ],
        crs=CRS,
    )
    rows = [("C1", "R1", "county", "县长", 1000, 11_000, None), ("T1", "R1", "township", "镇长", 1000, 3000, None),
            ("V1", "R1", "village", "左村", 1000, 3000, "left"), ("V2", "R1", "village", "右村", 1000, 3000, "right"),
            ("T2", "R1", "township", "另一镇长", 2500, 4000, None)]  # fmt: skip
    names = ["chief_id", "river_id", "level", "name", "start_chainage_m", "end_chainage_m", "bank"]
    chiefs = gpd.GeoDataFrame(rows, columns=names, geometry=[line((0, 0), (1, 0))] * len(rows), crs=CRS)
    made = rl.attach(
        problems((1000, 20), (1200, -20), (1800, 5), (5000, 3000)), AXES, segments=segments, admin=admin, chiefs=chiefs
    )
    rows = made.problems
    assert rows["segment_id"].tolist() == ["R1/0002", "R1/0002", "R1/0002", "R2/0002"]
    assert rows["admin"].tolist() == ["河口镇", "河口镇", "清水县", "清水县"]
    assert rows["chief_county"].tolist() == ["县长", "县长", "县长", ""]
    assert rows["chief_township"].tolist() == ["镇长", "镇长", "镇长", ""]
    assert rows["chief_village"].tolist() == ["左村", "右村", "左村", ""]
    assert rows["chief_city"].tolist() == [""] * 4
    assert sorted(made.faults["code"]) == ["chief-lacking", "chiefs-overlap"]


def test_banks_and_levels_of_chiefs_are_read_by_what_people_call_them_and_strange_words_are_told():
    rows = [("V1", "R1", "村级", "左村", "1000", 3000, "左岸"), ("V2", "R1", "village", "右村", 1000, 3000, "右岸"),
            ("T1", "R1", "乡级", "镇长", 1000, 3000, "两岸"), ("C1", "R1", "county", "县长", 1000, 3000, "东岸"),
            ("C2", "R1", "片区", "片长", 1000, 3000, None)]  # fmt: skip
    names = ["chief_id", "river_id", "level", "name", "start_chainage_m", "end_chainage_m", "bank"]
    chiefs = gpd.GeoDataFrame(rows, columns=names, geometry=[line((0, 0), (1, 0))] * len(rows), crs=CRS)
    made = rl.attach(problems((1000, 20), (1200, -20)), AXES, chiefs=chiefs)
    assert made.problems["chief_village"].tolist() == ["左村", "右村"]
    assert made.problems["chief_township"].tolist() == ["镇长", "镇长"]
    assert made.problems["chief_county"].tolist() == ["", ""]
    strange = made.faults[made.faults["code"] == "value-choice"]
    assert sorted(strange["feature_id"]) == ["C1", "C2"]
    assert set(strange["layer"]) == {"chiefs"}


def test_every_row_comes_back_in_its_order_with_its_columns_and_nothing_is_changed():
    frame = problems((100, -30), (5050, 45), (0, 8000), 备注=["甲", "乙", "丙"])
    frame.loc[len(frame)] = {"problem_id": "P3", "备注": "丁", "geometry": None}
    before = frame.copy(deep=True)
    made = rl.attach(frame, AXES)
    assert frame.equals(before)
    assert made.problems["备注"].tolist() == list("甲乙丙丁")
    assert told(made)["P3"] == "problem-placeless"
    assert rl.attach(frame.iloc[:0], AXES).problems.empty
    areas = frame.iloc[:1].set_geometry(frame.iloc[:1].buffer(5))
    assert rl.attach(areas, AXES).problems["river_id"].tolist() == ["R1"]
    with pytest.raises(rl.SchemaError, match="不能小于零"):
        rl.attach(frame, AXES, far_m=-1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(1, 600), st.floats(0, 200))
def test_doubt_is_what_a_full_table_of_distances_says(seed, far, margin):
    generator = np.random.default_rng(seed)
    steps = generator.normal((40, 0), 60, (6, 40, 2))
    lines = [shapely.LineString(np.cumsum(each, axis=0) + np.array([X, Y + 300 * k])) for k, each in enumerate(steps)]
    axes = gpd.GeoDataFrame({"river_id": list("ABCABC"), "name": ""}, geometry=lines, crs=CRS)
    xy = generator.uniform((0, -300), (1600, 2100), (40, 2))
    made = rl.attach(problems(*xy), axes, far_m=far, margin_m=margin)
    table = np.array([[shapely.distance(p, each) for each in lines] for p in made.problems.geometry])
    by_river = np.sort(np.stack([table[:, [k, k + 3]].min(axis=1) for k in range(3)], axis=1), axis=1)
    clear = (by_river[:, 0] <= far) & (by_river[:, 1] - by_river[:, 0] > margin)
    doubtful = np.isclose(by_river[:, 0], far) | np.isclose(by_river[:, 1] - by_river[:, 0], margin)
    named = (made.problems["river_id"] != "").to_numpy()
    assert (named == clear)[~doubtful].all()
    assert pd.Series(made.problems["river_id"]).isin(["A", "B", "C", ""]).all()
