"""The subcommand that makes one county of what was demarcated apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riverline.cli.options import (
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
)  # fmt: skip
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["join"]


def join(  # noqa: PLR0913 - one option a thing to say
    drawn: Annotated[
        list[Path],
        typer.Argument(metavar="成果.gpkg…", help="demarcate、waters、works、join 写出的图层 | what these wrote"),
    ],
    *,
    axes: Annotated[str, file_option("河道中心线：划界所用的全部 | river axes: all that were demarcated with")],
    rules: Annotated[
        str,
        typer.Option(metavar="NAME", help="定归属的规则集，不写则按第一个文件所记 | rule set, else the first file's"),
    ] = "",
    column: LayerColumnOption = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("全县成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """合成一个县：河、湖、工程互不重叠，输出 map.html 与 成果.gpkg | make one county of rivers, waters and works."""
    layers = named_layers({"axes": axes}, crs, encoding, column, set_)
    with told(language) as console:
        from riverline.cli.jobs.join import JoinJob, join_files, rivers_of, without_rivers
        from riverline.cli.printing.summary import closed_table, river_table

        title = "全县管理范围" if language == "zh" else "Management extents of the county"
        job = JoinJob(drawn, layers["axes"], out, rules, on, language, title)
        delivery = with_progress(lambda tell: join_files(job, tell), language, console)
        county = delivery.result
        tables = (river_table(rivers_of(county), language), closed_table(without_rivers(county), language))
        conclude(console, delivery, tables, county.faults, language, strict=strict)
