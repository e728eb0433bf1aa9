"""The job behind ``riverline confirm`` as steps: read, check, confirm, map, layers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.steps import Step, existing, publish, read_named, require_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from riverline.cli.steps import Layer
    from riverline.confirmation import Confirmation
    from riverline.schema import Language

__all__ = ["MOST_ON_MAP", "TitleDelivery", "TitleJob", "carry_out"]

MAP_NAME, LAYERS_NAME = "权属图.html", "权属成果.gpkg"
MOST_ON_MAP = 30_000
"""Most features of a map: with more, only the layers are written."""


@dataclass(frozen=True, slots=True)
class TitleJob:
    """From files to titles.

    ``layers`` names the inputs by the argument of :func:`riverline.confirm`; ``extents`` and ``parcels`` must be among
    them.
    """

    layers: Mapping[str, Layer]
    out: Path
    tolerance_m: float = 0.3
    clean: bool = False
    language: Language = "zh"
    title: str = ""


@dataclass(frozen=True, slots=True)
class TitleDelivery:
    """What the job read and made, and its files: the map is None where there is too much for one."""

    inputs: Mapping[str, gpd.GeoDataFrame]
    result: Confirmation
    map_path: Path | None
    layers_path: Path


def carry_out(job: TitleJob, tell: Callable[[Step], None]) -> TitleDelivery:
    """Do the job; the files appear together at its end, or not at all.

    Parameters
    ----------
    job
        What to do.
    tell
        Called with each step before it runs.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    total = len(job.layers) + 4

    def step(number: int, zh: str, en: str) -> None:
        tell(Step(number, total, zh, en))

    require_folder(job.out)
    frames = {}
    for number, (name, layer) in enumerate(job.layers.items(), 1):
        schema = rl.schema.FRAMES[name]
        step(number, f"读取{schema.label_zh}", f"read {schema.label_en}")
        frames[name] = read_named(name, layer, schema)
    frames["extents"] = rl.geodesy.to_metric(frames["extents"])
    step(total - 3, "检查图层", "check the layers")
    checked = [rl.check(frame, rl.schema.FRAMES[name]) for name, frame in frames.items()]
    step(total - 2, "确权", "confirm titles")
    others = {name: frame for name, frame in frames.items() if name not in {"extents", "parcels"}}
    result = rl.confirm(frames["extents"], frames["parcels"], tolerance_m=job.tolerance_m, clean=job.clean, **others)
    result = replace(result, faults=rl.faults.combine([*checked, result.faults], crs=frames["extents"].crs))
    with tempfile.TemporaryDirectory(dir=existing(job.out), prefix=".riverline-") as folder:
        step(total - 1, "输出离线地图", "write the offline map")
        drafts = []
        if sum(map(len, (result.holdings, result.faults, result.changes, frames["extents"]))) <= MOST_ON_MAP:
            page = rl.maps.show(frames["extents"], result, language=job.language, title=job.title)
            drafts.append(rl.maps.save(page, Path(folder) / MAP_NAME))
        step(total, "输出成果图层", "write the layers")
        drafts.append(rl.export.to_geopackage(Path(folder) / LAYERS_NAME, result, language=job.language))
        paths = publish(drafts, job.out)
    inputs = dict(frames)
    return TitleDelivery(inputs, result, paths[0] if len(paths) > 1 else None, paths[-1])
