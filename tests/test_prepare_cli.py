"""``riverline axes`` and ``riverline banks``: from water or axes alone to a demarcation, by what each says to type."""

from __future__ import annotations

import shlex

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from typer.testing import CliRunner

import county
import riverline as rl
import zoo
from riverline import samples
from riverline.cli.app import app

COUNTY = samples.path("清水县.gpkg")
WIDTH = 100


def run(*arguments: object, status: int = 0):
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran


def told_to_type(output: str, name: str) -> list[str]:
    """The arguments of the command that a text says to type next."""
    line = next(line for line in output.splitlines() if line.startswith(f"riverline {name} "))
    return shlex.split(line)[1:]


def saved(frame, path, layer="layer"):
    frame.to_file(path, layer=layer, driver="GPKG")
    return f"{path}::{layer}"


def faults_of(path):
    """Faults of every kind of geometry, in either language's layers."""
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    return pd.concat([gpd.read_file(path, layer=name) for name in names if name.startswith(("质检问题", "faults"))])


def water_of(*polygons, **columns):
    ids = [f"W{number}" for number in range(1, len(polygons) + 1)]
    frame = {"water_id": ids, "river_id": ids, "kind": "river", **columns}
    return gpd.GeoDataFrame(frame, geometry=list(polygons), crs=county.CRS)


def canal(x=0.0, y=0.0, length=2000.0, width=40.0):
    east, north = county.ORIGIN
    return shapely.box(east + x, north + y, east + x + length, north + y + width)


# Axes from water


def test_axes_of_the_command_are_those_of_the_library_and_go_straight_into_demarcate(tmp_path):
    out = tmp_path / "新 建" / "中心线.gpkg"
    ran = run("axes", f"{COUNTY}::water", "--out", out)
    water = rl.read_layer(COUNTY, rl.schema.WATER, layer="water")
    made = rl.trace_axis(water)
    drawn = made[made["untraced"] == ""].reset_index(drop=True)
    written = rl.read_layer(out, rl.schema.AXES, layer="河道中心线")
    assert len(written) >= 2
    assert written["river_id"].tolist() == drawn["river_id"].tolist()
    assert written.geometry.geom_equals_exact(drawn.geometry, 1e-9).all()
    assert np.allclose(written["width_m"], drawn["width_m"])
    faults = faults_of(out)
    still = made.loc[made["untraced"] == "still-water", "river_id"].tolist()
    assert faults.loc[faults["code"] == "axis-untraced", "feature_id"].tolist() == still
    assert all("湖泊" in detail for detail in faults.loc[faults["code"] == "axis-untraced", "detail"])

    typed = told_to_type(ran.output, "demarcate")
    typed[typed.index("--out") + 1] = str(tmp_path / "划界成果")
    run(*typed)
    lines = gpd.read_file(tmp_path / "划界成果" / "成果.gpkg", layer="管理范围线")
    assert set(lines["river_id"]) == set(written["river_id"])
    assert set(lines["confidence"]) == {"low"}
    assert {"水", "water"} & {basis[:5] for basis in lines["basis"]}


def test_points_upstream_turn_the_axes_and_a_table_of_points_will_do(tmp_path):
    water = saved(water_of(canal(), canal(y=900.0)), tmp_path / "w.gpkg")
    east, north = county.ORIGIN
    table = tmp_path / "上游.csv"
    table.write_text(f"北坐标,东坐标\n{north + 20},{east + 2100}\n{north + 920},{east - 100}\n", encoding="utf-8")
    said = ("--upstream", table, "--crs", county.CRS, "--out", tmp_path / "a.gpkg", "--language", "en")
    ran = run("axes", water, *said)
    axes = gpd.read_file(tmp_path / "a.gpkg", layer="axes").set_index("river_id")
    starts = shapely.get_x(shapely.get_point(axes.geometry.array, 0)) - east
    assert starts.tolist() == [2000.0, 0.0]
    assert axes["orientation"].tolist() == ["upstream", "upstream"]
    assert "by a point upstream" in ran.output
    assert "--upstream" not in ran.output
    assert "--upstream" in run("axes", water, "--out", tmp_path / "b.gpkg", "--language", "en").output


def test_one_call_does_hundreds_of_waters_and_a_bad_one_is_a_row(tmp_path):
    good = [canal(x=5000.0 * (row % 20), y=500.0 * (row // 20), length=800.0) for row in range(300)]
    bad = [case.geometry for case in zoo.POLYGONS if not isinstance(case.geometry, list)]
    water = water_of(*good, *bad)
    out = tmp_path / "a.gpkg"
    run("axes", saved(water, tmp_path / "w.gpkg"), "--out", out, "--language", "en")
    axes = gpd.read_file(out, layer="axes")
    faults = faults_of(out)
    untraced = faults[faults["code"] == "axis-untraced"]
    assert set(water["river_id"][:300]) <= set(axes["river_id"])
    assert set(axes["river_id"]) | set(untraced["feature_id"]) == set(water["river_id"])
    assert not set(axes["river_id"]) & set(untraced["feature_id"])
    assert len(untraced) > 3


def test_water_without_a_river_is_a_river_of_its_own_and_outlines_are_areas(tmp_path):
    outlines = gpd.GeoSeries([canal(), canal(y=900.0)], crs=county.CRS).exterior
    frame = gpd.GeoDataFrame({"osm_id": ["11", "12"], "waterway": ["riverbank", "weir"]}, geometry=[
        shapely.LineString(ring.coords) for ring in outlines], crs=county.CRS)  # fmt: skip
    given = ("--column", "osm_id=water_id", "--set", "kind=river", "--only", "waterway=riverbank")
    ran = run("axes", saved(frame, tmp_path / "ways.gpkg"), *given, "--out", tmp_path / "a.gpkg", "--language", "en")
    axes = gpd.read_file(tmp_path / "a.gpkg", layer="axes")
    assert axes["river_id"].tolist() == ["11"]
    assert axes["width_m"].tolist() == pytest.approx([40.0])
    assert "2 closed lines were read as the areas that they bound" in ran.output
    assert "river-unnamed" in set(faults_of(tmp_path / "a.gpkg")["code"])


# Bank tops from axes


def test_bank_tops_of_the_command_are_those_of_the_library_and_go_straight_into_demarcate(tmp_path):
    axes = county.axes([(0, 0), (2600, 0)], [(0, 900), (2600, 900)]).assign(width_m=[30.0, np.nan])
    ran = run("banks", saved(axes, tmp_path / "a.gpkg"), "--width", 50, "--out", tmp_path / "b.gpkg")
    tops = rl.read_layer(tmp_path / "b.gpkg", rl.schema.BANK_TOPS, layer="岸顶线")
    made = rl.estimate_bank_tops(axes, width_m=50.0)
    assert tops[["bank_id", "bank", "feature", "source"]].equals(made[["bank_id", "bank", "feature", "source"]])
    assert tops.geometry.geom_equals_exact(made.geometry, 1e-9).all()
    assert "不是实测" in ran.output
    assert "--width" in ran.output
    typed = told_to_type(ran.output, "demarcate")
    typed[typed.index("--out") + 1] = str(tmp_path / "成果")
    done = run(*typed)
    lines = gpd.read_file(tmp_path / "成果" / "成果.gpkg", layer="管理范围线")
    assert set(lines["basis"]) == {"bank_top"}
    assert set(lines["confidence"]) == {"low"}
    assert "推定" in done.output


def test_an_axis_without_a_width_is_a_row_and_a_layer_without_any_an_error(tmp_path):
    axes = county.axes([(0, 0), (2600, 0)], [(0, 900), (2600, 900)]).assign(width_m=[30.0, np.nan])
    run(
        "banks",
        saved(axes, tmp_path / "a.gpkg"),
        "--out",
        tmp_path / "b.gpkg",
        "--language",
        "en",
        "--strict",
        status=3,
    )
    assert set(gpd.read_file(tmp_path / "b.gpkg", layer="bank_tops")["river_id"]) == {axes["river_id"].iloc[0]}
    told = faults_of(tmp_path / "b.gpkg")
    assert told.loc[told["code"] == "width-missing", "feature_id"].tolist() == [axes["river_id"].iloc[1]]
    bare = saved(axes.drop(columns="width_m"), tmp_path / "c.gpkg")
    assert "--width 20" in run("banks", bare, "--out", tmp_path / "d.gpkg", status=1).stderr
    assert "width_m must be above 0" in run(
        "banks", bare, "--width", -5, "--out", tmp_path / "d.gpkg", "--language", "en", status=1
    ).stderr  # fmt: skip
    assert not (tmp_path / "d.gpkg").exists()


def test_a_country_gets_its_bank_tops_at_once_and_is_demarcated_zone_by_zone(tmp_path):
    wide = gpd.GeoSeries.from_wkt(
        ["LINESTRING (115.4 30, 115.4 30.02)", "LINESTRING (115.6 30, 115.6 30.02)"], crs=4490
    )
    axes = gpd.GeoDataFrame({"river_id": ["W", "E"], "name": ["西", "东"]}, geometry=wide)
    ran = run("banks", saved(axes, tmp_path / "全国.gpkg"), "--width", 60, "--out", tmp_path / "b.gpkg")
    loop = next(line for line in ran.output.splitlines() if line.startswith("for z in 38 39; do "))
    tops = rl.read_layer(tmp_path / "b.gpkg", rl.schema.BANK_TOPS, layer="岸顶线")
    assert tops.crs == axes.crs
    for zone, river in ((38, "W"), (39, "E")):
        typed = shlex.split(loop.partition("; do ")[2].partition(";")[0].replace("$z", str(zone)))[1:]
        typed[typed.index("--out") + 1] = str(tmp_path / str(zone))
        run(*typed)
        file = tmp_path / str(zone) / "成果.gpkg"
        extents = gpd.read_file(file, layer="管理与保护范围")
        assert extents["river_id"].tolist() == [river]
        assert extents["area_m2"].iloc[0] / extents["axis_length_m"].iloc[0] == pytest.approx(60.0, rel=1e-3)
        assert not (faults_of(file)["severity"] == "error").any()


# What demarcate says, and what is refused


def test_demarcate_without_banks_says_which_command_makes_them(tmp_path):
    axes = county.axes([(0, 0), (2600, 0)]).rename(columns={"name": "HDMC"})
    file = saved(axes, tmp_path / "轴 线.gpkg")
    told = run("demarcate", file, "--rules", "anhui", "--column", "HDMC=name", "--out", tmp_path / "o", status=1).stderr
    typed = told_to_type(told, "banks")
    assert typed[1:4] == [file, "--column", "HDMC=name"]
    assert "riverline axes" in told
    typed[typed.index("--out") + 1] = str(tmp_path / "b.gpkg")
    typed = told_to_type(run(*typed).output, "demarcate")
    typed[typed.index("--out") + 1] = str(tmp_path / "o2")
    run(*typed)


def test_a_closed_axis_is_told_once_and_no_banks_are_advised_for_it(tmp_path):
    ring = county.axes([(0, 0), (900, 0), (900, 900), (0, 0)])
    ran = run("demarcate", saved(ring, tmp_path / "a.gpkg"), "--rules", "anhui", "--out", tmp_path / "o", status=1)
    assert "riverline banks" not in ran.stderr
    faults = gpd.read_file(tmp_path / "o" / "成果.gpkg", layer="质检问题_线")
    assert faults["code"].tolist().count("river-not-done") == 1
    ran = run("banks", saved(ring, tmp_path / "a.gpkg"), "--width", 20, "--out", tmp_path / "b.gpkg")
    assert "riverline demarcate" not in ran.output


@pytest.mark.parametrize(("command", "options"), [("axes", ()), ("banks", ("--width", "20"))])
def test_what_cannot_be_written_or_read_is_refused_before_anything_is_there(tmp_path, command, options):
    told = run(command, tmp_path / "没有.shp", *options, "--out", tmp_path / "a.shp", status=1).stderr
    assert told.startswith("--out 应为 .gpkg 文件")
    told = run(command, tmp_path / "没有.shp", *options, "--out", tmp_path / "新" / "a.gpkg", status=1).stderr
    assert told.startswith("找不到文件 没有.shp")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["axes", "banks"])
def test_an_empty_layer_gives_empty_layers(tmp_path, command):
    frame = water_of() if command == "axes" else county.axes()
    run(
        command, saved(frame.set_crs(county.CRS), tmp_path / "e.gpkg"), "--out", tmp_path / "o.gpkg", "--language", "en"
    )
    assert gpd.read_file(tmp_path / "o.gpkg", layer="axes").empty


# Real sets by command alone


@pytest.mark.real
def test_riverbanks_of_openstreetmap_are_demarcated_by_what_is_printed(real_data, tmp_path):
    ways = f"{real_data / 'osm' / 'andorra.osm.pbf'}::lines"
    given = ("--only", "waterway=riverbank", "--column", "osm_id=water_id", "--set", "kind=river")
    ran = run("axes", ways, *given, "--out", tmp_path / "a.gpkg")
    for name, number in (("demarcate", 1), ("banks", 2)):
        typed = told_to_type(ran.output, name)
        typed[typed.index("--out") + 1] = str(tmp_path / (f"o{number}" if name == "demarcate" else "b.gpkg"))
        again = run(*typed)
    typed = told_to_type(again.output, "demarcate")
    typed[typed.index("--out") + 1] = str(tmp_path / "o2")
    run(*typed)
    for folder, basis in (("o1", {"water"}), ("o2", {"bank_top", "joined"})):
        extents = gpd.read_file(tmp_path / folder / "成果.gpkg", layer="管理与保护范围")
        lines = gpd.read_file(tmp_path / folder / "成果.gpkg", layer="管理范围线")
        assert len(extents) == 9
        assert set(lines["basis"]) <= basis
        assert set(lines["confidence"]) == {"low"}
        assert (tmp_path / folder / "map.html").stat().st_size > 100_000


@pytest.mark.real
def test_rivers_of_the_country_in_gbk_are_demarcated_zone_by_zone(real_data, tmp_path):
    file = real_data / "china_gbk_rivers" / "hyd1_4l.shp"
    given = (file, "--column", "HYD1_4M_=river_id", "--width", 60, "--out", tmp_path / "b.gpkg")
    assert "--crs EPSG:4490" in run("banks", *given, status=1).stderr
    ran = run("banks", *given, "--crs", "EPSG:4490")
    loop = next(line for line in ran.output.splitlines() if line.startswith("for z in 27 28 "))
    assert "45; do riverline demarcate" in loop
    tops = rl.read_layer(tmp_path / "b.gpkg", rl.schema.BANK_TOPS, layer="岸顶线")
    # What is closed is the outline of a lake, an island or a wide river: 474 of 840.
    assert tops["river_id"].nunique() == 366
    typed = shlex.split(loop.partition("; do ")[2].partition(";")[0].replace("$z", "40"))[1:]
    typed[typed.index("--out") + 1] = str(tmp_path / "40")
    run(*typed)
    extents = gpd.read_file(tmp_path / "40" / "成果.gpkg", layer="管理与保护范围")
    faults = faults_of(tmp_path / "40" / "成果.gpkg")
    undone = set(faults.loc[faults["code"] == "river-not-done", "feature_id"])
    axes = rl.read_layer(tmp_path / "b.gpkg", rl.schema.AXES, layer="河道中心线")
    mine = set(axes["river_id"][rl.geodesy.zone_of(axes) == "EPSG:4549"])
    assert set(extents["river_id"]) | undone == mine
    assert not set(extents["river_id"]) & undone
    assert (extents["confidence"] == "low").all()
    assert set(faults.loc[faults["severity"] == "error", "code"]) <= {"river-not-done", "self-crossing"}
