"""Stable codes over rounds: a suspect that was there before keeps its code, what is gone is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["codes_by_place", "matched"]

CELL_M = 10.0


def codes_by_place(shapes: Shapes, river: NDArray[Any], kind: NDArray[Any]) -> NDArray[np.object_]:
    """Codes from river, kind and place to ten metres: the same on every run, whatever else is found.

    Parameters
    ----------
    shapes : (n,)
        Outlines in metres.
    river, kind : (n,)
        River and kind of each.

    Examples
    --------
    >>> codes_by_place(np.array([shapely.box(500, 900, 540, 930)]), np.array(["R1"]), np.array(["dumping"])).tolist()
    ['R1-D-52-91']
    """
    inner = shapely.point_on_surface(shapes)
    places = np.column_stack([np.asarray(shapely.get_x(inner)), np.asarray(shapely.get_y(inner))])
    east, north = np.floor(places / CELL_M).astype("int64").T.reshape(2, -1)
    names = [
        f"{code}-{str(what)[:1].upper()}-{x}-{y}" for code, what, x, y in zip(river, kind, east, north, strict=True)
    ]
    again = pd.Series(names, dtype="str").groupby(pd.Series(names, dtype="str")).cumcount().to_numpy()
    return np.array([name if not k else f"{name}-{k + 1}" for name, k in zip(names, again, strict=True)], dtype=object)


def matched(now: Shapes, before: Shapes, *, overlap: float) -> NDArray[np.int64]:
    """Which of the shapes of the round before each one is, -1 for new ones; none is taken twice.

    Parameters
    ----------
    now, before : (n,), (m,)
        Outlines.
    overlap
        Least share of the smaller one that both have.

    Examples
    --------
    >>> matched(shapely.box([0, 50], 0, [10, 60], 10), shapely.box([48, 2], 0, [58, 9], 10), overlap=0.3).tolist()
    [1, 0]
    """
    found = np.full(len(now), -1, dtype="int64")
    if not len(now) or not len(before):
        return found
    one, other = shapely.STRtree(before).query(now, predicate="intersects")
    shared = shapely.area(shapely.intersection(now[one], before[other]))
    share = shared / np.maximum(np.minimum(shapely.area(now[one]), shapely.area(before[other])), 1e-9)
    order = np.lexsort((other, one, -shared))
    taken: set[int] = set()
    for at in order[share[order] >= overlap]:
        if found[one[at]] < 0 and int(other[at]) not in taken:
            found[one[at]] = other[at]
            taken.add(int(other[at]))
    return found
