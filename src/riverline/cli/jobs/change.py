"""The job behind ``riverline change`` as steps: read, measure, map, layers; and the table that sums it up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import riverline as rl
from riverline.cli.jobs.handover import MAP_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import in_plane, read_layers
from riverline.cli.tables import add_row, table_of
from riverline.schema import CHANGE_AREAS, RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rich.table import Table

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language
    from riverline.shoreline import ShorelineChange

__all__ = ["ChangeJob", "carry_out", "change_table"]

LAYERS_NAMES = {"zh": "岸线变化.gpkg", "en": "shoreline_change.gpkg"}
_SHOWN_BANKS = 40


@dataclass(frozen=True, slots=True)
class ChangeJob:
    """From shorelines and axes or baselines to how the banks moved.

    ``layers`` names the inputs by their schema, ``choices`` the arguments of
    :func:`riverline.measure_shoreline_change`.
    """

    layers: Mapping[str, Layer]
    choices: Mapping[str, Any]
    out: Path
    language: Language = "zh"


def carry_out(job: ChangeJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 3)
    require_folder(job.out)
    frames = read_layers(job.layers, rl.schema.FRAMES.__getitem__, step)
    step("量测岸线变化", "measure the change")
    origin = next(name for name in frames if name != "observed_shorelines")
    frames[origin] = in_plane(frames[origin], plane=None, zone=None)
    result = rl.measure_shoreline_change(frames["observed_shorelines"], frames[origin], **job.choices)
    checked = [rl.check(frame, rl.schema.FRAMES[name]) for name, frame in frames.items()]
    result = replace(result, faults=rl.faults.combine([*checked, result.faults], crs=result.rates.crs))
    shown = [result.rates, result.areas, result.faults, *frames.values()]
    _require_met(result)
    title = "岸线变化" if job.language == "zh" else "Shoreline change"
    beside = tables_beside(LAYERS_NAMES[job.language], result, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(*shown, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, result, language=job.language),
        names=(MAP_NAME, LAYERS_NAMES[job.language]),
        beside=beside,
        step=step,
    )
    more = tuple(job.out / name for name in beside)
    return Delivery(frames, result, *paths, more_paths=more, without_tables=not beside)


def _require_met(result: ShorelineChange) -> None:
    """Nothing is written where no shoreline was met: a map of transects without a figure would pass for a result."""
    if len(result.intersections):
        return
    wrong = result.faults[result.faults["severity"] == "error"]
    zh, en = ("; ".join(rl.faults.describe(wrong, language)["detail"].head(3)) for language in ("zh", "en"))
    raise rl.JobError(f"没有一个断面量得岸线位置：{zh or '断面没有碰到岸线'}",
                      f"no transect has the position of a shoreline: {en or 'none was met'}")  # fmt: skip


def change_table(result: ShorelineChange, language: Language) -> Table:
    """One row a river and bank: transects, dates, median rate, how many erode or accrete for certain, area."""
    zh = language == "zh"
    heads = (
        ("河流", "岸别", "断面", "有速率", "中位速率 m/a", "证实后退", "证实前进", "冲刷 m²", "淤积 m²")
        if zh
        else ("River", "Bank", "Transects", "Rated", "Median m/a", "Eroding", "Accreting", "Eroded m²", "Accreted m²")
    )
    table = table_of(RATES.label(language), heads, right=tuple(range(2, len(heads))), lesser=(3, 2), language=language)
    swept = result.areas.groupby(["river_id", "bank", "change"])["area_m2"].sum()
    banks = list(result.rates.groupby(["river_id", "bank"]))
    for (river, bank), rows in banks[:_SHOWN_BANKS]:
        trends, known = rows["trend"].value_counts(), rows["rate"].notna()
        median = f"{rows['rate'].median():.2f}" if known.any() else "-"
        areas = [f"{swept.get((river, bank, each), 0.0):,.0f}" for each in CHANGE_AREAS["change"].values]
        counts = [str(int(trends.get(each, 0))) for each in ("erosion", "accretion")]
        told = (river, RATES["bank"].value_label(bank, language), str(len(rows)), str(int(known.sum())), median)
        add_row(table, *told, *counts, *areas)
    left = len(banks) - _SHOWN_BANKS
    if left > 0:
        add_row(table, f"… 另有 {left} 行" if zh else f"… {left} more")
    return table
