"""Small images that tests write: any type, any grid, any nodata, on disk or in GDAL's memory."""

from __future__ import annotations

import numpy as np
import rasterio
from rasterio import Affine

CRS = "EPSG:4548"
NORTH_UP = Affine(10.0, 0.0, 520_000.0, 0.0, -10.0, 3_500_000.0)


def write(path, values, *, transform=NORTH_UP, crs=CRS, driver="GTiff", tags=None, descriptions=None, **options):
    """A raster with those values (bands, rows, columns); returns its path."""
    values = np.asarray(values)
    values = values[None] if values.ndim == 2 else values
    profile = {"driver": driver, "count": values.shape[0], "height": values.shape[1], "width": values.shape[2],
               "dtype": values.dtype.name, "crs": crs, "transform": transform, **options}  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values)
        target.update_tags(**(tags or {}))
        for band, text in enumerate(descriptions or (), 1):
            target.set_band_description(band, text)
    return path


def ramp(bands=4, rows=20, columns=30, dtype="uint16"):
    """Numbers that differ from pixel to pixel and from band to band, none of them 0 or full."""
    base = np.arange(rows * columns).reshape(rows, columns)
    return np.stack([100 + 1000 * band + base for band in range(bands)]).astype(dtype)


def river(rows=60, columns=90, *, width=20.0, land=0.3, water=0.05, slope=0.25):
    """Green and near infrared of a straight river that runs askew, edges mixed by area; and its axis in pixels."""
    fine = 8
    y, x = np.meshgrid((np.arange(rows * fine) + 0.5) / fine, (np.arange(columns * fine) + 0.5) / fine, indexing="ij")
    middle = rows / 2 + slope * (x - columns / 2)
    wet = np.abs(y - middle) / np.hypot(1.0, slope) < width / 2
    share = wet.reshape(rows, fine, columns, fine).mean(axis=(1, 3))
    green = 0.10 * share + 0.12 * (1 - share)
    nir = water * share + land * (1 - share)
    ends = [(0.0, rows / 2 - slope * columns / 2), (float(columns), rows / 2 + slope * columns / 2)]
    return np.stack([green, nir]).astype("float32"), ends
