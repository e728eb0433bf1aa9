"""Basemaps of one's own: the tiles of a folder or an MBTiles file that a map shows, in the page itself."""

from __future__ import annotations

import base64
import contextlib
import math
import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from riverline.errors import JobError, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from riverline.maps.pictures import Box

__all__ = ["MOST_BYTES", "VIEW_BYTES", "LocalTiles", "NoTilesError", "read_tiles", "require_tiles"]

MOST_BYTES = 20_000_000
"""Most bytes of tiles that a page holds: the closest levels are left out until the others fit."""
VIEW_BYTES = 3_000_000
"""Most bytes of tiles of each of many maps."""
_AROUND = 0.15
# A page fits its box into what its legend leaves of a window; in pixels of that zoom windows of every shape, also
# upright ones, lie within the square around its middle.
_FREE_PX, _WINDOW_PX = (1000.0, 700.0), 2400.0
_TILE_PX, _CLOSEST = 256.0, 20.0
_STEEPEST = 85.0511287798
_KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp"}
_FILE = re.compile(r"\d+\.(?:png|jpe?g|webp)", re.IGNORECASE)

Key = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class LocalTiles:
    """Tiles for a page.

    Attributes
    ----------
    name
        Of the file or folder.
    tiles
        ``z/x/y`` to a data URI.
    levels, all_levels
        Lowest and closest zoom of these, and of the source around the map.
    """

    name: str
    tiles: dict[str, str]
    levels: tuple[int, int]
    all_levels: tuple[int, int]


class NoTilesError(JobError):
    """No tile of a basemap reaches a map: of many maps, this one goes without it."""


def require_tiles(path: Path) -> None:
    """Raise if a source is not there.

    Raises
    ------
    ReadError
        With its name.
    """
    if not path.exists():
        raise ReadError(f"找不到底图 {path.name}", f"there is no basemap {path.name}")


def read_tiles(path: Path, box: Box | None, *, most_bytes: int = MOST_BYTES) -> LocalTiles:
    """The tiles of a source that lie around a map.

    Parameters
    ----------
    path
        A folder ``z/x/y.png`` (also jpg, webp) in the Web Mercator scheme, y from the north, or an MBTiles file.
    box
        West, south, east and north in degrees; all of the source if None.
    most_bytes
        How many bytes of pictures are taken at most, levels from far to close.

    Raises
    ------
    ReadError
        If the source is not there or no MBTiles file of pictures.
    NoTilesError
        If none of its tiles reaches the map.
    JobError
        If not even the first level has room.

    Notes
    -----
    Up to the level at which a page opens, its whole window has tiles, also beside and under a legend; closer ones lie
    around the box, and what is beyond them is drawn from farther levels.
    """
    require_tiles(path)
    levels = dict(_folder(path, box) if path.is_dir() else _mbtiles(path, box))
    if not levels:
        raise NoTilesError(
            f"底图 {path.name} 没有覆盖本图范围的瓦片；应为 z/x/y.png 文件夹或 MBTiles",
            f"no tile of the basemap {path.name} reaches the map; it is a folder z/x/y.png or an MBTiles file",
        )
    taken: dict[Key, bytes] = {}
    last = -1
    for level in sorted(levels):
        if sum(map(len, taken.values())) + sum(map(len, levels[level].values())) > most_bytes:
            break
        taken |= levels[level]
        last = level
    if not taken:
        raise JobError(
            f"底图 {path.name} 在本图范围内最粗一级就多于 {most_bytes / 1e6:g} MB；请缩小范围",
            f"the basemap {path.name} has more than {most_bytes / 1e6:g} MB around the map at its first level",
        )
    uris = {f"{z}/{x}/{y}": _data_uri(path, content) for (z, x, y), content in sorted(taken.items())}
    return LocalTiles(path.name, uris, (min(levels), last), (min(levels), max(levels)))


def _window(level: int, box: Box | None) -> tuple[range, range]:
    """Columns and rows of the tiles of a level that a page needs: in its window when it opens, else around its box.

    Examples
    --------
    >>> _window(3, (117.0, 31.0, 117.1, 31.1))
    (range(6, 7), range(3, 4))
    >>> [[len(each) for each in _window(level, (117.0, 31.0, 117.1, 31.1))] for level in (13, 14)]
    [[11, 10], [7, 8]]
    """
    count = 2**level
    if box is None:
        return range(count), range(count)
    west, south, east, north = box
    room = max(_AROUND * max(east - west, north - south), 0.002)
    left, right = ((lon / 360.0 + 0.5) for lon in (west - room, east + room))
    top, bottom = _row(north + room), _row(south - room)
    zoom = _opening(box)
    if level <= round(zoom):
        half = _WINDOW_PX / 2 / (_TILE_PX * 2.0**zoom)
        middle, height = (west + east) / 720.0 + 0.5, (_row(north) + _row(south)) / 2
        left, right = min(left, middle - half), max(right, middle + half)
        top, bottom = min(top, height - half), max(bottom, height + half)
    first, last, upper, lower = (math.floor(each * count) for each in (left, right, top, bottom))
    return range(max(first, 0), min(last + 1, count)), range(max(upper, 0), min(lower + 1, count))


def _opening(box: Box) -> float:
    """The zoom at which a box fills what a legend leaves of a window."""
    west, south, east, north = box
    shares = ((east - west) / 360.0, _row(south) - _row(north))
    return min([_CLOSEST, *(math.log2(free / (_TILE_PX * share)) for free, share in zip(_FREE_PX, shares, strict=True)
                            if share > 0.0)])  # fmt: skip


def _row(lat: float) -> float:
    sine = math.sin(math.radians(max(-_STEEPEST, min(_STEEPEST, lat))))
    return min(max(0.5 - math.log((1.0 + sine) / (1.0 - sine)) / (4.0 * math.pi), 0.0), 1.0 - 1e-12)


def _folder(path: Path, box: Box | None) -> Iterator[tuple[int, dict[Key, bytes]]]:
    for folder in path.iterdir():
        if not (folder.is_dir() and folder.name.isdecimal()):
            continue
        level = int(folder.name)
        columns, rows = _window(level, box)
        found = {
            (level, int(column.name), int(file.stem)): file.read_bytes()
            for column in folder.iterdir()
            if column.name.isdecimal() and int(column.name) in columns
            for file in column.iterdir()
            if _FILE.fullmatch(file.name) and int(file.stem) in rows
        }
        if found:
            yield level, found


def _mbtiles(path: Path, box: Box | None) -> Iterator[tuple[int, dict[Key, bytes]]]:
    """Tiles of an MBTiles file, whose rows count from the south."""
    try:
        # Read only: a basemap on a share is never written to.
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            for (level,) in database.execute("SELECT DISTINCT zoom_level FROM tiles ORDER BY 1").fetchall():
                columns, rows = _window(level, box)
                last = 2**level - 1
                limits = (level, columns.start, columns.stop - 1, last - rows.stop + 1, last - rows.start)
                found = database.execute(
                    "SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ? "
                    "AND tile_column BETWEEN ? AND ? AND tile_row BETWEEN ? AND ?",
                    limits,
                ).fetchall()
                if found:
                    yield level, {(level, column, last - row): bytes(content) for column, row, content in found}
    except sqlite3.DatabaseError as error:
        raise ReadError(
            f"{path.name} 不是 MBTiles 文件：{error}", f"{path.name} is no MBTiles file: {error}"
        ) from error


def _data_uri(path: Path, content: bytes) -> str:
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise ReadError(
            f"底图 {path.name} 的瓦片不是 PNG、JPEG 或 WebP 图片（矢量瓦片不支持）",
            f"tiles of the basemap {path.name} are no PNG, JPEG or WebP pictures (vector tiles are not taken)",
        )
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
