"""Signs that GBK lacks and that mean nothing but themselves: units, minus, punctuation. Never letters of a name."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from riverline.schema import Language

__all__ = ["written_in_gbk"]

_UNITS = {"zh": {"km²": "平方千米", "m²": "平方米", "m³": "立方米", "∉": "不属于"},
          "en": {"km²": "sq km", "m²": "sq m", "m³": "cu m", "∉": "not in"}}  # fmt: skip
_SIGNS = {"²": "2", "³": "3", "−": "-", "‑": "-", "•": "·", "¥": "￥", "µ": "μ", "½": "1/2", "✓": "√", "↔": "-",
          "º": "°", "˚": "°", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "}  # fmt: skip


def written_in_gbk(text: str, language: Language) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A text with signs that GBK knows in place of units and signs that it lacks.

    Parameters
    ----------
    text
        Any text. Letters, such as rare characters of names, stay as they are, in GBK or not.
    language
        Of the words for units.

    Returns
    -------
    tuple
        The text, and each sign that was replaced with what stands for it, in the order of signs.

    Examples
    --------
    >>> written_in_gbk("面积 12 m²，偏移 −3 m", "zh")
    ('面积 12 平方米，偏移 -3 m', (('m²', '平方米'), ('−', '-')))
    >>> written_in_gbk("㳇河", "zh")
    ('㳇河', ())
    """
    table, pattern = _table(language)
    found = sorted(set(pattern.findall(text)))
    if not found:
        return text, ()
    return pattern.sub(lambda match: table[match[0]], text), tuple((sign, table[sign]) for sign in found)


@cache
def _table(language: Language) -> tuple[dict[str, str], re.Pattern[str]]:
    table = _UNITS[language] | _SIGNS
    return table, re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))
