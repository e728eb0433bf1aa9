"""``riverline ledger``: a county's problems from a file to closing, and back, as an office types it."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

import riverline as rl
from ledgers import problems_of
from riverline.cli.app import app


def run(*arguments, status=0):
    ran = CliRunner().invoke(app, ["ledger", *map(str, arguments)], env={"COLUMNS": "160", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


@pytest.fixture
def book(tmp_path):
    layer = tmp_path / "排查.gpkg"
    problems_of(3, problem_id=["A", "B", "C"], kind=["乱堆", "堆土", "rodent"]).to_file(layer)
    path = tmp_path / "台账.gpkg"
    said = run("take", path, layer, "--source", "排查", "--on", "2025-06-01", "--word", "kind::堆土=dumping")
    assert "新收 2 条，已有 0 条" in said
    assert "problem-kindless" in said or "四乱类型不明" in said
    return path


def test_from_a_layer_to_closing_and_back(book, tmp_path):
    run("record", book, "A", "assigned", "--on", "2025-02-01", "--by", "县河长办", "--set", "due_on=2025-02-10")
    assert "逾期" in run("list", book, "--overdue", "--on", "2025-03-01")
    for event, day in (("review", "2025-03-01"), ("closed", "2025-03-02")):
        run("record", book, "A", event, "--on", day, "--by", "县河长办")
    run("record", book, "A", "reopened", "--on", "2025-03-20", "--by", "巡查员", "--note", "又堆")
    assert "反弹" in run("list", book)
    assert "reopened" in run("list", book, "--language", "en").casefold()
    assert run("list", book, "--on", "2025-03-05", "--status", "closed").count("A") >= 1
    assert "又堆" in run("history", book, "A")
    assert "18" in run("rebounds", book)
    for what in ("closing", "times", "stock"):
        assert "all" in run("statistics", book, what)
    assert run("verify", book, "--strict")
    ledger = rl.Ledger.open(book)
    run("export", book, tmp_path / "台账.xlsx")
    run("export", book, tmp_path / "事件.jsonl")
    run("import", book, tmp_path / "台账.xlsx", "--on", "2025-06-01", "--by", "某")
    run("import", tmp_path / "新.gpkg", tmp_path / "事件.jsonl")
    pd.testing.assert_frame_equal(rl.Ledger.open(tmp_path / "新.gpkg").history(), ledger.history())


def test_a_table_of_complaints_and_wrong_steps(book, tmp_path):
    table = tmp_path / "投诉.csv"
    table.write_text("编号,类别,时间,lon,lat\nT1,垃圾,2025-01-02,117.0,30.7\n", encoding="utf-8")
    said = run("take", book, table, "--source", "热线", "--on", "2025-06-01", "--column", "编号=problem_id",
               "--column", "类别=kind", "--column", "时间=found_on", "--word", "kind::垃圾=dumping")  # fmt: skip
    assert "新收 1 条" in said
    CliRunner()
    run("record", book, "T1", "closed", "--on", "2025-02-01", "--by", "某", status=1)
    run("import", book, tmp_path / "台账.xlsx", status=2)
    run("take", book, table, "--source", "热线", "--on", "2025-06-01", "--word", "垃圾", status=2)


def test_only_reaches_that_are_closed_on_paper_are_listed_as_such(tmp_path):
    """Ten of the fifteen closings on one reach are back in a week, none of the forty-five on three others."""
    codes = [f"P{k:02d}" for k in range(60)]
    rivers = ["纸面"] * 15 + [f"好河{k % 3}" for k in range(45)]
    frame = problems_of(60, problem_id=codes, river_id=rivers, found_on="2025-01-01", status="closed",
                        closed_on="2025-02-01")  # fmt: skip
    book = tmp_path / "台账.gpkg"
    ledger = rl.Ledger.open(book)
    ledger.take(frame, source="排查", on="2025-03-01")
    back = {"event": "reopened", "on": "2025-02-08", "by": "巡查员", "note": "又堆"}
    quiet = run("rebounds", book, "--on", "2025-12-31")
    assert "可判断的 4 个河段中，0 个是纸面销号" in quiet
    assert "纸面销号河段" not in quiet
    assert ledger.record_all(pd.DataFrame({"problem_id": codes[:10], **back})).faults.empty
    ledger.record("P20", "noted", on="2025-12-31", by="某", note="年末")
    said = run("rebounds", book, "--on", "2025-12-31")
    assert "可判断的 4 个河段中，1 个是纸面销号" in said
    listed = said.split("纸面销号河段")[1]
    assert "纸面/" in listed
    assert "好河" not in listed
    assert "closed on paper" in run("rebounds", book, "--language", "en")


def test_a_mistyped_path_is_no_ledger_for_any_command_but_take(book, tmp_path):
    missing, sheet = tmp_path / "台帐.gpkg", tmp_path / "台账.xlsx"
    run("export", book, sheet)
    events = tmp_path / "事件.csv"
    events.write_text("problem_id,event,on,by\nA,assigned,2025-02-01,某\n", encoding="utf-8")
    day = ("--on", "2025-02-01", "--by", "某")
    commands = [("verify",), ("list",), ("list", "--overdue"), ("statistics",), ("rebounds",), ("look-back",)]
    for name, *options in commands:
        assert "没有台账文件" in run(name, missing, *options, status=1)
    for rest in (("history", missing, "A"), ("record", missing, "A", "assigned", *day), ("events", missing, events),
                 ("import", missing, sheet, *day), ("export", missing, tmp_path / "又.xlsx")):  # fmt: skip
        assert "没有台账文件" in run(*rest, status=1), rest
    assert not missing.exists()


def test_what_is_not_there_is_said(book, tmp_path):
    assert "没有编号为 NOPE 的问题" in run("history", book, "NOPE", status=1)
    assert "a.docx" in run("export", book, tmp_path / "a.docx", status=2)
    assert not (tmp_path / "a.docx").exists()
    text = tmp_path / "改.csv"
    text.write_text("问题编号\nA\n", encoding="utf-8")
    zip_ = tmp_path / "坏.xlsx"
    zip_.write_text("no workbook", encoding="utf-8")
    for path, why in ((text, "不是 .xlsx 工作簿"), (zip_, "文件已损坏"), (tmp_path / "无.xlsx", "没有这个文件")):
        said = run("import", book, path, "--on", "2025-06-01", "--by", "某", status=1)
        zh = said.split("cannot read")[0]
        assert why in zh
        assert "openpyxl" not in said
        assert "zip file" not in said


def test_a_sample_to_look_at_again_is_drawn_and_written(book, tmp_path):
    for event, day in (("assigned", "2025-02-01"), ("review", "2025-02-02"), ("closed", "2025-02-03")):
        run("record", book, "A", event, "--on", day, "--by", "县河长办")
    out = tmp_path / "回头看.gpkg"
    said = run("look-back", book, "--on", "2026-02-01", "--share", 0.5, "--by", "kind", "--out", out)
    drawn = rl.Ledger.open(book).look_back(on="2026-02-01", share=0.5, by=("kind",))
    assert drawn["problem_id"].tolist() == ["A"]
    assert "A" in said
    assert rl.read_layer(out, rl.schema.LOOK_BACKS)["problem_id"].tolist() == ["A"]
    run("look-back", book, "--by", "nothing", status=1)


@pytest.mark.real
def test_a_file_of_new_york_is_taken_whole_once_the_order_of_its_days_is_said(real_data, tmp_path):
    table = real_data / "complaints_nyc311" / "311_Animals_short.csv"
    names = {"Unique Key": "problem_id", "Created Date": "found_on", "Closed Date": "closed_on", "Status": "status",
             "Complaint Type": "kind"}  # fmt: skip
    said = pd.read_csv(table, dtype=str)
    words = [f"kind::{each}=dumping" for each in said["Complaint Type"].unique()]
    words += ["status::Closed=closed", "status::In Progress=rectifying", "status::Assigned=assigned",
              "status::Open=found"]  # fmt: skip
    options = [*(each for pair in names.items() for each in ("--column", "=".join(pair))),
               *(each for word in words for each in ("--word", word))]  # fmt: skip
    take = ("take", tmp_path / "台账.gpkg", table, "--source", "NYC 311", "--on", "2025-03-15", *options)
    assert "新收 0 条" in run(*take)
    assert "新收 4969 条" in run(*take, "--date-format", "%m/%d/%Y %H:%M")
    rows = rl.Ledger.open(tmp_path / "台账.gpkg").problems().set_index("problem_id").loc[said["Unique Key"]]
    days = pd.to_datetime(said["Created Date"], format="%m/%d/%Y %H:%M").dt.normalize()
    assert (rows["found_on"].to_numpy() == days.to_numpy()).all()
    assert (rows["status"] == "closed").sum() == (said["Status"] == "Closed").sum()
