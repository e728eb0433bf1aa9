"""Axis of a 100 km river of 50,000 vertices with 40 islands, against pygeoops on the same polygon.

``python benchmarks/centreline.py`` prints both and the ratio, and ends with 1 if riverline is slower, its line has more
than one part, or it leaves the water.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pygeoops
import shapely

from riverline._kernels.areas.medial_axis import trace

VERTICES, ISLANDS, LENGTH_M = 50_000, 40, 100_000.0


def river() -> tuple[shapely.Polygon, shapely.LineString]:
    """Meanders of two sizes, 80 to 160 m wide, banks rough by half a metre, and the axis they were drawn from."""
    generator = np.random.default_rng(0)
    count = VERTICES // 2 - ISLANDS * 20
    x = np.linspace(0, LENGTH_M, count)
    axis = np.column_stack([x, 3000 * np.sin(x / 4000) + 600 * np.sin(x / 1100)])
    along = np.gradient(axis, axis=0)
    along /= np.hypot(*along.T)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    half = (60 + 20 * np.sin(x / 2500))[:, None]
    left, right = (axis + side * across * (half + generator.normal(0, 0.5, (count, 1))) for side in (1, -1))
    turn = np.linspace(0, 2 * np.pi, 40)[:-1, None]
    holes = [
        axis[i] + 80 * np.cos(turn) * along[i] + (22 * np.sin(turn) + generator.uniform(-15, 15)) * across[i]
        for i in np.linspace(0.03 * count, 0.97 * count, ISLANDS).astype(int)
    ]
    return shapely.Polygon(np.concatenate([right, left[::-1]]), holes), shapely.LineString(axis)


def timed(function, *arguments):
    best, result = np.inf, None
    for _ in range(2):
        start = time.process_time()
        result = function(*arguments)
        best = min(best, time.process_time() - start)
    return best, result


def main() -> int:
    water, truth = river()
    print(f"{shapely.get_num_coordinates(water)} vertices, {len(water.interiors)} islands, valid: {water.is_valid}")
    ours_s, vertices = timed(trace, water)
    peer_s, peer = timed(pygeoops.centerline, water)
    ours = shapely.LineString(vertices)
    inside = shapely.Polygon(water.exterior).buffer(1e-6).covers(ours)
    for name, seconds, line in (("riverline", ours_s, ours), ("pygeoops", peer_s, peer)):
        places = shapely.line_interpolate_point(shapely.line_merge(line), np.linspace(0, 1, 5000), normalized=True)
        error = shapely.distance(places, truth)
        parts = shapely.get_num_geometries(line)
        print(f"{name:10s} {seconds:6.2f} CPU s  parts {parts:4d}  mean error {np.nanmean(error):6.2f} m")
    print(f"ratio {peer_s / ours_s:.1f}×  simple: {ours.is_simple}  inside: {inside}")
    return 0 if ours_s < peer_s and ours.is_simple and inside else 1


if __name__ == "__main__":
    sys.exit(main())
