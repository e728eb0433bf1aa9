"""The subcommand that makes indicators of the year's results: what ``riverline score`` takes.

What draws on geopandas is imported when the command runs, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from riverline.cli.options import LanguageOption, file_option
from riverline.cli.printing.telling import tell_file, told

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["indicators"]

_NOBODYS = {"river": ("没有河流", "without a river"), "admin": ("没有行政区", "without a unit"),
            "chief": ("没有河长", "without a chief")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Written:
    """Results as they stand in files of their commands."""

    coverage: gpd.GeoDataFrame
    checks: gpd.GeoDataFrame
    duties: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True)
class _Reaches:
    reaches: gpd.GeoDataFrame


def indicators(  # noqa: PLR0913 - one option a result
    *,
    by: Annotated[
        Literal["river", "admin", "chief"], typer.Option(help="考核对象：河流、行政区、河长 | whom the score is for")
    ],
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="考核期第一天 | first day")],
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="考核期最后一天 | last day")],
    period: Annotated[str, typer.Option(metavar="TEXT", help="考核期名称，例 2025Q4 | name of the period")] = "",
    ledger: Annotated[Path | None, typer.Option(metavar="台账.gpkg", help="整改台账 | the ledger")] = None,
    patrols: Annotated[
        Path | None, typer.Option(metavar="FILE.gpkg", help="riverline patrols 的成果 | layers of riverline patrols")
    ] = None,
    outfalls: Annotated[
        Path | None, typer.Option(metavar="FILE.gpkg", help="riverline outfalls 的成果 | layers of riverline outfalls")
    ] = None,
    chiefs: Annotated[str | None, file_option("各级河长，断面归谁 | chiefs, on whose reach a section lies")] = None,
    admin: Annotated[
        str | None, file_option("行政区，巡河和断面归谁 | units, of which duties and sections are")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE.csv", help="输出文件 | file for the values")] = Path("指标值.csv"),
    language: LanguageOption = "zh",
) -> None:
    """由台账、巡河、水质成果汇总考核指标，交给 riverline score | indicators from results, for riverline score."""
    if ledger is None and patrols is None and outfalls is None:
        raise typer.BadParameter(
            "至少要有 --ledger、--patrols、--outfalls 之一 | give at least one of --ledger, --patrols, --outfalls"
        )
    with told(language) as console:
        import riverline as rl
        from riverline.assessment.gathering import gathered
        from riverline.cli.files import file_and_layer

        schema = rl.schema
        walked = judged = None
        if patrols is not None:
            layers = (schema.COVERAGE, schema.DUTY_CHECKS, schema.PATROLLED_DUTIES)
            walked = _Written(*(rl.read_layer(patrols, each) for each in layers))
        if outfalls is not None:
            judged = _Reaches(rl.read_layer(outfalls, schema.SECTION_REACHES))
        given = {"chiefs": (chiefs, schema.CHIEFS), "admin": (admin, schema.ADMIN)}
        named = {
            name: rl.read_layer((at := file_and_layer(text))[0], each, layer=at[1])
            for name, (text, each) in given.items()
            if text is not None
        }
        book = None if ledger is None else rl.Ledger.open(ledger, create=False)
        rows, nobodys = gathered(
            by=by,
            since=since,
            until=until,
            period=period,
            ledger=book,
            patrols=walked,
            inventory=judged,
            **named,
        )
        try:
            rows.to_csv(out, index=False, encoding="utf-8-sig")
        except OSError as error:
            raise rl.JobError(
                f"不能写入 {out.name}：{error.strerror}", f"cannot write {out.name}: {error.strerror}"
            ) from error
        said = f"{rows['subject'].nunique()} 个对象，{len(rows)} 个指标值"
        english = f"{len(rows)} values of {rows['subject'].nunique()} subjects"
        console.print(said if language == "zh" else english, highlight=False)
        if nobodys:
            zh, en = _NOBODYS[by]
            lost = f"另有 {nobodys} 条记录{zh}，未计入" if language == "zh" else f"{nobodys} records {en} were left out"
            console.print(lost, highlight=False)
        tell_file(console, out)
