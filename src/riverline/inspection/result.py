"""What an inspection hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import CHECKS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run

__all__ = ["Inspection"]


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """Which checks of a delivery were passed, and what failed the others.

    Attributes
    ----------
    checks
        Rows of :data:`riverline.schema.CHECKS`, a table without geometry, in the order in which checks are made.
    faults
        Rows of :data:`riverline.schema.FAULTS` with one more column, ``check_id``.
    run
        Version, digest of the rules behind the lines, inputs, CRS.
    """

    checks: pd.DataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        counts = self.checks["outcome"].value_counts()
        told = ", ".join(f"{counts.get(value, 0)} {str(value).replace('_', ' ')}" for value in CHECKS["outcome"].values)  # noqa: PD011 - of a column of the schema
        return f"Inspection({len(self.checks)} checks: {told}; {len(self.faults)} faults)"

    def _repr_html_(self) -> str:
        shown = ("title", "counted", "failed", "review", "outcome")
        heads = "".join(f"<th>{escape(CHECKS[name].label())}</th>" for name in shown)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(CHECKS[name].value_label(row[name]))}</td>" for name in shown) + "</tr>"
            for row in self.checks.to_dict("records")
        )
        return f"<b>{escape(CHECKS.label())}</b><table><tr>{heads}</tr>{rows}</table><pre>{escape(repr(self))}</pre>"
