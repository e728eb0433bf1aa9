"""Which reference made a place of the legal line, and the proof that the line keeps its distance from all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["clearance", "nearest_place", "nearest_reference"]

# Distances this much smaller than the width are rounding of coordinates of eight digits, not land given away.
ROUNDING_M = 1e-6

# How much farther than its width a reference is looked for that may have made a place.
REACH_M = 1.0

# A place this near to the normal at a free end of a reference lies on the cut there, not beside the reference.
CUT_M = 1e-4


def nearest_reference(points: Floats, references: Geometries, widths: Floats) -> NDArray[np.intp]:
    """The reference whose strip each point is on the edge of.

    Parameters
    ----------
    points : (k, 2)
        Places on the boundary of the strips.
    references : (n,)
        LineStrings, n ≥ 1.
    widths : (n,)
        Widths of their strips, metres.

    Returns
    -------
    (k,)
        Positions in ``references`` whose distance is nearest to their width; the first of several. On the edge of
        strips that is the strip the place lies on: one that ends before it may reach farther, and does not count.

    Examples
    --------
    >>> references = np.array([shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(10, 0), (20, 0)])])
    >>> nearest_reference(np.array([(2.0, 5.0), (12.0, 3.0)]), references, np.array([5.0, 3.0]))
    array([0, 1])
    """
    places = shapely.points(np.asarray(points, dtype="float64"))
    best = np.full(len(places), np.inf)
    made_by = np.zeros(len(places), dtype=np.intp)
    segments, owner = _segments(references)
    # Most places are on the edge of a strip, and only what is about its width away can have made it: one search for
    # all widths finds that. The nearest of all, however far, is looked for where nothing is.
    segment, place = shapely.STRtree(places).query(segments, predicate="dwithin", distance=widths[owner] + REACH_M)
    distance = shapely.distance(places[place], segments[segment])
    for width in np.unique(widths)[::-1]:
        its = widths[owner[segment]] == width
        _take(best, made_by, width, place[its], owner[segment[its]], distance[its])
    rest = np.flatnonzero(best > REACH_M / 2.0)
    if len(rest):
        made_by[rest] = _nearest_however_far(places[rest], segments, owner, widths)
    return made_by


def _nearest_however_far(
    places: Geometries, segments: Geometries, owner: NDArray[np.intp], widths: Floats
) -> NDArray[np.intp]:
    """As :func:`nearest_reference`, of the nearest segments of every width."""
    best = np.full(len(places), np.inf)
    made_by = np.zeros(len(places), dtype=np.intp)
    for width in np.unique(widths)[::-1]:
        members = np.flatnonzero(widths[owner] == width)
        tree = shapely.STRtree(segments[members])
        (place, segment), distance = tree.query_nearest(places, return_distance=True)
        _take(best, made_by, width, place, owner[members[segment]], distance)
    return made_by


def _take(
    best: Floats, made_by: NDArray[np.intp], width: float,
    place: NDArray[np.intp], reference: NDArray[np.intp], distance: Floats,
) -> None:  # fmt: skip
    """Enter where the nearest reference of a width explains a place better than what is entered, in place."""
    order = np.lexsort((reference, distance, place))
    first = order[np.diff(place[order], prepend=-1) != 0]
    reach = np.abs(distance[first] - width)
    better = reach < best[place[first]] - ROUNDING_M
    made_by[place[first][better]] = reference[first][better]
    best[place[first][better]] = reach[better]


def clearance(boundary: Geometries, references: Geometries, widths: Floats, trims: Geometries | None = None) -> float:
    """The least by which a boundary keeps farther from the references than their strips are wide.

    Parameters
    ----------
    boundary : (k,)
        LineStrings or LinearRings: the legal line.
    references : (n,)
        LineStrings in their order along the bank; one that starts where another of its width ends goes on from it.
    widths : (n,)
        Widths of their strips, metres.
    trims : (n,)
        Where the width of each does not apply, or None: past a cut that is not square to it.

    Returns
    -------
    float
        Metres; below zero where the line gives land away. NaN without a line or without references.

    Notes
    -----
    A strip is the union of the rectangles beside its segments and of the sectors at the vertices between them. Every
    segment of the boundary is clipped to each rectangle and sector near it, and the distance of what is left is taken:
    chords of arcs are nearest in their middle, so vertices alone would prove nothing. A place that is nearest to the
    flat end of a reference lies beyond the cut there, where its width does not apply.

    Examples
    --------
    >>> toe = np.array([shapely.LineString([(0, 0), (50, 0), (50, 50)])])
    >>> round(clearance(np.array([shapely.LineString([(0, -30), (80, -30), (80, 50)])]), toe, np.array([30.0])), 6)
    0.0
    >>> cut = np.array([shapely.LineString([(0, -30), (50, -30), (80, 0), (80, 50)])])
    >>> round(clearance(cut, toe, np.array([30.0])), 2)
    -8.79
    """
    return nearest_place(boundary, references, widths, trims)[0]


def nearest_place(
    boundary: Geometries, references: Geometries, widths: Floats, trims: Geometries | None = None
) -> tuple[float, Floats]:
    """The :func:`clearance` of a boundary, and the place where it is that, (2,): NaN where it is nowhere below zero.

    Examples
    --------
    >>> toe = np.array([shapely.LineString([(0, 0), (100, 0)])])
    >>> dent = np.array([shapely.LineString([(0, -30), (40, -30), (50, -20), (60, -30), (100, -30)])])
    >>> away, place = nearest_place(dent, toe, np.array([30.0]))
    >>> away, place.tolist()
    (-10.0, [50.0, -20.0])
    """
    least, place = np.inf, np.full(2, np.nan)
    if not len(references) or not len(boundary):
        return float("nan"), place
    coords, owner = shapely.get_coordinates(boundary, return_index=True)
    inner = owner[1:] == owner[:-1]
    line = np.stack([coords[:-1], coords[1:]], axis=1)[inner]
    places = shapely.linestrings(line)
    tree = shapely.STRtree(places)
    trims = np.full(len(references), None) if trims is None else trims
    for width in np.unique(widths):
        course = _course(references[widths == width], trims[widths == width])
        segments = shapely.linestrings(np.stack([course.start, course.end], axis=1))
        segment, near = tree.query(segments, predicate="dwithin", distance=max(width - ROUNDING_M, 0.0))
        found = [part(line[near], course, segment) for part in (_beside, _around)]
        point, away, trim = (np.concatenate(each) for each in zip(*found, strict=True))
        counts = away < _from_free_ends(point, course) - ROUNDING_M
        counts[counts] = ~shapely.dwithin(trim[counts], shapely.points(point[counts]), CUT_M)
        away, point = away[counts] - width, point[counts]
        if len(away) and away.min() < min(least, 0.0):
            least, place = away.min(), point[away.argmin()]
        # What comes nearer than the width, if only beyond a cut, is not farther anywhere.
        least = min(least, np.min(away, initial=np.inf), 0.0 if len(near) else np.inf)
    return float(least if least <= 0.0 else min(least, _farther(places, references, widths))), place


def _farther(places: Geometries, references: Geometries, widths: Floats) -> float:
    """How much farther than their widths all references are from places."""
    least = np.inf
    for width in np.unique(widths):
        tree = shapely.STRtree(_segments(references[widths == width])[0])
        _, nearest = tree.query_nearest(places, return_distance=True, all_matches=False)
        least = min(least, np.maximum(nearest - width, 0.0).min())
    return float(least)


class _Course(NamedTuple):
    """Segments of references: from, to, length, unit direction, and that of the segment before, NaN at a free start.

    Also whether another goes on from them, and where their width does not apply.
    """

    start: Floats
    end: Floats
    length: Floats
    unit: Floats
    before: Floats
    goes_on: NDArray[np.bool_]
    trim: Geometries


def _course(references: Geometries, trims: Geometries) -> _Course:
    coords, owner = shapely.get_coordinates(references, return_index=True)
    step = np.diff(coords, axis=0)
    length = np.hypot(*step.T)
    real = (owner[1:] == owner[:-1]) & (length > 0.0)
    start, end, length = coords[:-1][real], coords[1:][real], length[real]
    unit = step[real] / length[:, None]
    joined = np.append(False, (start[1:] == end[:-1]).all(axis=1))
    before = np.where(joined[:, None], np.roll(unit, 1, axis=0), np.nan)
    return _Course(start, end, length, unit, before, np.append(joined[1:], False), trims[owner[:-1][real]])


def _from_free_ends(points: Floats, course: _Course) -> Floats:
    """Distance of points from the nearest end of a reference where no other goes on."""
    ends = np.vstack([course.start[np.isnan(course.before[:, 0])], course.end[~course.goes_on]])
    if not len(points):
        return np.zeros(0)
    distance, _ = cKDTree(ends).query(points)
    return np.asarray(distance)


def _beside(line: Floats, course: _Course, segment: NDArray[np.intp]) -> tuple[Floats, Floats, Geometries]:
    """Nearest places of boundary segments beside reference segments, and how near; of those that lie beside them."""
    origin, unit, length = course.start[segment], course.unit[segment], course.length[segment]
    along = np.einsum("kij,kj->ki", line - origin[:, None], unit)
    across = (line - origin[:, None]) @ [[0.0, 1.0], [-1.0, 0.0]]
    across = np.einsum("kij,kj->ki", across, unit)
    first = np.where(np.isnan(course.before[segment, 0]), CUT_M, 0.0)
    last = np.where(course.goes_on[segment], length, length - CUT_M)
    low, high = _between(along[:, 0] - first, along[:, 1] - first, np.zeros_like(length), np.ones_like(length))
    low, high = _between(last - along[:, 0], last - along[:, 1], low, high)
    here = low <= high
    line, low, high, start = line[here], low[here], high[here], across[here, 0]
    step = across[here, 1] - start
    level = step == 0.0
    at = np.clip(np.where(level, low, -start / np.where(level, 1.0, step)), low, high)
    return line[:, 0] + at[:, None] * (line[:, 1] - line[:, 0]), np.abs(start + at * step), course.trim[segment[here]]


def _around(line: Floats, course: _Course, segment: NDArray[np.intp]) -> tuple[Floats, Floats, Geometries]:
    """Nearest places of boundary segments to the first vertices of reference segments within the sectors there."""
    turns = ~np.isnan(course.before[segment, 0])
    line, segment = line[turns], segment[turns]
    away = line - course.start[segment][:, None]
    past = np.einsum("kij,kj->ki", away, course.before[segment])
    ahead = -np.einsum("kij,kj->ki", away, course.unit[segment])
    low, high = _between(past[:, 0], past[:, 1], np.zeros(len(line)), np.ones(len(line)))
    low, high = _between(ahead[:, 0], ahead[:, 1], low, high)
    here = low <= high
    away, step = away[here, 0], (away[:, 1] - away[:, 0])[here]
    size = np.maximum((step**2).sum(axis=1), np.finfo(float).tiny)
    at = np.clip(-(away * step).sum(axis=1) / size, low[here], high[here])[:, None]
    return line[here, 0] + at * step, np.hypot(*(away + at * step).T), course.trim[segment[here]]


def _between(start: Floats, end: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The part from ``low`` to ``high`` of segments on which a value that runs from start to end is not negative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        zero = start / (start - end)
    low = np.where(start < 0.0, np.where(end > 0.0, np.maximum(low, zero), np.inf), low)
    high = np.where(end < 0.0, np.where(start > 0.0, np.minimum(high, zero), -np.inf), high)
    return low, high


def _segments(lines: Geometries) -> tuple[Geometries, NDArray[np.intp]]:
    """The segments of lines and the line that each belongs to."""
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    inner = owner[1:] == owner[:-1]
    pairs = np.stack([coords[:-1], coords[1:]], axis=1)[inner]
    return shapely.linestrings(pairs), owner[:-1][inner]
