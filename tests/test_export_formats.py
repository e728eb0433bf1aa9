"""GeoJSON, GeoParquet, PMTiles, file geodatabases, Ovi texts: read back they say what was written, or are not there."""

from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyogrio import raw
from tests import invented

import riverline as rl
from riverline.export.compared import differences
from riverline.geodesy.antimeridian import cut_at_antimeridian

WRITERS = {
    ".geojson": rl.export.to_geojson, ".parquet": rl.export.to_geoparquet, ".gdb": rl.export.to_filegdb,
    ".pmtiles": rl.export.to_pmtiles,
}  # fmt: skip
HOSTILE = (*invented.HOSTILE, "=1+1", "a\x1bb", "]]>", "x' OR 1=1 --", "../../etc/passwd", "select")


def awkward():
    """Rows with parts, holes, nothing, dates, yes and no, large and missing numbers."""
    ring = shapely.Polygon(shapely.box(0, 0, 90, 90).exterior, [shapely.box(30, 30, 60, 60).exterior])
    both = shapely.MultiPolygon([ring, shapely.box(200, 0, 290, 90)])
    shapes = [
        None if shape is None else shapely.transform(shape, lambda xy: xy + np.array([5e5, 3.4e6]))
        for shape in (both, ring, None)
    ]
    return gpd.GeoDataFrame(
        {"名称（全）": ["清水", "𣲗水㳇河", None], "数": [1.25, np.nan, -7.5e9], "整": [2**40, 3, -1],
         "大": [2**60 + 1, 0, 1],
         "日": pd.to_datetime(["2026-01-02", None, "1999-12-31"]), "真": [True, False, True], "date": ["a", "b", "c"]},
        geometry=shapes, crs=invented.CRS,
    )  # fmt: skip


def test_geojson_is_rfc_7946(tmp_path):
    path = rl.export.to_geojson(tmp_path / "x.geojson", 面=awkward())
    told = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in told
    assert "CGCS2000" in told["description"]
    assert told["features"][2]["geometry"] is None, "a row without a place is not lost"
    outer, hole = told["features"][0]["geometry"]["coordinates"][0]
    assert shapely.LinearRing(outer).is_ccw
    assert not shapely.LinearRing(hole).is_ccw
    assert 116.9 < outer[0][0] < 117.1
    assert told["features"][1]["properties"] | {"数": 0} == {
        "名称（全）": "𣲗水㳇河", "数": 0, "整": 3, "大": 0, "日": None, "真": False, "date": "b"
    }  # fmt: skip
    back = gpd.read_file(path).to_crs(invented.CRS)
    far = shapely.hausdorff_distance(back.geometry.array[:2], awkward().geometry.array[:2])
    assert far.max() < 2e-3


LISTED = {
    "texts": [["甲", "=1+1"], ["</script>"], None], "numbers": [[1, 2.5], [1 / 3, -1e-9], []],
    "tuples": [(1, 2), None, None], "sets": [{"b", "a"}, frozenset({"c"}), None],
    "mixed": [[1, "a"], [None, True], None],
    "objects": [{"来源": ["a", {"b": None}]}, {}, None], "words of JSON": ['{"a":  1}', "[1", '["x"]'],
}  # fmt: skip


@pytest.mark.parametrize("ending", [".geojson", ".parquet", ".gdb"])
@pytest.mark.parametrize("values", list(LISTED.values()), ids=list(LISTED))
def test_lists_and_objects_in_a_column_read_back_as_what_they_mean(values, ending, tmp_path):
    def meant(value):
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            return value

    rows = awkward()[["geometry"]].assign(证据=pd.Series(values, dtype=object))
    path = WRITERS[ending](tmp_path / f"x{ending}", 面=rows)
    if ending == ".geojson":
        told = [each["properties"]["证据"] for each in json.loads(path.read_text(encoding="utf-8"))["features"]]
    else:
        table = raw.read_arrow(str(path))[1] if ending == ".gdb" else pq.read_table(path)
        told = table["证据"].to_pylist()
    assert [meant(each) for each in told] == [
        sorted(each) if isinstance(each, (tuple, set, frozenset)) else meant(each) for each in values
    ]


@pytest.mark.parametrize(("sent", "back", "wrong"), [
    ('["a"]', ["a"], False), ('["a"]', ["b"], True), ('["a"]', None, True), ('{"a":1}', '{ "a": 1 }', False),
    ('{"a":1}', '{ "a": 2 }', True), ("[a", "[a", False), ("[a", ["a"], True), ("1.0", "1", True), ("", None, False),
    (None, "x", True), ("x", "", True),
])  # fmt: skip
def test_a_text_is_held_against_the_list_that_it_is_read_as(sent, back, wrong):
    found = differences(pa.table({"a": pa.array([sent], pa.string())}), pa.table({"a": [back]}), geometry={}, near=0.0)
    assert found == (["a"] if wrong else [])


def test_geoparquet_keeps_types_crs_titles_and_origin(tmp_path):
    made = invented.result()
    path = rl.export.to_geoparquet(tmp_path / "x.parquet", made.lines)
    back = gpd.read_parquet(path)
    sent = made.lines.sort_values("line_id", ignore_index=True)
    assert back.crs == sent.crs
    assert shapely.equals(back.geometry.array, sent.geometry.array).all()
    assert rl.style.recognise(back) is rl.schema.MANAGEMENT_LINES
    schema = pq.read_schema(path)
    assert schema.field("citation").metadata[b"title"].decode() == "依据条款"
    assert "riverline_version" in json.loads(schema.metadata[b"riverline"])
    west, south, east, north = sent.geometry.iloc[:1].total_bounds
    part = gpd.read_parquet(path, bbox=(west, south, east, north))
    assert 0 < len(part) < len(sent), "boxes part the rows"
    odd = gpd.read_parquet(rl.export.to_geoparquet(tmp_path / "y.parquet", 面=awkward()))
    assert odd["大"].tolist() == [2**60 + 1, 0, 1]
    assert odd.geometry.isna().tolist() == [False, False, True]


def test_a_geodatabase_has_aliases_and_long_chinese_names(tmp_path):
    path = rl.export.to_filegdb(tmp_path / "成果.gdb", invented.result(), invented.axes(), 现场核查情况说明表=awkward())
    names = pyogrio.list_layers(path)[:, 0].tolist()
    assert {"管理范围线", "管理与保护范围", "河道中心线", "现场核查情况说明表", "质检问题_无图形"} <= set(names)
    _, lines = raw.read_arrow(path, layer="管理范围线")
    told = {field.name: field.metadata[b"GDAL:OGR:alternative_name"].decode() for field in lines.schema
            if field.metadata and b"GDAL:OGR:alternative_name" in field.metadata}  # fmt: skip
    schema = rl.schema.MANAGEMENT_LINES
    assert told == {column.name: column.label() for column in schema if column.name in invented.lines()}
    back = pyogrio.read_dataframe(path, layer="现场核查情况说明表")
    assert {"名称_全_", "date_2"} <= set(back)
    assert back["名称_全_"].tolist()[:2] == ["清水", "𣲗水㳇河"]
    assert back["大"].tolist() == [str(2**60 + 1), "0", "1"]
    assert back.geometry.isna().tolist() == [False, False, True]
    assert np.allclose(back.area[:2], awkward().area[:2], atol=0.1)
    again = rl.export.to_filegdb(path, invented.axes())
    assert pyogrio.list_layers(again)[:, 0].tolist() == ["河道中心线"], "replaced as a whole"
    other = tmp_path / "照片.gdb"
    other.mkdir()
    (other / "1.jpg").write_bytes(b"x")
    with pytest.raises(rl.JobError, match="有其他文件"):
        rl.export.to_filegdb(other, invented.axes())
    zipped = rl.export.to_filegdb(tmp_path / "成果.gdb.zip", invented.axes())
    assert len(pyogrio.read_dataframe(f"/vsizip/{zipped}/成果.gdb")) == len(invented.axes())


def aliases(path, layer):
    key = b"GDAL:OGR:alternative_name"
    fields = raw.read_arrow(path, layer=layer)[1].schema
    return {field.name: field.metadata[key].decode() for field in fields if key in (field.metadata or {})}


def test_codes_in_a_geodatabase_are_words_that_come_back_and_numbers_say_in_their_alias_what_they_mean(tmp_path):
    lines = invented.lines()
    levees = rl.schema.LEVEES.conform(
        fields_of(shapely.LineString([(0, 0), (9, 9)]), levee_id=["D1"], river_id=["R1"], feature=["landside_toe"],
                  grade=[3])
    )  # fmt: skip
    path = rl.export.to_filegdb(tmp_path / "x.gdb", lines, levees)
    written = pyogrio.read_dataframe(path, layer="管理范围线").set_index("line_id")
    assert set(written["bank"]) <= {"左岸", "右岸"}
    back = rl.read_layer(path, rl.schema.MANAGEMENT_LINES, layer="管理范围线").set_index("line_id")
    for name in ("bank", "basis", "confidence"):
        assert back[name].to_dict() == lines.set_index("line_id")[name].to_dict()
    assert pyogrio.read_dataframe(path, layer="堤防")["grade"].tolist() == [3]
    assert aliases(path, "堤防")["grade"] == "堤防级别（1 1级，2 2级，3 3级，4 4级，5 5级）"
    english = rl.export.to_filegdb(tmp_path / "en.gdb", lines, levees, language="en")
    assert set(pyogrio.read_dataframe(english, layer="management_lines")["bank"]) <= {"Left bank", "Right bank"}


def test_a_geodatabase_of_a_profile_has_the_names_types_and_lengths_of_the_receiver(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "本局"\nseen = "U"\nsource = "本局"\n[[layers]]\nschema = "levees"\nname = "DF"\n'
        'fields = [{ name = "XH", kind = "short", row = true }, { name = "DFMC", kind = "text", length = 30, column = '
        '"name" }, { name = "AB", kind = "text", column = "bank", codes = { left = "1", right = "2" } }]\n',
        encoding="utf-8",
    )
    shape = shapely.LineString([(0, 0), (9, 9)])
    levees = rl.schema.LEVEES.conform(
        fields_of(shape, levee_id=["D1"], river_id=["R1"], feature=["crest"], bank=["left"], name=["清" * 30])
    )
    path = rl.export.to_filegdb(tmp_path / "x.gdb", levees, profile=own)
    about, rows = raw.read_arrow(path, layer="DF")
    assert about["ogr_subtypes"][0] == "OFSTInt16"
    assert rows.schema.field("DFMC").metadata[b"GDAL:OGR:width"] == b"30"
    assert [rows[name].to_pylist() for name in ("XH", "DFMC", "AB")] == [[1], ["清" * 30], ["1"]]
    with pytest.raises(rl.JobError, match="31"):
        rl.export.to_filegdb(path, levees.assign(name="清" * 31), profile=own)


def test_a_layer_that_may_hold_anything_and_holds_nothing_is_a_table_of_a_geodatabase(tmp_path):
    """The folder was blamed: no format has a layer for whatever geometry."""
    bare = gpd.GeoDataFrame({"镇": pd.Series([], dtype="str")}, geometry=[], crs=4548)
    path = rl.export.to_filegdb(tmp_path / "x.gdb", rl.schema.WORKS.empty("EPSG:4548"), 乡镇=bare)
    assert dict(pyogrio.list_layers(path)) == {"水利及涉河工程": None, "乡镇": None}
    assert list(pyogrio.read_info(path, layer="乡镇")["fields"]) == ["镇"]


def test_tiles_hold_every_feature_and_its_columns(tmp_path):
    made = invented.result()
    path = rl.export.to_pmtiles(tmp_path / "x.pmtiles", made.lines, max_zoom=13)
    back = pyogrio.read_dataframe(path)
    assert set(back["line_id"]) == set(made.lines["line_id"])
    assert set(back["basis"]) == set(made.lines["basis"])
    assert path.read_bytes()[:7] == b"PMTiles"
    sent = made.lines.to_crs(3857).union_all()
    assert shapely.hausdorff_distance(back.union_all(), sent) < 5, "at zoom 13, within a tile's grid"
    with pytest.raises(rl.JobError, match="没有可写成 PMTiles 的图形"):
        rl.export.to_pmtiles(tmp_path / "y.pmtiles", rl.schema.AXES.empty(invented.CRS))


@pytest.mark.parametrize("keyed", [True, False])
def test_what_is_smaller_than_a_tiles_grid_is_a_point_and_is_told(tmp_path, keyed):
    at = np.array([5e5, 3.4e6])
    tiny, thin = (shapely.box(*at, *(at + size)) for size in ((0.05, 0.05), (900.0, 0.0005)))
    name = "zone_id" if keyed else "号"
    shapes = [
        shapely.box(*at, *(at + 500)),
        tiny,
        thin,
        shapely.MultiPolygon([tiny, shapely.box(*(at + 1), *(at + 1.05))]),
    ]
    frame = gpd.GeoDataFrame({name: ["a", "b", "c", "d"], "river_id": "R1"}, geometry=shapes, crs=4548)
    given = rl.schema.ZONES.conform(rl.schema.ZONES.empty(4548).reindex(range(4)).assign(**frame)) if keyed else frame
    path = rl.export.to_pmtiles(tmp_path / "x.zip", invented.axes(), 图层=given)
    with zipfile.ZipFile(path) as bundle:
        (file,) = [each for each in bundle.namelist() if "河道" not in each]
        (tmp_path / "one.pmtiles").write_bytes(bundle.read(file))
    back = pyogrio.read_dataframe(tmp_path / "one.pmtiles")
    assert set(back[name]) == {"a", "b", "c", "d"}
    points = {row for row, shape in zip(back[name], back.geometry, strict=True) if "Point" in shape.geom_type}
    assert {"b", "d"} <= points < {"a", "b", "c", "d"}
    small = back[back[name] == "b"].geometry.iloc[0]
    assert small.distance(gpd.GeoSeries([tiny], crs=4548).to_crs(3857).iloc[0]) < 2
    about = pyogrio.read_info(tmp_path / "one.pmtiles")["dataset_metadata"]["description"]
    assert about.startswith(f"{len(points)} 个要素小于切片的网格，绘为点：{'b' if keyed else '2'}, ")


def test_ovi_has_a_name_and_a_place_a_line(tmp_path):
    spots = gpd.GeoDataFrame(
        {"名": ["一 号\t桩", "", "三\n0 0"], "height_m": [12.345, np.nan, 1]},
        geometry=[shapely.Point(117, 30), shapely.Point(117.5, 30.5, 7), None], crs=4490,
    )  # fmt: skip
    path = rl.export.to_ovi(tmp_path / "x.txt", 点=spots)
    lines = path.read_bytes().decode("gbk").splitlines()
    assert lines == ["一_号_桩 117.00000000 30.00000000 12.35", "2 117.50000000 30.50000000 7.00"]
    for wrong, said in ((invented.lines(), "请改写 .kmz"), (spots.assign(名="㳇"), "㳇")):
        with pytest.raises(rl.JobError, match=said):
            rl.export.to_ovi(tmp_path / "y.txt", 点=wrong)
    assert "㳇" in rl.export.to_ovi(tmp_path / "y.txt", 点=spots.assign(名="㳇"), encoding="UTF-8").read_text("utf-8")


@pytest.mark.parametrize("ending", [".geojson", ".parquet", ".pmtiles"])
def test_several_layers_are_a_zip_and_never_one_file(ending, tmp_path):
    given = {"甲/乙": invented.towns(), "甲:乙": invented.towns()}
    with pytest.raises(rl.JobError, match="一个图层"):
        WRITERS[ending](tmp_path / f"x{ending}", invented.axes(), **given)
    path = WRITERS[ending](tmp_path / "x.zip", invented.axes(), **given)
    with zipfile.ZipFile(path) as bundle:
        names = bundle.namelist()
    assert len(set(names)) == 3
    assert all(name.endswith(ending) and "/" not in name for name in names)
    assert f"河道中心线{ending}" in names


@pytest.mark.parametrize("ending", list(WRITERS))
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_and_names_stay_texts(text, ending, tmp_path):
    frame = gpd.GeoDataFrame(
        {text: [text], "号": ["1"]}, geometry=[shapely.Point(500_000, 3_400_000)], crs=invented.CRS
    )
    path = WRITERS[ending](tmp_path / f"x{ending}", **{text: frame})
    assert {each.name for each in tmp_path.iterdir()} == {path.name}
    back = gpd.read_parquet(path) if ending == ".parquet" else pyogrio.read_dataframe(path)
    assert len(back) == 1
    plain = rl.io.sheet_cells.clean_text(text)
    assert {text, plain} & set(back.drop(columns=["mvt_id", "geometry"], errors="ignore").iloc[0])


@pytest.mark.parametrize("ending", list(WRITERS))
def test_a_wrong_call_is_one_error_and_leaves_nothing(ending, tmp_path):
    for path in ("x.shp", f"没有/x{ending}"):
        with pytest.raises(rl.JobError, match=r"文件名应以|无法写入"):
            WRITERS[ending](tmp_path / path, invented.axes())
    with pytest.raises(rl.CRSError):
        WRITERS[ending](tmp_path / f"x{ending}", invented.axes().set_crs(None, allow_override=True))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "said"),
    [("x.tab", "GeoPackage"), ("x.mif", "GeoPackage"), ("x.dwg", ".dxf"), ("x.mdb", ".gdb"), ("x.kml", "kmz")],
)
def test_formats_that_would_not_open_are_refused_with_what_to_take(name, said, tmp_path):
    with pytest.raises(rl.JobError, match=said):
        rl.export.to_file(tmp_path / name, invented.axes())
    assert not list(tmp_path.iterdir())


def test_a_file_is_written_by_its_ending(tmp_path):
    for name in ("x.gpkg", "x.zip", "x.gdb", "x.geojson", "x.parquet", "x.pmtiles", "x.xlsx"):
        assert rl.export.to_file(tmp_path / name, invented.axes()).exists()
    points = gpd.GeoDataFrame({"名": ["a"]}, geometry=[shapely.Point(117, 30)], crs=4490)
    assert rl.export.to_file(tmp_path / "x.txt", kind="ovi", 点=points).exists()
    with pytest.raises(rl.JobError, match="没有格式 'xyz'"):
        rl.export.to_file(tmp_path / "x.xyz", invented.axes())


def test_days_go_into_a_geodatabase_without_a_warning_each(tmp_path):
    """Warnings are errors here: GDAL's, that days become date-times, came once a column."""
    rows = rl.schema.PROBLEMS.conform(
        fields_of(shapely.Point(0, 0), problem_id=["P1"], river_id=["R1"], bank=["left"], chainage_m=[1.0],
                  kind=["dumping"], item=["x"], severity=["minor"], status=["found"],
                  found_on=pd.to_datetime(["2025-03-04"]), due_on=pd.to_datetime(["2025-04-05"]), source=["x"],
                  description=["x"])
    )  # fmt: skip
    path = rl.export.to_filegdb(tmp_path / "x.gdb", rows)
    back = pyogrio.read_dataframe(path)
    for name, day in (("found_on", "2025-03-04"), ("due_on", "2025-04-05")):
        assert back[name].dt.strftime("%Y-%m-%d %H:%M").tolist() == [f"{day} 00:00"]


EVERY = {
    **WRITERS, ".gpkg": rl.export.to_geopackage, ".zip": rl.export.to_shapefile, ".kmz": rl.export.to_kmz,
    ".xlsx": rl.export.to_xlsx, ".dxf": rl.export.to_dxf, ".txt": rl.export.to_coordinate_text,
}  # fmt: skip


def fields_of(*shapes, **columns):
    placed = [shapely.transform(shape, lambda xy: xy + np.array([5e5, 3.4e6])) for shape in shapes]
    return gpd.GeoDataFrame(columns or {"名": list("甲乙丙"[: len(shapes)])}, geometry=placed, crs=invented.CRS)


@pytest.mark.parametrize("ending", [each for each in EVERY if each not in {".gpkg", ".parquet", ".xlsx"}])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_are_told_by_row_and_the_disk_is_not_blamed(number, ending, tmp_path):
    rows = fields_of(shapely.LineString([(0, 0), (9, 9)]), shapely.LineString([(0, 0), (9, 9)]))
    with np.errstate(invalid="ignore"):
        wrong = shapely.linestrings([(5e5, 3.4e6), (number, 3.4e6), (5e5 + 20, 3.4e6)])
    rows.geometry = [rows.geometry.iloc[0], wrong]
    with pytest.raises(rl.JobError, match="层：1 行的坐标不是有限数") as told:
        EVERY[ending](tmp_path / f"x{ending}", 层=rows)
    assert "第 2" in told.value.zh
    assert "磁盘" not in told.value.zh
    assert "文件夹" not in told.value.zh
    assert not list(tmp_path.iterdir())


def test_what_mixes_points_and_areas_is_named_in_geodatabases_too(tmp_path):
    rows = fields_of(shapely.GeometryCollection([shapely.box(0, 0, 9, 9), shapely.Point(3, 3)]))
    with pytest.raises(rl.JobError, match="混合的图形；请先用 explode"):
        rl.export.to_filegdb(tmp_path / "x.gdb", 层=rows)


def test_empty_geometries_are_no_wrong_bounds(tmp_path):
    with pytest.raises(rl.JobError, match="没有可写成 PMTiles 的图形"):
        rl.export.to_pmtiles(tmp_path / "x.pmtiles", 层=fields_of(shapely.Polygon()))
    path = rl.export.to_pmtiles(tmp_path / "x.pmtiles", 层=fields_of(shapely.Polygon(), shapely.box(0, 0, 900, 900)))
    assert set(pyogrio.read_dataframe(path)["名"]) == {"乙"}


@pytest.mark.parametrize("ending", list(EVERY))
def test_the_sign_nul_is_seen_as_one_that_cannot_be_written_in_every_format(ending, tmp_path):
    """None refuses the rows for it, none keeps it: it is � or, where the encoding has no such sign, ?."""
    rows = fields_of(shapely.box(0, 0, 900, 900), shapely.box(1000, 0, 1900, 900), 名=["清\x00水", "乙"])
    path = EVERY[ending](tmp_path / f"x{ending}", 层=rows)
    if ending == ".parquet":
        texts = pq.read_table(path)["名"].to_pylist()
    elif ending in {".geojson", ".gpkg", ".gdb", ".zip", ".pmtiles"}:
        texts = pyogrio.read_dataframe(path, layer=0)["名"].tolist()
    elif ending == ".txt":
        texts = rl.io.coordinate_text.read_coordinate_text(path)["parcel_id"].tolist()
    else:
        return
    assert set(texts) == {"清?水" if ending in {".txt", ".zip"} else "清�水", "乙"}


@pytest.mark.parametrize("ending", [".geojson", ".pmtiles", ".kmz", ".txt"])
@pytest.mark.parametrize("place", [(500_000.0, 3_400_000.0), (500_000.0, 30.0)])
def test_metres_under_the_name_of_degrees_go_nowhere(place, ending, tmp_path):
    spots = gpd.GeoDataFrame({"名": ["一"]}, geometry=[shapely.Point(place)], crs=4326)
    writer = {**WRITERS, ".kmz": rl.export.to_kmz, ".txt": rl.export.to_ovi}[ending]
    with pytest.raises(rl.CRSError, match="不在坐标系 EPSG:4326 的范围内"):
        writer(tmp_path / f"x{ending}", 点=spots)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("corners", [[(179.9, -16.5), (-179.9, -16.7)], [(179.9, -16.5), (180.1, -16.7)]])
def test_what_crosses_the_180th_meridian_is_cut_there(corners, tmp_path):
    """RFC 7946, 3.1.9; both ways to say it mean the same line."""
    line = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["河"]}, geometry=[shapely.LineString(corners)], crs=4326)
    path = rl.export.to_geojson(tmp_path / "x.geojson", line)
    told = json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"]
    assert told["type"] == "MultiLineString"
    assert np.allclose(told["coordinates"], [[[179.9, -16.5], [180, -16.6]], [[-180, -16.6], [-179.9, -16.7]]])
    with zipfile.ZipFile(rl.export.to_kmz(tmp_path / "x.kmz", line)) as bundle:
        text = bundle.read("doc.kml").decode()
    assert text.count("<LineString") == 2
    assert "180.1" not in text
    tiles = pyogrio.read_dataframe(rl.export.to_pmtiles(tmp_path / "x.pmtiles", line, max_zoom=6)).to_crs(4326)
    assert shapely.length(tiles.geometry.array).sum() < 1, "no line around the world"
    across = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Polygon([*corners, (180.0, -16.2)])], crs=4326)
    told = gpd.read_file(rl.export.to_geojson(tmp_path / "areas.geojson", 面=across)).geometry[0]
    assert told.geom_type == "MultiPolygon"
    assert told.area == pytest.approx(0.04)
    with zipfile.ZipFile(rl.export.to_kmz(tmp_path / "areas.kmz", 面=across)) as bundle:
        assert bundle.read("doc.kml").decode().count("<Polygon") == 2
    tiles = pyogrio.read_dataframe(rl.export.to_pmtiles(tmp_path / "areas.pmtiles", 面=across, max_zoom=6))
    assert shapely.area(tiles.to_crs(4326).geometry.array).sum() == pytest.approx(0.04, rel=0.2)


def test_areas_are_cut_with_their_holes_and_the_rest_stays_as_it_is():
    hole = shapely.box(-179.5, -0.5, -179, 0.5)
    area = shapely.Polygon([(179, -1), (-178, -1), (-178, 1), (179, 1)], [hole.exterior])
    world, here = shapely.box(-180, -90, 180, 90), shapely.box(117, 30, 118, 31)
    cut = cut_at_antimeridian(np.array([area, world, here, None, shapely.Point(181, 3)], dtype=object))
    assert cut[0].area == pytest.approx(3 * 2 - 0.5)
    assert [each.bounds for each in cut[0].geoms] == [(179, -1, 180, 1), (-180, -1, -178, 1)]
    assert [len(each.interiors) for each in cut[0].geoms] == [0, 1]
    assert cut[1] is world
    assert cut[2] is here
    assert cut[3] is None
    assert cut[4] == shapely.Point(-179, 3)
    alone = np.array([here], dtype=object)
    assert cut_at_antimeridian(alone) is alone
    for plain in (shapely.box(179.5, 10, 180.5, 10.5), shapely.box(-180.5, 10, -179.5, 10.5)):
        halves = cut_at_antimeridian(np.array([plain], dtype=object))[0]
        assert [each.bounds for each in halves.geoms] == [(179.5, 10, 180, 10.5), (-180, 10, -179.5, 10.5)]
    tall = cut_at_antimeridian(np.array([shapely.LineString([(179, 0, 5), (-179, 0, 7)])], dtype=object))[0]
    assert shapely.get_coordinates(tall, include_z=True)[1].tolist() == [180, 0, 6]


@pytest.mark.parametrize("ending", [".geojson", ".parquet"])
def test_one_layer_of_several_kinds_of_geometry_is_called_one_layer(ending, tmp_path):
    found = invented.fault_rows()
    with pytest.raises(rl.JobError, match="图层 质检问题 有 2 种，另有无图形的行（") as told:
        WRITERS[ending](tmp_path / f"x{ending}", found)
    assert "3 个" not in told.value.zh
    assert "the layer Faults has 2 and rows without any (" in told.value.en
    with pytest.raises(rl.JobError, match=r"图层 质检问题 有 2 种（质检问题_点、质检问题_线）；请写成 \.zip"):
        WRITERS[ending](tmp_path / f"x{ending}", found[found.geometry.notna()])
    with pytest.raises(rl.JobError, match="实际有 2 个（"):
        WRITERS[ending](tmp_path / f"x{ending}", invented.lines(), invented.extents())
    assert not list(tmp_path.iterdir())
