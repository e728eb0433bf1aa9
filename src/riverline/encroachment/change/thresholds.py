"""From which index value on a pixel is water, vegetation or bright: given, or found on the reference image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.grids.covers import GROUND, states_of
from riverline._kernels.grids.thresholds import otsu, split_at
from riverline.encroachment.change.indexing import index_values
from riverline.shoreline.water.indices import indices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules, Threshold

__all__ = ["Limits", "limits_of"]

BINS = 512


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of one reference image.

    Attributes
    ----------
    water, vegetation
        Index and value; the index is empty where the bands for it are not there.
    bright
        From which brightness on ground is bright, infinite where there is no bare ground.
    """

    water: tuple[str, float]
    vegetation: tuple[str, float]
    bright: float

    def states(self, values: dict[str, NDArray[np.float32]], seen: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """State of each pixel from its index values; unseen where an index divides by nothing."""
        limits = (self.water[1], self.vegetation[1])
        return states_of(seen, values.get(self.water[0]), values.get(self.vegetation[0]), limits)

    def deciding(self, name: str) -> str:
        """The index that stands for ``water`` or ``vegetation`` here; any other name is one itself."""
        return {"water": self.water[0], "vegetation": self.vegetation[0]}.get(name, name)


def limits_of(values: NDArray[np.float32], roles: tuple[str, ...], rules: ChangeRules, *, reflectance: bool) -> Limits:
    """Thresholds for the states of a reference image, from its sample (bands, n)."""
    found = index_values(values, roles)
    water = _limit(rules.states.water, found, reflectance=reflectance)
    vegetation = _limit(rules.states.vegetation, found, reflectance=reflectance)
    states = Limits(water, vegetation, np.inf).states(found, np.ones(values.shape[1], dtype=bool))
    bare = found["brightness"][states == GROUND]
    bright = rules.states.bright.ratio * float(np.quantile(bare, rules.states.bright.quantile)) if len(bare) else np.inf
    return Limits(water, vegetation, bright)


def _limit(
    thresholds: tuple[Threshold, ...], values: dict[str, NDArray[np.float32]], *, reflectance: bool
) -> tuple[str, float]:
    """Index and value of the first threshold whose index there is."""
    threshold = next((each for each in thresholds if each.index in values), None)
    if threshold is None:
        return "", float("inf")
    given = threshold.reflectance if reflectance else threshold.numbers
    if given != "otsu":
        return threshold.index, float(given)
    index = indices()[threshold.index]
    counts, edges = np.histogram(values[threshold.index], bins=BINS, range=index.range)
    centres = (edges[:-1] + edges[1:]) / 2
    split = split_at(counts, centres, otsu(counts, centres))
    # Where the upper class is no water, nothing is.
    wet = np.isnan(index.driest) or split.upper >= index.driest
    return threshold.index, split.value if wet and split.separability > 0 else float("inf")
