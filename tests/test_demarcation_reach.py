"""Every rule that ships can be reached through the columns of the layers, and a word that no rule knows is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, levees

if TYPE_CHECKING:
    from riverline.rules import Rule

BANKS = ([(0, 50), (1000, 50)], [(0, -50), (1000, -50)])
PROFILE = shapely.LineString([(0, 12), (40, 6), (90, 5), (95, 0), (105, 0), (110, 5), (160, 6), (200, 12)])


def between(least: float | None, most: float | None) -> float | None:
    """A number over the first bound and up to the second."""
    if least is None and most is None:
        return None
    return least + 1.0 if most is None else (most + (least or 0.0)) / 2.0


def width_for(rule: Rule) -> float | None:
    """A channel width that the rule has a figure for."""
    table = rule.landside.by_width
    asked = between(rule.when.width_over_m, rule.when.width_up_to_m)
    return table[0].up_to_m if asked is None and table else asked


def sections(period: float | None) -> gpd.GeoDataFrame:
    """Sections that give a flood line on both banks."""
    along = np.array([0.0, 500.0, 1000.0])
    lines = [shapely.LineString([(ORIGIN[0] + x, ORIGIN[1] + y) for y in (100, -100)]) for x in along]
    columns = {"section_id": ["S1", "S2", "S3"], "river_id": "R1", "level_m": 7.0, "profile": [PROFILE] * 3}
    return gpd.GeoDataFrame(columns | ({} if period is None else {"return_period": period}), geometry=lines, crs=CRS)


def layers_for(rule: Rule, scope: str) -> dict[str, gpd.GeoDataFrame]:
    """The layer that a rule of a scope speaks of, with what its conditions ask for."""
    when = rule.when
    if scope == "levee":
        asked = {
            "name": when.levees[:1], "grade": when.grades[:1], "feature": when.features[:1],
            "protects_mu": [each for each in (between(when.protects_mu_min, when.protects_mu_below),) if each],
        }  # fmt: skip
        return {"levees": levees(*BANKS, **{name: values[0] for name, values in asked.items() if values})}
    rows = [row.years for row in rule.landside.by_return_period]
    period = next((each for each in [*when.return_periods, rule.return_period, *rows] if each), None)
    if scope == "bank_top":
        return {"bank_tops": bank_tops(*BANKS).assign(return_period=period)}
    if scope == "flood":
        return {"sections": sections(period)}
    channel = shapely.box(ORIGIN[0] - 10, ORIGIN[1] - 20, ORIGIN[0] + 1010, ORIGIN[1] + 20)
    columns = {"water_id": ["W1"], "river_id": "R1", "kind": "river"}
    return {"water": gpd.GeoDataFrame(columns, geometry=[channel], crs=CRS)}


def words_for(rule: Rule) -> str:
    """The settings that the rule asks for; farmland may stand for a town."""
    mu = rule.when.protects_mu_min is not None or rule.when.protects_mu_below is not None
    town = [rule.when.protects] if rule.when.protects and not mu else []
    return ",".join([*rule.when.settings, *town])


RULES = [
    pytest.param(ruleset, rule, scope, place, id=f"{ruleset.name}/{rule.id}-{scope}-{place}")
    for ruleset in map(rl.load_rules, rl.list_rules()["name"])
    for rule in ruleset.rules
    for scope in sorted({"levee", "flood", "bank_top", "water"}.intersection(rule.scope))
    for place in (["axis", "feature"] if words_for(rule) and scope in ("levee", "bank_top") else ["axis"])
]


@pytest.mark.parametrize(("ruleset", "rule", "scope", "place"), RULES)
def test_every_shipped_rule_draws_a_line_where_its_conditions_hold(ruleset, rule, scope, place) -> None:
    when = rule.when
    words, layers = words_for(rule), layers_for(rule, scope)
    river = {"name": (when.rivers or ("无名河",))[0], "rank": (when.ranks or ("",))[0], "width_m": width_for(rule)}
    if words and place == "feature":
        layers = {name: frame.assign(settings=words) for name, frame in layers.items()}
    elif words:
        river["settings"] = words
    result = rl.demarcate(axes([(0, 0), (1000, 0)], **river), ruleset, **layers)
    banks = when.banks or ("left", "right")
    drew = result.lines[result.lines["bank"].isin(banks)]
    assert set(drew["rule_id"]) == {f"{ruleset.name}/{rule.id}"}
    assert "condition-unknown" not in set(result.faults["code"])


def test_settings_of_feature_and_axis_add_up() -> None:
    rules = rl.load_rules("jiangsu")
    river = axes([(0, 0), (1000, 0)], name="里运河", settings="lakeside")
    with_platform = rl.demarcate(river, rules, levees=levees(*BANKS, settings=["platform", None]))
    drew = dict(zip(with_platform.lines["bank"], with_platform.lines["rule_id"], strict=True))
    assert drew == {"left": "jiangsu/liyunhe-lakeside-platform", "right": "jiangsu/liyunhe-lakeside"}


def test_a_setting_may_be_written_by_its_chinese_name() -> None:
    rules = rl.load_rules("anhui")
    result = rl.demarcate(axes([(0, 0), (1000, 0)], name="长江"), rules, levees=levees(*BANKS, settings="非大中型堤防"))
    assert result.lines["offset_m"].tolist() == [20.0, 20.0]


@pytest.mark.parametrize("layer", ["axes", "levees", "bank_tops"])
def test_a_word_that_no_rule_knows_is_told_with_those_that_there_are(layer) -> None:
    frames = {"axes": axes([(0, 0), (1000, 0)], name="长江"), "levees": levees(*BANKS), "bank_tops": bank_tops(*BANKS)}
    written = frames[layer].assign(settings="lesser_leve，town")
    before = written.copy()
    frames[layer] = written
    river = frames.pop("axes")
    result = rl.demarcate(river, rl.load_rules("anhui"), **frames)
    told = result.faults[result.faults["code"] == "condition-unknown"]
    assert set(told["feature_id"]) == set(before.iloc[:, 0]), "the key comes first"
    assert set(told["note"]) == {"lesser_leve → lesser_levee, sand_foundation, town"}
    assert set(told["severity"]) == {"error"}
    assert result.lines["offset_m"].tolist() == [30.0, 30.0], "the known rule holds where the word says nothing"
    assert written.equals(before)
