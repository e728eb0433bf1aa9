"""Stakes and boards from the layers that ``riverline demarcate`` wrote: read, place, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import riverline as rl
from riverline.cli.jobs.drawn import read_drawn
from riverline.cli.jobs.handover import MAP_NAME, Delivery, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import read_named
from riverline.provenance import describe_input

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language, Schema

__all__ = ["Placed", "StakeJob", "place"]

NAMES = (MAP_NAME, "界桩.gpkg")
AROUND: dict[str, Schema] = {
    "admin": rl.schema.ADMIN,
    "structures": rl.schema.WORKS,
    "existing": rl.schema.EXISTING,
    "existing_boards": rl.schema.EXISTING,
    "settings": rl.schema.SETTINGS,
    "axes": rl.schema.AXES,
    "breaks": rl.schema.CHAINAGE_BREAKS,
    "landmarks": rl.schema.LANDMARKS,
}


@dataclass(frozen=True, slots=True)
class StakeJob:
    """From the layers of a demarcation to its stakes and boards; ``layers`` names inputs by the verb's arguments.

    Boards stand along the management line only: stakes of the protection extent come without any.
    """

    lines: Path
    layers: Mapping[str, Layer]
    rules: str
    out: Path
    on: str | None = None
    role: Literal["mark", "define"] = "mark"
    of: Literal["management", "protection"] = "management"
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Placed:
    """What was placed, and what to look at."""

    stakes: gpd.GeoDataFrame
    boards: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame


def place(job: StakeJob) -> Delivery:
    """Do the job; the files appear together at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    require_folder(job.out)
    inputs = {name: read_named(name, layer, AROUND[name]) for name, layer in job.layers.items()}
    drawn = read_drawn(job.lines, job.rules, on=job.on)
    around = {name: frame for name, frame in inputs.items() if not name.startswith("existing")}
    stakes = rl.place_stakes(drawn, role=job.role, of=job.of, existing=inputs.get("existing"), **around)
    boards = rl.schema.BOARDS.empty(drawn.lines.crs)
    if job.of == "management":
        boards = rl.place_boards(drawn, existing=inputs.get("existing_boards"), **around)
    given = {name: inputs.get(name) for name in ("structures", "settings")}
    faults = rl.check_stakes(stakes, drawn, boards=boards, **given)
    told = {**drawn.run.inputs, **{name: describe_input(frame) for name, frame in inputs.items()}}
    placed = replace(drawn, faults=faults, run=replace(drawn.run, inputs=told))
    title = "界桩与公告牌" if job.language == "zh" else "Stakes and notice boards"
    beside = tables_beside(NAMES[1], placed, stakes, boards, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(placed, stakes, boards, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, placed, stakes, boards, language=job.language),
        names=NAMES,
        beside=beside,
    )
    read = {"management_lines": drawn.lines, "extents": drawn.extents, **inputs}
    more = tuple(job.out / name for name in beside)
    return Delivery(read, Placed(stakes, boards, faults), *paths, more_paths=more, without_tables=not beside)
