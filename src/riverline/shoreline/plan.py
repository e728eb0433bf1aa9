"""The public verb: the shoreline plan of many rivers in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from riverline import faults
from riverline._version import __version__
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.geodesy import ellipsoidal_area, round_half_up
from riverline.provenance import Run, crs_text
from riverline.rules import load_zone_rules
from riverline.schema import SHORELINES
from riverline.shoreline.inputs import prepare
from riverline.shoreline.projection import spans_on
from riverline.shoreline.result import ShorelinePlan
from riverline.shoreline.sides import confidence_in, sides_of
from riverline.shoreline.stretches import claims_of, stretches_of
from riverline.shoreline.uses import taken_on, used_of
from riverline.shoreline.utilisation import utilisation_of
from riverline.shoreline.waterside import shores_of
from riverline.shoreline.zones import zones_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from riverline.demarcation import Demarcation
    from riverline.rules import ZoneRules
    from riverline.shoreline.inputs import Inputs
    from riverline.shoreline.projection import Spans
    from riverline.shoreline.stretches import Claims
    from riverline.shoreline.waterside import Shore

__all__ = ["plan_shoreline"]


def plan_shoreline(
    result: Demarcation,
    *,
    waterside: gpd.GeoDataFrame | None = None,
    uses: gpd.GeoDataFrame | None = None,
    sensitive: gpd.GeoDataFrame | None = None,
    rules: ZoneRules | None = None,
    axes: gpd.GeoDataFrame | None = None,
    admin: gpd.GeoDataFrame | None = None,
) -> ShorelinePlan:
    """Plan the shoreline: its two lines, the four zones, what is used of it.

    The shoreline of a bank is the land between its waterside line and its outer line, which is the management line.
    It is cut where a sensitive factor or a county begins or ends; the zone rules say which zone a factor makes of a
    stretch. All lengths run along the management line.

    Parameters
    ----------
    result
        From :func:`riverline.demarcate`.
    waterside
        Rows of :data:`riverline.schema.WATERSIDE`, lines of the bank-forming discharge as the plan has them; or rows
        of :data:`riverline.schema.WATER`, whose edges stand in with confidence ``low``. A bank without either keeps
        its outer line, has no zones, and is a fault: nothing is made up.
    uses
        Rows of :data:`riverline.schema.USES`: areas, lines, or points with a length.
    sensitive
        Rows of :data:`riverline.schema.SENSITIVE`.
    rules
        From :func:`riverline.rules.load_zone_rules`; the general ones if not given, which are not verified.
    axes
        Rows of :data:`riverline.schema.AXES`: zones are then cut on the axis's normal. Without them they are cut on
        the shortest way to the waterside line, which is the same where a river runs straight.
    admin
        Counties, with a column ``name``, ``admin`` or ``admin_id``, and ``city`` where known; or towns with a column
        ``county``: those of one county are put together. Towns without it are taken as they are, which is told.

    Returns
    -------
    ShorelinePlan
        Lines, zones, uses, utilisation, faults, rules and run.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS, listing everything; if ``result`` is no demarcation.
    RuleError
        If ``rules`` are no zone rules.

    Notes
    -----
    A use takes the stretch from its first to its last place, each brought to the nearest of the management line, piece
    by piece of what is in the band (the difference of end positions along the line, as delivered plans count it). The
    union of all counts: what several take counts once. What lies in the water within the rules' reach of the waterside
    line belongs to the nearest bank. ``adjusted_area_m2`` parts the band's ellipsoidal area by the largest remainder.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, box
    >>> import riverline as rl
    >>> x, y = 500_000, 3_500_000
    >>> lines = {at: LineString([(x, y + at), (x + 1000, y + at)]) for at in (0, 80, -80, 20, -20)}
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[lines[0]], crs=4548)
    >>> levees = gpd.GeoDataFrame(
    ...     {"levee_id": ["L1", "L2"], "river_id": "R1", "feature": "landside_toe"},
    ...     geometry=[lines[80], lines[-80]],
    ...     crs=4548,
    ... )
    >>> result = rl.demarcate(axes, rl.load_rules("anhui"), levees=levees)
    >>> waterside = gpd.GeoDataFrame(
    ...     {"waterside_id": ["W1", "W2"], "river_id": "R1", "bank": ["left", "right"]},
    ...     geometry=[lines[20], lines[-20]],
    ...     crs=4548,
    ... )
    >>> sensitive = gpd.GeoDataFrame(
    ...     {"sensitive_id": ["S1"], "sensitive_kind": ["water_source"], "name": ["城南水源地"]},
    ...     geometry=[box(x + 200, y, x + 500, y + 200)],
    ...     crs=4548,
    ... )
    >>> uses = gpd.GeoDataFrame(
    ...     {"use_id": ["U1", "U2"], "name": ["码头", "堆场"], "use_kind": "wharf"},
    ...     geometry=[box(x + 100, y + 30, x + 300, y + 60), box(x + 250, y + 30, x + 350, y + 60)],
    ...     crs=4548,
    ... )
    >>> plan = rl.plan_shoreline(result, waterside=waterside, uses=uses, sensitive=sensitive)
    >>> plan.zones[["zone_id", "type", "shoreline_m", "used_m"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['R1-L-001', 2, 200.0, 100.0], ['R1-L-002', 1, 300.0, 150.0], ['R1-L-003', 2, 500.0, 0.0],
     ['R1-R-001', 2, 1000.0, 0.0]]
    >>> plan.utilisation.query("scope == 'river'")[["shoreline_m", "used_m", "rate"]].values.tolist()
    [[2000.0, 250.0, 12.5]]
    """
    rules = load_zone_rules() if rules is None else rules
    layers = {"waterside": waterside, "uses": uses, "sensitive": sensitive, "admin": admin}
    inputs = prepare(result, layers, rules, axes)
    names = dict(zip(inputs.extents["river_id"], inputs.extents["name"].fillna(""), strict=True))
    shores = shores_of(sides_of(inputs.lines, names), inputs)
    claims, findings = claims_of(inputs)
    taken, about_uses = taken_on(shores, inputs)
    spans = _claimed(shores, claims, inputs)
    stretches = {
        shore.side.key: stretches_of(shore, claims, spans.only(spans.shore == number), inputs)
        for number, shore in enumerate(shores)
        if shore.band is not None
    }
    used = {
        shore.side.key: (taken.start[taken.shore == number], taken.end[taken.shore == number])
        for number, shore in enumerate(shores)
    }
    zones, tangled = zones_of(shores, stretches, used, claims, inputs)
    findings = [*inputs.findings, *findings, *about_uses, *tangled, *_unmet(claims, set(spans.row.tolist()))]
    findings += [each for shore in shores for each in shore.findings]
    crs = inputs.lines.crs
    found = faults.combine(findings_to_faults(findings, crs), crs=crs)
    run = Run(__version__, result.rules.digest, inputs.described, crs_text(crs), result.run.rule_sets)
    lines = _lines(shores, inputs)
    return ShorelinePlan(
        lines, zones, used_of(taken, shores, stretches, inputs), utilisation_of(zones), found, rules, run
    )


def _claimed(shores: Sequence[Shore], claims: Claims, inputs: Inputs) -> Spans:
    """Where sensitive areas lie along the banks, with a length."""
    spans = spans_on(shores, claims.frame, inputs.rules.policy.water_reach_m)
    return spans.only(spans.end > spans.start)


def _unmet(claims: Claims, met: set[int]) -> list[Finding]:
    """Sensitive areas that have no length on any shoreline."""
    frame = claims.frame
    return [
        Finding("sensitive-off-shoreline", "sensitive", frame["sensitive_id"].iloc[number], frame.geometry.iloc[number])
        for number in range(len(frame))
        if number not in met
    ]


def _lines(shores: Sequence[Shore], inputs: Inputs) -> gpd.GeoDataFrame:
    """Outer and waterside line of every bank, one row each."""
    bands = np.array([shore.band for shore in shores], dtype=object)
    areas = round_half_up(ellipsoidal_area(gpd.GeoSeries(bands, crs=inputs.lines.crs)).to_numpy(), 2)
    rows = []
    for shore, area in zip(shores, areas, strict=True):
        trust = confidence_in(shore.side, 0.0, shore.side.length)
        rows.append(_line_row(shore, "outer", area, shore.side.line, shore.side.basis, trust, shore.side.line_ids))
        if shore.band is not None:
            rows.append(
                _line_row(shore, "waterside", area, shore.line, shore.basis, shore.confidence, shore.source_ids)
            )
    if not rows:
        return SHORELINES.empty(inputs.lines.crs)
    return SHORELINES.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=inputs.lines.crs))


def _line_row(
    shore: Shore,
    line: str,
    area: float,
    shape: shapely.LineString,
    basis: str,
    confidence: str,
    source_ids: Sequence[str],
) -> dict[str, Any]:
    side = shore.side
    return {
        "shoreline_id": f"{side.key}-{line}",
        "river_id": side.river_id,
        "name": side.name,
        "bank": side.bank,
        "line": line,
        "basis": basis,
        "start_chainage_m": side.chainages[0],
        "end_chainage_m": side.chainages[-1],
        "length_m": float(round_half_up(shape.length, 1)),
        "band_area_m2": area,
        "confidence": confidence,
        "source_ids": ",".join(source_ids),
        "geometry": shape,
    }
