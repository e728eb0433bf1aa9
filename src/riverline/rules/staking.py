"""What a rule set decides on stakes and boards: how far apart, how true to the line, how they are numbered."""

from __future__ import annotations

import re
import string
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from riverline.rules.fields import Frozen, Mark, Metres, Sentence, as_tuple, wrong

__all__ = ["Boards", "Numbering", "Spacing", "StakeSpacing", "Stakes"]

NUMBER_FIELDS = frozenset({"river", "bank", "admin", "sequence", "chainage"})
TEXT_FIELDS = frozenset({"river", "bank", "admin", "number", "chainage", "citation"})
Reason = Literal["start", "end", "boundary", "confluence", "structure", "basis"]

_Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
_Decimals = Annotated[int, Field(strict=True, ge=0, le=6)]


class Spacing(Frozen):
    """Distance between stakes in metres: not less than, and not more than."""

    min_m: _Positive
    max_m: _Positive

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_m > self.max_m:
            raise wrong(
                f"min_m（{self.min_m:g}）大于 max_m（{self.max_m:g}）",
                f"min_m ({self.min_m:g}) is greater than max_m ({self.max_m:g})",
            )
        return self


class StakeSpacing(Frozen):
    """Distance between stakes by surroundings; ``"none"`` where none need stand between control points and turns."""

    town: Spacing
    country: Spacing
    gorge: Spacing | Literal["none"]


def fields_of(pattern: str) -> set[str]:
    """Names in braces of a pattern; raises where the braces do not pair, or say how a value is to be formatted.

    Examples
    --------
    >>> sorted(fields_of("{river}-{bank}-{sequence}"))
    ['bank', 'river', 'sequence']
    """
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        raise wrong(f"“{pattern}”中的花括号不成对", f"the braces of {pattern!r} do not pair") from None
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise wrong(
            f"“{pattern}”的花括号中只能写字段名", f"{pattern!r} may hold names in braces and nothing else there"
        )
    return {name for _, name, _, _ in parts if name is not None}


def _require_known(pattern: str, known: frozenset[str]) -> set[str]:
    named = fields_of(pattern)
    if unknown := sorted(named - known):
        listed, there = ", ".join(unknown), ", ".join(sorted(known))
        raise wrong(
            f"“{pattern}”中没有这些字段：{listed}；可用 {there}", f"{pattern!r} names {listed}; there are {there}"
        )
    return named


def _is_number_pattern(pattern: str) -> str:
    named = _require_known(pattern, NUMBER_FIELDS)
    if not {"river", "bank"} <= named or not named & {"sequence", "chainage"}:
        raise wrong(
            f"编号样式“{pattern}”须含 {{river}}、{{bank}} 及 {{sequence}} 或 {{chainage}}，否则会重号",
            f"{pattern!r} needs {{river}}, {{bank}} and {{sequence}} or {{chainage}}, or numbers would occur twice",
        )
    return pattern


def _is_closed_pattern(pattern: str) -> str:
    named = _require_known(pattern, NUMBER_FIELDS)
    if "river" not in named or "bank" in named or not named & {"sequence", "chainage"}:
        raise wrong(
            f"闭合界线的编号样式“{pattern}”须含 {{river}} 及 {{sequence}} 或 {{chainage}}，不能含 {{bank}}",
            f"{pattern!r} needs {{river}} and {{sequence}} or {{chainage}}; a closed line has no {{bank}}",
        )
    return pattern


def _is_text_pattern(pattern: str) -> str:
    _require_known(pattern, TEXT_FIELDS)
    return pattern


def _is_suffix(mark: str) -> str:
    if re.search(r"[\d{}]", mark):
        raise wrong(f"“{mark}”不能含数字或花括号", f"{mark!r} may hold neither digits nor braces")
    return mark


_NumberPattern = Annotated[str, Field(strict=True), AfterValidator(_is_number_pattern)]
_ClosedPattern = Annotated[str, Field(strict=True), AfterValidator(_is_closed_pattern)]
_TextPattern = Annotated[str, Field(strict=True), AfterValidator(_is_text_pattern)]


class Numbering(Frozen):
    """How numbers are written.

    Attributes
    ----------
    pattern
        Fields in braces: ``river`` (code), ``bank`` (see below), ``admin`` (code of the unit), ``sequence``,
        ``chainage`` (K12+345).
    closed_pattern
        The same along the closed line of a lake, a reservoir or a work, which has no bank; ``river`` is its own code.
    left, right
        What the banks are called in numbers.
    digits
        Least number of digits of the sequence.
    suffix
        What stands before the number of a stake that was put between two others: 012, 012-1, 013.
    """

    pattern: _NumberPattern
    closed_pattern: _ClosedPattern
    left: Sentence
    right: Sentence
    digits: Annotated[int, Field(strict=True, ge=1, le=9)]
    suffix: Annotated[str, Field(strict=True, min_length=1), AfterValidator(_is_suffix)]

    @model_validator(mode="after")
    def _banks_differ(self) -> Self:
        if self.left == self.right:
            raise wrong("left 与 right 不能相同", "left and right must differ")
        return self


class Stakes(Frozen):
    """What holds for all stakes.

    Attributes
    ----------
    number
        How they are numbered.
    protection_pattern, protection_closed_pattern
        Patterns of the numbers along the protection extent, so that none is one along the management line.
    sight_line_m
        How far the line may leave the straight line between two stakes before one is put at the turn.
    turns_apart_m
        How far a stake at a turn keeps from every other along the line.
    together_m
        Control points nearer to each other along the line than this share one stake.
    yielding, yielding_m
        Reasons of control points that share the stake of a neighbour nearer than this, so that none stand metres apart.
    structure_reach_m
        Works nearer to the line than this have a stake, if they do not cross it.
    landmark_reach_m
        Fixed objects nearer to a stake than this may be reference objects of its point note.
    stands_m
        An existing stake nearer to the line than this stands right and stays.
    lost_m
        An existing stake farther from the line of its bank than this has no place on it any more.
    coordinate_decimals, dms_decimals
        Decimals of coordinates and distances in metres, and of the seconds of longitude and latitude.
    """

    number: Numbering
    protection_pattern: _NumberPattern
    protection_closed_pattern: _ClosedPattern
    sight_line_m: _Positive
    turns_apart_m: _Positive
    together_m: Metres
    yielding: Annotated[tuple[Reason, ...], BeforeValidator(as_tuple)]
    yielding_m: Metres
    structure_reach_m: Metres
    landmark_reach_m: _Positive
    stands_m: Metres
    lost_m: _Positive
    coordinate_decimals: _Decimals
    dms_decimals: _Decimals

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.yielding_m < self.together_m:
            raise wrong("yielding_m 不能小于 together_m", "yielding_m must not be less than together_m")
        if self.stands_m >= self.lost_m:
            raise wrong("stands_m 应小于 lost_m", "stands_m must be less than lost_m")
        for name in ("pattern", "closed_pattern"):
            if getattr(self, f"protection_{name}") == getattr(self.number, name):
                raise wrong(
                    f"protection_{name} 不能与 number.{name} 相同，否则会重号",
                    f"protection_{name} must not be number.{name}, or numbers would occur twice",
                )
        return self


class Boards(Frozen):
    """What holds for notice boards.

    Attributes
    ----------
    number
        How they are numbered.
    reasons
        Control points of the stakes that have a board.
    spacing
        Distance between boards by surroundings.
    front, back
        What stands on either side. Fields in braces: ``river`` (name), ``bank``, ``admin``, ``number``, ``chainage``,
        ``citation``.
    closed_front, closed_back
        The same for boards of lakes, reservoirs and works, which have no bank.
    certain
        Marks of rules that a board may cite. A side that names the ``citation`` of another stays blank.
    """

    number: Numbering
    reasons: Annotated[tuple[Reason, ...], BeforeValidator(as_tuple)]
    spacing: StakeSpacing
    front: _TextPattern
    back: _TextPattern
    closed_front: _TextPattern
    closed_back: _TextPattern
    certain: Annotated[tuple[Mark, ...], BeforeValidator(as_tuple)]
