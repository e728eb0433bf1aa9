"""One river: from its candidates to its lines and extents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines.proof import nearest_place
from riverline.demarcation.banks.chains import Gap, build_chain, paint
from riverline.demarcation.banks.shortness import LENGTH_RATIO, short_pieces
from riverline.demarcation.banks.wetness import pieces_in_water
from riverline.demarcation.edges import within_reach
from riverline.demarcation.extents.beyond import water_left_out
from riverline.demarcation.extents.cuts import waterside_past
from riverline.demarcation.extents.outline import Outline, edge_pieces, outline
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from riverline._kernels.lines.strip_area import Steps
    from riverline.demarcation.references import Axis, Bank, Piece
    from riverline.rules import Policy

    Floats = NDArray[np.float64]

__all__ = ["LineRow", "Outcome", "demarcate_river", "rising"]

BANKS: tuple[Bank, Bank] = ("left", "right")

INSIDE_M = 1e-3
"""A line nearer than the legal width by more than this is told: coordinates of eight digits keep a millimetre."""

OUTSIDE_M = 0.1
"""Length of axis that may lie outside the extent before it is told: the precision that lengths are given in."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One stretch of a management line with the piece that made it.

    ``number`` is its number on its bank where that is not its place in the list: neighbours changed the line.
    """

    bank: Bank
    line: shapely.LineString
    piece: Piece
    start: float
    end: float
    number: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one river; ``extent`` is None when it could not be done, and a finding says why."""

    axis: Axis
    extent: shapely.Geometry | None = None
    protection: shapely.Geometry | None = None
    clearance: float = float("nan")
    lines: list[LineRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def demarcate_river(
    axis: Axis,
    candidates: Mapping[Bank, Sequence[Piece]],
    *,
    water: shapely.Geometry | None,
    policy: Policy,
    steps: Steps,
    why_bare: Callable[[Sequence[Bank]], str],
) -> Outcome:
    """Lines and extents of one river.

    Parameters
    ----------
    axis
        The river.
    candidates
        Candidate pieces of each bank in order of priority.
    water
        All water of the river; the extent must contain what lies between the ends of the reach.
    policy
        Gaps, steps and tapers of the rule set.
    steps
        How the strip changes width.
    why_bare
        The note for banks without a reference line.

    Returns
    -------
    Outcome
        With a finding ``river-not-done`` and no extent if a bank has no reference line at all, or nothing an area.
    """
    bare = [bank for bank in BANKS if not candidates.get(bank)]
    if bare:
        return Outcome(axis, findings=[_not_done(axis, why_bare(bare))])
    ready = axis.ready()
    chains: dict[Bank, list[Piece]] = {}
    findings: list[Finding] = []
    for bank in BANKS:
        stretches = paint(candidates[bank], axis.length, gap_max_m=policy.gap_max_m)
        chains[bank], gaps = build_chain(stretches, ready, bank, gap_max_m=policy.gap_max_m)
        if not chains[bank]:
            return Outcome(axis, findings=[_not_done(axis, why_bare([bank]))])
        findings.extend(_gap_findings(axis, bank, gaps, policy))
        findings.extend(_caveats(axis, bank, chains[bank]))
        findings.extend(short_pieces(axis, bank, chains[bank]))
        findings.extend(pieces_in_water(bank, chains[bank], water))
    own = None if water is None else within_reach(water, axis)
    made = outline(chains["left"], chains["right"], water=own, steps=steps, taper_m=policy.taper_m)
    if made is None:
        return Outcome(axis, findings=[*findings, _not_done(axis, "no-area")])
    findings.extend(_outline_findings(axis, made))
    findings.extend([] if water is None else water_left_out(axis, water, made.extent))
    lines = [row for bank in BANKS for row in _line_rows(ready, bank, made, chains[bank])]
    lines.extend(_pocket_rows(ready, made, chains))
    kept, place = _clearance(lines, chains)
    if kept < -INSIDE_M:
        findings.append(Finding("line-inside", "axes", axis.river_id, shapely.Point(place), -kept, 0.0, "m"))
    return Outcome(
        axis,
        extent=made.extent,
        protection=_protection(chains, made.extent, own, steps, policy.taper_m),
        clearance=kept,
        lines=lines,
        findings=findings,
    )


def _line_rows(axis: Axis, bank: Bank, made: Outline, pieces: Sequence[Piece]) -> list[LineRow]:
    edge = made.left if bank == "left" else made.right
    if shapely.is_empty(edge):
        return []
    lines, makers = edge_pieces(edge, pieces)
    ends = np.array([shapely.get_coordinates(line)[-1] for line in lines])
    along, _ = axis.locate(ends)
    # Between two pieces the chainage is that of the line's own place, which a strip may part from where the reference
    # changes by its width; on a bend the nearest place of the axis may be that of another arm, and does not count.
    before = np.array([pieces[maker].end for maker in makers])
    after = np.array([*(pieces[maker].start for maker in makers[1:]), axis.length])
    wide = np.array([pieces[maker].width_m for maker in makers])
    reach = np.fmax(wide, np.append(wide[1:], 0.0))
    between = np.clip(along, np.minimum(before, after) - reach, np.maximum(before, after) + reach)
    finish = rising(np.clip(between, 0.0, axis.length))
    finish[-1] = axis.length
    begin = np.concatenate([[0.0], finish[:-1]])
    rows = zip(lines, makers, begin, finish, strict=True)
    return [LineRow(bank, line, pieces[maker], float(a), float(b)) for line, maker, a, b in rows]


def rising(chainages: Floats) -> Floats:
    """Chainages that do not fall, the same whichever way the river runs: where a line turns back, half way.

    >>> rising(np.array([0.0, 30.0, 20.0, 40.0])).tolist()
    [0.0, 25.0, 25.0, 40.0]
    """
    back: Floats = np.minimum.accumulate(chainages[::-1])[::-1]
    return (np.maximum.accumulate(chainages) + back) / 2.0


def _pocket_rows(axis: Axis, made: Outline, chains: Mapping[Bank, Sequence[Piece]]) -> list[LineRow]:
    """The rings around dry land that the strips of one bank enclose: part of that bank's line."""
    rows = []
    both = [(bank, piece) for bank in BANKS for piece in chains[bank]]
    for ring in made.pockets:
        lines, makers = edge_pieces(ring, [piece for _, piece in both])
        for line, maker in zip(lines, makers, strict=True):
            bank, piece = both[maker]
            along, _ = axis.locate(shapely.get_coordinates(line)[[0, -1]])
            rows.append(LineRow(bank, line, piece, float(along.min()), float(along.max())))
    return rows


def _protection(
    chains: Mapping[Bank, Sequence[Piece]],
    extent: shapely.Geometry,
    water: shapely.Geometry | None,
    steps: Steps,
    taper_m: float,
) -> shapely.Geometry | None:
    """The band beyond the management line, where the rules have one."""
    if not any(piece.protection_m > 0.0 for bank in BANKS for piece in chains[bank]):
        return None
    wide = outline(chains["left"], chains["right"], water=water, steps=steps, taper_m=taper_m, beyond=True)
    return None if wide is None else shapely.difference(wide.extent, extent)


def _clearance(rows: Sequence[LineRow], chains: Mapping[Bank, Sequence[Piece]]) -> tuple[float, NDArray[np.float64]]:
    """The proof: the least distance by which the lines keep beyond their own banks' strips, and where it lacks.

    Where the chain steps from one reference to another the line is a cut across the strip, not its edge.
    """
    found = [(float("nan"), np.full(2, np.nan))]
    for bank in BANKS:
        edges = np.array([row.line for row in rows if row.bank == bank and row.piece.strip], dtype=object)
        if not len(edges):
            continue
        pieces = [piece for piece in chains[bank] if piece.strip]
        references = np.array([piece.line for piece in pieces], dtype=object)
        widths = np.array([piece.width_m for piece in pieces])
        found.append(nearest_place(edges, references, widths, waterside_past(chains[bank], bank, widths)))
    return min(found, key=lambda each: np.nan_to_num(each[0], nan=np.inf))


def _outline_findings(axis: Axis, made: Outline) -> list[Finding]:
    findings = [
        Finding("pocket", "axes", axis.river_id, shapely.Polygon(ring), value=shapely.Polygon(ring).area, unit="m²")
        for ring in made.pockets
    ]
    if made.crossings is not None:
        findings.append(Finding("chains-cross", "axes", axis.river_id, made.crossings))
    parts = shapely.get_num_geometries(made.extent)
    if parts > 1:
        findings.append(Finding("extent-in-parts", "axes", axis.river_id, axis.line, value=float(parts), limit=1.0))
    for bank, edge in (("left", made.left), ("right", made.right)):
        if shapely.is_empty(edge):
            findings.append(Finding("line-swallowed", "axes", axis.river_id, axis.line, note=bank))
            continue
        share = edge.length / axis.length
        if not 1.0 / LENGTH_RATIO < share < LENGTH_RATIO:
            findings.append(Finding("bank-length", "axes", axis.river_id, edge, share, LENGTH_RATIO, note=bank))
    outside = shapely.difference(axis.line, made.extent)
    if outside.length > OUTSIDE_M:
        findings.append(Finding("axis-outside", "axes", axis.river_id, outside, value=float(outside.length), unit="m"))
    return findings


def _caveats(axis: Axis, bank: Bank, pieces: Sequence[Piece]) -> list[Finding]:
    """What has to be told of the pieces that were used: of levees one by one, of estimated bank tops once a bank."""
    guessed = [piece.line for piece in pieces if piece.caveat == "bank-estimated"]
    told = {(piece.caveat, piece.source_ids[0]): piece for piece in pieces if piece.caveat}
    findings = [
        Finding(caveat, "levees", source, piece.line)
        for (caveat, source), piece in told.items()
        if caveat != "bank-estimated"
    ]
    if guessed:
        length = round(float(shapely.length(guessed).sum()), 1)
        line = shapely.MultiLineString(guessed)
        findings.append(Finding("bank-estimated", "axes", axis.river_id, line, length, unit="m", note=bank))
    return findings


def _gap_findings(axis: Axis, bank: Bank, gaps: Sequence[Gap], policy: Policy) -> list[Finding]:
    """Every join that a reader has to look at; those below what the rules call a sliver in one for the bank."""
    small = [gap.line for gap in gaps if gap.allowed and gap.line.length < policy.gap_m]
    findings = [
        Finding(
            "gap-joined" if gap.allowed else "gap-unfounded",
            "axes", axis.river_id, gap.line, gap.line.length, policy.gap_max_m, "m", note=bank,
        )
        for gap in gaps
        if not gap.allowed or gap.line.length >= policy.gap_m
    ]  # fmt: skip
    if small:
        where, total = shapely.MultiLineString(small), float(shapely.length(small).sum())
        note = f"{bank} {len(small)}"
        findings.append(Finding("gaps-joined", "axes", axis.river_id, where, total, policy.gap_m, "m", note=note))
    return findings


def _not_done(axis: Axis, reason: str) -> Finding:
    return Finding("river-not-done", "axes", axis.river_id, axis.line, note=reason)
