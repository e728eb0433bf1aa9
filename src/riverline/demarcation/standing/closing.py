"""What closes the line of standing water: mouths of rivers, gaps between levees, levees that end on land."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from riverline._kernels.lines import chainage
from riverline._kernels.lines.rings import open_ends
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.terrain import highest_around
from riverline.demarcation.references import Piece, weakest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.flooding.terrain import Terrain
    from riverline.demarcation.references import Axis
    from riverline.rules import Policy

    Floats = NDArray[np.float64]

__all__ = ["TOUCHING_M", "Gathering", "Shore", "bridge_gaps", "join_to_water", "mouth_lines"]

TOUCHING_M = 0.02
"""Ends nearer than this are one point: coordinates are kept to the centimetre."""

FOUNDED_M = 20.0
"""How far a levee's end may be joined to the shore without a word: digitising, as at the ends of a reach."""


@dataclass(frozen=True, slots=True)
class Shore:
    """One lake or reservoir: its water with its islands and without, and the rows of every layer that are of it."""

    code: str
    name: str
    kind: Literal["lake", "reservoir"]
    water: shapely.Geometry
    ids: tuple[str, ...]
    levees: gpd.GeoDataFrame | None
    lines: gpd.GeoDataFrame | None
    levels: gpd.GeoDataFrame | None
    axes: tuple[Axis, ...] = ()
    surface: shapely.Geometry | None = None


@dataclass(slots=True)
class Gathering:
    """What is gathered while one shore is worked on: its references, what joins them, and what was found."""

    references: list[Piece] = field(default_factory=list)
    joins: list[Piece] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def mouth_lines(
    shore: Shore, level_m: float, ground: Terrain, policy: Policy, made: Gathering
) -> list[shapely.LineString]:
    """Lines across the rivers that enter or leave a lake, from bank to bank.

    Going out along the axis, a mouth is closed at the first place where both banks stand above the level. The pool of
    a reservoir runs up its valleys, and is not closed.
    """
    if shore.kind != "lake":
        return []
    shut = []
    for axis in shore.axes:
        for places in _ways_out(axis, shore.water, policy, ground.cell_m):
            if axis.width_m is None:
                made.findings.append(Finding("mouth-open", "water", shore.code, axis.line, note=axis.river_id))
                continue
            half = axis.width_m / 2.0
            banks = np.stack(
                [chainage.position(axis.coords, places, np.full(len(places), way)) for way in (-half, half)]
            )
            bed = highest_around(ground, chainage.position(axis.coords, places), cells=0)
            crests = highest_around(ground, banks.reshape(-1, 2), cells=0).reshape(2, -1)
            closes = np.flatnonzero((crests >= level_m).all(axis=0))
            if not len(closes):
                made.findings.append(Finding("mouth-wide", "water", shore.code, axis.line, note=axis.river_id))
            elif bed[closes[0]] < level_m:
                shut.append(shapely.LineString(banks[:, closes[0]]))
                made.findings.append(
                    Finding("lake-mouth-closed", "water", shore.code, shut[-1], axis.width_m, 0.0, "m", axis.river_id)
                )
    return shut


def _ways_out(axis: Axis, water: shapely.Geometry, policy: Policy, cell_m: float) -> list[Floats]:
    """Chainages a cell apart from each place where the axis leaves the water to its end or its next entry."""
    within = shapely.get_parts(shapely.intersection(axis.line, water))
    tips = [shapely.get_coordinates(part)[[0, -1]] for part in within if part.length > 0.0]
    if not tips:
        return []
    along = np.sort(axis.locate(np.vstack(tips))[0])
    follow = policy.mouth_follow_m if policy.mouth == "follow" else 0.0
    bounds = np.concatenate([[0.0], along, [axis.length]]).reshape(-1, 2)
    ways = []
    for number, (start, end) in enumerate(bounds.tolist()):
        if number > 0:
            ways.append(np.arange(start + follow, end, cell_m))
        if number < len(bounds) - 1:
            ways.append(np.arange(end - follow, start, -cell_m))
    return [way for way in ways if len(way)]


def bridge_gaps(shore: Shore, policy: Policy, made: Gathering) -> list[tuple[shapely.Point, Piece]]:
    """Join ends of references over short gaps and, where the policy closes mouths, over rivers.

    Returns
    -------
    list
        The ends that stay free, each with its reference.
    """
    lines = np.array([piece.line for piece in made.references], dtype=object)
    if not len(lines):
        return []
    ends, owner = open_ends(lines)
    rivers = shapely.union_all([axis.line for axis in shore.axes]) if policy.mouth == "close" else None
    free, gaps = [], []
    for at, (end, other) in enumerate(zip(ends, _partners(ends).tolist(), strict=True)):
        gap = shapely.LineString([end, ends[other]])
        mouth = rivers is not None and shapely.intersects(gap, rivers)
        if other < 0 or not (gap.length <= policy.gap_max_m or mouth):
            free.append((shapely.Point(end), made.references[owner[at]]))
        elif at < other:
            gaps += _bridge(gap, [made.references[owner[each]] for each in (at, other)], made)
    made.findings += _gap_findings(shore, gaps, policy)
    return free


def join_to_water(
    free: Sequence[tuple[shapely.Point, Piece]], water: shapely.Geometry, base: shapely.Geometry, made: Gathering
) -> None:
    """Step from free ends of references to the nearest water.

    A levee that the land at the level reaches ends on ground above it; of any other, what of the step lies off the
    ``base`` is a sketch.
    """
    for end, piece in free:
        _up_to_water(end, piece, water, base, made)


def _partners(ends: Floats) -> NDArray[np.intp]:
    """For each end the end that is nearest to it, if that is so the other way round too; else -1."""
    if len(ends) <= 1:
        return np.full(len(ends), -1, dtype=np.intp)
    away = np.hypot(*(ends[:, None] - ends[None]).T)
    np.fill_diagonal(away, np.inf)
    nearest = np.argmin(away, axis=1)
    mutual = nearest[nearest] == np.arange(len(ends))
    return np.where(mutual, nearest, -1)


def _bridge(
    gap: shapely.LineString, sides: Sequence[Piece], made: Gathering
) -> list[tuple[shapely.LineString, tuple[str, ...]]]:
    """Join two references; the gap and what it lies between, if it is one that can be seen."""
    wider = max(sides, key=lambda piece: piece.width_m)
    sources = tuple(sorted({source for piece in sides for source in piece.source_ids}))
    if gap.length <= 0.0:
        return []
    made.joins.append(
        replace(
            wider,
            line=gap,
            basis="joined",
            source_ids=sources,
            confidence=weakest([*(piece.confidence for piece in sides), "medium"]),
            caveat="",
        )
    )
    return [(gap, sources)] if gap.length > TOUCHING_M else []


def _gap_findings(
    shore: Shore, gaps: Sequence[tuple[shapely.LineString, tuple[str, ...]]], policy: Policy
) -> list[Finding]:
    """Every join that a reader has to look at; those below what the rules call a sliver in one for the line."""
    findings = [
        Finding("gap-joined", "levees", sources[0], gap, gap.length, policy.gap_max_m, "m", ", ".join(sources))
        for gap, sources in gaps
        if gap.length >= policy.gap_m
    ]
    small = [gap for gap, _ in gaps if gap.length < policy.gap_m]
    if small:
        where, total = shapely.MultiLineString(small), float(shapely.length(small).sum())
        findings.append(
            Finding("gaps-joined", "water", shore.code, where, total, policy.gap_m, "m", note=str(len(small)))
        )
    return findings


def _up_to_water(
    end: shapely.Point, piece: Piece, water: shapely.Geometry, base: shapely.Geometry, made: Gathering
) -> None:
    """A step from a free end to the nearest water; where no land at the level lies in between, a sketch."""
    step = shapely.shortest_line(end, water)
    if step.length <= 0.0:
        return
    # A hair into the water: a place worked out on its edge lies beside it, and a line that ends there closes nothing.
    coords = shapely.get_coordinates(step)
    step = shapely.LineString([coords[0], coords[1] + TOUCHING_M * (coords[1] - coords[0]) / step.length])
    bare = shapely.length(shapely.difference(step, base))
    founded = bare <= FOUNDED_M or bool(shapely.dwithin(piece.line, base, TOUCHING_M))
    sure = weakest([piece.confidence, "medium" if founded else "low"])
    made.joins.append(
        replace(piece, line=step, basis="joined", width_m=0.0, protection_m=0.0, strip=False, confidence=sure,
                founded=founded, caveat="")
    )  # fmt: skip
    if not founded:
        made.findings.append(
            Finding("gap-unfounded", "levees", piece.source_ids[0], step, float(bare), FOUNDED_M, "m",
                    piece.source_ids[0])
        )  # fmt: skip
