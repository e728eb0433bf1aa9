"""Draw images of a stretch of river at six dates, with encroachments of every kind and with what only looks like one.

Everything is invented and drawn from one seed. ``make_samples.py`` uses it for the samples, tests for truth that is
known: :func:`truth_frame` says what was planted where, since when, and what is a decoy.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio import Affine
from scipy.ndimage import gaussian_filter, uniform_filter

from riverline._kernels.lines.chainage import locate, position

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["DATES", "LEVELS_M", "PLANTS", "SEED", "Plant", "draw_scenes", "truth_frame"]

CRS = "EPSG:4548"
CELL, FINER = 10.0, 4
ROLES = ("blue", "green", "red", "nir")
DATES = ("2023-03-18", "2023-08-12", "2024-03-20", "2024-08-15", "2025-03-16", "2025-08-18")
"""Days of the images: dry and growing season of three years; the first two show the river before anything happened."""
LEVELS_M = (13.0, 13.6, 12.8, 13.7, 13.1, 14.6)
"""Water level of each day; the last one is a flood."""
SEED = 20_260_401
BASE_M, SLOPE = 13.0, 0.05
START_M, END_M = 2_300.0, 4_900.0

# Reflectance in blue, green, red and near infrared.
COVER = {
    "water": (0.055, 0.065, 0.045, 0.020),
    "flood": (0.080, 0.100, 0.090, 0.040),
    "bar": (0.130, 0.165, 0.190, 0.235),
    "soil": (0.075, 0.105, 0.135, 0.205),
    "grass_dry": (0.060, 0.090, 0.100, 0.170),
    "grass": (0.030, 0.070, 0.045, 0.360),
    "crop": (0.030, 0.080, 0.045, 0.430),
    "trees": (0.025, 0.055, 0.038, 0.310),
    "concrete": (0.260, 0.290, 0.310, 0.340),
    "rubble": (0.290, 0.315, 0.330, 0.365),
    "nets": (0.120, 0.140, 0.135, 0.160),
    "grey": (0.100, 0.110, 0.115, 0.140),
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """Something that appears in the images.

    ``along`` and ``off`` are its middle in chainage and offset, ``size`` its length and width; ``round`` ones are
    ellipses with a wavy outline. ``days`` are the images (0 … 5) that show it.
    """

    name: str
    kind: str
    cover: str
    along: float
    off: float
    size: tuple[float, float]
    days: tuple[int, ...]
    round: bool = False
    decoy: bool = False


PLANTS = (
    Plant("filled bank", "occupation", "soil", 2_560, 44, (110, 50), (2, 3, 4, 5)),
    Plant("built on fill", "construction", "concrete", 3_560, -42, (90, 50), (2, 3, 4, 5)),
    Plant("plant on the floodplain", "construction", "concrete", 2_780, -152, (80, 50), (2, 3, 4, 5)),
    Plant("late plant", "construction", "concrete", 4_620, 152, (60, 50), (4, 5)),
    Plant("sand pit", "extraction", "water", 3_120, 152, (120, 56), (2, 3, 4, 5), round=True),
    Plant("soil pit", "extraction", "soil", 3_330, -154, (130, 56), (2, 3, 4, 5), round=True),
    Plant("rubbish heap", "dumping", "rubble", 2_480, -100, (46, 32), (2, 3, 4, 5), round=True),
    Plant("rubble on the bar", "dumping", "rubble", 3_760, 100, (54, 32), (3, 4, 5), round=True),
    Plant("crops on the bar", "occupation", "crop", 4_330, -96, (140, 32), (3, 5)),
    Plant("trees on the bar", "occupation", "trees", 2_900, 94, (110, 32), (2, 3, 4, 5)),
    Plant("fish pens", "occupation", "pens", 4_780, 4, (90, 50), (2, 3, 4, 5)),
    Plant("permitted bridge", "construction", "concrete", 4_100, 0, (24, 300), (2, 3, 4, 5), decoy=True),
    Plant("field cut in the last image", "", "soil", 3_900, -154, (120, 50), (5,), decoy=True),
    Plant("field fallow for a year", "", "soil", 3_000, -154, (110, 50), (3,), decoy=True),
    Plant("house outside the line", "", "concrete", 3_500, 262, (60, 40), (2, 3, 4, 5), decoy=True),
    Plant("shadow of a cloud that no mask tells", "", "shadow", 3_950, 130, (190, 90), (3,), round=True, decoy=True),
    Plant("cloud", "", "cloud", 4_400, 120, (220, 130), (4,), round=True, decoy=True),
    Plant("barges moored for a season", "", "pens", 3_250, -20, (70, 20), (2,), decoy=True),
)


def outline(plant: Plant, axis: Floats) -> shapely.Polygon:
    """Where it is, as a polygon that follows the river."""
    long, wide = plant.size
    if plant.round:
        turn = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
        wave = 0.5 + 0.07 * np.sin(3.0 * turn + plant.along) + 0.05 * np.cos(5.0 * turn)
        along, off = plant.along + long * wave * np.cos(turn), plant.off + wide * wave * np.sin(turn)
    else:
        steps = np.linspace(-0.5, 0.5, 9)
        along = plant.along + long * np.concatenate([steps, steps[::-1]])
        off = plant.off + wide * np.repeat([-0.5, 0.5], 9)
    return shapely.Polygon(np.round(position(axis, along, off), 2))


def truth_frame(axis: Floats, plants: tuple[Plant, ...] = PLANTS) -> gpd.GeoDataFrame:
    """What was planted: name, kind (empty for what is nothing), since and until which image, whether a decoy."""
    frame = pd.DataFrame(
        {
            "truth_id": [f"T{number:02d}" for number in range(1, len(plants) + 1)],
            "name": [plant.name for plant in plants],
            "kind": [plant.kind for plant in plants],
            "decoy": [plant.decoy for plant in plants],
            "since": pd.to_datetime([DATES[plant.days[0]] for plant in plants]),
            "until": pd.to_datetime([DATES[plant.days[-1]] for plant in plants]),
        }
    )
    return gpd.GeoDataFrame(frame, geometry=[outline(plant, axis) for plant in plants], crs=CRS)


def grid_of(axis: Floats) -> tuple[float, float, int, int]:
    """West, north, columns and rows of the images: the stretch with 330 m on either side."""
    places = position(axis, np.linspace(START_M, END_M, 60), np.zeros(60))
    west, south = np.floor((places.min(axis=0) - 330.0) / CELL) * CELL
    east, north = np.ceil((places.max(axis=0) + 330.0) / CELL) * CELL
    return float(west), float(north), round((east - west) / CELL), round((north - south) / CELL)


def draw_scenes(
    axis: Floats,
    folder: Path,
    *,
    plants: tuple[Plant, ...] = PLANTS,
    levels_m: tuple[float, ...] = LEVELS_M,
    seed: int = SEED,
) -> list[Path]:
    """Six images as GeoTIFF with the reflectance of four bands and a cloud mask.

    Parameters
    ----------
    axis : (n, 2)
        The river, at least 5 km of it.
    folder
        Where to write.
    plants, levels_m, seed
        What is drawn into them, the water level of each day, and what noise is drawn from.

    Returns
    -------
    list of Path
        One file a date.
    """
    west, north, _, _ = grid_of(axis)
    x, y, along, off = _placed(tuple(map(tuple, axis.tolist())))
    covered = {plant.name: _inside(outline(plant, axis), x, y) for plant in plants}
    paths = []
    for day, level in enumerate(levels_m):
        random = np.random.default_rng([seed, day])
        fine = _ground(day, level, along, off)
        clouds = np.zeros(off.shape, dtype="uint8")
        for plant in plants:
            if day in plant.days:
                _put(fine, clouds, covered[plant.name], plant.cover, along, off)
        values = _photographed(fine, day, random)
        mask = clouds[FINER // 2 :: FINER, FINER // 2 :: FINER]
        paths.append(_write(folder / f"清水河_{DATES[day]}.tif", values, mask, (west, north)))
    return paths


@functools.cache
def _placed(axis: tuple[tuple[float, float], ...]) -> tuple[Floats, Floats, Floats, Floats]:
    """Columns and rows of the fine pixels, and chainage and offset (rows, columns) of each."""
    west, north, columns, rows = grid_of(np.array(axis))
    step = CELL / FINER
    x = west + (np.arange(columns * FINER) + 0.5) * step
    y = north - (np.arange(rows * FINER) + 0.5) * step
    places = np.column_stack([part.ravel() for part in np.meshgrid(x, y)])
    along, off = (part.reshape(len(y), len(x)) for part in locate(places, np.array(axis)))
    return x, y, along, off


def _inside(shape: shapely.Polygon, x: Floats, y: Floats) -> Flags:
    shapely.prepare(shape)
    return np.asarray(shapely.contains_xy(shape, *np.meshgrid(x, y)))


def _ground(day: int, level: float, along: Floats, off: Floats) -> Floats:
    """Reflectance (bands, rows, columns) of the river as it was, at the level and in the season of a day."""
    growing = day % 2 == 1
    away = np.abs(off)
    cover = np.empty((4, *off.shape))
    cover[:] = np.array(COVER["grass" if growing else "grass_dry"])[:, None, None]
    fields = (away > 125.0) & (np.floor(along / 160.0 + np.sign(off)) % 2 == 0)
    cover[:, fields] = np.array(COVER["crop" if growing else "soil"])[:, None]
    wood = (away > 185.0) & (away < 215.0)
    cover[:, wood] = np.array(COVER["trees"])[:, None]
    bar = (away >= 62.0) & (away < 125.0)
    cover[:, bar] = np.array(COVER["bar"])[:, None]
    reed = bar & (away > 112.0) & (np.floor(along / 230.0) % 3 == 0)
    cover[:, reed] = np.array(COVER["grass" if growing else "grass_dry"])[:, None]
    # The bars rise from the channel with an even slope: water stands as far up them as its level says.
    edge = 66.0 + (level - BASE_M) / SLOPE
    cover[:, away < edge] = np.array(COVER["flood" if day == len(DATES) - 1 else "water"])[:, None]
    return cover


def _put(fine: Floats, clouds: NDArray[np.uint8], here: Flags, cover: str, along: Floats, off: Floats) -> None:
    """Draw one thing into the image of a day."""
    if cover == "shadow":
        fine[:, here] *= 0.45
    elif cover == "cloud":
        fine[:, here] = 0.62
        clouds[uniform_filter(here.astype("float32"), 9) > 0] = 4
    elif cover == "pens":
        nets = here & ((np.floor(along / 5.0) + np.floor(off / 5.0)) % 2 == 0)
        fine[:, nets] = np.array(COVER["nets"])[:, None]
    else:
        fine[:, here] = np.array(COVER[cover])[:, None]


def _photographed(fine: Floats, day: int, random: np.random.Generator) -> NDArray[np.uint16]:
    """What the sensor makes of it: a third of a pixel off, mixed, through the air of the day, with noise."""
    east, south = ((0, 0), (1, 0), (0, 1), (1, 1), (1, 0), (0, 1))[day]
    texture = gaussian_filter(np.random.default_rng(7).standard_normal(fine.shape[1:]), 6.0)
    moved = np.roll(fine * (1.0 + 0.05 * texture / texture.std()), (south, east), axis=(1, 2))
    bands, rows, columns = moved.shape
    mixed = moved.reshape(bands, rows // FINER, FINER, columns // FINER, FINER).mean(axis=(2, 4))
    gain = 1.0 + 0.06 * np.sin(1.7 * day + np.arange(bands))[:, None, None]
    haze = (0.004 + 0.003 * np.cos(2.3 * day)) * np.array([3.0, 2.0, 1.4, 1.0])[:, None, None]
    seen = gain * mixed + haze + random.normal(0.0, 0.0025, mixed.shape)
    return (np.clip(np.round(seen * 10_000.0 / 20.0), 1, 3_000) * 20).astype("uint16")


def _write(path: Path, values: NDArray[np.uint16], mask: NDArray[np.uint8], corner: tuple[float, float]) -> Path:
    bands, rows, columns = values.shape
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": bands + 1, "dtype": "uint16", "crs": CRS,
               "transform": Affine(CELL, 0.0, corner[0], 0.0, -CELL, corner[1]), "compress": "deflate", "predictor": 2,
               "zlevel": 9, "interleave": "band"}  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, list(range(1, bands + 1)))
        target.write(mask.astype("uint16"), bands + 1)
        target.scales = (0.0001,) * bands + (1.0,)
        for number, role in enumerate((*ROLES, "fmask"), 1):
            target.set_band_description(number, role)
        target.update_tags(ACQUIRED=path.stem.rpartition("_")[2])
    return path
