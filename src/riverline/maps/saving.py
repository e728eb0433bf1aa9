"""Writing any folium map as one file that opens without a network, whole or not at all."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium

from riverline.errors import JobError
from riverline.io.whole_files import write_whole
from riverline.maps.assets import ASSETS, SPARE, icon_script, inline_text
from riverline.maps.elements import Plain

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from branca.element import Element

    from riverline.maps.beside import Beside

__all__ = ["NOTEBOOK_BYTES", "OfflineMap", "page_html", "save"]

NOTEBOOK_BYTES = 12_000_000
"""Most bytes of a page that a notebook shows."""

# What the browser itself then holds to: nothing is loaded from anywhere, whatever a script or a popup tries.
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:; frame-src 'self' data:; "
    "base-uri 'none'; form-action 'none'\">"
)
_LOADING = {
    "script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
    "embed": "src", "object": "data", "input": "src", "track": "src",
}  # fmt: skip
_KEY = re.compile(r"\b(tk|key|token|access_token|apikey)=[^&\s\"']+", re.IGNORECASE)


def save(page: folium.Map, path: str | os.PathLike[str], *, offline: bool = True) -> Path:
    """Write a map as one HTML file.

    Parameters
    ----------
    page
        Any folium map, also one that ``GeoDataFrame.explore(tiles=None)`` made.
    path
        The file; its folder has to be there. A file that is already there is replaced as a whole.
    offline
        ``True`` puts every script, style and picture into the file, and a policy that lets the browser load nothing
        else. ``False`` keeps folium's links to servers that may be out of reach.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    JobError
        If something on the page can only come from the network, such as an online basemap; the message lists all of
        it, and nothing is written. If the folder is missing or cannot be written to.
    MissingDependencyError
        If a package that carries a needed script is not installed.

    Notes
    -----
    folium's random element numbers are replaced by counted ones: the same map gives the same bytes.

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
    riverline.errors.JobError: 离线地图不能含网络资源：https://example.test/{z}/{x}/{y}.png；请去掉（底图用 tiles=None）或用 offline=False 保存
    an offline map cannot hold what comes from the network: https://example.test/{z}/{x}/{y}.png; leave it out (tiles=None for basemaps) or save with offline=False
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
    write_whole(target, page_html(page, offline=offline).encode("utf-8"))
    return target


def page_html(page: folium.Map, *, offline: bool, beside: Beside | None = None) -> str:
    """The HTML of a map, with scripts and styles in it or, where ``beside`` takes them, beside it.

    Raises
    ------
    JobError
        If an offline page would need the network.
    MissingDependencyError
        If a package that carries a needed script is not installed.
    """
    root = page.get_root()
    html = root.render()
    # Megabytes of numbers are put aside while the rest of the page is looked through.
    plain = {f"riverline-plain-{i}": each.text for i, each in enumerate(_elements(root)) if isinstance(each, Plain)}
    aside = {name: text[text.index(">") + 1 : text.rindex("<")] for name, text in plain.items()}
    for name, text in aside.items():
        html = html.replace(text, name, 1)
    html = _counted(html, root)
    if offline:
        html = _inlined(html, online=_online_layers(root), beside=beside)
    for name, text in aside.items():
        html = html.replace(f">{name}<", f">{text}<", 1)
    return html


class OfflineMap(folium.Map):
    """A folium map that a notebook shows without a network, and does not show where it would make the notebook huge."""

    def _repr_html_(self, **kwargs: Any) -> str:  # noqa: ANN401 - as folium has it
        """The page in a frame of its own; what to type where it has more than 12 MB, or needs the network."""
        try:
            html = page_html(self, offline=True)
        except JobError:
            return str(super()._repr_html_(**kwargs))
        size = len(html.encode("utf-8", "replace"))
        if size > NOTEBOOK_BYTES:
            return (
                f'<p>地图有 {size / 1e6:.0f} MB，不在笔记本中显示；请用 rl.maps.save(m, "map.html") 存成文件打开。<br>'
                f'The map has {size / 1e6:.0f} MB and is not shown here: rl.maps.save(m, "map.html") and open that.</p>'
            )
        style = "width:100%;height:560px;border:1px solid #c9d1d8"
        return f'<iframe srcdoc="{escape(html)}" style="{style}" allowfullscreen></iframe>'


class _References(HTMLParser):
    """Finds the elements of a page that make a browser load something, and what they ask for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element if it loads something."""
        url = dict(attrs).get(_LOADING.get(tag, ""))
        if url and not url.startswith(("data:", "#", "blob:")):
            self.found.append((tag, url, self.get_starttag_text() or ""))


def _inlined(html: str, *, online: list[str], beside: Beside | None) -> str:
    references = _References()
    references.feed(html)
    bare = _without_links(html)
    unknown = [url for _, url, _ in references.found if url not in ASSETS and url not in SPARE]
    unknown += [url for _, url, _ in references.found if url in SPARE and re.search(SPARE[url], bare)]
    _refuse([*unknown, *online])
    for tag, url, text in references.found:
        element = inline_text(ASSETS[url]) if url in ASSETS else ""
        icons = icon_script() if url == next(iter(ASSETS)) else ""
        if beside is not None and element:
            element = beside.link(Path(ASSETS[url].file).name, element)
            icons = beside.link("icons.js", icons) if icons else ""
        html = html.replace(text + "</script>" * (tag == "script"), element + icons, 1)
    policy = _POLICY
    if beside is not None:
        html = beside.take_own(html)
        policy = policy.replace("'unsafe-inline'", "'unsafe-inline' 'self' file:")
    return html.replace("<head>", f"<head>\n{policy}", 1)


def _without_links(html: str) -> str:
    # What folium links is no sign that it is used; only what the page itself says is.
    for url in SPARE:
        html = html.replace(url, "")
    return html


def _refuse(urls: list[str]) -> None:
    if urls:
        listed = ", ".join(dict.fromkeys(_KEY.sub(r"\1=***", url) for url in urls))
        raise JobError(
            f"离线地图不能含网络资源：{listed}；请去掉（底图用 tiles=None）或用 offline=False 保存",
            f"an offline map cannot hold what comes from the network: {listed}; "
            "leave it out (tiles=None for basemaps) or save with offline=False",
        )


def _elements(root: Element) -> Iterator[Element]:
    yield root
    # Pages and popups keep parts of theirs outside their children.
    parts = [part for name in ("header", "html", "script") if (part := getattr(root, name, None)) is not None]
    for child in [*parts, *root._children.values()]:  # noqa: SLF001 - folium has no public way to walk a map
        if hasattr(child, "_children"):
            yield from _elements(child)


def _online_layers(root: Element) -> list[str]:
    found = []
    for element in _elements(root):
        for name in ("tiles", "url"):
            url = getattr(element, name, None)
            if isinstance(url, str) and url.startswith(("http:", "https:", "//")) and url not in {*ASSETS, *SPARE}:
                found.append(url)
    return found


def _counted(html: str, root: Element) -> str:
    names = [element._id for element in _elements(root)]  # noqa: SLF001 - as above
    known = {name: f"{number:032x}" for number, name in enumerate(names)}
    pattern = re.compile(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])")
    return pattern.sub(lambda match: known.get(match[0], match[0]), html)
