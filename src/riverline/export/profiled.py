"""Layers in the shape that a receiver asks for: its names, fields and codes, filled from columns of the dictionary."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.errors import JobError
from riverline.io.chainage_text import format_chainage
from riverline.schema import Choice, Column, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from riverline.export.profiles import Profile, ProfileField, ProfileLayer
    from riverline.style import Layer

__all__ = ["profiled"]

_DTYPES = {"text": "str", "number": "float64", "integer": "Int64"}


def profiled(layers: Sequence[Layer], profile: Profile) -> tuple[Layer, ...]:
    """Layers with those that a profile speaks of in its shape, the others as they are.

    Parameters
    ----------
    layers
        Layers of results.
    profile
        The receiver's layers.

    Returns
    -------
    tuple of Layer
        In the same order. What the dictionary leaves blank stays blank.

    Raises
    ------
    JobError
        If a text is longer than the receiver's field, naming each: texts are not cut.
    """
    wanted = {layer.schema_name: layer for layer in profile.layers}
    shaped = tuple(_shaped(layer, wanted[layer.name]) if layer.name in wanted else layer for layer in layers)
    problems = [each for layer in shaped if layer.name in wanted for each in _too_long(layer, wanted[layer.name])]
    if problems:
        raise JobError.listing(
            f"成果不符合模板 {profile.name}", f"the result does not fit profile {profile.name}", problems
        )
    return shaped


def _shaped(layer: Layer, wanted: ProfileLayer) -> Layer:
    source, own = layer.frame, layer.schema
    if own is None:
        return layer
    rows = source.sort_values(own.key, kind="stable").reset_index(drop=True)
    columns = {field.name: _values(rows, field, own) for field in wanted.fields}
    frame: pd.DataFrame = pd.DataFrame(columns)
    if isinstance(source, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=rows.geometry.to_numpy(), crs=source.crs)
    schema = Schema(
        own.name,
        wanted.name,
        wanted.name,
        wanted.fields[0].name,
        own.geometry,
        tuple(_column(field, own) for field in wanted.fields),
        own.meaning,
    )
    return dataclasses.replace(layer, schema=schema, frame=frame)


def _values(rows: pd.DataFrame, field: ProfileField, own: Schema) -> pd.Series[Any]:
    dtype: Any = _DTYPES[field.kind]
    if field.row:
        return pd.Series(np.arange(1, len(rows) + 1), dtype=dtype)
    if field.column not in rows.columns:
        return pd.Series([None] * len(rows), dtype=dtype)
    values = rows[field.column]
    if field.printed:
        return values.map(lambda metres: "" if pd.isna(metres) else format_chainage(metres)).astype(dtype)
    if field.codes:
        known = {choice.value: field.codes.get(str(choice.value)) for choice in own[field.column].choices}
        return values.map(known).astype(dtype)
    return values.astype(dtype)


def _column(field: ProfileField, own: Schema) -> Column:
    """The receiver's field as a column: the label and the choices of what fills it, in the receiver's codes."""
    if field.row:
        return Column(field.name, field.kind, "序号", "Number", field.name, "Number of the row.")
    source = own[field.column]
    choices: tuple[Choice, ...] = ()
    if field.kind == "integer" or (source.choices and not field.codes):
        codes = field.codes or {str(each.value): each.value for each in source.choices}
        choices = tuple(
            Choice(codes[str(each.value)], each.label_zh, each.label_en)
            for each in source.choices
            if str(each.value) in codes
        )
    return Column(
        field.name, field.kind, source.label_zh, source.label_en, source.short, source.meaning, source.unit, choices
    )


def _too_long(layer: Layer, wanted: ProfileLayer) -> Iterator[tuple[str, str]]:
    for field in wanted.fields:
        if not field.length:
            continue
        lengths = layer.frame[field.name].fillna("").astype("str").str.len()
        for row in np.flatnonzero((lengths > field.length).to_numpy()):
            text = str(layer.frame[field.name].iloc[row])
            told = f"{text[:24]}…"
            yield (
                f"{wanted.name} 第 {row + 1} 行 {field.name} 有 {len(text)} 个字，最多 {field.length} 个：{told}",
                f"{wanted.name}, row {row + 1}: {field.name} has {len(text)} signs, at most {field.length}: {told}",
            )
