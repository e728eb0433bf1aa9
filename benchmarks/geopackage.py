"""100,000 areas into a GeoPackage: ``to_geopackage``, with styles, provenance and the reading back, against pyogrio's own write.

``python benchmarks/geopackage.py [features]`` prints both and their ratio, each the least of three, taken in turns. It
ends with 1 if the ratio is above 1.3 for the writing alone, without the reading back. Times are CPU seconds: other jobs
may share the cores.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import geopandas as gpd
import numpy as np
import shapely

import riverline as rl
from riverline.export import geopackage

FEATURES, VERTICES, TURNS = 100_000, 30, 3
MOST = 1.3


def areas(count: int) -> gpd.GeoDataFrame:
    generator = np.random.default_rng(0)
    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    middle = np.column_stack([generator.uniform(4e5, 6e5, count), generator.uniform(3e6, 3.9e6, count)])
    rings = middle[:, None] + 40 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    columns = {
        "patch_id": [f"T{k:07d}" for k in range(count)],
        "land_class": np.array(["0101", "1101", "0601"])[generator.integers(0, 3, count)],
        "owner": "清水村集体",
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.polygons(rings), crs=4548)


def seconds(write) -> float:
    begun = time.process_time()
    write()
    return time.process_time() - begun


def main() -> int:
    frame = areas(int(sys.argv[1]) if len(sys.argv) > 1 else FEATURES)
    with tempfile.TemporaryDirectory() as folder:
        ours, alone, plain = [], [], []
        for turn in range(TURNS):
            at = Path(folder) / f"{turn}"
            plain.append(seconds(lambda at=at: frame.to_file(f"{at}-plain.gpkg", engine="pyogrio", use_arrow=True)))
            ours.append(seconds(lambda at=at: rl.export.to_geopackage(f"{at}-ours.gpkg", frame)))
            with mock.patch.object(geopackage, "_require_same"):
                alone.append(seconds(lambda at=at: rl.export.to_geopackage(f"{at}-alone.gpkg", frame)))
    ratio, whole = min(alone) / min(plain), min(ours) / min(plain)
    print(f"{len(frame):,} areas of {VERTICES} corners, CPU s: pyogrio {min(plain):.2f}, to_geopackage {min(alone):.2f} "
          f"({ratio:.2f} x), with the reading back {min(ours):.2f} ({whole:.2f} x)")  # fmt: skip
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
