"""The line of one bank that a legal line may be measured from, as the flood parts hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import shapely

    from riverline.demarcation.references import Bank

__all__ = ["BankReference"]


@dataclass(frozen=True, slots=True)
class BankReference:
    """A reference line of one bank, or the part of it that is known.

    Attributes
    ----------
    bank
        ``left`` or ``right``, looking downstream.
    line
        Drawn downstream.
    level_ids
        Keys of the levels, sections or waters it was drawn from.
    confidence
        ``high``; ``medium`` where a level reaches beyond the last one given or states another chainage than its place,
        or a crest was read from the terrain; ``low`` where the water met unknown ground, its own channel was dry, or
        all levels rise downstream.
    kind
        What it was drawn from.
    """

    bank: Bank
    line: shapely.LineString
    level_ids: tuple[str, ...]
    confidence: Literal["high", "medium", "low"]
    kind: Literal["terrain", "sections", "water"]
