"""Where transects meet shorelines, and the one position of each transect and date that the hit rule makes of it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from riverline._kernels.lines.casting import ray_lines
from riverline._kernels.lines.hits import Path, hits
from riverline.demarcation.findings import Finding
from riverline.shoreline.change.inputs import BANK_OF, UNKNOWN
from riverline.shoreline.change.jumps import jumping

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.shoreline.change.casting import Transects
    from riverline.shoreline.change.inputs import Shorelines
    from riverline.shoreline.change.method import HitRule, Method

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Names = NDArray[np.object_]

__all__ = ["Positions", "Series", "meet", "series_of"]

MOST_ACROSS = 0.54
"""A shoreline that names its bank and is met across the axis by more than this share of its hits names the wrong one:
of thirty years of the Mamoré no bank lies across by more than 0.46. A centreline lies across by half, more or less."""

PASSED = (0.4, 0.6)
"""Share of the stations at which a shoreline lies beyond that of the other bank of its day: below the first its name is
right wherever the axis lies, above the second it is wrong."""

FEWEST_STATIONS = 3

FEWEST_TURNED = 2
"""As many shorelines of a river that all name the wrong bank are not so many mistakes, but one."""


@dataclass(frozen=True, slots=True)
class Positions:
    """One position for each transect and date that met it, m of them, by transect and date.

    Attributes
    ----------
    transect : (m,)
        Index of the transect.
    date : (m,)
        Days, as ``datetime64[D]``.
    away : (m,)
        Metres from the transect's station, positive away from the axis.
    uncertainty : (m,)
        Position error, of the mean the largest; NaN where unknown.
    shoreline : (m,)
        Index of the shoreline, the first of several for a mean.
    shoreline_id : (m,)
        Its code, several joined by commas for a mean.
    hits : (m,)
        How many hits the rule chose from.
    segment, share : (m,)
        Place on the shoreline: segment of the path and share along it; -1 for a mean of several, which lies on none.
    counted : (m,)
        False where the bank jumps.
    """

    transect: Integers
    date: NDArray[np.datetime64]
    away: Floats
    uncertainty: Floats
    shoreline: Integers
    shoreline_id: Names
    hits: Integers
    segment: Integers
    share: Floats
    counted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Series:
    """Positions as a matrix: n transects by the dates of their river and bank, k at most; NaN where nothing was met.

    Attributes
    ----------
    day : (n, k)
        Days since 1970, NaN beyond the last date of the river and bank.
    away, uncertainty : (n, k)
        Positions and their errors.
    row : (n, k)
        Index of the position, -1 where there is none that counts.
    """

    day: Floats
    away: Floats
    uncertainty: Floats
    row: Integers


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Every hit: transect, metres away from the axis, shoreline, segment and share along it."""

    transect: Integers
    away: Floats
    shoreline: Integers
    segment: Integers
    share: Floats

    def only(self, rows: NDArray[np.bool_] | Integers) -> _Meetings:
        return _Meetings(*(getattr(self, each.name)[rows] for each in fields(self)))


def meet(transects: Transects, shorelines: Shorelines, path: Path, method: Method) -> tuple[Positions, list[Finding]]:
    """Positions of shorelines on transects.

    Parameters
    ----------
    transects
        Transects of all rivers.
    shorelines
        Shorelines of all rivers.
    path
        The same shorelines' vertices.
    method
        Which hit counts.

    Returns
    -------
    positions
        One for each transect and date.
    findings
        ``shoreline-bank-contradicts``, or ``banks-all-contradict`` for a river of which no shoreline agrees, and
        ``shoreline-never-hit``: with these every shoreline is accounted for.
    """
    met = _meetings(transects, shorelines, path)
    contradicting: list[Finding] = []
    refused: set[str] = set()
    if (transects.partner != np.arange(len(transects.partner))).any():
        share, by_river = _contradicting(met, transects, shorelines)
        met = met.only(~np.isin(shorelines.shoreline_id[met.shoreline].astype(str), list(share.index)))
        refused, contradicting = set(share.index), _told(share, by_river, shorelines)
    unmet = np.setdiff1d(shorelines.shoreline_id.astype(str), shorelines.shoreline_id[met.shoreline].astype(str))
    first = dict(zip(shorelines.shoreline_id[::-1], shorelines.line[::-1], strict=True))
    findings = contradicting + [
        Finding("shoreline-never-hit", "observed_shorelines", str(code), first[str(code)])
        for code in unmet
        if str(code) not in refused
    ]
    chosen = _chosen(met, shorelines, method.hit)
    findings += _on_one_side(chosen, transects, shorelines)
    return replace(chosen, counted=~jumping(chosen, transects, method)), findings


def _meetings(transects: Transects, shorelines: Shorelines, path: Path) -> _Meetings:
    rays = transects.rays
    found = hits(rays.origin, rays.direction, transects.length, path)
    ray, line = found.ray, found.line
    bank = shorelines.bank[line]
    # A bank that says which it is may lie across the axis: then the transect of the other side has met it.
    across = (bank != UNKNOWN) & (bank != transects.side[ray])
    kept = transects.river_id[ray] == shorelines.river_id[line]
    kept &= ~across | ((transects.partner[ray] != ray) & (found.distance > 0.0))
    transect = np.where(across, transects.partner[ray], ray)
    # To a micrometre: what is less is rounding of the map's coordinates, and a bank that stands still shall do so.
    away = np.where(across, -1.0, 1.0) * np.round(found.distance, 6) * transects.away[ray]
    return _Meetings(transect, away, line, found.segment, found.share).only(kept)


def _contradicting(
    met: _Meetings, transects: Transects, shorelines: Shorelines
) -> tuple[pd.Series[float], dict[str, list[str]]]:
    """Shorelines not on the bank that they name, by the other bank of their day, else by the axis.

    Returns
    -------
    share
        For each of them, the share of its hits that says so.
    by_river
        Codes of all, for rivers of which several name a bank and none lies on the one that it names.
    """
    code = pd.Series(shorelines.shoreline_id[met.shoreline].astype(str), dtype="object")
    named = shorelines.bank[met.shoreline] != UNKNOWN
    across = (pd.Series(met.away < 0.0) & named).groupby(code).mean()
    passed = _passed(met, transects, shorelines).reindex(across.index)
    by_bank = passed.notna() & ((passed < PASSED[0]) | (passed > PASSED[1]))
    share = passed.where(by_bank, across)
    wrong = share[share > MOST_ACROSS].sort_index()
    river = pd.Series(shorelines.river_id[met.shoreline].astype(str))[named]
    codes = code[named].groupby(river).unique()
    all_wrong = {
        str(name): sorted(own)
        for name, own in codes.items()
        if len(own) >= FEWEST_TURNED and set(own) <= set(wrong.index)
    }
    return wrong, all_wrong


def _told(share: pd.Series[float], by_river: dict[str, list[str]], shorelines: Shorelines) -> list[Finding]:
    """One finding for a river that is turned as a whole, else one for each shoreline."""
    first = {str(code): row for row, code in reversed(list(enumerate(shorelines.shoreline_id)))}
    findings = [
        Finding("banks-all-contradict", "axes", river,
                shapely.multilinestrings(shorelines.line[[first[code] for code in codes]]),
                len(codes), note=", ".join(codes))
        for river, codes in sorted(by_river.items())
    ]  # fmt: skip
    together = {code for codes in by_river.values() for code in codes}
    findings += [
        Finding("shoreline-bank-contradicts", "observed_shorelines", code, shorelines.line[first[code]],
                round(value * 100.0, 1), MOST_ACROSS * 100.0, "%", BANK_OF[int(shorelines.bank[first[code]])])
        for code, value in zip(share.index.astype(str), share.tolist(), strict=True)
        if code not in together
    ]  # fmt: skip
    return findings


def _passed(met: _Meetings, transects: Transects, shorelines: Shorelines) -> pd.Series:
    """Share of the stations where a shoreline lies beyond those of the other bank of its day; left out where few tell.

    The left bank lies to the left of the right one however far the river has moved from the axis.
    """
    bank = shorelines.bank[met.shoreline]
    frame = pd.DataFrame(
        {
            "code": shorelines.shoreline_id[met.shoreline],
            "date": shorelines.date[met.shoreline],
            "station": np.minimum(met.transect, transects.partner[met.transect]),
            "bank": bank,
            "leftward": met.away * transects.side[met.transect],
        }
    )[bank != UNKNOWN]
    key = ["date", "station", "bank"]
    own = frame.groupby(["code", *key], as_index=False)["leftward"].mean()
    other = frame.groupby(key, as_index=False)["leftward"].mean().assign(bank=lambda rows: -rows["bank"])
    both = own.merge(other, on=key, suffixes=("", "_other"))
    beyond = (both["leftward"] - both["leftward_other"]) * both["bank"] < 0.0
    found = beyond.groupby(both["code"]).agg(["mean", "size"])
    return found["mean"][found["size"] >= FEWEST_STATIONS]


def _on_one_side(chosen: Positions, transects: Transects, shorelines: Shorelines) -> list[Finding]:
    """Rivers whose unnamed banks are both met on one side of the axis, with the transects where it is so."""
    mirrored = transects.partner[chosen.transect]
    met = pd.MultiIndex.from_arrays([chosen.transect, chosen.date])
    alone = ~pd.MultiIndex.from_arrays([mirrored, chosen.date]).isin(met) & (mirrored != chosen.transect)
    twice = alone & (chosen.hits > 1) & (shorelines.bank[chosen.shoreline] == UNKNOWN)
    where = np.unique(chosen.transect[twice])
    rays = ray_lines(transects.rays, transects.length)[where]
    rivers = transects.river_id[where].astype(str)
    return [
        Finding("banks-one-side", "axes", str(river), shapely.multilinestrings(rays[rivers == river]),
                float(np.count_nonzero(rivers == river)))
        for river in np.unique(rivers)
    ]  # fmt: skip


def _chosen(met: _Meetings, shorelines: Shorelines, rule: HitRule) -> Positions:
    date = shorelines.date[met.shoreline]
    size = -np.abs(met.away) if rule == "farthest" else np.abs(met.away)
    order = np.lexsort((met.segment, met.shoreline, met.away, size, date, met.transect))
    met, date = met.only(order), date[order]
    new = np.append(True, (np.diff(met.transect) != 0) | (np.diff(date).astype("int64") != 0))[: len(date)]
    first = np.flatnonzero(new)
    count = np.diff(np.append(first, len(date)))
    kept = met.only(first)
    uncertainty = shorelines.uncertainty[met.shoreline]
    code = shorelines.shoreline_id[kept.shoreline].copy()
    away, error, segment = kept.away, uncertainty[first], kept.segment
    if rule == "mean" and len(first):
        away = np.add.reduceat(met.away, first) / count
        error = np.maximum.reduceat(uncertainty, first)
        segment = np.where(count > 1, -1, segment)
        for row in np.flatnonzero(count > 1):
            among = met.shoreline[first[row] : first[row] + count[row]]
            code[row] = ",".join(dict.fromkeys(sorted(shorelines.shoreline_id[among])))
    return Positions(
        transect=kept.transect,
        date=date[first],
        away=away,
        uncertainty=error,
        shoreline=kept.shoreline,
        shoreline_id=code,
        hits=count,
        segment=segment,
        share=kept.share,
        counted=np.ones(len(first), dtype=bool),
    )


def series_of(positions: Positions, transects: Transects) -> Series:
    """Positions as a matrix with one row for each transect.

    Parameters
    ----------
    positions
        From :func:`meet`.
    transects
        The transects they lie on.
    """
    n = len(transects.length)
    group = pd.factorize(pd.Series(transects.river_id) + "\n" + pd.Series(transects.bank))[0]
    frame = pd.DataFrame({"group": group[positions.transect], "date": positions.date})
    column = frame.groupby("group")["date"].rank(method="dense").to_numpy(dtype="int64") - 1
    width = int(column.max(initial=-1)) + 1
    days = positions.date.astype("int64").astype("float64")
    there = np.flatnonzero(positions.counted)
    dates = np.full((int(group.max(initial=-1)) + 1, width), np.nan)
    dates[frame["group"], column] = days
    away, uncertainty = np.full((2, n, width), np.nan)
    row = np.full((n, width), -1)
    place = positions.transect[there], column[there]
    away[place], uncertainty[place], row[place] = positions.away[there], positions.uncertainty[there], there
    return Series(dates[group], away, uncertainty, row)
