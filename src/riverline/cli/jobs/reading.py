"""Files of results, layer by layer: which there are, and their rows with what the file says of their making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio

import riverline as rl
from riverline.io.refusals import why_unreadable
from riverline.provenance import made_texts

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["layer_names", "read_plain"]

_ASIDE = frozenset({"layer_styles"})


def layer_names(path: Path) -> list[str]:
    """Layers and tables of a file, without the styles that QGIS keeps in it.

    Raises
    ------
    ReadError
        If the file is not there or cannot be read.
    """
    try:
        return [str(name) for name, _ in pyogrio.list_layers(path) if name not in _ASIDE]
    except (pyogrio.errors.DataSourceError, OSError) as error:
        raise _unreadable(path, error) from error


def read_plain(path: Path, layer: str, *, encoding: str | None = None) -> pd.DataFrame:
    """The rows of a layer as they are; who made them, and by which rules, goes with the frame to whatever shows it.

    Raises
    ------
    ReadError
        If the file is not there or cannot be read, or has no such layer.
    """
    try:
        frame: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding)
        frame.attrs |= made_texts(pyogrio.read_info(path, layer=layer, encoding=encoding)["layer_metadata"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise _unreadable(path, error) from error
    return frame


def _unreadable(path: Path, error: Exception) -> rl.ReadError:
    if not path.exists():
        return rl.ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    zh, en = why_unreadable(error)
    return rl.ReadError(f"无法读取 {path.name}：{zh}", f"cannot read {path.name}: {en}")
