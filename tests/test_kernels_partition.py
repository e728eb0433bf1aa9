"""Cutting and parting: the same as doing it the slow way, and every place in exactly one part."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from riverline._kernels.areas.bank_faces import bank_faces
from riverline._kernels.areas.cutting import cross, cut
from riverline._kernels.areas.partition import mean_width, part, widths

# A millionth of a square metre: what rounding may take.
SPECK = 1e-6
X, Y = 500_000.0, 3_500_000.0


def areas(*shapes):
    return np.array(shapes, dtype=object)


def winding(vertices, *, seed=5):
    """A long thin region with many vertices."""
    random = np.random.default_rng(seed)
    along = np.linspace(0.0, 4000.0, vertices // 2)
    middle = 150.0 * np.sin(along / 260.0) + random.normal(0.0, 0.2, len(along))
    low, high = middle - 60.0, middle + 60.0 + random.normal(0.0, 0.2, len(along))
    ring = np.concatenate([np.column_stack([along, low]), np.column_stack([along, high])[::-1]])
    return Polygon(ring + np.array([X, Y]))


def patchwork(rows, columns, *, moved=0, seed=1):
    """Quadrilaterals that share their corners, a few of them moved by a hand's breadth."""
    random = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(-10, 4010, columns + 1), np.linspace(-300, 300, rows + 1), indexing="ij")
    corner = np.stack([x + random.normal(0, 3, x.shape) + X, y + random.normal(0, 3, y.shape) + Y], axis=-1)
    rings = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], axis=2).reshape(-1, 4, 2)
    rings[random.choice(len(rings), moved, replace=False)] += np.array([0.2, 0.1])
    return shapely.polygons(rings)


def assert_parts(parts, pieces, region):
    """Every place of the region in one part, and the part named after the pieces that it lies in."""
    assert shapely.is_valid(parts.geometry).all()
    one, other = shapely.STRtree(parts.geometry).query(parts.geometry, predicate="intersects")
    pair = one < other
    shared = shapely.area(shapely.intersection(parts.geometry[one[pair]], parts.geometry[other[pair]]))
    assert shared.sum() <= SPECK * max(1, len(shared))
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(parts.geometry), region)) <= SPECK * 100
    inside = shapely.point_on_surface(parts.geometry)
    for point, members in zip(inside, parts.members, strict=True):
        assert tuple(np.flatnonzero(shapely.covers(pieces, point)).tolist()) == members


@pytest.mark.parametrize("vertices", [40, 4000])
def test_cutting_gives_what_overlay_gives(vertices):
    region, patches = winding(vertices), patchwork(12, 90, moved=20)
    rows, pieces = cut(patches, region)
    expected = shapely.area(shapely.intersection(patches, region))
    measured = np.zeros(len(patches))
    measured[rows] = shapely.area(pieces)
    assert np.abs(measured - expected).max() <= SPECK
    assert (np.diff(rows) > 0).all()
    whole = shapely.contains_properly(region, patches)
    assert whole.sum() > 50
    given_back = [piece is patches[row] for row, piece in zip(rows, pieces, strict=True) if whole[row]]
    assert all(given_back), "an area that lies wholly inside is given back as it is"


def test_cutting_leaves_no_vertex_that_no_outline_has():
    region, patches = winding(4000), patchwork(12, 90)
    _, pieces = cut(patches, region)
    lines = shapely.union_all([shapely.boundary(region), *shapely.boundary(patches)])
    corners = shapely.points(np.unique(shapely.get_coordinates(pieces), axis=0))
    assert shapely.distance(corners, lines).max() < 1e-6


def test_cutting_outside_nothing_and_with_missing_shapes():
    region = box(0, 0, 10, 10)
    for shapes in (areas(), areas(box(20, 20, 30, 30)), areas(None), areas(box(10, 0, 20, 10))):
        rows, pieces = cut(shapes, region)
        assert len(rows) == len(pieces) == 0
    rows, pieces = cut(areas(None, box(5, 5, 15, 15)), MultiPolygon([region, box(12, 12, 20, 20)]))
    assert rows.tolist() == [1]
    assert shapely.area(pieces).tolist() == [25.0 + 9.0]


def test_crossing_two_layers_gives_what_overlay_gives():
    one, other = (
        patchwork(8, 40, seed=1),
        np.append(patchwork(6, 30, seed=2), winding(3000).difference(box(0, 0, 1, 1))),
    )
    first, second, pieces = cross(one, other)
    rows, columns = shapely.STRtree(other).query(one)
    expected = dict(
        zip(zip(rows, columns, strict=True), shapely.area(shapely.intersection(one[rows], other[columns])), strict=True)
    )
    expected = {pair: area for pair, area in expected.items() if area > 0.0}
    found = dict(zip(zip(first, second, strict=True), shapely.area(pieces), strict=True))
    assert found.keys() == expected.keys()
    assert max(abs(found[pair] - expected[pair]) for pair in found) <= SPECK
    assert (np.lexsort((second, first)) == np.arange(len(first))).all()


CASES = {
    "nothing": ([], {(): [100.0]}),
    "all of it": ([box(0, 0, 10, 10)], {(0,): [100.0]}),
    "a hole": ([box(0, 0, 10, 10).difference(box(4, 4, 6, 6))], {(): [4.0], (0,): [96.0]}),
    "two gaps": ([box(0, 0, 4, 10), box(5, 0, 9, 10)], {(): [10.0, 10.0], (0,): [40.0], (1,): [40.0]}),
    "a corner on an edge": (
        [box(0, 0, 5, 10), box(5, 0, 10, 4), box(5, 4, 10, 10)], {(0,): [50.0], (1,): [20.0], (2,): [30.0]},
    ),
    "drawn twice": ([box(0, 0, 10, 10), box(0, 0, 10, 10)], {(0, 1): [100.0]}),
    "one in another": ([box(0, 0, 10, 10), box(2, 2, 4, 4)], {(0,): [96.0], (0, 1): [4.0]}),
    "an overlap as large as a gap": (
        [box(0, 0, 5, 10), box(4, 0, 9, 10)], {(): [10.0], (0,): [40.0], (0, 1): [10.0], (1,): [40.0]},
    ),
    "three deep": (
        [box(0, 0, 6, 10), box(2, 0, 8, 10), box(4, 0, 10, 10)],
        {(0,): [20.0], (0, 1): [20.0], (0, 1, 2): [20.0], (1, 2): [20.0], (2,): [20.0]},
    ),
    "in two places": (
        [box(0, 0, 10, 10), MultiPolygon([box(0, 0, 2, 2), box(8, 8, 10, 10)])], {(0,): [92.0], (0, 1): [8.0]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_parts_of_closed_form(name):
    shapes, expected = CASES[name]
    region, pieces = box(0, 0, 10, 10), areas(*shapes)
    parts = part(pieces, region)
    found = {}
    for members, area in zip(parts.members, shapely.area(parts.geometry).tolist(), strict=True):
        found.setdefault(members, []).append(round(area, 9))
    assert {members: sorted(values) for members, values in found.items()} == expected
    assert_parts(parts, pieces, region)


@pytest.mark.parametrize("east", [0.0, 39_000_000.0])
def test_parts_of_a_cadastre_along_a_winding_river(east):
    region, *patches = shapely.transform(
        [winding(4000), *patchwork(12, 90, moved=60)], lambda xy: xy + np.array([east, 0.0])
    )
    patches = areas(*patches)
    _, pieces = cut(patches, region)
    parts = part(pieces, region)
    assert_parts(parts, pieces, region)
    assert sum(len(members) > 1 for members in parts.members) > 20
    assert sum(members == () for members in parts.members) > 10


def test_needles_between_parcels_drawn_to_the_millimetre_are_parts_too():
    """Neighbours have vertices of their own on a common edge, rounded: hundreds of gaps thinner than a hair."""
    random = np.random.default_rng(0)
    region, share = winding(4000), (np.arange(4) / 4.0)[None, :, None]
    corners = shapely.get_coordinates(patchwork(12, 90)).reshape(-1, 5, 2)
    shapes = []
    for ring in corners:
        dense = (ring[:4, None] * (1.0 - share[0]) + ring[1:, None] * share[0]).reshape(-1, 2)
        kept = (np.arange(16) % 4 == 0) | (random.random(16) < 0.5)
        shapes.append(Polygon(dense[kept].round(3)))
    _, pieces = cut(areas(*shapes), region)
    parts = part(pieces, region)
    assert sum(len(members) != 1 for members in parts.members) > 400
    thin = mean_width(parts.geometry)
    assert (thin < 1e-6).any()
    assert_parts(parts, pieces, region)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 12), st.integers(0, 7), st.booleans()),
        max_size=9,
    )
)
def test_any_areas_part_a_region(drawn):
    shapes = [
        shapely.affinity.rotate(box(x, y, x + size, y + size), 15 * turn) if square else Point(x, y).buffer(size)
        for x, y, size, turn, square in drawn
    ]
    region = box(2, 2, 18, 18).difference(box(9, 9, 11, 11))
    _, pieces = cut(areas(*shapes), region)
    assert_parts(part(pieces, region), pieces, region)


def test_width_is_that_of_the_widest_place():
    needle, bent, field = box(0, 0, 100, 0.2), Polygon([(0, 0), (50, 0.1), (0, 0.2)]), box(0, 0, 100, 100)
    lens = Polygon([(0, 0), (50, 0.4), (100, 0), (50, -0.4)])
    found = widths(areas(needle, bent, field, lens), limit_m=0.3)
    # The circle in a triangle: its radius is twice the area over the outline.
    assert found == pytest.approx([0.2, 2.0 * float(mean_width(areas(bent))[0]), np.inf, np.inf], abs=0.003)
    assert widths(areas(lens), limit_m=0.9)[0] == pytest.approx(2 * 0.4 / np.hypot(1, 0.4 / 50), abs=0.01)


def test_width_ignores_length_and_area():
    """A sliver a kilometre long is one, and a garden of ten square metres is none."""
    assert np.isfinite(widths(areas(box(0, 0, 1000, 0.25)), limit_m=0.3)).all()
    assert np.isinf(widths(areas(box(0, 0, 3, 3)), limit_m=0.3)).all()


def test_banks_of_a_bend_and_beyond_the_ends():
    angle = np.linspace(0.0, np.pi, 500)
    axis = np.column_stack([np.cos(angle), np.sin(angle)]) * 500.0
    region = shapely.LineString(axis).buffer(100.0)
    faces, right = bank_faces(region, axis)
    assert shapely.area(faces).sum() == pytest.approx(region.area, abs=1e-3)
    away = np.hypot(*shapely.get_coordinates(shapely.point_on_surface(faces)).T)
    # The axis runs against the clock: the middle of the bend is on the left.
    assert (right == (away > 500.0)).all()
    turned, other = bank_faces(region, axis[::-1])
    assert shapely.area(turned[other]).sum() == pytest.approx(shapely.area(faces[~right]).sum(), abs=1e-3)
