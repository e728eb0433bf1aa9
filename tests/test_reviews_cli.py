"""``riverline inspect`` and ``riverline compare``: from the layers of a demarcation to checks and to what changed."""

from __future__ import annotations

import json
import shutil

import geopandas as gpd
import pyogrio
import pytest
import shapely
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


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Layers that demarcate wrote before and after a bank top moved by 6 m, their inputs, and the stakes of both."""
    folder = tmp_path_factory.mktemp("county")
    across = [[(0, y), (2600, y)] for y in (0, 40, -40, 46)]
    county.axes(across[0]).to_file(folder / "普查.gpkg", layer="axes")
    for name, left in (("旧", across[1]), ("新", across[3])):
        county.bank_tops(left, across[2]).to_file(folder / "普查.gpkg", layer=name, mode="a")
        run("demarcate", f"{folder / '普查.gpkg'}::axes", "--rules", "national", "--bank-tops",
            f"{folder / '普查.gpkg'}::{name}", "--out", folder / name)  # fmt: skip
        run("stakes", folder / name / "成果.gpkg", "--rules", "national", "--out", folder / name)
    x, y = county.ORIGIN
    bridge = gpd.GeoDataFrame({"编号": ["桥1"]}, geometry=[shapely.box(x + 990, y - 99, x + 1010, y + 99)],
                              crs=county.CRS)  # fmt: skip
    bridge.to_file(folder / "普查.gpkg", layer="bridges", mode="a")
    field = gpd.GeoDataFrame({"parcel_id": ["P1"], "owner": "张三", "ownership": "collective"},
                             geometry=[shapely.box(x + 100, y + 30, x + 200, y + 90)], crs=county.CRS)  # fmt: skip
    field.to_file(folder / "普查.gpkg", layer="parcels", mode="a")
    return folder


def results(folder, name):
    axes, tops = (gpd.read_file(folder / "普查.gpkg", layer=each) for each in ("axes", name))
    return rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)


def test_checks_of_the_command_are_those_of_the_library(drawn, tmp_path):
    survey, result = drawn / "普查.gpkg", drawn / "旧" / "成果.gpkg"
    output = run("inspect", result, "--rules", "national", "--axes", f"{survey}::axes", "--stakes",
                 f"{drawn / '旧' / '界桩.gpkg'}::界桩", "--bridges", f"{survey}::bridges", "--column",
                 "bridges::编号=work_id", "--out", tmp_path / "质检", "--strict")  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "质检").iterdir()) == ["map.html", "质检.gpkg", "质检表.xlsx"]
    written = pyogrio.read_dataframe(tmp_path / "质检" / "质检.gpkg", layer="质检结果表", read_geometry=False)
    made = results(drawn, "旧")
    bridges = gpd.read_file(survey, layer="bridges").rename(columns={"编号": "work_id"})
    table = rl.inspect(made, axes=gpd.read_file(survey, layer="axes"), stakes=rl.place_stakes(made),
                       bridges=bridges).checks.set_index("check_id")  # fmt: skip
    assert written.set_index("check_id")["outcome"].to_dict() == table["outcome"].to_dict()
    assert set(table["outcome"]) == {"passed", "not_applicable"}
    assert "界线不因桥梁断开" in output
    page = (tmp_path / "质检" / "map.html").read_text(encoding="utf-8")
    assert all(rl.schema.STAKES["kind"].value_label(each) in page for each in ("basic", "densified"))
    assert max(map(len, output.splitlines())) <= max(WIDTH, len(str(tmp_path)) + 20)


def test_zones_of_a_plan_are_held_against_the_extents_they_lie_in(drawn, tmp_path):
    result = drawn / "旧" / "成果.gpkg"
    made = results(drawn, "旧")
    inner = made.lines.geometry.to_numpy()
    inner = [shapely.transform(line, lambda xy: xy * [1, 0.5] + [0, county.ORIGIN[1] / 2]) for line in inner]
    waterside = gpd.GeoDataFrame({"waterside_id": ["W1", "W2"], "river_id": made.lines["river_id"].to_numpy(),
                                  "bank": made.lines["bank"].to_numpy()}, geometry=inner, crs=county.CRS)  # fmt: skip
    plan = rl.plan_shoreline(made, waterside=waterside)
    shifted = plan.zones.set_geometry(plan.zones.translate(50.0, 0.0))
    for name, zones, outcome in (("真", plan.zones, "passed"), ("误", shifted, "failed")):
        file, out = tmp_path / f"{name}.gpkg", tmp_path / name
        rl.export.to_geopackage(file, zones, plan.lines)
        run("inspect", result, "--rules", "national", "--zones", f"{file}::岸线功能分区", "--shorelines",
            f"{file}::岸线控制线", "--out", out)  # fmt: skip
        table = pyogrio.read_dataframe(out / "质检.gpkg", layer="质检结果表", read_geometry=False)
        outcomes = table.set_index("check_id")["outcome"]
        assert outcomes["zones-inside"] == outcome
        assert outcomes[["zones-apart", "zones-whole"]].tolist() == ["passed", "passed"]


def test_a_check_of_ones_own_that_fails_is_status_3_when_strict(drawn, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text('[[checks]]\nid = "wide"\ntitle = "够宽"\nlayer = "management_lines"\ncolumn = "offset_m"\n'
                    'operator = ">"\nvalue = 900\n', encoding="utf-8")  # fmt: skip
    arguments = (
        "inspect",
        drawn / "旧" / "成果.gpkg",
        "--rules",
        "national",
        "--checks",
        mine,
        "--out",
        tmp_path / "质检",
    )
    assert "够宽" in run(*arguments)
    run(*arguments, "--strict", status=3)
    mine.write_text("[limits]\nnothing = 1", encoding="utf-8")
    run(*arguments, status=1)


def test_a_comparison_of_the_command_is_that_of_the_library(drawn, tmp_path):
    old, new = (drawn / name / "成果.gpkg" for name in ("旧", "新"))
    stakes = [f"{drawn / name / '界桩.gpkg'}::界桩" for name in ("旧", "新")]
    output = run("compare", old, new, "--old-stakes", stakes[0], "--new-stakes", stakes[1], "--parcels",
                 f"{drawn / '普查.gpkg'}::parcels", "--out", tmp_path / "修订", "--language", "en")  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "修订").iterdir()) == ["map.html", "修订.gpkg", "修订表.xlsx"]
    before, after = (results(drawn, name) for name in ("旧", "新"))
    change = rl.compare(before, after, stakes=(rl.place_stakes(before), rl.place_stakes(after)),
                        parcels=gpd.read_file(drawn / "普查.gpkg", layer="parcels"))  # fmt: skip
    file = tmp_path / "修订" / "修订.gpkg"
    for layer, frame in (("stretches", change.stretches), ("area_changes", change.areas),
                         ("stake_changes", change.stakes), ("title_changes", change.holdings)):  # fmt: skip
        written = gpd.read_file(file, layer=layer)
        assert len(frame)
        shared = [name for name in frame.columns if name != "geometry"]
        assert written[shared].fillna("").to_numpy().tolist() == frame[shared].fillna("").to_numpy().tolist()
    assert change.stretches[["bank", "largest_m", "cause"]].to_numpy().tolist() == [["left", 6.0, "data"]]
    assert "Data" in output
    styled = pyogrio.read_dataframe(file, layer="layer_styles", read_geometry=False)
    assert {"stretches", "area_changes", "stake_changes", "title_changes"} <= set(styled["f_table_name"])


def test_a_line_that_was_moved_in_its_file_has_no_cause_that_the_runs_know(drawn, tmp_path):
    old, mended = drawn / "旧" / "成果.gpkg", tmp_path / "改.gpkg"
    shutil.copy(old, mended)
    lines = gpd.read_file(mended, layer="管理范围线")
    about = pyogrio.read_info(mended, layer="管理范围线")["layer_metadata"]
    assert "digest" in json.loads(about["run"])["inputs"]["bank_tops"]
    left = (lines["bank"] == "left").to_numpy()
    lines.loc[left, "geometry"] = lines.geometry[left].translate(yoff=3.0)
    pyogrio.write_dataframe(lines, mended, layer="管理范围线", layer_metadata=about)
    run("compare", old, mended, "--out", tmp_path / "修订")
    moved = gpd.read_file(tmp_path / "修订" / "修订.gpkg", layer="界线变动段")
    assert moved[["bank", "largest_m", "cause"]].to_numpy().tolist() == [["left", 3.0, "unknown"]]


def test_a_result_against_itself_is_nothing_and_wrong_files_say_so(drawn, tmp_path):
    old = drawn / "旧" / "成果.gpkg"
    run("compare", old, old, "--out", tmp_path / "无")
    assert gpd.read_file(tmp_path / "无" / "修订.gpkg", layer="界线变动段").empty
    run("compare", old, drawn / "普查.gpkg", "--out", tmp_path / "无", status=1)
    run("compare", old, tmp_path / "没有.gpkg", "--out", tmp_path / "无", status=1)
    run("compare", old, old, "--old-stakes", old, status=2)
