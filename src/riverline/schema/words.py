"""What people write for a column's name or a choice: its value, its labels, and what writers vary."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riverline.schema.model import Column

__all__ = ["allowed", "blank_words", "choice_words", "plain_name", "titled"]


def plain_name(name: str) -> str:
    """A name without what writers vary: case, width of characters, spaces, line breaks.

    Examples
    --------
    >>> plain_name(" 面积（m²） ") == plain_name("面积(M2)")
    True
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


# What people write for a choice beside its value and its labels.
_SHORT_FORMS: dict[str, dict[str, str | int]] = {
    "bank": {"左": "left", "l": "left", "1": "left", "右": "right", "r": "right", "2": "right"},
    "grade": {
        word: value
        for value, (roman, chinese) in enumerate(zip(("i", "ii", "iii", "iv", "v"), "一二三四五", strict=True), 1)
        for word in (roman, f"{roman}级", f"{chinese}级")
    },
}


def choice_words(column: Column) -> dict[str, str | int]:
    """Value of each word, plain, that says a choice: the value itself, its label in either language, its short forms.

    Examples
    --------
    >>> from riverline import schema
    >>> words = choice_words(schema.BANK_TOPS["bank"])
    >>> words["左岸"], words["leftbank"], words["left"], words["左"]
    ('left', 'left', 'left', 'left')
    """
    words = dict(_SHORT_FORMS.get(column.name, {})) if column.choices else {}
    for choice in column.choices:
        words |= dict.fromkeys(map(plain_name, (str(choice.value), choice.label_zh, choice.label_en)), choice.value)
    return words


def blank_words(column: Column) -> frozenset[str]:
    """Words, plain, that say what a blank of the column means: ``两岸`` where no bank stands for both.

    Examples
    --------
    >>> from riverline import schema
    >>> "两岸" in blank_words(schema.DUTIES["bank"]), "两岸" in blank_words(schema.PROBLEMS["bank"])
    (True, False)
    """
    return frozenset(map(plain_name, column.blank_words))


def allowed(column: Column) -> str:
    """The choices of a column with their names, or its bounds, for a message; empty where it has neither.

    Examples
    --------
    >>> from riverline import schema
    >>> allowed(schema.BANK_TOPS["bank"]), allowed(schema.PROBLEMS["area_m2"])
    ('left（左岸） | right（右岸）', '0 … 1e+10')
    """
    if column.bounded:
        least, most = ("" if each is None else each if isinstance(each, str) else f"{each:g}"
                       for each in (column.least, column.most))  # fmt: skip
        return f"{least} … {most}"
    return " | ".join(f"{choice.value}（{choice.label_zh}）" for choice in column.choices)


def titled(column: Column) -> str:
    """A column's name with its label, for a message.

    Examples
    --------
    >>> from riverline import schema
    >>> titled(schema.BANK_TOPS["bank"])
    'bank（岸别）'
    """
    return f"{column.name}（{column.label_zh}）"
