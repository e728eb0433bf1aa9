"""Contours of a field that is seen strip by strip: the same lines, vertex by vertex, as if it were seen at once.

A contour's vertices lie on the edges between neighbouring pixel centres, each found from the values of the edge's two
pixels alone. A strip gives pieces of lines whose ends lie on such edges; pieces of two strips that end on one edge are
one line. Where a pixel is masked, lines end, with the reason of the pixel that stopped them.

Places are (column, row) of pixel centres. The higher side is to the right of a line where rows run downward, as
they do in images with north up, and to its left where they run upward.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import contourpy
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["BEYOND", "Pieces", "pieces_of_strip", "rotated", "together"]

BEYOND = 255
"""Cause of ends at the edge of the grid."""

TINY = 1e-6
"""Values nearer to the level than this are lifted to it, so that no vertex falls on a pixel's centre."""


TILE = 512
"""Columns that are contoured at once; those that the level does not cross are passed over."""

# Well above what interpolation between equal numbers is off, well below what TINY keeps vertices from pixel centres.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Pieces:
    """Lines, k of them with n vertices together.

    Attributes
    ----------
    places : (n, 2)
        Column and row of each vertex.
    steepness : (n,)
        Change of the field across the line, per pixel.
    offsets : (k + 1,)
        Where each line begins among the vertices; closed lines repeat their first vertex.
    start, end : (k,)
        Number of the edge that each end lies on, -1 for closed lines.
    start_cause, end_cause : (k,)
        Why the line ends there: a reason of the mask, :data:`BEYOND`, or 0 at a seam and for closed lines.
    """

    places: Floats
    steepness: Floats
    offsets: Integers
    start: Integers
    end: Integers
    start_cause: NDArray[np.uint8]
    end_cause: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def pieces_of_strip(
    field: NDArray[np.float32], reason: NDArray[np.uint8], *, rows: tuple[int, int], first_row: int, height: int
) -> Pieces:
    """Pieces of the zero contour in some rows of a field.

    Parameters
    ----------
    field : (r, c)
        Values, with a row more on either side than is contoured where the grid has one.
    reason : (r, c)
        0 where a value can be used.
    rows
        First and last row of pixels to contour between, counted in ``field``.
    first_row
        Row of the grid that ``field`` begins at.
    height
        Rows of the grid.

    Returns
    -------
    Pieces
        With places in the grid.
    """
    low, high = rows
    used = (reason == 0) & np.isfinite(field)
    parts = [
        _pieces_of_tile(
            field, used, reason, (low, high, first, min(first + TILE, field.shape[1] - 1)), first_row, height
        )
        for first in _crossed(field[low : high + 1] > -TINY, used[low : high + 1])
    ]
    return _stacked([part for part in parts if len(part)])


def _crossed(above: NDArray[np.bool_], used: NDArray[np.bool_]) -> list[int]:
    """First columns of the tiles in which values lie on both sides of the level."""
    columns = above.shape[1]
    firsts = np.arange(0, max(columns - 1, 1), TILE)
    high: NDArray[np.bool_] = np.any(above & used, axis=0)
    low: NDArray[np.bool_] = np.any(~above & used, axis=0)
    # a tile shares its last column with the next
    both = [high[first : first + TILE + 1].any() and low[first : first + TILE + 1].any() for first in firsts]
    return [int(first) for first in firsts[both]]


def _pieces_of_tile(
    field: NDArray[np.float32],
    used: NDArray[np.bool_],
    reason: NDArray[np.uint8],
    tile: tuple[int, int, int, int],
    first_row: int,
    height: int,
) -> Pieces:
    low, high, left, right = tile
    cut = (slice(low, high + 1), slice(left, right + 1))
    masked = ~used[cut]
    near = np.where(np.abs(field[cut]) < TINY, np.float32(TINY), field[cut])
    near[masked] = 0.0
    column, row = np.arange(left, right + 1, dtype="float64"), np.arange(low, high + 1, dtype="float64") + first_row
    lines: Any = contourpy.contour_generator(
        column, row, np.ma.array(near, mask=masked), name="serial", corner_mask=False,
        line_type=contourpy.LineType.ChunkCombinedOffset,
    ).lines(0.0)  # fmt: skip
    if lines[0][0] is None:
        return _none()
    places, offsets = _on_edges(lines[0][0]), np.asarray(lines[1][0], dtype="int64")
    first, last = places[offsets[:-1]], places[offsets[1:] - 1]
    closed = (first == last).all(axis=1)
    ends = [np.where(closed, -1, _edge(place, field.shape[1])) for place in (first, last)]
    causes = [np.where(closed, 0, _cause(place, reason, first_row, height)).astype("uint8") for place in (first, last)]
    steepness = _steepness(places - [left, low + first_row], near, masked)
    return Pieces(places, steepness, offsets, *ends, *causes)


def _on_edges(places: Floats) -> Floats:
    """Vertices with the coordinate that runs across their edge as the whole number that it is, free of rounding."""
    whole = np.rint(places)
    return np.where(np.abs(places - whole) < _ROUNDING, whole, places)


def _none() -> Pieces:
    nothing, ends = np.zeros(0, dtype="int64"), np.zeros(0, dtype="uint8")
    return Pieces(np.zeros((0, 2)), np.zeros(0), np.zeros(1, dtype="int64"), nothing, nothing, ends, ends)


def _edge(places: Floats, width: int) -> Integers:
    """Number of the edge that a vertex lies on: even between neighbours in a row, odd in a column."""
    column, row = np.floor(places).astype("int64").T
    upright = places[:, 0] == column
    return 2 * (row * width + column) + upright


def _cause(places: Floats, reason: NDArray[np.uint8], first_row: int, height: int) -> NDArray[np.uint8]:
    """The gravest reason among the pixels around the edges that vertices lie on."""
    column, row = np.floor(places).astype("int64").T
    upright = places[:, 0] == column
    beside = np.array([[-1, 0], [-1, 1], [1, 0], [1, 1]])
    across = beside[:, ::-1]
    step = np.where(upright[:, None, None], beside, across)
    there = column[:, None] + step[..., 0], row[:, None] + step[..., 1]
    beyond = (there[0] < 0) | (there[0] >= reason.shape[1]) | (there[1] < 0) | (there[1] >= height)
    local = np.clip(there[1] - first_row, 0, reason.shape[0] - 1)
    told = reason[local, np.clip(there[0], 0, reason.shape[1] - 1)]
    gravest = np.where(beyond, 0, told).max(axis=1)
    return np.where((gravest == 0) & beyond.any(axis=1), BEYOND, gravest).astype("uint8")


def _steepness(places: Floats, field: NDArray[np.float32], masked: NDArray[np.bool_]) -> Floats:
    """Length of the gradient at vertices, from the square of pixels that each lies in."""
    column, row = np.clip(np.floor(places).astype("int64"), 0, np.array(field.shape)[::-1] - 2).T
    corners = {(i, j): field[row + i, column + j].astype("float64") for i in (0, 1) for j in (0, 1)}
    hidden = {(i, j): masked[row + i, column + j] for i in (0, 1) for j in (0, 1)}

    def slope(one: tuple[int, int], other: tuple[int, int]) -> Floats:
        return np.where(hidden[one] | hidden[other], np.nan, corners[other] - corners[one])

    with np.errstate(all="ignore"):
        right = _mean_of_known(slope((0, 0), (0, 1)), slope((1, 0), (1, 1)))
        down = _mean_of_known(slope((0, 0), (1, 0)), slope((0, 1), (1, 1)))
    return np.hypot(right, down)


def _mean_of_known(one: Floats, other: Floats) -> Floats:
    both = (one + other) / 2
    return np.nan_to_num(np.where(np.isnan(both), np.where(np.isnan(one), other, one), both))


def together(parts: Sequence[Pieces]) -> Pieces:
    """Pieces of all strips, those that end on one edge at a seam joined, closed lines begun at their first place.

    Parameters
    ----------
    parts
        Pieces of strips that follow one another.

    Returns
    -------
    Pieces
        Lines in no particular order; their direction is kept.
    """
    parts = [part for part in parts if len(part)]
    if not parts:
        return _none()
    pieces = _stacked(parts)
    chain, rank = _chains(pieces)
    order = np.lexsort((rank, chain))
    size = np.diff(pieces.offsets)
    follows = rank[order] > 0
    # a piece that follows another begins with the vertex that the other ends with
    begin, length = pieces.offsets[:-1][order] + follows, size[order] - follows
    index = np.repeat(begin - np.concatenate([[0], np.cumsum(length)[:-1]]), length) + np.arange(length.sum())
    heads = np.flatnonzero(~follows)
    tails = np.append(heads[1:], len(order)) - 1
    offsets = np.concatenate([[0], np.cumsum(np.add.reduceat(length, heads))])
    start, end = pieces.start[order][heads], pieces.end[order][tails]
    joined = start == end
    places = pieces.places[index]
    places[offsets[1:][joined] - 1] = places[offsets[:-1][joined]]
    merged = Pieces(
        places,
        pieces.steepness[index], offsets,
        np.where(joined, -1, start), np.where(joined, -1, end),
        np.where(joined, 0, pieces.start_cause[order][heads]).astype("uint8"),
        np.where(joined, 0, pieces.end_cause[order][tails]).astype("uint8"),
    )  # fmt: skip
    return rotated(merged, _first_places(merged))


def _stacked(parts: Sequence[Pieces]) -> Pieces:
    if not parts:
        return _none()
    shift = np.cumsum([0, *(part.offsets[-1] for part in parts)])
    offsets = np.concatenate([part.offsets[:-1] + begin for part, begin in zip(parts, shift, strict=False)])
    return Pieces(
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.steepness for part in parts]),
        np.append(offsets, shift[-1]),
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.start_cause for part in parts]),
        np.concatenate([part.end_cause for part in parts]),
    )


def _chains(pieces: Pieces) -> tuple[Integers, Integers]:
    """For each piece, the line that it is part of and its place in it."""
    count = len(pieces)
    before = np.full(count, -1, dtype="int64")
    starts, ends = np.flatnonzero(pieces.start >= 0), np.flatnonzero(pieces.end >= 0)
    by_edge = ends[np.argsort(pieces.end[ends])]
    place = np.searchsorted(pieces.end[by_edge], pieces.start[starts])
    place = np.minimum(place, max(len(by_edge) - 1, 0))
    if len(by_edge):
        same = pieces.end[by_edge[place]] == pieces.start[starts]
        before[starts[same]] = by_edge[place[same]]
    linked = np.flatnonzero(before >= 0)
    graph = coo_array((np.ones(len(linked)), (linked, before[linked])), shape=(count, count))
    _, chain = connected_components(graph, directed=False)
    # a chain without a first piece is a ring: it is opened before its lowest piece
    rootless = np.ones(chain.max(initial=-1) + 1, dtype="bool")
    rootless[chain[before < 0]] = False
    lowest = np.full(len(rootless), count, dtype="int64")
    np.minimum.at(lowest, chain, np.arange(count))
    before[lowest[rootless]] = -1
    return chain.astype("int64"), _rank(before)


def _rank(before: Integers) -> Integers:
    """How many pieces stand before each, by following twice as many at every step."""
    ancestor = before.copy()
    rank = (before >= 0).astype("int64")
    while (has := ancestor >= 0).any():
        rank[has] += rank[ancestor[has]]
        ancestor[has] = ancestor[ancestor[has]]
    return rank


def _first_places(pieces: Pieces) -> Integers:
    """For each line, the vertex to begin at: the topmost of a closed one, the leftmost of several."""
    line = np.repeat(np.arange(len(pieces)), np.diff(pieces.offsets))
    order = np.lexsort((pieces.places[:, 0], pieces.places[:, 1], line))
    first = order[np.searchsorted(line[order], np.arange(len(pieces)))]
    return np.where(pieces.start < 0, first, pieces.offsets[:-1])


def rotated(pieces: Pieces, begin: Integers) -> Pieces:
    """The same lines with closed ones begun at another vertex.

    Parameters
    ----------
    pieces
        Lines.
    begin : (k,)
        Vertex of each closed line to begin at; ignored for open ones.
    """
    size = np.diff(pieces.offsets)
    line = np.repeat(np.arange(len(pieces)), size)
    within = np.arange(len(line)) - pieces.offsets[line]
    closed = (pieces.start < 0)[line]
    around = np.maximum(size[line] - 1, 1)
    turned = pieces.offsets[line] + (begin[line] - pieces.offsets[line] + within) % around
    index = np.where(closed, turned, np.arange(len(line)))
    return Pieces(pieces.places[index], pieces.steepness[index], pieces.offsets, pieces.start, pieces.end,
                  pieces.start_cause, pieces.end_cause)  # fmt: skip
