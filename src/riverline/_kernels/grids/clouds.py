"""Which pixels look like cloud by their reflectance alone, for images that bring no mask.

The spectral tests of Fmask: Z. Zhu and C. E. Woodcock, "Object-based cloud and cloud shadow detection in Landsat
imagery", Remote Sens. Environ. 118 (2012) 83-94: the basic test (short-wave infrared, NDSI, NDVI), whiteness after
Gomez-Chova et al. 2007, the haze-optimised transformation of Zhang et al. 2002, near against short-wave infrared, and
the darkness of water in the near infrared. Its temperatures, probabilities and shadows are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

__all__ = ["HELPFUL", "NEEDED", "like_cloud"]

NEEDED = ("blue", "green", "red", "nir")
"""Bands without which no test is made."""

HELPFUL = ("swir1", "swir2")
"""Bands whose tests are left out where they are not there."""

SWIR, SNOW, PLANTS, WHITENESS, HAZE, ROCK, WATER = 0.03, 0.8, 0.8, 0.7, 0.08, 0.75, 0.11
"""The figures of the publication, in its order."""


def like_cloud(bands: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """Pixels that pass every test of a cloud, and are not as dark in the near infrared as water is.

    Parameters
    ----------
    bands
        Role to reflectance, all of one shape; those of :data:`NEEDED`, and of :data:`HELPFUL` what there is.

    Returns
    -------
    ndarray of bool
        False where a band is not a number.

    Notes
    -----
    White roofs and snow pass as well: none of them is water. Thin haze and the rims of clouds do not.

    Examples
    --------
    >>> cloud, water, sand = (0.4, 0.4, 0.4, 0.45), (0.06, 0.08, 0.05, 0.03), (0.12, 0.2, 0.28, 0.35)
    >>> columns = np.float32([cloud, water, sand]).T
    >>> like_cloud(dict(zip(NEEDED, columns, strict=True))).tolist()
    [True, False, False]
    """
    blue, green, red, nir = (bands[role] for role in NEEDED)
    found = blue - np.float32(0.5) * red > np.float32(HAZE)
    found &= nir >= np.float32(WATER)
    if not found.any():
        return found
    # Quotients are written as products, so that nothing divides by nothing; the rest is done where it matters.
    at = np.flatnonzero(found)
    blue, green, red, nir = (each.reshape(-1)[at] for each in (blue, green, red, nir))
    mean = (blue + green + red) / np.float32(3.0)
    kept = np.abs(blue - mean) + np.abs(green - mean) + np.abs(red - mean) < np.float32(WHITENESS) * mean
    kept &= nir - red < np.float32(PLANTS) * (nir + red)
    if "swir1" in bands:
        swir = bands["swir1"].reshape(-1)[at]
        kept &= (nir > np.float32(ROCK) * swir) & (green - swir < np.float32(SNOW) * (green + swir))
    if "swir2" in bands:
        kept &= bands["swir2"].reshape(-1)[at] > np.float32(SWIR)
    found.reshape(-1)[at] = kept
    return found
