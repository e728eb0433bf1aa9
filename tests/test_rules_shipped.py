"""The shipped rule sets: complete, cited, free of contradictions, and every width as the collected facts have it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd
import pytest

import riverline as rl
from riverline.rules import Rule, RuleSet, Width, confidence_of, describe_rules
from riverline.rules.deciding import note_in_english

NAMES = rl.list_rules()["name"].tolist()

# Rows of the table of cited widths (jurisdiction, start of the class) and the rules that carry them.
CARRIED = {
    ("National (Yellow River mouth)", "北大堤"): ["huanghe_hekou/flood-levees", "huanghe_hekou/flood-levees-berm"],
    ("National (Yellow River mouth)", "东大堤"): ["huanghe_hekou/dongdadi-minba"],
    ("Jiangsu", "river without levee"): ["jiangsu/no-levee-bank"],
    ("Jiangsu", "below a tidal sluice"): ["jiangsu/below-tidal-sluice"],
    ("Jiangsu", "洪泽湖 levee"): ["jiangsu/hongzehu"],
    ("Jiangsu", "骆马湖 levee, platform"): ["jiangsu/luomahu-platform"],
    ("Jiangsu", "骆马湖 levee, no platform"): ["jiangsu/luomahu"],
    ("Jiangsu", "里运河 (incl. 高水河), lakeside west levee with platform"): [
        "jiangsu/liyunhe-lakeside-platform",
        "jiangsu/liyunhe",
    ],
    ("Jiangsu", "里运河 (incl. 高水河), lakeside west levee without"): ["jiangsu/liyunhe-lakeside"],
    ("Jiangsu", "入江水道"): ["jiangsu/rujiang"],
    ("Jiangsu", "新沂河"): ["jiangsu/xinyihe"],
    ("Jiangsu", "苏北灌溉总渠 north"): ["jiangsu/guangaizongqu-north"],
    ("Jiangsu", "苏北灌溉总渠 south"): ["jiangsu/guangaizongqu-south"],
    ("Jiangsu", "中运河"): ["jiangsu/named-20"],
    ("Jiangsu - Zhenjiang", "levee'd rivers"): ["jiangsu_zhenjiang/levee"],
    ("Anhui", "Yangtze main-stem"): ["anhui/changjiang"],
    ("Anhui", "other Yangtze levees"): ["anhui/changjiang-lesser", "anhui/huaihe", "anhui/huaihe-tributaries"],
    ("Anhui", "other river levees"): ["anhui/others"],
    ("Anhui - Jiujiang Dist.", "无为大堤"): ["anhui_jiujiang/wuwei"],
    ("Guangdong", "西江 main stem"): ["guangdong/xijiang", "guangdong/key-towns-and-farmland"],
    ("Guangdong - Kaiping", "small-river levee"): ["guangdong_kaiping/levee"],
    ("Guangdong - Kaiping", "revetment, no levee"): ["guangdong_kaiping/revetment"],
    ("Guangdong - Kaiping", "neither"): ["guangdong_kaiping/natural"],
    ("Guangdong-area district (unnamed)", "levee'd"): ["unverified_guangdong_district/levee"],
    ("Guangdong-area district (unnamed)", "no levee, P=1%"): ["unverified_guangdong_district/no-levee?100"],
    ("Guangdong-area district (unnamed)", "no levee, P=2%"): ["unverified_guangdong_district/no-levee?50"],
    ("Guangdong-area district (unnamed)", "no levee, P=5%"): ["unverified_guangdong_district/no-levee?20"],
    ("Guangdong-area district (unnamed)", "channel width <=5 m"): ["unverified_guangdong_district/small-river?5"],
    ("Guangdong-area district (unnamed)", "channel width 5-10 m"): ["unverified_guangdong_district/small-river?10"],
    ("Guangdong-area district (unnamed)", "channel width 10-15 m"): ["unverified_guangdong_district/small-river?15"],
    ("Shenzhen? (unverified attribution)", "levee'd river"): ["unverified_shenzhen/levee"],
    ("Shenzhen? (unverified attribution)", "river without levee"): ["unverified_shenzhen/no-levee"],
    ("Shenzhen? (unverified attribution)", "sea dyke"): ["unverified_shenzhen/sea-dyke"],
    ("Tianjin", "海河/"): ["tianjin/haihe"],
    ("Tianjin", "州河/"): ["tianjin/municipal", "tianjin/zhongtinghe-left"],
    ("Tianjin", "北京排污河"): ["tianjin/drains"],
    ("Tianjin", "rivers below municipal level"): ["tianjin/below-municipal"],
    ("Tianjin", "central city"): ["tianjin/built-up"],
    ("Tianjin", "外环河"): ["tianjin/waihuanhe-road", "tianjin/waihuanhe-bank"],
    ("Liaoning (city", "浑河"): ["unverified_liaoning_fushun/hunhe"],
    ("Liaoning (city", "other rivers"): ["unverified_liaoning_fushun/others"],
    ("Unidentified province A", "levee guarding a town"): ["unverified_province_a/town-or-10000-mu"],
    ("Unidentified province A", "levee guarding <10,000 mu"): ["unverified_province_a/below-10000-mu"],
    ("Unidentified province A", "revetment"): ["unverified_province_a/revetment"],
    ("Hunan - Changde EDZ", "levee'd"): ["hunan_changde/levee"],
    ("Hunan - Changde EDZ", "no levee"): ["hunan_changde/no-levee"],
    ("Hunan - Changsha hub pool", "levee'd"): ["hunan_changsha/levee"],
    ("Hunan - Changsha hub pool", "no levee"): ["hunan_changsha/no-levee"],
    ("Jiangxi - Pingxiang EDZ", "grade-5 levee"): ["jiangxi_pingxiang/grade-5", "jiangxi/grade-5"],
    ("Jiangxi - Pingxiang EDZ", "no levee"): ["jiangxi_pingxiang/no-levee"],
    ("Jiangxi - Luxi", "state levee"): ["jiangxi_luxi/state-levee"],
    ("Jiangxi - Shanggao", "grade-5 levee"): ["jiangxi_shanggao/grade-5", "jiangxi/grade-5"],
    ("Jiangxi - Shanggao", "no levee"): ["jiangxi_shanggao/no-levee"],
    ("Jiangxi - Jishui", "grade-2"): ["jiangxi_jishui/grade-2"],
    ("Jiangxi - Jishui", "grade-5 polders"): ["jiangxi_jishui/grade-5", "jiangxi/grade-5"],
    ("Shaanxi - Xi'an Huyi", "渭河"): ["xian_huyi/weihe"],
    ("Shaanxi - Xi'an Huyi", "涝河"): ["xian_huyi/laohe"],
    ("Shaanxi - Xi'an Huyi", "涝河, no outer toe"): ["xian_huyi/laohe-crest"],
    ("Shaanxi - Xi'an Huyi", "太平河/高冠河"): ["xian_huyi/taipinghe-gaoguanhe"],
    ("Shaanxi - Xi'an Huyi", "太平河/高冠河, no outer toe"): ["xian_huyi/taipinghe-gaoguanhe-crest"],
    ("Shaanxi - Xi'an Huyi", "甘峪河"): ["xian_huyi/ganyuhe"],
    ("Shaanxi - Xi'an Huyi", "甘峪河, no outer toe"): ["xian_huyi/ganyuhe-crest"],
    ("Shandong - Pingyuan", "city/county rivers"): ["shandong_pingyuan/bank"],
    ("Henan - Huojia", "river without levee"): ["henan_huojia/yunlianghe"],
    ("Hebei - Hengshui area", "滹沱河"): ["hebei_hengshui/hutuohe"],
    ("Inner Mongolia - Linhe", "Yellow River levee"): ["neimenggu_linhe/huanghe"],
    ("Ningxia - Qingtongxia", "grade 4 and 5"): ["ningxia_qingtongxia/grade-4-5"],
    ("Yunnan - Yuanyang", "levee'd"): ["yunnan_yuanyang/levee"],
    ("Yunnan - Changning", "levee meeting"): ["yunnan_changning/levee"],
    ("National default (unverified)", "grade 1"): ["national/levee-grade-1"],
    ("National default (unverified)", "grade 2-3"): ["national/levee-grade-2-3"],
    ("National default (unverified)", "grade 4-5"): ["national/levee-grade-4-5"],
}

# Rules of the landside only, where the row gives the waterside too: a county's waterside width is not the province's,
# and the row gives the landside of both levees of the canal, the waterside of one.
LANDSIDE_ONLY = {"jiangxi/grade-5", "jiangsu/liyunhe"}

# Rows that are no rule: repealed without a known day; a sentence cut off; blue lines that are not the range.
LEFT_OUT = {
    ("Guangdong", "北江大堤"),
    ("Guangdong-area district (unnamed)", "dense built-up"),
    ("Fujian - Yongchun Huyang", "湖洋溪 K0+000"),
    ("Fujian - Yongchun Huyang", "湖洋溪 K0+557"),
    ("Fujian - Yongchun Huyang", "东溪仔"),
}

# Rules that no row of the table carries, with the words of the collected regulations that they follow.
FROM_THE_TEXT = {
    "national/levee-grade-unknown": "levee but no range: outer toe",
    "national/flood-line": "the land between historical-highest **or** design flood levels",
    "national/bank-top": "d) scarp",
    "national/water-edge": "levee'd: water, sandbars, floodplain",
    "jiangsu/no-levee-flood": "between historical-highest or design flood lines",
    "national/fallback-road": "a road of county grade or better",
    "national/fallback-canal": "or a canal",
    "national/fallback-village-front": "the river-side line of villages",
    "national/fallback-slope-foot": "gorge: foot of slope",
    "national/fallback-scarp": "d) scarp",
    "national/fallback-flood-mark": "flood-mark line",
    "national/lake-design-level": "the land between historical-highest **or** design flood levels",
    "national/reservoir-check-level": "pool below check flood level",
    "jiangsu/lake-plan": "an approved 退圩还湖 plan wins",
    "jiangsu/lake-design-level": "area below design flood level incl. islands, inlets, outlets",
    "jiangsu/reservoir": 'changed from "below check flood level" to "inside the land-acquisition line"',
    "jiangxi_luxi/sluice": "100 m up and down, 25 m each side",
    "jiangxi_luxi/sluice-small": "small: 5/5",
    "shandong_dongying/sluice": "100-160 m up/down; 50-150 m",
    "unverified_province_b/sluice-lock": "inside the wing walls / revetment ends",
    "chongqing/main-urban": "main urban area 100-yr",
    "chongqing/regional-centre": "five regional centres 50-yr",
    "chongqing/county-town": "other county towns 20-yr",
    "chongqing/elsewhere": "elsewhere 10-yr",
    "xian_huyi/mountain": "highest or design flood line only (鄠邑)",
    "yunnan_yuanyang/no-levee": "national; 恩平, 鹤山, 元阳",
    "hebei_hengshui/hutuohe-villages": None,  # in the row of the flood way: "… use the 10-year flood line"
    "hunan_changsha/levee-town": None,  # in the row of the levees: "through towns at least 10"
}


def rule(name: str) -> Rule:
    ruleset, rule_id = name.split("?", maxsplit=1)[0].split("/")
    return next(each for each in rl.load_rules(ruleset).rules if each.id == rule_id)


def ends(width: Width | None, key: str) -> tuple[str, str]:
    """A width as the table writes it: least and most, blank where there is none."""
    if width is None:
        return ("", "")
    if width.is_table:
        table = {row.up_to_m: row.m for row in width.by_width} | {row.years: row.m for row in width.by_return_period}
        return (f"{table[float(key)]:g}",) * 2
    if width.m is not None:
        return (f"{width.m:g}",) * 2
    return (f"{width.min:g}", "" if width.max is None else f"{width.max:g}")


@pytest.fixture(scope="module")
def rows(real_data: Path) -> dict[tuple[str, str], dict[str, str]]:
    path = real_data.parent / "domain" / "levee_widths.csv"
    if not path.is_file():
        pytest.skip("the table of cited widths is not there")
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    keys = [*CARRIED, *LEFT_OUT]
    return {(row["jurisdiction"], row["river_or_levee_class"]): row | {"key": _key(row, keys)} for row in found}


def _key(row: dict[str, str], keys: list[tuple[str, str]]) -> tuple[str, str] | None:
    place, what = row["jurisdiction"].partition(" with 浑河")[0], row["river_or_levee_class"]
    fitting = [key for key in keys if key[0] == place and what.startswith(key[1])]
    return max(fitting, key=lambda key: len(key[1]), default=None)


@pytest.mark.real
def test_every_cited_width_is_carried_or_left_out(rows: dict) -> None:
    assert len(rows) == 77
    assert {row["key"] for row in rows.values()} == {*CARRIED, *LEFT_OUT}


@pytest.mark.real
@pytest.mark.parametrize(
    ("key", "names"), CARRIED.items(), ids=lambda value: value[1] if isinstance(value, tuple) else ""
)
def test_width_is_the_cited_one(rows: dict, key: tuple[str, str], names: list[str]) -> None:
    row = next(row for row in rows.values() if row["key"] == key)
    inner, outer = (row["inner_m_min"], row["inner_m_max"]), (row["outer_m_min"], row["outer_m_max"])
    for name in names:
        shipped = rule(name)
        landside, waterside = ends(shipped.landside, name.partition("?")[2]), ends(shipped.waterside, "")
        if name == "jiangxi_jishui/grade-2":
            assert "landside line is the waterside crest line (no outward offset)" in row["applies_to"]
            assert shipped.reference == "waterside_crest"
            outer = ("0", "0")
        assert landside == outer
        assert waterside == (("", "") if name in LANDSIDE_ONLY else inner)


@pytest.mark.real
@pytest.mark.parametrize("key", CARRIED, ids=lambda key: key[1])
def test_protection_band_is_the_cited_one(rows: dict, key: tuple[str, str]) -> None:
    row = next(row for row in rows.values() if row["key"] == key)
    text = row["applies_to"]
    if text.endswith("protection as above"):
        text = next(each["applies_to"] for each in rows.values() if each["key"] == ("Anhui", "Yangtze main-stem"))
    stated = re.search(r"(?:protection|safety zone|safety-protection range)\D*?(\d+)", text)
    sand = re.search(r"sand(?: foundation)? (\d+)|(\d+) m on sand", text)
    for name in CARRIED[key]:
        protection = rule(name).protection
        if name != "jiangxi/grade-5":
            assert (protection and protection.m) == (float(stated[1]) if stated else None)
            assert (protection and protection.sand_m) == (float(sand[1] or sand[2]) if sand else None)


@pytest.mark.real
def test_what_the_table_does_not_carry_stands_in_the_text(real_data: Path) -> None:
    path = real_data.parent / "domain" / "regulations.md"
    if not path.is_file():
        pytest.skip("the collected regulations are not there")
    text = path.read_text(encoding="utf-8")
    assert [words for words in FROM_THE_TEXT.values() if words and words.lower() not in text.lower()] == []
    years = {name: rule(name).return_period for name in FROM_THE_TEXT if name.startswith("chongqing/")}
    assert all(f"{value:g}-yr" in FROM_THE_TEXT[name] for name, value in years.items())


def test_every_shipped_rule_is_accounted_for() -> None:
    shipped = {f"{name}/{each.id}" for name in NAMES for each in rl.load_rules(name).rules}
    carried = {name.split("?", maxsplit=1)[0] for names in CARRIED.values() for name in names}
    assert shipped == carried | FROM_THE_TEXT.keys()
    wide = {"hunan_changsha/levee-town", "jiangxi_luxi/sluice", "jiangxi_luxi/sluice-small", "shandong_dongying/sluice"}
    assert all(rule(name).landside == Width(m=0.0) for name in FROM_THE_TEXT if name not in wide)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_cites_a_document_and_an_article(name: str) -> None:
    rules = rl.load_rules(name)
    documents = {document.id: document for document in rules.documents}
    assert rules.name == name
    assert {each.document for each in rules.rules} == documents.keys()
    for each in rules.rules:
        zh, en = rules.cite(each)
        assert documents[each.document].title in zh
        assert each.article in zh
        assert each.article_en
        assert each.article_en in en
        assert ("未核实" in zh) == (each.certainty == "U" or "未核实" in documents[each.document].title)


@pytest.mark.parametrize("name", NAMES)
def test_no_address_of_a_host_is_cited(name: str) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in _files(name))
    assert not re.search(r"https?:|www\.|\.(com|net|cn|org)\b", text)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_uncertain_is_never_sure(name: str) -> None:
    rules = rl.load_rules(name)
    for each in rules.rules:
        assert confidence_of(each.certainty) == {"S": "high", "M": "medium"}.get(each.certainty, "low")
    if name.startswith("unverified_"):
        assert {each.certainty for each in rules.rules} == {"U"}
        assert "未核实" in rules.title
        assert "未核实" in rules.jurisdiction
    assert ("unverified" in name) == (all(each.certainty == "U" for each in rules.rules))


@pytest.mark.parametrize("name", NAMES)
def test_every_set_answers_for_every_basis(name: str) -> None:
    rules = rl.load_rules(name)
    assert rules.chain[-1].name == "national"
    decisions = [
        rules.decide_levee(river="无名河", bank="left", feature="landside_toe", grade=grade) for grade in range(1, 6)
    ]
    decisions += [rules.decide_bank(basis, river="无名河") for basis in ("flood", "bank_top", "water")]
    decisions += [rules.decide_levee(river="无名河", bank="left", feature="landside_toe")]
    for decision in decisions:
        assert decision is not None
        own = decision.rule_id.startswith(f"{name}/")
        assert own or "没有适用的规则" in decision.note
        assert own or decision.confidence != "high"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_description_shows_every_rule(name: str, language: str) -> None:
    rules = rl.load_rules(name)
    text = describe_rules(rules, language=language)
    assert all(re.search(rf"^{re.escape(each.id)} ", text, re.MULTILINE) for each in rules.rules)
    assert rules.digest[:16] in text
    assert "gap_max_m" in text
    if language == "en":
        assert not re.search(r"[。；，]", text)


def test_list_has_a_row_a_set() -> None:
    listed = rl.list_rules()
    wanted = {
        "anhui",
        "tianjin",
        "jiangsu",
        "guangdong",
        "jiangxi",
        "chongqing",
        "xian_huyi",
        "huanghe_hekou",
        "national",
    }
    assert wanted <= set(listed["name"])
    assert listed["name"].is_unique
    assert listed["name"].is_monotonic_increasing
    assert listed.columns.tolist() == [
        "name", "title", "title_en", "jurisdiction", "rules", "in_force_from", "certainty", "document",
    ]  # fmt: skip
    row = listed.set_index("name").loc["hunan_changde"]
    assert row["in_force_from"] == pd.Timestamp("2019-11-22")
    assert row["certainty"] == "S"
    assert listed[["name", "title", "title_en", "jurisdiction", "document"]].ne("").all(axis=None)


def test_national_levee_widths_are_said_to_be_unverified() -> None:
    decision = rl.load_rules("national").decide_levee(river="无名河", grade=2)
    assert (decision.landside_m, decision.confidence) == (10.0, "low")
    assert decision.citation.endswith("（未核实）")
    assert decision.citation_en.endswith("(unverified)")
    assert "不得作为法定依据" in decision.note


def test_flood_law_is_sure_at_home_and_less_so_when_borrowed() -> None:
    national, borrowed = (rl.load_rules(name).decide_bank("flood", river="无名河") for name in ("national", "anhui"))
    assert (national.landside_m, national.confidence, national.citation) == (
        0.0,
        "high",
        "《中华人民共和国防洪法》第21条",
    )
    assert (borrowed.landside_m, borrowed.confidence, borrowed.rule_id) == (0.0, "medium", "national/flood-line")


@pytest.mark.parametrize(
    ("river", "rank", "settings", "widths"),
    [
        ("长江", None, (), (30.0, 50.0, 100.0)),
        ("长江（芜湖段）", "main", (), (30.0, 50.0, 100.0)),
        ("长江", None, ("lesser_levee",), (20.0, 30.0, 100.0)),
        ("淮河", None, (), (20.0, 30.0, 100.0)),
        ("淮河", None, ("sand_foundation",), (20.0, 30.0, 200.0)),
        ("颍河", "淮河重要支流", (), (20.0, 30.0, 100.0)),
        ("颍河", None, (), (10.0, 10.0, 100.0)),
    ],
)
def test_anhui(river: str, rank: str | None, settings: tuple, widths: tuple) -> None:
    decision = rl.load_rules("anhui").decide_levee(
        river=river, rank=rank, bank="left", feature="landside_toe", settings=settings
    )
    assert (decision.landside_m, decision.waterside_m, decision.protection_m) == widths
    assert decision.reference == "landside_toe"
    assert "不小于" in decision.note


@pytest.mark.parametrize(
    ("river", "bank", "settings", "landside_m"),
    [
        ("海河", "left", (), 30.0),
        ("蓟运河", "right", (), 25.0),
        ("中亭河", "left", (), 25.0),
        ("中亭河", "right", (), 10.0),
        ("新开河", "left", (), 20.0),
        ("青静黄排水渠", "left", (), 10.0),
        ("外环河", "left", (), 15.0),
        ("海河", "left", ("built_up",), 15.0),
        ("某沟", "left", ("built_up",), 15.0),
    ],
)
def test_tianjin(river: str, bank: str, settings: tuple, landside_m: float) -> None:
    decision = rl.load_rules("tianjin").decide_levee(river=river, bank=bank, feature="landside_toe", settings=settings)
    assert decision.landside_m == landside_m
    assert decision.waterside_m is None
    assert decision.confidence == "medium"


@pytest.mark.parametrize(
    ("river", "feature", "expected"),
    [
        ("渭河", "landside_toe", ("landside_toe", 50.0, 50.0)),
        ("涝河", "landside_toe", ("landside_toe", 30.0, 0.0)),
        ("涝河", "crest", ("waterside_crest", 38.0, 0.0)),
        ("太平河", "crest", ("waterside_crest", 28.0, 0.0)),
        ("高冠河", "landside_toe", ("landside_toe", 20.0, 0.0)),
        ("甘峪河", "crest", ("waterside_crest", 25.0, 0.0)),
        ("甘峪河", "landside_toe", ("landside_toe", 15.0, 0.0)),
    ],
)
def test_huyi_measures_from_the_crest_where_there_is_no_toe(river: str, feature: str, expected: tuple) -> None:
    decision = rl.load_rules("xian_huyi").decide_levee(river=river, bank="right", feature=feature)
    assert (decision.reference, decision.landside_m, decision.protection_m) == expected
    assert decision.drawn_as == feature


def test_jiangsu_bands_and_parallel_rivers() -> None:
    rules = rl.load_rules("jiangsu", on="2025-06-01")
    chosen = {band: rules.with_policy(band=band).decide_levee(river="新沂河") for band in ("min", "max", "middle")}
    assert {band: decision.landside_m for band, decision in chosen.items()} == {
        "min": 30.0,
        "max": 50.0,
        "middle": 40.0,
    }
    assert chosen["min"] == rules.decide_levee(river="新沂河")
    assert chosen["max"].until == "parallel_river"
    assert "30–50 m，取上限" in chosen["max"].note
    assert "有顺堤河的，以顺堤河为界" in chosen["max"].note
    canal = {bank: rules.decide_levee(river="苏北灌溉总渠", bank=bank) for bank in ("left", "right")}
    assert (canal["left"].until, canal["right"].until) == ("drainage_ditch", "parallel_river")
    lakeside = rules.decide_levee(river="里运河", settings=["lakeside", "platform"])
    assert (lakeside.waterside_m, lakeside.waterside_reference) == (50.0, "platform_toe")
    assert rules.decide_levee(river="里运河", settings=["lakeside"]).waterside_m == 100.0
    assert rules.decide_bank("bank_top", river="某河").landside_m == 5.0
    assert rules.decide_bank("bank_top", river="某河", settings=["below_tidal_sluice"]).landside_m == 1000.0


def test_county_falls_back_on_its_province_and_then_on_the_nation() -> None:
    rules = rl.load_rules("jiangsu_zhenjiang")
    assert [each.name for each in rules.chain] == ["jiangsu_zhenjiang", "jiangsu", "national"]
    assert rules.decide_levee(river="新沂河").rule_id == "jiangsu_zhenjiang/levee"
    assert rules.decide_bank("bank_top", river="某河").rule_id == "jiangsu/no-levee-bank"
    assert rules.decide_bank("water", river="某河").rule_id == "national/water-edge"


@pytest.mark.parametrize(("mu", "settings", "landside_m"), [(12_000, (), 10.0), (800, ("town",), 10.0), (800, (), 5.0)])
def test_protected_object_decides(mu: float, settings: tuple, landside_m: float) -> None:
    rules = rl.load_rules("unverified_province_a")
    decision = rules.decide_levee(river="某河", protects_mu=mu, settings=settings)
    assert decision.landside_m == landside_m
    assert decision.confidence == "low"


def test_guangdong_threshold_is_inclusive() -> None:
    rules = rl.load_rules("guangdong")
    inside, outside = (rules.decide_levee(river="某河", grade=1, protects_mu=mu) for mu in (50_000, 49_999))
    assert (inside.rule_id, inside.landside_m, inside.protection_m) == ("guangdong/key-towns-and-farmland", 30.0, 50.0)
    assert outside.rule_id == "national/levee-grade-1"


@pytest.mark.parametrize(
    ("width_m", "return_period", "landside_m", "rule_id"),
    [
        (5.0, None, 5.0, "small-river"),
        (5.01, 20, 10.0, "small-river"),
        (15.0, 100, 15.0, "small-river"),
        (15.01, 100, 25.0, "no-levee"),
        (None, 50, 20.0, "no-levee"),
        (80.0, 20, 15.0, "no-levee"),
    ],
)
def test_tables_by_width_and_flood(width_m: float, return_period: float, landside_m: float, rule_id: str) -> None:
    rules = rl.load_rules("unverified_guangdong_district")
    decision = rules.decide_bank("bank_top", river="某河", width_m=width_m, return_period=return_period)
    assert (decision.landside_m, decision.rule_id) == (landside_m, f"unverified_guangdong_district/{rule_id}")


def test_a_flood_that_no_row_names_goes_to_the_fallback() -> None:
    rules = rl.load_rules("unverified_guangdong_district")
    assert rules.decide_bank("bank_top", river="某河", width_m=80.0, return_period=30).rule_id == "national/bank-top"


@pytest.mark.parametrize(
    ("settings", "years"),
    [((), 10), (("county_town",), 20), (("regional_centre",), 50), (("main_urban",), 100),
     (("main_urban", "regional_centre", "county_town"), 100)],
)  # fmt: skip
def test_chongqing_flood_by_place(settings: tuple, years: float) -> None:
    rules = rl.load_rules("chongqing")
    right, other, unknown = (
        rules.decide_bank("flood", river="某溪", return_period=period, settings=settings)
        for period in (years, years + 1, None)
    )
    assert right.return_period == years
    assert (right.landside_m, right.confidence) == (0.0, "medium")
    assert other.confidence == "low"
    assert f"{years} 年一遇" in other.note
    assert "未注明重现期" in unknown.note
    for decision in (right, other, unknown):
        assert note_in_english(decision.note, rules) == decision.note_en


@pytest.mark.parametrize("name", sorted(rl.list_rules()["name"]))
def test_what_a_line_says_of_its_flood_is_english_for_an_english_reader(name: str) -> None:
    rules = rl.load_rules(name)
    decisions = [
        rules.decide_bank("flood", river="某溪", return_period=period, settings=())
        for period in (None, 7, *(rule.return_period for rule in rules.rules))
    ]
    assert all(note_in_english(each.note, rules) == each.note_en for each in decisions if each is not None)


def test_named_levees_at_the_mouth_of_the_yellow_river() -> None:
    rules = rl.load_rules("huanghe_hekou")
    north = rules.decide_levee(river="黄河", levee="北大堤", feature="landside_toe")
    berm = rules.decide_levee(river="黄河", levee="北大堤", feature="berm_toe")
    east = rules.decide_levee(river="黄河", levee="东大堤")
    assert (north.reference, north.landside_m, north.waterside_m) == ("landside_toe", 50.0, 50.0)
    assert (berm.reference, berm.landside_m) == ("berm_toe", 50.0)
    assert (east.landside_m, east.waterside_m) == (10.0, 7.0)


def test_a_notice_is_not_in_force_before_its_day() -> None:
    assert rl.load_rules("neimenggu_linhe", on="2023-04-18").rules
    with pytest.raises(rl.RuleError, match=r"2023-04-18 – …"):
        rl.load_rules("neimenggu_linhe", on="2023-04-17")


def test_features_of_rules_are_those_of_the_dictionary() -> None:
    from typing import get_args

    from riverline.rules import fields

    rungs = set(get_args(fields.Rung))
    assert set(get_args(fields.Feature)) == set(rl.schema.LEVEES["feature"].values) | rungs
    assert rungs == set(rl.schema.BANK_TOPS["feature"].values) - {
        "bank_top",
        "estimated",
        "acquisition_line",
        "plan_line",
    }
    assert set(get_args(fields.WorkKind)) == set(rl.schema.WORKS["kind"].values)
    assert set(get_args(fields.WorkSize)) == set(rl.schema.WORKS["size"].values)
    assert set(get_args(fields.Bank)) == set(rl.schema.LEVEES["bank"].values)
    assert set(get_args(fields.Confidence)) < set(rl.schema.MANAGEMENT_LINES["confidence"].values)
    assert set(get_args(fields.Scope)) < set(rl.schema.MANAGEMENT_LINES["basis"].values)


def _files(name: str) -> list[Path]:
    folder = Path(rl.rules.__file__).parent / "rulesets"
    return [path for path in folder.glob("*.toml") if path.stem.partition("@")[0] == name]


def test_loaded_sets_are_frozen() -> None:
    rules = rl.load_rules("anhui")
    assert isinstance(rules, RuleSet)
    with pytest.raises(ValueError, match="frozen"):
        rules.name = "mine"
    with pytest.raises(ValueError, match="frozen"):
        rules.rules[0].landside.min = 1.0
