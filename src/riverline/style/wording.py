"""What results say in sentences of their own, in the language of the reader: notes, reasons, faults, suspects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline.faults import describe
from riverline.rules import RuleSet, ZoneRules
from riverline.schema import FAULTS, FIELD_CHECKS, HOT_REACHES, MANAGEMENT_LINES, SHORELINES, SUSPECTS, ZONES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style.layers import Layer

__all__ = ["in_language"]


def in_language(layers: Sequence[Layer], language: Language) -> tuple[Layer, ...]:
    """Layers whose sentences are in the language asked for; names in data stay as they are.

    Parameters
    ----------
    layers
        From :func:`riverline.style.collect`.
    language
        ``"zh"`` or ``"en"``.

    Returns
    -------
    tuple of Layer
        As many, in the same order; frames that were given are not changed.

    Examples
    --------
    >>> from riverline import faults, style
    >>> told = faults.found("geometry-missing", layer="axes", feature_id=["R1"], geometry=[None], crs="EPSG:4548")
    >>> style.in_language(style.collect(told), "en")[0].frame["detail"].tolist()
    ['the feature has no geometry']
    """
    return tuple(replace(layer, frame=_worded(layer, language)) for layer in layers)


# What words a layer is imported for that layer alone: those who only write files would wait for hotspots otherwise.
def _worded(layer: Layer, language: Language) -> pd.DataFrame:
    frame, name = layer.frame, layer.schema.name if layer.schema is not None else ""
    if name == FAULTS.name:
        return describe(frame, language)
    if name in {SUSPECTS.name, FIELD_CHECKS.name} and "reason" in frame:
        from riverline.encroachment import describe_suspects

        return describe_suspects(frame, language)
    return frame if language == "zh" else _english(layer, name)


def _english(layer: Layer, name: str) -> pd.DataFrame:
    if name == MANAGEMENT_LINES.name and "note" in layer.frame:
        from riverline.demarcation.wording import notes_in_english

        rules = layer.rules if isinstance(layer.rules, RuleSet) else None
        return layer.frame.assign(note=notes_in_english(layer.frame, rules))
    if name in {ZONES.name, SHORELINES.name}:
        from riverline.shoreline.wording import plan_in_english

        return plan_in_english(layer.frame, layer.rules if isinstance(layer.rules, ZoneRules) else None)
    if name == HOT_REACHES.name and layer.run is not None and "find_hotspots" in layer.run.inputs:
        from riverline.hotspots.wording import reasons_of

        return layer.frame.assign(
            reason=reasons_of(layer.frame, dict(layer.run.inputs["find_hotspots"]), language="en")
        )
    return layer.frame
