"""Times that people read are on China's clock, in files for programs they stay instants, and none shifts on its way."""

from __future__ import annotations

import datetime as dt
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

import riverline as rl
from riverline import schema
from riverline.maps.texts import texts_of
from riverline.style import collect

# The second begins before eight: on the clock of London its day is the one before.
STARTED = ["2025-10-02T09:24:00+08:00", "2025-10-02T07:30:05+08:00", "2025-10-02T00:00:00+08:00"]
INSTANTS = pd.Series(pd.to_datetime(STARTED, utc=True), dtype="datetime64[us, UTC]")
SHOWN = ["2025-10-02 09:24", "2025-10-02 07:30:05", "2025-10-02 00:00"]


@pytest.fixture
def tracks():
    rows = {"track_id": ["a", "b", "c"], "patroller": "张三", "level": "village", "started": INSTANTS,
            "ended": INSTANTS + pd.Timedelta(hours=1)}  # fmt: skip
    lines = [shapely.LineString([(500_000 + 10 * n, 3_400_000), (500_900, 3_400_000)]) for n in range(3)]
    return schema.TRACKS.conform(gpd.GeoDataFrame(rows, geometry=lines, crs=4548))


@pytest.fixture
def fixes():
    rows = {"point_id": ["1", "2", "3"], "track_id": "a", "patroller": "张三", "level": "village", "time": INSTANTS}
    spots = gpd.points_from_xy([500_000, 500_010, 500_020], [3_400_000] * 3)
    return schema.TRACK_POINTS.conform(gpd.GeoDataFrame(rows, geometry=spots, crs=4548))


def test_a_workbook_has_real_times_on_the_clock_that_its_heading_names(tracks, tmp_path):
    book = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "t.xlsx", tracks))
    rows = list(book.worksheets[1].iter_rows(min_row=3))
    column = [cell.value for cell in rows[0]].index("开始时间（北京时间）")
    cells = [row[column] for row in rows[1:]]
    assert [cell.value for cell in cells] == [dt.datetime.fromisoformat(each).replace(tzinfo=None) for each in STARTED]
    assert all(cell.is_date and cell.number_format == "yyyy-mm-dd hh:mm" for cell in cells)
    english = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "e.xlsx", tracks, language="en"))
    assert "Started (Beijing time)" in [cell.value for cell in english.worksheets[1][3]]


def test_texts_for_people_are_on_that_clock(tracks, tmp_path):
    with zipfile.ZipFile(rl.export.to_kmz(tmp_path / "t.kmz", tracks)) as bundle:
        text = bundle.read("doc.kml").decode()
    assert all(shown in text for shown in SHOWN)
    assert "开始时间（北京时间）" in text
    assert "2025-10-01" not in text
    (layer,) = collect(tracks)
    told = texts_of(layer, language="zh", names={})
    at = told.fields.index("开始时间（北京时间）")
    assert [row[at] for row in told.cells] == SHOWN


def test_times_of_columns_of_ones_own_are_on_that_clock_and_say_so(tmp_path):
    frame = pd.DataFrame({"when": INSTANTS, "said": [pd.Timestamp("2025-10-02T07:30"), pd.NaT, pd.NaT]})
    page = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "x.xlsx", 表=frame))["表"]
    assert [page["B5"].value, page["C4"].value] == ["2025-10-02 07:30:05+08:00", "2025-10-02 07:30:00"]


@pytest.mark.parametrize("name", ["t.zip", "t.gpkg", "t.parquet", "t.geojson", "t.gdb"])
def test_no_time_shifts_between_a_file_and_its_reader(name, tracks, tmp_path):
    back = rl.read_layer(rl.export.to_file(tmp_path / name, tracks), schema.TRACKS)
    rows = back.sort_values("track_id")
    assert rows["started"].tolist() == INSTANTS.tolist()
    assert "zone-missing" not in set(rl.check(back, schema.TRACKS)["code"])


def test_a_shapefile_names_the_clock_and_its_zone(tracks, tmp_path):
    folder = rl.export.to_shapefile(tmp_path / "t", tracks)
    rows = pyogrio.read_dataframe(next(folder.glob("*.shp")))
    assert rows["KSSJ"].tolist() == [each.replace("T", " ") for each in STARTED]
    assert "开始时间（北京时间）" in (folder / "字段说明.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_fixes_come_back_from_a_workbook_at_their_instants(language, fixes, tmp_path):
    path = rl.export.to_xlsx(tmp_path / "t.xlsx", fixes.assign(X=fixes.geometry.y, Y=fixes.geometry.x),
                             language=language)  # fmt: skip
    sheet = openpyxl.load_workbook(path).sheetnames[1]
    back = rl.read_table(path, schema.TRACK_POINTS, x="X", y="Y", crs=4548, sheet=sheet)
    assert back.sort_values("point_id")["time"].tolist() == INSTANTS.tolist()


def test_a_time_whose_heading_names_no_clock_stays_unknown(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("轨迹点编码,轨迹编码,河长级别,定位时间,lon,lat\n1,a,村级,2025-10-02 07:30,117.1,30.1\n", "utf-8")
    back = rl.read_table(file, schema.TRACK_POINTS)
    assert not isinstance(back["time"].dtype, pd.DatetimeTZDtype)


def test_a_geodatabase_names_no_zone_so_its_titles_do(tracks, tmp_path):
    path = rl.export.to_filegdb(tmp_path / "t.gdb", tracks)
    rows = pyogrio.read_dataframe(path, datetime_as_string=True)
    assert rows.sort_values("track_id")["started"].str.startswith("2025-10-02T01:24").iloc[0]
    assert "开始时间（UTC）" in next(path.glob("a00000004.gdbtable")).read_bytes().decode("utf-8", "ignore")


def test_a_gpkg_keeps_the_instant(tracks, tmp_path):
    path = rl.export.to_geopackage(tmp_path / "t.gpkg", tracks)
    raw = pyogrio.read_dataframe(path, layer=pyogrio.list_layers(path)[0, 0], datetime_as_string=True)
    assert pd.to_datetime(raw.sort_values("track_id")["started"], utc=True).tolist() == INSTANTS.tolist()
    assert raw["started"].str.contains(r"Z|\+00").all()
