"""The public verb for dams, sluices and pump stations: areas up- and downstream and to both sides of a work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from riverline import faults
from riverline._kernels.lines import chainage
from riverline._kernels.lines.rings import clockwise_from_north
from riverline._version import __version__
from riverline.demarcation.extents.closed import Closed, borrowed, closed_extents, closed_lines
from riverline.demarcation.findings import Finding, findings_to_faults
from riverline.demarcation.inputs import prepare, require_rules, scale_findings, usable_rows
from riverline.demarcation.intake import refused
from riverline.demarcation.references import Piece, ruled_piece, weakest
from riverline.demarcation.result import Demarcation
from riverline.geodesy import align, require_metric
from riverline.provenance import Run, crs_text, describe_input, rules_used
from riverline.schema import WORKS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.references import Axis
    from riverline.rules import Decision, RuleSet

    Floats = NDArray[np.float64]

__all__ = ["demarcate_works"]

FAR_M = 5_000.0
"""An axis farther from a work than this says nothing of which way it faces: as for levees and their river."""

NEAR_M = 500.0
"""A work farther from its river than this may be one of another: it is drawn, and told with how far off it is."""

SIDES = ("upstream", "right", "downstream", "left")


class _Row(NamedTuple):
    """One work: what its rule and its area need."""

    work_id: str
    river_id: Any
    kind: Any
    shape: shapely.Geometry
    size: Any
    name: Any


@dataclass(frozen=True, slots=True)
class _Frame:
    """The work's own axes: origin, unit vectors downstream and to the right, and its bounds along both."""

    origin: Floats
    downstream: Floats
    right: Floats
    along: tuple[float, float]
    across: tuple[float, float]

    def rectangle(self, up: float, down: float, side: float) -> Floats:
        """Corners (4, 2): upstream left, upstream right, downstream right, downstream left."""
        a, b = self.along[0] - up, self.along[1] + down
        c, d = self.across[0] - side, self.across[1] + side
        places = np.array([(a, c), (a, d), (b, d), (b, c)])
        return self.origin + places @ np.stack([self.downstream, self.right])


def demarcate_works(
    works: gpd.GeoDataFrame,
    rules: RuleSet,
    *,
    axes: gpd.GeoDataFrame | None = None,
    on: date | str | None = None,
) -> Demarcation:
    """Draw the management range of every dam, sluice and pump station.

    The range is the rectangle along the river's axis that reaches so far above, below and to both sides of the work as
    its rule says.

    Parameters
    ----------
    works
        Rows of :data:`riverline.schema.WORKS` in a CRS in metres: the outline of a work, its axis across the river (a
        dam's), or only its place.
    rules
        From :func:`riverline.load_rules`.
    axes
        Rivers, digitised downstream: they tell which way a work faces. A work names its river by ``river_id``; one
        that names none is of the nearest within 5 km; how far it is from its river is told beyond 500 m.
    on
        Day for which to draw; the rule set must be in force then.

    Returns
    -------
    Demarcation
        In ``lines`` the sides of each work with their distance as ``offset_m``, those that follow each other and have
        one distance in one piece; the bank is blank and chainages run along the line itself, clockwise from its
        northernmost place. In ``extents`` one row a work and kind, ``extent_id`` by its code, ``river_id`` that of its
        river, or its own code if it has none.

    Raises
    ------
    SchemaError, CRSError
        If layers lack columns or a CRS; if the works are not in metres.
    RuleError
        If the rule set is not in force on that day.

    Notes
    -----
    Distances are measured from the outline, or from the centre line where the rule says so. Without an axis a line
    across the river tells the two sides but not which way water flows: that is enough where the rule has one distance
    for both, else ``work-not-done``. A point is its own outline, which is told.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, box
    >>> import riverline as rl
    >>> river = LineString([(500_000, 3_500_000), (502_000, 3_500_000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["袁河"]}, geometry=[river], crs=4548)
    >>> sluice = box(501_000, 3_499_970, 501_020, 3_500_030)
    >>> works = gpd.GeoDataFrame(
    ...     {"work_id": ["G1"], "river_id": ["R1"], "kind": ["sluice"]}, geometry=[sluice], crs=4548
    ... )
    >>> result = rl.demarcate_works(works, rl.load_rules("jiangxi_luxi"), axes=axes)
    >>> result.extents.query("kind == 'management'").geometry.area.round(3).tolist()
    [24200.0]
    >>> result.lines[["offset_m", "length_m"]].values.tolist()
    [[25.0, 220.0], [100.0, 110.0], [25.0, 220.0], [100.0, 110.0]]
    """
    rules = require_rules(rules, on)
    WORKS.require(works)
    require_metric(works, layer="works")
    described = {"works": describe_input(works)}
    rows, findings = usable_rows(works, WORKS, works.crs)
    findings += scale_findings(rows.geometry.array, works.crs, layer="works") if len(rows) else []
    rivers: dict[str, Axis] = {}
    if axes is not None:
        ready = prepare(align(axes, works.crs, layer="axes"), {}, None)
        rivers, described["axes"] = ready.axes, describe_input(axes)
        findings += ready.findings
    shared = rows["work_id"][rows["work_id"].duplicated()].unique()
    findings += [Finding("work-not-done", "works", str(key), None, note="duplicate-key") for key in shared]
    strange = refused(findings, "kind")
    outcomes = [_work(row, rules, rivers, strange) for row in _rows(rows[~rows["work_id"].isin(shared)])]
    drawn = closed_lines(outcomes, works.crs, rules, "W")
    extents = closed_extents(outcomes, works.crs, rules)
    findings += [each for made in outcomes for each in (*made.findings, *borrowed(made, rules))]
    told = faults.combine(findings_to_faults(findings, works.crs), crs=works.crs)
    run = Run(__version__, rules.digest, described, crs_text(works.crs), rules_used(rules, extents["rules"]))
    return Demarcation(drawn, extents, told, rules, run)


def _rows(frame: gpd.GeoDataFrame) -> list[_Row]:
    there = frame.reindex(columns=["work_id", "river_id", "kind", "geometry", "size", "name"])
    return [_Row(*cells) for cells in there.itertuples(index=False)]


def _work(row: _Row, rules: RuleSet, rivers: dict[str, Axis], strange: Collection[str]) -> Closed:
    """What came of one work; the kind of those that are ``strange`` was given and is none."""
    axis = _axis_of(row, rivers)
    river = axis.river_id if axis is not None else row.work_id if pd.isna(row.river_id) else str(row.river_id)
    name = "" if pd.isna(row.name) else str(row.name)
    size = "" if pd.isna(row.size) else str(row.size)
    done = Closed(row.work_id, river, name, "works")
    if pd.isna(row.kind):
        return _failed(done, row, "kind-refused" if row.work_id in strange else "no-kind")
    decision = rules.decide_other("works", river=axis.name if axis is not None else "", kind=row.kind, size=size)
    if decision is None:
        return _failed(done, row, "no-rule")
    frame = _frame_of(row.shape, axis)
    turns = axis is None and decision.upstream_m != decision.downstream_m
    if frame is None or turns:
        named = not pd.isna(row.river_id) and row.river_id != ""
        return _failed(done, row, "river-unknown" if named and rivers and axis is None else "no-axis")
    drawn = _drawn(done, row, decision, frame)
    return replace(drawn, findings=[*drawn.findings, *_far_from(axis, row)])


def _far_from(axis: Axis | None, row: _Row) -> list[Finding]:
    """A word on a work that faces as a river far away runs."""
    away = 0.0 if axis is None else float(shapely.distance(axis.line, row.shape))
    if axis is None or away <= NEAR_M:
        return []
    return [Finding("work-far-from-river", "works", row.work_id, row.shape, away, NEAR_M, "m", axis.river_id)]


def _failed(done: Closed, row: _Row, why: str) -> Closed:
    return replace(done, findings=[Finding("work-not-done", "works", row.work_id, row.shape, note=why)])


def _axis_of(row: _Row, rivers: dict[str, Axis]) -> Axis | None:
    """The axis that a work names; of one that names none the nearest."""
    if not pd.isna(row.river_id) and row.river_id != "":
        return rivers.get(str(row.river_id))
    near = {key: shapely.distance(axis.line, row.shape) for key, axis in rivers.items()}
    nearest = min(near, key=lambda key: (near[key], key), default=None)
    return None if nearest is None or near[nearest] > FAR_M else rivers[nearest]


def _frame_of(shape: shapely.Geometry, axis: Axis | None) -> _Frame | None:
    """The work's own axes: downstream along the river, else square to the line across it; None where nothing tells."""
    coords = shapely.get_coordinates(shape)
    middle = shapely.get_coordinates(shapely.centroid(shape))
    if axis is not None:
        at, _ = axis.locate(middle)
        downstream = chainage.direction(axis.coords, at)[0]
    else:
        chord = coords[-1] - coords[0]
        if shapely.get_dimensions(shape) != 1 or not np.any(chord):
            return None
        downstream = np.array([chord[1], -chord[0]]) / np.hypot(*chord)
    right = np.array([downstream[1], -downstream[0]])
    along, across = (coords - middle) @ downstream, (coords - middle) @ right
    return _Frame(middle[0], downstream, right, (along.min(), along.max()), (across.min(), across.max()))


def _drawn(done: Closed, row: _Row, decision: Decision, frame: _Frame) -> Closed:
    up, down, side = decision.upstream_m or 0.0, decision.downstream_m or 0.0, decision.landside_m
    if decision.reference == "centre_line":
        frame = replace(frame, across=(0.0, 0.0))
    corners = frame.rectangle(up, down, side)
    extent = shapely.Polygon(corners)
    if shapely.area(extent) <= 0.0:
        return _failed(done, row, "no-area")
    as_point = shapely.get_dimensions(row.shape) == 0
    sure = weakest([decision.confidence, "low" if as_point else "high"])
    piece = ruled_piece(row.shape, "works", decision, source_ids=(row.work_id,), confidence=sure)
    protection = None
    if decision.protection_m > 0.0:
        more = decision.protection_along_m
        wide = shapely.Polygon(frame.rectangle(up + more, down + more, side + decision.protection_m))
        protection = shapely.difference(wide, extent)
    rows = _sides(corners, piece, dict(zip(SIDES, (up, side, down, side), strict=True)))
    measured_from = shapely.convex_hull(shapely.multipoints(frame.rectangle(0.0, 0.0, 0.0)))
    kept = min(float(shapely.distance(line, measured_from)) - each.width_m for line, each in rows)
    told = [Finding("work-as-point", "works", row.work_id, row.shape)] if as_point else []
    return replace(done, extent=extent, protection=protection, clearance=kept, rows=rows, findings=told)


def _sides(corners: Floats, piece: Piece, widths: dict[str, float]) -> list[tuple[shapely.LineString, Piece]]:
    """The sides, clockwise from the northernmost corner, each with its distance from the work.

    Sides that follow each other and have one distance are one piece: nothing changes at the corner between them.
    """
    sides = {frozenset(map(tuple, corners[[at, (at + 1) % 4]].tolist())): side for at, side in enumerate(SIDES)}
    ring = shapely.get_coordinates(clockwise_from_north(shapely.LinearRing(corners))).tolist()
    wide = np.array([widths[sides[frozenset(map(tuple, edge))]] for edge in pairwise(ring)])
    starts = [0, *(np.flatnonzero(np.diff(wide)) + 1).tolist(), len(wide)]
    return [
        (shapely.LineString(ring[low : high + 1]), replace(piece, width_m=float(wide[low])))
        for low, high in pairwise(starts)
    ]
