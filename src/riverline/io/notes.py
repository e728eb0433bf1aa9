"""What a reader did to the data and why, one sentence in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__: list[str] = []

Note = dict[str, str]

_LONGEST = 40


def note(zh: str, en: str) -> Note:
    """One remark in both languages; plain data, so that it can be written into any export."""
    return {"zh": zh, "en": en}


def few(values: Iterable[Any], *, limit: int = 5) -> str:
    """The first values, quoted, and an ellipsis where there are more.

    Examples
    --------
    >>> few(["长江", "黄河", "淮河"], limit=2)
    '“长江”, “黄河” …'
    """
    every = [text if len(text := str(value)) <= _LONGEST else f"{text[:_LONGEST]}…" for value in values]
    return ", ".join(f"“{value}”" for value in every[:limit]) + (" …" if len(every) > limit else "")
