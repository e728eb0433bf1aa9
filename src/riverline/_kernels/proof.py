"""Which reference made a place of the legal line, and the proof that the line keeps its distance from all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["clearance", "nearest_reference"]

# Distances this much smaller than the width are rounding of coordinates of eight digits, not land given away.
ROUNDING_M = 1e-6


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
    for width in np.unique(widths)[::-1]:
        members = np.flatnonzero(widths == width)
        segments, owner = _segments(references[members])
        tree = shapely.STRtree(segments)
        (place, segment), distance = tree.query_nearest(places, return_distance=True)
        order = np.lexsort((owner[segment], place))
        first = order[np.diff(place[order], prepend=-1) != 0]
        reach = np.abs(distance[first] - width)
        better = reach < best[place[first]] - ROUNDING_M
        made_by[place[first][better]] = members[owner[segment[first]]][better]
        best[place[first][better]] = reach[better]
    return made_by


def clearance(boundary: Geometries, references: Geometries, widths: Floats) -> float:
    """The least by which a boundary keeps farther from the references than their strips are wide.

    Parameters
    ----------
    boundary : (k,)
        LineStrings or LinearRings: the legal line.
    references : (n,)
        LineStrings.
    widths : (n,)
        Widths of their strips, metres.

    Returns
    -------
    float
        Metres; below zero where the line gives land away. NaN without a line or without references.

    Notes
    -----
    Every segment of the boundary is held against every segment of the references that is nearer than the width:
    chords of arcs are nearest in their middle, so vertices alone would prove nothing. A place that is nearest to the
    very end of a reference lies beyond its flat end, where its width does not apply.

    Examples
    --------
    >>> toe = np.array([shapely.LineString([(0, 0), (50, 0), (50, 50)])])
    >>> round(clearance(np.array([shapely.LineString([(0, -30), (80, -30), (80, 50)])]), toe, np.array([30.0])), 6)
    0.0
    >>> cut = np.array([shapely.LineString([(0, -30), (50, -30), (80, 0), (80, 50)])])
    >>> round(clearance(cut, toe, np.array([30.0])), 2)
    -8.79
    """
    if not len(references) or not len(boundary):
        return float("nan")
    line, _ = _segments(boundary)
    ends = shapely.get_coordinates([[shapely.get_point(each, 0), shapely.get_point(each, -1)] for each in references])
    least = np.inf
    for width in np.unique(widths):
        segments, _ = _segments(references[widths == width])
        tree = shapely.STRtree(segments)
        _, nearest = tree.query_nearest(line, return_distance=True, all_matches=False)
        least = min(least, *np.maximum(nearest - width, 0.0), np.inf)
        inside, segment = tree.query(line, predicate="dwithin", distance=max(width - ROUNDING_M, 0.0))
        feet = shapely.get_coordinates(shapely.shortest_line(line[inside], segments[segment])).reshape(-1, 2, 2)
        within = ~_at_an_end(feet[:, 1], ends)
        if within.any():
            least = min(least, float(np.hypot(*(feet[within, 0] - feet[within, 1]).T).min()) - float(width))
    return float(least)


def _at_an_end(places: Floats, ends: Floats) -> NDArray[np.bool_]:
    tree = shapely.STRtree(shapely.points(ends))
    hit, _ = tree.query(shapely.points(places), predicate="dwithin", distance=ROUNDING_M)
    found = np.zeros(len(places), dtype=bool)
    found[hit] = True
    return found


def _segments(lines: Geometries) -> tuple[Geometries, NDArray[np.intp]]:
    """The segments of lines and the line that each belongs to."""
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    inner = owner[1:] == owner[:-1]
    pairs = np.stack([coords[:-1], coords[1:]], axis=1)[inner]
    return shapely.linestrings(pairs), owner[:-1][inner]
