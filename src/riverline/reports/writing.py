"""Writing a report as the file that its name asks for, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from riverline.errors import JobError
from riverline.io.whole_files import write_whole
from riverline.reports.page import as_page
from riverline.reports.typeset import as_pdf, require_fonts
from riverline.reports.word import as_word, template_bytes
from riverline.reports.workbook import as_workbook

if TYPE_CHECKING:
    from riverline.reports.model import Document

__all__ = ["FORMATS", "write", "write_template"]

FORMATS = (".html", ".docx", ".pdf", ".xlsx")
"""Endings of the files that a report can be."""


def write(
    document: Document,
    path: str | os.PathLike[str],
    *,
    template: str | os.PathLike[str] | None = None,
    fonts: str | os.PathLike[str] | None = None,
) -> Path:
    """Write a report.

    Parameters
    ----------
    document
        The report, from :func:`compose_dossier` and its like.
    path
        The file: its ending, ``.html``, ``.docx``, ``.pdf`` or ``.xlsx``, says what it becomes. Its folder has to be
        there; an older file stays until the new one is whole.
    template
        Word file to fill, for ``.docx``; :func:`write_template` writes one to begin with.
    fonts
        Folder with more fonts, for ``.pdf`` and for drawings in ``.docx``.

    Returns
    -------
    Path
        The file. The same report gives the same bytes.

    Raises
    ------
    JobError
        If the ending is none of these, the file cannot be written, the template cannot be used, or no font with Chinese
        characters is there.
    MissingDependencyError
        If a package of the extra ``report`` is not there.

    Examples
    --------
    >>> import tempfile
    >>> from riverline.reports import Document, write
    >>> write(Document("清水河河流档案", "zh", "", "", ()), f"{tempfile.mkdtemp()}/档案.html").name
    '档案.html'
    """
    target = Path(path)
    ending = target.suffix.lower()
    folder = None if fonts is None else os.fspath(fonts)
    if ending not in FORMATS:
        raise JobError(
            f"报告文件名应以 {'、'.join(FORMATS)} 结尾，实际为 {target.name!r}",
            f"the name of a report ends in one of {', '.join(FORMATS)}, got {target.name!r}",
        )
    if template is not None and ending != ".docx":
        raise JobError("template 只用于 .docx 报告", "template= goes with .docx alone")
    if folder is not None:
        require_fonts(folder)
    if ending == ".html":
        return _put(target, as_page(document).encode())
    if ending == ".docx":
        return _put(target, as_word(document, template=template, fonts=folder))
    return _put(target, as_pdf(document, fonts=folder) if ending == ".pdf" else as_workbook(document))


def write_template(path: str | os.PathLike[str]) -> Path:
    """Write the Word template of reports, to be edited and given back as ``template=``.

    Parameters
    ----------
    path
        A ``.docx`` file.

    Returns
    -------
    Path
        The file. Fonts, headings, margins and pages of one's own may be changed; what stands between ``{{ }}`` is
        filled in, what stands between ``{% %}`` repeats and chooses.

    Raises
    ------
    JobError
        If the name does not end in ``.docx``, or the file cannot be written.
    MissingDependencyError
        If docxtpl is not there.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> rl.reports.write_template(f"{tempfile.mkdtemp()}/模板.docx").name
    '模板.docx'
    """
    target = Path(path)
    if target.suffix.lower() != ".docx":
        raise JobError(
            f"模板文件名应以 .docx 结尾，实际为 {target.name!r}",
            f"the name of a template ends in .docx, got {target.name!r}",
        )
    return _put(target, template_bytes())


def _put(target: Path, content: bytes) -> Path:
    write_whole(target, content)
    return target
