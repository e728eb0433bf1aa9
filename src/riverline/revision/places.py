"""Places along the line of a bank, how far another line of it is from each, and the runs that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import cut, locate_many
from riverline._kernels.lines.ruler import Ruler

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Movement", "Places", "Run", "movement", "places_along", "runs_of"]

STEP_M = 5.0
"""Distance of places along a line, metres; vertices are places too."""
# Ends this near are one place: coordinates keep a millimetre.
_TOUCH_M = 1e-3


@dataclass(frozen=True, slots=True)
class Places:
    """n places along the k pieces of one bank, in the order of the pieces.

    Attributes
    ----------
    lines : (k,)
        The pieces.
    piece : (n,)
        Piece of each place.
    xy : (n, 2)
        Coordinates.
    along, chainage : (n,)
        Metres from the start of the piece, and along the axis: linear between the ends of a piece.
    weight : (n,)
        Metres of line that a place stands for.
    """

    lines: NDArray[np.object_]
    piece: Integers
    xy: Floats
    along: Floats
    chainage: Floats
    weight: Floats
    rates: Floats


@dataclass(frozen=True, slots=True)
class Movement:
    """How far the other line is from n places.

    Attributes
    ----------
    distance : (n,)
        The larger of: from the place to the other line, and to it from places of the other line that are nearest to it.
    other : (n,)
        Piece of the other line that is nearest.
    weight, product : (n,)
        Metres of both lines that the place stands for, and the sum of their distances times metres.
    """

    distance: Floats
    other: Integers
    weight: Floats
    product: Floats


@dataclass(frozen=True, slots=True)
class Run:
    """Places ``first`` to ``last`` that have one label, as a stretch of the line."""

    first: int
    last: int
    start_m: float
    end_m: float
    geometry: Any


def places_along(pieces: gpd.GeoDataFrame) -> Places:
    """Places along the pieces of one bank, in the order of their chainage."""
    pieces = pieces.sort_values(["start_chainage_m", "end_chainage_m", "line_id"], kind="stable")
    lines = np.asarray(pieces.geometry.array)
    start, end = (pieces[name].to_numpy(dtype="float64") for name in ("start_chainage_m", "end_chainage_m"))
    xy, piece = shapely.get_coordinates(shapely.segmentize(lines, STEP_M), return_index=True)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    new = np.diff(piece, prepend=-1) != 0
    step[new] = 0.0
    total = np.cumsum(step)
    along = total - total[new][piece]
    rates = (end - start) / np.where(shapely.length(lines) > 0, shapely.length(lines), 1.0)
    weight = (step + np.append(step[1:], 0.0)) / 2.0
    return Places(lines, piece, xy, along, start[piece] + along * rates[piece], weight, rates)


def movement(places: Places, other: Places) -> Movement:
    """How far another line of the same bank is from places, either way."""
    nearest, _, offset = locate_many(places.xy, Ruler(list(other.lines)))
    distance = np.abs(offset)
    weight, product = places.weight.copy(), places.weight * distance
    back, at, returned = locate_many(other.xy, Ruler(list(places.lines)))
    returned = np.abs(returned)
    place = _place_at(places, back, at)
    np.maximum.at(distance, place, returned)
    np.add.at(weight, place, other.weight)
    np.add.at(product, place, other.weight * returned)
    return Movement(distance, nearest, weight, product)


def _place_at(places: Places, piece: Integers, along: Floats) -> Integers:
    """The place that is nearest along the line to positions on its pieces."""
    reach = float(places.along.max(initial=0.0)) + 1.0
    keys = places.piece * reach + places.along
    wanted = piece * reach + along
    after = np.clip(np.searchsorted(keys, wanted), 1, max(len(keys) - 1, 1))
    before = after - 1
    nearer = (wanted - keys[before] <= keys[np.minimum(after, len(keys) - 1)] - wanted) | (len(keys) == 1)
    return np.asarray(np.where(nearer, before, after), dtype="int64")


def runs_of(places: Places, label: Integers) -> list[Run]:
    """Stretches of places with one label that is not below zero; a stretch ends halfway to the next place.

    Parameters
    ----------
    places
        n places.
    label : (n,)
        Whole numbers.
    """
    jump = np.hypot(*np.diff(places.xy, axis=0, prepend=places.xy[:1]).T)
    apart = (np.diff(places.piece, prepend=-1) != 0) & (jump > _TOUCH_M)
    starts = np.flatnonzero((np.diff(label, prepend=label[:1] - 1) != 0) | apart)
    ends = np.append(starts[1:], len(label)) - 1
    return [_run(places, int(first), int(last)) for first, last in zip(starts, ends, strict=True) if label[first] >= 0]


def _run(places: Places, first: int, last: int) -> Run:
    begin, finish = _halfway(places, first, -1), _halfway(places, last, 1)
    parts = []
    for piece in range(int(places.piece[first]), int(places.piece[last]) + 1):
        line = places.lines[piece]
        here = begin if piece == places.piece[first] else 0.0
        there = finish if piece == places.piece[last] else line.length
        if there > here:
            parts.append(shapely.LineString(cut(shapely.get_coordinates(line), here, there)))
    ends = [
        places.chainage[at] + (along - places.along[at]) * places.rates[places.piece[at]]
        for at, along in ((first, begin), (last, finish))
    ]
    return Run(first, last, float(ends[0]), float(ends[1]), shapely.line_merge(shapely.MultiLineString(parts)))


def _halfway(places: Places, at: int, step: int) -> float:
    """Metres along the piece halfway to the neighbouring place; at its end where there is none on it."""
    next_one = at + step
    if 0 <= next_one < len(places.piece) and places.piece[next_one] == places.piece[at]:
        return float((places.along[at] + places.along[next_one]) / 2.0)
    return float(places.along[at])
