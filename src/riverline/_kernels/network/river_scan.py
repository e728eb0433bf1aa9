"""The scan statistic along water: the window of segments, and of periods, that chance explains least.

Windows are all neighbourhoods of all segments, from the segment itself to a largest distance along the water; what
counts is the likelihood ratio of the best one, and how often chance alone gives a better one somewhere.

Examples
--------
>>> windows = Windows(np.array([0, 1, 2]), np.array([0, 1, 2, 3]), np.ones(3, dtype=bool))
>>> best = scan(np.array([[1.0], [8.0], [1.0]]), np.full((3, 1), 1 / 3), windows)
>>> int(best.window), round(float(best.ratio), 3)
(1, 4.596)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "Best", "Chances", "Significance", "Windows", "bernoulli_ratio", "gumbel_tail", "judge", "poisson_ratio", "scan",
    "significance",
]  # fmt: skip

_EULER = 0.5772156649015329
# Ratios that differ by less are equal: sums of exposure in another order are never quite the same.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows as growing neighbourhoods: a window is all members from its centre's first to its own.

    Attributes
    ----------
    member : (w,)
        Segments, centre by centre, nearest first.
    start : (n + 1,)
        Where each centre's members begin.
    whole : (w,)
        False where the next member is as far: such a window would part segments that are equally near.
    """

    member: Integers
    start: Integers
    whole: Flags

    def held(self, window: int) -> Integers:
        """Segments of a window."""
        centre = int(np.searchsorted(self.start, window, side="right") - 1)
        return self.member[self.start[centre] : window + 1]


@dataclass(frozen=True, slots=True)
class Best:
    """Best window: its number, first and last period, log likelihood ratio, count and expectation."""

    window: int
    first: int
    last: int
    ratio: float
    count: float
    expected: float


@dataclass(frozen=True, slots=True)
class Significance:
    """How often chance gives a better window: simulated p, p by a Gumbel tail, and the best ratio of each world."""

    p: float
    tail_p: float
    values: Floats

    @property
    def worlds(self) -> int:
        """Worlds that were drawn."""
        return len(self.values)


def poisson_ratio(count: Floats, expected: Floats, total: float) -> Floats:
    """Log likelihood ratio of Poisson counts inside and outside; 0 where there are not more inside than expected.

    Parameters
    ----------
    count, expected : (w,)
        Events inside, and those that would be there if all were spread by exposure.
    total
        Events in all.

    References
    ----------
    Kulldorff, M. (1997). A spatial scan statistic. Communications in Statistics 26(6).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = special.xlogy(count, count / expected) + special.xlogy(
            total - count, (total - count) / np.maximum(total - expected, 1e-300)
        )
    return np.asarray(np.where((count > expected) & (expected > 0.0), ratio, 0.0))


def bernoulli_ratio(cases: Floats, looked: Floats, total: float, all_looked: float) -> Floats:
    """Log likelihood ratio of shares of cases inside and outside; 0 where the share inside is not higher.

    Parameters
    ----------
    cases, looked : (w,)
        Cases, and cases and controls together, inside.
    total, all_looked
        The same in all.
    """
    out_cases, out = total - cases, all_looked - looked

    def parts(some: Floats, whole: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(whole > 0, some / np.where(whole > 0, whole, 1.0), 0.0)
        return np.asarray(special.xlogy(some, share) + special.xlogy(whole - some, 1.0 - share))

    alone = float(parts(np.array([total]), np.array([all_looked]))[0])
    higher = cases * out > out_cases * looked
    return np.asarray(np.where(higher, np.maximum(parts(cases, looked) + parts(out_cases, out) - alone, 0.0), 0.0))


def scan(
    counts: Floats, share: Floats, windows: Windows, *, last_only: bool = False, controls: Floats | None = None,
    taken: Flags | None = None,
) -> Best:  # fmt: skip
    """The best window.

    Parameters
    ----------
    counts : (n, t)
        Events of each segment and period.
    share : (n, t)
        Of the exposure: sums to 1.
    windows
        Of segments.
    last_only
        Whether only windows count that reach the last period.
    controls : (n, t), optional
        Events that are no cases: windows are then judged by their share of cases.
    taken : (n,), optional
        Segments that a better window has: windows that hold one of them do not count.

    Returns
    -------
    Best
        Its ratio is -1 where no window is left.
    """
    allowed = windows.whole if taken is None else windows.whole & (_grown(taken.astype("float64"), windows) < 0.5)  # noqa: PLR2004 - a whole number
    total = float(counts.sum())
    best = Best(0, 0, 0, -1.0, 0.0, 0.0)
    for first, last in _spans(counts.shape[1], last_only=last_only):
        inside = _grown(counts[:, first : last + 1].sum(axis=1), windows)
        if controls is None:
            expected = total * _grown(share[:, first : last + 1].sum(axis=1), windows)
            ratio = poisson_ratio(inside, expected, total)
        else:
            looked = inside + _grown(controls[:, first : last + 1].sum(axis=1), windows)
            everyone = total + float(controls.sum())
            expected = looked * total / everyone
            ratio = bernoulli_ratio(inside, looked, total, everyone)
        ratio[~allowed] = -1.0
        at = int(np.argmax(ratio))
        # The first of windows that are as good, up to rounding: whatever the order of sums.
        if ratio[at] > best.ratio * (1.0 + 1e-12):
            best = Best(at, first, last, float(ratio[at]), float(inside[at]), float(expected[at]))
    return best


class Chances:
    """What :func:`scan` gives as the best ratio of many worlds on the same windows, at a fraction of its cost.

    Which windows can be best hangs on the world only by the segments and periods that have events: between two of them
    a window grows in exposure alone, which makes it worse. Of windows with as many events the one with the least
    exposure is best, so that one logarithm a number of events is enough, whatever the number of windows.

    Parameters
    ----------
    size : (n, t)
        Expected events of each segment and period, their sum the events; with ``everyone`` events and controls.
    windows
        Of segments.
    last_only
        Whether only windows count that reach the last period.
    everyone
        Events and controls in all, where windows are judged by their share of events.

    Examples
    --------
    >>> windows = Windows(np.array([0, 1, 2]), np.array([0, 1, 2, 3]), np.ones(3, dtype=bool))
    >>> chances = Chances(np.full((3, 1), 10 / 3), windows)
    >>> round(chances.best_ratio(np.array([[1], [8], [1]])), 3)
    4.596
    """

    __slots__ = ("_centre", "_everyone", "_held", "_last_only", "_member", "_start", "_window")

    def __init__(
        self, size: Floats, windows: Windows, *, last_only: bool = False, everyone: float | None = None
    ) -> None:
        number = len(windows.member)
        upto = np.column_stack([_grown(each, windows) for each in np.cumsum(size, axis=1).T])
        ends = np.flatnonzero(windows.whole)
        following = np.searchsorted(ends, np.arange(number))
        window = np.append(ends, number)[following]
        centre = np.repeat(np.arange(len(windows.start) - 1), np.diff(windows.start))
        there = window < windows.start[centre + 1]
        # Members from whose place on no whole window follows never make one.
        self._member, self._centre = (each[there].astype("int32") for each in (windows.member, centre))
        self._start = np.concatenate([[0], np.cumsum(there)])[windows.start]
        kept, self._window = np.unique(window[there], return_inverse=True)
        self._held = upto[kept]
        self._last_only, self._everyone = last_only, everyone

    def best_ratio(self, counts: Integers) -> float:
        """Log likelihood ratio of the best window of one world, -1 where there is no window.

        Parameters
        ----------
        counts : (n, t)
            Events of each segment and period, whole numbers.
        """
        total = int(counts.sum())
        if not len(self._held):
            return -1.0
        at = np.flatnonzero((counts > 0).any(axis=1).take(self._member))
        running = np.zeros((len(at) + 1, counts.shape[1]), dtype="int32")
        np.cumsum(np.cumsum(counts, axis=1, dtype="int32")[self._member[at]], axis=0, out=running[1:])
        inside = running[1:] - running[np.searchsorted(at, self._start)[self._centre[at]]]
        least = self._least(inside, self._held[self._window[at]], total)
        count = np.flatnonzero(np.isfinite(least)).astype("float64")
        size = least[np.isfinite(least)]
        if self._everyone is None:
            ratio = poisson_ratio(count, size, float(total))
        else:
            ratio = bernoulli_ratio(count, size, float(total), self._everyone)
        return float(ratio.max(initial=0.0))

    def _least(self, inside: Integers, held: Floats, total: int) -> Floats:
        """Least size of a window of each number of events, infinite where there is none.

        A period without an event at either end of a span adds to its size alone: such spans are left out.
        """
        least = np.full(total + 1, np.inf)
        there = np.diff(inside, axis=1, prepend=0) > 0
        periods = there.shape[1]
        for first in range(periods):
            last = periods - 1 if self._last_only else first
            rows = np.flatnonzero(there[:, first])
            count, size = inside[rows, last:], held[rows, last:]
            if first:
                count, size = count - inside[rows, first - 1, None], size - held[rows, first - 1, None]
            ends = np.ones(count.shape, dtype=bool) if self._last_only else there[rows, last:]
            np.minimum.at(least, count[ends], size[ends])
        return least


def _spans(periods: int, *, last_only: bool) -> list[tuple[int, int]]:
    return [(a, b) for a in range(periods) for b in range(a, periods) if b == periods - 1 or not last_only]


def _grown(values: Floats, windows: Windows) -> Floats:
    """Sum over each window."""
    running = np.concatenate([[0.0], np.cumsum(values[windows.member])])
    centre = np.repeat(np.arange(len(windows.start) - 1), np.diff(windows.start))
    return np.asarray(running[1:] - running[windows.start[centre]])


def significance(
    observed: float,
    draw: Callable[[np.random.Generator], float],
    seed: int,
    *,
    worlds: int = 999,
    enough: int = 10,
    tell: Callable[[int], None] | None = None,
) -> Significance:
    """How often chance alone gives as good a best window, with early stopping.

    Parameters
    ----------
    observed
        Log likelihood ratio of the best window.
    draw
        Gives that of one random world.
    seed
        Of the random numbers.
    worlds
        Most worlds.
    enough
        Stops when so many are as good: p is then ``enough / drawn`` (Besag & Clifford 1991), else
        ``(1 + as good) / (worlds + 1)``.
    tell
        Is told the number of worlds before each.

    Examples
    --------
    >>> found = significance(2.0, lambda random: float(random.gumbel()), 1)
    >>> bool(0.08 < found.p < 0.2), bool(abs(found.tail_p - 0.127) < 0.05), found.worlds < 999
    (True, True, True)
    """
    random = np.random.default_rng(seed)
    values: list[float] = []
    better = 0
    while len(values) < worlds and better < enough:
        if tell is not None:
            tell(len(values))
        values.append(draw(random))
        better += values[-1] >= observed * (1.0 - _SAME)
    return judge(np.array(values), observed, worlds=worlds)


def judge(values: Floats, observed: float, *, worlds: int) -> Significance:
    """How often worlds that were drawn for the best window are as good as another one that is not better than it.

    Parameters
    ----------
    values
        Best ratio of each world; fewer than ``worlds`` where drawing stopped early.
    observed
        Log likelihood ratio of the window.
    worlds
        How many would have been drawn.
    """
    better = int((values >= observed * (1.0 - _SAME)).sum())
    p = better / len(values) if len(values) < worlds else (1 + better) / (worlds + 1)
    return Significance(p, gumbel_tail(values, observed), values)


def gumbel_tail(values: Floats, observed: float) -> float:
    """P(X >= x) of a Gumbel distribution fitted by moments: smaller than simulation alone can tell.

    References
    ----------
    Abrams, A. M., Kleinman, K. & Kulldorff, M. (2010). Gumbel based p-value approximations for spatial scan statistics.
    International Journal of Health Geographics 9(61).
    """
    scale = float(values.std(ddof=1)) * np.sqrt(6.0) / np.pi if len(values) > 1 else 0.0
    if scale <= 0.0:
        return float(np.mean(values >= observed)) if len(values) else 1.0
    away = (observed - (float(values.mean()) - _EULER * scale)) / scale
    return float(-np.expm1(-np.exp(-away)))
