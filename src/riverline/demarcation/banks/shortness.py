"""References that are shorter than the bank that they stand for: a line that skips a bend or jumps to another limb."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.demarcation.references import Axis, Bank, Piece

__all__ = ["LENGTH_RATIO", "short_pieces"]

LENGTH_RATIO = 1.5
"""A line this many times longer or shorter than the river beside it is worth a look (announcements list both)."""

PLACES = 65
"""Places along a piece at which its distance from the axis is taken."""

LAYER_OF = {"levee": "levees", "bank_top": "bank_tops"}
"""Layers whose features are pieces as they are drawn; what is made of levels or water is told at its river."""


def short_pieces(axis: Axis, bank: Bank, pieces: Sequence[Piece]) -> list[Finding]:
    """Pieces that are much shorter than the stretch of chainage that they stand for, other than by the axis's bends.

    Parameters
    ----------
    axis
        The river.
    bank
        The bank.
    pieces
        Its chain.

    Returns
    -------
    list of Finding
        ``reference-short`` with the length of the piece and the least that is plausible.

    Notes
    -----
    On the inside of a bend a bank is shorter than the axis, and where a loop of the river is narrower than twice the
    distance that a levee keeps, the levee passes by it. Both are true of the axis's parallel at that distance, without
    its own loops. A piece must therefore be shorter, by :data:`LENGTH_RATIO`, than its stretch of the axis and than the
    parallel at its median distance.

    Examples
    --------
    >>> from riverline.demarcation.references import Axis, Piece
    >>> loop = shapely.LineString([(0, 0), (500, 0), (500, 900), (1500, 900), (1500, 0), (2000, 0)])
    >>> axis = Axis("R1", "清水河", None, None, loop, shapely.get_coordinates(loop), 0.0)
    >>> past = shapely.LineString([(0, -50), (2000, -50)])
    >>> piece = Piece(past, "levee", 10.0, 0.0, "test/levee", "", "high", ("D1",), 0.0, loop.length)
    >>> [(finding.code, finding.feature_id, finding.value) for finding in short_pieces(axis, "right", [piece])]
    [('reference-short', 'D1', 2000.0)]
    """
    findings = []
    for piece in pieces:
        length = float(piece.line.length)
        if not piece.strip or length * LENGTH_RATIO >= piece.span:
            continue
        least = min(piece.span, _parallel(axis, bank, piece)) / LENGTH_RATIO
        if length >= least:
            continue
        layer = LAYER_OF.get(piece.basis, "axes")
        feature = piece.source_ids[0] if layer != "axes" else axis.river_id
        findings.append(Finding("reference-short", layer, feature, piece.line, length, least, "m", note=bank))
    return findings


def _parallel(axis: Axis, bank: Bank, piece: Piece) -> float:
    """Length of the axis's parallel beside a piece, at the median distance of the piece, its own loops cut off."""
    places = shapely.line_interpolate_point(piece.line, np.linspace(0.0, 1.0, PLACES), normalized=True)
    _, offset = chainage.locate(shapely.get_coordinates(places), axis.coords)
    away = float(np.median(np.abs(offset)))
    stretch = shapely.LineString(chainage.cut(axis.coords, piece.start, piece.end))
    return float(shapely.offset_curve(stretch, away if bank == "left" else -away).length)
