"""What is told of each feature where a format has no columns: its name, its river, and a text for every column."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline.io.sheet_cells import cells_of, clean_text, number_format
from riverline.schema.clock import heading, time_text
from riverline.style.codes import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from riverline.io.sheet_cells import Cell
    from riverline.schema import Column, Language
    from riverline.style import Layer

__all__ = ["Placards", "names_of", "ordered", "placards_of"]

_NAMING = ("number", "name")
_HIDDEN = frozenset({"profile"})


@dataclass(frozen=True, slots=True)
class Placards:
    """Texts of the n features of a layer.

    Attributes
    ----------
    names
        What each is called, n of them; ``""`` where nothing names it.
    columns, labels
        Names and titles of the k columns that are told.
    cells
        k lists of n texts; an empty text says that the cell is blank.
    """

    names: list[str]
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    cells: list[list[str]]


def ordered(layer: Layer) -> pd.DataFrame:
    """A layer's rows in the order of its key, columns in the order of its schema."""
    frame = layer.frame
    if layer.schema is None or not layer.spatial:
        return frame.reset_index(drop=True)
    rows: pd.DataFrame = layer.schema.conform(frame).sort_values(layer.schema.key, kind="stable", ignore_index=True)
    return rows


def placards_of(layer: Layer, rows: pd.DataFrame, *, language: Language) -> Placards:
    """What is told of the rows of a layer.

    Parameters
    ----------
    layer
        What they are.
    rows
        The layer's rows, in the order wanted.
    language
        Of titles and of the words that codes become.

    Returns
    -------
    Placards
        Plain texts without control signs, not escaped for any format.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from riverline import style
    >>> towns = gpd.GeoDataFrame({"镇": ["清水镇"], "户": [3.5]}, geometry=gpd.points_from_xy([0], [0]), crs=4548)
    >>> layer = style.collect(乡镇=towns)[0]
    >>> placards_of(layer, towns, language="zh")
    Placards(names=['清水镇'], columns=('镇', '户'), labels=('镇', '户'), cells=[['清水镇'], ['3.5']])
    """
    geometry = rows.geometry.name if layer.spatial else None
    known = {name: layer.schema[name] if layer.schema and name in layer.schema else None for name in map(str, rows)}
    shown = [name for name in rows.columns if name != geometry and not _is_hidden(known[str(name)])]
    columns = [known[str(name)] for name in shown]
    labels = tuple(
        heading(column, language) if column else clean_text(str(name))
        for name, column in zip(shown, columns, strict=True)
    )  # fmt: skip
    cells = [_texts(rows[name], column, language) for name, column in zip(shown, columns, strict=True)]
    return Placards(names_of(layer, rows), tuple(clean_text(str(name)) for name in shown), labels, cells)


def names_of(layer: Layer, rows: pd.DataFrame) -> list[str]:
    """What features are called: the first that each has of number, name and key; of layers of one's own the first text.

    Parameters
    ----------
    layer, rows
        As for :func:`placards_of`.
    """
    geometry = rows.geometry.name if layer.spatial else None
    if layer.schema is not None:
        wanted: Sequence[object] = [*(name for name in _NAMING if name in layer.schema), layer.schema.key]
    else:
        wanted = [name for name in rows.columns if name != geometry][:1]
    found = np.full(len(rows), "", dtype=object)
    for name in wanted:
        if name in rows:
            texts = np.array(_texts(rows[name], None, "zh"), dtype=object)
            found = np.where(found == "", texts, found)
    return [str(text) for text in found]


def _is_hidden(column: Column | None) -> bool:
    return column is not None and column.kind in _HIDDEN


def _texts(values: pd.Series, column: Column | None, language: Language) -> list[str]:
    form = number_format(column)
    return [_text(cell, form, column, language) for cell in cells_of(values, column, language)]


def _text(cell: Cell, form: str, column: Column | None, language: Language) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return time_text(cell)
    if isinstance(cell, str):
        return named(column.name, cell, language) if column is not None else cell
    if form.startswith("0"):
        return f"{cell:.{len(form.partition('.')[2])}f}"
    return f"{cell:.12g}"
