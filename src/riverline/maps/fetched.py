"""Scripts and styles that no package carries, from a folder into which the user has put them."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from riverline.errors import JobError
from riverline.maps.assets import as_element, data_uri

if TYPE_CHECKING:
    import os

    from riverline.maps.assets import Kind

__all__ = ["Fetched"]

_ENDINGS: dict[Kind, tuple[str, ...]] = {"script": ("", ".js"), "style": ("", ".css")}
_FONTS = frozenset({".woff2", ".woff", ".ttf", ".otf", ".eot", ".svg"})
_DIGESTS = ("sha256", "sha384", "sha512")
_URL = re.compile(r"url\(\s*(['\"]?)([^'\")]+)\1\s*\)")
_IMPORT = re.compile(r"@import\s+(?:url\(\s*)?['\"]?([^'\")\s;]+)")


class Fetched:
    """Files of a folder, found by the names that their addresses end in.

    Parameters
    ----------
    folder
        The folder, searched with those in it; None has nothing.

    Attributes
    ----------
    missing
        Addresses that were asked for and have no file.

    Raises
    ------
    JobError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "heat.js").write_text("var heat = 1;")
    >>> fetched = Fetched(folder)
    >>> fetched.element("https://cdn.test/heat@2/heat.js", "script"), fetched.element("https://cdn.test/a.js", "script")
    ('<script>var heat = 1;</script>', '')
    >>> fetched.missing
    ['https://cdn.test/a.js']
    """

    def __init__(self, folder: str | os.PathLike[str] | None) -> None:
        self.missing: list[str] = []
        self._paths: dict[str, list[Path]] = {}
        if folder is None:
            return
        if not Path(folder).is_dir():
            raise JobError(f"assets：找不到文件夹 {folder}", f"assets: there is no folder {folder}")
        for path in sorted(each for each in Path(folder).rglob("*") if each.is_file()):
            self._paths.setdefault(path.name, []).append(path)

    def has(self, url: str, kind: Kind) -> bool:
        """Whether there is a file for a script or a style."""
        return self._find(url, _ENDINGS[kind]) is not None

    def element(self, url: str, kind: Kind, integrity: str = "") -> str:
        """The element that has a script or a style in it; empty and noted if its file is missing.

        Raises
        ------
        JobError
            If files of that name differ, or one is not what its address says.
        """
        path = self._find(url, _ENDINGS[kind])
        if path is None:
            self.missing.append(url)
            return ""
        text = _text(path, url, integrity)
        if kind == "script":
            return as_element(text, kind, str)
        self.missing += [urljoin(url, name) for name in _IMPORT.findall(text)]
        named = [name for _, name in _URL.findall(text)]
        return as_element(text, kind, lambda name: self._picture(url, name, named))

    def _picture(self, style: str, name: str, named: list[str]) -> str:
        if name.startswith(("data:", "#")):
            return name
        url = urljoin(style, name)
        path = self._find(url, ("",))
        if path is not None:
            return data_uri(path)
        # Styles name a font in several formats: one will do, and the first is asked for.
        font = Path(urlsplit(url).path)
        others = [urljoin(style, other) for other in named if Path(urlsplit(other).path).stem == font.stem]
        other_found = any(self._find(other, ("",)) for other in others)
        if font.suffix not in _FONTS or not (other_found or others[0] in self.missing):
            self.missing.append(url)
        return "data:,"

    def _find(self, url: str, endings: tuple[str, ...]) -> Path | None:
        parts = urlsplit(url)
        name = unquote(parts.path).rstrip("/").rpartition("/")[2]
        found = next((paths for ending in endings if (paths := self._paths.get(name + ending))), [])
        # Where the folder has the whole way of an address, that file is meant.
        whole = [path for path in found if path.as_posix().endswith(f"{parts.netloc}{unquote(parts.path)}")]
        found = whole or found
        if len({path.read_bytes() for path in found}) > 1:
            listed = ", ".join(map(str, found))
            raise JobError(
                f"assets：有几个不同的 {name}：{listed}；请只留 {url} 的一个",
                f"assets: several different files are called {name}: {listed}; keep the one of {url}",
            )
        return found[0] if found else None


def _text(path: Path, url: str, integrity: str) -> str:
    content = path.read_bytes()
    for pinned in integrity.split():
        method, _, digest = pinned.partition("-")
        if method in _DIGESTS and base64.b64encode(hashlib.new(method, content).digest()).decode() != digest:
            raise JobError(
                f"assets：{path} 的 {method} 与网页所要求的不一致；请重新下载 {url}",
                f"assets: {path} has not the {method} that the page asks for; fetch {url} again",
            )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "<"
    if text.lstrip()[:1] in {"<", ""}:
        raise JobError(
            f"assets：{path} 不是脚本或样式（可能存成了网页）；请重新下载 {url}",
            f"assets: {path} is neither a script nor a style (perhaps a web page was saved); fetch {url} again",
        )
    return text
