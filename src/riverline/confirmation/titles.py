"""The titles in one extent: every place under one title, several, or none, and what that amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.areas.cracks import cracks
from riverline._kernels.areas.cutting import cut
from riverline._kernels.areas.partition import Parts, part, widths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.confirmation.inputs import Parcels

    Shapes = NDArray[np.object_]

__all__ = ["STATUS_OF", "Titles", "codes_alone", "joined", "titles_in", "with_cracks"]

# The noise of doubles where two titles meet: what is larger is an overlap of titles, told however small.
_DUST_M2 = 1e-6
STATUS_OF = {
    "": "clear",
    "holder-unknown": "unknown",
    "untitled-land": "untitled",
    "sliver-gap": "untitled",
    "sliver-overlap": "overlapping",
    "title-duplicated": "overlapping",
    "titles-overlap-same-owner": "overlapping",
    "titles-overlap": "disputed",
    "state-title-claimed": "claimed",
}
"""Status of land by what was found about its titles."""


@dataclass(frozen=True, slots=True, eq=False)
class Titles:
    """An extent parted by titles.

    Attributes
    ----------
    geometry : (k,)
        Areas that do not overlap and are the extent together.
    members : (k,)
        Rows of the parcels that each lies in, rising.
    width : (k,)
        Width of gaps and overlaps that are slivers; infinite elsewhere.
    code : (k,)
        What was found: a fault code of :data:`STATUS_OF`.
    rows, pieces : (m,)
        Parcels that reach into the extent, and the part of each inside.
    """

    geometry: Shapes
    members: list[tuple[int, ...]]
    width: NDArray[np.float64]
    code: NDArray[np.object_]
    rows: NDArray[np.intp]
    pieces: Shapes


def titles_in(region: shapely.Geometry, parcels: Parcels, *, tolerance_m: float) -> Titles:
    """Part an extent by the parcels that reach into it.

    Parameters
    ----------
    region
        The extent.
    parcels
        All parcels.
    tolerance_m
        Gaps and overlaps narrower than this are slivers.

    Returns
    -------
    Titles
        Parts with one title first; each gap is a part of its own.
    """
    rows, pieces = cut(parcels.geometry, region)
    parts = _without_dust(part(pieces, region))
    parts, width = with_cracks(parts, region, tolerance_m=tolerance_m)
    members = [tuple(rows[list(each)].tolist()) for each in parts.members]
    odd = np.flatnonzero([len(each) != 1 for each in members])
    code = codes_alone(members, parcels)
    code[odd] = _codes(Parts(parts.geometry[odd], [members[each] for each in odd]), width[odd], parcels, tolerance_m)
    return Titles(parts.geometry, members, width, code, rows, pieces)


def with_cracks(parts: Parts, region: shapely.Geometry, *, tolerance_m: float) -> tuple[Parts, NDArray[np.float64]]:
    """Parts whose gaps are either slivers or have no crack, and the width of each that is a sliver; else infinite.

    Parameters
    ----------
    parts
        A region parted, each gap a part of its own.
    region
        The region.
    tolerance_m
        Gaps and overlaps narrower than this are slivers, and so are inlets of a gap between the areas beside it.
    """
    width = np.full(len(parts.members), np.inf)
    odd = np.flatnonzero([len(each) != 1 for each in parts.members])
    width[odd] = widths(parts.geometry[odd], limit_m=tolerance_m)
    gaps = [row for row in odd[np.isinf(width[odd])].tolist() if not parts.members[row]]
    if not gaps:
        return parts, width
    geometry, members, found = list(parts.geometry), list(parts.members), list(width)
    edge = shapely.boundary(region)
    shapely.prepare(edge)
    for row in gaps:
        thin = cracks(geometry[row], edge, limit_m=tolerance_m)
        if len(thin):
            rest = shapely.get_parts(shapely.difference(geometry[row], shapely.union_all(thin)))
            rest = rest[shapely.get_type_id(rest) == shapely.GeometryType.POLYGON]
            geometry[row] = rest[0]
            geometry += [*rest[1:], *thin]
            members += [()] * (len(rest) - 1 + len(thin))
            found += [np.inf] * (len(rest) - 1) + widths(thin, limit_m=tolerance_m).tolist()
    return Parts(np.array(geometry, dtype=object), members), np.array(found)


def _without_dust(parts: Parts) -> Parts:
    """Parts without overlaps that are noise: each goes to what the first of its parcels has alone."""
    alone = {each[0]: row for row, each in enumerate(parts.members) if len(each) == 1}
    small = shapely.area(parts.geometry) < _DUST_M2
    kept, geometry = np.ones(len(parts.members), dtype=bool), parts.geometry.copy()
    for row in np.flatnonzero(small).tolist():
        whole = next((alone[each] for each in parts.members[row] if each in alone), None)
        if len(parts.members[row]) > 1 and whole is not None:
            geometry[whole] = shapely.union(geometry[whole], geometry[row])
            kept[row] = False
    return Parts(geometry[kept], [each for each, there in zip(parts.members, kept, strict=True) if there])


def codes_alone(members: list[tuple[int, ...]], parcels: Parcels) -> NDArray[np.object_]:
    """What land under one title is, (k,): clear, or of an unknown holder; of land under several or none, nothing yet.

    The state is one, so its title needs no name; which collective or person holds another one only a name tells.
    """
    nameless = (parcels.owner == "") & (parcels.ownership != "state")
    alone = np.array([each[0] if len(each) == 1 else -1 for each in members], dtype=np.intp)
    return np.where(np.append(nameless, False)[alone], "holder-unknown", "").astype(object)


def _codes(parts: Parts, width: NDArray[np.float64], parcels: Parcels, tolerance_m: float) -> NDArray[np.object_]:
    """What gaps and overlaps are: slivers first, then duplicates, claims on state land, disputes, the owner's own."""
    twins = _same_land(parts, parcels, tolerance_m)
    found = []
    for members, thin, twin in zip(parts.members, np.isfinite(width), twins, strict=True):
        rows = list(members)
        owners = {owner for owner in parcels.owner[rows] if owner}
        kinds = set(parcels.ownership[rows])
        if not members:
            found.append("sliver-gap" if thin else "untitled-land")
        elif thin:
            found.append("sliver-overlap")
        elif twin:
            found.append("title-duplicated")
        elif "state" in kinds and kinds & {"collective", "private"}:
            found.append("state-title-claimed")
        else:
            found.append("titles-overlap" if len(owners) > 1 else "titles-overlap-same-owner")
    return np.array(found, dtype=object)


def _same_land(parts: Parts, parcels: Parcels, tolerance_m: float) -> NDArray[np.bool_]:
    """Parts whose parcels are one piece of land drawn several times: what one has alone is slivers."""
    pairs = [(row, members[0], other) for row, members in enumerate(parts.members) for other in members[1:]]
    same = np.zeros(len(parts.members), dtype=bool)
    if not pairs:
        return same
    part_row, first, second = np.array(pairs, dtype=np.intp).T
    one, other = parcels.geometry[first], parcels.geometry[second]
    slack = tolerance_m * shapely.length(one)
    close = np.abs(shapely.area(one) - shapely.area(other)) <= slack
    close &= shapely.area(one) - shapely.area(shapely.intersection(one, other)) <= slack
    for left, right in ((one, other), (other, one)):
        alone = shapely.difference(left[close], right[close])
        close[close] = shapely.is_empty(shapely.buffer(alone, -tolerance_m / 2.0))
    same[part_row] = True
    same[part_row[~close]] = False
    return same


def joined(keys: NDArray[np.object_]) -> str:
    """Texts as one, each once, in order: ``P1; P2``."""
    return "; ".join(sorted({str(key) for key in keys if key != ""}))
