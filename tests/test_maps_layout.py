"""What stands around a map, in windows of a desk and a phone, low frames and on paper: nothing lies on anything."""

from __future__ import annotations

import base64
import time

import geopandas as gpd
import pytest
import shapely
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

import invented
import ledgers
import riverline as rl
from browser import browser
from changing import build, pair, whole
from test_maps_focus import FIND_MAP, axes

pytestmark = pytest.mark.browser

TITLE = "清水县二〇二五年度河湖四乱问题整改台账（含遥感、群众举报与巡河发现）"
WINDOWS = {
    "phone": ((390, 844), "county book images"), "phone-low": ((390, 300), "county book images"),
    "phone-across": ((844, 390), "book"), "desk": ((1366, 768), "county book images"),
    "laptop": ((1400, 757), "county"), "frame": ((1366, 300), "county"),
}  # fmt: skip
CODES = {"county": "QS01", "book": "QS01", "images": "R1"}
# Whatever is pressed, dragged or written into: is the middle of each its own? Boxes that meet or leave the window.
WRONG = """
    const found = [], name = e => e.className.baseVal || e.className || e.tagName;
    const seen = e => e.getBoundingClientRect().width && getComputedStyle(e).visibility !== 'hidden';
    const box = themap.getContainer().getBoundingClientRect();
    const tree = document.querySelector('.leaflet-control-layers-expanded');
    const pressed = '.riverline-search input, .riverline-legend h2, .leaflet-bar a, .leaflet-control-layers-toggle,' +
      '.riverline-overview button, .riverline-clock button, .riverline-clock input, .riverline-clock select,' +
      '.riverline-swipe-handle, .leaflet-popup-close-button';
    for (const each of [...document.querySelectorAll(pressed)].filter(seen)) {
      const r = each.getBoundingClientRect();
      const top = document.elementFromPoint((r.left + r.right) / 2, (r.top + r.bottom) / 2);
      if (!top || !each.contains(top)) { found.push('under: ' + name(each)); }
    }
    const stands = [...document.querySelectorAll('.leaflet-control, .riverline-title, .riverline-measured,' +
      '.leaflet-popup-content-wrapper, .leaflet-popup-close-button')].filter(seen);
    stands.forEach((one, i) => {
      const a = one.getBoundingClientRect();
      const across = a.left > box.left - 1 && a.right < box.right + 1;
      if (!across || a.top < box.top - 1 || a.bottom > box.bottom + 1) { found.push('out: ' + name(one)); }
      stands.slice(i + 1).forEach(other => {
        const b = other.getBoundingClientRect(), popup = one.closest('.leaflet-popup');
        const apart = a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
        if (!apart && !(popup && popup.contains(other))) { found.push('meet: ' + name(one) + ' | ' + name(other)); }
      });
    });
    return found;
"""
# Boxes and buttons of the unfolded tree, each scrolled to: those that something lies on.
BURIED = """
    const tree = document.querySelector('.leaflet-control-layers-expanded');
    tree.querySelectorAll('.riverline-branch.folded button').forEach(each => each.click());
    return [...tree.querySelectorAll('input, button')].filter(each => each.getClientRects().length).filter(each => {
      each.scrollIntoView({ block: 'nearest' });
      const r = each.getBoundingClientRect(), x = Math.min((r.left + r.right) / 2, r.left + 20);
      return !each.contains(document.elementFromPoint(x, (r.top + r.bottom) / 2));
    }).map(each => each.parentNode.textContent);
"""


@pytest.fixture(scope="module")
def page():
    with browser() as found:
        yield found
        found.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """A book with months, two images with a bar, and a county with a long legend."""
    folder = tmp_path_factory.mktemp("maps")
    made = ledgers.ledger_of(folder, ledgers.problems_of(4), on="2025-01-31")
    ledgers.walk(made, made.problems()["problem_id"].iloc[0], *ledgers.closing("2025-03-10"))
    drawn = {
        "book": rl.maps.show_ledger(made, invented.axes(), title=TITLE),
        "images": rl.maps.show_change(*pair(folder, build), whole(), title="前后"),
        "county": rl.maps.show(invented.result(), invented.axes(), invented.water(), title=TITLE),
    }
    return {name: rl.maps.save(each, folder / f"{name}.html") for name, each in drawn.items()}


def window(page, wide, high):
    touch = wide < 900
    size = {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": touch}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touch})


def opened(page, path):
    page.open(path)
    page.run(FIND_MAP)
    time.sleep(0.3)


def press(page, selector):
    """Whatever lies at the middle of an element is clicked, as a finger does."""
    page.run(
        """
        const r = document.querySelector(arguments[0]).getBoundingClientRect();
        const x = (r.left + r.right) / 2, y = (r.top + r.bottom) / 2;
        const at = { clientX: x, clientY: y, bubbles: true, cancelable: true, detail: 1 };
        document.elementFromPoint(x, y).dispatchEvent(new MouseEvent('click', at));
        """,
        selector,
    )


def tapped(page, *places):
    """Clicks on the map itself, shares of the window."""
    for x, y in places:
        page.run(
            """
            const x = arguments[0] * innerWidth, y = arguments[1] * innerHeight;
            const at = { clientX: x, clientY: y, bubbles: true, detail: 1 };
            themap.getContainer().dispatchEvent(new MouseEvent('click', at));
            """,
            x, y,
        )  # fmt: skip


def sought(page, text):
    box = page.driver.find_element("css selector", ".riverline-search input")
    box.clear()
    box.send_keys(text)
    time.sleep(0.3)
    box.send_keys(Keys.ENTER)
    time.sleep(0.6)


@pytest.mark.parametrize("size", WINDOWS)
def test_whatever_is_pressed_lies_under_nothing(page, maps, size) -> None:
    window(page, *WINDOWS[size][0])
    for name in WINDOWS[size][1].split():
        opened(page, maps[name])
        assert page.run(WRONG) == [], name
        # The legend unfolds, still has its heading, and folds again by it.
        folded = "return document.querySelector('.riverline-legend').classList.contains('folded')"
        for _ in range(2):
            before = page.run(folded)
            press(page, ".riverline-legend h2")
            time.sleep(0.1)
            assert page.run(folded) is not before, name
            assert page.run(WRONG) == [], name
        press(page, ".leaflet-control-layers-toggle")
        assert page.run(BURIED) == [], name
        page.run("themap.fire('click', { latlng: themap.getCenter() })")
        page.run("document.querySelector('.leaflet-control-layers').dispatchEvent(new MouseEvent('mouseleave'))")
        press(page, ".riverline-tools a")
        tapped(page, (0.4, 0.6), (0.7, 0.65), (0.6, 0.5))
        assert "面积" in page.text(".riverline-measured")[0]
        assert page.run(WRONG) == [], name
        press(page, ".riverline-tools a")
        sought(page, CODES[name])
        assert page.run("return document.querySelectorAll('.leaflet-popup').length") == 1
        assert page.run(WRONG) == [], name
        press(page, ".leaflet-popup-close-button")
        time.sleep(0.4)
        assert page.text(".leaflet-popup-content") == []
    assert page.console() == []


def test_a_map_of_300_pixels_in_a_page_has_room_for_all_of_it(page, tmp_path) -> None:
    window(page, 1366, 768)
    opened(page, rl.maps.save(rl.maps.show(invented.result(), title=TITLE, height=300), tmp_path / "low.html"))
    assert page.run("return themap.getSize().y") == 300
    assert page.run(WRONG) == []
    press(page, ".riverline-legend h2")
    assert page.run(WRONG) == []
    press(page, ".leaflet-control-layers-toggle")
    assert page.run(BURIED) == []


def long_row():
    """A mark with 40 lines to say, at the border of what else there is."""
    values = {f"第{i}项": ["一二三四五六七八九十"] for i in range(40)}
    return gpd.GeoDataFrame(values, geometry=[shapely.Point(560_000, 3_450_000)], crs=4548)


# Measured while it prints: view, popup, its place, and what else is on the sheet.
NOTED = """
    window.noted = [];
    window.addEventListener('beforeprint', () => {
      const rects = selector => [...document.querySelectorAll(selector)].map(e => e.getBoundingClientRect())
        .filter(r => r.width && r.height).map(r => [r.left, r.top, r.right, r.bottom].map(Math.round));
      const popup = themap._popup && themap._popup.isOpen() && themap._popup, centre = themap.getCenter();
      const place = popup && themap.latLngToContainerPoint(popup.getLatLng());
      noted.push({
        view: [centre.lat, centre.lng, themap.getZoom()], sheet: rects('.folium-map')[0],
        place: place && [place.x, place.y],
        popup: rects('.leaflet-popup-content-wrapper'), other: rects('.leaflet-control, .riverline-title'),
        whole: [...document.querySelectorAll('.leaflet-popup-content')].every(e => e.scrollHeight <= e.clientHeight + 1)
      });
    });
"""


def printed(page):
    told = page.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    assert base64.b64decode(told["data"]).startswith(b"%PDF")
    return page.run("return noted[noted.length - 1]")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_the_same_print_is_the_same_sheet_and_a_popup_lies_on_it_whole_and_free(page, tmp_path, size) -> None:
    window(page, *WINDOWS[size][0])
    # Nothing to fold: the legend takes room from the first view.
    opened(page, rl.maps.save(rl.maps.show(axes(), 长=long_row(), title="很长"), tmp_path / "long.html"))
    page.run(NOTED)
    bounds = "const b = themap.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];"
    before = page.run(bounds)
    sheets = [printed(page) for _ in range(3)]
    assert sheets[0] == sheets[1] == sheets[2]
    assert page.run(bounds) == pytest.approx(before, abs=1e-9)
    page.run("themap.eachLayer(l => { if (l.feature && l.setRadius) { window.one = l; } }); one.openPopup();")
    time.sleep(0.5)
    assert page.run(WRONG) == []
    shown = page.run("return document.querySelector('.leaflet-popup-content').getBoundingClientRect().height")
    sheets = [printed(page) for _ in range(3)]
    assert sheets[0] == sheets[1] == sheets[2]
    (popup,), sheet, (x, y) = sheets[0]["popup"], sheets[0]["sheet"], sheets[0]["place"]
    assert sheets[0]["whole"]
    assert sheet[0] < popup[0] < popup[2] < sheet[2]
    assert sheet[1] < popup[1] < popup[3] < sheet[3]
    assert not (popup[0] < x < popup[2] and popup[1] < y < popup[3]), "it does not cover what it is about"
    for other in sheets[0]["other"]:
        apart = popup[2] <= other[0] or other[2] <= popup[0] or popup[3] <= other[1] or other[3] <= popup[1]
        assert apart, other
    # On the screen it is as it was.
    again = page.run("return document.querySelector('.leaflet-popup-content').getBoundingClientRect().height")
    assert again == pytest.approx(shown, abs=1)
    assert page.run("return document.querySelectorAll('.riverline-lead').length") == 0
    assert page.console() == []


def test_the_read_out_is_the_pointers_and_follows_a_search(page, tmp_path) -> None:
    window(page, 1280, 860)
    spot = gpd.GeoDataFrame({"名称": ["甲桥"]}, geometry=[shapely.Point(530_000, 3_452_000)], crs=4548)
    opened(page, rl.maps.save(rl.maps.show(axes(), 桥=spot), tmp_path / "map.html"))
    # Of a mark up to so large Leaflet tells the middle, whatever part of it the pointer is on.
    x, y = page.run("""
        themap.eachLayer(l => { if (l.feature && l.setRadius) { window.one = l; } });
        one.setRadius(10);
        const p = themap.latLngToContainerPoint(one.getLatLng());
        return [p.x, p.y];
    """)
    box = page.driver.find_element("css selector", ".folium-map")
    left, top = round(x - box.size["width"] / 2), round(y - box.size["height"] / 2)
    for right in (-40, 6, 8):
        ActionChains(page.driver).move_to_element_with_offset(box, left + right, top).perform()
        time.sleep(0.1)
    told = page.text(".riverline-readout > span")
    wanted = "return riverlineTools.plane({0}.lat, {0}.lng, 117)[1] + 500000"
    under = page.run(wanted.format(f"themap.containerPointToLatLng([{x + 8}, {y}])"))
    itself = page.run(wanted.format("one.getLatLng()"))
    metres = page.run("return riverline.metresOf(themap)")
    east = float(told[1].split("东")[1].split("（")[0])
    assert abs(east - under) < 1.5 * metres
    assert abs(east - itself) > 4 * metres
    # The pointer stays where it is, the map goes elsewhere under it.
    sought(page, "甲桥")
    told = page.text(".riverline-readout > span")
    east = float(told[1].split("东")[1].split("（")[0])
    under = page.run(wanted.format(f"themap.containerPointToLatLng([{x + 8}, {y}])"))
    assert abs(east - under) < 2 * page.run("return riverline.metresOf(themap)")
    assert page.console() == []


def test_an_outline_that_crosses_itself_has_no_area(page, maps) -> None:
    window(page, 1280, 860)
    opened(page, maps["book"])
    press(page, ".riverline-tools a")
    tapped(page, (0.4, 0.4), (0.6, 0.6), (0.6, 0.4))
    assert "面积 " in page.text(".riverline-measured")[0]
    tapped(page, (0.4, 0.6))
    told = page.text(".riverline-measured")[0]
    assert told.startswith("长 ")
    assert told.endswith("边线自相交，不计面积")
    # In another order the same four points are a square.
    press(page, ".riverline-tools a")
    press(page, ".riverline-tools a")
    tapped(page, (0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))
    assert "面积 " in page.text(".riverline-measured")[0]


def test_a_search_on_a_phone_goes_as_close_when_the_legend_was_unfolded(page, maps) -> None:
    window(page, *WINDOWS["phone"][0])
    opened(page, maps["county"])
    zooms = []
    for unfolds in (False, True):
        if unfolds:
            press(page, ".riverline-legend h2")
            time.sleep(0.4)
            assert page.text(".leaflet-popup-content") == []
        sought(page, "QS01")
        zooms.append(page.run("return themap.getZoom()"))
        assert page.run("return document.querySelector('.riverline-legend').classList.contains('folded')")
    assert zooms[1] == zooms[0]
