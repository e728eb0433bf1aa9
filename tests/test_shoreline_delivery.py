"""A shoreline plan as it is handed over: layers, a province's fields, the command, maps, rules of one's own."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import sqlite3

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
import shapely.ops
from rich.cells import cell_len
from typer.testing import CliRunner

import riverline as rl
import shorelines as sh
from riverline import samples
from riverline.cli.app import app
from riverline.io.dbf import read_header

SHIPPED = rl.rules.zoning.loading._SHIPPED.joinpath("national.toml").read_text(encoding="utf-8")
SICHUAN = [
    "gid", "rname", "regionid", "area", "type", "city", "county", "side", "len", "lng_s", "lat_s", "lng_e", "lat_e",
    "basis", "restraints",
]  # fmt: skip


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    result = sh.straight(tmp_path_factory.mktemp("rules"))
    return rl.plan_shoreline(
        result,
        waterside=sh.waterside(),
        uses=sh.uses(sh.box(150, 40, 250, 60)),
        sensitive=sh.sensitive(("water_source", sh.box(200, 0, 500, 300))),
        admin=sh.counties(("清水县", -10, 2000), city="清水市"),
    )


# Layers


def test_the_plan_is_written_as_styled_layers_that_read_back(plan, tmp_path):
    path = rl.export.to_geopackage(tmp_path / "plan.gpkg", plan)
    names = {str(name) for name in pyogrio.list_layers(path)[:, 0]}
    assert {"岸线控制线", "岸线功能分区", "占用岸线", "岸线利用统计表", "layer_styles"} <= names
    back = rl.read_layer(path, rl.schema.ZONES, layer="岸线功能分区")
    assert back["type"].tolist() == plan.zones["type"].tolist()
    assert back["restraints"].tolist() == plan.zones["restraints"].tolist()
    styles = (
        pyogrio.read_dataframe(path, layer="layer_styles").query("useAsDefault").set_index("f_table_name")["styleQML"]
    )
    assert all(name in styles["岸线功能分区"] for name in ("岸线保护区", "岸线开发利用区", "已利用长度"))


@pytest.mark.parametrize("drawn", [lambda plan: plan, lambda plan: plan.zones], ids=["plan", "frame"])
def test_the_map_and_the_layers_of_a_plan_are_english_in_english(plan, drawn, tmp_path):
    zones = plan.zones.assign(basis=plan.zones["basis"].str.replace("区1", "湿地公园区"))
    shown = drawn(dataclasses.replace(plan, zones=zones))
    page = rl.maps.show(shown, language="en").get_root().render()
    said = set(re.findall(r'"([^"]*[\u4e00-\u9fff][^"]*)"', page))
    # Names in data stay as they are, what looks like a kind of area in them too.
    names = {"清水县", "清水市", "清水河", "清水河（R1）", "码头"}
    assert said - names == {"water supply: drinking-water source (湿地公园区)"}
    rl.export.to_geopackage(tmp_path / "en.gpkg", shown, language="en")
    told = pyogrio.read_dataframe(tmp_path / "en.gpkg", layer="zones")
    assert "no sensitive factor, no demand in the plan period" in set(told["basis"])
    assert plan.zones["basis"].str.contains("无敏感因素").any()


def test_the_province_profile_has_its_fields_codes_and_lengths(plan, tmp_path):
    path = rl.export.to_geopackage(tmp_path / "plan.gpkg", plan, profile="sichuan")
    zones = gpd.read_file(path, layer="岸线规划功能分区")
    assert zones.columns.tolist() == [*SICHUAN, "geometry"]
    assert zones["gid"].tolist() == [1, 2, 3, 4]
    assert zones["regionid"].tolist() == ["L001", "L002", "L003", "R001"]
    assert zones["side"].tolist() == [1, 1, 1, 2]
    assert zones["type"].tolist() == [2, 1, 2, 2]
    assert zones["len"].tolist() == [200.0, 300.0, 500.0, 1000.0]
    assert zones["area"].tolist() == plan.zones["adjusted_area_m2"].tolist()
    assert set(zones["city"]) == {"清水市"}
    assert set(zones["county"]) == {"清水县"}
    assert zones["lng_s"].tolist() == plan.zones["start_lon"].tolist()
    assert zones["rname"].tolist() == ["清水河"] * 4
    facilities = pyogrio.read_dataframe(path, layer="涉河设施")
    assert facilities["占用岸线长度(m)"].tolist() == [100.0]
    assert facilities[["岸别", "起点里程", "终点里程", "县(区)"]].to_numpy().tolist() == [
        ["左岸", "K0+150", "K0+250", "清水县"]
    ]
    styles = (
        pyogrio.read_dataframe(path, layer="layer_styles").query("useAsDefault").set_index("f_table_name")["styleQML"]
    )
    assert "岸线保护区" in styles["岸线规划功能分区"]
    english = rl.export.to_geopackage(tmp_path / "en.gpkg", plan, profile="sichuan", language="en")
    assert "岸线规划功能分区" in {str(name) for name in pyogrio.list_layers(english)[:, 0]}


def test_the_profile_declares_the_types_and_lengths_of_the_receiver(plan, tmp_path):
    path = rl.export.to_geopackage(tmp_path / "plan.gpkg", plan, profile="sichuan")
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute('PRAGMA table_info("岸线规划功能分区")').fetchall()
        tables = {row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")}
    declared = {row[1]: row[2] for row in rows}
    assert [declared[name] for name in SICHUAN] == [
        "MEDIUMINT", "TEXT(30)", "TEXT(5)", "REAL", "SMALLINT", "TEXT(30)", "TEXT(30)", "SMALLINT", "REAL", "REAL",
        "REAL", "REAL", "REAL", "TEXT(200)", "TEXT(1000)",
    ]  # fmt: skip
    assert tables == {"岸线规划功能分区", "涉河设施", "layer_styles"}


def test_a_shapefile_declares_the_types_and_lengths_of_the_receiver_too(plan, tmp_path):
    folder = rl.export.to_shapefile(tmp_path / "plan", plan, profile="sichuan")
    fields = read_header(folder / "岸线规划功能分区.dbf").fields
    assert [(each.name.decode(), each.kind, each.width) for each in fields] == [
        ("gid", "N", 9), ("rname", "C", 30), ("regionid", "C", 5), ("area", "N", 24), ("type", "N", 4),
        ("city", "C", 30), ("county", "C", 30), ("side", "N", 4),
        ("len", "N", 24), ("lng_s", "N", 24), ("lat_s", "N", 24),
        ("lng_e", "N", 24), ("lat_e", "N", 24), ("basis", "C", 200), ("restraints", "C", 254),
    ]  # fmt: skip
    back = gpd.read_file(folder / "岸线规划功能分区.shp")
    assert back["rname"].tolist() == ["清水河"] * 4
    assert back["side"].tolist() == [1, 1, 1, 2]


def test_a_text_with_more_bytes_than_the_receivers_field_of_a_dbf_is_refused_and_not_cut(plan, tmp_path):
    # Sixteen signs are 32 bytes in GBK: a GeoPackage counts signs and has room.
    wide = dataclasses.replace(plan, zones=plan.zones.assign(name="清" * 16))
    rl.export.to_geopackage(tmp_path / "plan.gpkg", wide, profile="sichuan")
    with pytest.raises(rl.JobError, match=r"rname is longer than the profile's 30 in 4 rows.*32 bytes"):
        rl.export.to_shapefile(tmp_path / "plan", wide, profile="sichuan")
    assert not (tmp_path / "plan").exists()
    fits = dataclasses.replace(plan, zones=plan.zones.assign(name="清" * 15))
    folder = rl.export.to_shapefile(tmp_path / "plan", fits, profile="sichuan")
    assert gpd.read_file(folder / "岸线规划功能分区.shp")["rname"].tolist() == ["清" * 15] * 4


def test_numbers_of_the_receiver_occur_once_in_its_layer_or_count_anew_in_each_river(plan, tmp_path):
    other = plan.zones.assign(river_id="R2", zone_id=plan.zones["zone_id"].str.replace("R1", "R2"))
    both = dataclasses.replace(plan, zones=pd.concat([plan.zones, other], ignore_index=True))
    path = rl.export.to_geopackage(tmp_path / "plan.gpkg", both, profile="sichuan")
    given = gpd.read_file(path, layer="岸线规划功能分区")["regionid"]
    assert given.tolist() == ["L001", "L002", "L003", "R001", "L004", "L005", "L006", "R002"]
    with contextlib.closing(sqlite3.connect(path)) as database:
        told = database.execute(
            "SELECT title, description FROM gpkg_data_columns WHERE column_name = 'regionid'"
        ).fetchone()
    assert told[0] == "岸段编号（全图层连续编号）"
    assert "through the whole layer" in told[1]
    shipped = rl.export.profiles._SHIPPED.joinpath("sichuan.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(shipped.replace('counted = "layer"', 'counted = "river"'), encoding="utf-8")
    path = rl.export.to_geopackage(tmp_path / "own.gpkg", both, profile=tmp_path / "own.toml")
    assert gpd.read_file(path, layer="岸线规划功能分区")["regionid"].tolist() == ["L001", "L002", "L003", "R001"] * 2


def test_a_zone_that_is_undecided_has_no_code_of_the_receiver(plan, tmp_path):
    unclear = dataclasses.replace(plan, zones=plan.zones.assign(type=[0, 1, 2, 2]))
    path = rl.export.to_geopackage(tmp_path / "plan.gpkg", unclear, profile="sichuan")
    types = pyogrio.read_dataframe(path, layer="岸线规划功能分区")["type"]
    assert types.isna().tolist() == [True, False, False, False]
    assert "未定" in rl.maps.show(unclear).get_root().render()


def test_kinds_of_facilities_are_of_the_receivers_list(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    for given, wanted in (("bridge", "桥梁"), ("Wharf", "码头"), ("公园", "公园绿地")):
        uses = plan.uses.assign(use_kind=given)
        rl.export.to_geopackage(path, dataclasses.replace(plan, uses=uses), profile="sichuan")
        assert pyogrio.read_dataframe(path, layer="涉河设施")["涉河设施类别"].tolist() == [wanted]
    strange = dataclasses.replace(plan, uses=plan.uses.assign(use_kind="观星台"))
    with pytest.raises(rl.JobError, match="观星台"):
        rl.export.to_geopackage(tmp_path / "none.gpkg", strange, profile="sichuan")
    with pytest.raises(rl.JobError, match="no layer of the result"):
        rl.export.to_geopackage(tmp_path / "none.gpkg", rl.schema.AXES.empty("EPSG:4548"), profile="sichuan")
    assert not (tmp_path / "none.gpkg").exists()


def test_a_text_too_long_for_the_receiver_is_refused_and_not_cut(plan, tmp_path):
    long = dataclasses.replace(plan, zones=plan.zones.assign(name="很长的河流名称" * 6))
    with pytest.raises(rl.JobError, match="rname has 42 signs, at most 30"):
        rl.export.to_geopackage(tmp_path / "plan.gpkg", long, profile="sichuan")
    assert not list(tmp_path.iterdir())


def test_profiles_of_ones_own_are_read_and_wrong_ones_refused(plan, tmp_path):
    own = tmp_path / "own.toml"
    head = 'name = "own"\ntitle = "本地"\nseen = "U"\nsource = "本地"\n[[layers]]\nschema = "zones"\nname = "分区"\n'
    own.write_text(head + 'fields = [{ name = "BH", kind = "text", column = "zone_id" }]\n', encoding="utf-8")
    path = rl.export.to_geopackage(tmp_path / "plan.gpkg", plan, profile=own)
    assert gpd.read_file(path, layer="分区")["BH"].tolist() == plan.zones["zone_id"].tolist()
    own.write_text(head + 'fields = [{ name = "BH", kind = "text", column = "moon" }]\n', encoding="utf-8")
    with pytest.raises(rl.JobError, match="zones has no column 'moon'"):
        rl.export.load_profile(own)
    with pytest.raises(rl.JobError, match="sichuan"):
        rl.export.load_profile("atlantis")


def test_a_map_shows_zones_lines_and_uses(plan):
    page = rl.maps.show(plan, title="岸线")
    text = page.get_root().render()
    for label in ("岸线功能分区", "岸线保护区", "临水边界线", "外缘边界线", "占用岸线"):
        assert label in text


# Zone rules


def test_zone_rules_are_dated_cited_and_never_surer_than_what_was_seen():
    rules = rl.rules.load_zone_rules("national")
    assert {rules.confidence(rule) for rule in rules.rules} == {"low"}
    assert all(rules.cite(rule) for rule in rules.rules)
    assert [each.type for each in rules.types] == [1, 2, 3, 4]
    assert rules.rule_of("moon") is None
    known = {kind for rule in rules.rules for kind in rule.kinds}
    assert known == {choice.value for choice in rl.schema.SENSITIVE["sensitive_kind"].choices}


def test_rules_hold_on_their_days(tmp_path):
    path = tmp_path / "local.toml"
    dated = SHIPPED.replace('id = "crowded"\n', 'id = "crowded"\neffective_to = 2024-12-31\n')
    path.write_text(dated, encoding="utf-8")
    assert rl.rules.load_zone_rules(path, on="2024-06-01").rule_of("crowded") is not None
    assert rl.rules.load_zone_rules(path, on="2025-06-01").rule_of("crowded") is None
    assert rl.rules.load_zone_rules(path).rule_of("crowded") is None
    # A document known by its year counts from its first day.
    assert rl.rules.load_zone_rules(path, on="2018-06-01").rule_of("crowded") is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kinds = "crowded"', 'kinds = "moon"', "there is no sensitive kind moon"),
        ("type = 4\ndocument", "type = 3\ndocument", "once each"),
        ('document = "guide"', 'document = "lost"', "cited but not listed: lost"),
        ('kinds = "crowded"', 'kinds = "fit_for_use"', "two rules claim the same: fit_for_use"),
        ("default_type = 2", 'default_type = "2"', "default_type"),
        ("[policy]", "[policy", "no TOML"),
    ],
)
def test_wrong_files_are_refused_with_the_reason(tmp_path, old, new, told):
    path = tmp_path / "wrong.toml"
    path.write_text(SHIPPED.replace(old, new), encoding="utf-8")
    with pytest.raises(rl.RuleError) as raised:
        rl.rules.load_zone_rules(path)
    assert told in str(raised.value)


def test_a_name_that_does_not_exist_lists_what_does():
    with pytest.raises(rl.RuleError, match="national"):
        rl.rules.load_zone_rules("atlantis")


# The command, on the samples


def run(*arguments, status=0):
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "100"})
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture(scope="module")
def county_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    sample = samples.path("清水县.gpkg")
    levees = samples.path("堤防.shp")
    run("demarcate", f"{sample}::axes", "--rules", "anhui", "--levees", levees, "--bank-tops", f"{sample}::bank_tops",
        "--column", "levees::地面高程=ground_m", "--out", folder / "划界")  # fmt: skip
    permits = gpd.read_file(sample, layer="permits")
    permits = permits[permits.geom_type == "Point"]
    uses = permits.assign(长度=2.0 * permits["radius_m"])[["permit_id", "title", "kind", "长度", "geometry"]]
    uses.to_file(folder / "利用.gpkg", layer="uses")
    axes = gpd.read_file(sample, layer="axes").set_index("river_id").geometry
    area = shapely.buffer(shapely.ops.substring(axes["QS01"], 2000.0, 3200.0), 400.0, cap_style="flat")
    areas = gpd.GeoDataFrame(
        {"sensitive_id": ["S1"], "sensitive_kind": ["water_source"], "name": ["城南水源地"]},
        geometry=[area],
        crs=axes.crs,
    )
    areas.to_file(folder / "利用.gpkg", layer="sensitive")
    layers = {"--water": f"{sample}::water", "--uses": f"{folder / '利用.gpkg'}::uses", "--admin": f"{sample}::towns",
              "--sensitive": f"{folder / '利用.gpkg'}::sensitive", "--axes": f"{sample}::axes"}  # fmt: skip
    renamed = ("permit_id=use_id", "title=name", "kind=use_kind", "长度=use_length_m")
    options = [each for pair in layers.items() for each in pair]
    given = [folder / "划界" / "成果.gpkg", *options, *(each for pair in renamed for each in ("--column", pair))]
    return folder, given


@pytest.fixture(scope="module")
def planned(county_files):
    """The folder of the sample county with its plan, and what the command said of it."""
    folder, given = county_files
    return folder, run("shoreline", *given, "--profile", "sichuan", "--out", folder / "规划")


def test_the_command_plans_the_sample_county(planned):
    folder, shown = planned
    for text in ("岸线利用统计表", "清水河 QS01", "城关镇", "岸线保护区", "岸线利用率"):
        assert text in shown
    assert max(cell_len(line) for line in shown.splitlines() if "→" not in line) <= 100
    assert sorted(path.name for path in (folder / "规划").iterdir()) == [
        "map.html",
        "岸线规划.gpkg",
        "岸线规划_sichuan.gpkg",
        "岸线规划表.xlsx",
    ]
    # Towns were given as counties, and no city.
    layers = [str(name) for name in pyogrio.list_layers(folder / "规划" / "岸线规划.gpkg")[:, 0]]
    faults = pd.concat(
        pyogrio.read_dataframe(folder / "规划" / "岸线规划.gpkg", layer=name, read_geometry=False)
        for name in layers
        if name.startswith("质检问题")
    )
    assert {"counties-are-towns", "counties-without-city"} <= set(faults["code"])
    receivers = folder / "规划" / "岸线规划_sichuan.gpkg"
    assert {str(name) for name in pyogrio.list_layers(receivers)[:, 0]} == {
        "岸线规划功能分区", "涉河设施", "layer_styles"
    }  # fmt: skip
    assert "岸线功能分区" in {str(name) for name in pyogrio.list_layers(folder / "规划" / "岸线规划.gpkg")[:, 0]}
    zones = gpd.read_file(receivers, layer="岸线规划功能分区")
    assert zones.columns.tolist() == [*SICHUAN, "geometry"]
    assert zones.is_valid.all()
    table = pyogrio.read_dataframe(folder / "规划" / "岸线规划.gpkg", layer="岸线利用统计表")
    rivers = table[table["scope"] == "river"]
    lines = gpd.read_file(folder / "规划" / "岸线规划.gpkg", layer="岸线控制线")
    outer = lines[lines["line"] == "outer"].groupby("river_id")["length_m"].sum()
    assert dict(zip(rivers["river_id"], rivers["shoreline_m"], strict=True)) == pytest.approx(outer.to_dict(), abs=0.01)
    for scope in ("admin", "type", "zone"):
        assert table[table["scope"] == scope]["shoreline_m"].sum() == pytest.approx(outer.sum(), abs=0.01)
        assert table[table["scope"] == scope]["used_m"].sum() == pytest.approx(rivers["used_m"].sum(), abs=0.01)
    for (letter, name), rows in zones.groupby([zones["regionid"].str[0], "rname"]):
        bank = {"L": "left", "R": "right"}[letter]
        band = lines[(lines["name"] == name) & (lines["bank"] == bank)]["band_area_m2"].iloc[0]
        assert sh.units(rows["area"]) == round(100 * band)


def test_the_command_puts_towns_together_by_their_county_and_tells_what_stays_blank(county_files, tmp_path):
    _, given = county_files
    place = ("--set", "admin::county=清水县", "--set", "admin::city=清水市")
    shown = run("shoreline", *given, *place, "--profile", "sichuan", "--out", tmp_path / "out")
    zones = pyogrio.read_dataframe(tmp_path / "out" / "岸线规划_sichuan.gpkg", layer="岸线规划功能分区")
    assert set(zones["county"]) == {"清水县"}
    assert set(zones["city"]) == {"清水市"}
    assert zones["regionid"].is_unique
    assert "乡镇" not in shown
    bare = [each for at, each in enumerate(given) if "--admin" not in (each, given[at - 1])]
    assert "没有给出县（区）图层" in run("shoreline", *bare, "--profile", "sichuan", "--out", tmp_path / "bare")


def test_the_command_speaks_english_and_refuses_in_one_sentence(county_files, tmp_path):
    folder, given = county_files
    shown = run("shoreline", *given, "--language", "en", "--out", tmp_path / "out")
    assert "Shoreline utilisation" in shown
    assert "Utilisation rate" in shown
    zones = pyogrio.read_dataframe(tmp_path / "out" / "岸线规划.gpkg", layer="zones")
    said = " ".join(zones[["basis", "restraints", "citation"]].to_numpy().ravel())
    for text in ("no sensitive factor", "zone by default (unverified)", "as zone 1 and waterway stability"):
        assert text in said
    names = zones["basis"].str.extract(r"\((.*)\)")[0].dropna()
    for name in names:
        said = said.replace(name, "")
    assert not re.search("[\u4e00-\u9fff]", said)
    lines = pyogrio.read_dataframe(tmp_path / "out" / "岸线规划.gpkg", layer="shorelines")
    assert "present edge of the water" in " ".join(lines["basis"])
    refused = run("shoreline", *given, "--rules", "tianjin", "--out", tmp_path / "none", status=1)
    assert "anhui" in refused
    assert not (tmp_path / "none").exists()
    wrong = run("shoreline", folder / "利用.gpkg", "--out", tmp_path / "none", status=1)
    assert "管理范围线" in wrong
    both = run("shoreline", *given, "--waterside", "x.gpkg", "--out", tmp_path / "none", status=2)
    assert "--waterside" in both


def test_the_map_of_a_plan_draws_waterside_lines_once(county_files, tmp_path, monkeypatch):
    folder, _ = county_files
    pages, show = [], rl.maps.show

    def seen(*layers, **told):
        pages.append(show(*layers, **told))
        return pages[-1]

    monkeypatch.setattr(rl.maps, "show", seen)
    run("shoreline", folder / "划界" / "成果.gpkg", "--waterside", f"{samples.path('清水县.gpkg')}::waterside",
        "--out", tmp_path / "out")  # fmt: skip
    titles = [getattr(child, "layer_name", "") for child in pages[0]._children.values()]
    assert sum("临水边界线" in title for title in titles) == 1


def test_rows_are_chosen_by_the_name_that_the_file_gives_them(county_files, planned, tmp_path):
    given, folder = county_files[1], planned[0]
    every = pyogrio.read_dataframe(folder / "规划" / "岸线规划.gpkg", layer="占用岸线")["name"]
    assert len(set(every)) > 1
    name = every.iloc[0]
    shown = run("shoreline", *given, "--only", f"title={name}", "--out", tmp_path / "out")
    used = pyogrio.read_dataframe(tmp_path / "out" / "岸线规划.gpkg", layer="占用岸线")
    assert set(used["name"]) == {name}
    assert "岸线利用统计表" in shown


def test_used_lengths_of_the_sample_permits_are_the_lengths_declared(planned):
    folder, _ = planned
    uses = gpd.read_file(folder / "规划" / "岸线规划_sichuan.gpkg", layer="涉河设施")
    given = gpd.read_file(folder / "利用.gpkg", layer="uses").set_index("title")["长度"]
    assert len(uses)
    assert uses["占用岸线长度(m)"].tolist() == pytest.approx([given[name] for name in uses["名称"]], abs=0.05)
