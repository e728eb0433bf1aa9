"""Spans that leave the sight line, whether or not another stake would fit: asked of the kernel that places turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline._kernels.lines.stake_spans import chord_errors, turn_places
from riverline.channel.given import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from riverline.demarcation.stakes.bank_lines import BankLine
    from riverline.rules import Stakes

    Floats = NDArray[np.float64]

__all__ = ["out_of_sight"]

# Coordinates keep a millimetre: a stake that was placed just far enough from its neighbour may read a little nearer.
_ROUNDED_M = 0.01


def out_of_sight(stakes: gpd.GeoDataFrame, lines: Sequence[BankLine], rules: Stakes) -> tuple[Floats, Floats]:
    """How far the line leaves the sight line from each stake to the next, by whether a stake at a turn would mend it.

    Parameters
    ----------
    stakes
        Rows of :data:`riverline.schema.STAKES` that have a place.
    lines
        The lines that they stand on.
    rules
        Sight line and least distance of turns.

    Returns
    -------
    mendable, roomless
        (n,) each, largest distance of the line from the chord in metres; NaN where the line keeps the sight line.
        ``roomless`` are spans between two stakes in which the least distance of turns leaves no room for another.
    """
    found, roomless = np.full((2, len(stakes)), np.nan)
    sites = np.asarray(stakes.geometry.array)
    for line, own in zip(lines, _of_lines(stakes, lines), strict=True):
        if not len(own):
            continue
        place = shapely.line_locate_point(line.line, sites[own])
        order = np.argsort(place, kind="stable")
        rows, along = own[order], place[order]
        breaks = np.unique(np.concatenate([[0.0, line.length], along]))
        least = rules.turns_apart_m + _ROUNDED_M
        every = turn_places(line.coords, breaks, tolerance_m=rules.sight_line_m + _ROUNDED_M, least_m=least)
        span = np.searchsorted(breaks, every[~np.isin(every, breaks)], side="right") - 1
        away, _ = chord_errors(line.coords, breaks, line.at(breaks), landside=line.landside)
        stake = np.clip(np.searchsorted(along, breaks[span], side="right") - 1, 0, None)
        np.fmax.at(found, rows[stake], away[span])
        off = (away > rules.sight_line_m + _ROUNDED_M) & np.isin(breaks[:-1], along) & np.isin(breaks[1:], along)
        off[span] = False
        whose = rows[np.searchsorted(along, breaks[:-1][off], side="right") - 1]
        np.fmax.at(roomless, whose, away[off])
    return found, roomless


def _of_lines(stakes: gpd.GeoDataFrame, lines: Sequence[BankLine]) -> list[NDArray[np.int64]]:
    """Positions of the stakes on each line: of those of its river and bank that are nearest to it."""
    river, bank = texts(stakes["river_id"]), texts(stakes["bank"])
    sites = np.asarray(stakes.geometry.array)
    nearest, gap = np.full(len(stakes), -1), np.full(len(stakes), np.inf)
    for number, line in enumerate(lines):
        rows = np.flatnonzero((river == line.river_id) & (bank == line.bank) & ~shapely.is_missing(sites))
        away = shapely.distance(sites[rows], line.line)
        nearer = away < gap[rows]
        nearest[rows[nearer]], gap[rows[nearer]] = number, away[nearer]
    return [np.flatnonzero(nearest == number) for number in range(len(lines))]
