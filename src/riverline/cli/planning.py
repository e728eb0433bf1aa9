"""The job behind ``riverline shoreline`` as steps: read what demarcate wrote, plan, map, layers."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

import riverline as rl
from riverline import provenance
from riverline.cli.steps import MAP_NAME, Step, existing, publish, require_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from riverline.cli.steps import Layer
    from riverline.rules import RuleSet
    from riverline.schema import Language, Schema
    from riverline.shoreline import ShorelinePlan

__all__ = ["PlanDelivery", "PlanJob", "carry_out"]

LAYERS_NAME = "岸线规划.gpkg"


@dataclass(frozen=True, slots=True)
class PlanJob:
    """From the layers of a demarcation to its shoreline plan.

    ``layers`` names the inputs by the argument of :func:`riverline.plan_shoreline`; ``water`` stands for a waterside
    that comes as the water itself. An empty ``rules`` is the rule set that the file names.
    """

    drawn: Path
    layers: Mapping[str, Layer]
    out: Path
    rules: str = ""
    on: str | None = None
    zone_rules: str = "national"
    profile: str | None = None
    language: Language = "zh"
    title: str = ""


@dataclass(frozen=True, slots=True)
class PlanDelivery:
    """What the job read and made, and its files."""

    inputs: Mapping[str, gpd.GeoDataFrame]
    result: ShorelinePlan
    map_path: Path
    layers_path: Path


def carry_out(job: PlanJob, tell: Callable[[Step], None]) -> PlanDelivery:
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
    total = len(job.layers) + 4

    def step(number: int, zh: str, en: str) -> None:
        tell(Step(number, total, zh, en))

    require_folder(job.out)
    zone_rules = rl.rules.load_zone_rules(job.zone_rules, on=job.on)
    if job.profile is not None:
        rl.export.load_profile(job.profile)  # a name that does not exist is told before the work begins
    step(1, "读取划界成果", "read the demarcation")
    drawn = _demarcation(job)
    frames = {}
    for number, (name, layer) in enumerate(job.layers.items(), 2):
        schema = _schema(name)
        step(number, f"读取{schema.label_zh}", f"read {schema.label_en}")
        frames[name] = layer.read(schema)
    step(total - 2, "编制岸线规划", "plan the shoreline")
    checked = [rl.check(frame, _schema(name)) for name, frame in frames.items() if name not in {"admin", "axes"}]
    given = {"waterside" if name == "water" else name: frame for name, frame in frames.items()}
    plan = rl.plan_shoreline(drawn, rules=zone_rules, **given)
    plan = replace(plan, faults=rl.faults.combine([*checked, plan.faults], crs=plan.lines.crs))
    with tempfile.TemporaryDirectory(dir=existing(job.out), prefix=".riverline-") as folder:
        step(total - 1, "输出离线地图", "write the offline map")
        known = [frame for name, frame in frames.items() if name != "admin"]
        named = {_schema(name).label(job.language): frame for name, frame in frames.items() if name == "admin"}
        page = rl.maps.show(plan, *known, language=job.language, title=job.title, **named)
        drafts = [rl.maps.save(page, Path(folder) / MAP_NAME)]
        step(total, "输出成果图层", "write the layers")
        file = Path(folder) / LAYERS_NAME
        drafts.append(rl.export.to_geopackage(file, plan, language=job.language, profile=job.profile))
        map_path, layers_path = publish(drafts, job.out)
    inputs = {"management_lines": drawn.lines, **frames}
    return PlanDelivery(inputs, plan, map_path, layers_path)


def _schema(name: str) -> Schema:
    """The schema of an input; counties have one that only names them."""
    if name != "admin":
        return rl.schema.FRAMES[name]
    label = rl.schema.Column("name", "text", "县（区）名称", "Name of the county", "XQ", "Name of the county.")
    return rl.schema.Schema("admin", "县（区）", "Counties", "name", ("Polygon", "MultiPolygon"), (label,), "Counties.")


def _demarcation(job: PlanJob) -> rl.Demarcation:
    """The lines and extents of a file that ``riverline demarcate`` wrote, with the rule set that drew them."""
    lines, extents = (_layer_of(job.drawn, schema) for schema in (rl.schema.MANAGEMENT_LINES, rl.schema.EXTENTS))
    rules = rl.load_rules(job.rules, on=job.on) if job.rules else _drawn_by(extents, job.on)
    other = sorted({f"{row.rules} {row.version[:12]}" for row in extents.itertuples() if row.version != rules.digest})
    if other:
        told = ", ".join(other)
        raise rl.JobError(
            f"界线由另一规则集划定（{told}），不是 {rules.name} {rules.digest[:12]}；请用 --rules、--on 指定同一规则集",
            f"the lines were drawn by {told}, not by {rules.name} {rules.digest[:12]}; name that with --rules and --on",
        )
    told_of = {"management_lines": provenance.describe_input(lines)}
    run = provenance.Run(rl.__version__, rules.digest, told_of, lines.crs.to_string())
    return rl.Demarcation(lines, extents, rl.schema.FAULTS.empty(lines.crs), rules, run)


def _drawn_by(extents: gpd.GeoDataFrame, on: str | None) -> RuleSet:
    """The rule set that extents were drawn by: of those that the rows name, for one may have stood in, that version."""
    named = sorted({name for row in extents["rules"].dropna() for name in str(row).split(", ")})
    loaded = [rl.load_rules(name, on=on) for name in named or ["national"]]
    return next((each for each in loaded if each.digest in set(extents["version"])), loaded[0])


def _layer_of(path: Path, schema: Schema) -> gpd.GeoDataFrame:
    """One layer of a result file, by the Chinese or the English name that the export gives it."""
    if not path.exists():
        raise rl.ReadError(f"找不到文件 {path.name}", f"there is no file {path.name}")
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise rl.ReadError(f"无法读取 {path.name}：{error}", f"cannot read {path.name}: {error}") from error
    layer = next((name for name in (schema.label_zh, schema.name) if name in names), None)
    if layer is None:
        there = ", ".join(names) or "-"
        raise rl.JobError(
            f"{path.name} 中没有图层 {schema.label_zh}（现有：{there}）；应为 riverline demarcate 写出的 成果.gpkg",
            f"{path.name} has no layer {schema.name} (there are: {there}); give what riverline demarcate wrote",
        )
    return rl.read_layer(path, schema, layer=layer)
