"""Reports: which days their numbers are of, which parts are missing, and what lakes and reservoirs are called."""

from __future__ import annotations

import datetime as dt
import tomllib
from importlib.resources import files

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import patrolled as pt
import riverline as rl
import staked
from ledgers import CRS, closing, ledger_of, problems_of, walk
from reported import alerts_of, column, table_named, words_of
from riverline import schema
from riverline.confirmation.register import _PARTS
from riverline.hotspots import HotspotSettings
from riverline.hotspots.wording import describe_hotspots
from riverline.reports.given import gather
from riverline.reports.periods import days_of_period, spans_of

AXIS = shapely.LineString([(500_000, 3_400_000), (520_000, 3_400_000)])


@pytest.fixture(scope="module")
def axes():
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"], "chief": ["林清源"]}, geometry=[AXIS], crs=CRS)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Six problems, three of them closed in January."""
    rows = problems_of(6, problem_id=[f"P{k}" for k in range(6)], river_id="R1")
    made = ledger_of(tmp_path_factory.mktemp("ledger"), rows)
    for k in range(3):
        walk(made, f"P{k}", *closing(f"2026-01-{k + 10}"))
    return made


def spots_of(axes, on, **settings):
    """A hot reach up to a day."""
    places = [shapely.Point(505_100 + 10 * k, 3_400_020) for k in range(30)]
    frame = gpd.GeoDataFrame({"found_on": pd.to_datetime(["2025-05-20"] * 30)}, geometry=places, crs=CRS)
    return rl.find_hotspots(frame, axes, on=on, settings=HotspotSettings(**settings))


def scores_of(*periods):
    rows = [{"value_id": f"{subject}{period}", "subject": subject, "period": period, "value": 0.5}
            for subject in ("R1", "A") for period in periods]  # fmt: skip
    return rl.assess(pd.DataFrame(rows).assign(subject_kind="chief", indicator="patrol_met", source_ids="x"))


def facts_of(document):
    return dict(pair for part in document.sections for block in part.blocks for pair in getattr(block, "pairs", ()))


# The days that numbers are of


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2025", ("2025-01-01", "2025-12-31")),
        ("2025年度", ("2025-01-01", "2025-12-31")),
        ("2024Q1", ("2024-01-01", "2024-03-31")),
        ("2025年第四季度", ("2025-10-01", "2025-12-31")),
        ("2025H2", ("2025-07-01", "2025-12-31")),
        ("2025年下半年", ("2025-07-01", "2025-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2025年12月", ("2025-12-01", "2025-12-31")),
        ("2025-10-01/2025-11-15", ("2025-10-01", "2025-11-15")),
    ],
)
def test_periods_are_read_as_offices_write_them(period, days):
    assert days_of_period(period) == tuple(map(dt.date.fromisoformat, days))


@pytest.mark.parametrize("period", ["", "本期", "2025-13", "2025Q5", "0000", "2025-02-30/2025-03-01"])
def test_what_is_no_period_is_no_guess(period):
    assert days_of_period(period) is None


def test_patrols_say_their_days_and_in_red_where_these_are_not_the_month(book):
    patrols = pt.measured(pt.walked([(0, 20), (900, 20)]), since="2025-05-01", until="2025-05-31")
    dossier = rl.reports.compose_dossier("R1", pt.axes(), patrols)
    assert "（2025-05-01 至 2025-05-31）" in table_named(dossier, "巡河履职").title
    wrong, right = (rl.reports.compose_monthly(book, month, patrols) for month in ("2026-01", "2025-05"))
    assert any("2025-05-01 至 2025-05-31" in text and "不是本月的" in text for text in alerts_of(wrong))
    assert "（2025-05-01 至 2025-05-31）" in table_named(right, "巡河履职").title
    assert alerts_of(right) == []
    english = rl.reports.compose_monthly(book, "2026-01", patrols, language="en")
    assert any("2025-05-01 to 2025-05-31" in text and "not the month" in text for text in alerts_of(english))


def test_a_month_outside_the_days_of_the_ledger_says_so_in_red(book):
    days = book.history()["on"]
    after, before = (rl.reports.compose_monthly(book, month) for month in ("2030-01", "2020-01"))
    assert any(
        f"最后一条记录为 {days.max().date()}" in text and "不表示本月没有发生" in text for text in alerts_of(after)
    )
    assert any(f"第一条记录为 {days.min().date()}，晚于本月" in text for text in alerts_of(before))
    assert "截至月末，台账中没有问题。" in words_of(before)
    english = rl.reports.compose_monthly(book, "2030-01", language="en")
    assert any(f"last entry of the ledger is of {days.max().date()}" in text for text in alerts_of(english))
    assert not alerts_of(rl.reports.compose_monthly(book, "2026-01"))


def test_a_circular_names_rivers_before_their_codes(book, axes):
    named = rl.reports.compose_monthly(book, "2025-01", axes, by="river_id")
    assert set(column(table_named(named, "本月发现"), "河流")) == {"清水河（R1）"}
    assert column(table_named(named, "本月及累计"), "河流") == ["清水河（R1）", ""]
    bare = rl.reports.compose_monthly(book, "2025-01")
    assert set(column(table_named(bare, "本月发现"), "河流编码")) == {"R1"}


def test_patrols_without_coverage_have_the_days_that_they_were_measured_for(book):
    patrols = pt.measured(pt.walked([(0, 20), (900, 20)]), since="2025-05-01", until="2025-05-31")
    given = gather([patrols], language="zh")
    bare = rl.reports.given.Given({"patrolled_duties": given.layers["patrolled_duties"]})
    assert [span.words for span in spans_of("patrolled_duties", bare, "zh")] == ["2025-05-01 至 2025-05-31"]
    frame = rl.reports.compose_monthly(book, "2025-05", patrols.duties)
    assert any("时段不明" in text and "请核实" in text for text in alerts_of(frame))


@pytest.mark.parametrize(("language", "words"), [("zh", "截至 2025-06-15"), ("en", "up to 2025-06-15")])
def test_hot_reaches_say_up_to_which_day_and_in_red_where_that_is_not_the_month(axes, book, language, words):
    spots = spots_of(axes, "2025-06-15")
    assert len(spots.clusters)
    part = "热点河段" if language == "zh" else "Hot reaches"
    for month, red in (("2025-06", False), ("2025-05", True), ("2025-12", True)):
        document = rl.reports.compose_monthly(book, month, axes, spots, language=language)
        assert words in table_named(document, part).title
        assert any(words in text for text in alerts_of(document)) == red
    # A table that came back from a file knows no run: the sentence of each reach names the window.
    plain = describe_hotspots(spots, language).clusters
    document = rl.reports.compose_monthly(book, "2025-12", axes, plain, language=language)
    assert words in table_named(document, part).title
    assert any(words in text for text in alerts_of(document))


def test_a_window_without_an_end_or_of_unknown_days_is_no_months(axes, book):
    forever = rl.reports.compose_monthly(book, "2025-06", axes, spots_of(axes, None))
    assert any("时段不限" in text for text in alerts_of(forever))
    year = spots_of(axes, "2025-06-15", window_days=365)
    assert "2024-06-16 至 2025-06-15" in table_named(rl.reports.compose_dossier("R1", axes, year), "热点").title
    silent = year.clusters.assign(reason="")
    document = rl.reports.compose_monthly(book, "2025-06", axes, silent)
    assert any("时段不明" in text for text in alerts_of(document))
    none = rl.find_hotspots(problems_of(1).assign(found_on=pd.Timestamp("2025-05-20")), axes, on="2025-06-15")
    assert not len(none.clusters)
    told = words_of(rl.reports.compose_monthly(book, "2025-12", axes, none))
    assert "没有热点河道记录（截至 2025-06-15）。" in told
    assert any("热点统计时段：截至 2025-06-15" in text for text in told)


def test_scores_say_their_period_and_in_red_where_the_month_is_not_in_it(book):
    fourth = scores_of("2025Q4")
    inside = rl.reports.compose_monthly(book, "2025-12", fourth)
    assert "（2025Q4）" in table_named(inside, "考核得分").title
    assert alerts_of(inside) == []
    outside = rl.reports.compose_monthly(book, "2025-06", fourth)
    assert any("2025Q4" in text and "得分不是本月的" in text for text in alerts_of(outside))
    both = alerts_of(rl.reports.compose_monthly(book, "2025-12", scores_of("2025Q4", "2025Q3", "首期")))
    assert any("2025Q3" in text and "2025Q4" not in text for text in both)
    assert any("首期" in text and "无从判断" in text for text in both)


def test_a_dossier_of_a_day_says_in_red_what_goes_on_after_it(axes, book):
    spots = spots_of(axes, "2025-06-15")
    early, late = (rl.reports.compose_dossier("R1", axes, book, spots, on=day) for day in ("2025-06-01", "2025-07-01"))
    assert any("截至 2025-06-15" in text and "晚于本档案的日期 2025-06-01" in text for text in alerts_of(early))
    assert alerts_of(late) == []


def test_a_dossier_says_as_of_which_day_its_problems_stand(axes, book):
    """Three were closed from 10 to 12 January, which is the last day that the ledger knows."""
    last = str(book.history()["on"].max().date())
    assert last == "2026-01-12"
    now, then = (
        rl.reports.compose_dossier("R1", axes, book),
        rl.reports.compose_dossier("R1", axes, book, on="2026-01-10"),
    )
    assert facts_of(now)["未销号"] == "3（台账截至 2026-01-12）"
    assert facts_of(then)["未销号"] == "5（台账截至 2026-01-10）"
    for document, day in ((now, "2026-01-12"), (then, "2026-01-10")):
        assert f"问题状态：台账截至 {day}" in document.remarks
        assert f"问题状态：台账截至 {day}。" in words_of(document)
    english = rl.reports.compose_dossier("R1", axes, book, language="en")
    assert facts_of(english)["Open"] == "3 (ledger as of 2026-01-12)"
    bare = rl.reports.compose_dossier("R1", axes, book.problems())
    assert facts_of(bare)["未销号"] == "3（所给问题表未注明截至日期）"
    with pytest.raises(rl.JobError, match="on 应写作"):
        rl.reports.compose_dossier("R1", axes, book, on="六月")


# What was not given, piece by piece


@pytest.fixture(scope="module")
def drawn():
    result = staked.demarcation(staked.Piece([(0, 40), (900, 40)]), staked.Piece([(0, -40), (900, -40)], bank="right"))
    return result, rl.place_stakes(result), rl.place_boards(result)


def headings(document):
    return [part.title.partition("、")[2] for part in document.sections]


def missing_in(document):
    (told,) = (text for text in words_of(document) if text.startswith("编制时未提供"))
    return told.partition("：")[2].partition("。")[0].split("、")


def test_a_chapter_is_called_by_what_it_holds_and_the_rest_is_named(axes, drawn):
    result, stakes, boards = drawn
    whole = rl.reports.compose_dossier("R1", axes, result, stakes, boards)
    part = rl.reports.compose_dossier("R1", axes, result, stakes)
    assert "界桩与公告牌" in headings(whole)
    assert "公告牌" not in missing_in(whole)
    assert "界桩" in headings(part)
    assert "公告牌" in missing_in(part)
    assert not any("公告牌" in heading for heading in headings(part))
    empty = rl.reports.compose_dossier("R1", axes, result, stakes, boards.iloc[:0])
    assert "已提供的成果中，本河没有公告牌记录。" in words_of(empty)
    assert "公告牌" not in missing_in(empty)


def test_a_chief_who_is_named_is_not_called_missing(axes, drawn):
    document = rl.reports.compose_dossier("R1", axes, drawn[0])
    assert facts_of(document)["河长"] == "林清源"
    assert "河长" not in missing_in(document)
    assert "河长名录" in missing_in(document)


def test_facts_are_counted_under_short_names_in_both_languages(axes):
    places = gpd.GeoDataFrame({"outfall_id": ["W1"], "river_id": "R1", "name": "排口", "status": "在用",
                               "class": "城镇污水处理厂排污口"},
                              geometry=[shapely.Point(505_000, 3_400_020)], crs=CRS)  # fmt: skip
    inventory = rl.place_outfalls(places, axes)
    assert facts_of(rl.reports.compose_dossier("R1", axes, inventory))["入河排污口数"] == "1"
    assert facts_of(rl.reports.compose_dossier("R1", axes, inventory, language="en"))["Outfalls"] == "1"


# Lakes and reservoirs


@pytest.fixture(scope="module")
def lake():
    """A lake with its extent and its closed line, as a demarcation of standing water gives them."""
    ring = shapely.Point(505_000, 3_400_000).buffer(300)
    extents = schema.EXTENTS.empty(CRS).reindex([0]).assign(
        extent_id="JH01-management", river_id="JH01", name="镜湖", kind="management", area_m2=ring.area,
        rules="national", version="x").set_geometry([ring], crs=CRS)  # fmt: skip
    lines = schema.MANAGEMENT_LINES.empty(CRS).reindex([0]).assign(
        line_id="JH01-S-001", river_id="JH01", basis="water", rule_id="national/water-edge", citation="法",
        offset_m=0.0, start_chainage_m=0.0, end_chainage_m=ring.length, length_m=ring.length,
        confidence="low").set_geometry([ring.exterior], crs=CRS)  # fmt: skip
    return extents, lines


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_lake_is_spoken_of_as_a_lake(lake, language):
    others = schema.PROBLEMS.conform(problems_of(1, problem_id=["P"], river_id="R9").assign(
        status="found", source="x", item="", bank="left", chainage_m=1.0))  # fmt: skip
    document = rl.reports.compose_dossier("JH01", *lake, others, language=language)
    told = words_of(document)
    if language == "zh":
        assert document.title == "镜湖档案"
        assert document.running.startswith("一湖一档")
        assert "湖泊与管理范围图" in document.figures[0].title
        assert "已提供的成果中，本湖没有此项记录。" in told
        assert not any(word in text for text in told for word in ("本河", "河流", "一河一档", "河道", "河长"))
    else:
        assert document.running.startswith("Lake dossier")
        assert "Lake and extents" in document.figures[0].title
        assert not any("river" in text.lower() for text in told if "riverline" not in text)


def test_the_tables_of_a_lake_have_no_columns_for_banks(lake):
    document = rl.reports.compose_dossier("JH01", *lake)
    banks = {schema.EXTENTS[name].label() for name in ("axis_length_m", "left_length_m", "right_length_m")}
    assert not banks & set(table_named(document, "管理与保护范围").heads)
    lines = table_named(document, "界线及依据")
    assert not {"岸别", "所属"} & set(lines.heads)
    assert column(lines, "起点桩号")[0] == "K0+000"
    assert lines.notes == ("桩号沿湖泊的闭合界线、自最北点顺时针起算",)
    assert sum(lines.widths) == pytest.approx(1)
    assert {len(row) for row in lines.rows} == {len(lines.heads)}


def test_a_reservoir_is_one_by_its_line_or_by_its_name(lake):
    extents, lines = lake
    held = rl.reports.compose_dossier("JH01", extents, lines.assign(basis="reservoir"))
    assert held.title == "镜湖水库档案"
    named = rl.reports.compose_dossier("JH01", extents.assign(name="石门水库"))
    assert named.title == "石门水库档案"
    assert named.running.startswith("一库一档")
    assert any("本水库" in text for text in words_of(named))


def test_a_river_with_a_work_stays_a_river(axes, drawn):
    assert rl.reports.compose_dossier("R1", axes, drawn[0]).title == "清水河河流档案"
    assert rl.reports.compose_dossier("R1", drawn[0]).running.startswith("一河一档")


def test_tables_of_titles_name_every_part_of_an_area_and_every_holding_to_be_settled():
    path = files("riverline.reports") / "forms" / "dossier.toml"
    forms = {table["schema"]: table for table in tomllib.loads(path.read_text(encoding="utf-8"))["tables"]}
    assert set(_PARTS) <= set(forms["register"]["columns"])
    assert set(_PARTS) <= set(forms["register"]["sums"])
    states = {choice.value for choice in schema.HOLDINGS["status"].choices}
    assert set(forms["holdings"]["only"]["status"]) == states - {"clear"}
