"""The command: what it prints, writes, refuses and returns, in this process and as a process of its own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from rich.cells import cell_len
from typer.testing import CliRunner

import cadastre
import county
import riverline as rl
from riverline import samples
from riverline.cli.app import app
from riverline.cli.jobs import steps

ROOT = Path(__file__).resolve().parent.parent
COUNTY = samples.path("清水县.gpkg")
SAMPLES = [
    f"{COUNTY}::axes",
    *("--rules", "anhui"),
    *("--levees", str(samples.path("堤防.shp"))),
    *("--column", "levees::地面高程=ground_m"),
    *("--bank-tops", f"{COUNTY}::bank_tops"),
    *("--water", f"{COUNTY}::water"),
    *("--flood-levels", f"{COUNTY}::flood_levels"),
    *("--terrain", str(samples.path("白石溪地形.tif"))),
]
WIDTH = 100
DEMO_FILES = [
    "map.html",
    *("台账.gpkg", "台账图.html", "对比图.html", "巡河图.html", "成果.gpkg", "成果表.xlsx", "河长制图.html"),
    *("河长制成果.gpkg", "热点图.html"),
]


def run(*arguments: object, status: int | None = 0):
    """The command in this process, on a terminal a hundred columns wide."""
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert status is None or ran.exit_code == status, ran.output
    return ran


def process(*arguments: object, encoding: str = "utf-8", folder: Path | None = None):
    """The command as a process of its own, through the function that the script calls."""
    code = "from riverline.cli import main; main()"
    env = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": str(WIDTH)}
    command = [sys.executable, "-W", "error", "-c", code, *(str(each) for each in arguments)]
    return subprocess.run(command, env=env, cwd=folder, capture_output=True, check=False)


def layers_of(path: Path) -> dict[str, gpd.GeoDataFrame]:
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    return {name: gpd.read_file(path, layer=name) for name in names}


def loads_nothing(page: str) -> bool:
    """Whether no tag and no style of a page names something to fetch."""
    tags = re.findall(r"<(?:script|link|img|iframe|source|object)\b[^>]*>", page)
    styles = re.findall(r"<style\b.*?</style>|\bstyle=[^>]*", page, re.DOTALL)
    return not any(re.search(r"\b(?:src|href|data)\s*=\s*[\"']?(?:https?:)?//", tag) for tag in tags) and not any(
        re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", style) for style in styles
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The demo, once: its output and its folder."""
    folder = tmp_path_factory.mktemp("demo") / "新建" / "成果 1"
    return run("demo", "--out", folder).output, folder


def test_no_workbook_of_the_demo_shows_a_code_that_has_a_name(shown, tmp_path):
    """Keys are no words: checks and classes of outfalls are looked up by them."""
    import openpyxl

    _, folder = shown
    books = [*folder.glob("*.xlsx")]
    for name in ("成果.gpkg", "河长制成果.gpkg"):
        books.append(tmp_path / f"{name}.xlsx")
        run("export", folder / name, "--to", "xlsx", "--out", books[-1])
    every = [column for frame in rl.schema.FRAMES.values() for column in frame]
    codes = {choice.value for column in every for choice in column.choices} | set(rl.schema.FRAMES)
    found = set()
    for sheet in (sheet for book in books for sheet in openpyxl.load_workbook(book)):
        heads, *rows = list(sheet.iter_rows(min_row=3, values_only=True)) or [()]
        cells = ((head, cell) for row in rows for head, cell in zip(heads, row, strict=False) if isinstance(cell, str))
        for head, cell in cells:
            known = codes & set(re.split(r"\s*[,，、;；]\s*", cell)) - {""}
            if known and head not in {"检查编号", "类型编号"}:
                found.add((sheet.title, head, *sorted(known)))
    assert not found


def test_no_line_of_the_demo_is_torn_between_layers_of_a_profile(shown, tmp_path):
    _, folder = shown
    run("export", folder / "成果.gpkg", "--to", "shp", "--profile", "zhejiang", "--out", tmp_path / "z")
    codes = {path.stem: gpd.read_file(path)["code"].value_counts().to_dict() for path in (tmp_path / "z").glob("*.shp")}
    lines = gpd.read_file(folder / "成果.gpkg", layer="管理范围线")["river_id"].value_counts().to_dict()
    assert codes["OWML"] == {"JH01": lines.pop("JH01")}
    assert codes["RSML"] == {"SK01": lines.pop("SK01")}
    assert codes["RVML"] == lines


@pytest.fixture(scope="module")
def expected():
    """What the library makes of the samples, step by step."""
    read = {name: rl.read_layer(COUNTY, rl.schema.FRAMES[name], layer=name)
            for name in ("axes", "bank_tops", "water", "flood_levels")}  # fmt: skip
    read["levees"] = rl.read_layer(samples.path("堤防.shp"), rl.schema.LEVEES, columns={"地面高程": "ground_m"})
    axes = read.pop("axes")
    return rl.demarcate(axes, rl.load_rules("anhui"), terrain=samples.path("白石溪地形.tif"), **read)


# The main job


def test_demo_writes_a_map_that_loads_nothing_and_layers_with_every_row(shown, expected):
    _, folder = shown
    assert sorted(path.name for path in folder.iterdir()) == DEMO_FILES
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "清水县河道管理范围（样例）" in page
    assert loads_nothing(page)
    assert not loads_nothing(page.replace("</head>", '<script src="https://cdn.test/a.js"></script></head>'))
    layers = layers_of(folder / "成果.gpkg")
    lines, extents = layers["管理范围线"], layers["管理与保护范围"]
    rivers = lines[lines["bank"].notna()]
    assert set(rivers["river_id"]) == {"QS01", "BS02", "LX03", "SM04"}
    # No river of the plain is any less than by itself, and one stream of the hills has what stands in for a line.
    assert set(expected.lines["line_id"]) <= set(rivers["line_id"])
    assert set(rivers.loc[rivers["river_id"] == "SM04", "basis"]) == {"fallback", "joined"}
    # A sluice stands out of the banks of LX03, whose line is cut and closed there.
    cut = rivers[(rivers["river_id"] == "LX03") & (rivers["source_ids"] == "GC-03")]
    assert set(cut["rule_id"]) == {"anhui/policy.shared_kinds"}
    drawn = extents[extents["extent_id"].isin(expected.extents["extent_id"])]
    assert len(drawn) == len(expected.extents)
    assert extents.geometry.area.sum() == pytest.approx(extents.union_all().area, abs=1e-3)
    assert extents.union_all().covers(expected.extents.buffer(-1e-3).union_all())
    # The lake, the reservoir and the works; bridge and wharf have no range of their own.
    more = {name.rpartition("-")[0] for name in set(extents["extent_id"]) - set(drawn["extent_id"])}
    assert more == {"SM04", "JH01", "SK01", "GC-02", "GC-03", "GC-04", "GC-05", "GC-07"}
    assert all(frame.crs == "EPSG:4548" for frame in layers.values())
    codes = set(pd.concat([rows for name, rows in layers.items() if name.startswith("质检问题")])["fault_id"])
    assert set(expected.faults.loc[expected.faults.geometry.notna(), "fault_id"]) <= codes


def test_demo_hands_over_every_product_of_the_county(shown):
    layers = layers_of(shown[1] / "成果.gpkg")
    stakes = layers["界桩"]
    assert stakes["status"].value_counts().to_dict() == {"new": len(stakes) - 10, "kept": 8, "moved": 1, "missing": 1}
    reasons = set(stakes["reasons"].str.split(",").explode())
    assert {"start", "end", "boundary", "confluence", "structure", "basis", "turn"} <= reasons
    assert {"town", "country", "gorge"} <= set(stakes["setting"])
    assert set(layers["岸线功能分区"]["type"]) == {1, 2, 3, 4}
    assert sorted(set(layers["占用岸线"]["use_id"])) == ["LY-01", "LY-02", "LY-03", "LY-04"]
    ranges = layers["管理与保护范围"]
    area = ranges[ranges["kind"] == "management"].groupby("river_id")["area_m2"].sum()
    held = layers["权属分块"].groupby("river_id")["adjusted_area_m2"].sum()
    assert held.to_dict() == pytest.approx(area.to_dict(), abs=0.005)
    # All of it is of the joined county: stakes stand on lines that are there, of lakes and works too.
    lines = layers["管理范围线"].geometry.union_all()
    placed = stakes[stakes["status"].isin(["new", "kept"])]
    assert placed.distance(lines).max() <= 0.5
    assert {"JH01-001", "GC-02-001", "GC-03-001"} <= set(placed["number"])
    checks = pyogrio.read_dataframe(shown[1] / "成果.gpkg", layer="质检结果表").set_index("check_id")
    # An old stake that stands far from every line is the one thing that fails.
    assert checks.index[checks["failed"] > 0].tolist() == ["stakes-on-line"]
    assert checks.loc["stakes-on-line", "failed"] == 1
    moved = layers["界线变动段"]
    assert set(zip(moved["river_id"], moved["bank"], moved["cause"], strict=True)) == {("LX03", "left", "data")}
    assert 1.0 < moved["largest_m"].max() < 6.0
    told = {name: rows for name, rows in layers.items() if name.startswith("质检问题")}
    codes = set(pd.concat(told)["code"])
    assert {"work-as-point", "area-differs", "titles-overlap", "use-both-banks", "mouth-closed"} <= codes
    assert {"公告牌", "岸线控制线", "宗地增减", "水利及涉河工程_面"} <= set(layers)


def test_demo_runs_the_offices_year(shown):
    output, folder = shown
    for text in ("台账问题", "反弹问题 14", "清水河 K", "疑似应付式 1", "黄牌 1，红牌 1"):
        assert text in output
    ledger = rl.Ledger.open(folder / "台账.gpkg")
    assert ledger.verify().empty
    assert len(ledger.problems()) == 215
    layers = layers_of(folder / "河长制成果.gpkg")
    assert layers["热点河道"]["river_id"].tolist() == ["QS01"]
    assert {"四乱热点河段", "巡河记录", "入河排污口台账", "反弹问题_点"} <= set(layers)
    tables = {str(name) for name, kind in pyogrio.list_layers(folder / "河长制成果.gpkg") if kind is None}
    assert {"巡河经过区间", "考核得分", "得分明细", "销号统计表"} <= tables
    for name, told in (
        *(("河长制图", "清水县河长制（样例）"), ("热点图", "1. 清水河右岸"), ("巡河图", "2025-12")),
        *(("台账图", "清水县整改台账（样例）"), ("对比图", "清水县管理范围：上年与今年（样例）")),
    ):
        page = (folder / f"{name}.html").read_text(encoding="utf-8")
        assert loads_nothing(page)
        assert told in page


def test_demo_tells_what_it_did_in_tables_of_a_hundred_columns(shown):
    output, folder = shown
    assert max(cell_len(line) for line in output.splitlines() if "→" not in line) <= WIDTH
    for text in (
        "输入",
        "清水河 QS01",
        "白石溪 BS02",
        "柳溪 LX03",
        "合计 4 条",
        "安徽省河道管理范围",
        "质检问题：",
        "GBK",
    ):
        assert text in output
    heads = next(line for line in output.splitlines() if "中心线 km" in line)
    assert "左岸 km" in heads
    assert "最小裕度 mm" in heads
    assert "完成" in output
    assert "16/16" in output
    assert "未划" not in output
    told = output.replace("\n", "")
    assert str(folder / "map.html") in told
    assert str(folder / "成果.gpkg") in told


def test_demarcate_on_the_samples_draws_the_rivers_of_the_demo(shown, tmp_path):
    _, folder = shown
    run("demarcate", *SAMPLES, "--out", tmp_path / "own")
    own, demo = (layers_of(place / "成果.gpkg")["管理范围线"] for place in (tmp_path / "own", folder))
    # What of the demo's lines is no edge of a work or of a neighbour is a line of the main job, piece by piece.
    demo = demo[demo["bank"].notna() & (demo["river_id"] == "QS01") & ~demo["rule_id"].str.contains("/policy")]
    ours = own.set_index("line_id").geometry
    near = [ours[name].buffer(1e-3).covers(line) for name, line in zip(demo["line_id"], demo.geometry, strict=True)
            if name in ours.index]  # fmt: skip
    assert len(near) >= 7
    assert all(near)
    assert demo.geometry.length.sum() > 0.9 * own[own["river_id"] == "QS01"].geometry.length.sum()


@pytest.mark.slow
def test_every_line_that_the_guide_shows_for_the_samples_runs_on_them(tmp_path, monkeypatch):
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    block = text.partition("cd data/samples\n")[2].partition("```")[0].replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert [line[1] for line in lines] == [
        "demarcate", "waters", "works", "join", "stakes", "shoreline", "confirm", "inspect", "demarcate", "join",
        "compare", "sensitivity",
    ]  # fmt: skip
    for file in COUNTY.parent.iterdir():
        (tmp_path / file.name).symlink_to(file)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        assert line[0] == "riverline"
        run(*line[1:])
        folder = tmp_path / line[line.index("--out") + 1]
        assert {file.suffix for file in folder.iterdir()} == {".html", ".gpkg", ".xlsx"}


@pytest.mark.slow
def test_demo_as_a_process_of_its_own_on_a_gbk_terminal_writes_the_same_bytes(shown, tmp_path):
    ran = process("demo", encoding="gbk", folder=tmp_path)
    output = ran.stdout.decode("gbk")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "清水河 QS01" in output
    assert "平方公里" in output
    assert "?" not in output
    folder = tmp_path / "清水县成果"
    assert sorted(path.name for path in folder.iterdir()) == DEMO_FILES
    for name in ("成果.gpkg", "河长制成果.gpkg"):
        assert (folder / name).read_bytes() == (shown[1] / name).read_bytes(), name


@pytest.mark.slow
def test_demarcate_as_a_process_of_its_own_in_english(tmp_path):
    ran = process("demarcate", *SAMPLES, "--language", "en", "--out", tmp_path / "own")
    output = ran.stdout.decode()
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "River axes" in output
    assert "All 3" in output
    assert "Faults:" in output
    for chinese in ("质检", "依据", "合计", "输入"):
        assert chinese not in output
    assert "management_lines" in layers_of(tmp_path / "own" / "成果.gpkg")


def test_every_step_is_told_before_it_runs_in_both_languages(tmp_path):
    axes = bank_county(tmp_path)
    told = []
    job = steps.MainJob(
        {"axes": steps.Layer(axes, "axes"), "bank_tops": steps.Layer(axes, "bank_tops")}, "national", tmp_path / "out"
    )
    steps.carry_out(job, told.append)
    assert [step.number for step in told] == list(range(1, 7))
    assert {step.total for step in told} == {6}
    assert [step.zh for step in told] == [
        "读取河道中心线", "读取岸顶线", "检查图层", "划定管理范围", "输出离线地图", "输出成果图层",
    ]  # fmt: skip
    assert all(step.en.isascii() for step in told)


# Titles


def title_files(folder: Path) -> list[object]:
    """Extents, parcels, a survey, counties and an axis as files of an office."""
    path = folder / "权属.gpkg"
    cadastre.extents(cadastre.EXTENT).to_file(path, layer="extents")
    renamed = {"parcel_id": "ZDDM", "owner": "QLR"}
    areas = [cadastre.area(shape) for _, _, shape in cadastre.DEFECTS.values()]
    cadastre.defects(ZDMJ=[areas[0] + 900.0, *areas[1:]]).rename(columns=renamed).to_file(path, layer="parcels")
    cadastre.patches({"T1": ("111", cadastre.EXTENT)}).to_file(path, layer="survey")
    counties = gpd.GeoDataFrame(
        {"admin_id": ["清水县"], "name": ["清水县"]}, geometry=[cadastre.box(-9, -200, 1009, 200)], crs=cadastre.CRS
    )
    counties.to_file(path, layer="counties")
    cadastre.axes([(0, 0), (1000, 0)]).to_file(path, layer="axes")
    named = {"--land-classes": "survey", "--axes": "axes", "--admin": "counties"}
    options = [each for option, layer in named.items() for each in (option, f"{path}::{layer}")]
    columns = [each for pair in ("ZDDM=parcel_id", "parcels::QLR=owner", "ZDMJ=registered_area_m2")
               for each in ("--column", pair)]  # fmt: skip
    return [f"{path}::extents", f"{path}::parcels", *options, *columns]


def test_confirm_writes_a_map_and_layers_and_prints_the_register(tmp_path):
    given = title_files(tmp_path)
    shown = run("confirm", *given, "--out", tmp_path / "成果").output
    for text in ("权属面积汇总表", "清水河 R1", "清水县", "集体", "1101", "河流水面", "合计", "宗地 P01", "登记面积"):
        assert text in shown
    assert max(cell_len(line) for line in shown.splitlines() if "→" not in line) <= WIDTH
    assert sorted(path.name for path in (tmp_path / "成果").iterdir()) == [
        "权属图.html",
        "权属成果.gpkg",
        "权属成果表.xlsx",
    ]
    assert loads_nothing((tmp_path / "成果" / "权属图.html").read_text(encoding="utf-8"))
    names = {str(name) for name, _ in pyogrio.list_layers(tmp_path / "成果" / "权属成果.gpkg")}
    assert {"权属分块", "权属面积汇总表", "权属整理记录", "质检问题_面"} <= names
    holdings = gpd.read_file(tmp_path / "成果" / "权属成果.gpkg", layer="权属分块")
    assert round(holdings["adjusted_area_m2"].sum(), 2) == cadastre.area(cadastre.EXTENT)
    register = pyogrio.read_dataframe(tmp_path / "成果" / "权属成果.gpkg", layer="权属面积汇总表")
    assert round(register["adjusted_area_m2"].sum(), 2) == cadastre.area(cadastre.EXTENT)


def test_confirm_tidies_on_request_speaks_english_and_refuses_in_one_sentence(tmp_path):
    given = title_files(tmp_path)
    shown = run("confirm", *given, "--clean", "--language", "en", "--out", tmp_path / "out").output
    assert "Register of areas" in shown
    assert not re.search(
        "[\u4e00-\u9fff]", shown.split("→")[0].replace("清水河", "").replace("清水县", "").replace("权属", "")
    )
    changes = gpd.read_file(tmp_path / "out" / "权属成果.gpkg", layer="changes")
    assert sorted(changes["kind"]) == ["duplicate_merged", "gap_filled", "overlap_assigned"]
    refused = run("confirm", *given, "--tolerance", "-1", "--out", tmp_path / "none", status=1)
    assert "tolerance_m" in refused.output
    assert not (tmp_path / "none").exists()


# Other ways to give the layers


def bank_county(folder: Path, *, crs: str = county.CRS, name: str = "清水河") -> Path:
    """One straight river with bank tops 40 m either side, as layers of one file."""
    axes = county.axes([(0, 0), (2000, 0)]).assign(name=name)
    banks = county.bank_tops([(0, 40), (2000, 40)], [(0, -40), (2000, -40)])
    path = folder / "县.gpkg"
    axes.to_crs(crs).to_file(path, layer="axes")
    banks.to_crs(crs).to_file(path, layer="bank_tops")
    return path


def bank_area(folder: Path) -> float:
    return float(layers_of(folder / "成果.gpkg")["管理与保护范围"]["area_m2"].iloc[0])


def test_layers_in_degrees_come_out_in_metres(tmp_path):
    plane = bank_county(tmp_path)
    (tmp_path / "degrees").mkdir()
    degrees = bank_county(tmp_path / "degrees", crs="EPSG:4490")
    for file, out in ((plane, "a"), (degrees, "b")):
        run(
            "demarcate",
            f"{file}::axes",
            "--rules",
            "national",
            "--bank-tops",
            f"{file}::bank_tops",
            "--out",
            tmp_path / out,
        )
    assert bank_area(tmp_path / "b") == pytest.approx(bank_area(tmp_path / "a"), rel=1e-6)
    assert layers_of(tmp_path / "b" / "成果.gpkg")["管理范围线"].crs == "EPSG:4548"


def test_flood_levels_may_be_a_table(tmp_path):
    rows = "水位编码,河流编码,水位类型,洪水位,桩号\n" + "".join(
        f"S{n},R1,设计洪水位,{35 - n},K{n}+000\n" for n in range(3)
    )
    (tmp_path / "洪水位.csv").write_text(rows, encoding="gbk")
    file = bank_county(tmp_path)
    ran = run(
        "demarcate", f"{file}::axes", "--rules", "national", "--bank-tops", f"{file}::bank_tops",
        "--flood-levels", tmp_path / "洪水位.csv", "--out", tmp_path / "out",
    )  # fmt: skip
    assert "洪水位.csv" in ran.output
    assert (tmp_path / "out" / "成果.gpkg").is_file()


def test_sections_come_as_lines_and_points_in_their_unit(tmp_path):
    """A V valley of slope 1:10 with the flood 4 m above its bottom: the line lies 40 m either side."""
    foot = 0.3048
    stations = pd.DataFrame(
        {"断面编码": ["X"] * 3, "起点距": [0, 100 / foot, 200 / foot], "高程": [30 / foot, 20 / foot, 30 / foot]}
    )
    points, lines = [], []
    for number, x in enumerate((0, 1000, 2000)):
        points.append(stations.assign(断面编码=f"X{number}"))
        lines.append(county.line([(x, 100), (x, -100)]))
    pd.concat(points).to_csv(tmp_path / "点.csv", index=False)
    given = {"section_id": ["X0", "X1", "X2"], "river_id": "R1", "level_m": 24 / foot, "basis": "design"}
    gpd.GeoDataFrame(given, geometry=lines, crs=county.CRS).to_file(tmp_path / "断面.gpkg")
    county.axes([(0, 0), (2000, 0)]).to_file(tmp_path / "axes.gpkg")
    arguments = (
        "demarcate", tmp_path / "axes.gpkg", "--rules", "national", "--sections", tmp_path / "断面.gpkg",
        "--profiles", tmp_path / "点.csv", "--unit", "ft", "--out", tmp_path / "out",
    )  # fmt: skip
    run(*arguments)
    lines = layers_of(tmp_path / "out" / "成果.gpkg")["管理范围线"]
    middle = shapely.LineString([(county.ORIGIN[0] + 1500, county.ORIGIN[1] + y) for y in (-90, 90)])
    crossed = shapely.get_coordinates(lines.geometry.union_all().intersection(middle))[:, 1] - county.ORIGIN[1]
    assert sorted(crossed) == pytest.approx([-40, 40], abs=0.01)


def test_a_mapping_holds_for_the_layer_that_it_names(tmp_path):
    file = tmp_path / "县.gpkg"
    county.axes([(0, 0), (2000, 0)]).rename(columns={"name": "HDMC"}).to_file(file, layer="axes")
    banks = county.bank_tops([(0, 40), (2000, 40)], [(0, -40), (2000, -40)])
    banks.rename(columns={"bank_id": "编号=甲"}).to_file(file, layer="tops")
    run(
        "demarcate", f"{file}::axes", "--rules", "national", "--bank-tops", f"{file}::tops",
        "--column", "HDMC=name", "--column", "bank_tops::编号=甲=bank_id", "--out", tmp_path / "out",
    )  # fmt: skip
    assert layers_of(tmp_path / "out" / "成果.gpkg")["管理与保护范围"]["name"][0] == "清水河"


def gbk_shapefile(folder: Path, *, name: str = "清水河") -> Path:
    path = folder / "中心线.shp"
    county.axes([(0, 0), (2000, 0)]).assign(name=name).to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    return path


def test_one_value_for_a_layer_and_one_field_for_two_columns(tmp_path):
    axes, levees = tmp_path / "中心线.gpkg", tmp_path / "堤防.gpkg"
    gpd.read_file(COUNTY, layer="axes")[["river_id", "geometry"]].rename(columns={"river_id": "id"}).to_file(axes)
    gpd.read_file(samples.path("堤防.shp"))[["geometry"]].to_file(levees)
    out = tmp_path / "成果"
    run("demarcate", axes, "--rules", "anhui", "--levees", levees, "--bank-tops", f"{COUNTY}::bank_tops",
        "--column", "id=river_id", "--column", "id=name", "--set", "levees::feature=landside_toe",
        "--set", "levees::levee_id=L{row}", "--out", out)  # fmt: skip
    extents = layers_of(out / "成果.gpkg")["管理与保护范围"]
    assert len(extents) > 0
    assert extents["name"].tolist() == extents["river_id"].tolist()


def test_a_gbk_shapefile_without_cpg_is_read_and_said_so(tmp_path):
    told = run("check", gbk_shapefile(tmp_path), "axes").output
    assert "GBK" in told
    assert "文本编码判定为 GBK" in told
    given = run("check", gbk_shapefile(tmp_path), "axes", "--encoding", "GB18030").output
    assert "GB18030" in given


# What is refused: status, one message, nothing written


def refusals(folder: Path) -> dict[str, tuple[list[object], str, str]]:
    """Calls that cannot be carried out, and what their message names in both languages."""
    good = bank_county(folder)
    axes = f"{good}::axes"
    page = folder / "下载.shp"
    page.write_text("<html><body>404</body></html>", encoding="utf-8")
    empty = folder / "空.gpkg"
    empty.write_bytes(b"")
    drawing = folder / "图.dwg"
    drawing.write_bytes(b"AC1032" + bytes(200))
    database = folder / "库.mdb"
    database.write_bytes(b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(4096))
    loose = folder / "无坐标系.gpkg"
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        county.axes([(0, 0), (2000, 0)]).set_crs(None, allow_override=True).to_file(loose)
    unkeyed = folder / "堤防.gpkg"
    county.levees([(0, 40), (2000, 40)]).drop(columns="feature").to_file(unkeyed)
    beijing = folder / "北京54.gpkg"
    county.axes([(0, 0), (2000, 0)]).set_crs("EPSG:2436", allow_override=True).to_file(beijing)
    law = folder / "规则.toml"
    law.write_text("name = [", encoding="utf-8")
    return {
        "missing": ([folder / "没有.shp", "--rules", "anhui"], "找不到文件 没有.shp", "no such file: 没有.shp"),
        "html": ([page, "--rules", "anhui"], "下载.shp", "HTML"),
        "empty": ([empty, "--rules", "anhui"], "空文件", "empty"),
        "dwg": ([drawing, "--rules", "anhui"], "图.dwg", "DXF"),
        "mdb": ([database, "--rules", "anhui"], "库.mdb", "库.mdb"),
        "no-crs": ([loose, "--rules", "anhui"], "坐标系", "CRS"),
        "old-datum": ([beijing, "--rules", "anhui"], "北京", "Beijing"),
        "layer": ([f"{good}::nowhere", "--rules", "anhui"], "nowhere", "nowhere"),
        "which-layer": ([f"{good}", "--levees", good, "--rules", "anhui"], "bank_tops", "bank_tops"),
        "no-feature": ([axes, "--levees", unkeyed, "--rules", "anhui"], "feature", "feature"),
        "rules": ([axes, "--rules", "atlantis"], "anhui", "anhui"),
        "rules-file": ([axes, "--rules", law], "规则.toml", "规则.toml"),
        "day": ([axes, "--rules", "anhui", "--on", "06/07/2025"], "06/07/2025", "06/07/2025"),
        "encoding": ([axes, "--rules", "anhui", "--encoding", "klingon"], "klingon", "klingon"),
        "crs": ([axes, "--rules", "anhui", "--crs", "EPSG:4490"], "EPSG:4548", "EPSG:4548"),
        "column": ([axes, "--rules", "anhui", "--column", "HDMC=name"], "HDMC", "HDMC"),
        "terrain": ([axes, "--rules", "anhui", "--terrain", folder / "没有.tif"], "找不到地形文件", "no terrain file"),
    }


KINDS = (
    "missing", "html", "empty", "dwg", "mdb", "no-crs", "old-datum", "layer", "which-layer", "no-feature", "rules",
    "rules-file", "day", "encoding", "crs", "column", "terrain",
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_call_that_cannot_be_done_says_why_once_and_writes_nothing(tmp_path, kind, language):
    arguments, zh, en = refusals(tmp_path)[kind]
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "成果" / "2025"
    ran = run("demarcate", *arguments, "--out", out, "--language", language, status=1)
    message = ran.stderr
    assert (zh if language == "zh" else en).lower() in message.replace("\n", "").lower()
    assert "Traceback" not in ran.output
    without_names = message
    for path in sorted(before, key=lambda each: -len(each.name)):
        without_names = without_names.replace(path.name, "").replace(path.stem, "")
    assert bool(re.search("[\u4e00-\u9fff]", without_names.replace("没有", ""))) == (language == "zh")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["demarcate"],
        ["demarcate", "a.shp"],
        ["demarcate", "a.shp", "--rules", "anhui", "--language", "fr"],
        ["demarcate", "a.shp", "--rules", "anhui", "--column", "HDMC"],
        ["demarcate", "a.shp", "--rules", "anhui", "--column", "levees::HDMC=name"],
        ["demarcate", "a.shp", "--rules", "anhui", "--sections", "b.shp"],
        ["demarcate", "a.shp", "--rules", "anhui", "--profiles", "b.csv"],
        ["demarcate", "a.shp", "--rules", "anhui", "--sections", "b.shp", "--profiles", "c.csv", "--unit", "li"],
        ["check", "a.shp"],
        ["check", "a.shp", "axes", "--column", "=name"],
        ["demarcate", "a.shp", "--rules", "anhui", "--set", "name"],
        ["demarcate", "a.shp", "--rules", "anhui", "--set", "levees::feature=crest"],
        ["rules", "shout"],
        ["destroy"],
        ["demo", "--where", "here"],
    ],
    ids=" ".join,
)
def test_a_call_written_wrongly_ends_with_status_2(arguments):
    ran = run(*arguments, status=2)
    assert "Usage:" in ran.output


@pytest.mark.parametrize("arguments", [[], ["rules"]], ids=["riverline", "rules"])
def test_without_a_command_the_help_is_shown(arguments):
    assert "Commands" in run(*arguments, status=None).output


def test_a_wrong_call_as_a_process_has_one_message_and_no_traceback(tmp_path):
    ran = process("check", tmp_path / "没有.shp", "axes", "--language", "en", encoding="ascii")
    assert ran.returncode == 1
    assert ran.stdout == b""
    assert ran.stderr.decode("ascii").splitlines() == ["no such file: ??.shp"]


def test_advice_names_options_of_the_command_in_one_unbroken_line(tmp_path):
    loose = tmp_path / "无坐标系.gpkg"
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        county.axes([(0, 0), (2000, 0)]).set_crs(None, allow_override=True).to_file(loose)
    told = run("demarcate", loose, "--rules", "anhui", "--out", tmp_path / "成果", status=1).stderr
    assert "--crs EPSG:" in told
    assert "crs=" not in told
    assert len(told.splitlines()) == 1


def test_advice_for_missing_columns_names_the_layer_and_can_be_pasted(tmp_path):
    axes, levees = tmp_path / "a.gpkg", tmp_path / "堤 防.gpkg"
    county.axes([(0, 0), (2000, 0)]).to_file(axes)
    county.levees([(0, 40), (2000, 40)])[["geometry"]].assign(**{"my id": "D1"}).to_file(levees)
    told = run("demarcate", axes, "--rules", "anhui", "--levees", levees, "--out", tmp_path / "o", status=1).stderr
    assert "--column 'levees::my id=levee_id'" in told
    assert "--set 'levees::feature=…'" in told


def test_a_country_is_done_zone_by_zone_or_in_a_plane_of_ones_own(tmp_path):
    wide = gpd.GeoSeries.from_wkt(["LINESTRING (105 30, 105 30.01)", "LINESTRING (117 30, 117 30.01)"], crs=4490)
    axes = tmp_path / "全国.gpkg"
    gpd.GeoDataFrame({"river_id": ["W", "E"]}, geometry=wide).to_file(axes)
    told = run("demarcate", axes, "--rules", "anhui", "--out", tmp_path / "o", status=1).stderr
    assert "for z in $(seq 35 39); do riverline demarcate" in told
    plane = re.search(r"--plane '([^']*)'", told).group(1)
    frame = rl.read_layer(axes, rl.schema.AXES)
    assert steps.in_plane(frame, plane=plane, zone=None).crs.is_projected
    east = steps.in_plane(frame, plane=None, zone=39)
    assert (east["river_id"].tolist(), east.crs.to_epsg()) == (["E"], 4548)
    with pytest.raises(rl.JobError, match="no river is in the zone of EPSG:4546"):
        steps.in_plane(frame, plane=None, zone=37)


def test_only_rows_of_a_value_are_used(tmp_path):
    axes = tmp_path / "ways.gpkg"
    rows = county.axes([(0, 0), (2000, 0)])
    pd.concat([rows.assign(waterway=kind, river_id=kind) for kind in ("river", "drain", "canal")]).to_file(axes)
    layer = steps.Layer(axes, only={"waterway": "river,canal"})
    frame = layer.read(rl.schema.AXES)
    assert frame["river_id"].tolist() == ["river", "canal"]
    assert frame.attrs["source"]["notes"][-1]["zh"] == "只用 waterway=river,canal 的 2 个要素，共 3 个"
    with pytest.raises(rl.SchemaError, match="no field nothing"):
        steps.Layer(axes, only={"nothing": "x"}).read(rl.schema.AXES)


def test_unknown_schema_lists_what_there_is():
    for arguments in (["check", "a.shp", "rivers"], ["schema", "rivers"]):
        told = run(*arguments, status=1).stderr.replace("\n", "")
        assert "没有名为 rivers 的数据字典" in told
        assert "flood_levels" in told


# Where the results go


def own(file: Path, out: Path, **more):
    return run(
        "demarcate", f"{file}::axes", "--rules", "national", "--bank-tops", f"{file}::bank_tops", "--out", out, **more
    )


def test_the_output_folder_is_made_with_those_above_it_and_other_files_stay(tmp_path):
    file, out = bank_county(tmp_path), tmp_path / "甲" / "乙" / "丙"
    own(file, out)
    (out / "笔记.txt").write_text("留着", encoding="utf-8")
    before = (out / "成果.gpkg").read_bytes()
    own(file, out)
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "成果.gpkg", "成果表.xlsx", "笔记.txt"]
    assert (out / "成果.gpkg").read_bytes() == before


def test_an_output_folder_that_is_a_file_is_refused_before_anything_is_read(tmp_path):
    taken = tmp_path / "成果"
    taken.write_text("x", encoding="utf-8")
    for out in (taken, taken / "below"):
        told = run("demarcate", tmp_path / "没有.shp", "--rules", "anhui", "--out", out, status=1).stderr
        assert told.strip() == "成果 是文件，不能作输出文件夹"
    assert taken.read_text(encoding="utf-8") == "x"


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write anywhere")
def test_an_output_folder_without_permission_is_refused(tmp_path):
    locked = tmp_path / "锁"
    locked.mkdir(mode=0o500)
    assert "权限" in own(bank_county(tmp_path), locked / "成果", status=1).stderr


def test_a_result_that_cannot_be_replaced_is_said(tmp_path):
    out = tmp_path / "成果"
    (out / "成果.gpkg" / "x").mkdir(parents=True)
    told = own(bank_county(tmp_path), out, status=1).stderr
    assert "不能写入 成果.gpkg" in told
    assert [path.name for path in out.iterdir()] == ["成果.gpkg"]


@pytest.mark.parametrize("there", [False, True], ids=["new", "again"])
def test_a_failure_while_writing_leaves_what_was_there(tmp_path, monkeypatch, there):
    file, out = bank_county(tmp_path), tmp_path / "新" / "成果"
    if there:
        own(file, out)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(*_arguments, **_options):
        raise rl.JobError("磁盘已满", "the disk is full")

    monkeypatch.setattr("riverline.export.to_geopackage", full)
    assert "磁盘已满" in own(file, out, status=1).stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert out.exists() == there
    assert not list(tmp_path.rglob(".riverline*"))


# Data that are wrong, names that are hostile


def test_strict_ends_with_status_3_and_the_results_are_there(tmp_path):
    file = tmp_path / "县.gpkg"
    county.axes([(0, 0), (2000, 0)], [(0, 5000), (2000, 5000)]).to_file(file, layer="axes")
    county.bank_tops([(0, 40), (2000, 40)], [(0, -40), (2000, -40)]).to_file(file, layer="bank_tops")
    arguments = ("demarcate", f"{file}::axes", "--rules", "national", "--bank-tops", f"{file}::bank_tops")
    loose = run(*arguments, "--out", tmp_path / "a")
    strict = run(*arguments, "--out", tmp_path / "b", "--strict", status=3)
    assert "R2" in loose.output
    assert strict.output.replace("/b/", "/a/") == loose.output or "R2" in strict.output
    assert (tmp_path / "a" / "成果.gpkg").read_bytes() == (tmp_path / "b" / "成果.gpkg").read_bytes()


def test_check_lists_faults_and_writes_them_as_a_layer(tmp_path):
    file = tmp_path / "轴.gpkg"
    county.axes([(0, 0), (2000, 0)], [(0, 500), (900, -500), (900, 500), (0, -500)]).assign(
        river_id=["R1", "R1"]
    ).to_file(file)
    out = tmp_path / "质检.gpkg"
    told = run("check", file, "axes", "--out", out).output
    assert "key-duplicated" in told
    assert "self-crossing" in told
    assert "key-duplicated" in set(pd.concat(layers_of(out).values())["code"])
    run("check", file, "axes", "--strict", status=3)
    ran = process("check", file, "axes", "--strict", "--language", "en")
    assert ran.returncode == 3
    assert "features share this key" in " ".join(ran.stdout.decode().split())


def test_many_faults_and_many_rivers_are_cut_short_and_counted(tmp_path):
    file = tmp_path / "省.gpkg"
    county.axes(*([(0, 1000 * n), (500, 1000 * n)] for n in range(25))).to_file(file, layer="axes")
    tops = [[(0, 1000 * n + side), (500, 1000 * n + side)] for n in range(25) for side in (20, -20)]
    banks = county.bank_tops(*tops).assign(river_id=[f"R{n + 1}" for n in range(25) for _ in range(2)])
    banks.to_file(file, layer="bank_tops")
    told = own(file, tmp_path / "out").output
    assert "… 另有 5 条" in told
    assert "合计 25 条" in told
    county.axes(*([(0, 9 * n), (0, 9 * n)] for n in range(25))).to_file(tmp_path / "零.gpkg")
    told = run("check", tmp_path / "零.gpkg", "axes").output
    assert "zero-length" in told
    assert re.search(r"另有 \d+ 条", told)


def test_names_in_data_cannot_speak_to_the_terminal_or_the_page(tmp_path):
    hostile = "[bold red]河[/] [/x] \x1b[31m\x07 <script>alert(1)</script> =1+1"
    file = bank_county(tmp_path, name=hostile)
    ran = own(file, tmp_path / "out")
    assert "\x1b" not in ran.output
    assert "\x07" not in ran.output
    assert "[bold red]河[/] [/x]" in ran.output.replace("│", "").replace("\n", " ") or "[bold red]" in ran.output
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert layers_of(tmp_path / "out" / "成果.gpkg")["管理与保护范围"]["name"][0] == hostile


def test_an_empty_layer_gives_empty_layers(tmp_path):
    file = tmp_path / "空.gpkg"
    rl.schema.AXES.empty(county.CRS).to_file(file)
    ran = run("demarcate", file, "--rules", "anhui", "--out", tmp_path / "out")
    assert "合计 0 条" in ran.output
    assert len(layers_of(tmp_path / "out" / "成果.gpkg")["管理范围线"]) == 0


# Rules, dictionary, version


def test_every_shipped_rule_set_is_listed_and_can_be_shown():
    for language in ("zh", "en"):
        listed = run("rules", "list", "--language", language).output
        assert max(map(cell_len, listed.splitlines())) <= WIDTH
        for name in rl.list_rules()["name"]:
            assert name in listed
    shown = run("rules", "show", "tianjin", "--on", "2025-06-01").output
    assert max(map(cell_len, shown.splitlines())) <= WIDTH
    for text in ("天津市", "背水侧", "30 m", "《天津市河道管理条例》第15条(1)", "gap_max_m"):
        assert text in shown
    assert "Landside" in run("rules", "show", "tianjin", "--language", "en").output
    assert "没有" in run("rules", "show", "atlantis", status=1).stderr


def test_a_rule_set_is_a_table_where_it_fits_and_blocks_where_it_does_not():
    rules = rl.load_rules("tianjin")
    table = rl.rules.describe_rules(rules)
    assert rl.rules.describe_rules(rules, width=400) == table
    blocks = rl.rules.describe_rules(rules, width=60).splitlines()
    indented = [line for line in blocks if line.startswith("  ") and " = " not in line]
    assert len(indented) > len(rules.rules) * 4
    assert max(map(cell_len, indented)) <= 60
    for rule in rules.rules:
        assert rule.id in blocks


@pytest.mark.parametrize("name", sorted(rl.schema.FRAMES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_schema_can_be_shown(name, language):
    shown = run("schema", name, "--language", language).output
    assert max(map(cell_len, shown.splitlines())) <= WIDTH
    for column in rl.schema.FRAMES[name]:
        assert column.name in shown
    assert name in run("schema", "--language", language).output


@pytest.mark.parametrize(
    "arguments", [["rules", "list"], ["rules", "show", "anhui"], ["schema"], ["schema", "axes"]], ids=" ".join
)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_is_printed_fits_any_terminal(arguments, encoding):
    ran = process(*arguments, encoding=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.decode(encoding).strip()


def test_version_is_the_package_version():
    assert run("--version").output.strip() == f"riverline {rl.__version__}"


def test_help_answers_without_loading_geopandas():
    code = (
        "import sys\nfrom riverline.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'geopandas', 'pandas', 'numpy', 'shapely', 'folium', 'rasterio'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    for arguments in (["--help"], ["demarcate", "--help"], ["--version"], ["rules", "--help"]):
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


def test_without_the_extra_the_command_says_how_to_get_it():
    code = "import sys; sys.modules['typer'] = None; from riverline.cli import main; main()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.count("pip install 'riverline[cli]'") == 2
    assert "Traceback" not in ran.stderr


# Lakes, reservoirs and works


def saved(frame, path):
    frame.to_file(path, layer="layer", driver="GPKG")
    return f"{path}::layer"


def test_waters_draws_the_lake_of_the_samples_and_shows_only_it(tmp_path):
    water = rl.read_layer(COUNTY, rl.schema.WATER, layer="water")
    lake = water.set_index("water_id").geometry["JH01-W"]
    toe = shapely.LineString(shapely.get_coordinates(lake.buffer(40.0).exterior))
    levees = gpd.GeoDataFrame(
        {"DFBM": ["D1"], "river_id": ["JH01"], "feature": ["landside_toe"], "grade": [4]}, geometry=[toe], crs=water.crs
    )
    done = run("waters", f"{COUNTY}::water", "--rules", "anhui", "--levees", saved(levees, tmp_path / "levees.gpkg"),
               "--column", "levees::DFBM=levee_id", "--out", tmp_path / "out")  # fmt: skip
    assert "JH01" in done.output
    layers = layers_of(tmp_path / "out" / "成果.gpkg")
    lines = layers["管理范围线"]
    assert lines["basis"].tolist() == ["levee"]
    assert lines["bank"].isna().all()
    assert lines["offset_m"].tolist() == [10.0]
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    assert "湖泊、水库管理范围" in page
    assert "水域：湖泊" in page
    assert "水域：河流" not in page


def test_works_draws_a_sluice_in_english(tmp_path):
    axes = rl.read_layer(COUNTY, rl.schema.AXES, layer="axes")
    spot = axes.set_index("river_id").geometry["QS01"].interpolate(7000.0)
    works = gpd.GeoDataFrame(
        {"work_id": ["G1"], "river_id": ["QS01"], "kind": ["sluice"]}, geometry=[spot], crs=axes.crs
    )
    done = run("works", saved(works, tmp_path / "works.gpkg"), "--rules", "jiangxi_luxi", "--axes", f"{COUNTY}::axes",
               "--out", tmp_path / "out", "--language", "en")  # fmt: skip
    assert "Works 100%" in done.output
    layers = layers_of(tmp_path / "out" / "成果.gpkg")
    assert layers["management_lines"]["offset_m"].tolist().count(100.0) == 2
    assert sorted(layers["extents"]["kind"]) == ["management", "protection"]


@pytest.mark.parametrize("out", ["/proc/x", "长" * 200], ids=["nowhere", "too-long"])
def test_an_output_folder_that_cannot_be_made_is_refused_before_the_work(tmp_path, out):
    told = run("demarcate", tmp_path / "没有.shp", "--rules", "anhui", "--out", tmp_path / out, status=1).stderr
    assert told.startswith("不能建立或写入输出文件夹")
    assert "没有.shp" not in told
    assert list(tmp_path.iterdir()) == []


def test_when_no_river_is_drawn_the_status_is_1_and_one_sentence_says_so(tmp_path):
    axes = tmp_path / "a.gpkg"
    county.axes([(0, 0), (2000, 0)]).to_file(axes)
    ran = run("demarcate", axes, "--rules", "anhui", "--out", tmp_path / "o", status=1)
    assert ran.stderr.startswith("没有一条河划成")
    assert (tmp_path / "o" / "map.html").exists()


def test_a_template_of_a_rule_set_is_a_rule_set(tmp_path):
    file = tmp_path / "anhui.toml"
    file.write_text(run("rules", "template", "anhui").stdout, encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# riverline 规则集")
    assert len(rl.load_rules(file).rules) == len(rl.load_rules("anhui").rules)
    assert "anhui" in run("rules", "template", "atlantis", status=1).stderr


def test_every_code_of_a_fault_is_listed():
    told = run("faults", "--language", "en").output
    assert all(code[:12] in told for code in rl.faults.CATALOGUE)
