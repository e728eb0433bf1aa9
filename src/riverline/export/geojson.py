"""Results as GeoJSON (RFC 7946) for the web: longitude and latitude, areas turned as the standard asks."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from pyogrio import raw

from riverline.export.compared import differences
from riverline.export.drafts import changed, layers_for
from riverline.export.single import write_each
from riverline.export.tables import GEOMETRY, tables_of
from riverline.geodesy import align
from riverline.geodesy.antimeridian import cut_at_antimeridian
from riverline.style import in_language

if TYPE_CHECKING:
    import os

    from riverline.export.tables import Table
    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["in_degrees", "placed", "to_geojson"]

CRS = "EPSG:4326"
_DECIMALS = 8
_NOTE = {
    "zh": "RFC 7946：经纬度，WGS 84，与 CGCS2000 视为一致（零变换，差在厘米级），未加 GCJ-02 偏移",
    "en": "RFC 7946: longitude and latitude on WGS 84, taken as CGCS2000 (a null transformation, centimetres off)",
}


def to_geojson(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    language: Language = "zh",
    **layers: Any,  # noqa: ANN401
) -> Path:
    """Write a layer as GeoJSON, or several as a zip of such files.

    Parameters
    ----------
    path
        The file, named ``….geojson``, or ``….zip`` for several layers; its folder has to be there.
    *results
        Results and frames that follow a schema.
    language
        Language of file names in a zip, of the note on the CRS, and of what results say in sentences.
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
        If there are several layers for one file; if the file cannot be written, or does not read back the same.

    Notes
    -----
    RFC 7946 knows longitude and latitude on WGS 84 alone, and no ``crs`` member: CGCS2000 is written as it is, other
    planes are brought there, old datums are refused; what crosses the 180th meridian is cut there. 8 decimals (1 mm),
    outer rings counterclockwise. Columns have the names and codes of the dictionary; ``description`` tells of the CRS.
    The same result gives the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> import riverline as rl
    >>> rl.export.to_geojson(f"{tempfile.mkdtemp()}/界桩.geojson", rl.schema.STAKES.empty("EPSG:4548")).name
    '界桩.geojson'
    """
    target = Path(path)
    found = in_language(layers_for("GeoJSON", target, (".geojson", ".json", ".zip"), results, layers), language)
    tables = tables_of([in_degrees(each) for each in found], language=language)
    write_each(target, tables, ".geojson", lambda file, table: _write(file, table, language))
    return target


def in_degrees(layer: Layer) -> Layer:
    """A layer in longitude and latitude; a table as it is."""
    if not layer.spatial or layer.frame.crs is None:
        return layer
    return dataclasses.replace(layer, frame=placed(layer, gpd.GeoDataFrame(layer.frame)))


def placed(layer: Layer, rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of a layer in longitude and latitude, cut at the 180th meridian, where no format lets them go on."""
    located = align(rows, CRS, layer=layer.name)
    shapes = np.asarray(located.geometry.array, dtype=object)
    cut = cut_at_antimeridian(shapes)
    if cut is shapes:
        return located
    return located.set_geometry(gpd.GeoSeries(cut, index=located.index, crs=located.crs, name=located.geometry.name))


def _write(path: Path, table: Table, language: Language) -> None:
    spatial = {"geometry_name": GEOMETRY, "geometry_type": table.geometry_type, "crs": table.crs}
    options = {"DESCRIPTION": _NOTE[language]}
    options |= {"RFC7946": "YES", "COORDINATE_PRECISION": str(_DECIMALS)} if table.crs else {}
    raw.write_arrow(table.content, str(path), layer=table.name, driver="GeoJSON", layer_options=options,
                    **(spatial if table.crs else {}))  # fmt: skip
    about, back = raw.read_arrow(str(path))
    place = {GEOMETRY: about["geometry_name"] or "wkb_geometry"} if table.crs else {}
    wrong = differences(table.content, back, geometry=place, near=10.0**-_DECIMALS)
    if wrong:
        raise changed(f"{table.name}.{name}" for name in wrong)
