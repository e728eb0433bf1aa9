"""The Word template of reports: made by code, edited by users, filled by docxtpl.

What stands between ``{{ }}`` is filled in, what stands between ``{% %}`` repeats or chooses; all else is the office's:
fonts, headings, margins, headers, a seal, a page of its own.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from riverline.reports.look import FONTS, LOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["made_template"]


def made_template() -> Any:  # noqa: ANN401 - a document of python-docx
    """The template that ships, as a document of python-docx."""
    import docx
    from docx.shared import Mm

    made = docx.Document()
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(LOOK.top_mm), Mm(LOOK.bottom_mm)
    page.left_margin, page.right_margin = Mm(LOOK.left_mm), Mm(LOOK.right_mm)
    page.header_distance, page.footer_distance = Mm(LOOK.top_mm * 0.55), Mm(LOOK.bottom_mm * 0.5)
    _styles(made)
    _head_and_foot(page)
    _body(made)
    return made


def _styles(made: Any) -> None:  # noqa: ANN401
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN

    small: dict[str, Any] = {"size": LOOK.note_pt, "first": 0.0, "leading": 1.2}
    table: dict[str, Any] = {"size": LOOK.table_pt, "first": 0.0, "leading": 1.15, "font": "table", "after": 0.0}
    _style(made, "Normal", size=LOOK.text_pt, first=2.0, after=3)
    _style(made, "Title", size=LOOK.title_pt, font="title", bold=True, align=ALIGN.CENTER, after=14)
    _style(made, "Heading 1", size=LOOK.head_pt, font="head", before=16, after=6, color=LOOK.ink, keep=True)
    _style(made, "Caption", size=LOOK.table_pt + 1, font="head", align=ALIGN.CENTER, before=6, after=4, keep=True)
    _style(made, "Header", size=LOOK.note_pt, font="head", align=ALIGN.CENTER, color="#555555")
    _style(made, "Footer", size=10.5, font="table", align=ALIGN.CENTER)
    _style(made, "Note", **small, color="#444444", after=2)
    _style(made, "Alert", size=LOOK.text_pt, first=0.0, color=LOOK.alert, after=3, keep=True)
    _style(made, "Picture", size=LOOK.text_pt, first=0.0, align=ALIGN.CENTER, before=8, after=2, keep=True, leading=1.0)
    _style(made, "Picture title", size=LOOK.table_pt + 1, font="head", align=ALIGN.CENTER, after=8)
    _style(made, "Signature line", size=LOOK.text_pt, first=0.0, align=ALIGN.RIGHT, before=4, indent=2.0)
    _style(made, "Reference", size=LOOK.text_pt, first=0.0, align=ALIGN.CENTER, after=12)
    _style(made, "Cell", **table)
    _style(made, "Cell right", **table, align=ALIGN.RIGHT)
    _style(made, "Cell centre", **table, align=ALIGN.CENTER)
    _style(made, "Cell sum", **table, bold=True)
    _style(made, "Cell sum right", **table, bold=True, align=ALIGN.RIGHT)
    _style(made, "Head", **(table | {"font": "head"}), align=ALIGN.CENTER)
    sizes = {"small": LOOK.dense_pt, "tiny": LOOK.tiny_pt}
    for name, size in product(("Cell", "Cell right", "Cell centre", "Cell sum", "Cell sum right", "Head"), sizes):
        _style(
            made,
            f"{name} {size}",
            **(table | {"size": sizes[size], "font": "head" if name == "Head" else "table"}),
            bold="sum" in name,
            align=made.styles[name].paragraph_format.alignment,
        )


def _style(  # noqa: PLR0913 - one argument a property
    made: Any,  # noqa: ANN401
    name: str,
    *,
    size: float,
    font: str = "text",
    bold: bool = False,
    color: str = "#1A1A1A",
    align: Any = None,  # noqa: ANN401
    first: float = 0.0,
    before: float = 0.0,
    after: float = 0.0,
    indent: float = 0.0,
    leading: float = LOOK.leading * 0.9,
    keep: bool = False,
) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    there = {each.name for each in made.styles}
    style = made.styles[name] if name in there else made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name not in there:
        style.base_style = made.styles["Normal"]
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(color.lstrip("#"))
    style.font.name = "Times New Roman" if font != "head" else "Arial"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), next(each for each in FONTS[font] if not each.isascii()))
    if name == "Normal":
        style.element.get_or_add_rPr().append(_element("w:lang", {"val": "en-US", "eastAsia": "zh-CN"}))
    form = style.paragraph_format
    form.alignment, form.space_before, form.space_after = align, Pt(before), Pt(after)
    form.line_spacing, form.keep_with_next = leading, keep
    form.first_line_indent, form.right_indent = Pt(first * size), Pt(indent * size)
    for border in style.element.xpath("w:pPr/w:pBdr"):
        border.getparent().remove(border)


def _head_and_foot(page: Any) -> None:  # noqa: ANN401
    head = page.header.paragraphs[0]
    head.text = "{{ running }}"
    head._p.get_or_add_pPr().append(  # noqa: SLF001
        _element("w:pBdr", [("w:bottom", {"val": "single", "sz": "4", "space": "3", "color": LOOK.rule[1:]})])
    )
    foot = page.footer.paragraphs[0]
    foot.add_run("— ")
    for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = foot.add_run()
        part = ("w:fldChar", {"fldCharType": kind}) if kind else ("w:instrText", {})
        element = _element(*part)
        if code:
            element.text = code
        run._r.append(element)  # noqa: SLF001
    foot.add_run(" —")


def _element(name: str, inside: Any) -> Any:  # noqa: ANN401 - lxml's own
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    if isinstance(inside, dict):
        for key, value in inside.items():
            made.set(qn(f"w:{key}"), value)
    else:
        for child in inside:
            made.append(_element(*child))
    return made


def _body(made: Any) -> None:  # noqa: ANN401
    made.add_paragraph("{{ title }}", style="Title")
    for text, style in _lines():
        if style == "facts":
            _facts(made)
        elif style == "table":
            _table(made)
        else:
            made.add_paragraph(text, style=style)


def _lines() -> Iterator[tuple[str, str]]:
    """The template's paragraphs, in order, with their styles; tables stand where they are named."""
    yield "{%p if reference %}", "Normal"
    yield "{{ reference }}", "Reference"
    yield "{%p endif %}", "Normal"
    yield "{%p for section in sections %}", "Normal"
    yield "{%p if section.title %}", "Normal"
    yield "{{ section.title }}", "Heading 1"
    yield "{%p endif %}", "Normal"
    yield "{%p for block in section.blocks %}", "Normal"
    for tone, style in (("text", "Normal"), ("note", "Note"), ("alert", "Alert")):
        yield f"{{%p if block.kind == 'Paragraph' and block.tone == '{tone}' %}}", "Normal"
        yield "{{ block.text }}", style
        yield "{%p endif %}", "Normal"
    yield "{%p if block.kind == 'Figure' %}", "Normal"
    yield "{{ block.picture }}", "Picture"
    yield "{{ block.title }}", "Picture title"
    yield "{%p endif %}", "Normal"
    yield "{%p if block.kind == 'Facts' %}", "Normal"
    yield "", "facts"
    yield "{%p endif %}", "Normal"
    yield "{%p if block.kind == 'Table' %}", "Normal"
    yield "{{ block.title }}", "Caption"
    yield "", "table"
    yield "{%p for note in block.notes %}", "Normal"
    yield "{{ note }}", "Note"
    yield "{%p endfor %}", "Normal"
    yield "{%p endif %}", "Normal"
    yield "{%p endfor %}", "Normal"
    yield "{%p endfor %}", "Normal"
    yield "{%p for line in closing %}", "Normal"
    yield "{{ line }}", "Signature line"
    yield "{%p endfor %}", "Normal"
    yield "{%p for remark in remarks %}", "Normal"
    yield "{{ remark }}", "Note"
    yield "{%p endfor %}", "Normal"


def _facts(made: Any) -> None:  # noqa: ANN401
    table = _grid(made, rows=3, columns=4)
    _merged(table, 0, "{%tr for line in block.lines %}")
    for at, text in enumerate(("{{ line[0] }}", "{{ line[1] }}", "{{ line[2] }}", "{{ line[3] }}")):
        _fill(table.cell(1, at), text, "Head" if at in {0, 2} else "Cell", shade=at in {0, 2})
    _merged(table, 2, "{%tr endfor %}")


def _table(made: Any) -> None:  # noqa: ANN401
    table = _grid(made, rows=4, columns=3)
    _fill(table.cell(0, 0), "{%tc for head in block.heads %}", "Head")
    _fill(table.cell(0, 1), "{{ head }}", "Head", shade=True)
    _fill(table.cell(0, 2), "{%tc endfor %}", "Head")
    heading = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001
    heading.append(_element("w:tblHeader", {}))
    _merged(table, 1, "{%tr for row in block.rows %}")
    _fill(table.cell(2, 0), "{%tc for cell in row %}", "Cell")
    cell = table.cell(2, 1)
    for number, (test, style) in enumerate(
        (
            ("if cell.look == 'right'", "Cell right"),
            ("elif cell.look == 'centre'", "Cell centre"),
            ("elif cell.look == 'sum'", "Cell sum"),
            ("elif cell.look == 'sum right'", "Cell sum right"),
            ("else", "Cell"),
        )
    ):
        first = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        first.text = f"{{%p {test} %}}"
        cell.add_paragraph("{{ cell.text }}", style=style)
    cell.add_paragraph("{%p endif %}")
    _fill(table.cell(2, 2), "{%tc endfor %}", "Cell")
    table.rows[2]._tr.get_or_add_trPr().append(_element("w:cantSplit", {}))  # noqa: SLF001
    _merged(table, 3, "{%tr endfor %}")


def _grid(made: Any, *, rows: int, columns: int) -> Any:  # noqa: ANN401
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.oxml.ns import qn

    table = made.add_table(rows=rows, cols=columns, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    side = {"val": "single", "sz": "4", "space": "0", "color": LOOK.rule[1:]}
    edges = [(f"w:{edge}", side) for edge in ("top", "left", "bottom", "right", "insideH", "insideV")]
    margins = [(f"w:{edge}", {"w": "60", "type": "dxa"}) for edge in ("left", "right")]
    # Word wants these in its own order: borders, layout, margins, look.
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))  # noqa: SLF001
    layout.addprevious(_element("w:tblBorders", edges))
    layout.addnext(_element("w:tblCellMar", margins))
    return table


def _merged(table: Any, row: int, text: str) -> None:  # noqa: ANN401
    _fill(table.cell(row, 0), text, "Cell")


def _fill(cell: Any, text: str, style: str, *, shade: bool = False) -> None:  # noqa: ANN401
    from docx.enum.table import WD_ALIGN_VERTICAL

    cell.paragraphs[0].text = text
    cell.paragraphs[0].style = style
    if shade:
        colour = {"val": "clear", "color": "auto", "fill": LOOK.shade[1:]}
        cell._tc.get_or_add_tcPr().append(_element("w:shd", colour))  # noqa: SLF001
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
