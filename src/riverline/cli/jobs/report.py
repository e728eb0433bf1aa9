"""The jobs behind ``riverline report``: what was delivered, and the ledger, read back for a report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

import riverline as rl
from riverline.cli.files import file_and_layer
from riverline.cli.jobs.reading import layer_names, read_plain
from riverline.style import recognise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Delivered", "book_of", "file_name", "read_delivered"]

_LONGEST = 60


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """Layers that follow a schema, and the names of those that follow none."""

    frames: tuple[pd.DataFrame, ...]
    aside: tuple[str, ...]


def read_delivered(files: Iterable[str]) -> Delivered:
    """Every layer of some files, or the one that ``FILE::LAYER`` names, as frames of the schemas they follow.

    Raises
    ------
    ReadError
        If a file is not there or cannot be read.
    """
    frames, aside = [], []
    for text in files:
        path, only = file_and_layer(text)
        for name in [only] if only else layer_names(path):
            frame = _read(path, name)
            schema = recognise(frame)
            if schema is None:
                aside.append(name)
            else:
                frames.append(schema.conform(frame))
    return Delivered(tuple(frames), tuple(aside))


def _read(path: Path, name: str) -> pd.DataFrame:
    frame = read_plain(path, name)
    if isinstance(frame, gpd.GeoDataFrame) and frame.geometry.isna().all() and frame.crs is None:
        return pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return frame


def book_of(path: Path) -> rl.Ledger:
    """A ledger that is there; a report begins none.

    Raises
    ------
    JobError
        If it is not there.
    """
    if not path.is_file():
        raise rl.JobError(f"没有台账文件 {path}", f"there is no ledger {path}")
    return rl.Ledger.open(path, create=False)


def file_name(code: str, *, ending: str = ".html") -> str:
    """A name of a file that stays in its folder, whatever a code holds.

    Examples
    --------
    >>> file_name("../QS 01"), file_name("..")
    ('QS_01.html', 'river.html')
    """
    return (re.sub(r"[^\w\-]+", "_", code).strip("_")[:_LONGEST] or "river") + ending
