"""The job behind ``riverline hotspots`` as steps: read, find, rank, map, layers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio

import riverline as rl
from riverline.checks.reading import read_or_refuse
from riverline.cli.files import file_and_layer
from riverline.cli.jobs.handover import Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.steps import numbered, read_layers
from riverline.cli.tables import add_row, table_of
from riverline.hotspots import describe_hotspots, first_to_walk, rank_reaches
from riverline.hotspots.counting import ANY_PROBLEMS
from riverline.hotspots.planar import write_surface
from riverline.io.chainage_text import format_chainage
from riverline.schema import CHIEFS, HOT_REACHES, HOT_SEGMENTS, REACH_RANKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.hotspots import Hotspots, Surface
    from riverline.hotspots.density import Kernel
    from riverline.schema import Language

__all__ = ["HotspotJob", "Spotted", "carry_out", "intervals", "rank_table", "reach_table", "walk_table"]

NAMES = "热点图.html", "热点成果.gpkg"
SURFACE_NAME = "热点密度.tif"
WALK_NAME = "优先巡查.csv"
_WALKED = ("segment_id", "river_id", "bank", "start_chainage_m", "end_chainage_m", "length_m", "problems", "verdict")


@dataclass(frozen=True, slots=True)
class HotspotJob:
    """From files to hotspots.

    ``layers`` names the inputs ``problems`` and ``axes``, maybe ``chiefs``; ``tables`` the files of ``exposure`` and
    ``effort``; ``by`` is the column that is ranked by, None that of the rivers, or of the chiefs nearest to the ground;
    ``surface_m`` the bandwidth of a raster beside the layers; ``kernel`` that of the density along the water;
    ``walk_km`` the kilometres to walk first, listed beside the layers.
    """

    layers: Mapping[str, Layer]
    out: Path
    tables: Mapping[str, str] = field(default_factory=dict)
    segment_m: float = 500.0
    by_bank: bool = True
    by: str | None = None
    on: str | None = None
    settings: rl.HotspotSettings | None = None
    language: Language = "zh"
    title: str = ""
    surface_m: float | None = None
    kernel: Kernel = "heat"
    walk_km: float | None = None


@dataclass(frozen=True, slots=True)
class Spotted:
    """What was found, ranked, and what to walk first."""

    spots: Hotspots
    ranked: pd.DataFrame
    walk: gpd.GeoDataFrame | None


def carry_out(job: HotspotJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    step = Steps(tell, len(job.layers) + 3)
    require_folder(job.out)
    tables = {name: intervals(name, text) for name, text in job.tables.items()}
    key = ANY_PROBLEMS["problem_id"]
    layers = {name: numbered(layer, key) if name == "problems" else layer for name, layer in job.layers.items()}
    frames = read_layers(layers, lambda name: ANY_PROBLEMS if name == "problems" else rl.schema.FRAMES[name], step)
    axes = frames["axes"] = rl.geodesy.to_metric(frames["axes"])
    step("查找热点", "find hotspots")
    spots = rl.find_hotspots(
        frames["problems"],
        axes,
        segment_m=job.segment_m,
        by_bank=job.by_bank,
        on=job.on,
        settings=job.settings,
        exposure=tables.get("exposure"),
        effort=tables.get("effort"),
    )
    spots = _with_kernel(describe_hotspots(spots, job.language), job, frames["problems"], axes)
    chiefs = frames.get("chiefs")
    ranked = rank_reaches(spots, by=job.by or _nearest_level(chiefs), chiefs=chiefs)
    walk = None if job.walk_km is None else first_to_walk(spots, kilometres=job.walk_km)
    surface = _surface(job, frames["problems"], axes)
    beside: dict[str, Callable[[Path], object]] = {}
    if surface is not None:
        beside[SURFACE_NAME] = partial(write_surface, surface)
    if walk is not None:
        beside[WALK_NAME] = partial(_write_walk, walk, job.language)
    problems = frames["problems"]
    # The problems themselves lie under what was made of them, while a page can hold them too.
    made = sum(len(each) for each in (spots.segments, spots.clusters, spots.surface, spots.faults, axes))
    under = {ANY_PROBLEMS.label(job.language): problems} if made + len(problems) <= rl.maps.MOST_FEATURES else {}
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show_hotspots(
            spots, axes, language=job.language, title=job.title, surface=surface, **under
        ),
        write=lambda path: rl.export.to_geopackage(path, spots, ranked, language=job.language),
        names=NAMES,
        beside=beside,
        step=step,
    )
    found = Spotted(spots, ranked, walk)
    return Delivery(frames, found, *paths, more_paths=tuple(job.out / name for name in beside))


def _with_kernel(spots: Hotspots, job: HotspotJob, problems: gpd.GeoDataFrame, axes: gpd.GeoDataFrame) -> Hotspots:
    """Hotspots with the density of the kernel that was asked for; theirs is that of heat."""
    if job.kernel == "heat":
        return spots
    density = rl.hotspots.measure_density(problems, axes, kernel=job.kernel, segment_m=job.segment_m,
                                          by_bank=job.by_bank, on=job.on, settings=job.settings)  # fmt: skip
    return replace(spots, surface=density)


def _nearest_level(chiefs: gpd.GeoDataFrame | None) -> str:
    """What to rank by if nobody says: rivers, or of the chiefs those nearest to the ground."""
    if chiefs is None:
        return "river_id"
    levels = read_or_refuse(chiefs, CHIEFS, layer="chiefs")["level"]
    there = [each for each in reversed(CHIEFS["level"].values) if (levels == each).any()]
    return f"chief_{there[0]}" if there else "river_id"


def _write_walk(walk: gpd.GeoDataFrame, language: Language, path: Path) -> None:
    rows = pd.DataFrame({HOT_SEGMENTS[name].label(language): walk[name] for name in _WALKED if name in walk})
    rows.to_csv(path, index=False, encoding="utf-8-sig")


def _surface(job: HotspotJob, problems: gpd.GeoDataFrame, axes: gpd.GeoDataFrame) -> Surface | None:
    if job.surface_m is None:
        return None
    return rl.hotspots.measure_surface(problems, axes, bandwidth_m=job.surface_m, on=job.on, settings=job.settings)


def intervals(name: str, text: str) -> pd.DataFrame:
    """A table of chainage intervals from any file that GDAL reads."""
    path, layer = file_and_layer(text)
    try:
        return pd.DataFrame(pyogrio.read_dataframe(path, layer=layer, read_geometry=False))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise rl.ReadError(
            f"--{name} 的文件 {path} 读不了；应为 CSV、XLSX 或 GPKG 表",
            f"--{name}: {path} cannot be read; give a CSV, XLSX or GPKG table",
        ) from error


def reach_table(spots: Hotspots, language: Language) -> Table:
    """One row a hot, or cold, reach, with its reason."""
    names = ("reach_id", "verdict", "problems", "expected", "reason")
    heads = [HOT_REACHES[name].label(language) for name in names]
    table = table_of(HOT_REACHES.label(language), heads, right=(2, 3), lesser=(0,), language=language)
    for row in spots.clusters.itertuples():
        verdict = HOT_REACHES["verdict"].value_label(row.verdict, language)
        add_row(table, row.reach_id, verdict, str(row.problems), f"{row.expected:.1f}", row.reason)
    return table


def rank_table(ranked: pd.DataFrame, language: Language) -> Table:
    """The first ten groups by rate, with how sure their ranks are."""
    names = ("part", "problems", "untested", "exposure", "smoothed", "rank_place", "rank_first", "rank_last", "funnel")
    heads = [REACH_RANKS[name].label(language) for name in names]
    table = table_of(REACH_RANKS.label(language), heads, right=(1, 2, 3, 4, 5, 6, 7), lesser=(3,), language=language)
    for row in ranked.head(10).itertuples():
        funnel = REACH_RANKS["funnel"].value_label(row.funnel, language)
        figures = (f"{row.exposure:,.1f}", f"{row.smoothed:.2f}", row.rank_place, row.rank_first, row.rank_last)
        add_row(table, row.part, str(row.problems), str(row.untested), *map(str, figures), funnel)
    return table


def walk_table(walk: gpd.GeoDataFrame, language: Language) -> Table:
    """The segments to walk first, in their order."""
    names = [name for name in _WALKED if name in walk]
    heads = [HOT_SEGMENTS[name].label(language) for name in names]
    title = "优先巡查河段" if language == "zh" else "To walk first"
    table = table_of(title, heads, right=tuple(range(len(names) - 5, len(names) - 1)), lesser=(0,), language=language)
    for row in walk[names].to_dict("records"):
        cells = [format_chainage(row[name]) if name.endswith("chainage_m")
                 else f"{row[name]:,.0f}" if name == "length_m"
                 else HOT_SEGMENTS[name].value_label(row[name], language) for name in names]  # fmt: skip
        add_row(table, *cells)
    return table
