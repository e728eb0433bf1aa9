"""What a measurement of shoreline change hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import RATES

if TYPE_CHECKING:
    import geopandas as gpd

    from riverline.provenance import Run

__all__ = ["ShorelineChange"]


@dataclass(frozen=True, slots=True, eq=False)
class ShorelineChange:
    """How the banks of many rivers moved, and what was wrong with the data.

    Attributes
    ----------
    transects
        Rows of :data:`riverline.schema.TRANSECTS`; no two of a river cross.
    intersections
        Rows of :data:`riverline.schema.INTERSECTIONS`: one position for each transect and date that met it.
    rates
        Rows of :data:`riverline.schema.RATES`, one for each transect; unknown is blank.
    areas
        Rows of :data:`riverline.schema.CHANGE_AREAS`.
    forecasts
        Rows of :data:`riverline.schema.FORECASTS`.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    run
        Version, inputs with the choices of the call, CRS.
    """

    transects: gpd.GeoDataFrame
    intersections: gpd.GeoDataFrame
    rates: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    forecasts: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        errors = int((self.faults["severity"] == "error").sum())
        known = int(self.rates["rate"].notna().sum())
        return (
            f"ShorelineChange({self.rates['river_id'].nunique()} rivers, {len(self.transects)} transects, "
            f"{known} with a rate, median {self.rates['rate'].median():.2f} m/a, "
            f"{self.intersections['date'].nunique()} dates, {len(self.faults)} faults ({errors} errors))"
        )

    def _repr_html_(self) -> str:
        counts = self.rates["trend"].value_counts()
        trend = RATES["trend"]
        rows = "".join(
            f"<tr><td>{escape(trend.value_label(value))}</td><td>{int(counts.get(value, 0)):,}</td></tr>"
            for value in trend.values
            if counts.get(value, 0)
        )
        head = f"<tr><th>{escape(trend.label())}</th><th>{escape(RATES.label())}</th></tr>"
        return f"<b>{escape(RATES.label())}</b><table>{head}{rows}</table><pre>{escape(repr(self))}</pre>"
