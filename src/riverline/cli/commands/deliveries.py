"""The subcommands that go on from a demarcation: stakes, titles, the shoreline plan.

What draws on geopandas is imported by the command that needs it, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    DrawnArgument,
    EncodingOption,
    LanguageOption,
    OnlyOption,
    OnOption,
    OutOption,
    SetOption,
    StrictOption,
    file_option,
    layer_column_option,
    named_layers,
)  # fmt: skip
from riverline.cli.printing.telling import conclude, told, with_progress

__all__ = ["confirm", "shoreline", "stakes"]


def stakes(  # noqa: PLR0913 - one option a layer
    lines: DrawnArgument,
    *,
    rules: Annotated[str, typer.Option(metavar="NAME", help="划界所用的规则集 | the rule set they were drawn by")],
    admin: Annotated[str | None, file_option("行政区 | administrative units")] = None,
    structures: Annotated[str | None, file_option("涉水建筑物 | works at the line")] = None,
    existing: Annotated[str | None, file_option("原有界桩，图层或表格 | stakes that stand, layer or table")] = None,
    existing_boards: Annotated[str | None, file_option("原有公告牌 | boards that stand")] = None,
    settings: Annotated[str | None, file_option("周边环境：城镇、乡村、峡谷 | town, country or gorge")] = None,
    axes: Annotated[str | None, file_option("河道中心线，用于桩号 | axes, for chainages")] = None,
    breaks: Annotated[str | None, file_option("断链 | breaks of the chainage")] = None,
    landmarks: Annotated[str | None, file_option("方位物，填入点之记 | landmarks, for the point notes")] = None,
    role: Annotated[
        Literal["mark", "define"], typer.Option(help="以线为准或以桩连线为准 | stakes mark or define the line")
    ] = "mark",
    of: Annotated[
        Literal["management", "protection"],
        typer.Option(help="沿管理范围线或沿保护范围外缘布桩 | along the line of which extent"),
    ] = "management",
    column: Annotated[list[str] | None, layer_column_option("existing::桩号=number")] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("界桩成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """布设界桩与公告牌，输出 map.html 与 界桩.gpkg | place stakes and boards along the lines."""
    named = {"admin": admin, "structures": structures, "existing": existing, "existing_boards": existing_boards,
             "settings": settings, "axes": axes, "breaks": breaks, "landmarks": landmarks}  # fmt: skip
    layers = named_layers(named, crs, encoding, column, set_, only=only)
    with told(language) as console:
        from riverline.cli.jobs.stakes import StakeJob, place
        from riverline.cli.printing.staked import stake_table

        delivery = place(StakeJob(lines, layers, rules, out, on, role, of, language))
        placed = delivery.result
        table = stake_table(placed.stakes, placed.boards, language)
        conclude(console, delivery, (table,), placed.faults, language, strict=strict)


def confirm(  # noqa: PLR0913 - one option a layer
    extents: Annotated[str, typer.Argument(metavar=FILE, help="管理范围 | management extents")],
    parcels: Annotated[str, typer.Argument(metavar=FILE, help="宗地 | parcels")],
    *,
    land_classes: Annotated[str | None, file_option("地类图斑 | patches of the land survey")] = None,
    axes: Annotated[str | None, file_option("河道中心线，用于分岸别 | river axes, to part by bank")] = None,
    admin: Annotated[str | None, file_option("行政区，用于分县汇总 | administrative areas")] = None,
    registered_areas: Annotated[
        str | None,
        typer.Option(metavar="FILE[::SHEET]", help="证载面积表：宗地代码与面积 | registered areas by parcel code"),
    ] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="M", help="窄于此宽度的缝隙和重叠视为图形误差 | width below which gaps are slivers")
    ] = 0.3,
    clean: Annotated[
        bool, typer.Option("--clean", help="并入缝隙和窄条重叠，逐处列出 | tidy slivers and list every change")
    ] = False,
    column: Annotated[list[str] | None, layer_column_option("ZDMJ=registered_area_m2", ("宗地", "the parcels"))] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("确权成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """确权：管理范围内的权属分块与面积汇总 | who holds the land inside the extents, and where titles disagree."""
    named = {"extents": extents, "parcels": parcels, "land_classes": land_classes, "axes": axes, "admin": admin,
             "registered_areas": registered_areas}  # fmt: skip
    layers = named_layers(named, crs, encoding, column, set_, only=only, unnamed="parcels")
    with told(language) as console:
        from riverline.cli.jobs import confirmation as titles
        from riverline.cli.printing.summary import register_table

        title = "河道管理范围权属" if language == "zh" else "Titles inside river management extents"
        job = titles.TitleJob(layers, out, tolerance, clean, language, title)
        delivery = with_progress(lambda tell: titles.carry_out(job, tell), language, console)
        table = register_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)


def shoreline(  # noqa: PLR0913 - one option a layer
    drawn: DrawnArgument,
    *,
    waterside: Annotated[str | None, file_option("临水边界线 | waterside lines")] = None,
    water: Annotated[
        str | None, file_option("水域，没有临水边界线时以其边线代替 | water, whose edges stand in for waterside lines")
    ] = None,
    uses: Annotated[str | None, file_option("岸线利用项目 | facilities that use shoreline")] = None,
    sensitive: Annotated[str | None, file_option("岸线敏感因素 | sensitive areas")] = None,
    admin: Annotated[str | None, file_option("县（区），用于分县统计 | counties, to sum up by")] = None,
    axes: Annotated[
        str | None, file_option("河道中心线，分区沿其法线切分 | axes, on whose normals zones are cut")
    ] = None,
    zone_rules: Annotated[
        str, typer.Option(metavar="NAME", help="分区规则名称或 TOML 文件 | zone rules, by name or TOML file")
    ] = "national",
    rules: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="划界所用规则集，不写则按文件所记 | rule set of the lines, else as the file says"
        ),
    ] = "",
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="成果模板：sichuan、zhejiang 或自编 TOML | export profile: sichuan, zhejiang or a TOML file",
        ),
    ] = None,
    column: Annotated[list[str] | None, layer_column_option("XMMC=name", ("利用项目", "the uses"))] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("岸线规划成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """岸线规划：两线、四区、利用率，输出 map.html 与 岸线规划.gpkg | lines, zones and utilisation of the shoreline."""
    named = {"waterside": waterside, "water": water, "uses": uses, "sensitive": sensitive, "admin": admin, "axes": axes}
    if waterside is not None and water is not None:
        raise typer.BadParameter("--waterside 与 --water 只给一个 | give --waterside or --water, not both")
    layers = named_layers(named, crs, encoding, column, set_, only=only, unnamed="uses")
    with told(language) as console:
        from riverline.cli.jobs import shoreline as planning
        from riverline.cli.printing.summary import utilisation_table

        title = "岸线保护与利用规划" if language == "zh" else "Shoreline protection and use plan"
        job = planning.PlanJob(drawn, layers, out, rules, on, zone_rules, profile, language, title)
        delivery = with_progress(lambda tell: planning.carry_out(job, tell), language, console)
        table = utilisation_table(delivery.result, language)
        conclude(console, delivery, (table,), delivery.result.faults, language, strict=strict)
