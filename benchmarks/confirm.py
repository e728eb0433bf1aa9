"""Titles along a river of many vertices, against ``geopandas.overlay`` of the same two frames.

Run ``python benchmarks/confirm.py``, or with ``--full`` for 50,000 parcels and an extent of 115,000 vertices, of which
the overlay alone takes over a minute. The parcels share their corners, but for one in fifty, which is moved by 0.3 m.
``cut`` does what the overlay does, the part of each parcel inside; ``confirm`` does all of it: gaps, overlaps, slivers,
parcels on both sides of the line, ellipsoidal and adjusted areas, the register. Each runs in a process of its own, so
that its memory can be told; the quick two run three times, the least counting. It prints processor time and memory, and
fails unless ``confirm`` takes 50 times less time than the overlay (8 times without ``--full``), stays below 600 MB, and
all three find the same area in each parcel to a millionth of a square metre.
"""

from __future__ import annotations

import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from ways import compare

CRS = "EPSG:4548"
SIZES = {False: (20_000, 46_000), True: (50_000, 115_000)}
# An overlay grows with both numbers, what we do with their sum.
FASTER = {False: 8.0, True: 50.0}
MEMORY_MB, EQUAL_M2 = 600.0, 1e-6
WAYS = ("overlay", "cut", "confirm")


def extent(vertices, seed=7):
    """A winding river's extent, 300 m wide, with noise on each vertex of its edges."""
    random = np.random.default_rng(seed)
    along = np.linspace(0.0, 40_000.0, vertices // 2)
    middle = 900.0 * np.sin(along / 1700.0) + 250.0 * np.sin(along / 410.0)
    edges = [np.column_stack([along, middle + off + random.normal(0.0, 0.2, len(along))]) for off in (150.0, -150.0)]
    shape = shapely.Polygon(np.concatenate([edges[0], edges[1][::-1]]) + np.array([500_000.0, 3_500_000.0]))
    lengths = dict.fromkeys(("left_length_m", "right_length_m", "axis_length_m"), 40_000.0)
    row = {"extent_id": "R1-management", "river_id": "R1", "name": "清水河", "kind": "management", "area_m2": 0.0}
    return gpd.GeoDataFrame(
        [row | lengths | {"clearance_m": 0.0, "rules": "", "version": ""}], geometry=[shape], crs=CRS
    )


def parcels(count, seed=3):
    """Quadrilaterals of sixteen vertices that cover the valley, some of them moved."""
    random = np.random.default_rng(seed)
    columns = count // 100
    x, y = np.meshgrid(np.linspace(-100.0, 40_100.0, columns + 1), np.linspace(-1500.0, 1500.0, 101), indexing="ij")
    x, y = x + random.normal(0.0, 4.0, x.shape), y + random.normal(0.0, 2.0, y.shape)
    corner = np.stack([x + 500_000.0, y + 3_500_000.0], axis=-1)
    rings = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], axis=2).reshape(-1, 4, 2)
    share = (np.arange(4) / 4.0)[None, None, :, None]
    rings = (rings[:, :, None] * (1.0 - share) + np.roll(rings, -1, axis=1)[:, :, None] * share).reshape(
        len(rings), -1, 2
    )
    rings[random.choice(len(rings), len(rings) // 50, replace=False)] += np.array([0.18, 0.24])
    names = pd.Series(np.arange(len(rings))).astype(str).str.zfill(6)
    data = {"parcel_id": names, "owner": "户" + (names.astype(int) % 977).astype(str), "ownership": "collective"}
    return gpd.GeoDataFrame(data, geometry=shapely.polygons(rings), crs=CRS)


def run(way, full):
    """Do it one way in this process: seconds of each time, and the area inside each parcel."""
    import riverline as rl
    from riverline._kernels.areas.cutting import cut

    count, vertices = SIZES[full]
    range_, titles = extent(vertices), parcels(count)
    rl.confirm, rl.geodesy.ellipsoidal_area(titles[:1])  # load what will be used
    seconds = []
    for _ in range(1 if way == "overlay" else 3):
        begin = time.process_time()
        if way == "overlay":
            made = gpd.overlay(titles, range_[["geometry"]], how="intersection").set_index("parcel_id").area
        elif way == "cut":
            rows, pieces = cut(np.asarray(titles.geometry.array), range_.geometry.iloc[0])
        else:
            result = rl.confirm(range_, titles)
        seconds.append(time.process_time() - begin)
    if way == "cut":
        made = pd.Series(shapely.area(pieces), index=titles["parcel_id"].iloc[rows])
    elif way == "confirm":
        held = result.holdings[result.holdings["parcel_id"] != ""]
        parts = held.assign(parcel_id=held["parcel_id"].str.split("; "), m2=held.area).explode("parcel_id")
        made = parts.groupby("parcel_id")["m2"].sum()
    return seconds, made


def judge(found):
    """Print the ratios; whether the targets are met."""
    faster = {way: found.seconds["overlay"] / found.seconds[way] for way in WAYS[1:]}
    least, memory = FASTER[found.full], found.memory_mb["confirm"]
    print(f"less time: cut {faster['cut']:.0f}×, confirm {faster['confirm']:.0f}× (at least {least:.0f})")
    print(f"memory {memory:.0f} MB (at most {MEMORY_MB:.0f})")
    return found.agree(EQUAL_M2) and memory <= MEMORY_MB and faster["confirm"] >= least


if __name__ == "__main__":
    sys.exit(compare(__file__, WAYS, run, judge, full="50,000 parcels and 115,000 vertices"))
