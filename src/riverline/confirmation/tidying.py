"""Taking slivers and duplicates away, on request, with a row for every change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.areas.partition import fine_grid
from riverline.confirmation.titles import codes_alone, joined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.confirmation.inputs import Parcels
    from riverline.confirmation.titles import Titles

__all__ = ["Change", "tidy"]

# Outlines this near to each other run along one another.
_ALONG_M = 1e-5


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was given to another parcel."""

    kind: str
    from_parcels: str
    to_parcel: str
    width: float
    geometry: shapely.Geometry


def tidy(titles: Titles, parcels: Parcels) -> tuple[Titles, list[Change]]:
    """Give slivers to the title that they share the longest edge with, and merge duplicates of one owner.

    Parameters
    ----------
    titles
        An extent parted by titles.
    parcels
        All parcels.

    Returns
    -------
    titles
        The same extent. Disputes, claims and untitled land stay as they are, and so do slivers that touch no title.
    changes
        One for each place that changed hands.
    """
    merged, changes = _without_duplicates(titles, parcels)
    given, more = _without_slivers(merged, parcels)
    return given, changes + more


def _without_duplicates(titles: Titles, parcels: Parcels) -> tuple[Titles, list[Change]]:
    """Of parcels that are one piece of land under one owner, the one with the smallest code stands for all."""
    stands_for: dict[int, int] = {}
    changes = []
    for row in np.flatnonzero(titles.code == "title-duplicated"):
        members = list(titles.members[row])
        if len(set(parcels.owner[members])) > 1 or parcels.owner[members[0]] == "":
            continue
        stands_for |= {each: stands_for.get(members[0], members[0]) for each in members[1:]}
        names = joined(parcels.key[members])
        changes.append(Change("duplicate_merged", names, str(parcels.key[members[0]]), np.inf, titles.geometry[row]))
    if not stands_for:
        return titles, []
    members_now = [tuple(sorted({stands_for.get(each, each) for each in members})) for members in titles.members]
    return _regrouped(titles, members_now, parcels), changes


def _regrouped(titles: Titles, members: list[tuple[int, ...]], parcels: Parcels) -> Titles:
    """Parts of one title joined; what had several titles and now has one is as that one is."""
    groups: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for row, each in enumerate(members):
        alone = row if len(each) != 1 else -1
        groups.setdefault((each, alone), []).append(row)
    firsts = [rows[0] for rows in groups.values()]
    single = np.array([len(each) == 1 for each, _ in groups], dtype=bool)
    geometry = [
        titles.geometry[rows[0]]
        if len(rows) == 1
        else shapely.union_all(titles.geometry[rows], grid_size=fine_grid(titles.geometry[rows[0]]))
        for rows in groups.values()
    ]
    members_now = [each for each, _ in groups]
    return replace(
        titles,
        geometry=np.array(geometry, dtype=object),
        members=members_now,
        width=np.where(single, np.inf, titles.width[firsts]),
        code=np.where(single, codes_alone(members_now, parcels), titles.code[firsts]),
    )


def _without_slivers(titles: Titles, parcels: Parcels) -> tuple[Titles, list[Change]]:
    slivers = np.flatnonzero(np.isfinite(titles.width))
    target = _longest_neighbour(titles, slivers, parcels)
    members = list(titles.members)
    changes = []
    for row, neighbour in zip(slivers[target >= 0].tolist(), target[target >= 0].tolist(), strict=True):
        kind = "overlap_assigned" if members[row] else "gap_filled"
        names = joined(parcels.key[list(members[row])])
        changes.append(Change(kind, names, str(parcels.key[neighbour]), float(titles.width[row]), titles.geometry[row]))
        members[row] = (neighbour,)
    return (_regrouped(titles, members, parcels) if changes else titles), changes


def _longest_neighbour(titles: Titles, slivers: NDArray[np.intp], parcels: Parcels) -> NDArray[np.intp]:
    """The parcel that each sliver shares the longest edge with, an overlap among its own; -1 where there is none."""
    found = np.full(len(slivers), -1, dtype=np.intp)
    single = np.flatnonzero([len(each) == 1 for each in titles.members])
    tree = shapely.STRtree(titles.geometry[single])
    sliver, near = tree.query(titles.geometry[slivers], predicate="dwithin", distance=_ALONG_M)
    owner = np.array([titles.members[row][0] for row in single], dtype=np.intp)[near]
    allowed = [
        not titles.members[slivers[which]] or who in titles.members[slivers[which]]
        for which, who in zip(sliver.tolist(), owner.tolist(), strict=True)
    ]
    sliver, near, owner = sliver[allowed], near[allowed], owner[allowed]
    around = shapely.buffer(titles.geometry[slivers[sliver]], _ALONG_M)
    shared = shapely.length(shapely.intersection(shapely.boundary(titles.geometry[single[near]]), around)).round(3)
    order = np.lexsort((parcels.key[owner].astype(str), -shared, sliver))
    order = order[shared[order] > 0.0]
    which, first = np.unique(sliver[order], return_index=True)
    found[which] = owner[order][first]
    return found
