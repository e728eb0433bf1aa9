"""Axes cut into segments by bank, and which segments are each other's neighbours along the water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from riverline._kernels.network.river_graph import Places, graph_of, within
from riverline._kernels.network.river_joins import joins
from riverline.channel.given import usable_axes, widths_of
from riverline.channel.segments import split_axes
from riverline.demarcation.mouths import mouths_told, unusable_told
from riverline.schema import SEGMENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.channel.given import Axes
    from riverline.demarcation.findings import Finding
    from riverline.hotspots.settings import HotspotSettings

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["Segments", "neighbours_of", "segments_of"]

BANKS = np.array(["left", "right"], dtype="object")
# How far the two banks' segments are drawn from the axis where no width is known, metres: to be told apart on a map.
_DRAWN_M = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Segments, n of them, on k axes.

    Attributes
    ----------
    frame
        Rows of :data:`riverline.schema.SEGMENTS`; with banks left and right of each piece follow each other.
    axes
        The axes they are cut from.
    by_bank
        Whether each piece is two rows.
    axis, begin, end : (n,)
        Axis of each row, and metres from its start.
    bank : (n,)
        0 left, 1 right; 0 everywhere without banks.
    first, count : (k,)
        First piece of each axis and number of its pieces.
    width : (k,)
        Of the rivers, metres; NaN where not known.
    findings
        Axes that could not be used, and those that end near another one.
    """

    frame: gpd.GeoDataFrame
    axes: Axes
    by_bank: bool
    axis: Integers
    begin: Floats
    end: Floats
    bank: Integers
    first: Integers
    count: Integers
    width: Floats
    findings: list[Finding]

    def row_of(self, axis: Integers, along: Floats, bank: Integers) -> Integers:
        """Row of places: axes, metres along them, banks."""
        length = shapely.length(self.axes.line)[axis]
        piece = np.clip((along / length * self.count[axis]).astype("int64"), 0, self.count[axis] - 1)
        return (self.first[axis] + piece) * (1 + self.by_bank) + (bank if self.by_bank else 0)


def segments_of(axes: gpd.GeoDataFrame, segment_m: float, *, by_bank: bool, snap_m: float = 5.0) -> Segments:
    """Axes cut into pieces of equal length, none longer than ``segment_m``, by bank.

    ``snap_m`` is how near ends of axes are on another one, for what is to be told of those that are not.

    Raises
    ------
    SchemaError, CRSError
        If the axes lack columns or are not in metres, or the length is none.
    """
    cut = split_axes(axes, length_m=segment_m, pieces="equal")
    usable = usable_axes(axes)
    # Pieces of axes that share a code are numbered on; where a new axis begins, its chainage starts anew.
    length = shapely.length(usable.line)
    count = np.maximum(np.ceil((length - 1e-6) / segment_m).astype("int64"), 1)
    first = np.cumsum(count) - count
    axis = np.repeat(np.arange(len(count)), count)
    begin = cut["start_chainage_m"].to_numpy() - usable.start[axis]
    end = cut["end_chainage_m"].to_numpy() - usable.start[axis]
    bank = np.zeros(len(axis), dtype="int64")
    across = widths_of(axes, usable)
    if by_bank:
        cut = cut.loc[cut.index.repeat(2)].reset_index(drop=True)
        axis, begin, end = (np.repeat(each, 2) for each in (axis, begin, end))
        bank = np.tile(np.arange(2), len(axis) // 2)
        ids = cut["segment_id"] + np.array(["-L", "-R"])[bank]
        # The banks are drawn half the width aside.
        width = np.nan_to_num(across / 2.0, nan=_DRAWN_M)[axis]
        drawn = _beside(cut.geometry.to_numpy(), np.where(bank == 0, width, -width))
        cut = cut.assign(segment_id=ids, bank=pd.array(BANKS[bank], dtype="str")).set_geometry(
            gpd.GeoSeries(drawn, index=cut.index, crs=axes.crs)
        )
    findings = [*unusable_told(axes, usable), *mouths_told(usable, across, snap_m)]
    return Segments(SEGMENTS.conform(cut), usable, by_bank, axis, begin, end, bank, first, count, across, findings)


def _beside(lines: NDArray[np.object_], offset: Floats) -> NDArray[np.object_]:
    """Lines drawn aside; where a bend leaves no single line, the line itself."""
    # Where it touches itself it comes in parts that follow each other.
    aside = shapely.line_merge(shapely.offset_curve(lines, offset), directed=True)
    whole = (shapely.get_type_id(aside) == shapely.GeometryType.LINESTRING) & (shapely.length(aside) > 0)
    return np.where(whole, aside, lines)


def neighbours_of(segments: Segments, settings: HotspotSettings, reach_m: float) -> Any:  # noqa: ANN401 - sparse
    """Weights of each segment's neighbours, itself left out.

    Parameters
    ----------
    segments
        Of :func:`segments_of`.
    settings
        Which segments are neighbours, and how they count.
    reach_m
        Distance between their middles along the water.

    Returns
    -------
    (n, n) sparse
    """
    apart = segments.by_bank and settings.same_bank
    step = 2 if segments.by_bank and not apart else 1
    asked = slice(None, None, step)
    middle = (segments.begin[asked] + segments.end[asked]) / 2
    places = Places(segments.axis[asked], middle, segments.bank[asked])
    lengths = shapely.length(segments.axes.line)
    graph, node = graph_of(lengths, joins(segments.axes.line, settings.snap_m, segments.width), places, banks=apart)
    row_of = np.full(graph.count, -1, dtype="int64")
    row_of[node] = np.arange(len(node))
    found = []
    for direction in {"along": ("both",), "connected": ("downstream", "upstream")}.get(
        settings.neighbours, (settings.neighbours,)
    ):
        origin, reached, distance = within(graph, node, reach_m, direction=direction)  # type: ignore[arg-type]
        other = row_of[reached]
        found.append(np.column_stack([origin, other, distance])[(other >= 0) & (origin != other)])
    if step > 1:
        found.append(np.column_stack([np.arange(len(node)), np.arange(len(node)), np.zeros(len(node))]))
    pairs = np.concatenate(found)
    one, other, distance = pairs[:, 0].astype("int64"), pairs[:, 1].astype("int64"), pairs[:, 2]
    if step > 1:
        one, other = ((each[:, None] * 2 + np.tile(bank, (len(each), 1))).ravel() for each, bank in
                      ((one, [0, 0, 1, 1]), (other, [0, 1, 0, 1])))  # fmt: skip
        distance = np.repeat(distance, 4)
    kept = one != other
    size = len(segments.frame)
    weight = _weights(distance[kept], settings.decay, reach_m)
    return sparse.csr_array((weight, (one[kept], other[kept])), shape=(size, size))


def _weights(distance: Floats, decay: str, reach_m: float) -> Floats:
    if decay == "linear":
        return np.maximum(1.0 - distance / reach_m, 1e-12)
    if decay == "gaussian":
        return np.asarray(np.exp(-0.5 * (3.0 * distance / reach_m) ** 2))
    return np.ones(len(distance))
