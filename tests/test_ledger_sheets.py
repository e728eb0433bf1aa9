"""The ledger as a workbook: what Excel sees, what comes back as events, what is a conflict, what is no formula."""

from __future__ import annotations

import sys

import openpyxl
import pandas as pd
import pytest

import riverline as rl
from ledgers import ledger_of, problems_of, walk
from riverline.io.sheet_cells import clean_text


@pytest.fixture
def ledger(tmp_path):
    columns = {"area_m2": [1.5, None, 0.1, 1e9], "responsible": ["张三", "", "李四", "王五"], "admin": "清水镇"}
    return ledger_of(tmp_path, problems_of(4, problem_id=list("ABCD"), **columns))


def edit(path, **cells):
    """Write cells by code and heading: ``A={"严重程度": "重大"}``."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    rows = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    for code, values in cells.items():
        for head, value in values.items():
            sheet.cell(rows[code], heads[head]).value = value
    book.save(path)


def codes(result):
    return sorted(result.faults["code"])


def test_a_sheet_that_nobody_edited_changes_nothing(ledger, tmp_path):
    for language in ("zh", "en"):
        sheet = ledger.to_excel(tmp_path / "台账.xlsx", language=language)
        edit(sheet)
        made = ledger.take_back(sheet, by="某", on="2025-06-01")
        assert made.events.empty
        assert made.faults.empty


def test_the_sheet_shows_labels_days_and_numbers(ledger, tmp_path):
    sheet = openpyxl.load_workbook(ledger.to_excel(tmp_path / "台账.xlsx")).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert sheet.title == "四乱问题"
    assert row["问题编号"] == "A"
    assert row["状态"] == "发现"
    assert row["四乱类型"] == "乱占"
    assert row["发现日期"] == pd.Timestamp("2025-01-01")
    assert row["面积（m²）"] == 1.5
    assert row["台账版本"] == 4
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.print_title_rows == "$1:$1"
    assert "台账" in sheet.oddHeader.center.text
    assert "第 &P 页" in sheet.oddFooter.center.text


def test_a_typed_row_and_a_finding_of_an_edited_one_come_back_together(ledger, tmp_path):
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    edit(sheet, A={"整改期限": "下周"}, B={"面积（m²）": -5})
    book = openpyxl.load_workbook(sheet)
    rows = book.worksheets[0]
    heads = {cell.value: cell.column for cell in rows[1]}
    for head, value in {"问题编号": "T1", "四乱类型": "乱堆", "发现日期": pd.Timestamp("2025-01-10")}.items():
        rows.cell(rows.max_row + (head == "问题编号"), heads[head]).value = value
    book.save(sheet)
    made = ledger.take_back(sheet, by="某", on="2025-06-01")
    assert made.events["problem_id"].tolist() == ["T1"]
    assert codes(made) == ["event-value", "event-value", "problem-placeless"]
    refused = made.faults.set_index("feature_id").loc["B", "note"]
    assert refused == "area_m2 = -5.0"


def test_edited_rows_come_back_as_events(ledger, tmp_path):
    walk(ledger, "B", ("assigned", "2025-02-01"), ("review", "2025-03-01"))
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    edit(
        sheet,
        A={"严重程度": "重大", "责任人": None, "面积（m²）": 12},
        B={"状态": "销号", "销号日期": pd.Timestamp("2025-04-01")},
        C={"状态": "assigned", "整改期限": "2025-07-01"},
    )
    made = ledger.take_back(sheet, by="县河长办", on="2025-06-01")
    assert made.faults.empty
    told = made.events.set_index("problem_id")
    assert told["event"].to_dict() == {"A": "amended", "B": "closed", "C": "assigned"}
    assert told.loc["B", "on"] == pd.Timestamp("2025-04-01")
    assert set(told["note"]) == {"台账.xlsx"}
    rows = ledger.problems().set_index("problem_id")
    assert rows.loc["A", ["severity", "responsible", "area_m2"]].tolist() == ["major", "", 12.0]
    assert rows.loc["B", "closed_on"] == pd.Timestamp("2025-04-01")
    assert rows.loc["C", "due_on"] == pd.Timestamp("2025-07-01")
    assert ledger.verify().empty
    # Once more: what is there already is no edit.
    assert ledger.take_back(sheet, by="县河长办", on="2025-06-01").events.empty


def test_what_changed_on_both_sides_is_a_conflict_and_what_came_to_the_same_is_not(ledger, tmp_path):
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    ledger.record("A", "amended", on="2025-02-01", by="某", changes={"severity": "minor"})
    ledger.record("B", "amended", on="2025-02-01", by="某", changes={"severity": "major"})
    ledger.record("C", "noted", on="2025-02-01", by="某", note="看过")
    edit(sheet, A={"责任人": "赵六"}, B={"严重程度": "重大"}, D={"责任人": "赵六"})
    made = ledger.take_back(sheet, by="某", on="2025-06-01")
    assert dict(zip(made.faults["feature_id"], made.faults["code"], strict=True)) == {"A": "row-conflict"}
    assert made.events["problem_id"].tolist() == ["D"]
    assert "1 conflicts" in repr(made)
    assert ledger.problems()["responsible"].tolist() == ["张三", "", "李四", "赵六"]


REFUSED = [
    ({"状态": "销号"}, "event-not-allowed"),
    ({"严重程度": "要命"}, "event-value"),
    ({"整改期限": "03/04/2025"}, "event-value"),
    ({"销号日期": pd.Timestamp("2025-03-01")}, "event-value"),
    ({"发现日期": None}, "event-value"),
    ({"发现日期": "03/04/2025"}, "event-value"),
    ({"发现日期": pd.Timestamp("2025-06-02")}, "event-found-late"),
    ({"状态": "不属实", "问题编号": "Z"}, "row-unknown"),
    ({"问题编号": "B"}, "key-duplicated"),
    ({"台账版本": None, "责任人": "赵六"}, "problem-differs"),
]


@pytest.mark.parametrize(("cells", "code"), REFUSED, ids=[f"{code}-{k}" for k, (_, code) in enumerate(REFUSED)])
def test_edits_that_cannot_be_are_faults(ledger, tmp_path, cells, code):
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    edit(sheet, A=cells, D={"责任人": "赵六"})
    made = ledger.take_back(sheet, by="某", on="2025-06-01")
    assert set(codes(made)) - {"problem-placeless"} == {code}
    assert made.events["problem_id"].tolist() == ["D"]


def typed_in(path, *rows):
    """Rows under the last one, by heading."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for row in rows:
        sheet.append([row.get(head) for head in heads])
    book.save(path)


def test_a_row_that_was_typed_in_is_a_new_problem_and_the_same_one_when_it_comes_again(ledger, tmp_path):
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    new = {"四乱类型": "乱堆", "发现日期": pd.Timestamp("2025-05-03"), "问题描述": "新堆土", "河流编码": "R1"}
    assert set(new) <= {cell.value for cell in openpyxl.load_workbook(sheet).worksheets[0][1]}
    typed_in(sheet, new, {**new, "问题编号": "N1", "状态": "销号", "销号日期": "2025-05-20"}, {"问题描述": "无类型"})
    edit(sheet, A={"责任人": "赵六"})
    made = ledger.take_back(sheet, by="某", on="2025-06-01")
    assert made.events["event"].tolist().count("found") == 2
    assert {"carried", "amended"} <= set(made.events["event"])
    rows = ledger.problems().set_index("problem_id")
    assert len(rows) == 6
    assert rows.loc["N1", ["kind", "status", "river_id", "source"]].tolist() == [
        "dumping",
        "closed",
        "R1",
        "Excel 台账",
    ]
    assert rows.loc["A", "responsible"] == "赵六"
    # Nothing is lost: what cannot be taken is told, and so is that a sheet gives no place.
    assert codes(made) == ["problem-placeless", "problem-placeless", "problem-undated"]
    assert ledger.verify().empty
    again = ledger.take_back(sheet.rename(tmp_path / "台账（改）.xlsx"), by="某", on="2025-06-05")
    assert again.events.empty
    assert len(ledger.problems()) == 6


def test_a_wrong_day_of_finding_is_corrected_in_the_sheet(ledger, tmp_path):
    walk(ledger, "B", ("assigned", "2025-02-01"))
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    edit(
        sheet,
        A={"发现日期": pd.Timestamp("2024-03-01")},
        B={"发现日期": pd.Timestamp("2025-02-02")},
        C={"发现日期": "2025-01-20", "状态": "assigned"},
    )
    made = ledger.take_back(sheet, by="某", on="2025-06-01")
    assert made.events.set_index("problem_id")["event"].to_dict() == {"A": "amended", "C": "assigned"}
    assert made.faults[["feature_id", "code", "value"]].to_numpy().tolist() == [["B", "event-found-late", 1.0]]
    days = ledger.problems().set_index("problem_id")["found_on"].dt.strftime("%Y-%m-%d")
    assert days.loc[["A", "B", "C"]].tolist() == ["2024-03-01", "2025-01-02", "2025-01-20"]
    assert ledger.verify().empty
    assert ledger.take_back(sheet, by="某", on="2025-06-01").events.empty


HOSTILE = [
    '=HYPERLINK("http://x")', "＝1", "'", "+1", "-1", "@SUM(A1)", "\tx", "'=1", "<b>", "a\x07b", " 空格 ", "两\r\n行",
    "长" * 40_000, "http://例子",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_a_formula_and_none_is_taken_for_an_edit(tmp_path, text):
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"], description=text, responsible=text))
    sheet = ledger.to_excel(tmp_path / "台账.xlsx", language="en" if len(text) > 32_767 else "zh")
    cells = [cell for row in openpyxl.load_workbook(sheet).worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    active = [cell for cell in cells if str(cell.value or "").strip()[:1] in {"=", "+", "-", "@", "＝"}]
    assert all(cell.quotePrefix for cell in active)
    shown = {cell.value for cell in cells}
    assert text in shown or len(text) > 32_767 or clean_text(text) in shown
    edit(sheet)
    made = ledger.take_back(sheet, by="某", on="2025-06-01")
    assert made.events.empty
    assert made.faults.empty


def test_a_word_that_looks_like_a_code_of_a_letter_stays_what_it_is(tmp_path):
    ledger = ledger_of(tmp_path, problems_of(1, problem_id=["A"], description="_x0041_"))
    assert ledger.take_back(ledger.to_excel(tmp_path / "台账.xlsx"), by="某", on="2025-06-01").events.empty


def test_what_is_no_sheet_of_ours_is_one_error(ledger, tmp_path):
    other = tmp_path / "别的.xlsx"
    pd.DataFrame({"甲": [1]}).to_excel(other, index=False)
    with pytest.raises(rl.LedgerError, match="缺少列：问题编号、台账版本"):
        ledger.take_back(other, by="某", on="2025-06-01")
    other.write_bytes(b"no workbook")
    with pytest.raises(rl.LedgerError, match="无法读取工作簿"):
        ledger.take_back(other, by="某", on="2025-06-01")
    with pytest.raises(rl.LedgerError, match="无法写入"):
        ledger.to_excel(tmp_path / "没有" / "台账.xlsx")


@pytest.mark.parametrize("module", ["xlsxwriter", "openpyxl"])
def test_without_the_extra_it_says_which(ledger, tmp_path, monkeypatch, module):
    sheet = ledger.to_excel(tmp_path / "台账.xlsx")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        ledger.to_excel(sheet) if module == "xlsxwriter" else ledger.take_back(sheet, by="某", on="2025-06-01")
