"""A million footprints against a hundred kilometres of river, against ``geopandas.overlay`` of the same two frames.

Run ``python benchmarks/screen.py``, or with ``--full`` for a million footprints and an extent of 100 km and 100,000
vertices, of which the overlay alone takes minutes. ``overlay`` gives the part of each footprint inside; ``clipping`` is
the least that a careful hand would write, ``sindex.query`` with the extent and ``shapely.intersection`` of the hits
that are not covered; ``screen`` does all of it: areas on the ellipsoid, depths, shoreline taken, banks, chainages,
distances to the axis, evidence, sums and the count of what lies outside. Each runs in a process of its own, the quick
two twice, the least counting. It prints processor time and memory, and fails unless ``screen`` takes 5 times less time
than the overlay and no more than 1.5 times that of ``clipping`` (without ``--full``, where fixed costs weigh: twice
less and 4 times), and all three find the same footprints and the same area inside each to 0.01 m².
"""

from __future__ import annotations

import sys
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from ways import compare

WAYS = ("overlay", "clipping", "screen")
SIZES = {False: (100_000, 20_000.0, 20_000), True: (1_000_000, 100_000.0, 100_000)}
FASTER, SLOWER, EQUAL_M2 = {False: 2.0, True: 5.0}, {False: 4.0, True: 1.5}, 0.011
CRS = "EPSG:4548"
EAST, NORTH = 460_000.0, 3_500_000.0


def course(along):
    """How far the river swings from a straight line, metres."""
    return 900.0 * np.sin(along / 1700.0) + 250.0 * np.sin(along / 410.0)


def river(length, vertices, seed=1):
    """A winding extent 300 m wide with noise on each vertex of its edges, and its axis."""
    random = np.random.default_rng(seed)
    along = np.linspace(0.0, length, vertices // 2)
    middle = course(along)
    edges = [np.column_stack([along, middle + off + random.normal(0.0, 0.2, len(along))]) for off in (150.0, -150.0)]
    place = np.array([EAST, NORTH])
    shape = shapely.Polygon(np.concatenate([edges[0], edges[1][::-1]]) + place)
    lengths = dict.fromkeys(("left_length_m", "right_length_m", "axis_length_m"), length)
    row = {"extent_id": "R1-management", "river_id": "R1", "name": "清水河", "kind": "management", "area_m2": 0.0}
    row |= lengths | {"clearance_m": 0.0, "rules": "", "version": ""}
    axis = shapely.LineString(np.column_stack([along, middle])[::10] + place)
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=CRS)
    return gpd.GeoDataFrame([row], geometry=[shape], crs=CRS), axes


def footprints(count, length, seed=3):
    """Buildings of 6 to 20 m, turned at will, within 2.5 km of the middle of the valley."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0.0, length, count), random.uniform(-2500.0, 2500.0, count)
    half = random.uniform(3.0, 10.0, (2, count, 1))
    turn = random.uniform(0.0, np.pi, (count, 1))
    corner = np.array([[-1.0, 1.0, 1.0, -1.0], [-1.0, -1.0, 1.0, 1.0]])
    across, up = half[0] * corner[0], half[1] * corner[1]
    points = [
        EAST + x[:, None] + across * np.cos(turn) - up * np.sin(turn),
        NORTH + y[:, None] + across * np.sin(turn) + up * np.cos(turn),
    ]
    names = pd.Series(np.arange(count)).astype(str)
    return gpd.GeoDataFrame({"feature_id": "B" + names}, geometry=shapely.polygons(np.stack(points, axis=-1)), crs=CRS)


def run(way, full):
    """Do it one way in this process: seconds of each time, and the area inside each footprint."""
    import riverline as rl

    count, length, vertices = SIZES[full]
    (extents, axes), houses = river(length, vertices), footprints(count, length)
    rl.screen(houses[:100], extents, axes=axes)  # load what will be used
    seconds = []
    for _ in range(1 if way == "overlay" else 2):
        fresh = gpd.GeoDataFrame(houses.drop(columns="geometry"), geometry=houses.geometry.array.copy(), crs=CRS)
        begin = time.process_time()
        if way == "overlay":
            made = gpd.overlay(fresh, extents[["geometry"]], how="intersection")
        elif way == "clipping":
            made = clipped(fresh, extents.geometry.iloc[0])
        else:
            found = rl.screen(fresh, extents, axes=axes)
        seconds.append(time.process_time() - begin)
    if way == "screen":
        areas = found.suspects.set_index("feature_id")["inside_m2"]
    else:
        areas = rl.geodesy.ellipsoidal_area(made).set_axis(made["feature_id"])
    return seconds, areas


def clipped(houses, region):
    """The part of each footprint inside: the index, and the hits that are not covered cut by the whole extent."""
    rows = np.sort(houses.sindex.query(region, predicate="intersects"))
    shapely.prepare(region)
    pieces = houses.geometry.to_numpy()[rows]
    crossing = ~shapely.covers(region, pieces)
    pieces[crossing] = shapely.intersection(pieces[crossing], region)
    made = gpd.GeoDataFrame({"feature_id": houses["feature_id"].to_numpy()[rows]}, geometry=pieces, crs=houses.crs)
    return made[made.area > 0.0]


def judge(found):
    """Print the ratios; whether the targets are met."""
    faster = found.seconds["overlay"] / found.seconds["screen"]
    slower = found.seconds["screen"] / found.seconds["clipping"]
    print(f"screen: {faster:.1f}× less time than overlay (at least {FASTER[found.full]:g})")
    print(f"screen: {slower:.2f}× the time of clipping (at most {SLOWER[found.full]:g})")
    return found.agree(EQUAL_M2) and faster >= FASTER[found.full] and slower <= SLOWER[found.full]


if __name__ == "__main__":
    sys.exit(compare(__file__, WAYS, run, judge, full="a million footprints, 100 km"))
