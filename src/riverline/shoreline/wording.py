"""What a plan says of its lines and zones, in English as far as the zone rules have it in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from riverline.rules import load_zone_rules
from riverline.schema import MANAGEMENT_LINES, SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from riverline.rules.zoning import ZoneRules

__all__ = [
    "ALSO",
    "DEFAULT_ZONE",
    "FROM_PLANNER",
    "FROM_WATER",
    "UNDECIDED_BASIS",
    "UNDECIDED_RESTRAINTS",
    "plan_in_english",
]

FROM_WATER = (
    "水域现状水边线，未按造床流量水面线核定",
    "present edge of the water, not checked by bank-forming discharge",
)
"""Basis of a waterside line that was taken from the water: no line of the bank-forming discharge."""

FROM_PLANNER = ("规划单位给定的临水边界线", "waterside line as the planner gave it")
"""Basis of a waterside line that came without one."""

DEFAULT_ZONE = ("缺省分区（未核实）", "zone by default (unverified)")
"""In place of a citation where no rule speaks of a stretch."""

UNDECIDED_BASIS = ("敏感因素未能判定，分区未定", "undecided: a sensitive factor could not be judged")
"""Why a stretch has no type: what lies there could not be read, or no rule speaks of it."""

UNDECIDED_RESTRAINTS = ("分区未定，管控要求待定", "undecided with the zone")
"""What may be built where the zone is not decided."""

ALSO = ("同时涉及", "also concerned")
"""Before what else lies at a stretch."""

_MARKS = (("（未核实）", " (unverified)"), ("（", " ("), ("）", ") "), ("、", ", "), ("：", ": "))
_SPACES = re.compile(r" (?=[ ,;)]|$)")

# Words of the schema where they stand for themselves: inside a name in data they are a part of it.
_KINDS = {each.label_zh: each.label_en for each in SENSITIVE["sensitive_kind"].choices}
_KIND = re.compile(
    "(?<=[（、：])(" + "|".join(map(re.escape, sorted(_KINDS, key=len, reverse=True))) + ")(?=[（）、]|$)"
)
_DRAWN_FROM = {each.label_zh: each.label_en for each in MANAGEMENT_LINES["basis"].choices}


def plan_in_english(frame: pd.DataFrame, rules: ZoneRules | None = None) -> pd.DataFrame:
    """Lines or zones of a plan with reasons, restraints, citations and remarks in English; names in data stay.

    Parameters
    ----------
    frame
        Rows of :data:`riverline.schema.SHORELINES` or :data:`riverline.schema.ZONES`.
    rules
        The zone rules that the plan was made by; the general ones if not given.

    Examples
    --------
    >>> import pandas as pd
    >>> plan_in_english(pd.DataFrame({"basis": ["管理范围线：堤防、岸顶线", "规划单位给定的临水边界线"]}))[
    ...     "basis"
    ... ].tolist()
    ['Management lines: Levee, Bank top', 'waterside line as the planner gave it']
    """
    known = {zh: en for zh, en in _known(load_zone_rules() if rules is None else rules) if zh and en}
    there = [name for name in ("basis", "restraints", "citation", "note") if name in frame.columns]
    return frame.assign(**{name: _worded(frame[name], known) for name in there})


def _known(rules: ZoneRules) -> Iterator[tuple[str, str]]:
    yield from (FROM_WATER, FROM_PLANNER, DEFAULT_ZONE, UNDECIDED_BASIS, UNDECIDED_RESTRAINTS, ALSO)
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
        of, colon, drawn_from = text.partition("：")
        if colon and of == MANAGEMENT_LINES.label_zh:
            listed = ", ".join(_DRAWN_FROM.get(each, each) for each in drawn_from.split("、"))
            return f"{MANAGEMENT_LINES.label_en}: {listed}"
        told = text
        for zh in ordered:
            told = told.replace(zh, known[zh])
        told = _KIND.sub(lambda found: _KINDS[found.group()], told)
        if told != text:
            for zh, en in _MARKS:
                told = told.replace(zh, en)
            told = _SPACES.sub("", told)
        return told.strip()

    return texts.fillna("").map(english).astype("str")
