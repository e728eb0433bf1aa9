"""What stored numbers tell of a pixel: that it holds nothing, or is saturated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.io.scenes.model import Band

__all__ = ["NOTHING", "UNDECLARED", "add_full", "add_nothing"]

NOTHING = -3.0e38
"""What a view on another grid writes where there is nothing."""

_HUGE = 1.0e30
UNDECLARED = {
    "i": (-9999.0, -32767.0, -32768.0, -2147483647.0, -2147483648.0),
    "f": (-999.0, -9999.0, -32767.0, -32768.0, -99999.0),
}
"""Numbers that programs write for nothing, by kind of number: reflectance and counts of light are far above them."""
_LOWEST, _MIXED = -998.0, -2000.0
"""Above the first none of them lies; below the second, what was interpolated holds a part of one."""


def add_full(band: Band, numbers: NDArray[Any], saturated: NDArray[np.bool_], full: NDArray[np.bool_]) -> None:
    """Pixels that are saturated, and those that are at the end of their range in every band so far."""
    if np.isfinite(band.saturated):
        saturated |= numbers >= band.saturated
    end = np.iinfo(numbers.dtype).max if numbers.dtype.kind in "iu" and np.isinf(band.saturated) else None
    if end is None or numbers.max() < end:
        full[:] = False
    else:
        full &= numbers == end


def add_nothing(
    band: Band, numbers: NDArray[Any], nothing: NDArray[np.bool_], undeclared: set[float], *, warped: bool
) -> None:
    """Pixels that hold nothing: declared, no number, or what programs write for it; which of the last there were."""
    if warped:
        nothing |= numbers <= NOTHING
    if not np.isnan(band.nodata):
        nothing |= numbers == _as_stored(band.nodata, numbers.dtype)
    if numbers.dtype.kind == "f":
        nothing |= ~np.isfinite(numbers)
    if not band.guessed or numbers.dtype.kind not in UNDECLARED:
        return
    lowest = np.fmin.reduce(numbers, axis=None)
    if lowest < _LOWEST:
        for number in UNDECLARED[numbers.dtype.kind]:
            met = (numbers == _as_stored(number, numbers.dtype)) & ~nothing
            if met.any():
                nothing |= met
                undeclared.add(number)
    if numbers.dtype.kind == "f" and max(np.fmax.reduce(numbers, axis=None), -lowest) > _HUGE:
        met = (np.abs(numbers) > _HUGE) & ~nothing
        undeclared.update(np.unique(numbers[met])[:2].astype("float64").tolist())
        nothing |= met
    if warped and lowest < _MIXED:
        nothing |= numbers < _MIXED


def _as_stored(number: float, dtype: np.dtype[Any]) -> Any:  # noqa: ANN401 - a number of that kind
    """A declared number as it is stored, so that -3.4e38 in a float32 file is found; NaN where it cannot be stored."""
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return dtype.type(number) if limits.min <= number <= limits.max and number == int(number) else float("nan")
    return dtype.type(number)
