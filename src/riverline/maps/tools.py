"""What a map measures with: the plane of its data, for the place of the pointer, and words for lengths and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from riverline.geodesy.zones import gauss_kruger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["WORDS", "tools_of"]

_EASTING_M = 500_000.0
WORDS = {
    "zh": {
        "readout": "指针处的 CGCS2000 经纬度和高斯-克吕格平面坐标",
        "degrees": "CGCS2000 {place}",
        "plane": "高斯-克吕格 北 {north}  东 {east}（中央经线 {meridian}°）",
        "printed": "上为北，{day} 打印",
        "measure": "量距离和面积", "measure_hint": "单击加点，双击结束，再单击重新量，Esc 退出",
        "length": "长", "area": "面积", "crosses": "边线自相交，不计面积",
        "hectares": "公顷", "mu": "亩", "full": "全屏",
    },
    "en": {
        "readout": "CGCS2000 longitude, latitude and Gauss-Krüger coordinates under the pointer",
        "degrees": "CGCS2000 {place}",
        "plane": "Gauss-Krüger N {north}  E {east} (central meridian {meridian}°)",
        "printed": "North is up, printed on {day}",
        "measure": "Measure lengths and areas",
        "measure_hint": "Click to add points, double-click to end, Esc to leave",
        "length": "Length", "area": "Area", "hectares": "ha", "mu": "", "full": "Full screen",
        "crosses": "no area: the outline crosses itself",
    },
}  # fmt: skip
"""What the tools say, for each language."""


def tools_of(layers: Sequence[Layer], language: Language) -> dict[str, Any]:
    """Words, and central meridian and false easting of the plane that places are told in.

    Parameters
    ----------
    layers
        What is drawn, in any CRS.
    language
        Of the words.

    Returns
    -------
    dict
        ``meridian`` in degrees, ``easting`` in metres and ``words``. The plane is that of the first layer in a
        Gauss-Krüger plane, with its zone number in the easting or without; if there is none, ``meridian`` is None and
        the page takes the 3-degree zone that the pointer is in.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import shapely
    >>> from riverline.style import collect
    >>> stakes = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(39_500_000, 3_500_000)], crs=4527)
    >>> tools = tools_of(collect(stakes=stakes), "zh")
    >>> tools["meridian"], tools["easting"]
    (117.0, 39500000.0)
    """
    found = (gauss_kruger(layer.frame.crs) for layer in layers if layer.spatial and layer.frame.crs is not None)
    plane = next((each for each in found if each is not None), None)
    meridian, easting = (None, _EASTING_M) if plane is None else (plane.meridian, plane.false_easting_m)
    return {"meridian": meridian, "easting": easting, "words": WORDS[language]}
