"""What a score sheet holds: indicators, bonus and malus, cards; frozen values."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from riverline.rules.fields import Frozen, Mark, Name, Sentence, as_tuple, wrong
from riverline.rules.headed import HeadedRules

__all__ = ["Adjustment", "Card", "Indicator", "ScoreRules"]

_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


class _Item(Frozen):
    """What indicators, adjustments and cards have: id, title, where it stands."""

    id: Name
    title: Sentence
    title_en: str = ""
    document: Name
    article: Sentence
    certainty: Mark | None = None


class Indicator(_Item):
    """A part of the score.

    Attributes
    ----------
    weight
        Points at full score.
    method
        ``share``: value from 0 to 1, points in proportion. ``deduct``: full points less ``rate`` for each unit of the
        value. ``award``: ``rate`` for each unit of the value. Never below zero, never above the weight.
    rate
        Points a unit, for ``deduct`` and ``award``.
    combine
        What several rows for one unit and period make: their ``sum``, or a fault (``only``).
    missing
        Without a row: ``unknown``, ``zero`` where no row means none, or ``full`` where no row means that there was
        nothing to be judged, and full points.
    """

    weight: _Positive
    method: Literal["share", "deduct", "award"]
    rate: _Positive = 1.0
    combine: Literal["only", "sum"] = "only"
    missing: Literal["unknown", "zero", "full"] = "unknown"


class Adjustment(_Item):
    """Bonus or malus: ``rate`` points for each unit of the value, at most ``cap`` up or down; no row means none."""

    rate: _Number
    cap: _Positive


class Card(_Item):
    """A yellow or red card.

    Attributes
    ----------
    colour
        ``yellow`` or ``red``.
    indicator, at_least
        Shown where the value of that indicator or adjustment reaches the number; or
    score_below
        where the score is lower.
    """

    colour: Literal["yellow", "red"]
    indicator: str = ""
    at_least: _Number | None = None
    score_below: _Number | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if (self.score_below is None) == (not self.indicator or self.at_least is None):
            raise wrong("写 score_below，或写 indicator 与 at_least", "give score_below, or indicator with at_least")
        return self


class ScoreRules(HeadedRules):
    """A score sheet; :func:`riverline.rules.load_score_rules` makes it.

    Attributes
    ----------
    lowest, highest
        The score is never below or above them.
    indicators, adjustments, cards
        See their classes; the head is that of :class:`~riverline.rules.headed.HeadedRules`.
    """

    lowest: _Number = 0.0
    highest: _Positive = 120.0
    indicators: Annotated[tuple[Indicator, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    adjustments: Annotated[tuple[Adjustment, ...], BeforeValidator(as_tuple)] = ()
    cards: Annotated[tuple[Card, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._require_documents(self.cited)
        ids = [each.id for each in self.cited]
        if twice := sorted({each for each in ids if ids.count(each) > 1}):
            raise wrong(f"编号重复：{'、'.join(twice)}", f"ids occur twice: {', '.join(twice)}")
        scored = {each.id for each in (*self.indicators, *self.adjustments)}
        if lost := sorted({card.indicator for card in self.cards if card.indicator} - scored):
            raise wrong(f"没有指标：{'、'.join(lost)}", f"there are no indicators: {', '.join(lost)}")
        return self

    @property
    def cited(self) -> tuple[Indicator | Adjustment | Card, ...]:
        """Everything that stands in a document."""
        return (*self.indicators, *self.adjustments, *self.cards)

    @property
    def full(self) -> float:
        """Points of all indicators together."""
        return sum(each.weight for each in self.indicators)

    def in_force(self, day: dt.date | None) -> ScoreRules:
        """The sheet, with the day it was asked for."""
        return self.model_copy(update={"on": day})

    def cite(self, item: Indicator | Adjustment | Card) -> str:
        """Document and article behind an item, with what is not verified marked."""
        document = self.document_of(item)
        mark = "（未核实）" if self.mark(item) == "U" else ""
        return f"{document.title}：{item.article}{mark}"
