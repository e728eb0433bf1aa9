"""A layer comes out under the names, types and geometry of the dictionary, and says what was done to it."""

from __future__ import annotations

import datetime as dt
import json
import struct
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline.io.shapes import single_parts
from riverline.io.values import cast_values
from riverline.provenance import describe_input

LINE = shapely.LineString([(500_000, 3_300_000), (500_900, 3_300_900)])
ALL_FORMATS = ["shp", "gpkg", "geojson", "fgb", "parquet", "gdb"]


def notes(frame: gpd.GeoDataFrame, language: str = "en") -> str:
    return "\n".join(note[language] for note in frame.attrs["source"]["notes"])


def levees(**changes) -> gpd.GeoDataFrame:
    rows = {"levee_id": ["D1", "D2"], "river_id": ["R1", "R1"], "feature": ["crest", "landside_toe"]} | changes
    return gpd.GeoDataFrame(rows, geometry=[LINE, LINE], crs=4548)


def written(frame: gpd.GeoDataFrame, path):
    """The frame in a file of any format."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
    return path


def read(frame: gpd.GeoDataFrame, tmp_path, schema=rl.schema.LEVEES, suffix="gpkg", **options):
    return rl.read_layer(written(frame, tmp_path / f"图层 1.{suffix}"), schema, **options)


@pytest.mark.parametrize("suffix", ALL_FORMATS)
def test_every_format_gives_the_same_frame(tmp_path, suffix):
    frame = read(levees().to_crs(4326 if suffix == "geojson" else 4548), tmp_path, suffix=suffix)
    assert frame["levee_id"].tolist() == ["D1", "D2"]
    assert frame["feature"].tolist() == ["crest", "landside_toe"]
    assert frame.columns.tolist() == ["levee_id", "river_id", "feature", "geometry"]
    assert len(rl.check(frame.to_crs(4548), rl.schema.LEVEES).query("code == 'bad_choice'")) == 0
    source = frame.attrs["source"]
    assert source["path"] == f"图层 1.{suffix}"
    assert source["rows"] == 2
    assert json.loads(json.dumps(describe_input(frame), ensure_ascii=False))["source"] == source


def test_columns_are_found_by_every_name_of_the_dictionary(tmp_path):
    frame = levees().rename(columns={"levee_id": "DFBM", "river_id": "河流编码", "feature": "Feature"})
    frame["堤顶高程（m）"] = [12.5, 13.0]
    result = read(frame, tmp_path)
    assert result.columns.tolist() == ["levee_id", "river_id", "feature", "height_m", "geometry"]
    assert "DFBM→levee_id, 河流编码→river_id, Feature→feature, 堤顶高程（m）→height_m" in notes(result)


def test_the_mapping_comes_first_and_loses_nothing(tmp_path):
    frame = levees(name=["old", "old"], DM=["新堤", "旧堤"])
    result = read(frame, tmp_path, columns={"DM": "name"})
    assert result["name"].tolist() == ["新堤", "旧堤"]
    assert result["name_original"].tolist() == ["old", "old"]


def test_everything_that_is_missing_is_said_at_once(tmp_path):
    frame = levees().drop(columns=["feature"]).rename(columns={"levee_id": "RV"}).set_crs(None, allow_override=True)
    with pytest.raises(rl.SchemaError) as caught:
        read(frame, tmp_path, suffix="shp", columns={"XX": "levee_id", "RV": "nonsense"})
    message = caught.value.en
    for part in ("'feature'", "field 'XX' in columns is not in the file", "'nonsense'", "has no CRS"):
        assert part in message
    assert message.count("levee_id' (") == 0
    assert "缺少字段 feature（线类型）" in caught.value.zh


def test_one_value_holds_for_the_whole_file_and_what_stood_there_is_kept(tmp_path):
    given = {"levee_id": "L{row}", "feature": "背水侧堤脚"}
    frame = read(levees(), tmp_path, values=given)
    assert frame["feature"].tolist() == ["landside_toe"] * 2
    assert frame["levee_id"].tolist() == ["L1", "L2"]
    assert frame["levee_id_original"].tolist() == ["D1", "D2"]
    assert frame.attrs["source"]["values"] == given
    assert "全文件取定值：levee_id=L{row}, feature=背水侧堤脚" in notes(frame, "zh")


def test_one_field_may_be_two_columns(tmp_path):
    axes = levees()[["levee_id", "geometry"]].rename(columns={"levee_id": "id"})
    frame = read(axes, tmp_path, rl.schema.AXES, columns={"id": ["river_id", "name"]})
    assert frame["river_id"].tolist() == frame["name"].tolist() == ["D1", "D2"]


def test_what_may_be_blank_may_be_missing_and_is_told(tmp_path):
    frame = read(levees()[["levee_id", "feature", "geometry"]], tmp_path)
    assert frame["river_id"].isna().all()
    assert "文件中没有字段 river_id（河流编码），留空" in notes(frame, "zh")
    assert "name" not in frame.columns  # optional: nothing is made up for it
    rl.schema.LEVEES.require(frame)


def test_the_advice_for_what_is_missing_can_be_followed(tmp_path):
    frame = levees()[["levee_id", "geometry"]].rename(columns={"levee_id": "id"})
    with pytest.raises(rl.SchemaError) as caught:
        read(frame, tmp_path)
    assert 'columns={"id": "levee_id"}' in caught.value.zh
    assert 'values={"feature": "…"}' in caught.value.zh
    followed = read(frame, tmp_path, columns={"id": "levee_id"}, values={"feature": "crest"})
    assert followed["levee_id"].tolist() == ["D1", "D2"]


def test_only_fields_that_could_hold_what_is_missing_are_proposed(tmp_path):
    """Areas and lengths are no codes and no kinds; a field whose values are words of the choices is one."""
    frame = levees()[["geometry"]].assign(AREA=[0.5, 1.5], CLASS=[1, 1], LX=["crest", "other"], NO=[7, 9])
    with pytest.raises(rl.SchemaError) as caught:
        read(frame, tmp_path)
    assert 'columns={"NO": "levee_id", "LX": "feature"}' in caught.value.en
    assert 'where none is the code: values={"levee_id": "L{row}"}' in caught.value.en
    bare = levees()[["geometry"]].assign(AREA=[0.5, 0.5])
    with pytest.raises(rl.SchemaError) as caught:
        read(bare, tmp_path)
    assert "columns=" not in caught.value.en.partition("fields that are left: AREA; ")[2]
    assert 'values={"levee_id": "L{row}", "feature": "…"}' in caught.value.zh


def test_where_no_field_is_left_the_advice_is_a_sentence(tmp_path):
    with pytest.raises(rl.SchemaError) as caught:
        read(levees()[["levee_id", "geometry"]], tmp_path)
    assert '没有未对应的字段；整个文件取一个值则写 values={"feature": "…"}' in caught.value.zh
    assert 'no field is left; one value for the whole file: values={"feature": "…"}' in caught.value.en


def test_a_value_for_no_column_or_for_a_mapped_one_is_refused(tmp_path):
    with pytest.raises(rl.SchemaError, match="'nonsense' in values is no column"):
        read(levees(), tmp_path, values={"nonsense": 1})
    frame = levees().rename(columns={"feature": "XLX"})
    with pytest.raises(rl.SchemaError, match="both in columns and in values"):
        read(frame, tmp_path, columns={"XLX": "feature"}, values={"feature": "crest"})


def test_an_ambiguous_name_is_asked_about(tmp_path):
    frame = levees(grade=[1, 2]).rename(columns={"grade": "DFJB"})
    frame["堤防级别"] = [1, 2]
    with pytest.raises(rl.SchemaError, match="several fields may be 'grade': DFJB, 堤防级别; say which"):
        read(frame, tmp_path)
    with pytest.raises(rl.SchemaError, match="several fields may be 'grade'"):
        read(frame, tmp_path, columns={"DFJB": "grade", "堤防级别": "grade"})
    assert read(frame, tmp_path, columns={"DFJB": "grade"})["堤防级别"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["左岸", "右岸"], ["left", "right"]),
        (["左", "右"], ["left", "right"]),
        (["L", "r"], ["left", "right"]),
        ([1, 2], ["left", "right"]),
        ([1.0, np.nan], ["left", None]),
        (["Left bank", "RIGHT"], ["left", "right"]),
        (["左岸", ""], ["left", None]),
    ],
)
def test_banks_as_people_write_them(tmp_path, given, expected):
    result = read(levees(bank=given), tmp_path)
    assert [None if pd.isna(each) else each for each in result["bank"]] == expected
    assert "column bank" in notes(result)


@pytest.mark.parametrize(
    "given", [["1级", "三级"], ["Ⅰ级", "Ⅲ"], ["1", "3"], [1, 3], ["Grade 1", "grade 3"], [1.0, 3.0]]
)
def test_grades_as_people_write_them(tmp_path, given):
    result = read(levees(grade=given), tmp_path)
    assert result["grade"].tolist() == [1, 3]
    assert result["grade"].dtype == "Int64"


def test_what_is_no_choice_stays_for_the_check(tmp_path):
    result = read(levees(bank=["左岸", "中间"], grade=["1级", "特级"]), tmp_path)
    assert result["bank"].tolist() == ["left", "中间"]
    assert result["grade"].tolist() == ["1级", "特级"]
    assert "column grade has 1 distinct values that are not choices, kept as they are: “特级”" in notes(result)
    assert set(rl.check(result, rl.schema.LEVEES)["feature_id"]) >= {"D2"}


def test_text_numbers_become_numbers_only_all_together(tmp_path):
    good = read(levees(height_m=["１２．５", "1,013.0"], protects_mu=["—", "3000"]), tmp_path)
    assert good["height_m"].tolist() == [12.5, 1013.0]
    assert good["protects_mu"].isna().tolist() == [True, False]
    assert "“—” as missing" in notes(good)
    bad = read(levees(height_m=["12.5", "约13"]), tmp_path)
    assert bad["height_m"].tolist() == ["12.5", "约13"]
    assert "not numbers, kept as they are: “约13”" in notes(bad)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "gdb"])
def test_long_codes_lose_no_digit(tmp_path, suffix):
    codes = pd.array([341_600_000_012_345_678, None], dtype="Int64")
    assert read(levees(name=codes), tmp_path, suffix=suffix)["name"].tolist()[0] == "341600000012345678"


def test_codes_of_21_digits_in_a_number_field_lose_no_digit(tmp_path):
    codes = ["341600000012345678901", "341600000012345678902"]
    file = written(levees(levee_id=codes), tmp_path / "a.shp")
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    table[32 + 11 : 32 + 12] = b"N"
    file.with_suffix(".dbf").write_bytes(bytes(table))
    assert rl.read_layer(file, rl.schema.LEVEES)["levee_id"].tolist() == codes


@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_a_field_called_geometry_is_kept(tmp_path, suffix):
    file = tmp_path / f"a.{suffix}"
    frame = levees(geometry_=["a", "b"]).rename_geometry("geom")
    frame = frame.rename(columns={"geometry_": "geometry"})
    pyogrio.write_dataframe(frame, file)
    assert rl.read_layer(file, rl.schema.LEVEES)["geometry_1"].tolist() == ["a", "b"]


def test_codes_that_were_numbers_become_text(tmp_path):
    result = read(levees(levee_id=[341_600_000_012, 5], river_id=[12.0, np.nan]), tmp_path)
    assert result["levee_id"].tolist() == ["341600000012", "5"]
    assert result["river_id"].tolist()[0] == "12"
    assert result["river_id"].isna().tolist() == [False, True]


@pytest.mark.parametrize("text", ["2024-05-06", "2024/5/6", "2024年5月6日", "20240506", "2024-05-06T00:00:00"])
def test_dates_with_the_year_first_are_read(tmp_path, text):
    water = gpd.GeoDataFrame(
        {"water_id": ["W"], "river_id": ["R"], "kind": ["河流"], "date": [text]}, geometry=[LINE.buffer(9)], crs=4548
    )
    assert read(water, tmp_path, rl.schema.WATER)["date"].tolist() == [pd.Timestamp("2024-05-06")]


def test_dates_in_another_order_stay_for_the_check(tmp_path):
    water = gpd.GeoDataFrame(
        {"water_id": ["W"], "river_id": ["R"], "kind": ["lake"], "date": ["03/04/2024"]},
        geometry=[LINE.buffer(9)],
        crs=4548,
    )
    result = read(water, tmp_path, rl.schema.WATER)
    assert result["date"].tolist() == ["03/04/2024"]
    assert "not dates with the year first" in notes(result)
    assert len(rl.check(result, rl.schema.WATER))


def test_dates_of_the_format_are_dates(tmp_path):
    water = gpd.GeoDataFrame(
        {"water_id": ["W"], "river_id": ["R"], "kind": ["lake"], "date": [dt.date(2024, 5, 6)]},
        geometry=[LINE.buffer(9)],
        crs=4548,
    )
    for suffix in ("gpkg", "shp"):
        result = read(water, tmp_path, rl.schema.WATER, suffix=suffix)
        assert result["date"].dtype == "datetime64[s]"
        assert result["date"].tolist() == [pd.Timestamp("2024-05-06")]


def test_chainages_in_a_layer(tmp_path):
    axes = gpd.GeoDataFrame(
        {"river_id": ["R"], "name": ["a"], "start_chainage_m": ["K12+345.5"]}, geometry=[LINE], crs=4548
    )
    assert read(axes, tmp_path, rl.schema.AXES)["start_chainage_m"].tolist() == [12345.5]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "parquet"])
def test_heights_are_dropped_with_a_note(tmp_path, suffix):
    frame = levees().set_geometry(shapely.force_3d(levees().geometry, 12.0))
    result = read(frame, tmp_path, suffix=suffix)
    assert not result.has_z.any()
    assert result.geometry.geom_equals(levees().geometry).all()
    assert "2 features carry Z" in notes(result)


def test_measures_are_dropped_with_a_note(tmp_path):
    file = written(levees().iloc[:1], tmp_path / "a.shp")
    box, points, measures = (0.0, 0.0, 9.0, 9.0), (0.0, 0.0, 9.0, 9.0), (1.0, 2.0, 1.0, 2.0)
    content = struct.pack("<i4d2ii", 23, *box, 1, 2, 0) + struct.pack("<8d", *points, *measures)
    head = struct.pack("<ii8d", 1000, 23, *box, 0.0, 0.0, 1.0, 2.0)
    record = struct.pack(">ii", 1, len(content) // 2)
    for path, body in ((file, record + content), (file.with_suffix(".shx"), struct.pack(">ii", 50, len(content) // 2))):
        path.write_bytes(struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(body)) // 2) + head + body)
    result = rl.read_layer(file, rl.schema.LEVEES)
    assert result.geometry[0].wkt == "LINESTRING (0 0, 9 9)"
    assert "M was dropped" in notes(result)


def test_multiparts_are_split_with_stable_ids(tmp_path):
    two = shapely.from_wkt("MULTILINESTRING ((0 0, 10 0), (50 0, 60 0))")
    one = shapely.from_wkt("MULTILINESTRING ((0 5, 10 5))")
    joined = shapely.from_wkt("MULTILINESTRING ((0 9, 10 9), (10 9, 20 9))")
    frame = levees(levee_id=["A", "B"]).set_geometry([two, one], crs=4548)
    frame = pd.concat([frame, levees(levee_id=["C", "D"]).set_geometry([joined, None], crs=4548)])
    result = read(frame, tmp_path)
    assert result["levee_id"].tolist() == ["A-1", "A-2", "B", "C", "D"]
    assert result["source_key"].tolist() == ["A", "A", "B", "C", "D"]
    assert result.geom_type.dropna().unique().tolist() == ["LineString"]
    assert result.length.dropna().tolist() == [10, 10, 10, 20]
    assert "1 multipart features were split" in notes(result)
    assert "1 multipart features whose parts join" in notes(result)
    assert result.attrs["source"]["rows"] == 4


def test_parts_that_meet_head_to_head_are_not_joined(tmp_path):
    against = shapely.from_wkt("MULTILINESTRING ((0 0, 10 0), (20 0, 10 0))")
    frame = levees().set_geometry([against, LINE], crs=4548)
    assert read(frame, tmp_path)["levee_id"].tolist() == ["D1-1", "D1-2", "D2"]


def test_numbers_of_parts_do_not_collide_with_other_features(tmp_path):
    two = shapely.from_wkt("MULTILINESTRING ((0 0, 10 0), (50 0, 60 0))")
    frame = levees(levee_id=["A", "A-1"]).set_geometry([two, LINE], crs=4548)
    assert read(frame, tmp_path)["levee_id"].tolist() == ["A-p1", "A-p2", "A-1"]


def test_keys_that_occur_twice_are_told_before_numbers_hide_it(tmp_path):
    two = shapely.from_wkt("MULTILINESTRING ((0 0, 10 0), (50 0, 60 0))")
    frame = levees(levee_id=["A", "A"]).set_geometry([two, LINE], crs=4548)
    assert "1 keys occur more than once, which the numbers of the parts hide: “A”" in notes(read(frame, tmp_path))


def test_what_is_of_another_kind_is_not_split(tmp_path):
    parts = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    frame = levees().set_geometry([parts, LINE], crs=4548)
    assert read(frame, tmp_path)["levee_id"].tolist() == ["D1", "D2"]


def test_schemas_of_multiparts_keep_them(tmp_path):
    parts = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    water = gpd.GeoDataFrame({"water_id": ["W"], "river_id": ["R"], "kind": ["lake"]}, geometry=[parts], crs=4548)
    assert read(water, tmp_path, rl.schema.WATER).geom_type.tolist() == ["MultiPolygon"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_splitting_loses_no_length_and_no_row(counts):
    shapes = [
        None if n == 0 else shapely.MultiLineString([[(9 * k, 20 * at), (9 * k + 5, 20 * at)] for k in range(n)])
        for at, n in enumerate(counts)
    ]
    rows = {"bank_id": [f"B{at}" for at in range(len(counts))], "river_id": "R"}
    frame = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, crs=4548), crs=4548)
    before = frame.copy()
    result, _ = single_parts(frame, rl.schema.BANK_TOPS)
    keys = result["source_key"] if "source_key" in result else result["bank_id"]
    assert keys.value_counts().to_dict() == {f"B{at}": max(1, n) for at, n in enumerate(counts)}
    assert result["bank_id"].is_unique
    assert result.length.sum() == pytest.approx(5.0 * sum(counts))
    assert frame.equals(before)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "parquet"])
def test_rows_without_geometry_stay(tmp_path, suffix):
    frame = levees().set_geometry([LINE, None], crs=4548).to_crs(4326 if suffix == "geojson" else 4548)
    assert read(frame, tmp_path, suffix=suffix).geometry.isna().tolist() == [False, True]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "parquet", "fgb"])
def test_an_empty_layer_gives_an_empty_frame_of_the_schema(tmp_path, suffix):
    result = read(levees(grade=[1, 2]).iloc[:0], tmp_path, suffix=suffix)
    assert len(result) == 0
    assert result.crs == "EPSG:4548"
    for name in ("levee_id", "river_id", "feature", "grade"):
        assert str(result[name].dtype) == rl.schema.LEVEES[name].dtype
    assert len(rl.check(result, rl.schema.LEVEES)) == 0


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "parquet"])
def test_a_missing_crs_is_asked_for_with_what_the_numbers_look_like(tmp_path, suffix):
    prefixed = shapely.LineString([(39_500_000, 3_300_000), (39_500_900, 3_300_900)])
    frame = levees().set_geometry([prefixed] * 2).set_crs(None, allow_override=True)
    with pytest.raises(rl.CRSError, match='say crs="EPSG:4527"'):
        read(frame, tmp_path, suffix=suffix)
    plain = levees().set_crs(None, allow_override=True)
    with pytest.raises(rl.CRSError, match="eastings of 6 digits without a zone"):
        read(plain, tmp_path, suffix=suffix)
    result = read(plain, tmp_path, suffix=suffix, crs="EPSG:4548")
    assert result.crs == "EPSG:4548"
    assert "CRS as given: EPSG:4548" in notes(result)


def test_a_crs_is_never_overridden(tmp_path):
    with pytest.raises(rl.CRSError, match=r"crs=EPSG:4549 is not the CRS of the file, EPSG:4548"):
        read(levees(), tmp_path, crs=4549)
    assert read(levees(), tmp_path, crs=4548).crs == "EPSG:4548"
    with pytest.raises(rl.CRSError, match="'nonsense' is no CRS"):
        read(levees(), tmp_path, crs="nonsense")


def test_a_prj_agrees_with_its_code(tmp_path):
    for code in (4548, 4527, 4509, 4490):
        where = levees() if code == 4548 else levees().to_crs(4490).to_crs(code)
        assert read(where, tmp_path, suffix="shp", crs=code).crs.to_epsg() == code


@pytest.mark.parametrize("code", [4548, 4527, 4490, 2384])
def test_mapinfo_calls_cgcs2000_by_another_name(tmp_path, code):
    frame = levees() if code != 4490 else levees().to_crs(4490)
    frame = frame.set_crs(code, allow_override=True)
    result = read(frame, tmp_path, suffix="tab", crs=code)
    assert result.crs == code
    assert "have the same coordinates" in notes(result)
    with pytest.raises(rl.CRSError, match="is not the CRS of the file"):
        rl.read_layer(tmp_path / "图层 1.tab", rl.schema.LEVEES, crs=4549)


def test_degrees_given_for_metres_are_refused(tmp_path):
    plain = levees().set_crs(None, allow_override=True)
    with pytest.raises(rl.CRSError, match="the numbers are not degrees"):
        read(plain, tmp_path, crs=4490)


def test_geojson_in_metres_has_no_crs(tmp_path):
    (tmp_path / "a.geojson").write_text(levees().to_json(drop_id=True, to_wgs84=False).replace('"crs"', '"_"'))
    with pytest.raises(rl.CRSError, match="the file has no CRS"):
        rl.read_layer(tmp_path / "a.geojson", rl.schema.LEVEES)
    assert rl.read_layer(tmp_path / "a.geojson", rl.schema.LEVEES, crs=4548).crs == "EPSG:4548"


@pytest.mark.parametrize("bbox", [(1, 2, 3), (5, 2, 3, 9)])
def test_a_box_has_to_be_one(tmp_path, bbox):
    with pytest.raises(rl.ReadError, match="bbox has to be"):
        read(levees(), tmp_path, bbox=bbox)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "parquet", "gdb"])
def test_a_box_limits_what_is_read(tmp_path, suffix):
    far = shapely.LineString([(510_000, 3_310_000), (511_000, 3_310_000)])
    frame = levees().set_geometry([LINE, far], crs=4548)
    result = read(frame, tmp_path, suffix=suffix, bbox=(499_000, 3_299_000, 502_000, 3_302_000))
    assert result["levee_id"].tolist() == ["D1"]
    assert result.attrs["source"]["rows"] == 1


def test_parquet_with_covering_boxes_is_cut_on_reading(tmp_path):
    far = shapely.LineString([(510_000, 3_310_000), (511_000, 3_310_000)])
    levees().set_geometry([LINE, far], crs=4548).to_parquet(tmp_path / "a.parquet", write_covering_bbox=True)
    result = rl.read_layer(tmp_path / "a.parquet", rl.schema.LEVEES, bbox=(499_000, 3_299_000, 502_000, 3_302_000))
    assert result["levee_id"].tolist() == ["D1"]


def test_extra_columns_come_through_untouched(tmp_path):
    extra = {"备注": ["a", None], "n": [1, 2], "f": [0.5, np.nan]}
    result = read(levees(**extra), tmp_path)
    assert result["n"].tolist() == [1, 2]
    assert result["备注"].tolist()[0] == "a"
    assert result["f"].isna().tolist() == [False, True]


def test_casting_changes_no_input_and_does_nothing_twice():
    frame = levees(bank=["左岸", "右岸"], grade=["1级", "2级"], height_m=["1", "2"])
    before = frame.copy()
    once, _ = cast_values(frame, rl.schema.LEVEES)
    twice, said = cast_values(once, rl.schema.LEVEES)
    assert frame.equals(before)
    assert once.equals(twice)
    assert said == []


def test_the_order_of_rows_does_not_matter(tmp_path):
    two = shapely.from_wkt("MULTILINESTRING ((0 0, 10 0), (50 0, 60 0))")
    frame = levees(levee_id=["A", "B"], bank=["左", "2"]).set_geometry([two, LINE], crs=4548)
    one = read(frame, tmp_path).sort_values("levee_id").reset_index(drop=True)
    other = read(frame.iloc[::-1], tmp_path, suffix="fgb").sort_values("levee_id").reset_index(drop=True)
    assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))


def test_text_tables_of_gdal_with_a_wrong_driver_say_so(tmp_path):
    pyogrio.write_dataframe(levees(), tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").write_bytes((tmp_path / "a.gpkg").read_bytes()[:5000])
    with pytest.raises(rl.ReadError, match=r"cannot read a\.gpkg"):
        rl.read_layer(tmp_path / "a.gpkg", rl.schema.LEVEES)


SAMPLES = Path(__file__).resolve().parent.parent / "data" / "samples"


def test_the_sample_in_gbk_reads_in_one_line():
    result = rl.read_layer(SAMPLES / "堤防.shp", rl.schema.LEVEES)
    assert result.attrs["source"]["encoding"] == "GBK"
    assert result.attrs["source"]["encoding_from"] == "detected"
    assert set(result["bank"]) == {"left", "right"}
    assert set(result["feature"]) <= set(rl.schema.LEVEES["feature"].values)
    assert result["name"].str.fullmatch("[\u4e00-\u9fff（）]+").all()


@pytest.mark.parametrize("name", ["axes", "water", "flood_levels", "parcels"])
def test_layers_of_the_sample_are_found_by_the_schema(name):
    schema = rl.schema.FRAMES[name]
    result = rl.read_layer(SAMPLES / "清水县.gpkg", schema)
    assert result.attrs["source"]["layer"] == name
    schema.require(result)


@pytest.mark.real
def test_a_real_zip_with_many_columns(real_data):
    file = real_data / "natural_earth_rivers50" / "ne_50m_rivers_lake_centerlines.zip"
    axes = rl.read_layer(file, rl.schema.AXES, columns={"ne_id": "river_id", "name_zh": "name"})
    assert axes.attrs["source"]["rows"] == 462
    assert shapely.length(axes.geometry).sum() == pytest.approx(shapely.length(gpd.read_file(file).geometry).sum())
    assert set(axes.geom_type.dropna()) == {"LineString"}
    assert axes.geometry.isna().sum() == gpd.read_file(file).geometry.isna().sum()
    assert "長江" in set(axes["name"]) or "长江" in set(axes["name"])


@pytest.mark.real
def test_the_crs_of_real_rivers_is_asked_for(real_data):
    file = real_data / "china_gbk_rivers" / "hyd1_4l.shp"
    with pytest.raises(rl.CRSError, match='say crs="EPSG:4490"'):
        rl.read_layer(file, rl.schema.AXES, columns={"HYD1_4M_ID": "river_id"})
    with pytest.raises(rl.SchemaError, match="has no CRS"):
        rl.read_layer(file, rl.schema.AXES)


def test_rows_of_an_axis_that_meet_are_one_river_and_others_stay_two(tmp_path):
    lines = shapely.from_wkt(["LINESTRING (5 0, 9 0)", "LINESTRING (0 0, 5 0)", "LINESTRING (0 3, 5 3)",
                              "LINESTRING (9 3, 5 3)"])  # fmt: skip
    rows = {"river_id": ["R1", "R1", "R2", "R2"], "name": ["下段", "上段", "a", "b"]}
    frame = read(gpd.GeoDataFrame(rows, geometry=lines, crs=4548), tmp_path, rl.schema.AXES)
    assert frame["river_id"].tolist() == ["R1", "R2", "R2"]
    assert frame["name"].iloc[0] == "上段"
    assert frame.geometry.iloc[0].equals(shapely.LineString([(0, 0), (9, 0)]))
    assert "2 个要素首尾相接，已合为 1 条线" in notes(frame, "zh")


@pytest.mark.parametrize(
    ("crs", "place"),
    [(4527, (461_581, 3_906_699)), (4527, (38_461_581, 3_906_699)), (4548, (38_461_581, 3_906_699)), (4548, (117, 32))],
    ids=["no-number", "other-number", "number-too-many", "degrees"],
)
def test_numbers_that_contradict_the_crs_given_are_refused_at_reading(tmp_path, crs, place):
    line = shapely.LineString([place, np.add(place, 0.5)])
    frame = levees().set_geometry([line, line], crs=None).set_crs(None, allow_override=True)
    with pytest.raises(rl.CRSError, match=f"EPSG:{crs} does not fit the numbers"):
        read(frame, tmp_path, suffix="shp", crs=crs)


def test_outlines_of_water_are_read_as_areas_and_open_lines_stay_for_the_check(tmp_path):
    outline, course = (shapely.LineString(xy) for xy in ([(0, 0), (9, 0), (9, 9), (0, 0)], [(0, 0), (9, 9)]))
    slit = shapely.LineString([(0, 0), (9, 0), (0, 0)])
    rows = {"water_id": ["W1", "W2", "W3"], "river_id": "R1", "kind": "river"}
    gpd.GeoDataFrame(rows, geometry=[outline, course, slit], crs=4548).to_file(tmp_path / "w.gpkg")
    water = rl.read_layer(tmp_path / "w.gpkg", rl.schema.WATER)
    assert water.geom_type.tolist() == ["Polygon", "LineString", "LineString"]
    assert water.area.tolist() == [40.5, 0.0, 0.0]
    assert "1 closed lines were read as the areas that they bound" in notes(water)
    assert rl.check(water, rl.schema.WATER)["code"].tolist().count("geometry-type") == 2
    works = {"work_id": ["W1", "W2", "W3"], "river_id": "R1", "kind": "dam"}
    gpd.GeoDataFrame(works, geometry=[outline, course, slit], crs=4548).to_file(tmp_path / "works.gpkg")
    assert (rl.read_layer(tmp_path / "works.gpkg", rl.schema.WORKS).geom_type == "LineString").all()


# Tables beside layers


def test_a_table_of_a_geopackage_is_read_by_a_schema_without_geometry(tmp_path):
    """What is written beside layers is read back; a schema with geometry still refuses it."""
    duties = pd.DataFrame({"duty_id": ["D1"], "river_id": "R1", "chief": ["张三"], "level": ["village"]})
    axes = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["甲河"]}, geometry=[LINE], crs=4548)
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", axes, rl.schema.DUTIES.conform(duties))
    for which in (None, "河长责任段"):
        back = rl.read_layer(path, rl.schema.DUTIES, layer=which)
        assert back.loc[0, ["duty_id", "chief", "level"]].tolist() == ["D1", "张三", "village"]
        assert back.geometry.isna().all()
    assert rl.read_layer(path, rl.schema.AXES)["river_id"].tolist() == ["R1"]
    with pytest.raises(rl.ReadError, match="read_table"):
        rl.read_layer(path, rl.schema.AXES, layer="河长责任段")
    own = pd.DataFrame({"责任编码": ["D2"], "河流编码": "R1", "河长": "李四", "河长级别": "村级"})
    pyogrio.write_dataframe(own, tmp_path / "b.gpkg", layer="本局责任段")
    assert rl.read_layer(tmp_path / "b.gpkg", rl.schema.DUTIES)["chief"].tolist() == ["李四"]
