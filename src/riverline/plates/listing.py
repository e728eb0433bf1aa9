"""In which table of an atlas each stake stands: that of its river up to the match lines, or of its unit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from riverline.plates.planning import unit_codes
from riverline.plates.stake_table import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from riverline.plates.planning import Frame
    from riverline.style import Layer

    Guide = tuple[np.ndarray, np.ndarray]

__all__ = ["with_tables"]


def with_tables(
    layers: Sequence[Layer], frames: Sequence[Frame], guides: Mapping[str, Guide], units: Layer | None = None
) -> tuple[Layer, ...]:
    """Layers whose stakes say in the table of which sheet they stand.

    Parameters
    ----------
    layers
        Of one plane.
    frames
        Sheets of rivers; ``unit`` is the river's code, or that of an administrative unit.
    guides
        Places along each river and their chainages.
    units
        The administrative units, where sheets are of them: a stake is of the one that it stands in.

    Notes
    -----
    A stake stands in the table of the sheet of its river between whose match lines it lies by its place along the
    river, whatever its own chainage counts: that of a weir's stakes runs around the weir. One that no such sheet shows
    stands on the first sheet of its river that does, and one of a river without sheets in no table of others.
    """
    found = []
    for layer in layers:
        if layer.name == "stakes" and len(layer.frame) and (units is not None or "river_id" in layer.frame):
            codes = _units_of(layer.frame, units) if units is not None else layer.frame["river_id"].fillna("")
            numbers = _numbers(layer.frame.geometry.to_numpy(), codes.astype(str).to_numpy(), frames, guides)
            found.append(replace(layer, frame=layer.frame.assign(**{TABLE: numbers})))
        else:
            found.append(layer)
    return tuple(found)


def _units_of(stakes: gpd.GeoDataFrame, units: Layer) -> pd.Series:
    """The code of the unit that each stake stands in, of one outside all of them of the nearest."""
    nearest = shapely.STRtree(units.frame.geometry.to_numpy()).nearest(stakes.geometry.to_numpy())
    return unit_codes(units.frame).iloc[nearest]


def _numbers(points: np.ndarray, codes: np.ndarray, frames: Sequence[Frame], guides: Mapping[str, Guide]) -> np.ndarray:
    """The number of the sheet in whose table each stake stands, empty where there is none."""
    found = np.full(len(points), "", dtype="object")
    for code in dict.fromkeys(frame.unit for frame in frames):
        mine, sheets = np.flatnonzero(codes == code), [frame for frame in frames if frame.unit == code]
        at = _along(points[mine], guides.get(code))
        boxes = shapely.box(*np.array([frame.window for frame in sheets]).T)
        shown = shapely.intersects(points[mine][:, None], boxes[None])
        spans = np.array([frame.span or (-np.inf, np.inf) for frame in sheets])
        between = (at[:, None] >= spans[:, 0]) & (at[:, None] <= spans[:, 1])
        better = np.where(shown, 1 + 2 * between + np.array([bool(frame.span) for frame in sheets]), 0)
        best = better.argmax(axis=1)
        numbers = np.array([frame.number for frame in sheets], dtype="object")[best]
        found[mine] = np.where(better[np.arange(len(mine)), best] > 0, numbers, "")
    return found


def _along(points: np.ndarray, guide: Guide | None) -> np.ndarray:
    """The chainage of each place along a river."""
    if guide is None:
        return np.full(len(points), np.nan)
    line = shapely.LineString(guide[0])
    ends = shapely.line_locate_point(line, shapely.points(guide[0]))
    return np.interp(shapely.line_locate_point(line, points), np.maximum.accumulate(ends), guide[1])
