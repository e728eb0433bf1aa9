"""The ledger: what is taken and recorded, what it says of any day, what it refuses, and what QGIS sees."""

from __future__ import annotations

import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import riverline as rl
import zoo
from ledgers import CRS, X, Y, closing, ledger_of, problems_of, walk
from riverline import schema
from riverline.ledger import opening
from riverline.ledger.cells import values_of
from riverline.ledger.state import standing


def codes(result):
    return sorted(result.faults["code"])


# Taking


def test_the_same_intake_twice_adds_nothing(tmp_path):
    frame = problems_of(6)
    ledger = rl.Ledger.open(tmp_path / "台账.gpkg")
    first = ledger.take(frame, source="排查", on="2025-12-31")
    again = ledger.take(frame.sample(frac=1, random_state=1), source="排查", on="2026-01-05")
    assert [len(first.added), len(first.kept), len(again.added), len(again.kept)] == [6, 0, 0, 6]
    assert not len(again.faults)
    assert len(ledger.history()) == 6
    assert ledger.problems()["problem_id"].is_unique


def test_what_was_taken_conforms_and_comes_back_as_it_was(tmp_path):
    frame = problems_of(5, area_m2=[1.5, None, 3.0, 1e-9, 1e9], 网格员=["甲", None, "乙", "", "丙"])
    before = frame.copy(deep=True)
    ledger = ledger_of(tmp_path, frame)
    back = ledger.problems()
    assert frame.equals(before)
    assert schema.PROBLEMS.conform(back).dtypes.equals(back.dtypes)
    matched = back.set_index("description").loc[frame["description"]]
    assert np.array_equal(matched["area_m2"], frame["area_m2"].astype(float), equal_nan=True)
    assert matched["网格员"].tolist()[0] == "甲"
    assert matched["found_on"].tolist() == frame["found_on"].tolist()
    assert shapely.equals_exact(matched.geometry.array, frame.geometry.array, tolerance=0).all()
    assert set(back["status"]) == {"found"}
    assert set(back["source"]) == {"排查"}


def test_a_row_keeps_its_own_code_and_a_change_of_it_is_told_not_taken(tmp_path):
    frame = problems_of(2, problem_id=["A1", "A2"])
    ledger = ledger_of(tmp_path, frame)
    again = ledger.take(frame.assign(severity="major", item="堆土"), source="排查", on="2025-12-31")
    assert codes(again) == ["problem-differs", "problem-differs"]
    assert again.faults["note"].str.contains("item").all()
    assert set(ledger.problems()["item"]) == {""}


def test_near_ones_of_one_kind_are_proposed_and_both_are_there(tmp_path):
    frame = problems_of(1, problem_id=["A"], kind="dumping")
    ledger = ledger_of(tmp_path, frame)
    near = frame.assign(problem_id="B", found_on=pd.Timestamp("2025-01-20"))
    near = near.set_geometry(near.translate(6, 8))
    other = near.assign(problem_id="C", kind="extraction")
    made = ledger.take(pd.concat([near, other]), source="投诉", on="2025-12-31")
    assert made.proposals[["problem_id", "other_id", "relation", "away_m", "days_between"]].to_numpy().tolist() == [
        ["B", "A", "duplicate", 10.0, 19.0]
    ]
    assert len(ledger.problems()) == 3
    walk(ledger, "A", *closing("2025-02-01"))
    late = near.assign(problem_id="D", found_on=pd.Timestamp("2025-03-01"))
    told = ledger.take(late, source="投诉", on="2025-12-31").proposals.set_index("other_id")
    assert told.loc["A", ["relation", "days_between"]].tolist() == ["rebound", 28.0]
    assert told.loc["B", "relation"] == "duplicate"


def test_found_again_on_the_day_of_closing_is_a_proposed_duplicate_and_the_day_after_a_rebound(tmp_path):
    frame = problems_of(1, problem_id=["A"], kind="dumping")
    ledger = ledger_of(tmp_path, frame)
    walk(ledger, "A", *closing("2025-02-01"))
    again = frame.set_geometry(frame.translate(3, 4))
    for name, day, relation, back in (("B", "2025-02-01", "duplicate", []), ("C", "2025-02-02", "rebound", ["C"])):
        made = ledger.take(
            again.assign(problem_id=name, found_on=pd.Timestamp(day)), source="投诉", on="2025-12-31"
        ).proposals
        assert made.set_index("other_id").loc["A", "relation"] == relation
        assert ledger.rebounds(distance_m=10, within=365, on="2025-06-01").rows["back_as"].tolist() == back


def test_heights_of_places_are_left_out_and_that_is_said_once(tmp_path):
    frame = problems_of(3, problem_id=list("ABC"))
    high = frame.set_geometry(gpd.GeoSeries([*shapely.force_3d(frame.geometry[:2], 12.5), frame.geometry[2]], crs=CRS))
    made = ledger_of(tmp_path).take(high, source="排查", on="2025-12-31")
    assert made.faults[["code", "severity", "value"]].to_numpy().tolist() == [["z-present", "note", 2.0]]
    assert not shapely.has_z(made.added.geometry.array).any()
    assert codes(rl.Ledger.open(tmp_path / "新.gpkg").take(frame, source="排查", on="2025-12-31")) == []


def test_facing_banks_are_not_the_same_place(tmp_path):
    frame = problems_of(2, problem_id=["A", "B"], kind="dumping", bank=["left", "right"], found_on="2025-01-01")
    frame = frame.set_geometry([shapely.Point(X, Y), shapely.Point(X + 5, Y)], crs=CRS)
    assert ledger_of(tmp_path).take(frame, source="排查", on="2025-12-31").proposals.empty


def test_suspects_become_problems_with_their_evidence(tmp_path):
    suspects = gpd.GeoDataFrame(
        {
            "suspect_id": ["S1", "S2", "S3"],
            "kind": ["dumping", "unknown", "dumping"],
            "last_seen": ["2025-05-01", "2025-05-01", None],
            "evidence": ['{"a": 1}', "{}", "{}"],
            "is_counted": [True, True, False],
            "reason": ["新增堆体", "", ""],
        },
        geometry=shapely.box(X, Y, X + np.array([10, 20, 30]), Y + 10),
        crs=CRS,
    )
    ledger = ledger_of(tmp_path)
    made = ledger.take(suspects, source="遥感", on="2025-06-01")
    assert codes(made) == ["problem-kindless", "suspect-not-counted", "value-choice"]
    # Which suspect it was stays with the problem.
    assert ledger.problems()["suspect_id"].tolist() == made.added["suspect_id"].tolist() == ["S1"]
    (row,) = made.added.to_dict("records")
    assert row["found_on"] == pd.Timestamp("2025-05-01")
    assert row["description"] == "新增堆体"
    assert row["evidence"] == '{"a": 1}'


def test_a_plain_table_of_complaints_is_mapped(tmp_path):
    table = pd.DataFrame(
        {
            "编号": ["T1", "T2"],
            "类别": ["垃圾", "挖沙"],
            "时间": ["2025-01-02", "2025-01-03"],
            "lon": [117.0, None],
            "lat": [30.7, 30.7],
        }
    )
    ledger = ledger_of(tmp_path, problems_of(1))
    made = ledger.take(
        table,
        source="热线",
        on="2025-02-01",
        columns={"编号": "problem_id", "类别": "kind", "时间": "found_on"},
        words={"kind": {"垃圾": "dumping", "挖沙": "extraction"}},
    )
    assert made.added["kind"].tolist() == ["dumping", "extraction"]
    assert codes(made) == ["problem-placeless"]
    assert shapely.get_x(made.added.geometry.iloc[0]) == pytest.approx(500_000, abs=1e-3)
    with pytest.raises(rl.LedgerError, match="没有字段 类型"):
        ledger.take(table, source="热线", on="2025-02-01", columns={"类型": "kind"})


REFUSED = [
    ("problem-undated", {"found_on": None}),
    ("problem-in-future", {"found_on": "2026-01-01"}),
    ("problem-in-future", {"closed_on": "2026-01-01"}),
    ("problem-kindless", {"kind": "rodent"}),
    ("closed-before-found", {"closed_on": "2024-12-31"}),
    ("closed-undated", {"status": "closed"}),
    ("value-beyond", {"found_on": "0001-01-01"}),
    ("geometry-infinite", {"geometry": shapely.Point(np.inf, Y)}),
    ("invalid", {"geometry": shapely.Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])}),
]


@pytest.mark.parametrize(("code", "columns"), REFUSED, ids=[f"{code}-{k}" for k, (code, _) in enumerate(REFUSED)])
def test_bad_rows_are_faults_and_the_good_ones_are_taken(tmp_path, code, columns):
    frame = problems_of(3, problem_id=["A", "B", "C"], closed_on=None, status=None)
    for name, value in columns.items():
        column = frame[name].astype("object").copy()
        column.iloc[1] = value
        frame = (
            frame.set_geometry(gpd.GeoSeries(column, crs=CRS)) if name == "geometry" else frame.assign(**{name: column})
        )
    made = ledger_of(tmp_path).take(frame, source="排查", on="2025-12-31")
    assert made.added["problem_id"].tolist() == ["A", "C"]
    assert code in codes(made)
    assert set(made.faults["feature_id"]) == {"B"}


def test_a_state_that_nobody_knows_is_told_and_not_taken_for_closed_by_its_day(tmp_path):
    words = ["不属实(误报)", "整改中", None]
    frame = problems_of(3, problem_id=list("ABC"), status=words, closed_on=pd.Timestamp("2025-03-01"))
    ledger = ledger_of(tmp_path)
    made = ledger.take(frame, source="排查", on="2025-12-31")
    assert sorted(made.faults.loc[made.faults["code"] == "value-choice", "feature_id"]) == ["A", "B"]
    rows = ledger.problems().set_index("problem_id")
    assert rows["status"].to_dict() == {"A": "found", "B": "found", "C": "closed"}
    assert rows["closed_on"].notna().to_dict() == {"A": False, "B": False, "C": True}
    closings = ledger.history()
    assert closings.loc[closings["status"] == "closed", "problem_id"].tolist() == ["C"]


@pytest.mark.parametrize(
    ("date_format", "found", "told"),
    [
        ("%m/%d/%Y %H:%M", ["3/14/2025 1:20", "14/3/2025 1:20", "2025-03-14"], ["2025-03-14", None, "2025-03-14"]),
        ("%d/%m/%Y", ["3/4/2025", "03/04/2025", "3/14/2025"], ["2025-04-03", "2025-04-03", None]),
        ("%Y%m%d", [20250314.0, "20250315", "2025"], ["2025-03-14", "2025-03-15", None]),
        ("excel", [45296, "45296.9", "60"], ["2024-01-05", "2024-01-05", None]),
        ("excel", [pd.Timestamp("2025-03-14"), 45297, "3/4/2025"], ["2025-03-14", "2024-01-06", None]),
        (None, ["3/14/2025 1:20", 45296, "2025/3/14"], [None, None, "2025-03-14"]),
    ],
)
def test_days_in_another_order_are_taken_when_it_is_said_and_never_guessed(tmp_path, date_format, found, told):
    frame = problems_of(3, problem_id=list("ABC")).assign(found_on=pd.Series(found, dtype="object"))
    before = frame.copy(deep=True)
    made = ledger_of(tmp_path).take(frame, source="热线", on="2025-12-31", date_format=date_format)
    days = dict(zip(made.added["problem_id"], made.added["found_on"].dt.strftime("%Y-%m-%d"), strict=True))
    assert days == {code: day for code, day in zip("ABC", told, strict=True) if day is not None}
    undated = made.faults[made.faults["code"] == "problem-undated"]
    assert set(undated["feature_id"]) == set("ABC") - set(days)
    assert frame.equals(before)


@pytest.mark.parametrize("date_format", ["%d/%m", "month/day/year", "", "%H:%M", "%Q", "%Y-%m"])
def test_a_format_that_tells_no_day_is_one_error(tmp_path, date_format):
    with pytest.raises(rl.LedgerError, match="定不出年月日"):
        ledger_of(tmp_path).take(problems_of(1), source="热线", on="2025-12-31", date_format=date_format)


def test_codes_that_several_rows_share_are_taken_once_if_alike_and_not_at_all_if_not(tmp_path):
    frame = problems_of(3, problem_id=["A", "B", "B"])
    twice = pd.concat([frame, frame.iloc[:1]], ignore_index=True)
    made = ledger_of(tmp_path).take(twice, source="排查", on="2025-12-31")
    assert made.added["problem_id"].tolist() == ["A"]
    assert dict(zip(made.faults["feature_id"], made.faults["code"], strict=True)) == {
        "A": "problem-repeated", "B": "problem-code-shared",
    }  # fmt: skip


HOSTILE = [
    "'; DROP TABLE events; --",
    '"',
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "a\x00b",
    "\n",
    "{note}",
]


@pytest.mark.parametrize("text", [*HOSTILE, *zoo.NAMES])
def test_hostile_text_is_kept_as_text(tmp_path, text):
    ledger = rl.Ledger.open(tmp_path / "台账.gpkg")
    made = ledger.take(
        problems_of(1, description=text, 备注=text), source=text if text.strip() else "排查", on="2025-12-31"
    )
    kept = text.replace("\x00", "�")
    assert ledger.problems()["description"].tolist() == [kept]
    assert ledger.problems()["备注"].tolist() == [kept]
    assert codes(made) == ([] if kept == text else ["text-mended"])
    code = ledger.problems()["problem_id"].iloc[0]
    ledger.record(
        code, "assigned", on="2025-06-01", by=text if text.strip() else "某", note=text, changes={"responsible": text}
    )
    assert ledger.history(code)["note"].tolist()[-1] == kept


# Recording


def test_a_problem_walks_from_finding_to_closing_and_back(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"]))
    walk(ledger, "A", ("assigned", "2025-02-01"), ("rectifying", "2025-02-05"), ("review", "2025-03-01"))
    walk(ledger, "A", ("returned", "2025-03-02"), ("review", "2025-03-10"), ("closed", "2025-03-11"))
    walk(ledger, "A", ("looked_back", "2025-06-01"), ("reopened", "2025-07-01"))
    days = ["2024-12-31", "2025-01-01", "2025-02-04", "2025-03-02", "2025-03-11", "2025-06-30", "2025-07-01"]
    told = [ledger.problems(on=day)["status"].tolist() for day in days]
    assert told == [[], ["found"], ["assigned"], ["rectifying"], ["closed"], ["closed"], ["reopened"]]
    assert ledger.problems(on="2025-06-30")["closed_on"].tolist() == [pd.Timestamp("2025-03-11")]
    assert ledger.problems()["closed_on"].isna().all()
    history = ledger.history("A")
    assert history["event"].tolist()[0] == "found"
    assert len(history) == 9
    assert history["recorded_at"].is_monotonic_increasing


def test_a_wrong_step_says_what_is_allowed_now(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"]))
    with pytest.raises(
        rl.LedgerError, match="found → assigned, rectifying, rejected, extended, amended, noted"
    ) as caught:
        ledger.record("A", "closed", on="2025-02-01", by="某")
    assert "allowed now" in caught.value.en
    assert len(ledger.history("A")) == 1


BAD_EVENTS = [
    ("event-of-nothing", {"problem_id": "Z"}),
    ("event-unknown", {"event": "vanished"}),
    ("event-not-allowed", {"event": "closed"}),
    ("event-undated", {"on": "03/04/2025"}),
    ("event-too-early", {"on": "2024-12-01"}),
    ("event-in-future", {"on": "2999-01-01"}),
    ("event-incomplete", {"by": " "}),
    ("event-incomplete", {"event": "rejected"}),
    ("event-incomplete", {"event": "extended", "note": "雨季"}),
    ("event-value", {"severity": "terrible"}),
    ("event-value", {"due_on": "03/04/2025"}),
    ("event-value", {"status": "closed"}),
    ("event-value", {"area_m2": -7}),
    ("event-value", {"volume_m3": 1e300}),
    ("event-value", {"found_on": "0001-01-01"}),
]


@pytest.mark.parametrize("area", [-5.0, 1e300, "-5"])
def test_measures_that_cannot_be_are_faults_and_the_problem_is_taken_without(tmp_path, area):
    ledger = ledger_of(tmp_path)
    made = ledger.take(problems_of(2, problem_id=["A", "B"], area_m2=[area, 7.5]), source="排查", on="2025-12-31")
    assert codes(made) == ["value-beyond"]
    assert made.faults["feature_id"].tolist() == ["A"]
    assert "area_m2（面积） = " in made.faults["detail"].iloc[0]
    assert ledger.problems()["area_m2"].fillna(0).tolist() == [0.0, 7.5]
    with pytest.raises(rl.LedgerError, match=r"area_m2（面积） = -7 ∉ 0 … 1e\+10"):
        ledger.record("B", "amended", on="2025-12-31", by="某", changes={"area_m2": -7}, note="x")


@pytest.mark.parametrize(("code", "columns"), BAD_EVENTS, ids=[f"{code}-{k}" for k, (code, _) in enumerate(BAD_EVENTS)])
def test_events_that_cannot_be_are_faults_and_the_others_are_written(tmp_path, code, columns):
    ledger = ledger_of(tmp_path, problems_of(2, problem_id=["A", "B"]))
    good = {"problem_id": "A", "event": "assigned", "on": "2025-02-01", "by": "县河长办"}
    made = ledger.record_all(pd.DataFrame([good, {**good, "problem_id": "B", **columns}]))
    assert codes(made) == [code]
    assert made.events["problem_id"].tolist() == ["A"]
    assert ledger.problems()["status"].tolist() == ["assigned", "found"]


def test_many_events_are_taken_in_the_order_of_their_days(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(2, problem_id=["A", "B"]))
    steps = [
        ("closed", "2025-05-01"),
        ("assigned", "2025-02-01"),
        ("review", "2025-04-01"),
        ("rectifying", "2025-03-01"),
    ]
    table = pd.DataFrame([{"problem_id": p, "event": e, "on": d, "by": "某"} for e, d in steps for p in "AB"])
    made = ledger.record_all(table.assign(due_on="2025-06-01", responsible=["张三", None] * 4))
    assert made.faults.empty
    assert ledger.problems()["status"].tolist() == ["closed", "closed"]
    assert ledger.problems()["responsible"].tolist() == ["张三", ""]
    assert ledger.problems(on="2025-01-15")["due_on"].isna().all()


@pytest.mark.parametrize("blank", ["", "  ", None, np.nan])
def test_a_blank_cell_of_a_table_of_events_changes_nothing(tmp_path, blank):
    """Tables of files have "" where nothing was written: that is no wish to take the day back."""
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"]))
    steps = pd.DataFrame(
        {"problem_id": "A", "event": ["assigned", "rectifying", "review"], "on": "2025-02-03", "by": "甲"}
    )
    made = ledger.record_all(steps.assign(due_on=["2025-06-01", blank, blank], severity=["重大", blank, blank]))
    assert made.faults.empty
    (row,) = ledger.problems().to_dict("records")
    assert (str(row["due_on"])[:10], row["severity"], row["status"]) == ("2025-06-01", "major", "review")
    # One by one a value may be taken back.
    ledger.record("A", "amended", on="2025-02-04", by="甲", changes={"due_on": None})
    assert ledger.problems()["due_on"].isna().all()


def test_of_many_events_only_those_with_a_wrong_value_are_refused(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(3, problem_id=list("ABC")))
    steps = {"problem_id": list("ABC"), "event": "assigned", "on": "2025-02-03", "by": "甲"}
    made = ledger.record_all(pd.DataFrame({**steps, "due_on": ["2025-06-01", "03/04/2025", "20250602"]}))
    assert (made.faults["code"].tolist(), made.faults["feature_id"].tolist()) == (["event-value"], ["B"])
    assert ledger.problems()["status"].tolist() == ["assigned", "found", "assigned"]
    made = ledger.record_all(pd.DataFrame({**steps, "event": "amended", "kind": ["乱堆", "堆积", ""]}))
    assert made.faults["feature_id"].tolist() == ["B"]
    assert ledger.problems()["kind"].tolist() == ["dumping", "extraction", "dumping"]
    assert set(ledger.record_all(pd.DataFrame({**steps, "event": "amended", "status": "closed"})).faults["code"]) == {
        "event-value"
    }


def test_a_wrong_day_of_finding_is_corrected_and_what_was_said_before_stays(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(2, problem_id=["A", "B"], found_on="2025-03-01"))
    before = ledger.history("A")
    ledger.record("A", "amended", on="2025-03-20", by="甲", changes={"found_on": "2025-01-15"})
    walk(ledger, "A", *closing("2025-04-01"))
    # What was written stays as it was written, and a day before the correction says what was known then.
    pd.testing.assert_frame_equal(ledger.history("A").head(len(before)), before)
    said = [ledger.problems(on=day)["found_on"].dt.strftime("%m-%d").tolist() for day in ("2025-03-19", "2025-03-20")]
    assert said == [["03-01", "03-01"], ["01-15", "03-01"]]
    assert ledger.problems(on="2025-02-01").empty
    times = ledger.closing_times().set_index(["scope", "part"])
    assert times.loc[("month", "2025-01"), ["problem_count", "closed_count", "median_days"]].tolist() == [1, 1, 76]
    assert ledger.verify().empty
    log = ledger.to_log(tmp_path / "事件.jsonl")
    again = rl.Ledger.rebuild(tmp_path / "新.gpkg", log=log)
    pd.testing.assert_frame_equal(pd.DataFrame(again.problems()), pd.DataFrame(ledger.problems()))


def test_a_problem_that_is_due_before_it_was_found_is_taken_and_told(tmp_path):
    frame = problems_of(3, problem_id=list("ABC"), found_on="2025-03-01").assign(
        due_on=pd.Series(["2025-02-20", "2025-03-01", None], dtype="object")
    )
    made = ledger_of(tmp_path).take(frame, source="排查", on="2025-12-31")
    assert len(made.added) == 3
    told = made.faults[["code", "severity", "feature_id", "value", "note"]]
    assert told.to_numpy().tolist() == [["problem-due-early", "warning", "A", 9.0, "2025-02-20"]]


def test_no_event_makes_a_problem_due_before_it_was_found(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(2, problem_id=["A", "B"], found_on="2025-03-01"))
    with pytest.raises(rl.LedgerError, match=r"早于发现日期（2025-02-27 < 2025-03-01，早 2 天）"):
        ledger.record("A", "assigned", on="2025-03-05", by="甲", changes={"due_on": "2025-02-27"})
    ledger.record("A", "assigned", on="2025-03-05", by="甲", changes={"due_on": "2025-03-01"})
    # Nor does a day of finding that is changed; both days may change together, or the day that it is due on go.
    with pytest.raises(rl.LedgerError, match=r"早于发现日期（2025-03-01 < 2025-03-04，早 3 天）"):
        ledger.record("A", "amended", on="2025-03-06", by="甲", changes={"found_on": "2025-03-04"})
    ledger.record("A", "amended", on="2025-03-06", by="甲", changes={"found_on": "2025-03-04", "due_on": "2025-03-09"})
    steps = {"problem_id": "A", "event": "amended", "by": "甲", "on": ["2025-03-07", "2025-03-08", "2025-03-09"]}
    days = {"due_on": ["2025-03-05", "", "2025-03-02"], "found_on": ["", "2025-03-03", ""]}
    told = ledger.record_all(pd.DataFrame({**steps, **days})).faults
    assert told[["code", "value", "note"]].to_numpy().tolist() == [["event-due-early", 1.0, "2025-03-02 < 2025-03-03"]]
    row = ledger.problems().set_index("problem_id").loc["A"]
    assert [row["found_on"], row["due_on"]] == [pd.Timestamp("2025-03-03"), pd.Timestamp("2025-03-05")]
    ledger.record("A", "amended", on="2025-03-10", by="甲", changes={"due_on": None})
    ledger.record("A", "amended", on="2025-03-10", by="甲", changes={"found_on": "2025-03-05"})


def test_a_day_due_too_early_in_what_was_taken_stops_no_event_that_changes_neither_day(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"], found_on="2025-03-01").assign(due_on="2025-02-20"))
    ledger.record("A", "assigned", on="2025-03-05", by="甲")
    assert ledger.problems()["status"].tolist() == ["assigned"]


def test_nothing_happens_to_a_problem_before_it_was_found(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"], found_on="2025-03-01"))
    with pytest.raises(rl.LedgerError, match=r"晚于其后第一个事件（2025-03-21 > 2025-03-20，晚 1 天）"):
        ledger.record("A", "amended", on="2025-03-20", by="甲", changes={"found_on": "2025-03-21"})
    with pytest.raises(rl.LedgerError, match="不能改为"):
        ledger.record("A", "amended", on="2025-03-20", by="甲", changes={"found_on": None})
    ledger.record("A", "assigned", on="2025-03-20", by="甲")
    steps = {"problem_id": "A", "event": "amended", "by": "甲"}
    days = pd.DataFrame({**steps, "on": "2025-04-01", "found_on": ["2025-03-22", "2025-03-20", "2025-02-01"]})
    made = ledger.record_all(days)
    assert made.faults[["code", "value"]].to_numpy().tolist() == [["event-found-late", 2.0]]
    assert ledger.problems()["found_on"].tolist() == [pd.Timestamp("2025-02-01")]
    # Of steps that come together the first is already an event of the problem.
    other = ledger.take(problems_of(1, problem_id=["B"], found_on="2025-03-01"), source="排查", on="2025-12-31")
    assert len(other.added) == 1
    together = pd.DataFrame(
        {"problem_id": "B", "event": ["assigned", "amended"], "by": "甲", "on": ["2025-03-05", "2025-03-10"],
         "found_on": ["", "2025-03-06"]}
    )  # fmt: skip
    assert ledger.record_all(together).faults["code"].tolist() == ["event-found-late"]


def test_files_are_kept_by_path_and_digest(tmp_path):
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"pixels")
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"]))
    ledger.record("A", "noted", on="2025-02-01", by="巡查员", note="现场照片", files=[photo])
    (row,) = ledger.attachments("A").to_dict("records")
    assert row["path"] == str(photo)
    assert (
        row["sha256"] == "e27d2a4ed7c4a05da2a0aa25a2fb2a2cd77e4bf8ba6e8d6e0bd12b4f1d03ba9c" or len(row["sha256"]) == 64
    )
    with pytest.raises(rl.LedgerError, match=r"没有.jpg 无法读取"):
        ledger.record("A", "noted", on="2025-02-01", by="某", note="x", files=[tmp_path / "没有.jpg"])


def assert_the_states_of(ledger, *days):
    """What is read in columns is what the events come to one by one."""
    with opening.opened(ledger.path) as db:
        for day in days:
            told, wanted = ledger.problems(on=day), standing(db, day)
            assert told["problem_id"].tolist() == wanted["problem_id"]
            for name in opening.COLUMNS:
                assert values_of(told[name], schema.PROBLEMS[name]) == wanted[name], name


EVENT_NAMES = [event.name for event in rl.load_ledger_rules().events]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(EVENT_NAMES), st.integers(0, 40)), max_size=25))
def test_the_states_are_always_what_the_events_come_to(tmp_path_factory, wishes):
    ledger = ledger_of(tmp_path_factory.mktemp("l"), problems_of(2, problem_id=["A", "B"]))
    table = pd.DataFrame(
        [
            {"problem_id": p, "event": e, "on": pd.Timestamp("2025-01-02") + pd.Timedelta(days=d), "by": "某",
             "note": "x", "due_on": f"2025-12-{d % 28 + 1:02d}"}
            for p, e, d in wishes
        ],
        columns=["problem_id", "event", "on", "by", "note", "due_on"],
    )  # fmt: skip
    made = ledger.record_all(table)
    assert len(made.events) + len(made.faults) == len(wishes)
    assert ledger.problems().drop(columns="geometry").equals(ledger.problems(on="2999-01-01").drop(columns="geometry"))
    assert_the_states_of(ledger, "2025-01-10", "2025-01-25", "2999-01-01")
    # As of each day: what a fresh reading of the history up to that day says.
    history = ledger.history()
    for day in ("2025-01-10", "2025-01-25"):
        until = history[history["on"] <= day].groupby("problem_id").tail(1).set_index("problem_id")["status"]
        told = ledger.problems(on=day).set_index("problem_id")["status"]
        assert told.to_dict() == until.to_dict()


# The file


def test_the_file_is_a_geopackage_whose_view_is_live(tmp_path):
    frame = problems_of(3, problem_id=["A", "B", "C"])
    ledger = ledger_of(tmp_path, frame)
    assert dict(pyogrio.list_layers(ledger.path)) == {"problems": "Unknown", "events": None, "attachments": None}
    read = pyogrio.read_dataframe(ledger.path, layer="problems")
    assert read.crs == frame.crs
    assert read["status"].tolist() == ["found"] * 3
    assert shapely.equals_exact(read.geometry.array, frame.geometry.array, tolerance=0).all()
    ledger.record("B", "assigned", on="2025-02-01", by="某", changes={"due_on": "2025-03-01"})
    again = pyogrio.read_dataframe(ledger.path, layer="problems", fid_as_index=True)
    assert again["status"].tolist() == ["found", "assigned", "found"]
    assert again.index.tolist() == [1, 2, 3]
    assert again["overdue_days"].notna().tolist() == [False, True, False]
    # One file, one answer: what is overdue without a day is so today, for the layer and for the ledger.
    late = ledger.overdue()
    assert late["problem_id"].tolist() == ["B"]
    assert late["overdue_days"].tolist() == again["overdue_days"].dropna().astype("int64").tolist()
    assert ledger.overdue(on="2025-02-20").empty
    assert pyogrio.read_info(ledger.path, layer="problems")["total_bounds"] == pytest.approx(tuple(frame.total_bounds))
    assert len(pyogrio.read_dataframe(ledger.path, layer="events")) == 4
    with sqlite3.connect(ledger.path) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


@pytest.mark.parametrize("table", ["events", "intake", "attachments"])
@pytest.mark.parametrize("deed", ["DELETE FROM {}", 'UPDATE {} SET "no" = "no"'])
def test_nobody_changes_what_was_written(tmp_path, table, deed):
    photo = tmp_path / "a.txt"
    photo.write_text("x", encoding="utf-8")
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"]))
    ledger.record("A", "noted", on="2025-02-01", by="某", note="x", files=[photo])
    db = sqlite3.connect(ledger.path)
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        db.execute(deed.format(table))
    db.close()


def test_whoever_only_asks_begins_no_ledger(tmp_path):
    path = tmp_path / "台帐.gpkg"
    with pytest.raises(rl.LedgerError, match="没有台账文件"):
        rl.Ledger.open(path, create=False)
    assert not path.exists()
    rl.Ledger.open(path)
    assert rl.Ledger.open(path, create=False).problems().empty


def test_what_is_no_ledger_is_one_error(tmp_path):
    words = tmp_path / "文字.gpkg"
    words.write_text("这不是数据库，而是一段很长的文字。" * 200, encoding="utf-8")
    layer = tmp_path / "图层.gpkg"
    problems_of(1).to_file(layer)
    for path in (words, layer, tmp_path, tmp_path / "没有" / "a.gpkg"):
        with pytest.raises(rl.LedgerError):
            rl.Ledger.open(path)


def test_a_ledger_in_degrees_is_refused_and_one_in_another_plane_is_brought_along(tmp_path):
    ledger = rl.Ledger.open(tmp_path / "台账.gpkg")
    with pytest.raises(rl.CRSError):
        ledger.take(problems_of(1).to_crs(4490), source="排查", on="2025-12-31")
    ledger.take(problems_of(1), source="排查", on="2025-12-31")
    made = ledger.take(problems_of(2).iloc[1:].to_crs(4490), source="排查", on="2025-12-31")
    assert made.added.crs == CRS
    assert shapely.get_x(made.added.geometry.iloc[0]) == pytest.approx(X + 1000, abs=1e-3)


def test_an_empty_ledger_answers_everything(tmp_path):
    ledger = ledger_of(tmp_path)
    assert ledger.problems().empty
    assert ledger.problems(on="2025-01-01").empty
    assert ledger.history().empty
    assert ledger.verify().empty
    assert ledger.overdue().empty
    assert ledger.statistics()["problem_count"].tolist() == [0]
    assert ledger.closing_times()["median_days"].isna().all()
    assert ledger.rebounds().rows.empty
    assert ledger.look_back().empty
    assert ledger.stock_and_increment()["stock_count"].tolist() == [0]


def test_states_come_from_events_alone(tmp_path):
    ledger = ledger_of(
        tmp_path, problems_of(3, status=["assigned", None, "reopened"], closed_on=[None, "2025-03-01", None])
    )
    told = ledger.problems().set_index("description")
    assert told["status"].to_dict() == {"问题0": "assigned", "问题1": "closed", "问题2": "reopened"}
    assert told["closed_on"].notna().tolist() == [code == "问题1" for code in told.index]
    with opening.opened(ledger.path) as db:
        columns = standing(db)
    assert columns["status"] == ledger.problems()["status"].tolist()
    assert ledger.problems(on="2025-02-01").set_index("description")["status"].to_dict()["问题1"] == "found"
