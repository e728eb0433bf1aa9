"""Opening a data set with GDAL or pyarrow and taking its rows out, text decoded by the evidence of its bytes."""

from __future__ import annotations

import codecs
import json
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from riverline.errors import ReadError
from riverline.io.dbf import codec_of_language_id, field_bytes, read_header, sample_text
from riverline.io.encodings import EncodingFrom, TextSample, damaged_note, decode, named_codec, settle
from riverline.io.mapping import distinct_names
from riverline.io.notes import few, note
from riverline.io.refusals import sibling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from riverline.io.archives import DataSet
    from riverline.io.notes import Note
    from riverline.schema import Schema

__all__ = ["Reading", "read_rows"]

BBox = tuple[float, float, float, float]

# Every byte is a character of it and comes back as the same byte: text is taken out raw and decoded here.
_RAW = "ISO-8859-1"
# What pyogrio (RuntimeError), pyarrow and shapely raise about a file.
_FAILURES = (RuntimeError, OSError, ValueError, TypeError, NotImplementedError, shapely.GEOSException)


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows as they are in the file, and how they were got out."""

    frame: gpd.GeoDataFrame
    driver: str
    layer: str
    encoding: str
    encoding_from: EncodingFrom
    # Bytes that a field name may have at most, where the format cuts longer ones; 0 where it does not.
    name_bytes: int = 0
    notes: list[Note] = field(default_factory=list)


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
    given = None if encoding is None else _given_codec(encoding)
    suffix = source.path.suffix.lower()
    try:
        if suffix in {".parquet", ".geoparquet"}:
            return _read_parquet(source, bbox)
        layer, notes = _layer(source, schema)
        if suffix == ".shp":
            reading = _read_shapefile(source.path, given, bbox)
        else:
            reading = _read_any(source.path, layer, given, bbox)
    except _FAILURES as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(
            f"无法读取 {source.name}：{error}；请确认它是矢量图层并完整，必要时在 QGIS 中另存为 GeoPackage",
            f"cannot read {source.name}: {error}; see that it is a vector layer and whole, or save it as a GeoPackage "
            "in QGIS",
        ) from error
    reading.notes[:0] = notes
    return reading


def _given_codec(encoding: str) -> str:
    codec = named_codec(encoding)
    if codec is None:
        raise ReadError(
            f'不认识的编码 {encoding!r}；可用 encoding="GBK"、"GB18030" 或 "UTF-8"，或不写由程序判定',
            f'unknown encoding {encoding!r}; use encoding="GBK", "GB18030" or "UTF-8", or leave it out',
        )
    return codec


def _layer(source: DataSet, schema: Schema) -> tuple[str, list[Note]]:
    """The layer asked for, the only one with geometry, or the one that bears the schema's name."""
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reading itself says them again
        listed = pyogrio.list_layers(source.path)
    every = {str(name): kind for name, kind in listed}
    spatial = [name for name, kind in every.items() if kind is not None]
    if source.layer is not None:
        if source.layer in every:
            return source.layer, []
        raise _which_layer(source, spatial or list(every))
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
    return ReadError(
        f'{source.name} {problem_zh}：{few(names, limit=30)}；请用 layer="{names[0]}" 指定',
        f'{source.name} {problem_en}: {few(names, limit=30)}; choose one with layer="{names[0]}"',
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


def _read_any(path: Path, layer: str, given: str | None, bbox: BBox | None) -> Reading:
    """Anything but a shapefile: mostly UTF-8 by definition, else decoded by the evidence of what was read."""
    if given is None:
        try:
            frame, driver, notes = _from_gdal(path, layer, None, bbox)
        except UnicodeDecodeError:
            pass  # not what the format promises: read the bytes and find out
        else:
            return Reading(frame, driver, layer, "UTF-8", "declared", notes=notes)
    frame, driver, notes = _from_gdal(path, layer, _RAW, bbox)
    sample = TextSample(tuple(str(name).encode(_RAW) for name in frame.columns) + tuple(_distinct_bytes(frame)))
    codec, origin, said = _settled(sample, given, None, "declared")
    if codec is None:
        raise _no_encoding(path)
    decoded, damaged = _decoded(frame.reset_index(drop=True), codec, strict=given is not None)
    return Reading(decoded, driver, layer, _title(codec), origin, notes=[*notes, *said, *damaged])


def _read_shapefile(path: Path, given: str | None, bbox: BBox | None) -> Reading:
    table = sibling(path, ".dbf") or path.with_suffix(".dbf")
    header = read_header(table)
    codec, origin, said = _settled(sample_text(table, header), given, *_declared(path, header.language_id))
    if codec is None:
        raise _no_encoding(path)
    frame, driver, notes = _from_gdal(path, None, _RAW, bbox)
    names = [each.name for each in header.fields]
    repeated = [at for at, name in enumerate(names) if name in names[:at]]
    for at in repeated:
        # GDAL gives every field of that name the values of the last one; the bytes know better.
        values = field_bytes(table, header, header.fields[at])[frame.index.to_numpy()]
        first = pd.Series(field_bytes(table, header, header.fields[names.index(names[at])])[frame.index.to_numpy()])
        frame.isetitem(names.index(names[at]), first.str.decode(_RAW).to_numpy())
        frame.isetitem(at, pd.Series(values).str.decode(_RAW).to_numpy())
    decoded, damaged = _decoded(frame.reset_index(drop=True), codec, strict=given is not None)
    return Reading(decoded, driver, path.stem, _title(codec), origin, 10, [*notes, *said, *damaged])


def _settled(
    sample: TextSample, given: str | None, declared: str | None, origin: EncodingFrom
) -> tuple[str | None, EncodingFrom, list[Note]]:
    """What the caller says holds; otherwise the evidence decides."""
    return (given, "given", []) if given is not None else settle(sample, declared, origin)


def _declared(path: Path, language_id: int) -> tuple[str | None, EncodingFrom]:
    code_page = sibling(path, ".cpg")
    if code_page is not None:
        codec = named_codec(code_page.read_bytes()[:64].decode("ascii", "replace"))
        if codec is not None:
            return codec, "cpg"
    return codec_of_language_id(language_id), "ldid"


def _from_gdal(
    path: Path, layer: str | None, encoding: str | None, bbox: BBox | None
) -> tuple[gpd.GeoDataFrame, str, list[Note]]:
    import pyogrio

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        driver = str(pyogrio.read_info(path, layer=layer, encoding=encoding)["driver"])
        frame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding, bbox=bbox, fid_as_index=encoding == _RAW)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise ReadError(
            f"{path.name} 没有图形列；坐标在表格字段中时请用 read_table 读取",
            f"{path.name} has no geometry; if coordinates are in columns, read it with read_table",
        )
    return frame, driver, list(_remarks(str(each.message) for each in caught))


def _remarks(messages: Iterator[str]) -> Iterator[Note]:
    for message in dict.fromkeys(messages):
        if message.startswith("Measured (M)"):
            yield note("图形带 M 值，读取时舍去 M", "geometries carry M values; M was dropped")
        else:
            yield note(f"读取时的提示：{message}", f"remark while reading: {message}")


def _decoded(frame: gpd.GeoDataFrame, codec: str, *, strict: bool) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """A frame read raw, with its names and text in the characters they mean."""
    damaged: list[str] = []

    def text(value: Any) -> Any:  # noqa: ANN401 - a value of a column
        if not isinstance(value, str) or value.isascii():
            return value
        decoded, whole = decode(value.encode(_RAW), codec)
        if not whole:
            damaged.append(decoded)
        return decoded

    geometry = frame.geometry.name
    columns = {
        at: frame.iloc[:, at].map({value: text(value) for value in frame.iloc[:, at].dropna().unique()})
        for at, name in enumerate(frame.columns)
        if name != geometry and pd.api.types.is_string_dtype(frame.iloc[:, at])
    }
    decoded = frame.copy()
    for at, values in columns.items():
        decoded.isetitem(at, values)
    names = [name if name == geometry else text(str(name)) for name in frame.columns]
    if damaged and strict:
        raise ReadError(
            f"按 encoding={codec!r} 有 {len(damaged)} 个值无法解码：{few(damaged)}；可不写 encoding，由程序按字节判定",
            f"{len(damaged)} values cannot be decoded as encoding={codec!r}: {few(damaged)}; leave encoding out to "
            "have it found from the bytes",
        )
    decoded.columns = pd.Index(distinct_names(names))
    notes = [damaged_note(damaged, codec)] if damaged else []
    return decoded.set_geometry(geometry), notes


def _distinct_bytes(frame: gpd.GeoDataFrame) -> Iterator[bytes]:
    for at in range(frame.shape[1]):
        column = frame.iloc[:, at]
        if pd.api.types.is_string_dtype(column):
            yield from (str(value).encode(_RAW) for value in column.dropna().unique())


def _title(codec: str) -> str:
    """How people write a codec's name."""
    return {"gbk": "GBK", "gb18030": "GB18030", "utf-8": "UTF-8"}.get(codec, codecs.lookup(codec).name)


def _no_encoding(path: Path) -> ReadError:
    return ReadError(
        f'无法判定 {path.name} 的文本编码：UTF-8、GBK、GB18030 都不能解码其中大部分值；请用 encoding="..." 指定',
        f"cannot tell the encoding of {path.name}: neither UTF-8 nor GBK nor GB18030 decodes most of its text; say "
        'encoding="..."',
    )
