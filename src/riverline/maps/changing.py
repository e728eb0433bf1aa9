"""Before and after: a map of two dates with a bar between them."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from riverline.errors import SchemaError
from riverline.geodesy import align
from riverline.maps.drawing import draw
from riverline.maps.gathering import gather, settled
from riverline.maps.lightening import CRS
from riverline.maps.look import Look
from riverline.maps.pictures import MAX_PIXELS
from riverline.maps.showing import MOST_FEATURES, refuse_too_many
from riverline.maps.swiping import Pair, Part, part_images

if TYPE_CHECKING:
    import folium

    from riverline.maps.basemaps import Basemap
    from riverline.maps.figures import Chips
    from riverline.schema import Language

__all__ = ["show_change"]


def show_change(  # noqa: PLR0913 - one argument a thing to say
    before: Any,  # noqa: ANN401 - images, frames, or several of them
    after: Any,  # noqa: ANN401
    *results: Any,  # noqa: ANN401
    language: Language = "zh",
    title: str = "",
    area: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    chips: Chips | None = None,
    max_pixels: int = MAX_PIXELS,
    basemap: Basemap | str | os.PathLike[str] | None = None,
    tianditu_key: str | None = None,
    width: str | int = "100%",
    height: str | int = "100%",
    max_features: int = MOST_FEATURES,
    **layers: Any,  # noqa: ANN401
) -> folium.Map:
    """A map with a bar that swipes between before and after: images, layers, or both.

    The bar is dragged with mouse or finger, or moved with the arrow keys (2 %), Page Up and Page Down (10 %), Home and
    End.

    Parameters
    ----------
    before, after
        What lies left and right of the bar: a scene, a frame or result, or a list of them. Scenes may differ in CRS,
        sensor and pixel size; several of one side, such as the tiles of a day, are drawn beside each other.
    *results
        What lies on both sides, as in :func:`show`: suspects, extents.
    language
        ``"zh"`` or ``"en"``.
    title
        Heading of the map; none if empty.
    area
        Where images are cut to: its bounds. If not given, the bounds of ``results``; without these, all of each image.
    chips
        Folder that :func:`riverline.export.to_chips` wrote to, or what it returned: the pictures go into the popups of
        their suspects, the most probable first, at most 60 and 12 MB; the legend tells of the rest.
    max_pixels
        Most pixels of an image. What has more is made coarser, and the legend says by how much.
    basemap, tianditu_key, width, height, max_features
        As in :func:`show`.
    **layers
        More frames or results for both sides, each with a name.

    Returns
    -------
    folium.Map
        Images lie in the page itself, warped to its plane (EPSG:3857); ``rl.maps.save`` makes it one file that opens
        without a network.

    Raises
    ------
    SchemaError
        If something is neither a scene nor a frame nor a result.
    CRSError
        If something cannot be reprojected safely.
    JobError
        If no image reaches the area, there are too many features, or pictures that are not there.

    Notes
    -----
    Both images are stretched alike, from the 2nd to the 98th percentile of their usable pixels together, so that a
    colour means the same on both sides. Where their numbers do not mean the same (reflectance against digital numbers,
    two sensors, other bands) each has its own stretch and the legend says so.

    Examples
    --------
    >>> import riverline as rl
    >>> days = ("2023-08-12", "2025-08-18")
    >>> before, after = (rl.read_scene(rl.samples.path(f"清水河_{day}.tif")) for day in days)
    >>> water = rl.read_layer(rl.samples.path("清水县.gpkg"), rl.schema.WATER, layer="water")
    >>> page = rl.maps.show_change(before, after, water, title="清水河 2023–2025")
    >>> import tempfile
    >>> rl.maps.save(page, f"{tempfile.mkdtemp()}/change.html").name
    'change.html'
    """
    look = Look(language, title, basemap, tianditu_key, width, height)
    parts = [_part(before, "before"), _part(after, "after")]
    found = settled(gather(*results, **layers))
    refuse_too_many([*found, *(layer for part in parts for layer in part.layers)], max_features)
    pair = Pair(tuple(parts), _bounds(area), max_pixels)
    return draw(found, look, pair=pair, chips=chips)


def _part(value: Any, name: str) -> Part:  # noqa: ANN401
    """Images and layers of one side."""
    several = isinstance(value, (list, tuple))
    rest, _, images = part_images(value if several else [value], {})
    if (not rest and not images) or any(isinstance(each, (str, os.PathLike)) for each in rest):
        what = "空" if several and not value else type(value).__name__
        raise SchemaError(
            f'{name} 应为影像或图层，实际为 {what}；影像请写 {name}=rl.read_scene("影像.tif", date="2024-04-15")',
            f"{name} must be a scene or a frame, got {what if what != '空' else 'nothing'}; for an image write "
            f'{name}=rl.read_scene("image.tif", date="2024-04-15")',
        )
    return Part(tuple(images), settled(gather(*rest)))


def _bounds(area: gpd.GeoDataFrame | gpd.GeoSeries | None) -> tuple[float, float, float, float] | None:
    if area is None:
        return None
    frame = area if isinstance(area, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=area)
    west, south, east, north = align(frame, CRS, layer="area").total_bounds
    if math.isnan(west):
        raise SchemaError("area 没有图形", "area holds no geometry")
    return float(west), float(south), float(east), float(north)
