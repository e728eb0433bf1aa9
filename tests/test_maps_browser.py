"""Saved maps in a real browser: no request, a clean console, a legend that follows, and text that stays text."""

from __future__ import annotations

import time
from importlib import metadata

import folium
import folium.plugins
import geopandas as gpd
import pytest
import shapely
from selenium.webdriver import ActionChains
from tests import invented
from tests.browser import browser

import riverline as rl

pytestmark = pytest.mark.browser

ALERTS = "window.alert = window.confirm = window.prompt = function () { window.caught = true; };"
SHOWN = """
    return [...document.querySelectorAll('.riverline-legend {}')].filter(e => e.offsetParent).map(e => e.textContent)
"""
TOGGLE = """
    [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
      .find(e => e.textContent.trim() === arguments[0]).querySelector('input').click();
"""
FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


def saved(page, tmp_path, drawn):
    """Save a map, open it, and hold it to silence."""
    path = rl.maps.save(drawn, tmp_path / "map.html")
    page.open(path)
    page.run(FIND_MAP)
    assert page.requests() == []
    assert page.console() == []
    return path


def county():
    return rl.maps.show(
        invented.result(), invented.axes(), invented.water(), 乡镇=invented.towns(), title="清水县河湖管理范围划界图"
    )


def click_at(page, lon, lat):
    x, y = page.run(
        "const p = themap.latLngToContainerPoint([arguments[1], arguments[0]]); return [p.x, p.y];", lon, lat
    )
    box = page.driver.find_element("css selector", ".folium-map")
    ActionChains(page.driver).move_to_element_with_offset(
        box, x - box.size["width"] / 2, y - box.size["height"] / 2
    ).click().perform()


def test_the_page_is_chinese_and_complete(page, tmp_path):
    saved(page, tmp_path, county())
    legend = page.text(".riverline-legend")[0]
    for word in ("图例", "管理范围线 · 划界依据", "堤防", "洪水位线", "水边线", "管理范围", "质检问题", "乡镇"):
        assert word in legend
    assert "本图供查看，法定界线以成果数据为准" in legend
    assert page.text(".riverline-title") == ["清水县河湖管理范围划界图"]
    assert page.driver.title == "清水县河湖管理范围划界图"
    corner = page.text(".leaflet-control-attribution")[0]
    assert corner == f"riverline {rl.__version__} | 规则集 安徽省河湖管理范围（anhui 3f9c1e5a77b2）"
    assert page.text(".leaflet-control-scale-line")[0] in {"1 km", "2 km", "3 km"}
    assert page.run("return document.documentElement.lang") == "zh-CN"
    assert sorted(page.text(".riverline-name > span")) == ["清水河", "白溪"]
    assert page.run("return document.querySelectorAll('canvas').length") == 1


def test_the_legend_follows_the_layer_control(page, tmp_path):
    saved(page, tmp_path, county())
    rows, headings = SHOWN.format("li > span"), SHOWN.format("h3")
    before = page.run(rows)
    assert "湖泊" in before
    assert "警告" not in before
    page.run(TOGGLE, "管理范围线：岸顶线")
    page.run(TOGGLE, "质检问题：错误")
    gone = page.run(rows)
    assert set(before) - set(gone) == {"岸顶线", "错误"}
    headings = (
        "return [...document.querySelectorAll('.riverline-legend h3')].filter(e => !e.hidden).map(e => e.textContent)"
    )
    assert "质检问题 · 等级" not in page.run(headings)
    page.run(TOGGLE, "质检问题：警告")
    assert "质检问题 · 等级" in page.run(headings)
    page.run(TOGGLE, "管理范围线：岸顶线")
    page.run(TOGGLE, "管理范围线 · 可信度：中")
    assert {"岸顶线", "中"} <= set(page.run(rows))
    assert page.console() == []


def test_a_line_that_comes_back_is_drawn_above_the_water_again(page, tmp_path):
    saved(page, tmp_path, county())
    top = """
        let order = themap.getRenderer(L.polyline([]))._drawFirst, seen = [];
        for (let o = order; o; o = o.next) { seen.push(o.layer); }
        const water = seen.findIndex(l => l.feature && l.options.fillColor === '#A9D3EC');
        const line = seen.findIndex(l => l.feature && l.options.color === '#C1121F' && l.options.weight === 3.6);
        return [water, line];
    """
    water, line = page.run(top)
    assert 0 <= water < line
    page.run(TOGGLE, "水域：河流")
    page.run(TOGGLE, "水域：河流")
    water, line = page.run(top)
    assert 0 <= water < line


def test_a_click_on_the_line_says_rule_and_citation(page, tmp_path):
    saved(page, tmp_path, county())
    lines = invented.lines().to_crs(4326)
    where = lines.geometry.iloc[0].interpolate(0.5, normalized=True)
    click_at(page, where.x, where.y)
    time.sleep(0.4)
    text = page.text(".leaflet-popup-content")[0]
    assert "AH-levee" in text
    assert invented.CITATION in text
    assert "清水河（QS01）" in text
    assert "K0+000 – K1+800" in text
    assert page.console() == []


def test_hostile_text_stays_text_in_every_place(page, tmp_path):
    frame = invented.hostile_lines()
    names = invented.axes().assign(name=invented.HOSTILE[0])
    towns = {text: invented.towns().rename(columns={"town": text}) for text in invented.HOSTILE}
    rules = invented.Rules(name=invented.HOSTILE[0], title=invented.HOSTILE[1])
    result = invented.Result(frame, invented.extents(), invented.fault_rows(), rules, invented.result().run)
    odd = invented.lines().iloc[[0] * len(invented.HOSTILE)].assign(basis=list(invented.HOSTILE))
    drawn = rl.maps.show(result, names, odd, title=invented.HOSTILE[1], **towns)
    saved(page, tmp_path, drawn)
    page.run(ALERTS)
    opened = page.run(
        """
        const found = [];
        themap.eachLayer(function (layer) {
          if (!layer.feature || !layer.getPopup || !layer.getPopup()) { return; }
          layer.openPopup();
          found.push(layer.getPopup().getElement().innerText);
          layer.closePopup();
          layer.openTooltip();
          layer.closeTooltip();
        });
        return found.join('\\u0000');
        """
    )
    for text in invented.HOSTILE:
        plain = " ".join(text.replace("\u2028", " ").split())
        assert plain in " ".join(opened.replace("\u2028", " ").split()), text
        control = page.run("return document.querySelector('.leaflet-control-layers').textContent")
        legend = page.run("return document.querySelector('.riverline-legend').textContent")
        assert text in control
        assert text in legend
    assert page.driver.title == " ".join(invented.HOSTILE[1].split())
    assert invented.HOSTILE[0] in page.text(".leaflet-control-attribution")[0]
    # Nothing became an element that the page did not make itself.
    assert page.run("return document.querySelectorAll('img[src=\"x\"], [onerror]').length") == 0
    assert page.run("return document.querySelectorAll('.riverline-popup b, .riverline-legend img').length") == 0
    assert page.run("return window.caught || false") is False
    assert page.requests() == []
    assert page.console() == []


def test_even_a_script_that_tries_loads_nothing(page, tmp_path):
    drawn = rl.maps.show(invented.axes())
    tries = "new Image().src = 'http://127.0.0.1:9/x.png'; document.body.appendChild(document.createElement('script'))"
    drawn.get_root().script.add_child(folium.Element(f"{tries}.text = 'window.caught = true';"))
    page.open(rl.maps.save(drawn, tmp_path / "map.html"))
    time.sleep(0.5)
    assert sum("Content Security Policy" in line for line in page.console()) == 2
    assert page.run("return window.caught") is None


def test_english(page, tmp_path):
    saved(page, tmp_path, rl.maps.show(invented.result(), language="en"))
    legend = page.text(".riverline-legend")[0]
    assert "Legend" in legend
    assert "A picture, not the legal line" in legend
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in legend)


def test_users_can_go_on_with_folium(page, tmp_path):
    drawn = rl.maps.show(invented.result())
    folium.Marker([31.2, 117.05], tooltip="站", popup="水位站").add_to(drawn)
    cluster = folium.plugins.MarkerCluster().add_to(drawn)
    for i in range(5):
        folium.Marker([31.2 + i / 1000, 117.05]).add_to(cluster)
    saved(page, tmp_path, drawn)
    icon = page.run("return document.querySelector('.leaflet-marker-icon[src]').naturalWidth")
    assert icon > 0


def test_a_map_without_anything_opens(page, tmp_path):
    saved(page, tmp_path, rl.maps.show(rl.schema.EXTENTS.empty(invented.CRS)))
    assert "没有可绘的要素" in page.text(".riverline-legend")[0]


@pytest.mark.parametrize("column", [None, "value", "name"])
def test_explore_maps_open_without_network(page, tmp_path, column):
    pytest.importorskip("mapclassify")
    package = {"value": "xstatic-d3", "name": "xstatic-jquery-ui"}.get(column, "folium")
    if not list(metadata.distributions(name=package)):
        pytest.skip(f"{package} is not installed")
    frame = gpd.GeoDataFrame(
        {"name": ["甲", "乙"], "value": [1.5, 2.5]},
        geometry=[shapely.Point(117, 31).buffer(0.1), shapely.Point(118, 31).buffer(0.1)],
        crs=4326,
    )
    saved(page, tmp_path, frame.explore(column=column, tiles=None, popup=True))
    assert page.run("return document.querySelectorAll('path.leaflet-interactive').length") == 2


def test_five_thousand_polygons_load_and_redraw_quickly(page, tmp_path):
    corners = [(x, y) for x in range(100) for y in range(50)]
    shapes = [shapely.Point(500_000 + 90 * x, 3_450_000 + 90 * y).buffer(40, quad_segs=7) for x, y in corners]
    patches = gpd.GeoDataFrame({"名称": [f"图斑{i}" for i in range(5_000)]}, geometry=shapes, crs=invented.CRS)
    path = saved(page, tmp_path, rl.maps.show(图斑=patches))
    assert path.stat().st_size < 8e6
    loading = page.run("const t = performance.timing; return t.loadEventEnd - t.navigationStart")
    assert loading < 20_000


def undone_river():
    """One river with bank tops, whose lines are of low confidence, and one that nothing says where to draw."""
    shapes = [shapely.LineString([(0, y), (9_000, y)]) for y in (3_500_000, 3_503_000)]
    data = {"river_id": ["R1", "R2"], "name": ["清水河", "<b>枯</b>河"]}
    axes = gpd.GeoDataFrame(data, geometry=shapes, crs=4548)
    banks = [shapely.LineString([(0, 3_500_000 + y), (9_000, 3_500_000 + y)]) for y in (40, -40)]
    tops = gpd.GeoDataFrame({"bank_id": ["B1", "B2"], "river_id": "R1"}, geometry=banks, crs=4548)
    moved = [frame.set_geometry(frame.translate(500_000)) for frame in (axes, tops)]
    return rl.demarcate(moved[0], rl.load_rules("national"), bank_tops=moved[1]), moved[0]


@pytest.mark.parametrize(("language", "title"), [("zh", "未能绘出（1）"), ("en", "Could not be drawn (1)")])
def test_a_river_that_could_not_be_drawn_is_named_with_its_reason(page, tmp_path, language, title):
    saved(page, tmp_path, rl.maps.show(*undone_river(), language=language))
    told = page.run("return document.querySelector('.riverline-notice').textContent")
    assert told.startswith(title)
    assert "<b>枯</b>河" in told
    assert "R2" in told
    page.run("document.querySelector('.riverline-legend h2').click()")
    assert page.run("return document.querySelector('.riverline-notice').offsetParent !== null")


def test_a_map_with_every_river_has_no_notice(page, tmp_path):
    result, axes = undone_river()
    saved(page, tmp_path, rl.maps.show(result.lines, axes))
    assert page.run("return document.querySelector('.riverline-notice')") is None


def test_the_first_view_fills_the_window_and_bands_thin_as_the_scale_shrinks(page, tmp_path):
    saved(page, tmp_path, rl.maps.show(*undone_river()))
    page.run(FIND_MAP)
    share, zoom = page.run("""
        var map = window.themap, box = L.latLngBounds([]), legend = document.querySelector('.riverline-legend');
        map.eachLayer(l => { if (l.feature && l.getBounds) box.extend(l.getBounds()); });
        var west = map.latLngToContainerPoint(box.getSouthWest());
        var east = map.latLngToContainerPoint(box.getNorthEast());
        var room = map.getSize().x - 54 - legend.offsetWidth;
        return [Math.max((east.x - west.x) / room, (west.y - east.y) / (map.getSize().y - 70)), map.getZoom()];
    """)
    assert 0.97 < share < 1.01
    assert zoom != int(zoom)
    widths = page.run("""
        var map = window.themap, found = [];
        [10, 18].forEach(zoom => {
          map.setZoom(zoom, {animate: false});
          map.eachLayer(l => { if (l.options && l.options.color === '#E4572E' && l.setStyle && !l.eachLayer)
            found.push(l.options.weight); });
        });
        return found;
    """)
    assert widths == [5.4, 5.4, 12, 12]
