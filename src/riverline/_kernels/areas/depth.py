"""How far shapes reach in from lines: the largest distance of any of their places to the nearest line.

The distance to one segment is a convex function of the place, so over an area it is largest at a corner. The distance
to the nearest of many is below each of them, below every mean of two, and below the distance to a chord of the line by
no more than the line leaves the chord. Where one of these bounds is no farther than the deepest corner, that corner is
the answer. The rest is cut into triangles, and those whose bound is above the deepest place so far are halved until
none is: no place is left out, inside or on an edge.

Examples
--------
>>> from riverline._kernels.lines.ruler import Ruler
>>> banks = Ruler([shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 40), (100, 40)])])
>>> depths(np.array([shapely.box(10, 0, 20, 8), shapely.box(10, 0, 20, 40)]), banks).tolist()
[8.0, 20.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.lines.ruler import Ruler, Segments

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = ["Feet", "depths", "feet_on"]

TOLERANCE_M = 0.01
"""How far below the largest distance the answer may lie where it is not at a corner."""
_SHARE = 5e-4  # of the distance itself, where that is more
_CHUNK = 200_000
_MOST_ROUNDS = 60
_FARTHEST_CHORD = 4.0  # chords longer than so many times the triangle tell nothing


@dataclass(frozen=True, slots=True, eq=False)
class Feet:
    """The nearest places of lines to points, n of them.

    Attributes
    ----------
    segment : (n,)
        Nearest segment; of several the one with the smallest line and place along it.
    along : (n,)
        Metres along its line.
    distance : (n,)
        How far it is.
    """

    segment: Indices
    along: Floats
    distance: Floats

    def at(self, rows: Any) -> Feet:  # noqa: ANN401 - a mask or positions
        """Some of them."""
        return Feet(self.segment[rows], self.along[rows], self.distance[rows])


def feet_on(points: Floats, ruler: Ruler) -> Feet:
    """The nearest places of lines to points, in chunks.

    Parameters
    ----------
    points : (n, 2)
        Finite coordinates in metres.
    ruler
        Lines with at least one segment.
    """
    segment = np.zeros(len(points), dtype="int64")
    along, distance = np.zeros((2, len(points)))
    for begin in range(0, len(points), _CHUNK):
        some = points[begin : begin + _CHUNK]
        point, found = ruler.nearest(some)
        share, away = _projected(some[point], ruler.segments, found)
        place = ruler.segments.chainage[found] + share * ruler.segments.length[found]
        order = np.lexsort((place, ruler.segments.axis[found], point))
        first = order[np.append(True, point[order][1:] != point[order][:-1])[: len(order)]]
        rows = begin + point[first]
        segment[rows], along[rows], distance[rows] = found[first], place[first], away[first]
    return Feet(segment, along, distance)


def depths(shapes: Shapes, ruler: Ruler, feet: Feet | None = None) -> Floats:
    """The largest distance of any place of each shape to the nearest line.

    Parameters
    ----------
    shapes : (n,)
        Points, lines and valid areas, in metres, none of them empty.
    ruler
        The lines.
    feet
        What :func:`feet_on` gives for all coordinates of the shapes, if it is known.

    Returns
    -------
    (n,)
        Exact where a corner is the deepest place, else less than it by a centimetre at most, or by 1/2,000 of it.
    """
    if not len(shapes):
        return np.zeros(0)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    feet = feet_on(points, ruler) if feet is None else feet
    first = np.searchsorted(owner, np.arange(len(shapes)))
    deepest = np.maximum.reduceat(feet.distance, first)
    corner = feet.segment[np.lexsort((-feet.distance, owner))[first]]
    _, away = _projected(points, ruler.segments, corner[owner])
    sure = np.maximum.reduceat(away, first) <= deepest
    doubtful = np.flatnonzero(~sure & (shapely.get_dimensions(shapes) > 0))
    if len(doubtful):
        deepest[doubtful] = _searched(shapes[doubtful], deepest[doubtful], ruler)
    return deepest


def _searched(shapes: Shapes, deepest: Floats, ruler: Ruler) -> Floats:
    """Halve triangles until none can hold a deeper place."""
    corners, owner = _triangles(shapes)
    every, which = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    feet = feet_on(every, ruler).at(which.reshape(-1, 3))
    best = deepest.copy()
    for _ in range(_MOST_ROUNDS):
        bound = _bounds(corners, feet, ruler.segments)
        kept = bound > best[owner] + np.maximum(TOLERANCE_M, _SHARE * best[owner])
        if not kept.any():
            break
        corners, feet, owner = _halved(corners[kept], feet.at(kept), owner[kept], ruler)
        np.maximum.at(best, owner, feet.distance.max(axis=1))
    return best


def _triangles(shapes: Shapes) -> tuple[Floats, Indices]:
    """Areas as triangles and lines as triangles without width, (t, 3, 2), and the shape of each."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == 2)  # noqa: PLR2004 - areas
    linear = np.flatnonzero(shapely.get_dimensions(shapes) == 1)
    parts, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(shapes[areal]), return_index=True)
    made = shapely.get_coordinates(parts).reshape(-1, 4, 2)[:, :3]
    lines, line_owner = shapely.get_parts(shapes[linear], return_index=True)
    points, line = shapely.get_coordinates(lines, return_index=True)
    step = np.flatnonzero(line[1:] == line[:-1])
    edges = np.stack([points[step], points[step + 1], points[step + 1]], axis=1)
    return np.concatenate([made, edges]), np.concatenate([areal[owner], linear[line_owner[line[step]]]])


def _bounds(corners: Floats, feet: Feet, segments: Segments) -> Floats:
    """(t,) a number that the distance exceeds nowhere in each triangle."""
    size = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    found = np.minimum(feet.distance.min(axis=1) + size, _chord_bounds(corners, feet, segments, size))
    flat = np.repeat(corners, 3, axis=0).reshape(-1, 3, 3, 2)
    every = np.repeat(feet.segment[:, :, None], 3, axis=2)
    _, away = _projected(flat.reshape(-1, 2), segments, every.ravel())
    away = away.reshape(-1, 3, 3)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        found = np.minimum(found, _least_mean(away[:, one], away[:, other]))
    return found


def _least_mean(one: Floats, other: Floats) -> Floats:
    """The least, over all means of two convex functions, of the largest value at three corners."""
    slope = one - other
    weights = [np.zeros(len(one)), np.ones(len(one))]
    for u, v in ((0, 1), (0, 2), (1, 2)):
        steep = slope[:, u] - slope[:, v]
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = (other[:, v] - other[:, u]) / steep
        weights.append(np.clip(np.where(np.isfinite(weight), weight, 0.0), 0.0, 1.0))
    values = [(other + weight[:, None] * slope).max(axis=1) for weight in weights]
    return np.asarray(np.min(values, axis=0))


def _chord_bounds(corners: Floats, feet: Feet, segments: Segments, size: Floats) -> Floats:
    """From the chord between the first and the last foot, where all three stand on one line; else infinite.

    Each place of the chord has one of the line no farther than the farthest vertex between the feet is from the chord.
    """
    bound = np.full(len(corners), np.inf)
    line = segments.axis[feet.segment]
    low, high = feet.along.argmin(axis=1), feet.along.argmax(axis=1)
    row = np.arange(len(corners))
    reach = feet.along[row, high] - feet.along[row, low]
    rows = np.flatnonzero((line == line[:, :1]).all(axis=1) & (reach <= _FARTHEST_CHORD * size + 1.0))
    if not len(rows):
        return bound
    start, end = feet.segment[rows, low[rows]], feet.segment[rows, high[rows]]
    a = _place(segments, start, feet.along[rows, low[rows]])
    b = _place(segments, end, feet.along[rows, high[rows]])
    away = _from_chord(corners[rows].reshape(-1, 2), np.repeat(a, 3, axis=0), np.repeat(b, 3, axis=0))
    count = end - start
    which = np.repeat(np.arange(len(rows)), count)
    vertex = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start, count) + 1
    off = _from_chord(segments.start[vertex], a[which], b[which])
    leave = np.zeros(len(rows))
    np.maximum.at(leave, which, off)
    bound[rows] = away.reshape(-1, 3).max(axis=1) + leave
    return bound


def _place(segments: Segments, segment: Indices, along: Floats) -> Floats:
    return np.asarray(segments.start[segment] + (along - segments.chainage[segment])[:, None] * segments.unit[segment])


def _from_chord(points: Floats, a: Floats, b: Floats) -> Floats:
    """Distance of points to the chord from a to b."""
    way, chord = points - a, b - a
    size = np.einsum("ij,ij->i", chord, chord)
    share = np.clip(np.einsum("ij,ij->i", way, chord) / np.where(size > 0.0, size, 1.0), 0.0, 1.0)
    return np.asarray(np.linalg.norm(way - share[:, None] * chord, axis=1))


def _halved(corners: Floats, feet: Feet, owner: Indices, ruler: Ruler) -> tuple[Floats, Feet, Indices]:
    """Each triangle as two, cut from the middle of its longest edge."""
    edge = np.linalg.norm(corners - np.roll(corners, -1, axis=1), axis=2).argmax(axis=1)
    row, turn = np.arange(len(corners))[:, None], (edge[:, None] + np.arange(3)) % 3
    corners, feet = corners[row, turn], feet.at((row, turn))
    middle = (corners[:, 0] + corners[:, 1]) / 2.0
    new = feet_on(middle, ruler)

    def two(old: Any, between: Any) -> Any:  # noqa: ANN401 - arrays of either kind
        return np.concatenate(
            [np.stack([old[:, 0], between, old[:, 2]], axis=1), np.stack([between, old[:, 1], old[:, 2]], axis=1)]
        )

    made = Feet(*(two(getattr(feet, name), getattr(new, name)) for name in ("segment", "along", "distance")))
    return two(corners, middle), made, np.concatenate([owner, owner])


def _projected(points: Floats, segments: Segments, segment: Indices) -> tuple[Floats, Floats]:
    """Where along a segment each point's nearest place is, 0 to 1, and how far."""
    way = points - segments.start[segment]
    length = segments.length[segment]
    along = np.clip(np.einsum("ij,ij->i", way, segments.unit[segment]), 0.0, length)
    off = way - along[:, None] * segments.unit[segment]
    return along / length, np.hypot(off[:, 0], off[:, 1])
