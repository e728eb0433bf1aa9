"""Inspecting and comparing what ``riverline demarcate`` wrote: read, call, map, layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import riverline as rl
from riverline.cli.jobs.drawn import read_drawn, read_told
from riverline.cli.jobs.handover import MAP_NAME, Delivery, hand_over, require_folder
from riverline.cli.jobs.office import tables_beside

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from riverline.cli.jobs.steps import Layer
    from riverline.inspection import Inspection
    from riverline.revision import Revision
    from riverline.schema import Language, Schema

__all__ = ["BESIDE", "CompareJob", "InspectJob", "compare_files", "inspect_file"]

INSPECTION_NAME, REVISION_NAME = "质检.gpkg", "修订.gpkg"
BESIDE: dict[str, Schema] = {
    "stakes": rl.schema.STAKES,
    "boards": rl.schema.BOARDS,
    "holdings": rl.schema.HOLDINGS,
    "axes": rl.schema.AXES,
    "water": rl.schema.WATER,
    "levees": rl.schema.LEVEES,
    "bridges": rl.schema.WORKS,
    "settings": rl.schema.SETTINGS,
    "zones": rl.schema.ZONES,
    "shorelines": rl.schema.SHORELINES,
}


@dataclass(frozen=True, slots=True)
class InspectJob:
    """From the layers of a demarcation to its checks; ``layers`` names inputs by the verb's arguments."""

    lines: Path
    layers: Mapping[str, Layer]
    rules: str
    out: Path
    checks: Path | None = None
    on: str | None = None
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class CompareJob:
    """From the layers of two demarcations to what changed.

    ``layers`` may hold ``parcels``, and pairs such as ``old_stakes`` and ``new_stakes``, by the verb's arguments.
    """

    old: Path
    new: Path
    out: Path
    layers: Mapping[str, Layer]
    tolerance_m: float = 0.1
    language: Language = "zh"


def inspect_file(job: InspectJob) -> Delivery:
    """Do the job; the files appear together at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    require_folder(job.out)
    inputs = {name: layer.read(BESIDE[name]) for name, layer in job.layers.items()}
    drawn = read_drawn(job.lines, job.rules, on=job.on)
    inspection = rl.inspect(drawn, rules=rl.load_checks(job.checks), **inputs)
    title = "成果质检" if job.language == "zh" else "Checks before delivery"
    seen = [inputs[name] for name in ("axes", "stakes", "boards") if name in inputs]
    shown = (drawn.lines, drawn.extents, *seen, inspection)
    read = {"management_lines": drawn.lines, "extents": drawn.extents, **inputs}
    return _write(job.out, INSPECTION_NAME, shown, inspection, title, job.language, read)


def compare_files(job: CompareJob) -> Delivery:
    """Do the job; the files appear together at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    require_folder(job.out)
    old, new = (read_told(path) for path in (job.old, job.new))
    parcels = job.layers["parcels"].read(rl.schema.PARCELS) if "parcels" in job.layers else None
    stakes, holdings = (_pair(job.layers, name) for name in ("stakes", "holdings"))
    revision = rl.compare(old, new, stakes=stakes, holdings=holdings, parcels=parcels, tolerance_m=job.tolerance_m)
    title = "界线修订对比" if job.language == "zh" else "Revision of the lines"
    read = {"management_lines": new.lines} | ({} if parcels is None else {"parcels": parcels})
    return _write(job.out, REVISION_NAME, (new.extents, revision), revision, title, job.language, read)


def _pair(layers: Mapping[str, Layer], name: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame] | None:
    """A layer as it was before and as it is after, where both were given."""
    if f"old_{name}" not in layers:
        return None
    before, after = (layers[f"{age}_{name}"].read(BESIDE[name]) for age in ("old", "new"))
    return before, after


def _write(
    out: Path,
    name: str,
    shown: tuple[Any, ...],
    result: Inspection | Revision,
    title: str,
    language: Language,
    read: Mapping[str, gpd.GeoDataFrame],
) -> Delivery:
    beside = tables_beside(name, result, language=language)
    paths = hand_over(
        out,
        draw=lambda: rl.maps.show(*shown, language=language, title=title),
        write=lambda path: rl.export.to_geopackage(path, result, language=language),
        names=(MAP_NAME, name),
        beside=beside,
    )
    more = tuple(out / each for each in beside)
    return Delivery(read, result, *paths, more_paths=more, without_tables=not beside)
