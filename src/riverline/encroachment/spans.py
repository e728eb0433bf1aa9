"""What pieces take of the management line: stretches from their first to their last place, and unions of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from riverline._kernels.intervals import united

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

__all__ = ["Spans", "lengths_by", "spans_of"]


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


def spans_of(part: Indices, row: Indices, strand: Indices, along: Floats, rings: Sequence[float]) -> Spans:
    """Stretches from the feet of the coordinates of pieces.

    Parameters
    ----------
    part, row, strand, along : (n,)
        For each coordinate the connected part and the piece it is of, the strand it is nearest to, and where along it.
    rings
        For each strand its length if it is a ring, else 0.

    Returns
    -------
    Spans
        One for each part and strand; on a ring, round it the shorter way, which are two where that passes its start.
    """
    if not len(part):
        none = np.empty(0, dtype="int64")
        return Spans(none, none, np.empty(0), np.empty(0))
    order = np.lexsort((along, strand, part))
    part, row, strand, along = part[order], row[order], strand[order], along[order]
    new = np.append(True, (part[1:] != part[:-1]) | (strand[1:] != strand[:-1]))
    first, last = np.flatnonzero(new), np.append(np.flatnonzero(new)[1:], len(part)) - 1
    start, end = along[first], along[last]
    around = np.asarray(rings, dtype="float64")[strand[first]]
    # The widest gap between feet on a ring is what is not taken.
    step = np.append(np.diff(along), 0.0)
    step[last] = 0.0
    widest = np.maximum.reduceat(step, first)
    wraps = np.flatnonzero((around > 0.0) & (widest > start + around - end))
    spans = Spans(row[first], strand[first], start, end)
    if not len(wraps):
        return spans
    group = np.cumsum(new) - 1
    gap = np.array([first[each] + int(step[group == each].argmax()) for each in wraps])
    kept = np.ones(len(first), dtype=bool)
    kept[wraps] = False
    plain, rows, on = spans.only(kept), row[first][wraps], strand[first][wraps]
    return Spans(
        np.concatenate([plain.row, rows, rows]),
        np.concatenate([plain.strand, on, on]),
        np.concatenate([plain.start, np.zeros(len(wraps)), along[gap + 1]]),
        np.concatenate([plain.end, along[gap], around[wraps]]),
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
