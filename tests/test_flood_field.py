"""The chainage across a valley: exact where the valley is straight, never torn, never beyond what is given."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from riverline._kernels.grids.chainage_field import axis_spacing, chainage_field, end_line
from riverline._kernels.lines.chainage import locate

ORIGIN = np.array([500_000.0, 3_500_000.0])


def turned(points, angle_deg):
    angle = np.deg2rad(angle_deg)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return ORIGIN + np.asarray(points, dtype="float64") @ matrix


@settings(max_examples=15, deadline=None)
@given(angle=st.floats(0, 360), length=st.floats(300, 30_000))
def test_a_straight_valley_has_the_exact_chainage_wherever_it_points(angle, length):
    axis = shapely.LineString(turned([(0, 0), (0.3 * length, 0), (length, 0)], angle))
    rng = np.random.default_rng(1)
    along, across = rng.uniform(-50, length + 50, 400), rng.uniform(-1500, 1500, 400)
    field = chainage_field(axis, margin_m=60.0)
    assert np.abs(field(turned(np.column_stack([along, across]), angle)) - along).max() < 1e-6


def test_a_meander_keeps_the_chainage_on_its_axis_and_never_tears():
    along = np.linspace(0, 6000, 2000)
    axis = shapely.LineString(ORIGIN + np.column_stack([along, 400 * np.sin(along / 200)]))
    field = chainage_field(axis)
    places = shapely.get_coordinates(shapely.line_interpolate_point(axis, np.linspace(0, axis.length, 500)))
    true, _ = locate(places, shapely.get_coordinates(axis))
    assert np.abs(field(places) - true).max() < axis_spacing(axis)
    # neighbouring cells 300 m and 1 km off: levels of nearest axis points jump by kilometres of chainage there
    for off in (300.0, 1000.0):
        walk = ORIGIN + np.column_stack([np.arange(1000, 5000, 5.0), np.full(800, 400 + off)])
        assert np.abs(np.diff(field(walk))).max() < 60.0
        nearest, _ = locate(walk, shapely.get_coordinates(axis))
        assert np.abs(np.diff(nearest)).max() > 1000.0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_chainage_lies_beyond_those_of_the_axis(seed):
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(30, 2)) * 60 + [80, 0]
    axis = shapely.LineString(ORIGIN + np.cumsum(steps, axis=0))
    found = chainage_field(axis, margin_m=30.0)(ORIGIN + rng.uniform(-4000, 6000, (500, 2)))
    margin = max(30.0, 4 * axis_spacing(axis))
    assert found.min() >= -margin - 1e-9
    assert found.max() <= axis.length + margin + 1e-9


def test_the_chainage_is_constant_along_given_level_lines():
    axis = shapely.LineString(turned([(0, 0), (2000, 0)], 20))
    line = turned([(900, 600), (1000, 0), (1100, -600)], 20)
    field = chainage_field(axis, level_lines=[line], line_chainages=[1000.0])
    on_line = shapely.get_coordinates(shapely.LineString(line).segmentize(7.0))
    assert np.abs(field(on_line) - 1000.0).max() < 5.0
    # between the line and the end of the reach the chainage goes on rising
    assert (np.diff(field(turned(np.column_stack([np.arange(1200, 2000, 50.0), np.full(16, -500.0)]), 20))) > 0).all()


def test_an_end_line_is_the_normal_until_another_limb_is_nearer():
    straight = end_line(shapely.LineString([(0, 0), (100, 0)]), at_start=False, reach_m=50)
    assert shapely.equals_exact(straight, shapely.LineString([(100, 50), (100, 0), (100, -50)]), 1e-9)
    hook = shapely.LineString([(0, 0), (100, 0), (100, 100), (0, 100)])
    line = end_line(hook, at_start=True, reach_m=500)
    tip = shapely.get_coordinates(line)[1]
    assert tip[0] == pytest.approx(0, abs=1e-6)
    assert 45 < tip[1] <= 50
    # beyond, it keeps between the two limbs and leaves the reach
    assert line.intersection(hook).equals(shapely.Point(0, 0))
    assert shapely.get_coordinates(line)[0][0] < -100
