"""Axes made ready to be looked up: which of their segments are nearest to places.

A search tree that looks for the nearest of all has no bound to begin with. Here the nearest of places along the axes
gives one, so near the truth that hardly more than the nearest segments lie within it.

Examples
--------
>>> import shapely
>>> ruler = Ruler([shapely.LineString([(0, 0), (10, 0), (10, 10)])])
>>> [found.tolist() for found in ruler.nearest(np.array([(4.0, 1.0), (12.0, -2.0)]))]
[[0, 1, 1], [0, 0, 1]]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Ruler", "Segments", "bisector"]

# Distances of the tree and of the geometry library differ by rounding of coordinates of eight digits.
_ROUNDING_M = 1e-6


class Ruler:
    """Axes made ready to be looked up many times.

    Parameters
    ----------
    axes : (k,)
        LineStrings.
    """

    __slots__ = ("_lines", "_places", "_tree", "segments")

    def __init__(self, axes: Sequence[Any]) -> None:
        self.segments = _segments(axes)
        ends = np.stack([self.segments.start, self.segments.end], axis=1)
        self._lines = np.asarray(shapely.linestrings(ends))
        self._tree = shapely.STRtree(self._lines)
        self._places = cKDTree(_places(self.segments))

    def nearest(self, points: Floats) -> tuple[Integers, Integers]:
        """The segments nearest to points, all of them where several are as near.

        Parameters
        ----------
        points : (n, 2)
            Finite coordinates in metres.

        Returns
        -------
        point, segment : (m,)
            Pairs of indices, in the order of the points.
        """
        if not len(self._lines):
            return np.zeros(0, dtype="int64"), np.zeros(0, dtype="int64")
        places = shapely.points(points)
        bound, _ = self._places.query(points)
        point, segment = self._tree.query(places, predicate="dwithin", distance=bound + _ROUNDING_M)
        distance = shapely.distance(places[point], self._lines[segment])
        least = np.full(len(points), np.inf)
        np.minimum.at(least, point, distance)
        nearest = distance == least[point]
        return point[nearest], segment[nearest]


def _places(segments: Segments) -> Floats:
    """Places along axes: vertices, and between them so many that none is farther apart than twice the mean."""
    if not len(segments.length):
        return segments.start
    count = np.ceil(segments.length / (2.0 * segments.length.mean())).astype("int64")
    segment = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    share = (number / count[segment])[:, None]
    between = segments.start[segment] + share * (segments.end - segments.start)[segment]
    last = np.append(segments.axis[1:] != segments.axis[:-1], True)
    return np.concatenate([between, segments.end[last]])


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments of all axes: from, to, unit direction, direction before and after, chainage, axis, length; k each."""

    start: Floats
    end: Floats
    unit: Floats
    at_start: Floats
    at_end: Floats
    chainage: Floats
    length: Floats
    axis: Integers


def _segments(axes: Sequence[Any]) -> Segments:
    coordinates, part = shapely.get_coordinates(np.asarray(axes, dtype="object"), return_index=True)
    step = np.diff(coordinates, axis=0)
    real = (part[1:] == part[:-1]) & (step != 0).any(axis=1)
    start, end, axis = coordinates[:-1][real], coordinates[1:][real], part[:-1][real]
    length = np.hypot(*step[real].T)
    unit = step[real] / length[:, None]
    new = np.diff(axis, prepend=-1) != 0
    total = np.concatenate([[0.0], np.cumsum(length)])[:-1]
    chainage = total - np.repeat(total[new], np.diff(np.append(np.flatnonzero(new), len(axis))))
    before = np.where(new[:, None], unit, np.roll(unit, 1, axis=0))
    after = np.where(np.roll(new, -1)[:, None], unit, np.roll(unit, -1, axis=0))
    return Segments(start, end, unit, bisector(before, unit), bisector(unit, after), chainage, length, axis)


def bisector(before: Floats, after: Floats) -> Floats:
    """Unit direction between two; the first where they are opposite."""
    between = before + after
    size = np.hypot(between[:, 0], between[:, 1])
    opposite = size < 1e-12  # noqa: PLR2004 - rounding of unit vectors
    return np.where(opposite[:, None], before, between / np.where(opposite, 1.0, size)[:, None])
