"""Problems put on a network of 20,000 reaches, against spaghetti's snapping, and how the cost grows.

``python benchmarks/attach.py`` prints CPU seconds of ``rl.attach`` for 10,000 problems; those of spaghetti, where it is
installed (``pip install spaghetti``), for its network and for snapping a tenth of the problems, scaled up; and the cost
at three sizes. Both paths begin with lines and points in frames and end with every point on its line: ``rl.attach``
builds what it looks lines up in within its time, spaghetti its network. It ends with 1 if the exponent is above 1.1 or
that ratio below 50; that of their snapping alone is printed beside it.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import warnings

import geopandas as gpd
import numpy as np
import shapely

import riverline as rl

REACHES, PROBLEMS, SHARE = 20_000, 10_000, 10
LEAST_RATIO, MOST_EXPONENT = 50.0, 1.1


def network(count: int) -> gpd.GeoDataFrame:
    """Reaches of some 500 m in a square, ends shared: rows of a grid, each a river of its own pieces."""
    side = int(np.sqrt(count))
    generator = np.random.default_rng(0)
    x, y = np.meshgrid(np.arange(side + 1) * 500.0, np.arange(side) * 500.0)
    y = y + generator.uniform(-100, 100, y.shape)
    ends = np.stack([np.stack([x[:, :-1], y[:, :-1]], axis=-1), np.stack([x[:, 1:], y[:, 1:]], axis=-1)], axis=2)
    lines = shapely.linestrings(ends.reshape(-1, 2, 2) + np.array([400_000.0, 3_400_000.0]))
    return gpd.GeoDataFrame({"river_id": [f"R{k}" for k in range(len(lines))], "name": ""}, geometry=lines, crs=4548)


def scattered(count: int, axes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    generator = np.random.default_rng(1)
    west, south, east, north = axes.total_bounds
    xy = generator.uniform((west, south), (east, north), (count, 2))
    return gpd.GeoDataFrame({"problem_id": np.arange(count).astype(str)}, geometry=shapely.points(xy), crs=4548)


def spent(do) -> float:
    start = time.process_time()
    do()
    return time.process_time() - start


def peer_s(axes: gpd.GeoDataFrame, problems: gpd.GeoDataFrame) -> tuple[float, float]:
    """Seconds of spaghetti: its network, and snapping to it."""
    import spaghetti

    made = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build = spent(lambda: made.append(spaghetti.Network(in_data=axes[["geometry"]].copy())))
        snap = spent(lambda: made[0].snapobservations(problems[["geometry"]].copy(), "p", attribute=False))
    return build, snap


def main() -> int:
    warm = network(400)
    rl.attach(scattered(100, warm), warm)
    axes = network(REACHES)
    problems = scattered(PROBLEMS, axes)
    ours = spent(lambda: rl.attach(problems, axes, far_m=1000, margin_m=20))
    print(f"riverline  {len(problems):,} problems on {len(axes):,} reaches: {ours:.2f} CPU s")
    ratio = np.inf
    if importlib.util.find_spec("spaghetti") is not None:
        build, snap = peer_s(axes, scattered(PROBLEMS // SHARE, axes))
        # Both begin with lines: what riverline looks them up in is built within its time too.
        ratio = (build + snap * SHARE) / ours
        print(f"spaghetti  network {build:.1f}, snapping {snap * SHARE:.1f} CPU s (scaled from {PROBLEMS // SHARE:,})")
        print(f"ratio {ratio:.0f}× with its network, {snap * SHARE / ours:.0f}× without")
    else:
        print("spaghetti is not installed: no ratio")
    sizes = [1, 2, 4]
    costs = []
    for size in sizes:
        many = network(REACHES * size)
        some = scattered(PROBLEMS * 4 * size, many)
        costs.append(min(spent(lambda some=some, many=many: rl.attach(some, many)) for _ in range(3)))
    exponent = float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])
    told = ", ".join(
        f"{PROBLEMS * 4 * size:,} on {REACHES * size:,}: {cost:.2f}" for size, cost in zip(sizes, costs, strict=True)
    )
    print(f"{told} CPU s; exponent {exponent:.2f}")
    return 0 if ratio >= LEAST_RATIO and exponent <= MOST_EXPONENT else 1


if __name__ == "__main__":
    sys.exit(main())
