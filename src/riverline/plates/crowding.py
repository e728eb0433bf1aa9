"""Stakes of overview sheets: as many as can be told apart, since hundreds that touch hide the lines they mark."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.plates.labels import NEAR

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.plates.sheet import Sheet

__all__ = ["thinned"]

_TOUCHING_MM = 1.5
"""About the size of a stake on paper."""
_APART_MM = 6.0
_MANY, _CROWDED = 60, 0.5
"""So many stakes on a sheet, and such a share of them that touch others, are thinned out."""


def thinned(sheet: Sheet) -> tuple[Sheet, int]:
    """A sheet whose stakes can be told apart, and how many are not drawn for it.

    Parameters
    ----------
    sheet
        What is to be drawn. Up to 1:10,000 every stake is, and so are a few anywhere.

    Notes
    -----
    Where half of many stakes touch others, those stay that the field check found moved or missing, then basic ones,
    then the others in the order of their numbers, each 6 mm from those before it.
    """
    stakes = next((layer.frame for layer in sheet.layers if layer.name == "stakes" and layer.schema is not None), None)
    if sheet.scale <= NEAR or stakes is None or len(stakes) < _MANY:
        return sheet, 0
    per_mm = sheet.scale / 1000.0
    points = shapely.point_on_surface(stakes.geometry.to_numpy())
    tree = shapely.STRtree(points)
    # Each finds itself too.
    touching = np.bincount(tree.query(points, predicate="dwithin", distance=_TOUCHING_MM * per_mm)[0]) > 1
    if touching.mean() < _CROWDED:
        return sheet, 0
    free, kept = np.ones(len(points), dtype=bool), np.zeros(len(points), dtype=bool)
    for at in _first(stakes):
        if free[at]:
            kept[at] = True
            free[tree.query(points[at], predicate="dwithin", distance=_APART_MM * per_mm)] = False
    layers = tuple(
        replace(layer, frame=layer.frame[kept]) if layer.name == "stakes" else layer for layer in sheet.layers
    )
    return replace(sheet, layers=layers), int((~kept).sum())


def _first(stakes: gpd.GeoDataFrame) -> np.ndarray:
    """Rows in the order in which they stay."""
    flagged, basic = (
        stakes[name].isin(values).to_numpy() if name in stakes else np.zeros(len(stakes), dtype=bool)
        for name, values in (("status", ("moved", "missing")), ("kind", ("basic",)))
    )
    return np.lexsort((stakes["number"].fillna("").astype(str).to_numpy(dtype=str), ~basic, ~flagged))
