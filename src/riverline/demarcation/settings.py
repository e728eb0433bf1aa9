"""Settings: the words in which a layer says what a rule asks for beside names and numbers, such as 主城区."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from riverline.demarcation.findings import Finding
from riverline.demarcation.intake import row_names
from riverline.schema import BANK_TOPS, LEVEES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from riverline.demarcation.inputs import Inputs
    from riverline.demarcation.references import Axis
    from riverline.rules import RuleSet
    from riverline.schema import Schema

__all__ = ["with_known_settings", "words_of"]

_LAYERS: dict[str, Schema] = {"levees": LEVEES, "bank_tops": BANK_TOPS}
_BETWEEN = re.compile(r"[,，;；、\s]+")


def words_of(cell: Any) -> frozenset[str]:  # noqa: ANN401 - a cell of a frame
    """The words that a cell holds, separated by commas or blanks of either width.

    Examples
    --------
    >>> sorted(words_of("town， lakeside")), words_of(None)
    (['lakeside', 'town'], frozenset())
    """
    return frozenset(word for word in _BETWEEN.split(cell) if word) if isinstance(cell, str) else frozenset()


def with_known_settings(inputs: Inputs, rules: RuleSet) -> Inputs:
    """The inputs with the words that the rule set knows, on features and on axes; the others are findings.

    Parameters
    ----------
    inputs
        Checked layers.
    rules
        The rule set; its ``known_settings`` hold the words of those that it falls back on too.

    Returns
    -------
    Inputs
        A setting that is written by its Chinese name is its word.
    """
    known = {setting.zh: word for word, setting in rules.known_settings.items()}
    known.update({word: word for word in rules.known_settings})
    findings = list(inputs.findings)
    axes = dict(inputs.axes)
    for river, cell in _said(inputs.frame, axes):
        words, wrong = _read(cell, known)
        findings += _unknown("axes", river, axes[river].line, wrong, rules)
        axes[river] = replace(axes[river], settings=words)
    layers = dict(inputs.layers)
    for name, schema in _LAYERS.items():
        frame = layers.get(name)
        if frame is None or "settings" not in frame.columns:
            continue
        read = [_read(cell, known) for cell in frame["settings"]]
        layers[name] = frame.assign(settings=[",".join(sorted(words)) for words, _ in read])
        told = zip(row_names(frame, schema), frame.geometry, read, strict=True)
        findings += [each for key, place, (_, wrong) in told for each in _unknown(name, key, place, wrong, rules)]
    return replace(inputs, axes=axes, layers=layers, findings=findings)


def _said(frame: gpd.GeoDataFrame, axes: Mapping[str, Axis]) -> list[tuple[str, Any]]:
    """What usable axes say, by code."""
    if "settings" not in frame.columns:
        return []
    usable = frame[frame["river_id"].isin(list(axes))]
    return list(zip(usable["river_id"], usable["settings"], strict=True))


def _read(cell: Any, known: Mapping[str, str]) -> tuple[frozenset[str], list[str]]:  # noqa: ANN401 - a cell of a frame
    """The known words of a cell and the others; a name that holds a comma itself may stand alone."""
    said = frozenset([cell]) if isinstance(cell, str) and cell in known else words_of(cell)
    return frozenset(known[word] for word in said if word in known), sorted(said - known.keys())


def _unknown(layer: str, key: str, place: Any, wrong: list[str], rules: RuleSet) -> list[Finding]:  # noqa: ANN401 - a shape
    if not wrong:
        return []
    note = f"{', '.join(wrong)} → {', '.join(sorted(rules.known_settings))}"
    return [Finding("condition-unknown", layer, str(key), place, note=note)]
