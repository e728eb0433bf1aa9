"""What results say in sentences of their own, in the language of the reader: notes, reasons, faults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline.demarcation.wording import notes_in_english
from riverline.faults import describe
from riverline.rules import RuleSet, ZoneRules
from riverline.schema import FAULTS, MANAGEMENT_LINES, SHORELINES, ZONES
from riverline.shoreline.wording import plan_in_english

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style.layers import Layer

__all__ = ["in_language"]


def in_language(layers: Sequence[Layer], language: Language) -> tuple[Layer, ...]:
    """Layers with what was written in Chinese in the language asked for; names in data stay as they are.

    Parameters
    ----------
    layers
        From :func:`riverline.style.collect`.
    language
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> from riverline import faults, style
    >>> told = faults.found("geometry-missing", layer="axes", feature_id=["R1"], geometry=[None], crs="EPSG:4548")
    >>> style.in_language(style.collect(told), "en")[0].frame["detail"].tolist()
    ['the feature has no geometry']
    """
    if language == "zh":
        return tuple(layers)
    return tuple(replace(layer, frame=_english(layer)) for layer in layers)


def _english(layer: Layer) -> pd.DataFrame:
    name = layer.schema.name if layer.schema is not None else ""
    if name == FAULTS.name:
        return describe(layer.frame, "en")
    if name == MANAGEMENT_LINES.name and "note" in layer.frame:
        rules = layer.rules if isinstance(layer.rules, RuleSet) else None
        return layer.frame.assign(note=notes_in_english(layer.frame, rules))
    if name in {ZONES.name, SHORELINES.name}:
        return plan_in_english(layer.frame, layer.rules if isinstance(layer.rules, ZoneRules) else None)
    return layer.frame
