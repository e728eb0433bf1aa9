"""Chainage along the closed line of a lake, a reservoir or a work: whose line it is, and how that is said to a reader.

In the data such chainage stands in the same columns as that of rivers, since placing and checking need it there. Who
reads ``K0+200`` beside the name of a river takes it for a place on the river, where the work may be kilometres away.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style.layers import Layer

__all__ = ["along_own_line", "own_line_names", "own_lines", "unnamed"]

_STOOD = frozenset({"stakes", "boards"})
_STRETCH = re.compile(r"(.+)-M\d{3,}")
_UNNAMED = {"zh": "自身界线", "en": "own line"}


def own_line_names(layers: Iterable[Layer]) -> dict[str, str]:
    """What lakes, reservoirs, works and rivers are called: code of an extent → name, as far as one is given.

    Parameters
    ----------
    layers
        From :func:`riverline.style.collect`; names are those of extents.

    Returns
    -------
    dict
        Lakes and reservoirs by their codes, works by their own, not by that of their river.

    Examples
    --------
    >>> from riverline import schema
    >>> from riverline.style import collect
    >>> extents = schema.EXTENTS.empty("EPSG:4548").reindex([0])
    >>> own_line_names(collect(extents.assign(extent_id="GC-02-management", kind="management", name="清水闸")))
    {'GC-02': '清水闸'}
    """
    from riverline.channel.given import texts

    names: dict[str, str] = {}
    for layer in layers:
        if layer.name != "extents" or not {"extent_id", "kind", "name"} <= set(layer.frame.columns):
            continue
        keys, kinds, called = (texts(layer.frame[name]) for name in ("extent_id", "kind", "name"))
        codes = [key.removesuffix(f"-{kind}") for key, kind in zip(keys, kinds, strict=True)]
        names |= {code: name for code, name in zip(codes, called, strict=True) if name}
    return names


def own_lines(name: str, frame: pd.DataFrame, *, names: Mapping[str, str]) -> list[str | None]:
    """Whose own line the chainage of each row runs along, n of them.

    Parameters
    ----------
    name
        Of the schema that the rows follow.
    frame
        The rows.
    names
        From :func:`own_line_names`.

    Returns
    -------
    list
        Name of the lake, reservoir or work, or its code; empty where nothing tells; None where the chainage is that of
        a river, or there is none.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"line_id": ["R1-L-001", "G1-W-001"], "river_id": "R1", "bank": ["left", None]})
    >>> own_lines("management_lines", lines, names={"G1": "清水闸"}), own_lines("axes", lines, names={})
    ([None, '清水闸'], [None, None])
    """
    whose = np.full(len(frame), None, dtype=object)
    if "bank" not in frame or not len(frame):
        return whose.tolist()
    # Whoever draws such rows has these at hand; whoever does not is spared what they rest on.
    from riverline.channel.given import texts
    from riverline.demarcation.extents.closed import closed_rows, codes_of

    closed = closed_rows(frame)
    if name == "management_lines":
        whose[closed] = codes_of(frame)[closed]
    elif name == "stretches":
        found = [_STRETCH.fullmatch(key) for key in texts(frame["stretch_id"])[closed]]
        whose[closed] = [match[1] if match else "" for match in found]
    elif name in _STOOD:
        closed &= frame["chainage_m"].notna().to_numpy()
        whose[closed] = texts(frame["name"])[closed] if "name" in frame else ""
    return [names.get(each, each) if each else each for each in whose.tolist()]


def along_own_line(chainages: Sequence[str], whose: Sequence[str | None], *, language: Language) -> list[str]:
    """Printed chainages that say along which line they run, where that is not the river.

    Parameters
    ----------
    chainages
        n texts such as ``K0+200``; an empty one stays empty.
    whose
        From :func:`own_lines`. An empty name is that of a row which a column beside names already.
    language
        Of the words.

    Returns
    -------
    list of str
        n texts, in order.

    Examples
    --------
    >>> along_own_line(["K7+100", "K0+200", "K0+200"], [None, "清水闸", ""], language="zh")
    ['K7+100', '沿清水闸界线 K0+200', '沿自身界线 K0+200']
    >>> along_own_line(["K0+200", ""], ["清水闸", "清水闸"], language="en")
    ['K0+200 along the line of 清水闸', '']
    """
    from riverline.demarcation.wording import along_line

    return [
        chainage if name is None or not chainage else along_line(chainage, name, language)
        for chainage, name in zip(chainages, whose, strict=True)
    ]


def unnamed(language: Language) -> str:
    """What stands in place of a name where nothing tells whose line it is.

    Parameters
    ----------
    language
        Of the words.

    Returns
    -------
    str
        For a column that names whose line a row lies on.

    Examples
    --------
    >>> unnamed("zh"), unnamed("en")
    ('自身界线', 'own line')
    """
    return _UNNAMED[language]
