"""The indices by which pixels are told apart, of the bands that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.grids.covers import brightness
from riverline.shoreline.water.indices import compute_index, indices

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["USED", "VISIBLE", "index_values"]

USED = ("ndwi", "mndwi", "red_blue", "ndvi")
"""Indices of the table of :func:`riverline.list_indices` that states and transitions may go by."""
VISIBLE = ("blue", "green", "red")


def index_values(values: NDArray[np.float32], roles: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    """The indices that the bands allow, and their brightness, of values (bands, …).

    Returns
    -------
    dict
        Index to values (…), cut off at its range; not a number where it divides by nothing.
    """
    bands = dict(zip(roles, values, strict=True))
    found = {}
    for name in USED:
        index = indices()[name]
        if set(index.roles) <= set(bands):
            value = compute_index(index.formula, bands)
            found[name] = np.clip(value, *index.range, out=value)
    found["brightness"] = brightness(values[[place for place, role in enumerate(roles) if role in VISIBLE]])
    return found
