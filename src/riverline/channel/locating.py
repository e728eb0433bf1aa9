"""Where things stand along a river: river, chainage, offset and bank of points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import aligned, rows_by_name, texts, usable_axes
from riverline.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.channel.given import Axes

    Floats = NDArray[np.float64]

__all__ = ["locate"]


def locate(
    points: gpd.GeoDataFrame, axes: gpd.GeoDataFrame, *, by: Literal["nearest", "river_id"] = "nearest"
) -> gpd.GeoDataFrame:
    """River, chainage, offset and bank of points.

    Parameters
    ----------
    points
        Points in any CRS that can be brought to that of the axes; millions are fine.
    axes
        Rows of :data:`riverline.schema.AXES`, in metres.
    by
        ``"nearest"``: each point belongs to the nearest axis. ``"river_id"``: to the axis of the river that its column
        ``river_id`` names, however far.

    Returns
    -------
    GeoDataFrame
        The points in the CRS of the axes, in their order, with ``river_id``, ``chainage_m`` (the axis's
        ``start_chainage_m`` added), ``offset_m`` (negative left, positive right, looking downstream) and ``bank``.
        What cannot be located is blank: points without coordinates, rivers without an axis; and the bank of a point
        on the axis itself.

    Raises
    ------
    SchemaError
        If the features are not points, the axes lack columns, or ``by="river_id"`` and the points have none.
    CRSError
        If the axes are not in metres, or the points cannot be brought to their CRS safely.

    Notes
    -----
    The distance is the plane distance to the axis. Beyond an end it is that from the end, whose chainage is given. A
    point as near to two places belongs to the smaller chainage.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> axis = shapely.LineString([(500000, 3500000), (501000, 3500000)])
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": ["清水河"], "start_chainage_m": [2000.0]}, geometry=[axis], crs=4548
    ... )
    >>> points = gpd.GeoDataFrame({"what": ["pier"]}, geometry=[shapely.Point(500300, 3499980)], crs=4548)
    >>> locate(points, axes).drop(columns="geometry").values.tolist()
    [['pier', 'R1', 2300.0, 20.0, 'right']]
    """
    usable = usable_axes(axes)
    _require_points(points, by=by)
    located = aligned(points, usable, layer="points")
    coordinates = _coordinates(located)
    if by == "nearest":
        axis, along, offset = locate_many(coordinates, usable.line.tolist())
    else:
        axis, along, offset = _locate_named(coordinates, texts(located["river_id"]), usable)
    known = (axis >= 0) & np.isfinite(along)
    river = np.full(len(located), np.nan, dtype="object")
    river[known] = usable.river_id[axis[known]]
    start = np.zeros(len(located))
    start[known] = usable.start[axis[known]]
    columns = {
        "river_id": pd.array(river, dtype="str") if by == "nearest" else located.get("river_id"),
        "chainage_m": along + start,
        "offset_m": offset,
        "bank": banks_of(offset),
    }
    geometry = located.geometry.name
    return located.assign(**columns)[[name for name in {**located, **columns} if name != geometry] + [geometry]]


def banks_of(offset: Floats) -> pd.api.extensions.ExtensionArray:
    """Bank of offsets: ``left`` below zero, ``right`` above, blank at zero and where unknown."""
    bank = np.full(len(offset), np.nan, dtype="object")
    bank[offset < 0], bank[offset > 0] = "left", "right"
    return pd.array(bank, dtype="str")


def _require_points(points: gpd.GeoDataFrame, *, by: str) -> None:
    problems = []
    kinds = shapely.get_type_id(np.asarray(points.geometry.array, dtype="object"))
    other = int(((kinds != shapely.GeometryType.POINT) & (kinds >= 0)).sum())
    if other:
        problems.append(
            (
                f"{other} 个要素不是点；面可写 frame.set_geometry(frame.representative_point())",
                f"{other} features are not points; for polygons type frame.set_geometry(frame.representative_point())",
            )
        )
    if by == "river_id" and "river_id" not in points.columns:
        problems.append(
            (
                '按河流编码定位需要字段 river_id；没有则写 by="nearest"',
                'by="river_id" needs a column river_id; without one type by="nearest"',
            )
        )
    if problems:
        raise SchemaError.listing("points 不能定位", "points cannot be located", problems)


def _coordinates(points: gpd.GeoDataFrame) -> Floats:
    sites = np.asarray(points.geometry.array, dtype="object")
    return np.column_stack([shapely.get_x(sites), shapely.get_y(sites)])


def _locate_named(
    coordinates: Floats, river_id: NDArray[np.object_], axes: Axes
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Axis, chainage and offset of points from the axes of the river that each names."""
    axis = np.full(len(coordinates), -1, dtype="int64")
    along, offset = np.full((2, len(coordinates)), np.nan)
    named = rows_by_name(axes.river_id)
    for name, rows in rows_by_name(river_id).items():
        if name in named:
            candidates = named[name]
            nearest, along[rows], offset[rows] = locate_many(coordinates[rows], axes.line[candidates].tolist())
            axis[rows] = np.where(nearest >= 0, candidates[nearest], -1)
    return axis, along, offset
