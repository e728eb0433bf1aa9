"""What is to be said of axes: no line with length, ending at the bank of another river, or near one for no reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.network.river_joins import mouths
from riverline.channel.given import feature_ids
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

__all__ = ["mouths_told", "unusable_told"]


def mouths_told(axes: Axes, widths: NDArray[np.float64], snap_m: float) -> list[Finding]:
    """One finding for each axis that ends near another one: taken as its tributary, or not.

    Parameters
    ----------
    axes
        The axes, k of them.
    widths : (k,)
        Of their rivers, metres; NaN where not known.
    snap_m
        Ends nearer than this to another axis are on it, and nothing is to be said.
    """
    found = mouths(axes.line, widths, snap_m)
    ends = shapely.get_point(axes.line, -1)
    return [
        Finding("axis-mouth" if flows else "axis-unjoined", "axes", axes.river_id[axis], ends[axis], round(away, 1),
                snap_m, "m", note=str(axes.river_id[other]))
        for axis, other, away, flows in zip(*(each.tolist() for each in (found.axis, found.other, found.away,
                                                                         found.flows)), strict=True)
    ]  # fmt: skip


def unusable_told(axes: gpd.GeoDataFrame, usable: Axes) -> list[Finding]:
    """One finding for each axis of the frame that is no line with length, so that nothing is counted on it."""
    left = np.setdiff1d(np.arange(len(axes)), usable.row)
    names, shapes = feature_ids(axes, layer="axes"), axes.geometry.array
    return [Finding("axis-unusable", "axes", names[row], shapes[row]) for row in left.tolist()]
