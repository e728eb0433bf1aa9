"""A report as PDF, and drawings as PNG, by typst: fonts are found where the program runs, and missing ones are told."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riverline.errors import JobError, needed
from riverline.reports.look import FONTS, LOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from riverline.reports.model import Block, Document, Figure

__all__ = ["as_pdf", "as_png", "fonts_found", "require_fonts"]

_DRAWING = """#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1mm)"""
_FONT_FILES = (".ttf", ".otf", ".ttc", ".otc")
_PPI = 220
_MOST_TAGGED = 2_000
# A row that is taller is broken: below a caption and the head of its table a page has not much more.
_TALLEST_ROW_MM = 180
_IDEOGRAPH = re.compile("[㐀-鿿]")
_HAN = re.compile(f"{_IDEOGRAPH.pattern}|CJK|Han (Sans|Serif)")
# An instant that never changes: the same report gives the same bytes.
_INSTANT = 946_684_800


def as_pdf(document: Document, *, fonts: str | None = None) -> bytes:
    """A report as PDF with text that can be searched.

    Parameters
    ----------
    document
        The report.
    fonts
        Folder with more fonts.

    Raises
    ------
    MissingDependencyError
        If typst is not there.
    JobError
        If no font with Chinese characters is found; the message says where to put one.
    """
    typst = _typst()
    told = _plain(document)
    look = dataclasses.asdict(LOOK) | {
        "width_mm": LOOK.width_mm,
        "tallest_mm": _TALLEST_ROW_MM,
        "fonts": fonts_found(fonts),
    }
    inputs = {"document": json.dumps(told, ensure_ascii=False), "look": json.dumps(look, ensure_ascii=False)}
    source = files("riverline.reports").joinpath("report.typ").read_bytes()
    # Tags for readers of the screen make thousands of rows several times as large.
    tagged = sum(len(table.rows) for table in document.tables) <= _MOST_TAGGED
    made: bytes = typst.compile(
        source, format="pdf", sys_inputs=inputs, timestamp=_INSTANT, font_paths=_fonts(fonts), pdf_tags=tagged
    )
    return made


def as_png(figure: Figure, *, fonts: str | None = None) -> bytes:
    """A drawing as PNG.

    Raises
    ------
    MissingDependencyError
        If typst is not there.
    JobError
        If it has Chinese words and no font with Chinese characters is found: all of them would be empty boxes.
    """
    typst = _typst()
    if _IDEOGRAPH.search(figure.svg):
        fonts_found(fonts)
    inputs = {"svg": figure.svg, "width": f"{figure.width_mm}"}
    made: bytes = typst.compile(_DRAWING.encode(), format="png", ppi=_PPI, sys_inputs=inputs, font_paths=_fonts(fonts))
    return made


def fonts_found(folder: str | None = None) -> Mapping[str, list[str]]:
    """For each kind of text the fonts that are there, the wanted one first.

    Parameters
    ----------
    folder
        Folder with more fonts.

    Raises
    ------
    JobError
        If none of them has Chinese characters.
    """
    return _chosen(tuple(_fonts(folder).families()))


def _chosen(families: tuple[str, ...]) -> dict[str, list[str]]:
    there = set(families)
    spare = sorted(name for name in families if _HAN.search(name) and "Mono" not in name)
    found = {kind: [name for name in row if name in there] for kind, row in FONTS.items()}
    spare = spare or [name for row in found.values() for name in row]
    if not spare:
        wanted = list(dict.fromkeys(name for row in FONTS.values() for name in row[-6:]))
        raise JobError(
            "没有找到中文字体，不能排版 PDF 和文档中的插图；请安装其中之一，或用 fonts= 指定字体文件夹"
            f"（命令行为 --fonts）：{'、'.join(wanted)}",
            "no font with Chinese characters was found, which a PDF and drawings in Word files need; install one of "
            f"these, or name a folder with fonts= (--fonts on the command line): {', '.join(wanted)}",
        )
    return {kind: row or [*spare[:1]] for kind, row in found.items()}


def _typst() -> Any:  # noqa: ANN401 - a module
    return needed("typst", extra="report", zh="输出 PDF 和文档中的插图", en="PDF, and drawings in Word files, need")


def require_fonts(folder: str) -> None:
    """Raise for a folder that is not there or holds no font.

    Raises
    ------
    JobError
        With the folder's name.
    """
    if not any(each.suffix.lower() in _FONT_FILES for each in Path(folder).rglob("*")):
        raise JobError(
            f"文件夹 {folder} 不存在，或其中没有字体文件（{'、'.join(_FONT_FILES)}）；请改正 fonts=，或不写",
            f"folder {folder} is not there, or holds no font ({', '.join(_FONT_FILES)}): correct fonts=, or leave it "
            "out and take the fonts of this machine",
        )


@cache
def _fonts(folder: str | None) -> Any:  # noqa: ANN401 - typst's own
    if folder is not None:
        require_fonts(folder)
    return _typst().Fonts(font_paths=[] if folder is None else [folder])


def _plain(document: Document) -> dict[str, Any]:
    """A report as what JSON can hold; sheets stay behind."""
    told = {
        "title": document.title,
        "language": document.language,
        "running": document.running,
        "reference": document.reference,
        "closing": document.closing,
        "remarks": document.remarks,
    }
    sections = [{"title": part.title, "blocks": list(map(_block, part.blocks))} for part in document.sections]
    return told | {"sections": sections}


def _block(block: Block) -> dict[str, Any]:
    fields = {field.name: getattr(block, field.name) for field in dataclasses.fields(block) if field.name != "sheet"}
    if "strong" in fields:
        fields["strong"] = sorted(fields["strong"])
    return {"kind": type(block).__name__, **fields}
