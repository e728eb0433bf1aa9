"""What rounding leaves between the parts that an extent is united of: holes, slits and sides that are no land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CRACK_M", "HAIR_M", "without_seams"]

CRACK_M = 0.01
"""Holes and slits thinner than this are cracks between parts, not land: coordinates are kept to the centimetre."""

HAIR_M = 5e-4
"""Sides shorter than this are left out of the outline: checks of delivered lines call such vertices doubled."""


def without_seams(extent: shapely.Geometry) -> shapely.Geometry:
    """The same area with the seams between its parts closed.

    Parameters
    ----------
    extent
        What areas were united to; parts that the grid made lines of are left out.

    Returns
    -------
    Polygon or MultiPolygon
        Without holes thinner than a crack, without slits of which both sides are nearer than that, and without sides
        shorter than a hair.

    Examples
    --------
    >>> slit = shapely.Polygon([(0, 0), (9, 0), (9, 4), (5.001, 4), (5, 1), (4.999, 4), (0, 4)])
    >>> without_seams(slit).equals(shapely.Polygon([(0, 0), (9, 0), (9, 4), (5.001, 4), (4.999, 4), (0, 4)]))
    True
    """
    parts = shapely.get_parts(extent)
    areas = parts[shapely.area(parts) > 0.0]
    if not len(areas):
        return shapely.Polygon()
    closed = [_closed(part) for part in areas]
    whole = closed[0] if len(closed) == 1 else shapely.MultiPolygon(closed)
    smooth = shapely.remove_repeated_points(whole, HAIR_M)
    return smooth if smooth.is_valid else whole


def _closed(part: shapely.Polygon) -> shapely.Polygon:
    rings = shapely.polygons(part.interiors) if part.interiors else np.array([], dtype=object)
    holes = shapely.get_exterior_ring(rings[shapely.area(rings) > CRACK_M * shapely.length(rings) / 2.0])
    outer = shapely.get_coordinates(shapely.get_exterior_ring(shapely.orient_polygons(part)))
    even = _without_slits(outer[:-1])
    if len(even) == len(outer) - 1:
        return shapely.Polygon(part.exterior, holes)
    closed = shapely.Polygon(even, holes)
    return closed if closed.is_valid else shapely.Polygon(part.exterior, holes)


def _without_slits(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """A ring that turns anticlockwise without vertices at which it turns back into the area and out again."""
    while len(ring) > 4:  # noqa: PLR2004 - what is left has to enclose an area
        into, out = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
        back = np.einsum("ij,ij->i", into, out) < 0.0
        turn = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
        shorter, longer = np.sort([np.hypot(*into.T), np.hypot(*out.T)], axis=0)
        # Where the shorter side begins, the longer one is so far away. A corner beside a stub is no slit.
        mouth = np.abs(turn) / longer
        tips = np.flatnonzero(back & (turn <= 0.0) & (mouth < CRACK_M) & (shorter > CRACK_M))
        if not len(tips):
            break
        # One at a time where tips are neighbours: what the first leaves decides on the second.
        ring = np.delete(ring, tips[np.diff(tips, prepend=-2) > 1], axis=0)
    return ring
