"""The gallery: every kind of output as it looks, made from the samples while the documentation is built."""

from __future__ import annotations

import csv
import io
import itertools
import shutil
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import easel
import geopandas as gpd
import pyogrio
import studio

import riverline as rl

if TYPE_CHECKING:
    from collections.abc import Callable

    Shown = list[Path | str]

_AUGUST = 8
_CRACK_M = 2.0
_KML = "{http://www.opengis.net/kml/2.2}"
_INTRO = """# 成果图样 · Gallery

每一种成果长什么样：这一页的图和摘录都是构建文档时用清水县（虚构）样例现做的，没有一张是画好放进来的。每种写明是什么、给谁、用什么打开、
一行怎么做；从头到尾做一遍见笔记本 [05](05_maps_and_handover.ipynb)。

What every kind of output looks like, made from the invented county when this page was built. `drawn` is a demarcation,
the other names are what notebooks 01–05 call them.
"""


@dataclass
class Studio:
    """Where the pictures are taken: results, a browser, a folder for pictures."""

    county: studio.County
    camera: studio.Camera
    folder: Path

    def page(self, name: str, made: Any, **how: Any) -> Path:
        """A map, saved and photographed."""
        return self.camera.shoot(rl.maps.save(made, self.work(f"{name}.html")), self.folder / f"{name}.png", **how)

    def work(self, name: str) -> Path:
        """A file that is photographed, not kept."""
        return self.county.folder / name

    def pages(self, name: str, pdf: Path, *numbers: int) -> Shown:
        """Pages of a PDF."""
        return list(studio.rasterise(pdf, self.folder / name, pages=numbers))

    @cached_property
    def office_files(self) -> dict[str, Path]:
        """A workbook, a report and the template, as LibreOffice prints them."""
        studio.libreoffice()
        here, brook = self.county, self.county.willow
        files = [
            rl.export.to_xlsx(self.work("tables.xlsx"), brook["drawn"], brook["stakes"]),
            rl.reports.announcement(here.drawn, here.stakes, place="清水县", path=self.work("announcement.docx")),
            rl.reports.write_template(self.work("template.docx")),
        ]
        return {file.stem: pdf for file, pdf in zip(files, studio.as_pdf(*files), strict=True)}


@dataclass(frozen=True)
class Kind:
    """One kind of output: which public names make it, what it is, who opens it, how to make it."""

    key: str
    group: str
    zh: str
    en: str
    names: tuple[str, ...]
    what_zh: str
    what_en: str
    desk: str
    code: str


# Maps ---------------------------------------------------------------------------------------------------------------


def _demarcation(at: Studio) -> Shown:
    here = at.county
    made = rl.maps.show(here.drawn, here.axes, here.stakes, here.boards, title="清水县河道管理范围（样例）")
    return [at.page("map-demarcation", made)]


def _whole(at: Studio) -> Shown:
    here = at.county
    gaps = here.patrols.gaps[here.patrols.gaps["level"] == "village"]
    given = (here.drawn, here.axes, here.stakes, here.titles, here.changes, here.unsolved, here.spots, gaps)
    return [at.page("map-whole", rl.maps.show(*given, here.inventory, title="清水县河湖一张图（样例）"))]


def _swipe(at: Studio) -> Shown:
    here = at.county
    august = {scene.date.year: scene for scene in here.scenes if scene.date.month == _AUGUST}
    title = "清水河 2023–2025 影像对比（样例）"
    made = rl.maps.show_change(august[2023], august[2025], here.changes, here.drawn.extents, title=title)
    return [at.page("map-swipe", made)]


def _ledger(at: Studio) -> Shown:
    return [at.page("map-ledger", rl.maps.show_ledger(at.county.ledger, at.county.axes, title="整改台账（样例）"))]


def _hotspots(at: Studio) -> Shown:
    here = at.county
    made = rl.maps.show_hotspots(here.spots, here.axes, here.problems, title="四乱热点（样例）")
    return [at.page("map-hotspots", made)]


def _patrols(at: Studio) -> Shown:
    made = rl.maps.show_patrols(at.county.patrols, at.county.axes, title="2025 年四季度巡河（样例）")
    return [at.page("map-patrols", made)]


def _batch(at: Studio) -> Shown:
    here = at.county
    given = [here.drawn, here.axes, here.stakes, here.unsolved[here.unsolved["river_id"] != ""]]
    made = rl.maps.batch(given, at.work("各河地图"), title="清水县（样例）", shared_assets=True)
    return [at.camera.shoot(made.index_path, at.folder / "map-index.png")]


# Sheets -------------------------------------------------------------------------------------------------------------

_IMPRINT = {"unit": "清水县水利局", "date": "2026年1月", "secrecy": "内部使用"}


def _sheet(at: Studio) -> Shown:
    brook, picture = at.county.willow, at.folder / "sheet.png"
    imprint, title = rl.plates.Imprint(**_IMPRINT), "柳溪管理范围划界图（样例）"
    rl.plates.draw(*brook.values(), path=picture, scale=20_000, title=title, imprint=imprint)
    return [picture]


def _atlas(at: Studio) -> Shown:
    brook, folder = at.county.willow, at.work("图册")
    made = rl.plates.atlas(
        list(brook.values()), folder, scale=10_000, formats=("png",), imprint=rl.plates.Imprint(**_IMPRINT)
    )
    wanted = [folder / made.plates["file"].iloc[1], *(path for path in made.paths if path.stem == "00-index")]
    pictures = [path for path in wanted if path.suffix == ".png"]
    return [Path(shutil.copy(path, at.folder / f"atlas-{path.stem}.png")) for path in pictures]


def _template(at: Studio) -> Shown:
    return [studio.draw_layout(rl.plates.qgis_template(), at.folder / "template-qgis.png")]


# Files of desktop programs ------------------------------------------------------------------------------------------


def _chips(at: Studio) -> Shown:
    here = at.county
    built = here.changes.suspects[here.changes.suspects["kind"] == "construction"]
    one = replace(here.changes, suspects=built.head(1))
    made = rl.export.to_chips(at.work("chips"), one, scenes=here.scenes, extents=here.drawn.extents)
    return [Path(shutil.copy(made[0], at.folder / "chip.png"))]


def _layers(file: Path) -> str:
    """Layers of a file, with their kind of geometry and number of features."""
    lines = []
    for name, kind in pyogrio.list_layers(file):
        if name != "layer_styles":
            lines.append(
                f"{name}　{kind or '表'}　{pyogrio.read_info(file, layer=name, force_feature_count=True)['features']}"
            )
    return "\n".join(lines)


def _table(file: Path | str, picture: Path, *columns: str, title: str, rows: int = 8) -> Path:
    """The first rows of a layer, read again, as an attribute table."""
    read = pyogrio.read_dataframe(file, max_features=rows, read_geometry=False)
    shown = list(columns or read.columns[:8])
    return easel.draw_table(shown, read[shown].to_numpy(dtype=object), picture, title=title)


def _geopackage(at: Studio) -> Shown:
    here, file, picture = at.county, at.work("图层.gpkg"), at.folder / "geopackage.png"
    rl.export.to_geopackage(file, here.drawn, here.stakes, here.boards, here.titles, project=True)
    lines = pyogrio.read_dataframe(file, layer=rl.schema.MANAGEMENT_LINES.label_zh)
    west, south, east, north = lines.total_bounds
    middle, half = (south + north) / 2, max((north - south) / 2, (east - west) * 5 / 16) * 1.04
    across = (west + east) / 2
    try:
        studio.draw_project(file.with_suffix(".qgz"), picture, (across - half * 1.6, middle - half, across + half * 1.6,
                                                                middle + half))  # fmt: skip
    except studio.NoPictureError:
        extents = pyogrio.read_dataframe(file, layer=rl.schema.EXTENTS.label_zh)
        stakes = pyogrio.read_dataframe(file, layer=rl.schema.STAKES.label_zh)
        read = [("management_lines", lines), ("extents", extents), ("stakes", stakes)]
        easel.draw_layers(read, picture, title="图层.gpkg：管理范围线、管理与保护范围、界桩")
    return [picture, _layers(file)]


def _project(at: Studio) -> Shown:
    here, file = at.county, at.work("成果.gpkg")
    rl.export.to_geopackage(
        file, here.drawn, here.stakes, here.boards, here.titles.holdings, here.changes, project=True
    )
    west, south, east, north = here.changes.suspects.total_bounds
    middle, half = (south + north) / 2, (east - west) * 5 / 16
    around = (west, middle - half, east, middle + half)
    return [studio.draw_project(file.with_suffix(".qgz"), at.folder / "qgis.png", around)]


def _shapefile(at: Studio) -> Shown:
    here, file = at.county, at.work("成果.zip")
    rl.export.to_shapefile(file, here.drawn.lines, here.drawn.extents, here.stakes)
    archive = zipfile.ZipFile(file)
    fields = list(csv.reader(io.StringIO(archive.read("字段说明.csv").decode("utf-8-sig"))))[:8]
    name = next(each for each in archive.namelist() if each.startswith("管理范围线") and each.endswith(".shp"))
    picture = _table(f"/vsizip/{file}/{name}", at.folder / "shapefile.png", title=name)
    return [picture, "\n".join(archive.namelist()), "字段说明.csv\n" + "\n".join("　".join(row[:6]) for row in fields)]


def _filegdb(at: Studio) -> Shown:
    file = rl.export.to_filegdb(at.work("成果.gdb"), at.county.drawn, at.county.axes)
    layer = pyogrio.list_layers(file)[0][0]
    read = pyogrio.read_dataframe(file, layer=layer, max_features=8, read_geometry=False)
    labels = {column.name: column.label_zh for column in rl.schema.MANAGEMENT_LINES.columns}
    heads = [f"{labels.get(name, name)}" for name in read.columns[:8]]
    rows = read.iloc[:, :8].to_numpy(dtype=object)
    return [easel.draw_table(heads, rows, at.folder / "filegdb.png", title=f"成果.gdb / {layer}"), _layers(file)]


def _dxf(at: Studio) -> Shown:
    brook, file = at.county.willow, at.work("成果.dxf")
    rl.export.to_dxf(
        file, brook["drawn"].lines, brook["drawn"].extents, brook["stakes"], drawing="cass-hhhj", scale=2_000
    )
    middle = brook["stakes"].geometry.iloc[len(brook["stakes"]) // 4]
    around = (middle.x - 150, middle.y - 90, middle.x + 150, middle.y + 90)
    return [studio.draw_dxf(file, at.folder / "dxf.png", around)]


def _kmz(at: Studio) -> Shown:
    here, file = at.county, at.work("成果.kmz")
    rl.export.to_kmz(file, here.drawn.lines, here.drawn.extents, here.stakes, here.axes)
    archive = zipfile.ZipFile(file)
    document = ET.fromstring(archive.read("doc.kml"))[0]  # noqa: S314 - our own file
    lines = ["成果.kmz", *(f"  {name}" for name in archive.namelist() if name != "doc.kml"), "  doc.kml"]
    for folder in document.findall(f"{_KML}Folder"):
        lines.append(f"    {folder.findtext(f'{_KML}name')}　{len(list(folder.iter(f'{_KML}Placemark')))}")
        lines += [f"      {each.findtext(f'{_KML}name')}" for each in folder.findall(f"{_KML}Folder")]
    mouth = here.axes.to_crs(4326).set_index("river_id").geometry["BS02"].interpolate(1.0, normalized=True)
    around = (mouth.x - 0.02, mouth.y - 0.01, mouth.x + 0.02, mouth.y + 0.01)
    return [easel.draw_kmz(file, at.folder / "kmz.png", around, title="成果.kmz"), "\n".join(lines)]


def _head(file: Path, lines: int, encoding: str = "gbk") -> str:
    return "\n".join([*file.read_text(encoding=encoding).splitlines()[:lines], "…"])


def _coordinates(at: Studio) -> Shown:
    about = {"数据产生单位": "清水县水利局"}
    extents = at.county.drawn.extents
    managed = extents[extents["kind"] == "management"]
    text = _head(rl.export.to_coordinate_text(at.work("管理范围.txt"), managed, about=about), 17)
    return [easel.draw_text(text, at.folder / "coordinates.png", title="管理范围.txt")]


def _ovi(at: Studio) -> Shown:
    text = _head(rl.export.to_ovi(at.work("界桩.txt"), at.county.stakes), 8)
    return [easel.draw_text(text, at.folder / "ovi.png", title="界桩.txt")]


def _workbook(at: Studio) -> Shown:
    return at.pages("tables", at.office_files["tables"], 2, 6)


def _pipelines(at: Studio) -> Shown:
    extents = at.county.drawn.extents
    text = rl.export.to_geojson(at.work("范围.geojson"), extents).read_text(encoding="utf-8")
    tiles = rl.export.to_pmtiles(at.work("范围.pmtiles"), extents)
    table = gpd.read_parquet(rl.export.to_geoparquet(at.work("范围.parquet"), extents))
    types = "\n".join(f"  {name}　{kind}" for name, kind in table.dtypes.items())
    # Put together, tiles meet within a metre: their edges are no edges of extents.
    cut = gpd.GeoDataFrame(pyogrio.read_dataframe(tiles))
    cut = cut.set_geometry(cut.buffer(_CRACK_M)).dissolve("extent_id", as_index=False)
    cut = cut.set_geometry(cut.buffer(-_CRACK_M))
    pictures = [
        easel.draw_layers([("extents", table)], at.folder / "geoparquet.png", title="范围.parquet"),
        easel.draw_layers(
            [("extents", cut)], at.folder / "pmtiles.png", title="范围.pmtiles（最大级别的切片，拼合后）"
        ),
    ]
    return [*pictures, text[:400] + " …", "范围.parquet\n" + types, "范围.pmtiles\n" + _layers(tiles)]


def _any(at: Studio) -> Shown:
    endings = (".gpkg", ".zip", ".dxf", ".kmz", ".xlsx", ".geojson", ".parquet", ".pmtiles", ".txt")
    files = [rl.export.to_file(at.work(f"任选{ending}"), at.county.drawn.extents) for ending in endings]
    rows = [(file.name, file.suffix, f"{file.stat().st_size:,}") for file in files]
    picture = at.folder / "any.png"
    return [easel.draw_table(("文件", "后缀", "字节"), rows, picture, title="rl.export.to_file：同一成果，九种后缀")]


# Reports ------------------------------------------------------------------------------------------------------------


def _dossier(at: Studio) -> Shown:
    here = at.county
    given = (here.axes, here.drawn, here.stakes, here.boards, here.titles, here.ledger, here.spots, here.patrols)
    given = ("QS01", *given, here.inventory, here.scores, here.chiefs)
    file = rl.reports.dossier(*given, on=studio.LAST, path=at.work("dossier.pdf"))
    return at.pages("dossier", file, 1, 2)


def _announcement(at: Studio) -> Shown:
    here = at.county
    file = rl.reports.announcement(here.drawn, here.stakes, place="清水县", path=at.work("notice.pdf"))
    return at.pages("announcement", file, 1, 2)


def _monthly(at: Studio) -> Shown:
    here = at.county
    parts = {"hotspots": here.spots, "patrols": here.patrols, "assessment": here.scores}
    file = rl.reports.monthly(here.ledger, here.axes, here.drawn, month="2025-12", **parts, path=at.work("monthly.pdf"))
    return at.pages("monthly", file, 1, 2)


def _word(at: Studio) -> Shown:
    return at.pages("word", at.office_files["announcement"], 1) + at.pages("template", at.office_files["template"], 1)


SHOWN: dict[str, Callable[[Studio], Shown]] = {
    "demarcation": _demarcation,
    "whole": _whole,
    "swipe": _swipe,
    "ledger": _ledger,
    "hotspots": _hotspots,
    "patrols": _patrols,
    "batch": _batch,
    "sheet": _sheet,
    "atlas": _atlas,
    "template": _template,
    "dossier": _dossier,
    "announcement": _announcement,
    "monthly": _monthly,
    "word": _word,
    "chips": _chips,
    "geopackage": _geopackage,
    "project": _project,
    "shapefile": _shapefile,
    "filegdb": _filegdb,
    "dxf": _dxf,
    "kmz": _kmz,
    "coordinates": _coordinates,
    "ovi": _ovi,
    "workbook": _workbook,
    "pipelines": _pipelines,
    "any": _any,
}


def load_kinds() -> list[Kind]:
    """Every kind of output, in the order of the page."""
    table = tomllib.loads((Path(__file__).parent / "gallery.toml").read_text(encoding="utf-8"))
    return [Kind(**{**row, "names": tuple(row["names"])}) for row in table["kinds"]]


def write_gallery(folder: Path) -> None:
    """The page ``gallery.md`` and its pictures, in a folder that is there."""
    pictures = folder / "gallery"
    pictures.mkdir()
    with tempfile.TemporaryDirectory() as work, studio.camera() as camera:
        at = Studio(studio.County(Path(work)), camera, pictures)
        parts = [_INTRO]
        for title, kinds in itertools.groupby(load_kinds(), key=lambda kind: kind.group):
            parts += [f"\n## {title}\n", *(section(kind, at) for kind in kinds)]
    (folder / "gallery.md").write_text("\n".join(parts), encoding="utf-8")


def section(kind: Kind, at: Studio) -> str:
    """What the page says of one kind of output."""
    title = kind.zh if kind.zh == kind.en else f"{kind.zh} · {kind.en}"
    head = f"### {title}\n\n{kind.what_zh} {kind.what_en}\n\n**打开 · Opened by**：{kind.desk}\n"
    parts = [head, f"```python\n{kind.code}\n```\n"]
    try:
        for each in SHOWN[kind.key](at):
            if isinstance(each, Path):
                shape = studio.shrink(each)
                parts.append(f"```{{image}} gallery/{each.name}\n:alt: {kind.zh}\n:class: {shape}\n```\n")
            else:
                parts.append(f"```text\n{each}\n```\n")
    except studio.NoPictureError as error:
        parts.append(
            f"*没有图：构建这一页的机器上没有 {error}。No picture: the machine that built this page lacks it.*\n"
        )
    return "\n".join(parts)
