"""Ground that a line swept over between two transects, from one date to the next: rings, and which way it moved.

A ring goes along the earlier line from one transect to the next, across to the later line, and back along it. Where the
lines cross inside, the ring crosses itself and is parted into faces, each with its own direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.lines.hits import Path

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Ends", "faces_of", "rings_between"]

# A line between two hits is followed if it is no longer than this many times the straight way; else it wandered off
# (into a creek, round an island) and the straight way is taken.
_LONGEST_DETOUR = 4.0


class Ends:
    """Where one line is met by two neighbouring transects, c of each: places, segments of the path and shares.

    Parameters
    ----------
    path
        Vertices of the lines.
    place : (2, c, 2)
        Coordinates on the first and on the second transect.
    segment : (2, c)
        Segment of the path; -1 where the place lies on no line.
    share : (2, c)
        Share along the segment.
    """

    __slots__ = ("count", "first", "path", "place", "step")

    def __init__(self, path: Path, place: Floats, segment: Integers, share: Floats) -> None:
        self.path, self.place = path, place
        line = path.line[segment]
        same = (segment >= 0).all(axis=0) & (line[0] == line[1])
        forward = segment[0] + share[0] <= segment[1] + share[1]
        self.step = np.where(forward, 1, -1)
        self.first = np.where(forward, segment[0] + 1, segment[0])
        self.count = np.where(same, np.abs(segment[1] - segment[0]), 0)
        self.count = np.where(self._detours(), 0, self.count)

    def _detours(self) -> NDArray[np.bool_]:
        """Whether the line between is much longer than the straight way."""
        straight = np.hypot(*(self.place[1] - self.place[0]).T)
        between, owner = self.vertices()
        points = np.concatenate([self.place[0], between, self.place[1]])
        pieces = np.arange(len(self.count))
        owners = np.concatenate([pieces, owner, pieces])
        order = np.argsort(owners, kind="stable")
        points, owners = points[order], owners[order]
        step = np.where(np.diff(owners) == 0, np.hypot(*np.diff(points, axis=0).T), 0.0)
        length = np.bincount(owners[1:], weights=step, minlength=len(self.count)) if len(owners) else straight
        return np.asarray(length > _LONGEST_DETOUR * straight)

    def vertices(self) -> tuple[Floats, Integers]:
        """Vertices between the two places, in order from the first to the second, and which pair each is of."""
        owner = np.repeat(np.arange(len(self.count)), self.count)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(self.count) - self.count, self.count)
        return self.path.vertices[self.first[owner] + self.step[owner] * within], owner


def rings_between(earlier: Ends, later: Ends) -> NDArray[np.object_]:
    """One closed ring for each pair of neighbouring transects.

    Parameters
    ----------
    earlier, later : c each
        Where both lines are met.

    Returns
    -------
    (c,)
        Polygons, valid or not; anticlockwise where the later line lies left of the earlier one, looking from the first
        transect to the second.

    Examples
    --------
    >>> from riverline._kernels.lines.hits import Path
    >>> path = Path.of([shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 2), (5, 3), (10, 2)])])
    >>> segment, share = np.array([[0], [0]]), np.array([[0.0], [1.0]])
    >>> earlier = Ends(path, path.vertices[[0, 1]][:, None], segment, share)
    >>> later = Ends(path, path.vertices[[2, 4]][:, None], np.array([[2], [3]]), share)
    >>> rings_between(earlier, later)[0].wkt
    'POLYGON ((0 0, 10 0, 10 2, 5 3, 0 2, 0 0))'
    """
    pieces = np.arange(len(earlier.count))
    there, of_there = earlier.vertices()
    back, of_back = later.vertices()
    # What comes back is turned round: of each ring the last vertex first.
    turned = np.lexsort((-np.arange(len(of_back)), of_back))
    parts = (earlier.place[0], there, earlier.place[1], later.place[1], back[turned], later.place[0])
    owners = (pieces, of_there, pieces, pieces, of_back[turned], pieces)
    coordinates, owner = np.concatenate(parts), np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    if not len(order):
        return np.zeros(0, dtype="object")
    return np.asarray(shapely.polygons(shapely.linearrings(coordinates[order], indices=owner[order])))


def faces_of(rings: NDArray[np.object_]) -> tuple[NDArray[np.object_], Integers, Integers]:
    """Faces of rings, which may cross themselves.

    Parameters
    ----------
    rings : (c,)
        Polygons of one ring each.

    Returns
    -------
    faces : (f,)
        Valid polygons with area.
    ring : (f,)
        Index of the ring that each is of.
    turn : (f,)
        1 where the ring goes round it anticlockwise, -1 clockwise.

    Examples
    --------
    >>> bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> faces, ring, turn = faces_of(np.array([bow]))
    >>> sorted(zip(shapely.area(faces).tolist(), turn.tolist()))
    [(1.0, -1), (1.0, 1)]
    """
    simple = shapely.is_valid(rings)
    whole = np.flatnonzero(simple)
    turn = np.where(shapely.is_ccw(shapely.get_exterior_ring(rings[whole])), 1, -1)
    faces, owner, turns = [rings[whole]], [whole], [turn]
    for row in np.flatnonzero(~simple):
        ring = shapely.get_exterior_ring(rings[row])
        parts = shapely.get_parts(shapely.polygonize([shapely.union_all(ring)]))
        around = _winding(shapely.get_coordinates(ring), shapely.get_coordinates(shapely.point_on_surface(parts)))
        kept = around != 0
        faces.append(parts[kept])
        owner.append(np.full(int(kept.sum()), row))
        turns.append(np.sign(around[kept]))
    found = np.concatenate(faces)
    large = shapely.area(found) > 0.0
    return found[large], np.concatenate(owner)[large], np.concatenate(turns)[large]


def _winding(ring: Floats, points: Floats) -> Integers:
    """How often a ring goes round points, anticlockwise positive."""
    away = ring[None, :, :] - points[:, None, :]
    angle = np.arctan2(away[..., 1], away[..., 0])
    turn = np.diff(angle, axis=1)
    turn = (turn + np.pi) % (2.0 * np.pi) - np.pi
    return np.rint(turn.sum(axis=1) / (2.0 * np.pi)).astype("int64")
