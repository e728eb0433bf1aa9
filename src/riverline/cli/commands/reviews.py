"""The subcommands that look at what was drawn: ``inspect`` and ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riverline.cli.options import (
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
from riverline.cli.printing.telling import conclude, told

__all__ = ["reviews"]

reviews = typer.Typer()

_AGES = ("old", "new")


@reviews.command()
def inspect(  # noqa: PLR0913 - one option a layer
    lines: DrawnArgument,
    *,
    rules: Annotated[str, typer.Option(metavar="NAME", help="划界所用的规则集 | the rule set they were drawn by")],
    checks: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="自定限值与检查 | limits and checks of your own")
    ] = None,
    stakes: Annotated[str | None, file_option("界桩 | stakes")] = None,
    boards: Annotated[str | None, file_option("公告牌 | boards")] = None,
    holdings: Annotated[str | None, file_option("权属分块 | holdings")] = None,
    axes: Annotated[str | None, file_option("河道中心线 | river axes")] = None,
    water: Annotated[str | None, file_option("水域 | water")] = None,
    levees: Annotated[str | None, file_option("堤防 | levees")] = None,
    bridges: Annotated[str | None, file_option("桥梁 | bridges")] = None,
    settings: Annotated[str | None, file_option("周边环境，布桩所用 | surroundings that stakes were placed by")] = None,
    zones: Annotated[str | None, file_option("岸线功能分区 | zones of a shoreline plan")] = None,
    shorelines: Annotated[str | None, file_option("岸线控制线 | the two lines of a shoreline plan")] = None,
    column: Annotated[list[str] | None, layer_column_option("bridges::编号=work_id")] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("质检成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """成果质检：逐项检查，输出 map.html 与 质检.gpkg | check a delivery before it leaves the house."""
    named = {"stakes": stakes, "boards": boards, "holdings": holdings, "axes": axes, "water": water, "levees": levees,
             "bridges": bridges, "settings": settings, "zones": zones, "shorelines": shorelines}  # fmt: skip
    layers = named_layers(named, crs, encoding, column, set_, only=only)
    with told(language) as console:
        from riverline.cli.jobs.reviews import InspectJob, inspect_file
        from riverline.cli.printing.summary import check_table

        review = inspect_file(InspectJob(lines, layers, rules, out, checks, on, language))
        table = check_table(review.result, language)
        conclude(console, review, (table,), review.result.faults, language, strict=strict, each=True)


@reviews.command()
def compare(  # noqa: PLR0913 - one option a layer
    old: Annotated[Path, typer.Argument(metavar="OLD.gpkg", help="原成果 | the result before")],
    new: Annotated[Path, typer.Argument(metavar="NEW.gpkg", help="新成果 | the result after")],
    *,
    old_stakes: Annotated[str | None, file_option("原界桩 | the stakes before")] = None,
    new_stakes: Annotated[str | None, file_option("新界桩 | the stakes after")] = None,
    old_holdings: Annotated[str | None, file_option("原权属分块 | the holdings before")] = None,
    new_holdings: Annotated[str | None, file_option("新权属分块 | the holdings after")] = None,
    parcels: Annotated[str | None, file_option("宗地，代替权属分块 | parcels, in place of holdings")] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="M", help="移动不超过此距离视为未动 | what moved by no more did not move")
    ] = 0.1,
    column: Annotated[list[str] | None, layer_column_option("ZDDM=parcel_id", ("宗地", "the parcels"))] = None,
    set_: SetOption = None,
    only: OnlyOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("修订成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """修订对比：界线、面积、界桩、宗地的变动与原因 | what a revision moved, and why."""
    pairs = {"stakes": (old_stakes, new_stakes), "holdings": (old_holdings, new_holdings)}
    for name, (before, after) in pairs.items():
        if (before is None) != (after is None):
            raise typer.BadParameter(
                f"--old-{name} 与 --new-{name} 要一起给出 | --old-{name} and --new-{name} go together"
            )
    named = {f"{age}_{name}": text for name, pair in pairs.items() for age, text in zip(_AGES, pair, strict=True)}
    layers = named_layers(named | {"parcels": parcels}, crs, encoding, column, set_, only=only, unnamed="parcels")
    with told(language) as console:
        from riverline.cli.jobs.reviews import CompareJob, compare_files
        from riverline.cli.printing.summary import revision_table

        review = compare_files(CompareJob(old, new, out, layers, tolerance, language))
        table = revision_table(review.result, language)
        conclude(console, review, (table,), review.result.faults, language, strict=strict)
