"""How long until something happens, when for some nobody knows yet; and shares with their intervals.

Kaplan, Meier (1958): Nonparametric estimation from incomplete observations. Fay, Brittain, Proschan (2013): Pointwise
confidence intervals for a survival distribution with small samples or heavy censoring, for its interval, the Beta
product by the method of moments. Wilson (1927) for shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["ProductLimit", "product_limit", "quantile", "surviving", "wilson"]


@dataclass(frozen=True, slots=True)
class ProductLimit:
    """A product-limit curve: the k times at which something happened.

    Attributes
    ----------
    time : (k,)
        Ascending.
    survival : (k,)
        Share to which it has not happened, just after each time.
    at_risk, deaths : (k,)
        How many were watched until then, and to how many of them it happened then.
    left : (c,)
        Ascending times at which those left whom it had not happened to.
    count
        How many there are.
    last
        Longest time that anybody was watched; without end where it has happened to all, NaN where there is nobody.
    """

    time: Floats
    survival: Floats
    at_risk: Floats
    deaths: Floats
    left: Floats
    count: int
    last: float


def product_limit(times: ArrayLike, happened: ArrayLike) -> ProductLimit:
    """The product-limit curve of times until something happened, or until it was last known not to have.

    Parameters
    ----------
    times : (n,)
        Durations of zero or more.
    happened : (n,)
        Whether it happened then; else it had not happened until then.

    Returns
    -------
    ProductLimit
        What happened at a time is counted before those who were last watched then leave.

    Examples
    --------
    >>> curve = product_limit([1, 2, 2, 3, 5], [True, True, False, True, False])
    >>> curve.time.tolist(), curve.survival.round(3).tolist()
    ([1.0, 2.0, 3.0], [0.8, 0.6, 0.3])
    """
    durations: Floats = np.asarray(times, dtype="float64")
    event = np.asarray(happened, dtype=bool)
    if not len(durations):
        none = np.zeros(0)
        return ProductLimit(none, none, none, none, none, 0, float("nan"))
    moments, deaths = np.unique(durations[event], return_counts=True)
    at_risk = len(durations) - np.searchsorted(np.sort(durations), moments, side="left")
    survival = np.cumprod(1.0 - deaths / at_risk, dtype="float64")
    last = float("inf") if event.all() else float(durations.max())
    whole = (at_risk.astype("float64"), deaths.astype("float64"), np.sort(durations[~event]), len(durations))
    return ProductLimit(moments, survival, *whole, last)


def surviving(curve: ProductLimit, times: ArrayLike, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Share to which it has not happened by given times, with its interval.

    Parameters
    ----------
    curve
        From :func:`product_limit`.
    times : (m,)
        Times asked for.
    confidence
        Level of the interval, 0 to 1.

    Returns
    -------
    share, low, high : (m,)
        NaN for times beyond the last that anybody was watched, unless it had happened to all by then.

    Notes
    -----
    The interval is the Beta product of Fay, Brittain and Proschan, its quantiles by the method of moments: with nobody
    lost it is that of Clopper and Pearson, and it has a width where nothing has happened yet and where it has happened
    to all. Who was last watched on a day was watched on that day.

    Examples
    --------
    >>> curve = product_limit([1, 2, 2, 3, 5], [True, True, False, True, False])
    >>> [each.round(3).tolist() for each in surviving(curve, [2, 9], 0.95)]
    [[0.6, nan], [0.147, nan], [0.947, nan]]
    """
    wanted = np.asarray(times, dtype="float64")
    place = np.searchsorted(curve.time, wanted, side="right")
    share = np.append(1.0, curve.survival)[place]
    unknown = ~(wanted <= curve.last)
    mean, square = (np.append(1.0, np.cumprod(each))[place] for each in _moments(curve))
    # Who was watched until then and to whom it had not happened.
    leaves = np.append(0.0, np.cumsum(curve.deaths))[place]
    still = curve.count - np.searchsorted(curve.left, wanted, side="left") - leaves
    with np.errstate(divide="ignore", invalid="ignore"):
        after = still / (still + 1.0)
        low = _beta_quantile(mean * after, square * still / (still + 2.0), (1.0 - confidence) / 2)
        high = _beta_quantile(mean, square, (1.0 + confidence) / 2)
    low, high = np.where(still > 0, low, 0.0), np.where(place > 0, high, 1.0)
    return tuple(np.where(unknown, np.nan, each) for each in (share, low, high))  # type: ignore[return-value]


def _moments(curve: ProductLimit) -> tuple[Floats, Floats]:
    """Mean and mean square of the Beta variable of each step: Beta(at risk - happened + 1, happened)."""
    first, whole = curve.at_risk - curve.deaths + 1.0, curve.at_risk + 1.0
    return first / whole, first * (first + 1.0) / (whole * (whole + 1.0))


def _beta_quantile(mean: Floats, square: Floats, level: float) -> Floats:
    """Quantile of the Beta distribution that has a mean and a mean square."""
    size = (mean - square) / (square - mean**2)
    return np.asarray(betaincinv(mean * size, (1.0 - mean) * size, level), dtype="float64")


def quantile(curve: ProductLimit, share: float) -> float:
    """Time by which it has happened to a share of all; NaN where that was never seen.

    Examples
    --------
    >>> curve = product_limit([1, 2, 2, 3, 5], [True, True, False, True, False])
    >>> quantile(curve, 0.5), quantile(curve, 0.75)
    (3.0, nan)
    """
    there = np.flatnonzero(curve.survival <= 1.0 - share + 1e-12)
    return float(curve.time[there[0]]) if len(there) else float("nan")


def wilson(hits: ArrayLike, count: ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """Wilson's interval of shares; NaN of nothing.

    Parameters
    ----------
    hits, count : (n,)
        How many of how many.
    confidence
        Level of the interval, 0 to 1.

    Examples
    --------
    >>> [each.round(4).tolist() for each in wilson([0, 5], [10, 10], 0.95)]
    [[0.0, 0.2366], [0.2775, 0.7634]]
    """
    of = np.asarray(count, dtype="float64")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.asarray(hits, dtype="float64") / of
        centre = (share + z**2 / (2 * of)) / (1 + z**2 / of)
        half = z / (1 + z**2 / of) * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)
