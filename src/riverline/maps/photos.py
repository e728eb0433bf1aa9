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


def take_photos(layers: Sequence[Layer], language: Language) -> tuple[dict[str, dict[str, Any]], list[str], str]:
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
        not found or changed; the pictures as data URIs, each once; a sentence, empty if all found room.

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
    words, pool, numbers = _WORDS[language], _Pool(), dict[str, int | str]()
    found: dict[str, dict[str, Any]] = {}
    latest = rows.iloc[::-1]
    for code, path, digest in zip(
        *(latest[name].astype("str") for name in ("problem_id", "path", "sha256")), strict=True
    ):
        mine, file = found.setdefault(code, {"photos": [], "files": []}), Path(path).name
        number = numbers[path] if path in numbers else pool.take(path, digest, len(mine["photos"]))
        numbers[path] = number
        if isinstance(number, int):
            mine["photos"].insert(0, {"at": number, "alt": words["alt"].format(code=code, file=file), "note": file})
        else:
            mine["files"].insert(0, words[number].format(file=file) if number in words else file)
    figures = {
        code: {"photos": mine["photos"]}
        | ({"note": words["beside"].format(files=words["join"].join(mine["files"]))} if mine["files"] else {})
        for code, mine in found.items()
    }
    told = words["told"].format(count=len(pool.urls), left=pool.left, most=MAX_PHOTOS, megabytes=MAX_PHOTO_BYTES / 1e6)
    return figures, pool.urls, told if pool.left else ""


class _Pool:
    """The pictures of a page."""

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.held = self.left = 0

    def take(self, path: str, digest: str, own: int) -> int | str:
        """Number of a picture; else why there is none: missing, changed, other (no picture), or left out."""
        file = Path(path)
        try:
            content = file.read_bytes() if file.stat().st_size <= _MOST_FILE_BYTES else b""
        except (OSError, ValueError):
            return "missing"
        if content and digest and hashlib.sha256(content).hexdigest() != digest:
            return "changed"
        small = small_jpeg(content)
        if small is None:
            return "other"
        if own >= _EACH or len(self.urls) >= MAX_PHOTOS or self.held + len(small) > MAX_PHOTO_BYTES:
            self.left += 1
            return "left"
        self.held += len(small)
        self.urls.append(f"data:image/jpeg;base64,{base64.b64encode(small).decode()}")
        return len(self.urls) - 1


def small_jpeg(content: bytes) -> bytes | None:
    """A picture of at most 720 pixels a side, the right way up, without what the camera wrote; None if it is none.

    Parameters
    ----------
    content
        A JPEG, PNG, TIFF, WebP or BMP file.
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
            return _jpeg(np.rot90(levels, turns, axes=(1, 2)))
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
