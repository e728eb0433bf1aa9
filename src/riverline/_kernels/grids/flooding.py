"""Flooding a grid block by block: which wet cells does the river reach.

Only blocks that water reaches are looked at, each at most twice and one at a time, so that memory does not grow with
the grid. Nothing depends on the size of the blocks. Water moves between the centres of neighbouring cells, never
across corners, so a wall of cells that touch at corners holds. Barriers are lines, not cells: a link between two
centres that a line crosses is closed. So a wall thinner than a cell holds, a river narrower than a cell keeps its
water between two walls, and no cell is lost to a burnt wall.

Cells are addressed by row and column; lines are in (column, row), whole numbers at the centres of cells.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Labels = NDArray[np.int32]
    Booleans = NDArray[np.bool_]
    Key = tuple[int, int]
    Field = Callable[[slice, slice], Floats]


__all__ = ["Fill", "Links", "crossed_links", "flood", "join_wet", "window_of"]

_ASIDE = np.array([1.0e-7, 1.7e-7])  # lines are moved by this share of a cell, so that none runs through a centre


@dataclass(frozen=True, slots=True)
class Links:
    """Closed links between neighbouring cells.

    Attributes
    ----------
    across : (n, 2)
        Row and column of the left cell of closed links along rows, unique and sorted.
    down : (m, 2)
        Row and column of the upper cell of closed links along columns.
    """

    across: Integers
    down: Integers

    def inwindow_of(self, rows: slice, columns: slice) -> tuple[Booleans, Booleans]:
        """Masks of the window: whether the link to the right, to the next row, is closed."""
        return tuple(_mask(cells, rows, columns) for cells in (self.across, self.down))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Fill:
    """Which cells are reached: per block the labels on its four sides, and which labels are reached.

    Attributes
    ----------
    shape
        Rows and columns of the grid.
    block
        Rows and columns of a block.
    sides
        Per block: labels along its first and last row, its first and last column.
    reached
        Per block: whether each label is reached; label 0 is dry.
    full
        Blocks all of whose cells are reached.
    """

    shape: tuple[int, int]
    block: int
    sides: dict[Key, tuple[Labels, Labels, Labels, Labels]]
    reached: dict[Key, Booleans]
    full: set[Key]


def crossed_links(lines: Sequence[Floats]) -> Links:
    """Links between neighbouring cell centres that any of the lines crosses.

    Parameters
    ----------
    lines
        Lines (k, 2) in (column, row).

    Examples
    --------
    >>> crossed_links([np.array([[0.5, -0.5], [0.5, 1.5]])]).across.tolist()
    [[0, 0], [1, 0]]
    """
    starts = [np.asarray(line)[:-1] + _ASIDE for line in lines]
    ends = [np.asarray(line)[1:] + _ASIDE for line in lines]
    start, end = (np.vstack([np.empty((0, 2)), *each]) for each in (starts, ends))
    row, column = _crossings(start, end)
    column_of, row_of = _crossings(start[:, ::-1], end[:, ::-1])
    across, down = np.column_stack([row, np.floor(column)]), np.column_stack([np.floor(row_of), column_of])
    return Links(np.unique(across.astype("int64"), axis=0), np.unique(down.astype("int64"), axis=0))


def _crossings(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Whole second coordinates that segments pass, and the first coordinate where they do."""
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first, count = np.ceil(low), np.maximum(np.ceil(high) - np.ceil(low), 0).astype("int64")
    segment = np.repeat(np.arange(len(start)), count)
    passed = np.repeat(first, count) + np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    one, other = start[segment], end[segment]
    share = (passed - one[:, 1]) / (other[:, 1] - one[:, 1])
    return passed, one[:, 0] + share * (other[:, 0] - one[:, 0])


def _mask(cells: Integers, rows: slice, columns: slice) -> Booleans:
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype="bool")
    inside = (cells >= [rows.start, columns.start]).all(axis=1) & (cells < [rows.stop, columns.stop]).all(axis=1)
    mask[tuple((cells[inside] - [rows.start, columns.start]).T)] = True
    return mask


def flood(shape: tuple[int, int], field: Field, seeds: Integers, links: Links, *, block: int) -> Fill:
    """Cells that are wet and joined to a seed through wet cells and open links.

    Parameters
    ----------
    shape
        Rows and columns of the grid.
    field
        Rows and columns (slices) → depth of water over the ground there; NaN where the ground is unknown.
    seeds : (n, 2)
        Rows and columns where the water starts; dry ones start nothing.
    links
        Links that are closed.
    block
        Rows and columns of the blocks that are looked at one at a time.

    Returns
    -------
    Fill
        What is known at the sides of the blocks that water reached; the cells are found again when they are needed.

    Examples
    --------
    >>> ground = np.array([[1.0, -1.0, 1.0], [1.0, 1.0, -1.0]])
    >>> nothing = np.empty((0, 2), dtype="int64")
    >>> fill = flood(
    ...     (2, 3), lambda rows, columns: ground[rows, columns], np.array([[0, 0]]), Links(nothing, nothing), block=8
    ... )
    >>> fill.reached[0, 0].tolist()
    [False, True, False]
    """
    fill = Fill(shape, block, {}, {}, set())
    waiting = _by_block(seeds, block)
    queue = deque(sorted(waiting))
    while queue:
        key = queue.popleft()
        cells = waiting.pop(key, None)
        if cells is None:
            continue
        for neighbour, entered in _spread(fill, key, np.vstack(cells), field, links):
            waiting.setdefault(neighbour, []).append(entered)
            queue.append(neighbour)
    return fill


def _by_block(cells: Integers, block: int) -> dict[Key, list[Integers]]:
    keys, which = np.unique(cells // block, axis=0, return_inverse=True)
    return {(int(i), int(j)): [cells[which.ravel() == n]] for n, (i, j) in enumerate(keys)}


def window_of(fill: Fill, key: Key, *, more: int = 0) -> tuple[slice, slice]:
    """Rows and columns of a block, with so many more rows and columns of the next blocks.

    Examples
    --------
    >>> window_of(Fill((5, 9), 4, {}, {}, set()), (0, 1), more=1)
    (slice(0, 5, None), slice(4, 9, None))
    """
    starts = [position * fill.block for position in key]
    stops = [min(start + fill.block + more, size) for start, size in zip(starts, fill.shape, strict=True)]
    return slice(starts[0], stops[0]), slice(starts[1], stops[1])


def join_wet(depth: Floats, closed: tuple[Booleans, Booleans]) -> tuple[Labels, int]:
    """Labels of wet cells that are joined inside a window, and how many there are.

    Parameters
    ----------
    depth
        Depth of water; NaN is dry.
    closed
        Whether the link of each cell to the right, to the next row, is closed.

    Returns
    -------
    ndarray
        0 where dry.
    int
        The highest label.

    Examples
    --------
    >>> closed = np.array([[True, False, False]])
    >>> join_wet(np.ones((1, 3)), (closed, np.zeros((1, 3), dtype=bool)))[0].tolist()
    [[1, 2, 2]]
    """
    wet = depth > 0
    across, down = closed
    if not (across.any() or down.any()):
        labels, count = ndimage.label(wet)
        return labels, int(count)
    # twice as many rows and columns: cells at even places, the links between them at odd ones
    grid = np.zeros([2 * size - 1 for size in wet.shape], dtype="bool")
    grid[::2, ::2] = wet
    grid[::2, 1::2] = wet[:, :-1] & wet[:, 1:] & ~across[:, :-1]
    grid[1::2, ::2] = wet[:-1] & wet[1:] & ~down[:-1]
    labels, count = ndimage.label(grid)
    return labels[::2, ::2], int(count)


def _spread(
    fill: Fill, key: Key, cells: Integers, field: Field, links: Links
) -> Iterator[tuple[Key, Integers]]:  # fmt: skip
    """Reaches what is joined to the cells inside a block, and yields the cells of next blocks that this wets."""
    rows, columns = window_of(fill, key)
    row, column = (cells - [rows.start, columns.start]).T
    if key not in fill.sides:
        labels, count = join_wet(field(rows, columns), links.inwindow_of(rows, columns))
        fill.sides[key] = (labels[0].copy(), labels[-1].copy(), labels[:, 0].copy(), labels[:, -1].copy())
        fill.reached[key] = np.zeros(count + 1, dtype="bool")
        entered = labels[row, column]
        if count == 1 and labels.all():
            fill.full.add(key)
    else:
        first, last, left, right = fill.sides[key]
        entered = np.where(row == 0, first[column], np.where(row == rows.stop - rows.start - 1, last[column], 0))
        entered = np.where(column == 0, left[row], np.where(column == columns.stop - columns.start - 1, right[row],
                                                            entered))  # fmt: skip
    fresh = np.unique(entered[(entered > 0) & ~fill.reached[key][entered]])
    fill.reached[key][fresh] = True
    yield from _leaving(fill, key, fresh, links)


def _leaving(fill: Fill, key: Key, fresh: Integers, links: Links) -> Iterator[tuple[Key, Integers]]:
    """Cells beyond the four sides of a block that newly reached cells on its sides are linked to."""
    rows, columns = window_of(fill, key)
    first, last, left, right = (np.isin(side, fresh) for side in fill.sides[key])
    above, before = slice(rows.start - 1, rows.start), slice(columns.start - 1, columns.start)
    below, after = slice(rows.stop - 1, rows.stop), slice(columns.stop - 1, columns.stop)
    column, row = np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop)
    if rows.start and first.any():
        out = column[first & ~_mask(links.down, above, columns)[0]]
        yield (key[0] - 1, key[1]), np.column_stack([np.full_like(out, rows.start - 1), out])
    if rows.stop < fill.shape[0] and last.any():
        out = column[last & ~_mask(links.down, below, columns)[0]]
        yield (key[0] + 1, key[1]), np.column_stack([np.full_like(out, rows.stop), out])
    if columns.start and left.any():
        out = row[left & ~_mask(links.across, rows, before)[:, 0]]
        yield (key[0], key[1] - 1), np.column_stack([out, np.full_like(out, columns.start - 1)])
    if columns.stop < fill.shape[1] and right.any():
        out = row[right & ~_mask(links.across, rows, after)[:, 0]]
        yield (key[0], key[1] + 1), np.column_stack([out, np.full_like(out, columns.stop)])
