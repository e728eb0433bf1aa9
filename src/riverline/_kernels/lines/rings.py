"""Closed lines around standing water: what lines enclose with an area, and rings as chains of pieces.

A shore has no beginning and no banks. What the law puts inside of a lake's line is everything that the water and the
lines around it enclose, which is a set: no side, no direction and no order of the lines can confuse it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

__all__ = ["clockwise_from_north", "enclosed", "open_ends", "ring_runs"]


def enclosed(area: shapely.Geometry, lines: Geometries) -> shapely.Geometry:
    """An area with its holes, and all that lies between it and lines that close with it.

    Parameters
    ----------
    area
        Polygon or MultiPolygon.
    lines : (n,)
        LineStrings; one that closes with nothing encloses nothing.

    Returns
    -------
    Polygon or MultiPolygon
        Never smaller for a larger area or for more lines.

    Examples
    --------
    >>> wall = shapely.LineString([(2, 2), (2, 4), (8, 4), (8, 2)])
    >>> enclosed(shapely.box(0, 0, 10, 2), np.array([wall])).area
    32.0
    """
    noded = shapely.node(shapely.union_all([shapely.boundary(area), *lines]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return shapely.union_all([area, *faces])


def open_ends(lines: Geometries) -> tuple[Floats, NDArray[np.intp]]:
    """Both ends of the lines that do not close, (2k, 2), and the line of each, (2k,).

    Examples
    --------
    >>> ends, line = open_ends(np.array([shapely.LineString([(0, 0), (1, 0)])]))
    >>> ends.tolist(), line.tolist()
    ([[0.0, 0.0], [1.0, 0.0]], [0, 0])
    """
    there = np.flatnonzero(~shapely.is_closed(lines))
    ends = [shapely.get_coordinates(shapely.get_point(lines[there], at)) for at in (0, -1)]
    return np.stack(ends, axis=1).reshape(-1, 2), np.repeat(there, 2)


def clockwise_from_north(ring: shapely.LinearRing) -> shapely.LineString:
    """A ring as a closed line that runs clockwise from its northernmost vertex, the westernmost of several.

    Examples
    --------
    >>> clockwise_from_north(shapely.box(0, 0, 2, 1).exterior).wkt
    'LINESTRING (0 1, 2 1, 2 0, 0 0, 0 1)'
    """
    coords = shapely.get_coordinates(ring)[:-1]
    coords = coords[::-1] if shapely.is_ccw(ring) else coords
    start = np.lexsort((coords[:, 0], -coords[:, 1]))[0]
    turned = np.roll(coords, -start, axis=0)
    return shapely.LineString(np.vstack([turned, turned[:1]]))


def ring_runs(ring: shapely.LineString, owner: NDArray[np.intp]) -> tuple[list[shapely.LineString], NDArray[np.intp]]:
    """A closed line cut where its owner changes, beginning with a change.

    Parameters
    ----------
    ring
        A closed line of n segments.
    owner : (n,)
        What each segment belongs to.

    Returns
    -------
    lines
        Runs in order; the last ends where the first begins. A ring of one owner is two halves, since a chain of
        references needs a joint at either end.
    owners
        (k,) of them.

    Examples
    --------
    >>> ring = shapely.LineString([(0, 0), (1, 0), (1, 1), (0, 0)])
    >>> lines, owners = ring_runs(ring, np.array([7, 7, 8]))
    >>> [line.wkt for line in lines], owners.tolist()
    (['LINESTRING (1 1, 0 0)', 'LINESTRING (0 0, 1 0, 1 1)'], [8, 7])
    """
    coords = shapely.get_coordinates(ring)[:-1]
    changes = np.flatnonzero(owner != np.roll(owner, 1))
    breaks = changes if len(changes) else np.array([0, len(coords) // 2])
    first = breaks[-1] if len(changes) else breaks[0]
    breaks = np.sort((breaks - first) % len(coords))
    turned, owned = np.roll(coords, -first, axis=0), np.roll(owner, -first)
    turned = np.vstack([turned, turned[:1]])
    ends = np.append(breaks[1:], len(coords))
    return [shapely.LineString(turned[a : b + 1]) for a, b in zip(breaks, ends, strict=True)], owned[breaks]
