"""How far one picture is shifted against another, from the phase of their cross-correlation.

M. Guizar-Sicairos, S. T. Thurman and J. R. Fienup, "Efficient subpixel image registration algorithms", Optics Letters
33 (2008) 156-158, doi:10.1364/OL.33.000156.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.floating]
    Waves = NDArray[np.complexfloating]

__all__ = ["STEPS", "phase_shift"]

STEPS = (5, 50)
"""Parts of a pixel in which the peak is sought around the best whole pixel, and then around the best of these."""


def phase_shift(one: Floats, other: Floats) -> tuple[float, float, float]:
    """Rows and columns that bring the other picture onto the one, to a fiftieth, and the correlation that is reached.

    Parameters
    ----------
    one, other : (h, w)
        Pictures of mean 0 that fade to their sides.

    Returns
    -------
    tuple of float
        Rows, columns, and correlation from 0 to 1; all 0 where a picture is empty.

    Examples
    --------
    >>> ground = np.zeros((32, 32))
    >>> ground[8:12, 9:15] = 1.0
    >>> phase_shift(ground, np.roll(ground, (3, -2), axis=(0, 1)))
    (-3.0, 2.0, 1.0)
    """
    first, second = fft.fft2(one), fft.fft2(other)
    power = float(np.sqrt((np.abs(first) ** 2).sum() * (np.abs(second) ** 2).sum()))
    if power <= 0.0:
        return 0.0, 0.0, 0.0
    product = first * second.conj()
    place = np.unravel_index(int(np.abs(fft.ifft2(product)).argmax()), one.shape)
    row, column = (at if at <= size // 2 else at - size for at, size in zip(place, one.shape, strict=True))
    peak, shift, reach = 0.0, (float(row), float(column)), 1.0
    for parts in STEPS:
        steps = np.arange(-round(reach * parts), round(reach * parts) + 1) / parts
        rows, columns = shift[0] + steps, shift[1] + steps
        near = np.abs(_correlation(product, rows, columns))
        best = np.unravel_index(int(near.argmax()), near.shape)
        peak, shift, reach = float(near[best]), (float(rows[best[0]]), float(columns[best[1]])), 1.0 / parts
    return round(shift[0], 6), round(shift[1], 6), min(peak / power, 1.0)


def _correlation(product: Waves, rows: Floats, columns: Floats) -> Waves:
    """Cross-correlation at shifts between pixels: a part of the inverse transform, on a finer grid."""
    # einsum: for matrices this small the threads of a matrix library cost many times the product itself
    down = np.exp(2j * np.pi * rows[:, None] * fft.fftfreq(product.shape[0])[None, :])
    across = np.exp(2j * np.pi * columns[None, :] * fft.fftfreq(product.shape[1])[:, None])
    return np.asarray(np.einsum("ij,jk->ik", np.einsum("ij,jk->ik", down, product), across))
