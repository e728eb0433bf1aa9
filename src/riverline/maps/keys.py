"""Keys of map services: told by where they stand in an address, so that no message and no file has them unasked."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import folium
from markupsafe import Markup

from riverline.errors import JobError
from riverline.maps.elements import json_text, page_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from branca.element import Element

__all__ = ["KEY_VARIABLE", "ask_for_keys", "host_of", "key_elements", "keys_out", "known_keys", "masked"]

KEY_VARIABLE = "RIVERLINE_TIANDITU_TK"
"""Environment variable with the browser key of Tianditu."""

_NAME = re.compile(
    r"(?:^|[_.-])(?:ak|tk|sk|k|key|(?:app|api|access|auth|secret|subscription|browser|server|map|client)[_-]?(?:key|token|id)|token|"
    r"authorization|secret|sign?|signature|sn|password|passwd|pwd|pass|credential)$",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?<=[?&;#])([^=?&;#\s\"'<>]+)=([^&;#\s\"'<>]+)")
_USER = re.compile(r"(?<=//)[^/?#@\s]*@")
_LIKE_A_KEY = re.compile(r"(?<![\w.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}(?![\w.-])")
_SURE = 8
_WORDS = {
    "zh": {"ask": "底图密钥（{host}）", "use": "显示底图", "close": "不用底图"},
    "en": {"ask": "Key for {host}", "use": "Show", "close": "No basemap"},
}  # fmt: skip


def known_keys(url: str) -> list[str]:
    """The keys in an address: values under names for keys, a user's name and password, and Tianditu's key.

    Examples
    --------
    >>> known_keys("https://tiles.test/{z}/{x}/{y}.png?Access_Token=abc&layer=vec&tk={tk}")
    ['abc']
    """
    found = [value for name, value in _PAIR.findall(url) if _NAME.search(unquote(name)) and "{" not in value]
    found += [user[:-1] for user in _USER.findall(url)]
    own = os.environ.get(KEY_VARIABLE, "")
    return [*dict.fromkeys([*found, *[own] * bool(own and own in url)])]


def masked(url: str, keys: Iterable[str] = ()) -> str:
    """An address as a message may have it.

    Parameters
    ----------
    url
        The address.
    keys
        Keys that are known from elsewhere.

    Examples
    --------
    >>> masked("https://tiles.test/abc123/{z}/{x}/{y}.png?ak=abc123&style=7")
    'https://tiles.test/***/{z}/{x}/{y}.png?ak=***&style=7'
    """
    every = sorted({*known_keys(url), *filter(None, keys)}, key=len, reverse=True)
    text = _USER.sub("***@", url)
    text = _PAIR.sub(lambda pair: f"{pair[1]}=***" if pair[2] in every else pair[0], text)
    for key in every:
        text = re.sub(rf"(?<![\w]){re.escape(key)}(?![\w])", "***", text)
    return _LIKE_A_KEY.sub("***", text)


def ask_for_keys(elements: Sequence[Element], script: str) -> tuple[str, list[tuple[str, str]], list[str]]:
    """A script of a page without the keys in it.

    Parameters
    ----------
    elements
        The elements of the page.
    script
        Its script.

    Returns
    -------
    str, list of (str, str), list of str
        The script; for each key the name that stands for it and its host, which the page asks for; those of the keys
        that may stand nowhere in the page.

    Raises
    ------
    JobError
        If something other than tiles has a key: no page can ask for that.
    """
    asked: dict[str, tuple[str, str]] = {}
    for element in elements:
        for url in _addresses(element):
            keys = known_keys(url)
            if not keys:
                continue
            if not isinstance(element, folium.TileLayer) and not hasattr(element, "address"):
                _refuse(url)
            script = _exchanged(script, url, _bare(url, asked))
        if any(_NAME.search(str(name)) and value for name, value in _options(element)):
            _refuse(str(getattr(element, "url", "")))
    # Wherever else it stands, such as in an attribution; what is no word is no chance.
    sure = [key for key in asked if len(key) >= _SURE and re.search(r"\d", key)]
    for key in sure:
        script = script.replace(key, "***")
    return script, list(asked.values()), sure


@contextmanager
def keys_out(elements: Sequence[Element]) -> Iterator[list[tuple[str, str]]]:
    """Take the keys out of the addresses of tiles while a map is rendered; what its page then asks for."""
    layers: list[Any] = [each for each in elements if isinstance(each, folium.TileLayer)]
    urls = [each.tiles for each in layers]
    asked: dict[str, tuple[str, str]] = {}
    try:
        for each in layers:
            each.tiles = _bare(each.tiles, asked)
        yield [*asked.values()]
    finally:
        for each, url in zip(layers, urls, strict=True):
            each.tiles = url


def _bare(url: str, asked: dict[str, tuple[str, str]]) -> str:
    """An address with names in place of its keys, which are added to what is asked for."""
    bare = url
    for key in known_keys(url):
        name = asked.setdefault(key, (f"riverlineKey{len(asked)}", host_of(url)))[0]
        bare = re.sub(rf"(?<![\w]){re.escape(key)}(?![\w])", f"{{{name}}}", bare)
    return bare


def key_elements(asked: Sequence[tuple[str, str]]) -> str:
    """What asks for keys, for the head of a page, after Leaflet."""
    if not asked:
        return ""
    return (
        f"<style>{page_file('keys.css')}</style>\n<script>{page_file('keys.js')}</script>\n"
        f"<script>riverlineKeys.ask({json_text(asked)}, {json_text(_WORDS)});</script>"
    )


def _addresses(element: Element) -> Iterator[str]:
    for name in ("tiles", "url", "video_url", "data_url", "embed_link", "link"):
        url = getattr(element, name, None)
        if isinstance(url, str) and url.startswith(("http:", "https:", "//")):
            yield url


def _options(element: Element) -> Iterator[tuple[str, Any]]:
    options = getattr(element, "options", None)
    if isinstance(element, folium.raster_layers.WmsTileLayer) and isinstance(options, dict):
        yield from options.items()


def _exchanged(script: str, url: str, bare: str) -> str:
    from jinja2.utils import htmlsafe_json_dumps

    for written in (json_text(url), str(Markup(htmlsafe_json_dumps(url))), f'"{url}"'):  # noqa: S704 - nothing of it is HTML
        script = script.replace(written, json_text(bare))
    return script


def host_of(url: str) -> str:
    """The host of an address, without the part that changes from tile to tile.

    Examples
    --------
    >>> (
    ...     host_of("https://t{s}.tianditu.gov.cn/vec_w/wmts?tk=1"),
    ...     host_of("https://tile.openstreetmap.org/{z}/{x}/{y}.png"),
    ... )
    ('tianditu.gov.cn', 'tile.openstreetmap.org')
    """
    return re.sub(r"^[^.]*\{[^}]*\}[^.]*\.", "", urlsplit(url).netloc.rpartition("@")[2])


def _refuse(url: str) -> None:
    raise JobError(
        f"{masked(url)} 含密钥，网页只能替瓦片底图在打开时询问密钥；确要写入文件请用 keep_key=True",
        f"{masked(url)} has a key, and a page can ask for keys of tiles only when it is opened; "
        "keep_key=True writes it into the file",
    )
