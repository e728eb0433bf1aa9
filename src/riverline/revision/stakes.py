"""Stakes that moved, came or went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.geodesy import align, round_half_up
from riverline.schema import STAKE_CHANGES, STAKES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["stakes_between"]


def stakes_between(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, crs: object, tolerance_m: float
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.STAKE_CHANGES`; a stake is known by its ``stake_id``.

    Stakes that were placed anew count from one: give the old ones to :func:`riverline.place_stakes` as ``existing``,
    and they keep their numbers and ids, or every stake behind an inserted one is told as moved.

    Parameters
    ----------
    old, new
        Rows of :data:`riverline.schema.STAKES`.
    crs
        CRS of the result.
    tolerance_m
        Stakes that moved by no more than this did not.
    """
    was, now = (_by_id(frame, crs) for frame in (old, new))
    both = now.index.intersection(was.index)
    gap = pd.Series(shapely.distance(_points(now.loc[both]), _points(was.loc[both])), index=both, dtype="float64")
    moved = gap[gap > tolerance_m]
    parts = [
        now.loc[moved.index].assign(change="moved", moved_m=round_half_up(moved.to_numpy(), 3)),
        now.loc[now.index.difference(was.index)].assign(change="came", moved_m=np.nan),
        was.loc[was.index.difference(now.index)].assign(change="went", moved_m=np.nan),
    ]
    together = pd.concat([part for part in parts if len(part)] or parts[:1]).reset_index()
    if together.empty:
        return STAKE_CHANGES.empty(crs)
    together = together.sort_values(["river_id", "stake_id"], kind="stable", ignore_index=True)
    together["stake_change_id"] = together["stake_id"] + "/" + together["change"]
    kept = [column.name for column in STAKE_CHANGES]
    return STAKE_CHANGES.conform(gpd.GeoDataFrame(together[[*kept, "geometry"]], geometry="geometry", crs=crs))


def _by_id(stakes: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    STAKES.require(stakes, layer="stakes")
    frame = STAKES.conform(align(stakes, crs, layer="stakes"))
    there = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    return there.drop_duplicates("stake_id").set_index("stake_id").sort_index()


def _points(stakes: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.asarray(stakes.geometry.array)
