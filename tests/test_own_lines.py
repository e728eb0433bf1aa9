"""Chainage along the line of a lake or a work is never shown as if it were the river's."""

from __future__ import annotations

import re

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

import riverline as rl
from county import CRS, axes, line
from riverline.maps.texts import river_names, texts_of
from riverline.reports.announcements import compose_announcement
from riverline.reports.dossiers import compose_dossier
from riverline.style import collect, own_line_names
from test_works import rule_set

RIVER = axes([(0, 0), (12_000, 0)])
SLUICE = line([(7_000, 120), (7_000, -130)])
PUMP = line([(10_190, 300), (10_210, 300)])
RING_M = 2 * (200.0 + 300.0)


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A river of 12 km with a sluice at K7 and one off its bank at K10+200, with stakes and boards of all lines."""
    rules = rule_set(tmp_path_factory.mktemp("rules"))
    works = gpd.GeoDataFrame(
        {"work_id": ["G1", "G2"], "river_id": "R1", "kind": "sluice", "name": ["清水闸", "城东闸"]},
        geometry=[SLUICE, PUMP], crs=CRS,
    )  # fmt: skip
    banks = gpd.GeoDataFrame(
        {"bank_id": ["B1", "B2"], "river_id": "R1"},
        geometry=[line([(0, y), (12_000, y)]) for y in (60, -60)], crs=CRS,
    )  # fmt: skip
    river = rl.demarcate(RIVER, rl.load_rules("national"), bank_tops=banks)
    drawn = rl.demarcate_works(works, rules, axes=RIVER)
    stakes = [rl.place_stakes(each) for each in (river, drawn)]
    return river, drawn, *stakes, rl.place_boards(drawn)


def closed(frame):
    return frame[frame["bank"].isna()]


def table_named(document, part):
    return next(table for table in document.tables if part in table.title)


def column(table, head):
    at = table.heads.index(head)
    return [row[at] for number, row in enumerate(table.rows) if number not in table.strong]


def popups(given, name, language):
    layers = collect(*given)
    names = own_line_names(layers) | river_names(layers)
    for layer in (each for each in layers if each.name == name):
        told = texts_of(layer, language=language, names=names)
        for row, bank in zip(told.cells, layer.frame["bank"], strict=True):
            yield bank, {label: cell for label, cell in zip(told.fields, row, strict=True) if cell}


@pytest.mark.parametrize("name", ["management_lines", "stakes", "boards"])
def test_popups_name_the_work_whose_line_the_chainage_runs_along(given, name):
    rows = list(popups(given, name, "zh"))
    works = [row for bank, row in rows if pd.isna(bank)]
    assert works
    assert {row["桩号"].split("界线 ")[0] for row in works} == {"沿清水闸", "沿城东闸"}
    assert all(row["河流"] == "清水河（R1）" for row in works), "the river that it stands on stays"
    assert not [row for bank, row in rows if pd.notna(bank) and "沿" in row["桩号"]], "banks have the river's"
    for _, row in popups(given, name, "en"):
        assert re.fullmatch(
            r"K\d+\+\d{3}(\.\d)?( – K\d+\+\d{3})?( along the line of (清水闸|城东闸))?", row["Chainage"]
        )


def test_data_keep_the_chainage_of_the_ring(given):
    _, drawn, *_ = given
    assert drawn.lines.groupby(drawn.lines["line_id"].str[:2])["end_chainage_m"].max().gt(500).all()
    assert drawn.lines.groupby(drawn.lines["line_id"].str[:2])["start_chainage_m"].min().eq(0).all()


def test_the_dictionary_says_along_which_line_chainage_runs():
    for frame, names in (("management_lines", ("start_chainage_m", "end_chainage_m")), ("stakes", ("chainage_m",)),
                         ("boards", ("chainage_m",))):  # fmt: skip
        for name in names:
            assert "not a place on the river" in rl.schema.FRAMES[frame][name].meaning
    assert "closed line itself" in rl.schema.STAKES["printed_chainage"].meaning


def test_a_dossier_sums_banks_and_works_apart_and_tells_where_works_stand(given):
    river, drawn, *_ = given
    document = compose_dossier("R1", RIVER, *given)
    banks, works = table_named(document, "两岸管理范围线"), table_named(document, "湖库与水利工程界线")
    assert set(column(banks, "岸别")) == {"左岸", "右岸"}
    at = banks.heads.index("长度（m）")
    sums = {(row[0], row[1]): float(row[at]) for number, row in enumerate(banks.rows) if number in banks.strong}
    by_bank = river.lines.groupby("bank")["length_m"].sum()
    assert sums == {
        ("小计", "左岸"): pytest.approx(by_bank["left"]), ("小计", "右岸"): pytest.approx(by_bank["right"]),
        ("合计", ""): pytest.approx(by_bank.sum()),
    }  # fmt: skip
    assert float(works.rows[-1][works.heads.index("长度（m）")]) == pytest.approx(drawn.lines["length_m"].sum())
    assert set(column(works, "所属")) == {"清水闸（河道约 K7+000 处）", "城东闸（河道约 K10+200 处）"}
    assert all(cell.startswith("沿自身界线 K") for name in ("起点桩号", "终点桩号") for cell in column(works, name))
    assert any("不是河道桩号" in note for note in works.notes)


@pytest.mark.parametrize("title", ["界桩成果表", "公告牌一览表"])
def test_stakes_and_boards_of_a_dossier_name_the_work(given, title):
    table = table_named(compose_dossier("R1", RIVER, *given), title)
    rows = list(zip(column(table, "岸别"), column(table, "里程桩号"), strict=True))
    own = [row for row in rows if row[0] not in {"左岸", "右岸"}]
    assert {name for name, _ in own} == {"清水闸", "城东闸"}
    assert all(text.startswith("沿自身界线 K") for _, text in own)
    assert not [text for name, text in rows if name in {"左岸", "右岸"} and "沿" in text]


def test_without_an_axis_or_far_from_it_no_place_is_claimed(given):
    _, drawn, *_ = given
    names = column(table_named(compose_dossier("R1", *given), "湖库与水利工程界线"), "所属")
    assert set(names) == {"清水闸", "城东闸"}
    away = axes([(0, 5_000), (12_000, 5_000)])
    told = column(table_named(compose_dossier("R1", away, *given), "湖库与水利工程界线"), "所属")
    assert set(told) == {"清水闸", "城东闸"}
    assert (drawn.extents["name"].isin(["清水闸", "城东闸"])).all(), "frames that were given are not changed"


def test_the_dossier_of_a_lake_bears_its_name(given):
    _, drawn, *_ = given
    lake = drawn.extents.iloc[:1].assign(extent_id="JH01-management", river_id="JH01", name="镜湖")
    assert compose_dossier("JH01", lake).title == "镜湖档案"
    assert compose_dossier("R1", drawn).title == "R1河流档案", "a work's name is not the river's"


def test_in_english_too(given):
    document = compose_dossier("R1", RIVER, *given, language="en")
    works = table_named(document, "Lines of lakes, reservoirs and works")
    assert "清水闸 (about K7+000 of the river)" in column(works, "Whose line")
    assert all(text.endswith(" along its own line") for text in column(works, "Start chainage"))


def test_workbooks_say_so_in_every_table(given, tmp_path):
    river, drawn, *_ = given
    book = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "成果表.xlsx", *given))
    for title, named in (("湖库与水利工程界线成果表", "所属湖库或工程"), ("管理范围界桩成果表", "河流名称"),
                         ("公告牌一览表", "河流名称")):  # fmt: skip
        rows = [row for row in book[title].iter_rows(values_only=True) if any("沿自身界线 K" in str(c) for c in row)]
        heads = next(row for row in book[title].iter_rows(values_only=True) if row[0] == "序号")
        assert {row[heads.index(named)] for row in rows} == {"清水闸", "城东闸"}, title
    listed = [row[1] for title in ("管理范围线成果表", "湖库与水利工程界线成果表")
              for row in book[title].iter_rows(values_only=True) if isinstance(row[0], int)]  # fmt: skip
    assert sorted(listed) == sorted([*river.lines["line_id"], *drawn.lines["line_id"]]), "every piece is in one of them"


def test_an_announcement_tells_grounds_of_works_by_name(given):
    river, drawn, *_ = given
    document = compose_announcement(*given, place="清水县")
    works = table_named(document, "湖库与水利工程界线划定依据")
    assert set(column(works, "名称")) == {"清水闸", "城东闸"}
    assert float(works.rows[-1][works.heads.index("长度（m）")]) == pytest.approx(drawn.lines["length_m"].sum())
    banks = table_named(document, "管理范围线划定依据")
    assert float(banks.rows[-1][banks.heads.index("长度（m）")]) == pytest.approx(river.lines["length_m"].sum())


def test_a_stake_without_a_place_on_a_line_is_of_no_line():
    frame = rl.schema.STAKES.empty(CRS).reindex([0]).assign(stake_id="X1", name="清水闸", printed_chainage="K1+000.0")
    frame = frame.set_geometry([shapely.Point(5e5, 3.5e6)], crs=CRS)
    layer = collect(frame)[0]
    told = texts_of(layer, language="zh", names={})
    assert "K1+000.0" in told.cells[0].tolist()


def test_a_line_end_in_the_name_of_a_work_stops_no_file_and_reaches_none(given, tmp_path):
    river, drawn, *_ = given
    named = drawn.extents.assign(name=drawn.extents["name"].str.replace("清水闸", "清水\r\n\x0b闸"))
    odd = rl.Demarcation(drawn.lines, named, drawn.faults, drawn.rules, drawn.run)
    book = openpyxl.load_workbook(rl.export.to_xlsx(tmp_path / "表.xlsx", river, odd))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("清水" in str(cell) for cell in cells)
    page = rl.reports.dossier("R1", RIVER, river, odd, path=tmp_path / "档案.html").read_bytes()
    assert b"\x0b" not in page


def test_reports_name_every_rule_set_that_their_rows_rest_on(given):
    river, drawn, *_ = given
    remarks = " ".join(compose_dossier("R1", RIVER, river, drawn).remarks)
    assert all(each.rules.digest[:12] in remarks for each in (river, drawn))
