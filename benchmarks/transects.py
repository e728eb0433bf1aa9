"""Rates of 10,000 transects × 30 dates against a loop of statsmodels and scipy; casting against a smaller self.

``python benchmarks/transects.py`` prints CPU seconds and ratios, and ends with 1 if a rate differs by more than 1e-9,
if the loop is less than twenty times slower, or if a river four times as long costs more than six times as much. The
loop is run on a fiftieth of the transects, since it fits them one by one, and its time is scaled up.
"""

from __future__ import annotations

import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import statsmodels.api as sm
from scipy import stats

import riverline as rl
from riverline._kernels.statistics.trends import fit, median_slope

TRANSECTS, DATES, SHARE = 10_000, 30, 50
KILOMETRES, VERTEX_M, SPACING_M = 100.0, 10.0, 50.0


def positions() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    times = np.tile(np.sort(random.uniform(0.0, 35.0, DATES)), (TRANSECTS, 1))
    away = 300.0 + random.normal(0, 3, (TRANSECTS, 1)) * times + random.normal(0, 8, times.shape)
    away[random.uniform(size=away.shape) < 0.15] = np.nan
    return times, away, random.uniform(2, 15, away.shape) ** -2.0


def compare_rates() -> bool:
    times, away, weights = positions()
    start = time.process_time()
    line, weighted, sen = fit(times, away), fit(times, away, weights), median_slope(times, away, 0.95)
    ours_s = time.process_time() - start
    rows = np.arange(0, TRANSECTS, SHARE)
    theirs = []
    start = time.process_time()
    for row in rows:
        seen = np.isfinite(away[row])
        x, y, w = times[row, seen], away[row, seen], weights[row, seen]
        design = sm.add_constant(x)
        ordinary, heavy = sm.OLS(y, design).fit(), sm.WLS(y, design, w).fit()
        slope = stats.theilslopes(y, x, 0.95)
        of_lines = [ordinary.params[1], ordinary.bse[1], ordinary.rsquared, ordinary.pvalues[1]]
        theirs.append([*of_lines, heavy.params[1], heavy.bse[1], slope.slope, slope.low_slope, slope.high_slope])
    peer_s = (time.process_time() - start) * SHARE
    ours = [line.slope, line.slope_error, line.r2, line.p, weighted.slope, weighted.slope_error]
    ours = np.stack([*ours, sen.slope, sen.low, sen.high], axis=1)[rows]
    agree = np.allclose(ours, np.array(theirs), rtol=1e-9, atol=1e-9)
    print(f"rates of {TRANSECTS} transects × {DATES} dates (LRR, WLR, Theil-Sen)")
    print(f"riverline   {ours_s:8.2f} CPU s")
    print(f"statsmodels {peer_s:8.2f} CPU s (scaled from {len(rows)} transects)")
    print(f"ratio {peer_s / ours_s:.0f}×, agree to 1e-9: {agree}")
    return agree and peer_s >= 20.0 * ours_s


def river(kilometres: float) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    x = np.arange(0.0, kilometres * 1000.0, VERTEX_M)
    y = 900.0 * np.sin(x / 1500.0)
    axis = np.column_stack([x + 500_000.0, y + 3_500_000.0])
    across = np.column_stack([-np.gradient(y, x), np.ones_like(x)])
    across /= np.hypot(*across.T)[:, None]
    rows = []
    for number, day in enumerate(pd.date_range("1990-01-01", periods=DATES, freq="365D")):
        for bank, sign in (("left", 1.0), ("right", -1.0)):
            wander = 4.0 * np.sin(x / 300.0 + number)
            line = shapely.LineString(axis + (sign * (80.0 + 0.5 * number) + wander)[:, None] * across)
            rows.append((f"{bank}{number}", "R1", day, bank, 5.0, line))
    names = ["shoreline_id", "river_id", "date", "bank", "uncertainty_m", "geometry"]
    lines = gpd.GeoDataFrame(pd.DataFrame(rows, columns=names), geometry="geometry", crs=4548)
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ""}, geometry=[shapely.LineString(axis)], crs=4548)
    return lines, axes


def seconds(kilometres: float, areas: str) -> tuple[float, rl.ShorelineChange]:
    lines, axes = river(kilometres)
    start = time.process_time()
    change = rl.measure_shoreline_change(lines, axes, spacing_m=SPACING_M, areas=areas, forecast_years=())
    return time.process_time() - start, change


def main() -> int:
    good = compare_rates()
    seconds(1.0, "none")
    small_s, _ = seconds(KILOMETRES / 4.0, "none")
    large_s, change = seconds(KILOMETRES, "none")
    all_s, _ = seconds(KILOMETRES, "consecutive")
    print(f"{KILOMETRES:g} km, {DATES} dates, {len(change.transects)} transects, {len(change.intersections)} positions")
    print(
        f"casting, meeting, rates {large_s:8.2f} CPU s; a quarter of the river {small_s:.2f}: {large_s / small_s:.1f}×"
    )
    print(f"with areas of every pair of dates {all_s:8.2f} CPU s")
    full = len(change.intersections) == len(change.transects) * DATES
    print(f"every transect met every date: {full}")
    return 0 if good and full and large_s <= 6.0 * small_s else 1


if __name__ == "__main__":
    sys.exit(main())
