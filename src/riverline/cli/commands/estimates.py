"""The subcommands around a line that is not sure: ``sensitivity`` and ``standins``.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

import riverline as rl
from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    LayerColumnOption,
    OnlyOption,
    OnOption,
    OutOption,
    RulesOption,
    SetOption,
    StrictOption,
    file_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import conclude, end, tell, tell_file, told, with_progress

__all__ = ["assessing"]

assessing = typer.Typer()


@assessing.command()
def sensitivity(  # noqa: PLR0913 - one option a layer
    drawn: Annotated[str, typer.Argument(metavar=FILE, help="河道中心线，或湖泊、水库 | axes, or waters")],
    *,
    rules: RulesOption,
    subject: Annotated[
        Literal["axes", "water"], typer.Option(help="所划对象：河道或湖泊、水库 | what is drawn: rivers or waters")
    ] = "axes",
    axes: Annotated[str | None, file_option("湖库：封闭河口的中心线 | of waters: axes, to close mouths")] = None,
    levees: Annotated[str | None, file_option("堤防 | levees")] = None,
    bank_tops: Annotated[str | None, file_option("河道：岸顶线 | of rivers: bank tops")] = None,
    water: Annotated[str | None, file_option("河道：水域 | of rivers: water")] = None,
    lines: Annotated[str | None, file_option("湖库：征地线、规划线 | of waters: acquisition, plan lines")] = None,
    flood_levels: Annotated[str | None, file_option("洪水位，图层或表格 | flood levels, layer or table")] = None,
    terrain: Annotated[Path | None, typer.Option(metavar="FILE", help="地形栅格，配合洪水位 | terrain raster")] = None,
    parcels: Annotated[str | None, file_option("宗地 | parcels")] = None,
    level: Annotated[float, typer.Option(metavar="M", help="洪水位升降，0 为不扰动 | levels up and down")] = 0.1,
    terrain_shift: Annotated[float, typer.Option(metavar="M", help="地形升降，0 为不扰动 | terrain up and down")] = 0.5,
    toe: Annotated[float, typer.Option(metavar="M", help="堤防内外移动，0 为不扰动 | levees in and out")] = 0.5,
    edge: Annotated[float, typer.Option(metavar="M", help="湖、库水边内外移动，0 为不扰动 | edges of waters")] = 0.5,
    accuracy: Annotated[
        float, typer.Option(metavar="M", help="图面精度，移动超过它才列出 | what the map can show")
    ] = 1.0,
    column: LayerColumnOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("敏感性成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """界线敏感性：水位、地形、堤脚有误时界线移动多少、涉及谁的地 | how far the line moves if its inputs are wrong."""
    named = {"axes": axes, "levees": levees, "bank_tops": bank_tops, "water": water, "flood_levels": flood_levels,
             "lines": lines, "parcels": parcels}  # fmt: skip
    with told(language) as console:
        if named[subject] is not None:
            raise rl.JobError(
                f"--subject {subject} 的图层就是第一个参数 {drawn}，不能再用 --{subject} 给出",
                f"--subject {subject}: its layer is the first argument, {drawn}; leave out --{subject}",
            )
        named = {subject: drawn, **{name: file for name, file in named.items() if name != subject}}
        layers = named_layers(named, crs, encoding, column, set_, only=only, unnamed=subject)
        from riverline.cli.jobs.estimates import SureJob, measure
        from riverline.cli.printing.sketched import band_table

        shifts = {"level_m": level, "terrain_m": terrain_shift, "toe_m": toe, "edge_m": edge,
                  "map_accuracy_m": accuracy}  # fmt: skip
        job = SureJob(layers, rules, out, shifts, terrain, on, language, subject)
        delivery = with_progress(lambda tell: measure(job, tell), language, console)
        table = band_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)


@assessing.command()
def standins(  # noqa: PLR0913 - one option a layer
    axes: Annotated[str, typer.Argument(metavar=FILE, help="河道中心线 | river axes")],
    *,
    within: Annotated[float, typer.Option(metavar="M", help="距中心线不超过此距离 | no further from the axis")],
    roads: Annotated[str | None, file_option("道路 | roads")] = None,
    canals: Annotated[str | None, file_option("渠道 | canals")] = None,
    villages: Annotated[str | None, file_option("村庄 | villages")] = None,
    slope_feet: Annotated[str | None, file_option("山坡脚 | feet of slopes")] = None,
    scarps: Annotated[str | None, file_option("陡坎 | scarps")] = None,
    flood_marks: Annotated[str | None, file_option("洪痕线 | flood marks")] = None,
    column: LayerColumnOption = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: Annotated[Path, typer.Option(metavar="FILE.gpkg", help="输出文件 | file for the results")] = Path(
        "替代线.gpkg"
    ),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """没有堤防、洪水位和岸顶线时，找可替代的道路、渠道、村庄等 | lines that may stand in for a bank that has none."""
    named = {"axes": axes, "roads": roads, "canals": canals, "villages": villages, "slope_feet": slope_feet,
             "scarps": scarps, "flood_marks": flood_marks}  # fmt: skip
    layers = named_layers(named, crs, encoding, column, set_, only=only)
    with told(language) as console:
        from riverline.cli.jobs.estimates import StandInJob, stand_in
        from riverline.cli.printing.sketched import stand_in_table

        done = with_progress(lambda tell: stand_in(StandInJob(layers, out, within, language), tell), language, console)
        tell(console, done.inputs, (stand_in_table(done.bank_tops, language),), done.faults, language)
        tell_file(console, done.path)
        for zh, en, command in done.following:
            said = f"下一步，{zh}：" if language == "zh" else f"next, {en}:"
            console.print(f"{said}\n{command}", markup=False, highlight=False, soft_wrap=True)
        end(done.faults, strict=strict)
