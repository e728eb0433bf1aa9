"""What a report says, whatever file it becomes: frozen values that the renderers only lay out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from riverline.export.sheets import Sheet
    from riverline.schema import Language

__all__ = ["Block", "Document", "Facts", "Figure", "Paragraph", "Section", "Table", "numbered"]

_DIGITS = "〇一二三四五六七八九"
_TEN = 10


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text.

    Attributes
    ----------
    text
        As it is read: never markup of any format.
    tone
        ``text``; ``note`` for what is set small; ``alert`` for what has to be looked at before the report goes out.
    """

    text: str
    tone: Literal["text", "note", "alert"] = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they stand for, two pairs on a line.

    Attributes
    ----------
    pairs
        Name, and its value as it is printed.
    """

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its cells as they are printed.

    Attributes
    ----------
    title
        What stands above it.
    heads
        Names of the columns.
    rows
        Cells, row by row.
    right
        Whether each column holds figures, which stand right.
    widths
        Share of the width that each column takes; they sum to 1.
    dense
        Whether it needs smaller type.
    strong
        Rows that sum up others.
    notes
        What stands below it.
    sheet
        The same with figures as figures, for workbooks.
    tiny
        Whether it needs the smallest type.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    widths: tuple[float, ...]
    dense: bool
    strong: frozenset[int]
    notes: tuple[str, ...]
    sheet: Sheet
    tiny: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing.

    Attributes
    ----------
    title
        What stands below it.
    svg
        The drawing: shapes and text, no script, no link.
    width_mm, height_mm
        Its size on paper, at which its scale holds.
    """

    title: str
    svg: str
    width_mm: float
    height_mm: float


Block = Paragraph | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under a heading; without a title it goes on where the last one ended."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report.

    Attributes
    ----------
    title
        Its name.
    language
        Of every text.
    running
        What stands at the head of every page.
    reference
        Number of the document, or the blank for it; empty where it has none.
    sections
        Its parts, in order.
    closing
        Who signs, and when: the last lines of the text, at the right.
    remarks
        Where it comes from: rules, versions, CRS.
    """

    title: str
    language: Language
    running: str
    reference: str
    sections: tuple[Section, ...]
    closing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, in order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Table))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its drawings, in order."""
        return tuple(block for section in self.sections for block in section.blocks if isinstance(block, Figure))


def numbered(document: Document) -> Document:
    """The same report with headings, tables and figures numbered from one.

    Examples
    --------
    >>> parts = (Section("河流", (Paragraph("…"),)), Section("", ()), Section("界桩", ()))
    >>> [part.title for part in numbered(Document("档案", "zh", "", "", parts)).sections]
    ['一、河流', '', '二、界桩']
    """
    zh = document.language == "zh"
    counts = {"Table": 0, "Figure": 0, "Section": 0}
    words = {"Table": "表" if zh else "Table ", "Figure": "图" if zh else "Figure "}

    def told(block: Block) -> Block:
        if not isinstance(block, (Table, Figure)):
            return block
        kind = type(block).__name__
        counts[kind] += 1
        return replace(
            block,
            title=f"{words[kind]}{counts[kind]}　{block.title}"
            if zh
            else f"{words[kind]}{counts[kind]}. {block.title}",
        )

    def headed(section: Section) -> Section:
        counts["Section"] += bool(section.title)
        number = f"{in_chinese(counts['Section'])}、" if zh else f"{counts['Section']}. "
        title = f"{number}{section.title}" if section.title else ""
        return Section(title, tuple(map(told, section.blocks)))

    return replace(document, sections=tuple(map(headed, document.sections)))


def in_chinese(number: int) -> str:
    """A number below one hundred as headings count.

    Examples
    --------
    >>> [in_chinese(number) for number in (1, 10, 11, 20, 25)]
    ['一', '十', '十一', '二十', '二十五']
    """
    tens, ones = divmod(number, _TEN)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")
