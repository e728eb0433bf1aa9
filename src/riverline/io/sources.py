"""Opening a data set with GDAL or pyarrow and taking its rows out, text decoded by the evidence of its bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from riverline.errors import Hint, ReadError
from riverline.io.decoding import Reading, codec_title, decoded, given_codec, sample_frame, settled_codec
from riverline.io.gdal import RAW, list_layers, take_rows
from riverline.io.notes import few, note
from riverline.io.refusals import why_unreadable
from riverline.io.shapefiles import read_shapefile

if TYPE_CHECKING:
    from pathlib import Path

    from riverline.io.archives import DataSet
    from riverline.io.gdal import BBox
    from riverline.io.notes import Note
    from riverline.schema import Schema

__all__ = ["read_rows"]

# What pyogrio (RuntimeError), pyarrow and shapely raise about a file.
_FAILURES = (RuntimeError, OSError, ValueError, TypeError, NotImplementedError, shapely.GEOSException)

_STYLES = "layer_styles"
_ENCODING_UNUSED = note("GeoParquet 总是 UTF-8，未用参数 encoding", "GeoParquet is always UTF-8; encoding was not used")


def read_rows(source: DataSet, schema: Schema, *, encoding: str | None, bbox: BBox | None) -> Reading:
    """The rows of one layer of a data set.

    Parameters
    ----------
    source
        What to open.
    schema
        What is looked for: of several layers, the one of that name is taken.
    encoding
        What the caller says about the text; None to find out.
    bbox
        Only features that touch this box, in the layer's own coordinates.

    Raises
    ------
    ReadError
        If the layer cannot be read, or the text cannot be decoded.
    """
    given = given_codec(encoding)
    _require_box(bbox)
    suffix = source.path.suffix.lower()
    try:
        if suffix in {".parquet", ".geoparquet"}:
            reading = _read_parquet(source, bbox)
            reading.notes.extend([] if given is None else [_ENCODING_UNUSED])
            return reading
        layer, notes = _layer(source, schema)
        if suffix == ".shp":
            reading = read_shapefile(source.path, given=given, bbox=bbox)
        else:
            reading = _read_any(source.path, layer, given, bbox, bare=not schema.geometry)
    except _FAILURES as error:
        if isinstance(error, ReadError):
            raise
        zh, en = why_unreadable(error)
        raise ReadError(
            f"无法读取 {source.name}：{zh}；请确认它是矢量图层并完整，必要时在 QGIS 中另存为 GeoPackage",
            f"cannot read {source.name}: {en}; see that it is a vector layer and whole, or save it as a GeoPackage "
            "in QGIS",
        ) from error
    reading.notes[:0] = notes
    return reading


def _require_box(bbox: BBox | None) -> None:
    if bbox is None or (len(bbox) == 4 and bbox[0] <= bbox[2] and bbox[1] <= bbox[3]):  # noqa: PLR2004 - a box
        return
    raise ReadError(
        f"bbox 应为（最小 x, 最小 y, 最大 x, 最大 y），实际为 {bbox}",
        f"bbox has to be (min x, min y, max x, max y), got {bbox}",
    )


def _layer(source: DataSet, schema: Schema) -> tuple[str, list[Note]]:
    """The layer asked for, the only one with geometry, or the one that bears the schema's name."""
    every = list_layers(source.path)
    spatial = [name for name, kind in every.items() if kind is not None]
    if source.layer is not None:
        if source.layer in every:
            return source.layer, []
        raise _which_layer(source, spatial or list(every))
    tables = [name for name, kind in every.items() if kind is None and name != _STYLES]
    named = [name for name in tables if name in {schema.name, schema.label_zh, schema.label_en}]
    if not schema.geometry and (len(named) == 1 or (len(tables) == 1 and not spatial)):
        return (named or tables)[0], []
    if len(spatial) == 1:
        return spatial[0], []
    if not spatial:
        raise ReadError(
            f"{source.name} 中只有表，没有图形；请另存为 .xlsx 或 .csv，用 read_table 读取",
            f"{source.name} holds tables but no geometry; read tables (.xlsx, .csv) with read_table",
        )
    titles = {schema.name, schema.label_zh, schema.label_en}
    named = [name for name in spatial if name in titles]
    if len(named) == 1:
        return named[0], [
            note(
                f"{len(spatial)} 个图层中按名称选用 {named[0]}",
                f"of {len(spatial)} layers, {named[0]!r} was chosen by its name",
            )
        ]
    raise _which_layer(source, spatial)


def _which_layer(source: DataSet, names: list[str]) -> ReadError:
    problem_zh = "有多个图层" if source.layer is None else f"没有图层 {source.layer}"
    problem_en = "has several layers" if source.layer is None else f"has no layer {source.layer!r}"
    hint = Hint.of("layer", names[0])
    return ReadError(
        f"{source.name} {problem_zh}：{few(names, limit=30)}；请用 {hint.call} 指定",
        f"{source.name} {problem_en}: {few(names, limit=30)}; choose one with {hint.call}",
        [hint],
    )


def _read_parquet(source: DataSet, bbox: BBox | None) -> Reading:
    import pyarrow.parquet as pq

    covered = False
    try:
        metadata = json.loads((pq.read_schema(source.path).metadata or {}).get(b"geo", b"{}"))
        covered = any("covering" in column for column in metadata.get("columns", {}).values())
        frame = gpd.read_parquet(source.path, bbox=bbox if covered else None)
    except ValueError as error:
        if "geo metadata" not in str(error).lower():
            raise
        raise ReadError(
            f"{source.name} 是没有图形的 Parquet 表；请用 geopandas 的 to_parquet 写出 GeoParquet",
            f"{source.name} is Parquet without geometry; write GeoParquet with geopandas' to_parquet",
        ) from error
    if bbox is not None:
        frame = frame[frame.geometry.intersects(shapely.box(*bbox))]
    return Reading(frame.reset_index(drop=True), "GeoParquet", source.path.stem, "UTF-8", "declared")


def _read_any(path: Path, layer: str, given: str | None, bbox: BBox | None, *, bare: bool) -> Reading:
    """Anything but a shapefile: mostly UTF-8 by definition, else decoded by the evidence of what was read."""
    if given is None:
        try:
            frame, driver, notes = take_rows(path, layer=layer, encoding=None, bbox=bbox, bare=bare)
        except UnicodeDecodeError:
            pass  # not what the format promises: read the bytes and find out
        else:
            return Reading(frame, driver, layer, "UTF-8", "declared", notes=notes)
    frame, driver, notes = take_rows(path, layer=layer, encoding=RAW, bbox=bbox, bare=bare)
    codec, origin, said = settled_codec(path.name, sample_frame(frame), given)
    text, told = decoded(frame.reset_index(drop=True), codec, strict=given is not None)
    return Reading(text, driver, layer, codec_title(codec), origin, notes=[*notes, *said, *told])
