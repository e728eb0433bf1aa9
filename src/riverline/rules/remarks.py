"""What a line's note may say, once in each language; what is measured or named in it stands in braces."""

from __future__ import annotations

import re
from functools import partial

from riverline.rules.wording import english_of, label

__all__ = ["REMARKS", "remark", "remarks_in_english"]

REMARKS: dict[str, tuple[str, str]] = {
    "least": (
        "没有{line}资料，只取到{least}，法定界线可能更宽",
        "the {line} is not given; drawn from the {least}, the least it can be",
    ),
    "other-line": ("所绘为{feature}，规则自{line}起算", "drawn is the {feature}, the rule measures from the {line}"),
    "period-unsaid": (
        "规则指 {wanted} 年一遇洪水位线，所用水位未注明重现期",
        "the rule means the {wanted}-year flood; the return period of the levels used is not given",
    ),
    "period-other": (
        "规则指 {wanted} 年一遇洪水位线，所用水位为 {used} 年一遇",
        "the rule means the {wanted}-year flood; the levels used are of the {used}-year flood",
    ),
    "sketch": (
        "没有依据，连线和宽度仅供示意，不是法定界线",
        "no basis: the join and its width are a sketch and no legal line",
    ),
    "name-near": (
        "河名与规则所写的河名相近而不相同，该规则未适用",
        "the river's name is near one that a rule names, and not the same: that rule was not applied",
    ),
}

# What a brace may hold: up to the next mark, so that a sentence never swallows another one.
_PATTERNS = [
    (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^，；]+?)", re.escape(zh)) + "(?=；|$)"), en)
    for zh, en in REMARKS.values()
]


def remark(name: str, **words: str) -> tuple[str, str]:
    """A remark in Chinese and English, with words of rule sets as each reader sees them.

    Examples
    --------
    >>> remark("other-line", feature="crest", line="landside_toe")[1]
    'drawn is the crest, the rule measures from the landside toe'
    """
    zh, en = REMARKS[name]
    return (
        zh.format(**{key: label(word) for key, word in words.items()}),
        en.format(**{key: label(word, "en") for key, word in words.items()}),
    )


def remarks_in_english(note: str) -> str:
    """A note with every remark of this module in English; the rest as it is.

    Examples
    --------
    >>> remarks_in_english("规则指 20 年一遇洪水位线，所用水位为 10 年一遇；别的")
    'the rule means the 20-year flood; the levels used are of the 10-year flood；别的'
    """
    for pattern, en in _PATTERNS:
        note = pattern.sub(partial(_filled, en), note)
    return note


def _filled(en: str, found: re.Match[str]) -> str:
    return en.format(**{key: english_of(word) for key, word in found.groupdict().items()})
