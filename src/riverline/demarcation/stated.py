"""Stated chainages against drawn places: a number and a point that speak of two places are a fault, never a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["disagreeing"]

MISFIT_M = 20.0
"""A place may be this much farther from where its chainage puts it than from the axis, as for breaks of chainage."""


def disagreeing(
    axis: shapely.LineString,
    stated: Floats,
    points: Floats,
    *,
    layer: str,
    ids: Sequence[str] | NDArray[Any],
    shapes: Sequence[Any] | NDArray[Any],
    used: Literal["chainage-used", "place-used"],
) -> list[Finding]:
    """Features whose stated chainage is not that of the place where they are drawn.

    Parameters
    ----------
    axis
        The axis, drawn downstream.
    stated : (n,)
        Distances along the axis that the features state, NaN where they state none.
    points : (n, 2)
        Where they are drawn, NaN where they are not.
    layer, ids, shapes
        What the findings name.
    used
        Which of the two the caller goes by.

    Returns
    -------
    list of Finding
        ``chainage-disagrees`` with the metres along the axis between the two.

    Notes
    -----
    A gauge away from the axis, or between two limbs of a bend, is as near to several places of it. What counts is
    therefore how much farther the drawn place is from the stated one than from the nearest place of the axis.

    Examples
    --------
    >>> axis = shapely.LineString([(0, 0), (1000, 0)])
    >>> points = np.array([[100.0, 300.0], [100.0, 0.0]])
    >>> stated, names = np.array([130.0, 700.0]), ["a", "b"]
    >>> found = disagreeing(axis, stated, points, layer="sections", ids=names, shapes=names, used="place-used")
    >>> [(finding.feature_id, finding.value) for finding in found]
    [('b', 600.0)]
    """
    corners = shapely.get_coordinates(axis)
    both = np.flatnonzero(np.isfinite(stated) & np.isfinite(points).all(axis=1))
    located, offset = chainage.locate(points[both], corners)
    away = np.hypot(*(points[both] - chainage.position(corners, stated[both])).T)
    wrong = away - np.abs(offset) > MISFIT_M
    apart = np.abs(stated[both] - located)
    return [
        Finding("chainage-disagrees", layer, ids[i], shapes[i], float(difference), MISFIT_M, "m", note=used)
        for i, difference in zip(both[wrong].tolist(), apart[wrong], strict=True)
    ]
