"""From which index value on a pixel is water, vegetation or bright: given, or found on the reference image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.covers import GROUND, states_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.encroachment.change.decisions import ChangeRules, Threshold

__all__ = ["Limits", "limits_of"]


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

    def states(self, indices: dict[str, NDArray[np.float32]], seen: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """State of each pixel from its index values."""
        return states_of(seen, indices.get(self.water[0]), indices.get(self.vegetation[0]),
                         (self.water[1], self.vegetation[1]))  # fmt: skip


def limits_of(values: NDArray[np.float32], roles: tuple[str, ...], rules: ChangeRules, *, reflectance: bool) -> Limits:
    """Thresholds for the states of a reference image, from its sample (bands, n)."""
    from riverline.encroachment.change.pairing import index_values

    indices = index_values(values, roles)
    water = _limit(rules.states.water, indices, reflectance=reflectance)
    vegetation = _limit(rules.states.vegetation, indices, reflectance=reflectance)
    states = Limits(water, vegetation, np.inf).states(indices, np.ones(values.shape[1], dtype=bool))
    bare = indices["brightness"][states == GROUND]
    bright = rules.states.bright.ratio * float(np.quantile(bare, rules.states.bright.quantile)) if len(bare) else np.inf
    return Limits(water, vegetation, bright)


def _limit(threshold: Threshold, indices: dict[str, NDArray[np.float32]], *, reflectance: bool) -> tuple[str, float]:
    if threshold.index not in indices:
        return "", float("inf")
    given = threshold.reflectance if reflectance else threshold.numbers
    values = indices[threshold.index]
    if given != "otsu":
        return threshold.index, float(given)
    from skimage.filters import threshold_otsu

    spread = len(values) and float(np.ptp(values)) > 0
    return threshold.index, float(threshold_otsu(values)) if spread else float("inf")  # type: ignore[no-untyped-call]
