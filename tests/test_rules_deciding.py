"""Which rule holds: priorities, refinements, exceptions and contradictions, with closed truth and as laws."""

from __future__ import annotations

import itertools
import json
import math
import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
from riverline.rules import Document, Rule, RuleSet, Width, fields
from riverline.rules.checking import contradictions
from riverline.rules.conditions import Box, Conditions, Place
from riverline.rules.deciding import decide

POLICY = rl.load_rules("national").policy
LAW = Document(id="law", title="《条例》", seen="S", source="原文")


def made(rule_id: str, metres: float = 10.0, **more: Any) -> Rule:
    common = {"document": "law", "article": "第1条", "scope": "levee", "certainty": "S", "landside": {"m": metres}}
    return Rule(id=rule_id, **{**common, **more})


def collected(*rules: Rule) -> RuleSet:
    return RuleSet(name="mine", title="我的", jurisdiction="某县", documents=(LAW,), rules=rules, policy=POLICY)


def chosen(rules: RuleSet, **place: Any) -> str | None:
    decision = rules.decide_levee(**{"river": "甲河", **place})
    return None if decision is None else decision.rule_id.removeprefix("mine/")


LADDER = [
    made("default", 1.0),
    made("grade", 2.0, when={"grades": [3]}),
    made("protects", 3.0, when={"protects_mu_min": 100.0}),
    made("rank", 4.0, when={"ranks": ["main"]}),
    made("river", 5.0, when={"rivers": ["甲河"]}),
    made("levee", 6.0, when={"levees": ["东堤"]}),
    made("exception", 7.0, when={"settings": ["urban"]}, exception=True),
]
FACTS = [{}, {"grade": 3}, {"protects_mu": 100.0}, {"rank": "main"}, {"river": "甲河"}, {"levee": "东堤"}]


@pytest.mark.parametrize("top", range(1, 7))
def test_ladder_of_priorities(top: int) -> None:
    rules = collected(*LADDER[:-1])
    facts: dict[str, Any] = {"river": "别河"}
    for fact in FACTS[:top]:
        facts |= fact
    assert chosen(rules, **facts) == LADDER[top - 1].id


def test_one_higher_condition_outweighs_all_lower_ones() -> None:
    rules = collected(
        made("all-lower", 1.0, when={"ranks": ["main"], "protects_mu_min": 1.0, "grades": [1], "banks": ["left"]}),
        made("river", 2.0, when={"rivers": ["甲河"]}),
    )
    facts = {"rank": "main", "protects_mu": 5.0, "grade": 1, "bank": "left"}
    assert chosen(rules, **facts) == "river"
    assert chosen(rules, **{**facts, "river": "乙河"}) == "all-lower"


def test_an_exception_goes_before_a_named_levee() -> None:
    rules = collected(*LADDER).model_copy(update={"settings": {"urban": {"zh": "建成区"}}})
    assert chosen(rules, levee="东堤", settings=["urban"]) == "exception"
    assert chosen(rules, levee="东堤") == "levee"


def test_more_conditions_go_first_within_one_priority() -> None:
    rules = collected(
        made("river", 1.0, when={"rivers": ["甲河"]}),
        made("river-left", 2.0, when={"rivers": ["甲河"], "banks": ["left"]}),
        made("river-left-crest", 3.0, when={"rivers": ["甲河"], "banks": ["left"], "features": ["crest"]}),
        made("river-grade", 4.0, when={"rivers": ["甲河"], "grades": [1]}),
    )
    assert chosen(rules) == "river"
    assert chosen(rules, bank="left") == "river-left"
    assert chosen(rules, bank="left", feature="crest") == "river-left-crest"
    assert chosen(rules, bank="left", feature="crest", grade=1) == "river-grade"


@pytest.mark.parametrize(
    ("name", "same"),
    [("甲河", True), (" 甲 河 ", True), ("甲河（上段）", True), ("甲河(上段)左支", False), ("甲河上段", False),
     ("", False),
     (None, False), (math.nan, False), (pd.NA, False)],
)  # fmt: skip
def test_names_are_compared_without_brackets_and_spaces(name: object, *, same: bool) -> None:
    rules = collected(made("river", when={"rivers": ["甲 河"]}))
    assert (chosen(rules, river=name) == "river") == same


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, pd.NaT])
def test_what_is_missing_meets_no_condition(missing: object) -> None:
    rules = collected(
        made("grade", when={"grades": [1, 2, 3, 4, 5]}),
        made("farmland", when={"protects_mu_below": 1e12}),
        made("rank", when={"ranks": ["main"]}),
    )
    assert chosen(rules, grade=missing, protects_mu=missing, rank=missing, levee=missing) is None


def test_numbers_of_frames_are_taken() -> None:
    frame = pd.DataFrame({"grade": pd.array([1, None], dtype="Int64"), "mu": [5.0, math.nan]})
    rules = collected(made("grade", 2.0, when={"grades": [1]}), made("farmland", 1.0, when={"protects_mu_min": 5.0}))
    assert [chosen(rules, grade=grade) for grade in frame["grade"]] == ["grade", None]
    assert [chosen(rules, protects_mu=mu) for mu in frame["mu"]] == ["farmland", None]


@pytest.mark.parametrize(("width", "metres"), [(4.999, 1.0), (5.0, 1.0), (5.001, 2.0), (20.0, 2.0), (20.001, None)])
def test_ends_of_widths(width: float, metres: float | None) -> None:
    rules = collected(
        made("narrow", 1.0, scope="bank_top", when={"width_up_to_m": 5.0}),
        made("wide", 2.0, scope="bank_top", when={"width_over_m": 5.0, "width_up_to_m": 20.0}),
    )
    decision = rules.decide_bank("bank_top", river="甲河", width_m=width)
    assert (decision and decision.landside_m) == metres


def test_one_rule_for_several_scopes_uses_the_usual_lines() -> None:
    rules = collected(made("all", scope=["levee", "flood", "bank_top", "water"]))
    lines = [rules.decide_bank(basis, river="x").reference for basis in ("flood", "bank_top", "water")]
    assert [rules.decide_levee(river="x").reference, *lines] == ["landside_toe", "flood_line", "bank_top", "water_edge"]


def test_wrong_basis_and_wrong_setting_are_refused() -> None:
    rules = rl.load_rules("tianjin")
    with pytest.raises(rl.RuleError, match="decide_levee"):
        rules.decide_bank("levee", river="海河")
    with pytest.raises(rl.RuleError, match="builtup") as caught:
        rules.decide_levee(river="海河", settings=["builtup", "town"])
    assert "built_up, sand_foundation, town" in caught.value.en


def test_notes_say_what_a_reader_must_know() -> None:
    rules = collected(
        made("a", landside={"min": 30.0}, certainty="M", assumes="堤防达标", note="以公告为准", until="parallel_river")
    )
    decision = rules.decide_levee(river="x", feature="crest")
    for words in (
        "条文为不小于 30 m，取下限",
        "有顺堤河的，以顺堤河为界",
        "所绘为堤顶，规则自背水侧堤脚起算",
        "前提：堤防达标",
        "以公告为准",
        "条文据转述或转载，未核对原文",
    ):
        assert words in decision.note
    assert decision.note_en.count("; ") == 5
    assert decision.confidence == "medium"


@pytest.mark.parametrize(
    ("mark", "more", "confidence"),
    [
        ("S", {}, "high"),
        ("M", {}, "medium"),
        ("C", {}, "low"),
        ("D", {}, "low"),
        ("U", {}, "low"),
        ("S", {"landside": {"min": 5.0}}, "high"),
        ("S", {"landside": {"min": 5.0, "max": 9.0, "policy": "min"}}, "medium"),
        ("S", {"assumes": "…"}, "medium"),
        ("U", {"assumes": "…"}, "low"),
    ],
)
def test_confidence_is_that_of_the_weakest_reason(mark: str, more: dict, confidence: str) -> None:
    assert collected(made("a", certainty=mark, **more)).decide_levee(river="x").confidence == confidence


def test_explanation_in_both_languages() -> None:
    rules = rl.load_rules("jiangxi_jishui")
    decision = rules.decide_levee(river="赣江", grade=2)
    zh, en = rules.explain(decision), rules.explain(decision, "en")
    assert zh.startswith("依据吉水县公告（JSXZF-2022-0010）第1(1)项（jiangxi_jishui/grade-2）：以临水侧堤顶线为界")
    assert "临水侧自临水侧堤脚起 50 m；保护范围再外延 200 m。可信度：中。" in zh
    assert en.startswith("By Jishui notice, item 1(1) (jiangxi_jishui/grade-2): along the waterside edge of the crest")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in en)


# Contradictions


CLASHES = [
    ({}, {}),
    ({"rivers": ["甲河"]}, {"rivers": ["乙河", "甲河"]}),
    ({"grades": [1, 2]}, {"grades": [2, 3]}),
    ({"ranks": ["main"], "banks": ["left"]}, {"ranks": ["main"], "features": ["crest"]}),
    ({"settings": ["town"]}, {"settings": ["sand_foundation"]}),
    ({"protects_mu_min": 5.0}, {"protects_mu_below": 6.0}),
    ({"protects": "town"}, {"protects_mu_below": 6.0}),
    ({"protects": "town", "protects_mu_min": 5.0}, {"protects_mu_below": 5.0}),
]
NO_CLASHES = [
    ({"rivers": ["甲河"]}, {"rivers": ["乙河"]}),
    ({"rivers": ["甲河"]}, {"ranks": ["main"]}),
    ({"grades": [1]}, {"grades": [2]}),
    ({"banks": ["left"]}, {"banks": ["right"]}),
    ({"settings": ["town"]}, {"settings": ["sand_foundation"], "unless": ["town"]}),
    ({"settings": ["town"]}, {}),
    ({"protects_mu_min": 5.0}, {"protects_mu_below": 5.0}),
    ({"protects": "town", "protects_mu_min": 5.0}, {"protects_mu_below": 5.0, "unless": ["town"]}),
]


@pytest.mark.parametrize(("one", "other"), CLASHES)
def test_contradictions_are_proven_before_any_river_is_asked(one: dict, other: dict) -> None:
    pair = [made("a", 1.0, when=one), made("b", 2.0, when=other)]
    ((zh, en),) = contradictions(pair)
    assert "a 与 b 矛盾" in zh
    assert "rules a and b contradict each other" in en
    assert list(contradictions(pair[::-1])) == [(zh, en)]
    assert list(contradictions([pair[0], made("b", 1.0, when=other)])) == []
    assert list(contradictions([pair[0], made("b", 2.0, when=other, exception=True)])) == []


@pytest.mark.parametrize(("one", "other"), NO_CLASHES)
def test_rules_that_never_meet_or_are_ranked_do_not_contradict(one: dict, other: dict) -> None:
    assert list(contradictions([made("a", 1.0, when=one), made("b", 2.0, when=other)])) == []


def test_rules_for_different_scopes_do_not_contradict() -> None:
    assert list(contradictions([made("a", 1.0), made("b", 2.0, scope="flood")])) == []
    assert len(list(contradictions([made("a", 1.0, scope=["levee", "flood"]), made("b", 2.0, scope="flood")]))) == 1


def test_a_third_rule_settles_where_both_hold() -> None:
    left, crest = made("a", 1.0, when={"banks": ["left"]}), made("b", 2.0, when={"features": ["crest"]})
    judge = made("c", 3.0, when={"banks": ["left"], "features": ["crest"]})
    assert len(list(contradictions([left, crest]))) == 1
    assert list(contradictions([left, crest, judge])) == []
    assert chosen(collected(left, crest, judge), bank="left", feature="crest") == "c"


def test_a_set_made_by_hand_is_caught_when_it_is_asked() -> None:
    rules = collected(made("a", 1.0, when={"banks": ["left"]}), made("b", 2.0, when={"features": ["crest"]}))
    assert chosen(rules, bank="left") == "a"
    with pytest.raises(rl.RuleError, match="a 与 b 在 甲河 矛盾"):
        chosen(rules, bank="left", feature="crest")


def test_equal_rules_give_the_first_by_name() -> None:
    assert chosen(collected(made("b"), made("a"), made("c"))) == "a"


# Laws


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "rivers": st.sampled_from([["甲"], ["乙"], ["甲", "乙"]]),
        "grades": st.sampled_from([[1], [2], [1, 2]]),
        "protects": st.just("town"),
        "protects_mu_min": st.sampled_from([5.0, 10.0]),
        "protects_mu_below": st.sampled_from([20.0, 15.0]),
        "banks": st.sampled_from([["left"], ["right"]]),
        "settings": st.sampled_from([["town"], ["sand_foundation"], ["sand_foundation", "town"]]),
    },
)
PLACES = [
    Place("levee", river=river, grade=grade, protects_mu=mu, bank=bank, settings=frozenset(words))
    for river, grade, mu, bank, words in itertools.product(
        ("", "甲", "乙"), (math.nan, 1, 2), (math.nan, 0, 5, 12, 15, 20), ("", "left", "right"),
        ((), ("town",), ("sand_foundation",), ("town", "sand_foundation")),
    )
]  # fmt: skip


def _rules(conditions: list[dict], metres: list[int], barred: list[bool]) -> list[Rule]:
    rules = []
    for i, (when, width, bar) in enumerate(zip(conditions, metres, barred, strict=True)):
        unless = ["town"] if bar and "town" not in when.get("settings", []) and "protects" not in when else []
        rules.append(made(f"r{i}", float(width), when={**when, "unless": unless}))
    return rules


SETS = st.integers(1, 5).flatmap(
    lambda n: st.builds(
        _rules,
        st.lists(CONDITIONS, min_size=n, max_size=n),
        st.lists(st.integers(1, 2), min_size=n, max_size=n),
        st.lists(st.booleans(), min_size=n, max_size=n),
    )
)


@settings(max_examples=120, deadline=None)
@given(SETS)
def test_what_is_proven_free_of_contradiction_never_contradicts(rules: list[Rule]) -> None:
    ruleset = collected(*rules)
    proven = not list(contradictions(rules))
    caught = False
    for place in PLACES:
        try:
            decision = decide(ruleset, place)
        except rl.RuleError:
            caught = True
            break
        fitting = [rule for rule in rules if rule.when.hold(place)]
        assert (decision is None) == (not fitting)
    assert not (proven and caught)


@settings(max_examples=60, deadline=None)
@given(SETS)
def test_a_pair_is_contradictory_exactly_if_some_place_shows_it(rules: list[Rule]) -> None:
    for one, other in itertools.combinations(rules, 2):
        pair = collected(one, other)
        shown = False
        for place in PLACES:
            try:
                decide(pair, place)
            except rl.RuleError:
                shown = True
                break
        assert bool(list(contradictions([one, other]))) == shown


@settings(max_examples=60, deadline=None)
@given(SETS, st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter(rules: list[Rule], chance: random.Random) -> None:
    shuffled = rules.copy()
    chance.shuffle(shuffled)
    one, other = collected(*rules), collected(*shuffled)
    assert one.digest == other.digest
    assert sorted(contradictions(rules)) == sorted(contradictions(shuffled))
    if not list(contradictions(rules)):
        for place in chance.sample(PLACES, 40):
            assert decide(one, place) == decide(other, place) == decide(one, place)


@settings(max_examples=60, deadline=None)
@given(CONDITIONS, CONDITIONS)
def test_boxes_meet_and_cover_as_sets_do(one: dict, other: dict) -> None:
    for a, b in itertools.product(Conditions(**one).boxes, Conditions(**other).boxes):
        inside_a, inside_b = ({i for i, place in enumerate(PLACES) if box.holds(place)} for box in (a, b))
        met = a.meet(b)
        assert {i for i, place in enumerate(PLACES) if isinstance(met, Box) and met.holds(place)} == inside_a & inside_b
        assert not a.covers(b) or inside_a >= inside_b


def _toml(chance: random.Random, *, shuffled: bool) -> str:
    """One rule set, laid out by chance: order of tables and keys, spaces, comments, quotes, numbers, inline tables."""
    space = lambda: " " * chance.randint(0, 3)  # noqa: E731 - local
    blank = lambda: chance.choice(["\n", "\n\n", "\n# 说明\n", "  # x\n"])  # noqa: E731 - local
    quoted = lambda text: chance.choice([f'"{text}"', f"'{text}'", json.dumps(text)])  # noqa: E731 - local
    number = lambda value: chance.choice([f"{value}", f"{value}.0", f"{value}e0"])  # noqa: E731 - local

    def pairs(values: list[tuple[str, str]]) -> str:
        mixed = chance.sample(values, len(values)) if shuffled else values
        return "".join(f"{space()}{key}{space()}={space()}{value}{blank()}" for key, value in mixed)

    def rule(name: str, rivers: list[str], metres: int) -> str:
        names = chance.sample(rivers, len(rivers)) if shuffled else rivers
        listed = "[" + ", ".join(quoted(each) for each in names) + chance.choice(["]", ",]"])
        body = [("id", quoted(name)), ("document", quoted("law")), ("article", quoted("第1条")),
                ("scope", chance.choice(['"levee"', '["levee"]'])),
                ("landside", f"{{ m = {number(metres)} }}")]  # fmt: skip
        when = f"{{ rivers = {listed}, grades = [1, 2] }}"
        if chance.random() < 0.5:
            return "[[rules]]\n" + pairs([*body, ("when", when)])
        return "[[rules]]\n" + pairs(body) + f"[rules.when]\nrivers = {listed}\ngrades = [2, 1]\n"

    head = pairs([("name", quoted("mine")), ("title", quoted("我的")), ("jurisdiction", quoted("某县"))])
    law = "[[documents]]\n" + pairs([("id", quoted("law")), ("title", quoted("《条例》")), ("seen", quoted("S")),
                                     ("source", quoted("原文"))])  # fmt: skip
    policy = "[policy]\n" + pairs([("gap_max_m", number(50)), ("band", quoted("min"))])
    tables = [law, policy, rule("a", ["甲河", "乙河"], 30), rule("b", ["丙河"], 20)]
    return head + "\n".join(chance.sample(tables, len(tables)) if shuffled else tables)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_digest_is_that_of_the_content_not_of_the_layout(tmp_path_factory: Any, chance: random.Random) -> None:
    path = tmp_path_factory.mktemp("rules") / "mine.toml"
    path.write_text(_toml(random.Random(0), shuffled=False), encoding="utf-8")  # noqa: S311 - a layout, no secret
    plain = rl.load_rules(path)
    path.write_text(_toml(chance, shuffled=True), encoding="utf-8")
    other = rl.load_rules(path)
    assert other.digest == plain.digest
    assert other.decide_levee(river="乙河", grade=1) == plain.decide_levee(river="乙河", grade=1)


@pytest.mark.parametrize(
    "change",
    [
        ("30", "31"),
        ("甲河", "丁河"),
        ("第1条", "第2条"),
        ('"S"', '"M"'),
        ("[1, 2]", "[1]"),
        ("《条例》", "《办法》"),
        ("= 50", "= 51"),
    ],
)
def test_digest_changes_with_the_content(tmp_path: Any, change: tuple[str, str]) -> None:
    text = """
name = "mine"
title = "我的"
jurisdiction = "某县"
documents = [{ id = "law", title = "《条例》", seen = "S", source = "原文" }]
[policy]
gap_max_m = 50
[[rules]]
id = "a"
document = "law"
article = "第1条"
scope = "levee"
landside = { m = 30 }
when = { rivers = ["甲河"], grades = [1, 2] }
"""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    before = rl.load_rules(path).digest
    path.write_text(text.replace(*change), encoding="utf-8")
    assert rl.load_rules(path).digest != before


def test_digest_changes_with_the_fallback() -> None:
    rules = rl.load_rules("anhui")
    assert rules.model_copy(update={"fallback": None}).model_copy().chain != rules.chain
    alone = RuleSet(**{name: getattr(rules, name) for name in RuleSet.model_fields if name != "fallback"})
    assert alone.digest != rules.digest


@given(least=st.floats(0, 500), span=st.floats(0.01, 500))
def test_the_middle_of_a_band_lies_in_it(least: float, span: float) -> None:
    width = Width(min=least, max=least + span)
    low, middle, high = (
        width.metres(band=band, width_m=math.nan, return_period=math.nan) for band in ("min", "middle", "max")
    )
    assert low <= middle <= high
    assert middle == pytest.approx((low + high) / 2)


@given(st.text(max_size=12))
def test_comparing_names_twice_changes_nothing(name: str) -> None:
    assert fields.normal(fields.normal(name)) == fields.normal(name)
