"""What the ledger hands back: values with few fields and no methods that compute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["Intake", "Rebounds", "Recorded"]


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """What came of an intake: with the faults every row that was given.

    Attributes
    ----------
    added
        Rows of :data:`riverline.schema.PROBLEMS` that the ledger has now and had not before.
    kept
        Rows that it had already, as they were given; nothing was done with them.
    proposals
        Rows of :data:`riverline.schema.PROPOSALS`: what of the added may be there already, or is back.
    faults
        Rows of :data:`riverline.schema.FAULTS`: rows that were not taken, and what to look at.
    """

    added: gpd.GeoDataFrame
    kept: gpd.GeoDataFrame
    proposals: pd.DataFrame
    faults: gpd.GeoDataFrame

    def __repr__(self) -> str:
        errors = int((self.faults["severity"] == "error").sum())
        relation = self.proposals["relation"].value_counts()
        return (
            f"Intake({len(self.added)} added, {len(self.kept)} kept, {relation.get('duplicate', 0)} look the same, "
            f"{relation.get('rebound', 0)} look like rebounds, {len(self.faults)} faults ({errors} errors))"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What came of many events.

    Attributes
    ----------
    events
        Rows of :data:`riverline.schema.EVENTS` that were written.
    faults
        Rows of :data:`riverline.schema.FAULTS`: events that were refused, and why; of a sheet its conflicts too.
    """

    events: pd.DataFrame
    faults: gpd.GeoDataFrame

    def __repr__(self) -> str:
        conflicts = int((self.faults["code"] == "row-conflict").sum())
        return f"Recorded({len(self.events)} events, {len(self.faults)} faults ({conflicts} conflicts))"


@dataclass(frozen=True, slots=True, eq=False)
class Rebounds:
    """Closed problems that are back.

    Attributes
    ----------
    rows
        Rows of :data:`riverline.schema.REBOUNDS`, one for each piece of evidence.
    odds
        Rows of :data:`riverline.schema.REBOUND_ODDS`: how likely within so many days, in all and by kind, river …
    reaches
        Rows of :data:`riverline.schema.PAPER_CLOSINGS`: where problems are back within weeks.
    """

    rows: gpd.GeoDataFrame
    odds: pd.DataFrame
    reaches: pd.DataFrame

    def __repr__(self) -> str:
        back = self.rows["problem_id"].nunique()
        return f"Rebounds({back} problems are back, {int(self.reaches['on_paper'].sum())} reaches closed on paper)"
