"""Hot and cold over time: trends of scores by ranks, and what a place's series of hot and cold steps is called.

Examples
--------
>>> hot = np.array([[False, False, True], [True, True, True], [True, False, False]])
>>> categories(hot, np.zeros_like(hot), np.array([0, 1, 0]), wording="2.8").tolist()
['new_hot', 'intensifying_hot', 'sporadic_hot']
>>> categories(hot, np.zeros_like(hot), np.array([0, 1, 0]), wording="3").tolist()
['new_hot', 'intensifying_hot', 'none']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import special, stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["CATEGORIES", "Trend", "Wording", "categories", "mann_kendall"]

Wording = Literal["2.8", "3"]

CATEGORIES = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
)
"""Names of patterns, each of hot and of cold; with ``none`` they are seventeen."""

# Level at which an autocorrelation of ranks is taken for one (Hamed & Rao 1998).
_LAG_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Trend:
    """Mann-Kendall statistic, its variance, score and two-sided p, and Sen's slope a step, n of each."""

    statistic: Floats
    variance: Floats
    z: Floats
    p: Floats
    slope: Floats


def mann_kendall(series: Floats, *, autocorrelated: bool = True) -> Trend:
    """Whether each series rises or falls: the Mann-Kendall test with ties, corrected for autocorrelation.

    Parameters
    ----------
    series : (n, t)
        A row a place, a column a step.
    autocorrelated
        Whether the variance is corrected by the autocorrelations of the detrended ranks that are significant (Hamed &
        Rao 1998): scores whose neighbourhood reaches back in time are autocorrelated by construction.

    References
    ----------
    Mann, H. B. (1945). Nonparametric tests against trend. Econometrica 13(3).
    Hamed, K. H. & Rao, A. R. (1998). A modified Mann-Kendall trend test for autocorrelated data. Journal of Hydrology
    204(1-4).
    Sen, P. K. (1968). Estimates of the regression coefficient based on Kendall's tau. JASA 63(324).

    Examples
    --------
    >>> found = mann_kendall(np.array([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 2.0, 2.0, 2.0, 2.0]]), autocorrelated=False)
    >>> found.statistic.tolist(), found.z.round(3).tolist(), found.slope.tolist()
    ([10.0, 0.0], [2.205, 0.0], [1.0, 0.0])
    """
    steps = series.shape[1]
    one, other = np.triu_indices(steps, 1)
    differences = series[:, other] - series[:, one]
    statistic = np.sign(differences).sum(axis=1)
    slope = np.median(differences / (other - one), axis=1) if len(one) else np.zeros(len(series))
    variance = np.full(len(series), steps * (steps - 1) * (2 * steps + 5) / 18.0) - _ties(series) / 18.0
    if autocorrelated and steps > 3:  # noqa: PLR2004 - the correction has (t - 2) below
        variance = variance * _correction(series, slope)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (statistic - np.sign(statistic)) / np.sqrt(np.maximum(variance, 0.0)), 0.0)
    return Trend(statistic, variance, z, 2.0 * special.ndtr(-np.abs(z)), slope)


def _ties(series: Floats) -> Floats:
    """Sum of t (t - 1) (2 t + 5) over groups of equal values of each row."""
    ordered = np.sort(series, axis=1)
    group = np.concatenate([np.zeros((len(series), 1)), np.cumsum(np.diff(ordered, axis=1) != 0, axis=1)], axis=1)
    flat = (group + np.arange(len(series))[:, None] * series.shape[1]).astype("int64")
    size = np.bincount(flat.ravel(), minlength=series.size).reshape(series.shape)
    return np.asarray((size * (size - 1) * (2 * size + 5)).sum(axis=1), dtype="float64")


def _correction(series: Floats, slope: Floats) -> Floats:
    """By how much autocorrelation widens the variance, at least to nothing less than a hundredth."""
    steps = series.shape[1]
    ranks = stats.rankdata(series - slope[:, None] * np.arange(steps), axis=1)
    away = ranks - ranks.mean(axis=1, keepdims=True)
    power = (away**2).sum(axis=1)
    limit = special.ndtri(1.0 - _LAG_LEVEL / 2) / np.sqrt(steps)
    added = np.zeros(len(series))
    for lag in range(1, steps):
        with np.errstate(invalid="ignore", divide="ignore"):
            like = np.where(power > 0, (away[:, lag:] * away[:, :-lag]).sum(axis=1) / power, 0.0)
        left = steps - lag
        added += np.where(np.abs(like) > limit, left * (left - 1) * (left - 2) * like, 0.0)
    return np.maximum(1.0 + 2.0 / (steps * (steps - 1) * (steps - 2)) * added, 0.01)


def categories(
    hot: Flags, cold: Flags, trend: Integers, *, wording: Wording = "3", share: float = 0.9
) -> NDArray[np.object_]:
    """Name of each place's pattern over time.

    Parameters
    ----------
    hot, cold : (n, t)
        Whether each step was significantly hot, or cold; never both.
    trend : (n,)
        1 where the scores rise significantly, -1 where they fall, else 0.
    wording
        Two wordings of the same seventeen names were published by Esri: in ``"2.8"`` a sporadic place may be off in the
        last step, in ``"3"`` it may not.
    share
        Share of the steps from which a place counts as always hot.

    Returns
    -------
    (n,)
        ``new_hot`` … ``historical_cold``, or ``none``. Where two texts hold, the one that is listed first in
        :data:`CATEGORIES` counts.
    """
    found = np.full(len(hot), "none", dtype="object")
    sides = {
        "hot": _patterns(hot, cold, trend, wording, share),
        "cold": _patterns(cold, hot, -trend, wording, share),
    }
    for name in reversed(CATEGORIES):
        for kind, patterns in sides.items():
            found[patterns[name]] = f"{name}_{kind}"
    return found


def _patterns(here: Flags, there: Flags, way: Integers, wording: Wording, share: float) -> dict[str, Flags]:
    """Whether each text holds, for hot or for cold."""
    count, last = here.sum(axis=1), here[:, -1]
    always = count >= share * here.shape[1] - 1e-9
    run = np.cumprod(here[:, ::-1], axis=1).sum(axis=1)
    once = last & (count == 1)
    mixed = there.any(axis=1)
    sporadic = ~always & ~mixed & (last if wording == "3" else count > 0)
    patterns = {
        "new": once,
        "consecutive": last & (run > 1) & (count == run) & ~always,
        "intensifying": always & last & (way > 0),
        "persistent": always & last & (way == 0),
        "diminishing": always & last & (way < 0),
        "sporadic": sporadic,
        "oscillating": ~always & last & mixed,
        "historical": always & ~last,
    }
    return {name: patterns[name] for name in CATEGORIES}
