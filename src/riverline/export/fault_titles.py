"""What a fault is called where one looks for it by name: its river, and what is wrong in a few words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from riverline.faults.words import layer_label
from riverline.schema import AXES, EXTENTS, FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["fault_titles", "rivers_of_features"]

_CLAUSE = re.compile(r"(?:（[^（）]*）|\([^()]*\)|[^，；：。,;:]|[,;:](?!\s))+")
"""Up to the first stop that stands in no brackets; the stops inside of numbers and times are none."""
_LONGEST = 80


def rivers_of_features(layers: Sequence[Layer]) -> dict[tuple[str, str], str]:
    """Layer and key of a feature → code of its river, from layers that say so.

    Parameters
    ----------
    layers
        Layers with what faults are of among them, as from :func:`riverline.style.collect`.
    """
    found: dict[tuple[str, str], str] = {}
    for layer in layers:
        if layer.schema is None or not {layer.schema.key, "river_id"} <= set(layer.frame.columns):
            continue
        told = layer.frame[[layer.schema.key]].assign(river=layer.frame["river_id"]).dropna().astype("str")
        found |= {(layer.name, key): river for key, river in told.itertuples(index=False, name=None)}
    return found


def fault_titles(
    rows: pd.DataFrame, rivers: Mapping[tuple[str, str], str], names: Mapping[str, str], language: Language
) -> list[str]:
    """The river's name and the first clause of each fault's sentence, which says rivers by their names.

    Parameters
    ----------
    rows
        Faults in the language asked for.
    rivers
        From :func:`rivers_of_features`. What a fault of an axis or an extent is of, is a river.
    names
        River code → name; a river without one is called by its code. A title that has the name has it once.
    language
        Of the sentences.

    Returns
    -------
    list of str
        One a row; the title of the layer, where a fault has no sentence.

    Examples
    --------
    >>> from riverline import faults
    >>> told = faults.found("multipart", layer="axes", feature_id=["R1"], value=3, limit=1, geometry=[None], crs=4548)
    >>> fault_titles(told, {}, {"R1": "清水河"}, "zh")
    ['清水河：多部件要素']
    """
    columns = (rows[name].fillna("").astype("str") for name in ("layer", "feature_id", "detail"))
    joint, found = ("：" if language == "zh" else ": "), []
    codes = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![\w-])")
    for layer, feature, detail in zip(*columns, strict=True):
        river = rivers.get((layer, feature), feature if layer in {AXES.name, EXTENTS.name} else "")
        called, clause = names.get(river, river), _first_clause(detail)
        told = codes.sub(lambda code: names[code[0]], clause) if names else clause
        title = _short(told) or layer_label(layer, language) or FAULTS.label(language)
        found.append(title if called and called in told else joint.join(filter(None, (called, title))))
    return found


def _first_clause(sentence: str) -> str:
    clause = _CLAUSE.match(sentence.strip())
    return clause[0].strip() if clause else ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
