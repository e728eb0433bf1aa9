"""The outer line of the protection extents, as pieces along which stakes can be placed as along the management line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.channel.given import rows_by_name, texts
from riverline.geodesy import round_half_up
from riverline.schema import MANAGEMENT_LINES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from riverline.demarcation.result import Demarcation

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = ["Extent", "along", "protection_lines"]

Extent = Literal["management", "protection"]

# What runs nearer to a management extent than this is its edge, not an outer line: extents keep a micron.
_EDGE_M = 1e-2


def along(result: Demarcation, of: Extent) -> Demarcation:
    """The result with the lines of one of its two extents."""
    return result if of == "management" else replace(result, lines=protection_lines(result))


def protection_lines(result: Demarcation) -> gpd.GeoDataFrame:
    """The outer line of every protection extent, in pieces that know their rule.

    Parameters
    ----------
    result
        From :func:`riverline.demarcate` and its like.

    Returns
    -------
    GeoDataFrame
        Rows of :data:`riverline.schema.MANAGEMENT_LINES`: what of the outlines of the protection extents is no edge of
        a management extent, each piece with bank, rule and width of the management line that it runs beside, and the
        chainages of the places of that line nearest to its ends.
    """
    kinds = result.extents["kind"]
    wide, managed = result.extents[kinds == "protection"], result.extents[kinds == "management"]
    edge = shapely.buffer(shapely.union_all(np.asarray(managed.geometry.array)), _EDGE_M)
    outer = shapely.difference(shapely.boundary(np.asarray(wide.geometry.array)), edge)
    parts, owner = shapely.get_parts(shapely.line_merge(outer), return_index=True)
    drawn = shapely.length(parts) > _EDGE_M
    parts, rivers = parts[drawn], texts(wide["river_id"])[owner[drawn]]
    of_river = rows_by_name(texts(result.lines["river_id"]))
    none = np.empty(0, dtype=np.int64)
    pieces = [
        piece
        for river, rows in rows_by_name(rivers).items()
        for piece in _beside(parts[rows], result.lines, of_river.get(river, none))
    ]
    if not pieces:
        return MANAGEMENT_LINES.empty(result.lines.crs)
    shapes, beside, ends = zip(*pieces, strict=True)
    frame = result.lines.iloc[list(beside)].reset_index(drop=True)
    number = frame.groupby("line_id").cumcount() + 1
    frame["line_id"] = frame["line_id"] + "-B" + number.astype("str").str.zfill(2)
    policy = result.rules.policy
    chainages = round_half_up(np.array(ends), policy.length_decimals)
    frame["start_chainage_m"], frame["end_chainage_m"] = chainages.T
    frame["length_m"] = round_half_up(shapely.length(shapes), policy.length_decimals)
    return MANAGEMENT_LINES.conform(gpd.GeoDataFrame(pd.DataFrame(frame), geometry=list(shapes), crs=result.lines.crs))


def _beside(parts: Shapes, lines: gpd.GeoDataFrame, rows: Integers) -> Iterator[tuple[shapely.LineString, int, Floats]]:
    """Outer lines of one river, cut where the nearest piece of its line changes: shape, that piece, chainages."""
    if not len(rows):
        return
    mine = np.asarray(lines.geometry.array)[rows]
    tree = shapely.STRtree(mine)
    first, last = (lines[name].to_numpy("float64")[rows] for name in ("start_chainage_m", "end_chainage_m"))
    for part in parts:
        coords = shapely.get_coordinates(part)
        nearest = tree.nearest(shapely.points((coords[:-1] + coords[1:]) / 2.0))
        cuts = np.flatnonzero(np.diff(nearest)) + 1
        for start, end in zip([0, *cuts], [*cuts, len(nearest)], strict=True):
            piece, shape = nearest[start], coords[start : end + 1]
            share = shapely.line_locate_point(mine[piece], shapely.points(shape[[0, -1]]), normalized=True)
            ends = first[piece] + share * (last[piece] - first[piece])
            backwards = ends[0] > ends[1]
            line = shapely.LineString(shape[::-1] if backwards else shape)
            yield line, int(rows[piece]), ends[::-1] if backwards else ends
