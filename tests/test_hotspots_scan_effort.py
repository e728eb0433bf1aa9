"""Scans against exposure: where people look often, many problems are no cluster; where nobody does, none is said."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import riverline as rl
from riverline._kernels.network.river_scan import poisson_ratio
from riverline.hotspots import ScanSettings, check_problems, scan_rivers

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


@pytest.fixture(scope="module")
def axes():
    shape = shapely.LineString([(X, Y), (X + 10_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[shape], crs=CRS)


def problems(along, **columns):
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(X + each, Y + 20) for each in along], crs=CRS)


def walks(*rows, **columns):
    return pd.DataFrame(rows, columns=["river_id", "start_chainage_m", "end_chainage_m"]).assign(**columns)


FEW = ScanSettings(worlds=99)


def test_the_best_window_against_exposure_is_that_of_all_windows_by_hand(axes):
    """Ten segments of a kilometre, by hand: each centre and reach, its count and its share of the exposure."""
    random = np.random.default_rng(5)
    count = random.poisson([1, 1, 6, 6, 1, 1, 1, 4, 1, 1])
    size = np.array([1.0, 1, 8, 8, 1, 1, 1, 1, 1, 1])
    along = np.repeat(np.arange(10) * 1_000.0 + 500.0, count)
    exposure = walks(*[("R1", i * 1_000, (i + 1) * 1_000) for i in range(10)], exposure=size)
    best = 0.0
    for centre in range(10):
        for reach in range(6):
            held = slice(max(centre - reach, 0), centre + reach + 1)
            share = size[held].sum() / size.sum()
            if share <= 0.5 or reach == 0:
                expected = np.array([share * count.sum()])
                best = max(best, poisson_ratio(count[held].sum()[None].astype(float), expected, float(count.sum()))[0])
    found = scan_rivers(problems(along), axes, exposure=exposure, segment_m=1_000, by_bank=False, settings=FEW)
    assert found["likelihood_ratio"].iloc[0] == pytest.approx(best, rel=1e-9)
    plain = scan_rivers(problems(along), axes, segment_m=1_000, by_bank=False, settings=FEW)
    assert plain["start_chainage_m"].iloc[0] in {2_000.0, 3_000.0}  # the two that are looked at eight times as much
    assert found["start_chainage_m"].iloc[0] not in {2_000.0, 3_000.0}


def test_passes_scale_what_is_expected_and_unwalked_segments_are_left_out_and_told(axes):
    frame = problems([500.0] * 4 + [4_500.0] * 4 + [8_500.0] * 9)
    effort = walks(*[("R1", 0, 2_000)] * 8, *[("R1", 2_000, 8_000)] * 2)
    (row,) = scan_rivers(frame, axes, effort=effort, segment_m=1_000, by_bank=False,
                         settings=ScanSettings(worlds=99, most=1)).itertuples()  # fmt: skip
    assert (row.start_chainage_m, row.problems) == (4_000.0, 4)
    assert row.expected == pytest.approx(8 * 2 / (2 * 8 + 6 * 2))
    told = check_problems(frame, axes, segment_m=1_000, by_bank=False, effort=effort).set_index("code")
    assert told.loc["problems-untested", "value"] == 9.0
    nobody = scan_rivers(frame, axes, effort=effort.iloc[:0], segment_m=1_000, by_bank=False)
    assert not len(nobody)


def test_a_pass_counts_in_its_own_period(axes):
    """As many problems in both months, but nine of ten passes in the second: the first has far too many."""
    days = ["2025-11-20"] * 10 + ["2025-12-20"] * 10
    frame = problems([*np.arange(500.0, 10_000, 1_000)] * 2, found_on=pd.to_datetime(days))
    effort = walks(*[("R1", 0, 10_000)] * 10, on=["2025-11-15"] + ["2025-12-15"] * 9)
    asked = ScanSettings(periods=2, period_days=30, worlds=99, most=1, share=1.0)
    (row,) = scan_rivers(frame, axes, effort=effort, on="2025-12-31", segment_m=1_000, by_bank=False,
                         settings=asked).itertuples()  # fmt: skip
    assert (str(row.first_day.date()), str(row.last_day.date())) == ("2025-11-02", "2025-12-01")
    assert row.expected == pytest.approx(20 * 0.1)
    undated = effort.drop(columns="on")
    # Without days they are spread over both, and then each month has what it should.
    even = scan_rivers(frame, axes, effort=undated, on="2025-12-31", segment_m=1_000, by_bank=False, settings=asked)
    assert (even["likelihood_ratio"] < 1e-9).all()
    assert row.likelihood_ratio > 1.0


def test_controls_and_exposure_do_not_go_together(axes):
    with pytest.raises(rl.JobError, match="controls"):
        scan_rivers(problems([5.0]), axes, controls=problems([9.0]), effort=walks(("R1", 0, 10)))
