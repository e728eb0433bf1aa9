"""A catalogue in words, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.schema import SUSPECTS

if TYPE_CHECKING:
    from riverline.catalog.model import Catalog, Item
    from riverline.schema import Language

__all__ = ["UNITS", "describe_catalog"]

UNITS = {"presence": "", "area": "m²", "volume": "m³", "length": "m", "value": "CNY"}
"""Unit of each measure."""


def describe_catalog(catalog: Catalog, *, language: Language = "zh") -> str:
    """Every item of a catalogue with its bands, citation and how sure it is.

    Parameters
    ----------
    catalog
        From :func:`riverline.load_catalog`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    str
        Lines of text.

    Examples
    --------
    >>> import riverline as rl
    >>> text = rl.catalog.describe_catalog(rl.load_catalog("national"))
    >>> [line for line in text.splitlines() if line.startswith("national/tall-plants")]
    ['national/tall-plants  行洪河道内种植阻水的高秆作物、林木（护堤护岸林、防浪林除外）']
    """
    zh = language == "zh"
    lines = [catalog.title if zh else catalog.title_en or catalog.title]
    note = catalog.note if zh else catalog.note_en or catalog.note
    lines += [note] * bool(note)
    for kind in SUSPECTS["kind"].values:
        items = [item for item in catalog.items if item.kind == kind]
        if items:
            lines += ["", f"【{SUSPECTS['kind'].value_label(kind, language)}】" if zh else
                      f"[{SUSPECTS['kind'].value_label(kind, language)}]"]  # fmt: skip
            lines += [line for item in items for line in _lines(catalog, item, language)]
    return "\n".join(lines)


def _lines(catalog: Catalog, item: Item, language: Language) -> list[str]:
    zh = language == "zh"
    title = item.title if zh else item.title_en or item.title
    note = item.note if zh else item.note_en or item.note
    severity = SUSPECTS["severity"]
    said = [
        f"{band.text()} {UNITS[item.measure]}: {severity.value_label(band.severity, language)}" for band in item.bands
    ] or [severity.label(language) + (" " if zh else ": ") + severity.value_label(item.severity, language)]
    since = "" if item.effective_from is None else f"  {item.effective_from} –"
    return [
        f"{item.origin}/{item.id}  {title}",
        f"    {'；'.join(said) if zh else '; '.join(said)}",
        f"    {catalog.cite(item, language=language)}{since}",
        *[f"    {note}"] * bool(note),
    ]
