"""What lasts: places that once changed and have looked changed ever since, over a stack of dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

__all__ = ["lasting", "lasting_odds"]


def lasting(hit: Flags, agreeing: Flags, seen: Flags, *, share: float) -> tuple[Flags, NDArray[np.int8]]:
    """Pixels that changed at some date, agree with it at most dates since, and at the last date that shows them.

    Parameters
    ----------
    hit : (t, …)
        Dates on which a pixel differs from its reference as looked for.
    agreeing : (t, …)
        Dates on which it looks as it does after the change, though its reference of that season may do so too.
    seen : (t, …)
        Dates that show the pixel.
    share
        Least share of the dates since the first hit that must agree.

    Returns
    -------
    lasting : (…)
        Whether there is such a first hit.
    onset : (…)
        The earliest one, -1 where there is none.

    Examples
    --------
    Built in the second of four images; harvested in the third only; flooded in the last.

    >>> hit = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 1]], dtype=bool)
    >>> lasts, onset = lasting(hit, hit, np.ones_like(hit), share=0.75)
    >>> lasts.tolist(), onset.tolist()
    ([True, False, True], [1, -1, 3])
    """
    dates = len(hit)
    agrees = (agreeing | hit) & seen
    best = np.full(hit.shape[1:], -1, dtype="int8")
    count, total = np.zeros((2, *hit.shape[1:]), dtype="int16")
    ends_well = np.zeros(hit.shape[1:], dtype=bool)
    for date in reversed(range(dates)):
        # The last date that shows the pixel decides whether the change is still there.
        ends_well |= agrees[date] & (total == 0)
        count += agrees[date]
        total += seen[date]
        starts = hit[date] & seen[date] & ends_well & (count >= share * total)
        best[starts] = date
    return best >= 0, best


def lasting_odds(
    agreeing: Flags, seen: Flags, *, stays: float, passes: float, kept: NDArray[np.float64] | float = 1.0
) -> NDArray[np.float64]:
    """How much likelier the dates after the first are if the change lasts than if it passes.

    Parameters
    ----------
    agreeing, seen : (t, n)
        Later dates on which each of n changes is still there, and is visible.
    stays
        Probability that a lasting change is recognised on a date.
    passes
        Probability that a passing one (a harvest, a shadow, a flood) happens to be there again.
    kept : (t, n)
        How much a date tells by itself, 0 to 1: the exponent of its ratio.

    Returns
    -------
    (n,)
        Product of the ratios; 1 where there is no later date.

    Examples
    --------
    >>> there = np.array([[True, True], [True, False]])
    >>> lasting_odds(there, np.ones_like(there), stays=0.9, passes=0.3).round(3).tolist()
    [9.0, 0.429]
    """
    ratio = np.where(agreeing, np.log(stays / passes), np.log((1.0 - stays) / (1.0 - passes)))
    return np.exp((np.where(seen, ratio, 0.0) * kept).sum(axis=0))
