"""The subcommand ``riverline detect``: images of several days, what changed inside the extents, with its pictures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riverline.cli.commands.waterlines import band_pairs
from riverline.cli.options import (
    CRSOption,
    EncodingOption,
    LanguageOption,
    OnlyOption,
    OutOption,
    SetOption,
    StrictOption,
    file_option,
    layer_column_option,
    named_layers,
    pair,
)
from riverline.cli.printing.telling import conclude, told, with_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    from rich.table import Table

    from riverline.cli.jobs.handover import Delivery, Step
    from riverline.cli.jobs.steps import Layer
    from riverline.encroachment.change import Changes
    from riverline.schema import Language

__all__ = ["DetectJob", "carry_out", "detect"]

NAMES = {"zh": ("变化图.html", "变化图斑.gpkg", "图斑影像"), "en": ("changes.html", "changes.gpkg", "chips")}
"""Map, layers and folder of pictures."""


@dataclass(frozen=True, slots=True)
class DetectJob:
    """From images and layers to suspects; ``reading`` are arguments of :func:`riverline.read_scenes`."""

    scenes: tuple[Path, ...]
    out: Path
    layers: Mapping[str, Layer]
    reading: Mapping[str, Any] = field(default_factory=dict)
    rules: str = "national"
    catalog: str = "national"
    levels: Mapping[str, float] = field(default_factory=dict)
    slope: tuple[float, float] | None = None
    chips: bool = False
    language: Language = "zh"


def carry_out(job: DetectJob, tell: Callable[[Step], None]) -> Delivery:
    """Do the job; map and layers appear together at its end, or not at all, and the pictures after them."""
    import riverline as rl
    from riverline.cli.jobs.drawn import by_schema, read_limits
    from riverline.cli.jobs.handover import Delivery, Steps, hand_over, require_folder
    from riverline.cli.jobs.office import tables_beside
    from riverline.cli.jobs.steps import read_named

    step = Steps(tell, 4 + job.chips)
    require_folder(job.out)
    rules, catalog = rl.load_change_rules(job.rules), rl.load_catalog(job.catalog)
    schemas = rl.schema.FRAMES | {"previous": rl.schema.SUSPECTS}
    step("读取图层", "read the layers")
    limits = read_limits(job.layers["extents"])
    frames = {"extents": limits.extents if isinstance(limits, rl.Demarcation) else limits}
    rest = {name: layer for name, layer in job.layers.items() if name != "extents"}
    rest |= (
        {"previous": by_schema(rest["previous"], rl.schema.SUSPECTS) or rest["previous"]} if "previous" in rest else {}
    )
    frames |= {name: read_named(name, layer, schemas[name]) for name, layer in rest.items()}
    source = job.scenes[0] if len(job.scenes) == 1 else list(job.scenes)
    scenes = rl.read_scenes(source, **job.reading)
    others: dict[str, Any] = {name: frames[name] for name in ("axes", "permits", "previous") if name in frames}
    if "previous" in others:
        others["previous"] = _round_of(frames["previous"], job.layers["previous"])
    step("比较影像", "compare the images")
    found = rl.detect_change(scenes, limits, rules=rules, levels=job.levels or None, slope=job.slope, **others)
    found = rl.classify(found, catalog)
    found = replace(found, faults=rl.faults.combine([scenes.faults, found.faults], crs=frames["extents"].crs))
    title = "影像变化疑似问题" if job.language == "zh" else "Suspects from images"
    drawn = [*(frames[name] for name in ("extents", "axes") if name in frames), scenes]
    checks = {"核查": rl.prepare_checks(found)}
    map_name, layers_name, chips_name = NAMES[job.language]
    beside = tables_beside(layers_name, found, language=job.language)
    paths = hand_over(
        job.out,
        draw=lambda: rl.maps.show(found, *drawn, language=job.language, title=title),
        write=lambda path: rl.export.to_geopackage(path, found, language=job.language, **checks),
        names=(map_name, layers_name),
        beside=beside,
        step=step,
    )
    folder, pictures = job.out / chips_name, []
    if job.chips:
        step("输出图斑影像", "write the pictures")
        pictures = rl.export.to_chips(folder, found, scenes=scenes, extents=frames["extents"], language=job.language)
    more = tuple(job.out / name for name in beside) + ((folder,) if pictures else ())
    return Delivery(frames, found, *paths, more_paths=more, scenes=tuple(scenes), without_tables=not beside)


def _round_of(suspects: gpd.GeoDataFrame, layer: Layer) -> Changes | gpd.GeoDataFrame:
    """The round before, with those that were gone then where its file has them."""
    import pandas as pd

    import riverline as rl
    from riverline.cli.jobs.drawn import by_schema
    from riverline.cli.jobs.steps import read_named
    from riverline.encroachment.change import Changes
    from riverline.provenance import Run

    there = by_schema(layer, rl.schema.GONE_SUSPECTS, needed=False)
    if there is None:
        return suspects
    gone = read_named("previous", there, rl.schema.GONE_SUSPECTS)
    crs = suspects.crs
    untold, none = rl.schema.UNTOLD_CHANGES.empty(crs), rl.faults.combine([], crs=crs)
    return Changes(suspects, pd.DataFrame(), untold, gone, none, Run("", "", {}, ""))


def _table(found: Changes, language: Language) -> Table:
    """Suspects by kind: how many, how many count and are confirmed, how much of them counts, how probable they are."""
    from riverline.cli.tables import add_row, table_of
    from riverline.schema import SUSPECTS

    heads = ("类型", "图斑", "计入", "计入且确认", "计入面积（m²）", "平均概率")
    english = ("Kind", "Suspects", "Counted", "Of them confirmed", "Counted (m²)", "Mean probability")
    heads = heads if language == "zh" else english
    table = table_of(SUSPECTS.label(language), heads, right=(1, 2, 3, 4, 5), language=language)
    for kind, rows in found.suspects.groupby("kind"):
        counts = rows["is_counted"].to_numpy(dtype=bool)
        counted, sure = int(counts.sum()), int((counts & (rows["state"] == "confirmed")).sum())
        inside, probable = f"{rows.loc[counts, 'counted_m2'].sum():,.0f}", f"{rows['confidence'].mean():.2f}"
        add_row(table, SUSPECTS["kind"].value_label(kind, language), len(rows), counted, sure, inside, probable)
    if found.suspects.empty:
        add_row(table, "无" if language == "zh" else "none", 0, 0, 0, 0, "-")
    return table


def _levels(texts: list[str] | None) -> dict[str, float]:
    """``["2024-04-15=13.2"]`` as a mapping."""
    found = {}
    for text in texts or []:
        day, level = pair(text, option="--level")
        try:
            found[day] = float(level)
        except ValueError:
            raise typer.BadParameter(f"--level {text}：水位应为数值 | the level must be a number") from None
    return found


def detect(  # noqa: PLR0913 - one option a layer
    scenes: Annotated[
        list[Path],
        typer.Argument(metavar="SCENES", help="影像文件夹、STAC 目录或多个影像 | folder, catalogue or images"),
    ],
    *,
    extents: Annotated[str, file_option("管理范围 | extents")],
    axes: Annotated[str | None, file_option("河道中心线 | river axes")] = None,
    permits: Annotated[str | None, file_option("涉河建设许可 | permits")] = None,
    previous: Annotated[str | None, file_option("上一轮图斑 | suspects of the round before")] = None,
    sensor: Annotated[
        str | None, typer.Option(metavar="NAME", help="传感器：gf-1、sentinel-2、naip、rgbn … | sensor")
    ] = None,
    band: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=N", help="波段，可写多次，例 green=2 nir=4 | bands, may be repeated"),
    ] = None,
    mask_band: Annotated[
        str | None, typer.Option(metavar="KIND=N", help="云掩膜所在波段，例 fmask=8 | band of the cloud mask")
    ] = None,
    scale: Annotated[float | None, typer.Option(metavar="K", help="反射率系数 | factor to reflectance")] = None,
    rules: Annotated[
        str, typer.Option(metavar="NAME", help="变化判定表，national 或 TOML 文件 | table of decisions")
    ] = "national",
    catalog: Annotated[
        str, typer.Option(metavar="NAME", help="认定目录名称或 TOML 文件 | catalogue, by name or TOML file")
    ] = "national",
    level: Annotated[
        list[str] | None,
        typer.Option(metavar="DATE=M", help="各期水位，可写多次，例 2024-04-15=13.2 | water level of a day"),
    ] = None,
    slope: Annotated[
        tuple[float, float] | None,
        typer.Option(metavar="FLAT STEEP", help="岸坡最缓与最陡坡度，例 0.05 0.1 | gentlest and steepest bank"),
    ] = None,
    chips: Annotated[bool, typer.Option("--chips", help="输出每个图斑的前后影像 | a picture of each suspect")] = False,
    column: Annotated[list[str] | None, layer_column_option("LX=kind", ("管理范围", "the extents"))] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("变化检测成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """影像变化检测：管理范围内新增的填、建、挖、堆、种，输出地图与图斑 | what changed inside the extents."""
    named = {"extents": extents, "axes": axes, "permits": permits, "previous": previous}
    levels = _levels(level)
    layers = named_layers(named, crs, encoding, column, set_, only=only, unnamed="extents")
    with told(language, command="detect") as console:
        given = {"sensor": sensor, "scale": scale, "bands": band_pairs("--band", band or []),
                 "mask": band_pairs("--mask-band", [] if mask_band is None else [mask_band])}  # fmt: skip
        reading = {name: value for name, value in given.items() if value is not None}
        job = DetectJob(tuple(scenes), out, layers, reading, rules, catalog, levels, slope, chips, language)
        delivery = with_progress(lambda tell: carry_out(job, tell), language, console)
        table = _table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
