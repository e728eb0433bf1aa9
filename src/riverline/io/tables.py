"""Reading tables of points: result tables of surveyors, stake lists, flood levels by chainage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from riverline.errors import CRSError
from riverline.geodesy.datum import horizontal
from riverline.io.coordinates import Located, coordinate_pair, locate_rows, role_of
from riverline.io.decoding import Reading
from riverline.io.gdal import PLACEHOLDER
from riverline.io.grids import read_grid
from riverline.io.headers import plain_numbers, table_of
from riverline.io.layers import describe_source, shape_to_schema
from riverline.io.mapping import match_columns, single_targets
from riverline.io.notes import note
from riverline.schema.clock import heading
from riverline.schema.words import plain_name

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from riverline.io.mapping import Columns, Problems, Values
    from riverline.schema import Schema

__all__ = ["read_table"]


def read_table(  # noqa: PLR0913 - one argument a question that a table may leave open
    path: str | os.PathLike[str],
    schema: Schema,
    *,
    columns: Columns | None = None,
    values: Values | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    sheet: str | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read a table of points under the names and types of the data dictionary.

    Parameters
    ----------
    path
        An Excel workbook (.xlsx), or text (.csv, .txt) with commas, semicolons, tabs or blanks.
    schema
        What the rows are; it has to allow points.
    columns
        ``{"header in the table": "column of the schema"}``; others are found by their names.
    values
        ``{"column of the schema": value}`` for the whole table, as in :func:`riverline.read_layer`.
    x, y
        The two columns of coordinates, where their headers do not tell (X坐标, Y坐标, 北, 东, 纵坐标, 横坐标, 经度,
        纬度, lon, lat … do). The numbers tell which is north; where they do not, ``x`` is east or longitude.
    crs
        CRS of the coordinates. Needed unless the digits tell it: eastings with their zone number, and degrees, are
        taken as CGCS2000, and noted.
    sheet
        Name of the sheet, where several hold data.
    encoding
        Encoding of a text table; found from the bytes if not given.

    Returns
    -------
    GeoDataFrame
        Points with the schema's columns first, every other column after them. Codes stay text; numbers may have
        full-width digits and thousands separators; chainages may be written ``K1+234.5``; degrees may be written with
        minutes and seconds. Merged cells hold their value in each row. A table without coordinates whose schema and
        rows have ``chainage_m`` comes without geometry, in EPSG:4490 unless ``crs`` is given.
        ``frame.attrs["source"]`` is as for :func:`riverline.read_layer`; its notes tell what was detected.

    Raises
    ------
    ReadError
        If the file is no table that can be read.
    SchemaError
        If columns or coordinates are missing or ambiguous; the message lists them all.
    CRSError
        If the digits do not tell the CRS, contradict the one given, or have one too many or too few.
    MissingDependencyError
        If openpyxl is needed and not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import riverline as rl
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "水位.csv"
    >>> text = "水位编码,河流编码,水位类型,洪水位,X坐标,Y坐标\nS01,R1,设计洪水位,35.6,3320113.4,39500000.0\n"
    >>> _ = file.write_text(text, encoding="gbk")
    >>> levels = rl.read_table(file, rl.schema.FLOOD_LEVELS)
    >>> levels.geometry[0], levels.crs.to_string(), levels.attrs["source"]["encoding"]
    (<POINT (39500000 3320113.4)>, 'EPSG:4527', 'GBK')
    >>> levels.attrs["source"]["notes"][2]["zh"]
    '坐标判读：“Y坐标” 列为 8 位东坐标，带号 39（3 度带）；“X坐标” 列为北坐标；...'
    """
    mapping, _ = single_targets(columns)
    grid = read_grid(Path(path), sheet=sheet, encoding=encoding)
    table, notes = table_of(grid, _name_test(schema, mapping, x, y))
    located, problems = _locate(table, schema, mapping, x=x, y=y, crs=crs)
    frame = gpd.GeoDataFrame(table, geometry=located.points, crs=located.crs or PLACEHOLDER)
    reading = Reading(frame, grid.driver, grid.layer, grid.encoding, grid.encoding_from, notes=[*grid.notes, *notes])
    shaped, said = shape_to_schema(
        frame, schema, columns=columns, values=values, reading=reading, crs_error=located.error, also=problems
    )
    for name in shaped.columns:
        if name not in schema and name != "geometry":
            shaped[name] = plain_numbers(shaped[name])
    shaped.attrs = {"source": describe_source(Path(path).name, reading, shaped, [*located.notes, *said], values)}
    return shaped


def _name_test(schema: Schema, mapping: Mapping[str, str], x: str | None, y: str | None) -> Callable[[str], bool]:
    """Whether a text is the name of a column that the table may have."""
    labels = {
        name
        for column in schema
        for name in (
            column.name,
            column.label_zh,
            column.label_en,
            column.label(),
            heading(column),
            heading(column, "en"),
            column.short,
        )
    }
    names = {plain_name(name) for name in (*labels, *mapping, x, y) if name}
    return lambda text: plain_name(text) in names or role_of(text) is not None


def _locate(
    table: pd.DataFrame, schema: Schema, mapping: Mapping[str, str], *, x: str | None, y: str | None, crs: object
) -> tuple[Located, Problems]:
    nothing = np.full(len(table), None, dtype="object")
    if not schema.geometry:
        return Located(nothing), {}
    if "Point" not in schema.geometry:
        return Located(nothing), {"geometry": _no_points(schema)}
    fields = [str(name) for name in table.columns]
    plane, degrees, problems = coordinate_pair(fields, mapping, x=x, y=y)
    pair = plane or degrees
    if problems or (pair is not None and table.empty):
        return Located(nothing), problems
    if pair is not None:
        return locate_rows(table, pair, crs=crs, other=degrees if pair is plane else None), {}
    match, _ = match_columns(fields, schema, mapping)
    if "chainage_m" in match.values():
        return _by_chainage(nothing, crs), {}
    return Located(nothing), {"geometry": _no_coordinates(fields)}


def _by_chainage(nothing: NDArray[np.object_], crs: object) -> Located:
    told = note("表中没有坐标，按桩号定位，几何为空", "the table has no coordinates: rows are placed by chainage")
    try:
        return Located(nothing, None if crs is None else horizontal(crs), None, [told])
    except CRSError as error:
        return Located(nothing, None, error)


def _no_points(schema: Schema) -> tuple[str, str]:
    return (
        (
            f"表格只能读成点，{schema.label_zh}需要{'或'.join(schema.geometry)}；"
            "请在 QGIS 中把点连成线或面，再用 read_layer 读取"
        ),
        (
            f"a table gives points, {schema.name} needs {' or '.join(schema.geometry)}; join the points to lines or "
            "polygons in QGIS and use read_layer"
        ),
    )


def _no_coordinates(fields: list[str]) -> tuple[str, str]:
    listed = ", ".join(fields) or "-"
    return (
        f'找不到坐标列（如 X坐标、Y坐标，北、东，经度、纬度），现有列：{listed}；请用 x="…", y="…" 指明',
        (
            f"no columns of coordinates (such as X坐标 and Y坐标, north and east, lon and lat); there are: {listed}; "
            'say which with x="…", y="…"'
        ),
    )
