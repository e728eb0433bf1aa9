"""Which found areas are which true ones: pairs by what they share, under a rule that is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["Matches", "Pairs", "matched", "pairs_of"]

_MOSTLY = 0.5  # of an object's area, from which it counts as a part of another


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of objects that share area, k of them, and the areas of all n found and m true ones."""

    found: Rows
    truth: Rows
    shared: Floats
    found_area: Floats
    truth_area: Floats

    @property
    def iou(self) -> Floats:
        """(k,) intersection over union."""
        return self.shared / (self.found_area[self.found] + self.truth_area[self.truth] - self.shared)

    def only(self, kept: Any) -> Pairs:  # noqa: ANN401 - a mask
        """Some of the pairs."""
        return Pairs(self.found[kept], self.truth[kept], self.shared[kept], self.found_area, self.truth_area)


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What matches.

    Attributes
    ----------
    right : (n,)
        Whether a found object is true.
    hit : (m,)
        Whether a true object was found.
    iou : (k,)
        Intersection over union of each match.
    """

    right: Flags
    hit: Flags
    iou: Floats


def pairs_of(found: Shapes, truth: Shapes) -> Pairs:
    """Every pair that shares area, by found and true row."""
    one, other = shapely.STRtree(truth).query(found, predicate="intersects")
    shared = shapely.area(shapely.intersection(found[one], truth[other]))
    real = shared > 0.0
    order = np.lexsort((other[real], one[real]))
    return Pairs(one[real][order], other[real][order], shared[real][order], shapely.area(found), shapely.area(truth))


def matched(pairs: Pairs, *, iou: float, several: bool) -> Matches:
    """Match objects.

    Parameters
    ----------
    pairs
        From :func:`pairs_of`.
    iou
        Least intersection over union of a match.
    several
        ``False``: one found object for one true one, the pair that shares most first. ``True``: besides, found pieces
        that lie mostly in one true object are held against it as one, and true objects that lie mostly in a found one
        likewise.

    Examples
    --------
    >>> halves = np.array([shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10)])
    >>> pairs = pairs_of(halves, np.array([shapely.box(0, 0, 10, 10)]))
    >>> matched(pairs, iou=0.6, several=False).hit.tolist(), matched(pairs, iou=0.6, several=True).hit.tolist()
    ([False], [True])
    """
    right, hit = np.zeros(len(pairs.found_area), dtype=bool), np.zeros(len(pairs.truth_area), dtype=bool)
    value = pairs.iou
    taken: list[float] = []
    rows = np.flatnonzero(value >= iou)
    for row in rows[np.lexsort((pairs.truth[rows], pairs.found[rows], -value[rows]))]:
        if not right[pairs.found[row]] and not hit[pairs.truth[row]]:
            right[pairs.found[row]] = hit[pairs.truth[row]] = True
            taken.append(float(value[row]))
    if several:
        taken += _joined(pairs, right, hit, iou)
    return Matches(right, hit, np.array(taken))


def _joined(pairs: Pairs, right: Flags, hit: Flags, iou: float) -> list[float]:
    """Match several to one both ways, among what is left; ``right`` and ``hit`` are completed."""
    taken: list[float] = []
    ways = (
        (pairs.found, pairs.truth, pairs.found_area, pairs.truth_area, right, hit),
        (pairs.truth, pairs.found, pairs.truth_area, pairs.found_area, hit, right),
    )
    for many, one, many_area, one_area, many_done, one_done in ways:
        part = (pairs.shared >= _MOSTLY * many_area[many]) & ~many_done[many] & ~one_done[one]
        count = len(one_area)
        shared = np.bincount(one[part], weights=pairs.shared[part], minlength=count)
        whole = np.bincount(one[part], weights=many_area[many[part]], minlength=count)
        value = shared / (whole + one_area - shared)
        good = (value >= iou) & (np.bincount(one[part], minlength=count) > 1)
        many_done[many[part & good[one]]] = True
        one_done[good] = True
        taken += value[good].tolist()
    return taken
