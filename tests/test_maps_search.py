"""Finding features on a saved map, the drawing in its corner, and the map on paper, in a real browser."""

from __future__ import annotations

import re
import subprocess
import time
from shutil import which

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.image import imread
from selenium.webdriver import ActionChains, Keys

import invented
import ledgers
import riverline as rl
from browser import browser, require_chromium
from test_maps_packed import squares

pytestmark = pytest.mark.browser

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"
TOGGLE = """
    [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
      .find(e => e.textContent.trim() === arguments[0]).querySelector('input').click();
"""
ITEMS = (
    "return [...document.querySelectorAll('.riverline-search li')].map(e => [...e.children].map(c => c.textContent));"
)
CENTRE = "const c = themap.getCenter(); return [c.lng, c.lat, themap.getZoom()];"


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


def opened(page, tmp_path, drawn):
    """Save a map, open it, and hold it to silence."""
    path = rl.maps.save(drawn, tmp_path / "map.html")
    page.open(path)
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []
    return path


def asked(page, text):
    """What the box lists for a text, typed as a user types it."""
    box = page.driver.find_element("css selector", ".riverline-search input")
    box.clear()
    box.send_keys(text)
    time.sleep(0.35)
    return page.run(ITEMS)


def chosen(page, number=0):
    """Go down to an entry and take it; the text of the popup that opens."""
    box = page.driver.find_element("css selector", ".riverline-search input")
    box.send_keys(*[Keys.ARROW_DOWN] * number, Keys.ENTER)
    time.sleep(0.4)
    return page.text(".leaflet-popup-content")[0]


def stakes(count=60):
    frame = gpd.GeoDataFrame(
        {"stake_id": [f"S{i}" for i in range(count)], "river_id": "QS01",
         "number": [f"QS01-左-{i:03d}" for i in range(count)], "bank": "left", "kind": "basic",
         "reason": "spacing"},
        geometry=shapely.points(500_000 + 30.0 * np.arange(count), 3_450_000.0), crs=invented.CRS,
    )  # fmt: skip
    return rl.schema.STAKES.conform(frame.reindex(columns=rl.schema.STAKES.empty(invented.CRS).columns))


def test_a_river_comes_before_what_belongs_to_it_and_is_opened(page, tmp_path):
    opened(page, tmp_path, rl.maps.show(invented.result(), stakes(), invented.axes()))
    listed = asked(page, "清水河")
    assert [name for name, _ in listed[:2]] == ["清水河（QS01）"] * 2
    assert listed[0][1] == "管理与保护范围：管理范围 · QS01-management"
    assert "找到" in page.text(".riverline-search p")[0]
    assert [name for name, _ in asked(page, "ｑｓ01")[:1]] == ["清水河（QS01）"]
    listed = asked(page, "清水河 中心线")
    assert listed == []
    assert page.text(".riverline-search p") == ["本图没有找到"]
    asked(page, "白溪")
    assert "BX02" in chosen(page, 1)
    assert page.run(ITEMS) == []
    view = page.run("const b = themap.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];")
    box = invented.extents().to_crs(4326)
    river = shapely.box(*box[box["river_id"] == "BX02"].total_bounds)
    # Its popup may push the map aside a little.
    assert shapely.box(*view).intersection(river).area > 0.9 * river.area
    assert shapely.box(*view).area < 12 * river.area
    assert page.console() == []


def test_a_stake_is_found_by_its_number_though_its_layer_is_off_and_others_cover_it(page, tmp_path):
    frame = stakes()
    opened(page, tmp_path, rl.maps.show(frame, invented.axes()))
    name = "界桩：基本桩"
    page.run(TOGGLE, name)
    assert "基本桩" not in page.text(".riverline-legend")[0]
    listed = asked(page, "左-042")
    assert len(listed) == 1
    assert listed[0][0] == "QS01-左-042"
    assert "QS01-左-042" in chosen(page)
    wanted = frame[frame["number"] == "QS01-左-042"].to_crs(4326).geometry.iloc[0]
    lon, lat, zoom = page.run(CENTRE)
    assert zoom >= 17
    assert abs(lon - wanted.x) < 0.002
    assert abs(lat - wanted.y) < 0.002
    assert "基本桩" in page.text(".riverline-legend")[0]
    assert page.run("""
        let found = null;
        themap.eachLayer(l => { if (l.told && l.getPopup().isOpen()) found = l; });
        return found.crowd;
    """) == 1  # fmt: skip


def test_a_problem_is_found_in_a_month_that_does_not_show_it_and_once_for_all_its_states(page, tmp_path):
    made = ledgers.ledger_of(tmp_path, ledgers.problems_of(4), on="2025-01-31")
    codes = made.problems()["problem_id"].tolist()
    ledgers.walk(made, codes[0], *ledgers.closing("2025-03-10"), ("reopened", "2025-05-02"))
    made.take(
        ledgers.problems_of(1).assign(problem_id="晚到-1", found_on=pd.Timestamp("2025-06-20")),
        source="巡查",
        on="2025-06-20",
    )
    late = next(code for code in made.problems()["problem_id"] if code not in codes)
    opened(page, tmp_path, rl.maps.show_ledger(made))
    page.run("""
        const range = document.querySelector('.riverline-clock input');
        range.value = 0;
        range.dispatchEvent(new Event('input'));
        const list = document.querySelector('.riverline-clock select');
        if (list) { list.value = 0; list.dispatchEvent(new Event('change')); }
    """)
    month = "return document.querySelector('.riverline-clock output').textContent"
    first = page.run(month)
    listed = asked(page, codes[0])
    assert [each[0] for each in listed].count(codes[0]) == 1
    asked(page, late)
    assert late in chosen(page)
    assert page.run(month) > first
    assert page.console() == []


def test_one_of_many_packed_features_is_found_and_hostile_text_stays_text(page, tmp_path):
    hostile = [invented.HOSTILE[i % len(invented.HOSTILE)] for i in range(6_000)]
    frame = squares(6_000, owner=hostile)
    opened(page, tmp_path, rl.maps.show(invented.axes().assign(name=invented.HOSTILE[0]), 图斑=frame))
    assert page.run("return document.querySelectorAll('script[type=\"text/plain\"]').length") == 1
    assert asked(page, "P4321")[0][0] == "P4321"
    popup = chosen(page)
    assert "P4321" in popup
    where = frame.to_crs(4326).geometry.iloc[4_321]
    view = page.run("const b = themap.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];")
    assert shapely.box(*view).contains(where)
    assert view[2] - view[0] < 0.02
    page.run("window.alert = window.confirm = window.prompt = function () { window.caught = true; };")
    for text in invented.HOSTILE:
        seen = asked(page, " ".join(text.split())[:40])
        assert any(text in item for row in seen for item in row), text
        assert len(seen) <= 40
    assert (
        page.run("return document.querySelectorAll('.riverline-search [onerror], .riverline-search img').length") == 0
    )
    assert page.run("return document.querySelectorAll('.riverline-search li > :not(b):not(span)').length") == 0
    assert page.run("return window.caught || false") is False
    assert page.requests() == []
    assert page.console() == []


def test_english_and_a_map_without_anything(page, tmp_path):
    opened(page, tmp_path, rl.maps.show(invented.result(), language="en"))
    assert (
        page.run("return document.querySelector('.riverline-search input').placeholder") == "Find a river, code, stake"
    )
    asked(page, "nothing of the kind")
    assert page.text(".riverline-search p") == ["Not on this map"]
    opened(page, tmp_path, rl.maps.show(rl.schema.EXTENTS.empty(invented.CRS)))
    assert page.run("return document.querySelectorAll('.riverline-search, .riverline-overview').length") == 0


def test_the_drawing_in_the_corner_tells_where_the_window_is_and_moves_it(page, tmp_path):
    opened(page, tmp_path, rl.maps.show(invented.result(), invented.axes()))
    folded = "return document.querySelector('.riverline-overview').classList.contains('folded')"
    assert page.run(folded) is True
    page.run("themap.setZoom(themap.getZoom() + 2, { animate: false })")
    assert page.run(folded) is False
    frame = """
        const r = document.querySelector('.riverline-overview .view').getBoundingClientRect();
        const s = document.querySelector('.riverline-overview svg').getBoundingClientRect();
        return [r.x - s.x + r.width / 2, r.y - s.y + r.height / 2, r.width, r.height, s.width, s.height];
    """
    x, y, wide, _, *size = page.run(frame)
    assert wide < size[0] / 2
    assert len(page.run("return document.querySelector('.riverline-overview path').getAttribute('d')")) > 40
    svg = page.driver.find_element("css selector", ".riverline-overview svg")
    before = page.run(CENTRE)
    ActionChains(page.driver).move_to_element_with_offset(svg, 40 - size[0] / 2, 30 - size[1] / 2).click().perform()
    time.sleep(0.2)
    after = page.run(CENTRE)
    moved = page.run(frame)
    assert moved[0] == pytest.approx(40, abs=2)
    assert moved[1] == pytest.approx(30, abs=2)
    assert (after[0] < before[0], after[1] > before[1]) == (x > 40, y > 30)
    page.driver.find_element("css selector", ".riverline-overview button").click()
    page.run("themap.setZoom(themap.getZoom() + 1, { animate: false })")
    assert page.run(folded) is True
    assert page.console() == []
    assert page.requests() == []


def printed(path, tmp_path):
    """Text and number of pages of a map as Chromium prints it."""
    if which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    target = tmp_path / "map.pdf"
    subprocess.run(
        [require_chromium()[0], "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         "--virtual-time-budget=4000", f"--print-to-pdf={target}", path.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    text = subprocess.run(["pdftotext", "-layout", target, "-"], check=True, capture_output=True).stdout.decode()
    told = subprocess.run(["pdfinfo", target], check=True, capture_output=True).stdout.decode()
    return (
        text,
        int(re.search(r"Pages:\s+(\d+)", told)[1]),
        re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told).groups(),
    )


def test_on_paper_there_are_title_legend_and_scale_and_no_buttons(page, tmp_path):
    problems = ledgers.problems_of(4).assign(
        problem_id=list("abcd"), status="found", kind=["occupation", "dumping"] * 2
    )
    problems["found_on"] = np.array(["2025-01-05", "2025-02-05", "2025-03-05", "2025-03-06"], dtype="datetime64[ns]")
    problems = rl.schema.PROBLEMS.conform(problems.reindex(columns=rl.schema.PROBLEMS.empty(ledgers.CRS).columns))
    path = opened(page, tmp_path, rl.maps.show_ledger(problems, title="清水县整改台账"))
    # On the screen the controls are there: what paper lacks, it lacks because it is paper.
    assert "全部" in page.run("return document.querySelector('.riverline-clock').innerText")
    text, pages, (wide, high) = printed(path, tmp_path)
    assert pages == 1
    assert float(wide) > float(high)
    for word in ("清水县整改台账", "图例", "四乱问题", "发现", "法定界线以成果数据为准", "2025-03", "riverline"):
        assert word in text.replace(" ", ""), word
    assert re.search(r"\d+ k?m\b", text)
    # What the sheet shows, which way is up, and of which day it is.
    assert re.search(r"CGCS2000 \d+°\d\d′[\d.]+″E – \d+°", text)
    assert re.search(r"上为北，20\d\d-\d\d-\d\d ?打印", text)
    for word in ("查找河流", "全部", "▶", "+", "−", "×"):
        assert word not in text, word


def test_paper_shows_what_the_window_shows_and_the_window_comes_back(page, tmp_path):
    opened(page, tmp_path, rl.maps.show(invented.result(), invented.axes()))
    view = "const b = themap.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];"
    page.run("themap.setView(themap.getCenter(), themap.getZoom() + 1.3, { animate: false })")
    before = page.run(view)
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    west, south, east, north = page.run(view)
    room = 0.002 * (before[2] - before[0])
    assert west <= before[0] + room
    assert south <= before[1] + room
    assert east >= before[2] - room
    assert north >= before[3] - room
    assert page.run("return themap.getSize().x") == 1062
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run(view) == pytest.approx(before, abs=1e-9)


def test_paper_has_what_lies_under_the_canvas(page, tmp_path):
    """Images and densities show on paper though lines are drawn over them, and so do features on a second canvas."""
    axes = invented.axes()
    problems = ledgers.problems_of(4).assign(problem_id=list("abcd"))
    problems = problems.set_geometry(axes.geometry.iloc[0].interpolate([500, 900, 950, 1_000]), crs=axes.crs)
    dense = rl.hotspots.measure_surface(problems, axes, bandwidth_m=400.0)
    spots = rl.find_hotspots(problems, axes)
    coloured = []
    for surface in (None, dense):
        path = opened(page, tmp_path, rl.maps.show_hotspots(spots, axes, surface=surface))
        printed(path, tmp_path)
        subprocess.run(["pdftoppm", "-r", "40", "-png", tmp_path / "map.pdf", tmp_path / "paper"], check=True)
        sheet = imread(next(tmp_path.glob("paper*.png")))[..., :3]
        # Orange and red of the classes, left of the legend.
        left = sheet[:, : int(0.6 * sheet.shape[1])]
        coloured.append(int(((left[..., 0] - left[..., 2]) > 0.1).sum()))
    assert coloured[1] > coloured[0] + 1_000
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    drawn = "return [...document.querySelectorAll('.leaflet-map-pane canvas')].map(c => c.style.display);"
    assert page.run(drawn) == ["none", ""]
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run(drawn) == [""]
    assert page.console() == []


def test_many_rule_sets_leave_the_scale_free(page, tmp_path):
    results = []
    for i in range(8):
        rules = invented.Rules(name=f"anhui{i}", title=f"安徽省河湖管理范围第{i}版", digest=f"{i}f9c1e5a77b2" * 2)
        base = invented.result()
        results.append(invented.Result(base.lines, base.extents, base.faults, rules, base.run))
    opened(page, tmp_path, rl.maps.show(*results))
    place = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return [r.left, r.right, r.top];"
    corner, scale = (
        page.run(place, each)
        for each in (".leaflet-control-attribution", ".leaflet-control-scale")
    )  # fmt: skip
    assert corner[0] > scale[1]
    told = page.run("return document.querySelector('.leaflet-control-attribution').textContent")
    assert all(f"第{i}版" in told for i in range(8))
    page.picture(tmp_path / "many.png")
