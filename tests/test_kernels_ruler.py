"""Nearest segments within a bound, against a search without one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from riverline._kernels.lines.ruler import Ruler


@pytest.mark.parametrize("seed", range(5))
def test_a_ruler_finds_the_segments_that_a_search_without_bound_finds(seed) -> None:
    random = np.random.default_rng(seed)
    # Steps from centimetres to kilometres: the bound must hold where vertices are far apart, and far away.
    steps = random.normal(size=(3, 60, 2)) * 10.0 ** random.uniform(-2, 3, (3, 60, 1))
    vertices = np.cumsum(steps, axis=1)
    pairs = np.stack([vertices[:, :-1], vertices[:, 1:]], axis=2).reshape(-1, 2, 2)
    points = np.concatenate([random.normal(size=(400, 2)) * 3000, vertices.reshape(-1, 2), pairs.mean(axis=1)])
    wanted = shapely.STRtree(shapely.linestrings(pairs)).query_nearest(shapely.points(points))
    found = Ruler(shapely.linestrings(vertices)).nearest(points)
    assert set(zip(*found, strict=True)) == set(zip(*wanted, strict=True))


def test_nothing_has_no_nearest_segment_and_no_axis_is_nearest_to_none() -> None:
    axis = [shapely.LineString([(0, 0), (10, 0)])]
    assert [len(found) for found in Ruler(axis).nearest(np.zeros((0, 2)))] == [0, 0]
    assert [len(found) for found in Ruler([]).nearest(np.array([(0.0, 0.0)]))] == [0, 0]
