"""Rows of a layer by GDAL, with what GDAL or pandas would lose of them on the way."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from riverline.errors import ReadError
from riverline.io.notes import note
from riverline.provenance import made_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from riverline.io.notes import Note

__all__ = ["PLACEHOLDER", "RAW", "BBox", "list_layers", "take_rows"]

BBox = tuple[float, float, float, float]

# Every byte is a character of it and comes back as the same byte: text is taken out raw and decoded afterwards.
RAW = "ISO-8859-1"
# Rows without geometry need some CRS to be a frame with one; it claims nothing, and moves along to any other.
PLACEHOLDER = "EPSG:4490"
# Whole numbers beyond this have no float of their own.
_EXACT = 2.0**53


def list_layers(path: Path) -> dict[str, str | None]:
    """Layers of a data set by name, with the kind of their geometry; None for tables."""
    import pyogrio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the reading itself says them again
        return {str(name): kind for name, kind in pyogrio.list_layers(path)}


def take_rows(
    path: Path, *, layer: str | None, encoding: str | None, bbox: BBox | None, bare: bool = False
) -> tuple[gpd.GeoDataFrame, str, list[Note]]:
    """Rows of a layer as GDAL gives them, the name of its driver, and what was remarked.

    Parameters
    ----------
    path, layer
        What to read.
    encoding
        None for what the format says; :data:`RAW` for text that is to be decoded from its bytes; the index of the
        frame then holds the numbers of the records.
    bbox
        Only features that touch it.
    bare
        Whether rows without a geometry column will do: theirs is then empty, in a CRS that claims nothing.

    Raises
    ------
    ReadError
        If the layer has no geometry, and has to have one.
    """
    import pyogrio

    options: dict[str, Any] = {"layer": layer, "encoding": encoding, "bbox": bbox}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        info = pyogrio.read_info(path, layer=layer, encoding=encoding)
        frame = pyogrio.read_dataframe(path, fid_as_index=encoding == RAW, on_invalid="warn", **options)
    if bare and not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), index=frame.index), crs=PLACEHOLDER)
    if not isinstance(frame, gpd.GeoDataFrame):
        raise ReadError(
            f"{path.name} 没有图形列；坐标在表格字段中时请用 read_table 读取",
            f"{path.name} has no geometry; if coordinates are in columns, read it with read_table",
        )
    remarks = list(_remarks(str(each.message) for each in caught))
    if "geometry" in info["fields"]:
        remarks.append(note("字段 geometry 改名为 geometry_1", "the field 'geometry' is called geometry_1"))
    rows = _restored(frame, info, path, options)
    rows.attrs |= made_texts(info["layer_metadata"])
    return rows, str(info["driver"]), remarks


def _restored(frame: gpd.GeoDataFrame, info: dict[str, Any], path: Path, options: dict[str, Any]) -> gpd.GeoDataFrame:
    """The frame with the fields that pandas spoils: long whole numbers with gaps, and one that is called geometry."""
    import pyogrio

    kinds = dict(zip(info["fields"], info["ogr_types"], strict=True))
    hidden = "geometry" in kinds
    long = [name for name, kind in kinds.items() if kind == "OFTInteger64" and _is_spoilt(frame.get(name))]
    if not hidden and not long:
        return frame
    wanted = [*long, *["geometry"] * hidden]
    _, table = pyogrio.read_arrow(path, columns=wanted, read_geometry=False, **options)
    for name in long:
        frame[name] = pd.array(table.column(name).to_pylist(), dtype="Int64")
    if hidden:
        frame.insert(0, "geometry_1", table.column("geometry").to_pylist())
    return frame


def _is_spoilt(values: pd.Series[Any] | None) -> bool:
    if values is None or not pd.api.types.is_float_dtype(values):
        return False
    return bool(np.nanmax(np.abs(values.to_numpy()), initial=0.0) > _EXACT)


def _remarks(messages: Iterable[str]) -> Iterator[Note]:
    for message in dict.fromkeys(messages):
        if message.startswith("Measured (M)"):
            yield note("图形带 M 值，读取时舍去 M", "geometries carry M values; M was dropped")
        else:
            yield note(f"读取时的提示：{message}", f"remark while reading: {message}")
