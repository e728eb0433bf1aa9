"""Reports on paper: codes that are found as they are, rows and names that are not cut."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise

import geopandas as gpd
import pytest
import shapely
from lxml import etree

import riverline as rl
from ledgers import CRS
from reported import bare
from riverline.export.sheets import Head, Sheet
from riverline.io.sheet_cells import display_width
from riverline.reports import fitting, look, printed
from riverline.reports.drawing import draw_map
from riverline.reports.drawing.svg import shortened
from riverline.reports.model import Document, Facts, Paragraph, Section
from riverline.style import collect

CODE, URL = "QS01-management-00012", "https://example.invalid/rivers/QS01?lake=no&part=2"
LONG = "P-" + "0123456789abcdef" * 8


def sheet(heads, rows):
    return printed.table_of(Sheet("t", "表名", (Head("", "序号", "0"), *(Head(h, h, "General") for h in heads)),
                                  [[k, *row] for k, row in enumerate(rows, 1)]))  # fmt: skip


def pages_of(document, path, how="-layout"):
    """What pdftotext reads, page by page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed")
    rl.reports.write(document, path)
    ran = subprocess.run(["pdftotext", how, str(path), "-"], capture_output=True, check=True)
    return ran.stdout.decode().split("\f")[:-1]


def boxes_of(path):
    """Words with where they stand: left, right, text."""
    ran = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    found = re.findall(r'<word xMin="([\d.]+)".*?xMax="([\d.]+)".*?>(.*?)</word>', ran.stdout.decode())
    return [(float(left), float(right), text) for left, right, text in found]


def test_codes_and_addresses_are_found_as_they_are_where_a_cell_has_room(tmp_path):
    table = sheet(["code", "text"], [[CODE, "河段"], [f"GC-02-management-{k:05d}" for k in (3, 4)]])
    facts = Facts((("网址", URL), ("编码", f"见 {CODE} 号")))
    document = Document("题", "zh", "", "", (Section("", (facts, table)),))
    text = "".join(pages_of(document, tmp_path / "a.pdf", "-raw"))
    assert "\u200b" not in text
    assert text.count(CODE) == 2
    assert "GC-02-management-00003" in text
    assert bare(URL) in bare(text)


def test_a_code_wider_than_its_cell_stays_in_it_and_gains_no_sign(tmp_path):
    """Ten columns, so that none has room for it: its pieces stand in its own column, and put together are the code."""
    names = [f"c{k}" for k in range(10)]
    table = sheet(names, [[LONG, *["河" * 6] * 9]])
    path = tmp_path / "a.pdf"
    text = "".join(pages_of(Document("题", "zh", "", "", (Section("", (table,)),)), path))
    assert "\u200b" not in text
    pieces = [(left, right, word) for left, right, word in boxes_of(path) if re.fullmatch("[P0-9a-f-]{4,}", word)]
    assert "".join(word for *_, word in pieces) == LONG
    beside = min(left for left, _, word in boxes_of(path) if word.startswith("河"))
    assert max(right for _, right, _ in pieces) <= beside


def test_a_code_is_parted_after_a_sign_that_parts_it(tmp_path):
    names = [f"c{k}" for k in range(12)]
    code = "-".join(["KETTE"] * 8)
    pages_of(
        Document("题", "zh", "", "", (Section("", (sheet(names, [[code, *["河" * 6] * 11]]),)),)), tmp_path / "a.pdf"
    )
    pieces = [word for *_, word in boxes_of(tmp_path / "a.pdf") if "KETTE" in word]
    assert "".join(pieces) == code
    assert all(piece.endswith("-") for piece in pieces[:-1])


@pytest.mark.parametrize("before", range(0, 34, 3))
def test_a_row_stands_whole_on_its_page(before, tmp_path):
    """However far down the page it begins, a sentence of some lines is on one page."""
    reason = "".join(f"第{k}句说明热点的理由。" for k in range(30))
    table = sheet(["code", "reason"], [["H01", reason]])
    text = tuple(Paragraph(f"第{k}段。") for k in range(before))
    pages = pages_of(Document("题", "zh", "", "", (Section("", (*text, table)),)), tmp_path / "a.pdf")
    holding = [page for page in pages if "句说明" in page]
    assert len(holding) == 1
    assert bare(holding[0]).count("句说明") == 30


def test_a_row_taller_than_a_page_goes_on_on_the_next(tmp_path):
    reason = "".join(f"第{k}句说明热点的理由。" for k in range(1200))
    pages = pages_of(Document("题", "zh", "", "", (Section("", (sheet(["reason"], [[reason]]),)),)), tmp_path / "a.pdf")
    assert len([page for page in pages if "句说明" in page]) > 1
    assert "第1199句" in bare("".join(pages))


def test_a_sentence_has_a_column_that_it_can_be_read_in():
    """A reason beside eight columns of figures: smaller type, not fifteen lines of six signs."""
    heads = ["编号", "判定", "岸别", "起点", "终点", "问题数", "期望数", "理由"]
    table = sheet(heads, [["QS01/H01", "热点河道", "右岸", "K9+993", "K12+991", "35", "11.5", "判定的理由" * 30]])
    assert table.dense
    assert display_width(["判定的理由" * 30]) / (table.widths[-1] * 116) <= 7
    plain = sheet(["说明"], [["很长的说明" * 60]])
    assert not plain.dense, "a column that has the line gains nothing"


def test_a_short_name_stands_on_one_line_whatever_long_ones_are_among_them():
    """Stakes of a county: one river with a long name does not wrap those of all others."""
    heads = ["河流名称", "桩号牌", "岸别", "类型", "里程桩号", "X（m）", "Y（m）", "经度", "纬度"]
    row = ["白石溪", "BS02-L-018", "左岸", "加密桩", "K0+830.0", "3505113.430", "515308.250", "117°09′40.2156″",
           "31°39′58.2361″"]  # fmt: skip
    table = sheet(heads, [row, ["石门水库东干渠大坝副坝", *row[1:]]])
    size = look.LOOK.tiny_pt if table.tiny else look.LOOK.dense_pt
    # A Chinese sign is as wide as its type; a cell has 6.5 pt around what stands in it.
    assert len("白石溪") * size <= table.widths[1] * look.LOOK.width_mm * 72 / 25.4 - 6.5


@pytest.mark.parametrize("name", ["清水河" * 24, "Qingshui River of the county " * 4, "W" * 70])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_long_names_stay_inside_the_frame_of_a_map(name, place):
    """A short river at the left, in the middle and at the right of a map that others make wide."""
    x = 500_000 + 18_000 * place
    lines = [[(500_000, 3_400_000), (520_000, 3_400_000)], [(x, 3_403_000), (x + 2_000, 3_403_000)]]
    axes = gpd.GeoDataFrame({"river_id": ["R1", "R2"], "name": ["", name]},
                            geometry=[shapely.LineString(line) for line in lines], crs=CRS)  # fmt: skip
    root = etree.fromstring(draw_map(collect(axes), title="图", language="zh").svg.encode())
    frame = next(node for node in root.iter("{*}rect") if node.get("fill") == "none")
    west, wide = (float(frame.get(key)) for key in ("x", "width"))
    (told,) = (node for node in root.iter("{*}text") if node.get("font-weight") == "bold" and node.get("fill"))
    left = float(told.get("x"))
    assert told.text.endswith("…")
    assert name.startswith(told.text[:-1])
    assert west <= left
    # A capital W of Noto Sans in bold is 0.98 em wide, other letters less, Chinese signs 1 em.
    size = float(told.get("font-size"))
    drawn = sum(0.98 if sign == "W" else 1.0 if ord(sign) > 0x2000 else 0.62 for sign in told.text)
    assert left + drawn * size <= west + wide


def test_a_name_that_fits_is_not_cut():
    assert shortened("清水河", 20) == "清水河"
    assert len(shortened("清水河" * 9, 20)) * 2.5 <= 20


def test_an_english_table_that_is_wide_keeps_its_words_apart(tmp_path):
    """Eleven columns of words: the smallest type, figures and words whole, and only what is widest gives way."""
    heads = [
        "Problem code",
        "Kind",
        "Severity",
        "Status",
        "Bank",
        "Chainage",
        "Found on",
        "Due on",
        "Responsible",
        "Text",
    ]
    row = ["QS2025-100", "Construction", "Unknown", "Rectifying", "Right bank", "K11+953", "2024-01-17", "2024-03-17",
           "Office", f'点我")<script>{"x" * 40}']  # fmt: skip
    table = sheet(heads, [row])
    assert table.tiny
    path = tmp_path / "a.pdf"
    pages_of(Document("T", "en", "", "", (Section("", (table,)),)), path)
    boxes = [(left, right) for left, right, word in boxes_of(path) if word in {*row, "Right", "bank"}]
    assert len(boxes) == len(row), "every cell but the last stands whole, the bank in two words"
    edges = [25 / 25.4 * 72 + sum(table.widths[: at + 1]) * 163 / 25.4 * 72 for at in range(len(table.widths))]
    for left, right in boxes:
        assert any(one - 0.5 <= left and right <= other + 0.5 for one, other in pairwise(edges))
    last = [right for left, right, _ in boxes_of(path) if left > edges[-2]]
    assert max(last) <= edges[-1] + 0.5


def test_a_bank_stands_on_one_line_in_word_tables_too():
    heads = ["Bank", "Start", "End", "Length", "Basis", "Width", "Citation", "Confidence"]
    row = ["Right bank", "K8+318", "K9+325", "1000.0", "Levee", "18.16", "《水工程管理和保护条例》第17条(2)3", "Medium"]
    table = sheet(heads, [row] * 8)
    shares, size = fitting.columns_of(table)
    assert fitting.ems("Right bank") * size <= shares[1] * look.LOOK.width_mm * 72 / 25.4 - 2 * fitting.MARGIN_PT
