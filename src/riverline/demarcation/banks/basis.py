"""All candidates of all rivers, in the rule set's order of bases."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

import shapely

from riverline.demarcation.banks.candidates import (
    ENDS_OF_STRIPS,
    Candidates,
    bank_top_candidates,
    decide_bank,
    levee_candidates,
)
from riverline.demarcation.edges import bank_edges
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.bank_reference import BankReference
from riverline.demarcation.flooding.flood import (
    flood_references_from_sections,
    flood_references_from_terrain,
)
from riverline.demarcation.flooding.levels import Levels, place_levels
from riverline.demarcation.references import oriented, ruled_piece, weakest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from riverline.demarcation.inputs import Inputs
    from riverline.demarcation.references import Axis, Bank, Piece
    from riverline.rules import RuleSet

__all__ = ["Gathered", "candidates_by_river", "water_of"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Candidates of every basis by river and bank, with what was found on the way."""

    by_basis: dict[str, dict[tuple[str, Bank], list[Piece]]]
    order: tuple[str, ...]
    findings: list[Finding] = field(default_factory=list)
    faults: list[gpd.GeoDataFrame] = field(default_factory=list)

    def of_river(self, river_id: str) -> Mapping[Bank, list[Piece]]:
        """The candidates of one river's banks, first choice first."""
        banks: tuple[Bank, Bank] = ("left", "right")
        return {
            bank: [piece for basis in self.order for piece in self.by_basis[basis].get((river_id, bank), [])]
            for bank in banks
        }


def candidates_by_river(inputs: Inputs, rules: RuleSet) -> Gathered:
    """Candidates from every layer that was given.

    Parameters
    ----------
    inputs
        Checked layers.
    rules
        The rule set; its ``basis_order`` sorts the bases.

    Returns
    -------
    Gathered
        Candidates, findings and fault frames.
    """
    made: dict[str, Candidates] = {"flood": _flood(inputs, rules), "water": _water(inputs, rules)}
    made["fallback"] = Candidates()
    levels, findings = _levels(inputs)
    for basis, layer, build in (
        ("levee", "levees", partial(levee_candidates, levels=levels)),
        ("bank_top", "bank_tops", bank_top_candidates),
    ):
        frame = inputs.layers.get(layer)
        empty = frame is None or frame.empty
        made[basis] = Candidates() if empty else build(frame, inputs.axes, rules, axes_frame=inputs.frame)
    for place, pieces in made["bank_top"].pieces.items():
        made["fallback"].pieces[place] = [piece for piece in pieces if piece.basis == "fallback"]
        made["bank_top"].pieces[place] = [piece for piece in pieces if piece.basis == "bank_top"]
    return Gathered(
        by_basis={basis: candidates.pieces for basis, candidates in made.items()},
        order=tuple(rules.policy.basis_order),
        findings=[*findings, *(finding for candidates in made.values() for finding in candidates.findings)],
        faults=[frame for candidates in made.values() for frame in candidates.faults],
    )


def _levels(inputs: Inputs) -> tuple[dict[str, Levels], list[Finding]]:
    """Design levels of every river that has some, and what is wrong with those that make no line over terrain.

    How far such levels reach along the axis matters to no line and is left out.
    """
    placed: dict[str, Levels] = {}
    told: list[Finding] = []
    for river, axis in inputs.axes.items():
        rows = inputs.of_river("flood_levels", river)
        if rows is None:
            continue
        levels, findings = place_levels(axis.line, rows)
        if levels is not None:
            placed[river] = levels
        if not _drawn_over_terrain(inputs, river):
            told += [finding for finding in findings if finding.code != "level-extrapolated"]
    return placed, told


def _drawn_over_terrain(inputs: Inputs, river_id: str) -> bool:
    """Whether the levels of a river make a line: over terrain, where no surveyed sections go before."""
    return inputs.terrain is not None and inputs.of_river("sections", river_id) is None


def water_of(inputs: Inputs, axis: Axis) -> shapely.Geometry | None:
    """All water of a river; None where no water was given."""
    rows = inputs.of_river("water", axis.river_id)
    if rows is None:
        return None
    return shapely.union_all(rows.geometry.array)


def _water(inputs: Inputs, rules: RuleSet) -> Candidates:
    """Water edges: the last resort, and never sure."""
    result = Candidates()
    for axis in inputs.axes.values():
        rows = inputs.of_river("water", axis.river_id)
        if rows is None:
            continue
        sources = tuple(rows["water_id"].astype("str"))
        edges = bank_edges(shapely.union_all(rows.geometry.array), axis)
        for bank, line in edges.items():
            reference = BankReference(bank=bank, line=line, level_ids=sources, confidence="low", kind="water")
            _add(result, rules, axis, reference, layer="water", period=None)
    return result


def _flood(inputs: Inputs, rules: RuleSet) -> Candidates:
    """Flood lines: from surveyed sections where there are some, else from levels over terrain."""
    result = Candidates()
    for axis in inputs.axes.values():
        sections = inputs.of_river("sections", axis.river_id)
        levels = inputs.of_river("flood_levels", axis.river_id)
        if sections is not None:
            references, faults = flood_references_from_sections(
                axis.line, axis.river_id, sections, crs=inputs.frame.crs
            )
            rows, layer = sections, "sections"
        elif levels is not None and inputs.terrain is not None:
            references, faults = _over_terrain(inputs, inputs.terrain, axis, levels)
            rows, layer = levels, "flood_levels"
        else:
            continue
        result.faults.append(faults)
        period = _return_period(rows)
        for reference in references:
            _add(result, rules, axis, reference, layer=layer, period=period)
    return result


def _over_terrain(
    inputs: Inputs, terrain: Path, axis: Axis, levels: gpd.GeoDataFrame
) -> tuple[list[BankReference], gpd.GeoDataFrame]:
    levees = inputs.of_river("levees", axis.river_id)
    if levees is not None:
        levees = levees[~levees["feature"].isin(ENDS_OF_STRIPS)]
    references, _, faults = flood_references_from_terrain(
        axis.line, axis.river_id, levels, terrain, crs=inputs.frame.crs, levees=levees
    )
    return references, faults


def _return_period(rows: gpd.GeoDataFrame) -> float | None:
    """The return period all levels share; None where they differ or do not say."""
    if "return_period" not in rows.columns:
        return None
    periods = rows["return_period"].dropna().unique()
    return float(periods[0]) if len(periods) == 1 else None


def _add(
    result: Candidates, rules: RuleSet, axis: Axis, reference: BankReference, *, layer: str, period: float | None
) -> None:
    basis: Literal["water", "flood"] = "water" if layer == "water" else "flood"
    decision = decide_bank(rules, axis, reference.bank, basis, return_period=period)
    if decision is None:
        result.findings.append(Finding("no-rule", layer, axis.river_id, reference.line, note=basis))
        return
    piece = ruled_piece(
        reference.line,
        basis,
        decision,
        source_ids=reference.level_ids,
        confidence=weakest([decision.confidence, reference.confidence]),
    )
    result.pieces[axis.river_id, reference.bank].append(oriented(piece, axis))
