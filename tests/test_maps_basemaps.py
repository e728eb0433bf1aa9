"""Basemaps of one's own lie in the page, and what GCJ-02 shifts is moved back by the same formula."""

from __future__ import annotations

import base64
import re
import sqlite3
import struct
import time
import warnings
import zlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from tests import invented
from tests.browser import browser
from typer.testing import CliRunner

import riverline as rl
from riverline.cli.app import app
from riverline.maps import basemaps
from riverline.maps.tiles import read_tiles

BOX = (117.0, 31.0, 117.3, 31.3)
EMPTY = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"


def tile(red, green, blue):
    """A tile of one colour, as PNG."""
    rows = (b"\0" + bytes([red, green, blue]) * 256) * 256
    parts = (b"IHDR" + struct.pack(">2I5B", 256, 256, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(rows), b"IEND")
    chunks = [struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def place_of(level, lon, lat):
    """Column and row of the tile of a place."""
    column = int((lon / 360 + 0.5) * 2**level)
    row = int((0.5 - np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / (2 * np.pi)) * 2**level)
    return column, row


@pytest.fixture
def folder(tmp_path):
    """Levels 8 to 12 around the invented county, and one tile on the other side of the world."""
    lon, lat = invented.axes().to_crs(4326).union_all().centroid.coords[0]
    for level in range(8, 13):
        x, y = place_of(level, lon, lat)
        for column in (x - 1, x, x + 1):
            path = tmp_path / "底图" / str(level) / str(column)
            path.mkdir(parents=True)
            for row in (y - 1, y, y + 1):
                (path / f"{row}.png").write_bytes(tile(20 * (level - 7), 180, 90))
    far = tmp_path / "底图" / "8" / "3"
    far.mkdir()
    (far / "3.png").write_bytes(tile(0, 0, 0))
    return tmp_path / "底图"


@pytest.fixture
def mbtiles(folder, tmp_path):
    """The same as one file, rows from the south."""
    with sqlite3.connect(tmp_path / "底图.mbtiles") as database:
        database.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        for path in folder.rglob("*.png"):
            level, column, row = int(path.parts[-3]), int(path.parts[-2]), int(path.stem)
            flipped = 2**level - 1 - row
            database.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (level, column, flipped, path.read_bytes()))
    database.close()
    return tmp_path / "底图.mbtiles"


def box():
    return tuple(invented.axes().to_crs(4326).total_bounds)


def test_tiles_of_a_folder_and_of_a_file_are_the_same(folder, mbtiles):
    one, other = read_tiles(folder, box()), read_tiles(mbtiles, box())
    assert one.tiles == other.tiles
    assert one.levels == other.levels == (8, 12)
    assert "8/3/3" not in one.tiles
    assert "8/3/3" in read_tiles(folder, None).tiles


def test_close_levels_are_left_out_where_there_is_no_room(folder):
    every = read_tiles(folder, box()).tiles.values()
    total = sum(len(base64.b64decode(uri.partition(",")[2])) for uri in every)
    found = read_tiles(folder, box(), most_bytes=total - 1)
    assert found.levels[1] < found.all_levels[1] == 12
    page = rl.maps.show(invented.axes(), basemap=folder).get_root().render()
    assert "底图 底图 第 8–12 级嵌入本图。" in page


def test_what_is_no_basemap_is_refused(folder, tmp_path):
    with pytest.raises(rl.ReadError, match="no basemap"):
        rl.maps.show(invented.axes(), basemap=tmp_path / "none.mbtiles")
    (tmp_path / "bad.mbtiles").write_bytes(b"not a database at all, but long enough to be one" * 100)
    with pytest.raises(rl.ReadError, match="no MBTiles"):
        rl.maps.show(invented.axes(), basemap=tmp_path / "bad.mbtiles")
    with pytest.raises(rl.JobError, match="no tile"):
        read_tiles(folder, (10.0, 10.0, 10.1, 10.1))
    with pytest.raises(rl.JobError, match="first level"):
        read_tiles(folder, box(), most_bytes=10)
    next((folder / "12").rglob("*.png")).write_bytes(b"\x1a\x00vector")
    with pytest.raises(rl.ReadError, match="vector tiles"):
        read_tiles(folder, None)


def test_online_basemaps_are_no_part_of_an_offline_page(tmp_path):
    for basemap, host in (("gaode_vec", "autonavi.com"), ("http://10.1.2.3/tiles/{z}/{x}/{y}.png", "10.1.2.3")):
        page = rl.maps.show(invented.axes(), basemap=basemap)
        with pytest.warns(UserWarning, match=rf"{host}.*offline=False"):
            html = rl.maps.save(page, tmp_path / "map.html").read_text(encoding="utf-8")
        assert f"{host}/" not in html
        assert re.search(rf"未带在线底图：[^\"]*{host}", html)
        assert f"{host}/" in rl.maps.save(page, tmp_path / "map.html", offline=False).read_text(encoding="utf-8")


@pytest.mark.browser
def test_local_tiles_in_a_browser(folder, tmp_path):
    page_of = rl.maps.save(rl.maps.show(invented.axes(), basemap=folder), tmp_path / "map.html")
    with browser() as page:
        page.open(page_of)
        page.run(FIND_MAP)
        time.sleep(0.8)
        seen = page.run("return [...document.querySelectorAll('img.leaflet-tile')].map(e => e.naturalWidth)")
        assert 256 in seen
        assert page.requests() == []
        assert page.console() == []
        page.picture(tmp_path / "seen.png")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(tmp_path / "seen.png") as picture:
            red, green, blue = picture.read([1, 2, 3])
    # A third of the window at least has the colour of one of the levels.
    assert (np.isin(red, [20, 40, 60, 80, 100]) & (green == 180) & (blue == 90)).mean() > 0.3


@pytest.mark.browser
def test_a_shifted_basemap_is_moved_back(tmp_path, monkeypatch):
    monkeypatch.setitem(basemaps._GAODE, "gaode_vec", (EMPTY, "高德地图", "Gaode map"))
    path = rl.maps.save(rl.maps.show(invented.axes(), basemap="gaode_vec"), tmp_path / "map.html")
    places = [(116.404, 39.915), (87.6, 43.8), (114.15, 22.3), (121.5, 25.0), (104.1, 30.7), (139.7, 35.7)]
    with browser() as page:
        page.open(path)
        page.run(FIND_MAP)
        assert page.console() == []
        layer = """
            let found;
            themap.eachLayer(l => { if (l.options && l.options.rings) { found = l; } });
        """
        for lon, lat in places:
            x, y = rl.geodesy.gcj02_from_wgs84(lon, lat)
            there = page.run(layer + "return riverlineTiles.gcj02(found.options.rings, ...arguments);", lon, lat)
            assert there == pytest.approx([float(x), float(y)], abs=1e-9)
        middle = page.run(
            layer
            + """
            themap.setView([39.915, 116.404], 16, { animate: false });
            const p = themap.unproject(found._getTiledPixelBounds(themap.getCenter()).getCenter(), 16);
            return [p.lng, p.lat];
            """
        )
        lon, lat = rl.geodesy.gcj02_from_wgs84(116.404, 39.915)
        assert middle == pytest.approx([float(lon), float(lat)], abs=2e-5)


COVERED = """
    const tiles = [...document.querySelectorAll('.leaflet-tile')].map(e => [e.getBoundingClientRect(),
      e.tagName === 'IMG' ? e.src : e.querySelector('img').src]).filter(([, src]) => !src.startsWith('data:image/gif'));
    let bare = 0;
    for (let x = 2; x < innerWidth; x += 40) {
      for (let y = 2; y < innerHeight; y += 40) {
        bare += !tiles.some(([r]) => r.left <= x && x <= r.right && r.top <= y && y <= r.bottom);
      }
    }
    return bare;
"""


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Levels 8 to 13 far around the invented county."""
    root = tmp_path_factory.mktemp("tiles") / "宽底图"
    lon, lat = invented.axes().to_crs(4326).union_all().centroid.coords[0]
    for level in range(8, 14):
        x, y = place_of(level, lon, lat)
        around = 2 + 2 ** (level - 8)
        for column in range(x - around, x + around + 1):
            (root / str(level) / str(column)).mkdir(parents=True)
            for row in range(y - around, y + around + 1):
                (root / str(level) / str(column) / f"{row}.png").write_bytes(tile(20 * (level - 7), 180, 90))
    return root


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1400, 900), (2300, 1100), (800, 1100), (500, 1000)])
def test_a_basemap_fills_the_window_that_a_map_opens_in_whatever_its_shape(wide, tmp_path, size):
    saved = rl.maps.save(rl.maps.show(invented.result(), invented.axes(), basemap=wide), tmp_path / "map.html")
    with browser(width=size[0], height=size[1]) as page:
        page.open(saved)
        time.sleep(0.8)
        assert page.run(COVERED) == 0
        assert page.console() == []


@pytest.mark.browser
def test_where_a_level_ends_a_farther_one_is_drawn_in_its_place(wide, tmp_path):
    saved = rl.maps.save(rl.maps.show(invented.axes(), basemap=wide), tmp_path / "map.html")
    with browser() as page:
        page.open(saved)
        page.run(f"{FIND_MAP} themap.setZoom(13, {{animate: false}}); themap.panBy([1400, 0], {{animate: false}});")
        time.sleep(0.6)
        assert page.run(COVERED) == 0
        assert page.run("return document.querySelectorAll('div.leaflet-tile img').length") > 0
        assert page.console() == []
        assert page.requests() == []


def test_a_batch_has_the_tiles_of_each_view_and_draws_what_they_do_not_reach(folder, tmp_path):
    here = invented.axes()
    away = (
        here.iloc[:1]
        .assign(river_id="FAR", name="远河")
        .set_geometry(here.geometry.iloc[:1].translate(900_000, 0).values)
    )
    axes = gpd.GeoDataFrame(pd.concat([here, away], ignore_index=True), crs=here.crs)
    made = rl.maps.batch(axes, tmp_path / "maps", basemap=folder)
    assert made.maps["state"].tolist() == ["drawn"] * 3
    pages = {row.unit: (tmp_path / "maps" / row.file).read_text(encoding="utf-8") for row in made.maps.itertuples()}
    assert "底图 底图 没有覆盖本图。" in pages["FAR"]
    assert "= riverlineTiles.local(" not in pages["FAR"]
    assert "= riverlineTiles.local(" in pages["QS01"]
    assert all("底图 底图 第 8–12 级嵌入本图" in pages[unit] for unit in here["river_id"])
    assert set(rl.maps.batch(axes, tmp_path / "maps", basemap=folder).maps["state"]) == {"kept"}
    next(folder.rglob("*.png")).write_bytes(tile(1, 2, 3) + b"\0")
    assert set(rl.maps.batch(axes, tmp_path / "maps", basemap=folder).maps["state"]) == {"drawn"}
    assert set(rl.maps.batch(axes, tmp_path / "maps").maps["state"]) == {"drawn"}


@pytest.mark.parametrize("basemap", ["tianditu_vec", "gaode_img", "https://x.test/{z}/{x}/{y}.png?tk=5ecret"])
def test_a_batch_refuses_online_basemaps_and_missing_ones_before_it_draws(basemap, tmp_path):
    with pytest.raises(rl.JobError, match="离线") as caught:
        rl.maps.batch(invented.axes(), tmp_path / "maps", basemap=basemap)
    assert "5ecret" not in str(caught.value)
    with pytest.raises(rl.ReadError, match="找不到底图"):
        rl.maps.batch(invented.axes(), tmp_path / "maps", basemap=tmp_path / "x.mbtiles")
    assert not (tmp_path / "maps").exists()


def test_the_command_takes_a_basemap_of_ones_own(mbtiles, tmp_path):
    invented.axes().to_file(tmp_path / "axes.gpkg", layer="axes")
    run = ["maps", str(tmp_path / "axes.gpkg"), str(tmp_path / "maps"), "--basemap"]
    done = CliRunner().invoke(app, [*run, str(mbtiles)])
    assert done.exit_code == 0, done.output
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "maps" / "maps").glob("*.html")]
    assert pages
    assert all("底图.mbtiles 第 8–12 级嵌入本图" in page for page in pages)
    refused = CliRunner().invoke(app, [*run, "tianditu_vec"])
    assert refused.exit_code != 0
    assert "在线底图" in refused.output
