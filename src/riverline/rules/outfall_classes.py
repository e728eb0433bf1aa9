"""Classes of outfalls, as data."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BeforeValidator

from riverline.rules.fields import Frozen, Mark, Name, Sentence, as_tuple

__all__ = ["OutfallClass", "load_outfall_classes"]


class OutfallClass(Frozen):
    """One class: its id and group here, its title, and the words that name it."""

    id: Name
    group: Literal["industrial", "municipal", "agricultural", "other"]
    title: Sentence
    words: Annotated[tuple[Sentence, ...], BeforeValidator(as_tuple)]


class _File(Frozen):
    document: Sentence
    seen: Mark
    classes: Annotated[tuple[OutfallClass, ...], BeforeValidator(as_tuple)]


@cache
def load_outfall_classes() -> tuple[OutfallClass, ...]:
    """The classes of HJ 1312 that were readable, in the order in which their words are looked for.

    Examples
    --------
    >>> [each.id for each in load_outfall_classes() if each.group == "municipal"]
    ['municipal']
    """
    text = (files("riverline.rules") / "outfall_classes.toml").read_text(encoding="utf-8")
    return _File.model_validate(tomllib.loads(text)).classes
