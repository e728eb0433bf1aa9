"""Thresholds of a histogram: Otsu's in two and three classes, and how well any threshold parts what is there.

Examples
--------
>>> import numpy as np
>>> counts = np.array([0, 40, 10, 0, 5, 20, 0, 0])
>>> centres = np.linspace(-0.7, 0.7, 8)
>>> split = split_at(counts, centres, otsu(counts, centres))
>>> round(split.value, 2), round(split.separability, 2), round(split.upper, 2), round(split.share, 2)
(-0.2, 0.95, 0.26, 0.33)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

__all__ = ["Split", "multi_otsu", "otsu", "split_at"]

_NEARLY_BEST, _OVERLAP = 0.99, 0.2
"""Share of the greatest variance from which on a cut parts nearly as well; less by so much of the classes' overlap."""


@dataclass(frozen=True, slots=True)
class Split:
    """What a threshold makes of a histogram.

    Attributes
    ----------
    value
        The threshold.
    separability
        Variance between the two classes in that of all, 0 to 1; two thirds for one bell curve cut in its middle.
    spread
        Half the range of thresholds that part the classes nearly as well as the best (99 % of its variance), and of the
        value itself.
    lower, upper
        Means of the classes; NaN for an empty one.
    share
        Share of the upper class, 0 to 1.
    """

    value: float
    separability: float
    spread: float
    lower: float
    upper: float
    share: float


def _between(counts: Counts, centres: Floats) -> tuple[Floats, Floats]:
    """Variance between classes for a cut after each bin, and the places of those cuts."""
    total = counts.sum()
    weight = np.cumsum(counts) / max(total, 1)
    moment = np.cumsum(counts * centres) / max(total, 1)
    inside = weight[:-1] * (1.0 - weight[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (moment[-1] * weight[:-1] - moment[:-1]) ** 2 / inside
    return np.where(inside > 0, variance, 0.0), (centres[:-1] + centres[1:]) / 2


def otsu(counts: Counts, centres: Floats) -> float:
    """Otsu's threshold: the cut with the greatest variance between classes.

    Where several cuts are as good, for nothing lies between the classes, it is the one nearest to the middle of their
    means: the value of a pixel that is half water and half land.

    Parameters
    ----------
    counts, centres : (n,)
        A histogram with bins of one width.

    Returns
    -------
    float
        NaN where fewer than two bins hold anything.

    Notes
    -----
    N. Otsu (1979), IEEE Transactions on Systems, Man, and Cybernetics 9(1), 62-66.
    """
    variance, cuts = _between(counts, centres)
    best = variance.max(initial=0.0)
    if best <= 0.0:
        return float("nan")
    alike = cuts[variance >= best * (1.0 - 1e-12)]
    split = split_at(counts, centres, float(alike[0]))
    return float(alike[np.abs(alike - (split.lower + split.upper) / 2).argmin()])


def multi_otsu(counts: Counts, centres: Floats) -> tuple[float, float]:
    """Otsu's two thresholds between three classes.

    Parameters
    ----------
    counts, centres : (n,)
        A histogram with bins of one width; more than a few hundred bins cost n² in memory.

    Returns
    -------
    tuple of float
        Lower and upper threshold; NaN where fewer than three bins hold anything.
    """
    if np.count_nonzero(counts) < 3:  # noqa: PLR2004 - three classes
        return float("nan"), float("nan")
    total = counts.sum()
    weight = np.concatenate([[0.0], np.cumsum(counts) / total])
    moment = np.concatenate([[0.0], np.cumsum(counts * centres) / total])
    first, second = np.meshgrid(np.arange(1, len(counts)), np.arange(1, len(counts)), indexing="ij")

    def part(low: NDArray[np.int64], high: NDArray[np.int64]) -> Floats:
        mass = weight[high] - weight[low]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(mass > 0, (moment[high] - moment[low]) ** 2 / mass, 0.0)

    end = np.full_like(second, len(counts))
    score = part(np.zeros_like(first), first) + part(first, second) + part(second, end)
    score[second <= first] = -1.0
    low, high = np.unravel_index(int(score.argmax()), score.shape)
    cuts = (centres[:-1] + centres[1:]) / 2
    return float(cuts[low]), float(cuts[high])


def split_at(counts: Counts, centres: Floats, value: float) -> Split:
    """What a threshold makes of a histogram.

    Parameters
    ----------
    counts, centres : (n,)
        A histogram with bins of one width.
    value
        The threshold.
    """
    upper = centres > value
    total = counts.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (counts * centres).sum() / total
        low = (counts[~upper] * centres[~upper]).sum() / counts[~upper].sum()
        high = (counts[upper] * centres[upper]).sum() / counts[upper].sum()
        share = counts[upper].sum() / total
        spread_of_all = (counts * (centres - mean) ** 2).sum() / total
        separability = share * (1.0 - share) * (high - low) ** 2 / spread_of_all
    variance, cuts = _between(counts, centres)
    # Of classes that overlap a cut far away may be the better one on the next image.
    nearly_best = min(_NEARLY_BEST, 1.0 - _OVERLAP * (1.0 - float(np.nan_to_num(separability))))
    nearly = cuts[variance >= nearly_best * variance.max(initial=0.0)]
    spread = (max(nearly.max(), value) - min(nearly.min(), value)) / 2 if variance.max(initial=0.0) > 0 else np.nan
    return Split(float(value), float(np.nan_to_num(separability)), float(spread), float(low), float(high),
                 float(np.nan_to_num(share)))  # fmt: skip
