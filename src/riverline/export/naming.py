"""Codes that are no choices of a column and yet have names: layers, as a reader calls them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from riverline.faults.words import layer_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from riverline.schema import Language

__all__ = ["named"]


def named(column: str, codes: str, language: Language) -> str:
    """Codes of a column by their names; what has none stays as it is.

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
    >>> named("layers", "stakes, boards", "zh"), named("owner", "stakes", "zh")
    ('界桩、公告牌', 'stakes')
    """
    name_of = _NAMES.get(column)
    if name_of is None:
        return codes
    parting = "、" if language == "zh" else ", "
    return parting.join(name_of(code, language) for code in re.split(r"\s*[,;]\s*", codes))


_NAMES: dict[str, Callable[[str, Language], str]] = {
    "layer": layer_label,
    "layers": layer_label,
}
