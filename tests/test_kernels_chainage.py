"""Chainage and offset: closed forms, laws, and shapely as the outside reference."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from riverline._kernels.lines import chainage as ch

CORNER = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0]])
HAIRPIN = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 5.0]])
TIDY = {"allow_nan": False, "allow_infinity": False, "width": 32}

coordinates = st.integers(-1000, 1000).map(float)
axes = (
    st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=12)
    .map(np.array)
    .filter(lambda axis: (np.diff(axis, axis=0) != 0).any())
)
clouds = hnp.arrays("float64", st.tuples(st.integers(1, 20), st.just(2)), elements=st.floats(-2000, 2000, **TIDY))


def wave(count=400, length=10_000.0, height=400.0):
    x = np.linspace(0, length, count)
    return np.column_stack([x, height * np.sin(x / 700)])


@pytest.mark.parametrize(
    ("point", "chainage", "offset"),
    [
        ((30, 0), 30, 0),
        ((100, 0), 100, 0),
        ((30, -4), 30, 4),
        ((30, 4), 30, -4),
        ((103, -4), 100, 5),
        ((-3, 4), 0, -5),
        ((-3, -4), 0, 5),
        ((-7, 0), 0, 7),
        ((103, 104), 200, 5),
        ((97, 104), 200, -5),
    ],
)
def test_points_at_a_right_angle_have_their_closed_form(point, chainage, offset):
    found = ch.locate([point], CORNER)
    assert found[0][0] == pytest.approx(chainage, abs=1e-12)
    assert found[1][0] == pytest.approx(offset, abs=1e-12)


def test_side_at_a_sharp_corner_is_that_of_the_outside():
    """Beyond the tip of a left-turning hairpin everything lies right, though one segment's own sign says left."""
    angle = np.linspace(-60, 60, 25)
    tip = np.array([100.0, 0.0])
    beyond = tip + 10 * np.column_stack([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    chainage, offset = ch.locate(beyond, HAIRPIN)
    assert np.allclose(chainage, 100)
    assert np.allclose(offset, 10)
    assert np.allclose(ch.locate(beyond, HAIRPIN[::-1])[1], -10)


def test_a_tie_goes_to_the_smaller_chainage():
    u_shape = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 20.0], [0.0, 20.0]])
    chainage, offset = ch.locate([[40.0, 10.0]], u_shape)
    assert (chainage[0], offset[0]) == (40.0, -10.0)
    index, chainage, _ = ch.locate_many([[5.0, 5.0]], shapely.linestrings([[[0, 0], [10, 0]], [[0, 10], [10, 10]]]))
    assert (index[0], chainage[0]) == (0, 5.0)


def test_a_closed_axis_has_its_start_at_chainage_zero():
    ring = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]])
    chainage, offset = ch.locate([[0.0, 0.0], [5.0, 5.0]], ring)
    assert chainage.tolist() == [0.0, 5.0]
    assert offset.tolist() == [0.0, -5.0]


def test_repeated_vertices_and_z_change_nothing():
    doubled = np.column_stack([np.repeat(CORNER, 3, axis=0), np.full(9, 7.0)])
    points = np.array([[30.0, 5.0], [120.0, -7.0], [100.0, 0.0]])
    for ours, plain in zip(ch.locate(points, doubled), ch.locate(points, CORNER), strict=True):
        assert np.array_equal(ours, plain)
    assert np.array_equal(ch.position(doubled, [120.0]), [[100.0, 20.0]])


def test_what_cannot_be_located_is_nan():
    chainage, offset = ch.locate([[np.nan, 0.0], [1.0, 1.0]], CORNER)
    assert np.isnan(chainage[0])
    assert np.isnan(offset[0])
    assert chainage[1] == 1
    assert np.isnan(ch.locate([[0.0, 1.0]], [[5.0, 5.0], [5.0, 5.0]])[0]).all()
    index, chainage, _ = ch.locate_many([[0.0, 0.0]], [])
    assert index.tolist() == [-1]
    assert np.isnan(chainage).all()
    assert [len(each) for each in ch.locate_many([], [shapely.LineString(CORNER)])] == [0, 0, 0]


def test_distance_and_chainage_agree_with_shapely_on_a_river():
    axis, generator = wave(), np.random.default_rng(0)
    points = generator.uniform([-500, -1500], [10_500, 1500], (5000, 2))
    chainage, offset = ch.locate(points, axis)
    line, sites = shapely.LineString(axis), shapely.points(points)
    assert np.allclose(np.abs(offset), shapely.distance(line, sites), atol=1e-9)
    assert np.allclose(chainage, shapely.line_locate_point(line, sites), atol=1e-6)


def test_many_chunks_give_what_one_gives(monkeypatch):
    axis, points = wave(), np.random.default_rng(1).uniform(0, 10_000, (1000, 2))
    whole = ch.locate(points, axis)
    monkeypatch.setattr(ch, "_CHUNK", 37)
    assert all(np.array_equal(one, other) for one, other in zip(ch.locate(points, axis), whole, strict=True))


def test_nearest_axis_and_named_axis():
    lines = list(shapely.linestrings([[[0, 0], [100, 0]], [[0, 50], [100, 50]], [[0, 90], [100, 90]]]))
    points = [[10.0, 10.0], [20.0, 60.0], [30.0, 95.0]]
    index, chainage, offset = ch.locate_many(points, lines)
    assert index.tolist() == [0, 1, 2]
    assert chainage.tolist() == [10, 20, 30]
    assert offset.tolist() == [-10, -10, -5]
    chainage, offset = ch.locate_each(points, lines, [2, -1, 0])
    assert offset[[0, 2]].tolist() == [80, -95]
    assert np.isnan(chainage[1])
    assert [len(each) for each in ch.locate_each([], lines, [])] == [0, 0]


@given(axis=axes, points=clouds)
def test_offset_is_the_distance_and_the_nearest_place_is_at_the_chainage(axis, points):
    chainage, offset = ch.locate(points, axis)
    distance = shapely.distance(shapely.LineString(axis), shapely.points(points))
    assert np.allclose(np.abs(offset), distance, atol=1e-6)
    assert np.allclose(np.hypot(*(points - ch.position(axis, chainage)).T), distance, atol=1e-4)


@given(shares=hnp.arrays("float64", 30, elements=st.floats(0, 1, **TIDY)), offset=st.floats(-60, 60, **TIDY))
def test_locate_undoes_position_nearer_than_the_radius_of_bends(shares, offset):
    """The wave's smallest radius is 700² / 400 = 1225 m and its legs are far apart, so 60 m is off the medial axis."""
    axis = wave(4000)
    length = ch.vertex_chainages(axis)[-1]
    chainage, found = ch.locate(ch.position(axis, shares * length, offset), axis)
    assert np.allclose(found, offset, atol=0.01)
    assert np.allclose(chainage, shares * length, atol=0.3)  # a normal is that of the nearest of 2.5 m segments


@given(shares=hnp.arrays("float64", 20, elements=st.floats(0, 1, **TIDY)))
def test_positions_on_the_axis_come_back_with_offset_zero(shares):
    axis = wave(100)
    length = ch.vertex_chainages(axis)[-1]
    chainage, offset = ch.locate(ch.position(axis, shares * length), axis)
    assert np.allclose(offset, 0, atol=1e-9)
    assert np.allclose(chainage, shares * length, atol=2 * ch.VERTEX_TOLERANCE_M)


@given(points=clouds, angle=st.floats(0, 6.3), shift=st.tuples(*[st.floats(-1e6, 1e6, **TIDY)] * 2))
def test_turning_and_moving_the_map_changes_nothing(points, angle, shift):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    axis = wave(200)
    chainage, offset = ch.locate(points, axis)
    turned = ch.locate(points @ turn + shift, axis @ turn + shift)
    unique = _single_nearest(points, axis)
    assert np.allclose(turned[0][unique], chainage[unique], atol=1e-3)
    assert np.allclose(turned[1][unique], offset[unique], atol=1e-5)


@given(axis=axes, points=clouds)
def test_reversing_the_axis_mirrors_chainage_and_swaps_sides(axis, points):
    length = ch.vertex_chainages(axis)[-1]
    chainage, offset = ch.locate(points, axis)
    mirrored, swapped = ch.locate(points, axis[::-1])
    unique = _single_nearest(points, axis) & (np.abs(offset) > 1e-6)
    assert np.allclose(mirrored[unique], length - chainage[unique], atol=1e-3)
    inside = unique & (chainage > 1e-6) & (chainage < length - 1e-6) & ~_at_a_spike(axis, chainage)
    assert np.allclose(swapped[inside], -offset[inside], atol=1e-6)


def _single_nearest(points, axis):
    """Points whose nearest place is clearly nearer than every other place of the axis."""
    chainage, offset = ch.locate(points, axis)
    line = shapely.LineString(axis)
    gap = [
        shapely.distance(_without(line, at, 1.0), shapely.Point(point)) - abs(away) > 1e-3 * (1 + abs(away)) ** 0.5
        for point, at, away in zip(points, chainage, offset, strict=True)
    ]
    return np.array(gap)


def _without(line, chainage, reach):
    coords, length = shapely.get_coordinates(line), line.length
    ends = [(0.0, chainage - reach), (chainage + reach, length)]
    kept = [ch.cut(coords, start, end) for start, end in ends if end > start]
    return shapely.multilinestrings([shapely.LineString(each) for each in kept]) if kept else shapely.Point(1e12, 1e12)


def _at_a_spike(axis, chainage):
    """Where the axis turns straight back there is no side."""
    kept = axis[np.append(True, (np.diff(axis, axis=0) != 0).any(axis=1))]
    unit = np.diff(kept, axis=0) / np.hypot(*np.diff(kept, axis=0).T)[:, None]
    spikes = ch.vertex_chainages(kept)[1:-1][np.hypot(*(unit[1:] + unit[:-1]).T) < 1e-6]
    return (np.abs(chainage[:, None] - spikes[None, :]) < 1e-3).any(axis=1)


def test_direction_at_vertices_is_the_bisector_and_beyond_the_ends_that_of_the_end():
    found = ch.direction(CORNER, [-5.0, 0.0, 50.0, 100.0, 150.0, 200.0, 250.0])
    half = np.sqrt(0.5)
    assert np.allclose(found, [[1, 0], [1, 0], [1, 0], [half, half], [0, 1], [0, 1], [0, 1]])
    spike = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 0.0]])
    assert ch.direction(spike, [10.0]).tolist() == [[1.0, 0.0]]


def test_position_goes_on_straight_beyond_the_ends():
    assert ch.position(CORNER, [-5.0, 205.0], [1.0, 0.0]).tolist() == [[-5.0, -1.0], [100.0, 105.0]]


def test_position_at_a_vertex_is_the_vertex_to_the_last_bit():
    axis = wave(500) + np.array([39_412_345.678, 3_456_789.123])
    assert np.array_equal(ch.position(axis, ch.vertex_chainages(axis)), axis)


@settings(max_examples=50)
@given(axis=axes, shares=st.lists(st.floats(0, 1, **TIDY), min_size=1, max_size=6))
def test_cuts_add_up_and_share_their_ends(axis, shares):
    length = ch.vertex_chainages(axis)[-1]
    stations = np.unique([0.0, length, *(length * np.array(shares))])
    pieces = ch.cut_many(axis, stations[:-1], stations[1:])
    assert shapely.length(pieces).sum() == pytest.approx(length, abs=1e-4)
    ends = [shapely.get_coordinates(piece)[[0, -1]] for piece in pieces]
    assert all(np.array_equal(one[1], other[0]) for one, other in pairwise(ends))
    assert np.array_equal(ends[0][0], axis[0])
    assert np.array_equal(ends[-1][1], axis[-1])


def test_cut_takes_whole_vertices_and_no_doubles():
    assert ch.cut(CORNER, 100.0, 200.0).tolist() == [[100, 0], [100, 100]]
    assert ch.cut(CORNER, -50.0, 500.0).tolist() == CORNER.tolist()
    assert ch.cut(CORNER, 40.0, 40.0).tolist() == [[40, 0], [40, 0]]
    assert [piece.wkt for piece in ch.cut_many(CORNER, [50.0, 0.0], [150.0, 10.0])] == [
        "LINESTRING (50 0, 100 0, 100 50)",
        "LINESTRING (0 0, 10 0)",
    ]
