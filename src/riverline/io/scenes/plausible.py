"""Whether numbers can be what they are taken for: reflectance after factor and offset, and what an index divides by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riverline.io.scenes.overflow import Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Plausibility"]

LARGEST, SMALLEST, FARTHEST = 1.0, -0.05, (-0.5, 2.0)
"""Reflectance of most of a band lies between the first two; that of cloud, glint and dark water within the third."""

DARK = 0.002
"""Nothing by daylight is so dark in every band, deep water and shadow neither: a factor was applied twice."""

MOST, FEW, UNDEFINED, ALL = 50.0, 1.0, 5.0, 99.0
"""Shares in percent from which on numbers are no reflectance: beyond the first two, the third; no index; dark."""


class Plausibility:
    """Counts of values that cannot be, filled window by window.

    Parameters
    ----------
    roles
        Bands of the values.

    Examples
    --------
    >>> import numpy as np
    >>> seen = Plausibility(("green", "nir"))
    >>> seen.add(np.float32([[700.0, 900.0], [300.0, 2800.0]]), undefined=0)
    >>> seen.problem(reflectance=True)
    ('green > 1', 100.0, 50.0)
    >>> seen.problem(reflectance=False) is None
    True
    """

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = roles
        self.pixels = 0
        self.undefined = 0
        self.clouded = 0
        self.undeclared: set[float] = set()
        self.steps = Steps()
        self.dark = 0
        self.beyond = np.zeros((len(roles), 3), dtype="int64")

    def add(self, values: NDArray[np.float32], *, undefined: int) -> None:
        """Count usable values (bands, n), and say for how many of the pixels the index divides by nothing or less."""
        self.pixels += values.shape[1]
        self.undefined += undefined
        self.dark += int(np.count_nonzero((np.abs(values) < DARK).all(axis=0)))
        for band, numbers in enumerate(values):
            far = (numbers < FARTHEST[0]) | (numbers > FARTHEST[1])
            self.beyond[band] += [np.count_nonzero(each) for each in (numbers > LARGEST, numbers < SMALLEST, far)]

    @property
    def clouded_share(self) -> float:
        """Share of pixels that are taken for cloud in all that hold something, percent."""
        return 100.0 * self.clouded / max(self.pixels + self.clouded, 1)

    @property
    def undefined_share(self) -> float:
        """Share of pixels without an index, percent."""
        return 100.0 * self.undefined / max(self.pixels, 1)

    def problem(self, *, reflectance: bool) -> tuple[str, float, float] | None:
        """What cannot be, in how many percent of the pixels, and the percentage that is allowed; None if all can be.

        Parameters
        ----------
        reflectance
            Whether the values are meant to be reflectance; of bare numbers only the index tells.
        """
        told = [f"> {LARGEST:g}", f"< {SMALLEST:g}", f"< {FARTHEST[0]:g} | > {FARTHEST[1]:g}"]
        for kind, limit in enumerate((MOST, MOST, FEW) if reflectance else ()):
            share = 100.0 * self.beyond[:, kind] / max(self.pixels, 1)
            worst = int(share.argmax())
            if share[worst] > limit:
                return f"{self.roles[worst]} {told[kind]}", round(float(share[worst]), 2), limit
        dark = 100.0 * self.dark / max(self.pixels, 1)
        if reflectance and dark > ALL:
            return f"{' + '.join(self.roles)} < {DARK:g}", round(dark, 2), ALL
        if self.undefined_share > UNDEFINED:
            return f"{' + '.join(self.roles)} <= 0", round(self.undefined_share, 2), UNDEFINED
        return None
