"""Lines that stand in where a bank has none of its own: roads, canals, villages … as candidates for its reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines import chainage
from riverline.channel.given import finite
from riverline.demarcation.inputs import prepare
from riverline.errors import CRSError, JobError, SchemaError
from riverline.geodesy import align
from riverline.schema import BANK_TOPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.demarcation.references import Axis

    Geometries = NDArray[np.object_]

__all__ = ["find_stand_ins"]

ALONG_SHARE = 0.5
"""A line that gets on along the river by less than this share of its own length crosses the valley: no bank."""

OVER_M = 1e-6
"""A way to the river that runs through a village by more than this starts at the side that faces away."""


def find_stand_ins(
    axes: gpd.GeoDataFrame,
    *,
    within_m: float,
    roads: gpd.GeoDataFrame | None = None,
    canals: gpd.GeoDataFrame | None = None,
    villages: gpd.GeoDataFrame | None = None,
    slope_feet: gpd.GeoDataFrame | None = None,
    scarps: gpd.GeoDataFrame | None = None,
    flood_marks: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Lines along rivers that may stand in for a bank without levee, flood line or bank top.

    Parameters
    ----------
    axes
        Rows of :data:`riverline.schema.AXES` in a CRS in metres.
    within_m
        How far from its axis a line may lie to say something of a river; how wide the valley is, only you know.
    roads, canals, villages, slope_feet, scarps, flood_marks
        Any frames of lines or areas; of areas the side that faces the river is taken. Roads ought to be of county
        grade or better. Rows that run along no river leave no trace: these layers are of the whole county.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.BANK_TOPS` with ``feature``, for ``bank_tops=`` of :func:`riverline.demarcate`
        (together with real bank tops: ``pandas.concat``). Which goes first is the rule set's ``fallback_order``; each
        piece of the line names its rung in ``rule_id`` and ``note``. ``source_row`` holds the index label of the row.

    Raises
    ------
    SchemaError, CRSError
        If the axes lack columns or are not in metres, or a layer is no frame or has no CRS.
    JobError
        If ``within_m`` is not above zero.

    Notes
    -----
    The order is that in which the ministry's remote-sensing unit takes lines where no range is delimited: outer toe,
    road or canal and river side of villages (the one nearer to the river, on wide flood plains), foot of the slope in
    gorges, scarp, flood mark.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river = LineString([(500_000, 3_500_000), (502_000, 3_500_000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> along = LineString([(499_000, 3_500_300), (503_000, 3_500_300)])
    >>> across = LineString([(501_000, 3_499_000), (501_000, 3_501_000)])
    >>> roads = gpd.GeoDataFrame(geometry=[along, across], crs=4548)
    >>> found = rl.find_stand_ins(axes, within_m=500, roads=roads)
    >>> found[["bank_id", "river_id", "feature"]].values.tolist(), found.length.tolist()
    ([['R1-road-001', 'R1', 'road']], [2000.0])
    """
    if not within_m > 0.0:
        raise JobError(f"within_m 应大于 0，实际为 {within_m!r}", f"within_m must be above zero, got {within_m!r}")
    rivers = prepare(axes, {}, None).axes
    layers = {
        "road": roads, "canal": canals, "village_front": villages, "slope_foot": slope_feet, "scarp": scarps,
        "flood_mark": flood_marks,
    }  # fmt: skip
    found = [BANK_TOPS.empty(axes.crs).assign(source_row=pd.Series([], dtype="str"))]
    for feature, frame in layers.items():
        if frame is None:
            continue
        _require_frame(frame, feature)
        moved = finite(align(frame, axes.crs, layer=feature))
        found += [_rows(feature, axis, *_along(moved, axis, within_m), crs=axes.crs) for axis in rivers.values()]
    return BANK_TOPS.conform(pd.concat([rows for rows in found if len(rows)] or found, ignore_index=True))


def _require_frame(frame: object, feature: str) -> None:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise SchemaError(
            f"{feature} 应为带几何的 GeoDataFrame，实际为 {type(frame).__name__}；请用 riverline.read_layer 读取",
            f"the layer of {feature} must be a GeoDataFrame, got {type(frame).__name__}; read it with "
            "riverline.read_layer",
        )
    if frame.crs is None:
        raise CRSError(
            f"{feature} 图层没有坐标系；请用 frame.set_crs(...) 写明",
            f"the layer of {feature} has no CRS; say it with frame.set_crs(...)",
        )


def _along(frame: gpd.GeoDataFrame, axis: Axis, within_m: float) -> tuple[Geometries, NDArray[np.object_]]:
    """The stretches of a layer that run along a river within reach, in order of chainage, and the row of each."""
    shapes = np.asarray(frame.geometry.array, dtype="object")
    valley = shapely.buffer(axis.line, within_m, cap_style="flat")
    near = shapely.STRtree(shapes).query(valley, predicate="intersects")
    lines = np.array([_facing(shape, axis) for shape in shapes[near]], dtype=object)
    kept = shapely.difference(shapely.intersection(lines, valley), axis.line)
    merged = shapely.line_merge(kept)
    parts, owner = shapely.get_parts(merged, return_index=True)
    real = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0.0)
    parts, owner = parts[real], owner[real]
    if not len(parts):
        return parts, np.array([], dtype=object)
    ends = [axis.locate(shapely.get_coordinates(shapely.get_point(parts, at)))[0] for at in (0, -1)]
    runs = np.abs(ends[1] - ends[0]) >= ALONG_SHARE * shapely.length(parts)
    start = np.minimum(*ends)[runs]
    parts, labels = parts[runs], frame.index.to_numpy()[near][owner[runs]]
    order = np.lexsort((shapely.to_wkb(parts, hex=True), start))
    return parts[order], labels[order]


def _facing(shape: shapely.Geometry, axis: Axis) -> shapely.Geometry:
    """A line as it is; of an area the edges that are seen from the nearest place of the axis."""
    if shapely.get_dimensions(shape) < 2:  # noqa: PLR2004 - lines
        return shape
    rings = shapely.get_parts(shapely.boundary(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(shape)))))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    pairs = np.stack([coords[:-1], coords[1:]], axis=1)[ring[1:] == ring[:-1]]
    middles = pairs.mean(axis=1)
    at, _ = axis.locate(middles)
    ways = shapely.linestrings(np.stack([middles, chainage.position(axis.coords, at)], axis=1))
    seen = shapely.length(shapely.intersection(ways, shape)) <= OVER_M
    return shapely.line_merge(shapely.multilinestrings(shapely.linestrings(pairs[seen])))


def _rows(feature: str, axis: Axis, lines: Geometries, labels: NDArray[np.object_], *, crs: object) -> gpd.GeoDataFrame:
    ids = [f"{axis.river_id}-{feature}-{number:03d}" for number in range(1, len(lines) + 1)]
    columns = {
        "bank_id": ids, "river_id": axis.river_id, "bank": None, "feature": feature,
        "source_row": [str(label) for label in labels],
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=list(lines), crs=crs)
