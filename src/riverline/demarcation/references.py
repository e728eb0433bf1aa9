"""Which lines a bank may be measured from, and by which rule: levees, bank tops, flood lines, water edges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import shapely

from riverline._kernels.lines import chainage
from riverline._kernels.lines.ruler import Ruler

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from riverline.rules import Decision

__all__ = ["Axis", "Bank", "Confidence", "Piece", "oriented", "ruled_piece", "weakest"]

Bank = Literal["left", "right"]
Confidence = Literal["high", "medium", "low", "unknown"]
_CONFIDENCES: tuple[Confidence, ...] = ("unknown", "low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Axis:
    """One river's axis with what the rules ask of it; ``ruler`` is there while its river is worked on."""

    river_id: str
    name: str
    rank: str | None
    width_m: float | None
    line: shapely.LineString
    coords: NDArray[np.float64]
    start_m: float
    settings: frozenset[str] = frozenset()
    ruler: Ruler | None = None

    @property
    def length(self) -> float:
        """Length in the plane, metres."""
        return float(self.line.length)

    def ready(self) -> Axis:
        """The same axis, made ready to be asked for many places. The search tree is as large as the axis."""
        return replace(self, ruler=Ruler([self.line]))

    def locate(self, places: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Chainage and offset of places, (n, 2), as :func:`riverline._kernels.lines.chainage.locate` gives them."""
        return chainage.locate(places, self.coords if self.ruler is None else self.ruler)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one bank's reference line and the rule that puts the legal line beyond it.

    ``start`` and ``end`` are distances along the axis. ``width_m`` is the strip between reference and management
    line, ``protection_m`` the further band. A piece without ``strip`` only closes the corridor, where the line steps
    from one reference to another on the normal of the axis. ``caveat`` is the fault to tell if the piece is used; a
    joined piece is ``founded`` where a rule allows to bridge a gap that long; else it has neither rule nor citation.
    ``ends_strip`` is the far edge of a channel beside a levee at which the rule lets the strip of that levee end.
    """

    line: shapely.LineString
    basis: str
    width_m: float
    protection_m: float
    rule_id: str
    citation: str
    confidence: Confidence
    source_ids: tuple[str, ...]
    start: float
    end: float
    strip: bool = True
    note: str = ""
    caveat: str = ""
    founded: bool = True
    ends_strip: bool = False

    @property
    def span(self) -> float:
        """Distance along the axis that the piece covers."""
        return self.end - self.start

    @property
    def rule_set(self) -> str:
        """Name of the rule set that its rule is of; empty where no rule founds it."""
        return self.rule_id.partition("/")[0]


def weakest(values: Sequence[str]) -> Confidence:
    """The least sure of several confidences.

    Examples
    --------
    >>> weakest(["high", "medium"])
    'medium'
    """
    return _CONFIDENCES[min(_CONFIDENCES.index(value) for value in values)]


def ruled_piece(
    line: shapely.LineString,
    basis: str,
    decision: Decision,
    *,
    source_ids: tuple[str, ...],
    confidence: Confidence | None = None,
    stretch: tuple[float, float] = (0.0, 0.0),
    extra_m: float = 0.0,
    caveat: str = "",
) -> Piece:
    """A candidate piece under a decision of the rule set; ``extra_m`` widens the strip by a virtual section."""
    return Piece(
        line=line,
        basis=basis,
        width_m=decision.landside_m + extra_m,
        protection_m=decision.protection_m,
        rule_id=decision.rule_id,
        citation=decision.citation,
        confidence=decision.confidence if confidence is None else confidence,
        source_ids=source_ids,
        start=stretch[0],
        end=stretch[1],
        note=decision.note,
        caveat=caveat,
    )


def oriented(piece: Piece, axis: Axis) -> Piece:
    """The same piece drawn downstream, with the stretch of axis it covers."""
    ends = shapely.get_coordinates(piece.line)[[0, -1]]
    along, _ = axis.locate(ends)
    if along[0] > along[1]:
        return replace(piece, line=shapely.reverse(piece.line), start=float(along[1]), end=float(along[0]))
    return replace(piece, start=float(along[0]), end=float(along[1]))
