"""A small drawing of everything that a map holds, for its corner: where in it the window is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from riverline.maps.groups import blank
from riverline.maps.thumbnails import Frame, path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.maps.pictures import Box
    from riverline.style import Layer

__all__ = ["overview"]

_WIDE, _HIGH, _MARGIN = 168, 118, 8.0
_SETTING = ("extents", "water", "axes")
"""What tells a reader where he is; without any of these, everything does."""
_AREA = {"fill": "#a9d3ec", "fill-opacity": "0.55", "stroke": "#5f9dc4", "stroke-width": "0.6"}
_LINE = {"fill": "none", "stroke": "#1f78b4", "stroke-width": "1.1"}


def overview(layers: Sequence[Layer], box: Box | None) -> dict[str, Any] | None:
    """What the corner of a map draws: paths in pixels, and how degrees become pixels; None where there is nothing.

    Parameters
    ----------
    layers
        Everything on the map, in lon/lat. Outlines of extents and waters and axes are drawn where there are any, else
        the outlines of all layers; of images alone their box.
    box
        West, south, east and north of everything, degrees.

    Returns
    -------
    dict or None
        ``whole`` as Leaflet has it, ``size``, ``middle``, ``scale`` (pixels a degree northwards), ``narrow`` (how
        much less eastwards) and ``paths`` as attributes of SVG: at most some thousand vertices, whatever the layers
        have, and no tiles.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> line = [shapely.LineString([(117, 31), (118, 31.5)])]
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": [""]}, geometry=line, crs=4490)
    >>> overview(collect(axes), (117.0, 31.0, 118.0, 31.5))["paths"][0]["d"]
    'M8 103.4L160 14.6'
    """
    if box is None:
        return None
    chosen = [layer for layer in layers if layer.name in _SETTING] or list(layers)
    drawable = [each for layer in chosen for each in layer.frame.geometry.to_numpy()[~blank(layer.frame)]]
    shapes = np.array(drawable or [shapely.box(*box)], dtype=object)
    frame = Frame(np.array(box), _WIDE, _HIGH, _MARGIN)
    drawn = frame(shapes)
    areas = shapely.get_dimensions(drawn) == 2  # noqa: PLR2004 - a polygon
    paths = [{"d": path_of(drawn[rows])} | paint for rows, paint in ((areas, _AREA), (~areas, _LINE)) if rows.any()]
    west, south, east, north = box
    return {
        "whole": [[south, west], [north, east]],
        "size": [_WIDE, _HIGH],
        "middle": [round(float(each), 7) for each in frame.middle],
        "scale": float(frame.scale),
        "narrow": frame.narrow,
        "paths": paths,
    }
