"""Extents of every kind that meet: what rivers, lakes, reservoirs and works share goes to one of them, by rule.

Rivers among themselves are parted in :mod:`riverline.demarcation.sharing.neighbours`, which knows mouths. Here extents
of other kinds are, among themselves and from rivers: between kinds the order of ``policy.shared_kinds`` decides, within
a kind ``policy.shared``, and of two waters one of which lies within the other the inner one goes first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from riverline._kernels.areas.cutting import areal
from riverline._kernels.areas.narrows import narrows
from riverline._kernels.areas.neighbours import HAIR_M, Parted, Yields, halves, overlaps, part_in_order
from riverline._kernels.areas.partition import mean_width, widths
from riverline._kernels.grids.flood_area import without_holes
from riverline._kernels.lines.landside import GRID_M
from riverline.demarcation.extents.closed import Closed
from riverline.demarcation.findings import Finding
from riverline.demarcation.references import Piece
from riverline.demarcation.sharing.ring_edges import redraw_rings
from riverline.demarcation.sharing.shared_edges import Beside, redraw
from riverline.rules import confidence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.extents.river import Outcome
    from riverline.rules import Policy, RuleSet
    from riverline.rules.policy import Kind

    Made = Outcome | Closed
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["Ranges", "code_of", "kind_of", "part_ranges"]


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Extents with what decides who goes first.

    Attributes
    ----------
    made
        What came of each alone; those without an extent take no part.
    surfaces
        The water of each where it is known: no other takes it, however near its strip.
    """

    made: Sequence[Made]
    surfaces: Sequence[shapely.Geometry | None]


@dataclass(slots=True)
class _Claims:
    """The order of all, pairs of which one lies within the other, the pairs that halve, and what each leaves."""

    place: Rows
    tied: NDArray[np.float64]
    nested: set[tuple[int, int]]
    halved: set[tuple[int, int]]
    leaves: list[tuple[shapely.Geometry, int]]


def code_of(made: Made) -> str:
    """The code that a river, a lake, a reservoir or a work has in its extents."""
    return made.code if isinstance(made, Closed) else made.axis.river_id


def kind_of(made: Made) -> Kind:
    """Whether it is a work, a lake or reservoir, or a river."""
    return {"axes": "rivers", "works": "works"}.get(_layer_of(made), "waters")  # type: ignore[return-value]


def _layer_of(made: Made) -> str:
    return made.layer if isinstance(made, Closed) else "axes"


def part_ranges(ranges: Ranges, rules: RuleSet) -> tuple[list[Made], list[Finding]]:
    """Part what extents of rivers, lakes, reservoirs and works share.

    Parameters
    ----------
    ranges
        What came of each alone. Rivers among them do not overlap one another.
    rules
        ``policy.shared_kinds`` and ``policy.shared`` say who keeps shared land; ``policy.gaps`` what becomes of narrow
        land between extents.

    Returns
    -------
    made
        The same, in their order. No management extent overlaps another, nor a protection extent either; neighbours
        share their edges vertex for vertex, and the union of all is what it was. What shares land with none is the
        same value.
    findings
        Waters within waters, what was shared and who keeps it, dropped lines, narrow land.
    """
    made, policy = list(ranges.made), rules.policy
    count = len(made)
    extents = np.array([each.extent for each in made], dtype=object)
    bands = np.array([each.protection for each in made], dtype=object)
    first, second, shared = overlaps(np.concatenate([extents, bands]), np.tile(np.arange(count), 2))
    beside, along, strips = narrows(extents, limit_m=policy.gap_m, least_m=HAIR_M)
    both = second < count
    claims = _claims(ranges, extents, first[both], second[both], policy)
    findings = []
    if len(strips):
        findings += _claim_strips(made, extents, claims, (beside, along, strips), policy)
    if policy.gaps == "give":
        first, second = np.concatenate([first, beside]), np.concatenate([second, along])
    for members in _clusters(first % count, second % count, claims.place):
        findings += _part(made, members, extents, bands, claims, rules)
    new = np.array([each.extent for each in made], dtype=object)
    pairs = (first[: len(both)][both], second[: len(both)][both], shared[both])
    return made, [*_shared_findings(ranges, new, pairs, claims, policy), *findings]


def _claims(ranges: Ranges, extents: Shapes, first: Rows, second: Rows, policy: Policy) -> _Claims:
    """Who goes first, and what each leaves to others though it goes before them."""
    made, kinds = ranges.made, np.array([kind_of(each) for each in ranges.made])
    whole = np.array([extents[row] if each is None else each for row, each in enumerate(ranges.surfaces)], dtype=object)
    alike = kinds[first] == kinds[second]
    nested = _nested(whole, first[alike & (kinds[first] == "waters")], second[alike & (kinds[first] == "waters")])
    depth = np.bincount(np.array([inner for inner, _ in nested], dtype=np.intp), minlength=len(made))
    rank = np.array([policy.shared_kinds.index(kind_of(each)) for each in made])
    size = np.zeros(len(made)) if policy.shared == "first_code" else -np.nan_to_num(shapely.area(whole)).round(2)
    codes = np.argsort(np.argsort([code_of(each) for each in made], kind="stable"), kind="stable")
    place = np.empty(len(made), dtype=np.intp)
    place[np.lexsort([codes, size, -depth, rank])] = np.arange(len(made))
    claims = _Claims(place, np.column_stack([rank, -depth, size]), nested, set(), [])
    for one, other in zip(first[alike].tolist(), second[alike].tolist(), strict=True):
        if kinds[one] != "rivers":
            _leave(ranges, extents, claims, (one, other), policy)
    return claims


def _nested(waters: Shapes, first: Rows, second: Rows) -> set[tuple[int, int]]:
    """Pairs (inner, outer) of waters one of which lies within the other, on its islands as well as in its water."""
    filled = {row: without_holes(waters[row]) for row in np.unique([first, second]).tolist()}
    pairs = [*zip(first.tolist(), second.tolist(), strict=True), *zip(second.tolist(), first.tolist(), strict=True)]
    return {
        (inner, outer)
        for inner, outer in pairs
        if filled[inner].area < filled[outer].area and shapely.covers(filled[outer], filled[inner])
    }


def _leave(ranges: Ranges, extents: Shapes, claims: _Claims, pair: tuple[int, int], policy: Policy) -> None:
    """Note what either of a pair leaves to the other: the other's water, and its half where halves are asked for."""
    surfaces = [ranges.surfaces[row] for row in pair]
    halved = policy.shared == "midline" and not {pair, pair[::-1]} & claims.nested
    parts = halves(extents[pair[0]], extents[pair[1]])[::-1] if halved else (shapely.Polygon(), shapely.Polygon())
    if not all(shapely.is_empty(part) for part in parts):
        claims.halved |= {pair, pair[::-1]}
    for row, own, theirs, half in zip(pair, surfaces, surfaces[::-1], parts, strict=True):
        ground = half if own is None else shapely.difference(half, own)
        if theirs is not None:
            water = theirs if own is None else shapely.difference(theirs, own)
            ground = shapely.union(ground, shapely.intersection(water, extents[row]))
        ground = areal(np.array([ground], dtype=object))[0]
        if not shapely.is_empty(ground):
            claims.leaves.append((ground, row))


def _claim_strips(
    made: Sequence[Made], extents: Shapes, claims: _Claims, strips: tuple[Rows, Rows, Shapes], policy: Policy
) -> list[Finding]:
    """Tell of narrow land that lies open between two extents, or add it in place to the one that goes first."""
    findings = []
    wide = np.fmin(widths(strips[2], limit_m=policy.gap_m), policy.gap_m)
    for one, other, ground, width in zip(*strips, wide, strict=True):
        taker = one if claims.place[one] < claims.place[other] else other
        findings.append(_gap_finding([made[one], made[other]], made[taker], ground, float(width), policy))
        if policy.gaps == "give":
            extents[taker] = shapely.union_all([extents[taker], ground], grid_size=GRID_M)
    return findings


def _gap_finding(
    beside: Sequence[Made], taker: Made, ground: shapely.Geometry, width: float, policy: Policy
) -> Finding:
    code = "hole-given" if policy.gaps == "give" else "hole-between"
    named = ", ".join(sorted(code_of(each) for each in beside))
    return Finding(code, _layer_of(taker), code_of(taker), ground, float(ground.area), width, "m²", named)


def _clusters(first: Rows, second: Rows, place: Rows) -> Iterator[Rows]:
    """Rows that hang together by shared land, each group in its order."""
    if not len(first):
        return
    _, label = connected_components(coo_array((np.ones(len(first)), (first, second)), shape=(len(place), len(place))))
    involved = np.unique(np.concatenate([first, second]))
    involved = involved[np.lexsort((place[involved], label[involved]))]
    yield from np.split(involved, np.flatnonzero(np.diff(label[involved])) + 1)


def _part(
    made: list[Made], members: Rows, extents: Shapes, bands: Shapes, claims: _Claims, rules: RuleSet
) -> list[Finding]:
    """Part one group in place; the findings."""
    number_of = {row: number for number, row in enumerate(members.tolist())}
    leaves = [(ground, number_of[row]) for ground, row in claims.leaves if row in number_of]
    banded = np.flatnonzero(~shapely.is_missing(bands[members]))
    bounding = np.concatenate([extents[members], bands[members[banded]]])
    there = np.arange(len(bounding))
    parted = part_in_order(
        bounding,
        bounding=len(members),
        gap_m=rules.policy.gap_m,
        give=rules.policy.gaps == "give",
        yields=Yields(*(np.array(each) for each in zip(*leaves, strict=True))) if leaves else None,
    )
    grown = {number for number, row in enumerate(members.tolist()) if extents[row] is not made[row].extent}
    if rules.policy.gaps == "give":
        grown |= set(parted.takers.tolist())
    new_bands = dict(zip(banded.tolist(), parted.shapes[len(members) :], strict=True))
    return _settle(made, members, parted._replace(lost=parted.lost | np.isin(there, list(grown))), new_bands, rules)


def _settle(
    made: list[Made], members: Rows, parted: Parted, bands: dict[int, shapely.Geometry], rules: RuleSet
) -> list[Finding]:
    group = [made[row] for row in members]
    new = parted.shapes[: len(members)]
    beside = _beside(new)
    findings = []
    for gap, taker, width in zip(parted.gaps, parted.takers.tolist(), parted.gap_widths.tolist(), strict=True):
        around = [group[k] for k in np.flatnonzero(shapely.dwithin(new, gap, HAIR_M)).tolist()]
        findings.append(_gap_finding(around, group[taker], gap, width, rules.policy))
    for number, (row, alone) in enumerate(zip(members.tolist(), group, strict=True)):
        band = bands.get(number)
        band = None if band is None or shapely.is_empty(band) else band
        if shapely.is_empty(new[number]):
            holders = [code_of(group[k]) for k in np.flatnonzero(shapely.intersects(new, alone.extent)).tolist()]
            where = shapely.boundary(alone.extent)
            findings.append(
                Finding("extent-taken", _layer_of(alone), code_of(alone), where, note=", ".join(sorted(holders)))
            )
            made[row] = _emptied(alone, band)
            continue
        made[row] = replace(alone, extent=new[number], protection=band)
        if parted.lost[number]:
            others = beside[number]
            pieces = [_joined(alone, group[k], rules) for k in others] or [_joined(alone, alone, rules)]
            outlines = [shapely.boundary(new[k]) for k in others]
            made[row], dropped = _redrawn(alone, made[row], outlines, pieces)
            findings += _dropped_findings(alone, dropped, [group[k] for k in others], new[others])
    return findings


def _beside(shapes: Shapes) -> list[list[int]]:
    """For each area the others that touch it."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=HAIR_M)
    apart = one != other
    one, other = one[apart], other[apart]
    return [sorted(other[one == number].tolist()) for number in range(len(shapes))]


def _emptied(alone: Made, band: shapely.Geometry | None) -> Made:
    """What has no ground of its own any more; its protection band stays what it is where no other has it."""
    if isinstance(alone, Closed):
        return replace(alone, extent=None, protection=band, rows=[], clearance=float("nan"))
    return replace(alone, extent=None, protection=band, lines=[], clearance=float("nan"))


def _redrawn(
    alone: Made, now: Made, outlines: Sequence[shapely.Geometry], pieces: Sequence[Piece]
) -> tuple[Made, list[shapely.LineString]]:
    """The lines along the new extent, and the stretches that were dropped."""
    if isinstance(now, Closed):
        rings = redraw_rings(now, now.extent, outlines, pieces)
        return replace(now, rows=rings.rows), rings.dropped
    drawn = redraw(replace(now, extent=alone.extent), now.extent, Beside([], np.array(outlines, dtype=object), pieces))
    return replace(now, lines=drawn.rows), drawn.dropped


def _joined(mine: Made, theirs: Made, rules: RuleSet) -> Piece:
    """What stands behind the edge that another extent shares with one."""
    field = "shared" if _layer_of(mine) == _layer_of(theirs) else "shared_kinds"
    source = rules.policy.source_of(field)
    return Piece(
        line=theirs.rows[0][0] if isinstance(theirs, Closed) else theirs.axis.line,
        basis="joined",
        width_m=float("nan"),
        protection_m=0.0,
        rule_id=f"{rules.name}/policy.{field}",
        citation="" if source is None else source.citation,
        confidence=confidence_of("U" if source is None else source.certainty),
        source_ids=(code_of(theirs),),
        start=0.0,
        end=0.0,
        strip=False,
    )


def _dropped_findings(
    alone: Made, dropped: Sequence[shapely.LineString], others: Sequence[Made], shapes: Shapes
) -> list[Finding]:
    """What a line lost to each neighbour."""
    lines = np.array(dropped, dtype=object)
    if not len(lines):
        return []
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    findings = []
    for other, shape in zip(others, shapes, strict=True):
        inside = lines[shapely.intersects(shape, middles)]
        if len(inside):
            where, length = shapely.union_all(inside), float(shapely.length(inside).sum())
            findings.append(
                Finding("line-dropped", _layer_of(alone), code_of(alone), where, length, unit="m", note=code_of(other))
            )
    return findings


def _shared_findings(
    ranges: Ranges, new: Shapes, pairs: tuple[Rows, Rows, Shapes], claims: _Claims, policy: Policy
) -> list[Finding]:
    """What each pair shared and who has it now, each keeper with its part."""
    made, findings = ranges.made, []
    for one, other, shared in zip(pairs[0].tolist(), pairs[1].tolist(), pairs[2], strict=True):
        lead, next_ = (one, other) if claims.place[one] < claims.place[other] else (other, one)
        if (lead, next_) in claims.halved:
            findings.append(_shared_finding("extents-halved", made[next_], made[lead], shared))
            continue
        led = None
        for keeper, loser in ((lead, next_), (next_, lead)):
            part = areal(np.array([shapely.intersection(shared, new[keeper])], dtype=object))
            if new[keeper] is None or mean_width(part)[0] <= HAIR_M:
                continue
            within = (keeper, loser) in claims.nested
            code = "water-nested" if within else "extents-shared"
            findings.append(_shared_finding(code, made[loser], made[keeper], part[0]))
            led = part[0] if keeper == lead else led
        if led is not None and policy.shared != "first_code" and (claims.tied[one] == claims.tied[other]).all():
            findings.append(_shared_finding("shared-by-code", made[next_], made[lead], led))
    return findings


def _shared_finding(code: str, loser: Made, keeper: Made, ground: shapely.Geometry) -> Finding:
    return Finding(code, _layer_of(loser), code_of(loser), ground, float(ground.area), unit="m²", note=code_of(keeper))
