"""One file by its name: which writer an ending asks for, and why some formats are refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from riverline.errors import JobError
from riverline.export.coordinate_text import to_coordinate_text
from riverline.export.dxf import to_dxf
from riverline.export.filegdb import to_filegdb
from riverline.export.geojson import to_geojson
from riverline.export.geopackage import to_geopackage
from riverline.export.geoparquet import to_geoparquet
from riverline.export.kmz import to_kmz
from riverline.export.ovi import to_ovi
from riverline.export.pmtiles import to_pmtiles
from riverline.export.shapefile import to_shapefile
from riverline.export.workbook import to_xlsx

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

__all__ = ["ENDINGS", "FORMATS", "to_file"]

FORMATS: dict[str, Callable[..., Path]] = {
    "gpkg": to_geopackage, "shp": to_shapefile, "gdb": to_filegdb, "dxf": to_dxf, "kmz": to_kmz, "xlsx": to_xlsx,
    "geojson": to_geojson, "parquet": to_geoparquet, "pmtiles": to_pmtiles, "txt": to_coordinate_text, "ovi": to_ovi,
}  # fmt: skip
"""Name of a format → its writer."""

ENDINGS = {name: f".{name}" for name in FORMATS} | {"shp": ".zip", "ovi": ".txt"}
"""Name of a format → the ending that a file of it has by default."""

_MAPINFO = (
    (
        "MapInfo 的 TAB、MIF 写入中文字段名后无法再打开（UTF-8、GBK、CP936 均如此）；"
        "MapInfo 可直接打开 GeoPackage 和 Shapefile：请写 .gpkg，或写成 Shapefile（.zip）"
    ),
    (
        "MapInfo tables with Chinese names of fields cannot be opened afterwards, whatever the encoding; MapInfo opens "
        "GeoPackage and shapefiles: write .gpkg, or shapefiles as a .zip"
    ),
)
_REFUSED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("mapinfo", "tab", "mif"), _MAPINFO),
    "dwg": ("DWG 没有公开的写入方法；请写 .dxf，CASS、AutoCAD 打开后可另存",
            "there is no open way to write DWG: write .dxf, which CASS and AutoCAD open and save as DWG"),
    "mdb": ("个人地理数据库（.mdb）已停用，GDAL 不能写；请写 .gdb，ArcGIS、SuperMap 均可打开",
            "personal geodatabases (.mdb) are retired and GDAL cannot write them: write .gdb"),
    "vct": ("VCT 交换格式不支持；请写 .gdb 或 Shapefile，由 SuperMap、MapGIS 转出",
            "the VCT exchange format is not written: write .gdb or shapefiles and convert them in SuperMap or MapGIS"),
    "kml": ("请写 .kmz：图标、照片都在一个文件里", "write .kmz: icons and photos are in the one file"),
}  # fmt: skip


def to_file(
    path: str | os.PathLike[str],
    *results: Any,  # noqa: ANN401 - any result or frame
    kind: str = "",
    **options: Any,  # noqa: ANN401
) -> Path:
    """Write results in the format that the file's ending asks for.

    Parameters
    ----------
    path
        The file.
    *results
        Results and frames that follow a schema.
    kind
        Name of the format, where the ending does not tell: ``gpkg``, ``shp``, ``gdb``, ``dxf``, ``kmz``, ``xlsx``,
        ``geojson``, ``parquet``, ``pmtiles``, ``txt`` (coordinate text) or ``ovi``.
    **options
        What the writer of the format takes, and more layers, each with a name.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    JobError
        If the format is none of these, or is refused: MapInfo, DWG, MDB, VCT; the message says why and what to take.
    RiverlineError
        As the writer does.

    Examples
    --------
    >>> import riverline as rl
    >>> rl.export.to_file("成果.tab", rl.schema.AXES.empty(4548))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    riverline.errors.JobError: MapInfo …
    """
    target = Path(path)
    ending = target.suffix.lower().removeprefix(".")
    asked = (kind or {"zip": "shp", "json": "geojson", "": "shp"}.get(ending, ending)).casefold()
    if asked in _REFUSED:
        raise JobError(*_REFUSED[asked])
    if asked not in FORMATS:
        listed = "、".join(FORMATS)
        raise JobError(
            f"没有格式 {asked!r}；可用：{listed}", f"there is no format {asked!r}; there are: {', '.join(FORMATS)}"
        )
    return FORMATS[asked](target, *results, **options)
