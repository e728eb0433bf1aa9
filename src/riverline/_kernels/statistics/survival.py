"""How long until something happens, when for some nobody knows yet; and shares with their intervals.

Kaplan, Meier (1958): Nonparametric estimation from incomplete observations. Greenwood (1926) for the variance; the
interval is made on the log-log scale, so that it stays between 0 and 1 (Kalbfleisch, Prentice 1980). Wilson (1927) for
shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

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
    spread : (k,)
        Greenwood's sum: variance of the logarithm of the share.
    at_risk : (k,)
        How many were watched until then.
    last
        Longest time that anybody was watched; without end where it has happened to all, NaN where there is nobody.
    """

    time: Floats
    survival: Floats
    spread: Floats
    at_risk: Floats
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
        return ProductLimit(none, none, none, none, float("nan"))
    moments, deaths = np.unique(durations[event], return_counts=True)
    at_risk = len(durations) - np.searchsorted(np.sort(durations), moments, side="left")
    survival = np.cumprod(1.0 - deaths / at_risk, dtype="float64")
    with np.errstate(divide="ignore"):
        spread = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
    last = float("inf") if event.all() else float(durations.max())
    return ProductLimit(moments, survival, spread, at_risk.astype("float64"), last)


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
        NaN for times beyond the last that anybody was watched, unless it had happened to all by then. Where nothing
        has happened yet the interval is that of nothing: 1 to 1. Where it happened to all who were still watched,
        which may be one of them, the share is 0 and its upper end that before, times Wilson's for the last step.

    Examples
    --------
    >>> curve = product_limit([1, 2, 2, 3, 5], [True, True, False, True, False])
    >>> [each.round(3).tolist() for each in surviving(curve, [2, 9], 0.95)]
    [[0.6, nan], [0.126, nan], [0.882, nan]]
    """
    wanted = np.asarray(times, dtype="float64")
    place = np.searchsorted(curve.time, wanted, side="right")
    share = np.append(1.0, curve.survival)[place]
    spread = np.append(0.0, curve.spread)[place]
    unknown = ~(wanted <= curve.last)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = z * np.sqrt(spread) / np.log(share)
        low, high = share ** np.exp(-reach), share ** np.exp(reach)
    sure = (share == 0.0) | (share == 1.0)
    low, high = np.where(sure, share, low), np.where(sure, share, high)
    if len(curve.time):
        before = curve.survival[-2] if len(curve.time) > 1 else 1.0
        high = np.where(share == 0.0, before * wilson(0.0, curve.at_risk[-1], confidence)[1], high)
    return tuple(np.where(unknown, np.nan, each) for each in (share, low, high))  # type: ignore[return-value]


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
