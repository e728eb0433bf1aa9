"""Names of files made of texts from data: they stay in their folder, differ on every system, and can be read."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["file_names"]

_NOT_IN_NAMES = re.compile(r"[^\w\-·（）()]+")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")
# A name has 255 bytes on most systems: an ending, a number and a temporary prefix have room beside this.
_LONGEST = 180


def file_names(texts: Iterable[str], *, fallback: str) -> list[str]:
    """A name for each text that every system takes, no two alike even where case does not count.

    Parameters
    ----------
    texts
        Names or codes as data have them, n of them.
    fallback
        What a text without any sign for a name is called.

    Returns
    -------
    list of str
        n names of at most 180 bytes (and a number) without an ending. Letters and digits of every script, ``-``, ``_``,
        ``·`` and brackets stay, whatever else there is becomes ``_``; texts that would share a name are numbered
        ``~2``, ``~3`` in their order; names of devices of Windows have a ``_`` before them.

    Examples
    --------
    >>> file_names(["清水河", "../清水河", "a:b", "A?B", "con", "", "😀"], fallback="layer")
    ['清水河', '清水河~2', 'a_b', 'A_B~2', '_con', 'layer', 'layer~2']
    """
    names: list[str] = []
    taken: set[str] = set()
    last: dict[str, int] = {}
    for text in texts:
        plain = _plain(text) or fallback
        number, name = last.get(plain.casefold(), 0), plain
        # "~" is in no plain name, so that a number is never mistaken for a part of one.
        while not number or name.casefold() in taken:
            number += 1
            name = f"{plain}~{number}" if number > 1 else plain
        last[plain.casefold()] = number
        taken.add(name.casefold())
        names.append(name)
    return names


def _plain(text: str) -> str:
    name = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", text)).strip("_")
    name = name.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore")
    return f"_{name}" if _DEVICES.fullmatch(name) else name
