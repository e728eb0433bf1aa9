"""The subcommand that writes a delivered GeoPackage in the format that somebody else needs.

What draws on geopandas is imported when the command runs, so that ``riverline --help`` answers at once.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Literal

import typer

from riverline.cli.options import LanguageOption, file_option, layer_column_option, named_layers
from riverline.cli.printing.telling import tell_file, told, with_progress

__all__ = ["export"]


def export(  # noqa: PLR0913 - one option a thing to say
    files: Annotated[
        list[Path], typer.Argument(metavar="成果.gpkg…", help="riverline 写出的图层 | layers that riverline wrote")
    ],
    *,
    to: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            help="gpkg、shp、gdb、dxf、kmz、xlsx、geojson、parquet、pmtiles、txt（勘测定界坐标）、ovi | the format",
        ),
    ],
    layer: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="只写此图层，可写多次 | only this layer, may be repeated")
    ] = None,
    axes: Annotated[str | None, file_option("河道中心线，一并写出 | river axes, written too")] = None,
    water: Annotated[str | None, file_option("水域，一并写出 | water, written too")] = None,
    levees: Annotated[str | None, file_option("堤防，一并写出 | levees, written too")] = None,
    column: Annotated[list[str] | None, layer_column_option("axes::HDBM=river_id")] = None,
    photo_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="kmz 的照片字段 | column that names photos, for kmz")
    ] = None,
    photo_folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="照片所在的文件夹 | the folder of the photos")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="成果模板或 TOML，gpkg、gdb、shp | a receiver's profile")
    ] = None,
    encoding: Annotated[
        Literal["GBK", "UTF-8"] | None, typer.Option(help="shp、ovi 的文本编码 | text encoding of shp and ovi")
    ] = None,
    zip_: Annotated[bool, typer.Option("--zip", help="shp、gdb 打包为 zip | as one zip")] = False,
    project: Annotated[
        bool, typer.Option("--project", help="gpkg 旁另写 QGIS 工程 | a QGIS project beside the gpkg")
    ] = False,
    drawing: Annotated[
        str | None, typer.Option(metavar="NAME", help="dxf 的制图模板或 TOML，例 cass-hhhj | preset of the drawing")
    ] = None,
    scale: Annotated[int | None, typer.Option(metavar="N", help="dxf 的比例尺分母 | denominator of its scale")] = None,
    zone_prefix: Annotated[
        bool | None,
        typer.Option("--zone-prefix/--no-zone-prefix", help="dxf 东坐标带不带带号 | zone number before eastings"),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(
            metavar="CRS", help="dxf、txt 的坐标系，例 EPSG:4548；不写则按经度选带 | the plane of dxf and txt"
        ),
    ] = None,
    dialect: Annotated[
        str | None, typer.Option(metavar="NAME", help="txt 的格式或 TOML，例 farmland | dialect of the text")
    ] = None,
    form: Annotated[str | None, typer.Option(metavar="NAME", help="xlsx 的表式或 TOML | form of the workbook")] = None,
    max_zoom: Annotated[int | None, typer.Option(metavar="N", help="pmtiles 的最大级别 | its largest zoom")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="输出文件，不写则按原名 | the file")] = None,
    language: LanguageOption = "zh",
) -> None:
    """把成果写成别的格式：CASS、奥维、ArcGIS、Excel、国土坐标文件 | write delivered layers in another format."""
    said = {"profile": profile, "encoding": encoding, "zip": zip_ or None, "project": project or None,
            "drawing": drawing, "scale": scale, "zone_prefix": zone_prefix, "dialect": dialect, "form": form,
            "max_zoom": max_zoom, "crs": crs, "photo_column": photo_column, "photo_folder": photo_folder}  # fmt: skip
    beside = named_layers({"axes": axes, "water": water, "levees": levees}, None, None, column)
    with told(language, command="export") as console:
        from riverline.cli.jobs.exporting import ExportJob, export_file
        from riverline.cli.printing.exported import layer_table, left_out, without_codes

        given = {name: value for name, value in said.items() if value is not None}
        job = ExportJob(files, to.casefold(), out, tuple(layer or ()), given, language, beside)
        done = with_progress(lambda tell: export_file(job, tell), language, console)
        console.print(layer_table(done.rows, language))
        if done.left:
            console.print(f"· {left_out(done.left, profile or job.to, language)}", markup=False, highlight=False)
        for note in done.notes:
            console.print(f"· {note}", markup=False, highlight=False)
        bare = without_codes(drawing, language) if job.to == "dxf" else ""
        if bare:
            console.print(f"· {bare}", markup=False, highlight=False)
        for path in done.paths:
            tell_file(console, path)
