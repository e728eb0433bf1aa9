"""Layers as the tables of a GeoPackage: named, split by geometry where desktop GIS needs it, ready to be written."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from riverline.errors import CRSError
from riverline.provenance import crs_authority
from riverline.schema import FRAMES
from riverline.style.codes import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from riverline.schema import Column, Language
    from riverline.style import Layer

__all__ = ["GEOMETRY", "WIDTH", "Field", "Kind", "Table", "tables_of", "word_of"]

GEOMETRY = "geom"
"""Name of the geometry column in every table, as GDAL writes it by default."""

WIDTH = "GDAL:OGR:width"
"""Key in a field's metadata by which GDAL knows how long a text, or how many digits a number, may be."""

Kind = Literal["point", "line", "area", "other", "none"]

_SUFFIXES: dict[Kind, tuple[str, str]] = {
    "point": ("_点", "_points"),
    "line": ("_线", "_lines"),
    "area": ("_面", "_areas"),
    "other": ("_混合", "_mixed"),
    "none": ("_无图形", "_no_geometry"),
}
_DIMENSIONS: tuple[Kind, ...] = ("point", "line", "area")
_SINGLE: dict[Kind, str] = {"point": "Point", "line": "LineString", "area": "Polygon"}
_RESERVED = re.compile(r"(?i)^(gpkg_|sqlite_|rtree_|layer_styles$)")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table: its name there, what it was called, and its entry in the data dictionary if it has one."""

    name: str
    alias: str
    column: Column | None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table.

    Attributes
    ----------
    name
        Name in the file.
    layer
        The layer that its rows are from.
    kind
        What its geometries are; ``none`` for a table of attributes only.
    geometry_type
        GDAL's name of the type, ``""`` for ``none``.
    fields
        Its columns, without the geometry.
    content
        The rows as Arrow, geometry as WKB in :data:`GEOMETRY`, in the order of the key.
    crs
        CRS as WKT, None for ``none``.
    """

    name: str
    layer: Layer
    kind: Kind
    geometry_type: str
    fields: tuple[Field, ...]
    content: pa.Table
    crs: str | None


def tables_of(layers: Sequence[Layer], *, language: Language) -> tuple[Table, ...]:
    """The tables that layers become.

    Parameters
    ----------
    layers
        Layers; those of one schema are put together and have to be in one CRS.
    language
        Language of table names and column aliases.

    Returns
    -------
    tuple of Table
        One table a layer. A layer whose schema allows points, lines and areas becomes one table for each that it
        has, because desktop GIS draws one kind of geometry a layer.

    Raises
    ------
    CRSError
        If layers of one schema are in different CRS, or one has none.
    """
    found: dict[tuple[str, str], list[Layer]] = {}
    for layer in layers:
        # A receiver may have several layers of one schema, each with a title of its own.
        found.setdefault((layer.name, layer.label("zh")), []).append(layer)
    taken: set[str] = set()
    return tuple(
        _table(_unique(_table_name(layer, suffix, language), taken, limit=_MAX_NAME), layer, rows, kind, language)
        for layer, frame in (_together(same) for same in found.values())
        for kind, suffix, rows in _parts(layer, frame)
    )


def word_of(text: str, field: Field, language: Language) -> str:
    """What a coded text is called, for formats that hold no lists of values; other texts as they are.

    Examples
    --------
    >>> from riverline import schema
    >>> word_of("left", Field("bank", "岸别", schema.STAKES["bank"]), "zh")
    '左岸'
    """
    column = field.column
    return text if column is None else named(column.name, column.value_label(text, language), language)


def _together(layers: Sequence[Layer]) -> tuple[Layer, pd.DataFrame]:
    first = layers[0]
    # Rows that lie nowhere, such as faults of a table, are in whatever CRS the others are.
    held = [layer for layer in layers if _drawn(layer)] or [layer for layer in layers if layer.spatial][:1]
    crs = {str(layer.frame.crs) for layer in held}
    label = first.label("zh")
    if len(crs) > 1:
        raise CRSError(
            f"{label}：图层坐标系不一致（{', '.join(sorted(crs))}）；请先用 riverline.geodesy.align 统一",
            f"{first.label('en')} come in {', '.join(sorted(crs))}; bring them into one with riverline.geodesy.align",
        )
    if crs == {"None"}:
        raise CRSError(
            f'{label}：图层没有坐标系；查明后用 frame.set_crs(…) 写明，例如 frame.set_crs("EPSG:4548")',
            f"{first.label('en')}: the layer has no CRS; find it out, then say it with frame.set_crs(…), "
            'such as frame.set_crs("EPSG:4548")',
        )
    frames = [_laid(each, held[0]) if each.spatial and each not in held else each.frame for each in layers]
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return first, _ordered(first, frame)


def _drawn(layer: Layer) -> bool:
    """Whether any row lies somewhere."""
    return layer.spatial and not shapely.is_missing(np.asarray(layer.frame.geometry.array, dtype=object)).all()


def _laid(layer: Layer, other: Layer) -> pd.DataFrame:
    """Rows that lie nowhere, in the CRS of another layer."""
    rows: pd.DataFrame = gpd.GeoDataFrame(layer.frame).set_crs(other.frame.crs, allow_override=True)
    return rows


def _ordered(layer: Layer, frame: pd.DataFrame) -> pd.DataFrame:
    if layer.schema is None or not isinstance(frame, gpd.GeoDataFrame):
        return frame
    ordered: pd.DataFrame = layer.schema.conform(frame).sort_values(layer.schema.key, kind="stable")
    return ordered


def _parts(layer: Layer, frame: pd.DataFrame) -> Iterator[tuple[Kind, Kind | None, pd.DataFrame]]:
    if not layer.spatial:
        yield "none", None, frame
        return
    kinds = _kinds(frame)
    allowed = {_kind_of_type(each) for each in layer.schema.geometry} if layer.schema else set(kinds) - {"none"}
    if len(allowed) <= 1 and set(kinds) <= allowed | {"none"}:
        yield next(iter(allowed), "other"), None, frame
        return
    present = [kind for kind in _SUFFIXES if kind in set(kinds)]
    for kind in present:
        yield kind, kind, frame[kinds == kind]
    if not present:
        yield "other", None, frame


def _kinds(frame: gpd.GeoDataFrame) -> np.ndarray:
    geometry = frame.geometry.to_numpy()
    kinds = np.array([*_DIMENSIONS, "none"], dtype=object)[shapely.get_dimensions(geometry)]
    collection = shapely.get_type_id(geometry) == shapely.GeometryType.GEOMETRYCOLLECTION
    return np.where(collection, "other", kinds)


def _kind_of_type(name: str) -> Kind:
    return next(kind for kind, single in _SINGLE.items() if name.endswith(single))


def _table_name(layer: Layer, suffix: Kind | None, language: Language) -> str:
    # A receiver's profile names its layers in its own language.
    known = layer.schema is not None and FRAMES.get(layer.schema.name) is layer.schema
    name = layer.schema.name if layer.schema and known and language == "en" else layer.label(language)
    name = _CONTROL.sub(" ", name).strip() or "layer"
    ending = _SUFFIXES[suffix][0 if language == "zh" else 1] if suffix else ""
    # SQLite and the standard keep some beginnings for themselves; GDAL refuses names that begin with punctuation.
    prefix = "_" if _RESERVED.match(name) or not name[0].isalnum() else ""
    return prefix + name[: _MAX_NAME - len(ending)] + ending


def _unique(name: str, taken: set[str], *, limit: int = 0) -> str:
    # SQLite does not tell upper from lower case in names.
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name[: limit - 4] if limit else name}_{number}"
    taken.add(candidate.casefold())
    return candidate


def _table(name: str, layer: Layer, frame: pd.DataFrame, kind: Kind, language: Language) -> Table:
    geometry = frame.geometry if layer.spatial else None
    columns = [column for column in frame.columns if geometry is None or column != geometry.name]
    fields = _fields(columns, layer, language)
    arrays = [array_of(frame[column], field.column) for column, field in zip(columns, fields, strict=True)]
    names = [field.name for field in fields]
    if geometry is None or kind == "none":
        return Table(name, layer, "none", "", fields, pa.table(arrays, names=names), None)
    # Areas are multipart by nature (islands, cut parcels): their type does not depend on the rows.
    multi = kind == "area" and layer.schema is not None and "MultiPolygon" in layer.schema.geometry
    content, geometry_type = _written(geometry.to_numpy(), kind, multi=multi)
    content = pa.table([*arrays, pa.array(content, pa.binary())], names=[*names, GEOMETRY])
    authority = crs_authority(geometry.crs)
    crs = ":".join(authority) if authority else geometry.crs.to_wkt()
    return Table(name, layer, kind, geometry_type, fields, content, crs)


def _fields(columns: Sequence[Any], layer: Layer, language: Language) -> tuple[Field, ...]:
    # fid and geom are the file's own; a column of that name keeps its name as its alias.
    taken = {"fid", GEOMETRY}
    found = []
    for original in columns:
        column = layer.schema[original] if layer.schema and original in layer.schema else None
        name = _unique(_CONTROL.sub(" ", str(original)).strip() or "column", taken)
        found.append(Field(name, column.label(language) if column else str(original), column))
    return tuple(found)


def _written(geometry: np.ndarray, kind: Kind, *, multi: bool) -> tuple[np.ndarray, str]:
    """Geometries as WKB (ISO), of one type where the table has one, and GDAL's name of the type."""
    height = " Z" if shapely.has_z(geometry).any() else ""
    if kind == "other":
        return shapely.to_wkb(geometry, flavor="iso"), "Unknown"
    single = np.isin(shapely.get_type_id(geometry), (0, 1, 2, 3))
    there = ~shapely.is_missing(geometry)
    if not multi and single[there].all():
        return shapely.to_wkb(geometry, flavor="iso"), _SINGLE[kind] + height
    empty = shapely.is_empty(geometry)
    promoted = geometry.copy()
    promoted[single & empty] = shapely.from_wkt(f"Multi{_SINGLE[kind]} EMPTY")
    written = shapely.to_wkb(promoted, flavor="iso", byte_order=1)
    lone = np.flatnonzero(single & ~empty)
    # A multipart geometry of one part is the part behind a head: faster than to make it one by one.
    heads = [_head(kind, has_z=False), _head(kind, has_z=True)]
    tall = shapely.has_z(geometry[lone])
    written[lone] = [heads[high] + each for each, high in zip(written[lone], tall.astype(int), strict=True)]
    return written, f"Multi{_SINGLE[kind]}{height}"


def _head(kind: Kind, *, has_z: bool) -> bytes:
    """What stands before the one part of a multipart geometry: byte order, type, number of parts (ISO 13249-3)."""
    return struct.pack("<BII", 1, _DIMENSIONS.index(kind) + 4 + 1000 * has_z, 1)


def array_of(values: pd.Series, column: Column | None) -> pa.Array:
    """A column as Arrow: NaN is null, days are days, lists are JSON, geometries are WKT, the sign NUL is ``�``.

    Examples
    --------
    >>> import pandas as pd
    >>> array_of(pd.Series([[1, 2], None, {"深": 3}]), None).to_pylist()
    ['[1, 2]', None, '{"深": 3}']
    """
    if column is not None and column.kind == "date":
        return pa.array(pd.to_datetime(values).dt.date, pa.date32(), from_pandas=True)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if values.dtype.name == "geometry" or values.dtype == object:
        values = pd.Series([_scalar(value) for value in values], dtype=object)
    array = _arrow(values)
    if pa.types.is_timestamp(array.type):
        # OGR keeps milliseconds.
        return array.cast(pa.timestamp("ms", array.type.tz), safe=False)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        # No format but Parquet holds the sign; everywhere it is what control signs are in cells and markup.
        return pc.replace_substring(array, "\x00", "�")
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def _arrow(values: pd.Series) -> pa.Array:
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Numbers beside texts: a table column has one type.
        array = pa.array([None if _missing(value) else str(value) for value in values], pa.string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _scalar(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(value, rounding_precision=-1)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)  # the same bytes each time
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return None if _missing(value) else value


def _missing(value: Any) -> bool:  # noqa: ANN401
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))
