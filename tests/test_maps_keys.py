"""Keys of online basemaps are in no file, notebook or message unasked; the page asks for them."""

from __future__ import annotations

import html
import io
import time

import folium
import pytest
from tests import invented
from tests.browser import browser

import riverline as rl
from riverline.maps.keys import known_keys, masked

KEY = "5ecret0key5ecret0key"


def with_tianditu(monkeypatch):
    monkeypatch.setenv("RIVERLINE_TIANDITU_TK", KEY)
    return rl.maps.show(invented.axes(), basemap="tianditu_vec")


@pytest.mark.parametrize("name", ["tk", "AK", "sk", "key", "appKey", "token", "access_token", "Access%5FToken",
                                  "api-key", "subscription-key", "signature", "x-api-key"])  # fmt: skip
def test_any_spelling_of_a_key_is_masked_wherever_it_stands(name, tmp_path):
    url = f"https://tiles.test/{KEY}/{{z}}/{{x}}/{{y}}.png?style=7&{name}={KEY}"
    assert known_keys(url) == [KEY]
    assert masked(url) == f"https://tiles.test/***/{{z}}/{{x}}/{{y}}.png?style=7&{name}=***"
    with pytest.warns(UserWarning, match=r"style=7") as caught:
        path = rl.maps.save(rl.maps.show(invented.axes(), basemap=url), tmp_path / "m.html")
    assert KEY not in str(caught[0].message)
    assert KEY not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@tiles.test/{z}/{x}/{y}.png", "https://***@tiles.test/{z}/{x}/{y}.png"),
        ("https://tiles.test/a1b2c3d4e5f6a1b2c3d4e5/{z}/{x}/{y}.png", "https://tiles.test/***/{z}/{x}/{y}.png"),
        ("https://tiles.test/monkey=1/{z}.png?style=key&tk={tk}", "https://tiles.test/monkey=1/{z}.png?style=key&tk={tk}"),
        ("https://tiles.test/wmts?LAYER=vec&TILEMATRIXSET=w", "https://tiles.test/wmts?LAYER=vec&TILEMATRIXSET=w"),
    ],
)  # fmt: skip
def test_what_is_a_key_in_an_address(url, shown):
    assert masked(url) == shown


def test_addresses_without_places_for_tiles_are_refused_without_their_key():
    for url, lacks in (
        (f"https://x.test/y.png?tk={KEY}", "{z}, {x}, {y}"),
        (f"http://x.test/{{z}}/{{x}}?ak={KEY}", "{y}"),
    ):
        with pytest.raises(rl.JobError, match="address of a basemap") as caught:
            rl.maps.show(invented.axes(), basemap=url)
        assert KEY not in str(caught.value)
        assert f"lacks {lacks}" in caught.value.en
    assert rl.maps.show(invented.axes(), basemap="http://x.test/{z}/{x}/{-y}.png")


def test_what_is_no_basemap_says_what_is(tmp_path):
    for basemap in (tmp_path / "none.mbtiles", str(tmp_path / "none.mbtiles"), "none.mbtiles"):
        with pytest.raises(rl.ReadError, match="no basemap"):
            rl.maps.show(invented.axes(), basemap=basemap)
    for basemap, said in (
        (5, "basemap must be None, a name, a URL or a path, got 5"),
        ("天地图", "a basemap is one of"),
    ):
        with pytest.raises(rl.JobError, match=said):
            rl.maps.show(invented.axes(), basemap=basemap)


def test_no_file_and_no_notebook_has_a_key_unasked(tmp_path, monkeypatch):
    page = with_tianditu(monkeypatch)
    for name, text in {
        "saved": rl.maps.save(page, tmp_path / "1.html", offline=False).read_text(encoding="utf-8"),
        "notebook": html.unescape(page._repr_html_()),
        "folium": (page.save(str(tmp_path / "2.html")), (tmp_path / "2.html").read_text(encoding="utf-8"))[1],
    }.items():
        assert KEY not in text, name
        assert "tk={riverlineKey0}" in text, name
        assert "https://t7.tianditu.gov.cn" in text, name
        assert "jsdelivr" not in text, name


def test_a_key_is_written_where_that_is_asked_for(tmp_path, monkeypatch):
    path = rl.maps.save(with_tianditu(monkeypatch), tmp_path / "m.html", offline=False, keep_key=True)
    text = path.read_text(encoding="utf-8")
    assert text.count(f"tk={KEY}") == 2
    assert "riverlineKeys" not in text


def test_foliums_own_ways_to_render_have_no_key_and_ask_for_it(tmp_path, monkeypatch):
    page = with_tianditu(monkeypatch)
    for text in (page.get_root().render(), page.get_root()._repr_html_()):
        assert KEY not in text
        assert "riverlineKey0" in text
    page.get_root().save(str(tmp_path / "m.html"))
    assert KEY not in (tmp_path / "m.html").read_text(encoding="utf-8")
    # What it rendered so before changes nothing of what is asked for after.
    text = rl.maps.save(page, tmp_path / "m.html", offline=False, keep_key=True).read_text(encoding="utf-8")
    assert text.count(f"tk={KEY}") == 2
    assert "riverlineKeys" not in text
    text = rl.maps.save(page, tmp_path / "m.html", offline=False).read_text(encoding="utf-8")
    assert text.count("riverlineKeys.ask(") == 1


def test_other_layers_with_keys_need_asking_for(tmp_path):
    page = folium.Map([31, 117], tiles=None)
    folium.raster_layers.ImageOverlay(f"https://x.test/a.png?token={KEY}", [[31, 117], [32, 118]]).add_to(page)
    with pytest.raises(rl.JobError, match="keep_key=True") as caught:
        rl.maps.save(page, tmp_path / "m.html", offline=False)
    assert KEY not in str(caught.value)
    assert KEY in rl.maps.save(page, tmp_path / "m.html", offline=False, keep_key=True).read_text(encoding="utf-8")


def test_parameters_of_map_services_are_keys_too(tmp_path):
    page = folium.Map([31, 117], tiles=None)
    folium.raster_layers.WmsTileLayer("https://wms.test/x", "l", token=KEY).add_to(page)
    with pytest.raises(rl.JobError, match="keep_key=True"):
        rl.maps.save(page, tmp_path / "m.html", offline=False)


def test_a_key_in_an_attribution_goes_too(tmp_path):
    url = f"https://x.test/{{z}}/{{x}}/{{y}}.png?ak={KEY}"
    page = folium.Map([31, 117], tiles=folium.TileLayer(url, attr=f"tiles of {url}"))
    text = rl.maps.save(page, tmp_path / "m.html", offline=False).read_text(encoding="utf-8")
    assert KEY not in text
    assert "ak={riverlineKey0}" in text


def test_a_notebook_shows_no_huge_online_map_either(monkeypatch):
    page = with_tianditu(monkeypatch)
    monkeypatch.setattr("riverline.maps.saving.NOTEBOOK_BYTES", 1_000)
    told = page._repr_html_()
    assert len(told) < 500
    assert "rl.maps.save" in told


def test_a_notebook_shows_a_map_as_high_as_it_is():
    assert "height:300px" in rl.maps.show(invented.axes(), height=300)._repr_html_()
    assert "height:560px" in rl.maps.show(invented.axes())._repr_html_()


def test_foliums_own_save_still_writes_to_a_stream():
    stream = io.BytesIO()
    rl.maps.show(invented.axes()).save(stream, close_file=False)
    assert stream.getvalue().startswith(b"<!DOCTYPE html>")


@pytest.mark.browser
def test_a_page_asks_for_the_key_and_then_for_tiles(tmp_path, monkeypatch):
    path = rl.maps.save(with_tianditu(monkeypatch), tmp_path / "m.html", offline=False)
    with browser() as page:
        page.open(path)
        time.sleep(0.5)
        assert page.requests() == []
        assert page.console() == []
        assert "tianditu.gov.cn" in page.text(".riverline-key")[0]
        field = page.driver.find_element("css selector", ".riverline-key input")
        field.send_keys("given 1\ue007")
        time.sleep(1)
        asked = page.requests()
        assert asked
        assert all(".tianditu.gov.cn/" in url and url.endswith("&tk=given%201") for url in asked)
        assert not [line for line in page.console() if "Content Security Policy" in line]
        # Without a network the tiles fail: the page asks again.
        assert page.text(".riverline-key")
        assert KEY not in page.driver.page_source
        page.open(path)
        time.sleep(0.5)
        assert any("tk=given%201" in url for url in page.requests())


@pytest.mark.browser
def test_a_shifted_basemap_with_online_tiles_asks_its_own_hosts_only(tmp_path):
    path = rl.maps.save(rl.maps.show(invented.axes(), basemap="gaode_vec"), tmp_path / "m.html", offline=False)
    with browser() as page:
        page.open(path)
        time.sleep(1)
        asked = page.requests()
        assert asked
        assert all("webrd0" in url and ".is.autonavi.com/" in url for url in asked)
        assert not [line for line in page.console() if "Content Security Policy" in line]
        assert not page.text(".riverline-key")
