"""Near repeats: tables are counted as by hand, chance is exact in the mean, and direction is that of the water."""

from __future__ import annotations

from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pointpats import Knox

import riverline as rl
from riverline._kernels.network.near_repeats import Pairs, knox

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def all_pairs(place):
    one, other = np.triu_indices(len(place), 1)
    return Pairs(one, other, np.hypot(*(place[one] - place[other]).T))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_statistic_is_that_of_pointpats():
    random = np.random.default_rng(2)
    place, days = random.uniform(0, 1_000, (150, 2)), random.integers(0, 100, 150).astype(float)
    theirs = Knox(place, days[:, None], 120.0, 15.0, permutations=9)
    found = knox(all_pairs(place), days, np.array([0.0, 120.0]), np.array([0.0, 15.0]), 1)
    assert found.observed[0, 0] == theirs.statistic_


@pytest.mark.parametrize("ordered", [False, True])
def test_expectation_is_the_mean_over_every_deal_of_the_dates(ordered):
    random = np.random.default_rng(3)
    place, days = random.uniform(0, 100, (6, 2)), np.array([0.0, 1.0, 1.0, 4.0, 9.0, 20.0])
    bands, spans = np.array([0.0, 30.0, 60.0]), np.array([0.0, 3.0, 10.0, 20.0])
    pairs = all_pairs(place)
    tables = [
        knox(pairs, np.array(deal), bands, spans, 1, worlds=0, ordered=ordered).observed for deal in permutations(days)
    ]
    found = knox(pairs, days, bands, spans, 1, worlds=0, ordered=ordered)
    np.testing.assert_allclose(found.expected, np.mean(tables, axis=0), atol=1e-9)


def test_simulated_chances_are_those_of_every_deal():
    random = np.random.default_rng(5)
    place, days = random.uniform(0, 100, (6, 2)), np.array([0.0, 1.0, 2.0, 4.0, 9.0, 20.0])
    bands, spans = np.array([0.0, 60.0]), np.array([0.0, 5.0])
    pairs = all_pairs(place)
    tables = np.array([knox(pairs, np.array(deal), bands, spans, 1, worlds=0).observed for deal in permutations(days)])
    found = knox(pairs, days, bands, spans, 1, worlds=4_999)
    assert found.p[0, 0] == pytest.approx((tables >= found.observed).mean(), abs=0.03)


def rivers():
    lines = [
        shapely.LineString([(X, Y), (X + 30_000, Y)]),
        shapely.LineString([(X + 10_000, Y + 9_000), (X + 10_000, Y)]),
    ]
    return gpd.GeoDataFrame({"river_id": ["R1", "R2"], "name": ["河", "溪"]}, geometry=lines, crs=CRS)


def test_dumping_that_follows_mining_down_the_water_is_found_there_and_not_above():
    random = np.random.default_rng(7)
    along = random.uniform(1_000, 28_000, 60)
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 330, 60), unit="D")
    below = along + random.uniform(50, 400, 60)
    later = day + pd.to_timedelta(random.integers(1, 7, 60), unit="D")
    frame = gpd.GeoDataFrame(
        {"kind": ["extraction"] * 60 + ["dumping"] * 60, "found_on": [*day, *later]},
        geometry=[shapely.Point(X + each, Y - 15) for each in [*along, *below]], crs=CRS,
    )  # fmt: skip

    def table(kinds, direction):
        found = rl.hotspots.find_near_repeats(frame, rivers(), distances_m=(0, 500), days=(0, 7, 60), kinds=kinds,
                                              direction=direction, worlds=99)  # fmt: skip
        return found.iloc[0]

    down = table(("extraction", "dumping"), "downstream")
    assert down["pairs"] >= 55
    assert down["p"] == 0.01
    assert down["ratio"] > 5
    assert table(("extraction", "dumping"), "upstream")["pairs"] < 10
    assert table(("dumping", "extraction"), "downstream")["p"] > 0.01


def test_distance_is_along_the_water_and_through_confluences():
    days = pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03"])
    places = [shapely.Point(X + 10_300, Y - 10), shapely.Point(X + 10_010, Y + 300), shapely.Point(X + 9_700, Y + 10)]
    frame = gpd.GeoDataFrame({"found_on": days}, geometry=places, crs=CRS)
    found = rl.hotspots.find_near_repeats(frame, rivers(), distances_m=(0, 500, 700), days=(0, 10), worlds=9)
    assert found["pairs"].tolist() == [0, 3]
    down = rl.hotspots.find_near_repeats(
        frame, rivers(), distances_m=(0, 700), days=(0, 10), direction="downstream", worlds=9
    )
    assert down["pairs"].tolist() == [0]
    up = rl.hotspots.find_near_repeats(
        frame, rivers(), distances_m=(0, 700), days=(0, 10), direction="upstream", worlds=9
    )
    assert up["pairs"].tolist() == [2]


def test_a_code_that_stands_twice_counts_once():
    """The sample county has one such code: with its second row another pair would seem to be there."""
    days = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-15"])
    columns = {"problem_id": ["A", "A", "B"], "found_on": days}
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.Point(X + x, Y + 5) for x in (0, 300, 600)], crs=CRS)
    bands = {"distances_m": (0, 400, 700), "days": (0, 30, 90), "worlds": 9}
    assert rl.hotspots.find_near_repeats(frame, rivers(), **bands)["pairs"].sum() == 1
    apart = frame.assign(problem_id=["A", "C", "B"])
    assert rl.hotspots.find_near_repeats(apart, rivers(), **bands)["pairs"].sum() == 3


def test_problems_without_a_day_do_not_count_and_wrong_edges_raise():
    frame = gpd.GeoDataFrame({"found_on": [None, pd.NaT]}, geometry=[shapely.Point(X, Y + 5)] * 2, crs=CRS)
    found = rl.hotspots.find_near_repeats(frame, rivers(), worlds=9)
    assert found["pairs"].eq(0).all()
    assert not len(rl.check(found, rl.schema.NEAR_REPEATS))
    with pytest.raises(rl.JobError, match="distances_m"):
        rl.hotspots.find_near_repeats(frame, rivers(), distances_m=(100, 50))
