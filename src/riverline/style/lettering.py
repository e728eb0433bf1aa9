"""What is written beside features: which column, how small a map may be for it, how large and in which colour.

One table for sheets, desktop GIS and CAD drawings, as :data:`riverline.style.THEMES` is for symbols.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from riverline.style.rivers import are_works

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from numpy.typing import NDArray

    from riverline.style.layers import Layer

__all__ = ["CHINESE_FONTS", "LETTERING", "Lettering", "lettered", "names_told"]

CHINESE_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "SimHei",
                 "PingFang SC", "Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei")  # fmt: skip
"""Fonts without serifs that have Chinese signs, by what is asked for first."""

_DARK, _RED, _BLUE = "#222222", "#8E0B16", "#1F5F8B"
_NEAR, _TOWN, _COUNTY = 10_000, 50_000, 500_000


@dataclass(frozen=True, slots=True)
class Lettering:
    """How features of one schema are named on a map.

    Attributes
    ----------
    columns
        Columns that name a feature; the first that has a value is written.
    first
        Which layer comes first where room is short: higher before lower.
    scale
        Largest denominator at which it is written: what is many is numbered on large scales only.
    size
        Height of the text on an A3 sheet, points.
    color
        ``#rrggbb``.
    """

    columns: tuple[str, ...]
    first: int
    scale: int
    size: float = 5.0
    color: str = _DARK


LETTERING: dict[str, Lettering] = {
    "plates": Lettering(("number",), 9, _COUNTY, 7.5, "#5B1B52"),
    "axes": Lettering(("name",), 9, _COUNTY, 8.0, _BLUE),
    "extents": Lettering(("name",), 9, _COUNTY, 8.0, _BLUE),
    "water": Lettering(("name",), 2, _COUNTY, 7.0, _BLUE),
    "works": Lettering(("name",), 8, _TOWN, 6.0),
    "problems": Lettering(("problem_id",), 7, _TOWN, color=_RED),
    "suspects": Lettering(("suspect_id",), 6, _TOWN, color="#5B2A0A"),
    "stakes": Lettering(("number",), 5, _NEAR, color=_RED),
    "boards": Lettering(("number",), 4, _NEAR, color="#5B1B6B"),
    "holdings": Lettering(("owner",), 3, _NEAR),
    "outfalls": Lettering(("name",), 3, _TOWN),
    "placed_outfalls": Lettering(("name",), 3, _TOWN),
    "water_sections": Lettering(("name",), 3, _TOWN),
    "intakes": Lettering(("name",), 3, _TOWN),
    "landmarks": Lettering(("name",), 3, _NEAR),
    "zones": Lettering(("number", "zone_id"), 2, _NEAR, color="#33591F"),
    "existing": Lettering(("number",), 1, _NEAR),
    "boundary_points": Lettering(("number",), 1, _NEAR),
    "parcels": Lettering(("parcel_id",), 1, _NEAR),
    "admin": Lettering(("name",), 1, _COUNTY, 8.0),
}
"""Name of a schema → how its features are named; what is not here bears no name."""


def names_told(layers: Collection[Layer]) -> set[str]:
    """Schemas of layers whose rows may bear a name of their own.

    Examples
    --------
    >>> from riverline import schema, style
    >>> sorted(names_told(style.collect(schema.AXES.empty(4548), schema.BANK_TOPS.empty(4548))))
    ['axes']
    """
    return {layer.name for layer in layers if "name" in layer.frame}


def lettered(layer: Layer, rows: pd.DataFrame, others: Collection[str]) -> NDArray[np.bool_]:
    """Which rows of a layer are named: of ranges those of rivers and lakes that no axis and no water names.

    Parameters
    ----------
    layer, rows
        The layer and its rows.
    others
        Schemas of what is drawn with it and bears names (:func:`names_told`).
    """
    if layer.name != "extents":
        return np.full(len(rows), layer.name in LETTERING)
    if not {"extent_id", "river_id", "kind", "axis_length_m"} <= set(rows):
        return np.zeros(len(rows), dtype=bool)
    own = np.asarray(rows["kind"] == "management", dtype=bool) & ~are_works(rows)
    flows = rows["axis_length_m"].notna()
    return np.asarray(own & ~(flows & ("axes" in others)) & ~(~flows & ("water" in others)), dtype=bool)
