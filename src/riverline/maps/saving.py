"""Writing any folium map as one file that opens without a network, whole or not at all."""

from __future__ import annotations

import re
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium

from riverline.errors import JobError, MissingDependencyError
from riverline.io.whole_files import write_whole
from riverline.maps.assets import ASSETS, SPARE, icon_script, inline_text
from riverline.maps.elements import json_text, page_file
from riverline.maps.fetched import Fetched
from riverline.maps.keys import ask_for_keys, key_elements, known_keys, masked
from riverline.maps.parts import elements_of, layers_online, references, render_parts, static_references
from riverline.maps.policy import hosts_of, policy_element

if TYPE_CHECKING:
    import os
    from typing import BinaryIO

    from riverline.maps.beside import Beside
    from riverline.maps.parts import Parts, Reference

__all__ = ["NOTEBOOK_BYTES", "OfflineMap", "page_html", "save"]

NOTEBOOK_BYTES = 12_000_000
"""Most bytes of a page that a notebook shows."""

# What the browser itself then holds to: nothing is loaded from anywhere, whatever a script or a popup tries.
_FRAME_PX = 560


def save(
    page: folium.Map,
    path: str | os.PathLike[str],
    *,
    offline: bool = True,
    assets: str | os.PathLike[str] | None = None,
    keep_key: bool = False,
) -> Path:
    """Write a map as one HTML file.

    Parameters
    ----------
    page
        Any folium map, also one that ``GeoDataFrame.explore(tiles=None)`` made.
    path
        The file; its folder has to be there. A file that is already there is replaced as a whole.
    offline
        ``True`` puts every script, style and picture into the file, and a policy that lets the browser load nothing
        else. ``False`` lets tiles and other layers come from their servers, and what no package carries and ``assets``
        has not; the policy lets the browser load from these hosts only.
    assets
        Folder with scripts, styles and fonts that a plugin of folium's links and no package carries, fetched on a
        computer with internet under the names that their addresses end in. The message that refuses a map lists them.
    keep_key
        Whether keys of online basemaps are written into the file. Without them the page asks for the key when it is
        opened, and the browser keeps it.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    JobError
        If something on the page can only come from the network, such as an online basemap; the message lists all of
        it, and nothing is written. If the folder is missing or cannot be written to, a file in ``assets`` is not what
        its address says, HTML in the body of the page has scripts, or something other than tiles has a key.
    MissingDependencyError
        If a package that carries a needed script is not installed.

    Notes
    -----
    folium's random element numbers are replaced by counted ones: the same map gives the same bytes. Popups, tooltips
    and labels keep their HTML; what in them would run, or load what is not in the file, is shown as text.

    Examples
    --------
    >>> import tempfile
    >>> import folium
    >>> folder = tempfile.mkdtemp()
    >>> save(folium.Map(tiles=None), f"{folder}/map.html").name
    'map.html'
    >>> save(folium.Map(tiles="https://example.test/{z}/{x}/{y}.png", attr="x"), f"{folder}/online.html")
    Traceback (most recent call last):
    ...
    riverline.errors.JobError: 离线地图不能含网络资源：https://example.test/{z}/{x}/{y}.png；请去掉（底图用 tiles=None，explore 也是：explore(tiles=None)）或用 offline=False 保存
    an offline map cannot hold what comes from the network: https://example.test/{z}/{x}/{y}.png; leave it out (tiles=None for basemaps, as in explore(tiles=None)) or save with offline=False
    """  # noqa: E501 - the message is one line
    target = Path(path)
    if not hasattr(page, "get_root"):
        found = type(page).__name__
        raise JobError(
            f"page 应为地图（riverline.maps.show 的结果），实际为 {found}",
            f"page must be a map, such as riverline.maps.show makes, got {found}",
        )
    if target.suffix.lower() not in {".html", ".htm"}:
        raise JobError(
            f"地图保存为 HTML 文件：请把 {target.name} 改为 {target.stem}.html",
            f"a map is an HTML file: write {target.stem}.html, not {target.name}",
        )
    write_whole(target, page_html(page, offline=offline, assets=assets, keep_key=keep_key).encode("utf-8", "replace"))
    return target


def page_html(
    page: folium.Map,
    *,
    offline: bool,
    assets: str | os.PathLike[str] | None = None,
    keep_key: bool = False,
    beside: Beside | None = None,
) -> str:
    """The HTML of a map, with scripts and styles in it or, where ``beside`` takes them, beside it.

    Raises
    ------
    JobError
        As :func:`save`.
    MissingDependencyError
        If a package that carries a needed script is not installed.
    """
    root = page.get_root()
    parts = render_parts(root)
    elements = [*elements_of(root)]
    asked: list[tuple[str, str]] = []
    keys: list[str] = []
    if not keep_key and not offline:
        parts.script, asked, keys = ask_for_keys(elements, parts.script)
    layers = layers_online(elements, (*ASSETS, *SPARE))
    given = static_references(root)
    given += [each.url for html in parts.shown for each in references(html) if each.url not in given]
    fetched = Fetched(assets)
    linked, unknown = _link(parts, fetched, offline=offline, beside=beside, asking=key_elements(asked))
    if offline:
        _refuse([*unknown, *given, *(url for url, _ in layers)], fetched.missing, given=assets)
    _guard(parts, given, beside)
    if beside is not None:
        parts.head = beside.take_own(parts.head)
    shown = [host for url, letters in layers for host in hosts_of(url, letters)]
    # Styles that stay links have their pictures where they are.
    given += [url for url in linked if url.endswith(".css")]
    shown += [host for url in given for host in hosts_of(url)]
    policy = policy_element(parts.runs(), files=beside is not None, linked=[h for url in linked for h in hosts_of(url)],
                            shown=shown)  # fmt: skip
    html = parts.page(policy)
    if any(key in html for key in keys):
        raise JobError(
            "地图中除瓦片地址外还有密钥；请去掉，或用 keep_key=True 写入文件",
            "the map has a key outside the addresses of tiles; take it out, or let it be written: keep_key=True",
        )
    return html


class OfflineMap(folium.Map):
    """A folium map that a notebook shows without a network, and does not show where it would make the notebook huge."""

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - as folium has it
        """The page in a frame of its own; what to type where it has more than 12 MB. Keys are not in it."""
        try:
            html = page_html(self, offline=True)
        except JobError:
            html = page_html(self, offline=False)
        size = len(html.encode("utf-8", "replace"))
        if size > NOTEBOOK_BYTES:
            return (
                f'<p>地图有 {size / 1e6:.0f} MB，不在笔记本中显示；请用 rl.maps.save(m, "map.html") 存成文件打开。<br>'
                f'The map has {size / 1e6:.0f} MB and is not shown here: rl.maps.save(m, "map.html") and open that.</p>'
            )
        length, unit = self.height
        high = round(length) if unit == "px" else _FRAME_PX
        style = f"width:100%;height:{high}px;border:1px solid #c9d1d8"
        return f'<iframe srcdoc="{escape(html)}" style="{style}" allowfullscreen></iframe>'

    def save(self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **kwargs: Any) -> None:  # noqa: ANN401, FBT001, FBT002 - as folium has it
        """As folium saves a map, with scripts in it and without keys: :func:`riverline.maps.save` online."""
        if isinstance(outfile, (str, PathLike)):
            save(self, outfile, offline=False)
        else:
            super().save(outfile, close_file, **kwargs)


def _link(
    parts: Parts, fetched: Fetched, *, offline: bool, beside: Beside | None, asking: str
) -> tuple[list[str], list[str]]:
    """Put what the head links into it; addresses that stay links, and those that cannot be in a file."""
    found = references(parts.head)
    bare = _without_links("\n".join([parts.head, *parts.shown, parts.script]))
    stays, unknown = [], []
    for each in found:
        if each.tag not in {"script", "link"}:
            unknown.append(each.url)
            continue
        element, icons = _element(each, fetched, bare, offline=offline), ""
        if element is None:
            stays.append(each.url)
            continue
        if each.url == next(iter(ASSETS)):
            icons = icon_script()
        if beside is not None and element:
            element = beside.link(_name(each.url), element)
            icons = beside.link("icons.js", icons) if icons else ""
        after = icons + asking if icons else ""
        parts.head = parts.head.replace(each.text + "</script>" * (each.tag == "script"), element + after, 1)
    return stays, unknown


def _element(each: Reference, fetched: Fetched, bare: str, *, offline: bool) -> str | None:
    """What stands in the page in place of a link; None where the link stays."""
    if each.url in SPARE and not re.search(SPARE[each.url], bare):
        return ""
    if each.url in ASSETS:
        try:
            return inline_text(ASSETS[each.url])
        except MissingDependencyError:
            if offline:
                raise
            return None
    return fetched.element(each.url, "script" if each.tag == "script" else "style", each.integrity) or None


def _name(url: str) -> str:
    name = Path(ASSETS[url].file).name if url in ASSETS else url.rpartition("/")[2]
    return name if name.endswith((".js", ".css")) else f"{name}.js"


def _guard(parts: Parts, given: list[str], beside: Beside | None) -> None:
    """Put the guard before every other script, and what it lets pass."""
    element = f"<script>{page_file('guard.js')}</script>"
    if beside is not None:
        element = beside.link("riverline-guard.js", element)
    allowed = f"<script>window.riverlineAllowed = {json_text(sorted(set(given)))};</script>\n" if given else ""
    parts.head = f"{allowed}{element}\n{parts.head}"


def _without_links(html: str) -> str:
    # What folium links is no sign that it is used; only what the page itself says is.
    for url in SPARE:
        html = html.replace(url, "")
    return html


def _refuse(online: list[str], missing: list[str], *, given: str | os.PathLike[str] | None) -> None:
    zh, en = [], []
    if online:
        keys = [key for url in online for key in known_keys(url)]
        listed = ", ".join(dict.fromkeys(masked(url, keys) for url in online))
        zh.append(
            f"离线地图不能含网络资源：{listed}；请去掉（rl.maps.show 的底图用 basemap=None 或本地瓦片，"
            "folium 用 folium.Map(tiles=None)、explore(tiles=None)）或用 offline=False 保存"
        )
        en.append(
            f"an offline map cannot hold what comes from the network: {listed}; leave it out (basemap=None or local "
            "tiles in rl.maps.show, folium.Map(tiles=None), explore(tiles=None)) or save with offline=False"
        )
    if missing:
        listed = ", ".join(dict.fromkeys(map(masked, missing)))
        folder = "folder" if given is None else Path(given).as_posix()
        zh.append(
            f"没有安装包带有以下文件：{listed}；请在能上网的电脑上下载到一个文件夹（文件名不变），"
            f'再 rl.maps.save(m, "map.html", assets="{folder}")'
        )
        en.append(
            f"no package carries {listed}; fetch these into a folder on a computer with internet, under their own "
            f'names, then rl.maps.save(m, "map.html", assets="{folder}")'
        )
    if zh:
        raise JobError("。\n".join(zh), ".\n".join(en))
