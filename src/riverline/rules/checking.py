"""What a rule set can be wrong in although each of its values is right: names, dates, contradictions.

Two rules contradict each other if some place meets the conditions of both on some day, neither is the more specific,
and they lead to different lines. Conditions are boxes (:class:`~.conditions.Box`), so this is decided exactly, before
any river is looked at.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from riverline.rules.dating import in_words, overlap, period_of
from riverline.rules.model import BUILT_IN_SETTINGS
from riverline.rules.wording import CONTRADICTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from riverline.rules.fields import Scope
    from riverline.rules.model import Rule, RuleFile
    from riverline.rules.policy import Policy

__all__ = ["Problem", "contradictions", "problems_of"]

Problem = tuple[str, str]


def problems_of(file: RuleFile, policy: Policy | None) -> list[Problem]:
    """Everything that is wrong with a rule set, in both languages.

    Parameters
    ----------
    file
        The file, each value of which is right.
    policy
        Its policy with inherited values; None where that could not be read.

    Returns
    -------
    list of (str, str)
        One sentence in Chinese and in English each; empty where nothing is wrong.
    """
    if not file.rules:
        return [("没有任何规则：至少写一条 [[rules]]", "there is no rule: write at least one [[rules]]")]
    rules = file.resolved()
    return [
        *_documents(file),
        *_settings(file),
        *_dates(rules),
        *_same_ids(rules),
        *(_undecided(rules) if policy is not None and policy.band is None else ()),
        *contradictions(rules),
    ]


def contradictions(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Pairs of rules that can both hold, are equally specific and lead to different lines.

    Parameters
    ----------
    rules
        Rules with their dates filled in.

    Yields
    ------
    (str, str)
        One sentence in Chinese and in English a pair, naming both.
    """
    for one, other in combinations(sorted(rules, key=lambda rule: rule.id), 2):
        scope = _disputed(one, other, rules)
        if scope is not None:
            zh, en = f"规则 {one.id} 与 {other.id} 矛盾", f"rules {one.id} and {other.id} contradict each other"
            yield (
                f"{zh}：可同时适用（{scope}），{CONTRADICTION[0]}",
                f"{en}: both can hold ({scope}), {CONTRADICTION[1]}",
            )


def _disputed(one: Rule, other: Rule, rules: Sequence[Rule]) -> Scope | None:
    if one.beats(other) or other.beats(one) or not overlap(period_of(one), period_of(other)):
        return None
    for scope in one.scope:
        if scope in other.scope and one.outcome(scope) != other.outcome(scope) and _unsettled(one, other, rules, scope):
            return scope
    return None


def _unsettled(one: Rule, other: Rule, rules: Sequence[Rule], scope: Scope) -> bool:
    """Whether the two can hold together somewhere that no third rule, which goes before both, takes care of."""
    judges = [rule for rule in rules if scope in rule.scope and rule.beats(one) and rule.beats(other)
              and _spans(rule, one, other) and not rule.landside.is_table]  # fmt: skip
    shared = [met for a in one.when.boxes for b in other.when.boxes if (met := a.meet(b)) is not None]
    return any(not any(box.covers(met) for judge in judges for box in judge.when.boxes) for met in shared)


def _spans(rule: Rule, one: Rule, other: Rule) -> bool:
    """Whether a rule is in force whenever both others are."""
    (start, end), (first, last), (second, final) = map(period_of, (rule, one, other))
    return start <= max(first, second) and min(last, final) <= end


def _documents(file: RuleFile) -> Iterator[Problem]:
    known = {document.id for document in file.documents}
    for name, count in sorted(Counter(document.id for document in file.documents).items()):
        if count > 1:
            yield (f"文件编号 {name} 重复 {count} 次", f"document id {name} occurs {count} times")
    listed = "、".join(sorted(known)) or "-"
    for rule in file.rules:
        if rule.document not in known:
            yield (
                f"规则 {rule.id} 引用了未列出的文件 {rule.document}；已列出：{listed}",
                f"rule {rule.id} cites an unknown document {rule.document}; listed are: {listed}",
            )


def _settings(file: RuleFile) -> Iterator[Problem]:
    known = set(file.settings) | set(BUILT_IN_SETTINGS)
    for rule in file.rules:
        if unknown := sorted((set(rule.when.settings) | set(rule.when.unless)) - known):
            listed = ", ".join(unknown)
            yield (
                f"规则 {rule.id} 的情形 {listed} 未在 [settings] 中说明",
                f"rule {rule.id} asks for settings that [settings] does not explain: {listed}",
            )


def _dates(rules: Sequence[Rule]) -> Iterator[Problem]:
    for rule in rules:
        if not overlap(period_of(rule), period_of(rule)):
            yield (
                f"规则 {rule.id} 从不生效：自 {rule.effective_from} 起，至 {rule.effective_to} 止",
                f"rule {rule.id} is never in force: from {rule.effective_from}, to {rule.effective_to}",
            )


def _same_ids(rules: Sequence[Rule]) -> Iterator[Problem]:
    for one, other in combinations(rules, 2):
        if one.id == other.id and period_of(one) == period_of(other):
            yield (f"规则编号 {one.id} 重复", f"rule id {one.id} occurs twice")
        elif one.id == other.id and overlap(period_of(one), period_of(other)):
            yield (
                f"规则 {one.id} 的两个版本生效日期重叠：{_days(one)} 与 {_days(other)}",
                f"the dates of two versions of rule {one.id} overlap: {_days(one)} and {_days(other)}",
            )


def _days(rule: Rule) -> str:
    return in_words([period_of(rule)])


def _undecided(rules: Sequence[Rule]) -> Iterator[Problem]:
    names = sorted({rule.id for rule in rules if any(width.policy is None for width in rule.bands)})
    if names:
        zh, en = "、".join(names), ", ".join(names)
        yield (
            f"规则 {zh} 的宽度是区间：在 [policy] 写 band（min、max 或 middle），或在规则内写 policy",
            f"the widths of rules {en} are bands: write band (min, max or middle) in [policy], or a policy in the rule",
        )
