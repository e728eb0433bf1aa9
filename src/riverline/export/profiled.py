"""Layers in the shape that a receiver asks for: its names, fields and codes, filled from columns of the dictionary."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from riverline.errors import JobError
from riverline.export.gathered import gathered, source_column
from riverline.export.objects import objects_of
from riverline.export.profiles import load_profile
from riverline.export.tables import WIDTH
from riverline.io.chainage_text import format_chainage
from riverline.schema import Choice, Column, Schema
from riverline.schema.words import plain_name
from riverline.style import collect

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from riverline.export.profiles import Profile, ProfileField, ProfileLayer
    from riverline.export.tables import Table
    from riverline.schema.model import Kind
    from riverline.style import Layer

__all__ = ["left_out", "list_unwanted", "profiled", "typed"]

_DTYPES = {"text": "str", "number": "float64", "integer": "Int64", "long": "Int64", "short": "Int64"}
_KINDS: dict[str, Kind] = {"text": "text", "number": "number", **dict.fromkeys(("integer", "long", "short"), "integer")}
_ARROW = {"long": pa.int32(), "short": pa.int16()}
_NAME_BYTES = 10
_LISTED = 5
_OBJECT = "riverline_object"
_UNKNOWN = "Not known to riverline: left for the office to fill in."


def profiled(layers: Sequence[Layer], profile: Profile) -> tuple[Layer, ...]:
    """The layers that a profile speaks of, in its shape; others are not the receiver's.

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
        If none of the layers is the receiver's, or rows belong to none of its layers; if a text is longer than its
        field or not in its list of words, naming each: texts are neither cut nor dropped.
    """
    layers = [dataclasses.replace(layer, frame=layer.frame.reset_index(drop=True)) for layer in layers]
    marked = [_marked(layer, layers) for layer in layers]
    own = [
        (_chosen(layer, each), each) for layer in marked for each in profile.layers if each.schema_name == layer.name
    ]
    # A layer of some rows of a schema is there if there are such rows.
    own = [(layer, each) for layer, each in own if len(layer.frame) or not (each.only or each.objects)]
    if not own:
        listed = ", ".join(dict.fromkeys(each.schema_name for each in profile.layers))
        raise JobError(
            f"成果中没有模板 {profile.name} 的图层（{listed}）",
            f"no layer of the result is one of profile {profile.name} ({listed})",
        )
    own = [(gathered(layer, wanted, layers), wanted) for layer, wanted in own]
    strange = [each for layer in marked for each in _left_out(layer, profile)]
    strange += [each for layer, wanted in own for each in _strange_words(layer, wanted)]
    shaped = tuple(_shaped(layer, wanted) for layer, wanted in own)
    problems = strange + [
        each for layer, (_, wanted) in zip(shaped, own, strict=True) for each in _too_long(layer, wanted)
    ]
    if problems:
        raise JobError.listing(
            f"成果不符合模板 {profile.name}", f"the result does not fit profile {profile.name}", problems
        )
    return shaped


def list_unwanted(profile: str | os.PathLike[str], *results: Any, **layers: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Layers that a profile does not speak of: a file with this profile is written without them.

    Parameters
    ----------
    profile
        Name or path of an export profile.
    *results, **layers
        What :func:`riverline.export.to_geopackage` or :func:`riverline.export.to_shapefile` is given.

    Returns
    -------
    tuple of str
        Names of their schemas, or the names that they were given, in the order in which they were given.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    JobError
        If the profile does not exist.

    Examples
    --------
    >>> import riverline as rl
    >>> list_unwanted("zhejiang", rl.schema.MANAGEMENT_LINES.empty(4548), rl.schema.STAKES.empty(4548))
    ('stakes',)
    """
    return left_out(collect(*results, **layers), load_profile(profile))


def left_out(layers: Sequence[Layer], profile: Profile) -> tuple[str, ...]:
    """Names of layers that a profile does not speak of, each once."""
    spoken = {each.schema_name for each in profile.layers}
    return tuple(dict.fromkeys(layer.name for layer in layers if layer.schema is None or layer.name not in spoken))


def typed(tables: Sequence[Table], profile: Profile) -> tuple[Table, ...]:
    """Tables whose fields have the receiver's types: whole numbers of its size, texts of its length.

    Parameters
    ----------
    tables
        Tables of the layers that :func:`profiled` gave.
    profile
        The receiver's layers.

    Returns
    -------
    tuple of Table
        In the same order.
    """
    wanted = {
        (layer.schema_name, layer.name): {field.name: field for field in layer.fields} for layer in profile.layers
    }
    return tuple(
        dataclasses.replace(table, content=_cast(table.content, wanted[table.layer.name, table.layer.label("zh")]))
        for table in tables
    )


def _cast(content: pa.Table, wanted: Mapping[str, ProfileField]) -> pa.Table:
    return content.cast(pa.schema([_arrow_field(each, wanted.get(each.name)) for each in content.schema]))


def _arrow_field(own: pa.Field, wanted: ProfileField | None) -> pa.Field:
    if wanted is None:
        return own
    field = own.with_type(_ARROW.get(wanted.kind, own.type))
    return field.with_metadata({WIDTH: str(wanted.length)}) if wanted.length else field


def _marked(layer: Layer, every: Sequence[Layer]) -> Layer:
    """Management lines with the kind of object that each is of; other layers as they are."""
    if layer.name != "management_lines":
        return layer
    frame: Any = layer.frame
    return dataclasses.replace(layer, frame=frame.assign(**{_OBJECT: objects_of(frame, every)}))


def _chosen(layer: Layer, wanted: ProfileLayer) -> Layer:
    """The rows that a receiver's layer is for."""
    frame = layer.frame
    only = wanted.only | ({_OBJECT: wanted.objects} if wanted.objects else {})
    for name, values in only.items():
        frame = frame[frame[name].isin(values)] if name in frame else frame.iloc[:0]
    return layer if frame is layer.frame else dataclasses.replace(layer, frame=frame)


def _left_out(layer: Layer, profile: Profile) -> Iterator[tuple[str, str]]:
    """Rows that are in none of the receiver's layers of their schema: they would be gone."""
    parts = [_chosen(layer, each) for each in profile.layers if each.schema_name == layer.name]
    taken = set().union(*(part.frame.index for part in parts))
    lost = layer.frame[~layer.frame.index.isin(taken)] if parts else layer.frame.iloc[:0]
    if len(lost) and layer.schema is not None:
        listed = ", ".join(map(str, lost[layer.schema.key].iloc[:_LISTED]))
        yield (
            f"{layer.label('zh')} 有 {len(lost)} 行不属于模板 {profile.name} 的任何图层：{listed}",
            f"{len(lost)} rows of {layer.label('en')} belong to no layer of profile {profile.name}: {listed}",
        )


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
    if field.blank or field.source not in rows.columns:
        return pd.Series([None] * len(rows), dtype=dtype)
    return _written(rows[field.source], field, own).astype(dtype)


def _written(values: pd.Series[Any], field: ProfileField, own: Schema) -> pd.Series[Any]:
    """The values of a column as the receiver writes them."""
    if field.counted == "layer":
        return _counted(values)
    if field.printed:
        return values.map(lambda metres: "" if pd.isna(metres) else format_chainage(metres))
    if field.words:
        known = _word_list(field)
        return values.map(lambda text: known.get(plain_name(str(text)), ""), na_action="ignore")
    if field.codes:
        source = source_column(field, own)
        codes = {each.value: field.codes.get(str(each.value)) for each in (source.choices if source else ())}
        return values.map(codes)
    return values


def _counted(numbers: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers such as ``L001`` counted anew for each letter through all rows, so that none occurs twice."""
    letters = numbers.fillna("").astype("str").str.extract(r"^(\D*)", expand=False)
    places = letters.groupby(letters).cumcount() + 1
    return letters + places.astype("str").str.zfill(3)


def _column(field: ProfileField, own: Schema) -> Column:
    """The receiver's field as a column: the label and the choices of what fills it, in the receiver's codes."""
    kind = _KINDS[field.kind]
    if field.row:
        return Column(field.name, kind, "序号", "Number", field.name, "Number of the row.")
    source = source_column(field, own)
    if field.blank or source is None:
        return Column(field.name, kind, field.name, field.name, field.name[:_NAME_BYTES], _UNKNOWN)
    choices: tuple[Choice, ...] = ()
    if kind == "integer" or (source.choices and not field.codes):
        codes = field.codes or {str(each.value): each.value for each in source.choices}
        choices = tuple(
            Choice(codes[str(each.value)], each.label_zh, each.label_en)
            for each in source.choices
            if str(each.value) in codes
        )
    label_zh, label_en, meaning = source.label_zh, source.label_en, source.meaning
    if field.counted == "layer":
        label_zh, label_en = f"{label_zh}（全图层连续编号）", f"{label_en} (through the layer)"
        meaning = f"{meaning.rstrip('.')}; here counted through the whole layer, so that every number occurs once."
    # A receiver's own name goes into a shapefile too, if it fits there.
    short = field.name if len(field.name.encode()) <= _NAME_BYTES else source.short
    return Column(field.name, kind, label_zh, label_en, short, meaning, source.unit, choices)


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


def _word_list(field: ProfileField) -> dict[str, str]:
    """The receiver's word for each text, plain, that is written for it."""
    return {plain_name(text): word for word, texts in field.words.items() for text in (word, *texts)}


def _strange_words(layer: Layer, wanted: ProfileLayer) -> Iterator[tuple[str, str]]:
    for field in wanted.fields:
        if not field.words or field.column not in layer.frame:
            continue
        given = layer.frame[field.column].dropna().astype("str").unique()
        strange = sorted(text for text in given if text.strip() and plain_name(text) not in _word_list(field))
        listed = "、".join(field.words)
        for text in strange:
            yield (
                f"{wanted.name} 的 {field.name} 没有选项 {text!r}；可用：{listed}；自编模板可加选项",
                f"{wanted.name}: {field.name} has no word for {text!r}; it has {listed}",
            )
