"""Whether axes are drawn downstream: what the network, flood levels and the terrain say, and how surely.

Nothing is ever turned round here. The pieces of evidence, in the order in which they are to be believed:

- *levels*: flood levels fall downstream;
- *network*: an axis ends on another one or goes on into its start; it does not begin on one and end nowhere, and two
  do not end head on;
- *terrain*: the ground along the last tenth of an axis is lower than along the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import aligned, rows_by_name, texts, usable_axes
from riverline.errors import CRSError
from riverline.geodesy import align
from riverline.schema import FLOOD_LEVELS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]

__all__ = ["check_orientation"]

# Levels are printed to the centimetre: a smaller rise says nothing.
_LEVEL_RISE_M = 0.01
# Share of an axis at each end whose lowest ground is compared, and the places looked at: bridges and banks are higher.
_END_SHARE = 0.1
_PLACES = 21


def check_orientation(
    axes: gpd.GeoDataFrame,
    *,
    levels: gpd.GeoDataFrame | None = None,
    terrain: str | Path | None = None,
    snap_m: float = 5.0,
    terrain_error_m: float = 2.0,
) -> gpd.GeoDataFrame:
    """Axes that seem to be drawn upstream, with the evidence; no axis is changed.

    Parameters
    ----------
    axes
        Rows of :data:`riverline.schema.AXES`, in metres.
    levels
        Rows of :data:`riverline.schema.FLOOD_LEVELS`, compared within a river, basis and return period.
    terrain
        File of a terrain model with heights in metres.
    snap_m
        Ends nearer than this to another axis are on it.
    terrain_error_m
        A smaller rise of the ground is taken for an error of the terrain model: 2 m fits what satellites give.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.FAULTS`: ``axis-against-levels`` (error; value: metres that levels rise
        downstream), ``axis-against-network`` (warning), ``axes-head-on`` (warning), ``axis-against-terrain`` (warning;
        value: metres that the ground rises). Each note says what every evidence has found: ``+`` for the direction
        drawn, ``−`` against it, ``?`` nothing. An axis without evidence has no fault: it is not proved right.

    Raises
    ------
    SchemaError, CRSError
        If a layer lacks columns, the axes are not in metres, or the terrain has no CRS.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> main = shapely.LineString([(500000, 3500000), (510000, 3500000)])
    >>> tributary = shapely.LineString([(505000, 3500000), (505000, 3503000)])
    >>> columns = {"river_id": ["R1", "R2"], "name": ["清水河", "小溪"]}
    >>> wrong = check_orientation(gpd.GeoDataFrame(columns, geometry=[main, tributary], crs=4548))
    >>> wrong[["code", "feature_id", "note"]].values.tolist()
    [['axis-against-network', 'R2', 'R1; levels ?, network −, terrain ?']]
    """
    usable = usable_axes(axes)
    network = _network(usable, snap_m)
    rises, shares = _level_rises(usable, levels)
    ground = _ground_rises(usable, terrain)
    verdicts = {
        "levels": np.where(rises > _LEVEL_RISE_M, -1, np.where(rises < -_LEVEL_RISE_M, 1, 0)),
        "network": network.verdict,
        "terrain": np.where(ground > terrain_error_m, -1, np.where(ground < -terrain_error_m, 1, 0)),
    }
    evidence = _said(verdicts)
    by_share = np.array([f"{share:.0f} %; " if np.isfinite(share) else "" for share in 100 * shares], dtype="object")
    parts = [
        _rows(
            "axis-against-levels", usable, verdicts["levels"] < 0, by_share + evidence, value=rises, limit=_LEVEL_RISE_M
        ),
        _rows("axis-against-network", usable, network.begins_on != "", network.begins_on + "; " + evidence),
        _rows("axes-head-on", usable, network.head_on != "", network.head_on + "; " + evidence),
        _rows("axis-against-terrain", usable, verdicts["terrain"] < 0, evidence, value=ground, limit=terrain_error_m),
    ]
    return faults.combine(parts, crs=axes.crs)


def _rows(
    code: str, axes: Axes, where: NDArray[np.bool_], note: NDArray[np.object_], *, value: Floats | None = None,
    limit: float = np.nan,
) -> gpd.GeoDataFrame:  # fmt: skip
    return faults.found(
        code, layer="axes", feature_id=axes.river_id[where].tolist(), geometry=axes.line[where], crs=axes.crs,
        value=np.nan if value is None else value[where], limit=limit, unit="" if value is None else "m",
        note=note[where].tolist(),
    )  # fmt: skip


def _said(verdicts: dict[str, NDArray[np.int64]]) -> NDArray[np.object_]:
    signs = np.array(["−", "?", "+"], dtype="object")
    said = [f"{name} " + signs[verdict + 1] for name, verdict in verdicts.items()]
    return np.asarray(said[0] + ", " + said[1] + ", " + said[2], dtype="object")


@dataclass(frozen=True, slots=True)
class _Network:
    """Verdict of each axis; rivers on which it begins though it ends nowhere; rivers that it ends head on with."""

    verdict: NDArray[np.int64]
    begins_on: NDArray[np.object_]
    head_on: NDArray[np.object_]


def _network(axes: Axes, snap_m: float) -> _Network:
    touches = _touches(axes, snap_m)
    count = len(axes.line)

    def any_of(rows: pd.DataFrame) -> NDArray[np.bool_]:
        return np.bincount(rows["axis"], minlength=count) > 0

    begins, ends = touches[touches["at"] == "start"], touches[touches["at"] == "end"]
    ends_somewhere = any_of(ends)
    flows_on = any_of(ends[ends["place"] != "end"])
    on = begins[(begins["place"] == "middle") & ~ends_somewhere[begins["axis"]]]
    against = ends[(ends["place"] == "end") & ~flows_on[ends["axis"]]]
    begins_on, head_on = (_names(rows, axes, count) for rows in (on, against))
    wrong = (begins_on != "") | (head_on != "")
    return _Network(np.where(wrong, -1, flows_on.astype("int64")), begins_on, head_on)


def _touches(axes: Axes, snap_m: float) -> pd.DataFrame:
    """Ends of axes on other axes: axis, which end of it, the other axis, and where on that: start, middle or end."""
    count = len(axes.line)
    ends = np.concatenate([shapely.get_point(axes.line, 0), shapely.get_point(axes.line, -1)])
    end, other = shapely.STRtree(axes.line).query(ends, predicate="dwithin", distance=snap_m)
    touches = pd.DataFrame(
        {"axis": end % count if count else end, "at": np.where(end < count, "start", "end"), "other": other}
    )
    site = ends[end]
    place = (
        np.where(shapely.distance(site, ends[other]) <= snap_m, "start", "middle")
        if count
        else np.zeros(0, dtype="str")
    )
    place = np.where(shapely.distance(site, ends[other + count]) <= snap_m, "end", place) if count else place
    return touches.assign(place=place)[touches["axis"] != touches["other"]]


def _names(rows: pd.DataFrame, axes: Axes, count: int) -> NDArray[np.object_]:
    listed = rows.groupby("axis")["other"].agg(lambda others: ", ".join(sorted(set(axes.river_id[others]))))
    names = np.full(count, "", dtype="object")
    names[listed.index.to_numpy(dtype="int64")] = listed.to_numpy(dtype="object")
    return names


def _level_rises(axes: Axes, levels: gpd.GeoDataFrame | None) -> tuple[Floats, Floats]:
    """Metres that levels rise along each axis, and the share of pairs that agree; NaN without two levels."""
    rises, shares = np.full((2, len(axes.line)), np.nan)
    if levels is None:
        return rises, shares
    FLOOD_LEVELS.require(levels, layer="flood_levels")
    placed = aligned(levels, axes, layer="flood_levels")
    river = rows_by_name(texts(placed["river_id"]))
    for number, name in enumerate(axes.river_id):
        if name in river:
            rises[number], shares[number] = _rise(placed.iloc[river[name]], axes.line[number], axes.start[number])
    return rises, shares


def _rise(levels: gpd.GeoDataFrame, line: Any, start: float) -> tuple[float, float]:  # noqa: ANN401 - a LineString
    """Rise of the best-covered series of levels from first to last, and the share of its pairs with that sign."""
    sites = np.asarray(levels.geometry.array, dtype="object")
    crossing = shapely.intersection(sites, line)
    sites = np.where(shapely.is_empty(crossing), sites, crossing)
    middle = shapely.centroid(sites)
    xy = np.column_stack([shapely.get_x(middle), shapely.get_y(middle)])
    along = locate_many(xy, [line])[1] + start
    given = levels["chainage_m"].to_numpy(dtype="float64") if "chainage_m" in levels else np.full(len(levels), np.nan)
    period = levels["return_period"].to_numpy(dtype="float64") if "return_period" in levels else np.zeros(len(levels))
    table = pd.DataFrame({
        "along": np.where(np.isfinite(given), given, along), "level": levels["level_m"].to_numpy(dtype="float64"),
        "series": texts(levels["basis"]), "period": np.nan_to_num(period),
    }).dropna()  # fmt: skip
    series = [group.sort_values("along") for _, group in table.groupby(["series", "period"]) if len(group) > 1]
    if not series:
        return np.nan, np.nan
    longest = max(series, key=len)
    heights = longest["level"].to_numpy()
    rise = float(heights[-1] - heights[0])
    pairs = np.sign(heights[None, :] - heights[:, None])[np.triu_indices(len(heights), 1)]
    return rise, float((pairs == np.sign(rise)).mean())


def _ground_rises(axes: Axes, terrain: str | Path | None) -> Floats:
    """Metres by which the lowest ground of an axis's last tenth is above that of its first; NaN where not known."""
    if terrain is None or not len(axes.line):
        return np.full(len(axes.line), np.nan)
    import rasterio

    shares = np.concatenate([np.linspace(0, _END_SHARE, _PLACES), np.linspace(1 - _END_SHARE, 1, _PLACES)])
    places = shapely.line_interpolate_point(axes.line[:, None], shares, normalized=True).ravel()
    with rasterio.open(terrain) as source:
        if source.crs is None:
            raise CRSError(
                f"地形 {source.name} 没有坐标系；请先写入坐标系",
                f"the terrain {source.name} has no CRS; write one into it first",
            )
        sites = align(gpd.GeoDataFrame(geometry=places, crs=axes.crs), source.crs.to_wkt(), layer="axes").geometry
        cells = source.sample(zip(sites.x, sites.y, strict=True), indexes=1, masked=True)
        heights = np.array([np.inf if np.ma.is_masked(cell) else float(cell[0]) for cell in cells])
    lowest = np.where(np.isfinite(heights), heights, np.inf).reshape(-1, 2, _PLACES).min(axis=2)
    with np.errstate(invalid="ignore"):
        rise = lowest[:, 1] - lowest[:, 0]
    return np.where(np.isfinite(rise), rise, np.nan)
