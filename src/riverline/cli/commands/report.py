"""The subcommands of ``riverline report``: each one report, from what was delivered and the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from riverline.cli.options import FILE, CRSOption, EncodingOption, LanguageOption, file_option, named_layers
from riverline.cli.printing.telling import tell_file, told

if TYPE_CHECKING:
    from rich.console import Console

    from riverline.cli.jobs.report import Delivered
    from riverline.schema import Language

__all__ = ["report_app"]

report_app = typer.Typer(help="报告：河流档案、划界公告、月通报 | reports", no_args_is_help=True)

DeliveredArgument = Annotated[
    list[str], typer.Argument(metavar=f"{FILE}…", help="成果图层文件，可写多个 | files of layers, one or more")
]
ReportOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="输出文件：.html .docx .pdf .xlsx | the file to write")
]
TemplateOption = Annotated[
    Path | None, typer.Option(metavar="FILE.docx", help="自定 Word 模板 | Word template of your own")
]
FontsOption = Annotated[Path | None, typer.Option(metavar="DIR", help="另找字体的文件夹 | folder with more fonts")]
AxesOption = Annotated[str | None, file_option("河道中心线 | river axes")]
LedgerOption = Annotated[Path | None, typer.Option(metavar="台账.gpkg", help="整改台账 | the ledger")]
AuthorityOption = Annotated[str | None, typer.Option(metavar="TEXT", help="发文机关，不写则留空 | who issues it")]
NumberOption = Annotated[str | None, typer.Option(metavar="TEXT", help="文号，不写则留空 | number of the document")]
DateOption = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="日期，不写则留空 | day, else a blank")]


@report_app.command()
def dossier(  # noqa: PLR0913 - one option a thing to say
    river: Annotated[str, typer.Argument(metavar="RIVER", help="河流编码 | code of the river")],
    files: DeliveredArgument,
    *,
    ledger: LedgerOption = None,
    axes: AxesOption = None,
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="台账截至日期，不写则为最后一天 | day of the ledger")
    ] = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    template: TemplateOption = None,
    fonts: FontsOption = None,
    out: ReportOption = None,
    language: LanguageOption = "zh",
) -> None:
    """一河一档：一条河的全部成果汇成一份档案 | everything of one river as one document."""
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import report

        read = report.read_delivered(files)
        given = [*_axes(axes, crs, encoding), *read.frames, *([] if ledger is None else [report.book_of(ledger)])]
        path = Path(report.file_name(river)) if out is None else out
        made = rl.reports.dossier(river, *given, path=path, language=language, on=on, template=template, fonts=fonts)
        _end(console, read, made, language)


@report_app.command()
def announcement(  # noqa: PLR0913 - one option a blank
    files: DeliveredArgument,
    *,
    place: Annotated[str | None, typer.Option(metavar="TEXT", help="县（市、区），不写则留空 | where")] = None,
    authority: AuthorityOption = None,
    date: DateOption = None,
    number: NumberOption = None,
    contact: Annotated[str | None, typer.Option(metavar="TEXT", help="联系方式，不写则留空 | whom to ask")] = None,
    template: TemplateOption = None,
    fonts: FontsOption = None,
    out: ReportOption = None,
    language: LanguageOption = "zh",
) -> None:
    """划界公告拟稿：河流、范围、长度、依据、界桩坐标 | draft of an announcement of extents."""
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import report

        read = report.read_delivered(files)
        path = (Path("划界公告.docx") if language == "zh" else Path("announcement.docx")) if out is None else out
        made = rl.reports.announcement(
            *read.frames, path=path, place=place, authority=authority, date=date, number=number, contact=contact,
            language=language, template=template, fonts=fonts,
        )  # fmt: skip
        _end(console, read, made, language)


@report_app.command()
def monthly(  # noqa: PLR0913 - one option a thing to say
    ledger: Annotated[Path, typer.Argument(metavar="台账.gpkg", help="整改台账 | the ledger")],
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar=f"[{FILE}…]", help="热点、巡河、考核的成果 | layers of hotspots, patrols, scores"),
    ] = None,
    *,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="月份 | the month")],
    by: Annotated[
        Literal["admin", "river_id", "responsible"],
        typer.Option(help="统计单位：行政区、河流、责任人 | unit that is counted and ranked by"),
    ] = "admin",
    axes: AxesOption = None,
    authority: AuthorityOption = None,
    number: NumberOption = None,
    date: DateOption = None,
    crs: CRSOption = None,
    encoding: EncodingOption = None,
    template: TemplateOption = None,
    fonts: FontsOption = None,
    out: ReportOption = None,
    language: LanguageOption = "zh",
) -> None:
    """月通报：发现、销号、逾期、反弹，分单位排名 | circular of a month."""
    with told(language) as console:
        import riverline as rl
        from riverline.cli.jobs import report

        book = report.book_of(ledger)
        read = report.read_delivered(files or [])
        name = f"通报{month}" if language == "zh" else f"monthly_{month}"
        made = rl.reports.monthly(
            book, *_axes(axes, crs, encoding), *read.frames, month=month, by=by, authority=authority, number=number,
            date=date, path=Path(report.file_name(name, ending=".docx")) if out is None else out, language=language,
            template=template, fonts=fonts,
        )  # fmt: skip
        _end(console, read, made, language)


@report_app.command("template")
def template_file(
    out: Annotated[Path, typer.Argument(metavar="FILE.docx", help="输出文件 | the file to write")],
    language: LanguageOption = "zh",
) -> None:
    """写出 Word 模板，供修改后用于 --template | write the Word template, to be edited."""
    with told(language) as console:
        import riverline as rl

        tell_file(console, rl.reports.write_template(out))


def _axes(text: str | None, crs: str | None, encoding: str | None) -> list[Any]:
    import riverline as rl
    from riverline.cli.jobs.steps import read_named

    layers = named_layers({"axes": text}, crs, encoding, None)
    return [read_named(name, layer, rl.schema.AXES) for name, layer in layers.items()]


def _end(console: Console, read: Delivered, made: Path, language: Language) -> None:
    """Name what was left aside, and the file."""
    if read.aside:
        names = ("、" if language == "zh" else ", ").join(read.aside)
        said = f"未用的图层：{names}" if language == "zh" else f"layers that were not used: {names}"
        console.print(f"· {said}", markup=False, highlight=False)
    tell_file(console, made)
