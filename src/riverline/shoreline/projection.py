"""Areas, lines and points brought onto the management line of their bank: as stretches between two places along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline._kernels.lines.chainage import locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.shoreline.waterside import Shore

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["Spans", "spans_on"]

STEP_M = 10.0
"""Edges are looked at this densely: the extreme places of a long edge along a bent line may lie between its ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Stretches of management lines, k of them.

    Attributes
    ----------
    row, shore : (k,)
        Row of the frame that each is from, and position of the bank that it is on.
    start, end : (k,)
        Metres along the management line.
    in_water : (k,)
        Whether it was found in the water before the line and not on the land behind it.
    """

    row: Indices
    shore: Indices
    start: Floats
    end: Floats
    in_water: NDArray[np.bool_]

    def only(self, kept: Any) -> Spans:  # noqa: ANN401 - a mask or positions
        """Some of the stretches."""
        return Spans(self.row[kept], self.shore[kept], self.start[kept], self.end[kept], self.in_water[kept])


def spans_on(shores: Sequence[Shore], frame: gpd.GeoDataFrame, reach_m: float) -> Spans:
    """Where the features of a frame lie along the management lines.

    Parameters
    ----------
    shores
        Banks; those without a band have no stretches.
    frame
        Features with ``river_id`` and, where given, ``bank``; blank ones are placed by position.
    reach_m
        How far from a waterside line a feature in the water still belongs to its shoreline.

    Returns
    -------
    Spans
        One for each connected piece of a feature in a band: from its first to its last place, each place brought to
        the nearest of the management line. A feature of which nothing is in any band is looked for in the water, and
        belongs to the bank that is nearest to it there; to both where they are as near. Before the parts of one bank
        what has no length of its own is on the nearest only.
    """
    banks = [number for number, shore in enumerate(shores) if shore.band is not None] if len(frame) else []
    shapes = np.asarray(frame.geometry.array, dtype=object)
    meant = {number: _meant(shores[number], frame) for number in banks}
    land = [_on_land(number, shores[number], shapes, meant[number]) for number in banks]
    dry = np.concatenate([each.row for each in land]) if land else np.empty(0, dtype=np.intp)
    wet = np.ones(len(frame), dtype=bool)
    wet[dry] = False
    water = [_in_water(number, shores[number], shapes, meant[number] & wet, reach_m) for number in banks]
    return _together([*land, _nearest(_together(water), shores, shapes)])


def _together(parts: Sequence[Spans]) -> Spans:
    none = Spans(*(np.empty(0, dtype=kind) for kind in (np.intp, np.intp, float, float, bool)))
    return Spans(*(np.concatenate([getattr(each, name) for each in (none, *parts)]) for name in Spans.__slots__))


def _on_land(number: int, shore: Shore, shapes: Shapes, meant: NDArray[np.bool_]) -> Spans:
    """Pieces of features in the band; an area that only touches it is not in it."""
    shapely.prepare(shore.band)
    rows = np.flatnonzero(meant & shapely.intersects(shore.band, shapes))
    parts, owner = shapely.get_parts(shapely.intersection(shapes[rows], shore.band), return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner]
    kept = ~shapely.is_empty(parts) & (shapely.get_dimensions(parts) == shapely.get_dimensions(shapes[rows])[owner])
    return _spans(rows[owner[kept]], number, parts[kept], shore, in_water=False)


def _in_water(number: int, shore: Shore, shapes: Shapes, meant: NDArray[np.bool_], reach_m: float) -> Spans:
    """What of features lies before the waterside line, no farther than the reach."""
    edge, outer = shore.line, shore.side.line
    shapely.prepare(edge)
    rows = np.flatnonzero(meant)
    rows = rows[shapely.dwithin(edge, shapes[rows], reach_m)]
    rows = rows[shapely.distance(shapes[rows], outer) > shapely.distance(shapes[rows], edge)]
    if not len(rows):
        return _spans(rows, number, shapes[rows], shore, in_water=True)
    strip = shapely.buffer(edge, reach_m, cap_style="flat")
    found = shapely.intersection(shapes[rows], strip)
    kept = ~shapely.is_empty(found)
    return _spans(rows[kept], number, found[kept], shore, in_water=True)


def _spans(rows: Indices, number: int, pieces: Shapes, shore: Shore, *, in_water: bool) -> Spans:
    start, end = _extremes(pieces, shore.side.coords)
    return Spans(rows, np.full(len(rows), number, dtype=np.intp), start, end, np.full(len(rows), in_water))


def _nearest(found: Spans, shores: Sequence[Shore], shapes: Shapes) -> Spans:
    """Of features in the water, what is on the bank nearest to them."""
    if not len(found.row):
        return found
    edges = np.array([None if shore.band is None else shore.line for shore in shores], dtype=object)
    away = shapely.distance(shapes[found.row], edges[found.shore])
    bank = _banks(shores)[found.shore]
    nearest = np.full((len(shapes), bank.max() + 1), np.inf)
    np.minimum.at(nearest, (found.row, bank), away)
    kept = nearest[found.row, bank] <= nearest.min(axis=1)[found.row]
    # Of one bank's parts the first of the nearest takes what has no length, such as a point.
    order = np.lexsort((found.shore, away, bank, found.row))
    order = order[(found.end <= found.start)[order]]
    again = (np.diff(found.row[order]) == 0) & (np.diff(bank[order]) == 0)
    kept[order[1:][again]] = False
    return found.only(kept)


def _banks(shores: Sequence[Shore]) -> Indices:
    """A number for the bank that each shore is, or is a part of."""
    names = np.array([f"{shore.side.river_id}\n{shore.side.bank}" for shore in shores], dtype=str)
    return np.asarray(np.unique(names, return_inverse=True)[1], dtype=np.intp)


def _meant(shore: Shore, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Rows whose river and bank, where they say one, are this one's."""
    river = frame["river_id"].fillna("").astype("str").to_numpy(dtype=object)
    meant = np.isin(river.astype(str), ["", shore.side.river_id])
    if "bank" not in frame.columns:
        return meant
    bank = frame["bank"].fillna("").astype("str").to_numpy(dtype=object)
    return np.asarray(meant & np.isin(bank.astype(str), ["", shore.side.bank]))


def _extremes(pieces: Shapes, line: Floats) -> tuple[Floats, Floats]:
    if not len(pieces):
        return np.empty(0), np.empty(0)
    coords, owner = shapely.get_coordinates(shapely.segmentize(pieces, STEP_M), return_index=True)
    along, _ = locate(coords, line)
    first = np.searchsorted(owner, np.arange(len(pieces)))
    return np.minimum.reduceat(along, first), np.maximum.reduceat(along, first)
