"""How waterlines moved between two dates: not by the pixel that a shift explains, but by the one behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.grids.covers import UNSEEN, WATER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Places = NDArray[np.intp]
    States = NDArray[np.uint8]

__all__ = ["hits_at", "shore_moves", "sums_around"]


def shore_moves(before: States, after: States) -> tuple[tuple[Places, Flags], tuple[Places, Flags]]:
    """The pixels one behind the waterline on either side of it, and which of them the waterline has passed.

    Parameters
    ----------
    before, after : (h, w)
        States of two dates.

    Returns
    -------
    fall, rise : (places, passed)
        Second pixels of water that are seen later, once for each side of the shore that they lie behind, and whether
        they are dry then; second pixels of land, and whether they are water.

    Examples
    --------
    Land, then water; later the water begins three pixels on.

    >>> before = np.array([[3, 3, 1, 1, 1, 1]], dtype="uint8")
    >>> after = np.array([[3, 3, 3, 3, 3, 1]], dtype="uint8")
    >>> [(places.tolist(), passed.tolist()) for places, passed in shore_moves(before, after)]
    [([3], [True]), ([0], [False])]
    """
    wet = before == WATER
    known, wet_later = after.reshape(-1) != UNSEEN, after.reshape(-1) == WATER
    land = (before != UNSEEN).reshape(-1) & ~wet.reshape(-1)
    falls, rises = [], []
    for near_shore, across, behind in _crossings(wet):
        deep = wet.reshape(-1)[near_shore] & wet.reshape(-1)[behind] & land[across]
        dry = land[near_shore] & land[behind] & wet.reshape(-1)[across]
        falls.append(behind[deep & known[behind]])
        rises.append(behind[dry & known[behind]])
    fall, rise = np.concatenate(falls), np.concatenate(rises)
    return (fall, ~wet_later[fall]), (rise, wet_later[rise])


def _crossings(wet: Flags) -> Iterator[tuple[Places, Places, Places]]:
    """Pixels on one side of the shore, those across it, and those behind the first, in each of four directions."""
    rows, columns = wet.shape
    for axis, step, size in ((0, columns, rows), (1, 1, columns)):
        one, other = (wet[:-1], wet[1:]) if axis == 0 else (wet[:, :-1], wet[:, 1:])
        row, column = np.nonzero(one != other)
        at = row * columns + column
        place = row if axis == 0 else column
        yield _kept(at, at + step, at - step, place >= 1)
        yield _kept(at + step, at, at + 2 * step, place + 2 < size)


def _kept(near_shore: Places, across: Places, behind: Places, there: Flags) -> tuple[Places, Places, Places]:
    return near_shore[there], across[there], behind[there]


def hits_at(places: Places, of: Places) -> NDArray[np.int64]:
    """How often each of some places, in any order, is among others.

    Examples
    --------
    >>> hits_at(np.array([9, 4]), np.array([4, 4, 7])).tolist()
    [0, 2]
    """
    ordered = np.sort(of)
    return np.searchsorted(ordered, places, side="right") - np.searchsorted(ordered, places, side="left")


def sums_around(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Sums over the cells within so many rows and columns, of the last two axes.

    Examples
    --------
    >>> sums_around(np.array([[1.0, 2.0, 4.0, 8.0]]), 1).tolist()
    [[3.0, 7.0, 14.0, 12.0]]
    """
    total = values
    for axis in (-2, -1):
        size = total.shape[axis]
        nothing = np.zeros_like(np.take(total, [0], axis=axis))
        run = np.concatenate([nothing, np.cumsum(total, axis=axis)], axis=axis)
        low = np.maximum(np.arange(size) - reach, 0)
        high = np.minimum(np.arange(size) + reach + 1, size)
        total = np.take(run, high, axis=axis) - np.take(run, low, axis=axis)
    return total
