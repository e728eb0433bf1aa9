"""Hotspots on a map: it opens on what is hot, says how many and how many were expected, and gives the reason."""

from __future__ import annotations

import json
import re
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely

import riverline as rl
from browser import browser

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_500_000.0
FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


def river():
    line = shapely.LineString([(X, Y), (X + 60_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["<b>清</b>水河"]}, geometry=[line], crs=CRS)


def problems(many=12):
    """So many within 200 m, 30 km downstream on the left bank, and one every five kilometres."""
    close = shapely.points(X + 30_050 + 15.0 * np.arange(many), Y + 30)
    rest = shapely.points(X + 2_500 + 5_000.0 * np.arange(12), Y - 30)
    return gpd.GeoDataFrame(geometry=[*close, *rest], crs=CRS)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "start"), [("zh", "1. <b>清</b>水河左岸 12 个，应有 "), ("en", "1. <b>清</b>水河 Left")]
)
def test_the_map_opens_on_the_hot_reach_and_says_why_it_is_hot(page, tmp_path, language, start) -> None:
    spots = rl.find_hotspots(problems(), river())
    assert (spots.clusters["verdict"] == "hot").sum() == 1
    page.open(rl.maps.save(rl.maps.show_hotspots(spots, river(), language=language), tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []
    (label,) = page.text(".riverline-name-line > span")
    assert label.startswith(start)
    view = page.run("const b = themap.getBounds(); return [b.getWest(), b.getEast()];")
    hot = spots.clusters[spots.clusters["verdict"] == "hot"].to_crs(4326).total_bounds
    assert view[0] < hot[0] < hot[2] < view[1]
    assert view[1] - view[0] < 0.1
    page.run("""
        themap.eachLayer(l => { if (l.feature && l.options.color === '#7F0019' && l.getLatLngs) window.hot = l; });
        hot.openPopup();
    """)
    time.sleep(0.3)
    told = page.text(".leaflet-popup-content")[0]
    assert "12" in told
    assert "p=" in told or "p =" in told
    toggle = f"""
        [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
          .find(e => e.textContent.trim() === '{"热点名次" if language == "zh" else "Hotspots by place"}')
          .querySelector('input').click();
    """
    page.run(toggle)
    assert page.text(".riverline-name-line > span") == []
    page.driver.find_element("css selector", ".riverline-whole a").click()
    assert page.run("const b = themap.getBounds(); return b.getEast() - b.getWest();") > 0.5
    assert page.console() == []


def test_without_a_hot_reach_the_map_opens_on_everything_and_what_are_no_hotspots_is_refused() -> None:
    spots = rl.find_hotspots(problems(0), river())
    assert not (spots.clusters["verdict"] == "hot").any()
    html = rl.maps.show_hotspots(spots, river()).get_root().render()
    (south, west), (north, east) = json.loads(re.search(r'"bounds": (\[\[.*?\]\])', html).group(1))
    wanted = river().to_crs(4326).total_bounds
    assert [west, east] == pytest.approx(wanted[[0, 2]], abs=1e-4)
    assert south <= wanted[1] <= wanted[3] <= north
    both = rl.find_hotspots(problems(), river(), by_bank=False)
    assert (
        "1. \\u003cb\\u003e清\\u003c/b\\u003e水河: 12, "
        in rl.maps.show_hotspots(both, language="en").get_root().render()
    )
    with pytest.raises(rl.SchemaError, match="find_hotspots"):
        rl.maps.show_hotspots(river())
