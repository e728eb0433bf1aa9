"""Rays, hits and swept rings on shapes whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from riverline._kernels.lines.casting import LEFT, RIGHT, Lines, cast, ends_at_arms, ends_at_rays, ray_lines
from riverline._kernels.lines.hits import Path, hits
from riverline._kernels.lines.swept import Ends, faces_of, rings_between

BOTH = (LEFT, RIGHT)
CORNER = shapely.LineString([(0, 0), (100, 0), (100, 100)])


def test_stations_are_even_centred_and_lines_keep_apart():
    lines = Lines.of([shapely.LineString([(0, 0), (0, 0), (105, 0)]), CORNER])
    assert lines.length.tolist() == [105.0, 200.0]
    rays = cast(lines, spacing=50.0, window=0.0, sides=BOTH, centred=True)
    assert rays.chainage[rays.line == 0].tolist() == [2.5, 2.5, 52.5, 52.5, 102.5, 102.5]
    assert rays.chainage[rays.line == 1].tolist()[::2] == [0.0, 50.0, 100.0, 150.0, 200.0]
    assert rays.side.tolist() == [LEFT, RIGHT] * 8
    assert rays.station.tolist() == np.repeat(np.arange(8), 2).tolist()
    np.testing.assert_allclose(np.hypot(*rays.direction.T), 1.0)
    started = cast(lines, spacing=50.0, window=0.0, sides=(LEFT,), centred=False)
    assert started.chainage[:3].tolist() == [0.0, 50.0, 100.0]


def test_a_side_for_each_line_is_cast_to_that_side_alone():
    lines = Lines.of([CORNER, CORNER])
    rays = cast(lines, spacing=100.0, window=0.0, sides=np.array([LEFT, RIGHT]), centred=True)
    assert rays.side.tolist() == [LEFT] * 3 + [RIGHT] * 3
    np.testing.assert_allclose(rays.direction[0], [0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(rays.direction[3], [0.0, -1.0], atol=1e-12)


@pytest.mark.parametrize("window", [0.0, 40.0, 120.0])
def test_the_direction_is_the_chords_and_the_skew_is_the_turn_from_the_lines_own(window):
    rays = cast(Lines.of([CORNER]), spacing=25.0, window=window, sides=(LEFT,), centred=True)
    middle = rays.chainage == 100.0
    np.testing.assert_allclose(rays.direction[middle], [[-np.sqrt(0.5), np.sqrt(0.5)]], atol=1e-9)
    near = rays.chainage == 75.0
    half = min(window / 2.0, 75.0)
    turned = np.degrees(np.arctan2(max(half - 25.0, 0.0), half + 25.0)) if half > 25.0 else 0.0
    assert rays.skew[near][0] == pytest.approx(turned, abs=1e-6)
    assert rays.skew[rays.chainage == 0.0][0] == 0.0, "the window shrinks towards an end"


def test_a_window_longer_than_a_loop_is_halved_until_it_makes_sense():
    turn = np.linspace(-np.pi, np.pi * 0.999, 400)
    loop = shapely.LineString(np.column_stack([np.cos(turn), np.sin(turn)]) * 50.0)
    rays = cast(Lines.of([loop]), spacing=20.0, window=300.0, sides=(LEFT,), centred=True)
    inward = -(rays.origin / 50.0 * rays.direction).sum(axis=1)
    assert inward.min() > 0.5


def test_rays_end_half_way_to_another_arm():
    hairpin = shapely.LineString([(0, 0), (1000, 0), (1000, 200), (0, 200)])
    rays = cast(Lines.of([hairpin]), spacing=100.0, window=0.0, sides=BOTH, centred=True)
    length = ends_at_arms(rays, np.full(len(rays.line), 600.0), [hairpin])
    first = (rays.chainage < 800.0) & (rays.chainage > 100.0)
    inner, outer = length[first & (rays.side == LEFT)], length[first & (rays.side == RIGHT)]
    assert (inner > 99.0).all()
    assert (inner < 112.0).all(), "a ray of 100 m that looks on the other arm from 80 m is at 111 m"
    np.testing.assert_allclose(outer, 600.0)


def test_of_two_rays_the_one_that_comes_later_ends():
    rays = cast(Lines.of([CORNER]), spacing=30.0, window=0.0, sides=(LEFT,), centred=True)
    length = ends_at_rays(rays, np.full(len(rays.line), 500.0))
    drawn = ray_lines(rays, length)
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    assert (one == other).all()
    # Stations 20, 50 and 80 m from the start meet those as far from the end on the corner's bisector, together.
    np.testing.assert_allclose(length[[0, 1, 2]], [89.99, 59.99, 29.99], atol=1e-6)
    np.testing.assert_allclose(length, length[::-1])


def test_rays_of_different_groups_may_cross():
    lines = Lines.of([shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(-5, 5), (-5, 15)])])
    rays = cast(lines, spacing=10.0, window=0.0, sides=BOTH, centred=True)
    apart = ends_at_rays(rays, np.full(len(rays.line), 50.0))
    np.testing.assert_allclose(apart, 50.0)
    together = ends_at_rays(rays, np.full(len(rays.line), 50.0), np.zeros(len(rays.line), dtype="int64"))
    assert (together < 50.0).any()


# Hits


def test_a_ray_through_a_vertex_meets_its_line_once():
    path = Path.of([shapely.LineString([(0, 5), (10, 5), (20, 9)]), shapely.LineString([(0, 5), (20, 5)])])
    found = hits(np.array([[10.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([20.0]), path)
    assert found.line.tolist() == [0, 1]
    assert found.distance.tolist() == [5.0, 5.0]
    assert found.segment.tolist()[1] == 3
    assert found.share.tolist()[1] == 0.5


def test_folds_are_met_every_time_and_parallels_and_far_lines_never():
    fold = shapely.LineString([(0, 2), (10, 2), (10, 4), (0, 4), (0, 6), (10, 6)])
    path = Path.of([fold, shapely.LineString([(5, -9), (5, -1)]), shapely.LineString([(0, 99), (10, 99)])])
    found = hits(np.array([[5.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([20.0]), path)
    assert found.distance.tolist() == [2.0, 4.0, 6.0]
    assert found.segment.tolist() == [0, 2, 4]
    nothing = np.zeros((0, 2))
    assert len(hits(nothing, nothing, np.zeros(0), path).ray) == 0
    assert len(hits(np.array([[5.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([20.0]), Path.of([])).ray) == 0


# Swept ground


def ends(path, first, last, segments, shares):
    place = np.array([first, last], dtype="float64")[:, None, :]
    return Ends(path, place, np.array(segments)[:, None], np.array(shares, dtype="float64")[:, None])


def test_rings_follow_lines_whichever_way_they_were_drawn():
    up = shapely.LineString([(0, 0), (4, 1), (10, 0)])
    down = shapely.LineString([(10, 5), (5, 7), (0, 5)])
    path = Path.of([up, down])
    ring = rings_between(
        ends(path, (0, 0), (10, 0), [0, 1], [0.0, 1.0]), ends(path, (0, 5), (10, 5), [4, 3], [1.0, 0.0])
    )[0]
    assert ring.equals(shapely.Polygon([(0, 0), (4, 1), (10, 0), (10, 5), (5, 7), (0, 5)]))
    faces, _, turn = faces_of(np.array([ring]))
    assert turn.tolist() == [1]
    assert faces[0].area == pytest.approx(55.0)


def test_lines_that_wander_off_between_two_hits_are_not_followed():
    creek = shapely.LineString([(0, 0), (5, 0), (5, 90), (6, 90), (6, 0), (10, 0)])
    path = Path.of([creek, shapely.LineString([(0, 2), (10, 2)])])
    ring = rings_between(
        ends(path, (0, 0), (10, 0), [0, 4], [0.0, 1.0]), ends(path, (0, 2), (10, 2), [6, 6], [0.0, 1.0])
    )[0]
    assert ring.area == pytest.approx(20.0)


def test_a_ring_that_crosses_itself_is_parted_by_direction():
    earlier, later = shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, -2), (5, 0), (10, 4)])
    path = Path.of([earlier, later])
    ring = rings_between(
        ends(path, (0, 0), (10, 0), [0, 0], [0.0, 1.0]), ends(path, (0, -2), (10, 4), [2, 3], [0.0, 1.0])
    )
    faces, owner, turn = faces_of(ring)
    areas = dict(zip(turn.tolist(), shapely.area(faces).tolist(), strict=True))
    assert areas == pytest.approx({-1: 5.0, 1: 10.0})
    assert owner.tolist() == [0, 0]
