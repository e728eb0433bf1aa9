"""A year of patrols over a county's rivers, and how the cost grows.

``python benchmarks/patrols.py`` prints CPU seconds of ``rl.measure_patrols`` for 500 tracks on 250 km, 1,000 on 500 km
and 2,000 on 1,000 km of winding rivers, a fix every 15 m, with a village chief for each bank of each five kilometres
and coverage by month; then the same 1,000 km with 500 and 1,000 tracks. It ends with 1 if either exponent is above 1.1:
the cost goes by the fixes and by the kilometres, not by their product.
"""

from __future__ import annotations

import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import riverline as rl

TRACKS, KILOMETRES, SHARES = 2_000, 1_000, (4, 2, 1)
RIVER_M, DUTY_M, WALK_M, FIX_M, KMH = 10_000.0, 5_000.0, 3_000.0, 15.0, 4.0
MOST_EXPONENT = 1.1
CRS = "EPSG:4548"


def rivers(kilometres: int) -> gpd.GeoDataFrame:
    """Rivers of ten kilometres that wind, side by side."""
    count = int(kilometres * 1_000 / RIVER_M)
    x = np.arange(0.0, 9_200.0, 20.0)
    winding = np.column_stack([x, 200.0 * np.sin(x / 250.0)])
    column, row = np.divmod(np.arange(count), 50)
    corner = np.column_stack([400_000.0 + column * 11_000.0, 3_000_000.0 + row * 1_500.0])
    lines = shapely.linestrings(winding + corner[:, None, :])
    ids = [f"R{each:04d}" for each in range(count)]
    return gpd.GeoDataFrame({"river_id": ids, "name": ids}, geometry=lines, crs=CRS)


def duties(axes: gpd.GeoDataFrame) -> pd.DataFrame:
    """A village chief for each bank of each stretch."""
    rows = [
        (river, chief, bank, chief * DUTY_M, (chief + 1) * DUTY_M)
        for river, length in zip(axes["river_id"], axes.length, strict=True)
        for chief in range(max(int(length // DUTY_M), 1))
        for bank in ("left", "right")
    ]
    frame = pd.DataFrame(rows, columns=["river_id", "chief", "bank", "start_chainage_m", "end_chainage_m"])
    chief = frame["river_id"] + "-" + frame["chief"].astype("str") + "-" + frame["bank"]
    return frame.assign(chief=chief, level="village", duty_id=[f"D{each}" for each in range(len(frame))])


def tracks(count: int, axes: gpd.GeoDataFrame, held: pd.DataFrame) -> gpd.GeoDataFrame:
    """Walks of three kilometres beside the water, each of a chief on his bank, on some day of the year."""
    random = np.random.default_rng(1)
    steps = int(WALK_M / FIX_M)
    whose = random.integers(0, len(held), count)
    line = axes.geometry.to_numpy()[axes["river_id"].searchsorted(held["river_id"].to_numpy()[whose])]
    begin = held["start_chainage_m"].to_numpy()[whose] + random.uniform(0.0, DUTY_M - WALK_M, count)
    along = begin[:, None] + np.arange(steps) * FIX_M
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line[:, None], along)).reshape(count, steps, 2)
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line[:, None], along + 1.0)).reshape(count, steps, 2)
    left = np.stack([-(ahead - xy)[..., 1], (ahead - xy)[..., 0]], axis=-1)
    side = np.where(held["bank"].to_numpy()[whose] == "left", 12.0, -12.0)
    xy = xy + side[:, None, None] * left + random.normal(0.0, 2.0, xy.shape)
    first = pd.Timestamp("2025-01-01T01:00") + pd.to_timedelta(random.integers(0, 365, count), unit="D")
    when = first.to_numpy()[:, None] + (np.arange(steps) * FIX_M / KMH * 3.6e9).astype("timedelta64[us]")
    name = np.repeat([f"T{each:05d}" for each in range(count)], steps)
    columns = {
        "point_id": [f"{each}/{number}" for each, number in zip(name, np.tile(np.arange(steps), count), strict=True)],
        "track_id": name, "patroller": np.repeat(held["chief"].to_numpy()[whose], steps), "level": "village",
        "time": pd.DatetimeIndex(when.ravel(), tz="UTC"), "sequence": np.tile(np.arange(steps), count),
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=shapely.points(xy.reshape(-1, 2)), crs=CRS)


def cost(count: int, kilometres: int) -> float:
    """CPU seconds of measuring them."""
    axes = rivers(kilometres)
    held = duties(axes)
    walked = tracks(count, axes, held)
    start = time.process_time()
    made = rl.measure_patrols(walked, axes, duties=held, since="2025-01-01", until="2025-12-31")
    spent = time.process_time() - start
    covered = made.coverage["covered_m"].sum() / 1_000.0
    told = f"{count:,} tracks of {len(walked):,} fixes on {axes.length.sum() / 1_000:,.0f} km, {len(held):,} duties"
    print(f"{told}: {spent:.2f} CPU s, {covered:,.0f} km covered month by month", flush=True)
    return spent


def exponent(sizes: list[float], costs: list[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


def main() -> int:
    cost(20, 50)
    sizes = [1.0 / share for share in SHARES]
    both = exponent(sizes, [cost(TRACKS // share, KILOMETRES // share) for share in SHARES])
    print(f"tracks and rivers together: exponent {both:.2f} (at most {MOST_EXPONENT:g})")
    alone = exponent(sizes, [cost(TRACKS // share, KILOMETRES) for share in SHARES])
    print(f"tracks alone: exponent {alone:.2f} (at most {MOST_EXPONENT:g})")
    return 0 if max(both, alone) <= MOST_EXPONENT else 1


if __name__ == "__main__":
    sys.exit(main())
