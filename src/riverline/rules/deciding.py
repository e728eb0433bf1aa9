"""Which rule holds at a levee or a bank, and what it decides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riverline.errors import RuleError
from riverline.rules.fields import Confidence, Reference, confidence_of
from riverline.rules.remarks import remark, remarks_in_english
from riverline.rules.wording import CONTRADICTION, label, metres_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from riverline.rules.conditions import Place
    from riverline.rules.model import Rule
    from riverline.rules.ruleset import RuleSet
    from riverline.rules.widths import Width

__all__ = ["Decision", "decide", "known_words", "note_in_english"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule decides for a levee or a bank.

    Attributes
    ----------
    rule_id
        Rule set and rule, ``anhui/changjiang``.
    citation, citation_en
        Document and article; says so where the text is unverified.
    reference
        Line that the landside width starts from.
    landside_m
        Width of the strip beyond the reference, metres.
    waterside_m
        Width on the waterside, metres; None where the rule says nothing about it.
    protection_m
        Width of the band beyond the management line, metres; 0 where there is none.
    confidence
        ``high``, ``medium`` or ``low``.
    note, note_en
        What a reader of the line must know; empty where nothing.
    waterside_reference
        Line that the waterside width starts from.
    until
        The strip ends at a ``parallel_river`` or a ``drainage_ditch`` where there is one.
    return_period
        Years of the flood whose line the rule means; None where it names none.
    upstream_m, downstream_m
        Distances above and below a work, metres; None where the rule is for none.
    least
        What the extent of a lake or reservoir holds at the least; None where the rule names nothing.
    protection_along_m
        Width of the band beyond the management line above and below a work.
    """

    rule_id: str
    citation: str
    reference: Reference
    landside_m: float
    waterside_m: float | None
    protection_m: float
    confidence: Confidence
    note: str = ""
    note_en: str = ""
    citation_en: str = ""
    waterside_reference: Reference = "waterside_toe"
    until: str | None = None
    return_period: float | None = None
    upstream_m: float | None = None
    downstream_m: float | None = None
    least: Reference | None = None
    protection_along_m: float = 0.0

    @property
    def drawn_as(self) -> str | None:
        """Feature of :data:`riverline.schema.LEVEES` that shows the reference; None where no feature does."""
        return _DRAWN_AS.get(self.reference)


# How far a line may be trusted at most because of something, and that something in Chinese and in English.
Remark = tuple[Confidence, str, str]

# Which line of a levee layer shows where a reference is; the others are lines that such a layer has no name for.
_DRAWN_AS: dict[str, str] = {
    "landside_toe": "landside_toe",
    "waterside_toe": "waterside_toe",
    "crest": "crest",
    "waterside_crest": "crest",
    "berm_toe": "berm_toe",
}
_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")
_SEEN: dict[str, tuple[str, str]] = {
    "M": ("条文据转述或转载，未核对原文", "restated by a third party, the text itself was not seen"),
    "C": ("取自公开的程序源码，不是条文", "taken from public source code, not from a text of law"),
    "D": ("由相关条文推定，不是条文本身", "derived from related texts, not itself a text of law"),
    "U": ("未经核实，不得作为法定依据", "unverified, must not be taken for law"),
}


def decide(ruleset: RuleSet, place: Place) -> Decision | None:
    """The decision of the most specific rule that holds; the fallback's where the rule set has none.

    Parameters
    ----------
    ruleset
        Rules to ask.
    place
        What is known about the levee or the bank.

    Returns
    -------
    Decision or None
        None where neither the rule set nor one that it falls back on has a rule.

    Raises
    ------
    RuleError
        If two rules hold, neither goes before the other, and they lead to different lines.
    """
    for asked in ruleset.chain:
        rule = _strongest(asked, place)
        if rule is not None:
            return _decision(ruleset, asked, rule, place)
    return None


def _strongest(ruleset: RuleSet, place: Place) -> Rule | None:
    fitting = [rule for rule in ruleset.in_scope(place.scope)
               if rule.when.hold(place) and _landside(ruleset, rule, place) is not None
               and _can_be_drawn(rule, place)]  # fmt: skip
    best = [rule for rule in fitting if not any(other.beats(rule) for other in fitting)]
    best.sort(key=lambda rule: rule.id)
    for rule in best[1:]:
        if rule.outcome(place.scope) != best[0].outcome(place.scope):
            raise _contradiction(ruleset, best[0], rule, place)
    return best[0] if best else None


def _can_be_drawn(rule: Rule, place: Place) -> bool:
    """Whether there are data for the line that a rule for a lake or reservoir means, or for the least of it."""
    wanted = {rule.measured_from(place.scope), rule.least}
    return place.scope not in ("lake", "reservoir") or not wanted.isdisjoint(place.lines)


def _landside(ruleset: RuleSet, rule: Rule, place: Place) -> float | None:
    band = ruleset.policy.band
    return rule.landside.metres(band=band, width_m=place.width_m, return_period=place.return_period)


def _contradiction(ruleset: RuleSet, one: Rule, other: Rule, place: Place) -> RuleError:
    where = place.river or place.levee or "-"
    zh, en = f"规则集 {ruleset.name} 的规则 {one.id} 与 {other.id}", f"rules {one.id} and {other.id} of {ruleset.name}"
    return RuleError(
        f"{zh} 在 {where} 矛盾：{CONTRADICTION[0]}", f"{en} contradict each other at {where}: {CONTRADICTION[1]}"
    )


def _decision(ruleset: RuleSet, asked: RuleSet, rule: Rule, place: Place) -> Decision:
    mark = rule.certainty or "U"
    remarks = [*_borrowed(ruleset, asked), *_remarks(asked, rule, place)]
    if mark in _SEEN:
        remarks.append((confidence_of(mark), *_SEEN[mark]))
    weakest = min((_ORDER.index(remark[0]) for remark in remarks), default=2)
    zh, en = asked.cite(rule)
    waterside = rule.waterside
    reference = rule.measured_from(place.scope)
    return Decision(
        rule_id=f"{asked.name}/{rule.id}",
        citation=zh,
        citation_en=en,
        reference=reference if rule.least is None or reference in place.lines else rule.least,
        landside_m=_landside(asked, rule, place) or 0.0,
        waterside_m=None if waterside is None else waterside.metres(
            band=asked.policy.band, width_m=place.width_m, return_period=place.return_period
        ),
        protection_m=0.0 if rule.protection is None else rule.protection.metres(place.settings),
        confidence=_ORDER[weakest],
        note="；".join(remark[1] for remark in remarks),
        note_en="; ".join(remark[2] for remark in remarks),
        waterside_reference=rule.waterside_reference or "waterside_toe",
        until=rule.until,
        return_period=rule.return_period,
        upstream_m=None if rule.upstream is None else _fixed(asked, rule.upstream),
        downstream_m=None if rule.downstream is None else _fixed(asked, rule.downstream),
        least=rule.least,
        protection_along_m=0.0 if rule.protection is None else rule.protection.along_m or rule.protection.m,
    )  # fmt: skip


def _fixed(ruleset: RuleSet, width: Width) -> float:
    """A width that is no table."""
    return width.metres(band=ruleset.policy.band, width_m=math.nan, return_period=math.nan) or 0.0


def note_in_english(note: str, ruleset: RuleSet) -> str:
    """A note of a line, which is written in Chinese, in English as far as the rule set has it in English.

    Parameters
    ----------
    note
        As in :data:`riverline.schema.MANAGEMENT_LINES`.
    ruleset
        The one that the line was drawn by.

    Examples
    --------
    >>> from riverline import load_rules
    >>> note_in_english("条文为不小于 10 m，取下限", load_rules("anhui"))
    'the text says not less than 10 m: the least taken'
    """
    known = {zh: en for asked in ruleset.chain for zh, en in _known_remarks(ruleset, asked)}
    for zh in sorted(known, key=len, reverse=True):
        note = note.replace(zh, known[zh])
    return remarks_in_english(note).replace("；", "; ")


def _known_remarks(ruleset: RuleSet, asked: RuleSet) -> Iterator[tuple[str, str]]:
    """What notes may say of the rules of a set in both languages, but for the remarks that name what was given."""
    yield from _SEEN.values()
    yield from (remark[1:] for remark in _borrowed(ruleset, asked))
    for rule in asked.rules:
        yield from (remark[1:] for remark in _about_width(asked, rule))
        if rule.assumes:
            yield f"前提：{rule.assumes}", f"assumes: {rule.assumes_en or rule.assumes}"
        if rule.note:
            yield rule.note, rule.note_en or rule.note


def _borrowed(ruleset: RuleSet, asked: RuleSet) -> Iterator[Remark]:
    if asked is not ruleset:
        yield (
            "medium",
            f"规则集 {ruleset.name} 没有适用的规则，按 {asked.name} 确定",
            f"rule set {ruleset.name} has no rule for it, decided by {asked.name}",
        )


def _remarks(ruleset: RuleSet, rule: Rule, place: Place) -> Iterator[Remark]:
    yield from _about_width(ruleset, rule)
    yield from _about_line(rule, place)
    if rule.assumes:
        yield ("medium", f"前提：{rule.assumes}", f"assumes: {rule.assumes_en or rule.assumes}")
    if rule.note:
        yield ("high", rule.note, rule.note_en or rule.note)


def _about_width(ruleset: RuleSet, rule: Rule) -> Iterator[Remark]:
    sides = (("", "", rule.landside), ("上游", "upstream ", rule.upstream), ("下游", "downstream ", rule.downstream))
    for zh, en, width in sides:
        if width is None:
            continue
        text_zh, text_en = f"{zh}{metres_text(width)}", f"{en}{metres_text(width, 'en')}"
        if width.is_least:
            yield ("high", f"条文为{text_zh}，取下限", f"the text says {text_en}: the least taken")
        if width.is_band:
            band = width.policy or ruleset.policy.band or "min"
            yield (
                "medium",
                f"条文为 {text_zh}，取{label(band)}",
                f"the text says {text_en}: the {label(band, 'en')} taken",
            )
    if rule.until:
        zh, en = label(rule.until), label(rule.until, "en")
        yield ("high", f"有{zh}的，以{zh}为界", f"where there is a {en}, the strip ends at it")


def _about_line(rule: Rule, place: Place) -> Iterator[Remark]:
    line = rule.measured_from(place.scope)
    if rule.least is not None and line not in place.lines:
        yield ("low", *remark("least", line=line, least=rule.least))
    if place.scope == "levee" and place.feature not in ("", _DRAWN_AS.get(line), rule.until):
        yield ("high", *remark("other-line", feature=place.feature, line=line))
    if rule.return_period is None or place.scope != "flood":
        return
    wanted = f"{rule.return_period:g}"
    if math.isnan(place.return_period):
        yield ("medium", *remark("period-unsaid", wanted=wanted))
    elif place.return_period != rule.return_period:
        yield ("low", *remark("period-other", wanted=wanted, used=f"{place.return_period:g}"))


def known_words(ruleset: RuleSet, settings: Collection[str]) -> frozenset[str]:
    """Settings as a set; words that no rule of the set knows raise, naming those that it knows."""
    words = frozenset([settings] if isinstance(settings, str) else settings)
    if unknown := sorted(words - ruleset.known_settings.keys()):
        known = ", ".join(sorted(ruleset.known_settings))
        raise RuleError(
            f"规则集 {ruleset.name} 没有情形 {', '.join(unknown)}；可用：{known}",
            f"rule set {ruleset.name} knows no setting {', '.join(unknown)}; there are: {known}",
        )
    return words
