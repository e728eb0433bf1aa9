"""Land classes: codes of both generations, their names, and which of them are state river land, as dated data."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["LandClass", "LandClasses", "list_land_classes", "load_land_classes"]

_FILE = files("riverline.rules") / "land_classes.toml"
# A letter of the survey behind the class: 1104A is a fish pond, 0201K an orchard that can be ploughed again.
_LETTER = re.compile(r"^(\d{4}|\d{3})[A-Z]$")

Land = Literal["state", "presumed", ""]


@dataclass(frozen=True, slots=True)
class LandClass:
    """One class.

    Attributes
    ----------
    code
        The code under which it is summed up: the four-digit one where there is one.
    zh, en
        Its name.
    old
        The three-digit code that means the same, if one does.
    land
        ``state``: the land is the state's; ``presumed``: unless the law gives it to a collective; else empty.
    seen
        How the row was seen: ``M`` restated by others, ``U`` not verified.
    """

    code: str
    zh: str
    en: str
    old: str = ""
    land: Land = ""
    seen: str = "U"


@dataclass(frozen=True, slots=True)
class LandClasses:
    """The table of land classes.

    Attributes
    ----------
    edition, digest
        Which table it is.
    law
        Article behind each value of :attr:`LandClass.land`.
    by_code
        Classes by every code that names one, old and new.
    """

    edition: str
    digest: str
    law: dict[str, str]
    by_code: dict[str, LandClass]

    def find(self, code: str) -> LandClass | None:
        """The class of a code; a letter behind it is left aside. None if no table knows it.

        Examples
        --------
        >>> table = load_land_classes()
        >>> [table.find(code).zh for code in ("1101", "111", "1104A")]
        ['河流水面', '河流水面', '坑塘水面']
        >>> table.find("9999") is None
        True
        """
        found = self.by_code.get(code)
        lettered = _LETTER.match(code)
        return self.by_code.get(lettered[1]) if found is None and lettered else found

    def find_all(self, codes: Iterable[str]) -> NDArray[np.object_]:
        """(n,) classes of codes, None where unknown."""
        values = pd.Series(list(codes), dtype="object")
        known = {code: self.find(code) for code in values.unique()}
        return np.array([known[code] for code in values], dtype=object)


@cache
def load_land_classes() -> LandClasses:
    """The table that ships: GB/T 21010-2007 and -2017 with the working codes of the third land survey.

    Examples
    --------
    >>> table = load_land_classes()
    >>> table.find("116").land, table.law["state"]
    ('presumed', '《民法典》第二百四十七条：水流属于国家所有（未核实）')
    """
    raw = _FILE.read_bytes()
    content: dict[str, Any] = tomllib.loads(raw.decode("utf-8"))
    by_code: dict[str, LandClass] = {}
    for code, row in content["classes"].items():
        entry = LandClass(code, **row)
        by_code[code] = entry
        if entry.old:
            by_code[entry.old] = entry
    law = {name: content["law"][name] + _mark(content["law"][f"{name}_seen"]) for name in ("state", "presumed")}
    return LandClasses(content["edition"], hashlib.sha256(raw).hexdigest()[:20], law, by_code)


def _mark(seen: str) -> str:
    return "（未核实）" if seen == "U" else ""


def list_land_classes() -> pd.DataFrame:
    """Every land class that ships, old and new.

    Returns
    -------
    DataFrame
        ``code``, ``old`` (the three-digit code that means the same; blank where the correspondence is not one to one),
        ``zh`` and ``en`` names, ``land`` (``state`` where the class is state land by law, ``presumed`` where it is
        unless the law gives it to a collective) and ``seen`` (``M`` restated by others, ``U`` not verified).

    Examples
    --------
    >>> import riverline as rl
    >>> classes = rl.rules.list_land_classes()
    >>> classes[classes["land"] == "state"]["zh"].tolist()
    ['河流水面', '湖泊水面']
    """
    entries = {entry.code: entry for entry in load_land_classes().by_code.values()}
    names = ["code", "old", "zh", "en", "land", "seen"]
    rows = [[getattr(entry, name) for name in names] for entry in entries.values()]
    frame = pd.DataFrame(rows, columns=names, dtype="str")
    return frame.sort_values(["code"], kind="stable", ignore_index=True)
