"""Many maps as a job: read every layer of the files, one map each and the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio

import riverline as rl
from riverline.cli.files import file_and_layer
from riverline.cli.jobs.handover import Step, require_folder
from riverline.cli.jobs.reading import layer_names, read_plain
from riverline.cli.jobs.steps import Layer, read_named
from riverline.style import recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from riverline.maps import Batch
    from riverline.maps.units import By
    from riverline.schema import Language, Schema

__all__ = ["BatchJob", "draw_maps", "layers_in"]


@dataclass(frozen=True, slots=True)
class BatchJob:
    """From layers of files, by what they are called, to a folder of maps."""

    layers: Mapping[str, Layer]
    folder: Path
    by: By = "river"
    language: Language = "zh"
    title: str = ""
    shared_assets: bool = False
    processes: int = 1
    basemap: str | None = None


def layers_in(files: Iterable[str]) -> dict[str, str]:
    """Every layer of some files, or the one that ``FILE::LAYER`` names: what it is called → ``FILE::LAYER``.

    A layer of a name that an earlier file has is called by its file's name too.

    Raises
    ------
    ReadError
        If a file is not there or cannot be read.
    """
    found: dict[str, str] = {}
    for text in files:
        path, only = file_and_layer(text)
        for name in [only] if only else layer_names(path):
            found[name if name not in found else f"{path.stem} {name}"] = f"{path}::{name}"
    return found


def draw_maps(job: BatchJob, tell: Callable[[Step], None]) -> Batch:
    """Do the job; each map is there whole as soon as it is drawn."""
    require_folder(job.folder, typed="FOLDER")
    steps = rl.maps.batch_steps(
        {name: _read(name, layer) for name, layer in job.layers.items()}, job.folder, by=job.by, language=job.language,
        title=job.title, basemap=job.basemap, shared_assets=job.shared_assets, processes=job.processes,
    )  # fmt: skip
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            made: Batch = end.value
            return made
        tell(Step(step.number, step.total, step.zh, step.en))


def _read(called: str, layer: Layer) -> pd.DataFrame:
    """A layer by its schema if its name or its columns tell one, else as it is."""
    name = layer.layer or ""
    info = pyogrio.read_info(layer.path, layer=name, encoding=layer.encoding)
    if info["geometry_type"] is None and not layer.given:
        return read_plain(layer.path, name, encoding=layer.encoding)
    schema = _schema_of(name) or _recognised(layer, [str(each) for each in info["fields"]])
    if schema is not None:
        return read_named(called, layer, schema)
    plain = read_plain(layer.path, name, encoding=layer.encoding)
    return plain.set_crs(layer.crs) if layer.crs and getattr(plain, "crs", 1) is None else plain  # type: ignore[operator]


def _schema_of(layer: str) -> Schema | None:
    """The schema that a layer of an export is named by, numbered ones too."""
    plain = layer.rstrip("0123456789 _")
    return next((each for each in rl.schema.FRAMES.values() if plain in {each.label_zh, each.name}), None)


def _recognised(layer: Layer, fields: list[str]) -> Schema | None:
    """The schema whose columns a layer has, those that it is given among them.

    Raises
    ------
    JobError
        If it is given some and follows none.
    """
    shapes, given = pyogrio.read_dataframe(layer.path, layer=layer.layer, columns=[]), layer.given
    # What a layer is mapped to may leave its name blank, as the reader does.
    there = dict.fromkeys([*fields, *given, *(["name"] if given else [])])
    schema = recognise(gpd.GeoDataFrame(shapes).assign(**there))
    if schema is None and given:
        listed = ", ".join(given)
        raise rl.JobError(
            f"图层 {layer.layer} 对应了 {listed}，仍认不出是哪种图层；字段名见 riverline schema，例："
            "中心线用 --column 编码=river_id --column 名称=name",
            f"layer {layer.layer} is given {listed} and still follows no schema; riverline schema lists the names, as "
            "in --column CODE=river_id --column TITLE=name for axes",
        )
    return schema
