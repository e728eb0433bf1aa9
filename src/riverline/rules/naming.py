"""Which shipped rule set a reader may have meant who wrote a place or a title instead of its name."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["hint_at"]

_TEXTS = ("title", "title_en", "jurisdiction", "jurisdiction_en")
_SUFFIXES = ("特别行政区", "自治区", "自治州", "省", "市", "区", "县")
_SHOWN = 3
_NONE = 3  # the rank of what neither equals nor holds the other


def hint_at(asked: str, shipped: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """What to write instead of a name that no rule set has, in Chinese and in English; empty where nothing is near.

    Parameters
    ----------
    asked
        What was written: a place, a title, a name with a slip.
    shipped
        Head of each shipped rule set (``title``, ``jurisdiction`` …) by its name.

    Examples
    --------
    >>> shipped = {"anhui": {"title": "安徽省河道管理范围", "jurisdiction": "安徽省"}}
    >>> hint_at("安徽", shipped)[0], hint_at("anhiu", shipped)[1]
    ('；请写 "anhui"（安徽省河道管理范围）', '; did you mean anhui')
    """
    meant = _meant(_plain(asked), shipped)[:_SHOWN]
    if meant:
        zh = "或 ".join(f'"{name}"（{shipped[name].get("title", "")}）' for name in meant)
        en = " or ".join(
            f'"{name}" ({shipped[name].get("title_en") or shipped[name].get("title", "")})' for name in meant
        )
        return f"；请写 {zh}", f"; write {en}"
    near = get_close_matches(asked, list(shipped), n=1)
    return (f"；是否指 {near[0]}", f"; did you mean {near[0]}") if near else ("", "")


def _meant(asked: str, shipped: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Names of the rule sets whose place or title fits best: equal, holding what was asked, or else held by it."""
    ranks: dict[int, list[str]] = {}
    for name in sorted(shipped):
        texts = [_plain(str(shipped[name].get(each) or "")) for each in _TEXTS]
        rank = min((_rank(asked, text) for text in texts if text), default=None)
        if asked and rank is not None and rank < _NONE:
            ranks.setdefault(rank, []).append(name)
    return ranks[min(ranks)] if ranks else []


def _rank(asked: str, text: str) -> int:
    fits = (_bare(asked) == _bare(text), asked in text, text in asked, True)
    return fits.index(True)


def _bare(place: str) -> str:
    """A place without the word for what it is: 安徽省 is 安徽."""
    return next((place.removesuffix(each) for each in _SUFFIXES if place.endswith(each) and place != each), place)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
