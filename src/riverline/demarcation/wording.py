"""What lines say in their notes, which are written in Chinese, in English."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from riverline.channel.given import texts
from riverline.errors import RuleError
from riverline.rules import load_rules
from riverline.rules.deciding import note_in_english

if TYPE_CHECKING:
    import pandas as pd

    from riverline.rules import RuleSet
    from riverline.schema import Language

__all__ = ["along_line", "notes_in_english"]

_ALONG = {
    "zh": ("沿{whose}界线 {chainage}", "沿自身界线 {chainage}"),
    "en": ("{chainage} along the line of {whose}", "{chainage} along its own line"),
}


def along_line(chainage: str, whose: str, language: Language) -> str:
    """A printed chainage along the closed line of a lake, a reservoir or a work, which is not that of the river.

    Parameters
    ----------
    chainage
        Such as ``K0+200``.
    whose
        Name of the lake, reservoir or work; empty where it stands beside already.
    language
        Of the words.

    Examples
    --------
    >>> along_line("K0+200", "清水闸", "zh"), along_line("K0+200", "", "en")
    ('沿清水闸界线 K0+200', 'K0+200 along its own line')
    """
    named, bare = _ALONG[language]
    return (named if whose else bare).format(whose=whose, chainage=chainage)


def notes_in_english(lines: pd.DataFrame, rules: RuleSet | None = None) -> pd.Series[str]:
    """Notes of lines in English, as far as their rule sets have it in English.

    Parameters
    ----------
    lines
        Rows of :data:`riverline.schema.MANAGEMENT_LINES` with a note. Of a joined county several rule sets drew them:
        those that ship are known by the keys of the rules.
    rules
        The rule set of the result, which need not ship.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"rule_id": ["anhui/others"], "note": ["条文为不小于 10 m，取下限"]})
    >>> notes_in_english(lines).tolist()
    ['the text says not less than 10 m: the least taken']
    """
    named = {key.partition("/")[0] for key in texts(lines["rule_id"])} - {rules.name if rules else ""}
    known = [] if rules is None else [rules]
    for name in sorted(named):
        with suppress(RuleError):
            known.append(load_rules(name))
    told = dict.fromkeys(texts(lines["note"]), "")
    for note in told:
        told[note] = note
        for each in known:
            told[note] = note_in_english(told[note], each)
    return lines["note"].map(told).astype("str")
