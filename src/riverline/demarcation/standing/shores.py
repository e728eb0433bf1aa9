"""One lake or reservoir: from its water, levees, given lines and levels to its ring of references."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.grids.flood_area import without_holes
from riverline._kernels.lines.rings import clockwise_from_north, enclosed, ring_runs
from riverline.demarcation.banks.candidates import LeveeRow, levee_piece
from riverline.demarcation.extents.closed import Closed, Ringed, inside_finding, ring_clearance, ring_extent, ring_rows
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.levels import Levels
from riverline.demarcation.flooding.terrain import open_terrain
from riverline.demarcation.references import Piece, ruled_piece, weakest
from riverline.demarcation.settings import words_of
from riverline.demarcation.standing.closing import TOUCHING_M, Gathering, Shore, bridge_gaps, join_to_water, mouth_lines
from riverline.demarcation.standing.pools import fill_pool, look_at_pool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.rules import Decision, Policy, RuleSet

    Floats = NDArray[np.float64]

__all__ = ["demarcate_shore"]

ON_LINE_M = 1e-5
"""What is nearer to a reference than this runs along it: rounding of coordinates near zero."""

LEVELS_OF = {
    "design_level": ("design", "historical"), "check_level": ("check",), "normal_level": ("normal",),
}  # fmt: skip
"""Kinds of level that draw a reference, the first that is there."""


def demarcate_shore(shore: Shore, rules: RuleSet, *, terrain: Path | None, crs: Any) -> Closed:  # noqa: ANN401 - a CRS
    """The line and the extent of one lake or reservoir.

    Parameters
    ----------
    shore
        The water and what was given for it.
    rules
        The rule set.
    terrain
        Path of a terrain raster, for lines at a level.
    crs
        CRS of all.

    Returns
    -------
    Closed
        A line that is given (an approved plan, land acquired) goes first, then levees, then the line at the level that
        the rule names, then the edge of the water.
    """
    made = Gathering()
    level = _levels_by_kind(shore, made)
    given = {str(each) for each in _column(shore.lines, "feature")}
    known = given | {line for line in LEVELS_OF if terrain is not None and _level_for(line, level) is not None}
    decision = rules.decide_other(shore.kind, river=shore.name, lines=frozenset(known))
    if decision is not None and decision.reference in given:
        _take_given(shore, decision, made)
    else:
        _take_levees(shore, rules, level, made)
    free = bridge_gaps(shore, rules.policy, made)
    pools = _pools(shore, decision, level, made, policy=rules.policy, terrain=terrain, crs=crs)
    base = without_holes(shapely.union_all([shore.water, *(area for area, _ in pools)]))
    join_to_water(free, shore.water, base, made)
    inside = _held(shore.water, enclosed(base, np.array([piece.line for piece in [*made.references, *made.joins]])))
    # The surface may stand out from the pool as the terrain has it: it lies below the level all the same.
    edge = replace(pools[0][1], basis="water", source_ids=shore.ids, confidence="low") if pools else None
    edge = edge or _water_piece(shore, rules, made)
    ringed = _ringed(inside, [*made.references, *made.joins], pools, edge)
    if ringed is None:
        made.findings.append(Finding("water-not-done", "water", shore.code, shore.water, note="no-rule"))
        return Closed(shore.code, shore.code, shore.name, "water", findings=made.findings)
    return _closed(shore, inside, ringed, rules, made)


def _closed(shore: Shore, inside: shapely.Geometry, ringed: Ringed, rules: RuleSet, made: Gathering) -> Closed:
    extent = ring_extent(inside, ringed, rules.policy)
    rows = ring_rows(extent, ringed)
    kept = ring_clearance(rows, ringed)
    protection = None
    if any(piece.protection_m > 0.0 for piece in ringed.pieces):
        protection = shapely.difference(ring_extent(inside, ringed, rules.policy, beyond=True), extent)
    drew = {piece.source_ids[0]: piece for _, piece in rows if piece.caveat}
    findings = [Finding(piece.caveat, "levees", source, piece.line) for source, piece in sorted(drew.items())]
    return Closed(
        shore.code, shore.code, shore.name, "water", extent, protection, kept, rows,
        [*made.findings, *findings, *inside_finding("water", shore.code, extent, kept)],
    )  # fmt: skip


def _column(frame: gpd.GeoDataFrame | None, name: str) -> Any:  # noqa: ANN401 - cells
    if frame is None:
        return []
    return frame[name] if name in frame.columns else [None] * len(frame)


def _levels_by_kind(shore: Shore, made: Gathering) -> dict[str, tuple[str, float]]:
    """Key and height of the level of each kind: the highest of several, which is told."""
    highest: dict[str, tuple[str, float]] = {}
    if shore.levels is None:
        return highest
    rows = shore.levels.dropna(subset=["level_m"]).sort_values(["level_m", "level_id"], ascending=[False, True])
    columns = (rows[name] for name in ("level_id", "level_m", "basis", "geometry"))
    for level_id, height, kind, place in zip(*columns, strict=True):
        if kind in highest:
            first, top = highest[kind]
            made.findings.append(
                Finding("level-duplicate", "flood_levels", level_id, place, float(height), top, "m", note=first)
            )
        highest.setdefault(kind, (str(level_id), float(height)))
    blank = shore.levels[shore.levels["level_m"].isna()]
    made.findings += [Finding("level-missing", "flood_levels", str(key), None) for key in blank["level_id"]]
    return highest


def _level_for(line: str, level: dict[str, tuple[str, float]]) -> tuple[str, float] | None:
    return next((level[kind] for kind in LEVELS_OF[line] if kind in level), None)


def _take_given(shore: Shore, decision: Decision, made: Gathering) -> None:
    """References of the lines that are given for the water itself."""
    if shore.lines is None:
        return
    rows = shore.lines[shore.lines["feature"] == decision.reference]
    made.references += [
        ruled_piece(line, shore.kind, decision, source_ids=(str(key),))
        for key, line in zip(rows["bank_id"], rows.geometry, strict=True)
    ]


def _take_levees(shore: Shore, rules: RuleSet, level: dict[str, tuple[str, float]], made: Gathering) -> None:
    """References of the levees around the water; a ring that holds none of it is a polder's own."""
    if shore.levees is None:
        return
    design = _level_for("design_level", level) or _level_for("check_level", level)
    levels = None if design is None else Levels(np.zeros(1), np.array([design[1]]), (design[0],))
    rows = shore.levees
    names = ("grade", "protects_mu", "ground_m", "name", "settings", "height_m")
    for key, feature, line, *cells in zip(
        rows["levee_id"],
        rows["feature"].fillna(""),
        rows.geometry,
        *(_column(rows, name) for name in names),
        strict=True,
    ):
        if line.is_closed and shapely.area(shapely.intersection(shapely.Polygon(line), shore.water)) <= 0.0:
            continue
        grade, mu, ground, name, settings, height = cells
        words = words_of(settings)
        row = LeveeRow(str(key), shore.code, None, feature, line, 0.0, 0.0, 0.0, grade, mu, ground, name, words)
        piece, findings = levee_piece(row, rules, river=shore.name, rank=None, levels=levels)
        made.findings += findings
        if piece is None:
            continue
        made.references.append(piece)
        if design is not None and not pd.isna(height) and float(height) < design[1]:
            made.findings.append(
                Finding("levee-below-level", "levees", str(key), line, design[1] - float(height), 0.0, "m", design[0])
            )


def _pools(
    shore: Shore,
    decision: Decision | None,
    level: dict[str, tuple[str, float]],
    made: Gathering,
    *,
    policy: Policy,
    terrain: Path | None,
    crs: Any,  # noqa: ANN401 - a CRS
) -> list[tuple[shapely.Geometry, Piece]]:
    """The land at the levels that the rule names, each with the piece that its edge is."""
    if decision is None:
        why = "no-terrain" if terrain is None and level else "no-level"
        if not made.references:
            made.findings.append(Finding("pool-not-drawn", "water", shore.code, shore.water, note=why))
        return []
    wanted = dict.fromkeys(line for line in (decision.reference, decision.least) if line in LEVELS_OF)
    found = [(line, _level_for(line, level)) for line in wanted]
    if terrain is None or not any(there for _, there in found):
        return []
    pools = []
    with open_terrain(terrain, crs=crs, river_id=shore.code) as (ground, notes):
        made.findings += notes
        walls = [piece.line for piece in made.references if piece.basis == "levee"]
        walls += [piece.line for piece in made.joins] if walls else []
        for line, there in found:
            if there is None:
                continue
            key, height = there
            mouths = mouth_lines(shore, height, ground, policy, made)
            pool = fill_pool(shore.water, height, ground, barriers=[*walls, *mouths])
            told = look_at_pool(pool, shore.water, shore.code)
            made.findings += told
            unsure = {"terrain-nodata", "flood-reaches-terrain-edge", "pool-off-terrain"} & {each.code for each in told}
            sure = weakest([decision.confidence, "low" if unsure else "high"])
            piece = ruled_piece(shore.water, shore.kind, decision, source_ids=(key,), confidence=sure)
            pools.append((pool.area, piece if line == decision.reference else replace(piece, width_m=0.0)))
            if shapely.is_empty(pool.area):
                made.findings.append(Finding("pool-not-drawn", "water", shore.code, shore.water, note="no-line"))
    return pools


def _held(water: shapely.Geometry, area: shapely.Geometry) -> shapely.Geometry:
    """The parts of an area that hold water."""
    parts = shapely.get_parts(area)
    return shapely.union_all(parts[shapely.intersects(parts, water)])


def _water_piece(shore: Shore, rules: RuleSet, made: Gathering) -> Piece | None:
    """The edge of the water under its own rule, where no level is drawn: never sure."""
    decision = rules.decide_bank("water", river=shore.name)
    if decision is None:
        made.findings.append(Finding("no-rule", "water", shore.code, shore.water, note="water"))
        return None
    return replace(ruled_piece(shore.water, "water", decision, source_ids=shore.ids), confidence="low")


def _ringed(
    inside: shapely.Geometry,
    references: Sequence[Piece],
    pools: Sequence[tuple[shapely.Geometry, Piece]],
    water: Piece | None,
) -> Ringed | None:
    """The edge of the enclosed area as rings of pieces: each segment is of the reference that it runs along."""
    lines = [piece.line for piece in references]
    edges = [*lines, *(shapely.boundary(area) for area, _ in pools)]
    makers = [*references, *(piece for _, piece in pools), water]
    rings = []
    for part in shapely.get_parts(inside):
        ring = clockwise_from_north(part.exterior)
        coords = shapely.get_coordinates(ring)
        owner = _owner((coords[1:] + coords[:-1]) / 2.0, edges)
        runs, owners = ring_runs(ring, owner)
        if any(makers[at] is None for at in owners):
            return None
        rings.append(tuple(replace(makers[at], line=run) for run, at in zip(runs, owners, strict=True)))
    # Where the water goes around a levee, or a levee runs on into high ground, its strip still counts.
    near = shapely.buffer(shapely.boundary(inside), 10.0 * ON_LINE_M, quad_segs=2)
    off = shapely.length(shapely.difference(np.array(lines, dtype=object), near)) if lines else []
    inner = [piece for piece, length in zip(references, off, strict=True) if piece.strip and length > TOUCHING_M]
    ends_at_channel = any(piece.width_m == 0.0 and piece.basis == "levee" for ring in rings for piece in ring)
    return Ringed(tuple(rings), () if ends_at_channel else tuple(inner))


def _owner(places: Floats, edges: Sequence[shapely.Geometry]) -> NDArray[np.intp]:
    """The first of the edges that each place lies on, (n,); their number where it lies on none."""
    owner = np.full(len(places), len(edges), dtype=np.intp)
    if not edges:
        return owner
    parts, edge = shapely.get_parts(np.array(edges, dtype=object), return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    inner = part[1:] == part[:-1]
    segments = shapely.linestrings(np.stack([coords[:-1], coords[1:]], axis=1)[inner])
    place, segment = shapely.STRtree(segments).query(shapely.points(places), predicate="dwithin", distance=ON_LINE_M)
    np.minimum.at(owner, place, edge[part[:-1][inner]][segment])
    return owner
