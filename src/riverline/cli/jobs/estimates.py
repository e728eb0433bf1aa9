"""The jobs behind ``riverline sensitivity`` and ``riverline standins`` as steps: read, call, map, layers."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import riverline as rl
from riverline.cli.jobs.handover import MAP_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.preparations import Prepared
from riverline.cli.jobs.steps import drawn_on, read_layers, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language, Schema
    from riverline.schema.model import GeometryType

__all__ = ["StandInJob", "SureJob", "measure", "stand_in"]

NAMES = (MAP_NAME, "敏感性.gpkg")

# What may stand in is any layer of the county; its key is the number of the row.
_LINES_AND_AREAS: tuple[GeometryType, ...] = ("LineString", "MultiLineString", "Polygon", "MultiPolygon")
_ROW = (rl.schema.Column("row_id", "text", "行号", "Row", "HH", "Number of the row."),)
_LABELS = {
    "roads": ("道路", "Roads"),
    "canals": ("渠道", "Canals"),
    "villages": ("村庄", "Villages"),
    "slope_feet": ("山坡脚", "Feet of slopes"),
    "scarps": ("陡坎", "Scarps"),
    "flood_marks": ("洪痕线", "Flood marks"),
}
_STAND_INS: dict[str, Schema] = {
    name: rl.schema.Schema(name, zh, en, "row_id", _LINES_AND_AREAS, _ROW, f"{en}.")
    for name, (zh, en) in _LABELS.items()
}


@dataclass(frozen=True, slots=True)
class SureJob:
    """From the layers of a demarcation to how sure its line is.

    ``layers`` names inputs by the verb's arguments, ``shifts`` holds its figures in metres by theirs. The ``subject``
    is the layer that is demarcated: ``axes`` of rivers, or ``water`` of lakes and reservoirs.
    """

    layers: Mapping[str, Layer]
    rules: str
    out: Path
    shifts: Mapping[str, float]
    terrain: Path | None = None
    on: str | None = None
    language: Language = "zh"
    subject: Literal["axes", "water"] = "axes"


@dataclass(frozen=True, slots=True)
class StandInJob:
    """From layers of the county to lines that may stand in; ``layers`` names inputs by the verb's arguments."""

    layers: Mapping[str, Layer]
    out: Path
    within_m: float
    language: Language = "zh"


def measure(job: SureJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    step = Steps(tell, len(job.layers) + 4)
    require_folder(job.out)
    rules = rl.load_rules(job.rules, on=job.on)
    frames = read_layers(job.layers, schema_of, step)
    drawn = frames[job.subject] = rl.geodesy.to_metric(frames[job.subject])
    step("检查图层", "check the layers")
    checked = [rl.check(frame, schema_of(name)) for name, frame in frames.items()]
    step("扰动资料，重新划界", "shift the inputs and draw again")
    others: dict[str, Any] = {name: frame for name, frame in frames.items() if name != job.subject}
    sure = rl.measure_sensitivity(drawn, rules, terrain=job.terrain, **job.shifts, **others)
    sure = replace(sure, faults=rl.faults.combine([*checked, sure.faults], crs=sure.bands.crs))
    title = "界线敏感性" if job.language == "zh" else "How sure the line is"
    beside = tables_beside(NAMES[1], sure, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(drawn_on(drawn, job.subject), sure, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, sure, language=job.language),
        names=NAMES,
        beside=beside,
        step=step,
    )
    more = tuple(job.out / name for name in beside)
    return Delivery(frames, sure, *paths, more_paths=more, without_tables=not beside)


def stand_in(job: StandInJob, tell: Callable[[Step], None]) -> Prepared:
    """Do the job; the file appears at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    if job.out.suffix.lower() != ".gpkg":
        name = job.out.name
        raise rl.JobError(f"--out 应为 .gpkg 文件，实际为 {name}", f"--out has to be a file named .gpkg, got {name}")
    step = Steps(tell, len(job.layers) + 3)
    require_folder(job.out.absolute().parent)
    numbered = {
        name: layer if name == "axes" else replace(layer, values={"row_id": "{row}", **(layer.values or {})})
        for name, layer in job.layers.items()
    }
    frames = read_layers(numbered, lambda name: _STAND_INS.get(name, rl.schema.AXES), step)
    axes = frames["axes"] = rl.geodesy.to_metric(frames["axes"])
    step("检查图层", "check the layers")
    faults = rl.check(axes, rl.schema.AXES)
    step("找替代线", "find what stands in")
    lines = {name: frame for name, frame in frames.items() if name != "axes"}
    found = rl.find_stand_ins(axes, within_m=job.within_m, **lines)
    step("输出图层", "write the layers")
    job.out.absolute().parent.mkdir(parents=True, exist_ok=True)
    path = rl.export.to_geopackage(job.out, axes, found, faults, language=job.language)
    drawn_on, tops = (
        shlex.quote(f"{path}::{each.label_zh if job.language == 'zh' else each.name}")
        for each in (rl.schema.AXES, rl.schema.BANK_TOPS)
    )
    command = f"riverline demarcate {drawn_on} --bank-tops {tops} --rules national --out 划界成果"
    return Prepared(frames, axes, found, faults, path, (("划界", "demarcate", command),) if len(found) else ())
