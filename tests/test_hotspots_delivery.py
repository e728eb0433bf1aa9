"""Hotspots handed over: on the map, in a styled GeoPackage, and by the command."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from typer.testing import CliRunner

import riverline as rl
from riverline.cli.app import app

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
    days = (pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(80) * 61 % 360, unit="D")).strftime("%Y-%m-%d")
    columns = {"BH": [f"P{i}" for i in range(80)], "found_on": days, "note": "<b>x</b>"}
    columns |= {"kind": ["occupation", "extraction", "dumping", "construction"] * 20}
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
    for name in ("四乱热点河段：热点", "热点河道：热点河道", "沿河密度"):
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
               "connected", "--adjustment", "by", "--surface", 800, "--out", out)  # fmt: skip
    assert "R1/H01" in told
    assert "张三" in told
    assert sorted(path.name for path in out.iterdir()) == ["热点图.html", "热点密度.tif", "热点成果.gpkg"]
    # The problems lie under what was made of them.
    assert "P79" in (out / "热点图.html").read_text("utf-8")
    with rasterio.open(out / "热点密度.tif") as source:
        assert source.read(1).sum() * source.res[0] ** 2 / 1e6 == pytest.approx(80, rel=1e-5)
    reason = gpd.read_file(out / "热点成果.gpkg", layer="热点河道")["reason"].iloc[0]
    for part in ("2025-01-01 至 2025-12-31", "精确置换检验", "水流相通", "BY"):
        assert part in reason


def test_the_command_ranks_by_chiefs_lists_what_to_walk_and_spreads_by_another_kernel(files, tmp_path):
    chiefs = {"chief_id": ["A", "B", "C"], "river_id": "R1", "level": ["村级", "村级", "县级"],
              "name": ["张村", "李村", "王县"], "start_chainage_m": [0.0, 15_000.0, 0.0],
              "end_chainage_m": [15_000.0, 30_000.0, 30_000.0], "bank": "两岸"}  # fmt: skip
    shape = gpd.read_file(files / "axes.gpkg").geometry.iloc[0]
    gpd.GeoDataFrame(chiefs, geometry=[shape] * 3, crs=CRS).to_file(tmp_path / "chiefs.gpkg")
    out = tmp_path / "out"
    asked = ("hotspots", files / "problems.gpkg", "--axes", files / "axes.gpkg", "--chiefs", tmp_path / "chiefs.gpkg",
             "--column", "BH=problem_id", "--out", out)  # fmt: skip
    told = run(*asked, "--walk", 2, "--kernel", "downstream", "--bandwidth", 400)
    assert "张村" in told
    assert "李村" in told
    assert "王县" not in told
    assert "优先巡查河段" in told
    problems, axes = gpd.read_file(files / "problems.gpkg"), gpd.read_file(files / "axes.gpkg")
    listed = pd.read_csv(out / "优先巡查.csv")
    first = rl.hotspots.first_to_walk(rl.find_hotspots(problems, axes), kilometres=2)
    assert listed["河段编码"].tolist() == first["segment_id"].tolist()
    assert listed["长度（m）"].sum() >= 2_000
    density = gpd.read_file(out / "热点成果.gpkg", layer="沿河密度")
    wanted = rl.hotspots.measure_density(
        problems, axes, kernel="downstream", settings=rl.HotspotSettings(bandwidth_m=400)
    )  # fmt: skip
    assert density["density"].to_numpy() == pytest.approx(wanted["density"].to_numpy())
    assert "王县" in run(*asked, "--by", "chief_county")


def test_the_density_of_a_window_holds_what_was_found_in_it(files):
    problems, axes = gpd.read_file(files / "problems.gpkg"), gpd.read_file(files / "axes.gpkg")
    settings = rl.HotspotSettings(window_days=90)
    found = rl.hotspots.measure_density(problems, axes, kernel="equal_split", on="2025-06-30", settings=settings)
    inside = pd.to_datetime(problems["found_on"]).between("2025-04-02", "2025-06-30").sum()
    assert (found["density"] * found["length_m"] / 1000).sum() == pytest.approx(inside, rel=1e-6)


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


@pytest.fixture(scope="module")
def year(tmp_path_factory, files):
    """A year of problems anywhere, and an outbreak in its last weeks; one of them far from every river."""
    folder = tmp_path_factory.mktemp("year")
    random = np.random.default_rng(3)
    along = np.concatenate([random.uniform(0, 30_000, 90), random.uniform(12_000, 13_000, 14)])
    ago = np.concatenate([random.integers(0, 360, 90), random.integers(0, 20, 14)])
    days = (pd.Timestamp("2025-12-31") - pd.to_timedelta(ago, unit="D")).strftime("%Y-%m-%d")
    places = [*(shapely.Point(X + each, Y + 30) for each in along), shapely.Point(X, Y + 5_000)]
    columns = {"BH": [f"P{i}" for i in range(105)], "found_on": [*days, "2025-06-01"], "kind": "dumping"}
    gpd.GeoDataFrame(columns, geometry=places, crs=CRS).to_file(folder / "year.gpkg")
    return folder / "year.gpkg", files / "axes.gpkg"


def test_the_command_names_what_emerges_and_the_report_comes_with_it(year, tmp_path):
    problems, axes = year
    told = run("emerging", problems, "--axes", axes, "--on", "2025-12-31", "--baseline", "window", "--whole",
               "--column", "BH=problem_id", "--out", tmp_path / "out")  # fmt: skip
    assert "新增热点" in told
    assert "距最近的河道" in " ".join(told.split()) or "problem-far" in told or "质检" in told
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["演变图.html", "演变成果.gpkg"]
    rows = gpd.read_file(tmp_path / "out" / "演变成果.gpkg", layer="时空演变")
    assert set(rows["baseline"]) == {"window"}
    assert rows.loc[rows["category"] == "new_hot", "start_chainage_m"].between(11_000, 14_000).all()
    faults = gpd.read_file(tmp_path / "out" / "演变成果.gpkg", layer="质检问题_点")
    assert faults.loc[faults["code"] == "problem-far", "feature_id"].tolist() == ["P104"]
    english = run("emerging", problems, "--axes", axes, "--on", "2025-12-31", "--whole", "--language", "en",
                  "--out", tmp_path / "en")  # fmt: skip
    assert "New hot spot" in english


def test_the_command_scans_for_what_still_goes_on(year, tmp_path):
    problems, axes = year
    told = run("scan", problems, "--axes", axes, "--on", "2025-12-31", "--now", "--whole", "--worlds", 99,
               "--out", tmp_path / "out")  # fmt: skip
    assert "2025-12-31" in told
    assert "K1" in told
    (row,) = gpd.read_file(tmp_path / "out" / "扫描成果.gpkg", layer="扫描聚集区").itertuples()
    assert row.p == 0.01
    assert 11_000 <= row.start_chainage_m <= row.end_chainage_m <= 14_000


def test_the_command_scans_place_alone_over_all_that_was_found(year, tmp_path):
    problems, axes = year
    out = tmp_path / "out"
    run("scan", problems, "--axes", axes, "--on", "2025-12-31", "--periods", 1, "--whole", "--worlds", 19, "--out", out)
    best = gpd.read_file(out / "扫描成果.gpkg", layer="扫描聚集区").sort_values("likelihood_ratio").iloc[-1]
    whole = rl.hotspots.scan_rivers(
        gpd.read_file(problems),
        gpd.read_file(axes),
        on="2025-12-31",
        by_bank=False,
        settings=rl.hotspots.ScanSettings(worlds=19),
    )
    assert best["problems"] == whole["problems"].iloc[0]
    found = pd.to_datetime(gpd.read_file(problems)["found_on"])
    assert pd.Timestamp(best["first_day"]) == found.min()
    now = ("scan", problems, "--axes", axes, "--on", "2025-12-31", "--periods", 1, "--now", "--out", out)
    assert "periods" in run(*now, status=1)


def test_the_command_counts_near_repeats_and_refuses_half_a_pair_of_kinds(year, tmp_path):
    problems, axes = year
    told = run("near-repeats", problems, "--axes", axes, "--distance", 0, "--distance", 500, "--days", 0, "--days", 7,
               "--days", 365, "--worlds", 99, "--out", tmp_path / "近重复.gpkg")  # fmt: skip
    rows = pyogrio.read_dataframe(tmp_path / "近重复.gpkg", layer="近重复表", read_geometry=False)
    assert rows["to_days"].tolist() == [7, 365]
    assert rows["p"].iloc[0] == 0.01
    assert str(rows["pairs"].iloc[0]) in told
    run("near-repeats", problems, "--axes", axes, "--first", "dumping", status=2)
    both = run("near-repeats", problems, "--axes", axes, "--first", "dumping", "--then", "dumping", "--direction",
               "downstream", "--worlds", 19, "--language", "en")  # fmt: skip
    assert "Near repeats" in both


def test_the_commands_take_what_the_functions_take(year, files, tmp_path):
    """Weights, decay, banks, smoothing, passes, distances and snaps; a scan against passes, exposure or controls."""
    problems, axes = year
    more = ("--weight", "severity", "--decay", "linear", "--any-bank", "--smoothing", "moments", "--min-passes", 0.5,
            "--distance", 6_000, "--snap", 10)  # fmt: skip
    run("hotspots", problems, "--axes", axes, "--column", "BH=problem_id", "--effort", files / "walked.csv", *more,
        "--out", tmp_path / "hot")  # fmt: skip
    made = gpd.read_file(tmp_path / "hot" / "热点成果.gpkg", layer="四乱热点河段")
    # Distances and passes arrived: P104 counts, and the neighbourhoods are of both banks.
    assert made["problems"].sum() == 105
    assert "weight" in made
    assert made["neighbours"].max() == 9
    dated = pd.read_csv(files / "walked.csv").assign(on=["2025-12-20", "2025-01-05"])
    dated.to_csv(tmp_path / "dated.csv", index=False)
    told = run("scan", problems, "--axes", axes, "--on", "2025-12-31", "--column", "BH=problem_id", "--whole",
               "--effort", tmp_path / "dated.csv", "--worlds", 19, "--out", tmp_path / "scan")  # fmt: skip
    assert "未参加检验" in "".join(told.split())
    run("scan", problems, "--axes", axes, "--on", "2025-12-31", "--controls", files / "problems.gpkg", "--worlds", 19,
        "--snap", 10, "--distance", 900, "--out", tmp_path / "controls")  # fmt: skip
    clusters = gpd.read_file(tmp_path / "controls" / "扫描成果.gpkg", layer="扫描聚集区")
    assert clusters["worlds"].max() <= 19
    run("near-repeats", problems, "--axes", axes, "--snap", 10)
    run("emerging", problems, "--axes", axes, "--on", "2025-12-31", "--snap", 10, "--out", tmp_path / "cube")
