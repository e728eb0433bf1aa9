"""Maps that folium and explore() made hold what data say as text: nothing of it runs, and nothing is asked for."""

from __future__ import annotations

import time

import folium
import folium.plugins
import geopandas as gpd
import pytest
import shapely
from tests import invented
from tests.browser import browser

import riverline as rl

ACTING = (
    "<img src=x onerror=window.pwn=1>",
    "<script>window.pwn=2</script>",
    "</script><script>window.pwn=3</script>",
    "<svg/onload=window.pwn=4>",
    '<a href="java\tscript:window.pwn=5">x</a>',
    '<iframe srcdoc="<script>parent.pwn=6</script>"></iframe>',
    "<details open ontoggle=window.pwn=7>z</details>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwn=8&gt;">',
    "<template><img src=x onerror=window.pwn=9></template>",
    "<input autofocus onfocus=window.pwn=10>",
    "${window.pwn=11}",
    "\\\\`+(window.pwn=12)+`",
    "{{ 7*7 }}",
    "C:\\users\\x",
    "<form><input name=localName><input name=attributes><input name=outerHTML><img src=x onerror=window.pwn=13></form>",
    '<img name=createElement src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">',
    "<b>岸<i>线",
)
LOADING = (
    '<img src="http://evil.test/x.png">',
    "<img srcset='http://evil.test/y.png 1x'>",
    '<svg><image href="http://evil.test/i.svg"/><use href="http://evil.test/u.svg#a"/></svg>',
    '<div style="background:url(http://evil.test/b.png)">d</div>',
    '<div style="background:\\75rl(http://evil.test/e.png)">w</div>',
    '<style>@import "http://evil.test/s.css";</style>',
    "<link rel=stylesheet href=http://evil.test/l.css>",
    '<meta http-equiv=refresh content="0;url=http://evil.test/">',
    '<base href="http://evil.test/">',
    '<video poster="http://evil.test/p.png"><source src="http://evil.test/v.mp4"></video>',
    "<object data=http://evil.test/o></object><embed src=http://evil.test/e>",
    '<p background="http://evil.test/b">q</p>',
)
OPEN_ALL = """
    const seen = [], popups = document.getElementsByClassName('leaflet-popup-content');
    const shown = () => seen.push(popups[popups.length - 1].innerText.trim());
    const map = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];
    const look = function (layer) {
      if (layer.getTooltip && layer.getTooltip() && !layer.eachLayer) { layer.openTooltip(); }
      if (layer.getPopup && layer.getPopup() && layer.eachLayer) {
        layer.eachLayer(function (each) {
          each.fire('click', { latlng: each.getBounds().getCenter(), originalEvent: {} }, true);
          shown();
        });
      } else if (layer.getPopup && layer.getPopup() && layer._map) { layer.openPopup(); shown(); }
      else if (layer.eachLayer) { layer.eachLayer(look); }
    };
    map.eachLayer(look);
    return seen;
"""


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


def opened(page, path):
    """What the popups of a map say; it has been silent and alone."""
    page.open(path)
    time.sleep(0.3)
    seen = page.run(OPEN_ALL)
    time.sleep(0.5)
    assert page.run("return window.pwn") is None
    assert page.requests() == []
    assert page.console() == []
    return seen


def frame():
    names = [*ACTING, *LOADING]
    places = [shapely.Point(117 + 0.01 * i, 31).buffer(0.004) for i in range(len(names))]
    return gpd.GeoDataFrame({"name": names, "value": range(len(names))}, geometry=places, crs=4326)


@pytest.mark.browser
def test_explore_shows_texts_from_data_and_runs_none(page, tmp_path):
    seen = opened(page, rl.maps.save(frame().explore(tiles=None, popup=True), tmp_path / "m.html"))
    assert len(seen) == len(ACTING) + len(LOADING)
    assert 'name\t<img src="x" onerror="window.pwn=1">\nvalue\t0' in seen
    assert any('<img src="http://evil.test/x.png">' in text for text in seen)
    assert any("${window.pwn=11}" in text for text in seen)
    assert any("{{ 7*7 }}" in text for text in seen)


@pytest.mark.browser
@pytest.mark.parametrize("column", ["name", "value"])
def test_legends_of_explore_do_so_too(page, tmp_path, column):
    pytest.importorskip("mapclassify")
    drawn = frame().explore(column=column, tiles=None, popup=True, legend=True)
    seen = opened(page, rl.maps.save(drawn, tmp_path / "m.html"))
    assert len(seen) == len(ACTING) + len(LOADING)
    if column == "name":
        legend = page.text(".maplegend")[0]
        assert '<img src="x" onerror="window.pwn=1">' in legend
        assert "{{ 7*7 }}" in legend


@pytest.mark.browser
def test_popups_tooltips_icons_and_names_of_layers_of_folium(page, tmp_path):
    drawn = folium.Map([31.07, 117.1], tiles=None, zoom_start=11, maxZoom=18)
    cluster = folium.plugins.MarkerCluster().add_to(drawn)
    for i, text in enumerate(ACTING):
        folium.Marker([31 + i / 100, 117], popup=text, tooltip=text).add_to(drawn)
        folium.Marker([31 + i / 100, 117.1], popup=text).add_to(cluster)
        folium.Marker([31 + i / 100, 117.2], icon=folium.DivIcon(html=text)).add_to(drawn)
        folium.FeatureGroup(text.replace("{{", "{ {")).add_to(drawn)
    folium.LayerControl(collapsed=False).add_to(drawn)
    seen = opened(page, rl.maps.save(drawn, tmp_path / "m.html"))
    assert {'<img src="x" onerror="window.pwn=1">', "${window.pwn=11}", "{{ 7*7 }}", "C:\\users\\x"} <= set(seen)
    assert '<img src="x" onerror="window.pwn=1">' in page.text(".leaflet-control-layers")[0]


@pytest.mark.browser
def test_harmless_html_stays_html(page, tmp_path):
    dot = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    html = f'<h4 style="color:red">站</h4><table><tr><td>甲</td></tr></table><img id="dot" src="{dot}">'
    inside = "<h1>表</h1><script>parent.pwn = 1</script>"
    drawn = folium.Map([31, 117], tiles=None)
    more = folium.Popup(html + '<a href="https://sl.test/">站网</a><p>on duty = 1</p>', show=True)
    folium.Marker([31, 117], popup=more).add_to(drawn)
    folium.Marker([31, 117.1], popup=folium.Popup(folium.IFrame(inside, 200, 100), show=True)).add_to(drawn)
    page.open(rl.maps.save(drawn, tmp_path / "m.html"))
    time.sleep(0.5)
    assert (
        page.run("return document.querySelector('h4').style.color + document.querySelector('td').textContent")
        == "red甲"
    )
    assert page.run("return document.getElementById('dot').naturalWidth") == 1
    assert (
        page.run("const a = document.querySelector('.leaflet-popup a[href^=https]'); return a.rel")
        == "noopener noreferrer"
    )
    assert "on duty = 1" in page.text(".leaflet-popup-content")[0]
    frames = page.driver.find_elements("css selector", "iframe")
    page.driver.switch_to.frame(frames[0])
    assert "表" in page.driver.find_element("css selector", "h1").text
    page.driver.switch_to.default_content()
    assert page.run("return window.pwn") is None
    assert page.requests() == []
    assert page.console() == []


@pytest.mark.browser
def test_ways_by_which_scripts_write_html_are_all_guarded(page, tmp_path):
    page.open(rl.maps.save(folium.Map([31, 117], tiles=None), tmp_path / "m.html"))
    page.run(
        """
        const bad = arguments[0], place = () => document.body.appendChild(document.createElement('div'));
        place().innerHTML = bad;
        place().insertAdjacentHTML('beforeend', bad);
        place().insertAdjacentHTML('beforebegin', bad);
        const gone = place(); gone.outerHTML = bad;
        document.body.appendChild(document.createRange().createContextualFragment(bad));
        document.write(bad);
        place().attachShadow({ mode: 'open' }).innerHTML = bad;
        if (Element.prototype.setHTMLUnsafe) { place().setHTMLUnsafe(bad); }
        $(document.body).append($(bad), bad);
        $('<p>').html(bad).appendTo(document.body);
        try { delete Element.prototype.innerHTML; } catch (error) { /* it stays */ }
        place().innerHTML = bad;
        """,
        "<b>a</b>" + ACTING[0] + ACTING[1] + LOADING[0],
    )
    time.sleep(0.5)
    assert page.run("return window.pwn") is None
    assert page.run("return document.querySelectorAll('body img[src=x], body b + script').length") == 0
    assert page.run("return document.querySelectorAll('body > div > b, body > b, body > p > b').length") >= 8
    assert page.requests() == []
    assert page.console() == []


@pytest.mark.parametrize(
    ("popup", "named"),
    [
        (lambda: folium.Popup('<img src="http://evil.test/x.png">'), "http://evil.test/x.png"),
        (lambda: folium.Popup('<p style="background: url(//evil.test/b)">'), "//evil.test/b"),
    ],
    ids=["picture", "background"],
)
def test_popups_that_need_the_network_are_refused_by_name(tmp_path, popup, named):
    drawn = folium.Map([31, 117], tiles=None)
    folium.Marker([31, 117], popup=popup()).add_to(drawn)
    with pytest.raises(rl.JobError, match=named):
        rl.maps.save(drawn, tmp_path / "m.html")


def test_pictures_of_icons_that_need_the_network_are_refused_by_name(tmp_path):
    drawn = folium.Map([31, 117], tiles=None)
    folium.Marker([31, 117], icon=folium.CustomIcon("https://evil.test/icon.png")).add_to(drawn)
    with pytest.raises(rl.JobError, match=r"https://evil\.test/icon\.png"):
        rl.maps.save(drawn, tmp_path / "m.html")


@pytest.mark.parametrize("html", ['<p onclick="x()">t</p>', "<script>x()</script>", '<script src="a.js"></script>'])
def test_scripts_in_html_of_the_body_are_refused_with_the_place_for_them(tmp_path, html):
    drawn = folium.Map([31, 117], tiles=None)
    drawn.get_root().html.add_child(folium.Element(html))
    for offline in (True, False):
        with pytest.raises(rl.JobError, match=r"get_root\(\)\.script"):
            rl.maps.save(drawn, tmp_path / "m.html", offline=offline)


def test_text_that_folium_cannot_draw_is_refused_in_words(tmp_path):
    drawn = folium.Map([31, 117], tiles=None)
    folium.Marker([31, 117], popup="{% x %}").add_to(drawn)
    with pytest.raises(rl.JobError, match="marks of templates"):
        rl.maps.save(drawn, tmp_path / "m.html")


def test_saving_leaves_the_map_as_it_was(tmp_path):
    drawn = folium.Map([31, 117], tiles=None)
    marker = folium.Marker([31, 117], popup="${a}", tooltip="`b`").add_to(drawn)
    first = rl.maps.save(drawn, tmp_path / "m.html").read_bytes()
    assert [child.text for child in marker._children.values() if isinstance(child, folium.Tooltip)] == ["`b`"]
    assert rl.maps.save(drawn, tmp_path / "m.html").read_bytes() == first


@pytest.mark.browser
def test_online_pages_load_pictures_that_were_given_and_none_from_data(page, tmp_path):
    drawn = frame().explore(tiles=None, popup=True)
    folium.Marker([31.1, 117], popup=folium.Popup('<img src="http://127.0.0.1:9/given.png">', show=True)).add_to(drawn)
    page.open(rl.maps.save(drawn, tmp_path / "m.html", offline=False))
    page.run(OPEN_ALL)
    time.sleep(0.5)
    assert page.run("return window.pwn") is None
    assert set(page.requests()) == {"http://127.0.0.1:9/given.png"}
    assert not [line for line in page.console() if "127.0.0.1:9/given.png" not in line]


@pytest.mark.browser
def test_own_maps_with_elements_of_folium_and_shared_scripts(page, tmp_path):
    axes = invented.axes()
    rl.maps.batch({"axes": axes, "water": invented.water()}, tmp_path / "maps", by="river", shared_assets=True)
    path = next((tmp_path / "maps").rglob("QS01*.html"))
    assert "unsafe-inline'; style" not in path.read_text(encoding="utf-8")
    page.open(path)
    time.sleep(0.5)
    assert page.console() == []
    assert all(url.startswith("file:") for url in page.requests())
    page.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.pwn=1>')")
    assert page.text(".riverline-legend")
    assert page.run("return window.pwn") is None
