"""What a file of patrol rules holds: how tracks are cleaned, what counts, how often; frozen values."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from riverline.rules.dating import is_in_force, nothing_in_force
from riverline.rules.fields import Frozen, Mark, Metres, Name, Sentence, as_tuple, wrong
from riverline.rules.headed import HeadedRules

__all__ = ["COLOURS", "Cleaning", "Equivalent", "Frequency", "PatrolRules", "Per", "Suspicion", "Validity"]

Level = Literal["province", "city", "county", "township", "village"]
Colour = Literal["none", "blue", "yellow", "orange", "red"]
Per = Literal["day", "week", "ten_days", "month", "quarter", "half_year", "year"]
COLOURS: tuple[Colour, ...] = ("none", "blue", "yellow", "orange", "red")
"""Colours of warnings, from the lowest to the highest."""

_Day = Annotated[dt.date, Field(strict=True)]
_Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
_Share = Annotated[float, Field(strict=True, ge=0, le=1)]
_Times = Annotated[int, Field(strict=True, ge=1)]
_Month = Annotated[int, Field(strict=True, ge=1, le=12)]
_Levels = Annotated[tuple[Level, ...], BeforeValidator(as_tuple), Field(min_length=1)]
_Months = Annotated[tuple[_Month, ...], BeforeValidator(as_tuple)]
EVERY_MONTH = tuple(range(1, 13))


class Cleaning(Frozen):
    """How fixes become a walk, and a walk a stretch of river. Choices of method, not law.

    Attributes
    ----------
    buffer_m
        How far from the axis a walker still follows the river.
    both_banks_m
        Within this distance of the axis both banks are walked (a boat, a brook), whatever a track does elsewhere.
    position_m, position_along_m
        How far off places and axis may be together: nearer to the axis the bank is in doubt. A stretch farther off is
        on its bank if it is ``position_along_m`` long or somewhere twice as far off, and tells the bank of what adjoins
        it; where no stretch tells, both banks are walked, and a note says so. What ``position_m`` or less are missing
        of a reach, between walks or at its ends, was walked. If not written 10 and 50: telephones are
        within 10 m about 95 % of the time (as Al-Azizi and Shafri 2017, doi 10.1155/2017/6750346, have it,
        not verified); the 50 m are a choice of ours.
    fastest_kmh
        Beyond this speed a fix has jumped.
    longest_step_m
        Between two fixes farther apart than this nothing is known, unless they are vertices of a drawn line without
        times.
    longest_silence_min
        Nor if more time than this has passed between them and they are more than ``still_m`` apart.
    still_kmh, pause_min
        Slower than this for at least so long is a pause.
    still_m
        Fixes no farther apart than this are at one place.
    """

    buffer_m: _Positive
    both_banks_m: Metres
    position_m: Metres = 10.0
    position_along_m: Metres = 50.0
    fastest_kmh: _Positive
    longest_step_m: _Positive
    longest_silence_min: _Positive
    still_kmh: Metres
    pause_min: _Positive
    still_m: Metres


class Suspicion(Frozen):
    """When patrols look perfunctory. Choices of method, not law.

    Attributes
    ----------
    vehicle_kmh
        Faster than this on average nobody looks at a bank.
    least_patrols
        From so many patrols on it is asked whether they always walk the same stretch.
    repeated_share, walked_share
        They do where at least the one share of what later patrols walked had been walked before, and at most the other
        share of the reach was walked in all.
    """

    vehicle_kmh: _Positive
    least_patrols: _Times
    repeated_share: _Share
    walked_share: _Share


class _Cited(Frozen):
    """What every rule has: its name, where it stands, how it was seen, when it holds.

    Attributes
    ----------
    id, document, article
        Its name, and where it stands.
    levels
        Levels of chiefs that it is for.
    months
        Months in which it holds; all if not written.
    certainty
        How it was seen; as its document where it is not written.
    effective_from, effective_to
        First and last day in force.
    """

    id: Name
    document: Name
    article: Sentence
    article_en: str = ""
    levels: _Levels
    months: _Months = EVERY_MONTH
    certainty: Mark | None = None
    effective_from: _Day | None = None
    effective_to: _Day | None = None


class Validity(_Cited):
    """What a patrol needs to count.

    Attributes
    ----------
    least_minutes, least_m
        Least duration from start to end and least length; None where nothing is asked for.
    length
        Length of the cleaned ``track``, or of what ran along a ``river``.
    least_gap_h
        More hours than this since the last patrol of the same person that counts.
    refuse_copies, refuse_vehicles
        Whether tracks through the same places as another one, and those faster than a walk, count.
    """

    least_minutes: _Positive | None = None
    least_m: _Positive | None = None
    length: Literal["track", "river"] = "track"
    least_gap_h: _Positive | None = None
    refuse_copies: bool = True
    refuse_vehicles: bool = False


class Frequency(_Cited):
    """How often a reach has to be patrolled.

    Attributes
    ----------
    times, per
        So many patrols in each calendar unit; ``ten_days`` are 1–10, 11–20 and the rest of a month.
    colour
        Warning for which it holds; ``none`` where none is.
    visit_share
        Least share of the reach for a patrol to count.
    cover_share
        Share of the reach that the patrols of a unit have to cover together.
    """

    times: _Times
    per: Per
    colour: Colour = "none"
    visit_share: _Share = 0.0
    cover_share: _Share = 0.0


class Equivalent(Frozen):
    """An activity that counts as a patrol.

    Attributes
    ----------
    activity
        Word in :data:`riverline.schema.ACTIVITIES`.
    levels
        For whom.
    at_most
        How many count in a unit.
    """

    activity: Sentence
    levels: _Levels
    at_most: _Times = 1


class PatrolRules(HeadedRules):
    """Patrol rules in force on a day; :func:`riverline.rules.load_patrol_rules` makes it.

    Attributes
    ----------
    timezone
        Where days begin.
    cleaning, suspicion, validities, frequencies, equivalents
        See their classes; the head is that of :class:`~riverline.rules.headed.HeadedRules`.
    """

    timezone: Sentence = "Asia/Shanghai"
    cleaning: Cleaning
    suspicion: Suspicion
    validities: Annotated[tuple[Validity, ...], BeforeValidator(as_tuple)] = ()
    frequencies: Annotated[tuple[Frequency, ...], BeforeValidator(as_tuple)] = ()
    equivalents: Annotated[tuple[Equivalent, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._require_documents(self.cited)
        ids = [each.id for each in self.cited]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise wrong(f"规则编号重复：{'、'.join(twice)}", f"rules share an id: {', '.join(twice)}")
        if self.on is not None or all(rule.effective_to is None for rule in self.cited):
            self._refuse_disputes()
        return self

    def _refuse_disputes(self) -> None:
        told = [("validity", lv, mo, "") for each in self.validities for lv in each.levels for mo in each.months]
        told += [("frequency", lv, mo, f.colour) for f in self.frequencies for lv in f.levels for mo in f.months]
        if twice := sorted({f"{level} {month} {colour}".strip() for one in told if told.count(one) > 1
                            for _, level, month, colour in (one,)}):  # fmt: skip
            raise wrong(f"两条规则同时规定：{'、'.join(twice)}", f"two rules claim the same: {', '.join(twice)}")

    @property
    def cited(self) -> tuple[Validity | Frequency, ...]:
        """Everything that stands in a document."""
        return (*self.validities, *self.frequencies)

    def in_force(self, day: dt.date | None) -> PatrolRules:
        """The same with the rules in force on a day; without a day, those without an end.

        Raises
        ------
        RuleError
            If none is.
        """
        dated = {
            "validities": [*map(self._dated, self.validities)],
            "frequencies": [*map(self._dated, self.frequencies)],
        }
        kept = {name: tuple(rule for rule in rules if is_in_force(rule, day)) for name, rules in dated.items()}
        if self.cited and not any(kept.values()):
            raise nothing_in_force(self.name, [*dated["validities"], *dated["frequencies"]], day)
        return PatrolRules.model_validate({**dict(self), **kept, "on": day})

    def _dated(self, rule: Validity | Frequency) -> Validity | Frequency:
        start = rule.effective_from or self.document_of(rule).start
        return rule.model_copy(update={"effective_from": start})

    def validity_for(self, level: str, month: int) -> Validity | None:
        """The rule that says whether a patrol of a level in a month counts; None if no rule speaks of it."""
        return next((each for each in self.validities if level in each.levels and month in each.months), None)

    def cite(self, rule: Validity | Frequency) -> str:
        """Document, number and article behind a rule, with what is not verified marked.

        Examples
        --------
        >>> import riverline as rl
        >>> rules = rl.rules.load_patrol_rules("xinjiang_aheqi")
        >>> rules.cite(rules.frequencies[0])
        '阿合奇县河长巡河要求：巡河频次'
        >>> rules.cite(rules.validities[0])
        '阿合奇县河长巡河要求：有效巡河（未核实）'
        """
        document = self.document_of(rule)
        number = f"（{document.number}）" if document.number else ""
        mark = "（未核实）" if self.mark(rule) == "U" else ""
        return f"{document.title}{number}：{rule.article}{mark}"
