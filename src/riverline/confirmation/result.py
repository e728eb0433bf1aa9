"""What a confirmation hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import HOLDINGS, REGISTER

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run

__all__ = ["Confirmation"]


@dataclass(frozen=True, slots=True, eq=False)
class Confirmation:
    """Who holds the land inside the extents, and what is wrong with the titles.

    Attributes
    ----------
    holdings
        Rows of :data:`riverline.schema.HOLDINGS`: the holdings of an extent do not overlap, are the extent together,
        and their adjusted areas sum to its area exactly, in hundredths of a square metre.
    register
        Rows of :data:`riverline.schema.REGISTER`, a table without geometry.
    faults
        Rows of :data:`riverline.schema.FAULTS`: untitled land, unknown holders, overlaps, claims, slivers,
        duplicates, parcels that straddle the line, areas that differ, each with its size and its geometry.
    changes
        Rows of :data:`riverline.schema.CHANGES`: what ``clean=True`` changed; none without it.
    run
        Version, digest of the rules behind the extents, inputs, table of land classes, CRS.
    """

    holdings: gpd.GeoDataFrame
    register: pd.DataFrame
    faults: gpd.GeoDataFrame
    changes: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        areas = self.holdings.groupby("status")["adjusted_area_m2"].sum() / 10_000
        told = ", ".join(f"{status} {area:.2f}" for status, area in areas.items())
        warnings = int((self.faults["severity"] != "note").sum())
        return (
            f"Confirmation({self.holdings['extent_id'].nunique()} extents, {len(self.holdings)} holdings, "
            f"ha: {told or '-'}, {len(self.faults)} faults ({warnings} errors and warnings), "
            f"{len(self.changes)} changes)"
        )

    def _repr_html_(self) -> str:
        areas = self.holdings.groupby("status")["adjusted_area_m2"].sum()
        rows = "".join(
            f"<tr><td>{escape(HOLDINGS['status'].value_label(status))}</td><td>{area:,.2f}</td></tr>"
            for status, area in areas.items()
        )
        heads = f"<th>{escape(HOLDINGS['status'].label())}</th><th>{escape(REGISTER['adjusted_area_m2'].label())}</th>"
        return f"<b>{escape(REGISTER.label())}</b><table><tr>{heads}</tr>{rows}</table><pre>{escape(repr(self))}</pre>"
