"""What is asked of a map besides its layers: language, heading, basemap, size, and what it opens on."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from riverline.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.maps.basemaps import Basemap
    from riverline.maps.clock import Clock
    from riverline.maps.surfaces import Drawn
    from riverline.schema import Language
    from riverline.style import Theme

__all__ = ["Look"]

_SIZE = re.compile(r"(\d+(?:\.\d*)?)\s*(%|px|r?em|v[hw])?")


@dataclass(frozen=True, slots=True)
class Look:
    """How a map is drawn; what of it cannot be meant is one error, when it is made.

    Attributes
    ----------
    language, title, basemap, tianditu_key, width, height, focus
        As in :func:`riverline.maps.show`.
    clock, themes, labels, surface
        Its months, themes of its own by the layer's name, names at places, density.
    one_of_many
        Whether it is one of many maps: of local tiles it has those of what it opens on, and fewer bytes of them; where
        none reaches it, it goes without.

    Raises
    ------
    JobError
        If an argument is of a kind that nothing can be drawn by.
    """

    language: Language = "zh"
    title: str = ""
    basemap: Basemap | str | os.PathLike[str] | None = None
    tianditu_key: str | None = None
    width: str | int = "100%"
    height: str | int = "100%"
    focus: Any = None
    clock: Clock | None = None
    themes: Mapping[str, Theme] = field(default_factory=dict)
    labels: tuple[tuple[str, Any], ...] = ()
    surface: Drawn | None = None
    one_of_many: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, all of it at once."""
        problems = [*self._wrong()]
        if problems:
            raise JobError.listing("不能按这些参数绘图", "a map cannot be drawn as asked", problems)

    def _wrong(self) -> list[tuple[str, str]]:
        found = []
        asked: Any = self
        if asked.language not in {"zh", "en"}:
            found.append(_wrong("language", '"zh" 或 "en"', '"zh" or "en"', asked.language))
        if not isinstance(asked.title, str):
            found.append(_wrong("title", "文字", "a text", asked.title))
        if not isinstance(asked.tianditu_key, (str, type(None))):
            # Of a key not even its wrong value is told.
            found.append(_wrong("tianditu_key", "文字", "a text", type(asked.tianditu_key)))
        if not isinstance(asked.basemap, (str, os.PathLike, type(None))):
            found.append(
                _wrong("basemap", "None、底图名称、网址或路径", "None, a name, a URL or a path", asked.basemap)
            )
        for name in ("width", "height"):
            size = getattr(asked, name)
            if not _is_size(size):
                found.append(_wrong(name, '像素数或 "100%"、"600px" 之类', 'pixels, or such as "100%", "600px"', size))
        return found


def _wrong(name: str, zh: str, en: str, got: Any) -> tuple[str, str]:  # noqa: ANN401 - whatever was given
    return f"{name} 应为{zh}，实际为 {got!r}", f"{name} must be {en}, got {got!r}"


def _is_size(size: object) -> bool:
    if isinstance(size, str):
        match = _SIZE.fullmatch(size.strip())
        return match is not None and match[2] is not None and float(match[1]) > 0
    return isinstance(size, (int, float)) and not isinstance(size, bool) and 0 < size < float("inf")
