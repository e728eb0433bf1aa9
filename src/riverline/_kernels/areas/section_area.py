"""The flooded land between surveyed sections: from wet limits on sections to one area along the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines.chainage import cut, position, vertex_chainages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["beside_axis", "between_sections", "beyond_section"]

_NEAR = 0.5  # a straight join that comes nearer to the axis than this share of its lesser end follows the axis instead
_STEPS = 24  # places between two sections at which a line that follows the axis is set out, beside the axis's own


def between_sections(
    axis: Floats, span: tuple[float, float], halves: tuple[Floats, Floats], side: float
) -> shapely.Geometry:
    """The land on one bank between two neighbouring sections.

    Parameters
    ----------
    axis : (m, 2)
        The axis, drawn downstream.
    span
        Chainages of the two sections.
    halves
        Of both sections, the part from the axis (k, 2) to the wet limit on this bank.
    side
        -1 for the left bank, 1 for the right one.

    Returns
    -------
    Polygon or MultiPolygon
        Between the axis, the sections and the straight line that joins the limits. Where that line meets the axis or
        comes near to it, the land beside the axis is added, as wide as the limits are away, linearly in between.

    Notes
    -----
    The second is interpolation in the coordinates of the channel, along it and across it (Merwade et al. 2005, *Journal
    of Hydraulic Engineering*): it keeps the line on its side of a river that turns between two sections.

    Examples
    --------
    >>> axis = np.array([[0.0, 0.0], [10.0, 0.0]])
    >>> halves = np.array([[0.0, 0.0], [0.0, 2.0]]), np.array([[10.0, 0.0], [10.0, 4.0]])
    >>> between_sections(axis, (0.0, 10.0), halves, -1.0).area
    30.0
    """
    first, second = halves
    along = cut(axis, *span)
    # each section begins where the stretch of axis ends: the same place, but not to the last bit
    ring = np.vstack([along, second[1:], first[:0:-1]])
    straight = shapely.Polygon(ring)
    join, river = shapely.LineString([first[-1], second[-1]]), shapely.LineString(along)
    # the distance to the axis itself: a section may cross it askew
    away = [float(river.distance(shapely.Point(half[-1]))) for half in halves]
    if shapely.is_valid(straight) and join.distance(river) >= _NEAR * min(away):
        return straight
    parts = shapely.get_parts(shapely.make_valid(straight, method="structure", keep_collapsed=False))
    return shapely.union_all([*parts, beside_axis(axis, span, (side * away[0], side * away[1]))])


def beyond_section(axis: Floats, span: tuple[float, float], half: Floats, offset: float) -> shapely.Geometry:
    """The land on one bank between the first or last section and the end of the reach, of constant width.

    Parameters
    ----------
    axis : (m, 2)
        The axis.
    span
        Chainages of the section and of the end of the reach, the lower one first.
    half
        The part of the section from the axis (k, 2) to the wet limit.
    offset
        Width, negative on the left.

    Returns
    -------
    Polygon or MultiPolygon
        With the wedge between the normal of the axis and a section that crosses it askew.

    Examples
    --------
    >>> half = np.array([[4.0, 0.0], [3.0, 2.0]])
    >>> beyond_section(np.array([[0.0, 0.0], [9.0, 0.0]]), (4.0, 9.0), half, -2.0).area
    11.0
    """
    at = span[0] if np.hypot(*(position(axis, np.array(span)) - half[0]).T).argmin() == 0 else span[1]
    wedge = shapely.Polygon(np.vstack([half, position(axis, np.array([at]), np.array([offset]))]))
    parts = shapely.get_parts(shapely.make_valid(wedge, method="structure", keep_collapsed=False))
    return shapely.union_all([*parts, beside_axis(axis, span, (offset, offset))])


def beside_axis(axis: Floats, span: tuple[float, float], offsets: tuple[float, float]) -> shapely.Geometry:
    """The land beside a stretch of the axis, of a width that changes linearly along it.

    Parameters
    ----------
    axis : (m, 2)
        The axis.
    span
        Chainages where the stretch begins and ends.
    offsets
        Width at either end, negative on the left.

    Returns
    -------
    Polygon or MultiPolygon
        Empty where the stretch has no length or no width.

    Examples
    --------
    >>> round(beside_axis(np.array([[0.0, 0.0], [10.0, 0.0]]), (0.0, 10.0), (-1.0, -3.0)).area, 9)
    20.0
    """
    vertices = vertex_chainages(axis)
    vertices = vertices[(vertices > span[0]) & (vertices < span[1])]
    places = np.unique(np.concatenate([np.linspace(*span, _STEPS + 1), vertices]))
    widths = np.interp(places, span, offsets) if span[1] > span[0] else np.full(len(places), offsets[0])
    inner, outer = position(axis, places), position(axis, places, widths)
    quads = np.stack([inner[:-1], inner[1:], outer[1:], outer[:-1]], axis=1)
    # on the inside of a bend tighter than the width a quad folds over; its neighbours hold its land
    twice = np.cross(_xyz(quads[:, 2] - quads[:, 0]), _xyz(quads[:, 3] - quads[:, 1]))[:, 2]
    shapes = np.asarray(shapely.polygons(quads))
    sound = (twice * -np.sign(offsets[0] + offsets[1]) > 0) & shapely.is_valid(shapes)
    return shapely.union_all(shapes[sound])


def _xyz(plane: Floats) -> Floats:
    return np.column_stack([plane, np.zeros(len(plane))])
