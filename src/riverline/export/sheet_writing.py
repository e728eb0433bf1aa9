"""Sheets as the pages of an XLSX file: ruled, framed, ready to be printed, and read back before they count."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import itertools
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from riverline.export.sheets import Blocks, Sheet
from riverline.io.sheet_cells import MOST_ROWS, clean_text, display_width, is_risky, sheet_name
from riverline.io.sheet_paper import TALLEST_ROW, lines_in, paper_of, print_margins, widths_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from riverline.io.sheet_cells import Cell
    from riverline.io.sheet_paper import Paper
    from riverline.schema import Language

__all__ = ["Page", "paged", "read_digests", "write_pages"]

_HEAD_ROWS = 3
_MOST_BREAKS = 1_023
_SHORT = 12
_LOOKED_AT = 2_000
_A4 = 9
_BLOCK_WIDTHS = (17, 22, 17, 20, 17, 20)
_SKETCH_HEIGHT = 150
_FONTS = {"zh": ("宋体", "黑体"), "en": ("Arial", "Arial")}
_GOES_ON = {"zh": "（续）", "en": " (continued)"}
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed date: the same result gives the same bytes


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A sheet under the name it has in the file, with the line of notes that stands below its title."""

    name: str
    sheet: Sheet | Blocks
    note: str


def paged(sheets: Sequence[Sheet | Blocks], about: Sequence[str], *, language: Language) -> list[Page]:
    """Sheets with names that spreadsheets allow; one with more rows than a page has becomes several, which is told.

    Parameters
    ----------
    sheets
        Tables and blocks.
    about
        Where each comes from: rules, version, CRS.
    language
        Of what is told.
    """
    taken: set[str] = set()
    pages = []
    for sheet, told in zip(sheets, about, strict=True):
        parts = list(_parts(sheet))
        notes = [*sheet.notes, clean_text(told)]
        if len(parts) > 1:
            count = f"{len(sheet.rows) - len(getattr(sheet, 'strong', ())):,}"
            zh, en = (
                f"共 {count} 行，超过一张工作表的上限，分为 {len(parts)} 张",
                f"{count} rows, parted into {len(parts)} sheets",
            )
            notes.insert(0, zh if language == "zh" else en)
        pages += [Page(sheet_name(part.title, taken), part, "；".join(filter(None, notes))) for part in parts]
    return pages


def _parts(sheet: Sheet | Blocks) -> Iterator[Sheet | Blocks]:
    most = MOST_ROWS - _HEAD_ROWS
    if isinstance(sheet, Blocks):
        most = min(_MOST_BREAKS, most // _block_height(sheet))
    for start in range(0, max(len(sheet.rows), 1), most):
        rows = sheet.rows[start : start + most]
        if isinstance(sheet, Blocks):
            yield replace(sheet, rows=rows)
        else:
            yield replace(sheet, rows=rows, strong=frozenset(each - start for each in sheet.strong))


@dataclass(slots=True, eq=False)
class _Book:
    """A workbook that is being written: its formats, and a digest of what each page was given."""

    book: Any
    language: Language
    digests: dict[str, str] = field(default_factory=dict)
    formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def look(self, **properties: Any) -> Any:  # noqa: ANN401 - a format of xlsxwriter
        """The format with these properties; each is made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            font = _FONTS[self.language][0]
            plain = {"font_name": font, "font_size": 10, "valign": "vcenter"}
            self.formats[key] = self.book.add_format(plain | properties)
        return self.formats[key]


@dataclass(slots=True, eq=False)
class _Pen:
    """Writes the cells of one page, row by row, and keeps a digest of them."""

    book: _Book
    sheet: Any
    digest: Any = field(default_factory=hashlib.sha256)

    def put(self, row: int, column: int, cell: Cell, *, last: int | None = None, **look: Any) -> None:  # noqa: ANN401
        """One cell, over several columns if ``last`` is given; texts are never computed, whatever they begin with."""
        if isinstance(cell, str) and is_risky(cell):
            look |= {"quote_prefix": True}
        if isinstance(cell, dt.date):
            look |= {"num_format": "yyyy-mm-dd hh:mm" if isinstance(cell, dt.datetime) else "yyyy-mm-dd"}
        form = self.book.look(**look)
        if last is not None and last > column:
            self.sheet.merge_range(row, column, row, last, "", form)
        if cell is None:
            self.sheet.write_blank(row, column, None, form)
            return
        self.digest.update(_token(row, column, cell))
        if isinstance(cell, str):
            self.sheet.write_string(row, column, cell, form)
        elif isinstance(cell, dt.date):
            moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
            self.sheet.write_datetime(row, column, moment, form)
        else:
            self.sheet.write_number(row, column, cell, form)


def write_pages(path: Path, pages: Sequence[Page], *, title: str, footer: str, language: Language) -> dict[str, str]:
    """Write a workbook.

    Parameters
    ----------
    path
        The file.
    pages
        Its sheets.
    title
        In the properties of the file.
    footer
        At the foot of every printed page.
    language
        Decides the fonts.

    Returns
    -------
    dict
        Name of each sheet → digest of the cells that it was given.

    Raises
    ------
    OSError
        If the disk says no.
    """
    import xlsxwriter

    never = {f"strings_to_{each}": False for each in ("formulas", "urls", "numbers")}
    # Into memory first: on a full disk the library leaves an archive open that complains when it is gone.
    content = io.BytesIO()
    book = _Book(xlsxwriter.Workbook(content, {**never, "in_memory": True}), language)
    book.book.set_properties({"title": title, "created": _CREATED})
    for page in pages:
        pen = _Pen(book, book.book.add_worksheet(page.name))
        (_write_blocks if isinstance(page.sheet, Blocks) else _write_table)(pen, page)
        print_margins(pen.sheet, footer)
        book.digests[page.name] = pen.digest.hexdigest()
    book.book.close()
    path.write_bytes(content.getbuffer())
    return book.digests


def _write_table(pen: _Pen, page: Page) -> None:
    sheet = page.sheet
    widths = widths_of([head.label for head in sheet.heads], [head.form for head in sheet.heads], sheet.rows)
    last = len(widths) - 1
    for column, width in enumerate(widths):
        pen.sheet.set_column(column, column, width)
    paper = paper_of([head.name for head in sheet.heads], widths, name=sheet.name)
    _write_top(pen, page, widths, paper)
    deepest = max(
        math.ceil((display_width([head.label]) + 1) / width) for head, width in zip(sheet.heads, widths, strict=True)
    )
    pen.sheet.set_row(2, 6 + 14 * deepest)
    for column, head in enumerate(sheet.heads):
        pen.put(2, column, head.label, bold=True, align="center", text_wrap=True, border=1, bg_color="#DDEBF7")
    strong: frozenset[int] = getattr(sheet, "strong", frozenset())
    looks: list[dict[str, Any]] = _looks(sheet.heads, sheet.rows)
    for number, row in enumerate(sheet.rows):
        more: dict[str, Any] = {"bold": True, "bg_color": "#F2F2F2"} if number in strong else {}
        lines = max((lines_in(cell, width) for cell, width in zip(row, widths, strict=True)), default=1)
        if lines > 1:
            pen.sheet.set_row(number + _HEAD_ROWS, min(4 + 13 * lines, TALLEST_ROW))
        for column, (cell, look) in enumerate(zip(row, looks, strict=True)):
            pen.put(number + _HEAD_ROWS, column, cell, **{**look, **more})
    pen.sheet.freeze_panes(_HEAD_ROWS, paper.keys)
    pen.sheet.repeat_rows(0, 2)
    pen.sheet.print_area(0, 0, max(len(sheet.rows) + 2, 2), last)
    paper.put_on(pen.sheet)


def _write_top(pen: _Pen, page: Page, widths: Sequence[int], paper: Paper | None = None) -> None:
    """Title and notes, over all columns of a page; the note beside what every page repeats, where it would be cut."""
    look: dict[str, Any] = {"bold": True, "font_size": 16, "align": "center", "font_name": _FONTS[pen.book.language][1]}
    pen.sheet.set_row(0, 30)
    pages = paper.pages if paper is not None else (len(widths) - 1,)
    last, first = pages[0], paper.keys if paper is not None else 0
    pen.put(0, 0, page.sheet.title, last=last, **look)
    for start, end in itertools.pairwise(pages):
        pen.put(0, start + 1, page.sheet.title + _GOES_ON[pen.book.language], last=end, **look)
    lines = math.ceil((display_width([page.note]) + 1) / max(sum(widths[first : last + 1]), 1))
    pen.sheet.set_row(1, min(6 + 13 * lines, TALLEST_ROW))
    pen.put(1, first, page.note, last=last, font_color="#595959", text_wrap=True, align="left")


def _looks(heads: Sequence[Any], rows: Sequence[Sequence[Cell]]) -> list[dict[str, Any]]:
    """How cells of each column look: numbers stand right, short texts in the middle, long ones left and wrapped."""
    seen = rows[:_LOOKED_AT]
    found = []
    for column, head in enumerate(heads):
        texts = [row[column] for row in seen if isinstance(row[column], str)]
        figures = head.name and any(isinstance(row[column], (int, float)) for row in seen)
        wide = display_width(texts) > _SHORT
        align = "right" if figures else "left" if wide else "center"
        found.append({"border": 1, "num_format": head.form, "align": align, "text_wrap": wide})
    return found


def _block_height(blocks: Blocks) -> int:
    return len(blocks.lines) + 1 + bool(blocks.sketch)


def _write_blocks(pen: _Pen, page: Page) -> None:
    blocks = page.sheet
    if not isinstance(blocks, Blocks):  # pragma: no cover - tables go elsewhere
        return
    for column, width in enumerate(_BLOCK_WIDTHS):
        pen.sheet.set_column(column, column, width)
    _write_top(pen, page, _BLOCK_WIDTHS)
    start, breaks = 2, []
    for row in blocks.rows:
        _write_block(pen, blocks, row, start)
        start += _block_height(blocks)
        breaks.append(start)
    pen.sheet.set_h_pagebreaks(breaks[:-1])
    pen.sheet.repeat_rows(0, 1)
    pen.sheet.freeze_panes(2, 0)
    pen.sheet.set_portrait()
    pen.sheet.set_paper(_A4)
    pen.sheet.fit_to_pages(1, 0)


def _write_block(pen: _Pen, blocks: Blocks, row: Sequence[Cell], start: int) -> None:
    last = len(_BLOCK_WIDTHS) - 1
    for number, line in enumerate(blocks.lines):
        at = start + number
        pen.sheet.set_row(at, 26 if len(line) > 1 else 34)
        # One field takes the line, two a half each, three a third.
        step = (last + 1) // len(line)
        for place, index in enumerate(line):
            head, first = blocks.heads[index], place * step
            pen.put(at, first, head.label, bold=True, align="center", text_wrap=True, border=1, bg_color="#DDEBF7")
            pen.put(at, first + 1, row[index], last=first + step - 1, border=1, align="left", text_wrap=True,
                    num_format=head.form)  # fmt: skip
    at = start + len(blocks.lines)
    if blocks.sketch:
        pen.sheet.set_row(at, _SKETCH_HEIGHT)
        pen.put(at, 0, blocks.sketch, bold=True, align="center", border=1, bg_color="#DDEBF7")
        pen.put(at, 1, None, last=last, border=1)
        at += 1
    pen.sheet.set_row(at, 12)


def read_digests(path: Path) -> dict[str, str]:
    """Digest of the cells of each sheet of a workbook, as :func:`write_pages` gives them."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    found = {}
    for sheet in book.worksheets:
        digest = hashlib.sha256()
        for number, row in enumerate(sheet.iter_rows(values_only=True)):
            for column, value in enumerate(row):
                if value is not None:
                    digest.update(_token(number, column, value))
        found[sheet.title] = digest.hexdigest()
    book.close()
    return found


def _token(row: int, column: int, cell: Any) -> bytes:  # noqa: ANN401 - a cell, or what a reader makes of it
    """A cell as it counts: numbers to 14 of the 15 digits that spreadsheets keep, days and times to the second."""
    if isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        # A spreadsheet keeps times as fractions of a day.
        nearest = (moment + dt.timedelta(seconds=0.5)).replace(microsecond=0)
        return f"{row},{column},d{nearest.isoformat()}\n".encode()
    if isinstance(cell, str):
        # So texts are escaped that look like an escape; readers undo it in every text that holds it.
        return f"{row},{column},t{cell.replace('x005F_', '')}\n".encode("utf-8", "surrogatepass")
    # The writer gives numbers 16 digits; no reader keeps the sign of nothing.
    return f"{row},{column},n{float(f'{cell:.16G}') or 0.0:.14g}\n".encode()
