"""Commands that were the library's alone: sensitivity, lines that stand in, and options that every reader has."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import county
import riverline as rl
from riverline.cli.app import app
from riverline.cli.jobs.drawn import read_drawn

WIDTH = 100


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def at(*coords):
    return county.line(list(coords))


def box(*bounds):
    return shapely.transform(shapely.box(*bounds), lambda xy: xy + county.ORIGIN)


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """A straight river of 2 km with toes 100 m off, a road, a field, ponds and sluices, in one file."""
    file = tmp_path_factory.mktemp("survey") / "普查.gpkg"
    frames = {
        "axes": county.axes([(0, 0), (2000, 0)]),
        "toes": gpd.GeoDataFrame({"levee_id": ["L1", "L2"], "river_id": "R1"}, crs=county.CRS,
                                 geometry=[at((0, 100), (2000, 100)), at((0, -100), (2000, -100))]),
        "roads": gpd.GeoDataFrame({"级别": ["县道", "县道"]}, crs=county.CRS,
                                  geometry=[at((-500, 300), (2500, 300)), at((900, -900), (900, 900))]),
        "parcels": gpd.GeoDataFrame({"宗地": ["P1"], "owner": "张三", "ownership": "collective"}, crs=county.CRS,
                                    geometry=[box(100, 50, 1100, 500)]),
        "ponds": gpd.GeoDataFrame({"编码": ["W1", "W2"], "级别": ["大", "小"]}, crs=county.CRS,
                                  geometry=[box(0, 2000, 400, 2400), box(1000, 2000, 1400, 2400)]),
        "sluices": gpd.GeoDataFrame({"work_id": ["闸1", "闸2"], "级别": ["大", "小"]}, crs=county.CRS,
                                    geometry=[box(490, -20, 510, 20), box(1490, -20, 1510, 20)]),
    }  # fmt: skip
    for name, frame in frames.items():
        frame.to_file(file, layer=name)
    return file


def test_sensitivity_of_the_command_is_that_of_the_library(survey, tmp_path):
    told = run("sensitivity", f"{survey}::axes", "--rules", "anhui", "--levees", f"{survey}::toes", "--set",
               "levees::feature=landside_toe", "--parcels", f"{survey}::parcels", "--column", "parcels::宗地=parcel_id",
               "--toe", 2, "--level", 0, "--terrain-shift", 0, "--out", tmp_path)  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.html", "敏感性.gpkg", "敏感性表.xlsx"]
    bands = gpd.read_file(tmp_path / "敏感性.gpkg", layer="敏感性区段")
    assert bands[["bank", "largest_m", "movement", "length_m"]].to_numpy().tolist() == [
        ["left", 2.0, "beyond", 2000.0], ["right", 2.0, "beyond", 2000.0]
    ]  # fmt: skip
    # The band is 4 m wide, the field 1 km long.
    (area,) = gpd.read_file(tmp_path / "敏感性.gpkg", layer="敏感带宗地")["area_m2"]
    assert area == pytest.approx(4.0 * 1000.0, rel=1e-3)
    assert "堤脚" in told


def test_sensitivity_of_lakes_is_that_of_the_library(survey, tmp_path):
    """Two square ponds of 400 m, their edges 2 m in and out: a corner that moves inwards moves along its bisector."""
    own = ["--column", "编码=water_id", "--set", "kind=lake", "--rules", "national", "--edge", 2, "--out", tmp_path]
    told = run("sensitivity", f"{survey}::ponds", "--subject", "water", *own)
    bands = gpd.read_file(tmp_path / "敏感性.gpkg", layer="敏感性区段")
    assert sorted(bands[["river_id", "factor", "movement", "largest_m"]].to_numpy().tolist()) == [
        [pond, "edge", "beyond", pytest.approx(2.0 * 2.0**0.5, abs=1e-3)] for pond in ("W1", "W2")
    ]
    assert "水边线" in told
    refused = run("sensitivity", f"{survey}::ponds", "--subject", "water", "--water", "x.shp", *own, status=1)
    assert "不能再用 --water 给出" in refused


def test_stand_ins_of_the_command_go_into_a_demarcation(survey, tmp_path):
    out = tmp_path / "替代线.gpkg"
    told = run("standins", f"{survey}::axes", "--within", 400, "--roads", f"{survey}::roads", "--out", out)
    tops = gpd.read_file(out, layer="岸顶线")
    # The road across the valley is no bank, and of the other what passes the river stands in.
    assert tops[["river_id", "feature"]].to_numpy().tolist() == [["R1", "road"]]
    assert tops.length.tolist() == pytest.approx([2000.0])
    assert f"riverline demarcate '{out}::河道中心线' --bank-tops '{out}::岸顶线' --rules national" in told
    run("standins", f"{survey}::axes", "--within", 0, "--roads", f"{survey}::roads", "--out", out, status=1)
    run("standins", f"{survey}::axes", "--within", 9, "--out", tmp_path / "替代线.shp", status=1)


def test_titles_are_confirmed_against_an_extent_that_somebody_else_drew(survey, tmp_path):
    gpd.GeoDataFrame({"类型": ["管理范围"]}, geometry=[box(0, 0, 600, 200)], crs=county.CRS).to_file(
        tmp_path / "范围.shp"
    )
    told = run("confirm", tmp_path / "范围.shp", f"{survey}::parcels", "--column", "parcels::宗地=parcel_id",
               "--set", "extents::kind=management", "--out", tmp_path / "确权")  # fmt: skip
    holdings = gpd.read_file(tmp_path / "确权" / "权属成果.gpkg", layer="权属分块")
    assert holdings.set_index("parcel_id").area.to_dict() == pytest.approx({"": 45_000.0, "P1": 75_000.0})
    assert "P1" in told or "宗地" in told


def test_waters_take_values_rows_and_a_zone(survey, tmp_path):
    ponds = [f"{survey}::ponds", "--rules", "national", "--column", "编码=water_id", "--set", "kind=lake", "--set",
             "water::river_id=L{row}"]  # fmt: skip
    run("waters", *ponds, "--only", "级别=大", "--zone", 39, "--out", tmp_path / "一")
    extents = gpd.read_file(tmp_path / "一" / "成果.gpkg", layer="管理与保护范围")
    assert extents["river_id"].tolist() == ["L1"]
    assert extents.area.tolist() == pytest.approx([400.0 * 400.0], rel=1e-3)
    run("waters", *ponds, "--plane", "EPSG:4547", "--out", tmp_path / "二")
    assert gpd.read_file(tmp_path / "二" / "成果.gpkg", layer="管理与保护范围").crs.to_epsg() == 4547
    assert "EPSG:4547" in run("waters", *ponds, "--zone", 38, "--out", tmp_path / "三", status=1)


def test_works_take_values_and_rows(survey, tmp_path):
    run("works", f"{survey}::sluices", "--axes", f"{survey}::axes", "--rules", "jiangxi_luxi", "--set", "kind=sluice",
        "--set", "works::river_id=R1", "--only", "级别=大", "--out", tmp_path)  # fmt: skip
    faults = gpd.read_file(tmp_path / "成果.gpkg", layer="质检问题") if "质检问题" in _layers(tmp_path) else None
    extents = gpd.read_file(tmp_path / "成果.gpkg", layer="管理与保护范围")
    told = set(extents["extent_id"]) | (set() if faults is None else set(faults["feature_id"]))
    assert any("闸1" in each for each in told)
    assert not any("闸2" in each for each in told)


def _layers(folder):
    return gpd.list_layers(folder / "成果.gpkg")["name"].tolist()


def test_registered_areas_come_from_a_list_beside_the_parcels(survey, tmp_path):
    run("demarcate", f"{survey}::axes", "--rules", "anhui", "--levees", f"{survey}::toes", "--set",
        "levees::feature=landside_toe", "--out", tmp_path)  # fmt: skip
    table = tmp_path / "证载.csv"
    pd.DataFrame({"parcel_id": ["P1"], "registered_area_m2": [400_000.0]}).to_csv(table, index=False)
    run("confirm", f"{tmp_path / '成果.gpkg'}::管理与保护范围", f"{survey}::parcels", "--column", "宗地=parcel_id",
        "--registered-areas", table, "--out", tmp_path / "确权")  # fmt: skip
    faults = gpd.read_file(tmp_path / "确权" / "权属成果.gpkg", layer="质检问题_面").set_index("code")
    # 1000 m by 450 m are drawn.
    assert faults.loc["area-differs", "value"] == pytest.approx(50_000.0, rel=2e-2)


def test_comparing_maps_fields_takes_holdings_and_can_be_strict(survey, tmp_path):
    for name, toes in (("旧", "landside_toe"), ("新", "crest")):
        run("demarcate", f"{survey}::axes", "--rules", "anhui", "--levees", f"{survey}::toes", "--set",
            f"levees::feature={toes}", "--out", tmp_path / name)  # fmt: skip
        run("confirm", f"{tmp_path / name / '成果.gpkg'}::管理与保护范围", f"{survey}::parcels", "--column",
            "宗地=parcel_id", "--out", tmp_path / name)  # fmt: skip
    old, new = (tmp_path / name / "成果.gpkg" for name in ("旧", "新"))
    run("compare", old, new, "--parcels", f"{survey}::parcels", "--column", "宗地=parcel_id", "--strict", "--out",
        tmp_path / "一")  # fmt: skip
    holdings = [f"{tmp_path / name / '权属成果.gpkg'}::权属分块" for name in ("旧", "新")]
    run("compare", old, new, "--old-holdings", holdings[0], "--new-holdings", holdings[1], "--out", tmp_path / "二")
    one, two = (gpd.read_file(tmp_path / each / "修订.gpkg", layer="宗地增减") for each in ("一", "二"))
    owned = two[two["parcel_id"] == "P1"]
    assert owned[["change", "gained_m2", "lost_m2"]].to_numpy().tolist() == (
        one[["change", "gained_m2", "lost_m2"]].to_numpy().tolist()
    )
    run("compare", old, new, "--old-holdings", holdings[0], "--out", tmp_path / "三", status=2)


def test_inspecting_sets_values(survey, tmp_path):
    run("demarcate", f"{survey}::axes", "--rules", "anhui", "--levees", f"{survey}::toes", "--set",
        "levees::feature=landside_toe", "--out", tmp_path)  # fmt: skip
    told = run("inspect", tmp_path / "成果.gpkg", "--rules", "anhui", "--levees", f"{survey}::toes", "--set",
               "levees::feature=landside_toe", "--strict", "--out", tmp_path / "质检")  # fmt: skip
    table = gpd.read_file(tmp_path / "质检" / "质检.gpkg", layer="质检结果表").set_index("check_id")
    assert table.loc["covers-levees", ["outcome", "counted"]].tolist() == ["passed", 2]
    assert "管理范围包含堤防" in told


def test_what_one_of_several_rule_sets_drew_can_be_gone_on_with(survey, tmp_path):
    axes = rl.read_layer(survey, rl.schema.AXES, layer="axes")
    toes = rl.read_layer(survey, rl.schema.LEVEES, layer="toes", values={"feature": "landside_toe"})
    rivers = rl.demarcate(axes, rl.load_rules("anhui"), levees=toes)
    sluices = rl.read_layer(survey, rl.schema.WORKS, layer="sluices", values={"river_id": "R1", "kind": "sluice"})
    works = rl.demarcate_works(sluices.assign(size="large"), rl.load_rules("jiangxi_luxi"), axes=axes)
    assert set(works.extents["version"]).isdisjoint(rivers.extents["version"])
    assert len(works.lines)
    file = rl.export.to_geopackage(tmp_path / "成果.gpkg", rivers, works)
    run("stakes", file, "--rules", "anhui", "--out", tmp_path / "界桩")
    stakes = gpd.read_file(tmp_path / "界桩" / "界桩.gpkg", layer="界桩")
    assert sorted(stakes["stake_id"]) == sorted(rl.place_stakes(rivers)["stake_id"])
    told = run("inspect", file, "--rules", "anhui", "--strict", "--out", tmp_path / "质检")
    assert "另有" in told
    read = read_drawn(file, "jiangxi_luxi")
    assert sorted(read.lines["line_id"]) == sorted(works.lines["line_id"])
    assert "anhui" in run("stakes", file, "--rules", "hunan_changde", "--out", tmp_path / "界桩", status=1)
