"""The print layout for QGIS: sizes as on our own sheets; opened by QGIS itself where it is installed."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree as ET

import geopandas as gpd
import matplotlib.image
import numpy as np
import pandas as pd
import pypdf
import pytest
import shapely

import riverline as rl
from riverline.plates import in_qgis
from riverline.plates.paper import lay_out
from riverline.plates.templates import legend_room
from test_plates import CRS, river, stakes

SCRIPT = """
import json, sys
from qgis.PyQt.QtXml import QDomDocument
from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsPrintLayout, QgsProject, QgsReadWriteContext
)
application = QgsApplication([], False)
application.initQgis()
document = QDomDocument()
document.setContent(open(sys.argv[1], encoding="utf-8").read())
QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("EPSG:4548"))
layout = QgsPrintLayout(QgsProject.instance())
items, good = layout.loadFromTemplate(document, QgsReadWriteContext())
sizes = {item.id(): [item.rect().width(), item.rect().height()] for item in items if hasattr(item, "id")}
print(json.dumps({"good": good, "sizes": sizes, "scale": layout.itemById("map").scale()}))
"""


def items():
    root = ET.fromstring(rl.plates.qgis_template().read_text(encoding="utf-8"))  # noqa: S314 - our own file
    return {item.get("id"): item for item in root.iter("LayoutItem")}


def sizes(item, name="size"):
    return [float(each) for each in item.get(name).split(",")[:2]]


def test_the_layout_has_the_sizes_of_our_own_sheets() -> None:
    layout, found = lay_out("A3"), items()
    assert sizes(found[None]) == [layout.page.width, layout.page.height]
    for name, box in (
        ("map", layout.room),
        ("outer neat line", layout.room.grown(layout.gap)),
        ("panel", layout.panel),
    ):
        assert sizes(found[name]) == pytest.approx([box.width, box.height])
        assert sizes(found[name], "position") == pytest.approx([box.left, layout.page.height - box.top])
    extent = found["map"].find("Extent")
    across = float(extent.get("xmax")) - float(extent.get("xmin"))
    assert across / layout.room.width * 1000 == 2000
    texts = " ".join(item.get("labelText", "") for item in found.values())
    assert all(word in texts for word in ("坐标、距离单位：米", "密级", "编制单位", "审 图 号"))


def qgis_python():
    try:
        return in_qgis._interpreter(None)
    except rl.MissingDependencyError:
        pytest.skip("QGIS is not installed")


def test_qgis_opens_the_layout() -> None:
    python = qgis_python()
    environment = {"PATH": os.defpath, "QT_QPA_PLATFORM": "offscreen", "HOME": os.environ.get("HOME", "/")}
    asked = [python, "-c", SCRIPT, str(rl.plates.qgis_template())]
    ran = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(ran.stdout.splitlines()[-1])
    room = lay_out("A3").room
    assert told["good"]
    assert told["sizes"]["map"] == pytest.approx([room.width, room.height])
    assert told["scale"] == pytest.approx(2000, rel=1e-3)


def pages(path):
    """What stands on the pages; QGIS writes some characters as the radicals that they look like."""
    texts = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    return ["".join(unicodedata.normalize("NFKC", text).split()) for text in texts]


def share_of(path, page, color, folder):
    """Which share of a page has a colour."""
    asked = ["pdftoppm", "-r", "50", "-png", "-f", str(page), "-l", str(page), "-singlefile", path, folder / "page"]
    subprocess.run(list(map(str, asked)), check=True)
    pixels = matplotlib.image.imread(folder / "page.png")[:, :, :3]
    wanted = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return float((np.abs(pixels - wanted).max(axis=2) < 0.06).mean())


@pytest.mark.slow
def test_qgis_draws_the_project_beside_a_file_as_one_sheet(tmp_path) -> None:
    qgis_python()
    drawn, axes = river(1500.0)
    named = {"专题[% 1+1 %]": axes[["geometry"]].set_geometry(axes.buffer(5.0))}
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, stakes(3), project=True, **named)
    imprint = rl.plates.Imprint(unit="清水县水利局[% 1+1 %]", secrecy="内部使用")
    made = rl.plates.draw_in_qgis(file, tmp_path / "图.pdf", title="清水河[% 1+1 %]", imprint=imprint)
    (text,) = pages(made)
    for said in ("清水河[%1+1%]", "清水县水利局[%1+1%]", "专题[%1+1%]", "密级:内部使用", "2000国家大地坐标系",
                 "中央经线117", "图例", "堤防", drawn.rules.title, "1:10000", "界桩坐标表"):  # fmt: skip
        assert unicodedata.normalize("NFKC", said).replace(" ", "") in text, said
    assert "图号" not in text.replace("审图号", "").removesuffix("图号").replace("图号", "", 1), (
        "no number, no word for it"
    )
    for north in stakes(3)["x_m"]:
        assert f"{north:.3f}" in text, "the table of stakes"
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler-utils is not installed")
    line = rl.style.themes("management_lines")[0].symbol("levee").color
    assert share_of(made, 1, line, tmp_path) > 5e-4
    assert {each.name for each in tmp_path.iterdir()} == {"河.gpkg", "河.qgz", "图.pdf", "page.png"}


@pytest.mark.slow
def test_qgis_draws_an_atlas_page_by_page_at_the_scale_of_its_sheets(tmp_path, told) -> None:
    qgis_python()
    drawn, axes = river(1500.0)
    atlas = rl.plates.atlas([drawn, axes], tmp_path / "图册", scale=1_000)
    marks = rl.place_stakes(drawn)
    others = marks.assign(river_id="A2", stake_id="A" + marks["stake_id"], number="A" + marks["number"])
    every = rl.schema.STAKES.conform(pd.concat([others, marks], ignore_index=True))
    file = rl.export.to_geopackage(tmp_path / "册.gpkg", drawn, axes, every, atlas.plates, atlas.matches, project=True)
    texts = pages(rl.plates.draw_in_qgis(file, tmp_path / "册.pdf"))
    assert len(texts) == len(atlas.plates) > 2
    room = told[0]["legend"]
    assert 30 < room["needed"][1] <= room["legend"][1], "the legend of the page that needs most is whole"
    assert "接图线" not in texts[0], "which the legend need not explain"
    for text, sheet in zip(texts, atlas.plates.itertuples(), strict=True):
        assert text.count("接R") == len(sheet.adjoining.split(","))
        assert "接图表" in text
        assert "桩号K" in text
        between = marks["chainage_m"].between(sheet.start_chainage_m - 0.1, sheet.end_chainage_m + 0.1)
        on_map = every.intersects(sheet.geometry)
        own = between & on_map[len(others) :].to_numpy()
        for north, listed in zip(marks["x_m"], own, strict=True):
            assert (f"{north:.3f}" in text) == listed
        more = on_map.sum() - own.sum()
        assert (f"图上另有{more}个属他河、他区或邻幅" in text) == (more > 0)
        assert "其余见界桩成果表" not in text, "all of its own are listed"
        # Qt forgets what some digits of its subsets stand for: the number is on paper, and not in the text.
        assert "图号R" in text
        assert "0 10 20 30 40 米".replace(" ", "") in text
        assert "清水河河道管理范围图" in text
        assert "图幅" not in text.replace("各自图幅", "")


@pytest.mark.slow
def test_sheets_and_stakes_of_an_english_project_are_known_by_what_their_layers_say(tmp_path) -> None:
    qgis_python()
    drawn, axes = river(1500.0)
    atlas = rl.plates.atlas([drawn, axes], tmp_path / "atlas", scale=1_000, language="en")
    for name, sheets in (("one", ()), ("book", (atlas.plates,))):
        file = rl.export.to_geopackage(
            tmp_path / f"{name}.gpkg", drawn, axes, stakes(3), *sheets, project=True, language="en"
        )
        texts = pages(rl.plates.draw_in_qgis(file, tmp_path / f"{name}.pdf", language="en"))
        assert len(texts) == (len(atlas.plates) if sheets else 1)
        for north in stakes(3)["x_m"]:
            assert any(f"{north:.3f}" in text for text in texts), "the table of stakes"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_layers_are_known_by_their_metadata_or_by_their_schema_s_title(language, tmp_path) -> None:
    drawn, axes = river(1500.0)
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, stakes(3), project=True, language=language)
    project = tmp_path / "河.qgz"
    (key,) = in_qgis._layers_of(project, rl.schema.STAKES)
    names = {each.findtext("id"): each.findtext("layername") for each in in_qgis._read(project).iter("maplayer")}
    assert names[key] == ("界桩" if language == "zh" else "stakes")
    assert in_qgis._layers_of(project, rl.schema.PLATES) == []
    # A project of one's own calls the layer as it likes, and QGIS writes the filter of a layer behind its name.
    text = ET.tostring(in_qgis._read(project), encoding="unicode").replace(
        f"<layername>{names[key]}<", "<layername>桩 2025<"
    ).replace(f"|layername={names[key]}<", f"|layername={names[key]}|subset=\"bank\" = 'left'<")  # fmt: skip
    (tmp_path / "own.qgs").write_text(text, encoding="utf-8")
    assert in_qgis._layers_of(tmp_path / "own.qgs", rl.schema.STAKES) == [key]
    # Whoever copied the layer by another program has its name alone.
    stakes(3).to_file(tmp_path / "copy.gpkg", layer=names[key])
    (tmp_path / "copy.qgs").write_text(text.replace(file.name, "copy.gpkg"), encoding="utf-8")
    assert in_qgis._layers_of(tmp_path / "copy.qgs", rl.schema.STAKES) == [key]
    rl.export.to_geopackage(tmp_path / "轴.gpkg", axes, project=True, language=language)
    own = tmp_path / "轴.qgz"
    assert in_qgis._heading(own, language) == ("河道图" if language == "zh" else "Rivers")
    assert not any("界线" in note or "The line" in note for note in in_qgis._notes(own, rl.plates.Imprint(), language))


@pytest.mark.slow
def test_qgis_refuses_what_our_own_sheets_refuse_and_keeps_no_file(tmp_path) -> None:
    qgis_python()
    drawn, axes = river(1500.0)
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, project=True)
    with pytest.raises(rl.JobError) as own:
        rl.plates.draw(drawn, axes, scale=500)
    with pytest.raises(rl.JobError) as theirs:
        rl.plates.draw_in_qgis(file, tmp_path / "图.pdf", scale=500)
    assert (theirs.value.zh, theirs.value.en) == (own.value.zh, own.value.en)
    empty = rl.export.to_geopackage(tmp_path / "空.gpkg", stakes(1).iloc[:0], project=True)
    with pytest.raises(rl.SchemaError, match="没有可绘的要素"):
        rl.plates.draw_in_qgis(empty, tmp_path / "图.pdf")
    assert not (tmp_path / "图.pdf").exists()


@pytest.mark.slow
def test_the_grid_of_qgis_is_that_of_our_own_sheets_and_areas_of_faults_hide_nothing(tmp_path) -> None:
    qgis_python()
    # At 1:75,000 a tenth of the scale would be 7.5 km.
    drawn, axes = river(18_000.0, half=400.0)
    found = {"code": "extents-shared", "severity": "note", "layer": "extents", "detail": ""}
    faults = rl.schema.FAULTS.empty(CRS).reindex([0]).assign(**found)
    faults = faults.assign(geometry=list(drawn.extents.geometry[:1]))
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, faults, project=True)
    (text,) = pages(rl.plates.draw_in_qgis(file, tmp_path / "图.pdf"))
    assert "1:75000" in text
    assert "505000" in text
    assert "507500" not in text
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler-utils is not installed")
    symbol = rl.style.themes("extents")[0].symbol("management")
    rgb = np.array([int(symbol.fill[at : at + 2], 16) for at in (1, 3, 5)])
    seen = "#" + "".join(f"{round(each):02x}" for each in rgb * symbol.fill_opacity + 255 * (1 - symbol.fill_opacity))
    assert share_of(tmp_path / "图.pdf", 1, seen, tmp_path) > 5e-3


@pytest.fixture
def told(monkeypatch):
    """What QGIS said of each job."""
    said, own = [], in_qgis._told

    def kept(*job):
        said.append(own(*job))
        return said[-1]

    monkeypatch.setattr(in_qgis, "_told", kept)
    return said


def with_faults(drawn):
    """A result with a fault over its whole extent."""
    found = rl.faults.found(
        "extents-shared", layer="extents", feature_id=["R1"], geometry=list(drawn.extents.geometry[:1]), crs=CRS
    )
    return dataclasses.replace(drawn, faults=found)


@pytest.mark.slow
def test_faults_inside_a_result_are_on_no_sheet_of_qgis_and_those_by_themselves_are(tmp_path) -> None:
    qgis_python()
    drawn, axes = river(1500.0)
    drawn = with_faults(drawn)
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, stakes(3), project=True)
    (text,) = pages(rl.plates.draw_in_qgis(file, tmp_path / "图.pdf"))
    assert "质检问题" not in text
    assert "管理与保护范围" in text
    alone = rl.export.to_geopackage(tmp_path / "错.gpkg", drawn.faults, axes, project=True)
    assert "质检问题" in pages(rl.plates.draw_in_qgis(alone, tmp_path / "错.pdf"))[0]


def many(count):
    """As many layers of one's own along the river, each a row of the legend; digits of Qt's are no texts."""
    line = shapely.LineString([(500_100.0, 3_500_000.0), (501_400.0, 3_500_040.0)])
    frame = gpd.GeoDataFrame({"类": ["甲"]}, geometry=[line], crs=CRS)
    digits = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
    return {f"专题{at:03d}号".translate(digits): frame.copy() for at in range(count)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layers", "height", "rows", "note"),
    [
        (0, 154, 26, "共30个,本表列26个"),
        (50, 154, None, "本表列"),
        (2, 48, 0, "成果表"),
        (2, 20, 0, "图例未列"),
    ],
)
def test_no_row_of_the_legend_is_cut_and_what_had_to_go_is_said(layers, height, rows, note, told, tmp_path) -> None:
    qgis_python()
    drawn, axes = river(1500.0)
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, stakes(30), project=True, **many(layers))
    layout = rl.plates.qgis_template().read_text(encoding="utf-8").replace('size="81,154,mm"', f'size="81,{height},mm"')
    (tmp_path / "own.qpt").write_text(layout, encoding="utf-8")
    (text,) = pages(rl.plates.draw_in_qgis(file, tmp_path / "图.pdf", template=tmp_path / "own.qpt"))
    room = told[0]["legend"]
    assert room["needed"][0] <= room["legend"][0]
    assert room["needed"][1] <= room["legend"][1], "what the legend needs is what it has"
    assert unicodedata.normalize("NFKC", note) in text
    assert rows is None or room["rows"] == rows
    assert ("界桩坐标表" in text) == (room["rows"] > 0)
    assert room["left_out"] or all(name in text for name in many(layers))
    assert bool(room["left_out"]) == ("图例未列" in text)
    if rows is None:
        assert legend_room.LEAST_ROWS <= room["rows"] < 26


def test_the_legend_has_its_room_first_and_small_type_comes_before_no_table() -> None:
    table, count = {"row": 2.5, "rows": 26}, len(legend_room.SIZES)
    usual = [(40.0, 60.0)] * count
    assert legend_room.choice(usual, (81.0, 154.0), table) == (0, 26)
    small = [(40.0, 150.0), (70.0, 125.0), (60.0, 100.0), (90.0, 60.0), (75.0, 50.0)]
    assert legend_room.choice(small, (81.0, 154.0), table) == (2, int((154 - 100 - 2 - 9) / 2.5) - 1)
    none = [(40.0, 152.0), *[(70.0, 140.0)] * (count - 1)]
    assert legend_room.choice(none, (81.0, 154.0), table) == (1, 0)
    assert legend_room.choice(none, (81.0, 154.0), None) == (0, 0)
    assert legend_room.choice([(82.0, 20.0)] * count, (81.0, 154.0), table) == (None, 0)


def test_what_qgis_cannot_draw_is_said(tmp_path) -> None:
    drawn, axes = river(300.0)
    file = rl.export.to_geopackage(tmp_path / "河.gpkg", drawn, axes, project=True)
    with pytest.raises(rl.MissingDependencyError, match="python3-qgis"):
        rl.plates.draw_in_qgis(file, tmp_path / "图.pdf", python=tmp_path / "none")
    with pytest.raises(rl.JobError, match="there is no QGIS project"):
        rl.plates.draw_in_qgis(tmp_path / "other.gpkg", tmp_path / "图.pdf")
    with pytest.raises(rl.JobError, match=r"what is drawn \.pdf"):
        rl.plates.draw_in_qgis(file, tmp_path / "图.png")
    with pytest.raises(rl.JobError, match="there is no layout"):
        rl.plates.draw_in_qgis(file, tmp_path / "图.pdf", template=tmp_path / "none.qpt")
    qgis_python()
    (tmp_path / "bad.qpt").write_text("<Layout/>", encoding="utf-8")
    with pytest.raises(rl.JobError, match="no item named map"):
        rl.plates.draw_in_qgis(file, tmp_path / "图.pdf", template=tmp_path / "bad.qpt")
    file.rename(tmp_path / "away.gpkg")
    with pytest.raises(rl.JobError, match="cannot be opened: 管理范围线"):
        rl.plates.draw_in_qgis(tmp_path / "河.qgz", tmp_path / "图.pdf")
    assert not (tmp_path / "图.pdf").exists()
