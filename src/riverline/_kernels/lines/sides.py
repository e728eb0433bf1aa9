"""On which side of an axis lines run, and how much of each.

The axis, continued straight beyond both ends, cuts the plane in two. A place lies on the side on which the axis is
seen from the nearest point of it: the straight way there cannot cross the axis, and at an end the continuation
decides. That holds on bends of any sharpness, for levees that stand far off or cut across a meander, because the side
at a vertex is taken from the bisecting direction (:mod:`riverline._kernels.lines.chainage`).

Examples
--------
>>> import shapely
>>> axis = shapely.LineString([(0, 0), (100, 0)])
>>> side_lengths([shapely.LineString([(10, 5), (10, -15)])], axis).tolist()
[[5.0, 15.0]]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import direction, locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["segments_of", "side_lengths"]

# Nearer than this a line runs along the axis itself, on neither side.
_ON_AXIS_M = 1e-3


def side_lengths(lines: Sequence[Any], axis: Any) -> Floats:  # noqa: ANN401 - shapely has no types
    """Length of each line left and right of an axis.

    Parameters
    ----------
    lines : (n,)
        LineStrings or MultiLineStrings in metres.
    axis
        LineString with length.

    Returns
    -------
    (n, 2)
        Metres on the left and on the right. Lines are cut exactly where they cross the axis or its continuation; what
        runs along the axis itself, within a millimetre, counts for neither.
    """
    start, end, owner = segments_of(lines)
    vertices = shapely.get_coordinates(axis)
    piece, segment = _cut(start, end, _extended(vertices, np.concatenate([start, end, vertices])))
    step = (end - start)[segment]
    middles = start[segment] + piece.mean(axis=1)[:, None] * step
    length = (piece[:, 1] - piece[:, 0]) * np.hypot(step[:, 0], step[:, 1])
    _, offset = locate(middles, vertices)
    sides = np.zeros((len(lines), 2))
    for column, there in enumerate((offset < -_ON_AXIS_M, offset > _ON_AXIS_M)):
        np.add.at(sides[:, column], owner[segment[there]], length[there])
    return sides


def segments_of(lines: Sequence[Any]) -> tuple[Floats, Floats, Integers]:
    """Segments of lines: from (m, 2), to (m, 2), and which line each belongs to (m,)."""
    parts, line = shapely.get_parts(np.asarray(lines, dtype="object"), return_index=True)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    inner = part[1:] == part[:-1]
    return coordinates[:-1][inner], coordinates[1:][inner], line[part[:-1][inner]]


def _extended(vertices: Floats, everything: Floats) -> Floats:
    """The axis continued straight at both ends beyond everything."""
    reach = 2 * np.hypot(*np.ptp(everything, axis=0))
    length = shapely.length(shapely.LineString(vertices))
    ahead = direction(vertices, [0.0, length])
    return np.concatenate([vertices[:1] - reach * ahead[:1], vertices, vertices[-1:] + reach * ahead[1:]])


def _cut(start: Floats, end: Floats, axis: Floats) -> tuple[Floats, Integers]:
    """Stretches (from, to) of segments between their crossings with an axis, as shares, and the segment of each."""
    axis_start, axis_step = axis[:-1], np.diff(axis, axis=0)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(np.stack([start, end], axis=1))))
    across = np.asarray(shapely.linestrings(np.stack([axis_start, axis[1:]], axis=1)))
    axis_segment, segment = tree.query(across, predicate="intersects")
    step, away = (end - start)[segment], axis_start[axis_segment] - start[segment]
    determinant = _cross(step, axis_step[axis_segment])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = _cross(away, axis_step[axis_segment]) / determinant
        along = [((away + by * axis_step[axis_segment]) * step).sum(axis=1) / (step**2).sum(axis=1) for by in (0, 1)]
    parallel = determinant == 0
    shares = np.concatenate([share[~parallel], along[0][parallel], along[1][parallel]])
    owner = np.concatenate([segment[~parallel], segment[parallel], segment[parallel]])
    inside = (shares > 0) & (shares < 1)
    every = np.arange(len(start))
    shares = np.concatenate([np.zeros(len(start)), shares[inside], np.ones(len(start))])
    owner = np.concatenate([every, owner[inside], every])
    order = np.lexsort((shares, owner))
    shares, owner = shares[order], owner[order]
    same = owner[1:] == owner[:-1]
    return np.column_stack([shares[:-1][same], shares[1:][same]]), owner[:-1][same]


def _cross(one: Floats, other: Floats) -> Floats:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
