"""A chain of stakes pushed outward until it contains the line that it was set out on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.lines.chainage import direction, vertex_chainages
from riverline._kernels.lines.stake_spans import chord_errors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["push_out"]

# Nearer than this to the line counts as on it; coordinates are given to the millimetre.
_ON_LINE_M = 1e-4
_ROUNDS = 40
# Where a chord lies at a greater angle to the line, its stake goes the way of the chords, and is not stretched further:
# the next round goes on from there.
_LEAST_COSINE = 0.5
# A vertex so near is where the stake stands: it goes out between the normals of both segments.
_AT_VERTEX_M = 1e-3


def push_out(
    line: ArrayLike, breaks: ArrayLike, stakes: ArrayLike, *, landside: float, pinned: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Move stakes to the landside until no chord between two of them cuts inside the line.

    Parameters
    ----------
    line : (m, 2)
        Vertices in metres.
    breaks : (k,)
        Places of the stakes along the line, ascending; the last is the length of the line where it is a ring, whose
        last stake is its first.
    stakes : (k, 2)
        Where they stand.
    landside
        1 where the land lies left of the line, looking along it, -1 where it lies right.
    pinned : (k,)
        Stakes that may not be moved.

    Returns
    -------
    stakes : (k, 2)
        Where they have to stand.
    inside : (k - 1,)
        What chords still cut off, beside pinned stakes.

    Notes
    -----
    Each stake moves along the outward normal of the line at its place, so that this place stays the nearest of the line
    to it, so far that both chords are shifted by what they cut off; what is left after that is taken in the next round.
    Where the line turns off its chords, as in a notch, the way goes midway between their normals instead.

    Examples
    --------
    >>> line = [[0, 0], [10, 0], [50, 10], [90, 0], [100, 0]]
    >>> chain, inside = push_out(line, [0, 102.46], [[0, 0], [100, 0]], landside=1.0)
    >>> chain.round(3).tolist(), inside.tolist()
    ([[0.0, 10.0], [100.0, 10.0]], [0.0])
    """
    chain = np.array(stakes, dtype="float64")
    free = np.ones(len(chain), dtype=bool) if pinned is None else ~np.asarray(pinned, dtype=bool)
    ring = len(chain) > 2 and bool((chain[0] == chain[-1]).all())  # noqa: PLR2004 - a ring has a corner beside its seam
    normal = _normals(line, breaks, landside=landside, ring=ring)
    inside = chord_errors(line, breaks, chain, landside=landside)[1]
    for _ in range(_ROUNDS):
        if not inside.max(initial=0.0) > _ON_LINE_M:
            break
        moved = chain + _outward(chain, inside, normal, landside=landside, ring=ring) * free[:, None]
        if (moved == chain).all():
            break
        chain = moved
        inside = chord_errors(line, breaks, chain, landside=landside)[1]
    return chain, np.where(inside > _ON_LINE_M, inside, 0.0)


def _normals(line: ArrayLike, breaks: ArrayLike, *, landside: float, ring: bool) -> Floats:
    """The outward normal of the line at the place of every stake, (k, 2)."""
    line, breaks = np.asarray(line, dtype="float64"), np.asarray(breaks, dtype="float64")
    ahead = _directions(line, breaks)
    if ring:
        length = vertex_chainages(line)[-1]
        seam = _directions(line, np.array([0.0, length])).sum(axis=0)
        ahead[(breaks <= _AT_VERTEX_M) | (breaks >= length - _AT_VERTEX_M)] = seam
    normal = landside * np.column_stack([-ahead[:, 1], ahead[:, 0]])
    size = np.hypot(*normal.T)[:, None]
    return np.asarray(normal / np.where(size > 0.0, size, 1.0))


def _directions(line: Floats, breaks: Floats) -> Floats:
    return np.asarray(direction(line, breaks - _AT_VERTEX_M) + direction(line, breaks + _AT_VERTEX_M))


def _outward(chain: Floats, inside: Floats, own: Floats, *, landside: float, ring: bool) -> Floats:
    """The step of every stake, (k, 2)."""
    chord = np.diff(chain, axis=0)
    length = np.hypot(*chord.T)
    normal = landside * np.column_stack([-chord[:, 1], chord[:, 0]]) / np.where(length > 0.0, length, 1.0)[:, None]
    first, last = (normal[-1:], normal[:1]) if ring else (normal[:1], normal[-1:])
    before, after = np.vstack([first, normal]), np.vstack([normal, last])
    wrapped = (inside[-1:], inside[:1]) if ring else (np.zeros(1), np.zeros(1))
    needs = np.append(wrapped[0], inside), np.append(inside, wrapped[1])
    middle = before + after
    size = np.hypot(*middle.T)
    midway = np.where(size[:, None] > 0.0, middle / np.where(size > 0.0, size, 1.0)[:, None], after)
    along = np.minimum(_dots(own, before), _dots(own, after)) >= _LEAST_COSINE
    way = np.where(along[:, None], own, midway)
    # A hair more than needed, so that the last round ends.
    steps = [
        np.where(need > 0.0, need + _ON_LINE_M / 2.0, 0.0) / np.maximum(_dots(way, each), _LEAST_COSINE)
        for need, each in zip(needs, (before, after), strict=True)
    ]
    return np.asarray(way * np.maximum(*steps)[:, None])


def _dots(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, other))
