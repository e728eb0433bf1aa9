"""What a search for changes hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import SUSPECTS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run

__all__ = ["Changes"]


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What changed inside the extents of many rivers, what shows it, and what was wrong with the data.

    Attributes
    ----------
    suspects
        Rows of :data:`riverline.schema.SUSPECTS` with the columns ``state`` (``confirmed`` or ``unconfirmed``),
        ``tracking`` (``new``, ``kept``, ``unseen`` where the newest images do not show the place, or ``back`` where it
        was gone in a round before) and
        ``change_class`` (row of the table that decided).
    evidence
        Rows of :data:`riverline.schema.CHANGE_EVIDENCE`, a table without geometry: one row a suspect and day.
    untold
        Rows of :data:`riverline.schema.UNTOLD_CHANGES`: every patch that changed and is no suspect, with its outline
        and the reason; the notes among the faults count them.
    gone
        Rows of :data:`riverline.schema.GONE_SUSPECTS`: suspects of rounds before that images show no more; they count
        for nothing, and are known again if they come back. Hand the whole result on as ``previous``.
    faults
        Rows of :data:`riverline.schema.FAULTS`: images that were not used and why, how much changed and is not told as
        a suspect and why, suspects of the round before that are gone.
    run
        Version, digest of the table that decides, inputs with thresholds, normalisation and shifts, CRS.
    """

    suspects: gpd.GeoDataFrame
    evidence: pd.DataFrame
    untold: gpd.GeoDataFrame
    gone: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    run: Run

    def __repr__(self) -> str:
        state = self.suspects["state"]
        errors = int((self.faults["severity"] == "error").sum())
        return (
            f"Changes({len(self.suspects)} suspects, {int((state == 'confirmed').sum())} confirmed, "
            f"{self.suspects['inside_m2'].sum():,.0f} m² inside, {self.evidence['date'].nunique()} days, "
            f"{len(self.faults)} faults ({errors} errors))"
        )

    def _repr_html_(self) -> str:
        names = ("suspect_id", "kind", "item", "inside_m2", "confidence", "first_seen")
        heads = "".join(f"<th>{escape(SUSPECTS[name].label())}</th>" for name in names)
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{escape(str(SUSPECTS[name].value_label(getattr(row, name))))}</td>" for name in names)
            + "</tr>"
            for row in self.suspects.head(50).itertuples()
        )
        return f"<b>{escape(SUSPECTS.label())}</b><table><tr>{heads}</tr>{rows}</table><pre>{escape(repr(self))}</pre>"
