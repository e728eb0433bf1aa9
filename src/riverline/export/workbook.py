"""Results as the office's tables: one workbook, every text from the data dictionary, whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyproj

from riverline._version import __version__
from riverline.errors import JobError, needed
from riverline.export.drafts import drafted, layers_for
from riverline.export.forms import load_form
from riverline.export.sheet_writing import paged, read_digests, write_pages
from riverline.export.sheets import Head, Sheet, sheets_of
from riverline.geodesy import plane_name
from riverline.provenance import crs_authority
from riverline.style import in_language, rule_sets_of, with_rule_titles

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from riverline.export.forms import Form
    from riverline.export.sheets import Blocks
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["to_xlsx"]

_DIGITS = 12


def to_xlsx(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    form: str | os.PathLike[str] = "office",
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write results and frames as the tables that an office hands over, one workbook.

    Parameters
    ----------
    path
        The file, named ``….xlsx``; its folder has to be there. A file that is already there is replaced as a whole.
    *results
        Results such as :class:`riverline.Demarcation`, and frames that follow a schema.
    language
        Language of every text: titles, headings with units, values.
    form
        Name or path of a form (:func:`riverline.export.list_forms`): which tables there are, what stands in each.
        Layers that it does not speak of follow with all their columns.
    **layers
        More frames or results, each with a name: ``乡镇=towns`` writes a frame that follows no schema.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    JobError
        If there is no such form; if the file cannot be written, or does not read back as what was written. Nothing is
        then left of it, and an older file stays as it was.
    MissingDependencyError
        If xlsxwriter or openpyxl is not there.

    Notes
    -----
    Texts are text, whatever they begin with: a name such as ``=HYPERLINK(…)`` stays what it is, and its cell carries
    the mark that keeps a spreadsheet from computing it when it is edited. What no cell can hold (control signs, signs
    without width) is ``�``. Texts of more than 32,767 signs are cut and say so; tables of more rows than a sheet has
    are parted; the line of notes says both. Sums are values that equal the rows to the last decimal. The same result
    gives the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> import riverline as rl
    >>> file = rl.export.to_xlsx(f"{tempfile.mkdtemp()}/成果表.xlsx", rl.schema.STAKES.empty("EPSG:4548"))
    >>> openpyxl.load_workbook(file).sheetnames
    ['目录', '管理范围界桩成果表', '保护范围界桩成果表', '界桩点之记']
    """
    target = Path(path)
    given = layers_for("Excel", target, (".xlsx",), results, layers)
    found = with_rule_titles(in_language(given, language), language)
    wanted = load_form(form)
    needed("xlsxwriter", "openpyxl", extra="report", zh="输出 Excel 成果表", en="tables for Excel need")
    sheets = sheets_of(found, wanted, language=language)
    told = [_about([each for each in found if each.name == sheet.name], found, language) for sheet in sheets]
    contents = _contents(sheets, wanted, language)
    pages = paged([contents, *sheets], [_about(found, found, language), *told], language=language)
    with drafted(target) as draft:
        title, footer = wanted.title(language), wanted.page(language)
        written = write_pages(draft, pages, title=title, footer=footer, language=language)
        _require_same(written, read_digests(draft))
    return target


def _contents(sheets: Sequence[Sheet | Blocks], form: Form, language: Language) -> Sheet:
    """The first page: which tables there are, and how many rows each has."""
    heads = (Head("", form.serial(language), "0"), Head("", form.contents(language), "General"),
             Head("", form.rows(language), "0"))  # fmt: skip
    counts = [len(each.rows) - len(getattr(each, "strong", ())) for each in sheets]
    rows: list[Any] = [[n, each.title, count] for n, (each, count) in enumerate(zip(sheets, counts, strict=True), 1)]
    return Sheet("", form.contents(language), heads, rows, notes=(form.title(language),))


def _about(own: Sequence[Layer], every: Sequence[Layer], language: Language) -> str:
    """Rules, version and CRS behind some layers; where they do not tell, those of the results they came with."""
    used = rule_sets_of(own)
    known = rule_sets_of(every)
    digests = {layer.run.rules_digest for layer in own if layer.run is not None} - {each.digest for each in used}
    # A result that only names the digest of its rules may stand beside the one that they drew.
    used += tuple(each for each in known if each.digest in digests)
    told = [f"{each.label(language)} {each.digest[:_DIGITS]}" for each in used or known]
    told += [digest[:_DIGITS] for digest in sorted(digests) if digest and not used]
    planes = dict.fromkeys(_plane(layer, language) for layer in own if layer.spatial)
    planes = planes or dict.fromkeys(_plane(layer, language) for layer in every if layer.spatial)
    zh = language == "zh"
    parting = "、" if zh else ", "
    parts = [(("规则集与版本：" if zh else "Rules and version: ") + parting.join(dict.fromkeys(told))) if told else "",
             (("坐标系：" if zh else "CRS: ") + parting.join(filter(None, planes))) if any(planes) else "",
             f"riverline {__version__}"]  # fmt: skip
    return ("；" if zh else "; ").join(filter(None, parts))


def _plane(layer: Layer, language: Language) -> str:
    crs = getattr(layer.frame, "crs", None)
    if crs is None:
        return ""
    plane = pyproj.CRS.from_user_input(crs)
    authority = crs_authority(plane)
    name = plane_name(plane, language)
    code = ":".join(authority) if authority else ""
    return name if not code else f"{name}（{code}）" if language == "zh" else f"{name} ({code})"


def _require_same(written: dict[str, str], read: dict[str, str]) -> None:
    changed = sorted(name for name in written.keys() | read.keys() if written.get(name) != read.get(name))
    if changed:
        listed = "、".join(changed)
        raise JobError(f"写出后复读与原数据不一致：{listed}", f"what was written does not read back the same: {listed}")
