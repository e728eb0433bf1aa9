"""Many maps as a job: read every layer of the files, one map each and the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyogrio

import riverline as rl
from riverline.cli.jobs.handover import Step, require_folder
from riverline.io.refusals import why_unreadable
from riverline.style import recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from riverline.maps import Batch
    from riverline.maps.units import By
    from riverline.schema import Language, Schema

__all__ = ["BatchJob", "draw_maps"]


@dataclass(frozen=True, slots=True)
class BatchJob:
    """From files with any layers to a folder of maps."""

    files: Sequence[Path]
    folder: Path
    by: By = "river"
    language: Language = "zh"
    title: str = ""
    shared_assets: bool = False
    processes: int = 1
    crs: str | None = None
    encoding: str | None = None
    basemap: str | None = None


def draw_maps(job: BatchJob, tell: Callable[[Step], None]) -> Batch:
    """Do the job; each map is there whole as soon as it is drawn."""
    require_folder(job.folder)
    layers: dict[str, Any] = {}
    for path in job.files:
        for name in _layers_of(path):
            called = name if name not in layers else f"{path.stem} {name}"
            layers[called] = _read(path, name, job)
    steps = rl.maps.batch_steps(
        layers, job.folder, by=job.by, language=job.language, title=job.title, basemap=job.basemap,
        shared_assets=job.shared_assets, processes=job.processes,
    )  # fmt: skip
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            made: Batch = end.value
            return made
        tell(Step(step.number, step.total, step.zh, step.en))


def _layers_of(path: Path) -> list[str]:
    if not path.exists():
        raise rl.ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        zh, en = why_unreadable(error)
        raise rl.ReadError(f"无法读取 {path.name}：{zh}", f"cannot read {path.name}: {en}") from error


def _read(path: Path, layer: str, job: BatchJob) -> pd.DataFrame:
    """A layer by its schema if its name or its columns tell one, else as it is."""
    schema = _schema_of(layer)
    if pyogrio.read_info(path, layer=layer)["geometry_type"] is None:
        table: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, encoding=job.encoding)
        return table
    if schema is None:
        plain: pd.DataFrame = pyogrio.read_dataframe(path, layer=layer, encoding=job.encoding)
        schema = recognise(plain)
        if schema is None:
            return plain.set_crs(job.crs) if job.crs and getattr(plain, "crs", 1) is None else plain  # type: ignore[operator]
    return rl.read_layer(path, schema, layer=layer, crs=job.crs, encoding=job.encoding)


def _schema_of(layer: str) -> Schema | None:
    """The schema that a layer of an export is named by, numbered ones too."""
    plain = layer.rstrip("0123456789 _")
    return next((each for each in rl.schema.FRAMES.values() if plain in {each.label_zh, each.name}), None)
