"""The subcommands before a demarcation where there is no survey: ``axes`` and ``banks``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    OnlyOption,
    SetOption,
    StrictOption,
    file_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import end, tell, tell_file, told, with_progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from riverline.cli.jobs.preparations import Prepared
    from riverline.schema import Language

__all__ = ["axes", "banks"]

FileOption = Annotated[Path, typer.Option(metavar="FILE.gpkg", help="输出文件 | file for the results")]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[LAYER::]YOURS=OURS",
        help="字段对应，可写多次，一个字段可对应几列 | field mapping, may be repeated, one field for several columns",
    ),
]

_ESTIMATED = (
    "岸顶线为推定（中心线两侧各半个河宽），不是实测：据此划的线可信度为低",
    "these bank tops are estimated (half the width either side of the axis), not surveyed: lines from them are unsure",
)


def axes(  # noqa: PLR0913 - one option a thing to say
    water: Annotated[
        str, typer.Argument(metavar=FILE, help="水域：面，或闭合的岸线 | water: areas or closed outlines")
    ],
    *,
    upstream: Annotated[
        str | None, file_option("上游端的点，图层或表格，定流向 | points at upstream ends, for the direction")
    ] = None,
    smooth: Annotated[
        float,
        typer.Option(metavar="N", help="按河宽的几倍平滑，0 为不平滑 | channel widths to smooth over, 0 for none"),
    ] = 4.0,
    column: Mapping = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: FileOption = Path("中心线.gpkg"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """由水域面求河道中心线，一条河流一条 | trace the axis of every river from its water polygons."""
    named = {"water": water, "upstream": upstream}
    layers = named_layers(named, crs, encoding, column, set_, only=only, unnamed="water")
    with told(language) as console:
        from riverline.cli.jobs.preparations import TraceJob, trace
        from riverline.cli.printing.sketched import axis_table

        job = TraceJob(layers["water"], out, layers.get("upstream"), smooth, language)
        done = with_progress(lambda tell: trace(job, tell), language, console)
        _say(console, done, axis_table(done.axes, language), language)
        end(done.faults, strict=strict)


def banks(  # noqa: PLR0913 - one option a thing to say
    axes: Annotated[str, typer.Argument(metavar=FILE, help="河道中心线 | river axes")],
    *,
    width: Annotated[
        float | None, typer.Option(metavar="M", help="没有填河宽的河流按此河宽 | width of the rivers that state none")
    ] = None,
    column: Mapping = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: FileOption = Path("岸顶线.gpkg"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """由中心线和河宽推定岸顶线，可信度为低 | estimate bank tops from axes and widths, at low confidence."""
    layers = named_layers({"axes": axes}, crs, encoding, column, set_, only=only)
    with told(language) as console:
        from riverline.cli.jobs.preparations import BankJob, estimate
        from riverline.cli.printing.sketched import bank_table

        job = BankJob(layers["axes"], out, width, language)
        done = with_progress(lambda tell: estimate(job, tell), language, console)
        _say(console, done, bank_table(done, width, language), language, caution=_ESTIMATED)
        end(done.faults, strict=strict)


def _say(
    console: Console, done: Prepared, table: Table, language: Language, *, caution: tuple[str, str] | None = None
) -> None:
    """What was read and made, what is wrong with it, the file, and what to type next."""
    from riverline.cli.tables import plain

    tell(console, done.inputs, (table,), done.faults, language)
    for frame in done.inputs.values():
        for note in frame.attrs["source"]["notes"]:
            console.print(f"· {plain(note[language])}", markup=False, highlight=False)
    if caution is not None:
        console.print(f"· {caution[language == 'en']}", markup=False, highlight=False)
    tell_file(console, done.path)
    for zh, en, command in done.following:
        said = f"下一步，{zh}：" if language == "zh" else f"next, {en}:"
        console.print(f"{said}\n{command}", markup=False, highlight=False, soft_wrap=True)
