"""Pairs that may be one problem: of one kind, near in place and near in time. Proposed to a person, never merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from riverline.ledger.blobs import from_blobs
from riverline.schema import PROPOSALS

if TYPE_CHECKING:
    import sqlite3

    from numpy.typing import NDArray

    from riverline.ledger.machine import LedgerRules

    Rows = NDArray[np.intp]
    Days = NDArray[np.float64]

__all__ = ["Sightings", "near_pairs", "picked", "propose", "sightings_of"]

_NEVER = np.inf


class Sightings(NamedTuple):
    """Problems as they are compared, n of each: days since 1970, ``closed`` infinite where it never was."""

    code: NDArray[np.object_]
    kind: NDArray[np.object_]
    bank: NDArray[np.object_]
    shape: NDArray[np.object_]
    found: Days
    closed: Days


def sightings_of(rows: pd.DataFrame) -> Sightings:
    """Rows with code, kind, bank, geometry, day of finding and day of closing."""
    return Sightings(
        rows["problem_id"].to_numpy(dtype=object),
        rows["kind"].to_numpy(dtype=object),
        rows["bank"].fillna("").to_numpy(dtype=object),
        rows["geometry"].to_numpy(dtype=object),
        _days(rows["found_on"]),
        np.nan_to_num(_days(rows["closed_on"].where(rows["status"] == "closed")), nan=_NEVER),
    )


def picked(of: Sightings, rows: Rows) -> Sightings:
    """Some of the problems."""
    texts = (of.code[rows], of.kind[rows], of.bank[rows])
    return Sightings(*texts, of.shape[rows], of.found[rows], of.closed[rows])


def _days(values: pd.Series[Any]) -> Days:
    days = values.to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("int64").astype("float64"))


def near_pairs(one: Sightings, other: Sightings, distance_m: float) -> tuple[Rows, Rows, Days]:
    """Pairs of one kind, not on different banks, no farther apart than a distance; and how far."""
    none = np.zeros(0, dtype=np.intp)
    there, yonder = (np.flatnonzero(~(shapely.is_missing(each.shape) | shapely.is_empty(each.shape)))
                     for each in (one, other))  # fmt: skip
    if not len(there) or not len(yonder):
        return none, none, np.zeros(0)
    tree = shapely.STRtree(other.shape[yonder])
    left, right = tree.query(one.shape[there], predicate="dwithin", distance=distance_m)
    first, second = there[left], yonder[right]
    banks = (one.bank[first] == other.bank[second]) | (one.bank[first] == "") | (other.bank[second] == "")
    alike = (one.kind[first] == other.kind[second]) & banks.astype(bool)
    first, second = first[alike], second[alike]
    return first, second, shapely.distance(one.shape[first], other.shape[second])


def propose(db: sqlite3.Connection, new: Sightings, rules: LedgerRules) -> pd.DataFrame:
    """Which of new problems may be entered already, or are closed ones that are back.

    Parameters
    ----------
    db
        The ledger before they are added.
    new
        What is added.
    rules
        How near in place and time.

    Returns
    -------
    DataFrame
        Rows of :data:`riverline.schema.PROPOSALS`, by problem.
    """
    reach = max(rules.matching.distance_m, rules.rebound.distance_m)
    old = _around(db, new, reach, max(rules.matching.days, rules.rebound.days))
    parts = [_told(new, old, *near_pairs(new, old, reach), rules=rules)]
    first, second, away = near_pairs(new, new, reach)
    later = (new.found[first] > new.found[second]) | (
        (new.found[first] == new.found[second]) & (new.code[first].astype(str) > new.code[second].astype(str))
    )
    parts.append(_told(new, new, first[later], second[later], away[later], rules=rules))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["problem_id", "away_m", "other_id"], kind="stable", ignore_index=True)
    ids = rows["problem_id"] + "/" + rows["other_id"]
    return PROPOSALS.conform(rows.assign(proposal_id=ids).astype({"proposal_id": "str"}))


def _told(new: Sightings, old: Sightings, first: Rows, second: Rows, away: Days, *, rules: LedgerRules) -> pd.DataFrame:
    """Pairs that are near in time too, with what they may be."""
    since_closed = new.found[first] - old.closed[second]
    apart = np.abs(new.found[first] - old.found[second])
    back = (since_closed > 0) & (since_closed <= rules.rebound.days) & (away <= rules.rebound.distance_m)
    same = ~back & (since_closed <= 0) & (apart <= rules.matching.days) & (away <= rules.matching.distance_m)
    kept = np.flatnonzero(back | same)
    return pd.DataFrame(
        {
            "proposal_id": pd.Series([""] * len(kept), dtype="str"),
            "problem_id": pd.Series(new.code[first[kept]], dtype="str"),
            "other_id": pd.Series(old.code[second[kept]], dtype="str"),
            "relation": pd.Series(np.where(back[kept], "rebound", "duplicate"), dtype="str"),
            "away_m": away[kept],
            "days_between": np.where(back, since_closed, apart)[kept],
        }
    )


def _around(db: sqlite3.Connection, new: Sightings, reach: float, days: int) -> Sightings:
    """Problems of the ledger that may pair with new ones: near their box, and near their days."""
    west, south, east, north = shapely.total_bounds(new.shape) if len(new.shape) else (np.nan,) * 4
    if not np.isfinite([west, south, east, north]).all():
        return sightings_of(_frame([]))
    first, last = (str(np.datetime64(int(day), "D")) for day in (new.found.min() - days, new.found.max() + days))
    rows = db.execute(
        "SELECT intake.problem_id, states.kind, states.bank, intake.geom, states.found_on, states.closed_on, "
        'states.status FROM states JOIN intake ON intake."no" = states."no" '
        "WHERE (states.found_on BETWEEN ? AND ? OR states.closed_on BETWEEN ? AND ?) AND states.status <> 'rejected' "
        "AND intake.x2 >= ? AND intake.x1 <= ? AND intake.y2 >= ? AND intake.y1 <= ?",
        (first, last, first, last, west - reach, east + reach, south - reach, north + reach),
    ).fetchall()
    return sightings_of(_frame(rows))


def _frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = ("problem_id", "kind", "bank", "geometry", "found_on", "closed_on", "status")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    made = pd.DataFrame({name: pd.Series(list(values), dtype="object") for name, values in columns.items()})
    made["geometry"] = from_blobs(columns["geometry"])
    days = {name: pd.to_datetime(made[name], format="%Y-%m-%d") for name in ("found_on", "closed_on")}
    return made.assign(**days)
