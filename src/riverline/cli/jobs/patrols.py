"""The job behind ``riverline patrols`` as steps: read, measure, map, layers; and the table that sums it up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

import riverline as rl
from riverline.cli.jobs.handover import MAP_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.steps import in_plane, read_layers
from riverline.cli.tables import add_row, table_of
from riverline.schema import PATROLLED_DUTIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.patrol import Patrols
    from riverline.schema import Language

__all__ = ["PatrolJob", "carry_out", "duty_table"]

LAYERS_NAMES = {"zh": "巡河成果.gpkg", "en": "patrols.gpkg"}
_SHOWN_DUTIES = 40
_TABLES = ("duties", "patrol_warnings", "activities")


@dataclass(frozen=True, slots=True)
class PatrolJob:
    """From tracks, axes and duties to what was walked.

    ``layers`` names the other inputs by their schema; ``choices`` are arguments of :func:`riverline.measure_patrols`.
    """

    tracks: tuple[Path, ...]
    layers: Mapping[str, Layer]
    rules: str
    out: Path
    patroller: str | None = None
    level: str | None = None
    on: str | None = None
    choices: Mapping[str, Any] | None = None
    language: Language = "zh"


def carry_out(job: PatrolJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 4)
    require_folder(job.out)
    rules = rl.rules.load_patrol_rules(job.rules, on=job.on)
    frames = read_layers(job.layers, rl.schema.FRAMES.__getitem__, step)
    step("读取巡河轨迹", "read the tracks")
    tracks = _read_tracks(job)
    step("核查巡河", "measure the patrols")
    axes = in_plane(frames["axes"], plane=None, zone=None)
    result = rl.measure_patrols(
        tracks,
        axes,
        duties=frames["duties"],
        warnings=frames.get("patrol_warnings"),
        activities=frames.get("activities"),
        rules=rules,
        language=job.language,
        **(job.choices or {}),
    )
    result = replace(result, faults=rl.faults.combine([rl.check(axes, rl.schema.AXES), result.faults], crs=axes.crs))
    title = "巡河覆盖" if job.language == "zh" else "Patrol coverage"
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show_patrols(result, result.faults, axes, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, result, language=job.language),
        names=(MAP_NAME, LAYERS_NAMES[job.language]),
        step=step,
    )
    return Delivery({"track_points": tracks, **frames, "axes": axes}, result, *paths)


def _read_tracks(job: PatrolJob) -> gpd.GeoDataFrame:
    """The fixes of all files in one frame, in the CRS of the first."""
    every = [rl.read_tracks(path, patroller=job.patroller, level=job.level) for path in job.tracks]
    first = every[0]
    same = [first, *(rl.geodesy.align(frame, first.crs, layer="tracks") for frame in every[1:])]
    together = pd.concat(same, ignore_index=True)
    notes = [each for frame in every for each in frame.attrs["source"]["notes"]]
    together.attrs = {"source": {**first.attrs["source"], "rows": len(together), "notes": notes}}
    return together


def duty_table(result: Patrols, language: Language) -> Table:
    """One row a duty: patrols, valid ones, share walked, periods met, and whether they look perfunctory."""
    zh = language == "zh"
    heads = (
        ("责任段", "河流", "河长", "级别", "次数", "有效", "覆盖率", "达标/应核", "应付式")
        if zh
        else ("Duty", "River", "Chief", "Level", "Patrols", "Valid", "Walked", "Met/due", "Perfunctory")
    )
    title = PATROLLED_DUTIES.label(language)
    table = table_of(title, heads, right=(4, 5, 6, 7), lesser=(1, 3), language=language)
    for row in result.duties.head(_SHOWN_DUTIES).itertuples():
        level = PATROLLED_DUTIES["level"].value_label(row.level, language)
        suspicion = PATROLLED_DUTIES["perfunctory"].value_label(row.perfunctory, language)
        counts = (str(row.patrols), str(row.valid), f"{row.share:.1%}", f"{row.met}/{row.due}")
        add_row(table, row.duty_id, row.river_id, row.chief, level, *counts, suspicion)
    left = len(result.duties) - _SHOWN_DUTIES
    if left > 0:
        add_row(table, f"… 另有 {left} 行" if zh else f"… {left} more")
    return table
