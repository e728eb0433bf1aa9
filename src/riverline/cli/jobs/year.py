"""The river-chief office's year of the invented county: ledger, hotspots, patrols, outfalls and scores, as steps."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

import riverline as rl
from riverline import samples
from riverline.cli.jobs.steps import Layer, read_named
from riverline.hotspots import describe_hotspots, rank_reaches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from riverline.schema import Language

    Frames = Mapping[str, gpd.GeoDataFrame]

__all__ = ["STEPS", "Year", "read_year", "run_year", "written_year"]

STEPS = 4
"""Steps that :func:`run_year` tells."""

_OFFICE, _TRACKS, _PHONE = "清水县河长制.gpkg", "巡河轨迹.csv", ("马得闲.gpx", "马得闲", "village")
_LAST, _SINCE, _PERIOD = "2025-12-31", "2025-10-01", "2025Q4"
# Axes of tributaries end at the main river's bank: as far from its axis as that is wide.
_SNAP_M = 250.0
_NAMES = {
    "zh": ("河长制图.html", "热点图.html", "巡河图.html", "台账图.html", "河长制成果.gpkg", "台账.gpkg"),
    "en": ("office.html", "hotspots.html", "patrols.html", "ledger.html", "office.gpkg", "ledger.gpkg"),
}
_TITLES = {
    "zh": ("清水县河长制（样例）", "清水县四乱热点（样例）", "清水县巡河（样例）", "清水县整改台账（样例）"),
    "en": (
        "River-chief office of Qingshui (sample)",
        "Hotspots of Qingshui (sample)",
        "Patrols of Qingshui (sample)",
        "Ledger of Qingshui (sample)",
    ),
}
_READ = {
    "chiefs": rl.schema.CHIEFS,
    "duties": rl.schema.DUTIES,
    "patrol_warnings": rl.schema.PATROL_WARNINGS,
    "outfalls": rl.schema.OUTFALLS,
    "water_sections": rl.schema.WATER_SECTIONS,
    "intakes": rl.schema.INTAKES,
}


@dataclass(frozen=True, slots=True)
class Year:
    """What an office has at the end of its year.

    ``problems`` are as they stood on the last day, ``faults`` what was wrong with them, from their places to their
    events; ``ranks`` are the reaches of village chiefs.
    """

    ledger: rl.Ledger
    problems: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    sums: pd.DataFrame
    rebounds: rl.Rebounds
    spots: rl.Hotspots
    ranks: pd.DataFrame
    patrols: rl.Patrols
    inventory: rl.OutfallInventory
    scores: rl.Assessment


def read_year() -> dict[str, gpd.GeoDataFrame]:
    """The layers and tables of the office that ship, by name."""
    path = samples.path(_OFFICE)
    frames = {name: read_named(name, Layer(path, name), schema) for name, schema in _READ.items()}
    given = Layer(path, "problems", values={"status": "found"})
    frames["office_problems"] = read_named("problems", given, rl.schema.PROBLEMS)
    return frames


def run_year(
    frames: Frames, ledger_path: Path, step: Callable[[str, str], None], *, rivers: rl.Demarcation, language: Language
) -> Year:
    """Take the problems, record what was done, find where they concentrate, measure the patrols, score the chiefs.

    Parameters
    ----------
    frames
        Of :func:`read_year`, with ``axes`` and ``towns``.
    ledger_path
        Where the ledger is made.
    step
        Told what comes next.
    rivers
        Whose extents say which river a problem belongs to.
    language
        Of reasons and titles.
    """
    axes, chiefs = frames["axes"], frames["chiefs"]
    step("收入整改台账", "take the problems into the ledger")
    ledger, told = _ledger(frames, ledger_path, rivers)
    problems = ledger.problems(on=_LAST)
    step("查找热点", "find hotspots")
    spots = describe_hotspots(rl.find_hotspots(problems, axes, on=_LAST), language)
    step("核查巡河", "measure the patrols")
    dues = {"duties": frames["duties"], "warnings": frames["patrol_warnings"], "since": _SINCE, "until": _LAST}
    patrols = rl.measure_patrols(_tracks(), axes, language=language, **dues)
    step("排污口与考核", "place the outfalls and score the chiefs")
    inventory = rl.place_outfalls(
        frames["outfalls"], axes, sections=frames["water_sections"], intakes=frames["intakes"], snap_m=_SNAP_M
    )
    period: dict[str, Any] = {"since": _SINCE, "until": _LAST, "period": _PERIOD}
    values = rl.gather_indicators(by="chief", ledger=ledger, patrols=patrols, **period)
    sheet = rl.rules.load_score_rules(samples.path("清水县考核办法.toml"))
    return Year(
        ledger=ledger,
        problems=problems,
        faults=rl.faults.combine(told, crs=axes.crs),
        sums=ledger.statistics(on=_LAST),
        rebounds=ledger.rebounds(on=_LAST),
        spots=spots,
        ranks=rank_reaches(spots, by="chief_village", chiefs=chiefs),
        patrols=patrols,
        inventory=inventory,
        scores=rl.assess(values, rules=sheet, language=language),
    )


def _ledger(frames: Frames, path: Path, rivers: rl.Demarcation) -> tuple[rl.Ledger, list[gpd.GeoDataFrame]]:
    """The ledger with problems, events and suspects, and what was wrong with each."""
    axes = frames["axes"]
    known = {"segments": rl.split_axes(axes, length_m=500), "admin": frames["towns"], "chiefs": frames["chiefs"]}
    events, suspects = (gpd.read_file(samples.path(_OFFICE), layer=name) for name in ("events", "suspects"))
    placed = [rl.attach(each, axes, extents=rivers.extents, **known) for each in (frames["office_problems"], suspects)]
    ledger = rl.Ledger.open(path)
    taken = ledger.take(placed[0].problems, source="巡河", on=_LAST)
    recorded = ledger.record_all(events)
    seen = ledger.take(placed[1].problems, source="遥感2025Q3", on=_LAST)
    return ledger, [placed[0].faults, placed[1].faults, taken.faults, recorded.faults, seen.faults]


def _tracks() -> gpd.GeoDataFrame:
    file, who, level = _PHONE
    every = rl.read_tracks(samples.path(_TRACKS))
    phone = rl.read_tracks(samples.path(file), patroller=who, level=level)
    return pd.concat([every, rl.geodesy.align(phone, every.crs, layer="tracks")], ignore_index=True)


def written_year(year: Year, axes: gpd.GeoDataFrame, language: Language) -> dict[str, Callable[[Path], Any]]:
    """The files of the year: name → what writes it to a path.

    Parameters
    ----------
    year
        What was made.
    axes
        The rivers.
    language
        Of map and layers, and of the names of the files.
    """
    page, hot, walked, book, layers, ledger = _NAMES[language]
    heads: list[dict[str, Any]] = [{"language": language, "title": title} for title in _TITLES[language]]
    gaps = year.patrols.gaps[year.patrols.gaps["level"] == "village"]
    shown = (axes, year.spots, gaps, year.inventory.reaches, year.inventory.outfalls, year.rebounds.rows)
    made = (year.spots, year.ranks, year.patrols, year.inventory, year.scores, year.faults, year.rebounds, year.sums)
    return {
        page: lambda path: rl.maps.save(rl.maps.show(*shown, **heads[0]), path),
        hot: lambda path: rl.maps.save(rl.maps.show_hotspots(year.spots, axes, year.problems, **heads[1]), path),
        walked: lambda path: rl.maps.save(rl.maps.show_patrols(year.patrols, axes, **heads[2]), path),
        book: lambda path: rl.maps.save(rl.maps.show_ledger(year.ledger, axes, **heads[3]), path),
        layers: lambda path: rl.export.to_geopackage(path, *made, language=language),
        ledger: lambda path: shutil.copyfile(year.ledger.path, path),
    }
