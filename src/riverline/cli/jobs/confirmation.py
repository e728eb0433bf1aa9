"""The job behind ``riverline confirm`` as steps: read, check, confirm, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.jobs.drawn import read_extents
from riverline.cli.jobs.handover import Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import read_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language, Schema

__all__ = ["TitleJob", "carry_out"]

# A list beside the parcels: no layer of the data dictionary.
REGISTERED = rl.schema.Schema(
    "registered_areas",
    "证载面积",
    "Registered areas",
    "parcel_id",
    (),
    (rl.schema.PARCELS["parcel_id"], replace(rl.schema.PARCELS["registered_area_m2"], optional=False)),
    "Registered areas by parcel code.",
)
NAMES = ("权属图.html", "权属成果.gpkg")


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


def carry_out(job: TitleJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 4)
    require_folder(job.out)
    step(f"读取{rl.schema.EXTENTS.label_zh}", f"read {rl.schema.EXTENTS.label_en}")
    extents = read_extents(job.layers["extents"])
    rest = {name: layer for name, layer in job.layers.items() if name != "extents"}
    frames = {"extents": extents, **read_layers(rest, _schema, step)}
    step("检查图层", "check the layers")
    checked = [rl.check(frame, _schema(name)) for name, frame in frames.items() if name != REGISTERED.name]
    step("确权", "confirm titles")
    others = {name: frame for name, frame in frames.items() if name not in {"extents", "parcels"}}
    result = rl.confirm(extents, frames["parcels"], tolerance_m=job.tolerance_m, clean=job.clean, **others)
    result = replace(result, faults=rl.faults.combine([*checked, result.faults], crs=extents.crs))
    beside = tables_beside(NAMES[1], result, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(extents, result, language=job.language, title=job.title),
        write=lambda path: rl.export.to_geopackage(path, result, language=job.language),
        names=NAMES,
        beside=beside,
        step=step,
    )
    more = tuple(job.out / name for name in beside)
    return Delivery(frames, result, *paths, more_paths=more, without_tables=not beside)


def _schema(name: str) -> Schema:
    return REGISTERED if name == REGISTERED.name else rl.schema.FRAMES[name]
