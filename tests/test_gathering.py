"""Indicators made of a ledger, patrols and sections: counted by hand, each with the rows behind it."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

import patrolled as pt
import riverline as rl
from ledgers import closing, ledger_of, problems_of, walk
from riverline.cli.app import app
from riverline.schema import INDICATORS

HALF = {"since": "2025-01-01", "until": "2025-06-30", "period": "2025H1"}
WEEK = {"since": "2025-05-05", "until": "2025-05-11"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """Six problems on two rivers: closed before, closed in time, back, overdue, open, not real; one on no river."""
    frame = problems_of(
        7,
        problem_id=list("ABCDEFG"),
        river_id=["R1"] * 3 + ["R2"] * 3 + [""],
        admin=["云河镇"] * 4 + ["石门乡"] * 3,
        chief_county=["林"] * 6 + [""],
        chief_village=["周", "周", "吴", "吴", "", "", ""],
        found_on=pd.to_datetime(["2024-03-01", *["2025-02-01"] * 2, *["2025-03-01"] * 4]),
    )
    made = ledger_of(tmp_path_factory.mktemp("ledger"), frame)
    walk(made, "A", *closing("2024-04-01"))
    walk(made, "B", *closing("2025-03-01"))
    walk(
        made,
        "C",
        *closing("2025-02-20"),
        ("reopened", "2025-03-20"),
        *closing("2025-04-01"),
        ("reopened", "2025-05-01"),
    )
    made.record("D", "assigned", on="2025-03-02", by="县河长办", changes={"due_on": "2025-05-01"})
    walk(made, "F", ("rejected", "2025-03-05"))
    return made


def told(rows):
    return {(subject, name): value for subject, name, value in rows[["subject", "indicator", "value"]].to_numpy()}


def test_the_ledger_gives_shares_and_counts_of_each_river(ledger):
    rows = rl.gather_indicators(by="river", ledger=ledger, **HALF)
    assert told(rows) == {
        ("R1", "closed_share"): 0.5, ("R1", "overdue"): 0.0, ("R1", "rebounds"): 1.0,
        ("R2", "closed_share"): 0.0, ("R2", "overdue"): 1.0, ("R2", "rebounds"): 0.0,
    }  # fmt: skip
    sources = rows.set_index(["subject", "indicator"])["source_ids"]
    # A was closed before the half-year and F is none: neither was there to be closed.
    assert sources["R1", "closed_share"] == "problems:B,problems:C"
    assert sources["R2", "overdue"] == "overdue:D"
    assert sources["R1", "overdue"] == "problems:A,problems:B,problems:C"
    back = ledger.rebounds(on="2025-06-30").rows
    assert sources["R1", "rebounds"].split(",") == [f"rebounds:{each}" for each in back["rebound_id"]]
    assert rows["period"].unique().tolist() == ["2025H1"]
    assert rows["value_id"].is_unique


def test_a_problem_counts_for_the_chief_of_every_level_and_for_its_unit(ledger):
    chiefs = told(rl.gather_indicators(by="chief", ledger=ledger, **HALF))
    assert chiefs["林", "closed_share"] == pytest.approx(1 / 4)
    assert (chiefs["周", "closed_share"], chiefs["吴", "closed_share"]) == (1.0, 0.0)
    assert (chiefs["吴", "overdue"], chiefs["吴", "rebounds"], chiefs["周", "rebounds"]) == (1.0, 1.0, 0.0)
    units = told(rl.gather_indicators(by="admin", ledger=ledger, **HALF))
    assert {name for name, _ in units} == {"云河镇", "石门乡"}
    # By another day less had happened.
    early = told(rl.gather_indicators(by="river", ledger=ledger, since="2025-01-01", until="2025-03-10"))
    assert (early["R1", "closed_share"], early["R1", "rebounds"], early["R2", "overdue"]) == (1.0, 0.0, 0.0)


def test_patrols_give_what_was_met_walked_and_looks_perfunctory():
    duties = pt.duties(("张三", "village", "left"), ("张三", "village", "right"), ("李四", "village", "left"))
    result = pt.measured(pt.walked([(0, 20), (800, 20)]), of=duties, **WEEK)
    rows = rl.gather_indicators(by="chief", patrols=result, **WEEK)
    assert told(rows) == {
        ("张三", "patrol_met"): 0.5, ("张三", "coverage"): 0.4, ("张三", "perfunctory"): 0.0,
        ("李四", "patrol_met"): 0.0, ("李四", "coverage"): 0.0, ("李四", "perfunctory"): 0.0,
    }  # fmt: skip
    sources = rows.set_index(["subject", "indicator"])["source_ids"]
    assert sources["张三", "coverage"] == "patrolled_duties:D1,patrolled_duties:D2"
    checks = result.checks[result.checks["chief"] == "张三"]["check_id"]
    assert sources["张三", "patrol_met"].split(",") == [f"duty_checks:{each}" for each in checks]
    river = told(rl.gather_indicators(by="river", patrols=result, **WEEK))
    assert river["R1", "coverage"] == pytest.approx(0.8 / 3)
    assert river["R1", "patrol_met"] == pytest.approx(1 / 3)
    assert rl.gather_indicators(by="admin", patrols=result, **WEEK).empty
    same = [(0, 20), (300, 20)]
    again = [pt.fixes(f"T{k}", same, start=f"2025-05-{6 + k:02d}T09:00") for k in range(4)]
    lazy = pt.measured(pd.concat(again, ignore_index=True), **WEEK)
    assert told(rl.gather_indicators(by="chief", patrols=lazy, **WEEK))["张三", "perfunctory"] == 1.0


def test_what_cannot_be_judged_leaves_the_share_blank():
    drawn = pt.drawn([(0, 20), (900, 20)]).drop(columns="ended").assign(ended=pd.NaT)
    result = pt.measured(drawn, rules=None, **WEEK)
    assert result.checks["outcome"].tolist() == ["unknown"]
    rows = rl.gather_indicators(by="chief", patrols=result, **WEEK).set_index("indicator")
    assert pd.isna(rows.loc["patrol_met", "value"])
    assert rows.loc["patrol_met", "source_ids"].startswith("duty_checks:D1")


def test_sections_count_for_their_river_and_for_whoever_has_the_reach_that_they_lie_on():
    names = ["S1", "S2", "S3"]
    sections = gpd.GeoDataFrame(
        {"water_section_id": names, "river_id": ["R1", "R1", "R2"], "name": names, "target": "III",
         "measured": ["II", "IV", None]},
        geometry=[pt.at(200, 0), pt.at(800, 0), pt.at(500, 500)], crs=pt.CRS,
    )  # fmt: skip
    axes = pt.axes([(0, 0), (1000, 0)], [(0, 500), (1000, 500)])
    inventory = rl.place_outfalls(rl.schema.OUTFALLS.empty(pt.CRS), axes, sections=sections)
    rivers = told(rl.gather_indicators(by="river", inventory=inventory, **HALF))
    assert rivers["R1", "targets_met"] == 0.5
    assert pd.isna(rivers["R2", "targets_met"])
    chiefs = gpd.GeoDataFrame(
        {"chief_id": ["H1", "H2"], "river_id": "R1", "level": "village", "name": ["周", "吴"],
         "start_chainage_m": [0.0, 500.0], "end_chainage_m": [500.0, 1000.0]},
        geometry=list(axes.geometry), crs=pt.CRS,
    )  # fmt: skip
    rows = rl.gather_indicators(by="chief", inventory=inventory, chiefs=chiefs, **HALF)
    assert told(rows) == {("周", "targets_met"): 1.0, ("吴", "targets_met"): 0.0}
    assert rl.gather_indicators(by="chief", inventory=inventory, **HALF).empty


def units(*boxes):
    """Townships 镇1, 镇2 … from and to so many metres along the river."""
    names = [f"镇{i}" for i in range(1, len(boxes) + 1)]
    shapes = [shapely.box(pt.X + low, pt.Y - 500, pt.X + high, pt.Y + 900) for low, high in boxes]
    return gpd.GeoDataFrame({"admin_id": names, "name": names}, geometry=shapes, crs=pt.CRS)


def test_patrols_and_sections_are_of_the_unit_that_holds_their_reach():
    towns = units((0, 520), (520, 1000))
    of = pt.duties(
        ("张三", "village", "left"), ("李四", "village", "left"), ("王五", "county", "left"),
        start_chainage_m=[0.0, 520.0, 0.0], end_chainage_m=[525.0, 1000.0, 1000.0],
    )  # fmt: skip
    result = pt.measured(pt.walked([(0, 20), (500, 20)], kmh=2.0), of=of, **WEEK)
    rows = rl.gather_indicators(by="admin", patrols=result, admin=towns.to_crs(4326), **WEEK)
    values, sources = told(rows), rows.set_index(["subject", "indicator"])["source_ids"]
    # The county's chief walks for no one township; five metres over a border are its drawing.
    assert values["镇1", "coverage"] == pytest.approx(500 / 525, abs=1e-3)
    assert (values["镇1", "patrol_met"], values["镇2", "patrol_met"], values["镇2", "coverage"]) == (1.0, 0.0, 0.0)
    assert sources["镇1", "coverage"] == "patrolled_duties:D1"
    assert {name for name, _ in values} == {"镇1", "镇2"}
    county = told(rl.gather_indicators(by="admin", patrols=result, admin=units((-10, 1010)), **WEEK))
    assert county["镇1", "coverage"] == pytest.approx(500 / 2005, abs=1e-3)
    sections = gpd.GeoDataFrame(
        {"water_section_id": ["S1", "S2"], "river_id": "R1", "name": ["上", "下"], "target": "III",
         "measured": ["II", "IV"]},
        geometry=[pt.at(200, 0), pt.at(800, 0)], crs=pt.CRS,
    )  # fmt: skip
    inventory = rl.place_outfalls(rl.schema.OUTFALLS.empty(pt.CRS), pt.axes(), sections=sections)
    met = told(rl.gather_indicators(by="admin", inventory=inventory, admin=towns, **WEEK))
    assert met == {("镇1", "targets_met"): 1.0, ("镇2", "targets_met"): 0.0}
    assert rl.gather_indicators(by="admin", inventory=inventory, **WEEK).empty


def test_what_is_gathered_is_scored_and_nobodys_problem_is_nobodys_value(ledger):
    rows = rl.gather_indicators(by="river", ledger=ledger, **HALF)
    assert rows.columns.tolist() == [column.name for column in INDICATORS]
    assert_frame_equal(rows, rl.gather_indicators(by="river", ledger=ledger, **HALF))
    scored = rl.assess(rows)
    assert scored.scores["subject"].tolist() == ["R1", "R2"]
    trace = scored.trace.set_index(["subject", "indicator"])
    assert trace.loc[("R1", "rebounds"), "points"] == 8.0
    assert trace.loc[("R1", "closed_share"), "source_ids"] == "problems:B,problems:C"
    assert "value-without-subject" not in set(scored.faults["code"])
    assert rl.gather_indicators(by="river", **HALF).empty


@pytest.mark.parametrize(
    ("by", "said"),
    [("river", "另有 1 条记录没有河流，未计入"), ("chief", "另有 1 条记录没有河长，未计入"), ("admin", "")],
)
def test_the_command_says_once_what_is_nobodys(ledger, tmp_path, by, said):
    out = tmp_path / "指标值.csv"
    options = ["--by", by, "--ledger", str(ledger.path), "--since", "2025-01-01", "--until", "2025-06-30"]
    ran = CliRunner().invoke(app, ["indicators", *options, "--out", str(out)], env={"COLUMNS": "160", "TERM": "dumb"})
    assert ran.exit_code == 0, ran.output
    assert ran.output.count("未计入") == bool(said)
    assert said in ran.output
    assert pd.read_csv(out)["subject"].notna().all()
    scored = rl.assess(rl.read_table(out, INDICATORS))
    assert "value-without-subject" not in set(scored.faults["code"])


def test_a_command_without_any_result_to_gather_from_is_a_wrong_call(tmp_path):
    out = tmp_path / "指标值.csv"
    options = ["--by", "river", "--since", "2025-01-01", "--until", "2025-06-30", "--out", str(out)]
    ran = CliRunner().invoke(app, ["indicators", *options], env={"COLUMNS": "160", "TERM": "dumb"})
    assert ran.exit_code == 2
    assert "--patrols" in ran.output
    assert not out.exists()


def test_a_wrong_call_says_everything_at_once():
    with pytest.raises(rl.JobError, match=r"(?s)since.*until.*by must be"):
        rl.gather_indicators(by="country", since="2025Q1", until="later")
    with pytest.raises(rl.JobError, match="since lies after until"):
        rl.gather_indicators(by="river", since="2025-02-01", until="2025-01-01")
