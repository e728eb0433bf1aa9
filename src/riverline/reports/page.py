"""A report as one HTML page: no script, no link, nothing from the network, ready to be printed."""

from __future__ import annotations

from html import escape
from string import Template
from typing import TYPE_CHECKING

from riverline.reports.look import FONTS, LOOK
from riverline.reports.model import Facts, Figure, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from riverline.reports.model import Block, Document

__all__ = ["as_page"]

# The browser itself holds to it: nothing runs and nothing is loaded.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = Template("""
@page { size: A4; margin: ${top}mm ${right}mm ${bottom}mm ${left}mm;
  @top-center { content: var(--running); font: ${note}pt $head_font; color: #555; }
  @bottom-center { content: "— " counter(page) " —"; font: 10.5pt $table_font; } }
* { box-sizing: border-box; }
html { background: #ECEFF2; }
body { margin: 0; font: ${text}pt/$leading $text_font; color: #1A1A1A; }
main { width: 210mm; max-width: 100%; margin: 8mm auto; padding: ${top}mm ${right}mm ${bottom}mm ${left}mm;
  background: #FFF; box-shadow: 0 1px 8px rgba(0,0,0,.18); }
header { font: ${note}pt $head_font; color: #555; border-bottom: .5pt solid $rule; padding-bottom: 1.5mm;
  margin-bottom: 9mm; text-align: center; }
h1 { font: 600 ${title}pt/1.4 $title_font; text-align: center; margin: 0 0 5mm; overflow-wrap: anywhere; }
.reference { text-align: center; margin: 0 0 8mm; }
h2 { font: 400 ${head}pt/1.5 $head_font; color: $ink; margin: 8mm 0 3mm; break-after: avoid; }
p { margin: 0 0 2mm; overflow-wrap: anywhere; white-space: pre-line; }
p.text { text-indent: 2em; text-align: justify; }
html[lang=en] p.text { text-indent: 0; }
p.note, figcaption, caption, .remarks { font-size: ${note}pt; }
p.note, .remarks { color: #444; }
p.alert { color: $alert; text-indent: 0; padding-left: 1em; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font: ${table}pt/1.35 $table_font;
  margin: 2mm 0 1.5mm; }
caption { font-family: $head_font; font-size: ${caption}pt; padding: 1mm 0 1.5mm; break-after: avoid;
  overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: .5pt solid $rule; padding: .8mm 1.2mm; overflow-wrap: anywhere; white-space: pre-line; }
th { background: $shade; font: 400 ${table}pt/1.3 $head_font; text-align: center; }
td { text-align: left; }
td.r { text-align: right; font-variant-numeric: tabular-nums; }
td.c { text-align: center; }
tr.s td { background: $total; font-weight: 600; }
table.dense td, table.dense th { font-size: ${dense}pt; padding: .7mm .7mm; }
table.tiny td, table.tiny th { font-size: ${tiny}pt; }
.facts th { background: $shade; text-align: left; width: 18%; }
.facts td { width: 32%; }
figure { margin: 4mm 0; text-align: center; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
figcaption { font-family: $head_font; font-size: ${caption}pt; }
.closing { margin-top: 12mm; text-align: right; padding-right: 2em; }
.closing p { margin: 0 0 2mm; }
.remarks { margin-top: 8mm; border-top: .5pt solid $rule; padding-top: 2mm; }
@media print { html { background: none; } main { width: auto; margin: 0; padding: 0; box-shadow: none; }
  header { display: none; } h2 { margin-top: 6mm; } }
""")


def as_page(document: Document) -> str:
    """A report as HTML.

    Examples
    --------
    >>> from riverline.reports.model import Document
    >>> "<script>" in as_page(Document("<script>", "zh", "", "", ()))
    False
    """
    parts = [
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if document.language == "zh" else "en"}">\n',
        '<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>{_text(document.title)}</title>\n<style>{_style(document.running)}</style>\n</head>\n<body>\n<main>\n",
        f"<header>{_text(document.running)}</header>\n<h1>{_text(document.title)}</h1>\n",
        f'<p class="reference">{_text(document.reference)}</p>\n' if document.reference else "",
    ]
    for section in document.sections:
        parts.append(f"<section>\n<h2>{_text(section.title)}</h2>\n" if section.title else "<section>\n")
        for block in section.blocks:
            parts += _block(block)
        parts.append("</section>\n")
    if document.closing:
        lines = "".join(f"<p>{_text(line)}</p>" for line in document.closing)
        parts.append(f'<div class="closing">{lines}</div>\n')
    if document.remarks:
        lines = "".join(f"<p>{_text(line)}</p>" for line in document.remarks)
        parts.append(f'<footer class="remarks">{lines}</footer>\n')
    return "".join([*parts, "</main>\n</body>\n</html>\n"])


def _style(running: str) -> str:
    fonts = {
        f"{name}_font": ", ".join([*(f'"{each}"' for each in row), "serif" if name != "head" else "sans-serif"])
        for name, row in FONTS.items()
    }
    # A string of CSS: what could end it, or the style, is written by its code.
    quoted = "".join(letter if letter.isalnum() else f"\\{ord(letter):x} " for letter in running)
    sizes = {
        "top": LOOK.top_mm,
        "bottom": LOOK.bottom_mm,
        "left": LOOK.left_mm,
        "right": LOOK.right_mm,
        "title": LOOK.title_pt,
        "head": LOOK.head_pt,
        "text": LOOK.text_pt,
        "table": LOOK.table_pt,
        "note": LOOK.note_pt,
        "dense": LOOK.dense_pt,
        "tiny": LOOK.tiny_pt,
        "caption": LOOK.table_pt + 1,
    }
    told = {name: f"{value:g}" for name, value in sizes.items()}
    colours = {name: getattr(LOOK, name) for name in ("ink", "rule", "shade", "total", "alert")}
    made = _STYLE.substitute(told | colours | fonts, leading=f"{LOOK.leading:g}")
    return f':root {{ --running: "{quoted}"; }}{made}'


def _text(text: str) -> str:
    return escape(text, quote=True)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield f'<p class="{block.tone}">{_text(block.text)}</p>\n'
    elif isinstance(block, Facts):
        yield from _facts(block)
    elif isinstance(block, Figure):
        yield f"<figure>{block.svg}<figcaption>{_text(block.title)}</figcaption></figure>\n"
    else:
        yield from _table(block)


def _facts(facts: Facts) -> Iterator[str]:
    yield '<table class="facts"><tbody>\n'
    for at in range(0, len(facts.pairs), 2):
        pairs = [*facts.pairs[at : at + 2], ("", "")][:2]
        yield "<tr>" + "".join(f"<th>{_text(name)}</th><td>{_text(value)}</td>" for name, value in pairs) + "</tr>\n"
    yield "</tbody></table>\n"


def _table(table: Table) -> Iterator[str]:
    columns = "".join(f'<col style="width:{share:.2%}">' for share in table.widths)
    heads = "".join(f"<th>{_text(head)}</th>" for head in table.heads)
    dense = ' class="dense tiny"' if table.tiny else ' class="dense"' if table.dense else ""
    yield f"<table{dense}><caption>{_text(table.title)}</caption><colgroup>{columns}</colgroup>"
    yield f"<thead><tr>{heads}</tr></thead><tbody>\n"
    looks = [f' class="{"r" if right else "c" if at == 0 else ""}"' for at, right in enumerate(table.right)]
    looks = ["" if look == ' class=""' else look for look in looks]
    strong = ' class="s"'
    for number, row in enumerate(table.rows):
        cells = "".join(f"<td{look}>{_text(cell)}</td>" for look, cell in zip(looks, row, strict=True))
        yield f"<tr{strong if number in table.strong else ''}>{cells}</tr>\n"
    yield "</tbody></table>\n"
    for note in table.notes:
        yield f'<p class="note">{_text(note)}</p>\n'
