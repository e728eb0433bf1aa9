"""What ``riverline demarcate`` needs, made from less: axes from water polygons, bank tops from axes and widths."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

import riverline as rl
from riverline.channel import check_traced
from riverline.cli.jobs.handover import Steps, require_folder
from riverline.cli.jobs.steps import read_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from riverline.cli.jobs.handover import Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language, Schema

__all__ = ["BankJob", "Prepared", "TraceJob", "estimate", "trace"]

# Points that say where rivers begin are no layer of the data dictionary; their key is the number of the row.
_COLUMNS = (
    rl.schema.Column("point_id", "text", "点编码", "Point code", "DBM", "Number of the point."),
    rl.schema.Column("river_id", "text", "河流编码", "River code", "HLBM", "River that begins here.", optional=True),
)
UPSTREAM = rl.schema.Schema("upstream", "上游端点", "Upstream ends", "point_id", ("Point",), _COLUMNS, "Upstream ends.")
_ZONES = {rl.geodesy.zone_crs(number): number for number in range(25, 46)}


@dataclass(frozen=True, slots=True)
class TraceJob:
    """From water polygons to axes."""

    water: Layer
    out: Path
    upstream: Layer | None = None
    smooth_widths: float = 4.0
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class BankJob:
    """From axes to estimated bank tops; ``width_m`` is for the axes that state none."""

    axes: Layer
    out: Path
    width_m: float | None = None
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was read and made, the file, and the commands that go on from it, with what each of them does."""

    inputs: Mapping[str, gpd.GeoDataFrame]
    axes: gpd.GeoDataFrame
    bank_tops: gpd.GeoDataFrame | None
    faults: gpd.GeoDataFrame
    path: Path
    following: tuple[tuple[str, str, str], ...]


def trace(job: TraceJob, tell: Callable[[Step], None]) -> Prepared:
    """Read the water, trace the axis of each river, write axes, water and faults; the file appears at the end or not.

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
    _require_file(job.out)
    step = Steps(tell, 4)
    step("读取水域", "read the water")
    water = read_named("water", job.water, rl.schema.WATER)
    inputs = {"water": water}
    upstream = None
    if job.upstream is not None:
        upstream = inputs["upstream"] = _sources(job.upstream)
    water, unnamed = _own_rivers(water)
    step("检查水域", "check the water")
    checked = rl.check(water, rl.schema.WATER)
    step("求中心线", "trace the axes")
    axes = _zone_by_zone(water, lambda part: rl.trace_axis(part, upstream=upstream, smooth_widths=job.smooth_widths))
    faults = rl.faults.combine([checked, unnamed, check_traced(axes)], crs=axes.crs)
    drawn = axes[axes["untraced"] == ""].drop(columns="untraced").reset_index(drop=True)
    areas = water[water.geom_type.isin(rl.schema.WATER.geometry)].reset_index(drop=True)
    areas = areas if areas.crs == axes.crs else rl.geodesy.to_metric(areas, crs=axes.crs)
    step("输出图层", "write the layers")
    path = _write(job.out, drawn, areas, faults, language=job.language)
    lines, surface = (_layer(path, schema, job.language) for schema in (rl.schema.AXES, rl.schema.WATER))
    following = (
        ("以水边线划界", "draw along the water's edge", _demarcate(drawn, lines, "--water", surface)),
        (
            "或由平均河宽推定岸顶线",
            "or estimate bank tops from the mean width",
            f"riverline banks {lines} --out {_beside(path, '岸顶线.gpkg')}",
        ),
    )
    return Prepared(inputs, drawn, None, faults, path, following if len(drawn) else ())


def estimate(job: BankJob, tell: Callable[[Step], None]) -> Prepared:
    """Read axes, estimate bank tops, write axes, bank tops and faults; the file appears at the end or not.

    Parameters
    ----------
    job
        What to do.
    tell
        Called with each step before it runs.

    Raises
    ------
    RiverlineError
        If anything about the call is wrong, or no axis has a width.
    """
    _require_file(job.out)
    step = Steps(tell, 4)
    step("读取河道中心线", "read the axes")
    axes = read_named("axes", job.axes, rl.schema.AXES)
    wide = _with_width(axes, job.width_m)
    step("检查河道中心线", "check the axes")
    checked = rl.check(axes, rl.schema.AXES)
    # What is closed is no river's course: the check says so, and demarcate would not draw it.
    usable = axes[wide & ~axes.geometry.is_closed].reset_index(drop=True)
    step("推定岸顶线", "estimate bank tops")
    tops = _zone_by_zone(usable, lambda part: rl.estimate_bank_tops(part, width_m=job.width_m))
    rest = axes[~wide]
    missing = rl.faults.found("width-missing", layer="axes", feature_id=rest["river_id"].tolist(),
                              geometry=rest.geometry.tolist(), crs=axes.crs)  # fmt: skip
    faults = rl.faults.combine([checked, missing], crs=axes.crs)
    step("输出图层", "write the layers")
    path = _write(job.out, axes, tops, faults, language=job.language)
    lines, banks = (_layer(path, schema, job.language) for schema in (rl.schema.AXES, rl.schema.BANK_TOPS))
    following = (("划界", "demarcate", _demarcate(axes, lines, "--bank-tops", banks)),)
    return Prepared({"axes": axes}, axes, tops, faults, path, following if len(tops) else ())


def _with_width(axes: gpd.GeoDataFrame, width_m: float | None) -> pd.Series:
    """Which axes have a width, their own or one for all; an error where none has."""
    stated = axes["width_m"] > 0 if "width_m" in axes else pd.Series(data=False, index=axes.index)
    if width_m is not None:
        return stated | True
    if len(axes) and not stated.any():
        raise rl.JobError(
            f"{len(axes)} 条中心线都没有河宽；请用 --width 20 写明通用河宽（米），或补填 width_m 字段",
            f"none of {len(axes)} axes has a width; give one for all in metres, --width 20, or fill in width_m",
        )
    return stated


def _sources(layer: Layer) -> gpd.GeoDataFrame:
    """Points at upstream ends; where no river is named, each axis takes the nearest."""
    numbered = replace(layer, values={"point_id": "{row}", **(layer.values or {})})  # noqa: PD011 - a field of ours
    points = read_named("upstream", numbered, UPSTREAM)
    return points.drop(columns="river_id") if "river_id" in points and points["river_id"].isna().all() else points


def _own_rivers(water: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Water that names no river as a river of its own, under its own code; and a note for each."""
    blank = water["river_id"].isna() | (water["river_id"].astype("str").str.strip() == "")
    rows = water[blank]
    told = rl.faults.found("river-unnamed", layer="water", feature_id=rows["water_id"].tolist(),
                           geometry=rows.geometry.tolist(), crs=water.crs)  # fmt: skip
    return water.assign(river_id=water["river_id"].where(~blank, water["water_id"])), told


def _zone_by_zone(frame: gpd.GeoDataFrame, work: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Work done in metres, each river in the plane of its own zone; in the frame's degrees again if there are several.

    A country in one plane would stretch widths by metres.
    """
    codes = pd.Series(dtype="str") if frame.crs.is_projected else _zones_of(frame)
    if codes.nunique() < 2:  # noqa: PLR2004 - one zone
        return work(rl.geodesy.to_metric(frame))
    parts = [
        work(rl.geodesy.to_metric(frame[codes == code].reset_index(drop=True), crs=code)).to_crs(frame.crs)
        for code in sorted(codes.unique())
    ]
    together = pd.concat(parts, ignore_index=True)
    return gpd.GeoDataFrame(together.sort_values("river_id", kind="stable", ignore_index=True), crs=frame.crs)


def _zones_of(frame: gpd.GeoDataFrame) -> pd.Series:
    """The zone of each feature: that of the first of its river, so that a river stays in one plane."""
    own = rl.geodesy.zone_of(frame)
    of_river = own.groupby(frame["river_id"]).transform("first").fillna(own)
    return of_river.fillna(of_river.min()) if of_river.notna().any() else of_river


def _require_file(out: Path) -> None:
    if out.suffix.lower() != ".gpkg":
        raise rl.JobError(
            f"--out 应为 .gpkg 文件，实际为 {out.name}", f"--out has to be a file named .gpkg, got {out.name}"
        )
    require_folder(out.absolute().parent)


def _write(out: Path, *frames: gpd.GeoDataFrame, language: Language) -> Path:
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    return rl.export.to_geopackage(out, *frames, language=language)


def _layer(path: Path, schema: Schema, language: Language) -> str:
    """``FILE::LAYER`` as it may be typed into a shell."""
    return shlex.quote(f"{path}::{schema.label_zh if language == 'zh' else schema.name}")


def _beside(path: Path, name: str) -> str:
    return shlex.quote(str(path.with_name(name)))


def _demarcate(axes: gpd.GeoDataFrame, lines: str, option: str, layer: str) -> str:
    """The command that goes on: once, or once for each zone that the axes lie in."""
    command = f"riverline demarcate {lines} {option} {layer} --rules national"
    numbers = [] if axes.crs.is_projected else list(_numbers(axes))
    if len(numbers) < 2:  # noqa: PLR2004 - one zone
        return f"{command} --out 划界成果"
    return f"for z in {' '.join(numbers)}; do {command} --zone $z --out 划界成果/$z; done"


def _numbers(axes: gpd.GeoDataFrame) -> Iterator[str]:
    return (str(_ZONES[code]) for code in sorted(rl.geodesy.zone_of(axes).dropna().unique()) if code in _ZONES)
