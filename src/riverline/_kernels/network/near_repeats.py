"""Near repeats: whether events near each other on the water are near in time too, more than chance makes them.

Pairs of events are counted by bands of distance and of days between them (Knox 1964). Chance deals the dates out to the
events anew; its expectation is exact, its spread simulated on the same pairs.

Examples
--------
>>> pairs = Pairs(np.array([0, 0]), np.array([1, 2]), np.array([10.0, 20.0]))
>>> found = knox(pairs, np.array([0.0, 1.0, 9.0, 30.0]), np.array([0.0, 50.0]), np.array([0.0, 5.0, 40.0]), 1)
>>> found.observed.tolist(), found.expected.round(3).tolist()
([[1, 1]], [[0.333, 1.667]])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Knox", "Pairs", "knox"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of events, p of them: their numbers, and the distance between them."""

    one: Integers
    other: Integers
    distance: Floats


@dataclass(frozen=True, slots=True)
class Knox:
    """Pairs by bands of distance (rows) and of days (columns).

    Attributes
    ----------
    observed : (a, b)
        Pairs that are there.
    expected : (a, b)
        If dates are dealt out anew: exact.
    p : (a, b)
        ``(1 + worlds with as many) / (worlds + 1)``.
    """

    observed: Integers
    expected: Floats
    p: Floats


def knox(
    pairs: Pairs, days: Floats, distances: Floats, spans: Floats, seed: int, *, worlds: int = 99, ordered: bool = False
) -> Knox:
    """Count pairs of events by distance and days between them, and say what chance gives.

    Parameters
    ----------
    pairs
        All pairs that are near enough: each once, or, if ``ordered``, in the order that is asked about.
    days : (n,)
        Day of each event.
    distances, spans : (a + 1,), (b + 1,)
        Edges of the bands: from each up to, but not including, the next; the last one included.
    seed
        Of the deals.
    worlds
        How many.
    ordered
        Whether only pairs count whose second event is not the earlier one.

    References
    ----------
    Knox, E. G. (1964). The detection of space-time interactions. Applied Statistics 13(1).
    """
    band = _band(pairs.distance, distances)
    near = band >= 0
    one, other, band = pairs.one[near], pairs.other[near], band[near]
    shape = (len(distances) - 1, len(spans) - 1)

    def table(when: Floats) -> Integers:
        between = when[other] - when[one]
        span = _band(between if ordered else np.abs(between), spans)
        kept = span >= 0
        return np.bincount(band[kept] * shape[1] + span[kept], minlength=shape[0] * shape[1]).reshape(shape)

    observed = table(days)
    random = np.random.default_rng(seed)
    as_many = np.zeros(shape, dtype="int64")
    for _ in range(worlds):
        as_many += table(random.permutation(days)) >= observed
    share = _span_shares(days, spans) / (2.0 if ordered else 1.0)
    if ordered and spans[0] <= 0.0:
        share[0] += _same_day(days) / 2.0
    expected = np.bincount(band, minlength=shape[0])[:, None] * share
    return Knox(observed, expected, (1.0 + as_many) / (worlds + 1.0))


def _band(values: Floats, edges: Floats) -> Integers:
    """Number of the band of each value, -1 outside all."""
    band = np.searchsorted(edges, values, side="right") - 1
    band[values == edges[-1]] = len(edges) - 2
    return np.where((band >= 0) & (band < len(edges) - 1), band, -1)


def _span_shares(days: Floats, spans: Floats) -> Floats:
    """Share of all pairs of events with each span of days between them, by two sorted searches."""
    ordered = np.sort(days)
    count = len(days)
    later = np.arange(count)

    def upto(span: float, side: str) -> float:
        return float((np.searchsorted(ordered, ordered + span, side=side) - later - 1).sum())  # type: ignore[call-overload]

    below = np.array([max(upto(span, "left"), 0.0) if span > 0 else 0.0 for span in spans])
    below[-1] = upto(spans[-1], "right")
    return np.diff(below) / max(count * (count - 1) / 2.0, 1.0)


def _same_day(days: Floats) -> float:
    """Share of all pairs of events that are of one day."""
    many = np.unique(days, return_counts=True)[1].astype("float64")
    return float((many * (many - 1)).sum() / max(len(days) * (len(days) - 1), 1))
