"""One unbroken reference line per bank, put together from many: the basis table over chainage and its stitching.

Every stretch of a bank takes the first basis, in the rule set's order, that has a line there. Where one basis ends and
the next begins, the chain steps across on the normal of the axis; where nothing is known, it is joined and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline.demarcation.references import Axis, Bank, Piece, weakest
from riverline.rules.remarks import REMARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["Gap", "Stretch", "build_chain", "paint"]

TOUCHING_M = 0.02
"""Ends nearer than this are one point: coordinates are kept to the centimetre."""


SHORTFALL_M = 20.0
"""A line that stops this near to the end of the reach, or to the next of its kind, is meant to go on: digitising."""


SKETCH = REMARKS["sketch"][0]
"""What the line says of a join that no rule founds."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of axis and the piece that is its basis; ``None`` where nothing is known."""

    start: float
    end: float
    piece: Piece | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A joined stretch, for the faults: where, how long, and whether a rule allows to join it."""

    line: shapely.LineString
    start: float
    end: float
    allowed: bool


def paint(candidates: Iterable[Piece], length: float, *, gap_max_m: float) -> list[Stretch]:
    """Which piece is the basis of which stretch of a bank.

    Parameters
    ----------
    candidates
        Pieces in order of priority.
    length
        Length of the axis, metres.
    gap_max_m
        A gap between two levees whose ends are no farther apart than this, along the axis and across, is joined
        rather than left to the next basis.

    Returns
    -------
    list of Stretch
        In order of chainage, without hole or overlap, from 0 to ``length``.
    """
    taken: list[Stretch] = []
    for basis, pieces in groupby(candidates, key=lambda piece: piece.basis):
        for piece in pieces:
            taken = _taken_by(piece, taken)
        taken = _in_order([*taken, *_small_gaps(taken, length, gap_max_m if basis == "levee" else SHORTFALL_M)])
    unknown = [Stretch(start, end, None) for start, end in _free(taken, 0.0, length) if end - start > TOUCHING_M]
    return _in_order([*taken, *unknown])


def _in_order(stretches: Iterable[Stretch]) -> list[Stretch]:
    return sorted(stretches, key=lambda stretch: stretch.start)


def _taken_by(piece: Piece, taken: list[Stretch]) -> list[Stretch]:
    least = min(SHORTFALL_M, piece.span / 2.0)
    mine = [Stretch(a, b, piece) for a, b in _free(taken, piece.start, piece.end) if b - a > max(least, TOUCHING_M)]
    return _in_order([*taken, *mine])


def _free(taken: Sequence[Stretch], start: float, end: float) -> list[tuple[float, float]]:
    free, at = [], start
    for stretch in taken:
        if stretch.end <= at or stretch.start >= end:
            continue
        if stretch.start > at:
            free.append((at, stretch.start))
        at = max(at, stretch.end)
    if at < end:
        free.append((at, end))
    return free


def _small_gaps(taken: Sequence[Stretch], length: float, gap_max_m: float) -> list[Stretch]:
    """Gaps between what is taken that are joined rather than left to the next basis, and shortfalls at the ends."""
    free = _free(taken, 0.0, length) if taken else []
    ends = {stretch.end: stretch.piece for stretch in taken}
    starts = {stretch.start: stretch.piece for stretch in taken}
    return [
        Stretch(start, end, None)
        for start, end in free
        if TOUCHING_M < end - start <= (SHORTFALL_M if start <= 0.0 or end >= length else gap_max_m)
        and _apart(ends.get(start), starts.get(end)) <= gap_max_m
    ]


def _apart(before: Piece | None, after: Piece | None) -> float:
    """Distance between the ends of two pieces of one basis, metres; zero where it is not known or right to be large."""
    if before is None or after is None or before.basis != after.basis:
        return 0.0
    return float(shapely.distance(shapely.get_point(before.line, -1), shapely.get_point(after.line, 0)))


def build_chain(
    stretches: Sequence[Stretch], axis: Axis, bank: Bank, *, gap_max_m: float
) -> tuple[list[Piece], list[Gap]]:
    """The pieces of one bank, joined end to end from reach start to reach end.

    Parameters
    ----------
    stretches
        What :func:`paint` gives; at least one has a piece.
    axis
        The river's axis.
    bank
        Which bank it is.
    gap_max_m
        Longest join that is not called unfounded.

    Returns
    -------
    pieces
        Each ends where the next begins; ``joined`` pieces fill what was missing.
    gaps
        What was joined along the river.
    """
    seen: dict[int, _Seen] = {}
    cut = (_cut(stretch, axis, bank, seen) for stretch in stretches if stretch.piece is not None)
    known = _touching([piece for piece in cut if piece is not None])
    if not known:
        return [], []
    first, last = known[0], known[-1]
    chain: list[Piece] = []
    head = _joined(None, first, axis, gap_max_m)
    tail = _joined(last, None, axis, gap_max_m)
    between = [_joined(before, after, axis, gap_max_m) for before, after in pairwise(known)]
    for link, piece in zip([head, *between], known, strict=True):
        chain.extend([link, piece] if link is not None else [piece])
    if tail is not None:
        chain.append(tail)
    gaps = [
        Gap(piece.line, piece.start, piece.end, allowed=piece.founded)
        for piece in chain
        if piece.basis == "joined" and (piece.strip or not piece.founded)
    ]
    return chain, gaps


def _touching(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, each starting in the very point where the one before ends if the two all but meet.

    Between two strips that end flat, a bend at such a place would be left out.
    """
    met = list(pieces[:1])
    for piece in pieces[1:]:
        tail = shapely.get_coordinates(met[-1].line)[-1]
        coords = shapely.get_coordinates(piece.line)
        near = 0.0 < np.hypot(*(coords[0] - tail)) <= TOUCHING_M
        met.append(replace(piece, line=shapely.LineString(np.vstack([tail, coords]))) if near else piece)
    return met


@dataclass(frozen=True, slots=True)
class _Seen:
    """A reference line as it is seen from the axis: chainage of its vertices, never falling, and its own distances."""

    line: shapely.LineString
    along: NDArray[np.float64]
    distance: NDArray[np.float64]
    farthest: float


def _seen(line: shapely.LineString, axis: Axis) -> _Seen:
    coords = shapely.get_coordinates(line)
    along, offset = axis.locate(coords)
    farthest = float(np.abs(offset).max())
    return _Seen(line, np.maximum.accumulate(along), chainage.vertex_chainages(coords), farthest)


def _cut(stretch: Stretch, axis: Axis, bank: Bank, seen: dict[int, _Seen]) -> Piece | None:
    """The part of a piece that lies in its stretch, cut on the normals of the axis; None where nothing is left."""
    piece = stretch.piece
    if piece is None:
        return None
    line = piece.line
    length = float(line.length)
    begin, finish = 0.0, length
    cut_at_start = stretch.start > piece.start + TOUCHING_M or stretch.start <= TOUCHING_M
    cut_at_end = stretch.end < piece.end - TOUCHING_M or stretch.end >= axis.length - TOUCHING_M
    if (cut_at_start or cut_at_end) and id(piece) not in seen:
        seen[id(piece)] = _seen(line, axis)
    if cut_at_start:
        begin = _station(seen[id(piece)], axis, bank, stretch.start, otherwise=0.0)
    if cut_at_end:
        finish = _station(seen[id(piece)], axis, bank, stretch.end, otherwise=length)
    if finish - begin <= TOUCHING_M:
        return None
    if (begin, finish) != (0.0, length):
        line = shapely.LineString(chainage.cut(shapely.get_coordinates(line), begin, finish))
    return replace(piece, line=line, start=stretch.start, end=stretch.end)


def _station(seen: _Seen, axis: Axis, bank: Bank, at: float, *, otherwise: float) -> float:
    """Distance along a reference line to where the normal of the axis at a chainage meets it."""
    inner = 0.0 < at < axis.length
    guess = float(np.interp(at, seen.along, seen.distance)) if inner else otherwise
    reach = 2.0 * seen.farthest + 1.0
    side = -reach if bank == "left" else reach
    normal = shapely.linestrings(chainage.position(axis.coords, np.array([at, at]), np.array([0.0, side])))
    hits = shapely.get_coordinates(shapely.intersection(seen.line, normal))
    if not len(hits):
        return guess
    stations = shapely.line_locate_point(seen.line, shapely.points(hits))
    return float(stations[np.argmin(np.abs(stations - guess))])


def _joined(before: Piece | None, after: Piece | None, axis: Axis, gap_max_m: float) -> Piece | None:
    """The connector between two pieces, or between a piece and the end of the reach; None where they touch."""
    start = before.end if before is not None else 0.0
    end = after.start if after is not None else axis.length
    line = _bridge(before, after, axis, start, end, straight=end - start <= gap_max_m)
    if line.length <= TOUCHING_M:
        return None
    sides = [piece for piece in (before, after) if piece is not None]
    wider = max(sides, key=lambda piece: piece.width_m)
    # Where two levees end and begin at one chainage but apart, the strip goes around with the joint. The far edge of a
    # channel at which a strip ends is no levee: the line steps aside to it.
    levees = all(piece.basis == "levee" and not piece.ends_strip for piece in sides)
    along = end - start > TOUCHING_M or levees
    limit = gap_max_m if before is not None and after is not None else SHORTFALL_M
    # From one basis to another the chain has to step aside, however far: only the gap along the river counts.
    aside = len({(piece.basis, piece.ends_strip) for piece in sides}) > 1 and end - start <= SHORTFALL_M
    founded = end - start <= limit and (aside or before is None or after is None or line.length <= limit)
    return Piece(
        line=line,
        basis="joined",
        width_m=wider.width_m if along else 0.0,
        protection_m=wider.protection_m if along else 0.0,
        rule_id=wider.rule_id if founded else "",
        citation=wider.citation if founded else "",
        confidence=weakest([*(piece.confidence for piece in sides), "medium" if founded else "low"]),
        source_ids=tuple(sorted({source for piece in sides for source in piece.source_ids})),
        start=start,
        end=end,
        strip=along,
        note=wider.note if founded else SKETCH,
        founded=founded,
    )


def _bridge(
    before: Piece | None, after: Piece | None, axis: Axis, start: float, end: float, *, straight: bool
) -> shapely.LineString:
    """A line from the end of one piece to the start of the next that stays on its side of the river.

    A short gap is closed straight. Where a straight line would cross the axis, and over every long gap, the distance
    from the axis changes evenly along it (channel-fitted coordinates, Merwade et al. 2005).
    """
    tail = None if before is None else shapely.get_coordinates(before.line)[-1]
    head = None if after is None else shapely.get_coordinates(after.line)[0]
    known = np.array([point for point in (tail, head) if point is not None])
    _, offset = axis.locate(known)
    first = chainage.position(axis.coords, np.array([start]), offset[:1])[0] if tail is None else tail
    last = chainage.position(axis.coords, np.array([end]), offset[-1:])[0] if head is None else head
    direct = shapely.LineString([first, last])
    if end - start <= TOUCHING_M or (straight and not shapely.crosses(direct, axis.line)):
        return direct
    inside = _vertices_between(axis, start, end)
    spread = np.interp(inside, [start, end], [offset[0], offset[-1]])
    coords = np.vstack([first, chainage.position(axis.coords, inside, spread), last])
    coords = coords if shapely.is_simple(shapely.LineString(coords)) else _without_loops(coords)
    coords = coords if before is not None else _up_to_normal(coords[::-1], axis, start)[::-1]
    return shapely.LineString(coords if after is not None else _up_to_normal(coords, axis, end))


def _up_to_normal(coords: NDArray[np.float64], axis: Axis, at: float) -> NDArray[np.float64]:
    """A line that ends on the normal at an end of the reach, without what passes that normal and comes back to it."""
    foot = chainage.position(axis.coords, np.array([at]))[0]
    offset = float(np.hypot(*(coords[-1] - foot)))
    line, normal = shapely.LineString(coords), shapely.LineString([foot, 2.0 * coords[-1] - foot])
    hits = shapely.get_coordinates(shapely.intersection(line, normal))
    along, _ = axis.locate(hits)
    hits = hits[np.abs(along - at) <= np.pi * offset]
    if not len(hits):
        return coords
    first = float(shapely.line_locate_point(line, shapely.points(hits)).min())
    return coords if first <= TOUCHING_M else chainage.cut(coords, 0.0, first)


def _without_loops(coords: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line that goes on, where it would cross itself, from its last passage there.

    Beside a bend that is sharper than the line is far away, a line at an even distance from the axis turns back in
    loops. No strip can be laid beside a loop that lies within it.
    """
    segments = shapely.linestrings(np.stack([coords[:-1], coords[1:]], axis=1))
    one, other = shapely.STRtree(segments).query(segments, predicate="intersects")
    apart = other > one + 1
    one, other = one[apart], other[apart]
    places = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(segments[one], segments[other]), 0))
    passed = [_passage(coords, segment, places) for segment in (one, other)]
    kept, at = [], 0.0
    for number in np.lexsort((-passed[1], passed[0])):
        if passed[0][number] >= at:
            kept += [coords[int(np.ceil(at)) : int(np.floor(passed[0][number])) + 1], places[number][None]]
            at = passed[1][number]
    line = np.vstack([*kept, coords[int(np.ceil(at)) :]])
    return line[np.append(True, np.any(np.diff(line, axis=0) != 0.0, axis=1))]


def _passage(
    coords: NDArray[np.float64], segment: NDArray[np.intp], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Number of a segment plus the share of it that lies before a place on it."""
    length = np.hypot(*(coords[segment + 1] - coords[segment]).T)
    gone = np.hypot(*(places - coords[segment]).T)
    return segment + np.minimum(gone / np.maximum(length, np.finfo(float).tiny), 1.0)


def _vertices_between(axis: Axis, start: float, end: float) -> NDArray[np.float64]:
    along = chainage.vertex_chainages(axis.coords)
    inside: NDArray[np.float64] = along[(along > start) & (along < end)]
    return inside
