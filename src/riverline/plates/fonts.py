"""Chinese fonts, found on the machine at run time: none ships, for the common ones may not be passed on."""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from riverline.errors import JobError, needed
from riverline.style import CHINESE_FONTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from riverline.schema import Language

__all__ = ["Fonts", "clean", "find_fonts", "missing_glyphs"]

SANS = CHINESE_FONTS
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "Songti SC", "FangSong",
         "AR PL UMing CN")  # fmt: skip
_BESIDE = "DejaVu Sans"
"""Comes with matplotlib: signs that a Chinese font lacks."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of a sheet.

    Attributes
    ----------
    sans, serif
        Families for text and for titles, the first choice first.
    kind
        How a PDF embeds them: 42 as TrueType, 3 as drawn glyphs.
    files
        Font files and the number of the face in each.
    """

    sans: tuple[str, ...]
    serif: tuple[str, ...]
    kind: int
    files: tuple[tuple[str, int], ...]


def find_fonts(font: str | None, language: Language) -> Fonts:
    """The fonts to draw with.

    Parameters
    ----------
    font
        Name of a font that is installed, or a font file; None for the first that the machine has of a list of Chinese
        fonts.
    language
        Of the sheet: English ones are drawn on a machine without a Chinese font too.

    Raises
    ------
    JobError
        If there is no such font, or none with Chinese: what was looked for and what to install.

    Notes
    -----
    PDF has no name for TrueType wrappers around PostScript outlines (Noto CJK, Source Han): embedded whole as
    TrueType, programs complain and some do not show the text. Such fonts are embedded glyph by glyph (Type 3), which
    every program draws and searches; fonts with TrueType outlines (SimSun, SimHei, YaHei) as TrueType (Type 42).
    """
    needed("matplotlib", extra="report", zh="绘制图幅", en="sheets need")
    faces = _faces()
    if font is not None:
        named = _named(font, faces)
        return _fonts((named,), (named,))
    sans, serif = (tuple(name for name in names if name in faces)[:1] for names in (SANS, SERIF))
    sans, serif = sans or serif, serif or sans
    if not sans and language == "zh":
        looked = "、".join((*SANS, *SERIF))
        raise JobError(
            f"本机没有中文字体，图上的汉字无法显示。找过：{looked}。请安装其一"
            "（Debian/Ubuntu：apt install fonts-noto-cjk；Windows 自带 SimSun、SimHei），或用 font= 指定字体文件",
            f"there is no Chinese font on this machine. Looked for: {', '.join((*SANS, *SERIF))}. Install one of them "
            "(Debian, Ubuntu: apt install fonts-noto-cjk; Windows comes with SimSun and SimHei), or give a font file "
            "with font=",
        )
    return _fonts(sans, serif)


def missing_glyphs(texts: Iterable[str], fonts: Fonts) -> str:
    """Characters of texts that no font of a sheet has, each once, in order."""
    known = frozenset[int]().union(*(_characters(*file) for file in fonts.files))
    found = sorted(set("".join(texts)))
    return "".join(each for each in found if ord(each) not in known and not each.isspace())


def clean(text: object, longest: int = 200) -> str:
    r"""A text from data as one line that can be drawn: control characters are blanks, long ones are cut.

    Examples
    --------
    >>> clean("清水河\n$x$\x00"), clean("x" * 300)[-3:]
    ('清水河 $x$', 'xx…')
    """
    plain = "".join(" " if unicodedata.category(each) in {"Cc", "Cs", "Cf", "Zl", "Zp"} else each for each in str(text))
    plain = " ".join(plain.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


@lru_cache(maxsize=1)
def _faces() -> dict[str, tuple[str, int]]:
    """Family → file and face of its regular weight, of the fonts that matplotlib knows."""
    from matplotlib import font_manager

    faces: dict[str, tuple[str, int]] = {}
    for entry in sorted(
        font_manager.fontManager.ttflist, key=lambda each: (abs(_weight(each.weight) - 400), each.fname)
    ):
        if entry.style == "normal":
            faces.setdefault(entry.name, (entry.fname, getattr(entry, "index", 0)))
    return faces


def _weight(weight: object) -> int:
    return weight if isinstance(weight, int) else 400


def _named(font: str, faces: dict[str, tuple[str, int]]) -> str:
    from matplotlib import font_manager

    if font in faces:
        return font
    path = Path(font)
    if path.is_file():
        try:
            font_manager.fontManager.addfont(path)
            _faces.cache_clear()
            return font_manager.get_font(path).family_name
        except (OSError, RuntimeError) as error:
            raise JobError(
                f"{path.name} 不是可用的字体文件：{error}", f"{path.name} is no usable font: {error}"
            ) from error
    raise JobError(
        f"没有字体 {font}；请写已安装字体的名称（如 Noto Sans CJK SC）或字体文件的路径",
        f"there is no font {font}; give the name of one that is installed (such as Noto Sans CJK SC) or a font file",
    )


def _fonts(sans: tuple[str, ...], serif: tuple[str, ...]) -> Fonts:
    faces = _faces()
    families = dict.fromkeys((*sans, *serif, _BESIDE))
    files = tuple(faces[name] for name in families if name in faces)
    outlines = {_is_postscript(*faces[name]) for name in dict.fromkeys((*sans, *serif)) if name in faces}
    return Fonts((*sans, _BESIDE), (*serif, _BESIDE), 3 if True in outlines else 42, files)


def _is_postscript(path: str, face: int) -> bool:
    """Whether the outlines of a face are PostScript's: the tag at the head of its table directory."""
    with Path(path).open("rb") as file:
        tag = file.read(4)
        if tag == b"ttcf":
            file.seek(12 + 4 * face)
            file.seek(struct.unpack(">I", file.read(4))[0])
            tag = file.read(4)
    return tag == b"OTTO"


@lru_cache(maxsize=16)
def _characters(path: str, face: int) -> frozenset[int]:
    from matplotlib import ft2font

    return frozenset(ft2font.FT2Font(path, face_index=face).get_charmap())
