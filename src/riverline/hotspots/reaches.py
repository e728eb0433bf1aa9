"""Runs of segments that are hot, or cold, along one bank: one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.statistics.ranks import funnel_limits
from riverline.schema import HOT_REACHES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.hotspots.segments import Segments

__all__ = ["reaches_of"]

FUNNEL_LEVEL = 0.998


def reaches_of(frame: gpd.GeoDataFrame, segments: Segments) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.HOT_REACHES` without their reasons.

    Parameters
    ----------
    frame
        Rows of :data:`riverline.schema.HOT_SEGMENTS`.
    segments
        What they stand on, in the same order.
    """
    rows = np.flatnonzero(frame["verdict"].isin(["hot", "cold"]).to_numpy())
    rows = rows[np.lexsort((segments.begin[rows], segments.bank[rows], segments.axis[rows]))]
    run = _runs(rows, frame["verdict"].to_numpy(), segments)
    part = frame.iloc[rows].assign(_run=run)
    grouped = part.groupby("_run", sort=True)
    kept = [name for name in ("river_id", "bank", "name", "chief", "verdict") if name in part.columns]
    table = grouped[kept].first() if len(rows) else part[[*kept, "_run"]].set_index("_run")
    table = table.assign(
        start_chainage_m=grouped["start_chainage_m"].min(), end_chainage_m=grouped["end_chainage_m"].max(),
        length_m=grouped["length_m"].sum().round(1), segments=grouped.size(), problems=grouped["problems"].sum(),
        exposure=grouped["exposure"].sum(), expected=grouped["expected"].sum(), p_adjusted=grouped["p_adjusted"].min(),
    ).reset_index(drop=True)  # fmt: skip
    # Chance was told by neighbourhoods: that of the segment whose p is smallest speaks for the reach.
    least = part.sort_values(["p_adjusted", "p"], kind="stable").groupby("_run", sort=True)[
        ["around", "around_expected"]
    ]
    table = table.assign(**least.first().reset_index(drop=True).to_dict("series"))
    high = funnel_limits(table["expected"].to_numpy(dtype="float64"), FUNNEL_LEVEL)[1]
    excess = np.maximum(table["problems"].to_numpy(dtype="float64") - high, 0.0)
    lines = [shapely.line_merge(shapely.multilinestrings(list(group.geometry))) for _, group in grouped]
    number = table.groupby("river_id").cumcount() + 1
    table = table.assign(
        reach_id=table["river_id"].astype("str") + "/H" + number.astype("str").str.zfill(2),
        excess=np.where(table["verdict"] == "hot", excess, 0.0).astype("int64"),
        reason=pd.array([""] * len(table), dtype="str"),
    )
    return HOT_REACHES.conform(gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(lines, crs=frame.crs), crs=frame.crs))


def _runs(rows: NDArray[np.intp], verdict: NDArray[np.object_], segments: Segments) -> NDArray[np.int64]:
    """Number of the run that each row belongs to; rows in order along each bank."""
    if not len(rows):
        return np.zeros(0, dtype="int64")
    before, after = rows[:-1], rows[1:]
    step = 1 + segments.by_bank
    together = (after - before == step) & (segments.axis[after] == segments.axis[before])
    together &= verdict[after] == verdict[before]
    return np.concatenate([[0], np.cumsum(~together)])
