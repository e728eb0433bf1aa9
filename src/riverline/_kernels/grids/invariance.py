"""Which pixels of two images did not change, and what brings the second image to the first one's radiometry.

The iteratively reweighted multivariate alteration detection of Nielsen, "The regularized iteratively reweighted MAD
method for change detection in multi- and hyperspectral data", IEEE Trans. Image Process. 16 (2007) 463-478, and the
normalisation of Canty & Nielsen, "Automatic radiometric normalization of multitemporal satellite imagery with the
iteratively re-weighted MAD transformation", Remote Sens. Environ. 112 (2008) 1025-1036.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg
from scipy.special import chdtrc, chdtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]

__all__ = ["Alteration", "Matching", "alteration", "chi_square", "match_bands", "match_bulk", "robust_spread"]

LEAST_SPREAD = 1e-3
"""Smallest spread of a variate, in units of the image's own: two equal images differ by nothing, not by noise."""


LEAST_CORE = 0.05
"""Weight in that of all pixels below which the core is too small to tell how bands vary together."""

QUARTILE, FAR, MOST_CHANGED, CALIBRATIONS = 0.25, 0.01, 0.6, 50
"""Quantile that the spread is measured at; share of unchanged pixels beyond which others are counted; most of these."""

WORST_CONDITION = 1e10
"""Condition of the correlations between bands from which on they depend on each other."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """What the differences of two images are measured with; b bands.

    Attributes
    ----------
    first, second : (b, b)
        Rows that bring the bands of either image to variates that correlate as well as can be.
    first_mean, second_mean : (b,)
        Weighted means of the bands.
    spread : (b,)
        Standard deviation of the difference of each pair of variates where nothing changed.
    correlation : (b,)
        Of the pairs of variates, falling.
    rounds
        How often the weights were found anew.
    settled
        Whether the correlations came to rest.
    changed
        Share of the pixels that changed, 0 to 1.
    """

    first: Floats
    second: Floats
    first_mean: Floats
    second_mean: Floats
    spread: Floats
    correlation: Floats
    rounds: int
    settled: bool
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class Matching:
    """Gain and offset of each band that bring the second image to the first, and what is left; b bands.

    Attributes
    ----------
    gain, offset : (b,)
        ``first ≈ gain · second + offset``.
    residual : (b,)
        Standard deviation of what is left on the pixels that did not change.
    agreement : (b,)
        Correlation of the bands on these pixels.
    """

    gain: Floats
    offset: Floats
    residual: Floats
    agreement: Floats


def alteration(first: Floats, second: Floats, *, rounds: int = 50, tolerance: float = 1e-3) -> Alteration | None:
    """The IR-MAD transformation of two images from pixels of both.

    Parameters
    ----------
    first, second : (n, b)
        Bands of the same n pixels at two dates, in any units.
    rounds
        Most iterations.
    tolerance
        Change of the correlations that counts as rest.

    Returns
    -------
    Alteration or None
        None where the pixels are too few or too alike to tell: fewer than 20 a band, or a band that is constant.

    Notes
    -----
    A linear change of either image's radiometry changes nothing, which is why images of different sensors can be
    compared. Where the weights collapse onto less than one pixel in twenty, the last transformation before that is kept
    and ``settled`` is ``False``.

    The weighted spread is that of a core of pixels that fit best, far less than that of all that did not change; of one
    or two bands the core shrinks to nothing. So the iteration finds the core, which changed ground does not move, and
    the spread is then scaled until as many pixels lie within the lower quartile of a chi-square as should, of those
    that did not change: see :func:`_calibrated`. One in twenty of these then has a probability of 0.95 or more.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> ground = random.normal(size=(4000, 2)) @ np.array([[1.0, 0.4], [0.2, 0.8]])
    >>> later = 3.0 * ground + 7.0 + random.normal(scale=0.05, size=ground.shape)
    >>> later[:400] += 20.0  # a tenth of the ground was built over
    >>> found = alteration(ground, later)
    >>> chi = chi_square(found, ground.T, later.T)
    >>> bool(chi[:400].min() > chi[400:].max()), found.settled
    (True, True)
    """
    n, bands = first.shape
    stacked = np.concatenate([first, second], axis=1).astype("float64")
    if n < 20 * bands or not np.all(stacked.std(axis=0) > 0):
        return None
    weights, found = np.ones(n), None
    for turn in range(1, rounds + 1):
        trial = _transformation(stacked, weights, bands, turn)
        if trial is None:
            break
        rest = found is not None and float(np.abs(trial.correlation - found.correlation).max()) < tolerance
        found = replace(trial, settled=rest)
        if rest:
            break
        weights = chdtrc(bands, chi_square(found, stacked[:, :bands].T, stacked[:, bands:].T))
        if weights.sum() < LEAST_CORE * n:
            break
    return None if found is None else _calibrated(found, stacked)


def _calibrated(found: Alteration, stacked: Floats) -> Alteration:
    """The transformation with the spread of all that did not change, and the share of the pixels that did.

    Changed pixels are far from the rest: those beyond what one in a hundred unchanged ones reaches are counted, less
    that hundredth. The quartile of the pixels is then a known quantile of those that did not change, and says how much
    their spread is; with it changed pixels are counted anew. It holds while less than half has changed.
    """
    bands = len(found.spread)
    chi = chi_square(found, stacked[:, :bands].T, stacked[:, bands:].T)
    quartile, far = float(np.quantile(chi, QUARTILE)), float(chdtri(bands, FAR))
    changed, scale = 0.0, 1.0
    for _ in range(CALIBRATIONS):
        # The core is never wider than what it was taken from; numbers that are coarse and equal would make it so.
        scale = max(quartile / float(chdtri(bands, 1.0 - QUARTILE / (1.0 - changed))), 1.0)
        beyond = float(np.mean(chi > scale * far)) - FAR * (1.0 - changed)
        before, changed = changed, min(max(beyond, 0.0), MOST_CHANGED)
        if abs(changed - before) < 1.0 / len(chi):
            break
    return replace(found, spread=np.maximum(found.spread * np.sqrt(scale), LEAST_SPREAD), changed=changed)


def _transformation(stacked: Floats, weights: Floats, bands: int, turn: int) -> Alteration | None:
    """One weighted canonical correlation analysis; None where a covariance cannot be inverted."""
    total = weights.sum()
    mean = weights @ stacked / total
    centred = stacked - mean
    covariance = (centred * weights[:, None]).T @ centred / total
    one, two, both = covariance[:bands, :bands], covariance[bands:, bands:], covariance[:bands, bands:]
    if any(np.linalg.cond(each) > WORST_CONDITION for each in (_standardised(one), _standardised(two))):
        return None
    try:
        squared, left = linalg.eigh(both @ linalg.solve(two, both.T, assume_a="pos"), one)
    except linalg.LinAlgError:
        return None
    order = np.argsort(squared)[::-1]
    correlation = np.sqrt(np.clip(squared[order], 1e-12, 1.0))
    left = left[:, order]
    right = linalg.solve(two, both.T @ left, assume_a="pos")
    right /= np.sqrt(np.einsum("ij,ik,kj->j", right, two, right))
    spread = np.maximum(np.sqrt(2.0 * (1.0 - correlation)), LEAST_SPREAD)
    return Alteration(left.T, right.T, mean[:bands], mean[bands:], spread, correlation, turn, settled=False)


def _standardised(covariance: Floats) -> Floats:
    """The correlations: whether bands depend on each other must not go by their units."""
    spread = np.sqrt(np.diag(covariance))
    return covariance / np.outer(spread, spread) if np.all(spread > 0) else np.zeros_like(covariance)


def chi_square(found: Alteration, first: Floats, second: Floats) -> Floats:
    """Sum of squares of the standardised differences: chi-square with b degrees of freedom where nothing changed.

    Parameters
    ----------
    found
        From :func:`alteration`.
    first, second : (b, …)
        Bands of the same pixels.

    Returns
    -------
    (…)
        Not a number where a band is none.
    """
    total = np.zeros(first.shape[1:], dtype=first.dtype)
    for row, other, spread in zip(found.first, found.second, found.spread, strict=True):
        difference = np.full(first.shape[1:], other @ found.second_mean - row @ found.first_mean, dtype=first.dtype)
        for band, (here, there) in enumerate(zip(row, other, strict=True)):
            difference += first.dtype.type(here) * first[band] - first.dtype.type(there) * second[band]
        total += (difference / first.dtype.type(spread)) ** 2
    return total


def match_bands(first: Floats, second: Floats, weights: Floats) -> Matching | None:
    """Gain and offset of each band by orthogonal regression on the pixels that did not change.

    Parameters
    ----------
    first, second : (n, b)
        Bands of the same pixels.
    weights : (n,)
        Probability of each pixel that nothing changed.

    Returns
    -------
    Matching or None
        None where the pixels are fewer than 50 together, or do not vary together.

    Notes
    -----
    Both images have errors, so that the line of least squares in the one would be too flat: the major axis of the cloud
    is taken, as Canty & Nielsen do, of the bands standardised by their spread (else the units would decide).

    Examples
    --------
    >>> dark_to_bright = np.linspace(0.0, 1.0, 101)[:, None]
    >>> found = match_bands(dark_to_bright, 2.0 * dark_to_bright + 0.5, np.ones(101))
    >>> found.gain.round(9).tolist(), found.offset.round(9).tolist()
    ([0.5], [-0.25])
    """
    total = float(weights.sum())
    if total < 50.0:  # noqa: PLR2004 - see the notes
        return None
    kept = weights > 0
    weights, both = weights[kept], [bands[kept].astype("float64") for bands in (first, second)]
    means = [np.einsum("n,nb->b", weights, bands) / total for bands in both]
    centred = [bands - mean for bands, mean in zip(both, means, strict=True)]
    spreads = [np.sqrt(np.einsum("n,nb,nb->b", weights, bands, bands) / total) for bands in centred]
    shared = np.einsum("n,nb,nb->b", weights, *centred) / total
    if not (np.all(spreads[0] > 0) and np.all(spreads[1] > 0) and np.all(shared > 0)):
        return None
    gain = spreads[0] / spreads[1]  # the major axis of two standardised variables that rise together
    residual = np.sqrt(np.einsum("n,nb->b", weights, (centred[0] - gain * centred[1]) ** 2) / total)
    return Matching(gain, means[0] - gain * means[1], residual, shared / (spreads[0] * spreads[1]))


def match_bulk(first: Floats, second: Floats, *, rounds: int = 8) -> Matching | None:
    """Gain and offset of each band by the bulk of all pixels, where those that did not change are too much alike.

    Parameters
    ----------
    first, second : (n, b)
        Bands of the same pixels.
    rounds
        How often the pixels near the line are found anew.

    Returns
    -------
    Matching or None
        None where the bulk does not vary together.

    Notes
    -----
    A least-trimmed line: it begins with the spread between the 10th and the 90th percentile of either image, and is
    drawn again and again through the pixels within three robust standard deviations of it (concentration steps of
    Rousseeuw & Van Driessen, *Data Min. Knowl. Discov.* 12 (2006) 29-45). It holds while less than half has changed.

    Examples
    --------
    >>> ground = np.linspace(0.0, 1.0, 2001)[:, None]
    >>> later = 2.0 * ground + 0.5
    >>> later[:300] = 9.0
    >>> match_bulk(ground, later).gain.round(6).tolist()
    [0.5]
    """
    lines = []
    for band in range(first.shape[1]):
        one, other = first[:, band].astype("float64"), second[:, band].astype("float64")
        here, there = (np.quantile(each, (0.1, 0.5, 0.9)) for each in (one, other))
        gain = (here[2] - here[0]) / (there[2] - there[0]) if there[2] > there[0] else 1.0
        offset = here[1] - gain * there[1]
        found = None
        for _ in range(rounds):
            rest = one - gain * other - offset
            near = np.abs(rest) <= 3.0 * max(robust_spread(rest), 1e-9)
            found = match_bands(one[:, None], other[:, None], near.astype("float64"))
            if found is None:
                return None
            gain, offset = float(found.gain[0]), float(found.offset[0])
        lines.append(found)
    columns = ("gain", "offset", "residual", "agreement")
    return Matching(*(np.concatenate([getattr(line, name) for line in lines]) for name in columns))


def robust_spread(values: Floats) -> float:
    """Standard deviation of the bulk of the values, from the median of their distances to the median.

    Examples
    --------
    >>> round(robust_spread(np.array([-1.0, 0.0, 1.0, 900.0])), 3)
    1.483
    """
    known = values[np.isfinite(values)]
    return 1.4826 * float(np.median(np.abs(known - np.median(known)))) if len(known) else float("nan")
