"""Plugins of folium from files that the user fetched: found by name, checked, put into the page."""

from __future__ import annotations

import base64
import hashlib
import time
from importlib.util import find_spec

import folium
import folium.plugins
import pytest
from tests.browser import browser

import riverline as rl
from riverline.maps.fetched import Fetched

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PATH = """
L.AntPath = L.Layer.extend({
  initialize: function (points) { this.points = points; },
  onAdd: function (map) {
    L.DomUtil.create('p', 'path', map.getPanes().overlayPane).textContent = this.points.length;
  }
});
L.polyline.antPath = function (points) { return new L.AntPath(points); };
//# sourceMappingURL=path.js.map
"""
LOCATE = "L.Control.Locate = L.Control.extend({ onAdd: function () { return L.DomUtil.create('i', 'full'); } });"
LOCATE += "\nL.control.locate = function () { return new L.Control.Locate(); };"
STYLE = (
    "@font-face { font-family: f; src: url('fonts/f.eot?#iefix') format('x'), url(fonts/f.woff2) format('woff2') }\n"
)
STYLE += ".full { display: block; width: 20px; height: 20px; background: url('images/full.gif'), url(data:,) }"


def drawn():
    page = folium.Map([31, 117], tiles=None, zoom_start=8)
    folium.plugins.AntPath([[31, 117], [31.1, 117]]).add_to(page)
    folium.plugins.LocateControl().add_to(page)
    return page


@pytest.fixture
def folder(tmp_path):
    """Small files in place of those of the plugins, as a user would have them."""
    place = tmp_path / "取回"
    (place / "more").mkdir(parents=True)
    (place / "leaflet-ant-path.min.js").write_text("\ufeff" + PATH, encoding="utf-8")
    (place / "more" / "L.Control.Locate.min.js").write_text(LOCATE, encoding="utf-8")
    (place / "L.Control.Locate.min.css").write_text(STYLE, encoding="utf-8")
    (place / "full.gif").write_bytes(DOT)
    (place / "f.woff2").write_bytes(b"font")
    return place


def test_a_refusal_lists_every_address_and_what_to_type(tmp_path):
    with pytest.raises(rl.JobError) as caught:
        rl.maps.save(drawn(), tmp_path / "m.html")
    links = [
        *folium.plugins.AntPath.default_js,
        *folium.plugins.LocateControl.default_js,
        *folium.plugins.LocateControl.default_css,
    ]
    for text in (caught.value.zh, caught.value.en):
        assert all(url in text for _, url in links)
        assert 'rl.maps.save(m, "map.html", assets="folder")' in text
        assert "bootstrap" not in text


def test_files_that_are_there_are_no_longer_asked_for(tmp_path, folder):
    (folder / "full.gif").unlink()
    (folder / "leaflet-ant-path.min.js").unlink()
    with pytest.raises(rl.JobError) as caught:
        rl.maps.save(drawn(), tmp_path / "m.html", assets=folder)
    assert "leaflet-ant-path.min.js" in caught.value.en
    assert "leaflet-locatecontrol/0.66.2/images/full.gif" in caught.value.en
    assert "L.Control.Locate.min.js" not in caught.value.en
    assert "fonts/f." not in caught.value.en
    assert f'assets="{folder.as_posix()}"' in caught.value.en
    assert not (tmp_path / "m.html").exists()


@pytest.mark.browser
def test_a_page_with_fetched_plugins_works_without_a_network(tmp_path, folder):
    path = rl.maps.save(drawn(), tmp_path / "m.html", assets=folder)
    with browser() as page:
        page.open(path)
        time.sleep(0.3)
        assert page.text(".path") == ["2"]
        style = page.run("return getComputedStyle(document.querySelector('.full')).backgroundImage")
        assert style.startswith('url("data:image/gif;base64,')
        assert page.requests() == []
        assert page.console() == []
        page.open(common_plugins(tmp_path))
        time.sleep(0.5)
        assert page.requests() == []
        assert page.console() == []
        assert "tile.openstreetmap.org" in page.text(".riverline-without")[0]
        # Markers of a cluster are there without tiles, whose closest zoom the plugin counts by.
        assert page.text(".marker-cluster") == ["2", "3"]
        glyph = "const i = document.querySelector('.awesome-marker > i'), s = getComputedStyle(i, ':before');"
        assert page.run(glyph + "return [s.content, s.fontFamily]") == ['"\ue086"', '"Glyphicons Halflings"']
        assert page.run("return document.querySelectorAll('canvas.leaflet-heatmap-layer').length") == 1
        assert len(page.driver.find_elements("css selector", ".leaflet-left .riverline-tools a")) == 1
        page.driver.find_element("css selector", ".leaflet-right .riverline-tools a").click()
        assert page.text(".riverline-measured")[0].startswith("Click to add points")
        page.run("Object.values(window).find(x => x instanceof L.Map).fire('mousemove', {latlng: L.latLng(31, 117)})")
        assert page.text(".riverline-place") == ["31 : 117"]
        page.driver.find_element("css selector", ".riverline-without button").click()
        assert page.text(".riverline-without") == []
        assert page.console() == []


def common_plugins(tmp_path):
    """A map with folium's own tiles and what people add most."""
    known, page = folium.plugins, folium.Map([31, 117], zoom_start=8)
    folium.Marker([31.3, 117], icon=folium.Icon(color="red"), popup="x").add_to(page)
    cluster = known.MarkerCluster().add_to(page)
    for row in range(2):
        folium.Marker([31 + row / 1000, 117.5]).add_to(cluster)
    known.FastMarkerCluster([[31 + row / 1000, 118] for row in range(3)]).add_to(page)
    known.HeatMap([[31, 116.5, 1]]).add_to(page)
    for each in (known.Fullscreen(), known.MeasureControl(), known.MousePosition(), known.MiniMap()):
        each.add_to(page)
    folium.LayerControl().add_to(page)
    with pytest.warns(UserWarning, match="without its online basemap"):
        return rl.maps.save(page, tmp_path / "common.html")


def test_online_takes_fetched_files_too(tmp_path, folder):
    text = rl.maps.save(drawn(), tmp_path / "m.html", offline=False, assets=folder).read_text(encoding="utf-8")
    assert "cdn.jsdelivr.net" not in text
    assert "L.AntPath" in text


def test_files_of_one_name_that_differ_are_told_apart_by_their_way(tmp_path):
    for host, content in (("a.test", "var a"), ("b.test", "var b")):
        (tmp_path / host / "dist").mkdir(parents=True)
        (tmp_path / host / "dist" / "x.js").write_text(content, encoding="utf-8")
    assert Fetched(tmp_path).element("https://b.test/dist/x.js", "script") == "<script>var b</script>"
    with pytest.raises(rl.JobError, match="several different files"):
        Fetched(tmp_path).element("https://c.test/x.js", "script")


def test_what_is_no_script_is_refused(tmp_path):
    for content in (b"<!DOCTYPE html><title>404</title>", b"", b"\xff\xfe\x00"):
        (tmp_path / "x.js").write_bytes(content)
        with pytest.raises(rl.JobError, match="neither a script nor a style"):
            Fetched(tmp_path).element("https://c.test/x.js", "script")


def test_a_digest_that_a_link_pins_is_held_to(tmp_path):
    (tmp_path / "x.js").write_text("var x = 1;", encoding="utf-8")
    good = "sha384-" + base64.b64encode(hashlib.sha384(b"var x = 1;").digest()).decode()
    page = folium.Map([31, 117], tiles=None)
    link = '<script src="https://c.test/x.js" integrity="{}"></script>'
    page.get_root().header.add_child(folium.Element(link.format(good)), name="x")
    assert "var x = 1;" in rl.maps.save(page, tmp_path / "m.html", assets=tmp_path).read_text(encoding="utf-8")
    page.get_root().header.add_child(folium.Element(link.format("sha384-" + "A" * 64)), name="x")
    with pytest.raises(rl.JobError, match="has not the sha384"):
        rl.maps.save(page, tmp_path / "m.html", assets=tmp_path)


def test_a_folder_that_is_none_is_said(tmp_path):
    with pytest.raises(rl.JobError, match="there is no folder"):
        rl.maps.save(drawn(), tmp_path / "m.html", assets=tmp_path / "none")


def test_icons_ask_for_the_files_that_they_use_and_no_others(tmp_path):
    page = folium.Map([31, 117], tiles=None)
    folium.Marker([31, 117], icon=folium.Icon(color="red", icon="cloud", prefix="fa")).add_to(page)
    if find_spec("xstatic.pkg.font_awesome") is None:
        with pytest.raises(rl.MissingDependencyError, match=r"xstatic-font-awesome.*pip install 'riverline\[maps\]'"):
            rl.maps.save(page, tmp_path / "m.html")
        return
    html = rl.maps.save(page, tmp_path / "m.html").read_text(encoding="utf-8")
    assert 'font-family:"Font Awesome 6 Free"' in html
    assert "Glyphicons" not in html
    assert "L.AwesomeMarkers = " in html
    # Of its fonts the smaller of two formats only.
    assert "data:font/ttf" not in html
    assert len(html) < 1_000_000
