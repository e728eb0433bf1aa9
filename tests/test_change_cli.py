"""``riverline change``: from files to rates on a map, layers that read back, and what is wrong."""

from __future__ import annotations

import folium
import geopandas as gpd
import pyogrio
import pytest
from typer.testing import CliRunner

import banks as bk
import riverline as rl
from riverline.cli.app import app


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "140", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("岸线")
    survey = folder / "普查.gpkg"
    bk.axes().to_file(survey, layer="axes")
    bk.retreating(uncertainty_m=2.0).rename(columns={"date": "RQ"}).to_file(survey, layer="岸线", mode="a")
    baseline = {"baseline_id": ["B1"], "river_id": ["R1"], "bank": ["left"], "placement": ["waterside"]}
    gpd.GeoDataFrame(baseline, geometry=[bk.level(0.0)], crs=bk.CRS).to_file(survey, layer="基线", mode="a")
    return survey


def test_the_command_gives_what_the_library_gives(files, tmp_path):
    out = tmp_path / "变化"
    told = run(
        "change", f"{files}::岸线", "--axes", f"{files}::axes", "--spacing", 100, "--column", "RQ=date", "--out", out
    )
    assert sorted(path.name for path in out.iterdir()) == ["map.html", "岸线变化.gpkg", "岸线变化表.xlsx"]
    assert "1.00" in told
    assert "证实后退" in told
    names = set(pyogrio.list_layers(out / "岸线变化.gpkg")[:, 0])
    assert {"岸线断面", "断面交点", "岸线变化速率", "冲淤范围", "岸线预测"} <= names
    back = rl.read_layer(out / "岸线变化.gpkg", rl.schema.RATES, layer="岸线变化速率")
    expected = bk.measured(bk.retreating(uncertainty_m=2.0)).rates
    both = expected.merge(back, on="transect_id", suffixes=("", "_file"))
    assert len(both) == 22
    assert both["lrr_file"].tolist() == pytest.approx(both["lrr"].tolist(), abs=1e-9)
    assert (both["trend_file"] == both["trend"]).all()
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "淤积前进" in page or "冲刷后退" in page


def test_a_baseline_english_and_the_conventions_of_dsas(files, tmp_path):
    told = run(
        "change", f"{files}::岸线", "--baseline", f"{files}::基线", "--spacing", 100, "--convention", "dsas",
        "--column", "RQ=date", "--language", "en", "--areas", "ends", "--out", tmp_path / "out",
    )  # fmt: skip
    assert "-1.00" in told
    assert "Eroding" in told


def test_a_call_without_a_line_to_cast_from_and_one_with_a_wrong_number_end_with_a_sentence(files, tmp_path):
    shorelines = (f"{files}::岸线", "--column", "RQ=date")
    both = run("change", *shorelines, "--out", tmp_path / "none", status=2)
    assert "--baseline" in both
    wrong = run(
        "change", *shorelines, "--axes", f"{files}::axes", "--confidence", 95, "--out", tmp_path / "none", status=1
    )
    assert "confidence" in wrong
    assert not (tmp_path / "none").exists()


def test_strict_ends_with_three_where_the_data_have_errors(tmp_path):
    file = tmp_path / "a.gpkg"
    bk.axes().to_file(file, layer="axes")
    frame = bk.retreating().astype({"date": "object"})
    frame.loc[0, "date"] = None
    frame.to_file(file, layer="s", mode="a")
    run("change", f"{file}::s", "--axes", f"{file}::axes", "--strict", "--out", tmp_path / "out", status=3)
    assert (tmp_path / "out" / "岸线变化.gpkg").exists()


def test_shorelines_that_all_contradict_the_axis_end_with_why_and_write_nothing(tmp_path):
    turned = {"left": "right", "right": "left"}
    frame = bk.retreating()
    frame = frame.assign(bank=frame["bank"].map(turned))
    bk.axes().to_file(tmp_path / "轴.gpkg")
    frame.to_file(tmp_path / "岸线.gpkg")
    out = tmp_path / "变化"
    told = run("change", tmp_path / "岸线.gpkg", "--axes", tmp_path / "轴.gpkg", "--out", out, status=1)
    assert "没有一个断面量得岸线位置" in told
    assert not list(out.glob("*"))


def test_the_result_is_drawn_by_trend_with_a_legend_and_is_exported_as_a_whole(tmp_path):
    frame = bk.shorelines(
        ("2000-01-01", "left", bk.level(50.0)), ("2010-01-01", "left", bk.level(70.0)),
        ("2000-01-01", "right", bk.level(-70.0)), ("2010-01-01", "right", bk.level(-50.0)), uncertainty_m=1.0,
    )  # fmt: skip
    change = bk.measured(frame)
    page = rl.maps.show(change, frame)
    names = [child.layer_name for child in page._children.values() if isinstance(child, folium.FeatureGroup)]
    for wanted in (
        "岸线变化速率：冲刷 &gt; 1 m/a，已证实",
        "岸线变化速率：淤积 &gt; 1 m/a，已证实",
        "冲淤范围：冲刷后退",
        "历次岸线",
        "岸线断面",
    ):
        assert wanted in names
    shown = {
        child.layer_name: child.show for child in page._children.values() if isinstance(child, folium.FeatureGroup)
    }
    assert shown["岸线变化速率：冲刷 &gt; 1 m/a，已证实"]
    assert not shown["岸线断面"]
    rates = dict(rl.style.themes("rates")[0].symbols)
    red, blue = (tuple(int(rates[v].color[i : i + 2], 16) for i in (1, 3, 5)) for v in ("erosion", "accretion"))
    assert red[0] > 2 * red[2]
    assert blue[2] > 2 * blue[0]
    path = rl.export.to_geopackage(tmp_path / "变化.gpkg", change, frame)
    assert set(pyogrio.list_layers(path)[:, 0]) >= {"岸线变化速率", "历次岸线"}
