"""Suspects handed over: on the map with their reason, in a styled GeoPackage, and by the command."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

import held
import riverline as rl
from held import box, permits, things
from invented import HOSTILE
from riverline.cli.app import app
from riverline.encroachment import describe_suspects
from riverline.maps.groups import groups_of
from riverline.maps.lightening import merge
from riverline.maps.texts import texts_of
from riverline.schema import SUSPECTS
from riverline.style import collect, in_language

WIDTH = 110
SAMPLES = rl.samples.path("清水县.gpkg")


def run(*arguments: object, status: int = 0) -> str:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": str(WIDTH), "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def found():
    features = things(
        box(100, 80, 140, 120), box(300, 0, 380, 60), box(500, 50, 520, 70),
        building=["yes", None, "yes"], landuse=[None, "orchard", None], name=["<b>屋</b>", HOSTILE[0], ""],
    )  # fmt: skip
    allowed = permits(box(490, 40, 530, 80), valid_to=["2030-12-31"])
    return rl.classify(
        rl.screen(features, held.drawn(), axes=held.axes(), permits=allowed, tolerance_m=1.0, on="2026-01-01")
    )


def popup(frame, language="zh"):
    (layer,) = in_language(collect(frame), language)
    texts = texts_of(layer, language=language, names={"R1": "清水河"})
    return [dict(zip(texts.fields, row, strict=True)) for row in texts.cells]


def test_popups_say_why_a_suspect_is_one_and_under_which_permit(found):
    house, orchard, bridge = popup(found.suspects)
    assert house["河流"] == "清水河（R1）"
    assert house["认定说明"].startswith("压线；范围内")
    assert (house["四乱类型"], house["严重程度"], house["计入问题"]) == ("乱建", "不明", "是")
    assert (orchard["四乱类型"], orchard["严重程度"]) == ("乱占", "较严重")
    assert "≥ 1,000, < 5,000 m² → 较严重" in orchard["认定说明"]
    assert (bridge["许可状态"], bridge["计入问题"]) == ("许可有效", "否")
    assert "许可 P1 有效（… – 2030-12-31），覆盖 100%" in bridge["认定说明"]
    assert house["桩号"] == "K0+120"
    english = popup(found.suspects, "en")[2]
    assert "permit P1 is valid (… – 2030-12-31) and covers 100%" in english["Why"]
    assert english["Counted"] == "No"
    assert "evidence" not in " ".join(house).lower()


def test_the_map_draws_suspects_by_kind_and_severity(found):
    page = rl.maps.show(held.drawn(), suspects=found)
    names = [child.layer_name for child in page._children.values() if hasattr(child, "layer_name")]
    assert "疑似问题图斑：乱建" in names
    assert "疑似问题图斑：乱占" in names
    assert "疑似问题图斑 · 严重程度：较严重" in names
    html = page.get_root().render()
    assert "<b>屋</b>" not in html
    assert HOSTILE[0] not in html
    frame = rl.maps.show(held.drawn(), suspects=found.suspects)
    assert [c.layer_name for c in frame._children.values() if hasattr(c, "layer_name")].count("疑似问题图斑：乱建") == 1


def test_the_geopackage_opens_styled_and_reads_back(found, tmp_path):
    file = rl.export.to_geopackage(tmp_path / "侵占.gpkg", found)
    back = gpd.read_file(file, layer="疑似问题图斑_面")
    assert back["suspect_id"].tolist() == found.suspects["suspect_id"].tolist()
    assert back["reason"].tolist() == found.suspects["reason"].tolist()
    again = SUSPECTS.conform(back.drop(columns=[name for name in back if name not in SUSPECTS and name != "geometry"]))
    assert not len(rl.check(again, SUSPECTS))
    with closing(sqlite3.connect(file)) as database:
        styles = dict(database.execute("SELECT styleName, styleQML FROM layer_styles WHERE f_table_name LIKE '疑似%'"))
    assert len(styles) == 4
    assert any("计入情况" in name for name in styles)
    assert any("严重程度" in name for name in styles)
    assert any("影像印证" in name for name in styles)
    sums = pyogrio.read_dataframe(file, layer="侵占情况统计表")
    assert sums["suspects"].tolist() == found.sums["suspects"].tolist()


def test_what_does_not_count_has_a_band_of_its_own_on_the_map_and_in_the_legend():
    """A house that counts, one under a permit, one in the protection extent, one just outside."""
    region = [box(0, -100, 1000, 100), box(0, 100, 1000, 150)]
    extents = held.valley(region, kinds=["management", "protection"]).assign(river_id="R1")
    houses = things(box(100, 50, 110, 60), box(200, 50, 210, 60), box(300, 120, 310, 130), box(400, -103, 410, -101))
    screened = rl.screen(houses, extents, axes=held.axes(), permits=permits(box(190, 40, 220, 70)), tolerance_m=5.0)
    suspects = screened.suspects.assign(severity="serious")
    ours = suspects[~((suspects["feature_id"] == "B3") & (suspects["extent_kind"] == "management"))]
    assert ours.set_index("feature_id")["standing"].to_dict() == {
        "B1": "counted", "B2": "permitted", "B3": "protection", "B4": "outside",
    }  # fmt: skip
    assert (suspects["is_counted"] == (suspects["standing"] == "counted")).all()
    groups = groups_of(merge(collect(ours)), language="zh", names={})
    bands = {group.halo: group.label for group in groups if group.halo >= 0}
    (drawn,) = [group for group in groups if group.halo < 0]
    told = [[bands[each] for each in feature["properties"]["h"]] for feature in drawn.features]
    # What counts bears its severity, and says that it counts where that is asked for; nothing else bears a severity.
    assert told == [["计入", "较严重"], ["许可覆盖，不计入"], ["线外邻近，不计入"], ["仅在保护范围，不计入"]]
    assert [group.count for group in groups if group.label == "许可覆盖，不计入"] == [1]
    # A frame without the column is drawn as ever.
    plain = groups_of(merge(collect(ours.drop(columns="standing"))), language="zh", names={})
    assert {group.label for group in plain if group.halo >= 0} == {"较严重"}


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    run("demarcate", f"{SAMPLES}::axes", "--rules", "anhui", "--levees", rl.samples.path("堤防.shp"), "--bank-tops",
        f"{SAMPLES}::bank_tops", "--out", folder)  # fmt: skip
    return folder / "成果.gpkg"


def test_the_command_screens_the_samples_as_the_library_does(county, tmp_path):
    output = run(
        "screen", f"{SAMPLES}::buildings", "--extents", county, "--axes", f"{SAMPLES}::axes", "--permits",
        f"{SAMPLES}::permits", "--on", "2026-01-01", "--tolerance", "0.5", "--out", tmp_path / "成果",
    )  # fmt: skip
    assert "侵占情况统计表" in output
    assert sorted(path.name for path in (tmp_path / "成果").iterdir()) == [
        "侵占图.html",
        "侵占成果.gpkg",
        "侵占成果表.xlsx",
    ]
    written = gpd.read_file(tmp_path / "成果" / "侵占成果.gpkg", layer="疑似问题图斑_面")
    houses = pyogrio.read_dataframe(SAMPLES, layer="buildings")
    extents = pyogrio.read_dataframe(county, layer="管理与保护范围")
    region = extents.loc[extents["kind"] == "management"].union_all()
    inside = houses[houses.intersection(region).area > 0.0]["building_id"]
    kept = written[(written["extent_kind"] == "management") & (written["position"] != "near")]
    assert set(kept["feature_id"]) == set(inside)
    assert set(kept["kind"]) == {"construction"}
    assert kept["inside_m2"].sum() == pytest.approx(houses.intersection(region).area.sum(), rel=1e-3)
    told = json.loads(kept["evidence"].iloc[0])
    assert (told["line"], told["tolerance_m"]) == ("lines", 0.5)


def test_the_command_keeps_the_codes_that_features_have(county, tmp_path):
    houses = gpd.read_file(SAMPLES, layer="buildings")[["geometry"]]
    houses.assign(feature_id=[f"房-{row}" for row in range(len(houses))]).to_file(tmp_path / "房.gpkg")
    run("screen", tmp_path / "房.gpkg", "--extents", county, "--out", tmp_path / "成果")
    written = gpd.read_file(tmp_path / "成果" / "侵占成果.gpkg", layer="疑似问题图斑_面")
    assert len(written)
    assert written["feature_id"].str.startswith("房-").all()


def test_the_command_takes_a_layer_of_extents_speaks_english_and_refuses_as_one(county, tmp_path):
    output = run("screen", f"{SAMPLES}::buildings", "--extents", f"{county}::管理与保护范围", "--language", "en",
                 "--catalog", "eight_chaos", "--out", tmp_path / "out")  # fmt: skip
    assert "Encroachment by river" in output
    assert "outline" in output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "encroachment.gpkg", "encroachment.html", "encroachment_tables.xlsx",
    ]  # fmt: skip
    written = tmp_path / "out" / "encroachment.gpkg"
    rows = gpd.read_file(written, layer="suspects_areas")
    assert rows["reason"].str.contains("wholly inside the line").any()
    for layer in pyogrio.list_layers(written)[:, 0]:
        table = pyogrio.read_dataframe(written, layer=layer, read_geometry=False)
        for column in {"reason", "detail", "note"} & set(table.columns):
            assert not table[column].dropna().str.contains("[\u4e00-\u9fff]").any(), (layer, column)
    assert rows["citation"].str.startswith("Notice on recognising and clearing the four chaos, part 1").all()
    back = describe_suspects(rl.read_layer(written, SUSPECTS, layer="suspects_areas"), "zh")
    assert back["reason"].str.contains("全部在线内|压线").all()
    assert back["citation"].str.startswith("《").all()
    refused = run("screen", f"{SAMPLES}::buildings", "--extents", county, "--catalog", "atlantis", "--out",
                  tmp_path / "none", status=1)  # fmt: skip
    assert refused == "" or "atlantis" in refused
    assert not (tmp_path / "none").exists()


def test_the_kind_of_extent_stands_in_the_table_of_a_narrow_terminal(county, tmp_path):
    command = ["screen", f"{SAMPLES}::buildings", "--extents", str(county), "--out", str(tmp_path / "out")]
    ran = CliRunner().invoke(app, command, env={"COLUMNS": "80", "TERM": "dumb"})
    assert ran.exit_code == 0, ran.output
    table = ran.output.partition("侵占情况统计表")[2].partition("质检问题")[0]
    assert "范围类型" in table.partition("终端较窄")[0]
    assert "管理范围" in table
    assert max(len(line) for line in table.splitlines()) <= 80


def test_the_command_lists_and_shows_catalogues():
    assert "eight_chaos" in run("catalog", "list")
    assert "Occupation" in run("catalog", "show", "five_chaos", "--language", "en")
    assert "national/tall-plants" in run("catalog", "show")
    run("catalog", "show", "atlantis", status=1)


def test_sums_are_a_table_that_conforms(found):
    assert found.sums["permitted"].sum() == 1
    assert pd.api.types.is_integer_dtype(found.sums["suspects"])
