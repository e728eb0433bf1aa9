"""References that stand in the water: a toe or a bank top in the river is drawn, placed or coded wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.demarcation.banks.shortness import LAYER_OF
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.demarcation.references import Bank, Piece

__all__ = ["pieces_in_water"]

EDGE_M = 1.0
"""Nearer to the water's edge a line is as good as on it: lines and edges are drawn by different hands."""

WET_M = 20.0
"""A shorter stretch is a culvert, a jetty or a crooked edge."""


def pieces_in_water(bank: Bank, pieces: Sequence[Piece], water: shapely.Geometry | None) -> list[Finding]:
    """Levees and bank tops of a chain that run through the water of their own river.

    Parameters
    ----------
    bank
        The bank.
    pieces
        Its chain.
    water
        The water of the river; None where none was given.

    Returns
    -------
    list of Finding
        ``reference-in-water``, one for each piece, with the stretch and its length.

    Examples
    --------
    >>> from riverline.demarcation.references import Piece
    >>> toe = shapely.LineString([(0, 10), (300, 10)])
    >>> piece = Piece(toe, "levee", 10.0, 0.0, "test/levee", "", "high", ("D1",), 0.0, 300.0)
    >>> found = pieces_in_water("left", [piece], shapely.box(100, -20, 200, 20))
    >>> [(finding.code, finding.feature_id, finding.value) for finding in found]
    [('reference-in-water', 'D1', 98.0)]
    """
    drawn = [piece for piece in pieces if piece.strip and piece.basis in LAYER_OF]
    if water is None or not drawn:
        return []
    # Lines away from the water are most: only those that meet it are measured against what lies within its edge.
    lines = np.array([piece.line for piece in drawn], dtype=object)
    meets = np.flatnonzero(shapely.intersects(water, lines))
    if not len(meets):
        return []
    wet = shapely.intersection(lines[meets], shapely.buffer(water, -EDGE_M))
    return [
        Finding("reference-in-water", LAYER_OF[drawn[place].basis], drawn[place].source_ids[0], inside,
                float(shapely.length(inside)), WET_M, "m", note=bank)
        for place, inside in zip(meets, wet, strict=True)
        if shapely.length(inside) > WET_M
    ]  # fmt: skip
