"""Why a bank has no reference line: what was given, and why none of it made one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.demarcation.banks.basis import Gathered
    from riverline.demarcation.inputs import Inputs
    from riverline.demarcation.references import Bank

__all__ = ["why_bare"]

BASES_OF = {"levees": ("levee",), "bank_tops": ("bank_top", "fallback"), "water": ("water",),
            "flood_levels": ("flood",), "sections": ("flood",)}  # fmt: skip
"""The bases that each layer makes, in the order in which reasons are given."""


def why_bare(inputs: Inputs, gathered: Gathered, river_id: str, banks: Sequence[Bank]) -> str:
    """The note of a river that is not done since banks of it have no reference line.

    Parameters
    ----------
    inputs
        Checked layers.
    gathered
        Candidates of all rivers.
    river_id
        The river.
    banks
        Its bare banks.

    Returns
    -------
    str
        Words of :func:`riverline.faults.words.in_words`: the banks, and per layer that holds or held something of the
        river why that made no line there; ``nothing-given`` where none does.

    Notes
    -----
    ``refused``: an error names the features. ``other-bank``: they make the line of the other bank only.
    ``beyond-ends``: they lie up- or downstream of the reach. ``off-axis``: the axis does not run through the water.
    ``no-terrain``: levels need terrain. ``no-line``: terrain or sections gave none; another fault says why.
    """
    reasons = {layer: _reasons(inputs, gathered, layer, river_id, banks) for layer in BASES_OF}
    said = [f"{layer}: {', '.join(why)}" for layer, why in reasons.items() if why]
    return "; ".join([f"no-reference: {', '.join(banks)}", *(said or ["nothing-given"])])


def _reasons(inputs: Inputs, gathered: Gathered, layer: str, river_id: str, banks: Sequence[Bank]) -> list[str]:
    refused = ["refused"] if river_id in inputs.refused.get(layer, ()) else []
    rows = inputs.of_river(layer, river_id)
    if rows is None:
        return refused
    made = [gathered.by_basis[basis] for basis in BASES_OF[layer]]

    def any_of(these: Sequence[Bank]) -> bool:
        return any(pieces.get((river_id, bank)) for pieces in made for bank in these)

    reasons = (
        ("beyond-ends", any_of(banks)),
        ("off-axis", layer == "water"),
        ("no-terrain", layer == "flood_levels" and inputs.terrain is None),
        ("no-line", "flood" in BASES_OF[layer]),
        ("other-bank", any_of(("left", "right"))),
        ("waterside_toe", layer == "levees" and (rows["feature"] == "waterside_toe").all()),
        ("refused", True),
    )
    first = next(reason for reason, holds in reasons if holds)
    return list(dict.fromkeys([*refused, first]))
