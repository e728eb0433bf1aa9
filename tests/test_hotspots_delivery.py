"""Hotspots handed over: on the map, in a styled GeoPackage, and by the command."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

import riverline as rl
from riverline.cli.commands import app

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_400_000.0


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "110", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spots")
    random = np.random.default_rng(1)
    along = np.concatenate([random.uniform(0, 30_000, 60), random.uniform(10_000, 11_500, 20)])
    places = [shapely.Point(X + each, Y + 30) for each in along]
    columns = {"BH": [f"P{i}" for i in range(80)], "found_on": "2025-05-05", "kind": "dumping", "note": "<b>x</b>"}
    gpd.GeoDataFrame(columns, geometry=places, crs=CRS).to_file(folder / "problems.gpkg")
    axis = shapely.LineString([(X, Y), (X + 30_000, Y)])
    columns = {"river_id": ["R1"], "name": ["清水河"], "chief": ["张三"]}
    gpd.GeoDataFrame(columns, geometry=[axis], crs=CRS).to_file(folder / "axes.gpkg")
    walked = {"river_id": ["R1", "R1"], "start_chainage_m": [0, 0], "end_chainage_m": [20_000, 20_000]}
    pd.DataFrame(walked).to_csv(folder / "walked.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def spots(files):
    return rl.find_hotspots(gpd.read_file(files / "problems.gpkg"), gpd.read_file(files / "axes.gpkg"))


def test_the_map_draws_verdicts_reaches_and_densities(spots):
    page = rl.maps.show(hotspots=spots)
    names = [child.layer_name for child in page._children.values() if hasattr(child, "layer_name")]
    for name in ("四乱热点河段：热点", "热点河道：热点", "沿河密度"):
        assert name in names
    html = page.get_root().render()
    assert spots.clusters["reason"].iloc[0] in html


def test_layers_are_written_with_chinese_names_and_styles(spots, tmp_path):
    path = rl.export.to_geopackage(tmp_path / "热点.gpkg", spots, rl.hotspots.rank_reaches(spots))
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert {"四乱热点河段", "热点河道", "沿河密度", "质检问题", "河段排名表"} <= layers
    assert len(gpd.read_file(path, layer="四乱热点河段")) == len(spots.segments)


def test_the_command_tells_reaches_and_ranks_and_writes_both_files(files, tmp_path):
    out = tmp_path / "out"
    told = run("hotspots", files / "problems.gpkg", "--axes", files / "axes.gpkg", "--column", "BH=problem_id",
               "--on", "2025-12-31", "--days", 365, "--by", "chief", "--null", "permutation", "--neighbours",
               "connected", "--adjustment", "by", "--out", out)  # fmt: skip
    assert "R1/H01" in told
    assert "张三" in told
    assert sorted(path.name for path in out.iterdir()) == ["热点图.html", "热点成果.gpkg"]
    reason = gpd.read_file(out / "热点成果.gpkg", layer="热点河道")["reason"].iloc[0]
    for part in ("2025-01-01 至 2025-12-31", "精确置换检验", "水流相通", "BY"):
        assert part in reason


def test_the_command_keeps_the_codes_of_problems(files, tmp_path):
    frame = gpd.read_file(files / "problems.gpkg").rename(columns={"BH": "问题编号"})
    frame.loc[0, "问题编号"] = frame.loc[1, "问题编号"]
    frame.to_file(tmp_path / "coded.gpkg")
    run("hotspots", tmp_path / "coded.gpkg", "--axes", files / "axes.gpkg", "--out", tmp_path / "out")
    faults = gpd.read_file(tmp_path / "out" / "热点成果.gpkg", layer="质检问题_点")
    assert faults.loc[faults["code"] == "key-duplicated", "feature_id"].tolist() == ["P1"]


def test_the_command_takes_patrols_and_speaks_english(files, tmp_path):
    out = tmp_path / "out"
    told = run("hotspots", files / "problems.gpkg", "--axes", files / "axes.gpkg", "--effort", files / "walked.csv",
               "--whole", "--language", "en", "--out", out)  # fmt: skip
    assert "patrol passes" in " ".join(told.split())
    assert "fewer than" in " ".join(told.split())
    assert "--effort" in run("hotspots", files / "problems.gpkg", "--axes", files / "axes.gpkg", "--effort",
                             files / "nowhere.csv", "--out", tmp_path / "no", status=1)  # fmt: skip
    assert not (tmp_path / "no").exists()
