"""Rays cast from lines to either side: where they stand, which way they look, how far they may go.

A ray leaves its line at a right angle to the mean direction of the line around its station. It ends at its reach, or
where the line's own other arm is nearer (the neck of a bend), or where it would cross another ray: of two that cross,
the one that gets there later ends, as if all grew at the same pace. So no two rays of a line ever cross.

Examples
--------
>>> lines = Lines.of([shapely.LineString([(0, 0), (100, 0)])])
>>> rays = cast(lines, spacing=50.0, window=20.0, sides=(LEFT,), centred=True)
>>> rays.chainage.tolist(), rays.origin.tolist(), rays.direction.tolist()
([0.0, 50.0, 100.0], [[0.0, 0.0], [50.0, 0.0], [100.0, 0.0]], [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import locate_many
from riverline._kernels.lines.ruler import Ruler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["LEFT", "RIGHT", "Lines", "Rays", "cast", "ends_at_arms", "ends_at_rays", "ray_lines", "unit_normals"]

LEFT, RIGHT = -1, 1
"""Sides as signs of an offset, looking along the line."""

# A window in which the line turns by more than this is halved: the mean of a whole loop says nothing of its middle.
_LARGEST_TURN = np.cos(np.radians(60.0))
_HALVINGS = 8
_SMALLEST_WINDOW_M = 0.01
# A place seen at less than this share of the ray's length, from a part of the line farther along than that length,
# belongs to another arm. A ray askew by up to 37 degrees alone never looks so.
_ARM_SHARE = 0.8
_PROBES = 24
_BISECTIONS = 5
# Rays stop this short of the one they would cross.
_GAP_M = 0.01
_SHORTEST_M = 0.005
_SAME_PLACE_M = 1e-6


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines laid end to end on one measure: vertices, measure of each, first measure and length of each line."""

    vertices: Floats
    measure: Floats
    start: Floats
    length: Floats

    @classmethod
    def of(cls, lines: Sequence[Any] | NDArray[np.object_]) -> Lines:
        """The lines made ready.

        Parameters
        ----------
        lines : (k,)
            LineStrings with length.
        """
        vertices, part = shapely.get_coordinates(np.asarray(lines, dtype="object"), return_index=True)
        if not len(vertices):
            return cls(vertices, *np.zeros((3, 0)))
        same = np.append(True, (np.diff(vertices, axis=0) != 0).any(axis=1) | (np.diff(part) != 0))
        vertices, part = vertices[same], part[same]
        # A metre between lines keeps the measure rising where one ends and the next begins.
        inside = np.append(True, np.diff(part) == 0)
        step = np.append(0.0, np.hypot(*np.diff(vertices, axis=0).T))
        measure = np.cumsum(np.where(inside, step, 1.0))
        first = np.searchsorted(part, np.arange(len(lines)), side="left")
        last = np.searchsorted(part, np.arange(len(lines)), side="right") - 1
        return cls(vertices, measure, measure[first], measure[last] - measure[first])

    def at(self, line: Integers, chainage: Floats) -> Floats:
        """Coordinates of chainages, (m, 2); beyond an end the end itself."""
        if not len(line):
            return np.zeros((0, 2))
        along = self.start[line] + np.clip(chainage, 0.0, self.length[line])
        return np.column_stack([np.interp(along, self.measure, self.vertices[:, axis]) for axis in (0, 1)])


@dataclass(frozen=True, slots=True)
class Rays:
    """Rays, m of them, with the direction's window and how many degrees it turned them, anticlockwise positive.

    ``station`` counts over all lines; ``side`` is -1 for left and 1 for right.
    """

    line: Integers
    station: Integers
    chainage: Floats
    origin: Floats
    direction: Floats
    side: Integers
    skew: Floats
    window: Floats


def cast(lines: Lines, *, spacing: float, window: Floats | float, sides: Any, centred: bool) -> Rays:  # noqa: ANN401
    """Rays from stations at even distances along each line.

    Parameters
    ----------
    lines
        Lines of length L.
    spacing
        Metres between stations: L // spacing + 1 of them.
    window
        Metres of line over which the direction is the mean: one number, or one for each line.
    sides
        Sides that every line is cast to, or an array with the one side of each line.
    centred
        Whether what is left of the line is halved between its ends, so that a line drawn the other way round has the
        same stations; else it is left at the end.

    Returns
    -------
    Rays
        In the order of lines, stations, sides.

    Notes
    -----
    The mean direction over a window is that of its chord; towards an end the window shrinks, so that it stays centred
    on the station. Where the line turns by more than 60 degrees from the
    station's own direction, the window is halved until it does not.
    """
    count = np.floor(lines.length / spacing + 1e-9).astype("int64") + 1
    rest = (lines.length - (count - 1) * spacing) / 2.0 if centred else np.zeros(len(count))
    line = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    chainage = rest[line] + number * spacing
    width = np.broadcast_to(np.asarray(window, dtype="float64"), count.shape)[line]
    tangent, skew = _smoothed(lines, line, chainage, width)
    station = np.arange(len(line))
    per_line = np.asarray(sides)
    if per_line.shape == count.shape and not isinstance(sides, tuple):
        side = per_line[line]
    else:
        side = np.tile(per_line, len(line))
        station = np.repeat(station, len(per_line))
    place = lines.at(line, chainage)
    return Rays(
        line[station],
        station,
        chainage[station],
        place[station],
        unit_normals(tangent[station], side),
        side,
        skew[station],
        width[station],
    )


def unit_normals(tangent: Floats, side: Integers) -> Floats:
    """Unit vectors to that side of unit directions, (m, 2)."""
    return np.column_stack([tangent[:, 1], -tangent[:, 0]]) * side[:, None] + 0.0


def _smoothed(lines: Lines, line: Integers, chainage: Floats, window: Floats) -> tuple[Floats, Floats]:
    """Mean direction around stations, and by how many degrees it is turned from the station's own, left positive."""
    own = _chord(lines, line, chainage, np.full(len(line), _SMALLEST_WINDOW_M))
    width = np.maximum(window, _SMALLEST_WINDOW_M)
    mean = _chord(lines, line, chainage, width)
    for _ in range(_HALVINGS):
        turned = (mean * own).sum(axis=1) < _LARGEST_TURN
        if not turned.any():
            break
        width = np.where(turned, np.maximum(width / 2.0, _SMALLEST_WINDOW_M), width)
        mean[turned] = _chord(lines, line[turned], chainage[turned], width[turned])
    else:
        still = (mean * own).sum(axis=1) < _LARGEST_TURN
        mean[still] = own[still]
    cross = own[:, 0] * mean[:, 1] - own[:, 1] * mean[:, 0]
    return mean, np.degrees(np.arctan2(cross, (own * mean).sum(axis=1)))


def _chord(lines: Lines, line: Integers, chainage: Floats, width: Floats) -> Floats:
    """Unit direction from half a width before to half a width after, or from as far as the nearer end allows."""
    to_end = np.minimum(chainage, lines.length[line] - chainage)
    half = np.maximum(np.minimum(width / 2.0, to_end), _SMALLEST_WINDOW_M / 2.0)
    step = lines.at(line, chainage + half) - lines.at(line, chainage - half)
    size = np.hypot(step[:, 0], step[:, 1])
    return step / np.where(size > 0, size, 1.0)[:, None]


def ray_lines(rays: Rays, length: Floats, start: Floats | float = 0.0) -> NDArray[np.object_]:
    """Rays as LineStrings from ``start`` to ``length`` metres along them."""
    begin = rays.origin + np.broadcast_to(start, length.shape)[:, None] * rays.direction
    return np.asarray(shapely.linestrings(np.stack([begin, rays.origin + length[:, None] * rays.direction], axis=1)))


def ends_at_arms(rays: Rays, length: Floats, lines: Sequence[Any]) -> Floats:
    """Lengths up to where another arm of the ray's own line is nearer than the part that it is cast from.

    Parameters
    ----------
    rays
        From :func:`cast`.
    length : (m,)
        How far they would go.
    lines : (k,)
        LineStrings that they were cast from.

    Returns
    -------
    (m,)
        No longer than ``length``; exact to a thousandth of it.

    Notes
    -----
    A ray is probed at 24 places, and the first that belongs to another arm is closed in on by halving. A place does if
    the line's nearest part lies farther along than the ray has come, and outside its window, and is seen at less than
    four fifths of that way, or if the place lies on the other side.
    """
    result = length.copy()
    bounds = np.searchsorted(rays.line, [np.arange(len(lines)), np.arange(len(lines)) + 1])
    for number, (begin, end) in enumerate(bounds.T):
        rows = np.arange(begin, end)
        if len(rows):
            result[rows] = _up_to_arm(rays, rows, length[rows], Ruler([lines[number]]))
    return result


def _up_to_arm(rays: Rays, rows: Integers, length: Floats, ruler: Ruler) -> Floats:
    shares = np.arange(1, _PROBES + 1) / _PROBES
    wrong = _at_other_arm(rays, np.repeat(rows, _PROBES), np.outer(length, shares).ravel(), ruler)
    wrong = wrong.reshape(-1, _PROBES)
    met = wrong.any(axis=1)
    first = wrong.argmax(axis=1)
    good, bad = first / _PROBES * length, (first + 1) / _PROBES * length
    near = np.flatnonzero(met)
    for _ in range(_BISECTIONS * bool(len(near))):
        middle = (good[near] + bad[near]) / 2.0
        beyond = _at_other_arm(rays, rows[near], middle, ruler)
        bad[near], good[near] = np.where(beyond, middle, bad[near]), np.where(beyond, good[near], middle)
    return np.where(met, np.maximum(good, _SHORTEST_M), length)


def _at_other_arm(rays: Rays, rows: Integers, distance: Floats, ruler: Ruler) -> NDArray[np.bool_]:
    places = rays.origin[rows] + distance[:, None] * rays.direction[rows]
    _, chainage, offset = locate_many(places, ruler)
    elsewhere = np.abs(chainage - rays.chainage[rows]) > np.maximum(distance, rays.window[rows] / 2.0)
    return elsewhere & ((np.abs(offset) < _ARM_SHARE * distance) | (offset * rays.side[rows] < 0))


def ends_at_rays(rays: Rays, length: Floats, group: Integers | None = None) -> Floats:
    """Lengths up to where rays of one line would cross, all growing at the same pace.

    Parameters
    ----------
    rays
        From :func:`cast`; those of one station meet at their origin and are left alone.
    length : (m,)
        How far they would go.
    group : (m,), optional
        Rays of which number must not cross; those of one line if not given.

    Returns
    -------
    (m,)
        No longer than ``length``. With them no two rays of a line have a place in common, but for those that begin at
        one place.

    Notes
    -----
    Crossings are gone through in the order in which the later of the two rays gets there. If the other has been there,
    the later one ends 1 cm short of the crossing; if both arrive together, both do.

    Examples
    --------
    >>> lines = Lines.of([shapely.LineString([(0, 0), (10, 10), (20, 0)])])
    >>> rays = cast(lines, spacing=7.0, window=0.0, sides=(RIGHT,), centred=True)
    >>> ends_at_rays(rays, np.full(5, 50.0)).round(2).tolist()
    [13.99, 6.99, 50.0, 6.99, 13.99]
    """
    result = length.copy()
    one, other, along_one, along_other = _crossings(rays, length, rays.line if group is None else group)
    later = np.maximum(along_one, along_other)
    order = np.lexsort((other, one, np.minimum(along_one, along_other), later))
    events = zip(*(each[order].tolist() for each in (one, other, along_one, along_other)), strict=True)
    ends = result.tolist()
    for first, second, a, b in events:
        if a > ends[first] or b > ends[second]:
            continue
        if a >= b - _GAP_M:
            ends[first] = _short_of(a)
        if b >= a - _GAP_M:
            ends[second] = _short_of(b)
    return np.array(ends)


def _short_of(distance: float) -> float:
    return max(distance - _GAP_M, distance / 2.0)


def _crossings(rays: Rays, length: Floats, group: Integers) -> tuple[Integers, Integers, Floats, Floats]:
    """Pairs of rays of one group that cross, and how far along each."""
    drawn = ray_lines(rays, length)
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    pair = (one < other) & (group[one] == group[other]) & (rays.station[one] != rays.station[other])
    one, other = one[pair], other[pair]
    # Where two pieces of one axis meet, each has a station there: like those of one station, they may touch.
    far = np.hypot(*(rays.origin[other] - rays.origin[one]).T) > _SAME_PLACE_M
    one, other = one[far], other[far]
    apart = rays.origin[other] - rays.origin[one]
    u, v = rays.direction[one], rays.direction[other]
    turn = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    # Rays on one line that meet head on: each has half of the way.
    level = np.abs(turn) < 1e-12  # noqa: PLR2004 - rounding of unit vectors
    safe = np.where(level, 1.0, turn)
    half = np.hypot(apart[:, 0], apart[:, 1]) / 2.0
    along_one = np.where(level, half, (apart[:, 0] * v[:, 1] - apart[:, 1] * v[:, 0]) / safe)
    along_other = np.where(level, half, (apart[:, 0] * u[:, 1] - apart[:, 1] * u[:, 0]) / safe)
    return one, other, np.maximum(along_one, 0.0), np.maximum(along_other, 0.0)
