"""What a map measures: places against PROJ, lengths and areas against geodesics, and nothing opens meanwhile."""

from __future__ import annotations

import json
import time

import numpy as np
import pyproj
import pytest
from selenium.webdriver import ActionChains

import riverline as rl
from browser import browser
from test_maps_focus import FIND_MAP, axes, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page():
    with browser() as found:
        yield found


def test_the_plane_of_the_read_out_is_that_of_proj(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes()))
    places = np.array([(lon, lat) for lon in (115.1, 116.99, 117, 118.7, 120.3) for lat in (0.0, 18.2, 31.6, 53.5)])
    told = page.run(
        "return JSON.parse(arguments[0]).map(p => riverlineTools.plane(p[1], p[0], 117))", json.dumps(places.tolist())
    )
    east, north = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(*places.T)
    assert np.abs(np.array(told) - np.column_stack([north, east - 500_000])).max() < 1e-3


def test_lengths_and_areas_are_those_of_geodesics(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes()))
    ring = [(117.0, 31.0), (117.08, 31.01), (117.07, 31.06), (116.99, 31.05)]
    told = page.run(
        "return riverlineTools.measured(JSON.parse(arguments[0]).map(p => L.latLng(p[1], p[0])))", json.dumps(ring)
    )
    geod = pyproj.Geod(ellps="GRS80")
    assert told["length"] == pytest.approx(geod.line_length(*zip(*ring, strict=True)), rel=1e-6)
    area, _ = geod.polygon_area_perimeter(*zip(*ring, strict=True))
    assert told["area"] == pytest.approx(abs(area), rel=1e-6)


def test_the_pointer_is_told_in_degrees_and_in_the_plane_of_the_data(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes().to_crs(4527), language="zh"))
    page.run("themap.fire('mousemove', {latlng: L.latLng(31.18, 117.2)})")
    degrees, plane = page.text(".riverline-readout > span")
    # Whoever copies the figures, from a phone too, sees what they are.
    assert degrees.split() == ["CGCS2000", "117°12′00.00″E", "31°10′48.00″N"]
    east, north = pyproj.Transformer.from_crs(4490, 4527, always_xy=True).transform(117.2, 31.18)
    assert plane.split() == ["高斯-克吕格", "北", f"{north:.1f}", "东", f"{east:.1f}（中央经线", "117°）"]
    # Without a plane of its own, the zone that the pointer is in.
    opened(page, tmp_path, rl.maps.show(axes().to_crs(4490), language="en"))
    page.run("themap.fire('mousemove', {latlng: L.latLng(31.18, 118.6)})")
    degrees, plane = page.text(".riverline-readout > span")
    assert degrees.startswith("CGCS2000 118°")
    assert plane.startswith("Gauss-Krüger N ")
    assert "central meridian 120°" in plane


def test_measuring_takes_the_clicks_and_gives_them_back(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes()))
    page.run(FIND_MAP)
    page.driver.find_element("css selector", ".riverline-tools a").click()
    assert "双击结束" in page.text(".riverline-measured")[0]
    middle = page.driver.find_element("css selector", ".folium-map")

    def click(x, y, *, double=False):
        chain = ActionChains(page.driver).move_to_element_with_offset(middle, x, y)
        (chain.double_click() if double else chain.click()).perform()
        time.sleep(0.35)

    for x, y in ((-200, 0), (0, 0), (0, -100)):
        click(x, y)
    told = page.text(".riverline-measured")[0]
    assert told.startswith("长 ")
    assert "面积 " in told
    assert "亩）" in told
    # The axis runs through the middle: its popup stays shut, and a double click ends without zooming.
    assert page.text(".leaflet-popup-content") == []
    zoom = page.run("return themap.getZoom()")
    click(-120, -60, double=True)
    assert page.run("return themap.getZoom()") == zoom
    click(50, 50)
    assert "单击加点" in page.text(".riverline-measured")[0]
    ActionChains(page.driver).send_keys("\ue00c").perform()
    assert page.text(".riverline-measured") in ([], [""])
    click(0, 0)
    assert page.text(".leaflet-popup-content") != []
    assert page.console() == []
