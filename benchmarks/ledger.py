"""A country's ledger: 240,000 problems with a million events, against plain inserts of the same rows into SQLite.

``python benchmarks/ledger.py [problems]`` prints what ``take``, ``record_all`` and the state of a day cost, and how
many times as much as inserting the same rows into a table without looking at them. It ends with 1 if ``take`` is below
5,000 rows a second, or the state of a day at 240,000 problems above 3 s. Times are CPU seconds: other jobs may share
the cores.
"""

from __future__ import annotations

import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import riverline as rl

PROBLEMS = 240_000
STEPS = ("assigned", "rectifying", "review", "closed")
LEAST_ROWS_S, MOST_STATE_S = 5_000, 3.0


def problems(count: int) -> gpd.GeoDataFrame:
    generator = np.random.default_rng(0)
    x, y = generator.uniform(400_000, 600_000, count), generator.uniform(3_000_000, 3_900_000, count)
    columns = {
        "problem_id": [f"WT{k:07d}" for k in range(count)],
        "river_id": [f"R{k:05d}" for k in generator.integers(0, 5000, count)],
        "bank": np.array(["left", "right"])[generator.integers(0, 2, count)],
        "chainage_m": generator.uniform(0, 90_000, count),
        "kind": np.array(["occupation", "extraction", "dumping", "construction"])[generator.integers(0, 4, count)],
        "severity": np.array(["minor", "serious", "major"])[generator.integers(0, 3, count)],
        "found_on": pd.Timestamp("2020-01-01") + pd.to_timedelta(generator.integers(0, 1500, count), unit="D"),
        "admin": [f"乡镇{k}" for k in generator.integers(0, 900, count)],
        "description": "河道管理范围内堆放物料，占用滩地",
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.points(x, y), crs=4548)


def steps(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Four events for most, so that with those of finding there are more than four a problem."""
    days = np.arange(1, len(STEPS) + 1) * 9
    kept = len(frame) * 19 // 24
    found = frame["found_on"].to_numpy()[:kept]
    return pd.DataFrame(
        {
            "problem_id": np.repeat(frame["problem_id"].to_numpy()[:kept], len(STEPS)),
            "event": np.tile(STEPS, kept),
            "on": (found[:, None] + days[None, :].astype("timedelta64[D]")).ravel(),
            "by": "县河长办",
        }
    )


def plain_s(rows: list[tuple[object, ...]], folder: Path) -> float:
    db = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    names = ", ".join(f"c{k}" for k in range(len(rows[0])))
    db.execute(f"CREATE TABLE t ({names})")
    start = time.process_time()
    db.execute("BEGIN")
    marks = ", ".join("?" * len(rows[0]))
    db.executemany(f"INSERT INTO t VALUES ({marks})", rows)  # noqa: S608 - marks of our own
    db.execute("COMMIT")
    spent = time.process_time() - start
    db.execute("DROP TABLE t")
    db.close()
    return spent


def timed(do):
    start = time.process_time()
    made = do()
    return made, time.process_time() - start


def tell(what: str, rows: int, spent: float, base: float = 0.0) -> None:
    times = f"{spent / base:6.1f}× plain inserts" if base else ""
    print(f"{what:<15}{rows:>10,} rows {spent:7.1f} CPU s {rows / spent:>9,.0f} rows/s {times}", flush=True)


def main(count: int) -> int:
    frame = problems(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger = rl.Ledger.open(folder / "台账.gpkg")
        made, taken_s = timed(lambda: ledger.take(frame, source="普查", on="2025-01-01"))
        plain = pd.DataFrame(frame.drop(columns="geometry")).assign(place=frame.geometry.to_wkb())
        base = plain_s(list(plain.astype({"found_on": "str"}).itertuples(index=False, name=None)), folder)
        tell("take", len(made.added), taken_s, base)
        table = steps(frame)
        recorded, spent = timed(lambda: ledger.record_all(table))
        base = plain_s(list(table.astype(str).itertuples(index=False, name=None)), folder)
        tell("record_all", len(recorded.events), spent, base)
        again, spent = timed(lambda: ledger.take(frame, source="普查", on="2025-01-02"))
        tell("take again", len(again.kept), spent)
        now, spent = timed(ledger.problems)
        tell("state now", len(now), spent)
        day, day_s = timed(lambda: ledger.problems(on="2022-06-30"))
        tell("state of a day", len(day), day_s)
        last, last_s = timed(lambda: ledger.problems(on="2024-12-31"))
        tell("state of a day", len(last), last_s)
        faults, spent = timed(ledger.verify)
        tell("verify", len(recorded.events) + count, spent)
        print(f"file {ledger.path.stat().st_size / 1e6:,.0f} MB")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    same = len(made.added) == len(again.kept) == count and recorded.faults.empty and faults.empty
    fine = count / taken_s >= LEAST_ROWS_S and (max(day_s, last_s) <= MOST_STATE_S or count > PROBLEMS)
    return 0 if fine and same else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else PROBLEMS))
