"""The two edges of a river's water, where no waterside lines were drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.band import band_between
from riverline._kernels.lines.chainage import locate
from riverline.demarcation.edges import ring_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["water_edges"]

ON_EDGE_M = 0.05
"""Water that comes this near to the edge of the land ends there; tips of water so near to each other are level."""

BESIDE = 0.5
"""Water of which more than this share lies beside larger water is a pond or an arm, and no part of the river's way."""


def water_edges(
    water: shapely.Geometry,
    extent: shapely.Geometry | None,
    left: Sequence[Floats],
    right: Sequence[Floats],
) -> tuple[dict[str, Floats], int]:
    """The left and right edge of a river's water, between the ends of its reach.

    Parameters
    ----------
    water
        The river's water, which may reach beyond the ends.
    extent
        The management extent; None where there is none.
    left, right
        The parts of each bank's management line, (n, 2) each, downstream.

    Returns
    -------
    edges
        Coordinates (m, 2) for ``left`` and ``right``, downstream; empty where no water lies between the banks.
    pieces
        In how many pieces the water is along the river.

    Notes
    -----
    The water is taken between the two management lines, whatever lakes and works hold there: a weir in midstream cuts
    the extent, not the river. Where the water itself is in pieces, those that follow one another along the river are
    joined straight.

    Examples
    --------
    >>> bank = np.array([[0.0, 50.0], [1000.0, 50.0]])
    >>> found, pieces = water_edges(shapely.box(-10, -20, 1010, 20), None, [bank], [bank * [1, -1]])
    >>> found["left"].tolist(), found["right"].tolist()
    ([[0.0, 20.0], [1000.0, 20.0]], [[0.0, -20.0], [1000.0, -20.0]])
    """
    courses = {"left": np.vstack(left), "right": np.vstack(right)}
    between = band_between(courses["left"], courses["right"])
    land = shapely.make_valid(between, method="structure", keep_collapsed=False)
    if extent is not None:
        land = shapely.union(land, extent)
    parts = shapely.get_parts(shapely.get_parts(shapely.intersection(water, land)))
    parts = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004 - areas
    if not len(parts):
        return {}, 0
    row = [shapely.Polygon(shapely.get_exterior_ring(part)) for part in _in_a_row(parts, courses["left"])]
    corners = [[_between(part, courses, at) for at in (0, -1)] for part in row]
    corners[0][0] = _at_end(row[0], land, courses, 0) or corners[0][0]
    corners[-1][1] = _at_end(row[-1], land, courses, -1) or corners[-1][1]
    edges = [
        ring_edges(part, np.array([start[0], end[0], start[1], end[1]]))
        for part, (start, end) in zip(row, corners, strict=True)
    ]
    found = {bank: np.vstack([shapely.get_coordinates(edge[bank]) for edge in edges]) for bank in ("left", "right")}
    return found, len(row)


def _in_a_row(parts: Shapes, course: Floats) -> list[Any]:
    """The pieces of water that follow one another along a bank; not what lies beside a larger one."""
    kept: list[tuple[float, float, Any]] = []
    for part in parts[np.argsort(-shapely.area(parts), kind="stable")]:
        along, _ = locate(shapely.get_coordinates(part), course)
        low, high = float(along.min()), float(along.max())
        over = [min(high, end) - max(low, start) for start, end, _ in kept]
        if high > low and (not over or max(over) <= BESIDE * (high - low)):
            kept.append((low, high, part))
    return [part for _, _, part in sorted(kept, key=lambda each: each[0] + each[1])] or [parts[0]]


def _between(water: shapely.Polygon, courses: dict[str, Floats], at: int) -> tuple[Floats, Floats]:
    """Left and right corner of water at an end that is not the reach's: its outermost places along each bank."""
    vertices = shapely.get_coordinates(water)
    corners = []
    for course in courses.values():
        along, offset = locate(vertices, course)
        level = along <= along.min() + ON_EDGE_M if at == 0 else along >= along.max() - ON_EDGE_M
        corners.append(vertices[level][np.argmin(np.abs(offset[level]))])
    return corners[0], corners[1]


def _at_end(
    water: shapely.Polygon, land: shapely.Geometry, courses: dict[str, Floats], at: int
) -> tuple[Floats, Floats] | None:
    """Left and right corner of the water at an end of the reach; None where it ends before."""
    chord = shapely.LineString([course[at] for course in courses.values()])
    vertices = shapely.get_coordinates(water)
    places = shapely.points(vertices)
    there = shapely.dwithin(places, shapely.boundary(land), ON_EDGE_M)
    there &= shapely.distance(places, chord) <= ON_EDGE_M + chord.length / 2.0
    if not there.any():
        return None
    along = shapely.line_locate_point(chord, places[there])
    return vertices[there][np.argmin(along)], vertices[there][np.argmax(along)]
