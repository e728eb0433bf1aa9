"""Files that are whole or not there: written beside their place, moved into it at the end; and what stops that."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from riverline.errors import JobError
from riverline.export.fitness import require_fit
from riverline.io import whole_files
from riverline.io.whole_files import cannot_write, publish
from riverline.style import collect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from riverline.style import Layer

__all__ = ["OGR_ERRORS", "changed", "drafted", "in_words", "layers_for", "publish", "zip_files"]

OGR_ERRORS = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)


@contextmanager
def drafted(target: Path) -> Iterator[Path]:
    """A file to write in a folder of its own beside the target; it takes the target's place when the block ends.

    Parameters
    ----------
    target
        Where the file goes; its folder has to be there.

    Raises
    ------
    JobError
        If the disk says no, in words. Whatever ends the block early leaves nothing behind, and an older file as it was.
    """
    with whole_files.drafted(target) as draft, in_words(target, draft):
        yield draft


@contextmanager
def in_words(target: Path, draft: Path) -> Iterator[None]:
    """What GDAL or SQLite says of a draft in a sentence of ours; if the disk is full, that is the reason.

    Parameters
    ----------
    target
        The file that was asked for.
    draft
        What is written in its stead.

    Raises
    ------
    JobError
        In place of theirs.
    """
    try:
        yield
    except (*OGR_ERRORS, sqlite3.Error) as error:
        # Asked while the draft is there: without it there may be room again.
        raise cannot_write(target, whole_files.why_full(draft) or str(error)) from error


def layers_for(
    form: str, target: Path, endings: Sequence[str], results: Iterable[Any], layers: Mapping[str, Any]
) -> tuple[Layer, ...]:
    """The layers that a call is to write, if its file's name and they are as they should be: every writer begins here.

    Parameters
    ----------
    form
        What the format is called.
    target
        The file.
    endings
        Those that the name may have; an empty one is a folder.
    results, layers
        As they were given.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    CRSError
        If coordinates do not fit the CRS that they name.
    JobError
        If the name ends otherwise, there is nothing, or coordinates are no finite numbers.
    """
    if target.suffix.lower() not in endings:
        named = [ending for ending in endings if ending]
        folder = "" in endings
        zh = f"以 {' / '.join(named)} 结尾{'，或为没有扩展名的文件夹' if folder else ''}"
        en = f"end in {' or '.join(named)}{', or be that of a folder, without an ending' if folder else ''}"
        raise JobError(
            f"{form} 的文件名应{zh}，实际为 {target.name!r}",
            f"the name of a {form} file should {en}, got {target.name!r}",
        )
    found = collect(*results, **layers)
    if not found:
        raise JobError("没有给出要写的成果或图层", "no result and no layer was given to write")
    require_fit(found)
    return found


def zip_files(archive: Path, files: Mapping[str, Path | bytes]) -> None:
    """Files as one archive, in the order of their names there, with a date that does not change."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            if isinstance(content, bytes):
                bundle.writestr(info, content)
                continue
            with content.open("rb") as source, bundle.open(info, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def changed(what: Iterable[str]) -> JobError:
    """The error of a file that does not read back as what was written."""
    listed = ", ".join(what)
    return JobError(
        f"写出后复读与原数据不一致：{listed}；请改用 GeoPackage",
        f"what was written does not read back the same: {listed}; take a GeoPackage",
    )
