"""The part of a strip that lies on its own bank's land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.strip_area import Steps, strip_area

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GRID_M", "landside_strip"]

# Areas are cut and united on a grid this fine. Between shapes that share an edge, free arithmetic leaves cracks of a
# nanometre, and one that opens at an end parts the extent.
GRID_M = 2.0**-20

# How near an edge must lie to the reference to count as running along it: rounding of coordinates of eight digits.
ALONG_M = 1e-6

# Half the thickness of the walls at the ends of the reach.
HAIR_M = 1e-3


def landside_strip(
    references: NDArray[np.object_],
    widths: NDArray[np.float64],
    corridor: shapely.Geometry,
    *,
    ends: NDArray[np.object_],
    trims: NDArray[np.object_] | None = None,
    steps: Steps = "square",
    taper_m: float = 0.0,
) -> Any:  # noqa: ANN401 - Polygon or MultiPolygon
    """A bank's strip without the river and without land across it.

    Parameters
    ----------
    references : (n,)
        The bank's reference lines; they are part of the corridor's outline.
    widths : (n,)
        Widths of their strips, metres.
    corridor
        The area between the two banks' references.
    ends
        The lines that close the corridor at the ends of the reach. Rounding may leave a strip a hair longer than the
        corridor there; nothing passes around it.
    trims, steps, taper_m
        As for :func:`~riverline._kernels.lines.strip_area.strip_area`.

    Returns
    -------
    Polygon or MultiPolygon
        The parts of the strip outside the corridor that the references run along. A strip that is wider than the river
        is cut off at the other bank; one that reaches over the neck of a hairpin ends at the returning arm.

    Examples
    --------
    >>> toe = np.array([shapely.LineString([(0, 4), (100, 4)])])
    >>> ends = np.array([shapely.LineString([(x, -4), (x, 4)]) for x in (0, 100)])
    >>> strip = landside_strip(toe, np.array([50.0]), shapely.box(0, -4, 100, 4), ends=ends)
    >>> [round(value, 2) + 0.0 for value in strip.bounds]
    [0.0, 4.0, 100.0, 54.0]
    """
    closed = shapely.union_all([corridor, *shapely.buffer(ends, HAIR_M, cap_style="flat")])
    strip = strip_area(references, widths, trims=trims, steps=steps, taper_m=taper_m)
    outside = shapely.difference(strip, closed, grid_size=GRID_M)
    # What is thinner than the grid becomes a line in the cutting, and is no land.
    parts = shapely.get_parts(outside)
    parts = parts[shapely.area(parts) > 0.0]
    if len(parts) <= 1:
        return parts[0] if len(parts) else shapely.Polygon()
    return shapely.multipolygons(parts[_run_along(parts, references)])


def _run_along(parts: NDArray[np.object_], references: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Parts with an edge, not only a point, on one of the references."""
    coords, owner = shapely.get_coordinates(parts, return_index=True)
    inner = owner[1:] == owner[:-1]
    middles = shapely.points((coords[1:] + coords[:-1])[inner] / 2.0)
    lines, line = shapely.get_coordinates(references, return_index=True)
    joined = line[1:] == line[:-1]
    tree = shapely.STRtree(shapely.linestrings(np.stack([lines[:-1], lines[1:]], axis=1)[joined]))
    near, _ = tree.query(middles, predicate="dwithin", distance=ALONG_M)
    along = np.zeros(len(parts), dtype=bool)
    along[owner[:-1][inner][near]] = True
    return along
