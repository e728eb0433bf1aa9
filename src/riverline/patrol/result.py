"""What measuring patrols hands over."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from riverline.schema import DUTY_CHECKS, PATROLS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from riverline.provenance import Run
    from riverline.rules import PatrolRules
    from riverline.schema import Schema

__all__ = ["Patrols"]


@dataclass(frozen=True, slots=True, eq=False)
class Patrols:
    """Patrols measured and judged, and how far each duty was kept.

    Attributes
    ----------
    tracks
        Rows of :data:`riverline.schema.PATROLS`: every track of the window that could be read, once, and
        those of which no day is known.
    coverage
        Rows of :data:`riverline.schema.COVERAGE`: duty by bank by period. Covered and gaps add up to the reach.
    gaps
        Rows of :data:`riverline.schema.PATROL_GAPS`.
    passes
        Rows of :data:`riverline.schema.PATROL_PASSES`, a table: intervals of chainage by track and bank in the
        window, which :func:`riverline.find_hotspots` takes as ``effort``.
    checks
        Rows of :data:`riverline.schema.DUTY_CHECKS`, a table: how often each duty was due and done.
    duties
        Rows of :data:`riverline.schema.PATROLLED_DUTIES`, a table: one row a duty over the window.
    faults
        Rows of :data:`riverline.schema.FAULTS`.
    rules
        The patrol rules.
    run
        Version, digest of the rules, inputs with the window and the periods, CRS.
    """

    tracks: gpd.GeoDataFrame
    coverage: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    passes: pd.DataFrame
    checks: pd.DataFrame
    duties: pd.DataFrame
    faults: gpd.GeoDataFrame
    rules: PatrolRules
    run: Run

    def __repr__(self) -> str:
        valid, met = self.tracks["validity"].value_counts(), self.checks["outcome"].value_counts()
        errors = int((self.faults["severity"] == "error").sum())
        return (
            f"Patrols({len(self.tracks)} tracks, {valid.get('valid', 0)} valid, {len(self.duties)} duties, "
            f"{met.get('met', 0)} periods met, {met.get('not_met', 0)} not met, {len(self.gaps)} gaps, "
            f"{len(self.faults)} faults ({errors} errors))"
        )

    def _repr_html_(self) -> str:
        tables = _counted(PATROLS, "validity", self.tracks) + _counted(DUTY_CHECKS, "outcome", self.checks)
        return f"{tables}<pre>{escape(repr(self))}</pre>"


def _counted(schema: Schema, column: str, frame: pd.DataFrame) -> str:
    counts = frame[column].value_counts()
    rows = "".join(
        f"<tr><td>{escape(each.label())}</td><td>{counts.get(each.value, 0)}</td></tr>"
        for each in schema[column].choices
    )
    return f"<b>{escape(schema.label())}</b><table>{rows}</table>"
