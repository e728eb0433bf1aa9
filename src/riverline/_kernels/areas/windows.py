"""Many shapes against one region with a very long outline: in windows, so that none meets all of the outline.

The shapes are split in two at their median, again and again, and the region is clipped to the surroundings of each
half. A window that lies wholly inside settles all of its shapes at once, one that lies outside drops them, and at the
end a shape meets only the few vertices near it. Windows reach beyond their shapes, so that what clipping adds is never
nearer to a shape than that.

Examples
--------
>>> squares = shapely.box(np.arange(0, 40, 10), 0, np.arange(10, 50, 10), 10)
>>> rows, inside = reach(squares, shapely.box(5, -5, 25, 15))
>>> rows.tolist(), inside.tolist()
([0, 1, 2], [False, True, False])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Bounds = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["reach", "windows"]

# Shapes in a last window, and vertices of the outline below which splitting costs more than it saves.
_FEW_SHAPES, _FEW_VERTICES = 48, 64
MARGIN_M = 1.0
"""How far a window reaches beyond its shapes, metres."""


def windows(bounds: Bounds, region: Any, *, margin_m: float = MARGIN_M) -> Iterator[tuple[Rows, Any]]:  # noqa: ANN401
    """Groups of shapes with the part of a region around them.

    Parameters
    ----------
    bounds : (n, 4)
        Bounds of the shapes; rows with NaN are in no window.
    region
        A valid polygon or multipolygon; 100,000 vertices are fine.
    margin_m
        How far the part reaches beyond the shapes.

    Yields
    ------
    rows
        Positions of shapes whose surroundings the region meets; each shape is in one window at most.
    local
        The region around them, valid; None where all of them lie inside it, the margin included.
    """
    every = shapely.bounds(region) + np.array([-margin_m, -margin_m, margin_m, margin_m])
    open_windows = [(np.flatnonzero(_meet(bounds, every)), region)]
    while open_windows:
        here, local = open_windows.pop()
        if not len(here):
            continue
        low, high = bounds[here, :2].min(axis=0) - margin_m, bounds[here, 2:].max(axis=0) + margin_m
        local = shapely.clip_by_rect(local, *low, *high)
        vertices = shapely.get_num_coordinates(local)
        if not vertices:
            continue
        if vertices == 5 and shapely.area(local) >= np.prod(high - low):  # noqa: PLR2004 - the window itself
            yield here, None
        elif len(here) <= _FEW_SHAPES or vertices <= _FEW_VERTICES:
            if not shapely.is_valid(local):
                # Quick clipping may leave a ring that touches itself on the window's edge.
                local = shapely.intersection(region, shapely.box(*low, *high))
            shapely.prepare(local)
            yield here, local
        else:
            open_windows += [(half, local) for half in _halves(here, bounds)]


def reach(shapes: Shapes, region: Any, *, within_m: float = 0.0) -> tuple[Rows, Flags]:  # noqa: ANN401
    """Which shapes meet a region or lie near it, and which of them lie wholly inside.

    Parameters
    ----------
    shapes : (n,)
        Points, lines and areas in metres, not all of them valid; None where there is none.
    region
        A valid polygon or multipolygon.
    within_m
        How far from the region a shape may lie.

    Returns
    -------
    rows : (k,)
        Which of the shapes do, rising.
    inside : (k,)
        Whether the shape lies inside and nowhere on the outline.
    """
    margin = max(MARGIN_M, 2.0 * within_m)
    rows: list[Rows] = [np.empty(0, dtype=np.intp)]
    inside: list[Flags] = [np.empty(0, dtype=bool)]
    for here, local in windows(shapely.bounds(shapes), region, margin_m=margin):
        if local is None:
            met, within = here, np.ones(len(here), dtype=bool)
        else:
            near = (
                shapely.dwithin(local, shapes[here], within_m) if within_m else shapely.intersects(local, shapes[here])
            )
            met = here[near]
            within = shapely.contains_properly(local, shapes[met])
        rows.append(met)
        inside.append(within)
    together = np.concatenate(rows)
    order = np.argsort(together, kind="stable")
    return together[order], np.concatenate(inside)[order]


def _meet(bounds: Bounds, other: NDArray[np.float64]) -> Flags:
    with np.errstate(invalid="ignore"):
        return np.asarray((bounds[:, :2] <= other[2:]).all(axis=1) & (bounds[:, 2:] >= other[:2]).all(axis=1))


def _halves(rows: Rows, bounds: Bounds) -> tuple[Rows, Rows]:
    """Rows on either side of the median of their middles, along the longer side of their window."""
    middles = bounds[rows, :2] + bounds[rows, 2:]
    longer = int(np.ptp(middles[:, 1]) > np.ptp(middles[:, 0]))
    half = len(rows) // 2
    order = rows[np.argpartition(middles[:, longer], half)]
    return order[:half], order[half:]
