"""A density on a grid as a layer of a map: warped to its plane, in classes, what is next to nothing transparent."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from riverline.errors import SchemaError
from riverline.geodesy import guarded_transformer
from riverline.io.scenes.places import to_pixels
from riverline.maps.elements import PictureLayer, Script, html_text, identify
from riverline.maps.pictures import corners_of, data_uri, plane_grid
from riverline.style import HEAT

if TYPE_CHECKING:
    import folium
    from numpy.typing import NDArray

    from riverline.hotspots import Surface
    from riverline.io.scenes import PixelGrid
    from riverline.maps.pictures import Corners
    from riverline.schema import Language

__all__ = ["Drawn", "add_surface", "draw_surface", "surface_rows"]

_SHARES = (0.05, 0.15, 0.3, 0.5, 0.75)
"""Where classes begin, as shares of the highest density; what is less is transparent."""
# Classes have smooth edges where pixels are finer than cells; a picture of few colours stays small.
_MOST_PIXELS, _FINER = 1_000_000, 5.0
_MOST_SMOOTH, _SMOOTHER = 4_000_000, 4
_FIGURES = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
_PANE = "riverlineSurface"
_WORDS = {
    "zh": ("热点密度面（{unit}，带宽 {bandwidth:,.0f} 米）", "{low:g}–{high:g}", "≥ {low:g}"),
    "en": ("Density of problems ({unit}, bandwidth {bandwidth:,.0f} m)", "{low:g}–{high:g}", "≥ {low:g}"),
}
_UNITS = {
    "zh": {"count": "个/km²", "severity": "按严重程度加权，权重/km²", "bank_m": "按占用岸线加权，米/km²"},
    "en": {
        "count": "per km²",
        "severity": "weighted by severity, weight per km²",
        "bank_m": "weighted by bank taken, m per km²",
    },
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A surface as a page holds it.

    Attributes
    ----------
    url, bounds
        The PNG as a data URI, and (south, west) and (north, east) of its outer edges, degrees.
    breaks
        Where classes begin, problems or their weights per square kilometre; none where there is nothing.
    bandwidth_m, weight
        Of the surface.
    """

    url: str
    bounds: Corners
    breaks: tuple[float, ...]
    bandwidth_m: float
    weight: str


def draw_surface(surface: Surface) -> Drawn:
    """A surface for a map in Web Mercator.

    Parameters
    ----------
    surface
        From :func:`riverline.hotspots.measure_surface`.

    Raises
    ------
    SchemaError
        If it is something else.
    CRSError
        If there is no safe way from its CRS to the map's.

    Notes
    -----
    The middle of every pixel of the map is taken back to the surface's plane by the passage that vectors take, and the
    density there is that between the four nearest cells. An image in the surface's own plane, stretched between its
    corners, would be turned and bent on the map: by hundreds of metres in a county away from its central meridian.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import riverline as rl
    >>> axis = shapely.LineString([(500000, 3500000), (520000, 3500000)])
    >>> axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[axis], crs=4548)
    >>> problems = gpd.GeoDataFrame(geometry=[shapely.Point(505100, 3500020)] * 3, crs=4548)
    >>> draw_surface(rl.hotspots.measure_surface(problems, axes)).breaks
    (0.025, 0.07, 0.15, 0.25, 0.4)
    """
    if not hasattr(surface, "density") or not hasattr(surface, "grid"):
        what = type(surface).__name__
        raise SchemaError(
            f"surface 应为 riverline.hotspots.measure_surface 的返回值，实际为 {what}",
            f"surface must be what riverline.hotspots.measure_surface returns, got {what}",
        )
    grid = plane_grid(surface.grid, None, _MOST_PIXELS, _FINER) or surface.grid
    grid, values = _smooth(grid, _on_plane(surface, grid))
    breaks = _breaks(float(np.nanmax(surface.density, initial=0.0)))
    classes = np.searchsorted(np.array(breaks), values, side="right") if breaks else np.zeros(grid.shape, dtype="int64")
    table = np.array([(0, 0, 0, 0), *(_rgba(*each) for each in HEAT)], dtype="uint8")
    url = data_uri(np.moveaxis(table[classes], 2, 0), grid)
    return Drawn(url, corners_of(grid), breaks, surface.bandwidth_m, surface.weight)


def _on_plane(surface: Surface, grid: PixelGrid) -> NDArray[np.float64]:
    """The density at the middle of each pixel of a grid in the map's plane; 0 where nothing is known."""
    rows, columns = grid.shape
    side, west, north = grid.transform.a, grid.transform.c, grid.transform.f
    x, y = np.meshgrid(west + side * (np.arange(columns) + 0.5), north - side * (np.arange(rows) + 0.5))
    there = guarded_transformer(grid.crs, surface.grid.crs).transform(x.ravel(), y.ravel())
    column, row = to_pixels(surface.grid.transform, *there)
    known = np.nan_to_num(surface.density.astype("float64"))
    found = ndimage.map_coordinates(known, [row - 0.5, column - 0.5], order=1, mode="constant", cval=0.0)
    return np.asarray(found.reshape(grid.shape))


def _smooth(grid: PixelGrid, values: NDArray[np.float64]) -> tuple[PixelGrid, NDArray[np.float64]]:
    """Pixels cut into smaller ones, the density between their middles, where there is room: edges without steps."""
    from affine import Affine

    times = max(1, min(_SMOOTHER, math.isqrt(_MOST_SMOOTH // max(values.size, 1))))
    rows, columns = grid.shape
    fine = replace(grid, transform=grid.transform @ Affine.scale(1 / times), shape=(rows * times, columns * times))
    return fine, np.asarray(ndimage.zoom(values, times, order=1, mode="nearest", grid_mode=True))


def _breaks(top: float) -> tuple[float, ...]:
    """Where classes begin, in round figures, so that a legend can be read."""
    if not top > 0.0:
        return ()
    return tuple(_round_figure(share * top) for share in _SHARES)


def _round_figure(value: float) -> float:
    """The nearest figure that reads easily: 0.99 is 1, 14.8 is 15.

    Examples
    --------
    >>> [_round_figure(each) for each in (0.99, 2.97, 5.9, 9.9, 14.8, 0.0236)]
    [1.0, 3.0, 6.0, 10.0, 15.0, 0.025]
    """
    power = math.floor(math.log10(value))
    figure = min(_FIGURES, key=lambda each: abs(each - value / 10.0**power))
    return float(f"{figure}e{power}")


def _rgba(color: str, opacity: float) -> tuple[int, int, int, int]:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(255 * opacity)


def add_surface(page: folium.Map, drawn: Drawn, language: Language) -> str:
    """Put a surface under everything that is drawn on the map, above images; the layer's name."""
    code = f"{page.get_name()}.createPane('{_PANE}').style.zIndex = 260;"
    page.add_child(identify(Script(code), page.get_name(), _PANE))
    layer = identify(PictureLayer(drawn, html_text(_title(drawn, language)), _PANE), page.get_name())
    page.add_child(layer)
    return str(layer.get_name())


def surface_rows(drawn: Drawn, language: Language) -> list[dict[str, Any]]:
    """Rows of the legend: colours from which density to which, the densest first, under a heading with the unit."""
    _, between, above = _WORDS[language]
    ends = [*zip(drawn.breaks, drawn.breaks[1:], strict=False), *((each, None) for each in drawn.breaks[-1:])]
    labels = [above.format(low=low) if high is None else between.format(low=low, high=high) for low, high in ends]
    bare = {"color": "none", "weight": 0, "opacity": 0}
    styles = [bare | {"fillColor": color, "fillOpacity": opacity} for color, opacity in HEAT]
    rows = zip(labels, styles[: len(labels)], strict=True)
    return [
        {"heading": _title(drawn, language), "label": label, "kind": "area", "count": None, "style": style}
        for label, style in reversed(list(rows))
    ]


def _title(drawn: Drawn, language: Language) -> str:
    return _WORDS[language][0].format(unit=_UNITS[language][drawn.weight], bandwidth=drawn.bandwidth_m)
