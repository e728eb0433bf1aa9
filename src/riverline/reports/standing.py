"""Where works stand along their river: their own lines do not tell, and a reader of a dossier asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd

from riverline import geodesy
from riverline.channel import format_chainage, locate
from riverline.reports.wording import said
from riverline.style.rivers import are_works

if TYPE_CHECKING:
    import pandas as pd

    from riverline.reports.given import Given
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["with_places"]

_ROUGH_M = 10.0
_FAR_M = 1000.0


def with_places(own: Given, language: Language) -> Given:
    """The same, the names of works followed by where they stand along the river, as far as an axis tells.

    Parameters
    ----------
    own
        What was given of one river.
    language
        Of the words.

    Returns
    -------
    Given
        Places are those of the centroids, to 10 m. A work more than 1 km from the axis has none: beside which place
        of the river it stands would be a guess.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from riverline.reports.given import gather
    >>> from riverline.schema import EXTENTS
    >>> axis = shapely.LineString([(5e5, 3.5e6), (5e5, 3.51e6)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> sluice = (
    ...     EXTENTS.empty("EPSG:4548")
    ...     .reindex([0])
    ...     .assign(extent_id="G1-management", river_id="R1", kind="management", name="清水闸")
    ...     .set_geometry([shapely.box(499_900, 3_507_000, 500_100, 3_507_020)], crs=4548)
    ... )
    >>> with_places(gather([axes, sluice], language="zh"), "zh").rows("extents")["name"].tolist()
    ['清水闸（河道约 K7+010 处）']
    """
    axes = [layer.frame for layer in own.chosen("axes") if layer.spatial and len(layer.frame)]
    if not axes or "extents" not in own:
        return own
    line = geodesy.to_metric(axes[0])
    told = tuple(_told(layer, line, language) for layer in own.chosen("extents"))
    return replace(own, layers=own.layers | {"extents": told})


def _told(layer: Layer, axes: gpd.GeoDataFrame, language: Language) -> Layer:
    rows = layer.frame
    works = are_works(rows) & rows["name"].notna().to_numpy()
    if not layer.spatial or not works.any():
        return layer
    places = _places(rows[works], axes)
    names: pd.Series = rows["name"].astype("object")
    known = works & _codes(rows).isin(places.index).to_numpy()
    names[known] = [
        said(language, f"{name}（河道约 {places[code]} 处）", f"{name} (about {places[code]} of the river)")
        for name, code in zip(names[known], _codes(rows)[known], strict=True)
    ]
    return replace(layer, frame=rows.assign(name=names))


def _codes(extents: pd.DataFrame) -> pd.Series:
    """Codes of works, which is what the keys of their extents begin with."""
    return extents["extent_id"].astype("str").str.removesuffix("-management").str.removesuffix("-protection")


def _places(extents: gpd.GeoDataFrame, axes: gpd.GeoDataFrame) -> pd.Series:
    """Printed chainages by code of the work: one for both of its ranges, that of the management extent."""
    rows = extents.assign(code=_codes(extents)).sort_values(["code", "kind"], kind="stable").drop_duplicates("code")
    metric = geodesy.align(rows, axes.crs, layer="extents")
    middles = gpd.GeoDataFrame({"river_id": rows["river_id"].to_numpy()}, geometry=metric.centroid.to_numpy(),
                               crs=axes.crs)  # fmt: skip
    found = locate(middles, axes, by="river_id").set_index(rows["code"].to_numpy())
    found = found[found["offset_m"].abs() <= _FAR_M]
    return (found["chainage_m"] / _ROUGH_M).round().mul(_ROUGH_M).map(lambda metres: str(format_chainage(metres)))
