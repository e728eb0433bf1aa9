"""Formats that hold one layer a file: the file itself for one layer, a zip with a file each for several."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from riverline.errors import JobError
from riverline.export.drafts import drafted, zip_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from riverline.export.tables import Table

__all__ = ["write_each"]

_NOT_IN_NAMES = re.compile(r"[^\w\-·（）()]+")


def write_each(target: Path, tables: Sequence[Table], ending: str, write: Callable[[Path, Table], None]) -> None:
    """Write tables: the file if there is one of them, else a zip.

    Parameters
    ----------
    target
        The file, or ``….zip``.
    tables
        At least one.
    ending
        Of a file of one table.
    write
        Writes one table into a file that is not there yet, and compares it.

    Raises
    ------
    JobError
        If there are several tables for one file, be it of several layers or of one with several kinds of geometry.
    """
    zipped = target.suffix.lower() == ".zip"
    if not zipped and len(tables) > 1:
        raise _too_many(target.suffix, tables)
    with drafted(target) as draft:
        if not zipped:
            write(draft, tables[0])
            return
        with tempfile.TemporaryDirectory(dir=draft.parent) as folder:
            files: dict[str, Path | bytes] = {}
            for table in tables:
                path = Path(folder) / f"{len(files)}{ending}"
                write(path, table)
                files[f"{_free(table.name, files)}{ending}"] = path
            zip_files(draft, files)


def _too_many(ending: str, tables: Sequence[Table]) -> JobError:
    """Why there is more than a file holds: several layers, or one whose kinds of geometry become a table each."""
    listed, count = "、".join(table.name for table in tables), len(tables)
    layers = {id(table.layer): table.layer for table in tables}
    if len(layers) > 1:
        return JobError(
            f"{ending} 一个文件只能有一个图层，实际有 {count} 个（{listed}）；请写成 .zip，或只给一个图层",
            f"a {ending} file holds one layer, got {count} ({listed}): write a .zip, or give one layer",
        )
    (layer,) = layers.values()
    kinds = sum(table.kind != "none" for table in tables)
    rest = ("，另有无图形的行", " and rows without any") if kinds < count else ("", "")
    return JobError(
        f"{ending} 一个文件只能有一种几何类型，图层 {layer.label('zh')} 有 {kinds} 种{rest[0]}（{listed}）；"
        "请写成 .zip，每种一个文件，或只给其中一种",
        f"a {ending} file holds one kind of geometry, the layer {layer.label('en')} has {kinds}{rest[1]} ({listed}): "
        "write a .zip with a file for each, or give one kind",
    )


def _free(name: str, taken: dict[str, Path | bytes]) -> str:
    """A name that every system takes; tables have names that differ, and may not do so without their signs."""
    plain = _NOT_IN_NAMES.sub("_", name) or "layer"
    same = sum(each.rpartition(".")[0].casefold() == plain.casefold() for each in taken)
    return f"{plain}~{len(taken)}" if same else plain
