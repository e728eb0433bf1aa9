"""What attributes of suspects say that the catalogue has no item for: counted and named, so that it can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from riverline import faults
from riverline.catalog.model import plain_word
from riverline.schema import SUSPECTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from riverline.catalog import Catalog

    Texts = NDArray[np.object_]

__all__ = ["attributes_of", "with_untaken"]

_CODES = ("suspects-words-unknown", "suspects-without-words")
_BLANK = ("", "nan", "none")
_MOST_TOLD = 12


def attributes_of(frame: gpd.GeoDataFrame, columns: Mapping[str, str]) -> dict[str, list[Texts]]:
    """Attributes as they are compared, by the field of the catalogue that they stand for.

    Parameters
    ----------
    frame
        Suspects with columns of their features.
    columns
        Column → field, for columns that are not called as the catalogue calls them.
    """
    named: dict[str, list[str]] = {}
    for name in frame.columns:
        if name == frame.geometry.name or (name in SUSPECTS and name not in columns):
            continue
        field = columns.get(str(name), str(name).removeprefix("feature_"))
        named.setdefault(field, []).append(name)
    return {field: [_plain(frame[name]) for name in names] for field, names in named.items()}


def _plain(values: pd.Series[Any]) -> Texts:
    texts = values.astype("str").fillna("").astype(object)
    words = {text: plain_word(str(text)) for text in texts.unique()}
    return texts.map(words).to_numpy(dtype=object)


def with_untaken(
    told: gpd.GeoDataFrame, suspects: gpd.GeoDataFrame, catalog: Catalog, fields: Mapping[str, list[Texts]]
) -> gpd.GeoDataFrame:
    """The faults of a result with what no item fits, in place of what an earlier classification said of that.

    Parameters
    ----------
    told
        Rows of :data:`riverline.schema.FAULTS`.
    suspects
        Classified, m of them.
    catalog
        What they were held against.
    fields
        From :func:`attributes_of`.

    Notes
    -----
    Suspects whose kind somebody has named are not counted. Suspects that were found on images, whose kinds images do
    not tell, have a sentence of their own and are not counted as without words.
    """
    left = (suspects["item"].astype("str").fillna("") == "").to_numpy(dtype=bool)
    left = left & suspects["kind"].fillna("unknown").isin(["unknown", ""]).to_numpy(dtype=bool)
    read = list(dict.fromkeys(["item", *(field for word in catalog.words for field in word.fields)]))
    said = [(field, texts.astype(str)) for field in read for texts in fields.get(field, [])]
    spoken = np.zeros(len(suspects), dtype=bool)
    words: dict[str, int] = {}
    for field, texts in said:
        rows = left & ~np.isin(texts, _BLANK)
        spoken |= rows
        for word, count in zip(*np.unique(texts[rows], return_counts=True), strict=True):
            words[f"{field}={word}"] = words.get(f"{field}={word}", 0) + int(count)
    silent = left & ~spoken & ("change_class" not in suspects.columns)
    there = [str(name) for name in suspects.columns if name not in SUSPECTS and name != suspects.geometry.name]
    parts = [told[~told["code"].isin(_CODES)]]
    for code, rows, note in zip(_CODES, (spoken, silent), (_listed(words), _few(there)), strict=True):
        if rows.any():
            count = float(np.count_nonzero(rows))
            parts.append(faults.found(code, layer="suspects", feature_id=[""], geometry=[None], crs=told.crs,
                                      value=count, note=note))  # fmt: skip
    return told if len(parts) == 1 and len(parts[0]) == len(told) else faults.combine(parts, crs=told.crs)


def _listed(words: Mapping[str, int]) -> str:
    """Words with how often they stand there, the most frequent first."""
    return _few([f"{word} × {count}" for word, count in sorted(words.items(), key=lambda each: (-each[1], each[0]))])


def _few(names: list[str]) -> str:
    return "，".join(names[:_MOST_TOLD]) + (" …" if len(names) > _MOST_TOLD else "")
