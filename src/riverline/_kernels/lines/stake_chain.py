"""A chain of stakes pushed outward until it contains the line that it was set out on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from riverline._kernels.lines.stake_spans import chord_errors

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

__all__ = ["push_out"]

# Nearer than this to the line counts as on it; coordinates are given to the millimetre.
_ON_LINE_M = 1e-4
_ROUNDS = 40
# Of a stake at a corner sharper than this the way out is not stretched further: the next round goes on from there.
_LEAST_COSINE = 0.5


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
    Each stake moves along the direction midway between the outward normals of its two chords, so far that both are
    shifted by what they cut off; what is left after that is taken in the next round.

    Examples
    --------
    >>> chain, inside = push_out([[0, 0], [50, 10], [100, 0]], [0, 101.98], [[0, 0], [100, 0]], landside=1.0)
    >>> chain.round(3).tolist(), inside.tolist()
    ([[0.0, 10.0], [100.0, 10.0]], [0.0])
    """
    chain = np.array(stakes, dtype="float64")
    free = np.ones(len(chain), dtype=bool) if pinned is None else ~np.asarray(pinned, dtype=bool)
    ring = len(chain) > 2 and bool((chain[0] == chain[-1]).all())  # noqa: PLR2004 - a ring has a corner beside its seam
    inside = chord_errors(line, breaks, chain, landside=landside)[1]
    for _ in range(_ROUNDS):
        if not inside.max(initial=0.0) > _ON_LINE_M:
            break
        moved = chain + _outward(chain, inside, landside=landside, ring=ring) * free[:, None]
        if (moved == chain).all():
            break
        chain = moved
        inside = chord_errors(line, breaks, chain, landside=landside)[1]
    return chain, np.where(inside > _ON_LINE_M, inside, 0.0)


def _outward(chain: Floats, inside: Floats, *, landside: float, ring: bool) -> Floats:
    """The step of every stake, (k, 2)."""
    chord = np.diff(chain, axis=0)
    length = np.hypot(*chord.T)
    normal = landside * np.column_stack([-chord[:, 1], chord[:, 0]]) / np.where(length > 0.0, length, 1.0)[:, None]
    first, last = (normal[-1:], normal[:1]) if ring else (normal[:1], normal[-1:])
    before, after = np.vstack([first, normal]), np.vstack([normal, last])
    wrapped = (inside[-1:], inside[:1]) if ring else (np.zeros(1), np.zeros(1))
    need = np.maximum(np.append(wrapped[0], inside), np.append(inside, wrapped[1]))
    middle = before + after
    size = np.hypot(*middle.T)
    way = np.where(size[:, None] > 0.0, middle / np.where(size > 0.0, size, 1.0)[:, None], after)
    cosine = np.maximum(np.einsum("ij,ij->i", way, after), _LEAST_COSINE)
    # A hair more than needed, so that the last round ends.
    return way * (np.where(need > 0.0, need + _ON_LINE_M / 2.0, 0.0) / cosine)[:, None]
