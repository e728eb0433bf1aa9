"""The band between two lines of a bank, and its parting into stretches that share their cuts.

Examples
--------
>>> import numpy as np
>>> outer, waterside = np.array([[0.0, 10.0], [100.0, 10.0]]), np.array([[0.0, 4.0], [100.0, 4.0]])
>>> shapes, clean = part_band(outer, waterside, np.array([25.0]), np.array([25.0]))
>>> shapely.area(shapes).tolist(), clean
([150.0, 450.0], True)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import cut_many, locate, vertex_chainages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["band_between", "feet_of", "part_band"]


def band_between(outer: Floats, waterside: Floats) -> shapely.Polygon:
    """The ring along the outer line and back along the waterside line; it may cross itself.

    Parameters
    ----------
    outer, waterside
        Coordinates (n, 2) and (m, 2), both drawn downstream.
    """
    return shapely.Polygon(np.vstack([outer, waterside[::-1]]))


def feet_of(outer: Floats, waterside: Floats, stations: Floats, toward: shapely.LineString | None) -> Floats:
    """Where cuts through stations of the outer line reach the waterside line.

    Parameters
    ----------
    outer, waterside
        Coordinates (n, 2) and (m, 2), both drawn downstream.
    stations : (k,)
        Metres along the outer line, ascending.
    toward
        The axis: a cut runs from the outer line to the nearest place of the axis, which is on the axis's normal. None:
        to the nearest place of the waterside line.

    Returns
    -------
    (k,)
        Metres along the waterside line, ascending.

    Notes
    -----
    Shortest ways to one line never cross each other, as normals drawn outwards from an axis do in bends. Where the way
    to the axis does not meet the waterside line, the nearest place of that is taken.
    """
    edge = shapely.LineString(waterside)
    places = shapely.line_interpolate_point(shapely.LineString(outer), stations)
    target = places
    if toward is not None and len(places):
        ways = shapely.shortest_line(places, toward)
        met = shapely.intersection(ways, edge)
        nearest = shapely.get_point(shapely.shortest_line(met, places), 0)
        target = np.where(shapely.is_missing(nearest), places, nearest)
    along, _ = locate(shapely.get_coordinates(target), waterside)
    return np.asarray(np.maximum.accumulate(along))


def part_band(outer: Floats, waterside: Floats, stations: Floats, feet: Floats) -> tuple[Shapes, bool]:
    """A band cut from stations of the outer line to feet on the waterside line.

    Parameters
    ----------
    outer, waterside
        Coordinates (n, 2) and (m, 2), both drawn downstream.
    stations, feet : (k,)
        Where the cuts begin and end, metres along the two lines, ascending.

    Returns
    -------
    shapes : (k + 1,)
        Polygons or multipolygons, empty where a stretch has no area.
    clean
        Whether every stretch is the ring between its two cuts. Else some line crosses another, and every face goes to
        the stretch whose part of the outer line is nearest.

    Notes
    -----
    Rings that share their cuts to the last bit have signed areas that sum to the band's. If the band's ring and all
    others are simple and turn the same way, every place inside the band is inside exactly one of them, since winding
    numbers add up and none is negative: no overlap and no gap, whatever the rounding of coordinates.
    """
    edges = [_pieces(line, at) for line, at in ((outer, stations), (waterside, feet))]
    rings = [np.vstack([a, b[::-1]]) for a, b in zip(*edges, strict=True)]
    shapes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    whole = band_between(*(np.vstack(pieces) for pieces in edges))
    turns = np.sign([_signed_area(ring) for ring in (*rings, shapely.get_coordinates(whole))])
    if shapely.is_valid(whole) and shapely.is_valid(shapes).all() and len(set(turns)) == 1:
        return shapes, True
    return _faces(whole, outer, edges, stations), False


def _pieces(line: Floats, at: Floats) -> list[Floats]:
    ends = np.concatenate([[0.0], at, [vertex_chainages(line)[-1]]])
    return [shapely.get_coordinates(piece) for piece in cut_many(line, ends[:-1], ends[1:])]


def _signed_area(ring: Floats) -> float:
    x, y = (ring - ring[0]).T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


def _faces(whole: shapely.Polygon, outer: Floats, edges: Any, stations: Floats) -> Shapes:  # noqa: ANN401
    """The faces of a band that its cuts and its own crossings make, each in the stretch nearest to it."""
    cuts = [shapely.LineString([a[0], b[0]]) for a, b in list(zip(*edges, strict=True))[1:]]
    noded = shapely.node(shapely.union_all([shapely.boundary(whole), *cuts]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.make_valid(whole, method="structure", keep_collapsed=False)
    middles = shapely.point_on_surface(faces)
    kept = shapely.contains(inside, middles)
    faces, middles = faces[kept], middles[kept]
    along, _ = locate(shapely.get_coordinates(middles), outer)
    owner = np.searchsorted(stations, along, side="right")
    return np.array([shapely.union_all(faces[owner == k]) for k in range(len(stations) + 1)], dtype=object)
