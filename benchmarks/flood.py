"""Flood line of a whole terrain, against the three raster steps that such a line is usually made of.

Run ``python benchmarks/flood.py``. On one synthetic valley of 4000 by 4000 cells it measures, each in a process of its
own, the processor time of

- riverline: from levels and terrain file to the two bank lines, and
- the peer: one ``scipy.ndimage.distance_transform_edt`` with indices, one ``label`` and one rasterio ``shapes`` on the
  same grid (a chain by height above the nearest drainage costs ten to twenty times that),

and the peak of the memory at 4000 and at 8000 cells a side. It prints the ratios and fails where one misses its target.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CPU_RATIO = 2.0
PEAK_GB = 0.5
GROWTH = 1.25
CELL = 5.0
CRS = "EPSG:4548"
ORIGIN = (500_000.0, 3_500_000.0)


def axis_of(cells):
    """A meandering axis from one side of the terrain to the other."""
    length = cells * CELL
    x = np.linspace(0.02 * length, 0.98 * length, 4000)
    y = 0.5 * length + 0.12 * length * np.sin(x / (0.06 * length)) + 0.03 * length * np.sin(x / (0.013 * length))
    return np.column_stack([ORIGIN[0] + x, ORIGIN[1] - y])


def write_terrain(path, cells):
    """A valley around the axis with rough slopes, written a strip of rows at a time."""
    import rasterio
    from rasterio.windows import Window
    from scipy.spatial import KDTree

    axis = axis_of(cells)
    tree, along = KDTree(axis), np.linspace(0, 1, len(axis))
    profile = {"driver": "GTiff", "width": cells, "height": cells, "count": 1, "dtype": "float32", "crs": CRS,
               "transform": rasterio.Affine(CELL, 0, ORIGIN[0], 0, -CELL, ORIGIN[1]),
               "tiled": True, "blockxsize": 256, "blockysize": 256}  # fmt: skip
    x = ORIGIN[0] + CELL * (np.arange(cells) + 0.5)
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, cells, 250):
            y = ORIGIN[1] - CELL * (np.arange(row, row + 250) + 0.5)
            coarse = np.stack(np.meshgrid(x[::5], y[::5]), axis=-1)
            away, nearest = tree.query(coarse.reshape(-1, 2))
            ground = 120.0 - 20.0 * along[nearest] + 80.0 * away / (cells * CELL)
            ground = np.kron(ground.reshape(coarse.shape[:2]), np.ones((5, 5)))
            ground += 0.8 * np.sin(x / 61.0)[None, :] * np.cos(y / 47.0)[:, None]
            target.write(ground.astype("float32"), 1, window=Window(0, row, cells, 250))


def measure_riverline(path, cells):
    import geopandas as gpd
    import shapely

    from riverline.demarcation.flooding.flood import flood_references_from_terrain

    axis = axis_of(cells)
    levels = gpd.GeoDataFrame(
        {"level_id": [f"L{i}" for i in range(9)], "river_id": "R", "basis": "design",
         "level_m": 127.0 - np.linspace(0, 20, 9)},
        geometry=shapely.points(axis[np.linspace(0, len(axis) - 1, 9).astype(int)]), crs=CRS,
    )  # fmt: skip
    start = time.process_time()
    references, area, _ = flood_references_from_terrain(shapely.LineString(axis), "R", levels, path, crs=CRS)
    used = time.process_time() - start
    vertices = sum(len(each.line.coords) for each in references)
    return {"cpu": used, "vertices": vertices, "share": area.area / (cells * CELL) ** 2}


def measure_peer(path, cells):
    import rasterio
    from rasterio import features
    from scipy import ndimage

    with rasterio.open(path) as source:
        ground = source.read(1)
        transform = source.transform
    axis = axis_of(cells)
    column, row = ((axis - ORIGIN) / [CELL, -CELL]).astype(int).T
    channel = np.ones(ground.shape, dtype="bool")
    channel[row, column] = False
    levels = 127.0 - 20.0 * np.linspace(0, 1, cells)
    wet = ground < levels[None, :].astype("float32")
    start = time.process_time()
    ndimage.distance_transform_edt(channel, return_indices=True)
    labels, _ = ndimage.label(wet)
    reached = labels == labels[row[len(row) // 2], column[len(column) // 2]]
    rings = sum(1 for _ in features.shapes(reached.astype("uint8"), mask=reached, transform=transform))
    return {"cpu": time.process_time() - start, "rings": rings}


def peak_gb():
    """The most memory that this process had; the resource module would count the process that started it as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9


def measured(what, path, cells):
    """The measurement in a process of its own, with its peak."""
    command = [sys.executable, __file__, what, str(path), str(cells)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - itself


def main():
    with tempfile.TemporaryDirectory() as folder:
        paths = {cells: Path(folder) / f"{cells}.tif" for cells in (4000, 8000)}
        for cells, path in paths.items():
            measured("terrain", path, cells)
        ours = {cells: measured("riverline", path, cells) for cells, path in paths.items()}
        peer = measured("peer", paths[4000], 4000)
    ratio = ours[4000]["cpu"] / peer["cpu"]
    growth = ours[8000]["peak_gb"] / ours[4000]["peak_gb"]
    for cells, each in ours.items():
        print(f"riverline {cells}²: {each['cpu']:.2f} CPU-s, peak {each['peak_gb']:.3f} GB, "
              f"{each['vertices']} vertices, {each['share']:.0%} of the terrain flooded")  # fmt: skip
    print(f"peer 4000²: {peer['cpu']:.2f} CPU-s, peak {peer['peak_gb']:.3f} GB")
    targets = (
        ("CPU of riverline to peer", ratio, CPU_RATIO),
        ("peak at 4000² in GB", ours[4000]["peak_gb"], PEAK_GB),
        ("peak at 8000² to 4000²", growth, GROWTH),
    )
    for name, value, limit in targets:
        print(f"{name}: {value:.2f} (at most {limit})")
    missed = [name for name, value, limit in targets if value > limit]
    sys.exit("missed: " + ", ".join(missed) if missed else 0)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        step = {"terrain": write_terrain, "riverline": measure_riverline, "peer": measure_peer}[sys.argv[1]]
        result = step(Path(sys.argv[2]), int(sys.argv[3])) or {}
        print(json.dumps(result | {"peak_gb": peak_gb()}))
