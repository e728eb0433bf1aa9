"""The axis of a water polygon: one line from end to end, as far from the left bank as from the right.

Islands are filled first: an axis is one line through them (:mod:`riverline._kernels.areas.bank_graph` then finds the
way between the banks). What remains is numerical: stations along the way are moved across it until both banks are
equally far, smoothed over the bays of the banks, carried on straight to the polygon's two end edges, and held inside.

Examples
--------
>>> import shapely
>>> axis = trace(shapely.box(0, 0, 1000, 40))
>>> bool(abs(axis[:, 1] - 20).max() < 1e-6)
True
>>> sorted(axis[[0, -1], 0].round(6).tolist())
[0.0, 1000.0]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from riverline._kernels.areas.bank_graph import BankGraph, bank_graph, longest_way
from riverline._kernels.lines.chainage import position, vertex_chainages

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["bank_distance", "trace"]

# A way starts in a corner of the polygon's end, or at a tip that the river tapers to. A square end shows as a fork: a
# step along one bank of more than half a half-width, at most four half-widths from the corner (sharper than 30 degrees,
# it counts as a tip) ...
_FORK_STEP = 0.5
_FORK_REACH = 4.0
# ... beyond which the channel goes on as wide (a step within a round end or a corner is followed by wider places) ...
_FORK_WIDENING = 1.5
# ... with two corners, which hold little more than their triangle (a quarter of a circle holds 1.4 times as much) ...
_CORNER_AREA = 1.25
# ... or, ragged, with a step across the whole end.
_RAGGED_STEP = 1.0
# An end without any, pointed or round, is left behind where the way is longer than this many half-widths; it is as wide
# as what is nearly as far out as its farthest place.
_ROUND_END = 1.5
_TIP_SHARE = 0.9

# Stations stand this share of the local width apart; a width below a twentieth of the mean one counts as that.
_STATION_WIDTHS = 0.25
_NARROWEST = 0.05

# An axis ends on the outline, where rounding decides on which side: so much of its end pieces is not looked at.
_END_SHARE = 1e-6

# Rounds of moving stations to the middle; each leaves a hundredth of the error or less.
_ROUNDS = 4


def trace(polygon: shapely.Polygon, *, spacing: float | None = None, smooth_widths: float = 4.0) -> Floats | None:
    """The axis of a polygon, from its western end: which way the water flows a polygon does not tell.

    Parameters
    ----------
    polygon
        A valid polygon in metres; islands in it are filled.
    spacing
        Metres between vertices; a quarter of the local width if not given.
    smooth_widths
        Length of the smoothing window in channel widths; 0 keeps strictly to the middle.

    Returns
    -------
    (k, 2) or None
        Vertices of one simple line inside the polygon without its islands, from end edge to end edge; None if the
        polygon has no width.

    Notes
    -----
    Smoothing fits a cubic over the window (Savitzky & Golay 1964): it leaves straight reaches and even bends where they
    are and takes out what is shorter than the window. Where the smoothed line would leave the polygon the unsmoothed
    one is kept.
    """
    graph = bank_graph(polygon)
    if graph is None:
        return None
    way = longest_way(graph)
    if graph.middle[way[0]].tolist() > graph.middle[way[-1]].tolist():
        way = way[::-1]
    outline = shapely.Polygon(polygon.exterior)
    shapely.prepare(outline)
    ends = _end(graph, way), _end(graph, way[::-1])
    chain, half, banks = _channel(graph, way, ends, outline)
    at = _stations(chain, half)
    stations = position(chain, at)
    if banks is not None:
        stations[1:-1] = _middle(stations, banks)[1:-1]
    stations[1:-1] = _smoothed(stations, round(smooth_widths / _STATION_WIDTHS))[1:-1]
    axis = _held_inside(outline, stations, at, chain)
    if spacing is None:
        return axis
    along = vertex_chainages(axis)
    even = np.linspace(0.0, along[-1], max(round(along[-1] / spacing), 1) + 1)
    return _held_inside(outline, position(axis, even), even, axis)


def bank_distance(bank: Floats) -> Callable[[Floats], Floats]:
    """Function that gives the distance of points (k, 2) from a bank (n, 2).

    Notes
    -----
    Nearest vertex first, then the segments on both sides of it: exact where vertices are no farther apart than the
    bank is away, which the sites of :class:`~riverline._kernels.areas.bank_graph.BankGraph` are.
    """
    tree, start, step = cKDTree(bank), bank[:-1], np.diff(bank, axis=0)
    square = np.maximum((step**2).sum(axis=1), np.finfo("float64").tiny)

    def distance(points: Floats) -> Floats:
        _, vertex = tree.query(points)
        sides = []
        for segment in (np.maximum(vertex - 1, 0), np.minimum(vertex, len(start) - 1)):
            away = points - start[segment]
            share = np.clip((away * step[segment]).sum(axis=1) / square[segment], 0.0, 1.0)
            sides.append(np.hypot(*(away - share[:, None] * step[segment]).T))
        return np.asarray(np.minimum(*sides))

    return distance


@dataclass(frozen=True, slots=True)
class _End:
    """An end of the channel: the place on the way where it begins, and the sites between which its edge runs."""

    place: int
    start: int
    stop: int


def _end(graph: BankGraph, way: Integers) -> _End:
    """The end of the channel at which a way starts."""
    along, half = vertex_chainages(graph.middle[way]), graph.half[way]
    # Neighbours on the way share a site, so their middles are half as far apart as their other sites.
    bank_step, wider = 2 * np.diff(along), np.maximum(half[1:], half[:-1])
    sites_between = np.abs(np.diff(graph.low[way] + graph.high[way]))
    neighbours = (sites_between == 1) | (sites_between == len(graph.ring) - 1)
    forks = np.flatnonzero((bank_step > _FORK_STEP * wider) & (along[1:] < _FORK_REACH * wider) & ~neighbours)
    forks = np.array([fork for fork in forks.tolist() if _goes_on(along, half, fork + 1)], dtype="int64")
    largest_first = forks[np.argsort(-bank_step[forks], kind="stable")]
    for fork in largest_first:
        square = _square_end(graph, way, int(fork) + 1)
        if square is not None:
            return square
    ragged = largest_first[bank_step[largest_first] > _RAGGED_STEP * wider[largest_first]]
    if len(ragged):
        middle = _halfway(graph.ring, *_cap(graph, way, int(ragged[0]) + 1))
        return _End(int(ragged[0]) + 1, middle, middle)
    beyond = np.flatnonzero(along >= _ROUND_END * half)
    place = int(beyond[0]) if len(beyond) else len(way) - 1
    return _End(place, *_far_sites(graph.ring, *_cap(graph, way, place), share=_TIP_SHARE))


def _goes_on(along: Floats, half: Floats, place: int) -> bool:
    """Whether the channel is no wider over the next width."""
    within = np.searchsorted(along, along[place] + 2 * half[place])
    return bool(half[place:within].max() <= _FORK_WIDENING * half[place])


def _square_end(graph: BankGraph, way: Integers, place: int) -> _End | None:
    """End whose edge runs between the two corners beyond a fork, if there are corners."""
    start, stop = _cap(graph, way, place)
    touched = ({int(graph.low[way[place - 1]]), int(graph.high[way[place - 1]])} - {start, stop}).pop()
    first, _ = _far_sites(graph.ring, start, touched, share=1.0)
    second, _ = _far_sites(graph.ring, touched, stop, share=1.0)
    sharp = _is_corner(graph.ring, start, first, touched) and _is_corner(graph.ring, touched, second, stop)
    return _End(place, first, second) if sharp else None


def _cap(graph: BankGraph, way: Integers, place: int) -> tuple[int, int]:
    """Sites between which the ring runs round the start of a way, counter-clockwise, cut off at a place."""
    low, high = int(graph.low[way[place]]), int(graph.high[way[place]])
    onward = place + 1 < len(way)
    other = way[place + 1] if onward else way[place - 1]
    between = low <= graph.low[other] and graph.high[other] <= high
    return (high, low) if between == onward else (low, high)


def _is_corner(ring: Floats, start: int, corner: int, stop: int) -> bool:
    """Whether the ring between two sites has hardly more area than the triangle with its farthest site."""
    held, triangle = _area(_arc(ring, start, stop)), _area(ring[[start, corner, stop]])
    return 0 < held <= _CORNER_AREA * triangle


def _area(loop: Floats) -> float:
    x, y = (loop - loop[0]).T
    return float(abs(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2)


def _far_sites(ring: Floats, start: int, stop: int, *, share: float) -> tuple[int, int]:
    """First and last site between two that are farthest from the straight line between them, or nearly so."""
    arc = _arc(ring, start, stop)
    chord, away = arc[-1] - arc[0], arc - arc[0]
    distance = np.abs(chord[0] * away[:, 1] - chord[1] * away[:, 0])
    far = np.flatnonzero(distance >= share * distance.max())
    return (start + int(far[0])) % len(ring), (start + int(far[-1])) % len(ring)


def _halfway(ring: Floats, start: int, stop: int) -> int:
    """Site halfway along the ring between two."""
    along = vertex_chainages(_arc(ring, start, stop))
    return (start + int(np.searchsorted(along, along[-1] / 2))) % len(ring)


def _tip(ring: Floats, end: _End) -> Floats:
    """Middle of the edge of an end."""
    edge = _arc(ring, end.start, end.stop)
    return position(edge, vertex_chainages(edge)[-1:] / 2) if len(edge) > 1 else edge


def _channel(
    graph: BankGraph, way: Integers, ends: tuple[_End, _End], outline: shapely.Polygon
) -> tuple[Floats, Floats, tuple[Floats, Floats] | None]:
    """Chain of places from end to end inside the outline, half the width at each, and the left and right bank.

    What is as wide as long, or has ends out of sight of the channel, has no banks: the chain is the way itself.
    """
    first, last = ends[0].place, len(way) - 1 - ends[1].place
    if first < last:
        chain = np.concatenate(
            [_tip(graph.ring, ends[0]), graph.middle[way[first : last + 1]], _tip(graph.ring, ends[1])]
        )
        if _inside(outline, chain)[[0, -1]].all():
            half = graph.half[way[np.r_[first, first : last + 1, last]]]
            left, right = _arc(graph.ring, ends[1].stop, ends[0].start), _arc(graph.ring, ends[0].stop, ends[1].start)
            return chain, half, (left, right)
    tips = [graph.ring[[_far_sites(graph.ring, *_cap(graph, each, 0), share=1.0)[0]]] for each in (way, way[::-1])]
    return np.concatenate([tips[0], graph.middle[way], tips[1]]), graph.half[way[np.r_[0, : len(way), -1]]], None


def _arc(ring: Floats, start: int, stop: int) -> Floats:
    """Sites from start to stop, counter-clockwise, both included."""
    return ring[(start + np.arange((stop - start) % len(ring) + 1)) % len(ring)]


def _stations(chain: Floats, half: Floats) -> Floats:
    """Chainages along the chain, evenly spaced when measured in local widths."""
    along = vertex_chainages(chain)
    width = np.maximum(2 * half, _NARROWEST * 2 * half.mean())
    between = (width[1:] + width[:-1]) / 2
    widths_gone = np.append(0.0, np.cumsum(np.diff(along) / between))
    count = max(int(np.ceil(widths_gone[-1] / _STATION_WIDTHS)), 2)
    return np.asarray(np.interp(np.linspace(0.0, widths_gone[-1], count + 1), widths_gone, along))


def _middle(stations: Floats, banks: tuple[Floats, Floats]) -> Floats:
    """Stations moved across the line until both banks are equally far."""
    left, right = (bank_distance(bank) for bank in banks)
    for _ in range(_ROUNDS):
        along = np.gradient(stations, axis=0)
        size = np.hypot(along[:, 0], along[:, 1])
        across = np.column_stack([along[:, 1], -along[:, 0]]) / np.where(size > 0, size, 1.0)[:, None]
        stations = stations + across * ((right(stations) - left(stations)) / 2)[:, None]
    return stations


def _smoothed(stations: Floats, window: int) -> Floats:
    # Brings in scipy.stats, a second that those who only write files would spend.
    from scipy.signal import savgol_filter

    window = min(window // 2 * 2 + 1, (len(stations) - 1) // 2 * 2 + 1)
    return np.asarray(savgol_filter(stations, window, 3, axis=0)) if window > 3 else stations  # noqa: PLR2004 - cubic


def _inside(outline: shapely.Polygon, line: Floats) -> NDArray[np.bool_]:
    """Which pieces of a line lie in an outline; its two ends may be on the outline but for rounding."""
    start, end = line[:-1].copy(), line[1:].copy()
    start[0] += _END_SHARE * (end[0] - start[0])
    end[-1] += _END_SHARE * (start[-1] - end[-1])
    return np.asarray(shapely.covers(outline, shapely.linestrings(np.stack([start, end], axis=1))))


def _held_inside(outline: shapely.Polygon, stations: Floats, at: Floats, chain: Floats) -> Floats:
    """Stations, those of pieces that leave the outline put back on the chain, which never does."""
    on_chain, back = position(chain, at), np.zeros(len(at), dtype=bool)
    while True:
        held = np.where(back[:, None], on_chain, stations)
        outside = ~_inside(outline, held)
        fresh = outside & ~(back[:-1] & back[1:])
        if not fresh.any():
            break
        back[:-1] |= fresh
        back[1:] |= fresh
    along = vertex_chainages(chain)
    piece = np.clip(np.searchsorted(at, along, side="right") - 1, 0, len(at) - 2)
    extra = outside[piece] & (along > at[piece]) & (along < at[piece + 1])
    order = np.argsort(np.concatenate([at, along[extra]]), kind="stable")
    line = np.concatenate([held, chain[extra]])[order]
    return line if shapely.is_simple(shapely.LineString(line)) else chain
