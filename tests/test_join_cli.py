"""``riverline join``: deliveries of rivers, lakes and works made one county, from which every other command goes on."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from rich.cells import cell_len
from typer.testing import CliRunner

import county
import riverline as rl
from riverline.cli.app import app

WIDTH = 100


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def box(west, south, east, north):
    return shapely.box(*(np.array([west, south, east, north]) + np.tile(county.ORIGIN, 2)))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A river, a lake on it and a sluice wider than it, each drawn by its own rules, and the county of the three."""
    folder = tmp_path_factory.mktemp("county")
    survey = folder / "普查.gpkg"
    county.axes([(0, 0), (3000, 0)]).to_file(survey, layer="axes")
    county.bank_tops([(0, 20), (3000, 20)], [(0, -20), (3000, -20)]).to_file(survey, layer="bank_tops", mode="a")
    lake = {"water_id": ["H1"], "river_id": ["H1"], "kind": ["lake"], "name": ["镜湖"]}
    gpd.GeoDataFrame(lake, geometry=[box(2000, 10, 2400, 400)], crs=county.CRS).to_file(survey, layer="water", mode="a")
    works = {"work_id": ["G1", "G2"], "river_id": "R1", "kind": ["sluice", "pump_station"], "name": ["东闸", "泵站"]}
    shapes = [box(1000, -30, 1020, 30), box(500, 30, 520, 50)]
    gpd.GeoDataFrame(works, geometry=shapes, crs=county.CRS).to_file(survey, layer="works", mode="a")
    for verb, layer, more in (
        ("demarcate", "axes", ("--rules", "national", "--bank-tops", f"{survey}::bank_tops")),
        ("waters", "water", ("--rules", "national")),
        ("works", "works", ("--rules", "jiangxi_luxi", "--axes", f"{survey}::axes")),
    ):
        run(verb, f"{survey}::{layer}", *more, "--out", folder / verb)
    return folder


@pytest.fixture(scope="module")
def joined(drawn):
    files = [drawn / verb / "成果.gpkg" for verb in ("demarcate", "waters", "works")]
    output = run("join", *files, "--axes", f"{drawn / '普查.gpkg'}::axes", "--out", drawn / "全县")
    return drawn / "全县" / "成果.gpkg", output


def expected(folder):
    survey = folder / "普查.gpkg"
    axes, tops, water, works = (
        rl.read_layer(survey, schema, layer=schema.name)
        for schema in (rl.schema.AXES, rl.schema.BANK_TOPS, rl.schema.WATER, rl.schema.WORKS)
    )
    national = rl.load_rules("national")
    parts = [
        rl.demarcate(axes, national, bank_tops=tops),
        rl.demarcate_waters(water, national),
        rl.demarcate_works(works, rl.load_rules("jiangxi_luxi"), axes=axes),
    ]
    return rl.join_demarcations(parts, axes)


def layer(path, schema):
    return rl.read_layer(path, schema, layer=schema.label_zh)


def test_the_command_joins_what_the_library_joins_and_tells_every_fault(drawn, joined):
    path, output = joined
    result = expected(drawn)
    for schema, frame in ((rl.schema.MANAGEMENT_LINES, result.lines), (rl.schema.EXTENTS, result.extents)):
        read, made = (each.sort_values(schema.key, ignore_index=True) for each in (layer(path, schema), frame))
        assert_geodataframe_equal(read[made.columns], made, check_dtype=False)
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0] if str(name).startswith("质检问题")]
    told = {code for name in names for code in pyogrio.read_dataframe(path, layer=name)["code"]}
    assert {"work-not-done", "extents-shared", "line-dropped"} <= told
    assert told >= set(result.faults["code"])
    assert sorted(file.name for file in path.parent.iterdir()) == ["map.html", "成果.gpkg", "成果表.xlsx"]
    assert max(cell_len(line) for line in output.splitlines() if "→" not in line) <= WIDTH
    for text in ("清水河 R1", "镜湖 H1", "东闸 G1", "合计 1 条", "合计 2 个", "重叠"):
        assert text in output


def test_the_file_says_what_drew_each_part(joined):
    said = pyogrio.read_info(joined[0], layer="管理范围线")["layer_metadata"]
    parts = [each for name, each in json.loads(said["run"])["inputs"].items() if name.startswith("demarcation (")]
    assert {each["rules"] for each in parts} == {"national", "jiangxi_luxi"}
    assert said["rules"].startswith("national ")
    used = json.loads(said["run"])["rule_sets"]
    titles = {name: rl.load_rules(name).title for name in ("national", "jiangxi_luxi")}
    assert {each["name"]: each["title"] for each in used} == titles
    note = openpyxl.load_workbook(joined[0].parent / "成果表.xlsx")["划界公告表"]["A2"].value
    assert all(title in note for title in titles.values())


def test_every_command_goes_on_from_the_county(drawn, joined):
    path, survey = joined[0], drawn / "普查.gpkg"
    axes = ("--axes", f"{survey}::axes")
    run("stakes", path, "--rules", "national", *axes, "--out", drawn / "界桩")
    stakes = layer(drawn / "界桩" / "界桩.gpkg", rl.schema.STAKES)
    assert {"R1-L-001", "H1-001", "G1-001"} <= set(stakes["number"])
    lines = shapely.union_all(layer(path, rl.schema.MANAGEMENT_LINES).geometry.to_numpy())
    assert shapely.distance(stakes.geometry.to_numpy(), lines).max() < 1e-3
    placed = drawn / "界桩" / "界桩.gpkg"
    beside = ("--stakes", f"{placed}::界桩", "--boards", f"{placed}::公告牌", "--water", f"{survey}::water")
    checked = run("inspect", path, "--rules", "national", *beside, *axes, "--out", drawn / "质检")
    assert "不合格 " not in checked.replace("不合格数", "")
    run("shoreline", path, *axes, "--out", drawn / "岸线")
    field = gpd.GeoDataFrame({"parcel_id": ["P1"], "owner": "张三", "ownership": "collective"},
                             geometry=[box(900, -60, 2500, 60)], crs=county.CRS)  # fmt: skip
    field.to_file(drawn / "宗地.gpkg")
    run("confirm", f"{path}::管理与保护范围", drawn / "宗地.gpkg", "--out", drawn / "确权")
    held = layer(drawn / "确权" / "权属成果.gpkg", rl.schema.HOLDINGS)
    extents = layer(path, rl.schema.EXTENTS)
    land = extents[extents["kind"] == "management"]
    assert held["adjusted_area_m2"].sum() == pytest.approx(land["area_m2"].sum(), abs=0.005)
    assert "extents-overlap" not in set(held["status"])


def test_a_lake_that_was_redrawn_is_a_stretch_of_its_own(drawn, joined):
    path, survey = joined[0], drawn / "普查.gpkg"
    lake = {"water_id": ["H1"], "river_id": ["H1"], "kind": ["lake"], "name": ["镜湖"]}
    gpd.GeoDataFrame(lake, geometry=[box(2000, 10, 2400, 406)], crs=county.CRS).to_file(drawn / "新湖.gpkg")
    run("waters", drawn / "新湖.gpkg", "--rules", "national", "--out", drawn / "新湖")
    files = [drawn / name / "成果.gpkg" for name in ("demarcate", "新湖", "works")]
    run("join", *files, "--axes", f"{survey}::axes", "--out", drawn / "新县")
    output = run("compare", path, drawn / "新县" / "成果.gpkg", "--out", drawn / "修订")
    assert "H1-M001" in output
    moved = layer(drawn / "修订" / "修订.gpkg", rl.schema.STRETCHES)
    assert set(zip(moved["river_id"], moved["bank"].fillna(""), moved["cause"], strict=True)) == {("H1", "", "data")}
    assert moved["largest_m"].max() == pytest.approx(6.0, abs=1e-3)
    gained = layer(drawn / "修订" / "修订.gpkg", rl.schema.AREA_CHANGES)
    assert gained["area_m2"].sum() == pytest.approx(6 * 400, rel=1e-3)


def test_a_county_is_joined_with_more_and_by_another_order(drawn, joined):
    survey = drawn / "普查.gpkg"
    two = [drawn / verb / "成果.gpkg" for verb in ("demarcate", "waters")]
    run("join", *two, "--axes", f"{survey}::axes", "--out", drawn / "两样")
    run("join", drawn / "两样" / "成果.gpkg", drawn / "works" / "成果.gpkg", "--axes", f"{survey}::axes",
        "--language", "en", "--out", drawn / "again")  # fmt: skip
    again = rl.read_layer(drawn / "again" / "成果.gpkg", rl.schema.EXTENTS, layer="extents")
    once = layer(joined[0], rl.schema.EXTENTS)
    apart = shapely.symmetric_difference(again.geometry.to_numpy(), once.geometry.to_numpy())
    assert again["extent_id"].tolist() == once["extent_id"].tolist()
    assert shapely.area(apart).max() < 1e-3


def test_wrong_calls_are_one_sentence(drawn, joined, tmp_path):
    path, survey = joined[0], drawn / "普查.gpkg"
    out = ("--axes", f"{survey}::axes", "--out", tmp_path / "none")
    river = drawn / "demarcate" / "成果.gpkg"
    assert "R1-management" in run("join", river, path, *out, status=1)
    assert "没有图层 管理范围线" in run("join", river, survey, *out, status=1)
    assert "anhui" in run("stakes", path, "--rules", "anhui", "--out", tmp_path / "none", status=1)
    assert not (tmp_path / "none").exists()
