"""How far transects go where the caller does not say, and which shorelines lie beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.casting import LEFT, RIGHT, Lines
from riverline._kernels.chainage import locate_many
from riverline.channel.given import rows_by_name
from riverline.demarcation.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.shoreline.change.inputs import Origins, Shorelines
    from riverline.shoreline.change.method import Method

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Names = NDArray[np.object_]

__all__ = ["FARTHEST_M", "Reaches", "reaches_of"]

FARTHEST_M = 10_000.0
"""No bank of a river lies farther from its middle, estuaries apart: what does is of another river or CRS."""

MOST_WIDTHS = 20.0
"""Nor does one lie so many widths of its river away: the Mamoré, in thirty years, moved by three."""

# Transects reach this much farther than the farthest place of a shoreline, for lines that bulge between vertices.
_MARGIN = 1.25
# And no farther than so many times the median: seen from an axis three widths of the river. What lies beyond is a bend
# that was cut off or a course that was left; a transect to it measures no bank that moved.
_MOST_MEDIANS = 6.0
# Most places of a river's shorelines that are looked at to see how far off they lie, and of a bank to see how wide.
_PLACES, _WIDTH_PLACES = 20_000, 200


@dataclass(frozen=True, slots=True)
class Reaches:
    """How far transects of each origin go, k of them.

    Attributes
    ----------
    median, reach : (k,)
        Median distance of the river's shorelines, 0 where there is none; how far transects go, metres.
    beyond : (s,)
        Which shorelines no transect reaches.
    findings
        ``shoreline-beyond-reach`` for these, ``shoreline-partly-beyond`` for those of which a part lies beyond.
    """

    median: Floats
    reach: Floats
    beyond: NDArray[np.bool_]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class _Places:
    """Places along different lines, p of them: the line, metres that one stands for, distance from each origin."""

    line: Integers
    metres: Floats
    away: Floats


def reaches_of(origins: Origins, shorelines: Shorelines, method: Method) -> Reaches:
    """How far transects go, and what of the shorelines lies beyond.

    Parameters
    ----------
    origins
        What they are cast from.
    shorelines
        What they are to meet.
    method
        Spacing, and the reach where the caller says it.

    Notes
    -----
    A river's reach is a quarter more than its shorelines' largest distance, and at most six times their median, both of
    what lies within 20 widths of the river and 10 km. Its width is the median distance between the banks of a day;
    where no day has both, what the axis states. From a baseline only the 10 km hold.
    """
    k = len(origins.line)
    median, reach, limit = np.zeros(k), np.full(k, method.spacing_m), np.full(k, FARTHEST_M)
    nearest, outside = np.full(len(shorelines.line), np.inf), np.zeros(len(shorelines.line))
    rows_of = rows_by_name(shorelines.river_id)
    for river, mine in rows_by_name(origins.river_id).items():
        rows = rows_of.get(river, np.zeros(0, dtype="int64"))
        if not len(rows):
            continue
        of_row, places = _looked_at(origins.line[mine], shorelines.line[rows], method.spacing_m)
        limit[mine] = _limit(origins, mine, shorelines.only(rows))
        for number, away in zip(mine, places.away, strict=True):
            near = away[away <= limit[number]]
            if len(near):
                median[number] = np.median(near)
                reach[number] = min(near.max() * _MARGIN, median[number] * _MOST_MEDIANS) or method.spacing_m
                limit[number] = reach[number]
        if method.reach_m is not None:
            reach[mine] = limit[mine] = method.reach_m
        nearest[rows], outside[rows] = _of_rows(places, limit[mine], of_row)
    beyond = _none_within(origins, shorelines, limit, nearest)
    return Reaches(median, reach, beyond, _told(shorelines, origins, limit, nearest, outside, beyond))


def _looked_at(origins: Names, lines: Names, step: float) -> tuple[Integers, _Places]:
    """Which different line each row is, and places along these: a shoreline given twice counts once.

    What lies beyond the ends of an origin has no distance from it across: infinite.
    """
    of_row, first = pd.factorize(pd.Series(shapely.to_wkb(shapely.normalize(lines))))
    laid = Lines.of(lines[np.unique(of_row, return_index=True)[1]])
    count = np.ceil(laid.length / max(step, laid.length.sum() / _PLACES)).astype("int64")
    line = np.repeat(np.arange(len(first)), count)
    number = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    metres = laid.length[line] / count[line]
    places = laid.at(line, (number + 0.5) * metres)
    away = np.full((len(origins), len(line)), np.inf)
    for row, origin in enumerate(origins):
        _, chainage, offset = locate_many(places, [origin])
        beside = (chainage > 0.0) & (chainage < origin.length * (1.0 - 1e-12))
        away[row, beside] = np.abs(offset[beside])
    return of_row, _Places(line, metres, away)


def _limit(origins: Origins, mine: Integers, shorelines: Shorelines) -> float:
    """How far off a river's banks can lie: by its width where that is known."""
    if not origins.is_axis:
        return FARTHEST_M
    width = _width(shorelines)
    if np.isnan(width):
        width = float(np.nan_to_num(origins.width[mine], nan=np.inf).min())
    return min(FARTHEST_M, MOST_WIDTHS * width)


def _width(shorelines: Shorelines) -> float:
    """Median distance between the banks of a day, NaN where no day has both."""
    found = []
    for day in np.unique(shorelines.date):
        left, right = (shorelines.line[(shorelines.date == day) & (shorelines.bank == side)] for side in (LEFT, RIGHT))
        if len(left) and len(right):
            each = max(_WIDTH_PLACES // len(left), 1)
            line = np.arange(len(left)).repeat(each)
            laid = Lines.of(left)
            along = (np.tile(np.arange(each), len(left)) + 0.5) / each * laid.length[line]
            other = shapely.multilinestrings(right)
            shapely.prepare(other)
            found.append(shapely.distance(shapely.points(laid.at(line, along)), other))
    return float(np.median(np.concatenate(found))) if found else float("nan")


def _of_rows(places: _Places, limit: Floats, of_row: Integers) -> tuple[Floats, Floats]:
    """Smallest distance of each row from an origin, and metres of it that lie beside one and beyond its reach."""
    lines = int(of_row.max()) + 1
    beside = np.isfinite(places.away).any(axis=0)
    within = (places.away <= limit[:, None]).any(axis=0)
    nearest = np.full(lines, np.inf)
    np.minimum.at(nearest, places.line, places.away.min(axis=0))
    outside = np.zeros(lines)
    np.add.at(outside, places.line[beside & ~within], places.metres[beside & ~within])
    return nearest[of_row], outside[of_row]


def _none_within(origins: Origins, shorelines: Shorelines, limit: Floats, nearest: Floats) -> NDArray[np.bool_]:
    """Shorelines that lie beside an origin of their river, and none of whose parts any transect reaches."""
    far = np.isfinite(nearest)
    for number, river in enumerate(origins.river_id):
        rows = np.flatnonzero(far & (shorelines.river_id == river))
        # Between the places that were looked at a line may come nearer.
        far[rows] = shapely.distance(shorelines.line[rows], origins.line[number]) > limit[number]
    reached = set(shorelines.shoreline_id[~far])
    return far & np.array([code not in reached for code in shorelines.shoreline_id], dtype=bool)


def _told(
    shorelines: Shorelines, origins: Origins, limit: Floats, nearest: Floats, outside: Floats, beyond: NDArray[np.bool_]
) -> list[Finding]:
    widest = pd.Series(limit).groupby(origins.river_id.astype(str)).max()
    frame = pd.DataFrame(
        {"code": shorelines.shoreline_id, "river": shorelines.river_id, "nearest": nearest, "outside": outside,
         "beyond": beyond}
    )  # fmt: skip
    rows = frame.groupby("code").agg({"river": "first", "nearest": "min", "outside": "sum", "beyond": "all"})
    first = dict(zip(shorelines.shoreline_id[::-1], shorelines.line[::-1], strict=True))
    rows = rows[rows["beyond"] | (rows["outside"] > 0.0)]
    codes = np.where(rows["beyond"], "shoreline-beyond-reach", "shoreline-partly-beyond")
    values = rows["nearest"].where(rows["beyond"], rows["outside"]).round(1)
    reach = rows["river"].astype("str").map(widest).round(1)
    return [
        Finding(code, "observed_shorelines", str(name), first[name], value, limit, "m")
        for code, name, value, limit in zip(codes.tolist(), rows.index, values.tolist(), reach.tolist(), strict=True)
    ]
