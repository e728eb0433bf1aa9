"""Results as GeoParquet for pipelines: types, CRS and names kept, boxes of rows beside them, where they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from riverline.export.drafts import changed, layers_for
from riverline.export.origin import origin_of
from riverline.export.single import write_each
from riverline.export.tables import GEOMETRY, tables_of
from riverline.style import in_language

if TYPE_CHECKING:
    import os

    from riverline.export.tables import Table
    from riverline.schema import Language

__all__ = ["to_geoparquet"]

_PLACE = "geometry"


def to_geoparquet(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write a layer as GeoParquet 1.1, or several as a zip of such files.

    Parameters
    ----------
    path
        The file, named ``….parquet``, or ``….zip`` for several layers; its folder has to be there.
    *results
        Results and frames that follow a schema.
    language
        Language of file names in a zip, of columns' titles, and of what results say in sentences.
    **layers
        More frames or results, each with a name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If a layer has no CRS.
    JobError
        If there are several layers for one file; if the file cannot be written, or does not read back the same.

    Notes
    -----
    The CRS is that of the layer. ``bbox`` lets readers take a part of the rows. Titles of columns are in the metadata
    of the fields (``title``), rules and runs under ``riverline``. Not for desktop GIS: older ones do not open it.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> file = rl.export.to_geoparquet(f"{tempfile.mkdtemp()}/河.parquet", rl.schema.AXES.empty("EPSG:4548"))
    >>> gpd.read_parquet(file).crs.to_epsg()
    4548
    """
    target = Path(path)
    found = in_language(layers_for("GeoParquet", target, (".parquet", ".zip"), results, layers), language)
    about = origin_of(found, language)
    write_each(target, tables_of(found, language=language), ".parquet", lambda file, table: _write(file, table, about))
    return target


def _write(path: Path, table: Table, about: str) -> None:
    bare = table.content.drop([GEOMETRY]) if table.crs else table.content
    rows = bare.to_pandas(types_mapper=pd.ArrowDtype)
    options = {"index": False, "compression": "zstd"}
    if table.crs:
        shapes = shapely.from_wkb(np.array(table.content[GEOMETRY].to_pylist(), dtype=object))
        name = next(each for each in (_PLACE, GEOMETRY, "_geometry") if each not in rows)
        frame = gpd.GeoDataFrame(rows.assign(**{name: shapes}), geometry=name, crs=table.crs)
        frame.to_parquet(path, schema_version="1.1.0", write_covering_bbox="bbox" not in rows, **options)
    else:
        rows.to_parquet(path, **options)
    written = pq.read_table(path)
    titles = {field.name: field.alias for field in table.fields}
    for at, field in enumerate(written.schema):
        if field.name in titles:
            told = field.with_metadata({**(field.metadata or {}), "title": titles[field.name]})
            written = written.cast(written.schema.set(at, told))
    marks = {**(written.schema.metadata or {}), b"riverline": json.dumps(json.loads(about)).encode()}
    pq.write_table(written.replace_schema_metadata(marks), path, compression="zstd")
    _require_same(path, table)


def _require_same(path: Path, table: Table) -> None:
    back = pq.read_table(path)
    sent = table.content
    wrong = [
        name
        for name in sent.column_names
        if name != GEOMETRY and not back[name].cast(sent[name].type).equals(sent[name])
    ]
    if table.crs:
        frame = gpd.read_parquet(path)
        shapes = shapely.from_wkb(np.array(sent[GEOMETRY].to_pylist(), dtype=object))
        same = shapely.to_wkb(frame.geometry.to_numpy()) == shapely.to_wkb(shapes)
        wrong += [] if np.all(same) and len(frame) == len(shapes) else [GEOMETRY]
    if wrong:
        raise changed(f"{table.name}.{name}" for name in wrong)
