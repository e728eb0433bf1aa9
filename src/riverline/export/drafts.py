"""Files that are whole or not there: written beside their place, moved into it at the end; and what stops that."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from riverline.errors import JobError
from riverline.io import whole_files
from riverline.io.whole_files import cannot_write, publish
from riverline.style import collect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from riverline.style import Layer

__all__ = ["OGR_ERRORS", "changed", "drafted", "layers_for", "publish", "zip_files"]

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
    try:
        with whole_files.drafted(target) as draft:
            yield draft
    except OGR_ERRORS as error:
        raise cannot_write(target, str(error)) from error


def layers_for(
    verb: str, target: Path, endings: Sequence[str], results: Iterable[Any], layers: Mapping[str, Any]
) -> tuple[Layer, ...]:
    """The layers that a call is to write, if its file's name and they are as they should be.

    Parameters
    ----------
    verb
        The function that was called.
    target
        Its file.
    endings
        Those that the name may have.
    results, layers
        As they were given.

    Raises
    ------
    SchemaError
        If something is neither a result nor a frame.
    JobError
        If the name ends otherwise, or there is nothing.
    """
    found = collect(*results, **layers)
    if target.suffix.lower() not in endings or not found:
        listed = " / ".join(ending or "（文件夹）" for ending in endings)
        named = " or ".join(ending or "no ending (a folder)" for ending in endings)
        raise JobError(
            f"{verb} 需要以 {listed} 结尾的文件名和至少一个成果，实际为 {target.name!r}、{len(found)} 个图层",
            f"{verb} takes a name that ends in {named} and at least one result, got {target.name!r} and "
            f"{len(found)} layers",
        )
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
