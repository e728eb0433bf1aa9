"""Whether features that touch share their geometry: lines and extents, holdings and each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines.chainage import locate_many
from riverline.channel.given import texts
from riverline.demarcation.extents.closed import codes_of
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
    """Lines off the edge of the extent of their river; of several, such as works of it, their own or the nearest."""
    whose, rivers = codes_of(lines), texts(lines["river_id"])
    rows = [_edges(shape) for shape in extents.geometry]
    named = [key.removesuffix("-management") for key in texts(extents["extent_id"])]
    away, found = np.full(len(lines), np.inf), np.zeros(len(lines), dtype=bool)
    own = np.isin(whose.astype(str), named)
    for code, river, rings in zip(named, texts(extents["river_id"]), rows, strict=True):
        mine = np.flatnonzero(np.where(own, whose == code, rivers == river))
        if len(rings) and len(mine):
            away[mine] = np.minimum(away[mine], _off(np.asarray(lines.geometry.array)[mine], rings))
            found[mine] = True
    told: dict[str, Any] = {"value": np.where(found, away, 0.0), "limit": limit, "unit": "m"}
    yield failing(lines, "management_lines", where=found & (away > limit), code="line-off-edge", **told)


def _edges(shape: shapely.Geometry | None) -> list[shapely.Geometry]:
    if shape is None or shape.is_empty:
        return []
    return list(shapely.get_parts(shapely.boundary(shapely.get_parts(shape))))


def _off(pieces: NDArray[np.object_], rings: list[shapely.Geometry]) -> NDArray[np.float64]:
    """How far each piece goes from the rings."""
    places, piece = shapely.get_coordinates(pieces, return_index=True)
    _, _, off = locate_many(places, rings)
    away = np.zeros(len(pieces))
    np.maximum.at(away, piece, np.abs(off))
    return away


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
    shared, names = common[wide], ids[two][wide].tolist()
    told: dict[str, Any] = {"value": shapely.area(shared), "limit": limit, "unit": "m²", "note": names}
    return faults.found("edges-differ", layer="holdings", feature_id=ids[one][wide].tolist(), geometry=shared,
                        crs=holdings.crs, **told)  # fmt: skip


def _gaps(holdings: gpd.GeoDataFrame, extents: gpd.GeoDataFrame, limit: float) -> gpd.GeoDataFrame:
    """Extents that their holdings leave a part of."""
    together = pd.Series(holdings.geometry.array).groupby(texts(holdings["extent_id"])).agg(shapely.union_all)
    extents = extents[extents["extent_id"].isin(together.index)]
    ids = texts(extents["extent_id"])
    left = shapely.difference(np.asarray(extents.geometry.array), together.reindex(ids).to_numpy(dtype=object))
    wide = wider(left, limit)
    told: dict[str, Any] = {"value": shapely.area(left[wide]), "limit": limit, "unit": "m²"}
    return faults.found("extent-not-held", layer="extents", feature_id=ids[wide].tolist(), geometry=left[wide],
                        crs=extents.crs, **told)  # fmt: skip
