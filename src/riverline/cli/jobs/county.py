"""The demo as steps: the invented county from its layers to everything that a delivery hands over."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import pandas as pd

import riverline as rl
from riverline import samples
from riverline.cli.jobs.handover import LAYERS_NAME, Delivery, Steps, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside
from riverline.cli.jobs.steps import Layer, demo_job, read_named, schema_of
from riverline.cli.jobs.year import STEPS, read_year, run_year, written_year

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.year import Year
    from riverline.confirmation import Confirmation
    from riverline.inspection import Inspection
    from riverline.revision import Revision
    from riverline.schema import Language, Schema
    from riverline.shoreline import ShorelinePlan

    Frames = Mapping[str, gpd.GeoDataFrame]

__all__ = ["County", "Demo", "carry_out", "hand_over_county"]

RULES = "清水县规则.toml"
"""Rules invented like the county, of its reservoirs and works: no text of law was read for most of them."""

MORE: dict[str, Schema] = {
    "towns": rl.schema.ADMIN,
    "parcels": rl.schema.PARCELS,
    "land_classes": rl.schema.LAND_CLASSES,
    "works": rl.schema.WORKS,
    "uses": rl.schema.USES,
    "sensitive": rl.schema.SENSITIVE,
    "waterside": rl.schema.WATERSIDE,
    "settings": rl.schema.SETTINGS,
    "landmarks": rl.schema.LANDMARKS,
    "lake_levees": rl.schema.LEVEES,
    "old_stakes": rl.schema.EXISTING,
    "old_bank_tops": rl.schema.BANK_TOPS,
    "upland_axes": rl.schema.AXES,
    "upland_works": rl.schema.WORKS,
    "upland_waterside": rl.schema.WATERSIDE,
    "reservoirs": rl.schema.WATER,
    "reservoir_lines": rl.schema.BANK_TOPS,
}
"""What the samples hold beside the layers of the main job."""

_LADDER = ("roads", "canals", "villages", "slope_feet", "scarps", "flood_marks")
_REACH_M = 120.0
"""What stands in for a line of a stream without one: layers of things that are there, and how far from its axis."""

_STEPS = 12 + STEPS


class _Ranges(NamedTuple):
    """What was demarcated, each by itself, and the rivers as they were by last year's survey."""

    rivers: rl.Demarcation
    lakes: rl.Demarcation
    works: rl.Demarcation
    before: rl.Demarcation

    def joined(self, rivers: rl.Demarcation, axes: gpd.GeoDataFrame) -> rl.Demarcation:
        """The county with these rivers."""
        return rl.join_demarcations([rivers, self.lakes, self.works], axes)


@dataclass(frozen=True, slots=True)
class County:
    """Everything that a county hands over.

    ``before`` is what last year's survey gave; ``joined`` holds rivers, lakes and works with what they share parted;
    what comes after it is of that.
    """

    rivers: rl.Demarcation
    lakes: rl.Demarcation
    works: rl.Demarcation
    before: rl.Demarcation
    joined: rl.Demarcation
    stakes: gpd.GeoDataFrame
    boards: gpd.GeoDataFrame
    plan: ShorelinePlan
    titles: Confirmation
    inspection: Inspection
    revision: Revision

    @property
    def products(self) -> tuple[Any, ...]:
        """What is handed over, in the order of its making: of ranges those of the whole county."""
        return tuple(getattr(self, each.name) for each in fields(self)[4:])


class Demo(NamedTuple):
    """The county and its office's year."""

    county: County
    year: Year


def hand_over_county(out: Path, language: Language, tell: Callable[[Step], None]) -> Delivery:
    """Do the demo: read the samples, make every product and the office's year, write maps, layers and the ledger.

    Parameters
    ----------
    out
        The folder.
    language
        Language of map and layers.
    tell
        Called with each step before it runs.

    Raises
    ------
    RiverlineError
        If the folder cannot be written.
    """
    step = Steps(tell, _STEPS)
    require_folder(out)
    step("读取样例图层", "read the sample layers")
    job = demo_job(out, language)
    layers = {name: (layer, schema_of(name)) for name, layer in job.layers.items()}
    layers |= {name: (_sample(name), schema) for name, schema in MORE.items()}
    frames = {name: read_named(name, layer, schema) for name, (layer, schema) in layers.items()}
    plain, office = frames["axes"], read_year()
    county = carry_out(_with_uplands(frames), step)
    axes, works = (pd.concat([frames[name], frames[f"upland_{name}"]], ignore_index=True) for name in ("axes", "works"))
    seen = (works, *county.products[1:-2], county.revision)
    tables = tables_beside(LAYERS_NAME, *county.products, works, language=language)
    with tempfile.TemporaryDirectory() as folder:
        given = {**office, "axes": plain, "towns": frames["towns"]}
        year = run_year(given, Path(folder) / "ledger.gpkg", step, rivers=county.rivers, language=language)
        beside = {**tables, **_compared(county, axes, language), **written_year(year, plain, language)}
        paths = hand_over(
            out,
            draw=lambda: rl.maps.show(county.joined, axes, *seen, language=language, title=job.title),
            write=lambda path: rl.export.to_geopackage(path, *county.products, works, language=language),
            beside=beside,
            step=step,
        )
    more = tuple(out / name for name in beside)
    return Delivery({**frames, **office}, Demo(county, year), *paths, more_paths=more, without_tables=not tables)


def _compared(county: County, axes: gpd.GeoDataFrame, language: Language) -> dict[str, Callable[[Path], Any]]:
    """The map that swipes between the lines of last year and of this one: its name → what writes it to a path."""
    zh = language == "zh"
    title = "清水县管理范围：上年与今年（样例）" if zh else "Extents of Qingshui: last year and this one (sample)"
    sides = [replace(each, faults=each.faults.iloc[:0]) for each in (county.before, county.joined)]
    name = "对比图.html" if zh else "change.html"
    return {name: lambda path: rl.maps.save(rl.maps.show_change(*sides, axes, language=language, title=title), path)}


def _sample(name: str) -> Layer:
    return Layer(samples.path("清水县.gpkg"), name)


def _with_uplands(frames: Frames) -> dict[str, gpd.GeoDataFrame]:
    """The layers of the whole county: its plain and its hills, whose stream has no official line but stand-ins."""
    file = samples.path("清水县.gpkg")
    there = {name: gpd.read_file(file, layer=name) for name in _LADDER}
    stand = rl.find_stand_ins(frames["upland_axes"], within_m=_REACH_M, **there)
    more = {"axes": frames["upland_axes"], "works": frames["upland_works"], "water": frames["reservoirs"]}
    more |= {"bank_tops": stand, "old_bank_tops": stand, "waterside": frames["upland_waterside"]}
    return {**frames, **{name: pd.concat([frames[name], own], ignore_index=True) for name, own in more.items()}}


def carry_out(frames: Frames, step: Callable[[str, str], None]) -> County:
    """Make every product of the county.

    Parameters
    ----------
    frames
        The layers of the samples by name.
    step
        Told what comes next.
    """
    axes, works, towns = (frames[name] for name in ("axes", "works", "towns"))
    drawn = _demarcated(frames, step)
    step("合并全县管理范围", "join the ranges of the county")
    joined = drawn.joined(drawn.rivers, axes)
    step("布设界桩与公告牌", "place stakes and boards")
    around = {"axes": axes, "admin": towns, "structures": works}
    around |= {name: frames[name] for name in ("settings", "landmarks")}
    stakes = rl.place_stakes(joined, existing=frames["old_stakes"], **around)
    boards = rl.place_boards(joined, **around)
    step("编制岸线规划", "plan the shoreline")
    shore = {name: frames[name] for name in ("waterside", "uses", "sensitive", "axes")}
    # The plan sums up by county, of which the towns are parts.
    plan = rl.plan_shoreline(joined, admin=towns.assign(county="清水县", city="清水市"), **shore)
    step("确权", "confirm titles")
    titles = rl.confirm(joined, frames["parcels"], land_classes=frames["land_classes"], axes=axes, admin=towns)
    step("成果质检", "check the delivery")
    known = {name: frames[name] for name in ("axes", "water", "levees")}
    inspection = rl.inspect(
        joined,
        stakes=stakes,
        boards=boards,
        holdings=titles.holdings,
        zones=plan.zones,
        shorelines=plan.lines,
        bridges=works[works["kind"] == "bridge"],
        **known,
    )
    step("与上年成果对比", "compare with the year before")
    before = drawn.joined(drawn.before, axes)
    revision = rl.compare(before, joined, parcels=frames["parcels"])
    ranges = (drawn.rivers, drawn.lakes, drawn.works, before, joined)
    return County(*ranges, stakes, boards, plan, titles, inspection, revision)


def _demarcated(frames: Frames, step: Callable[[str, str], None]) -> _Ranges:
    """Rivers by the rules of the province; lakes, reservoirs and works by those of the county, then the province."""
    axes, water, works = (frames[name] for name in ("axes", "water", "works"))
    rules, terrain = rl.load_rules("anhui"), samples.path("白石溪地形.tif")
    own = rl.load_rules(samples.path(RULES))
    known = {name: frames[name] for name in ("levees", "flood_levels", "water")}
    step("检查图层", "check the layers")
    main = {"axes": axes, "bank_tops": frames["bank_tops"], **known}
    checked = [rl.check(frame, schema_of(name)) for name, frame in main.items()]
    step("划定河道管理范围", "demarcate the rivers")
    rivers = rl.demarcate(axes, rules, bank_tops=frames["bank_tops"], terrain=terrain, **known)
    rivers = replace(rivers, faults=rl.faults.combine([*checked, rivers.faults], crs=axes.crs))
    before = rl.demarcate(axes, rules, bank_tops=frames["old_bank_tops"], terrain=terrain, **known)
    step("划定湖库与工程管理范围", "demarcate the lakes, the reservoir and the works")
    edges = {"levees": frames["lake_levees"], "lines": frames["reservoir_lines"]}
    lakes = rl.demarcate_waters(water, own, axes=axes, **edges)
    # Bridges and wharves are what others build in a river's range: they have none of their own.
    drawn = rl.demarcate_works(works[~works["kind"].isin(["bridge", "wharf"])], own, axes=axes)
    return _Ranges(rivers, lakes, drawn, before)
