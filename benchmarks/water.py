"""Waterlines and water mask of a whole image, against merely reading it, computing the index and writing that.

Run ``python benchmarks/water.py``. On one synthetic image of two 16-bit bands and 10,980 by 10,980 pixels (a tile of
Sentinel-2, tiled and deflated), each in a process of its own, it measures processor time and peak memory of

- riverline: ``trace_waterlines``, and ``map_water`` into a file, and
- the peer: a loop over windows of rasterio that reads both bands, computes NDWI in float32 and writes it as it is.

It prints the ratios and fails where one misses its target.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CELLS = 10_980
CPU_RATIO = 4.0
PEAK_GB = 1.2
CRS = "EPSG:4548"


def write_image(folder):
    """Green and near infrared of land with texture, a braided river and lakes, a strip of rows at a time."""
    import rasterio

    profile = {"driver": "GTiff", "width": CELLS, "height": CELLS, "count": 2, "dtype": "uint16", "crs": CRS,
               "transform": rasterio.Affine(10, 0, 450_000, 0, -10, 3_560_000), "tiled": True, "blockxsize": 512,
               "blockysize": 512, "compress": "deflate", "interleave": "band"}  # fmt: skip
    rng = np.random.default_rng(1)
    x = np.arange(CELLS, dtype="float32")
    with rasterio.open(folder / "image_20240415.tif", "w", **profile) as target:
        for row in range(0, CELLS, 512):
            y = np.arange(row, min(row + 512, CELLS), dtype="float32")[:, None]
            middle = 5500 + 1500 * np.sin(x / 900) + 200 * np.sin(x / 130)
            river = np.abs(y - middle) - 60 - 30 * np.sin(x / 55)
            lakes = 40 * (np.sin(x / 210) + np.sin(y / 170)) + 20 * np.sin((x + y) / 60) - 60
            share = np.clip(0.5 - np.minimum(river, -lakes), 0.0, 1.0)
            land = 2500 + 400 * np.sin(x / 37) * np.sin(y / 41)
            for band, (wet, dry) in enumerate(((900.0, 0.5), (400.0, 1.0)), 1):
                values = wet * share + land * dry * (1 - share) + rng.normal(0, 25, share.shape).astype("float32")
                target.write(values.astype("uint16"), band, window=((row, row + len(y)), (0, CELLS)))


def opened(folder):
    import riverline as rl

    return rl.read_scene(folder / "image_20240415.tif", bands={"green": 1, "nir": 2}, scale=1e-4, nodata=False)


def measure_lines(folder):
    import riverline as rl

    scene, trace = opened(folder), rl.trace_waterlines
    start = time.process_time()
    traced = trace(scene)
    used = time.process_time() - start
    return {"cpu": used, "lines": len(traced.lines), "km": float(traced.lines["length_m"].sum() / 1000)}


def measure_mask(folder):
    import riverline as rl

    scene, draw = opened(folder), rl.map_water
    start = time.process_time()
    found = draw(scene, path=folder / "mask.tif")
    return {"cpu": time.process_time() - start, "share": found.water_m2 / found.clear_m2}


def measure_peer(folder):
    import rasterio

    start = time.process_time()
    with rasterio.open(folder / "image_20240415.tif") as source:
        profile = source.profile | {"count": 1, "dtype": "float32", "compress": None}
        with rasterio.open(folder / "ndwi.tif", "w", **profile) as target:
            for _, window in source.block_windows(1):
                green, nir = source.read(window=window).astype("float32")
                with np.errstate(invalid="ignore", divide="ignore"):
                    target.write((green - nir) / (green + nir), 1, window=window)
    return {"cpu": time.process_time() - start}


def peak_gb():
    """The most memory that this process had; the resource module would count the process that started it as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9


def measured(what, folder):
    """The measurement in a process of its own, with its peak."""
    command = [sys.executable, __file__, what, str(folder)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - itself


def main():
    with tempfile.TemporaryDirectory() as folder:
        measured("image", folder)
        peer, lines, mask = (measured(what, folder) for what in ("peer", "lines", "mask"))
    print(f"peer: {peer['cpu']:.1f} CPU-s, peak {peer['peak_gb']:.2f} GB")
    print(
        f"lines: {lines['cpu']:.1f} CPU-s, peak {lines['peak_gb']:.2f} GB, {lines['lines']} lines, {lines['km']:.0f} km"
    )
    print(f"mask: {mask['cpu']:.1f} CPU-s, peak {mask['peak_gb']:.2f} GB, {mask['share']:.1%} water")
    targets = (
        ("CPU of lines to peer", lines["cpu"] / peer["cpu"], CPU_RATIO),
        ("CPU of mask to peer", mask["cpu"] / peer["cpu"], CPU_RATIO),
        ("peak of lines in GB", lines["peak_gb"], PEAK_GB),
        ("peak of mask in GB", mask["peak_gb"], PEAK_GB),
    )
    for name, value, limit in targets:
        print(f"{name}: {value:.2f} (at most {limit})")
    missed = [name for name, value, limit in targets if value > limit]
    sys.exit("missed: " + ", ".join(missed) if missed else 0)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        step = {"image": write_image, "lines": measure_lines, "mask": measure_mask, "peer": measure_peer}[sys.argv[1]]
        result = step(Path(sys.argv[2])) or {}
        print(json.dumps(result | {"peak_gb": peak_gb()}))
