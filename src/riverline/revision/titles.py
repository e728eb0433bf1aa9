"""Whose land the extents gained and lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import texts
from riverline.geodesy import align, ellipsoidal_area, round_half_up
from riverline.revision.areas import polygons_of, regions_of
from riverline.schema import HOLDINGS, PARCELS, TITLE_CHANGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]

__all__ = ["held_between", "parcels_between", "usable_parcels"]

_NAMES = ["river_id", "parcel_id", "owner", "ownership"]
# Half of what an area is rounded to.
_NOTHING_M2 = 0.005
_GRID_M = 1e-3


def held_between(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, crs: object) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.TITLE_CHANGES` from the holdings of two confirmations."""
    was, now = (_by_parcel(frame, crs) for frame in (old, new))
    keys = was.index.union(now.index)
    nothing = shapely.MultiPolygon()
    before, after = (
        np.array([each.get(key, nothing) for key in keys], dtype=object)
        for each in (was["geometry"].to_dict(), now["geometry"].to_dict())
    )
    owners = pd.concat([now[["owner", "ownership"]], was[["owner", "ownership"]]])
    owners = owners[~owners.index.duplicated()].reindex(keys)
    named = keys.to_frame(index=False).assign(
        owner=owners["owner"].to_numpy(), ownership=owners["ownership"].to_numpy()
    )
    return _changes(named, before, after, crs)


def parcels_between(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, *, crs: object
) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.TITLE_CHANGES` from two frames of extents and the parcels."""
    usable = usable_parcels(parcels, crs)
    was, now = (
        {river: region for (river, kind), region in regions_of(frame).items() if kind == "management"}
        for frame in (old, new)
    )
    shapes = np.asarray(usable.geometry.array)
    tree, nothing = shapely.STRtree(shapes), shapely.MultiPolygon()
    rows: list[pd.DataFrame] = []
    before: list[Any] = []
    after: list[Any] = []
    for river in sorted(was.keys() | now.keys()):
        one, other = was.get(river, nothing), now.get(river, nothing)
        touched = np.sort(tree.query(shapely.symmetric_difference(one, other), predicate="intersects"))
        rows.append(usable.iloc[touched][["parcel_id", "owner", "ownership"]].assign(river_id=river))
        before += shapely.intersection(shapes[touched], one).tolist()
        after += shapely.intersection(shapes[touched], other).tolist()
    if not before:
        return TITLE_CHANGES.empty(crs)
    drawn = [np.array(each, dtype=object) for each in (before, after)]
    return _changes(pd.concat(rows, ignore_index=True), drawn[0], drawn[1], crs)


def usable_parcels(parcels: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    """Parcels with a valid polygon, in one CRS, by key; :func:`riverline.confirm` tells what is wrong with others."""
    PARCELS.require(parcels, layer="parcels")
    frame = PARCELS.conform(align(parcels, crs, layer="parcels"))
    good = shapely.is_valid(frame.geometry.array) & ~shapely.is_empty(frame.geometry.array)
    return frame[good & frame.geometry.notna().to_numpy()].sort_values("parcel_id", kind="stable", ignore_index=True)


def _by_parcel(holdings: gpd.GeoDataFrame, crs: object) -> pd.DataFrame:
    HOLDINGS.require(holdings, layer="holdings")
    frame = HOLDINGS.conform(align(holdings, crs, layer="holdings"))
    for name in _NAMES:
        frame[name] = texts(frame[name])
    grouped = frame.groupby(["river_id", "parcel_id"], sort=True)
    drawn = grouped["geometry"].agg(lambda own: shapely.union_all(list(own)))
    return pd.DataFrame(
        {"geometry": drawn, "owner": grouped["owner"].first(), "ownership": grouped["ownership"].first()}
    )


def _changes(named: pd.DataFrame, before: Shapes, after: Shapes, crs: object) -> gpd.GeoDataFrame:
    gained, lost = shapely.difference(after, before), shapely.difference(before, after)
    areas = {
        name: round_half_up(_areas(shapes, crs), 2)
        for name, shapes in (("before_m2", before), ("after_m2", after), ("gained_m2", gained), ("lost_m2", lost))
    }
    frame = named.assign(**areas)
    frame["ownership"] = frame["ownership"].replace("", "unknown").fillna("unknown")
    frame["land"] = np.where(texts(frame["parcel_id"]) == "", "untitled", "titled")
    # Edges of two clippings of one parcel differ in the last bits: needles, which a grid of a millimetre takes away.
    clean = (shapely.set_precision(each, _GRID_M) for each in (gained, lost))
    shapes = [polygons_of([one, other]) for one, other in zip(*clean, strict=True)]
    drawn = gpd.GeoDataFrame(frame, geometry=shapes, crs=crs)
    drawn = drawn[(drawn["gained_m2"] > _NOTHING_M2) | (drawn["lost_m2"] > _NOTHING_M2)].copy()
    if drawn.empty:
        return TITLE_CHANGES.empty(crs)
    was, now = drawn["before_m2"], drawn["after_m2"]
    conditions = [was <= _NOTHING_M2, now <= _NOTHING_M2, now > was, now < was]
    drawn["change"] = np.select(conditions, ["entered", "left", "more", "less"], "shifted")
    drawn = drawn.sort_values(["river_id", "parcel_id"], kind="stable", ignore_index=True)
    number = drawn.groupby("river_id").cumcount() + 1
    drawn["title_change_id"] = drawn["river_id"] + "-T" + number.astype("str").str.zfill(5)
    return TITLE_CHANGES.conform(drawn)


def _areas(shapes: Shapes, crs: object) -> NDArray[np.float64]:
    return ellipsoidal_area(gpd.GeoSeries(shapes, crs=crs)).to_numpy(dtype="float64")
