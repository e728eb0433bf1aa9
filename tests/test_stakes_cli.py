"""``riverline stakes``: from the layers of a demarcation to stakes, boards, a map, and what to look at."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

import county
import riverline as rl
from riverline.cli.app import app
from riverline.cli.printing.staked import stake_table

WIDTH = 100


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Layers that demarcate wrote, and the inputs: a river of 2,600 m with bank tops, a town, a sluice."""
    folder = tmp_path_factory.mktemp("county")
    file = folder / "普查.gpkg"
    across = [[(0, y), (2600, y)] for y in (0, 40, -40)]
    county.axes(across[0]).to_file(file, layer="axes")
    county.bank_tops(*across[1:]).to_file(file, layer="bank_tops", mode="a")
    x, y = county.ORIGIN
    towns = [shapely.box(x - 10, y - 900, x + 1000, y + 900), shapely.box(x + 1000, y - 900, x + 9000, y + 900)]
    gpd.GeoDataFrame({"admin_id": ["01", "02"], "name": ["甲镇", "乙镇"]}, geometry=towns, crs=county.CRS).to_file(
        file, layer="towns", mode="a"
    )
    sluice = [shapely.Point(x + 300, y + 45), shapely.Point(x + 300, y + 900)]
    gpd.GeoDataFrame({"编号": ["S1", "S2"]}, geometry=sluice, crs=county.CRS).to_file(file, layer="works", mode="a")
    run(
        "demarcate",
        f"{file}::axes",
        "--rules",
        "national",
        "--bank-tops",
        f"{file}::bank_tops",
        "--out",
        folder / "划界",
    )
    return folder / "划界" / "成果.gpkg", file


def test_stakes_of_the_command_are_those_of_the_library(drawn, tmp_path):
    result, file = drawn
    output = run(
        "stakes", result, "--rules", "national", "--admin", f"{file}::towns", "--structures", f"{file}::works",
        "--axes", f"{file}::axes", "--column", "structures::编号=work_id", "--out", tmp_path / "界桩",
    )  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "界桩").iterdir()) == ["map.html", "界桩.gpkg", "界桩表.xlsx"]
    written = gpd.read_file(tmp_path / "界桩" / "界桩.gpkg", layer="界桩")
    axes, tops = (gpd.read_file(file, layer=name) for name in ("axes", "bank_tops"))
    works = gpd.read_file(file, layer="works").rename(columns={"编号": "work_id"})
    made = rl.demarcate(axes, rl.load_rules("national"), bank_tops=tops)
    stakes = rl.place_stakes(made, admin=gpd.read_file(file, layer="towns"), structures=works, axes=axes)
    assert written["number"].tolist() == stakes["number"].tolist()
    assert (
        written[["x_m", "y_m", "chainage_m"]].to_numpy().tolist()
        == stakes[["x_m", "y_m", "chainage_m"]].to_numpy().tolist()
    )
    boards = gpd.read_file(tmp_path / "界桩" / "界桩.gpkg", layer="公告牌")
    assert len(boards) == 4
    styled = pyogrio.read_dataframe(tmp_path / "界桩" / "界桩.gpkg", layer="layer_styles", read_geometry=False)
    assert {"界桩", "公告牌", "管理范围线"} <= set(styled["f_table_name"])
    page = (tmp_path / "界桩" / "map.html").read_text(encoding="utf-8")
    for word in ("加密桩", "基本桩", "公告牌", "R1-L-001", "上一桩编号"):
        assert word in page
    counts = {kind: int((stakes["kind"] == kind).sum()) for kind in ("basic", "densified")}
    told = [cell.strip() for cell in next(row for row in output.splitlines() if "合计" in row).split("│")]
    assert told[3:5] == [str(counts["basic"]), str(counts["densified"])]
    assert "建筑物 S2" in output.replace("\n", "").replace(" ", "").replace("S2", " S2")


def test_stakes_of_the_protection_extent_and_landmarks_come_by_the_command(tmp_path):
    county_file, levees = rl.samples.path("清水县.gpkg"), rl.samples.path("堤防.shp")
    run("demarcate", f"{county_file}::axes", "--rules", "anhui", "--levees", levees, "--column",
        "levees::地面高程=ground_m", "--only", "river_id=QS01", "--out", tmp_path / "划界")  # fmt: skip
    drawn = tmp_path / "划界" / "成果.gpkg"
    run("stakes", drawn, "--rules", "anhui", "--of", "protection", "--landmarks", f"{county_file}::landmarks",
        "--out", tmp_path / "界桩")  # fmt: skip
    names = set(pyogrio.list_layers(tmp_path / "界桩" / "界桩.gpkg")[:, 0])
    stakes = gpd.read_file(tmp_path / "界桩" / "界桩.gpkg", layer="界桩")
    assert set(stakes["extent"]) == {"protection"}
    assert stakes["number"].str.fullmatch(r"QS01-[LR]-B\d{3}").all()
    assert (stakes["reference_1"] != "").sum() > len(stakes) / 2
    assert stakes["reference_1_m"].max() <= rl.load_rules("anhui").policy.stakes.landmark_reach_m
    assert "公告牌" in names, "boards stand along the management line only: the layer is there and empty"
    assert gpd.read_file(tmp_path / "界桩" / "界桩.gpkg", layer="公告牌").empty


def test_stakes_that_were_written_are_kept(drawn, tmp_path):
    result, file = drawn
    run("stakes", result, "--rules", "national", "--out", tmp_path / "一")
    first = tmp_path / "一" / "界桩.gpkg"
    boards = ("--existing-boards", f"{first}::公告牌")
    given = ("--existing", f"{first}::界桩", *boards, "--admin", f"{file}::towns")
    run("stakes", first, "--rules", "national", *given, "--language", "en", "--out", tmp_path / "二")
    before, after = gpd.read_file(first, layer="界桩"), gpd.read_file(tmp_path / "二" / "界桩.gpkg", layer="stakes")
    kept = after[after["status"] == "kept"]
    assert sorted(kept["number"]) == sorted(before["number"])
    assert after.loc[after["status"] == "new", "reason"].tolist() == ["boundary", "boundary"]
    boards = gpd.read_file(tmp_path / "二" / "界桩.gpkg", layer="boards")
    assert boards["number"].tolist() == ["R1-L-P01", "R1-L-P02", "R1-R-P01", "R1-R-P02"]
    assert boards["status"].tolist() == ["kept", "new"] * 2


def test_old_stakes_may_be_a_table(drawn, tmp_path):
    result, _ = drawn
    table = tmp_path / "旧桩.csv"
    table.write_text("桩号,北坐标,东坐标\n旧1,3500040,500700\n旧2,3500140,500800\n", encoding="utf-8")
    run("stakes", result, "--rules", "national", "--existing", table, "--column", "existing::桩号=number", "--crs",
        county.CRS, "--out", tmp_path / "界桩")  # fmt: skip
    stakes = gpd.read_file(tmp_path / "界桩" / "界桩.gpkg", layer="界桩").set_index("number")
    assert stakes.loc["旧1", "status"] == "kept"
    assert stakes.loc["旧2", ["status", "moved_m"]].tolist() == ["moved", 100.0]


def test_another_rule_set_than_the_lines_were_drawn_by_is_refused(drawn, tmp_path):
    output = run("stakes", drawn[0], "--rules", "anhui", "--language", "en", "--out", tmp_path / "界桩", status=1)
    assert "the lines were drawn by national" in output
    assert not (tmp_path / "界桩").exists()


def test_a_file_that_demarcate_did_not_write_is_refused(drawn, tmp_path):
    output = run("stakes", drawn[1], "--rules", "national", "--language", "en", "--out", tmp_path / "界桩", status=1)
    assert "has no layer management_lines" in output
    (tmp_path / "坏.gpkg").write_bytes(b"no database")
    for name, words in (("没有.gpkg", "there is no file"), ("坏.gpkg", "cannot read")):
        told = run(
            "stakes", tmp_path / name, "--rules", "national", "--language", "en", "--out", tmp_path / "界桩", status=1
        )
        assert words in told


def test_strict_ends_with_status_3_on_errors(drawn, tmp_path):
    table = tmp_path / "旧桩.csv"
    table.write_text("number,北坐标,东坐标\n旧1,3500040,500700\n旧1,3500040,500800\n", encoding="utf-8")
    given = ("--existing", table, "--crs", county.CRS)
    run("stakes", drawn[0], "--rules", "national", *given, "--strict", "--out", tmp_path / "界桩", status=3)
    assert (tmp_path / "界桩" / "界桩.gpkg").exists()


def test_the_table_has_a_row_for_every_work_and_no_bank_that_is_no_number():
    """Two works on one river, four stakes and one board each: their river is one, their rows are two."""
    columns = {"river_id": "R1", "bank": None, "name": ["闸1"] * 4 + ["闸2"] * 4, "kind": "basic", "status": "new"}
    stakes = pd.DataFrame(columns)
    table = stake_table(stakes, stakes.iloc[[0, 4]], "zh")
    cells = [[str(cell) for cell in column.cells] for column in table.columns]
    assert cells[0] == ["闸1 R1", "闸2 R1", "合计"]
    assert cells[1] == ["", "", ""]
    assert cells[2] == ["4", "4", "8"]
    assert cells[-1] == ["1", "1", "2"]
