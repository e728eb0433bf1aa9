"""The management line of each extent, bank by bank, made ready to measure depths and lengths on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import locate
from riverline._kernels.lines.ruler import Ruler
from riverline.shoreline.sides import sides_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Strand", "Strands", "strands_from_lines", "strands_from_outline"]

# Places of an outline that lie no farther than this beyond an end of the axis are the cut across the river there.
_CUT_M = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Strand:
    """One unbroken stretch of management line.

    Attributes
    ----------
    coords : (n, 2)
        Its vertices; of a ring the first is the last.
    bank
        ``left``, ``right``, or empty where it is none.
    closed
        Whether it is a ring.
    ends, chainages : (k,)
        Metres along it and chainages of the river there; empty where not known.
    """

    coords: Floats
    bank: str
    closed: bool
    ends: Floats
    chainages: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Strands:
    """The line of one extent: its strands, and a ruler on them. ``drawn`` if they are the lines of a demarcation."""

    every: tuple[Strand, ...]
    ruler: Ruler
    drawn: bool

    @property
    def banks(self) -> NDArray[np.object_]:
        """(k,) bank of each strand."""
        return np.array([strand.bank for strand in self.every], dtype=object)


def strands_from_lines(lines: gpd.GeoDataFrame) -> Strands | None:
    """The lines of one river as a demarcation drew them; None if it has none."""
    open_ = [
        Strand(side.coords, side.bank, closed=False, ends=side.ends, chainages=side.chainages)
        for side in sides_of(lines, {})
    ]
    shapes = np.asarray(lines.geometry.array, dtype=object)
    linear = np.isin(shapely.get_type_id(shapes), (1, 2))
    ring = linear & shapely.is_closed(shapes) & (shapely.length(shapes) > 0.0)
    banks = lines["bank"].fillna("").astype("str").to_numpy(dtype=object)
    rings = zip(shapes[ring], banks[ring], strict=True)
    every = [*open_, *(_plain(shapely.get_coordinates(line), bank, closed=True) for line, bank in rings)]
    return _ready(every, drawn=True) if every else None


def strands_from_outline(region: shapely.Geometry, axis: shapely.Geometry | None) -> Strands:
    """The outline of an extent that came without lines.

    Parameters
    ----------
    region
        Polygon or multipolygon.
    axis
        The river's axis: it tells the banks, and what of the outline is only a cut across the river at its ends.
    """
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(region))]
    if axis is None:
        return _ready([_plain(ring, "", closed=True) for ring in rings], drawn=False)
    ruler = Ruler([axis])
    made = [strand for ring in rings for strand in _parted(ring, ruler, float(axis.length))]
    return _ready(made or [_plain(ring, "", closed=True) for ring in rings], drawn=False)


def _ready(strands: Sequence[Strand], *, drawn: bool) -> Strands:
    return Strands(tuple(strands), Ruler([shapely.LineString(strand.coords) for strand in strands]), drawn)


def _plain(coords: Floats, bank: str, *, closed: bool) -> Strand:
    return Strand(coords, bank, closed, np.empty(0), np.empty(0))


def _parted(ring: Floats, axis: Ruler, length: float) -> list[Strand]:
    """A ring without the cuts at the ends of the axis, one strand a run of one bank."""
    along, _ = locate(ring, axis)
    _, offset = locate((ring[:-1] + ring[1:]) / 2.0, axis)
    early, late = along <= _CUT_M, along >= length - _CUT_M
    cut = (early[:-1] & early[1:]) | (late[:-1] & late[1:])
    bank: NDArray[Any] = np.where(cut, 0, np.where(offset < 0.0, 1, 2))
    names = ("", "left", "right")
    if (bank == bank[0]).all():
        return [] if cut[0] else [_plain(ring, names[bank[0]], closed=True)]
    turn = int(np.flatnonzero(bank != np.roll(bank, 1))[0])
    bank = np.roll(bank, -turn)
    points = np.concatenate([ring[turn:-1], ring[: turn + 1]])
    starts = np.flatnonzero(np.append(True, bank[1:] != bank[:-1]))
    stops = np.append(starts[1:], len(bank))
    return [
        _plain(points[start : stop + 1], names[bank[start]], closed=False)
        for start, stop in zip(starts, stops, strict=True)
        if bank[start]
    ]
