"""Where the sheets of an atlas lie: strips along a river, or cells of a grid that the whole country shares.

North is up on all of them. Turned strips need fewer sheets along a slanting river, yet then no grid line is parallel to
the frame, coordinates cannot be read off it, and neighbours of two rivers do not fit together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from riverline.plates.content import Bounds

    Floats = NDArray[np.float64]

__all__ = ["Strip", "cells_over", "guide_of_axes", "guide_of_banks", "match_line", "strips_along", "uncovered"]

_SAMPLES = 60
"""Places along a frame at which a river is looked at."""
_LEAST_PROGRESS = 0.15
"""A strip that moves on by less of its width shows a river wider than a sheet."""
_MOST_WIDE = 1 / 3
"""Share of wide places up to which a river is cut into strips."""
_REACH = 5.0
_LOOKED_AT = 256
"""Places that are looked at first from where a strip begins."""
_HALVINGS = 8
"""How often the length of strips is tried to even them out."""
_TOUCH_M = 0.5
"""Ends of an axis nearer than this are one place that was digitised twice."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One sheet along a river: its window, and between which chainages the river is its own."""

    window: Bounds
    start: float
    end: float


def guide_of_axes(lines: np.ndarray, starts: Floats) -> tuple[tuple[Floats, Floats] | None, bool]:
    """A line down a river whose axis is given, in however many pieces.

    Parameters
    ----------
    lines
        (n,) the pieces, each digitised downstream; of one of several parts each part is a piece.
    starts
        (n,) chainages where each begins; NaN where that is not known.

    Returns
    -------
    tuple
        As :func:`guide_of_banks` gives it, or None without a piece that has length; and whether pieces lie apart: they
        are then joined straight across what is between. Pieces that touch follow each other; those that lie apart do
        in the order of their chainages, else each follows the one whose end is nearest.

    Examples
    --------
    >>> upper, lower = shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(100, 0), (150, 0)])
    >>> (places, chainage), gap = guide_of_axes(np.array([lower, upper]), np.array([np.nan, 20.0]))
    >>> places[:, 0].tolist(), chainage.tolist(), gap
    ([0.0, 100.0, 150.0], [20.0, 120.0, 170.0], False)
    """
    parts, row = shapely.get_parts(lines, return_index=True)
    # A piece that is given twice is there once.
    once = np.sort(np.unique(shapely.to_wkb(shapely.normalize(parts)), return_index=True)[1])
    parts, known = parts[once], starts[row[once]]
    pieces = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(list(parts)), directed=True))
    pieces = pieces[shapely.length(pieces) > 0.0]
    if not len(pieces):
        return None, False
    heads, tails = (shapely.get_coordinates(shapely.get_point(pieces, at)) for at in (0, -1))
    # The chainage of a joined piece is that of the given one that it begins with.
    given = shapely.get_coordinates(shapely.get_point(parts, 0))
    first = np.argmin(np.hypot(*(heads[:, None] - given[None]).transpose(2, 0, 1)), axis=1)
    order = _order(heads, tails, known[first])
    places = np.concatenate([shapely.get_coordinates(pieces[each]) for each in order])
    places = places[np.r_[True, (np.diff(places, axis=0) != 0.0).any(axis=1)]]
    start = known[first][order[0]]
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(places, axis=0).T))]
    hops = np.hypot(*(heads[order[1:]] - tails[order[:-1]]).T)
    return (places, along + (0.0 if np.isnan(start) else start)), bool((hops > _TOUCH_M).any())


def _order(heads: Floats, tails: Floats, starts: Floats) -> list[int]:
    """In which order pieces of a river follow each other."""
    if len(set(starts.tolist())) == len(starts) and np.isfinite(starts).all():
        return [int(each) for each in np.argsort(starts)]
    apart = np.hypot(*(tails[:, None] - heads[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    # The uppermost is that which no other one ends near.
    order = [int(apart.min(axis=0).argmax())]
    while len(order) < len(heads):
        rest = [each for each in range(len(heads)) if each not in order]
        order.append(min(rest, key=lambda each: (apart[order[-1], each], each)))
    return order


def guide_of_banks(lines: np.ndarray, starts: Floats, ends: Floats, step: float) -> tuple[Floats, Floats] | None:
    """A line down the middle of a river of which only the management lines are known.

    Parameters
    ----------
    lines
        (n,) lines of both banks, each digitised either way.
    starts, ends
        (n,) chainages where each begins and ends.
    step
        How far apart the guide's vertices are, metres.

    Returns
    -------
    tuple or None
        (k, 2) places and (k,) chainages: at each the middle of the places of all lines there. None where no line has a
        chainage.
    """
    known = np.isfinite(starts) & np.isfinite(ends) & (ends > starts)
    lines, starts, ends = lines[known], starts[known], ends[known]
    if not len(lines):
        return None
    count = max(int((ends.max() - starts.min()) / step), 2) + 1
    chainage = np.linspace(starts.min(), ends.max(), count)
    share = (chainage[None] - starts[:, None]) / (ends - starts)[:, None]
    there = (share >= 0.0) & (share <= 1.0)
    row, column = np.nonzero(there)
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[row], share[row, column], normalized=True))
    number = np.bincount(column, minlength=count)
    sums = np.column_stack([np.bincount(column, points[:, each], minlength=count) for each in (0, 1)])
    kept = number > 0
    return sums[kept] / number[kept][:, None], chainage[kept]


def strips_along(
    guide: Floats, chainage: Floats, body: shapely.Geometry, size: tuple[float, float], margin: float
) -> list[Strip] | None:
    """Cut a river into as few strips as a walk downstream gives.

    Parameters
    ----------
    guide, chainage
        (k, 2) places along the river and their (k,) chainages, rising.
    body
        Everything of the river that sheets have to show.
    size
        Width and height of a window, metres.
    margin
        Ground that a sheet shows beyond its match lines, metres.

    Returns
    -------
    list of Strip or None
        In the order of their chainage, as even as the fewest can be; None where the river is wider
        than a window at more than a third of them.
    """
    step = min(size) / _SAMPLES
    line = shapely.segmentize(shapely.LineString(guide), step)
    path = shapely.get_coordinates(line)
    along = np.interp(shapely.line_locate_point(line, shapely.points(path)),
                      shapely.line_locate_point(line, shapely.points(guide)), chainage)  # fmt: skip
    edge = shapely.get_coordinates(shapely.segmentize(body, step))
    places = np.concatenate([path, edge])
    measures = np.concatenate([along, along[cKDTree(path).query(edge)[1]]])
    order = np.argsort(measures, kind="stable")
    walk = partial(_walk, places[order], measures[order], np.array(size), margin, (path, along))
    found = walk(np.inf)
    return found if found is None or len(found) == 1 else _evened(found, walk)


def _evened(found: list[Strip], walk: Callable[[float], list[Strip] | None]) -> list[Strip]:
    """As many strips whose longest is as short as can be: else what is left over is a last one of a few metres."""
    lengths = [strip.end - strip.start for strip in found]
    low, high, best = sum(lengths) / len(found), max(lengths), found
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        made = walk(middle)
        if made is None or len(made) > len(found):
            low = middle
        else:
            high, best = middle, made
    return best


def _reach(
    places: Floats, measures: Floats, begin: int, room: Floats, longest: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Corners of the box around places from one on, and which boxes fit, as far as the first that does not."""
    count = _LOOKED_AT
    while True:
        part = slice(begin, begin + count)
        low, high = np.minimum.accumulate(places[part]), np.maximum.accumulate(places[part])
        fits = ((high - low) <= room).all(axis=1) & (measures[part] <= measures[begin] + longest)
        if not fits.all() or begin + count >= len(measures):
            return low, high, fits
        count *= 2


def _walk(
    places: Floats, measures: Floats, size: Floats, margin: float, guide: tuple[Floats, Floats], longest: float
) -> list[Strip] | None:
    room = size - 2 * margin
    found: list[Strip] = []
    begin = wide = 0
    start = float(measures[0])
    while begin < len(measures) - 1:
        low, high, fits = _reach(places, measures, begin, room, longest)
        last = begin + int(np.argmin(fits)) - 1 if not fits.all() else len(measures) - 1
        end = measures[last]
        middle = (low[last - begin] + high[last - begin]) / 2
        if last < len(measures) - 1 and end - measures[begin] < _LEAST_PROGRESS * size.min():
            # A place wider than a sheet, such as a dam's: the sheet follows the river, the rest gets sheets of its own.
            wide += 1
            end = measures[begin] + size.min() / 2
            last = min(int(np.searchsorted(measures, end, side="right")), len(measures) - 1)
            end = min(end, measures[-1])
            at = (measures[begin] + end) / 2
            middle = np.array([np.interp(at, guide[1], guide[0][:, each]) for each in (0, 1)])
        corner = np.round(middle - size / 2)  # whole metres, which are then printed at it
        window = (*corner.tolist(), *(corner + size).tolist())
        found.append(Strip(window, start, float(end)))
        start = float(end)
        if last == len(measures) - 1:
            break
        begin = int(np.searchsorted(measures, end, side="left"))
    return found if wide <= len(found) * _MOST_WIDE else None


def match_line(guide: Floats, chainage: Floats, at: float, one: Bounds, other: Bounds) -> shapely.LineString | None:
    """The line square to a river at a chainage, as far as two windows both show it.

    Parameters
    ----------
    guide, chainage
        As for :func:`strips_along`.
    at
        Chainage of the line.
    one, other
        The windows.

    Returns
    -------
    LineString or None
        None where the place is not in both.
    """
    place = np.array([np.interp(at, chainage, guide[:, each]) for each in (0, 1)])
    reach = max(one[2] - one[0], one[3] - one[1])
    off = reach / 20.0
    ahead, behind = (
        np.array([np.interp(at + sign * off, chainage, guide[:, each]) for each in (0, 1)]) for sign in (1, -1)
    )
    along = ahead - behind
    length = float(np.hypot(*along))
    both = shapely.intersection(shapely.box(*one), shapely.box(*other))
    if not length or not shapely.intersects_xy(both, *place):
        return None
    across = np.array([-along[1], along[0]]) / length * reach * _REACH
    line = shapely.intersection(shapely.LineString([place - across, place + across]), both)
    return line if line.geom_type == "LineString" and line.length > 0.0 else None


def cells_over(body: shapely.Geometry, size: tuple[float, float]) -> list[tuple[tuple[int, int], Bounds]]:
    """Cells of a grid that begins at the plane's origin, of those that something reaches into.

    Parameters
    ----------
    body
        What is to be shown.
    size
        Width and height of a cell, metres.

    Returns
    -------
    list
        Column, row and window of each, from north to south and west to east; they hang on nothing but the size.
    """
    parts = shapely.get_parts(body)
    parts = parts[~shapely.is_empty(parts)]
    if not len(parts):
        return []
    width, height = size
    tree = shapely.STRtree(parts)
    west, south, east, north = shapely.total_bounds(parts)
    columns = np.arange(math.floor(west / width), math.floor(east / width) + 1)
    rows = np.arange(math.floor(south / height), math.floor(north / height) + 1)
    across, up = (each.ravel() for each in np.meshgrid(columns, rows[::-1]))
    boxes = shapely.box(across * width, up * height, (across + 1) * width, (up + 1) * height)
    hit = np.unique(tree.query(boxes, predicate="intersects")[0])
    windows = shapely.bounds(boxes)
    return [((int(across[i]), int(up[i])), tuple(map(float, windows[i]))) for i in hit]  # type: ignore[misc]


def uncovered(body: shapely.Geometry, windows: list[Bounds]) -> shapely.Geometry:
    """What of a body no window shows."""
    if not windows:
        return body
    return shapely.difference(body, shapely.union_all(shapely.box(*np.array(windows).T)))
