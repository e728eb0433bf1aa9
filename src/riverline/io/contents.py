"""What a file is by its first bytes, and what to do about each kind that cannot be read.

A file is judged by its content, not by its name: a download that failed is an HTML page called .shp, a personal
geodatabase is a Jet database, a drawing is a drawing.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KINDS", "PROMISES", "kind_of_content", "recipe_for"]

_HEAD_BYTES = 512
_SHAPEFILE_CODE = 9994

# First bytes → kind. Order matters: the more special before the more general.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"\x00\x01\x00\x00Standard Jet DB", "mdb"),
    (b"\x00\x01\x00\x00Standard ACE DB", "mdb"),
    (b"AC10", "dwg"),
    (b"AC1.", "dwg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "pdf"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PAR1", "parquet"),
    (b"fgb\x03", "flatgeobuf"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"version https://git-lfs", "lfs"),
    (struct.pack(">i", _SHAPEFILE_CODE), "shape"),
)

# What a name promises, where the promise can be held against the bytes.
PROMISES: dict[str, str] = {
    ".shp": "shape",
    ".shx": "shape",
    ".gpkg": "sqlite",
    ".sqlite": "sqlite",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".fgb": "flatgeobuf",
    ".geojson": "json",
    ".json": "json",
    ".topojson": "json",
    ".kml": "xml",
    ".gml": "xml",
    ".gpx": "xml",
    ".zip": "zip",
    ".xlsx": "zip",
    ".kmz": "zip",
}

KINDS: dict[str, tuple[str, str]] = {
    "html": ("HTML 网页", "an HTML page"),
    "json": ("JSON 文本", "JSON text"),
    "xml": ("XML 文本", "XML text"),
    "text": ("纯文本", "plain text"),
    "binary": ("无法识别的二进制内容", "binary data of an unknown kind"),
    "zip": ("ZIP 压缩包", "a ZIP archive"),
    "archive": ("压缩包", "a packed archive"),
    "mdb": ("Access 个人地理数据库", "an Access (personal geodatabase) file"),
    "dwg": ("AutoCAD DWG 图", "an AutoCAD DWG drawing"),
    "ole": ("旧版或加密的 Office 文档", "an old or encrypted Office document"),
    "pdf": ("PDF 文档", "a PDF document"),
    "sqlite": ("SQLite 数据库", "an SQLite database"),
    "parquet": ("Parquet 文件", "a Parquet file"),
    "flatgeobuf": ("FlatGeobuf 文件", "a FlatGeobuf file"),
    "image": ("影像或图片", "an image"),
    "lfs": ("Git LFS 指针", "a Git LFS pointer"),
    "shape": ("Shapefile", "a shapefile"),
}

_RECIPES: dict[str, tuple[str, str]] = {
    "mdb": (
        (
            "无法读取个人地理数据库（.mdb/.accdb）；"
            "请在 ArcGIS 或 QGIS 中将图层导出为 GeoPackage（.gpkg）或文件地理数据库（.gdb）后再读取"
        ),
        (
            "personal geodatabases (.mdb/.accdb) cannot be read; export the layers to a GeoPackage (.gpkg) or a file "
            "geodatabase (.gdb) in ArcGIS or QGIS and read that"
        ),
    ),
    "dwg": (
        "无法读取 DWG；请在 AutoCAD 或 CASS 中另存为 DXF（R2010 或以后）后再读取",
        "DWG cannot be read; save it as DXF (R2010 or later) in AutoCAD or CASS and read that",
    ),
    "archive": (
        "无法读取此种压缩包；请先解压，再读取其中的图层（.zip 可直接读取）",
        "this kind of archive cannot be read; unpack it first and read the layer inside (.zip is read as it is)",
    ),
    "image": (
        "这是影像，不是矢量图层；地形与影像请直接把路径交给相应参数（如 terrain=）",
        "this is an image, not a vector layer; give the paths of terrain and imagery to the functions that take them",
    ),
    "ole": (
        (
            "无法读取旧版（.xls/.et）或加密的 Office 文档；"
            "请在 Excel 或 WPS 中去除密码并另存为 .xlsx，再用 read_table 读取"
        ),
        (
            "old (.xls/.et) and encrypted Office documents cannot be read; remove the password, save as .xlsx in Excel "
            "or WPS and use read_table"
        ),
    ),
    "pdf": ("无法从 PDF 读取图层；请索取矢量数据", "layers cannot be read from PDF; ask for the vector data"),
    "lfs": (
        "这是 Git LFS 指针，不是数据；请先执行 git lfs pull",
        "this is a Git LFS pointer, not the data; run git lfs pull first",
    ),
}

_BY_SUFFIX: dict[str, tuple[str, str]] = {
    ".mdb": _RECIPES["mdb"],
    ".accdb": _RECIPES["mdb"],
    ".dwg": _RECIPES["dwg"],
    ".rar": _RECIPES["archive"],
    ".7z": _RECIPES["archive"],
    ".xls": _RECIPES["ole"],
    ".et": _RECIPES["ole"],
    ".vct": (
        "无法读取 VCT 交换格式；请在 SuperMap 或 ArcGIS 中转换为 GeoPackage（.gpkg）或 Shapefile",
        "the VCT exchange format cannot be read; convert it to a GeoPackage (.gpkg) or shapefile in SuperMap or ArcGIS",
    ),
    **dict.fromkeys(
        (".qgs", ".qgz", ".mxd", ".aprx", ".lyr", ".lyrx", ".qml"),
        (
            "这是工程或样式文件，不含数据；请读取其中引用的图层",
            "this is a project or style file without data; read the layers that it points to",
        ),
    ),
    **dict.fromkeys(
        (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix"),
        (
            "这是 Shapefile 的附属文件；请读取同名的 .shp（只有属性表时请另存为 .xlsx 或 .csv，用 read_table 读取）",
            (
                "this is a part of a shapefile; read the .shp of the same name (a table alone: save it as .xlsx or "
                ".csv and use read_table)"
            ),
        ),
    ),
    **dict.fromkeys(
        (".gdbtable", ".gdbtablx", ".gdbindexes"),
        ("这是文件地理数据库的内部文件；请读取 .gdb 文件夹", "this is inside a file geodatabase; read the .gdb folder"),
    ),
}


def recipe_for(suffix: str, kind: str) -> tuple[str, str] | None:
    """What to do about a file of a kind or with an extension that cannot be read; None if it may be read."""
    return _RECIPES.get(kind) or _BY_SUFFIX.get(suffix.lower())


def kind_of_content(path: Path) -> str:
    """What the first bytes of a file are: ``shape``, ``zip``, ``html``, ``text`` …."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"\x00" in head:
        return "binary"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith(b"<"):
        return "html" if b"<html" in start else "xml"
    return "json" if start.startswith((b"{", b"[")) else "text"
