"""What a shoreline plan hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import UTILISATION, ZONES

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run
    from riverline.rules import ZoneRules

__all__ = ["ShorelinePlan"]


@dataclass(frozen=True, slots=True, eq=False)
class ShorelinePlan:
    """The lines, zones and uses of many rivers' shoreline, and what was wrong with the data.

    Attributes
    ----------
    lines
        Rows of :data:`riverline.schema.SHORELINES`: waterside and outer line of each bank.
    zones
        Rows of :data:`riverline.schema.ZONES`: zones do not overlap; those of a bank are together the land between its
        two lines within the extent, and their adjusted areas sum to its area exactly, in hundredths of a square metre.
    uses
        Rows of :data:`riverline.schema.USED_SHORELINES`: the stretch of management line that each use takes
        in each county.
    utilisation
        Rows of :data:`riverline.schema.UTILISATION`, a table without geometry.
    faults
        Rows of :data:`riverline.schema.FAULTS`: banks without a waterside line, uses on no shoreline or on both banks,
        factors that no rule speaks of, land that two banks would have.
    rules
        The zone rules.
    run
        Version, digest of the management rules, inputs with the zone rules and their digest, CRS.
    """

    lines: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    uses: gpd.GeoDataFrame
    utilisation: pd.DataFrame
    faults: gpd.GeoDataFrame
    rules: ZoneRules
    run: Run

    def __repr__(self) -> str:
        rivers = self.utilisation[self.utilisation["scope"] == "river"]
        errors = int((self.faults["severity"] == "error").sum())
        return (
            f"ShorelinePlan({len(rivers)} rivers, {len(self.zones)} zones, "
            f"{rivers['shoreline_m'].sum() / 1000:.1f} km of shoreline, {rivers['used_m'].sum() / 1000:.2f} km used by "
            f"{self.uses['use_id'].nunique()} uses, {len(self.faults)} faults ({errors} errors))"
        )

    def _repr_html_(self) -> str:
        names = ("type", "shoreline_m", "used_m", "rate")
        heads = "".join(f"<th>{escape(UTILISATION[name].label())}</th>" for name in names)
        types = self.utilisation[self.utilisation["scope"] == "type"]
        rows = "".join(
            f"<tr><td>{escape(ZONES['type'].value_label(row.type))}</td><td>{row.shoreline_m:,.1f}</td>"
            f"<td>{row.used_m:,.1f}</td><td>{row.rate:.2f}</td></tr>"
            for row in types.itertuples()
        )
        return f"<b>{escape(ZONES.label())}</b><table><tr>{heads}</tr>{rows}</table><pre>{escape(repr(self))}</pre>"
