"""Hotspots on a map: it opens on what is hot, says how many and how many were expected, and gives the reason."""

from __future__ import annotations

import base64
import io
import json
import re
import time

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine

import riverline as rl
from browser import browser
from riverline.io.scenes import PixelGrid
from riverline.maps.surfaces import draw_surface, surface_rows
from riverline.provenance import Run

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
    told = problems().assign(problem_id=[f"P{i}" for i in range(24)], kind="dumping", status=["closed", "found"] * 12)
    told = rl.schema.PROBLEMS.conform(told.reindex(columns=rl.schema.PROBLEMS.empty(CRS).columns))
    page.open(rl.maps.save(rl.maps.show_hotspots(spots, river(), told, language=language), tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []
    # What is closed is hollow, as on the map of a ledger.
    legend = page.text(".riverline-legend")[0].split()
    states = ("乱堆", "销号") if language == "zh" else ("Dumping", "Closed")
    assert [legend[legend.index(each) + 1] for each in states] == ["12", "12"]
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


def heated(crs, place, *, cell=200.0, rows=61, columns=41):
    """A surface that is nothing but for one block of three by three cells in the middle, and that block's outline."""
    density = np.zeros((rows, columns), dtype="float32")
    density[rows // 2 - 1 : rows // 2 + 2, columns // 2 - 1 : columns // 2 + 2] = 8.0
    west, north = place[0] - cell * columns / 2, place[1] + cell * rows / 2
    grid = PixelGrid(pyproj.CRS(crs), Affine(cell, 0.0, west, 0.0, -cell, north), (rows, columns))
    run = Run("", "", {}, crs)
    return rl.hotspots.Surface(density, grid, 500.0, rl.schema.FAULTS.empty(crs), run)


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:4548", (500_000.0, 3_500_000.0)),
        ("EPSG:4548", (390_000.0, 3_500_000.0)),
        ("EPSG:4531", (41_600_000.0, 5_900_000.0)),
        ("EPSG:4546", (560_000.0, 2_000_000.0)),
    ],
)
@pytest.mark.parametrize(("rows", "columns"), [(61, 41), (2_001, 31)])
def test_a_density_lies_within_half_a_cell_of_where_it_was_measured(crs, place, rows, columns) -> None:
    """Weighed by what is seen, the block's middle is on its place: far from the meridian, far north, in tall grids."""
    drawn = draw_surface(heated(crs, place, rows=rows, columns=columns))
    picture = np.rint(255.0 * plt.imread(io.BytesIO(base64.b64decode(drawn.url.split(",")[1]))))
    rows_there, columns_there = np.nonzero(picture[..., 3])
    assert len(rows_there)
    (south, west), (north, east) = drawn.bounds
    ahead = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    (left, bottom), (right, top) = ahead.transform(west, south), ahead.transform(east, north)
    x = left + (columns_there.mean() + 0.5) / picture.shape[1] * (right - left)
    y = top + (rows_there.mean() + 0.5) / picture.shape[0] * (bottom - top)
    back = pyproj.Transformer.from_crs(3857, crs, always_xy=True).transform(x, y)
    assert np.abs(np.array(back) - place).max() < 100.0
    assert picture[0, 0, 3] == 0


def test_classes_are_told_with_their_unit_and_every_pixel_is_of_its_class() -> None:
    drawn = draw_surface(heated(CRS, (X, Y)))
    assert drawn.breaks == (0.4, 1.2, 2.5, 4.0, 6.0)
    rows = surface_rows(drawn, "zh")
    assert [row["label"] for row in rows] == ["≥ 6", "4–6", "2.5–4", "1.2–2.5", "0.4–1.2"]
    assert {row["heading"] for row in rows} == {"热点密度面（个/km²，带宽 500 米）"}
    assert "per km²" in surface_rows(drawn, "en")[0]["heading"]
    empty = heated(CRS, (X, Y))
    empty.density[:] = 0.0
    assert draw_surface(empty).breaks == ()
    assert surface_rows(draw_surface(empty), "zh") == []
    empty.density[:] = np.nan
    assert draw_surface(empty).breaks == ()
    with pytest.raises(rl.SchemaError, match="measure_surface"):
        draw_surface(river())


@pytest.mark.parametrize(("weight", "zh", "en"), [
    ("count", "（个/km²，带宽", "(per km², "),
    ("severity", "（按严重程度加权，权重/km²，带宽", "(weighted by severity, weight per km², "),
    ("bank_m", "（按占用岸线加权，米/km²，带宽", "(weighted by bank taken, m per km², "),
])  # fmt: skip
def test_the_legend_of_a_weighted_density_says_what_its_figures_are(weight, zh, en) -> None:
    found = problems().assign(severity="major")
    dense = rl.hotspots.measure_surface(found, river(), settings=rl.HotspotSettings(weight=weight))
    drawn = draw_surface(dense)
    assert zh in surface_rows(drawn, "zh")[0]["heading"]
    assert en in surface_rows(drawn, "en")[0]["heading"]
    assert ("problems/km²" in repr(dense)) == (weight == "count")


@pytest.mark.browser
def test_the_density_lies_under_the_reaches_with_its_legend_and_can_be_switched_off(page, tmp_path) -> None:
    spots = rl.find_hotspots(problems(), river())
    dense = rl.hotspots.measure_surface(problems(), river(), bandwidth_m=500.0)
    drawn = rl.maps.show_hotspots(spots, river(), 问题=problems(), surface=dense, title="热点")
    page.open(rl.maps.save(drawn, tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.4)
    assert page.requests() == []
    assert page.console() == []
    title = "热点密度面（个/km²，带宽 500 米）"
    assert title in page.text(".riverline-legend")[0]
    assert f"≥ {draw_surface(dense).breaks[-1]:g}" in page.text(".riverline-legend")[0]
    # The picture on the screen: dark red where the twelve are, nothing 4 km from there.
    place = gpd.GeoSeries([shapely.Point(X + 30_130, Y + 200), shapely.Point(X + 34_000, Y - 900)], crs=CRS).to_crs(
        4326
    )
    shot = page.picture(tmp_path / "shot.png")
    seen = np.rint(255.0 * plt.imread(shot))[..., :3]
    scale = seen.shape[1] / page.run("return window.innerWidth")
    colours = []
    for point in place:
        where = "const p = themap.latLngToContainerPoint([arguments[1], arguments[0]]); return [p.x, p.y];"
        at = page.run(where, point.x, point.y)
        if 0 < at[0] * scale < seen.shape[1]:
            colours.append(seen[int(at[1] * scale), int(at[0] * scale)])
    assert colours[0][0] - colours[0][2] > 60
    assert page.run("return document.querySelector('.leaflet-riverlineSurface-pane img').complete")
    page.run("""
        [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
          .find(e => e.textContent.trim() === arguments[0]).querySelector('input').click();
    """, title)  # fmt: skip
    assert title not in page.text(".riverline-legend")[0]
    assert page.run("return document.querySelectorAll('.leaflet-riverlineSurface-pane img').length") == 0
    assert page.console() == []
