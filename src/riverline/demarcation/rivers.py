"""The public verb: many rivers in one call."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

import geopandas as gpd
import numpy as np
import shapely

from riverline import faults
from riverline._kernels.lines.strip_area import Steps
from riverline._version import __version__
from riverline.demarcation.banks.basis import candidates_by_river, water_of
from riverline.demarcation.banks.lacking import why_bare
from riverline.demarcation.banks.names import with_doubtful_names
from riverline.demarcation.extents.closed import kept_clear
from riverline.demarcation.extents.river import Outcome, demarcate_river
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.inputs import Inputs, prepare, require_rules
from riverline.demarcation.references import weakest
from riverline.demarcation.result import Demarcation
from riverline.demarcation.settings import with_known_settings
from riverline.demarcation.sharing.neighbours import part_neighbours
from riverline.errors import JobError, RuleError
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.provenance import Run, crs_text, rules_used
from riverline.schema import EXTENTS, MANAGEMENT_LINES

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from riverline.demarcation.banks.basis import Gathered
    from riverline.demarcation.references import Axis
    from riverline.rules import RuleSet

__all__ = ["demarcate"]

KEYS = {"levees": "levee_id", "bank_tops": "bank_id", "water": "water_id", "flood_levels": "level_id",
        "sections": "section_id"}  # fmt: skip

MADE_FROM = {"levee": ("levees", "flood_levels"), "flood": ("flood_levels", "sections"), "bank_top": ("bank_tops",),
             "fallback": ("bank_tops",), "water": ("water",)}  # fmt: skip
"""The layers whose keys stand behind a piece of each basis; keys of two layers may be alike."""


def demarcate(  # noqa: PLR0913 - one argument a layer
    axes: gpd.GeoDataFrame,
    rules: RuleSet,
    *,
    levees: gpd.GeoDataFrame | None = None,
    bank_tops: gpd.GeoDataFrame | None = None,
    water: gpd.GeoDataFrame | None = None,
    flood_levels: gpd.GeoDataFrame | None = None,
    sections: gpd.GeoDataFrame | None = None,
    terrain: str | Path | None = None,
    on: date | str | None = None,
    width_steps: Literal["square", "taper", "outer"] | None = None,
) -> Demarcation:
    """Draw the legal management line of every river.

    Each bank takes, stretch by stretch, the first basis of the rule set's order for which there is data: levee (toe
    and strip), flood line, bank top and strip, water edge. The extent is the area between the references with the
    strips added; its edge is the line. Rivers are drawn each alone; what the extents of neighbours share is then parted
    as the rule set says, so that no two of them overlap.

    Parameters
    ----------
    axes
        Rows of :data:`riverline.schema.AXES` in a CRS in metres, digitised downstream.
    rules
        From :func:`riverline.load_rules`.
    levees, bank_tops, water, flood_levels, sections
        Frames of the schema of that name, keyed by ``river_id``; other CRS are reprojected and noted in ``run``.
    terrain
        Path of a terrain raster; with ``flood_levels`` it gives the flood line of un-levee'd banks.
    on
        Day for which to draw; the rule set must be in force then.
    width_steps
        What the line does where the strip changes width: ``square`` cuts on the normal, ``taper`` runs over evenly,
        ``outer`` lets the wider strip win within its own radius. If not given, what the policy of the rule set says.

    Returns
    -------
    Demarcation
        Lines, extents, faults, the rules and the run. A river that cannot be done is a fault row with the reason,
        and the others are done.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS, listing everything; if the axes are not in metres.
    RuleError
        If the rule set is not in force on that day, or has no length for a taper that was asked for.
    JobError
        If the terrain file is not there.

    Notes
    -----
    防洪法 art. 21: between levees the extent is water, bars, floodplain, levees and their strips; without levees it is
    the land between the lines of the historical-highest or design flood.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> import riverline as rl
    >>> river = LineString([(500_000, 3_500_000), (501_000, 3_500_000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[river], crs=4548)
    >>> toes = [LineString([(500_000, y), (501_000, y)]) for y in (3_500_080, 3_499_920)]
    >>> columns = {"levee_id": ["L1", "L2"], "river_id": "R1", "feature": "landside_toe"}
    >>> levees = gpd.GeoDataFrame(columns, geometry=toes, crs=4548)
    >>> result = rl.demarcate(axes, rl.load_rules("anhui"), levees=levees)
    >>> result.lines[["bank", "basis", "offset_m", "length_m", "confidence"]].values.tolist()
    [['left', 'levee', 10.0, 1000.0, 'high'], ['right', 'levee', 10.0, 1000.0, 'high']]
    >>> print(rl.explain(result, "R1", "left", 500, language="en"))  # doctest: +ELLIPSIS
    清水河, left bank K0+500: the management line is drawn from the levee (features L1), 10 m to landside; ...
    """
    rules = require_rules(rules, on)
    _require_choice(width_steps)
    steps = _steps(rules, width_steps)
    layers = {
        "levees": levees,
        "bank_tops": bank_tops,
        "water": water,
        "flood_levels": flood_levels,
        "sections": sections,
    }
    inputs = with_known_settings(prepare(axes, layers, terrain), rules)
    candidates, misnamed = with_doubtful_names(candidates_by_river(inputs, rules), inputs.axes, rules)
    outcomes = [_outcome(inputs, candidates, axis, rules, steps) for axis in inputs.axes.values()]
    outcomes, met = part_neighbours(outcomes, inputs.frame, rules)
    lines = _lines(outcomes, inputs, rules)
    extents = _extents(outcomes, inputs, rules, lines)
    findings = [*inputs.findings, *candidates.findings, *met, *(each for made in outcomes for each in made.findings)]
    findings += [*misnamed, *_undated(outcomes, rules)]
    findings += [each for made in outcomes for each in _borrowed(made, rules)]
    frames = [*candidates.faults, *findings_to_faults(findings, axes.crs)]
    frames += findings_to_faults(_unused(inputs, outcomes, faults.combine(frames, crs=axes.crs)), axes.crs)
    used = rules_used(rules, extents["rules"])
    run = Run(__version__, rules.digest, inputs.described, crs_text(axes.crs), used)
    return Demarcation(lines, extents, faults.combine(frames, crs=axes.crs), rules, run)


def _outcome(inputs: Inputs, candidates: Gathered, axis: Axis, rules: RuleSet, steps: Steps) -> Outcome:
    """What came of one river. What the geometry library refuses is that river's fault, and the others are done."""
    try:
        return demarcate_river(
            axis,
            candidates.of_river(axis.river_id),
            water=water_of(inputs, axis),
            policy=rules.policy,
            steps=steps,
            why_bare=partial(why_bare, inputs, candidates, axis.river_id),
        )
    except shapely.errors.GEOSException as error:
        finding = Finding("river-not-done", "axes", axis.river_id, axis.line, note=f"geometry: {error}")
        return Outcome(axis, findings=[finding])


def _require_choice(width_steps: object) -> None:
    """Raise for a policy that does not exist."""
    if width_steps is not None and width_steps not in get_args(Steps):
        choices = ", ".join(get_args(Steps))
        raise JobError(
            f"width_steps 应为 {choices} 之一，实际为 {width_steps!r}",
            f"width_steps must be one of {choices}, got {width_steps!r}",
        )


def _steps(rules: RuleSet, asked: Steps | None) -> Steps:
    """What was asked for, else what the policy says; a taper must have a length, or it would be a square cut."""
    if asked == "taper" and rules.policy.taper_m == 0:
        raise RuleError(
            f"规则集 {rules.name} 没有渐变段长度（taper_m = 0），无法按 taper 渐变；请在规则集 TOML 的 [policy] 中写 "
            "taper_m = 50（米，按设计取值），或用 rules.with_policy(taper_m=50)",
            f"rule set {rules.name} has no length for a taper (taper_m = 0); write taper_m = 50 (metres, as designed) "
            "under [policy] of its TOML, or use rules.with_policy(taper_m=50)",
        )
    return asked or rules.policy.width_steps


def _lines(outcomes: list[Outcome], inputs: Inputs, rules: RuleSet) -> gpd.GeoDataFrame:
    rows = [(made.axis, row) for made in outcomes for row in made.lines]
    if not rows:
        return MANAGEMENT_LINES.empty(inputs.frame.crs)
    counted: dict[tuple[str, str], int] = {}
    ids = []
    for axis, row in rows:
        number = counted[axis.river_id, row.bank] = counted.get((axis.river_id, row.bank), 0) + 1
        ids.append(f"{axis.river_id}-{row.bank[0].upper()}-{row.number or f'{number:03d}'}")
    geometry = gpd.GeoSeries([row.line for _, row in rows], crs=inputs.frame.crs)
    decimals = rules.policy.length_decimals
    frame = gpd.GeoDataFrame(
        {
            "line_id": ids,
            "river_id": [axis.river_id for axis, _ in rows],
            "bank": [row.bank for _, row in rows],
            "basis": [row.piece.basis for _, row in rows],
            "rule_id": [row.piece.rule_id for _, row in rows],
            "citation": [row.piece.citation for _, row in rows],
            "offset_m": [row.piece.width_m if row.piece.founded else np.nan for _, row in rows],
            "start_chainage_m": round_half_up([axis.start_m + row.start for axis, row in rows], decimals),
            "end_chainage_m": round_half_up([axis.start_m + row.end for axis, row in rows], decimals),
            "length_m": round_half_up(geometry.length.to_numpy(), decimals),
            "confidence": [row.piece.confidence for _, row in rows],
            "source_ids": [",".join(row.piece.source_ids) for _, row in rows],
            "note": [row.piece.note for _, row in rows],
        },
        geometry=geometry,
    )
    return MANAGEMENT_LINES.conform(frame)


def _extents(outcomes: list[Outcome], inputs: Inputs, rules: RuleSet, lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = [(made, "management", made.extent) for made in outcomes if made.extent is not None]
    rows += [(made, "protection", made.protection) for made in outcomes if made.protection is not None]
    rows = [row for row in rows if not shapely.is_empty(row[2])]
    if not rows:
        return EXTENTS.empty(inputs.frame.crs)
    rows.sort(key=lambda row: (row[0].axis.river_id, row[1]))
    geometry = gpd.GeoSeries([_multi(extent) for _, _, extent in rows], crs=inputs.frame.crs)
    per_bank = lines.groupby(["river_id", "bank"])["length_m"].sum()
    rivers = [made.axis.river_id for made, _, _ in rows]
    decimals = rules.policy.length_decimals
    frame = gpd.GeoDataFrame(
        {
            "extent_id": [f"{made.axis.river_id}-{kind}" for made, kind, _ in rows],
            "river_id": rivers,
            "name": [made.axis.name for made, _, _ in rows],
            "kind": [kind for _, kind, _ in rows],
            "area_m2": round_half_up(ellipsoidal_area(geometry).to_numpy(), rules.policy.area_decimals),
            "left_length_m": round_half_up([per_bank.get((river, "left"), np.nan) for river in rivers], decimals),
            "right_length_m": round_half_up([per_bank.get((river, "right"), np.nan) for river in rivers], decimals),
            "axis_length_m": round_half_up([made.axis.length for made, _, _ in rows], decimals),
            "clearance_m": kept_clear([made.clearance for made, _, _ in rows]),
            "founded_share": [_founded_share(made) for made, _, _ in rows],
            "confidence": [weakest([row.piece.confidence for row in made.lines]) for made, _, _ in rows],
            "rules": [", ".join(_sets_of(made, rules)) for made, _, _ in rows],
            "version": rules.digest,
        },
        geometry=geometry,
    )
    return EXTENTS.conform(frame)


def _founded_share(made: Outcome) -> float:
    """Share of the length of a river's lines that some rule founds; what is left is a sketch."""
    length = np.array([row.line.length for row in made.lines])
    founded = np.array([row.piece.founded for row in made.lines])
    return float(round_half_up([(length * founded).sum() / length.sum()], 4)[0])


def _sets_of(made: Outcome, rules: RuleSet) -> list[str]:
    """Names of the rule sets whose rules drew a river's lines, in the order in which they are asked."""
    drew = {row.piece.rule_set for row in made.lines}
    return [asked.name for asked in rules.chain if asked.name in drew]


def _borrowed(made: Outcome, rules: RuleSet) -> list[Finding]:
    """What was drawn by a rule of another set than the one asked for: a finding for each rule."""
    lines: dict[str, list[shapely.LineString]] = {}
    for row in made.lines:
        if row.piece.rule_set not in ("", rules.name):
            lines.setdefault(row.piece.rule_id, []).append(row.line)
    return [
        Finding("rules-fallback", "axes", made.axis.river_id, shapely.union_all(drawn),
                sum(line.length for line in drawn), unit="m", note=rule_id)
        for rule_id, drawn in sorted(lines.items())
    ]  # fmt: skip


def _undated(outcomes: list[Outcome], rules: RuleSet) -> list[Finding]:
    """What was drawn for a day by rules of which nobody knows whether they were in force on it."""
    drew = {row.piece.rule_id for made in outcomes for row in made.lines}
    undated = sorted(drew & {f"{each.name}/{rule}" for each in rules.chain for rule in each.undated})
    if rules.on is None or not undated:
        return []
    return [Finding("rules-undated", "axes", "*", None, note=f"{rules.on}: {', '.join(undated)}")]


def _multi(extent: shapely.Geometry) -> shapely.MultiPolygon:
    parts = [part for part in shapely.get_parts(extent) if shapely.get_dimensions(part) == 2]  # noqa: PLR2004 - areas
    return shapely.MultiPolygon(parts)


def _unused(inputs: Inputs, outcomes: list[Outcome], known: gpd.GeoDataFrame) -> list[Finding]:
    """A note for every input feature that made no line and was not refused, so that none is lost."""
    used: dict[str, set[str]] = {layer: set() for layer in KEYS}
    for made in outcomes:
        for row in made.lines:
            for layer in MADE_FROM.get(row.piece.basis, ()):
                used[layer].update(row.piece.source_ids)
    refused = known[known["severity"] == "error"]
    findings = []
    for layer, frame in inputs.layers.items():
        if layer == "water":
            used[layer].update(_water_inside(frame, outcomes))
        told = set(refused["feature_id"][refused["layer"] == layer])
        silent = frame[~frame[KEYS[layer]].isin(used[layer] | told)].drop_duplicates(KEYS[layer])
        findings += [
            Finding("feature-not-used", layer, str(key), geometry)
            for key, geometry in zip(silent[KEYS[layer]], silent.geometry, strict=True)
        ]
    return findings


def _water_inside(water: gpd.GeoDataFrame, outcomes: list[Outcome]) -> set[str]:
    """Keys of the waters that an extent contains, at least in part."""
    extents = {made.axis.river_id: made.extent for made in outcomes if made.extent is not None}
    around = np.array([extents.get(river) for river in water["river_id"]], dtype=object)
    return set(water["water_id"][shapely.intersects(water.geometry.array, around)])
