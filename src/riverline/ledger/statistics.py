"""What is counted of a ledger: stock and increment, closing by river, unit, kind …, and how long closing takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline._kernels.statistics.survival import product_limit, quantile, surviving
from riverline.channel.reaches import CHIEF_COLUMNS
from riverline.schema import CLOSING_TIMES, LEDGER_SUMS, STOCK

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.ledger.machine import LedgerRules
    from riverline.schema import Schema

    Days = NDArray[np.datetime64]
    Flags = NDArray[np.bool_]

__all__ = ["by_scope", "closing_times", "look_back", "parts_of", "stock", "sums", "with_month"]

_SCOPES = ("river_id", "admin", "kind", "severity", "responsible", "month")
"""What statistics are grouped by, beside all together; ``month`` is that of finding."""

_WINDOWS = (30, 90, 180)
_FIRST_CLOSED = (
    'SELECT intake.problem_id, min(events."on") FROM events JOIN intake ON intake."no" = events.problem '
    "WHERE events.status = 'closed' AND events.moved = 1 AND events.\"on\" <= ? GROUP BY events.problem"
)
_WERE_CLOSED = (
    'SELECT DISTINCT intake.problem_id FROM events JOIN intake ON intake."no" = events.problem '
    "WHERE events.status = 'closed' AND events.moved = 1 AND events.\"on\" <= ?"
)
_WERE_REOPENED = _WERE_CLOSED.replace("'closed'", "'reopened'")


def parts_of(rows: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """All rows, then those of each value of each scope; chiefs are a scope where any is known."""
    yield "all", "*", rows
    for scope in (*_SCOPES, *CHIEF_COLUMNS):
        value = rows[scope].fillna("").astype("str")
        if scope in _SCOPES or (value != "").any():
            for part, some in rows.groupby(value, sort=True):
                yield scope, str(part), some


def by_scope(rows: pd.DataFrame, schema: Schema, count: Callable[[pd.DataFrame], dict[str, Any]]) -> pd.DataFrame:
    """A table of one row for all and one for each value of each scope.

    Parameters
    ----------
    rows
        Problems, with a column for each scope.
    schema
        What the table follows; its key is made of scope and part.
    count
        What to say of some of the problems.
    """
    table = pd.DataFrame([{"scope": scope, "part": part, **count(some)} for scope, part, some in parts_of(rows)])
    table.insert(0, schema.key, table["scope"] + "/" + table["part"])
    return pd.DataFrame(schema.conform(table))


def with_month(problems: gpd.GeoDataFrame) -> pd.DataFrame:
    """Problems without their places, with the month they were found in."""
    return pd.DataFrame(problems.drop(columns="geometry")).assign(month=problems["found_on"].dt.strftime("%Y-%m"))


def stock(problems: gpd.GeoDataFrame, rules: LedgerRules, cutoff: str) -> pd.DataFrame:
    """Problems found before a day and since; see :meth:`riverline.Ledger.stock_and_increment`."""
    rows = with_month(problems[problems["status"] != "rejected"])
    day = pd.Timestamp(cutoff)

    def count(some: pd.DataFrame) -> dict[str, Any]:
        old, still = some["found_on"] < day, some["status"].isin(rules.open)
        return {
            "stock_count": int(old.sum()), "stock_open": int((old & still).sum()),
            "increment_count": int((~old).sum()), "increment_open": int((~old & still).sum()), "cutoff": day,
        }  # fmt: skip

    return by_scope(rows, STOCK, count)


def sums(
    db: sqlite3.Connection, problems: gpd.GeoDataFrame, rules: LedgerRules, due: Days, came_back: Flags, day: str
) -> pd.DataFrame:
    """Closing statistics; see :meth:`riverline.Ledger.statistics`."""
    before, again = ({code for (code,) in db.execute(text, (day,))} for text in (_WERE_CLOSED, _WERE_REOPENED))
    closed_on = problems["closed_on"].to_numpy(dtype="datetime64[D]")
    back = problems["status"].isin(rules.open) & problems["problem_id"].isin(before)
    real_row = problems["status"] != "rejected"
    rows = with_month(problems).assign(
        still=problems["status"].isin(rules.open),
        back=back,
        ever=real_row & (back | problems["problem_id"].isin(again)),
        rebound=real_row & came_back,
        late=problems["status"].isin(rules.open) & (due < np.datetime64(day)),
        timed=~np.isnat(due) & ~np.isnat(closed_on),
        in_time=closed_on <= due,
    )

    def count(some: pd.DataFrame) -> dict[str, Any]:
        rejected, closed = some["status"] == "rejected", some["status"] == "closed"
        real, timed = int((~rejected).sum()), int((closed & some["timed"]).sum())
        return {
            "problem_count": real, "open_count": int(some["still"].sum()), "closed_count": int(closed.sum()),
            "reopened_count": int(some["back"].sum()), "ever_reopened_count": int(some["ever"].sum()),
            "came_back_count": int(some["rebound"].sum()), "overdue_count": int(some["late"].sum()),
            "rejected_count": int(rejected.sum()),
            "closed_share": int(closed.sum()) / real if real else np.nan,
            "on_time_share": int((closed & some["in_time"]).sum()) / timed if timed else np.nan,
        }  # fmt: skip

    return by_scope(rows, LEDGER_SUMS, count)


def closing_times(db: sqlite3.Connection, problems: gpd.GeoDataFrame, day: str, confidence: float) -> pd.DataFrame:
    """Days from finding to the first closing; see :meth:`riverline.Ledger.closing_times`."""
    first = dict(db.execute(_FIRST_CLOSED, (day,)).fetchall())
    real = with_month(problems[problems["status"] != "rejected"])
    closed = np.array([first.get(code, "NaT") for code in real["problem_id"]], dtype="datetime64[D]")
    end = np.where(np.isnat(closed), np.datetime64(day), closed)
    found = real["found_on"].to_numpy(dtype="datetime64[D]")
    rows = real.assign(waited=(end - found).astype("float64"), done=~np.isnat(closed))

    def count(some: pd.DataFrame) -> dict[str, Any]:
        curve = product_limit(some["waited"].to_numpy(), some["done"].to_numpy())
        open_share, low, high = (1.0 - each for each in surviving(curve, _WINDOWS, confidence))
        return {
            "problem_count": len(some), "closed_count": int(some["done"].sum()),
            "median_days": quantile(curve, 0.5), "upper_days": quantile(curve, 0.75),
            "within_30": open_share[0], "within_30_low": high[0], "within_30_high": low[0],
            "within_90": open_share[1], "within_180": open_share[2], "confidence_level": confidence,
        }  # fmt: skip

    return by_scope(rows, CLOSING_TIMES, count)


def look_back(problems: gpd.GeoDataFrame, *, by: tuple[str, ...], share: float, seed: int) -> gpd.GeoDataFrame:
    """A sample of closed problems, some of each stratum; see :meth:`riverline.Ledger.look_back`."""
    rows = problems.sort_values("problem_id", ignore_index=True)
    parts = [rows[name].fillna("").astype("str") for name in by]
    stratum = parts[0].str.cat(parts[1:], sep=" / ") if parts else pd.Series("*", index=rows.index)
    lot = np.random.default_rng(seed).permutation(len(rows))
    place = pd.Series(lot).groupby(stratum.to_numpy()).rank(method="first").to_numpy()
    count = stratum.map(stratum.value_counts()).to_numpy(dtype="int64")
    drawn = np.maximum(np.ceil(count * share - 1e-9), 1).astype("int64")
    made = rows.assign(stratum=stratum, stratum_count=count, drawn_count=drawn)
    return made[place <= drawn].reset_index(drop=True)
