"""Whether what an index calls water is two kinds of ground: dark in the infrared as water is, and bright as land is.

Examples
--------
>>> import numpy as np
>>> infrared = np.repeat([20.0, 30.0, 140.0, 150.0, 190.0], 200)  # lakes, and fields of which some pass for water
>>> index = np.repeat([0.5, 0.4, 0.0, 0.1, -0.4], 200)
>>> found = mixture_of(index, infrared, index > -0.1)
>>> found.share, 30.0 < found.cut < 140.0, 0.1 < found.parting < 0.4
(0.5, True, True)
>>> mixture_of(index, infrared, index > 0.2).share
0.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.grids.thresholds import otsu, split_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64] | NDArray[np.float32]

__all__ = ["ONE_KIND", "Mixture", "mixture_of"]

APART = 0.85
"""Separability of the two kinds in the infrared from which on they are two; one bell curve has 0.64, an even spread
0.75."""

LEAST = 0.1
"""Share of the bright kind that mixed pixels at the edge of small waters may have."""

_BINS = 256
_ENOUGH = 64
_TAIL = 0.001


@dataclass(frozen=True, slots=True)
class Mixture:
    """Two kinds of ground in what is called water.

    Attributes
    ----------
    share
        Share of the bright kind in it, 0 where there is one kind only.
    cut
        Value in the infrared between the two; NaN where there is one.
    parting
        Index that parts the dark kind from all other ground with the fewest errors; NaN where there is one kind.
    """

    share: float = 0.0
    cut: float = float("nan")
    parting: float = float("nan")


ONE_KIND = Mixture()


def mixture_of(index: Floats, infrared: Floats, wet: NDArray[np.bool_]) -> Mixture:
    """The two kinds in what is called water, if they are two and the bright one is nearer to land than to the dark one.

    Parameters
    ----------
    index, infrared : (n,)
        Of each pixel, in any unit.
    wet : (n,)
        What is called water.
    """
    if min(np.count_nonzero(wet), np.count_nonzero(~wet)) < _ENOUGH:
        return ONE_KIND
    low, high = (float(each) for each in np.quantile(infrared, [_TAIL, 1.0 - _TAIL]))
    if not high > low:
        return ONE_KIND
    counts, edges = np.histogram(np.clip(infrared[wet], low, high), bins=_BINS, range=(low, high))
    centres = (edges[1:] + edges[:-1]) / 2
    split = split_at(counts, centres, otsu(counts, centres))
    like_land = split.upper > (split.lower + float(np.median(infrared[~wet]))) / 2
    if split.separability < APART or split.share < LEAST or not like_land:
        return ONE_KIND
    return Mixture(split.share, split.value, _parting(index, infrared <= split.value))


def _parting(index: Floats, dark: NDArray[np.bool_]) -> float:
    """The index above which lies what is dark, with the fewest errors on either side."""
    order = np.argsort(index, kind="stable")
    lost = np.cumsum(dark[order]) + np.count_nonzero(~dark) - np.cumsum(~dark[order])
    best = int(lost.argmin())
    return float(index[order[best : best + 2]].mean())
