"""The subcommand that draws one map for each river, county or chief."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Literal

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    SetOption,
    StrictOption,
    layer_column_option,
    named_layers,
)
from riverline.cli.printing.telling import end, tell_file, told, with_progress

__all__ = ["maps"]


def maps(  # noqa: PLR0913 - one option a thing to say
    files: Annotated[
        list[str], typer.Argument(metavar=f"{FILE}…", help="成果图层，可多个 | files of layers, one or more")
    ],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="输出文件夹 | folder for the maps")],
    *,
    by: Annotated[
        Literal["river", "county", "chief"],
        typer.Option(help="按河流、行政区（admin 所写的县或乡镇）或河长（chief）分图 | by river, unit or chief"),
    ] = "river",
    title: Annotated[str, typer.Option(help="索引页标题 | heading of the index page")] = "",
    basemap: Annotated[
        str | None,
        typer.Option(metavar="TILES", help="本地底图：瓦片文件夹（z/x/y.png）或 MBTiles | folder of tiles or MBTiles"),
    ] = None,
    shared_assets: Annotated[
        bool, typer.Option("--shared-assets", help="脚本与样式只写一份，放在 assets/ | write scripts and styles once")
    ] = False,
    processes: Annotated[int, typer.Option(metavar="N", min=1, help="同时绘制几幅 | how many are drawn at a time")] = 1,
    column: Annotated[list[str] | None, layer_column_option("HDMC=name", ("第一个图层", "the first layer"))] = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """每条河（县、河长）一幅离线地图，另有索引页 | an offline map for each river, county or chief, and an index."""
    with told(language, command="maps") as console:
        from riverline.cli.jobs.batch import BatchJob, draw_maps, layers_in
        from riverline.cli.printing.summary import fault_counts

        there = layers_in(files)
        layers = named_layers({**there}, crs, encoding, column, set_, unnamed=next(iter(there), ""))
        job = BatchJob(layers, folder, by, language, title, shared_assets, processes, basemap)
        made = with_progress(lambda tell: draw_maps(job, tell), language, console)
        states = made.maps["state"].value_counts()
        counts = [int(states.get(name, 0)) for name in ("drawn", "kept", "failed")]
        words = "绘制 {} 幅，未变 {} 幅，未能绘出 {} 幅" if language == "zh" else "{} drawn, {} unchanged, {} failed"
        console.print(f"· {words.format(*counts)}", markup=False, highlight=False)
        console.print(fault_counts(made.faults, language))
        tell_file(console, made.index_path)
        end(made.faults, strict=strict)
