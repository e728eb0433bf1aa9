"""Ledgers that tests write to: an invented county's problems, and what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import riverline as rl

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0
KINDS = ("occupation", "extraction", "dumping", "construction")


def problems_of(count: int = 4, *, seed: int = 0, **columns: Any) -> gpd.GeoDataFrame:
    """Problems a kilometre apart, one a day from the first of January 2025."""
    generator = np.random.default_rng(seed)
    at = np.arange(count)
    frame = {
        "kind": [KINDS[k % len(KINDS)] for k in at],
        "found_on": pd.Timestamp("2025-01-01") + pd.to_timedelta(at % 300, unit="D"),
        "severity": np.array(["minor", "serious", "major"])[generator.integers(0, 3, count)],
        "description": [f"问题{k}" for k in at],
        **columns,
    }
    return gpd.GeoDataFrame(frame, geometry=shapely.points(X + 1000.0 * (at % 50), Y + 1000.0 * (at // 50)), crs=CRS)


def ledger_of(folder: Path, *frames: gpd.GeoDataFrame, rules: Any = None, on: str = "2025-12-31") -> rl.Ledger:
    """A ledger that has taken frames."""
    ledger = rl.Ledger.open(folder / "台账.gpkg", rules=rules)
    for frame in frames:
        ledger.take(frame, source="排查", on=on)
    return ledger


def walk(ledger: rl.Ledger, problem_id: str, *steps: tuple[str, str]) -> None:
    """Record events of a problem: name and day each."""
    for event, on in steps:
        ledger.record(problem_id, event, on=on, by="县河长办", note="按要求办理")


def closing(on: str) -> tuple[tuple[str, str], ...]:
    """The steps of one closing, all on one day."""
    return tuple((event, on) for event in ("assigned", "rectifying", "review", "closed"))
