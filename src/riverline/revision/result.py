"""What a comparison and a test of sensitivity hand over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import AREA_CHANGES, BANDS, STRETCHES

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.provenance import Run

__all__ = ["Revision", "Sensitivity"]


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """What changed between two results.

    Attributes
    ----------
    stretches
        Rows of :data:`riverline.schema.STRETCHES`: where the line moved, how far, and why.
    areas
        Rows of :data:`riverline.schema.AREA_CHANGES`: what the extents gained and lost.
    stakes
        Rows of :data:`riverline.schema.STAKE_CHANGES`; none where no stakes were given.
    holdings
        Rows of :data:`riverline.schema.TITLE_CHANGES`; none where neither holdings nor parcels were given.
    faults
        Rows of :data:`riverline.schema.FAULTS`: codes of lines that came and went, moves below the tolerance.
    run
        Version, digest of the new rules, versions and rules of both results, CRS.
    """

    stretches: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    stakes: gpd.GeoDataFrame
    holdings: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        parcels = int((self.holdings["land"] == "titled").sum())
        area = self.areas[self.areas["kind"] == "management"].groupby("change")["area_m2"].sum()
        return (
            f"Revision({len(self.stretches)} stretches, {self.stretches['length_m'].sum() / 1000:.1f} km, "
            f"{area.get('gained', 0.0):.2f} m² gained, {area.get('lost', 0.0):.2f} m² lost, "
            f"{len(self.stakes)} stakes, {parcels} parcels)"
        )

    def _repr_html_(self) -> str:
        by_cause = self.stretches.groupby("cause")["length_m"].agg(["size", "sum"])
        rows = "".join(
            f"<tr><td>{escape(STRETCHES['cause'].value_label(cause))}</td><td>{row['size']:.0f}</td>"
            f"<td>{row['sum'] / 1000:.2f} km</td></tr>"
            for cause, row in by_cause.to_dict("index").items()
        )
        return (
            f"<b>{escape(STRETCHES.label())}</b>　{escape(AREA_CHANGES.label())}"
            f"<table>{rows}</table><pre>{escape(repr(self))}</pre>"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """How far the line moves when its inputs are shifted by what they may be wrong.

    Attributes
    ----------
    bands
        Rows of :data:`riverline.schema.BANDS`: the whole line for each factor, parted by whether it moves by more than
        the map is accurate.
    holdings
        Rows of :data:`riverline.schema.BAND_TITLES`: whose land that is; none where no parcels were given.
    faults
        Rows of :data:`riverline.schema.FAULTS`: factors that could not be shifted, banks that a shift lost.
    run
        Version, digest of the rules, inputs, shifts, CRS.
    """

    bands: gpd.GeoDataFrame
    holdings: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        beyond = self.bands[self.bands["movement"] == "beyond"].groupby("factor")["length_m"].sum() / 1000
        told = ", ".join(f"{factor} {beyond.get(factor, 0.0):.2f} km" for factor in self.bands["factor"].unique())
        return f"Sensitivity(beyond map accuracy: {told or '-'}; {len(self.holdings)} parcels)"

    def _repr_html_(self) -> str:
        longest = self.bands.groupby(["factor", "movement"])["length_m"].sum() / 1000
        rows = "".join(
            f"<tr><td>{escape(BANDS['factor'].value_label(factor))}</td>"
            f"<td>{escape(BANDS['movement'].value_label(movement))}</td><td>{km:.2f} km</td></tr>"
            for (factor, movement), km in longest.items()
        )
        return f"<b>{escape(BANDS.label())}</b><table>{rows}</table><pre>{escape(repr(self))}</pre>"
