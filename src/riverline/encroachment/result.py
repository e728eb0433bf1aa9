"""What a screening hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import ENCROACHED

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run

__all__ = ["Screening"]


@dataclass(frozen=True, slots=True, eq=False)
class Screening:
    """Features that encroach on the extents of many rivers, what they come to, and what was wrong with the data.

    Attributes
    ----------
    suspects
        Rows of :data:`riverline.schema.SUSPECTS`, one for each feature and extent, with the feature's own columns.
    sums
        Rows of :data:`riverline.schema.ENCROACHED`, a table without geometry.
    faults
        Rows of :data:`riverline.schema.FAULTS`: features that could not be measured, permits that were not applied,
        and in a note how many features lie in no extent: with the suspects, all of them.
    run
        Version, digest of the rules of the line, inputs with the tolerance and the day, CRS.
    """

    suspects: gpd.GeoDataFrame
    sums: pd.DataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        inside = self.suspects[self.suspects["position"] != "near"]
        counted = self.suspects[self.suspects["is_counted"].fillna(value=False)]
        errors = int((self.faults["severity"] == "error").sum())
        return (
            f"Screening({len(inside)} suspects, {len(counted)} counted with {counted['counted_m2'].sum():,.2f} m², "
            f"{int((inside['position'] == 'across').sum())} on the line, {len(self.suspects) - len(inside)} near, "
            f"{len(self.faults)} faults ({errors} errors))"
        )

    def _repr_html_(self) -> str:
        names = ("river_id", "bank", "suspects", "across", "permitted", "counted_m2", "shoreline_m")
        heads = "".join(f"<th>{escape(ENCROACHED[name].label())}</th>" for name in names)
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{escape(str(ENCROACHED[name].value_label(getattr(row, name))))}</td>" for name in names)
            + "</tr>"
            for row in self.sums.itertuples()
        )
        return (
            f"<b>{escape(ENCROACHED.label())}</b><table><tr>{heads}</tr>{rows}</table><pre>{escape(repr(self))}</pre>"
        )
