"""Rule sets by what they are called: one source for tables, captions and maps, whether or not a rule set ships."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from typing import TYPE_CHECKING

from riverline.rules import list_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from riverline.provenance import RulesUsed
    from riverline.schema import Language
    from riverline.style.layers import Layer

__all__ = ["rule_sets_named", "rule_sets_of", "with_rule_titles"]

_COLUMN = "rules"


def rule_sets_of(layers: Iterable[Layer]) -> tuple[RulesUsed, ...]:
    """Every rule set behind some layers once, in the order in which they come up.

    Parameters
    ----------
    layers
        From :func:`riverline.style.collect`.

    Returns
    -------
    tuple of RulesUsed
        Those that differ in content, even where they share a name.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> rule_sets_of(collect(rl.schema.AXES.empty("EPSG:4548")))
    ()
    """
    return tuple({each.digest: each for layer in layers for each in layer.rule_sets}.values())


def rule_sets_named(layers: Iterable[Layer], language: Language) -> dict[str, str]:
    """Rule sets that rows of some layers name and no result behind them tells: name → title, by name.

    Parameters
    ----------
    layers
        From :func:`riverline.style.collect`.
    language
        Of the titles. A rule set that does not ship goes by its name.

    Returns
    -------
    dict
        In alphabetical order of the names.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> extents = rl.schema.EXTENTS.empty("EPSG:4548").reindex([0, 1]).assign(rules=["national, mine", "national"])
    >>> rule_sets_named(collect(extents), "en")
    {'mine': 'mine', 'national': 'National law and unverified defaults'}
    """
    every = tuple(layers)
    texts = {str(text) for layer in every if _names_rules(layer) for text in layer.frame[_COLUMN].dropna().unique()}
    names = {name for text in texts for name in _names_in(text) if name} - {each.name for each in rule_sets_of(every)}
    return {name: _shipped(language).get(name, name) for name in sorted(names)}


def with_rule_titles(layers: Sequence[Layer], language: Language) -> tuple[Layer, ...]:
    """Layers whose column of rule sets has their titles in place of their names; frames that were given stay.

    Parameters
    ----------
    layers
        From :func:`riverline.style.collect`. A name that no result behind them tells is that of a rule set that ships,
        or stays.
    language
        Of the titles.

    Returns
    -------
    tuple of Layer
        As many, in the same order.

    Examples
    --------
    >>> import riverline as rl
    >>> from riverline.style import collect
    >>> extents = rl.schema.EXTENTS.empty("EPSG:4548")
    >>> with_rule_titles(collect(extents), "zh")[0].frame["rules"].tolist()
    []
    """
    used = {each.name: each.label(language) for each in reversed(rule_sets_of(layers))}
    return tuple(_titled(layer, used, language) for layer in layers)


def _titled(layer: Layer, used: Mapping[str, str], language: Language) -> Layer:
    if not _names_rules(layer):
        return layer
    own = dict(used) | {each.name: each.label(language) for each in layer.rule_sets}
    known = _shipped(language) | own
    parting = "、" if language == "zh" else ", "

    def titles(names: str) -> str:
        return parting.join(known.get(name, name) for name in _names_in(names))

    column = layer.frame[_COLUMN].map(titles, na_action="ignore")
    return dataclasses.replace(layer, frame=layer.frame.assign(**{_COLUMN: column}))


def _names_rules(layer: Layer) -> bool:
    """Whether rows of a layer name the rule sets that drew them."""
    return layer.schema is not None and _COLUMN in layer.schema and _COLUMN in layer.frame and not layer.frame.empty


def _names_in(text: str) -> list[str]:
    return re.split(r"\s*[,;]\s*", text)


@cache
def _shipped(language: Language) -> dict[str, str]:
    shipped = list_rules()
    titles = shipped["title" if language == "zh" else "title_en"]
    return {name: title or name for name, title in zip(shipped["name"], titles, strict=True)}
