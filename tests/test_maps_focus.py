"""What a map opens on, and marks that would cover each other: the results first, everything on demand, none lost."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from selenium.webdriver import ActionChains

import riverline as rl
from browser import browser
from riverline.maps.focus import box_of, first_view
from riverline.maps.lightening import merge
from riverline.maps.swiping import choose
from riverline.style import collect

CRS = "EPSG:4548"
X, Y = 500_000.0, 3_450_000.0
FIND_MAP = "window.themap = window[Object.keys(window).find(k => /^map_[0-9a-f]{32}$/.test(k))];"
VIEW = "const b = themap.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];"
MARKS = """
    const found = [];
    themap.eachLayer(l => { if (l.feature && l.crowd !== undefined && l.getLatLng) found.push(l.crowd); });
    return found;
"""


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


def axes():
    """A river of 60 km."""
    line = shapely.LineString([(X, Y), (X + 60_000, Y)])
    return gpd.GeoDataFrame({"river_id": ["R1"], "name": ["清水河"]}, geometry=[line], crs=CRS)


def waterlines(west=X + 20_000, date="2025-08-18"):
    """Two waterlines of a kilometre."""
    shapes = [shapely.LineString([(west, Y + y), (west + 1_000, Y + y)]) for y in (80, -80)]
    rows = {"shoreline_id": ["a", "b"], "river_id": "R1", "bank": ["left", "right"], "date": pd.Timestamp(date)}
    rows |= {"uncertainty_m": 4.2, "form": "open", "length_m": [1_000.0, 1_000.0]}
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)
    return rl.schema.WATERLINES.conform(frame.reindex(columns=[*rl.schema.WATERLINES.empty(CRS).columns]))


def stakes(count=200, apart=25.0, kinds=("basic", "densified", "densified", "densified")):
    """Stakes along a line, 25 m from each other."""
    rows = {"stake_id": [f"S{i:03}" for i in range(count)], "river_id": "R1", "bank": "left"}
    rows |= {"kind": [kinds[i % len(kinds)] for i in range(count)], "number": [f"{i:03}" for i in range(count)]}
    shapes = shapely.points(X + apart * np.arange(count), Y + 100.0)
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)
    return rl.schema.STAKES.conform(frame.reindex(columns=[*rl.schema.STAKES.empty(CRS).columns]))


def test_what_was_found_is_what_a_map_opens_on_and_without_it_everything() -> None:
    layers = merge(collect(axes(), waterlines()))
    west, _, east, _ = first_view(layers)
    assert (west, east) == tuple(waterlines().to_crs(4326).total_bounds[[0, 2]])
    assert first_view(merge(collect(axes()))) is None
    assert box_of(merge(collect(rl.schema.AXES.empty(CRS)))) is None
    near = [waterlines(X), waterlines(X + 3_000)]
    wanted = pd.concat(near).to_crs(4326).total_bounds
    assert first_view(layers, near) == pytest.approx(tuple(wanted))
    with pytest.raises(rl.SchemaError):
        rl.maps.show(axes(), focus=3)


def test_transects_that_met_nothing_are_no_finding() -> None:
    shapes = [shapely.LineString([(X + x, Y), (X + x, Y + 80)]) for x in (0, 50_000)]
    named = {"transect_id": ["a", "b"], "river_id": "R1", "bank": "left", "trend": ["erosion", "unknown"]}
    rows = gpd.GeoDataFrame(named, geometry=shapes, crs=CRS)
    rates = rl.schema.RATES.conform(rows.reindex(columns=rl.schema.RATES.empty(CRS).columns))
    west, _, east, _ = first_view(merge(collect(rates, axes())))
    assert (east - west) < 0.001
    assert first_view(merge(collect(rates.iloc[1:], axes()))) is None


def test_of_many_images_only_those_that_reach_what_was_found_are_chosen() -> None:
    """The newest image of the samples lies elsewhere on the river: it would leave half of the map empty."""
    days = ("2023-03-18", "2023-08-12", "2024-03-20", "2025-08-18")
    scenes = [rl.read_scene(rl.samples.path(f"清水河_{day}.tif")) for day in days]
    scenes += [
        rl.read_scene(rl.samples.path(f"影像{year}.tif"), sensor="rgbn", date=f"{year}-04-12") for year in (2024, 2026)
    ]
    newest = max(scene.date for scene in scenes if scene.date)
    assert choose(scenes)[-1][0].date == newest
    outline = gpd.GeoSeries([shapely.box(514_500, 3_497_200, 515_500, 3_497_400)], crs=4548).to_crs(4326).total_bounds
    assert [part[0].name for part in choose(scenes, tuple(outline))] == ["清水河_2023-08-12", "清水河_2025-08-18"]
    assert choose(scenes, (0.0, 0.0, 1.0, 1.0)) == choose(scenes)


@pytest.mark.browser
def test_the_map_of_waterlines_lies_on_its_image_opens_on_them_and_says_what_they_are(page, tmp_path) -> None:
    from typer.testing import CliRunner

    from riverline.cli.app import app

    image, county = rl.samples.path("清水河_2025-08-18.tif"), rl.samples.path("清水县.gpkg")
    ran = CliRunner().invoke(app, ["waterlines", str(image), "--axes", f"{county}::axes", "--out", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    page.open(tmp_path / "map.html")
    page.run(FIND_MAP)
    time.sleep(0.3)
    assert page.requests() == []
    assert page.console() == []
    assert page.run("return document.querySelectorAll('.leaflet-image-layer').length") == 1
    lines = gpd.read_file(tmp_path / "水边线.gpkg", layer="水边线").to_crs(4326).total_bounds
    west, south, east, north = page.run(VIEW)
    assert west < lines[0] < lines[2] < east
    assert south < lines[1] < lines[3] < north
    assert (lines[2] - lines[0]) / (east - west) > 0.6
    assert sorted(page.text(".riverline-name-line > span")) == ["右岸 2025-08-18", "左岸 2025-08-18"]
    strokes = page.run("""
        const found = [];
        themap.eachLayer(l => { if (l.feature && ['#1E88E5', '#B3410B'].includes(l.options.color)) found.push(l); });
        found[0].openPopup();
        return found.map(l => l.options.weight);
    """)
    assert min(strokes) > 3
    time.sleep(0.3)
    told = page.text(".leaflet-popup-content")[0]
    assert all(word in told for word in ("左岸", "2025-08-18", "定位不确定度", "清水河（QS01）"))


@pytest.mark.browser
@pytest.mark.parametrize(("language", "titles"), [
    ("zh", ("看全图", "回到成果")), ("en", ("Everything", "Back to the results")),
])  # fmt: skip
def test_everything_is_one_button_away_and_back(page, tmp_path, language, titles) -> None:
    opened(page, tmp_path, rl.maps.show(axes(), waterlines(), language=language))
    first = page.run(VIEW)
    assert first[2] - first[0] < 0.03
    button = page.driver.find_element("css selector", ".riverline-whole a")
    assert button.get_attribute("title") == titles[0]
    button.click()
    whole = page.run(VIEW)
    west, _, east, _ = axes().to_crs(4326).total_bounds
    assert whole[0] < west < east < whole[2]
    assert button.get_attribute("title") == titles[1]
    button.click()
    assert page.run(VIEW) == pytest.approx(first)
    assert page.console() == []


@pytest.mark.browser
def test_stakes_that_would_cover_each_other_are_counted_and_all_there_from_close_by(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes(), stakes()))
    crowds = page.run(MARKS)
    assert len(crowds) == 200
    assert sum(crowds) == 200
    drawn = [crowd for crowd in crowds if crowd]
    assert 2 < len(drawn) < 20
    # The chief ones stand for the others: 200 stakes are five kilometres, of 60.
    kinds = page.run("""
        const found = [];
        themap.eachLayer(l => { if (l.feature && l.crowd > 1) found.push(l.options.shape); });
        return found;
    """)
    assert kinds.count("square") >= len(kinds) - 1
    page.run("themap.setZoom(17, {animate: false})")
    assert set(page.run(MARKS)) == {1}
    page.run("themap.setZoom(11, {animate: false})")
    assert sum(page.run(MARKS)) == 200


@pytest.mark.browser
def test_marks_that_are_switched_off_stand_for_nobody(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes(), stakes()))
    page.run("""
        [...document.querySelectorAll('.leaflet-control-layers-overlays label')]
          .find(e => e.textContent.trim() === '界桩：基本桩').querySelector('input').click();
    """)
    assert sum(page.run(MARKS)) == 150
    assert page.console() == []


@pytest.mark.browser
def test_a_click_on_a_mark_that_stands_for_others_goes_closer_and_on_one_alone_opens_its_popup(page, tmp_path) -> None:
    opened(page, tmp_path, rl.maps.show(axes(), stakes(8, apart=4.0)))

    def click(crowded):
        x, y = page.run(f"""
            let spot; themap.eachLayer(l => {{ if (l.feature && l.crowd {"> 1" if crowded else "=== 1"}) spot = l; }});
            const p = themap.latLngToContainerPoint(spot.getLatLng()); return [p.x, p.y];
        """)
        box = page.driver.find_element("css selector", ".folium-map")
        ActionChains(page.driver).move_to_element_with_offset(
            box, x - box.size["width"] / 2, y - box.size["height"] / 2
        ).click().perform()
        time.sleep(0.9)

    before = page.run("return themap.getZoom()")
    tip = """
        let text = '';
        themap.eachLayer(l => { if (l.crowd > 1) {
          l.openTooltip(); text = l.getTooltip().getElement().innerText; l.closeTooltip();
        } });
        return text;
    """
    assert page.run(tip).endswith("此处 8 个，放大后分开")
    click(crowded=True)
    assert page.run("return themap.getZoom()") > before
    assert page.text(".leaflet-popup-content") == []
    assert set(page.run(MARKS)) == {1}
    click(crowded=False)
    assert "界桩" in page.text(".leaflet-popup-content")[0]
    assert page.console() == []
