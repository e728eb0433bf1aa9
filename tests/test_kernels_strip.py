"""The strip's area against distances that are measured without it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import shapely

import riverline as rl
from riverline._kernels.lines.strip_area import _proven, strip_area

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


def test_no_wedge_is_lost_beside_elbows_of_a_tenth_of_a_millimetre() -> None:
    # What cuts leave at vertices: in free arithmetic the union of these parts lost the wedge at the first elbow.
    first = [
        (-0.1802948740181367, 0.2301086708406192), (-0.18010720051825047, 0.23003954300656915),
        (-0.17999999999301508, 0.22999999998137355), (5.34, -1.83), (9.95, -3.03),
        (14.73, -3.78), (19.68, -4.09), (24.77, -3.96), (29.98, -3.4), (35.32, -2.43),
        (40.79, -1.06), (46.41, 0.68), (52.17, 2.75), (58.0, 5.07),
    ]  # fmt: skip
    second = [(58.0, 5.07), (58.16, 4.68)]
    third = [
        (58.16, 4.68), (64.39, 7.31), (70.75, 10.06), (77.37, 12.9), (84.29, 15.74), (91.53, 18.48),
        (99.11, 21.01), (107.02, 23.23), (115.27, 25.01), (123.84, 26.24), (132.62, 26.8), (141.58, 26.63),
        (150.59, 25.62), (159.54, 23.75), (168.31, 20.99), (176.79, 17.37), (184.84, 12.93), (192.38, 7.76),
        (199.34, 1.93), (205.65, -4.41), (211.31, -11.15), (216.33, -18.18), (220.75, -25.36), (224.62, -32.61),
        (228.03, -39.83), (231.07, -46.95), (233.8, -53.91), (236.33, -60.64), (238.75, -67.12), (241.13, -73.35),
        (243.55, -79.26), (246.05, -84.85), (248.69, -90.1), (251.52, -95.03), (254.53, -99.57), (257.77, -103.74),
        (261.22, -107.51), (264.9, -110.87), (268.8, -113.82), (272.91, -116.34),
        (278.228131908807, -118.88910458050668), (278.22831192258406, -118.88919173003369),
    ]  # fmt: skip
    lines = np.array([shapely.LineString(each) for each in (first, second, third)])
    strip = strip_area(lines, np.array([15.0, 30.0, 30.0]))
    before, after = np.diff(first, axis=0)[1:3]
    angles = np.linspace(*(np.arctan2(way[1], way[0]) + np.pi / 2.0 for way in (before, after)), 40)
    fan = np.array(first[2]) + 15.0 * np.column_stack([np.cos(angles), np.sin(angles)])
    assert shapely.covers(strip, shapely.points(fan)).all()
