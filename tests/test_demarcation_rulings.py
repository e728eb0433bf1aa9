"""What is told where data and rules do not quite meet: names, days, levels that cannot be, and levees side by side."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, levees, line, rule_set
from riverline.demarcation.banks.names import near_names

BANKS = ([(0, 50), (1000, 50)], [(0, -50), (1000, -50)])
RIVER = [(0, 0), (1000, 0)]


def told(result: rl.Demarcation, code: str) -> gpd.GeoDataFrame:
    return result.faults[result.faults["code"] == code]


@pytest.mark.parametrize(
    ("name", "meant"), [("长江安徽段", "长江"), ("安徽长江", "长江"), ("长江干流安徽段", "长江干流")]
)
def test_a_name_near_that_of_a_rule_is_told_and_not_taken_for_it(name, meant) -> None:
    result = rl.demarcate(axes(RIVER, name=name), rl.load_rules("anhui"), levees=levees(*BANKS))
    assert set(result.lines["rule_id"]) == {"anhui/others"}
    assert set(result.lines["confidence"]) == {"medium"}
    row = told(result, "river-name-near").iloc[0]
    assert f"{name} ≠ {meant} (anhui/changjiang)" in row["detail"]
    assert row["severity"] == "warning"


@pytest.mark.parametrize("name", ["长江", "长江（安徽段）", "青弋江", "", "江"])
def test_a_name_that_a_rule_has_and_one_that_is_nothing_like_it_are_not_told(name) -> None:
    result = rl.demarcate(axes(RIVER, name=name), rl.load_rules("anhui"), levees=levees(*BANKS))
    assert told(result, "river-name-near").empty
    assert not result.lines["note"].str.contains("相近").any()


def test_the_beginning_of_a_rules_name_is_near_and_its_end_is_another_rivers() -> None:
    rules = rl.load_rules("jiangsu")
    assert near_names("新沂", rules) == {"jiangsu/xinyihe": "新沂河"}
    assert near_names("沂河", rules) == {}


def test_a_day_for_rules_of_unknown_beginning_is_told() -> None:
    rules = rl.load_rules("anhui")
    assert "others" in rules.undated
    result = rl.demarcate(axes(RIVER), rules, levees=levees(*BANKS), on="1950-01-01")
    assert told(result, "rules-undated")["note"].tolist() == ["1950-01-01: anhui/others"]
    assert told(rl.demarcate(axes(RIVER), rules, levees=levees(*BANKS)), "rules-undated").empty
    dated = rl.load_rules("chongqing", on="2025-01-01")
    assert dated.undated == ()
    assert "生效日期不明：changjiang" in rl.rules.describe_rules(rules)
    assert "First day in force" not in rl.rules.describe_rules(dated, language="en")


def test_a_rule_set_says_in_a_line_what_it_is() -> None:
    rules = rl.load_rules("anhui", on="2025-06-01")
    assert repr(rules) == str(rules)
    assert len(repr(rules)) < 160
    for word in ("anhui", "安徽省河道管理范围", "5 rules", "2025-06-01", rules.digest[:16]):
        assert word in repr(rules)
    page = rules._repr_html_()
    assert page.count("<tr>") == 1 + len(rules.rules)
    hostile = rules.model_copy(update={"title": "<script>alert(1)</script>"})
    assert "<script>" not in hostile._repr_html_()


def sections(levels: list[float]) -> gpd.GeoDataFrame:
    profile = shapely.LineString([(0, 12), (40, 6), (90, 5), (95, 0), (105, 0), (110, 5), (160, 6), (200, 12)])
    places = [line([(x, 100), (x, -100)]) for x in np.linspace(0, 1000, len(levels))]
    columns = {"section_id": [f"S{n}" for n in range(len(levels))], "river_id": "R1", "level_m": levels}
    return gpd.GeoDataFrame({**columns, "profile": [profile] * len(levels)}, geometry=places, crs=CRS)


@pytest.mark.parametrize("code", [-999.0, -9999.0, 1e20, -200.1, 9000.1])
def test_a_level_that_cannot_be_is_told_and_draws_nothing(code) -> None:
    rules = rl.load_rules("anhui")
    result = rl.demarcate(axes(RIVER), rules, sections=sections([7.0, code, 7.0, 7.0]))
    row = told(result, "level-implausible").iloc[0]
    assert (row["feature_id"], row["value"], row["severity"]) == ("S1", code, "error")
    clean = rl.demarcate(axes(RIVER), rules, sections=sections([7.0, 7.0, 7.0, 7.0]).drop(index=1))
    assert result.lines.geometry.tolist() == clean.lines.geometry.tolist()


@pytest.mark.parametrize("level", [-154.0, 0.0, 5200.0])
def test_a_level_that_can_be_is_no_fault(level) -> None:
    result = rl.demarcate(axes(RIVER), rl.load_rules("anhui"), sections=sections([level] * 3))
    assert told(result, "level-implausible").empty
    if level < 0.0:
        assert len(told(result, "section-dry")) == 3
        assert len(told(result, "river-not-done")) == 1, "dry throughout: no flood line, and no crash"


def test_levels_that_cannot_be_leave_a_river_undone_rather_than_flooded() -> None:
    levels = gpd.GeoDataFrame(
        {"level_id": ["W1"], "river_id": "R1", "level_m": [1e20], "basis": "design"},
        geometry=[shapely.Point(ORIGIN[0] + 500, ORIGIN[1])], crs=CRS,
    )  # fmt: skip
    result = rl.demarcate(axes(RIVER), rl.load_rules("anhui"), flood_levels=levels)
    assert result.lines.empty
    assert told(result, "level-implausible")["feature_id"].tolist() == ["W1"]
    assert len(told(result, "river-not-done")) == 1


@pytest.mark.parametrize(("policy", "used", "left"), [("outer", "L3", "L1"), ("inner", "L1", "L3")])
def test_levees_side_by_side_are_told_with_the_one_that_was_used(tmp_path, policy, used, left) -> None:
    toes = levees(*BANKS, [(0, 300), (1000, 300)])
    result = rl.demarcate(axes(RIVER), rule_set(tmp_path, several=policy), levees=toes)
    row = told(result, "levees-parallel").iloc[0]
    assert (row["feature_id"], row["note"], row["value"], row["limit"]) == (used, f"{left} ({policy})", 250.0, 50.0)
    assert used in set(result.lines["source_ids"])
    assert len(told(result, "levees-parallel")) == 1


@pytest.mark.parametrize(
    "other", [[(0, 95), (1000, 95)], [(985, 300), (2000, 300)], [(0, -300), (1000, -300)]],
    ids=["toe and crest", "ends overlap", "other bank"],
)  # fmt: skip
def test_levees_that_are_one_or_follow_each_other_are_not_told(tmp_path, other) -> None:
    toes = levees([(0, 50), (1000, 50)], other)
    tops = levees([(0, -50), (2000, -50)]).rename(columns={"levee_id": "bank_id"}).drop(columns="feature")
    result = rl.demarcate(axes([(0, 0), (2000, 0)]), rule_set(tmp_path), levees=toes, bank_tops=tops)
    assert told(result, "levees-parallel").empty
