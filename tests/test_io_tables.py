"""Tables as surveyors send them: north or east first, zone or none, titles, merged cells, degrees in any writing."""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline.geodesy import format_dms
from riverline.io.coordinates import role_of

LEVELS = rl.schema.FLOOD_LEVELS
NORTH, EAST = 3_906_699.25, 461_581.5
HEADER = "水位编码,河流编码,水位类型,洪水位"
ROW = "S{0:02d},R1,设计洪水位,{0}.5"


def notes(frame, language: str = "en") -> str:
    return "\n".join(note[language] for note in frame.attrs["source"]["notes"])


def table(
    tmp_path, names: tuple[str, str], rows: list[tuple[object, object]], *, separator: str = ",", encoding: str = "gbk"
):
    """A text table of flood levels whose last two columns are coordinates."""
    lines = [f"{HEADER},{names[0]},{names[1]}"] + [f"{ROW.format(at)},{a},{b}" for at, (a, b) in enumerate(rows, 1)]
    file = tmp_path / "水位.csv"
    file.write_text("\n".join(lines).replace(",", separator) + "\n", encoding=encoding)
    return file


def workbook(tmp_path, sheets: dict[str, list[list[object]]], merged: tuple[str, ...] = ()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in merged:
            sheet.merge_cells(area)
    file = tmp_path / "成果表.xlsx"
    book.save(file)
    return file


@pytest.mark.parametrize(
    ("names", "north_first"),
    [
        (("X坐标", "Y坐标"), True),
        (("X坐标（北）", "Y坐标（东）"), True),
        (("X", "Y"), True),
        (("纵坐标X(m)", "横坐标Y(m)"), True),
        (("北", "东"), True),
        (("北坐标", "东坐标"), True),
        (("N", "E"), True),
        (("Northing", "Easting"), True),
        (("2000坐标X", "2000坐标Y"), True),
        (("X", "Y"), False),
        (("东坐标", "北坐标"), False),
        (("横坐标", "纵坐标"), False),
    ],
)
@pytest.mark.parametrize("prefix", [0, 38_000_000])
def test_north_and_east_are_told_by_the_numbers(tmp_path, names, north_first, prefix):
    pair = (NORTH, EAST + prefix)
    file = table(tmp_path, names, [pair if north_first else pair[::-1]] * 2)
    code = "EPSG:4526" if prefix else "EPSG:4547"
    frame = rl.read_table(file, LEVELS, crs=None if prefix else code)
    assert frame.crs == code
    assert frame.geometry.x.tolist() == [EAST + prefix] * 2
    assert frame.geometry.y.tolist() == [NORTH] * 2
    assert "northings" in notes(frame)
    if prefix:
        assert "digits do not tell the datum: CGCS2000 is assumed" in notes(frame)


def test_plain_eastings_need_a_crs(tmp_path):
    with pytest.raises(rl.CRSError, match="eastings of 6 digits without a zone"):
        rl.read_table(table(tmp_path, ("X", "Y"), [(NORTH, EAST)]), LEVELS)


def test_longitudes_beside_suggest_the_zone(tmp_path):
    lines = [f"{HEADER},X,Y,经度,纬度", f"{ROW.format(1)},{NORTH},{EAST},113.57,35.28"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(rl.CRSError, match='by the longitudes in the table it is crs="EPSG:4547"'):
        rl.read_table(tmp_path / "a.csv", LEVELS)
    assert rl.read_table(tmp_path / "a.csv", LEVELS, crs=4547).geometry.x[0] == EAST


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(NORTH, EAST), (NORTH, 4_556_665.0)], "row 2, X=3906699.25 Y=4556665: .*one digit too many in the easting"),
        ([(NORTH, 38_461_581.0), (NORTH, 39_461_581.0)], "several zones"),
        ([(NORTH, 461_581.0), (NORTH, 38_461_581.0)], "differs from the other rows"),
        ([(406_699.0, 461_581.0)], "both have 6 digits"),
    ],
)
def test_a_digit_too_many_or_a_mixture_is_refused_with_the_row(tmp_path, rows, reason):
    with pytest.raises(rl.CRSError, match=reason):
        rl.read_table(table(tmp_path, ("X", "Y"), rows), LEVELS)


@pytest.mark.parametrize(("prefix", "code"), [(0, 4526), (38_000_000, 4547)])
def test_the_zone_number_is_put_on_or_taken_off_as_the_crs_has_it(tmp_path, prefix, code):
    frame = rl.read_table(table(tmp_path, ("X", "Y"), [(NORTH, EAST + prefix)]), LEVELS, crs=code)
    same = rl.read_table(table(tmp_path, ("X", "Y"), [(NORTH, EAST + 38_000_000 - prefix)]), LEVELS, crs=code)
    assert frame.geometry.geom_equals_exact(same.geometry, 1e-6).all()
    assert frame.geometry.x[0] // 1_000_000 == (38 if code == 4526 else 0)
    assert "the zone number 38" in notes(frame)
    assert "the zone number 38" not in notes(same)


@pytest.mark.parametrize("code", [4548, 4527, 4490, 32650])
def test_a_crs_that_cannot_be_is_refused(tmp_path, code):
    with pytest.raises(rl.CRSError, match="does not fit the numbers"):
        rl.read_table(table(tmp_path, ("X", "Y"), [(NORTH, EAST + 38_000_000)]), LEVELS, crs=code)


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("经度", "纬度"), ("113.5708", "35.2836")),
        (("纬度", "经度"), ("35.2836", "113.5708")),
        (("lon", "lat"), ("113.5708", "35.2836")),
        (("经度(°′″)", "纬度(°′″)"), ("113°34′14.88″", "35°17′00.96″")),
        (("经度", "纬度"), ("东经113度34分14.88秒", "北纬35度17分00.96秒")),
        (("经度", "纬度"), ("113-34-14.88", "35-17-00.96")),
        (("经度", "纬度"), ("１１３．５７０８", "３５．２８３６")),
    ],
)
def test_degrees_in_every_writing(tmp_path, names, values):
    frame = rl.read_table(table(tmp_path, names, [values]), LEVELS)
    assert frame.crs == "EPSG:4490"
    assert frame.geometry.x[0] == pytest.approx(113.5708, abs=1e-12)
    assert frame.geometry.y[0] == pytest.approx(35.2836, abs=1e-12)


def test_swapped_degrees_are_read_by_their_numbers_and_told(tmp_path):
    frame = rl.read_table(table(tmp_path, ("经度", "纬度"), [("35.2836", "113.5708")]), LEVELS)
    assert frame.geometry.x[0] == 113.5708
    assert "names and numbers disagree" in notes(frame)


def test_degrees_outside_china_need_a_crs_and_follow_their_names(tmp_path):
    file = table(tmp_path, ("纬度", "经度"), [(47.2, 5.1), (47.3, 5.2)])
    with pytest.raises(rl.CRSError, match="give the CRS"):
        rl.read_table(file, LEVELS)
    assert rl.read_table(file, LEVELS, crs=4326).geometry.x.tolist() == [5.1, 5.2]


def test_feet_of_another_country_are_placed_by_the_area_of_the_crs(tmp_path):
    to_feet = pyproj.Transformer.from_crs(4326, 2226, always_xy=True)
    east, north = to_feet.transform([-121.5, -121.6], [38.5, 38.6])
    frame = rl.read_table(table(tmp_path, ("X", "Y"), list(zip(north, east, strict=True))), LEVELS, crs=2226)
    assert frame.geometry.x.tolist() == pytest.approx(east)
    with pytest.raises(rl.CRSError):
        rl.read_table(table(tmp_path, ("X", "Y"), [(1.0, 2.0)]), LEVELS, crs=2226)


def test_coordinate_columns_can_be_named(tmp_path):
    file = table(tmp_path, ("甲", "乙"), [(NORTH, EAST)])
    with pytest.raises(rl.SchemaError, match="no columns of coordinates"):
        rl.read_table(file, LEVELS, crs=4547)
    assert rl.read_table(file, LEVELS, x="乙", y="甲", crs=4547).geometry.x[0] == EAST
    assert rl.read_table(file, LEVELS, x="甲", y="乙", crs=4547).geometry.x[0] == EAST
    with pytest.raises(rl.SchemaError, match="x= and y= have to be two columns"):
        rl.read_table(file, LEVELS, x="甲", crs=4547)


def test_two_columns_that_may_be_the_same_coordinate_are_asked_about(tmp_path):
    lines = [f"{HEADER},X,Y,X坐标", f"{ROW.format(1)},{NORTH},{EAST},{NORTH}"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(rl.SchemaError, match=r"several columns may be coordinates: X, X坐标"):
        rl.read_table(tmp_path / "a.csv", LEVELS, crs=4547)


def test_everything_that_is_missing_is_said_at_once(tmp_path):
    (tmp_path / "a.csv").write_text("编号,河流编码,X,Y\n1,R1,1,2\n", encoding="utf-8")
    with pytest.raises(rl.SchemaError) as caught:
        rl.read_table(tmp_path / "a.csv", LEVELS)
    for part in ("'level_id'", "'level_m'", "'basis'", "cannot tell what the coordinates are"):
        assert part in caught.value.en


@pytest.mark.parametrize("separator", [",", ";", "\t", "，"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_separators_and_encodings(tmp_path, separator, encoding):
    file = table(tmp_path, ("X", "Y"), [(NORTH, EAST)] * 3, separator=separator, encoding=encoding)
    frame = rl.read_table(file, LEVELS, crs=4547)
    assert frame["basis"].tolist() == ["design"] * 3
    assert frame["level_m"].tolist() == [1.5, 2.5, 3.5]
    expected = {"gbk": "GBK", "gb18030": "GBK", "utf-16": "UTF-16"}.get(encoding, "UTF-8")
    assert frame.attrs["source"]["encoding"] == expected
    assert frame.attrs["source"]["encoding_from"] == ("bom" if encoding in {"utf-8-sig", "utf-16"} else "detected")


def test_columns_cut_by_blanks(tmp_path):
    text = "水位编码 河流编码   水位类型  洪水位 X Y\nS1 R1 设计洪水位 12.5  3906699.25   461581.5\n"
    (tmp_path / "a.txt").write_text(text, encoding="gbk")
    frame = rl.read_table(tmp_path / "a.txt", LEVELS, crs=4547)
    assert (frame["level_m"][0], frame.geometry.x[0]) == (12.5, EAST)


def test_quoted_cells_and_thousands(tmp_path):
    text = f'{HEADER},X,Y\nS1,R1,设计洪水位,"1,012.5","3,906,699.25","461,581.5"\n'
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    frame = rl.read_table(tmp_path / "a.csv", LEVELS, crs=4547)
    assert (frame["level_m"][0], frame.geometry.y[0]) == (1012.5, NORTH)


def test_an_encoding_that_is_given_has_to_fit(tmp_path):
    file = table(tmp_path, ("X", "Y"), [(NORTH, EAST)])
    assert rl.read_table(file, LEVELS, crs=4547, encoding="cp936").attrs["source"]["encoding_from"] == "given"
    with pytest.raises(rl.ReadError, match="cannot be decoded as encoding='utf-8'"):
        rl.read_table(file, LEVELS, crs=4547, encoding="utf-8")


def test_codes_keep_their_zeros(tmp_path):
    rows = [f"00{at},0341,设计洪水位,1,{NORTH},{EAST},03412{at},1{at}" for at in (7, 8)]
    text = "\n".join([f"{HEADER},X,Y,行政区,n", *rows])
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    frame = rl.read_table(tmp_path / "a.csv", LEVELS, crs=4547)
    assert frame["level_id"].tolist() == ["007", "008"]
    assert frame["river_id"].tolist() == ["0341", "0341"]
    assert frame["行政区"].tolist() == ["034127", "034128"]
    assert frame["n"].tolist() == [17, 18]


def test_levels_by_chainage_need_no_coordinates(tmp_path):
    text = f"{HEADER},桩号\nS1,R1,设计洪水位,12.5,K1+234.5\nS2,R1,历史最高洪水位,12.1,ｋ０＋０５０\n"
    (tmp_path / "a.csv").write_text(text, encoding="gbk")
    frame = rl.read_table(tmp_path / "a.csv", LEVELS)
    assert frame["chainage_m"].tolist() == [1234.5, 50.0]
    assert frame["basis"].tolist() == ["design", "historical"]
    assert frame.geometry.isna().all()
    LEVELS.require(frame)
    assert rl.read_table(tmp_path / "a.csv", LEVELS, crs=4548).crs == "EPSG:4548"
    assert "placed by chainage" in notes(frame)


def test_a_table_without_place_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text(f"{HEADER}\nS1,R1,设计洪水位,12.5\n", encoding="gbk")
    with pytest.raises(rl.SchemaError, match="no columns of coordinates"):
        rl.read_table(tmp_path / "a.csv", LEVELS)


def test_lines_are_not_made_of_tables(tmp_path):
    (tmp_path / "a.csv").write_text("river_id,name,X,Y\nR1,a,1,2\n", encoding="gbk")
    with pytest.raises(rl.SchemaError, match="a table gives points, axes needs LineString"):
        rl.read_table(tmp_path / "a.csv", rl.schema.AXES)


def test_rows_without_coordinates_stay(tmp_path):
    frame = rl.read_table(table(tmp_path, ("X", "Y"), [(NORTH, EAST), ("待测", ""), (NORTH, EAST)]), LEVELS, crs=4547)
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert "1 rows have no usable coordinates and no geometry: “待测 / ”" in notes(frame)


@pytest.mark.parametrize("text", [HEADER + ",X,Y\n", HEADER + ",桩号\n"])
def test_an_empty_table_gives_an_empty_frame_of_the_schema(tmp_path, text):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    frame = rl.read_table(tmp_path / "a.csv", LEVELS)
    assert len(frame) == 0
    assert {name: str(frame[name].dtype) for name in ("level_id", "level_m")} == {
        "level_id": "str",
        "level_m": "float64",
    }


BOOK = [
    ["清水河洪水位成果表", None, None, None, None, None],
    ["水位编码", "河流编码", "水位类型", "洪水位", "坐标", None],
    [None, None, None, None, "X(北)", "Y(东)"],
    ["S01", "0341", "设计洪水位", 12.5, NORTH, EAST],
    ["S02", None, "设计洪水位", 13, NORTH, EAST],
    [None] * 6,
    ["S03", "0342", "设计洪水位", "13.25", str(NORTH), str(EAST)],
    ["制表：张三", None, "校核：李四", None, None, None],
    ["日期：2025年6月1日", None, None, None, None, None],
]


def test_a_result_table_as_it_is_printed(tmp_path):
    merged = ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "B4:B5")
    frame = rl.read_table(workbook(tmp_path, {"成果": BOOK}, merged), LEVELS, crs=4547)
    assert frame["level_id"].tolist() == ["S01", "S02", "S03"]
    assert frame["river_id"].tolist() == ["0341", "0341", "0342"]
    assert frame["level_m"].tolist() == [12.5, 13.0, 13.25]
    assert frame.geometry.x.tolist() == [EAST] * 3
    for part in ("merged areas", "the header is row 3", "the last 2 rows are no data: “制表：张三 校核：李四”"):
        assert part in notes(frame)
    assert frame.attrs["source"]["driver"] == "XLSX"
    assert frame.attrs["source"]["layer"] == "成果"


def test_a_header_of_two_rows_without_merged_cells(tmp_path):
    frame = rl.read_table(workbook(tmp_path, {"成果": BOOK}), LEVELS, crs=4547)
    assert frame["level_id"].tolist() == ["S01", "S02", "S03"]
    assert frame["river_id"].isna().tolist() == [False, True, False]


def test_headers_repeated_on_every_page(tmp_path):
    head = [*HEADER.split(","), "X", "Y"]
    row = ["S1", "R1", "设计洪水位", 1, NORTH, EAST]
    frame = rl.read_table(workbook(tmp_path, {"a": [head, row, head, ["S2", *row[1:]]]}), LEVELS, crs=4547)
    assert frame["level_id"].tolist() == ["S1", "S2"]
    assert "1 repeated headers were skipped" in notes(frame)


def test_sheets_are_asked_for(tmp_path):
    head = [*HEADER.split(","), "X", "Y"]
    rows = [head, ["S1", "R1", "设计洪水位", 1, NORTH, EAST]]
    file = workbook(tmp_path, {"左岸": rows, "右岸": rows, "空": []})
    with pytest.raises(rl.ReadError, match='has several sheets: “左岸”, “右岸”; choose one with sheet="左岸"'):
        rl.read_table(file, LEVELS, crs=4547)
    with pytest.raises(rl.ReadError, match="has no sheet '中间'"):
        rl.read_table(file, LEVELS, crs=4547, sheet="中间")
    assert len(rl.read_table(file, LEVELS, crs=4547, sheet="右岸")) == 1


def test_dates_and_padded_codes_of_a_workbook(tmp_path):
    head = ["outfall_id", "河流编码", "排污口类型", "名称", "状态", "经度", "纬度", "登记日期", "排口码"]
    row = [34_100_001, "R1", "01", "一号口", "open", 113.57081, 35.28362, dt.datetime(2025, 6, 1), 12]  # noqa: DTZ001
    file = workbook(tmp_path, {"a": [head, row]})
    book = openpyxl.load_workbook(file)
    book["a"]["I2"].number_format = "000000"
    book.save(file)
    frame = rl.read_table(file, rl.schema.OUTFALLS)
    assert frame["outfall_id"].tolist() == ["34100001"]
    assert frame["class"].tolist() == ["01"]
    assert frame["登记日期"].tolist() == ["2025-06-01"]
    assert frame["排口码"].tolist() == ["000012"]


def test_codes_that_excel_has_shortened_are_told(tmp_path):
    head = [*HEADER.split(","), "X", "Y", "单元号"]
    file = workbook(tmp_path, {"a": [head, ["S1", "R1", "设计洪水位", 1, NORTH, EAST, 3.41600000012346e17]]})
    assert "1 numbers have more than 15 digits" in notes(rl.read_table(file, LEVELS, crs=4547))


def test_a_column_called_geometry_is_kept(tmp_path):
    text = f"{HEADER},X,Y,geometry\nS1,R1,设计洪水位,1,{NORTH},{EAST},point\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert rl.read_table(tmp_path / "a.csv", LEVELS, crs=4547)["geometry_1"].tolist() == ["point"]


def test_a_name_that_begins_like_a_footer_is_data(tmp_path):
    text = f"河流编码,水位编码,水位类型,洪水位,X,Y\n注溪河,S1,设计洪水位,1,{NORTH},{EAST}\n注溪河,S2,设计洪水位,,,\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert rl.read_table(tmp_path / "a.csv", LEVELS, crs=4547)["level_id"].tolist() == ["S1", "S2"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save as .xlsx"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted"),
        ("a.xlsx", b"PK\x03\x04 nonsense", "not a valid Excel workbook"),
        ("a.xlsx", b"<html>", "holds an HTML page"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b'a,b\n"' + b"x" * 200_000, "cannot be cut into columns"),
        ("a.gpkg", b"SQLite format 3\x00", "layers are read with read_layer"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(rl.ReadError, match=reason):
        rl.read_table(tmp_path / name, LEVELS)


def test_a_missing_package_names_its_extra(tmp_path, monkeypatch):
    file = workbook(tmp_path, {"a": [["X", "Y"], [1, 2]]})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        rl.read_table(file, LEVELS)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(2.1e6, 5.9e6), st.floats(2e5, 8e5)), min_size=1, max_size=20),
    st.integers(25, 45),
    st.booleans(),
    st.booleans(),
)
def test_any_table_of_points_comes_out_where_it_was(tmp_path_factory, points, zone, prefixed, swapped):
    folder = tmp_path_factory.mktemp("t")
    rows = [(f"{n:.3f}", f"{e + (zone * 1e6 if prefixed else 0):.3f}") for n, e in points]
    file = table(folder, ("X", "Y"), [row[::-1] for row in rows] if swapped else rows)
    code = f"EPSG:{(4513 if prefixed else 4534) + zone - 25}"
    frame = rl.read_table(file, LEVELS, crs=None if prefixed else code)
    assert frame.crs == code
    assert np.allclose(frame.geometry.y, [float(n) for n, _ in rows], atol=1e-9)
    assert np.allclose(frame.geometry.x, [float(e) for _, e in rows], atol=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(75, 134), st.floats(18, 53)), min_size=1, max_size=9))
def test_degrees_minutes_and_seconds_come_back(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("t")
    rows = [(format_dms(lon, decimals=4), format_dms(lat, decimals=4)) for lon, lat in points]
    frame = rl.read_table(table(folder, ("经度", "纬度"), rows), LEVELS, crs=4490)
    assert np.allclose(frame.geometry.x, [lon for lon, _ in points], atol=0.00006 / 3600)
    assert np.allclose(frame.geometry.y, [lat for _, lat in points], atol=0.00006 / 3600)


@pytest.mark.parametrize(
    ("header", "role"),
    [("X坐标（北）", "north"), ("XZB", "x"), ("x_m", "x"), ("桩位X坐标", "x"),
     ("中心经度", "lon"), ("起点经度", None), ("桩号", None),
     ("Y(m)", "y"), ("纵坐标", "north"), ("经 度", "lon"), ("e", "east"), ("EASTING", "east"), ("WGS84纬度", "lat")],
)  # fmt: skip
def test_roles_of_headers(header, role):
    assert role_of(header) == role


def test_stakes_read_back_with_their_columns(tmp_path):
    head = [
        "界桩编码",
        "河流编码",
        "岸别",
        "桩类型",
        "设桩原因",
        "桩号牌",
        "桩号",
        "X坐标（北）（m）",
        "Y坐标（东）（m）",
        "经度（°）",
        "纬度（°）",
        "规则编号",
    ]
    row = ["Z1", "R1", "左岸", "基本桩", "起点", "001", "K0+000", NORTH, EAST, 113.57, 35.28, "anhui-17"]
    frame = rl.read_table(workbook(tmp_path, {"界桩": [head, row]}), rl.schema.STAKES, crs=4547)
    assert frame.loc[0, ["bank", "kind", "reason", "chainage_m", "x_m", "lon"]].tolist() == [
        "left", "basic", "start", 0.0, NORTH, 113.57,
    ]  # fmt: skip
    assert frame.geometry.x[0] == EAST
    assert pd.isna(frame.get("admin", pd.Series([None]))[0])
