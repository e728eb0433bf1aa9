"""Which is worst, and how sure that is: ranks with intervals, and the limits of a funnel plot.

Examples
--------
>>> found = ranks(np.array([3.0, 1.0, 1.2]), np.array([2.0, 0.5, 0.6]), np.array([4.0, 1.5, 2.5]))
>>> found.rank.tolist(), found.first.tolist(), found.last.tolist()
([1, 3, 2], [1, 2, 1], [2, 3, 3])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Ranks", "funnel_limits", "ranks"]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rank of each row, 1 the highest, and the first and the last rank that its interval allows, n of each.

    Rows of equal rate share the better rank.
    """

    rank: Integers
    first: Integers
    last: Integers


def ranks(rate: Floats, low: Floats, high: Floats) -> Ranks:
    """Ranks of rates that are known up to an interval.

    Parameters
    ----------
    rate, low, high : (n,)
        Rates with their intervals; rows of NaN are last.

    Returns
    -------
    Ranks
        ``first`` is one more than the number of rows that lie above the row for certain, their intervals not touching;
        ``last`` leaves behind it those that lie below for certain.
    """
    count = len(rate)
    falling = np.sort(-np.nan_to_num(rate, nan=-np.inf))
    rank = np.searchsorted(falling, -np.nan_to_num(rate, nan=-np.inf), side="left") + 1
    lows, highs = np.sort(np.nan_to_num(low, nan=-np.inf)), np.sort(np.nan_to_num(high, nan=np.inf))
    above = count - np.searchsorted(lows, np.nan_to_num(high, nan=np.inf), side="right")
    below = np.searchsorted(highs, np.nan_to_num(low, nan=-np.inf), side="left")
    return Ranks(rank.astype("int64"), (above + 1).astype("int64"), (count - below).astype("int64"))


def funnel_limits(expected: Floats, level: float) -> tuple[Floats, Floats]:
    """Counts between which a row of average rate lies: the funnel of a plot of counts against exposure.

    Parameters
    ----------
    expected : (n,)
        Events at the average rate.
    level
        Probability of lying within, such as 0.998.

    Returns
    -------
    low, high : (n,)
        Whole numbers: P(X < low) and P(X > high) of a Poisson count are at most half of what is left of 1.

    Examples
    --------
    >>> [each.tolist() for each in funnel_limits(np.array([0.2, 10.0]), 0.95)]
    [[0.0, 4.0], [1.0, 17.0]]
    """
    tail = (1.0 - level) / 2
    return tuple(np.maximum(stats.poisson.ppf([[tail], [1.0 - tail]], expected), 0.0))
