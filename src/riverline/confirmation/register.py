"""The register: areas by river, administrative unit, ownership and land class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riverline.rules import load_land_classes
from riverline.schema import REGISTER

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["register_of"]

_KEYS = ["river_id", "admin_code", "admin", "ownership", "land_class"]
_STATES = {"clear": "clear_m2", "untitled": "untitled_m2", "unknown": "unknown_m2"}
_PARTS = ["clear_m2", "untitled_m2", "unknown_m2", "contested_m2"]
_CENTS = 100.0


def register_of(holdings: gpd.GeoDataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Sum holdings up.

    Parameters
    ----------
    holdings
        Rows of :data:`riverline.schema.HOLDINGS`.
    names
        Names of rivers by code.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.REGISTER`, sorted. Land classes are summed up under their four-digit code, old
        and new together; one that no table knows under its own. Adjusted areas are added up in hundredths of a square
        metre, so the sum of a river's rows is the area of its extents exactly.
    """
    if holdings.empty:
        return REGISTER.conform(REGISTER.empty().drop(columns="geometry"))
    classes = load_land_classes().find_all(holdings["land_class"])
    code = [
        known.code if known is not None else given for known, given in zip(classes, holdings["land_class"], strict=True)
    ]
    column = holdings["status"].map(_STATES).fillna("contested_m2")
    cents = np.round(holdings["adjusted_area_m2"].to_numpy() * _CENTS).astype("int64")
    rows = pd.DataFrame(
        {
            "river_id": holdings["river_id"].fillna(""),
            **{name: holdings[name].fillna("") if name in holdings else "" for name in ("admin_code", "admin")},
            "ownership": holdings["ownership"],
            "land_class": code,
            "class_name": holdings["class_name"],
            "adjusted_area_m2": cents,
        }
    )
    for name in _PARTS:
        rows[name] = np.where(column == name, cents, 0)
    grouped = rows.groupby(_KEYS, sort=True)
    areas = ["adjusted_area_m2", *_PARTS]
    summed = grouped[areas].sum() / _CENTS
    summed["holding_count"] = grouped.size()
    summed["class_name"] = grouped["class_name"].first()
    table = summed.reset_index()
    table["name"] = table["river_id"].map(names).fillna("")
    table["register_id"] = [f"{river}-{number:03d}" for river, number in _numbered(table["river_id"])]
    return REGISTER.conform(table)


def _numbered(rivers: pd.Series[str]) -> list[tuple[str, int]]:
    return list(zip(rivers, (rivers.groupby(rivers).cumcount() + 1).tolist(), strict=True))
