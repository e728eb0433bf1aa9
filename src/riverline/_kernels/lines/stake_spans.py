"""Places along a line: at turns, at even distances; and how far the chords between them leave the line.

A *place* is a distance along the line in metres; *breaks* are places in ascending order; a *span* runs from one break
to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines.chainage import cut_many, locate, position, vertex_chainages

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["chord_errors", "even_places", "longest_spans", "turn_places"]

# Distances from a chord that differ by less are alike: of such vertices the first is taken, wherever the map lies.
_ALIKE_DECIMALS = 6
# A span may be longer than allowed by this share of it: rounding of what was cut into equal parts before.
_SLACK = 1e-9


def turn_places(line: ArrayLike, breaks: ArrayLike, *, tolerance_m: ArrayLike, least_m: float) -> Floats:
    """Breaks with the vertices added at which the line turns away from the chords between them.

    Parameters
    ----------
    line : (m, 2)
        Vertices in metres.
    breaks : (k,)
        Places that are there already, two at least.
    tolerance_m : (k - 1,) or a number
        How far a vertex between two of the given breaks may lie from the chord of its span.
    least_m
        How far a vertex must be from either end of its span, along the line, to be a break.

    Returns
    -------
    (j,)
        All breaks in order. What comes out stays as it is if it is put in again.

    Notes
    -----
    Ramer-Douglas-Peucker from the given breaks on, all spans at once, with two bounds: the farthest vertex of those
    that keep ``least_m`` is taken, and a vertex nearer than its tolerance never. Where every vertex that is too far
    from the chord is too near to an end, the span stays as it is.

    Examples
    --------
    >>> turn_places([[0, 0], [100, 0], [100, 100]], [0, 200], tolerance_m=5.0, least_m=0.0)
    array([  0., 100., 200.])
    >>> turn_places([[0, 0], [100, 0], [100, 100]], [0, 200], tolerance_m=5.0, least_m=101.0)
    array([  0., 200.])
    """
    line, breaks = np.asarray(line, dtype="float64"), np.asarray(breaks, dtype="float64")
    along = vertex_chainages(line)
    open_ = np.flatnonzero((along > breaks[0]) & (along < breaks[-1]))
    allowed = np.broadcast_to(np.asarray(tolerance_m, dtype="float64"), len(breaks) - 1)
    tolerance = allowed[np.clip(np.searchsorted(breaks, along, side="right") - 1, 0, len(breaks) - 2)]
    while len(open_):
        span = np.searchsorted(breaks, along[open_], side="right") - 1
        start, end = breaks[span], breaks[span + 1]
        room = np.minimum(along[open_] - start, end - along[open_]) >= least_m
        chords = position(line, breaks)
        away = np.round(_from_segment(line[open_], chords[span], chords[span + 1]), _ALIKE_DECIMALS)
        far = np.flatnonzero(room & (away > tolerance[open_]))
        if not len(far):
            break
        best = far[np.lexsort((along[open_[far]], -away[far], span[far]))]
        best = best[np.diff(span[best], prepend=-1) != 0]
        breaks = np.sort(np.concatenate([breaks, along[open_[best]]]))
        # A span in which nothing was found stays as it is.
        open_ = open_[np.isin(span, span[best])]
    return breaks


def even_places(breaks: ArrayLike, knots: ArrayLike, longest_m: ArrayLike, *, spare_m: ArrayLike = 0.0) -> Floats:
    """Breaks with places added in every span that is longer than allowed, so that its parts are equal.

    Parameters
    ----------
    breaks : (k,)
        Places in metres, ascending.
    knots : (j + 1,)
        Where the longest allowed distance changes, from the first break or before to the last or beyond.
    longest_m : (j,)
        Longest distance between two places from each knot to the next; infinite where none is needed.
    spare_m : (k - 1,) or a number
        By how much a span may be longer all the same, as between stakes that were set out by hand.

    Returns
    -------
    (n,)
        All places in order: ⌈L / longest⌉ − 1 more in a span of length L.

    Notes
    -----
    In a span over several knots, parts are equal in metres over metres allowed, and none is more than 1 of it.

    Examples
    --------
    >>> even_places([0, 250, 1000], [0, 1000], [300])
    array([   0.,  250.,  500.,  750., 1000.])
    >>> even_places([0, 900], [0, 600, 900], [np.inf, 100])
    array([  0., 700., 800., 900.])
    """
    breaks, knots = np.asarray(breaks, dtype="float64"), np.asarray(knots, dtype="float64")
    spent = _spent(knots, longest_m)
    at = np.interp(breaks, knots, spent)
    share = np.diff(at)
    length = np.diff(breaks)
    counted = share * np.clip(1.0 - _SLACK - np.asarray(spare_m) / np.where(length > 0.0, length, 1.0), 0.0, 1.0)
    parts = np.maximum(np.ceil(counted - _SLACK), 1.0).astype("int64")
    span = np.repeat(np.arange(len(parts)), parts - 1)
    number = np.arange(len(span)) - np.repeat(np.cumsum(parts - 1) - (parts - 1), parts - 1) + 1
    wanted = at[span] + share[span] * number / parts[span]
    added = np.interp(wanted, spent, knots)
    return np.sort(np.concatenate([breaks, np.clip(added, breaks[span], breaks[span + 1])]))


def _spent(knots: Floats, longest_m: ArrayLike) -> Floats:
    """Metres over metres allowed from the first knot to each."""
    return np.append(0.0, np.cumsum(np.diff(knots) / np.asarray(longest_m, dtype="float64")))


def longest_spans(start: ArrayLike, end: ArrayLike, knots: ArrayLike, longest_m: ArrayLike) -> Floats:
    """How long each span between two places may be, where the longest allowed distance changes along it.

    Parameters
    ----------
    start, end : (n,)
        Places in metres; a span whose end lies before its start goes round a ring.
    knots, longest_m
        As for :func:`even_places`, which leaves a span as it is if it is no longer than this.

    Returns
    -------
    (n,)
        The length of a span over the share of what is allowed that it spends.

    Examples
    --------
    >>> longest_spans([0, 50], [100, 350], [0, 200, 400], [100, 300]).round(6).tolist()
    [100.0, 150.0]
    """
    start, end = np.asarray(start, dtype="float64"), np.asarray(end, dtype="float64")
    knots = np.asarray(knots, dtype="float64")
    spent = _spent(knots, longest_m)
    around = end < start
    length = end - start + around * (knots[-1] - knots[0])
    share = np.interp(end, knots, spent) - np.interp(start, knots, spent) + around * spent[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(share > 0.0, length / share, np.inf))


def chord_errors(line: ArrayLike, breaks: ArrayLike, stakes: ArrayLike, *, landside: float) -> tuple[Floats, Floats]:
    """How far the line leaves the chords between stakes, and how far chords cut in on the side of the water.

    Parameters
    ----------
    line : (m, 2)
        Vertices in metres.
    breaks : (k,)
        Places that the stakes belong to, ascending.
    stakes : (k, 2)
        Where the stakes stand: on the line at the breaks, or beside it.
    landside
        1 where the land lies left of the line, looking along it, -1 where it lies right.

    Returns
    -------
    deviation : (k - 1,)
        For each span the largest distance of the line from its chord.
    inside : (k - 1,)
        The largest distance by which the line lies on the landside of the chain of chords; 0 where it never does.

    Examples
    --------
    >>> line = [[0, 0], [50, 10], [100, 0], [150, -4], [200, 0]]
    >>> breaks = [0.0, *vertex_chainages(line)[[2, 4]]]
    >>> chord_errors(line, breaks, [[0, 0], [100, 0], [200, 0]], landside=1.0)
    (array([10.,  4.]), array([10.,  0.]))
    """
    breaks, stakes = np.asarray(breaks, dtype="float64"), np.asarray(stakes, dtype="float64")
    spans = cut_many(line, breaks[:-1], breaks[1:])
    points, owner = shapely.get_coordinates(spans, return_index=True)
    away = _from_segment(points, stakes[owner], stakes[owner + 1])
    _, offset = locate(points, stakes)
    landward = np.nan_to_num(-landside * offset)
    deviation, inside = np.zeros((2, len(breaks) - 1))
    np.maximum.at(deviation, owner, away)
    np.maximum.at(inside, owner, landward)
    return deviation, inside + 0.0  # no minus zero


def _from_segment(points: Floats, start: Floats, end: Floats) -> Floats:
    """Distance of points, each from a segment of its own."""
    step, outward = end - start, points - start
    square = np.einsum("ij,ij->i", step, step)
    share = np.einsum("ij,ij->i", outward, step) / np.where(square > 0.0, square, 1.0)
    nearest = start + np.clip(share, 0.0, 1.0)[:, None] * step
    return np.asarray(np.hypot(*(points - nearest).T))
