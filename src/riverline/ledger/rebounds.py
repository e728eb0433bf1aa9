"""Closed is not fixed: which closed problems are back, how likely that is, and where closing is on paper only.

Each closing is watched from its day until the problem is back, or until the day of the question. It is back when the
problem is reopened, or when one of its kind is found within a distance, not on the other bank, after it was closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline._kernels.statistics.survival import product_limit, surviving, wilson
from riverline.ledger.result import Rebounds
from riverline.ledger.statistics import parts_of, with_month
from riverline.ledger.twins import near_pairs, picked, sightings_of
from riverline.schema import PAPER_CLOSINGS, REBOUND_ODDS, REBOUNDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Days = NDArray[np.float64]
    Rows = NDArray[np.intp]

__all__ = ["Question", "came_back", "find"]

_CLOSINGS = (
    'SELECT intake.problem_id, events.status, events."on" FROM events '
    'JOIN intake ON intake."no" = events.problem WHERE events.moved = 1 AND events."on" <= ? ORDER BY events."no"'
)
_ORIGINS = "SELECT problem_id FROM intake WHERE origin = 'suspect'"


class Question(NamedTuple):
    """What is asked: how near, how soon, on which day, what is soon, days of the odds, level of intervals."""

    distance_m: float
    within: int
    day: str
    soon: int
    windows: tuple[int, ...]
    confidence: float


def find(db: sqlite3.Connection, problems: gpd.GeoDataFrame, asked: Question) -> Rebounds:
    """Closed problems that are back; see :meth:`riverline.Ledger.rebounds`."""
    closings, evidence = _evidenced(db, problems, asked)
    first = evidence.groupby("closing")["back_days"].min()
    watched = closings.assign(back_days=closings.index.to_series().map(first))
    unseen = (_day(asked.day) - watched["closed_day"]).clip(upper=asked.within)
    watched["waited"] = watched["back_days"].fillna(unseen)
    return Rebounds(
        _rows(evidence, closings, problems), _odds(watched, problems, asked), _reaches(watched, problems, asked)
    )


def came_back(db: sqlite3.Connection, problems: gpd.GeoDataFrame, asked: Question) -> NDArray[np.bool_]:
    """Which of the problems were back after one of their closings."""
    closings, evidence = _evidenced(db, problems, asked)
    back = np.zeros(len(problems), dtype=bool)
    back[closings["row"].to_numpy()[evidence["closing"].to_numpy(dtype="int64")]] = True
    return back


def _evidenced(
    db: sqlite3.Connection, problems: gpd.GeoDataFrame, asked: Question
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Closings up to the day, and what tells of some that they are back."""
    closings = _closings(db, problems, asked.day)
    suspects = {code for (code,) in db.execute(_ORIGINS)}
    parts = [_reopened(closings, asked), _found_again(closings, problems, suspects, asked)]
    return closings, pd.concat(parts, ignore_index=True)


def _day(text: str) -> float:
    return float(np.datetime64(text, "D").astype("int64"))


def _closings(db: sqlite3.Connection, problems: gpd.GeoDataFrame, day: str) -> pd.DataFrame:
    """Every closing, with its problem's row, its day and the day it was reopened."""
    rows = pd.DataFrame(db.execute(_CLOSINGS, (day,)).fetchall(), columns=["problem_id", "status", "on"])
    rows["on"] = rows["on"].to_numpy(dtype="datetime64[D]").astype("int64").astype("float64")
    later = rows.groupby("problem_id")[["status", "on"]].shift(-1)
    # An event that leaves the state closed moves nothing, so what follows a closing is its end.
    closed = rows.assign(next=later["status"], until=later["on"])[rows["status"] == "closed"]
    place = pd.Series(np.arange(len(problems)), index=problems["problem_id"])
    return pd.DataFrame(
        {
            "row": closed["problem_id"].map(place).astype("int64"),
            "closed_day": closed["on"],
            "reopened_day": closed["until"].where(closed["next"] == "reopened"),
        }
    ).reset_index(drop=True)


def _evidence(closing: Rows, back_row: Rows, kind: Any, closed: Days, back: Days, away: Days) -> pd.DataFrame:  # noqa: ANN401
    return pd.DataFrame(
        {"closing": closing, "back_row": back_row, "evidence": kind, "back_day": back, "back_days": back - closed,
         "away_m": away}
    )  # fmt: skip


def _reopened(closings: pd.DataFrame, asked: Question) -> pd.DataFrame:
    """Closings after which the problem itself was opened again."""
    days = (closings["reopened_day"] - closings["closed_day"]).to_numpy()
    at = np.flatnonzero(days <= asked.within)
    some = closings.iloc[at]
    back = some["reopened_day"].to_numpy()
    return _evidence(at, some["row"].to_numpy(), "reopened", some["closed_day"].to_numpy(), back, np.zeros(len(at)))


def _found_again(
    closings: pd.DataFrame, problems: gpd.GeoDataFrame, suspects: set[str], asked: Question
) -> pd.DataFrame:
    """Closings near which a problem of the kind was found afterwards."""
    real = np.flatnonzero((problems["status"] != "rejected").to_numpy(dtype=bool))
    every = sightings_of(problems)
    closed = np.unique(closings["row"].to_numpy())
    first, second, away = near_pairs(picked(every, closed), picked(every, real), asked.distance_m)
    pairs = pd.DataFrame({"row": closed[first], "back_row": real[second], "away_m": away})
    pairs = pairs[pairs["row"] != pairs["back_row"]]
    both = closings.rename_axis("closing").reset_index().merge(pairs, on="row")
    found = every.found[both["back_row"].to_numpy(dtype="int64")]
    since = found - both["closed_day"].to_numpy()
    kept = (since > 0) & (since <= asked.within) & ~(found > both["reopened_day"].to_numpy())
    both, found = both[kept], found[kept]
    came = problems["problem_id"].iloc[both["back_row"]].isin(suspects).to_numpy(dtype=bool)
    return _evidence(both["closing"].to_numpy(), both["back_row"].to_numpy(), np.where(came, "suspect", "place"),
                     both["closed_day"].to_numpy(), found, both["away_m"].to_numpy())  # fmt: skip


def _rows(evidence: pd.DataFrame, closings: pd.DataFrame, problems: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Evidence as rows of REBOUNDS, by problem and day."""
    told = closings.iloc[evidence["closing"]]
    of = problems.iloc[told["row"]].reset_index(drop=True)
    closed, back = (np.asarray(each, dtype="int64").astype("datetime64[D]")
                    for each in (told["closed_day"], evidence["back_day"]))  # fmt: skip
    back_as = problems["problem_id"].iloc[evidence["back_row"].to_numpy(dtype="int64")].to_numpy()
    made = gpd.GeoDataFrame(
        {
            "rebound_id": of["problem_id"]
            + "/"
            + pd.Series(closed.astype(str))
            + "/"
            + pd.Series(back_as, dtype="str"),
            "problem_id": of["problem_id"],
            "back_as": back_as,
            "evidence": evidence["evidence"].to_numpy(),
            **{name: of[name] for name in ("river_id", "bank", "chainage_m", "kind")},
            "closed_on": closed.astype("datetime64[s]"),
            "back_on": back.astype("datetime64[s]"),
            "back_days": evidence["back_days"].to_numpy(),
            "away_m": evidence["away_m"].to_numpy(),
        },
        geometry=of.geometry.array,
        crs=problems.crs,
    )
    return REBOUNDS.conform(made.sort_values(["problem_id", "back_on", "back_as"], kind="stable", ignore_index=True))


def _odds(watched: pd.DataFrame, problems: gpd.GeoDataFrame, asked: Question) -> pd.DataFrame:
    """Probability to be back within the days of the rules: in all, and by each value of each scope."""
    rows = with_month(problems).iloc[watched["row"]].reset_index(drop=True)
    rows = rows.assign(waited=watched["waited"].to_numpy(), back=watched["back_days"].notna().to_numpy())
    made = pd.DataFrame(
        [row for each in parts_of(rows) for row in _odds_of(*each, asked)], columns=_names(REBOUND_ODDS)
    )
    return pd.DataFrame(REBOUND_ODDS.conform(made))


def _names(schema: Any) -> list[str]:  # noqa: ANN401 - a schema
    return [column.name for column in schema]


def _odds_of(scope: str, part: str, some: pd.DataFrame, asked: Question) -> Iterator[dict[str, Any]]:
    curve = product_limit(some["waited"].to_numpy(), some["back"].to_numpy())
    share, low, high = surviving(curve, asked.windows, asked.confidence)
    for k, days in enumerate(asked.windows):
        yield {
            "odds_id": f"{scope}/{part}/{days}", "scope": scope, "part": part, "closing_count": len(some),
            "rebound_count": int(some["back"].sum()), "after_days": days, "probability": 1.0 - share[k],
            "probability_low": 1.0 - high[k], "probability_high": 1.0 - low[k], "confidence_level": asked.confidence,
        }  # fmt: skip


def _reaches(watched: pd.DataFrame, problems: gpd.GeoDataFrame, asked: Question) -> pd.DataFrame:
    """Reaches with the share of closings that were back soon; only closings watched long enough to tell count."""
    segment = problems["segment_id"].fillna("") if "segment_id" in problems else pd.Series("", index=problems.index)
    keys = pd.DataFrame({"river_id": problems["river_id"].fillna(""), "segment_id": segment})
    rows = keys.iloc[watched["row"]].reset_index(drop=True)
    soon = (watched["back_days"] <= asked.soon).to_numpy()
    told = soon | (watched["waited"] >= asked.soon).to_numpy()
    counts = rows[told].assign(soon=soon[told]).groupby(["river_id", "segment_id"])["soon"].agg(["size", "sum"])
    size, hits = counts["size"].to_numpy(dtype="int64"), counts["sum"].to_numpy(dtype="int64")
    low, high = wilson(hits, size, asked.confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        elsewhere = (hits.sum() - hits) / (size.sum() - size)
    names = counts.index.to_frame(index=False).astype("str")
    made = names.assign(
        reach_id=names["river_id"] + "/" + names["segment_id"],
        closing_count=size, soon_count=hits, soon_share=hits / size, soon_low=low, soon_high=high,
        elsewhere_share=elsewhere, on_paper=(hits > 0) & (low > elsewhere),
    )  # fmt: skip
    order = ["on_paper", "soon_low", "reach_id"]
    made = made.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return pd.DataFrame(PAPER_CLOSINGS.conform(made))
