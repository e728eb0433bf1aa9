"""The subcommand that places outfalls along the rivers.

What draws on geopandas is imported when the command runs, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    LayerColumnOption,
    OutOption,
    SetOption,
    StrictOption,
    file_option,
    named_layers,
)
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["outfalls"]


def outfalls(  # noqa: PLR0913 - one option a choice
    points: Annotated[str, typer.Argument(metavar=FILE, help="入河排污口 | outfalls")],
    *,
    axes: Annotated[str, file_option("河道中心线 | river axes")],
    sections: Annotated[str | None, file_option("水质断面 | water-quality sections")] = None,
    intakes: Annotated[str | None, file_option("取水口 | intakes")] = None,
    near: Annotated[float, typer.Option(metavar="M", help="离中心线多远以内 | how near to an axis")] = 500.0,
    snap: Annotated[float, typer.Option(metavar="M", help="中心线相距多近算汇入 | how near axes meet")] = 5.0,
    column: LayerColumnOption = None,
    set_: SetOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("排污口成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """入河排污口台账：类型、位置、下游断面与取水口、达标河段 | outfalls along the rivers and what lies downstream."""
    named = {"outfalls": points, "axes": axes, "water_sections": sections, "intakes": intakes}
    layers = named_layers(named, crs, encoding, column, set_, unnamed="outfalls")
    with told(language) as console:
        from riverline.cli.jobs import outfalls as inventory

        job = inventory.InventoryJob(layers, out, near, snap, language)
        delivery = with_progress(lambda tell: inventory.carry_out(job, tell), language, console)
        table = inventory.class_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
