"""Rates of few events on little exposure, drawn towards the mean by how little they say: empirical Bayes.

Examples
--------
>>> prior = gamma_prior(np.array([9, 0, 1, 0, 2, 8]), np.array([2.0, 2.0, 1.0, 1.0, 2.0, 2.0]))
>>> smooth(np.array([1, 10]), np.array([1.0, 10.0]), prior).rate.round(2).tolist()
[1.26, 1.04]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.float64] | NDArray[np.int64]

__all__ = ["Prior", "Smoothed", "gamma_prior", "moment_prior", "smooth"]

# A shape above this is no spread at all: rates are then one and the same.
_MOST_SHAPE = 1e6


@dataclass(frozen=True, slots=True)
class Prior:
    """Gamma distribution of the rates: mean, and shape (the smaller, the more they differ)."""

    mean: float
    shape: float


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Posterior mean of each rate and its central interval, n of each; never below 0."""

    rate: Floats
    low: Floats
    high: Floats


def gamma_prior(counts: Numbers, exposure: Floats) -> Prior:
    """The gamma prior under which the counts are likeliest: maximum likelihood of the gamma-Poisson model.

    Parameters
    ----------
    counts : (n,)
        Events; any weight of events that is not below 0 will do.
    exposure : (n,)
        Kilometres, passes …; rows without exposure say nothing.

    Returns
    -------
    Prior
        The shape is 1e6 where the counts differ no more than chance makes them.

    References
    ----------
    Clayton, D. & Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative risks. Biometrics 43(3).
    """
    known = exposure > 0.0
    count, size = np.asarray(counts, dtype="float64")[known], exposure[known]
    mean = float(count.sum() / size.sum()) if size.sum() > 0.0 else 0.0
    if mean <= 0.0:
        return Prior(mean, _MOST_SHAPE)
    pairs, many = np.unique(np.column_stack([count, size]), axis=0, return_counts=True)

    def against(point: Floats) -> float:
        centre, shape = np.exp(point)
        scale = shape / centre
        terms = special.gammaln(pairs[:, 0] + shape) - special.gammaln(shape)
        terms += shape * np.log(scale) - (pairs[:, 0] + shape) * np.log(scale + pairs[:, 1])
        terms += pairs[:, 0] * np.log(np.maximum(pairs[:, 1], 1e-300))
        return float(-(many * terms).sum() / many.sum())

    bounds = [(np.log(mean) - 5.0, np.log(mean) + 5.0), (np.log(1e-3), np.log(_MOST_SHAPE))]
    found = [
        optimize.minimize(against, np.log([mean, shape]), method="L-BFGS-B", bounds=bounds, tol=1e-12)
        for shape in (0.3, 3.0, 300.0)
    ]
    best = min(found, key=lambda each: each.fun)
    centre, shape = np.exp(best.x)
    flat = against(np.log([mean, _MOST_SHAPE]))
    return Prior(mean, _MOST_SHAPE) if flat <= best.fun + 1e-12 else Prior(float(centre), float(shape))


def moment_prior(counts: Numbers, exposure: Floats) -> Prior:
    """The gamma prior by moments, under which :func:`smooth` gives Marshall's estimate, as GeoDa, esda and spdep do.

    Parameters
    ----------
    counts : (n,)
        Events.
    exposure : (n,)
        Rows without exposure say nothing.

    Returns
    -------
    Prior
        Where the rates differ less than chance makes them, Marshall's variance is below 0, and rates drawn by it may be
        so too; here the shape is then 1e6, and all rates are the mean.

    References
    ----------
    Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. Applied Statistics 40.

    Examples
    --------
    >>> prior = moment_prior(np.array([0, 8]), np.array([10.0, 10.0]))
    >>> smooth(np.array([0, 8]), np.array([10.0, 10.0]), prior).rate.round(3).tolist()
    [0.1, 0.7]
    """
    known = exposure > 0.0
    count, size = np.asarray(counts, dtype="float64")[known], exposure[known]
    mean = float(count.sum() / size.sum()) if size.sum() > 0.0 else 0.0
    if mean <= 0.0:
        return Prior(mean, _MOST_SHAPE)
    spread = float((size * (count / size - mean) ** 2).sum() / size.sum() - mean / size.mean())
    return Prior(mean, mean**2 / spread if spread * _MOST_SHAPE > mean**2 else _MOST_SHAPE)


def smooth(counts: Numbers, exposure: Floats, prior: Prior, *, level: float = 0.95) -> Smoothed:
    """Rates drawn towards the prior: ``(count + shape) / (exposure + shape / mean)``, with their interval.

    Parameters
    ----------
    counts, exposure : (n,)
        A row without exposure has the prior itself.
    prior
        Of :func:`gamma_prior` or :func:`moment_prior`.
    level
        Probability of the interval.
    """
    if prior.mean <= 0.0:
        return Smoothed(*np.zeros((3, len(exposure))))
    shape = np.asarray(counts, dtype="float64") + prior.shape
    scale = exposure + prior.shape / prior.mean
    tail = (1.0 - level) / 2
    low, high = (special.gammaincinv(shape, share) / scale for share in (tail, 1.0 - tail))
    return Smoothed(shape / scale, low, high)
