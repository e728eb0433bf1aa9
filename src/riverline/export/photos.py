"""Photos that cells name, taken into a file: from one folder, pictures alone, under names of ours."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riverline.errors import JobError
from riverline.export.placards import placards_of
from riverline.io.sheet_cells import clean_text
from riverline.style import collect

if TYPE_CHECKING:
    import os

    from riverline.export.placards import Placards
    from riverline.schema import Language

__all__ = ["Photos", "list_missing_photos"]

_KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
_PARTING = re.compile(r"[;；|\n]")
_MISSING = {"zh": "照片未找到或不是图片：", "en": "no such photo, or no picture: "}


@dataclass(slots=True)
class Photos:
    """The photos of a column; ``files`` are those that were asked for, by their names in the archive."""

    column: str
    folder: Path | None
    files: dict[str, bytes] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, column: str, folder: str | os.PathLike[str] | None) -> Photos:
        """The photos that a column names, in a folder.

        Raises
        ------
        JobError
            If one is given without the other, or the folder is not there.
        """
        place = None if folder is None else Path(folder)
        if bool(column) != (place is not None) or (place is not None and not place.is_dir()):
            raise JobError(
                "照片须同时给出 photo_column（字段）和 photo_folder（已有的文件夹）",
                "photos need photo_column, the column, and photo_folder, a folder that is there",
            )
        return cls(column, None if place is None else place.resolve())

    def of_row(self, texts: Placards, row: int, language: Language) -> str:
        """HTML of the pictures of a row; those that are not there are named."""
        if self.column not in texts.columns:
            return ""
        named = _names(texts.cells[texts.columns.index(self.column)][row])
        told = [(name, self._taken(name)) for name in named]
        shown = "".join(f'<p><img src="{inside}" width="480"></p>' for _, inside in told if inside)
        missing = [name for name, inside in told if not inside]
        return shown + (f"<p>{_MISSING[language]}{html.escape('; '.join(missing))}</p>" if missing else "")

    @property
    def missing(self) -> tuple[str, ...]:
        """Names that were asked for and are not in the folder, or are no pictures."""
        return tuple(name for name, inside in self._known.items() if not inside)

    def _taken(self, name: str) -> str:
        """Name in the archive; empty for what is not in the folder or is no picture."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> str:
        if self.folder is None:
            return ""
        try:
            path = (self.folder / name).resolve()
            content = path.read_bytes() if path.is_relative_to(self.folder) and path.is_file() else b""
        except (OSError, ValueError):
            return ""
        ending = next((kind for mark, kind in _KINDS.items() if content.startswith(mark)), "")
        if not ending:
            return ""
        inside = f"files/photo-{hashlib.sha256(content).hexdigest()[:16]}.{ending}"
        self.files[inside] = content
        return inside


def list_missing_photos(
    *results: Any,  # noqa: ANN401 - any result or frame
    photo_column: str,
    photo_folder: str | os.PathLike[str],
    **layers: Any,  # noqa: ANN401
) -> tuple[str, ...]:
    """Photos that cells name and :func:`riverline.export.to_kmz` cannot take: look before the file is handed over.

    Parameters
    ----------
    *results, photo_column, photo_folder, **layers
        What :func:`riverline.export.to_kmz` is given.

    Returns
    -------
    tuple of str
        Names as they stand in cells, each once: not in the folder, outside it, or neither JPEG nor PNG.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    JobError
        If the folder is not there.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import tempfile
    >>> rows = gpd.GeoDataFrame({"照片": ["a.jpg;b.png"]}, geometry=gpd.points_from_xy([117.0], [31.0]), crs=4490)
    >>> list_missing_photos(photo_column="照片", photo_folder=tempfile.mkdtemp(), 点=rows)
    ('a.jpg', 'b.png')
    """
    photos = Photos.of(photo_column, photo_folder)
    for layer in collect(*results, **layers):
        if layer.spatial and photo_column in layer.frame:
            texts = placards_of(layer, layer.frame.reset_index(drop=True), language="zh")
            for row in range(len(layer.frame)):
                photos.of_row(texts, row, "zh")
    return photos.missing


def _names(text: str) -> list[str]:
    """File names in a cell: a JSON list, or parted by semicolons, bars or lines."""
    if text.startswith("["):
        try:
            return [clean_text(str(each)) for each in json.loads(text)]
        except ValueError:
            pass
    return [name.strip() for name in _PARTING.split(text) if name.strip()]
