"""The jobs behind the subcommands about time: read, report on the ledger, find, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

import riverline as rl
from riverline.cli.jobs.handover import Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.hotspots import intervals
from riverline.cli.jobs.steps import numbered, read_layers
from riverline.cli.tables import add_row, table_of
from riverline.hotspots.counting import ANY_PROBLEMS
from riverline.io.chainage_text import format_chainage
from riverline.schema import EMERGING, NEAR_REPEATS, SCAN_CLUSTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language

__all__ = [
    "EMERGING_NAMES", "SCAN_NAMES", "Found", "TimeJob", "carry_out", "category_table", "read_problems",
    "repeat_reasons", "repeat_table", "scan_table", "why_nothing",
]  # fmt: skip

EMERGING_NAMES = "演变图.html", "演变成果.gpkg"
SCAN_NAMES = "扫描图.html", "扫描成果.gpkg"


_SCANNED = ("river_id", "bank", "start_chainage_m", "end_chainage_m", "first_day", "last_day", "problems", "expected",
            "p", "recurrence_days")  # fmt: skip
_REPEATED = {"from_m": "g", "to_m": "g", "from_days": "g", "to_days": "g", "pairs": "", "expected": ".1f",
             "ratio": ".2f", "p": ".3f", "p_adjusted": ".3f"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimeJob:
    """From files of ``problems``, ``axes`` and maybe ``controls`` to what ``find`` makes of them, saying how far it is.

    ``tables`` names the files of ``exposure`` and ``effort``; ``settings`` are those of the quality report.
    """

    layers: Mapping[str, Layer]
    out: Path
    find: Callable[[Mapping[str, gpd.GeoDataFrame], Mapping[str, pd.DataFrame], Callable[[str, str], None]], Any]
    names: tuple[str, str]
    on: str
    language: Language = "zh"
    by_bank: bool = True
    settings: rl.HotspotSettings | None = None
    segment_m: float = 1_000.0
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and the quality report of the problems."""

    found: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame


def carry_out(job: TimeJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 4)
    require_folder(job.out)
    tables = {name: intervals(name, text) for name, text in job.tables.items()}
    frames, faults = read_problems(job.layers, step, by_bank=job.by_bank, on=job.on, settings=job.settings,
                                   segment_m=job.segment_m, **tables)  # fmt: skip
    step("按时间查找", "look at them over time")
    found = job.find(frames, tables, step.within)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(frames["axes"], found, faults, language=job.language),
        write=lambda path: rl.export.to_geopackage(path, found, faults, language=job.language),
        names=job.names,
        step=step,
    )
    return Delivery(frames, Found(found, faults), *paths)


def read_problems(
    layers: Mapping[str, Layer],
    step: Callable[[str, str], None],
    *,
    by_bank: bool = False,
    **asked: Any,  # noqa: ANN401 - what check_problems takes
) -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Problems and axes in metres, and the quality report that comes before any statistic."""
    key = ANY_PROBLEMS["problem_id"]
    found = {"problems", "controls"}
    named = {name: numbered(layer, key) if name in found else layer for name, layer in layers.items()}
    frames = read_layers(named, lambda name: ANY_PROBLEMS if name in found else rl.schema.FRAMES[name], step)
    frames["axes"] = rl.geodesy.to_metric(frames["axes"])
    step("检查台账质量", "look at the quality of the ledger")
    return frames, rl.hotspots.check_problems(frames["problems"], frames["axes"], by_bank=by_bank, **asked)


def category_table(found: gpd.GeoDataFrame, language: Language) -> Table:
    """How many segments, kilometres and problems have each name, those without a pattern last."""
    column = EMERGING["category"]
    heads = [
        column.label(language),
        *(("河段数", "km", "问题数") if language == "zh" else ("Segments", "km", "Problems")),
    ]
    table = table_of(EMERGING.label(language), heads, right=(1, 2, 3), language=language)
    for choice in column.choices:
        rows = found[found["category"] == choice.value]
        if len(rows):
            figures = (str(len(rows)), f"{rows['length_m'].sum() / 1000:,.1f}", str(rows["problems"].sum()))
            add_row(table, choice.label(language), *figures)
    return table


def why_nothing(found: gpd.GeoDataFrame, language: Language) -> list[str]:
    """Why no segment has a pattern, though hotspots of the whole time may be there; nothing where one has."""
    if not len(found) or (found["category"] != "none").any():
        return []
    steps, hot = int(found["steps"].iloc[0]), int(found["hot_steps"].sum())
    cells, many = len(found) * steps, int(found["problems"].sum())
    days = f"{found['first_day'].iloc[0].date()} / {found['last_day'].iloc[0].date()}"
    each = f"{many / cells:.2f}"
    if language == "zh":
        said = (
            f"没有演变类型：{days} 的 {many} 个问题分到 {len(found)} 段 × {steps} 期 = {cells} 格，平均每格 {each} 个，"
            f"一起校正后 {hot} 格为热点；整个时段的聚集见 riverline hotspots"
        )
        return [said]
    said = (
        f"no pattern: {many} problems of {days} fall on {len(found)} segments × {steps} periods = {cells} cells, "
        f"{each} each; corrected together {hot} are hot; for the time as a whole see riverline hotspots"
    )
    return [said]


def scan_table(found: gpd.GeoDataFrame, language: Language) -> Table:
    """One row a window, the best first."""
    names = [name for name in _SCANNED if name in found.columns]
    heads = [SCAN_CLUSTERS[name].label(language) for name in names]
    right = tuple(range(len(names) - 4, len(names)))
    table = table_of(SCAN_CLUSTERS.label(language), heads, right=right, lesser=(len(names) - 1,), language=language)
    for row in found.sort_values("likelihood_ratio", ascending=False)[names].to_dict("records"):
        add_row(table, *(_cell(name, row[name], language) for name in names))
    return table


def repeat_table(found: pd.DataFrame, language: Language) -> Table:
    """One row a pair of bands, with the kinds where they were asked about."""
    kinds = ("first_kind", "then_kind") if (found["first_kind"] != "any").any() else ()
    names = (*kinds, *_REPEATED, "verdict")
    heads = [NEAR_REPEATS[name].label(language) for name in names]
    right = tuple(range(len(kinds), len(names) - 1))
    table = table_of(NEAR_REPEATS.label(language), heads, right=right, lesser=(len(kinds) + 6,), language=language)
    for row in found[list(names)].to_dict("records"):
        cells = ("—" if pd.isna(row[name]) else format(row[name], style) for name, style in _REPEATED.items())
        said = [NEAR_REPEATS[name].value_label(row[name], language) for name in (*kinds, "verdict")]
        add_row(table, *said[:-1], *cells, said[-1])
    return table


def repeat_reasons(found: pd.DataFrame) -> list[str]:
    """The sentences of the rows beyond chance, of the likeliest one where none is."""
    beyond = found[found["verdict"] == "repeats"]
    return list((beyond if len(beyond) else found.nsmallest(1, ["p_adjusted", "p"]))["reason"])


def _cell(name: str, value: Any, language: Language) -> str:  # noqa: ANN401
    if pd.isna(value):
        return "—"
    if name.endswith("chainage_m"):
        return format_chainage(value)
    if name.endswith("_day"):
        return str(value.date().isoformat())
    if name == "bank":
        return SCAN_CLUSTERS["bank"].value_label(value, language)
    return format(value, {"expected": ".1f", "p": ".3f", "recurrence_days": ",.0f"}.get(name, ""))
