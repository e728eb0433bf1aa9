"""The catalogue as data, and what suspects become by it: thresholds at their edges, words, and what stays unknown."""

from __future__ import annotations

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import held
import riverline as rl
from cadastre import CRS
from held import box, line, permits, things
from riverline.catalog import Catalog
from riverline.cli.app import app
from riverline.encroachment import describe_suspects
from riverline.schema import SUSPECTS

HEAD = """
name = "local"
title = "本县目录"
jurisdiction = "清水县"
{extends}
[[documents]]
id = "county"
title = "《清水县四乱分级》"
issued = "2024-03-01"
seen = "S"
source = "tests"
"""
ITEM = """
[[items]]
id = "{id}"
kind = "dumping"
title = "堆土"
document = "{document}"
article = "第1条"
measure = "{measure}"
{more}
"""
BANDS = 'bands = [{{ severity = "major", {} }}]'
WORDS = """
[[words]]
fields = "类型"
values = {values}
item = "{item}"
"""


def written(folder, *parts, extends="", name="local.toml"):
    path = folder / name
    path.write_text(HEAD.format(extends=f'extends = "{extends}"' if extends else "") + "".join(parts), encoding="utf-8")
    return path


def item(id_="heap", document="county", measure="presence", more=""):
    return ITEM.format(id=id_, document=document, measure=measure, more=more)


PLANTS = rl.load_catalog().find("tall-plants")


# What ships


@pytest.mark.parametrize("name", rl.catalog.list_catalogs()["name"])
def test_what_ships_is_cited_marked_and_told_in_both_languages(name):
    catalog = rl.load_catalog(name)
    ids = [each.id for each in catalog.items]
    assert len(set(ids)) == len(ids)
    for each in catalog.items:
        assert each.title_en.isascii()
        assert each.article_en.isascii()
        assert catalog.cite(each)
    for language in ("zh", "en"):
        text = rl.catalog.describe_catalog(catalog, language=language)
        assert all(f"{each.origin}/{each.id}" in text for each in catalog.items)
    assert any(word in catalog.note + catalog.title for word in ("未读到", "未收录"))


def test_the_national_catalogue_holds_what_was_read_and_nothing_that_was_not():
    catalog = rl.load_catalog("national")
    assert {each.kind for each in catalog.items} == {"occupation", "extraction", "dumping", "construction"}
    banded = {each.id: [(band.severity, band.text()) for band in each.bands] for each in catalog.items if each.bands}
    three = [("serious", "≥ 1,000, < 5,000"), ("minor", "< 1,000")]
    assert banded["tall-plants"] == [
        ("major", "≥ 5,000"),
        ("serious", "≥ 1,000, < 5,000"),
        ("minor", "≥ 0, < 1,000"[5:]),
    ]
    assert banded["water-occupied"] == [("major", "> 5,000"), *three]
    assert banded["sand-or-soil-dug"] == [("major", "≥ 500")]
    assert set(banded) == {"tall-plants", "water-occupied", "sand-or-soil-dug"}
    # No severity was readable for anything that has no bands.
    assert {each.severity for each in catalog.items} == {"unknown"}


@pytest.mark.parametrize(
    ("name", "value", "severity"),
    [
        ("tall-plants", 0.0, "minor"),
        ("tall-plants", 999.99, "minor"),
        ("tall-plants", 1000.0, "serious"),
        ("tall-plants", 4999.99, "serious"),
        ("tall-plants", 5000.0, "major"),
        ("water-occupied", 5000.0, "unknown"),
        ("water-occupied", 5000.01, "major"),
        ("sand-or-soil-dug", 500.0, "major"),
        ("sand-or-soil-dug", 499.0, "unknown"),
        ("sand-or-soil-dug", None, "unknown"),
        ("rubbish", None, "unknown"),
    ],
)
def test_bands_at_their_edges(name, value, severity):
    assert rl.load_catalog().find(name).decide(value)[0] == severity


@given(st.floats(0.0, 1e7))
def test_a_larger_area_is_never_less_severe(value):
    order = ["minor", "serious", "major"]
    assert order.index(PLANTS.decide(value)[0]) <= order.index(PLANTS.decide(value * 1.5 + 1.0)[0])


def test_local_catalogues_add_to_the_national_one():
    five, eight = rl.load_catalog("five_chaos"), rl.load_catalog("eight_chaos")
    national = {each.id for each in rl.load_catalog().items}
    assert {each.id for each in five.items} == national | {"discharge"}
    assert {each.id for each in eight.items} - national == {"discharge", "enclosing", "blocking", "digging", "tipping"}
    assert len({five.digest, eight.digest, rl.load_catalog().digest}) == 3


# Files of one's own


def test_a_local_file_extends_replaces_and_is_dated(tmp_path):
    more = 'replaces = true\nbands = [{ severity = "major", at_least = 10.0 }]'
    parts = item("rubbish", measure="volume", more=more), WORDS.format(values='"土堆"', item="rubbish")
    path = written(tmp_path, *parts, extends="national")
    catalog = rl.load_catalog(path)
    assert catalog.find("rubbish").decide(12.0)[0] == "major"
    assert catalog.find("rubbish").origin == "local"
    assert catalog.find("tall-plants").origin == "national"
    # Before its document was issued the item is not in force; the national one of that name is replaced all the same.
    early = rl.load_catalog(path, on="2024-02-29")
    assert early.find("rubbish") is None
    assert all(word.item != "rubbish" for word in early.words)
    with pytest.raises(rl.RuleError, match="2024-03-01"):
        rl.load_catalog(written(tmp_path, item(), name="alone.toml"), on="2020-01-01")


def test_a_file_that_only_extends_is_that_catalogue_under_its_own_name(tmp_path):
    national = rl.load_catalog("national")
    for name, known in (("本县.toml", "本县"), ("my list.toml", "local")):
        path = tmp_path / name
        path.write_text('extends = "national"\n', encoding="utf-8")
        own = rl.load_catalog(path)
        assert own.name == known
        assert own.items == national.items
        assert own.title.startswith(national.title)
        assert own.jurisdiction == national.jurisdiction
    path.write_text('title = "无所属"\n', encoding="utf-8")
    with pytest.raises(rl.RuleError, match="jurisdiction"):
        rl.load_catalog(path)


def test_a_template_is_a_catalogue_as_it_is_and_with_every_line_that_it_offers(tmp_path):
    text = rl.catalog.template_of("national")
    file = tmp_path / "本地目录.toml"
    file.write_text(text, encoding="utf-8")
    national, plain = rl.load_catalog("national"), rl.load_catalog(file)
    assert plain.items == national.items
    lines = [line.removeprefix("# ") if line.startswith("# ") else line for line in text.splitlines()]
    offered = "\n".join(lines).replace('severity = "unknown"', 'severity = "serious"')
    file.write_text(offered, encoding="utf-8")
    own = rl.load_catalog(file)
    ungraded = {item.id for item in national.items if item.measure == "presence" and item.severity == "unknown"}
    mine = {item.id: item for item in own.items if item.origin == "local"}
    assert set(mine) == ungraded
    assert {item.severity for item in mine.values()} == {"serious"}
    assert {item.id for item in own.items} == {item.id for item in national.items}
    shown = CliRunner().invoke(app, ["catalog", "template"])
    assert shown.stdout == text
    refused = CliRunner().invoke(app, ["catalog", "template", "atlantis"])
    assert refused.exit_code == 1


@pytest.mark.parametrize(
    ("parts", "extends", "said"),
    [
        ([item(), item()], "", "item heap is there 2 times"),
        ([item("rubbish")], "national", "replaces = true"),
        ([item(more="replaces = true")], "national", "replaces nothing in national"),
        ([item(document="law")], "", "document law is cited but not listed"),
        ([item(), WORDS.format(values='"土"', item="lost")], "", "speak of no item: lost"),
        ([item(), item("other"), WORDS.format(values='"土"', item="heap"),
          WORDS.format(values='["土 "]', item="other")], "", "speaks of several items: heap, other"),
        ([item(measure="area", more=BANDS.format('at_least = 5.0 }, { severity = "minor", below = 6.0'))], "",
         "two bands overlap and disagree"),
        ([item(more=BANDS.format("at_least = 5.0"))], "", "goes by presence has no bands"),
        ([item(measure="area", more='severity = "major"')], "", "no severity of its own"),
        ([item(measure="area", more=BANDS.format("at_least = 5.0, below = 5.0"))], "", "before it begins"),
        ([item(measure="area", more=BANDS.format("at_least = 5.0, above = 5.0"))], "", "not both"),
        ([item(measure="weight")], "", "measure"),
        ([item(more="colour = 1")], "", "colour"),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_itself_is_refused_with_what_is_wrong(tmp_path, parts, extends, said):
    path = written(tmp_path, *parts, extends=extends)
    with pytest.raises(rl.RuleError) as caught:
        rl.load_catalog(path)
    assert said in caught.value.en
    assert "local.toml" in caught.value.zh


def test_names_and_files_that_are_not_there_or_no_toml_name_what_ships(tmp_path):
    with pytest.raises(rl.RuleError, match="eight_chaos, five_chaos, national"):
        rl.load_catalog("anhui")
    with pytest.raises(rl.RuleError, match="national"):
        rl.load_catalog(tmp_path / "none.toml")
    broken, latin = tmp_path / "broken.toml", tmp_path / "latin.toml"
    broken.write_text("name = ", encoding="utf-8")
    latin.write_bytes("name = '乱'".encode("gbk"))
    for path, said in ((broken, "no TOML"), (latin, "not UTF-8")):
        with pytest.raises(rl.RuleError, match=said):
            rl.load_catalog(path)
    one, other = (written(tmp_path, item(), extends=f"{n}.toml", name=f"{m}.toml") for m, n in (("a", "b"), ("b", "a")))
    with pytest.raises(rl.RuleError, match=r"a.toml → b.toml → a.toml"):
        rl.load_catalog(one)
    assert other.is_file()


# Classification


def screened(*shapes, **columns):
    keywords = {name: columns.pop(name) for name in ("permits", "on") if name in columns}
    return rl.screen(things(*shapes, **columns), held.drawn(), axes=held.axes(), **keywords)


def test_words_of_openstreetmap_and_of_chinese_layers():
    shapes = [box(100 * n, 0, 100 * n + 50, 50) for n in range(8)]
    building = ["yes", "No", None, "", None, None, None, None]
    landuse = [None, None, "orchard", "landfill", "quarry", None, None, "basin"]
    kinds = [None, None, None, None, None, "鱼塘", " 网箱 ", None]
    found = rl.classify(screened(*shapes, building=building, landuse=landuse, 类型=kinds)).suspects
    assert found["item"].tolist() == [
        "obstructing-structures", "", "tall-plants", "solid-waste", "sand-or-soil-dug", "floodplain-worked",
        "water-occupied", "",
    ]  # fmt: skip
    assert found["kind"].tolist() == [
        "construction", "unknown", "occupation", "dumping", "extraction", "extraction", "occupation", "unknown",
    ]  # fmt: skip
    assert found["severity"].tolist() == ["unknown", "unknown", "serious", *["unknown"] * 3, "serious", "unknown"]
    assert found["rule_id"].tolist()[:3] == ["national/obstructing-structures", "", "national/tall-plants"]
    assert not len(rl.check(found, SUSPECTS))


def test_the_threshold_that_fired_is_in_the_evidence_and_in_the_reason():
    found = rl.classify(screened(box(100, 0, 200, 60), landuse="orchard")).suspects
    told = json.loads(found["evidence"].iloc[0])["catalog"]
    assert (told["id"], told["severity"], told["column"], told["band"]) == (
        "national/tall-plants", "major", "counted_m2", "≥ 5,000 m²",
    )  # fmt: skip
    assert told["value"] == found["counted_m2"].iloc[0]
    assert found["citation"].iloc[0].endswith("第3项（未核实）")
    assert "计入面积 6,000.00 m²，≥ 5,000 m² → 重大" in found["reason"].iloc[0]
    assert "≥ 5,000 m² → Major" in describe_suspects(found, "en")["reason"].iloc[0]


@pytest.mark.parametrize(
    ("words", "item"),
    [
        (["楼房", "平房", "彩钢房", "猪舍"], "obstructing-structures"),
        (["杨树", "林地", "苗圃"], "tall-plants"),
        (["水稻", "小麦", "养殖场", "坟墓", "停车场"], "land-occupied"),
        (["采砂场"], "sand-mined"),
        (["取土坑"], "sand-or-soil-dug"),
        (["弃土", "矿渣"], "solid-waste"),
        (["砂堆", "砂石料"], "obstacles-heaped"),
    ],
)
def test_common_words_of_surveys_speak_of_the_item_that_covers_them(words, item):
    boxes = [box(100 * n, 0, 100 * n + 50, 50) for n in range(len(words))]
    found = rl.classify(screened(*boxes, 类型=words))
    assert set(found.suspects["item"]) == {item}
    assert not set(found.faults["code"]) & {"suspects-words-unknown", "suspects-without-words"}
    # A word adds no severity that the table did not state: by area here, or unknown.
    graded = "serious" if item == "tall-plants" else "unknown"
    assert set(found.suspects["severity"]) == {graded}


def test_words_without_an_item_are_counted_and_named_once():
    boxes = [box(100 * n, 0, 100 * n + 50, 50) for n in range(5)]
    found = rl.classify(screened(*boxes, 类型=["砂石", "草地", "草地", "楼房", None]))
    told = found.faults.set_index("code")
    assert told.loc["suspects-words-unknown", ["value", "severity", "layer"]].tolist() == [3.0, "note", "suspects"]
    assert told.loc["suspects-words-unknown", "note"] == "类型=草地 × 2，类型=砂石 × 1"
    assert told.loc["suspects-without-words", "value"] == 1.0
    assert "类型=草地 × 2" in told.loc["suspects-words-unknown", "detail"]
    # Classified again it is said again, not twice; with words of one's own it is said no more.
    pd.testing.assert_frame_equal(rl.classify(found).faults, found.faults)
    named = found.suspects.assign(kind=["extraction", "unknown", "unknown", "construction", "dumping"])
    once = rl.classify(dataclasses.replace(found, suspects=named)).faults.set_index("code")
    assert once.loc["suspects-words-unknown", "note"] == "类型=草地 × 2"
    assert "suspects-without-words" not in once.index


def test_words_of_ones_own_silence_the_note(tmp_path):
    found = screened(box(100, 0, 150, 50), 类型=["砂石"])
    assert "suspects-words-unknown" in set(rl.classify(found).faults["code"])
    local = written(tmp_path, WORDS.format(values='["砂石"]', item="obstacles-heaped"), extends="national")
    made = rl.classify(found, rl.load_catalog(local))
    assert made.suspects["item"].tolist() == ["obstacles-heaped"]
    assert "suspects-words-unknown" not in set(made.faults["code"])


def test_a_layer_without_a_field_that_the_catalogue_reads_is_told_which_it_has(tmp_path):
    found = rl.classify(screened(box(100, 0, 150, 50), box(200, 0, 250, 50), DWLX=["玉米", "楼房"]))
    told = found.faults.set_index("code").loc["suspects-without-words"]
    assert (told["value"], told["note"]) == (2.0, "DWLX")
    mapped = rl.classify(found, columns={"DWLX": "类型"})
    assert "suspects-without-words" not in set(mapped.faults["code"])
    # What the note says can be typed.
    things(box(100, 0, 150, 50), box(200, 0, 250, 50), DWLX=["玉米", "楼房"]).to_file(tmp_path / "图斑.gpkg")
    held.valley().to_file(tmp_path / "范围.gpkg")
    command = ["screen", str(tmp_path / "图斑.gpkg"), "--extents", str(tmp_path / "范围.gpkg")]
    for more, items in (
        (["--column", "DWLX=类型"], {"tall-plants", "obstructing-structures"}),
        (["--set", "features::类型=房屋"], {"obstructing-structures"}),
        (["--set", "features::item=rubbish"], {"rubbish"}),
    ):
        out = tmp_path / more[1].replace("::", "-")
        ran = CliRunner().invoke(app, [*command, *more, "--out", str(out)])
        assert ran.exit_code == 0, ran.output
        assert set(gpd.read_file(out / "侵占成果.gpkg", layer="疑似问题图斑_面")["item"]) == items
    wrong = CliRunner().invoke(app, [*command, "--column", "DWLX=种类", "--out", str(tmp_path / "no")])
    assert wrong.exit_code == 1


def test_a_severity_whose_grading_was_not_verified_says_so_in_the_reason(tmp_path):
    found = rl.classify(screened(box(100, 0, 190, 60), 类型=["果园"])).suspects
    assert found["severity"].tolist() == ["major"]
    assert found["reason"].iloc[0].endswith("→ 重大（分级未核实）")
    assert describe_suspects(found, "en")["reason"].iloc[0].endswith("→ Major (grading not verified)")
    own = item(measure="area", more=BANDS.format("at_least = 10.0"))
    read = rl.load_catalog(written(tmp_path, own, WORDS.format(values='["果园"]', item="heap")))
    sure = rl.classify(screened(box(100, 0, 190, 60), 类型=["果园"]), read).suspects
    assert sure["severity"].tolist() == ["major"]
    assert "未核实" not in sure["reason"].iloc[0]


def test_severity_goes_by_what_no_permit_covers():
    allowed = permits(box(100, 0, 190, 60))
    found = rl.classify(screened(box(100, 0, 200, 60), landuse="orchard", permits=allowed)).suspects
    assert found["severity"].tolist() == ["minor"]
    whole = rl.classify(screened(box(100, 0, 200, 60), landuse="orchard", permits=permits(box(0, 0, 500, 90)))).suspects
    # It does not count, and is told with its whole size.
    assert whole["severity"].tolist() == ["major"]
    assert not whole["is_counted"].any()


def test_points_lines_and_rows_without_a_measure_stay_unknown():
    found = rl.classify(screened(line((100, 0), (200, 0)), natural="tree_row")).suspects
    assert found[["item", "severity"]].to_numpy().tolist() == [["tall-plants", "unknown"]]
    dug = screened(box(100, 0, 150, 50), box(300, 0, 350, 50), landuse="quarry", volume_m3=[600.0, np.nan])
    assert rl.classify(dug).suspects["severity"].tolist() == ["major", "unknown"]


def test_columns_of_ones_own_and_a_kind_or_item_that_is_known():
    found = screened(box(100, 0, 150, 50), box(200, 0, 250, 50), DWLX=["玉米", "乱排"])
    assert rl.classify(found).suspects["item"].tolist() == ["", ""]
    assert rl.classify(found, "five_chaos", columns={"DWLX": "类型"}).suspects["kind"].tolist() == [
        "occupation", "discharge",
    ]  # fmt: skip
    # A kind that was found before is not talked over, an item that was named before is taken.
    known = found.suspects.assign(kind=["dumping", "unknown"], item=["", "rubbish"])
    made = rl.classify(known, columns={"DWLX": "类型"})
    assert made[["kind", "item"]].to_numpy().tolist() == [["dumping", ""], ["dumping", "rubbish"]]
    assert made["severity"].tolist() == ["unknown", "unknown"]


def test_it_takes_a_frame_or_a_result_and_changes_neither():
    found = screened(box(100, 0, 150, 50), building="yes")
    before = found.suspects.copy(deep=True)
    made = rl.classify(found, rl.load_catalog("national"))
    pd.testing.assert_frame_equal(found.suspects, before)
    assert isinstance(made, rl.Screening)
    assert made.sums is found.sums
    assert made.run.inputs["catalog"] == {"name": "national", "digest": rl.load_catalog().digest}
    again = rl.classify(made).suspects
    pd.testing.assert_frame_equal(again, made.suspects)
    assert len(rl.classify(SUSPECTS.empty(CRS))) == 0
    shuffled = screened(box(100, 0, 150, 50), box(200, 0, 250, 50), building=["yes", None]).suspects
    order = shuffled.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(rl.classify(order).iloc[::-1].reset_index(drop=True), rl.classify(shuffled))


def test_evidence_of_others_is_kept_and_hostile_values_match_nothing():
    frame = screened(box(100, 0, 150, 50), building="<b>").suspects
    assert rl.classify(frame)["item"].tolist() == ["obstructing-structures"]
    other = frame.assign(evidence=["seen by a drone"])
    told = json.loads(rl.classify(other)["evidence"].iloc[0])
    assert told["text"] == "seen by a drone"
    assert told["catalog"]["id"] == "national/obstructing-structures"
    # What somebody else said of it stays said; where nobody did, the rule is told.
    assert rl.classify(other)["reason"].tolist() == frame["reason"].tolist()
    silent = rl.classify(other.assign(reason=""))["reason"].item()
    assert silent.startswith("national/obstructing-structures：")
    odd = screened(box(100, 0, 150, 50), 类型="{{7*7}}*")
    assert rl.classify(odd).suspects["kind"].tolist() == ["unknown"]


def test_wrong_calls_are_refused():
    found = screened(box(100, 0, 150, 50), building="yes")
    with pytest.raises(rl.SchemaError, match="columns names nowhere, which the layer lacks; there are: building"):
        rl.classify(found, columns={"nowhere": "类型"})
    with pytest.raises(rl.SchemaError, match="suspects"):
        rl.classify("suspects")
    with pytest.raises(rl.SchemaError, match="suspect_id"):
        rl.classify(gpd.GeoDataFrame({"a": [1]}, geometry=[box(0, 0, 1, 1)], crs=CRS))
    with pytest.raises(rl.RuleError, match="load_catalog"):
        rl.classify(found, rl.load_catalog(), on="2025-01-01")
    assert isinstance(rl.load_catalog(), Catalog)
