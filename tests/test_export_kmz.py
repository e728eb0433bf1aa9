"""KMZ files: folders, symbols and texts of the result, nothing of the data alive, nothing outside the file."""

from __future__ import annotations

import html.parser
import sys
import zipfile
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from tests import invented

import riverline as rl
from riverline import style
from riverline.export.fault_titles import fault_titles
from riverline.export.icons import icon

pytest.importorskip("simplekml", reason="extra kml")

KML = "{http://www.opengis.net/kml/2.2}"
HOSTILE = (*invented.HOSTILE, "<![CDATA[<script>alert(1)</script>]]>", "$[name] $[geDirections]", "]]><NetworkLink/>",
           "http://example.org/x", "=HYPERLINK(1)", "a\x00b\x1bc")  # fmt: skip

OWN = frozenset(
    [
        "kml",
        "Document",
        "Folder",
        "Placemark",
        "MultiGeometry",
        "LineString",
        "Point",
        "coordinates",
        "name",
        "description",
        "Style",
        "LineStyle",
        "PolyStyle",
        "IconStyle",
        "BalloonStyle",
        "Icon",
        "href",
        "color",
        "text",
        "width",
        "scale",
        "styleUrl",
        "Snippet",
        "ExtendedData",
        "Data",
        "value",
        "displayName",
        "tessellate",
        "open",
        "colorMode",
        "heading",
        "fill",
        "outline",
        "altitudeMode",
        "extrude",
        "displayMode",
        "visibility",
    ]
)


class Tags(html.parser.HTMLParser):
    """The tags of a description and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.text = set(), set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links |= {value for name, value in attrs if name in {"src", "href"} or name.startswith("on")}

    def handle_data(self, data):
        self.text += data


def root_of(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return ET.fromstring(archive.read("doc.kml")), set(archive.namelist())  # noqa: S314 - written by this test run


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    path = tmp_path_factory.mktemp("kmz") / "成果.kmz"
    return rl.export.to_kmz(path, invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns())


def test_layers_and_rivers_are_folders_and_every_row_is_a_placemark(county):
    root, _ = root_of(county)
    folders = {each.findtext(f"{KML}name"): each for each in root.find(f"{KML}Document").findall(f"{KML}Folder")}
    made = invented.result()
    assert set(folders) == {"管理范围线", "管理与保护范围", "质检问题", "河道中心线", "水域", "乡镇"}
    lines = folders["管理范围线"]
    assert {each.findtext(f"{KML}name") for each in lines.findall(f"{KML}Folder")} == {"清水河 QS01", "白溪 BX02"}
    for folder, frame in ((lines, made.lines), (folders["质检问题"], made.faults), (folders["水域"], invented.water())):
        assert len(list(folder.iter(f"{KML}Placemark"))) == len(frame)


@pytest.mark.parametrize(
    ("language", "called"),
    [("zh", ["白溪：多部件要素", "清水河：多部件要素", "XX：多部件要素"]),
     ("en", ["白溪: multipart feature of 2 parts", "清水河: multipart feature of 3 parts",
             "XX: multipart feature of 5 parts"])],
)  # fmt: skip
def test_faults_are_called_by_river_and_sentence_and_wait_at_the_end_switched_off(language, called, tmp_path):
    path = rl.export.to_kmz(tmp_path / "x.kmz", invented.result(), invented.axes(), language=language)
    folders = root_of(path)[0].find(f"{KML}Document").findall(f"{KML}Folder")
    last = folders[-1]
    assert last.findtext(f"{KML}name") == rl.schema.FAULTS.label(language)
    assert [each.findtext(f"{KML}name") for each in last.iter(f"{KML}Placemark")] == called
    assert {each.findtext(f"{KML}visibility") for each in (last, *last.iter(f"{KML}Placemark"))} == {"0"}
    for folder in folders[:-1]:
        assert {each.findtext(f"{KML}visibility") for each in folder.iter()} == {None}, "the others are seen"
    keys = {each.findtext(f"{KML}value") for each in last.iter(f"{KML}Data") if each.get("name") == "fault_id"}
    assert keys == set(invented.fault_rows()["fault_id"]), "keys are in the table"


def test_faults_by_themselves_are_seen_and_those_of_a_feature_have_its_river(tmp_path):
    alone = rl.export.to_kmz(tmp_path / "x.kmz", invented.fault_rows())
    assert not list(root_of(alone)[0].iter(f"{KML}visibility"))
    line = invented.lines().iloc[[0]]
    found = rl.faults.found(
        "levee-gap", layer="management_lines", feature_id=list(line["line_id"]), value=186.5, note="QSY-3", unit="m",
        geometry=list(line.geometry), crs=invented.CRS,
    )  # fmt: skip
    root, _ = root_of(rl.export.to_kmz(tmp_path / "y.kmz", found, line, invented.axes()))
    names = [each.findtext(f"{KML}name") for each in root.iter(f"{KML}Placemark")]
    river = invented.axes().set_index("river_id")["name"][line["river_id"].iloc[0]]
    assert names[-1].startswith(f"{river}：堤防 {line['line_id'].iloc[0]} 与 QSY-3 之间有 186.5 m 缺口")
    assert "洪水" not in names[-1], "the first clause alone"


def test_rivers_in_what_a_fault_is_called_are_names_and_other_keys_stay():
    found = rl.faults.found("multipart", layer="works", feature_id=["GC-1"], geometry=[None], crs=invented.CRS)
    rows = found.assign(detail="QS01 的界线（左岸，右岸）有 20 m 在 QS01-2 内，请核对")
    assert fault_titles(rows, {}, {"QS01": "清水河"}, "zh") == ["清水河 的界线（左岸，右岸）有 20 m 在 QS01-2 内"]
    assert fault_titles(rows.assign(detail=""), {}, {}, "en") == ["Works"]


def test_symbols_are_those_of_the_style_table(county):
    root, files = root_of(county)
    styles = {f"#{each.get('id')}": each for each in root.iter(f"{KML}Style")}
    theme = style.themes("management_lines")[0]
    seen = 0
    for place in root.iter(f"{KML}Placemark"):
        data = {each.get("name"): each.findtext(f"{KML}value") for each in place.iter(f"{KML}Data")}
        if "basis" not in data:
            continue
        line = styles[place.findtext(f"{KML}styleUrl")].find(f"{KML}LineStyle")
        symbol = next(each for value, each in theme.symbols if theme.label(value) == data["basis"])
        red, green, blue = (symbol.color[i : i + 2].lower() for i in (1, 3, 5))
        assert line.findtext(f"{KML}color") == f"ff{blue}{green}{red}"
        assert float(line.findtext(f"{KML}width")) == symbol.width
        seen += 1
    assert seen == 14
    icons = {each.text for each in root.iter(f"{KML}href")}
    assert icons
    assert icons <= files, "icons are in the file, nothing is fetched"


def test_gdal_reads_the_places_and_the_columns(county):
    names = pyogrio.list_layers(county)[:, 0].tolist()
    rows = sum(len(pyogrio.read_dataframe(county, layer=name)) for name in names)
    made = invented.result()
    frames = [made.lines, made.extents, made.faults, invented.axes(), invented.water(), invented.towns()]
    assert rows == sum(len(each) for each in frames)
    lines = [pyogrio.read_dataframe(county, layer=name) for name in names]
    back = next(each for each in lines if "line_id" in each and "QS01" in str(each["river_id"].iloc[0]))
    sent = made.lines.to_crs(4326).set_index("line_id").geometry
    for key, shape in zip(back["line_id"], back.geometry, strict=True):
        here = shapely.get_coordinates(shapely.force_2d(shape))
        assert np.abs(here - shapely.get_coordinates(sent[key])).max() < 1e-8
    assert set(back["Name"]) == set(back["line_id"])
    assert set(back["bank"]) <= {"左岸", "右岸"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_names_descriptions_and_columns(text, tmp_path):
    frame = invented.lines().iloc[[0]].assign(line_id=text, river_id=text, citation=text)
    layers = {text: gpd.GeoDataFrame({text: [text]}, geometry=[shapely.Point(500_000, 3_400_000)], crs=invented.CRS)}
    root, files = root_of(rl.export.to_kmz(tmp_path / "x.kmz", frame, **layers))
    assert {each.tag.removeprefix(KML) for each in root.iter()} <= OWN
    assert {each.text for each in root.iter(f"{KML}href")} <= files
    assert {each.text for each in root.iter(f"{KML}text")} == {"$[description]"}
    for place in root.iter(f"{KML}Placemark"):
        told = place.findtext(f"{KML}description")
        parsed = Tags(told)
        assert parsed.tags <= {"b", "table", "tr", "th", "td", "br"}
        assert not parsed.links
        assert "$[" not in told, "a balloon would put something in its place"
    visible = rl.io.sheet_cells.clean_text(text).replace("\n", " ").split()
    assert visible[0] in Tags(next(root.iter(f"{KML}Placemark")).findtext(f"{KML}description")).text


def test_photos_are_taken_from_the_folder_and_from_nowhere_else(tmp_path):
    folder = tmp_path / "照片"
    folder.mkdir()
    picture = icon(style.themes("boards")[0].symbols[0][1])
    (folder / "一.png").write_bytes(picture)
    (folder / "假.jpg").write_bytes(b"#!/bin/sh")
    (tmp_path / "外.png").write_bytes(picture)
    cells = ["一.png", "一.png;../外.png", f"{tmp_path}/外.png", "假.jpg", "没有.png\x00"]
    spots = gpd.points_from_xy(500_000 + np.arange(5.0), [3_400_000] * 5)
    frame = gpd.GeoDataFrame({"点": list("abcde"), "照片": cells}, geometry=spots, crs=invented.CRS)
    path = rl.export.to_kmz(tmp_path / "x.kmz", 核查=frame, photo_column="照片", photo_folder=folder)
    root, files = root_of(path)
    kept = [name for name in files if name.startswith("files/photo-")]
    with zipfile.ZipFile(path) as archive:
        assert [archive.read(name) for name in kept] == [picture]
    parsed = [Tags(each.findtext(f"{KML}description")) for each in root.iter(f"{KML}Placemark")]
    assert [bool(each.links) for each in parsed] == [True, True, False, False, False]
    assert ["未找到" in each.text for each in parsed] == [False, True, True, True, True]
    lost = rl.export.list_missing_photos(核查=frame, photo_column="照片", photo_folder=folder)
    assert [name.partition("/")[2] or name for name in lost][:1] == ["外.png"]
    assert len(lost) == 4, "all but the one picture, each once"
    with pytest.raises(rl.JobError, match="photo_folder"):
        rl.export.to_kmz(tmp_path / "y.kmz", 核查=frame, photo_column="照片")


def test_nothing_is_lost_where_there_is_no_place(tmp_path):
    shapes = [None, shapely.Point(), shapely.Point(500_000, 3_400_000)]
    frame = gpd.GeoDataFrame({"名": ["甲", "乙", "丙"]}, geometry=shapes, crs=invented.CRS)
    root, _ = root_of(rl.export.to_kmz(tmp_path / "x.kmz", 点=frame))
    found = {each.findtext(f"{KML}name"): [at.text for at in each.iter(f"{KML}coordinates")]
             for each in root.iter(f"{KML}Placemark")}  # fmt: skip
    assert {name: len(at) for name, at in found.items()} == {"甲": 0, "乙": 0, "丙": 1}
    assert "116.99" in found["丙"][0] or "117" in found["丙"][0]


def test_the_same_result_gives_the_same_bytes_and_a_wrong_call_leaves_nothing(county, tmp_path, monkeypatch):
    again = rl.export.to_kmz(
        tmp_path / "x.kmz", invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns()
    )
    assert again.read_bytes() == county.read_bytes()
    again.unlink()
    for path, given in (("x.kml", invented.axes()), ("没有/x.kmz", invented.axes())):
        with pytest.raises(rl.JobError, match=r"KMZ 的文件名|无法写入"):
            rl.export.to_kmz(tmp_path / path, given)
    with pytest.raises(rl.CRSError):
        rl.export.to_kmz(tmp_path / "x.kmz", invented.axes().set_crs("EPSG:2385", allow_override=True))
    monkeypatch.setitem(sys.modules, "simplekml", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[kml\]"):
        rl.export.to_kmz(tmp_path / "x.kmz", invented.axes())
    assert not list(tmp_path.iterdir())
