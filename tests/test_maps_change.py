"""Before and after on one map: images where they belong, colours that compare, and a bar that a browser moves."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import time

import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio.features
import shapely
from matplotlib.image import imread
from rasterio import Affine
from selenium.webdriver import ActionChains, Keys

import invented
import riverline as rl
from browser import browser
from changing import build, covers, extent, image, pair, whole
from imagery import write
from riverline.io.scenes import to_plane
from riverline.maps import figures, pictures
from riverline.maps.swiping import choose
from riverline.style import collect

FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"
CLIPS = """
    return ['riverlineBeforeImage', 'riverlineAfterImage', 'riverlineBeforeLines', 'riverlineAfterLines'].map(
      pane => { const found = themap.getPane(pane); return found ? found.style.clipPath : null; });
"""
HANDLE = ".riverline-swipe-handle"


def decoded(content):
    """The levels 0 to 255 of a PNG, (bands, rows, columns)."""
    return np.rint(255.0 * np.moveaxis(imread(io.BytesIO(content)), 2, 0))


def images_of(page):
    """[(title, pixels (4, rows, columns), bounds)] of the images that a map holds."""
    found = []
    for child in page._children.values():
        if getattr(child, "_name", "") == "RiverlineImage":
            url = json.loads(child.url)
            assert url.startswith("data:image/png;base64,")
            found.append((child.layer_name, decoded(base64.b64decode(url[22:])), json.loads(child.bounds)))
    return found


def on_ground(pixels, bounds, crs, chosen):
    """The chosen pixels of an image on a map as an area in a CRS, placed as Leaflet places them: by its corners."""
    to_plane = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    (south, west), (north, east) = bounds
    (left, bottom), (right, top) = to_plane.transform(west, south), to_plane.transform(east, north)
    rows, columns = pixels.shape[1:]
    place = Affine((right - left) / columns, 0, left, 0, (bottom - top) / rows, top)
    shapes = rasterio.features.shapes(chosen.astype("uint8"), mask=chosen, transform=place)
    area = shapely.union_all([shapely.geometry.shape(shape) for shape, _ in shapes])
    return gpd.GeoSeries([shapely.segmentize(area, 20.0)], crs=3857).to_crs(crs).iloc[0]


def with_square(path, crs, transform, *, rows=60, columns=90, bands=3, corner=(20, 30), side=20):
    """An image that is dark but for a square of pixels; the square's outline in the image's CRS."""
    values = np.full((bands, rows, columns), 200, dtype="uint16")
    values[:, corner[0] : corner[0] + side, corner[1] : corner[1] + side] = 3_000
    write(path, values, crs=crs, transform=transform)
    row, column = corner
    rows, columns = [row, row, row + side, row + side], [column, column + side, column + side, column]
    return shapely.Polygon(np.column_stack(to_plane(transform, columns, rows)))


def red_green_blue(path, date=None):
    return rl.read_scene(path, bands={"red": 1, "green": 2, "blue": 3}, date=date)


@pytest.mark.parametrize(
    ("crs", "transform"),
    [
        ("EPSG:4548", Affine(10.0, 0.0, 560_000.0, 0.0, -10.0, 3_500_000.0)),
        ("EPSG:4509", Affine(2.0, 0.0, 250_000.0, 0.0, -2.0, 4_400_000.0)),
        ("EPSG:26914", Affine(30.0, 0.0, 350_000.0, 0.0, -30.0, 5_200_000.0)),
        ("EPSG:31985", Affine(28.5, 0.0, 290_000.0, 0.0, -28.5, 9_120_000.0)),
        ("EPSG:32650", Affine(10.0, 0.0, 500_000.0, 0.0, 10.0, 3_400_000.0)),
        ("EPSG:4548", Affine(9.0, 4.0, 560_000.0, 4.0, -9.0, 3_500_000.0)),
        ("EPSG:4490", Affine(1e-4, 0.0, 117.0, 0.0, -1e-4, 31.0)),
    ],
)
@pytest.mark.parametrize("cut", [False, True])
def test_an_image_lies_where_vectors_of_its_crs_lie(tmp_path, crs, transform, cut) -> None:
    """Reprojected back, the square's outline is within a pixel of what was drawn, whatever CRS, turn or size."""
    square = with_square(tmp_path / "a.tif", crs, transform)
    layer = gpd.GeoDataFrame(geometry=[square.buffer(8 * math.sqrt(abs(transform.determinant)))], crs=crs)
    layers = {"范围": layer} if cut else {}
    ((_, pixels, bounds),) = images_of(rl.maps.show(scenes=red_green_blue(tmp_path / "a.tif"), **layers))
    bright = (pixels[0] > 127) & (pixels[3] == 255)
    found = on_ground(pixels, bounds, crs, bright)
    pixel = math.sqrt(abs(transform.determinant))
    assert shapely.hausdorff_distance(found, square, densify=0.1) < pixel
    assert shapely.area(shapely.symmetric_difference(found, square)) < 0.15 * square.area
    assert shapely.distance(found.centroid, square.centroid) < 0.35 * pixel
    assert (len(layers) == 0) == (pixels.shape[2] > 120)


@pytest.mark.parametrize("middle", [True, False])
def test_a_tall_image_far_north_lies_right_from_top_to_bottom(tmp_path, middle) -> None:
    """Five degrees of latitude around Mohe, in degrees: stretched evenly its middle would be 12 pixels off."""
    transform = Affine(0.005, 0.0, 122.0, 0.0, -0.005, 53.5)
    row = 490 if middle else 15
    with_square(tmp_path / "a.tif", "EPSG:4490", transform, rows=1_000, columns=60, corner=(row, 20))
    ((_, pixels, bounds),) = images_of(rl.maps.show(scenes=red_green_blue(tmp_path / "a.tif")))
    bright = (pixels[0] > 127) & (pixels[3] == 255)
    rows, columns = (each.mean() + 0.5 for each in np.nonzero(bright))
    (south, west), (north, east) = bounds
    ahead = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    (left, bottom), (right, top) = ahead.transform(west, south), ahead.transform(east, north)
    x = left + columns / pixels.shape[2] * (right - left)
    y = top + rows / pixels.shape[1] * (bottom - top)
    lon, lat = ahead.transform(x, y, direction="INVERSE")
    assert abs(lon - 122.15) < 0.5 * 0.005
    # The middle of the square's rows in the plane of the map, not in degrees.
    edges = [ahead.transform(122.0, 53.5 - 0.005 * each)[1] for each in (row, row + 20)]
    wanted = ahead.transform(122.0, np.mean(edges), direction="INVERSE")[1]
    assert abs(lat - wanted) < 0.5 * 0.005
    assert pixels.shape[1] * pixels.shape[2] <= pictures.MAX_PIXELS
    evenly = north + rows / pixels.shape[1] * (south - north)
    assert (abs(evenly - wanted) > 10 * 0.005) == middle


def test_two_images_in_two_systems_lie_on_each_other(tmp_path) -> None:
    first = with_square(tmp_path / "a.tif", "EPSG:4548", Affine(10.0, 0.0, 560_000.0, 0.0, -10.0, 3_500_000.0))
    middle = gpd.GeoSeries([first.centroid], crs=4548).to_crs(32650).iloc[0]
    place = Affine(15.0, 0.0, middle.x - 30 * 15, 0.0, -15.0, middle.y + 20 * 15)
    with_square(tmp_path / "b.tif", "EPSG:32650", place, corner=(10, 20))
    page = rl.maps.show_change(*(red_green_blue(tmp_path / f"{name}.tif") for name in "ab"))
    middles = [
        on_ground(pixels, bounds, "EPSG:4548", (pixels[0] > 127) & (pixels[3] == 255)).centroid
        for _, pixels, bounds in images_of(page)
    ]
    # Half a pixel of the finer one: pixels of the pictures are half as large as the images'.
    assert shapely.distance(*middles) < 5.0
    assert max(shapely.distance(middles, first.centroid)) < 2.5


def test_all_scenes_draw_the_newest_day_and_the_earliest_of_its_season() -> None:
    days = ("2023-03-18", "2023-08-12", "2024-03-20", "2024-08-15", "2025-03-16", "2025-08-18")
    scenes = rl.read_scenes([rl.samples.path(f"清水河_{day}.tif") for day in days])
    for page in (rl.maps.show(scenes=scenes), rl.maps.show(scenes), rl.maps.show(影像=list(scenes))):
        assert [title for title, _, _ in images_of(page)] == ["影像：前 2023-08-12", "影像：后 2025-08-18"]
    given = rl.maps.show(scenes=(scenes[5], scenes[0]), language="en")
    assert [title for title, _, _ in images_of(given)] == ["Image: Before 2025-08-18", "Image: After 2023-03-18"]
    assert [title for title, _, _ in images_of(rl.maps.show(scenes=scenes[2]))] == ["影像：2024-03-20"]
    assert [[each.date for each in part] for part in choose(scenes[:5])] == [[scenes[0].date], [scenes[4].date]]


def test_tiles_of_one_day_are_drawn_beside_each_other(tmp_path) -> None:
    places = {"a1": (560_000, "2024-05-01"), "a2": (560_900, "2024-05-01"), "b1": (560_000, "2025-05-01")}
    for name, (west, _) in places.items():
        with_square(tmp_path / f"{name}.tif", "EPSG:4548", Affine(10.0, 0.0, west, 0.0, -10.0, 3_500_000.0))
    scenes = [red_green_blue(tmp_path / f"{name}.tif", day) for name, (_, day) in places.items()]
    titles = ["影像：前 2024-05-01 (1)", "影像：前 2024-05-01 (2)", "影像：后 2025-05-01"]
    assert [title for title, _, _ in images_of(rl.maps.show(scenes=scenes))] == titles


def test_what_are_no_scenes_is_refused_with_what_to_type(tmp_path) -> None:
    for wrong in ("影像.tif", [], 5, [whole()]):
        with pytest.raises(rl.SchemaError, match="read_scenes"):
            rl.maps.show(whole(), scenes=wrong)
    nothing = rl.Scenes((), rl.schema.FAULTS.empty(4548))
    for call in (
        lambda: rl.maps.show(nothing),
        lambda: rl.maps.show(影像=nothing),
        lambda: rl.maps.show(scenes=nothing),
    ):
        with pytest.raises(rl.SchemaError, match=r"got \[\]"):
            call()
    for wrong in ("影像.tif", [], 5):
        with pytest.raises(rl.SchemaError):
            rl.maps.show_change(wrong, whole())
    with pytest.raises(rl.SchemaError, match="read_scene"):
        rl.maps.show_change("影像.tif", whole())
    scenes = pair(tmp_path, build)
    with pytest.raises(rl.JobError, match="reaches"):
        rl.maps.show(extent(shapely.box(0, 3_000_000, 100, 3_000_100)), scenes=scenes)
    with pytest.raises(rl.JobError, match="max_pixels"):
        rl.maps.show_change(*scenes, max_pixels=0)
    with pytest.raises(rl.SchemaError, match="area"):
        rl.maps.show_change(*scenes, area=gpd.GeoSeries([], crs=4548))
    with pytest.raises(rl.JobError, match="to_chips"):
        rl.maps.show_change(*scenes, whole(), chips=[tmp_path / "none.png"])


def test_an_image_beyond_the_map_is_told_and_the_other_drawn(tmp_path) -> None:
    scenes = pair(tmp_path, build)
    far = Affine(10.0, 0.0, 600_000.0, 0.0, -10.0, 3_500_000.0)
    image(tmp_path / "far.tif", covers(), "2026-07-01", transform=far)
    page = rl.maps.show_change(scenes[0], rl.read_scene(tmp_path / "far.tif"), whole())
    assert [title for title, _, _ in images_of(page)] == ["影像：前 2024-07-01"]
    assert "影像 far 未覆盖本图范围" in page.get_root().render()


def test_a_colour_means_the_same_on_both_sides(tmp_path) -> None:
    """The same ground has the same colour on both dates, and twice the light is brighter in the same measure."""
    paths = [image(tmp_path / f"{gain}.tif", covers(), f"202{gain}-07-01", gain=gain, noise=0.0) for gain in (1, 2)]
    before, after = (found for _, found, _ in images_of(rl.maps.show_change(*map(rl.read_scene, paths))))
    grass = (slice(None), slice(8, 30), slice(20, 120))
    assert after[grass].mean() > before[grass].mean() + 20
    same = [found for _, found, _ in images_of(rl.maps.show_change(rl.read_scene(paths[0]), rl.read_scene(paths[0])))]
    assert np.array_equal(*same)


def test_images_whose_numbers_do_not_mean_the_same_are_stretched_apart_and_it_is_told(tmp_path) -> None:
    known = rl.read_scene(image(tmp_path / "known.tif", covers(), "2024-07-01"))
    path = image(tmp_path / "bare.tif", covers(), "2025-07-01", roles=("red", "green", "nir"))
    page = rl.maps.show_change(known, rl.read_scene(path))
    assert "各自拉伸，颜色不可比" in page.get_root().render()
    assert "拉伸相同" in rl.maps.show_change(known, known).get_root().render()
    english = rl.maps.show_change(known, rl.read_scene(path), language="en").get_root().render()
    assert "each stretched on its own" in english


def test_what_is_nothing_is_transparent_and_clouds_do_not_set_the_stretch(tmp_path) -> None:
    values = np.full((4, 60, 80), 500, dtype="uint16")
    values[:3, :, 40:] = 900
    values[:, :, :10] = 0
    values[:3, 30:, 60:], values[3] = 9_000, 0
    values[3, 30:, 60:] = 4
    write(tmp_path / "a.tif", values, nodata=65535)
    values[:3, :, :10] = 65535
    write(tmp_path / "a.tif", values, nodata=65535)
    bands = {"red": 1, "green": 2, "blue": 3}
    scene = rl.read_scene(tmp_path / "a.tif", bands=bands, mask={"fmask": 4}, date="2024-01-01")
    ((_, pixels, _),) = images_of(rl.maps.show(scenes=scene))
    assert (pixels[3, 20:100, :15] == 0).all()
    assert (pixels[3, 20:100, 30:150] == 255).all()
    assert pixels[0, 10:50, 100:115].mean() - pixels[0, 10:50, 30:70].mean() > 200
    assert pixels[0, 80:110, 130:150].min() == 255


def test_large_images_are_made_coarser_within_the_limit_and_it_is_told(tmp_path) -> None:
    scene = rl.read_scene(image(tmp_path / "a.tif", covers(300, 400), "2024-07-01"))
    page = rl.maps.show_change(scene, scene, max_pixels=5_000)
    for _, pixels, _ in images_of(page):
        assert 4_000 < pixels.shape[1] * pixels.shape[2] <= 5_000
    assert re.search(r"影像像元 10 米（按 4\d\.?\d* 米绘出）", page.get_root().render())
    whole_image = rl.maps.show_change(scene, scene)
    assert "米绘出）" not in whole_image.get_root().render()
    small = rl.maps.show_change(scene, scene, area=gpd.GeoSeries([shapely.box(520_500, 3_498_500, 520_700, 3_498_800)],
                                                                crs=4548))  # fmt: skip
    for _, pixels, _ in images_of(small):
        assert 40 <= pixels.shape[2] <= 44
        assert 60 <= pixels.shape[1] <= 66


def test_the_same_call_gives_the_same_page_and_changes_no_input(tmp_path) -> None:
    scenes, area = pair(tmp_path, build), whole()
    kept = area.copy()
    pages = [rl.maps.save(rl.maps.show_change(*scenes, area), tmp_path / f"{i}.html").read_bytes() for i in (0, 1)]
    assert pages[0] == pages[1]
    gpd.testing.assert_geodataframe_equal(area, kept)


def test_a_map_without_images_holds_nothing_of_the_bar() -> None:
    html = rl.maps.show(whole()).get_root().render()
    assert "riverlineSwipe" not in html
    assert "riverlineFigures =" not in html


def test_evidence_is_a_curve_for_each_suspect_and_pictures_are_capped_and_told(tmp_path, monkeypatch) -> None:
    scenes = pair(tmp_path, build)
    changes = rl.detect_change(scenes, whole())
    code = changes.suspects["suspect_id"].iloc[0]
    found = figures.evidence_curves(collect(changes), "zh")
    assert list(found) == [code]
    assert found[code]["days"] == ["2024-07-01", "2025-07-01"]
    assert found[code]["shows"] == [False, True]
    rows = changes.evidence.sort_values("date")
    for curve, name in zip(found[code]["curves"], ("ndwi", "ndvi", "brightness"), strict=True):
        assert curve["values"] == pytest.approx(rows[name].tolist(), abs=1e-4)
    chips = rl.export.to_chips(tmp_path / "chips", changes, scenes=scenes)
    page = rl.maps.show_change(*scenes, changes, chips=tmp_path / "chips").get_root().render()
    assert base64.b64encode(chips[0].read_bytes()).decode() in page
    monkeypatch.setattr(figures, "MAX_CHIPS", 0)
    capped = rl.maps.show_change(*scenes, changes, chips=chips).get_root().render()
    assert base64.b64encode(chips[0].read_bytes()).decode() not in capped
    assert f"影像见文件 {chips[0].name}" in capped
    assert "图斑影像嵌入 0 幅（至多 0 幅、12 MB），其余 1 幅见所在文件夹。" in capped


def test_places_are_told_in_the_plane_of_the_layers_of_the_sides():
    lines = invented.lines()
    assert '"meridian": 117.0' in rl.maps.show_change([lines], [lines]).get_root().render()


@pytest.fixture(scope="module")
def page():
    with browser() as opened:
        yield opened


def opened(page, tmp_path, drawn):
    """Save a map, open it, and hold it to silence."""
    page.open(rl.maps.save(drawn, tmp_path / "map.html"))
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []


def border(clip):
    """Left and right end of a clipped side, pixels of the window."""
    places = [float(number) for number in re.findall(r"(-?[\d.]+)px", clip)]
    return min(places[::2]), max(places[::2])


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bar_is_moved_by_keys_and_drag_and_the_sides_follow(page, tmp_path, language) -> None:
    changes_scenes = pair(tmp_path, build)
    changes = rl.detect_change(changes_scenes, whole())
    opened(page, tmp_path, rl.maps.show(changes, whole(), scenes=changes_scenes, language=language))
    width = page.run("return themap.getSize().x")
    handle = page.driver.find_element("css selector", HANDLE)
    said = {name: handle.get_attribute(name) for name in ("role", "aria-label", "aria-valuenow", "aria-valuetext")}
    words = {
        "zh": ("前后对比分界", "前 2024-07-01 50% | 后 2025-07-01"),
        "en": ("Border between before and after", "Before 2024-07-01 50% | After 2025-07-01"),
    }
    assert said == dict(zip(said, ("slider", words[language][0], "50", words[language][1]), strict=True))
    before, after, *_ = page.run(CLIPS)
    assert border(before) == (0, width / 2)
    assert border(after) == (width / 2, width)
    center = page.run("return [themap.getCenter().lat, themap.getCenter().lng]")
    handle.send_keys(Keys.ARROW_LEFT)
    assert border(page.run(CLIPS)[0]) == pytest.approx((0, 0.48 * width))
    handle.send_keys(Keys.PAGE_UP)
    assert border(page.run(CLIPS)[1]) == pytest.approx((0.58 * width, width))
    handle.send_keys(Keys.HOME)
    assert handle.get_attribute("aria-valuenow") == "0"
    handle.send_keys(Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.END)
    assert border(page.run(CLIPS)[0]) == (0, width)
    handle.send_keys(*[Keys.PAGE_DOWN] * 5)
    ActionChains(page.driver).click_and_hold(handle).move_by_offset(-200, 30).release().perform()
    assert border(page.run(CLIPS)[0]) == pytest.approx((0, width / 2 - 200), abs=1)
    assert page.run("return [themap.getCenter().lat, themap.getCenter().lng]") == center
    assert page.console() == []


@pytest.mark.browser
def test_a_finger_moves_the_bar_and_not_the_map(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show_change(*pair(tmp_path, build)))
    center = page.run("return themap.getCenter().lng")
    box = page.run(f"const b = document.querySelector('{HANDLE}').getBoundingClientRect(); "
                   "return [b.x + b.width / 2, b.y + b.height / 2]")  # fmt: skip

    def touch(kind, *points):
        page.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": box[0], "y": box[1]})
    for step in (40, 90, 150):
        touch("touchMove", {"x": box[0] + step, "y": box[1]})
    touch("touchEnd")
    width = page.run("return themap.getSize().x")
    assert border(page.run(CLIPS)[0])[1] == pytest.approx(width / 2 + 150, abs=2)
    assert page.run("return themap.getCenter().lng") == center


@pytest.mark.browser
def test_the_border_stays_in_the_window_when_the_map_moves(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show_change(*pair(tmp_path, build)))
    where = f"return document.querySelector('{HANDLE}').getBoundingClientRect().x"
    before = page.run(where)
    page.run("themap.panBy([170, -60], {animate: false}); themap.setZoom(themap.getZoom() + 2, {animate: false});")
    assert page.run(where) == pytest.approx(before, abs=0.6)
    ends = page.run("""
        const pane = themap.getPane('riverlineBeforeImage'), clip = pane.style.clipPath.match(/-?[\\d.]+px/g);
        return themap.layerPointToContainerPoint([parseFloat(clip[2]), parseFloat(clip[3])]);
    """)
    assert ends["x"] == pytest.approx(page.run("return themap.getSize().x") / 2, abs=0.6)
    assert ends["y"] == pytest.approx(0, abs=0.6)


@pytest.mark.browser
def test_an_image_is_seen_where_the_map_puts_its_corners(page, tmp_path) -> None:
    """On the screen itself: the bright square lies within a pixel of the image where Leaflet puts its corners."""
    square = with_square(tmp_path / "a.tif", "EPSG:4548", Affine(10.0, 0.0, 560_000.0, 0.0, -10.0, 3_500_000.0))
    opened(page, tmp_path, rl.maps.show(scenes=red_green_blue(tmp_path / "a.tif")))
    corners = gpd.GeoSeries([square], crs=4548).to_crs(4326).get_coordinates().to_numpy()
    wanted = np.array(page.run(
        "return arguments[0].map(c => { const p = themap.latLngToContainerPoint([c[1], c[0]]); return [p.x, p.y]; })",
        corners.tolist()))  # fmt: skip
    shot = page.picture(tmp_path / "shot.png")
    seen = decoded(shot.read_bytes())[:3].min(axis=0)
    scale = seen.shape[1] / page.run("return window.innerWidth")
    pixel = np.hypot(*(wanted[1] - wanted[0])) / 20
    left, top = (wanted.min(axis=0) - 6 * pixel).astype(int)
    right, bottom = (wanted.max(axis=0) + 6 * pixel).astype(int)
    around = seen[int(top * scale) : int(bottom * scale), int(left * scale) : int(right * scale)]
    rows, columns = np.nonzero(around > 180)
    found = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]]) / scale + [left, top]
    assert np.abs(found - [wanted.min(axis=0), wanted.max(axis=0)]).max() < 1.2 * pixel


@pytest.mark.browser
def test_lines_of_each_side_are_swiped_and_can_be_clicked(page, tmp_path) -> None:
    boxes = [shapely.box(520_000 + x, 3_499_600, 520_700 + x, 3_499_900) for x in (0, 50)]
    old, new = (gpd.GeoDataFrame({"名称": [name]}, geometry=[box], crs=4548)
                for name, box in zip(("旧塘", "新塘"), boxes, strict=True))  # fmt: skip
    before, after = rl.maps.show(塘=old), rl.maps.show(塘=new)
    assert before is not after
    drawn = rl.maps.show_change([_named(old)], [_named(new)], whole())
    opened(page, tmp_path, drawn)
    width = page.run("return themap.getSize().x")
    _, _, first, second = page.run(CLIPS)
    assert border(first) == (0, width / 2)
    assert border(second) == (width / 2, width)
    assert page.run("return document.querySelectorAll('.leaflet-riverlineBeforeLines-pane path').length") == 1
    page.run("""
        const path = document.querySelector('.leaflet-riverlineBeforeLines-pane path').getBoundingClientRect();
        window.spot = [path.x + 12, path.y + path.height / 2];
    """)
    spot = page.run("return window.spot")
    body = page.driver.find_element("css selector", ".folium-map")
    size = body.size
    ActionChains(page.driver).move_to_element_with_offset(
        body, spot[0] - size["width"] / 2, spot[1] - size["height"] / 2
    ).click().perform()
    time.sleep(0.4)
    assert "R7" in page.text(".leaflet-popup-content")[0]
    assert "前 水域：河流" in page.text(".leaflet-popup-content")[0]


def _named(frame):
    return rl.schema.WATER.conform(frame.assign(water_id="W", river_id="R7", kind="river").drop(columns="名称"))


def test_layers_of_one_day_name_their_side() -> None:
    boxes = gpd.GeoDataFrame({"名称": ["塘"]}, geometry=[shapely.box(520_000, 3_499_600, 520_700, 3_499_900)], crs=4548)
    old, new = (_named(boxes).assign(date=pd.Timestamp(day)) for day in ("2020-03-01", "2024-03-01"))
    html = rl.maps.show_change(old, pd.concat([new, new.assign(date=pd.NaT)])).get_root().render()
    assert '"before": "前 2020-03-01"' in html
    assert '"after": "后 2024-03-01"' in html
    assert '"after": "后"' in rl.maps.show_change(old, pd.concat([old, new])).get_root().render()


@pytest.mark.browser
@pytest.mark.parametrize("offset", [-60, -30, 0, 40, 120])
def test_what_says_which_side_is_which_lies_under_no_control(page, tmp_path, offset) -> None:
    opened(page, tmp_path, rl.maps.show_change(*pair(tmp_path, build), whole(), title="前后"))
    page.run(
        """
        const box = themap.getContainer().getBoundingClientRect();
        const at = document.querySelector('.riverline-legend').getBoundingClientRect().left + arguments[0];
        const bar = document.querySelector('.riverline-swipe');
        const event = (kind, x) => new PointerEvent(kind, { clientX: x, clientY: 300, button: 0, pointerId: 1 });
        bar.setPointerCapture = () => {};
        bar.dispatchEvent(event('pointerdown', at));
        bar.dispatchEvent(event('pointermove', at));
        bar.dispatchEvent(event('pointerup', at));
        """,
        offset,
    )
    labels, controls = page.run("""
        const rects = selector => [...document.querySelectorAll(selector)].map(e => e.getBoundingClientRect())
          .filter(r => r.width).map(r => [r.left, r.top, r.right, r.bottom]);
        return [rects('.riverline-swipe-label'), rects('.leaflet-control, .riverline-swipe-handle')];
    """)
    legend = page.run("const r = document.querySelector('.riverline-legend').getBoundingClientRect(); return r.left")
    assert labels[0][2] < legend + offset < labels[1][0], "one on each side of the bar"
    for one in labels:
        for other in controls:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)
    page.picture(tmp_path / "bar.png")


@pytest.mark.browser
def test_the_bar_goes_with_the_last_image_and_comes_back(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show_change(*pair(tmp_path, build), whole()))
    toggle = """
        [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
          .filter(e => e.textContent.includes('影像')).forEach(e => e.querySelector('input').click());
    """
    hidden = "return document.querySelector('.riverline-swipe').hidden"
    assert page.run(hidden) is False
    page.run(toggle)
    assert page.run(hidden) is True
    page.run(toggle)
    assert page.run(hidden) is False


@pytest.mark.browser
def test_popups_draw_the_evidence_and_names_of_files_stay_text(page, tmp_path) -> None:
    hostile = "<img src=x onerror=alert(1)> {{ 7 * 7 }}"
    for number, date in enumerate(("2024-07-01", "2025-07-01")):
        names = covers()
        if number:
            build(names)
        image(tmp_path / f"{hostile}{number}.tif", names, date, seed=number)
    scenes = rl.read_scenes(sorted(tmp_path.glob("*.tif")))
    changes = rl.detect_change(scenes, whole())
    chips = rl.export.to_chips(tmp_path / "chips", changes, scenes=scenes)
    drawn = rl.maps.show_change(*scenes, changes)
    opened(page, tmp_path, drawn)
    assert hostile in page.run("return document.querySelector('.riverline-legend').textContent")
    assert page.run("return document.querySelectorAll('img[src=\"x\"]').length") == 0
    open_popup = """
        themap.eachLayer(l => { if (l.feature && l.feature.properties.f !== undefined && l.openPopup) l.openPopup(); });
    """
    page.run(open_popup)
    time.sleep(0.4)
    assert page.run("return document.querySelectorAll('.riverline-figure svg polyline').length") == 3
    assert page.run("return document.querySelectorAll('.riverline-figure svg .shows').length") == 1
    assert "可见变化" in page.text(".riverline-figure")[0]
    opened(page, tmp_path, rl.maps.show_change(*scenes, changes, chips=chips))
    page.run(open_popup)
    time.sleep(0.4)
    assert page.run("return document.querySelector('.riverline-figure img').naturalWidth") == 1200
    drawn = rl.maps.show(changes, chips=chips).get_root().render()
    assert drawn.count("data:image/png;base64,") == len(chips) > 0
    assert page.console() == []
    assert page.requests() == []


@pytest.mark.real
def test_real_images_of_two_dates_sensors_and_systems_are_drawn(real_data) -> None:
    """NAIP at two dates shares a stretch; Olinda is drawn over its terrain's outline, which is in another CRS."""
    folder = real_data / "naip_wetlands"
    days = {"m_4709963_se_14_1_20100629.tif": "2010-06-29", "m_4709963_se_14_1_20140720.tif": "2014-07-20"}
    scenes = [rl.read_scene(folder / name, sensor="naip", date=day) for name, day in days.items()]
    drawn = images_of(rl.maps.show_change(*scenes))
    assert [pixels[0].size <= pictures.MAX_PIXELS for _, pixels, _ in drawn] == [True, True]
    olinda = rl.read_scene(
        real_data / "landsat7_olinda" / "L7_ETMs.tif",
        bands={"blue": 1, "green": 2, "red": 3, "nir": 4},
        date="2000-07-01",
    )
    with rasterio.open(real_data / "landsat7_olinda" / "olinda_dem_utm25s.tif") as source:
        outline = gpd.GeoDataFrame(geometry=[shapely.box(*source.bounds)], crs=source.crs)
    ((_, pixels, bounds),) = images_of(rl.maps.show(scenes=olinda, 地形=outline))
    west, south, east, north = outline.to_crs(4326).total_bounds
    shared = shapely.intersection(shapely.box(west, south, east, north),
                                  shapely.box(bounds[0][1], bounds[0][0], bounds[1][1], bounds[1][0]))  # fmt: skip
    assert shared.area > 0.9 * shapely.box(bounds[0][1], bounds[0][0], bounds[1][1], bounds[1][0]).area
    assert (pixels[3] == 255).mean() > 0.8
