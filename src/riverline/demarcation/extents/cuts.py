"""Where the chain steps from one reference to another: strips that end on the normal of the axis, not on their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.references import Bank, Piece

    Floats = NDArray[np.float64]

__all__ = ["GRAIN_M", "to_the_normals", "unit", "waterside_past"]

GRAIN_M = 1e-4
"""Vertices nearer to each other than this have no direction between them: what is left of cuts at a vertex."""

STUB_M = 2e-4
"""How far a strip reaches past the normal where its reference is cut, so that no crack opens at the cut."""

SQUARE = 1e-6
"""Sine below which a cut is square to a reference: 0.03 mm over the widest strips."""

HAIR_M = 0.01
"""What stands out past a cut by less than this is no land: coordinates are kept to the centimetre."""

REACH = 1.5
"""Parts of its width within which a strip is trimmed past a cut: its corners lie at 1.0."""

STEEPEST_CUT = 0.2
"""Cosine between a reference's normal and the line of a cut below which that line is no normal at all."""


class _CutEnd(NamedTuple):
    """The end of a reference at a cut: unit vectors to its landside, along its own normal and along the cut."""

    tip: Floats
    normal: Floats
    landside: Floats
    side: float
    short: float
    """How far the strip falls short of the cut, as a part of its width; below zero where it reaches past it."""

    def off(self, across: Floats) -> Floats:
        """The way off the end at a right angle to a way across it."""
        return self.side * np.array([-across[1], across[0]])


def to_the_normals(pieces: Sequence[Piece], bank: Bank, ends: NDArray[np.object_]) -> NDArray[np.object_]:
    """References of a chain's strips, each turned at its cut ends so that its strip ends on the normal of the axis.

    A reference runs at an angle to the axis, and its strip ends on its own normal. Where that falls back behind the
    normal on which the next reference begins, a wedge of land near the toe would be left out between the two. A stub at
    the end of the reference, at a right angle to the cut, makes the strip go round to it.

    Parameters
    ----------
    pieces
        A chain; between two pieces with strips a piece without one is a step on the normal.
    bank
        Its bank.
    ends : (2,)
        The lines that close the corridor at the ends of the reach.

    Returns
    -------
    (n,)
        A LineString for each piece with a strip.
    """
    lines = []
    for piece, before, after in _between_cuts(pieces, *ends):
        coords = _with_stub(_coords(piece)[::-1], before, -_side(bank), inner=piece is not pieces[0])[::-1]
        coords = _with_stub(coords, after, _side(bank), inner=piece is not pieces[-1])
        lines.append(shapely.LineString(coords))
    return np.array(lines, dtype=object)


def waterside_past(pieces: Sequence[Piece], bank: Bank, widths: Floats) -> NDArray[np.object_]:
    """What lies past the steps of a chain on the waterside of the references that are cut there.

    A strip has no business on the waterside. Inside the corridor it does not matter, but a reference that runs at an
    angle to the axis has its own normal beyond the step there, and its strip would stand out as a tooth.

    Parameters
    ----------
    pieces
        A chain; between two pieces with strips a piece without one is a step on the normal.
    bank
        Its bank.
    widths : (n,)
        Widths of the strips of the pieces that have one, metres.

    Returns
    -------
    (n,)
        Areas as far as the strips may reach; None where a piece is not cut inside the reach.
    """
    areas: list[shapely.Geometry | None] = []
    for (piece, *cuts), width in zip(_between_cuts(pieces), widths, strict=True):
        coords = _coords(piece)
        ways = ((coords[::-1], -_side(bank)), (coords, _side(bank)))
        ends = [
            _cut_end(way, cut, side)
            for (way, side), cut in zip(ways, cuts, strict=True)
            if cut is not None and not _hooked(way, float(width))
        ]
        past = [_past(end, float(width)) for end in ends if end is not None]
        areas.append(shapely.union_all(past) if past else None)
    return np.array(areas, dtype=object)


def _between_cuts(
    pieces: Sequence[Piece], first: shapely.LineString | None = None, last: shapely.LineString | None = None
) -> list[tuple[Piece, shapely.LineString | None, shapely.LineString | None]]:
    """Each piece with a strip, and the lines it is cut on before and after; None where the next one goes on from it."""
    steps = [None if piece.strip else piece.line for piece in pieces]
    around = zip(pieces, [first, *steps[:-1]], [*steps[1:], last], strict=True)
    return [(piece, before, after) for piece, before, after in around if piece.strip]


def _coords(piece: Piece) -> Floats:
    coords: Floats = shapely.get_coordinates(shapely.remove_repeated_points(piece.line, GRAIN_M))
    return coords


def _side(bank: Bank) -> float:
    return -1.0 if bank == "left" else 1.0


def _cut_end(coords: Floats, cut: shapely.LineString, side: float) -> _CutEnd | None:
    """The last end of a line at a cut; None where the line runs along the cut, which is no normal then."""
    heading, across = unit(coords[-2:]), unit(shapely.get_coordinates(cut)[[0, -1]])
    normal = side * np.array([heading[1], -heading[0]])
    cosine = float(normal @ across)
    if abs(cosine) < STEEPEST_CUT:
        return None
    landside = across * np.sign(cosine)
    return _CutEnd(coords[-1], normal, landside, side, float(landside @ heading))


def _with_stub(coords: Floats, cut: shapely.LineString | None, side: float, *, inner: bool) -> Floats:
    """A line with a stub at its end that stands at a right angle to a cut, where the strip falls short of the cut.

    Inside the reach a strip that ends on the cut gets one too, since the next one begins there.
    """
    end = None if cut is None else _cut_end(coords, cut, side)
    if end is None or (end.short < SQUARE and not inner):
        return coords
    across = end.landside if end.short > 0.0 else end.normal
    return np.vstack([coords, coords[-1] + STUB_M * end.off(across)])


def _past(end: _CutEnd, width: float) -> shapely.Polygon:
    """The wedge past a cut on the waterside of the reference's end, up to its own normal, and a hair along the cut."""
    reach = REACH * width
    cut_tip, hair = end.tip - reach * end.landside, HAIR_M * end.off(end.landside)
    own_tip = end.tip - reach * end.normal + HAIR_M * end.off(end.normal) if end.short > SQUARE else cut_tip + hair
    return shapely.Polygon([end.tip, cut_tip, own_tip, end.tip + hair])


def _hooked(coords: Floats, width: float) -> bool:
    """Whether a line's last segment turns back against its course over a strip's width: that is no direction."""
    away = np.hypot(*(coords - coords[-1]).T)
    before = coords[np.flatnonzero(away >= min(width, float(away.max())))[-1]]
    return float((coords[-1] - before) @ (coords[-1] - coords[-2])) <= 0.0


def unit(way: Floats) -> Floats:
    """The unit vector from the first to the last of some places."""
    step = way[-1] - way[0]
    direction: Floats = step / max(float(np.hypot(*step)), np.finfo(float).tiny)
    return direction
