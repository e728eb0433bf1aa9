"""Where points stand along rivers: closed forms, laws of frames, refusals."""

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
EAST, NORTH = 500_000.0, 3_500_000.0


def axes_of(*lines, **columns):
    frame = {"river_id": [f"R{i}" for i in range(1, len(lines) + 1)], "name": ["清水河"] * len(lines), **columns}
    return gpd.GeoDataFrame(frame, geometry=[shapely.LineString(line) for line in lines], crs=CRS)


def points_of(*places, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(place) for place in places], crs=CRS)


TWO = axes_of([(EAST, NORTH), (EAST + 1000, NORTH)], [(EAST, NORTH + 500), (EAST + 1000, NORTH + 500)])
FOUR = points_of(
    (EAST + 100, NORTH - 20),
    (EAST + 200, NORTH + 30),
    (EAST + 300, NORTH + 490),
    (EAST + 400, NORTH),
    what=["weir", "stake", "wharf", "gauge"],
)


def test_the_nearest_axis_gives_river_chainage_offset_and_bank():
    found = rl.locate(FOUR, TWO)
    assert found["river_id"].tolist() == ["R1", "R1", "R2", "R1"]
    assert found["chainage_m"].tolist() == [100, 200, 300, 400]
    assert found["offset_m"].tolist() == [20, -30, 10, 0]
    assert found["bank"].fillna("").tolist() == ["right", "left", "right", ""]
    assert found["what"].tolist() == FOUR["what"].tolist()
    assert found.columns[-1] == "geometry"


def test_a_named_river_holds_however_far():
    found = rl.locate(FOUR.assign(river_id=["R2", "R1", "R9", None]), TWO, by="river_id")
    assert found["offset_m"].tolist()[:2] == [520, -30]
    assert found["river_id"].fillna("").tolist() == ["R2", "R1", "R9", ""]
    assert found["chainage_m"].isna().tolist() == [False, False, True, True]
    assert found["bank"].isna().tolist() == [False, False, True, True]


def test_chainage_begins_where_the_axis_says():
    axes = TWO.assign(start_chainage_m=[12_000.0, np.nan])
    assert rl.locate(FOUR, axes)["chainage_m"].tolist() == [12_100, 12_200, 300, 12_400]


def test_points_in_another_crs_are_brought_to_that_of_the_axes():
    found = rl.locate(FOUR.to_crs(4490), TWO)
    assert found.crs == TWO.crs
    assert np.allclose(found["offset_m"], [20, -30, 10, 0], atol=1e-3)


def test_what_has_no_place_stays_a_row_without_numbers():
    points = points_of((EAST, NORTH), (EAST, NORTH + 1), what=[1, 2])
    points.loc[0, "geometry"] = None
    found = rl.locate(points, TWO)
    assert found["chainage_m"].isna().tolist() == [True, False]
    assert found["river_id"].isna().tolist() == [True, False]
    none = rl.locate(points, TWO.iloc[:0])
    assert none["chainage_m"].isna().all()
    assert none["river_id"].isna().all()


def test_an_empty_frame_gives_an_empty_one_with_the_columns():
    found = rl.locate(FOUR.iloc[:0], TWO)
    assert len(found) == 0
    assert {"river_id", "chainage_m", "offset_m", "bank"} <= set(found.columns)
    assert found["chainage_m"].dtype == "float64"


def test_inputs_stay_as_they_are_and_row_order_does_not_matter():
    points, axes = FOUR.copy(), TWO.copy()
    found = rl.locate(points, axes)
    pd.testing.assert_frame_equal(points, FOUR)
    pd.testing.assert_frame_equal(axes, TWO)
    turned = rl.locate(points.iloc[::-1], axes.iloc[::-1])
    pd.testing.assert_frame_equal(turned.sort_index(), found)


def test_a_tie_between_rivers_goes_to_the_first_code_whatever_the_order_of_rows():
    middle = points_of((EAST + 100, NORTH + 250))
    for axes in (TWO, TWO.iloc[::-1]):
        assert rl.locate(middle, axes)["river_id"].tolist() == ["R1"]


def test_wrong_calls_raise_once_with_everything():
    polygons = FOUR.set_geometry(FOUR.buffer(5))
    with pytest.raises(rl.SchemaError) as caught:
        rl.locate(polygons, TWO, by="river_id")
    assert "representative_point" in caught.value.en
    assert 'by="nearest"' in caught.value.en
    with pytest.raises(rl.CRSError):
        rl.locate(FOUR, TWO.to_crs(4490))
    with pytest.raises(rl.CRSError):
        rl.locate(FOUR.set_crs(None, allow_override=True), TWO)
    with pytest.raises(rl.SchemaError, match="river_id"):
        rl.locate(FOUR, TWO.drop(columns="river_id"))


@settings(max_examples=25, deadline=None)
@given(
    chainage=st.floats(1, 999),
    offset=st.floats(-200, 200).filter(lambda value: abs(value) > 1e-3),
)
def test_reversing_the_axis_swaps_the_bank_and_mirrors_the_chainage(chainage, offset):
    point = points_of((EAST + chainage, NORTH - offset))
    axes = TWO.iloc[:1]
    there, back = rl.locate(point, axes).iloc[0], rl.locate(point, axes.assign(geometry=axes.reverse())).iloc[0]
    assert back["chainage_m"] == pytest.approx(1000 - there["chainage_m"], abs=1e-6)
    assert back["offset_m"] == pytest.approx(-there["offset_m"], abs=1e-6)
    assert {there["bank"], back["bank"]} == {"left", "right"}
