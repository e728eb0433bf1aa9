"""The subcommand that measures how banks moved between dates.

What draws on geopandas is imported when the command runs, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    OutOption,
    SetOption,
    StrictOption,
    file_option,
    layer_column_option,
    named_layers,
)
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["change"]


def change(  # noqa: PLR0913 - one option a choice
    shorelines: Annotated[str, typer.Argument(metavar=FILE, help="历次岸线，须有日期 | shorelines with their dates")],
    *,
    axes: Annotated[str | None, file_option("河道中心线，量测两岸 | river axes, to measure both banks from")] = None,
    baseline: Annotated[str | None, file_option("基线，每条量测一岸 | baselines, each for one bank")] = None,
    spacing: Annotated[float, typer.Option(metavar="M", help="断面间距 | distance of transects")] = 50.0,
    convention: Annotated[
        Literal["riverline", "dsas"], typer.Option(help="正值为冲刷，或按 DSAS 正值为淤积 | whose signs and stations")
    ] = "riverline",
    confidence: Annotated[float, typer.Option(metavar="P", help="置信水平 | level of intervals")] = 0.95,
    hit: Annotated[
        Literal["closest", "farthest", "mean"], typer.Option(help="同日多个交点的取法 | which of several hits counts")
    ] = "closest",
    smoothing: Annotated[
        float | None, typer.Option(metavar="M", help="断面方向的平滑长度 | length that directions are smoothed over")
    ] = None,
    reach: Annotated[float | None, typer.Option(metavar="M", help="断面向每侧的长度 | length to either side")] = None,
    uncertainty: Annotated[
        float | None, typer.Option(metavar="M", help="岸线未写明时的定位中误差 | position error where none is stated")
    ] = None,
    areas: Annotated[
        Literal["consecutive", "ends", "none"],
        typer.Option(help="冲淤面积：相邻两期、首末两期、不算 | between which dates"),
    ] = "consecutive",
    segment: Annotated[
        float, typer.Option(metavar="M", help="面积分段长度 | stretches that areas are summed over")
    ] = 1000.0,
    column: Annotated[list[str] | None, layer_column_option("RQ=date", ("岸线", "the shorelines"))] = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("岸线变化"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """岸线变化：断面、速率、预测、冲淤范围，输出地图与图层 | how banks moved between dates."""
    if (axes is None) == (baseline is None):
        raise typer.BadParameter("--axes 与 --baseline 给且只给一个 | give --axes or --baseline")
    named = {"observed_shorelines": shorelines, "axes": axes, "baselines": baseline}
    layers = named_layers(named, crs, encoding, column, set_, unnamed="observed_shorelines")
    with told(language) as console:
        from riverline.cli.jobs import change as changing

        choices = {
            "spacing_m": spacing, "convention": convention, "confidence": confidence, "hit": hit,
            "smoothing_m": smoothing, "reach_m": reach, "uncertainty_m": uncertainty, "areas": areas,
            "segment_m": segment,
        }  # fmt: skip
        job = changing.ChangeJob(layers, choices, out, language)
        delivery = with_progress(lambda tell: changing.carry_out(job, tell), language, console)
        table = changing.change_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
