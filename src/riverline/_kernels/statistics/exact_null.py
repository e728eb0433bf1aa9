"""What chance gives for the sum of a few counts drawn from all: exactly, without simulation.

If a map's counts were dealt out to its places at random, the count of a neighbourhood of k places is the sum of k
values drawn without replacement. Its distribution is the coefficient of ``y**k`` in the product over distinct counts v,
m of each, of ``sum_j C(m, j) y**j x**(j v)``: a small dynamic programme whatever the number of places. There is no
smallest p as with simulation, and ties count in full.

Examples
--------
>>> chances_of_sums(np.array([0, 1, 2]), np.array([2, 1, 1]), 2).round(6).tolist()
[0.166667, 0.333333, 0.333333, 0.166667]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["MOST_DRAWN", "binomial_tails", "chances_of_sums", "conditional_tails", "permutation_tails"]

MOST_DRAWN = 150
"""Most places of a neighbourhood: 1/k! must be a number of full precision."""


def chances_of_sums(value: Integers, many: Integers, drawn: int) -> Floats:
    """Probability of each sum of values drawn without replacement.

    Parameters
    ----------
    value, many : (v,)
        Distinct counts in rising order, none below 0, and how many places have each.
    drawn
        How many are drawn, at most as many as there are places and :data:`MOST_DRAWN`.

    Returns
    -------
    (s + 1,)
        Probability of the sums 0 to s, s the largest there can be. All terms are positive: even chances of 1e-200 are
        right to some 12 digits.

    Raises
    ------
    ValueError
        If more are drawn than there are, or than can be computed.

    Examples
    --------
    >>> chances_of_sums(np.array([3]), np.array([3]), 2).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    count = int(many.sum())
    if not 0 <= drawn <= min(count, MOST_DRAWN):
        message = f"{drawn} of {count} values cannot be drawn; at most {MOST_DRAWN}"
        raise ValueError(message)
    top = int(np.repeat(value[::-1], np.minimum(many[::-1], drawn))[:drawn].sum())
    # ways[j, s]: j drawn with sum s, in units of count**j, so that nothing overflows.
    ways = np.zeros((drawn + 1, top + 1))
    ways[0, 0] = 1.0
    for worth, number in zip(value.tolist(), many.tolist(), strict=True):
        most = min(number, drawn, top // worth if worth else drawn)
        picks = np.cumprod(np.concatenate([[1.0], (number - np.arange(most)) / (np.arange(1, most + 1) * count)]))
        more = ways * picks[0]
        for taken in range(1, most + 1):
            step = taken * worth
            more[taken:, step:] += picks[taken] * ways[: drawn + 1 - taken, : top + 1 - step]
        ways = more
    return np.asarray(ways[drawn] / np.prod((count - np.arange(drawn)) / (np.arange(1, drawn + 1) * count)))


def permutation_tails(counts: Integers, around: Integers, sums: Integers) -> tuple[Floats, Floats]:
    """Exact chance of a neighbourhood's sum being as large, and as small, as it is.

    Parameters
    ----------
    counts : (n,)
        Counts of the places.
    around : (m,)
        Number of neighbours of each place that is asked about, itself not counted.
    sums : (m,)
        Sum over the neighbours and the place itself: all n counts are dealt out anew, k + 1 of them make the sum.

    Returns
    -------
    upper, lower : (m,)
        P(S >= s) and P(S <= s).

    Examples
    --------
    >>> [tail.round(4).tolist() for tail in permutation_tails(np.array([0, 0, 1, 2]), np.array([1]), np.array([3]))]
    [[0.1667], [1.0]]
    """
    value, many = np.unique(np.asarray(counts, dtype="int64"), return_counts=True)
    upper, lower = np.ones((2, len(around)))
    for size in np.unique(around):
        here = np.flatnonzero(around == size)
        upper[here], lower[here] = _tails(chances_of_sums(value, many, int(size) + 1), sums[here])
    return upper, lower


def _tails(chance: Floats, sums: Integers) -> tuple[Floats, Floats]:
    """P(S >= s) and P(S <= s) out of the chance of each sum."""
    above = np.append(np.cumsum(chance[::-1])[::-1], 0.0)
    below = np.cumsum(chance)
    at = np.clip(sums, 0, len(chance) - 1)
    over = sums > len(chance) - 1
    return np.minimum(np.where(over, 0.0, above[at]), 1.0), np.minimum(np.where(over, 1.0, below[at]), 1.0)


def conditional_tails(counts: Integers, around: Integers, sums: Integers) -> tuple[Floats, Floats]:
    """The same with each place keeping its own count: what conditional permutation estimates.

    Parameters
    ----------
    counts : (n,)
        Counts of the places.
    around : (n,)
        Number of neighbours of each, itself not counted.
    sums : (n,)
        Sum over its neighbours, itself not counted.

    Returns
    -------
    upper, lower : (n,)
        P(S >= s) and P(S <= s) for the sum of k of the other n - 1 counts.

    Examples
    --------
    >>> counts = np.array([2, 1, 0, 0])
    >>> conditional_tails(counts, np.array([1, 2, 2, 1]), np.array([1, 2, 1, 0]))[0].round(4).tolist()
    [0.3333, 0.6667, 1.0, 1.0]
    """
    value, place, many = np.unique(np.asarray(counts, dtype="int64"), return_inverse=True, return_counts=True)
    upper, lower = np.ones((2, len(counts)))
    kind = place * (int(around.max(initial=0)) + 1) + around
    order = np.argsort(kind, kind="stable")
    cuts = np.flatnonzero(np.diff(kind[order])) + 1
    for here in np.split(order, cuts) if len(order) else ():
        others = many.copy()
        others[place[here[0]]] -= 1
        left = others > 0
        chance = chances_of_sums(value[left], others[left], int(around[here[0]]))
        upper[here], lower[here] = _tails(chance, sums[here])
    return upper, lower


def binomial_tails(sums: Floats, shares: Floats, total: float | Floats) -> tuple[Floats, Floats]:
    """Exact chance of a neighbourhood's count, given its share of the exposure and the number of events in all.

    Parameters
    ----------
    sums : (m,)
        Events in each neighbourhood.
    shares : (m,)
        Its share of the exposure, 0 to 1.
    total : (m,) or one for all
        Events in all.

    Returns
    -------
    upper, lower : (m,)
        P(S >= s) and P(S <= s) of a binomial count (Besag & Newell 1991, conditional on the total).

    Examples
    --------
    >>> [tail.tolist() for tail in binomial_tails(np.array([0.0, 2.0]), np.array([0.5, 0.5]), 2)]
    [[1.0, 0.25], [0.25, 1.0]]
    """
    share = np.clip(shares, 0.0, 1.0)
    some = sums > 0
    upper = np.where(some, special.betainc(np.where(some, sums, 1.0), np.maximum(total - sums, 0.0) + 1.0, share), 1.0)
    lower = np.where(sums >= total, 1.0, special.betainc(np.maximum(total - sums, 1.0), sums + 1.0, 1.0 - share))
    return upper, lower
