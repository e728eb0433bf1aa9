"""The subcommand that draws sheets."""

from __future__ import annotations

import re

import geopandas as gpd
import pypdf
import pytest
import shapely
from typer.testing import CliRunner

import riverline as rl
from riverline.cli.app import app
from riverline.plates import composing
from test_plates import packed, river, stakes


@pytest.fixture
def results(tmp_path):
    drawn, axes = river(900.0)
    axes.to_file(tmp_path / "axes.gpkg", layer="axes")
    return rl.export.to_geopackage(tmp_path / "成果.gpkg", drawn, stakes(3)), tmp_path / "axes.gpkg"


def run(*arguments, language="zh"):
    return CliRunner().invoke(app, ["plates", *map(str, arguments), "--language", language], env={"COLUMNS": "200"})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_atlas_of_a_result_file_is_drawn_with_its_rules(tmp_path, results, language) -> None:
    drawn, axes = results
    out = tmp_path / "out"
    options = ("--paper", "A4", "--merge", "--unit", "清水县水利局", "--out", out)
    ran = run(drawn, "--axes", axes, *options, language=language)
    assert ran.exit_code == 0, ran.output
    names = {path.name for path in out.iterdir()}
    assert {"R1-01.pdf", "R1-02.pdf", "00-index.pdf", "atlas.pdf", "manifest.json"} <= names
    assert ("图幅" in ran.output) == (language == "zh")
    text = packed(out / "R1-01.pdf")
    national = rl.load_rules("national")
    assert national.digest[:12] in text
    assert "清水县水利局" in text
    assert ("管理范围" in text) == (language == "zh")


def test_one_sheet_of_everything(tmp_path, results) -> None:
    out = tmp_path / "out"
    ran = run(results[0], "--by", "whole", "--scale", "auto", "--format", "pdf", "--format", "svg", "--out", out)
    assert ran.exit_code == 0, ran.output
    assert {path.name for path in out.iterdir()} == {"总图.pdf", "总图.svg"}
    assert "界桩坐标表" in packed(out / "总图.pdf")


def test_what_is_wrong_is_said_and_nothing_is_written(tmp_path, results) -> None:
    out = tmp_path / "out"
    assert run(results[0], "--scale", "1:2000", "--out", out).exit_code == 2
    for arguments, said in (
        ((tmp_path / "none.gpkg",), "找不到文件"),
        ((results[1].rename(tmp_path / "other.gpkg"), "--paper", "B7"), "没有纸张"),
        ((results[0], "--by", "admin"), "--admin"),
        ((results[0], "--by", "whole", "--scale", "200"), "放不下"),
        ((results[0], "--font", "No Such Font"), "No Such Font"),
    ):
        ran = run(*arguments, "--out", out / "deep")
        assert ran.exit_code == 1, ran.output
        assert said in ran.output
        assert not re.search(r"riverline\.plates|within=|scale=|by=", ran.output), "what cannot be typed here"
    assert "--by river" in run(results[0], "--by", "whole", "--scale", "200", "--out", out).output
    assert not out.exists()


def test_every_slot_of_a_sheet_can_be_filled_and_the_paper_turned(tmp_path, results) -> None:
    out, slots = tmp_path / "out", {"surveyed-by": "测绘院", "drawn-by": "李四", "checked-by": "王五",
                                    "approved-by": "赵六", "review-no": "皖S(2026)1号",
                                    "height-datum": "1985国家高程基准"}  # fmt: skip
    options = [each for name, value in slots.items() for each in (f"--{name}", value)]
    ran = run(results[0], "--by", "whole", "--scale", "auto", "--orientation", "portrait", *options, "--out", out)
    assert ran.exit_code == 0, ran.output
    text = packed(out / "总图.pdf")
    assert all(value in text for value in slots.values())
    box = pypdf.PdfReader(out / "总图.pdf").pages[0].mediabox
    assert box.height > box.width


@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_sheets_that_are_not_drawn_have_a_status_of_their_own(tmp_path, results, monkeypatch, strict) -> None:
    drawn, axes = results
    real = composing.compose

    def failing(sheet, look):
        if sheet.number == "R1-02":
            raise OSError(28, "No space left on device")
        return real(sheet, look)

    monkeypatch.setattr("riverline.plates.working.compose", failing)
    ran = run(drawn, "--axes", axes, "--paper", "A4", "--out", tmp_path / "out", *strict)
    assert ran.exit_code == 4, ran.output
    assert (tmp_path / "out" / "R1-01.pdf").is_file()
    monkeypatch.undo()
    assert run(drawn, "--axes", axes, "--paper", "A4", "--out", tmp_path / "out").exit_code == 0


def test_layers_wider_than_a_zone_are_drawn_in_the_plane_that_the_message_names(tmp_path) -> None:
    line = shapely.LineString([(110.0, 30.0), (118.0, 31.0)])
    wide = gpd.GeoDataFrame({"river_id": ["R1"], "name": ["长河"]}, geometry=[line], crs=4490)
    file = rl.export.to_geopackage(tmp_path / "长河.gpkg", wide)
    asked = (file, "--by", "whole", "--scale", "auto", "--out", tmp_path / "out")
    ran = run(*asked)
    assert ran.exit_code == 1, ran.output
    advised = re.search(r"--plane '([^']+)'", ran.output)
    assert advised, ran.output
    ran = run(*asked, "--plane", advised[1])
    assert ran.exit_code == 0, ran.output
    assert (tmp_path / "out" / "总图.pdf").is_file()


@pytest.mark.parametrize("by", ["whole", "river"])
def test_sheets_are_drawn_in_the_plane_asked_for(tmp_path, results, by) -> None:
    drawn, axes = results
    asked = (drawn, "--axes", axes, "--by", by, "--paper", "A4", "--scale", "auto" if by == "whole" else "2000")
    for plane, meridian in (((), "117"), (("--plane", "EPSG:4549"), "120")):
        out = tmp_path / meridian
        ran = run(*asked, *plane, "--out", out)
        assert ran.exit_code == 0, ran.output
        assert f"中央经线{meridian}" in packed(out / ("总图.pdf" if by == "whole" else "R1-01.pdf"))
    ran = run(*asked, "--plane", "EPSG:4490", "--out", tmp_path / "none")
    assert ran.exit_code == 1, ran.output
    assert "4490" in ran.output
    assert not (tmp_path / "none").exists()
