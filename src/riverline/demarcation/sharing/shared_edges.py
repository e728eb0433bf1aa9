"""The lines of a river whose extent was parted from its neighbours': what stays, what is dropped, what closes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from riverline.demarcation.extents.river import LineRow, rising

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.extents.river import Outcome
    from riverline.demarcation.references import Axis, Bank, Piece

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

__all__ = ["KNOT_M", "NEAR_M", "PLACES", "SHORTEST_M", "Beside", "Redrawn", "redraw", "with_knots"]

NEAR_M = 1e-5
"""Places nearer than this to an outline lie on it: some steps of the grid that areas stand on."""

KNOT_M = 4.0 * NEAR_M
"""An edge that leaves an outline at a narrow angle is told from it so far from where it does."""

PLACES = (0.2, 0.5, 0.8)
"""Where along a segment it is asked whether it lies on an outline."""

SHORTEST_M = 1e-3
"""What is shorter is rounding, not a stretch of line."""


class Beside(NamedTuple):
    """What lies beyond a new edge: rows of a neighbour that it takes over, outlines of neighbours and their pieces."""

    taken_over: Sequence[LineRow]
    outlines: Shapes
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Lines of a river, and the stretches of its old ones that were dropped."""

    rows: list[LineRow]
    dropped: list[shapely.LineString]


@dataclass(frozen=True, slots=True)
class _Tip:
    """An end of a stretch that stays: where, of which bank, at what chainage, and whether the bank goes on ahead."""

    place: Floats
    bank: Bank
    chainage: float
    ahead: bool


class _Closing(NamedTuple):
    """A new edge that closes a bank between two chainages, drawn downstream."""

    coords: Floats
    bank: Bank
    start: float
    end: float


class _Cut(NamedTuple):
    """A stretch of a row: whether it stays, and its chainages."""

    row: LineRow
    stays: bool


def redraw(made: Outcome, extent: shapely.Geometry, beside: Beside) -> Redrawn:
    """The lines of a river along its new extent.

    Parameters
    ----------
    made
        The river as it was drawn alone.
    extent
        What it holds now.
    beside
        What lies beyond its new edges.

    Returns
    -------
    Redrawn
        Stretches of old rows that lie on the new outline, with their numbers, chainages and pieces; and the new edges
        as rows of the bank that they close, split at the axis where they join both banks. The chainages of a bank's
        rows leave no gap: what was dropped is covered by what closes it. Along a hole, where another lies within the
        river, no bank runs: the line there is the other's.
    """
    old, new = _segments(made.extent), _segments(extent)
    outlines = [_runs(ring, shapely.STRtree(old)) for ring in _rings(extent)]
    outer = [bool(shapely.is_ccw(shapely.linearrings(ring))) for ring in _rings(extent)]
    runs = [(run, out) for fresh, out in zip(outlines, outer, strict=True) for run in fresh]
    knots = np.array([tip for run, _ in runs for tip in (run[0], run[-1])]).reshape(-1, 2)
    cuts = [cut for row in _numbered(made.lines) for cut in _cut(row, knots, shapely.STRtree(new), made.axis)]
    kept = [cut.row for cut in cuts if cut.stays]
    dropped = [cut.row.line for cut in cuts if not cut.stays]
    tips = [tip for row in kept for tip in _tips(row)]
    cut = bool(dropped)
    closings = [each for run, out in runs for each in _closings(run, tips, made, loose=cut and out)]
    closings = _without_gaps(closings, kept, made.axis.length)
    closings.sort(key=lambda closing: (closing.bank, closing.start, closing.end, closing.coords[0].tolist()))
    joined = [row for closing in closings for row in _by_neighbour(closing, beside)]
    rows = [*kept, *_numbered(joined, "M{:02d}", _joins_before(made.lines))]
    return Redrawn(sorted(rows, key=lambda row: (row.bank, row.start, row.end, row.number)), dropped)


def _numbered(
    rows: Sequence[LineRow], pattern: str = "{:03d}", taken: Mapping[Bank, int] | None = None
) -> list[LineRow]:
    """Rows numbered on their bank, as a river's lines are when it is alone; those that have a number keep it."""
    counted = dict(taken or {})
    numbered = []
    for row in rows:
        counted[row.bank] = counted.get(row.bank, 0) + 1
        numbered.append(row if row.number else replace(row, number=pattern.format(counted[row.bank])))
    return numbered


def _joins_before(rows: Sequence[LineRow]) -> dict[Bank, int]:
    """How many edges of neighbours each bank had already: what closes it now is numbered on from them."""
    found: dict[Bank, int] = {}
    for row in rows:
        if row.number.startswith("M"):
            found[row.bank] = max(found.get(row.bank, 0), int(row.number[1:].split("-")[0]))
    return found


def _rings(area: shapely.Geometry) -> list[Floats]:
    """Coordinates of the rings of an area, the area on their left."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(area)))
    return [shapely.get_coordinates(ring) for ring in rings]


def _segments(area: shapely.Geometry) -> Shapes:
    return np.concatenate([_pieces_of(ring) for ring in _rings(area)])


def _pieces_of(coords: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(np.stack([coords[:-1], coords[1:]], axis=1)), dtype=object)


def _near(coords: Floats, tree: shapely.STRtree) -> NDArray[np.bool_]:
    """Which segments of a line run along those of a tree: an edge that only crosses one is near in one place."""
    step = np.diff(coords, axis=0)
    along = np.ones(len(step), dtype=bool)
    for share in PLACES:
        near = tree.query(shapely.points(coords[:-1] + share * step), predicate="dwithin", distance=NEAR_M)[0]
        found = np.zeros(len(step), dtype=bool)
        found[near] = True
        along &= found
    return along


def _runs(ring: Floats, old: shapely.STRtree) -> list[Floats]:
    """Stretches of a ring that were no outline before."""
    fresh = ~_near(ring, old)
    if not fresh.any():
        return []
    if fresh.all():
        return [ring]
    start = int(np.flatnonzero(~fresh)[0])
    turned = np.vstack([ring[start:-1], ring[: start + 1]])
    fresh = np.roll(fresh, -start)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fresh, [False]]).astype("int8")))
    return [turned[low : high + 1] for low, high in edges.reshape(-1, 2)]


def _cut(row: LineRow, knots: Floats, new: shapely.STRtree, axis: Axis) -> list[_Cut]:
    """A row where the outline leaves it: what stays keeps its number, from the second stretch on with a suffix."""
    coords = with_knots(shapely.get_coordinates(row.line), knots)
    stays = _near(coords, new)
    if stays.all():
        return [_Cut(row, stays=True)]
    breaks = np.concatenate([[0], np.flatnonzero(np.diff(stays)) + 1, [len(stays)]])
    along, _ = axis.locate(coords[breaks])
    along[[0, -1]] = row.start, row.end
    along = rising(np.clip(along, row.start, row.end))
    cuts, count = [], 0
    for number, (low, high) in enumerate(pairwise(breaks.tolist())):
        label = row.number if not count else f"{row.number}-{count}"
        count += int(stays[low])
        line = shapely.LineString(coords[low : high + 1])
        piece = replace(row, line=line, start=float(along[number]), end=float(along[number + 1]), number=label)
        cuts.append(_Cut(piece, stays=bool(stays[low])))
    return cuts


def with_knots(coords: Floats, knots: Floats) -> Floats:
    """A line's coordinates with the knots that it runs through, each as it is."""
    line = shapely.LineString(coords)
    here = knots[shapely.dwithin(line, shapely.points(knots), KNOT_M)] if len(knots) else knots
    if not len(here):
        return coords
    steps = np.hypot(*np.diff(coords, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    stations = shapely.line_locate_point(line, shapely.points(here))
    merged, places = np.vstack([coords, here]), np.concatenate([along, stations])
    rank = np.concatenate([np.zeros(len(coords)), np.ones(len(here))])
    order = np.lexsort((-rank, places))
    merged, places = merged[order], places[order]
    # A vertex beside a knot is the same place: the knot stands, being the corner of the neighbour too.
    apart = np.append(True, np.hypot(*np.diff(merged, axis=0).T) > KNOT_M)
    kept: Floats = merged[apart]
    return kept if len(kept) > 1 else coords


def _tips(row: LineRow) -> list[_Tip]:
    ends = shapely.get_coordinates(row.line)[[0, -1]]
    return [_Tip(ends[0], row.bank, row.start, ahead=False), _Tip(ends[1], row.bank, row.end, ahead=True)]


def _closings(run: Floats, tips: Sequence[_Tip], made: Outcome, *, loose: bool) -> list[_Closing]:
    """A new edge parted among the banks whose stretches it joins; one that joins none is of a bank if ``loose``."""
    axis = made.axis
    ends = [_tip_at(place, tips) for place in (run[0], run[-1])]
    first, last = ends
    if first is None and last is None:
        return [each for part in _unrolled(run, axis) for each in _loose(part, axis)] if loose else []
    if first is not None and last is not None and first.bank == last.bank:
        low, high = sorted([first, last], key=lambda tip: tip.chainage)
        return [_Closing(run if low is first else run[::-1], first.bank, low.chainage, high.chainage)]
    if first is None or last is None:
        parts = [(run, first)] if first is not None else [(run[::-1], last)]
    else:
        before, after = _at_axis(run, axis)
        parts = [(before, first), (after[::-1], last)]
    rows = []
    for part, tip in parts:
        if tip is None or _length(part) < SHORTEST_M:
            continue
        far = _next(tip, tips, axis)
        if tip.ahead:
            rows.append(_Closing(part, tip.bank, tip.chainage, far))
        else:
            rows.append(_Closing(part[::-1], tip.bank, far, tip.chainage))
    return rows


def _without_gaps(closings: Sequence[_Closing], kept: Sequence[LineRow], length: float) -> list[_Closing]:
    """The closing edges of each bank, so that with the rows that stay they stand for all of its chainages."""
    filled = list(closings)
    for bank in sorted({each.bank for each in closings}):
        spans = [(row.start, row.end, -1) for row in kept if row.bank == bank]
        spans += [(each.start, each.end, n) for n, each in enumerate(closings) if each.bank == bank]
        reached, before = 0.0, -1
        for start, end, number in [*sorted(spans), (length, length, -1)]:
            if start > reached + SHORTEST_M:
                if before >= 0:
                    filled[before] = filled[before]._replace(end=start)
                elif number >= 0:
                    filled[number] = filled[number]._replace(start=reached)
            if end >= reached:
                reached, before = end, number
    return filled


def _tip_at(place: Floats, tips: Sequence[_Tip]) -> _Tip | None:
    near = [tip for tip in tips if np.hypot(*(tip.place - place)) <= KNOT_M]
    return near[0] if near else None


def _next(tip: _Tip, tips: Sequence[_Tip], axis: Axis) -> float:
    """Up to which chainage what closes a bank stands for it: halfway to where it goes on, or the end of the reach."""
    same = [each.chainage for each in tips if each.bank == tip.bank and each.ahead != tip.ahead]
    if tip.ahead:
        beyond = [at for at in same if at >= tip.chainage]
        return (tip.chainage + min(beyond)) / 2.0 if beyond else axis.length
    beyond = [at for at in same if at <= tip.chainage]
    return (tip.chainage + max(beyond)) / 2.0 if beyond else 0.0


def _unrolled(run: Floats, axis: Axis) -> list[Floats]:
    """An edge that goes round parted where it is farthest upstream and downstream: an outline has two banks."""
    if not np.array_equal(run[0], run[-1]):
        return [run]
    along, _ = axis.locate(run[:-1])
    turned = np.roll(run[:-1], -int(np.argmin(along)), axis=0)
    low = int((np.argmax(along) - np.argmin(along)) % len(along))
    return [turned[: low + 1], np.vstack([turned[low:], turned[:1]])] if low else []


def _loose(run: Floats, axis: Axis) -> list[_Closing]:
    """A new edge that meets no stretch that stays: of the bank on whose side its middle lies."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(shapely.LineString(run), 0.5, normalized=True))
    along, offset = axis.locate(np.vstack([run[[0, -1]], middle]))
    start, end = float(along[:2].min()), float(along[:2].max())
    if end - start < SHORTEST_M:
        return []
    bank: Bank = "right" if offset[2] > 0.0 else "left"
    return [_Closing(run if along[0] <= along[1] else run[::-1], bank, start, end)]


def _at_axis(run: Floats, axis: Axis) -> tuple[Floats, Floats]:
    """An edge split where the axis crosses it, or comes nearest to it; in the middle where that is one of its ends."""
    line = shapely.LineString(run)
    crossings = shapely.get_coordinates(shapely.intersection(line, axis.line))
    if len(crossings):
        at = float(np.median(shapely.line_locate_point(line, shapely.points(crossings))))
    else:
        ends = shapely.points(axis.coords[[0, -1]])
        near = ends[int(np.argmin(shapely.distance(ends, line)))]
        at = float(shapely.line_locate_point(line, near))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(run, axis=0).T))])
    if not SHORTEST_M < at < line.length - SHORTEST_M:
        at = line.length / 2.0
    foot = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    before, after = run[along < at - NEAR_M], run[along > at + NEAR_M]
    return np.vstack([before, foot]), np.vstack([foot, after])


def _length(coords: Floats) -> float:
    return float(np.hypot(*np.diff(coords, axis=0).T).sum())


def _by_neighbour(closing: _Closing, beside: Beside) -> list[LineRow]:
    """A closing row split by what it runs along: lines taken over from a neighbour, and outlines of neighbours."""
    coords = closing.coords
    middles = shapely.points((coords[1:] + coords[:-1]) / 2.0)
    lines = np.concatenate([np.array([row.line for row in beside.taken_over], dtype=object), beside.outlines])
    pieces = [*(row.piece for row in beside.taken_over), *beside.pieces]
    maker = np.full(len(middles), len(pieces) - 1)
    place, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=NEAR_M)
    np.minimum.at(maker, place, line)
    steps = np.hypot(*np.diff(coords, axis=0).T)
    share = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    breaks = np.concatenate([[0], np.flatnonzero(np.diff(maker)) + 1, [len(maker)]])
    at = closing.start + share[breaks] * (closing.end - closing.start)
    return [
        LineRow(
            closing.bank,
            shapely.LineString(coords[low : high + 1]),
            pieces[maker[low]],
            float(at[number]),
            float(at[number + 1]),
        )
        for number, (low, high) in enumerate(pairwise(breaks.tolist()))
    ]
