"""Rivers that meet: what the extents of several share goes to one of them, by a rule of the rule set.

Every river is drawn alone first. Where extents overlap, the river that goes first keeps the land, the others are cut,
and all of them are put together anew from the same edges. Their union stays what it was: land passes from one river to
another, and none is given away.
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
from riverline._kernels.lines import chainage
from riverline._kernels.lines.landside import GRID_M
from riverline.demarcation.edges import within_reach
from riverline.demarcation.findings import Finding
from riverline.demarcation.references import Piece
from riverline.demarcation.sharing.precedence import Precedence, precedence
from riverline.demarcation.sharing.shared_edges import Beside, redraw
from riverline.rules import confidence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.extents.river import LineRow, Outcome
    from riverline.rules import Policy, RuleSet

    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

__all__ = ["part_neighbours"]

SHARED = "policy.shared"
"""What stands for a rule on a piece that closes an extent along its neighbour's edge."""

SLACK_M = 0.1
"""How much more of an axis a part of its extent may hold than the stretch that it was cut for."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Management extents that overlap: rows of the two rivers, the one that goes first first, and what they share."""

    winner: Rows
    loser: Rows
    shared: Shapes


@dataclass(slots=True)
class _Claims:
    """What each river claims before land is parted: its extent, changed by mouths that are followed and by halves."""

    areas: Shapes
    changed: NDArray[np.bool_]
    followed: dict[int, list[int]]
    left: dict[int, list[shapely.Geometry]]
    findings: list[Finding]


def part_neighbours(
    outcomes: Sequence[Outcome], axes: gpd.GeoDataFrame, rules: RuleSet
) -> tuple[list[Outcome], list[Finding]]:
    """Part what the extents of rivers share.

    Parameters
    ----------
    outcomes
        What came of each river alone.
    axes
        Rows of :data:`riverline.schema.AXES`, for the catchments.
    rules
        ``policy.shared`` says who keeps shared land, ``policy.mouth`` whether a river follows its tributaries,
        ``policy.gaps`` what becomes of narrow land between extents.

    Returns
    -------
    outcomes
        The same rivers. No management extent overlaps another, nor does a protection extent overlap either; neighbours
        share their edges vertex for vertex. Rivers that share land with none are as they were.
    findings
        What was shared and who keeps it, mouths, dropped lines, narrow land between extents.

    Notes
    -----
    No legal text was found on any of this: the values of the policy are marked unverified. What a river loses another
    has, so no land is given away, and ``clearance_m`` is judged by the lines that were drawn from references: those
    that are left keep the distance that was proven. An edge between two extents has managed land on both sides and is
    left out of the proof.
    """
    made = list(outcomes)
    count = len(made)
    extents = np.array([each.extent for each in made], dtype=object)
    bands = np.array([each.protection for each in made], dtype=object)
    first, second, shared = overlaps(np.concatenate([extents, bands]), np.tile(np.arange(count), 2))
    beside, along, strips = narrows(extents, limit_m=rules.policy.gap_m, least_m=HAIR_M)
    if not len(first) and not len(strips):
        return made, []
    both = second < count
    order = precedence(made, axes, first[both], second[both], rules.policy)
    pairs = _pairs(first[both], second[both], shared[both], order)
    claims = _claims(made, pairs, order, rules.policy)
    _claim_strips(made, claims, _pairs(beside, along, strips, order), rules.policy)
    findings = [*claims.findings]
    if rules.policy.gaps == "give":
        first, second = np.concatenate([first, beside]), np.concatenate([second, along])
    for members in _clusters(first % count, second % count, order):
        bounding = np.concatenate([claims.areas[members], bands[members]])
        there = np.concatenate(
            [np.arange(len(members)), len(members) + np.flatnonzero(~shapely.is_missing(bands[members]))]
        )
        left = [(ground, number) for number, row in enumerate(members.tolist()) for ground in claims.left.get(row, [])]
        parted = part_in_order(
            bounding[there],
            bounding=len(members),
            gap_m=rules.policy.gap_m,
            give=rules.policy.gaps == "give",
            yields=Yields(*(np.array(each) for each in zip(*left, strict=True))) if left else None,
        )
        findings += _settle(made, members, there, parted, claims, rules)
    findings += _closed_mouths(made, order, {(t, river) for river, each in claims.followed.items() for t in each})
    return made, [*_overlap_findings(outcomes, made, pairs, order, rules.policy), *findings]


def _pairs(first: Rows, second: Rows, shared: Shapes, order: Precedence) -> _Pairs:
    leads = order.place[first] < order.place[second]
    return _Pairs(np.where(leads, first, second), np.where(leads, second, first), shared)


def _clusters(first: Rows, second: Rows, order: Precedence) -> Iterator[Rows]:
    """Rivers that hang together by shared land, each group in its order."""
    if not len(first):
        return
    count = len(order.place)
    _, label = connected_components(coo_array((np.ones(len(first)), (first, second)), shape=(count, count)))
    involved = np.unique(np.concatenate([first, second]))
    involved = involved[np.lexsort((order.place[involved], label[involved]))]
    yield from np.split(involved, np.flatnonzero(np.diff(label[involved])) + 1)


def _claims(made: Sequence[Outcome], pairs: _Pairs, order: Precedence, policy: Policy) -> _Claims:
    claims = _Claims(
        np.array([each.extent for each in made], dtype=object), np.zeros(len(made), dtype=bool), {}, {}, []
    )
    if policy.mouth == "follow":
        for tributary, river in sorted(order.mouths, key=lambda each: (order.place[each[1]], order.place[each[0]])):
            if order.place[river] < order.place[tributary] and not _taken_before(made, claims, tributary, river):
                _follow(made, claims, tributary, river, policy.mouth_follow_m)
    if policy.shared == "midline":
        for one, other in zip(*_beside_one_another(made, pairs), strict=True):
            _halve(made, claims, one, other)
    return claims


def _claim_strips(made: Sequence[Outcome], claims: _Claims, strips: _Pairs, policy: Policy) -> None:
    """Tell of narrow land that lies open between two rivers, or add it to the claim of the one that goes first."""
    wide = np.fmin(widths(strips.shared, limit_m=policy.gap_m), policy.gap_m)
    for winner, loser, ground, width in zip(strips.winner, strips.loser, strips.shared, wide, strict=True):
        named = ", ".join(sorted(made[row].axis.river_id for row in (winner, loser)))
        code = "hole-given" if policy.gaps == "give" else "hole-between"
        told = Finding(code, "axes", made[winner].axis.river_id, ground, float(ground.area), float(width), "m²", named)
        claims.findings.append(told)
        if policy.gaps == "give":
            claims.areas[winner] = shapely.union_all([claims.areas[winner], ground], grid_size=GRID_M)
            claims.changed[winner] = True


def _taken_before(made: Sequence[Outcome], claims: _Claims, tributary: int, river: int) -> bool:
    """Whether the mouth of a tributary lies on the stretch by which another river follows the one that it joins."""
    mouth = shapely.points(made[tributary].axis.coords[-1])
    above = [row for row, followed in claims.followed.items() if river in followed]
    return any(shapely.intersects(claims.areas[row], mouth) for row in above)


def _follow(made: Sequence[Outcome], claims: _Claims, tributary: int, river: int, metres: float) -> None:
    """Add the first metres of a tributary above its mouth to the claim of the river that it joins."""
    axis, extent = made[tributary].axis, made[river].extent
    part = _first_metres(made[tributary], extent, metres)
    if part is None:
        claims.findings.append(
            Finding("mouth-not-followed", "axes", made[river].axis.river_id, shapely.points(axis.coords[-1]),
                    limit=metres, note=axis.river_id)
        )  # fmt: skip
        return
    gained = shapely.difference(part, extent, grid_size=GRID_M)
    claims.areas[river] = shapely.union_all([claims.areas[river], part], grid_size=GRID_M)
    claims.changed[river] = True
    claims.followed.setdefault(river, []).append(tributary)
    claims.findings.append(
        Finding("mouth-followed", "axes", made[river].axis.river_id, gained, float(gained.area), metres, "m²",
                axis.river_id)
    )  # fmt: skip


def _first_metres(tributary: Outcome, extent: shapely.Geometry, metres: float) -> shapely.Geometry | None:
    """A tributary's extent up to so far above the place where its axis enters another extent.

    None where the normal of the axis there does not part it: bends whose strips run together.
    """
    axis = tributary.axis
    inside = shapely.get_parts(shapely.intersection(axis.line, extent))
    last = inside[int(np.argmin(shapely.distance(inside, shapely.points(axis.coords[-1]))))]
    along, _ = axis.locate(shapely.get_coordinates(last))
    start = max(float(along.min()) - metres, 0.0)
    coords = chainage.cut(axis.coords, start, axis.length)
    stub = replace(axis, line=shapely.LineString(coords), coords=coords, ruler=None)
    part = within_reach(tributary.extent, stub)
    return None if shapely.intersection(axis.line, part).length > stub.length + SLACK_M else part


def _beside_one_another(made: Sequence[Outcome], pairs: _Pairs) -> tuple[list[int], list[int]]:
    """Pairs whose shared land no axis runs through: rivers side by side, not one that joins or crosses the other."""
    axes = np.array([each.axis.line for each in made], dtype=object)
    apart = ~(
        shapely.intersects(axes[pairs.winner], pairs.shared) | shapely.intersects(axes[pairs.loser], pairs.shared)
    )
    return pairs.winner[apart].tolist(), pairs.loser[apart].tolist()


def _halve(made: Sequence[Outcome], claims: _Claims, one: int, other: int) -> None:
    near_one, near_other = halves(made[one].extent, made[other].extent)
    for row, theirs in ((one, near_other), (other, near_one)):
        if not shapely.is_empty(theirs):
            claims.left.setdefault(row, []).append(theirs)


def _settle(
    made: list[Outcome], members: Rows, there: Rows, parted: Parted, claims: _Claims, rules: RuleSet
) -> list[Finding]:
    """Enter what became of a group of rivers; the findings."""
    shapes = dict(zip(there.tolist(), parted.shapes, strict=True))
    new = parted.shapes[: len(members)]
    rivers = [made[row] for row in members]
    given = set(parted.takers.tolist()) if rules.policy.gaps == "give" else set()
    outlines = np.array([shapely.boundary(each) for each in new], dtype=object)
    pieces = [_joined(each, rules) for each in rivers]
    findings = _gap_findings(rivers, new, parted, give=rules.policy.gaps == "give")
    for number, (row, alone) in enumerate(zip(members.tolist(), rivers, strict=True)):
        band = None if alone.protection is None else shapes[len(members) + number]
        if shapely.is_empty(new[number]):
            made[row] = replace(alone, extent=None, protection=None, lines=[], clearance=float("nan"))
            findings.append(_taken(alone, rivers, new))
            continue
        settled = replace(alone, extent=new[number], protection=band)
        if parted.lost[number] or claims.changed[row] or number in given:
            others = [k for k in range(len(rivers)) if k != number]
            followed = [each for each in rivers if any(each.axis is made[t].axis for t in claims.followed.get(row, []))]
            beside = Beside(_taken_over(followed), outlines[others], [pieces[k] for k in others])
            drawn = redraw(alone, new[number], beside)
            least = np.fmin.reduce([alone.clearance, *(each.clearance for each in followed)])
            settled = replace(settled, lines=drawn.rows, clearance=float(least))
            findings += _dropped_findings(alone, drawn.dropped, [rivers[k] for k in others], new[others])
        made[row] = settled
    return findings


def _joined(made: Outcome, rules: RuleSet) -> Piece:
    """What stands behind the edge that a neighbour shares with a river."""
    source = rules.policy.source_of("shared")
    return Piece(
        line=made.axis.line,
        basis="joined",
        width_m=float("nan"),
        protection_m=0.0,
        rule_id=f"{rules.name}/{SHARED}",
        citation="" if source is None else source.citation,
        confidence=confidence_of("U" if source is None else source.certainty),
        source_ids=(made.axis.river_id,),
        start=0.0,
        end=made.axis.length,
        strip=False,
    )


def _taken_over(followed: Sequence[Outcome]) -> list[LineRow]:
    """The lines of tributaries that are followed, with a word on whose they are."""
    rows = []
    for each in followed:
        note = f"沿支流 {each.axis.river_id} 上溯 / up tributary {each.axis.river_id}"
        for row in each.lines:
            told = f"{row.piece.note}；{note}" if row.piece.note else note
            rows.append(replace(row, piece=replace(row.piece, note=told)))
    return rows


def _overlap_findings(
    alone: Sequence[Outcome], made: Sequence[Outcome], pairs: _Pairs, order: Precedence, policy: Policy
) -> list[Finding]:
    """What two rivers shared and one of them has now; what a third river has is told of the pairs that it is one of."""
    halved = set(zip(*_beside_one_another(alone, pairs), strict=True)) if policy.shared == "midline" else set()
    new = np.array([each.extent for each in made], dtype=object)
    halves_of = np.array([pair in halved for pair in zip(pairs.winner, pairs.loser, strict=True)], dtype=bool)
    holders = np.where(halves_of, shapely.union(new[pairs.winner], new[pairs.loser]), new[pairs.winner])
    grounds = areal(shapely.intersection(pairs.shared, holders))
    findings = []
    for row in np.flatnonzero(mean_width(grounds) > HAIR_M).tolist():
        winner, loser, ground = int(pairs.winner[row]), int(pairs.loser[row]), grounds[row]
        one, other = alone[loser].axis.river_id, alone[winner].axis.river_id
        code = "extents-halved" if halves_of[row] else "extents-shared"
        findings.append(Finding(code, "axes", one, ground, float(ground.area), unit="m²", note=other))
        if code == "extents-shared" and policy.shared != "first_code" and order.by_code_only(winner, loser):
            findings.append(Finding("shared-by-code", "axes", one, ground, float(ground.area), unit="m²", note=other))
    return findings


def _taken(alone: Outcome, rivers: Sequence[Outcome], new: Shapes) -> Finding:
    holders = [
        each.axis.river_id for each, shape in zip(rivers, new, strict=True) if shapely.intersects(shape, alone.extent)
    ]
    return Finding("extent-taken", "axes", alone.axis.river_id, alone.axis.line, note=", ".join(holders))


def _dropped_findings(
    alone: Outcome, dropped: Sequence[shapely.LineString], others: Sequence[Outcome], shapes: Shapes
) -> list[Finding]:
    """What a river's line lost to each neighbour."""
    lines = np.array(dropped, dtype=object)
    if not len(lines):
        return []
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    findings = []
    for other, shape in zip(others, shapes, strict=True):
        inside = lines[shapely.intersects(shape, middles)]
        if len(inside):
            where = shapely.union_all(inside)
            length = float(shapely.length(inside).sum())
            findings.append(
                Finding("line-dropped", "axes", alone.axis.river_id, where, length, unit="m", note=other.axis.river_id)
            )
    return findings


def _gap_findings(rivers: Sequence[Outcome], new: Shapes, parted: Parted, *, give: bool) -> list[Finding]:
    findings = []
    for gap, taker, width in zip(parted.gaps, parted.takers.tolist(), parted.gap_widths.tolist(), strict=True):
        beside = np.flatnonzero(shapely.dwithin(new, gap, HAIR_M)).tolist()
        named = ", ".join(sorted(rivers[k].axis.river_id for k in beside))
        code = "hole-given" if give else "hole-between"
        findings.append(Finding(code, "axes", rivers[taker].axis.river_id, gap, float(gap.area), width, "m²", named))
    return findings


def _closed_mouths(made: Sequence[Outcome], order: Precedence, followed: set[tuple[int, int]]) -> list[Finding]:
    """Mouths across which the line of the river runs on."""
    findings = []
    for tributary, river in sorted(order.mouths - followed):
        one, other = made[tributary], made[river]
        if order.place[river] > order.place[tributary] or one.extent is None or other.extent is None:
            continue
        edge = shapely.intersection(shapely.boundary(one.extent), shapely.boundary(other.extent))
        if edge.length <= SLACK_M:
            continue
        findings.append(
            Finding("mouth-closed", "axes", other.axis.river_id, edge, float(edge.length), unit="m",
                    note=one.axis.river_id)
        )  # fmt: skip
    return findings
