"""Whether the zones of a shoreline plan part the shoreline: apart, in the extents, and together the whole band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline.channel.given import texts
from riverline.geodesy import ellipsoidal_area
from riverline.inspection.check import failing, wider

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from riverline.inspection.check import Subject

__all__ = ["zones_apart", "zones_inside", "zones_whole"]

_BANK = ["river_id", "bank"]
_MEASURES = ("area_m2", "adjusted_area_m2")


def zones_apart(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Pairs of zones that share ground wider than the limit: one row each, at the smaller key."""
    zones = _usable(subject.rows("zones"))
    order = np.lexsort((shapely.to_wkb(zones.geometry.array, hex=True), texts(zones["zone_id"]).astype(str)))
    shapes, ids = np.asarray(zones.geometry.array)[order], texts(zones["zone_id"])[order]
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, two = one[one < two], two[one < two]
    common = shapely.intersection(shapes[one], shapes[two])
    wide = wider(common, limit)
    told: dict[str, Any] = {"value": shapely.area(common[wide]), "limit": limit, "unit": "m²"}
    yield faults.found("zone-in-another", layer="zones", feature_id=ids[one[wide]].tolist(), geometry=common[wide],
                       crs=zones.crs, note=ids[two[wide]].tolist(), **told)  # fmt: skip


def zones_inside(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Zones that somewhere reach beyond the management extent of their river by more than the limit in metres."""
    zones, extents = _usable(subject.rows("zones")), subject.rows("extents")
    management = extents[(extents["kind"] == "management").fillna(False) & shapely.is_valid(extents.geometry.array)]
    around = pd.Series(np.asarray(management.geometry.array), dtype="object").groupby(texts(management["river_id"]))
    regions = around.agg(lambda shapes: shapely.union_all(shapes.to_numpy())).to_dict()
    own = np.array([regions.get(river, shapely.Polygon()) for river in texts(zones["river_id"])], dtype=object)
    shapely.prepare(own)
    shapes = np.asarray(zones.geometry.array)
    beyond = np.full(len(zones), shapely.Polygon(), dtype=object)
    out = np.flatnonzero(~shapely.covers(own, shapes))
    beyond[out] = shapely.difference(shapes[out], own[out])
    yield failing(zones, "zones", where=wider(beyond, limit), code="zone-beyond-extent", value=shapely.area(beyond),
                  limit=limit, unit="m²", geometry=beyond)  # fmt: skip


def zones_whole(subject: Subject, limit: float) -> Iterator[gpd.GeoDataFrame]:
    """Banks whose zones, as drawn or as stated, sum to more or less than their band by more than the limit in m²."""
    zones, lines = subject.rows("zones"), subject.rows("shorelines")
    outer = lines[(lines["line"] == "outer").fillna(False)]
    bands = outer.groupby(_BANK)["band_area_m2"].sum(min_count=1)
    first = outer.sort_values("shoreline_id").groupby(_BANK)[["shoreline_id", "geometry"]].first()
    usable = _usable(zones)
    sums = {"geometry": usable.assign(_area=ellipsoidal_area(usable)).groupby(_BANK)["_area"].sum()}
    sums |= {name: zones.groupby(_BANK)[name].sum() for name in _MEASURES if name in zones.columns}
    for name, drawn in sums.items():
        # A bank without a band has no zones, and zones that no line bounds are off by all that they have.
        off = bands.fillna(0.0).sub(drawn.astype("float64"), fill_value=0.0).abs()
        off = off[off > limit * (1.0 if name == "adjusted_area_m2" else max(1, len(zones)))]
        told = first.reindex(off.index)
        yield faults.found(
            "zones-not-whole", layer="shorelines", crs=lines.crs, limit=limit, unit="m²", note=name,
            feature_id=[key if isinstance(key, str) else "-".join(map(str, bank))
                        for bank, key in told["shoreline_id"].items()],
            geometry=told["geometry"].to_numpy(dtype=object), value=off.to_numpy(dtype="float64"),
        )  # fmt: skip


def _usable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows whose shape can be held against others; what is wrong with the rest is told by another check."""
    shapes = frame.geometry.array
    return frame[shapely.is_valid(shapes) & ~shapely.is_empty(shapes)]
