"""The DSAS convention against its published formulas, written out plainly, and the page that documents them."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import banks as bk
from riverline import schema

PAGE = Path(__file__).resolve().parent.parent / "docs" / "change.md"
YEAR = 365.25


def script(days: np.ndarray, distance: np.ndarray, error: np.ndarray, level: float) -> dict[str, float]:
    """What DSAS_stats.R makes of one transect: regressions on days, rates times 365.25, half of confint."""
    design = sm.add_constant(days)
    weights = 1.0 / np.maximum(error, 0.01) ** 2
    found = {}
    for name, fit in (("L", sm.OLS(distance, design).fit()), ("W", sm.WLS(distance, design, weights).fit())):
        low, high = fit.conf_int(1.0 - level)[1] * YEAR
        found |= {f"{name}RR": fit.params[1] * YEAR, f"{name}CI": (high - low) / 2.0, f"{name}R2": fit.rsquared}
    first, last = days.argmin(), days.argmax()
    nsm = distance[first] - distance[last]
    found |= {"SCE": np.ptp(distance), "NSM": nsm, "EPR": nsm / (days[last] - days[first]) * YEAR}
    return found


@pytest.fixture(scope="module")
def case():
    """A landward baseline 300 m off and the shorelines of six dates, each at its own distance on each transect."""
    random = np.random.default_rng(11)
    dates = ["1868-07-01", "1932-05-15", "1951-09-30", "1970-01-01", "1986-03-20", "2004-11-08"]
    error = np.array([0.0, 10.8, 10.8, 4.5, 5.1, 1.2])
    x = np.arange(0.0, 1001.0, 50.0)
    distance = 120.0 + random.normal(0.0, 25.0, (len(dates), len(x)))
    # A straight line between neighbouring transects: the hits are the vertices.
    lines = [bk.line(np.column_stack([x, 300.0 - each])) for each in distance]
    frame = bk.shorelines(*((day, "left", each) for day, each in zip(dates, lines, strict=True)), uncertainty_m=error)
    baseline = gpd.GeoDataFrame(
        {"baseline_id": ["B1"], "river_id": ["R1"], "bank": ["left"], "placement": ["landside"]},
        geometry=[bk.level(300.0)], crs=bk.CRS,
    )  # fmt: skip
    change = bk.measured(frame, baseline, spacing_m=50.0, convention="dsas", confidence=0.9, reach_m=400.0)
    days = (pd.to_datetime(dates) - pd.Timestamp("1970-01-01")).days.to_numpy(dtype="float64")
    return change, days, distance, error


def test_every_rate_is_that_of_the_script(case):
    change, days, distance, error = case
    rates = change.rates.sort_values("chainage_m")
    assert len(rates) == distance.shape[1]
    names = {"LRR": "lrr", "LCI": "lrr_interval", "LR2": "lrr_r2", "WRR": "wlr", "WCI": "wlr_interval", "WR2": "wlr_r2"}
    for number, row in enumerate(rates.itertuples()):
        theirs = script(days, distance[:, number], error, 0.9)
        for name, ours in names.items():
            assert getattr(row, ours) == pytest.approx(theirs[name], rel=1e-6, abs=1e-8), name
        assert row.sce_m == pytest.approx(theirs["SCE"], abs=1e-5)
        # The script's own signs of NSM and EPR are opposite to its LRR's.
        assert row.nsm_m == pytest.approx(-theirs["NSM"], abs=1e-5)
        assert row.epr == pytest.approx(-theirs["EPR"], abs=1e-7)
        uncertain = np.hypot(0.01, error[-1]) / ((days[-1] - days[0]) / YEAR)
        assert row.epr_error == pytest.approx(uncertain, rel=1e-9)
        fit = sm.OLS(distance[:, number], sm.add_constant(days / YEAR)).fit()
        assert row.lrr_residual_m == pytest.approx(np.sqrt(fit.scale), rel=1e-6)


def test_positions_are_distances_from_a_landward_baseline_and_transects_begin_at_its_start(case):
    change, _, distance, _ = case
    places = change.intersections.pivot_table(index="chainage_m", columns="date", values="position_m")
    np.testing.assert_allclose(places.to_numpy(), distance.T, atol=1e-5)
    assert change.transects["chainage_m"].tolist() == np.arange(0.0, 1001.0, 50.0).tolist()
    assert set(change.rates["positive"]) == {"accretion"}
    assert set(change.rates["convention"]) == {"dsas"}
    assert "uncertainty-not-positive" not in bk.codes_of(change)


def test_the_conventions_differ_in_sign_and_in_a_zero_error_alone(case):
    change = case[0]
    frame = bk.retreating(uncertainty_m=[0.0, *[2.0] * 7])
    ours, theirs = (
        bk.measured(frame, spacing_m=100.0).rates,
        bk.measured(frame, spacing_m=100.0, convention="dsas").rates,
    )
    np.testing.assert_allclose(theirs["lrr"], -ours["lrr"])
    np.testing.assert_allclose(theirs["sce_m"], ours["sce_m"])
    assert ours["wlr"].isna().tolist() == (ours["bank"] == "left").tolist()
    assert theirs["wlr"].notna().all()
    assert change.rates["lrr_error"].notna().all()


def test_every_column_that_the_page_names_is_one():
    columns = {
        column.name
        for frame in (
            schema.RATES,
            schema.INTERSECTIONS,
            schema.TRANSECTS,
            schema.FORECASTS,
            schema.OBSERVED_SHORELINES,
        )
        for column in frame
    }
    rows = [row.split("|") for row in PAGE.read_text(encoding="utf-8").splitlines() if row.startswith("| ")][2:]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9_]+)`", row[3])}
    results = {"transects", "forecasts", "areas", "hit"}
    assert len(named) > 20
    assert named - results <= columns
