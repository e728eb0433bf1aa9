"""What the classes of the table ask of a patch: its shape, what is around it, and how its seasons differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.grids.covers import GROUND, VEGETATION, WATER

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.encroachment.change.pairing import Pair
    from riverline.encroachment.change.pixels import Search

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["mean_of", "measures_of"]


def measures_of(
    patches: gpd.GeoDataFrame,
    made: NDArray[np.int64],
    days: tuple[Flags, Flags, Flags],
    onset: NDArray[np.int64],
    search: Search,
) -> dict[str, Floats]:
    """Name to (n,) measures of patches, by the names of :class:`riverline.encroachment.change.decisions.PatchClass`.

    Parameters
    ----------
    patches
        Rows of :attr:`Patches.frame`, in metres.
    made : (n,)
        Place of the transition that most of the pixels made.
    days
        Later days (p, n) that differ, that look like the change, and that show the place.
    onset : (n,)
        Pair that shows it first, -1 where none does.
    search
        What was looked for.
    """
    telling, _, _ = days
    pixels, sides = patches["pixels"].to_numpy(), np.maximum(patches["sides"].to_numpy(), 1.0)
    shapes = np.asarray(patches.geometry.array, dtype="object")
    rising = np.array([each.family == "water" for each in search.transitions])[made]
    alike = np.array([pair.alike for pair in search.pairs])
    found = {
        "wet": np.where(rising, patches["rim_sides"].to_numpy(), patches["wet_sides"].to_numpy()) / sides,
        "green": patches["green_sides"].to_numpy() / sides,
        "bright": patches["bright"].to_numpy() / pixels,
        "shore": np.where(rising, patches["edge"].to_numpy(), patches["shore"].to_numpy()) / pixels,
        "fill": _fill(shapes),
        "by_level": patches["doubtful"].to_numpy() / pixels,
        "area_m2": shapely.area(shapes),
        "moving": _moving(patches, rising, telling),
        "alike": (telling & alike[:, None]).any(axis=0).astype("float64"),
    }
    marks = np.stack([_mark(patches, pair) for pair in search.pairs])
    shown = np.stack([_shown(patches, pair, search.rules.persistence.covered) for pair in search.pairs])
    since = shown & (np.arange(len(marks))[:, None] >= onset)
    for name in ("dormant", "growing"):
        season = np.array([search.days[pair.later].season == name and pair.same_season for pair in search.pairs])
        told = since & season[:, None]
        mean = np.where(told, marks, 0.0).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
        # A season that no day shows contradicts nothing.
        found[name] = np.where(told.any(axis=0), mean, np.inf)
    return found


def _fill(shapes: NDArray[np.object_]) -> Floats:
    rectangles = shapely.minimum_rotated_rectangle(shapes) if len(shapes) else shapes
    return np.minimum(shapely.area(shapes) / np.maximum(shapely.area(rectangles), 1e-9), 1.0)


def _moving(patches: gpd.GeoDataFrame, rising: Flags, telling: Flags) -> Floats:
    """How much of the waterline around moved the same way, on the day it moved least of those that show the patch."""
    least = np.full(len(patches), np.inf)
    for number, there in enumerate(telling):
        fall, rise = (patches[f"{name}_{number}"].to_numpy() for name in ("fall", "rise"))
        least = np.where(there, np.minimum(least, np.where(rising, rise, fall)), least)
    return np.where(np.isfinite(least), least, 0.0)


def _shown(patches: gpd.GeoDataFrame, pair: Pair, covered: float) -> Flags:
    """Whether both days of a pair show enough of each patch, and water did not come over it."""
    least = covered * patches["pixels"].to_numpy()
    seen = np.minimum(patches[f"seen_{pair.reference}"].to_numpy(), patches[f"seen_{pair.later}"].to_numpy()) >= least
    dry, wet = (patches[f"water_{day}"].to_numpy() for day in (pair.reference, pair.later))
    return np.asarray(seen & ~((wet > least) & (dry <= least)))


def _mark(patches: gpd.GeoDataFrame, pair: Pair) -> Floats:
    """By how many spreads of unchanged ground a day differs from its reference, in the index that differs most."""
    states = [patches[f"{name}_{pair.reference}"].to_numpy() for name in ("water", "vegetation", "ground")]
    state = np.array([WATER, VEGETATION, GROUND])[np.argmax(np.stack(states), axis=0)]
    most = np.zeros(len(patches))
    for index, spread in pair.spread.items():
        one, other = (mean_of(patches, index, day) for day in (pair.reference, pair.later))
        if index == "brightness":
            one, other = np.log(np.maximum(one, 1e-6)), np.log(np.maximum(other, 1e-6))
        most = np.maximum(most, np.abs(other - one) / np.maximum(np.array(spread)[state], 1e-6))
    return most


def mean_of(patches: gpd.GeoDataFrame, index: str, day: int) -> Floats:
    """Mean of an index over the pixels of each patch that a day shows."""
    seen = patches[f"seen_{day}"].to_numpy()
    return np.asarray(patches[f"{index}_{day}"].to_numpy() / np.maximum(seen, 1.0))
