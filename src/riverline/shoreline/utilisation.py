"""Utilisation: shoreline, used shoreline and rate by river, county, zone type and zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.geodesy import round_half_up
from riverline.schema import UTILISATION

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["utilisation_of"]

_BY: dict[str, list[str]] = {"river": ["river_id"], "admin": ["admin"], "type": ["type"], "zone": ["zone_id"]}
_TELLS = {"river": ("river_id", "name"), "admin": ("admin",), "type": ("type",),
          "zone": ("river_id", "name", "admin", "zone_id", "type")}  # fmt: skip


def utilisation_of(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """The utilisation table of zones.

    Parameters
    ----------
    zones
        Rows of :data:`riverline.schema.ZONES`: lengths of the zones of a bank add up to the bank's.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.UTILISATION`: rivers, counties (where zones tell them), types, zones.
    """
    rows = zones.drop(columns="geometry")
    parts = [_summed(rows, scope) for scope in _BY if scope != "admin" or "admin" in rows.columns]
    table = pd.concat(parts, ignore_index=True) if len(rows) else pd.DataFrame({each.name: [] for each in UTILISATION})
    return pd.DataFrame(UTILISATION.conform(table))


def _summed(rows: pd.DataFrame, scope: str) -> pd.DataFrame:
    told: dict[str, Any] = {"shoreline_m": ("shoreline_m", "sum"), "used_m": ("used_m", "sum")}
    told |= {name: (name, "first") for name in _TELLS[scope] if name in rows.columns and name not in _BY[scope]}
    table = rows.groupby(_BY[scope], sort=True).agg(**told).reset_index()
    table["utilisation_id"] = scope + ":" + table[_BY[scope][0]].astype("str")
    table["scope"] = scope
    for name in ("shoreline_m", "used_m"):
        table[name] = round_half_up(table[name].to_numpy(), 1)
    length = table["shoreline_m"].to_numpy()
    rate = 100.0 * table["used_m"].to_numpy() / np.where(length > 0.0, length, np.nan)
    table["rate"] = round_half_up(np.minimum(rate, 100.0), 2)
    if scope == "zone" and "rate" in rows.columns:
        table["rate"] = table["zone_id"].map(rows.set_index("zone_id")["rate"])
    blank = {"river_id": "", "name": "", "admin": "", "zone_id": "", "type": pd.NA}
    return table.assign(**{name: value for name, value in blank.items() if name not in table.columns})
