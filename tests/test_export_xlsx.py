"""Workbooks: every table in the office's words, figures that equal the frames, texts that are never computed."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from tests import invented

import cadastre
import county
import full_disk
import riverline as rl
import staked
from riverline import schema
from riverline.export import sheet_writing
from riverline.io import sheet_cells

HEAD = 3
FORMULAS = (
    "=1+1",
    "+86 138",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "|cmd",
    ' =HYPERLINK("http://x")',
    "'=1",
    "_x0041_",
)


def sheet(path, name):
    return openpyxl.load_workbook(path)[name]


def table(path, name):
    """A sheet as a frame: heads, rows, without what sums them up."""
    rows = list(sheet(path, name).iter_rows(min_row=HEAD, values_only=True))
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    return frame[frame["序号"].map(lambda cell: isinstance(cell, int))].reset_index(drop=True)


def sums(path, name, word):
    rows = list(sheet(path, name).iter_rows(min_row=HEAD, values_only=True))
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    return frame[frame["序号"] == word].reset_index(drop=True)


def exact(values):
    return sum(Decimal(repr(float(each))) for each in values)


@pytest.fixture(scope="module")
def placed():
    result = staked.demarcation(
        staked.Piece([(0, 40), (900, 40), (1_500, 300), (3_000, 300)]),
        staked.Piece([(0, -40), (900, -40), (1_500, 200), (3_000, 200)], bank="right"),
    )
    return result, rl.place_stakes(result), rl.place_boards(result)


@pytest.fixture(scope="module")
def book(placed, tmp_path_factory):
    result, stakes, boards = placed
    return rl.export.to_xlsx(tmp_path_factory.mktemp("book") / "成果表.xlsx", result, stakes, boards)


@pytest.fixture(scope="module")
def titles(tmp_path_factory):
    extents = cadastre.extents(cadastre.box(0, 0, 1_000, 60), cadastre.box(0, 100, 700, 160))
    rows = {"P1": ("清水县", "state", cadastre.box(0, 0, 300.37, 60)),
            "P2": ("柳湾村", "collective", cadastre.box(250, 0, 700, 60)),
            "P3": ("张某", "private", cadastre.box(0, 90, 411.13, 170))}  # fmt: skip
    title = rl.confirm(extents, cadastre.parcels(rows))
    return title, rl.export.to_xlsx(tmp_path_factory.mktemp("titles") / "确权.xlsx", title, extents)


def test_stakes_stand_in_their_table_in_the_words_and_figures_of_the_frame(placed, book):
    _, stakes, _ = placed
    shown = table(book, "管理范围界桩成果表")
    ordered = stakes.sort_values(["river_id", "bank", "chainage_m", "stake_id"])
    assert shown["桩号牌"].tolist() == ordered["number"].tolist()
    assert shown["岸别"].tolist() == [schema.STAKES["bank"].value_label(each) for each in ordered["bank"]]
    assert shown["设桩原因"].tolist() == [schema.STAKES["reason"].value_label(each) for each in ordered["reason"]]
    assert shown["里程桩号"].iloc[0] == "K0+000.0"
    for name in ("x_m", "y_m", "lon", "lat", "next_m"):
        column = schema.STAKES[name].label()
        np.testing.assert_allclose(pd.to_numeric(shown[column]), ordered[name], rtol=1e-14)
    for name in ("lon_dms", "next", "previous", "next_bearing_dms"):
        assert shown[schema.STAKES[name].label()].fillna("").tolist() == ordered[name].fillna("").tolist()


def test_every_table_is_ruled_framed_and_ready_to_print(book):
    for page in openpyxl.load_workbook(book).worksheets:
        assert page["A1"].value
        assert page["A1"].font.b
        wide, blocks = page.title == "管理范围界桩成果表", page.title == "界桩点之记"
        assert page.page_setup.scale == (70 if wide else None)
        assert page.page_setup.paperSize in ({8} if wide else {9} if blocks else {8, 9})
        # One page wide, which need not be said.
        assert wide or (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, 0)
        assert wide or page.sheet_properties.pageSetUpPr.fitToPage
        assert page.print_title_cols == ("$A:$D" if wide else None)
        assert "&P" in page.oddFooter.center.text
        assert page.page_setup.orientation == ("portrait" if blocks else "landscape")
        assert page.print_title_rows == ("$1:$2" if blocks else "$1:$3")
        assert page.freeze_panes == ("A3" if blocks else "E4" if wide else "A4")
        if not blocks:
            assert page["A3"].border.left.style == page["B3"].border.top.style == "thin"


def test_the_line_of_notes_names_rules_version_and_plane(placed, book):
    result, _, _ = placed
    for name in ("管理范围线成果表", "管理范围界桩成果表", "目录"):
        note = next(cell.value for cell in sheet(book, name)[2] if cell.value)
        assert result.rules.title in note
        assert result.rules.digest[:12] in note
        assert "EPSG:4548" in note
        assert rl.__version__ in note


def test_a_county_names_every_rule_set_by_its_title_whether_or_not_it_ships(tmp_path):
    """A river by rules of one's own and a sluice by a county's: both in the captions, neither by its code."""
    axes = county.axes([(0, 0), (3000, 0)])
    levees = county.levees([(0, 80), (3000, 80)], [(0, -80), (3000, -80)])
    own, luxi = county.rule_set(tmp_path, levee=0.0), rl.load_rules("jiangxi_luxi")
    sluice = gpd.GeoDataFrame({"work_id": ["G1"], "river_id": "R1", "kind": "sluice"}, crs=county.CRS,
                              geometry=[shapely.box(*np.add([1000, -30, 1020, 30], [*county.ORIGIN] * 2))])  # fmt: skip
    joined = rl.join_demarcations([rl.demarcate(axes, own, levees=levees),
                                   rl.demarcate_works(sluice, luxi, axes=axes)], axes)  # fmt: skip
    assert [each.name for each in joined.run.rule_sets] == ["test", "jiangxi_luxi"]
    path = rl.export.to_xlsx(tmp_path / "a.xlsx", joined)
    assert table(path, "划界公告表")["规则集"].tolist() == [luxi.title, "测试规则"]
    for name in ("划界公告表", "管理范围线成果表", "目录"):
        note = sheet(path, name)["A2"].value
        assert f"测试规则 {own.digest[:12]}、{luxi.title} {luxi.digest[:12]}" in note
        assert "坐标系：CGCS2000 3度带 中央经线117°（EPSG:4548）" in note
    english = rl.export.to_xlsx(tmp_path / "b.xlsx", joined, language="en")
    note = sheet(english, "Announcement")["A2"].value
    assert f"Rules for tests {own.digest[:12]}, {luxi.title_en} {luxi.digest[:12]}" in note
    assert "CRS: CGCS2000 / 3-degree Gauss-Kruger CM 117E (EPSG:4548)" in note
    page = rl.maps.show(joined).get_root().render()
    assert f"规则集 测试规则（test {own.digest[:12]}）" in page
    assert f"规则集 {luxi.title}（jiangxi_luxi {luxi.digest[:12]}）" in page
    assert set(joined.extents["rules"]) == {"jiangxi_luxi", "test"}


def test_numbers_have_the_decimals_of_their_unit(book):
    page = sheet(book, "管理范围界桩成果表")
    forms = {page.cell(HEAD, each).value: page.cell(HEAD + 1, each).number_format for each in range(1, 23)}
    assert forms["X坐标（北）（m）"] == "0.000"
    assert forms["经度（°）"] == "0.00000000"
    assert forms["至下一桩距离（m）"] == "0.00"


def test_checks_are_worded_in_the_language_asked_for(tmp_path):
    rows = {"check_id": "a", "title": "线不悬挂", "title_en": "no dangles", "layers": "stakes, boards", "counted": 1,
            "failed": 0, "review": 0, "outcome": "passed", "limit": 0.1, "unit": "m", "note": ""}  # fmt: skip
    for language, told in (("zh", ("线不悬挂", "界桩、公告牌")), ("en", ("no dangles", "Stakes, Notice boards"))):
        path = rl.export.to_xlsx(tmp_path / f"{language}.xlsx", pd.DataFrame([rows]), language=language)
        cells = next(openpyxl.load_workbook(path).worksheets[1].iter_rows(min_row=4, values_only=True))
        assert cells[2:4] == told
        assert len(cells) == 11


def test_each_stake_has_its_note_on_a_page_of_its_own(placed, book):
    _, stakes, _ = placed
    page = sheet(book, "界桩点之记")
    starts = [row for row in range(1, page.max_row + 1) if page.cell(row, 1).value == "桩号牌"]
    assert sorted(page.cell(row, 2).value for row in starts) == sorted(stakes["number"])
    assert [each.id for each in page.row_breaks.brk] == [row - 1 for row in starts[1:]]
    labels = {cell.value for row in page.iter_rows(min_row=starts[0], max_row=starts[1] - 1) for cell in row}
    assert {"方位物一", "埋设人", "埋设日期", "高程（m）", "材质", "所在地", "备注", "位置略图"} <= labels
    assert "起点" in labels


def test_the_announcement_names_axis_and_line_of_each_bank_and_claims_no_law(tmp_path):
    path = rl.export.to_xlsx(tmp_path / "a.xlsx", invented.result())
    shown, own = table(path, "划界公告表"), invented.extents()
    own = own[own["kind"] == "management"].sort_values("river_id")
    assert shown["名称"].tolist() == own["name"].tolist()
    assert shown["左岸长度（m）"].tolist() == own["left_length_m"].tolist()
    assert sums(path, "划界公告表", "合计")["右岸长度（m）"].tolist() == [float(exact(own["right_length_m"]))]
    assert "以有权机关为准" in sheet(path, "划界公告表")["A2"].value
    assert len(table(path, "保护范围成果表")) == 2


def test_sums_are_values_and_equal_the_holdings_to_the_last_decimal(titles):
    title, path = titles
    area = "平差面积（m²）"
    held = exact(title.holdings["adjusted_area_m2"])
    for name in ("权属面积汇总表", "权属面积汇总表（按权属性质）", "权属面积汇总表（按地类）", "权属明细表"):
        assert exact(sums(path, name, "合计")[area]) == held, name
        assert exact(table(path, name)[area]) == held, name
    parts = sums(path, "权属面积汇总表", "小计")
    rivers = parts[parts["权属性质"].isna()].set_index("河流编码")[area]
    by_river = title.holdings.groupby("river_id")["adjusted_area_m2"].agg(exact)
    assert {river: Decimal(repr(each)) for river, each in rivers.items()} == by_river.to_dict()
    kinds = parts.dropna(subset="权属性质").groupby("权属性质")[area].agg(exact)
    told = title.holdings["ownership"].map(schema.HOLDINGS["ownership"].value_label)
    assert kinds.to_dict() == title.holdings.groupby(told)["adjusted_area_m2"].agg(exact).to_dict()
    assert all(
        cell.data_type != "f" for page in openpyxl.load_workbook(path).worksheets for row in page for cell in row
    )


def test_no_row_is_lost_and_their_order_does_not_matter(titles, tmp_path):
    title, path = titles
    assert len(table(path, "权属明细表")) == len(title.holdings)
    assert len(table(path, "质检问题清单")) == len(title.faults)
    again = [frame.sample(frac=1.0, random_state=3) for frame in (title.holdings, title.register, title.faults)]
    one = rl.export.to_xlsx(tmp_path / "1.xlsx", title.holdings, title.register, title.faults)
    other = rl.export.to_xlsx(tmp_path / "2.xlsx", *again)
    assert one.read_bytes() == other.read_bytes()


def test_faults_are_listed_errors_first_and_in_the_language_asked_for(tmp_path):
    path = rl.export.to_xlsx(tmp_path / "zh.xlsx", invented.fault_rows())
    assert table(path, "质检问题清单")["等级"].tolist() == ["错误", "警告", "提示"]
    path = rl.export.to_xlsx(tmp_path / "en.xlsx", invented.fault_rows(), language="en")
    page = sheet(path, "Faults")
    texts = [cell for row in page.iter_rows(values_only=True) for cell in row if isinstance(cell, str)]
    assert not any("\u4e00" <= letter <= "\u9fff" for text in texts for letter in text.replace("（", ""))


@pytest.mark.parametrize("text", [*invented.HOSTILE, *FORMULAS])
def test_hostile_texts_stay_text(text, tmp_path):
    frame = invented.lines().iloc[[0]].assign(line_id=text, river_id=text, citation=text, note=text)
    path = rl.export.to_xlsx(tmp_path / "x.xlsx", frame, **{"名[1/2]:*?": invented.towns().assign(town=text)})
    book = openpyxl.load_workbook(path)
    cells = [cell for page in book.worksheets for row in page for cell in row if cell.value is not None]
    assert all(cell.data_type in {"s", "n"} for cell in cells)
    assert not any(cell.hyperlink for cell in cells)
    shown = sheet_cells.clean_text(text)
    found = [cell for cell in cells if cell.value == shown.replace("_x0041_", "_x0041_")]
    assert found
    assert all(cell.quotePrefix for cell in found) == sheet_cells.is_risky(shown)
    assert not any(ord(letter) < 32 and letter != "\n" for cell in cells for letter in str(cell.value))


@pytest.mark.parametrize("text", [*invented.HOSTILE, *FORMULAS, "\x00\x07", "a" * 300])
def test_hostile_names_of_columns_and_layers_stay_text(text, tmp_path):
    path = rl.export.to_xlsx(tmp_path / "x.xlsx", **{text: pd.DataFrame({text: [1, 2], "b": ["x", "y"]})})
    book = openpyxl.load_workbook(path)
    page = book.worksheets[1]
    assert page["A1"].value == page["B3"].value == sheet_cells.clean_text(text)
    assert all(cell.data_type in {"s", "n"} for row in page for cell in row)
    assert page["B3"].quotePrefix == sheet_cells.is_risky(sheet_cells.clean_text(text))


def test_a_text_longer_than_a_cell_is_cut_and_told(tmp_path):
    frame = invented.lines().iloc[[0]].assign(note="河" * 40_000)
    path = rl.export.to_xlsx(tmp_path / "x.xlsx", frame)
    (told,) = table(path, "管理范围线成果表")["说明"]
    assert len(told) == 32_767
    assert told.endswith("…（原文 40,000 字）")
    assert "有 1 处文字超过" in sheet(path, "管理范围线成果表")["A2"].value


def test_signs_beyond_the_first_plane_are_counted_as_spreadsheets_do():
    cut, was = sheet_cells.cut_text("𣲗" * 20_000)
    assert was
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert sheet_cells.cut_text("𣲗" * 16_000) == ("𣲗" * 16_000, False)


def test_more_rows_than_a_sheet_holds_are_parted_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_writing, "MOST_ROWS", 10 + HEAD)
    path = rl.export.to_xlsx(tmp_path / "x.xlsx", *[invented.lines()])
    names = ["管理范围线成果表", "管理范围线成果表 (2)"]
    rows = pd.concat([table(path, name) for name in names])
    assert rows["线段编码"].tolist() == sorted(invented.lines()["line_id"])
    assert all("共 14 行" in sheet(path, name)["A2"].value for name in names)


def test_names_of_sheets_are_short_legal_and_differ():
    taken = set()
    names = [
        sheet_cells.sheet_name(each, taken) for each in ("a" * 40, "A" * 40, "[x]:*?/\\", "history", "'q'", "", "\x00")
    ]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name[0] != "'" != name[-1]
        assert name.casefold() != "history"


def test_days_are_days_and_what_a_spreadsheet_would_round_is_text(tmp_path):
    frame = pd.DataFrame({
        "day": [dt.date(2026, 4, 1), dt.date(1899, 1, 1)], "code": [340102198001011234, 12],
        "share": [np.inf, 0.5], "sure": [True, False], "list": [[1, "河"], None],
    })  # fmt: skip
    rows = list(sheet(rl.export.to_xlsx(tmp_path / "x.xlsx", 表=frame), "表").iter_rows(min_row=4, values_only=True))
    assert rows[0] == (1, dt.datetime(2026, 4, 1), "340102198001011234", "inf", "是", '[1, "河"]')  # noqa: DTZ001
    assert rows[1] == (2, "1899-01-01", 12, 0.5, "否", None)


def test_the_same_result_gives_the_same_bytes_and_no_input_is_changed(placed, tmp_path):
    result, stakes, boards = placed
    before = stakes.copy(deep=True)
    paths = [rl.export.to_xlsx(tmp_path / name, result, stakes, boards) for name in ("1.xlsx", "2.xlsx")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert_geodataframe_equal(stakes, before)


def test_a_layer_without_a_form_comes_with_all_its_columns(tmp_path):
    water = invented.water().assign(更多=["a", "b", "c"])
    shown = table(rl.export.to_xlsx(tmp_path / "x.xlsx", water), "水域")
    assert shown.columns.tolist() == ["序号", "水域编码", "河流编码", "水域类型", "更多"]
    assert shown["水域类型"].tolist() == ["河流", "河流", "湖泊"]


@pytest.mark.parametrize("name", sorted(schema.FRAMES))
def test_every_schema_has_a_table_in_both_languages(name, tmp_path):
    frame = schema.FRAMES[name].empty("EPSG:4548")
    for language in ("zh", "en"):
        path = rl.export.to_xlsx(tmp_path / f"{language}.xlsx", frame, language=language)
        assert len(openpyxl.load_workbook(path).sheetnames) >= 2


@pytest.mark.parametrize(
    ("name", "title", "head"),
    [
        ("stakes", "管理范围界桩成果表", "X坐标（北）（m）"), ("boundary_points", "界址点成果表", "至下一点边长（m）"),
        ("extents", "划界公告表", "面积（m²）"), ("register", "权属面积汇总表", "平差面积（m²）"),
        ("problems", "四乱问题整改台账", "面积（m²）"), ("patrols", "巡河记录表", "轨迹长度（m）"),
        ("patrolled_duties", "河长履职汇总表", "责任河长（m）"), ("coverage", "巡河覆盖表", "走到长度（m）"),
        ("scores", "考核得分表", "得分"), ("cards", "黄牌、红牌一览表", "限值"),
    ],
)  # fmt: skip
def test_the_offices_form_has_the_tables_of_an_offices_work(name, title, head, tmp_path):
    frame = schema.FRAMES[name].empty("EPSG:4548")
    file = rl.export.to_xlsx(tmp_path / "t.xlsx", frame)
    assert head in [cell.value for cell in sheet(file, title)[HEAD]]


def test_a_form_of_ones_own_decides_columns_and_titles(tmp_path):
    text = (sheet_text := (rl.export.forms._SHIPPED / "office.toml").read_text("utf-8"))[
        : sheet_text.index("[[tables]]")
    ]
    own = tmp_path / "own.toml"
    own.write_text(f"{text}[[tables]]\nschema = 'water'\ntitle = {{ zh = '水面', en = 'Water' }}\n"
                   "columns = ['kind', { column = 'water_id', label = { zh = '编码', en = 'Code' } }]\n",
                   "utf-8")  # fmt: skip
    shown = table(rl.export.to_xlsx(tmp_path / "x.xlsx", invented.water(), form=own), "水面")
    assert shown.columns.tolist() == ["序号", "水域类型", "编码"]
    own.write_text(
        f"{text}[[tables]]\nschema = 'water'\ntitle = {{ zh = '水面', en = 'Water' }}\ncolumns = ['knid']\n", "utf-8"
    )
    with pytest.raises(rl.JobError, match="water 没有列 'knid'"):
        rl.export.load_form(own)
    with pytest.raises(rl.JobError, match="office"):
        rl.export.load_form("nowhere")


@pytest.mark.parametrize(
    "name", [name for name, each in schema.FRAMES.items() if {"scope", "part"} <= {column.name for column in each}]
)
def test_statistics_name_what_they_are_grouped_by(name, tmp_path):
    own = schema.FRAMES[name]
    scopes = [each.value for each in own["scope"].choices]
    parts = {"kind": "dumping", "severity": "serious", "bank": "left"}
    frame = pd.DataFrame({own.key: scopes, "scope": scopes, "part": [parts.get(each, "*") for each in scopes]})
    frame = own.conform(frame.reindex(columns=[each.name for each in own]))
    book = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "x.xlsx", frame))
    heads, *rows = book.worksheets[1].iter_rows(min_row=3, values_only=True)
    shown = pd.DataFrame(rows, columns=heads)
    assert set(shown["统计口径"]) == {each.label_zh for each in own["scope"].choices}
    words = {"kind": "乱堆", "severity": "较严重", "bank": "左岸"}
    assert sorted(shown["分组"]) == sorted(words.get(each, "*") for each in scopes)


@pytest.mark.parametrize(("language", "head", "word"), [("zh", "分组", "未填写"), ("en", "Part", "Not given")])
def test_a_group_without_a_value_is_called_so_and_keeps_its_blank_code(language, head, word, tmp_path):
    own = schema.LEDGER_SUMS
    frame = pd.DataFrame({own.key: ["all/*", "admin/"], "scope": ["all", "admin"], "part": ["*", ""]})
    frame = own.conform(frame.reindex(columns=[each.name for each in own]))
    book = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "x.xlsx", frame, language=language))
    heads, *rows = book.worksheets[1].iter_rows(min_row=3, values_only=True)
    shown = pd.DataFrame(rows, columns=heads)
    assert shown[head].tolist() == [word, "*"]
    assert shown.iloc[0, 1] == "admin/"
    assert frame["part"].tolist() == ["*", ""]


def test_a_wrong_call_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(rl.JobError, match=r"\.xlsx"):
        rl.export.to_xlsx(tmp_path / "x.xls", invented.water())
    with pytest.raises(rl.SchemaError):
        rl.export.to_xlsx(path, 3)
    monkeypatch.setattr("riverline.export.workbook.read_digests", lambda _: {})
    with pytest.raises(rl.JobError, match="复读"):
        rl.export.to_xlsx(path, invented.water())
    with pytest.raises(rl.JobError, match="无法写入"):
        rl.export.to_xlsx(tmp_path / "nowhere" / "x.xlsx", invented.water())
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["x.xlsx"]


@pytest.mark.skipif(os.name != "posix", reason="file size limits are a POSIX thing")
def test_a_full_disk_is_told_in_words_and_leaves_the_old_file(tmp_path):
    path = rl.export.to_xlsx(tmp_path / "a.xlsx", invented.axes())
    old = path.read_bytes()
    done = full_disk.written_on_full_disk("rl.export.to_xlsx(sys.argv[1], i.result(), i.water())", path, limit=4_000)
    assert "REFUSED cannot write" in done.stdout
    assert full_disk.SAYS in done.stdout, "the disk's own words"
    assert not done.stderr
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_number_without_a_sign_of_its_own_reads_back_the_same(tmp_path):
    """No reader of workbooks keeps the minus of −0."""
    path = rl.export.to_xlsx(tmp_path / "a.xlsx", 数=pd.DataFrame({"a": [-0.0, -1.5]}))
    assert table(path, "数")["a"].tolist() == [0, -1.5]


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        rl.export.to_xlsx(tmp_path / "x.xlsx", invented.water())


@pytest.mark.slow
def test_libreoffice_opens_it(book, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not there")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2",
        "--outdir",
        tmp_path,
        book,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (text,) = [each.read_text("utf-8") for each in tmp_path.glob("*.csv")]
    assert "左岸长度" in text or "线段编码" in text


WIDE = pd.DataFrame({f"第{n}栏数值": [n + 0.125, n + 0.5] for n in range(1, 61)})


def test_a_table_wider_than_a3_goes_over_pages_that_repeat_what_a_row_is_called(tmp_path):
    rows = WIDE.assign(river_id=["QS01", "BS02"], name=["清水河", "白石溪"])
    lines = [shapely.LineString([(5e5, 3.4e6), (5.01e5, 3.4e6)])] * 2
    named = rl.schema.AXES.conform(gpd.GeoDataFrame(rows, geometry=lines, crs=4548))
    page = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "x.xlsx", named)).worksheets[1]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (8, "landscape")
    assert page.page_setup.scale >= 70, "ten points at this scale are seven"
    assert not page.sheet_properties.pageSetUpPr or not page.sheet_properties.pageSetUpPr.fitToPage
    last = openpyxl.utils.column_index_from_string(page.print_title_cols.rpartition("$")[2])
    assert [page.cell(3, at).value for at in range(1, last + 1)] == ["序号", "河流编码", "名称"]
    assert page.freeze_panes == "D4"
    breaks = [each.id for each in page.col_breaks.brk]
    assert len(breaks) >= 1
    # Each page has its title, over its own columns alone.
    assert [page.cell(1, at + 1).value for at in breaks] == [f"{page['A1'].value}（续）"] * len(breaks)
    merged = [(each.min_col, each.max_col) for each in page.merged_cells.ranges if each.min_row == 1]
    edges = [0, *breaks, page.max_column]
    assert sorted(merged) == [(start + 1, end) for start, end in itertools.pairwise(edges)]


@pytest.mark.slow
def test_printed_texts_are_seven_points_high_or_more(placed, tmp_path):
    """Measured in the PDF that LibreOffice prints: the table of stakes was a line of 4.5 points."""
    office, measure = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or measure is None:
        pytest.skip("LibreOffice or pdftotext is not there")
    for name, given in {"stakes": {"stakes": placed[1].iloc[:5]}, "wide": {"wide": WIDE}}.items():
        book = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / f"{name}.xlsx", **given))
        for other in {"目录", "界桩点之记"} & set(book.sheetnames):
            del book[other]
        book.save(tmp_path / f"{name}.xlsx")
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [
            office,
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            tmp_path / f"{name}.xlsx",
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=150)
        subprocess.run([measure, "-bbox", tmp_path / f"{name}.pdf", tmp_path / "bbox.html"], check=True)
        text = (tmp_path / "bbox.html").read_text("utf-8")
        words = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]+)<', text)
        # A line is a little less than a third higher than its type.
        assert min(float(bottom) - float(top) for top, bottom, _ in words) >= 7.0 * 1.28
        if name == "wide":
            pages = text.split("<page ")[1:]
            # No column was left over for a page that was not planned.
            assert len(pages) == 1 + len(book.worksheets[0].col_breaks.brk) >= 2
            assert all(">序号<" in page for page in pages)


def test_shapes_and_lists_of_extra_columns_are_text(tmp_path):
    frame = pd.DataFrame(
        {"shape": [shapely.Point(1, 2)], "when": [pd.Timestamp("2026-04-01T08:00", tz="Asia/Shanghai")]}
    )
    page = sheet(rl.export.to_xlsx(tmp_path / "x.xlsx", 表=frame), "表")
    assert [page["B4"].value, page["C4"].value] == ["POINT (1 2)", "2026-04-01 08:00:00+08:00"]


def test_commands_write_their_tables_beside_the_layers_or_say_what_they_need(tmp_path, monkeypatch):
    from riverline.cli.jobs import office

    path = tmp_path / "界桩表.xlsx"
    (write,) = office.tables_beside("界桩.gpkg", invented.water(), language="zh").values()
    assert write(path) == path
    monkeypatch.setattr(office, "find_spec", lambda name: None if name == "openpyxl" else object())
    assert office.tables_beside("界桩.gpkg", invented.water(), language="zh") == {}
    assert all("riverline[report]" in told for told in office.NO_TABLES)
