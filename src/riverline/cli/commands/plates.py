"""The subcommand that draws sheets on paper.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import riverline as rl
from riverline.cli.options import (
    CRSOption,
    EncodingOption,
    LanguageOption,
    OutOption,
    PlaneOption,
    SetOption,
    StrictOption,
    file_option,
    layer_column_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import conclude, told, with_progress

if TYPE_CHECKING:
    from riverline.plates import Imprint

__all__ = ["plates"]


def plates(  # noqa: PLR0913 - one option a thing to say
    files: Annotated[
        list[Path], typer.Argument(metavar="成果.gpkg…", help="riverline 各命令写出的图层 | what the commands wrote")
    ],
    *,
    axes: Annotated[str | None, file_option("河道中心线，沿其分幅 | river axes, which strips follow")] = None,
    water: Annotated[str | None, file_option("水域 | water")] = None,
    levees: Annotated[str | None, file_option("堤防 | levees")] = None,
    admin: Annotated[str | None, file_option("行政区 | administrative units")] = None,
    by: Annotated[
        Literal["river", "sheet", "admin", "whole"],
        typer.Option(help="沿河分幅、按格网、按行政区，或全部一幅 | strips, cells, units, or one sheet of everything"),
    ] = "river",
    scale: Annotated[
        str, typer.Option(metavar="N", help="比例尺分母，或 auto 自动 | denominator of the scale, or auto")
    ] = "2000",
    paper: Annotated[str, typer.Option(metavar="A0…A4", help="纸张 | paper")] = "A3",
    orientation: Annotated[
        Literal["landscape", "portrait"], typer.Option(help="横放或竖放 | how the paper lies")
    ] = "landscape",
    font: Annotated[
        str | None, typer.Option(metavar="FONT", help="字体名或字体文件，默认自找 | name or file of a font, else found")
    ] = None,
    format_: Annotated[
        list[str] | None, typer.Option("--format", metavar="pdf|png|svg", help="格式，可写多次 | may be repeated")
    ] = None,
    merge: Annotated[bool, typer.Option("--merge", help="另合并为一个 PDF | one PDF of all besides")] = False,
    processes: Annotated[int, typer.Option(metavar="N", help="同时绘图的进程数 | how many processes draw")] = 1,
    grid: Annotated[
        Literal["km", "graticule", "none"], typer.Option(help="公里网、经纬网或不绘 | kilometres, degrees or none")
    ] = "km",
    title: Annotated[str, typer.Option(metavar="TEXT", help="图名 | title")] = "",
    unit: Annotated[str, typer.Option(metavar="TEXT", help="编制单位 | who compiled it")] = "",
    date: Annotated[str, typer.Option(metavar="TEXT", help="日期 | date as printed")] = "",
    surveyed_by: Annotated[str, typer.Option(metavar="TEXT", help="测绘单位 | who surveyed it")] = "",
    drawn_by: Annotated[str, typer.Option(metavar="TEXT", help="制图 | who drew it")] = "",
    checked_by: Annotated[str, typer.Option(metavar="TEXT", help="校核 | who checked it")] = "",
    approved_by: Annotated[str, typer.Option(metavar="TEXT", help="审定 | who approved it")] = "",
    review_no: Annotated[str, typer.Option(metavar="TEXT", help="审图号 | number of the map review")] = "",
    height_datum: Annotated[
        str,
        typer.Option(metavar="TEXT", help="高程基准，如 1985国家高程基准 | vertical datum, told only if it is given"),
    ] = "",
    secrecy: Annotated[str, typer.Option(metavar="TEXT", help="密级 | secrecy mark")] = "",
    column: Annotated[list[str] | None, layer_column_option("axes::HDBM=river_id")] = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    plane: PlaneOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("图册"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """绘制可打印的图幅：比例尺准确、中文可检索的 PDF，沿河分幅接图 | sheets on paper, at an exact scale."""
    named = {"axes": axes, "water": water, "levees": levees, "admin": admin}
    layers = named_layers(named, crs, encoding, column, set_)
    if not (scale == "auto" or scale.isdecimal()):
        raise typer.BadParameter("--scale 应为比例尺分母或 auto | write --scale as a denominator or auto")
    with told(language, command="plates") as console:
        from riverline.cli.jobs.plates import PlateJob, draw_plates
        from riverline.cli.printing.plates import plate_table

        imprint: Imprint = rl.plates.Imprint(
            unit=unit, surveyed_by=surveyed_by, date=date, drawn_by=drawn_by, checked_by=checked_by,
            approved_by=approved_by, secrecy=secrecy, review_no=review_no,
            height_datum=height_datum or None,
        )  # fmt: skip
        job = PlateJob(files, layers, out, by, paper, "auto" if scale == "auto" else int(scale),
                       tuple(format_ or ["pdf"]), merge, processes, title, imprint, grid, language, plane,
                       orientation, font)  # fmt: skip
        delivery = with_progress(lambda tell: draw_plates(job, tell), language, console)
        table = plate_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
