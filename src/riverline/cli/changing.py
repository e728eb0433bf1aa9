"""The job behind ``riverline change`` as steps: read, measure, map, layers; and the table that sums it up."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

import riverline as rl
from riverline.cli.steps import MAP_NAME, Step, existing, in_plane, publish, read_named, require_folder
from riverline.cli.summary import plain
from riverline.schema import CHANGE_AREAS, RATES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from riverline.cli.steps import Layer
    from riverline.schema import Language
    from riverline.shoreline import ShorelineChange

__all__ = ["MOST_ON_MAP", "ChangeDelivery", "ChangeJob", "carry_out", "change_table"]

LAYERS_NAME = "岸线变化.gpkg"
MOST_ON_MAP = 30_000
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


@dataclass(frozen=True, slots=True)
class ChangeDelivery:
    """What the job read and made, and its files; no map where there is too much for a page."""

    inputs: Mapping[str, gpd.GeoDataFrame]
    result: ShorelineChange
    map_path: Path | None
    layers_path: Path


def carry_out(job: ChangeJob, tell: Callable[[Step], None]) -> ChangeDelivery:
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
    total = len(job.layers) + 3

    def step(number: int, zh: str, en: str) -> None:
        tell(Step(number, total, zh, en))

    require_folder(job.out)
    frames = {}
    for number, (name, layer) in enumerate(job.layers.items(), 1):
        schema = rl.schema.FRAMES[name]
        step(number, f"读取{schema.label_zh}", f"read {schema.label_en}")
        frames[name] = read_named(name, layer, schema)
    step(total - 2, "量测岸线变化", "measure the change")
    origin = next(name for name in frames if name != "observed_shorelines")
    frames[origin] = in_plane(frames[origin], plane=None, zone=None)
    result = rl.measure_shoreline_change(frames["observed_shorelines"], frames[origin], **job.choices)
    checked = [rl.check(frame, rl.schema.FRAMES[name]) for name, frame in frames.items()]
    result = replace(result, faults=rl.faults.combine([*checked, result.faults], crs=result.rates.crs))
    with tempfile.TemporaryDirectory(dir=existing(job.out), prefix=".riverline-") as folder:
        step(total - 1, "输出离线地图", "write the offline map")
        shown = [result.rates, result.areas, result.faults, *frames.values()]
        drafts = []
        if sum(len(frame) for frame in shown) <= MOST_ON_MAP:
            title = "岸线变化" if job.language == "zh" else "Shoreline change"
            page = rl.maps.show(*shown, language=job.language, title=title)
            drafts.append(rl.maps.save(page, Path(folder) / MAP_NAME))
        step(total, "输出成果图层", "write the layers")
        file = Path(folder) / LAYERS_NAME
        drafts.append(rl.export.to_geopackage(file, result, language=job.language))
        *maps, layers_path = publish(drafts, job.out)
    return ChangeDelivery(frames, result, maps[0] if maps else None, layers_path)


def change_table(result: ShorelineChange, language: Language) -> Table:
    """One row a river and bank: transects, dates, median rate, how many erode or accrete for certain, area."""
    zh = language == "zh"
    heads = (
        ("河流", "岸别", "断面", "有速率", "中位速率 m/a", "证实后退", "证实前进", "冲刷 m²", "淤积 m²")
        if zh
        else ("River", "Bank", "Transects", "Rated", "Median m/a", "Eroding", "Accreting", "Eroded m²", "Accreted m²")
    )
    table = Table(title=RATES.label(language), title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", justify="right" if number > 1 else "left")
    swept = result.areas.groupby(["river_id", "bank", "change"])["area_m2"].sum()
    banks = list(result.rates.groupby(["river_id", "bank"]))
    for (river, bank), rows in banks[:_SHOWN_BANKS]:
        trends, known = rows["trend"].value_counts(), rows["rate"].notna()
        median = f"{rows['rate'].median():.2f}" if known.any() else "-"
        areas = [f"{swept.get((river, bank, each), 0.0):,.0f}" for each in CHANGE_AREAS["change"].values]
        counts = [str(int(trends.get(each, 0))) for each in ("erosion", "accretion")]
        told = (river, RATES["bank"].value_label(bank, language), str(len(rows)), str(int(known.sum())), median)
        table.add_row(*(plain(cell) for cell in (*told, *counts, *areas)))
    left = len(banks) - _SHOWN_BANKS
    if left > 0:
        table.add_row(f"… 另有 {left} 行" if zh else f"… {left} more")
    return table
