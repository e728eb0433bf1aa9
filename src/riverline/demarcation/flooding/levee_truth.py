"""Which levees hold a flood: crests against levels, ends against the ground, gaps between levees.

All of it is found and told before any line is drawn: a levee that is open at one end protects nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.grids.chainage_field import end_line
from riverline._kernels.lines import chainage
from riverline.demarcation.findings import Finding
from riverline.demarcation.flooding.terrain import highest_around

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from riverline.demarcation.flooding.terrain import Terrain
    from riverline.demarcation.references import Bank

    Floats = NDArray[np.float64]

__all__ = ["LeveeTruth", "try_levees"]

CREST_CELLS = 2
"""A crest that is not given is the highest ground within so many cells of the line."""

TIE_CELLS = 3
"""An end is tied if ground above the level is within so many cells."""

TOUCH_M = 0.5
"""An end is tied to another levee if it is as near as this: a draughtsman's slip, no gap."""

OPEN_CELLS = 1
"""Every opening is widened by so many cells to either side: one that no two cells face each other through is lost."""

ROUNDING_M = 0.001
"""A crest that is lower than the level by less than this is as high as the level."""

_HALF_CIRCLE = np.deg2rad(np.linspace(-90.0, 90.0, 13))


@dataclass(frozen=True, slots=True)
class LeveeTruth:
    """What became of the levees of a river.

    Attributes
    ----------
    table
        A row a levee: ``levee_id``, ``river_id``, ``bank``, ``state`` (the first that applies of ``overtopped``,
        ``open_end``, ``gap``, ``unknown``, ``holds``), ``crest_from`` (``given``, ``terrain``, ``none``), ``crest_m``
        (lowest), ``freeboard_m`` (least of crest − level), ``overtopped_m`` (length), and the line.
    barriers
        Stretches that hold, with their ends tied.
    findings
        ``levee-overtopped``, ``levee-open-end``, ``levee-gap``, ``levee-no-crest``.
    """

    table: gpd.GeoDataFrame
    barriers: list[shapely.LineString]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class _Levee:
    """One levee against the flood, sampled along its line."""

    levee_id: str
    line: shapely.LineString
    crest_from: Literal["given", "terrain", "none"]
    along: Floats
    crest: Floats
    excess: Floats
    inside: NDArray[np.bool_]
    chainage: Floats
    bank: Bank


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a levee that holds there: where, which way out, and the level it must be tied above."""

    levee: _Levee
    at_start: bool
    point: Floats
    outward: Floats
    chainage: float
    level: float


def try_levees(
    axis: shapely.LineString,
    levees: gpd.GeoDataFrame,
    *,
    level_of: Callable[[Floats], Floats],
    terrain: Terrain,
) -> LeveeTruth:
    """Compare levees with the flood level before anything is drawn.

    Parameters
    ----------
    axis
        The axis, drawn downstream.
    levees
        Rows of :data:`riverline.schema.LEVEES` of this river, in the axis's CRS. Every line is taken as a wall as high
        as ``height_m``, whichever feature it shows.
    level_of
        Points (n, 2) → flood levels.
    terrain
        The ground.

    Returns
    -------
    LeveeTruth
        Table, barriers and findings.

    Notes
    -----
    A stretch whose crest is lower than the level is no barrier. A crest that is not given is the highest ground near
    the line, which a coarse raster shows too low: it is told as ``levee-no-crest``. Where there is no ground either,
    the levee is not trusted. An end is tied if some ground on the half circle around it, away from the levee, is above
    the level; else water passes around it.
    """
    levees = levees.sort_values("levee_id", kind="stable")
    lines = [shapely.force_2d(line) for line in levees.geometry]
    given = levees["height_m"].to_numpy(dtype="float64", na_value=np.nan) if "height_m" in levees.columns else np.full(
        len(levees), np.nan)  # fmt: skip
    ids = levees["levee_id"].astype("str")
    across = _end_lines(axis, lines)
    tried = [
        _try(axis, across, levee_id, line, crest, level_of, terrain)
        for levee_id, line, crest in zip(ids, lines, given, strict=True)
    ]
    ends = [end for levee in tried for end in _ends(levee, level_of)]
    tie_m = TIE_CELLS * terrain.cell_m
    ties = [_tie(end, tried, axis, terrain) for end in ends]
    open_ends = [end for end, tie in zip(ends, ties, strict=True) if tie is None]
    gaps, loose = _gaps(open_ends, tried, tie_m)
    opening = OPEN_CELLS * terrain.cell_m
    barriers = [stretch for levee in tried for stretch in _holding(levee, open_ends, opening)]
    barriers += [tie for tie in ties if tie is not None]
    table = _table(tried, {end.levee.levee_id for end in loose}, {end.levee.levee_id for pair in gaps for end in pair},
                   river_id=str(levees["river_id"].iloc[0]) if len(levees) else "", crs=levees.crs)  # fmt: skip
    return LeveeTruth(table, barriers, _findings(tried, loose, gaps))


def _try(
    axis: shapely.LineString,
    across: shapely.Geometry,
    levee_id: str,
    line: shapely.LineString,
    height: float,
    level_of: Callable[[Floats], Floats],
    terrain: Terrain,
) -> _Levee:
    points = _sampled(line, across, terrain.cell_m)
    located, offset = chainage.locate(points, shapely.get_coordinates(axis))
    on_end = shapely.distance(across, shapely.points(points)) < ROUNDING_M
    given = bool(np.isfinite(height))
    crest = np.full(len(points), height) if given else highest_around(terrain, points, cells=CREST_CELLS)
    known: Literal["terrain", "none"] = "terrain" if np.isfinite(crest).any() else "none"
    return _Levee(
        levee_id=levee_id,
        line=line,
        crest_from="given" if given else known,
        along=chainage.vertex_chainages(points),
        crest=crest,
        excess=level_of(points) - crest,
        inside=((located > 0.0) & (located < axis.length)) | on_end,
        chainage=located,
        bank="left" if np.median(offset) < 0 else "right",
    )


def _end_lines(axis: shapely.LineString, lines: Sequence[shapely.LineString]) -> shapely.Geometry:
    """The end lines of the reach, long enough to cross every levee that leaves it."""
    reach = float(axis.length + sum(axis.distance(line) + line.length for line in lines))
    return shapely.union_all([end_line(axis, at_start=start, reach_m=reach) for start in (True, False)])


def _sampled(line: shapely.LineString, across: shapely.Geometry, step: float) -> Floats:
    """Points along a levee, no farther apart than a cell, with those where it leaves the reach."""
    leaves = shapely.get_coordinates(shapely.intersection(line, across))
    along = chainage.vertex_chainages(shapely.get_coordinates(shapely.segmentize(line, step)))
    along = np.unique(np.concatenate([along, shapely.line_locate_point(line, shapely.points(leaves))]))
    return chainage.position(shapely.get_coordinates(line), along)


def _runs(levee: _Levee, chosen: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Stretches (from, to) along the line whose samples are chosen, up to where the excess changes sign."""
    change = np.flatnonzero(np.diff(chosen))
    rise = levee.excess[change + 1] - levee.excess[change]
    share = np.divide(ROUNDING_M - levee.excess[change], rise, out=np.full(len(rise), np.nan), where=rise != 0)
    # where it does not change sign, at unknown ground or the end of the reach, the change is put at the other sample
    share = np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), np.where(chosen[change], 0.0, 1.0))
    places = levee.along[change] + share * (levee.along[change + 1] - levee.along[change])
    bounds = np.concatenate([[levee.along[0]], places, [levee.along[-1]]])
    states = np.concatenate([chosen[change], chosen[-1:]])
    return [(float(bounds[i]), float(bounds[i + 1])) for i in np.flatnonzero(states)]


def _holding(levee: _Levee, open_ends: list[_End], opening: float) -> list[shapely.LineString]:
    """Stretches that hold, without what is next to an opening."""
    length = levee.along[-1]
    loose = {end.at_start for end in open_ends if end.levee is levee}
    found = []
    for start, end in _runs(levee, ~_over(levee) & (np.isfinite(levee.excess) | ~levee.inside)):
        first = start + opening if start > 0.0 or True in loose else start
        last = end - opening if end < length or False in loose else end
        if last > first:
            found.append(shapely.LineString(chainage.cut(shapely.get_coordinates(levee.line), first, last)))
    return found


def _ends(levee: _Levee, level_of: Callable[[Floats], Floats]) -> list[_End]:
    """Ends of a levee whose crest holds there; a closed ring has none."""
    coords = shapely.get_coordinates(levee.line)
    if (coords[0] == coords[-1]).all():
        return []
    found = []
    for at_start, (tip, inner), sample in ((True, coords[:2], 0), (False, coords[:-3:-1], -1)):
        if levee.excess[sample] <= ROUNDING_M:
            outward = (tip - inner) / np.hypot(*(tip - inner))
            level = float(level_of(tip[None])[0])
            found.append(_End(levee, at_start, tip, outward, float(levee.chainage[sample]), level))
    return found


def _tie(end: _End, tried: list[_Levee], axis: shapely.LineString, terrain: Terrain) -> shapely.LineString | None:
    """The short line that ties an end to what holds beyond it; None if nothing does."""
    tie_m = TIE_CELLS * terrain.cell_m
    if not terrain.cell_m < end.chainage < axis.length - terrain.cell_m:
        return shapely.LineString([end.point, end.point + tie_m * end.outward])
    here = shapely.Point(end.point)
    others = [levee.line for levee in tried if levee is not end.levee]
    near = [line for line in others if line.distance(here) <= TOUCH_M]
    if near:
        joint = min(near, key=lambda line: line.distance(here))
        foot = shapely.get_coordinates(joint.interpolate(joint.project(here)))[0]
        # a little beyond, so that the two cross whatever the rounding
        return shapely.LineString([end.point, foot + TOUCH_M * end.outward])
    cos, sin = np.cos(_HALF_CIRCLE), np.sin(_HALF_CIRCLE)
    around = end.point + tie_m * np.column_stack(
        [cos * end.outward[0] - sin * end.outward[1], sin * end.outward[0] + cos * end.outward[1]]
    )
    # to the highest ground, whatever the level: a tie that swung round with the level could let more water dry land
    ground = np.nan_to_num(highest_around(terrain, around, cells=0), nan=-np.inf)
    highest = int(np.argmax(ground))
    return shapely.LineString([end.point, around[highest]]) if ground[highest] >= end.level else None


def _gaps(open_ends: list[_End], tried: list[_Levee], tie_m: float) -> tuple[list[tuple[_End, _End]], list[_End]]:
    """Pairs of open ends that face each other along a bank, and the ends that face nothing.

    An end beside which another levee of the bank runs on is neither: two lines of one levee need not end together.
    """
    alone = [end for end in open_ends if not any(_runs_past(levee, end, tie_m) for levee in tried)]
    pairs: list[tuple[_End, _End]] = []
    for bank in ("left", "right"):
        row = sorted((end for end in alone if end.levee.bank == bank), key=lambda end: end.chainage)
        for one, other in pairwise(row):
            if one.levee is not other.levee and _is_downstream(one) and not _is_downstream(other):
                pairs.append((one, other))
    paired = [end for pair in pairs for end in pair]
    return pairs, [end for end in alone if not any(end is each for each in paired)]


def _runs_past(levee: _Levee, end: _End, tie_m: float) -> bool:
    low, high = levee.chainage.min() + tie_m, levee.chainage.max() - tie_m
    return levee is not end.levee and levee.bank == end.levee.bank and bool(low < end.chainage < high)


def _is_downstream(end: _End) -> bool:
    other = end.levee.chainage[-1 if end.at_start else 0]
    return bool(end.chainage > other)


def _table(tried: list[_Levee], loose: set[str], gapped: set[str], *, river_id: str, crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401 - a CRS
    rows = [
        {
            "levee_id": levee.levee_id,
            "river_id": river_id,
            "bank": levee.bank,
            "state": _state(levee, loose, gapped),
            "crest_from": levee.crest_from,
            "crest_m": _least(levee.crest, levee.inside),
            "freeboard_m": _least(-levee.excess, levee.inside),
            "overtopped_m": sum(end - start for start, end in _runs(levee, _over(levee))),
        }
        for levee in tried
    ]
    columns = ["levee_id", "river_id", "bank", "state", "crest_from", "crest_m", "freeboard_m", "overtopped_m"]
    frame = pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(frame, geometry=[levee.line for levee in tried], crs=crs)


def _over(levee: _Levee) -> NDArray[np.bool_]:
    return np.asarray((levee.excess > ROUNDING_M) & levee.inside)


def _least(values: Floats, chosen: NDArray[np.bool_]) -> float:
    known = values[chosen & np.isfinite(values)]
    return float(known.min()) if len(known) else float("nan")


def _state(levee: _Levee, loose: set[str], gapped: set[str]) -> str:
    if _over(levee).any():
        return "overtopped"
    if levee.levee_id in loose:
        return "open_end"
    if levee.levee_id in gapped:
        return "gap"
    return "holds" if np.isfinite(levee.excess[levee.inside]).any() else "unknown"


def _findings(tried: list[_Levee], loose: list[_End], gaps: list[tuple[_End, _End]]) -> list[Finding]:
    found = []
    for levee in tried:
        if levee.crest_from != "given":
            found.append(Finding("levee-no-crest", "levees", levee.levee_id, levee.line, note=levee.crest_from))
        found += _overtopped(levee)
    for end in loose:
        note = "start" if end.at_start else "end"
        found.append(Finding("levee-open-end", "levees", end.levee.levee_id, shapely.Point(end.point), note=note))
    for one, other in gaps:
        across = shapely.LineString([one.point, other.point])
        found.append(Finding("levee-gap", "levees", one.levee.levee_id, across, float(across.length), 0.0, "m",
                             note=other.levee.levee_id))  # fmt: skip
    return found


def _overtopped(levee: _Levee) -> list[Finding]:
    """A finding for each stretch that the level tops, with the most by which it does."""
    found = []
    for start, end in _runs(levee, _over(levee)):
        within = (levee.along >= start) & (levee.along <= end)
        where = shapely.LineString(chainage.cut(shapely.get_coordinates(levee.line), start, end))
        most, length = float(levee.excess[within].max()), f"{end - start:.1f} m"
        found.append(Finding("levee-overtopped", "levees", levee.levee_id, where, most, 0.0, "m", note=length))
    return found
