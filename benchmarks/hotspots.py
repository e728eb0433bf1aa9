"""Hotspots against esda and pointpats, and against themselves at country size.

Run ``python benchmarks/hotspots.py``, or with ``--full`` for the sizes that are promised. It prints processor time and
memory, each peer in a process of its own, and fails unless the exact Gi* takes 200 times less processor time than the
999 permutations of esda (40 times without ``--full``, where fixed costs weigh), Knox on 20,000 events 50 times less
than pointpats, the heat kernel of 10,000 events on 20,000 reaches at most 3 s, and the cost of finding hotspots grows
no faster than size to the power 1.1 over three sizes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings

import geopandas as gpd
import numpy as np
import shapely

GI_PLACES = {False: 20_000, True: 100_000}
FASTER, MOST_S, EXPONENT = {False: 40.0, True: 200.0}, 3.0, 1.1
KNOX_FASTER = 50.0
COUNTRY = {False: (1_000, 2_000, 4_000), True: (25_000, 50_000, 100_000)}
PROBLEMS_PER_KM = 2.4
CRS = "EPSG:4548"


def places(count):
    """Neighbours of random places, eight each, and small counts."""
    from scipy.spatial import cKDTree

    random = np.random.default_rng(1)
    near = cKDTree(random.random((count, 2)))
    return near.query(near.data, 9)[1][:, 1:], random.poisson(2.0, count)


def gi_of_esda(full):
    """The 999 conditional permutations."""
    import esda
    import libpysal

    warnings.simplefilter("ignore")
    near, counts = places(GI_PLACES[full])
    weights = libpysal.weights.W(dict(enumerate(near.tolist())), silence_warnings=True)
    esda.G_Local(counts[:500].astype(float), libpysal.weights.lat2W(25, 20), star=True, permutations=9, seed=1)
    begin = time.process_time()
    esda.G_Local(counts.astype(float), weights, transform="B", star=True, permutations=999, seed=1)
    return time.process_time() - begin


def gi_exact(full):
    """Score and both exact tails of the same."""
    from scipy import sparse

    from riverline._kernels.statistics.exact_null import conditional_tails
    from riverline._kernels.statistics.local_statistics import gi_star

    near, counts = places(GI_PLACES[full])
    start = np.arange(0, near.size + 1, near.shape[1])
    weights = sparse.csr_array((np.ones(near.size), near.ravel(), start), shape=(len(counts),) * 2)
    begin = time.process_time()
    sums = np.asarray(weights @ counts).astype(np.int64)
    gi_star(counts.astype(float), weights)
    conditional_tails(counts, np.full(len(counts), near.shape[1]), sums)
    return time.process_time() - begin


def events(count=20_000):
    """Places in the plane, and days of three years."""
    random = np.random.default_rng(4)
    return random.uniform(0.0, 100_000.0, (count, 2)), random.integers(0, 1_095, count).astype(float)


def knox_of_pointpats(_full):
    """Pairs within 500 m and 14 days, 99 permutations."""
    from pointpats import Knox

    warnings.simplefilter("ignore")
    place, days = events()
    begin = time.process_time()
    found = Knox(place, days[:, None], 500.0, 14.0, permutations=99)
    seconds = time.process_time() - begin
    assert found.statistic_ == knox_table(place, days)[1]
    return seconds


def knox_table(place, days):
    """The same with the pairs of a tree: seconds, and the pairs that there are."""
    from scipy.spatial import cKDTree

    from riverline._kernels.network.near_repeats import Pairs, knox

    begin = time.process_time()
    one, other = cKDTree(place).query_pairs(500.0, output_type="ndarray").T
    pairs = Pairs(one, other, np.hypot(*(place[one] - place[other]).T))
    found = knox(pairs, days, np.array([0.0, 500.0]), np.array([0.0, 14.0]), 1)
    return time.process_time() - begin, int(found.observed[0, 0])


def knox_exact(_full):
    """Exact table, exact expectation and 99 deals."""
    place, days = events()
    knox_table(place[:100], days[:100])
    return knox_table(place, days)[0]


def network(reaches, seed=3):
    """A random river tree of reaches of 500 m: each flows to one that was there before it."""
    random = np.random.default_rng(seed)
    to = np.concatenate([[0], random.integers(np.maximum(np.arange(1, reaches) - 60, 0), np.arange(1, reaches))])
    turn = random.normal(0.0, 0.6, reaches)
    xy, angle = np.zeros((reaches, 2)), np.zeros(reaches)
    for each in range(1, reaches):
        angle[each] = angle[to[each]] + turn[each]
        xy[each] = xy[to[each]] + 500.0 * np.array([np.cos(angle[each]), np.sin(angle[each])])
    return to, xy


def heat(_full):
    """10,000 events on 20,000 reaches in lixels of 50 m, bandwidth 1 km: graph, factor and solution."""
    from riverline._kernels.network.river_graph import Graph
    from riverline._kernels.network.water_heat import Heat

    reaches, parts = 20_000, 10
    to, _ = network(reaches)
    # Node r is the upper end of reach r; inner nodes follow, ten middles of lixels a reach.
    inner = reaches + np.arange((reaches - 1) * parts).reshape(-1, parts)
    chain = np.column_stack([np.arange(1, reaches), inner, to[1:]])
    length = np.tile(np.concatenate([[25.0], np.full(parts - 1, 50.0), [25.0]]), (len(chain), 1))
    graph = Graph(int(inner.max()) + 1, chain[:, :-1].ravel(), chain[:, 1:].ravel(), length.ravel(),
                  np.ones(length.size, dtype=bool))  # fmt: skip
    events = np.bincount(np.random.default_rng(2).integers(0, inner.size, 10_000), minlength=inner.size).astype(float)
    begin = time.process_time()
    density = Heat(graph, inner.ravel(), np.full(inner.size, 50.0), 1_000.0).spread(events)
    seconds = time.process_time() - begin
    assert abs(density.sum() * 50.0 - 10_000.0) < 1e-2
    return seconds


def country(kilometres):
    """Axes of 10 km side by side, every other one joining its neighbour, and problems on both banks."""
    random = np.random.default_rng(5)
    count = kilometres // 9  # two of them have 10 and 8.2 km
    column, row = np.divmod(np.arange(count), 100)
    start = np.column_stack([400_000.0 + column * 11_000.0, 3_000_000.0 + row * 2_000.0])
    end = start + np.array([10_000.0, 0.0])
    end[1::2] = end[0::2][: len(end[1::2])] - np.array([2_000.0, 0.0])
    ids = [f"R{each:05d}" for each in range(count)]
    axes = gpd.GeoDataFrame({"river_id": ids, "name": ids}, geometry=shapely.linestrings(np.stack([start, end], 1)),
                            crs=CRS)  # fmt: skip
    many = int(PROBLEMS_PER_KM * kilometres)
    on = random.integers(0, count, many)
    xy = start[on] + random.random((many, 1)) * (end[on] - start[on]) + random.normal(0.0, 20.0, (many, 2))
    return gpd.GeoDataFrame(geometry=shapely.points(xy), crs=CRS), axes


def whole(kilometres):
    """Significance, density, ranks and verdicts of it."""
    import riverline as rl

    problems, axes = country(kilometres)
    settings = rl.HotspotSettings(bandwidth_m=1_000.0)
    begin = time.process_time()
    spots = rl.find_hotspots(problems, axes, settings=settings)
    rl.hotspots.rank_reaches(spots)
    seconds = time.process_time() - begin
    assert spots.segments["problems"].sum() > 0.99 * len(problems)
    return seconds


def alone(name, argument):
    """Do one thing in a process of its own: seconds, and the memory that it came to."""
    command = [sys.executable, __file__, "--only", name, str(argument)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - this very file


def main():
    """Print the figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="100,000 places, 100,000 km")
    parser.add_argument("--only", nargs=2, metavar=("NAME", "ARGUMENT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        seconds = globals()[given.only[0]](int(given.only[1]))
        print(json.dumps({"s": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0}))
        return 0
    missed = 0
    found = {
        name: alone(name, int(given.full))
        for name in ("gi_of_esda", "gi_exact", "knox_of_pointpats", "knox_exact", "heat")
    }
    for name, row in found.items():
        print(f"{name:17} {row['s']:9.3f} s {row['mb']:9.0f} MB")
    ratio = found["gi_of_esda"]["s"] / found["gi_exact"]["s"]
    print(f"exact Gi*: {ratio:.0f}× less than 999 permutations (at least {FASTER[given.full]:g})")
    knox = found["knox_of_pointpats"]["s"] / found["knox_exact"]["s"]
    print(f"Knox: {knox:.0f}× less than pointpats (at least {KNOX_FASTER:g})")
    print(f"heat: {found['heat']['s']:.2f} s (at most {MOST_S:g})")
    missed += ratio < FASTER[given.full] or knox < KNOX_FASTER or found["heat"]["s"] > MOST_S
    sizes = COUNTRY[given.full]
    rows = [alone("whole", size) for size in sizes]
    for size, row in zip(sizes, rows, strict=True):
        print(f"{size:7} km {row['s']:9.2f} s {row['mb']:9.0f} MB")
    slope = float(np.polyfit(np.log(sizes), np.log([row["s"] for row in rows]), 1)[0])
    print(f"exponent {slope:.2f} (at most {EXPONENT:g}), most memory {max(row['mb'] for row in rows):.0f} MB")
    return int(missed or slope > EXPONENT)


if __name__ == "__main__":
    sys.exit(main())
