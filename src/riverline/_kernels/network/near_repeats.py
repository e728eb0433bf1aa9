"""Near repeats: whether events near each other on the water are near in time too, more than chance makes them.

Pairs of events are counted by bands of distance and of days between them (Knox 1964). Chance deals the dates out to the
events anew, all together or within groups of them; its expectation is exact, its spread simulated on the same pairs.

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
    pairs: Pairs,
    days: Floats,
    distances: Floats,
    spans: Floats,
    seed: int,
    *,
    worlds: int = 99,
    ordered: bool = False,
    group: Integers | None = None,
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
    group : (n,)
        Number of the group of each event, from 0 on: days are dealt out within each, so that groups may have seasons
        of their own; None, all events are one.

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
    groups = np.zeros(len(days), dtype="int64") if group is None else group
    members = [np.flatnonzero(groups == each) for each in range(int(groups.max(initial=-1)) + 1)]
    dealt = days.copy()
    for _ in range(worlds):
        for rows in members:
            dealt[rows] = random.permutation(days[rows])
        as_many += table(dealt) >= observed
    expected = _expected(one, other, band, [days[rows] for rows in members], groups, shape, spans, ordered=ordered)
    return Knox(observed, expected, (1.0 + as_many) / (worlds + 1.0))


def _expected(
    one: Integers, other: Integers, band: Integers, days: list[Floats], group: Integers, shape: tuple[int, int],
    spans: Floats, *, ordered: bool,
) -> Floats:  # fmt: skip
    """Mean table over every deal: pairs of each two groups by distance, times the share of each span among theirs."""
    count = len(days)
    which = group[one] * count + group[other]
    pairs = np.bincount(which * shape[0] + band, minlength=count * count * shape[0]).reshape(count, count, shape[0])
    expected = np.zeros(shape)
    for first, then in zip(*np.nonzero(pairs.sum(axis=2)), strict=True):
        share = (
            _span_shares(days[first], spans, ordered=ordered)
            if first == then
            else _shares_between(days[first], days[then], spans, ordered=ordered)
        )
        expected += pairs[first, then][:, None] * share
    return expected


def _band(values: Floats, edges: Floats) -> Integers:
    """Number of the band of each value, -1 outside all."""
    band = np.searchsorted(edges, values, side="right") - 1
    band[values == edges[-1]] = len(edges) - 2
    return np.where((band >= 0) & (band < len(edges) - 1), band, -1)


def _span_shares(days: Floats, spans: Floats, *, ordered: bool) -> Floats:
    """Share of all pairs of events with each span of days between them, by two sorted searches."""
    sorted_days = np.sort(days)
    count = len(days)
    later = np.arange(count)

    def upto(span: float, side: str) -> float:
        return float((np.searchsorted(sorted_days, sorted_days + span, side=side) - later - 1).sum())  # type: ignore[call-overload]

    below = np.array([max(upto(span, "left"), 0.0) if span > 0 else 0.0 for span in spans])
    below[-1] = upto(spans[-1], "right")
    share = np.diff(below) / max(count * (count - 1) / 2.0, 1.0)
    if ordered:
        # Either is the later one; two of one day are a pair both ways.
        share /= 2.0
        share[0] += _same_day(days) / 2.0 if spans[0] <= 0.0 else 0.0
    return share


def _shares_between(first: Floats, then: Floats, spans: Floats, *, ordered: bool) -> Floats:
    """Share of all pairs of an event of one group and one of another with each span of days between them.

    Examples
    --------
    >>> _shares_between(np.array([0.0, 9.0]), np.array([1.0, 2.0]), np.array([0.0, 2.0, 9.0]), ordered=True).tolist()
    [0.25, 0.25]
    """
    sorted_days = np.sort(then)

    def upto(span: float, side: str) -> float:
        return float(np.searchsorted(sorted_days, first + span, side=side).sum())  # type: ignore[call-overload]

    edges = [*((span, "left") for span in spans[:-1]), (spans[-1], "right")]
    held = np.diff([upto(span, side) for span, side in edges])
    if not ordered:
        # The same spans backwards; a span of no days counts once.
        back = [*((-span, "right") for span in spans[:-1]), (-spans[-1], "left")]
        held = held - np.diff([upto(span, side) for span, side in back])
        held[0] -= upto(0.0, "right") - upto(0.0, "left") if spans[0] <= 0.0 else 0.0
    return np.asarray(held / max(len(first) * len(then), 1), dtype="float64")


def _same_day(days: Floats) -> float:
    """Share of all pairs of events that are of one day."""
    many = np.unique(days, return_counts=True)[1].astype("float64")
    return float((many * (many - 1)).sum() / max(len(days) * (len(days) - 1), 1))
