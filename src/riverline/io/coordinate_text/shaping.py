"""Rings of a parcel as its geometry: closed, holes in the ring that contains them, everything else a part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Shaped", "joined", "shape_of"]

_CORNERS = 3
_TOGETHER = {
    shapely.GeometryType.POINT: shapely.multipoints,
    shapely.GeometryType.LINESTRING: shapely.multilinestrings,
    shapely.GeometryType.POLYGON: shapely.multipolygons,
}
_ALIKE = [{int(kind)} for kind in _TOGETHER]


class Shaped:
    """A parcel's geometry and what was remarkable about its rings."""

    __slots__ = ("apart", "open", "shape", "short")

    def __init__(self, shape: Any, *, unclosed: bool, apart: int, short: int) -> None:  # noqa: ANN401 - a geometry
        self.shape = shape
        self.open = unclosed
        self.apart = apart
        self.short = short


def shape_of(xy: NDArray[np.float64], rings: Sequence[int], kind: str) -> Shaped:
    """The geometry of a parcel.

    Parameters
    ----------
    xy
        Its points, east and north, (n, 2).
    rings
        The ring that each belongs to.
    kind
        ``面``, ``线`` or ``点``.

    Returns
    -------
    Shaped
        Of areas: rings are closed where they are not; a ring inside the outer one before it is a hole of it, any other
        is a part of its own; rings of fewer than three corners are left out and counted.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.array([[0.0, 0], [9, 0], [9, 9], [0, 9], [0, 0], [3, 3], [6, 3], [6, 6], [3, 6], [3, 3]])
    >>> shape_of(square, [1] * 5 + [2] * 5, "面").shape.area
    72.0
    """
    numbers = np.asarray(rings)
    groups = [xy[numbers == number] for number in dict.fromkeys(rings)]
    if kind == "点":
        points = shapely.points(xy)
        return Shaped(points[0] if len(points) == 1 else shapely.multipoints(points), unclosed=False, apart=0, short=0)
    if kind == "线":
        lines = [shapely.LineString(group) for group in groups if len(group) > 1]
        shape = None if not lines else lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)
        return Shaped(shape, unclosed=False, apart=0, short=len(groups) - len(lines))
    unclosed = any(len(group) > 1 and not (group[0] == group[-1]).all() for group in groups)
    bodies = [group[:-1] if len(group) > 1 and (group[0] == group[-1]).all() else group for group in groups]
    whole = [body for body in bodies if len(body) >= _CORNERS]
    outer: list[NDArray[np.float64]] = []
    holes: list[list[NDArray[np.float64]]] = []
    for body in whole:
        home = next((at for at, each in enumerate(outer) if _inside(body, each)), None)
        if home is None:
            outer.append(body)
            holes.append([])
        else:
            holes[home].append(body)
    parts = [shapely.Polygon(each, inner) for each, inner in zip(outer, holes, strict=True)]
    return Shaped(joined(parts), unclosed=unclosed, apart=max(0, len(outer) - 1), short=len(bodies) - len(whole))


def joined(parts: Sequence[Any]) -> Any:  # noqa: ANN401
    """One geometry of the parts: the part itself where it is alone, None where there is none."""
    if not len(parts):
        return None
    if len(parts) == 1:
        return parts[0]
    every = [each for part in parts for each in shapely.get_parts(part)]
    kinds = set(shapely.get_type_id(every).tolist())
    return _TOGETHER[kinds.pop()](every) if kinds in _ALIKE else shapely.geometrycollections(every)


def _inside(body: NDArray[np.float64], outer: NDArray[np.float64]) -> bool:
    return bool(shapely.covers(shapely.Polygon(outer), shapely.Polygon(body)))
