"""Reports: what they say, that their counts are the ledger's, that hostile words stay words, that files open."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from lxml import etree
from tests import invented

import riverline as rl
import staked
from browser import browser
from ledgers import CRS, closing, ledger_of, problems_of, walk
from reported import alerts_of, bare, column, table_named, words_of
from riverline import schema
from riverline.export.sheets import Head, Sheet
from riverline.reports import dossiers, fitting, look, printed, typeset, word
from riverline.reports.drawing import draw_map
from riverline.reports.model import Document, Figure, Paragraph, Section
from riverline.reports.parts import PARTS
from riverline.style import THEMES, collect

HOSTILE = (
    "<script>window.hit=1</script>",
    "</style></title><img src=x onerror=window.hit=1>",
    '" onmouseover="window.hit=1',
    "{{ 7*7 }}{% for x in y %}{_{ a }_}{_% b %_}{#c#}",
    '#eval("1+1") $x^2$ *b* _i_ @ref <tag> `raw`',
    '=HYPERLINK("http://x.invalid";"点我")',
    "../../../etc/passwd",
    "河\x00流\x07\u202e",
    "&lt;b&gt;&#95;&amp;",
    "]]>-->/* */",
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """Forty problems on two rivers and two towns: some closed, late, rejected, back."""
    ids = [f"P{k:02d}" for k in range(40)]
    towns = ["清水镇" if k % 3 else "云河镇" for k in range(40)]
    rows = problems_of(40, problem_id=ids, river_id=[f"R{k % 2 + 1}" for k in range(40)], admin=towns)
    rows["due_on"] = rows["found_on"] + pd.Timedelta(days=20)
    book = ledger_of(tmp_path_factory.mktemp("ledger"), rows)
    for k in range(0, 40, 2):
        walk(book, ids[k], *closing(f"2026-01-{k % 28 + 1:02d}"))
    walk(book, ids[0], ("reopened", "2026-02-03"))
    walk(book, ids[1], ("rejected", "2026-01-05"))
    return book


@pytest.fixture(scope="module")
def rivers():
    names = ["清水河", "白石溪"]
    lines = [shapely.LineString([(500_000, 3_400_000 + 3000 * k), (520_000, 3_401_000 + 3000 * k)]) for k in range(2)]
    return gpd.GeoDataFrame({"river_id": ["R1", "R2"], "name": names}, geometry=lines, crs=CRS)


@pytest.fixture(scope="module")
def drawn():
    result = staked.demarcation(
        staked.Piece([(0, 40), (900, 40), (1_500, 300), (3_000, 300)]),
        staked.Piece([(0, -40), (900, -40), (1_500, 200), (3_000, 200)], bank="right"),
    )
    return result, rl.place_stakes(result), rl.place_boards(result)


def hostile_axes():
    count = len(HOSTILE)
    lines = [shapely.LineString([(5e5, 3.5e6 + 500 * k), (5.05e5, 3.5e6 + 500 * k)]) for k in range(count)]
    return gpd.GeoDataFrame({"river_id": list(HOSTILE), "name": list(HOSTILE), "chief": list(HOSTILE)},
                            geometry=lines, crs=CRS)  # fmt: skip


def hostile_problems():
    frame = problems_of(len(HOSTILE), problem_id=list(HOSTILE), river_id="R1", description=list(HOSTILE),
                        responsible=list(HOSTILE), admin=list(HOSTILE))  # fmt: skip
    return schema.PROBLEMS.conform(frame.assign(
        status="found", source="x", item=list(HOSTILE), bank="left", chainage_m=1.0,
    ))  # fmt: skip


def docx_text(path):
    root = etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return "\n".join("".join(node.text or "" for node in par.iter(f"{space}t")) for par in root.iter(f"{space}p"))


def office(path, folder):
    """The PDF that LibreOffice makes of a file."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-writer, libreoffice-calc)")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    ran = subprocess.run([program, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)],
                         capture_output=True, text=True, timeout=170, check=False)  # fmt: skip
    made = folder / f"{path.stem}.pdf"
    if not made.exists() and path.suffix == ".docx" and "could not be loaded" in ran.stdout + ran.stderr:
        pytest.skip("LibreOffice Writer is not installed (Debian: libreoffice-writer)")
    assert made.exists(), ran.stderr
    return made


def pdf_text(path):
    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


# Months are counted as the ledger counts


@pytest.mark.parametrize("by", ["admin", "river_id", "kind", "severity"])
def test_a_month_sums_up_to_the_ledgers_statistics(ledger, by):
    months = [f"2025-{month:02d}" for month in range(1, 13)]
    for month in ("2025-02", "2026-01", "2026-02"):
        last = str(pd.Period(month).end_time.date())
        sums = ledger.statistics(on=last)
        mine = sums[sums["scope"] == by].set_index("part")
        counted = rl.reports.count_month(ledger, month, by=by).set_index("part")
        whole = rl.reports.count_month(ledger, month, by=None).iloc[0]
        assert counted.index.tolist() == mine.index.tolist()
        for name in ("problem_count", "open_count", "overdue_count"):
            assert counted[name].tolist() == mine[name].tolist()
            assert counted[name].sum() == whole[name] == sums.set_index("sum_id").loc["all/*", name]
        assert (counted["closed_percent"] / 100).tolist() == pytest.approx(mine["closed_share"].tolist(), nan_ok=True)
        for name in ("found_count", "month_closed_count", "month_reopened_count"):
            assert counted[name].sum() == whole[name]
    every = sum(int(rl.reports.count_month(ledger, month, by=None)["found_count"].iloc[0]) for month in months)
    # What was found in a month and is real when the month is over: P01 was found to be none in the year after.
    assert every == 40


def test_a_month_tells_what_happened_in_it(ledger):
    january, february = (rl.reports.count_month(ledger, month, by=None).iloc[0] for month in ("2026-01", "2026-02"))
    assert january[["found_count", "month_closed_count", "month_reopened_count"]].tolist() == [0, 20, 0]
    assert february[["found_count", "month_closed_count", "month_reopened_count"]].tolist() == [0, 0, 1]
    assert january["problem_count"] == 39, "one was rejected"
    assert january["open_count"] + 1 == february["open_count"]


def test_ranks_go_by_share_closed_and_equals_share_a_place(ledger):
    ranked = rl.reports.count_month(ledger, "2026-01", by="kind").sort_values("rank_place")
    shares = ranked["closed_percent"].tolist()
    assert shares == sorted(shares, reverse=True)
    assert ranked["rank_place"].tolist() == [1 + sum(other > share for other in shares) for share in shares]


def test_the_circular_shows_the_counts(ledger):
    document = rl.reports.compose_monthly(ledger, "2026-01")
    table, counted = table_named(document, "累计情况"), rl.reports.count_month(ledger, "2026-01")
    assert column(table, "行政区")[:-1] == counted.sort_values(["rank_place", "part"])["part"].tolist()
    for name in ("found_count", "month_closed_count", "problem_count", "open_count", "overdue_count"):
        told = [int(each) for each in column(table, schema.MONTH_SUMS[name].label())]
        assert sum(told[:-1]) == told[-1] == counted[name].sum()
    assert len(table_named(document, "逾期").rows) == counted["overdue_count"].sum()
    assert table.strong == {len(table.rows) - 1}
    assert "本月销号 20 个" in words_of(document)[words_of(document).index("一、总体情况") + 1]


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "十二月", "0000-01", None])
def test_what_is_no_month_is_refused(ledger, month):
    with pytest.raises(rl.JobError, match="2025-12"):
        rl.reports.count_month(ledger, month)
    with pytest.raises(rl.JobError, match="admin"):
        rl.reports.count_month(ledger, "2025-12", by="chief")
    with pytest.raises(rl.JobError, match=r"riverline\.Ledger\.open"):
        rl.reports.compose_monthly("台账.gpkg", "2025-12")


def test_an_empty_ledger_has_a_circular(tmp_path):
    document = rl.reports.compose_monthly(rl.Ledger.open(tmp_path / "台账.gpkg"), "2025-12")
    assert "台账中没有问题。" in words_of(document)
    assert "编制时未提供：热点河段、巡河情况、考核。" in words_of(document)


# A dossier holds one river, of what was given


def test_a_dossier_holds_the_rows_of_its_river_and_of_no_other(ledger, rivers):
    document = rl.reports.compose_dossier("R2", rivers, ledger)
    problems = ledger.problems()
    mine = problems[problems["river_id"] == "R2"]
    shown = [code for table in document.tables if "问题编号" in table.heads for code in column(table, "问题编号")]
    assert sorted(shown) == sorted(mine["problem_id"])
    counts = table_named(document, "分类统计")
    assert sum(int(counts.rows[-1][at]) for at in (-1, -2)) == len(mine)
    assert document.title == "白石溪河流档案"


def test_a_dossier_has_one_figure_for_its_problems_and_says_what_it_leaves_out(ledger, rivers):
    """Rejected ones are no problems: they stand beside the total, in the facts as in the table."""
    document = rl.reports.compose_dossier("R2", rivers, ledger)
    facts = dict(pair for section in document.sections for block in section.blocks
                 for pair in getattr(block, "pairs", ()))  # fmt: skip
    counts = table_named(document, "分类统计")
    assert facts["四乱问题数"] == "19（另有不属实 1 个，未计）"
    assert column(counts, "合计")[-1] == "19"
    assert column(counts, "不属实（不计入合计）")[-1] == "1"
    for row in counts.rows:
        assert sum(map(int, row[1:-2])) == int(row[-2]), "the total is that of the columns before it"
    english = rl.reports.compose_dossier("R1", rivers, ledger, language="en")
    assert "Problems" in {pair[0] for section in english.sections for block in section.blocks
                          for pair in getattr(block, "pairs", ())}  # fmt: skip


def test_texts_are_in_the_language_of_the_report_and_no_code_or_false_zero_shows(rivers):
    places = [shapely.Point(505_100 + 10 * k, 3_400_260) for k in range(30)]
    axes = rivers.assign(rank=["main", "县级河道"])
    spots = rl.find_hotspots(gpd.GeoDataFrame(geometry=places, crs=CRS), axes)
    assert spots.clusters["p_adjusted"].between(0, 1e-4, inclusive="neither").any()
    chinese, english = (rl.reports.compose_dossier("R1", axes, spots, language=each) for each in ("zh", "en"))
    assert "干流" in words_of(chinese)
    assert "Main river" in words_of(english)
    assert "县级河道" in words_of(rl.reports.compose_dossier("R2", axes))
    for document, head, reason in ((chinese, schema.HOT_REACHES["p_adjusted"].label(), "校正后 p="),
                                   (english, schema.HOT_REACHES["p_adjusted"].label("en"), "adjusted p=")):  # fmt: skip
        table = next(each for each in document.tables if head in each.heads)
        assert "<0.001" in column(table, head)
        assert reason in table.rows[0][-1]
    captions = [figure.title for figure in chinese.figures]
    assert captions
    assert all("CGCS2000 3度带 中央经线" in each for each in captions), captions
    assert "Gauss-Kruger" in english.figures[0].title


def test_who_is_not_named_takes_no_place_and_scores_stand_in_order(tmp_path):
    ids = [f"P{k}" for k in range(4)]
    rows = problems_of(4, problem_id=ids, river_id="R1", admin=["甲镇", "乙镇", None, None])
    book = ledger_of(tmp_path, rows)
    walk(book, ids[1], *closing("2026-01-05"))
    counted = rl.reports.count_month(book, "2026-01").set_index("part")
    assert counted["problem_count"].to_dict() == {"": 2, "甲镇": 1, "乙镇": 1}
    assert counted["rank_place"].dropna().to_dict() == {"乙镇": 1, "甲镇": 2}
    values = pd.DataFrame({"subject": ["A", "B", "C"], "value": [0.1, 0.9, 0.5]})
    indicators = values.assign(value_id=values["subject"], subject_kind="chief", period="2026-01",
                               indicator="patrol_met", source_ids="x")  # fmt: skip
    document = rl.reports.compose_monthly(book, "2026-01", rl.assess(indicators))
    table = table_named(document, "累计情况")
    assert column(table, "行政区") == ["乙镇", "甲镇", "未填写", ""]
    assert column(table, "排名") == ["1", "2", "", ""]
    assert any("未填写者不参与排名" in text for text in words_of(document))
    assert column(table_named(document, "考核得分"), "考核对象") == ["B", "C", "A"]


def test_a_dossier_says_what_was_not_given(rivers, ledger):
    (told,) = (text for text in words_of(rl.reports.compose_dossier("R1", rivers)) if text.startswith("编制时未提供"))
    wanted = [piece.zh for part in PARTS for piece in part.pieces]
    assert re.match(r"编制时未提供：(.*?)。", told)[1].split("、") == wanted
    other = words_of(rl.reports.compose_dossier("R1", rivers, ledger))
    assert not any("四乱问题" in text for text in other if text.startswith("编制时未提供"))


def test_a_dossier_of_an_axis_alone_has_its_length_and_map_and_areas_say_of_which_extent(rivers):
    def facts(document):
        return dict(document.sections[0].blocks[0].pairs)

    alone = rl.reports.compose_dossier("R1", rivers)
    metres = float(facts(alone)["中心线长度（m）"].partition("（")[0])
    assert metres == pytest.approx(rl.geodesy.geodesic_length(rivers)[0], abs=0.05)
    assert [figure.title.split("（")[0] for figure in alone.figures] == ["图1　河道与管理范围图"]
    wide = rivers.iloc[:1].set_geometry([shapely.LineString([(104, 30), (121, 31)])], crs=4490)
    far = rl.reports.compose_dossier("R1", wide)
    assert not far.figures
    assert any("跨多个投影带" in text for text in words_of(far))
    area = invented.extents().iloc[:1].assign(river_id="R1", extent_id="R1-management", kind="management", area_m2=5.0)
    band = area.assign(extent_id="R1-protection", kind="protection", area_m2=7.0)
    both = facts(rl.reports.compose_dossier("R1", rivers, pd.concat([area, band])))
    assert (both["管理范围面积（m²）"], both["保护范围面积（m²）"]) == ("5.00", "7.00")


def test_an_unknown_river_is_refused_with_those_there_are(rivers):
    with pytest.raises(rl.JobError, match="R1（清水河）、R2（白石溪）"):
        rl.reports.compose_dossier("R9", rivers)
    with pytest.raises(rl.JobError, match="现有：-"):
        rl.reports.compose_dossier("R9")
    with pytest.raises(rl.SchemaError):
        rl.reports.compose_dossier("R1", rivers, "台账.gpkg")


def test_a_given_layer_without_a_row_of_the_river_is_told_apart_from_one_that_was_not_given(rivers):
    one = problems_of(1, problem_id=["P1"], river_id="R2").assign(status="found", source="x", item="", bank="left",
                                                                  chainage_m=1.0)  # fmt: skip
    document = rl.reports.compose_dossier("R1", rivers, schema.PROBLEMS.conform(one))
    assert "已提供的成果中，本河没有此项记录。" in words_of(document)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_heads_are_the_dictionarys(drawn, language):
    document = rl.reports.compose_dossier("R1", *drawn, language=language)
    known = {each.label(language) for frame in schema.FRAMES.values() for each in frame}
    # Chainages are printed, so that no unit stands beside their name.
    known |= {getattr(each, f"label_{language}") for frame in schema.FRAMES.values() for each in frame}
    known |= {each.label(language) for each in schema.PROBLEMS["status"].choices} | {"序号", "No.", "合计", "Total"}
    for table in document.tables:
        assert set(table.heads) <= known
        assert len(table.heads) == len(table.right) == len(table.widths)
        assert sum(table.widths) == pytest.approx(1)
        assert all(len(row) == len(table.heads) for row in table.rows)
    if language == "en":
        words = [text for text in words_of(document) if re.search("[㐀-鿿]", text)]
        cited = set(drawn[0].lines["citation"]) | set(drawn[0].extents["name"]) | set(drawn[1]["name"])
        assert all(any(each and each in text for each in cited) for text in words), words


def test_no_input_frame_changes_and_the_order_of_rows_is_none_of_its_business(ledger, rivers, tmp_path):
    problems = ledger.problems()
    before = problems.copy()
    first = rl.reports.dossier("R1", rivers, problems, path=tmp_path / "a.html").read_bytes()
    turned = rl.reports.dossier("R1", rivers.iloc[::-1], problems.iloc[::-1], path=tmp_path / "b.html").read_bytes()
    assert first == turned
    pd.testing.assert_frame_equal(pd.DataFrame(problems), pd.DataFrame(before))


# An announcement invents nothing


def test_an_announcement_leaves_blank_what_was_not_given(drawn):
    document = rl.reports.compose_announcement(*drawn)
    assert document.closing == ("＿" * 10, "＿＿＿＿年＿＿月＿＿日")
    assert document.reference == "＿" * 8
    told = rl.reports.compose_announcement(*drawn, authority="县人民政府", date="2025-03-01", number="清〔2025〕1号",
                                           place="清水县", contact="县水利局")  # fmt: skip
    assert told.closing == ("县人民政府", "2025年3月1日")
    assert not any("＿" in text for text in words_of(told))
    with pytest.raises(rl.JobError, match="2025-12-31"):
        rl.reports.compose_announcement(*drawn, date="三月")


def test_an_announcement_holds_every_stake_and_all_of_the_line(drawn):
    result, stakes, _ = drawn
    document = rl.reports.compose_announcement(*drawn)
    table = table_named(document, "界桩坐标")
    assert sorted(column(table, "桩号牌")) == sorted(stakes["number"])
    east = dict(zip(column(table, "桩号牌"), column(table, schema.STAKES["y_m"].label()), strict=True))
    assert all(east[row.number] == f"{row.y_m:.3f}" for row in stakes.itertuples())
    grounds = table_named(document, "划定依据")
    total = sum(float(each) for each in column(grounds, schema.LINE_GROUNDS["length_m"].label())[:-1])
    assert total == pytest.approx(result.lines["length_m"].sum(), abs=0.05)
    assert set(filter(None, column(grounds, schema.LINE_GROUNDS["citation"].label()))) <= set(result.lines["citation"])


def test_an_announcement_warns_of_what_is_no_law(drawn):
    result, *_ = drawn
    weak = rl.Demarcation(result.lines.assign(confidence="low", citation=""), result.extents, result.faults,
                          result.rules, result.run)  # fmt: skip
    alerts = [block.text for section in rl.reports.compose_announcement(weak).sections for block in section.blocks
              if getattr(block, "tone", "") == "alert"]  # fmt: skip
    assert any("不得作为法定依据" in text and "100.0%" in text for text in alerts)
    assert any("没有条款依据" in text for text in alerts)
    with pytest.raises(rl.JobError, match="extents"):
        rl.reports.compose_announcement(result.lines)


def test_a_stake_without_a_place_is_announced_to_the_office_and_to_nobody_else(drawn):
    result, stakes, boards = drawn
    lost = stakes.assign(status=["missing", *stakes["status"].iloc[1:]])
    document = rl.reports.compose_announcement(result, lost, boards)
    assert sorted(column(table_named(document, "界桩坐标"), "桩号牌")) == sorted(stakes["number"].iloc[1:])
    assert any("1 个界桩无处可设" in text and stakes["number"].iloc[0] in text for text in alerts_of(document))
    river = result.lines["river_id"].iloc[0]
    facts = words_of(rl.reports.compose_dossier(river, result, lost))
    assert facts[facts.index("界桩数") + 1] == f"{len(stakes) - 1}（另有 1 个无处可设，未计）"
    assert any("没有提供界桩成果" in text for text in alerts_of(rl.reports.compose_announcement(result)))


def test_rule_sets_are_named_once_whatever_stands_between_them():
    areas = [(name, shapely.box(0, y, 900, y + 80)) for name, y in (("R1", -40), ("R2", 4_000))]
    made = staked.demarcation(staked.Piece([(0, 40), (900, 40)]), extents=areas).extents
    many = made.assign(rules=["anhui", "national, anhui"])
    said = next(text for text in words_of(rl.reports.compose_announcement(many)) if text.startswith("规则集："))
    assert sorted(said.removeprefix("规则集：").split("、")) == ["全国性规定与未核实的默认值", "安徽省河道管理范围"]


def test_an_announcement_of_nothing_is_a_form_to_fill_in(tmp_path):
    empty = schema.EXTENTS.empty(CRS)
    for ending in ("html", "docx", "pdf", "xlsx"):
        assert rl.reports.announcement(empty, path=tmp_path / f"公告.{ending}").stat().st_size > 2000
    document = rl.reports.compose_announcement(empty, place="清水县")
    assert any("清水县划定了河湖的管理范围" in text for text in words_of(document)), "no count of nothing"
    assert any("没有公告任何河湖，不得发布" in text for text in alerts_of(document))


def test_works_have_a_table_of_their_own_beside_that_of_the_rivers():
    extents = invented.extents().iloc[:1].assign(name="清水河", kind="management")
    extents["extent_id"] = extents["river_id"] + "-management"
    rows = pd.concat([
        extents, extents.assign(extent_id="GC-02-management", name="清水闸", axis_length_m=float("nan")),
        extents.assign(extent_id="E7", river_id="R7", name="白石溪"),
        extents.assign(extent_id=extents["river_id"] + "-protection", kind="protection"),
    ], ignore_index=True)  # fmt: skip
    document = rl.reports.compose_announcement(rows, place="清水县", authority="水利局")
    names = {table.title.split("　")[1]: column(table, "名称") for table in document.tables}
    assert names == {
        # What others coded is no work.
        "河湖管理范围一览表": ["清水河", "白石溪", ""], "保护范围一览表": ["清水河", ""],
        "水利工程管理范围一览表": ["清水闸", ""],
    }  # fmt: skip
    code = extents["river_id"].iloc[0]
    assert column(table_named(document, "水利工程"), "河流")[0] == f"清水河（{code}）", "the river that it stands at"
    assert column(table_named(document, "保护范围"), "河流编码")[0] == code, (
        "a row that has the name has the code alone"
    )
    alone = rl.reports.compose_announcement(rows.iloc[[1]], place="清水县")
    assert [table.title.split("　")[1] for table in alone.tables] == ["水利工程管理范围一览表"], (
        "no empty table of rivers"
    )
    blank = dict.fromkeys(("axis_length_m", "left_length_m", "right_length_m"), float("nan"))
    lake = rl.reports.compose_announcement(rows.iloc[[0]].assign(**blank), place="清水县").tables[0]
    lengths = [at for at, head in enumerate(lake.heads) if "长" in head]
    assert lengths, "a lake has no sum of lengths that are not there"
    assert {lake.rows[-1][at] for at in lengths} == {""}
    assert rl.plates.draw(rows.iloc[[1]]).title == "水利工程管理范围图"
    assert any(
        "划定了清水河、白石溪（共 2 处）河湖和清水闸（共 1 处）水利工程的管理范围" in text
        for text in words_of(document)
    )


def test_a_folder_of_fonts_that_is_not_there_is_told(drawn, tmp_path):
    for ending in ("pdf", "docx", "html"):
        with pytest.raises(rl.JobError, match="没有字体文件"):
            rl.reports.announcement(*drawn, path=tmp_path / f"a.{ending}", fonts=tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_what_follows_a_drawing_that_does_not_fit_fills_the_page(tmp_path):
    """A map of half a page after half a page of text: the text below it goes before it."""
    import pypdf

    tall = Figure("图", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>', 160.0, 160.0)
    text = tuple(Paragraph(f"第{k}段。" * 20) for k in range(30))
    document = Document("题", "zh", "", "", (Section("", (*text[:10], tall, *text[10:])),))
    pages = pypdf.PdfReader(rl.reports.write(document, tmp_path / "a.pdf")).pages
    assert "第10段" in bare(pages[0].extract_text())
    small = Figure("小图", tall.svg, 40.0, 40.0)
    document = Document("题", "zh", "", "", (Section("", (*text[:2], small, *text[2:])),))
    said = bare(pypdf.PdfReader(rl.reports.write(document, tmp_path / "b.pdf")).pages[0].extract_text())
    assert said.index("题") < said.index("第1段") < said.index("小图") < said.index("第2段"), "where it fits it stays"


def test_a_drawing_that_does_not_fit_never_parts_a_table(tmp_path):
    """A map of half a page after half a page of text, then a table: all of the table stands after the map."""
    import pypdf

    drawing = Figure("大图", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"/>', 160.0, 160.0)
    text = tuple(Paragraph(f"第{k}段。" * 20) for k in range(10))
    heads = (Head("", "序号", "0"), Head("name", "名称", "General"))
    table = printed.table_of(Sheet("t", "表名", heads, [[k, f"第{k}行"] for k in range(20)]))
    document = Document("题", "zh", "", "", (Section("", (*text, drawing)), Section("续", (table,))))
    pages = [
        bare(page.extract_text()) for page in pypdf.PdfReader(rl.reports.write(document, tmp_path / "a.pdf")).pages
    ]
    assert "大图" in pages[1]
    assert not any(word in pages[0] for word in ("续", "表名", "第0行"))


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_the_last_lines_do_not_stand_alone_on_a_page(ending, tmp_path):
    """However full the page before is, the last part goes along with the remarks."""
    import pypdf

    filled = []
    for count in range(8, 22):
        told = tuple(Paragraph(f"第{k}段。" * 12) for k in range(count))
        heads = (Head("", "序号", "0"), Head("name", "名称", "General"))
        table = printed.table_of(Sheet("t", "表名", heads, [[1, "行"]]))
        last = Section("未提供的内容", (Paragraph("均已提供"),))
        document = Document(
            "题", "zh", "", "", (Section("", (*told, table)), last), remarks=("规则集", "坐标系", "生成")
        )
        file = rl.reports.write(document, tmp_path / f"{count}.{ending}")
        if ending == "docx":
            import docx

            kept = [each.paragraph_format.keep_with_next for each in docx.Document(file).paragraphs[-5:]]
            assert kept == [True] * 4 + [None]
            return
        pages = pypdf.PdfReader(file).pages
        final = bare(pages[-1].extract_text())
        assert "生成" in final
        assert "未提供的内容" in final
        filled.append(len(pages))
    assert len(set(filled)) > 1, "in between a page was full"


def test_a_map_of_open_problems_says_so_with_their_number(rivers):
    rows = problems_of(5, problem_id=list("ABCDE"), river_id="R1").assign(bank="left", chainage_m=1.0, source="巡河",
                                                                          item="其他")  # fmt: skip
    rows["status"] = ["found", "closed", "closed", "rejected", "review"]
    document = dossiers.compose_dossier("R1", rivers, rows)
    titles = [figure.title for figure in document.figures]
    assert any("未销号问题（4 个中的 2 个）" in title for title in titles), titles
    english = dossiers.compose_dossier("R1", rivers, rows, language="en")
    assert any("Open problems (2 of 4)" in figure.title for figure in english.figures)


def test_a_circular_without_stock_says_so_and_shows_no_column_of_noughts(ledger, tmp_path):
    document = rl.reports.compose_monthly(ledger, "2025-12")
    assert any("没有 2018年1月1日（存量与增量的分界日期）以前的存量问题" in text for text in words_of(document))
    heads = table_named(document, "存量与增量").heads
    assert not [head for head in heads if "存量" in head]
    assert "增量" in heads
    old = ledger_of(tmp_path, problems_of(3).assign(found_on=pd.Timestamp("2016-05-01")))
    told = rl.reports.compose_monthly(old, "2025-12")
    assert "存量" in table_named(told, "存量与增量").heads


def test_an_announcement_names_all_of_them():
    """Who is not named is not bound: the first five of six were not enough."""
    extents = invented.extents().iloc[:1].assign(kind="management")
    rows = pd.concat([
        extents.assign(river_id=f"R{k}", name=f"河{k}号", extent_id=f"R{k}-management") for k in range(6)
    ], ignore_index=True)  # fmt: skip
    told = rl.reports.compose_announcement(rows).sections[0].blocks[0].text
    assert all(f"河{k}号" in told for k in range(6))
    assert "共 6 处" in told
    many = pd.concat([
        extents.assign(river_id=f"R{k}", name=f"河{k}号", extent_id=f"R{k}-management") for k in range(60)
    ], ignore_index=True)  # fmt: skip
    document = rl.reports.compose_announcement(many)
    assert "等 60 处（全部名称见下表）" in document.sections[0].blocks[0].text
    assert {f"河{k}号" for k in range(60)} <= set(column(table_named(document, "河湖管理范围一览表"), "名称"))


def test_names_of_owners_have_room_in_word_tables():
    """Beside a long code and figures, two villages of eight signs stand on two lines, not on six of three signs."""
    names = ("分块编码", "岸别", "桩号", "权利人", "权属性质", "地类名称", "面积（m²）", "权属状态")
    heads = (Head("", "序号", "0"), *(Head(f"c{k}", name, "General") for k, name in enumerate(names)))
    row = [1, "QS01-management-00022", "右岸", "K10+035", "柳湾村村民委员会; 镜湖村村民委员会", "集体", "农村宅基地",
           "427582.93", "涉及国有土地"]  # fmt: skip
    total = ["合计", *[""] * 6, "1777361.82", ""]
    table = printed.table_of(Sheet("holdings", "地块", heads, [row, row, total], frozenset({2})))
    shares, size = fitting.columns_of(table)
    room = shares[4] * look.LOOK.width_mm * 72 / 25.4 - 2 * fitting.MARGIN_PT
    assert fitting.ems(row[4]) * size / room <= 2
    assert size >= look.LOOK.dense_pt


def test_drawings_in_word_files_lie_between_the_margins(drawn, tmp_path):
    """Where no distance from the text is said, LibreOffice leaves 9 pt: a drawing as wide as the text is moved out."""
    file = rl.reports.announcement(drawn[0], path=tmp_path / "a.docx")
    root = etree.fromstring(zipfile.ZipFile(file).read("word/document.xml"))
    space = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
    drawings = list(root.iter(f"{space}inline"))
    assert drawings
    for each in drawings:
        assert {each.get(f"dist{side}") for side in "TBLR"} == {"0"}
        assert int(each.find(f"{space}extent").get("cx")) / 36_000 <= look.LOOK.width_mm


# Hostile words stay words


def test_hostile_words_never_become_markup_in_a_page(tmp_path):
    frame = hostile_problems()
    axes = hostile_axes()
    axes.loc[0, "river_id"] = "R1"
    page = rl.reports.dossier("R1", axes, frame, path=tmp_path / "页.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "onerror=window" not in re.sub(r"&lt;.*?&gt;", "", page)
    tags = set(re.findall(r"<([a-z0-9A-Z]+)", page))
    assert not tags & {"script", "img", "iframe", "link", "object", "a", "form"}
    assert "http://" not in re.sub(r'xmlns="http://www.w3.org/2000/svg"', "", page).replace("http://x.invalid", "")
    for code in axes["river_id"][1:]:
        title = rl.reports.compose_dossier(code, axes).title
        assert title.endswith("河流档案")


@pytest.mark.browser
def test_a_page_asks_for_nothing_and_runs_nothing(tmp_path, ledger, rivers):
    axes = hostile_axes()
    axes.loc[0, "river_id"] = "R1"
    files = [rl.reports.dossier("R1", axes, hostile_problems(), path=tmp_path / "敌.html"),
             rl.reports.monthly(ledger, rivers, month="2026-01", path=tmp_path / "月.html")]  # fmt: skip
    files += [rl.reports.dossier(code, axes, path=tmp_path / f"河{at}.html") for at, code in enumerate(HOSTILE[1:])]
    with browser() as page:
        for file in files:
            page.open(file)
            assert page.requests() == []
            assert page.console() == []
            assert page.run("return window.hit") is None
            assert page.run("return document.scripts.length") == 0
        page.open(files[0])
        cells = page.run("return [...document.querySelectorAll('td')].map(e => e.textContent)")
        assert all(printed.shown(rl.io.sheet_cells.clean_text(text)) in cells for text in HOSTILE)
        assert page.run("return document.querySelectorAll('svg').length") >= 1


def test_hostile_words_stay_words_in_word_files(tmp_path):
    path = rl.reports.dossier("R1", hostile_problems(), path=tmp_path / "档案.docx")
    text = docx_text(path)
    assert "49" not in text.replace("2025", "")
    for each in HOSTILE:
        assert rl.io.sheet_cells.clean_text(each) in text
    assert not [name for name in zipfile.ZipFile(path).namelist() if "vba" in name.lower()]
    links = zipfile.ZipFile(path).read("word/_rels/document.xml.rels").decode()
    assert "x.invalid" not in links


def test_hostile_words_stay_words_in_pdf_and_workbooks(tmp_path):
    import openpyxl

    frame = hostile_problems()
    text = bare(pdf_text(rl.reports.dossier("R1", frame, path=tmp_path / "档案.pdf")))
    for each in ('#eval("1+1")$x^2$*b*_i_@ref<tag>`raw`', "<script>window.hit=1</script>", "{{7*7}}"):
        assert bare(each) in text
    book = openpyxl.load_workbook(rl.reports.dossier("R1", frame, path=tmp_path / "档案.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert HOSTILE[5] in {cell.value for cell in cells}
    facts = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    assert facts["河流编码"] == "R1", "a fact has its value in a cell of its own"


# Files: the same bytes, whole, opened by others


@pytest.mark.parametrize("ending", ["html", "docx", "pdf", "xlsx"])
def test_the_same_report_gives_the_same_bytes(drawn, tmp_path, ending):
    paths = [rl.reports.announcement(*drawn, path=tmp_path / f"{k}.{ending}", place="清水县") for k in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_pdf_and_page_and_word_say_the_same(drawn, tmp_path):
    document = rl.reports.compose_announcement(*drawn, place="清水县", authority="清水县人民政府")
    wanted = [bare(text) for text in words_of(document) if text and len(text) < 40]
    texts = [
        bare(pdf_text(rl.reports.write(document, tmp_path / "a.pdf"))),
        bare(docx_text(rl.reports.write(document, tmp_path / "a.docx")) + document.running),
        bare(re.sub("<[^>]*>", " ", rl.reports.write(document, tmp_path / "a.html").read_text(encoding="utf-8"))),
    ]
    for text in texts:
        missing = [each for each in wanted if each not in text.replace("&amp;", "&").replace("&quot;", '"')]
        assert not missing


@pytest.mark.slow
def test_libreoffice_opens_word_files_and_workbooks(drawn, tmp_path):
    for ending in ("docx", "xlsx"):
        path = rl.reports.announcement(*drawn, path=tmp_path / f"公告{ending}.{ending}", place="清水县")
        text = bare(pdf_text(office(path, tmp_path)))
        assert "关于清水县河湖管理范围划定成果的公告" in text
        assert drawn[1]["number"].iloc[0] in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_word_tables_have_room_for_every_figure_in_the_widest_font(drawn, language, tmp_path):
    """DejaVu Serif, which stands in where Times New Roman is missing: a figure is 0.636 em wide, 0.696 in bold."""
    import docx

    document = rl.reports.compose_announcement(*drawn, language=language)
    made = docx.Document(rl.reports.write(document, tmp_path / "a.docx"))
    sizes = {style.name: style.font.size.pt for style in made.styles if style.name.startswith(("Cell", "Head"))
             and style.font.size}  # fmt: skip
    looked = 0
    for table in made.tables:
        for row in table.rows[1:]:
            for cell in row.cells:
                paragraph = cell.paragraphs[0]
                name, room = paragraph.style.name, cell.width.pt - 6
                em = 0.696 if "sum" in name else 0.636
                for figure in re.findall(r"\d+(?:\.\d+)?", paragraph.text):
                    looked += 1
                    assert (len(figure) * em - figure.count(".") * 0.318) * sizes[name] <= room, (paragraph.text, name)
        assert sum(cell.width.mm for cell in table.rows[0].cells) == pytest.approx(look.LOOK.width_mm, abs=1)
    assert looked > 100


def test_a_title_a_sign_too_long_stands_on_one_line(ledger, tmp_path):
    import docx

    made = docx.Document(rl.reports.monthly(ledger, month="2025-12", path=tmp_path / "a.docx"))
    title = next(each for each in made.paragraphs if each.style.name == "Title")
    assert title.text == "2025年12月河湖“四乱”问题整治情况通报"
    size = title.runs[0].font.size.pt if title.runs[0].font.size else title.style.font.size.pt
    # 16 signs of full width, 6 figures in bold, 3 gaps of a quarter.
    assert (16 + 6 * 0.7 + 3 / 4) * size <= look.LOOK.width_mm / 25.4 * 72
    assert 20 <= size < 22


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_pdftotext_finds_the_chinese(ledger, rivers, tmp_path):
    path = rl.reports.monthly(ledger, rivers, month="2026-01", path=tmp_path / "通报.pdf", by="river_id")
    ran = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    text = bare(ran.stdout.decode())
    assert "2026年1月河湖“四乱”问题整治情况通报" in text
    assert "本月销号20个" in text


@pytest.mark.slow
def test_ten_thousand_problems_fit_into_every_format(tmp_path):
    codes = [f"P{k:05d}" for k in range(10_000)]
    frame = problems_of(10_000, problem_id=codes, river_id="R1").assign(
        status="found", source="排查", item="", bank="left", chainage_m=1.0
    )
    document = rl.reports.compose_dossier("R1", schema.PROBLEMS.conform(frame))
    assert len(table_named(document, "未销号").rows) == 10_000
    page = rl.reports.write(document, tmp_path / "a.html").read_text(encoding="utf-8")
    assert page.count("<tr>") >= 10_000
    assert docx_text(rl.reports.write(document, tmp_path / "a.docx")).count("P0") >= 10_000


def test_a_file_is_whole_or_not_there(drawn, tmp_path, monkeypatch):
    old = tmp_path / "公告.html"
    old.write_text("旧", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(rl.JobError, match="No space left"):
        rl.reports.announcement(*drawn, path=old)
    assert old.read_text(encoding="utf-8") == "旧"
    assert [each.name for each in tmp_path.iterdir()] == ["公告.html"]


def test_wrong_names_folders_and_templates_are_told(drawn, tmp_path):
    with pytest.raises(rl.JobError, match=r"\.html"):
        rl.reports.announcement(*drawn, path=tmp_path / "公告.doc")
    with pytest.raises(rl.JobError, match="cannot write"):
        rl.reports.announcement(*drawn, path=tmp_path / "没有" / "公告.html")
    with pytest.raises(rl.JobError, match="template"):
        rl.reports.announcement(*drawn, path=tmp_path / "公告.html", template="a.docx")
    with pytest.raises(rl.JobError, match=r"\.docx"):
        rl.reports.write_template(tmp_path / "模板.txt")
    with pytest.raises(rl.JobError, match="cannot be read"):
        rl.reports.announcement(*drawn, path=tmp_path / "公告.docx", template=tmp_path / "没有.docx")
    broken = tmp_path / "坏.docx"
    broken.write_bytes(b"PK")
    with pytest.raises(rl.JobError, match="write_template"):
        rl.reports.announcement(*drawn, path=tmp_path / "公告.docx", template=broken)


def edited(path, old, new):
    """The template with one text of its body changed, as a user would in Word."""
    import docx

    made = docx.Document(rl.reports.write_template(path))
    next(each for each in made.paragraphs if each.text == old).text = new
    made.save(path)
    return path


def test_users_edit_the_template(drawn, tmp_path):
    mine = edited(tmp_path / "模板.docx", "{{ title }}", "清水县水利局 {{ title }}")
    path = rl.reports.announcement(*drawn, path=tmp_path / "公告.docx", place="清水县", template=mine)
    assert "清水县水利局 关于清水县河湖管理范围划定成果的公告" in docx_text(path)
    wrong = edited(tmp_path / "错.docx", "{{ title }}", "{{ titel }}")
    with pytest.raises(rl.JobError, match="titel"):
        rl.reports.announcement(*drawn, path=tmp_path / "公告.docx", template=wrong)
    sly = edited(tmp_path / "诈.docx", "{{ title }}", "{{ title.__class__.__mro__ }}")
    with pytest.raises(rl.JobError):
        rl.reports.announcement(*drawn, path=tmp_path / "公告.docx", template=sly)


def test_missing_fonts_and_packages_are_named(monkeypatch):
    with pytest.raises(rl.JobError, match="Noto Serif CJK SC"):
        typeset._chosen(("DejaVu Sans", "Libertinus Serif"))
    assert typeset._chosen(("FangSong", "Noto Sans CJK SC"))["text"] == ["FangSong"]
    assert typeset._chosen(("方正书宋",))["text"] == ["方正书宋"]
    latin = type("Latin", (), {"families": lambda _: ("DejaVu Sans",)})()
    with monkeypatch.context() as nowhere:
        nowhere.setattr(typeset, "_fonts", lambda _: latin)
        told = Figure("图", '<svg xmlns="http://www.w3.org/2000/svg"><text>北</text></svg>', 9.0, 9.0)
        with pytest.raises(rl.JobError, match="没有找到中文字体"):
            word.as_word(Document("题", "zh", "", "", (Section("", (told,)),)))
    document = rl.reports.Document("题", "zh", "", "", ())
    for name, make in (("typst", typeset.as_pdf), ("docxtpl", word.as_word)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
            make(document)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(rl.MissingDependencyError, match=r"riverline\[report\]"):
        rl.reports.write(document, "a.xlsx")


# Maps and what stands on them


def test_a_map_is_at_a_round_scale_and_in_the_colours_of_the_symbology(rivers, drawn):
    figure = draw_map(collect(drawn[0], drawn[1]), title="图", language="zh")
    scale = int(re.search(r"1:([\d ]+)", figure.title)[1].replace(" ", ""))
    digits = str(scale).rstrip("0")
    assert digits in {"1", "2", "25", "5"}
    west, _, east, _ = drawn[0].lines.total_bounds
    assert (east - west) / scale * 1000 <= 156
    root = etree.fromstring(figure.svg.encode())
    fills = {node.get("fill") for node in root.iter()}
    basis = next(theme for theme in THEMES if theme.schema == "stakes" and theme.column == "kind")
    assert {symbol.fill for _, symbol in basis.symbols} & fills
    words = "".join(node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "界桩·基本桩" in words
    assert draw_map(collect(rivers.iloc[:0]), title="图", language="zh") is None


def test_stakes_on_a_map_stand_apart_and_the_legend_counts_those_that_are_drawn(drawn):
    """Ten kilometres with a stake every twenty metres: as marks side by side they would hide the line."""
    rows = drawn[1].iloc[[0] * 500].assign(kind=["basic", *["densified"] * 499]).reset_index(drop=True)
    rows = rows.set_geometry(gpd.points_from_xy([500_000 + 20 * k for k in range(500)], [3_400_000] * 500), crs=CRS)
    rows[["lon", "lat", "x_m", "y_m"]] = float("nan")
    figure = draw_map(collect(rows), title="图", language="zh")
    told = re.search(r"界桩·加密桩（择要绘 (\d+)/499）", figure.svg)
    assert 20 < int(told[1]) < 80
    assert "界桩·基本桩<" in figure.svg, "the basic stake comes first and stays"
    paths = [node.get("d") for node in etree.fromstring(figure.svg.encode()).iter("{*}path")]
    marks = sorted(
        float(each) for path in paths if path.count("M") == int(told[1]) for each in re.findall(r"M([\d.]+)", path)
    )
    assert min(b - a for a, b in itertools.pairwise(marks)) > 2
    alone = draw_map(collect(rows.iloc[::100]), title="图", language="zh")
    assert "择要绘" not in alone.svg


def test_a_map_of_one_point_and_one_of_hostile_names_are_well_formed():
    one = schema.PROBLEMS.conform(problems_of(1, problem_id=["P"], river_id="R1").assign(
        status="found", source="x", item="", bank="left", chainage_m=0.0))  # fmt: skip
    for layers in (collect(one), collect(hostile_axes())):
        figure = draw_map(layers, title="图", language="en")
        tags = {node.tag.rpartition("}")[2] for node in etree.fromstring(figure.svg.encode()).iter()}
        assert tags <= {"svg", "clipPath", "rect", "g", "path", "line", "text"}


# The command


def run(*arguments, status=0):
    from typer.testing import CliRunner

    from riverline.cli.app import app

    ran = CliRunner().invoke(app, ["report", *map(str, arguments)], env={"COLUMNS": "200", "TERM": "dumb"})
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == status, ran.output
    return ran.output


def test_the_command_writes_reports_of_what_was_delivered(drawn, ledger, rivers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = rl.export.to_geopackage(tmp_path / "成果.gpkg", *drawn, 乡镇=rivers[["geometry"]])
    rl.export.to_geopackage(tmp_path / "河流.gpkg", rivers)
    told = run("dossier", "R1", file, "--ledger", ledger.path, "--axes", tmp_path / "河流.gpkg")
    assert "未用的图层：乡镇" in told
    page = (tmp_path / "R1.html").read_text(encoding="utf-8")
    assert "清水河河流档案" in page
    assert drawn[1]["number"].iloc[0] in page
    run("announcement", file, "--place", "清水县")
    said = docx_text(tmp_path / "划界公告.docx")
    assert "关于清水县河湖" in said
    # What the file says of its rules is in every report of it, and no table prints a code.
    rules = drawn[0].rules
    for text in (page, said):
        assert f"规则与版本：{rules.title} {rules.digest[:12]}" in text
        assert f">{rules.name}<" not in text
    run("monthly", ledger.path, "--month", "2026-01", "--out", "月.html", "--language", "en")
    assert "Circular on river problems, 2026-01" in (tmp_path / "月.html").read_text(encoding="utf-8")
    run("template", "模板.docx")
    assert zipfile.is_zipfile(tmp_path / "模板.docx")


def test_the_command_tells_what_is_wrong(drawn, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = rl.export.to_geopackage(tmp_path / "成果.gpkg", *drawn)
    assert "现有：R1" in run("dossier", "R9", file, status=1)
    assert "找不到文件 没有.gpkg" in run("dossier", "R1", "没有.gpkg", status=1)
    assert "没有台账文件" in run("monthly", "没有.gpkg", "--month", "2026-01", status=1)
    assert "无法读取 成果.gpkg" in run("announcement", f"{file}::没有", status=1)
    assert not (tmp_path / "没有.gpkg").exists()
    hostile = drawn[0].lines.assign(river_id="../../x")
    rl.export.to_geopackage(tmp_path / "敌.gpkg", hostile)
    run("dossier", "../../x", tmp_path / "敌.gpkg")
    assert (tmp_path / "x.html").exists()
