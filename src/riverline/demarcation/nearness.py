"""Features that lie too far from their river to be of it: a wrong river code, a lost digit, another zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.references import Axis
    from riverline.schema import Schema

    Floats = NDArray[np.float64]

__all__ = ["split_near"]

LEAST_M = 5_000.0
"""What lies nearer than this is never called far: flood plains of middling rivers are that wide."""

WIDEST_M = 25_000.0
"""What lies farther is far whatever its siblings say, but within the stated width of an estuary. A round figure beyond
the levees that stand widest apart: those of the lower Yellow River, 5 to 20 km."""

SPREADS = 8.0
"""Between :data:`LEAST_M` and :data:`WIDEST_M`, times the stated width or the typical distance of the layer's other
features that one may lie off: as for features that straggle from their layer."""

HALF = 0.5
"""Share of the length of the reach: a catchment is rarely wider than it is long, and its river runs in its middle."""


_ZONE_M = 1_000_000.0


@dataclass(frozen=True, slots=True)
class _Parts:
    """Parts of features: geometry, row of the frame, number of the axis, distance from it and the limit."""

    shape: NDArray[np.object_]
    row: NDArray[np.intp]
    axis: NDArray[np.intp]
    away: Floats
    limit: Floats


def split_near(
    frame: gpd.GeoDataFrame, schema: Schema, axes: dict[str, Axis]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The features, and parts of features, that may belong to their river; the others as findings.

    Parameters
    ----------
    frame
        Rows of known rivers in the CRS of the axes; a row without a river is measured from the axis nearest to it.
    schema
        What they are.
    axes
        The rivers by code.

    Returns
    -------
    frame
        Rows of which something is near enough, without their parts that are not. Rows without geometry stay.
    findings
        ``far-from-river`` for each row with a part that is too far, with the distance and the limit in km.

    Notes
    -----
    No legal source says how far from its river a levee or its water may lie. The limit is half the length of the reach,
    or eight times the stated width or the typical distance of the layer's other features on that river, whichever is
    most, but at least :data:`LEAST_M` and at most :data:`WIDEST_M`; within the stated width everything is near.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline.demarcation.references import Axis
    >>> from riverline.schema import BANK_TOPS
    >>> line = shapely.LineString([(0, 0), (1000, 0)])
    >>> axis = Axis("R1", "清水河", None, None, line, shapely.get_coordinates(line), 0.0)
    >>> tops = [shapely.LineString([(0, y), (1000, y)]) for y in (40, 2_000_000)]
    >>> rows = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=tops, crs=4548)
    >>> near, findings = split_near(rows, BANK_TOPS, {"R1": axis})
    >>> near["bank_id"].tolist(), [(each.feature_id, each.value, each.limit) for each in findings]
    (['B1'], [('B2', 2000.0, 5.0)])
    """
    if not axes or not shapely.get_num_geometries(frame.geometry.to_numpy()).any():
        return frame, []
    parts = _measured(frame, list(axes.values()))
    far = parts.away > parts.limit
    if not far.any():
        return frame, []
    kept = frame.geometry.to_numpy(dtype="object").copy()
    whole = np.ones(len(frame), dtype=bool)
    keys, rivers = frame[schema.key].astype("str").to_numpy(), list(axes)
    findings = []
    for row in np.unique(parts.row[far]).tolist():
        mine = np.arange(*np.searchsorted(parts.row, [row, row + 1]))
        away, near = mine[far[mine]], parts.shape[mine[~far[mine]]]
        first = away[np.argmin(parts.away[away])]
        where = shapely.union_all(parts.shape[away])
        distance, limit = float(parts.away[first]) / 1000.0, float(parts.limit[first]) / 1000.0
        river = rivers[parts.axis[first]]
        code = _cause(where, axes[river].line, limit)
        findings.append(Finding(code, schema.name, keys[row], where, distance, limit, "km", river))
        whole[row] = len(near) > 0
        kept[row] = shapely.union_all(near)
    return frame.set_geometry(kept, crs=frame.crs)[whole].reset_index(drop=True), findings


def _cause(shape: shapely.Geometry, axis: shapely.LineString, limit_km: float) -> str:
    """What the distance comes from, where exchanged axes or another zone number alone put the feature at its river."""

    def renumbered(points: NDArray[np.float64]) -> NDArray[np.float64]:
        own = np.floor(axis.coords[0][0] / _ZONE_M) * _ZONE_M
        return np.column_stack([points[:, 0] % _ZONE_M + own, points[:, 1]])

    near = {
        "axes-exchanged": shapely.transform(shape, lambda points: points[:, ::-1]),
        "zone-number": shapely.transform(shape, renumbered),
    }
    found = [code for code, moved in near.items() if moved.distance(axis) <= limit_km * 1000.0]
    return found[0] if len(found) == 1 else "far-from-river"


def _measured(frame: gpd.GeoDataFrame, axes: list[Axis]) -> _Parts:
    """Every part of every feature with its distance from its axis and how far it may lie off."""
    shape, row = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    lines = np.array([axis.line for axis in axes], dtype=object)
    number = frame["river_id"].map({axis.river_id: n for n, axis in enumerate(axes)}).to_numpy(dtype="float64")[row]
    nameless = np.flatnonzero(np.isnan(number))
    if len(nameless):
        number[nameless] = shapely.STRtree(lines).nearest(shape[nameless])
    axis = number.astype("intp")
    away = shapely.distance(shape, lines[axis])
    length = np.array([each.length for each in axes])[axis]
    width = np.array([each.width_m or 0.0 for each in axes])[axis]
    plausible = np.maximum(HALF * length, SPREADS * np.maximum(width, _typical_of_others(away, axis, row)))
    limit = np.maximum(np.clip(plausible, LEAST_M, WIDEST_M), width)
    return _Parts(shape, row, axis, away, limit)


def _typical_of_others(away: Floats, axis: NDArray[np.intp], row: NDArray[np.intp]) -> Floats:
    """(n,) for each part the lower median distance of the other features of its river; 0 where there are none."""
    nearest = np.full(row.max() + 1, np.inf)
    np.minimum.at(nearest, row, away)
    river = np.full(len(nearest), -1)
    river[row] = axis
    typical = np.zeros(len(nearest))
    order = np.lexsort((nearest, river))
    for group in np.split(order, np.flatnonzero(np.diff(river[order])) + 1):
        middle = (len(group) - 2) // 2
        if len(group) > 1 and river[group[0]] >= 0:
            place = np.arange(len(group))
            typical[group] = nearest[group[np.where(place > middle, middle, middle + 1)]]
    return typical[row]
