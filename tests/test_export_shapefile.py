"""Shapefiles: read back by GDAL and by ourselves they say what was written, whatever names and texts hold."""

from __future__ import annotations

import csv
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import county
import invented
import riverline as rl
import staked

SHORT = {name: schema for name, schema in rl.schema.FRAMES.items() if schema.geometry}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    rules = county.rule_set(tmp_path_factory.mktemp("rules"))
    toes = county.levees([(0, 80), (2000, 80)], [(0, -80), (2000, -80)])
    return rl.demarcate(county.axes([(0, 0), (2000, 0)]), rules, levees=toes)


def rows(path, name):
    with (path / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_result_comes_back_as_it_was_through_a_zip(result, tmp_path):
    file = rl.export.to_shapefile(tmp_path / "成果.zip", result)
    with zipfile.ZipFile(file) as bundle:
        names = set(bundle.namelist())
    assert {"管理范围线.shp", "管理范围线.dbf", "管理范围线.shx", "管理范围线.prj", "字段说明.csv"} <= names
    assert not any(name.endswith(".cpg") for name in names), "the language driver says what it is"
    back = rl.read_layer(file, rl.schema.MANAGEMENT_LINES, layer="管理范围线")
    columns = ["line_id", "bank", "basis", "rule_id", "citation", "offset_m", "confidence", "source_ids"]
    pd.testing.assert_frame_equal(pd.DataFrame(back[columns]), pd.DataFrame(result.lines[columns]), check_dtype=False)
    assert shapely.equals(back.geometry.array, result.lines.geometry.array).all()
    assert back.crs == result.lines.crs


def test_names_are_those_of_the_dictionary_and_codes_are_words(result, tmp_path):
    folder = rl.export.to_shapefile(tmp_path / "成果", result)
    lines = gpd.read_file(folder / "管理范围线.shp")
    schema = rl.schema.MANAGEMENT_LINES
    assert [name for name in lines.columns if name != "geometry"] == [
        schema[name].short for name in result.lines.columns if name != "geometry"
    ]
    assert set(lines[schema["bank"].short]) == {"左岸", "右岸"}
    told = {row[1]: row for row in rows(folder, "字段说明.csv") if row[0] == "管理范围线"}
    assert told[schema["bank"].short][2:4] == ["bank", "岸别"]
    assert "左岸 left" in told[schema["bank"].short][6]
    assert (folder / "管理范围线.dbf").read_bytes()[29] == 0x4D, "GBK by its language driver"
    english = rl.export.to_shapefile(tmp_path / "en", result, language="en")
    assert set(gpd.read_file(english / "management_lines.shp")[schema["bank"].short]) == {"Left bank", "Right bank"}


@pytest.mark.parametrize("name", sorted(SHORT))
def test_every_schema_has_short_names_that_gdal_leaves_alone(name, tmp_path):
    """Empty frames of every layer: names of at most ten bytes, none twice, read back unchanged."""
    folder = rl.export.to_shapefile(tmp_path / "空", SHORT[name].empty("EPSG:4548"))
    tables = [*folder.glob("*.shp")] or [*folder.glob("*.dbf")]
    for table in tables:
        fields = list(pyogrio.read_info(table)["fields"])
        assert fields == [column.short for column in SHORT[name] if column.name in SHORT[name].empty("EPSG:4548")]


@pytest.mark.parametrize(
    ("language", "written"), [("zh", "缺 12 平方米，偏 -3 m，不属于 甲"), ("en", "缺 12 sq m，偏 -3 m，not in 甲")]
)
def test_units_and_signs_that_gbk_lacks_are_written_in_others_and_listed(tmp_path, language, written):
    noted = rl.schema.AXES.conform(county.axes([(0, 0), (2000, 0)]).assign(说明="缺 12 m²，偏 −3 m，∉ 甲"))
    rl.export.to_shapefile(tmp_path / "x", noted, language=language)
    (file,) = (tmp_path / "x").glob("*.shp")
    assert pyogrio.read_dataframe(file)["说明"].tolist() == [written]
    heads, *signs = rows(tmp_path / "x", "代用符号.csv")
    assert heads[2:] == ["原符号 sign", "写作 written"]
    assert {(field, sign) for _, field, sign, _ in signs} == {("说明", "m²"), ("说明", "−"), ("说明", "∉")}
    whole = rl.export.to_shapefile(tmp_path / "utf8", noted, encoding="UTF-8")
    assert not (whole / "代用符号.csv").exists()
    with pytest.raises(rl.JobError, match="㳇"):
        rl.export.to_shapefile(tmp_path / "y", noted.assign(name="㳇河 12 m²"))


def test_every_fault_that_can_be_told_is_written_in_gbk(tmp_path):
    faults = pd.concat([
        rl.faults.found(code, layer="axes", feature_id=["R1"], geometry=[shapely.Point(5e5, 3.4e6)], value=-2.5,
                        limit=1.0, note="kind = x ∉ a | b", crs="EPSG:4548")
        for code in rl.faults.CATALOGUE
    ])  # fmt: skip
    for language in ("zh", "en"):
        file = rl.export.to_shapefile(tmp_path / f"{language}.zip", faults, language=language)
        assert len(rl.read_layer(file, rl.schema.FAULTS)) == len(faults) > 100


def test_all_reasons_of_a_stake_are_words_as_the_first_is_and_come_back_as_codes(tmp_path):
    stakes = rl.place_stakes(staked.demarcation(staked.Piece([(0, 0), (900, 0)])))
    stakes["reasons"] = ["start,boundary", *stakes["reasons"][1:]]
    path = rl.export.to_shapefile(tmp_path / "a.zip", stakes)
    assert "起点、行政区界" in pyogrio.read_dataframe(path)["QBYY"].tolist()
    back = rl.read_layer(path, rl.schema.STAKES).set_index("stake_id")
    assert back["reasons"].to_dict() == stakes.set_index("stake_id")["reasons"].to_dict()


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_columns_of_ones_own_called_as_those_of_the_dictionary_come_back_beside_them(encoding, tmp_path):
    stakes = rl.place_stakes(staked.demarcation(staked.Piece([(0, 0), (900, 0)])))
    # As they come from an older table: by label, by short name, in English, by a name that is cut to that of another.
    old = {"材质": "花岗岩", "CZ": "甲", "Stake number": "旧1", "岸别": "左", "reference_1_dms_old": "30°"}
    given = stakes.assign(material="混凝土", reference_1_dms="90°00′00″", **old)
    folder = rl.export.to_shapefile(tmp_path / "a", given, encoding=encoding)
    back = rl.read_layer(folder / "界桩.shp", rl.schema.STAKES).set_index("stake_id")
    assert set(back["material"]) == {"混凝土"}
    told = {row[2]: row[1] for row in rows(folder, "字段说明.csv") if row[0] == "界桩"}
    for name, text in old.items():
        assert set(back[told[name]]) == {text}
    assert back["bank"].to_dict() == stakes.set_index("stake_id")["bank"].to_dict()
    again = rl.export.to_shapefile(tmp_path / "b", back.reset_index(), encoding=encoding)
    assert list(pyogrio.read_info(again / "界桩.shp")["fields"]) == list(
        pyogrio.read_info(folder / "界桩.shp")["fields"]
    )


@pytest.mark.parametrize("sign", ["㳇河", "𣲗水", "㵲水"])
def test_rivers_whose_names_gbk_does_not_know_are_refused_and_told(sign, tmp_path):
    strange = rl.schema.AXES.conform(county.axes([(0, 0), (2000, 0)]).assign(name=sign))
    with pytest.raises(rl.JobError, match=f"{sign[0]}.*第 1 行"):
        rl.export.to_shapefile(tmp_path / "x.zip", strange)
    assert not list(tmp_path.iterdir())
    file = rl.export.to_shapefile(tmp_path / "x.zip", strange, encoding="UTF-8")
    assert rl.read_layer(file, rl.schema.AXES)["name"].tolist() == [sign]


def test_a_long_text_is_cut_between_signs_and_stands_whole_beside(tmp_path):
    long = "堤" * 200
    frame = county.axes([(0, 0), (2000, 0)]).assign(备注=long)
    for encoding, signs in (("GBK", 126), ("UTF-8", 83)):
        folder = rl.export.to_shapefile(tmp_path / encoding, frame, encoding=encoding)
        assert gpd.read_file(folder / "河道中心线.shp")["备注"].tolist() == ["堤" * signs + "…"]
        assert rows(folder, "长文本.csv")[1:] == [["河道中心线", "1", "备注", long]]


def test_columns_of_ones_own_have_names_that_fit_and_differ(tmp_path):
    frame = county.axes([(0, 0), (2000, 0)]).assign(现场核查情况说明="一", 现场核查情况备注="二", A行政区划名称="三")
    folder = rl.export.to_shapefile(tmp_path / "x", frame)
    fields = gpd.read_file(folder / "河道中心线.shp").drop(columns="geometry").iloc[0].to_dict()
    assert {"现场核查情": "一", "现场核查_2": "二", "A行政区划": "三"}.items() <= fields.items()
    folder = rl.export.to_shapefile(tmp_path / "y", frame, names={"现场核查情况说明": "XCQK"})
    assert gpd.read_file(folder / "河道中心线.shp")["XCQK"].tolist() == ["一"]
    with pytest.raises(rl.JobError, match="超过 10 字节或重复"):
        rl.export.to_shapefile(tmp_path / "z", frame, names={"现场核查情况说明": "XCHCQKSMBEIZHU"})


@pytest.mark.parametrize("text", invented.HOSTILE)
def test_hostile_texts_and_names_stay_texts_in_the_folder(text, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    frame = county.axes([(0, 0), (2000, 0)]).assign(name=text)
    layers = {text or "空": gpd.GeoDataFrame({"值": [text]}, geometry=[shapely.Point(0, 0)], crs=county.CRS)}
    folder = rl.export.to_shapefile(tmp_path / "x", frame, encoding="UTF-8", **layers)
    # Nothing lies beside it, nor where the program runs.
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file()} == {folder}
    assert not list(here.iterdir())
    for file in folder.glob("*.csv"):
        assert not any(cell[:1] in {"=", "+", "@"} for row in rows(folder, file.name) for cell in row)


def test_geometries_keep_parts_holes_heights_and_days(tmp_path):
    ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior])
    both = shapely.MultiPolygon([ring, shapely.box(20, 0, 29, 9)])
    frame = gpd.GeoDataFrame(
        {"数": [1.25, np.nan, -7.5e9], "整": [2**40, 3, -1], "日": pd.to_datetime(["2026-01-02", None, "1999-12-31"]),
         "真": [True, False, True], "空": ["", None, "有"]},
        geometry=[both, ring, None], crs=county.CRS,
    )  # fmt: skip
    file = rl.export.to_shapefile(tmp_path / "x.zip", 面=frame)
    back = gpd.read_file(f"/vsizip/{file}/面.shp")
    assert shapely.equals(shapely.normalize(back.geometry.array[:2]), shapely.normalize(frame.geometry.array[:2])).all()
    assert back.geometry.iloc[2] is None, "a row without a place is not lost"
    assert back["数"].fillna(0.0).tolist() == [1.25, 0.0, -7.5e9]
    assert back["整"].tolist() == [2**40, 3, -1]
    assert back["日"].astype(str).tolist()[::2] == ["2026-01-02 00:00:00", "1999-12-31 00:00:00"]
    peaks = gpd.GeoDataFrame({"号": ["1"]}, geometry=[shapely.Point(1, 2, 3.5)], crs=county.CRS)
    tall = gpd.read_file(rl.export.to_shapefile(tmp_path / "z", 峰=peaks) / "峰.shp").geometry.iloc[0]
    assert tall.z == 3.5
    mixed = gpd.GeoDataFrame(
        {"号": ["1"]}, geometry=[shapely.GeometryCollection([shapely.Point(0, 0), ring])], crs=county.CRS
    )
    with pytest.raises(rl.JobError, match="explode"):
        rl.export.to_shapefile(tmp_path / "混", 混=mixed)


def test_the_same_result_gives_the_same_bytes_and_a_folder_of_others_is_left_alone(result, tmp_path):
    one = rl.export.to_shapefile(tmp_path / "a.zip", result).read_bytes()
    assert rl.export.to_shapefile(tmp_path / "b.zip", result).read_bytes() == one
    folder = tmp_path / "成果"
    rl.export.to_shapefile(folder, result)
    rl.export.to_shapefile(folder, county.axes([(0, 0), (2000, 0)]))
    assert {path.stem for path in folder.glob("*.shp")} == {"河道中心线"}, "replaced as a whole"
    own = tmp_path / "照片"
    own.mkdir()
    (own / "1.jpg").write_bytes(b"x")
    with pytest.raises(rl.JobError, match="有其他文件"):
        rl.export.to_shapefile(own, result)
    assert [path.name for path in own.iterdir()] == ["1.jpg"]


def test_a_wrong_call_is_one_error_and_leaves_nothing(result, tmp_path):
    for path, more in (("x.shp", {}), ("x.zip", {"encoding": "GB2312"})):
        with pytest.raises(rl.JobError, match=r"文件名应以|文本编码应为"):
            rl.export.to_shapefile(tmp_path / path, result, **more)
    with pytest.raises(rl.JobError, match="无法写入"):
        rl.export.to_shapefile(tmp_path / "没有" / "x.zip", result)
    assert not list(tmp_path.iterdir())
