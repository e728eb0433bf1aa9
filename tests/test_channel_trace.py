"""Axes from water polygons: closed forms, laws, awkward water, what the frame says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

import riverline as rl
from riverline._kernels.areas.medial_axis import bank_distance, trace
from riverline._kernels.lines.chainage import locate, position, vertex_chainages
from riverline.channel import check_traced, trace_axis

CRS = 4548
ORIGIN = (500_000.0, 3_500_000.0)


def sector(radius, width, angle, count=300):
    turn = np.linspace(0, angle, count)
    rays = np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(np.concatenate([rays * (radius + width / 2), (rays * (radius - width / 2))[::-1]]))


def river(seed=0, length=6000.0, noise=0.0, islands=0):
    """A meandering river of varying width with its true axis, and islands that do not change it."""
    generator = np.random.default_rng(seed)
    x = np.linspace(0, length, 1500)
    axis = np.column_stack([x, 400 * np.sin(x / 500)])
    along = np.gradient(axis, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    half = (40 + 8 * np.sin(x / 700))[:, None]
    left, right = (axis + side * normal * (half + generator.normal(0, noise, (len(x), 1))) for side in (1, -1))
    centres = axis[np.linspace(100, 1400, islands).astype(int)]
    holes = [shapely.Point(centre).buffer(18).exterior.coords for centre in centres]
    return shapely.Polygon(np.concatenate([right, left[::-1]]), holes), axis


def water_of(*polygons, kind="river", **columns):
    count = len(polygons)
    frame = {"water_id": [f"W{i}" for i in range(count)], "river_id": [f"R{i}" for i in range(count)], "kind": kind}
    geometry = [None if each is None else affinity.translate(each, *ORIGIN) for each in polygons]
    return gpd.GeoDataFrame({**frame, **columns}, geometry=geometry, crs=CRS)


def away(axis, line):
    return shapely.distance(shapely.points(axis), shapely.LineString(line))


def assert_one_line_inside(axis, polygon):
    line = shapely.LineString(axis)
    filled = shapely.Polygon(polygon.exterior)
    assert line.is_simple
    assert filled.buffer(1e-6).covers(line)
    assert shapely.distance(shapely.points(axis[[0, -1]]), filled.exterior).max() < 1e-6


@pytest.mark.parametrize("width", [1.0, 40.0, 300.0])
@pytest.mark.parametrize("smooth_widths", [0.0, 4.0])
def test_a_straight_canal_has_its_middle_line_from_end_to_end(width, smooth_widths):
    axis = trace(shapely.box(0, 0, 1000, width), smooth_widths=smooth_widths)
    assert np.allclose(axis[:, 1], width / 2, atol=1e-6)
    assert sorted(axis[[0, -1], 0]) == pytest.approx([0, 1000])


@pytest.mark.parametrize(("radius", "width"), [(2000, 60), (500, 100), (150, 100)])
def test_a_bend_has_its_middle_circle(radius, width):
    polygon = sector(radius, width, 2.0)
    axis = trace(polygon, smooth_widths=0)
    assert np.abs(np.hypot(*axis.T) - radius).max() < 0.004 * width
    for turn in (0.0, 2.0):
        end = radius * np.array([np.cos(turn), np.sin(turn)])
        assert np.hypot(*(axis[[0, -1]] - end).T).min() < 1e-6 * radius
    assert np.abs(np.hypot(*trace(polygon).T) - radius).max() < 0.03 * width


@pytest.mark.parametrize("narrow", [0.0, 1.0, 20.0])
def test_a_taper_has_its_bisector(narrow):
    polygon = shapely.Polygon([(0, -narrow), (1000, -60), (1000, 60), (0, narrow)])
    axis = trace(polygon)
    assert np.abs(axis[:, 1]).max() < 0.5
    assert sorted(axis[[0, -1], 0]) == pytest.approx([0, 1000], abs=1e-6)


def test_a_taper_off_its_symmetry_has_the_bisector_of_its_banks():
    """Banks y = 0 and y = x / 10 + 20 meet in the bisector through (-200, 0) at half their angle."""
    polygon = shapely.Polygon([(0, 0), (1000, 0), (1000, 120), (0, 20)])
    axis = trace(polygon, smooth_widths=0)
    inner = axis[(axis[:, 0] > 100) & (axis[:, 0] < 900)]
    assert np.allclose(inner[:, 1], (inner[:, 0] + 200) * np.tan(np.arctan(0.1) / 2), atol=0.05)


def test_an_oblique_end_is_cut_in_its_middle():
    axis = trace(shapely.Polygon([(0, 0), (1000, 0), (1040, 40), (40, 40)]))
    ends = axis[[0, -1]][np.argsort(axis[[0, -1], 0])]
    assert np.allclose(ends, [[20, 20], [1020, 20]], atol=1e-6)
    assert np.abs(axis[:, 1] - 20).max() < 0.5


def test_an_island_in_the_middle_changes_nothing():
    canal, island = shapely.box(0, 0, 1000, 60), shapely.box(400, 20, 600, 40)
    assert np.allclose(trace(canal.difference(island)), trace(canal), atol=1e-9)


@pytest.mark.parametrize("islands", [0, 12])
def test_a_meandering_river_has_its_axis_in_one_part_through_islands(islands):
    polygon, truth = river(islands=islands, noise=0.5)
    axis = trace(polygon)
    assert_one_line_inside(axis, polygon)
    assert away(axis, truth).max() < 1.5
    assert vertex_chainages(axis)[-1] == pytest.approx(vertex_chainages(truth)[-1], rel=0.005)


def test_without_smoothing_both_banks_are_as_far():
    polygon, _ = river(noise=3.0)
    axis = trace(polygon, smooth_widths=0)
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    right, left = (bank_distance(bank) for bank in (ring[:1500], ring[1500:]))
    inner = axis[4:-4]
    assert np.abs(left(inner) - right(inner)).mean() < 0.05


def test_spacing_is_kept_and_short_of_nothing():
    polygon, _ = river()
    axis = trace(polygon, spacing=25.0)
    steps = np.hypot(*np.diff(axis, axis=0).T)
    assert np.abs(steps - 25).max() < 1.5
    assert_one_line_inside(axis, polygon)


HAIRPIN = shapely.LineString([(0, 0), (1000, 0), (1000, 60), (0, 60)]).buffer(25, cap_style="flat")
TURN = np.linspace(0, 6 * np.pi, 1500)
SPIRAL = shapely.LineString(np.column_stack([np.cos(TURN), np.sin(TURN)]) * (100 + 20 * TURN)[:, None])
NECK = [(0, 0), (500, 0), (500, 49), (501, 49), (501, 0), (1000, 0), (1000, 100), (501, 100), (501, 50), (500, 50)]
AWKWARD = {
    "square": shapely.box(0, 0, 100, 100),
    "round": shapely.Point(0, 0).buffer(50),
    "triangle": shapely.Polygon([(0, 0), (10, 0), (5, 8)]),
    "round ends": shapely.LineString([(0, 0), (300, 0)]).buffer(40),
    "sharp end": shapely.Polygon([(0, 0), (1000, 0), (1100, 40), (-150, 40)]),
    "corner": shapely.Polygon([(0, 0), (500, 0), (500, 500), (450, 500), (450, 50), (0, 50)]),
    "tributary": shapely.union_all([shapely.box(0, 0, 1000, 50), shapely.box(400, 50, 430, 300)]),
    "neck": shapely.Polygon([*NECK, (500, 100), (0, 100)]),
    "hairpin": HAIRPIN,
    "spiral": SPIRAL.buffer(45, cap_style="flat"),
    "bay": shapely.union_all([shapely.box(0, 0, 1000, 50), shapely.Point(500, 60).buffer(60)]),
    "lake on the way": shapely.union_all([shapely.box(0, -20, 2000, 20), shapely.Point(1000, 0).buffer(200)]),
    "mouth": shapely.union_all(
        [shapely.box(0, -20, 1000, 20), shapely.Polygon([(1000, -20), (1400, -400), (1400, 400), (1000, 20)])]
    ),
}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("spacing", [None, 37.0])
def test_awkward_water_still_has_one_line_inside(name, spacing):
    axis = trace(AWKWARD[name], spacing=spacing)
    assert_one_line_inside(axis, AWKWARD[name])
    assert len(np.unique(axis, axis=0)) == len(axis)


def test_what_has_no_width_has_no_axis():
    assert trace(shapely.Polygon([(0, 0), (1000, 0), (1000, 1e-4), (0, 1e-4)])) is None
    assert trace(shapely.Polygon([(0, 0), (1000, 0), (500, 0)])) is None


def test_coordinates_with_a_zone_number_lose_nothing():
    near, far = trace(sector(500, 100, 2.0)), trace(affinity.translate(sector(500, 100, 2.0), 39_500_000, 3_500_000))
    assert np.allclose(far - [39_500_000, 3_500_000], near, atol=1e-4)


@settings(max_examples=15, deadline=None)
@given(angle=st.floats(0, 360), shift=st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), seed=st.integers(0, 5))
def test_turning_and_moving_the_water_turns_and_moves_its_axis(angle, shift, seed):
    polygon, _ = river(seed, noise=1.0)
    move = [np.cos(np.radians(angle)), -np.sin(np.radians(angle)), np.sin(np.radians(angle))]
    moved = affinity.affine_transform(polygon, [*move, move[0], *shift])
    line = affinity.affine_transform(shapely.LineString(trace(polygon)), [*move, move[0], *shift])
    assert shapely.hausdorff_distance(line, shapely.LineString(trace(moved))) < 0.5


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), start=st.integers(0, 2900))
def test_where_the_ring_begins_and_which_way_it_runs_does_not_matter(seed, start):
    polygon, truth = river(seed, noise=2.0)
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    turned = shapely.Polygon(np.roll(ring, start, axis=0)[::-1])
    axis = trace(turned)
    assert shapely.hausdorff_distance(shapely.LineString(axis), shapely.LineString(trace(polygon))) < 0.5
    # Where noise makes a step beside a corner, the end of the axis may lie a fifth of the width off the middle.
    at_ends = (np.hypot(*(axis - axis[0]).T) < 80.0) | (np.hypot(*(axis - axis[-1]).T) < 80.0)
    assert away(axis[~at_ends], truth).max() < 8
    assert away(axis[at_ends], truth).max() < 0.25 * 80.0


def test_the_frame_is_axes_with_the_mean_width():
    water = water_of(shapely.box(0, 0, 2000, 40), sector(500, 100, 2.0), name=["清水河", "小溪"])
    axes = trace_axis(water)
    assert rl.check(axes, rl.schema.AXES).empty
    assert axes["river_id"].tolist() == ["R0", "R1"]
    assert axes["name"].tolist() == ["清水河", "小溪"]
    assert axes["width_m"].tolist() == pytest.approx([40, 100], rel=0.002)
    assert axes["parts"].tolist() == [1, 1]
    assert check_traced(axes)["code"].tolist() == ["direction-unknown"] * 2


def test_without_upstream_an_axis_begins_in_the_west():
    axes = trace_axis(water_of(shapely.box(0, 0, 1000, 20), affinity.rotate(shapely.box(0, 0, 1000, 20), 120)))
    starts = shapely.get_coordinates(shapely.get_point(axes.geometry.array, 0))
    ends = shapely.get_coordinates(shapely.get_point(axes.geometry.array, -1))
    assert (starts[:, 0] < ends[:, 0]).all()


def test_upstream_points_orient_by_river_or_by_nearness():
    water = water_of(shapely.box(0, 0, 1000, 20), shapely.box(0, 500, 1000, 520))
    east, west = shapely.Point(ORIGIN[0] + 1100, ORIGIN[1]), shapely.Point(ORIGIN[0] - 100, ORIGIN[1] + 500)
    nearest = trace_axis(water, upstream=gpd.GeoDataFrame(geometry=[east], crs=CRS).to_crs(4490))
    assert shapely.get_x(shapely.get_point(nearest.geometry.array, 0)).tolist() == [ORIGIN[0] + 1000] * 2
    assert check_traced(nearest).empty
    named = gpd.GeoDataFrame({"river_id": ["R0", "R1"]}, geometry=[east, west], crs=CRS)
    both = trace_axis(water, upstream=named)
    assert shapely.get_x(shapely.get_point(both.geometry.array, 0)).tolist() == [ORIGIN[0] + 1000, ORIGIN[0]]
    only_one = trace_axis(water, upstream=named.iloc[1:])
    assert only_one["orientation"].tolist() == ["unknown", "upstream"]


def test_polygons_of_one_river_are_joined_and_parts_are_reported():
    halves = water_of(shapely.box(0, 0, 500, 20), shapely.box(500, 0, 1000, 20), shapely.box(1100, 0, 1200, 20))
    axes = trace_axis(halves.assign(river_id="R"))
    assert axes.length.tolist() == pytest.approx([1000])
    faults = check_traced(axes)
    assert faults["code"].tolist() == ["water-in-parts", "direction-unknown"]
    assert faults["value"].iloc[0] == 2


def test_every_river_is_a_row_and_untraced_ones_say_why():
    bow = shapely.Polygon([(0, 0), (100, 50), (100, 0), (0, 50)])
    sliver = shapely.Polygon([(0, 0), (1000, 0), (1000, 1e-4), (0, 1e-4)])
    water = water_of(None, shapely.Polygon(), bow, sliver, shapely.box(0, 0, 90, 9), shapely.box(0, 0, 90, 9))
    water["kind"] = ["river"] * 4 + ["lake", "river"]
    axes = trace_axis(water)
    assert axes["untraced"].tolist() == [
        "geometry-missing",
        "geometry-missing",
        "invalid",
        "no-width",
        "still-water",
        "",
    ]
    assert axes.geometry.isna().tolist() == [True] * 5 + [False]
    faults = check_traced(axes)
    assert faults["code"].tolist() == ["axis-untraced"] * 5 + ["direction-unknown"]
    assert faults["feature_id"].tolist() == [f"R{i}" for i in range(6)]


def test_no_water_gives_no_axes():
    axes = trace_axis(water_of().set_crs(CRS))
    assert axes.empty
    assert rl.check(axes, rl.schema.AXES).empty
    assert check_traced(axes).empty


def test_water_stays_as_it_is_and_row_order_does_not_matter():
    water = water_of(shapely.box(0, 0, 2000, 40), sector(500, 100, 2.0), river(noise=1.0)[0])
    kept = water.copy()
    axes = trace_axis(water)
    pd.testing.assert_frame_equal(water, kept)
    pd.testing.assert_frame_equal(trace_axis(water.iloc[::-1]), axes)


def test_wrong_calls_raise_once_with_everything():
    water = water_of(shapely.box(0, 0, 100, 10))
    with pytest.raises(rl.SchemaError) as caught:
        trace_axis(water, spacing_m=0, smooth_widths=-1)
    assert "spacing_m" in caught.value.en
    assert "smooth_widths" in caught.value.en
    with pytest.raises(rl.CRSError):
        trace_axis(water.to_crs(4490))
    mislabelled = water.to_crs(4490).set_crs(CRS, allow_override=True)
    with pytest.raises(rl.CRSError, match=r"are degrees .*, yet the layer says"):
        trace_axis(mislabelled)
    with pytest.raises(rl.SchemaError, match="kind"):
        trace_axis(water.drop(columns="kind"))


def test_a_traced_axis_and_its_banks_go_on_together():
    polygon, _ = river()
    axes = trace_axis(water_of(polygon))
    line = shapely.get_coordinates(axes.geometry.iloc[0])
    stations = np.linspace(100, vertex_chainages(line)[-1] - 100, 50)
    chainage, offset = locate(position(line, stations, 20.0), line)
    assert np.allclose(chainage, stations, atol=5)
    assert np.allclose(offset, 20, atol=0.5)
