"""GeoPackages: what was given reads back, styled, signed, the same bytes every time, whole or not at all."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import invented

import full_disk
import riverline as rl
from riverline import schema, style


def names_of(path):
    return pyogrio.list_layers(path)[:, 0].tolist()


def rows(path, query, *arguments):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query, arguments).fetchall()


def parsed(text):
    return ET.fromstring(text)  # noqa: S314 - written by this test run


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    path = tmp_path_factory.mktemp("county") / "成果.gpkg"
    return rl.export.to_geopackage(path, invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns())


def test_tables_have_chinese_names_and_one_kind_of_geometry(county):
    assert dict(pyogrio.list_layers(county).tolist()) == {
        "管理范围线": "LineString",
        "管理与保护范围": "MultiPolygon",
        "质检问题_点": "Point",
        "质检问题_线": "LineString",
        "质检问题_无图形": None,
        "河道中心线": "LineString",
        "水域": "MultiPolygon",
        "乡镇": "Polygon",
        "layer_styles": None,
    }


def test_english_names_are_those_of_the_schema(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "out.gpkg", invented.result(), language="en")
    assert set(names_of(path)) == {
        "management_lines",
        "extents",
        "faults_points",
        "faults_lines",
        "faults_no_geometry",
        "layer_styles",
    }
    titles = rows(path, "SELECT title FROM gpkg_data_columns WHERE table_name = 'management_lines' ORDER BY rowid")
    assert [title for (title,) in titles][:4] == ["Piece code", "River code", "Bank", "Basis"]


@pytest.mark.parametrize(
    ("layer", "made", "key"),
    [
        ("管理范围线", invented.lines, "line_id"),
        ("管理与保护范围", invented.extents, "extent_id"),
        ("水域", invented.water, "water_id"),
    ],
)
def test_rows_read_back_as_they_were_in_the_order_of_the_key(county, layer, made, key):
    back = gpd.read_file(county, layer=layer)
    sent = made().sort_values(key, ignore_index=True)
    assert back.columns.tolist() == sent.columns.tolist()
    assert back.crs == sent.crs
    assert shapely.equals(shapely.normalize(back.geometry), shapely.normalize(sent.geometry)).all()
    pd.testing.assert_frame_equal(
        pd.DataFrame(back.drop(columns="geometry")), pd.DataFrame(sent.drop(columns="geometry")), check_dtype=False
    )


def test_a_written_layer_still_follows_its_schema(county):
    back = gpd.read_file(county, layer="管理范围线")
    assert style.recognise(back) is schema.MANAGEMENT_LINES
    schema.MANAGEMENT_LINES.require(back)


def test_the_file_is_a_geopackage_1_2_with_its_extensions_registered(county):
    assert rows(county, "PRAGMA application_id")[0][0] == int.from_bytes(b"GPKG", "big")
    assert rows(county, "PRAGMA user_version") == [(10200,)]
    assert rows(county, "PRAGMA integrity_check") == [("ok",)]
    assert rows(county, "PRAGMA foreign_key_check") == []
    extensions = {name for (name,) in rows(county, "SELECT extension_name FROM gpkg_extensions")}
    assert {"gpkg_schema", "gpkg_rtree_index", "gpkg_metadata"} <= extensions
    assert rows(county, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'") == [("attributes",)]


def test_every_layer_has_one_default_style_that_names_every_category(county):
    tables = [name for name in names_of(county) if name != "layer_styles"]
    for table in tables:
        defaults = rows(county, "SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND useAsDefault", table)
        assert len(defaults) == 1
        parsed(defaults[0][0])
    (text,) = rows(county, "SELECT styleQML FROM layer_styles WHERE f_table_name='管理范围线' AND useAsDefault")[0]
    root = parsed(text)
    assert root.find("renderer-v2").get("attr") == "basis"
    labels = [each.get("label") for each in root.iter("category")]
    bases = ["堤防", "洪水位线", "岸顶线", "水边线", "连接段", "湖泊", "水库", "替代参照线", "水利工程"]
    assert labels == [*bases, "其他"]
    assert {each.get("symbol") for each in root.iter("category")} == {each.get("name") for each in root.iter("symbol")}
    aliases = {each.get("field"): each.get("name") for each in root.iter("alias")}
    assert aliases["offset_m"] == "外延宽度（m）"
    titles = rows(county, "SELECT styleName FROM layer_styles WHERE f_table_name='管理范围线' ORDER BY id")
    assert titles == [("管理范围线 · 划界依据",), ("管理范围线 · 可信度",)]


def test_styles_hold_the_colours_and_widths_of_the_symbology(county):
    (text,) = rows(county, "SELECT styleQML FROM layer_styles WHERE f_table_name='管理范围线' AND useAsDefault")[0]
    symbols = {each.get("name"): each for each in parsed(text).find("renderer-v2/symbols")}
    for number, (_, symbol) in enumerate(style.themes("management_lines")[0].symbols):
        options = {each.get("name"): each.get("value") for each in symbols[str(number)].iter("Option")}
        red, green, blue, _ = (int(channel) for channel in options["line_color"].split(","))
        assert f"#{red:02X}{green:02X}{blue:02X}" == symbol.color
        assert float(options["line_width"]) == pytest.approx(symbol.width * 25.4 / 96, abs=6e-4)
        assert (options["use_custom_dash"] == "1") == bool(symbol.dash)
        legacy = {each.get("k"): each.get("v") for each in symbols[str(number)].iter("prop")}
        assert legacy["line_color"] == options["line_color"]


def test_coded_values_have_names_in_the_standard_way(county):
    found = rows(
        county,
        "SELECT value, k.description FROM gpkg_data_columns c JOIN gpkg_data_column_constraints k "
        "USING (constraint_name) WHERE c.table_name = '管理范围线' AND c.column_name = 'basis'",
    )
    assert dict(found) == {choice.value: choice.label_zh for choice in schema.MANAGEMENT_LINES["basis"].choices}


def test_metadata_say_which_run_and_which_rules(county):
    run = json.loads(invented.result().run.to_json())
    about = pyogrio.read_info(county, layer="管理范围线")["layer_metadata"]
    assert json.loads(about["run"]) == run
    assert about["rules_digest"] == invented.Rules().digest
    assert about["rules"] == "anhui 安徽省河湖管理范围"
    assert about["riverline_version"] == rl.__version__
    whole = json.loads(pyogrio.read_info(county, layer="乡镇")["dataset_metadata"]["GPKG_METADATA_ITEM_1"])
    assert whole["runs"] == [run]
    assert whole["rules"] == {invented.Rules().digest: "anhui 安徽省河湖管理范围"}
    assert "run" not in pyogrio.read_info(county, layer="河道中心线")["layer_metadata"]


def test_reading_leaves_nothing_beside_the_file(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.result())
    for layer in names_of(path):
        pyogrio.read_dataframe(path, layer=layer)
    assert [each.name for each in tmp_path.iterdir()] == ["a.gpkg"]


def test_wrong_values_are_written_as_they_are(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.lines().assign(offset_m="二十"))
    assert set(gpd.read_file(path, layer="管理范围线")["offset_m"]) == {"二十"}


def test_the_same_result_gives_the_same_bytes_in_any_row_order_and_any_process(county, tmp_path):
    again = tmp_path / "b.gpkg"
    result = invented.result()
    shuffled = invented.Result(
        result.lines.sample(frac=1, random_state=5), result.extents[::-1], result.faults, result.rules, result.run
    )
    rl.export.to_geopackage(again, shuffled, invented.axes()[::-1], invented.water(), 乡镇=invented.towns())
    assert again.read_bytes() == county.read_bytes()
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from tests import invented as i\nimport riverline as rl\n"
        "rl.export.to_geopackage(sys.argv[1], i.result(), i.axes(), i.water(), 乡镇=i.towns())"
    )
    root = Path(__file__).resolve().parent.parent
    elsewhere = tmp_path / "c.gpkg"
    environment = os.environ | {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(elsewhere), str(root)], check=True, env=environment)
    assert elsewhere.read_bytes() == county.read_bytes()


def test_the_fixed_date_ends_with_the_write(tmp_path):
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes())
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before
    dates = rows(path, "SELECT last_change FROM gpkg_contents UNION SELECT update_time FROM layer_styles")
    assert dates == [("2000-01-01T00:00:00.000Z",)]
    with pytest.raises(rl.JobError):
        rl.export.to_geopackage(tmp_path / "no" / "a.gpkg", invented.axes())
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


def test_an_older_file_is_replaced_as_a_whole(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.result())
    rl.export.to_geopackage(path, invented.axes())
    assert names_of(path) == ["河道中心线", "layer_styles"]
    assert [each.name for each in tmp_path.iterdir()] == ["a.gpkg"]


@pytest.mark.parametrize("name", schema.FRAMES)
def test_frames_without_rows_are_written_with_all_their_columns(tmp_path, name):
    empty = schema.FRAMES[name].empty(invented.CRS)
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", empty)
    table = schema.FRAMES[name].label_zh
    assert names_of(path) == [table, "layer_styles"]
    back = gpd.read_file(path, layer=table)
    assert len(back) == 0
    assert back.columns.tolist() == empty.columns.tolist()
    assert back.crs == invented.CRS


def test_odd_cells_are_written_as_text_that_says_the_same(tmp_path):
    frame = invented.axes().assign(
        fid=[7, 8],
        geom=["a", "b"],
        NAME=["x", "y"],
        evidence=[{"图": [1, 2]}, ["a", None]],
        profile=[shapely.LineString([(0, 1.5), (2, 3)]), None],
        numbers=pd.Series([1, None], dtype="Int64"),
        flags=pd.Series([True, None], dtype="boolean"),
        kinds=pd.Categorical(["甲", None]),
        when=pd.to_datetime(["2025-01-02T03:04:05.678901Z", None], utc=True),
        mixed=pd.Series([1, "二"], dtype=object),
        nothing=None,
    )
    back = gpd.read_file(rl.export.to_geopackage(tmp_path / "a.gpkg", frame), layer="河道中心线")
    first = back[back["river_id"] == "QS01"].iloc[0]
    assert (first["fid_2"], first["geom_2"], first["NAME_2"]) == (7, "a", "x")
    assert json.loads(first["evidence"]) == {"图": [1, 2]}
    assert shapely.from_wkt(first["profile"]) == shapely.LineString([(0, 1.5), (2, 3)])
    assert (first["numbers"], bool(first["flags"]), first["kinds"], first["mixed"]) == (1, True, "甲", "1")
    assert first["when"] == pd.Timestamp("2025-01-02T03:04:05.678Z")
    assert back["nothing"].isna().all()
    aliases = dict(rows(tmp_path / "a.gpkg", "SELECT column_name, title FROM gpkg_data_columns"))
    assert aliases["fid_2"] == "fid"
    assert aliases["NAME_2"] == "NAME"


def test_days_are_days(tmp_path):
    water = invented.water().assign(date=pd.to_datetime(["2025-06-01", None, "1999-12-31"]))
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", water)
    assert pyogrio.read_info(path, layer="水域")["ogr_types"][3] == "OFTDate"
    assert rows(path, 'SELECT "date" FROM "水域" ORDER BY water_id') == [("2025-06-01",), (None,), ("1999-12-31",)]


def test_sections_keep_their_profiles(tmp_path):
    ground = [shapely.LineString([(0, 12.5), (30, 4.25), (60, 12.0)])]
    sections = schema.SECTIONS.conform(
        gpd.GeoDataFrame(
            {"section_id": ["S1"], "river_id": ["QS01"], "level_m": [10.0], "profile": ground},
            geometry=[shapely.LineString([(500_000, 3_450_000), (500_060, 3_450_000)])],
            crs=invented.CRS,
        )
    )
    back = gpd.read_file(rl.export.to_geopackage(tmp_path / "a.gpkg", sections), layer="实测横断面")
    assert shapely.from_wkt(back["profile"][0]) == ground[0]


def test_single_and_multi_parts_heights_and_empty_shapes_survive(tmp_path):
    shapes = [
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
        shapely.LineString([(0, 0), (5, 5)]),
        None,
        shapely.LineString(),
    ]
    frame = gpd.GeoDataFrame({"n": [1, 2, 3, 4]}, geometry=shapes, crs=invented.CRS)
    high = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2, 3)], crs=invented.CRS)
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", 路=frame, 点=high)
    assert dict(pyogrio.list_layers(path).tolist())["点"] == "Point Z"
    lines = gpd.read_file(path, layer="路")
    assert lines.geom_type.dropna().unique().tolist() == ["MultiLineString"]
    assert lines["n"].tolist() == [1, 2, 3, 4]
    assert lines.geometry.isna().tolist() == [False, False, True, False]
    assert gpd.read_file(path, layer="点").geometry.iloc[0].z == 3


def test_tables_without_geometry_are_written(tmp_path):
    register = pd.DataFrame({"河流": ["清水河"], "面积": [1.25]})
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", 登记表=register)
    assert pyogrio.read_dataframe(path, layer="登记表").to_dict("list") == {"河流": ["清水河"], "面积": [1.25]}
    assert rows(path, "SELECT data_type FROM gpkg_contents WHERE table_name='登记表'") == [("attributes",)]


@pytest.mark.parametrize(
    "hostile", [*invented.HOSTILE, "gpkg_contents", "layer_styles", "sqlite_x", 'a"b', "a'b", "%s", " "]
)
def test_hostile_names_and_texts_are_only_text(tmp_path, hostile):
    towns = invented.towns().assign(text=hostile).rename(columns={"town": hostile})
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.hostile_lines(), **{hostile: towns})
    table = next(name for name in names_of(path) if name not in {"管理范围线", "layer_styles"})
    back = pyogrio.read_dataframe(path, layer=table)
    assert back["text"].tolist() == [hostile] * 2
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert gpd.read_file(path, layer="管理范围线")["citation"].tolist() == list(invented.HOSTILE)
    for (text,) in rows(path, "SELECT styleQML FROM layer_styles"):
        parsed(text)


@settings(max_examples=25, deadline=None)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1, max_size=4
    ),
    title=st.text(min_size=1, max_size=90),
    column=st.text(max_size=20),
)
def test_any_text_any_name_any_column_reads_back(tmp_path_factory, texts, title, column):
    frame = gpd.GeoDataFrame(
        {column: texts, "n": range(len(texts))}, geometry=[shapely.Point(1, 2)] * len(texts), crs=invented.CRS
    )
    path = rl.export.to_geopackage(tmp_path_factory.mktemp("any") / "a.gpkg", **{title: frame})
    table = next(name for name in names_of(path) if name != "layer_styles")
    back = pyogrio.read_dataframe(path, layer=table).sort_values("n") if column != "n" else None
    assert back is None or back.iloc[:, 0].tolist() == texts


def test_text_that_would_be_cut_shows_the_sign_that_cuts_it(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes().assign(name="前\x00后"))
    assert set(pyogrio.read_dataframe(path, layer="河道中心线")["name"]) == {"前�后"}


def test_wrong_calls_say_what_to_do(tmp_path):
    with pytest.raises(rl.JobError, match=r"\.gpkg"):
        rl.export.to_geopackage(tmp_path / "a.shp", invented.axes())
    with pytest.raises(rl.JobError, match="no result and no layer"):
        rl.export.to_geopackage(tmp_path / "a.gpkg")
    with pytest.raises(rl.SchemaError, match="other=int"):
        rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes(), other=1)
    with pytest.raises(rl.CRSError, match="set_crs"):
        rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes().set_crs(None, allow_override=True))
    with pytest.raises(rl.CRSError, match="align"):
        rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes(), invented.axes().to_crs(4490))
    assert list(tmp_path.iterdir()) == []


def test_two_results_in_one_crs_share_a_table(tmp_path):
    north = invented.lines().assign(line_id=lambda frame: "N" + frame["line_id"])
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.lines(), north)
    assert len(gpd.read_file(path, layer="管理范围线")) == 28


def test_inputs_are_not_changed(tmp_path):
    result = invented.result()
    before = [frame.copy() for frame in (result.lines, result.extents, result.faults)]
    rl.export.to_geopackage(tmp_path / "a.gpkg", result)
    for frame, old in zip((result.lines, result.extents, result.faults), before, strict=True):
        geopandas.testing.assert_geodataframe_equal(frame, old)


@pytest.mark.parametrize("stage", ["write", "dress", "_require_same", "publish"])
def test_a_write_that_fails_anywhere_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, stage):
    from riverline.export import geopackage
    from riverline.io import whole_files

    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes())
    old = path.read_bytes()

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    homes = {"write": (geopackage.raw, "write_arrow"), "publish": (whole_files, "publish")}
    monkeypatch.setattr(*homes.get(stage, (geopackage, stage)), full)
    with pytest.raises(rl.JobError, match="No space left"):
        rl.export.to_geopackage(path, invented.result())
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["a.gpkg"]


@pytest.mark.skipif(os.name != "posix", reason="file size limits are a POSIX thing")
@pytest.mark.parametrize("limit", [60_000, 200_000])
def test_a_full_disk_is_told_in_its_own_words_and_leaves_the_old_file(limit, tmp_path):
    """Whether GDAL or SQLite meets the end of it, no statement of theirs stands in for the reason."""
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes())
    old = path.read_bytes()
    done = full_disk.written_on_full_disk(
        "rl.export.to_geopackage(sys.argv[1], i.result(), i.water())", path, limit=limit
    )
    assert "REFUSED cannot write" in done.stdout
    assert full_disk.SAYS in done.stdout
    assert "sqlite" not in done.stdout
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["a.gpkg"]


@pytest.mark.skipif(os.name != "posix", reason="file size limits are a POSIX thing")
@pytest.mark.parametrize(
    ("writer", "name", "limit"),
    [("to_filegdb", "a.gdb", 2_000), ("to_shapefile", "a.zip", 2_000),
     ("to_kmz", "a.kmz", 1_000),
     ("to_geojson", "a.zip", 2_000), ("to_xlsx", "a.xlsx", 4_000)],
)  # fmt: skip
def test_every_writer_says_what_a_full_disk_says(writer, name, limit, tmp_path):
    call = f"rl.export.{writer}(sys.argv[1], i.result().lines, i.water())"
    done = full_disk.written_on_full_disk(call, tmp_path / name, limit=limit)
    assert "REFUSED cannot write" in done.stdout, done.stderr
    assert full_disk.SAYS in done.stdout
    assert "ignored" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_killed_run_leaves_the_old_file(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes())
    old = path.read_bytes()
    code = (
        "import os, signal, sys; sys.path[:0] = sys.argv[2:]\n"
        "from tests import invented as i\nimport riverline as rl\nfrom riverline.export import geopackage\n"
        "geopackage._require_same = lambda *a: os.kill(os.getpid(), 9)\n"
        "rl.export.to_geopackage(sys.argv[1], i.result())"
    )
    root = Path(__file__).resolve().parent.parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code, str(path), str(root)], check=False, env=environment)
    assert done.returncode != 0
    assert path.read_bytes() == old


def test_large_frames_take_little_longer_than_writing_them(tmp_path):
    count = 20_000
    angle = np.linspace(0, 2 * np.pi, 30)
    ring = np.column_stack([40 * np.cos(angle), 40 * np.sin(angle)])
    offsets = np.column_stack([500_000 + 90 * (np.arange(count) % 200), 3_450_000 + 90 * (np.arange(count) // 200)])
    shapes = shapely.polygons(ring[None] + offsets[:, None])
    frame = gpd.GeoDataFrame({"patch_id": [f"P{i:05}" for i in range(count)], "land_class": "1101"}, geometry=shapes,
                             crs=invented.CRS)  # fmt: skip
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", frame)
    assert pyogrio.read_info(path, layer="地类图斑")["features"] == count
