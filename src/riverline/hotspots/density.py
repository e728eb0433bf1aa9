"""Problems per kilometre of bank, spread along the water: what the eye sees of where they concentrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline._kernels.river_graph import Graph, Places, graph_of
from riverline._kernels.river_joins import joins
from riverline._kernels.water_heat import Heat
from riverline.hotspots.segments import BANKS
from riverline.schema import DENSITIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.hotspots.counting import Counted
    from riverline.hotspots.segments import Segments
    from riverline.hotspots.settings import HotspotSettings

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["density_of"]

# Lixels in a segment; with a given bandwidth at least this many in one bandwidth.
_LIXELS, _IN_BANDWIDTH = 5, 4
# Bandwidths tried, in lengths of the neighbourhood, and parts that the problems are dealt into to judge them.
_TRIED, _FOLDS = (0.25, 0.5, 1.0, 2.0, 4.0), 5
# Fewer problems choose no bandwidth, and more lixels are not cut.
_FEWEST, _MOST_LIXELS = 20, 4_000_000
# Chance of a problem where the kernel gives none, so that one far away does not decide alone.
_FLOOR = 1e-12


def density_of(
    counted: Counted, segments: Segments, settings: HotspotSettings, seed: int, reach_m: float
) -> tuple[gpd.GeoDataFrame, float | None]:
    """Density along the water by the heat equation, banks apart.

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
    at = cells.of(counted)
    if sigma is None:
        sigma = _chosen(cells, at, counted.weight, seed, reach_m)
    events = np.bincount(at, counted.weight, len(cells.length)).astype("float64")
    density = Heat(cells.graph, cells.node, cells.length, sigma).spread(events)
    return cells.rows(np.maximum(density, 0.0) * 1000.0), sigma


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
        joined = joins(segments.axes.line, settings.snap_m)
        self.graph: Graph
        self.graph, self.node = graph_of(lengths, joined, places, banks=segments.by_bank)

    def of(self, counted: Counted) -> Integers:
        """The cell that each problem is in."""
        segments = self.segments
        size = (segments.end - segments.begin)[counted.segment]
        part = ((counted.along - segments.begin[counted.segment]) / size * self.parts).astype("int64")
        return counted.segment * self.parts + np.clip(part, 0, self.parts - 1)

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


def _chosen(cells: _Cells, at: Integers, weight: Floats, seed: int, reach_m: float) -> float:
    """The bandwidth under which problems that were left out are likeliest, by five parts."""
    if len(at) < _FEWEST:
        return reach_m
    fold = np.random.default_rng(seed).permutation(len(at)) % _FOLDS
    every = np.arange(_FOLDS)
    events = np.zeros((len(cells.length), _FOLDS))
    for part in every:
        events[:, part] = np.bincount(at[fold != part], weight[fold != part], len(cells.length))
    score = []
    for share in _TRIED:
        density = Heat(cells.graph, cells.node, cells.length, share * reach_m).spread(events)
        held = density[at, fold] / events.sum(axis=0)[fold]
        score.append(float((weight * np.log(np.maximum(held, _FLOOR))).sum()))
    return float(_TRIED[int(np.argmax(score))] * reach_m)
