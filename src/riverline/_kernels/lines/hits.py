"""Where rays meet lines: how far along the ray, and on which segment of the line.

Examples
--------
>>> import shapely
>>> path = Path.of([shapely.LineString([(0, 5), (10, 5)])])
>>> found = hits(np.array([[2.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([9.0]), path)
>>> found.ray.tolist(), found.distance.tolist(), found.segment.tolist(), found.share.tolist()
([0], [5.0], [0], [0.2])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Hits", "Path", "hits"]

# Hits of a ray on one line nearer to each other than this are one: a vertex belongs to two segments.
_SAME_M = 1e-6
# A ray that passes the end of a line by less than this meets it: lines that end on a ray do so up to rounding.
_BEYOND_M = 1e-3


@dataclass(frozen=True, slots=True)
class Path:
    """Vertices of lines one after the other, and the line of each; a segment is named by its first vertex."""

    vertices: Floats
    line: Integers

    @classmethod
    def of(cls, lines: Sequence[Any] | NDArray[np.object_]) -> Path:
        """The lines made ready.

        Parameters
        ----------
        lines : (k,)
            LineStrings.
        """
        vertices, line = shapely.get_coordinates(np.asarray(lines, dtype="object"), return_index=True)
        return cls(vertices, line)


@dataclass(frozen=True, slots=True)
class Hits:
    """Hits, h of them, by ray, line and distance: metres along the ray, segment of the line and share along it."""

    ray: Integers
    line: Integers
    distance: Floats
    segment: Integers
    share: Floats


def hits(origin: Floats, direction: Floats, length: Floats, path: Path) -> Hits:
    """Every place where a ray meets a line, once.

    Parameters
    ----------
    origin, direction : (m, 2)
        Rays with unit directions.
    length : (m,)
        How far they go.
    path
        Lines to be met.

    Notes
    -----
    A stretch of line that runs along a ray is met at its ends, where its neighbours are. An open line is met up to a
    millimetre beyond its ends, so that it does not depend on rounding whether a ray through its end meets it.
    """
    segment = np.flatnonzero(np.diff(path.line) == 0)
    ends = _reaching(path, segment)
    if not (len(ends) and len(origin)):
        nothing = np.zeros(0, dtype="int64")
        return Hits(nothing, nothing, np.zeros(0), nothing, np.zeros(0))
    tree = shapely.STRtree(shapely.linestrings(ends))
    drawn = shapely.linestrings(np.stack([origin, origin + length[:, None] * direction], axis=1))
    ray, found = tree.query(drawn, predicate="intersects")
    segment = segment[found]
    distance, share, crossing = _meet(origin[ray], direction[ray], path, segment)
    ray, segment, distance, share = ray[crossing], segment[crossing], distance[crossing], share[crossing]
    distance = np.clip(distance, 0.0, length[ray])
    line = path.line[segment]
    order = np.lexsort((segment, distance, line, ray))
    ray, segment, line, distance, share = ray[order], segment[order], line[order], distance[order], share[order]
    same = (np.diff(ray) == 0) & (np.diff(line) == 0) & (np.diff(distance) < _SAME_M)
    kept = np.append(True, ~same)[: len(ray)]
    return Hits(ray[kept], line[kept], distance[kept], segment[kept], np.clip(share[kept], 0.0, 1.0))


def _reaching(path: Path, segment: Integers) -> Floats:
    """(k, 2, 2) ends of segments, those at the ends of open lines a millimetre longer."""
    ends = np.stack([path.vertices[segment], path.vertices[segment + 1]], axis=1)
    if not len(path.line):
        return ends
    opens = np.flatnonzero(np.append(True, np.diff(path.line) != 0))
    closes = np.append(opens[1:], len(path.line)) - 1
    is_open = (path.vertices[opens] != path.vertices[closes]).any(axis=1)
    step = ends[:, 1] - ends[:, 0]
    size = np.hypot(step[:, 0], step[:, 1])[:, None]
    beyond = _BEYOND_M * np.divide(step, size, out=np.zeros_like(step), where=size > 0.0)
    ends[:, 0] -= np.where(np.isin(segment, opens[is_open])[:, None], beyond, 0.0)
    ends[:, 1] += np.where(np.isin(segment + 1, closes[is_open])[:, None], beyond, 0.0)
    return ends


def _meet(origin: Floats, direction: Floats, path: Path, segment: Integers) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Distance along the rays, share along the segments, and which are not parallel."""
    step = path.vertices[segment + 1] - path.vertices[segment]
    away = path.vertices[segment] - origin
    turn = direction[:, 0] * step[:, 1] - direction[:, 1] * step[:, 0]
    crossing = np.abs(turn) > 1e-12 * np.hypot(step[:, 0], step[:, 1])
    safe = np.where(crossing, turn, 1.0)
    distance = (away[:, 0] * step[:, 1] - away[:, 1] * step[:, 0]) / safe
    share = (away[:, 0] * direction[:, 1] - away[:, 1] * direction[:, 0]) / safe
    return distance, share, crossing
