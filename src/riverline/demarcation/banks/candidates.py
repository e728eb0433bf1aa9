"""From layers to candidate pieces: each levee and bank line with its bank, its stretch of axis and its rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines import chainage
from riverline.channel import assign_banks
from riverline.demarcation.banks.parallels import parallel_levees
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.levels import Levels, level_at
from riverline.demarcation.references import Axis, Bank, Piece, ruled_piece, weakest
from riverline.demarcation.settings import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd

    from riverline.rules import Decision, RuleSet

__all__ = [
    "ENDS_OF_STRIPS",
    "Candidates",
    "LeveeRow",
    "bank_top_candidates",
    "decide_bank",
    "levee_candidates",
    "levee_piece",
]

ENDS_OF_STRIPS = frozenset({"parallel_river", "drainage_ditch"})
"""Features of levees that are no part of one: where its strip ends if the rule says so."""

GIVEN_FOR_WATERS = frozenset({"acquisition_line", "plan_line"})
"""Lines that are given for lakes and reservoirs, and say nothing of a river's bank."""


class LeveeRow(NamedTuple):
    """A placed levee: what its rule and its piece need."""

    levee_id: str
    river_id: str
    bank: Any
    feature: str
    line: shapely.LineString
    start: float
    end: float
    away: float
    grade: Any
    protects_mu: Any
    ground: Any
    name: Any
    settings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pieces by river and bank in order of priority, what was found, and faults that came as frames."""

    pieces: dict[tuple[str, Bank], list[Piece]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    faults: list[gpd.GeoDataFrame] = field(default_factory=list)


def levee_candidates(
    levees: gpd.GeoDataFrame,
    axes: dict[str, Axis],
    rules: RuleSet,
    *,
    axes_frame: gpd.GeoDataFrame,
    levels: Mapping[str, Levels],
) -> Candidates:
    """Candidate pieces of all levees of all rivers.

    Parameters
    ----------
    levees
        Rows of :data:`riverline.schema.LEVEES`, in the axes' CRS.
    axes
        The rivers by code.
    rules
        The rule set.
    axes_frame
        Rows of :data:`riverline.schema.AXES` behind ``axes``.
    levels
        Design levels of the rivers that have them, for the virtual sections of flood walls.

    Returns
    -------
    Candidates
        Per bank, lines of the feature that the rule measures from come first, then stand-ins (a crest where the rule
        wants the toe), each in the order of the rule set's ``several_levees`` policy.
    """
    placed, faults = _placed(levees, axes, axes_frame, layer="levees", key="levee_id")
    result = Candidates(faults=[faults])
    ranked: dict[tuple[str, Bank], list[tuple[tuple[Any, ...], Piece]]] = defaultdict(list)
    for row in _levee_rows(placed):
        axis = axes[row.river_id]
        ruled = row._replace(settings=axis.settings | row.settings)
        piece, findings = levee_piece(ruled, rules, river=axis.name, rank=axis.rank, levels=levels.get(row.river_id))
        result.findings.extend(findings)
        if piece is None:
            continue
        strip_goes_on = row.feature not in ENDS_OF_STRIPS
        rank = (
            strip_goes_on,
            bool(piece.caveat),
            _levee_rank(rules.policy.several_levees, row.away, row.grade),
            row.levee_id,
        )
        ranked[row.river_id, row.bank].append((rank, piece))
    for place, rows in ranked.items():
        result.pieces[place] = [piece for _, piece in sorted(rows, key=lambda row: row[0])]
        result.findings.extend(parallel_levees(result.pieces[place], rules.policy.several_levees))
    return result


def levee_piece(
    row: LeveeRow, rules: RuleSet, *, river: str, rank: str | None, levels: Levels | None
) -> tuple[Piece | None, list[Finding]]:
    """The reference that one line of a levee is under its rule.

    Parameters
    ----------
    row
        The levee.
    rules
        The rule set.
    river, rank
        Name of the river, lake or reservoir, and rank.
    levels
        Its design levels, for the virtual section of a flood wall.

    Returns
    -------
    piece
        None where no rule holds, and for lines that no strip starts from or ends at.
    findings
        ``no-rule``.

    Notes
    -----
    Where the rule lets the strip end at a parallel river or a drainage ditch, the far edge of that is the line itself,
    without a strip; it goes before the levee along it.
    """
    decision = _decide_levee(rules, row, river=river, rank=rank)
    if decision is None:
        return None, [Finding("no-rule", "levees", row.levee_id, row.line, note=row.feature)]
    if row.feature in ENDS_OF_STRIPS:
        if decision.until != row.feature:
            return None, []
        piece = ruled_piece(row.line, "levee", decision, source_ids=(row.levee_id,), stretch=(row.start, row.end))
        return replace(piece, width_m=0.0, ends_strip=True), []
    stand_in = row.feature not in (decision.drawn_as, "flood_wall")
    if stand_in and row.feature == "waterside_toe":
        return None, []
    extra = 0.0
    levels_used: tuple[str, ...] = ()
    if row.feature == "flood_wall":
        toe = _virtual_toe(rules, levels, start=row.start, end=row.end, ground=row.ground)
        stand_in, (extra, levels_used) = toe is None, toe or (0.0, ())
    caveat = "" if not stand_in else "wall-without-level" if row.feature == "flood_wall" else "toe-missing"
    piece = ruled_piece(
        row.line,
        "levee",
        decision,
        source_ids=(row.levee_id, *levels_used),
        confidence=weakest([decision.confidence, "low" if stand_in else "high"]),
        stretch=(row.start, row.end),
        extra_m=extra,
        caveat=caveat,
    )
    return piece, []


def bank_top_candidates(
    bank_tops: gpd.GeoDataFrame, axes: dict[str, Axis], rules: RuleSet, *, axes_frame: gpd.GeoDataFrame
) -> Candidates:
    """Candidate pieces of all bank tops of all rivers, and of the lines that stand in for them.

    Parameters
    ----------
    bank_tops
        Rows of :data:`riverline.schema.BANK_TOPS`, in the axes' CRS.
    axes
        The rivers by code.
    rules
        The rule set.
    axes_frame
        Rows of :data:`riverline.schema.AXES` behind ``axes``.

    Returns
    -------
    Candidates
        On each bank the bank tops, longest first, then the estimated ones, of low confidence, then the lines that stand
        in: by the rung of the policy's ``fallback_order`` and, on one rung, the one nearer to the river first. Their
        basis is ``fallback``.
    """
    placed, faults = _placed(bank_tops, axes, axes_frame, layer="bank_tops", key="bank_id")
    result = Candidates(faults=[faults])
    rungs: dict[str, int] = {line: at for at, rung in enumerate(rules.policy.fallback_order) for line in rung}
    ranked: dict[tuple[str, Bank], list[tuple[tuple[Any, ...], Piece]]] = defaultdict(list)
    known = (placed[name] for name in ("bank_id", "river_id", "bank", "geometry", "start", "end", "away"))
    optional = (_column(placed, name) for name in ("feature", "return_period", "settings"))
    for bank_id, river, bank, line, start, end, away, drawn, period, said in zip(*known, *optional, strict=True):
        feature = None if pd.isna(drawn) or drawn == "bank_top" else str(drawn)
        if feature in GIVEN_FOR_WATERS:
            continue
        guessed = feature == "estimated"
        if feature is None or guessed:
            decision = decide_bank(rules, axes[river], bank, "bank_top", return_period=period, settings=words_of(said))
        else:
            decision = rules.decide_other("fallback", river=axes[river].name, bank=bank, feature=feature)
        if decision is None:
            result.findings.append(Finding("no-rule", "bank_tops", bank_id, line, note=feature or "bank_top"))
            continue
        basis = "bank_top" if feature is None or guessed else "fallback"
        piece = ruled_piece(
            line,
            basis,
            decision,
            source_ids=(bank_id,),
            confidence=weakest([decision.confidence, "low" if guessed else "high"]),
            stretch=(start, end),
            caveat="bank-estimated" if guessed else "",
        )
        own = feature is None or guessed
        rank = (-2 + guessed, -piece.span) if own else (rungs.get(str(feature), len(rungs)), away)
        ranked[river, bank].append(((*rank, bank_id), piece))
    for place, rows in ranked.items():
        result.pieces[place] = [piece for _, piece in sorted(rows, key=lambda row: row[0])]
    return result


def decide_bank(
    rules: RuleSet,
    axis: Axis,
    bank: Bank,
    basis: Literal["flood", "bank_top", "water"],
    *,
    return_period: float | None = None,
    settings: frozenset[str] = frozenset(),
) -> Decision | None:
    """What the rule set says of an un-levee'd bank of a river, where some settings hold beside those of the river."""
    return rules.decide_bank(
        basis=basis,
        river=axis.name,
        rank=axis.rank,
        bank=bank,
        width_m=axis.width_m,
        return_period=return_period,
        settings=axis.settings | settings,
    )


def _decide_levee(rules: RuleSet, row: LeveeRow, *, river: str, rank: str | None) -> Decision | None:
    return rules.decide_levee(
        river=river,
        rank=rank,
        bank=row.bank,
        feature=row.feature,
        grade=None if pd.isna(row.grade) else int(row.grade),
        protects_mu=None if pd.isna(row.protects_mu) else float(row.protects_mu),
        levee=row.name if isinstance(row.name, str) else None,
        settings=row.settings,
    )


def _virtual_toe(
    rules: RuleSet,
    levels: Levels | None,
    *,
    start: float,
    end: float,
    ground: Any,  # noqa: ANN401 - a cell
) -> tuple[float, tuple[str, ...]] | None:
    """How far behind a flood wall the toe of a compliant levee would lie, and which levels say so.

    The virtual levee stands on the ground behind the wall; its crest is a freeboard above the design level
    (江苏技术规定(试行) 4.1.5). None where level or ground is not known.
    """
    if levels is None or pd.isna(ground):
        return None
    first, last = np.searchsorted(levels.chainage_m, [start, end], side="right") - [1, 0]
    near = slice(max(int(first), 0), int(last) + 1)
    inside = levels.chainage_m[(levels.chainage_m > start) & (levels.chainage_m < end)]
    highest = float(level_at(levels, np.concatenate([[start, end], inside])).max())
    section = rules.policy.virtual_section
    height = max(highest + section.freeboard_m - float(ground), 0.0)
    return float(section.crest_width_m + section.landside_slope * height), levels.ids[near]


def _levee_rank(policy: str, away: float, grade: Any) -> float:  # noqa: ANN401 - a cell of a frame
    if policy == "inner":
        return away
    if policy == "higher_grade" and not pd.isna(grade):
        return float(grade)
    return -away


def _placed(
    lines: gpd.GeoDataFrame, axes: dict[str, Axis], axes_frame: gpd.GeoDataFrame, *, layer: str, key: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Lines with river and bank, drawn downstream, with their stretch of axis and their distance from it."""
    assigned, faults = assign_banks(lines, axes_frame, layer=layer)
    usable = assigned[assigned["bank"].isin(["left", "right"]) & assigned["river_id"].isin(list(axes))]
    usable = usable.sort_values(key, kind="stable").reset_index(drop=True)
    usable = usable.set_geometry(shapely.remove_repeated_points(usable.geometry.array), crs=usable.crs)
    codes = {river: number for number, river in enumerate(axes)}
    which = usable["river_id"].map(codes).to_numpy(dtype="int64")
    centres = [axis.line for axis in axes.values()]
    ends = [shapely.get_coordinates(shapely.get_point(usable.geometry.array, at)) for at in (0, -1)]
    middles = shapely.get_coordinates(shapely.line_interpolate_point(usable.geometry.array, 0.5, normalized=True))
    first, last = (chainage.locate_each(points, centres, which)[0] for points in ends)
    away = np.abs(chainage.locate_each(middles, centres, which)[1])
    drawn = np.where(first > last, shapely.reverse(usable.geometry.array), usable.geometry.array)
    placed = usable.set_geometry(drawn, crs=usable.crs).assign(
        start=np.minimum(first, last), end=np.maximum(first, last), away=away
    )
    return placed, faults


def _levee_rows(placed: gpd.GeoDataFrame) -> Iterator[LeveeRow]:
    placed = placed.assign(feature=placed["feature"].fillna(""))
    known = (placed[name] for name in ("levee_id", "river_id", "bank", "feature", "geometry", "start", "end", "away"))
    optional = (_column(placed, name) for name in ("grade", "protects_mu", "ground_m", "name"))
    settings = (words_of(cell) for cell in _column(placed, "settings"))
    return (LeveeRow(*cells) for cells in zip(*known, *optional, settings, strict=True))


def _column(frame: gpd.GeoDataFrame, name: str) -> Iterable[Any]:
    return frame[name] if name in frame.columns else [None] * len(frame)
