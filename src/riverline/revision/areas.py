"""What the extents gained and lost, as polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import texts
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import AREA_CHANGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["areas_of", "polygons_of", "regions_of"]

# A stretch bounds an area if it runs along it this nearly: coordinates keep a millimetre.
_TOUCH_M = 1e-3
_KEYS = ["river_id", "kind", "change", "stretch_id"]


def areas_of(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, stretches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of :data:`riverline.schema.AREA_CHANGES`: the differences of extents, parted by the stretches beside them.

    Parameters
    ----------
    old, new
        Extents in one CRS.
    stretches
        Stretches that moved.
    """
    was, now = regions_of(old), regions_of(new)
    keys = sorted(was.keys() | now.keys())
    nothing = shapely.MultiPolygon()
    before, after = (np.array([each.get(key, nothing) for key in keys], dtype=object) for each in (was, now))
    parts = []
    for change, one, other in (("gained", after, before), ("lost", before, after)):
        shapes, key = shapely.get_parts(shapely.difference(one, other), return_index=True)
        flat = shapely.area(shapes) > 0.0
        named = [keys[each] for each in key[flat]]
        columns = {"river_id": [river for river, _ in named], "kind": [kind for _, kind in named], "change": change}
        parts.append(gpd.GeoDataFrame(columns, geometry=shapes[flat], crs=new.crs))
    drawn = pd.concat(parts, ignore_index=True)
    if drawn.empty:
        return AREA_CHANGES.empty(new.crs)
    drawn["stretch_id"] = _beside(drawn, stretches)
    grouped = drawn.groupby(_KEYS, sort=True)["geometry"].agg(lambda own: polygons_of(list(own)))
    frame = gpd.GeoDataFrame(grouped.index.to_frame(index=False), geometry=grouped.to_numpy(), crs=new.crs)
    frame["area_m2"] = round_half_up(ellipsoidal_area(frame).to_numpy(), 2)
    # What rounds to nothing is where one line crosses the other in the last bits.
    frame = frame[frame["area_m2"] > 0.0].reset_index(drop=True)
    number = frame.groupby(["river_id", "kind", "change"]).cumcount() + 1
    frame["area_id"] = frame["river_id"] + "-" + frame["kind"] + "-" + frame["change"] + "-" + number.astype("str")
    return AREA_CHANGES.conform(frame)


def regions_of(extents: gpd.GeoDataFrame) -> dict[tuple[str, str], Any]:
    """The region of each river and kind."""
    keys = [texts(extents[name]) for name in ("river_id", "kind")]
    drawn = pd.Series(extents.geometry.array).groupby(keys).agg(lambda own: shapely.union_all(list(own)))
    named = drawn.index.to_frame(index=False).astype("str").to_numpy().tolist()
    return {(river, kind): region for (river, kind), region in zip(named, drawn, strict=True)}


def polygons_of(shapes: list[Any]) -> shapely.MultiPolygon:
    """Polygons that do not overlap, in a stable order, as one."""
    parts = shapely.get_parts(shapely.normalize(np.array(shapes, dtype=object)))
    parts = parts[shapely.area(parts) > 0.0]
    return shapely.MultiPolygon(parts[np.argsort(shapely.to_wkb(parts, hex=True), kind="stable")].tolist())


def _beside(areas: gpd.GeoDataFrame, stretches: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Keys of the stretches along each area of a management extent, in their order."""
    told = np.full(len(areas), "", dtype=object)
    if stretches.empty:
        return told
    area, stretch = shapely.STRtree(stretches.geometry.array).query(
        np.asarray(areas.geometry.array), predicate="dwithin", distance=_TOUCH_M
    )
    own = texts(areas["river_id"])[area] == texts(stretches["river_id"])[stretch]
    own &= texts(areas["kind"])[area] == "management"
    names = texts(stretches["stretch_id"])
    pairs = pd.Series(names[stretch[own]]).groupby(area[own]).agg(lambda each: "; ".join(sorted(each)))
    told[pairs.index.to_numpy()] = pairs.to_numpy()
    return told
