"""Trends of positions over time, one for each row of a matrix: end points, least squares, weighted, Theil-Sen.

Rows are transects, columns are dates; NaN is a date on which nothing was seen. All rows are fitted at once.

Examples
--------
>>> import numpy as np
>>> years = np.array([[0.0, 1.0, 2.0, 4.0]])
>>> found = fit(years, np.array([[0.0, 2.0, np.nan, 8.0]]))
>>> found.slope.tolist(), found.count.tolist()
([2.0], [3])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["EndPoints", "Fit", "MedianSlope", "end_points", "fit", "median_slope", "normal_quantile", "t_quantile"]

FEWEST = 3
"""Dates that a line is fitted to at least: with two it goes through both and has no error to speak of."""

# Pairwise slopes held at once: bounds the memory at some 100 MB, whatever the number of rows.
_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class EndPoints:
    """What first and last positions say, n of each; NaN where fewer than two were seen.

    Attributes
    ----------
    first, last : (n,)
        Columns of the earliest and the latest position; -1 where there is none.
    count : (n,)
        Number of positions.
    span : (n,)
        Time from the first to the last.
    movement, envelope : (n,)
        Last position less first; largest less smallest.
    """

    first: Integers
    last: Integers
    count: Integers
    span: Floats
    movement: Floats
    envelope: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """A straight line for each row, n of each; NaN where there are fewer than three dates.

    Attributes
    ----------
    count : (n,)
        Number of positions.
    slope, intercept : (n,)
        Per unit of time; position at time zero.
    slope_error : (n,)
        Standard error of the slope.
    residual_error : (n,)
        Standard error of the estimate, with weights that of an observation of weight one.
    r2, p : (n,)
        Coefficient of determination; two-sided probability of the slope's t value if there were no trend.
    """

    count: Integers
    slope: Floats
    intercept: Floats
    slope_error: Floats
    residual_error: Floats
    r2: Floats
    p: Floats


@dataclass(frozen=True, slots=True)
class MedianSlope:
    """Median of the pairwise slopes of each row, with its interval; NaN where there are fewer than three dates."""

    slope: Floats
    low: Floats
    high: Floats


def end_points(times: Floats, positions: Floats) -> EndPoints:
    """First and last positions, and the envelope.

    Parameters
    ----------
    times : (n, k)
        Time of each position, in any order.
    positions : (n, k)
        NaN where nothing was seen.

    Examples
    --------
    >>> found = end_points(np.array([[0.0, 5.0, 10.0]]), np.array([[1.0, 9.0, 4.0]]))
    >>> found.movement.tolist(), found.envelope.tolist(), found.span.tolist()
    ([3.0], [8.0], [10.0])
    """
    seen = np.isfinite(positions) & np.isfinite(times)
    count = seen.sum(axis=1)
    rows = np.arange(len(positions))
    if not positions.shape[1]:
        nothing = np.full(len(positions), np.nan)
        none = np.full(len(positions), -1)
        return EndPoints(none, none, count, nothing, nothing, nothing)
    first = np.where(seen, times, np.inf).argmin(axis=1)
    last = np.where(seen, times, -np.inf).argmax(axis=1)
    several = count > 1
    high = np.where(seen, positions, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(seen, positions, np.inf).min(axis=1, initial=np.inf)

    def known(values: Floats) -> Floats:
        return np.where(several, values, np.nan)

    with np.errstate(invalid="ignore"):
        return EndPoints(
            first=np.where(count > 0, first, -1),
            last=np.where(count > 0, last, -1),
            count=count,
            span=known(times[rows, last] - times[rows, first]),
            movement=known(positions[rows, last] - positions[rows, first]),
            envelope=known(high - low),
        )


def fit(times: Floats, positions: Floats, weights: Floats | None = None) -> Fit:
    """Least-squares lines, weighted if weights are given.

    Parameters
    ----------
    times, positions : (n, k)
        NaN where nothing was seen.
    weights : (n, k), optional
        What each squared residual counts; NaN takes the position out.

    Notes
    -----
    Ordinary and weighted least squares with the residual variance over n - 2, as any textbook has them. Times and
    positions are taken from their means first, so that rows of large numbers lose no digits.

    Examples
    --------
    >>> times = np.array([[0.0, 1.0, 2.0, 3.0]])
    >>> found = fit(times, np.array([[0.0, 1.0, 1.0, 2.0]]))
    >>> found.slope.round(6).tolist(), found.slope_error.round(6).tolist(), found.r2.round(6).tolist()
    ([0.6], [0.141421], [0.9])
    """
    seen = np.isfinite(times) & np.isfinite(positions)
    given = np.ones_like(positions) if weights is None else weights
    seen &= np.isfinite(given)
    count = seen.sum(axis=1)
    weight, x, y = (np.where(seen, values, 0.0) for values in (given, times, positions))
    enough = count >= FEWEST
    total = np.where(enough, weight.sum(axis=1), 1.0)
    mean_x, mean_y = ((weight * values).sum(axis=1) / total for values in (x, y))
    x, y = (np.where(seen, values - mean[:, None], 0.0) for values, mean in ((x, mean_x), (y, mean_y)))
    spread = (weight * x * x).sum(axis=1)
    fitted = enough & (spread > 0)
    slope = _over((weight * x * y).sum(axis=1), spread, fitted)
    residual = np.where(seen, y - np.nan_to_num(slope)[:, None] * x, 0.0)
    unexplained, scatter = (weight * residual**2).sum(axis=1), (weight * y * y).sum(axis=1)
    freedom = np.maximum(count - 2, 1)
    variance = np.where(fitted, unexplained / freedom, np.nan)
    error = np.sqrt(_over(variance, spread, fitted))
    return Fit(
        count=count,
        slope=slope,
        intercept=np.where(fitted, mean_y - np.nan_to_num(slope) * mean_x, np.nan),
        slope_error=error,
        residual_error=np.sqrt(variance),
        r2=1.0 - _over(unexplained, scatter, fitted & (scatter > 0)),
        p=_two_sided(slope, error, freedom),
    )


def median_slope(times: Floats, positions: Floats, confidence: float) -> MedianSlope:
    """Theil-Sen slopes with the interval of Sen (1968).

    Parameters
    ----------
    times, positions : (n, k)
        NaN where nothing was seen; no two positions of a row at the same time.
    confidence
        Level of the interval, between 0 and 1.

    Notes
    -----
    The interval's ends are slopes of the ordered list, at ranks (N ± zσ)/2 with the variance of Sen's equation 2.6,
    equal positions taken into account. The times of a row do not repeat, so they need no such correction.

    Examples
    --------
    >>> found = median_slope(np.array([[0.0, 1.0, 2.0, 3.0]]), np.array([[0.0, 1.0, 2.0, 30.0]]), 0.95)
    >>> found.slope.tolist()
    [5.5]
    """
    columns = positions.shape[1]
    one, other = np.triu_indices(columns, 1)
    result = np.full((3, len(positions)), np.nan)
    step = max(1, _PAIRS // max(len(one), columns**2, 1))
    for start in range(0, len(positions), step):
        rows = slice(start, start + step)
        result[:, rows] = _median_slopes(times[rows], positions[rows], one, other, confidence)
    return MedianSlope(*result)


def _median_slopes(times: Floats, positions: Floats, one: Integers, other: Integers, confidence: float) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        slopes = (positions[:, other] - positions[:, one]) / (times[:, other] - times[:, one])
    slopes = np.sort(np.where(np.isfinite(slopes), slopes, np.nan), axis=1)
    pairs = np.isfinite(slopes).sum(axis=1)
    seen = np.isfinite(positions) & np.isfinite(times)
    count = seen.sum(axis=1)
    enough = count >= FEWEST
    equal = (positions[:, :, None] == positions[:, None, :]).sum(axis=2)
    ties = np.where(seen & (equal > 1), (equal - 1) * (2 * equal + 5), 0).sum(axis=1)
    sigma = np.sqrt((count * (count - 1) * (2 * count + 5) - ties) / 18.0)
    z = normal_quantile(confidence)
    high = np.minimum(np.round((pairs + z * sigma) / 2.0).astype("int64"), pairs - 1)
    low = np.maximum(np.round((pairs - z * sigma) / 2.0).astype("int64") - 1, 0)

    def ranked(rank: Integers) -> Floats:
        there = enough & (rank >= 0) & (rank < pairs)
        picked = np.take_along_axis(slopes, np.where(there, rank, 0)[:, None], axis=1)[:, 0]
        return np.where(there, picked, np.nan)

    if not slopes.shape[1]:
        return np.full((3, len(positions)), np.nan)
    middle = (ranked((pairs - 1) // 2) + ranked(pairs // 2)) / 2.0
    return np.stack([middle, ranked(low), ranked(high)])


def t_quantile(confidence: float, freedom: Integers) -> Floats:
    """How many standard errors half the interval of a level is, by Student's t; NaN without degrees of freedom.

    Examples
    --------
    >>> t_quantile(0.95, np.array([1, 10])).round(4).tolist()
    [12.7062, 2.2281]
    """
    known = freedom > 0
    return np.where(known, special.stdtrit(np.where(known, freedom, 1), 0.5 + confidence / 2.0), np.nan)


def normal_quantile(confidence: float) -> float:
    """How many standard deviations half the interval of a level is, by the normal law.

    Examples
    --------
    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    return float(special.ndtri(0.5 + confidence / 2.0))


def _two_sided(slope: Floats, error: Floats, freedom: Integers) -> Floats:
    """Probability of a t value as large either way; 0 where the line goes through every point and rises or falls."""
    exact = (error == 0) & np.isfinite(slope)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.abs(slope / error)
    return np.where(exact, np.where(slope == 0, 1.0, 0.0), 2.0 * special.stdtr(freedom, -np.where(exact, 0.0, t)))


def _over(above: Floats, below: Floats, known: NDArray[np.bool_]) -> Floats:
    return np.where(known, above / np.where(known, below, 1.0), np.nan)
