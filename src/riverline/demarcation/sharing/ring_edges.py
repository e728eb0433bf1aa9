"""The closed line of a lake, a reservoir or a work whose extent was parted from its neighbours'."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from riverline._kernels.lines.rings import clockwise_from_north
from riverline.demarcation.sharing.shared_edges import KNOT_M, NEAR_M, PLACES, SHORTEST_M, with_knots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.extents.closed import Closed
    from riverline.demarcation.references import Piece

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["Rings", "redraw_rings"]


class Rings(NamedTuple):
    """Rows of a closed line, and the stretches of its old ones that were dropped."""

    rows: list[tuple[shapely.LineString, Piece]]
    dropped: list[shapely.LineString]


def redraw_rings(
    made: Closed, extent: shapely.Geometry, outlines: Sequence[shapely.Geometry], pieces: Sequence[Piece]
) -> Rings:
    """The line of a lake, a reservoir or a work along its new extent.

    Parameters
    ----------
    made
        What was drawn alone.
    extent
        What it holds now; a hole is where another lies within it.
    outlines, pieces
        Outlines of what lies beside it, and what stands for a rule where its edge is theirs.

    Returns
    -------
    Rings
        Each ring of the extent clockwise from its northernmost place, outer ones first, cut where another reference or
        another neighbour's edge takes over. Stretches of the old line keep the pieces that made them. A hole that is
        one neighbour has no row: that neighbour's own line is there already.
    """
    old = [line for line, _ in made.rows]
    makers = [*(piece for _, piece in made.rows), *pieces]
    tree = shapely.STRtree(np.array([*old, *outlines], dtype=object))
    knots = np.array([shapely.get_coordinates(line)[[0, -1]] for line in old]).reshape(-1, 2)
    rows = []
    outer = int(shapely.get_num_geometries(extent))
    for number, ring in enumerate(_rings(extent)):
        coords = with_knots(shapely.get_coordinates(ring), knots)
        maker = _makers(coords, tree, len(makers))
        if number >= outer and maker[0] >= len(old) and (maker == maker[0]).all():
            continue
        breaks = [0, *(np.flatnonzero(np.diff(maker)) + 1).tolist(), len(maker)]
        rows += [(shapely.LineString(coords[low : high + 1]), makers[maker[low]]) for low, high in pairwise(breaks)]
    return Rings(rows, _off(old, extent))


def _rings(extent: shapely.Geometry) -> list[shapely.LineString]:
    parts = shapely.get_parts(extent)
    outer = [clockwise_from_north(part.exterior) for part in parts]
    inner = [clockwise_from_north(ring) for part in parts for ring in part.interiors]
    for rings in (outer, inner):
        rings.sort(key=lambda ring: (-ring.coords[0][1], ring.coords[0][0]))
    return [*outer, *inner]


def _makers(coords: Floats, tree: shapely.STRtree, count: int) -> Rows:
    """For each segment the first line that it runs along; the last where it runs along none."""
    step = np.diff(coords, axis=0)
    places = [shapely.points(coords[:-1] + share * step) for share in PLACES]
    found = [tree.query(each, predicate="dwithin", distance=NEAR_M) for each in places]
    segment, line = np.concatenate(found, axis=1)
    both, times = np.unique(segment * count + line, return_counts=True)
    along = both[times == len(PLACES)]
    maker = np.full(len(step), count - 1)
    np.minimum.at(maker, along // count, along % count)
    return maker


def _off(lines: Sequence[shapely.LineString], extent: shapely.Geometry) -> list[shapely.LineString]:
    """Stretches of lines that do not run along the outline of an area."""
    left = shapely.difference(np.array(lines, dtype=object), shapely.buffer(shapely.boundary(extent), KNOT_M))
    parts = shapely.get_parts(shapely.line_merge(left))
    return [part for part in parts.tolist() if part.length > SHORTEST_M]
