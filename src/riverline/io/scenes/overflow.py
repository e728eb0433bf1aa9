"""Whether whole numbers ran over: differences, sums and factors that a program computed in the type of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["JUMPING", "Steps"]

JUMPING = 0.05
"""Share of neighbours in percent that jump by nearly the whole range of their type, from which on numbers ran over."""

_FULL, _MIDDLE = 7 / 8, 5 / 8
_STEEP = 8
_FEWEST = 8
_ROWS = 64


class Steps:
    """Steps between neighbours along rows, by band, counted window by window.

    What runs over the end of a type comes back at its other end: 65,530 beside 12 is a small step that went round. In
    images of the ground neighbours do not differ by seven eighths of all that a type can hold, and fewer by far than
    by five eighths; on real images of 8 and of 16 bits there was not one such pair. What lies at the very ends is left
    out: that is nothing, or saturated. Where every pixel ran over as often, nothing is to be seen.

    Examples
    --------
    >>> import numpy as np
    >>> darker = np.random.default_rng(0).integers(-30, 30, (64, 64)).astype("uint8")
    >>> steps = Steps()
    >>> steps.add("red", darker, np.zeros(darker.shape, dtype=bool))
    >>> role, share = steps.problem()
    >>> role, share > 25.0
    ('red', True)
    """

    def __init__(self) -> None:
        self.counts: dict[str, NDArray[np.int64]] = {}

    def add(self, role: str, numbers: NDArray[Any], nothing: NDArray[np.bool_]) -> None:
        """Count the steps of some of the rows of a window; numbers that are no integers are passed over."""
        if numbers.dtype.kind not in "iu":
            return
        limits = np.iinfo(numbers.dtype)
        thin = slice(None, None, max(1, len(numbers) // _ROWS))
        rows = numbers[thin]
        known = (rows > limits.min) & (rows < limits.max) & ~nothing[thin]
        wide = rows.astype("int32" if numbers.dtype.itemsize < 4 else "float64")  # noqa: PLR2004 - bytes
        step = np.abs(np.diff(wide, axis=1))
        step[~(known[:, 1:] & known[:, :-1])] = -1
        reach = float(limits.max) - float(limits.min) + 1.0
        full = np.count_nonzero(step > _FULL * reach)
        found = [np.count_nonzero(step >= 0), np.count_nonzero(step > _MIDDLE * reach) - full, full]
        self.counts[role] = self.counts.get(role, np.zeros(3, dtype="int64")) + found

    def problem(self) -> tuple[str, float] | None:
        """The band that ran over most and the share of its neighbours that jump, percent; None if none did."""
        shares = {
            role: 100.0 * full / pairs
            for role, (pairs, middle, full) in self.counts.items()
            if full >= _FEWEST and _STEEP * full >= middle
        }
        role = max(shares, key=lambda each: shares[each], default="")
        return (role, round(float(shares[role]), 2)) if role and shares[role] >= JUMPING else None
