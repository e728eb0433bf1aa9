"""Names that are almost those of a rule: told, and never taken for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline.demarcation.findings import Finding
from riverline.demarcation.references import weakest
from riverline.rules.fields import normal
from riverline.rules.remarks import REMARKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.demarcation.banks.basis import Gathered
    from riverline.demarcation.references import Axis, Piece
    from riverline.rules import RuleSet

__all__ = ["near_names", "with_doubtful_names"]

_DOUBT = REMARKS["name-near"][0]


def near_names(name: str, rules: RuleSet) -> dict[str, str]:
    """Rules that name a river almost like this one, and the name they write; empty where a rule names it as it is.

    Parameters
    ----------
    name
        Name of the river as the axis has it.
    rules
        The rule set; those that it falls back on are read too.

    Returns
    -------
    dict
        Name by rule. A name is near if it stands inside the river's, as 长江 in 长江安徽段, or begins with the river's.
        A name that only ends with it, as 新沂河 with 沂河, is as a rule another river's.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.load_rules("anhui")
    >>> near_names("长江安徽段", rules), near_names("长江（安徽段）", rules)
    ({'anhui/changjiang': '长江', 'anhui/changjiang-lesser': '长江'}, {})
    """
    mine = normal(name)
    if len(mine) < 2:  # noqa: PLR2004 - one character names no river
        return {}
    named = [(f"{each.name}/{rule.id}", river)
             for each in rules.chain for rule in each.rules for river in rule.when.rivers]  # fmt: skip
    if any(river == mine for _, river in named):
        return {}
    return {rule: river for rule, river in named if river in mine or river.startswith(mine)}


def with_doubtful_names(
    candidates: Gathered, axes: Mapping[str, Axis], rules: RuleSet
) -> tuple[Gathered, list[Finding]]:
    """Candidates that are no surer than ``medium`` where the river's name is near one that a rule names.

    Parameters
    ----------
    candidates
        From :func:`~.basis.candidates_by_river`.
    axes
        The rivers by code.
    rules
        The rule set.

    Returns
    -------
    candidates
        As given, but for the confidence and the note of those pieces.
    findings
        ``river-name-near`` for each such river.
    """
    near = {river: found for river, axis in axes.items() if (found := near_names(axis.name, rules))}
    by_basis = {
        basis: {
            place: [_doubted(piece) for piece in rows] if place[0] in near else rows for place, rows in made.items()
        }
        for basis, made in candidates.by_basis.items()
    }
    findings = [
        Finding("river-name-near", "axes", river, axes[river].line, note=_told(axes[river].name, found))
        for river, found in near.items()
    ]
    return replace(candidates, by_basis=by_basis), findings


def _doubted(piece: Piece) -> Piece:
    note = f"{piece.note}；{_DOUBT}" if piece.note else _DOUBT
    return replace(piece, confidence=weakest([piece.confidence, "medium"]), note=note)


def _told(name: str, found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ≠ {river} ({rule})" for rule, river in found.items())
