"""The job behind ``riverline shoreline`` as steps: read what demarcate wrote, plan, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.jobs.drawn import read_drawn
from riverline.cli.jobs.handover import MAP_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import read_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language, Schema
    from riverline.shoreline import ShorelinePlan

__all__ = ["PlanJob", "carry_out"]

NAMES = (MAP_NAME, "岸线规划.gpkg")


@dataclass(frozen=True, slots=True)
class PlanJob:
    """From the layers of a demarcation to its shoreline plan.

    ``layers`` names the inputs by the argument of :func:`riverline.plan_shoreline`; ``water`` stands for a waterside
    that comes as the water itself. An empty ``rules`` is the rule set that the file names.
    """

    drawn: Path
    layers: Mapping[str, Layer]
    out: Path
    rules: str = ""
    on: str | None = None
    zone_rules: str = "national"
    profile: str | None = None
    language: Language = "zh"
    title: str = ""


def carry_out(job: PlanJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 4)
    require_folder(job.out)
    zone_rules = rl.rules.load_zone_rules(job.zone_rules, on=job.on)
    if job.profile is not None:
        rl.export.load_profile(job.profile)  # a name that does not exist is told before the work begins
    step("读取划界成果", "read the demarcation")
    drawn = read_drawn(job.drawn, job.rules, on=job.on)
    frames = read_layers(job.layers, _schema, step)
    step("编制岸线规划", "plan the shoreline")
    checked = [rl.check(frame, _schema(name)) for name, frame in frames.items() if name not in {"admin", "axes"}]
    given = {"waterside" if name == "water" else name: frame for name, frame in frames.items()}
    plan = rl.plan_shoreline(drawn, rules=zone_rules, **given)
    told = [*checked, plan.faults, *_left_blank(job, frames, plan)]
    plan = replace(plan, faults=rl.faults.combine(told, crs=plan.lines.crs))
    # The plan draws the waterside lines itself.
    known = [frame for name, frame in frames.items() if name not in {"admin", "waterside"}]
    named = {_schema(name).label(job.language): frame for name, frame in frames.items() if name == "admin"}
    tables = tables_beside(NAMES[1], plan, language=job.language)
    beside = tables if job.profile is None else tables | _for_receiver(job, plan)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(plan, *known, language=job.language, title=job.title, **named),
        write=lambda path: rl.export.to_geopackage(path, plan, language=job.language),
        names=NAMES,
        beside=beside,
        step=step,
    )
    read = {"management_lines": drawn.lines, **frames}
    return Delivery(read, plan, *paths, more_paths=tuple(job.out / name for name in beside), without_tables=not tables)


def _left_blank(
    job: PlanJob, frames: Mapping[str, gpd.GeoDataFrame], plan: ShorelinePlan
) -> Iterator[gpd.GeoDataFrame]:
    """What is told where a receiver wants counties and no layer names them."""
    if job.profile is not None and "admin" not in frames:
        note = [rl.export.load_profile(job.profile).name]
        yield rl.faults.found("counties-not-given", layer="admin", feature_id=["*"], geometry=[None], note=note,
                              crs=plan.lines.crs)  # fmt: skip


def _for_receiver(job: PlanJob, plan: ShorelinePlan) -> dict[str, Callable[[Path], Path]]:
    """The receiver's layers in a file of their own: its name, and what writes it."""
    name = rl.export.load_profile(str(job.profile)).name

    def write(path: Path) -> Path:
        return rl.export.to_geopackage(path, plan, language=job.language, profile=job.profile)

    return {f"岸线规划_{name}.gpkg": write}


def _schema(name: str) -> Schema:
    """The schema of an input; counties have one that only names them."""
    if name != "admin":
        return rl.schema.FRAMES[name]
    label = rl.schema.Column("name", "text", "县（区）名称", "Name of the county", "XQ", "Name of the county.")
    told = (
        rl.schema.Column("county", "text", "所属县（区）", "County", "SSX", "County of a town.", optional=True),
        replace(rl.schema.ZONES["city"], optional=True),
        *(replace(rl.schema.ADMIN[name], optional=True) for name in ("admin_id", "level")),
    )
    columns = (label, *told)
    return rl.schema.Schema("admin", "县（区）", "Counties", "name", ("Polygon", "MultiPolygon"), columns, "Counties.")
