"""What pixels show: water, vegetation or ground, and which of them went from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from riverline._kernels.grids.patches import near_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Flags = NDArray[np.bool_]
    States = NDArray[np.uint8]

__all__ = ["GROUND", "UNSEEN", "VEGETATION", "WATER", "beyond_shift", "brightness", "mostly", "moved", "states_of"]

UNSEEN, WATER, VEGETATION, GROUND = range(4)


def brightness(bands: Floats) -> Floats:
    """Mean of the visible bands (b, …)."""
    return bands.mean(axis=0, dtype="float32")


def states_of(seen: Flags, wetness: Floats | None, greenness: Floats | None, limits: tuple[float, float]) -> States:
    """State of each pixel: water where wetness reaches its limit, else vegetation where greenness does, else ground.

    Parameters
    ----------
    seen : (…)
        Pixels that can be used; the others are ``UNSEEN``.
    wetness, greenness : (…) or None
        Index values; None where the bands are not there, and nothing is of that state then. Pixels where they are not
        finite are ``UNSEEN``.
    limits
        From which wetness and which greenness on.
    """
    states = np.full(seen.shape, GROUND, dtype="uint8")
    for values, limit, state in ((greenness, limits[1], VEGETATION), (wetness, limits[0], WATER)):
        if values is not None:
            states[values >= np.float32(limit)] = state
            states[np.isnan(values)] = UNSEEN
    states[~seen] = UNSEEN
    return states


def moved(before: Floats, after: Floats, *, least: float, by_ratio: bool = False) -> Flags:
    """Pixels whose index moved by at least so much: upwards where ``least`` is above 0, downwards below.

    Parameters
    ----------
    before, after : (…)
        Index values.
    least
        Least difference with its sign; with ``by_ratio`` the least quotient, below 1 for falling ones.
    """
    if by_ratio:
        return after >= np.float32(least) * before if least >= 1.0 else after <= np.float32(least) * before
    difference = after - before
    return difference >= np.float32(least) if least >= 0 else difference <= np.float32(least)


def mostly(flags: Flags, among: Flags, steps: int, least: float) -> Flags:
    """Pixels of some around which, within so many rows and columns, most of these are flagged: no speckle.

    Parameters
    ----------
    flags, among : (h, w)
        What is flagged, and the pixels that count.
    steps
        Rows and columns to either side.
    least
        Least share of those that count.

    Examples
    --------
    >>> among = np.ones((1, 6), dtype=bool)
    >>> mostly(np.array([[1, 1, 1, 0, 1, 0]], dtype=bool), among, 1, 0.7).astype(int).tolist()
    [[1, 1, 0, 0, 0, 0]]
    """
    side = 2 * steps + 1
    flagged, counted = (ndimage.uniform_filter(each.astype("float32"), side, mode="constant")
                        for each in (flags & among, among))  # fmt: skip
    return np.asarray(among & (flagged >= np.float32(least - 1e-4) * counted))


def beyond_shift(hit: Flags, explaining: Flags, near_px: int, tolerance_px: int, sparing: Flags | None = None) -> Flags:
    """Changed pixels that a shift of the image does not explain, with those beside them.

    Parameters
    ----------
    hit : (h, w)
        Pixels that changed.
    explaining : (h, w)
        Pixels whose reference looked already as the changed ones do now.
    near_px
        Steps within which such a pixel explains a change.
    tolerance_px
        Steps by which what remains is grown back over what changed: a patch keeps its rim.
    sparing : (h, w)
        Pixels that are explained by nothing near them.

    Examples
    --------
    A bank moved by one pixel is explained, a fill four pixels wide is not, and keeps its rim.

    >>> land = np.array([[1, 1, 0, 0, 0, 0, 0]] * 2, dtype=bool)
    >>> hit = np.array([[0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 0]], dtype=bool)
    >>> [beyond_shift(row[None], land[:1], 1, 1).astype(int).tolist()[0] for row in hit]
    [[0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 0]]

    Concrete at the bank is explained by no water that fell, however far.

    >>> concrete = np.array([[0, 0, 1, 1, 0, 0, 0]], dtype=bool)
    >>> beyond_shift(hit[1:], land[:1], 6, 1, concrete).astype(int).tolist()[0]
    [0, 0, 1, 1, 1, 0, 0]
    """
    places = np.flatnonzero(hit)
    if not len(places) or near_px == 0:
        return hit
    left = np.zeros_like(hit)
    left.reshape(-1)[places] = ~near_at(explaining, places, near_px)
    if sparing is not None:
        left |= hit & sparing
    kept = np.zeros_like(hit)
    kept.reshape(-1)[places] = near_at(left, places, tolerance_px)
    return kept
