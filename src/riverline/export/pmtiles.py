"""Results as PMTiles: vector tiles in one file, which a page reads from any folder or server without a program."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from pyogrio import raw

from riverline.errors import JobError
from riverline.export.drafts import changed, layers_for
from riverline.export.geojson import in_degrees
from riverline.export.single import write_each
from riverline.export.tables import GEOMETRY, tables_of
from riverline.style import in_language

if TYPE_CHECKING:
    import os

    from riverline.export.tables import Table
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["to_pmtiles"]

_MOST_ZOOM = 20
# A tile may be this large and hold so many: what is beyond would be dropped without a word.
_MOST_BYTES, _MOST_FEATURES = 20_000_000, 2_000_000


def to_pmtiles(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    max_zoom: int = 14,
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write a layer as PMTiles, or several as a zip of such files.

    Parameters
    ----------
    path
        The file, named ``….pmtiles``, or ``….zip`` for several layers; its folder has to be there.
    *results
        Results and frames that follow a schema; layers without geometry are left out.
    language
        Language of layer names.
    max_zoom
        The largest zoom that tiles are cut for, 0 to 20: at 14 places are right to about 0.6 m.
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
        If a layer has no CRS, or none that leads safely to longitude and latitude.
    JobError
        If there is no feature to cut, or several layers for one file; if the file cannot be written, or features are
        not in its tiles.

    Notes
    -----
    For looking, not for measuring: GDAL's tiler rounds places to a tile's grid and simplifies at small zooms. Columns
    have the names and codes of the dictionary.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import riverline as rl
    >>> towns = gpd.GeoDataFrame({"镇": ["清水"]}, geometry=gpd.points_from_xy([117.0], [30.0]), crs=4490)
    >>> rl.export.to_pmtiles(f"{tempfile.mkdtemp()}/镇.pmtiles", 乡镇=towns, max_zoom=8).name
    '镇.pmtiles'
    """
    target = Path(path)
    found = in_language(layers_for("to_pmtiles", target, (".pmtiles", ".zip"), results, layers), language)
    every = tables_of([_placed(in_degrees(each)) for each in found], language=language)
    tables = [table for table in every if table.crs and table.content[GEOMETRY].null_count < table.content.num_rows]
    if not tables or not 0 <= max_zoom <= _MOST_ZOOM:
        raise JobError(
            f"没有可切片的要素，或 max_zoom={max_zoom} 不在 0 至 {_MOST_ZOOM} 之间",
            f"there is no feature to cut, or max_zoom={max_zoom} is not between 0 and {_MOST_ZOOM}",
        )
    write_each(target, tables, ".pmtiles", lambda file, table: _write(file, table, max_zoom))
    return target


def _placed(layer: Layer) -> Layer:
    """A layer in which what is empty has no geometry: the tiler takes its bounds for wrong ones."""
    if not layer.spatial:
        return layer
    rows = gpd.GeoDataFrame(layer.frame)
    return dataclasses.replace(layer, frame=rows.set_geometry(rows.geometry.where(~rows.geometry.is_empty)))


def _write(path: Path, table: Table, max_zoom: int) -> None:
    options = {"MINZOOM": "0", "MAXZOOM": str(max_zoom), "MAX_SIZE": str(_MOST_BYTES),
               "MAX_FEATURES": str(_MOST_FEATURES),
               "NAME": table.name}  # fmt: skip
    # GDAL finds no field again whose name has a slash.
    content = table.content.rename_columns([name.replace("/", "／") for name in table.content.column_names])
    raw.write_arrow(content, str(path), layer=table.name, driver="PMTiles", geometry_name=GEOMETRY,
                    geometry_type=table.geometry_type, crs=table.crs, dataset_options=options)  # fmt: skip
    key = table.layer.schema.key if table.layer.schema is not None else ""
    _, back = raw.read_arrow(str(path))
    missing = [name for name in content.column_names if name not in {GEOMETRY, *back.column_names}]
    if missing:
        raise changed(f"{table.name}.{name}" for name in missing)
    if not key or key not in table.content.column_names:
        if not back.num_rows:
            raise changed([table.name])
        return
    place = table.content[GEOMETRY].is_valid().to_pylist()
    sent = {value for value, there in zip(table.content[key].to_pylist(), place, strict=True) if there}
    lost = sorted(map(str, sent - set(back[key].to_pylist())))
    if lost:
        raise changed([f"{table.name}.{key}: {', '.join(lost[:5])}"])
