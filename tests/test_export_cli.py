"""``riverline export``: a delivered GeoPackage in every other format, with what was written and what was not, told."""

from __future__ import annotations

import sqlite3
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely
from tests import invented
from typer.testing import CliRunner

import riverline as rl
from riverline.cli.app import app
from riverline.cli.jobs.exporting import read_delivery


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, ["export", *map(str, arguments)], env={"COLUMNS": "100", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    path = tmp_path_factory.mktemp("delivered") / "成果.gpkg"
    return rl.export.to_geopackage(path, invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns())


def test_what_was_delivered_reads_back_whole(delivered):
    read = read_delivery(delivered)
    made = invented.result()
    assert set(read) == {"management_lines", "extents", "faults", "axes", "water", "乡镇"}
    assert {name: len(frame) for name, frame in read.items()} == {
        "management_lines": len(made.lines), "extents": len(made.extents), "faults": len(made.faults),
        "axes": 2, "water": len(invented.water()), "乡镇": len(invented.towns()),
    }  # fmt: skip
    for name, frame in read.items():
        if name in rl.schema.FRAMES:
            assert rl.style.recognise(frame) is rl.schema.FRAMES[name]


@pytest.mark.parametrize("kind", ["gpkg", "shp", "gdb", "dxf", "kmz", "xlsx", "geojson", "parquet", "pmtiles", "txt"])
def test_every_format_is_written_under_a_name_of_its_own(kind, delivered, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = run(delivered, "--to", kind)
    made = [each.name for each in tmp_path.iterdir()]
    assert len(made) == 1
    assert made[0] in said
    if kind == "gpkg":
        before, after = (pyogrio.read_info(path, layer="管理范围线")["layer_metadata"] for path in (delivered, made[0]))
        assert after == before, "who drew the lines, and by which rules, goes with them"
    assert made[0].startswith("成果")
    assert "管理与保护范围" in said
    if kind == "txt":
        assert "未写入的图层" in said, "lines are not parcels, and that is told"
        assert set(rl.read_coordinate_text(tmp_path / made[0])["parcel_id"]) == {"QS01-management", "BX02-management"}


@pytest.fixture(scope="module")
def in_degrees(tmp_path_factory):
    path = tmp_path_factory.mktemp("degrees") / "经纬度.gpkg"
    made = invented.result()
    return rl.export.to_geopackage(
        path, made.lines.to_crs(4490), made.extents.to_crs(4490), invented.axes().to_crs(4490)
    )


@pytest.mark.parametrize("kind", ["dxf", "txt"])
def test_degrees_go_into_a_plane_where_a_format_needs_one_and_that_is_told(kind, in_degrees, tmp_path):
    said = run(in_degrees, "--to", kind, "--out", tmp_path / f"x.{kind}")
    assert "已由 EPSG:4490 转换到 EPSG:4548" in said
    assert "--crs" in said
    if kind == "txt":
        back = rl.read_coordinate_text(tmp_path / "x.txt").to_crs(4548)
        made = invented.extents().query("kind == 'management'").union_all()
        assert back.union_all().symmetric_difference(made).area < 1e-3 * made.length
    said = run(in_degrees, "--to", kind, "--crs", "EPSG:4547", "--out", tmp_path / f"y.{kind}")
    assert "转换到 EPSG:4547" in said
    said = run(in_degrees, "--to", kind, "--crs", "EPSG:4490", "--out", tmp_path / f"z.{kind}", status=1)
    assert "--crs EPSG:4548" in said
    assert "to_metric" not in said
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"x.{kind}", f"y.{kind}"]


def test_layers_wider_than_a_zone_are_answered_in_words_of_the_command(tmp_path):
    wide = invented.axes().to_crs(4490)
    wide.loc[wide.index[1:], "geometry"] = wide.geometry.iloc[1:].translate(-20.0)
    path = rl.export.to_geopackage(tmp_path / "宽.gpkg", wide)
    said = run(path, "--to", "dxf", status=1)
    assert "--crs '+proj=lcc" in said
    assert "riverline.geodesy" not in said
    assert "crs=" not in said
    assert "不能转换" not in said


def test_layers_in_a_plane_stay_where_they_are(delivered, tmp_path):
    assert "转换到" not in run(delivered, "--to", "dxf", "--out", tmp_path / "x.dxf")


def test_faults_are_drawn_for_cass_only_if_they_are_named(delivered, tmp_path):
    import ezdxf

    said = run(delivered, "--to", "dxf", "--drawing", "cass", "--out", tmp_path / "x.dxf")
    assert "--layer 质检问题" in said
    run(delivered, "--to", "dxf", "--drawing", "cass", "--layer", "质检问题", "--layer", "管理范围线",
        "--out", tmp_path / "y.dxf")  # fmt: skip
    held = [{entity.get_xdata("RIVERLINE")[0].value for entity in ezdxf.readfile(tmp_path / name).modelspace()}
            for name in ("x.dxf", "y.dxf")]  # fmt: skip
    assert "faults" not in held[0]
    assert held[1] == {"faults", "management_lines"}


@pytest.mark.parametrize(("kind", "out"), [("shp", "a.shp"), ("dxf", "a.dwg"), ("kmz", "a.kml")])
def test_a_wrong_name_is_answered_without_the_name_of_a_function(kind, out, delivered, tmp_path):
    said = run(delivered, "--to", kind, "--out", tmp_path / out, status=1)
    assert "文件名应以" in said
    assert "to_" not in said


def test_signs_that_gbk_lacks_are_answered_with_the_option(tmp_path):
    path = rl.export.to_geopackage(tmp_path / "a.gpkg", invented.axes().assign(name="㳇河"))
    said = run(path, "--to", "shp", "--out", tmp_path / "x", status=1)
    assert "--encoding UTF-8" in said
    assert "encoding=" not in said


def test_layers_are_chosen_by_title_or_name(delivered, tmp_path):
    run(delivered, "--to", "geojson", "--layer", "管理范围线", "--out", tmp_path / "x.geojson")
    assert len(gpd.read_file(tmp_path / "x.geojson")) == 14
    run(
        delivered,
        "--to",
        "kmz",
        "--layer",
        "axes",
        "--layer",
        "乡镇",
        "--out",
        tmp_path / "新" / "x.kmz",
        "--language",
        "en",
    )
    assert set(pyogrio.list_layers(tmp_path / "新" / "x.kmz")[:, 0])
    said = run(delivered, "--to", "kmz", "--layer", "没有", status=1)
    assert "没有图层 没有" in said
    assert "管理范围线" in said


def test_options_go_to_their_formats_and_to_no_other(delivered, tmp_path):
    run(delivered, "--to", "shp", "--zip", "--encoding", "UTF-8", "--out", tmp_path / "x.zip")
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        assert bundle.read("管理范围线.cpg") == b"UTF-8"
    run(delivered, "--to", "gpkg", "--project", "--out", tmp_path / "y.gpkg")
    assert (tmp_path / "y.qgz").is_file()
    run(
        delivered,
        "--to",
        "dxf",
        "--drawing",
        "cass-hhhj",
        "--scale",
        "500",
        "--zone-prefix",
        "--out",
        tmp_path / "x.dxf",
    )
    assert {"JZX", "JZXCBZ"} <= set(pyogrio.read_dataframe(tmp_path / "x.dxf")["Layer"])
    said = run(delivered, "--to", "txt", "--dialect", "plain-east", "--out", tmp_path / "x.txt")
    assert "J1,1," in (tmp_path / "x.txt").read_text("gbk")
    assert "已写管理范围" in said
    assert "protection" not in (tmp_path / "x.txt").read_text("gbk")
    run(delivered, "--to", "txt", "--layer", "保护范围", "--out", tmp_path / "p.txt")
    assert "management" not in (tmp_path / "p.txt").read_text("gbk")
    for wrong in (("kmz", "--encoding", "GBK"), ("gpkg", "--zip"), ("xlsx", "--scale", "500")):
        said = run(delivered, "--to", *wrong, "--out", tmp_path / "z", status=1)
        assert f"没有 {wrong[1]}" in said
    assert not (tmp_path / "z").exists()


def test_photos_axes_and_more_files_go_into_one_file(tmp_path):
    stood = tmp_path / "桩.gpkg"
    stakes = (
        rl.schema.STAKES.empty(invented.CRS).reindex(range(1)).assign(stake_id="a", number="QS01-L-1", note="没有.jpg")
    )
    rl.export.to_geopackage(stood, stakes.set_geometry([shapely.Point(500_000, 3_450_000)], crs=invented.CRS))
    drawn, axes = tmp_path / "界.gpkg", tmp_path / "中心线.gpkg"
    rl.export.to_geopackage(drawn, invented.result())
    invented.axes().to_crs(4490).to_file(axes)
    said = run(drawn, stood, "--axes", axes, "--to", "kmz", "--photo-column", "note", "--photo-folder", tmp_path,
               "--out", tmp_path / "x.kmz")  # fmt: skip
    assert "1 张照片未找到" in said
    assert "没有.jpg" in said
    assert all(title in said for title in ("界桩", "河道中心线", "管理范围线"))
    said = run(drawn, "--to", "kmz", "--photo-column", "note", "--out", tmp_path / "y.kmz", status=1)
    assert "--photo-folder" in said
    run(drawn, stood, drawn, "--to", "gpkg", "--layer", "界桩", "--layer", "管理范围线", "--out", tmp_path / "z.gpkg")
    both = read_delivery(tmp_path / "z.gpkg")
    assert {name: len(frame) for name, frame in both.items()} == {"stakes": 1, "management_lines": 14}, (
        "a file named twice is read once"
    )


def test_ones_own_profile_is_a_toml(delivered, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "本局"\nseen = "U"\nsource = "本局"\n'
        '[[layers]]\nschema = "axes"\nname = "河道"\n'
        'fields = [{ name = "HDMC", kind = "text", length = 30, column = "name" }]\n',
        encoding="utf-8",
    )
    said = run(delivered, "--to", "shp", "--profile", own, "--out", tmp_path / "x.zip", "--zip")
    listed, left = said.split("未写入的图层")
    assert "河道中心线" in listed
    assert "管理范围线" not in listed
    assert all(name in left for name in ("管理范围线", "管理与保护范围", "质检问题", "水域", "乡镇"))
    assert "河道中心线" not in left
    with zipfile.ZipFile(tmp_path / "x.zip") as bundle:
        told = bundle.read("未写入的图层.csv").decode("utf-8-sig")
    assert f"管理范围线,Management lines,{len(invented.result().lines)}" in told
    made = rl.export.to_geopackage(tmp_path / "y.gpkg", invented.result(), invented.axes(), profile=own)
    about = sqlite3.connect(made).execute("select metadata from gpkg_metadata where md_scope = 'dataset'").fetchall()
    assert any('"layers_left_out": ["management_lines", "extents", "faults"]' in text for (text,) in about)
    assert rl.export.list_unwanted(own, invented.result(), invented.axes()) == ("management_lines", "extents", "faults")
    run(delivered, "--to", "gdb", "--profile", own, "--out", tmp_path / "x.gdb")
    for back in (gpd.read_file(f"/vsizip/{tmp_path}/x.zip/河道.shp"), gpd.read_file(tmp_path / "x.gdb", layer="河道")):
        assert sorted(back["HDMC"]) == sorted(invented.axes()["name"])


def test_what_cannot_be_done_is_said_and_leaves_nothing(delivered, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "GeoPackage" in run(delivered, "--to", "mapinfo", status=1)
    assert "没有格式" in run(delivered, "--to", "xyz", status=1)
    assert "ovi 能写的图层" in run(delivered, "--to", "ovi", status=1)
    assert "找不到文件" in run("没有.gpkg", "--to", "kmz", status=1)
    (tmp_path / "x.gpkg").write_bytes(b"no")
    assert "无法读取" in run("x.gpkg", "--to", "kmz", status=1)
    assert [each.name for each in tmp_path.iterdir()] == ["x.gpkg"]
