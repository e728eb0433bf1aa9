"""Trends of positions against statsmodels and scipy, row by row; the filter against a plain one with matrices."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from riverline._kernels.statistics import kalman
from riverline._kernels.statistics.trends import end_points, fit, median_slope, normal_quantile, t_quantile

ROWS, DATES = 60, 14
CLOSE = {"rtol": 1e-9, "atol": 1e-9}


@pytest.fixture(scope="module")
def seen():
    """Positions far from zero with gaps and ties, times of each row, weights."""
    random = np.random.default_rng(7)
    times = np.sort(random.uniform(0.0, 40.0, (ROWS, DATES)), axis=1)
    positions = 5e4 + random.uniform(-6, 6, (ROWS, 1)) * times + random.normal(0.0, 9.0, (ROWS, DATES))
    positions[::3] = positions[::3].round(-1)
    positions[random.uniform(size=positions.shape) < 0.35] = np.nan
    positions[-4:, 2:] = np.nan
    positions[-1] = np.nan
    return times, positions, 1.0 / random.uniform(0.5, 20.0, positions.shape) ** 2


def rows_of(seen):
    for row, (times, positions, weights) in enumerate(zip(*seen, strict=True)):
        there = np.isfinite(positions)
        yield row, times[there], positions[there], weights[there]


@pytest.mark.parametrize("weighted", [False, True])
def test_lines_equal_those_of_statsmodels(seen, weighted):
    found = fit(seen[0], seen[1], seen[2] if weighted else None)
    half = found.slope_error * t_quantile(0.9, found.count - 2)
    fitted = 0
    for row, times, positions, weights in rows_of(seen):
        assert found.count[row] == len(times)
        if len(times) < 3:
            assert np.isnan([found.slope[row], found.slope_error[row], found.r2[row], found.p[row]]).all()
            continue
        design = sm.add_constant(times)
        peer = (sm.WLS(positions, design, weights) if weighted else sm.OLS(positions, design)).fit()
        low, high = peer.conf_int(alpha=0.1)[1]
        theirs = [*peer.params, peer.bse[1], np.sqrt(peer.scale), peer.rsquared, peer.pvalues[1], (high - low) / 2.0]
        ours = [found.intercept, found.slope, found.slope_error, found.residual_error, found.r2, found.p, half]
        np.testing.assert_allclose([each[row] for each in ours], theirs, **CLOSE)
        fitted += 1
    assert fitted > 40


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.997])
def test_median_slopes_and_their_intervals_equal_those_of_scipy(seen, confidence):
    found = median_slope(seen[0], seen[1], confidence)
    for row, times, positions, _ in rows_of(seen):
        if len(times) < 3:
            assert np.isnan([found.slope[row], found.low[row], found.high[row]]).all()
            continue
        peer = stats.theilslopes(positions, times, confidence)
        theirs = [peer.slope, peer.low_slope, peer.high_slope]
        np.testing.assert_allclose([found.slope[row], found.low[row], found.high[row]], theirs, **CLOSE)


def test_rows_fitted_in_chunks_are_the_same(seen, monkeypatch):
    whole = median_slope(seen[0], seen[1], 0.9)
    monkeypatch.setattr("riverline._kernels.statistics.trends._PAIRS", 500)
    parts = median_slope(seen[0], seen[1], 0.9)
    np.testing.assert_array_equal(whole.slope, parts.slope)
    np.testing.assert_array_equal(whole.high, parts.high)


def test_end_points_are_those_of_the_dates_that_saw_it(seen):
    found = end_points(seen[0], seen[1])
    for row, times, positions, _ in rows_of(seen):
        if len(times) < 2:
            assert np.isnan([found.span[row], found.movement[row], found.envelope[row]]).all()
        else:
            assert found.movement[row] == positions[-1] - positions[0]
            assert found.span[row] == times[-1] - times[0]
            assert found.envelope[row] == np.ptp(positions)


def test_matrices_without_rows_or_dates_give_nothing():
    for shape in ((0, 3), (2, 0), (0, 0)):
        empty = np.full(shape, np.nan)
        assert np.isnan(fit(empty, empty).slope).all()
        assert np.isnan(median_slope(empty, empty, 0.9).slope).all()
        assert (end_points(empty, empty).count == 0).all()
        assert len(end_points(empty, empty).span) == shape[0]


def test_a_line_through_every_point_is_certain_and_a_level_one_has_no_trend():
    times = np.tile(np.arange(5.0), (2, 1))
    found = fit(times, np.stack([2.0 * times[0], np.full(5, 3.0)]))
    np.testing.assert_allclose(found.slope, [2.0, 0.0], atol=1e-12)
    assert found.p[0] == pytest.approx(0.0, abs=1e-12)
    assert found.p[1] == 1.0
    assert np.isnan(found.r2[1]), "nothing to explain"


def test_quantiles_are_those_of_the_laws():
    assert t_quantile(0.9, np.array([5]))[0] == pytest.approx(stats.t.ppf(0.95, 5), rel=1e-12)
    assert np.isnan(t_quantile(0.9, np.array([0]))[0])
    assert normal_quantile(0.9) == pytest.approx(stats.norm.ppf(0.95), rel=1e-12)


# The filter


def plain_filter(times, positions, variances, state, covariance, noise):
    """One transect, with matrices, in small steps that end on each date."""
    now = times[0]
    for time, position, variance in zip(times, positions, variances, strict=True):
        steps = 40
        dt = (time - now) / steps
        move = np.array([[1.0, dt], [0.0, 1.0]])
        drift = noise**2 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        for _ in range(steps):
            state, covariance = move @ state, move @ covariance @ move.T + drift
        now = time
        look = np.array([[1.0, 0.0]])
        gain = covariance @ look.T / (look @ covariance @ look.T + variance)
        state = state + gain[:, 0] * (position - state[0])
        covariance = (np.eye(2) - gain @ look) @ covariance
    return state, covariance


def test_the_filter_is_the_plain_one_row_by_row(seen):
    times, positions, weights = seen
    variances = 1.0 / weights
    n = len(times)
    random = np.random.default_rng(1)
    first = np.array([next(iter(t[np.isfinite(p)]), 0.0) for t, p in zip(times, positions, strict=True)])
    rate, spread = random.normal(0, 3, n), random.uniform(1, 9, (2, n))
    start = kalman.State(first, np.full(n, 5e4), rate, spread[0], np.zeros(n), spread[1])
    end = kalman.run(times, positions, variances, start, 0.3)
    for row, t, p, w in rows_of(seen):
        if len(t):
            state, cov = plain_filter(
                t, p, 1.0 / w, np.array([5e4, rate[row]]), np.diag([spread[0][row], spread[1][row]]), 0.3
            )
            ours = [end.position[row], end.rate[row], end.position_variance[row], end.covariance[row]]
            theirs = [*state, cov[0, 0], cov[0, 1]]
            np.testing.assert_allclose([*ours, end.rate_variance[row]], [*theirs, cov[1, 1]], rtol=1e-8)
            assert end.time[row] == t[-1]


@settings(max_examples=30)
@given(st.floats(0.1, 30.0), st.floats(0.1, 30.0), st.floats(0.0, 2.0))
def test_one_large_step_is_two_small_ones(one, other, noise):
    start = kalman.State(*(np.array([value]) for value in (0.0, 5.0, -1.0, 4.0, 0.5, 2.0)))
    large = kalman.advance(start, np.array([one + other]), noise)
    small = kalman.advance(kalman.advance(start, np.array([one]), noise), np.array([one + other]), noise)
    for name in ("position", "position_variance", "covariance", "rate_variance"):
        np.testing.assert_allclose(getattr(large, name), getattr(small, name), rtol=1e-9)
