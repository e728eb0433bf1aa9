"""The strip beside a chain of reference lines as an area: never narrower than the law says, at most a millimetre wider.

GEOS draws arcs as chords inside the circle, so a buffer of a legal width lies inside the legal line. Here the radius is
larger by the tolerance and the arcs have so many chords that none comes nearer than the width. Long lines are buffered
in chunks that are round where they meet, and united: less time and memory than in one piece. GEOS also leaves out
vertices that stand out by less than a hundredth of the width where a line runs to and fro; what comes out too narrow
is therefore halved and made again, down to single segments, of which nothing can be left out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["Steps", "strip_area"]

Steps = Literal["square", "taper", "outer"]

# A chunk ends after so many vertices or, where the line turns to and fro, so much turning: its buffer's raw outline
# crosses itself the more often the more it turns.
_CHUNK = 200
_TURNING_RAD = 8.0

# Chunks made and united at a time: neighbours first, so that what lies inside both is soon gone from memory.
_GROUP = 32

# Distances this much smaller than the width are rounding, not land given away.
_ROUNDING_M = 1e-6

# How far wedges reach over the segments beside them: enough that no cut opens a crack between them, and next to nothing
# where one width gives way to another, since there it is land that the larger width takes.
_OVER_M = 5e-3
_STEP_OVER_M = 1e-4

# What lies at ends and joints is united on a grid this fine: in free arithmetic GEOS loses half a square metre beside
# an elbow of a tenth of a millimetre.
_GRID_M = 2.0**-30

# References whose ends are nearer than this follow each other.
_JOINT_M = 1e-3


def strip_area(
    references: Geometries,
    widths: Floats,
    *,
    trims: Geometries | None = None,
    steps: Steps = "square",
    taper_m: float = 0.0,
    tolerance_m: float = 9e-4,
) -> shapely.Geometry:
    """Everything within its width of a chain of references, on both sides, flat at the chain's ends.

    Parameters
    ----------
    references : (n,)
        LineStrings; those that follow each other along the bank share an end.
    widths : (n,)
        Width of each one's strip, metres; references with width 0 have none.
    trims : (n,)
        What the strip of each reference leaves out near its ends, or None.
    steps
        Where one width gives way to another: ``square`` cuts on the normal, and the wedge on the outside of a turn
        takes the larger width; ``taper`` runs over evenly in the first ``taper_m`` of the narrower one, where they
        share an end; ``outer`` lets each width hold within its own radius, so that the larger wins.
    taper_m
        Length of a taper, metres.
    tolerance_m
        How far the area may reach beyond the width. Where vertices jitter it may be more, up to a hundredth of the
        width: GEOS fills hollows shallower than that.

    Returns
    -------
    Polygon or MultiPolygon
        Empty where no reference has a width.

    Notes
    -----
    The worst chord of an arc lies ``r (1 − cos(1.5 π / (4 q)))`` inside a circle of radius r with q chords to the
    quarter; the 1.5 comes from how GEOS rounds the number of chords.

    Examples
    --------
    >>> toe = np.array([shapely.LineString([(0, 0), (100, 0)])])
    >>> [round(value, 2) + 0.0 for value in strip_area(toe, np.array([30.0])).bounds]
    [0.0, -30.0, 100.0, 30.0]
    """
    lines = np.asarray(references, dtype=object)
    widths = np.asarray(widths, dtype="float64")
    wide = (widths > 0.0) & (shapely.length(lines) > 0.0)
    if not wide.any():
        return shapely.Polygon()
    # Near zero, where numbers are fine: an elbow of a tenth of a millimetre has no direction at eight digits.
    origin = np.round(shapely.get_coordinates(lines[wide][0])[0])
    lines, widths = shapely.transform(lines[wide], lambda xy: xy - origin), widths[wide]
    trims = np.full(len(wide), None) if trims is None else trims
    bodies, fine = _bodies(lines, widths, shapely.transform(trims[wide], lambda xy: xy - origin), tolerance_m)
    for (first, width), (second, other) in pairwise(zip(lines, widths, strict=True)):
        fine.extend(_joint(first, second, (width, other), steps, taper_m, tolerance_m))
    whole = shapely.union_all([*bodies, shapely.union_all(fine, grid_size=_GRID_M)])
    return shapely.transform(whole, lambda xy: xy + origin)


def _bodies(
    lines: Geometries, widths: Floats, trims: Geometries, tolerance_m: float
) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """What covers every line's strip, flat at both of its ends: chunks inside, and single segments near the ends."""
    made: list[shapely.Geometry] = []
    fine: list[shapely.Geometry] = []
    for line, width, trim in zip(lines, widths, trims, strict=True):
        coords = shapely.get_coordinates(line)
        cuts = _cuts(coords, float(width))
        head, tail = (coords[: cuts[0] + 1], coords[cuts[-1] :]) if len(cuts) > 1 else (coords, coords[-1:])
        chunks = [shapely.LineString(coords[start : end + 1]) for start, end in pairwise(cuts)]
        for at in range(0, len(chunks), _GROUP):
            group = np.array(chunks[at : at + _GROUP], dtype=object)
            made.append(shapely.union_all(_proven(group, float(width), tolerance_m)))
        for near_end in (head, tail):
            flat = [*_beside(near_end, float(width) + tolerance_m), *_wedges(near_end, float(width), tolerance_m)]
            fine.extend(flat if trim is None else shapely.difference(np.array(flat, dtype=object), trim))
    return made, fine


def _cuts(coords: Floats, width: float) -> NDArray[np.intp]:
    """Vertices at which a line is cut into chunks that are round at their ends.

    A disc round a vertex belongs to the strip as long as it reaches no place that only the line's end is near to.
    """
    ends = coords[[0, -1]]
    away = np.hypot(*(coords[:, None] - ends).T).min(axis=0)
    inside = np.flatnonzero(away > 2.0 * width + _JOINT_M)
    if not len(inside):
        return inside
    first, last = inside[[0, -1]]
    heading = np.arctan2(*np.diff(coords[first : last + 1], axis=0).T[::-1])
    turning = np.abs((np.diff(heading) + np.pi) % (2.0 * np.pi) - np.pi)
    chunk = np.floor(np.cumsum(np.maximum(turning / _TURNING_RAD, 1.0 / _CHUNK)))
    changes = np.flatnonzero(np.diff(chunk, prepend=0.0)) + first + 1
    # Between two places far from the ends a line may come back to them: it is cut only where it is away.
    return np.unique(np.concatenate([[first], changes[away[changes] > 2.0 * width + _JOINT_M], [last]]))


def _proven(lines: Geometries, width: float, tolerance_m: float) -> Geometries:
    """Round buffers of lines of which none is too narrow anywhere."""
    made = _round(lines, width, tolerance_m)
    edges = shapely.boundary(made)
    shapely.prepare(edges)
    narrow = shapely.distance(edges, lines) < width - _ROUNDING_M
    narrow &= shapely.get_num_points(lines) > 2  # noqa: PLR2004 - the ends of a segment
    if not narrow.any():
        return made
    halves = []
    for line in lines[narrow]:
        coords = shapely.get_coordinates(line)
        middle = len(coords) // 2
        halves += [shapely.LineString(coords[: middle + 1]), shapely.LineString(coords[middle:])]
    return np.concatenate([made[~narrow], _proven(np.array(halves, dtype=object), width, tolerance_m)])


def _beside(coords: Floats, radius: float) -> Geometries:
    """The rectangles on both sides of a line's segments: GEOS makes flat buffers of a millimetre triangles."""
    step = np.diff(coords, axis=0)
    across = radius * step[:, ::-1] * [-1.0, 1.0] / np.hypot(*step.T)[:, None]
    start, end = coords[:-1], coords[1:]
    corners = np.stack([start + across, end + across, end - across, start - across], axis=1)
    rectangles: Geometries = shapely.polygons(corners)
    return rectangles


def _wedges(coords: Floats, width: float, tolerance_m: float, over_m: float = _OVER_M) -> list[shapely.Polygon]:
    """What lies between the strips of neighbouring segments on the outside of a line's turns."""
    step = np.diff(coords, axis=0)
    length = np.hypot(*step.T)
    unit = step / length[:, None]
    radius = width + tolerance_m
    made = []
    for at, (before, after) in enumerate(pairwise(unit), 1):
        turn = float(np.arctan2(before[0] * after[1] - before[1] * after[0], before @ after))
        if turn == 0.0:
            continue
        outward = -np.sign(turn) * np.array([-before[1], before[0]])
        chords = int(np.ceil(abs(turn) / (2.0 * np.arccos(width / radius))))
        angles = np.linspace(0.0, turn, chords + 1)
        arc = radius * np.column_stack([np.cos(angles), np.sin(angles)]) @ [outward, [-outward[1], outward[0]]]
        back, on = [-before, after] * np.minimum(over_m, length[at - 1 : at + 1])[:, None]
        # A hair on the inside of the turn keeps the vertex itself off the edge of all three.
        within = -over_m * arc[len(arc) // 2] / radius
        made.append(shapely.Polygon(coords[at] + np.vstack([within, back, back + arc[0], arc, on + arc[-1], on])))
    return made


def _round(shapes: Geometries, width: float, tolerance_m: float) -> Geometries:
    """Buffers that hold every place within a width, and none farther than the tolerance beyond."""
    radius = width + tolerance_m
    chords = int(np.ceil(1.5 * np.pi / (4.0 * np.arccos(width / radius))))
    buffers: Geometries = shapely.buffer(shapes, radius, quad_segs=chords)
    return buffers


def _joint(
    first: shapely.LineString, second: shapely.LineString, widths: tuple[float, float],
    steps: Steps, taper_m: float, tolerance_m: float,
) -> list[shapely.Geometry]:  # fmt: skip
    """What joins two strips, of references that follow each other or step aside from one to the next."""
    before, after = shapely.get_coordinates(first), shapely.get_coordinates(second)
    apart = np.hypot(*(before[-1] - after[0])) > _JOINT_M
    even = widths[0] == widths[1]
    parts: list[shapely.Geometry] = []
    if not apart:
        over = _OVER_M if even else _STEP_OVER_M
        parts.extend(_wedges(np.vstack([before[-2:-1], after[:2]]), max(widths), tolerance_m, over))
    if steps == "square" or (even and not apart):
        return parts
    if steps == "outer":
        tips = ((before[-1], widths[0]), (after[0], widths[1]))
        return [*parts, *(_round(np.array([shapely.Point(tip)]), wide, tolerance_m)[0] for tip, wide in tips)]
    if apart:
        return parts
    narrower = after if widths[1] < widths[0] else before[::-1]
    return [*parts, *_taper(narrower, max(widths), min(widths), taper_m, tolerance_m)]


def _taper(coords: Floats, wider: float, narrower: float, taper_m: float, tolerance_m: float) -> Geometries:
    """Hulls of neighbouring discs whose radius falls evenly along the first metres of a line."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    end = min(taper_m, float(along[-1]))
    at = np.unique(np.concatenate([[0.0], along[along < end], [end]]))
    places = np.column_stack([np.interp(at, along, coords[:, axis]) for axis in (0, 1)])
    radii = wider + (narrower - wider) * at / taper_m if taper_m > 0.0 else np.full(len(at), narrower)
    discs = [
        _round(np.array([shapely.Point(place)], dtype=object), float(radius), tolerance_m)[0]
        for place, radius in zip(places, radii, strict=True)
    ]
    pairs = [shapely.GeometryCollection([one, other]) for one, other in pairwise(discs)]
    hulls: Geometries = shapely.convex_hull(np.array(pairs, dtype=object))
    return hulls
