"""What a map opens on: what was found, where anything was, else everything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.maps.gathering import gather
from riverline.maps.groups import blank
from riverline.maps.lightening import merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.maps.pictures import Box
    from riverline.style import Layer

__all__ = ["box_of", "first_view"]

FINDINGS = frozenset({"change_areas", "field_checks", "rates", "suspects", "waterline_gaps", "waterlines"})
"""Layers that are looked for on a map: axes and extents around them are their setting."""


def box_of(layers: Sequence[Layer]) -> Box | None:
    """West, south, east and north of everything that can be drawn, None if nothing can.

    Parameters
    ----------
    layers
        Layers in lon/lat.
    """
    frames = [layer.frame[~blank(layer.frame)] for layer in layers]
    corners = np.array([frame.total_bounds for frame in frames if len(frame)])
    if not len(corners):
        return None
    (west, south), (east, north) = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def first_view(layers: Sequence[Layer], focus: Any = None) -> Box | None:  # noqa: ANN401 - frames or results
    """The box that a map opens on, None where it is that of everything.

    Parameters
    ----------
    layers
        Everything on the map, in lon/lat.
    focus
        A frame or result, or several, that the map is about; if None, what was found: suspects, waterlines, changes of
        banks of a known rate.

    Raises
    ------
    SchemaError
        If ``focus`` is neither a frame nor a result.
    CRSError
        If it has no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> axes = gpd.GeoDataFrame(
    ...     {"river_id": ["R1"], "name": [""]}, geometry=[shapely.LineString([(117, 31), (118, 31)])], crs=4490
    ... )
    >>> first_view(collect(axes)), first_view(collect(axes), focus=axes)
    (None, (117.0, 31.0, 118.0, 31.0))
    """
    if focus is not None:
        several = focus if isinstance(focus, (list, tuple)) else (focus,)
        named = {f"focus {i}": each for i, each in enumerate(several)}
        return box_of(merge(gather(**named)))
    return box_of([_known(layer) for layer in layers if layer.name in FINDINGS])


def _known(layer: Layer) -> Layer:
    """A layer without transects that met nothing: they are wherever a river is."""
    if "trend" not in layer.frame:
        return layer
    known = pd.Series(layer.frame["trend"] != "unknown").fillna(value=False)
    return replace(layer, frame=layer.frame[known.to_numpy(dtype=bool)])
