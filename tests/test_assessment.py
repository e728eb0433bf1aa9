"""Scores by hand-made sheets: sums, caps, bonus and malus, cards, unknowns, and the trace behind every number."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from pandas.testing import assert_frame_equal
from shapely import LineString, Point
from typer.testing import CliRunner

import riverline as rl
from riverline import schema
from riverline.cli.app import app

FULL = {"patrol_met": 0.9, "coverage": 0.5, "closed_share": 1.0, "rebounds": 2.0, "targets_met": 1.0}


def table(*subjects, **columns):
    """Rows of (subject, {indicator: value})."""
    rows = [
        {"value_id": f"{who}-{name}", "subject_kind": "river", "subject": who, "period": "2025Q2", "indicator": name,
         "value": value, "source_ids": f"{name}:{who}"}
        for who, values in subjects
        for name, value in values.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**columns)


def codes(result):
    return sorted(result.faults["code"])


def test_the_score_is_the_sum_of_its_trace_and_each_number_has_its_rows():
    result = rl.assess(table(("R1", FULL), ("R2", {**FULL, "praise": 1.0})))
    assert result.scores["score"].tolist() == [18 + 10 + 40 + 6 + 10, 18 + 10 + 40 + 6 + 10 + 5]
    sums = result.trace.groupby("subject")["points"].sum()
    assert sums.tolist() == result.scores["score"].tolist()
    mine = result.trace[result.trace["subject"] == "R1"].set_index("indicator")
    assert mine["source_ids"].to_dict() == {name: f"{name}:R1" for name in FULL}
    assert mine["reckoning"]["coverage"] == "20 × 0.5"
    assert all("未核实" in each for each in mine["citation"])
    assert result.cards.empty
    assert rl.assess(table(("R1", FULL)), language="en").trace["title"].iloc[0] == "Share of patrol periods met"


def test_caps_hold_and_the_score_keeps_to_the_sheets_ends():
    many = rl.assess(table(("R1", {**FULL, "rebounds": 99.0, "praise": 9.0}))).trace.set_index("indicator")["points"]
    assert (many["rebounds"], many["praise"]) == (0.0, 10.0)
    best = {"patrol_met": 1.0, "coverage": 1.0, "closed_share": 1.0, "targets_met": 1.0, "praise": 9.0}
    assert rl.assess(table(("R1", best))).scores["score"].tolist() == [110.0]
    worst = {
        "patrol_met": 0.0,
        "coverage": 0.0,
        "closed_share": 0.0,
        "targets_met": 0.0,
        "rebounds": 9.0,
        "exposure": 9.0,
    }
    assert rl.assess(table(("R1", worst))).scores["score"].tolist() == [0.0]


def test_an_unknown_indicator_leaves_a_range_and_an_unknown_card():
    unknown = {name: value for name, value in FULL.items() if name != "closed_share"}
    result = rl.assess(table(("R1", unknown)))
    row = result.scores.iloc[0]
    assert np.isnan(row["score"])
    assert (row["lowest"], row["highest"], row["unknown_count"]) == (44.0, 84.0, 1)
    assert result.cards[["card", "standing"]].to_numpy().tolist() == [["yellow", "unknown"]]
    without = rl.assess(table(("R1", {name: value for name, value in FULL.items() if name != "rebounds"})))
    assert without.scores["score"].tolist() == [88.0], "the sheet says that no row means none"


def test_cards_are_shown_by_score_and_by_value():
    poor = {"patrol_met": 0.1, "coverage": 0.1, "closed_share": 0.5, "targets_met": 0.0, "rebounds": 5.0}
    cards = rl.assess(table(("R1", poor), ("R2", FULL))).cards
    assert cards[["subject", "card", "standing"]].to_numpy().tolist() == [
        ["R1", "red", "shown"],
        ["R1", "yellow", "shown"],
    ]
    assert cards["reached"].tolist() == [5.0, 24.0]


def test_rows_that_cannot_be_used_are_faults_and_nothing_is_guessed():
    frame = table(("R1", {**FULL, "coverage": 1.5}), ("R2", FULL), ("R3", {"mood": 1.0}), ("", {"coverage": 1.0}))
    twice = table(("R2", {"closed_share": 0.2})).assign(value_id="again")
    frame = pd.concat([frame, twice], ignore_index=True)
    before = frame.copy()
    result = rl.assess(frame)
    assert codes(result) == [
        "indicator-unknown", "value-out-of-range", "value-twice", "value-twice", "value-without-subject",
    ]  # fmt: skip
    lost = result.faults.set_index("code").loc["indicator-unknown"]
    assert (lost["feature_id"], lost["value"]) == ("mood", 1.0)
    assert result.scores["subject"].tolist() == ["R1", "R2"]
    assert result.scores["score"].isna().all()
    assert_frame_equal(frame, before)
    turned = rl.assess(frame.iloc[::-1])
    for name in ("scores", "trace", "cards"):
        assert_frame_equal(getattr(result, name), getattr(turned, name))
    summed = rl.assess(pd.concat([table(("R1", FULL)), table(("R1", {"rebounds": 1.0})).assign(value_id="more")]))
    assert summed.trace.set_index("indicator")["value"]["rebounds"] == 3.0


def test_where_nothing_is_to_be_judged_a_sheet_may_give_full_points_but_not_for_what_is_blank(tmp_path):
    document = '[[documents]]\nid = "d"\ntitle = "办法"\nseen = "S"\nsource = "原文"\n'
    head = 'name = "own"\ntitle = "x"\njurisdiction = "x"\n' + document
    item = '[[indicators]]\nid = "{}"\ntitle = "t"\ndocument = "d"\narticle = "1"\nweight = 50.0\nmethod = "share"\n'
    path = tmp_path / "own.toml"
    path.write_text(head + item.format("met") + item.format("closed") + 'missing = "full"\n', encoding="utf-8")
    rows = table(("R1", {"met": 0.5}), ("R2", {"met": 0.5, "closed": 0.2}), ("R3", {"met": 0.5, "closed": np.nan}))
    result = rl.assess(rows, rules=rl.rules.load_score_rules(path))
    assert result.scores["score"].fillna(-1).tolist() == [75.0, 35.0, -1.0]
    trace = result.trace.set_index(["subject", "indicator"])
    assert trace.loc[("R1", "closed"), "reckoning"] == "无应考事项，计满分"
    assert pd.isna(trace.loc[("R1", "closed"), "value"])
    assert (result.scores["lowest"] <= result.scores["highest"]).all()


def test_nothing_taken_off_is_nothing_and_the_trace_goes_into_a_workbook(tmp_path):
    result = rl.assess(table(("R1", {**FULL, "exposure": 0.0, "praise": 0.0})))
    assert not np.signbit(result.trace["points"].to_numpy(dtype=float)).any(), "−10 × 0 is 0"
    assert rl.export.to_xlsx(tmp_path / "a.xlsx", result).is_file()


def test_scores_are_written_beside_results_that_lie_somewhere(tmp_path):
    """Faults of a table lie nowhere: their placeholder of a CRS is in nobody's way."""
    axis = gpd.GeoDataFrame(
        {"river_id": ["R1"], "name": ["甲河"]}, geometry=[LineString([(500_000, 0), (501_000, 0)])], crs=4548
    )
    spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=[Point(500_100, 9_000)], crs=4548), axis)
    result = rl.assess(table(("R1", FULL), ("R2", {"mood": 1.0})))
    for order in ((spots, result), (result, spots)):
        path = rl.export.to_geopackage(tmp_path / "a.gpkg", *order)
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0] if "质检问题" in name]
        rows = pd.concat([pyogrio.read_dataframe(path, layer=name) for name in names])
        assert {"indicator-unknown", "problem-far"} <= set(rows["code"])
        assert {pyogrio.read_info(path, layer=name)["crs"] for name in names} <= {"EPSG:4548", None}


def test_frames_follow_their_schemas_and_wrong_calls_are_refused(tmp_path):
    result = rl.assess(table(("R1", FULL)))
    for frame, wanted in (
        (result.scores, schema.SCORES),
        (result.trace, schema.SCORE_TRACE),
        (result.cards, schema.CARDS),
    ):
        for column in wanted:
            assert str(frame[column.name].dtype) == column.dtype, column.name
    assert "1 scores" in repr(result)
    assert "84" in result._repr_html_()
    with pytest.raises(rl.RuleError, match="score sheet"):
        rl.assess(table(("R1", FULL)), rules=rl.rules.load_patrol_rules())
    with pytest.raises(rl.SchemaError, match="subject_kind"):
        rl.assess(table(("R1", FULL)).drop(columns="subject_kind"))
    sheet = tmp_path / "own.toml"
    item = '[[indicators]]\nid = "a"\ntitle = "a"\ndocument = "none"\narticle = "1"\nweight = 10.0\nmethod = "share"\n'
    sheet.write_text('name = "own"\ntitle = "x"\njurisdiction = "x"\n' + item, encoding="utf-8")
    with pytest.raises(rl.RuleError, match="not listed"):
        rl.rules.load_score_rules(sheet)


def test_the_command_writes_scores_trace_and_cards(tmp_path):
    file = tmp_path / "指标值.csv"
    table(("R1", FULL)).to_csv(file, index=False)
    ran = CliRunner().invoke(app, ["score", str(file), "--out", str(tmp_path / "成果")], env={"COLUMNS": "120"})
    assert ran.exit_code == 0, ran.output
    assert "84.00" in ran.output
    assert (tmp_path / "成果" / "考核成果.gpkg").is_file()
