"""From the outline of flooded cells to one area with a left and a right edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["corners_on", "cut_along", "faces_holding", "without_holes"]

_ON_LINE_M = 1e-5  # a vertex this near to a line was made by cutting on it
_ALONG_M = 1e-6  # an area holds a piece of the axis if more than this of it lies inside


def without_holes(area: shapely.Geometry) -> shapely.Geometry:
    """The area with its islands: what lies inside of an outer ring belongs to it.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    >>> without_holes(ring).area
    81.0
    """
    rings = shapely.get_exterior_ring(shapely.get_parts(area))
    return shapely.union_all(shapely.polygons(rings)) if len(rings) else shapely.Polygon()


def cut_along(
    area: shapely.Geometry, lines: Sequence[shapely.LineString], axis: shapely.LineString
) -> shapely.Geometry:
    """What of an area is joined to the axis when lines cut through it.

    Parameters
    ----------
    area
        Polygon or MultiPolygon without holes.
    lines
        Barriers. One that ends inside the area does not cut.
    axis
        The axis, inside the area.

    Returns
    -------
    Polygon or MultiPolygon
        Empty if the axis does not run through the area.

    Examples
    --------
    >>> axis = shapely.LineString([(0, 1), (9, 1)])
    >>> cut_along(shapely.box(0, 0, 9, 9), [shapely.LineString([(-1, 4), (10, 4)])], axis).bounds
    (0.0, 0.0, 9.0, 4.0)
    """
    faces = _faces(area, lines)
    faces = faces[shapely.length(shapely.intersection(faces, axis)) > _ALONG_M]
    return shapely.union_all(faces)


def faces_holding(
    area: shapely.Geometry, lines: Sequence[shapely.LineString], places: NDArray[np.object_]
) -> shapely.Geometry:
    """What of an area holds a place when lines cut through it.

    Parameters
    ----------
    area
        Polygon or MultiPolygon.
    lines
        Barriers.
    places : (n,)
        Points inside the area, on no line.

    Returns
    -------
    Polygon or MultiPolygon
        Faces that hold at least one of the points.

    Examples
    --------
    >>> line = shapely.LineString([(0, 1), (9, 1)])
    >>> faces_holding(shapely.box(0, 0, 9, 3), [line], shapely.points([[4.0, 2.0]])).bounds
    (0.0, 1.0, 9.0, 3.0)
    """
    faces = _faces(area, lines)
    chosen = np.unique(shapely.STRtree(faces).query(places, predicate="intersects")[1])
    return shapely.union_all(faces[chosen])


def _faces(area: shapely.Geometry, lines: Sequence[shapely.LineString]) -> NDArray[np.object_]:
    # the lines are not clipped to the area: a clipped end may miss the edge by a rounding error, and then cuts nothing
    noded = shapely.union_all([shapely.boundary(area), *lines])
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def corners_on(area: shapely.Polygon, end_line: shapely.LineString, end: Floats) -> tuple[Floats, Floats]:
    """Where the left and the right edge of an area begin on the end line that cuts it.

    Parameters
    ----------
    area
        The area, cut on the end line.
    end_line
        From its left to its right end.
    end : (2,)
        The end of the axis, which the end line runs through.

    Returns
    -------
    left, right : (2,)
        The outermost places of the area on either half of the end line; the end itself if there are none.

    Examples
    --------
    >>> end_line = shapely.LineString([(0, 9), (0, 0), (0, -9)])
    >>> left, right = corners_on(shapely.box(0, -2, 5, 3), end_line, np.zeros(2))
    >>> left.tolist(), right.tolist()
    ([0.0, 3.0], [0.0, -2.0])
    """
    ring = shapely.get_coordinates(shapely.get_exterior_ring(area))
    on_line = ring[shapely.distance(end_line, shapely.points(ring)) < _ON_LINE_M]
    middle = end_line.project(shapely.Point(end))
    along = np.atleast_1d(shapely.line_locate_point(end_line, shapely.points(on_line)))
    left = on_line[int(np.argmin(along))] if len(along) and along.min() < middle else end
    right = on_line[int(np.argmax(along))] if len(along) and along.max() > middle else end
    return left, right
