"""Very many features: every one is there, on a canvas of our own, with its texts; and notebooks stay small."""

from __future__ import annotations

import base64
import html
import re
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from selenium.webdriver import ActionChains
from selenium.webdriver.support.ui import WebDriverWait
from tests import invented
from tests.browser import browser

import riverline as rl
from riverline.maps.packing import GRID_M, pack

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"
PAINTED = """
    const canvas = themap.getPane('riverlinePacked').querySelector('canvas');
    const blank = document.createElement('canvas');
    blank.width = canvas.width;
    blank.height = canvas.height;
    return canvas.toDataURL() !== blank.toDataURL();
"""
# Changes the zoom, and tells after how many milliseconds everything is on the screen.
ZOOMED = """
    const begin = performance.now(), done = arguments[1];
    themap.setZoom(themap.getZoom() + arguments[0], { animate: false });
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
"""


def squares(count, **columns):
    """Squares of 80 m, 100 m from each other."""
    side = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    x, y = 500_000.0 + 100.0 * column, 3_450_000.0 + 100.0 * row
    rows = {"code": [f"P{i}" for i in range(count)]} | columns
    return gpd.GeoDataFrame(rows, geometry=shapely.box(x, y, x + 80.0, y + 80.0), crs=invented.CRS)


def unpacked(packed, columns):
    """What the page makes of it: parts of each feature, vertices in metres of Web Mercator, texts."""
    numbers, value, shift = [], 0, 0
    for byte in base64.b64decode(packed.content):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value, shift = 0, 0
    feature, part = numbers[: packed.count], numbers[packed.count : packed.count + packed.parts]
    begin = packed.count + packed.parts
    zigzag = np.array(numbers[begin : begin + 2 * packed.vertices])
    steps = np.where(zigzag % 2, -(zigzag + 1) // 2, zigzag // 2).reshape(-1, 2)
    texts = np.array(numbers[begin + 2 * packed.vertices :]).reshape(columns, -1).T
    metres = np.cumsum(steps, axis=0) * GRID_M * [1, -1] + [-20_037_508.342789244, 20_037_508.342789244]
    return feature, part, metres, texts


@given(
    st.lists(st.tuples(st.floats(-179, 179), st.floats(-80, 80), st.floats(0.001, 0.5)), min_size=1, max_size=8),
)
def test_every_vertex_comes_back_within_the_grid(places):
    shapes = np.array(
        [
            shapely.Point(x, y).buffer(size, quad_segs=2).difference(shapely.Point(x, y).buffer(size / 2, quad_segs=1))
            for x, y, size in places
        ]
    )
    numbers = np.arange(2 * len(shapes)).reshape(-1, 2)
    packed = pack(shapes, numbers)
    feature, part, metres, texts = unpacked(packed, 2)
    assert feature == [2] * len(shapes)
    assert sum(part) == packed.vertices
    assert texts.tolist() == numbers.tolist()
    true = gpd.GeoSeries(shapely.orient_polygons(shapes), crs=4326).to_crs(3857)
    assert np.abs(metres - shapely.get_coordinates(true.to_numpy())).max() <= 0.51 * GRID_M + 1e-6


def test_points_lines_and_many_parts_are_packed_alike():
    shapes = np.array([shapely.Point(117, 31), shapely.LineString([(117, 31), (118, 32)]),
                       shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])])  # fmt: skip
    packed = pack(shapes, np.zeros((3, 0), dtype=int))
    raw = list(base64.b64decode(packed.content))
    feature, part = raw[: packed.count], raw[packed.count : packed.count + packed.parts]
    assert feature == [1, 1, 2]
    assert part == [1, 2, 5, 5]


def test_few_features_are_leaflets_and_many_are_packed():
    few, many = (rl.maps.show(图斑=squares(count)).get_root().render() for count in (5_000, 5_001))
    assert "riverlinePacked.layer" not in few
    assert "riverlinePacked.layer" in many
    assert "其中 5,001 个由画布直接绘制" in many
    assert len(many) < len(few) / 2


def test_the_same_many_features_give_the_same_bytes(tmp_path):
    paths = [rl.maps.save(rl.maps.show(图斑=squares(5_001)), tmp_path / f"{i}.html") for i in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_notebook_shows_small_maps_offline_and_says_what_to_do_with_large_ones(monkeypatch):
    page = rl.maps.show(invented.axes())
    shown = html.unescape(page._repr_html_())
    assert "Content-Security-Policy" in shown
    assert not re.search(r"<(?:script|link|img)[^>]+https?:", shown)
    monkeypatch.setattr("riverline.maps.saving.NOTEBOOK_BYTES", 1_000)
    told = page._repr_html_()
    assert len(told) < 500
    assert "rl.maps.save" in told


@pytest.mark.browser
def test_many_features_in_a_browser(tmp_path):
    hostile = [invented.HOSTILE[i % len(invented.HOSTILE)] for i in range(6_000)]
    frame = squares(6_000, owner=hostile)
    path = rl.maps.save(rl.maps.show(invented.axes(), 图斑=frame, title="六千图斑"), tmp_path / "map.html")
    with browser() as page:
        page.open(path)
        page.run(FIND_MAP)
        time.sleep(0.5)
        assert page.run(PAINTED)
        assert page.requests() == []
        chosen = frame.to_crs(4326).geometry.iloc[4_321].centroid
        page.run("themap.setView([arguments[1], arguments[0]], 17, {animate: false})", chosen.x, chosen.y)
        time.sleep(0.5)
        where = page.run("const p = themap.getSize().divideBy(2); return [p.x, p.y];")
        box = page.driver.find_element("css selector", ".folium-map")
        ActionChains(page.driver).move_to_element_with_offset(
            box, where[0] - box.size["width"] / 2, where[1] - box.size["height"] / 2
        ).perform()
        time.sleep(0.5)
        assert page.text(".leaflet-tooltip") == ["P4321"]
        assert page.run("return themap.getContainer().style.cursor") == "pointer"
        ActionChains(page.driver).click().perform()
        time.sleep(0.4)
        popup = page.text(".leaflet-popup-content")[0]
        assert "P4321" in popup
        assert " ".join(hostile[4_321].split()) in popup
        page.run("""[...document.querySelectorAll('.leaflet-control-layers-overlays label')]
            .find(e => e.textContent.trim() === '图斑').querySelector('input').click();""")
        time.sleep(0.3)
        assert not page.run(PAINTED)
        assert "图斑" not in page.text(".riverline-legend")[0]
        assert page.run("return window.caught || false") is False
        assert page.console() == []


@pytest.mark.browser
@pytest.mark.parametrize("count", [30_000, 100_000])
def test_tens_of_thousands_load_and_zoom_and_each_can_be_found(tmp_path, count):
    frame = squares(count)
    path = rl.maps.save(rl.maps.show(图斑=frame, max_features=count), tmp_path / "map.html")
    with browser() as page:
        page.open(path)
        page.run(FIND_MAP)
        WebDriverWait(page.driver, 20).until(lambda _: page.run(PAINTED))
        redrawn = [page.driver.execute_async_script(ZOOMED, step) for step in (1, 1, 1, -1, -1, -1)]
        # A whole second is what a hand on the wheel still bears; a map drawn by paths of SVG takes six and more.
        assert np.median(redrawn) < 1_000.0, redrawn
        last = frame.to_crs(4326).geometry.iloc[-1].centroid
        page.run("themap.setView([arguments[1], arguments[0]], 17, {animate: false})", last.x, last.y)
        box = page.driver.find_element("css selector", ".folium-map")
        ActionChains(page.driver).move_to_element(box).perform()
        WebDriverWait(page.driver, 10).until(lambda _: page.text(".leaflet-tooltip"))
        assert page.text(".leaflet-tooltip") == [f"P{count - 1}"]
        assert page.requests() == []
        assert page.console() == []
