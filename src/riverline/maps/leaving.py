"""What pages of a map need beside its own elements: no online basemap where they open offline, and a closest zoom."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import folium
import folium.plugins

from riverline.maps.elements import json_text, page_file
from riverline.maps.keys import host_of, masked
from riverline.maps.parts import elements_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from branca.element import Element

__all__ = ["always_with_closest_zoom", "told_on_page", "without_basemaps"]

_ONLINE = ("http:", "https:", "//")
_CLOSEST_ZOOM = 20


def online_basemaps(root: Element) -> list[Element]:
    """The pictures behind a map that come from a server, and small maps of nothing else.

    What lies over them is data: that is never left out.
    """
    return [each for each in elements_of(root) if _online(each)]


def _online(element: Any) -> bool:  # noqa: ANN401 - whatever is on a map
    if isinstance(element, folium.plugins.MiniMap):
        element = element.tile_layer
    elif not isinstance(element, folium.map.Layer) or (element.overlay and not getattr(element, "of_basemap", False)):
        return False
    return _address(element).startswith(_ONLINE)


def _address(element: Any) -> str:  # noqa: ANN401 - whatever is on a map
    element = getattr(element, "tile_layer", element)
    return next((each for name in ("tiles", "url") if isinstance(each := getattr(element, name, None), str)), "")


@contextmanager
def without_basemaps(root: Element, *, leave: bool) -> Iterator[dict[str, str]]:
    """Render a map without its online basemaps; the map itself stays as it is.

    Parameters
    ----------
    root
        The root of the map.
    leave
        Whether they are left out at all.

    Yields
    ------
    dict
        Name of each that is left out → its address, without keys.
    """
    left = online_basemaps(root) if leave else []
    links = {name for each in left for name, _ in [*getattr(each, "default_js", []), *getattr(each, "default_css", [])]}
    figure: Any = root
    parts = [figure.header, figure.html, figure.script] if left else []
    holders: list[Any] = [*parts, *(holder for each in left if (holder := each._parent) is not None)]  # noqa: SLF001 - folium has no public way
    kept = [(holder, holder._children) for holder in holders]  # noqa: SLF001 - as above
    try:
        for holder, children in kept:
            # What an earlier rendering wrote into the page for them, or about them, goes as well.
            gone = [name for name, child in children.items()
                    if child in left or (holder in parts and (name in links or _speaks_of(child, left)))]  # fmt: skip
            holder._children = type(children)((name, child) for name, child in children.items() if name not in gone)  # noqa: SLF001 - as above
        yield {each.get_name(): masked(_address(each)) for each in left}
    finally:
        for holder, children in reversed(kept):
            holder._children = children  # noqa: SLF001 - as above


def _speaks_of(child: Element, elements: Sequence[Element]) -> bool:
    text = str(getattr(child, "_template_str", ""))
    return any(each.get_name() in text for each in elements)


@contextmanager
def always_with_closest_zoom(root: Element) -> Iterator[None]:
    """Give maps without tiles a closest zoom while they are rendered: plugins that count by zoom fail without one."""
    maps: list[Any] = [each for each in elements_of(root) if isinstance(each, folium.Map)]
    bare = [each for each in maps if not {"maxZoom", "max_zoom"} & {*each.options}]
    bare = [each for each in bare if not any(isinstance(child, folium.TileLayer) for child in each._children.values())]  # noqa: SLF001 - as above
    for each in bare:
        each.options["max_zoom"] = max(_CLOSEST_ZOOM, each.options.get("zoom") or 0)
    try:
        yield
    finally:
        for each in bare:
            del each.options["max_zoom"]


def told_on_page(left: Sequence[str]) -> str:
    """The elements of a page that say it, for its head, after Leaflet; empty where nothing was left out."""
    if not left:
        return ""
    hosts = ", ".join(dict.fromkeys(host_of(url) for url in left))
    texts = json_text({
        "zh": {"told": f"离线图不联网，未带在线底图：{hosts}", "close": "关闭"},
        "en": {"told": f"This map opens without a network, so without its online basemap: {hosts}", "close": "Close"},
    })  # fmt: skip
    return (
        f"<style>{page_file('without.css')}</style>\n"
        f"<script>{page_file('without.js')}riverlineWithout.tell({texts});</script>"
    )
