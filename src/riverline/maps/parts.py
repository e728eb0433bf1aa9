"""A folium map as the parts of a page, so that what is said of one part is not looked for in another."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html import escape, unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import folium
from branca.element import Element, Link
from jinja2 import TemplateError

from riverline.errors import JobError
from riverline.maps.elements import Plain, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Parts", "Reference", "elements_of", "layers_online", "references", "render_parts", "static_references"]

_LOADING = {
    "script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
    "embed": "src", "object": "data", "input": "src", "track": "src", "image": "href", "use": "href",
}  # fmt: skip
_ONLINE = ("http:", "https:", "//")
_STYLE_URL = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s]+)", re.IGNORECASE)
_MAP_ELEMENT = re.compile(r'\s*<div class="folium-map" id="\w+" ?></div>\s*')
_NO_SCRIPTS = frozenset({"text/plain", "application/json"})
_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_RAW = re.compile(r"\{% raw %\}(.*?)\{% endraw %\}", re.DOTALL)
_LEGEND = re.compile(r"class=['\"]maplegend\b")


@dataclass(slots=True)
class Parts:
    """A page in parts.

    Attributes
    ----------
    title, head
        Its title and the elements of its head.
    body, shown
        What is in its body, and the HTML that was given for it.
    plain
        What is in its body and no HTML: megabytes of numbers that nobody looks through.
    script
        What runs when the body is there.
    """

    title: str
    head: str
    body: list[str]
    shown: list[str]
    plain: list[str]
    script: str

    @property
    def last(self) -> str:
        """The script as its element has it: a text with the end of an element in it would end it in the middle."""
        script = self.script.replace("</script", r"<\/script").replace("<!--", r"<\!--")
        return f"\n    {script}\n"

    def runs(self) -> list[str]:
        """The scripts that stand in the page, as the browser reads them."""
        found = [text for part in (self.head, *self.body) for text in _SCRIPT.findall(part)]
        return [text.replace("\r\n", "\n").replace("\r", "\n") for text in [*found, self.last]]

    def page(self, policy: str = "") -> str:
        """The page as folium has it, behind a policy."""
        title = f"<title>{escape(unescape(self.title))}</title>" if self.title else ""
        body = "\n".join([*self.body, *self.plain])
        return (
            f"<!DOCTYPE html>\n<html>\n<head>\n{policy}{title}    {self.head}\n</head>\n<body>\n    {body}\n</body>\n"
            f"<script>{self.last}</script>\n</html>\n"
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """An element that makes a browser load something: its tag, what it loads, and its text."""

    tag: str
    url: str
    text: str
    integrity: str = ""


def render_parts(root: Element) -> Parts:
    """Render a map, with counted numbers in place of random ones, and HTML in its body put there by the guard.

    Raises
    ------
    JobError
        If a part of the body acts: only scripts do.
    """
    elements = [*elements_of(root)]
    try:
        with _texts_kept(elements):
            for child in [*root._children.values()]:  # noqa: SLF001 - folium has no public way to walk a map
                child.render()
    except TemplateError as error:
        raise JobError(
            f"地图中的文字含模板记号（{{% 或 {{#），folium 无法绘出：{error}；请在文字中去掉",
            f"a text on the map has marks of templates ({{% or {{#), which folium cannot draw: {error}; take them out",
        ) from error
    count = _counter(root)
    made = {element.get_name() for element in elements_of(root) if type(element) is not Element}
    figure: Any = root
    head = count("\n".join(text for _, text in _rendered(figure.header, made)))
    children = _rendered(figure.html, made)
    plain = [_counted_tag(text, count) for child, text in children if isinstance(child, Plain)]
    shown = [count(text) for child, text in children if not isinstance(child, Plain)]
    script = count("\n".join(text for _, text in _rendered(figure.script, made)))
    body = [_body(text) for text in shown]
    # What a legend of explore() has in it may be data, which stops no map.
    shown = [text for text in shown if not _LEGEND.search(text)]
    return Parts(str(figure.title or ""), head, body, shown, plain, script)


def _rendered(part: Element, made: set[str]) -> list[tuple[Element, str]]:
    """The elements of a part of a page with their text.

    What elements wrote is text by now. folium would read it as a template once more, and run what data have in them.
    """
    found = []
    for name, child in [*part._children.items()]:  # noqa: SLF001 - as above
        text = getattr(child, "_template_str", None) if type(child) is Element else None
        done = text is not None and (name in made or _LEGEND.search(text))
        # explore() guards its texts against that second reading.
        found.append((child, _RAW.sub(r"\1", str(text)) if done else str(child.render())))
    return found


@contextmanager
def _texts_kept(elements: Sequence[Element]) -> Iterator[None]:
    """Let texts of popups and tooltips be texts in the scripts that folium makes of them; the map stays as it is."""
    inside = [each.html for each in elements if isinstance(each, folium.Popup)]
    popups: list[Any] = [child for each in inside for child in each._children.values()]  # noqa: SLF001 - as above
    tooltips = [each for each in elements if isinstance(each, folium.Tooltip)]
    texts = [each.text for each in tooltips]
    for child in popups:
        child.render = partial(_within_quotes, child.render)
    for each in tooltips:
        each.text = _quoted(each.text)
    try:
        yield
    finally:
        for child in popups:
            del child.render
        for each, text in zip(tooltips, texts, strict=True):
            each.text = text


def _within_quotes(render: Callable[..., str], **kwargs: Any) -> str:  # noqa: ANN401 - as folium has it
    return _quoted(render(**kwargs))


def _quoted(text: str) -> str:
    r"""HTML that means the same between the quotes of a template of JavaScript, where ``${`` and others would run.

    Examples
    --------
    >>> _quoted("C:\\users ${1} `")
    'C:&#92;users &#36;{1} &#96;'
    """
    return re.sub(r"\\?`", "&#96;", text).replace("\\", "&#92;").replace("${", "&#36;{")


def _counted_tag(text: str, count: Callable[[str], str]) -> str:
    end = text.find(">") + 1
    return count(text[:end]) + text[end:]


def _body(text: str) -> str:
    if _MAP_ELEMENT.fullmatch(text) or not text.strip():
        return text
    found = _Finder()
    found.feed(text)
    if found.acting and not _LEGEND.search(text):
        listed = ", ".join(dict.fromkeys(found.acting))
        raise JobError(
            f"页面主体里的 HTML 不能执行脚本：{listed}；脚本请放入 m.get_root().script，链接请放入 m.get_root().header",
            f"HTML in the body of a page cannot run scripts: {listed}; put scripts into m.get_root().script and links "
            "into m.get_root().header",
        )
    # A legend may have names from data in it: the guard puts it where it stands.
    return f"<script>document.currentScript.insertAdjacentHTML('beforebegin', {json_text(text)});</script>"


def _counter(root: Element) -> Callable[[str], str]:
    names = [element._id for element in elements_of(root)]  # noqa: SLF001 - as above
    known = {name: f"{number:032x}" for number, name in enumerate(names)}
    pattern = re.compile(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])")
    return lambda text: pattern.sub(lambda match: known.get(match[0], match[0]), text)


def elements_of(root: Element) -> Iterator[Element]:
    """Everything on a map."""
    yield root
    # Pages and popups keep parts of theirs outside their children.
    parts = [part for name in ("header", "html", "script") if (part := getattr(root, name, None)) is not None]
    for child in [*parts, *root._children.values()]:  # noqa: SLF001 - as above
        if hasattr(child, "_children"):
            yield from elements_of(child)


class _Finder(HTMLParser):
    """Finds the elements that make a browser load something or act."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Reference] = []
        self.acting: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        given = {name: value or "" for name, value in attrs}
        url = given.get(_LOADING.get(tag, ""))
        if url and not url.startswith(("data:", "#", "blob:")):
            self.found.append(Reference(tag, url, self.get_starttag_text() or "", given.get("integrity", "")))
        if tag == "link" or (tag == "script" and given.get("type", "") not in _NO_SCRIPTS):
            self.acting.append(f"<{tag}>")
        self.acting += [f"{tag} {name}" for name in given if name.startswith("on")]


def references(html: str) -> list[Reference]:
    """What the elements and the styles of an HTML load.

    Examples
    --------
    >>> [each.url for each in references('<img src="a.png"><img src="data:,"><style>p {background: url(//b.test)}')]
    ['a.png', '//b.test']
    """
    finder = _Finder()
    finder.feed(html)
    loaded = [Reference("style", url, "") for url in _STYLE_URL.findall(html)]
    return finder.found + [each for each in loaded if each.url not in {known.url for known in finder.found}]


def static_references(root: Element) -> list[str]:
    """What texts that were given to a map with its elements, such as popups, would load from the network."""
    found: list[str] = []
    for element in (each for child in root._children.values() for each in elements_of(child)):  # noqa: SLF001 - as above
        for text in _strings(element):
            if text.startswith(_ONLINE):
                found.append(text)
            elif "<" in text:
                found += [each.url for each in references(text) if each.url.startswith(_ONLINE)]
    return found


def _strings(element: Element) -> Iterator[str]:
    for name in ("data", "text", "_template_str"):
        text = getattr(element, name, None)
        if isinstance(text, str) and "<" in text:
            yield text
    options = getattr(element, "options", None)
    if isinstance(options, dict) and isinstance(element, (folium.CustomIcon, folium.DivIcon)):
        yield from (text for text in options.values() if isinstance(text, str))


def layers_online(elements: Sequence[Element], known: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Addresses of layers that come from a server, each with its subdomains."""
    found = []
    for element in elements:
        if isinstance(element, Link):
            continue
        for name in ("tiles", "url", "video_url", "embed_link"):
            url = getattr(element, name, None)
            if isinstance(url, str) and url.startswith(_ONLINE) and url not in known and urlsplit(url).netloc:
                options = getattr(element, "options", None)
                given = options.get("subdomains") if isinstance(options, dict) else getattr(element, "subdomains", None)
                found.append((url, tuple(given or "abc")))
    return found
