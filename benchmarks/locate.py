"""Chainage and offset of a million points, against geopandas: nearest axis by a spatial join, then projection.

``python benchmarks/locate.py`` prints both and the ratio, and ends with 1 if riverline is slower. The peer is run on a
hundredth of the points, since its projection walks the whole axis for each of them, and its time is scaled up; both
must agree there.
"""

from __future__ import annotations

import resource
import sys
import time

import geopandas as gpd
import numpy as np
import shapely

import riverline as rl

POINTS, RIVERS, VERTICES = 1_000_000, 20, 5_000
SHARE = 100


def rivers() -> gpd.GeoDataFrame:
    x = np.linspace(500_000, 560_000, VERTICES)
    lines = [
        shapely.LineString(np.column_stack([x, 3_500_000 + 4000 * i + 900 * np.sin(x / 1500 + i)]))
        for i in range(RIVERS)
    ]
    return gpd.GeoDataFrame({"river_id": [f"R{i:02d}" for i in range(RIVERS)], "name": ""}, geometry=lines, crs=4548)


def main() -> int:
    axes, generator = rivers(), np.random.default_rng(0)
    x, y = generator.uniform(500_000, 560_000, POINTS), generator.uniform(3_498_000, 3_580_000, POINTS)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=4548))

    start = time.process_time()
    located = rl.locate(points, axes)
    ours_s = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6

    some = points.iloc[::SHARE]
    start = time.process_time()
    joined = some.sjoin_nearest(axes[["river_id", "geometry"]], distance_col="away")
    joined = joined[~joined.index.duplicated()]
    nearest = axes.geometry.iloc[joined["index_right"]]
    chainage = shapely.line_locate_point(nearest.array, joined.geometry.array)
    peer_s = (time.process_time() - start) * SHARE

    same = located.loc[joined.index]
    print(f"{POINTS} points, {RIVERS} rivers of {VERTICES} vertices; peak {peak:.2f} GB")
    print(f"riverline {ours_s:8.1f} CPU s")
    print(f"geopandas {peer_s:8.1f} CPU s (scaled from {len(some)} points)")
    print(f"ratio {peer_s / ours_s:.1f}×")
    agree = np.allclose(same["offset_m"].abs(), joined["away"], atol=1e-6)
    agree &= bool(
        (same["river_id"] == joined["river_id"]).all() and np.allclose(same["chainage_m"], chainage, atol=1e-3)
    )
    print(f"agree: {agree}")
    return 0 if ours_s < peer_s and agree else 1


if __name__ == "__main__":
    sys.exit(main())
