"""Codes that are no choices of a column and yet have names: layers and rule sets, as a reader calls them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from riverline.faults.words import layer_label
from riverline.rules import list_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from riverline.schema import Language

__all__ = ["named"]


def named(column: str, codes: str, language: Language) -> str:
    """Codes of a column by their names; what has none, such as a rule set of one's own, stays as it is.

    Parameters
    ----------
    column
        Name of the column.
    codes
        One code, or several with commas between them.
    language
        Language of the names.

    Examples
    --------
    >>> named("layers", "stakes, boards", "zh"), named("rules", "anhui, mine", "zh"), named("owner", "stakes", "zh")
    ('界桩、公告牌', '安徽省河道管理范围、mine', 'stakes')
    """
    name_of = _NAMES.get(column)
    if name_of is None:
        return codes
    parting = "、" if language == "zh" else ", "
    return parting.join(name_of(code, language) for code in re.split(r"\s*[,;]\s*", codes))


def _rule_set(name: str, language: Language) -> str:
    return _titles(language).get(name, name)


@cache
def _titles(language: Language) -> dict[str, str]:
    shipped = list_rules()
    titles = shipped["title" if language == "zh" else "title_en"]
    return {name: title or name for name, title in zip(shipped["name"], titles, strict=True)}


_NAMES: dict[str, Callable[[str, Language], str]] = {
    "layer": layer_label,
    "layers": layer_label,
    "rules": _rule_set,
}
