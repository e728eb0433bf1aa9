"""A report as a workbook: its text on the first sheet, each of its tables on one of its own, figures as figures."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from riverline.errors import JobError, needed
from riverline.export.sheet_writing import paged, read_digests, write_pages
from riverline.export.sheets import Head, Sheet
from riverline.reports.model import Facts, Figure, Paragraph, Table
from riverline.reports.wording import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from riverline.io.sheet_cells import Cell
    from riverline.reports.model import Document

__all__ = ["as_workbook"]


def as_workbook(document: Document) -> bytes:
    """A report as XLSX, read back before it counts.

    Raises
    ------
    MissingDependencyError
        If xlsxwriter or openpyxl is not there.
    JobError
        If it does not read back as what was written.
    """
    needed("xlsxwriter", "openpyxl", extra="report", zh="输出 Excel", en="workbooks need")
    language = document.language
    sheets = [_words(document), *(replace(table.sheet, title=table.title) for table in document.tables)]
    about = said(language, "；", "; ").join(document.remarks)
    footer = said(language, "第 &P 页 共 &N 页", "Page &P of &N")
    with tempfile.TemporaryDirectory(prefix=".riverline-") as folder:
        draft = Path(folder) / "draft.xlsx"
        pages = paged(sheets, [about] * len(sheets), language=language)
        written = write_pages(draft, pages, title=document.title, footer=footer, language=language)
        if written != read_digests(draft):
            raise JobError("写出后复读与原数据不一致", "what was written does not read back the same")
        return draft.read_bytes()


def _words(document: Document) -> Sheet:
    """The running text, a line for each paragraph and for each heading; facts have their values beside them."""
    language = document.language
    lines = list(_lines(document))
    labels = [said(language, "正文", "Text"), said(language, "内容", "Value")]
    count = max(map(len, lines), default=1)
    rows: list[list[Cell]] = [[*line, *[None] * (count - len(line))] for line in lines]
    return Sheet("", document.title, tuple(Head("", label, "General") for label in labels[:count]), rows)


def _lines(document: Document) -> Iterator[tuple[str, ...]]:
    yield from ((line,) for line in (document.reference,) if line)
    for section in document.sections:
        yield from ((line,) for line in (section.title,) if line)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                yield (block.text,)
            elif isinstance(block, Facts):
                yield from block.pairs
            elif isinstance(block, Table | Figure):
                yield (block.title,)
    yield from ((line,) for line in document.closing)
