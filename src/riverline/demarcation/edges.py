"""Left and right edges of an area along a river, and what of an area lies between the ends of a reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines import chainage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation.references import Axis, Bank

__all__ = ["bank_edges", "ring_edges", "swallowed_bank", "within_reach"]

BEYOND_M = 0.01
"""How far a cutting chord reaches past the area's edge, so that it cuts through it."""


def ring_edges(polygon: shapely.Polygon, corners: NDArray[np.float64]) -> dict[Bank, shapely.LineString]:
    """The left and the right stretch of a polygon's outer ring, both drawn downstream.

    Parameters
    ----------
    polygon
        An area along a river.
    corners : (4, 2)
        Where the edges begin and end: left start, left end, right start, right end; the nearest places of the ring
        are taken.

    Returns
    -------
    dict
        A line for ``left`` and ``right``.

    Notes
    -----
    Along a ring that turns anticlockwise the area lies on the left, so going with it is going downstream on the right
    bank and upstream on the left one. The sides are therefore never a matter of distance.

    Examples
    --------
    >>> corners = np.array([(0.0, 5.0), (100.0, 5.0), (0.0, -5.0), (100.0, -5.0)])
    >>> edges = ring_edges(shapely.box(0, -5, 100, 5), corners)
    >>> edges["left"].wkt, edges["right"].wkt
    ('LINESTRING (0 5, 100 5)', 'LINESTRING (0 -5, 100 -5)')
    """
    ring = shapely.get_exterior_ring(shapely.orient_polygons(polygon))
    closed = shapely.LineString(shapely.get_coordinates(ring))
    left_start, left_end, right_start, right_end = shapely.line_locate_point(closed, shapely.points(corners))
    return {
        "left": shapely.LineString(_along(closed, left_end, left_start)[::-1]),
        "right": shapely.LineString(_along(closed, right_start, right_end)),
    }


def swallowed_bank(polygon: shapely.Polygon, corners: NDArray[np.float64]) -> Bank | None:
    """The bank whose edge lies inside a polygon, so that it has none: between the arms of a bend that strips fill.

    Parameters
    ----------
    polygon
        An area along a river.
    corners : (4, 2)
        As for :func:`ring_edges`.

    Returns
    -------
    Bank or None
        ``None`` where going round the ring meets the right bank downstream and then the left bank upstream, each once.

    Examples
    --------
    >>> corners = np.array([(0.0, 5.0), (100.0, 5.0), (0.0, -5.0), (100.0, -5.0)])
    >>> swallowed_bank(shapely.box(0, -5, 100, 5), corners) is None
    True
    >>> inner = np.array([(0.0, 1.0), (0.0, -1.0), (0.0, -5.0), (0.0, 5.0)])
    >>> swallowed_bank(shapely.box(0, -5, 100, 5), inner)
    'left'
    """
    ring = shapely.get_exterior_ring(shapely.orient_polygons(polygon))
    closed = shapely.LineString(shapely.get_coordinates(ring))
    left_start, left_end, right_start, right_end = shapely.line_locate_point(closed, shapely.points(corners))
    on, back, home = (np.array([right_end, left_end, left_start]) - right_start) % ring.length
    if on <= back <= home or home == 0.0:
        return None
    # Its way from one corner to the other leads round the other bank and more.
    return "left" if (left_start - left_end) % ring.length >= on else "right"


def _along(closed: shapely.LineString, start: float, end: float) -> NDArray[np.float64]:
    """Coordinates of a closed line from one distance forward to another, around its seam if need be."""
    coords = shapely.get_coordinates(closed)
    if end > start:
        return chainage.cut(coords, start, end)
    halves = [chainage.cut(coords, start, float(closed.length)), chainage.cut(coords, 0.0, end)]
    joined = np.vstack(halves)
    moved = np.any(np.diff(joined, axis=0) != 0.0, axis=1)
    kept: NDArray[np.float64] = joined[np.concatenate([[True], moved])]
    return kept


def within_reach(area: shapely.Geometry, axis: Axis) -> shapely.Geometry:
    """An area without what lies up- and downstream of the reach's ends.

    Parameters
    ----------
    area
        Polygon or MultiPolygon.
    axis
        The reach.

    Returns
    -------
    Polygon or MultiPolygon
        Cut on the normals of the axis at its two ends. Parts that the axis does not run through stay, unless the cut
        made them.
    """
    chords = [chord for chord in (_end_chord(area, axis, at) for at in (0.0, axis.length)) if chord is not None]
    if not chords:
        return area
    noded = shapely.node(shapely.union_all([shapely.boundary(area), *chords]))
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    parts = parts[shapely.contains(area, shapely.point_on_surface(parts))]
    crossed = shapely.length(shapely.intersection(parts, axis.line)) > BEYOND_M
    cut_off = shapely.dwithin(parts, shapely.union_all(chords), BEYOND_M / 10.0)
    return shapely.union_all(parts[crossed | ~cut_off])


def bank_edges(area: shapely.Geometry, axis: Axis) -> dict[Bank, shapely.LineString]:
    """The left and the right edge of an area along a river, drawn downstream.

    Parameters
    ----------
    area
        Water or flooded land; islands do not matter.
    axis
        The river.

    Returns
    -------
    dict
        Empty where the axis does not run through the area. Where the area ends before the reach does, both edges end
        at the place where the axis leaves it.
    """
    parts = shapely.get_parts(within_reach(area, axis))
    through = shapely.length(shapely.intersection(parts, axis.line))
    if not len(parts) or through.max() <= BEYOND_M:
        return {}
    main = shapely.Polygon(shapely.get_exterior_ring(parts[int(np.argmax(through))]))
    corners = _corners(main, axis)
    return ring_edges(main, corners)


def _corners(main: shapely.Polygon, axis: Axis) -> NDArray[np.float64]:
    inside = shapely.get_coordinates(shapely.intersection(axis.line, main))
    along, _ = axis.locate(inside)
    corners = np.empty((4, 2))
    for row, at, inward, leaves in (
        (0, 0.0, 1.0, int(np.argmin(along))),
        (1, axis.length, -1.0, int(np.argmax(along))),
    ):
        # The area was cut at the end of the reach: a chord there runs along its edge, one a hair inside runs across.
        hair = 2.0 * BEYOND_M * inward
        chord = _end_chord(main, axis, at + hair)
        if chord is None:
            ends = inside[[leaves, leaves]]
        else:
            ends = shapely.get_coordinates(chord)[[0, -1]] - hair * chainage.direction(axis.coords, np.array([at]))
        corners[row], corners[row + 2] = ends
    return corners


def _end_chord(area: shapely.Geometry, axis: Axis, at: float) -> Any:  # noqa: ANN401 - a line or None
    """The normal of the axis at an end of the reach, as far as it runs through the area there; left end first."""
    west, south, east, north = shapely.bounds(area)
    reach = float(np.hypot(east - west, north - south)) + 1.0
    ends = chainage.position(axis.coords, np.array([at, at]), np.array([-reach, reach]))
    pieces = shapely.get_parts(shapely.intersection(shapely.LineString(ends), area))
    foot = shapely.points(chainage.position(axis.coords, np.array([at]))[0])
    here = [piece for piece in pieces if shapely.dwithin(piece, foot, BEYOND_M)]
    if not here or shapely.length(here[0]) <= BEYOND_M:
        return None
    coords = shapely.get_coordinates(here[0])[[0, -1]]
    if np.hypot(*(coords[0] - ends[0])) > np.hypot(*(coords[1] - ends[0])):
        coords = coords[::-1]
    over = (coords[1] - coords[0]) / np.hypot(*(coords[1] - coords[0])) * BEYOND_M
    return shapely.LineString([coords[0] - over, coords[1] + over])
