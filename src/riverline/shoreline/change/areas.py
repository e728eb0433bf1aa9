"""Eroded and accreted ground between dates, by bank and stretch: polygons along the shorelines as they were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.casting import RIGHT
from riverline._kernels.lines.swept import Ends, faces_of, rings_between
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import CHANGE_AREAS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline._kernels.lines.hits import Path
    from riverline.shoreline.change.casting import Transects
    from riverline.shoreline.change.intersecting import Positions, Series
    from riverline.shoreline.change.method import Method

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["areas_of"]

_GROUP = ["river_id", "bank", "from_date", "to_date", "stretch"]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells between neighbouring transects and two dates: both transects, and positions on them at both dates."""

    near: Integers
    far: Integers
    rows: Integers


def areas_of(
    positions: Positions,
    series: Series,
    transects: Transects,
    path: Path,
    method: Method,
    *,
    crs: Any,  # noqa: ANN401
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.CHANGE_AREAS`.

    Parameters
    ----------
    positions, series
        Positions, as rows and as a matrix.
    transects
        Transects they lie on.
    path
        Vertices of the shorelines.
    method
        Between which dates, and how long a stretch is.
    crs
        CRS of the result.

    Notes
    -----
    A cell lies between neighbouring transects that both met both dates; ground beside a transect that missed one is
    unknown and in no row, as is the ground before the first and beyond the last transect of a line, less than a
    spacing together: ``change-ends-left`` tells where that is much. The edges of a cell are the shorelines themselves
    where both hits are on one of them.
    """
    cells = _cells(series, transects, method)
    if not len(cells.near):
        return CHANGE_AREAS.empty(crs)
    rings = rings_between(_ends(cells, 0, positions, transects, path), _ends(cells, 1, positions, transects, path))
    faces, cell, turn = faces_of(rings)
    table = _table(cells, positions, transects, method)
    outward = np.where(transects.side[cells.near] == RIGHT, -1, 1)[cell]
    change = np.where(turn == outward, "erosion", "accretion")
    rows = table.iloc[cell].assign(change=change, geometry=faces)
    return _summed(rows, table, crs)


def _cells(series: Series, transects: Transects, method: Method) -> _Cells:
    """Cells whose four corners are known."""
    near, far = _neighbours(transects)
    nothing = np.zeros(0, dtype="int64")
    if method.areas == "none" or not series.row.shape[1]:
        return _Cells(nothing, nothing, np.zeros((4, 0), dtype="int64"))
    if method.areas == "ends":
        dates = np.isfinite(series.day).sum(axis=1)
        last = np.maximum(dates - 1, 0)
        pairs = [(np.zeros_like(last), last)]
    else:
        whole = np.arange(series.row.shape[1])
        every = np.ones(len(series.row), dtype="int64")
        pairs = [(every * column, every * (column + 1)) for column in whole[:-1]]
    parts = []
    for earlier, later in pairs:
        rows = np.stack([series.row[each, date[each]] for date in (earlier, later) for each in (near, far)])
        known = (rows >= 0).all(axis=0) & (earlier[near] != later[near])
        parts.append((near[known], far[known], rows[:, known]))
    if not parts:
        return _Cells(nothing, nothing, np.zeros((4, 0), dtype="int64"))
    return _Cells(*(np.concatenate([part[i] for part in parts], axis=-1) for i in range(3)))


def _neighbours(transects: Transects) -> tuple[Integers, Integers]:
    """Pairs of transects of one line and bank, one station apart."""
    rays = transects.rays
    order = np.lexsort((rays.station, transects.side, rays.line))
    near, far = order[:-1], order[1:]
    next_to = (rays.line[near] == rays.line[far]) & (transects.side[near] == transects.side[far])
    return near[next_to], far[next_to]


def _ends(cells: _Cells, date: int, positions: Positions, transects: Transects, path: Path) -> Ends:
    rows = cells.rows[2 * date : 2 * date + 2]
    transect = positions.transect[rows]
    along = (positions.away[rows] * transects.away[transect])[..., None]
    place = transects.rays.origin[transect] + along * transects.rays.direction[transect]
    return Ends(path, place, positions.segment[rows], positions.share[rows])


def _table(cells: _Cells, positions: Positions, transects: Transects, method: Method) -> pd.DataFrame:
    """What is to be said of each cell."""
    start, end = transects.chainage[cells.near], transects.chainage[cells.far]
    return pd.DataFrame(
        {
            "river_id": transects.river_id[cells.near],
            "bank": transects.bank[cells.near],
            "from_date": positions.date[cells.rows[0]].astype("datetime64[s]"),
            "to_date": positions.date[cells.rows[2]].astype("datetime64[s]"),
            "stretch": np.floor((start + end) / 2.0 / method.segment_m).astype("int64"),
            "start": start,
            "end": end,
            "measured": end - start,
        }
    )


def _summed(rows: pd.DataFrame, table: pd.DataFrame, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    """One row for each bank, stretch, pair of dates and direction."""
    measured = table.groupby(_GROUP).agg(start=("start", "min"), end=("end", "max"), measured=("measured", "sum"))
    shapes = rows.groupby([*_GROUP, "change"])["geometry"].agg(lambda each: shapely.union_all(each.to_numpy()))
    frame = shapes.reset_index().merge(measured.reset_index(), on=_GROUP)
    area = ellipsoidal_area(gpd.GeoSeries(frame["geometry"].to_numpy(), crs=crs)).to_numpy()
    dates = frame["from_date"].dt.strftime("%Y%m%d") + "-" + frame["to_date"].dt.strftime("%Y%m%d")
    bank = frame["bank"].str[0].str.upper()
    code = frame["river_id"] + "-" + bank + "-" + dates + "-" + (frame["stretch"] + 1).astype("str").str.zfill(3)
    columns = {
        "area_id": code + "-" + frame["change"].str[0].str.upper(),
        "river_id": frame["river_id"],
        "bank": frame["bank"],
        "change": frame["change"],
        "from_date": frame["from_date"],
        "to_date": frame["to_date"],
        "start_chainage_m": round_half_up(frame["start"], 1),
        "end_chainage_m": round_half_up(frame["end"], 1),
        "area_m2": round_half_up(area, 2),
        "measured_m": round_half_up(frame["measured"], 1),
        "mean_m": round_half_up(area / frame["measured"].to_numpy(), 2),
    }
    geometry = gpd.GeoSeries(frame["geometry"].to_numpy(), crs=crs)
    return CHANGE_AREAS.conform(gpd.GeoDataFrame(columns, geometry=geometry, crs=crs))
