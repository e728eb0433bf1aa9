"""Corners of areas as rows: numbered round each ring, with coordinates and the length of each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.errors import CRSError, SchemaError
from riverline.geodesy.zones import gauss_kruger
from riverline.schema import BOUNDARY_POINTS
from riverline.style import collect

if TYPE_CHECKING:
    from riverline.style import Layer

__all__ = ["list_boundary_points"]

_AREA = 2
_CGCS2000 = 4490
_DIGITS = 6


def list_boundary_points(*results: Any, **layers: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - any result or frame
    """The boundary points (界址点) of every area of some results, for tables, layers and drawings.

    Parameters
    ----------
    *results
        Results and frames that follow a schema, in a Gauss-Krüger plane; lines, points and tables are left out, and so
        are faults.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.BOUNDARY_POINTS`. Outer rings run clockwise and holes the other way, each from
        its corner that is farthest to the north-west; the point that closes a ring is not listed twice.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame, or no layer has areas.
    CRSError
        If a layer of areas is in no Gauss-Krüger plane, or two are in different ones.

    Notes
    -----
    Numbers are J1, J2 … through the rings of one area, as in the texts of 勘测定界. An easting that begins with the
    number of its zone is listed without it.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> field = gpd.GeoDataFrame({"地块": ["A1"]}, geometry=[shapely.box(500000, 3400000, 500100, 3400050)], crs=4548)
    >>> points = rl.export.list_boundary_points(征地=field)
    >>> points[["number", "x_m", "y_m", "next_m"]].values.tolist()[:2]
    [['J1', 3400050.0, 500000.0, 100.0], ['J2', 3400050.0, 500100.0, 50.0]]
    """
    found = [each for each in collect(*results, **layers) if each.spatial and each.name not in {"faults", "plates"}]
    parts = [(layer, _areas(layer)) for layer in found]
    parts = [(layer, rows) for layer, rows in parts if len(rows)]
    if not parts:
        raise SchemaError("没有面图层，列不出界址点", "there is no layer of areas: no boundary points")
    planes = {layer.frame.crs for layer, _ in parts}
    zone = gauss_kruger(next(iter(planes))) if len(planes) == 1 and None not in planes else None
    if zone is None:
        raise CRSError(
            "界址点须在同一个高斯-克吕格平面内；请先用 riverline.geodesy.to_metric 转换",
            "boundary points lie in one Gauss-Krüger plane: bring the layers into it with riverline.geodesy.to_metric",
        )
    rows = pd.concat([_points(layer, areas) for layer, areas in parts], ignore_index=True)
    corners = gpd.GeoDataFrame(rows, geometry=shapely.points(rows[["y_m", "x_m"]]), crs=next(iter(planes)))
    degrees = shapely.get_coordinates(corners.geometry.to_crs(_CGCS2000).to_numpy())
    shift = np.floor(zone.false_easting_m / 1e6) * 1e6
    told = corners.assign(lon=degrees[:, 0], lat=degrees[:, 1], y_m=corners["y_m"] - shift)
    return BOUNDARY_POINTS.conform(told)


def _areas(layer: Layer) -> gpd.GeoDataFrame:
    """The rows that are areas."""
    frame = gpd.GeoDataFrame(layer.frame)
    shapes = frame.geometry.to_numpy()
    return frame[(shapely.get_dimensions(shapes) == _AREA) & ~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)]


def _points(layer: Layer, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """The corners of a layer's areas, ring by ring; rows of one key are one area."""
    key = layer.schema.key if layer.schema is not None else ""
    named = areas.sort_values(key, kind="stable") if key in areas else areas
    names = named[key].astype(str) if key in areas else pd.Series([f"{row + 1:06d}" for row in range(len(named))])
    parts, row = shapely.get_parts(named.geometry.to_numpy(), return_index=True)
    rings, part = shapely.get_rings(shapely.orient_polygons(parts, exterior_cw=True), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True)
    side = np.where(last, np.nan, np.hypot(*np.diff(xy, axis=0, append=xy[-1:]).T))
    corners = pd.DataFrame({"y_m": xy[:, 0], "x_m": xy[:, 1], "next_m": side, "ring": ring, "at": np.arange(len(xy))})
    corners = _from_north_west(corners[~last])
    feature = corners["ring"].map(pd.Series(names.to_numpy()[row[part]]))
    numbers = feature.groupby(feature).cumcount() + 1
    label = layer.label("zh")
    return corners.assign(
        layer=label,
        feature_id=feature,
        number="J" + numbers.astype(str),
        point_id=f"{label}-" + feature + "-" + numbers.astype(str).str.zfill(_DIGITS),
        ring=corners["ring"] - corners.groupby(feature)["ring"].transform("min") + 1,
    ).drop(columns="at")


def _from_north_west(corners: pd.DataFrame) -> pd.DataFrame:
    """Corners in the order of their rings, each ring beginning at its corner that is farthest to the north-west."""
    west = corners["x_m"] - corners["y_m"]
    begin = corners.loc[west.groupby(corners["ring"]).idxmax(), ["ring", "at"]].set_index("ring")["at"]
    before = corners["at"] < corners["ring"].map(begin)
    return corners.assign(before=before).sort_values(["ring", "before", "at"], kind="stable").drop(columns="before")
