"""Reading a layer of features: the first line of every analysis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from riverline.errors import SchemaError
from riverline.geodesy.datum import name_of
from riverline.io.archives import data_set
from riverline.io.encodings import named_codec
from riverline.io.mapping import (
    blank_columns,
    fill_columns,
    given_twice,
    given_values,
    match_columns,
    missing_columns,
    rename_columns,
    single_targets,
)
from riverline.io.reference import settle_crs
from riverline.io.shapes import close_areas, drop_heights, join_rows, single_parts
from riverline.io.sources import read_rows
from riverline.io.values import cast_values, on_clock
from riverline.schema import AXES

if TYPE_CHECKING:
    import os

    import geopandas as gpd

    from riverline.errors import CRSError
    from riverline.io.decoding import Reading
    from riverline.io.gdal import BBox
    from riverline.io.mapping import Columns, Problems, Values
    from riverline.schema import Schema

__all__ = ["read_layer"]


def read_layer(
    path: str | os.PathLike[str],
    schema: Schema,
    *,
    columns: Columns | None = None,
    values: Values | None = None,
    encoding: str | None = None,
    crs: object = None,
    layer: str | None = None,
    bbox: BBox | None = None,
) -> gpd.GeoDataFrame:
    """Read a layer under the names and types of the data dictionary.

    Parameters
    ----------
    path
        Anything that GDAL reads (.shp, .gpkg, .gdb, .geojson, .kml, .dxf, .tab …), GeoParquet, a folder of layers, or
        a .zip of any of these.
    schema
        What the layer is, such as ``riverline.schema.LEVEES``. One without geometry, such as ``DUTIES``, reads a table
        of the file, as :func:`riverline.export.to_geopackage` writes them.
    columns
        ``{"field in the file": "column of the schema"}``, or a list of columns where one field is several. Columns
        that are not mapped are found under the dictionary's own name, label or short name. Fields that nothing claims
        come through as they are.
    values
        ``{"column of the schema": value}`` for the whole file, as in ``{"feature": "landside_toe"}``; ``{row}`` in a
        text is the number of the row. A field of that name is kept as ``…_original``.
    encoding
        Encoding of the text. Found from the bytes if not given, whatever .cpg and language id say.
    crs
        CRS of a file that does not say; it has to agree with a file that does.
    layer
        Which layer, where there are several.
    bbox
        ``(min x, min y, max x, max y)`` in the layer's own coordinates: only features that touch it are read.

    Returns
    -------
    GeoDataFrame
        Columns of the schema first, in its types where every value allows it. Geometry is flat; multipart features
        are split where the schema asks for single parts (``R1`` becomes ``R1-1``, ``R1-2`` …; ``source_key`` keeps
        ``R1``), unless their parts join to one line; rows of ``AXES`` under one code that meet head to tail are
        joined too. Closed lines are areas where the schema asks for areas alone. Rows without geometry stay.
        ``frame.attrs["source"]`` is a dictionary of ``path`` (the file's name), ``driver``, ``layer``, ``encoding``,
        ``encoding_from`` (``given``, ``cpg``, ``ldid``, ``declared`` by the format, or ``detected``), ``crs``, ``rows``
        in the file, and ``notes``, a list of ``{"zh": …, "en": …}``: everything that was decided or changed while
        reading; with ``values`` also ``values``. A column that the file lacks and the dictionary lets be blank (a name,
        a river's code) is blank.

    Raises
    ------
    ReadError
        If the file cannot be read; the message says what it is instead and what to do.
    SchemaError
        If columns are missing, mapped wrongly or ambiguous; the message lists them all, and a missing CRS.
    CRSError
        If the file has no CRS and none is given, or another one is.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "堤防.gpkg"
    >>> rows = {"DFBM": ["D1"], "river": ["R1"], "岸别": ["左岸"], "线类型": ["堤顶"]}
    >>> gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 9 9)"]), crs=4548).to_file(file)
    >>> levees = rl.read_layer(file, rl.schema.LEVEES, columns={"river": "river_id"})
    >>> levees.iloc[0, :4].tolist()
    ['D1', 'R1', 'left', 'crest']
    >>> levees.attrs["source"]["notes"][0]["zh"]
    '字段对应：river→river_id, DFBM→levee_id, 岸别→bank, 线类型→feature'
    """
    with data_set(Path(path), layer=layer) as source:
        reading = read_rows(source, schema, encoding=encoding, bbox=bbox)
        located, crs_error, notes = settle_crs(reading.frame, crs, driver=reading.driver)
        frame, said = shape_to_schema(
            located, schema, columns=columns, values=values, reading=reading, crs_error=crs_error
        )
        frame.attrs = reading.frame.attrs | {
            "source": describe_source(source.name, reading, frame, [*notes, *said], values)
        }
    return frame


def shape_to_schema(
    frame: gpd.GeoDataFrame,
    schema: Schema,
    *,
    columns: Columns | None,
    values: Values | None = None,
    reading: Reading,
    crs_error: CRSError | None = None,
    also: Problems | None = None,
) -> tuple[gpd.GeoDataFrame, list[dict[str, str]]]:
    """Rows of any source under the names, types and geometry of the dictionary, and what was done to them.

    Parameters
    ----------
    frame
        Rows as they were read, in their CRS.
    schema
        Their dictionary.
    columns, values
        As in :func:`read_layer`.
    reading
        How they were read: a file format bears on names.
    crs_error, also
        What else is wrong with the call, to be said in the same error.

    Raises
    ------
    SchemaError, CRSError
        As in :func:`read_layer`.
    """
    fields = [str(name) for name in frame.columns if name != frame.geometry.name]
    codec = named_codec(reading.encoding) or "utf-8"
    mapping, further = single_targets(columns)
    filled, wrong = given_values(frame, schema, further, values)
    open_ = [column for column in schema if column.name not in filled or column.name in mapping.values()]
    match, problems = match_columns(fields, open_, mapping, name_bytes=reading.name_bytes, codec=codec)
    wrong |= {name: given_twice(name) for name in filled if name in match.values()}
    renamed, notes = rename_columns(on_clock(frame, schema, match), match, filled)
    claimed = match | {f"={name}": name for name in filled}
    lacking = missing_columns(fields, schema, claimed, key=schema.key, rows=frame)
    problems = lacking | problems | wrong | (also or {})
    if problems:
        no_crs = [] if crs_error is None else [(crs_error.zh, crs_error.en, crs_error.hints)]
        raise SchemaError.listing(
            f"{schema.name}（{schema.label_zh}）不符合数据字典",
            f"{schema.name} does not match its schema",
            [*problems.values(), *no_crs],
        )
    if crs_error is not None:
        raise crs_error
    filled_up, given = fill_columns(renamed, filled, blank_columns(schema, claimed, key=schema.key), values)
    cast, told = cast_values(filled_up, schema)
    flat, dropped = drop_heights(cast)
    areas, closed = close_areas(flat, schema)
    whole, joined = join_rows(areas, schema) if schema is AXES else (areas, [])
    single, split = single_parts(whole, schema)
    return schema.conform(single), [*notes, *given, *told, *dropped, *closed, *joined, *split]


def describe_source(
    name: str,
    reading: Reading,
    frame: gpd.GeoDataFrame,
    notes: list[dict[str, str]],
    values: Values | None = None,
) -> dict[str, Any]:
    """What ``frame.attrs["source"]`` holds."""
    return {
        "path": name,
        "driver": reading.driver,
        "layer": reading.layer,
        "encoding": reading.encoding,
        "encoding_from": reading.encoding_from,
        "crs": name_of(frame.crs),
        "rows": len(reading.frame),
        "notes": [*reading.notes, *notes],
        **({"values": dict(values)} if values else {}),
    }
