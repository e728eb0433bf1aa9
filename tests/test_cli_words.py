"""What commands understand and say: rows by the names of the file, advice that can be typed, figures and titles."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

import riverline as rl
from county import CRS, ORIGIN, rule_set
from riverline.cli.app import app
from riverline.cli.jobs.steps import Layer
from riverline.cli.printing.advice import as_options
from riverline.cli.printing.sketched import band_table
from riverline.cli.printing.summary import closed_table, input_label, river_table
from riverline.errors import Hint
from riverline.schema import AXES


@pytest.fixture
def file(tmp_path):
    """Axes whose fields have names of the file's own, of the dictionary, and of nobody."""
    lines = [shapely.LineString([ORIGIN, (ORIGIN[0] + 900.0, ORIGIN[1] + y)]) for y in (0.0, 50.0)]
    frame = gpd.GeoDataFrame(
        {"NAME": ["清水河", "柳溪"], AXES["river_id"].label_zh: ["R1", "R2"], "class": ["a", "b"]},
        geometry=lines,
        crs=CRS,
    )
    path = tmp_path / "河.gpkg"
    frame.to_file(path)
    return path


@pytest.mark.parametrize(
    ("field", "value"), [("NAME", "柳溪"), ("name", "柳溪"), (AXES["river_id"].label_zh, "R2"), ("class", "b")]
)
def test_rows_are_chosen_by_the_name_that_the_file_gives_a_field(file, field, value):
    frame = Layer(file, columns={"NAME": ["name"]}, only={field: value}).read(AXES)
    assert frame["river_id"].tolist() == ["R2"]
    assert f"{field}={value}" in frame.attrs["source"]["notes"][-1]["zh"]


def test_a_field_that_nobody_knows_is_told_with_those_there_are(file):
    with pytest.raises(rl.SchemaError, match=r"(?s)等级 不在图层中.*river_id"):
        Layer(file, columns={"NAME": ["name"]}, only={"等级": "1"}).read(AXES)


@pytest.mark.parametrize("command", ["confirm", "stakes", "shoreline", "inspect", "compare", "waters", "demarcate"])
def test_every_command_that_reads_layers_can_choose_rows(command):
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert "--only" in told.output


def test_the_advice_of_zones_names_the_command_that_was_typed():
    error = rl.CRSError("请写 for …", "type for …", [Hint("for …", "zone", ("37", "40"))])
    told = [as_options(error, command=command) for command in ("waters", "works", "demarcate", "confirm")]
    assert [text.split("riverline ")[1].split()[0] for text in told] == ["waters", "works", "demarcate", "demarcate"]


def test_waters_too_wide_for_a_plane_are_told_to_be_drawn_by_zone_with_the_same_command(tmp_path):
    ponds = [shapely.Point(lon, 30.0).buffer(0.01) for lon in (105.0, 111.0, 120.0)]
    wide = gpd.GeoDataFrame(
        {"water_id": ["1", "2", "3"], "river_id": ["A", "B", "C"], "kind": "lake"}, geometry=ponds, crs=4490
    )
    wide.to_file(tmp_path / "湖.gpkg")
    typed = ["waters", str(tmp_path / "湖.gpkg"), "--rules", "anhui", "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(app, typed, env={"COLUMNS": "200"})
    assert told.exit_code == 1
    assert "do riverline waters" in told.output


def cells(table, column):
    return [str(each) for each in table.columns[column].cells]


def test_a_lake_without_a_name_has_no_blank_before_its_code_and_no_negative_nothing(tmp_path):
    pond = gpd.GeoDataFrame({"water_id": ["JH01"], "kind": ["lake"]},
                            geometry=[shapely.Point(ORIGIN).buffer(300.0)], crs=CRS)  # fmt: skip
    result = rl.demarcate_waters(pond, rule_set(tmp_path))
    extents = result.extents.assign(clearance_m=-1e-9)
    table = closed_table(replace(result, extents=extents), "zh")
    assert cells(table, 0)[0] == "JH01"
    assert set(cells(table, 4)) == {"0.00"}
    assert "-0.00" not in cells(river_table(replace(result, extents=extents), "zh"), 6)
    lost = replace(result, extents=result.extents.assign(clearance_m=np.nan))
    assert set(cells(closed_table(lost, "zh"), 4)) == {"-"}


@pytest.mark.parametrize("name", ["structures", "bridges", "existing", "existing_boards", "lines", "registered_areas"])
def test_inputs_have_titles_in_either_language(name):
    assert input_label(name, "zh") != name != input_label(name, "en")


def test_the_caption_counts_what_the_legend_counts():
    columns = {"parcel_id": ["P1", "P1", "P2"], "area_m2": [1.0, 2.0, 3.0], "factor": ["toe", "level", "toe"]}
    titles = gpd.GeoDataFrame(columns, geometry=[shapely.box(0, 0, 1, 1)] * 3, crs=CRS)
    sure = rl.Sensitivity(rl.schema.BANDS.empty(CRS), titles, rl.schema.FAULTS.empty(CRS), None)
    assert "3 处，2 宗" in str(band_table(sure, "zh").caption)
