"""Stakes and boards from the layers that ``riverline demarcate`` wrote: read, place, map, layers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyogrio

import riverline as rl
from riverline import provenance
from riverline.cli.steps import MAP_NAME, Layer, existing, publish, read_named, require_folder
from riverline.demarcation.stakes.existing import EXISTING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from riverline.rules import RuleSet
    from riverline.schema import Language, Schema

__all__ = ["StakeDelivery", "StakeJob", "layer_of", "place", "require_same_rules"]

STAKES_NAME = "界桩.gpkg"
AROUND: dict[str, Schema] = {
    "admin": rl.schema.ADMIN,
    "structures": rl.schema.WORKS,
    "existing": EXISTING,
    "existing_boards": EXISTING,
    "settings": rl.schema.SETTINGS,
    "axes": rl.schema.AXES,
    "breaks": rl.schema.CHAINAGE_BREAKS,
}


@dataclass(frozen=True, slots=True)
class StakeJob:
    """From the layers of a demarcation to its stakes and boards; ``layers`` names inputs by the verb's arguments."""

    lines: Path
    layers: Mapping[str, Layer]
    rules: str
    out: Path
    on: str | None = None
    role: Literal["mark", "define"] = "mark"
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class StakeDelivery:
    """What was placed, what to look at, and the files."""

    inputs: Mapping[str, gpd.GeoDataFrame]
    stakes: gpd.GeoDataFrame
    boards: gpd.GeoDataFrame
    faults: gpd.GeoDataFrame
    map_path: Path
    layers_path: Path


def place(job: StakeJob) -> StakeDelivery:
    """Do the job; the files appear together at its end, or not at all.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong.
    """
    require_folder(job.out)
    inputs = {name: read_named(name, layer, AROUND[name]) for name, layer in job.layers.items()}
    lines, extents = (layer_of(job.lines, schema) for schema in (rl.schema.MANAGEMENT_LINES, rl.schema.EXTENTS))
    rules = rl.load_rules(job.rules, on=job.on)
    require_same_rules(extents, rules)
    told = {"management_lines": provenance.describe_input(lines)}
    told |= {name: provenance.describe_input(frame) for name, frame in inputs.items()}
    run = provenance.Run(rl.__version__, rules.digest, told, lines.crs.to_string())
    drawn = rl.Demarcation(lines, extents, rl.schema.FAULTS.empty(lines.crs), rules, run)
    around = {name: frame for name, frame in inputs.items() if not name.startswith("existing")}
    stakes = rl.place_stakes(drawn, role=job.role, existing=inputs.get("existing"), **around)
    boards = rl.place_boards(drawn, existing=inputs.get("existing_boards"), **around)
    faults = rl.check_stakes(stakes, drawn, structures=inputs.get("structures"))
    placed = rl.Demarcation(lines, extents, faults, rules, run)
    title = "界桩与公告牌" if job.language == "zh" else "Stakes and notice boards"
    with tempfile.TemporaryDirectory(dir=existing(job.out), prefix=".riverline-") as folder:
        page = rl.maps.show(placed, stakes, boards, language=job.language, title=title)
        drafts = [rl.maps.save(page, Path(folder) / MAP_NAME)]
        file = Path(folder) / STAKES_NAME
        drafts.append(rl.export.to_geopackage(file, placed, stakes, boards, language=job.language))
        map_path, layers_path = publish(drafts, job.out)
    read = {"management_lines": lines, "extents": extents, **inputs}
    return StakeDelivery(read, stakes, boards, faults, map_path, layers_path)


def layer_of(path: Path, schema: Schema) -> gpd.GeoDataFrame:
    """One layer of a result file, by the Chinese or the English name that the export gives it."""
    names = _names(path)
    layer = next((name for name in (schema.label_zh, schema.name) if name in names), None)
    if layer is None:
        there = ", ".join(names) or "-"
        raise rl.JobError(
            f"{path.name} 中没有图层 {schema.label_zh}（现有：{there}）；应为 riverline demarcate 写出的 成果.gpkg",
            f"{path.name} has no layer {schema.name} (there are: {there}); give what riverline demarcate wrote",
        )
    return rl.read_layer(path, schema, layer=layer)


def _names(path: Path) -> list[str]:
    if not path.exists():
        raise rl.ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    try:
        return [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise rl.ReadError(f"无法读取 {path.name}：{error}", f"cannot read {path.name}: {error}") from error


def require_same_rules(extents: gpd.GeoDataFrame, rules: RuleSet) -> None:
    """Raise where the lines were drawn by another rule set, or another version of it."""
    drawn_by = sorted(set(extents["version"]) - {rules.digest})
    if drawn_by:
        other = ", ".join(f"{name} {each[:12]}" for each in drawn_by for name in _names_of(extents, each))
        raise rl.JobError(
            f"界线由另一规则集划定（{other}），不是 {rules.name} {rules.digest[:12]}；请用同一规则集，或重新划界",
            f"the lines were drawn by {other}, not by {rules.name} {rules.digest[:12]}; use the same rule set, or "
            "draw them again",
        )


def _names_of(extents: gpd.GeoDataFrame, version: str) -> list[str]:
    return sorted(set(extents["rules"][extents["version"] == version]))
