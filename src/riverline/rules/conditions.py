"""When a rule holds: its conditions, the boxes they open into, and which of two rules is the more specific.

A condition that is not written holds for everything. A condition that is written needs the value: a levee whose grade
is not known is met by no rule that asks for a grade.

Every set of conditions is an *or* of one or two boxes (two where a rule speaks of "a town, or so much farmland"). The
same boxes decide whether a rule holds at a place and whether two rules can ever hold together, so that what is proven
when a rule set is loaded is what happens when it is asked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from riverline.rules.fields import (
    Bank,
    Feature,
    Frozen,
    Grade,
    Metres,
    Names,
    Scope,
    WorkKind,
    WorkSize,
    as_tuple,
    wrong,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONDITIONS_OF", "Box", "Conditions", "Place"]

_BANK = frozenset({"width_over_m", "width_up_to_m", "return_periods"})

# What rules of each scope may ask for beside names, ranks, banks and settings.
CONDITIONS_OF: dict[Scope, frozenset[str]] = {
    "levee": frozenset({"levees", "grades", "protects", "protects_mu_min", "protects_mu_below", "features"}),
    "flood": _BANK,
    "bank_top": _BANK,
    "fallback": _BANK | {"features"},
    "water": _BANK,
    "lake": frozenset(),
    "reservoir": frozenset(),
    "works": frozenset({"kinds", "sizes"}),
}

# Conditions that are lists of allowed values, and the property of a place that must be among them.
_LISTS = {
    "levees": "levee",
    "rivers": "river",
    "ranks": "rank",
    "grades": "grade",
    "banks": "bank",
    "features": "feature",
    "return_periods": "return_period",
    "kinds": "kind",
    "sizes": "size",
}

_Period = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
_Ordered = AfterValidator(lambda values: tuple(sorted(set(values))))
_Listed = BeforeValidator(as_tuple)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the levee, bank, water or work that a rule is sought for; names already :func:`~.fields.normal`.

    Texts that are not known are empty, numbers that are not known are NaN: both meet no written condition. ``lines``
    are the references of a lake or reservoir that there are data for.
    """

    scope: Scope
    river: str = ""
    levee: str = ""
    rank: str = ""
    bank: str = ""
    feature: str = ""
    grade: float = math.nan
    protects_mu: float = math.nan
    width_m: float = math.nan
    return_period: float = math.nan
    kind: str = ""
    size: str = ""
    lines: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Box:
    """Conditions that must all hold: lists of allowed values, ranges, and settings that must or must not be there.

    Attributes
    ----------
    among
        Allowed values by condition.
    farmland
        Farmland protected in mu, from the first number to below the second; None where it does not matter.
    width
        Channel width in metres, over the first number up to the second; None where it does not matter.
    needs, bars
        Settings that must be there, and that must not.
    """

    among: Mapping[str, frozenset[Any]]
    farmland: tuple[float, float] | None
    width: tuple[float, float] | None
    needs: frozenset[str]
    bars: frozenset[str]

    def holds(self, place: Place) -> bool:
        """Whether a place lies in the box."""
        return (
            self.needs <= place.settings
            and self.bars.isdisjoint(place.settings)
            and all(getattr(place, _LISTS[name]) in allowed for name, allowed in self.among.items())
            and (self.farmland is None or self.farmland[0] <= place.protects_mu < self.farmland[1])
            and (self.width is None or self.width[0] < place.width_m <= self.width[1])
        )

    def meet(self, other: Box) -> Box | None:
        """The box of places that lie in both; None where there is no such place."""
        among = dict(self.among)
        for name, allowed in other.among.items():
            among[name] = among.get(name, allowed) & allowed
        farmland, width = _meet(self.farmland, other.farmland), _meet(self.width, other.width)
        needs, bars = self.needs | other.needs, self.bars | other.bars
        if not all(among.values()) or not needs.isdisjoint(bars) or _is_empty(farmland) or _is_empty(width):
            return None
        return Box(among, farmland, width, needs, bars)

    def covers(self, other: Box) -> bool:
        """Whether every place of the other box lies in this one."""
        return (
            self.needs <= other.needs
            and self.bars <= other.bars
            and all(name in other.among and other.among[name] <= allowed for name, allowed in self.among.items())
            and _covers(self.farmland, other.farmland)
            and _covers(self.width, other.width)
        )


class Conditions(Frozen):
    """When a rule holds. What is left out does not matter.

    Attributes
    ----------
    rivers, levees
        Names of rivers or of levees, one of which it must be.
    ranks
        Ranks of the river: ``main``, ``tributary-1`` … or the office's word.
    grades
        Levee grades, 1 to 5.
    protects
        ``"town"``: the levee guards a town (setting ``town``). Together with a range of farmland it means *or*.
    protects_mu_min, protects_mu_below
        Farmland behind the levee in mu: not less than, and less than.
    banks
        ``left``, ``right``.
    features
        Which line of the levee was drawn, or which line stands in for a bank's.
    width_over_m, width_up_to_m
        Width of the channel: over, and up to.
    return_periods
        Years between floods of the size that the line was drawn for.
    kinds, sizes
        Kinds and classes of size of works.
    settings, unless
        Words of the rule set's ``[settings]`` that must all be given, and of which none may be given.
    """

    rivers: Names = ()
    levees: Names = ()
    ranks: Names = ()
    grades: Annotated[tuple[Grade, ...], _Listed, _Ordered] = ()
    protects: Literal["town"] | None = None
    protects_mu_min: Metres | None = None
    protects_mu_below: Metres | None = None
    banks: Annotated[tuple[Bank, ...], _Listed, _Ordered] = ()
    features: Annotated[tuple[Feature, ...], _Listed, _Ordered] = ()
    width_over_m: Metres | None = None
    width_up_to_m: Metres | None = None
    return_periods: Annotated[tuple[_Period, ...], _Listed, _Ordered] = ()
    kinds: Annotated[tuple[WorkKind, ...], _Listed, _Ordered] = ()
    sizes: Annotated[tuple[WorkSize, ...], _Listed, _Ordered] = ()
    settings: Names = ()
    unless: Names = ()

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if _is_empty(self._farmland):
            raise wrong("耕地范围为空（下限不小于上限）", "the range of farmland is empty")
        if _is_empty(self._width):
            raise wrong("河宽范围为空（下限不小于上限）", "the range of widths is empty")
        asked = {*self.settings, *([self.protects] if self.protects and self._farmland is None else [])}
        if both := sorted(asked & set(self.unless)):
            raise wrong(f"{'、'.join(both)} 既要求又排除", f"{', '.join(both)} is both asked for and barred")
        return self

    @property
    def _farmland(self) -> tuple[float, float] | None:
        return _range(self.protects_mu_min, self.protects_mu_below)

    @property
    def _width(self) -> tuple[float, float] | None:
        return _range(self.width_over_m, self.width_up_to_m)

    @property
    def written(self) -> frozenset[str]:
        """Names of the conditions that are written."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name) not in ((), None))

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """The conditions as boxes: they hold where one of the boxes does."""
        among = {name: frozenset(getattr(self, name)) for name in _LISTS if getattr(self, name)}
        needs, bars = frozenset(self.settings), frozenset(self.unless)
        boxes = []
        if self.protects is not None:
            boxes.append(Box(among, None, self._width, needs | {self.protects}, bars))
        if self.protects is None or self._farmland is not None:
            boxes.append(Box(among, self._farmland, self._width, needs, bars))
        return tuple(boxes)

    @cached_property
    def priority(self) -> tuple[bool, ...]:
        """Named levee, named river, rank, protected object, grade: the first difference decides."""
        protects = self.protects is not None or self._farmland is not None
        return (bool(self.levees), bool(self.rivers), bool(self.ranks), protects, bool(self.grades))

    @cached_property
    def refinements(self) -> frozenset[str]:
        """What else is asked for. Of two rules of equal priority the one that asks for the same and more goes first."""
        asked = {name for name in ("banks", "features", "return_periods", "kinds", "sizes") if getattr(self, name)}
        if self._width is not None:
            asked.add("width")
        return frozenset(asked | {f"settings.{setting}" for setting in self.settings})

    def hold(self, place: Place) -> bool:
        """Whether the conditions hold at a place.

        Examples
        --------
        >>> conditions = Conditions(protects="town", protects_mu_min=10_000)
        >>> conditions.hold(Place("levee", protects_mu=12_000)), conditions.hold(Place("levee", protects_mu=800))
        (True, False)
        >>> conditions.hold(Place("levee", protects_mu=800, settings=frozenset({"town"})))
        True
        """
        return any(box.holds(place) for box in self.boxes)


def _range(lower: float | None, upper: float | None) -> tuple[float, float] | None:
    if lower is None and upper is None:
        return None
    return (-math.inf if lower is None else lower, math.inf if upper is None else upper)


def _is_empty(interval: tuple[float, float] | None) -> bool:
    return interval is not None and interval[0] >= interval[1]


def _meet(one: tuple[float, float] | None, other: tuple[float, float] | None) -> tuple[float, float] | None:
    if one is None or other is None:
        return other if one is None else one
    return (max(one[0], other[0]), min(one[1], other[1]))


def _covers(outer: tuple[float, float] | None, inner: tuple[float, float] | None) -> bool:
    if outer is None:
        return True
    return inner is not None and outer[0] <= inner[0] and inner[1] <= outer[1]
