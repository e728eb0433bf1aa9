"""The subcommands that look at what was drawn: ``inspect`` and ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from riverline.cli.options import (
    FILE,
    CRSOption,
    EncodingOption,
    LanguageOption,
    OnOption,
    OutOption,
    StrictOption,
    columns_by_layer,
    file_option,
    named_layer,
)
from riverline.cli.telling import end, tell_file, told

__all__ = ["reviews"]

reviews = typer.Typer()
RESULT = "成果.gpkg"


@reviews.command()
def inspect(  # noqa: PLR0913 - one option a layer
    lines: Annotated[Path, typer.Argument(metavar=RESULT, help="demarcate 写出的图层 | what demarcate wrote")],
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
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER::YOURS=OURS",
            help="字段对应，可写多次，例 bridges::编号=work_id | field mapping, may be repeated",
        ),
    ] = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    on: OnOption = None,
    out: OutOption = Path("质检成果"),
    language: LanguageOption = "zh",
    strict: StrictOption = False,
) -> None:
    """成果质检：逐项检查，输出 map.html 与 质检.gpkg | check a delivery before it leaves the house."""
    named = {"stakes": stakes, "boards": boards, "holdings": holdings, "axes": axes, "water": water, "levees": levees,
             "bridges": bridges}  # fmt: skip
    given = {name: text for name, text in named.items() if text is not None}
    columns = columns_by_layer(column or [], given)
    with told(language) as console:
        from riverline.cli.reviewing import InspectJob, inspect_file
        from riverline.cli.summary import check_table, fault_rows, input_table

        layers = {name: named_layer(text, crs, encoding, columns.get(name)) for name, text in given.items()}
        review = inspect_file(InspectJob(lines, layers, rules, out, checks, on, language))
        console.print(input_table(review.inputs, language))
        console.print(check_table(review.result, language))
        console.print(fault_rows(review.result.faults, language))
        for path in (review.map_path, review.layers_path):
            tell_file(console, path)
        end(review.result.faults, strict=strict)


@reviews.command()
def compare(  # noqa: PLR0913 - one option a layer
    old: Annotated[Path, typer.Argument(metavar="OLD.gpkg", help="原成果 | the result before")],
    new: Annotated[Path, typer.Argument(metavar="NEW.gpkg", help="新成果 | the result after")],
    *,
    old_stakes: Annotated[str | None, file_option("原界桩 | the stakes before")] = None,
    new_stakes: Annotated[str | None, file_option("新界桩 | the stakes after")] = None,
    parcels: Annotated[str | None, typer.Option(metavar=FILE, help="宗地 | parcels")] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="M", help="移动不超过此距离视为未动 | what moved by no more did not move")
    ] = 0.1,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    out: OutOption = Path("修订成果"),
    language: LanguageOption = "zh",
) -> None:
    """修订对比：界线、面积、界桩、宗地的变动与原因 | what a revision moved, and why."""
    if (old_stakes is None) != (new_stakes is None):
        raise typer.BadParameter("--old-stakes 与 --new-stakes 要一起给出 | --old-stakes and --new-stakes go together")
    with told(language) as console:
        from riverline.cli.reviewing import CompareJob, compare_files
        from riverline.cli.summary import fault_counts, revision_table

        owned = None if parcels is None else named_layer(parcels, crs, encoding, None)
        pair = None
        if old_stakes is not None and new_stakes is not None:
            pair = (named_layer(old_stakes, crs, encoding, None), named_layer(new_stakes, crs, encoding, None))
        review = compare_files(CompareJob(old, new, out, owned, pair, tolerance, language))
        console.print(revision_table(review.result, language))
        console.print(fault_counts(review.result.faults, language))
        for path in (review.map_path, review.layers_path):
            tell_file(console, path)
