"""The subcommand ``riverline waterlines``: one image, its waterlines as layers and map, and its water mask if asked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riverline.cli.options import (
    CRSOption,
    EncodingOption,
    LanguageOption,
    OutOption,
    StrictOption,
    file_option,
    named_layers,
)
from riverline.cli.printing.telling import conclude, told, with_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.table import Table

    from riverline.cli.jobs.handover import Delivery, Step
    from riverline.cli.jobs.steps import Layer
    from riverline.schema import Language, Schema
    from riverline.shoreline import Waterlines

__all__ = ["WaterlineJob", "band_pairs", "carry_out", "waterlines"]

NAMES = {"zh": ("水边线.gpkg", "水体.tif"), "en": ("waterlines.gpkg", "water.tif")}
"""Layers and mask."""


@dataclass(frozen=True, slots=True)
class WaterlineJob:
    """From one image to its waterlines; ``reading`` are arguments of :func:`riverline.read_scene`."""

    scene: Path
    out: Path
    reading: Mapping[str, Any] = field(default_factory=dict)
    layers: Mapping[str, Layer] = field(default_factory=dict)
    index: str | None = None
    threshold: str | float = "edge"
    registration_m: float = 0.0
    shortest_m: float | None = None
    mask: bool = False
    language: Language = "zh"


def carry_out(job: WaterlineJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; the files appear together at its end, or not at all."""
    import riverline as rl
    from riverline.cli.jobs.handover import MAP_NAME, Delivery, Steps, hand_over, require_folder
    from riverline.cli.jobs.office import tables_beside
    from riverline.cli.jobs.steps import read_layers

    step = Steps(tell, len(job.layers) + 3)
    require_folder(job.out)
    frames = read_layers(job.layers, _schema, step)
    if "axes" in frames:
        frames["axes"] = rl.geodesy.to_metric(frames["axes"])
    step("提取水边线", "trace the waterlines")
    scene = rl.read_scene(job.scene, **job.reading)
    choices: dict[str, Any] = {"index": job.index, "threshold": job.threshold}
    traced = rl.trace_waterlines(
        scene, **choices, **frames, registration_m=job.registration_m, shortest_m=job.shortest_m
    )
    title = f"水边线 · {scene.name}" if job.language == "zh" else f"Waterlines · {scene.name}"
    drawn = [frames[name] for name in ("axes",) if name in frames]
    areas = {name: frame for name, frame in frames.items() if name != "axes"}
    layers_name, mask_name = NAMES[job.language]
    tables = tables_beside(layers_name, traced, language=job.language)
    masks = {mask_name: lambda path: rl.map_water(scene, **choices, **areas, path=path)} if job.mask else {}
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(traced, *drawn, scenes=scene, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, traced, language=job.language),
        names=(MAP_NAME, layers_name),
        beside={**tables, **masks},
        step=step,
    )
    more = tuple(job.out / name for name in (*tables, *masks))
    return Delivery(frames, traced, *paths, more_paths=more, scenes=(scene,), without_tables=not tables)


def _schema(name: str) -> Schema:
    """The schema of an input; of an extent and of bridges only the areas matter."""
    import riverline as rl

    if name == "axes":
        return rl.schema.AXES
    zh, en = ("范围", "Extent") if name == "extent" else ("桥梁", "Bridges")
    label = rl.schema.Column("name", "text", "名称", "Name", "MC", "Name; may be missing.", optional=True)
    return rl.schema.Schema(name, zh, en, "name", ("Polygon", "MultiPolygon"), (label,), "Areas.")


def _table(traced: Waterlines, language: Language) -> Table:
    """Lines by bank: how many, how long, how sure; and the threshold that drew them."""
    from riverline.cli.tables import add_row, table_of
    from riverline.schema import WATERLINES

    zh, threshold = language == "zh", traced.threshold
    parted = f"{'可分性' if zh else 'separability'} η {threshold.separability:.2f}"
    said = f"{threshold.index} > {threshold.value:.3f} ({threshold.method}), {parted}"
    if not math.isfinite(threshold.value):
        said = f"{threshold.index} ({threshold.method})"
    heads = (
        ("岸别", "条数", "长度（km）", "不确定度（m）") if zh else ("Bank", "Lines", "Length (km)", "Uncertainty (m)")
    )
    table = table_of(f"{WATERLINES.label(language)} · {said}", heads, right=(1, 2, 3), language=language)
    for bank, rows in traced.lines.groupby(traced.lines["bank"].fillna("")):
        label = WATERLINES["bank"].value_label(bank, language) or ("未分岸" if zh else "not told")
        length, unsure = rows["length_m"].sum() / 1000, rows["uncertainty_m"].median()
        add_row(table, label, len(rows), f"{length:.2f}", f"{unsure:.1f}")
    if traced.lines.empty:
        add_row(table, "无" if zh else "none", 0, "-", "-")
    return table


def waterlines(  # noqa: PLR0913 - one option a thing that a file may not say
    scene: Annotated[Path, typer.Argument(metavar="SCENE", help="影像或一景的文件夹 | image, or a product's folder")],
    *,
    sensor: Annotated[
        str | None, typer.Option(metavar="NAME", help="传感器：gf-1、sentinel-2、naip、rgbn … | sensor")
    ] = None,
    band: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=N", help="波段，可写多次，例 green=2 nir=4 | bands, may be repeated"),
    ] = None,
    mask_band: Annotated[
        str | None, typer.Option(metavar="KIND=N", help="云掩膜：fmask=8、qa_pixel=文件 | cloud mask: band or file")
    ] = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="拍摄日期 | day it was taken")] = None,
    scale: Annotated[float | None, typer.Option(metavar="K", help="反射率系数 | factor to reflectance")] = None,
    index: Annotated[
        str | None, typer.Option(metavar="NAME", help="水体指数：mndwi、ndwi、awei_sh … | water index")
    ] = None,
    threshold: Annotated[
        str,
        typer.Option(metavar="NAME|NUMBER", help="阈值：edge、half、otsu、local、zero 等，或数值 | threshold"),
    ] = "edge",
    axes: Annotated[str | None, file_option("河道中心线，用于岸别 | river axes, to name banks")] = None,
    extent: Annotated[str | None, file_option("管理范围，只看其内 | extents: look inside only")] = None,
    bridges: Annotated[str | None, file_option("桥梁（面），水边线至此中断 | bridges: lines end there")] = None,
    registration: Annotated[
        float, typer.Option(metavar="M", help="影像定位标准差 | standard deviation of the image's place")
    ] = 0.0,
    shortest: Annotated[
        float | None, typer.Option(metavar="M", help="短于此长度的不列出 | leave out lines below this length")
    ] = None,
    mask: Annotated[bool, typer.Option("--mask", help="另写水体栅格 | write the water mask as well")] = False,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("水边线成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """从影像提取亚像元水边线，输出地图与图层 | trace the waterlines of an image."""
    layers = named_layers({"axes": axes, "extent": extent, "bridges": bridges}, crs, encoding, None)
    reading = {"sensor": sensor, "date": date, "scale": scale, "bands": band_pairs("--band", band or []),
               "mask": band_pairs("--mask-band", [] if mask_band is None else [mask_band])}  # fmt: skip
    with told(language) as console:
        job = WaterlineJob(
            scene, out, reading, layers, index, _number(threshold), registration, shortest, mask, language
        )
        delivery = with_progress(lambda tell: carry_out(job, tell), language, console)
        traced = delivery.result
        conclude(console, delivery, (_table(traced, language),), traced.faults, language, strict=strict)


def band_pairs(option: str, texts: list[str]) -> dict[str, int | str] | None:
    """``["green=2", "qa_pixel=QA.TIF"]`` as a mapping; None where nothing was said."""
    pairs: dict[str, int | str] = {}
    for text in texts:
        role, _, source = text.partition("=")
        if not role or not source:
            raise typer.BadParameter(f"{option} 应写作 名称=波段号 | write {option} as NAME=BAND, got {text}")
        pairs[role] = int(source) if source.isdigit() else source
    return pairs or None


def _number(text: str) -> str | float:
    """A threshold as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text
