"""Problems per kilometre of bank, spread along the water: what the eye sees of where they concentrate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.network.equal_split import Events, split_equally
from riverline._kernels.network.river_graph import Places, graph_of, stretches_of
from riverline._kernels.network.river_joins import joins
from riverline._kernels.network.water_heat import Heat
from riverline.errors import JobError
from riverline.hotspots.counting import count_problems
from riverline.hotspots.segments import BANKS, segments_of
from riverline.hotspots.settings import HotspotSettings
from riverline.rules.dating import as_day
from riverline.schema import DENSITIES

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from riverline._kernels.network.river_graph import Direction
    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Kernel", "density_of"]

Kernel = Literal["heat", "equal_split", "downstream", "upstream"]

# Where a quartic kernel ends, in standard deviations; reach of neighbours in segments.
_QUARTIC, _REACH = 7.0**0.5, 2.0
# Lixels in a segment; with a given bandwidth at least this many in one bandwidth.
_LIXELS, _IN_BANDWIDTH = 5, 4
# Bandwidths tried, in lengths of the neighbourhood, and parts that the problems are dealt into to judge them.
_TRIED, _FOLDS = (0.25, 0.5, 1.0, 2.0, 4.0), 5
# Fewer problems choose no bandwidth, and more lixels are not cut.
_FEWEST, _MOST_LIXELS = 20, 4_000_000
# Chance of a problem where the kernel gives none, so that one far away does not decide alone.
_FLOOR = 1e-12


def density_of(
    counted: Counted,
    segments: Segments,
    settings: HotspotSettings,
    seed: int,
    reach_m: float,
    *,
    kernel: Kernel = "heat",
) -> tuple[gpd.GeoDataFrame, float | None]:
    """Density along the water, banks apart.

    Parameters
    ----------
    counted
        Problems with their weights.
    segments
        What they were counted on.
    settings
        Bandwidth and snap.
    seed
        Of the parts that judge a bandwidth.
    reach_m
        What bandwidths are tried around.
    kernel
        As for :func:`measure_density`.

    Returns
    -------
    surface
        Rows of :data:`riverline.schema.DENSITIES`; density times length sums to the problems.
    bandwidth
        Metres, None where there are no problems.
    """
    if not len(counted.segment):
        return DENSITIES.empty(segments.axes.crs), None
    sigma = settings.bandwidth_m
    cells = _Cells(segments, settings, sigma)
    at = cells.around(counted.along, counted.segment, counted.weight)
    if sigma is None:
        sigma = _chosen(cells, at, seed, reach_m)
    if kernel == "heat":
        density = Heat(cells.graph, cells.node, cells.length, sigma).spread(at.sums(slice(None), len(cells.length)))
    else:
        density = _by_paths(cells, counted, sigma, kernel)
    return cells.rows(np.maximum(density, 0.0) * 1000.0), sigma


def measure_density(  # noqa: PLR0913 - one argument a choice
    problems: gpd.GeoDataFrame,
    axes: gpd.GeoDataFrame,
    *,
    kernel: Kernel = "heat",
    segment_m: float = 500.0,
    by_bank: bool = True,
    on: dt.date | str | None = None,
    seed: int = 0,
    bandwidth_m: float | None = None,
    settings: HotspotSettings | None = None,
) -> gpd.GeoDataFrame:
    """Problems per kilometre of bank, spread along the water.

    Parameters
    ----------
    problems, axes, segment_m, by_bank, on
        As for :func:`riverline.find_hotspots`.
    kernel
        ``"heat"``: continuous, the solution of the heat equation, which splits at confluences as heat does;
        ``"equal_split"``: discontinuous, along paths that are split into equal parts; ``"downstream"``, ``"upstream"``:
        the whole kernel runs with, or against, the water, and what would leave the network stays in its last lixel.
    seed
        Of the parts that judge a bandwidth.
    bandwidth_m
        Standard deviation of the kernel, metres; None: ``settings.bandwidth_m``, else by likelihood cross-validation
        in five parts.
    settings
        Window, weights, snap and the largest distance from a river.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.DENSITIES`, lixels in which there is something. Density times length sums to
        the problems that lie within ``max_distance_m``, each by its weight.

    Raises
    ------
    SchemaError, CRSError
        If frames lack columns, geometry or CRS, or the axes are not in metres.
    JobError
        If there is no such kernel.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> problems = gpd.GeoDataFrame(geometry=[shapely.Point(510000, 3500020)], crs=4548)
    >>> down = rl.hotspots.measure_density(
    ...     problems, axes, kernel="downstream", settings=rl.HotspotSettings(bandwidth_m=500)
    ... )
    >>> float(down["start_chainage_m"].min()), round(float((down["density"] * down["length_m"] / 1000).sum()), 6)
    (10000.0, 1.0)
    """
    if kernel not in get_args(Kernel):
        listed = " | ".join(get_args(Kernel))
        raise JobError(f"kernel 应为 {listed}，实际为 {kernel!r}", f"kernel must be {listed}, got {kernel!r}")
    chosen = HotspotSettings() if settings is None else settings
    chosen = chosen if bandwidth_m is None else replace(chosen, bandwidth_m=bandwidth_m)
    segments = segments_of(axes, segment_m, by_bank=by_bank)
    counted = count_problems(problems, segments, chosen, as_day(on))
    reach = _REACH * segment_m if chosen.reach_m is None else chosen.reach_m
    return density_of(counted, segments, chosen, seed, reach, kernel=kernel)[0]


def _by_paths(cells: _Cells, counted: Counted, sigma: float, kernel: Kernel) -> Floats:
    """Density of each cell by paths: edges are cells, cut once more where a river joins inside one."""
    segments = cells.segments
    starts = Places(segments.axis[cells.row], cells.begin, segments.bank[cells.row])
    lengths = shapely.length(segments.axes.line)
    graph, begin = stretches_of(lengths, cells.joined, starts, banks=segments.by_bank)
    banked = counted.segment % 2 if segments.by_bank else np.zeros(len(counted.segment), dtype="int64")
    # Edges come in order of bank, axis and metres, on one line whose stretches never overlap.
    span = float(lengths.max()) + 1.0
    line = (begin.bank * len(lengths) + begin.axis) * span + begin.along
    asked = (banked * len(lengths) + counted.axis) * span + counted.along
    edge = np.clip(np.searchsorted(line, asked, side="right") - 1, 0, len(line) - 1)
    along = np.clip(counted.along - begin.along[edge], 0.0, graph.length[edge])
    direction: Direction = "both" if kernel == "equal_split" else kernel  # type: ignore[assignment]
    held = split_equally(graph, Events(edge, along, counted.weight), _QUARTIC * sigma, direction=direction)
    middle = begin.along + graph.length / 2
    cell = cells.at(middle, segments.row_of(begin.axis, middle, begin.bank))
    return np.bincount(cell, held, len(cells.length)) / cells.length


class _Split(NamedTuple):
    """Problems on lixels, m of them: two cells each, the share of each, and their weights."""

    cell: Integers
    share: Floats
    weight: Floats

    def sums(self, rows: Any, count: int) -> Floats:  # noqa: ANN401 - whatever picks rows
        """What each of so many cells holds of some of them."""
        held = self.share[rows] * self.weight[rows][:, None]
        return np.bincount(self.cell[rows].ravel(), held.ravel(), count).astype("float64")


class _Cells:
    """Lixels: equal parts of segments, with the graph of their middles."""

    def __init__(self, segments: Segments, settings: HotspotSettings, sigma: float | None) -> None:
        length = float(np.median(segments.end - segments.begin)) if len(segments.axis) else 1.0
        parts = _LIXELS if sigma is None else max(_LIXELS, int(np.ceil(_IN_BANDWIDTH * length / sigma)))
        self.parts = max(min(parts, _MOST_LIXELS // max(len(segments.axis), 1)), 1)
        self.segments = segments
        share = np.tile(np.arange(self.parts), len(segments.axis)) / self.parts
        self.row = np.repeat(np.arange(len(segments.axis)), self.parts)
        size = (segments.end - segments.begin)[self.row]
        self.begin = segments.begin[self.row] + share * size
        self.length = size / self.parts
        lengths = shapely.length(segments.axes.line)
        places = Places(segments.axis[self.row], self.begin + self.length / 2, segments.bank[self.row])
        self.joined = joins(segments.axes.line, settings.snap_m, segments.width)
        self.graph, self.node = graph_of(lengths, self.joined, places, banks=segments.by_bank)

    def at(self, along: Floats, row: Integers) -> Integers:
        """The cell of places on axes, whose segments are known."""
        size = (self.segments.end - self.segments.begin)[row]
        part = ((along - self.segments.begin[row]) / size * self.parts).astype("int64")
        return row * self.parts + np.clip(part, 0, self.parts - 1)

    def around(self, along: Floats, row: Integers, weight: Floats) -> _Split:
        """The two cells whose middles places lie between, and how their weights are parted so that no mean shifts."""
        cell = self.at(along, row)
        off = np.clip((along - self.begin[cell]) / self.length[cell] - 0.5, -0.5, 0.5)
        way = np.where(off < 0.0, -1, 1)
        beside = row + way * (1 + self.segments.by_bank)
        there = np.clip(beside, 0, len(self.segments.axis) - 1)
        inside = (cell + way) // self.parts == row
        follows = (beside == there) & (self.segments.axis[there] == self.segments.axis[row])
        across = there * self.parts + np.where(way < 0, self.parts - 1, 0)
        # Beyond the end of a river lies its own image.
        other = np.where(inside, cell + way, np.where(follows, across, cell))
        return _Split(np.column_stack([cell, other]), np.column_stack([1.0 - np.abs(off), np.abs(off)]), weight)

    def rows(self, density: Floats) -> gpd.GeoDataFrame:
        """Cells with something in them, drawn along their segments."""
        shown = np.flatnonzero(density > density.max(initial=0.0) * 1e-6)
        row, segments = self.row[shown], self.segments
        frame = segments.frame
        share = (self.begin[shown] - segments.begin[row]) / (segments.end - segments.begin)[row]
        lines = frame.geometry.to_numpy()[row]
        start = segments.axes.start[segments.axis[row]]
        columns = {
            "lixel_id": frame["segment_id"].to_numpy(dtype="object")[row] + "/"
            + (shown % self.parts + 1).astype("str").astype("object"),
            "river_id": frame["river_id"].to_numpy()[row],
            "start_chainage_m": self.begin[shown] + start,
            "end_chainage_m": self.begin[shown] + self.length[shown] + start,
            "length_m": np.round(self.length[shown], 1),
            "density": density[shown],
        }  # fmt: skip
        if segments.by_bank:
            columns["bank"] = pd.array(BANKS[segments.bank[row]], dtype="str")
        drawn = _stretches(lines, share, share + 1.0 / self.parts)
        return DENSITIES.conform(gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(drawn, crs=frame.crs), crs=frame.crs))


def _stretches(lines: NDArray[np.object_], begin: Floats, end: Floats) -> NDArray[np.object_]:
    """Lines between two shares of their length, by their ends and the middle: a picture of a tenth of a kilometre."""
    places = np.column_stack([begin, (begin + end) / 2, np.minimum(end, 1.0)])
    points = shapely.line_interpolate_point(lines[:, None], places, normalized=True)
    return np.asarray(shapely.linestrings(shapely.get_coordinates(points).reshape(-1, 3, 2)))


def _chosen(cells: _Cells, at: _Split, seed: int, reach_m: float) -> float:
    """The bandwidth under which problems that were left out are likeliest, by five parts."""
    if len(at.weight) < _FEWEST:
        return reach_m
    fold = np.random.default_rng(seed).permutation(len(at.weight)) % _FOLDS
    every = np.arange(_FOLDS)
    events = np.zeros((len(cells.length), _FOLDS))
    for part in every:
        events[:, part] = at.sums(fold != part, len(cells.length))
    score = []
    for share in _TRIED:
        density = Heat(cells.graph, cells.node, cells.length, share * reach_m).spread(events)
        held = (density[at.cell, fold[:, None]] * at.share).sum(axis=1) / events.sum(axis=0)[fold]
        score.append(float((at.weight * np.log(np.maximum(held, _FLOOR))).sum()))
    return float(_TRIED[int(np.argmax(score))] * reach_m)
