"""What pixels show: water, vegetation or ground, and which of them went from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Flags = NDArray[np.bool_]
    States = NDArray[np.uint8]

__all__ = ["GROUND", "UNSEEN", "VEGETATION", "WATER", "beyond_shift", "brightness", "moved", "ratio_of", "states_of"]

UNSEEN, WATER, VEGETATION, GROUND = range(4)


def ratio_of(first: Floats, second: Floats) -> Floats:
    """Normalised difference of two bands; 0 where both are nothing.

    Examples
    --------
    >>> ratio_of(np.array([3, 0], "float32"), np.array([1, 0], "float32")).tolist()
    [0.5, 0.0]
    """
    total = first + second
    # Reflectance may be a little below nothing in deep shadow; a sum of nothing has no direction.
    np.copyto(total, np.float32(1.0), where=np.abs(total) < 1e-6)  # noqa: PLR2004
    difference = first - second
    difference /= total
    return np.clip(difference, -1.0, 1.0, out=difference)


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
        Index values; None where the bands are not there, and nothing is of that state then.
    limits
        From which wetness and which greenness on.
    """
    states = np.where(seen, np.uint8(GROUND), np.uint8(UNSEEN))
    if greenness is not None:
        states[seen & (greenness >= limits[1])] = VEGETATION
    if wetness is not None:
        states[seen & (wetness >= limits[0])] = WATER
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


def beyond_shift(hit: Flags, explaining: Flags, near_px: int, tolerance_px: int) -> Flags:
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

    Examples
    --------
    A bank moved by one pixel is explained, a fill four pixels wide is not, and keeps its rim.

    >>> land = np.array([[1, 1, 0, 0, 0, 0, 0]] * 2, dtype=bool)
    >>> hit = np.array([[0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 0]], dtype=bool)
    >>> [beyond_shift(row[None], land[:1], 1, 1).astype(int).tolist()[0] for row in hit]
    [[0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 0]]
    """
    from riverline._kernels.patches import near

    if not hit.any() or near_px == 0:
        return hit
    left = hit & ~near(explaining, near_px)
    return near(left, tolerance_px) & hit if left.any() else left
