"""Where names of rivers and of waterlines go on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from riverline.maps.groups import blank
from riverline.maps.lightening import CRS
from riverline.schema import WATERLINES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["line_names", "middles", "name_points"]

_MAX_NAMES = 300
_MAX_LINE_NAMES = 24


def name_points(layers: Sequence[Layer], names: Mapping[str, str]) -> gpd.GeoSeries:
    """Where rivers' names go: the middle of the axis, or a point inside the management extent.

    Parameters
    ----------
    layers
        Layers in lon/lat.
    names
        River names by code.

    Returns
    -------
    GeoSeries
        Points by river code, the largest river first, at most 300.
    """
    frames = {layer.name: layer.frame for layer in layers}
    found: dict[str, tuple[float, shapely.Point]] = {}
    for source in ("extents", "axes"):
        frame = frames.get(source)
        if frame is None or not len(frame):
            continue
        geometry = frame.geometry.to_numpy()
        size = np.nan_to_num(shapely.area(geometry) + shapely.length(geometry) * 1e-9)
        order = np.argsort(size, kind="stable")
        codes = frame["river_id"].astype("str").to_numpy()
        rows = [i for i in order if codes[i] in names and not blank(frame)[i]]
        points = middles(geometry[rows])
        found |= {codes[i]: (size[i], point) for i, point in zip(rows, points, strict=True)}
    largest = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))[:_MAX_NAMES]
    return gpd.GeoSeries({code: point for code, (_, point) in largest}, crs=CRS)


def middles(geometry: np.ndarray) -> np.ndarray:
    """A point in the middle of each line, or inside each area, (n,)."""
    lines = shapely.get_dimensions(geometry) == 1
    middle = shapely.point_on_surface(geometry)
    middle[lines] = shapely.line_interpolate_point(geometry[lines], 0.5, normalized=True)
    return middle


def line_names(layers: Sequence[Layer], language: Language) -> tuple[list[str], np.ndarray]:
    """What the longest waterline of each river, bank and day is called, and where: at its middle.

    Parameters
    ----------
    layers
        Layers in lon/lat.
    language
        Language of the banks' names.

    Returns
    -------
    tuple
        n names such as 左岸 2025-08-18 and (n,) points; none where they would be more than 24, or beside rates.
    """
    frames = [layer.frame for layer in layers if layer.name == "waterlines"]
    if not frames or not len(frames[0]) or any(layer.name == "rates" for layer in layers):
        return [], np.array([], dtype=object)
    rows = frames[0][~blank(frames[0])].sort_values("length_m", ascending=False, kind="stable")
    rows = rows.drop_duplicates(["river_id", "bank", "date"]).sort_values(["date", "river_id", "bank"])
    if len(rows) > _MAX_LINE_NAMES:
        return [], np.array([], dtype=object)
    banks = [str(WATERLINES["bank"].value_label(bank, language) or "") for bank in rows["bank"].fillna("")]
    days = [str(day)[:10] if pd.notna(day) else "" for day in rows["date"]]
    names = [f"{bank} {day}".strip() for bank, day in zip(banks, days, strict=True)]
    kept = np.array([bool(name) for name in names], dtype=bool)
    return [name for name in names if name], middles(rows.geometry.to_numpy())[kept]
