"""Flooding a grid by blocks: the same as flooding it at once, and tight where it has to be."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from riverline._kernels.grids.flood_area import cut_along, without_holes
from riverline._kernels.grids.flood_outline import outline
from riverline._kernels.grids.flooding import Links, crossed_links, flood

NO_LINKS = Links(np.empty((0, 2), dtype="int64"), np.empty((0, 2), dtype="int64"))


def flooded(depth, seeds, links=NO_LINKS, block=512):
    """Reached cells of a whole grid."""
    fill = flood(depth.shape, lambda rows, columns: depth[rows, columns], np.array(seeds), links, block=block)
    seen = outline(fill, lambda rows, columns: depth[rows, columns], links)
    return seen, shapely.union_all(seen.parts)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), block=st.sampled_from([2, 3, 7, 16, 64]))
def test_blocks_flood_what_a_four_connected_label_of_the_whole_grid_does(seed, block):
    rng = np.random.default_rng(seed)
    depth = ndimage.gaussian_filter(rng.normal(size=(23, 31)), rng.choice([0.5, 1.0, 2.0]))
    seeds = np.column_stack([rng.integers(0, 23, 3), rng.integers(0, 31, 3)])
    labels, _ = ndimage.label(depth > 0)
    wanted = labels[tuple(seeds.T)]
    reached = np.isin(labels, wanted[wanted > 0])
    _, area = flooded(depth, seeds, block=block)
    places = np.argwhere(np.ones_like(reached))
    inside = shapely.intersects(area, shapely.points(places[:, ::-1].astype("float64")))
    assert (inside == reached.ravel()).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_outline_is_that_of_the_whole_grid_whatever_the_blocks(seed):
    rng = np.random.default_rng(seed)
    depth = ndimage.gaussian_filter(rng.normal(size=(40, 40)), 1.5)
    seeds = np.argwhere(depth > 0)[:1]
    _, whole = flooded(depth, seeds)
    for block in (5, 16, 39):
        _, tiled = flooded(depth, seeds, block=block)
        assert shapely.symmetric_difference(whole, tiled).area < 1e-9
        assert shapely.hausdorff_distance(whole, tiled) < 1e-9


@pytest.mark.parametrize("slope", [1, -1])
def test_a_wall_one_cell_thick_holds_on_the_diagonal(slope):
    depth = np.ones((40, 40))
    wall = np.arange(40)
    depth[wall, wall if slope > 0 else 39 - wall] = -0.1
    _, area = flooded(depth, [(30, 2)] if slope > 0 else [(2, 2)])
    row, column = np.mgrid[0:40, 0:40]
    wet_side = row > column if slope > 0 else row < 39 - column
    inside = shapely.intersects(area, shapely.points(column.ravel(), row.ravel())).reshape(40, 40)
    assert (inside == wet_side).all()
    # the level is 1 above the ground and 0.1 below the wall: the line lies ten elevenths of the way to it
    assert area.distance(shapely.Point(20, wall[20] if slope > 0 else 19)) == pytest.approx(
        1 / 11 / np.sqrt(2), abs=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), block=st.sampled_from([4, 9, 64]))
def test_no_water_crosses_a_line_however_thin(seed, block):
    rng = np.random.default_rng(seed)
    line = np.column_stack([np.linspace(-2, 32, 9), 12 + rng.uniform(-9, 9, 9)])
    depth = np.ones((30, 30))
    links = crossed_links([line])
    seen, area = flooded(depth, [(0, 0)], links, block)
    wall = shapely.LineString(line)
    sides = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(shapely.union_all(
        [wall, shapely.boundary(shapely.box(-1, -40, 31, 70))])))))  # fmt: skip
    row, column = np.mgrid[0:30, 0:30]
    centres = shapely.points(column.ravel(), row.ravel())
    first = next(side for side in sides if shapely.intersects(side, shapely.Point(0, 0)))
    own = shapely.intersects(first, centres)
    held = shapely.intersects(area, centres) & (shapely.distance(wall, centres) > 1.5)
    assert not (held & ~own).any()
    assert seen.unreached[:, 2].sum() > 0


def test_a_line_through_centres_closes_one_link_a_row():
    links = crossed_links([np.array([[3.0, -1.0], [3.0, 4.5]])])
    assert links.across.tolist() == [[row, 3] for row in range(5)]
    assert len(links.down) == 0


def test_unknown_ground_is_a_wall_that_is_told():
    depth = np.ones((10, 10))
    depth[:, 5] = np.nan
    seen, area = flooded(depth, [(0, 0)])
    assert area.bounds[2] < 5
    assert (seen.at_nodata[:, 1] == 4).all()
    assert len(seen.at_nodata) == 10
    assert seen.unreached.tolist() == [[0, 6, 27]]


def test_only_blocks_that_water_reaches_are_read():
    depth = np.full((640, 640), -1.0)
    depth[100:110] = 1.0
    looked = []

    def field(rows, columns):
        looked.append((rows.start, columns.start))
        return depth[rows, columns]

    flood(depth.shape, field, np.array([[105, 0]]), NO_LINKS, block=64)
    assert sorted(looked) == [(64, column) for column in range(0, 640, 64)]


def test_a_line_that_ends_inside_an_area_does_not_cut_it():
    axis = shapely.LineString([(0, 1), (9, 1)])
    open_end, whole = shapely.LineString([(-1, 4), (5, 4)]), shapely.LineString([(-1, 4), (10, 4)])
    square = shapely.box(0, 0, 9, 9)
    assert cut_along(square, [open_end], axis).area == 81
    assert cut_along(square, [whole], axis).area == 36
    assert cut_along(square, [whole], shapely.LineString([(20, 20), (21, 21)])).is_empty


def test_islands_belong_to_the_area_they_lie_in():
    two = shapely.union_all([shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6)), shapely.box(20, 0, 21, 1)])
    assert without_holes(two).area == 82
    assert without_holes(shapely.Polygon()).is_empty
