"""Shapes of very many vertices lie in the page as PMTiles: read right, drawn as the canvas draws them, none lost."""

from __future__ import annotations

import base64
import gzip
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image
from pyogrio import raw
from selenium.webdriver import ActionChains
from tests import invented
from tests.browser import browser

import riverline as rl
from riverline.maps.gathering import gather
from riverline.maps.lightening import lighten, merge
from riverline.maps.tiling import TILE_GRID_M, cut_tiles, standing_in
from test_maps_packed import FIND_MAP, PAINTED

CANVAS = "return themap.getPane('riverlinePacked').querySelector('canvas').toDataURL();"


def stars(count=2_400, corners=60, *, size=(10.0, 400.0), holes=False):
    """Areas that no thinning makes simpler, in a square of 10 km; every tenth of two parts."""
    random = np.random.default_rng(7)
    centre = np.column_stack(
        [500_000.0 + random.random(count) * 10_000.0, 3_450_000.0 + random.random(count) * 10_000.0]
    )
    angle = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    radius = np.exp(random.uniform(*np.log(size), (count, 1))) * np.where(np.arange(corners) % 2, 1.0, 0.7)
    rings = centre[:, None, :] + radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    shapes = shapely.polygons(rings)
    if holes:
        shapes = shapely.difference(shapes, shapely.buffer(shapely.points(centre), radius[:, 0] * 0.3))
    shapes[::10] = shapely.union(shapes[::10], shapely.transform(shapes[::10], lambda xy: xy + np.array([900.0, 0.0])))
    rows = {
        "code": [f"P{i}" for i in range(count)],
        "owner": [invented.HOSTILE[i % len(invented.HOSTILE)] for i in range(count)],
    }
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=invented.CRS)


@pytest.fixture
def dense(monkeypatch):
    """Pages on which a hundred thousand vertices are too many."""
    monkeypatch.setattr("riverline.maps.drawing.PLAIN_FEATURES", 2_000)
    monkeypatch.setattr("riverline.maps.lightening._PACKED_BUDGET", 100_000)


def layers_of(*frames):
    return merge(gather(**{f"图斑{i}": frame for i, frame in enumerate(frames)}))


def test_only_what_thinning_does_not_help_is_cut_into_tiles(dense):
    assert dense is None
    many, round_ones = stars(), stars(size=(0.2, 1.0))
    cut = lighten(layers_of(many), packs=True)
    assert cut.tolerance == 0.6
    assert len(cut.tiled) == 1
    assert cut.layers[0].frame.geometry.geom_equals_exact(layers_of(many)[0].frame.geometry, 0.0).all()
    # Half a metre thins these enough, a page of few features thins as ever, and what has few vertices is left alone.
    assert lighten(layers_of(round_ones), packs=True).tiled == frozenset()
    assert lighten(layers_of(many), packs=False).tiled == frozenset()
    assert lighten(layers_of(many.head(100)), packs=True).tolerance == 0.1
    # A shape that would take minutes to cut, and points, which are few bytes each.
    huge = many.copy()
    huge.loc[0, "geometry"] = shapely.Point(500_000, 3_450_000).buffer(9_000, quad_segs=6_000)
    assert lighten(layers_of(huge), packs=True).tiled == frozenset()
    mixed = many.copy()
    mixed.loc[0, "geometry"] = shapely.Point(500_000, 3_450_000)
    assert lighten(layers_of(mixed), packs=True).tiled == frozenset()


def test_tiles_hold_every_shape_to_the_grid_of_the_last_level(tmp_path):
    frame = stars(300, 40, holes=True).to_crs(4326)
    shapes = frame.geometry.to_numpy()
    found = {}
    for number, text in enumerate(cut_tiles(shapes)):
        path = tmp_path / f"{number}.pmtiles"
        path.write_bytes(base64.b64decode(text))
        # GDAL's own clipping of what it reads loses tips of shapes; the page clips by itself.
        _, back = raw.read_arrow(str(path), CLIP="NO")
        pieces = shapely.from_wkb(back.column(back.num_columns - 1).to_numpy(zero_copy_only=False))
        for row, piece in zip(back["n"].to_pylist(), pieces, strict=True):
            found.setdefault(row, []).append(piece)
    assert sorted(found) == list(range(300))
    metres = gpd.GeoSeries(shapes, crs=4326).to_crs(3857)
    back = gpd.GeoSeries([shapely.union_all(shapely.buffer(found[row], 0)) for row in range(300)], crs=3857)
    # Tiles are cut with a margin, so that pieces overlap; seams and holes are where they were.
    outside = back.symmetric_difference(metres).buffer(-1.5 * TILE_GRID_M).area
    assert outside.max() == 0.0


def test_what_cannot_be_cut_is_packed_and_not_lost():
    assert cut_tiles(np.array([shapely.box(117, 31, 118, 32), shapely.box(179.5, 31, 180.5, 32)])) == ()
    bow = shapely.Polygon([(117, 31), (117.2, 31.2), (117.2, 31), (117, 31.2)])
    assert not bow.is_valid
    speck = shapely.box(117, 31, 117 + 1e-7, 31 + 1e-7)
    sliver = shapely.box(117, 31, 117.001, 31 + 1e-7)
    # What turns back on itself is mended, what is slim is its outline, and the box of a speck needs no tile.
    assert len(cut_tiles(np.array([bow, speck, sliver]))) == 2
    assert cut_tiles(np.array([speck, speck])) == ()


def test_popups_of_tiled_features_are_where_those_of_packed_ones_are():
    frame = stars(50)
    whole = frame.geometry.to_numpy()
    lines = standing_in(whole)
    assert np.array_equal(shapely.bounds(lines), shapely.bounds(whole))
    middle = shapely.get_point(lines, 1)
    assert (shapely.distance(middle, whole) == 0).all()


def test_the_same_tiles_are_the_same_bytes(tmp_path, dense):
    assert dense is None
    paths = [rl.maps.save(rl.maps.show(图斑=stars()), tmp_path / f"{i}.html") for i in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    page = paths[0].read_text(encoding="utf-8")
    assert "其中 2,400 个要素存为页内矢量切片（PMTiles）" in page
    assert "line" not in page or "0.6 米容差" in page
    english = rl.maps.show(parcels=stars(), language="en").get_root().render()
    assert "2,400 features are PMTiles in this page" in english


@pytest.mark.browser
def test_a_browser_reads_tiles_as_it_draws_the_packed_and_each_can_be_found(tmp_path, dense, monkeypatch):
    assert dense is None
    frame = stars()
    tiled = rl.maps.save(rl.maps.show(invented.axes(), 图斑=frame), tmp_path / "tiled.html")
    monkeypatch.setattr("riverline.maps.lightening._PACKED_BUDGET", 10_000_000)
    packed = rl.maps.save(rl.maps.show(invented.axes(), 图斑=frame), tmp_path / "packed.html")
    largest = frame.geometry.area.idxmax()
    place = frame.to_crs(4326).geometry.loc[largest].representative_point()
    with browser() as page:
        pictures = {}
        for path in (tiled, packed):
            page.open(path)
            page.run(FIND_MAP)
            time.sleep(0.5)
            for zoom in (10.4, 13, 14.6, 17):
                page.run(
                    "themap.setView([arguments[1], arguments[0]], arguments[2], {animate: false})",
                    place.x,
                    place.y,
                    zoom,
                )
                time.sleep(0.3)
                assert page.run(PAINTED)
                pictures.setdefault(zoom, []).append(pixels(page.run(CANVAS)))
        for zoom, (ours, theirs) in pictures.items():
            # A grid of a sixteenth of a pixel shifts the shades of edges, and no edge.
            assert (np.abs(ours - theirs).max(axis=-1) > 96).mean() < 0.002, zoom
            assert np.abs(ours - theirs).mean() < 2.0, zoom
        page.open(tiled)
        page.run(FIND_MAP)
        page.run("themap.setView([arguments[1], arguments[0]], 17, {animate: false})", place.x, place.y)
        time.sleep(0.3)
        ActionChains(page.driver).move_to_element(
            page.driver.find_element("css selector", ".folium-map")
        ).click().perform()
        time.sleep(0.4)
        told = page.text(".leaflet-popup-content")[0]
        at = int(told.split("P", 1)[1].split()[0])
        assert frame.geometry.loc[at].distance(frame.geometry.loc[largest].representative_point()) < 2.0
        assert " ".join(invented.HOSTILE[at % len(invented.HOSTILE)].split()) in told
        # Paper does not wait: all is drawn when the printer asks.
        page.run("window.dispatchEvent(new Event('beforeprint'))")
        assert page.run(PAINTED)
        page.run("window.dispatchEvent(new Event('afterprint'))")
        assert page.run("return window.caught || false") is False
        assert page.requests() == []
        assert page.console() == []


def pixels(url):
    import io

    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGBA"), dtype="int16")


@pytest.mark.browser
def test_the_page_unpacks_what_gzip_packs(tmp_path, dense):
    assert dense is None
    path = rl.maps.save(rl.maps.show(图斑=stars()), tmp_path / "map.html")
    random = np.random.default_rng(1)
    texts = [b"", b"a", b"river" * 9_000, random.bytes(70_000), bytes(random.integers(0, 4, 50_000, dtype="uint8")),
             "界桩桩号".encode() * 7]  # fmt: skip
    with browser() as page:
        page.open(path)
        for text in texts:
            for level in (0, 1, 6, 9):
                sent = base64.b64encode(gzip.compress(text, level)).decode()
                back = page.run(
                    "const raw = atob(arguments[0]), bytes = Uint8Array.from(raw, c => c.charCodeAt(0));"
                    "return btoa(Array.from(riverlineTiled.gunzip(bytes), b => String.fromCharCode(b)).join(''));",
                    sent,
                )
                assert base64.b64decode(back) == text
        damaged = bytearray(gzip.compress(texts[2]))
        damaged[12:40] = bytes(28)
        assert page.run(
            "try { riverlineTiled.gunzip(Uint8Array.from(arguments[0])); return 0; } catch (e) { return e.message; }",
            list(damaged),
        )
