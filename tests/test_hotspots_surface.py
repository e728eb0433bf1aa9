"""The surface for the eye: it holds every problem, lies where they are, and is read back from its file."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

import riverline as rl

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


@pytest.fixture(scope="module")
def axes():
    line = shapely.LineString([(X, Y), (X + 30_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line], crs=CRS)


def problems(xy, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapely.points(np.asarray(xy) + np.array([X, Y])), crs=CRS)


def test_the_surface_holds_every_problem_that_counts_and_says_which_did_not(axes):
    random = np.random.default_rng(1)
    xy = np.column_stack([random.uniform(0, 30_000, 200), random.normal(0, 100, 200)])
    seen = rl.hotspots.measure_surface(problems([*xy, [100.0, 9_000.0]]), axes, bandwidth_m=700.0)
    assert seen.density.sum() * seen.grid.pixel**2 / 1e6 == pytest.approx(200.0, rel=1e-5)
    assert seen.density.min() >= 0.0
    assert seen.faults["code"].tolist() == ["problem-far"]


def test_one_problem_is_the_bell_of_the_textbook(axes):
    seen = rl.hotspots.measure_surface(problems([[10_025.0, 25.0]]), axes, bandwidth_m=500.0, cell_m=50.0)
    rows, columns = np.indices(seen.grid.shape)
    corner = seen.grid.transform
    x, y = corner.c + (columns + 0.5) * corner.a, corner.f + (rows + 0.5) * corner.e
    away = np.hypot(x - X - 10_025, y - Y - 25)
    bell = np.exp(-0.5 * (away / 500.0) ** 2) / (2 * np.pi * 0.5**2)
    np.testing.assert_allclose(seen.density, bell, atol=2e-3 * bell.max())


def test_pictures_of_two_months_lie_on_each_other_and_the_file_says_what_it_is(axes, tmp_path):
    one = rl.hotspots.measure_surface(problems([[5_003.0, 7.0]]), axes, path=tmp_path / "面.tif")
    other = rl.hotspots.measure_surface(problems([[9_911.0, -3.0]]), axes)
    steps = (one.grid.transform.c - other.grid.transform.c) / one.grid.pixel
    assert steps == round(steps)
    with rasterio.open(tmp_path / "面.tif") as source:
        np.testing.assert_array_equal(source.read(1), one.density)
        assert source.transform == one.grid.transform
        assert source.crs.to_epsg() == 4548
        assert source.tags()["bandwidth_m"] == "1000"
    assert [each.name for each in tmp_path.iterdir()] == ["面.tif"]


def test_weights_and_windows_are_those_of_the_search(axes, tmp_path):
    frame = problems(
        [[1_000.0, 20.0], [1_000.0, 20.0]], severity=["major", "minor"], found_on=["2025-05-01", "2024-01-01"]
    )
    heavy = rl.hotspots.measure_surface(frame, axes, settings=rl.HotspotSettings(weight="severity"))
    assert heavy.density.sum() * heavy.grid.pixel**2 / 1e6 == pytest.approx(4.0, rel=1e-5)
    rl.hotspots.measure_surface(frame, axes, settings=rl.HotspotSettings(weight="severity"), path=tmp_path / "重.tif")
    with rasterio.open(tmp_path / "重.tif") as source:
        assert (source.descriptions[0], source.tags()["weight"]) == ("weights by severity per km2", "severity")
    window = rl.hotspots.measure_surface(frame, axes, on="2025-12-31", settings=rl.HotspotSettings(window_days=365))
    assert window.density.sum() * window.grid.pixel**2 / 1e6 == pytest.approx(1.0, rel=1e-5)


def test_nothing_is_a_surface_of_nothing_and_wrong_cells_raise(axes):
    assert not rl.hotspots.measure_surface(problems(np.zeros((0, 2))), axes).density.any()
    assert not rl.hotspots.measure_surface(problems(np.zeros((0, 2))), axes.iloc[:0]).density.any()
    for wrong in ({"cell_m": 0.0}, {"cell_m": 2_000.0}, {"bandwidth_m": -1.0}):
        with pytest.raises(rl.JobError, match="bandwidth_m"):
            rl.hotspots.measure_surface(problems([[0.0, 1.0]]), axes, **wrong)
    with pytest.raises(rl.JobError, match="cells are too many"):
        rl.hotspots.measure_surface(problems([[0.0, 1.0], [30_000.0, 1.0]]), axes, cell_m=1.0)


def test_the_quality_report_comes_before_any_statistic_with_the_same_rows(axes):
    frame = problems([[0.0, 9_000.0], [50.0, 20.0], [50.0, 20.0]], problem_id=["A", "B", "C"], kind="dumping",
                     found_on="2025-01-01")  # fmt: skip
    report = rl.hotspots.check_problems(frame, axes)
    assert set(report["code"]) == {"problem-far", "problem-twin"}
    found = rl.find_hotspots(frame, axes).faults
    assert set(report["fault_id"]) <= set(found["fault_id"])
