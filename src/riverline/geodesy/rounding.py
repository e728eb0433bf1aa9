"""Rounding as surveyors do it: half away from zero, judged on the decimal number that is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["apportion", "round_half_up"]

# Beyond this a double holds no fraction to round.
_WHOLE = 2.0**52


def round_half_up(values: ArrayLike, decimals: int = 0) -> NDArray[np.float64]:
    """Round half away from zero, as the printed decimal number says.

    Parameters
    ----------
    values
        Numbers of any shape; missing ones stay missing.
    decimals
        Decimal places to keep; negative ones round to tens, hundreds …

    Returns
    -------
    ndarray of float64
        The same shape. Minus zero becomes zero.

    Notes
    -----
    2.675 is stored as 2.67499999999999982…, yet a surveyor who reads 2.675 expects 2.68. With k whole units below the
    value, (k + ½) / 10ᵈ is the double nearest to the decimal tie because IEEE division rounds correctly, so comparing
    with it decides as the printed number would. Rule: results are rounded half-up, lengths to 0.1 m and areas to
    0.01 m² (DB37/T 4518-2022, 4.8).

    Examples
    --------
    >>> from riverline.geodesy import round_half_up
    >>> round_half_up([0.125, 2.675, -0.125, 1.005], 2).tolist()
    [0.13, 2.68, -0.13, 1.01]
    >>> float(round_half_up(1250.0, -2))
    1300.0
    """
    number = np.asarray(values, dtype="float64")
    size = np.abs(number)
    unit = 10.0 ** abs(decimals)
    with np.errstate(over="ignore", invalid="ignore"):
        if decimals >= 0:
            below = np.floor(size * unit)
            rounded = (below + (size >= (below + 0.5) / unit)) / unit
        else:
            below = np.floor(size / unit)
            rounded = (below + (size >= (below + 0.5) * unit)) * unit
        whole = (size * unit >= _WHOLE) if decimals >= 0 else np.isinf(size)
    # Adding zero turns -0.0 into 0.0.
    return np.asarray(np.where(whole, number, np.copysign(rounded, number)) + 0.0, dtype="float64")


def apportion(shares: ArrayLike, total: float, *, decimals: int = 2) -> NDArray[np.float64]:
    """Part a total in proportion to shares so that the rounded parts sum to it exactly.

    Parameters
    ----------
    shares : (n,)
        Numbers that are not below zero, such as measured areas.
    total
        What the parts must sum to; rounded half-up first.
    decimals
        Decimal places of the parts.

    Returns
    -------
    (n,)
        Whole units of the last decimal place. Each part is its share of the total rounded down or up: the units left
        over by rounding down go to the largest remainders, to the earlier row where two are equal.

    Notes
    -----
    The method of the largest remainder (Hamilton). Sum the parts in units, ``round(part * 100)``, where the sum must
    be exact: adding hundredths as doubles is not.

    Examples
    --------
    >>> from riverline.geodesy import apportion
    >>> apportion([1.0, 1.0, 1.0], 100.0).tolist()
    [33.34, 33.33, 33.33]
    >>> apportion([10.004, 20.004], 30.01).tolist()
    [10.0, 20.01]
    """
    weights = np.asarray(shares, dtype="float64")
    unit = 10.0**decimals
    units = round(float(round_half_up(total, decimals)) * unit)
    whole = weights.sum()
    if not len(weights) or whole <= 0.0:
        return np.zeros(len(weights))
    exact = weights / whole * units
    parts = np.floor(exact)
    left = units - int(parts.sum())
    order = np.lexsort((np.arange(len(parts)), -(exact - parts)))
    parts[order[:left]] += 1.0
    return np.asarray(parts / unit, dtype="float64")
