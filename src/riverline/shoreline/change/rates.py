"""Rates of change of every transect at once, by every measure, and how likely the change is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special

from riverline._kernels.statistics.trends import end_points, fit, median_slope, normal_quantile, t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.statistics.trends import EndPoints, Fit
    from riverline.shoreline.change.intersecting import Series
    from riverline.shoreline.change.method import Method

    Floats = NDArray[np.float64]

__all__ = ["Rates", "rates_of"]

# What DSAS's statistics script puts in place of a position error of zero, so that its square can be divided by.
_DSAS_LEAST_ERROR_M = 0.01


@dataclass(frozen=True, slots=True)
class Rates:
    """Columns of the rates, n rows, and what a forecast goes on from.

    Attributes
    ----------
    columns
        By name, as :data:`riverline.schema.RATES` has them.
    times, positions, errors : (n, k)
        Years since the first date of the row's river and bank; positions with the sign of the convention; errors.
    line
        The fitted line.
    """

    columns: pd.DataFrame
    times: Floats
    positions: Floats
    errors: Floats
    line: Fit


def rates_of(series: Series, method: Method) -> Rates:
    """Every rate of every transect.

    Parameters
    ----------
    series
        Positions by transect and date.
    method
        Sign, length of the year, level.
    """
    start = (
        np.nanmin(series.day, axis=1, initial=np.inf)[:, None] if series.day.size else np.zeros((len(series.day), 1))
    )
    times = (series.day - np.where(np.isfinite(start), start, 0.0)) / method.year_days
    positions, errors = series.away * method.sign + 0.0, _errors(series, method)
    ends = end_points(times, positions)
    line = fit(times, positions)
    # A weight that is unknown on one date would silently leave the date out: then there is no weighted rate.
    known: NDArray[np.bool_] = np.all(np.isfinite(errors) | ~np.isfinite(positions), axis=1)
    weighted = fit(times, positions, np.where(known[:, None], 1.0 / errors**2, np.nan))
    sen = median_slope(times, positions, method.confidence)
    half = t_quantile(method.confidence, line.count - 2)
    epr_error = _end_error(errors, ends)
    with np.errstate(invalid="ignore", divide="ignore"):
        epr = ends.movement / ends.span
    columns = {
        "date_count": ends.count,
        "first_date": _days_at(series.day, ends.first),
        "last_date": _days_at(series.day, ends.last),
        "span_years": ends.span,
        "nsm_m": ends.movement,
        "sce_m": ends.envelope,
        "epr": epr,
        "epr_error": epr_error,
        "epr_interval": normal_quantile(method.confidence) * epr_error,
        **_columns("lrr", line, half, "lrr_residual_m"),
        **_columns("wlr", weighted, half, "wlr_residual"),
        "sen": sen.slope,
        "sen_low": sen.low,
        "sen_high": sen.high,
    }
    frame = pd.DataFrame(columns)
    frame = frame.assign(**_judged(frame, line, _position_error(times, positions, errors), method))
    return Rates(frame, times, positions, errors, line)


def _columns(name: str, line: Fit, half: Floats, residual: str) -> dict[str, Floats]:
    return {
        name: line.slope,
        f"{name}_error": line.slope_error,
        f"{name}_interval": half * line.slope_error,
        f"{name}_r2": line.r2,
        f"{name}_p": line.p,
        residual: line.residual_error,
    }


def _errors(series: Series, method: Method) -> Floats:
    if method.convention == "dsas":
        return np.maximum(series.uncertainty, _DSAS_LEAST_ERROR_M)
    return series.uncertainty


def _end_error(errors: Floats, ends: EndPoints) -> Floats:
    """Error of the end point rate: both ends' errors squared and summed, by the span."""
    rows = np.arange(len(errors))
    if not errors.shape[1]:
        return np.full(len(errors), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.hypot(errors[rows, ends.first], errors[rows, ends.last]) / ends.span


def _days_at(days: Floats, column: NDArray[np.int64]) -> NDArray[np.datetime64]:
    there = column >= 0
    result = np.full(len(days), np.datetime64("NaT", "s"))
    rows = np.flatnonzero(there)
    result[rows] = days[rows, column[rows]].astype("int64").astype("datetime64[D]")
    return result


def _position_error(times: Floats, positions: Floats, errors: Floats) -> Floats:
    """Standard error that the position errors alone give an unweighted slope; NaN where one is unknown."""
    seen = np.isfinite(positions) & np.isfinite(times)
    count = np.maximum(seen.sum(axis=1), 1)
    x = np.where(seen, times, 0.0)
    x = np.where(seen, x - (x.sum(axis=1) / count)[:, None], 0.0)
    spread = (x**2).sum(axis=1)
    moment = np.sqrt((np.where(seen, x * errors, 0.0) ** 2).sum(axis=1))
    known = (np.isfinite(errors) | ~seen).all(axis=1) & (spread > 0)
    return np.where(known, moment / np.where(spread > 0, spread, 1.0), np.nan)


def _judged(frame: pd.DataFrame, line: Fit, by_position: Floats, method: Method) -> dict[str, Any]:
    """The rate to go by, how likely it is real, and what to call it."""
    fitted = np.isfinite(line.slope)
    rate = np.where(fitted, line.slope, frame["epr"])
    known = np.isfinite(rate)
    basis = np.where(fitted, "lrr", np.where(known, "epr", "none"))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.abs(rate) / by_position
    of_position = 1.0 - 2.0 * special.ndtr(-z)
    of_fit = np.where(fitted, 1.0 - line.p, np.nan)
    both = np.stack([of_position, of_fit])
    some = np.isfinite(both)
    least = np.where(some, both, np.inf).min(axis=0)
    probability = np.where(known & some.any(axis=0), least, np.nan)
    proof = np.select([some.all(axis=0), some[1], some[0]], ["both", "fit", "position"], "none")
    erosion = rate * method.sign > 0
    proven = np.nan_to_num(probability) >= method.confidence
    trend = np.select(
        [~known, rate == 0, erosion & proven, erosion, proven],
        ["unknown", "stable", "erosion", "erosion_unproven", "accretion"],
        "accretion_unproven",
    )
    return {
        "trend": trend,
        "rate": rate,
        "rate_basis": basis,
        "real_probability": probability,
        "real_basis": np.where(known, proof, "none"),
    }
