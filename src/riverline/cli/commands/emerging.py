"""The subcommands about time: ``emerging``, ``near-repeats`` and ``scan``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

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
)
from riverline.cli.printing.telling import conclude, end, tell, tell_file, told, with_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

    from riverline.cli.jobs.steps import Layer

__all__ = ["emerging", "near_repeats", "scan"]

ProblemsArgument = Annotated[str, typer.Argument(metavar=FILE, help="四乱问题：点、线或面 | problems of any geometry")]
AxesOption = Annotated[str, file_option("河道中心线 | river axes")]
ColumnsOption = Annotated[list[str] | None, layer_column_option("BH=problem_id", ("问题", "the problems"))]
LastDayOption = Annotated[str, typer.Option("--on", metavar="YYYY-MM-DD", help="最后一期的最后一天 | the last day")]
SegmentOption = Annotated[float, typer.Option(metavar="M", help="河段长度 | length of a segment")]
WholeOption = Annotated[bool, typer.Option("--whole", help="不分左右岸 | count both banks together")]
PeriodsOption = Annotated[int, typer.Option(metavar="N", help="期数 | number of periods")]
ScanPeriodsOption = Annotated[
    int, typer.Option(metavar="N", help="期数；1 为只看位置，不限起始日 | periods; 1: place alone, whatever the day")
]
PeriodDaysOption = Annotated[int, typer.Option("--period", metavar="DAYS", help="每期天数 | days of a period")]

# Worlds between two words on how far the simulation is.
_TOLD = 25
_DISTANCES_M, _DAYS = (0.0, 200.0, 500.0, 1_000.0), (0.0, 7.0, 14.0, 30.0, 90.0)


def emerging(  # noqa: PLR0913 - one option a choice
    problems: ProblemsArgument,
    *,
    axes: AxesOption,
    on: LastDayOption,
    periods: PeriodsOption = 12,
    period_days: PeriodDaysOption = 30,
    baseline: Annotated[
        Literal["cube", "window", "period"],
        typer.Option(help="每期与何对照：全部时段、同一时窗、当期 | what a period is held against"),
    ] = "cube",
    wording: Annotated[
        Literal["2.8", "3"], typer.Option(help="类型名称按 Esri 哪一版措辞 | Esri's wording of the names, by version")
    ] = "3",
    distance: DistanceOption = 1_000.0,
    snap: SnapOption = 5.0,
    segment: SegmentOption = 500.0,
    whole: WholeOption = False,
    column: ColumnsOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("演变成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """时空演变：哪些河段新成热点、一直是、时有时无、已消退 | which reaches are newly, ever more, or no longer hot."""
    layers = _layers(problems, axes, crs, encoding, column, set_, only)
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import emerging as recurring

        cube = rl.hotspots.EmergingSettings(
            periods=periods, period_days=period_days, baseline=baseline, wording=wording
        )

        settings = rl.HotspotSettings(snap_m=snap, max_distance_m=distance, window_days=cube.window_days)

        def find(
            frames: Mapping[str, gpd.GeoDataFrame],
            _tables: Mapping[str, pd.DataFrame],
            _within: Callable[[str, str], None],
        ) -> gpd.GeoDataFrame:
            found = rl.hotspots.find_emerging(frames["problems"], frames["axes"], on=on, segment_m=segment,
                                              by_bank=not whole, settings=settings, emerging=cube)  # fmt: skip
            return rl.hotspots.describe_emerging(found, language)

        job = recurring.TimeJob(layers, out, find, recurring.EMERGING_NAMES, on, language, by_bank=not whole,
                                settings=settings)  # fmt: skip
        delivery = with_progress(lambda step: recurring.carry_out(job, step), language, console)
        for said in recurring.why_nothing(delivery.result.found, language):
            console.print(f"· {said}", markup=False, highlight=False)
        conclude(console, delivery, (recurring.category_table(delivery.result.found, language),),
                 delivery.result.faults, language, strict=strict)  # fmt: skip


def scan(  # noqa: PLR0913 - one option a choice
    problems: ProblemsArgument,
    *,
    axes: AxesOption,
    on: LastDayOption,
    periods: ScanPeriodsOption = 12,
    period_days: PeriodDaysOption = 30,
    prospective: Annotated[
        bool, typer.Option("--now", help="只看到最后一天仍在发生的 | only what still goes on on the last day")
    ] = False,
    reach: Annotated[float, typer.Option(metavar="M", help="窗口最大半径，沿河 | largest reach of a window")] = 5_000.0,
    worlds: Annotated[int, typer.Option(metavar="N", help="最多模拟次数 | most random worlds")] = 999,
    effort: Annotated[str | None, file_option("巡查区间表（桩号起止、次数） | intervals that patrols covered")] = None,
    exposure: Annotated[str | None, file_option("暴露量区间表 | intervals with their exposure")] = None,
    controls: Annotated[
        str | None, file_option("对照：看过而没有问题的地方 | what was looked at and found in order")
    ] = None,
    min_passes: MinPassesOption = 1.0,
    distance: DistanceOption = 1_000.0,
    snap: SnapOption = 5.0,
    segment: SegmentOption = 500.0,
    whole: WholeOption = False,
    column: ColumnsOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("扫描成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """沿河时空扫描：最难用偶然解释的河段与时段，及互不重叠的其余 | stretches and days that chance explains least."""
    layers = _layers(problems, axes, crs, encoding, column, set_, only, controls=controls)
    tables = {name: text for name, text in (("effort", effort), ("exposure", exposure)) if text is not None}
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import emerging as recurring

        settings = rl.hotspots.ScanSettings(
            reach_m=reach, periods=periods, period_days=period_days, prospective=prospective, worlds=worlds,
            min_passes=min_passes, max_distance_m=distance, snap_m=snap,
        )  # fmt: skip
        same = rl.HotspotSettings(min_passes=min_passes, max_distance_m=distance, snap_m=snap,
                                  window_days=settings.window_days)  # fmt: skip

        def find(
            frames: Mapping[str, gpd.GeoDataFrame],
            tables: Mapping[str, pd.DataFrame],
            within: Callable[[str, str], None],
        ) -> gpd.GeoDataFrame:
            def tell(drawn: int) -> None:
                if drawn % _TOLD == 0:
                    within(f"随机模拟 {drawn}/{worlds}", f"random worlds {drawn}/{worlds}")

            return rl.hotspots.scan_rivers(
                frames["problems"], frames["axes"], controls=frames.get("controls"), exposure=tables.get("exposure"),
                effort=tables.get("effort"), on=on, segment_m=segment, by_bank=not whole, settings=settings,
                tell=tell,
            )  # fmt: skip

        job = recurring.TimeJob(layers, out, find, recurring.SCAN_NAMES, on, language, by_bank=not whole,
                                settings=same, segment_m=segment, tables=tables)  # fmt: skip
        delivery = with_progress(lambda step: recurring.carry_out(job, step), language, console)
        conclude(console, delivery, (recurring.scan_table(delivery.result.found, language),),
                 delivery.result.faults, language, strict=strict)  # fmt: skip


def near_repeats(  # noqa: PLR0913 - one option a choice
    problems: ProblemsArgument,
    *,
    axes: AxesOption,
    distance: Annotated[
        list[float] | None,
        typer.Option(metavar="M", help="距离分级，可写多次，不写为 0、200、500、1000 | edges of distances, repeated"),
    ] = None,
    days: Annotated[
        list[float] | None,
        typer.Option(metavar="DAYS", help="间隔分级，可写多次，不写为 0、7、14、30、90 | edges of days, repeated"),
    ] = None,
    first: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="先发类型，例 extraction，与 --then 成对，可写多对 | earlier kind, repeated"),
    ] = None,
    then: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="后发类型，例 dumping | the later kind, as often")
    ] = None,
    direction: Annotated[
        Literal["both", "downstream", "upstream"],
        typer.Option(help="后发在下游、上游或不分 | where the later one lies"),
    ] = "both",
    within_kinds: Annotated[
        bool,
        typer.Option("--within-kinds", help="不分类型时，日期也只在同类间重新分配 | deal out days within each kind"),
    ] = False,
    worlds: Annotated[int, typer.Option(metavar="N", help="模拟次数 | random deals of the days")] = 999,
    snap: SnapOption = 5.0,
    column: ColumnsOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.gpkg", help="表另存为文件 | write the table to a file")
    ] = None,
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """近重复：一个问题之后，附近河段多久又有 | whether one problem brings the next, near along the water and soon."""
    if len(first or ()) != len(then or ()):
        raise typer.BadParameter("--first 与 --then 要一起给出 | --first and --then go together")
    layers = _layers(problems, axes, crs, encoding, column, set_, only)
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import emerging as recurring

        settings = rl.HotspotSettings(snap_m=snap)
        frames, faults = recurring.read_problems(layers, lambda _zh, _en: None, settings=settings)
        kinds = list(zip(first, then, strict=True)) if first and then else None
        found = rl.hotspots.find_near_repeats(
            frames["problems"], frames["axes"], distances_m=distance or _DISTANCES_M, days=days or _DAYS, kinds=kinds,
            direction=direction, within_kinds=within_kinds, worlds=worlds, settings=settings,
        )  # fmt: skip
        found = rl.hotspots.describe_near_repeats(found, language)
        tell(console, frames, (recurring.repeat_table(found, language),), faults, language)
        for said in recurring.repeat_reasons(found):
            console.print(f"· {said}", markup=False, highlight=False)
        if out is not None:
            tell_file(console, rl.export.to_geopackage(out, found, faults, language=language))
        end(faults, strict=strict)


def _layers(
    problems: str, axes: str, crs: str | None, encoding: str | None, column: list[str] | None, set_: list[str] | None,
    only: list[str] | None, *, controls: str | None = None,
) -> Mapping[str, Layer]:  # fmt: skip
    named = {"problems": problems, "axes": axes, "controls": controls}
    return named_layers(named, crs, encoding, column, set_, only=only, unnamed="problems")
