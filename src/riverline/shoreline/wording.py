"""What a plan says of its lines and zones, in English as far as the zone rules have it in English."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from riverline.rules.zoning import ZoneRules
    from riverline.shoreline.result import ShorelinePlan

__all__ = ["ALSO", "DEFAULT_ZONE", "FROM_PLANNER", "FROM_WATER", "plan_in_english"]

FROM_WATER = (
    "水域现状水边线，未按造床流量水面线核定",
    "present edge of the water, not checked by bank-forming discharge",
)
"""Basis of a waterside line that was taken from the water: no line of the bank-forming discharge."""

FROM_PLANNER = ("规划单位给定的临水边界线", "waterside line as the planner gave it")
"""Basis of a waterside line that came without one."""

DEFAULT_ZONE = ("缺省分区（未核实）", "zone by default (unverified)")
"""In place of a citation where no rule speaks of a stretch."""

ALSO = ("同时涉及", "also concerned")
"""Before what else lies at a stretch."""

_MARKS = (("（未核实）", " (unverified)"), ("（", " ("), ("）", ")"), ("、", ", "), ("：", ": "))


def plan_in_english(plan: ShorelinePlan, rules: ZoneRules) -> ShorelinePlan:
    """The plan with reasons, restraints, citations and remarks in English; names in data stay as they are.

    Parameters
    ----------
    plan
        From :func:`riverline.plan_shoreline`.
    rules
        The zone rules that it was made by.

    Returns
    -------
    ShorelinePlan
        The same lines and zones.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.rules.load_zone_rules()
    >>> dict(_known(rules))[rules.policy.default_basis]
    'no sensitive factor, no demand in the plan period'
    """
    known = {zh: en for zh, en in _known(rules) if en}
    lines = plan.lines.assign(basis=_worded(plan.lines["basis"], known))
    told = {name: _worded(plan.zones[name], known) for name in ("basis", "restraints", "citation", "note")}
    return replace(plan, lines=lines, zones=plan.zones.assign(**told))


def _known(rules: ZoneRules) -> Iterator[tuple[str, str]]:
    yield from (FROM_WATER, FROM_PLANNER, DEFAULT_ZONE, ALSO)
    yield rules.title, rules.title_en
    yield rules.policy.default_basis, rules.policy.default_basis_en
    for document in rules.documents:
        yield document.title, f"{document.title_en} "
    yield from ((each.article, each.article_en) for each in rules.types)
    yield from ((each.article, each.article_en) for each in rules.rules)
    yield from ((each.restraints, each.restraints_en) for each in rules.types)
    yield from ((each.basis, each.basis_en) for each in rules.rules)


def _worded(texts: pd.Series, known: dict[str, str]) -> pd.Series:
    """Texts with what is known of them in English, the longest first; the marks between only where something was."""
    ordered = sorted(known, key=len, reverse=True)

    def english(text: str) -> str:
        told = text
        for zh in ordered:
            told = told.replace(zh, known[zh])
        if told != text:
            for zh, en in _MARKS:
                told = told.replace(zh, en)
        return told.replace("  ", " ").strip()

    return texts.fillna("").map(english).astype("str")
