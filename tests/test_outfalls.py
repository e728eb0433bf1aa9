"""Outfalls along rivers: class, place, what comes next downstream through confluences, and judged reaches."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from typer.testing import CliRunner

import patrolled as pt
import riverline as rl
from riverline import schema
from riverline.cli.app import app


def outfalls(*places, kinds="城镇污水处理厂排污口", river=""):
    names = [f"P{i}" for i in range(1, len(places) + 1)]
    frame = {"outfall_id": names, "river_id": river, "class": kinds, "name": "", "status": "在用"}
    return gpd.GeoDataFrame(frame, geometry=[pt.at(*each) for each in places], crs=pt.CRS)


def sections(*rows):
    names = [f"S{i}" for i in range(1, len(rows) + 1)]
    place, target, measured = zip(*rows, strict=True)
    frame = {"water_section_id": names, "river_id": "", "name": "", "target": target, "measured": measured}
    return gpd.GeoDataFrame(frame, geometry=[pt.at(*each) for each in place], crs=pt.CRS)


def intakes(*places):
    frame = {"intake_id": [f"Q{i}" for i in range(1, len(places) + 1)], "river_id": "", "name": ""}
    return gpd.GeoDataFrame(frame, geometry=[pt.at(*each) for each in places], crs=pt.CRS)


# R1 runs east for 1,000 m; R2 comes from the north and meets it after 500 m, at 400 m; R3 flows into R2.
NETWORK = pt.axes([(0, 0), (1000, 0)], [(400, 500), (400, 0)], [(600, 300), (400, 300)])


def test_what_comes_next_is_found_through_two_confluences():
    placed = rl.place_outfalls(
        outfalls((550, 310), (400, 250), (900, 10)), NETWORK, sections=sections(((800, 0), "III", "II")),
        intakes=intakes((400, 100), (100, 0)),
    ).outfalls  # fmt: skip
    assert placed["river_id"].tolist() == ["R3", "R2", "R1"]
    assert placed["chainage_m"].tolist() == [50.0, 250.0, 900.0]
    assert placed["section_distance_m"].tolist()[:2] == [150.0 + 300.0 + 400.0, 250.0 + 400.0]
    assert placed["section_way"].tolist() == ["network", "network", "none"]
    assert placed["next_intake"].tolist() == ["Q1", "Q1", ""]
    assert placed["intake_distance_m"].tolist()[:2] == [150.0 + 200.0, 150.0]
    assert placed["intake_way"].tolist() == ["network", "same_river", "none"]


def test_an_axis_that_is_no_line_is_told_where_outfalls_and_patrols_are_measured_on_it():
    axes = pt.axes([(0, 0), (1000, 0)], [(0, 500), (400, 500)])
    torn = shapely.MultiLineString([*([(pt.X + x, pt.Y + 500) for x in pair] for pair in ((0, 100), (300, 400)))])
    axes.loc[1, "geometry"] = torn
    inventory = rl.place_outfalls(outfalls((400, 10)), axes)
    walks = pt.measured(pt.walked([(0, 20), (800, 20)]), on=axes)
    for faults in (inventory.faults, walks.faults):
        assert faults.loc[faults["code"] == "axis-unusable", "feature_id"].tolist() == ["R2"]


def test_axes_that_do_not_meet_pass_nothing_on():
    apart = pt.axes([(0, 0), (1000, 0)], [(400, 500), (400, 50)])
    one = rl.place_outfalls(outfalls((400, 250)), apart, sections=sections(((800, 0), "III", "II")))
    assert one.outfalls["section_way"].tolist() == ["none"]
    joined = rl.place_outfalls(outfalls((400, 250)), apart, sections=sections(((800, 0), "III", "II")), snap_m=60.0)
    assert joined.outfalls["section_distance_m"].tolist() == [200.0 + 400.0]


def test_a_network_that_runs_in_a_circle_ends():
    ring = pt.axes([(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 0)])
    assert rl.place_outfalls(outfalls((50, 0)), ring, intakes=intakes((9000, 0))).outfalls["intake_way"].tolist() == [
        "none"
    ]


def test_reaches_are_judged_at_their_lower_end_and_make_up_the_river():
    rows = [((300, 0), "Ⅲ类", "II"), ((600, 0), "三类", "劣Ⅴ"), ((800, 0), "III", "")]
    result = rl.place_outfalls(outfalls((300, 5), (301, 5), (950, 5)), pt.axes(), sections=sections(*rows))
    reaches = result.reaches
    assert reaches["target_met"].tolist() == ["met", "not_met", "unknown", "unknown"]
    assert reaches["length_m"].tolist() == [300.0, 300.0, 200.0, 200.0]
    assert reaches["water_section_id"].tolist() == ["S1", "S2", "S3", ""]
    assert reaches["outfall_count"].tolist() == [1, 1, 0, 1]
    assert result.faults.empty


@pytest.mark.parametrize(("said", "group"), [
    ("工矿企业排污口", "industrial"), ("园区污水处理厂雨洪排口", "industrial"), ("规模以下畜禽养殖", "other"),
    ("规模化畜禽养殖", "agricultural"), ("农村生活污水散排口", "other"), ("municipal", "municipal"),
    ("什么", "unknown"),
])  # fmt: skip
def test_classes_are_those_of_the_table_or_unknown(said, group):
    result = rl.place_outfalls(outfalls((100, 5), kinds=said), pt.axes())
    assert result.outfalls["class_group"].tolist() == [group]
    assert ("outfall-class-unknown" in set(result.faults["code"])) == (group == "unknown")


def test_every_outfall_ends_in_a_row_or_a_fault_and_order_does_not_matter():
    given = outfalls((100, 5), (200, 5000), (300, 5), (400, 5), (500, 5))
    given.loc[2, "river_id"], given.loc[3, "geometry"], given.loc[4, "outfall_id"] = "R9", None, ""
    before = given.copy()
    wanted = sections(((600, 0), "最好", "II"))
    result = rl.place_outfalls(given, pt.axes(), sections=wanted)
    assert result.outfalls["outfall_id"].tolist() == ["P1", "P2", "P3"]
    assert sorted(result.faults["code"]) == [
        "feature-blank", "key-blank", "place-no-axis", "place-off-river", "target-unreadable",
    ]  # fmt: skip
    assert result.outfalls["section_way"].tolist() == ["same_river", "unknown", "unknown"]
    assert_geodataframe_equal(given, before)
    turned = rl.place_outfalls(given.iloc[::-1], pt.axes(), sections=wanted)
    assert_geodataframe_equal(result.outfalls, turned.outfalls)
    for frame, wanted_schema in ((result.outfalls, schema.PLACED_OUTFALLS), (result.reaches, schema.SECTION_REACHES)):
        for column in wanted_schema:
            assert str(frame[column.name].dtype) == column.dtype, column.name
    assert "3 outfalls" in repr(result)
    assert "城镇污水处理厂排污口" in result._repr_html_()


def test_the_command_gives_what_the_library_gives(tmp_path):
    survey = tmp_path / "普查.gpkg"
    pt.axes().to_file(survey, layer="axes")
    outfalls((200, 30)).to_file(survey, layer="排污口", mode="a")
    sections(((700, 0), "III", "IV")).to_file(survey, layer="断面", mode="a")
    intakes((900, 0)).to_file(survey, layer="取水口", mode="a")
    arguments = ["outfalls", f"{survey}::排污口", "--axes", f"{survey}::axes", "--sections", f"{survey}::断面",
                 "--intakes", f"{survey}::取水口", "--out", str(tmp_path / "成果")]  # fmt: skip
    ran = CliRunner().invoke(app, arguments, env={"COLUMNS": "140", "TERM": "dumb"})
    assert ran.exit_code == 0, ran.output
    back = rl.read_layer(tmp_path / "成果" / "排污口成果.gpkg", schema.PLACED_OUTFALLS, layer="入河排污口台账")
    assert back[["section_distance_m", "intake_distance_m"]].to_numpy().tolist() == [[500.0, 700.0]]
    assert "不达标" in (tmp_path / "成果" / "map.html").read_text(encoding="utf-8")
