"""Features in degrees that cross the 180th meridian, cut there, as RFC 7946 asks and every map on the web expects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cut_at_antimeridian"]

_HALF, _WHOLE = 180.0, 360.0
# Clipping boxes are open to north and south.
_BEYOND_POLES = 100.0


def cut_at_antimeridian(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Geometries with longitudes between −180° and 180°, in parts where they cross the 180th meridian.

    Parameters
    ----------
    shapes
        Geometries in longitude and latitude, degrees; missing and empty ones may be among them.

    Returns
    -------
    ndarray of object
        The array itself if nothing has to be cut. Else a new one: a line or area that crosses is multipart then, its
        parts in the order west to east of where they were; all others are the same objects.

    Notes
    -----
    Two corners in a row that are more than 180° of longitude apart are neighbours across the 180th meridian (RFC 7946,
    3.1.9), and so are those beyond ±180°. Corners 360° apart, as those of a box around the world, and rings around a
    pole are left as they are.

    Examples
    --------
    >>> import shapely
    >>> lines = shapely.from_wkt(["LINESTRING (179 -16, -179 -18)", "LINESTRING (117 30, 118 30)"])
    >>> [each.wkt for each in cut_at_antimeridian(lines)]
    ['MULTILINESTRING ((179 -16, 180 -17), (-180 -17, -179 -18))', 'LINESTRING (117 30, 118 30)']
    """
    west, _, east, _ = shapely.bounds(shapes).T
    # Of what has no bounds, no comparison is true.
    wide = np.flatnonzero((east - west > _HALF) | (west < -_HALF) | (east > _HALF))
    if not len(wide):
        return shapes
    result = np.array(shapes, dtype=object)
    result[wide] = [_cut(each) for each in result[wide]]
    return result


def _cut(shape: Any) -> Any:  # noqa: ANN401 - a geometry
    parts = [_unrolled(part) for part in shapely.get_parts(shape)]
    if any(part is None for part in parts):
        return shape
    pieces = [piece for part in parts for piece in _pieces(part)]
    if len(pieces) == 1 and not hasattr(shape, "geoms"):
        return pieces[0]
    kinds = set(shapely.get_type_id(pieces).tolist())
    many = {0: shapely.multipoints, 1: shapely.multilinestrings, 3: shapely.multipolygons}
    return many.get(kinds.pop() if len(kinds) == 1 else -1, shapely.geometrycollections)(pieces)


def _unrolled(part: Any) -> Any:  # noqa: ANN401
    """A geometry of one part with longitudes that go on beyond ±180° instead of jumping; None if there is no such."""
    if shapely.get_type_id(part) == shapely.GeometryType.POINT:
        return part
    if shapely.get_type_id(part) != shapely.GeometryType.POLYGON:
        line = _rolled_out(part)
        return None if line is None else shapely.linestrings(line)
    rings = [_rolled_out(ring) for ring in (part.exterior, *part.interiors)]
    if any(ring is None or (ring[0] != ring[-1]).any() for ring in rings):
        return None
    outer, *holes = [ring for ring in rings if ring is not None]
    middle = (outer[:, 0].min() + outer[:, 0].max()) / 2
    for hole in holes:
        hole[:, 0] += _WHOLE * np.round((middle - (hole[:, 0].min() + hole[:, 0].max()) / 2) / _WHOLE)
    # An empty list of holes is none of arrays of corners.
    return shapely.polygons(outer, holes or None)


def _rolled_out(line: Any) -> NDArray[np.float64] | None:  # noqa: ANN401
    corners = shapely.get_coordinates(line, include_z=bool(shapely.has_z(line)))
    step = np.diff(corners[:, 0])
    if (np.abs(step) >= _WHOLE).any():
        return None
    turns = -np.sign(step) * (np.abs(step) > _HALF)
    corners[1:, 0] += _WHOLE * np.cumsum(turns)
    return corners


def _pieces(part: Any) -> list[Any]:  # noqa: ANN401
    """A geometry of one part by whole turns of 360°, each brought between −180° and 180°."""
    west, _, east, _ = shapely.bounds(part)
    first, last = int(np.floor((west + _HALF) / _WHOLE)), int(np.ceil((east + _HALF) / _WHOLE))
    if last - first <= 1:
        return [_turned(part, first)]
    found = []
    for turn in range(first, last):
        start = _WHOLE * turn - _HALF
        inside = shapely.intersection(part, shapely.box(start, -_BEYOND_POLES, start + _WHOLE, _BEYOND_POLES))
        # Where it only touches the meridian, a line leaves a point there.
        same = [each for each in shapely.get_parts(inside) if each.geom_type == part.geom_type]
        found += [_turned(each, turn) for each in same]
    return found


def _turned(part: Any, turns: int) -> Any:  # noqa: ANN401
    if not turns:
        return part
    by = np.array([_WHOLE * turns, 0.0, 0.0])
    tall = bool(shapely.has_z(part))
    return shapely.transform(part, lambda corners: corners - by[: corners.shape[1]], include_z=tall)
