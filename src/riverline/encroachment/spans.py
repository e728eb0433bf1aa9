"""What pieces take of the management line: stretches from their first to their last place, and unions of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from riverline._kernels.lines.intervals import united

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

__all__ = ["Spans", "lengths_by", "spans_of"]

_STEP_M = 40.0  # a notch of this much in a line is passed over, not gone round


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Stretches of strands, k of them.

    Attributes
    ----------
    row, strand : (k,)
        Which piece takes it, and of which strand.
    start, end : (k,)
        Metres along the strand.
    """

    row: Indices
    strand: Indices
    start: Floats
    end: Floats

    def only(self, kept: Any) -> Spans:  # noqa: ANN401 - a mask or positions
        """Some of the stretches."""
        return Spans(self.row[kept], self.strand[kept], self.start[kept], self.end[kept])


def spans_of(
    part: Indices, row: Indices, strand: Indices, along: Floats, feet: Floats, *, rings: Sequence[float]
) -> Spans:
    """Stretches from the feet of the coordinates of pieces.

    Parameters
    ----------
    part, row, strand, along : (n,)
        For each coordinate the connected part and the piece it is of, the strand it is nearest to, and where along it.
    feet : (n, 2)
        The nearest places themselves.
    rings
        For each strand its length if it is a ring, else 0.

    Returns
    -------
    Spans
        One for each part and strand. On a ring, what lies between feet is not taken where the gap between them is the
        widest, or where the ring goes round by more than half a circle and a step: there the part stands between two
        reaches of it, as a bridge does between two banks. A stretch past the start of the ring is two.
    """
    if not len(part):
        none = np.empty(0, dtype="int64")
        return Spans(none, none, np.empty(0), np.empty(0))
    order = np.lexsort((along, strand, part))
    part, row, strand, along, feet = part[order], row[order], strand[order], along[order], feet[order]
    new = np.append(True, (part[1:] != part[:-1]) | (strand[1:] != strand[:-1]))
    first, last = np.flatnonzero(new), np.append(np.flatnonzero(new)[1:], len(part)) - 1
    around = np.asarray(rings, dtype="float64")[strand]
    follow = np.append(np.arange(1, len(part)), 0)
    follow[last] = first
    gap = along[follow] - along
    gap[last] += around[last]
    group = np.cumsum(new) - 1
    detour = gap - np.pi / 2.0 * np.hypot(*(feet[follow] - feet).T)
    cut = (around > 0.0) & (detour > _STEP_M)
    cut[last[around[last] == 0.0]] = True
    widest = np.lexsort((-gap, group))[first]
    cut[widest[around[widest] > 0.0]] = True
    opens = new | np.append(True, cut[:-1])
    begins, ends = np.flatnonzero(opens), np.append(np.flatnonzero(opens)[1:], len(part)) - 1
    past = ~cut[last]
    return Spans(
        row[begins],
        strand[begins],
        np.where(past[group[begins]] & new[begins], 0.0, along[begins]),
        np.where(past[group[ends]] & (ends == last[group[ends]]), around[ends], along[ends]),
    )


def lengths_by(group: Indices, strand: Indices, start: Floats, end: Floats, count: int) -> Floats:
    """(count,) length that the spans of each group take, what several take counted once.

    Examples
    --------
    >>> zero = np.zeros(3, dtype="int64")
    >>> lengths_by(np.array([0, 0, 1]), zero, np.array([0.0, 5.0, 1.0]), np.array([8.0, 9.0, 2.0]), 2).tolist()
    [9.0, 1.0]
    """
    if not len(group):
        return np.zeros(count)
    pairs, which = np.unique(np.column_stack([group, strand]), axis=0, return_inverse=True)
    which = which.ravel()
    # A power of two, so that places moved apart by it come back exactly.
    room = 2.0 ** np.ceil(np.log2(float(end.max()) + 1.0))
    begin, finish = united(start + which * room, end + which * room)
    owner = pairs[(begin // room).astype("int64"), 0]
    return np.asarray(np.bincount(owner, weights=finish - begin, minlength=count), dtype="float64")
