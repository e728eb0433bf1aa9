"""Intervals on a line: their union, and how much of a stretch it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["covered", "united"]


def united(start: ArrayLike, end: ArrayLike) -> tuple[Floats, Floats]:
    """The union of intervals as intervals that neither overlap nor touch, in order.

    Parameters
    ----------
    start, end : (n,)
        ``start <= end``.

    Returns
    -------
    start, end : (k,)
        k not above n.

    Examples
    --------
    >>> united([5.0, 0.0, 2.0], [6.0, 2.0, 3.0])
    (array([0., 5.]), array([3., 6.]))
    """
    begin, finish = np.asarray(start, dtype="float64"), np.asarray(end, dtype="float64")
    order = np.lexsort((finish, begin))
    begin, reached = begin[order], np.maximum.accumulate(finish[order]) if len(finish) else finish
    first = np.append(True, begin[1:] > reached[:-1])[: len(begin)]
    last = np.append(first[1:], True)[: len(begin)]
    return begin[first], reached[last]


def covered(start: ArrayLike, end: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """Length of each stretch that a union of intervals covers; what several cover counts once.

    Parameters
    ----------
    start, end : (n,)
        Intervals, in any order, overlapping or not.
    low, high : (k,)
        Stretches.

    Returns
    -------
    (k,)
        Never below zero, never above the stretch.

    Examples
    --------
    >>> covered([0.0, 2.0, 8.0], [4.0, 6.0, 9.0], [0.0, 5.0], [5.0, 10.0])
    array([5., 2.])
    """
    begin, finish = united(start, end)
    lower, upper = np.asarray(low, dtype="float64"), np.asarray(high, dtype="float64")
    if not len(begin):
        return np.zeros(len(lower))
    knots = np.column_stack([begin, finish]).ravel()
    filled = np.cumsum(np.column_stack([np.zeros(len(begin)), finish - begin]).ravel())
    length = np.interp(upper, knots, filled) - np.interp(lower, knots, filled)
    return np.asarray(np.clip(length, 0.0, upper - lower))
