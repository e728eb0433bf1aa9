"""Scripts and styles that many pages share, in one folder beside them."""

from __future__ import annotations

import hashlib

from riverline.maps.elements import FRAME_PARTS, page_file

__all__ = ["OWN_FILES", "Beside"]

OWN_FILES: tuple[str, ...] = (
    "guard.js",
    *(f"{name}.{ending}" for name in FRAME_PARTS for ending in ("css", "js")),
    "figures.css",
    "figures.js",
    "swipe.css",
    "swipe.js",
    "clock.css",
    "clock.js",
    "packed.js",
    "painted.js",
    "tiled.js",
    "tiles.js",
)
"""Scripts and styles of ours that pages may hold."""


class Beside:
    """Takes scripts and styles out of pages: the text of each once, under a name that tells its content.

    Parameters
    ----------
    folder
        How pages name the folder that the files will be in, relative to themselves.

    Attributes
    ----------
    files
        Text of each file by its name.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}

    def link(self, name: str, element: str) -> str:
        """An element that loads what ``element``, a script or a style, holds.

        Examples
        --------
        >>> shared = Beside("../assets")
        >>> shared.link("a.js", "<script>var a = 1;</script>")
        '<script src="../assets/a.f9d67ab9.js"></script>'
        """
        opened, closed = element.index(">") + 1, element.rindex("<")
        text = element[opened:closed]
        stem, _, ending = name.rpartition(".")
        file = f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:8]}.{ending}"
        self.files[file] = text
        if ending == "css":
            return f'<link rel="stylesheet" href="{self.folder}/{file}">'
        return f'<script src="{self.folder}/{file}"></script>'

    def take_own(self, html: str) -> str:
        """A page without the scripts and styles that riverline itself put into it."""
        for name in OWN_FILES:
            tag = "style" if name.endswith("css") else "script"
            element = f"<{tag}>{page_file(name)}</{tag}>"
            if element in html:
                html = html.replace(element, self.link(f"riverline-{name}", element))
        return html
