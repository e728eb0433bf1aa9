"""Geometries as a GeoPackage stores them: a header of eight bytes before well-known binary."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["from_blobs", "to_blobs"]

_HEADER = 8  # no envelope: readers measure it themselves


def to_blobs(shapes: NDArray[np.object_], srs_id: int) -> list[bytes | None]:
    r"""Geometries as blobs of a CRS; None where there is no geometry.

    Examples
    --------
    >>> blobs = to_blobs(np.array([shapely.Point(1, 2), None]), 4548)
    >>> blobs[0][:4], blobs[1], from_blobs(blobs).tolist()
    (b'GP\x00\x01', None, [<POINT (1 2)>, None])
    """
    head = struct.pack("<2sBBi", b"GP", 0, 1, srs_id)
    return [None if each is None else head + each for each in shapely.to_wkb(shapes, byte_order=1)]


def from_blobs(blobs: Sequence[bytes | None]) -> NDArray[np.object_]:
    """Geometries of blobs that :func:`to_blobs` made."""
    made = np.empty(len(blobs), dtype=object)
    made[:] = [None if each is None else each[_HEADER:] for each in blobs]
    return np.asarray(shapely.from_wkb(made), dtype=object)
