"""All candidates of all rivers, in the rule set's order of bases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely
from riverline.demarcation.edges import bank_edges, within_reach

from riverline.demarcation.candidates import Candidates, Finding, bank_top_candidates, levee_candidates
from riverline.demarcation.references import Axis, Bank, Piece

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from riverline.demarcation.inputs import Inputs
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
    for basis, layer, build in (
        ("levee", "levees", levee_candidates),
        ("bank_top", "bank_tops", bank_top_candidates),
    ):
        frame = inputs.layers.get(layer)
        empty = frame is None or frame.empty
        made[basis] = Candidates() if empty else build(frame, inputs.axes, rules, axes_frame=inputs.frame)
    return Gathered(
        by_basis={basis: candidates.pieces for basis, candidates in made.items()},
        order=tuple(rules.policy.basis_order),
        findings=[finding for candidates in made.values() for finding in candidates.findings],
        faults=[frame for candidates in made.values() for frame in candidates.faults],
    )


def water_of(inputs: Inputs, axis: Axis) -> shapely.Geometry | None:
    """The river's water between the ends of its reach; None where no water was given."""
    rows = inputs.of_river("water", axis.river_id)
    if rows is None:
        return None
    return within_reach(shapely.union_all(rows.geometry.array), axis)


def _water(inputs: Inputs, rules: RuleSet) -> Candidates:
    result = Candidates()
    if "water" not in inputs.layers:
        return result
    for river, axis in inputs.axes.items():
        rows = inputs.of_river("water", river)
        if rows is None:
            continue
        sources = tuple(rows["water_id"].astype("str"))
        edges = bank_edges(shapely.union_all(rows.geometry.array), axis)
        for bank, line in edges.items():
            _add(result, rules, axis, bank, line, basis="water", sources=sources, limit="low", layer="water")
    return result


def _flood(inputs: Inputs, rules: RuleSet) -> Candidates:
    result = Candidates()
    for river, axis in inputs.axes.items():
        for reference, period, layer in _flood_references(inputs, axis, result):
            _add(
                result,
                rules,
                axis,
                reference.bank,
                reference.line,
                basis="flood",
                sources=reference.level_ids,
                limit=reference.confidence,
                layer=layer,
                period=period,
            )
    del river
    return result
