"""The ladder of lines that stand in for a bank's own: what is found, which goes first, and that each piece says so."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import riverline as rl
from county import CRS, ORIGIN, axes, bank_tops, levees, line

RIVER = axes([(0, 0), (1000, 0)])


def frame(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def row(north, first=0, last=1000):
    return line([(first, north), (last, north)])


def drawn(lines, **layers):
    """The left bank's pieces under the national rules; the right bank has a bank top."""
    tops = bank_tops([(0, -60), (1000, -60)])
    tops = rl.schema.BANK_TOPS.conform(pd.concat([tops, lines], ignore_index=True))
    result = rl.demarcate(RIVER, rl.load_rules("national"), bank_tops=tops, **layers)
    left = result.lines[result.lines["bank"] == "left"]
    return result, list(zip(left["basis"], left["rule_id"], left["start_chainage_m"], strict=True))


def test_each_piece_names_its_rung_and_the_order_is_the_ministrys() -> None:
    found = rl.find_stand_ins(
        RIVER, within_m=400, roads=frame(row(200, 0, 300)), slope_feet=frame(row(150, 200, 600)),
        scarps=frame(row(100, 500, 800)), flood_marks=frame(row(50)),
    )  # fmt: skip
    result, pieces = drawn(found)
    real = [piece for piece in pieces if piece[0] == "fallback"]
    assert real == [
        ("fallback", "national/fallback-road", 0.0),
        ("fallback", "national/fallback-slope-foot", 300.0),
        ("fallback", "national/fallback-scarp", 600.0),
        ("fallback", "national/fallback-flood-mark", 800.0),
    ]
    left = result.lines[result.lines["bank"] == "left"]
    assert (left["confidence"] == "low").all()
    notes = left.loc[left["basis"] == "fallback", "note"].tolist()
    assert all(word in note for word, note in zip(("道路", "山坡脚", "陡坎", "洪痕线"), notes, strict=True))
    assert "替代参照线" in rl.explain(result, "R1", "left", 100)


def test_of_road_canal_and_villages_the_nearer_goes_first() -> None:
    village = shapely.Polygon(line([(0, 120), (1000, 120), (1000, 180), (0, 180)]))
    options = {"roads": frame(row(250)), "canals": frame(row(300)), "villages": frame(village)}
    found = rl.find_stand_ins(RIVER, within_m=400, **options)
    assert sorted(found["feature"]) == ["canal", "road", "village_front"]
    front = found.loc[found["feature"] == "village_front"].geometry.iloc[0]
    assert front.length == pytest.approx(1000.0)
    assert front.bounds[1] == front.bounds[3] == ORIGIN[1] + 120
    assert drawn(found)[1] == [("fallback", "national/fallback-village-front", 0.0)]


def test_levees_and_bank_tops_go_before_the_ladder() -> None:
    found = rl.find_stand_ins(RIVER, within_m=400, roads=frame(row(200)))
    toes = levees([(0, 90), (400, 90)])
    result, pieces = drawn(found, levees=toes)
    assert [basis for basis, *_ in pieces if basis != "joined"] == ["levee", "fallback"]
    assert not (result.faults["severity"] == "error").any()


def test_the_order_is_the_rule_sets() -> None:
    found = rl.find_stand_ins(RIVER, within_m=400, roads=frame(row(200)), scarps=frame(row(100)))
    rules = rl.load_rules("national").with_policy(fallback_order=[["scarp"], ["road"]])
    tops = rl.schema.BANK_TOPS.conform(pd.concat([bank_tops([(0, -60), (1000, -60)]), found], ignore_index=True))
    result = rl.demarcate(RIVER, rules, bank_tops=tops)
    assert result.lines["rule_id"].tolist()[0] == "national/fallback-scarp"


def test_what_crosses_or_lies_far_off_is_left_out_and_rows_may_come_in_any_order() -> None:
    roads = frame(line([(500, -900), (500, 900)]), row(900), row(200), row(300))
    found = rl.find_stand_ins(RIVER, within_m=400, roads=roads)
    assert found["source_row"].tolist() == ["2", "3"] or found["source_row"].tolist() == ["3", "2"]
    turned = rl.find_stand_ins(RIVER, within_m=400, roads=roads.iloc[::-1])
    assert found.equals(turned)
    assert rl.find_stand_ins(RIVER, within_m=400).empty
    assert rl.check(found, rl.schema.BANK_TOPS).empty


def test_wrong_calls_are_told() -> None:
    with pytest.raises(rl.JobError, match="within_m"):
        rl.find_stand_ins(RIVER, within_m=0)
    with pytest.raises(rl.CRSError, match="road"):
        rl.find_stand_ins(RIVER, within_m=100, roads=gpd.GeoDataFrame(geometry=[row(50)]))


def test_the_strip_of_a_river_levee_ends_at_a_parallel_channel() -> None:
    toes = levees([(0, 80), (1000, 80)], [(0, -80), (1000, -80)], [(300, 95), (700, 95)])
    toes["feature"] = ["landside_toe", "landside_toe", "parallel_river"]
    river = RIVER.assign(name="新沂河")
    result = rl.demarcate(river, rl.load_rules("jiangsu"), levees=toes)
    left = result.lines[(result.lines["bank"] == "left") & (result.lines["basis"] == "levee")]
    assert left["source_ids"].tolist() == ["L1", "L3", "L1"]
    assert left["offset_m"].tolist() == [30.0, 0.0, 30.0]
    area = shapely.transform(result.extents.geometry.iloc[0], lambda xy: xy - ORIGIN)
    assert not shapely.intersects(area, shapely.Point(500, 96))
    assert shapely.intersects(area, shapely.Point(100, 109.9))
    # Where the rule knows no such end the channel is no part of the line.
    plain = rl.demarcate(RIVER, rl.load_rules("anhui"), levees=toes)
    assert plain.lines[plain.lines["bank"] == "left"]["source_ids"].tolist() == ["L1"]
    assert ("feature-not-used", "L3") in set(zip(plain.faults["code"], plain.faults["feature_id"], strict=True))


def test_what_is_no_layer_is_refused_and_what_has_no_place_leaves_no_trace() -> None:
    with pytest.raises(rl.SchemaError, match="road must be a GeoDataFrame"):
        rl.find_stand_ins(RIVER, within_m=400, roads="roads.shp")
    endless = shapely.set_coordinates(row(100), [(ORIGIN[0], float("nan")), ORIGIN])
    found = rl.find_stand_ins(RIVER, within_m=400, roads=frame(endless, shapely.LineString(), row(200)))
    assert found["source_row"].tolist() == ["2"]


def test_lines_that_stand_in_on_one_bank_alone_are_no_wrong_lines() -> None:
    alone = rl.find_stand_ins(RIVER, within_m=400, roads=frame(row(60)))
    told = rl.demarcate(RIVER, rl.load_rules("national"), bank_tops=alone).faults.set_index("code")
    assert told.loc["river-not-done", "note"] == "no-reference: right; bank_tops: other-bank"
