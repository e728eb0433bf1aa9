"""Reading rule sets: what is refused says everything at once, what is dated is in force on its days only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path  # noqa: TC003 - fixtures read the annotations

import pandas as pd
import pytest

import riverline as rl
from riverline.rules import Policy

HEAD = """
name = "mine"
title = "我的规则集"
jurisdiction = "某县"

[[documents]]
id = "law"
title = "《条例》"
seen = "S"
source = "原文"
"""
RULE = """
[[rules]]
id = "{id}"
document = "law"
article = "第1条"
scope = "levee"
landside = {{ m = {m} }}
"""


@pytest.fixture
def write(tmp_path: Path):  # the fixture is a function
    def to_file(text: str, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def refused(path: Path | str, **options: object) -> rl.RuleError:
    with pytest.raises(rl.RuleError) as caught:
        rl.load_rules(path, **options)
    assert caught.value.zh
    assert caught.value.en
    assert "pydantic" not in str(caught.value)
    return caught.value


def test_smallest_file_of_ones_own(write) -> None:
    rules = rl.load_rules(write(HEAD + RULE.format(id="a", m=12)))
    decision = rules.decide_levee(river="某河")
    assert (decision.rule_id, decision.landside_m, decision.confidence) == ("mine/a", 12.0, "high")
    assert (decision.citation, decision.note) == ("《条例》第1条", "")
    assert rules.decide_bank("flood", river="某河") is None


def test_policy_comes_from_the_nation_where_the_file_says_nothing(write) -> None:
    own = '\n[policy]\ngap_max_m = 80\nwidth_steps = "taper"\ntaper_m = 20\n'
    rules, national = rl.load_rules(write(HEAD + own + RULE.format(id="a", m=12))), rl.load_rules("national")
    changed = {"gap_max_m", "width_steps", "taper_m", "band", "sources"}
    assert (rules.policy.gap_max_m, rules.policy.width_steps, rules.policy.taper_m) == (80.0, "taper", 20.0)
    assert rules.policy.model_dump(exclude=changed) == national.policy.model_dump(exclude=changed)
    assert rules.policy.source_of("length_decimals").certainty == "S"
    assert rules.fallback is None


def test_a_value_of_ones_own_does_not_keep_the_source_of_the_nations(write) -> None:
    rules = rl.load_rules(write(HEAD + "\n[policy]\nlength_decimals = 2\n" + RULE.format(id="a", m=12)))
    assert rules.policy.source_of("length_decimals") is None
    assert rules.policy.source_of("area_decimals").citation == "DB37/T 4518-2022 4.8"


def test_one_value_of_a_table_leaves_the_others_to_the_nation(write) -> None:
    own = "\n[policy]\nvirtual_section.crest_width_m = 6\nstake_spacing.town.max_m = 200\n"
    policy, national = (
        rl.load_rules(write(HEAD + own + RULE.format(id="a", m=12))).policy,
        rl.load_rules("national").policy,
    )
    changed = {"virtual_section.crest_width_m": 6.0, "stake_spacing.town.max_m": 200.0, "band": None}
    assert policy.entries == {**national.entries, **changed}
    assert policy.source_of("virtual_section.freeboard_m").certainty == "M"
    assert policy.source_of("stake_spacing.town.max_m") is None
    section = rl.load_rules("national").with_policy(virtual_section={"freeboard_m": 1.0}).policy
    assert (section.virtual_section.freeboard_m, section.virtual_section.crest_width_m) == (1.0, 3.0)
    assert section.source_of("virtual_section.freeboard_m") is None


def test_national_policy_is_the_cited_one() -> None:
    policy = rl.load_rules("national").policy
    assert isinstance(policy, Policy)
    assert policy.basis_order == ("levee", "flood", "bank_top", "fallback", "water")
    assert policy.fallback_order == (("road", "canal", "village_front"), ("slope_foot",), ("scarp",), ("flood_mark",))
    assert (policy.virtual_section.freeboard_m, policy.length_decimals, policy.area_decimals) == (0.5, 1, 2)
    marks = {name: source.certainty if (source := policy.source_of(name)) else "U" for name in policy.entries}
    assert {name for name, mark in marks.items() if mark == "S"} == {
        "length_decimals", "area_decimals", "rounding", "fallback_order"
    }  # fmt: skip
    assert marks["virtual_section.freeboard_m"] == "M"
    assert marks["virtual_section.crest_width_m"] == marks["stake_spacing.town.max_m"] == marks["gap_max_m"] == "U"
    # Of stakes and boards only that boards tell the basis and must not be moved was seen in a text.
    staking = {name for name in marks if name.startswith(("stakes.", "boards.", "stake_spacing."))}
    assert {name for name in staking if marks[name] != "U"} == {"boards.back", "boards.closed_back"}


def test_unknown_name_lists_what_ships_and_the_nearest() -> None:
    error = refused("anhiu")
    assert all(name in error.en for name in rl.list_rules()["name"])
    assert "did you mean anhui" in error.en
    assert "是否指 anhui" in error.zh
    assert "site-packages" not in str(error)
    assert "/" not in error.en


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("安徽", "anhui"),
        ("安徽省", "anhui"),
        (" 安徽省河道管理范围 ", "anhui"),
        ("全国", "national"),
        ("Anhui", "anhui"),
        ("江西", "jiangxi"),
        ("内蒙古", "neimenggu_linhe"),
        ("芜湖", "anhui_jiujiang"),
        ("安徽省合肥市", "anhui"),
    ],
)
def test_a_place_or_a_title_is_answered_with_the_name_to_write(asked: str, name: str) -> None:
    error = refused(asked)
    assert f'；请写 "{name}"（' in error.zh
    assert f'; write "{name}" (' in error.en
    assert "或" not in error.zh.partition("。现有")[0]


def test_a_word_of_many_titles_names_some_and_nonsense_none() -> None:
    assert "或" in refused("河道管理范围").zh.partition("。现有")[0]
    for nonsense in ("合肥", "亚特兰蒂斯", ""):
        assert "请写" not in refused(nonsense).zh


@pytest.mark.parametrize("name", ["", "national.", "NATIONAL", "国家"])
def test_other_unknown_names(name: str) -> None:
    assert "national" in refused(name).zh


def test_missing_file_and_empty_folder(tmp_path: Path) -> None:
    assert "nowhere.toml" in refused(tmp_path / "nowhere.toml").zh
    assert "nowhere.toml" in refused(str(tmp_path / "nowhere.toml")).en
    assert tmp_path.name in refused(tmp_path).en


def test_broken_toml_gives_the_line(write) -> None:
    error = refused(write(HEAD + "\n[[rules]\nid = 1\n"))
    assert "第 12 行" in error.zh
    assert "line 12" in error.en
    assert "mine.toml" in error.en


def test_toml_that_ends_too_early_and_other_encodings(write, tmp_path: Path) -> None:
    assert "no TOML at line 1" in refused(write('name = "mine')).en
    path = tmp_path / "gbk.toml"
    path.write_bytes(HEAD.encode("gbk"))
    assert "UTF-8" in refused(path).zh
    path.write_bytes((HEAD + RULE.format(id="a", m=1)).replace("\n", "\r\n").encode("utf-8-sig"))
    assert rl.load_rules(path).rules[0].landside.m == 1.0


@pytest.mark.parametrize(
    ("width", "words"),
    [
        ("{ m = -1 }", "greater than or equal to 0, got -1"),
        ("{ min = 50, max = 30 }", "min (50) must be less than max (30)"),
        ("{ min = 30, max = 30 }", "write m = 30"),
        ("{ m = 30, min = 20 }", "in exactly one way"),
        ("{ }", "in exactly one way"),
        ("{ max = 30 }", "max needs min"),
        ('{ m = 30, policy = "min" }', "only a band"),
        ('{ min = 3, max = 5, policy = "most" }', "'min', 'max' or 'middle', got 'most'"),
        ("{ m = inf }", "finite number"),
        ("{ m = nan }", "got nan"),
        ('{ m = "30" }', "valid number, got '30'"),
        ("{ m = true }", "valid number, got True"),
        ('{ m = 30, unit = "m" }', "not permitted, got 'm'"),
        ("30", "got 30"),
        ("{ by_width = [] }", "in exactly one way"),
        ("{ by_width = [{ up_to_m = 9, m = 1 }, { up_to_m = 5, m = 2 }] }", "must ascend"),
        ("{ by_width = [{ up_to_m = 5, m = 1 }, { up_to_m = 5, m = 2 }] }", "must ascend"),
        ("{ by_return_period = [{ years = 0, m = 1 }] }", "greater than 0, got 0"),
    ],
)  # fmt: skip
def test_wrong_widths(write, width: str, words: str) -> None:
    rule = RULE.format(id="a", m=1).replace("{ m = 1 }", width).replace('"levee"', '"bank_top"')
    error = refused(write(HEAD + rule))
    assert words in error.en
    assert "rules[1](a).landside" in error.en
    assert "rules[1](a).landside" in error.zh
    assert "(from line 12)" in error.en
    assert "第 12 行起" in error.zh


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("sope = 1", "not permitted"),
        ('effective_from = "2020-01-01"', "valid date"),
        ("effective_from = 2020-01-01\neffective_to = 2019-01-01", "effective_from is later than effective_to"),
        ("return_period = 10", "only a rule with scope = flood"),
        ("exception = 1", "valid boolean"),
        ('certainty = "X"', "'S', 'M', 'C', 'D' or 'U'"),
        ('until = "road"', "'parallel_river' or 'drainage_ditch'"),
        ('reference = "toe"', "'landside_toe'"),
        ("when = { grades = [6] }", "less than or equal to 5"),
        ("when = { grades = [1.5] }", "valid integer"),
        ("when = { width_up_to_m = 5 }", "conditions width_up_to_m do not exist for scope = ['levee']"),
        ('when = { banks = ["east"] }', "'left' or 'right', got 'east'"),
        ("when = { protects_mu_min = 5, protects_mu_below = 5 }", "the range of farmland is empty"),
        ('when = { rivers = ["渭河（鄠邑段）"] }', "must not hold brackets"),
        ('when = { rivers = [" "] }', "pattern"),
        ('when = { settings = ["a"], unless = ["a"] }', "both asked for and barred"),
        ('when = { protects = "town", unless = ["town"] }', "both asked for and barred"),
        ('when = { settings = ["windy"] }', "[settings] does not explain: windy"),
    ],
)  # fmt: skip
def test_wrong_rules(write, more: str, words: str) -> None:
    error = refused(write(HEAD + RULE.format(id="a", m=1) + more))
    assert words in error.en


@pytest.mark.parametrize(
    ("scope", "more", "words"),
    [
        ('"flood"', 'reference = "bank_top"', "scope = flood is measured from flood_line"),
        ('["levee", "bank_top"]', 'reference = "bank_top"', "several scopes takes no reference"),
        ('["levee", "bank_top"]', "when = { grades = [1] }", "conditions grades do not exist"),
        ('"bank_top"', "waterside = { m = 5 }", "has no waterside width"),
        ('"ocean"', "", "'lake', 'reservoir' or 'works', got 'ocean'"),
        ('"works"', "", "has upstream and downstream"),
        ('["lake", "reservoir"]', "", "has one scope"),
        ('"lake"', 'reference = "acquisition_line"', "scope = lake is measured from design_level"),
        ('"levee"', 'least = "normal_level"', "only a rule for lakes or reservoirs has least"),
        ('"lake"', "when = { grades = [1] }", "conditions grades do not exist"),
        ('"bank_top"', 'when = { kinds = ["dam"] }', "conditions kinds do not exist"),
        ("[]", "", "at least 1 item"),
        ('"bank_top"', "when = { width_over_m = 5, width_up_to_m = 5 }", "the range of widths is empty"),
    ],
)  # fmt: skip
def test_wrong_scopes(write, scope: str, more: str, words: str) -> None:
    rule = RULE.format(id="a", m=1).replace('"levee"', scope)
    assert words in refused(write(HEAD + rule + more)).en


def test_a_levee_takes_no_table(write) -> None:
    rule = RULE.format(id="a", m=1).replace("{ m = 1 }", "{ by_width = [{ up_to_m = 5, m = 1 }] }")
    assert "takes no table" in refused(write(HEAD + rule)).en


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("gap_max_m = -1", "policy.gap_max_m (from line 11): Input should be greater than or equal to 0, got -1"),
        ("gap = 5", "policy.gap (from line 11): Extra inputs are not permitted"),
        ('basis_order = ["levee", "levee"]', "names a basis twice"),
        ("basis_order = []", "at least 1 item"),
        ('width_steps = "taper"', "needs taper_m above 0"),
        ('mouth = "follow"', "needs mouth_follow_m above 0"),
        ("length_decimals = 1.5", "valid integer"),
        ("stake_spacing.town = { min_m = 9, max_m = 5 }", "greater than max_m"),
        ('stake_spacing.gorge = "few"', "stake_spacing.gorge"),
        ('stakes.number.pattern = "{river}-{sequence}"', "needs {river}, {bank} and {sequence} or {chainage}"),
        ('stakes.number.pattern = "{river}{bank}"', "needs {river}, {bank} and {sequence} or {chainage}"),
        ('stakes.number.pattern = "{river}{bank}{sequence:03d}"', "names in braces and nothing else"),
        ('stakes.number.pattern = "{river}{bank}{sequence"', "do not pair"),
        ('stakes.number.pattern = "{river}{bank}{name}{sequence}"', "names name; there are admin, bank, chainage"),
        ('stakes.number.left = "R"', "left and right must differ"),
        ('stakes.number.suffix = "0"', "neither digits nor braces"),
        ("stakes.stands_m = 500", "stands_m must be less than lost_m"),
        ('boards.front = "{rule}"', "names rule; there are admin, bank, chainage, citation, number, river"),
        ('boards.reasons = ["spacing"]', "boards.reasons"),
        ('sources = [{ fields = ["gap"], citation = "x", certainty = "S" }]', "unknown fields: gap"),
        ("sources = 5", "policy.sources"),
    ],
)  # fmt: skip
def test_wrong_policy(write, policy: str, words: str) -> None:
    assert words in refused(write(HEAD + "[policy]\n" + policy + RULE.format(id="a", m=1))).en


def test_policy_that_is_no_table(write) -> None:
    assert "policy" in refused(write("policy = 5\n" + HEAD + RULE.format(id="a", m=1))).en


def test_everything_wrong_is_said_at_once(write) -> None:
    text = HEAD.replace('seen = "S"', 'seen = "Q"').replace('title = "我的规则集"', "")
    text += RULE.format(id="a", m=-1) + RULE.format(id="b", m=2) + "colour = 3\n[policy]\ntaper_m = -5\n"
    error = refused(write(text))
    assert [f"{i}. " in error.en for i in range(1, 7)] == [True] * 5 + [False]
    assert [f"{i}. " in error.zh for i in range(1, 7)] == [True] * 5 + [False]
    for place in ("title", "documents[1](law).seen", "rules[1](a).landside.m", "rules[2](b).colour", "policy.taper_m"):
        assert place in error.en
        assert place in error.zh


def test_everything_contradictory_is_said_at_once(write) -> None:
    text = HEAD + HEAD[HEAD.index("[[documents]]") :]
    text += RULE.format(id="a", m=1) + RULE.format(id="a", m=1) + RULE.format(id="b", m=2)
    text += RULE.format(id="c", m=1).replace('"law"', '"lore"')
    error = refused(write(text))
    for words in (
        "document id law occurs 2 times",
        "rule id a occurs twice",
        "rule c cites an unknown document lore; listed are: law",
        "rules a and b contradict each other",
    ):
        assert words in error.en


@pytest.mark.parametrize("rules", ["", "rules = []\n"])
def test_empty_rule_set(write, rules: str) -> None:
    assert "there is no rule" in refused(write(rules + HEAD)).en


def test_a_band_needs_a_choice(write) -> None:
    rule = RULE.format(id="a", m=1).replace("{ m = 1 }", "{ min = 5, max = 9 }")
    assert "rules a are bands" in refused(write(HEAD + rule)).en
    chosen = rl.load_rules(write(HEAD + '[policy]\nband = "middle"\n' + rule))
    assert chosen.decide_levee(river="x").landside_m == 7.0
    own = rl.load_rules(write(HEAD + rule.replace("max = 9", 'max = 9, policy = "max"')))
    assert own.decide_levee(river="x").landside_m == 9.0


# Dates


DATED = HEAD + RULE.format(id="a", m=10) + "effective_from = 2010-01-01\neffective_to = 2019-12-31\n"


def test_the_rule_in_force_on_the_day_decides(write) -> None:
    path = write(DATED + RULE.format(id="a", m=20) + "effective_from = 2020-01-01\n")
    for on, metres in [
        ("2010-01-01", 10),
        ("2019-12-31", 10),
        ("2020-01-01", 20),
        (dt.date(2031, 5, 5), 20),
        (None, 20),
    ]:
        rules = rl.load_rules(path, on=on)
        assert rules.decide_levee(river="x").landside_m == metres
        assert rules.on == (dt.date.fromisoformat(on) if isinstance(on, str) else on)
    error = refused(path, on="2009-12-31")
    assert "2010-01-01 – …" in error.zh
    assert "2009-12-31" in error.en


def test_every_day_is_kept_for_later_questions(write) -> None:
    path = write(DATED + RULE.format(id="a", m=20) + "effective_from = 2020-01-01\n")
    newest = rl.load_rules(path).with_policy(gap_max_m=7)
    older = newest.in_force("2015-01-01")
    assert (older.decide_levee(river="x").landside_m, older.policy.gap_max_m) == (10.0, 7.0)
    assert older.in_force() == newest
    assert older.digest == rl.load_rules(path, on="2012-02-02").with_policy(gap_max_m=7).digest != newest.digest


def test_without_a_day_there_must_be_a_rule_without_an_end(write) -> None:
    error = refused(write(DATED))
    assert "2010-01-01 – 2019-12-31" in error.en


@pytest.mark.parametrize("on", ["01/06/2025", "2025年6月1日", "2025-6-1", "20250601", "2025-02-30", "", 2025, pd.NaT])
def test_a_day_in_another_order_is_refused(on: object) -> None:
    assert "2025-06-01" in refused("anhui", on=on).zh


def test_days_of_other_types() -> None:
    for on in (dt.datetime(2025, 6, 1, 23, 59, tzinfo=dt.UTC), pd.Timestamp("2025-06-01"), " 2025-06-01 "):
        assert rl.load_rules("anhui", on=on).on == dt.date(2025, 6, 1)


def test_overlapping_dates_of_one_rule(write) -> None:
    error = refused(write(DATED + RULE.format(id="a", m=10) + "effective_from = 2019-12-31\n"))
    assert "the dates of two versions of rule a overlap: 2010-01-01 – 2019-12-31 and 2019-12-31 – …" in error.en


def test_rules_at_different_times_do_not_contradict(write) -> None:
    path = write(DATED + RULE.format(id="b", m=20) + "effective_from = 2020-01-01\n")
    assert rl.load_rules(path).decide_levee(river="x").rule_id == "mine/b"
    same = RULE.format(id="b", m=20) + "effective_from = 2019-06-01\n"
    assert "rules a and b contradict each other" in refused(write(DATED + same)).en


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        ('issued = "2020"', "2020-01-01"),
        ('issued = "2020-12"', "2020-12-01"),
        ('issued = "2020"\nin_force = "2021-03-01"', "2021-03-01"),
    ],
)
def test_a_rule_is_not_older_than_its_document(write, dates: str, first: str) -> None:
    path = write(HEAD.replace('seen = "S"', f'seen = "S"\n{dates}') + RULE.format(id="a", m=1))
    assert rl.load_rules(path, on=first).rules[0].effective_from == dt.date.fromisoformat(first)
    refused(path, on=dt.date.fromisoformat(first) - dt.timedelta(days=1))


@pytest.mark.parametrize("day", ["2020-13", "2020-02-30", "20", "2020/1/1"])
def test_wrong_day_of_a_document(write, day: str) -> None:
    error = refused(write(HEAD.replace('seen = "S"', f'seen = "S"\nissued = "{day}"') + RULE.format(id="a", m=1)))
    assert "documents[1](law).issued" in error.en


def test_dates_of_the_file_bound_its_rules(write) -> None:
    path = write("effective_from = 2015-01-01\n" + DATED)
    refused(path, on="2014-12-31")
    assert rl.load_rules(path, on="2015-01-01").rules
    never = write("effective_from = 2020-01-01\n" + DATED)
    assert "rule a is never in force" in refused(never, on="2015-01-01").en


def test_versions_in_a_folder_follow_each_other(write, tmp_path: Path) -> None:
    write("effective_to = 2019-12-31\n" + HEAD + RULE.format(id="a", m=10), "mine@2010.toml")
    write("effective_from = 2020-01-01\n" + HEAD + RULE.format(id="b", m=20), "mine.toml")
    rules = rl.load_rules(tmp_path)
    assert rules.decide_levee(river="x").rule_id == "mine/b"
    assert rules.in_force("2005-05-05").decide_levee(river="x").rule_id == "mine/a"
    assert rl.load_rules(tmp_path, on="2005-05-05").in_force("2020-01-01").digest == rules.digest


def test_versions_that_overlap_or_are_not_of_one_set(write, tmp_path: Path) -> None:
    write("effective_to = 2020-01-01\n" + HEAD + RULE.format(id="a", m=10), "a.toml")
    write("effective_from = 2020-01-01\n" + HEAD.replace("mine", "yours") + RULE.format(id="b", m=20), "b.toml")
    error = refused(tmp_path)
    assert "the dates of a.toml and b.toml overlap: … – 2020-01-01 and 2020-01-01 – …" in error.en
    assert "a.toml (mine) and b.toml (yours) are not of one rule set" in error.en


# Fallbacks


def test_fallback_on_a_file_beside(write) -> None:
    write(HEAD.replace("mine", "province") + RULE.format(id="p", m=5), "province.toml")
    text = 'fallback = "province.toml"\n' + HEAD + RULE.format(id="a", m=9) + 'when = { rivers = ["甲河"] }\n'
    rules = rl.load_rules(write(text))
    own, borrowed = (rules.decide_levee(river=river) for river in ("甲河", "乙河"))
    assert (own.landside_m, own.confidence) == (9.0, "high")
    assert (borrowed.landside_m, borrowed.confidence, borrowed.rule_id) == (5.0, "medium", "province/p")
    assert borrowed.note == "规则集 mine 没有适用的规则，按 province 确定"
    assert borrowed.note_en == "rule set mine has no rule for it, decided by province"


def test_fallbacks_in_a_circle(write) -> None:
    write('fallback = "mine.toml"\n' + HEAD + RULE.format(id="a", m=9), "other.toml")
    path = write('fallback = "other.toml"\n' + HEAD + RULE.format(id="a", m=9))
    assert "mine.toml → other.toml → mine.toml" in refused(path).en


def test_unknown_fallback(write) -> None:
    assert "Shipped are" in refused(write('fallback = "atlantis"\n' + HEAD + RULE.format(id="a", m=9))).en


def test_a_file_named_national_may_fall_back_on_the_nation(write) -> None:
    text = 'fallback = "national"\n' + HEAD.replace("mine", "national") + RULE.format(id="a", m=9)
    assert len(rl.load_rules(write(text, "national.toml")).chain) == 2


# Policy of a loaded set


def test_with_policy_leaves_the_set_unchanged() -> None:
    rules = rl.load_rules("jiangsu")
    digest = rules.digest
    other = rules.with_policy(gap_max_m=50, width_steps="outer")
    assert (other.policy.gap_max_m, other.policy.width_steps) == (50.0, "outer")
    assert rules.policy.gap_max_m == 300.0
    assert rules.digest == digest != other.digest
    assert other.rules == rules.rules
    assert other.policy.source_of("basis_order") == rules.policy.source_of("basis_order")


def test_band_also_holds_for_the_fallback() -> None:
    rules = rl.load_rules("anhui_jiujiang")
    widest = rules.with_policy(band="max")
    assert widest.decide_levee(river="长江", levee="无为大堤").landside_m == 165.0
    assert rl.load_rules("tianjin").with_policy(band="max").fallback.decide_levee(river="x", grade=1).landside_m == 30.0


@pytest.mark.parametrize(
    "changes",
    [{"band": "most"}, {"gap": 5}, {"width_steps": "taper"}, {"gap_max_m": -1}, {"basis_order": ["levee"] * 2}],
)
def test_wrong_policy_of_a_loaded_set(changes: dict) -> None:
    with pytest.raises(rl.RuleError, match="with_policy"):
        rl.load_rules("national").with_policy(**changes)


def test_importing_riverline_does_not_load_pydantic() -> None:
    import subprocess
    import sys

    code = "import riverline, sys; print('pydantic' in sys.modules, riverline.load_rules('anhui').name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "anhui"]
