"""What cannot be read, found out before GDAL is asked, each with the recipe that helps."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from riverline.errors import ReadError
from riverline.io.contents import KINDS, PROMISES, kind_of_content, recipe_for
from riverline.io.dbf import read_header

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["refuse_unreadable", "sibling", "why_unreadable"]

_GDAL_WORDS = {
    "not recognized as being in a supported file format": ("不是可识别的图层格式", "its format is not recognised"),
}
_SHAPE_HEADER_BYTES = 100
_INDEX_RECORD_BYTES = 8


def refuse_unreadable(path: Path) -> None:
    """Raise if a file cannot be read, with the recipe; return if GDAL may try.

    Parameters
    ----------
    path
        A file or a folder.

    Raises
    ------
    ReadError
        If it is not there, empty, not what its name says, of a kind that riverline cannot read, cut short, or a
        shapefile whose other files are missing or belong to another one.
    """
    if not path.exists():
        raise _not_found(path)
    if path.is_dir():
        return
    if not os.access(path, os.R_OK):
        raise ReadError(f"没有读取 {path.name} 的权限", f"{path.name} may not be read: no permission")
    if path.stat().st_size == 0:
        raise ReadError(
            f"{path.name} 是空文件（0 字节）；请重新复制或下载",
            f"{path.name} is empty (0 bytes); copy or download it again",
        )
    kind = kind_of_content(path)
    recipe = recipe_for(path.suffix, kind)
    if recipe is not None:
        raise ReadError(f"{path.name}：{recipe[0]}", f"{path.name}: {recipe[1]}")
    promised = PROMISES.get(path.suffix.lower(), kind)
    if promised != kind:
        raise ReadError(
            f"{path.name} 名为 {KINDS[promised][0]}，内容却是{KINDS[kind][0]}；"
            "可能下载失败或改错了扩展名，请重新获取或改回扩展名",
            f"{path.name} is named like {KINDS[promised][1]} but holds {KINDS[kind][1]}; the download may have "
            "failed or the file was renamed: get it again or give it its own extension",
        )
    if kind == "shape":
        _refuse_broken_shapefile(path)


def why_unreadable(error: Exception) -> tuple[str, str]:
    """What GDAL says of a file that it cannot read, in Chinese and English; words of its own are quoted as such.

    Examples
    --------
    >>> why_unreadable(ValueError("'/data/a.txt' not recognized as being in a supported file format."))
    ('不是可识别的图层格式', 'its format is not recognised')
    >>> why_unreadable(ValueError("disk I/O error"))
    ('GDAL 报“disk I/O error”', 'disk I/O error')
    """
    text = str(error)
    known = next((told for words, told in _GDAL_WORDS.items() if words in text), None)
    return known or (f"GDAL 报“{text}”", text)


def sibling(path: Path, suffix: str) -> Path | None:
    """The file of the same name with another extension, in upper or lower case, or None."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def _not_found(path: Path) -> ReadError:
    from difflib import get_close_matches

    folder = path.parent
    there = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    similar = get_close_matches(path.name, there, n=3, cutoff=0.5)
    if not folder.is_dir():
        return ReadError(
            f"找不到文件夹 {folder.name}（要读取 {path.name}）", f"no folder {folder.name} ({path.name} wanted)"
        )
    hint_zh, hint_en = (
        (f"；相近的有：{', '.join(similar)}", f"; similar: {', '.join(similar)}") if similar else ("", "")
    )
    return ReadError(f"找不到文件 {path.name}{hint_zh}", f"no such file: {path.name}{hint_en}")


def _refuse_broken_shapefile(path: Path) -> None:
    parts = {suffix: sibling(path, suffix) for suffix in (".shx", ".dbf")}
    missing = [suffix for suffix, found in parts.items() if found is None]
    if missing:
        names = ", ".join(path.stem + suffix for suffix in missing)
        raise ReadError(
            f"{path.name} 缺少 {names}；Shapefile 由 .shp、.shx、.dbf 三个文件组成，请向提供者索取，复制时一并复制",
            f"{path.name} lacks {names}; a shapefile is the three files .shp, .shx and .dbf: ask for them, copy them "
            "together",
        )
    with path.open("rb") as stream:
        stream.seek(24)
        promised = struct.unpack(">i", stream.read(4).rjust(4, b"\0"))[0] * 2
    if promised > path.stat().st_size:
        raise _cut_short(path, promised)
    _refuse_broken_table(path, parts[".shx"], parts[".dbf"])


def _refuse_broken_table(path: Path, index: Path | None, table: Path | None) -> None:
    if index is None or table is None:
        return
    try:
        header = read_header(table)
    except ValueError as error:
        raise ReadError(
            f"{table.name} 不是有效的 DBF 表；请重新复制或下载 {path.stem} 的全部文件",
            f"{table.name} is not a valid DBF table; copy or download all files of {path.stem} again",
        ) from error
    if header.file_bytes > table.stat().st_size:
        raise _cut_short(table, header.file_bytes)
    shapes = max(0, index.stat().st_size - _SHAPE_HEADER_BYTES) // _INDEX_RECORD_BYTES
    if shapes != header.records:
        raise ReadError(
            f"{path.name} 有 {shapes} 个图形，{table.name} 却有 {header.records} 条记录："
            "两者不属于同一图层，属性会错位；请重新索取全部文件",
            f"{path.name} has {shapes} shapes but {table.name} has {header.records} records: they are not of one layer "
            "and attributes would be shifted; ask for all files again",
        )


def _cut_short(path: Path, promised: int) -> ReadError:
    size = path.stat().st_size
    return ReadError(
        f"{path.name} 不完整：应有 {promised} 字节，只有 {size} 字节；请重新复制或下载",
        f"{path.name} is cut short: {promised} bytes expected, {size} there; copy or download it again",
    )
