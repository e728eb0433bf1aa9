"""A rule set as it is in force on a day: what is asked, and what answers."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from pydantic import Field, ValidationError

from riverline.errors import RuleError
from riverline.rules.conditions import Place
from riverline.rules.dating import as_day, is_in_force, nothing_in_force
from riverline.rules.deciding import Decision, decide, known_words
from riverline.rules.describing import as_html, explain
from riverline.rules.fields import Frozen, Scope, normal
from riverline.rules.model import BUILT_IN_SETTINGS, Document, Rule, Setting
from riverline.rules.policy import Policy, inherit
from riverline.rules.wording import wrong_values

if TYPE_CHECKING:
    from collections.abc import Collection

    from riverline.schema import Language

__all__ = ["RuleSet"]


class RuleSet(Frozen):
    """Rules in force on a day, with what they cite, the policy, and the rule set to ask where they say nothing.

    A frozen value: :func:`riverline.load_rules` makes it, :meth:`with_policy` makes another one from it.

    Attributes
    ----------
    name, title, title_en, jurisdiction, jurisdiction_en, note, note_en
        What it is called, where it holds, and what a reader must know.
    documents, rules
        What is cited, and the rules in force, with their dates and certainty filled in.
    settings
        Words for surroundings that ``settings=`` takes, beside those of :attr:`known_settings`.
    policy
        Choices that hold for the whole rule set.
    fallback
        Rule set that is asked where this one has no rule.
    on
        Day that it was loaded for; None: the rules without an end.
    versions
        All that its files hold, of every day, for :meth:`in_force`.

    Examples
    --------
    >>> import riverline as rl
    >>> rules = rl.load_rules("tianjin", on="2025-06-01")
    >>> decision = rules.decide_levee(river="海河", bank="left", feature="landside_toe")
    >>> decision.landside_m, decision.citation, decision.confidence
    (30.0, '《天津市河道管理条例》第15条(1)', 'medium')
    """

    name: str
    title: str
    title_en: str = ""
    jurisdiction: str
    jurisdiction_en: str = ""
    note: str = ""
    note_en: str = ""
    documents: tuple[Document, ...]
    rules: tuple[Rule, ...]
    settings: dict[str, Setting] = Field(default_factory=dict)
    policy: Policy
    fallback: RuleSet | None = None
    on: dt.date | None = None
    versions: tuple[RuleSet, ...] = Field(default=(), exclude=True, repr=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the rule set says: the same however its file is laid out and for whatever day it was loaded.

        Examples
        --------
        >>> import riverline as rl
        >>> rl.load_rules("anhui").digest == rl.load_rules("anhui", on="2025-06-01").digest
        True
        """
        content = self.model_dump(mode="json", exclude={"on", "fallback"})
        content["documents"].sort(key=lambda document: document["id"])
        content["rules"].sort(key=lambda rule: (rule["id"], rule["effective_from"] or ""))
        content["policy"]["sources"].sort(key=lambda source: json.dumps(source, sort_keys=True))
        content["fallback"] = None if self.fallback is None else self.fallback.digest
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def chain(self) -> tuple[RuleSet, ...]:
        """Itself, the rule set that it falls back on, the one that that one falls back on, and so on."""
        return (self, *(self.fallback.chain if self.fallback is not None else ()))

    @cached_property
    def known_settings(self) -> dict[str, Setting]:
        """Words that ``settings=`` takes: its own, those that it falls back on, and the built-in ones."""
        known = dict(BUILT_IN_SETTINGS)
        for ruleset in reversed(self.chain):
            known.update(ruleset.settings)
        return known

    @cached_property
    def undated(self) -> tuple[str, ...]:
        """Its rules whose first day in force is not known; they are taken to hold on any day before their end."""
        return tuple(rule.id for rule in self.rules if rule.effective_from is None)

    @cached_property
    def _scopes(self) -> dict[Scope, tuple[Rule, ...]]:
        return {scope: tuple(rule for rule in self.rules if scope in rule.scope) for scope in get_args(Scope)}

    def __repr__(self) -> str:
        day = "" if self.on is None else f", on {self.on}"
        after = f", then {self.fallback.name!r}" if self.fallback is not None else ""
        return f"RuleSet({self.name!r}, {self.title!r}, {len(self.rules)} rules{day}{after}, digest {self.digest[:16]})"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return as_html(self)

    def in_scope(self, scope: Scope) -> tuple[Rule, ...]:
        """Its rules for levees, bank tops, lakes … by the word of their scope."""
        return self._scopes[scope]

    def cite(self, rule: Rule) -> tuple[str, str]:
        """Document and article of a rule, in Chinese and in English; marked where unverified."""
        document = next(document for document in self.documents if document.id == rule.document)
        number = f"（{document.number}）" if document.number else ""
        doubt_zh, doubt_en = ("（未核实）", " (unverified)") if rule.certainty == "U" else ("", "")
        title, article = document.title_en or document.title, rule.article_en or rule.article
        return f"{document.title}{number}{rule.article}{doubt_zh}", f"{title}, {article}{doubt_en}"

    def decide_levee(
        self,
        *,
        river: str,
        rank: str | None = None,
        bank: str | None = None,
        feature: str | None = None,
        grade: int | None = None,
        protects_mu: float | None = None,
        levee: str | None = None,
        settings: Collection[str] = (),
    ) -> Decision | None:
        """What holds at a levee. What is not known is None (or missing in the way of pandas).

        Parameters
        ----------
        river, levee
            Names of the river and of the levee; full-width letters, spaces and bracketed additions do not matter.
        rank
            Rank of the river.
        bank
            ``left`` or ``right``.
        feature
            Which line of the levee was drawn.
        grade
            Levee grade, 1 to 5.
        protects_mu
            Farmland behind the levee in mu.
        settings
            Words of :attr:`known_settings` that hold here.

        Returns
        -------
        Decision or None
            None where no rule holds.

        Raises
        ------
        RuleError
            If a setting is not known, or if two rules contradict each other here.

        Notes
        -----
        Priority: an exception that the text itself makes, named levee, named river, rank, protected object, grade,
        default. Within one priority the rule that asks for all that another asks for, and more, goes before it.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.load_rules("xian_huyi")
        >>> rules.decide_levee(river="涝河", feature="landside_toe").landside_m
        30.0
        >>> crest = rules.decide_levee(river="涝河", feature="crest")
        >>> crest.reference, crest.landside_m
        ('waterside_crest', 38.0)
        """
        place = Place(
            scope="levee",
            river=_text(river),
            levee=_text(levee),
            rank=_text(rank),
            bank=_text(bank),
            feature=_text(feature),
            grade=_number(grade),
            protects_mu=_number(protects_mu),
            settings=known_words(self, settings),
        )
        return decide(self, place)

    def decide_bank(
        self,
        basis: Literal["flood", "bank_top", "water"],
        *,
        river: str,
        rank: str | None = None,
        bank: str | None = None,
        width_m: float | None = None,
        return_period: float | None = None,
        settings: Collection[str] = (),
    ) -> Decision | None:
        """What holds at a bank without a levee. What is not known is None (or missing in the way of pandas).

        Parameters
        ----------
        basis
            What the line is drawn from: ``flood`` line, ``bank_top`` or the edge of the ``water``.
        river, rank, bank
            Name and rank of the river, and its side.
        width_m
            Width of the channel.
        return_period
            Years between floods of the size that the line was drawn for.
        settings
            Words of :attr:`known_settings` that hold here.

        Returns
        -------
        Decision or None
            None where no rule holds.

        Raises
        ------
        RuleError
            If the basis or a setting is not known, or if two rules contradict each other here.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.load_rules("hunan_changde")
        >>> decision = rules.decide_bank("flood", river="枉水", return_period=10)
        >>> decision.landside_m, decision.return_period
        (10.0, 10.0)
        >>> rules.decide_bank("flood", river="枉水", return_period=20).confidence
        'low'
        """
        if basis not in ("flood", "bank_top", "water"):
            raise RuleError(
                f"basis 应为 flood、bank_top 或 water，实际为 {basis!r}；堤防请用 decide_levee",
                f"basis must be flood, bank_top or water, got {basis!r}; for levees there is decide_levee",
            )
        place = Place(
            scope=basis,
            river=_text(river),
            rank=_text(rank),
            bank=_text(bank),
            width_m=_number(width_m),
            return_period=_number(return_period),
            settings=known_words(self, settings),
        )
        return decide(self, place)

    def decide_other(
        self,
        scope: Literal["fallback", "lake", "reservoir", "works"],
        *,
        settings: Collection[str] = (),
        **known: Any,  # noqa: ANN401 - texts, numbers and sets
    ) -> Decision | None:
        """What holds at a line that stands in for a bank's, a lake, a reservoir or a work.

        Parameters
        ----------
        scope
            What it is.
        settings
            Words of :attr:`known_settings` that hold here.
        **known
            What is known of it, by the words of :class:`~.conditions.Place`: ``river`` (for lakes their own name),
            ``bank``, ``feature`` (the line that stands in), ``kind`` and ``size`` of a work, ``lines`` that a lake or
            reservoir has data for.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.load_rules("jiangxi_luxi")
        >>> sluice = rules.decide_other("works", river="袁河", kind="sluice")
        >>> sluice.upstream_m, sluice.landside_m
        (100.0, 25.0)
        """
        texts = {name: _text(value) for name, value in known.items() if name in ("river", "rank", "bank", "feature")}
        return decide(self, Place(scope=scope, settings=known_words(self, settings), **{**known, **texts}))

    def explain(self, decision: Decision, language: Language = "zh") -> str:
        """A decision in one sentence, with its citation and how sure it is.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.load_rules("neimenggu_linhe")
        >>> print(rules.explain(rules.decide_levee(river="黄河"), "en")[:72])
        By Linhe Yellow River notice of 2023-04-18, item 1 (neimenggu_linhe/huan
        """
        return explain(decision, language)

    def with_policy(self, **changes: Any) -> Self:  # noqa: ANN401 - whatever the fields of Policy take
        """The same rules under another policy.

        Parameters
        ----------
        **changes
            Fields of :class:`~.policy.Policy`. ``band`` also holds for the rule sets that this one falls back on; a
            band whose rule has a policy of its own keeps it.

        Returns
        -------
        RuleSet
            A copy, with another digest; this one is unchanged.

        Raises
        ------
        RuleError
            If a field does not exist or a value is not allowed.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.load_rules("jiangsu")
        >>> wide = rules.with_policy(band="max")
        >>> [each.decide_levee(river="新沂河").landside_m for each in (rules, wide)]
        [30.0, 50.0]
        """
        values = {"band": self.policy.band, **inherit(self.policy, changes)}
        try:
            policy = Policy.model_validate(values)
        except ValidationError as error:
            problems = wrong_values(error, text="", data={"policy": changes}, within="policy")
            raise RuleError.listing("with_policy 的参数不对", "with_policy cannot take this", problems) from error
        fallback = self.fallback
        if fallback is not None and "band" in changes:
            fallback = fallback.with_policy(band=changes["band"])
        versions = tuple(version.with_policy(**changes) for version in self.versions)
        return self._but(policy=policy, fallback=fallback, versions=versions)

    def in_force(self, on: dt.date | str | None = None) -> RuleSet:
        """The same rule set on another day.

        Parameters
        ----------
        on
            Day as a date or as ISO text; None: the rules without an end.

        Returns
        -------
        RuleSet
            As :func:`riverline.load_rules` gives it for that day, under this one's policy.

        Raises
        ------
        RuleError
            If no rule is in force on the day, saying for which days there are rules.

        Examples
        --------
        >>> import riverline as rl
        >>> rl.load_rules("neimenggu_linhe").in_force("2000-01-01")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        riverline.errors.RuleError: ...
        """
        day = as_day(on)
        versions = self.versions or (self,)
        for version in versions:
            rules = tuple(rule for rule in version.rules if is_in_force(rule, day))
            if rules:
                fallback = None if version.fallback is None else version.fallback.in_force(day)
                return version._but(rules=rules, fallback=fallback, on=day, versions=versions)  # noqa: SLF001 - its own
        raise nothing_in_force(self.name, [rule for version in versions for rule in version.rules], day)

    def _but(self, **changes: object) -> Self:
        """A copy with other values; built anew, since a copy would keep the digest of the old ones."""
        content = {field: getattr(self, field) for field in type(self).model_fields}
        return type(self).model_construct(**{**content, **changes})


def _text(value: object) -> str:
    return normal(value) if isinstance(value, str) else ""


def _number(value: float | None) -> float:
    try:
        return float("nan") if value is None else float(value)
    except (TypeError, ValueError):  # what pandas writes for a missing number
        return float("nan")
