"""A report as a Word file: a template, the one that ships or the office's own, filled by docxtpl."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riverline.errors import JobError, needed
from riverline.reports.fitting import columns_of, title_size
from riverline.reports.look import LOOK
from riverline.reports.model import Facts, Figure, Paragraph
from riverline.reports.typeset import as_png
from riverline.reports.word_template import made_template

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from riverline.reports.model import Block, Document, Table

__all__ = ["as_word", "template_bytes"]

_KEPT = 10
_TWIPS_MM = 1440 / 25.4
_FACTS = (0.18, 0.32, 0.18, 0.32)
_PARAGRAPH = re.compile(r"<w:p(?: [^>]*)?>.*?</w:p>", re.DOTALL)
_BODY = re.compile("^<w:body[^>]*>")
_BROKEN = re.compile("[\t\a\n\f]")
# The first day that a ZIP archive can name: the same report gives the same bytes.
_DAY = (1980, 1, 1, 0, 0, 0)


def template_bytes() -> bytes:
    """The template that ships, as a file's content."""
    needed("docxtpl", extra="report", zh="输出 Word 报告", en="reports as Word files need")
    made = made_template()
    _forget(made.core_properties, "")
    return _packed(made)


def as_word(document: Document, *, template: str | os.PathLike[str] | None = None, fonts: str | None = None) -> bytes:
    """A report as DOCX.

    Parameters
    ----------
    document
        The report.
    template
        A Word file to fill; the one that ships if not given.
    fonts
        Folder with more fonts, for drawings.

    Raises
    ------
    MissingDependencyError
        If docxtpl or typst is not there.
    JobError
        If the template cannot be read, or asks for what there is not, or drawings need a font with Chinese characters
        and none is found.
    """
    needed("docxtpl", extra="report", zh="输出 Word 报告", en="reports as Word files need")
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    source = io.BytesIO(template_bytes() if template is None else _read(template))
    # A template may choose and repeat; it may not reach into the program.
    words = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        filled = _filler(source)
        filled.init_docx()
        filled.render(_context(document, filled, fonts), words)
    except JobError:
        raise
    except (TemplateError, KeyError, ValueError, zipfile.BadZipFile) as error:
        name = "" if template is None else Path(template).name
        raise JobError(
            f"Word 模板 {name} 不能用：{error}；可用 riverline.reports.write_template 另存一份再修改",
            f"the Word template {name} cannot be used: {error}; begin with what reports.write_template writes",
        ) from error
    _set_title(filled.docx, document.title)
    _set_tables(filled.docx, document)
    _set_pictures(filled.docx)
    _keep_ending(filled.docx)
    _forget(filled.docx.core_properties, document.title)
    return _packed(filled.docx)


def _read(template: str | os.PathLike[str]) -> bytes:
    try:
        return Path(template).read_bytes()
    except OSError as error:
        name, reason = Path(template).name, error.strerror or str(error)
        raise JobError(f"Word 模板 {name} 读不了：{reason}", f"the template {name} cannot be read: {reason}") from error


def _context(document: Document, filled: Any, fonts: str | None) -> dict[str, Any]:  # noqa: ANN401
    sections = [
        {"title": _text(part.title), "blocks": [_block(each, filled, fonts) for each in part.blocks]}
        for part in document.sections
    ]
    return {
        "title": _text(document.title),
        "running": _text(document.running),
        "reference": _text(document.reference),
        "language": document.language,
        "sections": sections,
        "closing": list(map(_text, document.closing)),
        "remarks": list(map(_text, document.remarks)),
    }


def _text(words: str) -> Any:  # noqa: ANN401 - escaped text
    """Words that no step of filling reads as anything else: docxtpl would take ``{_{`` for ``{{``."""
    from markupsafe import Markup, escape

    told = escape(words)
    return told if "_" not in words else Markup(str(told).replace("_", "&#95;"))  # noqa: S704 - escaped


def _block(block: Block, filled: Any, fonts: str | None) -> dict[str, Any]:  # noqa: ANN401
    kind = {"kind": type(block).__name__}
    if isinstance(block, Paragraph):
        return {**kind, "text": _text(block.text), "tone": block.tone}
    if isinstance(block, Facts):
        flat = [_text(each) for pair in block.pairs for each in pair] + [""] * (len(block.pairs) % 2 * 2)
        return {**kind, "lines": [flat[at : at + 4] for at in range(0, len(flat), 4)]}
    if isinstance(block, Figure):
        return {**kind, "picture": _picture(block, filled, fonts), "title": _text(block.title)}
    return {
        **kind,
        "title": _text(block.title),
        "heads": list(map(_text, block.heads)),
        "rows": _rows(block),
        "notes": list(map(_text, block.notes)),
    }


def _picture(figure: Figure, filled: Any, fonts: str | None) -> Any:  # noqa: ANN401
    from docx.shared import Mm
    from docxtpl import InlineImage

    width = min(figure.width_mm, LOOK.width_mm)
    return InlineImage(filled, io.BytesIO(as_png(figure, fonts=fonts)), width=Mm(width))


def _rows(table: Table) -> list[list[dict[str, Any]]]:
    plain = ["right" if right else "centre" if at == 0 else "left" for at, right in enumerate(table.right)]
    sums = ["sum right" if right else "sum" for right in table.right]
    return [
        [
            {"text": _text(cell), "look": look}
            for cell, look in zip(row, sums if number in table.strong else plain, strict=True)
        ]
        for number, row in enumerate(table.rows)
    ]


def _set_title(docx: Any, title: str) -> None:  # noqa: ANN401
    """A title that is a sign or two too long for its line stands on it in smaller type."""
    from docx.shared import Pt

    size = title_size(title)
    for paragraph in docx.paragraphs:
        same = paragraph.style.name == "Title" and paragraph.text == title
        if same and paragraph.style.font.size == Pt(LOOK.title_pt) and size < LOOK.title_pt:
            for run in paragraph.runs:
                run.font.size = Pt(size)


def _set_tables(docx: Any, document: Document) -> None:  # noqa: ANN401
    """Columns as wide and type as small as the report says: a table is known by the names of its columns."""
    from docx.oxml.ns import qn

    known = {_joined(each.heads): each for each in document.tables}
    small = {style.style_id for style in docx.styles if style.name.endswith((" small", " tiny"))}
    for table in docx.element.body.iter(qn("w:tbl")):
        first, grid = table.find(qn("w:tr")), table.tblGrid.findall(qn("w:gridCol"))
        heads = [] if first is None else [_words_in(cell) for cell in first.iterchildren(qn("w:tc"))]
        told = known.get(_joined(heads))
        shares, size = columns_of(told) if told is not None else (_FACTS, LOOK.table_pt)
        if len(shares) == len(grid):
            _set_widths(table, grid, [round(share * LOOK.width_mm * _TWIPS_MM) for share in shares])
        ending = {LOOK.dense_pt: "small", LOOK.tiny_pt: "tiny"}.get(size, "")
        for style in table.iter(qn("w:pStyle")) if ending else ():
            plain = style.get(qn("w:val"))
            # A template of one's own may know one smaller type, or none.
            style.set(qn("w:val"), next((each for each in (plain + ending, f"{plain}small") if each in small), plain))


def _set_pictures(docx: Any) -> None:  # noqa: ANN401
    """No room around drawings: where nothing is said LibreOffice leaves 9 pt, and what fills the line leaves it."""
    from docx.oxml.ns import qn

    for inline in docx.element.body.iter(qn("wp:inline")):
        for side in ("T", "B", "L", "R"):
            inline.set(f"dist{side}", "0")


def _keep_ending(docx: Any) -> None:  # noqa: ANN401
    """The last paragraphs stay on one page: two lines of remarks are no page."""
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph as Words

    parts = [part for part in docx.element.body if part.tag != qn("w:sectPr")]
    tables = [at for at, part in enumerate(parts) if part.tag != qn("w:p")]
    first = max([*tables[-1:], len(parts) - 1 - _KEPT]) + 1
    for part in parts[max(first, 0) : -1]:
        Words(part, docx).paragraph_format.keep_with_next = True


def _joined(heads: Iterable[str]) -> str:
    return "\0".join(head.replace("\n", "") for head in heads)


def _words_in(cell: Any) -> str:  # noqa: ANN401
    from docx.oxml.ns import qn

    return "".join(node.text or "" for node in cell.iter(qn("w:t")))


def _set_widths(table: Any, grid: list[Any], widths: list[int]) -> None:  # noqa: ANN401
    from docx.oxml.ns import qn

    for column, width in zip(grid, widths, strict=True):
        column.set(qn("w:w"), str(width))
    # Names once: python-docx looks each property up by its schema, which for many rows takes as long as filling them.
    row_, cell_, box_, width_, kind_ = (qn(f"w:{name}") for name in ("tr", "tc", "tcW", "w", "type"))
    path = f"{qn('w:tcPr')}/{box_}"
    texts = [str(width) for width in widths]
    for row in table.iterchildren(row_):
        for cell, text in zip(row.iterchildren(cell_), texts, strict=False):
            box = cell.find(path)
            box = cell.get_or_add_tcPr().get_or_add_tcW() if box is None else box
            box.set(width_, text)
            box.set(kind_, "dxa")


def _filler(source: io.BytesIO) -> Any:  # noqa: ANN401
    """What fills a template; long tables take less of it than docxtpl's own way does."""
    from docx.oxml import parse_xml
    from docxtpl import DocxTemplate
    from lxml import etree

    class Filler(DocxTemplate):  # type: ignore[misc]
        def resolve_listing(self, xml: str) -> str:
            # Paragraphs without line ends or tabs, which are most, are not looked through for them.
            whole = super().resolve_listing
            return _PARAGRAPH.sub(lambda found: whole(found[0]) if _BROKEN.search(found[0]) else found[0], xml)

        def map_tree(self, tree: Any) -> None:  # noqa: ANN401
            # A body that moves from document to document is walked node by node: it is read once more instead.
            root = self.docx.element
            body = etree.tostring(tree, encoding="unicode")
            if tree.nsmap == root.nsmap:
                body = _BODY.sub("<w:body>", body, count=1)
            root.body.clear()
            head, _, tail = etree.tostring(root, encoding="unicode").partition("<w:body/>")
            read = parse_xml(f"{head}{body}{tail}")
            self.docx._part._element = self.docx._element = read  # noqa: SLF001 - no public way to put a whole tree

    return Filler(source)


def _forget(properties: Any, title: str) -> None:  # noqa: ANN401
    """No day, no program and no user in the file's properties."""
    import datetime as dt

    properties.title, properties.author, properties.last_modified_by, properties.comments = title[:255], "", "", ""
    properties.created = properties.modified = dt.datetime(*_DAY, tzinfo=dt.UTC)
    properties.revision = 1


def _packed(docx: Any) -> bytes:  # noqa: ANN401
    """The file's content, its parts in one order and of one day."""
    draft, packed = io.BytesIO(), io.BytesIO()
    docx.save(draft)
    with zipfile.ZipFile(draft) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        names = sorted(parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            part = zipfile.ZipInfo(name, _DAY)
            part.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(part, parts.read(name))
    return packed.getvalue()
