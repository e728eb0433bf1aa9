"""Changes between two images of a whole Sentinel-2 tile, against merely reading them, computing NDWI and writing it.

Run ``python benchmarks/change.py``. On a pair of 10,980 by 10,980 pixels with two bands (tiled GeoTIFF, 16 bits,
deflated as such tiles are delivered), the extent being all of it, it measures, each in a process of its own, the
processor time and the peak of the memory of

- riverline: ``detect_change`` from the files to polygons with evidence, and
- the peer: a loop over the blocks with rasterio that reads both images, computes NDWI of each and writes it, plain.

Each runs twice, in turn, the least counting. It prints the ratio and fails where it misses its target. Two thousand
things are planted; how many come back is printed and must be nearly all of them: some touch the water's edge and are a
waterline that moved.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CPU_RATIO = 4.0
PEAK_GB = 1.2
SIDE = 10_980
CELL = 10.0
CRS = "EPSG:4548"
WEST, NORTH = 500_000.0, 3_600_000.0
BLOCK = 512
PLANTED = 2_000


def planted():
    """Row, column and side of what is built in the river or dug beside it; the same on every call."""
    random = np.random.default_rng(5)
    rows = random.integers(0, SIDE // 60, PLANTED) * 60 + 20
    columns = random.integers(0, SIDE // 60, PLANTED) * 60 + 20
    return np.unique(np.column_stack([rows, columns]), axis=0), 8


def strip(start, stop, date):
    """Green and near infrared of some rows of one date: rivers from west to east through fields."""
    random = np.random.default_rng([start, date])
    rows, columns = np.arange(start, stop)[:, None], np.arange(SIDE)[None, :]
    wet = (rows + 40.0 * np.sin(columns / 300.0)) % 1_200.0 < 60.0
    places, side = planted()
    if date:
        for row, column in places[(places[:, 0] >= start) & (places[:, 0] < stop)]:
            part = (slice(row - start, row - start + side), slice(column, column + side))
            wet[part] = ~wet[part]
    green = np.where(wet, 620, 780) + random.integers(-40, 41, wet.shape)
    nir = np.where(wet, 240, 2_600) + random.integers(-60, 61, wet.shape)
    return np.stack([green, nir]).astype("uint16")


def write_pair(folder):
    import rasterio

    profile = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 2, "dtype": "uint16", "crs": CRS,
               "transform": rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH), "tiled": True, "blockxsize": BLOCK,
               "blockysize": BLOCK, "interleave": "band", "compress": "deflate", "predictor": 2}  # fmt: skip
    for date in range(2):
        with rasterio.open(folder / f"{2024 + date}-07-01.tif", "w", **profile) as target:
            target.scales = (0.0001, 0.0001)
            target.set_band_description(1, "green")
            target.set_band_description(2, "nir")
            for start in range(0, SIDE, 60 * 8):
                stop = min(start + 60 * 8, SIDE)
                target.write(strip(start, stop, date), window=((start, stop), (0, SIDE)))
    return {}


def measure_riverline(folder):
    import geopandas as gpd
    import shapely

    import riverline as rl

    columns = {
        "extent_id": "R-m",
        "river_id": "R",
        "name": "",
        "kind": "management",
        "area_m2": 1.0,
        "rules": "",
        "left_length_m": 1.0,
        "right_length_m": 1.0,
        "axis_length_m": 1.0,
        "clearance_m": 0.0,
        "version": "",
    }
    box = shapely.box(WEST, NORTH - SIDE * CELL, WEST + SIDE * CELL, NORTH)
    extents = gpd.GeoDataFrame([columns], geometry=[box], crs=CRS)
    scenes = rl.read_scenes(sorted(folder.glob("*.tif")), bands={"green": 1, "nir": 2})
    detect_change = rl.detect_change  # loads what it needs, as the peer has loaded rasterio
    before = time.process_time()
    changes = detect_change(scenes, extents)
    return {"cpu": time.process_time() - before, "peak": peak_gb(), "suspects": len(changes.suspects)}


def measure_peer(folder):
    import rasterio

    before = time.process_time()
    for path in sorted(folder.glob("20*.tif")):
        with rasterio.open(path) as source:
            kept = ("driver", "width", "height", "crs", "transform", "tiled", "blockxsize", "blockysize")
            profile = {name: source.profile[name] for name in kept} | {"count": 1, "dtype": "float32"}
            with rasterio.open(folder / f"ndwi-{path.name}", "w", **profile) as target:
                for _, window in source.block_windows(1):
                    green, nir = source.read(window=window).astype("float32")
                    target.write((green - nir) / (green + nir), 1, window=window)
    used = time.process_time() - before
    for path in folder.glob("ndwi-*.tif"):
        path.unlink()
    return {"cpu": used, "peak": peak_gb()}


def peak_gb():
    """The most memory that this process had; the resource module would count the process that started it as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9


def measured(what, folder):
    """The measurement in a process of its own."""
    command = [sys.executable, __file__, what, str(folder)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - itself


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured("pair", folder)
        # in turn, the least counting: other work on the machine makes either slower, by more than they differ
        rounds = [(measured("peer", folder), measured("riverline", folder)) for _ in range(2)]
    peer, ours = (min(each, key=lambda found: found["cpu"]) for each in zip(*rounds, strict=True))
    wanted = len(planted()[0])
    ratio = ours["cpu"] / peer["cpu"]
    print(f"peer: {peer['cpu']:.1f} s of processor time, {peer['peak']:.2f} GB")
    print(f"riverline: {ours['cpu']:.1f} s, {ours['peak']:.2f} GB, {ours['suspects']} of {wanted} planted")
    print(f"ratio {ratio:.2f} (at most {CPU_RATIO}), peak {ours['peak']:.2f} GB (at most {PEAK_GB})")
    if ratio > CPU_RATIO or ours["peak"] > PEAK_GB or abs(ours["suspects"] - wanted) > 0.03 * wanted:
        sys.exit("missed")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        does = {"pair": write_pair, "riverline": measure_riverline, "peer": measure_peer}
        print(json.dumps(does[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
