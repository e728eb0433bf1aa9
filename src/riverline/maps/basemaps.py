"""Online basemaps that lie where CGCS2000 puts them: Tianditu, no offset, with a key of the user's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from riverline.errors import JobError

if TYPE_CHECKING:
    import folium

    from riverline.schema import Language

__all__ = ["Basemap", "tianditu"]

Basemap = Literal["tianditu_vec", "tianditu_img", "tianditu_ter"]

_KEY_VARIABLE = "RIVERLINE_TIANDITU_TK"
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
    import folium

    key = key or os.environ.get(_KEY_VARIABLE, "")
    if basemap not in _LAYERS or not key.isalnum():
        choices = ", ".join(_LAYERS)
        raise JobError(
            f"底图应为 {choices} 之一，并给出天地图浏览器端密钥：tianditu_key=… 或环境变量 {_KEY_VARIABLE}；"
            "离线图请用 basemap=None",
            f"a basemap is one of {choices} and needs a Tianditu browser key: tianditu_key=… or the environment "
            f"variable {_KEY_VARIABLE}; use basemap=None for a map that works offline",
        )
    return [
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
