"""The kinds of value that a rule set is written with: names, metres, marks, and the strict model they stand in."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

__all__ = [
    "Bank",
    "Basis",
    "Confidence",
    "Feature",
    "Frozen",
    "Grade",
    "Mark",
    "Metres",
    "Name",
    "Names",
    "Reference",
    "Rung",
    "Scope",
    "Sentence",
    "WorkKind",
    "WorkSize",
    "as_tuple",
    "confidence_of",
    "normal",
    "wrong",
]

Bank = Literal["left", "right"]
Confidence = Literal["high", "medium", "low"]
Rung = Literal["road", "canal", "village_front", "slope_foot", "scarp", "flood_mark"]
Feature = Literal[
    "landside_toe",
    "waterside_toe",
    "crest",
    "flood_wall",
    "berm_toe",
    "parallel_river",
    "drainage_ditch",
    "road",
    "canal",
    "village_front",
    "slope_foot",
    "scarp",
    "flood_mark",
]
Grade = Annotated[int, Field(strict=True, ge=1, le=5)]
Mark = Literal["S", "M", "C", "D", "U"]
Basis = Literal["levee", "flood", "bank_top", "fallback", "water"]
Scope = Literal["levee", "flood", "bank_top", "fallback", "water", "lake", "reservoir", "works"]
WorkKind = Literal[
    "dam", "sluice", "pump_station", "ship_lock", "hydropower", "weir", "culvert", "bridge", "wharf", "other"
]
WorkSize = Literal["large", "medium", "small"]
Reference = Literal[
    "landside_toe",
    "waterside_toe",
    "crest",
    "waterside_crest",
    "berm_toe",
    "platform_toe",
    "blanket_edge",
    "spoil_toe",
    "flood_line",
    "bank_top",
    "revetment_edge",
    "road_edge",
    "ditch_edge",
    "water_edge",
    "drawn_line",
    "design_level",
    "check_level",
    "normal_level",
    "acquisition_line",
    "plan_line",
    "works_outline",
    "centre_line",
]


class Frozen(BaseModel):
    """A value read from TOML: never changed, and nothing in it that the model does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def wrong(zh: str, en: str) -> PydanticCustomError:
    """What a validator raises: one sentence in each language.

    Examples
    --------
    >>> str(wrong("宽度写了两遍", "the width is given twice"))
    'the width is given twice'
    """
    return PydanticCustomError("riverline", "{en}", {"zh": zh, "en": en})


def normal(name: str) -> str:
    """A name as it is compared: full-width letters made narrow, spaces left out, bracketed additions left out.

    A layer that calls a stretch 渭河（鄠邑段） means the river 渭河.

    Examples
    --------
    >>> normal("渭 河（鄠邑段）")
    '渭河'
    """
    text = "".join(unicodedata.normalize("NFKC", name).split())
    while (start := text.find("(")) >= 0 and (end := text.find(")", start)) > 0:
        text = text[:start] + text[end + 1 :]
    return unicodedata.normalize("NFKC", text)


def confidence_of(mark: Mark) -> Confidence:
    """How far a line may be trusted whose rule was seen this way.

    Parameters
    ----------
    mark
        ``S``: read as the document's own text; ``M``: restated by a third party, or read on a re-host; ``C``: read in
        source code; ``D``: derived by us; ``U``: not found in any source.

    Returns
    -------
    str
        ``high`` for ``S``, ``medium`` for ``M``, ``low`` for the others.

    Examples
    --------
    >>> [confidence_of(mark) for mark in ("S", "M", "C", "D", "U")]
    ['high', 'medium', 'low', 'low', 'low']
    """
    return {"S": "high", "M": "medium"}.get(mark, "low")  # type: ignore[return-value]


def as_tuple(value: object) -> object:
    """A list of TOML, or one text, as the tuple that a frozen model holds."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _rule_names(names: tuple[str, ...]) -> tuple[str, ...]:
    bracketed = [name for name in names if normal(name) != "".join(unicodedata.normalize("NFKC", name).split())]
    if bracketed:
        listed = "、".join(bracketed)
        raise wrong(
            f"名称不能带括号：{listed}；按名称匹配时括号内的文字会被忽略，河段请用 settings 区分",
            f"names must not hold brackets: {listed}; text in brackets is ignored when names are compared, "
            f"tell stretches apart by settings",
        )
    return tuple(sorted({normal(name) for name in names}))


Metres = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Sentence = Annotated[str, Field(strict=True, min_length=1, pattern=r"\S")]
Name = Annotated[str, Field(strict=True, pattern=r"^[\w.-]+$")]
Names = Annotated[tuple[Sentence, ...], BeforeValidator(as_tuple), AfterValidator(_rule_names)]
