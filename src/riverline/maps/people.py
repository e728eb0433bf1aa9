"""Who is who among chiefs: one that is written with a title in one layer and without it in another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from riverline.schema import CHIEFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from riverline.style import Layer

__all__ = ["alike", "one_person"]

_COLUMN = "chief"
# A title, and whatever parts it from the name: 县长 林清源, 县长林清源, 林清源（县长）.
_TITLE = r"[^\s()（）:：·]*(?:长|书记|主任|主席|委员|[Cc]hief|[Mm]ayor|[Hh]ead)"
_PARTING = r"[\s:：·]*"
_LEVELS: tuple[tuple[str, frozenset[str]], ...] = (
    ("省|自治区", frozenset({"province"})),
    # A city may be a county's equal, or a province's.
    ("市", frozenset({"province", "city", "county"})),
    ("县|区|旗", frozenset({"county"})),
    ("乡|镇|街道", frozenset({"township"})),
    ("村|社区|居委", frozenset({"village"})),
)
"""What a title says of the level: of several signs the last one counts, as in 清水县柳溪镇镇长."""
_KNOWN = frozenset(CHIEFS["level"].values)


def one_person(layers: Sequence[Layer]) -> dict[str, str]:
    """Bare name → the title and name that are the same chief by what the layers say.

    Parameters
    ----------
    layers
        What was collected.

    Returns
    -------
    dict
        Only where some row with the bare name and one with the title are of one river, the level of the former is none
        that the title rules out, and no one else with a title is called so there.

    Examples
    --------
    >>> import pandas as pd
    >>> from riverline.style import collect
    >>> axes = pd.DataFrame({"river_id": ["A", "B"], "chief": ["县长 林清源", "镇长 柳青"]})
    >>> walks = pd.DataFrame({"river_id": ["A", "B"], "chief": ["林清源", "柳青"], "level": ["county", "village"]})
    >>> one_person(collect(a=axes, b=walks))
    {'林清源': '县长 林清源'}
    """
    rows = _rows(layers)
    there: dict[str, set[str]] = {}
    levels: dict[tuple[str, str], set[str]] = {}
    for name, river, level in rows.itertuples(index=False, name=None):
        there.setdefault(name, set()).add(river)
        levels.setdefault((name, river), set()).update([level] * bool(level))
    found = {}
    for name, titled in _namesakes(there).items():
        near = [code for code in titled if _agree(name, code, there, levels)]
        if len(near) == 1:
            found[name] = near[0]
    return found


def alike(layers: Sequence[Layer], joined: Mapping[str, str]) -> list[tuple[str, str]]:
    """Bare names and namesakes with a title that nothing in the layers proves to be one, as pairs."""
    pairs = _namesakes(set(_rows(layers)["chief"])).items()
    return [(code, name) for name, titled in pairs for code in titled if joined.get(name) != code]


def _rows(layers: Sequence[Layer]) -> pd.DataFrame:
    """Chief, river and level of every row that has a chief; what it does not say is empty."""
    found = []
    for layer in layers:
        if _COLUMN in layer.frame:
            columns = {"chief": _COLUMN, "river": "river_id", "level": "level"}
            told = {name: _texts(layer.frame, column) for name, column in columns.items()}
            found.append(pd.DataFrame(told).drop_duplicates())
    every = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["chief", "river", "level"])
    every["level"] = every["level"].where(every["level"].isin(_KNOWN), "")
    return every[every["chief"] != ""]


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return ["" if pd.isna(each) else str(each).strip() for each in frame[column]]


def _namesakes(codes: Iterable[str]) -> dict[str, list[str]]:
    """Bare name → codes that are a title and this name, of names that stand by themselves too."""
    known = set(codes)
    found: dict[str, list[str]] = {}
    for code in sorted(known):
        for name in (code[at:end] for at, end in _cuts(code)):
            if name in known and _title(code, name):
                found.setdefault(name, []).append(code)
    return found


def _cuts(code: str) -> list[tuple[int, int]]:
    """Where a name of two signs or more may begin or end in a code: its other part is the title."""
    return [(at, len(code)) for at in range(1, len(code) - 1)] + [(0, at) for at in range(2, len(code))]


def _title(code: str, name: str) -> str:
    """The title in a code that holds a name; empty where what is beside the name is none."""
    bare = re.escape(name)
    before = re.fullmatch(rf"({_TITLE}){_PARTING}{bare}", code)
    after = re.fullmatch(rf"{bare}{_PARTING}[(（]?({_TITLE})[)）]?", code)
    return before[1] if before else after[1] if after else ""


def _agree(name: str, code: str, there: Mapping[str, set[str]], levels: Mapping[tuple[str, str], set[str]]) -> bool:
    """Whether a river has both, and the bare name there at no level that the title rules out."""
    signs = [(at.start(), fits) for words, fits in _LEVELS for at in re.finditer(words, _title(code, name))]
    fits = max(signs, default=(0, _KNOWN), key=lambda each: each[0])[1]
    shared = (there[name] & there[code]) - {""}
    return any(not said or said & fits for said in (levels[name, river] for river in shared))
