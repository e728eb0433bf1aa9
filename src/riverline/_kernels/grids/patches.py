"""Patches of pixels that a raster is cut into windows for: labelled window by window, joined across the seams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage, sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Labels = NDArray[np.int64]
    Places = NDArray[np.intp]

__all__ = ["Seams", "label_patches", "near", "near_at", "open_sides", "sums_of"]

_GROUPS = 16
_EIGHT = np.ones((3, 3), dtype=bool)
_STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))


def label_patches(group: NDArray[np.uint8]) -> tuple[NDArray[np.int32], int]:
    """Patches of pixels of one group that touch by side or corner: labels (h, w) from 1, and how many there are.

    Parameters
    ----------
    group : (h, w)
        Group of each pixel, 0 where there is none, below 16.

    Examples
    --------
    >>> label_patches(np.array([[1, 2, 0], [0, 1, 2]], dtype="uint8"))[0].tolist()
    [[1, 2, 0], [0, 1, 2]]
    """
    labels = np.zeros(group.shape, dtype="int32")
    count = 0
    for each in np.flatnonzero(np.bincount(group.ravel(), minlength=_GROUPS)[1:]) + 1:
        own = group == each
        found, more = ndimage.label(own, structure=_EIGHT, output="int32")
        here = np.flatnonzero(own)
        labels.reshape(-1)[here] = found.reshape(-1)[here] + np.int32(count)
        count += int(more)
    return labels, count


def near(flags: Flags, steps: int) -> Flags:
    """Pixels within so many rows and columns of a flagged one.

    Examples
    --------
    >>> near(np.array([[0, 0, 0, 0, 1]], dtype=bool), 2).astype(int).tolist()
    [[0, 0, 1, 1, 1]]
    """
    spread = flags.copy()
    for axis in (0, 1):
        turned = np.moveaxis(spread, axis, 0)
        reach = 0
        while reach < min(steps, len(turned)):
            # A run of 2 r + 1 pixels, moved by as much either way, leaves no gap.
            step = min(2 * reach + 1, steps - reach)
            before = turned.copy()
            turned[step:] |= before[:-step]
            turned[:-step] |= before[step:]
            reach += step
    return spread


def near_at(flags: Flags, places: NDArray[np.intp], steps: int) -> Flags:
    """Whether a flagged pixel is within so many rows and columns of some pixels, which are given row by row.

    Examples
    --------
    >>> near_at(np.array([[0, 0, 0, 0, 1]], dtype=bool), np.array([1, 2]), 2).tolist()
    [False, True]
    """
    if (2 * steps + 1) ** 2 * len(places) > flags.size:
        return near(flags, steps).reshape(-1)[places]
    rows, columns = np.divmod(places, flags.shape[1])
    found = np.zeros(len(places), dtype=bool)
    for down in range(-steps, steps + 1):
        # A place beyond the edge is brought back to it, which is no farther.
        row = np.clip(rows + down, 0, flags.shape[0] - 1)
        for right in range(-steps, steps + 1):
            found |= flags[row, np.clip(columns + right, 0, flags.shape[1] - 1)]
    return found


def sums_of(of: NDArray[np.integer], count: int, values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Sum of the values of n pixels on each of ``count`` patches; ``of`` says on which each pixel is, from 1."""
    sums = np.bincount(of, weights=values.astype("float64"), minlength=count + 1)
    return sums[1:].astype("float64")


def open_sides(
    places: tuple[Places, Places], of: NDArray[np.integer], count: int, group: NDArray[np.uint8], flags: Flags
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many pixel sides of each patch border on other ground, and how many of these on flagged ground.

    Parameters
    ----------
    places : ((n,), (n,))
        Rows and columns of the pixels of patches, in the middle of a window.
    of : (n,)
        The patch of each, from 1.
    count
        How many patches there are.
    group, flags : (h + 2, w + 2)
        Group of each pixel, and pixels asked for, of the window with one pixel around it.

    Returns
    -------
    sides, flagged : (count,)
        Both add up over windows, since each side belongs to the pixel inside.
    """
    rows, columns = places
    own = group[rows + 1, columns + 1]
    sides, flagged = np.zeros((2, count))
    for down, right in _STEPS:
        beside = rows + 1 + down, columns + 1 + right
        edge = group[beside] != own
        sides += sums_of(of, count, edge)
        flagged += sums_of(of, count, edge & flags[beside])
    return sides, flagged


class Seams:
    """Joins the patches of windows that come row by row, from left to right; remembers one row of pixels.

    Parameters
    ----------
    width
        Columns of the whole raster.
    """

    def __init__(self, width: int) -> None:
        self._above: Labels = np.zeros(width, dtype="int64")
        self._below: Labels = np.zeros(width, dtype="int64")
        self._beside: Labels = np.zeros(0, dtype="int64")
        self._beside_end = -1
        self._row = self._row_end = self._above_end = -1
        self._pairs: list[Labels] = []

    def add(self, labels: NDArray[np.int32], group: NDArray[np.uint8], offset: int, *, row: int, column: int) -> None:
        """Take in a window.

        Parameters
        ----------
        labels, group : (h, w)
            Its patches from 1, and the group of each pixel: only patches of one group are joined.
        offset
            Number of patches of the windows before it.
        row, column
            Where its first pixel is in the whole raster. Windows of one row of windows have the same ``row``.
        """
        everywhere = np.where(labels > 0, (labels.astype("int64") + offset) * _GROUPS + group, 0)
        if row != self._row:
            self._turn(row)
        columns = slice(column, column + labels.shape[1])
        if row == self._above_end:
            # One pixel more on either side: patches may touch by a corner where four windows meet.
            start, end = max(column - 1, 0), min(column + labels.shape[1] + 1, len(self._above))
            padded = np.zeros(end - start, dtype="int64")
            padded[column - start : column - start + labels.shape[1]] = everywhere[0]
            self._touch(self._above[start:end], padded)
        if column == self._beside_end and len(self._beside) == len(labels):
            self._touch(self._beside, everywhere[:, 0])
        self._beside, self._beside_end = everywhere[:, -1], column + labels.shape[1]
        self._below[columns] = everywhere[-1]
        self._row_end = row + labels.shape[0]

    def _turn(self, row: int) -> None:
        """Begin a new row of windows."""
        self._above, self._below = self._below, np.zeros_like(self._below)
        self._above_end = self._row_end
        self._row, self._beside_end = row, -1

    def _touch(self, one: Labels, other: Labels) -> None:
        """Note the labels that touch across a seam, straight or by a corner."""
        for first, second in ((one, other), (one[1:], other[:-1]), (one[:-1], other[1:])):
            both = (first > 0) & (second > 0) & (first % _GROUPS == second % _GROUPS)
            if both.any():
                pairs = np.column_stack([first[both], second[both]]) // _GROUPS
                self._pairs.append(np.unique(pairs, axis=0))

    def patches(self, count: int) -> tuple[Labels, int]:
        """Which patch each of the labels 1 … count is a part of, (count,) from 0, and how many patches there are."""
        pairs = np.concatenate(self._pairs) - 1 if self._pairs else np.zeros((0, 2), dtype="int64")
        graph = sparse.coo_array((np.ones(len(pairs), dtype="int8"), pairs.T), shape=(count, count))
        found, part = sparse.csgraph.connected_components(graph, directed=False)
        return part.astype("int64"), int(found)
