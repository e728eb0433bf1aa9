"""Photographs of problems for popups: read once, made small, told where there was no room for them."""

from __future__ import annotations

import base64
import hashlib
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riverline.schema import ATTACHMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from riverline.schema import Language
    from riverline.style import Layer

__all__ = ["MAX_PHOTOS", "MAX_PHOTO_BYTES", "small_jpeg", "take_photos"]

MAX_PHOTOS, MAX_PHOTO_BYTES = 120, 12_000_000
"""Most photographs that a page holds, and most bytes of them."""
_EACH, _LONGEST, _QUALITY = 6, 720, 78
_MOST_FILE_BYTES, _MOST_FILE_PIXELS = 60_000_000, 200_000_000
# What is read is what its first bytes say; other drivers of GDAL might follow a file to other files or servers.
_DRIVERS = ["JPEG", "PNG", "GTiff", "WEBP", "BMP"]
_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
_TURNS = {"3": 2, "6": 3, "8": 1}
_WORDS = {
    "zh": {
        "alt": "{code} 的照片 {file}", "missing": "{file}（找不到）", "changed": "{file}（内容已变，未嵌入）",
        "beside": "其他附件：{files}", "join": "、",
        "told": "问题照片嵌入 {count} 张（至多 {most} 张、{megabytes:g} MB），其余 {left} 张见原文件。",
    },
    "en": {
        "alt": "{code}: photograph {file}", "missing": "{file} (not found)",
        "changed": "{file} (changed since, left out)",
        "beside": "Other files: {files}", "join": ", ",
        "told": "{count} photographs of problems are in the page (at most {most}, {megabytes:g} MB); see the files for "
                "the other {left}.",
    },
}  # fmt: skip


def take_photos(
    layers: Sequence[Layer], language: Language
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, int, int]], str]:
    """What popups of problems show of their attachments.

    Parameters
    ----------
    layers
        Everything that the map was given; rows of :data:`riverline.schema.ATTACHMENTS` among it are looked at.
    language
        Language of what is told.

    Returns
    -------
    figures, pool, told
        Code of the problem to ``photos`` (number in the pool, words) and a ``note`` on files that are not pictures,
        not found or changed; the pictures, each once: data URI, width, height; a sentence, empty if all found room.

    Notes
    -----
    The newest are taken first, at most six of a problem, 120 and 12 MB of all. They are made smaller (720 pixels),
    turned as the camera says, and rid of everything else that the camera wrote, such as its place. A file that is not
    what was attached, by its SHA-256, is not shown as if it were.
    """
    tables = [pd.DataFrame(layer.frame) for layer in layers if layer.schema is ATTACHMENTS]
    if not tables:
        return {}, [], ""
    rows = pd.concat(tables, ignore_index=True).drop_duplicates(["problem_id", "path", "sha256"], keep="last")
    words, pool = _WORDS[language], _Pool()
    found: dict[str, dict[str, Any]] = {}
    latest = [rows[name].astype("str").iloc[::-1] for name in ("problem_id", "path", "sha256")]
    for code, path, digest in zip(*latest, strict=True):
        mine, file = found.setdefault(code, {"photos": [], "files": []}), Path(path).name
        number = pool.take(path, digest, enough=len(mine["photos"]) >= _EACH)
        if isinstance(number, int):
            mine["photos"].insert(0, {"at": number, "alt": words["alt"].format(code=code, file=file), "note": file})
        else:
            mine["files"].insert(0, words[number].format(file=file) if number in words else file)
    figures = {
        code: {"photos": mine["photos"]}
        | ({"note": words["beside"].format(files=words["join"].join(mine["files"]))} if mine["files"] else {})
        for code, mine in found.items()
    }
    sizes = {"most": MAX_PHOTOS, "megabytes": MAX_PHOTO_BYTES / 1e6}
    told = words["told"].format(count=len(pool.pictures), left=pool.left, **sizes)
    return figures, pool.pictures, told if pool.left else ""


class _Pool:
    """The pictures of a page, each once: URL, width, height."""

    def __init__(self) -> None:
        self.pictures: list[tuple[str, int, int]] = []
        self.held = self.left = 0
        self.full = False
        self._known: dict[tuple[str, str], int | str] = {}

    def take(self, path: str, digest: str, *, enough: bool) -> int | str:
        """Number of a picture; else why there is none: missing, changed, other (no picture), or left out."""
        if enough or self.full:
            pictured = Path(path).suffix.lower() in _SUFFIXES
            self.left += pictured
            return "left" if pictured else "other"
        if (path, digest) not in self._known:
            self._known[path, digest] = self._read(Path(path), digest)
        return self._known[path, digest]

    def _read(self, file: Path, digest: str) -> int | str:
        try:
            content = file.read_bytes() if file.stat().st_size <= _MOST_FILE_BYTES else b""
        except (OSError, ValueError):
            return "missing"
        if content and digest and hashlib.sha256(content).hexdigest() != digest:
            return "changed"
        small = small_jpeg(content)
        if small is None:
            return "other"
        jpeg, wide, high = small
        if self.held + len(jpeg) > MAX_PHOTO_BYTES:
            self.full, self.left = True, self.left + 1
            return "left"
        self.held += len(jpeg)
        self.pictures.append((f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}", wide, high))
        self.full = len(self.pictures) >= MAX_PHOTOS
        return len(self.pictures) - 1


def small_jpeg(content: bytes) -> tuple[bytes, int, int] | None:
    """A picture of at most 720 pixels a side, the right way up, without what the camera wrote; its width and height.

    Parameters
    ----------
    content
        A JPEG, PNG, TIFF, WebP or BMP file.

    Returns
    -------
    tuple or None
        None if it is no picture.
    """
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.io import MemoryFile

    if not content:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with MemoryFile(content) as file, file.open(driver=_DRIVERS) as picture:
                if picture.dtypes[0] != "uint8" or picture.width * picture.height > _MOST_FILE_PIXELS:
                    return None
                share = min(1.0, _LONGEST / max(picture.width, picture.height))
                shape = (max(round(picture.height * share), 1), max(round(picture.width * share), 1))
                bands = [1, 2, 3] if picture.count >= 3 else [1, 1, 1]  # noqa: PLR2004 - red, green, blue
                levels = picture.read(bands, out_shape=(3, *shape))
                turns = _TURNS.get(picture.tags().get("EXIF_Orientation", ""), 0)
            upright = np.rot90(levels, turns, axes=(1, 2))
            return _jpeg(upright), upright.shape[2], upright.shape[1]
        except (RasterioError, ValueError):
            return None


def _jpeg(levels: NDArray[np.uint8]) -> bytes:
    from rasterio.io import MemoryFile

    _, rows, columns = levels.shape
    with MemoryFile() as file:
        profile = {
            "driver": "JPEG",
            "dtype": "uint8",
            "count": 3,
            "height": rows,
            "width": columns,
            "quality": _QUALITY,
        }
        with file.open(**profile) as picture:
            picture.write(np.ascontiguousarray(levels))
        return bytes(file.read())
