"""How far water stands along a surveyed section: the wet interval around the channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["WetWidth", "wet_width"]


@dataclass(frozen=True, slots=True)
class WetWidth:
    """The wet interval of a section, as stations.

    Attributes
    ----------
    left, right
        Stations where level and ground meet on either side of the channel.
    short
        By how much the ground at the section's left and right end is below the level, where the water reaches it.
    off_channel
        Distance from the station that the channel was looked for at to the wet interval.
    beyond
        Width of wet ground to the left and to the right that is not joined to the interval.
    topped
        By how much the level is above the left and right wall, where it is.
    """

    left: float
    right: float
    short: tuple[float, float]
    off_channel: float
    beyond: tuple[float, float]
    topped: tuple[float, float]


def wet_width(
    station: Floats, ground: Floats, level: float, at: float, *, walls: tuple[float, float] = (np.nan, np.nan)
) -> WetWidth | None:
    """The stretch of a section below the level that is joined to its channel.

    Parameters
    ----------
    station, ground : (n,)
        The section's ground, stations not falling; two points at one station are a wall.
    level
        Water level.
    at
        Station of the channel. If it is dry there, the nearest wet interval is taken.
    walls
        Stations of a levee on the left and on the right, NaN for none. Water does not pass one unless it is higher than
        the ground there, which is the higher of the points next to the station.

    Returns
    -------
    WetWidth or None
        None if nothing is below the level.

    Notes
    -----
    Ground exactly at the level is dry. As in one-dimensional hydraulics with levees (HEC-RAS Hydraulic Reference
    Manual, *Levees*), land behind a levee is dry until the levee is overtopped; other than there, land behind any other
    high ground is not counted either: what is not joined to the channel in the section is told as ``beyond``.

    Examples
    --------
    >>> station, ground = np.array([0.0, 10.0, 20.0, 30.0, 40.0]), np.array([9.0, 5.0, 1.0, 5.0, 3.0])
    >>> found = wet_width(station, ground, 4.0, 20.0)
    >>> found.left, found.right, found.beyond
    (12.5, 27.5, (0.0, 5.0))
    """
    starts, ends = _wet_intervals(station, level - ground)
    if not len(starts):
        return None
    away = np.maximum(np.maximum(starts - at, at - ends), 0.0)
    chosen = int(np.argmin(away))
    left, right = float(starts[chosen]), float(ends[chosen])
    topped = tuple(_topped(station, ground, level, wall) for wall in walls)
    if topped[0] <= 0.0 and walls[0] <= at:
        left = max(left, walls[0])
    if topped[1] <= 0.0 and walls[1] >= at:
        right = min(right, walls[1])
    width = ends - starts
    return WetWidth(
        left=left,
        right=right,
        short=(
            _depth_at_end(station[0], left, level - ground[0]),
            _depth_at_end(station[-1], right, level - ground[-1]),
        ),
        off_channel=float(away[chosen]),
        beyond=(float(width[ends < left].sum()), float(width[starts > right].sum())),
        topped=(max(0.0, topped[0]), max(0.0, topped[1])),
    )


def _wet_intervals(station: Floats, depth: Floats) -> tuple[Floats, Floats]:
    """Where wet stretches begin and end."""
    wet = depth > 0
    change = np.flatnonzero(wet[1:] != wet[:-1])
    share = depth[change] / (depth[change] - depth[change + 1])
    places = station[change] + share * (station[change + 1] - station[change])
    starts, ends = places[~wet[change]], places[wet[change]]
    if wet[0]:
        starts = np.append(station[0], starts)
    if wet[-1]:
        ends = np.append(ends, station[-1])
    return starts, ends


def _topped(station: Floats, ground: Floats, level: float, wall: float) -> float:
    """By how much the level is above the wall; not a number where there is none."""
    if not station[0] <= wall <= station[-1]:
        return np.nan
    low = max(int(np.searchsorted(station, wall, side="left")) - 1, 0)
    high = int(np.searchsorted(station, wall, side="right"))
    exact = ground[station == wall]
    crest = exact.max() if len(exact) else ground[low : high + 1].max()
    return float(level - crest)


def _depth_at_end(end: float, limit: float, depth: float) -> float:
    return float(depth) if limit == end and depth > 0 else 0.0
