"""Levees that run side by side on one bank: only one of them can make the line, and the other must not go unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.demarcation.references import Piece

__all__ = ["parallel_levees"]

APART_M = 50.0
"""Lines farther apart than this are two levees, not toe and crest of one: a large embankment is about that wide."""

BESIDE_M = 20.0
"""Shorter stretches side by side are ends that overlap."""


def parallel_levees(pieces: Sequence[Piece], policy: str) -> list[Finding]:
    """Levees of one bank that lie beside another one that goes before them.

    Parameters
    ----------
    pieces
        Candidates of one bank, those that go first before the others.
    policy
        The ``several_levees`` policy by which they were put in order.

    Returns
    -------
    list of Finding
        ``levees-parallel`` for each pair, at the one that is not used: how far its middle beside the other is from it.
    """
    if len(pieces) < 2:  # noqa: PLR2004 - a pair
        return []
    start, end = (np.array([getattr(piece, name) for piece in pieces]) for name in ("start", "end"))
    lines = np.array([piece.line for piece in pieces], dtype=object)
    # Stretches of chainage as level lines, so that a tree finds those that overlap.
    ends = np.stack(
        [np.stack([start, np.zeros_like(start)], axis=1), np.stack([end, np.zeros_like(end)], axis=1)], axis=1
    )
    stretches = shapely.linestrings(ends)
    first, second = shapely.STRtree(stretches).query(stretches, predicate="intersects")
    low, high = np.maximum(start[first], start[second]), np.minimum(end[first], end[second])
    beside = (first < second) & (high - low > BESIDE_M)
    first, second, middle = first[beside], second[beside], (low[beside] + high[beside]) / 2.0
    share = (middle - start[second]) / (end[second] - start[second])
    places = shapely.line_interpolate_point(lines[second], share, normalized=True)
    apart = shapely.distance(places, lines[first])
    return [
        Finding("levees-parallel", "levees", pieces[used].source_ids[0], pieces[left].line, float(away), APART_M, "m",
                note=f"{pieces[left].source_ids[0]} ({policy})")
        for used, left, away in zip(first, second, apart, strict=True)
        if away > APART_M
    ]  # fmt: skip
