"""The subcommand that measures patrols.

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
    LayerColumnOption,
    OnOption,
    OutOption,
    SetOption,
    StrictOption,
    file_option,
    named_layers,
)
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["patrols"]


def patrols(  # noqa: PLR0913 - one option a choice
    tracks: Annotated[list[Path], typer.Argument(metavar="FILE…", help="巡河轨迹，GPX、表格或点图层 | tracks")],
    *,
    axes: Annotated[str, file_option("河道中心线 | river axes")],
    duties: Annotated[str, typer.Option(metavar=FILE, help="河长责任段表 | table of duties")],
    rules: Annotated[
        str, typer.Option(metavar="NAME", help="巡河规则名称或 TOML 文件；national 只是示例 | patrol rules")
    ] = "national",
    warnings: Annotated[str | None, file_option("预警表 | table of warnings")] = None,
    activities: Annotated[str | None, file_option("可折算的履职活动表 | table of activities")] = None,
    patroller: Annotated[
        str | None, typer.Option(help="轨迹未写明时的巡河人 | who walked, where GPX is silent")
    ] = None,
    level: Annotated[
        Literal["province", "city", "county", "township", "village"] | None,
        typer.Option(help="轨迹未写明时的级别 | at which level"),
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="起始日期 | first day")] = None,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="截止日期 | last day")] = None,
    period: Annotated[
        Literal["day", "week", "ten_days", "month", "quarter", "half_year", "year"],
        typer.Option(help="覆盖率按什么期间统计 | period of coverage"),
    ] = "month",
    column: LayerColumnOption = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("巡河成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """巡河核查：轨迹清理、覆盖率、未走到河段、频次、应付式巡河 | who walked what, how often, and what nobody walked."""
    named = {"axes": axes, "duties": duties, "patrol_warnings": warnings, "activities": activities}
    layers = named_layers(named, crs, encoding, column, set_)
    with told(language) as console:
        from riverline.cli.jobs import patrols as patrolling

        choices = {"since": since, "until": until, "period": period}
        job = patrolling.PatrolJob(tuple(tracks), layers, rules, out, patroller, level, on, choices, language)
        delivery = with_progress(lambda tell: patrolling.carry_out(job, tell), language, console)
        table = patrolling.duty_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
