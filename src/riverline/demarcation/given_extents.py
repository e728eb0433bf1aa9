"""Extents from elsewhere: an area and its kind are enough to hold something against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import texts
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.schema import EXTENTS

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

__all__ = ["complete_extents"]


def complete_extents(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Extents with every column of :data:`riverline.schema.EXTENTS`: those that are there, and the others filled.

    Parameters
    ----------
    frame
        Areas with ``kind``. What is no such frame comes back as it is, for the schema to refuse.

    Returns
    -------
    GeoDataFrame
        A copy if something was filled: codes of river and kind where these tell the rows apart, else ``E1``, ``E2`` …
        from west to east, whatever the order of rows; areas on the ellipsoid; what an extent from elsewhere does not
        know (lengths, rules, version) blank.

    Examples
    --------
    >>> plain = gpd.GeoDataFrame(
    ...     {"kind": ["management"]}, geometry=[shapely.box(5e5, 35e5, 5e5 + 10, 35e5 + 10)], crs=4548
    ... )
    >>> complete_extents(plain)[["extent_id", "river_id", "kind"]].values.tolist()
    [['E1', '', 'management']]
    """
    if not isinstance(frame, gpd.GeoDataFrame) or "kind" not in frame.columns:
        return frame
    if frame.active_geometry_name is None or frame.crs is None:
        return frame
    there = set(frame.columns)
    if "extent_id" in there and (texts(frame["extent_id"]) == "").all():
        there -= {"extent_id"}
    lacking = [column for column in EXTENTS if column.name not in there and not column.optional]
    if not lacking:
        return frame
    blanks: dict[str, Any] = {each.name: "" if each.kind == "text" else np.nan for each in lacking}
    if "area_m2" in blanks:
        blanks["area_m2"] = round_half_up(ellipsoidal_area(frame.geometry).to_numpy(), 2)
    if "extent_id" in blanks:
        blanks["extent_id"] = _codes(frame)
    filled = frame.assign(**blanks)
    filled.attrs = frame.attrs
    return filled


def _codes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """``R1-management``, or ``E1`` … by place."""
    rivers = texts(frame["river_id"]) if "river_id" in frame.columns else np.full(len(frame), "", dtype=object)
    codes = pd.Series(rivers) + "-" + pd.Series(texts(frame["kind"]))
    if (rivers != "").all() and codes.is_unique:
        return codes.to_numpy(dtype=object)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    order = np.lexsort((shapely.to_wkb(shapes), *np.nan_to_num(shapely.bounds(shapes)).T[::-1]))
    named = np.empty(len(frame), dtype=object)
    named[order] = [f"E{number}" for number in range(1, len(frame) + 1)]
    return named
