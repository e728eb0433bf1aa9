"""Sentences of layers in the language of an export: what results say, they say in Chinese until they are asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from riverline.faults import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["worded"]

_SUSPECTS = frozenset({"suspects", "field_checks"})


def worded(layers: Sequence[Layer], language: Language) -> tuple[Layer, ...]:
    """Layers whose faults and suspects say in the language asked for what they say.

    Parameters
    ----------
    layers
        As they were collected; what is Chinese stays as it is.
    language
        ``"zh"`` or ``"en"``.

    Examples
    --------
    >>> from riverline import faults, style
    >>> found = faults.found("multipart", layer="axes", feature_id=["R1"], value=3, geometry=[None], crs="EPSG:4548")
    >>> worded(style.collect(found), "en")[0].frame["detail"].tolist()
    ['multipart feature of 3 parts']
    """
    if language == "zh":
        return tuple(layers)
    return tuple(replace(layer, frame=_told(layer, language)) for layer in layers)


def _told(layer: Layer, language: Language) -> pd.DataFrame:
    name = "" if layer.schema is None else layer.schema.name
    if name == "faults":
        return describe(layer.frame, language)
    if name in _SUSPECTS and "reason" in layer.frame.columns:
        from riverline.encroachment import describe_suspects

        return describe_suspects(layer.frame, language)
    return layer.frame
