"""How far transects go where the caller does not say, and which shorelines lie beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.casting import LEFT, RIGHT, Lines
from riverline._kernels.lines.chainage import locate_many
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
# A shoreline is of another river where more of it than this lies beyond what the river's width allows.
_MOST_BEYOND = 0.5
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

    @property
    def nearest(self) -> Floats:
        """Distance of each from the nearest origin that it lies beside; infinite beside none."""
        return np.asarray(self.away.min(axis=0))

    def summed(self, places: NDArray[np.bool_], lines: Integers) -> Floats:
        """Metres of each of some lines that such places stand for."""
        metres = np.zeros(int(lines.max()) + 1)
        np.add.at(metres, self.line[places], self.metres[places])
        return np.asarray(metres[lines])


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
    A shoreline of which more than half lies farther off than 20 widths of the river, or 10 km, is not of this river.
    Its width is the median distance between the banks of a day; where no day has both, what the axis states. From a
    baseline only the 10 km hold. The reach is a quarter more than the largest distance of the others, and at most six
    times their median. A reach that the caller gives holds alone.
    """
    k, s = len(origins.line), len(shorelines.line)
    median, reach = np.zeros(k), np.full(k, method.spacing_m)
    beyond, about = np.zeros(s, dtype=bool), np.full((3, s), np.nan)
    rows_of = rows_by_name(shorelines.river_id)
    for river, mine in rows_by_name(origins.river_id).items():
        rows = rows_of.get(river, np.zeros(0, dtype="int64"))
        if not len(rows):
            continue
        of_row, places = _looked_at(origins.line[mine], shorelines.line[rows], method.spacing_m)
        limit = np.inf if method.reach_m is not None else _limit(origins, mine, shorelines.only(rows))
        beyond[rows] = _mostly_beyond(places, limit, of_row, shorelines.shoreline_id[rows])
        median[mine], reach[mine] = _reach(places, limit, of_row[~beyond[rows]], method)
        told = np.where(beyond[rows], limit, reach[mine].max())
        outside = places.summed(np.isfinite(places.nearest) & ~(places.away <= reach[mine, None]).any(axis=0), of_row)
        about[:, rows] = _typical(places, of_row), outside, told
        beyond[rows] |= _none_within(origins.line[mine], reach[mine], shorelines.only(rows), places, of_row)
    return Reaches(median, reach, beyond, _told(shorelines, about, beyond))


def _mostly_beyond(places: _Places, limit: float, of_row: Integers, codes: Names) -> NDArray[np.bool_]:
    """Rows of shorelines of which more than half of what lies beside an origin lies beyond a limit."""
    beside = np.isfinite(places.nearest)
    frame = pd.DataFrame(
        {"all": places.summed(beside, of_row), "far": places.summed(beside & (places.nearest > limit), of_row)}
    )
    sums = frame.groupby(codes.astype(str)).transform("sum")
    return np.asarray(sums["far"] > _MOST_BEYOND * sums["all"], dtype=bool)


def _reach(places: _Places, limit: float, lines: Integers, method: Method) -> tuple[Floats, Floats]:
    """Median distance of some lines from each origin, of what lies within a limit, and how far transects go for it."""
    of_these = np.isin(places.line, lines)
    median, reach = np.zeros(len(places.away)), np.full(len(places.away), method.spacing_m)
    for number, away in enumerate(places.away):
        near = away[of_these & np.isfinite(away) & (away <= limit)]
        if len(near):
            median[number] = np.median(near)
            reach[number] = min(near.max() * _MARGIN, median[number] * _MOST_MEDIANS) or method.spacing_m
    return median, reach if method.reach_m is None else np.full_like(reach, method.reach_m)


def _typical(places: _Places, of_row: Integers) -> Floats:
    """Median distance of each row from the nearest origin that it lies beside, NaN beside none."""
    beside = np.isfinite(places.nearest)
    typical = pd.Series(places.nearest[beside]).groupby(places.line[beside]).median()
    return np.asarray(typical.reindex(of_row), dtype="float64")


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


def _none_within(
    origins: Names, reach: Floats, shorelines: Shorelines, places: _Places, of_row: Integers
) -> NDArray[np.bool_]:
    """Rows of shorelines that lie beside an origin of their river, and none of whose parts any transect reaches."""
    beside = np.isfinite(places.nearest)
    within = np.asarray((places.away <= reach[:, None]).any(axis=0))
    far = (places.summed(beside, of_row) > 0.0) & (places.summed(within, of_row) == 0.0)
    for number in np.flatnonzero(far):
        # Between the places that were looked at a line may come nearer.
        far[number] = (shapely.distance(shorelines.line[number], origins) > reach).all()
    codes = shorelines.shoreline_id.astype(str)
    return np.asarray(pd.Series(far).groupby(codes).transform("all"), dtype=bool)


def _told(shorelines: Shorelines, about: Floats, beyond: NDArray[np.bool_]) -> list[Finding]:
    """One finding a shoreline: how far off it lies if it is beyond, else how much of it is."""
    first = dict(zip(shorelines.shoreline_id[::-1], shorelines.line[::-1], strict=True))
    frame = pd.DataFrame(about.T, columns=["away", "outside", "limit"])
    frame = frame.assign(code=shorelines.shoreline_id, beyond=beyond)
    rows = frame.groupby("code").agg({"away": "median", "outside": "sum", "limit": "max", "beyond": "all"})
    rows = rows[rows["beyond"] | (rows["outside"] > 0.0)]
    codes = np.where(rows["beyond"], "shoreline-beyond-reach", "shoreline-partly-beyond")
    values = rows["away"].where(rows["beyond"], rows["outside"]).round(1)
    return [
        Finding(code, "observed_shorelines", str(name), first[name], value, limit, "m")
        for code, name, value, limit in zip(
            codes.tolist(), rows.index, values.tolist(), rows["limit"].round(1).tolist(), strict=True
        )
    ]
