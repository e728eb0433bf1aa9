"""Laws of screening on random features: nothing lost, permits only subtract, order and motion do not matter."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import held
import riverline as rl
from cadastre import CRS, EAST, NORTH
from held import box, line, things

fast = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))
metres = st.integers(-150, 1150)
sizes = st.integers(1, 120)
heights = st.integers(-180, 180)
boxes = st.tuples(metres, heights, sizes, sizes).map(lambda v: box(v[0], v[1], v[0] + v[2], v[1] + v[3]))
roads = st.tuples(metres, heights, metres, heights).map(lambda v: line(v[:2], (v[2] + 0.5, v[3])))
points = st.tuples(metres, heights).map(lambda v: shapely.Point(EAST + v[0], NORTH + v[1]))
bow = shapely.Polygon([(EAST, NORTH), (EAST + 50, NORTH + 50), (EAST + 50, NORTH), (EAST, NORTH + 50)])
bad = st.sampled_from([None, shapely.Polygon(), bow])
anything = st.lists(st.one_of(boxes, roads, points, bad), min_size=1, max_size=14)
tolerances = st.sampled_from([0.0, 2.0, 15.0])
REGION = shapely.Polygon(box(0, -100, 1000, 100).exterior, [box(420, -30, 520, 40).exterior])


def screened(shapes, **keywords):
    return rl.screen(things(*shapes), held.drawn(REGION), axes=held.axes(), **keywords)


@given(anything, tolerances)
@fast
def test_every_feature_is_a_suspect_or_a_fault_or_counted_as_outside(shapes, tolerance):
    found = screened(shapes, tolerance_m=tolerance)
    rows = set(found.suspects["feature_id"])
    errors = set(found.faults.loc[found.faults["severity"] == "error", "feature_id"])
    outside = found.faults.loc[found.faults["code"] == "features-not-inside", "value"].sum()
    assert not rows & errors
    assert len(rows) + len(errors) + outside == len(shapes)
    assert found.suspects["suspect_id"].is_unique
    inside = set(found.suspects.loc[found.suspects["position"] != "near", "feature_id"])
    usable = things(*shapes).set_index("feature_id").geometry.drop(list(errors))
    met = usable[usable.intersects(REGION)]
    shared = met.intersection(REGION)
    assert inside == set(met.index[shapely.get_dimensions(shared.array) == shapely.get_dimensions(met.array)])


@given(anything, tolerances)
@fast
def test_figures_are_within_what_they_are_of(shapes, tolerance):
    rows = screened(shapes, tolerance_m=tolerance).suspects
    assert rows["confidence"].between(0.0, 1.0).all()
    assert rows["share_inside"].between(0.0, 1.0).all()
    assert (rows["inside_m2"] <= rows["area_m2"] + 0.01).all()
    assert (rows["counted_m2"] <= rows["inside_m2"]).all()
    near = rows["position"] == "near"
    assert (rows.loc[near, "intrusion_m"] <= 0.0).all()
    assert (rows.loc[near, "intrusion_m"] >= -tolerance - 0.01).all()
    assert (rows.loc[near, "confidence"] <= 0.5).all()
    assert (rows.loc[~near, "confidence"] >= 0.5).all()
    assert (rows.loc[~near, "intrusion_m"] <= 100.0).all()


@given(st.lists(boxes, min_size=1, max_size=10))
@fast
def test_areas_inside_of_disjoint_features_are_no_more_than_the_extent(shapes):
    parts = shapely.get_parts(shapely.union_all(shapes))
    found = screened(parts.tolist())
    assert shapely.area(REGION) * 1.0001 >= found.suspects["inside_m2"].sum()
    lengths = found.sums.set_index("bank")["shoreline_m"]
    assert (lengths[lengths.index.notna()] <= 1000.0 + 1e-6).all()


@given(anything, st.lists(boxes, max_size=3), boxes, st.booleans())
@fast
def test_another_permit_never_adds_a_suspect_nor_raises_what_is_counted(shapes, before, another, valid):
    last = "2030-01-01" if valid else "2020-01-01"
    first = held.permits(*before, valid_to=["2030-01-01"] * len(before)) if before else None
    more = held.permits(*before, another, valid_to=[*["2030-01-01"] * len(before), last])
    old, new = (screened(shapes, permits=each, on="2026-01-01").suspects for each in (first, more))
    assert old["suspect_id"].tolist() == new["suspect_id"].tolist()
    assert (new["counted_m2"] <= old["counted_m2"] + 0.005).all()
    assert (new["is_counted"] <= old["is_counted"]).all()
    assert old["inside_m2"].tolist() == new["inside_m2"].tolist()
    if not valid:
        assert old["counted_m2"].tolist() == new["counted_m2"].tolist()


@given(anything, st.randoms(use_true_random=False), tolerances)
@fast
def test_the_order_of_rows_does_not_matter_and_no_input_is_changed(shapes, random, tolerance):
    frame = things(*shapes)
    before = frame.copy(deep=True)
    order = list(range(len(frame)))
    random.shuffle(order)
    one, other = (
        rl.screen(each, held.drawn(REGION), axes=held.axes(), tolerance_m=tolerance)
        for each in (frame, frame.iloc[order])
    )
    assert_geodataframe_equal(frame, before)
    assert_geodataframe_equal(one.suspects, other.suspects)
    assert_frame_equal(one.sums, other.sums)
    assert one.faults["fault_id"].tolist() == other.faults["fault_id"].tolist()


FIGURES = ["intrusion_m", "shoreline_m", "chainage_m", "axis_m", "share_inside"]


@given(anything, st.floats(-3.0, 3.0))
@fast
def test_turning_the_map_turns_the_result(shapes, turn):
    def turned(frame):
        return frame.set_geometry(frame.geometry.rotate(turn, origin=(EAST, NORTH), use_radians=True))

    drawn = held.drawn(REGION)
    moved = rl.Demarcation(turned(drawn.lines), turned(drawn.extents), drawn.faults, drawn.rules, drawn.run)
    # A hair is moved off the line by turning, so features have none of their edges on it.
    frame = things(*shapes)
    frame["geometry"] = [
        None if shape is None else shapely.affinity.translate(shape, 0.13, 0.17) for shape in frame.geometry
    ]
    one = rl.screen(frame, drawn, axes=held.axes()).suspects
    other = rl.screen(turned(frame), moved, axes=turned(held.axes())).suspects
    assert one[["suspect_id", "bank", "position"]].equals(other[["suspect_id", "bank", "position"]])
    np.testing.assert_allclose(one[FIGURES].to_numpy(), other[FIGURES].to_numpy(), atol=0.11)


@given(st.lists(boxes, min_size=1, max_size=10))
@fast
def test_reversing_the_axis_swaps_the_banks_and_mirrors_the_chainage(shapes):
    backwards = held.axes()
    backwards["geometry"] = shapely.reverse(backwards.geometry.array)
    one, other = (
        rl.screen(things(*shapes), held.valley(REGION), axes=each).suspects for each in (held.axes(), backwards)
    )
    middle = one["bank"].isna()
    swapped = one["bank"].map({"left": "right", "right": "left"})
    assert swapped[~middle].tolist() == other["bank"][~middle].tolist()
    np.testing.assert_allclose(one["chainage_m"], 1000.0 - other["chainage_m"], atol=0.11)
    same = ["inside_m2", "intrusion_m", "shoreline_m", "axis_m"]
    np.testing.assert_allclose(one[same], other[same], atol=0.11)


def test_many_rivers_give_what_each_gives_alone():
    regions = [box(0, 300 * n - 100, 1000, 300 * n + 100) for n in range(7)]
    random = np.random.default_rng(4)
    shapes = [box(x, y, x + 20, y + 20) for x, y in random.uniform([0, -150], [1000, 2000], (200, 2))]
    extents, frame = held.valley(regions), things(*shapes)
    axes = pd.concat([held.axes(f"R{n + 1}", y=300 * n) for n in range(7)], ignore_index=True)
    together = rl.screen(frame, extents, axes=axes, tolerance_m=3.0).suspects
    alone = [rl.screen(frame, extents.iloc[[n]], axes=axes, tolerance_m=3.0).suspects for n in range(7)]
    parts = gpd.GeoDataFrame(pd.concat(alone, ignore_index=True), crs=CRS)
    assert_geodataframe_equal(together, parts.sort_values(["river_id", "suspect_id"], ignore_index=True))
