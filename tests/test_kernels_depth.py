"""Depths against closed forms and a dense sample; windows against the whole region."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, box

from riverline._kernels.areas.cutting import cut
from riverline._kernels.areas.depth import TOLERANCE_M, depths, feet_on
from riverline._kernels.areas.windows import reach
from riverline._kernels.lines.ruler import Ruler

fast = settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate))
BANKS = Ruler([LineString([(0, 0), (1000, 0)]), LineString([(0, 40), (1000, 40)])])


def depth(shape, ruler=BANKS):
    return float(depths(np.array([shape], dtype=object), ruler)[0])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (box(10, 0, 20, 8), 8.0),  # at a corner
        (box(10, 5, 20, 35), 20.0),  # on an edge, halfway between two banks
        (box(10, -1, 200, 41), 20.0),  # in the middle of an area, on a ridge 190 m long
        (LineString([(10, 0), (30, 40)]), 20.0),  # in the middle of a line
        (LineString([(10, 2), (900, 2)]), 2.0),
        (Point(50, 13), 13.0),
        (MultiPoint([(50, 1), (60, 17)]), 17.0),
        (shapely.Polygon(box(10, 0, 60, 40).exterior, [box(15, 3, 55, 37).exterior]), 20.0),
    ],
)
def test_depths_of_shapes_whose_deepest_place_is_known(shape, expected):
    assert depth(shape) == pytest.approx(expected, abs=TOLERANCE_M)
    assert depth(shape) <= expected + 1e-9


def test_an_edge_across_a_corner_of_the_line_is_deepest_between_its_ends():
    # A line with a right angle: the diagonal is the ridge, and an edge that crosses it is deepest there.
    corner = Ruler([LineString([(0, 100), (0, 0), (100, 0)])])
    edge = LineString([(10, 50), (50, 10)])
    assert depth(edge, corner) == pytest.approx(30.0, abs=TOLERANCE_M)
    assert shapely.Point(10, 50).distance(LineString([(0, 100), (0, 0), (100, 0)])) == 10.0


@given(st.integers(0, 10_000))
@fast
def test_no_place_of_an_area_is_deeper_than_told(seed):
    random = np.random.default_rng(seed)
    along = np.linspace(0.0, 400.0, 90)
    swing = 30.0 * np.sin(along / 60.0)
    lines = [LineString(np.column_stack([along, swing + off + random.normal(0.0, 0.8, 90)])) for off in (35.0, -35.0)]
    width, height, x, y = *random.uniform(3.0, 90.0, 2), random.uniform(50.0, 300.0), random.uniform(-40.0, 10.0)
    shape = shapely.affinity.rotate(box(x, y, x + width, y + height), random.uniform(0.0, 90.0))
    grid = np.stack(np.meshgrid(*(np.linspace(*shape.bounds[k::2], 60) for k in (0, 1))), axis=-1).reshape(-1, 2)
    places = shapely.points(grid)
    places = places[shapely.covers(shape, places)]
    told, sampled = depth(shape, Ruler(lines)), shapely.distance(places, shapely.MultiLineString(lines))
    assert sampled.max() <= told + max(TOLERANCE_M, 5e-4 * told)
    # It is the distance of some place: no place can be deeper than the nearest sampled one by more than it is away.
    assert told <= sampled.max() + 0.5 * np.hypot(*(np.ptp(grid, axis=0) / 59.0)) * 2.0


def test_feet_stand_on_the_first_of_several_nearest_places():
    feet = feet_on(np.array([(500.0, 20.0), (10.0, 39.0)]), BANKS)
    assert feet.segment.tolist() == [0, 1]
    assert feet.along.tolist() == [500.0, 10.0]
    assert feet.distance.tolist() == [20.0, 1.0]


shapes = st.lists(
    st.tuples(st.floats(-50, 450), st.floats(-150, 150), st.floats(0.1, 60), st.floats(0.1, 60)),
    min_size=1,
    max_size=300,
)


@given(shapes, st.sampled_from([0.0, 3.0]), st.sampled_from(["area", "line", "point"]))
@fast
def test_windows_find_what_the_whole_region_finds(rows, within, kind):
    along = np.linspace(0.0, 400.0, 500)
    swing = 40.0 * np.sin(along / 40.0)
    ring = np.concatenate([np.column_stack([along, swing + 60.0]), np.column_stack([along, swing - 60.0])[::-1]])
    region = shapely.Polygon(ring, [box(100, -20, 140, 20).exterior])
    made = np.array([box(x, y, x + w, y + h) for x, y, w, h in rows], dtype=object)
    if kind != "area":
        made = shapely.boundary(made) if kind == "line" else shapely.centroid(made)
    found, inside = reach(made, region, within_m=within)
    assert found.tolist() == np.flatnonzero(shapely.dwithin(region, made, within)).tolist()
    assert inside.tolist() == shapely.contains_properly(region, made[found]).tolist()
    dimension = {"area": 2, "line": 1, "point": 0}[kind]
    cut_rows, pieces = cut(made, region, dimension=dimension)
    whole = shapely.intersection(made, region)
    size = (shapely.get_num_coordinates, shapely.length, shapely.area)[dimension]
    there = np.zeros(len(made))
    there[cut_rows] = size(pieces)
    assert np.allclose(there, np.where(shapely.get_dimensions(whole) == dimension, size(whole), 0.0), atol=1e-6)
    assert set(shapely.get_dimensions(pieces).tolist()) <= {dimension}
