"""What the command calls a layer: by its schema, or by what it is given for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riverline.schema import FRAMES

if TYPE_CHECKING:
    from riverline.schema import Language

__all__ = ["layer_label"]

_UNLISTED = {
    "terrain": ("地形", "Terrain"),
    "scenes": ("影像", "Images"),
    "existing": ("原有界桩", "Existing stakes"),
    "existing_boards": ("原有公告牌", "Existing boards"),
    "bridges": ("桥梁", "Bridges"),
    "breaks": ("断链", "Chainage breaks"),
    "towns": ("乡镇", "Towns"),
    "lake_levees": ("湖堤", "Levees of the lake"),
    "old_stakes": ("原有界桩", "Existing stakes"),
    "old_holdings": ("原权属分块", "Holdings before"),
    "new_holdings": ("新权属分块", "Holdings after"),
    "registered_areas": ("证载面积", "Registered areas"),
    "roads": ("道路", "Roads"),
    "canals": ("渠道", "Canals"),
    "villages": ("村庄", "Villages"),
    "slope_feet": ("山坡脚", "Feet of slopes"),
    "scarps": ("陡坎", "Scarps"),
    "flood_marks": ("洪痕线", "Flood marks"),
    "old_bank_tops": ("上年岸顶线", "Bank tops of the year before"),
}


def layer_label(name: str, language: Language) -> str:
    """The name of a layer in one language.

    Examples
    --------
    >>> layer_label("roads", "zh"), layer_label("axes", "en")
    ('道路', 'River axes')
    """
    if name in _UNLISTED:
        return _UNLISTED[name][language == "en"]
    frame = FRAMES.get("bank_tops" if name == "lines" else name)
    return name if frame is None else frame.label(language)
