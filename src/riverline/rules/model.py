"""What a rule-set file holds: documents, rules, settings; frozen values checked by pydantic as they are read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from riverline.rules.conditions import CONDITIONS_OF, Conditions
from riverline.rules.fields import Frozen, Mark, Name, Reference, Scope, Sentence, as_tuple, wrong
from riverline.rules.widths import Protection, Width  # noqa: TC001 - pydantic reads the annotations

__all__ = ["BUILT_IN_SETTINGS", "Document", "Rule", "RuleFile", "Setting", "Until", "earliest"]

Until = Literal["parallel_river", "drainage_ditch"]
_Day = Annotated[dt.date, Field(strict=True)]

# What a rule that names no reference is measured from.
_USUAL_REFERENCE: dict[str, Reference] = {
    "levee": "landside_toe",
    "flood": "flood_line",
    "bank_top": "bank_top",
    "fallback": "drawn_line",
    "water": "water_edge",
    "lake": "design_level",
    "reservoir": "check_level",
    "works": "works_outline",
}

# The lines that a rule of a scope can be measured from; any of the usual ones where a scope is not named.
_REFERENCES: dict[str, frozenset[str]] = {
    "flood": frozenset({"flood_line"}),
    "water": frozenset({"water_edge"}),
    "fallback": frozenset({"drawn_line"}),
    "lake": frozenset({"design_level", "normal_level", "plan_line"}),
    "reservoir": frozenset({"check_level", "design_level", "normal_level", "acquisition_line"}),
    "works": frozenset({"works_outline", "centre_line"}),
}


def earliest(text: str) -> dt.date | None:
    """First day that a date known to the year, the month or the day can mean; None for an empty text.

    Examples
    --------
    >>> earliest("2020-12"), earliest("")
    (datetime.date(2020, 12, 1), None)
    """
    return dt.date.fromisoformat(text + "-01-01"[len(text) - 4 :]) if text else None


def _is_day(text: str) -> str:
    try:
        earliest(text)
    except ValueError:
        raise wrong(
            f"“{text}”不是日期；写 2020、2020-12 或 2020-12-31",
            f"{text!r} is no date; write 2020, 2020-12 or 2020-12-31",
        ) from None
    return text


class Document(Frozen):
    """A law, regulation or notice that rules cite.

    Attributes
    ----------
    id
        What rules call it.
    title, title_en
        As it is cited, with 《》 where it has a formal title.
    number
        Number of the document, 渝府发〔2012〕32号.
    issued, in_force
        When it was issued and came into force, as far as known: ``2020``, ``2020-12`` or ``2020-12-31``.
    seen
        How its text was seen: ``S``, ``M``, ``C``, ``D`` or ``U`` (see :func:`~.fields.confidence_of`).
    source
        Where it was seen, in words.
    """

    id: Name
    title: Sentence
    title_en: str = ""
    number: str = ""
    issued: Annotated[str, Field(strict=True, pattern=r"^(\d{4}(-\d{2}){0,2})?$"), AfterValidator(_is_day)] = ""
    in_force: Annotated[str, Field(strict=True, pattern=r"^(\d{4}(-\d{2}){0,2})?$"), AfterValidator(_is_day)] = ""
    seen: Mark
    source: Sentence

    @property
    def start(self) -> dt.date | None:
        """First day that it can have been in force; None where nothing is known."""
        return earliest(self.in_force or self.issued)


class Setting(Frozen):
    """A word for surroundings that conditions ask for, as readers see it."""

    zh: Sentence
    en: str = ""


# Settings that the model itself gives a meaning: protects = "town", and the wider protection band on sand.
BUILT_IN_SETTINGS = {
    "town": Setting(zh="保护城镇", en="guards a town"),
    "sand_foundation": Setting(zh="砂基", en="sand foundation"),
}


class Rule(Frozen):
    """One rule: when it holds, from which line it is measured, how wide, and where it stands.

    Attributes
    ----------
    id
        Its name in the rule set. Two rules may share one where they are in force at different times.
    document, article, article_en
        Where it stands.
    scope
        What it is for: ``levee``, ``flood``, ``bank_top``, ``fallback`` (a line that stands in), ``water``; one or
        several. Or ``lake``, ``reservoir`` or ``works``.
    reference, waterside_reference
        Line that the widths start from; the usual one of the scope where it is not written.
    landside, waterside, protection
        Widths beyond the reference on the landside and on the waterside, and of the band beyond the management line.
        The landside of a work is its two sides.
    upstream, downstream
        Distances above and below a work.
    least
        What the extent of a lake or reservoir holds at the least, and what is drawn where the reference is not given.
    when
        Conditions.
    exception
        ``True`` for an exception that the text itself makes: it goes before all rules that are none.
    until
        The strip ends at a ``parallel_river`` or a ``drainage_ditch`` where there is one; the width holds elsewhere.
    return_period
        Years of the flood whose line it is measured from.
    certainty
        How the rule was seen; as its document where it is not written.
    assumes, assumes_en
        What the rule takes for granted that data seldom show; it lowers the confidence.
    note, note_en
        What a reader must know.
    effective_from, effective_to
        First and last day in force; the first follows from the document where it is not written.
    """

    id: Name
    document: Name
    article: Sentence
    article_en: str = ""
    scope: Annotated[tuple[Scope, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    reference: Reference | None = None
    waterside_reference: Reference | None = None
    landside: Width
    waterside: Width | None = None
    upstream: Width | None = None
    downstream: Width | None = None
    least: Reference | None = None
    protection: Protection | None = None
    when: Conditions = Conditions()
    exception: Annotated[bool, Field(strict=True)] = False
    until: Until | None = None
    return_period: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None
    certainty: Mark | None = None
    assumes: str = ""
    assumes_en: str = ""
    note: str = ""
    note_en: str = ""
    effective_from: _Day | None = None
    effective_to: _Day | None = None

    @model_validator(mode="after")
    def _scope_fits(self) -> Self:
        banks = set(self.scope) - {"levee"}
        fitting = frozenset.intersection(*(CONDITIONS_OF[scope] for scope in self.scope))
        misplaced = self.when.written & frozenset().union(*CONDITIONS_OF.values()) - fitting
        if misplaced:
            listed = ", ".join(sorted(misplaced))
            raise wrong(
                f"条件 {listed} 不适用于 scope = {list(self.scope)}",
                f"conditions {listed} do not exist for scope = {list(self.scope)}",
            )
        tables = any(width is not None and width.is_table for width in self._widths)
        if "levee" in self.scope and tables:
            raise wrong("堤防规则不能用河宽表或重现期表", "a rule for levees takes no table by channel width or flood")
        if banks and self.waterside is not None:
            raise wrong("无堤岸段没有临水侧宽度", "a bank without a levee has no waterside width")
        return self

    @model_validator(mode="after")
    def _closed_fits(self) -> Self:
        closed = set(self.scope) & {"lake", "reservoir", "works"}
        if closed and len(self.scope) > 1:
            raise wrong("湖泊、水库、工程的规则只能有一个 scope", "a rule for lakes, reservoirs or works has one scope")
        if closed and any(width is not None and width.is_table for width in self._widths):
            raise wrong("湖泊、水库、工程的规则不能用表", "a rule for lakes, reservoirs or works takes no table")
        if ("works" in self.scope) != (self.upstream is not None and self.downstream is not None):
            raise wrong(
                "scope = works 的规则须写 upstream 与 downstream，其他规则不写",
                "a rule with scope = works, and no other, has upstream and downstream",
            )
        if self.least is not None and not closed & {"lake", "reservoir"}:
            raise wrong("只有湖泊、水库的规则才写 least", "only a rule for lakes or reservoirs has least")
        return self

    @model_validator(mode="after")
    def _reference_fits(self) -> Self:
        if self.reference is not None and len(self.scope) > 1:
            raise wrong("scope 有多项时不写 reference，各取常用起算线", "a rule with several scopes takes no reference")
        fitting = _REFERENCES.get(self.scope[0])
        if fitting is not None and any(line not in fitting for line in (self.reference, self.least) if line):
            listed = ", ".join(sorted(fitting))
            raise wrong(
                f"scope = {self.scope[0]} 的起算线只能是 {listed}", f"scope = {self.scope[0]} is measured from {listed}"
            )
        if self.return_period is not None and "flood" not in self.scope:
            raise wrong(
                "只有 scope = flood 的规则才写 return_period", "only a rule with scope = flood has a return_period"
            )
        if self.effective_from and self.effective_to and self.effective_from > self.effective_to:
            raise wrong("effective_from 晚于 effective_to", "effective_from is later than effective_to")
        return self

    @property
    def _widths(self) -> tuple[Width | None, ...]:
        return (self.landside, self.waterside, self.upstream, self.downstream)

    @property
    def bands(self) -> tuple[Width, ...]:
        """Its widths that are bands."""
        return tuple(width for width in self._widths if width is not None and width.is_band)

    @property
    def priority(self) -> tuple[bool, ...]:
        """Exception, then :attr:`~.conditions.Conditions.priority`: the first difference decides."""
        return (self.exception, *self.when.priority)

    def beats(self, other: Rule) -> bool:
        """Whether it goes before another where both hold.

        Examples
        --------
        >>> common = {"document": "law", "article": "1", "scope": "levee"}
        >>> named = Rule(id="a", landside={"m": 30.0}, when={"rivers": "长江"}, **common)
        >>> graded = Rule(id="b", landside={"m": 20.0}, when={"grades": [1]}, **common)
        >>> named.beats(graded), graded.beats(named)
        (True, False)
        """
        if self.priority != other.priority:
            return self.priority > other.priority
        return self.when.refinements > other.when.refinements

    def measured_from(self, scope: Scope) -> Reference:
        """The line that its landside width starts from."""
        return self.reference or _USUAL_REFERENCE[scope]

    def outcome(self, scope: Scope) -> tuple[object, ...]:
        """What it leads to: two rules that lead to the same do not contradict each other."""
        line = self.measured_from(scope)
        widths = (self.landside, self.waterside, self.waterside_reference, self.protection)
        return (line, *widths, self.upstream, self.downstream, self.least, self.until, self.return_period)


class RuleFile(Frozen):
    """One TOML file, as it is written: dates and fallback not yet resolved.

    Attributes
    ----------
    name, title, title_en, jurisdiction, jurisdiction_en
        What it is called and where it holds.
    note, note_en
        What a reader must know.
    fallback
        Name, or path from this file, of the rule set that is asked where this one has no rule.
    effective_from, effective_to
        First and last day of all its rules.
    settings
        Words for surroundings that its conditions use.
    policy
        See :class:`~.policy.Policy`; validated after the fallback's values are filled in.
    documents, rules
        What is cited, and what is ruled.
    """

    name: Name
    title: Sentence
    title_en: str = ""
    jurisdiction: Sentence
    jurisdiction_en: str = ""
    note: str = ""
    note_en: str = ""
    fallback: Sentence | None = None
    effective_from: _Day | None = None
    effective_to: _Day | None = None
    settings: dict[str, Setting] = Field(default_factory=dict)
    policy: dict[str, Any] = Field(default_factory=dict)
    documents: Annotated[tuple[Document, ...], BeforeValidator(as_tuple)] = ()
    rules: Annotated[tuple[Rule, ...], BeforeValidator(as_tuple)] = ()

    def resolved(self) -> tuple[Rule, ...]:
        """Its rules with their dates and their certainty filled in from the file and from their documents."""
        documents = {document.id: document for document in self.documents}
        return tuple(self._resolve(rule, documents.get(rule.document)) for rule in self.rules)

    def _resolve(self, rule: Rule, document: Document | None) -> Rule:
        starts = [self.effective_from, rule.effective_from or (document.start if document else None)]
        ends = [end for end in (self.effective_to, rule.effective_to) if end is not None]
        update = {
            "effective_from": max((start for start in starts if start is not None), default=None),
            "effective_to": min(ends, default=None),
            "certainty": rule.certainty or (document.seen if document else "U"),
        }
        return rule.model_copy(update=update)
