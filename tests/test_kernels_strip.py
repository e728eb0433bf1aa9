"""The strip's area against distances that are measured without it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import shapely

import riverline as rl
from riverline._kernels.strip_area import _proven, strip_area

WIDTH = 30.0


def winding(vertices: int, spacing: float, noise: float, seed: int) -> shapely.LineString:
    random = np.random.default_rng(seed)
    heading = 0.9 * np.sin(np.arange(vertices) * spacing / 90.0)
    course = np.cumsum(spacing * np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)
    return shapely.LineString(course + random.normal(0.0, noise, course.shape))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("vertices", "spacing", "noise"), [(450, 20.0, 1.0), (450, 2.0, 0.0), (7, 25.0, 5.0)])
def test_no_place_of_the_edge_is_nearer_than_the_width(vertices, spacing, noise, seed) -> None:
    line = winding(vertices, spacing, noise, seed)
    strip = strip_area(np.array([line]), np.array([WIDTH]))
    edge = shapely.get_coordinates(shapely.segmentize(shapely.boundary(strip), 0.5))
    ends = shapely.multipoints(shapely.get_coordinates(line)[[0, -1]])
    beside = shapely.points(edge)[shapely.distance(shapely.points(edge), ends) > WIDTH + 0.01]
    assert len(beside) > vertices
    away = shapely.distance(beside, line)
    assert away.min() >= WIDTH - 1e-6
    assert away.max() <= WIDTH + 1e-3


def test_a_bank_whose_vertices_run_to_and_fro_gives_no_land_away() -> None:
    # Ten vertices on which GEOS's own buffer comes four metres too near: it leaves out vertices that stand out little.
    to_and_fro = [(0, 0), (1.05, 0.53), (1.58, 1.79), (2.71, 2.5), (2.7, 2.74), (4.05, 3.51), (4.87, 4.9), (5.68, 5.71),
                  (5.6, 5.91), (6.63, 5.85)]  # fmt: skip
    line = np.array([shapely.LineString(to_and_fro)], dtype=object)
    assert shapely.distance(shapely.boundary(shapely.buffer(line[0], WIDTH, quad_segs=200)), line[0]) < WIDTH - 1.0
    proven = shapely.union_all(_proven(line, WIDTH, 1e-3))
    assert shapely.distance(shapely.boundary(proven), line[0]) >= WIDTH - 1e-6
    assert shapely.hausdorff_distance(proven, line[0]) <= 1.01 * WIDTH


def test_a_line_with_one_vertex_far_from_its_ends_keeps_the_wedge_there() -> None:
    bent = shapely.LineString([(0, 0), (500, -79), (1000, 0)])
    strip = strip_area(np.array([bent]), np.array([WIDTH]))
    assert shapely.distance(shapely.boundary(strip), shapely.Point(500, -79)) >= WIDTH


def test_rivers_with_gapped_levees_on_bends_are_proven_nowhere_inside() -> None:
    path = Path(__file__).parents[1] / "benchmarks" / "rivers.py"
    spec = importlib.util.spec_from_file_location("rivers", path)
    rivers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rivers)
    axes, levees, tops = rivers.county(4)
    result = rl.demarcate(axes, rivers.rules(), levees=levees, bank_tops=tops)
    assert sorted(set(result.faults["severity"])) == ["note"]
    assert result.extents["clearance_m"].min() >= -1e-6
