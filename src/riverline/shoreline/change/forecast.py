"""Forecasts of the shoreline by a Kalman filter of position and rate, as DSAS makes them since its version 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline._kernels.statistics.kalman import State, advance, run
from riverline._kernels.statistics.trends import normal_quantile, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.shoreline.change.intersecting import Series
    from riverline.shoreline.change.method import Method
    from riverline.shoreline.change.rates import Rates

    Floats = NDArray[np.float64]

__all__ = ["forecast"]

RATE_DRIFT = 0.1
"""Drift of the rate over one year, m/a: the process noise of the filter that DSAS ships."""


def forecast(rates: Rates, series: Series, method: Method) -> pd.DataFrame:
    """Position, error and rate for each transect that has a fitted line and each horizon.

    Parameters
    ----------
    rates
        What the filter begins with and sees.
    series
        Days of the dates.
    method
        Horizons, level, length of the year.

    Returns
    -------
    DataFrame
        Columns ``transect`` (index), ``horizon_years``, ``date``, ``position_m``, ``position_error_m``, ``low_m``,
        ``high_m``, ``rate``.

    Notes
    -----
    A horizon counts from the latest date of the river and bank, not from today: the same input gives the same forecast.
    The filter begins on the fitted line at the first date, with variances LSE² + u² for the position and LCI² for the
    rate, and corrects both at every later date, whose variance is LSE² + u². Position errors that are unknown count as
    none: the scatter about the line (LSE) stands for them.
    """
    fitted = np.flatnonzero(np.isfinite(rates.line.slope))
    if not len(fitted) or not method.forecast_years:
        return pd.DataFrame(columns=["transect", "horizon_years", "date", *_MEASURES])
    times = rates.times[fitted]
    positions = rates.positions[fitted]
    state = _filtered(rates, fitted, times, positions, method)
    # Times are those of all dates of the river and bank, so that one horizon is one day there.
    latest = np.nanmax(times, axis=1)
    first_day = np.nanmin(series.day[fitted], axis=1)
    z = normal_quantile(method.confidence)
    parts = []
    for horizon in method.forecast_years:
        then = latest + horizon
        ahead = advance(state, then, RATE_DRIFT)
        error = np.sqrt(ahead.position_variance)
        days = np.floor(first_day + then * method.year_days + 0.5).astype("int64")
        values = (ahead.position, error, ahead.position - z * error, ahead.position + z * error, ahead.rate)
        part = {"transect": fitted, "horizon_years": horizon, "date": days.astype("datetime64[D]")}
        parts.append(pd.DataFrame({**part, **dict(zip(_MEASURES, values, strict=True))}))
    return pd.concat(parts, ignore_index=True).sort_values(["transect", "horizon_years"], ignore_index=True)


_MEASURES = ("position_m", "position_error_m", "low_m", "high_m", "rate")


def _filtered(rates: Rates, fitted: NDArray[np.int64], times: Floats, positions: Floats, method: Method) -> State:
    line = rates.line
    scatter = line.residual_error[fitted] ** 2
    variances = scatter[:, None] + np.nan_to_num(rates.errors[fitted]) ** 2
    half = t_quantile(method.confidence, line.count[fitted] - 2) * line.slope_error[fitted]
    rows, first = np.arange(len(fitted)), np.isfinite(positions).argmax(axis=1)
    time = times[rows, first]
    start = State(
        time=time,
        position=line.intercept[fitted] + line.slope[fitted] * time,
        rate=line.slope[fitted],
        position_variance=variances[rows, first],
        covariance=np.zeros(len(fitted)),
        rate_variance=half**2,
    )
    later = positions.copy()
    later[rows, first] = np.nan
    return run(times, later, variances, start, RATE_DRIFT)
