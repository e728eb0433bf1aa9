"""What a file of zone rules holds: documents, types with their restraints, rules and a policy; frozen values."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from riverline.rules.dating import is_in_force, nothing_in_force
from riverline.rules.fields import Frozen, Mark, Metres, Name, Sentence, as_tuple, wrong
from riverline.rules.headed import HeadedRules
from riverline.schema import SENSITIVE

__all__ = ["ZonePolicy", "ZoneRule", "ZoneRules", "ZoneType"]

Type = Annotated[int, Field(strict=True, ge=1, le=4)]
_Day = Annotated[dt.date, Field(strict=True)]
_Texts = Annotated[tuple[Sentence, ...], BeforeValidator(as_tuple)]
_EVERY_TYPE = (1, 2, 3, 4)


class ZoneType(Frozen):
    """What may be built in one of the four zones, and where that stands.

    Attributes
    ----------
    type
        1 protection, 2 reserved, 3 controlled use, 4 development.
    document, article, article_en
        Where it stands.
    restraints, restraints_en
        What may be built.
    """

    type: Type
    document: Name
    article: Sentence
    article_en: str = ""
    restraints: Sentence
    restraints_en: str = ""


class ZoneRule(Frozen):
    """One rule: sensitive factors, and the zone that they make of a stretch.

    Attributes
    ----------
    id
        Its name.
    document, article, article_en
        Where it stands.
    kinds
        Values of ``sensitive_kind`` that it is for.
    levels
        Values of ``level`` that it asks for; a rule that asks for one goes before one that asks for none.
    type
        The zone.
    basis, basis_en
        The reason, as the plan states it.
    certainty
        How the rule was seen; as its document where it is not written.
    effective_from, effective_to
        First and last day in force; the first follows from the document where it is not written.
    """

    id: Name
    document: Name
    article: Sentence
    article_en: str = ""
    kinds: Annotated[_Texts, Field(min_length=1)]
    levels: _Texts = ()
    type: Type
    basis: Sentence
    basis_en: str = ""
    certainty: Mark | None = None
    effective_from: _Day | None = None
    effective_to: _Day | None = None

    @model_validator(mode="after")
    def _kinds_are_known(self) -> Self:
        unknown = [kind for kind in self.kinds if kind not in SENSITIVE["sensitive_kind"].values]
        if unknown:
            listed, known = ", ".join(unknown), ", ".join(map(str, SENSITIVE["sensitive_kind"].values))
            raise wrong(
                f"敏感因素类型 {listed} 不存在；可用：{known}",
                f"there is no sensitive kind {listed}; there are: {known}",
            )
        return self


class ZonePolicy(Frozen):
    """Choices that hold for the whole file.

    Attributes
    ----------
    several
        What decides where several factors apply: ``strictest``, the smallest type; ``first``, the first rule.
    default_type, default_basis, default_basis_en
        The zone of a stretch without any factor, and its reason.
    water_reach_m
        How far from the waterside line something in the water still belongs to that shoreline.
    shortest_m
        A stretch shorter than this joins its stricter neighbour.
    """

    several: Literal["strictest", "first"]
    default_type: Type
    default_basis: Sentence
    default_basis_en: str = ""
    water_reach_m: Metres
    shortest_m: Metres


class ZoneRules(HeadedRules):
    """Zone rules in force on a day; :func:`riverline.rules.load_zone_rules` makes it.

    Attributes
    ----------
    policy, types, rules
        See their classes; the head is that of :class:`~riverline.rules.headed.HeadedRules`.
    """

    policy: ZonePolicy
    types: Annotated[tuple[ZoneType, ...], BeforeValidator(as_tuple)]
    rules: Annotated[tuple[ZoneRule, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if tuple(sorted(each.type for each in self.types)) != _EVERY_TYPE:
            raise wrong("[[types]] 应恰好写明 1、2、3、4 四类", "[[types]] must explain 1, 2, 3 and 4, once each")
        self._require_documents([*self.types, *self.rules])
        claims = [
            (rule.id, kind, level) for rule in self.rules for kind in rule.kinds for level in rule.levels or ("",)
        ]
        if self.on is not None or all(rule.effective_to is None for rule in self.rules):
            told = [(kind, level) for _, kind, level in claims]
            if twice := sorted({f"{kind} {level}".strip() for kind, level in told if told.count((kind, level)) > 1}):
                listed = ", ".join(twice)
                raise wrong(f"两条规则同时规定：{listed}", f"two rules claim the same: {listed}")
        return self

    def in_force(self, day: dt.date | None) -> ZoneRules:
        """The same with the rules in force on a day; without a day, those without an end.

        Raises
        ------
        RuleError
            If none is.
        """
        rules = tuple(rule for rule in map(self._dated, self.rules) if is_in_force(rule, day))
        if self.rules and not rules:
            raise nothing_in_force(self.name, [self._dated(rule) for rule in self.rules], day)
        return ZoneRules.model_validate({**dict(self), "rules": rules, "on": day})

    def _dated(self, rule: ZoneRule) -> ZoneRule:
        start = rule.effective_from or self.document_of(rule).start
        return rule.model_copy(update={"effective_from": start})

    def rule_of(self, kind: str, level: str = "") -> ZoneRule | None:
        """The rule for a sensitive factor; None if no rule speaks of it.

        Examples
        --------
        >>> import riverline as rl
        >>> rl.rules.load_zone_rules().rule_of("flood_risk").id
        'flood-safety'
        """
        mine = [rule for rule in self.rules if kind in rule.kinds]
        named = (rule for rule in mine if level and level in rule.levels)
        return next(named, None) or next((rule for rule in mine if not rule.levels), None)

    def rank(self, rule: ZoneRule) -> tuple[int, int]:
        """Which of several rules decides: the smallest rank."""
        place = [each.id for each in self.rules].index(rule.id)
        return (rule.type, place) if self.policy.several == "strictest" else (place, rule.type)

    def type_of(self, number: int) -> ZoneType:
        """What may be built in a zone of that number."""
        return next(each for each in self.types if each.type == number)

    def cite(self, source: ZoneRule | ZoneType) -> str:
        """Document, number and article behind a rule or a type, with what is not verified marked.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.rules.load_zone_rules()
        >>> rules.cite(rules.rule_of("crowded"))
        '《河湖岸线保护与利用规划编制指南（试行）》（办河湖函〔2019〕394号）条文未读到（未核实）'
        """
        document = self.document_of(source)
        number = f"（{document.number}）" if document.number else ""
        mark = "（未核实）" if self.mark(source) == "U" else ""
        return f"{document.title}{number}{source.article}{mark}"
