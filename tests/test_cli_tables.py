"""Tables on terminals of any width: figures stay whole, words wrap, what gives way is told."""

from __future__ import annotations

import io

import geopandas as gpd
import pytest
import shapely
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

import cadastre
import county
import riverline as rl
from riverline import samples
from riverline.cli.app import app
from riverline.cli.printing.summary import register_table
from riverline.cli.tables import add_row, table_of

COUNTY = samples.path("清水县.gpkg")


def printed(width: int) -> str:
    heads = ("河流", "行政区", "平差面积（m²）", "权属清楚面积（m²）", "争议面积（m²）")
    table = table_of("汇总", heads, right=(2, 3, 4), lesser=(3, 1))
    add_row(table, "白石溪（上游段）BS02", "清水县城关镇", "245,387.10", "134,018.78", "1,234,567.89")
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(table)
    return console.file.getvalue()


@pytest.mark.parametrize(("width", "gone"), [(100, ()), (66, ("134,018.78",)), (54, ("134,018.78", "清水县"))])
def test_columns_give_way_in_order_and_figures_stay_whole(width, gone):
    told = printed(width)
    assert max(map(cell_len, told.splitlines())) <= width
    for figure in ("245,387.10", "134,018.78", "1,234,567.89", "清水县"):
        assert (figure in told) == (figure not in gone)
    assert ("终端较窄，略去：权属清楚面积（m²）" in told) == bool(gone)
    assert ("行政区" in told.partition("略去")[2]) == (len(gone) > 1)


def run(*arguments: object, width: int) -> str:
    environment = {"COLUMNS": str(width), "TERM": "dumb"}
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env=environment)
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_register_of_eighty_columns_has_every_area_in_one_piece(tmp_path, language):
    extents = gpd.GeoDataFrame(
        {"river_id": ["QS01"], "name": ["清水河"], "kind": ["management"]},
        geometry=[shapely.box(*gpd.read_file(COUNTY, layer="parcels").total_bounds)], crs=county.CRS,
    )  # fmt: skip
    zero = dict.fromkeys(("area_m2", "left_length_m", "right_length_m", "axis_length_m", "clearance_m"), 0.0)
    extents = extents.assign(**zero, extent_id="E1", rules="anhui", version="1", founded_share=1.0, confidence="high")
    extents.to_file(tmp_path / "e.gpkg")
    command = ("confirm", tmp_path / "e.gpkg", f"{COUNTY}::parcels", "--language", language, "--out", tmp_path / "o")
    narrow, wide = (run(*command, width=width) for width in (80, 160))
    # Paths are printed in one piece, however long, so that they can be copied.
    assert max(cell_len(row) for row in narrow.splitlines() if not row.startswith("→")) <= 80
    last = next(row for row in wide.splitlines() if "合计" in row or " All " in row)
    figures = [cell.strip() for cell in last.split("│") if "," in cell]
    assert len(figures) >= 3
    left_out = "略去" in narrow or "left out" in narrow
    assert sum(figure in narrow for figure in figures) >= len(figures) - left_out


def test_a_plan_finds_the_rule_set_though_another_one_drew_some_lines(tmp_path):
    layers = ("--bank-tops", f"{COUNTY}::bank_tops", "--water", f"{COUNTY}::water")
    run("demarcate", f"{COUNTY}::axes", "--rules", "anhui", *layers, "--out", tmp_path / "d", width=100)
    extents = gpd.read_file(tmp_path / "d" / "成果.gpkg", layer="管理与保护范围")
    assert any("," in names for names in extents["rules"])
    run("shoreline", tmp_path / "d" / "成果.gpkg", "--water", f"{COUNTY}::water", "--out", tmp_path / "p", width=100)
    assert (tmp_path / "p" / "岸线规划.gpkg").exists()


def test_rows_of_two_units_are_told_apart_on_a_narrow_terminal():
    extent = cadastre.box(0, -100, 1000, 100)
    units = gpd.GeoDataFrame(
        {"admin_id": ["1", "2"], "name": ["云河镇", "石门乡"]}, crs=county.CRS,
        geometry=[cadastre.box(-10, -200, 500, 200), cadastre.box(500, -200, 1010, 200)],
    )  # fmt: skip
    owned = {"A": ("甲村", "collective", cadastre.box(0, -100, 500, 100)),
             "B": ("乙村", "collective", cadastre.box(500, -100, 1000, 100))}  # fmt: skip
    titles = rl.confirm(cadastre.extents(extent), cadastre.parcels(owned), admin=units)
    for width in (80, 100, 200):
        console = Console(file=io.StringIO(), width=width, color_system=None)
        console.print(register_table(titles, "zh"))
        told = console.file.getvalue()
        assert "云河镇" in told
        assert "石门乡" in told
