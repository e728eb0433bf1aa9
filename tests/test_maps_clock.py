"""Months on maps: the ledger as it stood, and who walked what; sliders, lists and counts in a real browser."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import ledgers
import patrolled as pt
import riverline as rl
from browser import browser
from riverline.maps.clock import months_of
from riverline.maps.ledger import _parts, _states

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"
COUNTS = """
    return Object.fromEntries([...document.querySelectorAll('.riverline-legend li')].map(
      e => [e.querySelector('span').textContent, Number(e.querySelector('b').textContent)]));
"""
MOVE = """
    const range = document.querySelector('.riverline-clock input');
    range.value = arguments[0];
    range.dispatchEvent(new Event('input'));
    return document.querySelector('.riverline-clock output').textContent;
"""
CHOOSE = """
    const list = document.querySelector('.riverline-clock select');
    list.value = [...list.options].find(e => e.textContent === arguments[0]).value;
    list.dispatchEvent(new Event('change'));
"""
STATE = """
    const list = document.querySelectorAll('.riverline-clock select')[1];
    if (arguments[0]) {
      list.value = [...list.options].find(e => e.textContent === arguments[0]).value;
      list.dispatchEvent(new Event('change'));
    }
    return list.selectedOptions.length ? list.selectedOptions[0].textContent : '';
"""
HIDE = """
    [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
      .find(e => e.textContent.trim() === arguments[0]).querySelector('input').click();
"""
SHOWN = """
    let n = 0;
    themap.eachLayer(l => { if (l.feature && l.feature.properties.s && (l.getLatLng || l.getLatLngs)) n += 1; });
    return n;
"""


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


def opened(page, tmp_path, drawn):
    """Save a map, open it, and hold it to silence."""
    page.open(rl.maps.save(drawn, tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []


@pytest.fixture
def ledger(tmp_path):
    """Four problems of January: one closed in March and back in May, one closed within February, two as they were."""
    made = ledgers.ledger_of(tmp_path, ledgers.problems_of(4), on="2025-01-31")
    codes = made.problems()["problem_id"].tolist()
    ledgers.walk(made, codes[0], *ledgers.closing("2025-03-10"), ("reopened", "2025-05-02"))
    ledgers.walk(made, codes[1], ("assigned", "2025-02-01"), ("rectifying", "2025-02-05"))
    ledgers.walk(made, codes[1], ("review", "2025-02-20"), ("closed", "2025-02-25"))
    return made


def test_months_run_from_the_first_day_to_the_last_and_over_the_year() -> None:
    assert months_of(pd.Series(pd.to_datetime(["2024-12-31", None, "2025-02-01"])))[0] == (
        "2024-12",
        "2025-01",
        "2025-02",
    )
    assert months_of(pd.Series(pd.to_datetime([None]))) == ((), 0)


def test_at_the_end_of_every_month_a_problem_is_in_the_state_that_the_ledger_says(ledger) -> None:
    problems, history = _parts(ledger, None)
    steps, first = months_of(history["on"])
    rows = _states(problems, history, first, len(steps) - 1)
    assert steps == ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05")
    for number, month in enumerate(steps):
        there = rows[(rows["riverline:first"] <= number) & (number <= rows["riverline:last"])]
        last_day = pd.Period(month).end_time.date()
        told = ledger.problems(on=last_day).set_index("problem_id")["status"]
        assert there.set_index("problem_id")["status"].sort_index().to_dict() == told.sort_index().to_dict()


def test_without_events_a_problem_is_found_until_it_was_closed_and_without_days_always_there() -> None:
    frame = ledgers.problems_of(3).assign(problem_id=["a", "b", "c"], status=["closed", "rectifying", "found"])
    frame["closed_on"] = pd.to_datetime(["2025-03-05", None, None])
    frame.loc[2, "found_on"] = pd.NaT
    problems = rl.schema.PROBLEMS.conform(frame.reindex(columns=rl.schema.PROBLEMS.empty(ledgers.CRS).columns))
    told, history = _parts(problems, None)
    rows = _states(told, history, months_of(history["on"])[1], 2)
    spans = rows[["problem_id", "status", "riverline:first", "riverline:last"]].to_numpy().tolist()
    assert sorted(spans) == [
        ["a", "closed", 2.0, 2.0], ["a", "found", 0.0, 1.0], ["b", "rectifying", 0.0, 2.0], ["c", "found", 0.0, 2.0],
    ]  # fmt: skip
    assert len(problems.columns) == len(rl.schema.PROBLEMS.empty(ledgers.CRS).columns)
    with pytest.raises(rl.SchemaError, match="Ledger"):
        rl.maps.show_ledger("台账.gpkg")


@pytest.mark.browser
def test_the_ledger_is_moved_by_month_and_filtered_by_state_and_kind(page, tmp_path, ledger) -> None:
    opened(page, tmp_path, rl.maps.show_ledger(ledger, title="整改台账"))
    assert page.run("return document.querySelector('.riverline-clock output').textContent") == "2025-05"
    now = page.run(COUNTS)
    assert {label: count for label, count in now.items() if count} == {"发现": 2, "销号": 1, "反弹": 1}
    assert page.run(SHOWN) == 4
    assert page.run(MOVE, 0) == "2025-01"
    assert {label: count for label, count in page.run(COUNTS).items() if count} == {"发现": 4}
    assert page.run(MOVE, 2) == "2025-03"
    march = page.run(COUNTS)
    assert (march["发现"], march["销号"], march["反弹"]) == (2, 2, 0)
    assert page.run(STATE, None) == "全部"
    page.run(HIDE, "四乱问题：销号")
    assert page.run(SHOWN) == 2
    rows = ledger.problems()
    kind = rl.schema.PROBLEMS["kind"].value_label(rows.loc[rows["status"] == "found", "kind"].iloc[0], "zh")
    page.run(CHOOSE, kind)
    assert page.run(SHOWN) == 1
    page.run("""
        themap.eachLayer(l => { if (l.feature && l.feature.properties.s && l.getLatLng) window.one = l; });
        one.openPopup();
    """)
    time.sleep(0.3)
    told = page.text(".leaflet-popup-content")[0]
    assert kind in told
    assert "发现" in told
    page.run(CHOOSE, "全部")
    assert page.run(SHOWN) == 2
    # One state is chosen from a list; what the tree shows besides leaves the list blank.
    assert page.run(STATE, None) == ""
    assert page.run(STATE, "销号") == "销号"
    assert page.run(SHOWN) == 2
    assert page.run(STATE, "发现") == "发现"
    assert page.run(SHOWN) == 2
    assert page.run(STATE, "全部") == "全部"
    assert page.run(SHOWN) == 4
    page.run(HIDE, "四乱问题：销号")
    assert page.run(STATE, None) == ""
    page.driver.find_element("css selector", ".riverline-clock button").click()
    assert page.run("return document.querySelector('.riverline-clock output').textContent") == "2025-04"
    time.sleep(1.6)
    assert page.run("return document.querySelector('.riverline-clock output').textContent") == "2025-05"
    assert page.console() == []
    assert page.requests() == []


@pytest.mark.browser
def test_patrols_of_a_month_are_what_was_walked_in_it_and_what_nobody_walked(page, tmp_path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    duties = pt.duties(("张三", "village", "left"), (hostile, "township", "right"))
    tracks = pd.concat([
        pt.walked([(0, 20), (600, 20)]),
        pt.fixes("T9", [(0, -20), (1000, -20)], start="2025-06-10T09:00", who=hostile, level="township"),
    ])  # fmt: skip
    result = pt.measured(tracks, of=duties, since="2025-05-01", until="2025-06-30")
    opened(page, tmp_path, rl.maps.show_patrols(result, pt.axes(), title="巡河"))
    assert page.run("return document.querySelector('.riverline-clock output').textContent") == "2025-06"
    page.run(CHOOSE, "全部")
    june = page.run(COUNTS)
    assert june["未走到河段"] == 1
    assert june["有效"] == 1
    assert page.run(MOVE, 0) == "2025-05"
    may = page.run(COUNTS)
    gaps = result.gaps[result.gaps["period_start"] == "2025-05-01"]
    assert may["未走到河段"] == len(gaps) == 2
    names = page.run("return [...document.querySelectorAll('.riverline-clock option')].map(e => e.textContent)")
    assert names == ["全部", "村级", "乡级", *sorted([hostile, "张三"])]
    page.run(CHOOSE, "张三")
    assert page.run(COUNTS)["未走到河段"] == 1
    page.run("""
        themap.eachLayer(l => { if (l.feature && l.options.color === '#B00020' && l.getLatLngs) window.gap = l; });
        gap.openPopup();
    """)
    time.sleep(0.3)
    assert "张三" in page.text(".leaflet-popup-content")[0]
    assert "K0+600 – K1+000" in page.text(".leaflet-popup-content")[0]
    assert page.run("return document.querySelectorAll('img[src=\"x\"]').length") == 0
    assert page.console() == []
    assert page.requests() == []


@pytest.mark.browser
def test_maps_of_empty_books_and_of_one_month_open(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show_ledger(rl.schema.PROBLEMS.empty(ledgers.CRS), language="en"))
    assert "There is nothing to draw" in page.text(".riverline-legend")[0]
    one = ledgers.problems_of(1).assign(problem_id="a", status="found")
    one = rl.schema.PROBLEMS.conform(one.reindex(columns=rl.schema.PROBLEMS.empty(ledgers.CRS).columns))
    opened(page, tmp_path, rl.maps.show_ledger(one, language="en"))
    assert page.text(".riverline-clock") == ["2025-01"]
    assert page.run(SHOWN) == 1
    polygon = one.set_geometry(gpd.GeoSeries([shapely.box(*(np.array([0, 0, 90, 90]) + 500_000))], crs=ledgers.CRS))
    opened(page, tmp_path, rl.maps.show_ledger(polygon, language="en"))
    assert page.run(SHOWN) == 1
