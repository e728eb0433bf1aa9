"""100,000 areas into a GeoPackage: ``to_geopackage`` with styles and provenance against pyogrio's own write.

``python benchmarks/geopackage.py [features]`` prints both and their ratio, each the least of five, taken in turns: to
pyogrio by default and to its faster way by Arrow, without and with the reading back. It ends with 1 if writing and
reading back together cost more than 1.3 times pyogrio's own write. Times are CPU seconds: other jobs may share the
cores.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

import riverline as rl
from riverline.export import geopackage

FEATURES, VERTICES, TURNS = 100_000, 30, 5
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
    spent: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.gpkg"
        for _ in range(TURNS):
            ways = {
                "pyogrio": lambda: pyogrio.write_dataframe(frame, file),
                "pyogrio by Arrow": lambda: pyogrio.write_dataframe(frame, file, use_arrow=True),
                "with reading back": lambda: rl.export.to_geopackage(file, frame),
            }
            for name, write in ways.items():
                file.unlink(missing_ok=True)
                spent.setdefault(name, []).append(seconds(write))
            file.unlink()
            with mock.patch.object(geopackage, "_require_same"):
                spent.setdefault("to_geopackage", []).append(seconds(lambda: rl.export.to_geopackage(file, frame)))
    least = {name: min(each) for name, each in spent.items()}
    print(f"{len(frame):,} areas of {VERTICES} corners, CPU s:")
    for name, each in least.items():
        print(f"  {name:18} {each:.2f}  {each / least['pyogrio']:.2f} x")
    return int(least["with reading back"] > MOST * least["pyogrio"])


if __name__ == "__main__":
    sys.exit(main())
