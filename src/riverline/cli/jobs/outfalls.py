"""The job behind ``riverline outfalls`` as steps: read, place, map, layers; and the table that sums it up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import riverline as rl
from riverline.cli.jobs.handover import MAP_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.steps import in_plane, read_layers
from riverline.cli.tables import add_row, table_of
from riverline.schema import PLACED_OUTFALLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rich.table import Table

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.outfalls import OutfallInventory
    from riverline.schema import Language

__all__ = ["InventoryJob", "carry_out", "class_table"]

LAYERS_NAMES = {"zh": "排污口成果.gpkg", "en": "outfalls.gpkg"}


@dataclass(frozen=True, slots=True)
class InventoryJob:
    """From outfalls and axes to the inventory; ``layers`` names the inputs by their schema."""

    layers: Mapping[str, Layer]
    out: Path
    near_m: float = 500.0
    snap_m: float = 5.0
    language: Language = "zh"


def carry_out(job: InventoryJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 3)
    require_folder(job.out)
    frames = read_layers(job.layers, rl.schema.FRAMES.__getitem__, step)
    step("排污口落到河流", "place the outfalls")
    axes = frames["axes"] = in_plane(frames["axes"], plane=None, zone=None)
    result = rl.place_outfalls(
        frames["outfalls"],
        axes,
        sections=frames.get("water_sections"),
        intakes=frames.get("intakes"),
        near_m=job.near_m,
        snap_m=job.snap_m,
    )
    result = replace(result, faults=rl.faults.combine([rl.check(axes, rl.schema.AXES), result.faults], crs=axes.crs))
    beside = [frames[name] for name in ("water_sections", "intakes") if name in frames]
    shown = [result.outfalls, result.reaches, result.faults, axes, *beside]
    title = "入河排污口" if job.language == "zh" else "Outfalls"
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(*shown, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, result, language=job.language),
        names=(MAP_NAME, LAYERS_NAMES[job.language]),
        step=step,
    )
    return Delivery(frames, result, *paths)


def class_table(result: OutfallInventory, language: Language) -> Table:
    """One row a group: how many outfalls, and how many have a section and an intake downstream."""
    zh = language == "zh"
    heads = (
        ("大类", "排污口", "下游有断面", "下游有取水口")
        if zh
        else ("Group", "Outfalls", "Section below", "Intake below")
    )
    table = table_of(PLACED_OUTFALLS.label(language), heads, right=(1, 2, 3), language=language)
    for each in PLACED_OUTFALLS["class_group"].choices:
        rows = result.outfalls[result.outfalls["class_group"] == each.value]
        counts = [len(rows), *((rows[name] != "").sum() for name in ("next_section", "next_intake"))]
        add_row(table, each.label(language), *(str(int(count)) for count in counts))
    return table
