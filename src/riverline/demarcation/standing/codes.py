"""Under which code a water is demarcated: that of its river or, for a lake that names none, its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["STANDING", "codes_of", "with_rivers"]

STANDING = ("lake", "reservoir")
"""Kinds of water that have a range of their own."""


def with_rivers(water: Any) -> Any:  # noqa: ANN401 - whatever was given
    """Water with a column ``river_id``, blank where the layer has none: a lake need not be of a river."""
    if isinstance(water, gpd.GeoDataFrame) and "river_id" not in water.columns:
        return water.assign(river_id=pd.array([""] * len(water), dtype="str"))
    return water


def codes_of(water: gpd.GeoDataFrame) -> NDArray[Any]:
    """Code of each water, (n,): its ``river_id`` or, where that is blank and it is a lake or a reservoir, its own.

    Examples
    --------
    >>> water = gpd.GeoDataFrame(
    ...     {"water_id": ["W1", "W2", "W3"], "river_id": ["R1", None, ""], "kind": ["river", "lake", "river"]},
    ...     geometry=gpd.GeoSeries([None] * 3, crs=4548),
    ... )
    >>> codes_of(water).tolist()
    ['R1', 'W2', '']
    """
    rivers = water["river_id"].fillna("").astype("object")
    own = (rivers == "") & water["kind"].isin(STANDING).astype(bool)
    return rivers.where(~own, water["water_id"].astype("object")).to_numpy(dtype=object)
