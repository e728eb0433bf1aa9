"""Basemaps: tiles of one's own in the page, Tianditu with a key, and maps that GCJ-02 shifts, moved back."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

import folium
from folium.template import Template

from riverline.errors import JobError
from riverline.geodesy.display import shifted_rings
from riverline.maps.elements import Asides, Plain, html_text, identify, json_text
from riverline.maps.keys import KEY_VARIABLE, masked
from riverline.maps.tiles import MOST_BYTES, VIEW_BYTES, NoTilesError, read_tiles

if TYPE_CHECKING:
    from riverline.maps.look import Look
    from riverline.maps.pictures import Box
    from riverline.maps.tiles import LocalTiles
    from riverline.schema import Language

__all__ = ["Basemap", "add_basemap", "is_local", "tianditu"]

Basemap = Literal["tianditu_vec", "tianditu_img", "tianditu_ter", "gaode_vec", "gaode_img"]

# Tianditu serves each map as a picture and a layer of names.
_LAYERS = {
    "tianditu_vec": (("vec", "天地图矢量", "Tianditu map"), ("cva", "天地图注记", "Tianditu names")),
    "tianditu_img": (("img", "天地图影像", "Tianditu imagery"), ("cia", "天地图注记", "Tianditu names")),
    "tianditu_ter": (("ter", "天地图地形", "Tianditu terrain"), ("cta", "天地图注记", "Tianditu names")),
}
_URL = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)

_GAODE = {
    "gaode_vec": (
        "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
        "高德地图",
        "Gaode map",
    ),
    "gaode_img": (
        "https://webst0{s}.is.autonavi.com/appmaptile?style=6&x={x}&y={y}&z={z}",
        "高德影像",
        "Gaode imagery",
    ),
}
_MOST_ZOOM = 20
# Leaflet counts rows from the south with {-y}.
_PLACEHOLDERS = {"{z}": r"\{z\}", "{x}": r"\{x\}", "{y}": r"\{-?y\}"}
_WORDS = {
    "zh": {
        "local": "底图：{name}", "told": "底图 {name} 第 {low}–{high} 级嵌入本图{left}。",
        "left": "（更细的至第 {last} 级未嵌入）",
        "none": "底图 {name} 没有覆盖本图。",
        "gcj": "底图按 GCJ-02 偏移近似纠正，与成果相差数米。",
    },
    "en": {
        "local": "Basemap: {name}", "told": "Levels {low} to {high} of the basemap {name} are in this page{left}.",
        "left": " (closer ones, up to {last}, are not)",
        "none": "The basemap {name} does not reach this map.",
        "gcj": "The basemap is moved back from GCJ-02, good to a few metres.",
    },
}  # fmt: skip


def add_basemap(page: folium.Map, look: Look, *, box: Box | None) -> str:
    """Put a basemap on a page; what the legend says of it.

    Parameters
    ----------
    page
        The map.
    look
        The basemap: None, a name of :data:`Basemap`, a URL with ``{z}``, ``{x}`` and ``{y}``, or the path of a folder
        of tiles or an MBTiles file; a browser key for Tianditu, the language of names and notes, and whether the map is
        one of many.
    box
        What the map shows, degrees: of local tiles those around it are taken.

    Raises
    ------
    JobError
        If a basemap is none of these, has no key, its address is the same for all tiles, or no tile reaches the map.
    ReadError
        If local tiles cannot be read.
    """
    basemap, key, language = look.basemap, look.tianditu_key, look.language
    words, told = _WORDS[language], ""
    layers: list[Any] = []
    if basemap is None:
        return told
    if isinstance(basemap, str) and basemap in _GAODE:
        url, zh, en = _GAODE[basemap]
        page.add_child(identify(Asides("tiles"), page.get_name(), "tiles"))
        layers, told = [_Shifted(url, zh if language == "zh" else en)], words["gcj"]
    elif isinstance(basemap, str) and basemap.startswith(("http:", "https:")):
        name = words["local"].format(name=_checked(basemap))
        layers = [folium.TileLayer(tiles=basemap, attr=" ", name=html_text(name), max_zoom=_MOST_ZOOM)]
    elif is_local(basemap):
        try:
            found = read_tiles(Path(basemap), box, most_bytes=VIEW_BYTES if look.one_of_many else MOST_BYTES)
        except NoTilesError:
            if look.one_of_many:
                return words["none"].format(name=Path(basemap).name)
            raise
        page.add_child(identify(Asides("tiles"), page.get_name(), "tiles"))
        layers = [_Local(found, html_text(words["local"].format(name=found.name)))]
        left = words["left"].format(last=found.all_levels[1]) if found.all_levels[1] > found.levels[1] else ""
        told = words["told"].format(name=found.name, low=found.levels[0], high=found.levels[1], left=left)
    else:
        layers = list(tianditu(cast("Basemap", basemap), key=key, language=language))
    for layer in layers:
        page.add_child(identify(layer, str(layer.tile_name)))
    return told


def is_local(basemap: str | os.PathLike[str]) -> bool:
    """Whether a basemap is a folder of tiles or an MBTiles file, there or not, and neither a name nor a URL.

    Examples
    --------
    >>> [is_local(each) for each in ("tiles/", "x.mbtiles", "tianditu_vec", "https://x.test/{z}/{x}/{y}.png")]
    [True, True, False, False]
    """
    if isinstance(basemap, os.PathLike):
        return True
    if basemap in {*_LAYERS, *_GAODE} or "\0" in basemap or basemap.startswith(("http:", "https:")):
        return False
    return "/" in basemap or "\\" in basemap or bool(Path(basemap).suffix) or Path(basemap).exists()


def _checked(url: str) -> str:
    """The host of a basemap that has every tile under an address of its own."""
    if lacking := [name for name, form in _PLACEHOLDERS.items() if not re.search(form, url)]:
        raise JobError(
            f"底图网址须含 {{z}}、{{x}}、{{y}}：{masked(url)} 缺 {'、'.join(lacking)}",
            f"the address of a basemap has {{z}}, {{x}} and {{y}} in it: {masked(url)} lacks {', '.join(lacking)}",
        )
    return urlsplit(url).netloc.rpartition("@")[2]


class _Local(folium.map.Layer):
    """Tiles in the page."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = riverlineTiles.local('{{ this.get_name() }}_data', {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, found: LocalTiles, name: str) -> None:
        super().__init__(name=name, overlay=False)
        self._name, self.tile_name, self.found = "RiverlineTiles", name, found
        low, high = found.levels
        self.options = json_text({"minNativeZoom": low, "maxNativeZoom": high, "maxZoom": _MOST_ZOOM,
                                  "minZoom": max(low - 3, 0), "attribution": html_text(found.name)})  # fmt: skip

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as folium has it
        """Put the tiles beside the scripts that read them."""
        name = f"{self.get_name()}_data"
        content = Plain(f'<script type="text/plain" id="{name}">{json_text(self.found.tiles)}</script>')
        root: Any = self.get_root()
        root.html.add_child(identify(content, name), name=name)
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call]


class _Shifted(folium.map.Layer):
    """Tiles of a map that GCJ-02 shifts, moved back."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = riverlineTiles.shifted({{ this.address }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, url: str, name: str) -> None:
        super().__init__(name=name, overlay=False)
        self._name, self.tile_name, self.url = "RiverlineShifted", name, url
        self.subdomains = "1234"
        self.address = json_text(url)
        options = {"rings": shifted_rings(), "subdomains": self.subdomains, "maxNativeZoom": 18, "maxZoom": _MOST_ZOOM,
                   "attribution": html_text(name)}  # fmt: skip
        self.options = json_text(options)


def tianditu(basemap: Basemap, *, key: str | None, language: Language) -> list[folium.TileLayer]:
    """The two tile layers of a Tianditu basemap.

    Parameters
    ----------
    basemap
        Which one.
    key
        A browser key; None takes the environment variable ``RIVERLINE_TIANDITU_TK``.
    language
        Language of the layers' names.

    Raises
    ------
    JobError
        If the basemap is unknown or there is no key. The key itself is in no message.
    """
    key = key or os.environ.get(KEY_VARIABLE, "")
    if basemap not in _LAYERS or not key.isalnum():
        choices = ", ".join([*_LAYERS, *_GAODE])
        raise JobError(
            f"底图应为 {choices} 之一、瓦片文件夹、MBTiles 或网址（含 z、x、y）；天地图须给出浏览器端密钥："
            f"tianditu_key=… 或环境变量 {KEY_VARIABLE}；离线图请用 basemap=None 或本地瓦片",
            f"a basemap is one of {choices}, a folder of tiles, an MBTiles file or a URL with z, x and y; Tianditu "
            f"needs a browser key: tianditu_key=… or the environment variable {KEY_VARIABLE}; use basemap=None or "
            "local tiles for a map that works offline",
        )
    layers: list[Any] = [
        folium.TileLayer(
            tiles=_URL.format(layer=layer, key=key),
            attr="天地图" if language == "zh" else "Tianditu",
            name=zh if language == "zh" else en,
            subdomains="01234567",
            max_native_zoom=18,
            max_zoom=20,
            overlay=number > 0,
        )
        for number, (layer, zh, en) in enumerate(_LAYERS[basemap])
    ]
    for each in layers:
        # Names lie over the data and are none.
        each.of_basemap = True
    return layers
