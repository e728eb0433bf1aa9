"""The subcommand ``hotspots``: where problems concentrate beyond chance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    DistanceOption,
    EncodingOption,
    LanguageOption,
    MinPassesOption,
    OnlyOption,
    OutOption,
    SetOption,
    SnapOption,
    StrictOption,
    file_option,
    layer_column_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["hotspots"]


def hotspots(  # noqa: PLR0913 - one option a choice
    problems: Annotated[str, typer.Argument(metavar=FILE, help="四乱问题：点、线或面 | problems of any geometry")],
    *,
    axes: Annotated[str, file_option("河道中心线 | river axes")],
    effort: Annotated[str | None, file_option("巡查区间表（桩号起止、次数） | intervals that patrols covered")] = None,
    exposure: Annotated[str | None, file_option("暴露量区间表 | intervals with their exposure")] = None,
    segment: Annotated[float, typer.Option(metavar="M", help="河段长度 | length of a segment")] = 500.0,
    reach: Annotated[
        float | None,
        typer.Option(metavar="M", help="邻域沿河距离，不写为河段的两倍 | how far neighbours are, else 2 segments"),
    ] = None,
    neighbours: Annotated[
        Literal["along", "connected", "downstream", "upstream"],
        typer.Option(help="邻域：沿河、水流相通、下游、上游 | which segments are neighbours"),
    ] = "along",
    null: Annotated[
        Literal["auto", "binomial", "permutation", "conditional", "simulation"],
        typer.Option(help="何为偶然：按暴露量分布、个数重新分配、模拟 | what chance is"),
    ] = "auto",
    adjustment: Annotated[Literal["bh", "by"], typer.Option(help="多重检验校正 | correction for many tests")] = "bh",
    whole: Annotated[bool, typer.Option("--whole", help="不分左右岸 | count both banks together")] = False,
    any_bank: Annotated[
        bool, typer.Option("--any-bank", help="邻域不限同岸 | the other bank's segments are neighbours too")
    ] = False,
    decay: Annotated[
        Literal["none", "linear", "gaussian"],
        typer.Option(help="邻段权重随距离：不减、线性、高斯 | how a neighbour's weight falls with distance"),
    ] = "none",
    weight: Annotated[
        Literal["count", "severity", "bank_m"],
        typer.Option(help="每个问题计一、按严重程度、按占用岸线 | what a problem weighs"),
    ] = "count",
    smoothing: Annotated[
        Literal["likelihood", "moments"], typer.Option(help="平滑率的先验 | prior of the smoothed rates")
    ] = "likelihood",
    min_passes: MinPassesOption = 1.0,
    distance: DistanceOption = 1_000.0,
    snap: SnapOption = 5.0,
    sides: Annotated[Literal["two", "hot"], typer.Option(help="双侧，或只找热点 | two-sided, or hot only")] = "two",
    level: Annotated[float, typer.Option(metavar="P", help="校正后 p 的上限 | largest adjusted p")] = 0.05,
    days: Annotated[
        int | None, typer.Option(metavar="N", help="时段天数，与 --on 同用 | days of the window up to --on")
    ] = None,
    surface: Annotated[
        float | None, typer.Option(metavar="M", help="另输出平面密度栅格，写带宽 | density raster, give its bandwidth")
    ] = None,
    kernel: Annotated[
        Literal["heat", "equal_split", "downstream", "upstream"],
        typer.Option(help="沿河密度的核：连续、等分、只向下游、只向上游 | kernel of the density along the water"),
    ] = "heat",
    bandwidth: Annotated[
        float | None,
        typer.Option(metavar="M", help="沿河密度的带宽，不写由交叉验证选 | its bandwidth, else by cross-validation"),
    ] = None,
    chiefs: Annotated[str | None, file_option("各级河长及责任段，按河长排名 | chiefs, to rank by")] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD",
            help="排名所依字段，例 chief、chief_county；不写为河流，有 --chiefs 时为最基层河长 | column to rank by",
        ),
    ] = None,
    walk: Annotated[
        float | None, typer.Option(metavar="KM", help="列出最先要走的多少公里 | list the kilometres to walk first")
    ] = None,
    column: Annotated[list[str] | None, layer_column_option("BH=problem_id", ("问题", "the problems"))] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="时段最后一天 | last day that counts")] = None,
    out: OutOption = Path("热点成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """四乱热点：沿河聚集检验、排名与理由，输出 热点图.html 与 热点成果.gpkg | hotspots along rivers, with reasons."""
    layers = named_layers(
        {"problems": problems, "axes": axes, "chiefs": chiefs},
        crs,
        encoding,
        column,
        set_,
        only=only,
        unnamed="problems",
    )
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import hotspots as spotting

        settings = rl.HotspotSettings(neighbours=neighbours, reach_m=reach, null=null, sides=sides,
                                      adjustment=adjustment, level=level, window_days=days, decay=decay, weight=weight,
                                      smoothing=smoothing, same_bank=not any_bank, min_passes=min_passes,
                                      max_distance_m=distance, snap_m=snap, bandwidth_m=bandwidth)  # fmt: skip
        tables = {name: text for name, text in (("effort", effort), ("exposure", exposure)) if text is not None}
        title = "四乱热点" if language == "zh" else "Hotspots of problems"
        job = spotting.HotspotJob(layers, out, tables, segment, not whole, by, on, settings, language, title,
                                  surface, kernel, walk)  # fmt: skip
        delivery = with_progress(lambda tell: spotting.carry_out(job, tell), language, console)
        found = delivery.result
        made = [spotting.reach_table(found.spots, language), spotting.rank_table(found.ranked, language)]
        if found.walk is not None:
            made.append(spotting.walk_table(found.walk, language))
        conclude(console, delivery, tuple(made), found.spots.faults, language, strict=strict)
