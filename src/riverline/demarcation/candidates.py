"""From layers to candidate pieces: each levee and bank line with its bank, its stretch of axis and its rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline._kernels import chainage
from riverline.channel import assign_banks
from riverline.demarcation.findings import Finding
from riverline.demarcation.references import Axis, Bank, Piece, weakest

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from riverline.rules import Decision, RuleSet

__all__ = ["Candidates", "bank_top_candidates", "decide_bank", "levee_candidates"]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pieces by river and bank in order of priority, what was found, and faults that came as frames."""

    pieces: dict[tuple[str, Bank], list[Piece]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    faults: list[gpd.GeoDataFrame] = field(default_factory=list)


def levee_candidates(
    levees: gpd.GeoDataFrame, axes: dict[str, Axis], rules: RuleSet, *, axes_frame: gpd.GeoDataFrame
) -> Candidates:
    """Candidate pieces of all levees of all rivers.

    Parameters
    ----------
    levees
        Rows of :data:`riverline.schema.LEVEES`, in the axes' CRS.
    axes
        The rivers by code.
    rules
        The rule set.
    axes_frame
        Rows of :data:`riverline.schema.AXES` behind ``axes``.

    Returns
    -------
    Candidates
        Per bank, lines of the feature that the rule measures from come first, then stand-ins (a crest where the rule
        wants the toe), each in the order of the rule set's ``several_levees`` policy.
    """
    placed, faults = _placed(levees, axes, axes_frame, layer="levees", key="levee_id")
    decisions = [
        _decide_levee(rules, axes[river], bank, feature, grade, protects)
        for river, bank, feature, grade, protects in zip(
            placed["river_id"],
            placed["bank"],
            placed["feature"],
            _column(placed, "grade"),
            _column(placed, "protects_mu"),
            strict=True,
        )
    ]
    result = Candidates(faults=[faults])
    ranked: dict[tuple[str, Bank], list[tuple[tuple[Any, ...], Piece]]] = defaultdict(list)
    columns = zip(placed["levee_id"], placed["river_id"], placed["bank"], placed["feature"], placed["geometry"],
                  placed["start"], placed["end"], placed["away"], _column(placed, "grade"), decisions, strict=True)  # fmt: skip
    for levee, river, bank, feature, line, start, end, away, grade, decision in columns:
        if decision is None:
            result.findings.append(Finding("no-rule", "levees", levee, line, note=feature))
            continue
        stand_in = feature not in (decision.reference, "flood_wall")
        if feature == "waterside_toe" and stand_in:
            continue
        if stand_in:
            result.findings.append(Finding("toe-missing", "levees", levee, line, note=feature))
        confidence = weakest([decision.confidence, "low" if stand_in else "high"])
        extra = _virtual_toe(rules, feature)
        piece = _piece(line, "levee", decision, levee, start=start, end=end, confidence=confidence, extra_m=extra)
        rank = (stand_in, _levee_rank(rules.policy.several_levees, away, grade), levee)
        ranked[river, bank].append((rank, piece))
    for place, rows in ranked.items():
        result.pieces[place] = [piece for _, piece in sorted(rows, key=lambda row: row[0])]
    return result


def bank_top_candidates(
    bank_tops: gpd.GeoDataFrame, axes: dict[str, Axis], rules: RuleSet, *, axes_frame: gpd.GeoDataFrame
) -> Candidates:
    """Candidate pieces of all bank tops of all rivers.

    Parameters
    ----------
    bank_tops
        Rows of :data:`riverline.schema.BANK_TOPS`, in the axes' CRS.
    axes
        The rivers by code.
    rules
        The rule set.
    axes_frame
        Rows of :data:`riverline.schema.AXES` behind ``axes``.

    Returns
    -------
    Candidates
        Longest first on each bank.
    """
    placed, faults = _placed(bank_tops, axes, axes_frame, layer="bank_tops", key="bank_id")
    result = Candidates(faults=[faults])
    columns = (placed[name] for name in ("bank_id", "river_id", "bank", "geometry", "start", "end"))
    for bank_id, river, bank, line, start, end in zip(*columns, strict=True):
        decision = decide_bank(rules, axes[river], bank, "bank_top")
        if decision is None:
            result.findings.append(Finding("no-rule", "bank_tops", bank_id, line, note="bank_top"))
            continue
        piece = _piece(line, "bank_top", decision, bank_id, start=start, end=end, confidence=decision.confidence)
        result.pieces[river, bank].append(piece)
    for rows in result.pieces.values():
        rows.sort(key=lambda piece: (-piece.span, piece.source_ids))
    return result


def decide_bank(
    rules: RuleSet, axis: Axis, bank: Bank, basis: str, *, return_period: float | None = None
) -> Decision | None:
    """What the rule set says of an un-levee'd bank of a river."""
    return rules.decide_bank(
        basis=basis,
        river=axis.name,
        rank=axis.rank,
        bank=bank,
        width_m=axis.width_m,
        return_period=return_period,
    )


def _decide_levee(rules: RuleSet, axis: Axis, bank: Bank, feature: str, grade: Any, protects: Any) -> Decision | None:  # noqa: ANN401 - cells of a frame
    return rules.decide_levee(
        river=axis.name,
        rank=axis.rank,
        bank=bank,
        feature=feature,
        grade=None if pd.isna(grade) else int(grade),
        protects_mu=None if pd.isna(protects) else float(protects),
    )


def _virtual_toe(rules: RuleSet, feature: str) -> float:
    """How far behind a flood wall the toe of a compliant levee would lie."""
    if feature != "flood_wall":
        return 0.0
    section = rules.policy.virtual_section
    return float(section.crest_width_m + section.landside_slope * section.freeboard_m)


def _levee_rank(policy: str, away: float, grade: Any) -> float:  # noqa: ANN401 - a cell of a frame
    if policy == "inner":
        return away
    if policy == "higher_grade" and not pd.isna(grade):
        return float(grade)
    return -away


def _piece(
    line: shapely.LineString, basis: str, decision: Decision, source: str, *,
    start: float, end: float, confidence: Any, extra_m: float = 0.0,  # noqa: ANN401
) -> Piece:  # fmt: skip
    return Piece(
        line=line,
        basis=basis,
        width_m=decision.landside_m + extra_m,
        protection_m=decision.protection_m,
        rule_id=decision.rule_id,
        citation=decision.citation,
        confidence=confidence,
        source_ids=(source,),
        start=start,
        end=end,
    )


def _placed(
    lines: gpd.GeoDataFrame, axes: dict[str, Axis], axes_frame: gpd.GeoDataFrame, *, layer: str, key: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Lines with river and bank, drawn downstream, with the stretch of axis (start, end) and distance from it (away)."""
    assigned, faults = assign_banks(lines, axes_frame, layer=layer)
    usable = assigned[assigned["bank"].isin(["left", "right"]) & assigned["river_id"].isin(list(axes))]
    usable = usable.sort_values(key, kind="stable").reset_index(drop=True)
    codes = {river: number for number, river in enumerate(axes)}
    which = usable["river_id"].map(codes).to_numpy(dtype="int64")
    centres = [axis.line for axis in axes.values()]
    ends = [shapely.get_coordinates(shapely.get_point(usable.geometry.array, at)) for at in (0, -1)]
    middles = shapely.get_coordinates(shapely.line_interpolate_point(usable.geometry.array, 0.5, normalized=True))
    first, last = (chainage.locate_each(points, centres, which)[0] for points in ends)
    away = np.abs(chainage.locate_each(middles, centres, which)[1])
    drawn = np.where(first > last, shapely.reverse(usable.geometry.array), usable.geometry.array)
    placed = usable.set_geometry(drawn, crs=usable.crs).assign(
        start=np.minimum(first, last), end=np.maximum(first, last), away=away
    )
    return placed, faults


def _column(frame: gpd.GeoDataFrame, name: str) -> Iterable[Any]:
    return frame[name] if name in frame.columns else [None] * len(frame)
