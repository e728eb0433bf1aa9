"""Images of a river at six dates, with what was planted in them; small images with one thing in them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio import Affine

import riverline as rl

ROOT = Path(__file__).resolve().parent.parent
CRS = "EPSG:4548"
WEST, NORTH, CELL = 520_000.0, 3_500_000.0, 10.0
ROLES = ("blue", "green", "red", "nir")
COVER = {
    "water": (0.055, 0.065, 0.045, 0.020),
    "grass": (0.030, 0.070, 0.045, 0.360),
    "sand": (0.130, 0.165, 0.190, 0.235),
    "concrete": (0.260, 0.290, 0.310, 0.340),
}


def drawing():
    """The module that draws the samples' images."""
    spec = importlib.util.spec_from_file_location("sample_scenes", ROOT / "scripts" / "sample_scenes.py")
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["sample_scenes"] = module
    spec.loader.exec_module(module)
    return module


def extent(shape, river="R1", **columns):
    """One management extent."""
    row = {
        "extent_id": f"{river}-management", "river_id": river, "name": "清水河", "kind": "management", "area_m2": 1.0,
        "left_length_m": 1.0, "right_length_m": 1.0, "axis_length_m": 1.0, "clearance_m": 0.0, "rules": "test",
        "version": "1", **columns,
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shape], crs=CRS)


def whole(rows=60, columns=80):
    """An extent that holds all of a small image."""
    return extent(shapely.box(WEST, NORTH - rows * CELL, WEST + columns * CELL, NORTH))


def covers(rows=60, columns=80):
    """Names of cover (rows, columns): a river from west to east through grass, sand along its southern bank."""
    names = np.full((rows, columns), "grass", dtype=object)
    names[20:40] = "water"
    names[40:46] = "sand"
    return names


def image(path, names, date, *, seed=0, gain=1.0, dtype="uint16", noise=0.003, roles=ROLES, **options):
    """An image of covers as reflectance times 10 000."""
    random = np.random.default_rng(seed)
    spectra = {name: np.array([values[ROLES.index(role)] for role in roles]) for name, values in COVER.items()}
    values = np.stack([spectra[name] for name in names.ravel()]).T.reshape(len(roles), *names.shape)
    texture = np.random.default_rng(99).normal(1.0, 0.03, names.shape)
    seen = gain * values * texture + random.normal(0.0, noise, values.shape)
    stored = np.clip(seen * 10_000, 1, 60_000).astype(dtype) if dtype != "float32" else seen.astype(dtype)
    transform = options.pop("transform", Affine(CELL, 0.0, WEST, 0.0, -CELL, NORTH))
    profile = {"driver": "GTiff", "count": len(roles), "height": names.shape[0], "width": names.shape[1],
               "dtype": dtype, "crs": CRS, "transform": transform, **options}  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(stored)
        target.scales = ((0.0001 if dtype != "float32" else 1.0),) * len(roles)
        for number, role in enumerate(roles, 1):
            target.set_band_description(number, role)
        target.update_tags(ACQUIRED=date)
    return path


def pair(folder, change=None, *, dates=("2024-07-01", "2025-07-01"), **options):
    """Two small images; ``change`` draws into the later one."""
    before, after = covers(), covers()
    if change is not None:
        change(after)
    paths = [
        image(folder / f"{number}.tif", names, date, seed=number, **options)
        for number, (names, date) in enumerate(zip((before, after), dates, strict=True))
    ]
    return rl.read_scenes(paths)


def build(names):
    """A building of 80 by 80 m on the grass north of the river."""
    names[5:13, 30:38] = "concrete"


def codes(changes):
    """Fault codes, sorted, without what opening says of images."""
    return sorted(set(changes.faults["code"]))


def permit(shape, **columns):
    """One permit, valid since 2021."""
    row = {"permit_id": "XK1", "title": "桥", "kind": "bridge", "valid_from": pd.Timestamp("2021-01-01"),
           "valid_to": pd.NaT, **columns}  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shape], crs=CRS)
