"""The strip of a bank of 100,000 vertices, against GEOS's offset curve of the same line.

Run ``python benchmarks/strip.py``. The bank is 100 km long, a vertex to the metre, with noise; its strip of 30 m is
made by ``strip_area`` on both sides at once, and by ``shapely.offset_curve`` on the left alone. Each runs in a process
of its own, so that its memory can be told. It prints processor time, memory and the nearest that either line comes to
the bank, and fails unless the strip takes 2.5 times less time, 10 times less memory, and lies nowhere inside 30 m.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import shapely

WIDTH = 30.0
VERTICES = 100_000
FASTER, SMALLER = 2.5, 10.0


def bank(noise, seed=20250601):
    """A winding line with a vertex to the metre and noise on each."""
    random = np.random.default_rng(seed)
    along = np.arange(VERTICES, dtype="float64")
    heading = 0.9 * np.sin(2 * np.pi * along / 1500.0) + 0.3 * np.sin(2 * np.pi * along / 410.0)
    course = np.cumsum(np.column_stack([np.cos(heading), np.sin(heading)]), axis=0)
    return shapely.LineString(course + random.normal(0.0, noise, course.shape))


def nearest(made, line):
    """How near the middles of a boundary's segments come to the line, without what closes the strip at its ends."""
    coords, owner = shapely.get_coordinates(made, return_index=True)
    middles = shapely.points(((coords[1:] + coords[:-1]) / 2.0)[owner[1:] == owner[:-1]])
    ends = shapely.multipoints(shapely.get_coordinates(line)[[0, -1]])
    beside = middles[~shapely.dwithin(middles, ends, 2.0 * WIDTH)]
    line_coords = shapely.get_coordinates(line)
    tree = shapely.STRtree(shapely.linestrings(np.stack([line_coords[:-1], line_coords[1:]], axis=1)))
    _, away = tree.query_nearest(beside, return_distance=True, all_matches=False)
    return float(away.min())


def run(way, noise):
    """Make one strip in this process and print its figures."""
    from riverline._kernels.lines.strip_area import strip_area

    line = bank(noise)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    made = strip_area(np.array([line]), np.array([WIDTH])) if way == "strip_area" else shapely.offset_curve(line, WIDTH)
    seconds = time.process_time() - begin
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024.0
    edge = shapely.get_parts(shapely.boundary(made) if shapely.get_dimensions(made) == 2 else made)
    print(json.dumps({"s": seconds, "mb": memory, "parts": len(edge), "nearest_m": nearest(edge, line)}))


def main():
    """Print the figures; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noise", type=float, default=0.3, help="standard deviation of the vertices, metres")
    parser.add_argument("--only", choices=["strip_area", "offset_curve"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        run(given.only, given.noise)
        return 0
    found = {}
    for way in ("offset_curve", "strip_area"):
        command = [sys.executable, __file__, "--only", way, "--noise", str(given.noise)]
        found[way] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - this very file
        print(f"{way:13}", "  ".join(f"{name} {value:9.4f}" for name, value in found[way].items()))
    faster, smaller = (found["offset_curve"][what] / found["strip_area"][what] for what in ("s", "mb"))
    print(f"less time {faster:.2f}× (at least {FASTER}), less memory {smaller:.1f}× (at least {SMALLER})")
    return int(faster < FASTER or smaller < SMALLER or found["strip_area"]["nearest_m"] < WIDTH)


if __name__ == "__main__":
    sys.exit(main())
