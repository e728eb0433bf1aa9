"""Whether features that touch share their geometry: lines and extents, holdings and each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.chainage import locate_many
from riverline.channel.given import texts
from riverline.demarcation.closed import codes_of
from riverline.inspection.check import failing, wider

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.inspection.check import Subject

__all__ = ["shared_edges"]


def shared_edges(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Lines off the edge of their extent; holdings that overlap, or leave gaps in it, wider than the limit."""
    extents = subject.rows("extents")
    extents = extents[extents["kind"] == "management"]
    yield from _lines(subject.rows("management_lines"), extents, limit)
    if "holdings" in subject.layers:
        holdings = subject.rows("holdings")
        usable = shapely.is_valid(holdings.geometry.array) & ~shapely.is_empty(holdings.geometry.array)
        yield _overlaps(holdings[usable], limit)
        yield _gaps(holdings[usable], extents, limit)


def _lines(lines: gpd.GeoDataFrame, extents: gpd.GeoDataFrame, limit: float) -> Iterator[gpd.GeoDataFrame]:
    codes = codes_of(lines)
    for key, shape in zip(texts(extents["extent_id"]), extents.geometry, strict=True):
        own = lines[codes == key.removesuffix("-management")]
        if own.empty or shape is None or shape.is_empty:
            continue
        places, piece = shapely.get_coordinates(own.geometry.array, return_index=True)
        rings = shapely.get_parts(shapely.boundary(shapely.get_parts(shape)))
        _, _, off = locate_many(places, list(rings))
        away = np.zeros(len(own))
        np.maximum.at(away, piece, np.abs(off))
        yield failing(
            own, "management_lines", where=away > limit, code="line-off-edge", value=away, limit=limit, unit="m"
        )


def _overlaps(holdings: gpd.GeoDataFrame, limit: float) -> gpd.GeoDataFrame:
    """Pairs of holdings of one extent that overlap: one row each, at the smaller key."""
    shapes, extent, ids = (np.asarray(each) for each in (
        holdings.geometry.array, texts(holdings["extent_id"]), texts(holdings["holding_id"])
    ))  # fmt: skip
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = (extent[one] == extent[two]) & (ids[one] < ids[two])
    one, two = one[pair], two[pair]
    common = shapely.intersection(shapes[one], shapes[two])
    wide = wider(common, limit)
    return _differ("holdings", ids[one][wide], common[wide], ids[two][wide], limit, holdings.crs)


def _gaps(holdings: gpd.GeoDataFrame, extents: gpd.GeoDataFrame, limit: float) -> gpd.GeoDataFrame:
    """Extents that their holdings leave a part of."""
    together = pd.Series(holdings.geometry.array).groupby(texts(holdings["extent_id"])).agg(shapely.union_all)
    extents = extents[extents["extent_id"].isin(together.index)]
    ids = texts(extents["extent_id"])
    left = shapely.difference(np.asarray(extents.geometry.array), together.reindex(ids).to_numpy(dtype=object))
    wide = wider(left, limit)
    return _differ("extents", ids[wide], left[wide], np.full(int(wide.sum()), ""), limit, extents.crs)


def _differ(
    layer: str, ids: NDArray[Any], shapes: NDArray[Any], note: NDArray[Any], limit: float, crs: object
) -> gpd.GeoDataFrame:
    told: dict[str, Any] = {"value": shapely.area(shapes), "limit": limit, "unit": "m²", "note": note.tolist()}
    return faults.found("edges-differ", layer=layer, feature_id=ids.tolist(), geometry=shapes, crs=crs, **told)
