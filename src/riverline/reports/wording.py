"""Words that reports share: days as they are read, blanks to be filled in by hand, where a report comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyproj

from riverline._version import __version__
from riverline.io.sheet_cells import clean_text
from riverline.provenance import crs_authority
from riverline.style import rule_sets_named, rule_sets_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["blank", "day_in_words", "month_in_words", "remarks_of", "said"]

_DIGITS = 12


def said(language: Language, zh: str, en: str) -> str:
    """The text of one language."""
    return zh if language == "zh" else en


def blank(given: str | None, *, width: int = 10) -> str:
    """What was given, or a line to write on: nothing is invented.

    Examples
    --------
    >>> blank("清水县人民政府"), blank(None, width=4), blank("  ", width=2)
    ('清水县人民政府', '＿＿＿＿', '＿＿')
    """
    return given if given and given.strip() else "＿" * width


def day_in_words(day: dt.date | None, language: Language) -> str:
    """A day as it is read, or the blanks for one.

    Examples
    --------
    >>> import datetime
    >>> day_in_words(datetime.date(2025, 3, 1), "zh"), day_in_words(None, "zh"), day_in_words(None, "en")
    ('2025年3月1日', '＿＿＿＿年＿＿月＿＿日', '＿＿＿＿-＿＿-＿＿')
    """
    if day is None:
        return said(language, "＿＿＿＿年＿＿月＿＿日", "＿＿＿＿-＿＿-＿＿")
    return said(language, f"{day.year}年{day.month}月{day.day}日", day.isoformat())


def month_in_words(day: dt.date, language: Language) -> str:
    """A month as it is read."""
    return said(language, f"{day.year}年{day.month}月", f"{day.year}-{day.month:02d}")


def remarks_of(layers: Iterable[Layer], language: Language) -> tuple[str, ...]:
    """Rules, their versions, CRS and program behind the rows of some layers."""
    every = [each for each in layers if len(each.frame)]
    named = [f"{_title(each, language)} {each.digest[:_DIGITS]}" for each in rule_sets_of(every)]
    planes = dict.fromkeys(_plane(each) for each in every if each.spatial and each.frame.crs is not None)
    joint = "、" if language == "zh" else ", "
    told = []
    if named:
        told.append(said(language, "规则与版本：", "Rules and versions: ") + joint.join(dict.fromkeys(named)))
    if bare := rule_sets_named(every, language):
        told.append(clean_text(said(language, "规则集：", "Rule sets: ") + joint.join(bare.values())))
    if planes:
        told.append(said(language, "坐标系：", "CRS: ") + joint.join(planes))
    return (*told, said(language, f"由 riverline {__version__} 生成", f"Made by riverline {__version__}"))


def _title(rules: Any, language: Language) -> str:  # noqa: ANN401 - something with a title
    return (getattr(rules, "title_en", "") if language == "en" else "") or rules.title


def _plane(layer: Layer) -> str:
    plane = pyproj.CRS.from_user_input(layer.frame.crs)
    authority = crs_authority(plane)
    return f"{plane.name}（{':'.join(authority)}）" if authority else plane.name
