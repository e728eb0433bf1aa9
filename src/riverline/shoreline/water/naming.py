"""Names of waterlines: the river and bank that each is on, and whether it closes around land or water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.grids.contour_pieces import Pieces, rotated
from riverline._kernels.lines.chainage import locate_each, locate_many

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]

__all__ = ["AXIS", "Named", "name_banks"]

# A stretch nearer to another axis belongs to the river on both its sides if it is shorter than this many times its
# distance: twice that far, and the corners, is what a mouth takes up.
_MOUTH = 4.0
_PASSES = 8

AXIS = 254
"""Cause of ends where a line changes from one bank or river to another."""


@dataclass(frozen=True, slots=True)
class Named:
    """Lines, k of them.

    Attributes
    ----------
    lines : (k,)
        Geometries, water to their right.
    river_id, bank, form : (k,)
        Text; no bank where there are no axes.
    steepness : (k,)
        Change of the index across the line, per pixel, the median of its vertices.
    start_cause, end_cause : (k,)
        Numbers of causes.
    """

    lines: NDArray[np.object_]
    river_id: NDArray[np.object_]
    bank: NDArray[np.object_]
    form: NDArray[np.object_]
    steepness: Floats
    start_cause: NDArray[np.uint8]
    end_cause: NDArray[np.uint8]


def name_banks(lines: gpd.GeoDataFrame, pieces: Pieces, axes: Axes | None, *, flipped: bool) -> Named:
    """Lines with their names; without axes, of no river and bank.

    Parameters
    ----------
    lines
        The lines of ``pieces`` in the plane of the axes.
    pieces
        Where their vertices came from.
    axes
        Axes, or None.
    flipped
        Whether rows of the image run upward on the ground, so that lines have to be turned round.
    """
    places = shapely.get_coordinates(np.asarray(lines.geometry.array, dtype="object")).reshape(-1, 2)
    moved = Pieces(places, pieces.steepness, pieces.offsets, pieces.start, pieces.end, pieces.start_cause,
                   pieces.end_cause)  # fmt: skip
    form = _forms(moved, flipped=flipped)
    if axes is None or not len(pieces) or not len(axes.line):
        nobody = np.full(len(pieces), "", dtype="object")
        return _finished(moved, nobody, np.full(len(pieces), np.nan, dtype="object"), form, flipped=flipped)
    return _on_banks(moved, axes, form, flipped=flipped)


def _forms(pieces: Pieces, *, flipped: bool) -> NDArray[np.object_]:
    """``open``, or closed around land or water, by the way that closed lines run round."""
    form = np.full(len(pieces), "open", dtype="object")
    if not len(pieces):
        return form
    x, y = (pieces.places - pieces.places.mean(axis=0)).T
    turn = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    turn[pieces.offsets[1:] - 1] = 0.0
    area = np.add.reduceat(turn, pieces.offsets[:-1]) / 2
    clockwise = (area < 0.0) != flipped
    closed = pieces.start < 0
    form[closed & clockwise], form[closed & ~clockwise] = "pool", "island"
    return form


def _on_banks(pieces: Pieces, axes: Axes, form: NDArray[np.object_], *, flipped: bool) -> Named:
    """Lines cut where their river or the side of its axis changes."""
    axis, side = _sides(pieces, axes)
    change = _changes(axis, side, pieces.offsets)
    ring = (pieces.start < 0) & (np.add.reduceat(change, pieces.offsets[:-1]) > 0)
    if ring.any():
        turned = rotated(pieces, _after_change(change, pieces.offsets, ring))
        pieces, axis, side = _opened(turned, *_sides(turned, axes), ring)
        change = _changes(axis, side, pieces.offsets)
    cut, line = _cut(pieces, side, change)
    # of every vertex between the added crossings the axis is known; the middle one is none of them
    which = np.delete(np.arange(len(cut.places)), _added(change))
    along = np.full(len(cut.places), -1)
    along[which] = np.arange(len(which))
    first, last = cut.offsets[:-1], cut.offsets[1:] - 1
    inner = along[np.where(along[first] >= 0, first, np.minimum(first + 1, last))]
    form = form[line]
    form[cut.start >= 0] = "open"
    bank = np.where(side[inner] < 0, "left", "right").astype("object")
    return _finished(cut, axes.river_id[axis[inner]], bank, form, flipped=flipped)


def _sides(pieces: Pieces, axes: Axes) -> tuple[NDArray[np.int64], Floats]:
    """Axis of each vertex, and its signed distance from it.

    The nearest axis, but for short stretches between two of another: the bank of a river that passes the mouth of a
    tributary is nearer to the tributary's axis there, and still the river's.
    """
    axis, _, side = locate_many(pieces.places, axes.line.tolist())
    settled = axis
    for _ in range(_PASSES):
        smoother = _without_mouths(pieces, settled, side)
        if (smoother == settled).all():
            break
        settled = smoother
    if (settled != axis).any():
        side = locate_each(pieces.places, axes.line.tolist(), settled)[1]
    return settled, side


def _without_mouths(pieces: Pieces, axis: NDArray[np.int64], side: Floats) -> NDArray[np.int64]:
    """Axes of vertices, short stretches between two of another axis, and shorter than both, given to that axis."""
    line = np.repeat(np.arange(len(pieces)), np.diff(pieces.offsets))
    begin = np.flatnonzero(np.append(True, (axis[1:] != axis[:-1]) | (line[1:] != line[:-1])))
    if len(begin) < 3:  # noqa: PLR2004 - a stretch between two others
        return axis
    step = np.hypot(*np.diff(pieces.places, axis=0, append=pieces.places[-1:]).T)
    length, away = np.add.reduceat(step, begin), np.maximum.reduceat(np.abs(side), begin)
    of, on = axis[begin], line[begin]
    between = (of[:-2] == of[2:]) & (on[:-2] == on[1:-1]) & (on[1:-1] == on[2:])
    short = (length[1:-1] < _MOUTH * away[1:-1]) & (length[1:-1] <= np.minimum(length[:-2], length[2:]))
    of[1:-1] = np.where(between & short, of[:-2], of[1:-1])
    return np.repeat(of, np.diff(np.append(begin, len(axis))))


def _changes(axis: NDArray[np.int64], side: Floats, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """1 at vertices after which the axis or its side changes within their line."""
    other = (axis[:-1] != axis[1:]) | ((side[:-1] < 0) != (side[1:] < 0))
    change = np.append(other, False).astype("int64")
    change[offsets[1:] - 1] = 0
    return change


def _added(change: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the vertices that :func:`_cut` adds, among those it gives."""
    at = np.flatnonzero(change)
    second = at + 2 + 2 * np.arange(len(at))
    return np.concatenate([second - 1, second])


def _after_change(change: NDArray[np.int64], offsets: NDArray[np.int64], ring: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each line the vertex after its first change; its own first vertex where it is not to be turned."""
    places = np.flatnonzero(change)
    first = np.searchsorted(places, offsets[:-1])
    begin = offsets[:-1].copy()
    begin[ring] = places[first[ring]] + 1
    return begin


def _opened(
    pieces: Pieces, axis: NDArray[np.int64], side: Floats, ring: NDArray[np.bool_]
) -> tuple[Pieces, NDArray[np.int64], Floats]:
    """Closed lines that were begun after a change, begun and ended at the crossing itself."""
    first, last = pieces.offsets[:-1][ring], pieces.offsets[1:][ring] - 1
    crossing = _crossing(pieces.places, side, last - 1)
    places, axis, side = pieces.places.copy(), axis.copy(), side.copy()
    places[last], axis[last], side[last] = crossing, axis[last - 1], side[last - 1]
    places = np.insert(places, first, crossing, axis=0)
    opened = Pieces(places, np.insert(pieces.steepness, first, pieces.steepness[first]),
                    pieces.offsets + np.concatenate([[0], np.cumsum(ring)]), pieces.start, pieces.end,
                    pieces.start_cause, pieces.end_cause)  # fmt: skip
    return opened, np.insert(axis, first, axis[first]), np.insert(side, first, side[first])


def _crossing(places: Floats, side: Floats, at: NDArray[np.int64]) -> Floats:
    """Where lines cross from one side to the other after some vertices."""
    share = np.abs(side[at]) / np.maximum(np.abs(side[at]) + np.abs(side[at + 1]), 1e-12)
    return places[at] + share[:, None] * (places[at + 1] - places[at])


def _cut(pieces: Pieces, side: Floats, change: NDArray[np.int64]) -> tuple[Pieces, NDArray[np.int64]]:
    """Lines cut after every change of side, the crossing added to both parts; and which line each part came from."""
    at = np.flatnonzero(change)
    crossing = _crossing(pieces.places, side, at)
    # the crossing stands twice: as the last place of one part and the first of the next
    places = np.insert(pieces.places, np.repeat(at + 1, 2), np.repeat(crossing, 2, axis=0), axis=0)
    steepness = np.insert(pieces.steepness, np.repeat(at + 1, 2), np.repeat(pieces.steepness[at], 2))
    before = np.searchsorted(at, pieces.offsets, side="left")
    whole = pieces.offsets + 2 * before
    inner = at + 1 + 2 * np.arange(len(at)) + 1
    offsets = np.sort(np.concatenate([whole, inner]))
    line = np.repeat(np.arange(len(pieces)), np.diff(before) + 1)
    begins, ends = np.isin(offsets[:-1], whole), np.isin(offsets[1:], whole)
    was_cut = (np.diff(before) > 0)[line]
    start = np.where(begins, pieces.start[line], 0)
    end = np.where(ends, pieces.end[line], 0)
    ring = (pieces.start < 0)[line] & was_cut
    start_cause = np.where(begins & ~ring, pieces.start_cause[line], AXIS).astype("uint8")
    end_cause = np.where(ends & ~ring, pieces.end_cause[line], AXIS).astype("uint8")
    return Pieces(
        places, steepness, offsets, np.where(ring, 0, start), np.where(ring, 0, end), start_cause, end_cause
    ), line


def _medians(values: Floats, offsets: NDArray[np.int64]) -> Floats:
    """Median of the values of each line."""
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    order = np.lexsort((values, line))
    return values[order][offsets[:-1] + np.diff(offsets) // 2]


def _finished(
    pieces: Pieces, river: NDArray[np.object_], bank: NDArray[np.object_], form: NDArray[np.object_], *, flipped: bool
) -> Named:
    if not len(pieces):
        return Named(np.zeros(0, dtype="object"), river, bank, form, np.zeros(0), pieces.start_cause, pieces.end_cause)
    line = np.repeat(np.arange(len(pieces)), np.diff(pieces.offsets))
    shapes = shapely.linestrings(pieces.places, indices=line)
    causes = (pieces.start_cause, pieces.end_cause)
    if flipped:
        shapes, causes = shapely.reverse(shapes), causes[::-1]
    return Named(shapes, river, bank, form, _medians(pieces.steepness, pieces.offsets), *causes)
