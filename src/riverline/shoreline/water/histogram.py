"""A histogram that fills strip by strip and fits its bins to what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["COARSE", "Histogram"]

COARSE = 256
"""Bins of a histogram that is gone through in pairs."""

_BINS = 4096


class Histogram:
    """Counts in bins whose width is a power of two and grows as values do: the order of strips is of no matter.

    Parameters
    ----------
    bands
        How many bands' values are summed up in each bin beside the counts.

    Examples
    --------
    >>> import numpy as np
    >>> histogram = Histogram(bands=1)
    >>> histogram.add(np.float32([-0.5, 0.25, 0.26]), np.float32([[0.1, 0.3, 0.5]]))
    >>> int(histogram.counts.sum()), histogram.means_above(0.0).round(2).tolist(), histogram.width
    (3, [0.4], 0.00048828125)
    """

    def __init__(self, *, bands: int = 0) -> None:
        self.counts = np.zeros(_BINS, dtype="int64")
        self.sums = np.zeros((bands, _BINS))
        self.width = 2.0**-30

    def add(self, values: NDArray[np.float32], bands: NDArray[np.float32] | None = None) -> None:
        """Count values (n,), and sum up the values of bands (bands, n) beside them."""
        if not len(values):
            return
        largest = max(float(values.max()), -float(values.min()))
        while largest >= _BINS // 2 * self.width:
            self._double()
        places = np.floor(values * np.float32(1.0 / self.width)).astype("int64") + _BINS // 2
        self.counts += np.bincount(places, minlength=_BINS)
        for band, numbers in enumerate(() if bands is None else bands):
            self.sums[band] += np.bincount(places, weights=numbers, minlength=_BINS)

    def _double(self) -> None:
        inner = slice(_BINS // 4, _BINS // 4 * 3)
        for row in (self.counts, *self.sums):
            merged = row.reshape(-1, 2).sum(axis=1)
            row[:] = 0
            row[inner] = merged
        self.width *= 2.0

    @property
    def centres(self) -> Any:  # noqa: ANN401 - a power of two times whole numbers
        """Middles of the bins."""
        return (np.arange(-_BINS // 2, _BINS // 2) + 0.5) * self.width

    def means_above(self, value: float, *, below: bool = False) -> NDArray[np.float64]:
        """Mean of each band over the bins above a value, or below it."""
        inside = (self.centres > value) != below
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.sums[:, inside].sum(axis=1) / self.counts[inside].sum())

    def coarse(self) -> tuple[Any, Any]:
        """Counts and centres of a few hundred bins over what is there."""
        there = np.flatnonzero(self.counts)
        low, high = there[0], there[-1] + 1
        step = max(1, -(-(high - low) // COARSE))
        size = -(-(high - low) // step) * step
        counts = np.zeros(size, dtype="int64")
        counts[: high - low] = self.counts[low:high]
        starts = (low + np.arange(0, size, step) - _BINS // 2) * self.width
        return counts.reshape(-1, step).sum(axis=1), starts + step * self.width / 2
