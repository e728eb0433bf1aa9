"""Attributes: keys, blanks, types, dates and choices, column by column of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from riverline.checks.layer import gather, places_of, report, report_layer
from riverline.schema.words import allowed, titled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from riverline.checks.layer import Faults, Layer
    from riverline.schema import Column
    from riverline.schema.values import Reading

__all__ = [
    "blank_values",
    "keys",
    "labels_for_values",
    "outside_choices",
    "told_labels",
    "values_outside_choices",
    "wrong_types",
]

_LONGEST = 40


def keys(layer: Layer) -> Faults:
    """Keys that are blank, one row a feature, or used twice, one row a key with a point on each of its features."""
    column = layer.schema[layer.schema.key]
    blank = layer.readings[column.name].blank
    return [*report(layer, "key-blank", blank, note=titled(column)), *_duplicated_keys(layer, blank)]


def _duplicated_keys(layer: Layer, blank: NDArray[np.bool_]) -> Faults:
    ids = pd.Series(layer.feature_id).mask(blank)
    twice = np.flatnonzero(ids.duplicated(keep=False) & ids.notna())
    if not len(twice):
        return []
    _, first, group, count = np.unique(
        layer.feature_id[twice], return_index=True, return_inverse=True, return_counts=True
    )
    xy, which = shapely.get_coordinates(places_of(layer, twice), return_index=True)
    return report(layer, "key-duplicated", twice[first], at=gather(xy, group[which], len(first)), value=count, limit=1)


def blank_values(layer: Layer) -> Faults:
    """Required values that are missing, by the rule of :attr:`riverline.schema.Column.may_be_blank`.

    A blank river is a warning, since the river of a levee can be found by its place; water that is a lake or a
    reservoir needs none.
    """
    found = []
    for column in _columns(layer):
        blank = layer.readings[column.name].blank
        if column.name == "river_id" and not column.blank:
            found += report(layer, "river-blank", blank & ~_still_water(layer))
        elif not column.may_be_blank:
            found += report(layer, "value-blank", blank, note=titled(column))
    return found


def _still_water(layer: Layer) -> NDArray[np.bool_]:
    kind = layer.readings.get("kind")
    if kind is None:
        return np.zeros(len(layer.feature_id), dtype=bool)
    return kind.converted.isin(["lake", "reservoir"]).to_numpy(dtype=bool)


def wrong_types(layer: Layer) -> Faults:
    """Values that are not what their column holds: words for numbers, dates in an uncertain order, no time zone."""
    found = []
    for column in layer.schema:
        if column.name not in layer.readings:
            continue
        reading = layer.readings[column.name]
        if not column.choices:
            strange = reading.unreadable & ~reading.beyond
            found += report(layer, "value-type", strange, note=_quoted(layer, column, strange))
        far = [f"{each} ∉ {allowed(column)}" for each in _quoted(layer, column, reading.beyond)]
        found += report(layer, "value-beyond", reading.beyond, note=far)
        found += report(layer, "date-order", reading.ambiguous, note=_quoted(layer, column, reading.ambiguous))
        if reading.zoneless.any():
            found += report_layer(layer, "zone-missing", value=reading.zoneless.sum(), note=titled(column))
        convertible = ~(reading.blank | reading.unreadable | reading.ambiguous | reading.zoneless)
        if not reading.native and convertible.any():
            found += report_layer(layer, "column-type", value=convertible.sum(), note=_stored(layer, column))
    return found


def values_outside_choices(layer: Layer) -> Faults:
    """Values that a column with choices does not allow, with the ones that it does."""
    found = []
    for column in layer.schema:
        if not column.choices or column.name not in layer.readings:
            continue
        reading = layer.readings[column.name]
        outside = outside_choices(reading, column)
        quoted = _quoted(layer, column, outside)
        found += report(layer, "value-choice", outside, note=[f"{each} ∉ {allowed(column)}" for each in quoted])
    return found


def labels_for_values(layer: Layer) -> Faults:
    """Choices written by their label: one row for the layer, a column and a label, with the code to type."""
    found = []
    for column in layer.schema:
        if column.choices and column.name in layer.readings:
            for note, count in told_labels(layer.frame[column.name], layer.readings[column.name], column):
                found += report_layer(layer, "choice-label", value=count, note=note)
    return found


def outside_choices(reading: Reading, column: Column) -> NDArray[np.bool_]:
    """(n,) whether a value that is not blank is none of the column's choices."""
    inside = reading.converted.isin(list(column.values)).to_numpy(dtype=bool)
    return np.asarray(~reading.blank & ~inside)


def told_labels(written: pd.Series[Any], reading: Reading, column: Column) -> list[tuple[str, int]]:
    """What to say of choices that were written by their label, and how often each was."""
    labels = written[reading.labelled].astype("str").str.strip()
    said = f"{titled(column)} = " + labels + " → " + reading.converted[reading.labelled].astype("str")
    return [(str(note), int(count)) for note, count in said.value_counts(sort=False).items()]


def _columns(layer: Layer) -> list[Column]:
    return [column for column in layer.schema if column.name in layer.readings and column.name != layer.schema.key]


def _stored(layer: Layer, column: Column) -> str:
    return f"{titled(column)} {layer.frame[column.name].dtype} → {column.dtype}"


def _quoted(layer: Layer, column: Column, where: NDArray[np.bool_]) -> list[str]:
    values: list[Any] = layer.frame[column.name].to_numpy(dtype=object)[where].tolist()
    return [f"{titled(column)} = {_shortened(str(value))}" for value in values]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
